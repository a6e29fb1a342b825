//! One batch through the protocol: reserve, render, settle, commit, record.
//!
//! Knows: the order of the steps and how they overlap. Must not know: how a crash is mended.
//!
//! A thread renders and stages chunk after chunk on all cores while this one reserves the numbers
//! and then writes the rows of the chunks before into the open second transaction. Its rows become real only with its COMMIT,
//! which the register does after the feed ends, and the feed ends after the files are settled.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::ScopedJoinHandle;

use rayon::prelude::*;

use super::conclude::conclude;
use super::rows::{About, Contents};
use super::{Filing, Issued, Outcome, Progress, Render, Stage, journal, recovery, rows};
use crate::archive::{Archive, BagId, FileName, FileRef, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::{DocumentCode, Notation, Number};
use crate::register::{self, Batch, Book, Chunk, CommitError, Registration, Wants};
use crate::text;
use crate::world::World;

/// Documents that are rendered before their rows are handed on; bounds what is in memory.
const CHUNK: usize = 256;
/// Chunks that may wait for the register.
const WAITING: usize = 2;

/// Documents after which those that are staged begin to be made durable.
const SYNCED: usize = 768;

/// Lines for the sealing of bags are kept until they come to so many bytes; past that they are made
/// again from the register, so that memory stays flat.
const LINES_KEPT: usize = 8 << 20;

/// What the rendering thread hands over: rows with the lines of their files, and at the end word
/// that all files are durable.
enum Step {
    Rows(Chunk, Vec<Vec<u8>>),
    Settled,
    Failed(Failure),
}

pub(super) fn issue(
    filing: &mut Filing<'_>,
    batch: &Batch,
    wants: &dyn Wants,
    render: &Render<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Outcome> {
    let total = wants.count();
    let tell = |stage, done| progress(Progress { stage, done, total });
    tell(Stage::Reserving, 0);
    let at = filing.world.timestamp();
    let committed = (|| {
        let numbers = numbers(filing, batch, wants)?;
        let bags = allocate(filing, batch, wants)?;
        commit(
            filing,
            batch,
            &at,
            Work {
                wants,
                numbers: &numbers,
                bags: &bags,
                render,
                tell: &tell,
                book: batch.book,
                at: &at,
            },
        )
    })();
    let (issued, lines) = match committed {
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
    let unfinished = finish(filing, &issued, &lines)
        .and_then(|()| journal::keep(filing))
        .and_then(|()| filing.archive.end_batch(&staging_name(batch)))
        .err();
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
        let (want, files) = (wants.get(index)?, wants.files(index));
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

/// What the rendering thread needs.
#[derive(Clone, Copy)]
struct Work<'a> {
    book: Book,
    wants: &'a dyn Wants,
    numbers: &'a [Number],
    bags: &'a [BagId],
    render: &'a Render<'a>,
    tell: &'a (dyn Fn(Stage, usize) + Sync),
    at: &'a str,
}

/// The lines of a batch's files, in their order; `None` if they came to too much.
type Lines = Option<Vec<Vec<u8>>>;

fn commit(
    filing: &mut Filing<'_>,
    batch: &Batch,
    at: &str,
    work: Work<'_>,
) -> std::result::Result<(Vec<Issued>, Lines), CommitError> {
    let staging = staging_name(batch);
    let (world, archive, office) = (filing.world, &filing.archive, &filing.office);
    let register = &mut filing.register;
    let floor = |series: &str, year| register::start_after(office, series, year);
    let mut issued: Vec<Issued> = Vec::with_capacity(work.numbers.len());
    let mut lines: Lines = Some(Vec::with_capacity(work.numbers.len()));
    let mut bytes = 0_usize;
    let seqs = std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        let (tell_reserved, reserved) = sync_channel(1);
        let staging = staging.as_str();
        scope.spawn(move || {
            let end = match produce(world, archive, staging, work, &send, &reserved) {
                Ok(()) => Step::Settled,
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
        register.commit(batch, at, &mut || {
            next_rows(&receive, &mut issued, &mut |new| {
                bytes += new.iter().map(Vec::len).sum::<usize>();
                match &mut lines {
                    Some(lines) if bytes <= LINES_KEPT => lines.extend(new),
                    _ => lines = None,
                }
            })
        })
    })?;
    for (issued, seq) in issued.iter_mut().zip(seqs) {
        issued.seq = seq;
    }
    Ok((issued, lines))
}

fn next_rows(
    receive: &Receiver<Step>,
    issued: &mut Vec<Issued>,
    keep: &mut dyn FnMut(Vec<Vec<u8>>),
) -> Result<Option<Chunk>> {
    match receive.recv() {
        Ok(Step::Rows(rows, lines)) => {
            keep(lines);
            for row in &rows {
                let notation = Notation(row.fields.notation.clone());
                let code = DocumentCode { number: Some(row.number), notation };
                let mut files = row.files.iter().cloned();
                issued.push(Issued { seq: 0, code, file: files.next(), further: files.collect() });
            }
            Ok(Some(rows))
        }
        Ok(Step::Settled) => Ok(None),
        Ok(Step::Failed(failure)) => Err(failure),
        Err(_) => Err(stopped()),
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
) -> Result<()> {
    let files = std::thread::scope(|scope| {
        let mut early = None;
        let files = stage_all(world, archive, staging, work, send, &mut || {
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
        Ok::<_, Failure>(files)
    })?;
    reserved.recv().map_err(|_| stopped())?;
    (work.tell)(Stage::Settling, 0);
    archive.settle(staging, &files)
}

/// A sync that failed must not be taken for done: a later one may not be told of it again.
fn ended(early: Option<ScopedJoinHandle<'_, Result<()>>>) -> Result<()> {
    early.map_or(Ok(()), |handle| handle.join().unwrap_or_else(|_| Err(stopped())))
}

/// Renders and stages everything, chunk by chunk; `often` is called once in [`SYNCED`] documents.
fn stage_all(
    world: &dyn World,
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    send: &SyncSender<Step>,
    often: &mut dyn FnMut() -> Result<()>,
) -> Result<Vec<FileRef>> {
    let total = work.numbers.len();
    let mut files = Vec::with_capacity(total);
    let mut synced = 0;
    (work.tell)(Stage::Rendering, 0);
    for start in (0..total).step_by(CHUNK) {
        if start >= synced + SYNCED {
            often()?;
            synced = start;
        }
        let end = start.saturating_add(CHUNK).min(total);
        let salts = salts(world, end - start)?;
        let done: Vec<(Registration, Vec<Vec<u8>>)> = (start..end)
            .into_par_iter()
            .zip(salts)
            .map(|(index, salt)| one(archive, staging, work, index, salt))
            .collect::<Result<_>>()?;
        let (rows, lines): (Chunk, Vec<_>) = done.into_iter().unzip();
        files.extend(rows.iter().flat_map(|r| r.files.iter().cloned()));
        (work.tell)(Stage::Rendering, end);
        if send.send(Step::Rows(rows, lines.into_iter().flatten().collect())).is_err() {
            return Err(stopped());
        }
    }
    Ok(files)
}

fn one(
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    index: usize,
    salt: [u8; 16],
) -> Result<(Registration, Vec<Vec<u8>>)> {
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
    let registration = Registration {
        book,
        series: want.series,
        number,
        date: want.date,
        fields: rendered.fields,
        files,
        salt,
    };
    Ok((registration, lines))
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
/// the log.
fn finish(filing: &mut Filing<'_>, issued: &[Issued], lines: &Lines) -> Result<()> {
    let files = || issued.iter().flat_map(|i| i.file.iter().chain(&i.further));
    let mut known: HashMap<BagId, Contents> = HashMap::new();
    if let Some(lines) = lines {
        let with_seq =
            issued.iter().flat_map(|i| i.file.iter().chain(&i.further).map(|file| (i.seq, file)));
        for ((seq, file), line) in with_seq.zip(lines) {
            let contents = match known.entry(file.at.bag_id()) {
                Entry::Occupied(known) => known.into_mut(),
                Entry::Vacant(new) => new.insert((Vec::new(), rows::heading()?)),
            };
            contents.0.push(file.clone());
            rows::push(&mut contents.1, seq, line);
        }
    }
    finish_files(filing, files().collect(), known)
}

/// The same for any committed files. `known` may hold what came into a bag with them.
pub(super) fn finish_files(
    filing: &mut Filing<'_>,
    mut order: Vec<&FileRef>,
    mut known: HashMap<BagId, Contents>,
) -> Result<()> {
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
        // What came earlier only the register knows.
        if known.get(&bag).is_some_and(|(files, _)| files.len() as u64 != count) {
            known.remove(&bag);
        }
    }
    match conclude(filing, &full, known)?.unsealed.into_iter().next() {
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

/// The other side of the channel is gone; its own failure is what the user sees.
fn stopped() -> Failure {
    Failure::new(
        FailureKind::Interrupted,
        Place::default(),
        text!("lô đã dừng giữa chừng", "the batch was stopped midway"),
    )
}
