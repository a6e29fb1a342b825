//! Headings and rows of a table, whatever file it came from.
//!
//! Knows: what makes a heading or a cell wrong, and where it stands. Must not know: CSV, XML.

use serde_json::{Map, Value};

use super::{Column, Limits, Row, code};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, Text};
use crate::text;

const CONTROL: Code = code(1);
const TOO_LONG: Code = code(2);
const SAME_HEADING: Code = code(4);
const NO_HEADING: Code = code(5);
const NOT_NFC: Code = code(10);
const OUTER_BLANKS: Code = code(11);
const MANY_COLUMNS: Code = code(13);
const LOST_LETTER: Code = code(14);
/// A table with headings and no rows.
pub const NO_ROWS: Code = code(16);

/// Columns from which a table is more likely a mistake.
const UNUSUAL: usize = 1000;

/// What a cell holds.
pub(in crate::source) enum Content {
    /// Nothing.
    Empty,
    /// A value; text is still to be looked at.
    Value(Value),
    /// Nothing usable, and why.
    Wrong(Code, Text, Text),
    /// A value with a remark.
    Doubtful(Value, Code, Text, Text),
}

/// What was noticed about a column, said once.
#[derive(Clone, Copy, Default)]
struct Tally {
    composed: u32,
    composed_at: u32,
    blanks: u32,
    blanks_at: u32,
}

/// A table being read.
pub(super) struct Table {
    place: Place,
    limits: Limits,
    columns: Vec<Column>,
    /// A row whose cells are all empty; none where two columns share a name. A copy of it is a row without
    /// any name having been looked up.
    blank: Option<Map<String, Value>>,
    /// The names that rows hold; none: all.
    only: Option<Vec<String>>,
    /// Position in the sheet → index into `columns`.
    by_position: Vec<Option<usize>>,
    tallies: Vec<Tally>,
    /// Columns whose heading stands twice: they were said, and are not read.
    refused: Vec<usize>,
    rows: u32,
    header_row: u32,
    unheaded: bool,
    ended: bool,
    findings: Vec<Diagnostic>,
}

impl Table {
    /// A table with the headings found in `header_row`; `place` names file and sheet.
    pub fn new(
        place: Place,
        header_row: u32,
        headings: Vec<(usize, String)>,
        limits: Limits,
    ) -> Self {
        let mut table = Self {
            place,
            limits,
            columns: Vec::new(),
            blank: None,
            only: None,
            by_position: Vec::new(),
            tallies: Vec::new(),
            refused: Vec::new(),
            rows: 0,
            header_row,
            unheaded: false,
            ended: false,
            findings: Vec::new(),
        };
        for (position, heading) in headings {
            table.add_column(position, &heading);
        }
        table.tallies = vec![Tally::default(); table.columns.len()];
        table.blank = table.blank_row();
        let count = table.columns.len();
        if count > UNUSUAL {
            table.findings.push(Diagnostic::warning(
                MANY_COLUMNS,
                table.place.clone().row(header_row),
                text!("bảng có tới {count} cột", "the table has {count} columns"),
            ));
        }
        table
    }

    fn add_column(&mut self, position: usize, typed: &str) {
        let heading = text::nfc(&typed.split_whitespace().collect::<Vec<_>>().join(" "));
        if heading.is_empty() || position >= self.limits.columns {
            return;
        }
        if self.by_position.len() <= position {
            self.by_position.resize(position + 1, None);
        }
        let letter = letter(position);
        let at = self.place.clone().row(self.header_row).cell(letter.clone());
        if let Some(first) = self.columns.iter().find(|c| c.heading == heading) {
            self.refused.push(position);
            let other = first.letter.clone();
            self.findings.push(
                Diagnostic::error(
                    SAME_HEADING,
                    at,
                    text!(
                        "tiêu đề “{heading}” đã có ở cột {other}",
                        "the heading “{heading}” already stands in column {other}"
                    ),
                )
                .hint(text!("đặt cho mỗi cột một tên riêng", "give each column a name of its own")),
            );
            return;
        }
        let mut key = text::slug(&heading).replace('-', "_");
        if let Some(first) = self.columns.iter().find(|c| c.key == key || c.heading == key) {
            let (other, name) = (first.letter.clone(), first.heading.clone());
            if key != heading {
                self.findings.push(
                    Diagnostic::warning(
                        SAME_HEADING,
                        at,
                        text!(
                            "“{heading}” và “{name}” (cột {other}) viết tắt cùng là `{key}`: tên này chỉ cột {other}",
                            "“{heading}” and “{name}” (column {other}) both shorten to `{key}`: that name means column {other}"
                        ),
                    )
                    .hint(text!("đổi tên một trong hai cột", "rename one of the two columns")),
                );
            }
            key = String::new();
        }
        if let Some(slot) = self.by_position.get_mut(position) {
            *slot = Some(self.columns.len());
        }
        self.columns.push(Column { heading, key, letter });
    }

    /// Leaves all names but these out of the rows, if all of these are names of columns.
    pub fn keep_only(&mut self, names: &[String]) {
        let is_column =
            |name: &String| self.columns.iter().any(|c| c.heading == *name || c.key == *name);
        if !names.iter().all(is_column) {
            return;
        }
        self.only = Some(names.to_vec());
        self.blank = None;
        self.blank = self.blank_row();
    }

    fn blank_row(&self) -> Option<Map<String, Value>> {
        let cells: Vec<(usize, Value)> =
            self.by_position.iter().flatten().map(|index| (*index, Value::Null)).collect();
        let names = self.named(cells.clone()).count();
        let blank = self.under_names(cells);
        (blank.len() == names).then_some(blank)
    }

    /// Values by the index of their column, each under the names of that column.
    fn named(&self, cells: Vec<(usize, Value)>) -> impl Iterator<Item = (&str, Value)> {
        let is_wanted =
            |name: &&str| self.only.as_ref().is_none_or(|only| only.iter().any(|o| o == name));
        let columns = cells.into_iter().filter_map(|(i, v)| Some((self.columns.get(i)?, v)));
        columns.flat_map(move |(column, value)| {
            let heading = Some(column.heading.as_str()).filter(is_wanted);
            let (short, value) = match (column.short().filter(is_wanted), heading) {
                (Some(short), None) => (Some((short, value)), Value::Null),
                (Some(short), Some(_)) => (Some((short, value.clone())), value),
                (None, _) => (None, value),
            };
            short.into_iter().chain(heading.map(|name| (name, value)))
        })
    }

    fn under_names(&self, cells: Vec<(usize, Value)>) -> Map<String, Value> {
        let named = self.named(cells);
        let Some(blank) = &self.blank else {
            return named.map(|(name, value)| (name.to_owned(), value)).collect();
        };
        let mut values = blank.clone();
        for (place, (_, value)) in values.values_mut().zip(named) {
            *place = value;
        }
        values
    }

    /// The columns.
    pub fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Position of the last heading, plus one.
    pub fn width(&self) -> usize {
        self.by_position.len()
    }

    /// Rows made so far.
    pub fn rows(&self) -> u32 {
        self.rows
    }

    /// True if a heading stands over a position.
    pub fn has_heading(&self, position: usize) -> bool {
        self.by_position.get(position).copied().flatten().is_some()
    }

    /// True if a column has no heading and that was not said yet.
    pub fn lacks_heading(&self, position: usize) -> bool {
        !self.unheaded && !self.has_heading(position) && !self.refused.contains(&position)
    }

    /// Adds a finding about the file.
    pub fn note(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// The place of the file and sheet.
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What is new to be said about the file.
    pub fn findings(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.findings)
    }

    /// One row from its cells in the order of the columns.
    pub fn row(&mut self, at: Place, number: u32, cells: Vec<(usize, Content)>) -> Row {
        self.rows = self.rows.saturating_add(1);
        let mut row = Row { place: at, values: Map::new(), findings: Vec::new() };
        let mut values = Vec::with_capacity(self.columns.len());
        let mut cells = cells.into_iter().peekable();
        let mut room = self.limits.row_bytes;
        for position in 0..self.by_position.len() {
            while cells.peek().is_some_and(|(p, _)| *p < position) {
                cells.next();
            }
            let Some(index) = self.by_position.get(position).copied().flatten() else { continue };
            let content = match cells.peek() {
                Some((p, _)) if *p == position => cells.next().map(|(_, content)| content),
                _ => None,
            };
            let value = self.value(index, number, content.unwrap_or(Content::Empty), &mut row);
            if let Value::String(text) = &value {
                room = room.saturating_sub(text.len());
            }
            let value = if room == 0 { Value::Null } else { value };
            values.push((index, value));
        }
        row.values = self.under_names(values);
        if room == 0 {
            let most = self.limits.row_bytes >> 20;
            row.findings.push(Diagnostic::error(
                TOO_LONG,
                row.place.clone(),
                text!("cả hàng dài quá {most} MB", "the row is longer than {most} MB"),
            ));
        }
        row
    }

    /// Notes a filled cell that no heading stands over; only the first one is said.
    pub fn no_heading(&mut self, position: usize, number: u32) {
        if !self.lacks_heading(position) {
            return;
        }
        self.unheaded = true;
        let (letter, header) = (letter(position), self.header_row);
        self.findings.push(
            Diagnostic::warning(
                NO_HEADING,
                self.place.clone().row(number).cell(letter.clone()),
                text!(
                    "cột {letter} có dữ liệu nhưng không có tiêu đề ở hàng {header}: không dùng được",
                    "column {letter} has data but no heading in row {header}: it cannot be used"
                ),
            )
            .hint(text!(
                "ghi tiêu đề cho cột; nếu hàng {header} không phải hàng tiêu đề thì đặt `hang-tieu-de`",
                "give the column a heading; if row {header} is not the row of headings set `header_row`"
            )),
        );
    }

    fn value(&mut self, index: usize, number: u32, content: Content, row: &mut Row) -> Value {
        let Some(column) = self.columns.get(index) else { return Value::Null };
        let at = |row: &Row| {
            let (letter, heading) = (column.letter.as_str(), column.heading.as_str());
            row.place.clone().cell(format!("{letter} “{heading}”"))
        };
        let value = match content {
            Content::Empty => return Value::Null,
            Content::Value(value) => value,
            Content::Wrong(code, message, hint) => {
                row.findings.push(Diagnostic::error(code, at(row), message).hint(hint));
                return Value::Null;
            }
            Content::Doubtful(value, code, message, hint) => {
                row.findings.push(Diagnostic::warning(code, at(row), message).hint(hint));
                value
            }
        };
        let Value::String(text) = value else { return value };
        if let Some((code, message, hint)) = wrong_text(&text, self.limits.cell) {
            row.findings.push(Diagnostic::error(code, at(row), message).hint(hint));
            return Value::Null;
        }
        let tally = self.tallies.get_mut(index);
        Value::String(match tally {
            Some(tally) => tidy(text, tally, number),
            None => text,
        })
    }

    /// Says what was noticed about whole columns. Call after the last row.
    pub fn end(&mut self) {
        if std::mem::replace(&mut self.ended, true) {
            return;
        }
        if self.rows == 0 {
            self.findings.push(Diagnostic::warning(
                NO_ROWS,
                self.place.clone(),
                text!("bảng không có hàng dữ liệu nào", "the table has no row of data"),
            ));
        }
        for (column, tally) in self.columns.iter().zip(&self.tallies) {
            let at = |row| self.place.clone().row(row).cell(column.letter.clone());
            let heading = column.heading.as_str();
            if tally.composed > 0 {
                let n = tally.composed;
                self.findings.push(Diagnostic::new(
                    NOT_NFC,
                    Severity::Info,
                    at(tally.composed_at),
                    text!(
                        "cột “{heading}” có {n} ô dùng Unicode tổ hợp, đã đổi sang dựng sẵn",
                        "column “{heading}” has {n} cells in decomposed Unicode, composed while reading"
                    ),
                ));
            }
            if tally.blanks > 0 {
                let n = tally.blanks;
                self.findings.push(Diagnostic::new(
                    OUTER_BLANKS,
                    Severity::Info,
                    at(tally.blanks_at),
                    text!(
                        "cột “{heading}” có {n} ô thừa khoảng trắng ở đầu hoặc cuối",
                        "column “{heading}” has {n} cells with blanks at their ends"
                    ),
                ));
            }
        }
    }
}

/// Line feeds alone, normal form C; what was done is counted.
fn tidy(text: String, tally: &mut Tally, row: u32) -> String {
    let text =
        if text.contains('\r') { text.replace("\r\n", "\n").replace('\r', "\n") } else { text };
    if text.starts_with(char::is_whitespace) || text.ends_with(char::is_whitespace) {
        if tally.blanks == 0 {
            tally.blanks_at = row;
        }
        tally.blanks = tally.blanks.saturating_add(1);
    }
    if text::is_nfc(&text) {
        return text;
    }
    if tally.composed == 0 {
        tally.composed_at = row;
    }
    tally.composed = tally.composed.saturating_add(1);
    text::nfc(&text)
}

/// Why a text cannot be used: too long, letters that no document can hold, letters lost before.
pub(in crate::source) fn wrong_text(value: &str, most: usize) -> Option<(Code, Text, Text)> {
    if value.len() > most && value.chars().nth(most).is_some() {
        let message = text!("ô dài quá {most} ký tự", "the cell is longer than {most} characters");
        return Some((TOO_LONG, message, text!("rút ngắn ô này", "shorten this cell")));
    }
    if text::is_simple(value) {
        return None;
    }
    let bad = value.chars().find(|c| {
        *c != '\r' && text::odd(*c).is_some() || matches!(c, '\u{fffd}' | '\u{2028}' | '\u{2029}')
    })?;
    let point = format!("U+{:04X}", u32::from(bad));
    if bad == '\u{fffd}' {
        return Some((
            LOST_LETTER,
            text!("ô có chữ đã hỏng ({point})", "the cell holds a letter that was lost ({point})"),
            text!(
                "gõ lại chữ đó; tệp đã từng được lưu sai bảng mã",
                "type the letter again; the file was once saved in a wrong encoding"
            ),
        ));
    }
    Some((
        CONTROL,
        text!(
            "ô có ký tự không in được {point}",
            "the cell holds the unprintable character {point}"
        ),
        text!("xóa ký tự đó hoặc gõ lại ô", "remove it or type the cell again"),
    ))
}

/// The letter of a column by its position from 0: `A`, `Z`, `AA`.
pub(in crate::source) fn letter(position: usize) -> String {
    let mut n = position.saturating_add(1);
    let mut letters = Vec::new();
    while n > 0 {
        let step = u8::try_from((n - 1) % 26).unwrap_or(0);
        letters.push(char::from(b'A' + step));
        n = (n - 1) / 26;
    }
    letters.iter().rev().collect()
}
