//! Which books there are, and the lines of each.
//!
//! Knows: which entries or acts a book lists, its form. Must not know: SQL, how a line is written.

use std::sync::LazyLock;

use super::cells::{Cell, Desk};
use super::{Column, Form, Line};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::life::Life;
use crate::register::{Act, ActFilter, Acted, Book, Entry, Filter, Kind, Register};
use crate::text;

/// A book as it is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum View {
    /// Sổ đăng ký văn bản đi (mẫu I).
    Outgoing,
    /// Sổ đăng ký văn bản đến (mẫu VI).
    Incoming,
    /// Sổ khen thưởng.
    Awards,
    /// Sổ đăng ký bản sao.
    Copies,
    /// Sổ theo dõi giải quyết văn bản đến (mẫu VIII).
    FollowUp,
    /// Sổ sử dụng bản lưu (mẫu IV).
    KeptCopies,
    /// Sổ gửi văn bản đi bưu điện (mẫu III).
    Post,
}

impl View {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Outgoing,
        Self::Incoming,
        Self::Awards,
        Self::Copies,
        Self::FollowUp,
        Self::KeptCopies,
        Self::Post,
    ];

    /// The book of entries.
    pub const fn of(book: Book) -> Self {
        match book {
            Book::Outgoing => Self::Outgoing,
            Book::Incoming => Self::Incoming,
            Book::Awards => Self::Awards,
            Book::Copies => Self::Copies,
        }
    }

    /// The book whose entries it lists, or lists acts about.
    pub const fn book(self) -> Option<Book> {
        match self {
            Self::Outgoing => Some(Book::Outgoing),
            Self::Incoming | Self::FollowUp => Some(Book::Incoming),
            Self::Awards => Some(Book::Awards),
            Self::Copies => Some(Book::Copies),
            Self::KeptCopies | Self::Post => None,
        }
    }

    /// The key that commands use: `follow-up`.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Outgoing => "outgoing",
            Self::Incoming => "incoming",
            Self::Awards => "awards",
            Self::Copies => "copies",
            Self::FollowUp => "follow-up",
            Self::KeptCopies => "kept-copies",
            Self::Post => "post",
        }
    }

    /// True if its title page says from which number to which (PL IV: not that of the follow-up).
    pub const fn lists_numbers(self) -> bool {
        matches!(self, Self::Outgoing | Self::Incoming | Self::Awards | Self::Copies)
    }

    const fn source(self) -> &'static str {
        match self {
            Self::Outgoing => table!("books/outgoing"),
            Self::Incoming => table!("books/incoming"),
            Self::Awards => table!("books/awards"),
            Self::Copies => table!("books/copies"),
            Self::FollowUp => table!("books/follow-up"),
            Self::KeptCopies => table!("books/kept-copies"),
            Self::Post => table!("books/post"),
        }
    }
}

static FORMS: LazyLock<Vec<(View, Option<Form>)>> = LazyLock::new(|| {
    View::ALL.into_iter().map(|view| (view, serde_json::from_str(view.source()).ok())).collect()
});

/// The form of a book.
pub(super) fn form(view: View) -> Result<&'static Form> {
    FORMS.iter().find(|(v, _)| *v == view).and_then(|(_, form)| form.as_ref()).ok_or_else(|| {
        Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("mẫu sổ đi kèm chương trình bị hỏng", "the built-in form of the book is broken"),
        )
    })
}

/// Streams the lines of a book; returns how many.
pub(super) fn lines(
    register: &dyn Register,
    view: View,
    filter: &Filter,
    columns: &[Column],
    each: &mut dyn FnMut(&Line<'_>) -> Result<()>,
) -> Result<u64> {
    match view {
        View::KeptCopies => acts(register, Kind::Use, filter, columns, each),
        View::Post => acts(register, Kind::Post, filter, columns, each),
        _ => entries(register, view, filter, columns, each),
    }
}

fn entries(
    register: &dyn Register,
    view: View,
    filter: &Filter,
    columns: &[Column],
    each: &mut dyn FnMut(&Line<'_>) -> Result<()>,
) -> Result<u64> {
    let filter = Filter { book: view.book(), ..filter.clone() };
    let mut lines = 0;
    let touched = register.touched()?;
    register.entries(&filter, &mut |entry| {
        let life = match &touched {
            Some(touched) if !touched.contains(&entry.seq) => Life::default(),
            _ => Life::of(register, entry.seq)?,
        };
        if view == View::FollowUp && !is_followed(&entry, &life) {
            return Ok(());
        }
        lines += 1;
        let desk = Desk { register, entry: Some(&entry), life: &life, act: None };
        let cells = cells(&desk, columns)?;
        each(&Line { entry: Some(&entry), act: None, acts: &life.acts, done: &life.done, cells })
    })?;
    Ok(lines)
}

/// Followed is what has a deadline, or what somebody was told to deal with.
fn is_followed(entry: &Entry, life: &Life) -> bool {
    let followed = [Kind::Assign, Kind::Follow, Kind::Answer];
    life.due(entry).is_some() || life.of_kinds(&followed).next().is_some()
}

fn acts(
    register: &dyn Register,
    kind: Kind,
    filter: &Filter,
    columns: &[Column],
    each: &mut dyn FnMut(&Line<'_>) -> Result<()>,
) -> Result<u64> {
    let year = |year: i16| {
        let day = |month, day| jiff::civil::Date::new(year, month, day).ok();
        day(1, 1).zip(day(12, 31))
    };
    let dates = filter.dates.or_else(|| filter.year.and_then(year));
    let wanted = ActFilter { kinds: vec![kind], dates, ..ActFilter::default() };
    let mut lines = 0;
    register.acts(&wanted, &mut |acted| {
        // The return of a kept copy stands in the line of its use.
        if acted.act.data.contains_key("returns") {
            return Ok(());
        }
        lines += 1;
        act_line(register, &acted, columns, each)
    })?;
    Ok(lines)
}

fn act_line(
    register: &dyn Register,
    acted: &Acted,
    columns: &[Column],
    each: &mut dyn FnMut(&Line<'_>) -> Result<()>,
) -> Result<()> {
    let Act { about, .. } = &acted.act;
    let entry = about.map(|seq| register.entry(seq)).transpose()?.flatten();
    let life = about.map(|seq| Life::of(register, seq)).transpose()?.unwrap_or_default();
    let desk = Desk { register, entry: entry.as_ref(), life: &life, act: Some(&acted.act) };
    let cells = cells(&desk, columns)?;
    each(&Line { entry: entry.as_ref(), act: Some(acted), acts: &[], done: &[], cells })
}

fn cells(desk: &Desk<'_>, columns: &[Column]) -> Result<Vec<Cell>> {
    columns.iter().map(|column| desk.cell(&column.key)).collect()
}
