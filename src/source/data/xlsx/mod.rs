//! XLSX: the sheets of a workbook, row by row.
//!
//! Knows: SpreadsheetML as far as data needs it. Must not know: what a column means.
//!
//! Read here with quick-xml and not through a spreadsheet library: rows must come one at a time from a
//! reader that owns its file, format and formula of a cell are wanted in the same pass, a
//! cell that is wrong must not end the sheet, and no bytes may bring the program down.

pub(super) mod number;
pub(super) mod package;
mod workbook;
pub(super) mod xml;

use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use self::number::Format;
use self::package::Package;
use self::workbook::{Workbook, rich_text};
use self::xml::{Xml, attribute};
use super::sheet::{self, Area, Filled, MOST_HIDDEN, MOST_MERGED, Runs, SheetName, shown};
use super::table::Content;
use super::{Limits, code, failure};
use crate::diagnostic::{Code, Result};
use crate::text;

const ERROR_VALUE: Code = code(6);
const NO_RESULT: Code = code(7);
const UNREADABLE: Code = code(19);

/// Last row and column that a sheet can have.
const LAST_ROW: u32 = 1_048_576;

/// A workbook.
pub(super) struct Book {
    package: Package,
    workbook: Arc<Workbook>,
    file: String,
    columns: usize,
}

impl Book {
    /// Reads everything but the sheets.
    pub fn open(package: Package, file: &str, limits: &Limits) -> Result<Self> {
        let workbook = Arc::new(Workbook::open(&package, file, limits)?);
        let columns = limits.columns.min(16_384);
        Ok(Self { package, workbook, file: file.to_owned(), columns })
    }
}

impl sheet::Book for Book {
    fn sheets(&self) -> &[SheetName] {
        &self.workbook.sheets
    }

    fn cells(&self, index: usize) -> Result<Box<dyn sheet::Cells>> {
        let part = self.workbook.part_of(index).and_then(|part| self.package.part(part));
        let Some(part) = part else {
            let what = text!("trang tính không phải là bảng", "the sheet is not a table");
            return Err(failure(&self.file, what));
        };
        Ok(Box::new(Cells {
            xml: Xml::new(part, &self.file),
            buffer: Vec::with_capacity(1024),
            value: String::new(),
            workbook: Arc::clone(&self.workbook),
            row: 0,
            merged: Vec::new(),
            hidden: Vec::new(),
            runs: Runs::new(),
            columns: self.columns,
        }))
    }
}

/// A sheet's stream of rows.
struct Cells {
    xml: Xml,
    buffer: Vec<u8>,
    value: String,
    workbook: Arc<Workbook>,
    row: u32,
    merged: Vec<Area>,
    hidden: Vec<(usize, usize)>,
    /// Fonts inside the text of the last inline cell.
    runs: Runs,
    columns: usize,
}

impl sheet::Cells for Cells {
    fn merged(&mut self) -> Vec<Area> {
        std::mem::take(&mut self.merged)
    }

    fn hidden_columns(&self) -> &[(usize, usize)] {
        &self.hidden
    }

    fn next(&mut self) -> Result<Option<Filled>> {
        let mut current: Option<Filled> = None;
        let mut column = 0;
        loop {
            match self.xml.next(&mut self.buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "row" => {
                        let number = match attribute(&e, "r") {
                            Some(r) => r.parse().ok(),
                            None => self.row.checked_add(1),
                        };
                        let number = number.filter(|n| *n > self.row && *n <= LAST_ROW);
                        let Some(number) = number else { return Err(self.xml.broken("row")) };
                        self.row = number;
                        let hidden = attribute(&e, "hidden");
                        let hidden = matches!(hidden.as_deref(), Some("1" | "true"));
                        current = Some(Filled::new(number, number, hidden));
                        column = 0;
                    }
                    "c" => {
                        let head = Head::of(&e, column);
                        let Some(head) =
                            head.filter(|h| h.column >= column && h.column < self.columns)
                        else {
                            return Err(self.xml.broken("cell"));
                        };
                        column = head.column + 1;
                        let content = self.cell(&head)?;
                        let (Some(row), false) = (&mut current, matches!(content, Content::Empty))
                        else {
                            continue;
                        };
                        row.cells.push((head.column, content));
                        let face = self.workbook.faces.get(head.style).copied();
                        let runs = match head.kind {
                            Kind::Shared => self.shared().map(|at| self.workbook.texts.runs(at)),
                            _ => Some(self.runs.as_slice()),
                        };
                        let face = face.unwrap_or_default();
                        row.set_face(head.column, face, runs.unwrap_or_default());
                    }
                    "col" => {
                        let number = |name| {
                            attribute(&e, name)
                                .and_then(|n| n.parse::<usize>().ok()?.checked_sub(1))
                        };
                        let hidden = attribute(&e, "hidden");
                        let hidden = matches!(hidden.as_deref(), Some("1" | "true"));
                        let range = number("min").zip(number("max"));
                        let range = range.filter(|_| hidden && self.hidden.len() < MOST_HIDDEN);
                        self.hidden.extend(range);
                    }
                    "mergeCell" => {
                        let area = attribute(&e, "ref").and_then(|area| parse_area(&area));
                        if let (Some(area), true) = (area, self.merged.len() < MOST_MERGED) {
                            self.merged.push(area);
                        }
                    }
                    _ => {}
                },
                Event::End(e) if e.local_name().as_ref() == "row" => {
                    if let Some(row) = current.take().filter(|row| row.cells.iter().any(shown)) {
                        return Ok(Some(row));
                    }
                }
                Event::Eof => return Ok(None),
                _ => {}
            }
        }
    }
}

impl Cells {
    /// The content of the cell that was just opened.
    fn cell(&mut self, head: &Head) -> Result<Content> {
        self.value.clear();
        self.runs.clear();
        let (mut formula, mut inline) = (false, false);
        loop {
            match self.xml.next(&mut self.buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "v" if !inline => {
                        self.value.clear();
                        self.xml.text(&mut self.buffer, "", &mut self.value)?;
                    }
                    "is" => {
                        inline = true;
                        self.value.clear();
                        self.runs = rich_text(&mut self.xml, &mut self.buffer, &mut self.value)?;
                    }
                    name => {
                        formula |= name == "f";
                        self.xml.pass(&mut self.buffer)?;
                    }
                },
                Event::End(_) => break,
                _ => {}
            }
        }
        Ok(self.content(head, formula))
    }

    /// The number of a shared text.
    fn shared(&self) -> Option<usize> {
        self.value.trim().parse().ok()
    }

    fn content(&self, head: &Head, formula: bool) -> Content {
        let raw = self.value.as_str();
        if raw.is_empty() {
            if formula && head.kind != Kind::Text {
                return Content::Wrong(
                    NO_RESULT,
                    text!(
                        "ô có công thức chưa được tính",
                        "the cell has a formula without a result"
                    ),
                    text!(
                        "mở tệp bằng Excel hoặc LibreOffice rồi lưu lại để có kết quả",
                        "open the file in Excel or LibreOffice and save it, so that it holds the result"
                    ),
                );
            }
            return Content::Empty;
        }
        let text = |text: &str| Content::Value(Value::String(unescaped(text)));
        match head.kind {
            Kind::Shared => match self.shared().and_then(|i| self.workbook.texts.get(i)) {
                Some("") => Content::Empty,
                Some(shared) => text(shared),
                None => unreadable(raw),
            },
            Kind::Text => text(raw),
            Kind::Iso => Content::Value(Value::String(number::iso(raw))),
            Kind::Bool => match raw.trim() {
                "1" | "true" => Content::Value(Value::Bool(true)),
                "0" | "false" => Content::Value(Value::Bool(false)),
                _ => unreadable(raw),
            },
            Kind::Error => {
                let value: String = raw.chars().take(20).collect();
                Content::Wrong(
                    ERROR_VALUE,
                    text!("ô báo lỗi {value}", "the cell holds the error {value}"),
                    text!("sửa công thức hoặc gõ giá trị", "mend the formula or type the value"),
                )
            }
            Kind::Number => {
                let format =
                    self.workbook.formats.get(head.style).copied().unwrap_or(Format::General);
                number::read(raw, format, self.workbook.from_1904)
            }
            Kind::Other => unreadable(raw),
        }
    }
}

fn unreadable(raw: &str) -> Content {
    let value: String = raw.chars().take(40).filter(|c| !c.is_control()).collect();
    Content::Wrong(
        UNREADABLE,
        text!("không đọc được ô này (“{value}”)", "this cell cannot be read (“{value}”)"),
        text!("gõ lại ô này", "type this cell again"),
    )
}

/// What the tag of a cell says.
struct Head {
    column: usize,
    style: usize,
    kind: Kind,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Number,
    Shared,
    Text,
    Bool,
    Error,
    Iso,
    Other,
}

impl Head {
    fn of(e: &BytesStart<'_>, next: usize) -> Option<Self> {
        let mut head = Self { column: next, style: 0, kind: Kind::Number };
        for attribute in e.attributes().with_checks(false).flatten() {
            match attribute.key.as_ref() {
                "r" => head.column = parse_cell(&attribute.value)?.1,
                "s" => head.style = attribute.value.parse().unwrap_or(0),
                "t" => {
                    head.kind = match attribute.value.as_ref() {
                        "n" => Kind::Number,
                        "s" => Kind::Shared,
                        "str" | "inlineStr" => Kind::Text,
                        "b" => Kind::Bool,
                        "e" => Kind::Error,
                        "d" => Kind::Iso,
                        _ => Kind::Other,
                    }
                }
                _ => {}
            }
        }
        Some(head)
    }
}

/// `C7` → row 7, column 2.
fn parse_cell(reference: &str) -> Option<(u32, usize)> {
    let letters = reference.bytes().take_while(u8::is_ascii_alphabetic).count();
    let (letters, digits) = reference.split_at_checked(letters)?;
    if letters.is_empty() || letters.len() > 3 {
        return None;
    }
    let step = |n: usize, b: u8| n * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1;
    let column = letters.bytes().fold(0, step).checked_sub(1)?;
    Some((digits.parse().ok()?, column))
}

/// `A2:C4` → top, bottom, left, right; a single cell is no area.
fn parse_area(reference: &str) -> Option<(u32, u32, usize, usize)> {
    let (from, to) = reference.split_once(':')?;
    let ((top, left), (bottom, right)) = (parse_cell(from)?, parse_cell(to)?);
    let area = top <= bottom && left <= right && right < 16_384 && (top, left) != (bottom, right);
    area.then_some((top, bottom, left, right))
}

/// `_x000D_` and the like, as workbooks write letters that XML cannot hold.
fn unescaped(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        let letter = from
            .get(2..6)
            .filter(|hex| {
                from.as_bytes().get(6) == Some(&b'_') && hex.bytes().all(|b| b.is_ascii_hexdigit())
            })
            .and_then(|hex| u32::from_str_radix(hex, 16).ok())
            .and_then(char::from_u32);
        match letter {
            Some(c) => {
                out.push(c);
                rest = from.get(7..).unwrap_or("");
            }
            None => {
                out.push_str("_x");
                rest = from.get(2..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    out
}
