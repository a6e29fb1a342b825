//! The books of Phụ lục IV, streamed from the register as text, JSON, CSV and XLSX.
//!
//! Knows: the columns of a book (from its TOML), entries. Must not know: SQL, a terminal, files.
//!
//! A book stands in the order of series, then number, so that each series is one unbroken run and a
//! gap is seen at a glance; `Order::Registration` gives the order in which the documents went out.
//! Nothing but the ranges of its title page is kept in memory (XLSX: the sheet, since its format
//! is written at the end).

mod csv;
mod json;
mod print;
mod table;
mod xlsx;

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::sync::LazyLock;

use jiff::civil::Date;
use serde::Deserialize;

use super::{Book, Entry, Filter, Register};
use crate::diagnostic::{Failure, FailureKind, Lang, Place, Result};
use crate::model::{DateLine, Office};
use crate::text;

pub use csv::guarded;
pub use print::{Print, PrintColumn, Run};

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

static OUTGOING: LazyLock<Option<Form>> =
    LazyLock::new(|| toml::from_str(include_str!("../../../templates/books/outgoing.toml")).ok());

/// What the title page says of the entries.
#[derive(Debug, Default)]
struct Summary {
    count: u64,
    years: Option<(i16, i16)>,
    dates: Option<(Date, Date)>,
    /// First and last code of each series and year.
    ranges: BTreeMap<(String, i16), (String, String)>,
}

impl Summary {
    fn add(&mut self, entry: &Entry) {
        self.count += 1;
        let (year, date) = (entry.year, entry.date);
        let (a, b) = self.years.unwrap_or((year, year));
        self.years = Some((a.min(year), b.max(year)));
        let (a, b) = self.dates.unwrap_or((date, date));
        self.dates = Some((a.min(date), b.max(date)));
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

    /// Streams the entries as rows of cells.
    fn rows(&self, each: &mut dyn FnMut(&Entry, Vec<String>) -> Result<()>) -> Result<u64> {
        self.register.entries(self.filter, &mut |entry| {
            let cells = self.form.columns.iter().map(|c| cell(&c.key, &entry)).collect();
            each(&entry, cells)
        })
    }
}

/// Writes a book; returns how many entries it has. `filter.book` says which one.
pub fn write(
    register: &dyn Register,
    filter: &Filter,
    cover: &Cover,
    format: Format,
    options: Options,
    out: &mut dyn Write,
) -> Result<u64> {
    let filter = &Filter { book: filter.book.or(Some(Book::Outgoing)), ..filter.clone() };
    let form = form(filter.book.unwrap_or(Book::Outgoing))?;
    let mut summary = Summary::default();
    if format != Format::Csv {
        register.entries(filter, &mut |entry| {
            summary.add(&entry);
            Ok(())
        })?;
    }
    let job = Job { register, filter, form, cover, summary: &summary, options };
    match format {
        Format::Text => table::write(&job, out),
        Format::Json => json::write(&job, out),
        Format::Csv => csv::write(&job, out),
        Format::Xlsx => xlsx::write(&job, out),
    }
}

fn form(book: Book) -> Result<&'static Form> {
    let failure = |message| Failure::new(FailureKind::Usage, Place::default(), message);
    match book {
        Book::Outgoing => OUTGOING.as_ref().ok_or_else(|| {
            failure(text!(
                "mẫu sổ đi kèm chương trình bị hỏng",
                "the built-in form of the book is broken"
            ))
        }),
        Book::Incoming => Err(failure(text!(
            "phiên bản này chưa có sổ đăng ký văn bản đến",
            "the register of incoming documents is not available in this version"
        ))),
        Book::Awards => Err(failure(text!(
            "phiên bản này chưa có sổ khen thưởng",
            "the book of awards is not available in this version"
        ))),
    }
    .map_err(|f| match book {
        Book::Outgoing => f,
        _ => f.hint(text!(
            "sổ đăng ký văn bản đi: vanthu book outgoing",
            "the register of outgoing documents: vanthu book outgoing"
        )),
    })
}

/// The cell of a column, as printed.
fn cell(key: &str, entry: &Entry) -> String {
    let f = &entry.fields;
    let extra = |key: &str| f.extra.get(key).cloned().unwrap_or_default();
    match key {
        "code" => entry.code().to_string(),
        "date" => day(entry.date),
        // One sentence in the book: “Quyết định về việc …”.
        "subject" => match f.subject.strip_prefix("Về việc") {
            Some(rest) => format!("{} về việc{rest}", f.type_name),
            None => format!("{} {}", f.type_name, f.subject).trim().to_owned(),
        },
        "signer" => f.signer_name.clone(),
        "recipients" => f.recipients.join("; "),
        "archive-copy" => f.archive_copy.clone(),
        "copies" => f.copies.map_or_else(String::new, |n| n.to_string()),
        // Entered by hand, or by a later step of the office: Ngày chuyển, Ký nhận, Ghi chú.
        other => extra(other),
    }
}

/// `05/02/2026`: digits, as a narrow column needs them.
fn day(date: Date) -> String {
    format!("{}/{:02}/{}", DateLine::day_text(date.day()), date.month(), date.year())
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
