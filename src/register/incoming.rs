//! What an incoming document tells the register (Annex IV form VI, Annex VI).
//!
//! Knows: which field of the decree stands where in a row. Must not know: SQL, files, which number comes next.
//!
//! An incoming row uses the same [`Fields`] as an outgoing one, so that one search reads both. What
//! only incoming documents have stands in `extra` under the English names of Annex VI in lower case:
//! rows that were written before keep their meaning, and a new field changes no old commitment.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{Book, Entry, Fields};

/// Whether a document may stand in an ordinary register (Điều 16 khoản 3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Secrecy {
    /// Thường.
    #[default]
    None,
    /// Mật, tối mật or tuyệt mật: at most a number and a day may stand here, never a subject or a
    /// file. The paper book of secret documents says the rest.
    Secret,
}

/// The fields of an incoming document as a clerk, a sheet or a reader of files gives them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Incoming {
    /// Ngày đến; today if not said.
    pub arrived: Option<Date>,
    /// OrganName: tác giả.
    pub organ_name: String,
    /// OrganId of the author, in the old or the new form.
    pub organ_id: String,
    /// CodeNumber and CodeNotation as the author wrote them: `123/UBND-TH`. Empty where it has none.
    pub code: String,
    /// IssuedDate: ngày tháng văn bản.
    pub issued: Option<Date>,
    /// TypeName: tên loại.
    pub type_name: String,
    /// Subject: trích yếu nội dung.
    pub subject: String,
    /// SignerInfo.Position.
    pub signer_position: String,
    /// SignerInfo.FullName.
    pub signer_name: String,
    /// Đơn vị hoặc người nhận: who it goes to inside the office, as far as that is known on arrival.
    pub to: Vec<String>,
    /// ToPlaces: nơi nhận as printed in the document.
    pub to_places: Vec<String>,
    /// Priority: 0 thường, 1 khẩn, 2 thượng khẩn, 3 hỏa tốc.
    pub priority: u8,
    /// DueDate: thời hạn giải quyết.
    pub due: Option<Date>,
    /// Language.
    pub language: String,
    /// PageAmount.
    pub pages: Option<u32>,
    /// Description.
    pub description: String,
    /// DocOrdinal: its place in its dossier.
    pub ordinal: Option<u32>,
    /// FileCode: số và ký hiệu hồ sơ.
    pub dossier: String,
    /// TraceHeaderList, as the exchange package gave it.
    pub trace: String,
    /// Ghi chú.
    pub note: String,
    /// Độ mật.
    pub secrecy: Secrecy,
    /// Further fields for the register, by key.
    pub extra: BTreeMap<String, String>,
}

impl Incoming {
    /// The row's fields. Of a secret document nothing but the note that it is one.
    pub fn fields(&self) -> Fields {
        if self.secrecy == Secrecy::Secret {
            return stub();
        }
        let mut extra = self.extra.clone();
        let mut put = |key: &str, value: String| {
            if !value.is_empty() {
                extra.insert(key.to_owned(), value);
            }
        };
        put("code", self.code.trim().to_owned());
        put("issued_date", self.issued.map(|d| d.to_string()).unwrap_or_default());
        put("due_date", self.due.map(|d| d.to_string()).unwrap_or_default());
        put("to_places", self.to_places.join("; "));
        put("language", self.language.clone());
        put("page_amount", number(self.pages));
        put("description", self.description.clone());
        put("doc_ordinal", number(self.ordinal));
        put("dossier", self.dossier.clone());
        put("trace_header_list", self.trace.clone());
        put("note", self.note.clone());
        Fields {
            type_id: String::new(),
            type_name: self.type_name.clone(),
            notation: String::new(),
            organ_name: self.organ_name.clone(),
            organ_id: Some(self.organ_id.clone()).filter(|id| !id.is_empty()),
            subject: self.subject.clone(),
            signer_position: self.signer_position.clone(),
            signer_name: self.signer_name.clone(),
            recipients: self.to.clone(),
            archive_copy: String::new(),
            copies: None,
            priority: self.priority.min(3),
            extra,
        }
    }

    /// The incoming document of a row; `None` for a row of another book.
    pub fn of(entry: &Entry) -> Option<Self> {
        if entry.book != Book::Incoming {
            return None;
        }
        let f = &entry.fields;
        let mut extra = f.extra.clone();
        let mut take = |key: &str| extra.remove(key).unwrap_or_default();
        let places = take("to_places");
        Some(Self {
            arrived: Some(entry.date),
            organ_name: f.organ_name.clone(),
            organ_id: f.organ_id.clone().unwrap_or_default(),
            code: take("code"),
            issued: take("issued_date").parse().ok(),
            type_name: f.type_name.clone(),
            subject: f.subject.clone(),
            signer_position: f.signer_position.clone(),
            signer_name: f.signer_name.clone(),
            to: f.recipients.clone(),
            to_places: places.split("; ").filter(|p| !p.is_empty()).map(str::to_owned).collect(),
            priority: f.priority,
            due: take("due_date").parse().ok(),
            language: take("language"),
            pages: take("page_amount").parse().ok(),
            description: take("description"),
            ordinal: take("doc_ordinal").parse().ok(),
            dossier: take("dossier"),
            trace: take("trace_header_list"),
            note: take("note"),
            secrecy: match take("secrecy").is_empty() {
                true => Secrecy::None,
                false => Secrecy::Secret,
            },
            extra,
        })
    }
}

/// What an ordinary register may say of a secret document.
fn stub() -> Fields {
    Fields {
        type_id: String::new(),
        type_name: String::new(),
        notation: String::new(),
        organ_name: String::new(),
        organ_id: None,
        subject: String::new(),
        signer_position: String::new(),
        signer_name: String::new(),
        recipients: Vec::new(),
        archive_copy: String::new(),
        copies: None,
        priority: 0,
        extra: [("secrecy".to_owned(), "secret".to_owned())].into(),
    }
}

fn number(value: Option<u32>) -> String {
    value.map(|n| n.to_string()).unwrap_or_default()
}

/// CodeNumber and CodeNotation of a code as written: `123/UBND-TH` → `123`, `UBND-TH`;
/// `05-HD/VPTW` → `05`, `HD/VPTW`. A code that begins with no digit has no number.
pub fn split_code(code: &str) -> (&str, &str) {
    let code = code.trim();
    let end = code.find(|c: char| !c.is_ascii_digit()).unwrap_or(code.len());
    let (number, rest) = code.split_at(end);
    if number.is_empty() {
        return ("", code);
    }
    (number, rest.trim_start_matches(['/', '-', ' ']))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::Number;

    fn whole() -> Incoming {
        Incoming {
            arrived: Some(date(2026, 3, 30)),
            organ_name: "UBND tỉnh An Hải".into(),
            organ_id: "H41".into(),
            code: "123/UBND-TH".into(),
            issued: Some(date(2026, 3, 28)),
            type_name: "Công văn".into(),
            subject: "báo cáo tổng kết".into(),
            signer_position: "CHỦ TỊCH".into(),
            signer_name: "Trần Văn Bình".into(),
            to: vec!["Phòng Tổng hợp".into(), "Văn phòng".into()],
            to_places: vec!["Các sở".into(), "Lưu: VT".into()],
            priority: 2,
            due: Some(date(2026, 4, 10)),
            language: "Tiếng Việt".into(),
            pages: Some(3),
            description: "kèm 01 phụ lục".into(),
            ordinal: Some(7),
            dossier: "01.TH".into(),
            trace: "{}".into(),
            note: "bản điện tử".into(),
            secrecy: Secrecy::None,
            extra: [("kho".to_owned(), "A".to_owned())].into(),
        }
    }

    fn entry(fields: Fields, book: Book) -> Entry {
        Entry {
            seq: 1,
            book,
            series: "SNV:den".into(),
            year: 2026,
            number: Number::new(3630).expect("a number"),
            date: date(2026, 3, 30),
            registered_at: String::new(),
            fields,
            files: Vec::new(),
        }
    }

    #[test]
    fn every_field_comes_back_from_its_row() {
        let row = entry(whole().fields(), Book::Incoming);
        assert_eq!(Incoming::of(&row), Some(whole()));
        assert_eq!(row.code().to_string(), "3630");
        assert_eq!(Incoming::of(&entry(whole().fields(), Book::Outgoing)), None);
    }

    #[test]
    fn of_a_secret_document_nothing_is_said() {
        let secret = Incoming { secrecy: Secrecy::Secret, ..whole() };
        let fields = secret.fields();
        let json = serde_json::to_string(&fields).expect("JSON");
        for word in ["UBND", "123", "báo cáo", "Bình", "Phòng", "01.TH", "phụ lục"] {
            assert!(!json.contains(word), "{word}: {json}");
        }
        let back = Incoming::of(&entry(fields, Book::Incoming)).expect("incoming");
        assert_eq!(back.secrecy, Secrecy::Secret);
    }

    #[test]
    fn codes_are_split_as_people_write_them() {
        assert_eq!(split_code(" 123/UBND-TH "), ("123", "UBND-TH"));
        assert_eq!(split_code("05-HD/VPTW"), ("05", "HD/VPTW"));
        assert_eq!(split_code("30/2020/NĐ-CP"), ("30", "2020/NĐ-CP"));
        assert_eq!(split_code("12"), ("12", ""));
        assert_eq!(split_code("Không số"), ("", "Không số"));
        assert_eq!(split_code(""), ("", ""));
    }
}
