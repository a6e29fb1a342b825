//! Tiles and entry bundles as c2sp.org/tlog-tiles lays them out: names and bytes.
//!
//! Knows: paths, widths, length prefixes. Must not know: the disk, signatures, what a leaf says.

use super::super::Digest;
use super::Fault;

/// Hashes in a full tile, entries in a full bundle.
pub const WIDTH: u64 = 256;
/// Levels of the tree that a tile spans.
pub const HEIGHT: u8 = 8;
/// Longest leaf: its length is written in two bytes.
pub const MAX_LEAF: usize = 0xFFFF;
/// Most bytes of a bundle: each entry with its length.
pub const MAX_BUNDLE: u64 = WIDTH * (MAX_LEAF as u64 + 2);
/// Bytes of a full tile.
pub const FULL_TILE: u64 = WIDTH * 32;

/// What a file below `tile/` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Content {
    /// Hashes; level 0 are those of the leaves, a hash of level `l` covers 256^l leaves.
    Hashes(u8),
    /// The leaves themselves.
    Entries,
}

/// A tile or bundle: which, and how many things it holds (1 to 256).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// Of what.
    pub content: Content,
    /// Index in its level.
    pub index: u64,
    /// Width; below 256 it is partial.
    pub width: u16,
}

impl Tile {
    /// The tile of an index as it stands in a tree of `size` leaves; `None` if it is empty there.
    pub fn at(content: Content, index: u64, size: u64) -> Option<Self> {
        let first = index.checked_mul(WIDTH)?;
        let count = things(content, size).checked_sub(first)?.min(WIDTH);
        let width = u16::try_from(count).ok().filter(|w| *w > 0)?;
        Some(Self { content, index, width })
    }

    /// True if it will never change.
    pub fn is_full(&self) -> bool {
        u64::from(self.width) == WIDTH
    }

    /// Its path below the log: `tile/0/x003/905`, `tile/entries/000.p/17`.
    pub fn path(&self) -> String {
        if self.is_full() { self.stem() } else { format!("{}/{}", self.folder(), self.width) }
    }

    /// The folder of its partial forms: `tile/0/000.p`.
    pub fn folder(&self) -> String {
        format!("{}.p", self.stem())
    }

    fn stem(&self) -> String {
        let index = index_path(self.index);
        match self.content {
            Content::Hashes(level) => format!("tile/{level}/{index}"),
            Content::Entries => format!("tile/entries/{index}"),
        }
    }

    /// The tile of a path below the log; `None` for a path that no tile has.
    pub fn parse(path: &str) -> Option<Self> {
        let rest = path.strip_prefix("tile/")?;
        let (kind, rest) = rest.split_once('/')?;
        let content = match kind {
            "entries" => Content::Entries,
            level => Content::Hashes(level.parse().ok().filter(|l| *l < 64)?),
        };
        let (stem, width) = match rest.rsplit_once(".p/") {
            Some((stem, width)) => (stem, width.parse().ok().filter(|w| (1..256).contains(w))?),
            None => (rest, WIDTH as u16),
        };
        let digits: String = stem.chars().filter(char::is_ascii_digit).collect();
        let index = digits.parse().ok()?;
        let tile = Self { content, index, width };
        (tile.path() == path).then_some(tile)
    }
}

/// How many hashes of a level, or leaves, a tree of `size` leaves has.
pub fn things(content: Content, size: u64) -> u64 {
    match content {
        Content::Entries => size,
        Content::Hashes(level) => size.checked_shr(u32::from(level) * 8).unwrap_or(0),
    }
}

/// The levels of tiles that a tree of `size` leaves has.
pub fn levels(size: u64) -> impl Iterator<Item = u8> {
    (0..8u8).take_while(move |level| things(Content::Hashes(*level), size) > 0)
}

/// `1234067` → `x001/x234/067`.
fn index_path(index: u64) -> String {
    let mut out = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        out = format!("x{:03}/{out}", rest % 1000);
        rest /= 1000;
    }
    out
}

/// The hashes of a tile of the given width.
pub fn hashes(bytes: &[u8], width: u16) -> Result<Vec<Digest>, Fault> {
    let (hashes, rest) = bytes.as_chunks::<32>();
    if !rest.is_empty() || hashes.len() != usize::from(width) {
        return Err(Fault::TileLength);
    }
    Ok(hashes.iter().copied().map(Digest).collect())
}

/// The bytes of a tile.
pub fn tile_bytes(hashes: &[Digest]) -> Vec<u8> {
    hashes.iter().flat_map(|h| h.0).collect()
}

/// Adds an entry to a bundle.
pub fn push_entry(bundle: &mut Vec<u8>, leaf: &[u8]) -> Result<(), Fault> {
    let length = u16::try_from(leaf.len()).map_err(|_| Fault::LeafTooLong)?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(leaf);
    Ok(())
}

/// The entries of a bundle of the given width.
pub fn entries(bytes: &[u8], width: u16) -> Result<Vec<&[u8]>, Fault> {
    let mut out = Vec::with_capacity(usize::from(width));
    let mut rest = bytes;
    while let Some((length, after)) = rest.split_first_chunk::<2>() {
        if out.len() == usize::from(width) {
            return Err(Fault::BundleLength);
        }
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, after) = after.split_at_checked(length).ok_or(Fault::BundleLength)?;
        out.push(entry);
        rest = after;
    }
    if !rest.is_empty() || out.len() != usize::from(width) {
        return Err(Fault::BundleLength);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_are_those_of_the_specification() {
        let path = |content, index, width| Tile { content, index, width }.path();
        assert_eq!(path(Content::Hashes(0), 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(path(Content::Hashes(2), 0, 1), "tile/2/000.p/1");
        assert_eq!(path(Content::Entries, 3905, 256), "tile/entries/x003/905");
        assert_eq!(path(Content::Entries, 999, 255), "tile/entries/999.p/255");
    }

    #[test]
    fn a_tree_has_the_tiles_that_the_specification_counts() {
        // The example of the specification: 70,000 leaves.
        let width = |level, index| {
            Tile::at(Content::Hashes(level), index, 70_000).map(|t| (t.width, t.is_full()))
        };
        assert_eq!(levels(70_000).collect::<Vec<_>>(), [0, 1, 2]);
        assert_eq!(width(0, 272), Some((256, true)));
        assert_eq!(width(0, 273), Some((112, false)));
        assert_eq!(width(0, 274), None);
        assert_eq!(width(1, 0), Some((256, true)));
        assert_eq!(width(1, 1), Some((17, false)));
        assert_eq!(width(2, 0), Some((1, false)));
        assert_eq!(Tile::at(Content::Hashes(1), 0, 256).map(|t| t.width), Some(1));
        assert_eq!(levels(0).count(), 0);
    }

    #[test]
    fn only_exact_paths_are_tiles() {
        for good in ["tile/0/000", "tile/63/000", "tile/entries/x001/234.p/7"] {
            assert_eq!(Tile::parse(good).map(|t| t.path()).as_deref(), Some(good));
        }
        for bad in [
            "tile/64/000",
            "tile/00/000",
            "tile/+1/000",
            "tile/0/0",
            "tile/0/0000",
            "tile/0/x000/001",
            "tile/0/001.p/0",
            "tile/0/001.p/256",
            "tile/0/001.p/07",
            "tile/0/001.p",
            "tile/0/x001",
            "tile/0/../0/000",
            "tile/entries/x001/x234",
            "checkpoint",
            "",
        ] {
            assert_eq!(Tile::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn torn_tiles_and_bundles_are_refused() {
        assert_eq!(hashes(&[0; 64], 3), Err(Fault::TileLength));
        assert_eq!(hashes(&[0; 65], 2), Err(Fault::TileLength));
        assert!(hashes(&[0; 64], 2).is_ok());
        let mut bundle = Vec::new();
        push_entry(&mut bundle, b"abc").expect("fits");
        push_entry(&mut bundle, b"").expect("fits");
        assert_eq!(entries(&bundle, 2), Ok(vec![&b"abc"[..], &b""[..]]));
        for width in [0, 1, 3] {
            assert_eq!(entries(&bundle, width), Err(Fault::BundleLength), "{width}");
        }
        assert!((1..bundle.len()).all(|cut| entries(&bundle[..cut], 2).is_err()));
        assert_eq!(push_entry(&mut bundle, &vec![0; 65_536]), Err(Fault::LeafTooLong));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_path_comes_back(level in 0u8..64, index in 0u64..1 << 40, width in 1u16..=256) {
            let tile = Tile { content: Content::Hashes(level), index, width };
            prop_assert_eq!(Tile::parse(&tile.path()), Some(tile));
        }

        #[test]
        fn any_bundle_comes_back(leaves in proptest::collection::vec(
            proptest::collection::vec(any::<u8>(), 0..50), 1..20)) {
            let mut bundle = Vec::new();
            for leaf in &leaves {
                push_entry(&mut bundle, leaf).expect("fits");
            }
            let found = entries(&bundle, leaves.len() as u16).expect("reads");
            prop_assert_eq!(found, leaves.iter().map(Vec::as_slice).collect::<Vec<_>>());
        }
    }
}
