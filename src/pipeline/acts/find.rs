//! Which document a person means by what was typed.
//!
//! Knows: how codes, arrival numbers and positions are written. Must not know: what is to be done with the document.
//!
//! `05/KH-SNV` · `3630` (số đến, số sổ vàng) · the sender's `123/UBND-TH` · with the book in front
//! (`di:`, `den:`, `sao:`, `vang:`) and the year behind (`@2026`) · `#123`, the position.

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::model::Number;
use crate::pipeline::codes::{AMBIGUOUS, UNKNOWN_CODE};
use crate::register::{Act, Book, Entry, Filter, Register};
use crate::text;

const PREFIXES: [(&str, Book); 8] = [
    ("di", Book::Outgoing),
    ("outgoing", Book::Outgoing),
    ("den", Book::Incoming),
    ("incoming", Book::Incoming),
    ("sao", Book::Copies),
    ("copies", Book::Copies),
    ("vang", Book::Awards),
    ("awards", Book::Awards),
];

/// What was typed, taken apart.
pub(super) struct Asked<'a> {
    pub book: Option<Book>,
    pub code: &'a str,
    pub year: Option<i16>,
}

pub(super) fn take_apart(typed: &str) -> Asked<'_> {
    let mut asked = Asked { book: None, code: typed.trim(), year: None };
    if let Some((word, rest)) = asked.code.split_once(':') {
        let word = text::slug(word);
        if let Some((_, book)) = PREFIXES.iter().find(|(name, _)| *name == word) {
            asked.book = Some(*book);
            asked.code = rest.trim();
        }
    }
    if let Some((rest, year)) = asked.code.rsplit_once('@')
        && let Ok(year) = year.trim().parse()
    {
        asked.year = Some(year);
        asked.code = rest.trim();
    }
    asked
}

/// All entries that may be meant, in order of registration.
///
/// # Errors
/// The register cannot be read.
pub fn candidates(register: &dyn Register, typed: &str) -> Result<Vec<Entry>> {
    if let Some(seq) = typed.trim().strip_prefix('#').and_then(|n| n.parse().ok()) {
        let entry = match register.entry(seq)? {
            Some(entry) => Some(entry),
            // An act leads to what it is about.
            None => about(register, seq)?.map(|seq| register.entry(seq)).transpose()?.flatten(),
        };
        return Ok(entry.into_iter().collect());
    }
    let asked = take_apart(typed);
    let mut found: Vec<Entry> = Vec::new();
    let mut look = |filter: Filter| -> Result<()> {
        register.entries(&Filter { year: asked.year, ..filter }, &mut |entry| {
            if !found.iter().any(|known: &Entry| known.seq == entry.seq) {
                found.push(entry);
            }
            Ok(())
        })?;
        Ok(())
    };
    let wanted = |book: Book| asked.book.is_none_or(|b| b == book);
    let digits = |text: &str| text.parse::<u32>().ok().and_then(Number::new).map(|n| n.get());
    if let Some(number) = digits(asked.code) {
        let books = match asked.book {
            Some(book) => vec![book],
            None => vec![Book::Incoming, Book::Awards],
        };
        for book in books {
            let numbers = Some(number..=number);
            look(Filter { book: Some(book), numbers, ..Filter::default() })?;
        }
    } else if let Some((number, notation)) = asked.code.split_once('/')
        && let Some(number) = digits(number)
    {
        for book in [Book::Outgoing, Book::Copies].into_iter().filter(|b| wanted(*b)) {
            let (numbers, notation) = (Some(number..=number), Some(notation.to_owned()));
            look(Filter { book: Some(book), numbers, notation, ..Filter::default() })?;
        }
    }
    if wanted(Book::Incoming) && !asked.code.is_empty() {
        let sender_code = Some(asked.code.to_owned());
        look(Filter { book: Some(Book::Incoming), sender_code, ..Filter::default() })?;
    }
    found.sort_by_key(|e| e.seq);
    Ok(found)
}

/// The entry that the act at a position is about.
fn about(register: &dyn Register, seq: u64) -> Result<Option<u64>> {
    let mut about = None;
    register.kept(seq..seq.saturating_add(1), &mut |kept| {
        about = serde_json::from_str::<Act>(&kept.row).ok().and_then(|act| act.about);
        Ok(())
    })?;
    Ok(about)
}

/// The spelling that means this entry and no other.
pub fn exact(entry: &Entry) -> String {
    let word = match entry.book {
        Book::Outgoing => "di",
        Book::Incoming => "den",
        Book::Copies => "sao",
        Book::Awards => "vang",
    };
    format!("{word}:{}@{}", entry.code(), entry.year)
}

/// The one entry that is meant, or the finding that there is none or more than one.
///
/// # Errors
/// The register cannot be read.
pub fn one(register: &dyn Register, typed: &str) -> Result<Result<Entry, Diagnostic>> {
    let mut found = candidates(register, typed)?;
    if found.len() > 1 {
        return Ok(Err(ambiguous(typed, &found)));
    }
    Ok(found.pop().ok_or_else(|| unknown(typed)))
}

/// The finding that no entry is meant.
pub(super) fn unknown(typed: &str) -> Diagnostic {
    Diagnostic::error(
        UNKNOWN_CODE,
        Place::default().item(typed),
        text!("sổ không có văn bản “{typed}”", "no book has a document `{typed}`"),
    )
    .hint(text!(
        "viết như trong sổ: 05/KH-SNV, den:3630, 123/UBND-TH; “vanthu book” in sổ",
        "write it as in the book: 05/KH-SNV, den:3630, 123/UBND-TH; `vanthu book` prints the books"
    ))
}

fn ambiguous(typed: &str, found: &[Entry]) -> Diagnostic {
    let count = found.len();
    let mut finding = Diagnostic::error(
        AMBIGUOUS,
        Place::default().item(typed),
        text!("“{typed}” có thể là {count} văn bản", "`{typed}` may be any of {count} documents"),
    )
    .hint(text!("ghi rõ một trong các cách viết trên", "write one of the spellings above"));
    for entry in found {
        let (day, subject) = (crate::register::book::day(entry.date), &entry.fields.subject);
        let label = entry.label();
        finding = finding.related(
            Place::default().item(exact(entry)),
            text!("{label} ngày {day}: {subject}", "{label} of {day}: {subject}"),
        );
    }
    finding
}
