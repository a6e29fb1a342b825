//! Ô số: the places of the decree's diagram (Phụ lục I, Phần I, Mục IV).
//!
//! Knows: their names. Must not know: what stands in them or how it looks.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// One place of the diagram.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Slot {
    /// Quốc hiệu and Tiêu ngữ.
    #[serde(rename = "1")]
    S1,
    /// Tên cơ quan chủ quản, tên cơ quan ban hành.
    #[serde(rename = "2")]
    S2,
    /// Số, ký hiệu.
    #[serde(rename = "3")]
    S3,
    /// Địa danh, thời gian ban hành.
    #[serde(rename = "4")]
    S4,
    /// Tên loại và trích yếu.
    #[serde(rename = "5a")]
    S5a,
    /// Trích yếu of a công văn.
    #[serde(rename = "5b")]
    S5b,
    /// Nội dung.
    #[serde(rename = "6")]
    S6,
    /// Quyền hạn, chức vụ of the signer.
    #[serde(rename = "7a")]
    S7a,
    /// Họ và tên of the signer.
    #[serde(rename = "7b")]
    S7b,
    /// Chữ ký.
    #[serde(rename = "7c")]
    S7c,
    /// Dấu, chữ ký số of the agency.
    #[serde(rename = "8")]
    S8,
    /// Kính gửi.
    #[serde(rename = "9a")]
    S9a,
    /// Nơi nhận.
    #[serde(rename = "9b")]
    S9b,
    /// Dấu chỉ độ mật.
    #[serde(rename = "10a")]
    S10a,
    /// Dấu chỉ mức độ khẩn.
    #[serde(rename = "10b")]
    S10b,
    /// Chỉ dẫn phạm vi lưu hành.
    #[serde(rename = "11")]
    S11,
    /// Ký hiệu người soạn thảo, số lượng bản phát hành.
    #[serde(rename = "12")]
    S12,
    /// Địa chỉ, thư điện tử, điện thoại.
    #[serde(rename = "13")]
    S13,
    /// Chữ ký số line of copies and separate attachments.
    #[serde(rename = "14")]
    S14,
}

impl Slot {
    /// All, in the decree's order.
    pub const ALL: [Slot; 19] = [
        Slot::S1,
        Slot::S2,
        Slot::S3,
        Slot::S4,
        Slot::S5a,
        Slot::S5b,
        Slot::S6,
        Slot::S7a,
        Slot::S7b,
        Slot::S7c,
        Slot::S8,
        Slot::S9a,
        Slot::S9b,
        Slot::S10a,
        Slot::S10b,
        Slot::S11,
        Slot::S12,
        Slot::S13,
        Slot::S14,
    ];

    /// As the diagram writes it: `3`, `5a`, `10b`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Slot::S1 => "1",
            Slot::S2 => "2",
            Slot::S3 => "3",
            Slot::S4 => "4",
            Slot::S5a => "5a",
            Slot::S5b => "5b",
            Slot::S6 => "6",
            Slot::S7a => "7a",
            Slot::S7b => "7b",
            Slot::S7c => "7c",
            Slot::S8 => "8",
            Slot::S9a => "9a",
            Slot::S9b => "9b",
            Slot::S10a => "10a",
            Slot::S10b => "10b",
            Slot::S11 => "11",
            Slot::S12 => "12",
            Slot::S13 => "13",
            Slot::S14 => "14",
        }
    }
}

impl fmt::Display for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Slot {
    type Err = ();

    fn from_str(s: &str) -> Result<Self, ()> {
        Self::ALL.into_iter().find(|slot| slot.as_str() == s).ok_or(())
    }
}
