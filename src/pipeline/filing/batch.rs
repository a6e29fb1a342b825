//! One batch through the protocol: reserve, render, settle, commit, record.
//!
//! Knows: the order of the steps and how they overlap. Must not know: how a crash is mended.
//!
//! A thread renders and stages chunk after chunk on all cores while this one writes the rows of
//! the chunks before into the open second transaction. Its rows become real only with its COMMIT,
//! which the register does after the feed ends, and the feed ends after the files are settled.

use std::collections::HashMap;
use std::iter;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use rayon::prelude::*;

use super::conclude::conclude;
use super::{Filing, Issued, Outcome, Progress, Render, Stage, journal, recovery};
use crate::archive::{Archive, BagId, FileName, FileRef, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::{DocumentCode, Notation, Number};
use crate::register::{Batch, Chunk, CommitError, Registration, Wants};
use crate::text;
use crate::world::World;

/// Documents that are rendered before their rows are handed on; bounds what is in memory.
const CHUNK: usize = 256;
/// Chunks that may wait for the register.
const WAITING: usize = 2;

/// What the rendering thread hands over: rows, and at the end word that all files are durable.
enum Step {
    Rows(Chunk),
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
    let numbers = reserve(filing, batch, wants, &at)?;
    let committed = (|| {
        let bags = allocate(filing, wants)?;
        commit(
            filing,
            batch,
            &at,
            Work { wants, numbers: &numbers, bags: &bags, render, tell: &tell },
        )
    })();
    let issued = match committed {
        Ok(issued) => issued,
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
    let unfinished = finish(filing, &issued)
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

fn reserve(
    filing: &mut Filing<'_>,
    batch: &Batch,
    wants: &dyn Wants,
    at: &str,
) -> Result<Vec<Number>> {
    let (office, register) = (&filing.office, &mut filing.register);
    let floor = |series: &str, year| crate::register::start_after(office, series, year);
    let reserved = register.reserve(batch, wants, &floor, at);
    if reserved.is_err() {
        // Nothing is staged yet; if the last step did become durable, the next opening releases it.
        filing.broken = filing.register.release().is_err();
    }
    reserved
}

/// The bag of each want.
fn allocate(filing: &Filing<'_>, wants: &dyn Wants) -> Result<Vec<BagId>> {
    let mut years = Vec::with_capacity(wants.count());
    let mut counts: HashMap<i16, usize> = HashMap::new();
    for index in 0..wants.count() {
        let year = wants.get(index)?.date.year();
        years.push(year);
        *counts.entry(year).or_default() += 1;
    }
    let newest = filing.register.newest_bags()?;
    let mut free = HashMap::new();
    for (year, count) in counts {
        let last = newest.iter().find(|b| b.year == year);
        let last = last.map(|b| (b.bag, u32::try_from(b.files).unwrap_or(u32::MAX)));
        free.insert(year, filing.archive.allocate(year, count, last)?.into_iter());
    }
    let bag = |year: i16| free.get_mut(&year).and_then(Iterator::next).ok_or_else(changed);
    years.into_iter().map(bag).collect()
}

/// What the rendering thread needs.
#[derive(Clone, Copy)]
struct Work<'a> {
    wants: &'a dyn Wants,
    numbers: &'a [Number],
    bags: &'a [BagId],
    render: &'a Render<'a>,
    tell: &'a (dyn Fn(Stage, usize) + Sync),
}

fn commit(
    filing: &mut Filing<'_>,
    batch: &Batch,
    at: &str,
    work: Work<'_>,
) -> std::result::Result<Vec<Issued>, CommitError> {
    let staging = staging_name(batch);
    let (world, archive) = (filing.world, &filing.archive);
    let register = &mut filing.register;
    let mut issued: Vec<Issued> = Vec::with_capacity(work.numbers.len());
    let seqs = std::thread::scope(|scope| {
        let (send, receive) = sync_channel(WAITING);
        let staging = staging.as_str();
        scope.spawn(move || {
            let end = match produce(world, archive, staging, work, &send) {
                Ok(()) => Step::Settled,
                Err(failure) => Step::Failed(failure),
            };
            // Nobody listens any more if the register has refused a row.
            let _ = send.send(end);
        });
        register.commit(batch, at, &mut || next_rows(&receive, &mut issued))
    })?;
    for (issued, seq) in issued.iter_mut().zip(seqs) {
        issued.seq = seq;
    }
    Ok(issued)
}

fn next_rows(receive: &Receiver<Step>, issued: &mut Vec<Issued>) -> Result<Option<Chunk>> {
    match receive.recv() {
        Ok(Step::Rows(rows)) => {
            for row in &rows {
                let notation = Notation(row.fields.notation.clone());
                let code = DocumentCode { number: Some(row.number), notation };
                issued.extend(row.files.split_first().map(|(file, further)| Issued {
                    seq: 0,
                    code,
                    file: file.clone(),
                    further: further.to_vec(),
                }));
            }
            Ok(Some(rows))
        }
        Ok(Step::Settled) => Ok(None),
        Ok(Step::Failed(failure)) => Err(failure),
        Err(_) => Err(stopped()),
    }
}

/// Renders and stages everything, then settles it.
fn produce(
    world: &dyn World,
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    send: &SyncSender<Step>,
) -> Result<()> {
    let total = work.numbers.len();
    let mut files = Vec::with_capacity(total);
    (work.tell)(Stage::Rendering, 0);
    for start in (0..total).step_by(CHUNK) {
        let end = start.saturating_add(CHUNK).min(total);
        let salts = salts(world, end - start)?;
        let rows: Chunk = (start..end)
            .into_par_iter()
            .zip(salts)
            .map(|(index, salt)| one(archive, staging, work, index, salt))
            .collect::<Result<_>>()?;
        files.extend(rows.iter().flat_map(|r| r.files.iter().cloned()));
        (work.tell)(Stage::Rendering, end);
        if send.send(Step::Rows(rows)).is_err() {
            return Err(stopped());
        }
    }
    (work.tell)(Stage::Settling, 0);
    archive.settle(staging, &files)
}

fn one(
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    index: usize,
    salt: [u8; 16],
) -> Result<Registration> {
    let number = work.numbers.get(index).copied().ok_or_else(changed)?;
    let bag = work.bags.get(index).copied().ok_or_else(changed)?;
    let want = work.wants.get(index)?;
    if want.date.year() != bag.year {
        return Err(changed());
    }
    let rendered = (work.render)(index, number)?;
    let name =
        FileName { series: &want.series, number: number.get(), extension: rendered.extension };
    let mut file = archive.stage(staging, bag, name, &rendered.bytes)?;
    file.parts = rendered.parts;
    let mut files = vec![file];
    for further in &rendered.further {
        let name = FileName { extension: further.extension, ..name };
        let mut file = archive.stage(staging, bag, name, &further.bytes)?;
        file.parts = further.parts;
        files.push(file);
    }
    Ok(Registration {
        series: want.series,
        number,
        date: want.date,
        fields: rendered.fields,
        files,
        salt,
    })
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
fn finish(filing: &mut Filing<'_>, issued: &[Issued]) -> Result<()> {
    finish_files(
        filing,
        issued.iter().flat_map(|i| iter::once(&i.file).chain(&i.further)).collect(),
    )
}

/// The same for any committed files.
pub(super) fn finish_files(filing: &mut Filing<'_>, mut order: Vec<&FileRef>) -> Result<()> {
    order.sort_by_key(|f| f.at.bag_id());
    let mut full = Vec::new();
    for files in order.chunk_by(|a, b| a.at.bag_id() == b.at.bag_id()) {
        let Some(bag) = files.first().map(|f| f.at.bag_id()) else { continue };
        let known = filing.register.bag_files(bag.year, bag.number)?;
        if filing.archive.is_full(u32::try_from(known.len()).unwrap_or(u32::MAX)) {
            full.push(bag);
        } else {
            let files: Vec<FileRef> = files.iter().map(|f| (*f).clone()).collect();
            filing.archive.record(&files)?;
        }
    }
    match conclude(filing, &full)?.unsealed.into_iter().next() {
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
