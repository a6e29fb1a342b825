//! Work on many things by all cores, handed over in order.
//!
//! Knows: threads. Must not know: what is worked on.
//!
//! No core waits for another one at the end of a chunk: each takes the next index as soon as it is free, and hands
//! over what is ready when nobody else does. How far they may run ahead of what was handed over is bounded, and with
//! it the memory.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, TryLockError};

use crate::diagnostic::{Failure, Result};

/// How many results may wait for one before them.
const WINDOW: usize = 1024;

/// Makes what stands at each index of `range` on all cores and gives it to `each` in order, one after another.
///
/// `seed` is asked for every index, in order, before it is made. The first failure in order is returned; what
/// stands before it was given to `each`. `Ok(false)`: some thread ended without its result.
pub(super) fn in_order<S: Send, T: Send>(
    range: Range<usize>,
    seed: &mut Seed<'_, S>,
    make: &(dyn Fn(usize, S) -> Result<T> + Sync),
    each: &mut Each<'_, T>,
) -> Result<bool> {
    let bound = range.start.saturating_add(WINDOW);
    let work = Work {
        queue: Mutex::new(Queue { next: range.start, end: range.end, bound, seed }),
        moved: Condvar::new(),
        early: Mutex::new(BTreeMap::new()),
        out: Mutex::new(Out { next: range.start, each, failed: None }),
    };
    rayon::in_place_scope(|scope| {
        for _ in 0..rayon::current_num_threads().min(range.len()) {
            scope.spawn(|_| work.share(make));
        }
    });
    // Threads in the midst of other such work gave their share back.
    let was_working = WORKING.replace(false);
    work.share(make);
    WORKING.set(was_working);
    // What came while another thread was about to end its handing over.
    work.hand_over();
    let out = work.out.into_inner().unwrap_or_else(PoisonError::into_inner);
    out.failed.map_or(Ok(out.next >= range.end), Err)
}

/// Gives what an index needs.
pub(super) type Seed<'a, S> = dyn FnMut(usize) -> Result<S> + Send + 'a;

/// Takes the results.
pub(super) type Each<'a, T> = dyn FnMut(T) -> Result<()> + Send + 'a;

struct Work<'a, S, T> {
    queue: Mutex<Queue<'a, S>>,
    /// The queue has moved.
    moved: Condvar,
    /// What is made and not handed over.
    early: Mutex<BTreeMap<usize, Result<T>>>,
    out: Mutex<Out<'a, T>>,
}

/// The indexes that nobody has taken.
struct Queue<'a, S> {
    next: usize,
    end: usize,
    /// The first index that may not be taken yet.
    bound: usize,
    seed: &'a mut Seed<'a, S>,
}

/// Where the results go.
struct Out<'a, T> {
    next: usize,
    each: &'a mut Each<'a, T>,
    failed: Option<Failure>,
}

thread_local! {
    /// True while this thread works. In the middle of that it may be given another share of the same work, and would
    /// wait there for itself; or a share of other work of which a thread waits for this one.
    static WORKING: Cell<bool> = const { Cell::new(false) };
}

/// A thread at work. If it panics nobody may go on waiting for what it had taken.
struct AtWork<'w, 'a, S, T>(&'w Work<'a, S, T>);

impl<S, T> Drop for AtWork<'_, '_, S, T> {
    fn drop(&mut self) {
        WORKING.set(false);
        if std::thread::panicking() {
            self.0.stop();
        }
    }
}

impl<S, T> Work<'_, S, T> {
    /// One thread's share: whatever is next, until there is nothing more or something failed.
    fn share(&self, make: &(dyn Fn(usize, S) -> Result<T> + Sync)) {
        if WORKING.replace(true) {
            return;
        }
        let _at_work = AtWork(self);
        while let Some((index, seed)) = self.take() {
            let made = seed.and_then(|seed| make(index, seed));
            if made.is_err() {
                self.stop();
            }
            locked(&self.early).insert(index, made);
            self.hand_over();
        }
    }

    /// The next index, once it may be taken.
    fn take(&self) -> Option<(usize, Result<S>)> {
        let mut queue = locked(&self.queue);
        while queue.bound <= queue.next && queue.next < queue.end {
            queue = self.moved.wait(queue).unwrap_or_else(PoisonError::into_inner);
        }
        let index = queue.next;
        if index >= queue.end {
            return None;
        }
        queue.next += 1;
        let seed = (queue.seed)(index);
        Some((index, seed))
    }

    /// No index is taken any more.
    fn stop(&self) {
        locked(&self.queue).end = 0;
        self.moved.notify_all();
    }

    /// Hands over what is ready, if no other thread does.
    fn hand_over(&self) {
        loop {
            let mut out = match self.out.try_lock() {
                Ok(out) => out,
                Err(TryLockError::Poisoned(out)) => out.into_inner(),
                Err(TryLockError::WouldBlock) => return,
            };
            while let Some(made) = self.ready(&out) {
                self.give(&mut out, made);
            }
            let (next, is_over) = (out.next, out.failed.is_some());
            drop(out);
            // Whoever brought something meanwhile found the way closed and may be waiting for this.
            if is_over || !locked(&self.early).contains_key(&next) {
                return;
            }
        }
    }

    /// What is to be handed over next, if it is made.
    fn ready(&self, out: &Out<'_, T>) -> Option<Result<T>> {
        if out.failed.is_some() { None } else { locked(&self.early).remove(&out.next) }
    }

    fn give(&self, out: &mut Out<'_, T>, made: Result<T>) {
        if let Err(failure) = made.and_then(|made| (out.each)(made)) {
            out.failed = Some(failure);
            self.stop();
            return;
        }
        out.next += 1;
        if out.next.is_multiple_of(WINDOW / 4) {
            locked(&self.queue).bound = out.next.saturating_add(WINDOW);
            self.moved.notify_all();
        }
    }
}

/// Nothing that is done under these locks leaves its data half done, so a panic elsewhere spoils nothing.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::diagnostic::{Failure, FailureKind, Place};
    use crate::text;

    fn failure(index: usize) -> Failure {
        let at = Place::default().item(index.to_string());
        Failure::new(FailureKind::Input, at, text!("hỏng", "bad"))
    }

    fn run(
        range: Range<usize>,
        make: impl Fn(usize) -> Result<usize> + Sync,
    ) -> (Vec<usize>, Result<bool>) {
        let mut seen = Vec::new();
        let done = in_order(
            range,
            &mut |index| Ok(index * 10),
            &|index, seed| {
                assert_eq!(seed, index * 10, "each index has the seed that was drawn for it");
                make(index)
            },
            &mut |made| {
                seen.push(made);
                Ok(())
            },
        );
        (seen, done)
    }

    #[test]
    fn everything_comes_in_order_however_long_each_takes() {
        let slow = |index: usize| {
            if index.is_multiple_of(97) {
                std::thread::sleep(std::time::Duration::from_millis(2));
            }
            Ok(index)
        };
        let (seen, done) = run(3..3 * WINDOW, slow);
        assert!(done.expect("works"));
        assert_eq!(seen, (3..3 * WINDOW).collect::<Vec<_>>());
        let (seen, done) = run(5..5, Ok);
        assert!(done.expect("works") && seen.is_empty(), "nothing to do is done");
    }

    #[test]
    fn the_first_failure_in_order_is_told_and_what_stands_before_it_is_handed_over() {
        let bad = |index: usize| if index >= 40 { Err(failure(index)) } else { Ok(index) };
        let (seen, done) = run(0..5000, bad);
        assert_eq!(done.expect_err("fails").place.item.as_deref(), Some("40"));
        assert_eq!(seen, (0..40).collect::<Vec<_>>());
    }

    #[test]
    fn whoever_takes_the_results_may_refuse_one() {
        let made = AtomicUsize::new(0);
        let done = in_order(
            0..100 * WINDOW,
            &mut |_| Ok(()),
            &|index, ()| {
                made.fetch_add(1, Ordering::Relaxed);
                Ok(index)
            },
            &mut |index| if index == 7 { Err(failure(index)) } else { Ok(()) },
        );
        assert_eq!(done.expect_err("fails").place.item.as_deref(), Some("7"));
        assert!(made.into_inner() <= 2 * WINDOW, "no more is made than may wait");
    }

    #[test]
    fn a_seed_that_cannot_be_drawn_ends_the_work() {
        let mut seen = Vec::new();
        let done = in_order(
            0..3000,
            &mut |index| if index == 2000 { Err(failure(index)) } else { Ok(()) },
            &|index, ()| Ok(index),
            &mut |made| {
                seen.push(made);
                Ok(())
            },
        );
        assert_eq!(done.expect_err("fails").place.item.as_deref(), Some("2000"));
        assert_eq!(seen.len(), 2000);
    }

    #[test]
    fn a_thread_that_panics_keeps_nobody_waiting() {
        let result = std::panic::catch_unwind(|| {
            run(0..10 * WINDOW, |index| {
                assert_ne!(index, 11, "on purpose");
                Ok(index)
            })
        });
        assert!(result.is_err(), "the panic goes on");
    }

    #[test]
    fn work_inside_the_work_does_not_wait_for_itself() {
        use rayon::prelude::*;
        let (seen, done) = run(0..3 * WINDOW, |index| {
            Ok((0..50).into_par_iter().map(|n| n + index).sum::<usize>() - 50 * index - 1225
                + index)
        });
        assert!(done.expect("works"));
        assert_eq!(seen, (0..3 * WINDOW).collect::<Vec<_>>());
    }

    #[test]
    fn other_work_is_done_though_all_threads_are_in_the_midst_of_some() {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("a pool");
        let (seen, done) = pool.install(|| {
            run(0..3, |index| {
                let (seen, done) = run(0..40, Ok);
                assert!(done.expect("works"), "no share of it was lost");
                assert_eq!(seen, (0..40).collect::<Vec<_>>());
                Ok(index)
            })
        });
        assert!(done.expect("works"));
        assert_eq!(seen, [0, 1, 2]);
    }
}
