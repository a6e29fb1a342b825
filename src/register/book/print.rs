//! A book row by row, for a printer that makes the pages itself.
//!
//! Knows: columns, cells, what a title page says of some rows. Must not know: pages, paper.

use super::{Cover, Form, Job, Options, Summary, form};
use crate::diagnostic::{Lang, Result};
use crate::register::{Book, Entry, Filter, Register};

/// A book that is being printed. Always in the decree's wording.
pub struct Print<'a> {
    register: &'a dyn Register,
    filter: Filter,
    form: &'static Form,
}

/// A column as it is printed.
#[derive(Debug, Clone, PartialEq)]
pub struct PrintColumn {
    /// The decree's heading.
    pub title: &'static str,
    /// Its share of the width.
    pub weight: f64,
    /// True where values are short and stand in the middle: dates, counts.
    pub center: bool,
}

/// Entries that stand together in a volume: what its title page says of them.
#[derive(Debug, Default)]
pub struct Run(Summary);

impl Run {
    /// Counts an entry in; entries come in the order of the book.
    pub fn add(&mut self, entry: &Entry) {
        self.0.add(entry);
    }

    /// The day of the newest entry, `2026-03-05T00:00:00Z`; the first day of the decree without any.
    pub fn created(&self) -> String {
        let day = self.0.dates.map_or_else(|| "2020-03-05".to_owned(), |d| d.1.to_string());
        format!("{day}T00:00:00Z")
    }
}

impl<'a> Print<'a> {
    /// The book that `filter.book` names.
    ///
    /// # Errors
    /// `Usage` for a book that this version does not have.
    pub fn new(register: &'a dyn Register, filter: &Filter) -> Result<Self> {
        let book = filter.book.unwrap_or(Book::Outgoing);
        let filter = Filter { book: Some(book), ..filter.clone() };
        Ok(Self { register, filter, form: form(book)? })
    }

    /// Tên sổ.
    pub fn title(&self) -> &'static str {
        &self.form.title
    }

    /// The columns in the decree's order.
    pub fn columns(&self) -> Vec<PrintColumn> {
        let columns = self.form.columns.iter();
        columns
            .map(|c| PrintColumn { title: &c.vi, weight: c.sheet, center: c.width[1] <= 10 })
            .collect()
    }

    /// Streams the rows in the order of the book; returns how many.
    ///
    /// # Errors
    /// As reading the register, and what `each` returns.
    pub fn rows(&self, each: &mut dyn FnMut(&Entry, Vec<String>) -> Result<()>) -> Result<u64> {
        self.job(&Summary::default(), &Cover::default()).rows(each)
    }

    /// Năm, từ ngày … đến ngày …, từ số … đến số …, quyển số, for the entries of a volume.
    pub fn cover_lines(&self, run: &Run, volume: u32) -> Vec<String> {
        let cover = Cover { volume: Some(volume), ..Cover::default() };
        // The title comes first; it is printed on its own.
        self.job(&run.0, &cover).title_page().into_iter().skip(1).collect()
    }

    fn job<'j>(&'j self, summary: &'j Summary, cover: &'j Cover) -> Job<'j> {
        let options = Options { lang: Lang::Vi, width: None };
        Job {
            register: self.register,
            filter: &self.filter,
            form: self.form,
            cover,
            summary,
            options,
        }
    }
}
