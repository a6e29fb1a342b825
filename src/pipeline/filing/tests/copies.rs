//! Repair, rebuild, backup and the entering of a check's result, killed or refused at every write: the next run ends
//! what was begun.

use std::sync::Arc;

use super::crash::{Fault, Faulty, Plan};
use super::*;
use crate::pipeline::{
    Asked, BackupRequest, Leave, Mark, Purpose, RepairRequest, Request as Asking, Ticket,
    Workspace, backup, plan, rebuild, repair, single_steps, verify as verify_office,
    verify_and_keep,
};
use crate::register::{ActFilter, Kind};

const CONFIG: &str = "[organ]\nname = \"SỞ NỘI VỤ\"\nparent = \"UBND TỈNH A\"\nin_text = \"Sở Nội vụ\"\ncode = \"SNV\"\nplace = \"A\"
[signers.gd]\nposition = \"GIÁM ĐỐC\"\nname = \"Lê Thị Minh Châu\"
[defaults]\nsigner = \"gd\"\narchive_copy = \"VT, VP\"\nunit = \"VP\"\n[options]\nbag_size = 2\n";
const LETTER: &str = "---\nloai: cong-van\ntrich-yeu: mời dự họp\nkinh-gui: \"{{don_vi}}\"\nnoi-nhan: [Như trên]\n---\nSở Nội vụ mời {{don_vi}} dự họp.\n";

pub(super) fn copy_tree(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("an entry");
        let inside = entry.path().strip_prefix(from).expect("inside");
        if entry.file_type().is_dir() {
            fs::create_dir_all(to.join(inside)).expect("a folder");
        } else {
            fs::copy(entry.path(), to.join(inside)).expect("copied");
        }
    }
}

pub(super) fn workspace<'w>(world: &'w dyn World, dir: &Path) -> Workspace<'w> {
    Workspace::open(world, dir, world.today()).expect("an office")
}

/// An office with five letters in three bags of two.
pub(super) fn letters() -> tempfile::TempDir {
    let (dir, world) = (folder(), system());
    fs::write(dir.path().join("vanthu.toml"), CONFIG).expect("written");
    fs::write(dir.path().join("thu.md"), LETTER).expect("written");
    fs::write(dir.path().join("a.csv"), "Đơn vị\nA\nB\nC\nD\nE\n").expect("written");
    let office = workspace(&world, dir.path());
    let (source, data) = (dir.path().join("thu.md"), dir.path().join("a.csv"));
    let steps = single_steps(&[source], Some(&data), None);
    let plan = plan(&office, steps, Purpose::Issue(None), &|_| {}).expect("plans");
    assert!(!plan.is_blocked(), "{:?}", plan.findings);
    let ticket = Ticket { job: "thu".into(), title: "thu".into(), wait: NO_WAIT };
    let report = crate::pipeline::issue(&office, &plan, &ticket, &|_| {}).expect("issues");
    assert_eq!(report.lines.len(), 5);
    dir
}

fn documents(dir: &Path) -> Vec<PathBuf> {
    let all = snapshot(&dir.join(ARCHIVE)).into_keys();
    all.filter(|p| p.extension().is_some_and(|e| e == "docx") && !p.starts_with(QUARANTINE))
        .map(|p| dir.join(ARCHIVE).join(p))
        .collect()
}

const QUARANTINE: &str = "quarantine";

fn assert_clean(dir: &Path) {
    let world = system();
    let found = verify_office(&workspace(&world, dir), Default::default(), NO_WAIT);
    let found = found.expect("verifies");
    assert!(found.is_clean(), "{:?} {:?}", found.report.findings, found.rows);
}

/// Runs `act` with a fault at every operation that changes something, each time in a fresh copy.
pub(super) fn at_every_operation(
    office: &Path,
    fault: Fault,
    step: usize,
    act: &dyn Fn(&Faulty, &Path) -> Result<()>,
    check: &dyn Fn(&Path, bool),
) {
    for at in (1..).step_by(step) {
        let dir = folder();
        copy_tree(office, dir.path());
        let world = Faulty { inner: system(), plan: Plan::new(at, fault) };
        let end = act(&world, dir.path());
        let struck = Arc::clone(&world.plan).has_struck();
        eprintln!("{fault:?} at {at}: {:?}", end.as_ref().err().map(|f| &f.message.en));
        check(dir.path(), end.is_ok());
        if !struck {
            assert!(at > 5, "{at}");
            break;
        }
    }
}

const FAULTS: [(Fault, usize); 4] = [
    (Fault::Kill { half: true }, 1),
    (Fault::Kill { half: false }, 3),
    (Fault::PowerCut, 2),
    (Fault::Refuse { kind: std::io::ErrorKind::StorageFull, half: true }, 3),
];

#[test]
fn a_repair_that_is_cut_short_is_ended_by_the_next_and_registered() {
    let office = letters();
    let files = documents(office.path());
    let good: Vec<Vec<u8>> = files.iter().map(|p| fs::read(p).expect("a file")).collect();
    // One lost, one changed, one tag file damaged.
    fs::remove_file(&files[0]).expect("gone");
    for path in [&files[2], &office.path().join("archive/bags/2026/000001/bag-info.txt")] {
        fs::remove_file(path).expect("gone");
        fs::write(path, "xấu").expect("written");
    }
    let inside = |n: usize| files[n].strip_prefix(office.path()).expect("inside").to_owned();
    let request = RepairRequest { wait: NO_WAIT, ..RepairRequest::default() };
    let act = |world: &Faulty, dir: &Path| repair(&workspace(world, dir), &request).map(drop);
    let check = |dir: &Path, _: bool| {
        let world = system();
        let done = repair(&workspace(&world, dir), &request).expect("repairs");
        assert!(done.is_whole(), "{:?}", done.remains);
        for n in [0, 2] {
            assert_eq!(fs::read(dir.join(inside(n))).expect("back"), good[n]);
        }
        let aside = snapshot(&dir.join("archive/quarantine"));
        let bad = aside.values().filter(|b| b.as_slice() == "xấu".as_bytes()).count();
        assert_eq!(bad, 2, "evidence is kept, once: {:?}", aside.keys());
        assert_clean(dir);
        // Every file that was put back is named by an act.
        let register = read_register(dir).expect("reads").expect("is there");
        let (mut named, mut filter) = (String::new(), ActFilter::default());
        filter.kinds.push(Kind::Repair);
        let mut add = |a: crate::register::Acted| {
            named.push_str(&serde_json::to_string(&a.act.data).expect("JSON"));
            Ok(())
        };
        register.acts(&filter, &mut add).expect("acts");
        for n in [0, 2] {
            assert!(named.contains(&sha256(&good[n]).to_hex()), "{n}: {named}");
        }
    };
    for (fault, step) in FAULTS {
        at_every_operation(office.path(), fault, step, &act, &check);
    }
}

#[test]
fn a_rebuild_that_is_cut_short_is_ended_by_the_next() {
    let office = letters();
    fs::remove_file(office.path().join(REGISTER)).expect("gone");
    let act = |world: &Faulty, dir: &Path| rebuild(&workspace(world, dir), None, NO_WAIT).map(drop);
    let check = |dir: &Path, _: bool| {
        let world = system();
        let office = workspace(&world, dir);
        if !dir.join(REGISTER).exists() {
            let done = rebuild(&office, None, NO_WAIT).expect("rebuilds");
            assert!(done.is_whole() && done.is_proven, "{:?}", done.losses);
        }
        let filing = Filing::open(&world, dir, &office.office, NO_WAIT).expect("opens");
        let count = filing.register().entries(&Filter::default(), &mut |_| Ok(()));
        assert_eq!(count.expect("entries"), 5);
        drop(filing);
        assert_clean(dir);
    };
    for (fault, step) in FAULTS {
        at_every_operation(office.path(), fault, step, &act, &check);
    }
}

#[test]
fn a_backup_that_is_cut_short_says_so_and_is_ended_by_the_next() {
    let office = letters();
    let world = system();
    // The last backup, and a letter after it.
    let outside = folder();
    let request = |dir: &Path| BackupRequest { to: dir.join("b"), with_key: false, wait: NO_WAIT };
    let done = backup(&workspace(&world, office.path()), &request(outside.path()));
    assert!(done.expect("backs up").verified.is_some_and(|v| v.is_clean()));
    fs::write(office.path().join("moi.md"), "x").expect("written");
    let both = folder();
    copy_tree(office.path(), &both.path().join("o"));
    copy_tree(&outside.path().join("b"), &both.path().join("b"));
    let act = |world: &Faulty, dir: &Path| {
        backup(&workspace(world, &dir.join("o")), &request(dir)).map(drop)
    };
    let check = |dir: &Path, was_done: bool| {
        let world = system();
        let copy = dir.join("b");
        let mark = Mark::read(&world, &copy).expect("reads").expect("a mark stays");
        assert!(mark.is_complete || !was_done);
        if mark.is_complete {
            assert_clean(&copy);
        }
        let refused = Filing::open(&world, &copy, &office_of(&copy), NO_WAIT);
        assert!(refused.is_err(), "nothing is entered in a copy");
        let done = backup(&workspace(&world, &dir.join("o")), &request(dir)).expect("backs up");
        assert!(done.verified.is_some_and(|v| v.is_clean()) && done.unfinished.is_none());
        assert!(Mark::read(&world, &copy).expect("reads").expect("a mark").is_complete);
        let halves: Vec<_> = snapshot(&copy).into_keys().collect();
        let is_half = |p: &PathBuf| p.display().to_string().contains("tmp");
        assert!(!halves.iter().any(is_half), "{halves:?}");
        assert_clean(&dir.join("o"));
    };
    for (fault, step) in FAULTS {
        at_every_operation(both.path(), fault, step, &act, &check);
    }
}

#[test]
fn a_check_that_is_cut_short_leaves_an_office_that_can_be_checked() {
    let office = letters();
    let request = || Asking {
        asked: Asked::default(),
        leave: Leave::default(),
        max_duration: None,
        anchor: None,
        quick: false,
        threads: 1,
        io: 1,
        wait: NO_WAIT,
        log: true,
        on_progress: None,
        cancel: None,
    };
    let act = |world: &Faulty, dir: &Path| {
        let checked = verify_and_keep(&workspace(world, dir), &request())?;
        checked.kept.failure.map_or(Ok(()), Err)
    };
    let check = |dir: &Path, was_kept: bool| {
        // Whatever the first check left is no fault, and what it entered is what it wrote.
        let world = system();
        let checked = verify_and_keep(&workspace(&world, dir), &request()).expect("verifies");
        assert!(checked.verified.is_clean(), "{:?}", checked.verified.report.findings);
        assert!(checked.kept.failure.is_none() && checked.kept.act.is_some());
        assert_clean(dir);
        let register = read_register(dir).expect("reads").expect("is there");
        let filter = ActFilter { kinds: vec![Kind::Verify], ..ActFilter::default() };
        let mut entered = Vec::new();
        let mut add = |a: crate::register::Acted| {
            let word = |key: &str| a.act.data[key].as_str().expect("a word").to_owned();
            entered.push((word("file"), word("report")));
            Ok(())
        };
        register.acts(&filter, &mut add).expect("acts");
        assert!(entered.len() > usize::from(was_kept) && entered.len() <= 2, "{entered:?}");
        for (file, digest) in entered {
            let bytes = fs::read(dir.join("archive/reports").join(&file)).expect("the report");
            assert_eq!(sha256(&bytes).to_hex(), digest, "{file}");
        }
        let office = workspace(&world, dir);
        let filing = Filing::open(&world, dir, &office.office, NO_WAIT).expect("opens");
        let count = filing.register().entries(&Filter::default(), &mut |_| Ok(()));
        assert_eq!(count.expect("entries"), 5);
    };
    for (fault, step) in FAULTS {
        at_every_operation(office.path(), fault, step.min(2), &act, &check);
    }
}

fn office_of(dir: &Path) -> Office {
    let world = system();
    workspace(&world, dir).office
}
