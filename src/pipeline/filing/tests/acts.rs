//! Acts: their files, their place in the sequence, and a fault in each step of entering them.

use serde_json::json;

use super::*;
use crate::register::{ActFilter, Kind};

/// An act about the entry at `about` with one file.
fn scan(about: u64, bytes: &[u8]) -> Entering {
    let mut act = Entering::new(Kind::Attach, Some(about), date(2026, 3, 6));
    act.data.insert("rendition".into(), json!("scan"));
    act.fields.insert("by".into(), json!("Trần Thị Mai"));
    act.files.push(Attachment { bytes: bytes.to_vec(), extension: "pdf", parts: None });
    act
}

// Bags of nine: none is full, so that no seal stands between the acts.
#[test]
fn acts_share_the_sequence_and_bring_files() {
    let (world, dir) = (system(), folder());
    let mut filing = open(&world, dir.path(), 9).expect("opens");
    issue(&mut filing, "a", &wants("a", 3)).expect("issues");
    let entered = filing.enter(vec![scan(2, b"%PDF-1"), scan(3, b"%PDF-2")]).expect("enters");
    assert_eq!(entered.seqs, [4, 5]);
    assert!(entered.unfinished.is_none(), "{:?}", entered.unfinished);
    let after = issue(&mut filing, "b", &wants("b", 1)).expect("issues");
    assert_eq!(after.issued[0].seq, 6, "entries go on after the acts");
    let mut acts = Vec::new();
    let filter = ActFilter { about: Some(2), ..ActFilter::default() };
    let mut keep = |a| {
        acts.push(a);
        Ok(())
    };
    assert_eq!(filing.register().acts(&filter, &mut keep).expect("reads"), 1);
    let acted = &acts[0];
    assert_eq!((acted.act.seq, acted.act.kind, acted.act.about), (4, Kind::Attach, Some(2)));
    let file = &acted.files[0];
    assert_eq!(fs::read(filing.archive().resolve(&file.at)).expect("the file"), b"%PDF-1");
    // The open part stands in the leaf, the rest does not.
    let mut leaves = Vec::new();
    filing
        .register()
        .leaves(4, &mut |seq, leaf| {
            leaves.push((seq, String::from_utf8_lossy(leaf).into_owned()));
            Ok(())
        })
        .expect("leaves");
    assert_eq!(leaves.iter().map(|(s, _)| *s).collect::<Vec<_>>(), [4, 5, 6]);
    assert!(leaves[0].1.contains("\"data\":{\"rendition\":\"scan\"}"), "{}", leaves[0].1);
    assert!(!leaves[0].1.contains("Mai"), "{}", leaves[0].1);
    drop(filing);
    let filing = open(&world, dir.path(), 9).expect("opens again");
    assert!(!filing.mended().any(), "{:?}", filing.mended());
    assert_whole(&filing, 6);
}

/// Rows agree with leaves, files with rows, and nothing else lies in the bags.
fn assert_whole(filing: &Filing<'_>, positions: u64) {
    let mut found = Vec::new();
    let rows = audit(filing.register(), &mut |d| found.push(d)).expect("audits");
    assert_eq!((rows, found), (positions, Vec::new()));
    let options = verify::Options { threads: 1, ..Default::default() };
    let root = filing.archive().root().to_owned();
    let report = verify::verify(filing.world, &root, &Ledger(filing.register()), options);
    let report = report.expect("verifies");
    assert_eq!(report.exit_status(), verify::ExitStatus::Clean, "{:?}", report.findings);
}

#[test]
fn an_act_about_nothing_is_refused_and_leaves_nothing() {
    let (world, dir) = (system(), folder());
    let mut filing = open(&world, dir.path(), 2).expect("opens");
    issue(&mut filing, "a", &wants("a", 1)).expect("issues");
    assert!(filing.enter(vec![scan(1, b"one"), scan(9, b"two")]).is_err());
    assert_eq!(filing.register().head().expect("head"), 1);
    assert_whole(&filing, 1);
    assert_eq!(filing.enter(vec![scan(1, b"one")]).expect("goes on").seqs, [2]);
}

#[test]
fn a_fault_in_any_step_enters_all_or_nothing() {
    use super::crash::{Fault, Faulty, Plan};
    let full = std::io::ErrorKind::StorageFull;
    let faults = [
        Fault::Kill { half: false },
        Fault::Kill { half: true },
        Fault::PowerCut,
        Fault::Refuse { kind: full, half: false },
        Fault::Refuse { kind: full, half: true },
        Fault::Refuse { kind: std::io::ErrorKind::QuotaExceeded, half: true },
        Fault::Refuse { kind: std::io::ErrorKind::Other, half: false },
    ];
    for fault in faults {
        for step in 1.. {
            let dir = folder();
            {
                let world = system();
                let mut filing = open(&world, dir.path(), 2).expect("opens");
                issue(&mut filing, "a", &wants("a", 2)).expect("issues");
            }
            let plan = Plan::new(step, fault);
            let world = Faulty { inner: system(), plan: plan.clone() };
            let entered = super::crash::open_faulty(&world, dir.path())
                .and_then(|mut filing| filing.enter(vec![scan(1, b"one"), scan(2, b"two")]));
            let world = system();
            let filing = open(&world, dir.path(), 2).expect("opens after the fault");
            let head = filing.register().head().expect("head");
            let attached = ActFilter { kinds: vec![Kind::Attach], ..ActFilter::default() };
            let count = filing.register().acts(&attached, &mut |_| Ok(())).expect("reads");
            assert!(count == 0 || count == 2, "whole or not at all, not {count}");
            if entered.is_ok() {
                assert_eq!(count, 2, "what was acknowledged stays");
            }
            assert_whole(&filing, head);
            if !plan.has_struck() {
                break;
            }
        }
    }
}

#[test]
fn what_the_log_could_not_hold_is_refused_before_anything_is_reserved_or_written() {
    let (world, dir) = (system(), folder());
    let mut filing = open(&world, dir.path(), 2).expect("opens");
    issue(&mut filing, "a", &wants("a", 1)).expect("issues");
    let before = snapshot(dir.path());
    // An act whose list is too long, beside one that is not; an act with too many files.
    let mut long = scan(1, b"one");
    long.data.insert("positions".into(), (0..20_000).collect::<Vec<u64>>().into());
    let failure = filing.enter(vec![scan(1, b"two"), long]).expect_err("too long");
    assert!(failure.message.en.contains("65535"), "{failure}");
    let mut many = scan(1, b"one");
    many.files = vec![many.files[0].clone(); 900];
    assert!(filing.enter(vec![many]).expect_err("too many").message.en.contains("900 files"));
    // An entry whose series has a name of seventy thousand letters.
    let mut wanted = wants("b", 2);
    wanted[1].series = "s".repeat(70_000);
    let failure = issue(&mut filing, "b", &wanted).expect_err("too long");
    assert!(failure.hint.is_some() && failure.message.en.contains("series"), "{failure}");
    assert_eq!(snapshot(dir.path()), before, "nothing was written");
    // And the office goes on.
    assert_eq!(filing.enter(vec![scan(1, b"two")]).expect("enters").seqs, [2]);
    issue(&mut filing, "c", &wants("c", 2)).expect("issues");
    let head = filing.register().head().expect("head");
    assert_whole(&filing, head);
}
