//! Input made to hurt: limits hold, and nothing outside the archive is touched.

use std::fs;
use std::io::Write;

use vanthu::archive::verify::ExitStatus;

use super::fixture::{Fixture, lines};

const MANIFEST: &str = "open/2026/000003/manifest-sha256.txt";

#[test]
fn two_hundred_thousand_manifest_lines_are_not_all_told() {
    let fixture = Fixture::new();
    let line = format!("{}  data/x\n", vanthu::archive::sha256(b"x"));
    fs::write(fixture.at(MANIFEST), line.repeat(200_000)).expect("written");
    let report = fixture.verify();
    assert!(report.findings.len() < 21_000);
    assert!(lines(&report).iter().any(|l| l.starts_with("K0302")), "{:?}", lines(&report).first());
    assert_eq!(report.exit_status(), ExitStatus::Findings);
    assert!(!report.complete);
}

#[test]
fn a_million_lines_for_one_file_are_refused_unread() {
    let fixture = Fixture::new();
    let line = format!("{}  data/x\n", vanthu::archive::sha256(b"x"));
    fs::write(fixture.at(MANIFEST), line.repeat(1_000_000)).expect("written");
    let report = fixture.verify();
    assert_eq!(lines(&report)[0], format!("K0302 too-much {MANIFEST}"));
    assert!(!report.complete && report.exit_status() == ExitStatus::CouldNotCheck);
}

#[test]
fn a_tower_of_folders_with_a_path_of_four_kilobytes_is_no_trap() {
    let fixture = Fixture::new();
    let mut dir = fixture.at("open/2026/000003/data");
    let name = "n".repeat(200);
    // As deep as the system lets a path be.
    while dir.as_os_str().len() < 3800 {
        dir = dir.join(&name);
        if fs::create_dir(&dir).is_err() {
            break;
        }
    }
    let report = fixture.verify();
    assert!(lines(&report).iter().any(|l| l.starts_with("K0302")), "{:?}", lines(&report));
    assert!(!report.complete);
}

#[test]
fn an_endless_manifest_is_refused() {
    let fixture = Fixture::new();
    let file = fs::File::create(fixture.at(MANIFEST)).expect("made");
    file.set_len(1 << 40).expect("sparse");
    let report = fixture.verify();
    assert_eq!(lines(&report)[0], format!("K0302 too-much {MANIFEST}"));
    assert!(!report.complete);
}

#[test]
fn a_huge_sparse_file_is_judged_by_its_length() {
    let fixture = Fixture::new();
    fs::remove_file(fixture.file(10)).expect("removed");
    fs::File::create(fixture.file(10)).and_then(|f| f.set_len(1 << 40)).expect("sparse");
    let extra = fixture.at("open/2026/000003/data/big");
    fs::File::create(extra).and_then(|f| f.set_len(1 << 40)).expect("sparse");
    let report = fixture.verify();
    let want = [
        "K0106 extra open/2026/000003/data/big".to_owned(),
        format!("K0105 longer [02/TB-HĐTĐ] {}", fixture.path(10)),
    ];
    assert_eq!(lines(&report), want);
}

#[test]
fn a_tower_of_folders_has_a_top() {
    let fixture = Fixture::new();
    let mut dir = fixture.at("bags/2026/000001/data");
    for _ in 0..40 {
        dir = dir.join("d");
        fs::create_dir(&dir).expect("made");
    }
    let report = fixture.verify();
    assert!(lines(&report).iter().any(|l| l.starts_with("K0302")), "{:?}", lines(&report));
    assert!(!report.complete && report.exit_status() == ExitStatus::CouldNotCheck);
}

#[test]
fn long_names_and_odd_bytes_do_not_stop_the_check() {
    let fixture = Fixture::new();
    let name = format!("data/{}", "n".repeat(5000));
    let mut file = fs::File::options().append(true).open(fixture.at(MANIFEST)).expect("open");
    write!(file, "{}  {name}\n\0\0\0\n", vanthu::archive::sha256(b"x")).expect("written");
    file.write_all(b"\xff\xfe\n").expect("written");
    let found = lines(&fixture.verify());
    let malformed: Vec<String> =
        (4..=6).map(|n| format!("K0505 manifest-line-malformed {MANIFEST}:{n}")).collect();
    assert_eq!(found, malformed);
    let odd = fixture.at("open/2026/000003/data/a\nb\u{1b}[31m");
    fs::write(odd, b"x").expect("written");
    let found = lines(&fixture.verify());
    assert!(found.iter().all(|l| !l.contains('\u{1b}') && !l.contains('\n')), "{found:?}");
}
