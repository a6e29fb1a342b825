//! A new office: its register, its archive and its keys, made durable together.
//!
//! Knows: which of them must stand before which. Must not know: what is in them.
//!
//! Everything is written under names that nobody looks for, one sync of the file system makes it
//! durable, and then it gets its names: first the register and the private key, and when these are
//! durable the archive, which holds the public key. A power cut at any moment leaves an office that is
//! still new, or one in which the next opening finds what it cannot make again.

use std::io;
use std::path::Path;

use super::{ARCHIVE, REGISTER, recovery};
use crate::archive::Archive;
use crate::archive::log::keys;
use crate::diagnostic::Result;
use crate::model::Office;
use crate::register::sqlite::Sqlite;
use crate::world::World;

/// What the register is called until it is durable.
const REGISTER_DRAFT: &str = "register.db.new";
/// The same of the archive's folder.
const ARCHIVE_DRAFT: &str = "archive.new";

/// Makes the office in `dir` if it has neither register nor documents. Refuses a lost register.
pub(super) fn found(world: &dyn World, dir: &Path, office: &Office) -> Result<()> {
    let (register, root) = (dir.join(REGISTER), dir.join(ARCHIVE));
    let is_new = recovery::is_new_office(world, &register, &root)?;
    let has_archive = world.stat(&root).is_ok();
    if is_new || !has_archive {
        // What a run that was cut short has left; with an archive nothing of it is.
        sweep(world, dir)?;
    }
    if !is_new {
        return Ok(());
    }
    let (draft, draft_root) = (dir.join(REGISTER_DRAFT), dir.join(ARCHIVE_DRAFT));
    let at = |path: &Path, done: io::Result<()>| done.map_err(|e| recovery::cannot(&e, path));
    at(&draft, world.create(&draft, &Sqlite::blank()?))?;
    let mut key = None;
    if !has_archive {
        Archive::lay(world, &draft_root)?;
        key = keys::lay(world, dir, &draft_root, log_name(office))?;
    }
    at(dir, world.sync_tree(dir))?;
    at(&register, world.rename(&draft, &register))?;
    if let Some((from, to)) = &key {
        at(to, world.rename(from, to))?;
    }
    at(dir, world.sync(dir))?;
    // If a power cut takes this name the archive is made anew, as empty as it is. The next sync of the
    // file system comes before anything is filed in it.
    if has_archive { Ok(()) } else { at(&root, world.rename(&draft_root, &root)) }
}

fn sweep(world: &dyn World, dir: &Path) -> Result<()> {
    let draft = dir.join(REGISTER_DRAFT);
    let gone = |removed: io::Result<()>, path: &Path| match removed {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed.map_err(|e| recovery::cannot(&e, path)),
    };
    if world.stat(&draft).is_ok() {
        gone(world.remove(&draft), &draft)?;
    }
    let draft = dir.join(ARCHIVE_DRAFT);
    if world.stat(&draft).is_ok() {
        gone(world.remove_tree(&draft), &draft)?;
    }
    Ok(())
}

/// What people call the office; it becomes part of the log's name.
pub(super) fn log_name(office: &Office) -> &str {
    office.organ.id.as_deref().unwrap_or(&office.organ.code)
}
