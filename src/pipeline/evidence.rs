//! Evidence to take away: checkpoints, proofs of single documents, and checking them elsewhere.
//!
//! Knows: which entry of the log a document is, how evidence is read back. Must not know: terminals, tiles.

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use jiff::civil::Date;

use crate::archive::Digest;
use crate::archive::log::{Checkpoint, Fault, Proof, PublicKey, Reader, keys};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::DocumentCode;
use crate::register::leaf::Leaf;
use crate::register::{Book, Register};
use crate::text;
use crate::text::qr::{self, Level};
use crate::world::World;

use super::acts::candidates;
use super::filing::{ARCHIVE, read_register, rotate_key};
use super::workspace::{Workspace, read_failure};

/// Most bytes of a file with keys.
const MAX_KEYS: u64 = 1 << 20;
/// How often a proof is tried again while a batch is being filed.
const TRIES: usize = 3;

/// The signed checkpoint of an office, for printing and for keeping elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The signed note, verbatim: what `verify --anchor` takes.
    pub note: String,
    /// What it says.
    pub checkpoint: Checkpoint,
    /// The public key in use, as a vkey.
    pub vkey: String,
}

impl Signed {
    /// The three lines that a person can compare: name, entries, root.
    pub fn lines(&self) -> [String; 3] {
        let text = self.checkpoint.text();
        let mut lines = text.lines().map(str::to_owned);
        std::array::from_fn(|_| lines.next().unwrap_or_default())
    }

    /// The note as a QR code; `None` if it does not fit into one.
    pub fn qr(&self) -> Option<Qr> {
        Qr::new(&self.note)
    }
}

/// A QR code: squares, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qr {
    /// Squares in a row and rows.
    pub width: usize,
    /// True where a square is dark.
    pub dark: Vec<bool>,
}

impl Qr {
    /// White squares that must stand around it.
    pub const QUIET: usize = 4;

    fn new(text: &str) -> Option<Self> {
        let code = qr::code(text, Level::Low)?;
        Some(Self { width: code.width, dark: code.dark })
    }

    /// True if the square is dark; everything around the code is white.
    fn is_dark(&self, row: usize, column: usize) -> bool {
        let inside = |at: usize| at.checked_sub(Self::QUIET).filter(|at| *at < self.width);
        let (Some(row), Some(column)) = (inside(row), inside(column)) else { return false };
        self.dark.get(row * self.width + column).copied().unwrap_or(false)
    }

    /// For a terminal: two rows in a line of half blocks, white written as a block, so that it can be
    /// read on a dark screen.
    pub fn text(&self) -> String {
        let size = self.width + 2 * Self::QUIET;
        let mut out = String::new();
        for row in (0..size).step_by(2) {
            for column in 0..size {
                let upper = !self.is_dark(row, column);
                let lower = row + 1 < size && !self.is_dark(row + 1, column);
                out.push(match (upper, lower) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            out.push('\n');
        }
        out
    }

    /// As an SVG image of squares of four units.
    pub fn svg(&self) -> String {
        let size = self.width + 2 * Self::QUIET;
        let side = size * 4;
        let mut path = String::new();
        for row in 0..size {
            for column in (0..size).filter(|column| self.is_dark(row, *column)) {
                path.push_str(&format!("M{} {}h4v4h-4z", column * 4, row * 4));
            }
        }
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{side}\" height=\"{side}\" viewBox=\"0 0 {side} {side}\"><rect width=\"{side}\" height=\"{side}\" fill=\"#fff\"/><path d=\"{path}\" fill=\"#000\"/></svg>\n"
        )
    }
}

/// The current checkpoint of an office; `None` where nothing was signed yet. Needs no key and no lock.
///
/// # Errors
/// `Tampered` if it is not signed by a key of the archive.
pub fn signed_checkpoint(world: &dyn World, office: &Path) -> Result<Option<Signed>> {
    let root = office.join(ARCHIVE);
    let known = keys::public(world, &root)?.keys;
    let Some((note, checkpoint)) = Reader::checkpoint(world, &root, &known)? else {
        return Ok(None);
    };
    let vkey = known.last().map(PublicKey::vkey).unwrap_or_default();
    Ok(Some(Signed { note: String::from_utf8_lossy(&note).into_owned(), checkpoint, vkey }))
}

/// The proof of one document: `code` as it is written on it, `year` of its number. With it goes the
/// vkey that checks it.
///
/// # Errors
/// `Input` if there is no such document or it is not signed yet; `Tampered` if log and register differ.
pub fn prove(workspace: &Workspace<'_>, code: &str, year: i16) -> Result<(Proof, String)> {
    let (world, dir) = (workspace.world, &workspace.dir);
    let register = read_register(dir)?.ok_or_else(|| no_document(code, year))?;
    let seq = find(&register, code, year)?;
    let root = dir.join(ARCHIVE);
    let known = keys::public(world, &root)?.keys;
    let mut tries = 0;
    loop {
        tries += 1;
        match prove_at(world, &root, &known, seq) {
            // A batch that is being filed replaces partial tiles.
            Err(failure) if failure.kind == FailureKind::Input && tries < TRIES => {}
            Err(failure) => return Err(failure),
            Ok(proof) => {
                // What cannot be compared is no proof: a row that is gone has no leaf.
                let own = register.leaf(seq)?;
                if own.is_none() || proof.leaf != own {
                    return Err(Fault::OtherEntries.tampered(&root));
                }
                return Ok((proof, known.last().map(PublicKey::vkey).unwrap_or_default()));
            }
        }
    }
}

fn prove_at(world: &dyn World, root: &Path, known: &[PublicKey], seq: u64) -> Result<Proof> {
    let signed = Reader::checkpoint(world, root, known)?;
    let Some((note, checkpoint)) = signed.filter(|(_, c)| c.size >= seq && seq > 0) else {
        return Err(not_signed(root));
    };
    Reader::new(world, root, checkpoint.size).prove(seq - 1, &note, known)
}

fn find(register: &dyn Register, code: &str, year: i16) -> Result<u64> {
    // `vang:05`, `#12`: what every act takes.
    if code.contains(':') || code.trim().starts_with('#') {
        let typed = if code.contains('@') { code.to_owned() } else { format!("{code}@{year}") };
        let typed = if code.trim().starts_with('#') { code } else { &typed };
        let found = candidates(register, typed)?;
        return match found.as_slice() {
            [only] => Ok(only.seq),
            _ => Err(no_document(code, year)),
        };
    }
    let parsed: Option<DocumentCode> = code.trim().parse().ok();
    let number = parsed.as_ref().and_then(|c| c.number);
    let (Some(parsed), Some(number)) = (&parsed, number) else {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("“{code}” không phải số, ký hiệu", "`{code}` is not the code of a document"),
        )
        .hint(text!("viết như trên văn bản: 05/KH-SNV", "as on the document: 05/KH-SNV")));
    };
    for book in [Book::Outgoing, Book::Awards] {
        if let Some(entry) = register.by_code(book, number, &parsed.notation.0, year)? {
            return Ok(entry.seq);
        }
    }
    Err(no_document(code, year))
}

fn no_document(code: &str, year: i16) -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::default(),
        text!("sổ đăng ký không có {code} năm {year}", "the register has no {code} of {year}"),
    )
    .hint(text!(
        "tra bằng vanthu book outgoing --year {year}; năm khác thì thêm --year",
        "look it up with vanthu book outgoing --year {year}; name another year with --year"
    ))
}

fn not_signed(root: &Path) -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::file(root.join("log/checkpoint").display().to_string()),
        text!("văn bản này chưa được ký vào nhật ký", "no checkpoint has signed this document yet"),
    )
    .hint(text!("chạy vanthu verify rồi thử lại", "run vanthu verify, then try again"))
}

/// What a proof says of a file.
#[derive(Debug, Clone)]
pub struct Checked {
    /// What stands in the log.
    pub leaf: Leaf,
    /// The checkpoint that signs it.
    pub checkpoint: Checkpoint,
    /// SHA-256 of the file.
    pub sha256: Digest,
    /// True if the file is one of those that the log has for this entry.
    pub matches: bool,
}

/// Checks without an office that a file is in a signed log: its SHA-256 is in the leaf, the leaf in
/// the tree, the tree signed by one of `known`.
///
/// # Errors
/// `Input`: this is no proof, or the file cannot be read. `Tampered`: the proof does not hold.
pub fn check_proof(
    world: &dyn World,
    file: &Path,
    proof: &Path,
    known: &[PublicKey],
) -> Result<Checked> {
    let limit = crate::archive::log::proof::MAX_BYTES as u64;
    let bytes = world.read(proof, limit).map_err(|e| read_failure(proof, &e))?;
    let parsed = Proof::parse(&bytes).map_err(|fault| fault.refuse(proof).hint(not_a_proof()))?;
    let leaf = parsed.leaf.clone().ok_or_else(|| Fault::ProofLines.refuse(proof))?;
    let checkpoint = parsed.verify(&leaf, known).map_err(|fault| forged(fault, proof))?;
    let leaf: Leaf = serde_json::from_slice(&leaf)
        .map_err(|_| Fault::ProofLines.refuse(proof).hint(not_a_proof()))?;
    if leaf.seq.checked_sub(1) != Some(parsed.index) {
        return Err(forged(Fault::Proof, proof));
    }
    let sha256 = digest(world, file)?;
    let matches = leaf.files.iter().any(|f| f.sha256 == sha256);
    Ok(Checked { leaf, checkpoint, sha256, matches })
}

fn not_a_proof() -> crate::diagnostic::Text {
    text!(
        "cần tệp .tlog-proof do “vanthu proof” ghi",
        "a .tlog-proof as `vanthu proof` writes it is wanted"
    )
}

fn forged(fault: Fault, proof: &Path) -> Failure {
    let why = fault.text();
    let message = crate::diagnostic::Text::new(
        format!("bằng chứng không đúng: {}", why.vi),
        format!("the proof does not hold: {}", why.en),
    );
    Failure::new(FailureKind::Tampered, Place::file(proof.display().to_string()), message).hint(text!(
        "kiểm tra xem khóa (--key) có đúng là khóa cơ quan công bố không; nếu đúng thì đừng tin văn bản này",
        "see that the key (--key) is the one that the office has made known; if it is, do not trust this document"
    ))
}

fn digest(world: &dyn World, file: &Path) -> Result<Digest> {
    let mut reader = world.open(file).map_err(|e| read_failure(file, &e))?;
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    let mut buffer = vec![0; 64 << 10];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => context.update(buffer.get(..count).unwrap_or_default()),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(read_failure(file, &error)),
        }
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    Ok(Digest(out))
}

/// Keys as given on the command line: each a vkey, or a file of vkeys.
pub fn read_keys(world: &dyn World, given: &[String]) -> Result<Vec<PublicKey>> {
    let mut out = Vec::new();
    for text in given {
        if let Ok(key) = PublicKey::parse(text) {
            out.push(key);
            continue;
        }
        let path = Path::new(text);
        let bytes = world.read(path, MAX_KEYS).map_err(|e| read_failure(path, &e))?;
        let lines = std::str::from_utf8(&bytes).map_err(|_| Fault::NotUtf8.refuse(path))?;
        for line in lines.lines().filter(|l| !l.trim().is_empty() && !l.starts_with('#')) {
            out.push(PublicKey::parse(line).map_err(|fault| fault.refuse(path))?);
        }
    }
    Ok(out)
}

/// The public keys of an office's archive, the one in use last.
pub fn public_keys(world: &dyn World, office: &Path) -> Result<Vec<PublicKey>> {
    Ok(keys::public(world, &office.join(ARCHIVE))?.keys)
}

/// Changes the office's signing key; the old public key, if there was one, and the new one.
///
/// # Errors
/// As for issuing; `Usage` if a key that is said to be lost is there.
pub fn rotate(
    workspace: &Workspace<'_>,
    is_lost: bool,
    wait: Duration,
) -> Result<(Option<PublicKey>, PublicKey)> {
    rotate_key(workspace.world, &workspace.dir, &workspace.office, is_lost, wait)
}

/// The day and further facts of a leaf by name, for showing.
pub fn facts(leaf: &Leaf) -> BTreeMap<&'static str, String> {
    let mut out = BTreeMap::new();
    let mut put = |name, value: Option<String>| out.extend(value.map(|v| (name, v)));
    put("series", leaf.series.clone());
    put("number", leaf.number.map(|n| n.to_string()));
    put("year", leaf.year.map(|y| y.to_string()));
    put("date", Some(leaf.date).map(|d: Date| d.to_string()));
    put("registered_at", Some(leaf.registered_at.clone()));
    put("kind", Some(leaf.kind.key()));
    out
}
