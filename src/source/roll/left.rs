//! What of a sheet was not read, or was read although it is hidden; how that is told.
//!
//! Knows: counts of rows and columns. Must not know: names, awards.

use std::collections::{BTreeMap, BTreeSet};

use super::body::Reader;
use super::rows::{is_enumerator, is_note};
use super::{Texts, codes};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::data::table::letter;
use crate::text;

/// Rows that were not read, and the first of each sort.
#[derive(Default)]
pub(super) struct Skipped {
    pub below: (u32, u32),
    /// Rows below a list that look like lines of it.
    pub likely: (u32, u32),
    pub nameless: (u32, u32),
    pub hidden: (u32, u32),
    /// Columns without a heading that hold something in lines of the list.
    pub unheaded: BTreeMap<usize, (u32, u32)>,
    /// Columns whose cells were read.
    pub columns: BTreeSet<usize>,
}

pub(super) fn tally(of: &mut (u32, u32), row: u32) {
    if of.0 == 0 {
        of.1 = row;
    }
    of.0 = of.0.saturating_add(1);
}

impl Reader<'_> {
    /// A row below the headings that is no line: told with its words, if it has any.
    pub fn no_line(&mut self, row: &Texts) {
        let only_numbers = |t: &str| is_enumerator(t) || t.chars().all(|c| !c.is_alphabetic());
        let Some((position, text)) = row.cells.iter().find(|(_, t)| !only_numbers(t)) else {
            tally(&mut self.skipped.nameless, row.number);
            return;
        };
        let severity = if is_note(text) { Severity::Info } else { Severity::Warning };
        let shown: String = text.chars().take(80).collect();
        let place = self.place.clone().row(row.number).cell(letter(*position));
        let message = text!("hàng “{shown}” không đọc", "the row “{shown}” was not read");
        self.found.push(Diagnostic::new(codes::NOT_READ, severity, place, message).hint(text!(
            "nếu là một dòng của danh sách, đặt chữ vào đúng cột; nếu là tên đơn vị hay ghi chú thì thôi",
            "if it is a line of the list, put its words into their columns; a unit or a remark may stay"
        )));
    }

    pub fn tell_skipped(&mut self) {
        let Skipped { below, likely, nameless, hidden, .. } = self.skipped;
        let at = |row| self.place.clone().row(row);
        let mut told = Vec::new();
        if let (n @ 1.., row) = below {
            let message = text!(
                "{n} hàng bên dưới danh sách (phần ký, nơi nhận) không đọc",
                "{n} rows below the list (signature, recipients) were not read"
            );
            told.push(Diagnostic::new(codes::NOT_READ, Severity::Info, at(row), message));
        }
        if let (n @ 1.., row) = likely {
            let message = text!(
                "{n} hàng bên dưới phần ký hoặc số cộng giống dòng của danh sách nhưng không đọc",
                "{n} rows below the signature or the total look like lines of the list, and were not read"
            );
            told.push(Diagnostic::warning(codes::NOT_READ, at(row), message).hint(text!(
                "nếu là người được đề nghị, đưa lên trên phần ký và ghi số thứ tự",
                "if these are people who are proposed, move them above the signature and number them"
            )));
        }
        if let (n @ 1.., row) = nameless {
            let message = text!(
                "{n} hàng chỉ có số thứ tự, không đọc",
                "{n} rows with nothing but an ordinal were not read"
            );
            told.push(Diagnostic::new(codes::NOT_READ, Severity::Info, at(row), message));
        }
        if let (n @ 1.., row) = hidden {
            let message = text!(
                "{n} hàng đang bị ẩn hoặc lọc nhưng vẫn được đọc",
                "{n} rows are hidden or filtered out, and are read all the same"
            );
            told.push(Diagnostic::warning(codes::HIDDEN, at(row), message));
        }
        self.found.append(&mut told);
        for (position, (n, row)) in std::mem::take(&mut self.skipped.unheaded) {
            let column = letter(position);
            let place = self.place.clone().row(row).cell(column.clone());
            let message = text!(
                "cột {column} không có tiêu đề: {n} ô của cột không đọc",
                "column {column} has no heading: {n} of its cells were not read"
            );
            self.found.push(Diagnostic::warning(codes::UNHEADED, place, message).hint(text!(
                "đặt tiêu đề cho cột, hoặc chỉ ra bằng --map (ví dụ --map don-vi={column})",
                "give the column a heading, or name it with --map (such as --map don-vi={column})"
            )));
        }
    }

    /// Says which hidden columns were read.
    pub fn tell_hidden_columns(&mut self, ranges: &[(usize, usize)]) {
        let hidden = |p: &usize| ranges.iter().any(|(first, last)| (first..=last).contains(&p));
        let columns: Vec<String> =
            self.skipped.columns.iter().filter(|p| hidden(p)).map(|p| letter(*p)).collect();
        if columns.is_empty() {
            return;
        }
        let list = columns.join(", ");
        let message = text!(
            "cột {list} đang bị ẩn nhưng vẫn được đọc",
            "column {list} is hidden, and is read all the same"
        );
        self.found.push(Diagnostic::warning(codes::HIDDEN, self.place.clone(), message).hint(
            text!(
                "bỏ ẩn để xem đơn vị đã ghi gì; xóa hẳn cột nếu không dùng",
                "show the column to see what the unit wrote; delete it if it is not wanted"
            ),
        ));
    }
}
