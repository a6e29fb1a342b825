//! Signed notes (c2sp.org/signed-note) with Ed25519 keys.
//!
//! Knows: the text form of notes, signatures and keys. Must not know: what a note says, where keys are kept.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

use super::super::sha256;
use super::Fault;

/// Most bytes of a note that are read; sixteen of the longest known signatures fit.
pub const MAX_NOTE: usize = 128 << 10;
/// Most signatures of a note that are read; the specification asks for no fewer.
pub const MAX_SIGNATURES: usize = 16;
/// Longest name of a key.
pub const MAX_NAME: usize = 255;
/// What a signature line begins with.
const PREFIX: &str = "\u{2014} ";
/// The signature type of Ed25519.
const ED25519_TYPE: u8 = 1;
/// What stands before a text that a key vouches for, so that no checkpoint can be taken for one: the
/// second line of a checkpoint is a number.
const VOUCHED: &str = "vanthu-voucher/1\nvoucher\n";

/// A public key that is known and trusted: name, key id, Ed25519 key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    name: String,
    key: [u8; 32],
}

impl PublicKey {
    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key id: the beginning of SHA-256(name ‖ LF ‖ 0x01 ‖ key).
    pub fn id(&self) -> [u8; 4] {
        let bytes = [self.name.as_bytes(), b"\n", &[ED25519_TYPE], &self.key].concat();
        let [a, b, c, d, ..] = sha256(&bytes).0;
        [a, b, c, d]
    }

    /// The key as text, a vkey: `name+0a1b2c3d+base64`.
    pub fn vkey(&self) -> String {
        let id = u32::from_be_bytes(self.id());
        let key = [&[ED25519_TYPE], &self.key[..]].concat();
        format!("{}+{id:08x}+{}", self.name, STANDARD.encode(key))
    }

    /// Reads a vkey; space around it is of no account.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Fault::Key);
        };
        let key = STANDARD.decode(key).map_err(|_| Fault::Key)?;
        let (&kind, key) = key.split_first().ok_or(Fault::Key)?;
        let key = key.try_into().map_err(|_| Fault::Key)?;
        let out = Self { name: name.to_owned(), key };
        let same = id.len() == 8
            && id.bytes().all(|b| b.is_ascii_hexdigit())
            && u32::from_str_radix(id, 16) == Ok(u32::from_be_bytes(out.id()));
        if kind == ED25519_TYPE && same && is_name(name) { Ok(out) } else { Err(Fault::Key) }
    }

    /// True if it vouched for a line of text.
    pub fn vouched(&self, line: &str, signature: &[u8]) -> bool {
        self.verifies(&format!("{VOUCHED}{line}\n"), signature)
    }

    /// True if it made `signature` over `text`.
    fn verifies(&self, text: &str, signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.key).verify(text.as_bytes(), signature).is_ok()
    }
}

/// A private key. What it is never shows in debug output.
pub struct PrivateKey {
    seed: [u8; 32],
    pair: Ed25519KeyPair,
    public: PublicKey,
}

impl std::fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "PrivateKey({})", self.public.vkey())
    }
}

impl PrivateKey {
    /// The key of a name and 32 unpredictable bytes.
    pub fn new(name: &str, seed: [u8; 32]) -> Result<Self, Fault> {
        if !is_name(name) {
            return Err(Fault::KeyName);
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(&seed).map_err(|_| Fault::Key)?;
        let key = pair.public_key().as_ref().try_into().map_err(|_| Fault::Key)?;
        Ok(Self { seed, pair, public: PublicKey { name: name.to_owned(), key } })
    }

    /// The public half.
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The key as text, as Go's package of notes writes it: `PRIVATE+KEY+name+0a1b2c3d+base64`.
    pub fn skey(&self) -> String {
        let id = u32::from_be_bytes(self.public.id());
        let key = [&[ED25519_TYPE], &self.seed[..]].concat();
        format!("PRIVATE+KEY+{}+{id:08x}+{}", self.public.name, STANDARD.encode(key))
    }

    /// Reads a private key.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let rest = text.trim().strip_prefix("PRIVATE+KEY+").ok_or(Fault::Key)?;
        let mut parts = rest.splitn(3, '+');
        let (Some(name), Some(_), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(Fault::Key);
        };
        let key = STANDARD.decode(key).map_err(|_| Fault::Key)?;
        let (_, seed) = key.split_first().ok_or(Fault::Key)?;
        let out = Self::new(name, seed.try_into().map_err(|_| Fault::Key)?)?;
        // Type and key id are checked by writing it anew.
        if out.skey() == text.trim() { Ok(out) } else { Err(Fault::Key) }
    }

    /// The signature over a line of text that is no note: the same each time.
    pub fn vouch(&self, line: &str) -> [u8; 64] {
        let signature = self.pair.sign(format!("{VOUCHED}{line}\n").as_bytes());
        let mut out = [0; 64];
        out.iter_mut().zip(signature.as_ref()).for_each(|(to, from)| *to = *from);
        out
    }

    /// A signature line over `text`, with its line end.
    fn line(&self, text: &str) -> String {
        let signature = self.pair.sign(text.as_bytes());
        let bytes = [&self.public.id()[..], signature.as_ref()].concat();
        format!("{PREFIX}{} {}\n", self.public.name, STANDARD.encode(bytes))
    }
}

/// Signs a text that ends with a line feed.
pub fn sign(text: &str, keys: &[&PrivateKey]) -> String {
    let lines: String = keys.iter().map(|key| key.line(text)).collect();
    format!("{text}\n{lines}")
}

/// A note as read; nothing in it is to be trusted before [`Note::verify`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The text with its last line end.
    pub text: String,
    signatures: Vec<Signature>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Signature {
    name: String,
    id: [u8; 4],
    bytes: Vec<u8>,
}

impl Note {
    /// Reads a note.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        if bytes.len() > MAX_NOTE {
            return Err(Fault::TooLong);
        }
        let whole = std::str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
        if whole.bytes().any(|b| b < 0x20 && b != b'\n') {
            return Err(Fault::ControlCharacter);
        }
        let at = whole.rfind("\n\n").ok_or(Fault::NoSignatures)?;
        let (text, lines) = whole.split_at(at + 1);
        let lines = lines.strip_prefix('\n').unwrap_or(lines);
        let lines = lines.strip_suffix('\n').ok_or(Fault::NoSignatures)?;
        let mut signatures = Vec::new();
        for line in lines.split('\n') {
            if signatures.len() == MAX_SIGNATURES {
                return Err(Fault::TooManySignatures);
            }
            signatures.push(signature(line).ok_or(Fault::SignatureLine)?);
        }
        Ok(Self { text: text.to_owned(), signatures })
    }

    /// Which of the known keys signed it, by their index. Signatures of other keys are ignored, even
    /// if they share a name or an id (not both) with a known one. A signature in the name and id of a
    /// known key that does not verify spoils the note; so does a note that no known key signed.
    pub fn verify(&self, known: &[PublicKey]) -> Result<Vec<usize>, Fault> {
        let mut signers = Vec::new();
        for signature in &self.signatures {
            let mine = |key: &PublicKey| key.name == signature.name && key.id() == signature.id;
            for (index, _) in known.iter().enumerate().filter(|(_, key)| mine(key)) {
                let key = known.get(index).ok_or(Fault::BadSignature)?;
                if !key.verifies(&self.text, &signature.bytes) {
                    return Err(Fault::BadSignature);
                }
                signers.push(index);
            }
        }
        signers.sort_unstable();
        signers.dedup();
        if signers.is_empty() { Err(Fault::UnknownKey) } else { Ok(signers) }
    }

    /// Names of the keys in whose name it is signed, whether they did or not.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.signatures.iter().map(|s| s.name.as_str())
    }
}

fn signature(line: &str) -> Option<Signature> {
    let (name, base64) = line.strip_prefix(PREFIX)?.split_once(' ')?;
    let bytes = STANDARD.decode(base64).ok()?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    let good = is_name(name) && !bytes.is_empty();
    good.then(|| Signature { name: name.to_owned(), id: *id, bytes: bytes.to_vec() })
}

/// A name of a key: not empty, no white space, no plus sign.
pub fn is_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= MAX_NAME
        && !name.contains(|c: char| c == '+' || c.is_whitespace() || c.is_control())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(name: &str, seed: u8) -> PrivateKey {
        PrivateKey::new(name, [seed; 32]).expect("a key")
    }

    /// Key pair and note of the documentation of Go's package golang.org/x/mod/sumdb/note.
    #[test]
    fn a_note_of_another_program_is_understood() {
        let skey = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
        let vkey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        let note = "If you think cryptography is the answer to your problem,\n\
                    then you don't know what your problem is.\n\n\
                    \u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
        let private = PrivateKey::parse(skey).expect("a key");
        assert_eq!(private.skey(), skey);
        assert_eq!(private.public().vkey(), vkey);
        let public = PublicKey::parse(vkey).expect("a key");
        let read = Note::parse(note.as_bytes()).expect("a note");
        assert_eq!(read.verify(std::slice::from_ref(&public)), Ok(vec![0]));
        assert_eq!(sign(&read.text, &[&private]), note, "Ed25519 signs the same each time");
    }

    #[test]
    fn the_rules_of_the_specification() {
        let (ours, theirs) = (key("a/b", 1), key("a/b", 2));
        let known = [ours.public().clone()];
        let verify = |note: &str| Note::parse(note.as_bytes()).and_then(|n| n.verify(&known));
        let text = "a/b\n0\nx\n\nafter an empty line\n";
        assert_eq!(verify(&sign(text, &[&ours])), Ok(vec![0]));
        // A key with our name but another id is unknown, whatever it says.
        assert_eq!(verify(&sign(text, &[&theirs])), Err(Fault::UnknownKey));
        assert_eq!(verify(&sign(text, &[&theirs, &ours])), Ok(vec![0]));
        assert_eq!(verify(&sign(text, &[&key("other", 1)])), Err(Fault::UnknownKey));
        // Our name and our id over another key's signature.
        let forged = theirs.pair.sign(text.as_bytes());
        let bytes = [&ours.public().id()[..], forged.as_ref()].concat();
        let line = format!("{PREFIX}a/b {}\n", STANDARD.encode(bytes));
        assert_eq!(verify(&format!("{text}\n{line}")), Err(Fault::BadSignature));
        let mixed = format!("{}{line}", sign(text, &[&ours]));
        assert_eq!(verify(&mixed), Err(Fault::BadSignature));
        // One letter of the text changed.
        let changed = sign(text, &[&ours]).replace("after", "After");
        assert_eq!(verify(&changed), Err(Fault::BadSignature));
        // Sixteen signatures are read, seventeen are not.
        let unknown: Vec<PrivateKey> = (10..26).map(|n| key(&format!("w{n}"), n)).collect();
        let mut keys: Vec<&PrivateKey> = vec![&ours];
        keys.extend(unknown.iter().take(15));
        assert_eq!(verify(&sign(text, &keys)), Ok(vec![0]));
        keys.extend(unknown.iter().skip(15));
        assert_eq!(verify(&sign(text, &keys)), Err(Fault::TooManySignatures));
    }

    #[test]
    fn a_key_vouches_for_its_own_lines_only() {
        let (ours, theirs) = (key("a/b", 1), key("a/b", 2));
        let signature = ours.vouch("line");
        assert!(ours.public().vouched("line", &signature));
        assert!(!ours.public().vouched("lines", &signature));
        assert!(!theirs.public().vouched("line", &signature));
        assert_ne!(signature, theirs.vouch("line"));
        assert!(!ours.public().verifies("line\n", &signature), "it is no note's signature");
        let shown = format!("{ours:?}");
        assert_eq!(shown, format!("PrivateKey({})", ours.public().vkey()), "no secret in it");
    }

    #[test]
    fn a_key_of_another_id_or_a_name_of_odd_letters_is_none() {
        let vkey = key("a/b", 1).public().vkey();
        let id = vkey.split('+').nth(1).expect("an id").to_owned();
        assert!(PublicKey::parse(&vkey.replace(&id, &id.to_uppercase())).is_ok());
        let number = u32::from_str_radix(&id, 16).expect("a number");
        for other in [format!("{:08x}", number ^ 1), format!("0{id}"), id[1..].to_owned()] {
            let changed = vkey.replacen(&id, &other, 1);
            assert_eq!(PublicKey::parse(&changed), Err(Fault::Key), "{changed}");
        }
        // A sign is no digit, even where the number is the right one.
        let small = (0..=255).map(|n| key(&format!("k{n}"), 1).public().vkey());
        let mut with_zero =
            small.filter(|v| v.split('+').nth(1).is_some_and(|i| i.starts_with('0')));
        let vkey = with_zero.next().expect("one of 256 begins with 0");
        assert!(PublicKey::parse(&vkey).is_ok());
        assert_eq!(PublicKey::parse(&vkey.replacen("+0", "++", 1)), Err(Fault::Key));
        for name in ["", "a+b", "a b", "a\u{a0}b", "a\u{7f}b", &"n".repeat(MAX_NAME + 1)] {
            assert!(!is_name(name), "{name:?}");
        }
        assert!(is_name(&"n".repeat(MAX_NAME)));
    }

    #[test]
    fn a_note_is_as_long_as_may_be_and_no_longer() {
        let signed = sign("a/b\n", &[&key("a/b", 1)]);
        let of = |length: usize| {
            let text = format!("{}\n", "x".repeat(length - signed.len() + 3));
            sign(&text, &[&key("a/b", 1)])
        };
        assert_eq!(of(MAX_NOTE).len(), MAX_NOTE);
        assert!(Note::parse(of(MAX_NOTE).as_bytes()).is_ok());
        assert_eq!(Note::parse(of(MAX_NOTE + 1).as_bytes()), Err(Fault::TooLong));
    }

    #[test]
    fn malformed_notes_are_refused() {
        let good = sign("a/b\n", &[&key("a/b", 1)]);
        assert!(Note::parse(good.as_bytes()).is_ok());
        let cases: &[(String, Fault)] = &[
            (good.replace("a/b\n\n", "a\tb\n\n"), Fault::ControlCharacter),
            (good.replace("a/b\n\n", "a\rb\n\n"), Fault::ControlCharacter),
            (good.replace("a/b\n\n", "a\0b\n\n"), Fault::ControlCharacter),
            (good.replace("\n\n", "\n"), Fault::NoSignatures),
            ("a\n\n".into(), Fault::NoSignatures),
            ("a\n\n\n".into(), Fault::NoSignatures),
            (String::new(), Fault::NoSignatures),
            (good.trim_end().into(), Fault::NoSignatures),
            (good.replace('\u{2014}', "-"), Fault::SignatureLine),
            (good.replace("\u{2014} a/b", "\u{2014}a/b"), Fault::SignatureLine),
            (good.replace("\u{2014} a/b", "\u{2014} a+b"), Fault::SignatureLine),
            (good.replace("\u{2014} a/b", "\u{2014} a\u{a0}b"), Fault::SignatureLine),
            (good.replace("=\n", "\n"), Fault::SignatureLine),
            (format!("{good}x\n"), Fault::SignatureLine),
            (format!("{good}\u{2014} b AAAAAA==\n"), Fault::SignatureLine),
            (format!("{}{good}", "x".repeat(MAX_NOTE)), Fault::TooLong),
        ];
        for (note, fault) in cases {
            assert_eq!(Note::parse(note.as_bytes()), Err(*fault), "{note:?}");
        }
        let invalid = [good.as_bytes(), b"\xff"].concat();
        assert_eq!(Note::parse(&invalid), Err(Fault::NotUtf8));
    }

    #[test]
    fn malformed_keys_are_refused() {
        let vkey = key("a/b", 1).public().vkey();
        assert!(PublicKey::parse(&format!(" {vkey}\n")).is_ok());
        let (name, rest) = vkey.split_once('+').expect("parts");
        for bad in [
            String::new(),
            name.to_owned(),
            format!("other+{rest}"),
            format!("+{rest}"),
            format!("{name}+00000000+{}", &rest[9..]),
            format!("{name}++{rest}"),
            vkey[..vkey.len() - 4].to_owned(),
            vkey.replace("+A", "+B"),
        ] {
            assert_eq!(PublicKey::parse(&bad), Err(Fault::Key), "{bad}");
        }
        let skey = key("a/b", 1).skey();
        for bad in [skey.replace("PRIVATE", "PUBLIC"), skey.replace("a/b", "a/c"), vkey] {
            assert!(PrivateKey::parse(&bad).is_err(), "{bad}");
        }
        assert!(!format!("{:?}", key("a/b", 1)).contains(&STANDARD.encode([1; 32])[2..40]));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_text_comes_back(lines in proptest::collection::vec("[^\u{0}-\u{1f}]{1,20}", 1..5)) {
            let text: String = lines.iter().map(|l| format!("{l}\n")).collect();
            let key = key("k", 3);
            let note = Note::parse(sign(&text, &[&key]).as_bytes()).expect("a note");
            prop_assert_eq!(&note.text, &text);
            prop_assert_eq!(note.verify(&[key.public().clone()]), Ok(vec![0]));
        }
    }
}
