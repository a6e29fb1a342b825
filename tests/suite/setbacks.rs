//! The register or the archive is gone, an older one was put back, or nobody reads the answer: nothing goes
//! on as if it were new, and the status says what was done.

use std::fs;
use std::path::Path;
use std::process::{Output, Stdio};

use super::running;

const OFFICE: &str = r#"
[co-quan]
ten = "SỞ XÂY DỰNG"
ten-trong-cau = "Sở Xây dựng tỉnh An Hải"
ky-hieu = "SXD"
dia-danh = "An Hải"
[nguoi-ky.giam-doc]
chuc-vu = "GIÁM ĐỐC"
ho-ten = "Lê Thị Minh Châu"
[mac-dinh]
nguoi-ky = "giam-doc"
luu = "VT"
"#;

const PLAN: &str = "---
loai: ke-hoach
trich-yeu: Chỉnh trang đô thị
noi-nhan: [Các phòng]
---
Các phòng thực hiện theo chức năng./.
";

fn vanthu(office: &Path, args: &[&str]) -> Output {
    running::on(office, "2026-11-22", args)
}

/// Exit code, and all that was said.
fn said(office: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = vanthu(office, args);
    (output.status.code(), running::said(&output))
}

/// An office with one issued plan.
fn office() -> tempfile::TempDir {
    let dir = tempfile::tempdir().expect("temp");
    fs::write(dir.path().join("vanthu.toml"), OFFICE).expect("write");
    fs::write(dir.path().join("kh.md"), PLAN).expect("write");
    assert_eq!(vanthu(dir.path(), &["issue", "kh.md"]).status.code(), Some(0));
    dir
}

fn remove_register(office: &Path) {
    for name in ["register.db", "register.db-wal", "register.db-shm"] {
        let _ = fs::remove_file(office.join(name));
    }
}

#[test]
fn no_command_takes_a_lost_register_for_a_new_office() {
    let dir = office();
    remove_register(dir.path());
    for args in [&["book", "outgoing"][..], &["verify"], &["issue", "kh.md"]] {
        let (code, said) = said(dir.path(), args);
        assert_eq!(code, Some(4), "{args:?}: {said}");
        assert!(said.contains("register.db"), "{args:?}: {said}");
    }
    assert!(!dir.path().join("register.db").exists());
}

#[test]
fn a_lost_archive_is_told_with_what_it_held_and_a_way_out() {
    let dir = office();
    fs::remove_dir_all(dir.path().join("archive")).expect("removed");
    let (code, said) = said(dir.path(), &["verify"]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("1 văn bản"), "{said}");
    assert!(!said.contains("vanthu verify"), "sends in a circle: {said}");
}

#[test]
fn an_older_register_is_evidence_of_roll_back() {
    let dir = office();
    let copy = dir.path().join("cu");
    fs::create_dir(&copy).expect("folder");
    for name in ["register.db", "register.db-wal"] {
        let _ = fs::copy(dir.path().join(name), copy.join(name));
    }
    assert_eq!(vanthu(dir.path(), &["issue", "kh.md"]).status.code(), Some(0));
    remove_register(dir.path());
    for name in ["register.db", "register.db-wal"] {
        let _ = fs::copy(copy.join(name), dir.path().join(name));
    }
    let (code, said) = said(dir.path(), &["verify"]);
    assert_eq!(code, Some(4), "{said}");
    assert!(said.contains("K0113"), "{said}");
}

#[test]
fn a_reader_who_leaves_early_is_no_failure() {
    let dir = office();
    for args in [&["issue", "kh.md"][..], &["book", "outgoing"]] {
        let mut child = running::command(dir.path(), "2026-11-22")
            .args(args)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        drop(child.stdout.take());
        let out = child.wait_with_output().expect("ended");
        let said = String::from_utf8_lossy(&out.stderr);
        assert_eq!(out.status.code(), Some(0), "{args:?}: {said}");
        assert!(!said.contains("os error"), "{args:?}: {said}");
    }
    assert_eq!(vanthu(dir.path(), &["verify"]).status.code(), Some(0));
}
