//! The rows that a job has issued.
//!
//! Knows: the queries. Must not know: who asks, how a row is found.

use rusqlite::types::Value;

use super::read::{row_of, stream};
use super::{Sqlite, rows};
use crate::diagnostic::Result;
use crate::register::JobRow;

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
