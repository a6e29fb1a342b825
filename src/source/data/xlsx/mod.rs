//! XLSX: one sheet of a workbook, row by row.
//!
//! Knows: SpreadsheetML as far as data needs it. Must not know: what a column means.
//!
//! Read here with quick-xml and not through a spreadsheet library: rows must come one at a time from a
//! reader that owns its file, format and formula of a cell are wanted in the same pass, a
//! cell that is wrong must not end the sheet, and no bytes may bring the program down.

mod number;
mod package;
mod workbook;
mod xml;

use quick_xml::events::{BytesStart, Event};
use serde_json::Value;

use self::number::Format;
use self::package::Package;
use self::workbook::{SheetName, Workbook};
use self::xml::{Xml, attribute};
use super::table::{Content, Table, letter};
use super::{Column, Limits, Options, Row, Rows, code, failure};
use crate::diagnostic::{Code, Diagnostic, Place, Result};
use crate::text;

const ERROR_VALUE: Code = code(6);
const NO_RESULT: Code = code(7);
const MERGED: Code = code(8);
const HIDDEN_ROWS: Code = code(12);
const UNREADABLE: Code = code(19);

/// Last row and column that a sheet can have.
const LAST_ROW: u32 = 1_048_576;
/// Merged areas that are looked at.
const MOST_MERGED: usize = 1000;

/// One sheet being read.
pub(super) struct Sheet {
    cells: Cells,
    table: Table,
    file: String,
    limits: Limits,
    header_row: u32,
    done: bool,
}

/// The sheet's stream of rows.
struct Cells {
    xml: Xml,
    buffer: Vec<u8>,
    value: String,
    workbook: Workbook,
    row: u32,
    merged: Vec<(u32, u32, usize, usize)>,
    hidden: u32,
    first_hidden: u32,
    columns: usize,
}

/// One row with at least one filled cell.
struct Filled {
    number: u32,
    hidden: bool,
    cells: Vec<(usize, Content)>,
}

impl Sheet {
    pub fn open(bytes: Vec<u8>, file: &str, options: &Options) -> Result<Self> {
        let limits = options.limits;
        let package = Package::open(bytes, file, &limits)?;
        let workbook = Workbook::open(&package, file, &limits)?;
        let chosen = choose(&workbook, file, options.sheet.as_deref())?;
        let name = chosen.name.clone();
        let part = workbook.part_of(chosen).and_then(|part| package.part(part));
        let Some(part) = part else {
            return Err(failure(
                file,
                text!("trang tính “{name}” không phải là bảng", "sheet “{name}” is not a table"),
            ));
        };
        let mut cells = Cells {
            xml: Xml::new(part, file),
            buffer: Vec::with_capacity(1024),
            value: String::new(),
            workbook,
            row: 0,
            merged: Vec::new(),
            hidden: 0,
            first_hidden: 0,
            columns: limits.columns.min(16_384),
        };
        let place = Place::file(file).sheet(name.clone());
        let header = loop {
            let no_headings = |n: u32| {
                let mut failure = failure(
                    file,
                    text!(
                        "trang tính “{name}” không có tiêu đề cột",
                        "sheet “{name}” has no headings"
                    ),
                );
                if n > 0 {
                    failure = failure.hint(text!(
                        "hàng {n} để trống; xem lại `hang-tieu-de`",
                        "row {n} is blank; check `header_row`"
                    ));
                }
                failure
            };
            let Some(row) = cells.next()? else {
                return Err(no_headings(options.header_row.unwrap_or(0)));
            };
            match options.header_row {
                Some(n) if row.number < n => continue,
                Some(n) if row.number > n => return Err(no_headings(n)),
                _ => break row,
            }
        };
        cells.hidden = 0;
        let headings = header.cells.into_iter().filter_map(|(position, content)| match content {
            Content::Value(Value::String(text)) => Some((position, text)),
            Content::Value(value) | Content::Doubtful(value, ..) => {
                Some((position, value.to_string()))
            }
            Content::Empty | Content::Wrong(..) => None,
        });
        let table = Table::new(place, header.number, headings.collect(), limits);
        let file = file.to_owned();
        Ok(Self { cells, table, file, limits, header_row: header.number, done: false })
    }

    fn end(&mut self) {
        self.done = true;
        let merged = std::mem::take(&mut self.cells.merged);
        for (top, bottom, left, right) in merged {
            let headed = (left..=right).any(|position| self.table.has_heading(position));
            if bottom <= self.header_row || !headed {
                continue;
            }
            let (first, last) =
                (format!("{}{top}", letter(left)), format!("{}{bottom}", letter(right)));
            let place = self.table.place().clone().row(top.max(self.header_row)).cell(letter(left));
            self.table.note(
                Diagnostic::error(
                    MERGED,
                    place,
                    text!(
                        "các ô {first}:{last} bị gộp: chỉ ô đầu có giá trị",
                        "the cells {first}:{last} are merged: only the first one has a value"
                    ),
                )
                .hint(text!("bỏ gộp ô và điền đủ từng hàng", "unmerge them and fill in every row")),
            );
        }
        if self.cells.hidden > 0 {
            let (count, first) = (self.cells.hidden, self.cells.first_hidden);
            self.table.note(
                Diagnostic::warning(
                    HIDDEN_ROWS,
                    self.table.place().clone().row(first),
                    text!(
                        "{count} hàng đang bị ẩn hoặc lọc nhưng vẫn được đọc",
                        "{count} rows are hidden or filtered out, and are read all the same"
                    ),
                )
                .hint(text!(
                    "xóa hẳn các hàng không dùng, hoặc bỏ lọc để thấy đủ",
                    "delete the rows that are not wanted, or clear the filter to see them"
                )),
            );
        }
        self.table.end();
    }
}

/// The sheet that was asked for, or the first one that is shown.
fn choose<'w>(workbook: &'w Workbook, file: &str, wanted: Option<&str>) -> Result<&'w SheetName> {
    let sheets = &workbook.sheets;
    let names = || {
        let quoted: Vec<String> = sheets.iter().map(|s| format!("“{}”", s.name)).collect();
        quoted.join(", ")
    };
    let Some(wanted) = wanted else {
        let table = |s: &&SheetName| workbook.part_of(s).is_some();
        let first = sheets.iter().filter(table).find(|s| s.visible);
        return first.or_else(|| sheets.iter().find(table)).ok_or_else(|| {
            failure(file, text!("sổ tính không có trang nào", "the workbook has no sheet"))
        });
    };
    let plain = text::nfc(wanted.trim());
    let same = |s: &&SheetName| s.name == plain;
    let folded = |s: &&SheetName| s.name.trim().to_lowercase() == plain.to_lowercase();
    sheets.iter().find(same).or_else(|| sheets.iter().find(folded)).ok_or_else(|| {
        let names = names();
        failure(file, text!("không có trang tính “{wanted}”", "there is no sheet “{wanted}”"))
            .hint(text!("sổ tính có: {names}", "the workbook has: {names}"))
    })
}

impl Iterator for Sheet {
    type Item = Result<Row>;

    fn next(&mut self) -> Option<Result<Row>> {
        if self.done {
            return None;
        }
        let filled = match self.cells.next() {
            Ok(Some(filled)) => filled,
            Ok(None) => {
                self.end();
                return None;
            }
            Err(failure) => {
                self.done = true;
                return Some(Err(failure));
            }
        };
        if self.table.rows() >= self.limits.rows {
            self.done = true;
            let most = self.limits.rows;
            return Some(Err(failure(
                &self.file,
                text!("trang tính có hơn {most} hàng", "the sheet has more than {most} rows"),
            )
            .hint(text!("tách thành nhiều tệp", "split it into several files"))));
        }
        if filled.hidden {
            if self.cells.hidden == 0 {
                self.cells.first_hidden = filled.number;
            }
            self.cells.hidden = self.cells.hidden.saturating_add(1);
        }
        if let Some((position, _)) = filled.cells.iter().find(|(p, _)| self.table.lacks_heading(*p))
        {
            self.table.no_heading(*position, filled.number);
        }
        let place = self.table.place().clone().row(filled.number);
        Some(Ok(self.table.row(place, filled.number, filled.cells)))
    }
}

impl Rows for Sheet {
    fn columns(&self) -> &[Column] {
        self.table.columns()
    }

    fn findings(&mut self) -> Vec<Diagnostic> {
        self.table.findings()
    }
}

impl Cells {
    /// The next row that is not blank.
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
                        current = Some(Filled { number, hidden, cells: Vec::new() });
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

    /// The content of the cell that was just opened.
    fn cell(&mut self, head: &Head) -> Result<Content> {
        self.value.clear();
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
                        self.xml.text(&mut self.buffer, "rPh", &mut self.value)?;
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
            Kind::Shared => {
                match raw.trim().parse().ok().and_then(|i| self.workbook.texts.get(i)) {
                    Some("") => Content::Empty,
                    Some(shared) => text(shared),
                    None => unreadable(raw),
                }
            }
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

/// Blanks alone do not make a row.
fn shown((_, content): &(usize, Content)) -> bool {
    !matches!(content, Content::Value(Value::String(text)) if text.trim().is_empty())
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
