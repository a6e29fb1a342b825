//! The keys' files and the log's checkpoints under a machine that refuses, and where other things lie.

use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use vanthu::archive::log::{Fault, PrivateKey, Reader, keys};
use vanthu::diagnostic::FailureKind;
use vanthu::world::System;

use super::world::{Hooked, Op};

struct Place {
    _dir: tempfile::TempDir,
    office: PathBuf,
    root: PathBuf,
}

fn place() -> Place {
    let dir = tempfile::tempdir().expect("a folder");
    let office = dir.path().to_owned();
    let root = office.join("archive");
    fs::create_dir_all(root.join("keys")).expect("made");
    Place { _dir: dir, office, root }
}

fn system() -> System {
    System::new(Some(super::fixture::TODAY))
}

fn key(seed: u8) -> PrivateKey {
    PrivateKey::new("vanthu/a/b", [seed; 32]).expect("a key")
}

/// Refuses an operation on files of this name, and tells what was asked of the machine.
fn refusing(op: Op, name: &str, kind: ErrorKind) -> (Hooked, Arc<Mutex<Vec<Op>>>) {
    let (asked, name) = (Arc::new(Mutex::new(Vec::new())), name.to_owned());
    let seen = Arc::clone(&asked);
    let world = Hooked::new(move |now, path: &Path| {
        seen.lock().expect("no panic").push(now);
        if now == op && path.ends_with(&name) { Err(io::Error::from(kind)) } else { Ok(()) }
    });
    (world, asked)
}

fn vkey(seed: u8) -> String {
    format!("{}\n", key(seed).public().vkey())
}

#[test]
fn public_keys_are_told_from_what_else_lies_there() {
    let place = place();
    let dir = place.root.join("keys");
    let read = || keys::public(&system(), &place.root).expect("read");
    fs::write(dir.join("000001.vkey"), vkey(1)).expect("written");
    fs::write(dir.join("000002.vkey"), vkey(2)).expect("written");
    assert_eq!((read().keys.len(), read().bad), (2, Vec::new()));
    // A sound key under another name, a folder under a key's name, what is too long.
    fs::write(dir.join("9.vkey"), vkey(3)).expect("written");
    assert_eq!((read().keys.len(), read().bad), (2, vec![("9.vkey".into(), Fault::KeyFile)]));
    fs::remove_file(dir.join("9.vkey")).expect("removed");
    fs::create_dir(dir.join("000003.vkey")).expect("made");
    assert_eq!((read().keys.len(), read().bad), (2, vec![("000003.vkey".into(), Fault::KeyFile)]));
    fs::remove_dir(dir.join("000003.vkey")).expect("removed");
    fs::write(dir.join("000003.vkey"), vkey(3).repeat(100)).expect("written");
    assert_eq!((read().keys.len(), read().bad), (2, vec![("000003.vkey".into(), Fault::Key)]));
}

#[test]
fn what_cannot_be_read_is_no_absence_of_keys() {
    let place = place();
    fs::write(place.root.join("keys/000001.vkey"), vkey(1)).expect("written");
    fs::write(place.office.join(keys::KEY_FILE), key(1).skey()).expect("written");
    let (world, _) = refusing(Op::List, "keys", ErrorKind::PermissionDenied);
    assert!(keys::public(&world, &place.root).is_err());
    let (world, _) = refusing(Op::Read, "000001.vkey", ErrorKind::PermissionDenied);
    assert!(keys::public(&world, &place.root).is_err());
    let (world, _) = refusing(Op::Read, keys::KEY_FILE, ErrorKind::PermissionDenied);
    let refused = keys::private(&world, &place.office).expect_err("cannot be read");
    assert_ne!(refused.kind, FailureKind::Config, "{refused}");
    // A folder that is missing, and a key that is, are none.
    let nowhere = place.office.join("nowhere");
    assert_eq!(keys::public(&system(), &nowhere).expect("read"), keys::PublicKeys::default());
    assert!(keys::private(&system(), &nowhere).expect("read").is_none());
}

#[test]
fn more_keys_than_an_archive_can_have_are_not_read() {
    let place = place();
    for n in 1..=10_001 {
        fs::write(place.root.join("keys").join(keys::file_name(n)), vkey(1)).expect("written");
    }
    let found = keys::public(&system(), &place.root).expect("read");
    assert_eq!(found.keys.len(), 10_000);
    assert_eq!(found.bad, [(keys::file_name(10_001), Fault::KeyFile)]);
}

#[test]
fn what_cannot_be_read_is_no_absence_of_checkpoints() {
    let place = place();
    let log = place.root.join("log");
    let signed = |world: &dyn vanthu::world::World| Reader::checkpoint(world, &place.root, &[]);
    assert!(signed(&system()).expect("none").is_none());
    fs::create_dir_all(log.join("checkpoint.d")).expect("made");
    fs::write(log.join("checkpoint"), "x".repeat(200_000)).expect("written");
    let refused = signed(&system()).expect_err("too long");
    assert_eq!((refused.kind, refused.message), (FailureKind::Tampered, Fault::TooLong.text()));
    let (world, _) = refusing(Op::Read, "checkpoint", ErrorKind::PermissionDenied);
    let refused = signed(&world).expect_err("cannot be read");
    assert_ne!(refused.kind, FailureKind::Tampered, "{refused}");
    let (world, _) = refusing(Op::List, "checkpoint.d", ErrorKind::PermissionDenied);
    assert!(Reader::days(&world, &place.root, &[]).is_err());
}

#[test]
fn keys_of_a_new_office_are_laid_and_what_a_kill_left_is_replaced() {
    let place = place();
    let next = place.office.join("vanthu.key.next");
    fs::write(&next, "torn").expect("written");
    let laid = keys::lay(&system(), &place.office, &place.root, "Sở A").expect("laid");
    let own = place.office.join(keys::KEY_FILE);
    assert_eq!(laid, Some((next.clone(), own.clone())));
    let text = fs::read_to_string(&next).expect("a key");
    let private = PrivateKey::parse(&text).expect("a key");
    let public = keys::public(&system(), &place.root).expect("read").keys;
    assert_eq!(public, [private.public().clone()]);
    // One that is there already is used and stays where it is.
    fs::rename(&next, &own).expect("moved");
    fs::remove_file(place.root.join("keys/000001.vkey")).expect("removed");
    assert_eq!(keys::lay(&system(), &place.office, &place.root, "").expect("laid"), None);
    assert_eq!(keys::public(&system(), &place.root).expect("read").keys, public);
    // Where the disk refuses, nothing is removed for it.
    fs::remove_file(&own).expect("removed");
    fs::write(&next, text).expect("written");
    let (world, asked) = refusing(Op::Create, "vanthu.key.next", ErrorKind::StorageFull);
    assert!(keys::lay(&world, &place.office, &place.root, "").is_err());
    assert!(!asked.lock().expect("no panic").contains(&Op::Remove));
    assert!(next.exists());
}

#[test]
fn only_what_a_write_left_is_swept_from_among_the_public_keys() {
    let place = place();
    let dir = place.root.join("keys");
    fs::write(place.office.join(keys::KEY_FILE), key(1).skey()).expect("written");
    make_private(&place.office.join(keys::KEY_FILE));
    fs::write(dir.join("000001.vkey"), vkey(1)).expect("written");
    fs::write(dir.join(".000002.vkey.1.tmp"), "half").expect("written");
    fs::create_dir(dir.join(".folder.tmp")).expect("made");
    let open = || keys::open(&system(), &place.office, &place.root, "");
    assert!(open().is_ok());
    assert!(!dir.join(".000002.vkey.1.tmp").exists());
    assert!(dir.join(".folder.tmp").exists());
    for odd in ["x.tmp", ".hidden"] {
        fs::write(dir.join(odd), "x").expect("written");
        assert_eq!(open().expect_err("an odd file").kind, FailureKind::Tampered, "{odd}");
        fs::remove_file(dir.join(odd)).expect("it stayed");
    }
    assert!(open().is_ok());
}

fn make_private(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("set");
}
