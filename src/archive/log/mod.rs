//! One append-only log for the whole archive, in the formats of C2SP, so that other people's
//! programs can check it: tlog-tiles, tlog-checkpoint, signed-note, tlog-proof.
//!
//! Knows: leaves as bytes, the tree over them, keys. Must not know: what a leaf says, SQL, bags.
//!
//! ```text
//! log/checkpoint               signed: name of the log, leaves, root
//! log/checkpoint.d/2026-03-01  the first checkpoint of each day
//! log/tile/0/x003/905          hashes;  log/tile/0/906.p/17 while its tile is not full
//! log/tile/entries/x003/905    the leaves, verbatim
//! keys/000001.vkey             public keys, the oldest first
//! ```
//!
//! Leaf `n` of the log is position `n + 1` of the register, byte for byte as it was stored when it
//! was committed. Everything here can be made again from the register; what cannot be made again
//! is a checkpoint that somebody else keeps.
//!
//! [`Log`] writes and needs the private key; [`Reader`] reads, proves and needs none.

pub mod checkpoint;
pub mod keys;
pub mod merkle;
pub mod note;
pub mod proof;
mod read;
pub mod tile;
mod tree;
mod write;

use std::ops::Range;
use std::path::Path;

pub use checkpoint::Checkpoint;
pub use note::{PrivateKey, PublicKey};
pub use proof::Proof;
pub use read::{Anchor, Reader};
pub use tree::Edge;
pub use write::{Composed, Log};

use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::text;

/// The checkpoint's file below `log/`.
pub const CHECKPOINT: &str = "checkpoint";
/// The folder of the checkpoints of each day below `log/`.
pub const DAYS: &str = "checkpoint.d";
/// The folder of tiles below `log/`.
pub const TILES: &str = "tile";

/// The leaves as the register holds them, from 0, without gaps.
pub trait Leaves {
    /// How many.
    fn count(&self) -> Result<u64>;
    /// Hands over the leaves of a range in order; an error if one is missing.
    fn read(&self, range: Range<u64>, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()>;
}

impl Leaves for Vec<Vec<u8>> {
    fn count(&self) -> Result<u64> {
        Ok(self.len() as u64)
    }

    fn read(&self, range: Range<u64>, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        let (from, to) = (range.start as usize, range.end as usize);
        let leaves = self.get(from..to).ok_or_else(|| Fault::Leaves.tampered(Path::new("")))?;
        leaves.iter().try_for_each(|leaf| each(leaf))
    }
}

macro_rules! faults {
    ($($name:ident $vi:literal $en:literal;)*) => {
        /// What is wrong with a note, key, checkpoint, proof or tile.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Fault { $(#[doc = $en] $name,)* }

        impl Fault {
            /// In words.
            pub fn text(self) -> Text {
                match self { $(Self::$name => text!($vi, $en),)* }
            }
        }
    };
}

faults! {
    TooLong "quá dài" "too long";
    NotUtf8 "không phải UTF-8" "not UTF-8";
    ControlCharacter "có ký tự điều khiển" "holds a control character";
    NoSignatures "không có phần chữ ký" "has no signatures";
    SignatureLine "dòng chữ ký sai dạng" "a malformed signature line";
    TooManySignatures "quá 16 chữ ký" "more than 16 signatures";
    BadSignature "chữ ký không đúng" "a signature does not verify";
    UnknownKey "không có chữ ký của khóa đã biết" "not signed by a known key";
    KeyName "tên khóa không dùng được" "the name of the key cannot be used";
    Key "khóa sai dạng" "a malformed key";
    KeyFile "mục lạ trong thư mục khóa" "an unknown entry among the keys";
    Origin "tên nhật ký không phải của kho này" "the name of another log";
    Size "số mục sai dạng" "a malformed size";
    Root "mã gốc sai dạng" "a malformed root";
    CheckpointLines "các dòng của điểm kiểm tra sai dạng" "malformed lines of a checkpoint";
    ProofLines "các dòng của bằng chứng sai dạng" "malformed lines of a proof";
    Proof "bằng chứng không dẫn tới gốc đã ký" "the proof does not lead to the signed root";
    TileLength "độ dài tệp băm sai" "a tile of the wrong length";
    BundleLength "độ dài gói mục sai" "an entry bundle of the wrong length";
    LeafTooLong "mục dài quá 65.535 byte" "an entry of more than 65,535 bytes";
    Leaves "sổ đăng ký thiếu mục mà nhật ký đã ký" "the register lacks entries that the log has signed";
    RolledBack "sổ đăng ký ít mục hơn nhật ký đã ký: sổ đã bị đưa về bản cũ" "the register has fewer entries than the log has signed: it was put back to an older state";
    OtherEntries "nội dung sổ đăng ký khác với điều nhật ký đã ký" "the register differs from what the log has signed";
    NoCheckpoint "điểm kiểm tra của nhật ký đã bị xóa" "the log's checkpoint was removed";
    DayAhead "bản điểm kiểm tra theo ngày không khớp sổ đăng ký" "a checkpoint of an earlier day does not agree with the register";
}

impl Fault {
    /// A failure that is evidence of tampering (exit 4).
    pub fn tampered(self, path: &Path) -> Failure {
        tampered(
            path,
            self.text(),
            text!(
                "chưa ghi gì; chạy vanthu verify để xem, rồi khôi phục bản mới nhất của sổ và kho cùng nhau",
                "nothing was written; run vanthu verify to see, then restore the newest register and archive together"
            ),
        )
    }

    /// A failure: this cannot be used.
    pub fn refuse(self, path: &Path) -> Failure {
        Failure::new(FailureKind::Input, Place::file(path.display().to_string()), self.text())
    }
}

fn tampered(path: &Path, message: Text, hint: Text) -> Failure {
    Failure::new(FailureKind::Tampered, Place::file(path.display().to_string()), message).hint(hint)
}

#[cfg(test)]
mod tests;
