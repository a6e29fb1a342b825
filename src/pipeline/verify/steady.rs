//! An office at rest: nobody writes in it, and what a killed run had left is mended before it is looked at.
//!
//! Knows: the lock, what tells that a run was killed or that the log was put back. Must not know: terminals, SQL.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use crate::archive::Archive;
use crate::archive::log::{CHECKPOINT, Checkpoint, Reader, keys};
use crate::archive::verify::{Class, Finding};
use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::pipeline::filing::unsigned::{self, Unsigned};
use crate::pipeline::filing::{Filing, LOCK, journal};
use crate::pipeline::issue::told;
use crate::pipeline::ledger::document;
use crate::pipeline::workspace::Workspace;
use crate::register::Register;
use crate::register::sqlite::Sqlite;
use crate::text;
use crate::world::Lock;

/// An office that nobody writes in.
pub(super) struct Steady {
    /// Its lock; none where nothing can be written: then nobody writes.
    pub(super) lock: Option<Box<dyn Lock>>,
    /// What a killed run had left, mended.
    pub(super) mended: Option<Text>,
    /// Tells that the log was put back to an older state.
    pub(super) put_back: Option<Finding>,
}

/// The office's lock, after mending what a killed run had left. Where the log was put back to an older
/// state nothing is mended: that would sign what somebody may have changed.
pub(super) fn steady(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    root: &Path,
    anchor: Option<&[u8]>,
    wait: Duration,
) -> Result<Steady> {
    let path = workspace.dir.join(LOCK);
    let take = |wait| match workspace.world.lock(&path, wait) {
        Ok(lock) => Ok(Some(lock)),
        Err(e) if e.kind() == ErrorKind::WouldBlock => Err(locked(&path, wait)),
        Err(_) => Ok(None),
    };
    let lock = take(wait)?;
    // What cannot be read here is told by the check.
    let log = unsigned_rows(workspace, register, root, anchor).ok();
    let put_back = log.as_ref().and_then(|log| log.put_back.clone());
    let is_unsigned = log.is_some_and(|log| log.is_left);
    let is_as_it_is = lock.is_none() || put_back.is_some();
    if is_as_it_is || !(is_unsigned || is_interrupted(workspace, register, root)?) {
        return Ok(Steady { lock, mended: None, put_back });
    }
    drop(lock);
    let opened = Filing::open(workspace.world, &workspace.dir, &workspace.office, wait);
    let mended = match opened {
        Ok(filing) => told(filing.mended()),
        // Without its key, or where something was changed, the office is looked at as it is.
        Err(failure) if matches!(failure.kind, FailureKind::Config | FailureKind::Tampered) => None,
        Err(failure) => return Err(failure),
    };
    Ok(Steady { lock: take(wait)?, mended, put_back })
}

/// True if something began and did not end: numbers reserved but not registered, a batch in staging, rows that
/// the journal lacks.
fn is_interrupted(workspace: &Workspace<'_>, register: &Sqlite, root: &Path) -> Result<bool> {
    let mut reserved = false;
    register.pending(&mut |_| {
        reserved = true;
        Ok(())
    })?;
    let left = |archive: Archive<'_>| {
        Ok(archive.has_unended_batch()? || journal::is_behind(register, &archive)?)
    };
    Ok(reserved || Archive::open(workspace.world, root).and_then(left).unwrap_or(false))
}

/// Rows that the log's checkpoint does not cover.
struct UnsignedRows {
    /// True if a killed run has left them.
    is_left: bool,
    /// Says that no killed run can have left them.
    put_back: Option<Finding>,
}

/// Looks for rows that no checkpoint covers. One that was kept elsewhere and is newer than the log's own
/// tells that these were signed already: it is shown only once it stands.
fn unsigned_rows(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    root: &Path,
    anchor: Option<&[u8]>,
) -> Result<UnsignedRows> {
    let world = workspace.world;
    let known = keys::public(world, root)?.keys;
    let signed = Reader::checkpoint(world, root, &known)?.map(|(_, checkpoint)| checkpoint);
    let (head, size) = (register.head()?, signed.as_ref().map_or(0, |c| c.size));
    let archive = Archive::open(world, root)?;
    let mut rows = unsigned::judge(world, register, &archive, signed.as_ref())?;
    let kept = anchor.and_then(|bytes| Checkpoint::kept(bytes, &known).ok());
    if rows == Unsigned::Left && kept.is_some_and(|kept| kept.size > size) {
        rows = Unsigned::PutBack(size.saturating_add(1));
    }
    let put_back = match (rows, &signed) {
        (Unsigned::PutBack(first), Some(_)) => {
            let about = register.entry(first)?.as_ref().map(document);
            let finding = Finding::new(Class::LogBehind, format!("log/{CHECKPOINT}"));
            let finding = finding
                .values(head.to_string(), size.to_string())
                .why(text!("từ dòng {first} của sổ trở đi", "from row {first} of the register on"));
            Some(about.iter().fold(finding, |finding, document| finding.of(document)))
        }
        // That the checkpoint is gone is told by the check.
        _ => None,
    };
    Ok(UnsignedRows { is_left: rows == Unsigned::Left, put_back })
}

fn locked(path: &Path, wait: Duration) -> Failure {
    let seconds = wait.as_secs();
    Failure::new(
        FailureKind::Locked,
        Place::file(path.display().to_string()),
        text!(
            "đã chờ {seconds} giây mà vẫn có lệnh vanthu khác đang ban hành ở cơ quan này",
            "after {seconds} seconds another vanthu is still issuing in this office"
        ),
    )
    .hint(text!("đợi lệnh kia xong rồi kiểm tra lại", "wait until it is done and verify again"))
}
