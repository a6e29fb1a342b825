//! Parts that nearly every file has, deflated when the program was made.
//!
//! Knows: a part by the SHA-256 of its content. Must not know: what is in it.
//!
//! Deflating the styles and the other fixed parts is most of the work of a run that makes one document.
//! What lies ready is what the compressor gives, byte for byte (a test deflates all of it again and makes
//! the file anew when it is asked to); a part that does not lie ready is deflated.

/// Entries: SHA-256 of the content, length of the deflated form in two bytes, the deflated form.
static READY: &[u8] = include_bytes!("pressed.bin");

/// The deflated form of the content with this digest.
pub(super) fn ready(sha256: &[u8; 32]) -> Option<&'static [u8]> {
    entries(READY).find(|(digest, _)| *digest == sha256).map(|(_, data)| data)
}

fn entries(mut rest: &[u8]) -> impl Iterator<Item = (&[u8; 32], &[u8])> {
    std::iter::from_fn(move || {
        let (digest, after) = rest.split_first_chunk::<32>()?;
        let (length, after) = after.split_first_chunk::<2>()?;
        let (data, after) = after.split_at_checked(usize::from(u16::from_le_bytes(*length)))?;
        rest = after;
        Some((digest, data))
    })
}

#[cfg(test)]
pub(crate) use tests::{see, seen_parts_lie_ready};

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::collections::BTreeMap;
    use std::io::Read;
    use std::path::Path;

    use flate2::{Compress, Compression};
    use ring::digest::{SHA256, digest};

    use super::*;
    use crate::docx::pack::deflate;

    thread_local! {
        /// The fixed parts that a test has had written, by digest.
        static SEEN: RefCell<BTreeMap<[u8; 32], Vec<u8>>> = const { RefCell::new(BTreeMap::new()) };
    }

    /// Remembers a part.
    pub(crate) fn see(digest: [u8; 32], content: &[u8]) {
        SEEN.with_borrow_mut(|seen| {
            seen.entry(digest).or_insert_with(|| content.to_vec());
        });
    }

    fn sum(content: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        out.copy_from_slice(digest(&SHA256, content).as_ref());
        out
    }

    fn pressed(content: &[u8]) -> Vec<u8> {
        deflate(&mut Compress::new(Compression::new(9), false), content).expect("deflated")
    }

    #[test]
    fn what_lies_ready_is_what_the_compressor_gives() {
        let all: Vec<_> = entries(READY).collect();
        let length: usize = all.iter().map(|(_, data)| 34 + data.len()).sum();
        assert!(length == READY.len() && all.len() > 5);
        for (digest, data) in all {
            let mut content = Vec::new();
            flate2::read::DeflateDecoder::new(data).read_to_end(&mut content).expect("deflated");
            assert_eq!(sum(&content), *digest);
            assert!(pressed(&content) == data, "another compressor: see `seen_parts_lie_ready`");
        }
    }

    /// Looks whether the fixed parts that a test has had written lie ready; with `VANTHU_PRESS` set they
    /// are what the file is made of.
    pub(crate) fn seen_parts_lie_ready() {
        let seen = SEEN.take();
        if std::env::var_os("VANTHU_PRESS").is_some() {
            let mut out = Vec::new();
            for (digest, content) in &seen {
                let data = pressed(content);
                out.extend_from_slice(digest);
                out.extend_from_slice(&u16::try_from(data.len()).expect("small").to_le_bytes());
                out.extend_from_slice(&data);
            }
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/docx/pressed.bin");
            std::fs::write(path, out).expect("written");
            return;
        }
        let missing = seen.keys().filter(|digest| ready(digest).is_none()).count();
        assert!(missing == 0, "{missing} parts: run this test with VANTHU_PRESS=1 and build again");
    }
}
