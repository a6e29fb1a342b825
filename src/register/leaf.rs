//! Leaves: what the register commits to for each position, without a name or a title.
//!
//! Knows: the JSON of a row and of its leaf, SHA-256. Must not know: SQL, how a log or a tree is built.
//!
//! The leaf of an entry is the UTF-8 JSON
//! `{"seq","kind","book","series","year","number","date","registered_at","files":[{"path","sha256","size","parts"}],"row"}`,
//! that of an act `{"seq","kind","about","date","registered_at","data","files","row"}`, in this order, stored verbatim when the row is registered and never made anew. `row` is
//! SHA-256(salt ‖ row JSON): whoever holds the row and its salt can prove that it was not changed,
//! and once the salt is erased the leaf says nothing about persons. A tamper-evident log
//! (tiles of leaf hashes and a signed checkpoint) can be built from the leaves at any later time,
//! because their order and bytes are fixed at the commit; it would be brought up to date after
//! the manifest lines, and its checkpoint signed last.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::act::{Act, Kind};
use super::{Book, Entry, Fields};
use crate::archive::{ArchivePath, Digest, FileRef, sha256};
use crate::model::Number;

/// A row as it is stored and committed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Position.
    pub seq: u64,
    /// Book.
    pub book: Book,
    /// Series key.
    pub series: String,
    /// Year of the series.
    pub year: i16,
    /// Số.
    pub number: Number,
    /// Ngày ban hành.
    pub date: Date,
    /// When it was registered.
    pub registered_at: String,
    /// Fields of the book.
    pub fields: Fields,
}

impl Row {
    /// The entry with its files.
    pub fn entry(self, files: Vec<FileRef>) -> Entry {
        Entry {
            seq: self.seq,
            book: self.book,
            series: self.series,
            year: self.year,
            number: self.number,
            date: self.date,
            registered_at: self.registered_at,
            fields: self.fields,
            files,
        }
    }
}

/// A file in a leaf.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeafFile {
    /// `2026/000001/data/KH/000005-1a2b3c4d.docx`: the same whether the bag is open or sealed.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: Digest,
    /// Its length.
    pub size: u64,
    /// SHA-256 over its parts.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub parts: Option<Digest>,
}

impl From<&FileRef> for LeafFile {
    fn from(f: &FileRef) -> Self {
        Self { path: path_text(&f.at), sha256: f.sha256, size: f.size, parts: f.parts }
    }
}

/// A leaf. What an entry has and an act lacks, or the other way round, is left out of the JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaf {
    /// Position.
    pub seq: u64,
    /// Kind.
    pub kind: Kind,
    /// Book of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub book: Option<Book>,
    /// Series key of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub series: Option<String>,
    /// Year of the series of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub year: Option<i16>,
    /// Số of an entry.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub number: Option<Number>,
    /// The position of the entry that an act is about.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub about: Option<u64>,
    /// Ngày ban hành of an entry; the day of an act.
    pub date: Date,
    /// When it was registered.
    pub registered_at: String,
    /// What an act says openly.
    #[serde(skip_serializing_if = "Map::is_empty", default)]
    pub data: Map<String, Value>,
    /// Files.
    pub files: Vec<LeafFile>,
    /// SHA-256(salt ‖ row JSON).
    pub row: Digest,
}

/// The path of a file as a leaf writes it.
pub fn path_text(at: &ArchivePath) -> String {
    format!("{}/{:06}/{}", at.year, at.bag, at.path)
}

/// SHA-256(salt ‖ row JSON).
pub fn commitment(salt: &[u8], row: &str) -> Digest {
    let mut bytes = Vec::with_capacity(salt.len() + row.len());
    bytes.extend_from_slice(salt);
    bytes.extend_from_slice(row.as_bytes());
    sha256(&bytes)
}

/// The leaf of an entry's row whose stored JSON is `json`.
pub fn leaf_of(row: &Row, json: &str, files: &[FileRef], salt: &[u8]) -> Leaf {
    Leaf {
        seq: row.seq,
        kind: Kind::Register,
        book: Some(row.book),
        series: Some(row.series.clone()),
        year: Some(row.year),
        number: Some(row.number),
        about: None,
        date: row.date,
        registered_at: row.registered_at.clone(),
        data: Map::new(),
        files: files.iter().map(LeafFile::from).collect(),
        row: commitment(salt, json),
    }
}

/// The leaf of an act whose stored JSON is `json`.
pub fn leaf_of_act(act: &Act, json: &str, files: &[FileRef], salt: &[u8]) -> Leaf {
    Leaf {
        seq: act.seq,
        kind: act.kind,
        book: None,
        series: None,
        year: None,
        number: None,
        about: act.about,
        date: act.date,
        registered_at: act.registered_at.clone(),
        data: act.data.clone(),
        files: files.iter().map(LeafFile::from).collect(),
        row: commitment(salt, json),
    }
}
