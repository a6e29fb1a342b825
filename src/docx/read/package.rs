//! The zip of a Word file: which parts there are, their bytes, their relationships.
//!
//! Knows: zip, limits, relationships. Must not know: WordprocessingML.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use flate2::{Decompress, FlushDecompress, Status};

use super::cursor::{Cursor, Source};
use super::directory::{self, Fault, Method};
use crate::diagnostic::{Result, Text};
use crate::docx::limits;
use crate::text;

/// An opened file.
pub(in crate::docx) struct Package<'a> {
    file: &'a str,
    bytes: &'a [u8],
    entries: Vec<(Cow<'a, str>, Entry)>,
    /// One bit for each of the first entries that was looked up.
    asked: Cell<u64>,
}

/// Where a part lies in the file.
#[derive(Debug, Clone, Copy)]
pub(in crate::docx) struct Entry {
    start: usize,
    compressed: usize,
    /// Length, uncompressed.
    pub(in crate::docx) size: usize,
    /// Checksum of the uncompressed content.
    pub(in crate::docx) crc: u32,
    /// False: stored.
    pub(in crate::docx) deflated: bool,
}

/// A part as it lies in the file, for recognising one that was read before.
#[derive(Debug, PartialEq)]
pub(in crate::docx) struct RawPart {
    crc: u32,
    size: usize,
    data: Box<[u8]>,
}

/// Relationships of a part: id → (last word of the type, target).
pub(in crate::docx) type Relationships = HashMap<String, (String, String)>;

thread_local! {
    static INFLATE: RefCell<Decompress> = RefCell::new(Decompress::new(false));
}

impl<'a> Package<'a> {
    /// Opens a file and checks its directory against the limits.
    pub(in crate::docx) fn open(bytes: &'a [u8], file: &'a str) -> Result<Self> {
        let whole = Source { file, part: "zip" };
        if bytes.len() > limits::FILE_BYTES {
            return Err(whole.broken(text!("tệp quá lớn", "the file is too large")));
        }
        let listed = directory::list(bytes, limits::ENTRIES).map_err(|fault| match fault {
            Fault::NotZip => {
                whole.broken(text!("không phải tệp .docx (zip)", "this is not a .docx (zip) file"))
            }
            Fault::TooMany => whole.broken(text!("có quá nhiều phần", "there are too many parts")),
            Fault::Duplicate => duplicate(whole),
        })?;
        let mut entries = Vec::with_capacity(listed.len());
        let mut total = 0u64;
        for part in listed {
            let source = Source { file, part: &part.name };
            if !is_plain(&part.name) {
                return Err(source.broken(text!(
                    "tên phần không hợp lệ",
                    "the name of the part is not allowed"
                )));
            }
            total = total.saturating_add(part.size);
            check_size(source, part.size, part.compressed, total)?;
            if part.method == Method::Strange {
                return Err(source.broken(text!(
                    "phần bị mã hóa hoặc nén theo cách lạ",
                    "the part is encrypted or compressed in an unknown way"
                )));
            }
            let entry = Entry {
                start: usize::try_from(part.start).unwrap_or(usize::MAX),
                compressed: usize::try_from(part.compressed).unwrap_or(usize::MAX),
                size: usize::try_from(part.size).unwrap_or(usize::MAX),
                crc: part.crc,
                deflated: part.method == Method::Deflated,
            };
            entries.push((part.name, entry));
        }
        if differ_by_case_alone(&entries) {
            return Err(duplicate(whole));
        }
        Ok(Self { file, bytes, entries, asked: Cell::new(0) })
    }

    /// Where messages about a part point to.
    pub(in crate::docx) fn source<'s>(&'s self, part: &'s str) -> Source<'s> {
        Source { file: self.file, part }
    }

    /// Every part with its name, in the order of the file.
    pub(in crate::docx) fn entries(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.entries.iter().map(|(name, entry)| (&**name, entry))
    }

    /// Uncompressed length of a part; `None` if there is none of that name.
    pub(in crate::docx) fn size(&self, part: &str) -> Option<usize> {
        self.entry(part).map(|e| e.size)
    }

    /// The part as it lies in the file; `None` if there is none of that name.
    pub(in crate::docx) fn raw(&self, part: &str) -> Option<RawPart> {
        let entry = self.entry(part)?;
        Some(RawPart { crc: entry.crc, size: entry.size, data: self.data(entry)?.into() })
    }

    /// True if the part lies in the file as `raw`.
    pub(in crate::docx) fn is_same(&self, part: &str, raw: &RawPart) -> bool {
        self.entry(part).is_some_and(|e| {
            e.crc == raw.crc && e.size == raw.size && self.data(e).is_some_and(|d| *d == *raw.data)
        })
    }

    /// The content of a part; `None` if there is none of that name.
    pub(in crate::docx) fn part(&self, part: &str) -> Result<Option<Vec<u8>>> {
        let Some(entry) = self.entry(part) else { return Ok(None) };
        let content = self.data(entry).and_then(|data| {
            if entry.deflated { inflate(data, entry.size) } else { Some(data.to_vec()) }
        });
        let whole = content
            .filter(|content| content.len() == entry.size && crc32fast::hash(content) == entry.crc);
        let damaged = text!(
            "phần bị hỏng (sai độ dài hoặc mã kiểm tra)",
            "the part is damaged (wrong length or checksum)"
        );
        whole.map(Some).ok_or_else(|| self.source(part).broken(damaged))
    }

    /// The content of a part that must be there.
    pub(in crate::docx) fn needed(&self, part: &str) -> Result<Vec<u8>> {
        self.part(part)?.ok_or_else(|| self.source(part).broken(missing()))
    }

    /// The relationships of a part (`""` for the package); none if there is no such list.
    pub(in crate::docx) fn relationships(&self, part: &str) -> Result<Rc<Relationships>> {
        thread_local! {
            static KNOWN: RefCell<Vec<(RawPart, Rc<Relationships>)>> = const { RefCell::new(Vec::new()) };
        }
        let (folder, name) = part.rsplit_once('/').map_or(("", part), |(f, n)| (f, n));
        let slash = if folder.is_empty() { "" } else { "/" };
        let list = format!("{folder}{slash}_rels/{name}.rels");
        KNOWN.with_borrow_mut(|known| {
            remembered(known, self, &list, |content| {
                read_relationships(content, self.source(&list), folder)
            })
        })
    }

    fn entry(&self, part: &str) -> Option<&Entry> {
        let at = self.entries.iter().position(|(name, _)| name.eq_ignore_ascii_case(part))?;
        self.asked.set(self.asked.get() | 1_u64.checked_shl(at as u32).unwrap_or(0));
        self.entries.get(at).map(|(_, e)| e)
    }

    /// The parts that were looked up so far, the first one of the file in the lowest bit; `None` of a file with so
    /// many that they have no bits.
    pub(super) fn asked(&self) -> Option<u64> {
        (self.entries.len() <= 64).then(|| self.asked.get())
    }

    /// The part's bytes as they lie in the file.
    pub(in crate::docx) fn data(&self, entry: &Entry) -> Option<&'a [u8]> {
        self.bytes.get(entry.start..entry.start.checked_add(entry.compressed)?)
    }
}

/// True if two names are the same but for their case: those of a package may not be.
fn differ_by_case_alone(entries: &[(Cow<'_, str>, Entry)]) -> bool {
    // A list as short as that of a letter is gone through pair by pair.
    if entries.len() <= 16 {
        let mut rest = entries;
        while let Some(((name, _), others)) = rest.split_first() {
            if others.iter().any(|(other, _)| other.eq_ignore_ascii_case(name)) {
                return true;
            }
            rest = others;
        }
        return false;
    }
    let mut names: Vec<String> = entries.iter().map(|(n, _)| n.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

/// What a part means, from memory if the same bytes were read before on this thread.
/// A missing part means what an empty text means.
pub(in crate::docx) fn remembered<T>(
    known: &mut Vec<(RawPart, Rc<T>)>,
    package: &Package<'_>,
    part: &str,
    read: impl FnOnce(&[u8]) -> Result<T>,
) -> Result<Rc<T>> {
    const KEPT: usize = 8;
    const LARGEST: usize = 256 << 10;
    if let Some((_, value)) = known.iter().find(|(raw, _)| package.is_same(part, raw)) {
        return Ok(Rc::clone(value));
    }
    let content = package.part(part)?.unwrap_or_default();
    let value = Rc::new(read(&content)?);
    if let Some(raw) = package.raw(part).filter(|raw| raw.size <= LARGEST) {
        if known.len() >= KEPT {
            known.remove(0);
        }
        known.push((raw, Rc::clone(&value)));
    }
    Ok(value)
}

/// The message for a part that another one refers to.
pub(in crate::docx) fn missing() -> Text {
    text!("thiếu phần này", "the part is missing")
}

fn read_relationships(content: &[u8], source: Source<'_>, folder: &str) -> Result<Relationships> {
    let mut out = Relationships::new();
    if content.is_empty() {
        return Ok(out);
    }
    let (mut c, _) = Cursor::open(content, source)?;
    c.children(|c, e| {
        let (mut id, mut kind, mut target, mut outside) = (None, None, None, false);
        c.attributes(e, |name, value| match name {
            "Id" => id = Some(value.to_owned()),
            "Type" => kind = value.rsplit('/').next().map(str::to_owned),
            "Target" => target = resolve(folder, value),
            "TargetMode" => outside = value == "External",
            _ => {}
        })?;
        if let (Some(id), Some(kind), Some(target), false) = (id, kind, target, outside) {
            out.insert(id, (kind, target));
        }
        Ok(())
    })?;
    Ok(out)
}

/// A target relative to the folder of its source; `None` if it leaves the package.
fn resolve(folder: &str, target: &str) -> Option<String> {
    let mut path: Vec<&str> = match target.strip_prefix('/') {
        Some(_) => Vec::new(),
        None => folder.split('/').filter(|s| !s.is_empty()).collect(),
    };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                path.pop()?;
            }
            step => path.push(step),
        }
    }
    Some(path.join("/"))
}

/// True for a name that stays inside the package.
fn is_plain(name: &str) -> bool {
    !name.is_empty()
        && !name.contains(['\\', ':', '\0'])
        && !name.starts_with('/')
        && name.split('/').all(|step| step != "..")
}

fn duplicate(whole: Source<'_>) -> crate::diagnostic::Failure {
    whole.broken(text!("hai phần trùng tên", "two parts have the same name"))
}

/// True for a part of a length that is read.
pub(super) fn is_within(size: u64, compressed: u64, total: u64) -> bool {
    let dense = size > limits::RATIO_FROM && size / limits::RATIO > compressed;
    size <= limits::PART_BYTES && total <= limits::TOTAL_BYTES && !dense
}

fn check_size(source: Source<'_>, size: u64, compressed: u64, total: u64) -> Result<()> {
    if !is_within(size, compressed, total) {
        return Err(source.broken(text!(
            "giải nén ra quá lớn ({size} byte)",
            "it is too large when uncompressed ({size} bytes)"
        )));
    }
    Ok(())
}

/// Inflates exactly `size` bytes; `None` if there are more, fewer, or they are damaged.
fn inflate(data: &[u8], size: usize) -> Option<Vec<u8>> {
    let mut out = Vec::new();
    inflated(data, size, &mut out).map(|()| out)
}

/// The same into memory that is there.
pub(super) fn inflated(data: &[u8], size: usize, out: &mut Vec<u8>) -> Option<()> {
    INFLATE.with_borrow_mut(|inflate| {
        inflate.reset(false);
        out.clear();
        // One byte more than promised: room to notice a part that is longer than it says.
        out.reserve_exact(size.checked_add(1)?);
        let status = inflate.decompress_vec(data, out, FlushDecompress::Finish);
        (matches!(status, Ok(Status::StreamEnd)) && out.len() == size).then_some(())
    })
}
