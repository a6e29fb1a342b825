//! The job file of an award campaign → [`Campaign`].
//!
//! Knows: the keys of the table `[campaign]` (`[dot-khen-thuong]`) in both languages. Must not know:
//! lists, votes, money, papers, the disk.

mod types;

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::keyed::{self, Field, Fields, Key, Reader};
use super::name::unsafe_folder;
use super::roll;
use crate::diagnostic::Diagnostic;
use crate::text;

pub use types::{
    Campaign, CampaignStep, Certificates, Council, Decision, ListOrder, Proposal, Votes,
};

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
mod tests;
