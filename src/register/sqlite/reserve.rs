//! Reservations: which numbers the running batch has taken.
//!
//! Knows: that the numbers of a batch follow each other in each series. Must not know: how a number is chosen, what
//! becomes of it.
//!
//! A row for each number would be written, moved and deleted with every document; a row for each series says the same.

use std::collections::BTreeMap;

use rusqlite::{Connection, params};

use crate::model::Number;
use crate::register::{Book, Registration, Want};

/// Book, key and year of a series.
type Series = (&'static str, String, i16);

/// Numbers of one series that follow each other.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Run {
    first: u32,
    last: u32,
    /// Ngày ban hành of the last.
    date: String,
}

/// The numbers that a job takes, while it takes them.
#[derive(Debug, Default)]
pub(super) struct Runs {
    /// The newest run of each series of a book and year.
    open: BTreeMap<Series, Run>,
    /// Runs after which the series went on elsewhere.
    ended: Vec<(Series, Run)>,
}

impl Runs {
    /// Adds the number that a document takes.
    pub(super) fn add(&mut self, book: Book, want: Want, number: Number) {
        let (series, number) = ((book.key(), want.series, want.date.year()), number.get());
        let date = want.date.to_string();
        match self.open.get_mut(&series) {
            Some(run) if run.last.checked_add(1) == Some(number) => {
                run.last = number;
                run.date = date;
            }
            _ => {
                let new = Run { first: number, last: number, date };
                if let Some(before) = self.open.insert(series.clone(), new) {
                    self.ended.push((series, before));
                }
            }
        }
    }

    /// Enters all of them for a job, and forgets them.
    pub(super) fn enter(&mut self, conn: &Connection, job: Option<&str>) -> rusqlite::Result<()> {
        let mut insert = conn.prepare_cached(
            "INSERT INTO reservations (book, series, year, first, last, date, job)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        )?;
        let open = std::mem::take(&mut self.open);
        for ((book, series, year), run) in self.ended.drain(..).chain(open) {
            insert.execute(params![book, series, year, run.first, run.last, run.date, job])?;
        }
        Ok(())
    }
}

/// What was reserved, as it is committed.
pub(super) struct Reserved(Vec<Kept>);

struct Kept {
    book: String,
    series: String,
    year: i16,
    first: u32,
    last: u32,
    job: String,
}

impl Reserved {
    /// All reservations.
    pub(super) fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let mut all =
            conn.prepare_cached("SELECT book, series, year, first, last, job FROM reservations")?;
        let kept = all.query_map([], |r| {
            Ok(Kept {
                book: r.get(0)?,
                series: r.get(1)?,
                year: r.get(2)?,
                first: r.get(3)?,
                last: r.get(4)?,
                job: r.get(5)?,
            })
        })?;
        kept.collect::<rusqlite::Result<_>>().map(Self)
    }

    /// True if the number of a registration was reserved for its job.
    pub(super) fn hold(&self, job: &str, r: &Registration) -> bool {
        let (number, year) = (r.number.get(), r.date.year());
        self.0.iter().any(|kept| {
            (kept.first..=kept.last).contains(&number)
                && kept.year == year
                && kept.series == r.series
                && kept.book == r.book.key()
                && kept.job == job
        })
    }
}
