//! Backup: a whole office in another folder, consistent, synced and verified there.
//!
//! Knows: what belongs to an office, in which order a copy stays usable. Must not know: terminals, SQL.
//!
//! The copy is an office folder of its own with a mark in it ([`super::copy`]), so that nobody goes on
//! from it by mistake. The office is locked meanwhile. What never changes (filed documents, full tiles)
//! is copied once. The archive comes first and the register last, in one step: should the copying be
//! cut short, the copy's archive is at most newer than its register, and its mark says that it is not whole.

use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Map, json};

use crate::archive::log::keys::KEY_FILE;
use crate::archive::verify::Options;
use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::register::{Kind, Register};
use crate::text;
use crate::world::{EntryKind, World};

use super::copy::{MARK, Mark};
use super::filing::{ARCHIVE, Entering, Filing, LOCK, REGISTER, read_register};
use super::verify::{Verified, verify};
use super::workspace::{Workspace, read_failure, write_failure};

/// Bytes that are copied at a time.
const CHUNK: usize = 1 << 20;
/// Name of a file that is being copied.
const HALF: &str = ".vanthu-copy.tmp";
/// Deepest folder that is copied.
const MAX_DEPTH: usize = 64;

/// What is to be copied, and where to.
#[derive(Debug, Clone)]
pub struct BackupRequest {
    /// The folder of the copy.
    pub to: PathBuf,
    /// The private key too: whoever has the copy can then sign as the office.
    pub with_key: bool,
    /// How long to wait for another process.
    pub wait: Duration,
}

/// What a backup came to.
pub struct BackedUp {
    /// Files that were copied now.
    pub copied: u64,
    /// Files that the copy had already.
    pub kept: u64,
    /// Bytes that were copied now.
    pub bytes: u64,
    /// The newest position that the copy has.
    pub head: u64,
    /// What is no file or folder, and was left out.
    pub skipped: Vec<PathBuf>,
    /// True if the office has a private key that the copy lacks.
    pub lacks_key: bool,
    /// What verification found in the copy; `None` in an office that has entered nothing.
    pub verified: Option<Verified>,
    /// The copy is whole, but it could not be registered.
    pub unfinished: Option<Failure>,
}

/// Copies an office, verifies the copy and registers that it was made.
///
/// # Errors
/// A folder that cannot be used, a file that cannot be read or written: the copy is then marked as
/// not whole, and the next backup into it goes on. `Tampered`: the copy knows more than the office.
pub fn backup(workspace: &Workspace<'_>, request: &BackupRequest) -> Result<BackedUp> {
    let (world, from) = (workspace.world, workspace.dir.as_path());
    let to = request.to.as_path();
    refuse_nested(from, to)?;
    let mut filing = Filing::open(world, from, &workspace.office, request.wait)?;
    let head = filing.register().head()?;
    let older = usable(world, to, filing.register())?;
    world.create_dir(to).map_err(|e| write_failure(to, &e))?;
    let mut mark = Mark::of(filing.register(), world.timestamp(), request.with_key)?;
    mark.is_complete = false;
    sweep(world, to)?;
    // An unfinished copy says so, and of what.
    mark.write(world, to)?;
    let mut copy = Copy::new(world, from, to, request.with_key);
    if older {
        copy.follow_seals()?;
    }
    copy.tree(Path::new(""), 0)?;
    copy.drop_old_tiles()?;
    let lacks_key = !request.with_key && world.stat(&from.join(KEY_FILE)).is_ok();
    copy.register(&filing)?;
    world.sync_tree(to).map_err(|e| write_failure(to, &e))?;
    (mark.files, mark.bytes) = (copy.copied + copy.kept, copy.total);
    mark.is_complete = true;
    mark.write(world, to)?;
    let mut done = BackedUp {
        copied: copy.copied,
        kept: copy.kept,
        bytes: copy.bytes,
        head,
        skipped: copy.skipped,
        lacks_key,
        verified: None,
        unfinished: None,
    };
    if head > 0 {
        let there = Workspace::open(world, to, world.today())?;
        done.verified = Some(verify(&there, Options::default(), request.wait)?);
    }
    if done.verified.as_ref().is_none_or(Verified::is_clean) {
        done.unfinished = enter(workspace, &mut filing, &mark)?;
    }
    Ok(done)
}

fn enter(
    workspace: &Workspace<'_>,
    filing: &mut Filing<'_>,
    mark: &Mark,
) -> Result<Option<Failure>> {
    let mut act = Entering::new(Kind::Backup, None, workspace.world.today());
    let mut data = Map::new();
    data.insert("head".into(), json!(mark.head));
    data.insert("leaf".into(), json!(mark.leaf));
    data.insert("files".into(), json!(mark.files));
    data.insert("bytes".into(), json!(mark.bytes));
    act.data = data;
    Ok(filing.enter(vec![act])?.unfinished)
}

/// Removes what a mark has left that was being written when the program was killed.
fn sweep(world: &dyn World, to: &Path) -> Result<()> {
    for (name, kind) in world.list(to).map_err(|e| read_failure(to, &e))? {
        let half = name.to_str().is_some_and(|n| {
            n.starts_with(&format!(".{MARK}.")) && n.ends_with(".tmp") && kind == EntryKind::File
        });
        if half {
            let path = to.join(name);
            world.remove(&path).map_err(|e| write_failure(&path, &e))?;
        }
    }
    Ok(())
}

/// Refuses a copy inside the office, or an office inside the copy.
fn refuse_nested(from: &Path, to: &Path) -> Result<()> {
    let real = |p: &Path| crate::world::real_path(p);
    let (from, to) = (real(from), real(to));
    if !to.starts_with(&from) && !from.starts_with(&to) {
        return Ok(());
    }
    Err(usage(
        &to,
        text!(
            "bản sao lưu không được nằm trong thư mục cơ quan, hay thư mục cơ quan nằm trong nó",
            "a backup may not lie inside the office folder, nor the office folder inside it"
        ),
        text!(
            "chọn ổ đĩa khác hoặc thư mục khác: mất ổ này thì bản sao phải còn",
            "choose another disk or folder: the copy must outlive this one"
        ),
    ))
}

/// Refuses a folder that is not ours; true if it holds an older copy of this office.
fn usable(world: &dyn World, to: &Path, register: &dyn Register) -> Result<bool> {
    let names = match world.list(to) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(false),
        listed => listed.map_err(|e| read_failure(to, &e))?,
    };
    if names.is_empty() {
        return Ok(false);
    }
    let Some(mark) = Mark::read(world, to)? else {
        return Err(usage(
            to,
            text!(
                "thư mục này đã có thứ khác, không phải bản sao lưu của vanthu",
                "this folder holds other things and is no backup of vanthu"
            ),
            text!("chọn thư mục trống hoặc thư mục mới", "choose an empty or a new folder"),
        ));
    };
    let own = Mark::of(register, String::new(), false)?;
    if mark.first.is_some() && own.first.is_some() && mark.first != own.first {
        return Err(usage(
            to,
            text!("đây là bản sao lưu của cơ quan khác", "this is the backup of another office"),
            text!("chọn thư mục khác", "choose another folder"),
        ));
    }
    if mark.is_complete && !mark.is_within(register)? {
        let position = mark.head;
        return Err(Failure::new(
            FailureKind::Tampered,
            Place::file(to.display().to_string()),
            text!(
                "bản sao lưu có dòng {position} mà sổ đăng ký không có hoặc có khác: cơ quan đã bị đưa về bản cũ, hoặc đã đi tiếp từ một bản khác",
                "the backup has row {position}, which the register lacks or has otherwise: the office was put back to an older state, or went on from another copy"
            ),
        )
        .hint(text!(
            "chưa chép gì đè lên; giữ nguyên cả hai và so sổ của hai nơi trước khi cấp số tiếp",
            "nothing was overwritten; keep both as they are and compare their books before any further number is given"
        )));
    }
    Ok(true)
}

fn usage(path: &Path, message: Text, hint: Text) -> Failure {
    Failure::new(FailureKind::Usage, Place::file(path.display().to_string()), message).hint(hint)
}

/// A copying under way.
struct Copy<'a> {
    world: &'a dyn World,
    from: &'a Path,
    to: &'a Path,
    with_key: bool,
    copied: u64,
    kept: u64,
    bytes: u64,
    total: u64,
    skipped: Vec<PathBuf>,
}

impl<'a> Copy<'a> {
    fn new(world: &'a dyn World, from: &'a Path, to: &'a Path, with_key: bool) -> Self {
        Self {
            world,
            from,
            to,
            with_key,
            copied: 0,
            kept: 0,
            bytes: 0,
            total: 0,
            skipped: Vec::new(),
        }
    }

    /// Bags that were sealed since the last backup are moved in the copy too, not copied again.
    fn follow_seals(&self) -> Result<()> {
        let (open, bags) = (Path::new(ARCHIVE).join("open"), Path::new(ARCHIVE).join("bags"));
        for (year, _) in self.names(&self.to.join(&open))? {
            for (bag, _) in self.names(&self.to.join(&open).join(&year))? {
                let (old, new) = (open.join(&year).join(&bag), bags.join(&year).join(&bag));
                let is_sealed = self.world.stat(&self.from.join(&new)).is_ok();
                let target = self.to.join(&new);
                if is_sealed && self.world.stat(&target).is_err() {
                    let parent = crate::world::parent_of(&target);
                    self.world.create_dir(&parent).map_err(|e| write_failure(&parent, &e))?;
                    let old = self.to.join(old);
                    self.world.rename(&old, &target).map_err(|e| write_failure(&old, &e))?;
                }
            }
        }
        Ok(())
    }

    fn names(&self, dir: &Path) -> Result<Vec<(std::ffi::OsString, EntryKind)>> {
        match self.world.list(dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            listed => listed.map_err(|e| read_failure(dir, &e)),
        }
    }

    /// Copies a folder of the office.
    fn tree(&mut self, inside: &Path, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            self.skipped.push(inside.to_path_buf());
            return Ok(());
        }
        for (name, kind) in self.names(&self.from.join(inside))? {
            let path = inside.join(&name);
            if self.is_left_out(&path) {
                continue;
            }
            match kind {
                EntryKind::Dir => {
                    let to = self.to.join(&path);
                    self.world.create_dir(&to).map_err(|e| write_failure(&to, &e))?;
                    if path != Path::new(ARCHIVE).join("staging") {
                        self.tree(&path, depth + 1)?;
                    }
                }
                EntryKind::File => self.file(&path)?,
                EntryKind::Symlink | EntryKind::Other => self.skipped.push(path),
            }
        }
        Ok(())
    }

    /// The lock, the register (copied by itself) and, unless wanted, the private key.
    fn is_left_out(&self, path: &Path) -> bool {
        let name = path.to_string_lossy();
        let own = path.components().count() == 1
            && (name == LOCK
                || name == MARK
                || name.starts_with(REGISTER)
                || name.starts_with(".register.db"));
        // With the key goes what a change of keys has left: the next one, the old ones.
        own || (!self.with_key && name.starts_with(KEY_FILE))
    }

    fn file(&mut self, inside: &Path) -> Result<()> {
        let (from, to) = (self.from.join(inside), self.to.join(inside));
        let length = self.world.stat(&from).map_err(|e| read_failure(&from, &e))?.len;
        self.total = self.total.saturating_add(length);
        if self.is_there(inside, &from, &to, length)? {
            self.kept += 1;
            return Ok(());
        }
        let is_private = inside.to_string_lossy().starts_with(KEY_FILE);
        self.put(&from, &to, is_private)?;
        let is_sealed = inside.starts_with(Path::new(ARCHIVE).join("bags"));
        if is_sealed {
            let _ = self.world.set_read_only(&to);
        }
        self.copied += 1;
        self.bytes = self.bytes.saturating_add(length);
        Ok(())
    }

    /// True if the copy has the file: of what never changes the length tells, and verification the rest.
    fn is_there(&self, inside: &Path, from: &Path, to: &Path, length: u64) -> Result<bool> {
        let Ok(stat) = self.world.stat(to) else { return Ok(false) };
        if stat.kind != EntryKind::File || stat.len != length {
            return Ok(false);
        }
        if never_changes(inside) {
            return Ok(true);
        }
        let mut one = self.world.open(from).map_err(|e| read_failure(from, &e))?;
        let mut two = self.world.open(to).map_err(|e| read_failure(to, &e))?;
        let (mut a, mut b) = (vec![0; CHUNK], vec![0; CHUNK]);
        loop {
            let n = fill(&mut one, &mut a).map_err(|e| read_failure(from, &e))?;
            let m = fill(&mut two, &mut b).map_err(|e| read_failure(to, &e))?;
            if n != m || a.get(..n) != b.get(..m) {
                return Ok(false);
            }
            if n == 0 {
                return Ok(true);
            }
        }
    }

    /// Copies under another name first, so that a kill leaves no half file under the right one.
    fn put(&self, from: &Path, to: &Path, is_private: bool) -> Result<()> {
        let half = crate::world::parent_of(to).join(HALF);
        match self.world.remove(&half) {
            Err(error) if error.kind() != ErrorKind::NotFound => {
                return Err(write_failure(&half, &error));
            }
            _ => {}
        }
        let mut reader = self.world.open(from).map_err(|e| read_failure(from, &e))?;
        let mut chunk = vec![0; CHUNK];
        let mut is_new = true;
        loop {
            let n = fill(&mut reader, &mut chunk).map_err(|e| read_failure(from, &e))?;
            let bytes = chunk.get(..n).unwrap_or_default();
            let written = match (is_new, is_private) {
                (true, true) => self.world.create_private(&half, bytes),
                (true, false) => self.world.create(&half, bytes),
                (false, _) if n == 0 => break,
                (false, _) => self.world.append_unsynced(&half, bytes),
            };
            if let Err(error) = written {
                let _ = self.world.remove(&half);
                return Err(write_failure(to, &error));
            }
            is_new = false;
        }
        if self.world.stat(to).is_ok() {
            return self.world.replace_by(&half, to).map_err(|e| write_failure(to, &e));
        }
        self.world.rename(&half, to).map_err(|e| write_failure(to, &e))
    }

    /// Tiles that were partial at the last backup and are full now: the log has dropped them.
    fn drop_old_tiles(&self) -> Result<()> {
        let mut todo = vec![Path::new(ARCHIVE).join("log")];
        while let Some(inside) = todo.pop() {
            for (name, kind) in self.names(&self.to.join(&inside))? {
                let path = inside.join(name);
                if kind == EntryKind::Dir {
                    todo.push(path);
                } else if self.world.stat(&self.from.join(&path)).is_err() {
                    let old = self.to.join(path);
                    self.world.remove(&old).map_err(|e| write_failure(&old, &e))?;
                }
            }
        }
        Ok(())
    }

    /// The register as it is now, in the place of the older one in one step.
    fn register(&self, filing: &Filing<'_>) -> Result<()> {
        let (half, to) = (self.to.join(".register.db.copy"), self.to.join(REGISTER));
        let aside = [half.clone(), with_ending(&to, "-wal"), with_ending(&to, "-shm")];
        for path in aside {
            match self.world.remove(&path) {
                Err(error) if error.kind() != ErrorKind::NotFound => {
                    return Err(write_failure(&path, &error));
                }
                _ => {}
            }
        }
        let Some(register) = read_register(filing.dir())? else { return Ok(()) };
        register.copy_to(&half)?;
        self.world.sync(&half).map_err(|e| write_failure(&half, &e))?;
        self.world.replace_by(&half, &to).map_err(|e| write_failure(&to, &e))
    }
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    PathBuf::from(name)
}

/// Filed documents and sealed bags never change, nor do full tiles.
fn never_changes(inside: &Path) -> bool {
    let archive = Path::new(ARCHIVE);
    let is_data = || inside.components().any(|c| c.as_os_str() == "data");
    let is_partial = || inside.to_string_lossy().contains(".p/");
    inside.starts_with(archive.join("bags"))
        || (inside.starts_with(archive.join("open")) && is_data())
        || (inside.starts_with(archive.join("log").join("tile")) && !is_partial())
}

/// Reads until the buffer is full or the file ends.
fn fill(reader: &mut dyn Read, buffer: &mut [u8]) -> std::io::Result<usize> {
    let mut n = 0;
    while let Some(rest) = buffer.get_mut(n..).filter(|rest| !rest.is_empty()) {
        match reader.read(rest) {
            Ok(0) => break,
            Ok(more) => n += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(n)
}
