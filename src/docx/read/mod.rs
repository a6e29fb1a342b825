//! From the bytes of a .docx file to a sheet.
//!
//! Knows: which parts to read, and how sections share headers and footers. Must not know: what a
//! document says.
//!
//! Formats and looks come out complete: defaults, styles and what is said on the spot are laid
//! over each other. What a sheet cannot say (pictures, notes, text boxes) is left out. Files from
//! anywhere are read, within the numbers of `limits`.

mod again;
mod alike;
pub(super) mod cursor;
mod cut;
mod directory;
mod flow;
mod line;
mod listed;
pub(super) mod package;
mod props;
mod section;
mod styles;
mod table;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use memchr::memmem::Finder;

pub use self::alike::read_alike;

use self::again::{Again, Before, Mark};
use self::cursor::{Cursor, Known, Source};
use self::cut::{Cut, Tags};
use self::flow::Flow;
use self::package::{Package, RawPart, Relationships, remembered};
use self::section::SectionProperties;
use self::styles::Styles;
use crate::diagnostic::Result;
use crate::docx::limits;
use crate::docx::xml::DECLARATION;
use crate::layout::{Item, Properties, Section, Sheet};

/// Longer core properties are not kept, in bytes.
const LONGEST_PROPERTIES: usize = 8192;

/// Reads a file. `name` is what messages call it.
///
/// # Errors
/// `Input` if the bytes are not a Word file, are damaged, or are larger than the limits.
pub fn read(bytes: &[u8], name: &str) -> Result<Sheet> {
    Ok(whole(bytes, name, |_| Before::default())?.sheet)
}

/// As [`read`], of one of many files that are alike: what `look` sees is what [`read`] gives, and what the
/// file before said the same is not read again.
///
/// # Errors
/// As [`read`].
pub fn read_next<T>(bytes: &[u8], name: &str, look: impl FnOnce(&Sheet) -> T) -> Result<T> {
    let Whole { sheet, styles, content, marks } =
        whole(bytes, name, |styles| styles.before.take())?;
    let out = look(&sheet);
    styles.before.replace(Before::of(content, marks, sheet));
    Ok(out)
}

/// A file that was read.
struct Whole {
    sheet: Sheet,
    styles: Rc<Styles>,
    /// The main part, and where its blocks lie.
    content: Vec<u8>,
    marks: Vec<Mark>,
}

fn whole(bytes: &[u8], name: &str, before: fn(&Styles) -> Before) -> Result<Whole> {
    read_package(&Package::open(bytes, name)?, before)
}

/// The part of a kind.
fn target<'r>(roots: &'r Relationships, kind: &str) -> Option<&'r str> {
    roots.values().find(|(k, _)| k == kind).map(|(_, target)| target.as_str())
}

fn read_package(package: &Package<'_>, before: fn(&Styles) -> Before) -> Result<Whole> {
    let roots = package.relationships("")?;
    let main = target(&roots, "officeDocument").unwrap_or("word/document.xml");
    let relationships = package.relationships(main)?;
    let styles = relationships.values().find(|(kind, _)| kind == "styles");
    let styles = read_styles(package, styles.map_or("word/styles.xml", |(_, t)| t))?;
    let (before, mut again) = before(&styles).parts();
    let mut flow = Flow::new(&styles, &before);
    let content = package.needed(main)?;
    let flows = read_document(package, main, &content, &mut flow, &mut again)?;
    let properties = match target(&roots, "core-properties") {
        Some(part) => read_properties(package, part)?,
        None => Properties::default(),
    };
    let sections = Margins { package, relationships: &relationships }.sections(flows, &mut flow)?;
    let sheet = Sheet { properties, styles: Arc::clone(&styles.list), sections };
    Ok(Whole { sheet, styles, content, marks: again.made })
}

fn read_styles(package: &Package<'_>, part: &str) -> Result<Rc<Styles>> {
    thread_local! {
        static KNOWN: RefCell<Vec<(RawPart, Rc<Styles>)>> = const { RefCell::new(Vec::new()) };
    }
    KNOWN.with_borrow_mut(|known| {
        remembered(known, package, part, |content| Styles::read(content, package.source(part)))
    })
}

/// The flows of the sections with their properties.
fn read_document(
    package: &Package<'_>,
    part: &str,
    content: &[u8],
    flow: &mut Flow<'_>,
    again: &mut Again<Item>,
) -> Result<Vec<(SectionProperties, Vec<Item>)>> {
    let mut sections = Vec::new();
    let mut items = Vec::new();
    let (mut c, _) = Cursor::open(content, package.source(part))?;
    let mut ended = false;
    c.children(|c, e| {
        if c.name(e) != "body" {
            return Ok(());
        }
        c.children(|c, e| {
            if c.name(e) == "sectPr" {
                let section = flow.known(
                    c,
                    Known::Section,
                    |styles| &styles.sections,
                    |_, c| section::section(c).map(Box::new),
                )?;
                flow.ended_sections.push(*section);
                ended = true;
            } else {
                flow.block_again(c, e, &mut items, again)?;
            }
            for properties in flow.ended_sections.drain(..) {
                sections.push((properties, std::mem::take(&mut items)));
            }
            if sections.len() > limits::SECTIONS {
                return Err(c.too_much("phần văn bản", "sections"));
            }
            Ok(())
        })
    })?;
    if !ended && !items.is_empty() {
        sections.push((SectionProperties::default(), items));
    }
    Ok(sections)
}

/// Headers and footers, by relationship id.
struct Margins<'p, 'a> {
    package: &'p Package<'a>,
    relationships: &'p Relationships,
}

impl Margins<'_, '_> {
    /// Gives every section its headers and footers: one that names none has those of the one before.
    fn sections(
        &self,
        flows: Vec<(SectionProperties, Vec<Item>)>,
        flow: &mut Flow<'_>,
    ) -> Result<Vec<Section>> {
        let mut current: [Option<String>; 4] = Default::default();
        let mut out = Vec::with_capacity(flows.len());
        for (p, items) in flows {
            let stated = [p.header, p.first_header, p.footer, p.first_footer];
            for (current, stated) in current.iter_mut().zip(stated) {
                if stated.is_some() {
                    *current = stated;
                }
            }
            let [header, first_header, footer, first_footer] = &current;
            let (first_header, first_footer) =
                if p.first_page { (first_header, first_footer) } else { (header, footer) };
            out.push(Section {
                page: p.page,
                restart: p.restart,
                first_header: self.items(first_header, flow)?,
                header: self.items(header, flow)?,
                first_footer: self.items(first_footer, flow)?,
                items,
            });
        }
        Ok(out)
    }

    /// The items of a part. Most files of an office have the same ones.
    fn items(&self, id: &Option<String>, flow: &mut Flow<'_>) -> Result<Vec<Item>> {
        let part = id.as_ref().and_then(|id| self.relationships.get(id));
        let Some((_, part)) = part else { return Ok(Vec::new()) };
        let Some(size) = self.package.size(part) else {
            return Err(self.package.source(part).broken(package::missing()));
        };
        // A header may be large, and every section may refer to it.
        flow.count_copy(size, self.package.source(part))?;
        let styles = flow.styles;
        let items = remembered(&mut styles.margins.borrow_mut(), self.package, part, |content| {
            flow.begin_part();
            let mut items = Vec::new();
            let (mut c, _) = Cursor::open(content, self.package.source(part))?;
            c.children(|c, e| flow.block(c, e, &mut items))?;
            Ok(items)
        })?;
        Ok(items.as_ref().clone())
    }
}

thread_local! {
    /// The core properties that were read last, with what stood around the title.
    static PROPERTIES: RefCell<(Vec<u8>, Properties)> = RefCell::default();
}

static TITLE: LazyLock<Tags> = LazyLock::new(|| Tags::new("<dc:title>", "</dc:title>"));

/// True if there is nothing else in the core properties that may be a title.
fn is_only_title(cut: &Cut<'_>) -> bool {
    static ANY_TITLE: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("title"));
    !cut.has_around(&ANY_TITLE)
}

/// The core properties; in the files of a batch often the title alone is another one.
fn read_properties(package: &Package<'_>, part: &str) -> Result<Properties> {
    let Some(content) = package.part(part)? else { return Ok(Properties::default()) };
    let text = cursor::checked(&content, package.source(part))?;
    // The declaration that our files have means nothing here.
    let behind = text.strip_prefix(DECLARATION).unwrap_or(text);
    let cut = Cut::at(behind.as_bytes(), &TITLE).filter(is_only_title);
    let Some((cut, title)) = cut.and_then(|cut| Some((cut, cut.text()?))) else {
        return parse_properties(&content, package.source(part));
    };
    let around = cut.around();
    PROPERTIES.with_borrow_mut(|(last, known)| {
        if *last == around {
            return Ok(Properties { title: title.to_owned(), ..known.clone() });
        }
        let properties = parse_properties(&content, package.source(part))?;
        if properties.title == title && around.len() <= LONGEST_PROPERTIES {
            (*last, *known) = (around, properties.clone());
        }
        Ok(properties)
    })
}

fn parse_properties(content: &[u8], source: Source<'_>) -> Result<Properties> {
    let mut p = Properties::default();
    let (mut c, _) = Cursor::open(content, source)?;
    c.children(|c, e| {
        let field = match e.local_name().into_inner() {
            "title" => &mut p.title,
            "subject" => &mut p.subject,
            "creator" => &mut p.creator,
            "category" => &mut p.category,
            "created" => &mut p.created,
            _ => return Ok(()),
        };
        *field = c.text()?.into_owned();
        Ok(())
    })?;
    Ok(p)
}
