//! After a crash: brings open bags back in line with the register.
//!
//! Knows: which leftovers a crash can leave. Must not know: SQL, documents.
//! Nothing that could be evidence is destroyed: unknown files go to quarantine, altered manifest lines stay for `verify`.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io::ErrorKind;
use std::path::Path;

use super::fault::{At, Doing};
use super::paths::{BAGS, BagId, DATA, GUIDE, MANIFEST, OPEN, QUARANTINE, TAG_FILES, TAG_MANIFEST};
use super::store::{Archive, paths_parent};
use super::{ArchivePath, FileRef, manifest};
use crate::diagnostic::Result;
use crate::world::EntryKind;

/// What bringing one bag in line did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Bytes of an unfinished last manifest line that were cut.
    pub cut: u64,
    /// Manifest lines that were added from the register.
    pub added: usize,
    /// Manifest lines left alone although the register does not know them so: work for `verify`.
    pub foreign: usize,
    /// Unregistered files that were put into quarantine.
    pub orphans: Vec<ArchivePath>,
}

impl Archive<'_> {
    /// Brings an open bag in line with `known`, its registered files: manifest repaired, unregistered files to
    /// quarantine, leftovers of an interrupted seal or write removed. Only under the office's lock. May be repeated.
    pub fn recover(&self, bag: BagId, known: &[FileRef]) -> Result<Recovery> {
        self.sweep(bag)?;
        let mut out = self.repair_manifest(bag, known)?;
        out.orphans = self.put_orphans_aside(bag, known)?;
        self.drop_empty(bag)?;
        Ok(out)
    }

    /// Cuts the manifest of an open bag to its last whole line and adds the lines of `known` that it lacks.
    pub fn repair_manifest(&self, bag: BagId, known: &[FileRef]) -> Result<Recovery> {
        let path = bag.under(&self.root, OPEN).join(MANIFEST);
        let bytes = match self.world.read(&path, manifest::MAX_BYTES) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => read.at(Doing::Read, &path)?,
        };
        let parsed = manifest::parse(&bytes);
        let mut out = Recovery::default();
        if parsed.whole < bytes.len() {
            out.cut = (bytes.len() - parsed.whole) as u64;
            self.world.truncate(&path, parsed.whole as u64).at(Doing::Write, &path)?;
        }
        let mut listed: HashMap<&str, bool> = HashMap::new();
        let expected: HashMap<&str, &FileRef> =
            known.iter().map(|f| (f.at.path.as_str(), f)).collect();
        for (_, digest, path) in &parsed.lines {
            let right = expected.get(path.as_str()).is_some_and(|f| f.sha256 == *digest);
            out.foreign += usize::from(!right);
            listed.insert(path, right);
        }
        let mut lines = String::new();
        let missing: BTreeMap<_, _> = known
            .iter()
            .filter(|f| !listed.contains_key(f.at.path.as_str()))
            .map(|f| (&f.at.path, f))
            .collect();
        for file in missing.values() {
            lines.push_str(&manifest::line(&file.sha256, &file.at.path));
            out.added += 1;
        }
        if !lines.is_empty() {
            self.append_manifest(bag, &lines)?;
        }
        Ok(out)
    }

    /// Files in an open bag's `data/` that are not in `known`: moved there by a batch that was never committed.
    pub fn orphans(&self, bag: BagId, known: &[FileRef]) -> Result<Vec<ArchivePath>> {
        let known: BTreeSet<&str> = known.iter().map(|f| f.at.path.as_str()).collect();
        let on_disk = self.payload(bag)?.into_iter();
        Ok(on_disk
            .filter(|path| !known.contains(path.as_str()))
            .map(|path| ArchivePath { year: bag.year, bag: bag.number, path })
            .collect())
    }

    /// Moves the orphans of an open bag into quarantine; returns those that it moved.
    pub(super) fn put_orphans_aside(
        &self,
        bag: BagId,
        known: &[FileRef],
    ) -> Result<Vec<ArchivePath>> {
        let mut orphans = self.orphans(bag, known)?;
        orphans.retain(|orphan| self.can_be_named(orphan));
        let mut folders = BTreeSet::new();
        for orphan in &orphans {
            self.quarantine(orphan)?;
            folders.insert(paths_parent(&self.open_path(orphan)?));
            folders.insert(self.root.join(QUARANTINE));
        }
        // A power cut must not bring them back into a bag that is sealed next.
        for folder in folders {
            self.world.sync(&folder).at(Doing::Sync, &folder)?;
        }
        Ok(orphans)
    }

    /// False for a name that is not UTF-8: it stays for `verify` to tell, and the bag stays open.
    fn can_be_named(&self, at: &ArchivePath) -> bool {
        self.world.stat(&at.bag_id().under(&self.root, OPEN).join(&at.path)).is_ok()
    }

    /// Moves a file of an open bag into quarantine.
    pub fn quarantine(&self, at: &ArchivePath) -> Result<()> {
        let from = at.bag_id().under(&self.root, OPEN).join(&at.path);
        self.put_aside(&from, at.bag_id(), &at.path)
    }

    /// Moves `from` into quarantine under a name that tells where it came from.
    pub(super) fn put_aside(&self, from: &Path, bag: BagId, inside: &str) -> Result<()> {
        let dir = self.root.join(QUARANTINE);
        self.world.create_dir(&dir).at(Doing::Write, &dir)?;
        let name: String = inside
            .trim_start_matches("data/")
            .chars()
            .map(|c| if c == '/' || c == '\\' { '_' } else { c })
            .take(60)
            .collect();
        let stem = format!("{:04}-{:06}_{name}", bag.year, bag.number);
        for copy in 1u32.. {
            let to = dir.join(if copy == 1 { stem.clone() } else { format!("{stem}.{copy}") });
            match self.world.rename(from, &to) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && copy < 10_000 => {}
                moved => return moved.at(Doing::Move, from),
            }
        }
        Ok(())
    }

    /// Removes leftovers of interrupted writes in an open bag's root: temporary files and tag files of an
    /// unfinished seal. All are made from the register again.
    pub(super) fn sweep(&self, bag: BagId) -> Result<()> {
        let dir = bag.under(&self.root, OPEN);
        let names = match self.world.list(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            listed => listed.at(Doing::Read, &dir)?,
        };
        for (name, kind) in names {
            let Some(name) = name.to_str().filter(|_| kind == EntryKind::File) else { continue };
            let tag = name != MANIFEST && (TAG_FILES.contains(&name) || name == TAG_MANIFEST);
            if tag || is_temporary(name) {
                let path = dir.join(name);
                self.world.remove(&path).at(Doing::Remove, &path)?;
            }
        }
        Ok(())
    }

    /// Removes empty series folders of an open bag: made by a batch that was never committed.
    pub(super) fn drop_empty(&self, bag: BagId) -> Result<()> {
        let data = bag.under(&self.root, OPEN).join(DATA);
        let names = match self.world.list(&data) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
            listed => listed.at(Doing::Read, &data)?,
        };
        let mut dropped = false;
        for (name, kind) in names {
            let dir = data.join(name);
            if kind == EntryKind::Dir && self.world.list(&dir).is_ok_and(|inside| inside.is_empty())
            {
                self.world.remove_tree(&dir).at(Doing::Remove, &dir)?;
                self.forget(&dir);
                dropped = true;
            }
        }
        if dropped {
            self.world.sync(&data).at(Doing::Sync, &data)?;
        }
        Ok(())
    }

    /// True if the bag is sealed.
    pub fn is_sealed(&self, bag: BagId) -> bool {
        self.world.stat(&bag.under(&self.root, BAGS)).is_ok_and(|s| s.kind == EntryKind::Dir)
    }
}

/// A name that [`crate::world::World::replace`] may leave when it is cut short.
pub(super) fn is_temporary(name: &str) -> bool {
    let known = TAG_FILES.iter().chain([&TAG_MANIFEST, &GUIDE]);
    name.strip_prefix('.').is_some_and(|rest| {
        rest.ends_with(".tmp") && known.into_iter().any(|tag| rest.starts_with(tag))
    })
}
