//! The register for its journal: all of a position at once, out and in again; a copy of the whole.
//!
//! Knows: the tables. Must not know: how a line looks.

use std::io::Write;
use std::ops::Range;
use std::path::Path;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Transaction, TransactionBehavior, params};

use super::super::journal::{Line, files_of};
use super::Sqlite;
use super::read::{not_readable, stream};
use super::write::add_files;
use crate::archive::Digest;
use crate::diagnostic::Result;
use crate::register::{Book, Kept, Made, Register, Shared, Start};

fn bounds(range: &Range<u64>) -> [Value; 2] {
    let bound = |n: u64| Value::from(i64::try_from(n).unwrap_or(i64::MAX));
    [bound(range.start), bound(range.end)]
}

pub(super) fn kept(
    register: &Sqlite,
    seqs: &Range<u64>,
    each: &mut dyn FnMut(Kept) -> Result<()>,
) -> Result<()> {
    const SQL: &str = "SELECT e.seq, e.record, l.leaf, l.salt, e.job, e.row_key, e.input FROM (
            SELECT seq, record, job, row_key, input FROM entries WHERE seq >= ?1 AND seq < ?2
            UNION ALL
            SELECT seq, record, NULL, NULL, NULL FROM acts WHERE seq >= ?1 AND seq < ?2) e
        LEFT JOIN leaves l ON l.seq = e.seq ORDER BY e.seq";
    stream(
        register,
        SQL,
        &bounds(seqs),
        &mut |r| {
            let job: Option<String> = r.get(4)?;
            let made = match job {
                Some(job) => Some(Made { job, row_key: r.get(5)?, input: r.get(6)? }),
                None => None,
            };
            Ok(Kept {
                seq: r.get(0)?,
                row: r.get(1)?,
                leaf: r.get::<_, Option<Vec<u8>>>(2)?.unwrap_or_default(),
                salt: r.get(3)?,
                made,
            })
        },
        each,
    )
}

pub(super) fn shared(
    register: &Sqlite,
    ids: &Range<u64>,
    each: &mut dyn FnMut(Shared) -> Result<()>,
) -> Result<()> {
    const SQL: &str = "SELECT id, sha256 FROM blobs WHERE id >= ?1 AND id < ?2 ORDER BY id";
    let mut found: Vec<(u64, [u8; 32])> = Vec::new();
    stream(register, SQL, &bounds(ids), &mut |r| Ok((r.get(0)?, r.get(1)?)), &mut |row| {
        found.push(row);
        Ok(())
    })?;
    for (id, sha256) in found {
        let sha256 = Digest(sha256);
        let bytes = register.blob(&sha256)?;
        let bytes = bytes.ok_or_else(|| not_readable(register, &sha256.to_string()))?;
        each(Shared { id, sha256, bytes })?;
    }
    Ok(())
}

pub(super) fn starts(register: &Sqlite) -> Result<Vec<Start>> {
    const SQL: &str = "SELECT book, series, year, start_after FROM series WHERE start_after > 0
        ORDER BY book, series, year";
    let mut out = Vec::new();
    stream(
        register,
        SQL,
        &[],
        &mut |r| Ok((r.get::<_, String>(0)?, r.get(1)?, r.get(2)?, r.get(3)?)),
        &mut |(book, series, year, start_after)| {
            let book = Book::from_key(&book).ok_or_else(|| not_readable(register, &book))?;
            out.push(Start { book, series, year, start_after });
            Ok(())
        },
    )?;
    Ok(out)
}

pub(super) fn copy_to(register: &Sqlite, path: &Path) -> Result<()> {
    let shown = path.display().to_string();
    let fail = |e| super::error::failure(path, &e);
    register.conn.execute("VACUUM INTO ?1", [shown]).map(drop).map_err(fail)
}

pub(super) fn restore(
    register: &mut Sqlite,
    next: &mut dyn FnMut() -> Result<Option<Line>>,
) -> Result<()> {
    let path = register.path.clone();
    let fail = |e: rusqlite::Error| super::error::failure(&path, &e);
    let tx =
        register.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
    while let Some(line) = next()? {
        put(&tx, &line).map_err(fail)?;
    }
    // A series of which nothing else is told began with 1.
    tx.execute(
        "INSERT OR IGNORE INTO series (book, series, year, start_after)
         SELECT DISTINCT book, series, year, 0 FROM entries",
        [],
    )
    .map_err(fail)?;
    let next = super::write::next_seq(&tx).map_err(fail)?;
    super::rows::close(&tx, 0, next).map_err(fail)?;
    tx.commit().map_err(fail)
}

fn put(tx: &Transaction<'_>, line: &Line) -> rusqlite::Result<()> {
    match line {
        Line::Segment(_) => Ok(()),
        Line::Shared(shared) => put_shared(tx, shared),
        Line::Start(start) => tx
            .prepare_cached(
                "INSERT OR IGNORE INTO series (book, series, year, start_after) VALUES (?1, ?2, ?3, ?4)",
            )?
            .execute(params![start.book.key(), start.series, start.year, start.start_after])
            .map(drop),
        Line::Job(id, title, begun_at) => tx
            .prepare_cached(
                "INSERT INTO jobs (id, title, begun_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET title = ?2, begun_at = ?3",
            )?
            .execute(params![id, title, begun_at])
            .map(drop),
        Line::Kept(kept) => put_position(tx, kept),
    }
}

fn put_shared(tx: &Transaction<'_>, shared: &Shared) -> rusqlite::Result<()> {
    let other = |e: std::io::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(e));
    let mut encoder =
        flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&shared.bytes).map_err(other)?;
    let deflated = encoder.finish().map_err(other)?;
    tx.prepare_cached(
        "INSERT OR IGNORE INTO blobs (id, sha256, size, deflated) VALUES (?1, ?2, ?3, ?4)",
    )?
    .execute(params![shared.id, shared.sha256.0.as_slice(), shared.bytes.len(), deflated])
    .map(drop)
}

fn put_position(tx: &Transaction<'_>, kept: &Kept) -> rusqlite::Result<()> {
    match &kept.made {
        Some(made) => {
            let known: Option<()> = tx
                .prepare_cached("SELECT 1 FROM jobs WHERE id = ?1")?
                .query_row([&made.job], |_| Ok(()))
                .optional()?;
            if known.is_none() {
                tx.execute(
                    "INSERT INTO jobs (id, title, begun_at) VALUES (?1, '', '')",
                    [&made.job],
                )?;
            }
            tx.prepare_cached(
                "INSERT INTO entries (seq, record, job, row_key, input) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![kept.seq, kept.row, made.job, made.row_key, made.input])?;
        }
        None => {
            tx.prepare_cached("INSERT INTO acts (seq, record) VALUES (?1, ?2)")?
                .execute(params![kept.seq, kept.row])?;
        }
    }
    add_files(tx, kept.seq, &files_of(&kept.leaf).unwrap_or_default())?;
    tx.prepare_cached("INSERT INTO leaves (seq, leaf, salt) VALUES (?1, ?2, ?3)")?
        .execute(params![kept.seq, kept.leaf, kept.salt])
        .map(drop)
}
