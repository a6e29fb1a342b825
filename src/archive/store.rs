//! The way of a file into an open bag: stage, (settle,) record.
//!
//! Knows: the layout, what must be synced before what. Must not know: numbers' rules, SQL, documents.

use std::collections::{BTreeMap, HashSet};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::fault::{At, Doing, refuse};
use super::paths::{self, BAGS, BagId, DATA, FileName, MANIFEST, OPEN, STAGING, check_path};
use super::{ArchivePath, FileRef, MAX_BAG_SIZE, manifest, sha256};
use crate::diagnostic::Result;
use crate::text;
use crate::world::{EntryKind, World};

/// An archive on disk. Who writes must hold the office's lock; reading needs none.
pub struct Archive<'w> {
    pub(super) world: &'w dyn World,
    pub(super) root: PathBuf,
    bag_size: u32,
    /// Folders known to exist, and folders whose own names are already synced.
    made: Mutex<HashSet<PathBuf>>,
    pub(super) synced: Mutex<HashSet<PathBuf>>,
}

/// An open bag as it stands on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OpenBag {
    /// Which.
    pub id: BagId,
    /// Files in its `data/`.
    pub files: u32,
}

impl<'w> Archive<'w> {
    /// Makes the folders and `DOC-TOI.txt` where they are missing, and opens the archive. May be repeated.
    pub fn create(world: &'w dyn World, root: &Path) -> Result<Self> {
        if Self::make_folders(world, root)? {
            world.sync(root).at(Doing::Sync, root)?;
        }
        let guide = root.join(paths::GUIDE);
        let text = paths::GUIDE_TEXT.as_bytes();
        if !world.stat(&guide).is_ok_and(|stat| stat.len == text.len() as u64) {
            // A kill may have left the guide half written under a temporary name.
            for (name, kind) in world.list(root).at(Doing::Read, root)? {
                let temporary = name.to_str().is_some_and(super::recover::is_temporary);
                if temporary && kind == EntryKind::File {
                    let path = root.join(name);
                    world.remove(&path).at(Doing::Remove, &path)?;
                }
            }
            world.replace(&guide, text).at(Doing::Write, &guide)?;
        }
        Self::open(world, root)
    }

    /// Makes the folders and `DOC-TOI.txt` of an archive at `root`, where nothing is yet, unsynced.
    pub fn lay(world: &dyn World, root: &Path) -> Result<()> {
        Self::make_folders(world, root)?;
        let guide = root.join(paths::GUIDE);
        world.create(&guide, paths::GUIDE_TEXT.as_bytes()).at(Doing::Write, &guide)
    }

    /// Makes the folders that are missing; true if there was one.
    fn make_folders(world: &dyn World, root: &Path) -> Result<bool> {
        let mut new = false;
        for folder in paths::FOLDERS {
            let dir = root.join(folder);
            if world.stat(&dir).is_err() {
                world.create_dir(&dir).at(Doing::Write, &dir)?;
                new = true;
            }
        }
        Ok(new)
    }

    /// Opens an archive that exists.
    pub fn open(world: &'w dyn World, root: &Path) -> Result<Self> {
        for folder in [BAGS, OPEN] {
            let dir = root.join(folder);
            let stat = world.stat(&dir).at(Doing::Read, &dir)?;
            if stat.kind != EntryKind::Dir {
                return Err(refuse(
                    &dir,
                    text!("không phải thư mục", "is not a folder"),
                    text!(
                        "kiểm tra thư mục kho; chạy `vanthu verify`",
                        "look at the archive folder; run `vanthu verify`"
                    ),
                ));
            }
        }
        Ok(Self {
            world,
            root: root.to_path_buf(),
            bag_size: MAX_BAG_SIZE,
            made: Mutex::default(),
            synced: Mutex::default(),
        })
    }

    /// With the office's bag size, 1..=1000; values outside are brought inside.
    pub fn with_bag_size(mut self, size: u32) -> Self {
        self.bag_size = size.clamp(1, MAX_BAG_SIZE);
        self
    }

    /// Files after which a bag is full.
    pub fn bag_size(&self) -> u32 {
        self.bag_size
    }

    /// The archive's folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The bags for the next `count` files of `year`, one entry a file, in order: open bags are filled up,
    /// then new ones begin. `last` is the highest bag of the year that the register knows and how many files
    /// it has there: the disk alone may have lost one.
    pub fn allocate(
        &self,
        year: i16,
        count: usize,
        last: Option<(u32, u32)>,
    ) -> Result<Vec<BagId>> {
        let (known, registered) = last.unwrap_or((0, 0));
        let open = self.bag_numbers(OPEN, year)?;
        let sealed = self.bag_numbers(BAGS, year)?;
        let highest = [open.last(), sealed.last(), Some(&known)].into_iter().flatten().max();
        let mut next = highest.copied().unwrap_or(0).saturating_add(1);
        let mut free = Vec::new();
        for number in open.into_iter().filter(|n| !sealed.contains(n)) {
            let rows = if number == known { registered } else { 0 };
            free.push((number, rows.max(self.used(BagId { year, number })?)));
        }
        let mut free = free.into_iter().filter(|(_, used)| *used < self.bag_size);
        let mut current = free.next();
        let mut out = Vec::with_capacity(count.min(1 << 20));
        for _ in 0..count {
            let (number, used) =
                current.filter(|(_, used)| *used < self.bag_size).unwrap_or_else(|| {
                    free.next().unwrap_or_else(|| {
                        next = next.saturating_add(1);
                        (next - 1, 0)
                    })
                });
            current = Some((number, used + 1));
            out.push(BagId { year, number });
        }
        Ok(out)
    }

    /// Files that an open bag holds or lists, whichever is more: a lost file still has its place.
    fn used(&self, bag: BagId) -> Result<u32> {
        let path = bag.under(&self.root, OPEN).join(MANIFEST);
        let listed = self.world.read(&path, manifest::MAX_BYTES).unwrap_or_default();
        let lines = listed.iter().filter(|b| **b == b'\n').count();
        Ok(self.count_files(bag)?.max(u32::try_from(lines).unwrap_or(u32::MAX)))
    }

    /// Writes a file of a batch to staging, unsynced; threads may do this at once.
    /// `batch` names the batch: ASCII letters, digits, `-`.
    pub fn stage(
        &self,
        batch: &str,
        bag: BagId,
        name: FileName<'_>,
        bytes: &[u8],
    ) -> Result<FileRef> {
        let digest = sha256(bytes);
        let at = name.place(bag, &digest);
        let path = self.staged(batch, &at)?;
        self.make_dir(&paths_parent(&path))?;
        match self.world.create_kept(&path, bytes) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                // Left by an earlier try of the same batch; it may be torn.
                self.world.remove(&path).at(Doing::Remove, &path)?;
                self.world.create_kept(&path, bytes).at(Doing::Write, &path)?;
            }
            written => written.at(Doing::Write, &path)?,
        }
        Ok(FileRef { at, sha256: digest, size: bytes.len() as u64, parts: None })
    }

    /// Says that a batch is over: its rows are committed and its manifest lines written. Until then its
    /// folder in staging tells whoever comes after a kill that there is something to mend.
    pub fn end_batch(&self, batch: &str) -> Result<()> {
        self.drop_batch(batch)
    }

    /// True if a batch began and did not end: there is something to mend, under the office's lock.
    pub fn has_unended_batch(&self) -> Result<bool> {
        let dir = self.root.join(STAGING);
        match self.world.list(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
            listed => Ok(!listed.at(Doing::Read, &dir)?.is_empty()),
        }
    }

    /// Adds the manifest lines of committed files, unsynced: they can be made from the register again.
    pub fn record(&self, files: &[FileRef]) -> Result<()> {
        let mut bags: BTreeMap<BagId, String> = BTreeMap::new();
        for file in files {
            self.open_path(&file.at)?;
            let lines = bags.entry(file.at.bag_id()).or_default();
            lines.push_str(&manifest::line(&file.sha256, &file.at.path));
        }
        for (bag, lines) in bags {
            let path = bag.under(&self.root, OPEN).join(MANIFEST);
            self.world.append_unsynced(&path, lines.as_bytes()).at(Doing::Write, &path)?;
        }
        Ok(())
    }

    /// Where a file is now, in an open or in a sealed bag.
    pub fn resolve(&self, at: &ArchivePath) -> PathBuf {
        let sealed = at.bag_id().under(&self.root, BAGS);
        let side = if self.world.stat(&sealed).is_ok() { BAGS } else { OPEN };
        at.bag_id().under(&self.root, side).join(&at.path)
    }

    /// The open bags with the number of their files, by year and number.
    pub fn open_bags(&self) -> Result<Vec<OpenBag>> {
        let mut out = Vec::new();
        let dir = self.root.join(OPEN);
        for (name, kind) in self.world.list(&dir).at(Doing::Read, &dir)? {
            let Some(year) = name.to_str().and_then(paths::year_of) else { continue };
            if kind != EntryKind::Dir {
                continue;
            }
            for number in self.bag_numbers(OPEN, year)? {
                let id = BagId { year, number };
                out.push(OpenBag { id, files: self.count_files(id)? });
            }
        }
        Ok(out)
    }

    /// Numbers of the year's bags below `side`, ascending.
    fn bag_numbers(&self, side: &str, year: i16) -> Result<Vec<u32>> {
        let dir = self.root.join(side).join(format!("{year:04}"));
        let names = match self.world.list(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            listed => listed.at(Doing::Read, &dir)?,
        };
        let mut numbers: Vec<u32> = names
            .iter()
            .filter(|(_, kind)| *kind == EntryKind::Dir)
            .filter_map(|(name, _)| name.to_str().and_then(paths::bag_of))
            .collect();
        numbers.sort_unstable();
        Ok(numbers)
    }

    fn count_files(&self, bag: BagId) -> Result<u32> {
        let count = self.payload(bag)?.len();
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// Paths (`data/…`) of everything in an open bag's payload that is not a folder, sorted.
    pub(super) fn payload(&self, bag: BagId) -> Result<Vec<String>> {
        self.payload_of(&bag.under(&self.root, OPEN))
    }

    /// The same of any folder of a bag.
    pub(super) fn payload_of(&self, root: &Path) -> Result<Vec<String>> {
        let mut out = Vec::new();
        let mut dirs = vec![DATA.to_owned()];
        while let Some(inside) = dirs.pop() {
            let dir = root.join(&inside);
            let names = match self.world.list(&dir) {
                Err(error) if error.kind() == ErrorKind::NotFound => continue,
                listed => listed.at(Doing::Read, &dir)?,
            };
            for (name, kind) in names {
                let path = format!("{inside}/{}", name.to_string_lossy());
                // Ours are two levels deep; deeper is not ours and counts as one thing.
                if kind == EntryKind::Dir && path.matches('/').count() < 2 {
                    dirs.push(path);
                } else {
                    out.push(path);
                }
            }
        }
        out.sort_unstable();
        Ok(out)
    }

    pub(super) fn staged(&self, batch: &str, at: &ArchivePath) -> Result<PathBuf> {
        let dir = self.staged_bag(batch, at.bag_id())?;
        safe(&dir, at)?;
        Ok(dir.join(&at.path))
    }

    pub(super) fn staged_bag(&self, batch: &str, bag: BagId) -> Result<PathBuf> {
        Ok(self.batch_dir(batch)?.join(format!("{:04}-{:06}", bag.year, bag.number)))
    }

    pub(super) fn batch_dir(&self, batch: &str) -> Result<PathBuf> {
        let good = !batch.is_empty()
            && batch.len() <= 64
            && batch.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
        let dir = self.root.join(STAGING);
        if good {
            return Ok(dir.join(batch));
        }
        Err(refuse(
            &dir,
            text!("tên lô “{batch}” không dùng được", "“{batch}” cannot name a batch"),
            text!("chỉ dùng chữ cái, chữ số và dấu -", "use letters, digits and - only"),
        ))
    }

    pub(super) fn open_path(&self, at: &ArchivePath) -> Result<PathBuf> {
        let bag = at.bag_id().under(&self.root, OPEN);
        safe(&bag, at)?;
        Ok(bag.join(&at.path))
    }

    fn drop_batch(&self, batch: &str) -> Result<()> {
        let dir = self.batch_dir(batch)?;
        match self.world.remove_tree(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            removed => removed.at(Doing::Remove, &dir)?,
        }
        lock(&self.made).retain(|made| !made.starts_with(&dir));
        Ok(())
    }

    /// Removes everything in staging: what is there was never committed. Only under the office's lock.
    pub fn clear_staging(&self) -> Result<()> {
        let dir = self.root.join(STAGING);
        let names = match self.world.list(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => {
                return self.world.create_dir(&dir).at(Doing::Write, &dir);
            }
            listed => listed.at(Doing::Read, &dir)?,
        };
        for (name, kind) in names {
            let path = dir.join(name);
            let removed = match kind {
                EntryKind::Dir => self.world.remove_tree(&path),
                _ => self.world.remove(&path),
            };
            removed.at(Doing::Remove, &path)?;
        }
        lock(&self.made).clear();
        Ok(())
    }

    pub(super) fn make_dir(&self, dir: &Path) -> Result<()> {
        if lock(&self.made).contains(dir) {
            return Ok(());
        }
        self.world.create_dir(dir).at(Doing::Write, dir)?;
        let kind = self.world.stat(dir).at(Doing::Read, dir)?.kind;
        if kind != EntryKind::Dir {
            return Err(refuse(
                dir,
                text!("không phải thư mục thật", "is not a real folder"),
                text!(
                    "trong kho không được có liên kết; chạy `vanthu verify`",
                    "an archive must hold no links; run `vanthu verify`"
                ),
            ));
        }
        lock(&self.made).insert(dir.to_path_buf());
        Ok(())
    }

    /// True if `path` holds exactly the bytes of `file`.
    pub(super) fn is_whole(&self, path: &Path, file: &FileRef) -> bool {
        self.world.read(path, file.size).is_ok_and(|bytes| sha256(&bytes) == file.sha256)
    }

    pub(super) fn append_manifest(&self, bag: BagId, lines: &str) -> Result<()> {
        let dir = bag.under(&self.root, OPEN);
        let path = dir.join(MANIFEST);
        let new = self.world.stat(&path).is_err();
        self.world.append(&path, lines.as_bytes()).at(Doing::Write, &path)?;
        if new {
            self.world.sync(&dir).at(Doing::Sync, &dir)?;
        }
        Ok(())
    }

    /// Forgets what was known of folders below `dir`, after it moved away.
    pub(super) fn forget(&self, dir: &Path) {
        lock(&self.made).retain(|made| !made.starts_with(dir));
        lock(&self.synced).retain(|synced| !synced.starts_with(dir));
    }
}

pub(super) fn safe(inside: &Path, at: &ArchivePath) -> Result<()> {
    let path = &at.path;
    match check_path(path) {
        None => Ok(()),
        Some(why) => Err(refuse(
            inside,
            crate::diagnostic::Text::new(
                format!("không nhận đường dẫn “{path}”: {}", why.vi),
                format!("path “{path}” is refused: {}", why.en),
            ),
            text!(
                "sổ đăng ký hoặc kho đã bị sửa; chạy `vanthu verify`",
                "the register or the archive was changed; run `vanthu verify`"
            ),
        )),
    }
}

pub(super) fn paths_parent(path: &Path) -> PathBuf {
    crate::world::parent_of(path)
}

pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
