//! Bringing the index up to the register.
//!
//! Knows: the order of positions, which entries an act concerns. Must not know: file formats.

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;
use rusqlite::{TransactionBehavior, params};
use serde_json::Value;

use super::words::{Said, columns, flat};
use super::{Index, Unusable, unusable};
use crate::archive::{FileRef, sha256};
use crate::diagnostic::Result;
use crate::register::act::Act;
use crate::register::leaf::Row;
use crate::register::life::handed_to;
use crate::register::sqlite::Sqlite;
use crate::register::{ActFilter, Book, Entry, Kind, Record, Register};

/// Positions that are written in one transaction, so that a search that is stopped loses little.
const CHUNK: usize = 1000;

/// Gives the text of files; `None` if one of them could not be read. May be called from several threads.
pub type BodyOf<'a> = dyn Fn(&[FileRef]) -> Option<String> + Sync + 'a;

/// What was done to bring the index up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct CaughtUp {
    /// Positions that were taken in.
    pub positions: u64,
    /// Entries whose files could not be read; their fields are in the index all the same.
    pub unread: u64,
}

/// What is new since the index was last brought up to date.
#[derive(Default)]
struct News {
    entries: BTreeMap<u64, Entry>,
    /// Older entries that something happened to.
    touched: BTreeSet<u64>,
    last: u64,
    seen: u64,
}

impl Index {
    /// Takes in all positions after those it has; says how far it is by `progress` (position, of which).
    ///
    /// # Errors
    /// See [`Unusable`].
    pub fn catch_up(
        &mut self,
        register: &Sqlite,
        body: &BodyOf<'_>,
        progress: &dyn Fn(u64, u64),
    ) -> std::result::Result<CaughtUp, Unusable> {
        let mut done = CaughtUp::default();
        let head = register.head().map_err(Unusable::Failed)?;
        let Some(mut from) = self.position(register)? else { return Err(Unusable::Damaged) };
        if from < head {
            progress(from, head);
        }
        while from < head {
            let news = news(register, from + 1).map_err(Unusable::Failed)?;
            if news.seen == 0 {
                break;
            }
            let texts =
                texts(register, news.entries, news.touched, body).map_err(Unusable::Failed)?;
            let leaf = leaf_digest(register, news.last).map_err(Unusable::Failed)?;
            let leaf = leaf.unwrap_or_default();
            let fail = |e: rusqlite::Error| unusable(&self.path, &e);
            let tx = self.conn.transaction_with_behavior(TransactionBehavior::Immediate);
            let tx = tx.map_err(fail)?;
            let now: u64 = tx.query_row("SELECT seq FROM state", [], |r| r.get(0)).map_err(fail)?;
            // Another search was faster: what it took in is not taken in again.
            if now != from {
                from = now;
                continue;
            }
            for text in &texts {
                put(&tx, text).map_err(fail)?;
                done.unread += u64::from(text.unread);
            }
            tx.execute("UPDATE state SET seq = ?1, leaf = ?2", params![news.last, leaf])
                .map_err(fail)?;
            tx.commit().map_err(fail)?;
            done.positions += news.seen;
            from = news.last;
            progress(from, head);
        }
        Ok(done)
    }
}

/// SHA-256 of the leaf at a position.
pub(super) fn leaf_digest(register: &Sqlite, seq: u64) -> Result<Option<Vec<u8>>> {
    Ok(register.leaf(seq)?.map(|leaf| sha256(&leaf).0.to_vec()))
}

/// The next positions, at most [`CHUNK`].
fn news(register: &Sqlite, from: u64) -> Result<News> {
    let mut news = News::default();
    register.some_records(from, CHUNK, &mut |record| {
        news.seen += 1;
        news.last = record.seq;
        news.take(record);
        Ok(())
    })?;
    Ok(news)
}

impl News {
    fn take(&mut self, record: Record) {
        // What cannot be read is for the audit to say, not for a search.
        if let Ok(row) = serde_json::from_str::<Row>(&record.row) {
            self.entries.insert(record.seq, row.entry(record.files));
        } else if let Ok(act) = serde_json::from_str::<Act>(&record.row) {
            self.touched.extend(act.about);
        }
    }
}

struct Text {
    seq: u64,
    columns: [String; 7],
    body: String,
    unread: bool,
}

fn texts(
    register: &Sqlite,
    entries: BTreeMap<u64, Entry>,
    touched: BTreeSet<u64>,
    body: &BodyOf<'_>,
) -> Result<Vec<Text>> {
    let mut all = entries;
    for seq in touched {
        if let std::collections::btree_map::Entry::Vacant(free) = all.entry(seq)
            && let Some(entry) = register.entry(seq)?
        {
            free.insert(entry);
        }
    }
    let mut wanted = Vec::with_capacity(all.len());
    for (seq, mut entry) in all {
        let said = acts_of(register, &mut entry)?;
        wanted.push((seq, columns(&entry, &said), entry.files));
    }
    let text = |(seq, columns, files): (u64, [String; 7], Vec<FileRef>)| {
        let body = if files.is_empty() { Some(String::new()) } else { body(&files) };
        let unread = body.is_none();
        Text { seq, columns, body: flat(&body.unwrap_or_default()), unread }
    };
    Ok(wanted.into_par_iter().map(text).collect())
}

/// What the acts about an entry say; their files join its own.
fn acts_of(register: &Sqlite, entry: &mut Entry) -> Result<Said> {
    let mut said = Said::default();
    let incoming = entry.book == Book::Incoming;
    let filter = ActFilter { about: Some(entry.seq), ..ActFilter::default() };
    register.acts(&filter, &mut |acted| {
        entry.files.extend(acted.files);
        for value in acted.act.fields.values() {
            say(value, &mut said.text);
        }
        if acted.act.kind == Kind::DossierAdd
            && let Some(Value::String(code)) = acted.act.fields.get("dossier")
        {
            said.dossiers.push(code.clone());
        }
        if incoming {
            said.units.extend(handed_to(&acted.act));
        }
        Ok(())
    })?;
    Ok(said)
}

fn say(value: &Value, said: &mut String) {
    match value {
        Value::String(text) => {
            said.push_str(text);
            said.push_str(" . ");
        }
        Value::Array(items) => items.iter().for_each(|v| say(v, said)),
        Value::Object(fields) => fields.values().for_each(|v| say(v, said)),
        Value::Number(number) => {
            said.push_str(&number.to_string());
            said.push(' ');
        }
        Value::Null | Value::Bool(_) => {}
    }
}

fn put(tx: &rusqlite::Transaction<'_>, text: &Text) -> rusqlite::Result<()> {
    let [facet, code, kind, subject, signer, unit, other] = &text.columns;
    tx.prepare_cached("DELETE FROM words WHERE rowid = ?1")?.execute([text.seq])?;
    tx.prepare_cached(
        "INSERT INTO words (rowid, facet, code, kind, subject, signer, unit, other, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![text.seq, facet, code, kind, subject, signer, unit, other, text.body])?;
    Ok(())
}
