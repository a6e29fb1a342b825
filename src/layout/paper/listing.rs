//! A list on upright paper: heading, lines below it, a table, a foot. Index of a dossier, report.
//!
//! Knows: the order of its parts. Must not know: dossiers, reports.

use std::sync::Arc;

use super::grid::Grid;
use super::styles::{Key, STYLES, gap, item, page_number, spaced};
use crate::layout::{Cell, Item, Page, Properties, Row, Section, Sheet, Table, VerticalAlign, mm};

/// A4 upright, margins as for documents (PL I NĐ 30/2020/NĐ-CP).
const PAGE: Page = Page {
    width: 11_906,
    height: 16_838,
    landscape: false,
    top: 1_134,
    bottom: 1_134,
    left: 1_701,
    right: 850,
    header: 567,
    footer: 567,
};

/// A list to print.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Listing {
    /// Parent and organ, top left.
    pub organs: Vec<String>,
    /// The heading.
    pub title: String,
    /// Lines under the heading.
    pub under: Vec<String>,
    /// Paragraphs before the first table.
    pub before: Vec<String>,
    /// Tables, each with a heading of its own (or none) and its rows.
    pub tables: Vec<(String, Grid, Vec<Vec<String>>)>,
    /// Lines after the last table.
    pub foot: Vec<String>,
    /// Địa danh and who signs at the foot; none for no signature.
    pub signer: Option<(String, String)>,
    /// `2026-03-05T00:00:00Z`.
    pub created: String,
}

impl Listing {
    /// Width between the margins, for the columns.
    pub fn measure() -> i32 {
        PAGE.text_width()
    }
}

/// Lays a list out. Headings of a table are repeated on each page and no row is split.
pub fn listing(list: Listing) -> Sheet {
    let mut items = Vec::new();
    let organ = list.organs.last().cloned().unwrap_or_default();
    items.extend(list.organs.into_iter().filter(|o| !o.is_empty()).map(|o| item(Key::Organ, o)));
    items.push(spaced(Key::Heading, 240, list.title.clone()));
    items.extend(list.under.into_iter().map(|l| item(Key::Line, l)));
    items.extend(list.before.into_iter().map(|l| item(Key::Text, l)));
    for (title, grid, rows) in list.tables {
        if title.is_empty() {
            items.push(spaced(Key::Line, 120, ""));
        } else {
            let Item::Para(mut heading) = spaced(Key::Heading, 240, title) else { continue };
            heading.format.keep_next = true;
            items.push(Item::Para(heading));
        }
        let mut table = grid.table();
        table.rows.extend(rows.into_iter().map(|cells| grid.row(cells)));
        items.extend([Item::Table(table), gap(false)]);
    }
    items.extend(list.foot.into_iter().map(|l| item(Key::Text, l)));
    if let Some((place, title)) = list.signer {
        items.extend([signature(&place, &title), gap(false)]);
    }
    let properties = Properties {
        title: list.title.clone(),
        subject: list.title,
        creator: organ,
        category: "Danh mục".to_owned(),
        created: list.created,
    };
    let section = Section {
        page: PAGE,
        restart: None,
        first_header: vec![gap(false)],
        header: page_number(),
        first_footer: Vec::new(),
        items,
    };
    Sheet { properties, styles: Arc::clone(&STYLES), sections: vec![section] }
}

fn signature(place: &str, title: &str) -> Item {
    let half = PAGE.text_width() / 2;
    let cell = |items| Cell { span: 1, vertical: VerticalAlign::Top, boxed: None, items };
    let place = if place.is_empty() { "…………" } else { place };
    let right = vec![
        spaced(Key::Place, 240, format!("{place}, ngày …… tháng …… năm ………")),
        item(Key::Signature, title),
        spaced(Key::Place, 0, "(Ký, ghi rõ họ tên)"),
        spaced(Key::Normal, mm(16.0), ""),
    ];
    let cells = vec![cell(vec![item(Key::Text, "")]), cell(right)];
    let row = Row { header: false, cant_split: true, height: None, cells };
    Item::Table(Table {
        grid: vec![half, half],
        indent: 0,
        margin: 0,
        borders: None,
        rows: vec![row],
    })
}
