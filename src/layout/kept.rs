//! Parts of the sheet before that the next one has too: they are moved into it, not made again.
//!
//! Knows: what these parts are made from, and where in a sheet they stand. Must not know: how they are made.
//!
//! The letters of a batch have the same names at their head and the same signatures at their foot.

use std::cell::RefCell;

use crate::model::{Document, OrganName, Signature, Span};

use super::{Cell, Item, Row, Sheet, Table};

/// After so many other ones running a part is not remembered any more.
const TIMES: u8 = 8;

thread_local! {
    static PARTS: RefCell<Parts> = const { RefCell::new(Parts::new(0)) };
}

/// What this thread laid out last with one composer.
struct Parts {
    owner: u64,
    /// Sheets that were begun: while one is written another may be laid out on its thread.
    round: u64,
    /// A sheet is being laid out that will be given back.
    is_open: bool,
    names: Kept<Names, Row>,
    subject: Kept<Subject, Row>,
    foot: Kept<Foot, Table>,
}

/// What the row with organ and Quốc hiệu is made from, with the columns.
#[derive(Clone, PartialEq)]
struct Names(OrganName, (i32, i32));

/// What the row with the trích yếu of a letter is made from, with the column.
#[derive(Clone, PartialEq)]
struct Subject(Vec<Span>, i32);

/// What the foot is made from.
struct Foot {
    signatures: Vec<Signature>,
    recipients: Vec<String>,
    archive_copy: Option<String>,
    drafter: Option<String>,
    copies: Option<u32>,
    measure: i32,
}

impl Foot {
    fn of(document: &Document, measure: i32) -> Self {
        Self {
            signatures: document.signatures.clone(),
            recipients: document.recipients.clone(),
            archive_copy: document.archive_copy.clone(),
            drafter: document.drafter.clone(),
            copies: document.copies,
            measure,
        }
    }

    fn is_of(&self, document: &Document, measure: i32) -> bool {
        self.signatures == document.signatures
            && self.recipients == document.recipients
            && self.archive_copy == document.archive_copy
            && self.drafter == document.drafter
            && self.copies == document.copies
            && self.measure == measure
    }
}

/// A part with what it was made from. The part itself may be in a sheet just now.
struct Kept<K, V> {
    made: Option<(K, Option<V>)>,
    missed: u8,
    /// The part in the sheet of this round is the one that was made so, with what is kept together in it.
    lent: Option<usize>,
}

/// Something whose paragraphs and rows may be kept together.
trait Together {
    /// How many of them are: the end of a short body is kept with the signatures, and so may be its head.
    fn together(&self) -> usize;
}

impl Together for Row {
    fn together(&self) -> usize {
        let is_kept = |item: &&Item| matches!(item, Item::Para(para) if para.format.keep_next);
        let of = |cell: &Cell| cell.items.iter().filter(is_kept).count();
        usize::from(self.cant_split) + self.cells.iter().map(of).sum::<usize>()
    }
}

impl Together for Table {
    fn together(&self) -> usize {
        self.rows.iter().map(Row::together).sum()
    }
}

impl<K, V: Together> Kept<K, V> {
    const NONE: Self = Self { made: None, missed: 0, lent: None };

    /// The part that was made from the same, if it lies here.
    fn take(&mut self, is_same: impl Fn(&K) -> bool) -> Option<V> {
        let (_, part) = self.made.as_mut().filter(|(key, _)| is_same(key))?;
        self.missed = 0;
        part.take()
    }

    /// Notes what part was put into the sheet.
    fn lend(&mut self, part: &V, is_same: impl Fn(&K) -> bool, key: impl FnOnce() -> K) {
        if !self.made.as_ref().is_some_and(|(key, _)| is_same(key)) {
            self.missed = self.missed.saturating_add(1);
            if self.missed > TIMES {
                return;
            }
            self.made = Some((key(), None));
        }
        self.lent = Some(part.together());
    }

    /// Takes the part back if nobody changed it.
    fn put_back(&mut self, part: Option<V>) {
        let (Some(lent), Some(part)) = (self.lent.take(), part) else { return };
        if let Some((_, place)) = self.made.as_mut().filter(|_| part.together() == lent) {
            *place = Some(part);
        }
    }
}

impl Parts {
    const fn new(owner: u64) -> Self {
        let (names, subject, foot) = (Kept::NONE, Kept::NONE, Kept::NONE);
        Self { owner, round: 0, is_open: false, names, subject, foot }
    }
}

/// A part from the sheet before, else as it is made.
fn part<K, V: Together>(
    of: fn(&mut Parts) -> &mut Kept<K, V>,
    is_same: impl Fn(&K) -> bool,
    key: impl FnOnce() -> K,
    make: impl FnOnce() -> Option<V>,
) -> Option<V> {
    let known = PARTS.with_borrow_mut(|parts| match parts.is_open {
        true => of(parts).take(&is_same),
        false => None,
    });
    let part = known.or_else(make)?;
    PARTS.with_borrow_mut(|parts| {
        if parts.is_open {
            of(parts).lend(&part, is_same, key);
        }
    });
    Some(part)
}

/// The row with organ and Quốc hiệu.
pub(super) fn names(
    organ: &OrganName,
    grid: (i32, i32),
    make: impl FnOnce() -> Option<Row>,
) -> Option<Row> {
    let is_same = |key: &Names| key.0 == *organ && key.1 == grid;
    part(|parts| &mut parts.names, is_same, || Names(organ.clone(), grid), make)
}

/// The row with the trích yếu of a letter.
pub(super) fn subject(
    subject: &[Span],
    column: i32,
    make: impl FnOnce() -> Option<Row>,
) -> Option<Row> {
    let is_same = |key: &Subject| key.0 == subject && key.1 == column;
    part(|parts| &mut parts.subject, is_same, || Subject(subject.to_vec(), column), make)
}

/// The table with signatures and Nơi nhận.
pub(super) fn foot(
    document: &Document,
    measure: i32,
    make: impl FnOnce() -> Option<Table>,
) -> Option<Table> {
    let is_same = |key: &Foot| key.is_of(document, measure);
    part(|parts| &mut parts.foot, is_same, || Foot::of(document, measure), make)
}

/// Begins a sheet that will be given back; gives its number.
pub(super) fn begin(owner: u64) -> u64 {
    PARTS.with_borrow_mut(|parts| {
        if parts.owner != owner {
            *parts = Parts { round: parts.round, ..Parts::new(owner) };
        }
        parts.round += 1;
        parts.is_open = true;
        (parts.names.lent, parts.subject.lent, parts.foot.lent) = (None, None, None);
        parts.round
    })
}

/// The sheet is laid out.
pub(super) fn close() {
    PARTS.with_borrow_mut(|parts| parts.is_open = false);
}

/// Takes the parts out of a sheet that nobody needs any more.
pub(super) fn give_back(round: u64, sheet: Sheet) {
    PARTS.with_borrow_mut(|parts| {
        let section = sheet.sections.into_iter().next();
        let Some(mut items) = section.map(|s| s.items).filter(|_| parts.round == round) else {
            return;
        };
        if parts.foot.lent.is_some() {
            // Behind it comes the paragraph that closes the section.
            items.pop();
            parts.foot.put_back(match items.pop() {
                Some(Item::Table(foot)) => Some(foot),
                _ => None,
            });
        }
        if let Some(Item::Table(header)) = items.into_iter().next() {
            let mut rows = header.rows.into_iter();
            parts.names.put_back(rows.next());
            parts.subject.put_back(rows.next_back());
        }
    });
}
