//! The log of an office under filing: what it covers, what it costs, what is made again.

use super::*;
use crate::archive::log::Reader;
use crate::archive::verify::Class;
use crate::pipeline::ledger::RegisterLeaves;

fn found(filing: &Filing<'_>) -> Vec<(Class, String)> {
    let options = verify::Options { threads: 1, ..Default::default() };
    let root = filing.archive.root();
    let report = verify::verify(filing.world, root, &Ledger(filing.register()), options);
    report.expect("verifies").findings.into_iter().map(|f| (f.class, f.path)).collect()
}

#[test]
fn full_tiles_that_are_damaged_are_found_and_made_again() {
    let (world, dir) = (system(), folder());
    let mut filing = open(&world, dir.path(), 1000).expect("opens");
    issue(&mut filing, "a", &wants("a", 600)).expect("issues");
    assert_eq!(found(&filing), []);
    let log = dir.path().join(ARCHIVE).join("log");
    let flip = |path: &str, at: usize| {
        let mut bytes = fs::read(log.join(path)).expect("read");
        bytes[at] ^= 8;
        fs::write(log.join(path), bytes).expect("written");
    };
    flip("tile/0/001", 4000);
    flip("tile/1/000.p/2", 40);
    flip("tile/entries/000", 9000);
    fs::remove_file(log.join("tile/entries/001")).expect("removed");
    let expected = [
        (Class::TileChanged, "log/tile/0/001".to_owned()),
        (Class::TileChanged, "log/tile/1/000.p/2".to_owned()),
        (Class::TileChanged, "log/tile/entries/000".to_owned()),
        (Class::TileMissing, "log/tile/entries/001".to_owned()),
    ];
    assert_eq!(found(&filing), expected);
    let register = &filing.register;
    let rebuilt = filing.log.rebuild(&RegisterLeaves(register.as_ref())).expect("made again");
    assert_eq!(rebuilt.len(), 4, "{rebuilt:?}");
    let after = found(&filing);
    assert_eq!(after, [(Class::Quarantine, "quarantine".to_owned())], "what was damaged is kept");
}

#[test]
fn an_entry_is_under_the_checkpoint_as_soon_as_it_is_acknowledged() {
    let (world, dir) = (system(), folder());
    let mut filing = open(&world, dir.path(), 2).expect("opens");
    for job in ["a", "b", "c"] {
        let outcome = issue(&mut filing, job, &wants(job, 3)).expect("issues");
        assert!(outcome.unfinished.is_none());
        let head = filing.register().head().expect("head");
        let signed = filing.log().checkpoint().expect("signed").clone();
        assert_eq!(signed.size, head);
        let root = dir.path().join(ARCHIVE);
        let known = keys::public(&world, &root).expect("keys").keys;
        let (note, published) =
            Reader::checkpoint(&world, &root, &known).expect("good").expect("there");
        assert_eq!(published, signed);
        for issued in outcome.issued {
            let reader = Reader::new(&world, &root, head);
            let proof = reader.prove(issued.seq - 1, &note, &known).expect("a proof");
            let leaf = String::from_utf8(proof.leaf.expect("a leaf")).expect("text");
            let file = issued.file.expect("a file");
            assert!(leaf.contains(&file.sha256.to_hex()), "{leaf}");
            assert!(!leaf.contains("Tuấn") && !leaf.contains("phong trào"), "no names: {leaf}");
        }
    }
}

#[test]
fn a_change_of_keys_that_is_cut_short_is_finished_or_forgotten() {
    use super::crash::{Fault, Faulty, Plan};
    for half in [false, true] {
        for step in 1.. {
            let dir = folder();
            let office = office(9);
            {
                let world = system();
                let mut filing = open(&world, dir.path(), 9).expect("opens");
                issue(&mut filing, "a", &wants("a", 2)).expect("issues");
            }
            let plan = Plan::new(step, Fault::Kill { half });
            let world = Faulty { inner: system(), plan: plan.clone() };
            let rotated = rotate_key(&world, dir.path(), &office, false, NO_WAIT);
            let world = system();
            let mut filing = open(&world, dir.path(), 9).expect("opens after the kill");
            let root = dir.path().join(ARCHIVE);
            let known = keys::public(&world, &root).expect("keys").keys;
            assert_eq!(known.last(), Some(filing.log().key()));
            if rotated.is_ok() {
                assert_eq!(known.len(), 2);
            }
            assert_eq!(found(&filing), []);
            issue(&mut filing, "b", &wants("b", 1)).expect("goes on");
            assert_eq!(found(&filing), []);
            assert!(!dir.path().join("vanthu.key.next").exists());
            if !plan.has_struck() {
                break;
            }
        }
    }
}
