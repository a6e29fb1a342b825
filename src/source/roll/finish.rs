//! Lines of a list from its rows: merged cells filled down, names repaired, kinds settled.
//!
//! Knows: what each field may hold. Must not know: files, other lists, which awards there are.

use std::collections::BTreeMap;
use std::sync::Arc;

use rayon::prelude::*;

use super::body::{Draft, Held, Read, encoding_name, told_kind};
use super::head::{What, is_mark};
use super::people::{self, Person};
use super::words::{address_of_gender, kind_of, words};
use super::{Field, Listed, codes};
use crate::diagnostic::{Code, Diagnostic, Place, Severity, Text};
use crate::model::{Honouree, HonoureeKind};
use crate::source::data::table::letter;
use crate::text;

/// The lines of a sheet; `place` names file and sheet.
pub(super) fn lines(mut read: Read, place: &Place, found: &mut Vec<Diagnostic>) -> Vec<Listed> {
    fill_down(&mut read, place, found);
    let drafts = std::mem::take(&mut read.drafts);
    let made = drafts.into_par_iter().with_min_len(32).map(|draft| {
        let mut found = Vec::new();
        let line = Line::new(draft, &read, place, &mut found).finish();
        (line, found)
    });
    let made: Vec<(Listed, Vec<Diagnostic>)> = made.collect();
    let of_lines = made.into_iter().map(|(line, of_line)| {
        found.extend(of_line);
        line
    });
    of_lines.collect()
}

/// Gives the value of cells merged over several rows to each of them.
fn fill_down(read: &mut Read, place: &Place, found: &mut Vec<Diagnostic>) {
    let merged = std::mem::take(&mut read.merged);
    let drafts = &mut read.drafts;
    let (mut filled, mut first) = (0u32, None);
    for (top, bottom, left, _) in merged.into_iter().filter(|(top, bottom, ..)| bottom > top) {
        let from = drafts.partition_point(|d| d.row < top);
        let to = drafts.partition_point(|d| d.row <= bottom);
        let Some(source) = drafts.get(from).filter(|d| d.row == top) else { continue };
        let ordinal = matches!(
            source.head.columns.iter().find(|(p, _)| *p == left),
            Some((_, What::Field(Field::Ordinal, _))) | None
        );
        let Some(value) = source.cells.iter().find(|c| c.position == left).cloned() else {
            continue;
        };
        if ordinal {
            continue;
        }
        for draft in drafts.iter_mut().take(to).skip(from + 1) {
            if draft.cells.iter().all(|c| c.position != left) {
                let at = draft.cells.partition_point(|c| c.position < left);
                draft.cells.insert(at, value.clone());
                filled = filled.saturating_add(1);
                first.get_or_insert((draft.row, left));
            }
        }
    }
    if let Some((row, left)) = first {
        found.push(Diagnostic::new(
            codes::MERGED,
            Severity::Info,
            place.clone().row(row).cell(letter(left)),
            text!(
                "{filled} ô thuộc vùng gộp được điền giá trị của ô đầu",
                "{filled} merged cells were given the value of their first one"
            ),
        ));
    }
}

/// One line while it is made.
struct Line<'a> {
    draft: Draft,
    place: Place,
    read: &'a Read,
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Line<'a> {
    fn new(draft: Draft, read: &'a Read, place: &Place, found: &'a mut Vec<Diagnostic>) -> Self {
        let mut place = place.clone().row(draft.row);
        if draft.line != draft.row {
            place = place.line(draft.line);
        }
        Self { draft, place, read, found }
    }

    fn at(&self, position: usize) -> Place {
        self.place.clone().cell(letter(position))
    }

    fn tell(
        &mut self,
        code: Code,
        severity: Severity,
        at: Place,
        message: Text,
        hint: Option<Text>,
    ) {
        let finding = Diagnostic::new(code, severity, at, message);
        self.found.push(match hint {
            Some(hint) => finding.hint(hint),
            None => finding,
        });
    }

    fn warn(&mut self, code: Code, at: Place, message: Text, hint: Text) {
        self.tell(code, Severity::Warning, at, message, Some(hint));
    }

    /// Texts that read well in two encodings, settled by the rest of the sheet.
    fn settle_doubts(&mut self) {
        for at in 0..self.draft.cells.len() {
            let Some(held) = self.draft.cells.get_mut(at) else { return };
            let Some(doubt) = held.doubt.take() else { continue };
            let (position, text) = (held.position, held.text.clone());
            let name = encoding_name(doubt.encoding);
            let other = doubt.decoded.clone();
            match self.read.decides(&doubt) {
                Some(false) => {}
                Some(true) => {
                    held.text.clone_from(&doubt.decoded);
                    let message = text!(
                        "chữ {name} đã chuyển sang Unicode (theo cả trang): “{text}” → “{other}”",
                        "{name} text was decoded (as the rest of the sheet): “{text}” → “{other}”"
                    );
                    self.tell(codes::DECODED, Severity::Info, self.at(position), message, None);
                }
                None => self.warn(
                    codes::UNCLEAR,
                    self.at(position),
                    text!(
                        "“{text}” có thể là chữ {name} và đọc là “{other}”: để nguyên",
                        "“{text}” may be {name} text and read “{other}”: left as it is"
                    ),
                    text!(
                        "hỏi đơn vị rồi gõ lại ô bằng Unicode",
                        "ask the unit, then type the cell again in Unicode"
                    ),
                ),
            }
        }
    }

    /// The cells of a field, with their positions.
    fn cells(&self, wanted: Field) -> Vec<(usize, String)> {
        let of = |(position, what): &(usize, What)| match what {
            What::Field(field, _) if *field == wanted => {
                let held = self.draft.cells.iter().find(|c| c.position == *position)?;
                Some((*position, held.text.clone()))
            }
            _ => None,
        };
        self.draft.head.columns.iter().filter_map(of).collect()
    }

    fn text(&self, field: Field) -> String {
        self.cells(field).into_iter().next().map(|(_, text)| text).unwrap_or_default()
    }

    fn position(&self, field: Field) -> usize {
        self.draft.head.position(field).unwrap_or(0)
    }

    fn finish(mut self) -> Listed {
        self.settle_doubts();
        let mut who = Honouree::default();
        let names = self.cells(Field::Name);
        let (at, mut cell) =
            names.into_iter().next().unwrap_or((self.position(Field::Name), String::new()));
        let surname = self.text(Field::Surname);
        if !surname.is_empty() {
            cell = format!("{surname} {cell}").trim().to_owned();
        }
        let first_line =
            self.draft.cells.iter().find(|c| c.position == at).and_then(|c| c.first_line);
        let person = people::apart(&cell);
        who.kind = self.kind(&cell, &person, at, !surname.is_empty());
        self.name(&mut who, &cell, person, at);
        if who.kind == HonoureeKind::Individual {
            self.one_person(&who.name, first_line, at);
        }
        self.address(&mut who, at);
        self.post(&mut who);
        who.achievement = self.achievement();
        who.note = self.text(Field::Note);
        who.posthumous |= words().names.dead_notes.contains(&text::slug(&who.note));
        let form_written = self.form(&mut who);
        who.form.clone_from(&form_written);
        let born = self.born();
        self.extras(&mut who);
        let columns = Arc::clone(&self.draft.head.letters);
        Listed { honouree: who, place: self.place, form_written, born, columns }
    }

    /// Column, section, heading, title, then the words of the name.
    fn kind(&mut self, cell: &str, person: &Person, at: usize, has_surname: bool) -> HonoureeKind {
        if let Some((position, word)) = self.cells(Field::Kind).into_iter().next() {
            if let Some(kind) = kind_of(&word) {
                return kind;
            }
            self.warn(
                codes::WORD,
                self.at(position),
                text!(
                    "“{word}” không phải cá nhân, tập thể hay hộ",
                    "“{word}” is none of individual, collective, household"
                ),
                text!("ghi “Cá nhân”, “Tập thể” hoặc “Hộ”", "write “Cá nhân”, “Tập thể” or “Hộ”"),
            );
        }
        let told = told_kind(&self.draft);
        let titled = !person.address.is_empty() || has_surname || self.has_gender();
        if let Some(told) = told.filter(|told| *told != HonoureeKind::Individual || titled) {
            return told;
        }
        let worded = people::kind_of_name(cell);
        let guessed = match (told, worded) {
            (Some(HonoureeKind::Individual), Some(worded)) if !titled => worded,
            (Some(told), _) => return told,
            (None, Some(worded)) => worded,
            (None, None) if titled => return HonoureeKind::Individual,
            (None, None) => HonoureeKind::Individual,
        };
        if cell.is_empty() {
            return guessed;
        }
        let (vi, en) = match guessed {
            HonoureeKind::Collective => ("tập thể", "a collective"),
            HonoureeKind::Household => ("hộ gia đình", "a household"),
            HonoureeKind::Individual => ("cá nhân", "an individual"),
        };
        self.warn(
            codes::KIND_GUESSED,
            self.at(at),
            text!(
                "“{cell}” được coi là {vi} (đoán theo tên)",
                "“{cell}” is taken for {en} (by its name)"
            ),
            text!(
                "chia danh sách thành “I. TẬP THỂ”, “II. CÁ NHÂN”, hoặc thêm cột “Phân loại”",
                "divide the list into “I. TẬP THỂ”, “II. CÁ NHÂN”, or add a column “Phân loại”"
            ),
        );
        guessed
    }

    fn has_gender(&self) -> bool {
        let marked = |(p, w): &(usize, What)| {
            matches!(
                w,
                What::Mark(Field::Gender, _) | What::Field(Field::Gender | Field::Address, _)
            ) && self.draft.cells.iter().any(|c| c.position == *p)
        };
        self.draft.head.columns.iter().any(marked)
    }

    fn name(&mut self, who: &mut Honouree, cell: &str, person: Person, at: usize) {
        if who.kind == HonoureeKind::Individual {
            self.person(who, person, at);
        } else if who.kind == HonoureeKind::Household {
            self.household(who, cell, at);
        } else {
            who.name = cell.trim_end_matches([';', ',']).trim_end().to_owned();
            if people::is_shouted(&who.name) && who.name.contains(' ') {
                let name = who.name.clone();
                self.warn(
                    codes::CAPITALS,
                    self.at(at),
                    text!("tên viết toàn chữ in hoa: “{name}”", "a name in capitals: “{name}”"),
                    text!(
                        "gõ lại như sẽ in, ví dụ “Phòng Tổng hợp”; chương trình không đoán chữ nào là tên riêng",
                        "type it as it is to be printed, such as “Phòng Tổng hợp”; no one guesses which words are proper names"
                    ),
                );
            }
        }
        let limits = &words().limits;
        let most =
            if who.kind == HonoureeKind::Individual { limits.person } else { limits.collective };
        self.not_longer(&who.name, most, at);
    }

    /// `Hộ bà Lê Thị B` stays one name; without a word for a household the name is that of its head, as a person's.
    fn household(&mut self, who: &mut Honouree, cell: &str, at: usize) {
        let Some((word, rest)) = people::household(cell) else {
            self.person(who, people::apart(cell), at);
            return;
        };
        let head = people::apart(rest);
        who.posthumous = head.is_dead;
        let mut name = head.name.clone();
        if people::is_shouted(&name) {
            name = people::householder(&name);
        }
        let parts = [word, head.address.to_lowercase(), head.degree.clone(), name];
        who.name = parts.into_iter().filter(|p| !p.is_empty()).collect::<Vec<_>>().join(" ");
        if who.name != cell {
            let after = who.name.clone();
            let message =
                text!("“{cell}” viết lại thành “{after}”", "“{cell}” was written “{after}”");
            self.tell(codes::CAPITALS, Severity::Info, self.at(at), message, None);
        }
    }

    fn person(&mut self, who: &mut Honouree, person: Person, at: usize) {
        let Person { name, address, degree, moved, is_dead } = person;
        (who.name, who.address, who.posthumous) = (name, address, is_dead);
        if !degree.is_empty() {
            who.extra.insert("hoc_vi".to_owned(), degree);
        }
        if !moved.is_empty() {
            let (what, name) = (moved.join(" "), who.name.clone());
            let message = text!(
                "“{what}” đưa ra khỏi ô tên, còn “{name}”",
                "“{what}” was taken from the cell of the name, which leaves “{name}”"
            );
            self.tell(codes::TITLE, Severity::Info, self.at(at), message, None);
        }
        let small = !who.name.is_empty() && who.name.chars().all(|c| !c.is_uppercase());
        if people::is_shouted(&who.name) || small && who.name.contains(' ') {
            let before = std::mem::take(&mut who.name);
            let is_household = who.kind == HonoureeKind::Household;
            let cased = if is_household { people::householder } else { people::proper_case };
            who.name = cased(&before);
            let after = who.name.clone();
            let message =
                text!("“{before}” viết lại thành “{after}”", "“{before}” was written “{after}”");
            self.tell(codes::CAPITALS, Severity::Info, self.at(at), message, None);
        }
        let is_pair = who.kind == HonoureeKind::Household && who.name.contains(" và ");
        let odd = people::odd(&who.name).filter(|_| !who.name.is_empty() && !is_pair);
        if let Some((vi, en)) = odd {
            let name = who.name.clone();
            self.warn(
                codes::ODD_NAME,
                self.at(at),
                text!("tên “{name}” {vi}", "the name “{name}” {en}"),
                text!(
                    "xem lại với đơn vị; tên được in đúng như đã gõ",
                    "check it with the unit; it is printed as typed"
                ),
            );
        }
    }

    fn one_person(&mut self, name: &str, first_line: Option<usize>, at: usize) {
        let Some(sure) = people::several(name, first_line) else { return };
        let severity = if sure { Severity::Error } else { Severity::Warning };
        let (vi, en) = if sure { ("có", "holds") } else { ("có thể có", "may hold") };
        self.tell(
            codes::TWO_PEOPLE,
            severity,
            self.at(at),
            text!("ô tên {vi} hai người: “{name}”", "the cell of the name {en} two people: “{name}”"),
            Some(text!(
                "mỗi người một dòng, đủ các ô khác; một người thì viết tên trên một dòng của ô",
                "one line for each person, with all other cells; if it is one person, write the name on one line of the cell"
            )),
        );
    }

    fn not_longer(&mut self, value: &str, most: usize, position: usize) {
        let count = value.chars().count();
        if count > most {
            self.tell(
                codes::TOO_LONG,
                Severity::Error,
                self.at(position),
                text!("dài {count} ký tự, quá {most}", "{count} characters, above {most}"),
                Some(text!(
                    "rút ngắn; có lẽ ô chứa cả nội dung của cột khác",
                    "shorten it; the cell may hold what belongs to another column"
                )),
            );
        }
    }

    /// Ông or Bà from their column, the gender, or what stood before the name.
    fn address(&mut self, who: &mut Honouree, at_name: usize) {
        // Of a household it is that of its head, unless its name says so already.
        let is_said = who.kind == HonoureeKind::Household && people::household(&who.name).is_some();
        if who.kind == HonoureeKind::Collective || is_said {
            return;
        }
        if let Some((position, word)) = self.cells(Field::Address).into_iter().next() {
            // The column holds what may stand before a name; the name makes it one.
            let read = people::apart(&format!("{word} X"));
            let known = read.name == "X";
            if !read.address.is_empty() {
                who.address = read.address;
            } else if !known && address_of_gender(&word).is_none() {
                self.warn(
                    codes::WORD,
                    self.at(position),
                    text!(
                        "không hiểu cách gọi “{word}”",
                        "the form of address “{word}” is not known"
                    ),
                    text!("ghi Ông, Bà hoặc cấp bậc", "write Ông, Bà or a rank"),
                );
            }
            who.posthumous |= read.is_dead;
        }
        let Some((position, by_gender)) = self.gender() else {
            let is_wanted = who.kind == HonoureeKind::Individual;
            if who.address.is_empty() && !who.name.is_empty() && is_wanted {
                let name = who.name.clone();
                self.warn(
                    codes::GENDER,
                    self.at(at_name),
                    text!(
                        "chưa rõ Ông hay Bà: sẽ in “Ông (Bà) {name}”",
                        "Ông or Bà is not known: “Ông (Bà) {name}” will be printed"
                    ),
                    text!(
                        "thêm cột “Ông/Bà” hoặc “Giới tính”; không đoán theo tên đệm",
                        "add a column “Ông/Bà” or “Giới tính”; nobody guesses from a middle name"
                    ),
                );
            }
            return;
        };
        match who.address.as_str() {
            "" => by_gender.clone_into(&mut who.address),
            "Ông" | "Bà" if who.address != by_gender => {
                let address = who.address.clone();
                self.warn(
                    codes::GENDER_DIFFERS,
                    self.at(position),
                    text!(
                        "gọi là “{address}” nhưng giới tính ứng với “{by_gender}”",
                        "addressed as “{address}”, but the gender says “{by_gender}”"
                    ),
                    text!("sửa một trong hai ô", "mend one of the two cells"),
                );
            }
            _ => {}
        }
    }

    /// Ông or Bà by the gender, and where it stands.
    fn gender(&mut self) -> Option<(usize, &'static str)> {
        let head = Arc::clone(&self.draft.head);
        for (position, what) in &head.columns {
            let Some(held) = self.draft.cells.iter().find(|c| c.position == *position) else {
                continue;
            };
            match what {
                What::Mark(Field::Gender, heading) => {
                    return Some((*position, address_of_gender(heading)?));
                }
                What::Field(Field::Gender, _) => {
                    let word = held.text.clone();
                    let known = address_of_gender(&word);
                    if known.is_none() {
                        self.warn(
                            codes::WORD,
                            self.at(*position),
                            text!(
                                "không hiểu giới tính “{word}”",
                                "the gender “{word}” is not known"
                            ),
                            text!("ghi Nam hoặc Nữ", "write Nam or Nữ"),
                        );
                    }
                    return known.map(|address| (*position, address));
                }
                _ => {}
            }
        }
        None
    }

    /// Chức vụ and đơn vị, from their columns or from one for both.
    fn post(&mut self, who: &mut Honouree) {
        who.position = self.text(Field::Position);
        who.unit = self.text(Field::Unit);
        let both = self.text(Field::Post);
        if !both.is_empty() {
            let cut = both.find([',', ';']).or_else(|| both.find(" - "));
            let (position, unit) = match cut.map(|at| both.split_at(at)) {
                Some((position, unit)) => (position, unit.trim_start_matches([',', ';', ' ', '-'])),
                None if people::is_unit(&both) => ("", both.as_str()),
                None => (both.as_str(), ""),
            };
            if who.position.is_empty() {
                position.trim().clone_into(&mut who.position);
            }
            if who.unit.is_empty() {
                unit.trim().clone_into(&mut who.unit);
            }
        }
        if who.unit.is_empty() && who.kind == HonoureeKind::Individual {
            who.unit.clone_from(&self.draft.section.unit);
        }
        let most = words().limits.post;
        let (position, unit) = (who.position.clone(), who.unit.clone());
        self.not_longer(&position, most, self.position(Field::Position));
        self.not_longer(&unit, most, self.position(Field::Unit));
    }

    /// What follows “Đã có thành tích”: without these words and without a full stop.
    fn achievement(&mut self) -> String {
        let position = self.position(Field::Achievement);
        let cell = self.text(Field::Achievement);
        self.not_longer(&cell, words().limits.achievement, position);
        cell
    }

    /// The award as written: of its column, of the columns with a mark, or of the section.
    fn form(&mut self, who: &mut Honouree) -> String {
        let mut forms: Vec<String> = Vec::new();
        let head = Arc::clone(&self.draft.head);
        for (position, what) in &head.columns {
            let Some(Held { text, .. }) = self.draft.cells.iter().find(|c| c.position == *position)
            else {
                continue;
            };
            match what {
                What::Field(Field::Form, _) => forms.push(text.clone()),
                What::Mark(Field::Form, heading) if is_mark(text) => forms.push(heading.clone()),
                What::Mark(Field::Form, _) => forms.push(text.clone()),
                _ => {}
            }
        }
        if forms.is_empty() && !self.draft.section.form.is_empty() {
            forms.push(self.draft.section.form.clone());
        }
        who.posthumous |= forms.iter().any(|f| text::slug(f).contains("truy-tang"));
        forms.join("; ")
    }

    fn born(&self) -> String {
        let born = self.text(Field::Born);
        if !born.is_empty() {
            return born;
        }
        // A year under “Nam” or “Nữ”.
        let marked = self.draft.head.columns.iter().filter_map(|(position, what)| {
            let held = self.draft.cells.iter().find(|c| c.position == *position)?;
            let year = held.text.chars().filter(char::is_ascii_digit).count() >= 4;
            (matches!(what, What::Mark(Field::Gender, _)) && year).then(|| held.text.clone())
        });
        marked.into_iter().next().unwrap_or_default()
    }

    fn extras(&self, who: &mut Honouree) {
        let extra: BTreeMap<String, String> = self
            .draft
            .head
            .columns
            .iter()
            .filter_map(|(position, what)| {
                let What::Extra(key) = what else { return None };
                let held = self.draft.cells.iter().find(|c| c.position == *position)?;
                Some((key.clone(), held.text.clone()))
            })
            .collect();
        who.extra.extend(extra);
    }
}
