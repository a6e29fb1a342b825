//! The head of page 1: organs, Quốc hiệu, number, place and date, title, stamps, addressees.
//!
//! Knows: ô 1–5, 9a, 10b. Must not know: body, signatures, sections.

use crate::model::{Addressees, Document, Form, OrganName};

use super::build::{
    Composer, cell, in_text, layout_table, natural_width, push_spans, row, upper, upper_spans,
};
use super::kept;
use super::metrics::Type;
use super::styles::Key;
use super::{Item, Para, Row, Run, RunContent, Table};

/// The national name: the same in every document (PL I, Phần I, Mục II.1.a).
pub(super) const NATION: &str = "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM";
/// Tiêu ngữ (PL I, Phần I, Mục II.1.b).
pub(super) const MOTTO: &str = "Độc lập - Tự do - Hạnh phúc";
/// What stands for a number that is still to come.
/// Ordinary spaces: some programs draw those that do not break wider than the typeface says, so
/// that a line of several would not fit its column.
pub(super) const BLANK: &str = "      ";
/// Room between a text and the edge of its column that the widths must leave, in twips: another
/// maker's cut of the typeface may be a little wider.
pub(super) const ROOM: f64 = 30.0;
/// Room that the line of ô 4 has to spare, where it can be had: it must not break.
const DATE_ROOM: f64 = 115.0;
/// Least distance between the names of the organs and Quốc hiệu, in twips: 5 mm.
const BETWEEN: f64 = 284.0;

/// Two columns that fill `measure` in the proportion of `left` and `right`, each at least what it
/// needs where both can have it; the right one goes first.
pub(super) fn columns(measure: i32, wished: (i32, i32), needed: (f64, f64)) -> (i32, i32) {
    let total = i64::from((wished.0 + wished.1).max(1));
    let mut right = (i64::from(measure) * i64::from(wished.1) / total) as i32;
    let need = |w: f64| (w + ROOM).ceil() as i32;
    right = right.min(measure - need(needed.0)).max(need(needed.1)).clamp(0, measure);
    (measure - right, right)
}

/// Quốc hiệu and Tiêu ngữ with their widths.
type Nation = ((Para, f64), (Para, f64));

impl Composer {
    /// Ô 1–4 and 5b as a table without lines. `Quốc hiệu` stands on one line whatever the columns.
    pub(super) fn header_table(&self, document: &Document, measure: i32) -> Table {
        let code = self.code(document);
        let needed = self.nation.1.max(self.motto.1);
        let code_width = code.as_ref().map_or(0.0, natural_width);
        let room = f64::from(measure) - 2.0 * ROOM - code_width;
        let wished = (self.measures.header_left, self.measures.header_right);
        let usual = f64::from(columns(measure, wished, (code_width, needed)).1);
        let mut date = self.place_date(document);
        let mut nation = (self.nation.clone(), self.motto.clone());
        let long = |d: &Para| natural_width(d) > usual.min(room) - DATE_ROOM;
        let is_long = date.as_ref().is_some_and(long);
        if let Some(date) = date.as_mut().filter(|_| is_long) {
            self.smaller(date, &mut nation);
        }
        let needed = nation.0.1.max(nation.1.1);
        let date_width = date.as_ref().map_or(0.0, natural_width);
        // The date stands on one line; a code that leaves it no room breaks at its hyphen.
        let for_date = (date_width + DATE_ROOM).min(room.max(date_width));
        let grid = columns(measure, wished, (code_width, needed.max(for_date)));
        let names = || Some(self.names_row(&document.organ, grid, &nation));
        let names = if is_long { names() } else { kept::names(&document.organ, grid, names) };
        let mut rows = Vec::with_capacity(3);
        rows.extend(names);
        if code.is_some() || date.is_some() {
            let code = code.unwrap_or_else(|| self.gap(0));
            let date = date.unwrap_or_else(|| self.gap(0));
            rows.push(row(vec![cell(vec![code]), cell(vec![date])]));
        }
        let subject = || self.letter_subject(document, grid.0);
        if document.form == Form::Letter {
            rows.extend(kept::subject(&document.subject, grid.0, subject));
        }
        layout_table(vec![grid.0, grid.1], rows)
    }

    /// Only ô 1 and 2: the head of a document that a decision issues (mẫu 1.3, part 2).
    pub(super) fn plain_header(&self, organ: &OrganName, measure: i32) -> Table {
        let wished = (self.measures.header_left, self.measures.header_right);
        let nation = (self.nation.clone(), self.motto.clone());
        let grid = columns(measure, wished, (0.0, nation.0.1.max(nation.1.1)));
        layout_table(vec![grid.0, grid.1], vec![self.names_row(organ, grid, &nation)])
    }

    /// Ô 1 and 2 side by side, at a distance: what is level with Quốc hiệu keeps away from it.
    fn names_row(&self, organ: &OrganName, (left, right): (i32, i32), nation: &Nation) -> Row {
        let beside = (f64::from(right) - nation.0.1) / 2.0;
        let inset = (BETWEEN - beside).ceil().max(0.0) as i32;
        row(vec![cell(self.organs(organ, left, inset)), cell(self.national(right, nation))])
    }

    /// The line of ô 4 a point smaller, if it would take room from the names of the organs
    /// otherwise; Quốc hiệu and Tiêu ngữ go with it (PL I, Phần I, Mục V, chú thích cỡ chữ).
    fn smaller(&self, date: &mut Para, nation: &mut Nation) {
        let size = |para: &Para| para.runs.first().map_or(0, |r| r.look.size);
        let sizes = (size(&nation.0.0), size(&nation.1.0), size(date));
        let least = self.measures.head_least;
        if sizes.0 < least.0 + 2 || sizes.1 < least.1 + 2 || sizes.2 < least.2 + 2 {
            return;
        }
        let ascent = |para: &Para| para.runs.first().map_or(0.0, |r| Type::of(r.look).ascent());
        let before = ascent(date);
        for para in [&mut nation.0.0, &mut nation.1.0, &mut *date] {
            for run in &mut para.runs {
                run.look.size = run.look.size.saturating_sub(2);
            }
        }
        nation.0.1 = natural_width(&nation.0.0);
        nation.1.1 = natural_width(&nation.1.0);
        // The baseline stays where it was: level with the number.
        date.format.before += (before - ascent(date)).round() as i32;
    }

    /// Ô 1 with its line.
    fn national(&self, column: i32, nation: &Nation) -> Vec<Para> {
        let line = self.rule_under(nation.1.1, self.measures.motto_line, column);
        vec![nation.0.0.clone(), nation.1.0.clone(), line]
    }

    /// Ô 2: parent, organ, line; the very first line keeps `inset` from the edges of the column,
    /// unless it was broken by hand.
    pub(super) fn organs(&self, organ: &OrganName, column: i32, inset: i32) -> Vec<Para> {
        let mut out = Vec::with_capacity(3);
        if !organ.parent.is_empty() {
            out.push(self.name(Key::Parent, &upper(&organ.parent.join("\n")), column, 2 * inset).0);
        }
        let inset = if out.is_empty() { inset } else { 0 };
        let (name, lines) =
            self.name(Key::Organ, &upper(&organ.name.join("\n")), column, 2 * inset);
        out.push(name);
        out.push(self.rule_under(lines.last(), self.measures.organ_line, column));
        out
    }

    /// Ô 3; an open letter has it only if it was given a notation.
    pub(super) fn code(&self, document: &Document) -> Option<Para> {
        let code = &document.code;
        let notation = code.notation.0.as_str();
        if document.form == Form::OpenLetter && code.number.is_none() && notation.is_empty() {
            return None;
        }
        let number = code.number.map_or_else(|| BLANK.to_owned(), |n| n.to_string());
        Some(self.text(Key::Code, &format!("Số: {number}/{notation}")))
    }

    /// Ô 4; biên bản has none.
    pub(super) fn place_date(&self, document: &Document) -> Option<Para> {
        if self.undated.contains(&document.type_id) {
            return None;
        }
        let words = document.date.words();
        let place = document.place.trim();
        let text = if place.is_empty() { words } else { format!("{place}, {words}") };
        Some(self.text(Key::PlaceDate, &text))
    }

    /// Ô 5b, a row of its own beneath the number.
    fn letter_subject(&self, document: &Document, column: i32) -> Option<Row> {
        if document.subject.is_empty() {
            return None;
        }
        let mut para = self.text(Key::LetterSubject, "V/v ");
        push_spans(&mut para.runs, self.look(Key::LetterSubject), &document.subject);
        let (para, _) = self.balanced(para, column - 2 * self.measures.cell_margin);
        let mut para = para;
        para.format.left += self.measures.cell_margin;
        para.format.right += self.measures.cell_margin;
        Some(row(vec![cell(vec![para]), cell(vec![self.gap(0)])]))
    }

    /// Ô 10b: a box beneath the left column.
    pub(super) fn urgency(&self, document: &Document, left_column: i32) -> Vec<Item> {
        let stamp = document.urgency.and_then(|u| self.stamps.iter().find(|s| s.urgency == u));
        let Some(stamp) = stamp else { return Vec::new() };
        let indent = ((left_column - stamp.width) / 2).max(0);
        let para = self.text(Key::Urgency, &stamp.text);
        let table = self.stamp_box(para, indent, stamp.width, stamp.height, self.measures.rule);
        vec![Item::Para(self.gap(self.measures.before_stamp)), Item::Table(table)]
    }

    /// Ô 5a: type, subject, line.
    pub(super) fn title(&self, document: &Document, measure: i32) -> Vec<Item> {
        let shows_type = !matches!(document.form, Form::Letter | Form::OpenLetter);
        let mut out = Vec::with_capacity(3);
        let mut last = 0.0;
        if shows_type {
            let (para, lines) = self.name(Key::Type, &upper(&document.type_name), measure, 0);
            last = lines.last();
            out.push(para);
        }
        if document.form != Form::Letter && !document.subject.is_empty() {
            let para = self.spans(Key::Subject, &document.subject);
            let (mut para, lines) = self.balanced(para, measure);
            if !shows_type {
                para.format.before = self.para(Key::Type).format.before;
            }
            last = lines.last();
            out.push(para);
        }
        if out.is_empty() {
            return Vec::new();
        }
        let mut line = self.rule_under(last, self.measures.subject_line, measure);
        line.format.after = self.measures.after_title;
        out.push(line);
        out.into_iter().map(Item::Para).collect()
    }

    /// Title of a document that a decision issues, without a line: the reference has it.
    pub(super) fn attached_title(
        &self,
        type_name: &str,
        subject: &[crate::model::Span],
        measure: i32,
    ) -> Vec<Para> {
        let mut out = vec![self.text(Key::Type, &upper(type_name))];
        if !subject.is_empty() {
            out.push(self.balanced(self.spans(Key::Subject, subject), measure).0);
        }
        out
    }

    /// THẨM QUYỀN BAN HÀNH of a decision or resolution.
    pub(super) fn issuing_authority(&self, document: &Document, measure: i32) -> Option<Item> {
        let text = document.issuing_authority.as_deref()?.trim();
        if text.is_empty() {
            return None;
        }
        let (para, _) = self.name(Key::Authority, &upper(text), measure, 0);
        Some(Item::Para(para))
    }

    /// Ô 9a. One addressee stands on the line of `Kính gửi:`; several stand beneath, their dashes
    /// under the colon (PL I, Phần I, Mục II.9.d).
    pub(super) fn addressees(&self, to: &Addressees, measure: i32) -> Vec<Item> {
        let lead = match to.lead.trim() {
            "" => "Kính gửi:".to_owned(),
            lead if lead.ends_with(':') => lead.to_owned(),
            lead => format!("{lead}:"),
        };
        let mut paras = match to.names.as_slice() {
            [] => Vec::new(),
            [one] => vec![self.one_addressee(&lead, one, measure)],
            many => self.many_addressees(&lead, many, measure),
        };
        if let Some(last) = paras.last_mut() {
            last.format.after = self.measures.after_title;
        }
        paras.into_iter().map(Item::Para).collect()
    }

    fn one_addressee(&self, lead: &str, name: &str, measure: i32) -> Para {
        let look = Type::of(self.look(Key::Addressee));
        let mut para = self.text(Key::Addressee, &format!("{lead} {}", strip_dash(name)));
        let hang = look.width(&format!("{lead} "));
        let whole = natural_width(&para);
        let left = self.lead_indent(whole, measure);
        let fits = f64::from(left) + whole <= f64::from(measure) - ROOM;
        let hang = if fits || hang > f64::from(measure) / 2.0 { 0 } else { hang.round() as i32 };
        para.format.left = left + hang;
        para.format.first = -hang;
        para
    }

    /// Where the lead begins: at the ruleset's indent, further left for a long line.
    fn lead_indent(&self, line: f64, measure: i32) -> i32 {
        let free = (f64::from(measure) - ROOM - line).floor() as i32;
        let wished = self.measures.addressee_indent;
        free.clamp(self.measures.indent.min(wished), wished)
    }

    fn many_addressees(&self, lead: &str, names: &[String], measure: i32) -> Vec<Para> {
        let look = Type::of(self.look(Key::Addressee));
        let before_colon = look.width(lead.trim_end_matches(':'));
        let dash = look.width("- ").round() as i32;
        let lines: Vec<String> = mark_list(names, true).collect();
        let widest = lines.iter().map(|l| look.width(l)).fold(0.0, f64::max);
        let left = self.lead_indent(before_colon + widest, measure);
        let at = if before_colon > f64::from(measure) / 2.0 {
            left
        } else {
            left + before_colon.round() as i32
        };
        let mut first = self.text(Key::Addressee, lead);
        first.format.left = left;
        first.format.keep_next = true;
        let mut out = vec![first];
        for line in lines {
            let mut para = self.text(Key::AddresseeList, &line);
            para.format.left = at + dash;
            para.format.first = -dash;
            out.push(para);
        }
        out
    }

    /// Ô 11 and 14 in the top margin of page 1.
    pub(super) fn top_margin(
        &self,
        circulation: Option<&str>,
        digital: Option<&str>,
        measure: i32,
    ) -> Vec<Item> {
        let mut out = Vec::new();
        if let Some(line) = digital {
            out.push(Item::Para(self.text(Key::DigitalLine, line)));
        }
        if let Some(text) = circulation.map(str::trim).filter(|t| !t.is_empty()) {
            let para = self.text(Key::Circulation, &upper(text));
            let wanted = natural_width(&para) + 4.0 * f64::from(self.measures.cell_margin);
            let width = (wanted.ceil() as i32).clamp(1, measure);
            let height = self.measures.circulation_height;
            let table = self.stamp_box(para, measure - width, width, height, self.measures.rule);
            out.push(Item::Table(table));
            out.push(Item::Para(self.gap(0)));
        }
        out
    }

    /// Left column of the header for `measure`, for what stands beneath it.
    pub(super) fn left_column(table: &Table) -> i32 {
        table.grid.first().copied().unwrap_or(0)
    }

    /// `Kế hoạch số 05/KH-SNV ngày … của …`, in brackets: beneath the title of an appendix. An
    /// electronic file keeps the places empty (PL I, Phần I, Mục III.1.c).
    pub(super) fn reference(
        &self,
        document: &Document,
        electronic: bool,
        measure: i32,
    ) -> Vec<Item> {
        let name = self.type_name(document);
        let text = if electronic {
            format!(
                "(Kèm theo {name} số{BLANK}/{BLANK}ngày{BLANK}tháng{BLANK}năm{BLANK}của{BLANK}{BLANK})"
            )
        } else {
            let number = document.code.number.map_or_else(|| BLANK.to_owned(), |n| n.to_string());
            let date = document.date.words();
            let organ = in_text(&document.organ);
            format!("(Kèm theo {name} số {number}/{} {date} của {organ})", document.code.notation)
        };
        let (para, lines) = self.balanced(self.text(Key::Reference, &text), measure);
        let mut line = self.rule_under(lines.last(), self.measures.reference_line, measure);
        line.format.after = self.measures.after_title;
        vec![Item::Para(para), Item::Para(line)]
    }

    /// `Phần I` with its title on the next line, one paragraph.
    pub(super) fn label_and_title(
        &self,
        key: Key,
        label: &str,
        title: &[crate::model::Span],
    ) -> Para {
        let mut para = self.text(key, label);
        if !title.is_empty() {
            let look = self.title_look;
            para.runs.push(Run { look, content: RunContent::Break });
            push_spans(&mut para.runs, look, &upper_spans(title));
        }
        para
    }
}

/// A name without the dash that its author typed.
pub(super) fn strip_dash(name: &str) -> &str {
    let name = name.trim();
    name.strip_prefix(['-', '–']).map_or(name, str::trim_start)
}

/// List lines with dash and closing mark: `- …;`, the last `- ….` if `last` closes the list. A
/// mark that the author typed stays.
pub(super) fn mark_list(names: &[String], last: bool) -> impl Iterator<Item = String> + '_ {
    let end = names.len().saturating_sub(1);
    names.iter().enumerate().map(move |(i, name)| {
        let name = strip_dash(name);
        let mark = match name.chars().last() {
            Some(';' | '.' | ',' | ':') | None => "",
            _ if last && i == end => ".",
            _ => ";",
        };
        format!("- {name}{mark}")
    })
}
