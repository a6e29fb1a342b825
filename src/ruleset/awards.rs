//! Danh hiệu and hình thức khen thưởng: the table `templates/awards/forms.toml` as types.
//!
//! Knows: the shape of the table, how a written name finds its row. Must not know: lists, money, documents.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::HonoureeKind;
use crate::text;

/// The built-in table.
pub const FORMS: &str = include_str!("../../templates/awards/forms.toml");

/// Danh hiệu thi đua or hình thức khen thưởng: the law counts them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AwardKind {
    /// Danh hiệu thi đua (Đ19, Đ20).
    Title,
    /// Hình thức khen thưởng (Đ9).
    Form,
}

/// Who decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// Chủ tịch UBND cấp xã.
    Commune,
    /// Heads of units with legal personality, of sở; directors.
    Unit,
    /// Ministers, heads of ban, ngành; Chủ tịch UBND cấp tỉnh.
    Province,
    /// Thủ tướng.
    PrimeMinister,
    /// Chính phủ.
    Government,
    /// Ủy ban Thường vụ Quốc hội.
    Assembly,
    /// Chủ tịch nước.
    President,
}

/// How sure a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// From memory or one weak source.
    Low,
    /// One careful source.
    Med,
    /// The official text, or two independent sources.
    High,
}

/// One danh hiệu or hình thức.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwardForm {
    /// Key that lists, campaigns and settings use: `giay-khen`.
    pub id: String,
    /// Name, without quotation marks.
    pub name: String,
    /// Danh hiệu or hình thức.
    pub kind: AwardKind,
    /// For whom.
    pub subjects: Vec<HonoureeKind>,
    /// Who decides.
    pub level: Level,
    /// The same in words.
    pub decides: String,
    /// The Law writes the name between quotation marks.
    #[serde(default)]
    pub quoted: bool,
    /// The name ends with the organ that gives it.
    #[serde(default)]
    pub takes_organ: bool,
    /// Number of grades (hạng); 0: none.
    #[serde(default)]
    pub grades: u8,
    /// Clauses of the Law.
    pub basis: String,
    /// How sure.
    pub confidence: Confidence,
    /// Other spellings and abbreviations.
    #[serde(default)]
    pub names: Vec<String>,
    /// First day, where it differs from the Law's.
    #[serde(default)]
    pub valid_from: Option<Date>,
    /// Last day.
    #[serde(default)]
    pub valid_to: Option<Date>,
}

impl AwardForm {
    /// The name as the Law writes it inside a sentence: `“Lao động tiên tiến”`, `Giấy khen`.
    pub fn in_text(&self) -> String {
        if self.quoted { format!("“{}”", self.name) } else { self.name.clone() }
    }

    /// True if it may be given to this kind.
    pub fn is_for(&self, kind: HonoureeKind) -> bool {
        self.subjects.contains(&kind)
    }

    /// True on days when it may be given, as far as the row says.
    pub fn holds_on(&self, day: Date) -> bool {
        self.valid_from.is_none_or(|from| from <= day) && self.valid_to.is_none_or(|to| day <= to)
    }
}

/// A law that changed the table's law.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Amendment {
    /// Its name.
    pub name: String,
    /// First day.
    pub from: Date,
    /// True if the rows were read against it.
    pub verified: bool,
}

/// The law that the table was read from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AwardLaw {
    /// Its name and number.
    pub name: String,
    /// First day.
    pub valid_from: Date,
    /// Last day, if it ended.
    #[serde(default)]
    pub valid_to: Option<Date>,
    /// When a person last checked the table.
    pub last_verified: Date,
    /// Laws that changed it.
    #[serde(default)]
    pub amended: Vec<Amendment>,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    law: AwardLaw,
    forms: Vec<AwardForm>,
}

/// The table of awards.
#[derive(Debug, Clone, PartialEq)]
pub struct Awards {
    /// The law behind it.
    pub law: AwardLaw,
    /// Rows in their order.
    pub forms: Vec<AwardForm>,
    by_name: HashMap<String, usize>,
}

/// The failure of a table that cannot be read.
fn wrong_forms(file: &str, line: usize, detail: &str) -> Failure {
    Failure::new(
        FailureKind::Config,
        Place::file(file).line(u32::try_from(line).unwrap_or(u32::MAX)),
        text!("bảng hình thức khen thưởng sai: {detail}", "the table of awards is wrong: {detail}"),
    )
    .hint(text!(
        "sửa dòng này theo bảng có sẵn, hoặc bỏ tệp này để dùng bảng có sẵn",
        "mend the line after the built-in table, or remove the file to use that one"
    ))
}

impl Awards {
    /// Reads a table.
    ///
    /// # Errors
    /// A `Config` failure that names the key and the line, or two rows with one id or one name.
    pub fn parse(source: &str, file: &str) -> Result<Self> {
        let table: Table = toml::from_str(source).map_err(|e| {
            let before = e.span().and_then(|s| source.get(..s.start)).unwrap_or_default();
            wrong_forms(file, before.matches('\n').count() + 1, e.message())
        })?;
        Self::of(table, file)
    }

    /// A table with its names, of which no two may be the same.
    fn of(table: Table, file: &str) -> Result<Self> {
        let mut by_name: HashMap<String, usize> = HashMap::new();
        for (at, form) in table.forms.iter().enumerate() {
            let own = [form.id.as_str(), form.name.as_str()];
            for name in own.into_iter().chain(form.names.iter().map(String::as_str)) {
                let key = text::slug(name);
                match by_name.insert(key, at) {
                    Some(other) if other != at => {
                        let first = table.forms.get(other).map_or("", |f| f.id.as_str());
                        return Err(wrong_forms(
                            file,
                            0,
                            &format!("“{name}”: {first}, {}", form.id),
                        ));
                    }
                    _ => {}
                }
            }
        }
        Ok(Self { law: table.law, forms: table.forms, by_name })
    }

    /// The built-in table.
    ///
    /// # Errors
    /// Never for a released program: a test reads the embedded file.
    pub fn builtin() -> Result<Self> {
        match serde_json::from_str(table!("awards/forms")) {
            Ok(table) => Self::of(table, "forms.toml"),
            Err(_) => Self::parse(FORMS, "forms.toml"),
        }
    }

    /// The row of an id.
    pub fn get(&self, id: &str) -> Option<&AwardForm> {
        self.forms.iter().find(|f| f.id == id)
    }

    /// The row that a written name means: `LĐTT`, `danh hiệu “Lao động tiên tiến” năm 2026`,
    /// `Tặng Giấy khen của Giám đốc Sở Nội vụ`.
    pub fn find(&self, written: &str) -> Option<&AwardForm> {
        let slug = text::slug(written);
        let mut rest = slug.as_str();
        loop {
            if let Some(form) = self.named(rest) {
                return Some(form);
            }
            let lead = LEADS.iter().find_map(|lead| rest.strip_prefix(lead));
            match lead {
                Some(shorter) => rest = shorter,
                None => return None,
            }
        }
    }

    /// By its whole name, or without the year, the grade or the organ at its end.
    fn named(&self, slug: &str) -> Option<&AwardForm> {
        let mut rest = slug;
        loop {
            if let Some(at) = self.by_name.get(rest) {
                return self.forms.get(*at);
            }
            // The longest name first: “bang-khen-cua-thu-tuong-chinh-phu” before “bang-khen”.
            let cut = ENDS.iter().filter_map(|end| rest.rfind(end)).max()?;
            rest = rest.get(..cut)?;
        }
    }

    /// The amendment in force on a day that the rows were not read against.
    pub fn unread_amendment(&self, on: Date) -> Option<&Amendment> {
        self.law.amended.iter().find(|a| !a.verified && a.from <= on)
    }

    /// A clause with the name of the law, and with the amendment that was not read.
    pub fn cite(&self, clause: &str, on: Date) -> String {
        let law = &self.law.name;
        match self.unread_amendment(on) {
            Some(Amendment { name, from, .. }) => {
                let (d, m, y) = (from.day(), from.month(), from.year());
                format!("{law}: {clause} (chưa đối chiếu {name}, hiệu lực {d:02}/{m:02}/{y})")
            }
            None => format!("{law}: {clause}"),
        }
    }
}

/// What stands before a name.
const LEADS: [&str; 9] = [
    "de-nghi-",
    "cong-nhan-",
    "danh-hieu-thi-dua-",
    "danh-hieu-",
    "hinh-thuc-",
    "truy-tang-",
    "trao-tang-",
    "trao-",
    "tang-",
];

/// What stands after a name.
const ENDS: [&str; 5] = ["-nam-", "-hang-", "-cua-", "-cho-", "-dot-"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_written_name_finds_its_row() {
        let awards = Awards::builtin().expect("embedded");
        for (written, id) in [
            ("LĐTT", "lao-dong-tien-tien"),
            ("cstđcs", "cstd-co-so"),
            ("Danh hiệu “Chiến sĩ thi đua cơ sở” năm 2026", "cstd-co-so"),
            ("Chiến sỹ thi đua cơ sở", "cstd-co-so"),
            ("GK", "giay-khen"),
            ("Tặng Giấy khen của Giám đốc Sở Nội vụ", "giay-khen"),
            ("Bằng khen", "bang-khen"),
            ("BẰNG KHEN CỦA CHỦ TỊCH UBND TỈNH", "bang-khen"),
            ("Bằng khen của Thủ tướng Chính phủ", "bang-khen-thu-tuong"),
            ("BKTTg", "bang-khen-thu-tuong"),
            ("Đề nghị tặng Cờ thi đua của Chính phủ", "co-thi-dua-chinh-phu"),
            ("Huân chương Lao động hạng Nhất", "huan-chuong-lao-dong"),
            ("Tập thể Lao động xuất sắc", "tap-the-lao-dong-xuat-sac"),
            ("Giấy khen của Chủ tịch UBND xã An Phú", "giay-khen"),
            ("giay-khen-xa", "giay-khen-xa"),
        ] {
            assert_eq!(awards.find(written).map(|f| f.id.as_str()), Some(id), "{written}");
        }
        for nothing in ["", "Giấy mời", "tặng", "Giấy khen thưởng"] {
            assert_eq!(awards.find(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn names_are_written_as_the_law_writes_them() {
        let awards = Awards::builtin().expect("embedded");
        let text = |id| awards.get(id).map(AwardForm::in_text);
        assert_eq!(text("lao-dong-tien-tien").as_deref(), Some("“Lao động tiên tiến”"));
        assert_eq!(text("giay-khen").as_deref(), Some("Giấy khen"));
        let form = awards.get("gia-dinh-van-hoa").expect("a row");
        assert!(form.is_for(HonoureeKind::Household) && !form.is_for(HonoureeKind::Individual));
    }

    #[test]
    fn an_amendment_that_was_not_read_is_named() {
        let awards = Awards::builtin().expect("embedded");
        let before = awards.cite("Đ5.2.c", jiff::civil::date(2026, 9, 30));
        let after = awards.cite("Đ5.2.c", jiff::civil::date(2026, 10, 1));
        assert!(!before.contains("06/2026") && after.contains("06/2026"), "{before} {after}");
    }

    #[test]
    fn a_wrong_table_is_told() {
        assert!(Awards::parse("[law]\n", "f").is_err());
        let twice = FORMS.replace("names = [\"GK\"", "names = [\"BK\"");
        let failure = Awards::parse(&twice, "f").expect_err("one name, two rows");
        assert!(failure.message.vi.contains("BK"), "{failure}");
    }
}
