//! What verification needs to hear from the register.
//!
//! Knows: numbers and files as the register lists them. Must not know: SQL.

use jiff::civil::Date;

use super::super::{BagId, Digest};
use crate::diagnostic::Result;

/// Which document, for messages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub struct DocumentId {
    /// Position in the register.
    pub seq: u64,
    /// `05/KH-SNV`.
    pub code: String,
    /// Series key.
    pub series: String,
    /// Year of the series.
    pub year: i16,
    /// Số.
    pub number: u32,
    /// Ngày ban hành.
    pub date: Date,
}

/// A registered file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The document it belongs to.
    pub document: DocumentId,
    /// Path inside the bag: `data/…`.
    pub path: String,
    /// Its digest.
    pub sha256: Digest,
    /// Its length.
    pub size: u64,
    /// False if the check is only about other documents ([`super::Scope::part`]).
    pub wanted: bool,
}

/// How far an entry of the register has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// Registered: it must have a file.
    Registered,
    /// Registered as a paper: it may have a file, and need not.
    Paper,
    /// The number was given up and says so: it explains a gap and needs no file.
    Void,
    /// Reserved by a batch that has not ended.
    Reserved,
}

/// One number that was given out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// The document (`seq` 0 where it has none yet).
    pub document: DocumentId,
    /// State.
    pub state: State,
    /// How many files the register lists for it.
    pub files: u32,
}

/// The register as verification reads it: one snapshot, so that all answers belong together.
///
/// Everything is handed over one by one in the stated order, so that memory stays flat.
pub trait RegisterView {
    /// Bags that hold registered files, by year and number, each once.
    fn bags(&self) -> Result<Vec<BagId>>;

    /// Registered files of one bag, by the bytes of their path.
    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()>;

    /// Numbers given out in all books, by book, series, year, number.
    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()>;

    /// The last number a series had used on paper before its first entry of the year; 0 for none.
    fn start_after(&self, _series: &str, _year: i16) -> Result<u32> {
        Ok(0)
    }

    /// The newest position that has a leaf; `None` where the register keeps none: then there is no log.
    fn head(&self) -> Result<Option<u64>> {
        Ok(None)
    }

    /// Leaves with their positions, from 1 on, in order.
    fn leaves(&self, _each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        Ok(())
    }

    /// The document at a position; `None` if there is an act, or nothing.
    fn document_at(&self, _seq: u64) -> Result<Option<DocumentId>> {
        Ok(None)
    }

    /// The bags whose seal was entered, with the digest of the tag manifest, in order.
    fn seals(&self, _each: &mut dyn FnMut(BagId, Digest) -> Result<()>) -> Result<()> {
        Ok(())
    }

    /// Public keys that were entered, as vkeys, in order.
    fn keys(&self) -> Result<Vec<String>> {
        Ok(vec![])
    }

    /// True if the register itself says why the document's date or number is odd: it was corrected, replaced,
    /// recalled or voided since.
    fn is_explained(&self, _document: &DocumentId) -> Result<bool> {
        Ok(false)
    }

    /// Files and bytes in all, for progress.
    fn totals(&self) -> Result<(u64, u64)>;
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Plain;

    impl RegisterView for Plain {
        fn bags(&self) -> Result<Vec<BagId>> {
            Ok(Vec::new())
        }
        fn files(&self, _: BagId, _: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
            Ok(())
        }
        fn numbers(&self, _: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
            Ok(())
        }
        fn totals(&self) -> Result<(u64, u64)> {
            Ok((0, 0))
        }
    }

    #[test]
    fn a_register_without_a_log_has_none_and_begins_with_1() {
        assert_eq!(Plain.start_after("A", 2026).expect("answers"), 0);
        assert_eq!(Plain.head().expect("answers"), None);
        assert_eq!(Plain.keys().expect("answers"), [""; 0]);
        assert_eq!(Plain.document_at(1).expect("answers"), None);
        Plain.leaves(&mut |_, _| panic!("no leaves")).expect("answers");
        Plain.seals(&mut |_, _| panic!("no seals")).expect("answers");
        let date = jiff::civil::date(2026, 1, 2);
        let (code, series) = ("1/A".to_owned(), "A".to_owned());
        let document = DocumentId { seq: 1, code, series, year: 2026, number: 1, date };
        assert!(!Plain.is_explained(&document).expect("answers"));
    }
}
