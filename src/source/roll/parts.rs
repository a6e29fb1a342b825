//! Rows that open a part of a list, and totals.
//!
//! Knows: which row names a kind, an award, a unit or a count. Must not know: lines of people, names.

use std::sync::Arc;

use super::body::{Draft, Reader, Section, probable_kind, says_person};
use super::head::Head;
use super::people::is_unit;
use super::rows::{
    counts, is_enumerator, is_note, is_total, section_form, section_kind, without_enumerator,
};
use super::{Field, Texts, codes};
use crate::diagnostic::{Diagnostic, Severity};
use crate::model::HonoureeKind;
use crate::source::data::table::letter;
use crate::text;

impl Reader<'_> {
    /// True for a row that opens a section, or names the unit or the award of the rows below.
    pub fn open_section(&mut self, row: &Texts, head: Option<&Head>) -> bool {
        let words_only = |t: &&str| !is_enumerator(t) && t.parse::<f64>().is_err();
        let cells: Vec<&str> =
            row.cells.iter().map(|(_, t)| t.as_str()).filter(words_only).collect();
        let (&[only], 1..=3) = (cells.as_slice(), row.cells.len()) else { return false };
        let bare = without_enumerator(only);
        let mut section = Section { kind: section_kind(bare), ..Section::default() };
        if section.kind.is_some() {
            self.section = Arc::new(section);
            return true;
        }
        // Above the headings only kinds of section are known.
        let Some(head) = head else { return false };
        if let Some((kind, form)) = section_form(bare) {
            section.kind = kind.or(self.section.kind);
            section.form = form;
            self.section = Arc::new(section);
            return true;
        }
        let numbered = row.cells.iter().any(|(_, t)| t.parse::<u32>().is_ok());
        let of_people = self.section.kind == Some(HonoureeKind::Individual)
            || self.section.kind.is_none() && says_person(head);
        if of_people && head.has(Field::Ordinal) && !numbered && is_unit(bare) {
            section.clone_from(&self.section);
            bare.clone_into(&mut section.unit);
            (self.section, self.guessed) = (Arc::new(section), None);
            return true;
        }
        self.guess_section(row, head, bare)
    }

    /// True for `II | Khối trường học`, or words in the column of ordinals: they open a part of the list although
    /// they name no unit that is known by its first word.
    fn guess_section(&mut self, row: &Texts, head: &Head, bare: &str) -> bool {
        let Some(ordinals) = head.position(Field::Ordinal) else { return false };
        let cell = row.cells.iter().find(|(p, _)| *p == ordinals).map(|(_, t)| t.as_str());
        let Some(cell) = cell.filter(|t| t.parse::<f64>().is_err()) else { return false };
        if row.cells.len() > 2 || is_note(bare) || bare.chars().count() < 2 {
            return false;
        }
        let place = self.place.clone().row(row.number).cell(letter(ordinals));
        let shown: String = cell.chars().take(80).collect();
        let shown = if is_enumerator(cell) { format!("{shown} {bare}") } else { shown };
        let message = text!(
            "hàng “{shown}” được coi là tên một phần của danh sách",
            "the row “{shown}” was taken for the name of a part of the list"
        );
        self.found.push(Diagnostic::new(codes::SECTION, Severity::Info, place, message));
        let mut section = Section::clone(&self.section);
        bare.clone_into(&mut section.unit);
        (self.section, self.guessed) = (Arc::new(section), Some((row.number, ordinals)));
        true
    }

    /// Says once that lines without a unit take the one of a section that may be none.
    pub fn tell_guessed_unit(&mut self, cells: &[(usize, String)], head: &Head) {
        let Some((row, position)) = self.guessed.filter(|_| !self.section.unit.is_empty()) else {
            return;
        };
        let of = |field| head.position(field).is_some_and(|at| cells.iter().any(|(p, _)| *p == at));
        if of(Field::Unit) || of(Field::Post) || self.section.kind == Some(HonoureeKind::Collective)
        {
            return;
        }
        self.guessed = None;
        let unit = self.section.unit.clone();
        self.found.push(
            Diagnostic::warning(
                codes::SECTION,
                self.place.clone().row(row).cell(letter(position)),
                text!(
                    "“{unit}” được in làm đơn vị của những người bên dưới không ghi đơn vị",
                    "“{unit}” will be printed as the unit of the people below who name none"
                ),
            )
            .hint(text!(
                "nếu đó không phải tên đơn vị, điền cột “Đơn vị công tác” cho từng người",
                "if it is no unit, fill in the column “Đơn vị công tác” for each of them"
            )),
        );
    }

    /// True for a row with a total; it is compared with the lines read so far.
    pub fn total(&mut self, row: &Texts, head: &Head) -> bool {
        // The words of a total come first, or stand where the name would.
        let name = head.position(Field::Name);
        let leads =
            |(at, (position, _)): &(usize, &(usize, String))| *at == 0 || Some(*position) == name;
        let mut cells = row.cells.iter().enumerate().filter(leads).map(|(_, cell)| cell);
        let Some((position, first)) = cells.find(|(_, t)| is_total(t)) else {
            return false;
        };
        // A line may begin with such a word; beside a total there are counts and no names.
        let others = row.cells.iter().filter(|(p, t)| p != position && !is_enumerator(t));
        let worded = others.filter(|(_, t)| !t.chars().any(|c| c.is_ascii_digit())).count();
        if worded >= 2 {
            return false;
        }
        let all = row.cells.iter().map(|(_, t)| t.as_str()).collect::<Vec<_>>().join(" ");
        let (place, said) = (self.place.clone().row(row.number).cell(letter(*position)), first);
        for (count, kind) in counts(&all) {
            let of = |drafts: &[Draft]| {
                let same = |d: &&Draft| kind.is_none() || kind == probable_kind(d);
                drafts.iter().filter(same).count()
            };
            let drafts = &self.read.drafts;
            let (total, last) = (of(drafts), of(drafts.get(self.counted..).unwrap_or_default()));
            if count == total || count == last {
                continue;
            }
            let what = match kind {
                Some(HonoureeKind::Collective) => ("tập thể", "collectives"),
                Some(HonoureeKind::Household) => ("hộ", "households"),
                Some(HonoureeKind::Individual) => ("cá nhân", "people"),
                None => ("dòng", "lines"),
            };
            let (vi, en) = what;
            self.found.push(
                Diagnostic::warning(
                    codes::TOTAL,
                    place.clone(),
                    text!(
                        "“{said}”: ghi {count} {vi}, đếm được {total}",
                        "“{said}”: says {count} {en}, {total} were counted"
                    ),
                )
                .hint(text!(
                    "hỏi đơn vị: thiếu người trong danh sách, hay số cộng sai",
                    "ask the unit: somebody is missing, or the sum is wrong"
                )),
            );
        }
        self.counted = self.read.drafts.len();
        self.after_total = true;
        self.ordinal = None;
        true
    }
}
