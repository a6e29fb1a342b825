//! `w:sectPr`: page, numbering, and which header and footer parts a section refers to.
//!
//! Knows: section properties. Must not know: what stands in headers and footers.

use quick_xml::events::BytesStart;

use super::cursor::{Cursor, number};
use crate::diagnostic::Result;
use crate::layout::Page;

/// The page of a file that says nothing.
pub(super) const PLAIN_PAGE: Page = Page {
    width: 12_240,
    height: 15_840,
    landscape: false,
    top: 1_440,
    bottom: 1_440,
    left: 1_440,
    right: 1_440,
    header: 720,
    footer: 720,
};

/// What a `w:sectPr` states. The references are relationship ids.
#[derive(Debug, Clone)]
pub(super) struct SectionProperties {
    pub(super) page: Page,
    pub(super) restart: Option<u32>,
    /// The first page has a header and footer of its own.
    pub(super) first_page: bool,
    pub(super) header: Option<String>,
    pub(super) first_header: Option<String>,
    pub(super) footer: Option<String>,
    pub(super) first_footer: Option<String>,
}

impl Default for SectionProperties {
    fn default() -> Self {
        Self {
            page: PLAIN_PAGE,
            restart: None,
            first_page: false,
            header: None,
            first_header: None,
            footer: None,
            first_footer: None,
        }
    }
}

/// Reads the current `w:sectPr`.
pub(super) fn section(c: &mut Cursor<'_>) -> Result<SectionProperties> {
    let mut s = SectionProperties::default();
    c.children(|c, e| {
        match c.name(e) {
            "headerReference" => reference(c, e, &mut s.header, &mut s.first_header)?,
            "footerReference" => reference(c, e, &mut s.footer, &mut s.first_footer)?,
            "pgSz" | "pgMar" => page(c, e, &mut s.page)?,
            "pgNumType" => c.attributes(e, |name, value| {
                if name == "start" {
                    s.restart = value.parse().ok();
                }
            })?,
            "titlePg" => s.first_page = c.switch(e)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(s)
}

fn reference<'a>(
    c: &Cursor<'a>,
    e: &BytesStart<'a>,
    default: &mut Option<String>,
    first: &mut Option<String>,
) -> Result<()> {
    let (mut kind, mut id) = (String::new(), None);
    c.attributes(e, |name, value| match name {
        "type" => value.clone_into(&mut kind),
        name if name.ends_with(":id") => id = Some(value.to_owned()),
        _ => {}
    })?;
    match kind.as_str() {
        "default" => *default = id,
        "first" => *first = id,
        _ => {}
    }
    Ok(())
}

fn page<'a>(c: &Cursor<'a>, e: &BytesStart<'a>, page: &mut Page) -> Result<()> {
    c.attributes(e, |name, value| {
        let field = match name {
            "w" => &mut page.width,
            "h" => &mut page.height,
            "top" => &mut page.top,
            "bottom" => &mut page.bottom,
            "left" => &mut page.left,
            "right" => &mut page.right,
            "header" => &mut page.header,
            "footer" => &mut page.footer,
            "orient" => {
                page.landscape = value == "landscape";
                return;
            }
            _ => return,
        };
        *field = number(value).unwrap_or(*field);
    })
}
