//! Worlds that refuse, panic, change their mind or lose power.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use vanthu::world::{EntryKind, Lock, Stat, System, World, parent_of};

/// What is asked of the machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Op {
    Read,
    Open,
    Stat,
    List,
    Create,
    Append,
    Truncate,
    Replace,
    Rename,
    Remove,
    RemoveTree,
    CreateDir,
    Sync,
    SyncTree,
}

type Hook = Box<dyn Fn(Op, &Path) -> io::Result<()> + Send + Sync>;

/// The machine, with a hook before every operation.
pub struct Hooked {
    inner: System,
    hook: Hook,
}

impl Hooked {
    pub fn new(hook: impl Fn(Op, &Path) -> io::Result<()> + Send + Sync + 'static) -> Self {
        Self { inner: System::new(Some(super::fixture::TODAY)), hook: Box::new(hook) }
    }
}

impl World for Hooked {
    fn today(&self) -> Date {
        self.inner.today()
    }
    fn timestamp(&self) -> String {
        self.inner.timestamp()
    }
    fn elapsed(&self) -> Duration {
        self.inner.elapsed()
    }
    fn random(&self, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.random(buffer)
    }
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        (self.hook)(Op::Read, path)?;
        self.inner.read(path, limit)
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        (self.hook)(Op::Open, path)?;
        self.inner.open(path)
    }
    fn stat(&self, path: &Path) -> io::Result<Stat> {
        (self.hook)(Op::Stat, path)?;
        self.inner.stat(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        (self.hook)(Op::List, dir)?;
        self.inner.list(dir)
    }
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        (self.hook)(Op::Create, path)?;
        self.inner.create(path, bytes)
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        (self.hook)(Op::Append, path)?;
        self.inner.append(path, bytes)
    }
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        (self.hook)(Op::Truncate, path)?;
        self.inner.truncate(path, len)
    }
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        (self.hook)(Op::Replace, path)?;
        self.inner.replace(path, bytes)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        (self.hook)(Op::Rename, from)?;
        self.inner.rename(from, to)
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        (self.hook)(Op::Remove, path)?;
        self.inner.remove(path)
    }
    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        (self.hook)(Op::RemoveTree, dir)?;
        self.inner.remove_tree(dir)
    }
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        (self.hook)(Op::CreateDir, dir)?;
        self.inner.create_dir(dir)
    }
    fn sync(&self, path: &Path) -> io::Result<()> {
        (self.hook)(Op::Sync, path)?;
        self.inner.sync(path)
    }
    fn sync_tree(&self, path: &Path) -> io::Result<()> {
        (self.hook)(Op::SyncTree, path)?;
        self.inner.sync_tree(path)
    }
    fn lock(&self, path: &Path, wait: Duration) -> io::Result<Box<dyn Lock>> {
        self.inner.lock(path, wait)
    }
}

/// What a power cut would undo.
#[derive(Debug)]
enum Volatile {
    /// A folder whose name is not on disk yet.
    Dir(PathBuf),
    /// A rename that is not on disk yet.
    Rename(PathBuf, PathBuf),
}

/// A machine that dies at its n-th writing operation, half-way through it, and forgets on [`Mortal::cut`]
/// everything that was not synced: unsynced files are empty, unsynced names gone. It never really syncs.
pub struct Mortal {
    inner: System,
    left: AtomicI64,
    unsynced: Mutex<BTreeSet<PathBuf>>,
    volatile: Mutex<Vec<Volatile>>,
}

fn dead<T>() -> io::Result<T> {
    Err(io::Error::other("the power is gone"))
}

impl Mortal {
    /// Dies at writing operation `lives` + 1.
    pub fn new(lives: i64) -> Self {
        Self {
            inner: System::new(Some(super::fixture::TODAY)),
            left: AtomicI64::new(lives),
            unsynced: Mutex::default(),
            volatile: Mutex::default(),
        }
    }

    /// True if it died.
    pub fn is_dead(&self) -> bool {
        self.left.load(Ordering::SeqCst) < 0
    }

    /// Counts one writing operation; `half` is what happens if this is the one that kills.
    fn spend(&self, half: impl FnOnce()) -> io::Result<()> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if left == 0 {
            half();
        }
        if left <= 0 { dead() } else { Ok(()) }
    }

    fn alive(&self) -> io::Result<()> {
        if self.is_dead() { dead() } else { Ok(()) }
    }

    /// The power cut: undoes whatever was not synced, the newest first.
    pub fn cut(&self) {
        for undo in self.volatile.lock().expect("lock").drain(..).rev() {
            match undo {
                Volatile::Dir(dir) => drop(fs::remove_dir_all(dir)),
                Volatile::Rename(from, to) => drop(fs::rename(to, from)),
            }
        }
        for path in std::mem::take(&mut *self.unsynced.lock().expect("lock")) {
            if path.exists() {
                fs::write(&path, b"").expect("emptied");
            }
        }
    }

    fn write(path: &Path, bytes: &[u8], append: bool) -> io::Result<()> {
        let mut options = fs::OpenOptions::new();
        options.append(append).write(true).create(append).create_new(!append);
        options.open(path)?.write_all(bytes)
    }
}

impl World for Mortal {
    fn today(&self) -> Date {
        self.inner.today()
    }
    fn timestamp(&self) -> String {
        self.inner.timestamp()
    }
    fn elapsed(&self) -> Duration {
        self.inner.elapsed()
    }
    fn random(&self, buffer: &mut [u8]) -> io::Result<()> {
        self.inner.random(buffer)
    }
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        self.alive()?;
        self.inner.read(path, limit)
    }
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        self.alive()?;
        self.inner.open(path)
    }
    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.alive()?;
        self.inner.stat(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<(OsString, EntryKind)>> {
        self.alive()?;
        self.inner.list(dir)
    }
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.unsynced.lock().expect("lock").insert(path.to_path_buf());
        self.spend(|| drop(Self::write(path, &bytes[..bytes.len() / 2], false)))?;
        Self::write(path, bytes, false)
    }
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.spend(|| drop(Self::write(path, &bytes[..bytes.len() / 2], true)))?;
        Self::write(path, bytes, true)
    }
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        self.spend(|| {})?;
        fs::OpenOptions::new().write(true).open(path)?.set_len(len)
    }
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let name = path.file_name().and_then(|n| n.to_str()).expect("a name");
        let temp = parent_of(path).join(format!(".{name}.77.tmp"));
        self.spend(|| drop(Self::write(&temp, &bytes[..bytes.len() / 2], false)))?;
        Self::write(&temp, bytes, false)?;
        fs::rename(temp, path)
    }
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.spend(|| {})?;
        self.inner.rename(from, to)?;
        let (from, to) = (from.to_path_buf(), to.to_path_buf());
        self.volatile.lock().expect("lock").push(Volatile::Rename(from.clone(), to.clone()));
        let mut unsynced = self.unsynced.lock().expect("lock");
        if unsynced.remove(&from) {
            unsynced.insert(to);
        }
        Ok(())
    }
    fn remove(&self, path: &Path) -> io::Result<()> {
        self.spend(|| {})?;
        self.inner.remove(path)
    }
    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        self.spend(|| {})?;
        self.inner.remove_tree(dir)
    }
    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        self.spend(|| {})?;
        let mut new: Vec<_> = dir.ancestors().take_while(|d| !d.exists()).collect();
        new.reverse();
        fs::create_dir_all(dir)?;
        let new = new.into_iter().map(|d| Volatile::Dir(d.to_path_buf()));
        self.volatile.lock().expect("lock").extend(new);
        Ok(())
    }
    fn sync(&self, path: &Path) -> io::Result<()> {
        self.spend(|| {})?;
        self.unsynced.lock().expect("lock").remove(path);
        self.volatile.lock().expect("lock").retain(|v| match v {
            Volatile::Dir(dir) => parent_of(dir) != path,
            Volatile::Rename(_, to) => parent_of(to) != path,
        });
        Ok(())
    }
    fn sync_tree(&self, _: &Path) -> io::Result<()> {
        self.spend(|| {})?;
        self.unsynced.lock().expect("lock").clear();
        self.volatile.lock().expect("lock").clear();
        Ok(())
    }
    fn lock(&self, path: &Path, wait: Duration) -> io::Result<Box<dyn Lock>> {
        self.inner.lock(path, wait)
    }
}
