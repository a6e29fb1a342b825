//! A book row by row, for a printer that makes the pages itself.
//!
//! Knows: columns, cells, what a title page says of some rows. Must not know: pages, paper.

use super::view::{self, View};
use super::{Cover, Form, Job, Line, Options, Summary};
use crate::diagnostic::{Lang, Result};
use crate::register::{Filter, Register};

/// A book that is being printed. Always in the decree's wording.
pub struct Print<'a> {
    register: &'a dyn Register,
    view: View,
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
    /// Counts a line of a book in; lines come in the order of the book.
    pub fn add(&mut self, line: &Line<'_>, view: View) {
        self.0.add(line, view.lists_numbers());
    }

    /// The day of the newest entry, `2026-03-05T00:00:00Z`; the first day of the decree without any.
    pub fn created(&self) -> String {
        let day = self.0.dates.map_or_else(|| "2020-03-05".to_owned(), |d| d.1.to_string());
        format!("{day}T00:00:00Z")
    }
}

impl<'a> Print<'a> {
    /// The book of a view; `filter.book` is not looked at.
    ///
    /// # Errors
    /// `Usage` if the form that comes with the program is broken.
    pub fn new(register: &'a dyn Register, view: View, filter: &Filter) -> Result<Self> {
        let filter = Filter { book: view.book(), ..filter.clone() };
        Ok(Self { register, view, filter, form: view::form(view)? })
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
    pub fn rows(&self, each: &mut dyn FnMut(&Line<'_>) -> Result<()>) -> Result<u64> {
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
        let (register, view) = (self.register, self.view);
        Job { register, view, filter: &self.filter, form: self.form, cover, summary, options }
    }
}
