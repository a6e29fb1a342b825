//! How often the disk is waited for: each time is some milliseconds in which nothing else is done.

use std::sync::atomic::Ordering::SeqCst;

use super::crash::{Fault, Faulty, Plan, open_faulty};
use super::*;

#[test]
fn a_batch_waits_for_the_disk_a_few_times_however_large_it_is() {
    for count in [1, 40] {
        let (dir, plan) = (folder(), Plan::new(usize::MAX, Fault::PowerCut));
        let world = Faulty { inner: system(), plan: plan.clone() };
        let mut filing = open_faulty(&world, dir.path()).expect("opens");
        // A new office: one for all that is new, one for the names that this then gets.
        assert_eq!(plan.waits.swap(0, SeqCst), 2);
        let outcome = issue(&mut filing, "a", &wants("a", count)).expect("issues");
        assert!(outcome.unfinished.is_none());
        // Staged files with their names in bags; seals, tiles, journal and the next checkpoint; the bags' last
        // move, if any is full, and beside it the checkpoint's; beside the first one the log of a large batch.
        let (sealed, large) = (usize::from(count > 1), usize::from(count > 8));
        assert_eq!(plan.waits.swap(0, SeqCst), 3 + sealed + large, "{count} documents");
        // What the batch filled of the journal was listed when it was durable, without a wait.
        assert_eq!(full_segments(dir.path()), count / 4);
        drop(filing);
        drop(open_faulty(&world, dir.path()).expect("opens again"));
        // Full segments of the journal are listed, here with four positions each.
        let full = full_segments(dir.path());
        assert_eq!(plan.waits.load(SeqCst), 3 * full.min(1), "an office in order");
    }
}

/// Segments of the journal that are full.
fn full_segments(dir: &Path) -> usize {
    let list = dir.join(ARCHIVE).join("journal/manifest-sha256.txt");
    fs::read_to_string(list).map_or(0, |text| text.lines().count())
}
