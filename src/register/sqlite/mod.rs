//! The register in one SQLite file.
//!
//! Knows: SQL, SQLite. Must not know: archive folders, documents, terminals.
//!
//! WAL with `synchronous=FULL`: below that a power cut takes acknowledged rows back, and the same
//! number would be given twice. Readers see the state of the last commit and never wait.

mod acts;
mod error;
mod filter;
mod jobs;
mod journal;
mod read;
mod reserve;
mod rows;
mod schema;
mod write;

use std::collections::HashSet;
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};

use rusqlite::Connection;

use super::{
    ActFilter, Acted, Bag, Batch, Book, Closing, CommitError, Entry, Feed, Filter, JobRow,
    JobState, Kept, Last, NewAct, Record, Register, Reservation, Shared, Start, Wants,
};
use crate::archive::{Digest, FileRef};
use crate::diagnostic::Result;
use crate::model::Number;

/// An open register file.
#[derive(Debug)]
pub struct Sqlite {
    conn: Connection,
    path: PathBuf,
    /// Of a schema before this one, on a disk that cannot be written to: it lacks an index and the filters.
    is_older: bool,
}

impl Sqlite {
    /// Opens the register for writing, making it if the file is missing or empty. The caller holds the office's lock.
    pub fn open(path: &Path) -> Result<Self> {
        schema::open(path)
    }

    /// The bytes of a register in which nothing stands yet.
    pub fn blank() -> Result<Vec<u8>> {
        schema::blank()
    }

    /// Makes what [`Sqlite::blank`] gives, so that it need not be waited for.
    pub fn blank_ahead() {
        schema::blank_ahead();
    }

    /// Opens an existing register for reading; works while another process writes and on a
    /// read-only medium. `None` where no register is there.
    pub fn read(path: &Path) -> Result<Option<Self>> {
        schema::read(path)
    }

    /// From now on every reading sees the register as it is now, whatever others commit. For a
    /// register opened with [`Sqlite::read`], until it is dropped.
    pub fn snapshot(&self) -> Result<()> {
        // The reading in it is what fixes the state.
        let begin = "BEGIN; SELECT count(*) FROM jobs;";
        self.conn.execute_batch(begin).map_err(|e| self.fail(e))
    }

    /// A consistent copy of the whole register in a new file, whatever others do meanwhile. Not synced.
    pub fn copy_to(&self, path: &Path) -> Result<()> {
        journal::copy_to(self, path)
    }

    /// Puts what the lines of a journal say into a new, empty register, in one transaction.
    pub fn restore(
        &mut self,
        next: &mut dyn FnMut() -> Result<Option<super::journal::Line>>,
    ) -> Result<()> {
        journal::restore(self, next)
    }

    /// SQLite's own check of its pages and indexes: what it complains about, at most 100 lines; empty if sound.
    pub fn check_pages(&self) -> Result<Vec<String>> {
        schema::check_pages(self)
    }

    /// As [`Register::records`], at most so many.
    pub(super) fn some_records(
        &self,
        from: u64,
        most: usize,
        each: &mut dyn FnMut(Record) -> Result<()>,
    ) -> Result<()> {
        read::records(self, from, Some(most), each)
    }

    fn fail(&self, error: rusqlite::Error) -> crate::diagnostic::Failure {
        error::failure(&self.path, &error)
    }
}

impl Register for Sqlite {
    fn last(&self, book: Book, series: &str, year: i16) -> Result<Option<Last>> {
        read::last(self, book, series, year)
    }

    fn put_blobs(&mut self, blobs: &[&[u8]]) -> Result<Vec<Digest>> {
        write::put_blobs(self, blobs)
    }

    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        read::blob(self, digest)
    }

    fn reserve(
        &mut self,
        batch: &Batch,
        wants: &dyn Wants,
        start_after: &dyn Fn(&str, i16) -> u32,
        at: &str,
    ) -> Result<Vec<Number>> {
        write::reserve(self, batch, wants, start_after, at)
    }

    fn pending(&self, each: &mut dyn FnMut(Reservation) -> Result<()>) -> Result<()> {
        read::pending(self, each)
    }

    fn release(&mut self) -> Result<u64> {
        write::release(self)
    }

    fn commit_with(
        &mut self,
        batch: &Batch,
        at: &str,
        feed: &mut Feed<'_>,
        closing: &mut dyn Closing,
    ) -> std::result::Result<Range<u64>, CommitError> {
        write::commit(self, batch, at, feed, closing)
    }

    fn tidy(&mut self) {
        schema::tidy(self);
    }

    fn commit_acts(
        &mut self,
        at: &str,
        acts: &[NewAct],
    ) -> std::result::Result<Range<u64>, CommitError> {
        acts::commit(self, at, acts)
    }

    fn acts(&self, filter: &ActFilter, each: &mut dyn FnMut(Acted) -> Result<()>) -> Result<u64> {
        acts::acts(self, filter, each)
    }

    fn touched(&self) -> Result<Option<HashSet<u64>>> {
        acts::touched(self).map(Some)
    }

    fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        read::entry(self, seq)
    }

    fn head(&self) -> Result<u64> {
        read::head(self)
    }

    fn newest_commit(&self) -> Result<Option<u64>> {
        read::newest_commit(self)
    }

    fn leaf(&self, seq: u64) -> Result<Option<Vec<u8>>> {
        read::leaf(self, seq)
    }

    fn leaves(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        read::leaves(self, from, each)
    }

    fn entries(&self, filter: &Filter, each: &mut dyn FnMut(Entry) -> Result<()>) -> Result<u64> {
        read::entries(self, filter, each)
    }

    fn by_code(
        &self,
        book: Book,
        number: Number,
        notation: &str,
        year: i16,
    ) -> Result<Option<Entry>> {
        read::by_code(self, book, number, notation, year)
    }

    fn senders(&self, code: &str, each: &mut dyn FnMut(u64, &str) -> Result<()>) -> Result<()> {
        read::senders(self, code, each)
    }

    fn job(&self, job: &str) -> Result<Option<JobState>> {
        read::job(self, job)
    }

    fn job_rows(&self, job: &str, each: &mut dyn FnMut(JobRow) -> Result<()>) -> Result<()> {
        jobs::job_rows(self, job, each)
    }

    fn job_rows_of(
        &self,
        job: &str,
        keys: &mut dyn ExactSizeIterator<Item = String>,
        each: &mut dyn FnMut(JobRow) -> Result<()>,
    ) -> Result<()> {
        jobs::job_rows_of(self, job, keys, each)
    }

    fn wrong_filters(&self) -> Result<Vec<RangeInclusive<u64>>> {
        rows::wrong(self)
    }

    fn input(&self, seq: u64) -> Result<Option<String>> {
        read::input(self, seq)
    }

    fn newest_bags(&self) -> Result<Vec<Bag>> {
        read::newest_bags(self)
    }

    fn bags(&self) -> Result<Vec<Bag>> {
        read::bags(self)
    }

    fn with_digest(&self, digest: &Digest) -> Result<Vec<u64>> {
        read::with_digest(self, digest)
    }

    fn totals(&self) -> Result<(u64, u64)> {
        read::totals(self)
    }

    fn bag_count(&self, year: i16, bag: u32) -> Result<u64> {
        read::bag_count(self, year, bag)
    }

    fn bag_files(&self, year: i16, bag: u32) -> Result<Vec<FileRef>> {
        read::bag_files(self, year, bag)
    }

    fn records(&self, from: u64, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        read::records(self, from, None, each)
    }

    fn kept(&self, seqs: Range<u64>, each: &mut dyn FnMut(Kept) -> Result<()>) -> Result<()> {
        journal::kept(self, &seqs, each)
    }

    fn shared(&self, ids: Range<u64>, each: &mut dyn FnMut(Shared) -> Result<()>) -> Result<()> {
        journal::shared(self, &ids, each)
    }

    fn starts(&self) -> Result<Vec<Start>> {
        journal::starts(self)
    }
}

#[cfg(test)]
mod tests;
