//! The body of a document: căn cứ, Phần … điểm, dashes, paragraphs, tables.
//!
//! Knows: structure with the numbers as typed. Must not know: indents, sizes, XML.

use serde::{Deserialize, Serialize};

/// A stretch of text of one look. A `\n` inside is a line break in the paragraph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
pub struct Span {
    /// The text, NFC where the source was; never markup.
    pub text: String,
    /// Đậm.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub bold: bool,
    /// Nghiêng.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub italic: bool,
}

/// The plain text of spans.
pub fn plain(spans: &[Span]) -> String {
    spans.iter().map(|s| s.text.as_str()).collect()
}

/// One plain span; empty text gives no span.
pub fn spans(text: impl Into<String>) -> Vec<Span> {
    let text = text.into();
    if text.is_empty() { Vec::new() } else { vec![Span { text, bold: false, italic: false }] }
}

/// Headings that carry a word in front: `Phần I`, `Chương II`, `Mục 1`, `Tiểu mục 1`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Phần (Roman).
    Part,
    /// Chương (Roman).
    Chapter,
    /// Mục (Arabic).
    Section,
    /// Tiểu mục (Arabic).
    Subsection,
}

impl Level {
    /// The word that opens the heading.
    pub const fn word(self) -> &'static str {
        match self {
            Level::Part => "Phần",
            Level::Chapter => "Chương",
            Level::Section => "Mục",
            Level::Subsection => "Tiểu mục",
        }
    }
}

/// One block of the body with the line of the source it came from (1-based, 0 unknown).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Block {
    /// Line in the source (of the template, where a template made it).
    pub at: u32,
    /// What it is.
    #[serde(flatten)]
    pub kind: BlockKind,
}

/// What a block is. Numbers stay as the author typed them; the checks look at them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// Căn cứ, and the `Theo đề nghị của …` that closes them. The whole line with its mark.
    LegalBasis(Vec<Span>),
    /// `Phần I` … with its tiêu đề (from the next line), empty if there is none.
    Heading {
        /// Which word.
        level: Level,
        /// As typed: `I`, `1`.
        number: String,
        /// Tiêu đề.
        title: Vec<Span>,
    },
    /// `I. MỤC ĐÍCH, YÊU CẦU`: the Roman mục of scheme b.
    Roman {
        /// As typed: `I`, `IV`.
        number: String,
        /// Title.
        title: Vec<Span>,
    },
    /// `Điều 1. …`: label and what stands on the same line.
    Article {
        /// As typed.
        number: String,
        /// Rest of the line.
        text: Vec<Span>,
    },
    /// `1. …`, `1.1. …`: khoản.
    Clause {
        /// As typed, without the last dot: `1`, `1.1`.
        number: String,
        /// True when the line is a title only: short, no closing mark, something below it.
        titled: bool,
        /// Rest of the line.
        text: Vec<Span>,
    },
    /// `a) …`: điểm.
    Point {
        /// As typed: `a`, `đ`.
        letter: String,
        /// True when the line is a title only (a khoản follows beneath it in some schemes).
        titled: bool,
        /// Rest of the line.
        text: Vec<Span>,
    },
    /// `- …` or `+ …`.
    Dash {
        /// `-` or `+`.
        mark: char,
        /// Rest of the line.
        text: Vec<Span>,
    },
    /// Any other paragraph.
    Paragraph(Vec<Span>),
    /// A centred bold line: `QUYẾT ĐỊNH:`, `QUYẾT NGHỊ:`, `… trân trọng giới thiệu:`.
    Centered(Vec<Span>),
    /// A table.
    Table(Table),
}

impl BlockKind {
    /// The text of the block without its number; tables give none.
    pub fn text(&self) -> Option<&[Span]> {
        match self {
            BlockKind::LegalBasis(t) | BlockKind::Paragraph(t) | BlockKind::Centered(t) => Some(t),
            BlockKind::Heading { title, .. } | BlockKind::Roman { title, .. } => Some(title),
            BlockKind::Article { text, .. }
            | BlockKind::Clause { text, .. }
            | BlockKind::Point { text, .. }
            | BlockKind::Dash { text, .. } => Some(text),
            BlockKind::Table(_) => None,
        }
    }
}

/// Alignment of a table column.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Align {
    /// Left.
    #[default]
    Left,
    /// Centre.
    Center,
    /// Right.
    Right,
    /// Both sides.
    Justify,
}

/// A column of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableColumn {
    /// Alignment of its cells.
    pub align: Align,
    /// Relative width (the number of dashes in the delimiter row); all equal = share by content.
    pub weight: u32,
}

/// A table cell.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Cell {
    /// Its text.
    pub text: Vec<Span>,
    /// Columns it covers, from 1.
    pub span: u32,
}

/// A table row with its line in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// Line in the source.
    pub at: u32,
    /// Its cells.
    pub cells: Vec<Cell>,
}

/// A table: header rows are repeated on every page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Table {
    /// Columns.
    pub columns: Vec<TableColumn>,
    /// Header rows.
    pub header: Vec<Row>,
    /// Body rows.
    pub rows: Vec<Row>,
}
