//! Writing the register: reserve, release, commit.
//!
//! Knows: the two transactions of the filing protocol. Must not know: what happens between them.

use std::collections::{BTreeSet, HashSet};
use std::io::Write;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rusqlite::{
    Connection, ErrorCode, OptionalExtension, Transaction, TransactionBehavior, params,
};

use super::super::leaf;
use super::super::numbering::Heads;
use super::reserve::{Reserved, Runs};
use super::{Sqlite, rows};
use crate::archive::{Digest, FileRef, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::Number;
use crate::register::{Batch, Book, Closing, CommitError, Feed, Registration, Want, Wants};
use crate::text;

/// Of so many entries and acts the log goes to the disk before the commit: who waits for the files can wait for both. Few in
/// unit tests, so that these come to it.
const MANY: u64 = if cfg!(test) { 8 } else { 256 };

pub(super) fn put_blobs(register: &mut Sqlite, blobs: &[&[u8]]) -> Result<Vec<Digest>> {
    let path = register.path.clone();
    let fail = |e: rusqlite::Error| super::error::failure(&path, &e);
    let new = new_blobs(&register.conn, blobs).map_err(fail)?;
    if !new.is_empty() {
        let conn = &mut register.conn;
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(fail)?;
        insert_blobs(&tx, &new).map_err(fail)??;
        tx.commit().map_err(fail)?;
    }
    Ok(blobs.iter().map(|b| sha256(b)).collect())
}

/// Those that are not stored yet, each once, with their digests.
fn new_blobs<'b>(
    conn: &Connection,
    blobs: &[&'b [u8]],
) -> rusqlite::Result<Vec<(Digest, &'b [u8])>> {
    let mut known = conn.prepare_cached("SELECT 1 FROM blobs WHERE sha256 = ?1")?;
    let (mut new, mut seen) = (Vec::new(), HashSet::new());
    for bytes in blobs {
        let digest = sha256(bytes);
        if seen.insert(digest) && !known.exists(params![digest.0.as_slice()])? {
            new.push((digest, *bytes));
        }
    }
    Ok(new)
}

fn insert_blobs(conn: &Connection, new: &[(Digest, &[u8])]) -> rusqlite::Result<Result<()>> {
    let mut insert =
        conn.prepare_cached("INSERT INTO blobs (sha256, size, deflated) VALUES (?1, ?2, ?3)")?;
    for (digest, bytes) in new {
        let mut encoder =
            flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        let deflated = match encoder.write_all(bytes).and_then(|()| encoder.finish()) {
            Ok(deflated) => deflated,
            Err(error) => return Ok(Err(cannot_deflate(&error))),
        };
        insert.execute(params![digest.0.as_slice(), bytes.len(), deflated])?;
    }
    Ok(Ok(()))
}

pub(super) fn reserve(
    register: &mut Sqlite,
    batch: &Batch,
    wants: &dyn Wants,
    start_after: &dyn Fn(&str, i16) -> u32,
    at: &str,
) -> Result<Vec<Number>> {
    let path = register.path.clone();
    let fail = |e: rusqlite::Error| super::error::failure(&path, &e);
    // Read on the same connection inside the transaction, so that nobody can come in between.
    register.conn.execute_batch("BEGIN IMMEDIATE").map_err(fail)?;
    let done = reserve_all(register, batch, wants, start_after, at);
    let end = if done.is_ok() { "COMMIT" } else { "ROLLBACK" };
    let ended = register.conn.execute_batch(end).map_err(fail);
    if ended.is_err() && !register.conn.is_autocommit() {
        // A reservation that may have become durable is given back on the next opening.
        let _ = register.conn.execute_batch("ROLLBACK");
    }
    let numbers = done?;
    ended?;
    Ok(numbers)
}

fn reserve_all(
    register: &Sqlite,
    batch: &Batch,
    wants: &dyn Wants,
    start_after: &dyn Fn(&str, i16) -> u32,
    at: &str,
) -> Result<Vec<Number>> {
    let fail = |e| register.fail(e);
    let conn = &register.conn;
    // Before anything is written: until then SQLite reads the filters past its cache.
    if let Some((index, key)) = rows::issued(register, batch, wants)? {
        return Err(issued_already(&key, index));
    }
    let new = new_blobs(conn, &wants.shared()).map_err(fail)?;
    insert_blobs(conn, &new).map_err(fail)??;
    let (mut job, mut heads, mut runs) = (None, Heads::default(), Runs::default());
    let mut keys = HashSet::with_capacity(wants.count());
    let mut numbers = Vec::with_capacity(wants.count());
    for index in 0..wants.count() {
        let want = wants.brief(index)?;
        let book = wants.book(index).unwrap_or(batch.book);
        let (id, title) = wants.job(index).unwrap_or((&batch.job, &batch.title));
        if job != Some(id) {
            runs.enter(conn, job).map_err(fail)?;
            begin_job(conn, id, title, at).map_err(fail)?;
            job = Some(id);
        }
        let key = wants.key(index)?;
        if !keys.insert(mark(id, &key)) {
            return Err(twice_in_batch(&key, index));
        }
        let floor = start_after(&want.series, want.date.year());
        let head = heads.of(book, &want, floor, |series, year| {
            super::read::last(register, book, series, year)
        })?;
        if head.begun_after.is_none() {
            begin_series(conn, book, &want, floor).map_err(fail)?;
            head.begun_after = Some(floor);
        }
        let number = head.take(&want)?;
        runs.add(book, want, number);
        numbers.push(number);
    }
    runs.enter(conn, job).map_err(fail)?;
    Ok(numbers)
}

/// A mark of a row of a job that no other row has.
fn mark(job: &str, row_key: &str) -> u128 {
    let Digest(digest) = sha256(format!("{job}\0{row_key}").as_bytes());
    let (half, _) = digest.split_first_chunk().unwrap_or((&[0; 16], &[]));
    u128::from_le_bytes(*half)
}

fn begin_series(conn: &Connection, book: Book, want: &Want, floor: u32) -> rusqlite::Result<usize> {
    conn.execute(
        "INSERT OR REPLACE INTO series (book, series, year, start_after) VALUES (?1, ?2, ?3, ?4)",
        params![book.key(), want.series, want.date.year(), floor],
    )
}

/// Enters a job if it is new.
fn begin_job(conn: &Connection, id: &str, title: &str, at: &str) -> rusqlite::Result<usize> {
    conn.execute(
        "INSERT OR IGNORE INTO jobs (id, title, begun_at) VALUES (?1, ?2, ?3)",
        params![id, title, at],
    )
}

pub(super) fn release(register: &mut Sqlite) -> Result<u64> {
    let run = |conn: &mut Connection| -> rusqlite::Result<u64> {
        let jobs: Vec<String> = conn
            .prepare_cached("SELECT DISTINCT job FROM reservations")?
            .query_map([], |r| r.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        if jobs.is_empty() {
            return Ok(0);
        }
        let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let count: i64 =
            tx.query_row("SELECT sum(last - first + 1) FROM reservations", [], |r| r.get(0))?;
        tx.execute("DELETE FROM reservations", [])?;
        // A series that got no number after all has not begun, nor has a job without rows.
        tx.execute(
            "DELETE FROM series WHERE NOT EXISTS (SELECT 1 FROM entries e WHERE e.book = series.book
                AND e.series = series.series AND e.year = series.year)",
            [],
        )?;
        for job in jobs {
            if !rows::has_any(&tx, &job)? {
                tx.execute("DELETE FROM jobs WHERE id = ?1", [job])?;
            }
        }
        tx.commit()?;
        Ok(count.unsigned_abs())
    };
    run(&mut register.conn).map_err(|e| register.fail(e))
}

pub(super) fn commit(
    register: &mut Sqlite,
    batch: &Batch,
    at: &str,
    feed: &mut Feed<'_>,
    closing: &mut dyn Closing,
) -> std::result::Result<Range<u64>, CommitError> {
    let register = &*register;
    let fail = |e: rusqlite::Error| register.fail(e);
    let undone = |e: rusqlite::Error| CommitError::Undone(fail(e));
    // Nothing else begins one on this connection: whoever called holds it alone.
    let tx = Transaction::new_unchecked(&register.conn, TransactionBehavior::Immediate)
        .map_err(undone)?;
    let first = next_seq(&tx).map_err(undone)?;
    begin_commit(&tx, first).map_err(undone)?;
    let reserved = Reserved::read(&tx).map_err(undone)?;
    let mut next = first;
    let mut jobs: BTreeSet<Arc<str>> = BTreeSet::from([batch.job.as_str().into()]);
    while let Some(chunk) = feed(register).map_err(CommitError::Undone)? {
        for registration in &chunk {
            if let Some(job) = registration.job.as_ref().filter(|job| !jobs.contains(*job)) {
                jobs.insert(Arc::clone(job));
            }
            let job = registration.job.as_deref().unwrap_or(&batch.job);
            add(&tx, &reserved, job, at, next, registration).map_err(|e| {
                match e.sqlite_error_code() {
                    Some(ErrorCode::ConstraintViolation) => {
                        CommitError::Undone(taken(&tx, registration, &fail(e)))
                    }
                    _ => undone(e),
                }
            })?;
            next += 1;
        }
    }
    for job in &jobs {
        tx.execute("DELETE FROM reservations WHERE job = ?1", [job]).map_err(undone)?;
    }
    let entries = first..next;
    for act in closing.acts(register, &entries).map_err(CommitError::Undone)? {
        super::acts::add(&tx, at, next, &act).map_err(undone)?;
        next += 1;
    }
    rows::close(&tx, first, next).map_err(undone)?;
    // While the files become durable the pages go to the log, so that the commit has little to write. Nothing may be
    // changed after this: the checksums of all pages behind a changed one would be made anew. What goes wrong here
    // the commit tells.
    let _ = register.conn.cache_flush();
    let log = (next.saturating_sub(first) >= MANY).then(|| log_of(&register.path));
    closing.durable(log.as_deref()).map_err(CommitError::Undone)?;
    end(tx, &register.path)?;
    Ok(entries)
}

/// The file of SQLite's log. SQLite holds no lock on it, so that it may be opened and closed.
fn log_of(register: &Path) -> PathBuf {
    let mut log = register.as_os_str().to_owned();
    log.push("-wal");
    PathBuf::from(log)
}

/// The position after the newest one, of an entry or an act.
pub(super) fn next_seq(tx: &Transaction<'_>) -> rusqlite::Result<u64> {
    const SQL: &str = "SELECT max(coalesce((SELECT max(seq) FROM leaves), 0),
        coalesce((SELECT max(seq) FROM entries), 0), coalesce((SELECT max(seq) FROM acts), 0)) + 1";
    tx.query_row(SQL, [], |r| r.get(0))
}

/// Keeps where a commit begins, in its own transaction: what lies before was signed when it began.
pub(super) fn begin_commit(tx: &Transaction<'_>, first: u64) -> rusqlite::Result<()> {
    tx.execute_batch(super::schema::NEWEST_COMMIT)?;
    tx.prepare_cached(
        "INSERT INTO newest_commit (one, first) VALUES (1, ?1)
         ON CONFLICT (one) DO UPDATE SET first = excluded.first",
    )?
    .execute([first])
    .map(drop)
}

/// COMMIT, and what its failure means.
pub(super) fn end(tx: Transaction<'_>, path: &Path) -> std::result::Result<(), CommitError> {
    let fail = |e: rusqlite::Error| super::error::failure(path, &e);
    match tx.commit() {
        Ok(()) => Ok(()),
        // No room for the log: the commit mark was not written.
        Err(e) if e.sqlite_error_code() == Some(ErrorCode::DiskFull) => {
            Err(CommitError::Undone(fail(e)))
        }
        Err(e) => Err(CommitError::Unknown(fail(e))),
    }
}

fn add(
    tx: &Transaction<'_>,
    reserved: &Reserved,
    job: &str,
    at: &str,
    seq: u64,
    r: &Registration,
) -> rusqlite::Result<()> {
    let json = |e: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(e));
    let made;
    let written = match &r.written {
        Some(written) if written.seq == seq => written,
        _ => {
            made = leaf::write(r, seq, at).map_err(json)?;
            &made
        }
    };
    if !reserved.hold(job, r) {
        return Err(rusqlite::Error::StatementChangedRows(0));
    }
    tx.prepare_cached(
        "INSERT INTO entries (seq, record, job, row_key, input) VALUES (?1, ?2, ?3, ?4, ?5)",
    )?
    .execute(params![seq, written.record, job, r.row_key, r.input])?;
    add_files(tx, seq, &r.files)?;
    tx.prepare_cached("INSERT INTO leaves (seq, leaf, salt) VALUES (?1, ?2, ?3)")?
        .execute(params![seq, written.leaf.as_bytes(), r.salt.as_slice()])?;
    Ok(())
}

/// The files of an entry or an act.
pub(super) fn add_files(tx: &Transaction<'_>, seq: u64, files: &[FileRef]) -> rusqlite::Result<()> {
    let mut file = tx.prepare_cached(
        "INSERT INTO files (seq, ordinal, year, bag, path, sha256, size, parts)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (ordinal, f) in files.iter().enumerate() {
        let parts = f.parts.as_ref().map(|d| d.0.as_slice());
        file.execute(params![
            seq,
            ordinal,
            f.at.year,
            f.at.bag,
            f.at.path,
            f.sha256.0.as_slice(),
            f.size,
            parts
        ])?;
    }
    Ok(())
}

/// Why a registration clashes: mostly số and ký hiệu that another series of the year has used.
fn taken(tx: &Transaction<'_>, r: &Registration, other: &Failure) -> Failure {
    let (number, notation) = (r.number, &r.fields.notation);
    let holder: Option<(u64, String)> = tx
        .query_row(
            "SELECT seq, series FROM entries WHERE notation = ?1 AND number = ?2 AND year = ?3",
            params![notation, number.get(), r.date.year()],
            |row| Ok((row.get(0)?, row.get(1)?)),
        )
        .optional()
        .unwrap_or_default();
    let Some((seq, series)) = holder else { return other.clone() };
    let (year, mine) = (r.date.year(), &r.series);
    Failure::new(
        FailureKind::Config,
        Place::default().item(format!("{number}/{notation}")),
        text!(
            "số {number}/{notation} năm {year} đã có trong sổ (dòng {seq}, hệ thống số {series}); hệ thống số {mine} không được dùng lại",
            "{number}/{notation} of {year} is already registered (row {seq}, series {series}); the series {mine} may not use it again"
        ),
    )
    .hint(text!(
        "hai hệ thống số cùng ký hiệu: gộp chúng lại, hoặc đặt start-after cho hệ thống mới trong vanthu.toml (Điều 15 khoản 1 NĐ 30/2020/NĐ-CP)",
        "two series share one notation: merge them, or set start-after for the new one in vanthu.toml (Điều 15.1, Decree 30/2020/NĐ-CP)"
    ))
}

fn issued_already(key: &str, index: usize) -> Failure {
    let row = index.saturating_add(1);
    Failure::new(
        FailureKind::Input,
        Place::default().item(key),
        text!(
            "dòng thứ {row} của lô đã được phát hành trước đó",
            "row {row} of the batch was issued before"
        ),
    )
    .hint(text!(
        "chạy lại lô để bỏ qua dòng đã phát hành",
        "run the batch again to skip what is issued"
    ))
}

fn twice_in_batch(key: &str, index: usize) -> Failure {
    let row = index.saturating_add(1);
    Failure::new(
        FailureKind::Input,
        Place::default().item(key),
        text!(
            "dòng thứ {row} của lô giống hệt một dòng trước",
            "row {row} of the batch is the same as an earlier row"
        ),
    )
    .hint(text!(
        "bỏ dòng lặp, hoặc thêm một cột để phân biệt",
        "remove the repeated row, or add a column that tells them apart"
    ))
}

fn cannot_deflate(error: &std::io::Error) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!(
            "không nén được dữ liệu để lưu: {error}",
            "cannot compress the input for storing: {error}"
        ),
    )
}
