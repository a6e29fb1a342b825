//! A small archive with a register of its own in memory.
//!
//! Eleven documents: bags 1 and 2 sealed with four each, bag 3 open with three.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use sha2::Digest as _;
use vanthu::archive::verify::{
    DocumentId, Given, Known, Options, RegisterView, Report, State, verify,
};
use vanthu::archive::{Archive, BagId, Digest, FileName, FileRef};
use vanthu::diagnostic::Result;
use vanthu::world::{System, World};

pub const TODAY: Date = Date::constant(2026, 11, 22);
pub const YEAR: i16 = 2026;

/// One row of the register.
#[derive(Debug, Clone)]
pub struct Row {
    pub given: Given,
    pub file: Option<FileRef>,
}

/// A register in memory.
#[derive(Debug, Clone, Default)]
pub struct Register {
    pub rows: Vec<Row>,
    pub start_after: u32,
}

impl Register {
    /// The files of one bag as the archive wants them.
    pub fn files_of(&self, bag: BagId) -> Vec<FileRef> {
        let files = self.rows.iter().filter_map(|r| r.file.clone());
        files.filter(|f| f.at.bag_id() == bag).collect()
    }

    /// The highest bag and its files.
    pub fn last(&self) -> Option<(u32, u32)> {
        let bag = self.rows.iter().filter_map(|r| r.file.as_ref()).map(|f| f.at.bag).max()?;
        let id = BagId { year: YEAR, number: bag };
        Some((bag, self.files_of(id).len() as u32))
    }

    /// The rows of a bag as CSV.
    pub fn csv(&self, bag: BagId) -> Vec<u8> {
        let mut out = String::from("stt,so-ky-hieu\n");
        for row in &self.rows {
            if row.file.as_ref().is_some_and(|f| f.at.bag_id() == bag) {
                out.push_str(&format!("{},{}\n", row.given.document.seq, row.given.document.code));
            }
        }
        out.into_bytes()
    }

    /// Adds a registered document.
    pub fn commit(&mut self, series: &str, notation: &str, number: u32, file: FileRef) {
        let seq = self.rows.len() as u64 + 1;
        let document = DocumentId {
            seq,
            code: format!("{number:02}/{notation}"),
            series: series.to_owned(),
            year: YEAR,
            number,
            date: TODAY,
        };
        let given = Given { document, state: State::Registered, files: 1 };
        self.rows.push(Row { given, file: Some(file) });
    }
}

impl RegisterView for Register {
    fn bags(&self) -> Result<Vec<BagId>> {
        let mut bags: Vec<_> =
            self.rows.iter().filter_map(|r| r.file.as_ref()).map(|f| f.at.bag_id()).collect();
        bags.sort();
        bags.dedup();
        Ok(bags)
    }

    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        for row in &self.rows {
            let Some(file) = row.file.as_ref().filter(|f| f.at.bag_id() == bag) else { continue };
            each(Known {
                document: row.given.document.clone(),
                path: file.at.path.clone(),
                sha256: file.sha256,
                size: file.size,
                wanted: true,
            })?;
        }
        Ok(())
    }

    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        let mut given: Vec<_> = self.rows.iter().map(|r| r.given.clone()).collect();
        given.sort_by(|a, b| {
            let key = |g: &Given| (g.document.series.clone(), g.document.year, g.document.number);
            key(a).cmp(&key(b))
        });
        given.into_iter().try_for_each(each)
    }

    fn start_after(&self, _: &str, _: i16) -> Result<u32> {
        Ok(self.start_after)
    }

    fn totals(&self) -> Result<(u64, u64)> {
        let files: Vec<_> = self.rows.iter().filter_map(|r| r.file.as_ref()).collect();
        Ok((files.len() as u64, files.iter().map(|f| f.size).sum()))
    }
}

/// Bytes of a document: of its own length and content, not compressible at a glance.
pub fn content(n: u32) -> Vec<u8> {
    let mut state = n.wrapping_mul(2_654_435_761) | 1;
    let mut out = b"PK\x03\x04".to_vec();
    for _ in 0..5000 + n * 37 {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        out.push(state as u8);
    }
    out
}

/// SHA-256 by another library.
pub fn other_sha256(bytes: &[u8]) -> Digest {
    Digest(sha2::Sha256::digest(bytes).into())
}

/// An archive on disk and its register.
pub struct Fixture {
    _dir: tempfile::TempDir,
    pub root: PathBuf,
    pub register: Register,
    pub world: System,
}

/// What the documents of the fixture are called: number `n` from 1 to 11.
pub fn code(n: u32) -> String {
    if n <= 8 { format!("{n:02}/KH-SNV") } else { format!("{:02}/TB-HĐTĐ", n - 8) }
}

impl Fixture {
    pub fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        let root = dir.path().join("archive");
        let world = System::new(Some(TODAY));
        let mut register = Register::default();
        {
            // A machine that never dies, and never waits for its disk.
            let machine = super::world::Mortal::new(i64::MAX);
            let archive = Archive::create(&machine, &root).expect("created").with_bag_size(4);
            for n in 1..=11u32 {
                let (series, notation, number) = match n {
                    1..=8 => ("SNV:ke-hoach", "KH-SNV", n),
                    _ => ("HĐTĐ:thong-bao", "TB-HĐTĐ", n - 8),
                };
                let bags = archive.allocate(YEAR, 1, register.last()).expect("a bag");
                let name = FileName { series, number, extension: "docx" };
                let file = archive.stage("lo-1", bags[0], name, &content(n)).expect("staged");
                archive.settle("lo-1", std::slice::from_ref(&file)).expect("settled");
                register.commit(series, notation, number, file.clone());
                archive.record(&[file]).expect("recorded");
                let known = register.files_of(bags[0]);
                if archive.is_full(known.len() as u32) {
                    archive.seal(bags[0], &known, &register.csv(bags[0])).expect("sealed");
                }
                archive.end_batch("lo-1").expect("ended");
            }
        }
        Self { _dir: dir, root, register, world }
    }

    /// Path of document `n` in the archive.
    pub fn path(&self, n: u32) -> String {
        let file = self.register.rows[n as usize - 1].file.as_ref().expect("a file");
        let side = if file.at.bag <= 2 { "bags" } else { "open" };
        format!("{side}/{}", file.at)
    }

    /// Path of document `n` on disk.
    pub fn file(&self, n: u32) -> PathBuf {
        self.root.join(self.path(n))
    }

    /// A path on disk.
    pub fn at(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Rewrites a file as bytes.
    pub fn edit(&self, path: &Path, change: impl FnOnce(&mut Vec<u8>)) {
        let mut bytes = std::fs::read(path).expect("read");
        change(&mut bytes);
        if path.exists() {
            std::fs::remove_file(path).expect("removed");
        }
        std::fs::write(path, bytes).expect("written");
    }

    /// Rewrites a file as text.
    pub fn edit_text(&self, path: &str, change: impl FnOnce(String) -> String) {
        self.edit(&self.at(path), |bytes| {
            let text = String::from_utf8(std::mem::take(bytes)).expect("text");
            *bytes = change(text).into_bytes();
        });
    }

    pub fn verify(&self) -> Report {
        self.verify_in(&self.world)
    }

    pub fn verify_in(&self, world: &dyn World) -> Report {
        let options = Options { threads: 2, ..Options::default() };
        verify(world, &self.root, &self.register, options).expect("verified")
    }
}

/// Findings as lines: `K0108 renamed 02/KH-SNV bags/… -> …`.
pub fn lines(report: &Report) -> Vec<String> {
    let line = |f: &vanthu::archive::verify::Finding| {
        let mut out = format!("{} {}", f.class.code(), f.class.name());
        if let Some(document) = &f.document {
            out.push_str(&format!(" [{}]", document.code));
        }
        if !f.path.is_empty() {
            out.push_str(&format!(" {}", f.path));
        }
        if let Some(line) = f.line {
            out.push_str(&format!(":{line}"));
        }
        if let Some(other) = &f.other {
            out.push_str(" ->");
            if let Some(document) = &other.document {
                out.push_str(&format!(" [{}]", document.code));
            }
            if !other.path.is_empty() {
                out.push_str(&format!(" {}", other.path));
            }
        }
        out
    };
    report.findings.iter().map(line).collect()
}
