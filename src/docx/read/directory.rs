//! Which parts a zip holds and where they lie.
//!
//! Knows: the directory of a zip. Must not know: limits, what the parts are.
//!
//! A file of this program, and nearly every other, is laid out in the plainest way: part after part from
//! the first byte on, each with the same words before it and in the directory, and nothing else. That
//! is read here at one go. Whatever is otherwise in any way is left to the library.

use std::borrow::Cow;
use std::io::Cursor;

use zip::CompressionMethod;
use zip::ZipArchive;
use zip::result::ZipError;

/// What a directory says of a part.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Listed<'a> {
    pub(super) name: Cow<'a, str>,
    /// Where its bytes begin.
    pub(super) start: u64,
    pub(super) compressed: u64,
    /// Length, uncompressed.
    pub(super) size: u64,
    /// Checksum of the uncompressed content.
    pub(super) crc: u32,
    pub(super) method: Method,
}

impl Listed<'_> {
    /// The part's bytes as they lie in the file.
    pub(super) fn data<'b>(&self, bytes: &'b [u8]) -> Option<&'b [u8]> {
        let start = usize::try_from(self.start).ok()?;
        bytes.get(start..start.checked_add(usize::try_from(self.compressed).ok()?)?)
    }
}

/// How a part is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Method {
    Stored,
    Deflated,
    /// Encrypted, or compressed in another way.
    Strange,
}

/// What can be wrong with a directory.
pub(super) enum Fault {
    NotZip,
    /// So many parts are not looked at.
    TooMany,
    Duplicate,
}

impl From<ZipError> for Fault {
    fn from(_: ZipError) -> Self {
        Self::NotZip
    }
}

/// The parts in the order of the directory, at most so many.
pub(super) fn list(bytes: &[u8], most: usize) -> Result<Vec<Listed<'_>>, Fault> {
    match plain(bytes) {
        Some(listed) if listed.len() > most => Err(Fault::TooMany),
        Some(listed) => Ok(listed),
        None => any(bytes, most),
    }
}

/// The parts of any zip, as the library reads it.
fn any(bytes: &[u8], most: usize) -> Result<Vec<Listed<'_>>, Fault> {
    let mut zip = ZipArchive::new(Cursor::new(bytes))?;
    if zip.len() > most {
        return Err(Fault::TooMany);
    }
    if zip.has_duplicate_names() {
        return Err(Fault::Duplicate);
    }
    let mut out = Vec::with_capacity(zip.len());
    for i in 0..zip.len() {
        let part = zip.by_index_raw(i)?;
        let method = match part.compression() {
            _ if part.encrypted() => Method::Strange,
            CompressionMethod::Stored => Method::Stored,
            CompressionMethod::Deflated => Method::Deflated,
            _ => Method::Strange,
        };
        out.push(Listed {
            name: Cow::Owned(part.name()?.into_owned()),
            start: part.data_start().unwrap_or(u64::MAX),
            compressed: part.compressed_size(),
            size: part.size(),
            crc: part.crc32(),
            method,
        });
    }
    Ok(out)
}

/// Bytes of the record at the end of a zip.
const END: usize = 22;
/// Bytes of what stands in the directory, and before a part, without the name.
const ENTRY: usize = 46;
const LOCAL: usize = 30;
/// Newer zips may say more.
const VERSION: u32 = 20;
/// The name is UTF-8.
const UTF8: u32 = 0x0800;

/// The parts of a zip that is laid out plainly; `None` for any other, and for what is no zip.
fn plain(bytes: &[u8]) -> Option<Vec<Listed<'_>>> {
    let (bytes, end) = bytes.split_at_checked(bytes.len().checked_sub(END)?)?;
    // One disk, no comment; this many parts, and the directory between them and this record.
    let (count, begin) = (number(end, 10, 2)?, number(end, 16, 4)?);
    let is_plain = end.starts_with(b"PK\x05\x06\0\0\0\0")
        && number(end, 8, 2)? == count
        && u64::from(begin) + u64::from(number(end, 12, 4)?) == bytes.len() as u64
        && number(end, 20, 2)? == 0;
    if !is_plain || count == u32::from(u16::MAX) {
        return None;
    }
    let (parts, mut directory) = bytes.split_at_checked(usize::try_from(begin).ok()?)?;
    let (mut out, mut at) = (Vec::with_capacity(16), 0);
    for _ in 0..count {
        let (listed, rest) = entry(parts, at, directory)?;
        at = usize::try_from(listed.start.checked_add(listed.compressed)?).ok()?;
        directory = rest;
        out.push(listed);
    }
    (directory.is_empty() && at == parts.len() && !has_twins(&out)).then_some(out)
}

/// The part that begins at a place of the file and comes next in the directory; and the directory's rest.
fn entry<'a>(parts: &[u8], at: usize, directory: &'a [u8]) -> Option<(Listed<'a>, &'a [u8])> {
    let (entry, rest) = directory.split_at_checked(ENTRY)?;
    let (name, rest) = rest.split_at_checked(number(entry, 28, 2)? as usize)?;
    let local = parts.get(at..)?;
    // What is said of the part is the same in both places; there is nothing beside it.
    let is_plain = entry.starts_with(b"PK\x01\x02")
        && local.starts_with(b"PK\x03\x04")
        && local.get(4..LOCAL)? == entry.get(6..32)?
        && local.get(LOCAL..)?.starts_with(name)
        && number(entry, 42, 4)? as usize == at
        // Further fields, comment, disk.
        && entry.get(30..36)?.iter().all(|b| *b == 0)
        && number(entry, 6, 2)? <= VERSION
        && matches!(number(entry, 8, 2)?, 0 | UTF8)
        && name.is_ascii();
    let (compressed, size) = (number(entry, 20, 4)?, number(entry, 24, 4)?);
    let method = match number(entry, 10, 2)? {
        0 if compressed == size => Method::Stored,
        8 => Method::Deflated,
        _ => return None,
    };
    if !is_plain || compressed == u32::MAX || size == u32::MAX {
        return None;
    }
    let start = (at + LOCAL + name.len()) as u64;
    let (compressed, size, crc) = (compressed.into(), size.into(), number(entry, 16, 4)?);
    let name = Cow::Borrowed(std::str::from_utf8(name).ok()?);
    Some((Listed { name, start, compressed, size, crc, method }, rest))
}

/// True if two parts of a short list have one name; a long list is left to the library.
fn has_twins(list: &[Listed<'_>]) -> bool {
    let twin = |(at, a): (usize, &Listed<'_>)| list.iter().skip(at + 1).any(|b| a.name == b.name);
    list.len() > 64 || list.iter().enumerate().any(twin)
}

/// The number of so many bytes at a place, the lowest first.
fn number(bytes: &[u8], at: usize, count: usize) -> Option<u32> {
    let bytes = bytes.get(at..at + count)?;
    Some(bytes.iter().rev().fold(0, |number, b| number << 8 | u32::from(*b)))
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use zip::write::SimpleFileOptions;

    use super::*;
    use crate::docx::Writer;
    use crate::layout::Sheet;

    fn by_library(bytes: &[u8]) -> Option<Vec<Listed<'_>>> {
        any(bytes, 100).ok()
    }

    #[test]
    fn our_own_files_are_plain() {
        let written = Writer::new().and_then(|w| w.write(&Sheet::default())).expect("written");
        let listed = plain(&written.bytes).expect("plain");
        assert!(listed.len() > 5);
        assert_eq!(Some(listed), by_library(&written.bytes));
    }

    /// A zip of two parts, as small as can be.
    fn small() -> Vec<u8> {
        let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, method) in
            [("a", CompressionMethod::Stored), ("b/c", CompressionMethod::Deflated)]
        {
            let options = SimpleFileOptions::default().compression_method(method);
            zip.start_file(name, options).expect("begun");
            zip.write_all(b"<a/><a/><a/><a/>").expect("written");
        }
        zip.finish().expect("finished").into_inner()
    }

    #[test]
    fn whatever_byte_is_another_the_library_says_the_same_or_is_asked() {
        let good = small();
        assert!(plain(&good).is_some_and(|l| l.len() == 2));
        assert_eq!(plain(&good), by_library(&good));
        let mut taken = 0;
        for at in 0..good.len() {
            for value in [0, 1, 2, 8, 9, b'a', b'/', 0x7F, 0xFF] {
                let mut bytes = good.clone();
                bytes[at] = value;
                let Some(listed) = plain(&bytes) else { continue };
                taken += 1;
                assert_eq!(Some(listed), by_library(&bytes), "byte {at} is {value}");
            }
        }
        // Contents, times, and what is said of the system.
        assert!(taken > 100, "{taken}");
        for end in 0..good.len() {
            assert_eq!(plain(&good[..end]), None);
        }
    }

    #[test]
    fn what_lies_before_between_or_behind_is_not_plain() {
        let good = small();
        for (at, more) in [(0, 1), (19, 1), (good.len(), 1), (good.len() - END, 4)] {
            let mut bytes = good.clone();
            bytes.splice(at..at, vec![0; more]);
            assert_eq!(plain(&bytes), None);
        }
        assert_eq!(plain(b""), None);
        assert!(matches!(list(b"PK", 1), Err(Fault::NotZip)));
        assert!(matches!(list(&good, 1), Err(Fault::TooMany)));
    }
}
