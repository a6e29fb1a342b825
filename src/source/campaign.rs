//! The job file of an award campaign → [`Campaign`].
//!
//! Knows: the keys of the table `[campaign]` (`[dot-khen-thuong]`) in both languages. Must not know:
//! lists, votes, money, papers, the disk.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::keyed::{self, Field, Fields, Key, Reader};
use super::name::unsafe_folder;
use super::roll;
use crate::diagnostic::Diagnostic;
use crate::text;

/// A job file to begin with, every key explained.
pub const SKELETON: &str = include_str!("../../templates/awards/dot-khen.toml");

const BASE: u16 = 800;
/// A word that is none of the choices.
const UNKNOWN_CHOICE: u16 = 8;
/// A folder that would leave the job file's own.
const UNSAFE_NAME: u16 = 9;
/// Steps beside a campaign.
const STEPS_BESIDE: u16 = 10;

const CAMPAIGN: Key = ("campaign", "dot-khen-thuong");
const TITLE: Key = ("title", "ten");
const LISTS: Key = ("lists", "danh-sach");
const TOP: &[Key] = &[CAMPAIGN, TITLE, ("steps", "buoc")];
const TABLE: &[Key] = &[
    TITLE,
    LISTS,
    ("sheet", "trang"),
    ("columns", "cot"),
    ("order", "thu-tu"),
    ("by_unit", "gom-don-vi"),
    ("form", "hinh-thuc"),
    ("achievement", "thanh-tich"),
    ("dossier", "ho-so"),
    ("out", "ra"),
    ("steps", "cac-buoc"),
    ("proposal", "to-trinh"),
    ("council", "hoi-dong"),
    ("votes", "kiem-phieu"),
    ("decision", "quyet-dinh"),
    ("certificates", "giay-khen"),
    ("with", "them"),
];
const PROPOSER: Key = ("proposer", "don-vi-trinh");
const PAPER: &[Key] = &[
    ("organ", "co-quan"),
    ("date", "ngay"),
    ("signer", "nguoi-ky"),
    ("recipients", "noi-nhan"),
    ("archive_copy", "luu"),
    ("addressees", "kinh-gui"),
    ("code", "so-ky-hieu"),
    PROPOSER,
];
const COUNCIL: &[Key] = &[
    ("organ", "co-quan"),
    TITLE,
    ("date", "ngay"),
    ("begins", "bat-dau"),
    ("ends", "ket-thuc"),
    ("place", "dia-diem"),
    ("chair", "chu-toa"),
    ("secretary", "thu-ky"),
    ("members", "thanh-vien"),
    ("absent", "vang-mat"),
    ("recipients", "noi-nhan"),
    ("archive_copy", "luu"),
];
const VOTES: &[Key] = &[
    ("file", "tep"),
    ("tellers", "ban-kiem-phieu"),
    ("given", "phat-ra"),
    ("returned", "thu-ve"),
    ("valid", "hop-le"),
    ("pass", "ti-le-dat"),
];
const DECISION: &[Key] = &[
    ("organ", "co-quan"),
    ("date", "ngay"),
    ("signer", "nguoi-ky"),
    ("authority", "tham-quyen"),
    ("giver", "nguoi-tang"),
    ("bases", "can-cu"),
    ("inside", "ghi-trong-dieu-1"),
    ("level", "cap"),
    ("money", "tien-thuong"),
    ("fund", "kinh-phi"),
    ("rounding", "lam-tron"),
    ("executors", "thi-hanh"),
    ("recipients", "noi-nhan"),
    ("archive_copy", "luu"),
];

const CERTIFICATES: &[Key] = &[
    ("template", "mau"),
    ("emblem", "quoc-huy"),
    ("shift", "lech"),
    ("per_file", "moi-tep"),
    ("locality", "dia-danh"),
];

/// A step of a campaign, in the usual order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum CampaignStep {
    /// Tờ trình with its list.
    Proposal,
    /// Biên bản họp and biên bản kiểm phiếu.
    Minutes,
    /// Quyết định khen thưởng.
    Decision,
    /// Certificates and the entries in the sổ khen thưởng.
    Certificates,
}

impl CampaignStep {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Proposal, Self::Minutes, Self::Decision, Self::Certificates];

    /// Its names: English, Vietnamese.
    pub const fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::Proposal => ("proposal", "to-trinh"),
            Self::Minutes => ("minutes", "bien-ban"),
            Self::Decision => ("decision", "quyet-dinh"),
            Self::Certificates => ("certificates", "giay-khen"),
        }
    }

    /// The step of a name in either language.
    pub fn find(name: &str) -> Option<Self> {
        let slug = text::slug(name);
        Self::ALL.into_iter().find(|s| slug == s.names().0 || slug == s.names().1)
    }
}

/// What the tờ trình says beside the list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Proposal {
    /// Council or board of `vanthu.toml` that issues it; `""`: the agency.
    pub organ: String,
    /// Its day; none: the day on which the step is run.
    pub date: Option<Date>,
    /// Key of the signer; none: the office's default.
    pub signer: Option<String>,
    /// Nơi nhận; empty: the template's.
    pub recipients: Vec<String>,
    /// Lưu.
    pub archive_copy: Option<String>,
    /// Kính gửi.
    pub addressees: Vec<String>,
    /// Số, ký hiệu of a tờ trình that a unit sent: the campaign then issues none of its own.
    pub code: Option<String>,
    /// Who proposes, as a sentence names it: `Văn phòng Sở`.
    pub proposer: String,
}

/// The council and its meeting.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Council {
    /// Line of its table.
    pub at: u32,
    /// Council of `vanthu.toml` that keeps the minutes; `""`: the agency.
    pub organ: String,
    /// Its name in a sentence.
    pub name: String,
    /// Day of the meeting.
    pub date: Option<Date>,
    /// When it began: `14:00`.
    pub begins: Option<String>,
    /// When it ended.
    pub ends: Option<String>,
    /// Where.
    pub place: Option<String>,
    /// Chair and what he is: `Ông Trần Minh Khôi, Giám đốc Sở`.
    pub chair: String,
    /// Secretary, likewise.
    pub secretary: String,
    /// Members who vote, likewise; the chair among them.
    pub members: Vec<String>,
    /// Those who did not come.
    pub absent: Vec<String>,
    /// Nơi nhận.
    pub recipients: Vec<String>,
    /// Lưu.
    pub archive_copy: Option<String>,
}

/// The secret ballot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Votes {
    /// Line of its table.
    pub at: u32,
    /// File with the votes of each case; none: columns of the lists.
    pub file: Option<PathBuf>,
    /// Ban kiểm phiếu, the head first: `Bà Hoàng Thị Kim Ngân, Trưởng ban`.
    pub tellers: Vec<String>,
    /// Phiếu phát ra.
    pub given: Option<u32>,
    /// Phiếu thu về.
    pub returned: Option<u32>,
    /// Phiếu hợp lệ.
    pub valid: Option<u32>,
    /// Percent of the members of the council that a case needs.
    pub pass: Option<u32>,
}

/// What the decision says beside the list.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Decision {
    /// Line of its table.
    pub at: u32,
    /// Council of `vanthu.toml` that issues it; `""`: the agency.
    pub organ: String,
    /// Its day; none: the day on which the step is run.
    pub date: Option<Date>,
    /// Key of the signer; none: the office's default.
    pub signer: Option<String>,
    /// Line of the authority: `GIÁM ĐỐC SỞ NỘI VỤ`.
    pub authority: String,
    /// Who gives, in a sentence: `Giám đốc Sở Nội vụ`.
    pub giver: String,
    /// Further căn cứ, without their closing marks.
    pub bases: Vec<String>,
    /// Longest list whose names stand in Điều 1.
    pub inside: u32,
    /// True where the giver is a minister or the chairman of a province, who may give more.
    pub is_province: bool,
    /// True if the decision grants money.
    pub money: bool,
    /// Where the money comes from.
    pub fund: String,
    /// True if amounts are rounded to the nearest 10.000 đ and not up.
    pub nearest: bool,
    /// Who carries it out.
    pub executors: String,
    /// Nơi nhận without `Như Điều …`.
    pub recipients: Vec<String>,
    /// Lưu.
    pub archive_copy: Option<String>,
}

/// How the certificates are made.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Certificates {
    /// Line of its table.
    pub at: u32,
    /// Which form; empty: the built-in one of the award. `khong`: entries without certificates.
    pub template: String,
    /// Picture of the emblem.
    pub emblem: Option<PathBuf>,
    /// What the printer is off by, right and down, in millimetres.
    pub shift: Option<(f64, f64)>,
    /// Certificates in one file to print; 1: a file each.
    pub per_file: u32,
    /// Địa danh; none: that of the organ.
    pub locality: Option<String>,
}

/// How a list is ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ListOrder {
    /// As the lists give it.
    #[default]
    AsGiven,
    /// By given name.
    ByName,
}

/// An award campaign.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Campaign {
    /// Name of the job file as the user named it.
    pub file: String,
    /// Its folder.
    pub folder: PathBuf,
    /// What it is for, in a sentence: `phong trào thi đua năm 2026`.
    pub title: String,
    /// The lists in order.
    pub lists: Vec<PathBuf>,
    /// Sheet of the workbooks; none: what the reader takes.
    pub sheet: Option<String>,
    /// Headings given by hand: what it means, heading or letter.
    pub columns: Vec<(roll::Field, String)>,
    /// Order.
    pub order: ListOrder,
    /// True if the lines of a unit stay together.
    pub by_unit: bool,
    /// The form of every line that names none: an id of the table of awards.
    pub form: String,
    /// The achievement of every line that names none.
    pub achievement: String,
    /// Hồ sơ.
    pub dossier: Option<String>,
    /// Folder for copies to print; none: those of the office.
    pub out: Option<PathBuf>,
    /// The steps that this campaign has, in the order in which they are run.
    pub steps: Vec<CampaignStep>,
    /// Tờ trình.
    pub proposal: Proposal,
    /// Council.
    pub council: Council,
    /// Votes.
    pub votes: Votes,
    /// Decision.
    pub decision: Decision,
    /// Certificates.
    pub certificates: Certificates,
    /// Fields for the office's own templates.
    pub with: Map<String, Value>,
}

/// True if a job file is one of an award campaign.
pub fn is_campaign(toml_text: &str) -> bool {
    let named = |line: &str| {
        let name = line.trim_start().strip_prefix('[').unwrap_or_default();
        let name = name.split([']', '.']).next().unwrap_or_default();
        let slug = text::slug(name);
        slug == CAMPAIGN.0 || slug == CAMPAIGN.1
    };
    toml_text.lines().any(named)
}

/// Reads the job file of a campaign. `file` is the path as the user named it: paths in it start from its folder.
///
/// # Errors
/// Everything that is wrong in the file, in its order.
pub fn parse(toml_text: &str, file: &str) -> Result<Campaign, Vec<Diagnostic>> {
    let toml_text = toml_text.strip_prefix('\u{feff}').unwrap_or(toml_text);
    let folder = Path::new(file).parent().map(Path::to_path_buf).unwrap_or_default();
    let mut builder = Builder { reader: Reader::new(toml_text, file, BASE), folder };
    let document = builder.reader.document();
    let campaign = builder.campaign(document.get_ref(), file);
    let findings = builder.reader.finish();
    if findings.is_empty() { Ok(campaign) } else { Err(findings) }
}

struct Builder<'a> {
    reader: Reader<'a>,
    folder: PathBuf,
}

impl<'a> Builder<'a> {
    fn campaign(&mut self, document: &DeTable<'a>, file: &str) -> Campaign {
        let top = self.reader.fields("", 0, document, TOP);
        if let Some(steps) = top.get("steps") {
            self.reader.error(
                STEPS_BESIDE,
                steps.at,
                Some(steps.typed),
                text!(
                    "tệp của đợt khen thưởng không có bước riêng",
                    "the file of a campaign has no steps of its own"
                ),
                Some(text!(
                    "đặt các bước ấy vào một tệp công việc khác",
                    "put those steps into another job file"
                )),
            );
        }
        let Some(fields) = self.reader.table(&top, CAMPAIGN.0, TABLE) else {
            return Campaign::default();
        };
        let title = self.reader.filled(&fields, TITLE).unwrap_or_default();
        let lists = self.lists(&fields);
        let proposal = self.proposal(&fields);
        let council = self.council(&fields);
        let votes = self.votes(&fields);
        let decision = self.decision(&fields);
        let certificates = self.certificates(&fields);
        Campaign {
            file: file.to_owned(),
            folder: self.folder.clone(),
            title,
            lists,
            sheet: self.text(&fields, "sheet"),
            columns: self.columns(&fields),
            order: self.order(&fields),
            by_unit: fields.get("by_unit").and_then(|f| self.reader.boolean(f)).unwrap_or(false),
            form: self.text(&fields, "form").map(|f| text::slug(&f)).unwrap_or_default(),
            achievement: self.text(&fields, "achievement").unwrap_or_default(),
            dossier: self.text(&fields, "dossier"),
            out: self.out(&fields),
            steps: self.steps(&fields),
            proposal,
            council,
            votes,
            decision,
            certificates,
            with: self.map(&fields, "with"),
        }
    }

    fn lists(&mut self, fields: &Fields<'_, 'a>) -> Vec<PathBuf> {
        let lines = self.lines(fields, LISTS.0);
        if lines.is_empty() {
            self.reader.missing(fields, LISTS);
        }
        lines.into_iter().map(|f| self.folder.join(f)).collect()
    }

    fn steps(&mut self, fields: &Fields<'_, 'a>) -> Vec<CampaignStep> {
        let Some(field) = fields.get("steps") else { return CampaignStep::ALL.to_vec() };
        let mut steps = Vec::new();
        for name in self.reader.lines(field) {
            match CampaignStep::find(&name) {
                Some(step) if !steps.contains(&step) => steps.push(step),
                Some(_) => {}
                None => {
                    let all = CampaignStep::ALL.map(|s| s.names().1);
                    self.choice(field, &name, &all);
                }
            }
        }
        steps
    }

    /// `[cot]`: `ten = "Họ tên cán bộ"`, `don-vi = "D"`.
    fn columns(&mut self, fields: &Fields<'_, 'a>) -> Vec<(roll::Field, String)> {
        let Some(field) = fields.get("columns") else { return Vec::new() };
        let Some(table) = self.reader.as_table(field) else { return Vec::new() };
        let mut out = Vec::new();
        for (key, value) in table {
            let typed = key.get_ref().as_ref();
            let inner = keyed::Field { typed, at: key.span().start, value };
            match roll::field_of(typed) {
                Some(meaning) => {
                    out.extend(self.reader.string(inner).map(|heading| (meaning, heading)));
                }
                None => {
                    let known: Vec<&str> = roll::map_keys().collect();
                    self.reader.unknown_key(&fields.path, typed, inner.at, known.into_iter());
                }
            }
        }
        out
    }

    fn order(&mut self, fields: &Fields<'_, 'a>) -> ListOrder {
        let Some(field) = fields.get("order") else { return ListOrder::AsGiven };
        let Some(typed) = self.reader.string(field) else { return ListOrder::AsGiven };
        match text::slug(&typed).as_str() {
            "as-given" | "nhu-danh-sach" => ListOrder::AsGiven,
            "by-name" | "theo-ten" => ListOrder::ByName,
            _ => {
                self.choice(field, &typed, &["nhu-danh-sach", "theo-ten", "as-given", "by-name"]);
                ListOrder::AsGiven
            }
        }
    }

    fn choice(&mut self, field: Field<'_, '_>, typed: &str, choices: &[&str]) {
        let name = field.typed;
        let all = choices.join(", ");
        let near = text::nearest(typed, choices.iter().copied());
        self.reader.error(
            UNKNOWN_CHOICE,
            field.value.span().start,
            Some(name),
            text!("`{name}` không nhận “{typed}”", "`{name}` cannot be “{typed}”"),
            Some(match near {
                Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
                None => text!("dùng được: {all}", "can be used: {all}"),
            }),
        );
    }

    fn proposal(&mut self, parent: &Fields<'_, 'a>) -> Proposal {
        let Some(fields) = self.reader.table(parent, "proposal", PAPER) else {
            return Proposal::default();
        };
        Proposal {
            organ: self.text(&fields, "organ").unwrap_or_default(),
            date: self.date(&fields),
            signer: self.text(&fields, "signer"),
            recipients: self.lines(&fields, "recipients"),
            archive_copy: self.text(&fields, "archive_copy"),
            addressees: self.lines(&fields, "addressees"),
            code: self.text(&fields, "code"),
            proposer: self.reader.filled(&fields, PROPOSER).unwrap_or_default(),
        }
    }

    fn council(&mut self, parent: &Fields<'_, 'a>) -> Council {
        let Some(fields) = self.reader.table(parent, "council", COUNCIL) else {
            return Council::default();
        };
        Council {
            at: self.reader.line(fields.at),
            organ: self.text(&fields, "organ").unwrap_or_default(),
            name: self.reader.filled(&fields, TITLE).unwrap_or_default(),
            date: self.date(&fields),
            begins: self.time(&fields, "begins"),
            ends: self.time(&fields, "ends"),
            place: self.text(&fields, "place"),
            chair: self.reader.filled(&fields, ("chair", "chu-toa")).unwrap_or_default(),
            secretary: self.reader.filled(&fields, ("secretary", "thu-ky")).unwrap_or_default(),
            members: self.lines(&fields, "members"),
            absent: self.lines(&fields, "absent"),
            recipients: self.lines(&fields, "recipients"),
            archive_copy: self.text(&fields, "archive_copy"),
        }
    }

    fn votes(&mut self, parent: &Fields<'_, 'a>) -> Votes {
        let Some(fields) = self.reader.table(parent, "votes", VOTES) else {
            return Votes::default();
        };
        Votes {
            at: self.reader.line(fields.at),
            file: self.text(&fields, "file").map(|f| self.folder.join(f)),
            tellers: self.lines(&fields, "tellers"),
            given: self.count(&fields, "given", 9999),
            returned: self.count(&fields, "returned", 9999),
            valid: self.count(&fields, "valid", 9999),
            pass: self.count(&fields, "pass", 100),
        }
    }

    fn decision(&mut self, parent: &Fields<'_, 'a>) -> Decision {
        let Some(fields) = self.reader.table(parent, "decision", DECISION) else {
            return Decision { inside: 5, ..Decision::default() };
        };
        Decision {
            at: self.reader.line(fields.at),
            organ: self.text(&fields, "organ").unwrap_or_default(),
            date: self.date(&fields),
            signer: self.text(&fields, "signer"),
            authority: self.text(&fields, "authority").unwrap_or_default(),
            giver: self.reader.filled(&fields, ("giver", "nguoi-tang")).unwrap_or_default(),
            bases: self.lines(&fields, "bases"),
            inside: self.count(&fields, "inside", 1000).unwrap_or(5),
            is_province: self.level(&fields),
            money: fields.get("money").and_then(|f| self.reader.boolean(f)).unwrap_or(false),
            fund: self.text(&fields, "fund").unwrap_or_default(),
            nearest: self.rounding(&fields),
            executors: self.text(&fields, "executors").unwrap_or_default(),
            recipients: self.lines(&fields, "recipients"),
            archive_copy: self.text(&fields, "archive_copy"),
        }
    }

    fn level(&mut self, fields: &Fields<'_, 'a>) -> bool {
        let Some(field) = fields.get("level") else { return false };
        let Some(typed) = self.reader.string(field) else { return false };
        match text::slug(&typed).as_str() {
            "unit" | "co-so" | "commune" | "xa" => false,
            "province" | "tinh" | "bo" => true,
            _ => {
                self.choice(field, &typed, &["co-so", "xa", "tinh", "unit", "commune", "province"]);
                false
            }
        }
    }

    fn certificates(&mut self, parent: &Fields<'_, 'a>) -> Certificates {
        let Some(fields) = self.reader.table(parent, "certificates", CERTIFICATES) else {
            return Certificates { per_file: 100, ..Certificates::default() };
        };
        Certificates {
            at: self.reader.line(fields.at),
            template: self.text(&fields, "template").unwrap_or_default(),
            emblem: self.text(&fields, "emblem").map(PathBuf::from),
            shift: self.shift(&fields),
            per_file: fields
                .get("per_file")
                .and_then(|f| self.reader.integer(f, 1, 100))
                .unwrap_or(100),
            locality: self.text(&fields, "locality"),
        }
    }

    /// `[0.5, -1]`: millimetres right and down.
    fn shift(&mut self, fields: &Fields<'_, 'a>) -> Option<(f64, f64)> {
        let field = fields.get("shift")?;
        let value = self.reader.json(field, field.value)?;
        let numbers: Vec<f64> =
            value.as_array().into_iter().flatten().filter_map(Value::as_f64).collect();
        match numbers.as_slice() {
            [x, y] if x.abs() <= 50.0 && y.abs() <= 50.0 => Some((*x, *y)),
            _ => {
                self.choice(field, &value.to_string(), &["[0.5, -1]"]);
                None
            }
        }
    }

    fn rounding(&mut self, fields: &Fields<'_, 'a>) -> bool {
        let Some(field) = fields.get("rounding") else { return false };
        let Some(typed) = self.reader.string(field) else { return false };
        match text::slug(&typed).as_str() {
            "up" | "len" => false,
            "nearest" | "gan-nhat" => true,
            _ => {
                self.choice(field, &typed, &["len", "gan-nhat", "up", "nearest"]);
                false
            }
        }
    }

    /// `14:00` → `14 giờ 00 phút`; other words stay as they are.
    fn time(&mut self, fields: &Fields<'_, 'a>, name: &str) -> Option<String> {
        let typed = self.text(fields, name)?;
        let Some((hour, minute)) = typed.split_once([':', 'h']) else { return Some(typed) };
        match (hour.trim().parse::<u8>(), minute.trim().parse::<u8>()) {
            (Ok(hour @ 0..=23), Ok(minute @ 0..=59)) => {
                Some(format!("{hour:02} giờ {minute:02} phút"))
            }
            _ => Some(typed),
        }
    }

    fn date(&mut self, fields: &Fields<'_, 'a>) -> Option<Date> {
        fields.get("date").and_then(|f| self.reader.date(f))
    }

    fn count(&mut self, fields: &Fields<'_, 'a>, name: &str, most: u32) -> Option<u32> {
        fields.get(name).and_then(|f| self.reader.integer(f, 0, most))
    }

    fn lines(&mut self, fields: &Fields<'_, 'a>, name: &str) -> Vec<String> {
        fields.get(name).map(|f| self.reader.lines(f)).unwrap_or_default()
    }

    fn out(&mut self, fields: &Fields<'_, 'a>) -> Option<PathBuf> {
        let field = fields.get("out")?;
        let typed = self.reader.string(field)?;
        match unsafe_folder(&typed) {
            Some(reason) => {
                self.reader.error(
                    UNSAFE_NAME,
                    field.value.span().start,
                    Some(field.typed),
                    reason,
                    Some(text!(
                        "ghi một thư mục nằm trong thư mục của tệp này",
                        "name a folder inside this file's folder"
                    )),
                );
                None
            }
            None => Some(self.folder.join(typed)),
        }
    }

    fn map(&mut self, fields: &Fields<'_, 'a>, name: &str) -> Map<String, Value> {
        let mut out = Map::new();
        let Some(field) = fields.get(name) else { return out };
        let DeValue::Table(table) = field.value.get_ref() else {
            let _ = self.reader.as_table(field);
            return out;
        };
        for (key, value) in table {
            let typed = key.get_ref().as_ref();
            let inner = Field { typed, at: key.span().start, value };
            if let Some(value) = self.reader.json(inner, value) {
                out.insert(text::nfc(typed.trim()), value);
            }
        }
        out
    }

    fn text(&mut self, fields: &Fields<'_, 'a>, name: &str) -> Option<String> {
        let field = fields.get(name)?;
        self.reader.string(field).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHORT: &str = "[dot-khen-thuong]\nten = \"a\"\ndanh-sach = \"ds.csv\"\n";

    #[test]
    fn both_languages_say_the_same() {
        let vi = parse(
            "[dot-khen-thuong]\nten = \"Đợt 1\"\ndanh-sach = [\"a.csv\", \"b.xlsx\"]\n\
             [dot-khen-thuong.to-trinh]\ndon-vi-trinh = \"Văn phòng\"\nngay = 2026-11-10\n\
             [dot-khen-thuong.hoi-dong]\nten = \"Hội đồng\"\nchu-toa = \"Ông A\"\nthu-ky = \"Bà B\"\nbat-dau = \"14:05\"\n\
             [dot-khen-thuong.quyet-dinh]\nnguoi-tang = \"Giám đốc\"\ntien-thuong = true\nlam-tron = \"gan-nhat\"\n",
            "x/dot.toml",
        );
        let en = parse(
            "[campaign]\ntitle = \"Đợt 1\"\nlists = [\"a.csv\", \"b.xlsx\"]\n\
             [campaign.proposal]\nproposer = \"Văn phòng\"\ndate = \"10/11/2026\"\n\
             [campaign.council]\ntitle = \"Hội đồng\"\nchair = \"Ông A\"\nsecretary = \"Bà B\"\nbegins = \"14h05\"\n\
             [campaign.decision]\ngiver = \"Giám đốc\"\nmoney = true\nrounding = \"nearest\"\n",
            "x/dot.toml",
        );
        assert_eq!(vi, en);
        let campaign = vi.expect("right");
        assert_eq!(campaign.lists, [PathBuf::from("x/a.csv"), PathBuf::from("x/b.xlsx")]);
        assert_eq!(campaign.council.begins.as_deref(), Some("14 giờ 05 phút"));
        assert!(campaign.decision.money && campaign.decision.nearest);
        assert_eq!((campaign.decision.inside, campaign.steps.len()), (5, 4));
    }

    #[test]
    fn everything_wrong_is_said_at_once() {
        let bad = "[[buoc]]\n[campaign]\nten = \"\"\nra = \"../x\"\nthu-tu = \"lon\"\nla = 1\n\
                   [campaign.quyet-dinh]\nlam-tron = \"xuong\"\n";
        let found = parse(bad, "dot.toml").expect_err("wrong");
        let codes: Vec<String> = found.iter().map(|d| d.code.to_string()).collect();
        assert_eq!(codes, ["D0810", "D0805", "D0805", "D0809", "D0808", "D0802", "D0805", "D0808"]);
    }

    #[test]
    fn the_skeleton_is_right_and_names_every_key_in_both_languages() {
        let campaign = parse(SKELETON, "dot-khen.toml").expect("right");
        assert_eq!((campaign.certificates.per_file, campaign.decision.inside), (100, 5));
        let tables = [TABLE, PAPER, COUNCIL, VOTES, DECISION, CERTIFICATES];
        for (english, vietnamese) in tables.into_iter().flatten() {
            for name in [english, vietnamese] {
                assert!(SKELETON.contains(name) || *name == "with" || *name == "them", "{name}");
            }
        }
    }

    #[test]
    fn a_campaign_is_told_from_a_job() {
        assert!(is_campaign(SHORT) && is_campaign(" [campaign.votes]\n"));
        assert!(!is_campaign("[[buoc]]\nmau = \"campaign.md\"\n"));
        assert!(parse(SHORT, "d.toml").is_ok());
    }
}
