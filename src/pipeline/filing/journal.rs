//! Keeping the journal in step with the register: after every commit, and when an office is opened.
//!
//! Knows: which rows stand in which segment. Must not know: what a row says, SQL.
//!
//! Lines are appended unsynced: they can be made from the register at any time, and each opening adds
//! what is missing. A segment that one batch fills from its first line to its last is listed with its digest once the
//! conclusion has made it durable; any other full one is made durable and listed by the next opening.

use std::collections::{BTreeMap, BTreeSet};

use super::{Filing, recovery};
use crate::archive::journal::{Reach, end_of, lines as all_lines, reach, segment_of};
use crate::archive::verify::{Class, Finding};
use crate::archive::{Archive, sha256};
use crate::diagnostic::Result;
use crate::register::journal::{self as line, Line};
use crate::register::{Kept, Register};
use crate::text;

/// How far the journal goes.
#[derive(Debug, Default, Clone)]
pub(super) struct Tail {
    /// The last position in it.
    pub(super) seq: u64,
    /// The number of the last shared text in it.
    blob: u64,
    /// The segment that is being written, and the series of which it tells the start.
    pub(super) segment: u64,
    starts: BTreeSet<(String, i16)>,
}

/// Where the journal ends, if it is in step with the register; else it is left alone: what is wrong with it
/// must still be there when it is looked at again.
pub(super) fn pick_up(register: &dyn Register, archive: &Archive<'_>) -> Result<Tail> {
    let head = register.head()?;
    if head == 0 {
        return Ok(Tail::default());
    }
    let segment = segment_of(head);
    let bytes = archive.segment(segment)?;
    let found = reach(segment, &bytes);
    if found.whole < found.bytes || found.seq != head {
        return Ok(Tail { seq: u64::MAX, ..Tail::default() });
    }
    let blob = found.blob.max(found.before.unwrap_or_default());
    Ok(Tail { seq: head, blob, segment, starts: starts_in(&bytes) })
}

/// Adds the lines of everything that was committed since.
pub(super) fn keep_rows(
    register: &dyn Register,
    archive: &Archive<'_>,
    tail: &mut Tail,
) -> Result<()> {
    let head = register.head()?;
    while tail.seq < head {
        let segment = segment_of(tail.seq + 1);
        let to = end_of(segment).min(head);
        add(register, archive, tail, to, u64::MAX)?;
    }
    Ok(())
}

/// Adds positions up to `to` (in the segment of the next one), and shared texts up to `blobs`.
fn add(
    register: &dyn Register,
    archive: &Archive<'_>,
    tail: &mut Tail,
    to: u64,
    blobs: u64,
) -> Result<()> {
    let lines = lines(register, tail, to, blobs)?;
    archive.add_to_segment(segment_of(to), &lines)
}

/// The lines of the positions up to `to`, and of the shared texts up to `blobs`.
pub(super) fn lines(
    register: &dyn Register,
    tail: &mut Tail,
    to: u64,
    blobs: u64,
) -> Result<Vec<u8>> {
    let (from, mut out) = (tail.seq + 1, Vec::new());
    begin(&mut out, register, tail, segment_of(to), blobs)?;
    line::write_positions(&mut out, register, from..to + 1)?;
    tail.seq = to;
    Ok(out)
}

/// What stands before the positions: the head of a new segment, shared texts up to `blobs`, starts of series.
pub(super) fn begin(
    out: &mut Vec<u8>,
    register: &dyn Register,
    tail: &mut Tail,
    segment: u64,
    blobs: u64,
) -> Result<()> {
    if tail.segment != segment {
        line::write_head(out, segment, tail.blob)?;
        tail.starts.clear();
    }
    let last = line::write_shared(out, register, tail.blob + 1..blobs.saturating_add(1))?;
    line::write_starts(out, register, &mut tail.starts)?;
    tail.segment = segment;
    tail.blob = last.unwrap_or(tail.blob);
    Ok(())
}

/// Refuses to go on if the journal holds what the register does not, or something else: a line is
/// only written after its row was committed.
pub(super) fn refuse_other_rows(filing: &Filing<'_>) -> Result<()> {
    let head = filing.register.head()?;
    let Some(segment) = filing.archive.segments()?.into_iter().next_back() else { return Ok(()) };
    let bytes = filing.archive.segment(segment)?;
    let found = reach(segment, &bytes);
    if found.seq > head {
        return Err(recovery::older_register(filing, &format!("journal: {}", found.seq)));
    }
    let Some(kept) = last_kept(&bytes, found) else { return Ok(()) };
    let mut same = true;
    filing.register.kept(kept.seq..kept.seq + 1, &mut |own| {
        same = own.leaf == kept.leaf;
        Ok(())
    })?;
    if same {
        return Ok(());
    }
    let seq = kept.seq;
    Err(recovery::tampered(
        &filing.dir.join(super::REGISTER),
        text!(
            "dòng {seq} của sổ đăng ký khác với nhật trình của kho: sổ và kho không phải của cùng một lần làm việc",
            "row {seq} of the register differs from the archive's journal: register and archive have gone separate ways"
        ),
    ))
}

/// The last position in a segment, read whole.
fn last_kept(bytes: &[u8], found: Reach) -> Option<Kept> {
    let whole = bytes.get(..usize::try_from(found.whole).ok()?)?;
    let line =
        whole.split_inclusive(|b| *b == b'\n').rev().find(|l| l.starts_with(b"{\"seq\":"))?;
    match line::read(line)? {
        Line::Kept(kept) => Some(kept),
        _ => None,
    }
}

/// Completes the journal after a kill or a power cut, and finishes full segments. Returns the bytes
/// of unfinished lines that were cut.
pub(super) fn mend(filing: &mut Filing<'_>) -> Result<u64> {
    let (register, archive) = (filing.register.as_ref(), &filing.archive);
    let head = register.head()?;
    let there = archive.segments()?;
    let full = archive.full_segments()?;
    let (mut tail, mut ended) = (Tail::default(), Vec::new());
    let mut cut = 0;
    let last = segment_of(head.max(1)).max(there.last().copied().unwrap_or(0));
    for segment in 1..=last {
        // What is listed is left to verification: nothing is read again at every opening.
        let listed = full.contains_key(&segment) && there.binary_search(&segment).is_ok();
        if listed && segment < last {
            tail.seq = end_of(segment);
            continue;
        }
        let bytes = archive.segment(segment)?;
        let found = reach(segment, &bytes);
        if found.whole < found.bytes && !listed {
            archive.cut_segment(segment, found.whole)?;
            cut += found.bytes - found.whole;
        }
        tail.blob = found.blob.max(found.before.unwrap_or(tail.blob));
        tail.seq = found.seq.max(end_of(segment - 1));
        tail.segment = if found.whole > 0 { segment } else { 0 };
        tail.starts = starts_in(&bytes);
        if listed {
            tail.seq = end_of(segment);
            continue;
        }
        let to = end_of(segment).min(head);
        let is_whole = tail.seq >= to && found.whole == found.bytes;
        if tail.seq < to {
            let blobs = blobs_before(archive, segment + 1)?;
            add(register, archive, &mut tail, to, blobs)?;
        }
        if tail.seq == end_of(segment) {
            let bytes = if is_whole { bytes } else { archive.segment(segment)? };
            ended.push((segment, sha256(&bytes)));
        }
    }
    archive.finish_segments(&ended)?;
    filing.tail = tail;
    Ok(cut)
}

/// The last shared text that stands before a segment; no limit where it does not say so.
fn blobs_before(archive: &Archive<'_>, segment: u64) -> Result<u64> {
    let bytes = archive.segment(segment)?;
    Ok(reach(segment, &bytes).before.unwrap_or(u64::MAX - 1))
}

/// The series of which a segment tells the start.
fn starts_in(bytes: &[u8]) -> BTreeSet<(String, i16)> {
    let starts = all_lines(bytes).filter(|l| l.starts_with(b"{\"series\":"));
    starts
        .filter_map(line::read)
        .filter_map(|line| match line {
            Line::Start(s) => Some((format!("{} {}", s.book.key(), s.series), s.year)),
            _ => None,
        })
        .collect()
}

/// What is wrong with the journal, seen from the register: with its newest segment (while nobody
/// writes), or with the full ones, which never change.
pub(in crate::pipeline) fn findings(
    register: &dyn Register,
    archive: &Archive<'_>,
    is_newest: bool,
) -> Result<Vec<Finding>> {
    let last = last_of(register)?;
    let mut out = Vec::new();
    let path = |segment: u64| format!("journal/{segment:06}.jsonl");
    if is_newest {
        let beyond = archive.segments()?.into_iter().filter(|s| *s > last);
        out.extend(beyond.map(|s| Finding::new(Class::JournalAhead, path(s))));
    }
    let segments = if is_newest { last.max(1)..last + 1 } else { 1..last };
    for found in compare(register, archive, segments)? {
        let class = match found.fault {
            Fault::Ahead => Class::JournalAhead,
            Fault::Behind => Class::JournalBehind,
            Fault::Other => Class::JournalDamaged,
        };
        out.push(Finding::new(class, path(found.segment)));
    }
    Ok(out)
}

/// The segment of the newest position; 0 in a new register.
fn last_of(register: &dyn Register) -> Result<u64> {
    let head = register.head()?;
    Ok(if head == 0 { 0 } else { segment_of(head) })
}

/// True if the journal lacks rows that are committed.
pub(in crate::pipeline) fn is_behind(
    register: &dyn Register,
    archive: &Archive<'_>,
) -> Result<bool> {
    let head = register.head()?;
    if head == 0 {
        return Ok(false);
    }
    let segment = segment_of(head);
    let bytes = archive.segment(segment)?;
    let found = reach(segment, &bytes);
    let rest = usize::try_from(found.whole).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
    Ok(found.seq < head && is_cut_off(rest))
}

/// True for what a kill or a power cut leaves at the end of a file that was being appended to: nothing, a
/// line that is not whole, or pages that were never written. Whole lines that say something else are not it.
fn is_cut_off(rest: &[u8]) -> bool {
    !rest.contains(&b'\n') || rest.contains(&0)
}

/// What a segment's fault is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::pipeline) enum Fault {
    /// It lacks the newest rows only.
    Behind,
    /// It has rows that the register lacks.
    Ahead,
    /// It says something else than the register, or than its listed digest.
    Other,
}

/// A segment that is not what the register says.
pub(in crate::pipeline) struct Damaged {
    pub segment: u64,
    pub fault: Fault,
}

/// All that is wrong with the journal.
pub(in crate::pipeline) fn damaged(
    register: &dyn Register,
    archive: &Archive<'_>,
) -> Result<Vec<Damaged>> {
    compare(register, archive, 1..last_of(register)? + 1)
}

/// Compares segments with the register.
fn compare(
    register: &dyn Register,
    archive: &Archive<'_>,
    segments: std::ops::Range<u64>,
) -> Result<Vec<Damaged>> {
    let head = register.head()?;
    let full = archive.full_segments()?;
    let mut out = Vec::new();
    for segment in segments {
        let bytes = archive.segment(segment)?;
        let found = reach(segment, &bytes);
        let is_listed = full.get(&segment).is_none_or(|d| *d == sha256(&bytes));
        let (from, to) = (end_of(segment - 1) + 1, end_of(segment).min(head));
        let whole = found.whole == found.bytes;
        let reached = found.seq.max(from - 1);
        let fault = if whole && found.seq > to {
            Fault::Ahead
        } else if is_listed && says_so(register, &bytes, from..to + 1)? {
            continue;
        } else if whole
            && reached < to
            && to == head
            && says_so(register, &bytes, from..reached + 1)?
        {
            Fault::Behind
        } else {
            Fault::Other
        };
        out.push(Damaged { segment, fault });
    }
    Ok(out)
}

/// Lists the full segments anew, as they are.
pub(in crate::pipeline) fn list_again(
    register: &dyn Register,
    archive: &Archive<'_>,
) -> Result<()> {
    let head = register.head()?;
    let mut full = BTreeMap::new();
    for segment in archive.segments()?.into_iter().filter(|s| end_of(*s) <= head) {
        full.insert(segment, sha256(&archive.segment(segment)?));
    }
    archive.replace_segment_list(&full)
}

/// The bytes that a segment should have.
pub(in crate::pipeline) fn remade(
    register: &dyn Register,
    archive: &Archive<'_>,
    segment: u64,
) -> Result<Vec<u8>> {
    let mut before = 0;
    if segment > 1 {
        let found = reach(segment - 1, &archive.segment(segment - 1)?);
        before = found.blob.max(found.before.unwrap_or(0));
    }
    let last = blobs_before(archive, segment + 1)?;
    let (from, to) = (end_of(segment - 1) + 1, end_of(segment).min(register.head()?));
    let mut good = Vec::new();
    line::write_head(&mut good, segment, before)?;
    line::write_shared(&mut good, register, before + 1..last.saturating_add(1))?;
    line::write_starts(&mut good, register, &mut BTreeSet::new())?;
    line::write_positions(&mut good, register, from..to + 1)?;
    Ok(good)
}

/// True if a segment's lines are whole and its positions are, byte for byte, those of the register.
fn says_so(register: &dyn Register, bytes: &[u8], seqs: std::ops::Range<u64>) -> Result<bool> {
    let mut all = bytes.split_inclusive(|b| *b == b'\n');
    let (mut same, mut own) = (true, Vec::new());
    register.kept(seqs, &mut |kept| {
        own.clear();
        line::write_kept(&mut own, &kept)?;
        let mut others = all.by_ref().skip_while(|l| !l.starts_with(b"{\"seq\":") && is_line(l));
        same &= others.next() == Some(own.as_slice());
        Ok(())
    })?;
    Ok(same && all.all(|l| !l.starts_with(b"{\"seq\":") && is_line(l)))
}

fn is_line(line: &[u8]) -> bool {
    line.ends_with(b"\n") && line::read(line).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_cut_off_is_no_line_that_says_something_else() {
        for cut in [&b""[..], b"{\"seq\":3,\"ro", b"\0\0\0\0", b"{\"seq\":3,\0\0\0\0}\n"] {
            assert!(is_cut_off(cut), "{}", cut.escape_ascii());
        }
        for other in [&b"{\"seq\":9}\n"[..], b"x\n{\"seq\":3", b"\n"] {
            assert!(!is_cut_off(other), "{}", other.escape_ascii());
        }
    }
}
