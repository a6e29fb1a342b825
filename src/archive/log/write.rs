//! Writing the log: tiles first, the signed checkpoint last and never ahead of what is durable.
//!
//! Knows: which files change and in which order. Must not know: what a leaf says, SQL, bags.
//!
//! [`Log::extend`] writes new tiles and [`Log::sign`] the next checkpoint beside the one that stands, both
//! without syncing and without touching any file that the published checkpoint needs; whoever calls
//! them syncs the file system once, for whatever else is waiting too; [`Log::publish`] then puts the
//! checkpoint in its place and removes partial tiles that it does not need any more. The work hangs
//! on the number of new leaves only.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::super::fault::{At, Doing, refuse};
use super::super::paths::{LOG, QUARANTINE};
use super::note::{PrivateKey, PublicKey, sign};
use super::tile::{self, Content, Tile, WIDTH};
use super::tree::Edge;
use super::{CHECKPOINT, Checkpoint, DAYS, Fault, Leaves, Reader, TILES, keys};
use crate::diagnostic::Result;
use crate::text;
use crate::world::{EntryKind, World, parent_of};

/// The log of an archive, for writing. Who writes must hold the office's lock.
pub struct Log<'w> {
    world: &'w dyn World,
    root: PathBuf,
    key: Arc<PrivateKey>,
    /// The key that was replaced: it signs the next checkpoint too.
    also: Option<PrivateKey>,
    edge: Edge,
    /// What the published checkpoint says.
    signed: Option<Checkpoint>,
    /// Its tiles at the edge are missing or damaged.
    damaged: bool,
    /// The next checkpoint, where it is written already.
    waiting: Option<Waiting>,
    /// Partial tiles that the published checkpoint needs and the next one will not.
    stale: Vec<Tile>,
    made: HashSet<PathBuf>,
}

/// Tiles that are not written yet.
pub struct Composed {
    from: u64,
    edge: Edge,
    tiles: Vec<(Tile, Vec<u8>)>,
}

impl Composed {
    /// Adds the next leaf.
    ///
    /// # Errors
    /// A leaf that is too long for a bundle.
    pub fn push(&mut self, leaf: &[u8]) -> Result<()> {
        let tiles = &mut self.tiles;
        self.edge.push(leaf, &mut |tile, bytes| {
            tiles.push((tile, bytes.to_vec()));
            Ok(())
        })
    }

    /// How many leaves the log will have with these.
    pub fn size(&self) -> u64 {
        self.edge.size()
    }
}

/// A checkpoint that is written under another name and not in place yet.
struct Waiting {
    checkpoint: Checkpoint,
    /// Its copy, if it is the first of its day.
    of_the_day: Option<PathBuf>,
}

/// The next checkpoint's name until it is durable.
const NEXT: &str = ".checkpoint.next.tmp";

impl<'w> Log<'w> {
    /// Opens the log below `root`, the archive's folder, and compares it with the register; writes
    /// nothing. `known` are all public keys of the archive. Reads a handful of tiles whatever the
    /// size of the log; only where these are damaged is every leaf read.
    ///
    /// # Errors
    /// `Tampered`: the checkpoint is not ours, the register has fewer entries than were signed, or
    /// others.
    pub fn open(
        world: &'w dyn World,
        root: &Path,
        key: PrivateKey,
        known: &[PublicKey],
        leaves: &dyn Leaves,
    ) -> Result<Self> {
        let signed = Reader::checkpoint(world, root, known)?.map(|(_, checkpoint)| checkpoint);
        let mut log = Self {
            world,
            root: root.to_owned(),
            key: Arc::new(key),
            also: None,
            edge: Edge::default(),
            signed,
            damaged: false,
            waiting: None,
            stale: Vec::new(),
            made: HashSet::new(),
        };
        match log.signed.clone() {
            Some(signed) if leaves.count()? < signed.size => {
                return Err(Fault::RolledBack.tampered(&log.at(CHECKPOINT)));
            }
            Some(signed) => {
                log.damaged = !log.load_edge(&signed, leaves)?;
                if log.damaged {
                    log.edge = log.remade_edge(&signed, leaves)?;
                }
            }
            None => log.refuse_lost_checkpoint()?,
        }
        Ok(log)
    }

    /// What the published checkpoint says; `None` before the first one.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.signed.as_ref()
    }

    /// The key that signs; its name is the log's.
    pub fn key(&self) -> &PublicKey {
        self.key.public()
    }

    /// The key itself, for what certificates bear.
    pub fn signer(&self) -> Arc<PrivateKey> {
        Arc::clone(&self.key)
    }

    /// The next checkpoint bears the signature of this key too: the one that was replaced vouches
    /// for the one that follows.
    pub fn also_sign(&mut self, old: PrivateKey) {
        self.also = Some(old);
    }

    /// Removes what a kill left and makes damaged tiles at the edge again; how many. Not synced.
    /// [`Log::extend`], [`Log::sync`] and [`Log::publish`] are to follow.
    pub fn mend(&mut self, leaves: &dyn Leaves) -> Result<u64> {
        self.sweep()?;
        if !self.damaged {
            return Ok(0);
        }
        let rebuilt = self.rebuild(leaves)?;
        self.damaged = false;
        Ok(rebuilt.len() as u64)
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root.join(LOG).join(path)
    }

    /// Takes the right edge from the tiles. False if they are not those of the signed root; an error
    /// if they are, and the newest leaves of the register are others.
    fn load_edge(&mut self, signed: &Checkpoint, leaves: &dyn Leaves) -> Result<bool> {
        let read = |tile: Tile| self.world.read(&self.at(&tile.path()), tile::MAX_BUNDLE);
        let edge = match Edge::load(signed.size, read) {
            Ok(Some(edge)) if edge.root() == signed.root => edge,
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                return Err(error).at(Doing::Read, &self.at(TILES));
            }
            _ => return Ok(false),
        };
        let mut bundle = Vec::new();
        leaves.read(signed.size / WIDTH * WIDTH..signed.size, &mut |leaf| {
            tile::push_entry(&mut bundle, leaf).map_err(|f| f.tampered(&self.at(CHECKPOINT)))
        })?;
        if edge.bundle() != bundle.as_slice() {
            return Err(Fault::OtherEntries.tampered(&self.at(CHECKPOINT)));
        }
        self.edge = edge;
        Ok(true)
    }

    /// A log that was published has copies of each day: these do not vanish in a crash.
    fn refuse_lost_checkpoint(&self) -> Result<()> {
        match self.world.list(&self.at(DAYS)) {
            Ok(days) if days.iter().any(|(name, _)| !is_temporary(name)) => {
                Err(Fault::NoCheckpoint.tampered(&self.at(CHECKPOINT)))
            }
            _ => Ok(()),
        }
    }

    /// The edge of the published checkpoint from all leaves of the register.
    fn remade_edge(&self, signed: &Checkpoint, leaves: &dyn Leaves) -> Result<Edge> {
        if leaves.count()? < signed.size {
            return Err(Fault::RolledBack.tampered(&self.at(CHECKPOINT)));
        }
        let mut edge = Edge::default();
        leaves.read(0..signed.size, &mut |leaf| edge.push(leaf, &mut |_, _| Ok(())))?;
        if edge.root() == signed.root {
            Ok(edge)
        } else {
            Err(Fault::OtherEntries.tampered(&self.at(CHECKPOINT)))
        }
    }

    /// Makes every tile and bundle of the published checkpoint again from the register where it is
    /// missing or differs; what differs goes to quarantine. Gives the paths below `log/`. Not synced.
    ///
    /// # Errors
    /// `Tampered`, with nothing written: the register does not lead to the signed root.
    pub fn rebuild(&mut self, leaves: &dyn Leaves) -> Result<Vec<String>> {
        let Some(signed) = self.signed.clone() else { return Ok(Vec::new()) };
        self.remade_edge(&signed, leaves)?;
        let (mut edge, mut rebuilt) = (Edge::default(), Vec::new());
        let mut made = std::mem::take(&mut self.made);
        leaves.read(0..signed.size, &mut |leaf| {
            edge.push(leaf, &mut |tile, bytes| {
                rebuilt.extend(self.remake(tile, bytes, &mut made)?);
                Ok(())
            })
        })?;
        for (tile, bytes) in edge.partials() {
            rebuilt.extend(self.remake(tile, &bytes, &mut made)?);
        }
        self.made = made;
        Ok(rebuilt)
    }

    /// Puts a tile right; its path if it had to.
    fn remake(
        &self,
        tile: Tile,
        bytes: &[u8],
        made: &mut HashSet<PathBuf>,
    ) -> Result<Option<String>> {
        let (shown, path) = (tile.path(), self.at(&tile.path()));
        match self.world.read(&path, tile::MAX_BUNDLE) {
            Ok(found) if found == bytes => return Ok(None),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            _ => self.put_aside(&path, &shown)?,
        }
        self.put(tile, bytes, made)?;
        Ok(Some(shown))
    }

    fn put_aside(&self, path: &Path, shown: &str) -> Result<()> {
        let dir = self.root.join(QUARANTINE);
        self.world.create_dir(&dir).at(Doing::Write, &dir)?;
        let stem = format!("log_{}", shown.replace('/', "_"));
        for copy in 1..10_000 {
            let to = dir.join(if copy == 1 { stem.clone() } else { format!("{stem}.{copy}") });
            match self.world.rename(path, &to) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                moved => return moved.at(Doing::Move, path),
            }
        }
        Ok(())
    }

    /// For leaves that are not committed yet, from the one numbered `from` on; `None` where the log ends
    /// elsewhere. Nothing is written.
    pub fn compose(&self, from: u64) -> Option<Composed> {
        let edge = self.edge.clone();
        (edge.size() == from).then_some(Composed { from, edge, tiles: Vec::new() })
    }

    /// Writes the tiles and bundles of all leaves that the register has beyond the log's; returns
    /// how many leaves. Not synced, and no file that the published checkpoint needs is touched.
    pub fn extend(&mut self, leaves: &dyn Leaves) -> Result<u64> {
        self.extend_by(None, leaves)
    }

    /// The same, where some of it was composed before the leaves were committed.
    pub fn extend_by(&mut self, composed: Option<Composed>, leaves: &dyn Leaves) -> Result<u64> {
        let (from, to) = (self.edge.size(), leaves.count()?);
        if to <= from {
            return Ok(0);
        }
        let before = self.edge.partial_tiles();
        let mut edge = self.edge.clone();
        let mut made = std::mem::take(&mut self.made);
        if let Some(composed) = composed.filter(|c| c.from == from && c.edge.size() <= to) {
            for (tile, bytes) in &composed.tiles {
                self.put(*tile, bytes, &mut made)?;
            }
            edge = composed.edge;
        }
        leaves.read(edge.size()..to, &mut |leaf| {
            edge.push(leaf, &mut |tile, bytes| self.put(tile, bytes, &mut made))
        })?;
        if edge.size() != to {
            return Err(Fault::Leaves.tampered(&self.at(CHECKPOINT)));
        }
        let after = edge.partials();
        for (tile, bytes) in after.iter().filter(|(tile, _)| !before.contains(tile)) {
            self.put(*tile, bytes, &mut made)?;
        }
        let gone = before.into_iter().filter(|tile| after.iter().all(|(t, _)| t != tile));
        self.stale.extend(gone);
        self.made = made;
        self.edge = edge;
        Ok(to - from)
    }

    /// Writes a new file. One that is there was left by a run that was cut short before its checkpoint.
    fn put(&self, tile: Tile, bytes: &[u8], made: &mut HashSet<PathBuf>) -> Result<()> {
        let path = self.at(&tile.path());
        let dir = parent_of(&path);
        if !made.contains(&dir) {
            self.world.create_dir(&dir).at(Doing::Write, &dir)?;
            if self.world.stat(&dir).at(Doing::Read, &dir)?.kind != EntryKind::Dir {
                return Err(not_a_folder(&dir));
            }
            made.insert(dir);
        }
        self.write_anew(&path, bytes)
    }

    /// Makes durable what [`Log::extend`] wrote: one sync of the file system.
    pub fn sync(&self) -> Result<()> {
        let dir = self.root.join(LOG);
        self.world.sync_tree(&dir).at(Doing::Sync, &dir)
    }

    /// Signs the next checkpoint and writes it, with the copy of the first one of each day, under other
    /// names, unsynced. A sync of the file system and [`Log::publish`] are to follow.
    pub fn sign(&mut self) -> Result<()> {
        self.waiting = None;
        let Some((checkpoint, note)) = self.next() else { return Ok(()) };
        self.write_anew(&self.at(NEXT), note.as_bytes())?;
        let mut of_the_day = None;
        if let Some(path) = self.missing_of_today() {
            let dir = parent_of(&path);
            self.world.create_dir(&dir).at(Doing::Write, &dir)?;
            self.write_anew(&temporary(&path), note.as_bytes())?;
            of_the_day = Some(path);
        }
        self.waiting = Some(Waiting { checkpoint, of_the_day });
        Ok(())
    }

    /// Replaces the checkpoint by the next one, and keeps the first one of each day. Everything that it
    /// speaks of must be durable: the leaves by the register's commit, the tiles by a sync, which has
    /// covered what [`Log::sign`] wrote too.
    pub fn publish(&mut self) -> Result<()> {
        let path = self.at(CHECKPOINT);
        let written = self.waiting.take().filter(|w| w.checkpoint.size == self.edge.size());
        if let Some(Waiting { checkpoint, of_the_day }) = written {
            self.world.replace_by(&self.at(NEXT), &path).at(Doing::Write, &path)?;
            self.signed = Some(checkpoint);
            self.also = None;
            if let Some(day) = of_the_day {
                // If a power cut takes this name, the next checkpoint of the day is kept.
                self.world.rename(&temporary(&day), &day).at(Doing::Move, &day)?;
                self.made.insert(day);
            }
        } else if let Some((checkpoint, note)) = self.next() {
            self.world.replace(&path, note.as_bytes()).at(Doing::Write, &path)?;
            self.signed = Some(checkpoint);
            self.also = None;
            if let Some(day) = self.missing_of_today() {
                let dir = parent_of(&day);
                self.world.create_dir(&dir).at(Doing::Write, &dir)?;
                self.world.replace(&day, note.as_bytes()).at(Doing::Write, &day)?;
                self.made.insert(day);
            }
        }
        self.drop_stale()
    }

    /// The checkpoint that is to follow the published one, signed; `None` if there is nothing new.
    fn next(&self) -> Option<(Checkpoint, String)> {
        let origin = self.key.public().name().to_owned();
        let next = Checkpoint { origin, size: self.edge.size(), root: self.edge.root() };
        if next.size == 0 || (self.signed.as_ref() == Some(&next) && self.also.is_none()) {
            return None;
        }
        let keys: Vec<&PrivateKey> = std::iter::once(&*self.key).chain(&self.also).collect();
        let note = sign(&next.text(), &keys);
        Some((next, note))
    }

    /// Where today's copy belongs; `None` if there is one.
    fn missing_of_today(&self) -> Option<PathBuf> {
        let path = self.at(DAYS).join(self.world.today().to_string());
        let is_kept = self.made.contains(&path) || self.world.stat(&path).is_ok();
        (!is_kept).then_some(path)
    }

    fn write_anew(&self, path: &Path, bytes: &[u8]) -> Result<()> {
        match self.world.create(path, bytes) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                self.world.remove(path).at(Doing::Remove, path)?;
                self.world.create(path, bytes).at(Doing::Write, path)
            }
            written => written.at(Doing::Write, path),
        }
    }

    fn drop_stale(&mut self) -> Result<()> {
        let current = self.edge.partial_tiles();
        for tile in std::mem::take(&mut self.stale) {
            let lives = current.iter().any(|t| (t.content, t.index) == (tile.content, tile.index));
            let (path, removed) = if lives {
                let path = self.at(&tile.path());
                let removed = self.world.remove(&path);
                (path, removed)
            } else {
                let path = self.at(&tile.folder());
                let removed = self.world.remove_tree(&path);
                self.made.remove(&path);
                (path, removed)
            };
            match removed {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed.at(Doing::Remove, &path)?,
            }
        }
        Ok(())
    }

    /// Removes what runs that were cut short have left at the right edge: partial tiles that the
    /// published checkpoint does not need, unfinished copies of the checkpoint.
    fn sweep(&self) -> Result<()> {
        for dir in [self.root.join(LOG), self.at(DAYS)] {
            for (name, kind) in self.names(&dir)? {
                if kind == EntryKind::File && is_temporary(&name) {
                    let path = dir.join(name);
                    self.world.remove(&path).at(Doing::Remove, &path)?;
                }
            }
        }
        let size = self.edge.size();
        let needed: HashSet<String> = self.edge.partial_tiles().iter().map(Tile::path).collect();
        for content in tile::levels(size).map(Content::Hashes).chain([Content::Entries]) {
            let last = tile::things(content, size) / WIDTH;
            let stem = Tile { content, index: last, width: WIDTH as u16 }.path();
            let Some((folder, _)) = stem.rsplit_once('/') else { continue };
            for (name, _) in self.names(&self.at(folder))? {
                let Some(name) = name.to_str().filter(|n| n.ends_with(".p")) else { continue };
                self.sweep_partials(&format!("{folder}/{name}"), &needed)?;
            }
        }
        Ok(())
    }

    fn sweep_partials(&self, folder: &str, needed: &HashSet<String>) -> Result<()> {
        let dir = self.at(folder);
        let names = self.names(&dir)?;
        let path = |name: &std::ffi::OsStr| format!("{folder}/{}", name.to_string_lossy());
        if !names.iter().any(|(name, _)| needed.contains(&path(name))) {
            return self.world.remove_tree(&dir).at(Doing::Remove, &dir);
        }
        for (name, _) in names.iter().filter(|(name, _)| !needed.contains(&path(name))) {
            let path = dir.join(name);
            self.world.remove(&path).at(Doing::Remove, &path)?;
        }
        Ok(())
    }

    fn names(&self, dir: &Path) -> Result<Vec<(std::ffi::OsString, EntryKind)>> {
        match self.world.list(dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            listed => listed.at(Doing::Read, dir),
        }
    }
}

/// The name of a copy of a day until it is durable.
fn temporary(day: &Path) -> PathBuf {
    let name = day.file_name().unwrap_or_default().to_string_lossy();
    day.with_file_name(format!(".{name}.tmp"))
}

/// A name that [`World::replace`] or a signing that was cut short may leave.
fn is_temporary(name: &std::ffi::OsStr) -> bool {
    name.to_str().is_some_and(keys::is_temporary)
}

fn not_a_folder(dir: &Path) -> crate::diagnostic::Failure {
    refuse(
        dir,
        text!("không phải thư mục thật", "is not a real folder"),
        text!(
            "trong kho không được có liên kết; chạy `vanthu verify`",
            "an archive must hold no links; run `vanthu verify`"
        ),
    )
}
