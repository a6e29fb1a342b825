//! The rendering side of a batch: documents made on all cores, staged, settled.
//!
//! Knows: what a document becomes before it is registered. Must not know: the register's transaction.
//!
//! Rows go to the register as they are made; the files go to the disk meanwhile. What is left at the end is small.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, channel};
use std::thread::{Scope, ScopedJoinHandle};

use rayon::prelude::*;

use super::batch::{changed, salts, stopped};
use super::conclude::Fresh;
use super::rows::About;
use super::{Render, Stage, rows, stream};
use crate::archive::{Archive, BagId, FileName, FileRef, SealContents, SealDraft};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::Number;
use crate::register::journal::{Position, write_position};
use crate::register::{Book, Chunk, Registration, Wants, leaf};
use crate::text;
use crate::world::World;

/// Rows that are handed to the register at a time; bounds what is in memory.
const CHUNK: usize = 128;
/// The last ones.
const LAST: usize = 32;
/// Documents between two syncs on the way. While the file system commits nobody makes a file in it: a batch of
/// thousands takes a twentieth less time without.
const SYNCED: usize = 2048;
/// Random numbers are drawn for so many documents at a time.
const DRAWN: usize = 256;

/// Largest batch whose tiles and journal are composed before its commit; more would be much memory.
const AHEAD: usize = 8192;

/// Lines for the sealing of bags are kept until they come to so many bytes; past that bags are sealed
/// after the commit, from the register, so that memory stays flat.
const LINES_KEPT: usize = 8 << 20;

/// What the rendering thread hands over: rows; word that these are all; the seals of the bags that they fill; and at
/// the end word that all files are durable.
pub(super) enum Step {
    Rows(Chunk, Vec<Fresh>),
    Staged,
    Drafts(Vec<SealDraft>),
    Settled,
    Failed(Failure),
}

/// What the rendering thread needs.
#[derive(Clone, Copy)]
pub(super) struct Work<'a> {
    /// The jobs, each from the index of its first want on.
    pub(super) jobs: &'a [(usize, Arc<str>)],
    pub(super) book: Book,
    pub(super) wants: &'a dyn Wants,
    pub(super) numbers: &'a [Number],
    pub(super) bags: &'a [BagId],
    pub(super) render: &'a Render<'a>,
    pub(super) tell: &'a (dyn Fn(Stage, usize) + Sync),
    pub(super) at: &'a str,
    /// The position of the first entry: nobody else can register meanwhile.
    pub(super) first: u64,
}

impl Work<'_> {
    /// The job of the want at `index`.
    fn job(&self, index: usize) -> Option<&Arc<str>> {
        let before = self.jobs.partition_point(|(from, _)| *from <= index);
        self.jobs.get(before.checked_sub(1)?).map(|(_, job)| job)
    }

    /// True if tiles and lines are composed before the commit.
    pub(super) fn is_ahead(&self) -> bool {
        self.numbers.len() <= AHEAD
    }
}

/// Renders and stages everything; settles it once the numbers are reserved.
pub(super) fn produce(
    world: &dyn World,
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    send: &SyncSender<Step>,
    reserved: &Receiver<()>,
) -> Result<()> {
    let hand = move |step| send.send(step).map_err(|_| stopped());
    let staged = stage_all(world, archive, staging, work, send)?;
    (work.tell)(Stage::Settling, 0);
    hand(Step::Staged)?;
    // From here on a power cut may leave torn files in bags: the reservations tell the next opening whose they are.
    reserved.recv().map_err(|_| stopped())?;
    let (tell_whole, whole) = channel();
    let staged = &staged;
    // The register enters the seals while the disk takes the last files and all names.
    let (synced, drafted) = rayon::join(
        // Whoever waits for its word goes on as soon as it has ended.
        move || {
            let mut placed = archive.move_staged(staging, &staged.files)?;
            // It has failed if it no longer listens.
            let _ = tell_whole.send(std::mem::take(&mut placed.whole));
            archive.sync_placed(&placed)
        },
        move || {
            let mut drafts = drafts(archive, staged, work, world.today())?;
            // A bag that was there before, whatever is in it, is looked at before it is sealed.
            let whole = whole.recv().map_err(|_| stopped())?;
            drafts.retain(|draft| whole.contains(&draft.ready().id));
            hand(Step::Drafts(drafts))
        },
    );
    synced?;
    drafted?;
    hand(Step::Settled)
}

/// Renders and stages everything. In a very large batch the disk takes documents while the next ones are rendered.
fn stage_all(
    world: &dyn World,
    archive: &Archive<'_>,
    staging: &str,
    work: Work<'_>,
    send: &SyncSender<Step>,
) -> Result<Staged> {
    let total = work.numbers.len();
    let mut salts = Salts { world, left: total, drawn: Vec::new().into_iter() };
    (work.tell)(Stage::Rendering, 0);
    std::thread::scope(|scope| {
        let disk = Disk { scope, archive, running: None, synced: 0 };
        let mut collector =
            Collector { work, send, disk, staged: Staged::new(total), next: Ready::default() };
        let is_whole = stream::in_order(
            0..total,
            &mut |_| salts.next(),
            &|index, salt| one(archive, staging, work, index, salt),
            &mut |one| collector.take(one),
        )?;
        collector.finish(is_whole)
    })
}

/// Gives each document its salt.
struct Salts<'a> {
    world: &'a dyn World,
    left: usize,
    drawn: std::vec::IntoIter<[u8; 16]>,
}

impl Salts<'_> {
    fn next(&mut self) -> Result<[u8; 16]> {
        if self.drawn.len() == 0 {
            let count = self.left.min(DRAWN);
            self.left -= count;
            self.drawn = salts(self.world, count)?.into_iter();
        }
        self.drawn.next().ok_or_else(changed)
    }
}

/// Syncs on the way, one after another.
struct Disk<'s, 'e, 'w> {
    scope: &'s Scope<'s, 'e>,
    archive: &'e Archive<'w>,
    running: Option<ScopedJoinHandle<'s, Result<()>>>,
    /// Documents that the newest sync covers.
    synced: usize,
}

impl Disk<'_, '_, '_> {
    /// Begins a sync if there is enough for one and none is running.
    fn go_on(&mut self, staged: usize, left: usize) -> Result<()> {
        let is_busy = self.running.as_ref().is_some_and(|sync| !sync.is_finished());
        if is_busy || left == 0 || staged.saturating_sub(self.synced) < SYNCED {
            return Ok(());
        }
        self.wait()?;
        let archive = self.archive;
        self.running = Some(self.scope.spawn(move || archive.sync_staged()));
        self.synced = staged;
        Ok(())
    }

    /// A sync that failed must not be taken for done: a later one may not be told of it again.
    fn wait(&mut self) -> Result<()> {
        let running = self.running.take();
        running.map_or(Ok(()), |sync| sync.join().unwrap_or_else(|_| Err(stopped())))
    }
}

/// Takes the documents in order and hands their rows on.
struct Collector<'c, 's, 'e, 'w> {
    work: Work<'c>,
    send: &'c SyncSender<Step>,
    disk: Disk<'s, 'e, 'w>,
    staged: Staged,
    next: Ready,
}

/// Rows that are not handed on yet.
#[derive(Default)]
struct Ready {
    rows: Chunk,
    fresh: Vec<Fresh>,
}

impl Collector<'_, '_, '_, '_> {
    fn take(&mut self, one: One) -> Result<()> {
        let index = self.staged.count;
        self.staged.add(index, &one.registration.files, one.lines);
        self.next.fresh.extend(one.ahead);
        self.next.rows.push(one.registration);
        let total = self.work.numbers.len();
        let handed = self.staged.count - self.next.rows.len();
        if self.next.rows.len() >= chunk(total, handed) {
            self.hand_on()?;
            self.disk.go_on(self.staged.count, total.saturating_sub(self.staged.count))?;
        }
        Ok(())
    }

    fn hand_on(&mut self) -> Result<()> {
        let Ready { rows, fresh } = std::mem::take(&mut self.next);
        (self.work.tell)(Stage::Rendering, self.staged.count);
        self.send.send(Step::Rows(rows, fresh)).map_err(|_| stopped())
    }

    fn finish(mut self, is_whole: bool) -> Result<Staged> {
        self.disk.wait()?;
        if is_whole { Ok(self.staged) } else { Err(stopped()) }
    }
}

/// How many rows are handed on next. Towards the end of a large batch fewer and fewer, so that little is left for
/// the register when the last document is rendered.
fn chunk(total: usize, handed: usize) -> usize {
    let left = total.saturating_sub(handed);
    if total <= CHUNK { left } else { (left / 2).clamp(LAST, CHUNK).min(left) }
}

/// What was staged.
struct Staged {
    count: usize,
    files: Vec<FileRef>,
    /// For each file the index of its entry and its line for the bag; `None` if these came to too much.
    lines: Option<Vec<(usize, Vec<u8>)>>,
    bytes: usize,
}

impl Staged {
    fn new(total: usize) -> Self {
        let lines = Some(Vec::with_capacity(total));
        Self { count: 0, files: Vec::with_capacity(total), lines, bytes: 0 }
    }

    fn add(&mut self, index: usize, files: &[FileRef], lines: Vec<Vec<u8>>) {
        self.count += 1;
        self.files.extend(files.iter().cloned());
        for line in lines {
            self.bytes += line.len();
            match &mut self.lines {
                Some(lines) if self.bytes <= LINES_KEPT => lines.push((index, line)),
                _ => self.lines = None,
            }
        }
    }
}

/// The seals of the bags that the batch fills from the first file to the last.
fn drafts(
    archive: &Archive<'_>,
    staged: &Staged,
    work: Work<'_>,
    day: jiff::civil::Date,
) -> Result<Vec<SealDraft>> {
    let Some(lines) = &staged.lines else { return Ok(Vec::new()) };
    let mut bags: BTreeMap<BagId, Vec<Line<'_>>> = BTreeMap::new();
    for (file, (index, line)) in staged.files.iter().zip(lines) {
        let seq = work.first.saturating_add(*index as u64);
        bags.entry(file.at.bag_id()).or_default().push((file, seq, line));
    }
    bags.retain(|_, lines| archive.is_full(u32::try_from(lines.len()).unwrap_or(u32::MAX)));
    let draft = |(bag, lines): (BagId, Vec<Line<'_>>)| {
        let mut contents = SealContents { files: Vec::new(), rows: rows::heading()?, day };
        contents.rows.reserve(staged.bytes.saturating_add(24 * lines.len()));
        for (file, seq, line) in lines {
            contents.files.push(file.clone());
            rows::push(&mut contents.rows, seq, line);
        }
        Ok(SealDraft::new(bag, contents))
    };
    bags.into_par_iter().map(draft).collect()
}

/// A file, the position of its entry, and its line for the bag.
type Line<'a> = (&'a FileRef, u64, &'a [u8]);

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
