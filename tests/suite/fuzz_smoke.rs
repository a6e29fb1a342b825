//! The fuzz targets over their seeds and a fixed set of mutations of them.
//!
//! Knows: the entry functions of `fuzz/`, bytes. Must not know: what the bytes mean.
//! The fuzzer itself needs a nightly compiler; this keeps its targets compiled and its seeds good.

use std::fs;
use std::path::Path;

use vanthu::docx::Writer;

use crate::docx_sample;

#[path = "../../fuzz/src/lib.rs"]
mod entries;

/// Mutations of each seed of a target. `VANTHU_FUZZ=20000` for a long run.
fn rounds() -> usize {
    std::env::var("VANTHU_FUZZ").ok().and_then(|n| n.parse().ok()).unwrap_or(200)
}

/// A sequence that is the same in every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        if limit == 0 { 0 } else { (self.0 % limit as u64) as usize }
    }
}

/// Bytes that mean something to one reader or another.
const PIECES: [&[u8]; 28] = [
    b"\0",
    b"\n",
    b"\r\n",
    b"---\n",
    b"{{",
    b"}}",
    b"{{#each a}}",
    b"{{/if}}",
    b"|",
    b"**",
    b"\\",
    b"\"",
    b"'",
    b"&a",
    b"*a",
    b": ",
    b"[",
    b"]",
    b"<",
    b"</",
    b"/>",
    b"&lt;",
    b"99999999999999999999",
    b"-1",
    "\u{e000}".as_bytes(),
    "\u{feff}".as_bytes(),
    "Điều 0. ".as_bytes(),
    b"\xff",
];

fn mutated(seed: &[u8], chance: &mut Chance) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=chance.below(4) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(24)).min(bytes.len());
        match chance.below(6) {
            0 if at < bytes.len() => bytes[at] ^= 1 << chance.below(8),
            1 => drop(bytes.drain(at..end)),
            2 => bytes.truncate(at),
            3 => {
                let copy = bytes[at..end].to_vec();
                let to = chance.below(bytes.len() + 1);
                bytes.splice(to..to, copy);
            }
            _ => {
                let piece = PIECES[chance.below(PIECES.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
        }
    }
    bytes
}

fn run(target: &str, entry: fn(&[u8]), more: Vec<Vec<u8>>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut names: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().flatten().map(|e| e.path()).collect();
    names.sort();
    let mut seeds: Vec<Vec<u8>> =
        names.iter().map(|path| fs::read(path).expect("a seed")).collect();
    seeds.extend(more);
    assert!(!seeds.is_empty(), "{target} has no seeds");
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15);
    for seed in &seeds {
        entry(seed);
        for _ in 0..rounds() {
            let bytes = mutated(seed, &mut chance);
            if std::panic::catch_unwind(|| entry(&bytes)).is_err() {
                panic!("{target} falls over {:?}", String::from_utf8_lossy(&bytes));
            }
        }
    }
}

macro_rules! targets {
    ($($name:ident),+) => { $(
        #[test]
        fn $name() {
            run(stringify!($name), entries::$name, Vec::new());
        }
    )+ };
}

targets!(
    source,
    template,
    office,
    job,
    ruleset,
    csv,
    json,
    yaml,
    xlsx,
    xlsx_sheet,
    docx_document,
    word_template,
    manifest,
    name,
    note,
    checkpoint,
    proof,
    tile,
    leaf,
    pdf
);

#[test]
fn docx() {
    let written = Writer::new().expect("writer").write(&docx_sample::sheet()).expect("written");
    run("docx", entries::docx, vec![written.bytes]);
}
