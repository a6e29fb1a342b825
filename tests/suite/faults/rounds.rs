//! Checks that are limited, stopped, gone on with, or cannot be kept: never clean without complete coverage.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use vanthu::pipeline::{Request, Verdict, Workspace, verify_and_keep};

use super::office::{Office, ok, vanthu};
use super::ops;
use crate::archive::world::{Hooked, Op};

fn args(list: &[&str]) -> Vec<String> {
    list.iter().map(|a| (*a).to_owned()).collect()
}

fn step(office: &Office, words: &[&str]) {
    ops::apply(office, &args(words));
}

/// An office with six sealed bags and an open one without documents.
fn many_bags() -> Office {
    let office = Office::new();
    let config = office.dir.join("vanthu.toml");
    let text = fs::read_to_string(&config).expect("read").replace("bag_size = 4", "bag_size = 1");
    fs::write(config, text).expect("written");
    for _ in 0..3 {
        ok(&office.dir, &["issue", "ke-hoach.md", "-q"]);
    }
    office
}

/// Reports by name, each as its lines.
fn reports(office: &Office) -> Vec<(String, Vec<Value>)> {
    let mut names: Vec<_> = fs::read_dir(office.at("reports"))
        .expect("listed")
        .map(|e| e.expect("an entry").path())
        .collect();
    names.sort();
    let read = |path: &Path| {
        let text = fs::read_to_string(path).expect("read");
        text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
    };
    names
        .iter()
        .map(|p| (p.file_name().expect("a name").to_string_lossy().into_owned(), read(p)))
        .collect()
}

fn of_kind<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|l| l["line"] == kind).collect()
}

#[test]
fn short_runs_cover_everything_together() {
    let office = many_bags();
    let mut before = 0;
    for run in 1..=6 {
        let (exit, answer, said) =
            office.verify(&args(&["--max-duration", "0s", "--resume", "--io", "1"]));
        let union = &answer["summary"]["union"];
        let files = union["files"].as_u64().expect("files");
        assert!(files > before, "run {run} goes on: {answer:#}");
        before = files;
        assert_eq!(union["left_bags"], 6 - run, "run {run}: {answer:#}");
        assert_eq!(answer["summary"]["covered"]["earlier_bags"], run - 1);
        assert_eq!(exit, if run < 6 { 3 } else { 0 }, "run {run}: {answer:#}{said}");
        assert_eq!(answer["clean"], run == 6);
        let coverage = if run < 6 { "partial" } else { "complete" };
        assert_eq!(answer["summary"]["coverage"], coverage);
    }
    assert_eq!(before, 14, "all files of all runs");
    let all = reports(&office);
    let (_, last) = all.last().expect("a report");
    assert_eq!(of_kind(last, "earlier").len(), 5, "the last report names the bags of the others");
    // The round is over: the next begins anew.
    let (exit, answer, _) = office.verify(&args(&["--resume"]));
    assert_eq!((exit, &answer["summary"]["covered"]["earlier_bags"]), (0, &Value::from(0)));
}

#[test]
fn bags_not_verified_for_longest_come_first() {
    let office = many_bags();
    let mut seen = BTreeSet::new();
    for _ in 0..6 {
        let (exit, _, _) = office.verify(&args(&["--max-duration", "0s"]));
        assert_eq!(exit, 3);
    }
    for (_, lines) in reports(&office) {
        for bag in of_kind(&lines, "bag") {
            assert!(seen.insert(bag["bag"].to_string()), "{bag} before the others");
        }
    }
    assert_eq!(seen.len(), 6);
}

#[test]
fn only_reports_that_the_register_vouches_for_are_believed() {
    let office = Office::new();
    let recent = args(&["--max-age", "30"]);
    let passed = |answer: &Value| answer["summary"]["covered"]["earlier_bags"].as_u64();
    let (exit, answer, _) = office.verify(&args(&["--no-log"]));
    assert_eq!((exit, &answer["entered_as"]), (0, &Value::Null));
    let (exit, answer, _) = office.verify(&recent);
    assert_eq!((exit, passed(&answer)), (0, Some(0)), "{answer:#}");
    assert_eq!(answer["unknown_reports"].as_array().map(Vec::len), Some(1));
    // That one was entered: it counts.
    let (exit, answer, _) = office.verify(&recent);
    assert_eq!((exit, passed(&answer)), (0, Some(2)), "{answer:#}");
    // A bag whose manifests or rows are not what they were is read again.
    step(&office, &["double-line", "{bag1}/manifest-sha256.txt", "1"]);
    let (exit, answer, _) = office.verify(&recent);
    assert_eq!((exit, passed(&answer)), (1, Some(1)), "{answer:#}");
    // Reports that somebody changed are as good as none.
    for (name, _) in reports(&office) {
        step(&office, &["append", &format!("reports/{name}"), "x"]);
    }
    let (exit, answer, _) = office.verify(&recent);
    assert_eq!((exit, passed(&answer)), (1, Some(0)), "{answer:#}");
}

#[test]
fn what_was_found_once_is_found_again_by_the_rest_of_the_round() {
    let office = many_bags();
    step(&office, &["flip", "{p1}", "data"]);
    let short = args(&["--max-duration", "0s", "--resume"]);
    let mut ends = Vec::new();
    for _ in 0..7 {
        let (exit, answer, _) = office.verify(&short);
        ends.push((exit, answer["complete"].as_bool()));
    }
    // The damaged bag is never passed over, so the round ends with it.
    assert_eq!(ends.first(), Some(&(1, Some(false))), "{ends:?}");
    assert_eq!(ends.last(), Some(&(1, Some(true))), "{ends:?}");
}

#[test]
fn a_signal_leaves_a_report_and_the_rest_can_be_gone_on_with() {
    let office = Office::new();
    for patience in [500, 2_000, 8_000, 20_000] {
        let lock = fs::File::options().write(true).open(office.dir.join(".vanthu.lock"));
        let lock = lock.expect("the lock's file");
        lock.lock().expect("locked");
        // It waits for the lock; the signal comes meanwhile.
        let child = vanthu(&office.dir, &["verify", "--format", "json", "--wait", "60"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("runs");
        std::thread::sleep(Duration::from_millis(patience));
        let pid = child.id().to_string();
        assert!(Command::new("kill").args(["-INT", &pid]).status().expect("kill").success());
        drop(lock);
        let out = child.wait_with_output().expect("ended");
        let Some(code) = out.status.code() else {
            // The machine is slow: the program had not begun.
            continue;
        };
        let answer: Value = serde_json::from_slice(&out.stdout).expect("JSON");
        assert_eq!(code, 3, "{answer:#}");
        assert_eq!((&answer["clean"], &answer["complete"]), (&false.into(), &false.into()));
        let all = reports(&office);
        let (name, lines) = all.last().expect("a report");
        assert_eq!(answer["report_file"], name.as_str());
        assert_eq!(of_kind(lines, "summary")[0]["verdict"], "stopped");
        let (exit, answer, _) = office.verify(&args(&["--resume"]));
        assert_eq!((exit, answer["summary"]["union"]["files"].as_u64()), (0, Some(11)));
        return;
    }
    panic!("the program never came to wait for the lock");
}

#[test]
fn the_scope_is_what_was_asked_for() {
    let office = Office::new();
    step(&office, &["flip", "{p3}", "data"]);
    step(&office, &["move", "{p6}", "{bag2}/data/x.docx"]);
    let check = |list: &[&str]| {
        let list: Vec<String> = list.iter().map(|a| ops::fill(&office, a)).collect();
        let (exit, answer, said) = office.verify(&list);
        let found = super::lines(&answer);
        (exit, answer["summary"]["covered"]["files"].as_u64(), found, said)
    };
    let want = |list: &[&str]| list.iter().map(|f| ops::fill(&office, f)).collect::<BTreeSet<_>>();
    let (exit, files, found, said) = check(&["--number", "{c3}"]);
    assert_eq!((exit, files, found), (1, Some(1), want(&["K0102 [{c3}] {p3}"])), "{said}");
    let (exit, files, found, said) = check(&["--number", "{c6}"]);
    let moved = want(&["K0108 [{c6}] {p6} -> {bag2}/data/x.docx"]);
    assert_eq!((exit, files, found), (1, Some(1), moved), "{said}");
    let (exit, files, found, said) = check(&["--number", "{c2}"]);
    assert_eq!((exit, files, found), (0, Some(1), want(&[])), "{said}");
    let (exit, files, found, said) = check(&["--bag", "1"]);
    assert_eq!((exit, files, found), (1, Some(4), want(&["K0102 [{c3}] {p3}"])), "{said}");
    let (exit, files, ..) = check(&["--book", "outgoing"]);
    assert_eq!((exit, files), (1, Some(11)));
    for nothing in [&["--book", "incoming"][..], &["--year", "2025"], &["--number", "99/X"]] {
        let (exit, _, _, said) = check(nothing);
        assert_eq!(exit, 2, "{nothing:?}: {said}");
    }
    for odd in [&["--max-duration", "5x"][..], &["--resume", "--quick"], &["--max-age", "-1"]] {
        assert_eq!(check(odd).0, 2, "{odd:?}");
    }
}

#[test]
fn minutes_are_a_document_in_the_decrees_form() {
    let office = Office::new();
    let out = office.dir.join("bien-ban.docx");
    let out = out.to_str().expect("a path");
    ok(&office.dir, &["verify", "--format", "docx", "--out", out]);
    ok(&office.dir, &["check", out]);
    step(&office, &["flip", "{p3}", "data"]);
    let again = office.dir.join("bien-ban-2.docx");
    let again = again.to_str().expect("a path");
    let status = vanthu(&office.dir, &["verify", "--format", "docx", "--out", again]).output();
    let status = status.expect("runs");
    assert_eq!(status.status.code(), Some(1), "{}", String::from_utf8_lossy(&status.stderr));
    ok(&office.dir, &["check", again]);
    let bytes = fs::read(again).expect("written");
    let sheet = format!("{:?}", vanthu::docx::read(&bytes, "bien-ban").expect("read back"));
    for words in ["K0102", "03/SNV-VP", "BIÊN BẢN", "toàn bộ kho lưu trữ"] {
        assert!(sheet.contains(words), "{words}");
    }
    let output = vanthu(&office.dir, &["verify", "--format", "docx"]).output().expect("runs");
    assert_eq!(output.status.code(), Some(2), "no place to write to");
}

#[test]
fn a_result_that_cannot_be_kept_is_not_clean() {
    let office = Office::new();
    let today = crate::archive::fixture::TODAY;
    let run = |kind: io::ErrorKind| {
        let world = Hooked::new(move |op, path: &Path| {
            let report = path.to_string_lossy().contains("/reports/verify-");
            if op == Op::Create && report { Err(kind.into()) } else { Ok(()) }
        });
        let workspace = Workspace::open(&world, &office.dir, today).expect("opens");
        let request = Request { threads: 1, io: 4, log: true, ..Request::default() };
        let checked = verify_and_keep(&workspace, &request).expect("checked");
        assert!(checked.verified.is_clean(), "{:?}", checked.verified.report.findings);
        assert_eq!(checked.kept.act, None);
        (checked.outcome(), checked.kept.failure.is_some(), checked.kept.note.is_some())
    };
    assert_eq!(run(io::ErrorKind::StorageFull), (Verdict::CouldNotCheck, true, false));
    assert_eq!(run(io::ErrorKind::QuotaExceeded), (Verdict::CouldNotCheck, true, false));
    // A read-only office is no fault: it is said.
    assert_eq!(run(io::ErrorKind::ReadOnlyFilesystem), (Verdict::Clean, false, true));
}

#[test]
fn an_answer_that_nobody_reads_is_not_clean() {
    let office = Office::new();
    let mut child = vanthu(&office.dir, &["verify"])
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("runs");
    drop(child.stdout.take());
    assert_eq!(child.wait().expect("ended").code(), Some(2));
}
