//! A written certificate read back: what was to be printed stands in the file.
//!
//! Knows: which words a form prints. Must not know: how a page looks, the book.

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::docx;
use crate::layout::{Item, Run, RunContent, Sheet, Values};
use crate::pipeline::awards::Stamp;
use crate::pipeline::search::words_of;
use crate::text;

use super::{Certificate, Make, Press};

/// What must come back, where the form prints it: the names that a form may use for it.
const MUST: [&[&str]; 3] = [&["ten", "ten_day_du", "ho_ten"], &["hinh_thuc"], &["so_quyet_dinh"]];

impl Press<'_> {
    /// Reads a certificate that was made and looks for the name, the award and the decision in it.
    ///
    /// # Errors
    /// `Output` if the file cannot be read back, or lacks one of them: then the program or the form is wrong, and
    /// nothing is handed out.
    pub fn read_back(&self, certificate: &Certificate, stamp: &Stamp, bytes: &[u8]) -> Result<()> {
        self.has_come_back(certificate, &self.values(certificate, Some(stamp)), bytes)
    }

    pub(super) fn has_come_back(
        &self,
        certificate: &Certificate,
        values: &Values<'_>,
        bytes: &[u8],
    ) -> Result<()> {
        docx::read_alike(bytes, &self.file, |sheet| self.says(certificate, values, sheet))?
    }

    /// Looks for what must stand in the sheet.
    fn says(&self, certificate: &Certificate, values: &Values<'_>, sheet: &Sheet) -> Result<()> {
        let mut all: Option<String> = None;
        let mut small: Option<String> = None;
        for names in MUST {
            let Some(name) = names.iter().find(|n| self.prints(n, certificate)) else { continue };
            let key = if *name == "ho_ten" { "ten" } else { name };
            let Some(value) = values.get(key).filter(|v| !v.is_empty()) else { continue };
            if stands_in_a_run(sheet, value) {
                continue;
            }
            let value = joined(value);
            let said = &*all.get_or_insert_with(|| joined(&words_of(sheet)));
            if said.contains(&value) || said.contains(&value.to_uppercase()) {
                continue;
            }
            // A box may print capitals.
            if small.get_or_insert_with(|| said.to_lowercase()).contains(&value.to_lowercase()) {
                continue;
            }
            let place = Place::file(&self.file).item(&certificate.honouree.name);
            let message = text!(
                "giấy vừa lập đọc lại không thấy “{value}”",
                "the certificate that was made does not say “{value}” when it is read back"
            );
            return Err(Failure::new(FailureKind::Output, place, message).hint(text!(
                "xem lại ô hoặc thẻ {{{key}}} của mẫu; nếu mẫu đúng thì báo lỗi chương trình",
                "look at the box or tag {{{key}}} of the form; if it is right, report a fault of the program"
            )));
        }
        Ok(())
    }

    /// True if the form prints a value for this kind.
    fn prints(&self, name: &str, certificate: &Certificate) -> bool {
        match &self.make {
            Make::Boxes(printer) => printer.prints(name, certificate.honouree.kind),
            Make::Word(form) => form.prints(name),
        }
    }
}

/// True if a text is one of the sheet's runs, or a part of one; in capitals too. Then it also stands among all words,
/// with lines joined and blanks single: its own blanks are.
fn stands_in_a_run(sheet: &Sheet, text: &str) -> bool {
    let mut after_blank = true;
    let is_odd = |c: char| {
        let is_odd = if c == ' ' { after_blank } else { c.is_whitespace() };
        after_blank = c == ' ';
        is_odd
    };
    if text.contains(is_odd) || text.ends_with(' ') {
        return false;
    }
    let paras = sheet.sections.iter().flat_map(|s| &s.items).filter_map(|item| match item {
        Item::Para(para) => Some(&para.runs),
        Item::Table(_) => None,
    });
    let said = |run: &Run, what: &str| match &run.content {
        RunContent::Text(said) => said.len() >= what.len() && said.contains(what),
        _ => false,
    };
    let is_said = |what: &str| paras.clone().flatten().any(|run| said(run, what));
    is_said(text) || is_said(&text.to_uppercase())
}

/// Lines joined, blanks single: a box may break lines.
fn joined(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}
