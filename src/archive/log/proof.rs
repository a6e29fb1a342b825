//! Proofs to take away (c2sp.org/tlog-proof@v1): one leaf is in the log, checkable without the log.
//!
//! Knows: the lines of a proof. Must not know: the disk, what a leaf says.
//! The leaf itself travels as the proof's extra data, so that a file needs nothing but its proof.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::Digest;
use super::checkpoint::{Checkpoint, number};
use super::note::{MAX_NOTE, PublicKey};
use super::{Fault, merkle, tile};

const HEAD: &str = "c2sp.org/tlog-proof@v1";
/// Most bytes of a proof that are read.
pub const MAX_BYTES: usize = MAX_NOTE + 2 * tile::MAX_LEAF;

/// A proof as read; nothing in it is to be trusted before [`Proof::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proof {
    /// The leaf, if the proof carries it.
    pub leaf: Option<Vec<u8>>,
    /// Position of the leaf in the log, from 0.
    pub index: u64,
    /// From the leaf's sibling up.
    pub hashes: Vec<Digest>,
    /// The signed checkpoint, verbatim.
    pub checkpoint: Vec<u8>,
}

impl Proof {
    /// The proof as text.
    pub fn text(&self) -> Vec<u8> {
        let mut out = format!("{HEAD}\n");
        if let Some(leaf) = &self.leaf {
            out.push_str(&format!("extra {}\n", STANDARD.encode(leaf)));
        }
        out.push_str(&format!("index {}\n", self.index));
        for hash in &self.hashes {
            out.push_str(&format!("{}\n", STANDARD.encode(hash.0)));
        }
        out.push('\n');
        let mut out = out.into_bytes();
        out.extend_from_slice(&self.checkpoint);
        out
    }

    /// Reads a proof.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_BYTES {
            return Err(Fault::TooLong);
        }
        let text = std::str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
        let (head, checkpoint) = text.split_once("\n\n").ok_or(Fault::ProofLines)?;
        let mut lines = head.split('\n').peekable();
        if lines.next() != Some(HEAD) {
            return Err(Fault::ProofLines);
        }
        let extra = lines.next_if(|line| line.starts_with("extra "));
        let leaf = extra
            .map(|line| STANDARD.decode(line.strip_prefix("extra ").unwrap_or(line)))
            .transpose()
            .map_err(|_| Fault::ProofLines)?;
        if leaf.as_ref().is_some_and(|leaf| leaf.len() > tile::MAX_LEAF) {
            return Err(Fault::LeafTooLong);
        }
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(number);
        let index = index.ok_or(Fault::ProofLines)?;
        let mut hashes = Vec::new();
        for line in lines {
            if hashes.len() == merkle::MAX_PROOF {
                return Err(Fault::Proof);
            }
            let hash = STANDARD.decode(line).ok().and_then(|hash| hash.try_into().ok());
            hashes.push(Digest(hash.ok_or(Fault::ProofLines)?));
        }
        Ok(Self { leaf, index, hashes, checkpoint: checkpoint.as_bytes().to_vec() })
    }

    /// Checks that the leaf is in the tree and the tree signed by a known key; gives the checkpoint.
    pub fn verify(&self, leaf: &[u8], known: &[PublicKey]) -> Result<Checkpoint, Fault> {
        let (checkpoint, _) = Checkpoint::open(&self.checkpoint, known)?;
        let root =
            merkle::included_root(self.index, checkpoint.size, merkle::leaf(leaf), &self.hashes);
        if root == Some(checkpoint.root) { Ok(checkpoint) } else { Err(Fault::Proof) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::note::{PrivateKey, sign};
    use super::*;

    fn proof() -> (Proof, PrivateKey) {
        let key = PrivateKey::new("a/b", [1; 32]).expect("a key");
        let (one, two) = (merkle::leaf(b"one"), merkle::leaf(b"two"));
        let root = merkle::node(&one, &two);
        let text = Checkpoint { origin: "a/b".into(), size: 2, root }.text();
        let checkpoint = sign(&text, &[&key]).into_bytes();
        (Proof { leaf: Some(b"two".to_vec()), index: 1, hashes: vec![one], checkpoint }, key)
    }

    #[test]
    fn a_proof_comes_back_and_holds() {
        let (proof, key) = proof();
        let text = proof.text();
        let read = Proof::parse(&text).expect("reads");
        assert_eq!(read, proof);
        let known = [key.public().clone()];
        assert_eq!(read.verify(b"two", &known).map(|c| c.size), Ok(2));
        assert_eq!(read.verify(b"one", &known), Err(Fault::Proof));
        assert_eq!(read.verify(b"two", &[]), Err(Fault::UnknownKey));
        let without = Proof { leaf: None, ..proof };
        assert_eq!(Proof::parse(&without.text()), Ok(without));
    }

    #[test]
    fn the_longest_leaf_and_the_longest_proof_are_read_and_no_longer_ones() {
        let (proof, _) = proof();
        let of = |length| Proof { leaf: Some(vec![b'x'; length]), ..proof.clone() };
        assert_eq!(Proof::parse(&of(tile::MAX_LEAF).text()), Ok(of(tile::MAX_LEAF)));
        assert_eq!(Proof::parse(&of(tile::MAX_LEAF + 1).text()), Err(Fault::LeafTooLong));
        let rest = proof.text().len() - proof.checkpoint.len();
        let long = |length: usize| Proof { checkpoint: vec![b'x'; length - rest], ..proof.clone() };
        assert_eq!(long(MAX_BYTES).text().len(), MAX_BYTES);
        assert_eq!(Proof::parse(&long(MAX_BYTES).text()), Ok(long(MAX_BYTES)));
        assert_eq!(Proof::parse(&long(MAX_BYTES + 1).text()), Err(Fault::TooLong));
    }

    #[test]
    fn malformed_proofs_are_refused() {
        let (proof, _) = proof();
        let good = String::from_utf8(proof.text()).expect("text");
        let hash = STANDARD.encode([1; 32]);
        let cases: &[(String, Fault)] = &[
            (good.replace("@v1", "@v2"), Fault::ProofLines),
            (good.replace("index 1", "index 01"), Fault::ProofLines),
            (good.replace("index 1", "index -1"), Fault::ProofLines),
            (good.replace("index 1", "index"), Fault::ProofLines),
            (good.replace("index 1", "INDEX 1"), Fault::ProofLines),
            (good.replace("index 1\n", ""), Fault::ProofLines),
            (good.replace("extra ", "extra"), Fault::ProofLines),
            (good.replace("extra dHdv", "extra dHd"), Fault::ProofLines),
            (good.replace("index 1\n", "index 1\nshort\n"), Fault::ProofLines),
            (good.replace("\n\n", "\n"), Fault::ProofLines),
            (good.replace('\n', "\r\n"), Fault::ProofLines),
            (
                good.replace("index 1\n", &format!("index 1\n{}", format!("{hash}\n").repeat(200))),
                Fault::Proof,
            ),
            (String::new(), Fault::ProofLines),
            ("x".repeat(MAX_BYTES + 1), Fault::TooLong),
        ];
        for (text, fault) in cases {
            assert_eq!(
                Proof::parse(text.as_bytes()),
                Err(*fault),
                "{:?}",
                &text[..text.len().min(200)]
            );
        }
        assert_eq!(Proof::parse(b"\xff"), Err(Fault::NotUtf8));
    }
}
