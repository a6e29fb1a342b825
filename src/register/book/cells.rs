//! What stands in a cell of a book.
//!
//! Knows: which field or act fills which column (PL IV). Must not know: SQL, how a cell is written.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::diagnostic::Result;
use crate::model::DateLine;
use crate::register::life::{Life, by_of, text_of};
use crate::register::{Act, Award, Book, Entry, Fields, Incoming, Kind, Register};
use crate::text::fold;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text.
    Text(String),
    /// A day.
    Date(Date),
    /// A whole number.
    Number(u64),
}

impl Cell {
    /// The cell as printed.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => text.as_str().into(),
            Self::Date(date) => day(*date).into(),
            Self::Number(number) => number.to_string().into(),
        }
    }

    /// The cell as people read it: a number in groups of three, `1.404.000`.
    pub fn printed(&self) -> Cow<'_, str> {
        match self {
            Self::Number(number) => grouped(*number).into(),
            _ => self.text(),
        }
    }

    /// The day, if it is one.
    pub fn date(&self) -> Option<Date> {
        match self {
            Self::Date(date) => Some(*date),
            _ => None,
        }
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Option<Date>> for Cell {
    fn from(date: Option<Date>) -> Self {
        date.map_or_else(|| Self::Text(String::new()), Self::Date)
    }
}

impl From<Option<u64>> for Cell {
    fn from(number: Option<u64>) -> Self {
        number.map_or_else(|| Self::Text(String::new()), Self::Number)
    }
}

/// What the cells of one line are made from.
pub(super) struct Desk<'a> {
    pub(super) register: &'a dyn Register,
    pub(super) entry: Option<&'a Entry>,
    pub(super) life: &'a Life,
    /// The act, where the book lists acts.
    pub(super) act: Option<&'a Act>,
}

impl Desk<'_> {
    /// The cell of a column.
    pub(super) fn cell(&self, key: &str) -> Result<Cell> {
        if let Some(act) = self.act
            && let Some(cell) = self.of_act(act, key)
        {
            return Ok(cell);
        }
        let Some(entry) = self.entry else { return Ok(Cell::Text(String::new())) };
        Ok(match key {
            "note" => self.notes(entry)?.into(),
            "answer" => {
                let mut codes = Vec::new();
                for seq in self.life.answers() {
                    codes.extend(self.register.entry(seq)?.map(|e| e.code().to_string()));
                }
                codes.join("; ").into()
            }
            "progress" => self.progress().into(),
            "sent" => self.sent(entry),
            "received-by" => self.received(entry).into(),
            "to" => self.to(entry).into(),
            "due" => self.life.due(entry).into(),
            _ => of_entry(entry, key),
        })
    }

    /// What the act itself says.
    fn of_act(&self, act: &Act, key: &str) -> Option<Cell> {
        Some(match key {
            "used" | "sent" => Cell::Date(act.date),
            "user" => text_of(act, "user").into(),
            "allowed-by" => text_of(act, "allowed_by").into(),
            "dossier" => match text_of(act, "dossier") {
                given if given.is_empty() => return None,
                given => given.into(),
            },
            "returned" => self.returned(act.seq).into(),
            "recipients" => text_of(act, "to").into(),
            "envelopes" => act.fields.get("envelopes").and_then(|n| n.as_u64()).into(),
            "received-by" => text_of(act, "receiver").into(),
            "note" => text_of(act, "note").into(),
            _ => return None,
        })
    }

    fn returned(&self, of: u64) -> Option<Date> {
        let returns = |act: &Act| act.data.get("returns").and_then(|n| n.as_u64()) == Some(of);
        self.life.acts.iter().find(|a| returns(&a.act)).map(|a| a.act.date)
    }

    /// Ngày chuyển: one day is a day, several are told one after the other.
    fn sent(&self, entry: &Entry) -> Cell {
        let kinds = [Kind::Deliver, Kind::Post];
        let mut days: Vec<Date> = self.life.of_kinds(&kinds).map(|a| a.act.date).collect();
        days.sort_unstable();
        days.dedup();
        match days.as_slice() {
            [] => extra(entry, "sent").into(),
            [only] => Cell::Date(*only),
            many => many.iter().map(|d| day(*d)).collect::<Vec<_>>().join("; ").into(),
        }
    }

    fn received(&self, entry: &Entry) -> String {
        let kinds = [Kind::Deliver, Kind::Post, Kind::Receipt];
        let mut names: Vec<String> = Vec::new();
        for acted in self.life.of_kinds(&kinds) {
            let name = text_of(&acted.act, "receiver");
            if !name.is_empty() && !names.contains(&name) {
                names.push(name);
            }
        }
        if names.is_empty() { extra(entry, "received-by") } else { names.join("; ") }
    }

    /// Đơn vị hoặc người nhận: as assigned, else as delivered, else as entered on arrival.
    fn to(&self, entry: &Entry) -> String {
        let mut names: Vec<String> = Vec::new();
        for acted in self.life.of_kinds(&[Kind::Assign, Kind::Deliver]) {
            let names_of = ["unit", "person", "joint", "to"].map(|key| text_of(&acted.act, key));
            names.extend(names_of.into_iter().filter(|n| !n.is_empty()));
        }
        if names.is_empty() {
            names.clone_from(&entry.fields.recipients);
        }
        let mut told: Vec<String> = Vec::new();
        for name in names {
            if !told.contains(&name) {
                told.push(name);
            }
        }
        told.join("; ")
    }

    fn progress(&self) -> String {
        let steps = self.life.of_kinds(&[Kind::Follow, Kind::Answer]).map(|a| {
            let said = match a.act.kind {
                Kind::Answer => "đã trả lời".to_owned(),
                _ => text_of(&a.act, "progress"),
            };
            format!("{}: {said}", day(a.act.date))
        });
        steps.collect::<Vec<_>>().join("; ")
    }

    /// Ghi chú: what was entered, and what became of the document.
    fn notes(&self, entry: &Entry) -> Result<String> {
        let mut notes = vec![extra(entry, "note")];
        if entry.book == Book::Incoming && !extra(entry, "secrecy").is_empty() {
            notes.push("tài liệu mật, xem sổ riêng".to_owned());
        }
        let reason = |act: &Act| match text_of(act, "reason") {
            reason if reason.is_empty() => String::new(),
            reason => format!(": {reason}"),
        };
        for acted in &self.life.acts {
            let act = &acted.act;
            let (on, by) = (day(act.date), self.code_of(by_of(act))?);
            notes.push(match act.kind {
                Kind::Void => format!("hủy số ngày {on}{}", reason(act)),
                Kind::Recall => format!("thu hồi ngày {on}{}", reason(act)),
                Kind::Replace => format!("được thay thế bằng {by}"),
                Kind::Correct => format!("được đính chính bằng {by}"),
                Kind::Answer => format!("trả lời bằng {by}"),
                _ => continue,
            });
        }
        for acted in &self.life.done {
            let of = self.code_of(acted.act.about)?;
            notes.push(match acted.act.kind {
                Kind::Replace => format!("thay thế {of}"),
                Kind::Correct => format!("đính chính {of}"),
                Kind::Answer => format!("trả lời {of}"),
                _ => continue,
            });
        }
        notes.retain(|n| !n.is_empty());
        Ok(notes.join("; "))
    }

    fn code_of(&self, seq: Option<u64>) -> Result<String> {
        let entry = seq.map(|seq| self.register.entry(seq)).transpose()?.flatten();
        Ok(entry.map(|e| e.label()).unwrap_or_default())
    }
}

fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let head = digits.len() % 3;
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && at % 3 == head {
            out.push('.');
        }
        out.push(digit);
    }
    out
}

fn extra(entry: &Entry, key: &str) -> String {
    entry.fields.extra.get(key).cloned().unwrap_or_default()
}

/// What the entry itself says.
fn of_entry(entry: &Entry, key: &str) -> Cell {
    let f = &entry.fields;
    let incoming = || Incoming::of(entry).unwrap_or_default();
    let award = || Award::of(entry).unwrap_or_default();
    match key {
        "code" => entry.code().to_string().into(),
        "number" => entry.number.to_string().into(),
        "date" | "arrived" => Cell::Date(entry.date),
        "subject" => type_and_subject(&entry.fields).into(),
        "signer" => f.signer_name.clone().into(),
        "recipients" => f.recipients.join("; ").into(),
        "archive-copy" => f.archive_copy.clone().into(),
        "copies" => f.copies.map(u64::from).into(),
        "organ" => f.organ_name.clone().into(),
        "sender-code" => incoming().code.into(),
        "issued" => incoming().issued.into(),
        "incoming" => whole(entry, &incoming()).into(),
        "code-date" => format!("{}, {}", entry.code(), day(entry.date)).into(),
        "name" => award().name.into(),
        "form" => f.type_name.clone().into(),
        "decision" => {
            let award = award();
            let date = award.decided.map(|d| format!(", {}", day(d))).unwrap_or_default();
            format!("{}{date}", award.decision).into()
        }
        "achievement" => f.subject.clone().into(),
        "money" => award().money.into(),
        // Entered by hand, or by a later step of the office.
        other => extra(entry, other).into(),
    }
}

/// Tên loại và trích yếu as one sentence of the book: “Quyết định về việc …”. A subject that begins with the type's
/// name says it itself.
pub fn type_and_subject(fields: &Fields) -> String {
    let (name, subject) = (fields.type_name.trim(), fields.subject.trim());
    if let Some(rest) = subject.strip_prefix("Về việc") {
        return format!("{name} về việc{rest}").trim().to_owned();
    }
    let capital = subject.chars().next().is_some_and(char::is_uppercase);
    let folded = fold(subject);
    match folded.strip_prefix(&fold(name)).filter(|_| capital && !name.is_empty()) {
        Some("") => name.to_owned(),
        Some(rest) if !rest.starts_with(char::is_alphanumeric) => subject.to_owned(),
        _ => format!("{name} {subject}").trim().to_owned(),
    }
}

/// Tên loại, số, ký hiệu, ngày, tháng và tên cơ quan ban hành, with the trích yếu after them.
fn whole(entry: &Entry, incoming: &Incoming) -> String {
    let mut parts = vec![incoming.type_name.clone()];
    if !incoming.code.is_empty() {
        parts.push(format!("số {}", incoming.code));
    }
    parts.extend(incoming.issued.map(|d| format!("ngày {}", day(d))));
    if !incoming.organ_name.is_empty() {
        parts.push(format!("của {}", incoming.organ_name));
    }
    parts.retain(|p| !p.is_empty());
    let head = parts.join(" ");
    match entry.fields.subject.as_str() {
        "" => head,
        subject if head.is_empty() => subject.to_owned(),
        subject => format!("{head}: {subject}"),
    }
}

/// `05/02/2026`: digits, as a narrow column needs them.
pub fn day(date: Date) -> String {
    format!("{}/{:02}/{}", DateLine::day_text(date.day()), date.month(), date.year())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_printed_in_groups_and_stored_plain() {
        let printed = |n: u64| Cell::Number(n).printed().into_owned();
        let all = [0, 702, 1404, 702_000, 12_345_678].map(printed);
        assert_eq!(all, ["0", "702", "1.404", "702.000", "12.345.678"]);
        assert_eq!(Cell::Number(702_000).text(), "702000");
    }
}
