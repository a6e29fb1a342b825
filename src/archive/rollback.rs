//! What filing asks of the archive before it writes: is the register as new as the bags, and what is left of an undone batch?
//!
//! Knows: manifests, folders. Must not know: SQL, numbers' rules.

use std::collections::{BTreeSet, HashSet};
use std::io::ErrorKind;

use super::fault::{At, Doing};
use super::paths::{BAGS, BagId, MANIFEST, OPEN, bag_of, year_of};
use super::store::{Archive, paths_parent};
use super::{ArchivePath, FileRef, manifest};
use crate::diagnostic::Result;
use crate::world::EntryKind;

/// A sealed bag and what its manifest lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SealedBag {
    /// Which.
    pub id: BagId,
    /// Files in its manifest.
    pub files: u64,
}

impl Archive<'_> {
    /// Files that an open bag's manifest lists and that are there, but that `known` (the register's
    /// files of the bag) lacks. A manifest line is only ever written after the register committed:
    /// such a file means that the register is older than the bag.
    pub fn beyond(&self, bag: BagId, known: &[FileRef]) -> Result<Vec<ArchivePath>> {
        let known: HashSet<&str> = known.iter().map(|f| f.at.path.as_str()).collect();
        let root = bag.under(&self.root, OPEN);
        let listed = self.manifest_of(bag, OPEN)?;
        Ok(listed
            .lines
            .into_iter()
            .map(|(_, _, path)| ArchivePath { year: bag.year, bag: bag.number, path })
            .filter(|at| !known.contains(at.path.as_str()))
            .filter(|at| super::check_path(&at.path).is_none())
            .filter(|at| self.world.stat(&root.join(&at.path)).is_ok())
            .collect())
    }

    /// The newest sealed bag of each year.
    pub fn newest_sealed(&self) -> Result<Vec<SealedBag>> {
        let dir = self.root.join(BAGS);
        let mut out = Vec::new();
        for (name, _) in self.world.list(&dir).at(Doing::Read, &dir)? {
            let Some(year) = name.to_str().and_then(year_of) else { continue };
            let below = dir.join(&name);
            let bags = self.world.list(&below).at(Doing::Read, &below)?;
            let newest = bags
                .iter()
                .filter(|(_, kind)| *kind == EntryKind::Dir)
                .filter_map(|(bag, _)| bag.to_str().and_then(bag_of))
                .max();
            if let Some(number) = newest {
                let id = BagId { year, number };
                let files = self.manifest_of(id, BAGS)?.lines.len() as u64;
                out.push(SealedBag { id, files });
            }
        }
        Ok(out)
    }

    /// Removes files of open bags that were never registered, and makes their removal durable.
    pub fn discard(&self, files: &[ArchivePath]) -> Result<()> {
        let mut folders = BTreeSet::new();
        for at in files {
            let path = self.open_path(at)?;
            match self.world.remove(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed.at(Doing::Remove, &path)?,
            }
            folders.insert(paths_parent(&path));
        }
        for folder in folders {
            match self.world.sync(&folder) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                synced => synced.at(Doing::Sync, &folder)?,
            }
        }
        Ok(())
    }

    /// Removes the folder of an open bag in which no document was ever recorded; true if it did.
    /// Else an undone batch that had begun several bags would leave them behind, and a bag number unused.
    pub fn drop_unused(&self, bag: BagId) -> Result<bool> {
        let dir = bag.under(&self.root, OPEN);
        let recorded = self.world.stat(&dir.join(MANIFEST)).is_ok();
        if recorded || !self.payload(bag)?.is_empty() {
            return Ok(false);
        }
        match self.world.remove_tree(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            removed => removed.at(Doing::Remove, &dir)?,
        }
        self.forget(&dir);
        Ok(true)
    }

    fn manifest_of(&self, bag: BagId, side: &str) -> Result<manifest::Manifest> {
        let path = bag.under(&self.root, side).join(MANIFEST);
        match self.world.read(&path, manifest::MAX_BYTES) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(manifest::Manifest::default()),
            read => Ok(manifest::parse(&read.at(Doing::Read, &path)?)),
        }
    }
}
