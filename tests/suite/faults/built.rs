//! Faults that take more than a few steps, by name.

use jiff::civil::date;
use rusqlite::Connection;
use vanthu::pipeline::filing::{Entering, Filing};
use vanthu::register::Kind;
use vanthu::world::System;

use super::office::{Office, ok};
use super::ops::sql;

/// Breaks an office in the way of `name`.
pub fn build(name: &str, office: &Office) {
    let register = office.dir.join("register.db");
    match name {
        "same-code-in-another-series" => sql(
            &register,
            "DROP INDEX entries_code;
             INSERT INTO entries (seq, record, job, row_key, input)
             SELECT 14, json_set(record, '$.seq', 14, '$.series', 'SNV:khac'), job, 'x', input
             FROM entries WHERE seq = 3",
        ),
        "same-number-in-the-series" => {
            without_rules(&register);
            sql(
                &register,
                "INSERT INTO entries (seq, record, job, row_key, input)
                 SELECT 14, json_set(record, '$.seq', 14), job, 'x', input
                 FROM entries WHERE seq = 3",
            );
        }
        // A number too high for a moment: the next one goes on after it.
        "skip-to-06" => {
            sql(
                &register,
                "PRAGMA ignore_check_constraints = 1;
                 INSERT INTO entries (seq, record, job, row_key, input)
                 SELECT -1, json_set(record, '$.seq', -1, '$.number', 5), job, 'x', input
                 FROM entries WHERE seq = 13",
            );
            ok(&office.dir, &["issue", "ke-hoach.md", "-q"]);
            sql(&register, "DELETE FROM entries WHERE seq = -1");
        }
        "void-03-to-05" => {
            let world = System::new(Some(date(2026, 11, 22)));
            let workspace =
                vanthu::pipeline::Workspace::open(&world, &office.dir, date(2026, 11, 22))
                    .expect("opens");
            let mut filing =
                Filing::open(&world, &office.dir, &workspace.office, std::time::Duration::ZERO)
                    .expect("opens");
            let acts = (3..=5)
                .map(|number| {
                    let mut act = Entering::new(Kind::Void, None, date(2026, 11, 22));
                    act.data.insert("book".into(), "outgoing".into());
                    act.data.insert("series".into(), "SNV:ke-hoach".into());
                    act.data.insert("year".into(), 2026.into());
                    act.data.insert("number".into(), number.into());
                    act
                })
                .collect();
            filing.enter(acts).expect("enters");
        }
        other => super::log::build(other, office),
    }
}

/// The table of entries made anew without its rules of uniqueness.
fn without_rules(register: &std::path::Path) {
    let conn = Connection::open(register).expect("opens");
    let table: String = conn
        .query_row("SELECT sql FROM sqlite_schema WHERE name = 'entries'", [], |r| r.get(0))
        .expect("its definition");
    let table = table
        .replace("CREATE TABLE entries", "CREATE TABLE loose")
        .replace(",\n    UNIQUE (book, series, year, number)", "");
    assert!(table.contains("loose") && !table.contains("UNIQUE (book"));
    drop(conn);
    sql(
        register,
        &format!(
            "DROP INDEX entries_code; {table};
             INSERT INTO loose (seq, record, job, row_key, input)
             SELECT seq, record, job, row_key, input FROM entries;
             DROP TABLE entries; ALTER TABLE loose RENAME TO entries;"
        ),
    );
}
