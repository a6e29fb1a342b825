//! Hủy số of a number that was taken outside the program and that no document ever bore.
//!
//! Knows: which series a typed number belongs to, that only the next number of it can be one. Must not
//! know: terminals.
//!
//! The number is entered as a row without a document and given up at once: so it stands in its book in
//! its place, with the reason, and the series goes on after it. A run that is cut short between the two
//! leaves a row without a document; voiding that row ends it.

use jiff::civil::Date;

use super::find::{candidates, take_apart};
use super::{ActLine, Call, Outcome, registered};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, blocks};
use crate::model::{DocumentCode, Number, OrganConfig};
use crate::pipeline::codes::{FIELD_MISSING, NOT_NEXT, REGISTERED, UNKNOWN_SERIES};
use crate::pipeline::filing::{Entering, Filing, Rendered};
use crate::pipeline::issue::told;
use crate::pipeline::workspace::Workspace;
use crate::register::{
    self, Award, Batch, Book, Fields, Incoming, Kind, Register, Want, Wants, start_after,
};
use crate::text;

const BASIS: &str = "Điều 15 khoản 1, Điều 16 khoản 1 NĐ 30/2020/NĐ-CP";

/// A number without a document.
struct Blank {
    typed: String,
    book: Book,
    number: Number,
    series: String,
    fields: Fields,
}

struct BlankWants {
    blanks: Vec<Blank>,
    date: Date,
}

impl Wants for BlankWants {
    fn count(&self) -> usize {
        self.blanks.len()
    }

    fn get(&self, index: usize) -> Result<Want> {
        let blank = self.blanks.get(index).ok_or_else(register::no_such_want)?;
        Ok(Want {
            series: blank.series.clone(),
            date: self.date,
            row_key: format!("{index}-{}-{}", blank.book.key(), blank.number),
            input: "{}".to_owned(),
        })
    }

    fn files(&self, _: usize) -> usize {
        0
    }

    fn book(&self, index: usize) -> Option<Book> {
        self.blanks.get(index).map(|b| b.book)
    }
}

/// Enters numbers that were taken elsewhere and used for nothing, and gives them up: the next ones of
/// their series, in their order.
///
/// # Errors
/// The work could not be done.
pub fn void_blank(
    workspace: &Workspace<'_>,
    codes: &[String],
    reason: &str,
    call: &Call,
) -> Result<Outcome> {
    let date = call.date.unwrap_or_else(|| workspace.world.today());
    if call.dry_run {
        let readable = registered(workspace)?;
        let (wants, findings) = planned(workspace, &readable, codes, reason, date)?;
        let lines = if blocks(&findings) { Vec::new() } else { lines(&wants, &[]) };
        return Ok(Outcome { lines, findings, ..Outcome::default() });
    }
    let mut filing = Filing::open(workspace.world, &workspace.dir, &workspace.office, call.wait)?;
    let mended = told(filing.mended());
    let (wants, findings) = planned(workspace, filing.register(), codes, reason, date)?;
    let mut outcome = Outcome { findings, mended, ..Outcome::default() };
    if wants.blanks.is_empty() || blocks(&outcome.findings) {
        return Ok(outcome);
    }
    let render = |index: usize, _: Number| {
        let blank = wants.blanks.get(index).ok_or_else(register::no_such_want)?;
        let fields = blank.fields.clone();
        let (bytes, further) = (Vec::new(), Vec::new());
        Ok(Rendered { bytes, extension: "", parts: None, fields, further })
    };
    let batch =
        Batch { job: job(workspace)?, title: "void --unregistered".into(), book: Book::Outgoing };
    let issued = filing.issue_batch(&batch, &wants, &render, &|_| {})?;
    let acts = issued.issued.iter().map(|issued| {
        let mut act = Entering::new(Kind::Void, Some(issued.seq), date);
        act.fields.insert("reason".into(), reason.trim().into());
        act
    });
    let entered = filing.enter(acts.collect())?;
    let seqs: Vec<(u64, u64)> =
        issued.issued.iter().map(|i| i.seq).zip(entered.seqs.iter().copied()).collect();
    outcome.lines = lines(&wants, &seqs);
    outcome.unfinished = issued.unfinished.or(entered.unfinished);
    Ok(outcome)
}

fn lines(wants: &BlankWants, seqs: &[(u64, u64)]) -> Vec<ActLine> {
    let line = |(index, blank): (usize, &Blank)| ActLine {
        seq: seqs.get(index).map(|s| s.1),
        kind: Kind::Void,
        about: seqs.get(index).map_or(0, |s| s.0),
        label: blank.typed.clone(),
        date: wants.date,
        data: serde_json::Map::new(),
        fields: serde_json::Map::new(),
        files: Vec::new(),
    };
    wants.blanks.iter().enumerate().map(line).collect()
}

fn job(workspace: &Workspace<'_>) -> Result<String> {
    let mut nonce = [0; 16];
    workspace.world.random(&mut nonce).map_err(|e| {
        Failure::new(
            FailureKind::Output,
            Place::default(),
            text!("máy không cho số ngẫu nhiên: {e}", "the machine gave no random bytes: {e}"),
        )
    })?;
    Ok(nonce.iter().fold("void:".to_owned(), |id, b| format!("{id}{b:02x}")))
}

/// What was typed, each number being the next of its series.
fn planned(
    workspace: &Workspace<'_>,
    register: &dyn Register,
    codes: &[String],
    reason: &str,
    date: Date,
) -> Result<(BlankWants, Vec<Diagnostic>)> {
    let mut findings = Vec::new();
    if reason.trim().is_empty() {
        findings.push(
            Diagnostic::error(
                FIELD_MISSING,
                Place::default().item("--reason"),
                text!("chưa ghi lý do hủy số", "the reason is missing"),
            )
            .basis(BASIS)
            .hint(text!("thêm --reason \"…\"", "add --reason \"…\"")),
        );
    }
    let mut wants = BlankWants { blanks: Vec::new(), date };
    for typed in codes {
        match blank(workspace, register, typed, date)? {
            Ok(blank) => wants.blanks.push(blank),
            Err(finding) => findings.push(*finding),
        }
    }
    if blocks(&findings) {
        return Ok((wants, findings));
    }
    let today = workspace.world.today();
    let plan = register::plan(Some(register), Book::Outgoing, &workspace.office, &wants, today)?;
    findings.extend(plan.findings.into_iter().map(|(_, d)| d));
    for (blank, next) in wants.blanks.iter().zip(plan.numbers) {
        if blank.number != next {
            let floor = start_after(&workspace.office, &blank.series, date.year());
            findings.push(not_next(blank, next, floor));
        }
    }
    Ok((wants, findings))
}

type Found<T> = std::result::Result<T, Box<Diagnostic>>;

fn blank(
    workspace: &Workspace<'_>,
    register: &dyn Register,
    typed: &str,
    date: Date,
) -> Result<Found<Blank>> {
    let asked = take_apart(typed);
    let year = asked.year.unwrap_or(date.year());
    let bare = asked.code.trim();
    let (book, number, notation) = match (asked.book, bare.parse::<DocumentCode>()) {
        (Some(book @ (Book::Incoming | Book::Awards)), _) => (Some(book), digits(bare), None),
        (book, Ok(code)) => (book, code.number, Some(code.notation.0)),
        (_, Err(())) => (None, None, None),
    };
    let unclear = || Ok(Err(Box::new(unknown_series(typed))));
    let Some(number) = number.filter(|_| year == date.year()) else { return unclear() };
    let found = match (book, notation) {
        (Some(Book::Incoming), _) => {
            Some((Book::Incoming, workspace.office.incoming_series(), Incoming::default().fields()))
        }
        (Some(Book::Awards), _) => {
            let organ = workspace.office.organ.in_text.as_str();
            let fields = Award::default().fields(organ);
            Some((Book::Awards, workspace.office.awards_series(""), fields))
        }
        (book, Some(notation)) => of_notation(workspace, &notation)
            .filter(|(of, _, _)| book.is_none_or(|book| book == *of)),
        (_, None) => None,
    };
    let Some((book, series, fields)) = found else { return unclear() };
    // Written out, so that the number of another book is not taken for it.
    let known = candidates(register, typed)?;
    if let Some(entry) = known.iter().find(|e| e.book == book && e.year == year) {
        return Ok(Err(Box::new(is_registered(typed, &entry.label()))));
    }
    Ok(Ok(Blank { typed: typed.trim().to_owned(), book, number, series, fields }))
}

fn digits(text: &str) -> Option<Number> {
    text.parse::<u32>().ok().and_then(Number::new)
}

/// Book, series and fields of a ký hiệu: `KH-SNV` is a kế hoạch of the agency, `SNV-VP` a công văn.
fn of_notation(workspace: &Workspace<'_>, notation: &str) -> Option<(Book, String, Fields)> {
    let (office, rules) = (&workspace.office, &workspace.rules);
    let organs = std::iter::once(&office.organ).chain(office.councils.values());
    for organ in organs {
        let typed = |abbr: &str| format!("{abbr}-{}", organ.code) == notation;
        let named = rules.types.iter().find(|t| !t.abbr.is_empty() && typed(&t.abbr));
        let copied = rules.copies.iter().find(|t| !t.abbr.is_empty() && typed(&t.abbr));
        let letter = || {
            let of_organ = notation == organ.code
                || notation.strip_prefix(&organ.code).is_some_and(|rest| rest.starts_with('-'));
            rules.types.iter().find(|t| t.abbr.is_empty() && of_organ)
        };
        let (book, rule) = match (copied, named.or_else(letter)) {
            (Some(rule), _) => (Book::Copies, rule),
            (None, Some(rule)) => (Book::Outgoing, rule),
            (None, None) => continue,
        };
        let series = office.series_of(&organ.key, &rule.id);
        return Some((book, series, fields(organ, &rule.id, &rule.name, notation)));
    }
    None
}

fn fields(organ: &OrganConfig, type_id: &str, type_name: &str, notation: &str) -> Fields {
    Fields {
        type_id: type_id.to_owned(),
        type_name: type_name.to_owned(),
        notation: notation.to_owned(),
        organ_name: organ.in_text.clone(),
        organ_id: organ.id.clone(),
        subject: String::new(),
        signer_position: String::new(),
        signer_name: String::new(),
        recipients: Vec::new(),
        archive_copy: String::new(),
        copies: None,
        priority: 0,
        extra: std::collections::BTreeMap::new(),
    }
}

fn is_registered(typed: &str, label: &str) -> Diagnostic {
    Diagnostic::error(
        REGISTERED,
        Place::default().item(typed),
        text!("{label} đã có trong sổ", "{label} stands in the book"),
    )
    .basis(BASIS)
    .hint(text!(
        "hủy số của văn bản đã vào sổ thì bỏ --unregistered",
        "leave out --unregistered to void the number of a registered document"
    ))
}

fn unknown_series(typed: &str) -> Diagnostic {
    Diagnostic::error(
        UNKNOWN_SERIES,
        Place::default().item(typed),
        text!(
            "không biết “{typed}” là số của hệ thống số nào trong năm này",
            "`{typed}` belongs to no series of this year that is known"
        ),
    )
    .basis(BASIS)
    .hint(text!(
        "viết cả số và ký hiệu: 52/KH-SNV, 12/SY-SNV; số đến: den:3631; sổ vàng: vang:12; năm khác thì thêm --date",
        "write number and notation: 52/KH-SNV, 12/SY-SNV; of arrival: den:3631; of an award: vang:12; for another year add --date"
    ))
}

fn not_next(blank: &Blank, next: Number, floor: u32) -> Diagnostic {
    let (number, series) = (blank.number, &blank.series);
    let place = Place::default().item(&blank.typed);
    if number.get() <= floor {
        return Diagnostic::error(
            NOT_NEXT,
            place,
            text!(
                "số {number} thuộc sổ giấy: ở đây hệ thống số {series} bắt đầu sau số {floor}",
                "number {number} belongs to the paper book: here {series} begins after {floor}"
            ),
        )
        .basis(BASIS)
        .hint(text!("hủy trong sổ giấy", "void it in the paper book"));
    }
    Diagnostic::error(
        NOT_NEXT,
        place,
        text!(
            "số tiếp theo của hệ thống số {series} là {next}, không phải {number}",
            "the next number of {series} is {next}, not {number}"
        ),
    )
    .basis(BASIS)
    .hint(text!(
        "chỉ hủy được số liền sau số cuối trong sổ; nhiều số thì ghi lần lượt: {next}, rồi các số sau",
        "only numbers right after the last one of the book are voided; give several in their order, from {next} on"
    ))
}
