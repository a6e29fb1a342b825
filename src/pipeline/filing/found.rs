//! A new office: its register, its archive and its keys, made durable together.
//!
//! Knows: which of them must stand before which. Must not know: what is in them.
//!
//! Everything is written under names that nobody looks for, one sync of the file system makes it
//! durable, and then it gets its names: a power cut at any moment leaves an office that is still new,
//! or one in which the next opening finds all that it cannot make again.

use std::path::Path;

use super::{ARCHIVE, REGISTER, recovery};
use crate::archive::Archive;
use crate::archive::log::keys;
use crate::diagnostic::Result;
use crate::model::Office;
use crate::register::sqlite::Sqlite;
use crate::world::World;

/// What the register is called until it is durable.
const DRAFT: &str = "register.db.new";

/// Makes the office in `dir`, in which neither register nor documents are.
pub(super) fn found(world: &dyn World, dir: &Path, office: &Office) -> Result<()> {
    let (register, draft, root) = (dir.join(REGISTER), dir.join(DRAFT), dir.join(ARCHIVE));
    if world.stat(&draft).is_ok() {
        world.remove(&draft).map_err(|e| recovery::cannot(&e, &draft))?;
    }
    let bytes = Sqlite::blank()?;
    world.create(&draft, &bytes).map_err(|e| recovery::cannot(&e, &draft))?;
    Archive::lay(world, &root)?;
    let keys = keys::lay(world, dir, &root, log_name(office))?;
    world.sync_tree(dir).map_err(|e| recovery::cannot(&e, dir))?;
    world.rename(&draft, &register).map_err(|e| recovery::cannot(&e, &register))?;
    if let Some(keys) = &keys {
        keys.place_private(world)?;
    }
    world.sync(dir).map_err(|e| recovery::cannot(&e, dir))?;
    keys.map_or(Ok(()), |keys| keys.place_public(world))
}

/// What people call the office; it becomes part of the log's name.
pub(super) fn log_name(office: &Office) -> &str {
    office.organ.id.as_deref().unwrap_or(&office.organ.code)
}
