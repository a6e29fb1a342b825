//! The store by itself: what its constraints hold, what an audit sees, what an erased or edited file becomes.

use jiff::civil::date;

use super::*;
use crate::archive::{ArchivePath, sha256};
use crate::diagnostic::{Diagnostic, FailureKind};
use crate::register::{Chunk, Fields, Registration, Want, audit};

mod rows;

const AT: &str = "2026-02-05T09:00:00+07:00";

fn batch(job: &str) -> Batch {
    Batch { job: job.into(), title: "t".into(), book: Book::Outgoing }
}

fn wants(count: usize) -> Vec<Want> {
    let want = |i: usize| Want {
        series: "SNV:ke-hoach".into(),
        date: date(2026, 2, 5),
        row_key: i.to_string(),
        input: format!("{{\"i\":{i}}}"),
    };
    (0..count).map(want).collect()
}

fn registration(want: &Want, number: Number) -> Registration {
    let fields = serde_json::json!({
        "type_id": "ke-hoach", "type_name": "Kế hoạch", "notation": "KH-SNV", "organ_name": "Sở",
        "organ_id": null, "subject": "Trích yếu", "signer_position": "GIÁM ĐỐC", "signer_name": "A",
        "recipients": [], "archive_copy": "VT", "copies": null, "priority": 0, "extra": {},
    });
    let fields: Fields = serde_json::from_value(fields).expect("fields");
    let path = format!("data/x/{number}.docx");
    Registration {
        job: None,
        row_key: want.row_key.clone(),
        input: want.input.clone(),
        book: Book::Outgoing,
        series: want.series.clone(),
        number,
        date: want.date,
        fields,
        files: vec![FileRef {
            at: ArchivePath { year: 2026, bag: 1, path },
            sha256: sha256(b"x"),
            size: 1,
            parts: Some(sha256(b"p")),
        }],
        salt: [7; 16],
        written: None,
    }
}

fn issue(register: &mut Sqlite, job: &str, wants: &Vec<Want>) -> Range<u64> {
    let numbers = register.reserve(&batch(job), wants, &|_, _| 0, "t").expect("reserves");
    let rows: Chunk = wants.iter().zip(numbers).map(|(w, n)| registration(w, n)).collect();
    let mut rows = Some(rows);
    register.commit(&batch(job), AT, &mut |_| Ok(rows.take())).expect("commits")
}

fn filled() -> (tempfile::TempDir, Sqlite) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
    assert_eq!(issue(&mut register, "a", &wants(3)), 1..4);
    (dir, register)
}

fn findings(register: &Sqlite) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    audit(register, &mut |d| found.push(d)).expect("audits");
    found
}

#[test]
fn an_audit_is_clean_until_somebody_edits() {
    let (_dir, register) = filled();
    assert_eq!(findings(&register), []);
    assert_eq!(register.check_pages().expect("checks"), Vec::<String>::new());
    let cases = [
        (
            "UPDATE entries SET record = json_set(record, '$.date', '2026-02-04') WHERE seq = 2",
            "S0202",
        ),
        (
            "UPDATE entries SET record = json_set(record, '$.fields.subject', 'khác') WHERE seq = 2",
            "S0202",
        ),
        ("UPDATE files SET sha256 = zeroblob(32) WHERE seq = 2", "S0204"),
        ("DELETE FROM files WHERE seq = 2", "S0204"),
        ("UPDATE leaves SET leaf = x'7b7d' WHERE seq = 2", "S0203"),
        ("DELETE FROM leaves WHERE seq = 2", "S0203"),
        (
            "UPDATE leaves SET leaf = (SELECT leaf FROM leaves WHERE seq = 1), salt = NULL WHERE seq = 2",
            "S0203",
        ),
        (
            "DELETE FROM files WHERE seq = 2; DELETE FROM leaves WHERE seq = 2; DELETE FROM entries WHERE seq = 2",
            "S0201",
        ),
    ];
    for (sql, code) in cases {
        let (_dir, register) = filled();
        let edit = format!(
            "PRAGMA ignore_check_constraints=ON; PRAGMA writable_schema=OFF;
             DROP TRIGGER entries_stay; DROP TRIGGER entries_keep; DROP TRIGGER leaves_stay; DROP TRIGGER leaves_keep; {sql};"
        );
        register.conn.execute_batch(&edit).expect(sql);
        let codes: Vec<String> = findings(&register).iter().map(|d| d.code.to_string()).collect();
        assert_eq!(codes, [code], "{sql}");
    }
}

#[test]
fn a_clock_that_was_set_back_is_told() {
    let (_dir, register) = filled();
    let said = |now: &str| {
        let found = crate::register::clock(&register, now).expect("reads");
        found.map(|d| (d.code.to_string(), d.severity))
    };
    let told = Some(("S0106".to_owned(), crate::diagnostic::Severity::Warning));
    assert_eq!(said("2016-03-05T08:00:00+07:00"), told);
    assert_eq!(said("2036-03-05T08:00:00+07:00"), None);
    let dir = tempfile::tempdir().expect("a folder");
    let empty = Sqlite::open(&dir.path().join("register.db")).expect("opens");
    assert_eq!(crate::register::clock(&empty, "2016-03-05T08:00:00+07:00").expect("reads"), None);
}

#[test]
fn slips_of_other_tools_are_stopped() {
    let (_dir, register) = filled();
    for sql in [
        "DELETE FROM entries WHERE seq = 3",
        "UPDATE entries SET record = json_set(record, '$.date', '2026-02-04')",
        "UPDATE entries SET seq = 9 WHERE seq = 3",
        "DELETE FROM leaves",
        "UPDATE leaves SET leaf = x'00'",
        "INSERT INTO entries (seq, record, job, row_key, input)
            SELECT 4, json_set(record, '$.seq', 4), job, 'new', input FROM entries WHERE seq = 3",
    ] {
        assert!(register.conn.execute_batch(sql).is_err(), "{sql}");
    }
    assert_eq!(findings(&register), []);
}

#[test]
fn a_salt_may_be_erased_and_the_leaf_names_nobody() {
    let (_dir, register) = filled();
    register.conn.execute_batch("UPDATE leaves SET salt = NULL").expect("erases");
    assert_eq!(findings(&register), []);
    let leaf: String = register
        .conn
        .query_row("SELECT CAST(leaf AS TEXT) FROM leaves WHERE seq = 1", [], |r| r.get(0))
        .expect("reads");
    assert!(leaf.starts_with(r#"{"seq":1,"kind":"register","book":"outgoing","series":"SNV:ke-hoach","year":2026,"number":1,"date":"2026-02-05","registered_at":"2026-02-05T09:00:00+07:00","files":[{"path":"2026/000001/data/x/01.docx","sha256":""#), "{leaf}");
    assert!(!leaf.contains("Trích yếu") && !leaf.contains("\"A\""));
}

#[test]
fn reservations_end_with_release_or_commit() {
    let (_dir, mut register) = filled();
    let next = register.reserve(&batch("b"), &wants(2), &|_, _| 0, "t").expect("reserves");
    assert_eq!(next.iter().map(|n| n.get()).collect::<Vec<_>>(), [4, 5]);
    let last = register.last(Book::Outgoing, "SNV:ke-hoach", 2026).expect("reads").expect("some");
    assert_eq!(last.number.get(), 5);
    assert_eq!(register.release().expect("releases"), 2);
    assert_eq!(register.release().expect("again"), 0);
    assert_eq!(register.job("b").expect("reads"), None);
    assert_eq!(issue(&mut register, "c", &wants(1)), 4..5);
    assert_eq!(register.input(4).expect("reads").as_deref(), Some("{\"i\":0}"));
    assert_eq!(register.totals().expect("reads"), (4, 4));
}

#[test]
fn a_row_without_its_reservation_is_not_registered() {
    let (_dir, mut register) = filled();
    let want = &wants(1)[0];
    let mut rows = Some(vec![registration(want, Number::new(4).expect("a number"))]);
    let refused = register.commit(&batch("a"), "at", &mut |_| Ok(rows.take()));
    assert!(matches!(refused, Err(CommitError::Undone(_))));
    assert_eq!(register.entries(&Filter::default(), &mut |_| Ok(())).expect("reads"), 3);
}

#[test]
fn a_full_disk_undoes_and_the_next_try_goes_on() {
    let (_dir, mut register) = filled();
    let pages: u32 = register.conn.query_row("PRAGMA page_count", [], |r| r.get(0)).expect("pages");
    register.conn.pragma_update(None, "max_page_count", pages + 4).expect("limits");
    let many = wants(400);
    let numbers = register.reserve(&batch("b"), &many, &|_, _| 0, "t").expect("a row of its own");
    let rows: Chunk = many.iter().zip(numbers).map(|(w, n)| registration(w, n)).collect();
    let mut rows = Some(rows);
    match register.commit(&batch("b"), AT, &mut |_| Ok(rows.take())) {
        Err(CommitError::Undone(full)) => {
            assert_eq!(full.kind, FailureKind::Output);
            assert!(full.message.en.contains("no space"), "{full}");
        }
        other => panic!("is full: {other:?}"),
    }
    assert_eq!(register.release().expect("gives back"), 400);
    register.conn.pragma_update(None, "max_page_count", 1_000_000).expect("frees");
    assert_eq!(issue(&mut register, "b", &many), 4..404);
    assert_eq!(findings(&register), []);
}

#[test]
fn each_series_has_its_reservations_and_each_job_its_own() {
    let (_dir, mut register) = filled();
    let mut mixed = wants(6);
    for (i, want) in mixed.iter_mut().enumerate() {
        if i % 2 == 1 {
            want.series = "SNV:chung".into();
        }
    }
    register.reserve(&batch("b"), &mixed, &|_, _| 10, "t").expect("reserves");
    let runs: Vec<(String, u32, u32, String)> = register
        .conn
        .prepare("SELECT series, first, last, job FROM reservations ORDER BY series")
        .and_then(|mut all| {
            all.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))?.collect()
        })
        .expect("reads");
    let run = |series: &str, first, last| (series.to_owned(), first, last, "b".to_owned());
    assert_eq!(runs, [run("SNV:chung", 11, 13), run("SNV:ke-hoach", 4, 6)]);
    assert_eq!(reserved(&register), [11, 12, 13, 4, 5, 6]);
    // What another job reserved, another series or another number is not there for a row.
    let refused = |register: &mut Sqlite, job: &str, row: Registration| {
        let mut rows = Some(vec![row]);
        let done = register.commit(&batch(job), AT, &mut |_| Ok(rows.take()));
        assert!(matches!(done, Err(CommitError::Undone(_))), "{done:?}");
    };
    let number = |n| Number::new(n).expect("a number");
    refused(&mut register, "c", registration(&mixed[0], number(4)));
    refused(&mut register, "b", registration(&mixed[1], number(4)));
    refused(&mut register, "b", registration(&mixed[0], number(7)));
    refused(&mut register, "b", registration(&mixed[0], number(3)));
    assert_eq!(register.release().expect("gives back"), 6);
    assert_eq!(findings(&register), []);
}

#[test]
fn a_row_twice_in_a_batch_is_refused_before_anything_is_taken() {
    let (_dir, mut register) = filled();
    let mut twice = wants(3);
    twice[2].row_key = twice[0].row_key.clone();
    let refused = register.reserve(&batch("b"), &twice, &|_, _| 0, "t").expect_err("twice");
    assert!(refused.message.en.contains("row 3"), "{refused}");
    assert_eq!(register.release().expect("nothing is there"), 0);
    assert_eq!(issue(&mut register, "b", &wants(3)), 4..7);
}

#[test]
fn a_reader_keeps_its_snapshot_and_writes_nothing() {
    let (dir, mut register) = filled();
    let path = dir.path().join("r.db");
    let reader = Sqlite::read(&path).expect("opens").expect("is there");
    reader.snapshot().expect("fixes the state");
    issue(&mut register, "b", &wants(2));
    let count = |r: &Sqlite| r.entries(&Filter::default(), &mut |_| Ok(())).expect("reads");
    assert_eq!((count(&reader), count(&register)), (3, 5));
    assert!(reader.conn.execute_batch("DELETE FROM reservations").is_err());
    assert!(Sqlite::read(&dir.path().join("none.db")).expect("looks").is_none());
    assert!(!dir.path().join("none.db").exists());
}

#[test]
fn a_blank_register_is_what_opening_would_have_made() {
    let dir = tempfile::tempdir().expect("temp");
    let (made, written) = (dir.path().join("made.db"), dir.path().join("written.db"));
    drop(Sqlite::open(&made).expect("opens"));
    std::fs::write(&written, Sqlite::blank().expect("blank")).expect("writes");
    let tables = |path: &Path| -> Vec<(String, Option<String>)> {
        let register = Sqlite::open(path).expect("opens");
        let mut rows = register
            .conn
            .prepare("SELECT name, sql FROM sqlite_schema ORDER BY name")
            .expect("prepares");
        let rows = rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).expect("reads");
        rows.collect::<rusqlite::Result<_>>().expect("rows")
    };
    assert_eq!(tables(&written), tables(&made));
    let read = Sqlite::read(&written).expect("reads").expect("is ours");
    let mode: String = read.conn.query_row("PRAGMA journal_mode", [], |r| r.get(0)).expect("mode");
    assert_eq!((mode.as_str(), read.check_pages().expect("checks")), ("wal", Vec::new()));
}

#[test]
fn a_sender_s_code_is_looked_up_and_not_searched_for() {
    let (_dir, register) = filled();
    let filter = crate::register::Filter {
        book: Some(Book::Incoming),
        sender_code: Some("5/STC".into()),
        ..crate::register::Filter::default()
    };
    let (sql, _) = super::read::select(&filter);
    let mut plan = register.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
    let steps = plan.query_map(["5/STC"], |r| r.get::<_, String>(3)).expect("steps");
    let steps: Vec<String> = steps.map(|s| s.expect("a step")).collect();
    assert!(steps[0].contains("entries_sender (<expr>=?)"), "{steps:?}");
}

/// The register as an earlier schema would have it.
fn as_before(path: &Path, schema: i32) {
    let conn = Connection::open(path).expect("opens");
    conn.execute_batch(
        "DROP INDEX entries_row; DROP TABLE row_filters; DROP TABLE newest_commit;
         DROP TABLE reservations;
         CREATE TABLE reservations (
             book TEXT NOT NULL, series TEXT NOT NULL, year INTEGER NOT NULL,
             number INTEGER NOT NULL CHECK (number > 0), date TEXT NOT NULL,
             job TEXT NOT NULL REFERENCES jobs (id), row_key TEXT NOT NULL, input TEXT NOT NULL,
             PRIMARY KEY (book, series, year, number), UNIQUE (job, row_key)) STRICT;
         INSERT INTO reservations SELECT 'outgoing', 'SNV:ke-hoach', 2026, 1001, '2026-02-05', min(id), 'x', '' FROM jobs;
         INSERT INTO reservations SELECT 'outgoing', 'SNV:ke-hoach', 2026, 1002, '2026-02-06', min(id), 'y', '' FROM jobs;
         CREATE INDEX entries_row ON entries (substr(job, 12, 4), substr(row_key, -8));
         PRAGMA user_version=3;",
    )
    .expect("made older");
    if schema == 3 {
        return;
    }
    let entries = include_str!("entries.sql");
    let table = entries
        .split_once("-- Điều 15")
        .expect("the table")
        .0
        .replace("    job      TEXT NOT NULL,", "    job      TEXT NOT NULL REFERENCES jobs (id),")
        .replace("series, year, number)\n", "series, year, number),\n    UNIQUE (job, row_key)\n");
    conn.execute_batch(&format!(
        "PRAGMA foreign_keys=OFF; DROP TRIGGER entries_stay; DROP TRIGGER entries_keep;
         DROP INDEX entries_code; DROP INDEX entries_sender; DROP INDEX entries_row;
         ALTER TABLE entries RENAME TO later; {table};
         INSERT INTO entries (seq, record, job, row_key, input)
             SELECT seq, record, job, row_key, input FROM later;
         DROP TABLE later; DROP INDEX files_digest;
         CREATE INDEX files_sha256 ON files (sha256);
         CREATE UNIQUE INDEX entries_code ON entries (notation, number, year) WHERE book = 'outgoing';
         CREATE INDEX entries_sender ON entries (record ->> '$.fields.extra.code') WHERE book = 'incoming';
         CREATE TRIGGER entries_stay BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'x'); END;
         PRAGMA user_version=2;"
    ))
    .expect("made older still");
}

fn definitions(register: &Sqlite) -> Vec<(String, Option<String>)> {
    let sql = "SELECT name, sql FROM sqlite_schema WHERE name <> 'newest_commit' ORDER BY name";
    let mut rows = register.conn.prepare(sql).expect("prepares");
    let rows = rows.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).expect("reads");
    rows.collect::<rusqlite::Result<_>>().expect("rows")
}

fn everything(register: &Sqlite) -> (Vec<Record>, Vec<JobRow>) {
    let (mut records, mut rows) = (Vec::new(), Vec::new());
    let mut add = |r| {
        records.push(r);
        Ok(())
    };
    register.records(0, &mut add).expect("records");
    let mut add = |r| {
        rows.push(r);
        Ok(())
    };
    register.job_rows("many", &mut add).expect("rows");
    (records, rows)
}

/// The numbers that are reserved.
fn reserved(register: &Sqlite) -> Vec<u32> {
    let mut numbers = Vec::new();
    let mut add = |r: Reservation| {
        numbers.push(r.number.get());
        Ok(())
    };
    register.pending(&mut add).expect("reads");
    numbers
}

#[test]
fn a_register_of_a_schema_before_is_brought_to_this_one() {
    for (schema, by_reading) in [(2, false), (2, true), (3, false), (3, true)] {
        let (dir, mut register) = filled();
        issue(&mut register, "many", &wants(60));
        let path = dir.path().join("r.db");
        let (now, all) = (definitions(&register), everything(&register));
        drop(register);
        as_before(&path, schema);
        let mut register = if by_reading {
            let read = Sqlite::read(&path).expect("reads").expect("is ours");
            assert_eq!(everything(&read), all);
            drop(read);
            Sqlite::open(&path).expect("opens")
        } else {
            Sqlite::open(&path).expect("opens")
        };
        assert_eq!((definitions(&register), everything(&register)), (now, all));
        assert_eq!(reserved(&register), [1001, 1002], "what a killed run has left");
        let last =
            register.last(Book::Outgoing, "SNV:ke-hoach", 2026).expect("reads").expect("some");
        assert_eq!((last.number.get(), last.date), (1002, date(2026, 2, 6)));
        assert_eq!(register.release().expect("gives back"), 2);
        assert_eq!(register.newest_commit().expect("reads"), None);
        assert_eq!(register.check_pages().expect("checks"), [""; 0]);
        assert_eq!(findings(&register), [], "schema {schema}");
        let head = register.head().expect("head");
        let seqs = issue(&mut register, "later", &wants(2));
        assert_eq!(
            (seqs.start, register.newest_commit().expect("reads")),
            (head + 1, Some(head + 1))
        );
    }
}

#[test]
fn rows_of_a_job_and_digests_are_looked_up_and_not_searched_for() {
    let (_dir, mut register) = filled();
    for job in ["run:0123456789", "run:0123999999", "campaign:0123:x"] {
        issue(&mut register, job, &wants(3));
    }
    let steps = |sql: &str| -> String {
        let mut plan = register.conn.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).expect("a plan");
        let values =
            rusqlite::params_from_iter(["a", "b", "c"].iter().take(plan.parameter_count()));
        let steps = plan.query_map(values, |r| r.get::<_, String>(3)).expect("steps");
        steps.map(|s| s.expect("a step")).collect::<Vec<_>>().join("; ")
    };
    let row = steps(super::rows::ROW);
    assert!(row.contains("entries_row (<expr>=? AND <expr>=? AND <expr>=?)"), "{row}");
    let digest = steps(super::read::WITH_DIGEST);
    assert!(digest.contains("files_digest (<expr>=? AND <expr>=?)"), "{digest}");
    let rows = steps(super::rows::ROWS);
    assert!(rows.contains("entries_row (<expr>=? AND <expr>=?)"), "{rows}");
    let count = steps(super::rows::COUNT);
    assert!(count.contains("COVERING INDEX entries_row (<expr>=? AND <expr>=?)"), "{count}");
    let next = steps(super::rows::NEXT_PART);
    assert_eq!(next, "SEARCH entries USING COVERING INDEX entries_row (<expr>>?)");
    let names = steps(super::rows::NAMES);
    assert!(names.contains("COVERING INDEX entries_row (<expr>=?)"), "{names}");
    for (job, keys) in [("run:0123456789", vec!["0", "2"]), ("run:0123999999", vec!["1", "7"])] {
        let mut found = Vec::new();
        let mut asked = keys.iter().map(|k| (*k).to_owned());
        let mut add = |row: JobRow| {
            found.push((row.row_key, row.seq));
            Ok(())
        };
        register.job_rows_of(job, &mut asked, &mut add).expect("rows");
        found.retain(|(key, _)| keys.contains(&key.as_str()));
        let mut all = Vec::new();
        let mut add = |row: JobRow| {
            all.push((row.row_key, row.seq));
            Ok(())
        };
        register.job_rows(job, &mut add).expect("rows");
        assert_eq!(all.len(), 3, "of this job alone: {all:?}");
        all.retain(|(key, _)| keys.contains(&key.as_str()));
        assert_eq!(found, all);
    }
    let positions = register.with_digest(&sha256(b"x")).expect("positions");
    assert_eq!(positions.len() as u64, register.head().expect("head"));
    assert_eq!(register.with_digest(&sha256(b"y")).expect("positions"), [0; 0]);
}

#[test]
fn a_digest_is_found_in_every_part_of_the_register() {
    let (_dir, register) = filled();
    let mut seqs = Vec::new();
    // The next part begins at 16,384: positions may be left out here.
    for seq in [16_383_u64, 16_384, 40_000] {
        let sql = format!(
            "INSERT INTO acts (seq, record) VALUES ({seq}, '{{\"kind\":\"attach\",\"date\":\"2026-01-01\"}}');
             INSERT INTO leaves (seq, leaf) VALUES ({seq}, x'00');
             INSERT INTO files VALUES ({seq}, 0, 2026, 9, '{seq}', x'{}', 1, NULL)",
            sha256(b"far").to_hex()
        );
        register.conn.execute_batch(&sql).expect("inserted");
        seqs.push(seq);
    }
    assert_eq!(register.with_digest(&sha256(b"far")).expect("positions"), seqs);
}

#[test]
fn a_new_register_has_large_pages_and_an_older_one_keeps_its_own() {
    let size = |conn: &rusqlite::Connection| -> u32 {
        conn.query_row("PRAGMA page_size", [], |r| r.get(0)).expect("a size")
    };
    let dir = tempfile::tempdir().expect("dir");
    let made = Sqlite::open(&dir.path().join("made.db")).expect("opens");
    assert_eq!(size(&made.conn), 16_384);
    let laid = dir.path().join("laid.db");
    let blank = super::schema::blank().expect("made");
    super::schema::blank_ahead();
    assert!(blank == super::schema::blank().expect("made before"), "the same however it comes");
    std::fs::write(&laid, blank).expect("written");
    assert_eq!(size(&Sqlite::open(&laid).expect("opens").conn), 16_384);
    let older = dir.path().join("older.db");
    let conn = rusqlite::Connection::open(&laid).expect("opens");
    conn.execute_batch(&format!("VACUUM INTO '{}'", older.display())).expect("copied");
    let conn = rusqlite::Connection::open(&older).expect("opens");
    conn.execute_batch("PRAGMA journal_mode=DELETE; PRAGMA page_size=4096; VACUUM;")
        .expect("made smaller");
    drop(conn);
    let mut register = Sqlite::open(&older).expect("opens");
    assert_eq!(size(&register.conn), 4096);
    let want = wants(1);
    let numbers = register.reserve(&batch("a"), &want, &|_, _| 0, AT).expect("reserves");
    let mut rows = Some(vec![registration(&want[0], numbers[0])]);
    register.commit(&batch("a"), AT, &mut |_| Ok(rows.take())).expect("commits");
}
