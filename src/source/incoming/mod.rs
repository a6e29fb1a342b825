//! Documents that came in: the fields that a clerk's sheet gives, and those that a page offers.
//!
//! Knows: words and columns (`templates/incoming.toml`), where the parts of an official page stand.
//! Must not know: books, numbers, the archive. Whatever is read from a page is only an offer.

pub mod codes;
mod kind;
mod offer;
mod sheet;
mod words;

use jiff::civil::Date;

pub use kind::FileKind;
pub use offer::{Offer, offer};
pub use sheet::{Listed, date_of, known_type, read_sheet, unknown_type};
pub use words::{headings, priority_of};

/// The fields of an incoming document as somebody gave them; empty where nothing was said.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Given {
    /// Cơ quan ban hành (tác giả).
    pub from: String,
    /// OrganId of the author.
    pub organ_id: String,
    /// Số, ký hiệu as written: `123/UBND-TH`.
    pub code: String,
    /// Ngày tháng văn bản.
    pub issued: Option<Date>,
    /// Tên loại.
    pub type_name: String,
    /// Trích yếu.
    pub subject: String,
    /// Chức vụ of the signer.
    pub signer_position: String,
    /// Họ và tên of the signer.
    pub signer_name: String,
    /// Đơn vị hoặc người nhận.
    pub to: Vec<String>,
    /// Ngày đến.
    pub arrived: Option<Date>,
    /// 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc.
    pub priority: u8,
    /// Mật, tối mật or tuyệt mật.
    pub secret: bool,
    /// Thời hạn giải quyết.
    pub due: Option<Date>,
    /// Số và ký hiệu hồ sơ.
    pub dossier: String,
    /// Ghi chú.
    pub note: String,
}

impl Given {
    /// What is empty here is taken from `other`.
    pub fn or(mut self, other: &Given) -> Self {
        let fill = |mine: &mut String, other: &String| {
            if mine.trim().is_empty() {
                mine.clone_from(other);
            }
        };
        fill(&mut self.from, &other.from);
        fill(&mut self.organ_id, &other.organ_id);
        fill(&mut self.code, &other.code);
        fill(&mut self.type_name, &other.type_name);
        fill(&mut self.subject, &other.subject);
        fill(&mut self.signer_position, &other.signer_position);
        fill(&mut self.signer_name, &other.signer_name);
        fill(&mut self.dossier, &other.dossier);
        fill(&mut self.note, &other.note);
        self.issued = self.issued.or(other.issued);
        self.arrived = self.arrived.or(other.arrived);
        self.due = self.due.or(other.due);
        self.priority = self.priority.max(other.priority);
        self.secret |= other.secret;
        if self.to.is_empty() {
            self.to.clone_from(&other.to);
        }
        self
    }
}

#[cfg(test)]
mod tests;
