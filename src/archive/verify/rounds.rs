//! Runs that together cover everything: which bags an earlier run has verified, and whether that still counts.
//!
//! Knows: bags, digests. Must not know: where earlier runs are kept, why they may be trusted.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::paths::{BagId, MANIFEST, TAG_MANIFEST};
use super::super::{Digest, manifest, sha256};
use super::Check;
use super::tree::Side;
use super::view::Known;

/// That an earlier run found a bag whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Seen {
    /// What the bag and its rows were like ([`BagDone::state`]).
    pub state: Digest,
    /// When.
    pub at: String,
    /// The report that says so.
    pub report: String,
    /// True if the bag may be passed over as long as its state is the same.
    pub counts: bool,
}

/// What earlier runs found whole, by bag: the newest of each.
pub type History = BTreeMap<BagId, Seen>;

/// A sealed bag that was checked to the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BagDone {
    /// Which.
    pub bag: BagId,
    /// Digest over the bag's manifests and its rows in the register: what the verdict is about.
    pub state: Digest,
    /// Registered files.
    pub files: u64,
    /// Their bytes as registered.
    pub bytes: u64,
    /// True if nothing was found in it.
    pub clean: bool,
    /// When it was checked.
    pub at: String,
}

/// A bag that was passed over because an earlier run verified it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Earlier {
    /// Which.
    pub bag: BagId,
    /// Registered files.
    pub files: u64,
    /// Their bytes as registered.
    pub bytes: u64,
    /// When it was verified.
    pub at: String,
    /// The report that says so.
    pub report: String,
}

/// Sealed bags in the order in which they are checked: those that were never verified first, then those
/// whose verification is oldest, so that short runs do not pass over any for ever.
pub(super) fn order(bags: &mut [BagId], history: &History) {
    bags.sort_by_key(|bag| (history.get(bag).map(|seen| seen.at.clone()), *bag));
}

/// What a verdict on a sealed bag is about: its manifests on disk and its rows. `None` where a manifest cannot be
/// read: such a bag is never passed over.
pub(super) fn state(check: &Check<'_>, bag: BagId, known: &[Known]) -> Option<Digest> {
    let dir = bag.under(check.root, Side::Sealed.folder());
    let mut text = format!("{bag}\n");
    for name in [MANIFEST, TAG_MANIFEST] {
        let bytes = check.world.read(&dir.join(name), manifest::MAX_BYTES).ok()?;
        text.push_str(&format!("{name} {}\n", sha256(&bytes)));
    }
    for k in known {
        text.push_str(&format!("{} {} {} {}\n", k.document.seq, k.sha256, k.size, k.path));
    }
    Some(sha256(text.as_bytes()))
}

/// Number and bytes of the registered files of a bag.
pub(super) fn amount(known: &[Known]) -> (u64, u64) {
    (known.len() as u64, known.iter().fold(0, |sum: u64, k| sum.saturating_add(k.size)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_never_verified_comes_first_then_the_oldest() {
        let bag = |number| BagId { year: 2026, number };
        let seen = |at: &str| Seen {
            state: sha256(b""),
            at: at.to_owned(),
            report: String::new(),
            counts: false,
        };
        let history = BTreeMap::from([(bag(1), seen("2026-02")), (bag(3), seen("2026-01"))]);
        let mut bags = [bag(1), bag(2), bag(3), bag(4)];
        order(&mut bags, &history);
        assert_eq!(bags, [bag(2), bag(4), bag(3), bag(1)]);
    }
}
