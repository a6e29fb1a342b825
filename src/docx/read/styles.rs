//! `word/styles.xml`: defaults and chains of styles, resolved to complete formats and looks.
//!
//! Knows: inheritance of styles. Must not know: the flow.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

use quick_xml::events::BytesStart;

use super::again::Before;
use super::cursor::{Cursor, Source};
use super::flow::Remembered;
use super::listed::Shapes;
use super::package::RawPart;
use super::props::{ParaProperties, RunProperties};
use super::section::SectionProperties;
use super::table::TableProperties;
use crate::diagnostic::Result;
use crate::docx::limits;
use crate::docx::names::{self, SEPARATOR_ID};
use crate::docx::write::{PLAIN_FORMAT, PLAIN_LOOK};
use crate::layout::{Cell, Format, Item, Look, Para, Row, Style};
use crate::model::Slot;
use crate::text::recent::Recent;

/// The styles of a file, complete.
pub(super) struct Styles {
    /// Paragraph styles, the default one first. Never empty.
    pub(super) list: Arc<[Style]>,
    by_id: HashMap<String, usize>,
    separator: Option<Style>,
    characters: HashMap<String, RunProperties>,
    tables: HashMap<String, TableProperties>,
    default_table: TableProperties,
    /// The document that was read with these styles before.
    pub(super) before: RefCell<Before>,
    /// Headers and footers that were read with these styles.
    pub(super) margins: RefCell<Vec<(RawPart, Rc<Vec<Item>>)>>,
    /// Paragraphs and rows of tables that were read with these styles.
    pub(super) paras: RefCell<Recent<Remembered<Option<Para>>>>,
    pub(super) rows: RefCell<Recent<Remembered<Row>>>,
    /// Paragraphs of one text, by what is around it.
    pub(super) texts: RefCell<Recent<Para>>,
    /// The rows and paragraphs of long lists, but for their texts.
    pub(super) listed_rows: RefCell<Shapes<Row>>,
    pub(super) listed_paras: RefCell<Shapes<Option<Para>>>,
    /// What was said of paragraphs and cells: in a list of thousands the words differ and little else.
    pub(super) formats: RefCell<Recent<Remembered<ParaProperties>>>,
    pub(super) cells: RefCell<Recent<Remembered<Cell>>>,
    /// What was said of tables, of their columns and of sections.
    pub(super) table_properties: RefCell<Recent<Remembered<TableProperties>>>,
    pub(super) grids: RefCell<Recent<Remembered<Vec<i32>>>>,
    pub(super) sections: RefCell<Recent<Remembered<Box<SectionProperties>>>>,
}

/// A style as the file states it.
#[derive(Default)]
struct Raw {
    kind: String,
    id: String,
    default: bool,
    name: String,
    slot: Option<Slot>,
    based_on: Option<String>,
    para: ParaProperties,
    run: RunProperties,
    table: TableProperties,
}

#[derive(Default)]
struct Defaults {
    para: ParaProperties,
    run: RunProperties,
}

impl Styles {
    /// The style of a paragraph; the default one if it names none or one that is not there.
    pub(super) fn get(&self, id: Option<&str>) -> Option<&Style> {
        let known = |id: &str| match &self.separator {
            Some(separator) if id == SEPARATOR_ID => Some(separator),
            _ => self.by_id.get(id).and_then(|i| self.list.get(*i)),
        };
        id.and_then(known).or(self.list.first())
    }

    /// The look of a run in a paragraph of the given look.
    pub(super) fn look(&self, base: Look, run: &RunProperties) -> Look {
        let character = run.style.as_ref().and_then(|id| self.characters.get(id));
        run.over(character.map_or(base, |style| style.over(base)))
    }

    /// What a table's style says; what the default table style says if it names none.
    pub(super) fn table(&self, id: Option<&str>) -> &TableProperties {
        id.and_then(|id| self.tables.get(id)).unwrap_or(&self.default_table)
    }

    /// Reads a part; an empty text means that the file has none.
    pub(super) fn read(content: &[u8], source: Source<'_>) -> Result<Self> {
        let (mut defaults, mut raw) = (Defaults::default(), Vec::new());
        if !content.is_empty() {
            let (mut c, _) = Cursor::open(content, source)?;
            c.children(|c, e| {
                match c.name(e) {
                    "docDefaults" => read_defaults(c, &mut defaults)?,
                    "style" => raw.push(read_style(c, e)?),
                    _ => {}
                }
                if raw.len() > limits::STYLES {
                    return Err(c.too_much("kiểu", "styles"));
                }
                Ok(())
            })?;
        }
        Ok(Self::resolve(&defaults, &raw))
    }

    fn resolve(defaults: &Defaults, raw: &[Raw]) -> Self {
        let of_kind = |kind: &str| {
            let mut by_id: HashMap<String, &Raw> = HashMap::new();
            for style in raw.iter().filter(|s| s.kind == kind) {
                by_id.entry(style.id.clone()).or_insert(style);
            }
            by_id
        };
        let paragraphs = of_kind("paragraph");
        let base = (defaults.para.over(PLAIN_FORMAT), defaults.run.over(PLAIN_LOOK));
        let (mut list, mut separator, mut default) = (Vec::new(), None, None);
        let mut by_id: HashMap<String, usize> = HashMap::new();
        for style in raw.iter().filter(|s| s.kind == "paragraph") {
            let complete = complete(style, &paragraphs, base);
            if style.id == SEPARATOR_ID {
                separator = Some(complete);
            } else if !by_id.contains_key(&style.id) {
                if style.default && default.is_none() {
                    default = Some(list.len());
                }
                by_id.insert(style.id.clone(), list.len());
                list.push(complete);
            }
        }
        match default {
            // The default style comes first; the order of the others stays.
            Some(at) if at > 0 => list[..=at].rotate_right(1),
            Some(_) => {}
            None => list.insert(0, plain_style(base, &by_id)),
        }
        let by_id = list.iter().enumerate().map(|(i, s)| (s.id.clone(), i)).collect();
        let characters = of_kind("character");
        let tables = of_kind("table");
        let default_table = raw.iter().find(|s| s.kind == "table" && s.default);
        Self {
            list: list.into(),
            by_id,
            separator,
            before: RefCell::default(),
            margins: RefCell::default(),
            paras: RefCell::default(),
            texts: RefCell::default(),
            rows: RefCell::default(),
            formats: RefCell::default(),
            cells: RefCell::default(),
            table_properties: RefCell::default(),
            grids: RefCell::default(),
            listed_rows: RefCell::default(),
            listed_paras: RefCell::default(),
            sections: RefCell::default(),
            characters: characters
                .keys()
                .map(|id| (id.clone(), chain(id, &characters, |s, base| s.run.with_base(&base))))
                .collect(),
            default_table: default_table
                .map(|s| chain(&s.id, &tables, |s, base| s.table.with_base(&base)))
                .unwrap_or_default(),
            tables: tables
                .keys()
                .map(|id| (id.clone(), chain(id, &tables, |s, base| s.table.with_base(&base))))
                .collect(),
        }
    }
}

/// A paragraph style with all that its ancestors and the defaults say.
fn complete(style: &Raw, all: &HashMap<String, &Raw>, base: (Format, Look)) -> Style {
    let mut ancestors = vec![style];
    let mut outline = None;
    while let Some(parent) = ancestors
        .last()
        .and_then(|s| s.based_on.as_ref())
        .and_then(|id| all.get(id))
        .filter(|_| ancestors.len() < limits::STYLE_CHAIN)
    {
        ancestors.push(parent);
    }
    let (mut format, mut look) = base;
    for style in ancestors.iter().rev() {
        format = style.para.over(format);
        look = style.run.over(look);
        outline = style.para.outline.or(outline);
    }
    Style {
        id: style.id.clone(),
        name: style.name.clone(),
        slot: style.slot,
        outline,
        look,
        format,
        font: None,
    }
}

/// Lays a chain of styles over each other, the oldest ancestor first.
fn chain<T: Default>(id: &str, all: &HashMap<String, &Raw>, lay: impl Fn(&Raw, T) -> T) -> T {
    let mut ancestors: Vec<&Raw> = Vec::new();
    let mut next = all.get(id);
    while let Some(style) = next.filter(|_| ancestors.len() < limits::STYLE_CHAIN) {
        ancestors.push(style);
        next = style.based_on.as_ref().and_then(|id| all.get(id));
    }
    ancestors.into_iter().rev().fold(T::default(), |base, style| lay(style, base))
}

/// The default style of a file that names none.
fn plain_style((format, look): (Format, Look), taken: &HashMap<String, usize>) -> Style {
    let mut id = String::from("Normal");
    while taken.contains_key(&id) {
        id.push('0');
    }
    Style { id, name: "Normal".to_owned(), slot: None, outline: None, look, format, font: None }
}

fn read_defaults(c: &mut Cursor<'_>, defaults: &mut Defaults) -> Result<()> {
    c.children(|c, e| match c.name(e) {
        "rPrDefault" => c.children(|c, e| {
            if c.name(e) == "rPr" {
                defaults.run = RunProperties::read(c)?;
            }
            Ok(())
        }),
        "pPrDefault" => c.children(|c, e| {
            if c.name(e) == "pPr" {
                defaults.para = ParaProperties::read(c)?;
            }
            Ok(())
        }),
        _ => Ok(()),
    })
}

fn read_style<'a>(c: &mut Cursor<'a>, e: &BytesStart<'a>) -> Result<Raw> {
    let mut style = Raw { kind: "paragraph".to_owned(), ..Raw::default() };
    c.attributes(e, |name, value| match name {
        "type" => value.clone_into(&mut style.kind),
        "styleId" => value.clone_into(&mut style.id),
        "default" => style.default = matches!(value, "1" | "true" | "on"),
        _ => {}
    })?;
    c.children(|c, e| {
        match c.name(e) {
            "name" => {
                style.name = names::from_style_name(&c.attribute(e, "val")?.unwrap_or_default());
            }
            "uiPriority" => {
                style.slot = c.number(e)?.and_then(|n| names::from_priority(&style.id, n));
            }
            "basedOn" => style.based_on = c.attribute(e, "val")?,
            "pPr" => style.para = ParaProperties::read(c)?,
            "rPr" => style.run = RunProperties::read(c)?,
            "tblPr" => style.table = TableProperties::read(c)?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(style)
}
