//! Making and opening the file: schema number, settings, whose file it is.
//!
//! Knows: pragmas. Must not know: what the tables are used for.

use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::error::failure;
use super::{Sqlite, rows};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::{text, world};

/// `vthu`: marks the file as a register of this program.
const APPLICATION_ID: i32 = 0x7674_6875;
/// Number of the schema in `schema.sql`, `entries.sql`, `rows.sql` and `reservations.sql`.
const SCHEMA: i32 = 4;
/// Those before, which are brought to this one when they are opened.
const BEFORE: RangeInclusive<i32> = 2..=3;
/// The table of entries, its indexes and triggers.
const ENTRIES: &str = include_str!("entries.sql");
/// The table of reservations.
const RESERVATIONS: &str = include_str!("reservations.sql");
/// Where the newest commit began. A table beside the others: registers of before it get it with their next commit.
pub(super) const NEWEST_COMMIT: &str = "CREATE TABLE IF NOT EXISTS newest_commit (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    first INTEGER NOT NULL CHECK (first > 0)
) STRICT";
/// Bytes in the log after which a commit itself moves them into the file. [`tidy`] does it while
/// others wait for the disk anyway, and closing does.
const LOG: u32 = 64 << 20;
/// How long to wait for another tool that holds the file.
const BUSY: Duration = Duration::from_secs(5);

/// Whose file it is.
enum Owner {
    Nobody,
    Us,
    /// A register of a schema before.
    Older,
}

/// Pages of a new register, in bytes. A row comes to one or two kilobytes: on SQLite's own 4 KiB few have room, and a
/// quarter of the writes to its log serve for as many. Set before anything is in the file; an older one keeps its own.
const PAGES: &str = "PRAGMA page_size=16384;";

pub(super) fn open(path: &Path) -> Result<Sqlite> {
    let fail = |e: rusqlite::Error| failure(path, &e);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut conn = Connection::open_with_flags(path, flags).map_err(fail)?;
    settle(&conn).map_err(fail)?;
    let owner = owner(&conn, path)?;
    if conn.is_readonly("main").map_err(fail)? {
        return Err(read_only(path));
    }
    if matches!(owner, Owner::Nobody) {
        conn.execute_batch(PAGES).map_err(fail)?;
    }
    // Returns the mode that holds now; a file system without shared memory keeps another one.
    let mode: String = conn.query_row("PRAGMA journal_mode=WAL", [], |r| r.get(0)).map_err(fail)?;
    if mode != "wal" {
        return Err(no_wal(path, &mode));
    }
    conn.execute_batch("PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;").map_err(fail)?;
    // KiB: room for the pages of a batch, so that none is written to the log more than once.
    conn.execute_batch("PRAGMA cache_size=-16384;").map_err(fail)?;
    match owner {
        Owner::Nobody => lay(&mut conn).map_err(fail)?,
        Owner::Older => renew(&mut conn).map_err(fail)?,
        Owner::Us => {}
    }
    let page: u32 = conn.query_row("PRAGMA page_size", [], |r| r.get(0)).map_err(fail)?;
    conn.pragma_update(None, "wal_autocheckpoint", LOG / page.max(1)).map_err(fail)?;
    conn.set_prepared_statement_cache_capacity(32);
    Ok(Sqlite { conn, path: path.to_owned(), is_older: false })
}

/// Makes the tables in one transaction.
fn lay(conn: &mut Connection) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    tx.execute_batch(include_str!("schema.sql"))?;
    tx.execute_batch(ENTRIES)?;
    tx.execute_batch(&rows::tables())?;
    tx.execute_batch(RESERVATIONS)?;
    tx.execute_batch(NEWEST_COMMIT)?;
    tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    tx.pragma_update(None, "user_version", SCHEMA)?;
    tx.commit()
}

/// Brings a register of a schema before to this one, in one transaction: what stands in it stays, only
/// indexes, what is made from them and the form of reservations differ.
fn renew(conn: &mut Connection) -> rusqlite::Result<()> {
    let tx = conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have done it meanwhile.
    let version: i32 = tx.query_row("PRAGMA user_version", [], |r| r.get(0))?;
    if version == 2 {
        tx.execute_batch(
            "DROP TRIGGER IF EXISTS entries_stay; DROP TRIGGER IF EXISTS entries_keep;
             DROP INDEX IF EXISTS entries_code; DROP INDEX IF EXISTS entries_sender;
             ALTER TABLE entries RENAME TO older_entries;",
        )?;
        tx.execute_batch(ENTRIES)?;
        tx.execute_batch(
            "INSERT INTO entries (seq, record, job, row_key, input)
                 SELECT seq, record, job, row_key, input FROM older_entries ORDER BY seq;
             DROP TABLE older_entries;
             DROP INDEX IF EXISTS files_sha256;
             CREATE INDEX files_digest ON files (seq >> 14, substr(sha256, 1, 8));",
        )?;
    }
    if BEFORE.contains(&version) {
        // What a killed run has left is still to be given back: the numbers of a job in a series follow each other.
        tx.execute_batch("ALTER TABLE reservations RENAME TO older_reservations;")?;
        tx.execute_batch(RESERVATIONS)?;
        tx.execute_batch(
            "INSERT INTO reservations (book, series, year, first, last, date, job)
                 SELECT book, series, year, min(number), max(number), max(date), job
                 FROM older_reservations GROUP BY book, series, year, job;
             DROP TABLE older_reservations;",
        )?;
        tx.execute_batch("DROP INDEX IF EXISTS entries_row; DROP TABLE IF EXISTS row_filters;")?;
        tx.execute_batch(&rows::tables())?;
        rows::close(&tx, 0, super::write::next_seq(&tx)?)?;
        tx.pragma_update(None, "user_version", SCHEMA)?;
    }
    tx.commit()
}

/// What [`blank`] gives, if somebody had time to make it.
static BLANK: OnceLock<Vec<u8>> = OnceLock::new();

/// Makes what [`blank`] gives, so that it need not be waited for. What goes wrong is told by whoever asks for it.
pub(super) fn blank_ahead() {
    if let Ok(bytes) = blank() {
        let _ = BLANK.set(bytes);
    }
}

/// A register in which nothing stands yet, as the bytes of its file: whoever makes a new office writes
/// them with everything else that is new, so that one sync serves for all.
pub(super) fn blank() -> Result<Vec<u8>> {
    if let Some(bytes) = BLANK.get() {
        return Ok(bytes.clone());
    }
    let made = || -> rusqlite::Result<Vec<u8>> {
        let mut conn = Connection::open_in_memory()?;
        conn.execute_batch(PAGES)?;
        lay(&mut conn)?;
        Ok(conn.serialize("main")?.to_vec())
    };
    let mut bytes = made().map_err(|e| failure(Path::new(":memory:"), &e))?;
    // Read and write version of the file format: a memory database cannot be switched to WAL itself.
    if let Some(versions) = bytes.get_mut(18..20) {
        versions.fill(2);
    }
    Ok(bytes)
}

/// Brings the log's pages into the file. What does not succeed is done at the next opening or closing:
/// the log is as durable as the file.
pub(super) fn tidy(register: &Sqlite) {
    // Who is reading is not waited for: then the log stays as long as it is.
    let _ = register.conn.busy_timeout(Duration::ZERO);
    let _ = register.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
    let _ = register.conn.busy_timeout(BUSY);
}

pub(super) fn read(path: &Path) -> Result<Option<Sqlite>> {
    let fail = |e: rusqlite::Error| failure(path, &e);
    match path.try_exists() {
        Ok(false) => return Ok(None),
        Ok(true) => {}
        Err(e) => {
            return Err(Failure::new(
                FailureKind::Input,
                Place::file(path.display().to_string()),
                text!("không đọc được sổ đăng ký: {e}", "cannot read the register: {e}"),
            ));
        }
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_NO_MUTEX
        | OpenFlags::SQLITE_OPEN_EXRESCODE;
    let mut conn = Connection::open_with_flags(path, flags).map_err(fail)?;
    let readable = settle(&conn)
        .and_then(|()| conn.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(())));
    if let Err(error) = readable {
        // On a read-only medium the shared-memory file of WAL cannot be made. Where no log is
        // left to be read, the file itself is the whole truth and nobody can be writing to it.
        let kind = error.sqlite_error_code();
        let medium =
            matches!(kind, Some(rusqlite::ErrorCode::CannotOpen | rusqlite::ErrorCode::ReadOnly));
        if !medium || !log_is_empty(path) {
            return Err(fail(error));
        }
        let uri = format!("file:{}?immutable=1", escape(path));
        conn =
            Connection::open_with_flags(uri, flags | OpenFlags::SQLITE_OPEN_URI).map_err(fail)?;
        settle(&conn).map_err(fail)?;
    }
    let mut is_older = false;
    match owner(&conn, path)? {
        Owner::Nobody => return Ok(None),
        Owner::Us => {}
        Owner::Older => {
            // Where it may not be written to it is read as it is, only slower.
            if open(path).is_ok() {
                conn = Connection::open_with_flags(path, flags).map_err(fail)?;
                settle(&conn).map_err(fail)?;
            }
            is_older = matches!(owner(&conn, path)?, Owner::Older);
        }
    }
    Ok(Some(Sqlite { conn, path: path.to_owned(), is_older }))
}

/// SQLite's own check.
pub(super) fn check_pages(register: &Sqlite) -> Result<Vec<String>> {
    let run = || -> rusqlite::Result<Vec<String>> {
        let mut statement = register.conn.prepare("PRAGMA integrity_check(100)")?;
        let lines = statement.query_map([], |r| r.get::<_, String>(0))?;
        lines.filter(|l| !matches!(l, Ok(line) if line == "ok")).collect()
    };
    run().map_err(|e| register.fail(e))
}

fn settle(conn: &Connection) -> rusqlite::Result<()> {
    conn.busy_timeout(BUSY)?;
    // A plan does not depend on the values that are bound; without this SQLite prepares the query
    // for the files of a row anew for every row. No query may then count on a bound value to find
    // a partial index.
    conn.set_db_config(rusqlite::config::DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    // Functions named in a tampered schema are not run, and damaged cells are noticed early.
    conn.execute_batch("PRAGMA trusted_schema=OFF; PRAGMA cell_size_check=ON;")
}

/// Whose file it is; a stranger's or a newer version's is refused before anything is written to it.
fn owner(conn: &Connection, path: &Path) -> Result<Owner> {
    let fail = |e: rusqlite::Error| failure(path, &e);
    let number = |pragma: &str| conn.query_row(pragma, [], |r| r.get::<_, i32>(0)).map_err(fail);
    let (application, version) = (number("PRAGMA application_id")?, number("PRAGMA user_version")?);
    let tables = number("SELECT count(*) FROM sqlite_schema")?;
    let place = Place::file(path.display().to_string());
    match (application, version) {
        (0, 0) if tables == 0 => Ok(Owner::Nobody),
        (APPLICATION_ID, SCHEMA) => Ok(Owner::Us),
        (APPLICATION_ID, version) if BEFORE.contains(&version) => Ok(Owner::Older),
        (APPLICATION_ID, newer) if newer > SCHEMA => Err(Failure::new(
            FailureKind::Config,
            place,
            text!(
                "sổ đăng ký thuộc phiên bản mới hơn (cấu trúc số {newer}; chương trình này biết đến số {SCHEMA})",
                "the register is of a newer version (schema {newer}; this program knows up to {SCHEMA})"
            ),
        )
        .hint(text!("cài bản vanthu mới hơn", "install a newer vanthu"))),
        (APPLICATION_ID, older) => Err(Failure::new(
            FailureKind::Config,
            place,
            text!(
                "sổ đăng ký do một bản thử lập ra (cấu trúc số {older}; chương trình này dùng số {SCHEMA})",
                "the register was made by a trial version (schema {older}; this program uses {SCHEMA})"
            ),
        )
        .hint(text!(
            "giữ nguyên thư mục này và dùng lại bản vanthu đã lập ra nó; cơ quan mới thì lập thư mục mới bằng vanthu init",
            "keep this folder and use the vanthu that made it; for a new office make a new folder with vanthu init"
        ))),
        _ => Err(Failure::new(
            FailureKind::Input,
            place,
            text!(
                "tệp SQLite này không phải sổ đăng ký của vanthu",
                "this SQLite file is not a register of vanthu"
            ),
        )
        .hint(text!(
            "dời tệp đi chỗ khác và khôi phục sổ từ bản sao lưu",
            "move the file away and restore the register from a backup"
        ))),
    }
}

fn log_is_empty(path: &Path) -> bool {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    match world::length_of(Path::new(&name)) {
        Ok(length) => length == 0,
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    }
}

/// A path inside a `file:` URI.
fn escape(path: &Path) -> String {
    let mut out = String::new();
    for byte in path.as_os_str().as_encoded_bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(*byte));
            }
            other => out.push_str(&format!("%{other:02X}")),
        }
    }
    out
}

fn read_only(path: &Path) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::file(path.display().to_string()),
        text!("không được ghi vào sổ đăng ký", "the register may not be written to"),
    )
    .hint(text!(
        "cấp quyền ghi cho tệp và cho thư mục chứa nó, hoặc chép thư mục cơ quan ra khỏi đĩa chỉ đọc",
        "give write permission on the file and its folder, or copy the office off the read-only disk"
    ))
}

fn no_wal(path: &Path, mode: &str) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::file(path.display().to_string()),
        text!(
            "ổ đĩa này không giữ được sổ đăng ký an toàn (chế độ {mode}, cần wal)",
            "this disk cannot keep the register safely (mode {mode}, wal is needed)"
        ),
    )
    .hint(text!(
        "đặt thư mục cơ quan trên đĩa của máy, không đặt trên ổ mạng",
        "keep the office folder on a disk of this machine, not on a network drive"
    ))
}
