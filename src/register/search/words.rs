//! Words: what is taken from an entry into the index, and what a person asks for.
//!
//! Knows: fields of a row, folding, how FTS5 writes a query. Must not know: files, connections.

use jiff::civil::Date;

use crate::register::{Book, Entry};
use crate::text::fold;

/// Letters that begin a facet and that no folded Vietnamese word begins with.
mod facet {
    pub const YEAR: char = 'ψ';
    pub const MONTH: char = 'μ';
    pub const DAY: char = 'η';
    pub const BOOK: char = 'β';
    pub const KIND: char = 'τ';
    pub const DOSSIER: char = 'δ';
}

/// What a person looks for. An empty condition does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Wanted {
    /// Words as typed: all must occur. In quotes, or joined by signs (`05/KH-SNV`): next to each other.
    /// With `*` at its end: words that begin so.
    pub words: String,
    /// Book.
    pub book: Option<Book>,
    /// Year of the series.
    pub year: Option<i16>,
    /// From and to: more than two months are narrowed to whole months here, the days are for the caller to look at.
    pub dates: Option<(Date, Date)>,
    /// Type by key or name.
    pub kind: Option<String>,
    /// Name of the signer, or part of it.
    pub signer: Option<String>,
    /// Unit.
    pub unit: Option<String>,
    /// Code of a dossier.
    pub dossier: Option<String>,
}

/// A query that was understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    clauses: Vec<String>,
    /// The folded words it looks for, as the user would see them.
    pub words: Vec<String>,
}

impl Query {
    /// Understands what is wanted.
    pub fn new(wanted: &Wanted) -> Self {
        let mut clauses = Vec::new();
        let mut words = Vec::new();
        for (phrase, from_beginning) in phrases(&wanted.words) {
            let star = if from_beginning { "*" } else { "" };
            words.push(format!("{}{star}", phrase.join(" ")));
            clauses.push(format!("{}{star}", quoted(&phrase)));
        }
        let mut column = |name: &str, value: &Option<String>| {
            let phrase = tokens(value.as_deref().unwrap_or(""));
            if !phrase.is_empty() {
                clauses.push(format!("{name} : {}", quoted(&phrase)));
            }
        };
        column("signer", &wanted.signer);
        column("unit", &wanted.unit);
        let facets = [
            wanted.book.map(|b| format!("{}{}", facet::BOOK, b.key())),
            wanted.year.map(|y| format!("{}{y}", facet::YEAR)),
            wanted.kind.as_deref().map(|k| joined(facet::KIND, k)),
            wanted.dossier.as_deref().map(|d| joined(facet::DOSSIER, d)),
        ];
        clauses.extend(facets.into_iter().flatten().map(|f| format!("\"{f}\"")));
        clauses.extend(wanted.dates.and_then(months));
        Self { clauses, words }
    }

    /// True if nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.clauses.is_empty()
    }

    pub(super) fn to_match(&self) -> Option<String> {
        (!self.is_empty()).then(|| self.clauses.join(" AND "))
    }
}

/// The columns of an entry: facet, code, kind, subject, signer, unit, other.
pub(super) fn columns(entry: &Entry, acts: &str, dossiers: &[String]) -> [String; 7] {
    let f = &entry.fields;
    let own = f.extra.get("dossier").into_iter();
    let mut facets = vec![
        format!("{}{}", facet::YEAR, entry.year),
        format!("{}{}{:02}", facet::MONTH, entry.date.year(), entry.date.month()),
        format!("{}{}", facet::BOOK, entry.book.key()),
        entry.date.strftime(&format!("{}%Y%m%d", facet::DAY)).to_string(),
        joined(facet::KIND, &f.type_id),
        joined(facet::KIND, &f.type_name),
    ];
    facets.extend(own.chain(dossiers).map(|d| joined(facet::DOSSIER, d)));
    let extra: Vec<&str> = f.extra.values().map(String::as_str).collect();
    // With and without leading zeros: 5/KH-SNV finds 05/KH-SNV.
    let code = format!("{} {}/{}", entry.code(), entry.number.get(), f.notation);
    let units: Vec<&str> = crate::register::units(f).collect();
    [
        facets.join(" "),
        flat(&code),
        flat(&f.type_name),
        flat(&f.subject),
        flat(&f.signer_name),
        flat(&units.join(" . ")),
        flat(
            &[
                f.organ_name.as_str(),
                &f.signer_position,
                &f.recipients.join(" . "),
                &f.archive_copy,
                &extra.join(" . "),
                acts,
            ]
            .join(" . "),
        ),
    ]
}

/// A text as the index holds it.
pub(super) fn flat(text: &str) -> String {
    tokens(text).join(" ")
}

/// The folded words of a text: letters and digits.
fn tokens(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|w| !w.is_empty())
        .map(str::to_owned)
        .collect()
}

fn joined(sign: char, text: &str) -> String {
    format!("{sign}{}", tokens(text).concat())
}

fn quoted(phrase: &[String]) -> String {
    format!("\"{}\"", phrase.join(" "))
}

/// What was typed, in phrases; true for one whose last word is only the beginning of a word.
fn phrases(text: &str) -> Vec<(Vec<String>, bool)> {
    let mut out = Vec::new();
    let mut quote = false;
    for part in text.split(['"', '“', '”']) {
        let pieces: Vec<&str> = if quote { vec![part] } else { part.split_whitespace().collect() };
        for piece in pieces {
            let words = tokens(piece);
            if !words.is_empty() {
                out.push((words, piece.trim_end().ends_with('*')));
            }
        }
        quote = !quote;
    }
    out
}

/// The days of a short stretch of days, the months of a longer one; none for one over ten years.
fn months((from, to): (Date, Date)) -> Option<String> {
    let count = |d: Date| i32::from(d.year()) * 12 + i32::from(d.month()) - 1;
    let (first, last) = (count(from), count(to));
    let facets: Vec<String> = if last - first <= 1 {
        let days = from.series(jiff::Span::new().days(1)).take_while(|d| *d <= to);
        days.map(|d| d.strftime(&format!("\"{}%Y%m%d\"", facet::DAY)).to_string()).collect()
    } else if last - first <= 120 {
        let month = |m: i32| (m.div_euclid(12), m.rem_euclid(12) + 1);
        let months = (first..=last).map(month);
        months.map(|(y, m)| format!("\"{}{y}{m:02}\"", facet::MONTH)).collect()
    } else {
        return None;
    };
    // Nothing is between days in the wrong order.
    let none = || format!("\"{}\"", facet::DAY);
    Some(if facets.is_empty() { none() } else { format!("({})", facets.join(" OR ")) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(words: &str) -> String {
        Query::new(&Wanted { words: words.into(), ..Wanted::default() })
            .to_match()
            .unwrap_or_default()
    }

    #[test]
    fn words_are_folded_and_signs_join() {
        assert_eq!(query("Thi ĐUA"), "\"thi\" AND \"dua\"");
        assert_eq!(query("05/KH-SNV"), "\"05 kh snv\"");
        assert_eq!(query("“thi đua” khen*"), "\"thi dua\" AND \"khen\"*");
        assert_eq!(query("\"thi đua"), "\"thi dua\"");
        assert_eq!(query("  * \" "), "");
        assert_eq!(query("a\" OR b NEAR(c)"), "\"a\" AND \"or b near c\"");
    }

    #[test]
    fn a_stretch_of_days_is_narrowed() {
        let day = |y, m| Date::new(y, m, 9).expect("a day");
        let query =
            |a, b| Query::new(&Wanted { dates: Some((a, b)), ..Wanted::default() }).to_match();
        let short = query(day(2025, 12), day(2026, 1).saturating_sub(jiff::Span::new().days(30)));
        assert_eq!(short.as_deref(), Some("(\"η20251209\" OR \"η20251210\")"));
        let longer = query(day(2025, 12), day(2026, 2)).expect("asks");
        assert_eq!(longer, "(\"μ202512\" OR \"μ202601\" OR \"μ202602\")");
        assert_eq!(query(day(2026, 2), day(2026, 1)).as_deref(), Some("\"η\""));
        let long = Wanted { dates: Some((Date::MIN, Date::MAX)), ..Wanted::default() };
        assert!(Query::new(&long).is_empty());
    }
}
