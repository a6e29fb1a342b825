//! Files that cannot be read, change, or make the reader fall over: never a clean report.

use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};

use vanthu::archive::verify::{ExitStatus, Options, Scope, verify};

use super::fixture::{Fixture, lines, other_sha256};
use super::world::{Hooked, Op};

/// A world where `op` on paths that end like `path` gives `kind`.
fn refusing(op: Op, path: &str, kind: io::ErrorKind) -> Hooked {
    let path = path.to_owned();
    Hooked::new(move |asked, at: &Path| {
        let hit = asked == op && at.to_string_lossy().ends_with(&path);
        if hit { Err(kind.into()) } else { Ok(()) }
    })
}

#[test]
fn what_cannot_be_read_is_not_called_missing() {
    let fixture = Fixture::new();
    let (file, bag) = (fixture.path(2), "bags/2026/000001");
    let cases = [
        (Op::Open, file.as_str(), io::ErrorKind::PermissionDenied),
        (Op::Stat, file.as_str(), io::ErrorKind::Other),
        (Op::List, bag, io::ErrorKind::PermissionDenied),
        (Op::Read, "000001/manifest-sha256.txt", io::ErrorKind::PermissionDenied),
        (Op::Read, "000001/tagmanifest-sha256.txt", io::ErrorKind::Other),
        (Op::List, "archive/bags", io::ErrorKind::PermissionDenied),
        (Op::List, "open/2026", io::ErrorKind::Other),
    ];
    for (op, path, kind) in cases {
        let report = fixture.verify_in(&refusing(op, path, kind));
        let found = lines(&report);
        assert!(found.iter().any(|l| l.starts_with("K0301")), "{op:?} {path}: {found:?}");
        assert!(!found.iter().any(|l| l.starts_with("K0101")), "{op:?} {path}: {found:?}");
        assert!(!report.complete && report.exit_status() != ExitStatus::Clean, "{op:?} {path}");
    }
    let report = fixture.verify_in(&refusing(Op::Open, &file, io::ErrorKind::PermissionDenied));
    assert_eq!(lines(&report), [format!("K0301 unreadable [02/KH-SNV] {file}")]);
    assert_eq!(report.exit_status(), ExitStatus::CouldNotCheck);
    assert_eq!((report.covered.files, report.skipped), (10, 1));
}

#[test]
fn damage_outweighs_what_could_not_be_read() {
    let fixture = Fixture::new();
    fixture.edit(&fixture.file(3), |bytes| bytes.push(0));
    let world = refusing(Op::Open, &fixture.path(2), io::ErrorKind::PermissionDenied);
    assert_eq!(fixture.verify_in(&world).exit_status(), ExitStatus::Findings);
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_again_and_told() {
    let fixture = Fixture::new();
    let path = fixture.file(2);
    let good = std::fs::read(&path).expect("read");
    fixture.edit(&path, |bytes| bytes[9] ^= 1);
    let (target, opened) = (path.clone(), AtomicU32::new(0));
    let world = Hooked::new(move |op, at| {
        if op == Op::Open && at == target && opened.fetch_add(1, Ordering::SeqCst) == 1 {
            std::fs::write(at, &good)?;
        }
        Ok(())
    });
    let report = fixture.verify_in(&world);
    assert_eq!(lines(&report), [format!("K0112 changing [02/KH-SNV] {}", fixture.path(2))]);
    assert_eq!(report.exit_status(), ExitStatus::Findings);
}

#[test]
fn a_link_put_in_place_after_listing_is_not_followed() {
    let fixture = Fixture::new();
    let (target, aside) = (fixture.file(2), fixture.root.with_file_name("aside.docx"));
    let world = Hooked::new(move |op, at| {
        if op == Op::Stat && at == target && !aside.exists() {
            std::fs::rename(at, &aside)?;
            std::os::unix::fs::symlink(&aside, at)?;
        }
        Ok(())
    });
    let report = fixture.verify_in(&world);
    assert_eq!(lines(&report), [format!("K0201 symlink [02/KH-SNV] {}", fixture.path(2))]);
}

#[test]
fn a_reader_that_panics_never_gives_clean() {
    let fixture = Fixture::new();
    for (op, name) in [(Op::Open, fixture.path(2)), (Op::List, "000002/data".to_owned())] {
        let world = Hooked::new(move |asked, at| {
            assert!(!(asked == op && at.to_string_lossy().ends_with(&name)), "on purpose");
            Ok(())
        });
        let report = fixture.verify_in(&world);
        assert!(lines(&report)[0].starts_with("K0303 check-crashed"), "{:?}", lines(&report));
        assert_eq!(report.exit_status(), ExitStatus::CouldNotCheck);
        assert!(!report.complete && report.skipped > 0);
    }
}

#[test]
fn a_stopped_check_is_not_clean() {
    let fixture = Fixture::new();
    let cancel = Arc::new(AtomicBool::new(false));
    let (flag, seen) = (cancel.clone(), AtomicU32::new(0));
    let world = Hooked::new(move |op, _| {
        if op == Op::Open && seen.fetch_add(1, Ordering::SeqCst) == 4 {
            flag.store(true, Ordering::SeqCst);
        }
        Ok(())
    });
    let options = Options { threads: 1, cancel: Some(&cancel), ..Options::default() };
    let report = verify(&world, &fixture.root, &fixture.register, options).expect("verified");
    assert_eq!(report.exit_status(), ExitStatus::Stopped);
    assert!(report.cancelled && !report.complete && report.skipped > 0);
    assert!(report.covered.files < 11);
    // Stopped before it began: three bags without a verdict.
    cancel.store(true, Ordering::SeqCst);
    let options = Options { cancel: Some(&cancel), ..Options::default() };
    let none = verify(&fixture.world, &fixture.root, &fixture.register, options).expect("verified");
    assert_eq!((none.covered.files, none.skipped), (0, 3));
    assert_eq!(none.exit_status(), ExitStatus::Stopped);
}

#[test]
fn scope_limits_what_is_read_and_says_so() {
    let fixture = Fixture::new();
    fixture.edit(&fixture.file(6), |bytes| bytes.push(0));
    let run = |scope| {
        let options = Options { scope, ..Options::default() };
        verify(&fixture.world, &fixture.root, &fixture.register, options).expect("verified")
    };
    let first = run(Scope { year: Some(2026), bag: Some(1), part: false });
    assert_eq!((first.covered.files, first.exit_status()), (4, ExitStatus::Clean));
    let second = run(Scope { year: Some(2026), bag: Some(2), part: false });
    assert_eq!((second.covered.files, second.exit_status()), (4, ExitStatus::Findings));
    let other_year = run(Scope { year: Some(2025), bag: None, part: false });
    assert_eq!((other_year.covered.files, other_year.covered.numbers), (0, 0));
}

#[test]
fn progress_ends_at_the_totals_and_the_lock_is_given_back_before_sealed_bags() {
    let fixture = Fixture::new();
    let (files, bytes) = (AtomicU64::new(0), AtomicU64::new(0));
    let opened = Arc::new(AtomicU32::new(0));
    let tell = |p: vanthu::archive::verify::Progress| {
        files.fetch_max(p.files, Ordering::SeqCst);
        bytes.fetch_max(p.bytes, Ordering::SeqCst);
        assert_eq!(p.total_files, 11);
    };
    let (count, before) = (opened.clone(), AtomicU32::new(0));
    let world = Hooked::new(move |op, _| {
        opened.fetch_add(u32::from(op == Op::Open), Ordering::SeqCst);
        Ok(())
    });
    let options = Options {
        on_progress: Some(&tell),
        open_done: Some(Box::new(|| before.store(count.load(Ordering::SeqCst), Ordering::SeqCst))),
        ..Options::default()
    };
    let report = verify(&world, &fixture.root, &fixture.register, options).expect("verified");
    assert_eq!(report.exit_status(), ExitStatus::Clean);
    let total: u64 =
        (1..=11).map(|n| std::fs::metadata(fixture.file(n)).expect("file").len()).sum();
    assert_eq!((files.into_inner(), bytes.into_inner()), (11, total));
    assert_eq!(before.into_inner(), 3, "only the open bag's three files before the lock goes");
}

#[test]
fn digests_agree_with_another_library() {
    let fixture = Fixture::new();
    for row in &fixture.register.rows {
        let file = row.file.as_ref().expect("a file");
        let bytes = std::fs::read(fixture.file(row.given.document.seq as u32)).expect("read");
        assert_eq!(other_sha256(&bytes), file.sha256);
        assert_eq!(file.sha256.to_hex(), format!("{}", file.sha256));
    }
}

#[test]
fn findings_come_in_the_same_order_each_time_and_as_json() {
    let fixture = Fixture::new();
    for n in [1, 2, 5, 9] {
        fixture.edit(&fixture.file(n), |bytes| bytes.push(0));
    }
    let first = fixture.verify();
    for _ in 0..5 {
        assert_eq!(first.findings, fixture.verify().findings);
    }
    let json = serde_json::to_value(&first).expect("json");
    let finding = &json["findings"][0];
    assert_eq!(finding["code"], "K0105");
    assert_eq!(finding["class"], "longer");
    assert_eq!(finding["document"]["code"], "01/KH-SNV");
    assert_eq!(finding["path"], fixture.path(1));
    assert!(finding["message"]["vi"].as_str().is_some_and(|m| m.contains("dài hơn")));
    assert!(finding["hint"]["en"].is_string(), "{finding}");
}

#[test]
fn an_archive_that_is_not_there_is_a_failure() {
    let fixture = Fixture::new();
    for path in ["no-such-folder", "DOC-TOI.txt"] {
        let root = fixture.at(path);
        let options = Options::default();
        let failed = verify(&fixture.world, &root, &fixture.register, options).expect_err(path);
        assert!(failed.hint.is_some() && failed.place.file.is_some());
    }
}

#[test]
fn a_strange_file_is_read_once_and_one_that_goes_away_is_told() {
    let fixture = Fixture::new();
    let path = fixture.at("open/2026/000003/data/x");
    std::fs::write(&path, b"x").expect("written");
    let opened = Arc::new(AtomicU32::new(0));
    let (count, target) = (opened.clone(), path.clone());
    let world = Hooked::new(move |op, at| {
        count.fetch_add(u32::from(op == Op::Open && at == target), Ordering::SeqCst);
        Ok(())
    });
    assert_eq!(lines(&fixture.verify_in(&world)), ["K0106 extra open/2026/000003/data/x"]);
    assert_eq!(opened.load(Ordering::SeqCst), 1);
    // A second name of a strange file makes two.
    std::fs::hard_link(&path, path.with_extension("y")).expect("linked");
    let found = lines(&fixture.verify());
    let of = |code: &str| found.iter().filter(|l| l.starts_with(code)).count();
    assert_eq!((of("K0106"), of("K0202"), found.len()), (2, 2, 4), "{found:?}");
    std::fs::remove_file(path.with_extension("y")).expect("removed");
    let target = path.clone();
    let world = Hooked::new(move |op, at| {
        if op == Op::Stat && at == target {
            let _ = std::fs::remove_file(at);
        }
        Ok(())
    });
    let report = fixture.verify_in(&world);
    assert_eq!(lines(&report), ["K0112 changing open/2026/000003/data/x"]);
    assert_eq!(report.exit_status(), ExitStatus::Findings);
}

#[test]
fn only_a_new_open_bag_may_be_empty() {
    let fixture = Fixture::new();
    let made = |path: &str| std::fs::create_dir_all(fixture.at(path)).expect("made");
    made("open/2026/000004/data");
    assert_eq!(lines(&fixture.verify()), [""; 0]);
    made("open/2026/000003/data/x");
    made("bags/2026/000001/data/x/y");
    let want = [
        "K0107 empty-folder bags/2026/000001/data/x/y",
        "K0107 empty-folder open/2026/000003/data/x",
    ];
    assert_eq!(lines(&fixture.verify()), want);
    made("bags/2026/000007/data");
    let found = lines(&fixture.verify());
    assert!(found.iter().any(|l| l == "K0107 empty-folder bags/2026/000007/data"), "{found:?}");
}

#[test]
fn all_that_has_no_verdict_is_counted() {
    let fixture = Fixture::new();
    let bag = "bags/2026/000001";
    let cases = [
        // The bag and its four files.
        (Op::List, bag, 5),
        (Op::Read, "000001/manifest-sha256.txt", 1),
        (Op::Open, &*fixture.path(2), 1),
        // The folder, and the two bags that may be in it.
        (Op::List, "archive/bags", 2),
    ];
    for (op, path, skipped) in cases {
        let report = fixture.verify_in(&refusing(op, path, io::ErrorKind::PermissionDenied));
        assert_eq!(report.skipped, skipped, "{path}: {:?}", lines(&report));
    }
}
