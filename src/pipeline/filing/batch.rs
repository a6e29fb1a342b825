//! One batch through the protocol: reserve, render, settle, commit, record.
//!
//! Knows: the order of the steps and how they overlap. Must not know: how a crash is mended.
//!
//! A thread renders and stages chunk after chunk on all cores while this one reserves the numbers
//! and then writes the rows of the chunks before into the open second transaction. Its rows become real only with its COMMIT,
//! which the register does after the feed ends, and the feed ends after the files are settled.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::ScopedJoinHandle;

use rayon::prelude::*;

use super::conclude::{Ahead, Fresh, acts_of, conclude_commit};
use super::rows::About;
use super::{Beside, Filing, Issued, Outcome, Progress, Render, Stage, recovery, rows};
use crate::archive::{Archive, BagId, FileName, FileRef, SealContents, SealDraft, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::{DocumentCode, Notation, Number};
use crate::register::journal::{Position, write_position};
use crate::register::{self, Batch, Book, Chunk, CommitError, Register, Registration, Wants, leaf};
use crate::text;
use crate::world::World;

/// Documents that are rendered before their rows are handed on; bounds what is in memory.
const CHUNK: usize = 256;
/// The last ones.
const LAST: usize = 32;
/// The first ones: the papers of a campaign come first, with thousands of rows each, and all cores take part in them.
const FIRST: usize = 8;
/// Documents that a core takes at a time: with more the others would wait for it at the end of each chunk.
const PIECE: usize = 1;
/// Chunks that may wait for the register.
const WAITING: usize = 2;

/// Largest batch whose tiles and journal are composed before its commit; more would be much memory.
const AHEAD: usize = 8192;

/// Lines for the sealing of bags are kept until they come to so many bytes; past that bags are sealed
/// after the commit, from the register, so that memory stays flat.
const LINES_KEPT: usize = 8 << 20;

/// What the rendering thread hands over: rows; word that these are all; and at the end word that all
/// files are durable, with the seals of the bags that they fill.
enum Step {
    Rows(Chunk, Vec<Fresh>),
    Staged,
    Settled(Vec<SealDraft>),
    Failed(Failure),
}

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
    let committed = (|| {
        let numbers = numbers(filing, batch, wants)?;
        let bags = allocate(filing, batch, wants)?;
        let first = filing.register.head()?.saturating_add(1);
        commit(
            filing,
            batch,
            &at,
            Work {
                wants,
                jobs: &jobs(batch, wants),
                numbers: &numbers,
                bags: &bags,
                render,
                tell: &tell,
                book: batch.book,
                at: &at,
                first,
            },
        )
    })();
    let (issued, ahead) = match committed {
        Ok(done) => done,
        Err(CommitError::Unknown(failure)) => {
            filing.broken = true;
            return Err(unknown(failure));
        }
        Err(CommitError::Undone(failure)) => {
            // The same mending as after a kill. If it fails too, the next opening does it. After a
            // refused write or sync no further batch is tried in this process.
            let mended = recovery::mend(filing);
            filing.broken = mended.is_err() || failure.kind == FailureKind::Output;
            return Err(failure);
        }
    };
    tell(Stage::Registering, total);
    let files = issued.iter().flat_map(|i| i.file.iter().chain(&i.further)).collect();
    let unfinished = std::thread::scope(|scope| {
        // The numbers are given: whoever writes copies need not wait for the record to be complete.
        scope.spawn(|| beside(&issued));
        finish_files(filing, files, ahead)
            .and_then(|()| filing.archive.end_batch(&staging_name(batch)))
            .err()
    });
    filing.broken = unfinished.is_some();
    tell(Stage::Done, total);
    Ok(Outcome { issued, unfinished })
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

/// What the rendering thread needs.
#[derive(Clone, Copy)]
struct Work<'a> {
    /// The jobs, each from the index of its first want on.
    jobs: &'a [(usize, Arc<str>)],
    book: Book,
    wants: &'a dyn Wants,
    numbers: &'a [Number],
    bags: &'a [BagId],
    render: &'a Render<'a>,
    tell: &'a (dyn Fn(Stage, usize) + Sync),
    at: &'a str,
    /// The position of the first entry: nobody else can register meanwhile.
    first: u64,
}

impl Work<'_> {
    /// The job of the want at `index`.
    fn job(&self, index: usize) -> Option<&Arc<str>> {
        let before = self.jobs.partition_point(|(from, _)| *from <= index);
        self.jobs.get(before.checked_sub(1)?).map(|(_, job)| job)
    }

    /// True if tiles and lines are composed before the commit.
    fn is_ahead(&self) -> bool {
        self.numbers.len() <= AHEAD
    }
}

fn commit(
    filing: &mut Filing<'_>,
    batch: &Batch,
    at: &str,
    work: Work<'_>,
) -> std::result::Result<(Vec<Issued>, Ahead), CommitError> {
    let staging = staging_name(batch);
    let (world, archive, office) = (filing.world, &filing.archive, &filing.office);
    let register = &mut filing.register;
    let floor = |series: &str, year| register::start_after(office, series, year);
    let mut issued: Vec<Issued> = Vec::with_capacity(work.numbers.len());
    let ahead = if work.is_ahead() {
        Ahead::begin(&filing.log, &filing.tail, work.first, work.jobs)
    } else {
        Ahead::default()
    };
    let ahead = RefCell::new(ahead);
    let seqs = std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        let (tell_reserved, reserved) = sync_channel(1);
        let staging = staging.as_str();
        scope.spawn(move || {
            let end = match produce(world, archive, staging, work, &send, &reserved) {
                Ok(drafts) => Step::Settled(drafts),
                Err(failure) => Step::Failed(failure),
            };
            // Nobody listens any more if the register has refused a row.
            let _ = send.send(end);
        });
        // What is staged before the numbers are reserved is only swept away after a kill; no file
        // reaches a bag before.
        if register.reserve(batch, work.wants, &floor, at)? != work.numbers {
            return Err(CommitError::Undone(changed()));
        }
        // It has stopped with a failure of its own if it no longer listens.
        let _ = tell_reserved.send(());
        register.commit_with(
            batch,
            at,
            &mut |register| next_rows(register, &receive, &mut issued, &mut ahead.borrow_mut()),
            &mut |_, seqs| {
                if seqs.start != work.first {
                    return Err(changed());
                }
                let mut ahead = ahead.borrow_mut();
                ahead.drafts = settled(&receive)?;
                acts_of(world, ahead.drafts.iter().map(SealDraft::ready).collect())
            },
        )
    })?;
    for (issued, seq) in issued.iter_mut().zip(seqs) {
        issued.seq = seq;
    }
    Ok((issued, ahead.into_inner()))
}

fn next_rows(
    register: &dyn Register,
    receive: &Receiver<Step>,
    issued: &mut Vec<Issued>,
    ahead: &mut Ahead,
) -> Result<Option<Chunk>> {
    match receive.recv() {
        Ok(Step::Rows(rows, fresh)) => {
            ahead.push(register, fresh)?;
            for row in &rows {
                let notation = Notation(row.fields.notation.clone());
                let code = DocumentCode { number: Some(row.number), notation };
                let mut files = row.files.iter().cloned();
                issued.push(Issued { seq: 0, code, file: files.next(), further: files.collect() });
            }
            Ok(Some(rows))
        }
        Ok(Step::Staged) => Ok(None),
        Ok(Step::Failed(failure)) => Err(failure),
        Ok(Step::Settled(_)) | Err(_) => Err(stopped()),
    }
}

/// Waits until all files are durable.
fn settled(receive: &Receiver<Step>) -> Result<Vec<SealDraft>> {
    match receive.recv() {
        Ok(Step::Settled(drafts)) => Ok(drafts),
        Ok(Step::Failed(failure)) => Err(failure),
        _ => Err(stopped()),
    }
}

/// Renders and stages everything; settles it once the numbers are reserved.
fn produce(
    world: &dyn World,
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    send: &SyncSender<Step>,
    reserved: &Receiver<()>,
) -> Result<Vec<SealDraft>> {
    let staged = std::thread::scope(|scope| {
        let mut early = None;
        let staged = stage_all(world, archive, staging, work, send, &mut || {
            // While the next documents are rendered the disk may take those before.
            let is_busy =
                early.as_ref().is_some_and(|e: &ScopedJoinHandle<'_, _>| !e.is_finished());
            if !is_busy {
                ended(early.take())?;
                early = Some(scope.spawn(|| archive.sync_staged()));
            }
            Ok(())
        })?;
        ended(early)?;
        Ok::<_, Failure>(staged)
    })?;
    (work.tell)(Stage::Settling, 0);
    send.send(Step::Staged).map_err(|_| stopped())?;
    // From here on a power cut may leave torn files in bags: the reservations tell the next opening whose they are.
    reserved.recv().map_err(|_| stopped())?;
    let placed = archive.move_staged(staging, &staged.files)?;
    // While the disk takes the last files and all names, the bags' tag files are composed.
    let (synced, drafts) = rayon::join(
        || archive.sync_placed(&placed),
        || drafts(archive, &staged, work, world.today()),
    );
    synced?;
    let mut drafts = drafts?;
    // A bag that was there before, whatever is in it, is looked at before it is sealed.
    drafts.retain(|draft| placed.whole.contains(&draft.ready().id));
    Ok(drafts)
}

/// What was staged.
#[derive(Default)]
struct Staged {
    files: Vec<FileRef>,
    /// For each file the index of its entry and its line for the bag; `None` if these came to too much.
    lines: Option<Vec<(usize, Vec<u8>)>>,
}

/// The seals of the bags that the batch fills from the first file to the last.
fn drafts(
    archive: &Archive<'_>,
    staged: &Staged,
    work: Work<'_>,
    day: jiff::civil::Date,
) -> Result<Vec<SealDraft>> {
    let Some(lines) = &staged.lines else { return Ok(Vec::new()) };
    let mut bags: BTreeMap<BagId, SealContents> = BTreeMap::new();
    for (file, (index, line)) in staged.files.iter().zip(lines) {
        let bag = file.at.bag_id();
        let contents = match bags.entry(bag) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(SealContents { files: Vec::new(), rows: rows::heading()?, day })
            }
        };
        contents.files.push(file.clone());
        rows::push(&mut contents.rows, work.first.saturating_add(*index as u64), line);
    }
    let count = |c: &SealContents| u32::try_from(c.files.len()).unwrap_or(u32::MAX);
    let full: Vec<_> = bags.into_iter().filter(|(_, c)| archive.is_full(count(c))).collect();
    Ok(full.into_par_iter().map(|(bag, contents)| SealDraft::new(bag, contents)).collect())
}

/// A sync that failed must not be taken for done: a later one may not be told of it again.
fn ended(early: Option<ScopedJoinHandle<'_, Result<()>>>) -> Result<()> {
    early.map_or(Ok(()), |handle| handle.join().unwrap_or_else(|_| Err(stopped())))
}

/// Renders and stages everything, chunk by chunk; `between` is called between two of them.
fn stage_all(
    world: &dyn World,
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    send: &SyncSender<Step>,
    between: &mut dyn FnMut() -> Result<()>,
) -> Result<Staged> {
    let total = work.numbers.len();
    let mut staged =
        Staged { files: Vec::with_capacity(total), lines: Some(Vec::with_capacity(total)) };
    let mut bytes = 0_usize;
    (work.tell)(Stage::Rendering, 0);
    let mut start = 0;
    while start < total {
        if start > FIRST {
            between()?;
        }
        let end = start + chunk(total, start);
        let salts = salts(world, end - start)?;
        let done: Vec<One> = (start..end)
            .into_par_iter()
            .zip(salts)
            .with_max_len(PIECE)
            .map(|(index, salt)| one(archive, staging, work, index, salt))
            .collect::<Result<_>>()?;
        let (mut rows, mut fresh) = (Chunk::with_capacity(done.len()), Vec::new());
        for (index, one) in (start..end).zip(done) {
            staged.files.extend(one.registration.files.iter().cloned());
            for line in one.lines {
                bytes += line.len();
                match &mut staged.lines {
                    Some(lines) if bytes <= LINES_KEPT => lines.push((index, line)),
                    _ => staged.lines = None,
                }
            }
            fresh.extend(one.ahead);
            rows.push(one.registration);
        }
        (work.tell)(Stage::Rendering, end);
        if send.send(Step::Rows(rows, fresh)).is_err() {
            return Err(stopped());
        }
        start = end;
    }
    Ok(staged)
}

/// How many of a batch are rendered next. Towards the end of a large one fewer and fewer, so that little is left for
/// the register when the last is rendered.
fn chunk(total: usize, done: usize) -> usize {
    let left = total.saturating_sub(done);
    match done {
        _ if total <= CHUNK => left,
        0 => FIRST,
        _ => (left / 2).clamp(LAST, CHUNK).min(left),
    }
}

/// A document that was rendered and staged.
struct One {
    registration: Registration,
    /// Lines of its files for their bag.
    lines: Vec<Vec<u8>>,
    /// Its leaf and its line of the journal, if these are composed before the commit.
    ahead: Option<Fresh>,
}

fn one(
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    index: usize,
    salt: [u8; 16],
) -> Result<One> {
    let number = work.numbers.get(index).copied().ok_or_else(changed)?;
    let bag = work.bags.get(index).copied().ok_or_else(changed)?;
    let want = work.wants.get(index)?;
    if want.date.year() != bag.year {
        return Err(changed());
    }
    let rendered = (work.render)(index, number)?;
    let name =
        FileName { series: &want.series, number: number.get(), extension: rendered.extension };
    let mut files = Vec::with_capacity(1);
    if !rendered.bytes.is_empty() {
        let mut file = archive.stage(staging, bag, name, &rendered.bytes)?;
        file.parts = rendered.parts;
        files.push(file);
    }
    for further in &rendered.further {
        let name = FileName { extension: further.extension, ..name };
        let mut file = archive.stage(staging, bag, name, &further.bytes)?;
        file.parts = further.parts;
        files.push(file);
    }
    let book = work.wants.book(index).unwrap_or(work.book);
    let about = About {
        book,
        series: &want.series,
        year: want.date.year(),
        number,
        date: want.date,
        fields: &rendered.fields,
        registered_at: work.at,
    };
    let lines = files.iter().map(|file| rows::line(&about, file)).collect::<Result<_>>()?;
    let of = work.job(index);
    let mut registration = Registration {
        job: of.filter(|_| work.jobs.len() > 1).cloned(),
        row_key: want.row_key,
        input: want.input,
        book,
        series: want.series,
        number,
        date: want.date,
        fields: rendered.fields,
        files,
        salt,
        written: None,
    };
    let seq = work.first.saturating_add(index as u64);
    let written = leaf::write(&registration, seq, work.at).map_err(|e| unwritten(&e))?;
    let ahead = if work.is_ahead() {
        let (row, leaf, input) = (&written.record, &written.leaf, registration.input.as_str());
        let made = Some((of.map_or("", |job| job), registration.row_key.as_str(), input));
        let mut line = Vec::with_capacity(row.len() + leaf.len() + input.len() + 512);
        write_position(&mut line, &Position { seq, row, leaf, salt: Some(&salt), made })?;
        Some(Fresh { leaf: leaf.clone(), line })
    } else {
        None
    };
    registration.written = Some(written);
    Ok(One { registration, lines, ahead })
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

fn changed() -> Failure {
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

/// A row that cannot be JSON: only a bug can make one.
fn unwritten(error: &serde_json::Error) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!(
            "không viết được dòng của sổ: {error}",
            "a row of the register cannot be written: {error}"
        ),
    )
}

/// The other side of the channel is gone; its own failure is what the user sees.
fn stopped() -> Failure {
    Failure::new(
        FailureKind::Interrupted,
        Place::default(),
        text!("lô đã dừng giữa chừng", "the batch was stopped midway"),
    )
}
