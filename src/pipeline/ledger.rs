//! The register as the archive's verification reads it.
//!
//! Knows: both sides. Must not know: SQL, files.

use std::collections::HashSet;

use crate::archive::BagId;
use crate::archive::verify::{DocumentId, Given, Known, RegisterView, State};
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
            }));
        }
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.into_iter().try_for_each(each)
    }

    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        let mut void = HashSet::new();
        let voids = ActFilter { kinds: vec![Kind::Void], ..ActFilter::default() };
        self.0.acts(&voids, &mut |acted| {
            void.extend(acted.act.about);
            Ok(())
        })?;
        // Reservations of a batch that runs now are no numbers yet: it has taken none until it commits.
        self.0.entries(&Filter::default(), &mut |entry| {
            let files = u32::try_from(entry.files.len()).unwrap_or(u32::MAX);
            let state = match entry.book {
                _ if void.contains(&entry.seq) => State::Void,
                Book::Outgoing | Book::Copies => State::Registered,
                Book::Incoming | Book::Awards => State::Paper,
            };
            each(Given { document: document(&entry), state, files })
        })?;
        Ok(())
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

    fn totals(&self) -> Result<(u64, u64)> {
        self.0.totals()
    }
}

impl Ledger<'_> {
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

fn document(entry: &Entry) -> DocumentId {
    DocumentId {
        seq: entry.seq,
        code: entry.code().to_string(),
        series: entry.series.clone(),
        year: entry.year,
        number: entry.number.get(),
        date: entry.date,
    }
}
