//! Căn cứ of awards: laws, decrees and circulars with the days on which they hold.
//!
//! Knows: the shape of `templates/awards/bases.toml`, how a text names such a paper. Must not know: documents, papers of a campaign, files.

use jiff::civil::Date;
use serde::Deserialize;

use super::awards::Confidence;
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;

/// The built-in table.
pub const BASES: &str = include_str!("../../templates/awards/bases.toml");

/// A law, decree or circular.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// Số, ký hiệu: `152/2025/NĐ-CP`.
    pub number: String,
    /// What it rules, or its name.
    pub title: String,
    /// `Luật`, `Nghị định`, `Thông tư`.
    pub kind: String,
    /// The căn cứ without its first words and its mark; none: it is only looked for.
    #[serde(default)]
    pub cite: Option<String>,
    /// Other words by which texts name it, beside number and `cite`.
    #[serde(default)]
    pub cited: Vec<String>,
    /// Which papers cite it: `proposal`, `decision`.
    #[serde(default, rename = "for")]
    pub papers: Vec<String>,
    /// First day.
    pub valid_from: Date,
    /// Last day.
    #[serde(default)]
    pub valid_to: Option<Date>,
    /// Number of what took its place.
    #[serde(default)]
    pub replaced_by: Option<String>,
    /// How sure the row is.
    pub confidence: Confidence,
    /// How sure its last day is, where that differs.
    #[serde(default)]
    pub end_confidence: Option<Confidence>,
    /// What is doubtful.
    #[serde(default)]
    pub note: String,
    /// The same in English.
    #[serde(default)]
    pub note_en: String,
}

impl Basis {
    /// True on a day on which it holds.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from <= day && self.valid_to.is_none_or(|to| day <= to)
    }

    /// True if nobody has to look it up again on a day.
    pub fn is_sure(&self, day: Date) -> bool {
        // A doubtful end matters in the half year before it.
        let near_end = || {
            let half_year = jiff::Span::new().days(183);
            let end = self.valid_to.and_then(|to| to.checked_sub(half_year).ok());
            end.is_some_and(|end| day >= end)
        };
        let end = self.end_confidence.unwrap_or(self.confidence);
        self.confidence == Confidence::High && (end == Confidence::High || !near_end())
    }

    /// `Nghị định số 152/2025/NĐ-CP`, `Luật số 06/2022/QH15`.
    pub fn name(&self) -> String {
        format!("{} số {}", self.kind, self.number)
    }
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bases {
    /// When a person last checked it.
    pub last_verified: Date,
    /// Rows in the order in which papers cite them.
    pub bases: Vec<Basis>,
}

/// A paper of the table that a text names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cited<'t> {
    /// Its row.
    pub basis: &'t Basis,
    /// True if it holds on the day.
    pub holds: bool,
    /// What holds in its stead on the day, through all replacements.
    pub instead: Option<&'t Basis>,
}

impl Bases {
    /// Reads a table.
    ///
    /// # Errors
    /// A `Config` failure that names the key and the line.
    pub fn parse(source: &str, file: &str) -> Result<Self> {
        toml::from_str(source).map_err(|e| wrong_table(&e, source, file))
    }

    /// The built-in table.
    ///
    /// # Errors
    /// Never for a released program: a test reads the embedded file.
    pub fn builtin() -> Result<Self> {
        let table = serde_json::from_str(table!("awards/bases"));
        table.or_else(|_| Self::parse(BASES, "bases.toml"))
    }

    /// The row of a number.
    pub fn get(&self, number: &str) -> Option<&Basis> {
        self.bases.iter().find(|b| b.number == number)
    }

    /// The căn cứ of a paper on a day, in order.
    pub fn of(&self, paper: &str, day: Date) -> Vec<&Basis> {
        self.bases
            .iter()
            .filter(|b| b.holds_on(day) && b.cite.is_some() && b.papers.iter().any(|p| p == paper))
            .collect()
    }

    /// The papers of the table that a text names, judged on a day.
    pub fn cited<'t>(&'t self, text: &str, day: Date) -> Vec<Cited<'t>> {
        let numbers: Vec<String> = numbers(text).map(str::to_uppercase).collect();
        let named = |b: &&Basis| {
            numbers.iter().any(|n| *n == b.number.to_uppercase())
                || b.cite.iter().chain(&b.cited).any(|words| text.contains(words.as_str()))
        };
        self.bases
            .iter()
            .filter(named)
            .map(|basis| Cited {
                basis,
                holds: basis.holds_on(day),
                instead: self.instead(basis, day),
            })
            .collect()
    }

    fn instead<'t>(&'t self, basis: &'t Basis, day: Date) -> Option<&'t Basis> {
        let mut at = basis;
        // As many steps as rows: a table that goes in circles comes to an end.
        for _ in 0..self.bases.len() {
            at = self.get(at.replaced_by.as_deref()?)?;
            if at.holds_on(day) {
                return Some(at);
            }
        }
        None
    }
}

/// Số, ký hiệu with a year, which no other paper has: `152/2025/NĐ-CP`, `06/2022/QH15`. Read by hand: an
/// expression costs more to compile than a document has lines to read.
fn numbers(text: &str) -> impl Iterator<Item = &str> {
    let mut at = 0;
    std::iter::from_fn(move || {
        while let Some(stroke) = text.get(at..)?.find('/') {
            let stroke = at + stroke;
            let before = text.as_bytes().get(at..stroke).unwrap_or_default();
            let digits = before.iter().rev().take(4).take_while(|b| b.is_ascii_digit()).count();
            let length = text.get(stroke..).and_then(rest_of_number).filter(|_| digits > 0);
            let Some(length) = length else {
                at = stroke + 1;
                continue;
            };
            at = stroke + length;
            return text.get(stroke - digits..at);
        }
        None
    })
}

/// Bytes of `/2025/NĐ-CP` at the beginning of a text.
fn rest_of_number(text: &str) -> Option<usize> {
    let digits = |text: &str| text.bytes().take_while(u8::is_ascii_digit).count();
    let letters = |text: &str, more: &str| {
        let is_one = |c: char| c.is_ascii_alphabetic() || "đĐ".contains(c) || more.contains(c);
        text.find(|c| !is_one(c)).unwrap_or(text.len())
    };
    let year = text.strip_prefix('/').filter(|rest| digits(rest) == 4)?;
    let notation = year.get(4..)?.strip_prefix('/')?;
    let mut end = letters(notation, "");
    // Two letters at least.
    notation.get(..end)?.chars().nth(1)?;
    end += digits(notation.get(end..)?);
    while let Some(group) = notation.get(end..)?.strip_prefix('-') {
        match letters(group, "&") {
            0 => break,
            length => end += 1 + length,
        }
    }
    Some(text.len() - notation.len() + end)
}

/// The failure of a table that cannot be read.
pub(super) fn wrong_table(error: &toml::de::Error, source: &str, file: &str) -> Failure {
    let before = error.span().and_then(|s| source.get(..s.start)).unwrap_or_default();
    let line = before.matches('\n').count() + 1;
    let detail = error.message().to_owned();
    Failure::new(
        FailureKind::Config,
        Place::file(file).line(u32::try_from(line).unwrap_or(u32::MAX)),
        text!("bảng khen thưởng sai: {detail}", "the table is wrong: {detail}"),
    )
    .hint(text!(
        "sửa dòng này theo bảng có sẵn, hoặc bỏ tệp này để dùng bảng có sẵn",
        "mend the line after the built-in table, or remove the file to use that one"
    ))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_replaced_decree_is_known_and_what_took_its_place() {
        let table = Bases::builtin().expect("embedded");
        let line = "Căn cứ Nghị định số 98/2023/NĐ-CP ngày 31 tháng 12 năm 2023 của Chính phủ;";
        let (before, after) = (date(2025, 6, 30), date(2025, 7, 1));
        let cited = table.cited(line, before);
        assert!(cited.len() == 1 && cited[0].holds);
        let cited = table.cited(line, after);
        assert!(!cited[0].holds);
        assert_eq!(cited[0].instead.map(|b| b.number.as_str()), Some("152/2025/NĐ-CP"));
        // Two steps.
        let cited = table.cited("nghị định 91/2017/nđ-cp", after);
        assert_eq!(cited[0].instead.map(|b| b.number.as_str()), Some("152/2025/NĐ-CP"));
        assert!(table.cited("Tờ trình số 05/TTr-SNV; 198/2023/NĐ-CP", after).is_empty());
        let old = table.cited("Luật Thi đua, khen thưởng ngày 26 tháng 11 năm 2003", after);
        assert_eq!(old[0].instead.map(|b| b.number.as_str()), Some("06/2022/QH15"));
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn numbers_are_read_as_the_expression_says(
            pieces in proptest::collection::vec(
                proptest::sample::select(vec![
                    "/", "/", "/", "1", "12", "2025", "12345", "NĐ", "nđ", "CP", "-", "-", "&", "Q", "15", " ", "ế",
                ]),
                0..20,
            )
        ) {
            let text = pieces.concat();
            let pattern =
                regex::Regex::new(r"(?i)[0-9]{1,4}/[0-9]{4}/[A-ZĐ]{2,}[0-9]*(?:-[A-ZĐ&]+)*").expect("a pattern");
            let wanted: Vec<&str> = pattern.find_iter(&text).map(|m| m.as_str()).collect();
            proptest::prop_assert_eq!(numbers(&text).collect::<Vec<_>>(), wanted);
        }
    }

    #[test]
    fn papers_cite_what_holds_on_their_day() {
        let table = Bases::builtin().expect("embedded");
        let numbers = |day| -> Vec<&str> {
            table.of("decision", day).iter().map(|b| b.number.as_str()).collect()
        };
        assert_eq!(numbers(date(2026, 9, 30)), ["06/2022/QH15", "152/2025/NĐ-CP"]);
        assert_eq!(numbers(date(2026, 11, 22)), ["06/2022/QH15", "06/2026/QH16", "152/2025/NĐ-CP"]);
        let decree = table.get("152/2025/NĐ-CP").expect("a row");
        assert!(decree.is_sure(date(2026, 1, 5)) && !decree.is_sure(date(2026, 11, 22)));
        assert!(Bases::parse("last_verified = \"2026-01-01\"\nbases = 3\n", "b").is_err());
    }

    #[test]
    fn every_replacement_is_a_row() {
        let table = Bases::builtin().expect("embedded");
        for row in &table.bases {
            if let Some(number) = &row.replaced_by {
                assert!(table.get(number).is_some(), "{number}");
            }
        }
    }
}
