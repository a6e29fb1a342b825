//! A scratch office, worlds that fail, and what must hold whatever happens.

mod acts;
mod batch;
mod copies;
mod crash;
mod log;
mod mending;
mod power;
mod putback;
mod refuse;
mod waits;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use jiff::civil::date;

use super::*;
use crate::archive::{sha256, verify};
use crate::model::{Contents, OrganConfig, SeriesConfig};
use crate::pipeline::Ledger;
use crate::register::{Book, Filter, Order, Want, audit};
use crate::world::System;

pub(super) const NO_WAIT: Duration = Duration::ZERO;

/// A folder for an office; in memory where the system offers it, since these tests sync thousands of times.
pub(super) fn folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let here = if memory.is_dir() { memory.to_owned() } else { std::env::temp_dir() };
    tempfile::Builder::new().prefix("vanthu-").tempdir_in(here).expect("a folder")
}

pub(super) fn office(bag_size: u32) -> Office {
    Office {
        organ: OrganConfig {
            key: String::new(),
            parent: vec!["UBND TỈNH A".into()],
            name: vec!["SỞ NỘI VỤ".into()],
            in_text: "Sở Nội vụ".into(),
            code: "SNV".into(),
            id: None,
            place: "A".into(),
        },
        councils: BTreeMap::new(),
        series: SeriesConfig::default(),
        signers: BTreeMap::new(),
        defaults: Contents::default(),
        allow_titles_before_name: false,
        ruleset: None,
        bag_size,
        days_off: Vec::new(),
        units: Vec::new(),
        layout: BTreeMap::new(),
    }
}

pub(super) fn batch(job: &str) -> Batch {
    Batch { job: job.into(), title: format!("Lô {job}"), book: Book::Outgoing }
}

/// Wants that alternate between two series.
pub(super) fn wants(job: &str, count: usize) -> Vec<Want> {
    (0..count)
        .map(|i| Want {
            series: ["SNV:ke-hoach", "SNV:bao-cao"][i % 2].into(),
            date: date(2026, 3, 5),
            row_key: format!("{job}-{i}"),
            input: format!("{{\"row\":{i}}}"),
        })
        .collect()
}

/// The document of a want: differs for every row and number.
pub(super) fn document(want: &Want, number: Number) -> Rendered {
    let kind = want.series.trim_start_matches("SNV:");
    let bytes = format!("{} {number} {}", want.row_key, want.series).into_bytes();
    Rendered {
        parts: Some(sha256(&bytes)),
        bytes,
        extension: "docx",
        further: Vec::new(),
        fields: Fields {
            type_id: kind.into(),
            type_name: "Kế hoạch".into(),
            notation: format!("{}-SNV", if kind == "ke-hoach" { "KH" } else { "BC" }),
            organ_name: "Sở Nội vụ".into(),
            organ_id: None,
            subject: format!("Tổ chức phong trào của {}", want.row_key),
            signer_position: "GIÁM ĐỐC".into(),
            signer_name: "Lê Minh Tuấn".into(),
            recipients: vec!["UBND tỉnh (để b/c)".into(), "Các phòng".into()],
            archive_copy: "VT, VP".into(),
            copies: Some(3),
            priority: 0,
            extra: BTreeMap::new(),
        },
    }
}

pub(super) fn issue(filing: &mut Filing<'_>, job: &str, wants: &[Want]) -> Result<Outcome> {
    let render = |i: usize, n: Number| Ok(document(&wants[i], n));
    filing.issue_batch(&batch(job), &wants, &render, &|_| {})
}

/// Wants of several jobs in one batch.
struct Together(Vec<Want>, Vec<(String, String)>);

impl Wants for Together {
    fn count(&self) -> usize {
        self.0.len()
    }

    fn get(&self, index: usize) -> Result<Want> {
        self.0.as_slice().get(index).cloned().ok_or_else(crate::register::no_such_want)
    }

    fn job(&self, index: usize) -> Option<(&str, &str)> {
        self.1.get(index).map(|(id, title)| (id.as_str(), title.as_str()))
    }
}

/// Issues jobs of so many wants each as one batch. Whoever writes beside it is told of it if it was entered, and only then.
pub(super) fn issue_as_one(filing: &mut Filing<'_>, jobs: &[(&str, usize)]) -> Result<Outcome> {
    let all: Vec<Want> = jobs.iter().flat_map(|(job, count)| wants(job, *count)).collect();
    let name = |(job, count): &(&str, usize)| vec![(job.to_string(), format!("Lô {job}")); *count];
    let together = Together(all.clone(), jobs.iter().flat_map(name).collect());
    let render = |i: usize, n: Number| Ok(document(&all[i], n));
    let told = std::sync::atomic::AtomicBool::new(false);
    let beside = |issued: &[Issued], given: Given| {
        assert_eq!(issued.len(), all.len());
        told.store(given.wait(), std::sync::atomic::Ordering::SeqCst);
    };
    let outcome = filing.issue_beside(&batch(jobs[0].0), &together, &render, &|_| {}, &beside);
    assert_eq!(told.into_inner(), outcome.is_ok(), "{:?}", outcome.as_ref().err());
    outcome
}

pub(super) fn open<'w>(world: &'w dyn World, dir: &Path, bag_size: u32) -> Result<Filing<'w>> {
    Filing::open(world, dir, &office(bag_size), NO_WAIT)
}

/// Issues what a job still lacks, as a second run would.
pub(super) fn finish(filing: &mut Filing<'_>, job: &str, all: &[Want]) -> Outcome {
    let done = filing.issued_rows(job).expect("rows");
    let rest: Vec<Want> = all.iter().filter(|w| !done.contains_key(&w.row_key)).cloned().collect();
    issue(filing, job, &rest).expect("the rest is issued")
}

/// Every file below a folder with its bytes.
pub(super) fn snapshot(dir: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut out = BTreeMap::new();
    for entry in walkdir::WalkDir::new(dir) {
        let entry = entry.expect("an entry");
        if entry.file_type().is_file() {
            let inside = entry.path().strip_prefix(dir).expect("inside").to_owned();
            out.insert(inside, fs::read(entry.path()).expect("a file"));
        }
    }
    out
}

/// What must hold of an office that was just opened, whatever happened before: numbers run 01, 02, …
/// in each series, each row has its file with its exact bytes, and nothing else lies in the bags.
pub(super) fn assert_sound(filing: &Filing<'_>) {
    let mut last: BTreeMap<(String, i16), u32> = BTreeMap::new();
    let mut expected: BTreeMap<PathBuf, Vec<u8>> = BTreeMap::new();
    let (mut seq, mut entries) = (0, 0);
    let mut lines = BTreeMap::<PathBuf, Vec<String>>::new();
    let filter = Filter { order: Order::Registration, ..Filter::default() };
    let count = filing.register.entries(&filter, &mut |e| {
        // Acts stand between entries; the audit below sees that no position is left out.
        assert!(e.seq > seq, "positions rise");
        (seq, entries) = (e.seq, entries + 1);
        let before = last.entry((e.series.clone(), e.year)).or_default();
        *before += 1;
        assert_eq!(e.number.get(), *before, "numbers without gap or double in {}", e.series);
        for file in &e.files {
            let path = filing.archive.resolve(&file.at);
            let bytes = fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            assert_eq!(sha256(&bytes), file.sha256, "{}", file.at);
            let bag = path.ancestors().nth(3).expect("a bag").to_owned();
            lines.entry(bag).or_default().push(format!("{}  {}", file.sha256, file.at.path));
            expected.insert(path, bytes);
        }
        Ok(())
    });
    assert_eq!(count.expect("entries"), entries);
    for (bag, mut lines) in lines {
        let text = fs::read_to_string(bag.join("manifest-sha256.txt")).expect("a manifest");
        let mut written: Vec<String> = text.lines().map(str::to_owned).collect();
        written.sort();
        lines.sort();
        assert_eq!(written, lines, "{}", bag.display());
    }
    let root = filing.archive.root();
    let found: Vec<PathBuf> = snapshot(root)
        .into_keys()
        .filter(|p| p.components().any(|c| c.as_os_str() == "data"))
        .map(|p| root.join(p))
        .collect();
    assert_eq!(found, expected.into_keys().collect::<Vec<_>>(), "files in bags");
    let bags = filing.register.bags().expect("bags");
    for (bag, next) in bags.iter().zip(bags.iter().skip(1)).filter(|(a, b)| a.year == b.year) {
        assert_eq!(next.bag, bag.bag + 1, "no bag is left out");
        assert_eq!(bag.files, u64::from(filing.archive.bag_size()), "bags are filled in turn");
        let open = root.join(format!("open/{}/{:06}", bag.year, bag.bag));
        assert!(!open.exists(), "a full bag is sealed");
    }
    let mut edited = Vec::new();
    let rows = audit(filing.register(), &mut |d| edited.push(d)).expect("audits");
    let head = filing.register.head().expect("head");
    assert_eq!((rows, edited), (head, Vec::new()));
    let signed = filing.log().checkpoint().map_or(0, |c| c.size);
    assert_eq!(signed, head, "the checkpoint covers every position");
    let options = verify::Options { threads: 1, ..Default::default() };
    let report = verify::verify(filing.world, root, &Ledger(filing.register()), options);
    let report = report.expect("verifies");
    assert_eq!(report.exit_status(), verify::ExitStatus::Clean, "{:?}", report.findings);
    for is_newest in [true, false] {
        let odd = journal::findings(filing.register(), filing.archive(), is_newest);
        assert_eq!(odd.expect("compares"), [], "the journal says what the register says");
    }
    let staging = fs::read_dir(root.join("staging")).expect("staging");
    assert_eq!(staging.count(), 0, "staging is empty");
    let mut pending = 0;
    filing
        .register
        .pending(&mut |_| {
            pending += 1;
            Ok(())
        })
        .expect("pending");
    assert_eq!(pending, 0, "no reservation is left");
}

pub(super) fn system() -> System {
    System::new(Some(date(2026, 3, 5)))
}
