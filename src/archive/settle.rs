//! From staging into the open bags: the files of a batch become durable and get their places.
//!
//! Knows: what must be synced before what. Must not know: numbers' rules, SQL, documents.

use std::collections::{BTreeMap, BTreeSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::FileRef;
use super::fault::{At, Doing};
use super::paths::{BagId, DATA, OPEN, STAGING};
use super::store::{Archive, lock, paths_parent, safe};
use crate::diagnostic::Result;

/// So many folders are synced one by one; for more the whole file system is.
const FEW: usize = 2;

/// Where a batch's files went.
#[derive(Debug, Default)]
pub struct Placed {
    /// Bags that were not there before and were moved whole.
    pub whole: BTreeSet<BagId>,
    /// Folders that have new names.
    folders: BTreeSet<PathBuf>,
}

impl Archive<'_> {
    /// Makes staged files durable and moves them into their open bags: one sync of the file system, then
    /// the renames and a sync of the folders. After this the register may commit. May be repeated after a crash.
    pub fn settle(&self, batch: &str, files: &[FileRef]) -> Result<()> {
        self.sync_staged()?;
        self.place(batch, files)
    }

    /// Moves staged files that are durable into their open bags: the renames, and a sync of the folders.
    fn place(&self, batch: &str, files: &[FileRef]) -> Result<()> {
        let placed = self.move_staged(batch, files)?;
        self.sync_all_names(&placed.folders)
    }

    /// Moves staged files into their open bags, unsynced. To be followed by [`Archive::sync_placed`]: until then
    /// a power cut may leave a name without its bytes, which only a batch whose reservations are durable can
    /// afford: the next opening takes away what bears their numbers.
    pub fn move_staged(&self, batch: &str, files: &[FileRef]) -> Result<Placed> {
        let mut whole = BTreeSet::new();
        let mut by_bag: BTreeMap<BagId, Vec<&FileRef>> = BTreeMap::new();
        for file in files {
            by_bag.entry(file.at.bag_id()).or_default().push(file);
        }
        let mut folders = BTreeSet::new();
        for (bag, files) in by_bag {
            if self.move_bag(batch, bag, &files)? {
                folders.insert(paths_parent(&bag.under(&self.root, OPEN)));
                whole.insert(bag);
                continue;
            }
            for file in files {
                let to = self.open_path(&file.at)?;
                let folder = paths_parent(&to);
                self.make_dir(&folder)?;
                self.move_in(&self.staged(batch, &file.at)?, &to, file)?;
                folders.insert(folder);
            }
        }
        Ok(Placed { whole, folders })
    }

    /// Makes durable what was moved, with its bytes: one sync of the file system. After this the register may
    /// commit.
    pub fn sync_placed(&self, placed: &Placed) -> Result<()> {
        self.sync_open()?;
        self.names_are_synced(&placed.folders);
        Ok(())
    }

    /// Makes durable what is staged so far: one sync of the file system. To settle a large batch takes
    /// less time if this was done on the way.
    pub fn sync_staged(&self) -> Result<()> {
        let staging = self.root.join(STAGING);
        self.world.sync_tree(&staging).at(Doing::Sync, &staging)
    }

    /// Moves the staged folder of a bag to where no bag is yet. False if there is one, or if the folder
    /// does not hold exactly `files`: then each file goes its own way.
    fn move_bag(&self, batch: &str, bag: BagId, files: &[&FileRef]) -> Result<bool> {
        let (from, to) = (self.staged_bag(batch, bag)?, bag.under(&self.root, OPEN));
        if self.world.stat(&to).is_ok() {
            return Ok(false);
        }
        let mut wanted = Vec::with_capacity(files.len());
        for file in files {
            safe(&to, &file.at)?;
            wanted.push(file.at.path.as_str());
        }
        wanted.sort_unstable();
        let only_data = match self.world.list(&from) {
            Err(error) if error.kind() == ErrorKind::NotFound => false,
            listed => {
                matches!(listed.at(Doing::Read, &from)?.as_slice(), [(name, _)] if name == DATA)
            }
        };
        if !only_data || self.payload_of(&from)? != wanted {
            return Ok(false);
        }
        self.make_dir(&paths_parent(&to))?;
        match self.world.rename(&from, &to) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Ok(false),
            moved => moved.at(Doing::Move, &to)?,
        }
        self.forget(&from);
        Ok(true)
    }

    fn move_in(&self, from: &Path, to: &Path, file: &FileRef) -> Result<()> {
        let moved = self.world.rename(from, to);
        let Err(error) = &moved else { return Ok(()) };
        match error.kind() {
            // Settled before a crash; the staged copy, if there is one, goes with its batch.
            ErrorKind::NotFound | ErrorKind::AlreadyExists if self.is_whole(to, file) => Ok(()),
            ErrorKind::AlreadyExists => {
                self.put_aside(to, file.at.bag_id(), &file.at.path)?;
                self.world.rename(from, to).at(Doing::Move, to)
            }
            _ => moved.at(Doing::Move, to),
        }
    }

    /// Syncs the names in folders, and once those of the folders above them up to the archive: for more than
    /// a few, one sync of the file system (all but the renames were synced just before) costs less than
    /// a journal commit for each.
    fn sync_all_names(&self, folders: &BTreeSet<PathBuf>) -> Result<()> {
        let mut wanted = folders.clone();
        for folder in folders {
            let mut child = folder.as_path();
            for dir in folder.ancestors().skip(1).take_while(|dir| dir.starts_with(&self.root)) {
                if lock(&self.synced).contains(child) {
                    break;
                }
                wanted.insert(dir.to_path_buf());
                child = dir;
            }
        }
        if wanted.len() <= FEW {
            // The innermost first.
            for dir in wanted.iter().rev() {
                self.world.sync(dir).at(Doing::Sync, dir)?;
            }
        } else {
            let open = self.root.join(OPEN);
            self.world.sync_tree(&open).at(Doing::Sync, &open)?;
        }
        self.names_are_synced(folders);
        Ok(())
    }

    fn names_are_synced(&self, folders: &BTreeSet<PathBuf>) {
        let inside = |f: &PathBuf| -> Vec<PathBuf> {
            f.ancestors().take_while(|d| *d != self.root).map(Path::to_path_buf).collect()
        };
        lock(&self.synced).extend(folders.iter().flat_map(inside));
    }
}
