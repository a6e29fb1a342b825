//! The index of words: which entries hold some words, in their fields or in their documents.
//!
//! Knows: SQL (FTS5), what of a row is worth finding. Must not know: archive folders, file formats
//! (a callback gives the text of files), a terminal.
//!
//! A file of its own beside the register, made from it and never needed to make anything: it may be
//! deleted at any time. Nothing is written to it when documents are issued; whoever searches first
//! brings it up to the register's newest position. It keeps the digest of the leaf there, so that an
//! index of another register, or of a later state of this one, is noticed and made anew.
//!
//! Words are found as they are: folded (case, accents and đ do not matter), whole or from their
//! beginning, never guessed.

mod build;
mod words;

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, OptionalExtension};

pub use build::{BodyOf, CaughtUp};
pub use words::{Query, Wanted};

use super::sqlite::Sqlite;
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;

/// `vtim`: marks the file as an index of this program.
const APPLICATION_ID: i32 = 0x7674_696d;
/// Number of the schema; another one is made anew.
const SCHEMA: i32 = 3;
/// How long to wait for another search that is bringing the index up to date.
const BUSY: Duration = Duration::from_secs(60);

const TABLES: &str = "
    CREATE TABLE state (id INTEGER PRIMARY KEY CHECK (id = 1), seq INTEGER NOT NULL, leaf BLOB NOT NULL) STRICT;
    INSERT INTO state VALUES (1, 0, x'');
    CREATE VIRTUAL TABLE words USING fts5(facet, code, kind, subject, signer, unit, other, body,
        content='', contentless_delete=1, tokenize='unicode61 remove_diacritics 0',
        prefix='2 3 4 5');";

/// FTS5 gives rows in their order, also backwards: the search ends with the last row that is wanted.
const SEARCH: &str = "SELECT rowid FROM words WHERE words MATCH ?1 ORDER BY rowid DESC LIMIT ?2";

/// An open index.
#[derive(Debug)]
pub struct Index {
    conn: Connection,
    path: PathBuf,
}

/// Why an index could not be used.
#[derive(Debug)]
pub enum Unusable {
    /// The file is damaged, or is no index: it may be deleted and made anew.
    Damaged,
    /// Nothing can be written where it is.
    ReadOnly,
    /// Something else.
    Failed(Failure),
}

impl Index {
    /// Opens the index at a path, making it where there is none.
    ///
    /// # Errors
    /// See [`Unusable`].
    pub fn open(path: &Path) -> std::result::Result<Self, Unusable> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX
            | OpenFlags::SQLITE_OPEN_EXRESCODE;
        let run = || -> rusqlite::Result<Option<Connection>> {
            let conn = Connection::open_with_flags(path, flags)?;
            conn.busy_timeout(BUSY)?;
            let number = |pragma: &str| conn.query_row(pragma, [], |r| r.get::<_, i32>(0));
            let (whose, schema) =
                (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
            let tables = number("SELECT count(*) FROM sqlite_schema")?;
            // Derived from the register: after a power cut at worst a part of it is missing.
            conn.execute_batch("PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;")?;
            match (whose, schema, tables) {
                (0, 0, 0) => make(&conn)?,
                (APPLICATION_ID, SCHEMA, _) => {}
                _ => return Ok(None),
            }
            Ok(Some(conn))
        };
        match run() {
            Ok(Some(conn)) => Ok(Self { conn, path: path.to_owned() }),
            Ok(None) => Err(Unusable::Damaged),
            Err(e) => Err(unusable(path, &e)),
        }
    }

    /// An index that is gone when it is dropped, for an office that cannot be written to.
    ///
    /// # Errors
    /// `Output` without memory.
    pub fn in_memory() -> Result<Self> {
        let path = Path::new(":memory:");
        let conn = Connection::open_in_memory().map_err(|e| failure(path, &e))?;
        make(&conn).map_err(|e| failure(path, &e))?;
        Ok(Self { conn, path: path.to_owned() })
    }

    /// The newest position of the register that is in the index; `None` if the index is of another
    /// register and must be made anew.
    pub fn position(&self, register: &Sqlite) -> std::result::Result<Option<u64>, Unusable> {
        let state = self.state().map_err(|e| unusable(&self.path, &e))?;
        let Some((seq, leaf)) = state else { return Ok(None) };
        if seq == 0 {
            return Ok(Some(0));
        }
        let now = build::leaf_digest(register, seq).map_err(Unusable::Failed)?;
        Ok((now.as_deref() == Some(leaf.as_slice())).then_some(seq))
    }

    /// The positions of the entries that fit, the newest first, at most `most`.
    ///
    /// # Errors
    /// `Damaged` if the index is; it may then be made anew.
    pub fn search(&self, query: &Query, most: usize) -> std::result::Result<Vec<u64>, Unusable> {
        let run = || -> rusqlite::Result<Vec<u64>> {
            let Some(wanted) = query.to_match() else { return Ok(Vec::new()) };
            let most = i64::try_from(most).unwrap_or(i64::MAX);
            let mut statement = self.conn.prepare_cached(SEARCH)?;
            statement.query_map(rusqlite::params![wanted, most], |r| r.get(0))?.collect()
        };
        run().map_err(|e| unusable(&self.path, &e))
    }

    fn state(&self) -> rusqlite::Result<Option<(u64, Vec<u8>)>> {
        let sql = "SELECT seq, leaf FROM state WHERE id = 1";
        self.conn.query_row(sql, [], |r| Ok((r.get(0)?, r.get(1)?))).optional()
    }
}

fn make(conn: &Connection) -> rusqlite::Result<()> {
    conn.execute_batch(&format!("BEGIN IMMEDIATE; {TABLES}"))?;
    conn.pragma_update(None, "application_id", APPLICATION_ID)?;
    conn.pragma_update(None, "user_version", SCHEMA)?;
    conn.execute_batch("COMMIT")
}

fn unusable(path: &Path, error: &rusqlite::Error) -> Unusable {
    use rusqlite::ErrorCode as E;
    match error.sqlite_error_code() {
        Some(E::DatabaseCorrupt | E::NotADatabase | E::TypeMismatch) => Unusable::Damaged,
        // A table or column that is not there: somebody else's file, or half a file.
        Some(E::Unknown) => Unusable::Damaged,
        Some(E::ReadOnly | E::CannotOpen | E::PermissionDenied) => Unusable::ReadOnly,
        _ => Unusable::Failed(failure(path, error)),
    }
}

fn failure(path: &Path, error: &rusqlite::Error) -> Failure {
    let detail = error.to_string();
    Failure::new(
        FailureKind::Output,
        Place::file(path.display().to_string()),
        text!("chỉ mục tìm kiếm báo lỗi: {detail}", "the search index reports: {detail}"),
    )
    .hint(text!(
        "xóa tệp này rồi tìm lại: chỉ mục được lập lại từ sổ đăng ký, không mất gì",
        "delete this file and search again: the index is made from the register, nothing is lost"
    ))
}

#[cfg(test)]
mod tests;
