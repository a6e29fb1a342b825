//! The zip of a Word file: parts, their deflated form, and the order they are packed in.
//!
//! Knows: the zip container as office programs want it. Must not know: what the parts say.
//!
//! Always the same bytes: the date is 1980-01-01, no comment, no zip64, no directory entries.
//! The entries say that they were made on Unix with mode 0644, because Word for Mac does not
//! open packages whose attributes are all zero.

use std::cell::RefCell;

use flate2::{Compress, Compression, FlushCompress, Status};
use rayon::prelude::*;
use ring::digest::{Context, SHA256};

use super::digest::{sum, sum_next};
use super::squeeze::squeeze;

/// `0x0021` is the first day that the format knows.
const DOS_DATE: u16 = 0x0021;
const STORED: u16 = 0;
const DEFLATED: u16 = 8;
const VERSION: u16 = 20;
const UTF8: u16 = 0x0800;
const MADE_BY: u16 = 0x0314;
const UNIX_MODE: u32 = 0o100_644 << 16;

/// A part, deflated once.
#[derive(Debug, Clone)]
pub(super) struct Part {
    name: String,
    crc: u32,
    size: u32,
    /// Nobody asks for it where the file is for the printer only.
    sha256: Option<[u8; 32]>,
    method: u16,
    data: Vec<u8>,
}

/// How hard to press.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Parts that are written once and copied into thousands of files.
    Once,
    /// Parts of one document.
    EachTime,
    /// Parts of one document that may be very large: then on all cores. The caller holds nothing of
    /// its thread borrowed, because other work may be done on it meanwhile.
    AllCores,
    /// Small parts of one document: to deflate them costs more than it saves.
    Stored,
}

thread_local! {
    static ONCE: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(9), false));
    static EACH: RefCell<Compress> = RefCell::new(Compress::new(Compression::new(LEVEL), false));
}

/// Parts above this length are deflated in pieces.
const LARGE: usize = 1 << 20;
const PIECE: usize = 256 << 10;
/// Measured on one-page letters: see the benches.
const LEVEL: u32 = 1;

impl Part {
    /// Deflates a part. `None` if it is too large for a zip without extensions (4 GiB).
    pub(super) fn new(name: impl Into<String>, content: &[u8], effort: Effort) -> Option<Self> {
        let (sha256, data) = match effort {
            Effort::AllCores if content.len() > LARGE => {
                rayon::join(|| sum(content), || deflate_large(content))
            }
            Effort::Once => {
                let sha256 = sum(content);
                (sha256, once(content, &sha256))
            }
            Effort::EachTime | Effort::AllCores => (sum_next(content), each(content)),
            Effort::Stored => (sum(content), Some(content.to_vec())),
        };
        Self::of(name, content, effort != Effort::Stored, Some(sha256), data?)
    }

    /// A part of a file for the printer: without its digest. `None` if it is too large.
    pub(super) fn printed(
        name: impl Into<String>,
        content: &[u8],
        is_deflated: bool,
    ) -> Option<Self> {
        let data = if is_deflated { each(content) } else { Some(content.to_vec()) };
        Self::of(name, content, is_deflated, None, data?)
    }

    fn of(
        name: impl Into<String>,
        content: &[u8],
        is_deflated: bool,
        sha256: Option<[u8; 32]>,
        data: Vec<u8>,
    ) -> Option<Self> {
        let size = u32::try_from(content.len()).ok()?;
        let crc = crc32fast::hash(content);
        let method = if is_deflated { DEFLATED } else { STORED };
        Some(Self { name: name.into(), crc, size, sha256, method, data })
    }

    /// A part whose bytes lie ready, as they came. `None` if it is too large.
    pub(super) fn ready(
        name: impl Into<String>,
        content: &[u8],
        crc: u32,
        is_deflated: bool,
        data: Vec<u8>,
    ) -> Option<Self> {
        let size = u32::try_from(content.len()).ok()?;
        u32::try_from(data.len()).ok()?;
        let sha256 = Some(sum(content));
        let method = if is_deflated { DEFLATED } else { STORED };
        Some(Self { name: name.into(), crc, size, sha256, method, data })
    }

    /// Its name in the package.
    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn header(&self, out: &mut Vec<u8>) {
        put16(out, VERSION);
        // Our own names are ASCII and need no flag.
        put16(out, if self.name.is_ascii() { 0 } else { UTF8 });
        put16(out, self.method);
        put16(out, 0);
        put16(out, DOS_DATE);
        put32(out, self.crc);
        put32(out, self.data.len() as u32);
        put32(out, self.size);
        put16(out, self.name.len() as u16);
        put16(out, 0);
    }
}

/// Deflates hard, unless that was done before the program began.
fn once(content: &[u8], sha256: &[u8; 32]) -> Option<Vec<u8>> {
    #[cfg(test)]
    super::pressed::see(*sha256, content);
    match super::pressed::ready(sha256) {
        Some(data) => Some(data.to_vec()),
        None => ONCE.with_borrow_mut(|c| deflate(c, content)),
    }
}

/// Deflates a part of one document.
fn each(content: &[u8]) -> Option<Vec<u8>> {
    squeeze(content).or_else(|| EACH.with_borrow_mut(|c| deflate(c, content)))
}

pub(super) fn deflate(compress: &mut Compress, content: &[u8]) -> Option<Vec<u8>> {
    compress.reset();
    // Stored blocks cost 5 bytes for each 16 KiB at worst: this always has room in one go.
    let mut out = Vec::with_capacity(content.len() + content.len() / 1000 * 6 + 64);
    match compress.compress_vec(content, &mut out, FlushCompress::Finish) {
        Ok(Status::StreamEnd) => Some(out),
        _ => None,
    }
}

/// Deflates in pieces that end on whole bytes, on all cores. The pieces are always the same, and so
/// are the bytes.
fn deflate_large(content: &[u8]) -> Option<Vec<u8>> {
    let pieces: Vec<&[u8]> = content.chunks(PIECE).collect();
    let last = pieces.len().saturating_sub(1);
    let made: Option<Vec<Vec<u8>>> = pieces
        .par_iter()
        .enumerate()
        .map(|(index, piece)| {
            EACH.with_borrow_mut(|c| match index == last {
                true => deflate(c, piece),
                false => deflate_open(c, piece),
            })
        })
        .collect();
    Some(made?.concat())
}

/// Deflates a piece that others follow.
fn deflate_open(compress: &mut Compress, piece: &[u8]) -> Option<Vec<u8>> {
    compress.reset();
    let mut out = Vec::with_capacity(piece.len() + piece.len() / 1000 * 6 + 64);
    match compress.compress_vec(piece, &mut out, FlushCompress::Sync) {
        Ok(Status::Ok)
            if compress.total_in() == piece.len() as u64 && out.len() < out.capacity() =>
        {
            Some(out)
        }
        _ => None,
    }
}

/// Packs parts in the order given. `None` if the whole is too large (4 GiB).
pub(super) fn pack(parts: &[&Part]) -> Option<Vec<u8>> {
    let room: usize = parts.iter().map(|p| p.data.len() + 2 * p.name.len() + 30 + 46).sum();
    u32::try_from(room + 22).ok()?;
    let mut out = Vec::with_capacity(room + 22);
    let mut offsets = Vec::with_capacity(parts.len());
    for part in parts {
        offsets.push(out.len() as u32);
        out.extend_from_slice(b"PK\x03\x04");
        part.header(&mut out);
        out.extend_from_slice(part.name.as_bytes());
        out.extend_from_slice(&part.data);
    }
    let directory = out.len() as u32;
    for (part, offset) in parts.iter().zip(offsets) {
        out.extend_from_slice(b"PK\x01\x02");
        put16(&mut out, MADE_BY);
        part.header(&mut out);
        // Comment, disk, internal attributes.
        out.extend_from_slice(&[0; 6]);
        put32(&mut out, UNIX_MODE);
        put32(&mut out, offset);
        out.extend_from_slice(part.name.as_bytes());
    }
    let length = out.len() as u32 - directory;
    let count = u16::try_from(parts.len()).ok()?;
    out.extend_from_slice(b"PK\x05\x06\0\0\0\0");
    put16(&mut out, count);
    put16(&mut out, count);
    put32(&mut out, length);
    put32(&mut out, directory);
    put16(&mut out, 0);
    Some(out)
}

/// SHA-256 over name, NUL and SHA-256 of the uncompressed content of each part, sorted by name.
/// It outlives a change of the compressor. `None` if one of them is without.
pub(super) fn parts_digest(parts: &[&Part]) -> Option<[u8; 32]> {
    let mut sorted: Vec<&&Part> = parts.iter().collect();
    sorted.sort_by(|a, b| a.name.cmp(&b.name));
    let mut context = Context::new(&SHA256);
    for part in sorted {
        context.update(part.name.as_bytes());
        context.update(&[0]);
        context.update(&part.sha256?);
    }
    let mut out = [0; 32];
    out.copy_from_slice(context.finish().as_ref());
    Some(out)
}

fn put16(out: &mut Vec<u8>, value: u16) {
    out.extend_from_slice(&value.to_le_bytes());
}

fn put32(out: &mut Vec<u8>, value: u32) {
    out.extend_from_slice(&value.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Read;

    #[test]
    fn another_reader_opens_what_was_packed() {
        let noise: Vec<u8> =
            (0..70_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        let contents: [(&str, &[u8]); 3] =
            [("a.xml", b"<a/>"), ("b/c.xml", b""), ("n.bin", &noise)];
        let parts: Vec<Part> = contents
            .iter()
            .map(|(n, c)| Part::new(*n, c, Effort::EachTime).expect("small"))
            .collect();
        let refs: Vec<&Part> = parts.iter().collect();
        let bytes = pack(&refs).expect("small");
        assert_eq!(bytes, pack(&refs).expect("small"));
        let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
        assert_eq!(zip.len(), 3);
        for (i, (name, content)) in contents.iter().enumerate() {
            let mut file = zip.by_index(i).expect("entry");
            assert_eq!(file.name().expect("name"), *name);
            assert_eq!(file.unix_mode(), Some(0o100_644));
            let mut read = Vec::new();
            file.read_to_end(&mut read).expect("content with its checksum");
            assert_eq!(read, *content);
        }
    }

    #[test]
    fn a_large_part_is_the_same_in_pieces() {
        for length in [LARGE + 1, 2 * LARGE, 4 * PIECE + 7] {
            let content: Vec<u8> =
                (0..length as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 29) as u8).collect();
            let part = || Part::new("a.xml", &content, Effort::AllCores).expect("small");
            let bytes = pack(&[&part()]).expect("small");
            assert_eq!(bytes, pack(&[&part()]).expect("small"));
            let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
            let mut read = Vec::new();
            zip.by_index(0).expect("entry").read_to_end(&mut read).expect("content");
            assert!(read == content);
        }
    }

    #[test]
    fn the_digest_of_the_parts_knows_no_order() {
        let part = |n: &str, c: &[u8]| Part::new(n, c, Effort::Once).expect("small");
        let (a, b) = (part("a", b"1"), part("b", b"2"));
        assert_eq!(parts_digest(&[&a, &b]), parts_digest(&[&b, &a]));
        assert_ne!(parts_digest(&[&a, &b]), parts_digest(&[&a, &part("b", b"3")]));
        let printed = Part::printed("b", b"2", true).expect("small");
        assert_eq!(parts_digest(&[&a, &printed]), None, "nobody takes it for one");
        assert_eq!(
            pack(&[&printed]),
            pack(&[&Part::new("b", b"2", Effort::EachTime).expect("small")])
        );
    }
}
