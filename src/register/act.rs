//! Acts: everything that happens to entries and to the office's archive after a number was given.
//!
//! Knows: what an act says, which part of it is open. Must not know: SQL, what an act means for a book.
//!
//! A number once given is never changed. Whatever comes later (it was sent, signed and scanned,
//! answered, voided; the archive was verified, a key changed) is a position of its own, of its own
//! day, in the same sequence and under the same kind of commitment.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::archive::FileRef;

/// What a position is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A document was registered: an entry, not an act.
    Register,
    /// Hủy số: a number that was taken and not used.
    Void,
    /// Đính chính.
    Correct,
    /// Thay thế.
    Replace,
    /// Thu hồi.
    Recall,
    /// Cấp lại: the certificate of an award was made once more.
    Reissue,
    /// A further rendition joins an entry: the signed scan, the digitally signed file.
    Attach,
    /// It was handed over or sent.
    Deliver,
    /// The other side confirmed that it came.
    Receipt,
    /// An incoming document was given to somebody to deal with.
    Assign,
    /// A step in dealing with an incoming document.
    Follow,
    /// An incoming document was answered by an outgoing one.
    Answer,
    /// A kept copy was lent, read or copied.
    Use,
    /// It went by post.
    Post,
    /// A dossier was opened.
    DossierOpen,
    /// A document was put into a dossier.
    DossierAdd,
    /// A dossier was closed.
    DossierClose,
    /// The signing key of the log was made or changed.
    Key,
    /// A bag was sealed.
    Seal,
    /// The archive was verified.
    Verify,
    /// A lost or damaged file was brought back.
    Repair,
    /// The register was made again from the archive.
    Rebuild,
    /// A copy of the office was made.
    Backup,
    /// The office goes on from a copy.
    Restore,
    /// Documents whose retention ended were destroyed.
    Dispose,
}

/// An act as it is stored and committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Act {
    /// Position in the register, shared with the entries.
    pub seq: u64,
    /// Kind.
    pub kind: Kind,
    /// The position of the entry that it is about, if it is about one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub about: Option<u64>,
    /// The day of the act.
    pub date: Date,
    /// When it was registered, `YYYY-MM-DDThh:mm:ss+07:00`.
    pub registered_at: String,
    /// What stands openly in the leaf and can never be taken back: digests, counts, keys, positions.
    /// No names, no titles, no reasons.
    #[serde(skip_serializing_if = "Map::is_empty", default)]
    pub data: Map<String, Value>,
    /// What only the row says: persons, reasons, addresses. The leaf holds a salted commitment to it.
    #[serde(skip_serializing_if = "Map::is_empty", default)]
    pub fields: Map<String, Value>,
}

/// An act that is to be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAct {
    /// Kind.
    pub kind: Kind,
    /// The entry that it is about.
    pub about: Option<u64>,
    /// The day of the act.
    pub date: Date,
    /// The open part.
    pub data: Map<String, Value>,
    /// The rest.
    pub fields: Map<String, Value>,
    /// Its files, as settled in the archive.
    pub files: Vec<FileRef>,
    /// Sixteen unpredictable bytes that hide the row behind its commitment.
    pub salt: [u8; 16],
}

/// An act with its files, as read from the register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Acted {
    /// The act.
    pub act: Act,
    /// Its files in the archive.
    pub files: Vec<FileRef>,
}

/// Which acts. An empty field does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ActFilter {
    /// About this entry.
    pub about: Option<u64>,
    /// Done by this entry: it corrects, replaces or answers the one that the act is about (`by` in the open part).
    pub by: Option<u64>,
    /// Of one of these kinds.
    pub kinds: Vec<Kind>,
    /// The day of the act, from and to.
    pub dates: Option<(Date, Date)>,
    /// With a file in this bag: year and number.
    pub bag: Option<(i16, u32)>,
}

impl Kind {
    /// The word in the leaf: `dossier-add`.
    pub fn key(self) -> String {
        match serde_json::to_value(self) {
            Ok(Value::String(key)) => key,
            _ => String::new(),
        }
    }
}
