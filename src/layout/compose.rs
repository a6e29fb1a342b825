//! The forms: which parts a document has on its pages, in which order and section.
//!
//! Knows: the sample forms of PL III. Must not know: how a part looks.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{Appendix, Attached, DateLine, Document, Form, plain};
use crate::ruleset::Ruleset;

use super::build::{Composer, cell, drawn_width, in_text, layout_table, row, upper, upper_spans};
use super::header::{BLANK, columns};
use super::kept;
use super::styles::Key;
use super::{Item, Page, Para, Properties, Run, RunContent, Section, Sheet, Table, mm};

/// Lays a document out. A batch makes one [`Composer`] and asks that.
pub fn compose(document: &Document, rules: &Ruleset, chosen: &BTreeMap<String, f64>) -> Sheet {
    Composer::new(rules, chosen).compose(document)
}

/// Distance of the header from the paper's edge where the top margin holds more than one thing.
const CROWDED_HEADER: f64 = 5.0;

impl Composer {
    /// Lays a document out.
    pub fn compose(&self, document: &Document) -> Sheet {
        let mut sections = vec![self.main(document)];
        if let Some(attached) = &document.attached {
            sections.push(self.attached(document, attached));
        }
        sections.extend(document.appendices.iter().map(|a| self.appendix(document, a)));
        Sheet { properties: self.properties(document), styles: Arc::clone(&self.styles), sections }
    }

    /// Lays out one of many documents that are alike: what `look` sees is what [`Composer::compose`] gives, and
    /// what the one before had too is not made again.
    pub fn compose_next<T>(&self, document: &Document, look: impl FnOnce(&Sheet) -> T) -> T {
        let round = kept::begin(self.id);
        let sheet = self.compose(document);
        kept::close();
        let out = look(&sheet);
        kept::give_back(round, sheet);
        out
    }

    fn properties(&self, document: &Document) -> Properties {
        let name = self.type_name(document);
        let subject = plain(&document.subject).replace('\n', " ");
        let mut title = name.to_owned();
        if let Some(number) = document.code.number {
            title += &format!(" số {number}/{}", document.code.notation);
            if document.date.date().is_some() {
                title += &format!(" {}", document.date.words());
            }
        }
        if !subject.is_empty() {
            title += &format!(": {subject}");
        }
        let date = document.date;
        let (month, day) = (date.month.unwrap_or(1), date.day.unwrap_or(1));
        Properties {
            title,
            subject,
            creator: in_text(&document.organ).into_owned(),
            category: name.to_owned(),
            created: format!("{:04}-{month:02}-{day:02}T00:00:00Z", date.year),
        }
    }

    /// A section: page numbers from page 2, a closing paragraph that takes no room.
    pub(super) fn section(
        &self,
        page: Page,
        restart: Option<u32>,
        mut items: Vec<Item>,
    ) -> Section {
        if !matches!(items.last(), Some(Item::Para(_))) {
            items.push(Item::Para(self.gap(0)));
        }
        let mut number = self.para(Key::PageNumber);
        let look = self.look(Key::PageNumber);
        number.runs.push(Run { look, content: RunContent::PageNumber });
        Section {
            page,
            restart,
            first_header: Vec::new(),
            header: vec![Item::Para(number)],
            first_footer: Vec::new(),
            items,
        }
    }

    fn main(&self, document: &Document) -> Section {
        let page = self.measures.page(document.landscape);
        let measure = page.text_width();
        let items = if document.form == Form::Copy {
            self.copy(document, measure)
        } else {
            self.document(document, measure)
        };
        let mut section = self.section(page, None, items);
        let digital =
            (document.form == Form::Copy && document.electronic).then(|| self.copy_line(document));
        let circulation = document.circulation.as_deref();
        section.first_header = self.top_margin(circulation, digital.as_deref(), measure);
        if digital.is_some() && circulation.is_some() {
            section.page.header = mm(CROWDED_HEADER);
        }
        section.first_footer = self.contact(document.contact.as_ref());
        section
    }

    /// All forms but copies: head, title, addressees, body, signatures.
    fn document(&self, document: &Document, measure: i32) -> Vec<Item> {
        let header = self.header_table(document, measure);
        let left = Self::left_column(&header);
        let mut items = vec![Item::Table(header)];
        let stamp = self.urgency(document, left);
        if stamp.is_empty() {
            items.push(Item::Para(self.gap(0)));
        } else {
            items.extend(stamp);
            items.push(Item::Para(self.gap(0)));
        }
        items.extend(self.title(document, measure));
        items.extend(self.issuing_authority(document, measure));
        if let Some(to) = &document.addressees {
            items.extend(self.addressees(to, measure));
        }
        self.finish(document, measure, items)
    }

    /// Body and signatures.
    fn finish(&self, document: &Document, measure: i32, mut items: Vec<Item>) -> Vec<Item> {
        items.extend(self.body(&document.body, measure));
        if let Some(foot) = kept::foot(document, measure, || self.foot(document, measure)) {
            self.keep_end(&mut items, measure);
            if matches!(items.last(), Some(Item::Table(_))) {
                items.push(Item::Para(kept(self.gap(0))));
            }
            items.push(Item::Table(foot));
            items.push(Item::Para(self.closing()));
        }
        items
    }

    /// Mẫu 3.1 and 3.2. On paper the block stands under a line across the page, beneath the last
    /// part of the source; an electronic copy carries only the line of ô 14.
    fn copy(&self, document: &Document, measure: i32) -> Vec<Item> {
        if document.electronic {
            let items = self.body(&document.body, measure);
            return if items.is_empty() { vec![Item::Para(self.gap(0))] } else { items };
        }
        let mut items = self.body(&document.body, measure);
        let mut line = self.para(Key::Line);
        line.format.before = self.measures.after_title;
        line.format.after = self.measures.gap;
        items.push(Item::Para(line));
        items.push(Item::Table(self.copy_header(document, measure)));
        items.push(Item::Para(self.gap(0)));
        // The whole block stays together and with the end of what it confirms.
        self.keep_end(&mut items, measure);
        keep_block(&mut items);
        if let Some(foot) = self.foot(document, measure) {
            items.push(Item::Table(foot));
            items.push(Item::Para(self.closing()));
        }
        items
    }

    fn copy_header(&self, document: &Document, measure: i32) -> Table {
        let code = self.code(document).unwrap_or_else(|| self.gap(0));
        let date = self.place_date(document).unwrap_or_else(|| self.gap(0));
        let wished = (self.measures.header_left, self.measures.header_right);
        let grid = columns(measure, wished, (drawn_width(&code), drawn_width(&date)));
        let form = self.text(Key::CopyForm, &upper(&document.type_name));
        let rows = vec![
            row(vec![cell(self.organs(&document.organ, grid.0, 0)), cell(vec![form])]),
            row(vec![cell(vec![code]), cell(vec![date])]),
        ];
        layout_table(vec![grid.0, grid.1], rows)
    }

    /// `Sao y; <cơ quan>; ngày; giờ`: the time comes with the signature (PL I, Phần II, I.3).
    fn copy_line(&self, document: &Document) -> String {
        let organ = in_text(&document.organ);
        format!("{}; {organ}; {}", self.type_name(document), signing_time(document))
    }

    /// `Số: …; ngày; giờ` of a file of its own (PL I, Phần I, Mục II.8.b).
    fn file_line(&self, document: &Document) -> String {
        let number = document.code.number.map_or_else(|| BLANK.to_owned(), |n| n.to_string());
        format!("Số: {number}/{}; {}", document.code.notation, signing_time(document))
    }

    /// Mẫu 1.3, part 2.
    fn attached(&self, document: &Document, attached: &Attached) -> Section {
        let page = self.measures.page(false);
        let measure = page.text_width();
        let mut items =
            vec![Item::Table(self.plain_header(&document.organ, measure)), Item::Para(self.gap(0))];
        let title = self.attached_title(&attached.type_name, &attached.subject, measure);
        items.extend(title.into_iter().map(Item::Para));
        items.extend(self.reference(document, attached.electronic, measure));
        items.extend(self.body(&attached.body, measure));
        self.own_pages(document, page, attached.electronic, items)
    }

    /// Mẫu 2.1 and 2.2.
    fn appendix(&self, document: &Document, appendix: &Appendix) -> Section {
        let page = self.measures.page(appendix.landscape);
        let measure = page.text_width();
        let mut items = vec![Item::Para(self.text(Key::AppendixLabel, appendix.label.trim()))];
        if !appendix.title.is_empty() {
            let para = self.spans(Key::AppendixTitle, &upper_spans(&appendix.title));
            items.push(Item::Para(self.balanced(para, measure).0));
        }
        items.extend(self.reference(document, appendix.electronic, measure));
        items.extend(self.body(&appendix.body, measure));
        self.own_pages(document, page, appendix.electronic, items)
    }

    /// A section whose pages are numbered from 1 (PL I, Phần I, Mục III.1.đ).
    fn own_pages(
        &self,
        document: &Document,
        page: Page,
        electronic: bool,
        items: Vec<Item>,
    ) -> Section {
        let mut section = self.section(page, Some(1), items);
        if electronic {
            let line = self.file_line(document);
            section.first_header = self.top_margin(None, Some(&line), page.text_width());
        }
        section
    }
}

/// What stands for two digits that are still to come.
const PLACE: &str = "    ";

/// `ngày/tháng/năm; giờ: phút: giây` with the day if it is known; the rest is for the signing.
fn signing_time(document: &Document) -> String {
    let date = document.date;
    let day = date.day.map_or_else(|| PLACE.to_owned(), DateLine::day_text);
    let month = date.month.map_or_else(|| PLACE.to_owned(), DateLine::month_text);
    format!("{day}/{month}/{}; {PLACE}:{PLACE}:{PLACE}", date.year)
}

fn kept(mut para: Para) -> Para {
    para.format.keep_next = true;
    para
}

/// Keeps the last table and the paragraphs around it with what follows.
fn keep_block(items: &mut [Item]) {
    for item in items.iter_mut().rev().take(3) {
        match item {
            Item::Para(para) => para.format.keep_next = true,
            Item::Table(table) => {
                let cells = table.rows.iter_mut().flat_map(|r| &mut r.cells);
                for item in cells.flat_map(|c| &mut c.items) {
                    if let Item::Para(para) = item {
                        para.format.keep_next = true;
                    }
                }
            }
        }
    }
}
