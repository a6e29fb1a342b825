//! The power goes at every single writing operation; nothing that was committed may be lost.

use std::path::Path;

use vanthu::archive::verify::{ExitStatus, Options, verify};
use vanthu::archive::{Archive, BagId, FileName};
use vanthu::diagnostic::Result;
use vanthu::world::World;

use super::fixture::{Register, YEAR, content, lines};
use super::world::Mortal;

const DOCUMENTS: u32 = 11;
const BATCH: u32 = 3;
const BAG_SIZE: u32 = 4;

fn seal_full(archive: &Archive<'_>, register: &Register) -> Result<()> {
    for open in archive.open_bags()? {
        let known = register.files_of(open.id);
        if archive.is_full(known.len() as u32) {
            archive.seal(open.id, &known, &register.csv(open.id))?;
        }
    }
    Ok(())
}

/// Opens the archive after whatever happened.
fn recover<'w>(world: &'w dyn World, root: &Path, register: &Register) -> Result<Archive<'w>> {
    let archive = Archive::create(world, root)?.with_bag_size(BAG_SIZE);
    for open in archive.open_bags()? {
        archive.recover(open.id, &register.files_of(open.id))?;
    }
    seal_full(&archive, register)?;
    archive.clear_staging()?;
    Ok(archive)
}

/// Issues what is not issued yet, batch by batch. The register in memory is what SQLite would have kept.
fn issue(archive: &Archive<'_>, register: &mut Register) -> Result<()> {
    while (register.rows.len() as u32) < DOCUMENTS {
        let first = register.rows.len() as u32 + 1;
        let numbers: Vec<u32> = (first..=DOCUMENTS).take(BATCH as usize).collect();
        let bags = archive.allocate(YEAR, numbers.len(), register.last())?;
        let mut files = Vec::new();
        for (&number, &bag) in numbers.iter().zip(&bags) {
            let name = FileName { series: "SNV:ke-hoach", number, extension: "docx" };
            files.push(archive.stage("lo", bag, name, &content(number))?);
        }
        archive.settle("lo", &files)?;
        for (&number, file) in numbers.iter().zip(&files) {
            register.commit("SNV:ke-hoach", "KH-SNV", number, file.clone());
        }
        archive.record(&files)?;
        seal_full(archive, register)?;
        archive.end_batch("lo")?;
    }
    Ok(())
}

fn assert_whole(root: &Path, register: &Register, what: &str) {
    let world = vanthu::world::System::new(Some(super::fixture::TODAY));
    let report = verify(&world, root, register, Options::default()).expect("verified");
    // What was never committed may wait in quarantine.
    let found: Vec<_> = lines(&report).into_iter().filter(|l| !l.starts_with("K0702")).collect();
    assert_eq!(found, [""; 0], "{what}");
    assert_eq!(report.exit_status(), ExitStatus::Clean, "{what}");
    assert_eq!(report.covered.files, register.rows.len() as u64, "{what}");
}

/// Runs until the power goes after `lives` writing operations, then what comes after. False if it never went.
fn live_and_die(lives: i64, second: Option<i64>) -> bool {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("archive");
    let mut register = Register::default();
    let world = Mortal::new(lives);
    let ended = recover(&world, &root, &register).and_then(|a| issue(&a, &mut register));
    let died = world.is_dead();
    assert_eq!(ended.is_err(), died, "{lives}: {ended:?}");
    world.cut();
    if let Some(second) = second {
        let world = Mortal::new(second);
        let _ = recover(&world, &root, &register).and_then(|a| issue(&a, &mut register));
        world.cut();
    }
    let what = format!("died at {lives}, then at {second:?}");
    let world = Mortal::new(i64::MAX);
    let archive = recover(&world, &root, &register).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_whole(&root, &register, &what);
    issue(&archive, &mut register).unwrap_or_else(|e| panic!("{what}: {e}"));
    assert_whole(&root, &register, &what);
    let sealed = (1..=2).all(|number| archive.is_sealed(BagId { year: YEAR, number }));
    assert!(sealed, "{what}: full bags are sealed");
    died
}

#[test]
fn nothing_committed_is_lost_wherever_the_power_goes() {
    let mut lives = 0;
    while live_and_die(lives, None) {
        lives += 1;
    }
    assert!(lives > 60, "only {lives} operations were tried");
}

#[test]
fn the_power_may_go_again_during_recovery() {
    for lives in (0..160).step_by(13) {
        for second in 0..8 {
            live_and_die(lives, Some(second * 3));
        }
    }
}

#[test]
fn recovery_a_second_time_changes_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("archive");
    let mut register = Register::default();
    let world = Mortal::new(40);
    let _ = recover(&world, &root, &register).and_then(|a| issue(&a, &mut register));
    world.cut();
    let world = Mortal::new(i64::MAX);
    let tree = |root: &Path| {
        let mut all: Vec<_> = walkdir::WalkDir::new(root)
            .into_iter()
            .map(|e| e.expect("entry").into_path())
            .map(|p| (p.clone(), std::fs::read(&p).unwrap_or_default()))
            .collect();
        all.sort();
        all
    };
    recover(&world, &root, &register).expect("recovered");
    let once = tree(&root);
    recover(&world, &root, &register).expect("recovered");
    assert!(once == tree(&root));
}
