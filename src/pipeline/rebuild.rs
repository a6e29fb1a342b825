//! Rebuild: the register made again from the archive alone, for the day when only that folder is left.
//!
//! Knows: the journal, the log, in which order they are believed. Must not know: terminals, SQL.
//!
//! Rows come from the journal, each checked against its own leaf; the leaves together must lead to
//! the root that the log has signed, and the bags must not hold what no row knows. Only a register
//! that lacks nothing takes the place of the lost one: from an incomplete one, numbers would be given
//! twice. An incomplete one can be written elsewhere, to read.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Map;

use crate::archive::journal::end_of;
use crate::archive::log::{Checkpoint, Edge, Reader, keys};
use crate::archive::verify::Options;
use crate::archive::{Archive, Digest};
use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::register::journal::{Line, files_of, read};
use crate::register::leaf::Leaf;
use crate::register::sqlite::Sqlite;
use crate::register::{Kept, Kind, Record, check};
use crate::text;
use crate::world::World;

use super::filing::{ARCHIVE, Entering, Filing, REGISTER, covers, take_lock};
use super::verify::{Verified, verify};
use super::workspace::{OFFICE_FILE, Workspace, write_failure};

/// Losses that are told one by one.
const TOLD: usize = 1000;
/// Where the register is made before it takes its place.
const HALF: &str = ".register.db.rebuild";

/// What a rebuild came to.
#[derive(Default)]
pub struct Rebuilt {
    /// Where the register was written; `None` if it was not.
    pub path: Option<PathBuf>,
    /// Positions that were brought back.
    pub positions: u64,
    /// Entries among them.
    pub entries: u64,
    /// Inputs that documents were made from.
    pub inputs: u64,
    /// What could not be brought back or proven.
    pub losses: Vec<Text>,
    /// Losses beyond those told one by one.
    pub untold: u64,
    /// True if the log proves that nothing is missing.
    pub is_proven: bool,
    /// True if what the journal says is not what the log has signed.
    pub is_contradicted: bool,
    /// What verification found with the register in its place.
    pub verified: Option<Verified>,
    /// The register is in place, but what follows could not be done.
    pub unfinished: Option<Failure>,
}

impl Rebuilt {
    fn lose(&mut self, what: Text) {
        if self.losses.len() < TOLD {
            self.losses.push(what);
        } else {
            self.untold += 1;
        }
    }

    /// True if nothing is missing and everything was verified.
    pub fn is_whole(&self) -> bool {
        self.losses.is_empty()
            && self.unfinished.is_none()
            && self.verified.as_ref().is_none_or(Verified::is_clean)
    }
}

/// Makes the register of an office again, or a copy of it at `out`.
///
/// # Errors
/// There is a register already, or nothing to make it from; an input or output error.
pub fn rebuild(workspace: &Workspace<'_>, out: Option<&Path>, wait: Duration) -> Result<Rebuilt> {
    let (world, dir) = (workspace.world, workspace.dir.as_path());
    let target = out.map_or_else(|| dir.join(REGISTER), Path::to_path_buf);
    if world.stat(&target).is_ok() {
        return Err(is_there(&target, out.is_none()));
    }
    let lock = take_lock(world, dir, wait)?;
    let root = dir.join(ARCHIVE);
    let archive = Archive::open(world, &root)?;
    if archive.segments()?.is_empty() {
        return Err(nothing_kept(&root));
    }
    let half = target.with_file_name(HALF);
    sweep(world, &half)?;
    let mut done = Rebuilt::default();
    make(world, &archive, &half, &mut done)?;
    let keep = !done.is_contradicted && (out.is_some() || done.losses.is_empty());
    if !keep {
        sweep(world, &half)?;
        return Ok(done);
    }
    if out.is_none() {
        put_leftovers_aside(world, &archive, &target)?;
    }
    world.sync(&half).map_err(|e| write_failure(&half, &e))?;
    world.rename(&half, &target).map_err(|e| write_failure(&target, &e))?;
    let parent = crate::world::parent_of(&target);
    world.sync(&parent).map_err(|e| write_failure(&parent, &e))?;
    done.path = Some(target);
    drop(lock);
    if out.is_none() {
        done.unfinished = enter(workspace, &done, wait).err();
        done.verified = verify(workspace, Options::default(), wait).ok();
    }
    Ok(done)
}

/// Registers that the register was made again.
fn enter(workspace: &Workspace<'_>, done: &Rebuilt, wait: Duration) -> Result<()> {
    let mut filing = Filing::open(workspace.world, &workspace.dir, &workspace.office, wait)?;
    let mut act = Entering::new(Kind::Rebuild, None, workspace.world.today());
    let mut data = Map::new();
    data.insert("positions".into(), done.positions.into());
    data.insert("proven".into(), done.is_proven.into());
    act.data = data;
    match filing.enter(vec![act])?.unfinished {
        Some(failure) => Err(failure),
        None => Ok(()),
    }
}

/// Writes the register at `half` from the journal, and says what is missing.
fn make(world: &dyn World, archive: &Archive<'_>, half: &Path, done: &mut Rebuilt) -> Result<()> {
    let signed = signed(world, archive.root(), done)?;
    let mut register = Sqlite::open(half)?;
    let mut lines = Lines {
        archive,
        reader: signed.as_ref().map(|c| Reader::new(world, archive.root(), c.size)),
        segments: archive.segments()?.into_iter(),
        segment: Vec::new(),
        at: 0,
        next: 1,
        edge: Edge::default(),
        signed: signed.as_ref(),
        root: None,
        done,
    };
    let restored = register.restore(&mut || lines.next());
    lines.end();
    let (size, at_signed) = (lines.edge.size(), lines.root);
    restored?;
    if let Some(signed) = &signed {
        match at_signed {
            Some(root) if root == signed.root => done.is_proven = done.losses.is_empty(),
            Some(_) => {
                done.is_contradicted = true;
                done.lose(text!(
                    "các dòng trong nhật trình không dẫn tới gốc mà nhật ký của kho đã ký",
                    "the rows of the journal do not lead to the root that the archive's log has signed"
                ));
            }
            None => {
                let more = signed.size.saturating_sub(size);
                if done.losses.is_empty() {
                    done.lose(text!(
                        "nhật trình thiếu {more} dòng cuối mà nhật ký của kho đã ký",
                        "the journal lacks the last {more} rows that the archive's log has signed"
                    ));
                }
            }
        }
    }
    if let Some(proof) = covers(&register, archive)? {
        done.lose(text!(
            "kho có {proof} mà không dòng nào của nhật trình nói tới",
            "the archive has {proof}, of which no row of the journal tells"
        ));
    }
    Ok(())
}

/// The signed checkpoint, if it can be believed.
fn signed(world: &dyn World, root: &Path, done: &mut Rebuilt) -> Result<Option<Checkpoint>> {
    let known = keys::public(world, root)?.keys;
    match Reader::checkpoint(world, root, &known) {
        Ok(Some((_, checkpoint))) => Ok(Some(checkpoint)),
        Ok(None) => {
            done.lose(text!(
                "không có điểm kiểm tra đã ký của nhật ký, nên không chứng minh được là đủ dòng",
                "there is no signed checkpoint of the log, so it cannot be proven that no row is missing"
            ));
            Ok(None)
        }
        Err(failure) => {
            done.lose(failure.message.clone());
            Ok(None)
        }
    }
}

/// The lines of the journal in order; what is not as it was committed to is left out and told.
struct Lines<'a, 'w> {
    archive: &'a Archive<'w>,
    reader: Option<Reader<'w>>,
    segments: std::vec::IntoIter<u64>,
    segment: Vec<u8>,
    at: usize,
    /// The next position.
    next: u64,
    edge: Edge,
    signed: Option<&'a Checkpoint>,
    /// The root when the leaves were as many as the checkpoint says.
    root: Option<Digest>,
    done: &'a mut Rebuilt,
}

impl Lines<'_, '_> {
    fn next(&mut self) -> Result<Option<Line>> {
        loop {
            let rest = self.segment.get(self.at..).unwrap_or_default();
            let Some(line) = rest.split_inclusive(|b| *b == b'\n').next() else {
                match self.segments.next() {
                    Some(segment) => {
                        self.lack(end_of(segment - 1) + 1)?;
                        self.segment = self.archive.segment(segment)?;
                        self.at = 0;
                        continue;
                    }
                    None => return Ok(None),
                }
            };
            self.at += line.len();
            match read(line) {
                Some(Line::Kept(kept)) => {
                    if let Some(kept) = self.position(kept)? {
                        return Ok(Some(Line::Kept(kept)));
                    }
                }
                Some(line) => {
                    self.done.inputs += u64::from(matches!(line, Line::Shared(_)));
                    return Ok(Some(line));
                }
                None if line.starts_with(b"{\"seq\":") => {}
                None => {
                    let start: String = String::from_utf8_lossy(line).chars().take(60).collect();
                    self.done.lose(text!(
                        "một dòng của nhật trình không đọc được: {start}",
                        "a line of the journal cannot be read: {start}"
                    ));
                }
            }
        }
    }

    /// A position, if it is the next one or comes after a gap and is what was committed to.
    fn position(&mut self, kept: Kept) -> Result<Option<Kept>> {
        if kept.seq < self.next {
            let seq = kept.seq;
            self.done.lose(text!(
                "dòng {seq} có hai lần trong nhật trình",
                "row {seq} stands twice in the journal"
            ));
            return Ok(None);
        }
        let record = Record {
            seq: kept.seq,
            row: kept.row.clone(),
            leaf: kept.leaf.clone(),
            salt: kept.salt.clone(),
            files: files_of(&kept.leaf).unwrap_or_default(),
        };
        if let Some(found) = check(&record) {
            // What it says is not what was registered: it is missing like one that is gone.
            self.done.lose(found.message);
            self.lack(kept.seq)?;
            return Ok(None);
        }
        self.lack(kept.seq)?;
        self.push(&kept.leaf)?;
        self.next = kept.seq + 1;
        self.done.positions += 1;
        self.done.entries += u64::from(kept.made.is_some());
        Ok(Some(kept))
    }

    fn push(&mut self, leaf: &[u8]) -> Result<()> {
        self.edge.push(leaf, &mut |_, _| Ok(()))?;
        if self.signed.is_some_and(|s| s.size == self.edge.size()) {
            self.root = Some(self.edge.root());
        }
        Ok(())
    }

    /// Tells the positions before `seq` that are missing, with what the log still knows of them.
    fn lack(&mut self, seq: u64) -> Result<()> {
        while self.next < seq {
            let at = self.next;
            let leaf = self.reader.as_ref().and_then(|r| r.leaf(at - 1).ok());
            let told = leaf.as_deref().and_then(named).unwrap_or_default();
            self.done.lose(text!(
                "mất dòng {at} của sổ đăng ký {told}",
                "row {at} of the register is lost {told}"
            ));
            self.push(leaf.as_deref().unwrap_or_default())?;
            self.next += 1;
        }
        Ok(())
    }

    /// After the last line: what the log has signed beyond it.
    fn end(&mut self) {
        if let Some(signed) = self.signed {
            let _ = self.lack(signed.size.saturating_add(1));
        }
    }
}

/// What a leaf says of a document, without a name: `(SNV:ke-hoach 5/2026)`.
fn named(leaf: &[u8]) -> Option<String> {
    let leaf: Leaf = serde_json::from_slice(leaf).ok()?;
    Some(match (&leaf.series, leaf.number, leaf.year) {
        (Some(series), Some(number), Some(year)) => format!("({series} {number}/{year})"),
        _ => format!("({} {})", leaf.kind.key(), leaf.date),
    })
}

/// Removes a register that was being made when the program was killed.
fn sweep(world: &dyn World, half: &Path) -> Result<()> {
    for ending in ["", "-wal", "-shm", "-journal"] {
        let mut name = half.as_os_str().to_owned();
        name.push(ending);
        let path = PathBuf::from(name);
        match world.remove(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            removed => removed.map_err(|e| write_failure(&path, &e))?,
        }
    }
    Ok(())
}

/// What SQLite left beside a register that is gone must not be taken for a part of the new one.
fn put_leftovers_aside(world: &dyn World, archive: &Archive<'_>, target: &Path) -> Result<()> {
    for ending in ["-wal", "-shm", "-journal"] {
        let mut name = target.as_os_str().to_owned();
        name.push(ending);
        let path = PathBuf::from(name);
        if world.stat(&path).is_ok() {
            archive.keep_as_evidence(&path, &format!("{REGISTER}{ending}"))?;
        }
    }
    Ok(())
}

/// Writes `vanthu.toml` again from what the newest documents were made from, where it is missing and
/// the journal tells it. True if it did.
///
/// # Errors
/// The journal cannot be read, or the file not be written.
pub fn recover_config(world: &dyn World, dir: &Path) -> Result<bool> {
    let path = dir.join(OFFICE_FILE);
    if world.stat(&path).is_ok() || world.stat(&dir.join(ARCHIVE)).is_err() {
        return Ok(false);
    }
    let archive = Archive::open(world, &dir.join(ARCHIVE))?;
    let (mut texts, mut office) = (std::collections::HashMap::new(), None);
    for segment in archive.segments()? {
        for line in archive.segment(segment)?.split_inclusive(|b| *b == b'\n') {
            let Some(Line::Shared(shared)) =
                line.starts_with(b"{\"blob\":").then(|| read(line)).flatten()
            else {
                continue;
            };
            let told = serde_json::from_slice::<serde_json::Value>(&shared.bytes).ok();
            let digest = told.and_then(|v| v.get("office")?.as_str()?.parse::<Digest>().ok());
            office = digest.or(office);
            if shared.bytes.len() < (1 << 20) {
                texts.insert(shared.sha256, shared.bytes);
            }
        }
    }
    let Some(text) = office.and_then(|digest| texts.remove(&digest)) else { return Ok(false) };
    world.create(&path, &text).map_err(|e| write_failure(&path, &e))?;
    world.sync(&path).map_err(|e| write_failure(&path, &e))?;
    Ok(true)
}

fn is_there(path: &Path, is_ours: bool) -> Failure {
    let place = Place::file(path.display().to_string());
    if !is_ours {
        return Failure::new(
            FailureKind::Usage,
            place,
            text!("tệp này đã có", "this file is there already"),
        )
        .hint(text!("chọn tên khác cho --out", "choose another name for --out"));
    }
    Failure::new(
        FailureKind::Usage,
        place,
        text!(
            "cơ quan vẫn còn sổ đăng ký, không lập đè lên",
            "the office still has its register; it is not overwritten"
        ),
    )
    .hint(text!(
        "sổ hỏng thì chuyển tệp ra chỗ khác rồi chạy lại; chỉ muốn có bản để đọc: --out TỆP",
        "if it is damaged, move the file away and run again; for a copy to read: --out FILE"
    ))
}

fn nothing_kept(root: &Path) -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::file(root.join("journal").display().to_string()),
        text!(
            "kho không có nhật trình nên không có gì để lập lại sổ",
            "the archive has no journal, so there is nothing to make the register from"
        ),
    )
    .hint(text!(
        "tìm bản sao lưu có archive/journal/; so-dang-ky.csv trong các túi vẫn đọc được bằng mắt",
        "find a backup with archive/journal/; so-dang-ky.csv in the bags can still be read by people"
    ))
}
