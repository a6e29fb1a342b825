//! The register as the archive's verification reads it.
//!
//! Knows: both sides. Must not know: SQL, files.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::path::Path;

use serde_json::{Map, Value};

use crate::archive::log::{Fault, Leaves};
use crate::archive::verify::{DocumentId, Given, Known, RegisterView, State};
use crate::archive::{BagId, Digest};
use crate::diagnostic::Result;
use crate::register::{ActFilter, Acted, Book, Entry, Filter, Kind, Order, Register};

/// A register behind verification's questions. Take one snapshot
/// ([`crate::register::sqlite::Sqlite::snapshot`]) before, so that all answers belong together.
pub struct Ledger<'a>(pub &'a dyn Register);

impl RegisterView for Ledger<'_> {
    fn bags(&self) -> Result<Vec<BagId>> {
        let bags = self.0.bags()?;
        Ok(bags.into_iter().map(|b| BagId { year: b.year, number: b.bag }).collect())
    }

    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        let filter = Filter {
            bag: Some((bag.year, bag.number)),
            order: Order::Registration,
            ..Filter::default()
        };
        let mut files = Vec::new();
        self.0.entries(&filter, &mut |entry| {
            let document = document(&entry);
            files.extend(entry.files.into_iter().filter(|f| f.at.bag_id() == bag).map(|f| Known {
                document: document.clone(),
                path: f.at.path,
                sha256: f.sha256,
                size: f.size,
                wanted: true,
            }));
            Ok(())
        })?;
        let filter = ActFilter { bag: Some((bag.year, bag.number)), ..ActFilter::default() };
        let mut acts = Vec::new();
        self.0.acts(&filter, &mut |acted| {
            acts.push(acted);
            Ok(())
        })?;
        for acted in acts {
            let document = self.document_of(&acted)?;
            files.extend(acted.files.into_iter().filter(|f| f.at.bag_id() == bag).map(|f| Known {
                document: document.clone(),
                path: f.at.path,
                sha256: f.sha256,
                size: f.size,
                wanted: true,
            }));
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.into_iter().try_for_each(each)
    }

    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        let (void, left_out) = self.voids()?;
        let mut voided = left_out.into_iter().peekable();
        // Reservations of a batch that runs now are no numbers yet: it has taken none until it commits.
        self.0.entries(&Filter::default(), &mut |entry| {
            let files = u32::try_from(entry.files.len()).unwrap_or(u32::MAX);
            let document = document(&entry);
            let here = place(entry.book, &document);
            while let Some((_, document)) = voided.next_if(|(key, _)| *key < here) {
                each(Given { document, state: State::Void, files: 0 })?;
            }
            let state = match entry.book {
                _ if void.contains(&entry.seq) => State::Void,
                Book::Outgoing | Book::Copies => State::Registered,
                Book::Incoming | Book::Awards => State::Paper,
            };
            each(Given { document, state, files })
        })?;
        voided.try_for_each(|(_, document)| each(Given { document, state: State::Void, files: 0 }))
    }

    fn is_explained(&self, document: &DocumentId) -> Result<bool> {
        let kinds = vec![Kind::Void, Kind::Correct, Kind::Replace, Kind::Recall];
        let filter = ActFilter { about: Some(document.seq), kinds, ..ActFilter::default() };
        Ok(self.0.acts(&filter, &mut |_| Ok(()))? > 0)
    }

    fn start_after(&self, series: &str, year: i16) -> Result<u32> {
        // A series belongs to one book, and its key says nothing of which.
        for book in Book::ALL {
            if let Some(last) = self.0.last(book, series, year)? {
                return Ok(last.start_after);
            }
        }
        Ok(0)
    }

    fn head(&self) -> Result<Option<u64>> {
        self.0.head().map(Some)
    }

    fn leaves(&self, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        self.0.leaves(1, each)
    }

    fn document_at(&self, seq: u64) -> Result<Option<DocumentId>> {
        Ok(self.0.entry(seq)?.as_ref().map(document))
    }

    fn seals(&self, each: &mut dyn FnMut(BagId, Digest) -> Result<()>) -> Result<()> {
        self.acts_of(Kind::Seal, &mut |data| match (text(data, "bag"), text(data, "tags")) {
            (Some(bag), Some(tags)) => match (bag.parse(), tags.parse()) {
                (Ok(bag), Ok(tags)) => each(bag, tags),
                _ => Ok(()),
            },
            _ => Ok(()),
        })
    }

    fn keys(&self) -> Result<Vec<String>> {
        let mut keys = Vec::new();
        self.acts_of(Kind::Key, &mut |data| {
            keys.extend(text(data, "vkey").map(str::to_owned));
            Ok(())
        })?;
        Ok(keys)
    }

    fn totals(&self) -> Result<(u64, u64)> {
        self.0.totals()
    }
}

/// Where a number stands among the others: in the order of [`Filter`]'s entries.
type NumberPlace = (&'static str, String, i16, u32);

fn place(book: Book, document: &DocumentId) -> NumberPlace {
    (book.key(), document.series.clone(), document.year, document.number)
}

/// A text in the open part of an act.
fn text<'a>(data: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    data.get(key).and_then(Value::as_str)
}

impl Ledger<'_> {
    /// The open parts of all acts of a kind.
    fn acts_of(
        &self,
        kind: Kind,
        each: &mut dyn FnMut(&Map<String, Value>) -> Result<()>,
    ) -> Result<()> {
        let filter = ActFilter { kinds: vec![kind], ..ActFilter::default() };
        self.0.acts(&filter, &mut |acted| each(&acted.act.data)).map(drop)
    }

    /// The entries whose number was given up, and the numbers that no document ever bore, with the
    /// act that says so: a void that is about no entry and names `book`, `series`, `year` and
    /// `number` in its open part.
    fn voids(&self) -> Result<(HashSet<u64>, BTreeMap<NumberPlace, DocumentId>)> {
        let filter = ActFilter { kinds: vec![Kind::Void], ..ActFilter::default() };
        let (mut entries, mut out) = (HashSet::new(), BTreeMap::new());
        self.0.acts(&filter, &mut |acted| {
            let act = acted.act;
            if let Some(seq) = act.about {
                entries.insert(seq);
                return Ok(());
            }
            let number = |key: &str| act.data.get(key).and_then(Value::as_i64);
            let year = number("year").and_then(|n| i16::try_from(n).ok());
            let count = number("number").and_then(|n| u32::try_from(n).ok());
            let book = text(&act.data, "book").and_then(Book::from_key);
            let named = (book, text(&act.data, "series"), year, count);
            if let (Some(book), Some(series), Some(year), Some(number)) = named {
                let code = format!("{number:02} ({series})");
                let series = series.to_owned();
                let document =
                    DocumentId { seq: act.seq, code, series, year, number, date: act.date };
                out.insert(place(book, &document), document);
            }
            Ok(())
        })?;
        Ok((entries, out))
    }

    /// What a finding about an act's file names: the document that the act is about, else the act.
    fn document_of(&self, acted: &Acted) -> Result<DocumentId> {
        let about = acted.act.about.map(|seq| self.0.entry(seq)).transpose()?.flatten();
        Ok(about.as_ref().map(document).unwrap_or_else(|| DocumentId {
            seq: acted.act.seq,
            code: acted.act.kind.key(),
            series: String::new(),
            year: acted.act.date.year(),
            number: 0,
            date: acted.act.date,
        }))
    }
}

/// The leaves of a register as the log takes them.
pub struct RegisterLeaves<'a>(pub &'a dyn Register);

impl Leaves for RegisterLeaves<'_> {
    fn count(&self) -> Result<u64> {
        self.0.head()
    }

    fn read(&self, range: Range<u64>, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        // Position 1 is leaf 0.
        let mut next = range.start + 1;
        self.0.leaves(next, &mut |seq, leaf| {
            if next > range.end {
                return Ok(());
            }
            if seq != next {
                return Err(Fault::Leaves.tampered(Path::new(super::filing::REGISTER)));
            }
            next += 1;
            each(leaf)
        })?;
        if next > range.end {
            Ok(())
        } else {
            Err(Fault::Leaves.tampered(Path::new(super::filing::REGISTER)))
        }
    }
}

/// The newest leaves of a register, read beforehand: for who has no register at hand.
pub struct HeldLeaves {
    /// Number of the first leaf held, from 0.
    from: u64,
    leaves: Vec<Vec<u8>>,
}

impl HeldLeaves {
    /// Those from the one numbered `from` on.
    ///
    /// # Errors
    /// As [`Register::leaves`].
    pub fn read(register: &dyn Register, from: u64) -> Result<Self> {
        let (source, mut leaves) = (RegisterLeaves(register), Vec::new());
        source.read(from..source.count()?, &mut |leaf| {
            leaves.push(leaf.to_vec());
            Ok(())
        })?;
        Ok(Self { from, leaves })
    }
}

impl Leaves for HeldLeaves {
    fn count(&self) -> Result<u64> {
        Ok(self.from.saturating_add(self.leaves.len() as u64))
    }

    fn read(&self, range: Range<u64>, each: &mut dyn FnMut(&[u8]) -> Result<()>) -> Result<()> {
        if range.is_empty() {
            return Ok(());
        }
        let at = |n: u64| usize::try_from(n.checked_sub(self.from)?).ok();
        let held = || self.leaves.get(at(range.start)?..at(range.end)?);
        let other = || Fault::Leaves.tampered(Path::new(super::filing::REGISTER));
        held().ok_or_else(other)?.iter().try_for_each(|leaf| each(leaf))
    }
}

pub(super) fn document(entry: &Entry) -> DocumentId {
    DocumentId {
        seq: entry.seq,
        code: entry.code().to_string(),
        series: entry.series.clone(),
        year: entry.year,
        number: entry.number.get(),
        date: entry.date,
    }
}
