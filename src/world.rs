//! The only door to the clock, the disk and chance.
//!
//! Knows: what the program asks of the machine. Must not know: documents, numbers, archives.
//! Everything that writes goes through [`World`], so that a test can put a file system
//! behind it that loses what was not synced, and so that `--today` fixes every run.
//! The register's SQLite file is the one exception: SQLite does its own reading and writing.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use jiff::civil::Date;

/// What kind of directory entry, without following links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EntryKind {
    /// Regular file.
    File,
    /// Directory.
    Dir,
    /// Symbolic link.
    Symlink,
    /// FIFO, socket, device.
    Other,
}

/// What the file system says of one name, without following links.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stat {
    /// Kind.
    pub kind: EntryKind,
    /// Bytes.
    pub len: u64,
    /// Number of hard links (1 where the system does not tell).
    pub links: u64,
}

/// What a name is, and its reader if it is a regular file.
pub type Opened = (Stat, Option<Box<dyn Read + Send>>);

/// A held lock; released when dropped.
pub trait Lock: Send + Sync {}

/// Clock, disk and chance.
pub trait World: Send + Sync {
    /// Today in Việt Nam (+07:00), or the day the user fixed.
    fn today(&self) -> Date;
    /// `YYYY-MM-DDThh:mm:ss+07:00`: when something was done, for records, never for documents.
    fn timestamp(&self) -> String;
    /// Time since the program began, for progress and limits.
    fn elapsed(&self) -> Duration;
    /// Fills `buffer` with unpredictable bytes (salts, keys).
    fn random(&self, buffer: &mut [u8]) -> io::Result<()>;

    /// A regular file's bytes; an error of kind `FileTooLarge` past `limit`. Never blocks on a FIFO.
    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>>;
    /// A reader over a regular file; links are not followed at the last step.
    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>>;
    /// What a name is, and a reader over it if it is a regular file. Links are not followed at the last step.
    fn open_file(&self, path: &Path) -> io::Result<Opened> {
        let stat = self.stat(path)?;
        let reader = if stat.kind == EntryKind::File { Some(self.open(path)?) } else { None };
        Ok((stat, reader))
    }
    /// What a name is. Links are not followed.
    fn stat(&self, path: &Path) -> io::Result<Stat>;
    /// Names in a directory, sorted by their bytes.
    fn list(&self, dir: &Path) -> io::Result<Vec<(std::ffi::OsString, EntryKind)>>;

    /// Makes a file that must not exist yet. Not synced: follow with [`World::sync`] or [`World::sync_tree`].
    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// As [`World::create`], for a file that nobody is to write to any more: without the right to
    /// write from the start, where the system has such rights.
    fn create_kept(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.create(path, bytes)
    }
    /// The same for a file that only its owner may read. A world without rights makes a plain one.
    fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.create(path, bytes)
    }
    /// True if only its owner may read a file, or the system does not tell. Links are followed.
    fn is_private(&self, _path: &Path) -> io::Result<bool> {
        Ok(true)
    }
    /// Appends to a file, making it if missing, and syncs it.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Appends to a file, making it if missing. Not synced: for what can be made again from elsewhere.
    fn append_unsynced(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.append(path, bytes)
    }
    /// Cuts a file to `len` bytes and syncs it.
    fn truncate(&self, path: &Path, len: u64) -> io::Result<()>;
    /// Replaces a file's content so that a power cut leaves the old or the new: temp, sync, rename, sync folder.
    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Puts a finished, synced file in the place of an older one: a power cut leaves the old or the new.
    fn replace_by(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.replace(to, &self.read(from, u64::MAX)?)?;
        self.remove(from)
    }
    /// Renames; an existing file at `to` is an error (no silent overwrite).
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Removes a directory tree that is the program's own (staging).
    fn remove_tree(&self, dir: &Path) -> io::Result<()>;
    /// Makes a directory and its parents.
    fn create_dir(&self, dir: &Path) -> io::Result<()>;
    /// Syncs a file, or a directory's names.
    fn sync(&self, path: &Path) -> io::Result<()>;
    /// Syncs the whole file system that holds `path` (`syncfs`): once a batch.
    fn sync_tree(&self, path: &Path) -> io::Result<()>;

    /// Takes the right to write away from a file, as a guard against slips. A world without rights does nothing.
    fn set_read_only(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    /// Takes the exclusive lock of `path`, waiting up to `wait`. `WouldBlock` if somebody still holds it.
    fn lock(&self, path: &Path, wait: Duration) -> io::Result<Box<dyn Lock>>;
}

/// The real machine.
#[derive(Debug, Clone)]
pub struct System {
    today: Option<Date>,
    started: Instant,
}

impl System {
    /// The machine with its own clock, or with a fixed day.
    pub fn new(today: Option<Date>) -> Self {
        Self { today, started: Instant::now() }
    }

    /// Seconds since 1970 shifted to +07:00.
    fn local_seconds() -> i64 {
        let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |d| d.as_secs());
        i64::try_from(seconds).unwrap_or(0) + 7 * 3600
    }
}

/// The civil date of a count of days since 1970-01-01.
fn civil(days: i64) -> Date {
    let epoch = Date::constant(1970, 1, 1);
    epoch.checked_add(jiff::Span::new().days(days.clamp(0, 1_000_000))).unwrap_or(epoch)
}

struct FileLock {
    _file: File,
}

impl Lock for FileLock {}

fn open_regular(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        // A FIFO must not make us wait for a writer.
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits() as i32);
    }
    let file = options.open(path)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
    }
    Ok(file)
}

impl World for System {
    fn today(&self) -> Date {
        self.today.unwrap_or_else(|| civil(Self::local_seconds().div_euclid(86_400)))
    }

    fn timestamp(&self) -> String {
        let seconds = Self::local_seconds();
        let (day, rest) = (civil(seconds.div_euclid(86_400)), seconds.rem_euclid(86_400));
        let (h, m, s) = (rest / 3600, rest / 60 % 60, rest % 60);
        format!("{day}T{h:02}:{m:02}:{s:02}+07:00")
    }

    fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    fn random(&self, buffer: &mut [u8]) -> io::Result<()> {
        use ring::rand::SecureRandom;
        ring::rand::SystemRandom::new()
            .fill(buffer)
            .map_err(|_| io::Error::other("the system gave no random bytes"))
    }

    fn read(&self, path: &Path, limit: u64) -> io::Result<Vec<u8>> {
        let file = open_regular(path)?;
        let length = file.metadata()?.len();
        let too_large =
            || io::Error::new(io::ErrorKind::FileTooLarge, format!("more than {limit} bytes"));
        if length > limit {
            return Err(too_large());
        }
        let mut bytes = Vec::with_capacity(usize::try_from(length).unwrap_or(0));
        // The file may grow while it is read.
        file.take(limit.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > limit {
            return Err(too_large());
        }
        Ok(bytes)
    }

    fn open(&self, path: &Path) -> io::Result<Box<dyn Read + Send>> {
        if fs::symlink_metadata(path)?.file_type().is_symlink() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "a symbolic link"));
        }
        Ok(Box::new(open_regular(path)?))
    }

    #[cfg(unix)]
    fn open_file(&self, path: &Path) -> io::Result<Opened> {
        use std::os::unix::fs::OpenOptionsExt;
        // One question to the system instead of three; opening a FIFO or a device for reading without
        // waiting has no effect on it.
        let flags = rustix::fs::OFlags::NONBLOCK | rustix::fs::OFlags::NOFOLLOW;
        let file = match OpenOptions::new().read(true).custom_flags(flags.bits() as i32).open(path)
        {
            Ok(file) => file,
            Err(error) => {
                let stat = self.stat(path)?;
                return if stat.kind == EntryKind::File { Err(error) } else { Ok((stat, None)) };
            }
        };
        let meta = file.metadata()?;
        let kind = kind_of(meta.file_type());
        let stat = Stat { kind, len: meta.len(), links: links_of(&meta) };
        let reader: Option<Box<dyn Read + Send>> =
            if kind == EntryKind::File { Some(Box::new(file)) } else { None };
        Ok((stat, reader))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        let meta = fs::symlink_metadata(path)?;
        Ok(Stat { kind: kind_of(meta.file_type()), len: meta.len(), links: links_of(&meta) })
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<(std::ffi::OsString, EntryKind)>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(dir)? {
            let entry = entry?;
            names.push((entry.file_name(), kind_of(entry.file_type()?)));
        }
        names.sort_by(|a, b| a.0.cmp(&b.0));
        Ok(names)
    }

    fn create(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().write(true).create_new(true).open(path)?.write_all(bytes)
    }

    fn create_kept(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o444);
        options.open(path)?.write_all(bytes)
    }

    #[cfg(unix)]
    fn create_private(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        use std::os::unix::fs::OpenOptionsExt;
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600).open(path)?.write_all(bytes)
    }

    #[cfg(unix)]
    fn is_private(&self, path: &Path) -> io::Result<bool> {
        use std::os::unix::fs::PermissionsExt;
        Ok(fs::metadata(path)?.permissions().mode() & 0o077 == 0)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(bytes)?;
        file.sync_data()
    }

    fn append_unsynced(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        OpenOptions::new().append(true).create(true).open(path)?.write_all(bytes)
    }

    fn truncate(&self, path: &Path, len: u64) -> io::Result<()> {
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_len(len)?;
        file.sync_all()
    }

    fn replace(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let parent = parent_of(path);
        let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("file");
        let temp = parent.join(format!(".{name}.{}.tmp", std::process::id()));
        let written = (|| {
            let mut file =
                OpenOptions::new().write(true).create(true).truncate(true).open(&temp)?;
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&temp, path)
        })();
        if let Err(error) = written {
            let _ = fs::remove_file(&temp);
            return Err(error);
        }
        self.sync(&parent)
    }

    fn replace_by(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)?;
        self.sync(&parent_of(to))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{CWD, RenameFlags, renameat_with};
            match renameat_with(CWD, from, CWD, to, RenameFlags::NOREPLACE) {
                Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS) => {}
                other => return other.map_err(io::Error::from),
            }
        }
        if fs::symlink_metadata(to).is_ok() {
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, "the target exists"));
        }
        fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn remove_tree(&self, dir: &Path) -> io::Result<()> {
        fs::remove_dir_all(dir)
    }

    fn create_dir(&self, dir: &Path) -> io::Result<()> {
        fs::create_dir_all(dir)
    }

    fn sync(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn sync_tree(&self, path: &Path) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            rustix::fs::syncfs(File::open(path)?).map_err(io::Error::from)
        }
        #[cfg(not(target_os = "linux"))]
        {
            sync_each(self, path)
        }
    }

    fn set_read_only(&self, path: &Path) -> io::Result<()> {
        let mut rights = fs::symlink_metadata(path)?.permissions();
        if rights.readonly() {
            return Ok(());
        }
        rights.set_readonly(true);
        fs::set_permissions(path, rights)
    }

    fn lock(&self, path: &Path, wait: Duration) -> io::Result<Box<dyn Lock>> {
        let file = OpenOptions::new().write(true).create(true).truncate(false).open(path)?;
        let start = Instant::now();
        let mut pause = Duration::from_millis(1);
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Box::new(FileLock { _file: file })),
                Err(fs::TryLockError::WouldBlock) if start.elapsed() < wait => {
                    std::thread::sleep(pause);
                    pause = (pause * 2).min(Duration::from_millis(20));
                }
                Err(fs::TryLockError::WouldBlock) => {
                    return Err(io::Error::new(
                        io::ErrorKind::WouldBlock,
                        "held by another process",
                    ));
                }
                Err(fs::TryLockError::Error(error)) => return Err(error),
            }
        }
    }
}

/// A flag that Ctrl-C, a request to end and a closed terminal set instead of killing the program; a second
/// one of the same kind kills it.
pub fn stop_flag() -> io::Result<Arc<AtomicBool>> {
    use signal_hook::consts::{SIGINT, SIGTERM};
    use signal_hook::flag;
    let stop = Arc::new(AtomicBool::new(false));
    let mut signals = vec![SIGINT, SIGTERM];
    #[cfg(unix)]
    signals.push(signal_hook::consts::SIGHUP);
    for signal in signals {
        // Looked at before it is set: the first signal only sets it.
        flag::register_conditional_shutdown(signal, 128 + signal, Arc::clone(&stop))?;
        flag::register(signal, Arc::clone(&stop))?;
    }
    Ok(stop)
}

/// Memory in small pages. Much of a large page is cleared for nothing in a process that lives a moment:
/// that was a sixth of the processor time of a batch.
pub fn small_pages() {
    // A system that knows no other pages needs not be told.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
}

/// Ends the process at once. Whoever calls it has flushed what there was to flush: the memory goes back whole, and
/// not piece by piece as the allocator would give it at an orderly end.
pub fn leave(status: u8) -> ! {
    signal_hook::low_level::exit(status.into())
}

/// Bytes of a file that SQLite keeps beside the register; links are not followed.
pub fn length_of(path: &Path) -> io::Result<u64> {
    Ok(fs::symlink_metadata(path)?.len())
}

/// A path with its links resolved, as far as it exists.
pub fn real_path(path: &Path) -> PathBuf {
    let path = std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf());
    let mut rest = Vec::new();
    for above in path.ancestors() {
        if let Ok(real) = fs::canonicalize(above) {
            return rest.iter().rev().fold(real, |dir, name| dir.join(name));
        }
        rest.extend(above.file_name().map(std::ffi::OsStr::to_os_string));
    }
    path
}

/// The parent folder of a path; the current one where it has none.
pub fn parent_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(p) if !p.as_os_str().is_empty() => p.to_path_buf(),
        _ => PathBuf::from("."),
    }
}

fn kind_of(t: fs::FileType) -> EntryKind {
    if t.is_symlink() {
        EntryKind::Symlink
    } else if t.is_dir() {
        EntryKind::Dir
    } else if t.is_file() {
        EntryKind::File
    } else {
        EntryKind::Other
    }
}

#[cfg(unix)]
fn links_of(meta: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::nlink(meta)
}

#[cfg(not(unix))]
fn links_of(_: &fs::Metadata) -> u64 {
    1
}

#[cfg(not(target_os = "linux"))]
fn sync_each(world: &System, path: &Path) -> io::Result<()> {
    if world.stat(path)?.kind == EntryKind::Dir {
        for (name, kind) in world.list(path)? {
            if matches!(kind, EntryKind::Dir | EntryKind::File) {
                sync_each(world, &path.join(name))?;
            }
        }
    }
    world.sync(path)
}
