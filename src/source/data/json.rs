//! JSON: a list of objects, read one at a time, or one object.
//!
//! Knows: JSON and where each object begins. Must not know: what a field means.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::table::wrong_text;
use super::{Column, Limits, Options, Row, Rows, code, decode, failure};
use crate::diagnostic::{Code, Diagnostic, Failure, Place, Result};
use crate::text;

const SAME_FIELD: Code = code(15);
const NOT_A_RECORD: Code = code(18);

/// A JSON file being read.
pub(super) struct Json {
    text: String,
    at: usize,
    line: u32,
    counted: usize,
    number: u32,
    file: String,
    limits: Limits,
    single: bool,
    done: bool,
}

/// An object with the names that stood in it twice.
pub(super) struct Record {
    /// Its fields.
    pub fields: Map<String, Value>,
    /// Names that stood twice.
    pub twice: Vec<String>,
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;
        impl<'de> Visitor<'de> for Fields {
            type Value = Record;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Record, A::Error> {
                let mut record = Record { fields: Map::new(), twice: Vec::new() };
                while let Some((key, value)) = map.next_entry::<String, Value>()? {
                    if record.fields.insert(key.clone(), value).is_some() {
                        record.twice.push(key);
                    }
                }
                Ok(record)
            }
        }
        deserializer.deserialize_map(Fields)
    }
}

impl Json {
    pub fn open(bytes: Vec<u8>, file: &str, options: &Options) -> Result<Self> {
        let text = decode::utf8(bytes, file)?;
        let mut json = Self {
            text,
            at: 0,
            line: 1,
            counted: 0,
            number: 0,
            file: file.to_owned(),
            limits: options.limits,
            single: false,
            done: false,
        };
        match json.peek() {
            Some(b'[') => json.at += 1,
            Some(b'{') => json.single = true,
            _ => {
                return Err(json.failure(text!(
                    "tệp JSON phải là một danh sách `[{{…}}, …]` hoặc một đối tượng `{{…}}`",
                    "a JSON file must be a list `[{{…}}, …]` or one object `{{…}}`"
                )));
            }
        }
        Ok(json)
    }

    /// The next byte that is not blank.
    fn peek(&mut self) -> Option<u8> {
        let bytes = self.text.as_bytes();
        while let Some(b) = bytes.get(self.at) {
            if !b.is_ascii_whitespace() {
                return Some(*b);
            }
            self.at += 1;
        }
        None
    }

    /// The line of `at`; what was counted is not counted again.
    fn line_of(&mut self, at: usize) -> u32 {
        let passed = self.text.as_bytes().get(self.counted..at).unwrap_or_default();
        let breaks = passed.iter().filter(|b| **b == b'\n').count();
        self.line = self.line.saturating_add(u32::try_from(breaks).unwrap_or(u32::MAX));
        self.counted = self.counted.max(at);
        self.line
    }

    fn failure(&mut self, message: crate::diagnostic::Text) -> Failure {
        let line = self.line_of(self.at);
        let mut failure = failure(&self.file, message);
        *failure.place = failure.place.clone().line(line);
        failure
    }

    fn record(&mut self) -> Result<Row> {
        let line = self.line_of(self.at);
        self.number = self.number.saturating_add(1);
        let rest = self.text.get(self.at..).unwrap_or_default();
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
        let place = Place::file(self.file.as_str()).line(line).item(format!("[{}]", self.number));
        if !rest.starts_with('{') {
            // Skip what is not an object, so that the other rows are still read.
            let skipped = stream.next();
            let length = stream.byte_offset();
            return match skipped {
                Some(Ok(_)) => {
                    self.at += length;
                    let finding = not_a_record(place.clone());
                    Ok(Row { place, values: Map::new(), findings: vec![finding] })
                }
                _ => Err(self.failure(text!("sai cú pháp JSON", "not JSON"))),
            };
        }
        let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Record>();
        match stream.next() {
            Some(Ok(record)) => {
                self.at += stream.byte_offset();
                Ok(row(place, record, self.limits))
            }
            Some(Err(error)) => {
                let detail = error.to_string();
                let detail = detail.split(" at line ").next().unwrap_or(&detail).to_owned();
                let further = u32::try_from(error.line().saturating_sub(1)).unwrap_or(0);
                let mut failure =
                    failure(&self.file, text!("sai cú pháp JSON: {detail}", "not JSON: {detail}"));
                *failure.place = failure.place.clone().line(line.saturating_add(further));
                Err(failure)
            }
            None => Err(self.failure(text!("tệp JSON bị cắt cụt", "the JSON is cut short"))),
        }
    }

    /// Moves past the comma after a record, or ends.
    fn step(&mut self) -> Result<()> {
        match self.peek() {
            None if self.single => self.done = true,
            Some(b',') if !self.single => {
                self.at += 1;
                if self.peek() == Some(b']') {
                    return Err(self
                        .failure(text!("thừa dấu phẩy trước `]`", "a comma too many before `]`")));
                }
            }
            Some(b']') if !self.single => {
                self.at += 1;
                self.done = true;
                if self.peek().is_some() {
                    return Err(self.failure(text!(
                        "còn chữ sau khi danh sách đã đóng",
                        "something stands after the end of the list"
                    )));
                }
            }
            None => return Err(self.failure(text!("tệp JSON bị cắt cụt", "the JSON is cut short"))),
            Some(_) => {
                return Err(self.failure(text!(
                    "thiếu dấu phẩy giữa hai bản ghi",
                    "no comma between two records"
                )));
            }
        }
        Ok(())
    }
}

impl Iterator for Json {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        if self.done {
            return None;
        }
        if self.number == 0 && !self.single && self.peek() == Some(b']') {
            return match self.step() {
                Ok(()) => None,
                Err(failure) => Some(Err(failure)),
            };
        }
        if self.number >= self.limits.rows {
            self.done = true;
            let most = self.limits.rows;
            return Some(Err(self.failure(text!(
                "tệp có hơn {most} bản ghi",
                "the file has more than {most} records"
            ))));
        }
        if self.peek().is_none() {
            self.done = true;
            return Some(Err(self.failure(text!("tệp JSON bị cắt cụt", "the JSON is cut short"))));
        }
        let row = match self.record() {
            Ok(row) => self.step().map(|()| row),
            Err(failure) => Err(failure),
        };
        if row.is_err() {
            self.done = true;
        }
        Some(row)
    }
}

impl Rows for Json {
    fn columns(&self) -> &[Column] {
        &[]
    }

    fn single(&self) -> bool {
        self.single
    }

    fn findings(&mut self) -> Vec<Diagnostic> {
        Vec::new()
    }
}

/// The finding for something in a list that is not a record.
pub(super) fn not_a_record(place: Place) -> Diagnostic {
    Diagnostic::error(
        NOT_A_RECORD,
        place,
        text!("phần tử này không phải là một bản ghi", "this element is not a record"),
    )
    .hint(text!(
        "mỗi phần tử là một bản ghi có tên trường và giá trị",
        "every element is a record of field names and values"
    ))
}

/// A row from a record: text in normal form C and looked at, every field under its slug too.
pub(super) fn row(place: Place, record: Record, limits: Limits) -> Row {
    let mut row = Row { place, values: Map::new(), findings: Vec::new() };
    for name in record.twice {
        let at = row.place.clone().cell(name.clone());
        row.findings.push(
            Diagnostic::error(
                SAME_FIELD,
                at,
                text!("trường “{name}” có hai lần", "the field “{name}” stands twice"),
            )
            .hint(text!("bỏ một trong hai", "remove one of them")),
        );
    }
    for (name, value) in record.fields {
        let name = text::nfc(&name.split_whitespace().collect::<Vec<_>>().join(" "));
        let value = clean(value, &name, limits, &mut row);
        let key = text::slug(&name).replace('-', "_");
        if !key.is_empty() && key != name && !row.values.contains_key(&key) {
            row.values.insert(key, value.clone());
        }
        row.values.insert(name, value);
    }
    row
}

fn clean(value: Value, name: &str, limits: Limits, row: &mut Row) -> Value {
    match value {
        Value::String(text) => match wrong_text(&text, limits.cell) {
            Some((code, message, hint)) => {
                let at = row.place.clone().cell(name);
                row.findings.push(Diagnostic::error(code, at, message).hint(hint));
                Value::Null
            }
            None => Value::String(text::nfc(&text.replace("\r\n", "\n").replace('\r', "\n"))),
        },
        Value::Array(items) => {
            Value::Array(items.into_iter().map(|item| clean(item, name, limits, row)).collect())
        }
        Value::Object(fields) => {
            let clean = |(k, v): (String, Value)| (text::nfc(&k), clean(v, name, limits, row));
            Value::Object(fields.into_iter().map(clean).collect())
        }
        other => other,
    }
}
