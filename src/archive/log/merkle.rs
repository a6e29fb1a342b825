//! The Merkle tree of RFC 6962 §2.1: hashes, roots, proofs and their verification.
//!
//! Knows: hashing and which subtrees a proof needs. Must not know: files, tiles, signatures.
//! A *node* is the root of a whole subtree: level 0 are the leaves, node `i` of level `l` covers the
//! leaves `i·2^l .. (i+1)·2^l`.

use super::super::{Digest, sha256};
use crate::diagnostic::Result;

/// Largest tree that is dealt with; far beyond any archive, and no sum below can overflow.
pub const MAX_SIZE: u64 = 1 << 48;
/// Most hashes in a proof for a tree of at most [`MAX_SIZE`] leaves.
pub const MAX_PROOF: usize = 97;

/// Gives the node of a level and index.
pub type Nodes<'a> = dyn FnMut(u8, u64) -> Result<Digest> + 'a;

/// Hash of a leaf.
pub fn leaf(bytes: &[u8]) -> Digest {
    hash(&[&[0], bytes])
}

/// Hash of two subtrees that stand side by side.
pub fn node(left: &Digest, right: &Digest) -> Digest {
    hash(&[&[1], &left.0, &right.0])
}

/// Root of the tree without leaves.
pub fn empty() -> Digest {
    sha256(&[])
}

fn hash(parts: &[&[u8]]) -> Digest {
    let mut context = ring::digest::Context::new(&ring::digest::SHA256);
    parts.iter().for_each(|part| context.update(part));
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    Digest(out)
}

/// Root over hashes that stand side by side, the largest subtrees to the left; `right` is what
/// stands to the right of them. `None` if there is nothing at all.
pub fn fold(hashes: &[Digest], right: Option<Digest>) -> Option<Digest> {
    let mut rest = hashes;
    let mut pieces = Vec::new();
    while !rest.is_empty() {
        let whole = 1 << rest.len().ilog2();
        let (piece, after) = rest.split_at(whole);
        pieces.push(whole_root(piece));
        rest = after;
    }
    pieces.into_iter().rev().fold(right, |acc, left| match acc {
        Some(right) => Some(node(&left, &right)),
        None => Some(left),
    })
}

/// Root over a power of two of hashes.
fn whole_root(hashes: &[Digest]) -> Digest {
    let mut level = hashes.to_vec();
    while level.len() > 1 {
        level = level.as_chunks::<2>().0.iter().map(|[l, r]| node(l, r)).collect();
    }
    level.first().copied().unwrap_or_else(empty)
}

/// The largest power of two below `n` (which is at least 2).
fn split(n: u64) -> u64 {
    1 << n.saturating_sub(1).max(1).ilog2()
}

/// Root over the leaves `start..end` where `start` is where a subtree of the tree begins.
fn range(start: u64, end: u64, nodes: &mut Nodes<'_>) -> Result<Digest> {
    let (mut at, mut pieces) = (start, Vec::new());
    while at < end {
        let level = (end - at).ilog2();
        pieces.push(nodes(level as u8, at >> level)?);
        at += 1 << level;
    }
    let root = pieces.into_iter().rev().reduce(|right, left| node(&left, &right));
    Ok(root.unwrap_or_else(empty))
}

/// Root of the tree of the first `size` leaves.
pub fn root(size: u64, nodes: &mut Nodes<'_>) -> Result<Digest> {
    range(0, size, nodes)
}

/// The inclusion proof of a leaf in the tree of the first `size` leaves, from the leaf's sibling up.
/// Empty where `index` is not in the tree.
pub fn inclusion(index: u64, size: u64, nodes: &mut Nodes<'_>) -> Result<Vec<Digest>> {
    let (mut low, mut high, mut path) = (0, size, Vec::new());
    while high.saturating_sub(low) > 1 && index < size {
        let middle = low + split(high - low);
        if index < middle {
            path.push(range(middle, high, nodes)?);
            high = middle;
        } else {
            path.push(range(low, middle, nodes)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// The consistency proof between the trees of the first `old` and the first `new` leaves.
/// Empty where both are the same or `old` is 0.
pub fn consistency(old: u64, new: u64, nodes: &mut Nodes<'_>) -> Result<Vec<Digest>> {
    let mut path = Vec::new();
    if old == 0 || old >= new {
        return Ok(path);
    }
    let (mut low, mut high, mut is_old_root) = (0, new, true);
    while old != high {
        let middle = low + split(high - low);
        if old <= middle {
            path.push(range(middle, high, nodes)?);
            high = middle;
        } else {
            path.push(range(low, middle, nodes)?);
            low = middle;
            is_old_root = false;
        }
    }
    if !is_old_root {
        path.push(range(low, high, nodes)?);
    }
    path.reverse();
    Ok(path)
}

/// The root that an inclusion proof leads to; `None` if the proof has the wrong length for
/// `index` and `size` (RFC 9162 §2.1.3.2).
pub fn included_root(index: u64, size: u64, leaf: Digest, proof: &[Digest]) -> Option<Digest> {
    if index >= size || size > MAX_SIZE {
        return None;
    }
    let (mut at, mut last, mut root) = (index, size - 1, leaf);
    for hash in proof {
        if last == 0 {
            return None;
        }
        if at & 1 == 1 || at == last {
            root = node(hash, &root);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            root = node(&root, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    (last == 0).then_some(root)
}

/// True if `proof` shows that the tree of `new` leaves with root `new_root` begins with the tree
/// of `old` leaves with root `old_root` (RFC 9162 §2.1.4.2).
pub fn is_consistent(
    old: u64,
    new: u64,
    old_root: &Digest,
    new_root: &Digest,
    proof: &[Digest],
) -> bool {
    if old > new || new > MAX_SIZE {
        return false;
    }
    if old == 0 {
        return proof.is_empty() && *old_root == empty();
    }
    if old == new {
        return proof.is_empty() && old_root == new_root;
    }
    let mut rest = proof.iter();
    let (mut at, mut last) = (old - 1, new - 1);
    while at & 1 == 1 {
        at >>= 1;
        last >>= 1;
    }
    // A whole subtree as old tree is not in the proof: its root is known.
    let first = if at == 0 { Some(old_root) } else { rest.next() };
    let Some(first) = first else { return false };
    let (mut one, mut two) = (*first, *first);
    for hash in rest {
        if last == 0 {
            return false;
        }
        if at & 1 == 1 || at == last {
            one = node(hash, &one);
            two = node(hash, &two);
            while at & 1 == 0 && at != 0 {
                at >>= 1;
                last >>= 1;
            }
        } else {
            two = node(&two, hash);
        }
        at >>= 1;
        last >>= 1;
    }
    last == 0 && one == *old_root && two == *new_root
}

#[cfg(test)]
mod tests {
    use super::*;

    fn leaves(count: u64) -> Vec<Digest> {
        (0..count).map(|i| leaf(format!("leaf {i}").as_bytes())).collect()
    }

    /// MTH as RFC 6962 §2.1 writes it down.
    fn by_the_book(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => empty(),
            [one] => *one,
            more => {
                let mut k = 1;
                while k * 2 < more.len() {
                    k *= 2;
                }
                node(&by_the_book(&more[..k]), &by_the_book(&more[k..]))
            }
        }
    }

    fn nodes(leaves: &[Digest]) -> impl FnMut(u8, u64) -> Result<Digest> + '_ {
        |level, index| {
            let (from, to) = ((index << level) as usize, ((index + 1) << level) as usize);
            Ok(by_the_book(&leaves[from..to]))
        }
    }

    #[test]
    fn the_hashes_are_those_of_the_rfc() {
        // Well-known values of Certificate Transparency's reference tests.
        let hex = |d: Digest| d.to_hex();
        assert_eq!(
            hex(empty()),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            hex(leaf(b"")),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        let two = node(&leaf(b""), &leaf(&[0]));
        assert_eq!(hex(two), "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125");
    }

    #[test]
    fn roots_and_proofs_hold_for_every_small_tree() {
        let all = leaves(70);
        for size in 0..=70u64 {
            let tree = &all[..size as usize];
            let expected = by_the_book(tree);
            assert_eq!(root(size, &mut nodes(tree)).expect("a root"), expected);
            assert_eq!(fold(tree, None).unwrap_or_else(empty), expected);
            for index in 0..size {
                let proof = inclusion(index, size, &mut nodes(tree)).expect("a proof");
                let leaf = tree[index as usize];
                assert_eq!(included_root(index, size, leaf, &proof), Some(expected));
            }
            for old in 0..=size {
                let proof = consistency(old, size, &mut nodes(tree)).expect("a proof");
                let before = by_the_book(&all[..old as usize]);
                assert!(is_consistent(old, size, &before, &expected, &proof), "{old} {size}");
            }
        }
    }

    #[test]
    fn a_leaf_that_is_not_in_the_tree_has_no_proof() {
        let leaves = leaves(5);
        for index in [5, 6, u64::MAX] {
            assert_eq!(inclusion(index, 5, &mut nodes(&leaves)).expect("none"), []);
        }
    }

    #[test]
    fn a_proof_that_was_touched_is_refused() {
        let all = leaves(300);
        let mut vectors = 0;
        for size in [1u64, 2, 3, 7, 8, 64, 65, 255, 256, 257, 300] {
            let tree = &all[..size as usize];
            let root = by_the_book(tree);
            for index in [0, 1, size / 2, size - 1] {
                if index >= size {
                    continue;
                }
                let leaf = tree[index as usize];
                let proof = inclusion(index, size, &mut nodes(tree)).expect("a proof");
                let good = |i: u64, s: u64, l: Digest, p: &[Digest]| {
                    included_root(i, s, l, p) == Some(root)
                };
                assert!(good(index, size, leaf, &proof));
                let stranger = super::leaf(b"stranger");
                let mut bad: Vec<(u64, u64, Digest, Vec<Digest>)> = vec![
                    (index + 1, size, leaf, proof.clone()),
                    (index ^ 1, size, leaf, proof.clone()),
                    (index + size, size, leaf, proof.clone()),
                    (size, size, leaf, proof.clone()),
                    (index, 0, leaf, proof.clone()),
                    (index, size * 2, leaf, proof.clone()),
                    (index, index, leaf, proof.clone()),
                    (index, MAX_SIZE + 1, leaf, proof.clone()),
                    (u64::MAX, u64::MAX, leaf, proof.clone()),
                    (index, size, stranger, proof.clone()),
                    (index, size, root, Vec::new()),
                    (index, size, leaf, [proof.clone(), vec![stranger]].concat()),
                    (index, size, leaf, [vec![stranger], proof.clone()].concat()),
                    (index, size, leaf, [vec![leaf], proof.clone()].concat()),
                ];
                for drop in 0..proof.len() {
                    let mut less = proof.clone();
                    less.remove(drop);
                    bad.push((index, size, leaf, less));
                    let mut other = proof.clone();
                    other[drop].0[drop % 32] ^= 1;
                    bad.push((index, size, leaf, other));
                }
                if proof.len() > 1 {
                    let mut turned = proof.clone();
                    turned.reverse();
                    bad.push((index, size, leaf, turned));
                }
                // The root as its own proof of one leaf is the one exception: it is that leaf.
                bad.retain(|b| (b.0, b.1, b.2) != (index, size, leaf) || b.3 != proof);
                for (i, s, l, p) in bad {
                    assert!(!good(i, s, l, &p), "index {i} size {s} of {index} {size}: {p:?}");
                    vectors += 1;
                }
            }
        }
        assert!(vectors >= 196, "{vectors}");
    }

    #[test]
    fn the_largest_tree_can_be_proven_and_no_larger_one() {
        let (first, other) = (leaf(b"0"), leaf(b"1"));
        let lengths = |size: u64| {
            let path = |n: usize| vec![other; n];
            (0..70).filter(|n| included_root(0, size, first, &path(*n)).is_some()).collect()
        };
        assert_eq!(lengths(MAX_SIZE), [48]);
        let none: Vec<usize> = lengths(MAX_SIZE + 1);
        assert!(none.is_empty(), "{none:?}");
        assert!(is_consistent(MAX_SIZE, MAX_SIZE, &first, &first, &[]));
        assert!(!is_consistent(MAX_SIZE + 1, MAX_SIZE + 1, &first, &first, &[]));
    }

    #[test]
    fn a_consistency_proof_that_was_touched_is_refused() {
        let all = leaves(130);
        for (old, new) in [(1u64, 2u64), (3, 7), (4, 8), (6, 8), (64, 65), (65, 130), (128, 129)] {
            let (before, after) =
                (by_the_book(&all[..old as usize]), by_the_book(&all[..new as usize]));
            let proof = consistency(old, new, &mut nodes(&all)).expect("a proof");
            let good = |o, n, a: &Digest, b: &Digest, p: &[Digest]| is_consistent(o, n, a, b, p);
            assert!(good(old, new, &before, &after, &proof));
            assert!(!good(old, new, &after, &before, &proof));
            assert!(!good(new, old, &before, &after, &proof));
            assert!(!good(old + 1, new, &before, &after, &proof));
            assert!(!good(old, new, &before, &leaf(b"x"), &proof));
            assert!(!good(old, new, &leaf(b"x"), &after, &proof));
            assert!(!good(old, MAX_SIZE + 1, &before, &after, &proof));
            assert!(!good(0, new, &before, &after, &proof));
            for at in 0..proof.len() {
                let mut less = proof.clone();
                less.remove(at);
                assert!(!good(old, new, &before, &after, &less));
                let mut other = proof.clone();
                other[at].0[0] ^= 1;
                assert!(!good(old, new, &before, &after, &other));
            }
            let more = [proof.clone(), vec![before]].concat();
            assert!(!good(old, new, &before, &after, &more));
        }
    }
}
