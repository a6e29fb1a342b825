//! The archive: staged files, open and sealed bags, digests, verification.
//!
//! Knows: files, checksums, BagIt. Must not know: docx, templates, SQL.
//!
//! ```text
//! DOC-TOI.txt                 how to check everything with other people's tools
//! keys/  log/                 public keys; the signed log of everything registered ([`log`](mod@log))
//! open/2026/000002/           data/ + append-only manifest-sha256.txt
//! bags/2026/000001/           sealed: a BagIt 1.0 bag (RFC 8493), never written again
//! journal/000001.jsonl        the register's rows, verbatim
//! staging/  quarantine/  reports/
//! ```
//!
//! The way of one file: [`Archive::stage`] (unsynced) → [`Archive::settle`] (one sync, rename) →
//! the register commits → [`Archive::record`] (manifest) → [`Archive::seal`] when its bag is full.
//! The register is the truth; everything here but the files themselves can be made again from it
//! ([`Archive::recover`]). [`verify`](mod@verify) compares the two.

mod fault;
pub mod journal;
pub mod log;
mod manifest;
mod paths;
mod recover;
mod repair;
mod rollback;
mod seal;
mod settle;
mod store;
pub mod verify;

/// Readers of single files, reachable for the fuzzer only.
#[doc(hidden)]
pub mod fuzzing {
    /// Reads a signed note and verifies it with a key that signed nothing.
    pub fn note(bytes: &[u8]) {
        let Ok(key) = super::log::PrivateKey::new("fuzz/key", [1; 32]) else { return };
        if let Ok(note) = super::log::note::Note::parse(bytes) {
            let _ = note.verify(std::slice::from_ref(key.public()));
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            let keys = super::log::PublicKey::parse(text).map(|key| key.vkey());
            let _ = super::log::PrivateKey::parse(text).map(|key| key.skey());
            assert!(keys.is_err() || keys.is_ok_and(|vkey| !vkey.is_empty()));
        }
    }

    /// Reads the text of a checkpoint; what is read comes back.
    pub fn checkpoint(bytes: &[u8]) {
        let Ok(text) = std::str::from_utf8(bytes) else { return };
        if let Ok(checkpoint) = super::log::Checkpoint::parse(text) {
            assert_eq!(super::log::Checkpoint::parse(&checkpoint.text()), Ok(checkpoint));
        }
        let _ = super::log::Checkpoint::kept(bytes, &[]);
    }

    /// Reads a proof; what is read comes back, and nothing holds without a key.
    pub fn proof(bytes: &[u8]) {
        if let Ok(proof) = super::log::Proof::parse(bytes) {
            assert_eq!(super::log::Proof::parse(&proof.text()).as_ref(), Ok(&proof));
            let leaf = proof.leaf.clone().unwrap_or_default();
            assert!(proof.verify(&leaf, &[]).is_err());
            let leaf = super::log::merkle::leaf(&leaf);
            let size = proof.index.saturating_add(1);
            let _ = super::log::merkle::included_root(proof.index, size, leaf, &proof.hashes);
            let _ = super::log::merkle::is_consistent(1, size, &leaf, &leaf, &proof.hashes);
        }
    }

    /// Reads a tile and a bundle of every width that could fit, and a path.
    pub fn tile(bytes: &[u8]) {
        use super::log::tile;
        for width in [1, 2, 255, 256, (bytes.len() / 32).min(256) as u16] {
            let _ = tile::hashes(bytes, width);
            if let Ok(entries) = tile::entries(bytes, width) {
                let mut again = Vec::new();
                assert!(entries.iter().all(|e| tile::push_entry(&mut again, e).is_ok()));
                assert_eq!(again, bytes);
            }
        }
        if let Ok(text) = std::str::from_utf8(bytes) {
            assert!(tile::Tile::parse(text).is_none_or(|tile| tile.path() == text));
        }
    }

    /// Reads a manifest; how many of its bytes are whole lines.
    pub fn manifest(bytes: &[u8]) -> usize {
        super::manifest::parse(bytes).whole
    }
}

use serde::{Deserialize, Serialize};

pub use paths::{BagId, FileName, check_path};
pub use recover::Recovery;
pub use repair::{Home, Staged, Tags, WrongTag};
pub use rollback::SealedBag;
pub use seal::{Prepared, ReadyBag, SealContents, SealDraft};
pub use settle::Placed;
pub use store::{Archive, OpenBag};

/// Most documents that one bag may hold.
pub const MAX_BAG_SIZE: u32 = 1000;

/// A SHA-256 digest; prints as 64 lower-case hex digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(pub [u8; 32]);

impl std::fmt::Display for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl std::fmt::Debug for Digest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self}")
    }
}

impl std::str::FromStr for Digest {
    type Err = ();

    /// 64 hex digits of either case.
    fn from_str(s: &str) -> Result<Self, ()> {
        let bytes = s.as_bytes();
        if bytes.len() != 64 {
            return Err(());
        }
        let mut out = [0; 32];
        for (i, pair) in bytes.chunks_exact(2).enumerate() {
            let digit = |b: u8| char::from(b).to_digit(16).ok_or(());
            out[i] = (digit(pair[0])? * 16 + digit(pair[1])?) as u8;
        }
        Ok(Self(out))
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let s = String::deserialize(d)?;
        s.parse().map_err(|()| serde::de::Error::custom("not a SHA-256 digest"))
    }
}

impl Digest {
    /// 64 lower-case hex digits.
    pub fn to_hex(&self) -> String {
        let digit = |n: u8| if n < 10 { b'0' + n } else { b'a' + n - 10 };
        let mut out = [0; 64];
        for ([high, low], b) in out.as_chunks_mut().0.iter_mut().zip(self.0) {
            (*high, *low) = (digit(b >> 4), digit(b & 15));
        }
        // Digits are ASCII.
        std::str::from_utf8(&out).unwrap_or_default().to_owned()
    }
}

/// SHA-256 of bytes.
pub fn sha256(bytes: &[u8]) -> Digest {
    let mut out = [0; 32];
    out.copy_from_slice(ring::digest::digest(&ring::digest::SHA256, bytes).as_ref());
    Digest(out)
}

/// SHA-256 and length of what is written to it, which is kept nowhere.
pub struct Hashing {
    context: ring::digest::Context,
    /// Bytes so far.
    pub len: usize,
}

impl Hashing {
    /// Of nothing yet.
    pub fn new() -> Self {
        Self { context: ring::digest::Context::new(&ring::digest::SHA256), len: 0 }
    }

    /// The digest of all that was written.
    pub fn finish(self) -> Digest {
        let mut out = [0; 32];
        out.copy_from_slice(self.context.finish().as_ref());
        Digest(out)
    }
}

impl Default for Hashing {
    fn default() -> Self {
        Self::new()
    }
}

impl std::io::Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.context.update(bytes);
        self.len = self.len.saturating_add(bytes.len());
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Where a file is kept, without saying whether its bag is open or sealed:
/// year / bag number / path inside the bag (`data/snv.ke-hoach/000005-1a2b3c4d.docx`, ASCII).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct ArchivePath {
    /// Year of the bag.
    pub year: i16,
    /// Bag number in the year, from 1.
    pub bag: u32,
    /// Path inside the bag, `/`-separated, begins with `data/`.
    pub path: String,
}

impl ArchivePath {
    /// The bag it is in.
    pub fn bag_id(&self) -> BagId {
        BagId { year: self.year, number: self.bag }
    }
}

impl std::fmt::Display for ArchivePath {
    /// `2026/000001/data/snv.ke-hoach/000005-1a2b3c4d.docx`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.bag_id(), self.path)
    }
}

/// A file that the archive keeps.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileRef {
    /// Where.
    pub at: ArchivePath,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length.
    pub size: u64,
    /// SHA-256 over the sorted names and digests of its uncompressed parts; outlives a change of the compressor.
    pub parts: Option<Digest>,
}
