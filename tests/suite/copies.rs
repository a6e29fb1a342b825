//! The register made again, backups, and going on from a copy.
//!
//! Knows: the program's commands, the office's folders. Must not know: how it is done.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use crate::program::{Office, Said, files, run};

/// Small bags, so that some are sealed; two series, an act, a number that did not begin with 1.
fn office() -> Office {
    let office = Office::new();
    let config = format!("{}\n[options]\nbag_size = 2\n", crate::program::CONFIG);
    office.write("vanthu.toml", config);
    office.write("don-vi.csv", "Đơn vị\nPhòng A\nPhòng B\nPhòng C\n");
    good(&office.run(&["run", "dot.toml"]), 0);
    good(&office.run(&["issue", "ke-hoach.md"]), 0);
    office
}

#[track_caller]
fn good(said: &Said, code: i32) {
    assert_eq!(said.code, code, "{}{}", said.out, said.err);
}

fn rows(register: &Path) -> Vec<(i64, String, Vec<u8>, Vec<u8>)> {
    let db = rusqlite::Connection::open(register).expect("opens");
    let sql =
        "SELECT e.seq, e.record || coalesce(e.job || e.row_key || e.input, ''), l.leaf, l.salt
        FROM (SELECT seq, record, job, row_key, input FROM entries
            UNION ALL SELECT seq, record, NULL, NULL, NULL FROM acts) e
        JOIN leaves l ON l.seq = e.seq ORDER BY e.seq";
    let mut statement = db.prepare(sql).expect("prepares");
    let found = statement
        .query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
        .expect("rows")
        .collect::<Result<Vec<_>, _>>();
    found.expect("rows")
}

fn table(register: &Path, sql: &str) -> Vec<String> {
    let db = rusqlite::Connection::open(register).expect("opens");
    let mut statement = db.prepare(sql).expect("prepares");
    let found = statement.query_map([], |r| r.get(0)).expect("rows").collect::<Result<Vec<_>, _>>();
    found.expect("rows")
}

fn copy_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("an entry");
        let inside = entry.path().strip_prefix(from).expect("inside");
        if entry.file_type().is_dir() {
            fs::create_dir_all(to.join(inside)).expect("a folder");
        } else if entry.file_type().is_file() {
            fs::copy(entry.path(), to.join(inside)).expect("copied");
        }
    }
}

fn write(path: &Path, bytes: impl AsRef<[u8]>) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).expect("written");
}

#[test]
fn a_lost_register_is_made_again_row_by_row() {
    let office = office();
    let register = office.path().join("register.db");
    let before = rows(&register);
    let tables = [
        "SELECT hex(sha256) || size FROM blobs ORDER BY id",
        "SELECT id || title || begun_at FROM jobs ORDER BY id",
        "SELECT book || series || year || start_after FROM series ORDER BY 1",
        "SELECT seq || '-' || ordinal || year || bag || path || hex(sha256) || size || coalesce(hex(parts), '')
            FROM files ORDER BY seq, ordinal",
    ];
    let other: Vec<_> = tables.iter().map(|sql| table(&register, sql)).collect();
    good(&office.run(&["rebuild"]), 2);
    fs::remove_file(&register).expect("gone");
    good(&office.run(&["verify"]), 4);
    let said = office.run(&["rebuild"]);
    good(&said, 0);
    assert!(said.out.contains("chứng minh sổ lập lại đủ"), "{}", said.out);
    let after = rows(&register);
    assert_eq!(after[..before.len()], before[..], "each row, leaf, salt and input as it was");
    assert_eq!(after.len(), before.len() + 1, "and the act that says so");
    for (sql, was) in tables.iter().zip(&other) {
        assert_eq!(&table(&register, sql), was, "{sql}");
    }
    good(&office.run(&["verify"]), 0);
    let next = office.run(&["issue", "ke-hoach.md"]);
    assert!(next.out.contains("02/KH-SNV"), "{}", next.out);
    // Documents are rendered again from the register that was made again.
    let document = files(&office.path().join("archive/bags")).into_keys();
    let document = document.into_iter().find(|p| p.extension().is_some_and(|e| e == "docx"));
    fs::remove_file(document.expect("a document")).expect("gone");
    good(&office.run(&["repair"]), 0);
    // A job is finished, not repeated.
    good(&office.run(&["run", "dot.toml"]), 0);
    let documents = |rows: &[(i64, String, Vec<u8>, Vec<u8>)]| {
        rows.iter().filter(|(_, row, ..)| row.contains("\"book\":")).count()
    };
    assert_eq!(documents(&rows(&register)), documents(&after) + 1, "a plan, no letter twice");
}

#[test]
fn only_the_archive_and_the_key_survived() {
    let office = office();
    let folder = tempfile::tempdir().expect("a folder");
    copy_tree(&office.path().join("archive"), &folder.path().join("archive"));
    let dir = folder.path().display().to_string();
    // Without the key everything comes back, but nothing more can be signed.
    let said = run(folder.path(), &["rebuild", "--office", &dir]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.err.contains("khóa ký"), "{}", said.err);
    assert!(folder.path().join("vanthu.toml").exists());
    fs::remove_file(folder.path().join("register.db")).expect("gone");
    fs::copy(office.path().join("vanthu.key"), folder.path().join("vanthu.key")).expect("copied");
    good(&run(folder.path(), &["rebuild", "--office", &dir]), 0);
    fs::copy(office.path().join("ke-hoach.md"), folder.path().join("k.md")).expect("copied");
    let next = run(folder.path(), &["issue", "k.md"]);
    assert!(next.out.contains("02/KH-SNV"), "{}{}", next.out, next.err);
    good(&run(folder.path(), &["verify"]), 0);
}

#[test]
fn what_is_lost_is_named_and_no_such_register_is_put_in_place() {
    let office = office();
    let register = office.path().join("register.db");
    fs::remove_file(&register).expect("gone");
    let journal = office.path().join("archive/journal/000001.jsonl");
    let good_text = fs::read_to_string(&journal).expect("a journal");
    let line = |n: u32| {
        let start = format!("{{\"seq\":{n},");
        good_text.lines().find(|l| l.starts_with(&start)).expect("a line").to_owned()
    };
    let last = good_text.lines().filter(|l| l.starts_with("{\"seq\":")).count() as u32;
    let cases = [
        ("a line is gone", good_text.replace(&format!("{}\n", line(2)), ""), "mất dòng 2"),
        ("the last line is gone", good_text.replace(&format!("{}\n", line(last)), ""), "mất dòng"),
        ("a row was changed", good_text.replacen("Phòng A", "Phòng Z", 1), "nội dung khác"),
        ("a line stands twice", format!("{good_text}{}\n", line(1)), "hai lần"),
        ("a torn line", good_text[..good_text.len() - 20].to_owned(), "mất dòng"),
        ("empty", String::new(), "mất dòng 1"),
    ];
    for (what, text, told) in cases {
        write(&journal, &text);
        let said = office.run(&["rebuild"]);
        assert_eq!(said.code, 1, "{what}: {}{}", said.out, said.err);
        assert!(said.out.contains(told), "{what}: {}", said.out);
        assert!(!register.exists(), "{what}");
        assert!(!office.path().join(".register.db.rebuild").exists(), "{what}");
        let out = office.path().join("doc.db");
        let shown = out.display().to_string();
        let said = office.run(&["rebuild", "--out", &shown]);
        assert_eq!(said.code, 1, "{what}: {}{}", said.out, said.err);
        assert!(rows(&out).len() < last as usize + 1, "{what}");
        fs::remove_file(&out).expect("gone");
    }
    write(&journal, &good_text);
    // The log speaks against a journal that is consistent in itself.
    let checkpoint = office.path().join("archive/log/checkpoint");
    let signed = fs::read(&checkpoint).expect("a checkpoint");
    fs::remove_file(&checkpoint).expect("gone");
    let said = office.run(&["rebuild"]);
    assert_eq!(said.code, 1, "{}{}", said.out, said.err);
    assert!(said.out.contains("không chứng minh được"), "{}", said.out);
    write(&checkpoint, &signed);
    good(&office.run(&["rebuild"]), 0);
}

#[test]
fn a_backup_is_an_office_that_nobody_uses_by_mistake() {
    let office = office();
    let outside = tempfile::tempdir().expect("a folder");
    let copy = outside.path().join("sao-luu");
    let to = copy.display().to_string();
    symlink("/etc/passwd", office.path().join("lien-ket")).expect("a link");
    let said = office.run(&["backup", &to]);
    good(&said, 0);
    assert!(said.out.contains("bỏ qua lien-ket"), "{}", said.out);
    assert!(said.out.contains("khóa ký KHÔNG có"), "{}", said.out);
    assert!(!copy.join("vanthu.key").exists());
    assert!(copy.join("thu.md").exists() && copy.join("archive/log/checkpoint").exists());
    good(&run(&copy, &["verify"]), 0);
    // Nothing is issued in it.
    let said = run(&copy, &["issue", "ke-hoach.md"]);
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    assert!(said.err.contains("bản sao lưu"), "{}", said.err);
    // The next one copies only what is new; a bag that was sealed since is moved, not copied.
    good(&office.run(&["issue", "ke-hoach.md"]), 0);
    let said = office.run(&["backup", &to, "--format", "json"]);
    good(&said, 0);
    let told: serde_json::Value = serde_json::from_str(&said.out).expect("JSON");
    let (copied, kept) = (told["copied"].as_u64().unwrap_or(99), told["kept"].as_u64());
    assert!(copied < 20 && kept.unwrap_or(0) > 15, "{}", said.out);
    good(&run(&copy, &["verify"]), 0);
    let (here, there) = (office.path().join("archive/bags"), copy.join("archive/bags"));
    let (here, there) = (files(&here), files(&there));
    assert_eq!(here.into_values().collect::<Vec<_>>(), there.into_values().collect::<Vec<_>>());
    // With the key.
    let said = office.run(&["backup", &to, "--with-key"]);
    good(&said, 0);
    use std::os::unix::fs::PermissionsExt;
    let rights = fs::metadata(copy.join("vanthu.key")).expect("a key").permissions().mode();
    assert_eq!(rights & 0o077, 0, "only its owner reads it");
    good(&office.run(&["verify"]), 0);
}

#[test]
fn folders_that_cannot_hold_a_backup_are_refused() {
    let office = office();
    let inside = office.path().join("sao-luu").display().to_string();
    let around = office.path().parent().expect("a parent").display().to_string();
    let used = tempfile::tempdir().expect("a folder");
    fs::write(used.path().join("x.txt"), "x").expect("written");
    let used_path = used.path().display().to_string();
    let before = files(office.path());
    for to in [inside.as_str(), around.as_str(), used_path.as_str(), "/proc/vanthu", "."] {
        let said = office.run(&["backup", to]);
        assert_eq!(said.code, 2, "{to}: {}{}", said.out, said.err);
    }
    assert_eq!(files(office.path()), before);
    // Through a link too.
    let link = used.path().join("lien-ket");
    symlink(office.path(), &link).expect("a link");
    let through = link.join("sau").display().to_string();
    good(&office.run(&["backup", &through]), 2);
    // Another office's backup.
    let other = self::office();
    let outside = tempfile::tempdir().expect("a folder");
    let to = outside.path().join("b").display().to_string();
    good(&other.run(&["backup", &to]), 0);
    let said = office.run(&["backup", &to]);
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    assert!(said.err.contains("cơ quan khác"), "{}", said.err);
}

#[test]
fn an_office_that_was_put_back_is_told_by_its_newer_backup() {
    let office = office();
    let outside = tempfile::tempdir().expect("a folder");
    let yesterday = outside.path().join("hom-qua");
    copy_tree(office.path(), &yesterday);
    fs::set_permissions(yesterday.join("vanthu.key"), private()).expect("rights");
    good(&office.run(&["issue", "ke-hoach.md"]), 0);
    let to = outside.path().join("b").display().to_string();
    good(&office.run(&["backup", &to]), 0);
    let said = run(&yesterday, &["backup", &to]);
    assert_eq!(said.code, 4, "{}{}", said.out, said.err);
    assert!(said.err.contains("đưa về bản cũ"), "{}", said.err);
    good(&run(Path::new(&to), &["verify"]), 0);
}

fn private() -> fs::Permissions {
    std::os::unix::fs::PermissionsExt::from_mode(0o600)
}

#[test]
fn the_drill_a_copy_goes_on_with_the_next_number() {
    let office = office();
    let outside = tempfile::tempdir().expect("a folder");
    let to = outside.path().join("b");
    good(&office.run(&["backup", &to.display().to_string(), "--with-key"]), 0);
    // To a new disk, by any tool.
    let new = outside.path().join("co-quan-moi");
    copy_tree(&to, &new);
    fs::set_permissions(new.join("vanthu.key"), private()).expect("rights");
    good(&office.run(&["restore"]), 2);
    let said = run(&new, &["restore"]);
    good(&said, 0);
    assert!(said.out.contains("văn bản cuối 01/KH-SNV, số tiếp theo 02"), "{}", said.out);
    assert!(said.out.contains("SẼ BỊ CẤP LẠI"), "{}", said.out);
    good(&run(&new, &["issue", "ke-hoach.md"]), 2);
    let said = run(&new, &["restore", "--accept"]);
    good(&said, 0);
    let next = run(&new, &["issue", "ke-hoach.md"]);
    good(&next, 0);
    assert!(next.out.contains("02/KH-SNV"), "{}", next.out);
    good(&run(&new, &["verify"]), 0);
    let last = rows(&new.join("register.db"));
    assert!(last.iter().any(|(_, row, ..)| row.contains("\"kind\":\"restore\"")));
    good(&run(&new, &["restore"]), 2);
    // A damaged copy is not gone on from.
    let bad = outside.path().join("hong");
    copy_tree(&to, &bad);
    fs::set_permissions(bad.join("vanthu.key"), private()).expect("rights");
    let document = files(&bad.join("archive/bags")).into_keys();
    let document = document.into_iter().find(|p| p.extension().is_some_and(|e| e == "docx"));
    write(&document.expect("a document"), b"x");
    assert_eq!(run(&bad, &["restore", "--accept"]).code, 1);
    assert_eq!(run(&bad, &["issue", "ke-hoach.md"]).code, 2);
}

#[test]
fn a_file_that_cannot_be_read_leaves_a_marked_copy_that_the_next_run_finishes() {
    let office = office();
    let outside = tempfile::tempdir().expect("a folder");
    let to = outside.path().join("b");
    let shown = to.display().to_string();
    good(&office.run(&["backup", &shown]), 0);
    // A folder in the way of a file that is to be copied.
    office.write("zz.md", "x");
    fs::create_dir(to.join("zz.md")).expect("a folder");
    let said = office.run(&["backup", &shown]);
    assert_eq!(said.code, 2, "{}{}", said.out, said.err);
    assert!(said.err.contains("zz.md"), "{}", said.err);
    assert_eq!(run(&to, &["restore"]).code, 2, "not whole");
    fs::remove_dir(to.join("zz.md")).expect("gone");
    good(&office.run(&["backup", &shown]), 0);
    let halves: Vec<PathBuf> = files(&to).into_keys().collect();
    assert!(halves.iter().all(|p| p.extension().is_none_or(|e| e != "tmp")), "{halves:?}");
    good(&run(&to, &["restore"]), 0);
}
