//! The register as verification reads it: one snapshot.
//!
//! Knows: SQL, what verification asks for. Must not know: archive folders, terminals.

use rusqlite::{Row as SqlRow, params};

use super::Sqlite;
use crate::archive::verify::{DocumentId, Given, Known, RegisterView, State};
use crate::archive::{BagId, Digest};
use crate::diagnostic::Result;

/// Columns of a document: seq, number, notation, series, year, date.
const DOCUMENT: &str = "e.seq, e.number, e.notation, e.series, e.year, e.date";

/// A snapshot that lasts as long as this value; writers are not held up by it.
pub struct View<'a> {
    register: &'a Sqlite,
}

impl<'a> View<'a> {
    /// Begins a snapshot.
    ///
    /// # Errors
    /// The register cannot be read.
    pub fn begin(register: &'a Sqlite) -> Result<Self> {
        register.conn.execute_batch("BEGIN").map_err(|e| register.fail(e))?;
        Ok(Self { register })
    }

    fn each<T>(
        &self,
        sql: &str,
        values: &[&dyn rusqlite::ToSql],
        read: fn(&SqlRow<'_>) -> rusqlite::Result<T>,
        each: &mut dyn FnMut(T) -> Result<()>,
    ) -> Result<()> {
        let fail = |e| self.register.fail(e);
        let mut statement = self.register.conn.prepare_cached(sql).map_err(fail)?;
        let mut rows = statement.query(values).map_err(fail)?;
        while let Some(row) = rows.next().map_err(fail)? {
            each(read(row).map_err(fail)?)?;
        }
        Ok(())
    }
}

impl Drop for View<'_> {
    fn drop(&mut self) {
        // Ending a read has nothing to lose.
        let _ = self.register.conn.execute_batch("ROLLBACK");
    }
}

fn document(row: &SqlRow<'_>, at: usize) -> rusqlite::Result<DocumentId> {
    let number: u32 = row.get(at + 1)?;
    let notation: String = row.get(at + 2)?;
    let date: String = row.get(at + 5)?;
    let date = date.parse().map_err(|_| {
        rusqlite::Error::FromSqlConversionFailure(
            at + 5,
            rusqlite::types::Type::Text,
            format!("`{date}` is not a day").into(),
        )
    })?;
    Ok(DocumentId {
        seq: row.get(at)?,
        code: format!("{number:02}/{notation}"),
        series: row.get(at + 3)?,
        year: row.get(at + 4)?,
        number,
        date,
    })
}

impl RegisterView for View<'_> {
    fn bags(&self) -> Result<Vec<BagId>> {
        let mut bags = Vec::new();
        let sql = "SELECT DISTINCT year, bag FROM files ORDER BY year, bag";
        self.each(
            sql,
            &[],
            |row| Ok(BagId { year: row.get(0)?, number: row.get(1)? }),
            &mut |bag| {
                bags.push(bag);
                Ok(())
            },
        )?;
        Ok(bags)
    }

    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        let sql = format!(
            "SELECT {DOCUMENT}, f.path, f.sha256, f.size FROM files f JOIN entries e ON e.seq = f.seq
             WHERE f.year = ?1 AND f.bag = ?2 ORDER BY f.path COLLATE BINARY"
        );
        self.each(
            &sql,
            params![bag.year, bag.number],
            |row| {
                Ok(Known {
                    document: document(row, 0)?,
                    path: row.get(6)?,
                    sha256: Digest(row.get(7)?),
                    size: row.get(8)?,
                })
            },
            each,
        )
    }

    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        // Reservations exist only while a batch runs; they follow the rows of their series.
        let sql = format!(
            "SELECT {DOCUMENT}, 0 AS reserved, (SELECT count(*) FROM files f WHERE f.seq = e.seq)
               FROM entries e WHERE e.book = 'outgoing'
             UNION ALL
             SELECT 0, r.number, '', r.series, r.year, r.date, 1, 0
               FROM reservations r WHERE r.book = 'outgoing'
             ORDER BY 4, 5, 2"
        );
        self.each(
            &sql,
            &[],
            |row| {
                let reserved: bool = row.get(6)?;
                Ok(Given {
                    document: document(row, 0)?,
                    state: if reserved { State::Reserved } else { State::Registered },
                    files: row.get(7)?,
                })
            },
            each,
        )
    }

    fn start_after(&self, series: &str, year: i16) -> Result<u32> {
        let sql = "SELECT start_after FROM series
                   WHERE book = 'outgoing' AND series = ?1 AND year = ?2";
        let mut found = 0;
        self.each(sql, params![series, year], |row| row.get(0), &mut |n| {
            found = n;
            Ok(())
        })?;
        Ok(found)
    }

    fn totals(&self) -> Result<(u64, u64)> {
        let mut totals = (0, 0);
        let sql = "SELECT count(*), coalesce(sum(size), 0) FROM files";
        self.each(sql, &[], |row| Ok((row.get(0)?, row.get(1)?)), &mut |t| {
            totals = t;
            Ok(())
        })?;
        Ok(totals)
    }
}
