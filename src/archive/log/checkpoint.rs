//! Checkpoints (c2sp.org/tlog-checkpoint): how large the log is and what its root is.
//!
//! Knows: the lines of a checkpoint. Must not know: where it is kept, which keys are trusted.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::super::Digest;
use super::note::{Note, PublicKey};
use super::{Fault, merkle};

/// What a log says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log.
    pub origin: String,
    /// Leaves.
    pub size: u64,
    /// Root of the tree of these leaves.
    pub root: Digest,
}

impl Checkpoint {
    /// The three lines that are signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }

    /// Reads the text of a note. Further lines are allowed and of no account, as the specification
    /// says; the log itself writes none.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let text = text.strip_suffix('\n').ok_or(Fault::CheckpointLines)?;
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(Fault::CheckpointLines);
        };
        if lines.any(str::is_empty) {
            return Err(Fault::CheckpointLines);
        }
        if origin.is_empty() {
            return Err(Fault::Origin);
        }
        let root = STANDARD.decode(root).ok().and_then(|root| root.try_into().ok());
        let size = number(size).filter(|size| *size <= merkle::MAX_SIZE).ok_or(Fault::Size)?;
        Ok(Self { origin: origin.to_owned(), size, root: Digest(root.ok_or(Fault::Root)?) })
    }

    /// Reads a signed checkpoint; it must be signed by one of the known keys whose name is its
    /// origin. Tells which keys signed it.
    pub fn open(bytes: &[u8], known: &[PublicKey]) -> Result<(Self, Vec<usize>), Fault> {
        let note = Note::parse(bytes)?;
        let signers = note.verify(known)?;
        let out = Self::parse(&note.text)?;
        let named = |i: &usize| known.get(*i).is_some_and(|key| key.name() == out.origin);
        if signers.iter().any(named) { Ok((out, signers)) } else { Err(Fault::Origin) }
    }
}

impl Checkpoint {
    /// Reads a checkpoint that was kept elsewhere: the signed note, or its three lines alone as
    /// somebody copied them from paper. Those bear no signature: they are worth what the paper is.
    pub fn kept(bytes: &[u8], known: &[PublicKey]) -> Result<Self, Fault> {
        match Self::open(bytes, known) {
            Err(Fault::NoSignatures) => {
                let text = std::str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
                let lines: Vec<&str> = text.split_whitespace().collect();
                let out = Self::parse(&format!("{}\n", lines.join("\n")))?;
                let ours = known.iter().any(|key| key.name() == out.origin);
                if ours && lines.len() == 3 { Ok(out) } else { Err(Fault::Origin) }
            }
            opened => opened.map(|(checkpoint, _)| checkpoint),
        }
    }
}

/// A decimal number without leading zeros or a sign.
pub(super) fn number(text: &str) -> Option<u64> {
    let exact = text.bytes().all(|b| b.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    text.parse().ok().filter(|_| exact)
}

#[cfg(test)]
mod tests {
    use super::super::note::{PrivateKey, sign};
    use super::*;

    #[test]
    fn the_example_of_the_specification() {
        let text =
            "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let checkpoint = Checkpoint::parse(text).expect("a checkpoint");
        assert_eq!(checkpoint.size, 20_852_163);
        assert_eq!(checkpoint.text(), text);
        let extended = Checkpoint::parse(&format!("{text}more\nlines\n"));
        assert_eq!(extended, Ok(checkpoint), "extension lines are of no account");
    }

    #[test]
    fn malformed_checkpoints_are_refused() {
        let root = STANDARD.encode([7; 32]);
        let cases: &[(String, Fault)] = &[
            (format!("a\n07\n{root}\n"), Fault::Size),
            (format!("a\n00\n{root}\n"), Fault::Size),
            (format!("a\n+7\n{root}\n"), Fault::Size),
            (format!("a\n-7\n{root}\n"), Fault::Size),
            (format!("a\n 7\n{root}\n"), Fault::Size),
            (format!("a\n\n{root}\n"), Fault::Size),
            (format!("a\n99999999999999999999\n{root}\n"), Fault::Size),
            (format!("a\n9999999999999999999\n{root}\n"), Fault::Size),
            (format!("\n7\n{root}\n"), Fault::Origin),
            ("a\n7\n\n".into(), Fault::Root),
            (format!("a\n7\n{}\n", STANDARD.encode([7; 31])), Fault::Root),
            (format!("a\n7\n{}\n", &root[..43]), Fault::Root),
            ("a\n7\n".into(), Fault::CheckpointLines),
            (format!("a\n7\n{root}"), Fault::CheckpointLines),
            (format!("a\n7\n{root}\n\nb\n"), Fault::CheckpointLines),
            (String::new(), Fault::CheckpointLines),
        ];
        for (text, fault) in cases {
            assert_eq!(Checkpoint::parse(text), Err(*fault), "{text:?}");
        }
        assert!(Checkpoint::parse(&format!("a\n0\n{root}\n")).is_ok());
    }

    #[test]
    fn three_lines_from_paper_are_those_of_our_log() {
        let key = PrivateKey::new("a/b", [1; 32]).expect("a key");
        let known = [key.public().clone()];
        let root = STANDARD.encode([7; 32]);
        let kept = |text: &str| Checkpoint::kept(text.as_bytes(), &known);
        assert_eq!(kept(&format!(" a/b\n 7 \n{root}")).map(|c| c.size), Ok(7));
        assert_eq!(kept(&format!("a/c\n7\n{root}\n")), Err(Fault::Origin), "another log");
        assert_eq!(kept(&format!("a/b\n7\n{root}\nmore\n")), Err(Fault::Origin), "not three lines");
    }

    #[test]
    fn only_the_log_of_the_origin_may_sign() {
        let key = |name, seed| PrivateKey::new(name, [seed; 32]).expect("a key");
        let (ours, witness) = (key("a/b", 1), key("w", 2));
        let known = [ours.public().clone(), witness.public().clone()];
        let checkpoint = Checkpoint { origin: "a/b".into(), size: 1, root: merkle::empty() };
        let open = |note: String| Checkpoint::open(note.as_bytes(), &known);
        let both = sign(&checkpoint.text(), &[&ours, &witness]);
        assert_eq!(open(both), Ok((checkpoint.clone(), vec![0, 1])));
        assert_eq!(open(sign(&checkpoint.text(), &[&witness])), Err(Fault::Origin));
        let other = Checkpoint { origin: "a/c".into(), ..checkpoint };
        assert_eq!(open(sign(&other.text(), &[&ours])), Err(Fault::Origin));
    }
}
