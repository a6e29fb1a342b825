//! The right edge of the tree: all that is needed to add leaves, whatever the size of the log.
//!
//! Knows: partial tiles and the partial bundle. Must not know: the disk, signatures.

use super::super::Digest;
use super::tile::{self, Content, Tile, WIDTH};
use super::{Fault, merkle};

/// What stands in the partial tiles of a tree: at most 255 hashes a level, and the last leaves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edge {
    /// Leaves.
    size: u64,
    /// Hashes of the partial tile of each level; empty where its last tile is full.
    hashes: Vec<Vec<Digest>>,
    /// Bytes of the partial bundle.
    bundle: Vec<u8>,
}

/// Takes a full tile or bundle.
pub type Full<'a> = dyn FnMut(Tile, &[u8]) -> crate::diagnostic::Result<()> + 'a;

impl Edge {
    /// The edge of a tree of `size` leaves from its partial tiles and bundle as `read` gives them.
    /// `None` if one of them is not as long as it must be.
    pub fn load<E>(
        size: u64,
        mut read: impl FnMut(Tile) -> Result<Vec<u8>, E>,
    ) -> Result<Option<Self>, E> {
        let mut out = Self { size, ..Self::default() };
        for level in tile::levels(size) {
            let hashes = match out.partial(Content::Hashes(level)) {
                Some(tile) => tile::hashes(&read(tile)?, tile.width),
                None => Ok(Vec::new()),
            };
            let Ok(hashes) = hashes else { return Ok(None) };
            out.hashes.push(hashes);
        }
        if let Some(tile) = out.partial(Content::Entries) {
            out.bundle = read(tile)?;
            let Ok(entries) = tile::entries(&out.bundle, tile.width) else { return Ok(None) };
            let leaves = entries.into_iter().map(merkle::leaf);
            if !leaves.eq(out.hashes.first().into_iter().flatten().copied()) {
                return Ok(None);
            }
        }
        Ok(Some(out))
    }

    /// Leaves.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Bytes of the partial bundle; empty where the last one is full.
    pub fn bundle(&self) -> &[u8] {
        &self.bundle
    }

    /// All partial tiles and the partial bundle.
    pub fn partial_tiles(&self) -> Vec<Tile> {
        let contents = tile::levels(self.size).map(Content::Hashes).chain([Content::Entries]);
        contents.filter_map(|content| self.partial(content)).collect()
    }

    /// The partial tile of a kind; `None` if its last tile is full.
    fn partial(&self, content: Content) -> Option<Tile> {
        let count = tile::things(content, self.size);
        Tile::at(content, count / WIDTH, self.size)
    }

    /// All partial tiles and the partial bundle with their bytes.
    pub fn partials(&self) -> Vec<(Tile, Vec<u8>)> {
        let hashes = self.hashes.iter().zip(0..).filter_map(|(hashes, level)| {
            Some((self.partial(Content::Hashes(level))?, tile::tile_bytes(hashes)))
        });
        let entries = self.partial(Content::Entries).map(|t| (t, self.bundle.clone()));
        hashes.chain(entries).collect()
    }

    /// The root of the tree.
    pub fn root(&self) -> Digest {
        let folded = self.hashes.iter().fold(None, |right, level| merkle::fold(level, right));
        folded.unwrap_or_else(merkle::empty)
    }

    /// Adds a leaf; hands over each tile and bundle that it fills.
    pub fn push(&mut self, leaf: &[u8], full: &mut Full<'_>) -> crate::diagnostic::Result<()> {
        let path = std::path::Path::new("log");
        tile::push_entry(&mut self.bundle, leaf).map_err(|fault: Fault| fault.refuse(path))?;
        let index = self.size / WIDTH;
        self.size += 1;
        if self.size.is_multiple_of(WIDTH) {
            let tile = Tile { content: Content::Entries, index, width: WIDTH as u16 };
            full(tile, &self.bundle)?;
            self.bundle.clear();
        }
        let mut hash = merkle::leaf(leaf);
        for level in 0.. {
            if self.hashes.len() == level {
                self.hashes.push(Vec::new());
            }
            let Some(hashes) = self.hashes.get_mut(level) else { break };
            hashes.push(hash);
            if (hashes.len() as u64) < WIDTH {
                break;
            }
            let content = Content::Hashes(level as u8);
            let index = tile::things(content, self.size) / WIDTH - 1;
            full(Tile { content, index, width: WIDTH as u16 }, &tile::tile_bytes(hashes))?;
            hash = merkle::fold(hashes, None).unwrap_or_else(merkle::empty);
            hashes.clear();
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn grown(size: u64) -> (Edge, BTreeMap<Tile, Vec<u8>>) {
        let (mut edge, mut files) = (Edge::default(), BTreeMap::new());
        for i in 0..size {
            let leaf = format!("leaf {i}");
            edge.push(leaf.as_bytes(), &mut |tile, bytes| {
                assert!(
                    files.insert(tile, bytes.to_vec()).is_none(),
                    "a full tile is written once"
                );
                Ok(())
            })
            .expect("pushed");
        }
        files.extend(edge.partials());
        (edge, files)
    }

    #[test]
    fn it_has_the_root_and_the_tiles_of_the_whole_tree() {
        for size in [0u64, 1, 2, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, 70_000] {
            let (edge, files) = grown(size);
            let leaves: Vec<Digest> =
                (0..size).map(|i| merkle::leaf(format!("leaf {i}").as_bytes())).collect();
            assert_eq!(
                edge.root(),
                merkle::fold(&leaves, None).unwrap_or_else(merkle::empty),
                "{size}"
            );
            let mut expected = Vec::new();
            for level in tile::levels(size) {
                for index in 0.. {
                    let Some(tile) = Tile::at(Content::Hashes(level), index, size) else { break };
                    expected.push(tile);
                }
            }
            expected.extend((0..).map_while(|i| Tile::at(Content::Entries, i, size)));
            expected.sort();
            assert_eq!(files.keys().copied().collect::<Vec<_>>(), expected, "{size}");
            let loaded = Edge::load(size, |tile| files.get(&tile).cloned().ok_or(()));
            assert_eq!(loaded, Ok(Some(edge)), "{size}");
        }
    }

    #[test]
    fn a_damaged_edge_is_not_loaded() {
        let (_, files) = grown(300);
        let load = |files: &BTreeMap<Tile, Vec<u8>>| {
            Edge::load(300, |tile| files.get(&tile).cloned().ok_or(()))
        };
        for tile in files.keys().filter(|t| !t.is_full() && t.content != Content::Hashes(1)) {
            let mut cut = files.clone();
            cut.get_mut(tile).expect("there").pop();
            assert_eq!(load(&cut), Ok(None), "{}", tile.path());
            let mut flipped = files.clone();
            flipped.get_mut(tile).expect("there")[5] ^= 1;
            assert_eq!(load(&flipped), Ok(None), "{}", tile.path());
        }
    }
}
