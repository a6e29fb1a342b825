//! Is the archive whole? Every registered file is read and hashed, everything else on disk is named.
//!
//! Knows: the register as a [`RegisterView`], the archive through [`World`]. Must not know: SQL, terminals, documents.
//!
//! The report is clean only if everything in scope was really read and nothing is wrong. Bags are
//! checked one by one (a few at a time), so memory stays flat; files within a bag are read by all
//! threads. Nothing is ever changed, followed or opened that is not a regular file.

mod bag;
mod finding;
mod hash;
mod log;
mod numbers;
mod report;
mod rounds;
mod sort;
mod tags;
mod tree;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError, mpsc};
use std::time::Duration;

pub use finding::{Class, Finding, Other};
pub use report::{Counts, Coverage, ExitStatus, Options, Progress, Report, Scope};
pub use rounds::{BagDone, Earlier, History, Seen};
pub use view::{DocumentId, Given, Known, RegisterView, State};

use self::bag::{Outcomes, Task};
use self::hash::Gate;
use self::sort::{Content, Wrong};
use self::tree::Side;
use super::BagId;
use super::fault::{At, Doing};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;
use crate::world::{EntryKind, World};

/// Findings that are kept with all their details; more are only counted.
const MAX_FINDINGS: usize = 100_000;
/// Registered files that one bag may have; ours have a thousand.
const MAX_ROWS: usize = 100_000;
/// How often progress is told, in files.
const PROGRESS_STEP: u64 = 64;

/// What all threads share.
struct Check<'a> {
    world: &'a dyn World,
    root: &'a Path,
    cancel: Option<&'a AtomicBool>,
    deadline: Option<Duration>,
    on_progress: Option<&'a (dyn Fn(Progress) + Sync)>,
    totals: (u64, u64),
    files: AtomicU64,
    bytes: AtomicU64,
    /// Files and bytes that an earlier run has verified.
    passed: (AtomicU64, AtomicU64),
    gate: Gate,
    quick: bool,
    part: bool,
}

impl Check<'_> {
    fn is_cancelled(&self) -> bool {
        self.cancel.is_some_and(|flag| flag.load(Ordering::Relaxed))
    }

    fn advance(&self, bytes: u64) {
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        let files = self.files.fetch_add(1, Ordering::Relaxed) + 1;
        if files.is_multiple_of(PROGRESS_STEP) {
            self.tell_progress();
        }
    }

    fn tell_progress(&self) {
        if let Some(tell) = self.on_progress {
            tell(Progress {
                files: self.files.load(Ordering::Relaxed),
                bytes: self.bytes.load(Ordering::Relaxed),
                total_files: self.totals.0.saturating_sub(self.passed.0.load(Ordering::Relaxed)),
                total_bytes: self.totals.1.saturating_sub(self.passed.1.load(Ordering::Relaxed)),
            });
        }
    }
}

/// Verifies an archive against the register. `Err` means that it could not be done at all.
pub fn verify(
    world: &dyn World,
    root: &Path,
    view: &dyn RegisterView,
    mut options: Options<'_>,
) -> Result<Report> {
    hash::self_test(hash::whole)?;
    let stat = world.stat(root).at(Doing::Read, root)?;
    if stat.kind != EntryKind::Dir {
        return Err(not_an_archive(root));
    }
    let started = world.timestamp();
    let open_done = options.open_done.take();
    let totals = if options.scope == Scope::ALL { view.totals()? } else { (0, 0) };
    let processors = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let readers = readers(options.io, options.threads, processors);
    let check = Check {
        world,
        root,
        cancel: options.cancel,
        deadline: options.deadline,
        on_progress: options.on_progress,
        totals,
        files: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
        passed: Default::default(),
        gate: Gate::new(options.threads, readers),
        quick: options.quick,
        part: options.scope.part,
    };
    let mut run = Run::new(&check, view, &options, readers)?;
    run.numbers()?;
    run.bags(Side::Open)?;
    run.log(options.anchor)?;
    if let Some(done) = open_done {
        done();
    }
    run.bags(Side::Sealed)?;
    run.lost_bags()?;
    run.seals()?;
    check.tell_progress();
    run.report(started)
}

fn not_an_archive(root: &Path) -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::file(root.display().to_string()),
        text!("không phải thư mục kho", "is not an archive folder"),
    )
    .hint(text!(
        "chỉ đường dẫn tới thư mục cơ quan bằng --office",
        "name the office folder with --office"
    ))
}

/// One verification under way.
struct Run<'a> {
    check: &'a Check<'a>,
    view: &'a dyn RegisterView,
    scope: Scope,
    history: &'a History,
    pool: rayon::ThreadPool,
    on_disk: BTreeMap<BagId, Vec<Side>>,
    /// Some folder around the bags could not be read.
    partial: bool,
    registered: BTreeSet<BagId>,
    findings: Vec<Finding>,
    total: Outcomes,
    covered: Coverage,
    done: Vec<BagDone>,
    earlier: Vec<Earlier>,
    /// Time was up before everything was begun.
    expired: bool,
}

impl<'a> Run<'a> {
    fn new(
        check: &'a Check<'a>,
        view: &'a dyn RegisterView,
        options: &'a Options<'_>,
        readers: usize,
    ) -> Result<Self> {
        let scope = options.scope;
        let layout = tree::layout(check.world, check.root, scope, view.head()?.is_some());
        let registered = view.bags()?.into_iter().filter(|bag| scope.has(*bag)).collect();
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(readers)
            .build()
            .map_err(|error| no_threads(&error))?;
        Ok(Self {
            check,
            view,
            scope,
            history: &options.history,
            pool,
            on_disk: layout.bags,
            partial: layout.partial,
            registered,
            findings: layout.findings,
            total: Outcomes::default(),
            covered: Coverage::default(),
            done: Vec::new(),
            earlier: Vec::new(),
            expired: false,
        })
    }

    fn numbers(&mut self) -> Result<()> {
        let findings = &mut self.findings;
        self.covered.numbers = numbers::check(self.view, self.scope, &mut |f| findings.push(f))?;
        Ok(())
    }

    /// The log against the register's leaves. Leaves of one year alone make no tree.
    fn log(&mut self, anchor: Option<&[u8]>) -> Result<()> {
        let Some(head) = self.view.head()?.filter(|_| self.scope == Scope::ALL) else {
            return Ok(());
        };
        let outcome = log::check(self.check, self.view, head, anchor)?;
        if self.check.is_cancelled() {
            // What was not read to its end may look like anything.
            self.total.skipped += 1;
            return Ok(());
        }
        self.findings.extend(outcome.findings);
        self.covered.entries = outcome.entries;
        self.total.skipped += outcome.skipped;
        Ok(())
    }

    /// Sealed bags against the entries of their seals.
    fn seals(&mut self) -> Result<()> {
        if self.view.head()?.is_none() || self.check.is_cancelled() || self.scope.part {
            return Ok(());
        }
        let known = |id: &BagId| self.registered.contains(id);
        let sides =
            self.on_disk.iter().filter(|(id, sides)| known(id) && sides.contains(&Side::Sealed));
        let sealed: Vec<BagId> = sides.map(|(id, _)| *id).collect();
        let found = log::seals(self.check, self.view, &sealed, &self.findings)?;
        self.findings.extend(found);
        Ok(())
    }

    /// Checks all bags of one side, a few at a time.
    fn bags(&mut self, side: Side) -> Result<()> {
        let sides = self.on_disk.iter().filter(|(_, sides)| sides.contains(&side));
        let mut ids: Vec<BagId> = sides.map(|(id, _)| *id).collect();
        // Open bags are read under the lock and change with every batch: they are never left or passed over.
        let none = History::new();
        let (history, deadline) = match side {
            Side::Open => (&none, None),
            Side::Sealed => (self.history, self.check.deadline),
        };
        rounds::order(&mut ids, history);
        let done = Mutex::new(BTreeMap::new());
        let (back, permit) = mpsc::channel();
        for _ in 0..=self.pool.current_num_threads() {
            let _ = back.send(());
        }
        let (check, mut queued, mut passed) = (self.check, 0, Vec::new());
        // A panic that a thread did not catch comes out of here: then there is no report at all.
        self.pool.in_place_scope(|scope| -> Result<()> {
            for &id in &ids {
                let _ = permit.recv();
                let held = Permit(back.clone());
                if check.is_cancelled() {
                    break;
                }
                let over = queued > 0 && deadline.is_some_and(|end| check.world.elapsed() >= end);
                // What an earlier run has verified counts also when there is no time for more.
                let seen = history.get(&id).filter(|seen| seen.counts);
                if over && seen.is_none() {
                    continue;
                }
                let known = self.known(id, side)?;
                if check.part && !known.iter().any(|k| k.wanted) {
                    passed.push(None);
                    continue;
                }
                if let Some(earlier) = seen.and_then(|seen| self.earlier(id, seen, &known)) {
                    passed.push(Some(earlier));
                    continue;
                }
                if over {
                    continue;
                }
                queued += 1;
                let done = &done;
                scope.spawn(move |_| {
                    let _held = held;
                    let outcomes = bag::check(check, &Task { id, side, known });
                    done.lock().unwrap_or_else(PoisonError::into_inner).insert(id, outcomes);
                });
            }
            Ok(())
        })?;
        let done = done.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.covered.bags += done.len() as u64;
        let left = (ids.len() - queued - passed.len()) as u64;
        self.covered.left_bags += left;
        self.expired |= left > 0;
        self.earlier.extend(passed.into_iter().flatten());
        // A bag that was not begun has no verdict.
        self.total.skipped += left;
        for outcomes in done.into_values() {
            self.add(outcomes);
        }
        Ok(())
    }

    /// That an earlier run verified a bag, if the bag is still as it was.
    fn earlier(&self, bag: BagId, seen: &Seen, known: &[Known]) -> Option<Earlier> {
        if rounds::state(self.check, bag, known)? != seen.state {
            return None;
        }
        let (files, bytes) = rounds::amount(known);
        self.check.passed.0.fetch_add(files, Ordering::Relaxed);
        self.check.passed.1.fetch_add(bytes, Ordering::Relaxed);
        let (at, report) = (seen.at.clone(), seen.report.clone());
        Some(Earlier { bag, files, bytes, at, report })
    }

    /// The registered files of a bag on this side. Where a bag lies on both sides, the sealed one counts.
    fn known(&self, id: BagId, side: Side) -> Result<Vec<Known>> {
        let twice = self.on_disk.get(&id).is_some_and(|sides| sides.len() > 1);
        if !self.registered.contains(&id) || (twice && side == Side::Open) {
            return Ok(Vec::new());
        }
        let mut known = Vec::new();
        self.view.files(id, &mut |file| {
            if known.len() >= MAX_ROWS {
                return Err(too_many_rows(self.check.root, id));
            }
            known.push(file);
            Ok(())
        })?;
        Ok(known)
    }

    fn add(&mut self, mut outcomes: Outcomes) {
        self.findings.append(&mut outcomes.findings);
        self.total.wrong.append(&mut outcomes.wrong);
        self.total.stray.append(&mut outcomes.stray);
        self.total.files += outcomes.files;
        self.total.skipped += outcomes.skipped;
        self.done.extend(outcomes.done);
    }

    /// Bags that the register knows and the disk does not have.
    fn lost_bags(&mut self) -> Result<()> {
        let lost: Vec<BagId> =
            self.registered.iter().filter(|id| !self.on_disk.contains_key(id)).copied().collect();
        for bag in lost {
            let side = Side::Sealed;
            let path = format!("{}/{bag}", side.folder());
            if let Some(why) = self.cannot_see(bag) {
                self.total.skipped += 1;
                self.findings.push(Finding::new(Class::Unreadable, path).actual(why));
                continue;
            }
            let mut known = self.known(bag, side)?;
            known.retain(|k| k.wanted);
            if !self.scope.part {
                self.findings.push(Finding::new(Class::BagMissing, path));
            }
            for known in known {
                self.total.files += 1;
                self.total.wrong.push(Wrong { bag, side, known, content: Content::Gone });
            }
        }
        Ok(())
    }

    /// Why a bag's place cannot be looked at, if it cannot.
    fn cannot_see(&self, bag: BagId) -> Option<String> {
        if self.partial {
            return Some("folder not read".to_owned());
        }
        [Side::Open, Side::Sealed].into_iter().find_map(|side| {
            let path = bag.under(self.check.root, side.folder());
            let error = self.check.world.stat(&path).err()?;
            let gone = matches!(
                error.kind(),
                std::io::ErrorKind::NotFound | std::io::ErrorKind::NotADirectory
            );
            (!gone).then(|| error.to_string())
        })
    }

    fn report(mut self, started: String) -> Result<Report> {
        let sorted = sort::sort(self.view, &self.total.wrong, &self.total.stray, &self.on_disk)?;
        let of_part = |f: &Finding| !self.scope.part || !f.class.is_of_a_stray();
        self.findings.extend(sorted.into_iter().filter(of_part));
        self.findings.sort();
        self.findings.dedup();
        let mut counts = Counts::default();
        self.findings.iter().for_each(|f| counts.add(f));
        let mut more = BTreeMap::new();
        for dropped in self.findings.iter().skip(MAX_FINDINGS) {
            *more.entry(dropped.class.code().to_string()).or_insert(0) += 1;
        }
        self.findings.truncate(MAX_FINDINGS);
        let cancelled = self.check.is_cancelled();
        let expired = self.expired && !cancelled;
        // What time was too short for stands among the skipped.
        let may_be = !cancelled && !self.check.quick;
        let complete = may_be && counts.unknown == 0 && self.total.skipped == 0;
        self.covered.files = self.total.files;
        self.covered.earlier_bags = self.earlier.len() as u64;
        self.covered.earlier_files = self.earlier.iter().map(|e| e.files).sum();
        // A quick check has read none of the lengths that it has seen.
        let read = if self.check.quick { 0 } else { self.check.bytes.load(Ordering::Relaxed) };
        self.covered.bytes = read;
        Ok(Report {
            scope: self.scope,
            covered: self.covered,
            skipped: self.total.skipped,
            findings: self.findings,
            more,
            counts,
            started,
            ended: self.check.world.timestamp(),
            cancelled,
            expired,
            quick: self.check.quick,
            bags: self.done,
            earlier: self.earlier,
            complete,
        })
    }
}

/// The right to have one bag in memory; given back even if the thread dies.
struct Permit(mpsc::Sender<()>);

impl Drop for Permit {
    fn drop(&mut self) {
        let _ = self.0.send(());
    }
}

/// Files to read at the same time: what was asked for, at least one for each thread that hashes, or two
/// for each processor so that reading and hashing overlap.
fn readers(asked: usize, hashing: usize, processors: usize) -> usize {
    match asked {
        0 => processors.saturating_mul(2).clamp(2, 32).max(hashing.min(256)),
        n => n.min(256),
    }
}

fn no_threads(error: &rayon::ThreadPoolBuildError) -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::default(),
        text!("không tạo được luồng: {error}", "threads cannot be started: {error}"),
    )
    .hint(text!("thử lại với --threads 1", "try again with --threads 1"))
}

fn too_many_rows(root: &Path, bag: BagId) -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::file(bag.under(root, super::paths::BAGS).display().to_string()),
        text!(
            "sổ đăng ký ghi hơn {MAX_ROWS} tệp trong túi {bag}",
            "the register lists more than {MAX_ROWS} files in bag {bag}"
        ),
    )
    .hint(text!("sổ đăng ký đã bị sửa", "the register was changed"))
}

#[cfg(test)]
mod tests {
    use super::readers;

    #[test]
    fn as_many_files_are_read_at_once_as_make_sense() {
        assert_eq!(readers(0, 0, 4), 8, "two for each processor");
        assert_eq!((readers(0, 0, 1), readers(0, 0, 64)), (2, 32));
        assert_eq!((readers(0, 40, 4), readers(0, 1000, 4)), (40, 256), "each that hashes has one");
        assert_eq!((readers(1, 8, 4), readers(3, 8, 4), readers(1000, 8, 4)), (1, 3, 256));
    }
}
