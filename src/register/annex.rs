//! The input fields of Annex VI: their names, where a row keeps them, how long they may be.
//!
//! Knows: the table of the annex, entries. Must not know: SQL, what a book prints.

use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Book, Entry, Fields, Incoming, split_code};
use crate::diagnostic::{Code, Diagnostic, Family, Place};
use crate::model::{ORGAN_ID_LENGTH, organ_id_form};
use crate::text;

/// A field is longer than the annex allows.
const TOO_LONG: Code = Code::new(Family::S, 301);
/// An identifier of an organ in neither form.
const BAD_ORGAN_ID: Code = Code::new(Family::S, 302);

#[derive(Debug, Deserialize)]
struct Table {
    basis: String,
    fields: Vec<Row>,
}

/// A field of the annex.
#[derive(Debug, Deserialize)]
struct Row {
    name: String,
    vi: String,
    key: String,
    kind: Kind,
    length: usize,
    outgoing: bool,
    incoming: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Text,
    Number,
    Date,
    OrganId,
}

static TABLE: LazyLock<Option<Table>> =
    LazyLock::new(|| serde_json::from_str(table!("books/annex-vi")).ok());

fn rows(book: Book) -> impl Iterator<Item = &'static Row> {
    let rows = TABLE.as_ref().map(|t| t.fields.as_slice()).unwrap_or_default();
    rows.iter().filter(move |r| if book == Book::Incoming { r.incoming } else { r.outgoing })
}

/// What the fields do not say themselves.
#[derive(Debug, Clone, Copy)]
struct Known<'a> {
    book: Book,
    number: &'a str,
    date: Option<Date>,
    fields: &'a Fields,
}

impl Known<'_> {
    /// The values of a field; several only for those who receive a document.
    fn values(&self, key: &str) -> Vec<String> {
        let f = self.fields;
        let date = || self.date.map(|d| d.to_string()).unwrap_or_default();
        let incoming = self.book == Book::Incoming;
        let extra = |key: &str| f.extra.get(key).cloned().unwrap_or_default();
        let code = extra("code");
        let (number, notation) = split_code(&code);
        let one = match key {
            "file_catalog" if !extra("dossier").is_empty() => {
                self.date.map(|d| d.year().to_string()).unwrap_or_default()
            }
            "file_organ_id" if !incoming => f.organ_id.clone().unwrap_or_default(),
            "type_name" => f.type_name.clone(),
            "code_number" if incoming => number.to_owned(),
            "code_notation" if incoming => notation.to_owned(),
            "code_number" => self.number.to_owned(),
            "code_notation" => f.notation.clone(),
            "issued_date" if !incoming => date(),
            "organ_name" => f.organ_name.clone(),
            "subject" => f.subject.clone(),
            "signer_position" => f.signer_position.clone(),
            "signer_name" => f.signer_name.clone(),
            "priority" => f.priority.to_string(),
            "copies" => f.copies.map(|n| n.to_string()).unwrap_or_default(),
            // Đơn vị hoặc người nhận, unless the sender's package says it in its own words.
            "to_places" if incoming && extra("to_places").is_empty() => f.recipients.join("; "),
            "arrival_date" => date(),
            "arrival_number" => self.number.to_owned(),
            "to" => return f.recipients.clone(),
            other => extra(other),
        };
        if one.is_empty() { Vec::new() } else { vec![one] }
    }
}

/// The fields of an entry under the names of the annex, in its order; a field without a value is left out.
pub fn metadata(entry: &Entry) -> Vec<(&'static str, String)> {
    let number = entry.number.to_string();
    let known =
        Known { book: entry.book, number: &number, date: Some(entry.date), fields: &entry.fields };
    rows(entry.book)
        .flat_map(|row| known.values(&row.key).into_iter().map(|v| (row.name.as_str(), v)))
        .collect()
}

/// What a field of the annex is called in Vietnamese; its English name where the annex has no such field.
pub fn vietnamese(name: &str) -> &str {
    let rows = TABLE.as_ref().map(|t| t.fields.as_slice()).unwrap_or_default();
    rows.iter().find(|row| row.name == name).map_or(name, |row| row.vi.as_str())
}

/// What of an entry's fields does not keep to the annex: warnings, for nothing is ever cut.
/// `place` says whose fields they are; the field's name is added to it.
pub fn check(book: Book, fields: &Fields, place: &Place) -> Vec<Diagnostic> {
    let known = Known { book, number: "", date: None, fields };
    let basis = TABLE.as_ref().map(|t| t.basis.as_str()).unwrap_or_default();
    let mut found = Vec::new();
    for row in rows(book) {
        for value in known.values(&row.key) {
            let limit = if row.kind == Kind::OrganId { ORGAN_ID_LENGTH } else { row.length };
            // Characters are never more than bytes.
            let length = if value.len() > limit { value.chars().count() } else { 0 };
            if limit > 0 && length > limit {
                let name = &row.name;
                let start: String = value.chars().take(40).collect();
                found.push(
                    Diagnostic::warning(TOO_LONG, place.clone().item(name), text!(
                        "trường {name} dài {length} ký tự, quá {limit}: “{start}…”; vẫn ghi đủ",
                        "the field {name} is {length} characters long, more than {limit}: “{start}…”; it is kept whole"
                    ))
                    .basis(basis)
                    .hint(text!(
                        "rút gọn nếu được; hệ thống nhận có thể cắt bớt khi trao đổi",
                        "shorten it if you can; a receiving system may cut it"
                    )),
                );
            }
            if row.kind == Kind::OrganId && row.key != "file_organ_id" {
                found.extend(bad_organ_id(&value, place));
            }
        }
    }
    // Of an outgoing document it is the office's own, and told when vanthu.toml is read.
    if book == Book::Incoming {
        found.extend(fields.organ_id.as_deref().and_then(|id| bad_organ_id(id, place)));
    }
    found
}

fn bad_organ_id(id: &str, place: &Place) -> Option<Diagnostic> {
    if organ_id_form(id).is_some() {
        return None;
    }
    let message = text!(
        "mã định danh “{id}” không đúng dạng cũ (000.00.18.G12) hay dạng mới (G09.01)",
        "the identifier `{id}` is of neither form, the old (000.00.18.G12) or the new (G09.01)"
    );
    Some(
        Diagnostic::warning(BAD_ORGAN_ID, place.clone().item("OrganId"), message)
            .basis("QĐ 20/2020/QĐ-TTg; QCVN 102:2016/BTTTT")
            .hint(text!("xem lại mã của cơ quan", "check the organ's identifier")),
    )
}

/// The day that a document bears: of an incoming one the sender's, if it has one.
pub fn issued_of(entry: &Entry) -> Option<Date> {
    match entry.book {
        Book::Incoming => Incoming::of(entry)?.issued,
        Book::Outgoing | Book::Copies | Book::Awards => Some(entry.date),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn incoming() -> Incoming {
        Incoming {
            organ_name: "Sở Tài chính".into(),
            organ_id: "G12".into(),
            code: "7/STC".into(),
            subject: "báo cáo".into(),
            ..Incoming::default()
        }
    }

    fn codes(incoming: &Incoming) -> Vec<String> {
        let found = check(Book::Incoming, &incoming.fields(), &Place::default());
        found
            .iter()
            .map(|d| format!("{} {}", d.code, d.place.item.as_deref().unwrap_or("")))
            .collect()
    }

    #[test]
    fn every_field_of_the_annex_has_a_row() {
        assert_eq!((rows(Book::Outgoing).count(), rows(Book::Incoming).count()), (20, 21));
    }

    #[test]
    fn lengths_warn_and_cut_nothing() {
        assert_eq!(codes(&incoming()), [""; 0]);
        let long = Incoming { subject: "ă".repeat(501), ..incoming() };
        assert_eq!(codes(&long), ["S0301 Subject"]);
        assert_eq!(long.fields().subject.chars().count(), 501);
        let fits = Incoming { subject: "ă".repeat(500), ..incoming() };
        assert_eq!(codes(&fits), [""; 0]);
        let odd = Incoming { organ_id: "SNV".into(), code: "123456789012/X".into(), ..incoming() };
        assert_eq!(codes(&odd), ["S0301 CodeNumber", "S0302 OrganId"]);
    }
}
