//! CSV: fields between `,`, `;` or tabs, quotes, line breaks inside quotes.
//!
//! Knows: the text of a CSV and where each record stands in it. Must not know: what a column means.
//!
//! Read here and not with a library because a quote that is never closed swallows the rest of a
//! file silently: it must be a finding at its own line.

use serde_json::Value;

use super::sheet::{self, Filled, SheetName};
use super::table::{Content, Table, letter};
use super::{Column, Limits, Options, Row, Rows, code, decode, failure};
use crate::diagnostic::{Code, Diagnostic, Place, Result};
use crate::text;

const RAGGED: Code = code(3);
const OPEN_QUOTE: Code = code(20);

/// How many records tell the separator.
const SAMPLE: usize = 20;

/// A CSV file being read.
pub(super) struct Csv {
    text: String,
    cursor: Cursor,
    table: Table,
    file: String,
    limits: Limits,
    done: bool,
}

/// Where the next record begins.
#[derive(Clone, Copy)]
struct Cursor {
    at: usize,
    /// Physical line, from 1.
    line: u32,
    /// Row as a spreadsheet program numbers it, from 1.
    row: u32,
    separator: u8,
}

/// One record.
struct Record {
    line: u32,
    row: u32,
    fields: Vec<String>,
    /// Line of a quote that is never closed.
    open_quote: Option<u32>,
    /// More fields than any table may have.
    overflow: bool,
}

impl Record {
    fn blank(&self) -> bool {
        self.fields.iter().all(|field| field.trim().is_empty())
    }

    fn place(&self, file: &str) -> Place {
        let place = Place::file(file).row(self.row);
        if self.line == self.row { place } else { place.line(self.line) }
    }
}

/// A CSV file as a book of one sheet without a name.
pub(super) struct Book {
    text: std::sync::Arc<str>,
    cursor: Cursor,
    file: String,
    columns: usize,
    sheets: [SheetName; 1],
}

impl Book {
    /// Decodes the text and finds its separator.
    pub fn open(bytes: Vec<u8>, file: &str, limits: &Limits) -> Result<Self> {
        let text = decode::utf8(bytes, file)?;
        let cursor = start(&text);
        let sheets = [SheetName { name: String::new(), visible: true, is_table: true }];
        let file = file.to_owned();
        Ok(Self { text: text.into(), cursor, file, columns: limits.columns, sheets })
    }
}

impl sheet::Book for Book {
    fn sheets(&self) -> &[SheetName] {
        &self.sheets
    }

    fn cells(&self, _index: usize) -> Result<Box<dyn sheet::Cells>> {
        Ok(Box::new(Records {
            text: std::sync::Arc::clone(&self.text),
            cursor: self.cursor,
            file: self.file.clone(),
            columns: self.columns,
        }))
    }
}

/// The records of a CSV as rows of cells.
struct Records {
    text: std::sync::Arc<str>,
    cursor: Cursor,
    file: String,
    columns: usize,
}

impl sheet::Cells for Records {
    fn next(&mut self) -> Result<Option<Filled>> {
        loop {
            let Some(record) = self.cursor.next(&self.text, self.columns) else { return Ok(None) };
            if let Some(finding) = record.open_quote.map(|line| open_quote(&self.file, line)) {
                let mut failure = failure(&self.file, finding.message);
                *failure.place = finding.place;
                failure.hint = finding.hint;
                return Err(failure);
            }
            if record.blank() {
                continue;
            }
            let fields = record.fields.into_iter().enumerate().filter(|(_, f)| !f.is_empty());
            let cells = fields.map(|(i, f)| (i, Content::Value(Value::String(f)))).collect();
            let (number, line) = (record.row, record.line);
            return Ok(Some(Filled { cells, ..Filled::new(number, line, false) }));
        }
    }

    fn merged(&mut self) -> Vec<sheet::Area> {
        Vec::new()
    }
}

/// Where the first record begins.
fn start(text: &str) -> Cursor {
    let mut cursor = Cursor { at: 0, line: 1, row: 1, separator: b',' };
    match declared_separator(text) {
        Some((separator, length)) => Cursor { at: length, line: 2, row: 2, separator },
        None => {
            cursor.separator = sniff(text, cursor);
            cursor
        }
    }
}

fn open_quote(file: &str, line: u32) -> Diagnostic {
    Diagnostic::error(
        OPEN_QUOTE,
        Place::file(file).line(line),
        text!(
            "dấu nháy kép mở ở dòng {line} không được đóng: các hàng sau đã lọt vào một ô",
            "the quote opened in line {line} is never closed: the rows after it fell into one cell"
        ),
    )
    .hint(text!(
        "đóng dấu nháy, hoặc viết hai dấu nháy liền nhau nếu ô có dấu nháy",
        "close it, or write two quotes where the cell holds one"
    ))
}

impl Csv {
    pub fn open(bytes: Vec<u8>, file: &str, options: &Options) -> Result<Self> {
        let text = decode::utf8(bytes, file)?;
        let limits = options.limits;
        let mut cursor = start(&text);
        let header = loop {
            let Some(record) = cursor.next(&text, limits.columns) else {
                return Err(failure(
                    file,
                    text!("tệp không có hàng tiêu đề", "the file has no row of headings"),
                )
                .hint(text!("hàng đầu ghi tên các cột", "the first row names the columns")));
            };
            match options.header_row {
                Some(n) if record.row < n => continue,
                Some(n) if record.row > n || record.blank() => {
                    return Err(failure(
                        file,
                        text!("hàng {n} không có tiêu đề nào", "row {n} has no headings"),
                    ));
                }
                None if record.blank() => continue,
                _ => break record,
            }
        };
        let headings = header.fields.iter().cloned().enumerate().collect();
        let mut table = Table::new(Place::file(file), header.row, headings, limits);
        if let Some(names) = &options.only {
            table.keep_only(names);
        }
        let mut csv = Self { text, cursor, table, file: file.to_owned(), limits, done: false };
        if let Some(finding) = csv.quote_finding(&header) {
            csv.table.note(finding);
        }
        Ok(csv)
    }

    fn quote_finding(&self, record: &Record) -> Option<Diagnostic> {
        record.open_quote.map(|line| open_quote(&self.file, line))
    }

    fn ragged(&self, record: &Record) -> Option<Diagnostic> {
        let (has, wants) = (record.fields.len(), self.table.width());
        let beyond = record.fields.iter().skip(wants).any(|f| !f.trim().is_empty());
        if has >= wants && !beyond {
            return None;
        }
        let place = record.place(&self.file).cell(letter(has.min(wants)));
        Some(
            Diagnostic::error(
                RAGGED,
                place,
                text!(
                    "hàng có {has} ô, hàng tiêu đề có {wants}",
                    "the row has {has} cells, the headings are {wants}"
                ),
            )
            .hint(text!(
                "ô có dấu phân cách bên trong phải đặt trong dấu nháy kép",
                "a cell that holds the separator must stand in double quotes"
            )),
        )
    }
}

impl Iterator for Csv {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        if self.done {
            return None;
        }
        loop {
            let Some(record) = self.cursor.next(&self.text, self.limits.columns) else {
                self.done = true;
                self.table.end();
                return None;
            };
            if record.blank() && record.open_quote.is_none() {
                continue;
            }
            if self.table.rows() >= self.limits.rows {
                self.done = true;
                let most = self.limits.rows;
                return Some(Err(failure(
                    &self.file,
                    text!("tệp có hơn {most} hàng", "the file has more than {most} rows"),
                )
                .hint(text!("tách thành nhiều tệp", "split it into several files"))));
            }
            let mut wrong: Vec<Diagnostic> = self.ragged(&record).into_iter().collect();
            wrong.extend(self.quote_finding(&record));
            if record.overflow {
                self.done = true;
            }
            let place = record.place(&self.file);
            let unheaded = |(i, f): &(usize, &String)| {
                *i < self.table.width() && !f.trim().is_empty() && self.table.lacks_heading(*i)
            };
            if let Some((position, _)) = record.fields.iter().enumerate().find(unheaded) {
                self.table.no_heading(position, record.row);
            }
            let filled = record.fields.into_iter().enumerate().filter(|(_, f)| !f.is_empty());
            let cells = filled.map(|(i, f)| (i, Content::Value(Value::String(f)))).collect();
            let mut row = self.table.row(place, record.row, cells);
            row.findings.extend(wrong);
            return Some(Ok(row));
        }
    }
}

impl Rows for Csv {
    fn columns(&self) -> &[Column] {
        self.table.columns()
    }

    fn findings(&mut self) -> Vec<Diagnostic> {
        self.table.findings()
    }
}

impl Cursor {
    /// The next record; none at the end of the text.
    fn next(&mut self, text: &str, most: usize) -> Option<Record> {
        let bytes = text.as_bytes();
        if self.at >= bytes.len() {
            return None;
        }
        let (line, row) = (self.line, self.row);
        self.row = self.row.saturating_add(1);
        let mut record =
            Record { line, row, fields: Vec::new(), open_quote: None, overflow: false };
        loop {
            let field = self.field(text, &mut record.open_quote);
            if record.fields.len() < most {
                record.fields.push(field);
            } else {
                record.overflow = true;
            }
            match bytes.get(self.at) {
                Some(b) if *b == self.separator => self.at += 1,
                Some(b'\r') => {
                    self.at += if bytes.get(self.at + 1) == Some(&b'\n') { 2 } else { 1 };
                    break;
                }
                Some(_) => {
                    self.at += 1;
                    break;
                }
                None => break,
            }
        }
        self.line = self.line.saturating_add(1);
        Some(record)
    }

    /// One field; stops at a separator, a line end or the end of the text.
    fn field(&mut self, text: &str, open_quote: &mut Option<u32>) -> String {
        let bytes = text.as_bytes();
        let mut out = String::new();
        if bytes.get(self.at) == Some(&b'"') {
            let opened = self.line;
            self.at += 1;
            loop {
                let rest = bytes.get(self.at..).unwrap_or_default();
                let Some(length) = rest.iter().position(|b| *b == b'"') else {
                    out.push_str(text.get(self.at..).unwrap_or_default());
                    self.at = bytes.len();
                    *open_quote = Some(opened);
                    return out;
                };
                let piece = text.get(self.at..self.at + length).unwrap_or_default();
                self.line = self.line.saturating_add(line_breaks(piece));
                out.push_str(piece);
                self.at += length + 1;
                if bytes.get(self.at) != Some(&b'"') {
                    break;
                }
                out.push('"');
                self.at += 1;
            }
        }
        let rest = bytes.get(self.at..).unwrap_or_default();
        let ends = |b: &u8| *b == self.separator || matches!(b, b'\n' | b'\r');
        let length = rest.iter().position(ends).unwrap_or(rest.len());
        out.push_str(text.get(self.at..self.at + length).unwrap_or_default());
        self.at += length;
        out
    }
}

fn line_breaks(text: &str) -> u32 {
    u32::try_from(text.bytes().filter(|b| *b == b'\n').count()).unwrap_or(u32::MAX)
}

/// `sep=;` in the first line, as Excel writes it; with the length of that line.
fn declared_separator(text: &str) -> Option<(u8, usize)> {
    let end = text.find('\n')?;
    let line = text.get(..end)?.trim_end_matches('\r');
    let rest = line.strip_prefix("sep=").or_else(|| line.strip_prefix("SEP="))?;
    match rest.as_bytes() {
        [separator @ (b',' | b';' | b'\t')] => Some((*separator, end + 1)),
        _ => None,
    }
}

/// The separator that cuts the first records into the same number of fields, and into most.
fn sniff(text: &str, start: Cursor) -> u8 {
    let score = |separator: u8| {
        let mut cursor = Cursor { separator, ..start };
        let mut width = 0;
        let mut same = 0;
        let mut seen = 0;
        while seen < SAMPLE {
            let Some(record) = cursor.next(text, 20_000) else { break };
            if record.blank() {
                continue;
            }
            // Titles above the headings are records of one field.
            if width < 2 {
                width = record.fields.len();
            }
            seen += 1;
            same += usize::from(record.fields.len() == width);
        }
        // A separator that does not occur cuts every record alike, into one field.
        if width < 2 { (0, 0) } else { (same * 100 / seen.max(1), width) }
    };
    let mut best = (b',', score(b','));
    for separator in [b';', b'\t'] {
        let found = score(separator);
        if found > best.1 {
            best = (separator, found);
        }
    }
    best.0
}
