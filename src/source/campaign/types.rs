//! What the job file of a campaign says, as types.
//!
//! Knows: the meaning of each field. Must not know: TOML, keys, lists.

use std::path::PathBuf;

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::source::roll;
use crate::text;

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
