//! ODS: the sheets of an OpenDocument workbook, row by row.
//!
//! Knows: OpenDocument tables as far as data needs them. Must not know: what a column means.
//!
//! All sheets stand one after the other in one part, which is read as a stream: once for the names and
//! styles, and once up to the sheet that is wanted. Repeated rows and cells are counted before they are made.

use std::collections::HashMap;
use std::sync::Arc;

use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use super::sheet::{
    self, Area, Filled, MOST_HIDDEN, MOST_MERGED, MOST_RUNS, Runs, SheetName, shown,
};
use super::table::Content;
use super::xlsx::number::{self, Format};
use super::xlsx::package::Package;
use super::xlsx::xml::{Xml, attribute};
use super::{Limits, code, failure};
use crate::diagnostic::{Code, Failure, Result};
use crate::text;
use crate::text::legacy::Face;

const ERROR_VALUE: Code = code(6);
const CONTENT: &str = "content.xml";
/// Last row and column that a sheet can have.
const LAST_ROW: u32 = 1_048_576;
const LAST_COLUMN: usize = 16_384;
/// Filled cells that repetition may make of one row.
const MOST_REPEATED: u64 = 1 << 20;

/// True for a package that says it is an OpenDocument sheet.
pub(super) fn is_sheet(package: &Package) -> bool {
    package.has(CONTENT) && package.starts_with("mimetype", SPREADSHEET)
}

const SPREADSHEET: &[u8] = b"application/vnd.oasis.opendocument.spreadsheet";

/// A workbook.
pub(super) struct Book {
    package: Package,
    sheets: Vec<SheetName>,
    faces: Arc<HashMap<String, Face>>,
    file: String,
    columns: usize,
}

impl Book {
    /// Reads the names of the sheets, and the styles.
    pub fn open(package: Package, file: &str, limits: &Limits) -> Result<Self> {
        if is_locked(&package, file)? {
            let what = text!("sổ tính có mật khẩu", "the workbook has a password");
            return Err(failure(file, what).hint(text!(
                "mở tệp, lưu lại và bỏ dấu “Lưu với mật khẩu”",
                "open the file and save it without “Save with password”"
            )));
        }
        let mut first = Pass::default();
        for part in ["styles.xml", CONTENT] {
            first.read(&package, part, file)?;
        }
        let hidden = first.hidden;
        let sheets = first.tables.into_iter().map(|(name, style)| SheetName {
            name: text::nfc(&name),
            visible: !hidden.contains(&style),
            is_table: true,
        });
        let columns = limits.columns.min(LAST_COLUMN);
        Ok(Self {
            package,
            sheets: sheets.collect(),
            faces: Arc::new(first.faces),
            file: file.to_owned(),
            columns,
        })
    }
}

/// True if the parts are encrypted, as the manifest says.
fn is_locked(package: &Package, file: &str) -> Result<bool> {
    let Some(part) = package.part("META-INF/manifest.xml") else { return Ok(false) };
    let (mut xml, mut buffer) = (Xml::new(part, file), Vec::new());
    loop {
        match xml.next(&mut buffer)? {
            Event::Start(e) if e.local_name().as_ref() == "encryption-data" => return Ok(true),
            Event::Eof => return Ok(false),
            _ => {}
        }
    }
}

/// What is read before any cell.
#[derive(Default)]
struct Pass {
    /// Name and style of each sheet.
    tables: Vec<(String, String)>,
    /// Styles of hidden sheets.
    hidden: Vec<String>,
    /// What the fonts of the styles say.
    faces: HashMap<String, Face>,
}

impl Pass {
    fn read(&mut self, package: &Package, part: &str, file: &str) -> Result<()> {
        let is_content = part == CONTENT;
        let Some(part) = package.part(part) else { return Ok(()) };
        let (mut xml, mut buffer) = (Xml::new(part, file), Vec::new());
        let mut style = String::new();
        loop {
            match xml.next(&mut buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "style" => {
                        style = attribute(&e, "name").unwrap_or_default().into_owned();
                        // A style has the face of its parent unless it says otherwise.
                        let parent = attribute(&e, "parent-style-name");
                        let face = parent.and_then(|p| self.faces.get(p.as_ref()).copied());
                        self.set(&style, face);
                    }
                    "text-properties" => {
                        let name = attribute(&e, "font-name")
                            .or_else(|| attribute(&e, "font-family"))
                            .map(|n| n.trim_matches('\'').to_owned());
                        if let Some(name) = name {
                            self.set(&style, Some(Face::of_font(&name)));
                        }
                    }
                    "table-properties" if is(&e, "display", "false") => {
                        self.hidden.push(style.clone());
                    }
                    "table" => {
                        let get = |name| attribute(&e, name).unwrap_or_default().into_owned();
                        if is_content {
                            self.tables.push((get("name"), get("style-name")));
                        }
                        xml.pass(&mut buffer)?;
                    }
                    "tracked-changes" | "dde-links" => xml.pass(&mut buffer)?,
                    _ => {}
                },
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    fn set(&mut self, style: &str, face: Option<Face>) {
        // A plain font is kept too: a piece of a text may be in one, where the cell is not.
        if let Some(face) = face {
            self.faces.insert(style.to_owned(), face);
        }
    }
}

fn is(e: &BytesStart<'_>, name: &str, value: &str) -> bool {
    attribute(e, name).is_some_and(|v| v.as_ref() == value)
}

fn count(e: &BytesStart<'_>, name: &str) -> u32 {
    attribute(e, name).and_then(|n| n.parse().ok()).filter(|n| *n > 0).unwrap_or(1)
}

impl sheet::Book for Book {
    fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    fn cells(&self, index: usize) -> Result<Box<dyn sheet::Cells>> {
        let none = || failure(&self.file, text!("không có trang tính này", "no such sheet"));
        let part = self.package.part(CONTENT).ok_or_else(none)?;
        let (mut xml, mut buffer) = (Xml::new(part, &self.file), Vec::with_capacity(1024));
        let mut at = 0;
        loop {
            match xml.next(&mut buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "table" if at == index => break,
                    "table" => {
                        at += 1;
                        xml.pass(&mut buffer)?;
                    }
                    "automatic-styles" | "tracked-changes" | "dde-links" => {
                        xml.pass(&mut buffer)?
                    }
                    _ => {}
                },
                Event::Eof => return Err(none()),
                _ => {}
            }
        }
        Ok(Box::new(Cells {
            xml,
            buffer,
            faces: Arc::clone(&self.faces),
            file: self.file.clone(),
            by_column: Vec::new(),
            column: 0,
            hidden: Vec::new(),
            row: 0,
            again: None,
            merged: Vec::new(),
            columns: self.columns,
            done: false,
        }))
    }
}

/// A sheet's stream of rows.
struct Cells {
    xml: Xml,
    buffer: Vec<u8>,
    faces: Arc<HashMap<String, Face>>,
    file: String,
    /// Faces that columns give to their cells.
    by_column: Vec<Face>,
    /// Columns read so far, and the hidden ones among them.
    column: usize,
    hidden: Vec<(usize, usize)>,
    /// Last row, from 1.
    row: u32,
    /// A row that stands several times, and how often still.
    again: Option<(Vec<One>, bool, u32)>,
    merged: Vec<Area>,
    columns: usize,
    done: bool,
}

/// A filled cell.
#[derive(Clone)]
struct One {
    column: usize,
    face: Face,
    runs: Arc<Runs>,
    value: Held,
}

/// What a cell holds: like [`Content`], but it can be repeated.
#[derive(Clone)]
enum Held {
    Value(Value),
    Number(String),
    Error(String),
}

impl Held {
    fn content(self) -> Content {
        match self {
            Self::Value(value) => Content::Value(value),
            Self::Number(raw) => number::read(&raw, Format::General, false),
            Self::Error(shown) => Content::Wrong(
                ERROR_VALUE,
                text!("ô báo lỗi {shown}", "the cell holds the error {shown}"),
                text!("sửa công thức hoặc gõ giá trị", "mend the formula or type the value"),
            ),
        }
    }
}

impl sheet::Cells for Cells {
    fn merged(&mut self) -> Vec<Area> {
        std::mem::take(&mut self.merged)
    }

    fn hidden_columns(&self) -> &[(usize, usize)] {
        &self.hidden
    }

    fn next(&mut self) -> Result<Option<Filled>> {
        loop {
            if let Some((ones, hidden, left)) = self.again.take() {
                self.row = self.row.saturating_add(1);
                let ones = if left > 1 {
                    let copy = ones.clone();
                    self.again = Some((ones, hidden, left - 1));
                    copy
                } else {
                    ones
                };
                return Ok(Some(self.filled(ones, hidden)));
            }
            if self.done {
                return Ok(None);
            }
            self.advance()?;
        }
    }
}

impl Cells {
    fn filled(&self, ones: Vec<One>, hidden: bool) -> Filled {
        let mut filled = Filled::new(self.row, self.row, hidden);
        for one in ones {
            filled.set_face(one.column, one.face, &one.runs);
            filled.cells.push((one.column, one.value.content()));
        }
        filled
    }

    /// Reads up to the next row that holds something, or to the end of the sheet.
    fn advance(&mut self) -> Result<()> {
        loop {
            match self.xml.next(&mut self.buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "table-column" => {
                        let style = attribute(&e, "default-cell-style-name");
                        let face = style.and_then(|s| self.faces.get(s.as_ref()).copied());
                        let room = self.columns.saturating_sub(self.by_column.len());
                        let all = count(&e, "number-columns-repeated") as usize;
                        let times = all.min(room);
                        let (first, last) =
                            (self.column, self.column.saturating_add(all).saturating_sub(1));
                        self.column = last.saturating_add(1);
                        let hidden = attribute(&e, "visibility").is_some_and(|v| v != "visible");
                        if hidden && self.hidden.len() < MOST_HIDDEN {
                            self.hidden.push((first, last));
                        }
                        let face = face.unwrap_or_default();
                        self.by_column.extend(std::iter::repeat_n(face, times));
                    }
                    "table-row" => {
                        let times = count(&e, "number-rows-repeated");
                        let hidden = attribute(&e, "visibility").is_some_and(|v| v != "visible");
                        let ones = self.row()?;
                        if ones.is_empty() {
                            self.row = self.row.saturating_add(times).min(LAST_ROW);
                            continue;
                        }
                        if self.row.saturating_add(times) > LAST_ROW
                            || u64::from(times) * ones.len() as u64 > MOST_REPEATED
                        {
                            return Err(self.abnormal());
                        }
                        self.again = Some((ones, hidden, times));
                        return Ok(());
                    }
                    "shapes" | "forms" | "named-expressions" | "table" | "table-source" => {
                        self.xml.pass(&mut self.buffer)?;
                    }
                    _ => {}
                },
                Event::End(e) if e.local_name().as_ref() == "table" => {
                    self.done = true;
                    return Ok(());
                }
                Event::Eof => return Err(self.xml.broken("EOF")),
                _ => {}
            }
        }
    }

    fn abnormal(&self) -> Failure {
        let what = text!(
            "sổ tính bất thường: một hàng lặp lại quá nhiều lần",
            "an abnormal workbook: a row that is repeated too often"
        );
        failure(&self.file, what).hint(text!(
            "chép bảng sang một sổ tính mới rồi lưu lại",
            "copy the table into a new workbook and save that"
        ))
    }

    /// The filled cells of the row that was just opened.
    fn row(&mut self) -> Result<Vec<One>> {
        let mut ones: Vec<One> = Vec::new();
        let mut column = 0usize;
        loop {
            match self.xml.next(&mut self.buffer)? {
                Event::Start(e) => {
                    let name = e.local_name();
                    let covered = name.as_ref() == "covered-table-cell";
                    if !covered && name.as_ref() != "table-cell" {
                        self.xml.pass(&mut self.buffer)?;
                        continue;
                    }
                    let times = count(&e, "number-columns-repeated") as usize;
                    let spans =
                        (count(&e, "number-columns-spanned"), count(&e, "number-rows-spanned"));
                    let head = Head::of(&e);
                    let own = attribute(&e, "style-name")
                        .map(|s| self.faces.get(s.as_ref()).copied().unwrap_or_default());
                    let face =
                        own.or_else(|| self.by_column.get(column).copied()).unwrap_or_default();
                    let (text, runs) = self.text()?;
                    let runs = Arc::new(runs);
                    let value = if covered { None } else { head.value(text) };
                    self.merge(column, spans);
                    let room = self.columns.saturating_sub(column);
                    if let Some(value) = value {
                        for at in column..column.saturating_add(times.min(room)) {
                            let (runs, value) = (Arc::clone(&runs), value.clone());
                            ones.push(One { column: at, face, runs, value });
                        }
                    }
                    column = column.saturating_add(times);
                }
                Event::End(_) => break,
                Event::Eof => return Err(self.xml.broken("EOF")),
                _ => {}
            }
        }
        let blank = |one: &One| matches!(&one.value, Held::Value(Value::String(t)) if !shown(&(0, Content::Value(Value::String(t.clone())))));
        if ones.iter().all(blank) {
            ones.clear();
        }
        Ok(ones)
    }

    fn merge(&mut self, column: usize, (across, down): (u32, u32)) {
        if (across, down) == (1, 1) || self.merged.len() >= MOST_MERGED {
            return;
        }
        let top = self.row.saturating_add(1);
        let bottom = top.saturating_add(down - 1).min(LAST_ROW);
        let right = column.saturating_add(across as usize - 1);
        if right < LAST_COLUMN {
            self.merged.push((top, bottom, column, right));
        }
    }

    /// The text of the cell that was just opened, a line for each paragraph, and the fonts inside it; comments
    /// are passed over.
    fn text(&mut self) -> Result<(String, Runs)> {
        let (mut out, mut runs) = (String::new(), Runs::new());
        let (mut depth, mut paragraphs) = (0u32, 0u32);
        // Spans that are open: their depth and face.
        let mut spans: Vec<(u32, Option<Face>)> = Vec::new();
        loop {
            match self.xml.next(&mut self.buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "annotation" | "frame" | "table" | "shapes" => {
                        self.xml.pass(&mut self.buffer)?;
                    }
                    name => {
                        match name {
                            "p" if depth == 0 => {
                                if paragraphs > 0 {
                                    out.push('\n');
                                }
                                paragraphs += 1;
                            }
                            "s" => {
                                let blanks = count(&e, "c").min(1000) as usize;
                                out.extend(std::iter::repeat_n(' ', blanks));
                            }
                            "span" if runs.len() < MOST_RUNS => {
                                let style = attribute(&e, "style-name");
                                let known = style.and_then(|s| self.faces.get(s.as_ref()).copied());
                                let face = known.or(spans.last().and_then(|(_, face)| *face));
                                spans.push((depth, face));
                                runs.push((out.len(), face));
                            }
                            "tab" => out.push('\t'),
                            "line-break" => out.push('\n'),
                            _ => {}
                        }
                        depth += 1;
                    }
                },
                Event::End(_) if depth == 0 => {
                    // What ends with the text begins no piece of it.
                    let end = out.len();
                    runs.retain(|(at, _)| *at < end);
                    if runs.iter().all(|(_, face)| face.is_none()) {
                        runs.clear();
                    }
                    return Ok((out, runs));
                }
                Event::End(_) => {
                    depth -= 1;
                    if spans.last().is_some_and(|(at, _)| *at == depth) {
                        spans.pop();
                        runs.push((out.len(), spans.last().and_then(|(_, face)| *face)));
                    }
                }
                Event::Text(t) if depth > 0 => push_text(&mut out, t.as_ref()),
                Event::CData(t) if depth > 0 => push_text(&mut out, t.as_ref()),
                Event::GeneralRef(r) if depth > 0 => match r.resolve_char_ref() {
                    Ok(Some(c)) => out.push(c),
                    _ => match quick_xml::escape::resolve_predefined_entity(r.as_ref()) {
                        Some(text) => out.push_str(text),
                        None => return Err(self.xml.broken("entity")),
                    },
                },
                Event::Eof => return Err(self.xml.broken("EOF")),
                _ => {}
            }
            // A cell is cut where it is longer than any cell may be; the reader of rows says so.
            if out.len() > 4 << 20 {
                return Err(self.xml.broken("a text without end"));
            }
        }
    }
}

/// Blanks and line breaks of the XML are one blank, as OpenDocument has it.
fn push_text(out: &mut String, text: &str) {
    for c in text.chars() {
        if !matches!(c, ' ' | '\t' | '\r' | '\n') {
            out.push(c);
        } else if !out.ends_with([' ', '\n']) {
            out.push(' ');
        }
    }
}

/// What the tag of a cell says.
struct Head {
    kind: String,
    value: String,
    is_error: bool,
}

impl Head {
    fn of(e: &BytesStart<'_>) -> Self {
        let get = |name| attribute(e, name).unwrap_or_default().into_owned();
        // `calcext:value-type` says of an error that the other one calls a text.
        let mut attributes = e.attributes();
        let types = attributes.with_checks(false).flatten();
        let mut kind = String::new();
        let mut is_error = false;
        for a in types.filter(|a| a.key.local_name().as_ref() == "value-type") {
            match a.value.as_ref() {
                "error" => is_error = true,
                other => kind = other.to_owned(),
            }
        }
        let value = match kind.as_str() {
            "date" => get("date-value"),
            "boolean" => get("boolean-value"),
            "string" => get("string-value"),
            "time" | "" => String::new(),
            _ => get("value"),
        };
        Self { kind, value, is_error }
    }

    /// The value, where `shown` is the text that the sheet shows.
    fn value(self, shown: String) -> Option<Held> {
        if self.is_error {
            return Some(Held::Error(shown.chars().take(20).collect()));
        }
        let string = |s: String| (!s.is_empty()).then_some(Held::Value(Value::String(s)));
        match self.kind.as_str() {
            "float" | "currency" => {
                let padded = shown.len() > 1
                    && shown.starts_with('0')
                    && shown.bytes().all(|b| b.is_ascii_digit());
                if padded { string(shown) } else { Some(Held::Number(self.value)) }
            }
            "date" => string(number::iso(&self.value)),
            "boolean" => Some(Held::Value(Value::Bool(self.value == "true"))),
            "string" if shown.is_empty() => string(self.value),
            // Percentages and times are what the sheet shows.
            _ => string(shown),
        }
    }
}
