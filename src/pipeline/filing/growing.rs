//! The journal's lines of a batch, made while its entries are being registered.
//!
//! Knows: which line stands in which segment, and where it waits for the commit. Must not know: what a line says, SQL.
//!
//! Nothing may stand in the journal before its row is committed. Lines of a segment that begins with this batch are
//! therefore written to the batch's folder in staging, where the disk takes them while the next documents are made;
//! after the commit the file is moved to its place. Lines that go on with a segment wait in memory.

use std::io::Write;
use std::sync::Arc;

use super::journal::{Tail, begin, lines};
use crate::archive::journal::{end_of, segment_of};
use crate::archive::{Archive, Digest, Hashing};
use crate::diagnostic::Result;
use crate::register::Register;
use crate::register::journal as line;

/// Lines are written when they come to about so many bytes: a segment may be megabytes.
const BLOCK: usize = 256 << 10;

/// Lines of one segment that are not in the journal yet.
struct Segment {
    number: u64,
    /// It begins here: what is staged of it comes before `lines`.
    is_new: bool,
    is_staged: bool,
    lines: Vec<u8>,
}

/// Lines that are not in the journal yet.
pub(super) struct Composed {
    /// The batch's folder in staging.
    staging: String,
    segments: Vec<Segment>,
    /// Those of them that begin and end here, with their digests.
    full: Vec<(u64, Digest)>,
    tail: Tail,
}

/// The lines of a batch's entries, made with the very texts that are registered while these are being entered.
pub(super) struct Growing {
    out: Composed,
    /// The jobs, each with the position of its first entry.
    jobs: Vec<(u64, Arc<str>)>,
    /// The digest of the segment that began here, so far.
    digest: Option<Hashing>,
    /// Whether the segment has lines of this batch, and tells the job of the next entry.
    begun: bool,
    told: bool,
}

impl Growing {
    /// For a batch whose first entry comes right after `tail`; `None` where the journal ends elsewhere.
    pub(super) fn new(
        tail: &Tail,
        first: u64,
        jobs: Vec<(u64, Arc<str>)>,
        staging: &str,
    ) -> Option<Self> {
        let (staging, tail) = (staging.to_owned(), tail.clone());
        let next = tail.seq.checked_add(1)?;
        let out = Composed { staging, segments: Vec::new(), full: Vec::new(), tail };
        (next == first).then_some(Self { out, jobs, digest: None, begun: false, told: false })
    }

    /// Adds the line of the next position.
    pub(super) fn push(
        &mut self,
        register: &dyn Register,
        archive: &Archive<'_>,
        line: &[u8],
    ) -> Result<()> {
        let seq = self.out.tail.seq + 1;
        let segment = segment_of(seq);
        if !self.begun || self.out.tail.segment != segment {
            let (mut head, is_new) = (Vec::new(), self.out.tail.segment != segment);
            self.digest = is_new.then(Hashing::new);
            begin(&mut head, register, &mut self.out.tail, segment, u64::MAX)?;
            let lines = Vec::new();
            self.out.segments.push(Segment { number: segment, is_new, is_staged: false, lines });
            self.add(archive, &head)?;
            (self.begun, self.told) = (true, false);
        }
        // Each job stands before its first entry of the segment.
        let at = self.jobs.partition_point(|(from, _)| *from <= seq);
        let job = at.checked_sub(1).and_then(|at| self.jobs.get(at));
        if let Some((from, job)) = job
            && (*from == seq || !self.told)
        {
            let mut told = Vec::new();
            line::write_job(&mut told, register, job)?;
            self.add(archive, &told)?;
            self.told = true;
        }
        self.add(archive, line)?;
        self.out.tail.seq = seq;
        if seq == end_of(segment)
            && let Some(digest) = self.digest.take()
        {
            self.out.full.push((segment, digest.finish()));
            self.out.stage(archive)?;
        }
        Ok(())
    }

    fn add(&mut self, archive: &Archive<'_>, line: &[u8]) -> Result<()> {
        if let Some(digest) = &mut self.digest {
            // It takes everything.
            let _ = digest.write(line);
        }
        let Some(segment) = self.out.segments.last_mut() else { return Ok(()) };
        segment.lines.extend_from_slice(line);
        if segment.lines.len() >= BLOCK { self.out.stage(archive) } else { Ok(()) }
    }

    /// All of them, and behind them what the register has beyond: the acts that were entered with the batch.
    pub(super) fn finish(mut self, register: &dyn Register) -> Result<Composed> {
        let head = register.head()?;
        while self.out.tail.seq < head {
            let number = segment_of(self.out.tail.seq + 1);
            let to = end_of(number).min(head);
            let lines = lines(register, &mut self.out.tail, to, u64::MAX)?;
            self.out.segments.push(Segment { number, is_new: false, is_staged: false, lines });
        }
        Ok(self.out)
    }
}

impl Composed {
    /// Writes what there is of the newest segment to staging, if it is a new one.
    fn stage(&mut self, archive: &Archive<'_>) -> Result<()> {
        let Some(segment) = self.segments.last_mut().filter(|s| s.is_new) else { return Ok(()) };
        let is_first = !segment.is_staged;
        archive.stage_segment(&self.staging, segment.number, &segment.lines, is_first)?;
        segment.is_staged = true;
        segment.lines.clear();
        Ok(())
    }

    /// Adds lines whose rows were committed since they were composed; the segments that are full with
    /// them, to be listed once they are durable.
    pub(super) fn write(
        self,
        archive: &Archive<'_>,
        tail: &mut Tail,
    ) -> Result<Vec<(u64, Digest)>> {
        for segment in &self.segments {
            if segment.is_staged {
                archive.place_segment(&self.staging, segment.number)?;
            }
            if !segment.lines.is_empty() {
                archive.add_to_segment(segment.number, &segment.lines)?;
            }
        }
        *tail = self.tail;
        Ok(self.full)
    }
}
