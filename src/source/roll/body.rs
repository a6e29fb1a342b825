//! The rows of one sheet: sections, people, totals, and what stands below a list.
//!
//! Knows: which row is what. Must not know: names, awards, how a workbook is packed.

use std::collections::VecDeque;
use std::sync::Arc;

use super::fetch::Fetcher;
use super::head::{self, Head, What};
use super::left::{Skipped, tally};
use super::repair::Doubt;
use super::rows::section_kind;
use super::words::{kind_of, words};
use super::{Field, Options, Texts, codes};
use crate::diagnostic::{Diagnostic, Place, Result, Severity};
use crate::model::HonoureeKind;
use crate::source::data::sheet::{Area, Cells};
use crate::source::data::table::letter;
use crate::text;
use crate::text::legacy::Encoding;

/// What a row says of the rows below it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Section {
    pub kind: Option<HonoureeKind>,
    pub unit: String,
    pub form: String,
}

/// A repaired cell of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    pub position: usize,
    pub text: String,
    pub doubt: Option<Doubt>,
    /// Words of its first line, where it had several.
    pub first_line: Option<usize>,
}

/// A line before its names are looked at.
#[derive(Debug, Clone)]
pub(super) struct Draft {
    pub row: u32,
    pub line: u32,
    pub cells: Vec<Held>,
    pub head: Arc<Head>,
    pub section: Arc<Section>,
}

/// A sheet as read.
#[derive(Default)]
pub(super) struct Read {
    pub drafts: Vec<Draft>,
    pub titles: Vec<String>,
    pub merged: Vec<Area>,
    pub has_head: bool,
    /// Cells decoded from each old encoding, and cells with letters of Unicode alone.
    pub tcvn3: u32,
    pub vni: u32,
    pub unicode: u32,
}

/// A sheet being read.
pub(super) struct Reader<'a> {
    pub options: &'a Options,
    /// File and sheet.
    pub place: Place,
    pub found: &'a mut Vec<Diagnostic>,
    pub read: Read,
    pub head: Option<Arc<Head>>,
    /// The cells of its one or two rows.
    heading: Vec<Vec<(usize, String)>>,
    pub section: Arc<Section>,
    /// Number of lines at the last total.
    pub counted: usize,
    pub ended: bool,
    pub after_total: bool,
    pub ordinal: Option<(u32, u32)>,
    /// The unit of the section was guessed, and nobody was told of lines that take it: its row and column.
    pub guessed: Option<(u32, usize)>,
    pub skipped: Skipped,
}

impl<'a> Reader<'a> {
    pub fn new(options: &'a Options, place: Place, found: &'a mut Vec<Diagnostic>) -> Self {
        let named = place.sheet.as_deref().unwrap_or_default();
        let kind = section_kind(named);
        let section = Arc::new(Section { kind, ..Section::default() });
        let head = if options.header_row.is_none() { head::mapped(options) } else { None };
        let head = head.map(Arc::new);
        let read = Read { has_head: head.is_some(), ..Read::default() };
        let (counted, ended, after_total, ordinal) = (0, false, false, None);
        let skipped = Skipped::default();
        Self {
            options,
            place,
            found,
            read,
            head,
            heading: Vec::new(),
            section,
            counted,
            ended,
            after_total,
            ordinal,
            guessed: None,
            skipped,
        }
    }

    /// Reads all rows. `room` is how many lines may still come.
    pub fn run(&mut self, cells: &mut dyn Cells, room: usize) -> Result<bool> {
        let mut fetcher = Fetcher::new(self.options, self.place.clone(), cells);
        let mut rows = VecDeque::new();
        let mut end = fetcher.fetch(&mut rows);
        // While some rows are taken the next ones are fetched.
        while end.is_none() {
            let mut next = VecDeque::new();
            let (fits, then) =
                rayon::join(|| self.rows(&mut rows, room, false), || fetcher.fetch(&mut next));
            if !fits {
                return Ok(false);
            }
            rows.append(&mut next);
            end = then;
        }
        if !self.rows(&mut rows, room, true) {
            return Ok(false);
        }
        end.transpose()?;
        (self.read.tcvn3, self.read.vni, self.read.unicode) =
            (fetcher.tcvn3, fetcher.vni, fetcher.unicode);
        self.read.merged = fetcher.cells.merged();
        self.tell_skipped();
        self.tell_hidden_columns(fetcher.cells.hidden_columns());
        Ok(true)
    }

    /// Takes rows; of those that are not the last ones one stays, which the next may belong to. False if they are
    /// more than there is room for.
    fn rows(&mut self, rows: &mut VecDeque<Texts>, room: usize, is_end: bool) -> bool {
        while rows.len() > usize::from(!is_end) {
            let Some(row) = rows.pop_front() else { break };
            if self.read.drafts.len() >= room {
                return false;
            }
            if self.may_head(&row) && self.headings(&row, rows) {
                continue;
            }
            self.take(row);
        }
        true
    }

    /// True for headings; a second row of them is taken from the next ones.
    fn headings(&mut self, row: &Texts, rows: &mut VecDeque<Texts>) -> bool {
        // The headings once more, as they are printed on each page: perhaps without their second row.
        if self.repeats(0, row) {
            if rows.front().is_some_and(|next| self.repeats(1, next)) {
                rows.pop_front();
            }
            (self.ended, self.after_total, self.ordinal) = (false, false, None);
            return true;
        }
        let (next, place) = (rows.front(), self.place.clone());
        let again = self.head.is_some();
        let read = head::read(row, next, self.options, again, &place, self.found);
        let Some((head, used)) = read else { return false };
        let seen = [Some(row), next.filter(|_| used)].into_iter().flatten();
        self.heading = seen.map(|row| row.cells.clone()).collect();
        if used {
            rows.pop_front();
        }
        self.begin(head);
        true
    }

    /// True if a row is the first, or the second, of the headings that the list has.
    fn repeats(&self, which: usize, row: &Texts) -> bool {
        let same = |(a, b): (&(usize, String), &(usize, String))| {
            a.0 == b.0 && text::slug(&a.1) == text::slug(&b.1)
        };
        self.heading.get(which).is_some_and(|head| {
            head.len() == row.cells.len() && head.iter().zip(&row.cells).all(same)
        })
    }

    fn begin(&mut self, head: Head) {
        self.head = Some(Arc::new(head));
        self.read.has_head = true;
        (self.ended, self.after_total, self.ordinal) = (false, false, None);
    }

    /// True for a row that is worth looking at as headings.
    fn may_head(&self, row: &Texts) -> bool {
        if let Some(wanted) = self.options.header_row {
            return row.number == wanted;
        }
        let Some(head) = &self.head else { return true };
        let Some(position) = head.position(Field::Name) else { return true };
        let cell = row.cells.iter().find(|(p, _)| *p == position);
        cell.and_then(|(_, t)| super::words::heading(t)).is_some_and(|h| h.field == Field::Name)
    }

    /// One row that is no row of headings.
    fn take(&mut self, row: Texts) {
        let Some(head) = self.head.clone() else {
            if !self.open_section(&row, None) {
                self.read.titles.extend(row.cells.into_iter().map(|(_, t)| t).take(4));
            }
            return;
        };
        if head::is_numbering(&row) {
            return;
        }
        let ordinal = value(&row, head.position(Field::Ordinal));
        let has_name = has_name(&row, &head);
        let number = ordinal.and_then(|o| o.trim_end_matches(['.', ')']).parse::<u32>().ok());
        // Filled so that it can be nothing but a line, with or without an ordinal.
        let is_full = has_name && is_full(&row, &head);
        if (number.is_none() || !has_name) && self.total(&row, &head) {
            return;
        }
        if !is_full && (number.is_none() || !has_name) {
            if self.tail(&row, &head) {
                return;
            }
            if self.open_section(&row, Some(&head)) {
                (self.ended, self.ordinal) = (false, None);
                return;
            }
        }
        if self.ended || self.after_total && head.has(Field::Ordinal) {
            if !is_full && (number.is_none() || !has_name) {
                let likely = has_name && row.cells.len() >= 3;
                let of = if likely { &mut self.skipped.likely } else { &mut self.skipped.below };
                tally(of, row.number);
                return;
            }
            (self.ended, self.after_total) = (false, false);
        }
        let beyond = row.cells.iter().any(|(p, _)| {
            let what = head.columns.iter().find(|(c, _)| c == p).map(|(_, w)| w);
            matches!(what, Some(What::Field(f, _)) if *f != Field::Ordinal)
                || matches!(what, Some(What::Mark(..)))
        });
        if !beyond {
            self.no_line(&row);
            return;
        }
        if row.hidden {
            tally(&mut self.skipped.hidden, row.number);
        }
        if let Some(number) = number {
            self.count(number, &row, &head);
        }
        self.push(row, head);
    }

    fn push(&mut self, row: Texts, head: Arc<Head>) {
        let Texts { number, line, cells, mut doubts, mut told, breaks, .. } = row;
        self.found.append(&mut told);
        for (position, _) in &cells {
            if head.columns.iter().any(|(c, _)| c == position) {
                self.skipped.columns.insert(*position);
            } else {
                tally(self.skipped.unheaded.entry(*position).or_default(), number);
            }
        }
        self.tell_guessed_unit(&cells, &head);
        let cells = cells
            .into_iter()
            .filter(|(p, _)| head.columns.iter().any(|(c, _)| c == p))
            .map(|(position, text)| {
                let at = doubts.iter().position(|(p, _)| *p == position);
                let doubt = at.map(|at| doubts.swap_remove(at).1);
                let first_line = breaks.iter().find(|(p, _)| *p == position).map(|(_, n)| *n);
                Held { position, text, doubt, first_line }
            })
            .collect();
        let section = Arc::clone(&self.section);
        self.read.drafts.push(Draft { row: number, line, cells, head, section });
    }

    /// Checks an ordinal: one more than the last one, or a beginning.
    fn count(&mut self, number: u32, row: &Texts, head: &Head) {
        let last = self.ordinal.replace((number, row.number));
        let Some((before, at)) = last else { return };
        if number == before.saturating_add(1) || number == 1 {
            return;
        }
        let place = self.place.clone().row(row.number);
        let place = match head.position(Field::Ordinal) {
            Some(p) => place.cell(letter(p)),
            None => place,
        };
        self.found.push(
            Diagnostic::new(
                codes::ORDINAL,
                Severity::Info,
                place,
                text!(
                    "số thứ tự {number} đứng sau {before}",
                    "the ordinal {number} follows {before}"
                ),
            )
            .related(self.place.clone().row(at), text!("số thứ tự trước", "the ordinal before")),
        );
    }

    /// True for a row of the signature below a list.
    fn tail(&mut self, row: &Texts, head: &Head) -> bool {
        if self.read.drafts.is_empty() {
            return false;
        }
        let words = &words().rows.tail;
        let is_word = |t: &str| {
            let slug = text::slug(t);
            let dated = slug.contains("-ngay-") && slug.contains("-thang-");
            dated || words.iter().any(|w| slug.starts_with(w.as_str()))
        };
        let few = row.cells.len() <= 3;
        let name = head.position(Field::Name);
        // A person may have “Giám đốc” in the column of posts.
        let named = row.cells.iter().any(|(p, t)| Some(*p) == name && !is_word(t));
        if few && !named && row.cells.iter().any(|(_, t)| is_word(t)) {
            self.ended = true;
            tally(&mut self.skipped.below, row.number);
            return true;
        }
        false
    }
}

/// True for a row with a name and three other fields, or with every field that the list has.
fn is_full(row: &Texts, head: &Head) -> bool {
    let field = |what: &What| {
        matches!(what, What::Mark(..)) || matches!(what, What::Field(f, _) if *f != Field::Ordinal)
    };
    let known: Vec<usize> =
        head.columns.iter().filter(|(_, w)| field(w)).map(|(p, _)| *p).collect();
    let filled = row.cells.iter().filter(|(p, _)| known.contains(p)).count();
    filled >= 4 || filled >= 3 && filled == known.len()
}

fn value(row: &Texts, position: Option<usize>) -> Option<&str> {
    let position = position?;
    row.cells.iter().find(|(p, _)| *p == position).map(|(_, t)| t.as_str())
}

/// True for a row with a name in any of the columns for names.
fn has_name(row: &Texts, head: &Head) -> bool {
    let mut names = head.columns.iter().filter(|(_, w)| matches!(w, What::Field(Field::Name, _)));
    names.any(|(p, _)| value(row, Some(*p)).is_some())
}

/// True if every column of names is one of people.
pub(super) fn says_person(head: &Head) -> bool {
    let kinds = head.columns.iter().filter_map(|(_, w)| match w {
        What::Field(Field::Name, kind) => Some(*kind),
        _ => None,
    });
    let mut kinds = kinds;
    kinds.all(|kind| kind == Some(HonoureeKind::Individual))
}

/// The kind of a line as far as section, column and heading tell.
pub(super) fn told_kind(draft: &Draft) -> Option<HonoureeKind> {
    let cell = |wanted: Field| {
        draft.head.columns.iter().find_map(|(position, what)| match what {
            What::Field(field, kind) if *field == wanted => {
                let held = draft.cells.iter().find(|c| c.position == *position)?;
                Some((held.text.as_str(), *kind))
            }
            _ => None,
        })
    };
    let column = cell(Field::Kind).and_then(|(text, _)| kind_of(text));
    // A heading that names people counts only where the name does not say otherwise.
    column.or(draft.section.kind).or_else(|| cell(Field::Name).and_then(|(_, kind)| kind))
}

pub(super) fn probable_kind(draft: &Draft) -> Option<HonoureeKind> {
    told_kind(draft).or(Some(HonoureeKind::Individual))
}

/// The name of an encoding as clerks know it.
pub(super) fn encoding_name(encoding: Encoding) -> &'static str {
    match encoding {
        Encoding::Unicode => "Unicode",
        Encoding::Tcvn3 => "TCVN3 (ABC)",
        Encoding::Vni => "VNI",
    }
}

impl Read {
    /// Whether a text that reads well in two encodings is of the old one: as the rest of the sheet.
    /// None where the sheet does not tell.
    pub fn decides(&self, doubt: &Doubt) -> Option<bool> {
        let sure = if doubt.encoding == Encoding::Vni { self.vni } else { self.tcvn3 };
        let other = if doubt.encoding == Encoding::Vni { self.tcvn3 } else { self.vni };
        match (sure, self.unicode) {
            (2.., 0) => Some(true),
            (1, 0) if doubt.by_font => Some(true),
            (0, 1..) => Some(false),
            (0, 0) if doubt.by_font => Some(true),
            (s, u) if doubt.by_font && s > u => Some(true),
            (0, 0) if other > 0 => Some(false),
            _ => None,
        }
    }
}
