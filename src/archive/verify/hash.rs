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

/// Digest and length of all that a reader gives.
pub(super) fn whole(reader: &mut dyn Read) -> io::Result<(Digest, u64)> {
    stream(reader, &mut vec![0; 4097], u64::MAX, &Gate::new(0, 1))
}

/// Something that hashes all that a reader gives.
type Hash = fn(&mut dyn Read) -> io::Result<(Digest, u64)>;

/// Known answers before any verdict: a processor or a library that hashes wrongly must not judge an archive.
pub(super) fn self_test(hash: Hash) -> Result<()> {
    let abc = hash(&mut &b"abc"[..]);
    let million = hash(&mut io::repeat(b'a').take(1_000_000));
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

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;
    use crate::world::System;

    #[test]
    fn a_machine_that_hashes_wrongly_judges_nothing() {
        assert!(self_test(whole).is_ok());
        let wrong: [Hash; 4] = [
            |_| Ok((Digest(ABC), 3)),
            |_| Ok((Digest(MILLION), 1_000_000)),
            |_| Err(ErrorKind::Other.into()),
            |reader| whole(reader).map(|(digest, len)| (Digest(digest.0.map(|b| b ^ 1)), len)),
        ];
        assert!(wrong.into_iter().all(|hash| self_test(hash).is_err()));
    }

    #[test]
    fn no_more_hash_at_once_than_may() {
        assert!(Gate::new(0, 4).0.is_none() && Gate::new(4, 4).0.is_none());
        assert!(Gate::new(5, 4).0.is_none() && Gate::new(3, 4).0.is_some());
        for allowed in [1, 2] {
            let gate = Gate::new(allowed, 6);
            let (inside, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
            let (done, all) = channel();
            std::thread::scope(|scope| {
                for _ in 0..6 {
                    let (done, gate, inside, most) = (done.clone(), &gate, &inside, &most);
                    scope.spawn(move || {
                        for _ in 0..3 {
                            gate.pass(|| {
                                let now = inside.fetch_add(1, Ordering::SeqCst) + 1;
                                most.fetch_max(now, Ordering::SeqCst);
                                // Long enough for the others to come in if they could.
                                std::thread::sleep(Duration::from_millis(2));
                                inside.fetch_sub(1, Ordering::SeqCst);
                            });
                        }
                        done.send(()).expect("heard");
                    });
                }
                for _ in 0..6 {
                    let ended = all.recv_timeout(Duration::from_secs(60));
                    // Whoever waits for ever cannot be joined.
                    if ended.is_err() {
                        eprintln!("a thread never got through the gate");
                        std::process::abort();
                    }
                }
            });
            assert!(most.into_inner() <= allowed, "{allowed}");
            // As many as may pass do pass together.
            let (inside, came_in) = channel();
            let (second, has_come) = channel();
            let gate = &gate;
            let together = std::thread::scope(|scope| {
                let first = scope.spawn(move || {
                    gate.pass(|| {
                        inside.send(()).expect("heard");
                        has_come.recv_timeout(Duration::from_millis(200)).is_ok()
                    })
                });
                came_in.recv().expect("inside");
                scope.spawn(move || gate.pass(|| second.send(()).is_ok()));
                first.join().expect("ends")
            });
            assert_eq!(together, allowed > 1);
        }
    }

    #[test]
    fn what_is_there_is_told_apart() {
        let dir = tempfile::tempdir().expect("a folder");
        let (world, gate) = (System::new(None), Gate::new(0, 1));
        let file = dir.path().join("file");
        std::fs::write(&file, b"abc").expect("written");
        let of = |outcome: &Outcome| match outcome {
            Outcome::Read { digest, len, links } => (*digest, *len, *links),
            other => panic!("{other:?}"),
        };
        assert_eq!(of(&measure(&world, &file)), (None, 3, 1));
        assert_eq!(of(&read(&world, &file, None, &gate)), (Some(Digest(ABC)), 3, 1));
        for look in [measure(&world, dir.path()), read(&world, dir.path(), None, &gate)] {
            assert_eq!(look, Outcome::Odd(EntryKind::Dir));
        }
        let gone = dir.path().join("gone");
        for look in [measure(&world, &gone), read(&world, &gone, None, &gate)] {
            assert_eq!(look, Outcome::Gone);
        }
        // What is longer than could be of use is not read; what is just as long is.
        let long = std::fs::File::create(&file).expect("made");
        long.set_len(CURIOUS).expect("sparse");
        assert!(of(&read(&world, &file, None, &gate)).0.is_some());
        long.set_len(CURIOUS + 1).expect("sparse");
        assert_eq!(of(&read(&world, &file, None, &gate)), (None, CURIOUS + 1, 1));
    }

    /// Gives its pieces one by one; an empty one is an interruption, `!` a failure.
    struct Pieces(Vec<&'static [u8]>);

    impl Read for Pieces {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            let Some(piece) = (!self.0.is_empty()).then(|| self.0.remove(0)) else { return Ok(0) };
            match piece {
                b"" => Err(ErrorKind::Interrupted.into()),
                b"!" => Err(ErrorKind::Other.into()),
                piece => {
                    buffer[..piece.len()].copy_from_slice(piece);
                    Ok(piece.len())
                }
            }
        }
    }

    #[test]
    fn an_interrupted_reading_goes_on_and_a_failed_one_does_not() {
        let read = |pieces: &[&'static [u8]]| whole(&mut Pieces(pieces.to_vec())).ok();
        assert_eq!(read(&[b"a", b"", b"bc"]), Some((Digest(ABC), 3)));
        assert_eq!(read(&[b"a", b"!", b"bc"]), None);
        // Little more than the limit is read of what does not end.
        let mut endless = io::repeat(b'a');
        let read = stream(&mut endless, &mut [0; 100], 250, &Gate::new(0, 1)).expect("read");
        assert_eq!(read.1, 300);
        let read = stream(&mut io::repeat(b'a'), &mut [0; 125], 250, &Gate::new(0, 1));
        assert_eq!(read.expect("read").1, 375, "the limit itself may be reached");
    }
}
