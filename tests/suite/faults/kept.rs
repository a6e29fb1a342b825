//! What is kept of a check: its act says what the report says; where keeping or reading it fails, that is told for what it is.

use std::io::{self, ErrorKind};
use std::path::Path;

use serde_json::{Value, json};
use vanthu::archive::sha256;
use vanthu::archive::verify::Class;
use vanthu::pipeline::filing::read_register;
use vanthu::pipeline::{Asked, Checked, Request, Verdict, Workspace, verify_and_keep};
use vanthu::register::{ActFilter, Kind, Register};
use vanthu::world::World;

use super::office::{Office, ok};
use super::ops;
use crate::archive::fixture::TODAY;
use crate::archive::world::{Hooked, Op};

fn request(asked: Asked) -> Request<'static> {
    Request { asked, threads: 1, io: 4, log: true, ..Request::default() }
}

fn check(office: &Office, world: &dyn World) -> Checked {
    let workspace = Workspace::open(world, &office.dir, TODAY).expect("opens");
    verify_and_keep(&workspace, &request(Asked::default())).expect("checked")
}

/// A world that refuses an operation on what has these words in its path.
fn refusing(op: Op, words: &'static str, kind: ErrorKind) -> Hooked {
    Hooked::new(move |asked, path: &Path| {
        match asked == op && path.to_string_lossy().ends_with(words) {
            true => Err(io::Error::from(kind)),
            false => Ok(()),
        }
    })
}

/// The open data of the newest act of a check.
fn newest_act(office: &Office) -> (u64, Value) {
    let register = read_register(&office.dir).expect("reads").expect("is there");
    let filter = ActFilter { kinds: vec![Kind::Verify], ..ActFilter::default() };
    let mut newest = None;
    register
        .acts(&filter, &mut |acted| {
            newest = Some((acted.act.seq, Value::Object(acted.act.data)));
            Ok(())
        })
        .expect("acts");
    newest.expect("an act")
}

#[test]
fn the_act_says_what_the_report_says() {
    let office = Office::new();
    ops::apply(&office, &["flip", "{p3}", "data"].map(str::to_owned));
    let (exit, answer, said) = office.verify(&["--year".to_owned(), "2026".to_owned()]);
    assert_eq!(exit, 1, "{said}");
    let (seq, data) = newest_act(&office);
    assert_eq!(answer["entered_as"], seq);
    let file = answer["report_file"].as_str().expect("a file");
    let bytes = std::fs::read(office.at("reports").join(file)).expect("the report");
    let covered = &answer["summary"]["covered"];
    assert_eq!(
        data,
        json!({
            "report": sha256(&bytes).to_hex(),
            "file": file,
            "asked": { "year": 2026 },
            "verdict": "findings",
            "complete": true,
            "bags": covered["bags"],
            "files": 11,
            "bytes": covered["bytes"],
            "numbers": 11,
            "rows": answer["summary"]["rows"],
            "earlier-files": 0,
            "wrong": 1,
            "unknown": 0,
        })
    );
    assert!(covered["bags"].as_u64() > Some(0) && covered["bytes"].as_u64() > Some(0));
    assert_eq!(answer["summary"]["rows"], 13);
    let text = String::from_utf8(bytes).expect("UTF-8");
    let last: Value = serde_json::from_str(text.lines().last().expect("a line")).expect("JSON");
    assert_eq!(last["findings"], 1);
}

#[test]
fn a_report_that_is_not_durable_is_not_kept() {
    let office = Office::new();
    for words in [".jsonl", "/reports"] {
        let checked = check(&office, &refusing(Op::Sync, words, ErrorKind::StorageFull));
        assert_eq!(
            (checked.verdict(), checked.outcome()),
            (Verdict::Clean, Verdict::CouldNotCheck)
        );
        assert!(checked.kept.failure.is_some() && checked.kept.act.is_none(), "{words}");
    }
}

#[test]
fn an_office_that_may_not_be_written_to_is_checked_and_says_so() {
    let office = Office::new();
    let world = Hooked::new(|op, path: &Path| {
        let is_report = op == Op::Create && path.to_string_lossy().contains("/reports/");
        if is_report { Err(ErrorKind::PermissionDenied.into()) } else { Ok(()) }
    });
    let checked = check(&office, &world);
    assert_eq!(checked.outcome(), Verdict::Clean);
    let note = checked.kept.note.as_ref().map(|n| n.en.as_str());
    assert_eq!(
        note,
        Some(
            "the office is read-only, so no report was kept and nothing was entered in the register"
        )
    );
    assert_eq!((checked.kept.file.as_ref(), checked.kept.act), (None, None));
}

#[test]
fn a_backup_and_a_changed_register_are_left_as_they_are() {
    let office = Office::new();
    let copy = tempfile::tempdir().expect("a folder");
    let dir = copy.path().join("copy");
    ok(&office.dir, &["backup", dir.to_str().expect("a path"), "-q"]);
    let world = Hooked::new(|_, _: &Path| Ok(()));
    let workspace = Workspace::open(&world, &dir, TODAY).expect("opens");
    let checked = verify_and_keep(&workspace, &request(Asked::default())).expect("checked");
    let note = checked.kept.note.as_ref().map_or("", |n| &n.en);
    assert!(note.starts_with("this is a backup"), "{note}");
    assert_eq!((checked.outcome(), checked.kept.file), (Verdict::Clean, None));

    let sql = "UPDATE entries SET record = json_set(record, '$.date', '2026-01-05') WHERE seq = 4";
    ops::apply(&office, &["sql", sql].map(str::to_owned));
    let checked = check(&office, &world);
    let note = checked.kept.note.as_ref().map_or("", |n| &n.en);
    assert!(note.starts_with("the register shows signs of tampering"), "{note}");
    assert_eq!((checked.outcome(), checked.kept.act), (Verdict::Tampered, None));
    assert!(checked.kept.file.is_some(), "the report stays");
}

#[test]
fn reports_that_cannot_be_read_are_not_called_lost() {
    let office = Office::new();
    let (_, answer, _) = office.verify(&[]);
    let first = answer["report_file"].as_str().expect("a report").to_owned();
    let name: &'static str = Box::leak(first.clone().into_boxed_str());
    let path = format!("reports/{first}");
    let found = |op: Op, words: &'static str, kind: ErrorKind| {
        let checked = check(&office, &refusing(op, words, kind));
        let findings = &checked.verified.report.findings;
        let told: Vec<(Class, String)> =
            findings.iter().map(|f| (f.class, f.path.clone())).collect();
        // Each check leaves a report; only the first is about to be refused.
        std::fs::remove_file(office.at("reports").join(checked.kept.file.unwrap_or_default())).ok();
        (checked.verified.verdict(), told)
    };
    // What was removed below is told each time; it is another row of the plan.
    let only = |(verdict, mut told): (Verdict, Vec<(Class, String)>)| {
        told.retain(|(_, of)| *of == path || of == "reports");
        (verdict, told)
    };
    let (verdict, told) = found(Op::Read, name, ErrorKind::PermissionDenied);
    assert_eq!((verdict, told), (Verdict::CouldNotCheck, vec![(Class::Unreadable, path.clone())]));
    let is = |kind: ErrorKind| only(found(Op::Read, name, kind)).1;
    assert_eq!(is(ErrorKind::FileTooLarge), [(Class::ReportChanged, path.clone())]);
    assert_eq!(is(ErrorKind::InvalidInput), [(Class::ReportChanged, path.clone())]);
    assert_eq!(is(ErrorKind::NotFound), [(Class::ReportMissing, path.clone())]);
    let list = |kind: ErrorKind| only(found(Op::List, "/archive/reports", kind)).1;
    assert_eq!(list(ErrorKind::PermissionDenied), [(Class::Unreadable, "reports".to_owned())]);
    assert_eq!(list(ErrorKind::NotFound), [(Class::ReportMissing, path.clone())]);
}
