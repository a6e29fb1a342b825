//! The document: the decree's slots plus a body, and its two states.
//!
//! Knows: what stands in each slot. Must not know: where it came from on disk, how it looks.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Block, DateLine, DocumentCode, Number, Span};

/// The shape of a type: which of the decree's sample forms it follows (PL III, Mục II).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Form {
    /// Mẫu 1.1.
    Resolution,
    /// Mẫu 1.2 and, with an attached document, 1.3.
    Decision,
    /// Mẫu 1.4: everything with a type name and no form of its own.
    Named,
    /// Mẫu 1.5 công văn.
    Letter,
    /// Mẫu 1.6 công điện.
    Telegram,
    /// Mẫu 1.7 giấy mời.
    Invitation,
    /// Mẫu 1.8 giấy giới thiệu.
    Introduction,
    /// Mẫu 1.9 biên bản.
    Minutes,
    /// Mẫu 1.10 giấy nghỉ phép.
    Leave,
    /// Hợp đồng, bản ghi nhớ, bản thỏa thuận: no sample form; two signing parties.
    Agreement,
    /// Thư công: no sample form; no type name, no number is printed by the decree's table.
    OpenLetter,
    /// Mẫu 3.1, 3.2 sao y, sao lục, trích sao.
    Copy,
}

/// Name of an organ in the header, one entry a printed line, upper case as printed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct OrganName {
    /// Cơ quan chủ quản; empty if there is none.
    pub parent: Vec<String>,
    /// Cơ quan ban hành.
    pub name: Vec<String>,
    /// As written inside a sentence (`Sở Nội vụ tỉnh …`), for `của …` in references.
    pub in_text: String,
}

/// TM., Q., KT., TL., TUQ. (Điều 13; PL I, Phần I, Mục II.7.b).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SigningAuthority {
    /// TM.
    OnBehalf,
    /// Q.
    Acting,
    /// KT.
    Deputy,
    /// TL.
    ByOrder,
    /// TUQ.
    ByAuthorization,
}

impl SigningAuthority {
    /// All of them.
    pub const ALL: [SigningAuthority; 5] =
        [Self::OnBehalf, Self::Acting, Self::Deputy, Self::ByOrder, Self::ByAuthorization];

    /// As printed, with its full stop.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::OnBehalf => "TM.",
            Self::Acting => "Q.",
            Self::Deputy => "KT.",
            Self::ByOrder => "TL.",
            Self::ByAuthorization => "TUQ.",
        }
    }
}

/// One line of authority: `KT. GIÁM ĐỐC`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorityLine {
    /// The abbreviation; `None` if what was typed is none of the five (a finding).
    pub authority: Option<SigningAuthority>,
    /// What was typed after it, or the whole line where `authority` is `None`.
    pub of: String,
}

impl AuthorityLine {
    /// Reads `KT. GIÁM ĐỐC`. The full stop is part of the abbreviation: without it, or with
    /// another mark (`K/T`), the authority is `None` and `of` the whole line.
    pub fn parse(line: &str) -> Self {
        let line = line.trim();
        for authority in SigningAuthority::ALL {
            if let Some(of) = line.strip_prefix(authority.as_str()) {
                return Self { authority: Some(authority), of: of.trim().to_owned() };
            }
        }
        Self { authority: None, of: line.to_owned() }
    }
}

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// Right half, the rule.
    #[default]
    Right,
    /// Left half: the secretary of minutes, the first party of an agreement.
    Left,
}

/// A signature block (ô 7a, 7b, 7c, 8).
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Signature {
    /// Left or right.
    pub side: Side,
    /// TM./KT./… lines from the top.
    pub authority: Vec<AuthorityLine>,
    /// Chức vụ, upper case as printed.
    pub position: String,
    /// Second post, printed above the name (ô 7b).
    pub other_position: Option<String>,
    /// Họ và tên.
    pub name: String,
}

/// Ô 10b (PL I, Phần I, Mục III.2.b).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Urgency {
    /// KHẨN.
    Khan,
    /// THƯỢNG KHẨN.
    ThuongKhan,
    /// HỎA TỐC.
    HoaToc,
}

/// Ô 9a, or what stands in its place.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Addressees {
    /// `Kính gửi:`, `… điện:`; empty = `Kính gửi:`.
    pub lead: String,
    /// One or more.
    pub names: Vec<String>,
}

/// Ô 13: foot of page 1, one entry a printed line.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Contact {
    /// Printed lines.
    pub lines: Vec<String>,
}

/// Phụ lục (PL I, Phần I, Mục III.1).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Appendix {
    /// Line in the source.
    pub at: u32,
    /// `Phụ lục`, `Phụ lục I`, as typed.
    pub label: String,
    /// Title, empty if none.
    pub title: Vec<Span>,
    /// Landscape page.
    pub landscape: bool,
    /// A separate electronic file: blanks in the reference line, signature line in ô 14 (mẫu 2.2).
    pub electronic: bool,
    /// Content.
    pub body: Vec<Block>,
}

/// The document that an indirect decision issues (mẫu 1.3, part 2).
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Attached {
    /// Line in the source.
    pub at: u32,
    /// `QUY CHẾ`, as printed.
    pub type_name: String,
    /// Trích yếu.
    pub subject: Vec<Span>,
    /// A separate electronic file.
    pub electronic: bool,
    /// Content.
    pub body: Vec<Block>,
}

/// A document before its number: every slot that its author can fill.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// Name of the source as shown in findings.
    pub source: String,
    /// Key of the type in the ruleset (`ke-hoach`).
    pub type_id: String,
    /// As printed in ô 5a: `KẾ HOẠCH`; also for công văn, which prints none.
    pub type_name: String,
    /// Sample form.
    pub form: Form,
    /// Ô 2.
    pub organ: OrganName,
    /// Ô 3.
    pub code: DocumentCode,
    /// Địa danh of ô 4.
    pub place: String,
    /// Date of ô 4.
    pub date: DateLine,
    /// Ô 5a or 5b (without `V/v`).
    pub subject: Vec<Span>,
    /// THẨM QUYỀN BAN HÀNH of decisions and resolutions, as printed.
    pub issuing_authority: Option<String>,
    /// Ô 9a.
    pub addressees: Option<Addressees>,
    /// Ô 6.
    pub body: Vec<Block>,
    /// Ô 7, 8.
    pub signatures: Vec<Signature>,
    /// Ô 9b without the `Lưu` line; without dashes and closing marks as a rule.
    pub recipients: Vec<String>,
    /// What stands after `- Lưu: ` (`VT, VP`), without the full stop. `None`: no such line.
    pub archive_copy: Option<String>,
    /// Ô 12: sign of the drafter (`PL`).
    pub drafter: Option<String>,
    /// Ô 12: copies issued.
    pub copies: Option<u32>,
    /// Ô 10b.
    pub urgency: Option<Urgency>,
    /// Ô 11: `LƯU HÀNH NỘI BỘ`, `XEM XONG TRẢ LẠI`.
    pub circulation: Option<String>,
    /// Ô 13.
    pub contact: Option<Contact>,
    /// Ô 14 and copies: electronic rendition.
    pub electronic: bool,
    /// Phụ lục.
    pub appendices: Vec<Appendix>,
    /// The document this decision issues.
    pub attached: Option<Attached>,
    /// Landscape body (bảng, biểu not split off; PL I, Phần I, Mục I.2).
    pub landscape: bool,
    /// Further fields for the register (`linh-vuc`, `thoi-han` …), by key.
    pub extra: BTreeMap<String, String>,
    /// Line of each front matter field in the source, by its English key; `subject`, `signer.name`.
    pub lines: BTreeMap<String, u32>,
}

impl Document {
    /// The line of a field, 0 if unknown.
    pub fn line_of(&self, key: &str) -> u32 {
        self.lines.get(key).copied().unwrap_or(0)
    }
}

/// A document with number and day: only the register makes one.
#[derive(Debug, Clone, PartialEq)]
pub struct Numbered {
    document: Document,
    number: Number,
    date: Date,
}

impl Numbered {
    /// Puts number and day into ô 3 and ô 4.
    pub fn new(mut document: Document, number: Number, date: Date) -> Self {
        document.code.number = Some(number);
        document.date = DateLine::from(date);
        Self { document, number, date }
    }

    /// The document with its number and day filled in.
    pub fn document(&self) -> &Document {
        &self.document
    }

    /// Số.
    pub fn number(&self) -> Number {
        self.number
    }

    /// Ngày ban hành.
    pub fn date(&self) -> Date {
        self.date
    }
}
