//! What of the office is to be verified: a year, a bag, a book, one document.
//!
//! Knows: the register. Must not know: files, terminals.

use std::collections::HashSet;

use serde::Serialize;

use crate::archive::verify::{DocumentId, Given, Known, RegisterView, Scope};
use crate::archive::{BagId, Digest};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::{ActFilter, Book, Filter, Register};
use crate::text;

use super::super::ledger::Ledger;

/// What is asked for; an empty field does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Asked {
    /// Bags and numbers of this year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// This bag of the year, or of each year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bag: Option<u32>,
    /// Documents of this book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub book: Option<Book>,
    /// The document with this số, ký hiệu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

impl Asked {
    /// True if bags are judged as a whole.
    pub fn is_whole(&self) -> bool {
        self.book.is_none() && self.number.is_none()
    }

    /// The same for the archive.
    pub fn scope(&self) -> Scope {
        Scope { year: self.year, bag: self.bag, part: !self.is_whole() }
    }
}

/// The register, handing over only what is asked for.
pub struct Part<'a> {
    ledger: Ledger<'a>,
    register: &'a dyn Register,
    book: Option<Book>,
    /// The documents themselves, where they are named.
    named: Option<Named>,
}

struct Named {
    seqs: HashSet<u64>,
    bags: Vec<BagId>,
}

impl<'a> Part<'a> {
    /// The part of the register that is asked for.
    ///
    /// # Errors
    /// `Usage` where no document has the number that is asked for.
    pub fn of(register: &'a dyn Register, asked: &Asked) -> Result<Self> {
        let named = asked.number.as_deref().map(|code| named(register, asked, code)).transpose()?;
        Ok(Self { ledger: Ledger(register), register, book: asked.book, named })
    }

    fn wanted(&self, bag: BagId) -> Result<Option<HashSet<u64>>> {
        if let Some(named) = &self.named {
            return Ok(Some(named.seqs.clone()));
        }
        let Some(book) = self.book else { return Ok(None) };
        let bag = Some((bag.year, bag.number));
        let filter = Filter { book: Some(book), bag, ..Filter::default() };
        let mut seqs = HashSet::new();
        self.register.entries(&filter, &mut |entry| {
            seqs.insert(entry.seq);
            Ok(())
        })?;
        Ok(Some(seqs))
    }
}

fn named(register: &dyn Register, asked: &Asked, code: &str) -> Result<Named> {
    let number = code.split('/').next().and_then(|n| n.trim().parse::<u32>().ok());
    let numbers = number.map(|n| n..=n);
    let filter = Filter { book: asked.book, year: asked.year, numbers, ..Filter::default() };
    let (mut seqs, mut bags) = (HashSet::new(), Vec::new());
    if number.is_some() {
        register.entries(&filter, &mut |entry| {
            if entry.code().to_string() == code.trim() {
                seqs.insert(entry.seq);
                bags.extend(entry.files.iter().map(|f| f.at.bag_id()));
            }
            Ok(())
        })?;
    }
    for seq in &seqs {
        let filter = ActFilter { about: Some(*seq), ..ActFilter::default() };
        register.acts(&filter, &mut |acted| {
            bags.extend(acted.files.iter().map(|f| f.at.bag_id()));
            Ok(())
        })?;
    }
    if seqs.is_empty() {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default().item(code),
            text!("sổ đăng ký không có số {code}", "the register has no number {code}"),
        )
        .hint(text!(
            "ghi số, ký hiệu như trong sổ, ví dụ 05/KH-SNV; xem bằng “vanthu book outgoing”",
            "give số, ký hiệu as the book has it, such as 05/KH-SNV; see `vanthu book outgoing`"
        )));
    }
    bags.sort_unstable();
    bags.dedup();
    Ok(Named { seqs, bags })
}

impl RegisterView for Part<'_> {
    fn bags(&self) -> Result<Vec<BagId>> {
        match &self.named {
            Some(named) => Ok(named.bags.clone()),
            None => self.ledger.bags(),
        }
    }

    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        let wanted = self.wanted(bag)?;
        self.ledger.files(bag, &mut |mut known| {
            known.wanted = wanted.as_ref().is_none_or(|w| w.contains(&known.document.seq));
            each(known)
        })
    }

    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        match (&self.named, self.book) {
            (None, None | Some(Book::Outgoing)) => self.ledger.numbers(each),
            _ => Ok(()),
        }
    }

    fn start_after(&self, series: &str, year: i16) -> Result<u32> {
        self.ledger.start_after(series, year)
    }

    fn head(&self) -> Result<Option<u64>> {
        self.ledger.head()
    }

    fn leaves(&self, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        self.ledger.leaves(each)
    }

    fn document_at(&self, seq: u64) -> Result<Option<DocumentId>> {
        self.ledger.document_at(seq)
    }

    fn seals(&self, each: &mut dyn FnMut(BagId, Digest) -> Result<()>) -> Result<()> {
        self.ledger.seals(each)
    }

    fn keys(&self) -> Result<Vec<String>> {
        self.ledger.keys()
    }

    fn is_explained(&self, document: &DocumentId) -> Result<bool> {
        self.ledger.is_explained(document)
    }

    fn totals(&self) -> Result<(u64, u64)> {
        self.ledger.totals()
    }
}
