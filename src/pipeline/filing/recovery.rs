//! Bringing register and archive back in line: after a kill, and after a batch that failed.
//!
//! Knows: every state that the protocol can leave behind. Must not know: what a document looks like.

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::path::Path;

use super::Filing;
use super::conclude::{conclude, has_log, lost_register};
use super::journal;
use crate::archive::{Archive, ArchivePath, BagId, FileName, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::ledger::RegisterLeaves;
use crate::register::Register;
use crate::text;
use crate::world::World;

/// What opening an office had to mend. All zero and empty after a clean end.
#[derive(Debug, Clone, Default)]
pub struct Mended {
    /// Numbers given back: reserved by a run that was killed before it committed.
    pub released: u64,
    /// Files of that run that were removed from their bags.
    pub discarded: usize,
    /// Files that nobody can explain, now in quarantine.
    pub quarantined: Vec<ArchivePath>,
    /// Manifest lines added from the register.
    pub recorded: usize,
    /// Bytes of an unfinished manifest line that were cut.
    pub cut: u64,
    /// Full bags that were sealed.
    pub sealed: usize,
    /// Entries that were registered and are under the log's checkpoint only now.
    pub logged: u64,
    /// Tiles of the log that were missing or damaged and were made again from the register.
    pub rebuilt: u64,
    /// Full bags that could not be sealed; they stay open and are tried again next time.
    pub unsealed: Vec<Failure>,
}

impl Mended {
    /// True if a killed run had left something behind.
    pub fn any(&self) -> bool {
        let counts = [
            self.released,
            self.discarded as u64,
            self.recorded as u64,
            self.cut,
            self.logged,
            self.rebuilt,
        ];
        counts.iter().any(|n| *n > 0) || self.sealed > 0 || !self.quarantined.is_empty()
    }
}

/// Brings an office whose lock is held into the state that the register tells. May be repeated.
pub(super) fn mend(filing: &mut Filing<'_>) -> Result<Mended> {
    refuse_older_register(filing)?;
    journal::refuse_other_rows(filing)?;
    // Files before numbers: as long as a file may lie about, its reservation tells whose it is.
    let discarded = discard_unregistered(filing)?;
    let released = filing.register.release()?;
    let mut mended = Mended { discarded, released, ..Mended::default() };
    let mut full = Vec::new();
    for bag in open_bags(filing)? {
        let known = filing.register.bag_files(bag.year, bag.number)?;
        if filing.archive.is_full(u32::try_from(known.len()).unwrap_or(u32::MAX)) {
            full.push(bag);
        }
        let done = filing.archive.recover(bag, &known)?;
        mended.recorded += done.added;
        mended.cut += done.cut;
        mended.quarantined.extend(done.orphans);
        if known.is_empty() {
            filing.archive.drop_unused(bag)?;
        }
    }
    mended.rebuilt = filing.log.mend(&RegisterLeaves(filing.register.as_ref()))?;
    if mended.rebuilt > 0 {
        filing.log.sync()?;
    }
    // What cannot be sealed now is no reason to stop the office's work: it stays open.
    let concluded = conclude(filing, &full)?;
    mended.sealed = concluded.sealed;
    mended.unsealed = concluded.unsealed;
    mended.logged = concluded.logged;
    mended.cut += journal::mend(filing)?;
    // Last: what is in staging tells that mending is needed, also to a mending that is cut short.
    filing.archive.clear_staging()?;
    Ok(mended)
}

fn open_bags(filing: &Filing<'_>) -> Result<Vec<BagId>> {
    Ok(filing.archive.open_bags()?.into_iter().map(|b| b.id).collect())
}

/// Removes files in open bags that belong to pending reservations; returns how many.
fn discard_unregistered(filing: &Filing<'_>) -> Result<usize> {
    let mut stems = HashSet::new();
    filing.register.pending(&mut |r| {
        stems.insert((r.year, stem(&r.series, r.number.get())));
        Ok(())
    })?;
    if stems.is_empty() {
        return Ok(0);
    }
    let mut ours = Vec::new();
    for bag in open_bags(filing)? {
        let known = filing.register.bag_files(bag.year, bag.number)?;
        let strangers = filing.archive.orphans(bag, &known)?;
        ours.extend(
            strangers.into_iter().filter(|at| stems.contains(&(at.year, before_digest(&at.path)))),
        );
    }
    filing.archive.discard(&ours)?;
    Ok(ours.len())
}

/// What the paths of a number's files begin with, up to the digest.
fn stem(series: &str, number: u32) -> String {
    let name = FileName { series, number, extension: "" };
    before_digest(&name.place(BagId { year: 0, number: 1 }, &sha256(&[])).path)
}

fn before_digest(path: &str) -> String {
    path.rsplit_once('-').map_or_else(String::new, |(stem, _)| stem.to_owned())
}

/// Refuses to go on if the bags hold what the register does not know: then the register was put
/// back to an earlier state, and it would give the same numbers again.
pub(super) fn refuse_older_register(filing: &Filing<'_>) -> Result<()> {
    match covers(filing.register.as_ref(), &filing.archive)? {
        Some(proof) => Err(older_register(filing, &proof)),
        None => Ok(()),
    }
}

/// What the bags hold and the register does not know; `None` if it knows all.
pub(in crate::pipeline) fn covers(
    register: &dyn Register,
    archive: &Archive<'_>,
) -> Result<Option<String>> {
    let newest = register.newest_bags()?;
    for sealed in archive.newest_sealed()? {
        let id = sealed.id;
        let known = newest.iter().find(|b| b.year == id.year);
        let covers = known
            .is_some_and(|b| b.bag > id.number || (b.bag == id.number && b.files >= sealed.files));
        if !covers {
            return Ok(Some(format!("bags/{id}")));
        }
    }
    for bag in archive.open_bags()? {
        let known = register.bag_files(bag.id.year, bag.id.number)?;
        if let Some(at) = archive.beyond(bag.id, &known)?.first() {
            return Ok(Some(format!("open/{at}")));
        }
    }
    Ok(None)
}

pub(super) fn older_register(filing: &Filing<'_>, proof: &str) -> Failure {
    tampered(
        &filing.dir.join(super::REGISTER),
        text!(
            "sổ đăng ký cũ hơn kho: kho có {proof} mà sổ không biết; cấp số tiếp sẽ trùng số đã cấp",
            "the register is older than the archive: it does not know {proof}; going on would give numbers twice"
        ),
    )
}

/// True if the office has neither register nor bags. Refuses a lost register.
pub(super) fn is_new_office(world: &dyn World, register: &Path, root: &Path) -> Result<bool> {
    match world.stat(register) {
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(cannot(&error, register)),
    }
    if has_log(world, root) {
        return Err(lost_register(register));
    }
    for side in ["bags", "open"] {
        let used = world.list(&root.join(side)).is_ok_and(|names| !names.is_empty());
        if used {
            return Err(tampered(
                register,
                text!(
                    "không có sổ đăng ký mà kho đã có văn bản; lập sổ mới sẽ cấp lại số đã cấp",
                    "there is no register, but the archive holds documents; a new register would give their numbers again"
                ),
            ));
        }
    }
    Ok(true)
}

/// Refuses a register whose archive is gone.
pub(super) fn archive_is_there(
    world: &dyn World,
    register: &dyn Register,
    root: &Path,
) -> Result<()> {
    match world.stat(root) {
        Ok(_) => return Ok(()),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(cannot(&error, root)),
    }
    if register.newest_bags()?.is_empty() {
        return Ok(());
    }
    Err(tampered(
        root,
        text!(
            "không thấy kho mà sổ đăng ký đã ghi văn bản lưu ở đó",
            "the archive is gone, but the register lists documents kept there"
        ),
    ))
}

pub(super) fn tampered(path: &Path, message: crate::diagnostic::Text) -> Failure {
    Failure::new(FailureKind::Tampered, Place::file(path.display().to_string()), message).hint(
        text!(
            "chưa ghi gì; chạy vanthu verify để xem thiếu những gì, rồi khôi phục bản mới nhất của sổ và kho cùng nhau",
            "nothing was written; run vanthu verify to see what is missing, then restore the newest register and archive together"
        ),
    )
}

/// A failure of the machine at a path.
pub(super) fn cannot(error: &io::Error, path: &Path) -> Failure {
    let message = match error.kind() {
        ErrorKind::NotFound => text!("không có ở đây", "it is not there"),
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            text!("không được phép ghi ở đây", "writing here is not permitted")
        }
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            text!("hết chỗ trên đĩa", "the disk is full")
        }
        _ => text!("không dùng được: {error}", "cannot be used: {error}"),
    };
    let hint = match error.kind() {
        ErrorKind::NotFound => {
            text!("kiểm tra đường dẫn thư mục cơ quan", "check the path of the office folder")
        }
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => text!(
            "cấp quyền ghi vào thư mục cơ quan, hoặc chép nó ra khỏi đĩa chỉ đọc",
            "give write permission on the office folder, or copy it off the read-only disk"
        ),
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => text!(
            "giải phóng chỗ trên đĩa rồi chạy lại; không số nào bị mất",
            "free some space and run again; no number is lost"
        ),
        _ => text!("kiểm tra đĩa rồi chạy lại", "check the disk, then run again"),
    };
    Failure::new(FailureKind::Output, Place::file(path.display().to_string()), message).hint(hint)
}
