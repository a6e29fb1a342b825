//! The register's write-ahead log as a kill leaves it, and what becomes of the office without it.

use std::fs;
use std::path::Path;
use std::time::Duration;

use jiff::civil::date;
use vanthu::pipeline::Workspace;
use vanthu::pipeline::filing::{Attachment, Entering, Filing};
use vanthu::register::Kind;
use vanthu::world::System;

use super::office::{Office, copy_tree, vanthu};

/// An office that was killed right after it had entered a scan of document 1: the row stands in the write-ahead
/// log only.
fn killed(bytes: &[u8]) -> Office {
    let office = Office::new();
    let copy = office.dir.with_file_name("copy");
    {
        let day = date(2026, 11, 22);
        let world = System::new(Some(day));
        let workspace = Workspace::open(&world, &office.dir, day).expect("opens");
        let wait = Duration::ZERO;
        // While somebody reads an older state the log cannot be brought into the file.
        let reader = rusqlite::Connection::open(office.dir.join("register.db")).expect("opens");
        reader.execute_batch("BEGIN").expect("begins");
        let count = reader.query_row("SELECT count(*) FROM leaves", [], |r| r.get::<_, u64>(0));
        assert!(count.expect("reads") > 0);
        let mut filing = Filing::open(&world, &office.dir, &workspace.office, wait).expect("opens");
        let mut act = Entering::new(Kind::Attach, Some(1), day);
        act.data.insert("rendition".into(), "scan".into());
        act.files.push(Attachment { bytes: bytes.to_vec(), extension: "pdf", parts: None });
        filing.enter(vec![act]).expect("entered");
        // As a kill would leave it: nothing is closed.
        copy_tree(&office.dir, &copy);
    }
    fs::remove_dir_all(&office.dir).expect("removed");
    fs::rename(&copy, &office.dir).expect("moved");
    let length = fs::metadata(office.dir.join("register.db-wal")).map_or(0, |m| m.len());
    assert!(length > 4096, "the row is in the write-ahead log: {length}");
    office
}

fn exit(dir: &Path, args: &[&str]) -> (i32, String) {
    let output = vanthu(dir, args).output().expect("runs");
    let said = [output.stdout, output.stderr].concat();
    (output.status.code().unwrap_or(-1), String::from_utf8_lossy(&said).into_owned())
}

/// Neither a check nor a batch takes the office for whole, and no number is given.
fn assert_noticed(office: &Office, what: &str) {
    let (code, said) = exit(&office.dir, &["verify", "--no-log"]);
    assert!(code != 0, "{what}: {said}");
    let before = exit(&office.dir, &["book", "outgoing"]);
    let (code, said) = exit(&office.dir, &["issue", "ke-hoach.md", "-q"]);
    assert!([2, 4].contains(&code), "{what}: {code} {said}");
    assert_eq!(exit(&office.dir, &["book", "outgoing"]), before, "{what}: no number was given");
}

#[test]
fn a_write_ahead_log_gone_cut_or_of_another_office_is_noticed() {
    let whole = killed(b"%PDF-1");
    assert_eq!(exit(&whole.dir, &["verify"]).0, 0, "a kill alone loses nothing");
    assert_eq!(exit(&whole.dir, &["issue", "ke-hoach.md", "-q"]).0, 0);

    let gone = killed(b"%PDF-1");
    fs::remove_file(gone.dir.join("register.db-wal")).expect("removed");
    assert_eq!(exit(&gone.dir, &["verify", "--no-log"]).0, 4, "acknowledged rows are gone");
    assert_noticed(&gone, "gone");

    let cut = killed(b"%PDF-1");
    let wal = fs::File::options().write(true).open(cut.dir.join("register.db-wal"));
    wal.and_then(|f| f.set_len(3000)).expect("cut");
    assert_eq!(exit(&cut.dir, &["verify", "--no-log"]).0, 4, "acknowledged rows are gone");
    assert_noticed(&cut, "cut");

    // Of a copy of the office that went another way: SQLite takes it without a word.
    let (ours, theirs) = (killed(b"%PDF-1"), killed(b"%PDF-2"));
    let from = theirs.dir.join("register.db-wal");
    fs::copy(from, ours.dir.join("register.db-wal")).map(drop).expect("copied");
    let _ = fs::remove_file(ours.dir.join("register.db-shm"));
    assert_eq!(exit(&ours.dir, &["verify", "--no-log"]).0, 4, "their row is not what was signed");
    assert_noticed(&ours, "of a copy");

    // Of a database that is no register at all.
    let ours = killed(b"%PDF-1");
    let other = ours.dir.with_file_name("other.db");
    let conn = rusqlite::Connection::open(&other).expect("opens");
    conn.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x); INSERT INTO t VALUES (1);")
        .expect("written");
    let from = ours.dir.with_file_name("other.db-wal");
    fs::copy(from, ours.dir.join("register.db-wal")).map(drop).expect("copied");
    let _ = fs::remove_file(ours.dir.join("register.db-shm"));
    drop(conn);
    assert_noticed(&ours, "of something else");
}

#[test]
fn what_a_lost_write_ahead_log_took_is_made_again_from_the_archive() {
    let office = killed(b"%PDF-1");
    fs::remove_file(office.dir.join("register.db-wal")).expect("removed");
    let before = exit(&office.dir, &["verify", "--no-log", "-q"]);
    assert_eq!(before.0, 4);
    // The archive's journal has the row; the register is made anew from it beside the old one.
    fs::rename(office.dir.join("register.db"), office.dir.join("register.old")).expect("moved");
    let (code, said) = exit(&office.dir, &["rebuild"]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = exit(&office.dir, &["verify"]);
    assert_eq!(code, 0, "{said}");
    assert_eq!(exit(&office.dir, &["issue", "ke-hoach.md", "-q"]).0, 0);
}

#[test]
fn a_register_that_cannot_be_written_is_refused_and_can_be_checked() {
    use std::os::unix::fs::PermissionsExt;
    if rustix::process::geteuid().is_root() {
        println!("skipped: root may write everywhere");
        return;
    }
    let office = Office::new();
    let register = office.dir.join("register.db");
    fs::set_permissions(&register, fs::Permissions::from_mode(0o444)).expect("set");
    let (code, said) = exit(&office.dir, &["issue", "ke-hoach.md", "-q"]);
    assert_eq!(code, 2, "{said}");
    let (code, said) = exit(&office.dir, &["verify", "--no-log"]);
    assert_eq!(code, 0, "{said}");
}
