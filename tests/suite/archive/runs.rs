//! Runs that are limited: by time, by what an earlier run has seen, by the documents that are asked for.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use vanthu::archive::verify::{
    BagDone, Class, DocumentId, Earlier, ExitStatus, Given, History, Known, Options, Progress,
    RegisterView, Report, Scope, Seen, State, verify,
};
use vanthu::archive::{BagId, Digest};
use vanthu::diagnostic::Result;
use vanthu::world::World;

use super::fixture::{Fixture, Register, YEAR, lines};
use super::world::{Hooked, Op};

fn bag(number: u32) -> BagId {
    BagId { year: YEAR, number }
}

fn run(fixture: &Fixture, options: Options<'_>) -> Report {
    verify(&fixture.world, &fixture.root, &fixture.register, options).expect("verified")
}

/// What the bags of a run tell the next one.
fn history(bags: &[BagDone], counts: bool) -> History {
    let seen = |done: &BagDone| Seen {
        state: done.state,
        at: "2026-11-01T08:00:00+07:00".to_owned(),
        report: "reports/1.jsonl".to_owned(),
        counts,
    };
    bags.iter().map(|done| (done.bag, seen(done))).collect()
}

const NO_TIME: Option<Duration> = Some(Duration::ZERO);

#[test]
fn when_time_is_up_open_bags_and_one_sealed_bag_are_read_and_the_rest_is_left() {
    let fixture = Fixture::new();
    // A second open bag, which nobody registered: open bags are all read, whatever the time.
    fs::create_dir_all(fixture.at("open/2026/000004/data")).expect("made");
    fs::write(fixture.at("open/2026/000004/data/x"), b"x").expect("written");
    let report = run(&fixture, Options { deadline: NO_TIME, ..Options::default() });
    assert_eq!(lines(&report), ["K0106 extra open/2026/000004/data/x"]);
    assert_eq!((report.covered.bags, report.covered.left_bags, report.skipped), (3, 1, 1));
    assert_eq!((report.covered.files, report.covered.earlier_bags), (7, 0));
    assert!(report.expired && !report.complete && !report.cancelled);
    fs::remove_dir_all(fixture.at("open/2026/000004")).expect("removed");
    let report = run(&fixture, Options { deadline: NO_TIME, ..Options::default() });
    assert_eq!(report.exit_status(), ExitStatus::Stopped);
    // One sealed bag is always finished; if that is all there is, nothing was left.
    let scope = Scope { year: Some(YEAR), bag: Some(1), part: false };
    let one = run(&fixture, Options { deadline: NO_TIME, scope, ..Options::default() });
    assert_eq!((one.exit_status(), one.covered.left_bags), (ExitStatus::Clean, 0));
    assert!(one.complete && !one.expired);
    let far = Some(Duration::from_secs(1 << 40));
    let all = run(&fixture, Options { deadline: far, ..Options::default() });
    assert_eq!((all.exit_status(), all.covered.files), (ExitStatus::Clean, 11));
    // Damage in what was read is told also if there was no time for the rest.
    fixture.edit(&fixture.file(9), |bytes| bytes.push(0));
    let report = run(&fixture, Options { deadline: NO_TIME, ..Options::default() });
    assert_eq!(report.exit_status(), ExitStatus::Findings);
}

#[test]
fn what_an_earlier_run_verified_is_passed_over_as_long_as_it_is_the_same() {
    let fixture = Fixture::new();
    let first = run(&fixture, Options::default());
    let bags: Vec<BagId> = first.bags.iter().map(|done| done.bag).collect();
    assert_eq!(bags, [bag(1), bag(2)], "open bags change and are never passed over");
    assert!(first.bags.iter().all(|done| done.clean && done.files == 4 && done.bytes > 20_000));
    let known = &first.bags[..1];
    let told = AtomicU32::new(0);
    let progress = |p: Progress| {
        told.fetch_add(1, Ordering::SeqCst);
        assert_eq!(p.total_files, 7, "what is passed over is not to be read");
        assert_eq!(p.total_bytes, p.bytes);
    };
    let second = run(
        &fixture,
        Options {
            history: history(known, true),
            on_progress: Some(&progress),
            ..Options::default()
        },
    );
    assert_eq!(told.into_inner(), 1, "so few files are only told at the end");
    assert_eq!(second.exit_status(), ExitStatus::Clean);
    assert_eq!((second.covered.files, second.covered.bags, second.skipped), (7, 2, 0));
    assert_eq!((second.covered.earlier_bags, second.covered.earlier_files), (1, 4));
    let earlier = Earlier {
        bag: bag(1),
        files: 4,
        bytes: first.bags[0].bytes,
        at: "2026-11-01T08:00:00+07:00".to_owned(),
        report: "reports/1.jsonl".to_owned(),
    };
    assert_eq!(second.earlier, [earlier]);
    assert_eq!(second.bags.len(), 1, "only what was read now is told as read");
    // Seen, but too long ago: it is read again.
    let again = Options { history: history(known, false), ..Options::default() };
    assert_eq!(run(&fixture, again).covered.files, 11);
    // With no time for anything what was verified before still counts; bag 2 is then the one that is read.
    let limited =
        Options { history: history(known, true), deadline: NO_TIME, ..Options::default() };
    let limited = run(&fixture, limited);
    assert_eq!((limited.exit_status(), limited.covered.earlier_bags), (ExitStatus::Clean, 1));
    // Both were seen, none counts any more, no time: the one that was not read lately is read first.
    let mut seen = history(&first.bags, false);
    if let Some(first) = seen.get_mut(&bag(1)) {
        "2026-11-02".clone_into(&mut first.at);
    }
    let limited = run(&fixture, Options { history: seen, deadline: NO_TIME, ..Options::default() });
    assert_eq!(limited.bags.iter().map(|done| done.bag).collect::<Vec<_>>(), [bag(2)]);
    // A damaged file in a bag that was seen is not found without reading; a changed manifest is.
    fixture.edit_text("bags/2026/000001/manifest-sha256.txt", |text| format!("{text}x\n"));
    let changed = run(&fixture, Options { history: history(known, true), ..Options::default() });
    assert_eq!((changed.covered.earlier_bags, changed.covered.files), (0, 11));
    assert_eq!(changed.exit_status(), ExitStatus::Findings);
    assert!(!changed.bags[0].clean && changed.bags[1].clean);
    // An open bag that somebody says was seen is read all the same.
    let state = first.bags[0].state;
    let lie = BagDone { bag: bag(3), state, ..first.bags[0].clone() };
    let open = run(&fixture, Options { history: history(&[lie], true), ..Options::default() });
    assert_eq!(open.covered.files, 11);
}

#[test]
fn bags_that_could_not_be_read_to_the_end_or_were_only_measured_do_not_count_as_seen() {
    let fixture = Fixture::new();
    let name = fixture.path(2);
    let world = Hooked::new(move |op, at| match op {
        Op::Open if at.to_string_lossy().ends_with(&name) => {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        _ => Ok(()),
    });
    let report = fixture.verify_in(&world);
    assert_eq!(report.bags.iter().map(|done| done.bag).collect::<Vec<_>>(), [bag(2)]);
    let clean = |break_it: &dyn Fn(&Fixture)| {
        let fixture = Fixture::new();
        break_it(&fixture);
        fixture.verify().bags.iter().map(|done| done.clean).collect::<Vec<_>>()
    };
    assert_eq!(clean(&|_| {}), [true, true]);
    assert_eq!(clean(&|f| f.edit(&f.file(1), |b| b[9] ^= 1)), [false, true], "a changed file");
    let stray = |f: &Fixture| fs::write(f.at("bags/2026/000001/data/x"), b"x").expect("written");
    assert_eq!(clean(&stray), [false, true], "a strange file");
    let empty = |f: &Fixture| fs::create_dir(f.at("bags/2026/000001/data/x")).expect("made");
    assert_eq!(clean(&empty), [false, true], "an empty folder");

    let quick = run(&fixture, Options { quick: true, ..Options::default() });
    assert_eq!((quick.bags.len(), quick.covered.files, quick.covered.bytes), (0, 11, 0));
    assert_eq!(quick.exit_status(), ExitStatus::Stopped);
    assert!(quick.quick && !quick.complete && !quick.cancelled && !quick.expired);
    assert!(fixture.verify().covered.bytes > 50_000);
    fixture.edit(&fixture.file(2), |bytes| bytes[5] ^= 1);
    let same_length = run(&fixture, Options { quick: true, ..Options::default() });
    assert_eq!(lines(&same_length), [""; 0]);
    fixture.edit(&fixture.file(2), |bytes| bytes.push(0));
    let longer = run(&fixture, Options { quick: true, ..Options::default() });
    assert_eq!(longer.exit_status(), ExitStatus::Findings);
}

/// The register of a fixture that is asked about some documents only.
struct Wanted<'a>(&'a Register, &'a [u64]);

impl RegisterView for Wanted<'_> {
    fn bags(&self) -> Result<Vec<BagId>> {
        self.0.bags()
    }
    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        self.0.files(bag, &mut |known| {
            each(Known { wanted: self.1.contains(&known.document.seq), ..known })
        })
    }
    fn numbers(&self, _: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        Ok(())
    }
    fn totals(&self) -> Result<(u64, u64)> {
        self.0.totals()
    }
}

#[test]
fn a_check_of_some_documents_judges_nothing_else() {
    let fixture = Fixture::new();
    let part = |world: &dyn World, fixture: &Fixture, wanted: &[u64]| {
        let scope = Scope { part: true, ..Scope::ALL };
        let view = Wanted(&fixture.register, wanted);
        verify(world, &fixture.root, &view, Options { scope, ..Options::default() })
            .expect("verified")
    };
    let report = part(&fixture.world, &fixture, &[2, 10]);
    assert_eq!((report.covered.files, report.covered.bags), (2, 2));
    assert_eq!((report.covered.left_bags, report.skipped), (0, 0));
    assert_eq!((report.exit_status(), report.bags.len()), (ExitStatus::Clean, 0));
    // Damage to others, strange files, damaged tag files: not asked for.
    fixture.edit(&fixture.file(3), |bytes| bytes.push(0));
    fs::write(fixture.at("bags/2026/000001/data/x"), b"x").expect("written");
    fs::remove_file(fixture.at("bags/2026/000001/bagit.txt")).expect("removed");
    fs::create_dir(fixture.at("bags/2026/000001/data/empty")).expect("made");
    let report = part(&fixture.world, &fixture, &[2, 10]);
    assert_eq!((lines(&report), report.exit_status()), (Vec::new(), ExitStatus::Clean));
    assert_eq!(fixture.verify().findings.len(), 4);
    // Damage to what is asked for is told, also where the bag's folder cannot be listed.
    let report = part(&fixture.world, &fixture, &[3]);
    assert_eq!(lines(&report), [format!("K0105 longer [03/KH-SNV] {}", fixture.path(3))]);
    let refusing = Hooked::new(|op, at| match op {
        Op::List if at.ends_with("bags/2026/000001/data") => {
            Err(io::ErrorKind::PermissionDenied.into())
        }
        _ => Ok(()),
    });
    let report = part(&refusing, &fixture, &[2]);
    assert_eq!(lines(&report), [format!("K0301 unreadable [02/KH-SNV] {}", fixture.path(2))]);
    assert_eq!((report.skipped, report.covered.files), (1, 0));
    // The bag is gone: the document is missing, the bag is not the question.
    fs::remove_dir_all(fixture.at("bags/2026/000002")).expect("removed");
    let report = part(&fixture.world, &fixture, &[6]);
    assert_eq!(lines(&report), [format!("K0101 missing [06/KH-SNV] {}", fixture.path(6))]);
    assert_eq!(report.covered.files, 1);
}

#[test]
fn a_bag_that_is_gone_is_counted_and_one_that_cannot_be_seen_is_not_called_gone() {
    let fixture = Fixture::new();
    fs::remove_dir_all(fixture.at("bags/2026/000002")).expect("removed");
    let report = fixture.verify();
    assert_eq!((report.findings.len(), report.covered.files, report.skipped), (5, 11, 0));
    let refusing = Hooked::new(|op, at| match op {
        Op::Stat if at.ends_with("bags/2026/000002") => Err(io::ErrorKind::PermissionDenied.into()),
        _ => Ok(()),
    });
    let report = fixture.verify_in(&refusing);
    assert_eq!(lines(&report), ["K0301 unreadable bags/2026/000002"]);
    assert_eq!((report.covered.files, report.skipped), (7, 1));
    assert_eq!(report.exit_status(), ExitStatus::CouldNotCheck);
}

#[test]
fn a_crash_in_a_bag_leaves_each_of_its_files_and_the_bag_without_a_verdict() {
    let fixture = Fixture::new();
    let world = Hooked::new(|op, at| {
        assert!(op != Op::List || !at.ends_with("bags/2026/000002/data"), "on purpose");
        Ok(())
    });
    let report = fixture.verify_in(&world);
    assert_eq!(lines(&report), ["K0303 check-crashed bags/2026/000002"]);
    assert_eq!((report.covered.files, report.skipped), (7, 5));
}

#[test]
fn more_bags_than_are_read_at_once_are_all_read() {
    let fixture = Fixture::new();
    for n in 10..20 {
        fs::create_dir_all(fixture.at(&format!("bags/2026/{n:06}"))).expect("made");
    }
    let report = run(&fixture, Options { io: 1, threads: 1, ..Options::default() });
    assert_eq!((report.covered.bags, report.covered.files), (13, 11));
    let foreign = report.findings.iter().filter(|f| f.class == Class::BagForeign).count();
    assert_eq!(foreign, 10);
}

/// A register of a hundred thousand and ten rows with the same number.
struct Repeats;

impl RegisterView for Repeats {
    fn bags(&self) -> Result<Vec<BagId>> {
        Ok(Vec::new())
    }
    fn files(&self, _: BagId, _: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        Ok(())
    }
    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        (1..=100_011u64).try_for_each(|seq| {
            let date = jiff::civil::date(YEAR, 1, 2);
            let code = format!("{seq}/KH");
            let series = "KH".to_owned();
            let document = DocumentId { seq, code, series, year: YEAR, number: 1, date };
            each(Given { document, state: State::Void, files: 0 })
        })
    }
    fn totals(&self) -> Result<(u64, u64)> {
        Ok((0, 0))
    }
}

#[test]
fn beyond_a_hundred_thousand_findings_are_counted_only() {
    let fixture = Fixture::new();
    let scope = Scope { year: Some(YEAR), bag: None, part: false };
    for side in ["bags", "open"] {
        fs::remove_dir_all(fixture.at(side).join("2026")).expect("removed");
    }
    let options = Options { scope, ..Options::default() };
    let report = verify(&fixture.world, &fixture.root, &Repeats, options).expect("verified");
    assert_eq!((report.findings.len(), report.counts.wrong), (100_000, 100_010));
    assert_eq!(report.more, BTreeMap::from([("K0401".to_owned(), 10)]));
    assert_eq!(report.covered.numbers, 100_011);
    assert_eq!(report.exit_status(), ExitStatus::Findings);
}

#[test]
fn the_state_of_a_bag_is_its_manifests_and_its_rows() {
    let state = |change: &dyn Fn(&mut Fixture)| {
        let mut fixture = Fixture::new();
        change(&mut fixture);
        fixture.verify().bags.first().map(|done| (done.bag, done.state))
    };
    let same: Option<(BagId, Digest)> = state(&|_| {});
    assert_eq!(same.map(|(bag, _)| bag), Some(bag(1)));
    assert_eq!(same, state(&|f| f.edit(&f.file(1), |bytes| bytes.push(0))), "not its files");
    for path in ["manifest-sha256.txt", "tagmanifest-sha256.txt"] {
        let path = format!("bags/2026/000001/{path}");
        assert_ne!(same, state(&|f| f.edit_text(&path, |text| text + "\n")), "{path}");
        let gone = state(&|f| fs::remove_file(f.at(&path)).expect("removed"));
        assert_eq!(
            gone.map(|(bag, _)| bag),
            Some(bag(2)),
            "without {path} it is never passed over"
        );
    }
    let row = |change: &dyn Fn(&mut vanthu::archive::FileRef)| {
        state(&|f| change(f.register.rows[0].file.as_mut().expect("a file")))
    };
    assert_ne!(same, row(&|file| file.size += 1));
    assert_ne!(same, row(&|file| file.sha256 = Digest([1; 32])));
    assert_ne!(same, row(&|file| file.at.path.push('x')));
    assert_ne!(same, state(&|f| f.register.rows[0].given.document.seq = 99));
}

#[test]
fn a_check_that_is_stopped_at_its_very_end_is_not_clean() {
    let fixture = Fixture::new();
    let cancel = std::sync::atomic::AtomicBool::new(false);
    let stop = |_: Progress| cancel.store(true, Ordering::SeqCst);
    let options = Options { on_progress: Some(&stop), cancel: Some(&cancel), ..Options::default() };
    let report = run(&fixture, options);
    assert_eq!((report.covered.files, report.skipped), (11, 0), "all was read by then");
    assert!(report.cancelled && !report.complete);
    assert_eq!(report.exit_status(), ExitStatus::Stopped);
}

#[test]
fn faults_of_rows_and_tag_files_have_their_own_class() {
    let found = |change: &dyn Fn(&mut Fixture)| {
        let mut fixture = Fixture::new();
        change(&mut fixture);
        lines(&fixture.verify())
    };
    let row = |f: &mut Fixture, size: u64| {
        f.register.rows[10].file.as_mut().expect("a file").size = size;
        f.path(11)
    };
    // Right bytes under a wrong size are not another document's.
    let path = Fixture::new().path(11);
    let mut wrong = found(&|f| drop(row(f, 9_999)));
    // The manifest lists these bytes, and the row does not fit them.
    assert_eq!(wrong.pop(), Some(format!("K0841 resealed [03/TB-HĐTĐ] {path}")));
    assert_eq!(wrong, [format!("K0103 truncated [03/TB-HĐTĐ] {path}")]);
    let nothing = |f: &mut Fixture| {
        row(f, 0);
        f.edit(&f.file(11), Vec::clear);
    };
    assert_eq!(found(&nothing), [format!("K0102 modified [03/TB-HĐTĐ] {path}")]);
    let tags = "bags/2026/000001/tagmanifest-sha256.txt";
    let linked = |f: &mut Fixture| {
        fs::hard_link(f.at(tags), f.root.with_file_name("second")).expect("linked");
    };
    assert_eq!(found(&linked), [format!("K0202 hard-link {tags}")]);
    let manifest = "bags/2026/000001/manifest-sha256.txt";
    let torn = |f: &mut Fixture| f.edit_text(manifest, |text| text.trim_end().to_owned());
    let torn = found(&torn);
    assert!(torn.contains(&format!("K0505 manifest-line-malformed {manifest}:4")), "{torn:?}");
    let guide = |f: &mut Fixture| {
        fs::remove_file(f.at("DOC-TOI.txt")).expect("removed");
        fs::create_dir(f.at("DOC-TOI.txt")).expect("made");
    };
    assert_eq!(found(&guide), ["K0703 guide-missing DOC-TOI.txt"]);
    let staging = |f: &mut Fixture| fs::remove_dir(f.at("staging")).expect("removed");
    assert_eq!(found(&staging), ["K0704 folder-missing staging"]);
}
