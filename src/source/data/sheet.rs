//! One sheet of a workbook, row by row, whatever kind of workbook it is.
//!
//! Knows: headings, hidden rows, merged cells. Must not know: XML, records, how a cell is packed.

use serde_json::Value;

use super::table::{Content, Table, letter};
use super::{Column, Limits, Options, Row, Rows, code, failure};
use crate::diagnostic::{Code, Diagnostic, Place, Result};
use crate::text;
use crate::text::legacy::Face;

const MERGED: Code = code(8);
const HIDDEN_ROWS: Code = code(12);

/// Merged cells: top, bottom (rows from 1), left, right (columns from 0).
pub(in crate::source) type Area = (u32, u32, usize, usize);

/// Merged areas that are looked at.
pub(super) const MOST_MERGED: usize = 100_000;
/// Ranges of hidden columns that are looked at.
pub(super) const MOST_HIDDEN: usize = 1000;
/// Merged areas that are told.
const MOST_TOLD: usize = 1000;

/// One row with at least one filled cell.
pub(in crate::source) struct Filled {
    /// As the spreadsheet program numbers it, from 1.
    pub number: u32,
    /// Line of a text file, where it differs from the row.
    pub line: u32,
    /// Hidden or filtered out.
    pub hidden: bool,
    /// Filled cells by column, from 0.
    pub cells: Vec<(usize, Content)>,
    /// Cells in a font of an old encoding.
    pub faces: Vec<(usize, Face)>,
    /// Cells whose pieces are in fonts of several encodings: where each piece begins, in bytes.
    pub mixed: Vec<(usize, Vec<(usize, Face)>)>,
}

/// Pieces of a text with fonts of their own: where each begins, in bytes; none: the font of the cell.
pub(super) type Runs = Vec<(usize, Option<Face>)>;

/// Pieces that are looked at in one text.
pub(super) const MOST_RUNS: usize = 1000;

impl Filled {
    /// A row without cells yet.
    pub(super) fn new(number: u32, line: u32, hidden: bool) -> Self {
        Self { number, line, hidden, cells: Vec::new(), faces: Vec::new(), mixed: Vec::new() }
    }

    /// Notes what the font of a cell, and those of the pieces of its text, say.
    pub(super) fn set_face(&mut self, column: usize, cell: Face, runs: &[(usize, Option<Face>)]) {
        let first = runs.first().is_none_or(|(at, _)| *at > 0).then_some((0, None));
        let all = first.iter().chain(runs).map(|(at, face)| (*at, face.unwrap_or(cell)));
        let mut faces: Vec<(usize, Face)> = all.collect();
        faces.dedup_by_key(|(_, face)| *face);
        match faces.as_slice() {
            [] | [(_, Face::Plain)] => {}
            [(_, one)] => self.faces.push((column, *one)),
            _ => self.mixed.push((column, faces)),
        }
    }
}

/// A sheet's rows that are not blank, one at a time.
pub(in crate::source) trait Cells: Send {
    /// The next row.
    fn next(&mut self) -> Result<Option<Filled>>;
    /// Merged cells; complete after the last row.
    fn merged(&mut self) -> Vec<Area>;
    /// Hidden columns, each range from its first to its last; complete after the last row.
    fn hidden_columns(&self) -> &[(usize, usize)] {
        &[]
    }
}

/// A sheet by name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::source) struct SheetName {
    /// As on its tab, in normal form C; empty for a file that is one table.
    pub name: String,
    /// Shown to the user.
    pub visible: bool,
    /// False for charts and the like.
    pub is_table: bool,
}

/// A file of sheets.
pub(in crate::source) trait Book: Send {
    /// Sheets in the order of the tabs.
    fn sheets(&self) -> &[SheetName];
    /// The rows of a sheet by its position.
    fn cells(&self, index: usize) -> Result<Box<dyn Cells>>;
}

/// One sheet being read.
pub(super) struct Sheet {
    cells: Box<dyn Cells>,
    table: Table,
    file: String,
    limits: Limits,
    header_row: u32,
    hidden: u32,
    first_hidden: u32,
    done: bool,
}

impl Sheet {
    /// The sheet that the options name, with its row of headings.
    pub fn open(book: &dyn Book, file: &str, options: &Options) -> Result<Self> {
        let limits = options.limits;
        let index = choose(book.sheets(), file, options.sheet.as_deref())?;
        let chosen = book.sheets().get(index);
        let name = chosen.map(|s| s.name.clone()).unwrap_or_default();
        if chosen.is_none_or(|s| !s.is_table) {
            return Err(failure(
                file,
                text!("trang tính “{name}” không phải là bảng", "sheet “{name}” is not a table"),
            ));
        }
        let mut cells = book.cells(index)?;
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
        let headings = header.cells.into_iter().filter_map(|(position, content)| match content {
            Content::Value(Value::String(text)) => Some((position, text)),
            Content::Value(value) | Content::Doubtful(value, ..) => {
                Some((position, value.to_string()))
            }
            Content::Empty | Content::Wrong(..) => None,
        });
        let mut table = Table::new(place, header.number, headings.collect(), limits);
        if let Some(names) = &options.only {
            table.keep_only(names);
        }
        let (file, header_row) = (file.to_owned(), header.number);
        let (hidden, first_hidden, done) = (0, 0, false);
        Ok(Self { cells, table, file, limits, header_row, hidden, first_hidden, done })
    }

    fn end(&mut self) {
        self.done = true;
        let mut merged = self.cells.merged();
        merged.truncate(MOST_TOLD);
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
        if self.hidden > 0 {
            let (count, first) = (self.hidden, self.first_hidden);
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
pub(in crate::source) fn choose(
    sheets: &[SheetName],
    file: &str,
    wanted: Option<&str>,
) -> Result<usize> {
    let Some(wanted) = wanted else {
        let first = sheets.iter().position(|s| s.is_table && s.visible);
        return first.or_else(|| sheets.iter().position(|s| s.is_table)).ok_or_else(|| {
            failure(file, text!("sổ tính không có trang nào", "the workbook has no sheet"))
        });
    };
    let plain = text::nfc(wanted.trim());
    let same = |s: &SheetName| s.name == plain;
    let folded = |s: &SheetName| s.name.trim().to_lowercase() == plain.to_lowercase();
    sheets.iter().position(same).or_else(|| sheets.iter().position(folded)).ok_or_else(|| {
        let quoted: Vec<String> = sheets.iter().map(|s| format!("“{}”", s.name)).collect();
        let names = quoted.join(", ");
        failure(file, text!("không có trang tính “{wanted}”", "there is no sheet “{wanted}”"))
            .hint(text!("sổ tính có: {names}", "the workbook has: {names}"))
    })
}

/// Blanks alone do not make a row.
pub(super) fn shown((_, content): &(usize, Content)) -> bool {
    !matches!(content, Content::Value(Value::String(text)) if text.trim().is_empty())
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
            if self.hidden == 0 {
                self.first_hidden = filled.number;
            }
            self.hidden = self.hidden.saturating_add(1);
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
