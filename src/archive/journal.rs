//! The journal: the rows of the register, verbatim, as lines of text beside the bags.
//!
//! Knows: segments, lines as bytes that begin with what they are, what must be cut after a kill.
//! Must not know: what a row says, SQL.
//!
//! ```text
//! journal/000001.jsonl          positions 1–1000 of the register, one JSON a line
//! journal/manifest-sha256.txt   digests of the segments that are full
//! ```
//!
//! The journal is what remains when the register's file is lost. It is made from the register and can
//! be made from it again, so its lines are appended without a sync of their own; what a power cut
//! takes is added on the next opening. A line is written only after its row was committed: a journal
//! that is ahead of the register means that the register is an older one.

use std::collections::BTreeMap;
use std::io::BufRead;
use std::io::ErrorKind;
use std::path::PathBuf;

use super::fault::{At, Doing};
use super::paths::{JOURNAL, MANIFEST, QUARANTINE};
use super::store::{Archive, paths_parent};
use super::{Digest, manifest};
use crate::diagnostic::Result;
use crate::world::EntryKind;

/// Positions in one segment; few in unit tests, so that these come over its end.
pub const SEGMENT: u64 = if cfg!(test) { 4 } else { 1000 };
/// Most bytes of a segment that are read: rows, inputs and the shared texts that they were made from.
pub const MAX_SEGMENT: u64 = 1 << 30;

/// How far a segment goes, read off the beginnings of its lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reach {
    /// The last position in it; 0 for none.
    pub seq: u64,
    /// The number of the last shared text in it; 0 for none.
    pub blob: u64,
    /// Shared texts that stand in earlier segments, by its first line; `None` where that is missing.
    pub before: Option<u64>,
    /// Bytes of whole lines in order; what comes after is cut.
    pub whole: u64,
    /// Bytes of the file.
    pub bytes: u64,
}

/// The number of the segment that a position stands in, from 1.
pub fn segment_of(seq: u64) -> u64 {
    seq.saturating_sub(1) / SEGMENT + 1
}

/// The last position of a segment.
pub fn end_of(segment: u64) -> u64 {
    segment.saturating_mul(SEGMENT)
}

fn name(segment: u64) -> String {
    format!("{segment:06}.jsonl")
}

fn segment_named(file: &str) -> Option<u64> {
    let digits = file.strip_suffix(".jsonl")?;
    let number: u64 = digits.bytes().all(|b| b.is_ascii_digit()).then(|| digits.parse().ok())??;
    (number > 0 && name(number) == file).then_some(number)
}

/// The number after a beginning such as `{"seq":`.
fn number_after(line: &[u8], beginning: &str) -> Option<u64> {
    let rest = line.strip_prefix(beginning.as_bytes())?;
    let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
    std::str::from_utf8(rest.get(..digits)?).ok()?.parse().ok()
}

/// Reads how far a segment goes. Positions must follow one another from its first one; the first
/// line that is not whole or not in order ends what counts.
pub fn reach(segment: u64, bytes: &[u8]) -> Reach {
    let mut out = Reach {
        seq: end_of(segment).saturating_sub(SEGMENT),
        bytes: bytes.len() as u64,
        ..Reach::default()
    };
    let first = out.seq;
    for line in lines(bytes) {
        if !line.starts_with(b"{") || !line.ends_with(b"}\n") {
            break;
        }
        if let Some(seq) = number_after(line, "{\"seq\":") {
            if seq != out.seq + 1 || seq > end_of(segment) {
                break;
            }
            out.seq = seq;
        } else if let Some(blob) = number_after(line, "{\"blob\":") {
            out.blob = out.blob.max(blob);
        } else if let Some(before) = number_after(line, "{\"segment\":") {
            if before != segment {
                break;
            }
            let at = line.windows(9).position(|w| w == b"\"before\":");
            out.before = at.and_then(|at| number_after(line.get(at..)?, "\"before\":"));
        }
        out.whole += line.len() as u64;
    }
    if out.seq == first {
        out.seq = 0;
    }
    out
}

/// The lines of a segment with their ends. It may be megabytes: the ends are looked for in blocks.
pub fn lines(mut bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let mut after = bytes;
        // Reading from memory does not fail.
        let length = after.skip_until(b'\n').ok().filter(|length| *length > 0)?;
        let (line, rest) = bytes.split_at_checked(length)?;
        bytes = rest;
        Some(line)
    })
}

impl Archive<'_> {
    fn journal_path(&self, file: &str) -> PathBuf {
        self.root.join(JOURNAL).join(file)
    }

    /// The segments that are there, in order.
    pub fn segments(&self) -> Result<Vec<u64>> {
        let dir = self.root.join(JOURNAL);
        let names = match self.world.list(&dir) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            listed => listed.at(Doing::Read, &dir)?,
        };
        let mut found: Vec<u64> = names
            .iter()
            .filter(|(_, kind)| *kind == EntryKind::File)
            .filter_map(|(name, _)| segment_named(name.to_str()?))
            .collect();
        found.sort_unstable();
        Ok(found)
    }

    /// The bytes of a segment; empty where it is missing.
    pub fn segment(&self, segment: u64) -> Result<Vec<u8>> {
        let path = self.journal_path(&name(segment));
        match self.world.read(&path, MAX_SEGMENT) {
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
            read => read.at(Doing::Read, &path),
        }
    }

    /// Appends whole lines to a segment, unsynced.
    pub fn add_to_segment(&self, segment: u64, lines: &[u8]) -> Result<()> {
        let path = self.journal_path(&name(segment));
        self.world.append_unsynced(&path, lines).at(Doing::Write, &path)
    }

    /// Adds whole lines of a segment that is not there yet to a batch's folder in staging, unsynced: they are not
    /// in the journal before [`Archive::place_segment`]. The first of them begin it anew.
    pub fn stage_segment(
        &self,
        batch: &str,
        segment: u64,
        lines: &[u8],
        is_first: bool,
    ) -> Result<()> {
        let path = self.staged_segment(batch, segment)?;
        self.make_dir(&paths_parent(&path))?;
        if is_first {
            // Left by an earlier try of the same batch.
            match self.world.remove(&path) {
                Err(error) if error.kind() == ErrorKind::NotFound => {}
                removed => removed.at(Doing::Remove, &path)?,
            }
        }
        self.world.append_unsynced(&path, lines).at(Doing::Write, &path)
    }

    /// Moves a staged segment into the journal, unsynced.
    pub fn place_segment(&self, batch: &str, segment: u64) -> Result<()> {
        let (from, to) = (self.staged_segment(batch, segment)?, self.journal_path(&name(segment)));
        match self.world.rename(&from, &to) {
            // Cut to nothing after a power cut: the lines go behind it.
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                let lines = self.world.read(&from, MAX_SEGMENT).at(Doing::Read, &from)?;
                self.add_to_segment(segment, &lines)
            }
            moved => moved.at(Doing::Move, &to),
        }
    }

    fn staged_segment(&self, batch: &str, segment: u64) -> Result<PathBuf> {
        Ok(self.batch_dir(batch)?.join(JOURNAL).join(name(segment)))
    }

    /// Cuts what a kill or a power cut left at the end of a segment.
    pub fn cut_segment(&self, segment: u64, whole: u64) -> Result<()> {
        let path = self.journal_path(&name(segment));
        self.world.truncate(&path, whole).at(Doing::Write, &path)
    }

    /// Digests of the segments that are full.
    pub fn full_segments(&self) -> Result<BTreeMap<u64, Digest>> {
        let path = self.journal_path(MANIFEST);
        let bytes = match self.world.read(&path, manifest::MAX_BYTES) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => read.at(Doing::Read, &path)?,
        };
        let lines = manifest::parse(&bytes).lines;
        Ok(lines.into_iter().filter_map(|(_, d, p)| Some((segment_named(&p)?, d))).collect())
    }

    /// Makes full segments durable and lists them with their digests.
    pub fn finish_segments(&self, full: &[(u64, Digest)]) -> Result<()> {
        let (dir, list) = (self.root.join(JOURNAL), self.journal_path(MANIFEST));
        match full {
            [] => return Ok(()),
            [(segment, _)] => {
                let path = self.journal_path(&name(*segment));
                self.world.sync(&path).at(Doing::Sync, &path)?;
            }
            _ => self.world.sync_tree(&dir).at(Doing::Sync, &dir)?,
        }
        self.list_segments(full)?;
        self.world.sync(&list).at(Doing::Sync, &list)?;
        self.world.sync(&dir).at(Doing::Sync, &dir)
    }

    /// Lists full segments that are durable, unsynced: what a power cut takes of it the next opening adds.
    pub fn list_segments(&self, full: &[(u64, Digest)]) -> Result<()> {
        let list = self.journal_path(MANIFEST);
        if full.is_empty() {
            return Ok(());
        }
        let held = match self.world.read(&list, manifest::MAX_BYTES) {
            Err(error) if error.kind() == ErrorKind::NotFound => Vec::new(),
            read => read.at(Doing::Read, &list)?,
        };
        let whole = manifest::parse(&held).whole;
        if whole < held.len() {
            self.world.truncate(&list, whole as u64).at(Doing::Write, &list)?;
        }
        let lines: String = full.iter().map(|(s, d)| manifest::line(d, &name(*s))).collect();
        self.world.append_unsynced(&list, lines.as_bytes()).at(Doing::Write, &list)
    }

    /// Puts a segment that is not what the register says into quarantine, and writes it anew.
    pub fn replace_segment(&self, segment: u64, lines: &[u8]) -> Result<()> {
        let path = self.journal_path(&name(segment));
        if self.world.stat(&path).is_ok() {
            self.aside(&path, &format!("{JOURNAL}_{}", name(segment)))?;
        }
        self.world.replace(&path, lines).at(Doing::Write, &path)
    }

    /// Writes the list of full segments anew; what was there goes to quarantine.
    pub fn replace_segment_list(&self, full: &BTreeMap<u64, Digest>) -> Result<()> {
        let path = self.journal_path(MANIFEST);
        let lines: String = full.iter().map(|(s, d)| manifest::line(d, &name(*s))).collect();
        if self.world.stat(&path).is_ok() {
            self.aside(&path, &format!("{JOURNAL}_{MANIFEST}"))?;
        }
        self.world.replace(&path, lines.as_bytes()).at(Doing::Write, &path)
    }

    /// Moves a file into quarantine under `stem`; nothing there is overwritten.
    pub(super) fn aside(&self, from: &std::path::Path, stem: &str) -> Result<()> {
        let dir = self.root.join(QUARANTINE);
        self.world.create_dir(&dir).at(Doing::Write, &dir)?;
        for copy in 1u32.. {
            let to = dir.join(if copy == 1 { stem.to_owned() } else { format!("{stem}.{copy}") });
            match self.world.rename(from, &to) {
                Err(error) if error.kind() == ErrorKind::AlreadyExists && copy < 10_000 => {}
                moved => return moved.at(Doing::Move, from),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_have_their_segment() {
        assert_eq!([1, SEGMENT, SEGMENT + 1].map(segment_of), [1, 1, 2]);
        assert_eq!([1, 2].map(end_of), [SEGMENT, 2 * SEGMENT]);
        assert_eq!(segment_named("000012.jsonl"), Some(12));
        for bad in ["12.jsonl", "000000.jsonl", "+00012.jsonl", "000012.json", ".jsonl"] {
            assert_eq!(segment_named(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_whole_lines_in_order_count() {
        let (head, first) = ("{\"segment\":2,\"before\":3}\n", SEGMENT + 1);
        let row = |seq: u64| format!("{{\"seq\":{seq},\"a\":1}}\n");
        let good = format!("{head}{{\"blob\":4,\"x\":1}}\n{}{{\"job\":\"x\"}}\n", row(first));
        let whole = good.len() as u64;
        let expected = Reach { seq: first, blob: 4, before: Some(3), whole, bytes: whole };
        assert_eq!(reach(2, good.as_bytes()), expected);
        let torn = row(first + 1).trim_end_matches("}\n").to_owned();
        let other = "{\"segment\":1,\"before\":0}\n".to_owned();
        let tails = [torn, "\0\0\0\0".into(), row(first + 2), row(first), "x}\n".into(), other];
        for tail in tails {
            let found = reach(2, format!("{good}{tail}").as_bytes());
            assert_eq!((found.seq, found.whole), (first, whole), "{tail:?}");
            assert!(found.bytes > whole);
        }
        assert_eq!(reach(2, head.as_bytes()).seq, 0);
        assert_eq!(reach(1, b""), Reach::default());
    }
}
