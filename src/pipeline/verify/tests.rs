//! What a verification comes to, and what is said of it: from what was found, made by hand.

use jiff::civil::{Date, date};

use super::*;
use crate::archive::verify::{BagDone, Counts, Coverage, DocumentId, Earlier};
use crate::archive::{BagId, sha256};
use crate::diagnostic::{Code, Family};
use crate::world::System;

pub(super) const TODAY: Date = date(2026, 11, 22);
const OFFICE: &str =
    "[organ]\nname = \"SỞ NỘI VỤ\"\nin_text = \"Sở Nội vụ\"\ncode = \"SNV\"\nplace = \"An Hải\"\n";

pub(super) fn with_office(run: impl FnOnce(&Workspace<'_>)) {
    let dir = tempfile::tempdir().expect("a folder");
    let world = System::new(Some(TODAY));
    let office = Workspace::from_texts(&world, dir.path(), OFFICE.into(), TODAY);
    run(&office.expect("an office"));
}

/// A check that was complete and found nothing.
pub(super) fn clean() -> Checked {
    let report = Report {
        scope: Scope::ALL,
        covered: Coverage { bags: 2, files: 30, bytes: 4_000, numbers: 29, ..Coverage::default() },
        skipped: 0,
        findings: Vec::new(),
        more: std::collections::BTreeMap::new(),
        counts: Counts::default(),
        started: "2026-11-22T08:00:00+07:00".to_owned(),
        ended: "2026-11-22T09:05:00+07:00".to_owned(),
        cancelled: false,
        expired: false,
        quick: false,
        bags: Vec::new(),
        earlier: Vec::new(),
        complete: true,
    };
    let verified =
        Verified { report, pages: Vec::new(), rows: Vec::new(), audited: 31, mended: None };
    let asked = Asked::default();
    Checked { asked, verified, round: None, unknown_reports: Vec::new(), kept: Kept::default() }
}

pub(super) fn with(change: impl FnOnce(&mut Checked)) -> Checked {
    let mut checked = clean();
    change(&mut checked);
    checked
}

pub(super) fn finding(class: Class) -> Finding {
    let document = DocumentId {
        seq: 3,
        code: "03/SNV-VP".to_owned(),
        series: "SNV:ke-hoach".to_owned(),
        year: 2026,
        number: 3,
        date: TODAY,
    };
    Finding::new(class, "bags/2026/000001/data/x.docx").of(&document)
}

pub(super) fn row() -> Diagnostic {
    let code = Code::new(Family::S, 202);
    Diagnostic::error(code, Place::default().item("02/SNV-VP"), text!("dòng khác", "row differs"))
        .hint(text!("khôi phục", "restore"))
}

pub(super) fn add(checked: &mut Checked, class: Class) {
    checked.verified.report.add(finding(class));
}

#[test]
fn a_verdict_is_the_worst_of_what_was_found_and_clean_only_if_all_was_read() {
    let is = |verdict: Verdict, change: fn(&mut Checked)| {
        let checked = with(change);
        assert_eq!(checked.verdict(), verdict);
        assert_eq!(checked.verified.is_clean(), verdict == Verdict::Clean);
    };
    is(Verdict::Clean, |_| {});
    is(Verdict::Findings, |c| add(c, Class::Modified));
    is(Verdict::Findings, |c| c.verified.pages.push("page 3".into()));
    is(Verdict::Tampered, |c| c.verified.rows.push(row()));
    is(Verdict::Tampered, |c| add(c, Class::RolledBack));
    is(Verdict::Tampered, |c| {
        c.verified.pages.push("page 3".into());
        add(c, Class::LogMismatch);
    });
    is(Verdict::CouldNotCheck, |c| add(c, Class::Unreadable));
    is(Verdict::Findings, |c| {
        c.verified.pages.push("page 3".into());
        add(c, Class::Unreadable);
    });
    let stopped = |c: &mut Checked| {
        c.verified.report.cancelled = true;
        c.verified.report.complete = false;
    };
    is(Verdict::Stopped, stopped);
    is(Verdict::Findings, |c| {
        c.verified.report.cancelled = true;
        c.verified.report.complete = false;
        c.verified.pages.push("page 3".into());
    });
    is(Verdict::Findings, |c| {
        c.verified.report.expired = true;
        c.verified.report.complete = false;
        add(c, Class::Modified);
    });
}

#[test]
fn what_could_not_be_kept_is_not_done_and_what_is_wrong_weighs_more() {
    let failure = || Failure::new(FailureKind::Output, Place::default(), text!("đầy", "full"));
    let outcome = |change: fn(&mut Checked)| {
        let kept = with(change).outcome();
        let mut lost = with(change);
        lost.kept.failure = Some(failure());
        (kept, lost.outcome())
    };
    assert_eq!(outcome(|_| {}), (Verdict::Clean, Verdict::CouldNotCheck));
    let stopped = outcome(|c| {
        c.verified.report.cancelled = true;
        c.verified.report.complete = false;
    });
    assert_eq!(stopped, (Verdict::Stopped, Verdict::CouldNotCheck));
    assert_eq!(outcome(|c| add(c, Class::Modified)), (Verdict::Findings, Verdict::Findings));
    assert_eq!(outcome(|c| c.verified.rows.push(row())), (Verdict::Tampered, Verdict::Tampered));
}

#[test]
fn a_key_that_cannot_be_read_is_no_finding_and_no_clean_office() {
    with_office(|workspace| {
        let root = workspace.dir.join("archive");
        assert!(key_file(workspace, &root).expect("an office without keys").is_none());
        // What the disk refuses says nothing of the key.
        std::fs::create_dir(workspace.dir.join(keys::KEY_FILE)).expect("made");
        let failure = key_file(workspace, &root).expect_err("cannot be read");
        assert_ne!(failure.kind, FailureKind::Config, "{failure}");
        std::fs::remove_dir(workspace.dir.join(keys::KEY_FILE)).expect("removed");
        std::fs::write(workspace.dir.join(keys::KEY_FILE), "no key").expect("written");
        let found = key_file(workspace, &root).expect("looked at").expect("a finding");
        assert_eq!(found.class, Class::KeyOpen);
    });
}

#[test]
fn a_scope_is_empty_only_if_nothing_at_all_was_there_to_look_at() {
    let nothing = |c: &mut Checked| {
        c.asked.year = Some(2025);
        c.verified.report.covered = Coverage::default();
    };
    assert!(with(nothing).is_empty());
    let not = |change: fn(&mut Coverage)| {
        let mut checked = with(nothing);
        change(&mut checked.verified.report.covered);
        assert!(!checked.is_empty(), "{:?}", checked.verified.report.covered);
    };
    not(|c| c.bags = 1);
    not(|c| c.earlier_bags = 1);
    not(|c| c.left_bags = 1);
    not(|c| c.numbers = 1);
    assert!(
        !with(|c| c.verified.report.covered = Coverage::default()).is_empty(),
        "all was asked for"
    );
    let found = with(|c| {
        nothing(c);
        add(c, Class::Missing);
    });
    assert!(!found.is_empty());
}

#[test]
fn the_summary_counts_everything_and_says_how_much_was_covered() {
    let earlier = |number: u32, report: &str| Earlier {
        bag: BagId { year: 2026, number },
        files: 10,
        bytes: 100,
        at: String::new(),
        report: report.to_owned(),
    };
    let checked = with(|c| {
        c.asked.year = Some(2026);
        let covered = &mut c.verified.report.covered;
        (covered.earlier_bags, covered.earlier_files, covered.left_bags) = (3, 25, 4);
        c.verified.report.earlier = vec![earlier(3, "b"), earlier(4, "a"), earlier(5, "b")];
        c.verified.report.skipped = 4;
        c.verified.report.complete = false;
        c.verified.pages.push("page 3".into());
        c.verified.rows.extend([row(), row()]);
        [Class::Modified, Class::Missing, Class::Unreadable].into_iter().for_each(|k| add(c, k));
    });
    assert_eq!(
        checked.summary(),
        json!({
            "scope": { "year": 2026 },
            "coverage": "partial",
            "complete": false,
            "covered": {
                "bags": 2, "files": 30, "bytes": 4_000, "numbers": 29,
                "earlier_bags": 3, "earlier_files": 25, "left_bags": 4, "entries": 0,
            },
            "union": { "bags": 5, "files": 55, "left_bags": 4, "earlier_reports": ["a", "b"] },
            "skipped": 4,
            "bytes": 4_000,
            "rows": 31,
            "findings": 6,
            "verdict": "tampered",
            "started": "2026-11-22T08:00:00+07:00",
            "ended": "2026-11-22T09:05:00+07:00",
        })
    );
    let coverage = |quick, complete| {
        let checked = with(|c| {
            (c.verified.report.quick, c.verified.report.complete) = (quick, complete);
        });
        checked.summary()["coverage"].clone()
    };
    assert_eq!(coverage(false, true), "complete");
    assert_eq!(coverage(false, false), "partial");
    assert_eq!(
        (coverage(true, false), coverage(true, true)),
        (json!("metadata-only"), json!("metadata-only"))
    );
    for (verdict, key) in [
        (Verdict::Clean, "clean"),
        (Verdict::Findings, "findings"),
        (Verdict::CouldNotCheck, "could-not-check"),
        (Verdict::Stopped, "stopped"),
        (Verdict::Tampered, "tampered"),
    ] {
        assert_eq!(verdict.key(), key);
    }
}

#[test]
fn what_is_kept_of_findings_leaves_rows_and_pages() {
    let mut checked = with(|c| {
        c.verified.pages.push("page 3".into());
        c.verified.rows.push(row());
        [Class::Modified, Class::Missing].into_iter().for_each(|k| add(c, k));
    });
    checked.verified.keep(&|f| f.class == Class::Missing);
    let classes: Vec<Class> = checked.verified.report.findings.iter().map(|f| f.class).collect();
    assert_eq!(classes, [Class::Missing]);
    assert_eq!((checked.verified.pages.len(), checked.verified.rows.len()), (1, 1));
}

/// Bags that were checked to the end.
pub(super) fn bag(number: u32) -> BagDone {
    BagDone {
        bag: BagId { year: 2026, number },
        state: sha256(b"state"),
        files: 10,
        bytes: 100,
        clean: true,
        at: "2026-11-22T08:30:00+07:00".to_owned(),
    }
}
