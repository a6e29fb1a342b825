//! A format decree as data: the TOML in `templates/rulesets/` as types.
//!
//! Knows: the shape of the tables. Must not know: any value of them, documents, files.

mod awards;
mod bases;
mod money;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Failure, FailureKind, Place, Result, Severity};
use crate::model::{Form, Slot, Urgency};
use crate::text;

pub use awards::{Amendment, AwardForm, AwardKind, AwardLaw, Awards, Confidence, FORMS, Level};
pub use bases::{BASES, Bases, Basis, Cited};
pub use money::{Amount, Base, Factor, MONEY, Money, NoAmount};

/// The ruleset of Decree 30/2020, built in.
pub const ND30_2020: &str = include_str!("../../templates/rulesets/nd30-2020.toml");

/// A range with the value that the writer uses.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Range {
    /// Least allowed.
    pub min: f64,
    /// Most allowed.
    pub max: f64,
    /// What the writer uses.
    pub value: f64,
}

impl Range {
    /// True within the range, with room for the rounding to twips (0,02 mm or pt).
    pub fn holds(&self, value: f64) -> bool {
        value >= self.min - 0.02 && value <= self.max + 0.02
    }
}

/// Page (PL I, Phần I, Mục I). Millimetres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PageRule {
    /// Portrait width.
    pub width: f64,
    /// Portrait height.
    pub height: f64,
    /// Lề trên.
    pub top: Range,
    /// Lề dưới.
    pub bottom: Range,
    /// Lề trái.
    pub left: Range,
    /// Lề phải.
    pub right: Range,
    /// Header from the edge (no rule, the decree's own forms).
    pub header: f64,
    /// Footer from the edge (no rule).
    pub footer: f64,
    /// Font family.
    pub font: String,
    /// Language tag.
    pub language: String,
    /// Clause.
    pub clause: String,
}

/// Case of the letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Case {
    /// IN HOA.
    Upper,
    /// As typed.
    Normal,
}

/// Rule line beneath a part: fraction of the text's width.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LineRule {
    /// Least fraction.
    pub min: f64,
    /// Most.
    pub max: f64,
    /// What the writer draws.
    pub value: f64,
}

/// One part of a slot: how it looks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartRule {
    /// Ô số.
    pub slot: Slot,
    /// Vietnamese name (`Tiêu ngữ`).
    pub name: String,
    /// English name.
    pub name_en: String,
    /// Size in points.
    pub size: Range,
    /// Đậm; absent: not stated.
    pub bold: Option<bool>,
    /// Nghiêng; absent: not stated.
    pub italic: Option<bool>,
    /// Case.
    pub case: Case,
    /// Alignment.
    pub align: crate::model::Align,
    /// Rule line beneath.
    pub line: Option<LineRule>,
    /// Clause.
    pub clause: String,
}

/// Body paragraphs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BodyRule {
    /// First-line indents allowed, mm.
    pub indents: Vec<f64>,
    /// The one used, mm.
    pub indent: f64,
    /// Space between paragraphs, pt.
    pub gap: Range,
    /// Line spacing in lines.
    pub line: Range,
    /// Letters of điểm in order.
    pub point_letters: String,
    /// Clause.
    pub clause: String,
}

/// One of the types (Điều 7; PL III, Mục I).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TypeRule {
    /// Key: `ke-hoach`.
    pub id: String,
    /// Number in Điều 7; absent for copies.
    pub no: Option<u8>,
    /// `Kế hoạch`.
    pub name: String,
    /// English gloss.
    pub name_en: String,
    /// `KH`; empty where the decree gives none.
    pub abbr: String,
    /// Sample form.
    pub form: Form,
    /// May have `Kính gửi` (công văn always, tờ trình and báo cáo upward).
    #[serde(default)]
    pub addressed: bool,
    /// Has no địa danh and date in its header (biên bản).
    #[serde(default)]
    pub undated_header: bool,
}

/// A stamp drawn by the writer. Millimetres.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StampRule {
    /// Which urgency.
    pub urgency: Urgency,
    /// Text.
    pub text: String,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Clause.
    pub clause: String,
}

/// A row of the table of checks: kind and parameters; the kinds are in `lint`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CheckRow {
    /// Stable code.
    pub code: Code,
    /// Name of the bad thing, kebab-case English.
    pub name: String,
    /// Ô số, if it belongs to one.
    pub slot: Option<Slot>,
    /// Kind of check.
    pub kind: String,
    /// Parameters of the kind.
    #[serde(default)]
    pub parameters: BTreeMap<String, toml::Value>,
    /// Severity.
    pub severity: Severity,
    /// Clause; empty where the law is silent and the check is craft.
    pub basis: String,
    /// Rule in Vietnamese.
    pub rule: String,
    /// Rule in English.
    pub rule_en: String,
    /// A bad example.
    pub bad: String,
    /// A good example.
    pub good: String,
    /// How to mend it, in Vietnamese; empty where each finding says it itself.
    #[serde(default)]
    pub mend: String,
    /// The same in English.
    #[serde(default)]
    pub mend_en: String,
    /// Only documents dated on or after this day.
    pub valid_from: Option<jiff::civil::Date>,
}

/// A format decree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ruleset {
    /// Key: `nd30-2020`.
    pub id: String,
    /// Name of the decree.
    pub name: String,
    /// First day.
    pub valid_from: jiff::civil::Date,
    /// Last day, if it ended.
    pub valid_to: Option<jiff::civil::Date>,
    /// When a person last checked that it is in force.
    pub last_verified: jiff::civil::Date,
    /// Page.
    pub page: PageRule,
    /// Parts by key (`motto`, `organ`, `code` …).
    pub parts: BTreeMap<String, PartRule>,
    /// Body.
    pub body: BodyRule,
    /// Types.
    pub types: Vec<TypeRule>,
    /// Copy forms.
    pub copies: Vec<TypeRule>,
    /// Urgency stamps.
    pub stamps: Vec<StampRule>,
    /// Widths that the decree leaves open, mm or pt, by key.
    pub layout: BTreeMap<String, f64>,
    /// Words and lists that checks use, by key.
    pub words: BTreeMap<String, Vec<String>>,
    /// Checks.
    pub checks: Vec<CheckRow>,
}

impl Ruleset {
    /// Reads a ruleset.
    ///
    /// # Errors
    /// A `Config` failure that names the key and the line.
    pub fn parse(source: &str, file: &str) -> Result<Self> {
        toml::from_str(source).map_err(|e| {
            let before = e.span().and_then(|s| source.get(..s.start)).unwrap_or_default();
            let line = before.matches('\n').count() + 1;
            let detail = e.message().to_owned();
            Failure::new(
                FailureKind::Config,
                Place::file(file).line(u32::try_from(line).unwrap_or(u32::MAX)),
                text!("bộ quy tắc sai: {detail}", "the ruleset is wrong: {detail}"),
            )
            .hint(text!(
                "sửa dòng này theo bộ quy tắc có sẵn, hoặc bỏ tệp này để dùng bộ có sẵn",
                "mend the line after the built-in ruleset, or remove the file to use that one"
            ))
        })
    }

    /// The built-in ruleset.
    ///
    /// # Errors
    /// Never for a released program: a test reads the embedded file.
    pub fn builtin() -> Result<Self> {
        let table = serde_json::from_str(table!("rulesets/nd30-2020"));
        table.or_else(|_| Self::parse(ND30_2020, "nd30-2020.toml"))
    }

    /// A copy without the rows of checks, which are most of it.
    pub fn without_checks(&self) -> Self {
        Self {
            id: self.id.clone(),
            name: self.name.clone(),
            valid_from: self.valid_from,
            valid_to: self.valid_to,
            last_verified: self.last_verified,
            page: self.page.clone(),
            parts: self.parts.clone(),
            body: self.body.clone(),
            types: self.types.clone(),
            copies: self.copies.clone(),
            stamps: self.stamps.clone(),
            layout: self.layout.clone(),
            words: self.words.clone(),
            checks: Vec::new(),
        }
    }

    /// The rule of a type or copy form by key.
    pub fn type_rule(&self, id: &str) -> Option<&TypeRule> {
        self.types.iter().chain(&self.copies).find(|t| t.id == id)
    }

    /// The rule of a part.
    pub fn part(&self, key: &str) -> Option<&PartRule> {
        self.parts.get(key)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_tables_are_what_their_toml_says() {
        let rules = Ruleset::parse(ND30_2020, "nd30-2020.toml").expect("embedded");
        assert_eq!(Ruleset::builtin().expect("embedded"), rules);
        let bases = Bases::parse(BASES, "bases.toml").expect("embedded");
        assert_eq!(Bases::builtin().expect("embedded"), bases);
        let money = Money::parse(MONEY, "money.toml").expect("embedded");
        assert_eq!(Money::builtin().expect("embedded"), money);
        let awards = Awards::parse(FORMS, "forms.toml").expect("embedded");
        assert_eq!(Awards::builtin().expect("embedded"), awards);
    }

    #[test]
    fn the_built_in_ruleset_has_the_29_types_and_3_copies() {
        let rules = Ruleset::builtin().expect("embedded");
        assert_eq!(rules.types.len(), 29);
        assert_eq!(rules.copies.len(), 3);
        let numbers: Vec<_> = rules.types.iter().filter_map(|t| t.no).collect();
        assert_eq!(numbers, (1..=29).collect::<Vec<u8>>());
    }
}
