//! Findings and failures, and the bilingual text they carry.
//!
//! Knows: what a message is made of. Must not know: files, terminals, any stage.
//! A [`Diagnostic`] is a value (a document, a row or an archive breaks a rule);
//! a [`Failure`] is the `Err` of the program (the work could not be done).

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

use crate::model::Slot;

/// The language of what users read. Vietnamese is the default.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Vietnamese.
    #[default]
    Vi,
    /// English.
    En,
}

/// A sentence in both languages. Made only by [`text!`](crate::text!), so that neither is forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, PartialOrd, Ord)]
pub struct Text {
    /// Vietnamese.
    pub vi: String,
    /// English.
    pub en: String,
}

impl Text {
    /// A text from its two languages.
    pub fn new(vi: impl Into<String>, en: impl Into<String>) -> Self {
        Self { vi: vi.into(), en: en.into() }
    }

    /// The sentence in `lang`.
    pub fn get(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// `text!("Vietnamese {x}", "English {x}")`: a [`Text`] with inline format captures.
/// Both sentences may use captured names and `{name:?}`-style formats.
#[macro_export]
macro_rules! text {
    ($vi:literal, $en:literal $(,)?) => {
        $crate::diagnostic::Text::new(format!($vi), format!($en))
    };
}

/// The family of a code: the letter in front of the four digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Format of documents (thể thức); the first two digits are the slot.
    T,
    /// Data: fields, rows, cells.
    D,
    /// Templates (mẫu).
    M,
    /// Numbering and register (sổ).
    S,
    /// Archive (kho).
    K,
}

/// A stable code such as `T0301`. Never reused once published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// The letter.
    pub family: Family,
    /// The four digits, 0..=9999.
    pub number: u16,
}

impl Code {
    /// A code known at compile time.
    pub const fn new(family: Family, number: u16) -> Self {
        Self { family, number }
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = match self.family {
            Family::T => 'T',
            Family::D => 'D',
            Family::M => 'M',
            Family::S => 'S',
            Family::K => 'K',
        };
        write!(f, "{letter}{:04}", self.number)
    }
}

impl FromStr for Code {
    type Err = ();

    /// Reads `T0301`; the letter may be lower case.
    fn from_str(s: &str) -> Result<Self, ()> {
        let mut chars = s.trim().chars();
        let family = match chars.next().map(|c| c.to_ascii_uppercase()) {
            Some('T') => Family::T,
            Some('D') => Family::D,
            Some('M') => Family::M,
            Some('S') => Family::S,
            Some('K') => Family::K,
            _ => return Err(()),
        };
        let digits = chars.as_str();
        if digits.len() != 4 || !digits.bytes().all(|b| b.is_ascii_digit()) {
            return Err(());
        }
        Ok(Self { family, number: digits.parse().map_err(|_| ())? })
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = String::deserialize(d)?;
        s.parse()
            .map_err(|()| serde::de::Error::custom(format!("`{s}` is not a code such as T0301")))
    }
}

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; never stops anything.
    Info,
    /// Probably wrong; does not stop numbering, does make the exit code 1 under `check`.
    Warning,
    /// Breaks a rule: the document takes no number.
    Error,
}

/// Where a finding is. Every part is optional; what is known is said.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Place {
    /// The file as the user named it, or the path inside the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Line in a text file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in a text file in characters, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// Sheet of a workbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sheet: Option<String>,
    /// Row of a sheet or CSV as the spreadsheet program numbers it, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub row: Option<u32>,
    /// Column of a sheet: its letter (`C`) or its heading.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<String>,
    /// Ô số of the decree's diagram.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<Slot>,
    /// Field name (`nguoi-ky.ten`), or number of a document (`05/KH-SNV`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub item: Option<String>,
    /// Where in a Word file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub word: Option<Box<WordPlace>>,
}

/// A place in a Word file: its part, the paragraph or cell, and the words around.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct WordPlace {
    /// Name of the part (`word/header1.xml`).
    pub part: String,
    /// Paragraph of the part, or of the cell, from 1; 0 means unknown.
    pub paragraph: u32,
    /// Table of the part, row, column, each from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cell: Option<[u32; 3]>,
    /// The text around.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub near: String,
}

impl WordPlace {
    fn describe(&self, lang: Lang) -> String {
        let file = self.part.rsplit('/').next().unwrap_or_default();
        let kind = file.trim_end_matches(|c: char| !c.is_ascii_alphabetic());
        let kind = kind.strip_suffix(".xml").unwrap_or(kind);
        let known = [
            ("document", "thân văn bản", "body"),
            ("header", "đầu trang", "header"),
            ("footer", "chân trang", "footer"),
            ("footnotes", "chú thích", "footnotes"),
            ("endnotes", "chú thích cuối", "endnotes"),
            ("core", "thuộc tính tệp", "file properties"),
        ];
        let kind = kind.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = known.iter().find(|(k, ..)| *k == kind);
        let is_vi = lang == Lang::Vi;
        let mut out = name.map_or(file, |(_, vi, en)| if is_vi { vi } else { en }).to_owned();
        if kind == "header" || kind == "footer" {
            out.push_str(&format!(" ({file})"));
        }
        let paragraph = self.paragraph;
        if let Some([table, row, column]) = self.cell {
            out.push_str(&match lang {
                Lang::Vi => format!(", bảng {table} hàng {row} cột {column}"),
                Lang::En => format!(", table {table} row {row} column {column}"),
            });
        }
        // Most cells have one paragraph: it need not be counted.
        if paragraph > 0 && (self.cell.is_none() || paragraph > 1) {
            out.push_str(&match lang {
                Lang::Vi => format!(", đoạn {paragraph}"),
                Lang::En => format!(", paragraph {paragraph}"),
            });
        }
        if !self.near.is_empty() {
            let near = &self.near;
            out.push_str(&match lang {
                Lang::Vi => format!(", chỗ “{near}”"),
                Lang::En => format!(", at “{near}”"),
            });
        }
        out
    }
}

impl Place {
    /// A place in a file.
    pub fn file(path: impl Into<String>) -> Self {
        Self { file: Some(path.into()), ..Self::default() }
    }

    /// With a line number, from 1; 0 means unknown.
    pub fn line(mut self, line: u32) -> Self {
        self.line = (line > 0).then_some(line);
        self
    }

    /// With a column in characters, from 1; 0 means unknown.
    pub fn column(mut self, column: u32) -> Self {
        self.column = (column > 0).then_some(column);
        self
    }

    /// With a sheet name.
    pub fn sheet(mut self, sheet: impl Into<String>) -> Self {
        self.sheet = Some(sheet.into());
        self
    }

    /// With a row as the spreadsheet program numbers it.
    pub fn row(mut self, row: u32) -> Self {
        self.row = Some(row);
        self
    }

    /// With a column letter or heading.
    pub fn cell(mut self, cell: impl Into<String>) -> Self {
        self.cell = Some(cell.into());
        self
    }

    /// With an ô số.
    pub fn slot(mut self, slot: Slot) -> Self {
        self.slot = Some(slot);
        self
    }

    /// With a field name or document number.
    pub fn item(mut self, item: impl Into<String>) -> Self {
        self.item = Some(item.into());
        self
    }

    /// `file:line:column, sheet “…”, row 7, column C, ô số 3` in the given language; empty if nothing is known.
    pub fn describe(&self, lang: Lang) -> String {
        let mut out = String::new();
        if let Some(file) = &self.file {
            out.push_str(file);
            if let Some(line) = self.line {
                out.push_str(&format!(":{line}"));
                if let Some(column) = self.column {
                    out.push_str(&format!(":{column}"));
                }
            }
        } else if let Some(line) = self.line {
            out.push_str(&match lang {
                Lang::Vi => format!("dòng {line}"),
                Lang::En => format!("line {line}"),
            });
        }
        let mut part = |vi: String, en: String| {
            if !out.is_empty() {
                out.push_str(", ");
            }
            out.push_str(if lang == Lang::Vi { &vi } else { &en });
        };
        if let Some(s) = &self.sheet {
            part(format!("trang tính “{s}”"), format!("sheet “{s}”"));
        }
        if let Some(r) = self.row {
            part(format!("hàng {r}"), format!("row {r}"));
        }
        if let Some(c) = &self.cell {
            part(format!("cột {c}"), format!("column {c}"));
        }
        if let Some(s) = self.slot {
            part(format!("ô số {s}"), format!("slot {s}"));
        }
        if let Some(w) = &self.word {
            part(w.describe(Lang::Vi), w.describe(Lang::En));
        }
        if let Some(i) = &self.item {
            part(i.clone(), i.clone());
        }
        out
    }
}

/// One finding: a rule that a document, a row or an archive breaks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// The stable code, explained by `vanthu explain`.
    pub code: Code,
    /// How bad.
    pub severity: Severity,
    /// Where.
    pub place: Place,
    /// Further places that belong to it (the other “III.”, the first copy of a number).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub related: Vec<(Place, Text)>,
    /// What is wrong.
    pub message: Text,
    /// Clause of the law, as the ruleset gives it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub basis: Option<String>,
    /// How to mend it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<Text>,
}

impl Diagnostic {
    /// A finding of the given severity.
    pub fn new(code: Code, severity: Severity, place: Place, message: Text) -> Self {
        Self { code, severity, place, related: Vec::new(), message, basis: None, hint: None }
    }

    /// An error.
    pub fn error(code: Code, place: Place, message: Text) -> Self {
        Self::new(code, Severity::Error, place, message)
    }

    /// A warning.
    pub fn warning(code: Code, place: Place, message: Text) -> Self {
        Self::new(code, Severity::Warning, place, message)
    }

    /// With a clause.
    pub fn basis(mut self, basis: impl Into<String>) -> Self {
        self.basis = Some(basis.into());
        self
    }

    /// With a way out.
    pub fn hint(mut self, hint: Text) -> Self {
        self.hint = Some(hint);
        self
    }

    /// With a second place.
    pub fn related(mut self, place: Place, text: Text) -> Self {
        self.related.push((place, text));
        self
    }
}

/// True if a finding stops a document from being numbered.
pub fn blocks(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|d| d.severity == Severity::Error)
}

/// What kind of failure; the command line turns it into an exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureKind {
    /// Wrong arguments.
    Usage,
    /// `vanthu.toml`, a job file or a ruleset.
    Config,
    /// A file that is to be read.
    Input,
    /// A file or folder that is to be written, or the register.
    Output,
    /// Another process holds the office.
    Locked,
    /// Stopped by the user before the end (exit 3).
    Interrupted,
    /// The register or the archive went back in time, or was changed behind the program (exit 4).
    Tampered,
}

/// The work could not be done: what, where, and how to mend it.
#[derive(Debug, Clone)]
pub struct Failure {
    /// Kind, decides the exit code.
    pub kind: FailureKind,
    /// Where.
    pub place: Box<Place>,
    /// What.
    pub message: Text,
    /// How to mend it.
    pub hint: Option<Text>,
}

impl Failure {
    /// A failure of a kind.
    pub fn new(kind: FailureKind, place: Place, message: Text) -> Self {
        Self { kind, place: Box::new(place), message, hint: None }
    }

    /// With a way out.
    pub fn hint(mut self, hint: Text) -> Self {
        self.hint = Some(hint);
        self
    }
}

impl fmt::Display for Failure {
    /// The English sentence with its place; people read it through the command line's report instead.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let place = self.place.describe(Lang::En);
        if place.is_empty() {
            write!(f, "{}", self.message.en)
        } else {
            write!(f, "{place}: {}", self.message.en)
        }
    }
}

impl std::error::Error for Failure {}

/// Result whose `Err` says that the work could not be done.
pub type Result<T, E = Failure> = std::result::Result<T, E>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_prints_and_parses() {
        let code = Code::new(Family::T, 301);
        assert_eq!(code.to_string(), "T0301");
        assert_eq!("t0301".parse(), Ok(code));
        assert_eq!("T301".parse::<Code>(), Err(()));
        assert_eq!("T+301".parse::<Code>(), Err(()));
    }

    #[test]
    fn place_says_all_it_knows() {
        let place = Place::file("a.xlsx").sheet("Danh sách").row(7).cell("C").slot(Slot::S9b);
        assert_eq!(
            place.describe(Lang::Vi),
            "a.xlsx, trang tính “Danh sách”, hàng 7, cột C, ô số 9b"
        );
        assert_eq!(place.describe(Lang::En), "a.xlsx, sheet “Danh sách”, row 7, column C, slot 9b");
    }
}
