//! What an award tells the register: the sổ khen thưởng (sổ vàng).
//!
//! Knows: which field stands where in a row. Must not know: SQL, files, who may be given what.
//!
//! No form of this book is prescribed; its columns are those that offices use: number, name, unit,
//! form of the award, decision, achievement, money, signature of receipt.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Book, Entry, Fields};

/// One line of the sổ vàng.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Award {
    /// Họ và tên, or tên tập thể.
    pub name: String,
    /// Chức vụ, đơn vị.
    pub unit: String,
    /// Hình thức khen thưởng: `Giấy khen`.
    pub form: String,
    /// Số, ký hiệu of the decision.
    pub decision: String,
    /// Its day.
    pub decided: Option<Date>,
    /// Position of the decision in this register, if it is registered here.
    pub decision_seq: Option<u64>,
    /// Thành tích.
    pub achievement: String,
    /// Tiền thưởng, in đồng.
    pub money: Option<u64>,
    /// Người ký.
    pub signer_position: String,
    /// Họ và tên of the signer.
    pub signer_name: String,
    /// FileCode.
    pub dossier: String,
    /// Further fields for the register, by key.
    pub extra: BTreeMap<String, String>,
}

impl Award {
    /// The row's fields; `organ` is who gives the award.
    pub fn fields(&self, organ: &str) -> Fields {
        let mut extra = self.extra.clone();
        let mut put = |key: &str, value: String| {
            if !value.is_empty() {
                extra.insert(key.to_owned(), value);
            }
        };
        put("unit", self.unit.clone());
        put("decision", self.decision.clone());
        put("decision_date", self.decided.map(|d| d.to_string()).unwrap_or_default());
        put("decision_seq", self.decision_seq.map(|n| n.to_string()).unwrap_or_default());
        put("money", self.money.map(|n| n.to_string()).unwrap_or_default());
        put("dossier", self.dossier.clone());
        Fields {
            type_id: String::new(),
            type_name: self.form.clone(),
            notation: String::new(),
            organ_name: organ.to_owned(),
            organ_id: None,
            subject: self.achievement.clone(),
            signer_position: self.signer_position.clone(),
            signer_name: self.signer_name.clone(),
            recipients: vec![self.name.clone()],
            archive_copy: String::new(),
            copies: None,
            priority: 0,
            extra,
        }
    }

    /// The award of a row; `None` for a row of another book.
    pub fn of(entry: &Entry) -> Option<Self> {
        if entry.book != Book::Awards {
            return None;
        }
        let f = &entry.fields;
        let mut extra = f.extra.clone();
        let mut take = |key: &str| extra.remove(key).unwrap_or_default();
        // What the certificate bears is made from the award, and no part of it.
        take(super::VOUCHER_FIELD);
        Some(Self {
            name: f.recipients.join("; "),
            unit: take("unit"),
            form: f.type_name.clone(),
            decision: take("decision"),
            decided: take("decision_date").parse().ok(),
            decision_seq: take("decision_seq").parse().ok(),
            achievement: f.subject.clone(),
            money: take("money").parse().ok(),
            signer_position: f.signer_position.clone(),
            signer_name: f.signer_name.clone(),
            dossier: take("dossier"),
            extra,
        })
    }
}
