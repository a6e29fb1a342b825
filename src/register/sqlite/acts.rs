//! Acts in the register: their transaction, and reading them.
//!
//! Knows: the tables `acts`, `leaves`, `files`. Must not know: what an act means.

use std::collections::HashSet;
use std::ops::Range;

use rusqlite::types::Value;
use rusqlite::{Transaction, TransactionBehavior, params};

use super::super::act::Act;
use super::super::leaf::leaf_of_act;
use super::Sqlite;
use super::read::{files, not_readable, stream};
use super::write::{add_files, next_seq};
use crate::diagnostic::Result;
use crate::register::{ActFilter, Acted, CommitError, Kind, NewAct};

pub(super) fn commit(
    register: &mut Sqlite,
    at: &str,
    acts: &[NewAct],
) -> std::result::Result<Range<u64>, CommitError> {
    let path = register.path.clone();
    let fail = |e: rusqlite::Error| super::error::failure(&path, &e);
    let undone = |e: rusqlite::Error| CommitError::Undone(fail(e));
    let tx =
        register.conn.transaction_with_behavior(TransactionBehavior::Immediate).map_err(undone)?;
    let first = next_seq(&tx).map_err(undone)?;
    // Seals follow a commit before the log is signed, and so may a change of key.
    if acts.iter().any(|act| !matches!(act.kind, Kind::Seal | Kind::Key)) {
        super::write::begin_commit(&tx, first).map_err(undone)?;
    }
    let mut next = first;
    for act in acts {
        add(&tx, at, next, act).map_err(undone)?;
        next += 1;
    }
    super::rows::close(&tx, first, next).map_err(undone)?;
    super::write::end(tx, &path)?;
    Ok(first..next)
}

/// An act at a position, with its files and its leaf.
pub(super) fn add(tx: &Transaction<'_>, at: &str, seq: u64, new: &NewAct) -> rusqlite::Result<()> {
    let act = Act {
        seq,
        kind: new.kind,
        about: new.about,
        date: new.date,
        registered_at: at.to_owned(),
        data: new.data.clone(),
        fields: new.fields.clone(),
    };
    let json = |e: serde_json::Error| rusqlite::Error::ToSqlConversionFailure(Box::new(e));
    let record = serde_json::to_string(&act).map_err(json)?;
    let leaf = leaf_of_act(&act, &record, &new.files, &new.salt);
    let leaf = serde_json::to_vec(&leaf).map_err(json)?;
    tx.prepare_cached("INSERT INTO acts (seq, record) VALUES (?1, ?2)")?
        .execute(params![seq, record])?;
    add_files(tx, seq, &new.files)?;
    tx.prepare_cached("INSERT INTO leaves (seq, leaf, salt) VALUES (?1, ?2, ?3)")?
        .execute(params![seq, leaf, new.salt.as_slice()])?;
    Ok(())
}

pub(super) fn acts(
    register: &Sqlite,
    filter: &ActFilter,
    each: &mut dyn FnMut(Acted) -> Result<()>,
) -> Result<u64> {
    let (sql, values) = select(filter);
    let mut count = 0;
    stream(register, &sql, &values, &mut |row| Ok((row.get(0)?, row.get(1)?)), &mut |(
        seq,
        record,
    ): (
        u64,
        String,
    )| {
        count += 1;
        let act: Act =
            serde_json::from_str(&record).map_err(|e| not_readable(register, &e.to_string()))?;
        each(Acted { act, files: files(register, seq)? })
    })?;
    Ok(count)
}

/// The entries that acts are about or were done by, read from two indexes.
pub(super) fn touched(register: &Sqlite) -> Result<HashSet<u64>> {
    const SQL: &str = "SELECT about FROM acts WHERE about IS NOT NULL
        UNION SELECT record ->> '$.data.by' FROM acts WHERE record ->> '$.data.by' IS NOT NULL";
    let mut touched = HashSet::new();
    // What no row can have at that place is no position either.
    let mut read = |row: &rusqlite::Row<'_>| Ok(row.get::<_, u64>(0).ok());
    stream(register, SQL, &[], &mut read, &mut |seq| {
        touched.extend(seq);
        Ok(())
    })?;
    Ok(touched)
}

fn select(filter: &ActFilter) -> (String, Vec<Value>) {
    let mut sql = String::from("SELECT seq, record FROM acts WHERE 1");
    let mut values = Vec::new();
    let mut bind = |value: Value| {
        values.push(value);
        format!("?{}", values.len())
    };
    if let Some(about) = filter.about {
        let about = bind(Value::from(i64::try_from(about).unwrap_or(i64::MAX)));
        sql.push_str(&format!(" AND about = {about}"));
    }
    if let Some(by) = filter.by {
        let by = bind(Value::from(i64::try_from(by).unwrap_or(i64::MAX)));
        sql.push_str(&format!(" AND record ->> '$.data.by' = {by}"));
    }
    if !filter.kinds.is_empty() {
        let kinds: Vec<String> = filter.kinds.iter().map(|k| bind(Value::from(k.key()))).collect();
        sql.push_str(&format!(" AND kind IN ({})", kinds.join(", ")));
    }
    if let Some((from, to)) = filter.dates {
        let (from, to) = (bind(Value::from(from.to_string())), bind(Value::from(to.to_string())));
        sql.push_str(&format!(" AND date BETWEEN {from} AND {to}"));
    }
    if let Some((year, bag)) = filter.bag {
        let (year, bag) = (bind(Value::from(i64::from(year))), bind(Value::from(i64::from(bag))));
        sql.push_str(&format!(
            " AND seq IN (SELECT seq FROM files WHERE year = {year} AND bag = {bag})"
        ));
    }
    sql.push_str(" ORDER BY seq");
    (sql, values)
}
