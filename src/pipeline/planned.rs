//! A document of a plan, kept small: a plan may hold a hundred thousand.
//!
//! Knows: what of a row must stay until its document is issued. Must not know: how it was checked.

use std::sync::{Arc, Mutex, PoisonError};

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::diagnostic::Place;
use crate::model::Document;
use crate::register::Book;
use crate::text;

/// A document that would be issued.
pub struct Planned {
    /// Which step.
    pub step: usize,
    /// Data row; empty where the step has no data.
    pub row: RowPlace,
    /// Key of the type.
    pub type_id: Arc<str>,
    /// Book: copies have their own.
    pub book: Book,
    /// Series key.
    pub series: Arc<str>,
    /// Ký hiệu.
    pub notation: Arc<str>,
    /// Ngày ban hành.
    pub date: Date,
    /// Identity of the row in its job: the first half of a digest.
    pub(super) key: u128,
    /// Trích yếu in one line.
    pub subject: Arc<str>,
    /// First addressee, to tell the letters of a batch apart.
    pub to: Option<Box<str>>,
    /// The row's values.
    pub data: RowData,
    /// The document, for the first of a plan, until somebody takes it.
    pub(super) document: Mutex<Option<Box<Document>>>,
}

impl Planned {
    /// Identity of the row in its job.
    pub fn row_key(&self) -> String {
        format!("{:032x}", self.key)
    }

    /// The document that was kept; the next one to ask must make it again.
    pub(super) fn take_document(&self) -> Option<Document> {
        let mut kept = self.document.lock().unwrap_or_else(PoisonError::into_inner);
        kept.take().map(|d| *d)
    }

    /// Keeps a document for the next one to ask.
    pub(super) fn put_back(&self, document: Document) {
        let mut kept = self.document.lock().unwrap_or_else(PoisonError::into_inner);
        *kept = Some(Box::new(document));
    }
}

/// The place of a row. What the rows of a table have in common is kept once.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct RowPlace {
    table: Arc<Place>,
    row: Option<u32>,
    line: Option<u32>,
}

impl RowPlace {
    /// A place, sharing what it has in common with the one before.
    pub fn new(mut place: Place, before: Option<&Self>) -> Self {
        let (row, line) = (place.row.take(), place.line.take());
        let table = match before {
            Some(before) if *before.table == place => Arc::clone(&before.table),
            _ => Arc::new(place),
        };
        Self { table, row, line }
    }

    /// Row of a sheet or CSV, from 1.
    pub fn number(&self) -> Option<u32> {
        self.row
    }

    /// The place whole.
    pub fn place(&self) -> Place {
        Place { row: self.row, line: self.line, ..(*self.table).clone() }
    }
}

/// Names of the values of rows that are alike, each with the index of its value: a column has
/// its heading and its short name, and one value.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Columns(Vec<(Box<str>, usize)>);

impl Columns {
    fn of(fields: &Map<String, Value>) -> Self {
        let mut names: Vec<(Box<str>, usize)> = Vec::with_capacity(fields.len());
        let mut before: Option<(&str, &Value)> = None;
        let mut next = 0_usize;
        for (name, value) in fields {
            let same = before.is_some_and(|b| b.1 == value && is_other_name(b.0, name, value));
            if !same {
                next += 1;
            }
            names.push((name.as_str().into(), next.saturating_sub(1)));
            before = Some((name, value));
        }
        Self(names)
    }

    /// The values of a row, each once; `None` if these are not its columns.
    fn values<'f>(&self, fields: &'f Map<String, Value>) -> Option<Vec<&'f Value>> {
        if self.0.len() != fields.len() {
            return None;
        }
        let mut values: Vec<&Value> = Vec::with_capacity(fields.len());
        for ((name, index), (key, value)) in self.0.iter().zip(fields) {
            if **name != **key {
                return None;
            }
            match values.get(*index) {
                Some(known) if *known == value => {}
                Some(_) => return None,
                None => values.push(value),
            }
        }
        Some(values)
    }

    /// `[["don_vi",0],["Đơn vị",0]]`: names with the index of their value in a row.
    pub fn json(&self) -> Value {
        self.0.iter().map(|(name, index)| serde_json::json!([name, index])).collect()
    }
}

/// A column's short name stands before its heading; a template's list of rows has two names.
fn is_other_name(short: &str, heading: &str, value: &Value) -> bool {
    value.is_array() || text::slug(heading).replace('-', "_") == short
}

/// A row's values as JSON.
#[derive(Debug, Clone, Default)]
pub struct RowData {
    columns: Arc<Columns>,
    values: Box<str>,
}

impl RowData {
    /// Packs a row, sharing the names with the row before where they are the same.
    pub fn new(fields: &Map<String, Value>, before: Option<&Self>) -> Self {
        let shared = before.and_then(|b| Some((Arc::clone(&b.columns), b.columns.values(fields)?)));
        let (columns, values) = shared.unwrap_or_else(|| {
            let columns = Columns::of(fields);
            let values = columns.values(fields).unwrap_or_default();
            (Arc::new(columns), values)
        });
        let values = serde_json::to_string(&values).unwrap_or_default().into();
        Self { columns, values }
    }

    /// The names of the values.
    pub fn columns(&self) -> &Arc<Columns> {
        &self.columns
    }

    /// The values as a JSON list.
    pub fn values(&self) -> &str {
        &self.values
    }

    /// The row as it was; `None` only if memory was damaged.
    pub fn fields(&self) -> Option<Map<String, Value>> {
        let values: Vec<Value> = serde_json::from_str(&self.values).ok()?;
        let mut fields = Map::with_capacity(self.columns.0.len());
        for (name, index) in &self.columns.0 {
            fields.insert(name.to_string(), values.get(*index)?.clone());
        }
        Some(fields)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn fields(value: Value) -> Map<String, Value> {
        match value {
            Value::Object(fields) => fields,
            _ => Map::new(),
        }
    }

    #[test]
    fn a_row_comes_back_as_it_was_and_columns_are_kept_once() {
        let first = fields(json!({"don_vi": "Phòng A", "Đơn vị": "Phòng A", "ten": "Bình"}));
        let second = fields(json!({"don_vi": "Phòng B", "Đơn vị": "Phòng B", "ten": null}));
        let a = RowData::new(&first, None);
        let b = RowData::new(&second, Some(&a));
        assert!(Arc::ptr_eq(a.columns(), b.columns()));
        assert_eq!(b.values(), r#"["Phòng B",null]"#);
        assert_eq!(a.fields(), Some(first));
        assert_eq!(b.fields(), Some(second));
    }

    #[test]
    fn rows_that_are_not_alike_share_nothing() {
        let first = RowData::new(&fields(json!({"don_vi": "A", "Đơn vị": "A"})), None);
        for other in [
            json!({"don_vi": "A", "Đơn vị": "B"}),
            json!({"don_vi": "A"}),
            json!({"Đơn vị": "A", "don_vi": "A"}),
            json!({"a": 1, "b": 1}),
            json!({"hang": [1], "rows": [1]}),
            json!({}),
        ] {
            let other = fields(other);
            let packed = RowData::new(&other, Some(&first));
            assert!(!Arc::ptr_eq(first.columns(), packed.columns()));
            assert_eq!(packed.fields(), Some(other));
        }
    }

    #[test]
    fn the_place_of_a_row_comes_back() {
        let place = |row| Place::file("a.xlsx").sheet("Tờ 1").row(row);
        let a = RowPlace::new(place(2), None);
        let b = RowPlace::new(place(3), Some(&a));
        assert!(Arc::ptr_eq(&a.table, &b.table));
        assert_eq!((a.place(), b.place(), b.number()), (place(2), place(3), Some(3)));
        assert_eq!(RowPlace::new(Place::default(), Some(&b)).place(), Place::default());
    }
}
