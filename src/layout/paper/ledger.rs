//! A volume of a register, ready to bind: cover, title page, numbered pages, closing certificate.
//!
//! Knows: Phụ lục IV NĐ 30/2020/NĐ-CP on covers. Must not know: entries, which book it is.
//!
//! The decree gives the fields of cover and first page (the same on both) and the columns, and no
//! size of paper: A4 across, as ten columns need it, with the wide margin at the left to bind.
//! Of the closing certificate (Điều 29 khoản 4: for files) it gives no form for a book; what is here
//! says how many pages and entries there are, so that none can be taken out or put in later.

use std::sync::Arc;

use super::grid::{FRAME, Grid, height};
use super::styles::{GAP, Key, PITCH, STYLES, gap, item, look_of, page_number, para, spaced};
use crate::layout::{
    Cell, Item, Page, Properties, Row, Run, RunContent, Section, Sheet, Squares, Table,
    VerticalAlign, mm,
};
use crate::text::{WordStyle, group_digits, number_words};

/// A4 across; the left margin is bound.
const PAGE: Page = Page {
    width: 16_838,
    height: 11_906,
    landscape: true,
    top: 1_134,
    bottom: 964,
    left: 1_701,
    right: 850,
    header: 510,
    footer: 397,
};
/// Side of the code of the checkpoint, in millimetres: a square of it is wider than half a millimetre.
const CODE_SIDE: f64 = 36.0;
/// Free at the foot of each page: a line, for what another program measures otherwise.
const SPARE: i32 = PITCH + 60;

/// What stands on the cover and the first page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Cover {
    /// Tên cơ quan chủ quản trực tiếp.
    pub parent: String,
    /// Tên cơ quan.
    pub organ: String,
    /// Tên sổ.
    pub title: String,
    /// Năm, từ ngày … đến ngày …, từ số … đến số …, quyển số.
    pub lines: Vec<String>,
}

/// What the closing certificate says beside the counts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Closing {
    /// What the rows are: `văn bản`.
    pub noun: String,
    /// Địa danh of the office.
    pub place: String,
    /// The archive's checkpoint; none where nothing was signed.
    pub checkpoint: Option<Point>,
}

/// A checkpoint of the archive as it is printed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Point {
    /// Name of the log, number of entries, root.
    pub lines: Vec<String>,
    /// The signed note as a QR code: squares in a row, dark ones row by row. Without the white
    /// border, which the paper around it gives.
    pub code: Option<(usize, Vec<bool>)>,
}

/// A volume that is being filled, page by page.
#[derive(Debug)]
pub struct Volume<'g> {
    grid: &'g Grid,
    items: Vec<Item>,
    table: Option<Table>,
    /// Height in use on the page that is being filled.
    used: i32,
    pages: u32,
    rows: u64,
}

impl<'g> Volume<'g> {
    /// Width between the margins, for the columns.
    pub fn measure() -> i32 {
        PAGE.text_width()
    }

    /// An empty volume.
    pub fn new(grid: &'g Grid) -> Self {
        Self { grid, items: Vec::new(), table: None, used: 0, pages: 0, rows: 0 }
    }

    /// Pages that have rows so far.
    pub fn pages(&self) -> u32 {
        self.pages
    }

    /// Rows so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// True if a row of these cells still fits when the volume may have `most` pages. An empty
    /// volume takes any row.
    pub fn fits(&self, cells: &[String], most: u32) -> bool {
        if self.rows == 0 {
            return true;
        }
        let lines = self.grid.lines(cells);
        let more = if self.on_page(lines) { 0 } else { lines.div_ceil(self.lines_of_page()) };
        self.pages.saturating_add(u32::try_from(more).unwrap_or(u32::MAX)) <= most
    }

    /// Adds a row. What no page can hold goes on, in rows below it, on the next pages.
    pub fn push(&mut self, cells: Vec<String>) {
        let most = self.lines_of_page();
        let lines = self.grid.lines(&cells);
        if lines <= most {
            self.put(cells, lines);
        } else {
            self.end_page();
            for cells in self.grid.cut(cells, most) {
                let lines = self.grid.lines(&cells);
                self.put(cells, lines);
            }
        }
        self.rows += 1;
    }

    fn put(&mut self, cells: Vec<String>, lines: usize) {
        if !self.on_page(lines) {
            self.end_page();
            self.items.push(gap(self.pages > 0));
            self.pages = self.pages.saturating_add(1);
            self.table = Some(self.grid.table());
            self.used = 0;
        }
        self.used = self.used.saturating_add(height(lines));
        if let Some(table) = &mut self.table {
            table.rows.push(self.grid.row(cells));
        }
    }

    /// Ends the volume. `created` is for the properties of the file.
    pub fn finish(mut self, cover: &Cover, closing: &Closing, created: String) -> Sheet {
        self.end_page();
        if self.pages == 0 {
            self.pages = 1;
            self.items.extend([gap(false), Item::Table(self.grid.table())]);
        }
        self.items.push(gap(false));
        let end = self.closing(cover, closing);
        let properties = Properties {
            title: format!("{}. {}", cover.title, cover.lines.join(". ")),
            subject: cover.title.clone(),
            creator: cover.organ.clone(),
            category: "Sổ".to_owned(),
            created,
        };
        let section = |items, restart, header: Vec<Item>| Section {
            page: PAGE,
            restart,
            first_header: header.clone(),
            header,
            first_footer: Vec::new(),
            items,
        };
        let face = cover_page(cover);
        let mut second = face.clone();
        if let Some(Item::Para(first)) = second.first_mut() {
            first.format.page_break_before = true;
        }
        let mut front = face;
        front.extend(second);
        let sections = vec![
            section(front, None, Vec::new()),
            section(self.items, Some(1), page_number()),
            section(end, None, vec![gap(false)]),
        ];
        Sheet { properties, styles: Arc::clone(&STYLES), sections }
    }

    fn end_page(&mut self) {
        self.items.extend(self.table.take().map(Item::Table));
    }

    fn room(&self) -> i32 {
        PAGE.height - PAGE.top - PAGE.bottom - 2 * GAP - SPARE - self.grid.head_height()
    }

    /// True if a row of so many lines goes on the page that is being filled.
    fn on_page(&self, lines: usize) -> bool {
        self.table.is_some() && self.used.saturating_add(height(lines)) <= self.room()
    }

    /// Lines of a row that fills a page.
    fn lines_of_page(&self) -> usize {
        usize::try_from((self.room() - FRAME) / PITCH).unwrap_or(1).max(1)
    }

    fn closing(&self, cover: &Cover, closing: &Closing) -> Vec<Item> {
        let pages = u64::from(self.pages);
        let noun = &closing.noun;
        let mut items = vec![
            item(Key::Organ, cover.organ.clone()),
            spaced(Key::Heading, 240, "CHỨNG TỪ KẾT THÚC"),
            item(Key::Line, cover.title.clone()),
        ];
        items.push(item(Key::Line, cover.lines.join(". ")));
        let last = group_digits(i64::from(self.pages));
        items.push(spaced(
            Key::Text,
            360,
            format!(
                "Quyển sổ này gồm {last} trang (bằng chữ: {} trang), đánh số liên tục từ trang 1 đến trang {last}, không kể bìa, trang đầu và tờ này.",
                words(pages)
            ),
        ));
        let rows = group_digits(i64::try_from(self.rows).unwrap_or(i64::MAX));
        items.push(item(
            Key::Text,
            format!(
                "Trong quyển đã đăng ký {rows} {noun} (bằng chữ: {} {noun}).",
                words(self.rows)
            ),
        ));
        items.push(item(
            Key::Remark,
            "Đặc điểm của quyển sổ (trang trống, trang hỏng, chỗ sửa chữa, nếu có): ………………………………………………………………………………",
        ));
        items.push(signatures(&closing.place));
        items.push(gap(false));
        items.extend(closing.checkpoint.as_ref().map(checkpoint));
        items.push(gap(false));
        items
    }
}

fn words(n: u64) -> String {
    let said = i64::try_from(n).ok().and_then(|n| number_words(n, WordStyle::default()));
    said.unwrap_or_else(|| n.to_string())
}

fn cover_page(cover: &Cover) -> Vec<Item> {
    let mut items = vec![
        item(Key::Organ, cover.parent.clone()),
        item(Key::Organ, cover.organ.clone()),
        spaced(Key::Title, mm(45.0), cover.title.clone()),
    ];
    // Nothing stands where the office has no parent; the first paragraph stays, to carry the break.
    for (at, line) in cover.lines.iter().enumerate() {
        let before = if at == 0 { 360 } else { 120 };
        items.push(spaced(Key::Line, before, line.clone()));
    }
    items
}

/// The checkpoint: its lines, and beside them the signed note as a code.
fn checkpoint(point: &Point) -> Item {
    let side = mm(CODE_SIDE);
    let mut lines = vec![spaced(Key::Remark, 120, "Điểm kiểm của kho lưu trữ khi in sổ:")];
    lines.extend(point.lines.iter().map(|l| item(Key::Mono, l.clone())));
    lines.push(item(
        Key::Mono,
        "Mã bên cạnh là điểm kiểm có chữ ký; đối chiếu bằng “vanthu verify --anchor”.",
    ));
    let mut code = para(Key::Place, "");
    if let Some((width, dark)) = &point.code {
        let name = "Điểm kiểm có chữ ký của kho lưu trữ".to_owned();
        let squares = Squares { width: *width, dark: dark.clone(), side, name };
        let look = look_of(Key::Place);
        code.runs.push(Run { look, content: RunContent::Squares(Arc::new(squares)) });
    }
    let cell = |items| Cell { span: 1, vertical: VerticalAlign::Top, boxed: None, items };
    let right = side + mm(12.0);
    let grid = vec![PAGE.text_width() - right, right];
    let cells = vec![cell(lines), cell(vec![Item::Para(code)])];
    let row = Row { header: false, cant_split: true, height: None, cells };
    Item::Table(Table { grid, indent: 0, margin: 0, borders: None, rows: vec![row] })
}

/// Two signatures, left blank: who kept the book and who checked it.
fn signatures(place: &str) -> Item {
    let half = PAGE.text_width() / 2;
    let place = if place.is_empty() { "…………" } else { place };
    let column = |date: String, title: &str| Cell {
        span: 1,
        vertical: VerticalAlign::Top,
        boxed: None,
        items: vec![
            spaced(Key::Place, 240, date),
            item(Key::Signature, title),
            spaced(Key::Place, 0, "(Ký, ghi rõ họ tên)"),
            spaced(Key::Normal, mm(15.0), ""),
        ],
    };
    let date = format!("{place}, ngày …… tháng …… năm ………");
    let cells = vec![column(String::new(), "NGƯỜI KIỂM TRA"), column(date, "VĂN THƯ CƠ QUAN")];
    let row = Row { header: false, cant_split: true, height: None, cells };
    Item::Table(Table {
        grid: vec![half, half],
        indent: 0,
        margin: 0,
        borders: None,
        rows: vec![row],
    })
}
