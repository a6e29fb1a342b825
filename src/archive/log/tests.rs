//! The log on disk: it grows, is mended, refuses what was changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;

use super::super::Digest;
use super::super::paths::{FOLDERS, KEYS, LOG};
use super::tile::{Content, Tile};
use super::*;
use crate::diagnostic::FailureKind;
use crate::world::{System, World};

struct Office {
    dir: tempfile::TempDir,
    world: System,
    leaves: Vec<Vec<u8>>,
}

/// What opening had to do.
#[derive(Debug, Default, PartialEq, Eq)]
struct Mended {
    added: u64,
    rebuilt: u64,
}

fn leaf(n: usize) -> Vec<u8> {
    format!("{{\"seq\":{n},\"row\":\"{n:064}\"}}").into_bytes()
}

impl Office {
    fn new(leaves: usize) -> Self {
        let memory = Path::new("/dev/shm");
        let here = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
        let dir =
            tempfile::Builder::new().prefix("vanthu-log-").tempdir_in(here).expect("a folder");
        let world = System::new(Some(date(2026, 3, 5)));
        for folder in FOLDERS {
            fs::create_dir_all(dir.path().join("archive").join(folder)).expect("made");
        }
        Self { dir, world, leaves: (1..=leaves).map(leaf).collect() }
    }

    fn root(&self) -> PathBuf {
        self.dir.path().join("archive")
    }

    fn at(&self, path: &str) -> PathBuf {
        self.root().join(LOG).join(path)
    }

    fn open(&self) -> Result<(Log<'_>, Mended)> {
        let (key, known) = keys::open(&self.world, self.dir.path(), &self.root(), "Sở Nội vụ")?;
        let mut log = Log::open(&self.world, &self.root(), key, &known, &self.leaves)?;
        let rebuilt = log.mend(&self.leaves)?;
        let added = log.extend(&self.leaves)?;
        log.sync()?;
        log.publish()?;
        Ok((log, Mended { added, rebuilt }))
    }

    fn grow(&mut self, to: usize) {
        self.leaves.extend((self.leaves.len() + 1..=to).map(leaf));
    }

    fn known(&self) -> Vec<PublicKey> {
        keys::public(&self.world, &self.root()).expect("keys").keys
    }

    fn checkpoint(&self) -> (Vec<u8>, Checkpoint) {
        let read = Reader::checkpoint(&self.world, &self.root(), &self.known());
        read.expect("a good one").expect("there")
    }

    fn reader(&self) -> Reader<'_> {
        Reader::new(&self.world, &self.root(), self.checkpoint().1.size)
    }

    /// Every file of the log with its bytes.
    fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let dir = self.root().join(LOG);
        let files = walkdir::WalkDir::new(&dir).into_iter().flatten();
        files
            .filter(|e| e.file_type().is_file())
            .map(|e| {
                let inside = e.path().strip_prefix(&dir).expect("inside");
                (inside.to_string_lossy().into_owned(), fs::read(e.path()).expect("read"))
            })
            .collect()
    }

    /// The log is exactly that of the leaves: these tiles, no others, this root.
    fn assert_whole(&self) {
        let size = self.leaves.len() as u64;
        let (_, checkpoint) = self.checkpoint();
        assert_eq!(checkpoint.size, size);
        let hashes: Vec<Digest> = self.leaves.iter().map(|l| merkle::leaf(l)).collect();
        assert_eq!(Some(checkpoint.root), merkle::fold(&hashes, None));
        let mut expected = Vec::new();
        for content in tile::levels(size).map(Content::Hashes).chain([Content::Entries]) {
            expected.extend((0..).map_while(|i| Tile::at(content, i, size)).map(|t| t.path()));
        }
        expected.sort();
        let files = self.files();
        let tiles: Vec<&String> = files.keys().filter(|p| p.starts_with("tile/")).collect();
        assert_eq!(tiles, expected.iter().collect::<Vec<_>>());
        let empty = walkdir::WalkDir::new(self.at("tile")).into_iter().flatten();
        let empty: Vec<_> = empty
            .filter(|e| e.file_type().is_dir())
            .filter(|e| fs::read_dir(e.path()).expect("a folder").next().is_none())
            .map(|e| e.path().to_owned())
            .collect();
        assert_eq!(empty, Vec::<PathBuf>::new(), "no folder is left empty");
        let reader = self.reader();
        assert_eq!(reader.root(size).expect("a root"), checkpoint.root);
        for index in [0, size / 3, size / 2, size - 1] {
            assert_eq!(reader.leaf(index).expect("a leaf"), self.leaves[index as usize]);
        }
    }
}

fn kind<T>(result: Result<T>) -> FailureKind {
    result.err().expect("refused").kind
}

#[test]
fn it_grows_in_steps_of_any_size() {
    let mut office = Office::new(1);
    let (mut log, mended) = office.open().expect("opens");
    assert_eq!(mended, Mended { added: 1, rebuilt: 0 });
    // What the log borrows of the office is its folder only; the leaves grow beside it.
    let mut leaves = office.leaves.clone();
    for to in [2usize, 3, 200, 255, 256, 257, 300, 511, 512, 600, 1100, 1101, 1536] {
        leaves.extend((leaves.len() + 1..=to).map(leaf));
        let before = leaves.len() as u64 - log.checkpoint().expect("one").size;
        assert_eq!(log.extend(&leaves).expect("extended"), before);
        log.sync().expect("synced");
        log.publish().expect("published");
        assert_eq!(log.checkpoint().expect("one").size, to as u64);
    }
    drop(log);
    office.leaves = leaves;
    office.assert_whole();
    let before = office.files();
    let (_, mended) = office.open().expect("opens again");
    assert_eq!(mended, Mended::default());
    assert_eq!(office.files(), before, "opening a log that is whole changes nothing");
}

#[test]
fn nothing_is_written_before_there_is_an_entry() {
    let office = Office::new(0);
    let (log, mended) = office.open().expect("opens");
    assert_eq!((log.checkpoint(), mended), (None, Mended::default()));
    assert!(office.files().is_empty());
}

#[test]
fn leftovers_of_a_kill_are_finished_or_removed() {
    let mut office = Office::new(300);
    drop(office.open().expect("opens"));
    let old = office.files();
    office.grow(900);
    // Killed after the tiles, before the checkpoint: half of one is written, all else is there.
    {
        let (key, known) =
            keys::open(&office.world, office.dir.path(), &office.root(), "").expect("keys");
        let short = office.leaves[..300].to_vec();
        let mut log = Log::open(&office.world, &office.root(), key, &known, &short).expect("opens");
        log.extend(&office.leaves).expect("extended");
    }
    fs::write(office.at("tile/0/002"), b"torn").expect("written");
    fs::write(office.at(".checkpoint.77.tmp"), b"torn").expect("written");
    assert!(office.at("tile/0/001.p/44").exists(), "the published checkpoint still has its tiles");
    let (_, mended) = office.open().expect("opens");
    assert_eq!(mended, Mended { added: 600, rebuilt: 0 });
    office.assert_whole();
    // Killed after the checkpoint, before the old partial tiles were removed.
    for (path, bytes) in old.iter().filter(|(path, _)| path.contains(".p/")) {
        let path = office.at(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    drop(office.open().expect("opens"));
    office.assert_whole();
}

#[test]
fn damaged_tiles_at_the_edge_are_made_again() {
    for path in ["tile/0/001.p/88", "tile/1/000.p/1", "tile/entries/001.p/88"] {
        for damage in ["flip", "cut", "gone", "full"] {
            let office = Office::new(344);
            drop(office.open().expect("opens"));
            let mut bytes = fs::read(office.at(path)).expect("read");
            bytes[3] ^= 1;
            match damage {
                "flip" => fs::write(office.at(path), &bytes).expect("written"),
                "cut" => fs::write(office.at(path), &bytes[1..]).expect("written"),
                "gone" => fs::remove_file(office.at(path)).expect("removed"),
                _ => {
                    fs::remove_dir_all(office.at("tile")).expect("removed");
                }
            }
            let (_, mended) = office.open().expect("opens");
            assert_eq!(mended.added, 0);
            assert_eq!(mended.rebuilt, if damage == "full" { 5 } else { 1 }, "{path} {damage}");
            office.assert_whole();
            let aside = fs::read_dir(office.root().join("quarantine")).expect("a folder").count();
            assert_eq!(aside, usize::from(matches!(damage, "flip" | "cut")), "{path} {damage}");
        }
    }
}

#[test]
fn rebuilding_puts_right_what_opening_does_not_look_at() {
    let office = Office::new(600);
    drop(office.open().expect("opens"));
    let mut bytes = fs::read(office.at("tile/0/000")).expect("read");
    bytes[100] ^= 4;
    fs::write(office.at("tile/0/000"), bytes).expect("written");
    fs::remove_file(office.at("tile/entries/001")).expect("removed");
    let (mut log, mended) = office.open().expect("opens");
    assert_eq!(mended, Mended::default());
    assert_eq!(log.rebuild(&office.leaves).expect("made"), ["tile/0/000", "tile/entries/001"]);
    assert_eq!(log.rebuild(&office.leaves).expect("made"), Vec::<String>::new());
    office.assert_whole();
}

#[test]
fn a_register_that_differs_is_refused_and_nothing_is_written() {
    type Change = fn(&mut Office);
    let changes: [(&str, Change); 9] = [
        ("put back", |o| o.leaves.truncate(299)),
        ("put back to nothing", |o| o.leaves.clear()),
        ("the last entry is another", |o| o.leaves[299] = leaf(1)),
        ("an entry of the last bundle is another", |o| o.leaves[270] = leaf(1)),
        ("an early entry is another and the edge is damaged", |o| {
            o.leaves[3] = leaf(1);
            fs::remove_dir_all(o.at("tile")).expect("removed");
        }),
        ("put back, and went on", |o| {
            o.leaves.truncate(290);
            o.leaves.extend((1000..1200).map(leaf));
        }),
        ("the checkpoint is gone", |o| fs::remove_file(o.at("checkpoint")).expect("removed")),
        ("the checkpoint is another's", |o| {
            let key = PrivateKey::new("vanthu/x/y", [9; 32]).expect("a key");
            let text = note::sign(&o.checkpoint().1.text(), &[&key]);
            fs::write(o.at("checkpoint"), text).expect("written");
        }),
        ("the checkpoint says less", |o| {
            let text = fs::read_to_string(o.at("checkpoint")).expect("read");
            fs::write(o.at("checkpoint"), text.replace("\n300\n", "\n200\n")).expect("written");
        }),
    ];
    for (name, change) in changes {
        let mut office = Office::new(300);
        drop(office.open().expect("opens"));
        change(&mut office);
        let before = office.files();
        assert_eq!(kind(office.open().map(|_| ())), FailureKind::Tampered, "{name}");
        assert_eq!(office.files(), before, "{name}");
    }
}

#[test]
fn proofs_from_tiles_hold_and_are_small() {
    let office = Office::new(700);
    drop(office.open().expect("opens"));
    let (note, checkpoint) = office.checkpoint();
    let (reader, known) = (office.reader(), office.known());
    for index in [0, 1, 255, 256, 511, 512, 698, 699] {
        let proof = reader.prove(index, &note, &known).expect("a proof");
        let text = proof.text();
        assert!(text.len() < 2048, "{}", text.len());
        let read = Proof::parse(&text).expect("reads");
        let leaf = read.leaf.clone().expect("a leaf");
        assert_eq!(leaf, office.leaves[index as usize]);
        assert_eq!(read.verify(&leaf, &known), Ok(checkpoint.clone()));
    }
    assert!(reader.prove(700, &note, &known).is_err());
    for old in [0u64, 1, 255, 256, 257, 512, 699, 700] {
        let kept =
            Checkpoint { size: old, root: reader.root(old).expect("a root"), ..checkpoint.clone() };
        assert_eq!(reader.compare(&kept, &checkpoint).expect("compares"), Anchor::Holds, "{old}");
        let other = Checkpoint { root: merkle::leaf(b"x"), ..kept };
        assert_eq!(reader.compare(&other, &checkpoint).expect("compares"), Anchor::Differs);
    }
    let later = Checkpoint { size: 701, ..checkpoint.clone() };
    assert_eq!(reader.compare(&later, &checkpoint).expect("compares"), Anchor::RolledBack);
    // A damaged tile gives no proof rather than a false one.
    let mut bytes = fs::read(office.at("tile/0/000")).expect("read");
    bytes[7] ^= 1;
    fs::write(office.at("tile/0/000"), bytes).expect("written");
    assert!(office.reader().prove(100, &note, &known).is_err());
}

#[test]
fn the_days_are_kept_once() {
    let mut office = Office::new(10);
    drop(office.open().expect("opens"));
    let first = office.checkpoint().0;
    office.grow(20);
    drop(office.open().expect("opens"));
    assert_eq!(fs::read(office.at("checkpoint.d/2026-03-05")).expect("read"), first);
    office.world = System::new(Some(date(2026, 3, 6)));
    office.grow(21);
    drop(office.open().expect("opens"));
    assert_eq!(
        fs::read(office.at("checkpoint.d/2026-03-06")).expect("read"),
        office.checkpoint().0
    );
}

#[test]
fn the_days_are_read_with_what_each_says() {
    let mut office = Office::new(3);
    assert_eq!(Reader::days(&office.world, &office.root(), &[]).expect("none"), []);
    drop(office.open().expect("opens"));
    office.world = System::new(Some(date(2026, 3, 6)));
    office.grow(5);
    drop(office.open().expect("opens"));
    let days = |known: &[PublicKey]| -> Vec<u64> {
        let days = Reader::days(&office.world, &office.root(), known).expect("read");
        days.into_iter().map(|c| c.size).collect()
    };
    assert_eq!(days(&office.known()), [3, 5]);
    assert_eq!(days(&[]), [0; 0], "a stranger's are left out");
    // What is not in place yet, and what is no day.
    for name in [".2026-03-07.tmp", "2026-03-07x", "x"] {
        fs::copy(office.at("checkpoint"), office.at("checkpoint.d").join(name)).expect("copied");
    }
    fs::write(office.at("checkpoint.d/2026-03-08"), "x").expect("written");
    assert_eq!(days(&office.known()), [3, 5]);
    assert_eq!(office.reader().size(), 5);
    assert_eq!(Reader::new(&office.world, &office.root(), 0).size(), 0);
}

#[test]
fn keys_are_made_once_and_kept_from_others() {
    let office = Office::new(1);
    drop(office.open().expect("opens"));
    let file = office.dir.path().join(keys::KEY_FILE);
    let text = fs::read_to_string(&file).expect("read");
    assert!(text.starts_with("PRIVATE+KEY+vanthu/so-noi-vu/"), "{text}");
    let vkey = fs::read_to_string(office.root().join(KEYS).join("000001.vkey")).expect("read");
    assert_eq!(PublicKey::parse(&vkey), Ok(office.known()[0].clone()));
    drop(office.open().expect("opens"));
    assert_eq!(fs::read_to_string(&file).expect("read"), text);
    assert!(!office.dir.path().join("vanthu.key.next").exists());

    let other = PrivateKey::new("vanthu/so-noi-vu/x", [3; 32]).expect("a key");
    fs::write(&file, other.skey()).expect("written");
    assert_eq!(kind(office.open().map(|_| ())), FailureKind::Tampered);
    fs::write(&file, "no key").expect("written");
    assert_eq!(kind(office.open().map(|_| ())), FailureKind::Config);
    fs::write(&file, "x".repeat(100_000)).expect("written");
    assert_eq!(kind(office.open().map(|_| ())), FailureKind::Config);
    fs::remove_file(&file).expect("removed");
    assert_eq!(kind(office.open().map(|_| ())), FailureKind::Config);
    assert!(!file.exists(), "a log is never given a second key by itself");
    office.world.create_private(&file, text.as_bytes()).expect("written");
    assert!(office.open().is_ok());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("set");
        let refused = office.open().map(|_| ()).expect_err("open to others");
        assert_eq!(refused.kind, FailureKind::Config);
        assert!(refused.hint.expect("a hint").en.contains("chmod 600"));
        fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).expect("set");
    }
    fs::write(office.root().join(KEYS).join("x"), b"x").expect("written");
    assert_eq!(kind(office.open().map(|_| ())), FailureKind::Tampered);
}

#[test]
fn a_changed_key_is_vouched_for_by_the_old_one() {
    let mut office = Office::new(3);
    drop(office.open().expect("opens"));
    let (world, dir, root) = (office.world.clone(), office.dir.path().to_owned(), office.root());
    let (key, known) = keys::open(&world, &dir, &root, "").expect("keys");
    let old = key.public().clone();
    let old_private = PrivateKey::parse(&key.skey()).expect("a key");
    office.grow(4);
    let mut log = Log::open(&world, &root, key, &known, &office.leaves).expect("opens");
    log.extend(&office.leaves).expect("extended");
    let rotation = keys::begin_rotation(&world, &dir, old.name()).expect("begun");
    keys::publish(&world, &root, rotation.next.public()).expect("published");
    let next = rotation.finish(&world, 1).expect("finished");
    let new = next.public().clone();
    drop(log);
    let known = office.known();
    let mut log = Log::open(&world, &root, next, &known, &office.leaves).expect("opens");
    log.extend(&office.leaves).expect("extended");
    log.also_sign(old_private);
    log.publish().expect("published");
    drop(log);
    let both = office.checkpoint().0;
    let of =
        |key: &PublicKey| Checkpoint::open(&both, std::slice::from_ref(key)).map(|(c, _)| c.size);
    assert_eq!((of(&old), of(&new)), (Ok(4), Ok(4)));
    office.grow(5);
    drop(office.open().expect("opens with the new key"));
    let alone = office.checkpoint().0;
    assert_eq!(Checkpoint::open(&alone, &[old]).map(|_| ()), Err(Fault::UnknownKey));
    assert!(dir.join("vanthu.key.000001").exists(), "the old key is kept aside");
}

#[test]
fn a_change_of_keys_can_be_given_up_or_finished_whatever_became_of_the_old_key() {
    let office = Office::new(1);
    let (world, dir) = (office.world.clone(), office.dir.path().to_owned());
    let (key, _) = keys::open(&world, &dir, &office.root(), "").expect("keys");
    let unfinished = || keys::unfinished_rotation(&world, &dir).expect("read");
    assert!(unfinished().is_none());
    let not_a_folder = keys::unfinished_rotation(&world, &dir.join(keys::KEY_FILE));
    assert!(not_a_folder.is_err(), "whether there is one cannot be told");

    let begun = keys::begin_rotation(&world, &dir, key.public().name()).expect("begun");
    let found = unfinished().expect("one was begun");
    assert_eq!(found.next.public(), begun.next.public());
    found.abandon(&world).expect("given up");
    assert!(unfinished().is_none(), "the next key is gone");
    let kept = keys::private(&world, &dir).expect("read").expect("a key");
    assert_eq!(kept.public(), key.public());

    // The old key is gone already: a kill between its move and the new one's.
    let next = keys::begin_rotation(&world, &dir, key.public().name()).expect("begun");
    fs::remove_file(dir.join(keys::KEY_FILE)).expect("gone");
    let now = next.finish(&world, 1).expect("finished");
    let kept = keys::private(&world, &dir).expect("read").expect("a key");
    assert_eq!(kept.public(), now.public());

    // It cannot be moved aside: nothing takes its place.
    let next = keys::begin_rotation(&world, &dir, key.public().name()).expect("begun");
    fs::create_dir_all(dir.join("vanthu.key.000002/x")).expect("made");
    let refused = next.finish(&world, 2).expect_err("it is in the way");
    assert!(refused.place.file.is_some_and(|file| file.ends_with(keys::KEY_FILE)));
    let kept = keys::private(&world, &dir).expect("read").expect("a key");
    assert_eq!(kept.public(), now.public());
}

/// `cargo test --release --lib log::tests::costs -- --ignored --nocapture` prints what the log costs.
#[test]
#[ignore = "measures, asserts nothing"]
fn costs() {
    let mut office = Office::new(0);
    let text = |n: usize| format!("{{\"seq\":{n},\"row\":\"{n:0400}\"}}").into_bytes();
    for size in [1_000usize, 1_000_000] {
        office.leaves.extend((office.leaves.len() + 1..=size).map(text));
        drop(office.open().expect("opens"));
        let begun = office.world.elapsed();
        let (mut log, _) = office.open().expect("opens");
        let opened = office.world.elapsed() - begun;
        let mut more = office.leaves.clone();
        let mut times = Vec::new();
        for _ in 0..5 {
            more.extend((more.len() + 1..=more.len() + 2_000).map(text));
            let begun = office.world.elapsed();
            log.extend(&more).expect("extended");
            let extended = office.world.elapsed() - begun;
            log.publish().expect("published");
            times.push((extended, office.world.elapsed() - begun - extended));
        }
        drop(log);
        office.leaves = more;
        let (note, checkpoint) = office.checkpoint();
        let known = office.known();
        let begun = office.world.elapsed();
        let proof = office.reader().prove(checkpoint.size / 3, &note, &known).expect("a proof");
        let proven = office.world.elapsed() - begun;
        println!("{size}: open {opened:?}, 2,000 leaves (tiles, checkpoint) {times:?}");
        println!("{size}: proof {proven:?}, {} bytes", proof.text().len());
    }
}
