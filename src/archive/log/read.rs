//! Reading the log: its checkpoint, leaves and proofs, from the tiles alone.
//!
//! Knows: which files a proof needs. Must not know: private keys, the register.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::super::Digest;
use super::super::fault::{At, Doing};
use super::super::paths::LOG;
use super::note::{MAX_NOTE, PublicKey};
use super::tile::{self, Content, HEIGHT, Tile, WIDTH};
use super::{CHECKPOINT, Checkpoint, DAYS, Fault, Proof, merkle};
use crate::diagnostic::Result;
use crate::world::World;

/// Tiles that are kept in memory; a proof needs far fewer.
const KEPT: usize = 64;

/// The log of an archive, for reading.
pub struct Reader<'w> {
    world: &'w dyn World,
    dir: PathBuf,
    size: u64,
    tiles: RefCell<BTreeMap<(u8, u64), Vec<Digest>>>,
}

/// How a checkpoint kept elsewhere stands to the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Anchor {
    /// The log still begins with what the checkpoint says.
    Holds,
    /// The checkpoint has more leaves than the log: the archive was put back to an older state.
    RolledBack,
    /// The log says something else in the same place: it was rewritten, or went on from a copy.
    Differs,
}

impl<'w> Reader<'w> {
    /// The log below `root`, the archive's folder, as it stands with `size` leaves.
    pub fn new(world: &'w dyn World, root: &Path, size: u64) -> Self {
        Self { world, dir: root.join(LOG), size, tiles: RefCell::default() }
    }

    /// The signed checkpoint below `root`, verbatim, and what it says; `None` where there is none.
    ///
    /// # Errors
    /// `Tampered` if it is not signed by a known key or is malformed.
    pub fn checkpoint(
        world: &dyn World,
        root: &Path,
        known: &[PublicKey],
    ) -> Result<Option<(Vec<u8>, Checkpoint)>> {
        let path = root.join(LOG).join(CHECKPOINT);
        let bytes = match world.read(&path, MAX_NOTE as u64) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) if error.kind() == ErrorKind::FileTooLarge => {
                return Err(Fault::TooLong.tampered(&path));
            }
            read => read.at(Doing::Read, &path)?,
        };
        match Checkpoint::open(&bytes, known) {
            Ok((checkpoint, _)) => Ok(Some((bytes, checkpoint))),
            Err(fault) => Err(fault.tampered(&path)),
        }
    }

    /// The checkpoints of the days below `root` that are signed by a known key; others are left out.
    pub fn days(world: &dyn World, root: &Path, known: &[PublicKey]) -> Result<Vec<Checkpoint>> {
        let dir = root.join(LOG).join(DAYS);
        let names = match world.list(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            listed => listed.at(Doing::Read, &dir)?,
        };
        let days = names.into_iter().filter_map(|(name, _)| {
            // One that is not in place yet vouches for nothing.
            let day = name.to_str().filter(|name| name.parse::<jiff::civil::Date>().is_ok())?;
            let bytes = world.read(&dir.join(day), MAX_NOTE as u64).ok()?;
            Checkpoint::open(&bytes, known).ok()
        });
        Ok(days.map(|(checkpoint, _)| checkpoint).collect())
    }

    /// Leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Root of the first `size` leaves.
    pub fn root(&self, size: u64) -> Result<Digest> {
        merkle::root(size.min(self.size), &mut |level, index| self.node(level, index))
    }

    /// A leaf, verbatim.
    pub fn leaf(&self, index: u64) -> Result<Vec<u8>> {
        let path = self.dir.join("tile/entries");
        let tile = Tile::at(Content::Entries, index / WIDTH, self.size)
            .ok_or_else(|| Fault::Leaves.refuse(&path))?;
        let (path, bytes) = self.bytes(tile)?;
        let entries = tile::entries(&bytes, tile.width).map_err(|f| f.refuse(&path))?;
        let at = usize::try_from(index % WIDTH).unwrap_or(usize::MAX);
        let leaf = entries.get(at).map(|leaf| leaf.to_vec());
        leaf.ok_or_else(|| Fault::Leaves.refuse(&path))
    }

    /// Proof that the leaf at `index` is in the tree of the first `size` leaves, from its sibling up.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Digest>> {
        merkle::inclusion(index, size.min(self.size), &mut |l, i| self.node(l, i))
    }

    /// Proof that the tree of `new` leaves begins with that of `old` leaves.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Digest>> {
        merkle::consistency(old, new.min(self.size), &mut |l, i| self.node(l, i))
    }

    /// The proof to take away of one leaf under a signed checkpoint of the log, checked before it is
    /// given: a damaged tile gives an error, never a proof that fails.
    pub fn prove(&self, index: u64, checkpoint: &[u8], known: &[PublicKey]) -> Result<Proof> {
        let size = Checkpoint::open(checkpoint, known).map_err(|f| f.tampered(&self.dir))?.0.size;
        let leaf = self.leaf(index)?;
        let hashes = self.inclusion(index, size)?;
        let proof = Proof { leaf: None, index, hashes, checkpoint: checkpoint.to_vec() };
        proof.verify(&leaf, known).map_err(|fault| fault.refuse(&self.dir))?;
        Ok(Proof { leaf: Some(leaf), ..proof })
    }

    /// Compares a checkpoint of this log that was kept elsewhere with the log's own.
    pub fn compare(&self, kept: &Checkpoint, own: &Checkpoint) -> Result<Anchor> {
        if kept.origin != own.origin {
            return Ok(Anchor::Differs);
        }
        if kept.size > own.size {
            return Ok(Anchor::RolledBack);
        }
        let proof = self.consistency(kept.size, own.size)?;
        let holds = merkle::is_consistent(kept.size, own.size, &kept.root, &own.root, &proof);
        Ok(if holds { Anchor::Holds } else { Anchor::Differs })
    }

    /// A node of the tree, from the tile that holds it or the hashes below it.
    fn node(&self, level: u8, index: u64) -> Result<Digest> {
        let (row, above) = (level / HEIGHT, level % HEIGHT);
        let first = index << above;
        let tile = first / WIDTH;
        self.load(row, tile)?;
        let (from, count) = ((first % WIDTH) as usize, 1usize << above);
        let tiles = self.tiles.borrow();
        let hashes = tiles.get(&(row, tile)).and_then(|hashes| hashes.get(from..from + count));
        let root = hashes.and_then(|hashes| merkle::fold(hashes, None));
        root.ok_or_else(|| Fault::TileLength.refuse(&self.dir))
    }

    fn load(&self, row: u8, index: u64) -> Result<()> {
        if self.tiles.borrow().contains_key(&(row, index)) {
            return Ok(());
        }
        let tile = Tile::at(Content::Hashes(row), index, self.size)
            .ok_or_else(|| Fault::TileLength.refuse(&self.dir))?;
        let (path, bytes) = self.bytes(tile)?;
        let hashes = tile::hashes(&bytes, tile.width).map_err(|f| f.refuse(&path))?;
        let mut tiles = self.tiles.borrow_mut();
        if tiles.len() >= KEPT {
            tiles.clear();
        }
        tiles.insert((row, index), hashes);
        Ok(())
    }

    fn bytes(&self, tile: Tile) -> Result<(PathBuf, Vec<u8>)> {
        let path = self.dir.join(tile.path());
        let bytes = self.world.read(&path, tile::MAX_BUNDLE).at(Doing::Read, &path)?;
        Ok((path, bytes))
    }
}
