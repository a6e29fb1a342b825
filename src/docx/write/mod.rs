//! From a sheet to the bytes of a .docx file.
//!
//! Knows: which parts a file has and which of them can be kept from one file to the next.
//! Must not know: what a document says.

mod document;
mod fixed;
mod known;
mod line;
mod media;
mod page;
mod props;
mod styles;
mod table;

use std::cell::RefCell;
use std::sync::{Arc, PoisonError, RwLock};

pub(super) use fixed::is_instant;
pub(super) use line::EMU_PER_TWIP;
pub use page::Page;
pub(super) use props::{PLAIN_FORMAT, PLAIN_LOOK, clamp_format};

use self::document::{Flow, Margin, MarginPart, Margins, StyleTable};
use self::fixed::FIRST_MARGIN_ID;
use self::media::Medium;
use self::page::Marks;
use super::pack::{self, Effort, Part};
use super::xml::Xml;
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::layout::{Item, Picture, PictureFormat, Properties, Sheet, Style};
use crate::text;

/// How many tables of styles, lists of parts and small parts a writer remembers.
/// The part that holds the text.
const DOCUMENT: &str = "word/document.xml";
const REMEMBERED: usize = 16;
/// Bytes of a picture that is not remembered.
const SMALL: usize = 8 << 10;

/// A file that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// SHA-256 over name, NUL and SHA-256 of each uncompressed part, sorted by name:
    /// the same for the same content, whatever compressor made the bytes.
    pub parts: [u8; 32],
}

/// Writes sheets. Keeps the parts that do not change, deflated; may be used by many threads.
#[derive(Debug)]
pub struct Writer {
    settings: Part,
    fonts: Part,
    app: Part,
    relationships: Part,
    styles: Memory<Table, (Part, StyleTable)>,
    frames: Memory<(Vec<Margin>, Vec<PictureFormat>), Frame>,
    margins: Memory<MarginKey, (Part, i32)>,
    media: Memory<(String, Arc<Picture>), Part>,
}

/// What a header or footer is made from.
#[derive(Debug, Clone, PartialEq)]
struct MarginKey {
    name: String,
    styles: Table,
    /// The next free id of a drawing before it.
    id: i32,
    items: Vec<Item>,
}

/// A table of styles. All sheets of an office share one, and it is long.
#[derive(Debug, Clone)]
struct Table(Arc<[Style]>);

impl PartialEq for Table {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0 == other.0
    }
}

/// A file but for the text of its flow.
struct Whole<'a> {
    properties: &'a Properties,
    styles: Arc<[Style]>,
    margins: Margins<'a>,
    pictures: Vec<Medium>,
    /// For the printer only: nobody asks for the digest of its parts.
    is_printed: bool,
}

/// The parts that list the others.
#[derive(Debug)]
struct Frame {
    content_types: Part,
    relationships: Part,
    names: Vec<String>,
}

thread_local! {
    static BUFFER: RefCell<Xml> = RefCell::new(Xml::with_capacity(1 << 16));
}

impl Writer {
    /// A writer that has deflated the parts that are always the same.
    ///
    /// # Errors
    /// None in practice: a part of a fixed text is never too large.
    pub fn new() -> Result<Self> {
        BUFFER.with_borrow_mut(|x| {
            fixed::package_relationships(x);
            Ok(Self {
                settings: part("word/settings.xml", fixed::SETTINGS, Effort::Once)?,
                fonts: part("word/fontTable.xml", fixed::FONT_TABLE, Effort::Once)?,
                app: part("docProps/app.xml", fixed::APP, Effort::Once)?,
                relationships: part("_rels/.rels", x.as_str(), Effort::Once)?,
                styles: Memory::default(),
                frames: Memory::default(),
                margins: Memory::default(),
                media: Memory::default(),
            })
        })
    }

    /// The bytes of a sheet: the same for the same sheet, on any thread.
    ///
    /// # Errors
    /// `Input` if a text holds a character that XML cannot hold (a control character, U+FFFE,
    /// U+FFFF); `Output` if the file would be larger than 4 GiB.
    pub fn write(&self, sheet: &Sheet) -> Result<Written> {
        BUFFER.with_borrow_mut(|x| self.write_sheet(x, sheet, |_, _| {}))
    }

    /// The same of a sheet of one page, and the page to be bound with others ([`Writer::bind`]); `None` for one that
    /// cannot be: with tables, or of several sections.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn write_page(&self, sheet: Sheet) -> Result<(Written, Option<Page>)> {
        BUFFER.with_borrow_mut(|x| {
            let mut kept = None;
            let keep = |document: &str, marks: Marks| kept = marks.cut(document);
            let written = self.write_sheet(x, &sheet, keep)?;
            Ok((written, kept.and_then(|cut| Page::of(sheet, cut))))
        })
    }

    /// Pages of one writer in one file, in their order: as if their sections were written as one sheet with the styles
    /// of the first.
    ///
    /// # Errors
    /// As [`Writer::write`].
    pub fn bind(&self, pages: &[Page], properties: &Properties) -> Result<Vec<u8>> {
        BUFFER.with_borrow_mut(|x| {
            let whole = Whole {
                properties,
                styles: pages.first().map_or_else(|| Arc::from([]), |p| Arc::clone(&p.styles)),
                margins: Margins::of(pages.iter().map(|page| &page.section)),
                pictures: Page::pictures(pages),
                is_printed: true,
            };
            let written = self.write_with(x, &whole, |x, flow| {
                flow.bound(x, pages, &whole.margins, FIRST_MARGIN_ID);
            });
            Ok(written?.0)
        })
    }

    fn write_sheet(
        &self,
        x: &mut Xml,
        sheet: &Sheet,
        keep: impl FnOnce(&str, Marks),
    ) -> Result<Written> {
        let whole = Whole {
            properties: &sheet.properties,
            styles: Arc::clone(&sheet.styles),
            margins: Margins::of(sheet.sections.iter()),
            pictures: media::pictures(sheet),
            is_printed: false,
        };
        let (bytes, parts) = self.write_with(x, &whole, |x, flow| {
            flow.document(x, sheet, &whole.margins, FIRST_MARGIN_ID);
            keep(x.as_str(), std::mem::take(&mut flow.marks));
        })?;
        Ok(Written { bytes, parts: parts.ok_or_else(too_large)? })
    }

    fn write_with(
        &self,
        x: &mut Xml,
        whole: &Whole<'_>,
        write: impl FnOnce(&mut Xml, &mut Flow<'_>),
    ) -> Result<(Vec<u8>, Option<[u8; 32]>)> {
        let Whole { properties, styles, margins, pictures, is_printed } = whole;
        let kinds: Vec<Margin> = margins.parts.iter().map(|p| p.kind).collect();
        let formats: Vec<PictureFormat> = pictures.iter().map(Medium::format).collect();
        let frame =
            self.frames.get_or(&(kinds.clone(), formats.clone()), || frame(x, &kinds, &formats))?;
        let known = self.styles.get_or(&Table(Arc::clone(styles)), || {
            styles::styles(x, styles);
            let part = finish(x, "word/styles.xml", Effort::Once)?;
            Ok((part, StyleTable::new(styles)))
        })?;
        let (style_part, table) = &*known;
        let mut flow = Flow::new(table, pictures, FIRST_MARGIN_ID + kinds.len());
        write(x, &mut flow);
        let document = if *is_printed {
            check(x, DOCUMENT)?;
            Part::printed(DOCUMENT, x.as_str().as_bytes(), true).ok_or_else(too_large)?
        } else {
            finish(x, DOCUMENT, Effort::EachTime)?
        };
        let mut edges = Vec::with_capacity(margins.parts.len());
        for (margin, name) in margins.parts.iter().zip(&frame.names) {
            edges.push(self.margin(x, styles, margin, format!("word/{name}"), &mut flow)?);
        }
        let mut small = Vec::with_capacity(pictures.len());
        for (index, picture) in pictures.iter().enumerate() {
            let name = format!("word/{}", media::name(index, picture.format()));
            small.push(match picture {
                // An emblem is in thousands of files; what is small is made anew sooner than found.
                Medium::File(picture) if picture.bytes.len() < SMALL => {
                    let made = Part::new(name, &picture.bytes, Effort::Stored);
                    Arc::new(made.ok_or_else(too_large)?)
                }
                Medium::File(picture) => {
                    let key = (name, Arc::clone(picture));
                    self.media.get_or(&key, || {
                        let made = Part::new(key.0.as_str(), &picture.bytes, Effort::Stored);
                        made.ok_or_else(too_large)
                    })?
                }
                // No two files have the same.
                Medium::Squares(squares) => {
                    let bytes = media::drawn(squares).ok_or_else(too_large)?;
                    let made = match is_printed {
                        true => Part::printed(name, &bytes, false),
                        false => Part::new(name, &bytes, Effort::Stored),
                    };
                    Arc::new(made.ok_or_else(too_large)?)
                }
            });
        }
        fixed::core(x, properties);
        let core = finish(x, "docProps/core.xml", Effort::Stored)?;
        let mut parts =
            vec![&frame.content_types, &self.relationships, &document, &frame.relationships];
        parts.extend([style_part, &self.settings, &self.fonts]);
        parts.extend(edges.iter().map(|edge| &edge.0));
        parts.extend(small.iter().map(|p| &**p));
        parts.extend([&core, &self.app]);
        let bytes = pack::pack(&parts).ok_or_else(too_large)?;
        Ok((bytes, pack::parts_digest(&parts)))
    }

    /// A header or footer, which is probably the same in the next file: a border may be a hundred times as
    /// long as the page.
    fn margin(
        &self,
        x: &mut Xml,
        styles: &Arc<[Style]>,
        margin: &MarginPart<'_>,
        name: String,
        flow: &mut Flow<'_>,
    ) -> Result<Arc<(Part, i32)>> {
        let (styles, items) = (Table(Arc::clone(styles)), margin.items.to_vec());
        let key = MarginKey { name, styles, id: flow.next_id, items };
        let made = self.margins.get_or(&key, || {
            flow.margin(x, margin);
            Ok((finish(x, &key.name, Effort::Once)?, flow.next_id))
        })?;
        flow.next_id = made.1;
        Ok(made)
    }
}

fn frame(x: &mut Xml, kinds: &[Margin], formats: &[PictureFormat]) -> Result<Frame> {
    fixed::content_types(x, kinds, formats);
    let content_types = finish(x, "[Content_Types].xml", Effort::Once)?;
    fixed::document_relationships(x, kinds, formats);
    let relationships = finish(x, "word/_rels/document.xml.rels", Effort::Once)?;
    Ok(Frame { content_types, relationships, names: fixed::margin_names(kinds) })
}

fn finish(x: &Xml, name: &str, effort: Effort) -> Result<Part> {
    check(x, name)?;
    part(name, x.as_str(), effort)
}

fn part(name: &str, content: &str, effort: Effort) -> Result<Part> {
    Part::new(name, content.as_bytes(), effort).ok_or_else(too_large)
}

/// A letter is never lost in silence: what the file cannot hold is refused.
fn check(x: &Xml, name: &str) -> Result<()> {
    let Some(c) = x.refused() else { return Ok(()) };
    let number = u32::from(c);
    Err(Failure::new(
        FailureKind::Input,
        Place { item: Some(name.to_owned()), ..Place::default() },
        text!(
            "văn bản có ký tự điều khiển U+{number:04X}, tệp Word không chứa được",
            "the text holds the control character U+{number:04X}, which a Word file cannot hold"
        ),
    )
    .hint(text!("xóa ký tự đó ở nguồn dữ liệu", "delete the character in the source data")))
}

fn too_large() -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!("tệp .docx sẽ lớn hơn 4 GiB", "the .docx file would be larger than 4 GiB"),
    )
}

/// A few values by key. The oldest goes when a new one comes.
#[derive(Debug)]
struct Memory<K, V>(RwLock<Vec<(K, Arc<V>)>>);

impl<K, V> Default for Memory<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Vec::new()))
    }
}

impl<K: Clone + PartialEq, V> Memory<K, V> {
    fn get_or(&self, key: &K, make: impl FnOnce() -> Result<V>) -> Result<Arc<V>> {
        // A poisoned lock only says that a thread died; the list is whole at any moment.
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, value)) = known.iter().find(|(k, _)| k == key) {
            return Ok(Arc::clone(value));
        }
        drop(known);
        let value = Arc::new(make()?);
        let mut known = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= REMEMBERED {
            known.remove(0);
        }
        known.push((key.clone(), Arc::clone(&value)));
        Ok(value)
    }
}
