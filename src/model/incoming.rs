//! What comes in: the ĐẾN stamp and the sheet on which a document's handling is written.
//!
//! Knows: their places and measures (PL IV, mẫu V and VII). Must not know: paper, PDF, books.

use serde::{Deserialize, Serialize};

use super::{DateLine, OrganName};

/// Width of the stamp, mm.
pub const STAMP_WIDTH: f64 = 50.0;
/// Height of the stamp, mm.
pub const STAMP_HEIGHT: f64 = 35.0;
/// Heights of its rows, mm: agency; Số; Ngày; Chuyển; Số và ký hiệu HS. `ĐẾN` stands left of the
/// second and third.
pub const STAMP_ROWS: [f64; 5] = [9.0, 6.5, 6.5, 6.5, 6.5];
/// Width of the place where `ĐẾN` stands, mm.
pub const STAMP_MARK: f64 = 18.0;

/// What a stamp says; an empty value is a blank to be filled in by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ArrivalStamp {
    /// Tên cơ quan, tổ chức.
    pub agency: String,
    /// Số đến.
    pub number: String,
    /// Ngày đến, as it is to be printed: `30/3/22`.
    pub date: String,
    /// Chuyển.
    pub forward: String,
    /// Số và ký hiệu HS.
    pub dossier: String,
}

impl ArrivalStamp {
    /// The word of the stamp.
    pub const MARK: &'static str = "ĐẾN";
    /// The four labels in their order.
    pub const LABELS: [&'static str; 4] = ["Số:", "Ngày:", "Chuyển:", "Số và ký hiệu HS:"];

    /// The four values in the order of the labels.
    pub fn values(&self) -> [&str; 4] {
        [&self.number, &self.date, &self.forward, &self.dossier]
    }

    /// The stamp as one line, for those who cannot see it: `ĐẾN; Số: 3630; Ngày: 30/3/22`.
    pub fn line(&self) -> String {
        let mut line = Self::MARK.to_owned();
        for (label, value) in Self::LABELS.iter().zip(self.values()) {
            if !value.is_empty() {
                line.push_str(&format!("; {label} {value}"));
            }
        }
        line
    }
}

/// Phiếu giải quyết văn bản đến (PL IV, mẫu VII): what is known when it is made; the rest is
/// written on it by hand.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct HandlingSlip {
    /// The office.
    pub organ: OrganName,
    /// Địa danh.
    pub place: String,
    /// Day of the slip.
    pub date: Option<DateLine>,
    /// Số đến.
    pub number: String,
    /// Ngày đến as printed.
    pub arrived: String,
    /// Tên loại; số, ký hiệu; ngày; cơ quan ban hành; trích yếu.
    pub description: String,
    /// Đơn vị, cá nhân chủ trì.
    pub lead: String,
    /// Đơn vị, cá nhân phối hợp.
    pub support: Vec<String>,
    /// Thời hạn giải quyết.
    pub due: String,
    /// Cá nhân được giao trong đơn vị.
    pub person: String,
    /// Ý kiến chỉ đạo of the head, where it was entered.
    pub opinion: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rows_fill_the_stamp() {
        assert_eq!(STAMP_ROWS.iter().sum::<f64>(), STAMP_HEIGHT);
        let stamp = ArrivalStamp {
            number: "3630".into(),
            date: "30/3/22".into(),
            ..ArrivalStamp::default()
        };
        assert_eq!(stamp.line(), "ĐẾN; Số: 3630; Ngày: 30/3/22");
    }
}
