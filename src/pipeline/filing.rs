//! Filing: how a batch gets its numbers, its rows and its place in the archive, whole or not at all.
//!
//! Knows: register and archive, and in which order they are written. Must not know: what a document
//! looks like (a callback renders it), SQL, a terminal.
//!
//! One process at a time: the office's lock is held from opening to dropping a [`Filing`].
//!
//! 1. **Reserve** (first transaction): a number for each document, since it is printed inside.
//! 2. **Render and stage**: in parallel, a chunk at a time; files go to staging. It begins while the
//!    numbers are being reserved, since the lock alone fixes them; nothing leaves staging before.
//! 3. **Settle**: rename into the open bags (a new bag whole), once the reservations are durable; one sync of the file system.
//! 4. **Commit** (second transaction): rows, leaves and files become registered together and the
//!    reservations go. Only now are the numbers acknowledged. Everything before it can be undone,
//!    everything after it can be made again from the register.
//! 5. **Record**: manifest lines.
//! 6. **Conclude**: full bags are **sealed**, the log takes its leaves from the register, one sync
//!    for both, and the checkpoint is signed last (see `conclude`). Then the rows join
//!    the journal.
//!
//! [`Filing::open`] first mends what a killed run left, and mending may itself be killed:
//! reservations without a row are the ends of their series (nobody else could reserve), so they are
//! released and leave no gap. Files of theirs that had reached a bag are removed, not kept: a paper
//! that bears a number which the next document will get must not lie about, and the same input
//! renders the same bytes again. Files that nobody can explain go to quarantine.

mod acts;
mod batch;
mod conclude;
mod found;
mod growing;
pub(in crate::pipeline) mod journal;
mod produce;
mod recovery;
pub(in crate::pipeline) mod rows;
mod stream;
pub(in crate::pipeline) mod unsigned;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::Receiver;
use std::time::Duration;

use crate::archive::log::{Log, PublicKey, Reader, keys};
use crate::archive::{Archive, Digest, FileRef};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::{DocumentCode, Number, Office};
use crate::register::sqlite::Sqlite;
use crate::register::{Batch, Fields, JobRow, JobState, Register, Wants};
use crate::text;
use crate::world::{Lock, World};

use super::ledger::RegisterLeaves;

pub use acts::{Attachment, Entered, Entering};
pub(in crate::pipeline) use conclude::seals;
pub use recovery::Mended;
pub(in crate::pipeline) use recovery::covers;

/// The register's file in the office folder.
pub const REGISTER: &str = "register.db";
/// The archive's folder in the office folder.
pub const ARCHIVE: &str = "archive";
/// The lock's file in the office folder.
pub const LOCK: &str = ".vanthu.lock";

/// A document as the caller rendered it for its number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// The file; empty for an entry without a file (a paper that is only entered), whose want has
    /// no files ([`Wants::files`]) either.
    pub bytes: Vec<u8>,
    /// What kind of file: `docx`.
    pub extension: &'static str,
    /// SHA-256 over the sorted names and digests of its parts.
    pub parts: Option<Digest>,
    /// Fields of the book.
    pub fields: Fields,
    /// Further files of the same entry, after the first: a stamped copy.
    pub further: Vec<Attachment>,
}

/// A document that is registered and filed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Issued {
    /// Position in the register.
    pub seq: u64,
    /// Số, ký hiệu.
    pub code: DocumentCode,
    /// Its file in the archive, if it has one.
    pub file: Option<FileRef>,
    /// Its further files.
    pub further: Vec<FileRef>,
}

/// What became of a batch that was committed.
#[derive(Debug)]
pub struct Outcome {
    /// One for each want, in their order.
    pub issued: Vec<Issued>,
    /// The numbers are given and the files are safe, but a manifest or a seal could not be
    /// finished. The next opening finishes it; say so to the user.
    pub unfinished: Option<Failure>,
}

/// How far a batch has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: Stage,
    /// Documents done in this stage.
    pub done: usize,
    /// Documents in the batch.
    pub total: usize,
}

/// Stages of a batch that take time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Numbers are being reserved.
    Reserving,
    /// Documents are being rendered and staged.
    Rendering,
    /// Files are being made durable and moved into their bags.
    Settling,
    /// Rows, manifest lines and seals are being written.
    Registering,
    /// All is done.
    Done,
}

/// Renders the document of a want (by its index) with its number. Called from several threads.
/// An error of one undoes the whole batch; stopping on request is such an error.
pub type Render<'a> = dyn Fn(usize, Number) -> Result<Rendered> + Sync + 'a;

/// Called on a thread of its own with what will be issued as soon as all of it is staged. Whether it is issued
/// [`Given::wait`] tells: before that nothing may be written of it, and nothing at all if it is not. After that the
/// record is being completed: files of the archive may still move.
pub type Beside<'a> = dyn Fn(&[Issued], Given) + Sync + 'a;

/// Whether the numbers of a batch are given.
pub struct Given(Receiver<()>);

impl Given {
    /// Waits for the register; `false` if it did not enter the batch.
    pub fn wait(self) -> bool {
        self.0.recv().is_ok()
    }
}

/// Where `dir` has no register yet, makes ready what a new office begins with while other work goes on:
/// [`Filing::open`] then need not.
pub fn ahead(world: &dyn World, dir: &Path) {
    if world.stat(&dir.join(REGISTER)).is_err() {
        rayon::spawn(Sqlite::blank_ahead);
    }
}

/// The right to issue in an office: the lock, the register and the archive, in a sound state.
pub struct Filing<'w> {
    world: &'w dyn World,
    dir: PathBuf,
    office: Office,
    register: Box<dyn Register>,
    archive: Archive<'w>,
    log: Log<'w>,
    mended: Mended,
    /// How far the journal goes.
    tail: journal::Tail,
    /// After a failure the state on disk is not known from memory: nothing more is issued here.
    broken: bool,
    // Last, so that everything else is closed before another process may begin.
    _lock: Box<dyn Lock>,
}

impl<'w> Filing<'w> {
    /// Takes the office's lock (waiting up to `wait`), opens register and archive, making both in a
    /// new office, and mends what a killed run left. Refuses if the one is older than the other.
    pub fn open(world: &'w dyn World, dir: &Path, office: &Office, wait: Duration) -> Result<Self> {
        super::copy::refuse_copy(world, dir)?;
        Self::open_copy(world, dir, office, wait)
    }

    /// The same in a backup that is to be gone on from.
    pub(super) fn open_copy(
        world: &'w dyn World,
        dir: &Path,
        office: &Office,
        wait: Duration,
    ) -> Result<Self> {
        let lock = take_lock(world, dir, wait)?;
        let (path, root) = (dir.join(REGISTER), dir.join(ARCHIVE));
        found::found(world, dir, office)?;
        let register = Sqlite::open(&path)?;
        recovery::archive_is_there(world, &register, &root)?;
        let archive = Archive::create(world, &root)?;
        Self::assemble(world, dir, office, Box::new(register), archive, lock)
    }

    /// Takes the office's lock and opens register and archive to enter acts that bring no files, leaving
    /// the archive as it is: what a verification has just told must still be there afterwards. Mends only
    /// where a run was killed in the middle.
    pub fn open_as_it_is(
        world: &'w dyn World,
        dir: &Path,
        office: &Office,
        wait: Duration,
    ) -> Result<Self> {
        let lock = take_lock(world, dir, wait)?;
        let register: Box<dyn Register> = Box::new(Sqlite::open(&dir.join(REGISTER))?);
        let archive = Archive::open(world, &dir.join(ARCHIVE))?;
        let mut reserved = archive.has_unended_batch()?;
        register.pending(&mut |_| {
            reserved = true;
            Ok(())
        })?;
        if reserved {
            return Self::assemble(world, dir, office, register, archive, lock);
        }
        let mut filing = Self::held(world, dir, office, register, archive, lock)?;
        recovery::refuse_older_register(&filing)?;
        filing.tail = journal::pick_up(filing.register.as_ref(), &filing.archive)?;
        Ok(filing)
    }

    fn held(
        world: &'w dyn World,
        dir: &Path,
        office: &Office,
        register: Box<dyn Register>,
        archive: Archive<'w>,
        lock: Box<dyn Lock>,
    ) -> Result<Self> {
        let log = conclude::open_log(world, dir, office, &archive, register.as_ref())?;
        unsigned::refuse_older_log(world, register.as_ref(), &archive, log.checkpoint())?;
        Ok(Self {
            world,
            dir: dir.to_owned(),
            office: office.clone(),
            register,
            log,
            archive: archive.with_bag_size(office.bag_size),
            mended: Mended::default(),
            tail: journal::Tail::default(),
            broken: false,
            _lock: lock,
        })
    }

    fn assemble(
        world: &'w dyn World,
        dir: &Path,
        office: &Office,
        register: Box<dyn Register>,
        archive: Archive<'w>,
        lock: Box<dyn Lock>,
    ) -> Result<Self> {
        let mut filing = Self::held(world, dir, office, register, archive, lock)?;
        filing.mended = recovery::mend(&mut filing)?;
        Ok(filing)
    }

    /// What opening had to mend.
    pub fn mended(&self) -> &Mended {
        &self.mended
    }

    /// The office folder.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The register, for reading.
    pub fn register(&self) -> &dyn Register {
        self.register.as_ref()
    }

    /// The archive, for reading.
    pub fn archive(&self) -> &Archive<'w> {
        &self.archive
    }

    /// The log, for reading what it signs.
    pub fn log(&self) -> &Log<'w> {
        &self.log
    }

    /// Makes damaged or missing tiles of the log again from the register; their paths below the archive.
    pub fn rebuild_log(&mut self) -> Result<Vec<String>> {
        let remade = self.log.rebuild(&RegisterLeaves(self.register.as_ref()))?;
        if !remade.is_empty() {
            self.log.sync()?;
        }
        Ok(remade.into_iter().map(|path| format!("log/{path}")).collect())
    }

    /// Stores inputs (source text, office, ruleset) under their SHA-256, each once, so that wants can name them.
    pub fn put_blobs(&mut self, blobs: &[&[u8]]) -> Result<Vec<Digest>> {
        self.register.put_blobs(blobs)
    }

    /// What the register knows of a job; `None` if it never issued anything.
    pub fn job_state(&self, job: &str) -> Result<Option<JobState>> {
        self.register.job(job)
    }

    /// The rows of a job that are already issued, by row key: skip them.
    pub fn issued_rows(&self, job: &str) -> Result<BTreeMap<String, JobRow>> {
        let mut rows = BTreeMap::new();
        self.register.job_rows(job, &mut |row| {
            rows.insert(row.row_key.clone(), row);
            Ok(())
        })?;
        Ok(rows)
    }

    /// Those of them that have one of these keys, and perhaps others.
    pub fn issued_of(
        &self,
        job: &str,
        keys: &mut dyn ExactSizeIterator<Item = String>,
    ) -> Result<BTreeMap<String, JobRow>> {
        issued_of(self.register.as_ref(), job, keys)
    }

    /// Issues a batch, whole or not at all: after an error nothing was numbered, registered or filed.
    /// Memory stays flat but for about 0.3 KB a document (its place and code) and what `wants` holds.
    pub fn issue_batch(
        &mut self,
        batch: &Batch,
        wants: &dyn Wants,
        render: &Render<'_>,
        progress: &(dyn Fn(Progress) + Sync),
    ) -> Result<Outcome> {
        self.issue_beside(batch, wants, render, progress, &|_, _| {})
    }

    /// The same, with something that is done beside it.
    pub fn issue_beside(
        &mut self,
        batch: &Batch,
        wants: &dyn Wants,
        render: &Render<'_>,
        progress: &(dyn Fn(Progress) + Sync),
        beside: &Beside<'_>,
    ) -> Result<Outcome> {
        if self.broken {
            return Err(broken());
        }
        if wants.count() == 0 {
            return Ok(Outcome { issued: Vec::new(), unfinished: None });
        }
        batch::issue(self, batch, wants, render, progress, beside)
    }

    /// Enters acts with their files, whole or not at all: after an error nothing was entered.
    pub fn enter(&mut self, acts: Vec<Entering>) -> Result<Entered> {
        acts::enter(self, acts)
    }
}

/// Changes the key that signs the log: the new one is entered in the register first, then takes
/// the place of the old one, and both sign the next checkpoint. With `is_lost` the old key is gone:
/// then nobody vouches for the new one but its entry. Gives the old and the new public key.
///
/// # Errors
/// As [`Filing::open`]; `Usage` if the key is said to be lost and is there.
pub fn rotate_key(
    world: &dyn World,
    dir: &Path,
    office: &Office,
    is_lost: bool,
    wait: Duration,
) -> Result<(Option<PublicKey>, PublicKey)> {
    let root = dir.join(ARCHIVE);
    let known = keys::public(world, &root)?.keys;
    let old = known.last().cloned();
    if is_lost && (keys::private(world, dir).is_ok_and(|key| key.is_some()) || old.is_none()) {
        return Err(not_lost(&dir.join(keys::KEY_FILE)));
    }
    let name = match &old {
        Some(key) if is_lost => key.name().to_owned(),
        _ => Filing::open(world, dir, office, wait)?.log().key().name().to_owned(),
    };
    {
        let _lock = take_lock(world, dir, wait)?;
        recovery::is_new_office(world, &dir.join(REGISTER), &root)?;
        let mut register = Sqlite::open(&dir.join(REGISTER))?;
        let signed = Reader::checkpoint(world, &root, &known)?.map(|(_, checkpoint)| checkpoint);
        let archive = Archive::open(world, &root)?;
        unsigned::refuse_older_log(world, &register, &archive, signed.as_ref())?;
        let rotation = keys::begin_rotation(world, dir, &name)?;
        conclude::enter_key(world, &mut register, old.as_ref(), rotation.next.public())?;
    }
    let filing = Filing::open(world, dir, office, wait)?;
    Ok((old, filing.log().key().clone()))
}

fn not_lost(path: &Path) -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::file(path.display().to_string()),
        text!("khóa ký vẫn còn đây", "the signing key is here"),
    )
    .hint(text!(
        "đổi khóa bằng vanthu keys rotate, không cần --lost",
        "change it with vanthu keys rotate, without --lost"
    ))
}

/// The register of an office for reading, without the lock; `None` where nothing was registered yet.
pub fn read_register(dir: &Path) -> Result<Option<Sqlite>> {
    Sqlite::read(&dir.join(REGISTER))
}

/// The rows of a job that have one of these keys, by key; others of the job may be among them.
pub(in crate::pipeline) fn issued_of(
    register: &dyn Register,
    job: &str,
    keys: &mut dyn ExactSizeIterator<Item = String>,
) -> Result<BTreeMap<String, JobRow>> {
    let mut rows = BTreeMap::new();
    register.job_rows_of(job, keys, &mut |row| {
        rows.insert(row.row_key.clone(), row);
        Ok(())
    })?;
    Ok(rows)
}

pub(in crate::pipeline) fn take_lock(
    world: &dyn World,
    dir: &Path,
    wait: Duration,
) -> Result<Box<dyn Lock>> {
    let path = dir.join(LOCK);
    world.lock(&path, wait).map_err(|error| {
        if error.kind() != std::io::ErrorKind::WouldBlock {
            return recovery::cannot(&error, &path);
        }
        let seconds = wait.as_secs();
        Failure::new(
            FailureKind::Locked,
            Place::file(path.display().to_string()),
            text!(
                "đã chờ {seconds} giây mà cơ quan này vẫn đang có lệnh vanthu khác ghi (một lô đang chạy, cửa sổ khác, máy khác dùng chung thư mục, hoặc tác vụ hẹn giờ)",
                "after {seconds} seconds another vanthu still writes in this office (a running batch, another window, another machine sharing the folder, or a scheduled task)"
            ),
        )
        .hint(text!(
            "đợi lệnh kia xong rồi chạy lại; không cần xóa tệp khóa, khóa tự hết khi lệnh kia dừng",
            "wait until it is done and run again; the lock file need not be removed, the lock ends with the process that holds it"
        ))
    })
}

fn broken() -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!(
            "lô trước bị lỗi giữa chừng nên không cấp số tiếp",
            "the batch before failed midway, so no more numbers are given"
        ),
    )
    .hint(text!(
        "chạy lại lệnh: khi mở lại, phần dở dang được dọn hoặc làm nốt",
        "run the command again: what was left midway is cleaned up or finished then"
    ))
}

#[cfg(test)]
mod tests;
