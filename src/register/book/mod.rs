//! The books of Phụ lục IV, streamed from the register as text, JSON, CSV and XLSX.
//!
//! Knows: the columns of a book (from its TOML), entries, acts. Must not know: SQL, a terminal, files.
//!
//! Four books hold entries: outgoing, incoming, copies, awards. The other three are made from acts:
//! follow-up (what became of incoming documents), use of kept copies, post.
//!
//! A book stands in the order of series, then number, so that each series is one unbroken run and a
//! gap is seen at a glance; `Order::Registration` gives the order in which the documents went out.
//! Nothing but the ranges of its title page is kept in memory (XLSX: the sheet, since its format
//! is written at the end).

mod cells;
mod csv;
mod json;
mod print;
mod table;
mod view;
mod xlsx;

use std::collections::BTreeMap;
use std::io::{self, Write};

use jiff::civil::Date;
use serde::Deserialize;

use super::{Acted, Book, Entry, Filter, Register};
use crate::diagnostic::{Failure, FailureKind, Lang, Place, Result};
use crate::model::Office;
use crate::text;

pub use cells::{Cell, day, type_and_subject};
pub use csv::guarded;
pub use print::{Print, PrintColumn, Run};
pub use view::View;

/// How a book is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// A table for the screen.
    Text,
    /// One JSON object with all fields of each entry.
    Json,
    /// RFC 4180, UTF-8 with byte order mark, safe to open in a spreadsheet.
    Csv,
    /// A workbook ready to be printed and bound (Điều 16 khoản 2).
    Xlsx,
}

/// What stands on the title page besides what the entries say.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cover {
    /// Tên cơ quan chủ quản trực tiếp.
    pub parent: String,
    /// Tên cơ quan.
    pub organ: String,
    /// Quyển số.
    pub volume: Option<u32>,
}

impl Cover {
    /// The title page of an office's book.
    pub fn of(office: &Office) -> Self {
        let organ = &office.organ;
        Self { parent: organ.parent.join(" "), organ: organ.name.join(" "), volume: None }
    }
}

/// Choices of the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Options {
    /// Language of titles and headings; the decree's wording by default.
    pub lang: Lang,
    /// Widest line of the text form in characters; `None` for as wide as it needs.
    pub width: Option<usize>,
}

/// A column of a book.
#[derive(Debug, Deserialize)]
struct Column {
    key: String,
    vi: String,
    en: String,
    width: [usize; 2],
    sheet: f64,
}

impl Column {
    fn title(&self, lang: Lang) -> &str {
        match lang {
            Lang::Vi => &self.vi,
            Lang::En => &self.en,
        }
    }
}

/// A book as its TOML describes it.
#[derive(Debug, Deserialize)]
struct Form {
    title: String,
    title_en: String,
    sheet: String,
    basis: String,
    columns: Vec<Column>,
}

/// What the title page says of the entries.
#[derive(Debug, Default)]
struct Summary {
    count: u64,
    years: Option<(i16, i16)>,
    dates: Option<(Date, Date)>,
    /// First and last code of each series and year.
    ranges: BTreeMap<(String, i16), (String, String)>,
}

/// One line of a book.
pub struct Line<'a> {
    /// The entry; of an act that is about none, nothing.
    pub entry: Option<&'a Entry>,
    /// The act, where the book lists acts.
    pub act: Option<&'a Acted>,
    /// Acts about the entry, where the book lists entries.
    pub acts: &'a [Acted],
    /// Acts about other documents that this one did: it corrects, replaces, answers them.
    pub done: &'a [Acted],
    /// One for each column.
    pub cells: Vec<Cell>,
}

impl Line<'_> {
    /// What a message calls it.
    fn item(&self) -> String {
        self.entry.map(|e| e.code().to_string()).unwrap_or_default()
    }
}

impl Summary {
    fn add(&mut self, line: &Line<'_>, lists_numbers: bool) {
        self.count += 1;
        let date = match (line.act, line.entry) {
            (Some(acted), _) => acted.act.date,
            (None, Some(entry)) => entry.date,
            (None, None) => return,
        };
        let year = date.year();
        let (a, b) = self.years.unwrap_or((year, year));
        self.years = Some((a.min(year), b.max(year)));
        let (a, b) = self.dates.unwrap_or((date, date));
        self.dates = Some((a.min(date), b.max(date)));
        let Some(entry) = line.entry.filter(|_| lists_numbers) else { return };
        let code = entry.code().to_string();
        // Entries of one series come in the order of their numbers in both orders.
        self.ranges
            .entry((entry.series.clone(), year))
            .and_modify(|(_, last)| last.clone_from(&code))
            .or_insert_with(|| (code.clone(), code.clone()));
    }
}

/// What a writer of one format needs.
struct Job<'a> {
    register: &'a dyn Register,
    view: View,
    filter: &'a Filter,
    form: &'a Form,
    cover: &'a Cover,
    summary: &'a Summary,
    options: Options,
}

impl Job<'_> {
    /// The lines of the title page: organs, title, year, dates, numbers, volume.
    fn title_page(&self) -> Vec<String> {
        let vi = self.options.lang == Lang::Vi;
        let pick = |a: String, b: String| if vi { a } else { b };
        let mut lines = vec![self.cover.parent.clone(), self.cover.organ.clone()];
        lines.push(pick(self.form.title.clone(), self.form.title_en.clone()));
        let years = match self.summary.years {
            Some((a, b)) if a != b => format!("{a}–{b}"),
            Some((a, _)) => a.to_string(),
            None => self.filter.year.map_or_else(String::new, |y| y.to_string()),
        };
        lines.push(pick(format!("Năm {years}"), format!("Year {years}")));
        if let Some((from, to)) = self.summary.dates {
            let (from, to) = (day(from), day(to));
            lines.push(pick(
                format!("Từ ngày {from} đến ngày {to}"),
                format!("From {from} to {to}"),
            ));
        }
        if !self.summary.ranges.is_empty() {
            let range = |(a, b): &(String, String)| match vi {
                true => format!("từ số {a} đến số {b}"),
                false => format!("from {a} to {b}"),
            };
            let all: Vec<String> = self.summary.ranges.values().map(range).collect();
            let mut line = all.join("; ");
            if let Some(first) = line.get(..1) {
                line = format!("{}{}", first.to_uppercase(), line.get(1..).unwrap_or_default());
            }
            lines.push(line);
        }
        if let Some(volume) = self.cover.volume {
            lines.push(pick(format!("Quyển số {volume}"), format!("Volume {volume}")));
        }
        lines.retain(|l| !l.trim().is_empty());
        lines
    }

    /// Streams the lines of the book.
    fn rows(&self, each: &mut dyn FnMut(&Line<'_>) -> Result<()>) -> Result<u64> {
        let columns = &self.form.columns;
        view::lines(self.register, self.view, self.filter, columns, each)
    }
}

/// Writes a book of entries; returns how many it has. `filter.book` says which one.
pub fn write(
    register: &dyn Register,
    filter: &Filter,
    cover: &Cover,
    format: Format,
    options: Options,
    out: &mut dyn Write,
) -> Result<u64> {
    let view = View::of(filter.book.unwrap_or(Book::Outgoing));
    write_view(register, view, filter, cover, format, options, out)
}

/// Writes any book; returns how many lines it has. The view says which book: `filter.book` is not looked at.
pub fn write_view(
    register: &dyn Register,
    view: View,
    filter: &Filter,
    cover: &Cover,
    format: Format,
    options: Options,
    out: &mut dyn Write,
) -> Result<u64> {
    let form = view::form(view)?;
    let mut job =
        Job { register, view, filter, form, cover, summary: &Summary::default(), options };
    let mut summary = Summary::default();
    if format != Format::Csv {
        job.rows(&mut |line| {
            summary.add(line, view.lists_numbers());
            Ok(())
        })?;
    }
    job.summary = &summary;
    match format {
        Format::Text => table::write(&job, out),
        Format::Json => json::write(&job, out),
        Format::Csv => csv::write(&job, out),
        Format::Xlsx => xlsx::write(&job, out),
    }
}

fn cannot_write(error: &io::Error) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!("không ghi được sổ: {error}", "cannot write the book: {error}"),
    )
    .hint(text!(
        "kiểm tra nơi ghi còn chỗ và được phép ghi",
        "check that there is room and permission where it is written"
    ))
}

#[cfg(test)]
mod tests;
