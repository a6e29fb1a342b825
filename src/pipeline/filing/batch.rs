//! One batch through the protocol: reserve, render, settle, commit, record.
//!
//! Knows: the order of the steps and how they overlap. Must not know: how a crash is mended.
//!
//! A thread has documents rendered and staged on all cores (`produce`) while this one reserves the numbers and then
//! writes the rows that it hands on into the open second transaction. They become real only with its COMMIT, which the
//! register does when all rows and seals are in and the files are durable (`Closing`).

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel, sync_channel};

use super::conclude::{Ahead, acts_of, conclude_commit};
use super::produce::{Step, Work, produce};
use super::{Beside, Filing, Given, Issued, Outcome, Progress, Render, Stage, recovery};
use crate::archive::{Archive, BagId, FileRef, SealDraft, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::{DocumentCode, Notation, Number};
use crate::register::{self, Batch, Chunk, Closing, CommitError, NewAct, Register, Wants};
use crate::text;
use crate::world::World;

/// Chunks that may wait for the register.
const WAITING: usize = 2;

pub(super) fn issue(
    filing: &mut Filing<'_>,
    batch: &Batch,
    wants: &dyn Wants,
    render: &Render<'_>,
    progress: &(dyn Fn(Progress) + Sync),
    beside: &Beside<'_>,
) -> Result<Outcome> {
    let total = wants.count();
    let tell = |stage, done| progress(Progress { stage, done, total });
    tell(Stage::Reserving, 0);
    let at = filing.world.timestamp();
    let (issued, unfinished) = std::thread::scope(|scope| {
        let (tell_given, given) = channel();
        let mut given = Some(Given(given));
        // What stands beside the batch is made while the disk takes its files.
        let mut staged = |issued: &Arc<Vec<Issued>>| {
            if let Some(given) = given.take() {
                let issued = Arc::clone(issued);
                scope.spawn(move || beside(&issued, given));
            }
        };
        let committed = (|| {
            let numbers = numbers(filing, batch, wants)?;
            let bags = allocate(filing, batch, wants)?;
            let first = filing.register.head()?.saturating_add(1);
            let jobs = &jobs(batch, wants);
            let (numbers, bags, tell, at, book) = (&numbers, &bags, &tell, at.as_str(), batch.book);
            let work = Work { wants, jobs, numbers, bags, render, tell, book, at, first };
            commit(filing, batch, work, &mut staged)
        })();
        let (issued, ahead) = committed.map_err(|error| refused(filing, error))?;
        // Whoever writes copies need not wait for the record to be complete.
        let _ = tell_given.send(());
        let files = issued.iter().flat_map(|i| i.file.iter().chain(&i.further)).collect();
        let finished = finish_files(filing, files, ahead)
            .and_then(|()| filing.archive.end_batch(&staging_name(batch)));
        Ok::<_, Failure>((issued, finished.err()))
    })?;
    filing.broken = unfinished.is_some();
    tell(Stage::Done, total);
    let issued = Arc::try_unwrap(issued).unwrap_or_else(|shared| shared.to_vec());
    Ok(Outcome { issued, unfinished })
}

/// What is left to be done where the register did not enter a batch.
fn refused(filing: &mut Filing<'_>, error: CommitError) -> Failure {
    match error {
        CommitError::Unknown(failure) => {
            filing.broken = true;
            unknown(failure)
        }
        CommitError::Undone(failure) => {
            // The same mending as after a kill. If it fails too, the next opening does it. After a
            // refused write or sync no further batch is tried in this process.
            let mended = recovery::mend(filing);
            filing.broken = mended.is_err() || failure.kind == FailureKind::Output;
            failure
        }
    }
}

impl From<Failure> for CommitError {
    /// Whatever fails before the register's COMMIT can be undone.
    fn from(failure: Failure) -> Self {
        Self::Undone(failure)
    }
}

/// The numbers that reserving will give: nobody else can reserve meanwhile.
fn numbers(filing: &Filing<'_>, batch: &Batch, wants: &dyn Wants) -> Result<Vec<Number>> {
    let register = Some(filing.register.as_ref());
    let today = filing.world.today();
    Ok(register::plan(register, batch.book, &filing.office, wants, today)?.numbers)
}

/// The bag of each want; refuses what the log could not hold.
fn allocate(filing: &Filing<'_>, batch: &Batch, wants: &dyn Wants) -> Result<Vec<BagId>> {
    let mut years = Vec::with_capacity(wants.count());
    let mut counts: HashMap<i16, usize> = HashMap::new();
    for index in 0..wants.count() {
        let (want, files) = (wants.brief(index)?, wants.files(index));
        let year = want.date.year();
        register::leaf::entry_fits(
            wants.book(index).unwrap_or(batch.book),
            &want.series,
            want.date,
            files,
        )?;
        years.push((year, files));
        *counts.entry(year).or_default() += files.max(1);
    }
    let newest = filing.register.newest_bags()?;
    let mut free = HashMap::new();
    for (year, count) in counts {
        let last = newest.iter().find(|b| b.year == year);
        let last = last.map(|b| (b.bag, u32::try_from(b.files).unwrap_or(u32::MAX)));
        free.insert(year, filing.archive.allocate(year, count, last)?.into_iter().peekable());
    }
    let mut bag = |(year, files): (i16, usize)| {
        let free: &mut std::iter::Peekable<_> = free.get_mut(&year).ok_or_else(changed)?;
        let first = free.peek().copied().ok_or_else(changed)?;
        // All files of an entry stand in one bag, the first that has room for one of them.
        free.by_ref().take(files).for_each(drop);
        Ok(first)
    };
    years.into_iter().map(&mut bag).collect()
}

/// The jobs of a batch, each from the index of its first want on.
fn jobs(batch: &Batch, wants: &dyn Wants) -> Vec<(usize, Arc<str>)> {
    let mut jobs: Vec<(usize, Arc<str>)> = Vec::new();
    for index in 0..wants.count() {
        let job = wants.job(index).map_or(batch.job.as_str(), |(id, _)| id);
        if jobs.last().is_none_or(|(_, last)| **last != *job) {
            jobs.push((index, job.into()));
        }
    }
    jobs
}

fn commit(
    filing: &mut Filing<'_>,
    batch: &Batch,
    work: Work<'_>,
    staged: &mut dyn FnMut(&Arc<Vec<Issued>>),
) -> std::result::Result<(Arc<Vec<Issued>>, Ahead), CommitError> {
    let (staging, at) = (staging_name(batch), work.at);
    let (world, archive, office) = (filing.world, &filing.archive, &filing.office);
    let register = &mut filing.register;
    let floor = |series: &str, year| register::start_after(office, series, year);
    let issued = Arc::new(Vec::with_capacity(work.numbers.len()));
    let mut rows = Rows { issued, work, archive, staged };
    let ahead = if work.is_ahead() {
        Ahead::begin(&filing.log, &filing.tail, work.first, work.jobs, &staging)
    } else {
        Ahead::default()
    };
    let ahead = RefCell::new(ahead);
    std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        let (tell_reserved, reserved) = sync_channel(1);
        let staging = staging.as_str();
        scope.spawn(move || {
            if let Err(failure) = produce(world, archive, staging, work, &send, &reserved) {
                // Nobody listens any more if the register has refused a row.
                let _ = send.send(Step::Failed(failure));
            }
        });
        // What is staged before the numbers are reserved is only swept away after a kill; no file
        // reaches a bag before.
        if register.reserve(batch, work.wants, &floor, at)? != work.numbers {
            return Err(CommitError::Undone(changed()));
        }
        let _ = tell_reserved.send(());
        register.commit_with(
            batch,
            at,
            &mut |register| rows.next(register, &receive, &mut ahead.borrow_mut()),
            &mut End { world, receive: &receive, ahead: &ahead, first: work.first },
        )
    })?;
    Ok((rows.issued, ahead.into_inner()))
}

/// What was rendered, on its way to the register.
struct Rows<'r> {
    /// What will be issued.
    issued: Arc<Vec<Issued>>,
    work: Work<'r>,
    archive: &'r Archive<'r>,
    /// Called when that is all.
    staged: &'r mut dyn FnMut(&Arc<Vec<Issued>>),
}

impl Rows<'_> {
    fn next(
        &mut self,
        register: &dyn Register,
        receive: &Receiver<Step>,
        ahead: &mut Ahead,
    ) -> Result<Option<Chunk>> {
        match receive.recv() {
            Ok(Step::Rows(rows, fresh)) => {
                ahead.push(register, self.archive, fresh)?;
                self.keep(&rows);
                Ok(Some(rows))
            }
            Ok(Step::Staged) => {
                (self.staged)(&self.issued);
                Ok(None)
            }
            Ok(Step::Failed(failure)) => Err(failure),
            Ok(Step::Drafts(_) | Step::Settled) | Err(_) => Err(stopped()),
        }
    }

    fn keep(&mut self, rows: &Chunk) {
        // Nobody else holds it before all is staged.
        let issued = Arc::make_mut(&mut self.issued);
        for row in rows {
            // `End` makes sure that the batch begins there.
            let seq = self.work.first.saturating_add(issued.len() as u64);
            let notation = Notation(row.fields.notation.clone());
            let code = DocumentCode { number: Some(row.number), notation };
            let mut files = row.files.iter().cloned();
            issued.push(Issued { seq, code, file: files.next(), further: files.collect() });
        }
    }
}

/// The end of a batch's transaction.
struct End<'a> {
    world: &'a dyn World,
    receive: &'a Receiver<Step>,
    ahead: &'a RefCell<Ahead>,
    /// Where the batch was to begin.
    first: u64,
}

impl Closing for End<'_> {
    fn acts(&mut self, _: &dyn Register, rows: &Range<u64>) -> Result<Vec<NewAct>> {
        if rows.start != self.first {
            return Err(changed());
        }
        match self.receive.recv() {
            Ok(Step::Drafts(drafts)) => {
                let acts = acts_of(self.world, drafts.iter().map(SealDraft::ready).collect());
                self.ahead.borrow_mut().drafts = drafts;
                acts
            }
            Ok(Step::Failed(failure)) => Err(failure),
            _ => Err(stopped()),
        }
    }

    fn durable(&mut self, log: Option<&Path>) -> Result<()> {
        if let Some(log) = log {
            self.world.sync(log).map_err(|e| recovery::cannot(&e, log))?;
        }
        match self.receive.recv() {
            Ok(Step::Settled) => Ok(()),
            Ok(Step::Failed(failure)) => Err(failure),
            _ => Err(stopped()),
        }
    }
}

pub(super) fn salts(world: &dyn World, count: usize) -> Result<Vec<[u8; 16]>> {
    let mut bytes = vec![0; count.saturating_mul(16)];
    world.random(&mut bytes).map_err(|e| {
        Failure::new(
            FailureKind::Output,
            Place::default(),
            text!("máy không cho số ngẫu nhiên: {e}", "the system gave no random bytes: {e}"),
        )
    })?;
    let (salts, _) = bytes.as_chunks::<16>();
    Ok(salts.to_vec())
}

/// After the commit: manifest lines, seals of the bags that are full (whose manifests are made then),
/// the log. The seals in `ahead` were committed too.
pub(super) fn finish_files(
    filing: &mut Filing<'_>,
    mut order: Vec<&FileRef>,
    ahead: Ahead,
) -> Result<()> {
    let drafted: BTreeSet<BagId> = ahead.drafts.iter().map(|draft| draft.ready().id).collect();
    order.retain(|file| !drafted.contains(&file.at.bag_id()));
    order.sort_by_key(|f| f.at.bag_id());
    let mut full = Vec::new();
    for files in order.chunk_by(|a, b| a.at.bag_id() == b.at.bag_id()) {
        let Some(bag) = files.first().map(|f| f.at.bag_id()) else { continue };
        let count = filing.register.bag_count(bag.year, bag.number)?;
        if filing.archive.is_full(u32::try_from(count).unwrap_or(u32::MAX)) {
            full.push(bag);
        } else {
            let files: Vec<FileRef> = files.iter().map(|f| (*f).clone()).collect();
            filing.archive.record(&files)?;
        }
    }
    match conclude_commit(filing, &full, ahead)?.unsealed.into_iter().next() {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// The batch's folder in staging.
fn staging_name(batch: &Batch) -> String {
    sha256(batch.job.as_bytes()).to_hex().chars().take(16).collect()
}

fn unknown(failure: Failure) -> Failure {
    failure.hint(text!(
        "không rõ lô đã được ghi vào sổ hay chưa: kiểm tra đĩa rồi chạy lại đúng lệnh này, lần mở sau sẽ biết và không cấp số nào hai lần",
        "it is not known whether the batch was registered: check the disk, then run the same command again; opening will tell, and no number is given twice"
    ))
}

pub(super) fn changed() -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::default(),
        text!(
            "dữ liệu của lô đã đổi trong khi đang chạy",
            "the batch's data changed while it was running"
        ),
    )
    .hint(text!("chạy lại", "run it again"))
}

/// The other side of the channel is gone; its own failure is what the user sees.
pub(super) fn stopped() -> Failure {
    Failure::new(
        FailureKind::Interrupted,
        Place::default(),
        text!("lô đã dừng giữa chừng", "the batch was stopped midway"),
    )
}
