//! YAML: a list of records, or one record. What looks like a number keeps its spelling.
//!
//! Knows: YAML as far as serde-saphyr reads it with dangerous guesses switched off.
//! Must not know: what a field means.
//!
//! `no` and `0123` are text; a number is a number only if its plain spelling says the same
//! (`12`, `1.5`), else it is the text as typed (`1.10`, `1_000`).

use std::fmt;
use std::vec::IntoIter;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use serde_saphyr::Spanned;

use super::json::{Record, not_a_record, row};
use super::{Column, Limits, Options, Row, Rows, decode, failure};
use crate::diagnostic::{Diagnostic, Place, Result};
use crate::text;

/// YAML is kept whole in memory: it is for small data.
const LARGEST: usize = 16 << 20;

/// A YAML file that was read.
pub(super) struct Yaml {
    rows: IntoIter<Row>,
    single: bool,
}

/// A node with its place.
type Node = Spanned<Raw>;

enum Raw {
    Null,
    Bool(bool),
    Number(Value),
    Text(String),
    List(Vec<Node>),
    Record(Vec<(String, Node)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Raw;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }

            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }

            fn visit_some<D: Deserializer<'de>>(self, d: D) -> Result<Raw, D::Error> {
                Raw::deserialize(d)
            }

            fn visit_bool<E>(self, v: bool) -> Result<Raw, E> {
                Ok(Raw::Bool(v))
            }

            fn visit_i64<E>(self, v: i64) -> Result<Raw, E> {
                Ok(Raw::Number(Value::from(v)))
            }

            fn visit_u64<E>(self, v: u64) -> Result<Raw, E> {
                Ok(Raw::Number(Value::from(v)))
            }

            fn visit_f64<E>(self, v: f64) -> Result<Raw, E> {
                Ok(Raw::Number(Value::from(v)))
            }

            fn visit_str<E>(self, v: &str) -> Result<Raw, E> {
                Ok(Raw::Text(v.to_owned()))
            }

            fn visit_string<E>(self, v: String) -> Result<Raw, E> {
                Ok(Raw::Text(v))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element::<Node>()? {
                    items.push(item);
                }
                Ok(Raw::List(items))
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry::<String, Node>()? {
                    fields.push(field);
                }
                Ok(Raw::Record(fields))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

impl Yaml {
    pub fn open(bytes: Vec<u8>, file: &str, options: &Options) -> Result<Self> {
        if bytes.len() > LARGEST {
            let megabytes = LARGEST >> 20;
            return Err(failure(
                file,
                text!("tệp YAML lớn hơn {megabytes} MB", "a YAML file larger than {megabytes} MB"),
            )
            .hint(text!("dùng .csv, .json hoặc .xlsx", "use .csv, .json or .xlsx")));
        }
        let text = decode::utf8(bytes, file)?;
        let settings = serde_saphyr::options! {
            strict_booleans: true,
            leading_zero_numbers_as_strings: true,
            underscored_numbers_as_strings: true,
            with_snippet: false,
        };
        let node: Node = serde_saphyr::from_str_with_options(&text, settings).map_err(|error| {
            let detail = error.to_string();
            let detail = detail.lines().next().unwrap_or_default().to_owned();
            let mut failure =
                failure(file, text!("sai cú pháp YAML: {detail}", "not YAML: {detail}"));
            if let Some(at) = error.location() {
                *failure.place = failure.place.clone().line(line(at.line()));
            }
            failure.hint(text!(
                "đặt chữ có dấu `:` hoặc `#` trong dấu nháy kép; thụt dòng bằng dấu cách",
                "put text that holds `:` or `#` in double quotes; indent with spaces"
            ))
        })?;
        let source = Source { text: &text, file, limits: options.limits };
        let (rows, single) = match node.value {
            Raw::Record(_) => (vec![source.row(1, node)], true),
            Raw::List(items) => {
                let most = options.limits.rows;
                if items.len() > most as usize {
                    return Err(failure(
                        file,
                        text!("tệp có hơn {most} bản ghi", "the file has more than {most} records"),
                    ));
                }
                let row = |(i, node)| source.row(i + 1, node);
                (items.into_iter().enumerate().map(row).collect(), false)
            }
            _ => {
                return Err(failure(
                    file,
                    text!(
                        "tệp YAML phải là một danh sách bản ghi hoặc một bản ghi",
                        "a YAML file must be a list of records or one record"
                    ),
                ));
            }
        };
        Ok(Self { rows: rows.into_iter(), single })
    }
}

fn line(n: u64) -> u32 {
    u32::try_from(n).unwrap_or(0)
}

struct Source<'a> {
    text: &'a str,
    file: &'a str,
    limits: Limits,
}

impl Source<'_> {
    fn row(&self, number: usize, node: Node) -> Row {
        let at = line(node.referenced.line());
        let place = Place::file(self.file).line(at).item(format!("[{number}]"));
        match node.value {
            Raw::Record(fields) => {
                let mut record = Record { fields: Map::new(), twice: Vec::new() };
                for (name, node) in fields {
                    let value = self.value(node);
                    record.fields.insert(name, value);
                }
                row(place, record, self.limits)
            }
            _ => {
                let finding = not_a_record(place.clone());
                Row { place, values: Map::new(), findings: vec![finding] }
            }
        }
    }

    fn value(&self, node: Node) -> Value {
        let span = node.referenced.span();
        match node.value {
            Raw::Null => Value::Null,
            Raw::Bool(b) => Value::Bool(b),
            Raw::Text(text) => Value::String(text),
            Raw::Number(number) => {
                let typed = span
                    .byte_offset()
                    .zip(span.byte_len())
                    .and_then(|(at, length)| {
                        let at = usize::try_from(at).ok()?;
                        self.text.get(at..at.checked_add(usize::try_from(length).ok()?)?)
                    })
                    .map(str::trim);
                let plain = number.to_string();
                match typed {
                    Some(typed) if typed != plain => Value::String(typed.to_owned()),
                    _ => number,
                }
            }
            Raw::List(items) => {
                Value::Array(items.into_iter().map(|node| self.value(node)).collect())
            }
            Raw::Record(fields) => {
                Value::Object(fields.into_iter().map(|(k, v)| (k, self.value(v))).collect())
            }
        }
    }
}

impl Iterator for Yaml {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        self.rows.next().map(Ok)
    }
}

impl Rows for Yaml {
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
