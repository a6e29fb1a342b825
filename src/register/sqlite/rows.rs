//! Which rows of a job were issued: asked of the parts of the register one after the other.
//!
//! Knows: the index of rows and its filters. Must not know: what a row says.
//!
//! Row keys are digests: in one index over all positions those of a batch would fall on as many pages as it has letters. So the
//! index begins with the part of the register, of [`PART`] bits of the position, and new rows lie together. Who looks for a row has to
//! ask every part in which its job has rows: one step in the index tells whether it has any. Of a part that is full a filter says
//! which rows it may have, so that only those are looked up in it, one in a thousand in vain.
//!
//! How that grows, for a job of a million rows that issues 1,000 more: 61 parts, two steps in the index each, 61 filters of 32 KB read one after
//! the other, some 60 rows looked up in vain. At ten million it is ten times that: 1,200 steps, 20 MB read, 600 rows; all in all some ten
//! milliseconds beside the 300 that 1,000 letters take. A job of its own asks no filter.
//!
//! A filter that says “never” where a row is would have it issued again. Therefore: it is made of the index of a part to which nothing
//! can be added any more, in the transaction that fills the part; one that is missing, of another size or of another sum is not
//! asked; and the audit makes each one anew and compares.

use std::ops::RangeInclusive;

use rusqlite::types::Value;
use rusqlite::{Connection, OptionalExtension, Transaction, params};

use super::Sqlite;
use super::filter::{Filter, Key, Stored, sum};
use crate::diagnostic::Result;
use crate::register::{Batch, Wants};

/// Bits of a position that tell places in one part apart: parts of 16,384 positions. Small in unit tests, so that each history there fills
/// many parts.
#[cfg(not(test))]
pub(super) const PART: u32 = 14;
#[cfg(test)]
pub(super) const PART: u32 = 4;

/// The part of a position, in SQL: the words of the index.
#[cfg(not(test))]
macro_rules! part {
    () => {
        "seq >> 14"
    };
}
#[cfg(test)]
macro_rules! part {
    () => {
        "seq >> 4"
    };
}

/// What the index keeps of the name of a job that is bound.
macro_rules! of_job {
    () => {
        concat!(part!(), " = ?2 AND substr(job, 12, 4) = substr(?1, 12, 4)")
    };
}

/// Keys that are looked for at once, each filter being read once for them.
const AT_ONCE: usize = 1 << 14;

/// The first part from one on that has entries.
pub(super) const NEXT_PART: &str = concat!(
    "SELECT ",
    part!(),
    " FROM entries WHERE ",
    part!(),
    " >= ?1 ORDER BY ",
    part!(),
    " LIMIT 1"
);
/// About how many rows a job has in a part, at most so many: those of a few other jobs may be counted too.
pub(super) const COUNT: &str =
    concat!("SELECT count(*) FROM (SELECT 1 FROM entries WHERE ", of_job!(), " LIMIT ?3)");
/// Whether a job has a row in a part.
const HAS: &str =
    concat!("SELECT EXISTS (SELECT 1 FROM entries WHERE ", of_job!(), " AND job = ?1)");
/// The rows of a job in a part.
pub(super) const ROWS: &str = concat!(
    "SELECT row_key, seq, record FROM entries WHERE ",
    of_job!(),
    " AND job = ?1 ORDER BY seq"
);
/// One row of a job in a part.
pub(super) const ROW: &str = concat!(
    "SELECT seq FROM entries WHERE ",
    of_job!(),
    " AND substr(row_key, -8) = substr(?3, -8) AND job = ?1 AND row_key = ?3"
);
/// What the index keeps of all rows of a part.
pub(super) const NAMES: &str = concat!(
    "SELECT substr(job, 12, 4), substr(row_key, -8) FROM entries INDEXED BY entries_row WHERE ",
    part!(),
    " = ?1"
);
const STORED: &str = "SELECT bits, sum FROM row_filters WHERE part = ?1";

/// Index and table, in SQL.
pub(super) fn tables() -> String {
    include_str!("rows.sql").replace("seq >> 14", part!())
}

/// The part of a position.
fn part_of(seq: u64) -> i64 {
    i64::try_from(seq >> PART).unwrap_or(i64::MAX)
}

/// Goes through the parts that have entries.
fn parts(
    conn: &Connection,
    each: &mut dyn FnMut(i64) -> rusqlite::Result<()>,
) -> rusqlite::Result<()> {
    let mut next = conn.prepare_cached(NEXT_PART)?;
    let mut from = 0;
    while let Some(part) = next.query_row([from], |r| r.get::<_, i64>(0)).optional()? {
        each(part)?;
        from = part.saturating_add(1);
    }
    Ok(())
}

/// Where a job has rows.
pub(super) struct Places {
    /// The parts, from the first on. In some there may be rows of other jobs only.
    pub(super) parts: Vec<i64>,
    /// How many rows, or the limit if they are as many.
    pub(super) count: usize,
}

/// Where a job has rows; counts up to a limit.
pub(super) fn places(register: &Sqlite, job: &str, limit: usize) -> Result<Places> {
    let run = || -> rusqlite::Result<Places> {
        let mut count = register.conn.prepare_cached(COUNT)?;
        let mut places = Places { parts: Vec::new(), count: 0 };
        parts(&register.conn, &mut |part| {
            let most = limit.saturating_sub(places.count).max(1);
            let rows: usize = count.query_row(params![job, part, most], |r| r.get(0))?;
            if rows > 0 {
                places.parts.push(part);
            }
            places.count = places.count.saturating_add(rows).min(limit);
            Ok(())
        })?;
        Ok(places)
    };
    run().map_err(|e| register.fail(e))
}

/// True if a job has a row.
pub(super) fn has_any(conn: &Connection, job: &str) -> rusqlite::Result<bool> {
    let mut has = conn.prepare_cached(HAS)?;
    let mut any = false;
    parts(conn, &mut |part| {
        any = any || has.query_row(params![job, part], |r| r.get(0))?;
        Ok(())
    })?;
    Ok(any)
}

/// Finds rows of a job: hands over the index of each key that has one, and the row's position.
pub(super) fn find(
    register: &Sqlite,
    job: &str,
    places: &Places,
    keys: &[String],
    each: &mut dyn FnMut(usize, u64) -> Result<()>,
) -> Result<()> {
    let fail = |e| register.fail(e);
    let open = part_of(super::read::head(register)?.saturating_add(1));
    let shown: Vec<Option<Key>> = keys.iter().map(|key| shown(job, key)).collect();
    let mut row = register.conn.prepare_cached(ROW).map_err(fail)?;
    for part in &places.parts {
        let asked = candidates(register, *part, *part < open, &shown).map_err(fail)?;
        for index in asked {
            let Some(key) = keys.get(index) else { continue };
            let found: Option<u64> =
                row.query_row(params![job, part, key], |r| r.get(0)).optional().map_err(fail)?;
            if let Some(seq) = found {
                each(index, seq)?;
            }
        }
    }
    Ok(())
}

/// The keys that a part may have. Only a full part's filter is asked.
fn candidates(
    register: &Sqlite,
    part: i64,
    is_full: bool,
    keys: &[Option<Key>],
) -> rusqlite::Result<Vec<usize>> {
    let all = || (0..keys.len()).collect();
    if !is_full {
        return Ok(all());
    }
    let mut stored = register.conn.prepare_cached(STORED)?;
    let picked = stored.query_row([part], |r| {
        let Some(filter) = stored_filter(r, part)? else { return Ok(all()) };
        let may = |key: &Option<Key>| key.is_none_or(|key| filter.may_hold(key));
        Ok(keys.iter().enumerate().filter(|(_, key)| may(key)).map(|(index, _)| index).collect())
    });
    Ok(picked.optional()?.unwrap_or_else(all))
}

fn stored_filter<'a>(
    row: &'a rusqlite::Row<'_>,
    part: i64,
) -> rusqlite::Result<Option<Stored<'a>>> {
    let sum: i64 = row.get(1)?;
    Ok(row.get_ref(0)?.as_blob().ok().and_then(|bits| Stored::of(PART, bits, sum, part)))
}

#[cfg(test)]
pub(super) fn asked_of(
    register: &Sqlite,
    job: &str,
    part: i64,
    is_full: bool,
    keys: &[String],
) -> rusqlite::Result<Vec<usize>> {
    let keys: Vec<Option<Key>> = keys.iter().map(|key| shown(job, key)).collect();
    candidates(register, part, is_full, &keys)
}

/// Where a row's bits are in a filter: of what the index keeps of both names. `None` for names that this program does not give, of which
/// SQLite might see other letters.
fn shown(job: &str, row_key: &str) -> Option<Key> {
    let is_plain = |name: &str| name.bytes().all(|b| b.is_ascii_graphic());
    if !is_plain(job) || !is_plain(row_key) {
        return None;
    }
    let (job, row) = (job.as_bytes(), row_key.as_bytes());
    let job = job.get(11..job.len().min(15)).unwrap_or_default();
    Some(Key::of(job, row.get(row.len().saturating_sub(8)..).unwrap_or_default()))
}

/// The first want that was issued before: its index and its key.
pub(super) fn issued(
    register: &Sqlite,
    batch: &Batch,
    wants: &dyn Wants,
) -> Result<Option<(usize, String)>> {
    let mut first: Option<(usize, String)> = None;
    let mut job: Option<(&str, Places)> = None;
    let mut keys = Vec::new();
    for index in 0..wants.count() {
        let id = wants.job(index).map_or(batch.job.as_str(), |(id, _)| id);
        let is_same = job.as_ref().is_some_and(|(known, _)| *known == id);
        if !is_same || keys.len() >= AT_ONCE {
            look(register, job.as_ref(), &mut keys, index, &mut first)?;
        }
        if !is_same {
            job = Some((id, places(register, id, 0)?));
        }
        if first.is_some() {
            return Ok(first);
        }
        if job.as_ref().is_some_and(|(_, places)| !places.parts.is_empty()) {
            keys.push(wants.key(index)?);
        }
    }
    look(register, job.as_ref(), &mut keys, wants.count(), &mut first)?;
    Ok(first)
}

/// Looks for the keys of the wants before `end`, and forgets them.
fn look(
    register: &Sqlite,
    job: Option<&(&str, Places)>,
    keys: &mut Vec<String>,
    end: usize,
    first: &mut Option<(usize, String)>,
) -> Result<()> {
    if let Some((job, places)) = job {
        let begin = end.saturating_sub(keys.len());
        find(register, job, places, keys, &mut |nth, _| {
            let index = begin.saturating_add(nth);
            if first.as_ref().is_none_or(|(known, _)| index < *known) {
                *first = keys.get(nth).map(|key| (index, key.clone()));
            }
            Ok(())
        })?;
    }
    keys.clear();
    Ok(())
}

/// Finds the rows of any number of keys.
pub(super) fn find_all(
    register: &Sqlite,
    job: &str,
    places: &Places,
    keys: &mut dyn Iterator<Item = String>,
    each: &mut dyn FnMut(u64) -> Result<()>,
) -> Result<()> {
    loop {
        let some: Vec<String> = keys.take(AT_ONCE).collect();
        if some.is_empty() {
            return Ok(());
        }
        find(register, job, places, &some, &mut |_, seq| each(seq))?;
    }
}

/// Makes the filters of the parts that positions from `first` to before `next` have filled, and of those before that have none. In the
/// transaction that enters these positions.
pub(super) fn close(tx: &Transaction<'_>, first: u64, next: u64) -> rusqlite::Result<()> {
    let (first, open) = (part_of(first), part_of(next));
    if first >= open {
        return Ok(());
    }
    let mut full = Vec::new();
    let mut known = tx.prepare_cached("SELECT 1 FROM row_filters WHERE part = ?1")?;
    parts(tx, &mut |part| {
        if part < open && (part >= first || !known.exists([part])?) {
            full.push(part);
        }
        Ok(())
    })?;
    let mut store = tx.prepare_cached(
        "INSERT OR REPLACE INTO row_filters (part, sum, bits) VALUES (?1, ?2, ?3)",
    )?;
    for part in full {
        let filter = filter_of(tx, part)?;
        store.execute(params![part, sum(part, filter.bytes()), filter.bytes()])?;
    }
    Ok(())
}

/// The filter of a part as its rows give it.
fn filter_of(conn: &Connection, part: i64) -> rusqlite::Result<Filter> {
    let mut filter = Filter::new(PART);
    let mut names = conn.prepare_cached(NAMES)?;
    let mut rows = names.query([part])?;
    while let Some(row) = rows.next()? {
        let (job, key) = (row.get_ref(0)?, row.get_ref(1)?);
        filter.add(Key::of(job.as_bytes()?, key.as_bytes()?));
    }
    Ok(filter)
}

/// The positions of parts whose filter is missing or not what their rows give, or that have one and should not.
pub(super) fn wrong(register: &Sqlite) -> Result<Vec<RangeInclusive<u64>>> {
    if register.is_older {
        return Ok(Vec::new());
    }
    let open = part_of(super::read::head(register)?.saturating_add(1));
    let run = || -> rusqlite::Result<Vec<i64>> {
        let conn = &register.conn;
        let (mut sound, mut wrong) = (Vec::new(), Vec::new());
        let mut stored = conn.prepare_cached(STORED)?;
        parts(conn, &mut |part| {
            if part >= open {
                return Ok(());
            }
            let filter = filter_of(conn, part)?;
            let same = stored.query_row([part], |r| {
                let bits = r.get_ref(0)?.as_blob().ok();
                Ok(bits == Some(filter.bytes()) && stored_filter(r, part)?.is_some())
            });
            let same = same.optional()?.unwrap_or(false);
            if same {
                sound.push(part)
            } else {
                wrong.push(part)
            }
            Ok(())
        })?;
        let mut there = conn.prepare("SELECT part FROM row_filters ORDER BY part")?;
        let mut there = there.query([])?;
        while let Some(row) = there.next()? {
            let part = row.get(0)?;
            if sound.binary_search(&part).is_err() && wrong.binary_search(&part).is_err() {
                wrong.push(part);
            }
        }
        wrong.sort_unstable();
        wrong.dedup();
        Ok(wrong)
    };
    let positions = |part: i64| {
        let first = u64::try_from(part).unwrap_or(0).checked_shl(PART).unwrap_or(u64::MAX);
        first.max(1)..=first.saturating_add((1 << PART) - 1)
    };
    Ok(run().map_err(|e| register.fail(e))?.into_iter().map(positions).collect())
}

/// The values of [`ROWS`].
pub(super) fn of_part(job: &str, part: i64) -> [Value; 2] {
    [Value::from(job.to_owned()), Value::from(part)]
}
