//! Killed after every write, refused at every write: the promise holds each time.

use std::io;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard};

use super::power::Volatile;
use super::*;
use crate::register::{
    ActFilter, Acted, Bag, Closing, CommitError, Entry, Feed, JobRow, Kept, Last, NewAct, Record,
    Reservation, Shared, Start,
};
use crate::world::{EntryKind, Stat};

/// What happens at the chosen operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// The process dies before the operation, or with half of it done.
    Kill { half: bool },
    /// The power fails before the operation: what was not synced is lost.
    PowerCut,
    /// The same, but the new names were durable already.
    TornByPower,
    /// The system refuses it once (half a write may have happened), and works again afterwards.
    Refuse { kind: io::ErrorKind, half: bool },
}

/// Counts the operations that change something and lets one of them fail.
#[derive(Debug)]
pub(super) struct Plan {
    at: usize,
    fault: Fault,
    count: AtomicUsize,
    /// How often the disk was waited for.
    pub(super) waits: AtomicUsize,
    dead: AtomicBool,
    volatile: Mutex<Volatile>,
}

enum Verdict {
    Go,
    Half(io::Error),
    No(io::Error),
}

impl Plan {
    pub(super) fn new(at: usize, fault: Fault) -> Arc<Self> {
        Arc::new(Self {
            at,
            fault,
            count: 0.into(),
            waits: 0.into(),
            dead: false.into(),
            volatile: Mutex::default(),
        })
    }

    /// True if the chosen operation was reached.
    pub(super) fn has_struck(&self) -> bool {
        self.count.load(SeqCst) >= self.at
    }

    fn volatile(&self) -> MutexGuard<'_, Volatile> {
        self.volatile.lock().expect("no panic before")
    }

    fn gone() -> io::Error {
        io::Error::other("killed")
    }

    fn read(&self) -> io::Result<()> {
        if self.dead.load(SeqCst) { Err(Self::gone()) } else { Ok(()) }
    }

    fn write(&self) -> Verdict {
        if self.dead.load(SeqCst) {
            return Verdict::No(Self::gone());
        }
        if self.count.fetch_add(1, SeqCst) + 1 != self.at {
            return Verdict::Go;
        }
        let (error, half) = match self.fault {
            Fault::Kill { half } => {
                self.dead.store(true, SeqCst);
                (Self::gone(), half)
            }
            Fault::PowerCut => {
                self.dead.store(true, SeqCst);
                self.volatile().cut();
                (Self::gone(), false)
            }
            Fault::TornByPower => {
                self.dead.store(true, SeqCst);
                self.volatile().cut_bytes();
                (Self::gone(), false)
            }
            Fault::Refuse { kind, half } => (kind.into(), half),
        };
        if half { Verdict::Half(error) } else { Verdict::No(error) }
    }

    /// Runs an operation, or `half` of it.
    fn run<T>(
        &self,
        whole: impl FnOnce() -> io::Result<T>,
        half: impl FnOnce() -> io::Result<T>,
    ) -> io::Result<T> {
        match self.write() {
            Verdict::Go => whole(),
            Verdict::No(error) => Err(error),
            Verdict::Half(error) => {
                let _ = half();
                Err(error)
            }
        }
    }
}

#[derive(Debug)]
pub(super) struct Faulty {
    pub(super) inner: System,
    pub(super) plan: Arc<Plan>,
}

impl World for Faulty {
    fn today(&self) -> jiff::civil::Date {
        self.inner.today()
    }
    fn timestamp(&self) -> String {
        self.inner.timestamp()
    }
    fn elapsed(&self) -> Duration {
        self.inner.elapsed()
    }
    fn random(&self, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.random(buffer)
    }
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.plan.read()?;
        self.inner.read(path, limit)
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn io::Read + Send>> {
        self.plan.read()?;
        self.inner.open(path)
    }
    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.plan.read()?;
        self.inner.stat(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<(std::ffi::OsString, EntryKind)>> {
        self.plan.read()?;
        self.inner.list(dir)
    }
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let half = &bytes[..bytes.len() / 2];
        let whole = || {
            self.plan.volatile().created(path);
            self.inner.create(path, bytes)
        };
        self.plan.run(whole, || self.inner.create(path, half))
    }
    fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let half = &bytes[..bytes.len() / 2];
        let whole = || {
            self.plan.volatile().created(path);
            self.inner.create_private(path, bytes)
        };
        self.plan.run(whole, || self.inner.create_private(path, half))
    }
    fn is_private(&self, path: &Path) -> io::Result<bool> {
        self.plan.read()?;
        self.inner.is_private(path)
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.plan.waits.fetch_add(1, SeqCst);
        let half = &bytes[..bytes.len() / 2];
        let whole = || {
            self.plan.volatile().appended(path);
            self.inner.append(path, bytes)
        };
        self.plan.run(whole, || self.inner.append(path, half))
    }
    fn append_unsynced(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let half = &bytes[..bytes.len() / 2];
        let whole = || {
            self.plan.volatile().added(path);
            self.inner.append_unsynced(path, bytes)
        };
        self.plan.run(whole, || self.inner.append_unsynced(path, half))
    }
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let cut = || self.inner.truncate(path, len);
        self.plan.run(cut, cut)
    }
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.plan.waits.fetch_add(2, SeqCst);
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let temp = path.with_file_name(format!(".{name}.1.tmp"));
        // Its last step is to sync the folder, with whatever else happened to names there.
        let whole = || {
            self.inner.replace(path, bytes)?;
            self.plan.volatile().synced(path.parent().expect("a folder"));
            Ok(())
        };
        self.plan.run(whole, || self.inner.create(&temp, b"half"))
    }
    fn replace_by(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.plan.waits.fetch_add(1, SeqCst);
        self.plan.run(|| self.inner.replace_by(from, to), || Ok(()))
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let act = || self.inner.rename(from, to);
        let whole = || act().inspect(|()| self.plan.volatile().renamed(from, to));
        self.plan.run(whole, act)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        let act = || {
            self.plan.volatile().removed(path);
            self.inner.remove(path)
        };
        self.plan.run(act, act)
    }
    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        let one = || match walkdir::WalkDir::new(dir)
            .into_iter()
            .flatten()
            .find(|e| e.file_type().is_file())
        {
            Some(file) => self.inner.remove(file.path()),
            None => Ok(()),
        };
        let whole = || {
            self.plan.volatile().removed_tree(dir);
            self.inner.remove_tree(dir)
        };
        self.plan.run(whole, one)
    }
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        let act = || self.inner.create_dir(dir);
        self.plan.run(act, act)
    }
    fn sync(&self, path: &Path) -> io::Result<()> {
        self.plan.waits.fetch_add(1, SeqCst);
        let act = || {
            self.plan.volatile().synced(path);
            self.inner.sync(path)
        };
        self.plan.run(act, act)
    }
    fn sync_tree(&self, path: &Path) -> io::Result<()> {
        self.plan.waits.fetch_add(1, SeqCst);
        // Everything is in memory here, and a whole machine's disks need not be synced for it.
        let whole = || {
            self.plan.volatile().all_synced();
            Ok(())
        };
        self.plan.run(whole, || Ok(()))?;
        self.inner.sync(path)
    }
    fn set_read_only(&self, path: &Path) -> io::Result<()> {
        self.plan.read()?;
        self.inner.set_read_only(path)
    }
    fn lock(&self, path: &Path, wait: Duration) -> io::Result<Box<dyn Lock>> {
        self.inner.lock(path, wait)
    }
}

/// A register under the same fate: its transactions are operations too. Half of one is all of it
/// without the answer.
struct FaultyRegister {
    inner: Sqlite,
    plan: Arc<Plan>,
}

fn down(error: &io::Error) -> Failure {
    Failure::new(FailureKind::Output, Place::default(), text!("{error}", "{error}"))
}

impl FaultyRegister {
    fn alive(&self) -> Result<()> {
        self.plan.read().map_err(|e| down(&e))
    }

    fn transaction<T>(&mut self, act: impl FnOnce(&mut Sqlite) -> Result<T>) -> Result<T> {
        match self.plan.write() {
            Verdict::Go => act(&mut self.inner),
            Verdict::No(error) => Err(down(&error)),
            Verdict::Half(error) => {
                act(&mut self.inner)?;
                Err(down(&error))
            }
        }
    }
}

/// A closing whose last word, the last step before COMMIT, may fail.
struct LastStep<'a> {
    inner: &'a mut dyn Closing,
    plan: Arc<Plan>,
    committed_unheard: Option<io::Error>,
}

impl Closing for LastStep<'_> {
    fn acts(&mut self, register: &dyn Register, rows: &Range<u64>) -> Result<Vec<NewAct>> {
        self.inner.acts(register, rows)
    }

    fn durable(&mut self, log: Option<&Path>) -> Result<()> {
        self.inner.durable(log)?;
        match self.plan.write() {
            Verdict::Go => {}
            Verdict::No(error) => return Err(down(&error)),
            Verdict::Half(error) => self.committed_unheard = Some(error),
        }
        Ok(())
    }
}

impl Register for FaultyRegister {
    fn last(&self, book: Book, series: &str, year: i16) -> Result<Option<Last>> {
        self.inner.last(book, series, year)
    }
    fn put_blobs(&mut self, blobs: &[&[u8]]) -> Result<Vec<Digest>> {
        self.transaction(|r| r.put_blobs(blobs))
    }
    fn blob(&self, digest: &Digest) -> Result<Option<Vec<u8>>> {
        self.inner.blob(digest)
    }
    fn reserve(
        &mut self,
        batch: &Batch,
        wants: &dyn Wants,
        start_after: &dyn Fn(&str, i16) -> u32,
        at: &str,
    ) -> Result<Vec<Number>> {
        self.transaction(|r| r.reserve(batch, wants, start_after, at))
    }
    fn pending(&self, each: &mut dyn FnMut(Reservation) -> Result<()>) -> Result<()> {
        self.alive()?;
        self.inner.pending(each)
    }
    fn release(&mut self) -> Result<u64> {
        self.transaction(Register::release)
    }
    fn commit_with(
        &mut self,
        batch: &Batch,
        at: &str,
        feed: &mut Feed<'_>,
        closing: &mut dyn Closing,
    ) -> std::result::Result<Range<u64>, CommitError> {
        let mut last =
            LastStep { inner: closing, plan: self.plan.clone(), committed_unheard: None };
        let result = self.inner.commit_with(batch, at, feed, &mut last);
        match last.committed_unheard {
            Some(error) => Err(CommitError::Unknown(down(&error))),
            None => result,
        }
    }
    fn tidy(&mut self) {
        self.inner.tidy();
    }
    fn entries(&self, filter: &Filter, each: &mut dyn FnMut(Entry) -> Result<()>) -> Result<u64> {
        self.alive()?;
        self.inner.entries(filter, each)
    }
    fn commit_acts(
        &mut self,
        at: &str,
        acts: &[NewAct],
    ) -> std::result::Result<Range<u64>, CommitError> {
        match self.plan.write() {
            Verdict::Go => self.inner.commit_acts(at, acts),
            Verdict::No(error) => Err(CommitError::Undone(down(&error))),
            Verdict::Half(error) => {
                self.inner.commit_acts(at, acts)?;
                Err(CommitError::Unknown(down(&error)))
            }
        }
    }
    fn acts(&self, filter: &ActFilter, each: &mut dyn FnMut(Acted) -> Result<()>) -> Result<u64> {
        self.alive()?;
        self.inner.acts(filter, each)
    }
    fn touched(&self) -> Result<Option<std::collections::HashSet<u64>>> {
        self.inner.touched()
    }
    fn entry(&self, seq: u64) -> Result<Option<Entry>> {
        self.inner.entry(seq)
    }
    fn head(&self) -> Result<u64> {
        self.inner.head()
    }
    fn newest_commit(&self) -> Result<Option<u64>> {
        self.inner.newest_commit()
    }
    fn leaf(&self, seq: u64) -> Result<Option<Vec<u8>>> {
        self.inner.leaf(seq)
    }
    fn leaves(&self, from: u64, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        self.inner.leaves(from, each)
    }
    fn by_code(&self, b: Book, n: Number, notation: &str, y: i16) -> Result<Option<Entry>> {
        self.inner.by_code(b, n, notation, y)
    }
    fn senders(&self, code: &str, each: &mut dyn FnMut(u64, &str) -> Result<()>) -> Result<()> {
        self.inner.senders(code, each)
    }
    fn job(&self, job: &str) -> Result<Option<JobState>> {
        self.inner.job(job)
    }
    fn job_rows(&self, job: &str, each: &mut dyn FnMut(JobRow) -> Result<()>) -> Result<()> {
        self.inner.job_rows(job, each)
    }
    fn job_rows_of(
        &self,
        job: &str,
        keys: &mut dyn ExactSizeIterator<Item = String>,
        each: &mut dyn FnMut(JobRow) -> Result<()>,
    ) -> Result<()> {
        self.inner.job_rows_of(job, keys, each)
    }
    fn wrong_filters(&self) -> Result<Vec<std::ops::RangeInclusive<u64>>> {
        self.inner.wrong_filters()
    }
    fn input(&self, seq: u64) -> Result<Option<String>> {
        self.inner.input(seq)
    }
    fn newest_bags(&self) -> Result<Vec<Bag>> {
        self.inner.newest_bags()
    }
    fn bags(&self) -> Result<Vec<Bag>> {
        self.inner.bags()
    }
    fn with_digest(&self, digest: &Digest) -> Result<Vec<u64>> {
        self.inner.with_digest(digest)
    }
    fn totals(&self) -> Result<(u64, u64)> {
        self.inner.totals()
    }
    fn bag_count(&self, year: i16, bag: u32) -> Result<u64> {
        self.inner.bag_count(year, bag)
    }
    fn bag_files(&self, year: i16, bag: u32) -> Result<Vec<FileRef>> {
        self.alive()?;
        self.inner.bag_files(year, bag)
    }
    fn records(&self, from: u64, each: &mut dyn FnMut(Record) -> Result<()>) -> Result<()> {
        self.inner.records(from, each)
    }
    fn kept(&self, seqs: Range<u64>, each: &mut dyn FnMut(Kept) -> Result<()>) -> Result<()> {
        self.alive()?;
        self.inner.kept(seqs, each)
    }
    fn shared(&self, ids: Range<u64>, each: &mut dyn FnMut(Shared) -> Result<()>) -> Result<()> {
        self.inner.shared(ids, each)
    }
    fn starts(&self) -> Result<Vec<Start>> {
        self.inner.starts()
    }
}

/// Rows of each job, and how large a bag is.
const FIRST: usize = 3;
/// Two jobs that are one batch.
const SECOND: usize = 2;
const THIRD: usize = 2;
const ALL: [(&str, usize); 3] = [("a", FIRST), ("b", SECOND), ("c", THIRD)];
const BAG: u32 = 2;

/// Numbers that were acknowledged: position and digest.
pub(super) type Acknowledged = Vec<Issued>;

pub(super) fn open_faulty<'w>(world: &'w Faulty, dir: &Path) -> Result<Filing<'w>> {
    let lock = world.lock(&dir.join(LOCK), NO_WAIT).expect("free");
    let path = dir.join(REGISTER);
    found::found(world, dir, &office(BAG))?;
    let inner = Sqlite::open(&path)?;
    let archive = Archive::create(world, &dir.join(ARCHIVE))?;
    let register = Box::new(FaultyRegister { inner, plan: world.plan.clone() });
    Filing::assemble(world, dir, &office(BAG), register, archive, lock)
}

/// The first run: a job, and two that are one batch. What it acknowledged before it failed.
pub(super) fn run(world: &Faulty, dir: &Path) -> (Acknowledged, Result<()>) {
    let mut acknowledged = Vec::new();
    let mut jobs = || -> Result<()> {
        let mut filing = open_faulty(world, dir)?;
        for jobs in [&ALL[..1], &ALL[1..]] {
            let outcome = issue_as_one(&mut filing, jobs)?;
            acknowledged.extend(outcome.issued);
            if let Some(failure) = outcome.unfinished {
                return Err(failure);
            }
        }
        Ok(())
    };
    let end = jobs();
    (acknowledged, end)
}

fn assert_kept(filing: &Filing<'_>, acknowledged: &Acknowledged) {
    for issued in acknowledged {
        let number = issued.code.number.expect("a number");
        let found =
            filing.register().by_code(Book::Outgoing, number, &issued.code.notation.0, 2026);
        let entry = found.expect("reads").expect("an acknowledged number stays");
        assert_eq!(entry.seq, issued.seq);
        assert_eq!(entry.files, issued.file.iter().cloned().collect::<Vec<_>>());
    }
}

/// After the fault: what a next run finds and does.
pub(super) fn recover(dir: &Path, acknowledged: &Acknowledged) {
    let world = system();
    let filing = open(&world, dir, BAG).expect("opens after the fault");
    assert!(filing.mended().unsealed.is_empty(), "{:?}", filing.mended());
    assert!(filing.mended().quarantined.is_empty(), "{:?}", filing.mended());
    assert_sound(&filing);
    assert_kept(&filing, acknowledged);
    drop(filing);
    let before = snapshot(&dir.join(ARCHIVE));
    let mut filing = open(&world, dir, BAG).expect("opens again");
    assert!(!filing.mended().any(), "a second recovery has nothing to do: {:?}", filing.mended());
    assert_eq!(snapshot(&dir.join(ARCHIVE)), before, "a second recovery changes nothing");
    for (job, count) in ALL {
        finish(&mut filing, job, &wants(job, count));
    }
    assert_sound(&filing);
    assert_kept(&filing, acknowledged);
    let all = filing.register().entries(&Filter::default(), &mut |_| Ok(()));
    assert_eq!(all.expect("rows"), (FIRST + SECOND + THIRD) as u64, "each row once");
}

/// How many operations the jobs take.
pub(super) fn operations() -> usize {
    let (dir, plan) = (folder(), Plan::new(usize::MAX, Fault::Kill { half: false }));
    let world = Faulty { inner: system(), plan: plan.clone() };
    let (acknowledged, end) = run(&world, dir.path());
    end.expect("nothing fails");
    assert_eq!(acknowledged.len(), FIRST + SECOND + THIRD);
    plan.count.load(SeqCst)
}

fn at_every_operation(fault: Fault) {
    let total = operations();
    assert!(total > 40, "{total}");
    for at in 1..=total {
        let dir = folder();
        let world = Faulty { inner: system(), plan: Plan::new(at, fault) };
        let (acknowledged, end) = run(&world, dir.path());
        let reached = world.plan.count.load(SeqCst) >= at;
        assert!(reached || end.is_ok());
        eprintln!("{fault:?} at {at} of {total}: {:?}", end.err().map(|f| f.message.en));
        recover(dir.path(), &acknowledged);
    }
}

#[test]
fn killed_before_any_operation() {
    at_every_operation(Fault::Kill { half: false });
}

#[test]
fn killed_with_any_operation_half_done() {
    at_every_operation(Fault::Kill { half: true });
}

#[test]
fn a_power_cut_before_any_operation() {
    at_every_operation(Fault::PowerCut);
}

#[test]
fn a_power_cut_that_leaves_names_without_their_bytes() {
    at_every_operation(Fault::TornByPower);
}

#[test]
fn a_full_disk_at_any_write() {
    at_every_operation(Fault::Refuse { kind: io::ErrorKind::StorageFull, half: true });
}

#[test]
fn a_quota_used_up_at_any_write() {
    at_every_operation(Fault::Refuse { kind: io::ErrorKind::QuotaExceeded, half: true });
}

#[test]
fn an_error_of_the_disk_at_any_operation() {
    at_every_operation(Fault::Refuse { kind: io::ErrorKind::Other, half: false });
}
