//! Reading the register.
//!
//! Knows: the queries. Must not know: who asks.

use std::ops::RangeInclusive;

use rusqlite::types::Value;
use rusqlite::{OptionalExtension, Row as SqlRow, params, params_from_iter};

use super::super::leaf::Row;
use super::{Sqlite, rows};
use crate::archive::{ArchivePath, Digest, FileRef, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::Number;
use crate::register::{
    Bag, Book, Entry, Filter, JobRow, JobState, Last, Order, Record, Reservation,
};
use crate::text;
use crate::text::fold;

/// A stored input is never larger than this.
const BLOB_LIMIT: u64 = 256 << 20;
/// Positions that a query names one by one.
const LOOKED_UP: usize = 500;

pub(super) fn last(register: &Sqlite, book: Book, series: &str, year: i16) -> Result<Option<Last>> {
    // Both halves end at the newest number by their index.
    let (_, last) = bounds(register);
    let sql = format!(
        "SELECT number, date, coalesce((SELECT start_after FROM series
            WHERE book = ?1 AND series = ?2 AND year = ?3), 0)
        FROM (SELECT * FROM (SELECT number, date FROM entries
                WHERE book = ?1 AND series = ?2 AND year = ?3 ORDER BY number DESC LIMIT 1)
            UNION ALL SELECT * FROM (SELECT {last} AS number, date FROM reservations
                WHERE book = ?1 AND series = ?2 AND year = ?3 ORDER BY {last} DESC LIMIT 1))
        ORDER BY number DESC LIMIT 1"
    );
    let found = (|| {
        register
            .conn
            .prepare_cached(&sql)?
            .query_row(params![book.key(), series, year], |r| {
                Ok((r.get::<_, u32>(0)?, r.get::<_, String>(1)?, r.get::<_, u32>(2)?))
            })
            .optional()
    })()
    .map_err(|e| register.fail(e))?;
    found
        .map(|(number, date, start_after)| {
            Ok(Last {
                number: number_of(register, number)?,
                date: date.parse().map_err(|_| not_readable(register, series))?,
                start_after,
            })
        })
        .transpose()
}

/// The columns that hold the first and the last number of a reservation.
fn bounds(register: &Sqlite) -> (&'static str, &'static str) {
    // A register of a schema before that cannot be brought to this one has a row for each number.
    if register.is_older { ("number", "number") } else { ("first", "last") }
}

pub(super) fn pending(
    register: &Sqlite,
    each: &mut dyn FnMut(Reservation) -> Result<()>,
) -> Result<()> {
    let (first, last) = bounds(register);
    let sql = format!(
        "SELECT job, book, series, year, {first}, {last} FROM reservations
         ORDER BY book, series, year, {first}"
    );
    stream(
        register,
        &sql,
        &[],
        &mut |row| {
            let (job, book, series) = (row.get(0)?, row.get::<_, String>(1)?, row.get(2)?);
            Ok((job, book, series, row.get(3)?, row.get(4)?..=row.get(5)?))
        },
        &mut |run: (String, String, String, i16, RangeInclusive<u32>)| {
            let (job, book, series, year, numbers) = run;
            let book = book_of(register, &book)?;
            numbers.into_iter().try_for_each(|number| {
                let (job, series) = (job.clone(), series.clone());
                each(Reservation { job, book, series, year, number: number_of(register, number)? })
            })
        },
    )
}

pub(super) fn entries(
    register: &Sqlite,
    filter: &Filter,
    each: &mut dyn FnMut(Entry) -> Result<()>,
) -> Result<u64> {
    let (sql, values) = select(filter);
    let words: Vec<String> = filter
        .text
        .iter()
        .flat_map(|t| fold(t).split_whitespace().map(str::to_owned).collect::<Vec<_>>())
        .collect();
    let mut count = 0;
    stream(register, &sql, &values, &mut |row| Ok((row.get(0)?, row.get(1)?)), &mut |(
        seq,
        record,
    ): (
        u64,
        String,
    )| {
        if !filter.narrow.admits(seq) {
            return Ok(());
        }
        let row = row_of(register, &record)?;
        if !filter.narrow.fits(seq, &row.fields) || !words.is_empty() && !has_words(&row, &words) {
            return Ok(());
        }
        count += 1;
        each(row.entry(files(register, seq)?))
    })?;
    Ok(count)
}

pub(super) fn select(filter: &Filter) -> (String, Vec<Value>) {
    // Left to itself SQLite reads the whole book in its order rather than the few rows of a sender's code.
    let by_sender = filter.book == Some(Book::Incoming) && filter.sender_code.is_some();
    let index = if by_sender { " INDEXED BY entries_sender" } else { "" };
    let mut sql = format!("SELECT seq, record FROM entries{index} WHERE 1");
    // The book stands in the text: some indexes are those of a single book.
    if let Some(book) = filter.book {
        sql.push_str(&format!(" AND book = '{}'", book.key()));
    }
    let mut values = Vec::new();
    let mut and = |clause: &str, value: Value| {
        values.push(value);
        sql.push_str(" AND ");
        sql.push_str(&clause.replace('?', &format!("?{}", values.len())));
    };
    if let Some(notation) = &filter.notation {
        and("notation = ?", Value::from(notation.clone()));
    }
    if let Some(code) = &filter.sender_code {
        and("record ->> '$.fields.extra.code' = ?", Value::from(code.clone()));
    }
    if let Some(series) = &filter.series {
        and("series = ?", Value::from(series.clone()));
    }
    if let Some(year) = filter.year {
        and("year = ?", Value::from(i64::from(year)));
    }
    if let Some(numbers) = &filter.numbers {
        and("number >= ?", Value::from(i64::from(*numbers.start())));
        and("number <= ?", Value::from(i64::from(*numbers.end())));
    }
    if let Some((from, to)) = filter.dates {
        and("date >= ?", Value::from(from.to_string()));
        and("date <= ?", Value::from(to.to_string()));
    }
    if let Some((year, bag)) = filter.bag {
        and("seq IN (SELECT seq FROM files WHERE year = ?", Value::from(i64::from(year)));
        and("bag = ?)", Value::from(i64::from(bag)));
    }
    match filter.narrow.dossier.as_deref() {
        Some("") => sql.push_str(" AND record ->> '$.fields.extra.dossier' IS NOT NULL"),
        Some(code) => {
            values.push(Value::from(code.to_owned()));
            sql.push_str(&format!(" AND record ->> '$.fields.extra.dossier' = ?{}", values.len()));
        }
        None => {}
    }
    // A few positions are looked up; many are picked while all are read.
    if let Some(only) = filter.narrow.only.as_ref().filter(|only| only.len() <= LOOKED_UP) {
        let list: Vec<String> = only.iter().map(u64::to_string).collect();
        sql.push_str(&format!(" AND seq IN ({})", list.join(",")));
    }
    // Where an index finds a few rows they are sorted afterwards. Without the signs SQLite would rather read the whole
    // book in its order than sort three rows: a look at each of a thousand codes among a million took minutes.
    let is_few =
        filter.sender_code.is_some() || filter.notation.is_some() && filter.numbers.is_some();
    sql.push_str(match (filter.order, is_few) {
        (Order::Series, false) => " ORDER BY book, series, year, number",
        (Order::Series, true) => " ORDER BY +book, +series, +year, +number",
        (Order::Registration, false) => " ORDER BY seq",
        (Order::Registration, true) => " ORDER BY +seq",
    });
    (sql, values)
}

/// True if every word occurs in what a person may remember of the document.
fn has_words(row: &Row, words: &[String]) -> bool {
    let f = &row.fields;
    let all = format!(
        "{}/{} {} {} {} {} {}",
        row.number,
        f.notation,
        f.type_name,
        f.subject,
        f.signer_name,
        f.recipients.join(" "),
        f.archive_copy
    );
    let all = fold(&all);
    words.iter().all(|w| all.contains(w.as_str()))
}

pub(super) fn by_code(
    register: &Sqlite,
    book: Book,
    number: Number,
    notation: &str,
    year: i16,
) -> Result<Option<Entry>> {
    // The book stands in the text: the index on codes is one of a single book.
    let sql = format!(
        "SELECT seq, record FROM entries WHERE notation = ?1 AND number = ?2 AND year = ?3
            AND book = '{}' ORDER BY seq LIMIT 1",
        book.key()
    );
    let found = (|| {
        register
            .conn
            .prepare_cached(&sql)?
            .query_row(params![notation, number.get(), year], |r| {
                Ok((r.get::<_, u64>(0)?, r.get::<_, String>(1)?))
            })
            .optional()
    })()
    .map_err(|e| register.fail(e))?;
    found
        .map(|(seq, record)| Ok(row_of(register, &record)?.entry(files(register, seq)?)))
        .transpose()
}

pub(super) fn entry(register: &Sqlite, seq: u64) -> Result<Option<Entry>> {
    let record: Option<String> = (|| {
        register
            .conn
            .prepare_cached("SELECT record FROM entries WHERE seq = ?1")?
            .query_row([seq], |r| r.get(0))
            .optional()
    })()
    .map_err(|e| register.fail(e))?;
    record.map(|record| Ok(row_of(register, &record)?.entry(files(register, seq)?))).transpose()
}

pub(super) fn head(register: &Sqlite) -> Result<u64> {
    register
        .conn
        .query_row("SELECT coalesce(max(seq), 0) FROM leaves", [], |r| r.get(0))
        .map_err(|e| register.fail(e))
}

/// Where the newest commit began; `None` in a register of before this was kept, or that was made again.
pub(super) fn newest_commit(register: &Sqlite) -> Result<Option<u64>> {
    const KEPT: &str =
        "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'newest_commit'";
    const SQL: &str = "SELECT first FROM newest_commit";
    let read = || -> rusqlite::Result<Option<u64>> {
        if register.conn.query_row(KEPT, [], |_| Ok(())).optional()?.is_none() {
            return Ok(None);
        }
        register.conn.query_row(SQL, [], |r| r.get(0)).optional()
    };
    read().map_err(|e| register.fail(e))
}

pub(super) fn leaves(
    register: &Sqlite,
    from: u64,
    each: &mut dyn FnMut(u64, &[u8]) -> Result<()>,
) -> Result<()> {
    const SQL: &str = "SELECT seq, leaf FROM leaves WHERE seq >= ?1 ORDER BY seq";
    let from = [Value::from(i64::try_from(from).unwrap_or(i64::MAX))];
    stream(register, SQL, &from, &mut |r| Ok((r.get(0)?, r.get(1)?)), &mut |(seq, leaf): (
        u64,
        Vec<u8>,
    )| each(seq, &leaf))
}

pub(super) fn job(register: &Sqlite, job: &str) -> Result<Option<JobState>> {
    const SQL: &str = "SELECT title, begun_at FROM jobs WHERE id = ?1";
    let state = |r: &SqlRow<'_>| Ok(JobState { title: r.get(0)?, begun_at: r.get(1)? });
    register.conn.query_row(SQL, [job], state).optional().map_err(|e| register.fail(e))
}

/// The rows of a job in a register of an earlier schema.
const ROWS_BEFORE: &str = "SELECT row_key, seq, record FROM entries
    WHERE substr(job, 12, 4) = substr(?1, 12, 4) AND job = ?1 ORDER BY seq";
/// Rows of a job that are read at once rather than looked up, for each key that is asked for.
const AT_ONCE: usize = 4;

pub(super) fn job_rows(
    register: &Sqlite,
    job: &str,
    each: &mut dyn FnMut(JobRow) -> Result<()>,
) -> Result<()> {
    if register.is_older {
        return job_rows_by(register, ROWS_BEFORE, &[Value::from(job.to_owned())], each);
    }
    for part in rows::places(register, job, 0)?.parts {
        job_rows_by(register, rows::ROWS, &rows::of_part(job, part), each)?;
    }
    Ok(())
}

pub(super) fn job_rows_of(
    register: &Sqlite,
    job: &str,
    keys: &mut dyn ExactSizeIterator<Item = String>,
    each: &mut dyn FnMut(JobRow) -> Result<()>,
) -> Result<()> {
    const BY_SEQ: &str = "SELECT row_key, seq, record FROM entries WHERE seq = ?1";
    if register.is_older {
        return job_rows(register, job, each);
    }
    let few = keys.len().saturating_mul(AT_ONCE);
    let places = rows::places(register, job, few.saturating_add(1))?;
    if places.count <= few {
        return job_rows(register, job, each);
    }
    rows::find_all(register, job, &places, keys, &mut |seq| {
        let seq = [Value::from(i64::try_from(seq).unwrap_or(i64::MAX))];
        job_rows_by(register, BY_SEQ, &seq, each)
    })
}

fn job_rows_by(
    register: &Sqlite,
    sql: &str,
    values: &[Value],
    each: &mut dyn FnMut(JobRow) -> Result<()>,
) -> Result<()> {
    stream(register, sql, values, &mut |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)), &mut |(
        row_key,
        seq,
        record,
    ): (
        String,
        u64,
        String,
    )| {
        let row = row_of(register, &record)?;
        each(JobRow {
            row_key,
            seq,
            series: row.series,
            year: row.year,
            number: row.number,
            notation: row.fields.notation,
        })
    })
}

pub(super) fn input(register: &Sqlite, seq: u64) -> Result<Option<String>> {
    register
        .conn
        .query_row("SELECT input FROM entries WHERE seq = ?1", [seq], |r| r.get(0))
        .optional()
        .map_err(|e| register.fail(e))
}

pub(super) fn blob(register: &Sqlite, digest: &Digest) -> Result<Option<Vec<u8>>> {
    use std::io::Read;
    const SQL: &str = "SELECT size, deflated FROM blobs WHERE sha256 = ?1";
    let found: Option<(u64, Vec<u8>)> = register
        .conn
        .query_row(SQL, params![digest.0.as_slice()], |r| Ok((r.get(0)?, r.get(1)?)))
        .optional()
        .map_err(|e| register.fail(e))?;
    let Some((size, deflated)) = found else { return Ok(None) };
    let mut bytes = Vec::with_capacity(usize::try_from(size.min(1 << 20)).unwrap_or(0));
    let whole = flate2::read::DeflateDecoder::new(deflated.as_slice())
        .take(size.min(BLOB_LIMIT) + 1)
        .read_to_end(&mut bytes);
    if whole.is_err() || bytes.len() as u64 != size || sha256(&bytes) != *digest {
        return Err(not_readable(register, &digest.to_string()));
    }
    Ok(Some(bytes))
}

pub(super) fn newest_bags(register: &Sqlite) -> Result<Vec<Bag>> {
    // Steps from year to year by the index, so that a million files cost no more than ten.
    const YEAR: &str = "SELECT min(year) FROM files WHERE year > ?1";
    const BAG: &str = "SELECT bag, count(*) FROM files
        WHERE year = ?1 AND bag = (SELECT max(bag) FROM files WHERE year = ?1)";
    let run =
        || -> rusqlite::Result<Vec<Bag>> {
            let mut bags = Vec::new();
            let mut year = i16::MIN;
            while let Some(next) =
                register.conn.query_row(YEAR, [year], |r| r.get::<_, Option<i16>>(0))?
            {
                year = next;
                bags.push(register.conn.query_row(BAG, [year], |r| {
                    Ok(Bag { year, bag: r.get(0)?, files: r.get(1)? })
                })?);
            }
            Ok(bags)
        };
    run().map_err(|e| register.fail(e))
}

pub(super) fn bags(register: &Sqlite) -> Result<Vec<Bag>> {
    const SQL: &str = "SELECT year, bag, count(*) FROM files GROUP BY year, bag ORDER BY year, bag";
    let mut bags = Vec::new();
    let bag = |r: &SqlRow<'_>| Ok(Bag { year: r.get(0)?, bag: r.get(1)?, files: r.get(2)? });
    stream(register, SQL, &[], &mut |r| bag(r), &mut |b| {
        bags.push(b);
        Ok(())
    })?;
    Ok(bags)
}

/// Where a digest is, in every part of the register of which the index has one.
pub(super) const WITH_DIGEST: &str = "WITH RECURSIVE part (n) AS
        (SELECT 0 UNION ALL SELECT n + 1 FROM part WHERE n < (SELECT max(seq) >> 14 FROM leaves))
    SELECT DISTINCT coalesce(a.about, f.seq) FROM part
    CROSS JOIN files f ON f.seq >> 14 = part.n AND substr(f.sha256, 1, 8) = substr(?1, 1, 8)
    LEFT JOIN acts a ON a.seq = f.seq WHERE f.sha256 = ?1 ORDER BY 1";

pub(super) fn with_digest(register: &Sqlite, digest: &Digest) -> Result<Vec<u64>> {
    let run = || -> rusqlite::Result<Vec<u64>> {
        let digest = params![digest.0.as_slice()];
        register.conn.prepare_cached(WITH_DIGEST)?.query_map(digest, |r| r.get(0))?.collect()
    };
    run().map_err(|e| register.fail(e))
}

pub(super) fn totals(register: &Sqlite) -> Result<(u64, u64)> {
    register
        .conn
        .query_row("SELECT count(*), coalesce(sum(size), 0) FROM files", [], |r| {
            Ok((r.get(0)?, r.get(1)?))
        })
        .map_err(|e| register.fail(e))
}

pub(super) fn bag_count(register: &Sqlite, year: i16, bag: u32) -> Result<u64> {
    const SQL: &str = "SELECT count(*) FROM files WHERE year = ?1 AND bag = ?2";
    register.conn.query_row(SQL, params![year, bag], |r| r.get(0)).map_err(|e| register.fail(e))
}

pub(super) fn bag_files(register: &Sqlite, year: i16, bag: u32) -> Result<Vec<FileRef>> {
    const SQL: &str = "SELECT year, bag, path, sha256, size, parts FROM files
        WHERE year = ?1 AND bag = ?2 ORDER BY seq, ordinal";
    let run = || -> rusqlite::Result<Vec<FileRef>> {
        register.conn.prepare_cached(SQL)?.query_map(params![year, bag], file)?.collect()
    };
    run().map_err(|e| register.fail(e))
}

/// The leaf at a position.
pub(super) fn leaf(register: &Sqlite, seq: u64) -> Result<Option<Vec<u8>>> {
    register
        .conn
        .query_row("SELECT leaf FROM leaves WHERE seq = ?1", [seq], |r| r.get(0))
        .optional()
        .map_err(|e| register.fail(e))
}

pub(super) fn records(
    register: &Sqlite,
    from: u64,
    most: Option<usize>,
    each: &mut dyn FnMut(Record) -> Result<()>,
) -> Result<()> {
    const SQL: &str = "SELECT e.seq, e.record, l.leaf, l.salt FROM (
            SELECT seq, record FROM entries WHERE seq >= ?1
            UNION ALL SELECT seq, record FROM acts WHERE seq >= ?1) e
        LEFT JOIN leaves l ON l.seq = e.seq ORDER BY e.seq LIMIT ?2";
    let most = most.and_then(|n| i64::try_from(n).ok()).unwrap_or(-1);
    let from = [Value::from(i64::try_from(from).unwrap_or(i64::MAX)), Value::from(most)];
    stream(
        register,
        SQL,
        &from,
        &mut |r| {
            Ok(Record {
                seq: r.get(0)?,
                row: r.get(1)?,
                leaf: r.get::<_, Option<Vec<u8>>>(2)?.unwrap_or_default(),
                salt: r.get(3)?,
                files: Vec::new(),
            })
        },
        &mut |mut record| {
            record.files = files(register, record.seq)?;
            each(record)
        },
    )
}

pub(super) fn files(register: &Sqlite, seq: u64) -> Result<Vec<FileRef>> {
    const SQL: &str =
        "SELECT year, bag, path, sha256, size, parts FROM files WHERE seq = ?1 ORDER BY ordinal";
    let run = || -> rusqlite::Result<Vec<FileRef>> {
        register.conn.prepare_cached(SQL)?.query_map([seq], file)?.collect()
    };
    run().map_err(|e| register.fail(e))
}

fn file(row: &SqlRow<'_>) -> rusqlite::Result<FileRef> {
    Ok(FileRef {
        at: ArchivePath { year: row.get(0)?, bag: row.get(1)?, path: row.get(2)? },
        sha256: Digest(row.get(3)?),
        size: row.get(4)?,
        parts: row.get::<_, Option<[u8; 32]>>(5)?.map(Digest),
    })
}

/// Runs a query and hands over each row, so that no result is ever held whole.
pub(super) fn stream<T>(
    register: &Sqlite,
    sql: &str,
    values: &[Value],
    read: &mut dyn FnMut(&SqlRow<'_>) -> rusqlite::Result<T>,
    each: &mut dyn FnMut(T) -> Result<()>,
) -> Result<()> {
    let fail = |e| register.fail(e);
    let mut statement = register.conn.prepare_cached(sql).map_err(fail)?;
    let mut rows = statement.query(params_from_iter(values)).map_err(fail)?;
    while let Some(row) = rows.next().map_err(fail)? {
        each(read(row).map_err(fail)?)?;
    }
    Ok(())
}

fn row_of(register: &Sqlite, record: &str) -> Result<Row> {
    serde_json::from_str(record).map_err(|e| not_readable(register, &e.to_string()))
}

fn number_of(register: &Sqlite, number: u32) -> Result<Number> {
    Number::new(number).ok_or_else(|| not_readable(register, "0"))
}

fn book_of(register: &Sqlite, key: &str) -> Result<Book> {
    Book::from_key(key).ok_or_else(|| not_readable(register, key))
}

/// A row that this program did not write so: the file was changed from outside, or is damaged.
pub(super) fn not_readable(register: &Sqlite, what: &str) -> Failure {
    Failure::new(
        FailureKind::Tampered,
        Place::file(register.path.display().to_string()),
        text!(
            "sổ đăng ký có dòng không đọc được ({what})",
            "the register has a row that cannot be read ({what})"
        ),
    )
    .hint(text!(
        "sổ đã bị sửa từ bên ngoài hoặc bị hỏng: giữ nguyên, khôi phục từ bản sao lưu rồi chạy vanthu verify",
        "the register was changed from outside or is damaged: keep it, restore a backup, then run vanthu verify"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_looked_up_and_not_looked_for() {
        let dir = tempfile::tempdir().expect("a folder");
        let register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
        let plan = |filter: &Filter| {
            let (sql, values) = select(filter);
            let mut plan =
                register.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("SQL");
            let rows =
                plan.query_map(rusqlite::params_from_iter(values), |r| r.get::<_, String>(3));
            rows.expect("explains").collect::<rusqlite::Result<Vec<_>>>().expect("rows").join("; ")
        };
        for order in [Order::Series, Order::Registration] {
            let came = Filter {
                book: Some(Book::Incoming),
                sender_code: Some("04/KH-UBND".into()),
                order,
                ..Filter::default()
            };
            assert!(plan(&came).contains("entries_sender"), "{}", plan(&came));
            let went = Filter {
                book: Some(Book::Outgoing),
                notation: Some("KH-SNV".into()),
                numbers: Some(5..=5),
                year: Some(2026),
                order,
                ..Filter::default()
            };
            assert!(plan(&went).contains("entries_code"), "{}", plan(&went));
        }
        let book = Filter { book: Some(Book::Outgoing), ..Filter::default() };
        assert!(!plan(&book).contains("TEMP B-TREE"), "a book streams: {}", plan(&book));
    }
}
