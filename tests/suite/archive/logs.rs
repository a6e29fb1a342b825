//! The log against a register that differs from it, or a log that differs from its register: what is found, exactly.

use std::fs;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::civil::date;
use vanthu::archive::log::{Checkpoint, Log, PrivateKey, PublicKey, keys, note};
use vanthu::archive::verify::{
    DocumentId, ExitStatus, Given, Known, Options, RegisterView, Report, Scope, verify,
};
use vanthu::archive::{BagId, Digest};
use vanthu::diagnostic::Result;
use vanthu::world::{System, World};

use super::fixture::{Fixture, Register, YEAR};
use super::world::{Hooked, Op};

/// Leaves at the first checkpoint and at the second; a tile holds 256.
const FIRST: u64 = 200;
const SIGNED: u64 = 300;

/// The register of the fixture with leaves.
struct View {
    register: Register,
    leaves: Vec<(u64, Vec<u8>)>,
    keys: Vec<String>,
    seals: Vec<(BagId, Digest)>,
}

impl RegisterView for View {
    fn bags(&self) -> Result<Vec<BagId>> {
        self.register.bags()
    }
    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        self.register.files(bag, each)
    }
    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        self.register.numbers(each)
    }
    fn totals(&self) -> Result<(u64, u64)> {
        self.register.totals()
    }
    fn head(&self) -> Result<Option<u64>> {
        Ok(Some(self.leaves.last().map_or(0, |(seq, _)| *seq)))
    }
    fn leaves(&self, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        self.leaves.iter().try_for_each(|(seq, leaf)| each(*seq, leaf))
    }
    /// The first eleven are documents, the others acts.
    fn document_at(&self, seq: u64) -> Result<Option<DocumentId>> {
        Ok(self.register.rows.get(seq as usize - 1).map(|row| row.given.document.clone()))
    }
    fn seals(&self, each: &mut dyn FnMut(BagId, Digest) -> Result<()>) -> Result<()> {
        self.seals.iter().try_for_each(|(bag, digest)| each(*bag, *digest))
    }
    fn keys(&self) -> Result<Vec<String>> {
        Ok(self.keys.clone())
    }
}

struct Logged {
    fixture: Fixture,
    view: View,
    key: PrivateKey,
}

fn leaf(seq: u64) -> Vec<u8> {
    // As long as the log takes an entry.
    if seq == 120 {
        return vec![b'x'; 65_535];
    }
    let what = match seq {
        1..=290 => format!("\"series\":\"SNV:thu\",\"number\":{seq},\"year\":2026"),
        _ => "\"kind\":\"seal\"".to_owned(),
    };
    format!("{{\"seq\":{seq},{what},\"row\":\"{seq:064}\"}}").into_bytes()
}

impl Logged {
    /// Two days: [`FIRST`] leaves on the first, [`SIGNED`] on the second.
    fn new() -> Self {
        Self::of(FIRST, SIGNED)
    }

    fn of(first: u64, signed: u64) -> Self {
        let fixture = Fixture::new();
        let office = fixture.root.parent().expect("an office").to_owned();
        let mut all: Vec<Vec<u8>> = Vec::new();
        for (size, day) in [(first, 20), (signed, 21)] {
            all.extend((all.len() as u64 + 1..=size).map(leaf));
            let world = System::new(Some(date(YEAR, 11, day)));
            let (key, known) = keys::open(&world, &office, &fixture.root, "SNV").expect("keys");
            let mut log = Log::open(&world, &fixture.root, key, &known, &all).expect("opens");
            log.extend(&all).expect("extended");
            log.publish().expect("signed");
        }
        let key = keys::private(&fixture.world, &office).expect("read").expect("a key");
        let tags = |n: u32| {
            let path = fixture.at(&format!("bags/{YEAR}/{n:06}/tagmanifest-sha256.txt"));
            let digest = super::fixture::other_sha256(&fs::read(path).expect("read"));
            (BagId { year: YEAR, number: n }, digest)
        };
        let view = View {
            register: fixture.register.clone(),
            leaves: (1..).zip(all).collect(),
            keys: Vec::new(),
            seals: vec![tags(1), tags(2)],
        };
        Self { fixture, view, key }
    }

    fn at(&self, inside: &str) -> PathBuf {
        self.fixture.at("log").join(inside)
    }

    fn sign(&self, inside: &str, checkpoint: &Checkpoint) {
        fs::write(self.at(inside), note::sign(&checkpoint.text(), &[&self.key])).expect("written");
    }

    fn checkpoint(&self, inside: &str) -> Checkpoint {
        let bytes = fs::read(self.at(inside)).expect("read");
        Checkpoint::open(&bytes, &[self.key.public().clone()]).expect("signed").0
    }

    fn run(&self, world: &dyn World, options: Options<'_>) -> Report {
        verify(world, &self.fixture.root, &self.view, options).expect("verified")
    }

    fn verify(&self) -> Report {
        self.run(&self.fixture.world, Options::default())
    }

    fn anchored(&self, anchor: &[u8]) -> Vec<String> {
        let options = Options { anchor: Some(anchor), ..Options::default() };
        told(&self.run(&self.fixture.world, options))
    }
}

/// Findings with what they should be, what they are, and why: `K0813 log/checkpoint 300|250 (…)`.
fn told(report: &Report) -> Vec<String> {
    let line = |f: &vanthu::archive::verify::Finding| {
        let mut out = f.class.code().to_string();
        let document = f.document.as_ref().map(|d| format!("[{}]", d.code));
        let values = match (&f.expected, &f.actual) {
            (None, None) => None,
            (want, is) => {
                Some(format!("{}|{}", want.as_deref().unwrap_or(""), is.as_deref().unwrap_or("")))
            }
        };
        let why = f.why.as_ref().map(|why| format!("({})", why.en));
        let path = Some(f.path.clone()).filter(|p| !p.is_empty());
        for part in [document, path, values, why].into_iter().flatten() {
            out.push(' ');
            out.push_str(&part);
        }
        out
    };
    report.findings.iter().map(line).collect()
}

#[test]
fn a_whole_log_is_clean_and_every_leaf_was_compared() {
    let logged = Logged::new();
    let report = logged.verify();
    assert_eq!(told(&report), [""; 0]);
    assert_eq!((report.covered.entries, report.covered.numbers), (SIGNED, 11));
    assert_eq!(report.exit_status(), ExitStatus::Clean);
    // A part of the archive says nothing about the log.
    fs::remove_file(logged.at("checkpoint")).expect("removed");
    let scope = Scope { year: Some(YEAR), bag: None, part: false };
    let part = logged.run(&logged.fixture.world, Options { scope, ..Options::default() });
    assert_eq!((told(&part), part.covered.entries), (Vec::new(), 0));
}

#[test]
fn partial_tiles_that_the_log_has_outgrown_may_stay_if_they_say_the_same() {
    let logged = Logged::new();
    let bundle = fs::read(logged.at("tile/entries/001.p/44")).expect("read");
    let hashes = fs::read(logged.at("tile/0/001.p/44")).expect("read");
    let entry = |bytes: &[u8]| usize::from(u16::from_be_bytes([bytes[0], bytes[1]])) + 2;
    let first = entry(&bundle);
    let two = first + entry(&bundle[first..]);
    let full = fs::read(logged.at("tile/0/000")).expect("read");
    let kept: [(&str, &[u8]); 4] = [
        ("tile/entries/001.p/1", &bundle[..first]),
        ("tile/entries/001.p/2", &bundle[..two]),
        ("tile/0/001.p/43", &hashes[..43 * 32]),
        ("tile/0/000.p/255", &full[..255 * 32]),
    ];
    for (inside, bytes) in kept {
        fs::create_dir_all(logged.at(inside).parent().expect("a folder")).expect("made");
        fs::write(logged.at(inside), bytes).expect("written");
        assert_eq!(told(&logged.verify()), [""; 0], "{inside}");
        // Another width, another byte, or wider than the log is.
        let mut other = bytes.to_vec();
        other[40] ^= 1;
        fs::write(logged.at(inside), &other).expect("written");
        assert_eq!(told(&logged.verify()), [format!("K0803 log/{inside}")]);
        fs::write(logged.at(inside), &bytes[..bytes.len() - 1]).expect("written");
        assert_eq!(told(&logged.verify()), [format!("K0803 log/{inside}")]);
        fs::remove_file(logged.at(inside)).expect("removed");
    }
    for (inside, bytes) in [("tile/0/001.p/45", &hashes[..]), ("tile/0/001.p/3", &hashes[..64])] {
        fs::write(logged.at(inside), bytes).expect("written");
        assert_eq!(told(&logged.verify()), [format!("K0803 log/{inside}")]);
        fs::remove_file(logged.at(inside)).expect("removed");
    }
}

#[test]
fn damaged_and_strange_files_of_the_log_are_named() {
    type Break = fn(&Logged);
    let flip = |logged: &Logged, inside: &str| {
        logged.fixture.edit(&logged.at(inside), |bytes| {
            let at = bytes.len() / 2;
            bytes[at] ^= 1;
        });
    };
    for tile in ["tile/0/000", "tile/0/001.p/44", "tile/1/000.p/1"] {
        let logged = Logged::new();
        flip(&logged, tile);
        assert_eq!(told(&logged.verify()), [format!("K0802 log/{tile}")]);
        fs::remove_file(logged.at(tile)).expect("removed");
        assert_eq!(told(&logged.verify()), [format!("K0801 log/{tile}")]);
    }
    // The register leads to the signed root: what differs is the copy on disk.
    for bundle in ["tile/entries/000", "tile/entries/001.p/44"] {
        let logged = Logged::new();
        flip(&logged, bundle);
        assert_eq!(told(&logged.verify()), [format!("K0802 log/{bundle}")]);
    }
    let cases: [(Break, &[&str]); 6] = [
        (
            |l| fs::write(l.at("tile/0/001.p/43"), b"x").expect("written"),
            &["K0803 log/tile/0/001.p/43"],
        ),
        (|l| fs::write(l.at("x"), b"x").expect("written"), &["K0803 log/x"]),
        (
            |l| {
                // Twelve levels are looked into, the one below is told.
                let deep = vec!["a"; 13].join("/");
                fs::create_dir_all(l.at(&deep)).expect("made");
                fs::write(l.at(&deep).join("x"), b"x").expect("written");
            },
            &["K0803 log/a/a/a/a/a/a/a/a/a/a/a/a/a"],
        ),
        (
            |l| std::os::unix::fs::symlink("/etc/passwd", l.at("tile/x")).expect("linked"),
            &["K0201 log/tile/x"],
        ),
        (
            |l| {
                fs::remove_file(l.at("tile/0/000")).expect("removed");
                std::os::unix::fs::symlink("/etc/passwd", l.at("tile/0/000")).expect("linked");
            },
            &["K0802 log/tile/0/000", "K0201 log/tile/0/000"],
        ),
        (
            |l| {
                use std::os::unix::ffi::OsStrExt;
                let name = std::ffi::OsStr::from_bytes(b"a\xff");
                fs::create_dir(l.at("tile").join(name)).expect("made");
            },
            &["K0803 log/tile/a\u{fffd}"],
        ),
    ];
    for (break_it, want) in cases {
        let logged = Logged::new();
        break_it(&logged);
        let mut found = told(&logged.verify());
        let mut want: Vec<String> = want.iter().map(|w| (*w).to_owned()).collect();
        found.sort();
        want.sort();
        assert_eq!(found, want);
    }
    // Longer than any bundle can be: not read into memory, and wrong.
    let logged = Logged::new();
    let long = fs::File::options().write(true).open(logged.at("tile/0/000")).expect("opens");
    long.set_len(1 << 30).expect("longer");
    assert_eq!(told(&logged.verify()), ["K0802 log/tile/0/000"]);
}

#[test]
fn what_cannot_be_read_of_the_log_is_unknown_and_not_missing() {
    let cases = [
        (Op::Read, "log/checkpoint", "K0301 log/checkpoint"),
        (Op::Read, "log/tile/0/000", "K0301 log/tile/0/000"),
        (Op::Read, "checkpoint.d/2026-11-20", "K0301 log/checkpoint.d/2026-11-20"),
        (Op::List, "log/checkpoint.d", "K0301 log/checkpoint.d"),
        (Op::List, "log/tile/0", "K0301 log/tile/0"),
    ];
    for (op, path, want) in cases {
        let logged = Logged::new();
        let end = path.to_owned();
        let world = Hooked::new(move |asked, at| {
            let hit = asked == op && at.to_string_lossy().ends_with(&end);
            if hit { Err(io::ErrorKind::PermissionDenied.into()) } else { Ok(()) }
        });
        let report = logged.run(&world, Options::default());
        let found = told(&report);
        assert!(found.iter().any(|l| l.starts_with(want)), "{path}: {found:?}");
        assert!(!found.iter().any(|l| l.starts_with("K08")), "{path}: {found:?}");
        // A folder of the days is listed once for them and once for strange names.
        let times = if path.ends_with("checkpoint.d") { 2 } else { 1 };
        assert_eq!(report.skipped, times, "{path}");
        assert_eq!(report.exit_status(), ExitStatus::CouldNotCheck, "{path}");
    }
}

#[test]
fn a_register_put_back_names_what_was_lost() {
    let mut logged = Logged::new();
    logged.view.leaves.truncate(250);
    let lost =
        "SNV:thu 251/2026, SNV:thu 252/2026, SNV:thu 253/2026, SNV:thu 254/2026, SNV:thu 255/2026";
    let day = "K0813 log/checkpoint.d/2026-11-21 300|250";
    assert_eq!(
        told(&logged.verify()),
        [format!("K0813 log/checkpoint 300|250 ({lost})"), day.to_owned()]
    );
    // At the border of a tile, and within the second bundle, where acts stand.
    logged.view.leaves = Logged::new().view.leaves;
    logged.view.leaves.truncate(297);
    let lost = "K0813 log/checkpoint 300|297 (seal, seal, seal)";
    let found = told(&logged.verify());
    assert!(found.iter().any(|l| l == lost), "{found:?}");
    assert_eq!(found.len(), 2, "{found:?}");
    logged.view.leaves.truncate(256);
    assert_eq!(told(&logged.verify()).len(), 2);
    // Before the first day's checkpoint: that day, too, was rolled back; nothing on disk is strange.
    logged.view.leaves.truncate(100);
    let found = told(&logged.verify());
    assert!(found.iter().any(|l| l == "K0813 log/checkpoint.d/2026-11-20 200|100"), "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
    // Without the bundles nobody knows what it was.
    fs::remove_dir_all(logged.at("tile/entries")).expect("removed");
    let found = told(&logged.verify());
    assert!(found.iter().any(|l| l == "K0813 log/checkpoint 300|100"), "{found:?}");
}

#[test]
fn a_changed_entry_is_named_and_a_missing_one_keeps_its_place() {
    let change = |seqs: &[u64]| {
        let mut logged = Logged::new();
        for seq in seqs {
            logged.view.leaves[*seq as usize - 1].1 = b"{}".to_vec();
        }
        logged
    };
    let logged = change(&[7, 40, 299]);
    let codes = ["K0814 [07/KH-SNV]", "K0814 |299", "K0814 |40"];
    let mut found = told(&logged.verify());
    found.sort();
    let days = |n: u64, root: &str| format!("K0816 log/checkpoint.d/2026-11-{n}{root}");
    found.retain(|l| !l.starts_with("K0816"));
    assert_eq!(found, codes);
    let days: Vec<String> = [20, 21].map(|n| days(n, "")).to_vec();
    let all = told(&logged.verify());
    for day in days {
        assert_eq!(all.iter().filter(|l| l.starts_with(&day)).count(), 1, "{all:?}");
    }
    // The first day's checkpoint still holds if the change came after it, and values are told.
    let root = logged.checkpoint("checkpoint").root;
    let all = told(&change(&[250]).verify());
    assert_eq!(all.len(), 2, "{all:?}");
    assert!(all.iter().any(|l| l == "K0814 |250"), "{all:?}");
    let day = format!("K0816 log/checkpoint.d/2026-11-21 {} (300)|", root.to_hex());
    let later = change(&[250]);
    let its_root = later.checkpoint("checkpoint").root;
    let day = day.replace(&root.to_hex(), &its_root.to_hex());
    assert!(all.iter().any(|l| l.starts_with(&day)), "{all:?} {day}");
    // Gone from the middle: the others are still compared with their own entries.
    let mut logged = Logged::new();
    logged.view.leaves.remove(249);
    let all = told(&logged.verify());
    assert_eq!(all.iter().filter(|l| l.starts_with("K0814")).collect::<Vec<_>>(), ["K0814 |250"]);
    // Three in a row, and the first of all.
    let mut logged = Logged::new();
    logged.view.leaves.drain(11..14);
    logged.view.leaves.remove(0);
    let mut all = told(&logged.verify());
    all.retain(|l| l.starts_with("K0814"));
    all.sort();
    assert_eq!(all, ["K0814 [01/KH-SNV]", "K0814 |12", "K0814 |13", "K0814 |14"]);
    // An entry that no log could hold differs too.
    let mut logged = Logged::new();
    logged.view.leaves[99].1 = vec![b'x'; 65_536];
    assert!(told(&logged.verify()).iter().any(|l| l == "K0814 |100"));
    // No bundle to compare with: it is known that something was changed, not what.
    let logged = change(&[250]);
    fs::remove_dir_all(logged.at("tile/entries")).expect("removed");
    let all = told(&logged.verify());
    assert!(all.iter().any(|l| l == "K0815 log/checkpoint"), "{all:?}");
    let gone = ["K0801 log/tile/entries/000", "K0801 log/tile/entries/001.p/44"];
    assert!(gone.iter().all(|g| all.iter().any(|l| l == g)), "{all:?}");
    assert!(!all.iter().any(|l| l.starts_with("K0802") || l.starts_with("K0814")), "{all:?}");
    // A bundle that cannot be taken apart tells nothing of single entries.
    let logged = change(&[250]);
    fs::write(logged.at("tile/entries/000"), b"\xff\xffx").expect("written");
    let all = told(&logged.verify());
    assert!(all.iter().any(|l| l == "K0815 log/checkpoint"), "{all:?}");
}

#[test]
fn entries_that_were_not_signed_yet_are_information() {
    let mut logged = Logged::new();
    logged.view.leaves.extend((SIGNED + 1..=SIGNED + 10).map(|n| (n, leaf(n))));
    let report = logged.verify();
    assert_eq!(told(&report), ["K0831 log |10"]);
    assert_eq!(report.exit_status(), ExitStatus::Clean);
    // Far enough to fill the next tile, which nobody has signed and nobody needs.
    logged.view.leaves.extend((SIGNED + 11..=600).map(|n| (n, leaf(n))));
    assert_eq!(told(&logged.verify()), ["K0831 log |300"]);
    // The very next entry fills a tile: nobody has signed that either.
    let mut logged = Logged::of(100, 255);
    logged.view.leaves.push((256, leaf(256)));
    assert_eq!(told(&logged.verify()), ["K0831 log |1"]);
}

#[test]
fn of_a_hundred_thousand_missing_entries_ten_thousand_are_named() {
    let mut logged = Logged::new();
    let last = logged.view.leaves.remove(299);
    logged.view.leaves.truncate(1);
    logged.view.leaves.push((100_000, last.1));
    let found = told(&logged.verify());
    assert_eq!(found.iter().filter(|l| l.starts_with("K0814")).count(), 10_000);
}

#[test]
fn checkpoints_are_signed_or_told() {
    let logged = Logged::new();
    let path = logged.at("checkpoint");
    let good = fs::read(&path).expect("read");
    fs::remove_file(&path).expect("removed");
    assert_eq!(told(&logged.verify()), ["K0811 log/checkpoint"]);
    // Without it damage on disk is still seen, up to the head of the register.
    logged.fixture.edit(&logged.at("tile/0/000"), |bytes| bytes[0] ^= 1);
    let found = told(&logged.verify());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|l| l == "K0802 log/tile/0/000"), "{found:?}");
    logged.fixture.edit(&logged.at("tile/0/000"), |bytes| bytes[0] ^= 1);
    fs::write(&path, [good.as_slice(), &[b' '; 2_000_000]].concat()).expect("written");
    let found = told(&logged.verify());
    assert!(found.len() == 1 && found[0].starts_with("K0812 log/checkpoint ("), "{found:?}");
    fs::write(&path, &good).expect("written");

    let day = "checkpoint.d/2026-11-21";
    let checkpoint = logged.checkpoint(day);
    logged.sign(day, &Checkpoint { root: Digest([1; 32]), ..checkpoint.clone() });
    let found = told(&logged.verify());
    let want =
        format!("K0816 log/{day} {} (300)|{}", Digest([1; 32]).to_hex(), checkpoint.root.to_hex());
    assert_eq!(found, [want]);
    logged.sign(day, &Checkpoint { size: 400, ..checkpoint.clone() });
    assert_eq!(told(&logged.verify()), [format!("K0813 log/{day} 400|300")]);
    fs::write(logged.at(day), b"x").expect("written");
    let found = told(&logged.verify());
    assert!(found.len() == 1 && found[0].starts_with(&format!("K0812 log/{day} (")), "{found:?}");
    logged.sign(day, &checkpoint);
    assert_eq!(told(&logged.verify()), [""; 0]);
    // Names that are no day, and a folder that is called like one.
    for name in ["2026-11-2x", "2026-1-21", "20261121"] {
        let path = logged.at("checkpoint.d").join(name);
        fs::write(&path, &good).expect("written");
        assert_eq!(told(&logged.verify()), [format!("K0803 log/checkpoint.d/{name}")]);
        fs::remove_file(path).expect("removed");
    }
    fs::create_dir(logged.at("checkpoint.d/2026-11-22")).expect("made");
    assert_eq!(told(&logged.verify()), [""; 0]);
}

#[test]
fn an_office_that_has_entered_nothing_has_signed_nothing() {
    let mut logged = Logged::new();
    logged.view.leaves.clear();
    fs::remove_dir_all(logged.fixture.at("log")).expect("removed");
    assert_eq!(told(&logged.verify()), ["K0704 log"], "the folder, and no more");
    fs::create_dir(logged.fixture.at("log")).expect("made");
    assert_eq!(told(&logged.verify()), [""; 0]);
    logged.view.leaves.push((1, leaf(1)));
    let found = told(&logged.verify());
    assert!(found.contains(&"K0811 log/checkpoint".to_owned()), "{found:?}");
}

#[test]
fn a_checkpoint_that_was_kept_elsewhere_is_an_anchor() {
    let logged = Logged::new();
    let old = fs::read(logged.at("checkpoint.d/2026-11-20")).expect("read");
    let current = logged.checkpoint("checkpoint");
    assert_eq!(logged.anchored(&old), [""; 0]);
    assert_eq!(logged.anchored(current.text().as_bytes()), [""; 0]);
    let ahead = Checkpoint { size: 301, ..current.clone() };
    assert_eq!(logged.anchored(ahead.text().as_bytes()), ["K0817 301|300"]);
    let other = Checkpoint { root: Digest([2; 32]), ..current.clone() };
    let want = format!("K0818 {} (300)|{}", Digest([2; 32]).to_hex(), current.root.to_hex());
    assert_eq!(logged.anchored(other.text().as_bytes()), [want]);
    let found = logged.anchored(b"nonsense");
    assert!(found.len() == 1 && found[0].starts_with("K0819 ("), "{found:?}");
}

#[test]
fn keys_are_entered_or_told() {
    let mut logged = Logged::new();
    let second = PrivateKey::new(logged.key.public().name(), [9; 32]).expect("a key");
    let third = PublicKey::parse(&second.public().vkey()).expect("a key").vkey();
    let path = logged.fixture.at("keys/000002.vkey");
    fs::write(&path, format!("{third}\n")).expect("written");
    let want = format!("K0822 keys/000002.vkey |{third}");
    assert_eq!(told(&logged.verify()), [want]);
    logged.view.keys = vec![third.clone()];
    assert_eq!(told(&logged.verify()), [""; 0]);
    fs::remove_file(&path).expect("removed");
    assert_eq!(told(&logged.verify()), [format!("K0823 keys {third}|–")]);
    logged.view.keys.clear();
    fs::write(&path, b"no key").expect("written");
    fs::write(logged.fixture.at("keys/x"), b"x").expect("written");
    let found = told(&logged.verify());
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("K0821 keys/000002.vkey ("), "{found:?}");
    assert!(found[1].starts_with("K0821 keys/x ("), "{found:?}");
}

#[test]
fn a_sealed_bag_is_the_one_that_was_entered() {
    const TAGS: &str = "bags/2026/000001/tagmanifest-sha256.txt";
    let mut logged = Logged::new();
    let (bag, entered) = logged.view.seals.remove(0);
    assert_eq!(told(&logged.verify()), [format!("K0842 {TAGS} –|{}", entered.to_hex())]);
    let other = Digest([3; 32]);
    logged.view.seals.push((bag, other));
    let want = format!("K0842 {TAGS} {}|{}", other.to_hex(), entered.to_hex());
    assert_eq!(told(&logged.verify()), std::slice::from_ref(&want));
    // Some of the documents only: nothing is said of the bag as a whole.
    let scope = Scope { part: true, ..Scope::ALL };
    let part = logged.run(&logged.fixture.world, Options { scope, ..Options::default() });
    assert_eq!(told(&part), [""; 0]);
    // Where the bag's own tag files contradict each other that was told, and is damage.
    type Break = fn(&Fixture);
    let damage: [(Break, bool); 9] = [
        (|f| fs::remove_file(f.at(TAGS)).expect("removed"), true),
        (|f| f.edit(&f.at("bags/2026/000001/so-dang-ky.csv"), |b| b.push(b'x')), true),
        (|f| fs::remove_file(f.at("bags/2026/000001/so-dang-ky.csv")).expect("removed"), true),
        (|f| f.edit(&f.at("bags/2026/000001/bagit.txt"), |b| b.push(b'x')), true),
        (|f| fs::remove_file(f.at("bags/2026/000001/bag-info.txt")).expect("removed"), true),
        (|f| fs::remove_file(f.at("bags/2026/000001/manifest-sha256.txt")).expect("removed"), true),
        (|f| f.edit(&f.at(TAGS), |b| b.extend(b"nonsense\n")), true),
        // Damage elsewhere excuses nothing.
        (|f| f.edit(&f.at("bags/2026/000002/so-dang-ky.csv"), |b| b.push(b'x')), false),
        (|f| fs::remove_file(f.file(1)).expect("removed"), false),
    ];
    for (at, (break_it, excused)) in damage.into_iter().enumerate() {
        let mut logged = Logged::new();
        logged.view.seals[0].1 = other;
        break_it(&logged.fixture);
        let found = told(&logged.verify());
        assert_ne!(found, [""; 0], "{at}");
        let is_told = found.iter().any(|l| l.starts_with("K0842"));
        assert_eq!(is_told, !excused, "{at}: {found:?}");
    }
    // Nor does a malformed line in another file of the bag.
    let mut logged = Logged::new();
    logged.view.seals[1].1 = other;
    let manifest = "open/2026/000003/manifest-sha256.txt";
    logged.fixture.edit(&logged.fixture.at(manifest), |b| b.extend(b"nonsense\n"));
    let found = told(&logged.verify());
    assert!(found.iter().any(|l| l.starts_with("K0842 bags/2026/000002")), "{found:?}");
    // A bag that the register does not know has no seal to compare with.
    let logged = Logged::new();
    let (from, to) = (logged.fixture.at("bags/2026/000002"), logged.fixture.at("bags/2026/000007"));
    let copied = std::process::Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.expect("cp").success());
    assert!(!told(&logged.verify()).iter().any(|l| l.starts_with("K0842")));
}

#[test]
fn a_check_of_the_log_that_is_stopped_says_nothing_of_it() {
    let logged = Logged::new();
    fs::write(logged.at("x"), b"x").expect("written");
    let cancel = std::sync::Arc::new(AtomicBool::new(false));
    let flag = cancel.clone();
    let world = Hooked::new(move |op, at| {
        if op == Op::Read && at.ends_with("log/checkpoint") {
            flag.store(true, Ordering::SeqCst);
        }
        Ok(())
    });
    let report = logged.run(&world, Options { cancel: Some(&cancel), ..Options::default() });
    assert_eq!(told(&report), [""; 0]);
    assert_eq!(report.covered.entries, 0);
    assert_eq!(report.exit_status(), ExitStatus::Stopped);
    // Two sealed bags and the log.
    assert_eq!(report.skipped, 3);
}
