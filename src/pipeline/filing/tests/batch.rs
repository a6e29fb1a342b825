//! The ordinary way: numbers, resumption, several writers, stopping.

use proptest::prelude::*;

use super::*;
use crate::diagnostic::Severity;
use crate::register::plan;

#[test]
fn a_batch_is_numbered_filed_and_found_again() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 3).expect("opens");
    let all = wants("a", 7);
    let outcome = issue(&mut filing, "a", &all).expect("issues");
    assert!(outcome.unfinished.is_none());
    let codes: Vec<String> = outcome.issued.iter().map(|i| i.code.to_string()).collect();
    assert_eq!(codes[..4], ["01/KH-SNV", "01/BC-SNV", "02/KH-SNV", "02/BC-SNV"]);
    assert_eq!(
        outcome.issued.iter().map(|i| i.seq).collect::<Vec<_>>(),
        (1..=7).collect::<Vec<_>>()
    );
    assert_sound(&filing);
    let state = filing.job_state("a").expect("state").expect("known");
    assert_eq!((filing.issued_rows("a").expect("rows").len(), state.title.as_str()), (7, "Lô a"));
    assert_eq!(filing.issued_rows("a").expect("rows")["a-3"].number.get(), 2);
    let entry = filing.register().by_code(Book::Outgoing, Number::new(2).unwrap(), "BC-SNV", 2026);
    assert_eq!(entry.expect("found").expect("there").fields.subject, "Tổ chức phong trào của a-3");
    assert!(dir.path().join("archive/bags/2026/000002/tagmanifest-sha256.txt").is_file());
    assert!(dir.path().join("archive/open/2026/000003/data").is_dir());
    drop(filing);
    let filing = open(&world, dir.path(), 3).expect("opens again");
    assert!(!filing.mended().any(), "{:?}", filing.mended());
    assert_sound(&filing);
}

#[test]
fn jobs_that_are_one_batch_stay_jobs_of_their_own() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 3).expect("opens");
    let outcome = issue_as_one(&mut filing, &[("a", 3), ("b", 2), ("c", 1)]).expect("issues");
    assert_eq!(outcome.issued.len(), 6);
    for (job, count) in [("a", 3), ("b", 2), ("c", 1)] {
        let state = filing.job_state(job).expect("state").expect("known");
        assert_eq!(state.title, format!("Lô {job}"));
        let rows = filing.issued_rows(job).expect("rows");
        assert_eq!(rows.len(), count, "{job}");
        assert!(rows.keys().all(|key| key.starts_with(job)), "{rows:?}");
    }
    assert_sound(&filing);
    // A row of one of them that was issued is not issued again, and then none of the others is.
    let head = filing.register().head().expect("head");
    let again = issue_as_one(&mut filing, &[("d", 2), ("b", 2)]).expect_err("rows were issued");
    assert_eq!(again.kind, FailureKind::Input);
    assert_eq!(filing.register().head().expect("head"), head);
    assert_eq!(filing.job_state("d").expect("state"), None);
    assert_sound(&filing);
}

/// What is called beside the record sees what was issued, and its numbers are given.
#[test]
fn copies_may_be_made_while_the_record_is_completed() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 3).expect("opens");
    let (all, seen) = (wants("a", 4), std::sync::Mutex::new(Vec::new()));
    let render = |i: usize, n: Number| Ok(document(&all[i], n));
    let beside = |issued: &[Issued], given: Given| {
        assert_eq!(issued.len(), 4, "all are staged");
        assert!(given.wait());
        let register = read_register(dir.path()).expect("opens").expect("there");
        assert_eq!(register.head().expect("head"), 5, "four entries and the seal of the full bag");
        seen.lock().expect("whole").extend(issued.iter().map(|i| i.seq));
    };
    let outcome =
        filing.issue_beside(&batch("a"), &all, &render, &|_| {}, &beside).expect("issues");
    assert_eq!(outcome.issued.len(), 4);
    assert_eq!(seen.into_inner().expect("whole"), [1, 2, 3, 4]);
    assert_sound(&filing);
}

/// A power cut may leave a name in the journal without its bytes.
#[test]
fn a_segment_that_is_there_and_empty_is_filled() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 3).expect("opens");
    let segment = dir.path().join("archive/journal/000001.jsonl");
    std::fs::write(&segment, b"").expect("written");
    issue(&mut filing, "a", &wants("a", 6)).expect("issues");
    let lines = std::fs::read_to_string(&segment).expect("read");
    assert_eq!(lines.matches("\n{\"seq\":").count(), 4);
    assert_sound(&filing);
}

#[test]
fn a_failing_document_takes_no_number_of_any() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 3).expect("opens");
    issue(&mut filing, "a", &wants("a", 2)).expect("issues");
    let before = snapshot(&dir.path().join("archive"));
    let all = wants("b", 9);
    let render = |i: usize, n: Number| match i {
        8 => Err(Failure::new(FailureKind::Input, Place::file("x"), text!("hỏng", "bad"))),
        _ => Ok(document(&all[i], n)),
    };
    let failed = filing.issue_batch(&batch("b"), &all, &render, &|_| {});
    assert_eq!(failed.expect_err("fails").message.en, "bad");
    assert_eq!(snapshot(&dir.path().join("archive")), before);
    assert_eq!(filing.job_state("b").expect("state"), None);
    assert_sound(&filing);
    // The next batch goes on where the last good one ended, in the same process.
    let outcome = issue(&mut filing, "c", &wants("c", 2)).expect("issues");
    assert_eq!(outcome.issued[0].code.to_string(), "02/KH-SNV");
    assert_sound(&filing);
}

#[test]
fn a_row_is_never_issued_twice() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 100).expect("opens");
    let all = wants("a", 4);
    issue(&mut filing, "a", &all[..2]).expect("issues");
    let again = issue(&mut filing, "a", &all).expect_err("rows were issued");
    assert_eq!(again.kind, FailureKind::Input);
    let twice = [all[3].clone(), all[3].clone()];
    assert_eq!(issue(&mut filing, "b", &twice).expect_err("same row").kind, FailureKind::Input);
    let outcome = super::finish(&mut filing, "a", &all);
    assert_eq!(outcome.issued.len(), 2);
    assert_sound(&filing);
}

#[test]
fn the_plan_says_what_the_batch_then_gets() {
    let (dir, world) = (folder(), system());
    let mut office = office(10);
    office.series.start_after =
        [("ke-hoach".into(), [("2026".into(), 41)].into())].into_iter().collect();
    let mut all = wants("a", 4);
    all[2].date = date(2026, 3, 1);
    let mut filing = Filing::open(&world, dir.path(), &office, NO_WAIT).expect("opens");
    let planned = plan(None, Book::Outgoing, &office, &all, date(2026, 3, 5)).expect("plans");
    assert_eq!(planned.findings.len(), 1);
    let (index, finding) = &planned.findings[0];
    assert_eq!((*index, finding.code.to_string().as_str()), (2, "S0101"));
    assert_eq!(finding.severity, Severity::Warning);
    let issued = issue(&mut filing, "a", &all).expect("issues").issued;
    let got: Vec<_> = issued.iter().filter_map(|i| i.code.number).collect();
    assert_eq!(got, planned.numbers);
    assert_eq!(got.iter().map(|n| n.get()).collect::<Vec<_>>(), [42, 1, 43, 2]);
    // Changed afterwards it has no effect, and the plan says so.
    office.series.start_after.clear();
    office.series.start_after.insert("ke-hoach".into(), [("2026".into(), 90)].into());
    let next =
        plan(Some(filing.register()), Book::Outgoing, &office, &wants("b", 1), date(2026, 3, 5));
    let next = next.expect("plans");
    assert_eq!(next.numbers[0].get(), 44);
    assert_eq!(next.findings[0].1.code.to_string(), "S0104");
}

#[test]
fn a_new_year_begins_again() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 10).expect("opens");
    issue(&mut filing, "a", &wants("a", 4)).expect("issues");
    let mut next = wants("b", 2);
    next.iter_mut().for_each(|w| w.date = date(2027, 1, 4));
    let issued = issue(&mut filing, "b", &next).expect("issues").issued;
    assert_eq!(issued[0].code.to_string(), "01/KH-SNV");
    let file = issued[0].file.as_ref().expect("a file");
    assert_eq!((file.at.year, file.at.bag), (2027, 1));
    assert_sound(&filing);
}

#[test]
fn eight_writers_at_once_share_one_series() {
    let dir = folder();
    std::thread::scope(|scope| {
        for writer in 0..8 {
            let dir = dir.path();
            scope.spawn(move || {
                let world = system();
                for round in 0..5 {
                    let job = format!("{writer}-{round}");
                    let office = office(7);
                    let mut filing = Filing::open(&world, dir, &office, Duration::from_secs(60))
                        .expect("its turn comes");
                    issue(&mut filing, &job, &wants(&job, 3)).expect("issues");
                }
            });
        }
    });
    let world = system();
    let filing = open(&world, dir.path(), 7).expect("opens");
    assert_sound(&filing);
    let mut count = 0;
    filing
        .register()
        .entries(&Filter::default(), &mut |_| {
            count += 1;
            Ok(())
        })
        .expect("rows");
    assert_eq!(count, 8 * 5 * 3);
}

#[test]
fn who_comes_second_is_told_and_readers_are_not_kept_waiting() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 5).expect("opens");
    assert_eq!(open(&world, dir.path(), 5).err().expect("held").kind, FailureKind::Locked);
    let all = wants("a", 3);
    let render = |i: usize, n: Number| {
        // In the middle of a batch a reader sees the state before it.
        let reader = read_register(dir.path()).expect("reads").expect("is there");
        assert_eq!(reader.entries(&Filter::default(), &mut |_| Ok(())).expect("reads"), 0);
        Ok(document(&all[i], n))
    };
    filing.issue_batch(&batch("a"), &all, &render, &|_| {}).expect("issues");
    let reader = read_register(dir.path()).expect("reads").expect("is there");
    assert_eq!(reader.entries(&Filter::default(), &mut |_| Ok(())).expect("reads"), 3);
}

#[test]
fn inputs_are_stored_once_and_come_back() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 5).expect("opens");
    let text = "Kế hoạch ".repeat(1000);
    let digests = filing.put_blobs(&[text.as_bytes(), b"", text.as_bytes()]).expect("stores");
    assert_eq!((digests[0], digests[1]), (sha256(text.as_bytes()), sha256(b"")));
    assert_eq!(filing.put_blobs(&[text.as_bytes()]).expect("again"), digests[..1]);
    let back = filing.register().blob(&digests[0]).expect("reads").expect("there");
    assert_eq!(back, text.as_bytes());
    assert_eq!(filing.register().blob(&sha256(b"other")).expect("reads"), None);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn numbers_are_consecutive_whatever_the_batches(
        sizes in proptest::collection::vec((1usize..9, any::<bool>()), 1..6),
        bag_size in 1u32..6,
    ) {
        let (dir, world) = (folder(), system());
        let mut filing = open(&world, dir.path(), bag_size).expect("opens");
        let mut good = 0;
        for (round, (size, fails)) in sizes.into_iter().enumerate() {
            let job = format!("j{round}");
            let all = wants(&job, size);
            let render = |i: usize, n: Number| match fails && i + 1 == size {
                true => Err(Failure::new(FailureKind::Input, Place::default(), text!("x", "x"))),
                false => Ok(document(&all[i], n)),
            };
            let done = filing.issue_batch(&batch(&job), &all, &render, &|_| {});
            prop_assert_eq!(done.is_err(), fails);
            good += if fails { 0 } else { size };
        }
        assert_sound(&filing);
        prop_assert_eq!(
            filing.register().entries(&Filter::default(), &mut |_| Ok(())).expect("rows"),
            good as u64
        );
    }
}

#[test]
fn rows_of_a_job_are_found_by_key_however_many_it_has() {
    let (world, dir) = (system(), folder());
    let mut filing = open(&world, dir.path(), 9).expect("opens");
    let of = |filing: &Filing<'_>, job: &str, keys: &[&str]| {
        let mut keys = keys.iter().map(|k| (*k).to_owned());
        filing.issued_of(job, &mut keys).expect("reads")
    };
    assert!(of(&filing, "a", &["a-3"]).is_empty(), "a job that issued nothing");
    let issued = issue(&mut filing, "a", &wants("a", 12)).expect("issues").issued;
    issue(&mut filing, "b", &wants("a", 12)).expect("issues");
    // Few of many rows are looked up one by one, most of them are read at once.
    for keys in [vec!["a-3", "none", "a-11"], vec!["a-3", "a-11", "x", "y", "z"]] {
        let found = of(&filing, "a", &keys);
        for (key, at) in [("a-3", 3), ("a-11", 11)] {
            assert_eq!(found[key].seq, issued[at].seq, "{keys:?}");
        }
        assert!(!found.contains_key("none") && !found.contains_key("x"));
    }
    assert_eq!(of(&filing, "a", &["a-3", "none"]).len(), 1, "no other row is read");
    assert!(of(&filing, "c", &["a-3"]).is_empty(), "another job");
}
