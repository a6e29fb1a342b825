//! A page that was written for a file of its own, to be bound with others.
//!
//! Knows: what of a page's markup hangs on the file that it stands in. Must not know: what is printed on it.
//!
//! Hundreds of pages are printed from one file, and each is kept in a file of its own. What a drawing is called and
//! which part holds it hangs on the file, and so do headers and footers; all else is copied.

use std::ops::Range;
use std::sync::Arc;

use super::document::{Flow, Margins, body, section_properties};
use super::media::{self, Medium};
use crate::docx::xml::Xml;
use crate::layout::{Item, Para, RunContent, Section, Sheet, Style};

/// One page of many.
#[derive(Debug, Clone)]
pub struct Page {
    pub(super) styles: Arc<[Style]>,
    /// Its section without what stands in it.
    pub(super) section: Section,
    /// Its markup up to the last paragraph, without what is drawn.
    markup: String,
    /// What is drawn, and where in the markup.
    drawn: Vec<(usize, RunContent)>,
    /// Its last paragraph, which holds what is said of the section.
    last: Para,
}

/// Where in a part the drawings of one flow stand, and its last paragraph.
#[derive(Debug, Default)]
pub(super) struct Marks {
    pub(super) drawn: Vec<(Range<usize>, RunContent)>,
    /// Where the first paragraph begins.
    pub(super) first: usize,
    /// Where the last paragraph begins.
    pub(super) last: usize,
}

/// What of a page's markup does not hang on its file.
#[derive(Debug)]
pub(super) struct Cut {
    markup: String,
    drawn: Vec<(usize, RunContent)>,
}

impl Marks {
    /// A part up to its last paragraph without what is drawn; `None` if the marks are none of this part.
    pub(super) fn cut(self, part: &str) -> Option<Cut> {
        let mut markup = String::with_capacity(self.last.saturating_sub(self.first));
        let (mut drawn, mut at) = (Vec::with_capacity(self.drawn.len()), self.first);
        for (range, content) in self.drawn {
            markup.push_str(part.get(at..range.start)?);
            drawn.push((markup.len(), content));
            at = range.end;
        }
        markup.push_str(part.get(at..self.last)?);
        Some(Cut { markup, drawn })
    }
}

impl Page {
    /// The page of a sheet that was just written; `None` for one that is written anew sooner than copied: of several
    /// sections, with tables or with lines.
    pub(super) fn of(sheet: Sheet, cut: Cut) -> Option<Self> {
        let Sheet { styles, mut sections, .. } = sheet;
        let mut section = sections.pop().filter(|_| sections.is_empty())?;
        let mut items = std::mem::take(&mut section.items);
        let is_plain = |item: &Item| matches!(item, Item::Para(para) if para.line.is_none());
        if !items.iter().all(is_plain) {
            return None;
        }
        let Some(Item::Para(last)) = items.pop() else { return None };
        let is_drawn = last.runs.iter().any(|run| run.content.is_drawn());
        (!is_drawn).then_some(Self { styles, section, markup: cut.markup, drawn: cut.drawn, last })
    }

    /// The pictures of some pages, each once, in the order in which they first stand.
    pub(super) fn pictures(pages: &[Self]) -> Vec<Medium> {
        let drawn = pages.iter().flat_map(|page| &page.drawn);
        media::once(drawn.filter_map(|(_, content)| Medium::of(content)))
    }
}

impl Flow<'_> {
    /// Writes `word/document.xml` of pages as they were written before.
    pub(super) fn bound(&mut self, x: &mut Xml, pages: &[Page], m: &Margins, first_id: usize) {
        body(x, pages.iter().any(|page| !page.drawn.is_empty()), |x| {
            let end = pages.len().saturating_sub(1);
            for (i, page) in pages.iter().enumerate() {
                self.copied(x, page);
                let refs = m.references(i);
                let properties = |x: &mut Xml| section_properties(x, &page.section, refs, first_id);
                if i == end {
                    self.para(x, &page.last, |_| {});
                    properties(x);
                } else {
                    self.para(x, &page.last, properties);
                }
            }
        });
    }

    fn copied(&mut self, x: &mut Xml, page: &Page) {
        let mut from = 0;
        for (at, content) in &page.drawn {
            x.copied(page.markup.get(from..*at).unwrap_or_default());
            self.drawing(x, content);
            from = *at;
        }
        x.copied(page.markup.get(from..).unwrap_or_default());
    }
}
