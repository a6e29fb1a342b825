//! Opening, filling and closing a dossier.
//!
//! Knows: what each act must not do. Must not know: sheets, paper.
//!
//! What is wrong is found before anything is entered: the acts of one command come whole or not at all.

use jiff::civil::Date;
use serde_json::Value;

use super::{Dossier, Retention, all, entry_named, named, same_code};
use crate::diagnostic::{Diagnostic, Place, Result, Severity};
use crate::pipeline::acts::one_entry;
use crate::pipeline::codes;
use crate::pipeline::filing::{Entering, Filing};
use crate::register::{Book, Kind};
use crate::text;
use crate::text::nearest;

/// What a dossier is opened with.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Opening {
    /// Số và ký hiệu hồ sơ.
    pub code: String,
    /// Năm.
    pub year: i16,
    /// Tiêu đề.
    pub title: String,
    /// Đề mục.
    pub heading: String,
    /// Thời hạn bảo quản, as typed.
    pub retention: String,
    /// Why so long.
    pub reason: String,
    /// Người lập hồ sơ.
    pub creator: String,
    /// Ghi chú.
    pub note: String,
    /// Where it was read.
    pub place: Place,
}

/// Opens dossiers; all or, with an error among the findings, none. Returns how many and what was found.
///
/// # Errors
/// As entering acts.
pub fn open(
    filing: &mut Filing<'_>,
    openings: &[Opening],
    on: Date,
) -> Result<(usize, Vec<Diagnostic>)> {
    let known = all(filing.register())?;
    let mut findings = Vec::new();
    let mut acts = Vec::new();
    for (at, opening) in openings.iter().enumerate() {
        look_at(opening, &mut findings);
        let before = openings.iter().take(at);
        if before.clone().any(|o| o.year == opening.year && same_code(&o.code, &opening.code)) {
            findings.push(taken(opening, None));
            continue;
        }
        match named(&known, &opening.code, Some(opening.year)) {
            // The same list read again opens nothing twice.
            Some(dossier) if dossier.title == opening.title => continue,
            Some(dossier) => findings.push(taken(opening, Some(dossier))),
            None => acts.push(act_of(opening, on)),
        }
    }
    if findings.iter().any(|f| f.severity == Severity::Error) || acts.is_empty() {
        return Ok((0, findings));
    }
    let count = acts.len();
    finish(filing, acts)?;
    Ok((count, findings))
}

fn finish(filing: &mut Filing<'_>, acts: Vec<Entering>) -> Result<()> {
    // What could not be finished is finished by the next opening: the acts stand.
    filing.enter(acts).map(drop)
}

fn act_of(opening: &Opening, on: Date) -> Entering {
    let mut act = Entering::new(Kind::DossierOpen, None, on);
    act.data.insert("year".into(), opening.year.into());
    let retention = Retention::parse(&opening.retention);
    let fields = [
        ("dossier", opening.code.trim().to_owned()),
        ("title", opening.title.clone()),
        ("heading", opening.heading.clone()),
        ("maintenance", retention.map_or_else(|| opening.retention.clone(), Retention::words)),
        ("reason", opening.reason.clone()),
        ("creator", opening.creator.clone()),
        ("note", opening.note.clone()),
    ];
    for (key, value) in fields {
        if !value.is_empty() {
            act.fields.insert(key.into(), Value::String(value));
        }
    }
    act
}

fn look_at(opening: &Opening, findings: &mut Vec<Diagnostic>) {
    let code = opening.code.trim();
    let place = || opening.place.clone();
    if code.is_empty() || opening.title.trim().is_empty() {
        findings.push(
            Diagnostic::error(
                codes::DOSSIER_INCOMPLETE,
                place(),
                text!(
                    "hồ sơ thiếu số, ký hiệu hoặc tiêu đề",
                    "a dossier lacks its code or its title"
                ),
            )
            .hint(text!(
                "ghi đủ, ví dụ 01.TCCB và “Hồ sơ tuyển dụng viên chức năm 2026”",
                "give both, such as 01.TCCB and a title"
            )),
        );
    } else if !is_code(code) {
        findings.push(
            Diagnostic::new(
                codes::DOSSIER_CODE,
                Severity::Warning,
                place(),
                text!(
                    "số, ký hiệu hồ sơ “{code}” không có dạng số Ả Rập và chữ viết tắt của đề mục lớn",
                    "the code `{code}` is not an Arabic number and the abbreviation of a heading"
                ),
            )
            .basis("Phụ lục V NĐ 30/2020/NĐ-CP")
            .hint(text!("viết như mẫu 01.TCCB", "write it as in the model: 01.TCCB")),
        );
    }
    let given = &opening.retention;
    if Retention::parse(given).is_none() {
        findings.push(
            Diagnostic::new(
                codes::DOSSIER_RETENTION,
                if given.trim().is_empty() { Severity::Warning } else { Severity::Error },
                place(),
                if given.trim().is_empty() {
                    text!(
                        "hồ sơ {code} chưa có thời hạn bảo quản",
                        "the dossier {code} has no retention yet"
                    )
                } else {
                    text!(
                        "không hiểu thời hạn bảo quản “{given}” của hồ sơ {code}",
                        "the retention `{given}` of the dossier {code} is not understood"
                    )
                },
            )
            .hint(text!(
                "ghi “Vĩnh viễn” hoặc số năm, như “20 năm”",
                "give `Vĩnh viễn` or years, such as `20 năm`"
            )),
        );
    }
}

/// `01.TCCB`, `1.1.TH`: numbers, then letters.
fn is_code(code: &str) -> bool {
    let Some((numbers, letters)) = code.rsplit_once('.') else { return false };
    numbers.split('.').all(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
        && letters.chars().next().is_some_and(char::is_alphabetic)
        && letters.chars().all(|c| c.is_alphanumeric() || c == '-')
}

fn taken(opening: &Opening, known: Option<&Dossier>) -> Diagnostic {
    let (code, year) = (&opening.code, opening.year);
    let mut finding = Diagnostic::error(
        codes::DOSSIER_TAKEN,
        opening.place.clone(),
        text!("năm {year} đã có hồ sơ {code}", "there is a dossier {code} of {year} already"),
    )
    .basis("Phụ lục VI mục III khoản 1 điểm h NĐ 30/2020/NĐ-CP")
    .hint(text!("đặt số khác", "give it another number"));
    if let Some(known) = known {
        let title = &known.title;
        finding = finding.related(
            Place::default().item(known.code.clone()),
            text!("mang tiêu đề “{title}”", "with the title `{title}`"),
        );
    }
    finding
}

/// What to say of a code that no dossier has.
pub fn unknown(dossiers: &[Dossier], code: &str) -> Diagnostic {
    let near = nearest(code, dossiers.iter().map(|d| d.code.as_str()));
    Diagnostic::error(
        codes::DOSSIER_UNKNOWN,
        Place::default().item(code.to_owned()),
        text!("không có hồ sơ {code}", "there is no dossier {code}"),
    )
    .hint(match near {
        Some(near) => text!("có phải {near}?", "did you mean {near}?"),
        None => text!(
            "xem các hồ sơ bằng “vanthu dossier list”, mở hồ sơ mới bằng “vanthu dossier open”",
            "see them with `vanthu dossier list`, open one with `vanthu dossier open`"
        ),
    })
}

/// The dossier that a command means, if it may be changed.
fn changeable<'a>(
    dossiers: &'a [Dossier],
    code: &str,
    year: Option<i16>,
    findings: &mut Vec<Diagnostic>,
) -> Option<&'a Dossier> {
    let place = Place::default().item(code.to_owned());
    let Some(dossier) = named(dossiers, code, year) else {
        findings.push(unknown(dossiers, code));
        return None;
    };
    if let Some((closed, _)) = dossier.closed {
        let (code, year, on) = (&dossier.code, dossier.year, closed.strftime("%d/%m/%Y"));
        findings.push(
            Diagnostic::error(
                codes::DOSSIER_CLOSED,
                place,
                text!(
                    "hồ sơ {code} năm {year} đã kết thúc ngày {on}",
                    "the dossier {code} of {year} was closed on {on}"
                ),
            )
            .basis("Điều 29 khoản 4 NĐ 30/2020/NĐ-CP")
            .hint(text!(
                "hồ sơ đã kết thúc không nhận thêm và không kết thúc lần nữa; mở hồ sơ khác cho việc mới",
                "a closed dossier takes nothing more and is not closed again; open another for new work"
            )),
        );
        return None;
    }
    Some(dossier)
}

/// Puts documents into a dossier; all or, with an error among the findings, none.
///
/// # Errors
/// As entering acts.
pub fn add(
    filing: &mut Filing<'_>,
    code: &str,
    year: Option<i16>,
    documents: &[String],
    (book, document_year): (Book, i16),
    note: &str,
    on: Date,
) -> Result<(usize, Vec<Diagnostic>)> {
    let dossiers = all(filing.register())?;
    let mut findings = Vec::new();
    let Some(dossier) = changeable(&dossiers, code, year, &mut findings) else {
        return Ok((0, findings));
    };
    let mut acts: Vec<Entering> = Vec::new();
    for name in documents {
        let place = Place::default().item(name.clone());
        let named = entry_named(filing.register(), book, document_year, name)?;
        // As every command writes it: `den:3630`, `di:05/KH-SNV@2026`, the sender's code, `#12`.
        let meant = match named {
            Some(entry) => Ok(entry),
            None => one_entry(filing.register(), name)?,
        };
        let Ok(entry) = meant.map_err(|finding| match finding.code {
            codes::AMBIGUOUS => findings.push(finding),
            _ => findings.push(
                Diagnostic::error(
                    codes::DOSSIER_NO_DOCUMENT,
                    place.clone(),
                    text!(
                        "không có văn bản {name} trong sổ",
                        "there is no document {name} in the books"
                    ),
                )
                .hint(text!(
                    "tìm bằng “vanthu find”; văn bản đến ghi den:3630; năm khác: di:05/KH-SNV@2025",
                    "look with `vanthu find`; an incoming one is den:3630; of another year: di:05/KH-SNV@2025"
                )),
            ),
        }) else {
            continue;
        };
        let again = acts.iter().any(|a| a.about == Some(entry.seq));
        if again || dossier.documents.iter().any(|m| m.seq == entry.seq) {
            let code = &dossier.code;
            findings.push(Diagnostic::new(
                codes::DOSSIER_ADDED,
                Severity::Info,
                place,
                text!("{name} đã có trong hồ sơ {code}", "{name} is in the dossier {code} already"),
            ));
            continue;
        }
        let mut act = Entering::new(Kind::DossierAdd, Some(entry.seq), on);
        act.data.insert("open".into(), dossier.seq.into());
        act.fields.insert("dossier".into(), dossier.code.clone().into());
        if !note.is_empty() {
            act.fields.insert("note".into(), note.into());
        }
        acts.push(act);
    }
    if findings.iter().any(|f| f.severity == Severity::Error) || acts.is_empty() {
        return Ok((0, findings));
    }
    let count = acts.len();
    finish(filing, acts)?;
    Ok((count, findings))
}

/// Closes a dossier; the work ended on `end`. Returns how many documents it has.
///
/// # Errors
/// As entering acts.
pub fn close(
    filing: &mut Filing<'_>,
    code: &str,
    year: Option<i16>,
    end: Date,
    on: Date,
) -> Result<(Option<usize>, Vec<Diagnostic>)> {
    let dossiers = all(filing.register())?;
    let mut findings = Vec::new();
    let Some(dossier) = changeable(&dossiers, code, year, &mut findings) else {
        return Ok((None, findings));
    };
    let count = dossier.documents.len();
    if count == 0 {
        let code = &dossier.code;
        findings.push(Diagnostic::new(
            codes::DOSSIER_EMPTY,
            Severity::Warning,
            Place::default().item(code.clone()),
            text!(
                "hồ sơ {code} kết thúc mà không có văn bản nào",
                "the dossier {code} is closed without a document"
            ),
        ));
    }
    let mut act = Entering::new(Kind::DossierClose, None, on);
    act.data.insert("open".into(), dossier.seq.into());
    act.data.insert("documents".into(), count.into());
    act.fields.insert("dossier".into(), dossier.code.clone().into());
    act.fields.insert("end".into(), end.to_string().into());
    finish(filing, vec![act])?;
    Ok((Some(count), findings))
}
