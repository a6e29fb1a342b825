//! Tables: their properties, rows and cells.
//!
//! Knows: `w:tbl` and what is inside but for the content of cells. Must not know: sections.

use quick_xml::events::BytesStart;

use super::again::Again;
use super::cursor::{Cursor, Known, number};
use super::flow::Flow;
use super::listed;
use super::props::rule;
use crate::diagnostic::Result;
use crate::docx::limits;
use crate::layout::{Cell, Row, Rule, Table, VerticalAlign};

/// What a `w:tblPr` states.
#[derive(Debug, Clone, Default)]
pub(super) struct TableProperties {
    style: Option<String>,
    indent: Option<i32>,
    margin: Option<i32>,
    borders: Option<Option<Rule>>,
}

impl TableProperties {
    /// What is stated, and for the rest what the base states.
    pub(super) fn with_base(&self, base: &Self) -> Self {
        Self {
            style: self.style.clone(),
            indent: self.indent.or(base.indent),
            margin: self.margin.or(base.margin),
            borders: self.borders.or(base.borders),
        }
    }

    /// Reads the current `w:tblPr`.
    pub(super) fn read(c: &mut Cursor<'_>) -> Result<Self> {
        let mut p = Self::default();
        c.children(|c, e| {
            match c.name(e) {
                "tblStyle" => p.style = c.attribute(e, "val")?,
                "tblInd" => p.indent = width(c, e)?,
                "tblBorders" => p.borders = Some(borders(c)?.1),
                "tblCellMar" => c.children(|c, e| {
                    if matches!(c.name(e), "left" | "start") {
                        p.margin = width(c, e)?;
                    }
                    Ok(())
                })?,
                _ => {}
            }
            Ok(())
        })?;
        Ok(p)
    }
}

/// Number of outer edges that are drawn, and the first rule found.
fn borders(c: &mut Cursor<'_>) -> Result<(usize, Option<Rule>)> {
    let (mut edges, mut first) = (0, None);
    c.children(|c, e| {
        let name = c.name(e);
        let outer = matches!(name, "top" | "left" | "start" | "bottom" | "right" | "end");
        if let Some(rule) = rule(c, e)? {
            edges += usize::from(outer);
            first = first.or(Some(rule));
        }
        Ok(())
    })?;
    Ok((edges, first))
}

/// A width in twips; 0 for other units.
fn width<'a>(c: &Cursor<'a>, e: &BytesStart<'a>) -> Result<Option<i32>> {
    let (mut value, mut twips) = (None, true);
    c.attributes(e, |name, text| match name {
        "w" => value = number(text),
        "type" => twips = text == "dxa",
        _ => {}
    })?;
    Ok(if twips { value } else { Some(0) })
}

/// Reads the current `w:tblGrid`: the widths of the columns.
fn columns(c: &mut Cursor<'_>) -> Result<Vec<i32>> {
    let mut grid = Vec::new();
    c.children(|c, e| {
        if c.name(e) == "gridCol" {
            grid.push(width(c, e)?.unwrap_or(0));
        }
        if grid.len() > limits::COLUMNS as usize {
            return Err(c.too_much("cột", "columns"));
        }
        Ok(())
    })?;
    Ok(grid)
}

impl Flow<'_> {
    /// Reads the current `w:tbl`.
    pub(super) fn table(&mut self, c: &mut Cursor<'_>) -> Result<Table> {
        let mut p = TableProperties::default();
        let (mut grid, mut rows) = (Vec::new(), Vec::new());
        // A table in a cell of this one is another matter.
        let mut again = self.rows.take();
        c.children(|c, e| self.table_child(c, e, &mut p, &mut grid, &mut rows, &mut again))?;
        self.rows = again;
        let p = p.with_base(self.styles.table(p.style.as_deref()));
        Ok(Table {
            grid,
            indent: p.indent.unwrap_or(0),
            margin: p.margin.unwrap_or(0),
            borders: p.borders.flatten(),
            rows,
        })
    }

    fn table_child<'a>(
        &mut self,
        c: &mut Cursor<'a>,
        e: &BytesStart<'a>,
        p: &mut TableProperties,
        grid: &mut Vec<i32>,
        rows: &mut Vec<Row>,
        again: &mut Option<Again<Row>>,
    ) -> Result<()> {
        match c.name(e) {
            "tblPr" => {
                let name = Known::TableProperties;
                *p =
                    self.known(c, name, |s| &s.table_properties, |_, c| TableProperties::read(c))?;
            }
            "tblGrid" => {
                let more = self.known(c, Known::Grid, |s| &s.grids, |_, c| columns(c))?;
                grid.extend(more);
                if grid.len() > limits::COLUMNS as usize {
                    return Err(c.too_much("cột", "columns"));
                }
            }
            "tr" => {
                self.count(c)?;
                let row = match again {
                    Some(again) => self.row_again(c, again, rows.len())?,
                    None => self.known_row(c, rows.len())?,
                };
                rows.push(row);
            }
            // Content controls around rows.
            "sdt" | "sdtContent" | "customXml" | "ins" => {
                c.children(|c, e| self.table_child(c, e, p, grid, rows, again))?;
            }
            _ => {}
        }
        Ok(())
    }

    /// The row that has just begun: from the table before, if it is the same.
    fn row_again(&mut self, c: &mut Cursor<'_>, again: &mut Again<Row>, nth: usize) -> Result<Row> {
        let (mark, row) = again.next();
        if let Some(row) = row
            && let Some(same) = self.pass_same(c, Known::Row, &mark)?
        {
            again.made.push(same);
            return Ok(row);
        }
        let begun = self.begin(c);
        let row = self.known_row(c, nth)?;
        again.made.push(self.mark(c, Some(Known::Row), &begun, 1));
        Ok(row)
    }

    /// The row that has just begun; `nth` stand before it.
    fn known_row(&mut self, c: &mut Cursor<'_>, nth: usize) -> Result<Row> {
        let known = |flow: &mut Self, c: &mut Cursor<'_>| {
            flow.known(c, Known::Row, |styles| &styles.rows, Self::row)
        };
        if nth < listed::FIRST {
            return known(self, c);
        }
        self.listed(c, Known::Row, |styles| &styles.listed_rows, known)
    }

    fn row(&mut self, c: &mut Cursor<'_>) -> Result<Row> {
        let mut row = Row { header: false, cant_split: false, height: None, cells: Vec::new() };
        c.children(|c, e| self.row_child(c, e, &mut row))?;
        Ok(row)
    }

    fn row_child<'a>(
        &mut self,
        c: &mut Cursor<'a>,
        e: &BytesStart<'a>,
        row: &mut Row,
    ) -> Result<()> {
        match c.name(e) {
            "trPr" => c.children(|c, e| row_property(c, e, row))?,
            "tc" => {
                self.count(c)?;
                let cell = self.cell(c)?;
                row.cells.push(cell);
            }
            "sdt" | "sdtContent" | "customXml" | "ins" => {
                c.children(|c, e| self.row_child(c, e, row))?;
            }
            _ => {}
        }
        Ok(())
    }

    fn cell(&mut self, c: &mut Cursor<'_>) -> Result<Cell> {
        let (mut cell, mut items) = (EMPTY, Vec::new());
        c.children(|c, e| {
            if c.name(e) == "tcPr" {
                let name = Known::CellProperties;
                cell = self.known(c, name, |s| &s.cells, |_, c| cell_properties(c))?;
                return Ok(());
            }
            self.block(c, e, &mut items)
        })?;
        // The sections of a cell are nobody's.
        self.ended_sections.clear();
        Ok(Cell { items, ..cell })
    }
}

fn row_property<'a>(c: &mut Cursor<'a>, e: &BytesStart<'a>, row: &mut Row) -> Result<()> {
    match c.name(e) {
        "cantSplit" => row.cant_split = c.switch(e)?,
        "tblHeader" => row.header = c.switch(e)?,
        "trHeight" => {
            let (mut height, mut exact) = (None, false);
            c.attributes(e, |name, value| match name {
                "val" => height = number(value),
                "hRule" => exact = value == "exact",
                _ => {}
            })?;
            row.height = height.filter(|_| exact);
        }
        _ => {}
    }
    Ok(())
}

/// A cell of which nothing is said.
const EMPTY: Cell = Cell { span: 1, vertical: VerticalAlign::Top, boxed: None, items: Vec::new() };

/// Reads the current `w:tcPr`.
fn cell_properties(c: &mut Cursor<'_>) -> Result<Cell> {
    let mut cell = EMPTY;
    c.children(|c, e| cell_property(c, e, &mut cell))?;
    Ok(cell)
}

fn cell_property<'a>(c: &mut Cursor<'a>, e: &BytesStart<'a>, cell: &mut Cell) -> Result<()> {
    match c.name(e) {
        "gridSpan" => {
            let span = c.number(e)?.and_then(|n| u32::try_from(n).ok()).unwrap_or(1);
            cell.span = span.clamp(1, limits::COLUMNS);
        }
        "vAlign" => {
            let center = c.attribute(e, "val")?.as_deref() == Some("center");
            cell.vertical = if center { VerticalAlign::Center } else { VerticalAlign::Top };
        }
        "tcBorders" => {
            let (edges, first) = borders(c)?;
            cell.boxed = first.filter(|_| edges == 4);
        }
        _ => {}
    }
    Ok(())
}
