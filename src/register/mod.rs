//! The register: series, reserved numbers, entries of the books.
//!
//! Knows: numbers, fields of the books, SQLite (only in its own folder). Must not know: docx, templates, archive files.
//!
//! What stands where: [`Register`] is the small interface that a store must offer (here
//! [`sqlite::Sqlite`], elsewhere a database server); [`plan`] says which numbers a batch would get
//! and what is odd about them; [`leaf`] makes the bytes that a later log commits to.

pub mod act;
pub mod annex;
mod audit;
mod award;
pub mod book;
mod incoming;
pub mod journal;
pub mod leaf;
pub mod life;
mod narrow;
mod numbering;
pub mod search;
pub mod sqlite;
mod store;
mod voucher;

pub use act::{Act, ActFilter, Acted, Kind, NewAct};
pub use audit::{audit, check};
pub use award::Award;
pub use incoming::{Incoming, Secrecy, split_code};
pub use narrow::{Narrow, handed, units};
pub use numbering::{Plan, clock, no_such_want, plan, start_after};
pub use store::{
    Bag, Batch, Chunk, Closing, CommitError, Feed, Filter, JobRow, JobState, Kept, Last, Made,
    Order, Record, Register, Registration, Reservation, Shared, Start, Wants,
};

pub use voucher::{MAX_VOUCHER, VOUCHER_FIELD, Voucher, VoucherFault, content_digest};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::archive::FileRef;
use crate::model::{DocumentCode, Notation, Number};

/// Which book.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Book {
    /// Sổ đăng ký văn bản đi.
    Outgoing,
    /// Sổ đăng ký văn bản đến.
    Incoming,
    /// Sổ khen thưởng.
    Awards,
    /// Sổ đăng ký bản sao: sao y, sao lục and trích sao share one series (PL I, Phần II, Mục II.1.c).
    Copies,
}

impl Book {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Outgoing, Self::Incoming, Self::Awards, Self::Copies];

    /// The key that the store and the commands use: `outgoing`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
            Self::Awards => "awards",
            Self::Copies => "copies",
        }
    }

    /// The book of a key.
    pub fn from_key(key: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|b| b.key() == key)
    }
}

/// What an outgoing document tells the register: the fields of Annex IV and VI that are known when it is numbered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fields {
    /// Key of the type.
    pub type_id: String,
    /// Tên loại as written in a sentence: `Kế hoạch`.
    pub type_name: String,
    /// Ký hiệu: `KH-SNV`.
    pub notation: String,
    /// Tên cơ quan ban hành.
    pub organ_name: String,
    /// OrganId, if configured.
    pub organ_id: Option<String>,
    /// Trích yếu.
    pub subject: String,
    /// Chức vụ of the signer.
    pub signer_position: String,
    /// Họ và tên of the signer.
    pub signer_name: String,
    /// Nơi nhận, one entry a line.
    pub recipients: Vec<String>,
    /// Đơn vị, người nhận bản lưu.
    pub archive_copy: String,
    /// Số lượng bản.
    pub copies: Option<u32>,
    /// Mức độ khẩn: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc.
    pub priority: u8,
    /// Further fields by key.
    pub extra: std::collections::BTreeMap<String, String>,
}

/// A number that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Want {
    /// Series key: `SNV:ke-hoach`.
    pub series: String,
    /// Ngày ban hành; its year is the year of the series.
    pub date: Date,
    /// Identity of the row in its job (hash of source and data): a killed run is finished, not repeated.
    pub row_key: String,
    /// Everything needed to render the document again: JSON {source, office, ruleset as digests of stored blobs, data row}.
    pub input: String,
}

/// One entry of a book as it stands in the register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Position in the register, from 1, no gaps.
    pub seq: u64,
    /// Book.
    pub book: Book,
    /// Series key.
    pub series: String,
    /// Year of the series.
    pub year: i16,
    /// Số.
    pub number: Number,
    /// Ngày ban hành.
    pub date: Date,
    /// When it was registered, `YYYY-MM-DDThh:mm:ss+07:00`.
    pub registered_at: String,
    /// Fields.
    #[serde(flatten)]
    pub fields: Fields,
    /// Files in the archive.
    pub files: Vec<FileRef>,
}

impl Entry {
    /// What a person calls it: `05/KH-SNV`; of an incoming document `số đến 3630 (123/UBND-TH)`; of an
    /// award `sổ vàng 05`.
    pub fn label(&self) -> String {
        let number = self.number;
        match self.book {
            Book::Outgoing | Book::Copies => self.code().to_string(),
            Book::Awards => format!("sổ vàng {number}"),
            Book::Incoming => match self.fields.extra.get("code") {
                Some(code) => format!("số đến {number} ({code})"),
                None => format!("số đến {number}"),
            },
        }
    }

    /// Số, ký hiệu: `05/KH-SNV`. An incoming document and an award have a number only.
    pub fn code(&self) -> DocumentCode {
        DocumentCode { number: Some(self.number), notation: Notation(self.fields.notation.clone()) }
    }
}
