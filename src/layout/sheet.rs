//! The sheet: what is on the pages, in the units of the page, before it is a file.
//!
//! Knows: paragraphs, tables, sections and their measures. Must not know: XML, zip, the decree.
//! Lengths are twips (1/20 pt; 1 mm = 56.69) unless the name says otherwise; type sizes are half points.
//! The docx writer turns a sheet into bytes; the docx reader turns bytes back into a sheet.

use std::sync::Arc;

use crate::model::{Align, Slot};

/// Twips in a millimetre.
pub const TWIPS_PER_MM: f64 = 1440.0 / 25.4;

/// Millimetres to twips, rounded.
pub fn mm(value: f64) -> i32 {
    (value * TWIPS_PER_MM).round() as i32
}

/// A whole document as it will be printed.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sheet {
    /// Core properties.
    pub properties: Properties,
    /// Named paragraph styles, the first is the default (`Normal`). Shared by all sheets of one
    /// ruleset, so that a writer that sees the same table again (`Arc::ptr_eq`) need not write it anew.
    pub styles: Arc<[Style]>,
    /// Sections in order; each begins on a new page but the first.
    pub sections: Vec<Section>,
}

/// Core properties of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Properties {
    /// `Kế hoạch số 05/KH-SNV …: trích yếu`.
    pub title: String,
    /// Trích yếu.
    pub subject: String,
    /// The issuing organ.
    pub creator: String,
    /// Type name.
    pub category: String,
    /// `2026-03-05T00:00:00Z`: the document's day, never the clock.
    pub created: String,
}

/// A named style: one for each slot and level, so that a person can go on editing by styles.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Style {
    /// Identifier in the file, ASCII (`VtSoKyHieu`).
    pub id: String,
    /// Name that Word shows (`Số, ký hiệu`).
    pub name: String,
    /// Ô số that the style stands for.
    pub slot: Option<Slot>,
    /// Outline level 0.. for headings (navigation pane).
    pub outline: Option<u8>,
    /// Character look.
    pub look: Look,
    /// Paragraph format.
    pub format: Format,
    /// Typeface; `None` for that of the whole file. A reader of files leaves it out.
    pub font: Option<String>,
}

/// Character look; a run states only what differs from its paragraph's style.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Look {
    /// Half points (28 = 14 pt).
    pub size: u16,
    /// Đậm.
    pub bold: bool,
    /// Nghiêng.
    pub italic: bool,
    /// Colour as RRGGBB; `None` is automatic (black).
    pub color: Option<u32>,
}

/// Line spacing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LineSpacing {
    /// In 240ths of a single line.
    Auto(i32),
    /// Exactly so many twips.
    Exact(i32),
    /// At least so many twips.
    AtLeast(i32),
}

/// A rule line along one edge of a paragraph or cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rule {
    /// Eighths of a point (6 = 0,75 pt).
    pub weight: u16,
    /// Distance from the text in points.
    pub space: u16,
}

/// Paragraph format, complete (a paragraph states all; the writer leaves out what its style says).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Format {
    /// Alignment.
    pub align: Align,
    /// Left indent.
    pub left: i32,
    /// Right indent.
    pub right: i32,
    /// First line relative to `left`; negative hangs.
    pub first: i32,
    /// Space above.
    pub before: i32,
    /// Space below.
    pub after: i32,
    /// Line spacing.
    pub line: LineSpacing,
    /// Keep on one page with the next paragraph.
    pub keep_next: bool,
    /// Keep its lines on one page.
    pub keep_lines: bool,
    /// No single first or last line on a page.
    pub widow_control: bool,
    /// Begin on a new page.
    pub page_break_before: bool,
    /// Rule above, from left indent to right indent.
    pub top: Option<Rule>,
    /// Rule below.
    pub bottom: Option<Rule>,
}

/// A paragraph.
#[derive(Debug, Clone, PartialEq)]
pub struct Para {
    /// Style id.
    pub style: String,
    /// Format; equal to the style's where nothing differs.
    pub format: Format,
    /// Tab stops from the left edge of the column, left aligned.
    pub tabs: Vec<i32>,
    /// Runs in order.
    pub runs: Vec<Run>,
    /// Drawn line anchored to this paragraph, when rules are drawn instead of bordered.
    pub line: Option<DrawnLine>,
    /// Out of the flow, in a place of its own on the page. A reader of files leaves it out.
    pub frame: Option<Frame>,
}

/// A place on the page, measured from the upper left corner of the paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// From the left edge.
    pub x: i32,
    /// From the top edge.
    pub y: i32,
    /// Width.
    pub width: i32,
    /// Height, exactly.
    pub height: i32,
}

/// A horizontal line drawn as a shape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DrawnLine {
    /// From the left edge of the column.
    pub x: i32,
    /// Below the top of the anchoring paragraph.
    pub y: i32,
    /// Length.
    pub length: i32,
    /// Thickness in eighths of a point.
    pub weight: u16,
}

/// A piece of a paragraph.
#[derive(Debug, Clone, PartialEq)]
pub struct Run {
    /// Look, complete.
    pub look: Look,
    /// What it holds.
    pub content: RunContent,
}

/// What a run holds.
#[derive(Debug, Clone, PartialEq)]
pub enum RunContent {
    /// Text: no control characters, no line breaks.
    Text(String),
    /// Line break.
    Break,
    /// Tab.
    Tab,
    /// The page number field.
    PageNumber,
    /// A picture of dark squares, such as a QR code. A reader of files leaves it out.
    Squares(Arc<Squares>),
    /// A picture from a file. A reader of files leaves it out.
    Picture(Arc<Picture>),
    /// A drawing behind the text. A reader of files leaves it out.
    Figure(Arc<Figure>),
}

impl RunContent {
    /// True for what stands in a run of its own.
    pub fn is_drawn(&self) -> bool {
        matches!(self, Self::Squares(_) | Self::Picture(_) | Self::Figure(_))
    }
}

/// Kinds of picture files that every word processor shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PictureFormat {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
}

/// A picture from a file, in the line of text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Picture {
    /// The file.
    pub bytes: Vec<u8>,
    /// What kind of file.
    pub format: PictureFormat,
    /// Width as printed.
    pub width: i32,
    /// Height as printed.
    pub height: i32,
    /// What it is, for those who cannot see it.
    pub name: String,
}

/// Areas of one colour, behind the text, in a place of its own on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figure {
    /// The rectangle that holds it, on the page.
    pub frame: Frame,
    /// Colour as RRGGBB.
    pub color: u32,
    /// Corners of each area, from the upper left corner of the rectangle.
    pub areas: Vec<Vec<(i32, i32)>>,
    /// What it is, for those who cannot see it.
    pub name: String,
}

/// A square picture of dark squares on white.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Squares {
    /// Squares in a row, and rows.
    pub width: usize,
    /// True where a square is dark, row by row.
    pub dark: Vec<bool>,
    /// Length of a side as printed, in twips.
    pub side: i32,
    /// What it is, for those who cannot see it.
    pub name: String,
}

/// A table.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    /// Column widths; their sum is the table's width.
    pub grid: Vec<i32>,
    /// Distance of the left edge from the margin (may be negative).
    pub indent: i32,
    /// Cell margins left and right.
    pub margin: i32,
    /// Single lines around all cells; `None` for a layout table.
    pub borders: Option<Rule>,
    /// Rows.
    pub rows: Vec<Row>,
}

/// A table row.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Repeated at the top of every page.
    pub header: bool,
    /// Never split over two pages.
    pub cant_split: bool,
    /// Exact height in twips, if fixed.
    pub height: Option<i32>,
    /// Cells.
    pub cells: Vec<Cell>,
}

/// Vertical alignment in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum VerticalAlign {
    /// Top.
    #[default]
    Top,
    /// Middle.
    Center,
}

/// A table cell: at least one paragraph, the last item is one.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    /// Columns covered, from 1.
    pub span: u32,
    /// Vertical alignment.
    pub vertical: VerticalAlign,
    /// Own single-line box of this weight (stamps), whatever the table says.
    pub boxed: Option<Rule>,
    /// Content.
    pub items: Vec<Item>,
}

/// Something in the flow.
#[derive(Debug, Clone, PartialEq)]
pub enum Item {
    /// A paragraph.
    Para(Para),
    /// A table.
    Table(Table),
}

/// Page of a section.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    /// Width as printed (landscape: the longer side).
    pub width: i32,
    /// Height as printed.
    pub height: i32,
    /// Landscape.
    pub landscape: bool,
    /// Top margin.
    pub top: i32,
    /// Bottom margin.
    pub bottom: i32,
    /// Left margin.
    pub left: i32,
    /// Right margin.
    pub right: i32,
    /// Header distance from the paper's edge.
    pub header: i32,
    /// Footer distance from the paper's edge.
    pub footer: i32,
}

impl Page {
    /// Width between the margins.
    pub fn text_width(&self) -> i32 {
        self.width - self.left - self.right
    }
}

/// A section: pages of one shape with their own numbering.
#[derive(Debug, Clone, PartialEq)]
pub struct Section {
    /// Page.
    pub page: Page,
    /// Page numbers restart at this number.
    pub restart: Option<u32>,
    /// Header of the first page (boxes of ô 11, line of ô 14); empty for none.
    pub first_header: Vec<Item>,
    /// Header of the other pages (the page number).
    pub header: Vec<Item>,
    /// Footer of the first page (ô 13).
    pub first_footer: Vec<Item>,
    /// Flow.
    pub items: Vec<Item>,
}
