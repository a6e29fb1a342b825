//! The mark of a backup, and going on from a copy.
//!
//! Knows: what a copy must say of itself. Must not know: how it is made, terminals, SQL.
//!
//! A copy of an office gives the same numbers as the office. As long as the mark lies in it nothing
//! can be entered there; going on is a decision of a person, and an entry of the register.

use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

use crate::archive::verify::Options;
use crate::archive::{Digest, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::{ActFilter, Filter, Kind, Register};
use crate::text;
use crate::world::World;

use super::filing::{Entering, Filing, read_register};
use super::verify::{Verified, verify};
use super::workspace::{Workspace, write_failure};

/// Name of the mark in a copy.
pub const MARK: &str = "ban-sao-luu.json";
/// Most bytes of a mark.
const MAX_MARK: u64 = 1 << 16;

/// What a copy says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// What this file is for, for whoever finds it.
    pub note: String,
    /// True once everything was copied and made durable.
    pub is_complete: bool,
    /// When it was made.
    pub made_at: String,
    /// Digest of the first leaf: which office it is.
    pub first: Option<Digest>,
    /// The newest position in it.
    pub head: u64,
    /// Digest of that position's leaf.
    pub leaf: Option<Digest>,
    /// True if it holds the private key.
    pub with_key: bool,
    /// Files in it.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
}

impl Mark {
    /// The mark of a copy of a register as it is now.
    pub fn of(register: &dyn Register, made_at: String, with_key: bool) -> Result<Self> {
        let head = register.head()?;
        Ok(Self {
            note: "Ban sao luu cua vanthu: khong cap so o day. / A backup of vanthu: no numbers are given here.".into(),
            is_complete: true,
            made_at,
            first: leaf_at(register, 1)?,
            head,
            leaf: leaf_at(register, head)?,
            with_key,
            files: 0,
            bytes: 0,
        })
    }

    /// The mark in a folder; `None` if there is none.
    ///
    /// # Errors
    /// `Config`: there is one that cannot be read. It stands all the same.
    pub fn read(world: &dyn World, dir: &Path) -> Result<Option<Self>> {
        let path = dir.join(MARK);
        let bytes = match world.read(&path, MAX_MARK) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            read => read.map_err(|e| super::workspace::read_failure(&path, &e))?,
        };
        serde_json::from_slice(&bytes).map(Some).map_err(|e| {
            Failure::new(
                FailureKind::Config,
                Place::file(path.display().to_string()),
                text!(
                    "dấu bản sao lưu không đọc được: {e}",
                    "the mark of the backup cannot be read: {e}"
                ),
            )
            .hint(text!(
                "chạy lại vanthu backup vào thư mục này, hoặc lấy bản sao khác",
                "run vanthu backup into this folder again, or take another copy"
            ))
        })
    }

    pub(super) fn write(&self, world: &dyn World, dir: &Path) -> Result<()> {
        let path = dir.join(MARK);
        let text = serde_json::to_vec_pretty(self).unwrap_or_default();
        world.replace(&path, &text).map_err(|e| write_failure(&path, &e))
    }

    /// True if a register has the copy's newest position, and the same.
    pub(super) fn is_within(&self, register: &dyn Register) -> Result<bool> {
        Ok(self.head == 0 || leaf_at(register, self.head)? == self.leaf)
    }
}

fn leaf_at(register: &dyn Register, seq: u64) -> Result<Option<Digest>> {
    let mut found = None;
    if seq > 0 {
        register.kept(seq..seq + 1, &mut |kept| {
            found = Some(sha256(&kept.leaf));
            Ok(())
        })?;
    }
    Ok(found)
}

/// Refuses to enter anything in a copy.
pub(super) fn refuse_copy(world: &dyn World, dir: &Path) -> Result<()> {
    let path = dir.join(MARK);
    if world.stat(&path).is_err() {
        return Ok(());
    }
    let mark = Mark::read(world, dir)?;
    let when = mark.as_ref().map(|m| m.made_at.clone()).unwrap_or_default();
    let head = mark.map_or(0, |m| m.head);
    Err(Failure::new(
        FailureKind::Config,
        Place::file(path.display().to_string()),
        text!(
            "đây là bản sao lưu lập lúc {when}, đến dòng {head} của sổ; cấp số ở đây sẽ trùng với số mà cơ quan đã cấp sau đó",
            "this is a backup made at {when}, up to row {head} of the register; numbers given here would repeat those that the office has given since"
        ),
    )
    .hint(text!(
        "làm việc ở thư mục cơ quan chính; nếu nơi đó đã mất và phải đi tiếp từ bản này: vanthu restore",
        "work in the office's own folder; if that is lost and this must go on: vanthu restore"
    )))
}

/// A series and the next number that it would give.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NextNumber {
    /// Series key.
    pub series: String,
    /// Year.
    pub year: i16,
    /// Số, ký hiệu of its last document.
    pub last: String,
    /// The number that comes next.
    pub next: u32,
}

/// What is to be known of a copy, and what became of it.
pub struct Restored {
    /// Its mark.
    pub mark: Mark,
    /// What each series of its newest year would give next.
    pub next: Vec<NextNumber>,
    /// What verification found in it.
    pub verified: Verified,
    /// True if the office goes on from it now.
    pub is_accepted: bool,
    /// What could not be finished.
    pub unfinished: Option<Failure>,
}

/// Looks at a copy and, if `accept`, goes on from it: the mark goes and the register says so.
///
/// # Errors
/// It is no copy, or not whole; the office's key is not there.
pub fn restore(workspace: &Workspace<'_>, accept: bool, wait: Duration) -> Result<Restored> {
    let (world, dir) = (workspace.world, workspace.dir.as_path());
    let Some(mark) = Mark::read(world, dir)? else { return Err(no_copy(dir)) };
    if !mark.is_complete {
        return Err(not_whole(dir));
    }
    let verified = verify(workspace, Options::default(), wait)?;
    let register = read_register(dir)?.ok_or_else(|| not_whole(dir))?;
    if !mark.is_within(&register)? {
        return Err(other_register(dir));
    }
    let next = next_numbers(&register)?;
    // A going on that was cut short before the mark went.
    let is_entered = register
        .acts(&ActFilter { kinds: vec![Kind::Restore], ..ActFilter::default() }, &mut |_| Ok(()))?
        > 0
        && register.head()? > mark.head;
    drop(register);
    let mut done = Restored { mark, next, verified, is_accepted: false, unfinished: None };
    if !accept || !done.verified.is_clean() {
        return Ok(done);
    }
    if !is_entered {
        let mut filing = Filing::open_copy(world, dir, &workspace.office, wait)?;
        let mut act = Entering::new(Kind::Restore, None, world.today());
        let mut data = Map::new();
        data.insert("head".into(), json!(done.mark.head));
        data.insert("leaf".into(), json!(done.mark.leaf));
        data.insert("made_at".into(), json!(done.mark.made_at));
        act.data = data;
        done.unfinished = filing.enter(vec![act])?.unfinished;
    }
    let path = dir.join(MARK);
    world.remove(&path).map_err(|e| write_failure(&path, &e))?;
    world.sync(dir).map_err(|e| write_failure(dir, &e))?;
    done.is_accepted = true;
    Ok(done)
}

/// What each series of the newest year would give next.
fn next_numbers(register: &dyn Register) -> Result<Vec<NextNumber>> {
    let mut out: Vec<NextNumber> = Vec::new();
    let filter = Filter::default();
    // By series, then number: the last of each stays.
    register.entries(&filter, &mut |entry| {
        let found = NextNumber {
            last: entry.code().to_string(),
            next: entry.number.get().saturating_add(1),
            series: entry.series,
            year: entry.year,
        };
        match out.last_mut() {
            Some(last) if (&last.series, last.year) == (&found.series, found.year) => *last = found,
            _ => out.push(found),
        }
        Ok(())
    })?;
    let newest = out.iter().map(|n| n.year).max();
    out.retain(|n| Some(n.year) == newest);
    Ok(out)
}

fn no_copy(dir: &Path) -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::file(dir.display().to_string()),
        text!(
            "thư mục này không phải bản sao lưu ({MARK} không có)",
            "this folder is no backup (there is no {MARK})"
        ),
    )
    .hint(text!(
        "chép bản sao lưu ra thư mục mới rồi chạy vanthu restore --office THƯ_MỤC",
        "copy the backup to a new folder, then run vanthu restore --office DIR"
    ))
}

fn not_whole(dir: &Path) -> Failure {
    Failure::new(
        FailureKind::Config,
        Place::file(dir.display().to_string()),
        text!(
            "bản sao lưu này chép dở, không dùng để đi tiếp được",
            "this backup was cut short and cannot be gone on from"
        ),
    )
    .hint(text!(
        "chạy lại vanthu backup vào đây; nếu cơ quan chính đã mất: xóa {MARK}, chuyển register.db ra chỗ khác rồi vanthu rebuild",
        "run vanthu backup into it again; if the office itself is lost: remove {MARK}, move register.db away, then vanthu rebuild"
    ))
}

fn other_register(dir: &Path) -> Failure {
    Failure::new(
        FailureKind::Tampered,
        Place::file(dir.display().to_string()),
        text!(
            "sổ đăng ký ở đây không phải sổ của lúc sao lưu",
            "the register here is not the one that was backed up"
        ),
    )
    .hint(text!("lấy lại bản sao lưu nguyên vẹn", "take a whole copy of the backup"))
}
