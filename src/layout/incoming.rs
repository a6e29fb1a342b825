//! Papers for what comes in: sheets of ĐẾN stamps to be cut out, and the slip of a document's handling.
//!
//! Knows: mẫu V and VII of PL IV. Must not know: which documents came in.

use std::sync::Arc;

use crate::model::{
    Align, ArrivalStamp, DateLine, HandlingSlip, STAMP_HEIGHT, STAMP_MARK, STAMP_ROWS, STAMP_WIDTH,
};

use super::build::{Composer, cell, drawn_width, in_text, layout_table, row, upper};
use super::metrics::Type;
use super::styles::Key;
use super::{
    Cell, Format, Item, Look, Page, Para, Properties, Row, Rule, Run, RunContent, Section, Sheet,
    Table, VerticalAlign, mm,
};

/// Stamps beside each other on a sheet.
const ACROSS: usize = 3;
/// Stamps beneath each other.
const DOWN: usize = 7;
/// Stamps on a sheet.
pub const LABELS: usize = ACROSS * DOWN;
/// Between two stamps across and down, mm.
const GAPS: (f64, f64) = (10.0, 5.0);
/// A4, mm.
const PAPER: (f64, f64) = (210.0, 297.0);
/// Line of the stamp: 0,75 pt.
const LINE: Rule = Rule { weight: 6, space: 0 };
/// Stamp ink.
const RED: u32 = 0x00C7_171E;
/// Least size of the agency's name, half points.
const LEAST: u16 = 11;
/// Size of a label's fields, half points, and the least that a long one shrinks to.
const LABEL: u16 = 20;
const LABEL_LEAST: u16 = 13;

/// The words of mẫu VII.
const TITLE: &str = "PHIẾU GIẢI QUYẾT VĂN BẢN ĐẾN";
const OF_HEAD: &str = "1. Ý kiến của lãnh đạo cơ quan, tổ chức";
const OF_UNIT: &str = "2. Ý kiến của lãnh đạo đơn vị";
const OF_PERSON: &str = "3. Ý kiến đề xuất của người giải quyết";
const LEAD: &str = "- Đơn vị, cá nhân chủ trì: ";
const SUPPORT: &str = "- Đơn vị, cá nhân phối hợp: ";
const PERSON: &str = "- Giao cá nhân giải quyết: ";
const DUE: &str = "- Thời hạn giải quyết: ";
const DAY: &str = "Ngày ….. tháng ….. năm ………";

impl Composer {
    /// Sheets of stamps to cut out, 21 on an A4 page; the first `skip` places stay empty, so that
    /// a sheet that was begun can be used up.
    pub fn labels(&self, stamps: &[ArrivalStamp], skip: usize) -> Sheet {
        let skip = skip % LABELS;
        let places: Vec<Option<&ArrivalStamp>> =
            std::iter::repeat_n(None, skip).chain(stamps.iter().map(Some)).collect();
        let sections = places.chunks(LABELS).map(|page| self.label_page(page)).collect();
        let title = "Dấu ĐẾN".to_owned();
        let creator = stamps.first().map(|s| s.agency.clone()).unwrap_or_default();
        Sheet {
            properties: Properties {
                title,
                creator,
                created: "2020-03-05T00:00:00Z".to_owned(),
                ..Properties::default()
            },
            styles: Arc::clone(&self.styles),
            sections,
        }
    }

    fn label_page(&self, places: &[Option<&ArrivalStamp>]) -> Section {
        let (width, height) = (mm(PAPER.0), mm(PAPER.1));
        let used = |n: usize, each: f64, gap: f64| each * n as f64 + gap * (n - 1) as f64;
        let side = (PAPER.0 - used(ACROSS, STAMP_WIDTH, GAPS.0)) / 2.0;
        let top = (PAPER.1 - used(DOWN, STAMP_HEIGHT, GAPS.1)) / 2.0;
        let page = Page {
            width,
            height,
            landscape: false,
            top: mm(top),
            bottom: mm(top - 3.0),
            left: mm(side),
            right: mm(side),
            header: mm(5.0),
            footer: mm(3.0),
        };
        let mut grid = Vec::new();
        for column in 0..ACROSS {
            if column > 0 {
                grid.push(mm(GAPS.0));
            }
            grid.push(mm(STAMP_WIDTH));
        }
        let mut rows = Vec::new();
        for (at, line) in places.chunks(ACROSS).enumerate() {
            if at > 0 {
                let blank = cell(vec![self.gap(0)]);
                let cells = grid.iter().map(|_| blank.clone()).collect();
                rows.push(Row { height: Some(mm(GAPS.1)), ..row(cells) });
            }
            let mut cells = Vec::new();
            for column in 0..ACROSS {
                if column > 0 {
                    cells.push(cell(vec![self.gap(0)]));
                }
                let stamp = line.get(column).copied().flatten();
                cells.push(stamp.map_or_else(|| cell(vec![self.gap(0)]), |s| self.label(s)));
            }
            rows.push(Row { height: Some(mm(STAMP_HEIGHT)), ..row(cells) });
        }
        Section {
            page,
            restart: None,
            first_header: Vec::new(),
            header: Vec::new(),
            first_footer: Vec::new(),
            // LibreOffice loses the first cell of a table inside a table that a file begins with.
            items: vec![
                Item::Para(self.closing()),
                Item::Table(layout_table(grid, rows)),
                Item::Para(self.closing()),
            ],
        }
    }

    /// A stamp as a table of its own inside a cell.
    fn label(&self, stamp: &ArrivalStamp) -> Cell {
        let (width, mark) = (mm(STAMP_WIDTH), mm(STAMP_MARK));
        let [head, number, date, forward, dossier] = STAMP_ROWS;
        let [number_label, date_label, forward_label, dossier_label] = ArrivalStamp::LABELS;
        let exact = |height: f64, cells| Row { height: Some(mm(height)), ..row(cells) };
        let wide = |para: Para| Cell { span: 2, ..boxed_cell(vec![para]) };
        let right = STAMP_WIDTH - STAMP_MARK;
        let rows = vec![
            exact(head, vec![wide(self.label_agency(&stamp.agency))]),
            exact(
                number + date,
                vec![
                    boxed_cell(vec![self.label_text(ArrivalStamp::MARK, 38, true)]),
                    boxed_cell(vec![
                        self.label_field(number_label, &stamp.number, right),
                        self.label_field(date_label, &stamp.date, right),
                    ]),
                ],
            ),
            exact(
                forward,
                vec![wide(self.label_field(forward_label, &stamp.forward, STAMP_WIDTH))],
            ),
            exact(
                dossier,
                vec![wide(self.label_field(dossier_label, &stamp.dossier, STAMP_WIDTH))],
            ),
        ];
        let table = Table {
            grid: vec![mark, width - mark],
            indent: 0,
            margin: mm(1.2),
            borders: Some(LINE),
            rows,
        };
        Cell { items: vec![Item::Table(table), Item::Para(self.closing())], ..cell(Vec::new()) }
    }

    fn label_look(size: u16, bold: bool) -> Look {
        Look { size, bold, italic: false, color: Some(RED) }
    }

    fn label_text(&self, text: &str, size: u16, bold: bool) -> Para {
        let mut para = self.para(Key::Cell);
        para.format = Format { align: Align::Center, before: 0, after: 0, ..para.format };
        let look = Self::label_look(size, bold);
        para.runs.push(Run { look, content: RunContent::Text(text.to_owned()) });
        para
    }

    /// The agency's name in capitals, smaller until it takes no more than two lines.
    fn label_agency(&self, name: &str) -> Para {
        let name = upper(name.trim());
        let room = f64::from(mm(STAMP_WIDTH - 4.0));
        let mut size = 19;
        let fits = |size| {
            let face = Type { size, bold: true, italic: false };
            super::metrics::lines(&[(&name, face)], room, 0.0).count() <= 2
        };
        while size > LEAST && !fits(size) {
            size -= 1;
        }
        self.label_text(&name, size, true)
    }

    /// A label with its value on one line, smaller where it is long and cut where it is too long; or with
    /// dots to write on.
    fn label_field(&self, label: &str, value: &str, room: f64) -> Para {
        let mut para = self.para(Key::Cell);
        para.format = Format { align: Align::Left, before: 30, after: 0, ..para.format };
        let room = f64::from(mm(room - 4.0));
        let face = |size| Type { size, bold: false, italic: false };
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut size = LABEL;
        let text = if value.is_empty() {
            let rest = room - face(size).width(label) - face(size).width("  ");
            format!("{label} {}", dots(face(size), rest))
        } else {
            let mut text = format!("{label} {value}");
            while size > LABEL_LEAST && face(size).width(&text) > room {
                size -= 1;
            }
            let fits = |text: &str| face(size).width(text) + face(size).width("…") <= room;
            if face(size).width(&text) > room {
                while !fits(&text) && text.pop().is_some() {}
                text.push('…');
            }
            text
        };
        let look = Self::label_look(size, false);
        para.runs.push(Run { look, content: RunContent::Text(text) });
        para
    }

    /// The slip on which it is written who deals with a document (mẫu VII).
    pub fn slip(&self, slip: &HandlingSlip) -> Sheet {
        let page = self.measures.page(false);
        let measure = page.text_width();
        let mut head = self.plain_header(&slip.organ, measure);
        let place = slip.place.trim();
        let words = slip
            .date
            .map_or_else(|| "ngày      tháng      năm          ".to_owned(), DateLine::words);
        let date = if place.is_empty() { words } else { format!("{place}, {words}") };
        head.rows.push(row(vec![
            cell(vec![self.text(Key::Code, &arrival(slip))]),
            cell(vec![self.text(Key::PlaceDate, &date)]),
        ]));
        let mut items = vec![Item::Table(head), Item::Para(self.gap(0))];
        let mut put = |para: Para| items.push(Item::Para(para));
        put(self.text(Key::Type, TITLE));
        put(self.balanced(self.text(Key::Subject, slip.description.trim()), measure).0);
        for (title, fields) in [
            (
                OF_HEAD,
                vec![
                    (LEAD, slip.lead.clone()),
                    (SUPPORT, slip.support.join("; ")),
                    (DUE, slip.due.clone()),
                ],
            ),
            (OF_UNIT, vec![(PERSON, slip.person.clone()), (DUE, String::new())]),
            (OF_PERSON, Vec::new()),
        ] {
            let mut heading = self.text(Key::ClauseTitle, title);
            heading.format.first = 0;
            put(heading);
            for (label, value) in fields {
                put(self.slip_line(label, &value, measure));
            }
            let lines = if title == OF_PERSON { 5 } else { 2 };
            for nth in 0..lines {
                let said = if title == OF_HEAD && nth == 0 { slip.opinion.as_str() } else { "" };
                put(self.slip_line("", said, measure));
            }
            let mut day = self.slip_text(DAY);
            day.format.align = Align::Right;
            put(day);
        }
        let created = slip.date.unwrap_or(DateLine::blank(2020));
        let (month, day) = (created.month.unwrap_or(1), created.day.unwrap_or(1));
        Sheet {
            properties: Properties {
                title: format!("Phiếu giải quyết văn bản đến số {}", slip.number),
                subject: slip.description.clone(),
                creator: in_text(&slip.organ).into_owned(),
                category: "Phiếu giải quyết văn bản đến".to_owned(),
                created: format!("{:04}-{month:02}-{day:02}T00:00:00Z", created.year),
            },
            styles: Arc::clone(&self.styles),
            sections: vec![self.section(page, None, items)],
        }
    }

    fn slip_text(&self, text: &str) -> Para {
        let mut para = self.text(Key::Dash, text);
        para.format.first = 0;
        para.format.align = Align::Left;
        para
    }

    /// A label with what is known, or dots over the rest of the line.
    fn slip_line(&self, label: &str, value: &str, measure: i32) -> Para {
        let value = value.trim();
        if !value.is_empty() {
            return self.slip_text(&format!("{label}{value}"));
        }
        let para = self.slip_text(label);
        let look = self.look(Key::Dash);
        let face = Type { size: look.size, bold: false, italic: false };
        let rest = f64::from(measure) - drawn_width(&para) - face.width("…");
        self.slip_text(&format!("{label}{}", dots(face, rest)))
    }
}

/// `Số đến: 3630; ngày đến: 30/3/2022`.
fn arrival(slip: &HandlingSlip) -> String {
    if slip.number.is_empty() {
        return String::new();
    }
    format!("Số đến: {}\nNgày đến: {}", slip.number, slip.arrived)
}

/// Dots over a length.
fn dots(face: Type, room: f64) -> String {
    let count = (room / face.width(".").max(1.0)).floor().clamp(3.0, 300.0);
    ".".repeat(count as usize)
}

/// A cell whose text stands in its middle.
fn boxed_cell(paras: Vec<Para>) -> Cell {
    Cell { vertical: VerticalAlign::Center, ..cell(paras) }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::ruleset::Ruleset;

    fn composer() -> Composer {
        Composer::new(&Ruleset::builtin().expect("embedded"), &BTreeMap::new())
    }

    #[test]
    fn a_page_holds_21_stamps_and_begins_where_it_is_told() {
        let stamps = vec![ArrivalStamp::default(); 20];
        let pages = |skip| composer().labels(&stamps, skip).sections.len();
        assert_eq!((pages(0), pages(1), pages(2), pages(21)), (1, 1, 2, 1));
        let sheet = composer().labels(&stamps, 4);
        // LibreOffice would lose the first label of a file that began with the table.
        let [Item::Para(_), Item::Table(table), ..] = &sheet.sections[0].items[..] else {
            panic!("a table")
        };
        assert_eq!(table.rows.len(), 2 * DOWN - 1);
        let is_stamp = |row: usize, column: usize| {
            table.rows[row].cells[2 * column].items.iter().any(|i| matches!(i, Item::Table(_)))
        };
        assert!(!is_stamp(0, 2) && !is_stamp(2, 0) && is_stamp(2, 1));
        let height: i32 = table.rows.iter().filter_map(|r| r.height).sum();
        assert!(height <= mm(PAPER.1) - sheet.sections[0].page.top - sheet.sections[0].page.bottom);
    }

    #[test]
    fn a_field_of_a_label_keeps_to_its_line() {
        let shown = |value: &str| {
            let para = composer().label_field("Chuyển:", value, STAMP_WIDTH);
            let run = &para.runs[0];
            let RunContent::Text(text) = &run.content else { panic!("text") };
            let face = Type { size: run.look.size, bold: false, italic: false };
            assert!(face.width(text) <= f64::from(mm(STAMP_WIDTH - 4.0)), "{text}");
            (run.look.size, text.clone())
        };
        assert_eq!(shown("P.TĐKT"), (LABEL, "Chuyển: P.TĐKT".to_owned()));
        let (size, text) = shown("Văn phòng, Phòng Thi đua");
        assert!(size < LABEL && text.ends_with("Thi đua"), "{size} {text}");
        let (size, text) = shown(&"Phòng Thi đua, ".repeat(9));
        assert!(size == LABEL_LEAST && text.ends_with('…'), "{text}");
    }

    #[test]
    fn a_slip_keeps_to_one_page_and_says_what_is_known() {
        let slip = HandlingSlip {
            lead: "Phòng Nội vụ".into(),
            description: "Kế hoạch số 04/KH-HĐTĐKT".into(),
            ..HandlingSlip::default()
        };
        let sheet = composer().slip(&slip);
        let text: String = sheet.sections[0]
            .items
            .iter()
            .filter_map(|i| if let Item::Para(p) = i { Some(p) } else { None })
            .flat_map(|p| &p.runs)
            .filter_map(
                |r| if let RunContent::Text(t) = &r.content { Some(t.as_str()) } else { None },
            )
            .collect();
        assert!(text.contains("chủ trì: Phòng Nội vụ") && text.contains("phối hợp: ......"));
        assert!(text.contains(TITLE) && text.contains(OF_PERSON));
    }
}
