//! The styles of the papers, one table for all of them, and how a paragraph of a style is made.
//!
//! Knows: looks. Must not know: what is printed.

use std::sync::{Arc, LazyLock};

use crate::layout::metrics::Type;
use crate::layout::{Format, Item, LineSpacing, Look, Para, Run, RunContent, Style};
use crate::model::Align;

/// A style of the table, in its order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    Normal,
    /// Names of the organs on a cover.
    Organ,
    /// The title of a book.
    Title,
    /// Năm, từ ngày, từ số, quyển số.
    Line,
    Heading,
    Text,
    Remark,
    Head,
    ColumnNumber,
    Cell,
    CellCenter,
    Signature,
    Place,
    PageNumber,
    Mono,
    Gap,
}

struct Def {
    id: &'static str,
    name: &'static str,
    look: Look,
    align: Align,
    before: i32,
    after: i32,
    line: LineSpacing,
}

const SINGLE: LineSpacing = LineSpacing::Auto(240);
/// Height of a line of a list: 12 pt of letters that carry two marks need no more.
pub(super) const PITCH: i32 = 280;
/// Above and below the text of a cell.
pub(super) const PAD: i32 = 30;
/// The paragraph between two tables.
pub(super) const GAP: i32 = 20;
/// Type of a cell in half points.
const CELL: u16 = 23;

const fn look(size: u16, bold: bool, italic: bool) -> Look {
    Look { size, bold, italic, color: None }
}

const fn def(id: &'static str, name: &'static str, look: Look, align: Align) -> Def {
    Def { id, name, look, align, before: 0, after: 0, line: SINGLE }
}

const fn cell(id: &'static str, name: &'static str, look: Look, align: Align) -> Def {
    let line = LineSpacing::Exact(PITCH);
    Def { before: PAD, after: PAD, line, ..def(id, name, look, align) }
}

const DEFS: [Def; 16] = [
    def("Normal", "Normal", look(26, false, false), Align::Left),
    def("VtSoCoQuan", "Sổ: cơ quan", look(28, true, false), Align::Center),
    def("VtSoTen", "Sổ: tên sổ", look(48, true, false), Align::Center),
    Def {
        before: 120, ..def("VtSoDong", "Sổ: dòng bìa", look(28, false, false), Align::Center)
    },
    Def {
        before: 120,
        after: 120,
        ..def("VtSoMuc", "Sổ: tiêu đề", look(28, true, false), Align::Center)
    },
    Def {
        before: 60,
        after: 60,
        line: LineSpacing::AtLeast(360),
        ..def("VtSoThan", "Sổ: lời", look(26, false, false), Align::Justify)
    },
    Def {
        before: 60,
        after: 60,
        line: LineSpacing::AtLeast(360),
        ..def("VtSoNhanXet", "Sổ: nhận xét", look(26, false, false), Align::Left)
    },
    cell("VtSoDau", "Sổ: đầu cột", look(CELL, true, false), Align::Center),
    cell("VtSoCot", "Sổ: số cột", look(CELL, false, true), Align::Center),
    cell("VtSoO", "Sổ: ô", look(CELL, false, false), Align::Left),
    cell("VtSoOGiua", "Sổ: ô giữa", look(CELL, false, false), Align::Center),
    def("VtSoKy", "Sổ: người ký", look(26, true, false), Align::Center),
    def("VtSoNgay", "Sổ: nơi, ngày", look(26, false, true), Align::Center),
    def("VtSoTrang", "Sổ: số trang", look(26, false, false), Align::Center),
    def("VtSoDiemKiem", "Sổ: điểm kiểm", look(18, false, false), Align::Left),
    Def {
        line: LineSpacing::Exact(GAP),
        ..def("VtSoKhe", "Sổ: khe", look(2, false, false), Align::Left)
    },
];

impl Def {
    fn format(&self) -> Format {
        Format {
            align: self.align,
            left: 0,
            right: 0,
            first: 0,
            before: self.before,
            after: self.after,
            line: self.line,
            keep_next: false,
            keep_lines: false,
            widow_control: true,
            page_break_before: false,
            top: None,
            bottom: None,
        }
    }
}

/// All styles, made once, so that a writer that sees them again need not write them anew.
pub(super) static STYLES: LazyLock<Arc<[Style]>> = LazyLock::new(|| {
    DEFS.iter()
        .map(|d| Style {
            id: d.id.to_owned(),
            name: d.name.to_owned(),
            slot: None,
            outline: None,
            look: d.look,
            format: d.format(),
            font: None,
        })
        .collect()
});

fn def_of(key: Key) -> &'static Def {
    let [first, ..] = &DEFS;
    DEFS.get(key as usize).unwrap_or(first)
}

/// The type of a style, for measuring.
pub(super) fn face(key: Key) -> Type {
    let look = def_of(key).look;
    Type { size: look.size, bold: look.bold, italic: look.italic }
}

/// The look of a style.
pub(super) fn look_of(key: Key) -> Look {
    def_of(key).look
}

/// A paragraph of a style; an empty text gives one without a run.
pub(super) fn para(key: Key, text: impl Into<String>) -> Para {
    let (def, text) = (def_of(key), text.into());
    let content = RunContent::Text(text);
    let runs = match &content {
        RunContent::Text(t) if t.is_empty() => Vec::new(),
        _ => vec![Run { look: def.look, content }],
    };
    Para {
        style: def.id.to_owned(),
        format: def.format(),
        tabs: Vec::new(),
        runs,
        line: None,
        frame: None,
    }
}

/// A paragraph as an item.
pub(super) fn item(key: Key, text: impl Into<String>) -> Item {
    Item::Para(para(key, text))
}

/// A paragraph with space of its own above it, in twips.
pub(super) fn spaced(key: Key, before: i32, text: impl Into<String>) -> Item {
    let mut para = para(key, text);
    para.format.before = before;
    Item::Para(para)
}

/// The thin paragraph between tables; `breaks` puts it on a new page.
pub(super) fn gap(breaks: bool) -> Item {
    let mut para = para(Key::Gap, "");
    para.format.page_break_before = breaks;
    Item::Para(para)
}

/// The page number in the middle of the top margin.
pub(super) fn page_number() -> Vec<Item> {
    let mut number = para(Key::PageNumber, "");
    number.runs.push(Run { look: def_of(Key::PageNumber).look, content: RunContent::PageNumber });
    vec![Item::Para(number)]
}
