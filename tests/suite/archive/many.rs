//! Very many files: memory stays flat, progress rises steadily, and one changed file among all is found.
//!
//! `VANTHU_FILES=1000000` for the long run (a minute or two, 4 GB of disk); what it took is printed.

use std::fs;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use sha2::Digest as _;
use vanthu::archive::verify::{
    DocumentId, ExitStatus, Given, Known, Options, RegisterView, State, verify,
};
use vanthu::archive::{Archive, BagId};
use vanthu::diagnostic::Result;
use vanthu::world::System;

use super::fixture::{TODAY, YEAR, other_sha256};

const IN_A_BAG: u64 = 1000;

/// A register that makes its rows up when asked, and so holds none.
struct MadeUp(u64);

fn content(n: u64) -> Vec<u8> {
    format!("document {n}").into_bytes()
}

fn path(n: u64) -> String {
    format!("data/snv.ke-hoach/{n:07}.docx")
}

fn document(n: u64) -> DocumentId {
    DocumentId {
        seq: n,
        code: format!("{n:02}/KH-SNV"),
        series: "SNV:ke-hoach".into(),
        year: YEAR,
        number: n as u32,
        date: TODAY,
    }
}

impl RegisterView for MadeUp {
    fn bags(&self) -> Result<Vec<BagId>> {
        Ok((1..=self.0 / IN_A_BAG).map(|n| BagId { year: YEAR, number: n as u32 }).collect())
    }
    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        let last = u64::from(bag.number) * IN_A_BAG;
        (last - IN_A_BAG + 1..=last).try_for_each(|n| {
            let (bytes, document, path) = (content(n), document(n), path(n));
            let (sha256, size) = (other_sha256(&bytes), bytes.len() as u64);
            each(Known { document, path, sha256, size, wanted: true })
        })
    }
    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        (1..=self.0).try_for_each(|n| {
            each(Given { document: document(n), state: State::Registered, files: 1 })
        })
    }
    fn totals(&self) -> Result<(u64, u64)> {
        Ok((self.0, (1..=self.0).map(|n| content(n).len() as u64).sum()))
    }
}

/// A sealed bag written straight to disk.
fn write_bag(root: &std::path::Path, view: &MadeUp, bag: BagId) {
    let dir = root.join(format!("bags/{bag}"));
    fs::create_dir_all(dir.join("data/snv.ke-hoach")).expect("made");
    let (mut manifest, mut bytes) = (String::new(), 0);
    view.files(bag, &mut |known| {
        fs::write(dir.join(&known.path), content(known.document.seq)).expect("written");
        manifest.push_str(&format!("{}  {}\n", known.sha256, known.path));
        bytes += known.size;
        Ok(())
    })
    .expect("rows");
    let tags = [
        ("bag-info.txt", format!("Payload-Oxum: {bytes}.{IN_A_BAG}\n")),
        ("bagit.txt", "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n".to_owned()),
        ("manifest-sha256.txt", manifest),
        ("so-dang-ky.csv", String::from("stt\n")),
    ];
    let mut listed = String::new();
    for (name, text) in tags {
        let digest = sha2::Sha256::digest(&text);
        let hex: String = digest.iter().map(|b| format!("{b:02x}")).collect();
        listed.push_str(&format!("{hex}  {name}\n"));
        fs::write(dir.join(name), text).expect("written");
    }
    fs::write(dir.join("tagmanifest-sha256.txt"), listed).expect("written");
}

/// Most memory that this process ever had, in MB, as the system tells.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|l| l.starts_with("VmHWM"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kb| kb / 1024)
}

#[test]
fn many_files_in_flat_memory_with_steady_progress() {
    let files = std::env::var("VANTHU_FILES").ok().and_then(|n| n.parse().ok()).unwrap_or(4000);
    let view = MadeUp(files);
    let dir = tempfile::tempdir().expect("a folder");
    let root = dir.path().join("archive");
    let world = System::new(Some(TODAY));
    Archive::create(&world, &root).expect("created");
    for bag in view.bags().expect("bags") {
        write_bag(&root, &view, bag);
    }
    let changed = files / 2;
    let bag = BagId { year: YEAR, number: changed.div_ceil(IN_A_BAG) as u32 };
    fs::write(root.join(format!("bags/{bag}")).join(path(changed)), b"documEnt").expect("written");
    let before = peak();
    let (told, seen) = (AtomicU64::new(0), Mutex::new(Vec::new()));
    let on_progress = |p: vanthu::archive::verify::Progress| {
        told.fetch_add(1, Ordering::Relaxed);
        assert!(p.files <= p.total_files && p.bytes <= p.total_bytes + 16, "{p:?}");
        seen.lock().expect("no panic").push(p.files);
    };
    let options = Options { on_progress: Some(&on_progress), ..Options::default() };
    let start = std::time::Instant::now();
    let report = verify(&world, &root, &view, options).expect("verified");
    println!(
        "{files} files in {:?}, {} told; memory {before:?} → {:?} MB",
        start.elapsed(),
        told.into_inner(),
        peak()
    );
    assert_eq!(report.exit_status(), ExitStatus::Findings);
    assert_eq!((report.findings.len(), report.covered.files), (1, files));
    assert_eq!(report.findings[0].document.as_ref().map(|d| d.seq), Some(changed));
    assert_eq!(report.bags.len() as u64, files / IN_A_BAG);
    let seen = seen.into_inner().expect("no panic");
    assert_eq!(seen.last(), Some(&files), "progress ends at the whole");
    if let (Some(before), Some(after)) = (before, peak()) {
        assert!(after.saturating_sub(before) < 100, "{before} → {after} MB");
    }
}
