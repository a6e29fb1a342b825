//! The award of each line: from what the list writes to a row of the table.
//!
//! Knows: the table of awards, where an award may be written besides its cell. Must not know: files, names.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Severity, Text};
use crate::model::HonoureeKind;
use crate::ruleset::{AwardForm, Awards, Confidence};
use crate::source::roll::{Field, Listed, Roll, codes};
use crate::text;

/// Settles the awards of a file's lines. A cell with several awards gives a line for each.
pub(super) fn settle(
    roll: &mut Roll,
    awards: &Awards,
    asked: Option<&AwardForm>,
    on: Date,
) -> Vec<Listed> {
    let titled = asked.or_else(|| in_titles(&roll.titles, awards));
    let mut told = false;
    let mut lines = Vec::with_capacity(roll.lines.len());
    for mut line in std::mem::take(&mut roll.lines) {
        if line.form_written.is_empty() {
            match titled {
                Some(form) => {
                    line.honouree.form.clone_from(&form.id);
                    if !std::mem::replace(&mut told, true) {
                        roll.findings.push(taken(form, asked.is_some(), &line));
                    }
                }
                None => roll.findings.push(empty(&line)),
            }
            lines.push(line);
            continue;
        }
        if let Some(form) = awards.find(&line.form_written) {
            line.honouree.form.clone_from(&form.id);
            lines.push(line);
            continue;
        }
        match several(&line.form_written, awards) {
            Some(forms) => {
                roll.findings.push(split(&line, &forms));
                for form in forms {
                    let mut one = line.clone();
                    one.honouree.form.clone_from(&form.id);
                    lines.push(one);
                }
            }
            None => {
                roll.findings.push(unknown(&line, awards, on));
                lines.push(line);
            }
        }
    }
    for line in &lines {
        if let Some(form) = awards.get(&line.honouree.form) {
            roll.findings.extend(not_for(line, form, awards, on));
        }
    }
    lines
}

/// The only award that the titles above a list name.
fn in_titles<'a>(titles: &[String], awards: &'a Awards) -> Option<&'a AwardForm> {
    let all = titles.iter().map(|t| text::slug(t)).collect::<Vec<_>>().join("--");
    let in_title = |form: &&AwardForm| {
        // Abbreviations may be part of other words.
        let names = form.names.iter().filter(|n| n.contains(' '));
        let hit = names.chain([&form.name]).any(|n| all.contains(&text::slug(n)));
        hit && !form.name.eq_ignore_ascii_case("Huân chương")
    };
    let mut hits = awards.forms.iter().filter(in_title);
    // “Bằng khen của Thủ tướng” holds “Bằng khen”: the longest name is meant.
    let first = hits.next()?;
    let rest: Vec<_> = hits.collect();
    let longest = rest.iter().copied().chain([first]).max_by_key(|f| f.name.len())?;
    let inside = |f: &&AwardForm| {
        f.id == longest.id || text::slug(&longest.name).contains(&text::slug(&f.name))
    };
    let alone = rest.iter().copied().chain([first]).filter(|f| !inside(f)).count() == 0;
    alone.then_some(longest)
}

/// Every award of `LĐTT, CSTĐCS`; none if some part is unknown.
fn several<'a>(written: &str, awards: &'a Awards) -> Option<Vec<&'a AwardForm>> {
    let by = |cut: fn(char) -> bool| -> Option<Vec<&'a AwardForm>> {
        let parts = written.split(cut).map(str::trim).filter(|p| !p.is_empty());
        let mut forms: Vec<&AwardForm> = parts.map(|p| awards.find(p)).collect::<Option<_>>()?;
        forms.dedup_by(|a, b| a.id == b.id);
        (!forms.is_empty()).then_some(forms)
    };
    by(|c| matches!(c, ';' | '+' | '&' | '\n'))
        .or_else(|| by(|c| matches!(c, ';' | ',' | '+' | '/')))
}

fn taken(form: &AwardForm, asked: bool, line: &Listed) -> Diagnostic {
    let name = form.in_text();
    let message = if asked {
        text!(
            "các dòng không ghi hình thức lấy {name} như đã yêu cầu",
            "lines without an award take {name} as asked"
        )
    } else {
        text!(
            "các dòng không ghi hình thức lấy {name} theo tên danh sách",
            "lines without an award take {name} from the title of the list"
        )
    };
    Diagnostic::new(codes::FORM_TAKEN, Severity::Info, line.at(Field::Form), message)
}

fn empty(line: &Listed) -> Diagnostic {
    Diagnostic::error(
        codes::EMPTY,
        line.at(Field::Form),
        text!("chưa ghi danh hiệu, hình thức khen thưởng", "no award is named"),
    )
    .hint(text!(
        "điền cột “Hình thức”, hoặc chạy với --form giay-khen cho cả danh sách",
        "fill in the column “Hình thức”, or run with --form giay-khen for the whole list"
    ))
}

fn split(line: &Listed, forms: &[&AwardForm]) -> Diagnostic {
    let (written, count) = (&line.form_written, forms.len());
    let names = forms.iter().map(|f| f.name.as_str()).collect::<Vec<_>>().join("; ");
    Diagnostic::new(
        codes::FORM_SPLIT,
        Severity::Info,
        line.at(Field::Form),
        text!(
            "“{written}” là {count} hình thức, tách thành {count} dòng: {names}",
            "“{written}” is {count} awards, made {count} lines: {names}"
        ),
    )
}

fn unknown(line: &Listed, awards: &Awards, on: Date) -> Diagnostic {
    let written: String = line.form_written.chars().take(80).collect();
    let names = awards.forms.iter().flat_map(|f| f.names.iter().chain([&f.name]));
    let meant = text::nearest(&written, names.map(String::as_str)).and_then(|n| awards.find(n));
    let finding = Diagnostic::error(
        codes::FORM,
        line.at(Field::Form),
        text!("không có danh hiệu, hình thức “{written}”", "there is no award “{written}”"),
    )
    .basis(awards.cite("Điều 9, Điều 19, Điều 20", on));
    match meant {
        Some(form) => {
            let name = &form.name;
            finding.hint(text!("có phải “{name}”?", "did you mean “{name}”?"))
        }
        None => finding.hint(text!(
            "ghi đúng tên (Giấy khen, Bằng khen, Lao động tiên tiến …) hoặc chữ viết tắt quen dùng (GK, BK, LĐTT, CSTĐCS)",
            "write the name (Giấy khen, Bằng khen, Lao động tiên tiến …) or its usual abbreviation (GK, BK, LĐTT, CSTĐCS)"
        )),
    }
}

/// The word for a kind, in both languages.
pub(super) fn kind_words(kind: HonoureeKind) -> Text {
    match kind {
        HonoureeKind::Collective => text!("tập thể", "collectives"),
        HonoureeKind::Household => text!("hộ gia đình", "households"),
        HonoureeKind::Individual => text!("cá nhân", "individuals"),
    }
}

fn not_for(line: &Listed, form: &AwardForm, awards: &Awards, on: Date) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let (who, name) = (&line.honouree.name, form.in_text());
    if !form.is_for(line.honouree.kind) {
        let Text { vi, en } = kind_words(line.honouree.kind);
        let for_whom: Vec<Text> = form.subjects.iter().map(|k| kind_words(*k)).collect();
        let vis = for_whom.iter().map(|t| t.vi.as_str()).collect::<Vec<_>>().join(", ");
        let ens = for_whom.iter().map(|t| t.en.as_str()).collect::<Vec<_>>().join(", ");
        found.push(
            Diagnostic::error(
                codes::FORM_KIND,
                line.at(Field::Form),
                text!(
                    "{name} không dành cho {vi} (“{who}”) mà cho {vis}",
                    "{name} is not for {en} (“{who}”) but for {ens}"
                ),
            )
            .basis(awards.cite(&form.basis, on))
            .hint(text!(
                "xem lại hình thức, hoặc dòng này thuộc mục tập thể, cá nhân nào",
                "check the award, or whether the line stands among collectives or individuals"
            )),
        );
    }
    let ended = !form.holds_on(on);
    if ended || form.confidence == Confidence::Low {
        let what = if ended {
            text!("{name} không còn áp dụng ngày {on}", "{name} does not apply on {on}")
        } else {
            let decides = &form.decides;
            text!(
                "{name}: thẩm quyền chưa đối chiếu được ({decides})",
                "{name}: who decides could not be verified ({decides})"
            )
        };
        let severity = if ended { Severity::Error } else { Severity::Warning };
        found.push(
            Diagnostic::new(codes::FORM_DOUBTFUL, severity, line.at(Field::Form), what)
                .basis(awards.cite(&form.basis, on))
                .hint(text!(
                    "đối chiếu văn bản đang có hiệu lực, rồi ghi vào templates/awards/forms.toml của cơ quan",
                    "check the text in force, then enter it in the office's templates/awards/forms.toml"
                )),
        );
    }
    found
}
