//! XLS: the sheets of a workbook of Excel 97 to 2003.
//!
//! Knows: the records of BIFF8 as far as data needs them. Must not know: what a column means.
//!
//! Read here and not through a library, because lists in this format are the ones whose text is in an old
//! encoding, and only the font of a cell tells; a library that lays a sheet out as a rectangle lets two cells in
//! opposite corners take all memory. Records are cut from the file's bytes and never run beyond them.

mod cfb;
mod pieces;

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::Value;

use self::cfb::Container;
use self::pieces::Pieces;
use super::sheet::{self, Area, Filled, MOST_HIDDEN, MOST_MERGED, Runs, SheetName, shown};
use super::table::Content;
use super::xlsx::number::{self, Format};
use super::{Limits, code, failure};
use crate::diagnostic::{Code, Failure, Result};
use crate::text;
use crate::text::legacy::Face;

const ERROR_VALUE: Code = code(6);
/// Bytes of such a file: a full sheet has 65,536 rows.
const LARGEST: usize = 128 << 20;
/// Filled cells of one sheet.
const MOST_CELLS: usize = 4 << 20;

/// A record: what it is and its body.
type Record<'a> = (u16, &'a [u8]);

/// The records of a stream from a place on.
struct Records<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Iterator for Records<'a> {
    type Item = Record<'a>;

    fn next(&mut self) -> Option<Record<'a>> {
        let head = self.stream.get(self.at..self.at.checked_add(4)?)?;
        let (kind, length) = (u16_at(head, 0)?, usize::from(u16_at(head, 2)?));
        let start = self.at + 4;
        let body = self.stream.get(start..start.checked_add(length)?)?;
        self.at = start + length;
        Some((kind, body))
    }
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at.checked_add(2)?)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// What the sheets share.
#[derive(Default)]
struct Shared {
    texts: Vec<Arc<str>>,
    /// Fonts inside texts, by the number of the text.
    runs: HashMap<usize, Runs>,
    formats: Vec<Format>,
    faces: Vec<Face>,
    from_1904: bool,
}

/// A workbook.
pub(super) struct Book {
    stream: Vec<u8>,
    sheets: Vec<SheetName>,
    starts: Vec<usize>,
    shared: Arc<Shared>,
    file: String,
}

impl Book {
    /// Reads the names of the sheets and what they share.
    pub fn open(bytes: &[u8], file: &str, limits: &Limits) -> Result<Self> {
        if bytes.len() > LARGEST {
            let most = LARGEST >> 20;
            let what = text!("tệp .xls lớn hơn {most} MB", "an .xls file above {most} MB");
            return Err(failure(file, what));
        }
        let container = Container::open(bytes).ok_or_else(|| damaged(file))?;
        let Some(stream) = container.stream("Workbook") else {
            let old = container.stream("Book").is_some();
            return Err(if old { too_old(file) } else { no_workbook(file) });
        };
        let mut book = Self {
            stream,
            sheets: Vec::new(),
            starts: Vec::new(),
            shared: Arc::default(),
            file: file.to_owned(),
        };
        let mut globals = Globals::default();
        globals.read(&book.stream, file, limits.shared)?;
        (book.sheets, book.starts) = (globals.sheets, globals.starts);
        book.shared = Arc::new(globals.shared);
        Ok(book)
    }
}

fn damaged(file: &str) -> Failure {
    failure(
        file,
        text!("sổ tính .xls bị cắt cụt hoặc hỏng", "the .xls workbook is cut short or damaged"),
    )
}

fn too_old(file: &str) -> Failure {
    failure(
        file,
        text!("sổ tính .xls của Excel 95 trở về trước", "an .xls workbook of Excel 95 or older"),
    )
    .hint(text!(
        "mở bằng LibreOffice và lưu thành .xlsx",
        "open it in LibreOffice and save it as .xlsx"
    ))
}

fn no_workbook(file: &str) -> Failure {
    failure(
        file,
        text!(
            "tệp kiểu Office cũ này không phải sổ tính",
            "this file of the old Office kind is no workbook"
        ),
    )
    .hint(text!("dùng .xlsx, .xls, .ods hoặc .csv", "use .xlsx, .xls, .ods or .csv"))
}

/// The first part of the stream, while it is read.
#[derive(Default)]
struct Globals {
    sheets: Vec<SheetName>,
    starts: Vec<usize>,
    shared: Shared,
    fonts: Vec<Face>,
    codes: HashMap<u16, Format>,
    styles: Vec<(u16, u16)>,
    /// Fonts inside texts by their number, until all fonts are known.
    runs: Vec<(usize, Vec<(usize, u16)>)>,
}

impl Globals {
    fn read(&mut self, stream: &[u8], file: &str, most: usize) -> Result<()> {
        let mut records = Records { stream, at: 0 };
        match records.next() {
            Some((0x0809, body)) if u16_at(body, 0) == Some(0x0600) => {}
            Some((0x0809 | 0x0409 | 0x0209 | 0x0009, _)) => return Err(too_old(file)),
            _ => return Err(damaged(file)),
        }
        let mut pending = records.next();
        while let Some((kind, body)) = pending {
            pending = records.next();
            match kind {
                0x000A => break,
                0x002F => {
                    let what = text!("sổ tính có mật khẩu", "the workbook has a password");
                    return Err(failure(file, what).hint(text!(
                        "bỏ mật khẩu trong Excel rồi lưu lại",
                        "remove the password in Excel and save again"
                    )));
                }
                0x00FC => {
                    let mut pieces = vec![body];
                    while let Some((0x003C, more)) = pending {
                        pieces.push(more);
                        pending = records.next();
                    }
                    self.texts(pieces, most).ok_or_else(|| damaged(file))?;
                }
                0x0022 => self.shared.from_1904 = u16_at(body, 0) == Some(1),
                0x0031 => self.fonts.push(font(body)),
                0x00E0 => {
                    let pair = u16_at(body, 0).zip(u16_at(body, 2));
                    self.styles.push(pair.unwrap_or_default());
                }
                0x041E => self.format(body),
                0x0085 => self.sheet(body),
                _ => {}
            }
        }
        // There is no font 4.
        let face = |font: u16| {
            let at = usize::from(if font > 4 { font - 1 } else { font });
            self.fonts.get(at).copied().unwrap_or_default()
        };
        let runs = std::mem::take(&mut self.runs).into_iter();
        self.shared.runs = runs
            .map(|(text, runs)| {
                (text, runs.into_iter().map(|(at, font)| (at, Some(face(font)))).collect())
            })
            .collect();
        for (font, format) in &self.styles {
            self.shared.faces.push(face(*font));
            let known = self.codes.get(format).copied();
            let known = known.unwrap_or_else(|| Format::builtin(u32::from(*format)));
            self.shared.formats.push(known);
        }
        Ok(())
    }

    fn texts(&mut self, pieces: Vec<&[u8]>, most: usize) -> Option<()> {
        let mut pieces = Pieces::new(pieces);
        pieces.skip(4)?;
        let count = pieces.u32()?;
        let mut bytes = 0usize;
        for _ in 0..count {
            let Some(length) = pieces.u16() else { break };
            let (text, runs) = pieces.rich_text(usize::from(length))?;
            bytes = bytes.saturating_add(text.len()).saturating_add(24 + 32 * runs.len());
            if !runs.is_empty() {
                self.runs.push((self.shared.texts.len(), runs));
            }
            if bytes > most {
                return None;
            }
            self.shared.texts.push(text.into());
        }
        Some(())
    }

    fn format(&mut self, body: &[u8]) {
        let Some((id, length)) = u16_at(body, 0).zip(u16_at(body, 2)) else { return };
        let rest = body.get(4..).unwrap_or_default();
        if let Some(code) = Pieces::new(vec![rest]).text(usize::from(length)) {
            self.codes.insert(id, Format::from_code(&code));
        }
    }

    fn sheet(&mut self, body: &[u8]) {
        let start = u32_at(body, 0).and_then(|s| usize::try_from(s).ok());
        let (Some(start), Some(&[state, kind, length])) = (start, body.get(4..7)) else { return };
        let rest = body.get(7..).unwrap_or_default();
        let name = Pieces::new(vec![rest]).text(usize::from(length)).unwrap_or_default();
        self.sheets.push(SheetName {
            name: text::nfc(&name),
            visible: state & 3 == 0,
            is_table: kind == 0,
        });
        self.starts.push(start);
    }
}

fn font(body: &[u8]) -> Face {
    let length = body.get(14).copied().unwrap_or(0);
    let rest = body.get(15..).unwrap_or_default();
    let name = Pieces::new(vec![rest]).text(usize::from(length)).unwrap_or_default();
    Face::of_font(&name)
}

impl sheet::Book for Book {
    fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    fn cells(&self, index: usize) -> Result<Box<dyn sheet::Cells>> {
        let start = self.starts.get(index).copied().unwrap_or(usize::MAX);
        let mut reader = Reader::default();
        reader.read(&self.stream, start).ok_or_else(|| damaged(&self.file))?;
        if reader.cells.len() > MOST_CELLS {
            let what = text!("trang tính có quá nhiều ô", "the sheet has too many cells");
            return Err(failure(&self.file, what)
                .hint(text!("tách thành nhiều tệp", "split it into several files")));
        }
        // Records may come in any order; of two for one cell the later one counts.
        reader.cells.sort_by_key(|c| (c.row, c.column));
        reader.hidden.sort_unstable();
        let shared = Arc::clone(&self.shared);
        let cells = std::mem::take(&mut reader.cells).into_iter().peekable();
        let Reader { hidden, merged, hidden_columns, .. } = reader;
        Ok(Box::new(Cells { cells, hidden, merged, hidden_columns, shared }))
    }
}

/// A cell as its record holds it.
struct Raw {
    row: u16,
    column: u16,
    style: u16,
    value: RawValue,
}

enum RawValue {
    Shared(u32),
    Number(f64),
    Text(String),
    Bool(bool),
    Error(u8),
}

/// The records of a sheet, while they are read.
#[derive(Default)]
struct Reader {
    cells: Vec<Raw>,
    hidden: Vec<u16>,
    hidden_columns: Vec<(usize, usize)>,
    merged: Vec<Area>,
}

impl Reader {
    /// None if the stream does not hold a sheet there.
    fn read(&mut self, stream: &[u8], start: usize) -> Option<()> {
        let mut records = Records { stream, at: start };
        let (0x0809, _) = records.next()? else { return None };
        let (mut depth, mut ended) = (1u32, false);
        let mut pending = records.next();
        while let Some((kind, body)) = pending {
            pending = records.next();
            match kind {
                // Charts inside a sheet have a beginning and an end of their own.
                0x0809 => depth += 1,
                0x000A => {
                    depth -= 1;
                    if depth == 0 {
                        ended = true;
                        break;
                    }
                }
                _ if depth > 1 => {}
                0x0207 => {
                    let mut pieces = vec![body];
                    while let Some((0x003C, more)) = pending {
                        pieces.push(more);
                        pending = records.next();
                    }
                    self.result(pieces);
                }
                0x0208 if body.get(12).is_some_and(|flags| flags & 0x20 != 0) => {
                    self.hidden.extend(u16_at(body, 0));
                }
                0x007D if body.get(8).is_some_and(|flags| flags & 1 != 0) => {
                    let range = u16_at(body, 0).zip(u16_at(body, 2));
                    if let (Some((first, last)), true) =
                        (range, self.hidden_columns.len() < MOST_HIDDEN)
                    {
                        self.hidden_columns.push((first.into(), last.into()));
                    }
                }
                0x00E5 => self.merge(body),
                0x00BD => self.numbers(body),
                _ => self.cell(kind, body),
            }
            if self.cells.len() > MOST_CELLS {
                return Some(());
            }
        }
        // A sheet without its end was cut short.
        ended.then_some(())
    }

    fn cell(&mut self, kind: u16, body: &[u8]) {
        let value = match kind {
            0x00FD => u32_at(body, 6).map(RawValue::Shared),
            0x0203 => f64_at(body, 6).map(RawValue::Number),
            0x027E => u32_at(body, 6).map(|n| RawValue::Number(packed(n))),
            0x0204 | 0x00D6 => u16_at(body, 6).and_then(|length| {
                let rest = body.get(8..).unwrap_or_default();
                Pieces::new(vec![rest]).text(usize::from(length)).map(RawValue::Text)
            }),
            0x0205 => match body.get(6..8) {
                Some(&[value, 0]) => Some(RawValue::Bool(value != 0)),
                Some(&[value, _]) => Some(RawValue::Error(value)),
                _ => None,
            },
            0x0006 => match body.get(6..14) {
                // A text follows in a record of its own.
                Some(&[0, .., 0xFF, 0xFF]) => Some(RawValue::Text(String::new())),
                Some(&[1, _, value, .., 0xFF, 0xFF]) => Some(RawValue::Bool(value != 0)),
                Some(&[2, _, value, .., 0xFF, 0xFF]) => Some(RawValue::Error(value)),
                Some(&[_, .., 0xFF, 0xFF]) => None,
                _ => f64_at(body, 6).map(RawValue::Number),
            },
            _ => None,
        };
        let head = u16_at(body, 0).zip(u16_at(body, 2)).zip(u16_at(body, 4));
        if let (Some(value), Some(((row, column), style))) = (value, head) {
            self.cells.push(Raw { row, column, style, value });
        }
    }

    /// The text that the formula before it gave.
    fn result(&mut self, pieces: Vec<&[u8]>) {
        let mut pieces = Pieces::new(pieces);
        let text = pieces.u16().and_then(|length| pieces.text(usize::from(length)));
        if let (Some(Raw { value: RawValue::Text(held), .. }), Some(text)) =
            (self.cells.last_mut(), text)
        {
            *held = text;
        }
    }

    /// Several numbers of one row.
    fn numbers(&mut self, body: &[u8]) {
        let Some((row, first)) = u16_at(body, 0).zip(u16_at(body, 2)) else { return };
        let packs = body.get(4..body.len().saturating_sub(2)).unwrap_or_default();
        for (column, pack) in (first..).zip(packs.chunks_exact(6)) {
            if let (Some(style), Some(number)) = (u16_at(pack, 0), u32_at(pack, 2)) {
                let value = RawValue::Number(packed(number));
                self.cells.push(Raw { row, column, style, value });
            }
        }
    }

    fn merge(&mut self, body: &[u8]) {
        for area in body.get(2..).unwrap_or_default().chunks_exact(8) {
            let at = |n| u16_at(area, n).unwrap_or(0);
            let (top, bottom, left, right) = (at(0), at(2), at(4), at(6));
            let whole = top <= bottom && left <= right && (top, left) != (bottom, right);
            if whole && self.merged.len() < MOST_MERGED {
                let row = |r: u16| u32::from(r) + 1;
                let area = (row(top), row(bottom), usize::from(left), usize::from(right));
                self.merged.push(area);
            }
        }
    }
}

fn f64_at(bytes: &[u8], at: usize) -> Option<f64> {
    Some(f64::from_le_bytes(bytes.get(at..at.checked_add(8)?)?.try_into().ok()?))
}

/// A number in four bytes: an integer or the upper half of a float, perhaps times a hundred.
fn packed(raw: u32) -> f64 {
    let number = if raw & 2 != 0 {
        f64::from(raw.cast_signed() >> 2)
    } else {
        f64::from_bits(u64::from(raw & !3) << 32)
    };
    if raw & 1 != 0 { number / 100.0 } else { number }
}

/// A sheet's rows.
struct Cells {
    cells: std::iter::Peekable<std::vec::IntoIter<Raw>>,
    hidden: Vec<u16>,
    merged: Vec<Area>,
    hidden_columns: Vec<(usize, usize)>,
    shared: Arc<Shared>,
}

impl sheet::Cells for Cells {
    fn merged(&mut self) -> Vec<Area> {
        std::mem::take(&mut self.merged)
    }

    fn hidden_columns(&self) -> &[(usize, usize)] {
        &self.hidden_columns
    }

    fn next(&mut self) -> Result<Option<Filled>> {
        while let Some(first) = self.cells.peek() {
            let row = first.row;
            let number = u32::from(row) + 1;
            let hidden = self.hidden.binary_search(&row).is_ok();
            let mut filled = Filled::new(number, number, hidden);
            while let Some(raw) = self.cells.next_if(|c| c.row == row) {
                let (column, style) = (usize::from(raw.column), usize::from(raw.style));
                let runs = match &raw.value {
                    RawValue::Shared(at) => {
                        usize::try_from(*at).ok().and_then(|at| self.shared.runs.get(&at))
                    }
                    _ => None,
                };
                let runs = runs.map_or(&[][..], Vec::as_slice);
                let content = self.content(raw);
                if filled.cells.last().is_some_and(|(c, _)| *c == column) {
                    filled.cells.pop();
                }
                if matches!(content, Content::Empty) {
                    continue;
                }
                filled.cells.push((column, content));
                let face = self.shared.faces.get(style).copied().unwrap_or_default();
                filled.set_face(column, face, runs);
            }
            if filled.cells.iter().any(shown) {
                return Ok(Some(filled));
            }
        }
        Ok(None)
    }
}

impl Cells {
    fn content(&self, raw: Raw) -> Content {
        let text = |t: String| {
            if t.is_empty() { Content::Empty } else { Content::Value(Value::String(t)) }
        };
        match raw.value {
            RawValue::Shared(at) => {
                let shared = usize::try_from(at).ok().and_then(|at| self.shared.texts.get(at));
                text(shared.map(|t| t.to_string()).unwrap_or_default())
            }
            RawValue::Text(t) => text(t),
            RawValue::Bool(value) => Content::Value(Value::Bool(value)),
            RawValue::Error(value) => {
                let value = match value {
                    0x00 => "#NULL!",
                    0x07 => "#DIV/0!",
                    0x0F => "#VALUE!",
                    0x17 => "#REF!",
                    0x1D => "#NAME?",
                    0x24 => "#NUM!",
                    _ => "#N/A",
                };
                Content::Wrong(
                    ERROR_VALUE,
                    text!("ô báo lỗi {value}", "the cell holds the error {value}"),
                    text!("sửa công thức hoặc gõ giá trị", "mend the formula or type the value"),
                )
            }
            RawValue::Number(number) => {
                let format = self.shared.formats.get(usize::from(raw.style)).copied();
                let format = format.unwrap_or(Format::General);
                number::read(&format!("{number}"), format, self.shared.from_1904)
            }
        }
    }
}
