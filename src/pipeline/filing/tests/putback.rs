//! The log alone put back to an older state: told and refused, unless it is just what a kill leaves.

use std::sync::Arc;

use serde_json::json;

use super::copies::{at_every_operation, copy_tree, letters, workspace};
use super::crash::{Fault, Faulty, Plan};
use super::*;
use crate::archive::verify::{Class, Options};
use crate::pipeline::verify as verify_office;
use crate::pipeline::verify::{Verdict, Verified};
use crate::register::Kind;

const LOG: &str = "archive/log";

fn note(day: i8) -> Entering {
    let mut act = Entering::new(Kind::Follow, Some(1), date(2026, 3, day));
    act.fields.insert("note".into(), json!("đã nhắc"));
    act
}

fn scan() -> Entering {
    let mut act = Entering::new(Kind::Attach, Some(1), date(2026, 3, 5));
    act.files.push(Attachment { bytes: b"%PDF-1".to_vec(), extension: "pdf", parts: None });
    act
}

fn enter(dir: &Path, world: &dyn World, act: Entering) {
    let office = workspace(world, dir).office;
    let mut filing = Filing::open(world, dir, &office, NO_WAIT).expect("opens");
    let entered = filing.enter(vec![act]).expect("enters");
    assert!(entered.unfinished.is_none(), "{:?}", entered.unfinished);
}

fn keep(dir: &Path, name: &str) -> PathBuf {
    let kept = dir.join(name);
    copy_tree(&dir.join(LOG), &kept);
    kept
}

/// A copy of an office whose log is another one.
fn with_log(office: &Path, log: &Path) -> tempfile::TempDir {
    let dir = folder();
    copy_tree(office, dir.path());
    fs::remove_dir_all(dir.path().join(LOG)).expect("gone");
    copy_tree(log, &dir.path().join(LOG));
    dir
}

fn look(dir: &Path, anchor: Option<&[u8]>) -> Verified {
    let world = system();
    let options = Options { anchor, ..Options::default() };
    verify_office(&workspace(&world, dir), options, NO_WAIT).expect("verifies")
}

/// It is told from which row on, and nothing is entered on top of it.
fn assert_told(dir: &Path, first: u64, anchor: Option<&[u8]>) {
    let before = snapshot(dir);
    let found = look(dir, anchor);
    assert_eq!(found.verdict(), Verdict::Tampered);
    assert!(found.mended.is_none(), "nothing is signed: {:?}", found.mended);
    let classes: Vec<Class> = found.report.findings.iter().map(|f| f.class).collect();
    assert!(classes.contains(&Class::LogBehind), "{classes:?}");
    assert!(!classes.contains(&Class::Unsigned), "{classes:?}");
    let why = found.report.findings.iter().find_map(|f| f.why.clone()).expect("a reason");
    assert_eq!(why.en, format!("from row {first} of the register on"));
    if anchor.is_none() {
        let world = system();
        let office = workspace(&world, dir).office;
        let refused = Filing::open(&world, dir, &office, NO_WAIT).err().expect("refused");
        assert_eq!(refused.kind, FailureKind::Tampered, "{refused}");
        assert!(refused.message.en.contains(&format!("rows {first} to ")), "{refused}");
        let rotated = rotate_key(&world, dir, &office, false, NO_WAIT);
        assert_eq!(rotated.expect_err("refused").kind, FailureKind::Tampered);
    }
    let mut after = snapshot(dir);
    // Readers of the register leave these two.
    for name in ["register.db-shm", "register.db-wal"] {
        after.remove(Path::new(name));
    }
    after.retain(|path, bytes| before.get(path) != Some(bytes));
    assert!(after.is_empty(), "nothing was written: {:?}", after.keys());
}

fn assert_mended(dir: &Path) {
    let found = look(dir, None);
    assert!(found.is_clean() && found.mended.is_some(), "{:?}", found.report.findings);
}

fn head(dir: &Path) -> u64 {
    read_register(dir).expect("reads").expect("is there").head().expect("head")
}

#[test]
fn a_log_put_back_alone_is_told_by_the_first_row_that_it_lacks() {
    let (office, logs, world) = (letters(), folder(), system());
    let dir = office.path();
    let mut kept = Vec::new();
    for (index, act) in [note(5), scan(), note(5), note(5), scan()].into_iter().enumerate() {
        let log = logs.path().join(index.to_string());
        copy_tree(&dir.join(LOG), &log);
        kept.push((log, head(dir) + 1));
        enter(dir, &world, act);
    }
    let newest = logs.path().join("newest");
    copy_tree(&dir.join(LOG), &newest);
    // All of them were entered within a second or two, and the last one has a file: its folder in
    // staging would still be there if it had been killed.
    for (log, first) in &kept {
        let copy = with_log(dir, log);
        assert_told(copy.path(), *first, None);
        // With the newest log in its place it goes on.
        fs::remove_dir_all(copy.path().join(LOG)).expect("gone");
        copy_tree(&newest, &copy.path().join(LOG));
        assert!(look(copy.path(), None).is_clean());
        enter(copy.path(), &world, note(5));
    }
    // A log that is gone altogether is not begun anew either.
    let copy = folder();
    copy_tree(dir, copy.path());
    fs::remove_dir_all(copy.path().join(LOG)).expect("gone");
    let office = workspace(&world, copy.path()).office;
    let refused = Filing::open(&world, copy.path(), &office, NO_WAIT).err().expect("refused");
    assert_eq!(refused.kind, FailureKind::Tampered, "{refused}");
    assert!(!copy.path().join(LOG).join("checkpoint").exists());
    let classes: Vec<Class> =
        look(copy.path(), None).report.findings.iter().map(|f| f.class).collect();
    assert!(classes.contains(&Class::CheckpointMissing), "{classes:?}");
}

#[test]
fn one_entry_is_enough_for_a_log_that_is_gone_to_be_missed() {
    let (dir, world) = (folder(), system());
    let mut filing = open(&world, dir.path(), 2).expect("opens");
    issue(&mut filing, "a", &wants("a", 1)).expect("issues");
    drop(filing);
    assert_eq!(head(dir.path()), 1);
    fs::remove_dir_all(dir.path().join(LOG)).expect("gone");
    let refused = open(&world, dir.path(), 2).err().expect("refused");
    assert_eq!(refused.kind, FailureKind::Tampered, "{refused}");
}

#[test]
fn acts_without_files_are_of_two_commands_by_where_the_newest_began() {
    let (office, world) = (letters(), system());
    let dir = office.path();
    let (log, first) = (keep(dir, "kept"), head(dir) + 1);
    // Both within one second, mostly: neither their times nor files tell them apart.
    enter(dir, &world, note(5));
    enter(dir, &world, note(5));
    assert_told(with_log(dir, &log).path(), first, None);
}

#[test]
fn put_back_by_one_act_without_files_only_an_anchor_or_a_day_tells() {
    let (office, world) = (letters(), system());
    let dir = office.path();
    enter(dir, &world, scan());
    let (log, first) = (keep(dir, "kept"), head(dir) + 1);
    // The next day's first act.
    let next_day = System::new(Some(date(2026, 3, 6)));
    enter(dir, &next_day, note(6));
    let anchor = fs::read(dir.join(LOG).join("checkpoint")).expect("a checkpoint");
    let before = fs::read(log.join("checkpoint")).expect("a checkpoint");
    let found = look(with_log(dir, &log).path(), Some(&before));
    assert!(
        found.is_clean() && found.mended.is_some(),
        "an anchor as old as the log tells nothing"
    );
    // It looks just as if that act had been killed before it was signed.
    assert_mended(with_log(dir, &log).path());
    assert_told(with_log(dir, &log).path(), first, Some(&anchor));
    // The day's own copy says that it was signed.
    let copy = with_log(dir, &log);
    let day = format!("{LOG}/checkpoint.d/2026-03-06");
    fs::copy(dir.join(&day), copy.path().join(&day)).expect("copied");
    assert_told(copy.path(), first, None);
    // What is signed again is what was signed before.
    let mended = with_log(dir, &log);
    assert_mended(mended.path());
    assert!(look(mended.path(), Some(&anchor)).is_clean());
}

#[test]
fn a_register_that_does_not_say_where_a_commit_began_is_read_row_by_row() {
    let (office, world) = (letters(), system());
    let dir = office.path();
    let (log, first) = (keep(dir, "kept"), head(dir) + 1);
    let (subject, office) = (wants("b", 1), workspace(&world, dir).office);
    {
        let mut filing = Filing::open(&world, dir, &office, NO_WAIT).expect("opens");
        issue(&mut filing, "b", &subject).expect("issues");
    }
    enter(dir, &world, note(5));
    let other = rusqlite::Connection::open(dir.join(REGISTER)).expect("opens");
    other.execute_batch("DROP TABLE newest_commit").expect("an older register");
    drop(other);
    assert_eq!(
        read_register(dir).expect("reads").expect("there").newest_commit().expect("reads"),
        None
    );
    assert_told(with_log(dir, &log).path(), first, None);
    // It goes on, and says so from the next commit on.
    enter(dir, &world, note(5));
    let register = read_register(dir).expect("reads").expect("there");
    assert_eq!(register.newest_commit().expect("reads"), Some(register.head().expect("head")));
    let rows = register.head().expect("head");
    drop(register);
    // Nor can rows of two times be of one commit.
    let copy = with_log(dir, &log);
    let other = rusqlite::Connection::open(copy.path().join(REGISTER)).expect("opens");
    other
        .execute_batch(&format!(
            "DROP TRIGGER leaves_keep; DELETE FROM newest_commit;
             UPDATE leaves SET leaf = CAST(replace(leaf, 'T', 't') AS BLOB) WHERE seq = {rows}"
        ))
        .expect("changed");
    drop(other);
    assert_told(copy.path(), first, None);
}

#[test]
fn an_act_that_was_killed_before_it_was_signed_is_signed_by_the_check() {
    let office = letters();
    for act in [note(5), scan()] {
        let run = |world: &Faulty, dir: &Path| {
            let config = workspace(world, dir).office;
            let mut filing = Filing::open(world, dir, &config, NO_WAIT)?;
            match filing.enter(vec![act.clone()])?.unfinished {
                Some(failure) => Err(failure),
                None => Ok(()),
            }
        };
        let check = |dir: &Path, _: bool| {
            let found = look(dir, None);
            // What an act brought into a bag before it was entered is set aside and told.
            let odd: Vec<_> =
                found.report.findings.iter().filter(|f| f.class != Class::Quarantine).collect();
            assert!(odd.is_empty() && found.rows.is_empty(), "{odd:?}");
            let world = system();
            let config = workspace(&world, dir).office;
            Filing::open(&world, dir, &config, NO_WAIT).expect("opens");
        };
        for fault in [Fault::Kill { half: true }, Fault::Kill { half: false }, Fault::PowerCut] {
            at_every_operation(office.path(), fault, 1, &run, &check);
        }
    }
}

#[test]
fn papers_without_files_that_were_killed_before_they_were_signed_are_signed() {
    for half in [false, true] {
        for at in 1.. {
            let dir = folder();
            let plan = Plan::new(at, Fault::Kill { half });
            let world = Faulty { inner: system(), plan: Arc::clone(&plan) };
            let run = || -> Result<()> {
                let mut filing = open(&world, dir.path(), 2)?;
                for job in ["a", "b"] {
                    let wants = Papers(wants(job, 3));
                    let render = |i: usize, n: Number| {
                        Ok(Rendered { bytes: Vec::new(), ..document(&wants.0[i], n) })
                    };
                    filing.issue_batch(&batch(job), &wants, &render, &|_| {})?;
                }
                Ok(())
            };
            let _ = run();
            let world = system();
            let filing = open(&world, dir.path(), 2).expect("opens after the kill");
            let signed = filing.log().checkpoint().map_or(0, |c| c.size);
            assert_eq!(signed, filing.register().head().expect("head"));
            if !plan.has_struck() {
                break;
            }
        }
    }
}

/// Wants without a file.
struct Papers(Vec<Want>);

impl crate::register::Wants for Papers {
    fn count(&self) -> usize {
        self.0.len()
    }
    fn get(&self, index: usize) -> Result<Want> {
        self.0.get(index)
    }
    fn files(&self, _: usize) -> usize {
        0
    }
}
