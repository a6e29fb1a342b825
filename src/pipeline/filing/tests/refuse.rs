//! What is refused: a lost or older register, a stranger's file, a place that cannot be written.

use super::*;

fn failing(dir: &Path) -> Failure {
    open(&system(), dir, 2).err().expect("is refused")
}

/// An office with two batches of three, bags of two.
fn used(dir: &Path) {
    let world = system();
    let mut filing = open(&world, dir, 2).expect("opens");
    issue(&mut filing, "a", &wants("a", 3)).expect("issues");
    issue(&mut filing, "b", &wants("b", 3)).expect("issues");
}

#[test]
fn a_lost_register_is_not_begun_anew() {
    let dir = folder();
    used(dir.path());
    fs::remove_file(dir.path().join(REGISTER)).expect("removes");
    let failure = failing(dir.path());
    assert_eq!(failure.kind, FailureKind::Tampered);
    assert!(!dir.path().join(REGISTER).exists(), "nothing was written");
}

#[test]
fn yesterdays_register_is_refused() {
    for later in ["b", "open only"] {
        let dir = folder();
        let world = system();
        let bag_size = if later == "b" { 2 } else { 100 };
        let mut filing = open(&world, dir.path(), bag_size).expect("opens");
        issue(&mut filing, "a", &wants("a", 3)).expect("issues");
        drop(filing);
        let old = fs::read(dir.path().join(REGISTER)).expect("reads");
        let mut filing = open(&world, dir.path(), bag_size).expect("opens");
        issue(&mut filing, later, &wants(later, 3)).expect("issues");
        drop(filing);
        let before = snapshot(&dir.path().join(ARCHIVE));
        fs::write(dir.path().join(REGISTER), old).expect("puts it back");
        let refused = open(&world, dir.path(), bag_size).err().expect("is refused");
        assert_eq!(refused.kind, FailureKind::Tampered, "{refused}");
        assert_eq!(snapshot(&dir.path().join(ARCHIVE)), before, "nothing was moved");
    }
}

#[test]
fn a_lost_archive_is_refused() {
    let dir = folder();
    used(dir.path());
    fs::rename(dir.path().join(ARCHIVE), dir.path().join("elsewhere")).expect("moves");
    assert_eq!(failing(dir.path()).kind, FailureKind::Tampered);
    assert!(!dir.path().join(ARCHIVE).exists());
}

#[test]
fn files_that_are_no_register_are_left_alone() {
    let dir = folder();
    let path = dir.path().join(REGISTER);
    for (content, kind) in [
        (
            b"not a database, but long enough to have a header of a hundred bytes: ".repeat(10),
            FailureKind::Input,
        ),
        (other_database(dir.path(), 7, 3), FailureKind::Input),
        (other_database(dir.path(), 0x7674_6875, 99), FailureKind::Config),
    ] {
        fs::write(&path, &content).expect("writes");
        let failure = failing(dir.path());
        assert_eq!(failure.kind, kind, "{failure}");
        assert!(failure.hint.is_some());
        assert_eq!(fs::read(&path).expect("reads"), content, "unchanged");
        assert_eq!(read_register(dir.path()).expect_err("refused").kind, kind);
    }
}

fn other_database(dir: &Path, application: i32, version: i32) -> Vec<u8> {
    let path = dir.join("other.db");
    let _ = fs::remove_file(&path);
    let other = rusqlite::Connection::open(&path).expect("opens");
    other.execute_batch("CREATE TABLE t (a)").expect("makes");
    other.pragma_update(None, "application_id", application).expect("sets");
    other.pragma_update(None, "user_version", version).expect("sets");
    drop(other);
    fs::read(&path).expect("reads")
}

#[test]
fn a_damaged_register_is_told() {
    let dir = folder();
    used(dir.path());
    let path = dir.path().join(REGISTER);
    let mut bytes = fs::read(&path).expect("reads");
    let end = bytes.len();
    bytes[4096..end].fill(0x5a);
    fs::write(&path, bytes).expect("writes");
    let failure = failing(dir.path());
    assert_eq!(failure.kind, FailureKind::Input, "{failure}");
}

#[test]
fn a_register_that_another_tool_holds_is_told() {
    let dir = folder();
    used(dir.path());
    let other = rusqlite::Connection::open(dir.path().join(REGISTER)).expect("opens");
    other
        .execute_batch("PRAGMA locking_mode=EXCLUSIVE; BEGIN IMMEDIATE; DELETE FROM jobs WHERE 0;")
        .expect("holds");
    let world = system();
    let refused = open(&world, dir.path(), 2).and_then(|mut f| issue(&mut f, "c", &wants("c", 1)));
    assert_eq!(refused.expect_err("held").kind, FailureKind::Locked);
    other.execute_batch("ROLLBACK").expect("lets go");
    drop(other);
    let mut filing = open(&world, dir.path(), 2).expect("opens");
    issue(&mut filing, "c", &wants("c", 1)).expect("issues");
    assert_sound(&filing);
}

#[test]
fn a_missing_folder_is_told() {
    let failure = failing(Path::new("/nonexistent/office"));
    assert_eq!(failure.kind, FailureKind::Output);
    assert!(failure.hint.is_some());
}

#[test]
fn two_series_with_one_notation_cannot_share_a_number() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 5).expect("opens");
    issue(&mut filing, "a", &wants("a", 1)).expect("issues");
    let mut clash = wants("b", 1);
    clash[0].series = "SNV:chung".into();
    let render = |_: usize, n: Number| Ok(document(&wants("b", 1)[0], n));
    let failure = filing.issue_batch(&batch("b"), &clash, &render, &|_| {}).expect_err("clashes");
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(failure.message.en.contains("01/KH-SNV"), "{failure}");
    assert_sound(&filing);
}
