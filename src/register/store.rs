//! The interface of a register store: small enough for a database server to take its place.
//!
//! Knows: reservations, entries, jobs, stored inputs. Must not know: SQL, files, how a document looks.

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;

use super::leaf::Written;
use super::{ActFilter, Acted, Book, Entry, Fields, Narrow, NewAct, Want};
use crate::archive::{Digest, FileRef};
use crate::diagnostic::{Failure, Result};
use crate::model::Number;

/// The numbers that a batch asks for, one at a time, so that 100,000 of them need not be in memory.
///
/// A `Vec<Want>` is one (about 150 bytes a want beside its `input`); a job over a large table
/// should build each want when asked.
pub trait Wants: Sync {
    /// How many.
    fn count(&self) -> usize;
    /// The want at `index`, `0..count()`. Asked for in rising order; may be asked for again.
    fn get(&self, index: usize) -> Result<Want>;
    /// The book of the want at `index`, where it is not the batch's: a decision and its copies may
    /// be issued as one.
    fn book(&self, _index: usize) -> Option<Book> {
        None
    }
    /// The job of the want at `index`, identity and title, where it is not the batch's: steps that follow from
    /// one another may be issued as one. The wants of a job stand together.
    fn job(&self, _index: usize) -> Option<(&str, &str)> {
        None
    }
    /// How many files the entry at `index` will have: 0 for a paper that is only entered.
    fn files(&self, _index: usize) -> usize {
        1
    }
    /// As [`Wants::get`] for who asks for series and day only; the rest may be left empty.
    fn brief(&self, index: usize) -> Result<Want> {
        self.get(index)
    }
    /// Its `row_key` alone.
    fn key(&self, index: usize) -> Result<String> {
        Ok(self.get(index)?.row_key)
    }
    /// Texts that the inputs name by their SHA-256: stored, each once, before the first reservation.
    fn shared(&self) -> Vec<&[u8]> {
        Vec::new()
    }
}

impl Wants for Vec<Want> {
    fn count(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> Result<Want> {
        self.as_slice().get(index).cloned().ok_or_else(super::numbering::no_such_want)
    }
}

impl Wants for &[Want] {
    fn count(&self) -> usize {
        self.len()
    }

    fn get(&self, index: usize) -> Result<Want> {
        <[Want]>::get(self, index).cloned().ok_or_else(super::numbering::no_such_want)
    }
}

/// What a batch is called. The same `job` again means: finish it, do not repeat it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Batch {
    /// Identity of the job (a hash of what it is made from); rows are looked up under it.
    pub job: String,
    /// What a person calls it: the job file's title or the source's name.
    pub title: String,
    /// The book it is entered in, unless a want names another.
    pub book: Book,
}

/// The newest number of a series in a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Last {
    /// Số.
    pub number: Number,
    /// Its ngày ban hành.
    pub date: Date,
    /// The last number used on paper before this register began the series; 0 for none.
    pub start_after: u32,
}

/// A number that was reserved and neither registered nor released.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Job.
    pub job: String,
    /// Book.
    pub book: Book,
    /// Series key.
    pub series: String,
    /// Year of the series.
    pub year: i16,
    /// Số.
    pub number: Number,
}

/// A document whose files stand in their bag and that is to become registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Registration {
    /// Job of its reservation, where it is not the batch's.
    pub job: Option<Arc<str>>,
    /// Identity of its row in the job ([`Want::row_key`]).
    pub row_key: String,
    /// What it was made from ([`Want::input`]).
    pub input: String,
    /// Book of its reservation.
    pub book: Book,
    /// Series key of its reservation.
    pub series: String,
    /// Its reserved number.
    pub number: Number,
    /// Ngày ban hành.
    pub date: Date,
    /// Fields of the book.
    pub fields: Fields,
    /// Its files, as settled in the archive.
    pub files: Vec<FileRef>,
    /// Sixteen unpredictable bytes that hide the row behind its commitment.
    pub salt: [u8; 16],
    /// Its row and leaf, if whoever hands it over has written them ([`write`](super::leaf::write)) for the position that it gets
    /// and the time of the commit; else the store does.
    pub written: Option<Written>,
}

/// Some registrations in the order in which they are to stand in the register.
pub type Chunk = Vec<Registration>;

/// Hands over the registrations of a batch chunk by chunk, and sees the register as it is in the open transaction.
/// `Ok(None)` means that all were handed over.
pub type Feed<'a> = dyn FnMut(&dyn Register) -> Result<Option<Chunk>> + 'a;

/// What the store asks for when all rows of a batch stand in the open transaction.
pub trait Closing {
    /// The acts that are registered together with them: the seals of bags that the batch fills. Sees the register as it
    /// will be, and the positions of the rows.
    fn acts(&mut self, register: &dyn Register, rows: &Range<u64>) -> Result<Vec<NewAct>>;

    /// Returns once **their files are durable**: only then may the store commit. `log`: of a large batch a file of the
    /// store's own, whose pages are to go to the disk meanwhile; none of it counts before the commit.
    fn durable(&mut self, log: Option<&Path>) -> Result<()>;
}

/// Of files that are durable already, without acts.
pub struct Closed;

impl Closing for Closed {
    fn acts(&mut self, _: &dyn Register, _: &Range<u64>) -> Result<Vec<NewAct>> {
        Ok(Vec::new())
    }

    fn durable(&mut self, _: Option<&Path>) -> Result<()> {
        Ok(())
    }
}

/// Why a batch was not registered.
#[derive(Debug)]
pub enum CommitError {
    /// Nothing was registered; the reservations still stand.
    Undone(Failure),
    /// The store could not say whether the last step became durable. Nothing may be cleaned up:
    /// the next opening reads what is true.
    Unknown(Failure),
}

/// Order of the entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// By series, then number: each series stands together, and a gap shows. What a book prints.
    #[default]
    Series,
    /// In the order of registration.
    Registration,
}

/// Which entries. An empty field does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Filter {
    /// Book.
    pub book: Option<Book>,
    /// Year of the series.
    pub year: Option<i16>,
    /// Series key.
    pub series: Option<String>,
    /// Numbers.
    pub numbers: Option<RangeInclusive<u32>>,
    /// Ngày ban hành, from and to.
    pub dates: Option<(Date, Date)>,
    /// Words that must all occur in code, trích yếu, signer or recipients; case, accents and đ do not matter.
    pub text: Option<String>,
    /// Entries with a file in this bag: year and number.
    pub bag: Option<(i16, u32)>,
    /// Type, signer, unit, positions.
    pub narrow: Narrow,
    /// Ký hiệu, exactly.
    pub notation: Option<String>,
    /// Số, ký hiệu that the sender gave an incoming document, exactly.
    pub sender_code: Option<String>,
    /// Order.
    pub order: Order,
}

/// What the register knows of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobState {
    /// Title as first given.
    pub title: String,
    /// When its first number was reserved.
    pub begun_at: String,
}

/// A row of a job that is already registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// The row's identity.
    pub row_key: String,
    /// Position in the register.
    pub seq: u64,
    /// Series key.
    pub series: String,
    /// Year of the series.
    pub year: i16,
    /// Số.
    pub number: Number,
    /// Ký hiệu.
    pub notation: String,
}

/// A bag as the register sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Bag {
    /// Year.
    pub year: i16,
    /// Number in the year.
    pub bag: u32,
    /// Files that rows have in it.
    pub files: u64,
}

/// One position of the register (an entry or an act) as it is stored: for checking, and for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Position.
    pub seq: u64,
    /// The row as it was committed to, verbatim.
    pub row: String,
    /// The leaf, verbatim.
    pub leaf: Vec<u8>,
    /// The salt; `None` once personal data was erased.
    pub salt: Option<Vec<u8>>,
    /// Files as the store lists them.
    pub files: Vec<FileRef>,
}

/// One position with everything that the register keeps of it, for the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Kept {
    /// Position.
    pub seq: u64,
    /// The row, verbatim.
    pub row: String,
    /// The leaf, verbatim.
    pub leaf: Vec<u8>,
    /// The salt; `None` once personal data was erased.
    pub salt: Option<Vec<u8>>,
    /// How an entry came to be; `None` for an act.
    pub made: Option<Made>,
}

/// How an entry came to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// Its job.
    pub job: String,
    /// Identity of the row in the job.
    pub row_key: String,
    /// Everything needed to render the document again.
    pub input: String,
}

/// A stored input that many documents may share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// Its number in the store, rising.
    pub id: u64,
    /// Its digest.
    pub sha256: Digest,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A series of a year that did not begin with 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Start {
    /// Book.
    pub book: Book,
    /// Series key.
    pub series: String,
    /// Year.
    pub year: i16,
    /// The last number used on paper before.
    pub start_after: u32,
}

/// A register store. One writer at a time is the caller's duty (a lock held from
/// [`Register::reserve`] to [`Register::commit`]); readers may come at any moment and see a
/// consistent state.
pub trait Register: Send {
    /// The newest number of a series in a year, reserved or registered.
    fn last(&self, book: Book, series: &str, year: i16) -> Result<Option<Last>>;

    /// Stores inputs under their SHA-256, each once; durable on return.
    fn put_blobs(&mut self, blobs: &[&[u8]]) -> Result<Vec<Digest>>;

    /// A stored input, checked against its digest.
    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>>;

    /// Reserves a number for every want and stores the texts that the wants share, or does neither; durable
    /// on return. `start_after` gives the last number used on paper for a series that has no number yet in
    /// the year. `at` is the time for the record.
    fn reserve(
        &mut self,
        batch: &Batch,
        wants: &dyn Wants,
        start_after: &dyn Fn(&str, i16) -> u32,
        at: &str,
    ) -> Result<Vec<Number>>;

    /// Reservations that were neither registered nor released, in order of series and number.
    fn pending(&self, each: &mut dyn FnMut(Reservation) -> Result<()>) -> Result<()>;

    /// Gives back every pending reservation; durable on return. Since nobody else reserves
    /// meanwhile they are the ends of their series, and no gap remains.
    fn release(&mut self) -> Result<u64>;

    /// Registers all that `feed` hands over, with their leaves, and behind them the acts that `closing`
    /// gives, in one transaction, and forgets the reservations of their jobs. On return the numbers are
    /// acknowledged. Returns the positions of the entries.
    fn commit_with(
        &mut self,
        batch: &Batch,
        at: &str,
        feed: &mut Feed<'_>,
        closing: &mut dyn Closing,
    ) -> std::result::Result<Range<u64>, CommitError>;

    /// As [`Register::commit_with`] for files that are durable already, without acts.
    fn commit(
        &mut self,
        batch: &Batch,
        at: &str,
        feed: &mut Feed<'_>,
    ) -> std::result::Result<Range<u64>, CommitError> {
        self.commit_with(batch, at, feed, &mut Closed)
    }

    /// Moves what was committed to where it stays, if the store keeps it elsewhere first: then closing has
    /// nothing left to do. Nothing hangs on it; it may take as long as a sync.
    fn tidy(&mut self) {}

    /// Registers acts in one transaction, in their order; their files are already durable.
    /// Returns the positions.
    fn commit_acts(
        &mut self,
        at: &str,
        acts: &[NewAct],
    ) -> std::result::Result<Range<u64>, CommitError>;

    /// Streams the acts that fit, in order of registration; returns how many.
    fn acts(&self, filter: &ActFilter, each: &mut dyn FnMut(Acted) -> Result<()>) -> Result<u64>;

    /// The entries that an act is about or was done by, where the store can tell them at once: a book
    /// then looks for the acts of these only. `None`: any entry may have some.
    fn touched(&self) -> Result<Option<HashSet<u64>>> {
        Ok(None)
    }

    /// The entry at a position; `None` if there is none (an act stands there, or nothing).
    fn entry(&self, seq: u64) -> Result<Option<Entry>>;

    /// The newest position that has a leaf; 0 in a new register.
    fn head(&self) -> Result<u64>;

    /// Where the newest commit began, seals and changes of key (which follow a commit before the log is
    /// signed) aside; `None` where the store cannot tell.
    fn newest_commit(&self) -> Result<Option<u64>> {
        Ok(None)
    }

    /// The leaves from position `from` on, verbatim and in order.
    fn leaves(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()>;

    /// The leaf of a position, verbatim; `None` where there is none.
    fn leaf(&self, seq: u64) -> Result<Option<Vec<u8>>>;

    /// Streams the entries that fit; returns how many.
    fn entries(&self, filter: &Filter, each: &mut dyn FnMut(Entry) -> Result<()>) -> Result<u64>;

    /// The entry of a book with this số and ký hiệu in a year.
    fn by_code(
        &self,
        book: Book,
        number: Number,
        notation: &str,
        year: i16,
    ) -> Result<Option<Entry>>;

    /// The incoming documents that their senders gave this số, ký hiệu: position and organ, in order of registration.
    fn senders(&self, code: &str, each: &mut dyn FnMut(u64, &str) -> Result<()>) -> Result<()>;

    /// The job's state; `None` if it never reserved anything.
    fn job(&self, job: &str) -> Result<Option<JobState>>;

    /// The job's registered rows in order of registration.
    fn job_rows(&self, job: &str, each: &mut dyn FnMut(JobRow) -> Result<()>) -> Result<()>;

    /// Those of the job's registered rows that have one of the keys, others of the job perhaps among them.
    /// Takes no longer for the rows that a job has besides: an office may use one job file for years.
    fn job_rows_of(
        &self,
        job: &str,
        keys: &mut dyn ExactSizeIterator<Item = String>,
        each: &mut dyn FnMut(JobRow) -> Result<()>,
    ) -> Result<()>;

    /// Positions of which the store wrongly says, or does not say, which rows of jobs they cannot have: a row
    /// there might be issued twice, or it takes long to find. Only who changed the register from outside, or damage, makes them.
    fn wrong_filters(&self) -> Result<Vec<RangeInclusive<u64>>>;

    /// What a registered document was made from: the want's `input`.
    fn input(&self, seq: u64) -> Result<Option<String>>;

    /// The newest bag of each year that rows have files in, sorted by year. Fast at any size.
    fn newest_bags(&self) -> Result<Vec<Bag>>;

    /// All bags that rows have files in, sorted. Reads every file row.
    fn bags(&self) -> Result<Vec<Bag>>;

    /// Positions of the entries that have a file with these bytes, themselves or by an act, in order.
    fn with_digest(&self, digest: &Digest) -> Result<Vec<u64>>;

    /// Files that rows have, and their bytes.
    fn totals(&self) -> Result<(u64, u64)>;

    /// How many files rows have in one bag.
    fn bag_count(&self, year: i16, bag: u32) -> Result<u64>;

    /// The files of one bag in order of registration.
    fn bag_files(&self, year: i16, bag: u32) -> Result<Vec<FileRef>>;

    /// The records at the positions from `from` on, in order: rows of entries and of acts, with
    /// leaves and files as stored.
    fn records(&self, from: u64, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()>;

    /// The positions of a range, in order, with all that is kept of them.
    fn kept(&self, seqs: Range<u64>, each: &mut dyn FnMut(Kept) -> Result<()>) -> Result<()>;

    /// The stored inputs with numbers in a range, in order.
    fn shared(&self, ids: Range<u64>, each: &mut dyn FnMut(Shared) -> Result<()>) -> Result<()>;

    /// The series that did not begin with 1, in order.
    fn starts(&self) -> Result<Vec<Start>>;
}
