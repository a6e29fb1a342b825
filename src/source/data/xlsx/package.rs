//! The zip of a workbook, read with limits: sizes are checked before anything is unpacked, and
//! what the directory promises is held while unpacking.
//!
//! Knows: zip entries, deflate, checksums. Must not know: XML.

use std::collections::HashMap;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::Arc;

use flate2::Crc;
use flate2::bufread::DeflateDecoder;
use zip::CompressionMethod;

use super::super::{Limits, failure};
use crate::diagnostic::{Result, Text};
use crate::text;

/// Parts below this size may be packed as tightly as they like.
const SMALL: u64 = 8 << 20;
/// Longest piece of XML: a text, a comment, a tag with its attributes.
const LONGEST_RUN: usize = 32 << 20;

/// The parts of a workbook by lower-case name.
pub struct Package {
    bytes: Arc<Vec<u8>>,
    parts: HashMap<String, Part>,
}

#[derive(Clone, Copy)]
struct Part {
    start: usize,
    end: usize,
    size: u64,
    crc: u32,
    stored: bool,
}

impl Package {
    /// Reads the directory and checks what it promises against the limits.
    ///
    /// # Errors
    /// Not a zip, cut short, encrypted, or larger than the limits.
    pub fn open(bytes: Vec<u8>, file: &str, limits: &Limits) -> Result<Self> {
        let mut archive =
            zip::ZipArchive::new(io::Cursor::new(bytes.as_slice())).map_err(|_| {
                failure(
                    file,
                    text!("sổ tính bị cắt cụt hoặc hỏng", "the workbook is cut short or damaged"),
                )
                .hint(text!(
                    "chép lại tệp từ nơi gửi, hoặc mở bằng Excel để sửa rồi lưu lại",
                    "copy it again from where it came, or let Excel repair and save it"
                ))
            })?;
        let count = archive.len();
        if count > limits.parts {
            return Err(bomb(file, text!("{count} phần bên trong", "{count} parts inside")));
        }
        let mut parts = HashMap::with_capacity(count);
        let mut total: u64 = 0;
        for index in 0..count {
            let damaged = |_| {
                failure(
                    file,
                    text!("mục lục của sổ tính bị hỏng", "the workbook's directory is damaged"),
                )
            };
            let entry = archive.by_index_raw(index).map_err(damaged)?;
            if entry.encrypted() {
                return Err(failure(
                    file,
                    text!("sổ tính có mật khẩu", "the workbook has a password"),
                ));
            }
            let (size, packed) = (entry.size(), entry.compressed_size());
            total = total.saturating_add(size);
            if size > SMALL && size / packed.max(1) > limits.ratio {
                let times = size / packed.max(1);
                return Err(bomb(
                    file,
                    text!("một phần nở ra {times} lần", "a part that unpacks {times} times larger"),
                ));
            }
            let stored = match entry.compression() {
                CompressionMethod::Stored => true,
                CompressionMethod::Deflated => false,
                _ => continue,
            };
            let range = entry.data_start().and_then(|start| {
                let start = usize::try_from(start).ok()?;
                let end = start.checked_add(usize::try_from(packed).ok()?)?;
                (end <= bytes.len()).then_some((start, end))
            });
            let Some((start, end)) = range else {
                return Err(damaged(zip::result::ZipError::FileNotFound));
            };
            let name = String::from_utf8_lossy(entry.name_raw()).replace('\\', "/").to_lowercase();
            let part = Part { start, end, size, crc: entry.crc32(), stored };
            parts.insert(name.trim_start_matches('/').to_owned(), part);
        }
        if total > limits.unpacked {
            let megabytes = total >> 20;
            return Err(bomb(file, text!("{megabytes} MB khi bung ra", "{megabytes} MB unpacked")));
        }
        drop(archive);
        Ok(Self { bytes: Arc::new(bytes), parts })
    }

    /// True if there is such a part.
    pub fn has(&self, name: &str) -> bool {
        self.parts.contains_key(&key(name))
    }

    /// True if a part begins so.
    pub fn starts_with(&self, name: &str, lead: &[u8]) -> bool {
        let Some(mut part) = self.part(name) else { return false };
        let mut head = vec![0; lead.len()];
        part.read_exact(&mut head).is_ok() && head == lead
    }

    /// A reader over a part. It owns what it needs.
    pub fn part(&self, name: &str) -> Option<Guard> {
        let part = *self.parts.get(&key(name))?;
        let slice = Slice { bytes: Arc::clone(&self.bytes), at: part.start, end: part.end };
        let source = if part.stored {
            Source::Stored(slice)
        } else {
            Source::Deflated(DeflateDecoder::new(slice))
        };
        let checked = Checked { source, left: part.size, crc: Crc::new(), wanted: part.crc };
        Some(Guard { inner: BufReader::with_capacity(64 << 10, checked), run: 0 })
    }
}

fn key(name: &str) -> String {
    name.trim_start_matches('/').to_lowercase()
}

fn bomb(file: &str, what: Text) -> crate::diagnostic::Failure {
    let Text { vi, en } = what;
    failure(file, text!("sổ tính bất thường: {vi}", "an abnormal workbook: {en}")).hint(text!(
        "chép bảng sang một sổ tính mới rồi lưu lại",
        "copy the table into a new workbook and save that"
    ))
}

/// A stretch of the file.
struct Slice {
    bytes: Arc<Vec<u8>>,
    at: usize,
    end: usize,
}

impl Read for Slice {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.fill_buf()?.read(buffer)?;
        self.consume(n);
        Ok(n)
    }
}

impl BufRead for Slice {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        Ok(self.bytes.get(self.at..self.end).unwrap_or_default())
    }

    fn consume(&mut self, n: usize) {
        self.at = self.at.saturating_add(n).min(self.end);
    }
}

enum Source {
    Stored(Slice),
    Deflated(DeflateDecoder<Slice>),
}

/// Holds a part to its promised size and checksum.
struct Checked {
    source: Source,
    left: u64,
    crc: Crc,
    wanted: u32,
}

impl Read for Checked {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = match &mut self.source {
            Source::Stored(slice) => slice.read(buffer)?,
            Source::Deflated(decoder) => decoder.read(buffer)?,
        };
        self.crc.update(buffer.get(..n).unwrap_or_default());
        self.left = self
            .left
            .checked_sub(n as u64)
            .ok_or_else(|| io::Error::other("a part is larger than the directory says"))?;
        if n == 0 && !buffer.is_empty() && (self.left > 0 || self.crc.sum() != self.wanted) {
            return Err(io::Error::other("a part does not match its checksum"));
        }
        Ok(n)
    }
}

/// Stops a reader that would keep an endless text in memory.
pub struct Guard {
    inner: BufReader<Checked>,
    run: usize,
}

impl Guard {
    /// A piece of XML ended: the next one may be as long again.
    pub fn begin_piece(&mut self) {
        self.run = 0;
    }
}

impl Read for Guard {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.inner.read(buffer)
    }
}

impl BufRead for Guard {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.run > LONGEST_RUN {
            return Err(io::Error::other("a text without end"));
        }
        self.inner.fill_buf()
    }

    fn consume(&mut self, n: usize) {
        self.run = self.run.saturating_add(n);
        self.inner.consume(n);
    }
}
