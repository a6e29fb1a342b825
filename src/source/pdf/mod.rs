//! PDF files that came in: what their first pages say, and a stamp on a copy of one.
//!
//! Knows: PDF, through lopdf, which stays behind this module. Must not know: books, numbers, what
//! the text means.
//!
//! A file from outside may be hostile. It is read in memory under [`Limits`]; the library checks
//! depth and cycles, and a panic of it is caught and becomes [`Fault::Broken`]. Of what it offers only the
//! object tree, the filters and the tokens of a content stream are used: its reading of ToUnicode maps
//! spells out every code of a range, so that forty bytes can cost gigabytes.

mod append;
mod cmap;
mod content;
mod face;
mod fonts;
mod geometry;
mod place;
mod stamp;
mod words;

use std::panic::{AssertUnwindSafe, catch_unwind};

use lopdf::{Dictionary, Document, LoadOptions, Object, ObjectId};

pub use geometry::{Area, PageShape};
pub use place::{Found, Spot};
pub use words::{PageText, TextLine};

use crate::model::ArrivalStamp;

/// How much is read before a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file: u64,
    /// Bytes that one stream may inflate to.
    pub stream: usize,
    /// Bytes that all object streams together may inflate to.
    pub objects: usize,
    /// Bytes of a page's content that are read for its text.
    pub content: usize,
    /// Operators of a page's content, forms included.
    pub operators: usize,
    /// Pages.
    pub pages: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 200 << 20,
            stream: 32 << 20,
            objects: 256 << 20,
            content: 4 << 20,
            operators: 400_000,
            pages: 20_000,
        }
    }
}

/// Why a file cannot be read or stamped. It can still be received and kept as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Not a PDF file.
    NotPdf,
    /// Cut short or damaged.
    Broken,
    /// Needs a password, or must not be changed without one.
    Encrypted,
    /// Larger than the limit.
    TooLarge,
    /// No page can be found.
    NoPages,
    /// The first page is smaller than the stamp, or the place given for it is not on the page.
    OffPage,
}

/// A PDF file in memory.
pub struct Pdf<'a> {
    bytes: &'a [u8],
    document: Document,
    pages: Vec<ObjectId>,
    limits: Limits,
}

/// A copy with the stamp on its first page.
#[derive(Debug, Clone, PartialEq)]
pub struct Stamped {
    /// The file.
    pub bytes: Vec<u8>,
    /// Where the stamp stands.
    pub spot: Spot,
    /// The original's bytes are the beginning of the copy; false where the file had to be mended first.
    pub appended: bool,
}

impl<'a> Pdf<'a> {
    /// Reads a file.
    ///
    /// # Errors
    /// The reason why it cannot be read. A file that only asks for a password to be changed can be read.
    pub fn open(bytes: &'a [u8], limits: Limits) -> Result<Self, Fault> {
        let head = bytes.get(..bytes.len().min(1024)).unwrap_or(bytes);
        if find(head, b"%PDF-").is_none() {
            return Err(Fault::NotPdf);
        }
        if bytes.len() as u64 > limits.file {
            return Err(Fault::TooLarge);
        }
        guarded(|| Self::load(bytes, limits))
    }

    fn load(bytes: &'a [u8], limits: Limits) -> Result<Self, Fault> {
        let containers = count(bytes, b"/ObjStm").max(1);
        let options = LoadOptions::with_max_decompressed_size(
            limits.stream.min(limits.objects / containers).max(1 << 16),
        );
        let document = Document::load_mem_with_options(bytes, options).map_err(|error| {
            use lopdf::Error;
            match error {
                Error::Decryption(_)
                | Error::InvalidPassword
                | Error::UnsupportedSecurityHandler(_) => Fault::Encrypted,
                _ if find(bytes, b"/Encrypt").is_some() => Fault::Encrypted,
                _ => Fault::Broken,
            }
        })?;
        if document.trailer.has(b"Encrypt") && !document.was_encrypted() {
            return Err(Fault::Encrypted);
        }
        let pages: Vec<ObjectId> = document.page_iter().take(limits.pages).collect();
        if pages.is_empty() {
            return Err(Fault::NoPages);
        }
        Ok(Self { bytes, document, pages, limits })
    }

    /// Number of pages (the limit where there are more).
    pub fn page_count(&self) -> usize {
        self.pages.len()
    }

    /// A password is needed to change the file.
    pub fn is_encrypted(&self) -> bool {
        self.document.was_encrypted() || self.document.trailer.has(b"Encrypt")
    }

    /// Size and rotation of a page, from 0.
    ///
    /// # Errors
    /// `NoPages` where there is no such page, `Broken` where it is none.
    pub fn shape(&self, page: usize) -> Result<PageShape, Fault> {
        guarded(|| Ok(PageShape::of(&self.document, self.page(page)?)))
    }

    /// What a page says and where.
    ///
    /// # Errors
    /// As [`Pdf::shape`].
    pub fn text(&self, page: usize) -> Result<PageText, Fault> {
        guarded(|| {
            let dictionary = self.page(page)?;
            let shape = PageShape::of(&self.document, dictionary);
            let id = self.pages.get(page).copied().ok_or(Fault::NoPages)?;
            Ok(words::read(&self.document, id, dictionary, &shape, &self.limits))
        })
    }

    /// A copy with the stamp on its first page: at `at` (mm from the left and upper edge of the page
    /// as it is seen), else in the free place nearest beneath số, ký hiệu.
    ///
    /// # Errors
    /// `Encrypted` where a password is needed; `Broken` where the first page is none.
    pub fn stamp(&self, stamp: &ArrivalStamp, at: Option<(f64, f64)>) -> Result<Stamped, Fault> {
        if self.is_encrypted() {
            return Err(Fault::Encrypted);
        }
        let text = match at {
            Some(_) => None,
            None => Some(self.text(0)?),
        };
        self.stamp_beside(stamp, at, text.as_ref())
    }

    /// Where a stamp would go; `text` is the first page's.
    ///
    /// # Errors
    /// As [`Pdf::stamp`].
    pub fn spot(&self, at: Option<(f64, f64)>, text: Option<&PageText>) -> Result<Spot, Fault> {
        if self.is_encrypted() {
            return Err(Fault::Encrypted);
        }
        place::choose(&self.shape(0)?, at, text).ok_or(Fault::OffPage)
    }

    /// The same where the first page's text is known already.
    ///
    /// # Errors
    /// As [`Pdf::stamp`].
    pub fn stamp_beside(
        &self,
        stamp: &ArrivalStamp,
        at: Option<(f64, f64)>,
        text: Option<&PageText>,
    ) -> Result<Stamped, Fault> {
        if self.is_encrypted() {
            return Err(Fault::Encrypted);
        }
        guarded(|| {
            let page = self.page(0)?;
            let id = self.pages.first().copied().ok_or(Fault::NoPages)?;
            let shape = PageShape::of(&self.document, page);
            let spot = place::choose(&shape, at, text).ok_or(Fault::OffPage)?;
            let drawn = stamp::draw(stamp);
            let annotation = stamp::Annotation { page: id, area: spot.area, shape: &shape, drawn };
            let (bytes, appended) =
                append::write(self.bytes, &self.document, id, page, &annotation)?;
            Ok(Stamped { bytes, spot, appended })
        })
    }

    /// True if somebody signed the file digitally: what is added to its pages later is told as a change.
    pub fn is_signed(&self) -> bool {
        find(self.bytes, b"/ByteRange").is_some()
    }

    /// A copy with the stamp on a sheet of its own before the first page and as large as it; beneath the
    /// stamp `lines` say which document the sheet belongs to. Nothing of the document is covered.
    ///
    /// # Errors
    /// As [`Pdf::stamp`].
    pub fn stamp_on_sheet(&self, stamp: &ArrivalStamp, lines: &[String]) -> Result<Stamped, Fault> {
        if self.is_encrypted() {
            return Err(Fault::Encrypted);
        }
        guarded(|| {
            let seen = self.shape(0)?;
            let shape = PageShape::plain(seen.width, seen.height);
            let spot = place::on_sheet(&shape).ok_or(Fault::OffPage)?;
            let number = append::front_page(&self.document)?;
            let drawn = stamp::draw(stamp);
            let annotation =
                stamp::Annotation { page: (number, 0), area: spot.area, shape: &shape, drawn };
            let content = stamp::words_beneath(lines, &shape, &spot.area);
            let size = shape.user(shape.width, 0.0);
            let front = append::FrontPage { annotation, content, size };
            let (bytes, appended) = append::write_front(self.bytes, &self.document, &front)?;
            Ok(Stamped { bytes, spot, appended })
        })
    }

    fn page(&self, page: usize) -> Result<&Dictionary, Fault> {
        let id = self.pages.get(page).copied().ok_or(Fault::NoPages)?;
        self.document.get_dictionary(id).map_err(|_| Fault::Broken)
    }
}

/// Runs what uses the library: a panic of it on a strange file is a fault of the file.
fn guarded<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or(Err(Fault::Broken))
}

/// The value of a key, followed through references.
fn value<'d>(document: &'d Document, dictionary: &'d Dictionary, key: &[u8]) -> Option<&'d Object> {
    dictionary.get_deref(key, document).ok()
}

/// A number, whole or not, that is finite.
fn number(object: &Object) -> Option<f64> {
    let number = match object {
        Object::Integer(i) => *i as f64,
        Object::Real(r) => f64::from(*r),
        _ => return None,
    };
    number.is_finite().then_some(number)
}

fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    haystack.windows(needle.len()).position(|w| w == needle)
}

/// How often a name stands in the bytes.
fn count(haystack: &[u8], name: &[u8]) -> usize {
    let begins = |at: usize| haystack.get(at..).is_some_and(|rest| rest.starts_with(name));
    haystack.iter().enumerate().filter(|(at, byte)| **byte == b'/' && begins(*at)).count()
}

#[cfg(test)]
mod tests;
