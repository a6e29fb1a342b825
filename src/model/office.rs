//! The office: what `vanthu.toml` says once so that no document needs to repeat it.
//!
//! Knows: organs, signers, series, abbreviations. Must not know: where the file is, SQL.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

/// One organ that issues documents: the agency, or a council that uses its seal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrganConfig {
    /// Key in `vanthu.toml`; the agency itself is `""`.
    pub key: String,
    /// Parent as printed, one entry a line.
    pub parent: Vec<String>,
    /// Name as printed, one entry a line.
    pub name: Vec<String>,
    /// Name inside a sentence.
    pub in_text: String,
    /// Abbreviation in ký hiệu.
    pub code: String,
    /// Mã định danh (OrganId), opaque.
    pub id: Option<String>,
    /// Địa danh.
    pub place: String,
}

/// How numbers run in one organ (Điều 15.1.c: the head decides).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SeriesMode {
    /// One series for all administrative documents.
    Common,
    /// One for each type.
    #[default]
    PerType,
}

/// Series of an organ.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SeriesConfig {
    /// For types in no group.
    pub mode: SeriesMode,
    /// Group name → type keys that share one series.
    pub groups: BTreeMap<String, Vec<String>>,
    /// Series name → last number already used on paper in a year (`"ke-hoach" = {2026 = 41}`).
    pub start_after: BTreeMap<String, BTreeMap<String, u32>>,
}

/// A signer that a document names by key.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SignerConfig {
    /// `KT. GIÁM ĐỐC` lines.
    pub authority: Vec<String>,
    /// Chức vụ.
    pub position: String,
    /// Second post above the name.
    pub other_position: Option<String>,
    /// Họ và tên.
    pub name: String,
}

/// The texts a document may take from the office unless it says otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contents {
    /// `VT, VP`.
    pub archive_copy: Option<String>,
    /// Ô 13 lines.
    pub contact: Vec<String>,
    /// Key of the default signer.
    pub signer: Option<String>,
    /// Default recipients.
    pub recipients: Vec<String>,
    /// Unit that drafts (`VP`), the last group of a công văn's ký hiệu.
    pub unit: Option<String>,
}

/// An office.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Office {
    /// The agency.
    pub organ: OrganConfig,
    /// Councils and boards by key.
    pub councils: BTreeMap<String, OrganConfig>,
    /// Series of the agency.
    pub series: SeriesConfig,
    /// Signers by key.
    pub signers: BTreeMap<String, SignerConfig>,
    /// Defaults.
    pub defaults: Contents,
    /// Allow quân hàm, học hàm, học vị before a name (PL I M.II.7.c exception).
    pub allow_titles_before_name: bool,
    /// Ruleset name; the one in force on the day if empty.
    pub ruleset: Option<String>,
    /// Documents in one bag before it is sealed, 1..=1000.
    pub bag_size: u32,
    /// Days of the week on which the office does not work although it is a working day: lễ, Tết.
    pub days_off: Vec<Date>,
    /// Units of the office as they are written; empty: not told, so that none is checked.
    #[serde(default)]
    pub units: Vec<String>,
    /// Overrides of layout choices that the ruleset leaves open (`body-size = 13.5`), by key.
    pub layout: BTreeMap<String, f64>,
}

/// True for the forms of copies: sao y, sao lục, trích sao (Điều 25).
pub fn is_copy(type_id: &str) -> bool {
    matches!(type_id, "sao-y" | "sao-luc" | "trich-sao")
}

impl Office {
    /// True if the office works on a day: Monday to Friday, but for the days off.
    pub fn works_on(&self, day: Date) -> bool {
        !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday)
            && !self.days_off.contains(&day)
    }

    /// The working day that is `count` working days after a day. The day itself does not count; 0 gives
    /// the day itself.
    pub fn working_day_after(&self, day: Date, count: u32) -> Date {
        let mut at = day;
        let mut left = count;
        // Days off are few, and a calendar has an end.
        while left > 0 {
            let Ok(next) = at.tomorrow() else { break };
            at = next;
            if self.works_on(at) {
                left -= 1;
            }
        }
        at
    }

    /// The organ of a key: `""` is the agency.
    pub fn organ(&self, key: &str) -> Option<&OrganConfig> {
        if key.is_empty() { Some(&self.organ) } else { self.councils.get(key) }
    }

    /// The series of incoming documents: one for paper and electronic ones together (Điều 22 khoản 2).
    pub fn incoming_series(&self) -> String {
        format!("{}:den", self.organ.code)
    }

    /// The series of the sổ khen thưởng of an organ.
    pub fn awards_series(&self, organ_key: &str) -> String {
        format!("{}:khen-thuong", self.organ(organ_key).map_or("", |o| o.code.as_str()))
    }

    /// The series that numbers a type of an organ: `SNV:ke-hoach`, `SNV:chung`, `SNV:nhom-1`.
    /// Councils have their own (PL I, Phần I, Mục II.3.a).
    /// All copy forms share one (PL I, Phần II, II.1.c).
    pub fn series_of(&self, organ_key: &str, type_id: &str) -> String {
        let organ = self.organ(organ_key).map_or("", |o| o.code.as_str());
        if is_copy(type_id) {
            return format!("{organ}:ban-sao");
        }
        for (group, types) in &self.series.groups {
            if types.iter().any(|t| t == type_id) {
                return format!("{organ}:{group}");
            }
        }
        match self.series.mode {
            SeriesMode::Common => format!("{organ}:chung"),
            SeriesMode::PerType => format!("{organ}:{type_id}"),
        }
    }
}
