//! Printing for the clerk's shelf: books ready to bind, lists and reports.
//!
//! Knows: register, papers of the layout, the Word writer. Must not know: a terminal, SQL.

mod book;
mod workbook;

use crate::layout::paper::{Column, Grid, Listing, widest_word};

pub use book::{BookPrint, PrintedVolume, book, checkpoint, no_checkpoint, volume_path};
pub use workbook::workbook;

/// A table of a list or a report, before it is text, a sheet or a page.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct PlainTable {
    /// Its heading; empty for none.
    pub title: String,
    /// Headings of the columns, their share of the width, true where values stand in the middle.
    pub columns: Vec<(String, f64, bool)>,
    /// Rows of as many cells.
    pub rows: Vec<Vec<String>>,
}

impl PlainTable {
    /// A table of these columns.
    pub fn new(title: &str, columns: &[(&str, f64, bool)], rows: Vec<Vec<String>>) -> Self {
        let columns = columns.iter().map(|(t, w, c)| ((*t).to_owned(), *w, *c)).collect();
        Self { title: title.to_owned(), columns, rows }
    }

    /// For a page, as wide as its words need.
    pub fn on_paper(self) -> (String, Grid, Vec<Vec<String>>) {
        let word = |at: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(at));
            cells.map(|cell| widest_word(cell)).fold(0.0, f64::max)
        };
        let made = self.columns.iter().enumerate().map(|(at, (title, weight, center))| Column {
            title: title.clone(),
            weight: *weight,
            center: *center,
            word: word(at),
        });
        let grid = Grid::new(made.collect(), Listing::measure(), false);
        (self.title, grid, self.rows)
    }

    /// For a screen: columns as wide as they need, control characters as blanks.
    pub fn on_screen(&self) -> String {
        let clean = |cell: &str| cell.replace(|c: char| c.is_control(), " ");
        let mut lines: Vec<Vec<String>> =
            vec![self.columns.iter().map(|(title, _, _)| clean(title)).collect()];
        lines.extend(self.rows.iter().map(|row| row.iter().map(|c| clean(c)).collect()));
        let width = |at: usize| {
            let cells = lines.iter().filter_map(|line| line.get(at));
            cells.map(|c| c.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        let mut out = String::new();
        if !self.title.is_empty() {
            out.push_str(&format!("{}\n", clean(&self.title)));
        }
        for (at, line) in lines.iter().enumerate() {
            let cells = line.iter().zip(&widths).map(|(cell, width)| {
                format!("{cell}{}", " ".repeat(width.saturating_sub(cell.chars().count())))
            });
            let cells: Vec<String> = cells.collect();
            out.push_str(cells.join(" │ ").trim_end());
            out.push('\n');
            if at == 0 {
                let rule: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
                out.push_str(&rule.join("─┼─"));
                out.push('\n');
            }
        }
        out
    }
}
