//! Words: what is taken from an entry into the index, and what a person asks for.
//!
//! Knows: fields of a row, folding, how FTS5 writes a query. Must not know: files, connections.

use jiff::civil::Date;

use crate::register::{Book, Entry};
use crate::text::fold;

/// Letters that begin a facet and that no folded Vietnamese word begins with.
mod facet {
    pub const YEAR: char = 'ψ';
    pub const DAY: char = 'η';
    pub const BOOK: char = 'β';
    pub const KIND: char = 'τ';
    pub const DOSSIER: char = 'δ';
    pub const UNIT: char = 'υ';
    pub const SIGNER: char = 'σ';
}

/// How much of a day, written as eight digits, is a facet: thousand years, hundred, ten, year, month, day.
const STRETCHES: [usize; 6] = [1, 2, 3, 4, 6, 8];
/// Words of a unit or a name that are looked for together by one facet; a longer one by its words in a row.
const TOGETHER: usize = 8;

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
    /// From and to, both included.
    pub dates: Option<(Date, Date)>,
    /// Type by key or name.
    pub kind: Option<String>,
    /// Name of the signer, or some of its words that follow each other.
    pub signer: Option<String>,
    /// Unit: one word is a whole unit, several may be a part of its name.
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
        let facets = [
            wanted.book.map(|b| format!("{}{}", facet::BOOK, b.key())),
            wanted.year.map(|y| format!("{}{y}", facet::YEAR)),
            wanted.kind.as_deref().map(|k| joined(facet::KIND, k)),
            wanted.dossier.as_deref().map(|d| joined(facet::DOSSIER, d)),
        ];
        clauses.extend(facets.into_iter().flatten().map(|f| format!("\"{f}\"")));
        clauses.extend(part(facet::SIGNER, "signer", wanted.signer.as_deref()));
        clauses.extend(part(facet::UNIT, "unit", wanted.unit.as_deref()));
        clauses.extend(wanted.dates.map(days));
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

/// What the acts about an entry say.
#[derive(Default)]
pub(super) struct Said {
    /// All that is worth finding in them.
    pub text: String,
    /// Dossiers that it was put into.
    pub dossiers: Vec<String>,
    /// Who an incoming document was handed to.
    pub units: Vec<String>,
}

/// The columns of an entry: facet, code, kind, subject, signer, unit, other.
pub(super) fn columns(entry: &Entry, said: &Said) -> [String; 7] {
    let f = &entry.fields;
    let own = f.extra.get("dossier").into_iter();
    let mut facets = vec![
        format!("{}{}", facet::YEAR, entry.year),
        format!("{}{}", facet::BOOK, entry.book.key()),
        joined(facet::KIND, &f.type_id),
        joined(facet::KIND, &f.type_name),
    ];
    facets.extend(own.chain(&said.dossiers).map(|d| joined(facet::DOSSIER, d)));
    facets.extend(facets_of(entry.date));
    facets.extend(parts(facet::SIGNER, &f.signer_name, 1));
    let handed = said.units.iter().map(String::as_str);
    let units: Vec<&str> = crate::register::units(f).chain(handed).collect();
    for unit in &units {
        facets.push(joined(facet::UNIT, unit));
        facets.extend(parts(facet::UNIT, unit, 2));
    }
    facets.sort_unstable();
    facets.dedup();
    let extra: Vec<&str> = f.extra.values().map(String::as_str).collect();
    // With and without leading zeros: 5/KH-SNV finds 05/KH-SNV.
    let code = format!("{} {}/{}", entry.code(), entry.number.get(), f.notation);
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
                &said.text,
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

/// All rows of words in a text that follow each other, of `least` words and more.
fn parts(sign: char, text: &str, least: usize) -> Vec<String> {
    let words = tokens(text);
    let rows = (least..=words.len().min(TOGETHER)).flat_map(|n| words.windows(n));
    rows.map(|row| format!("{sign}{}", row.concat())).collect()
}

/// What finds part of a unit or a name: the facet alone, so that no entry is looked at that has the words elsewhere.
fn part(sign: char, column: &str, wanted: Option<&str>) -> Option<String> {
    let words = tokens(wanted?);
    match words.len() {
        0 => None,
        1..=TOGETHER => Some(format!("\"{sign}{}\"", words.concat())),
        _ => Some(format!("{column} : {}", quoted(&words))),
    }
}

/// A day as eight digits. No book is older than the calendar.
fn digits(date: Date) -> String {
    format!("{:04}{:02}{:02}", date.year().max(0), date.month(), date.day())
}

/// The facets of a day: one for each stretch that it lies in.
fn facets_of(date: Date) -> impl Iterator<Item = String> {
    let day = digits(date);
    STRETCHES.into_iter().filter_map(move |n| day.get(..n).map(stretch))
}

fn stretch(digits: &str) -> String {
    format!("{}{digits}", facet::DAY)
}

/// A stretch of days as few facets: whole thousands of years, hundreds, tens, years, months, days.
fn days((from, to): (Date, Date)) -> String {
    // The last of a month ends it, however many days it has.
    let last = if to == to.last_of_month() { 31 } else { to.day() };
    let to = format!("{:04}{:02}{last:02}", to.year().max(0), to.month());
    let mut facets = Vec::new();
    cover("", &digits(from), &to, &mut facets);
    // Nothing is between days in the wrong order.
    let none = || format!("\"{}\"", facet::DAY);
    if facets.is_empty() { none() } else { format!("({})", facets.join(" OR ")) }
}

/// Covers those of the days that begin with `begun` which lie from one day to another.
fn cover(begun: &str, from: &str, to: &str, facets: &mut Vec<String>) {
    let filled = |with: &str| format!("{begun}{}", with.get(begun.len()..).unwrap_or(""));
    let (first, last) = (filled("00000101"), filled("99991231"));
    if last.as_str() < from || first.as_str() > to {
        return;
    }
    let whole = first.as_str() >= from && last.as_str() <= to;
    let next = match begun.len() {
        0..=3 => 0..=9,
        4 => 1..=12,
        _ => 1..=31,
    };
    if !begun.is_empty() && whole {
        facets.push(format!("\"{}\"", stretch(begun)));
    } else if begun.len() < 4 {
        next.for_each(|n| cover(&format!("{begun}{n}"), from, to, facets));
    } else {
        next.for_each(|n| cover(&format!("{begun}{n:02}"), from, to, facets));
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

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

    fn dated(from: (i16, i8, i8), to: (i16, i8, i8)) -> String {
        let day = |(y, m, d)| Date::new(y, m, d).expect("a day");
        let dates = Some((day(from), day(to)));
        Query::new(&Wanted { dates, ..Wanted::default() }).to_match().expect("asks")
    }

    #[test]
    fn a_stretch_of_days_is_covered_by_few_facets() {
        assert_eq!(
            dated((2025, 12, 30), (2026, 1, 1)),
            "(\"η20251230\" OR \"η20251231\" OR \"η20260101\")"
        );
        assert_eq!(
            dated((2025, 12, 31), (2026, 2, 28)),
            "(\"η20251231\" OR \"η202601\" OR \"η202602\")"
        );
        assert_eq!(dated((2020, 1, 1), (2029, 12, 31)), "(\"η202\")");
        assert_eq!(dated((2026, 1, 1), (2026, 12, 31)), "(\"η2026\")");
        assert_eq!(dated((2026, 2, 1), (2026, 1, 31)), "\"η\"");
        let open = Wanted {
            dates: Some((Date::MIN, Date::new(2026, 5, 7).expect("a day"))),
            ..Wanted::default()
        };
        let open = Query::new(&open).to_match().expect("asks");
        assert!(open.split(" OR ").count() < 30, "{open}");
    }

    #[test]
    fn every_day_of_a_stretch_has_one_of_its_facets_and_no_other_day() {
        let (mut at, end) = (date(2023, 11, 20), date(2025, 3, 10));
        let stretches = [
            (date(2023, 12, 31), date(2024, 2, 29)),
            (date(2023, 12, 5), date(2025, 1, 31)),
            (date(2024, 2, 28), date(2024, 2, 28)),
            (Date::MIN, date(2024, 6, 15)),
            (date(2024, 6, 15), Date::MAX),
        ];
        while at < end {
            let own: Vec<String> = facets_of(at).map(|f| format!("\"{f}\"")).collect();
            for (from, to) in stretches {
                let asked = days((from, to));
                let asked: Vec<&str> = asked.trim_matches(['(', ')']).split(" OR ").collect();
                let found = own.iter().filter(|f| asked.contains(&f.as_str())).count();
                assert_eq!(found, usize::from((from..=to).contains(&at)), "{at} in {from}..{to}");
            }
            at = at.tomorrow().expect("another day");
        }
    }

    #[test]
    fn part_of_a_name_is_one_facet() {
        let asked = |signer: &str| {
            let wanted = Wanted { signer: Some(signer.into()), ..Wanted::default() };
            Query::new(&wanted).to_match().unwrap_or_default()
        };
        assert_eq!(asked("Lê Minh Tuấn"), "\"σleminhtuan\"");
        assert_eq!(asked(" . "), "");
        assert_eq!(
            parts('σ', "Lê Minh Tuấn", 1),
            ["σle", "σminh", "σtuan", "σleminh", "σminhtuan", "σleminhtuan"]
        );
        assert_eq!(parts('υ', "VT", 2), [""; 0]);
        assert_eq!(asked("a b c d e f g h i"), "signer : \"a b c d e f g h i\"");
    }
}
