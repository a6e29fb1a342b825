//! The row of headings: which column holds what.
//!
//! Knows: headings in one row or two, the user's mapping. Must not know: what the rows below hold.

use std::sync::Arc;

use super::words::{address_of_gender, field_of, heading, words};
use super::{Columns, Field, Options, Texts, codes};
use crate::diagnostic::{Diagnostic, Place};
use crate::model::HonoureeKind;
use crate::source::data::table::letter;
use crate::text;

/// What a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum What {
    /// A field; the heading may say of whom.
    Field(Field, Option<HonoureeKind>),
    /// A cell that is only marked where the heading applies: `LĐTT` with an x.
    Mark(Field, String),
    /// A further column, by its key.
    Extra(String),
}

/// The columns of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Head {
    pub columns: Vec<(usize, What)>,
    pub letters: Arc<Columns>,
}

impl Head {
    /// True if some column holds the field.
    pub fn has(&self, field: Field) -> bool {
        self.letters.iter().any(|(f, _)| *f == field)
    }

    /// The position of the first column of a field.
    pub fn position(&self, field: Field) -> Option<usize> {
        let found =
            self.columns.iter().find(|(_, w)| matches!(w, What::Field(f, _) if *f == field));
        found.map(|(position, _)| *position)
    }

    fn from(mut columns: Vec<(usize, What)>) -> Self {
        columns.sort_by_key(|(position, _)| *position);
        let letters = columns.iter().filter_map(|(position, what)| match what {
            What::Field(field, _) | What::Mark(field, _) => Some((*field, letter(*position))),
            What::Extra(_) => None,
        });
        let letters = Arc::new(letters.collect());
        Self { columns, letters }
    }
}

/// A column that the user named by its letter: `C`, `AA`.
fn position_of(letters: &str) -> Option<usize> {
    let letters = letters.trim();
    let is_letter = !letters.is_empty() && letters.len() <= 3;
    if !is_letter || !letters.bytes().all(|b| b.is_ascii_alphabetic()) {
        return None;
    }
    let step = |n: usize, b: u8| n * 26 + usize::from(b.to_ascii_uppercase() - b'A') + 1;
    letters.bytes().fold(0, step).checked_sub(1)
}

/// The head that the mapping gives alone, where it names letters.
pub(super) fn mapped(options: &Options) -> Option<Head> {
    let columns: Vec<_> = options
        .map
        .iter()
        .filter_map(|(field, column)| Some((position_of(column)?, What::Field(*field, None))))
        .collect();
    let named = columns.iter().any(|(_, w)| matches!(w, What::Field(Field::Name, _)));
    named.then(|| Head::from(columns))
}

/// The head that a row gives, with the row below it where the headings take two rows. None for a row of
/// no headings. `again` says that the list has headings already; the `bool` of the answer, whether the
/// second row belongs to them.
pub(super) fn read(
    row: &Texts,
    next: Option<&Texts>,
    options: &Options,
    again: bool,
    place: &Place,
    found: &mut Vec<Diagnostic>,
) -> Option<(Head, bool)> {
    let mut columns: Vec<(usize, What)> = Vec::new();
    let mut extras: Vec<(usize, String)> = Vec::new();
    for (position, typed) in &row.cells {
        match what(*position, typed, options) {
            Some(what) => columns.push((*position, what)),
            None => extras.push((*position, typed.clone())),
        }
    }
    // A title right above the headings is no first row of them.
    let second = next.filter(|next| columns.len() >= 2 && is_second(row, next, &columns));
    for (position, typed) in second.iter().flat_map(|n| &n.cells) {
        let Some(parent) = row.cells.iter().rev().find(|(p, _)| p <= position) else { continue };
        columns.retain(|(p, _)| p != position);
        extras.retain(|(p, _)| p != position);
        match under(&parent.1, typed) {
            Some(what) => columns.push((*position, what)),
            None => extras.push((*position, format!("{} {typed}", parent.1))),
        }
    }
    // Below the headings, a row is one of headings only if nearly all of it is: a line of the list may
    // hold “Tập thể” and “Thành tích xuất sắc …” too.
    let headings = row.cells.iter().filter(|(_, t)| super::words::is_heading(t)).count();
    if again && headings * 3 < row.cells.len() * 2 {
        return None;
    }
    let distinct = |f: fn(&Field) -> bool| {
        let fields = columns.iter().filter_map(|(_, w)| match w {
            What::Field(field, _) | What::Mark(field, _) => Some(field),
            What::Extra(_) => None,
        });
        let mut fields: Vec<_> = fields.filter(|field| f(field)).collect();
        fields.sort();
        fields.dedup();
        fields.len()
    };
    let asked = options.header_row == Some(row.number);
    let enough = distinct(|f| *f == Field::Name) == 1 && distinct(|_| true) >= 2;
    let name_only = asked && distinct(|f| *f == Field::Name) == 1;
    if !enough && !name_only {
        return None;
    }
    columns.sort_by_key(|(position, _)| *position);
    add_mapped(&mut columns, options);
    kind_beside_name(&mut columns);
    one_of_each(&mut columns, row, place, found);
    for (position, typed) in extras {
        let key = text::slug(&typed).replace('-', "_");
        let taken = columns.iter().any(|(p, w)| *p == position || *w == What::Extra(key.clone()));
        if !key.is_empty() && !taken {
            columns.push((position, What::Extra(key)));
        }
    }
    Some((Head::from(columns), second.is_some()))
}

/// What a heading alone says, or the user's mapping of it.
fn what(position: usize, typed: &str, options: &Options) -> Option<What> {
    let slug = text::slug(typed);
    let wanted = options.map.iter().find(|(_, c)| match position_of(c) {
        Some(p) => p == position,
        None => text::slug(c) == slug,
    });
    if let Some((field, _)) = wanted {
        return Some(What::Field(*field, heading(typed).and_then(|h| h.kind)));
    }
    if let Some(found) = heading(typed) {
        // A column that the mapping gives to another heading is not wanted here.
        let elsewhere = options.map.iter().any(|(f, _)| *f == found.field);
        return (!elsewhere).then_some(What::Field(found.field, found.kind));
    }
    address_of_gender(typed).map(|_| What::Mark(Field::Gender, typed.to_owned()))
}

/// What a heading below another one says.
fn under(parent: &str, typed: &str) -> Option<What> {
    if address_of_gender(typed).is_some() {
        return Some(What::Mark(Field::Gender, typed.to_owned()));
    }
    let above = heading(parent);
    if above.is_some_and(|h| h.field == Field::Form) {
        return Some(What::Mark(Field::Form, typed.to_owned()));
    }
    if let Some(found) = heading(typed) {
        let kind = found.kind.or_else(|| above.and_then(|h| h.kind));
        return Some(What::Field(found.field, kind));
    }
    None
}

/// True if a row goes on with the headings: it stands only under blanks and under the first cell of a group.
fn is_second(row: &Texts, next: &Texts, columns: &[(usize, What)]) -> bool {
    let filled = |position: usize| row.cells.iter().any(|(p, _)| *p == position);
    let last = row.cells.last().map_or(0, |(p, _)| *p);
    let first = row.cells.first().map_or(0, |(p, _)| *p);
    let is_name = |position: usize| {
        let name = |w: &What| matches!(w, What::Field(Field::Name | Field::Ordinal, _));
        columns.iter().any(|(p, w)| *p == position && name(w) && filled(position + 1))
    };
    let fits = |(position, typed): &(usize, String)| {
        let blank = !filled(*position) && *position > first && *position <= last + 8;
        let group = filled(*position) && !filled(position + 1) && !is_name(*position);
        let words = typed.chars().any(char::is_alphabetic) && typed.chars().count() < 60;
        words && (blank || group)
    };
    let under_blank = |(position, _): &(usize, String)| !filled(*position);
    next.number == row.number + 1
        && next.cells.iter().all(fits)
        && next.cells.iter().any(under_blank)
}

/// Columns that the user named by letter although they have no heading.
fn add_mapped(columns: &mut Vec<(usize, What)>, options: &Options) {
    for (field, column) in &options.map {
        let Some(position) = position_of(column) else { continue };
        if !columns.iter().any(|(p, _)| *p == position) {
            columns.push((position, What::Field(*field, None)));
        }
    }
}

/// “Đối tượng” is the name where it stands alone, and says of what kind a line is where the names have
/// a column of their own.
fn kind_beside_name(columns: &mut [(usize, What)]) {
    let names = |(_, w): &(usize, What)| matches!(w, What::Field(Field::Name, Some(_)));
    let kinds = |(_, w): &(usize, What)| matches!(w, What::Field(Field::Kind, _));
    if !columns.iter().any(names) || columns.iter().any(kinds) {
        return;
    }
    let general = columns.iter_mut().find(|(_, w)| *w == What::Field(Field::Name, None));
    if let Some((_, what)) = general {
        *what = What::Field(Field::Kind, None);
    }
}

/// One column for each field; of names one for each kind, of awards as many as there are.
fn one_of_each(
    columns: &mut Vec<(usize, What)>,
    row: &Texts,
    place: &Place,
    found: &mut Vec<Diagnostic>,
) {
    let mut kept: Vec<(usize, What)> = Vec::new();
    for (position, what) in columns.drain(..) {
        let twice = match &what {
            What::Field(Field::Form, _) | What::Mark(..) | What::Extra(_) => None,
            What::Field(field, kind) => kept.iter().find(
                |(_, w)| matches!(w, What::Field(f, k) if f == field && (k == kind || *field != Field::Name)),
            ),
        };
        let Some((first, _)) = twice else {
            kept.push((position, what));
            continue;
        };
        let (mine, other) = (letter(position), letter(*first));
        let typed = row.cells.iter().find(|(p, _)| *p == position);
        let typed = typed.map_or("", |(_, t)| t.as_str());
        found.push(
            Diagnostic::warning(
                codes::COLUMN,
                place.clone().row(row.number).cell(mine),
                text!(
                    "cột “{typed}” cùng nghĩa với cột {other}: chỉ đọc cột {other}",
                    "the column “{typed}” means the same as column {other}: only {other} is read"
                ),
            )
            .hint(text!(
                "đổi tiêu đề, hoặc chỉ rõ cột bằng --map",
                "change the heading, or name the column with --map"
            )),
        );
        let key = text::slug(typed).replace('-', "_");
        kept.push((position, What::Extra(format!("{key}_2"))));
    }
    *columns = kept;
}

/// `--map ten=C`: a field and a column.
///
/// # Errors
/// What is wrong, as the keys that may be used.
pub fn parse_map(argument: &str) -> Result<(Field, String), String> {
    let keys = || super::words::map_keys().collect::<Vec<_>>().join(", ");
    let (key, column) = argument.split_once('=').ok_or_else(|| format!("ten=C ({})", keys()))?;
    let field = field_of(key).ok_or_else(keys)?;
    let column = column.trim();
    if column.is_empty() { Err(format!("{key}=C")) } else { Ok((field, column.to_owned())) }
}

/// True for a row that numbers the columns: `(1) (2) (3)`, `A B 1 2`.
pub(super) fn is_numbering(row: &Texts) -> bool {
    fn plain(text: &str) -> &str {
        text.trim_matches(['(', ')', '[', ']']).trim()
    }
    let is_short = |text: &str| plain(text).chars().take(3).count() <= 2 || text.contains('=');
    if !row.cells.iter().all(|(_, text)| is_short(text)) {
        return false;
    }
    let numbers: Vec<u32> = row.cells.iter().filter_map(|(_, t)| plain(t).parse().ok()).collect();
    numbers.len() >= 3 && numbers.windows(2).all(|w| matches!(w, [a, b] if b == &(a + 1)))
}

/// True if a cell only marks.
pub(super) fn is_mark(cell: &str) -> bool {
    let slug = text::slug(cell);
    words().rows.marks.contains(&slug) || slug.is_empty() && !cell.trim().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(number: u32, cells: &[&str]) -> Texts {
        let filled = cells.iter().enumerate().filter(|(_, t)| !t.is_empty());
        let cells = filled.map(|(p, t)| (p, (*t).to_owned())).collect();
        Texts { number, cells, ..Texts::default() }
    }

    fn head(rows: &[&[&str]], options: &Options) -> Option<(Vec<(usize, What)>, bool)> {
        let rows: Vec<_> = (1..).zip(rows).map(|(n, r)| texts(n, r)).collect();
        let mut found = Vec::new();
        let (head, used) =
            read(&rows[0], rows.get(1), options, false, &Place::default(), &mut found)?;
        Some((head.columns, used))
    }

    #[test]
    fn headings_in_one_row() {
        let row: &[&str] = &["STT", "HỌ VÀ TÊN", "Chức vụ", "Đơn vị", "Hình thức", "Lĩnh vực"];
        let (columns, used) = head(&[row, &["1", "Lê An"]], &Options::default()).expect("a head");
        assert!(!used);
        assert_eq!(columns[1].1, What::Field(Field::Name, Some(HonoureeKind::Individual)));
        assert_eq!(columns[5].1, What::Extra("linh_vuc".into()));
        assert!(head(&[&["Danh sách đề nghị"]], &Options::default()).is_none());
        assert!(head(&[&["1", "Lê An", "Chuyên viên"]], &Options::default()).is_none());
    }

    #[test]
    fn headings_in_two_rows() {
        let first: &[&str] =
            &["TT", "Họ và tên", "Năm sinh", "", "Chức vụ, đơn vị", "", "Hình thức", "", "Ghi chú"];
        let second: &[&str] = &["", "", "Nam", "Nữ", "Chức vụ", "Đơn vị", "LĐTT", "CSTĐCS", ""];
        let (columns, used) = head(&[first, second], &Options::default()).expect("a head");
        assert!(used);
        let at = |p: usize| columns.iter().find(|(c, _)| *c == p).map(|(_, w)| w.clone());
        assert_eq!(at(2), Some(What::Mark(Field::Gender, "Nam".into())));
        assert_eq!(at(4), Some(What::Field(Field::Position, None)));
        assert_eq!(at(5), Some(What::Field(Field::Unit, None)));
        assert_eq!(at(7), Some(What::Mark(Field::Form, "CSTĐCS".into())));
        // A section or a person below is no second row.
        let third: &[&str] = &["I. TẬP THỂ"];
        assert!(!head(&[first, third], &Options::default()).expect("a head").1);
    }

    #[test]
    fn the_mapping_wins() {
        let options = Options {
            map: vec![
                parse_map("ten=B").expect("a map"),
                parse_map("don-vi=Nơi làm").expect("a map"),
            ],
            ..Options::default()
        };
        let row: &[&str] = &["STT", "Nhân viên", "Nơi làm", "Đơn vị"];
        let (columns, _) = head(&[row], &options).expect("a head");
        assert_eq!(columns[1].1, What::Field(Field::Name, None));
        assert_eq!(columns[2].1, What::Field(Field::Unit, None));
        assert_eq!(columns[3].1, What::Extra("don_vi".into()));
        assert!(parse_map("luong=C").is_err() && parse_map("ten").is_err());
        let bare = mapped(&options).expect("letters alone");
        assert_eq!(bare.position(Field::Name), Some(1));
    }

    #[test]
    fn rows_that_number_the_columns() {
        assert!(is_numbering(&texts(1, &["(1)", "(2)", "(3)", "(4)"])));
        assert!(is_numbering(&texts(1, &["A", "B", "1", "2", "3"])));
        assert!(!is_numbering(&texts(1, &["1", "Lê An", "2"])));
    }

    #[test]
    fn a_title_right_above_the_headings_is_none_of_them() {
        let rows: [&[&str]; 2] = [&["DANH SÁCH TẶNG GIẤY KHEN"], &["STT", "Họ và tên", "Đơn vị"]];
        assert!(head(&rows, &Options::default()).is_none());
    }
}
