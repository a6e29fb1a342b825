//! Reading one file with suspicion and hashing it.
//!
//! Knows: files and SHA-256. Must not know: the register, bags.

use std::cell::RefCell;
use std::io::{self, ErrorKind, Read};
use std::path::Path;
use std::sync::{Condvar, Mutex, PoisonError};

use ring::digest::{Context, SHA256};

use super::super::Digest;
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::text;
use crate::world::{EntryKind, World};

const BUFFER: usize = 64 << 10;
/// Files longer than expected are hashed up to this length, to tell whose content they hold.
const CURIOUS: u64 = 64 << 20;

thread_local! {
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; BUFFER]);
}

/// What reading one file came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Outcome {
    /// Read to the end; `digest` is absent where the length alone already condemns it.
    Read { digest: Option<Digest>, len: u64, links: u64 },
    /// No such name.
    Gone,
    /// Not a regular file; not opened.
    Odd(EntryKind),
    /// The machine would not let us read.
    Unreadable(String),
    /// Two readings differ; the second, or nothing if it could not be read.
    Changing(Option<Digest>),
    /// Stopped before it was read.
    Stopped,
    /// The reader panicked.
    Crashed,
}

/// Lets only so many threads hash at once, so that more files may be under way than there are processors.
pub(super) struct Gate(Option<(Mutex<usize>, Condvar)>);

impl Gate {
    /// A gate for `hashing` of `readers` threads; open where all may pass (0: no limit).
    pub(super) fn new(hashing: usize, readers: usize) -> Self {
        let limited = hashing > 0 && hashing < readers;
        Self(limited.then(|| (Mutex::new(hashing), Condvar::new())))
    }

    fn pass<T>(&self, work: impl FnOnce() -> T) -> T {
        let Some((free, back)) = &self.0 else { return work() };
        let lock = free.lock().unwrap_or_else(PoisonError::into_inner);
        let none = |free: &mut usize| *free == 0;
        let mut lock = back.wait_while(lock, none).unwrap_or_else(PoisonError::into_inner);
        *lock -= 1;
        drop(lock);
        let out = work();
        *free.lock().unwrap_or_else(PoisonError::into_inner) += 1;
        back.notify_one();
        out
    }
}

/// Kind, length and links of one file; its content is not looked at.
pub(super) fn measure(world: &dyn World, path: &Path) -> Outcome {
    match world.stat(path) {
        Ok(stat) if stat.kind == EntryKind::File => {
            Outcome::Read { digest: None, len: stat.len, links: stat.links }
        }
        Ok(stat) => Outcome::Odd(stat.kind),
        Err(error) => refused(&error),
    }
}

/// Reads one file. `expected` is what the register says of it; a file that differs is read twice.
pub(super) fn read(
    world: &dyn World,
    path: &Path,
    expected: Option<(Digest, u64)>,
    gate: &Gate,
) -> Outcome {
    let (stat, file) = match world.open_file(path) {
        Ok(opened) => opened,
        Err(error) => return refused(&error),
    };
    let Some(mut file) = file else { return Outcome::Odd(stat.kind) };
    let limit = expected.map_or(CURIOUS, |(_, size)| size.max(CURIOUS));
    if stat.len > limit {
        return Outcome::Read { digest: None, len: stat.len, links: stat.links };
    }
    let first = match SCRATCH.with_borrow_mut(|buffer| stream(&mut *file, buffer, limit, gate)) {
        Ok(first) => first,
        Err(error) => return refused(&error),
    };
    let steady = expected.map_or(first.1 == stat.len, |e| first == e);
    if steady {
        return Outcome::Read { digest: Some(first.0), len: first.1, links: stat.links };
    }
    drop(file);
    match digest(world, path, limit, gate) {
        Ok(second) if second == first => {
            Outcome::Read { digest: Some(first.0), len: first.1, links: stat.links }
        }
        Ok(second) => Outcome::Changing(Some(second.0)),
        Err(_) => Outcome::Changing(None),
    }
}

fn refused(error: &io::Error) -> Outcome {
    match error.kind() {
        ErrorKind::NotFound => Outcome::Gone,
        _ => Outcome::Unreadable(error.to_string()),
    }
}

/// Digest and length of a file, reading at most a little more than `limit`.
fn digest(world: &dyn World, path: &Path, limit: u64, gate: &Gate) -> io::Result<(Digest, u64)> {
    let mut reader = world.open(path)?;
    SCRATCH.with_borrow_mut(|buffer| stream(&mut *reader, buffer, limit, gate))
}

fn stream(
    reader: &mut dyn Read,
    buffer: &mut [u8],
    limit: u64,
    gate: &Gate,
) -> io::Result<(Digest, u64)> {
    let mut context = Context::new(&SHA256);
    let mut length = 0u64;
    while length <= limit {
        let count = match reader.read(buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        gate.pass(|| context.update(buffer.get(..count).unwrap_or(buffer)));
        length += count as u64;
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    Ok((Digest(out), length))
}

/// The digest of FIPS 180-4's example “abc” and of a million `a`, streamed in odd pieces.
const ABC: [u8; 32] = [
    0xba, 0x78, 0x16, 0xbf, 0x8f, 0x01, 0xcf, 0xea, 0x41, 0x41, 0x40, 0xde, 0x5d, 0xae, 0x22, 0x23,
    0xb0, 0x03, 0x61, 0xa3, 0x96, 0x17, 0x7a, 0x9c, 0xb4, 0x10, 0xff, 0x61, 0xf2, 0x00, 0x15, 0xad,
];
const MILLION: [u8; 32] = [
    0xcd, 0xc7, 0x6e, 0x5c, 0x99, 0x14, 0xfb, 0x92, 0x81, 0xa1, 0xc7, 0xe2, 0x84, 0xd7, 0x3e, 0x67,
    0xf1, 0x80, 0x9a, 0x48, 0xa4, 0x97, 0x20, 0x0e, 0x04, 0x6d, 0x39, 0xcc, 0xc7, 0x11, 0x2c, 0xd0,
];

/// Known answers before any verdict: a processor or a library that hashes wrongly must not judge an archive.
pub(super) fn self_test() -> Result<()> {
    let mut buffer = vec![0; 4097];
    let gate = Gate::new(0, 1);
    let abc = stream(&mut &b"abc"[..], &mut buffer, u64::MAX, &gate);
    let million = stream(&mut io::repeat(b'a').take(1_000_000), &mut buffer, u64::MAX, &gate);
    let right =
        abc.is_ok_and(|d| d.0 == Digest(ABC)) && million.is_ok_and(|d| d.0 == Digest(MILLION));
    if right {
        return Ok(());
    }
    Err(Failure::new(
        FailureKind::Input,
        Place::default(),
        text!(
            "phép băm SHA-256 cho kết quả sai trên máy này, nên không kiểm tra kho",
            "SHA-256 gives wrong answers on this machine, so the archive is not judged"
        ),
    )
    .hint(text!("chạy lại trên máy khác", "run it on another machine")))
}
