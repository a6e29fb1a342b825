//! A written certificate read back: what was to be printed stands in the file.
//!
//! Knows: which words a form prints. Must not know: how a page looks, the book.

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::docx;
use crate::layout::Values;
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
        let said = words_of(&docx::read(bytes, &self.file)?);
        let said = joined(&said);
        let mut small: Option<String> = None;
        for names in MUST {
            let Some(name) = names.iter().find(|n| self.prints(n, certificate)) else { continue };
            let key = if *name == "ho_ten" { "ten" } else { name };
            let Some(value) = values.get(key).filter(|v| !v.is_empty()) else { continue };
            let value = joined(value);
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
            Make::Boxes(printer) => {
                let kind = certificate.honouree.kind;
                let boxes = printer.form().boxes.iter().filter(|b| b.is_for(kind));
                boxes.flat_map(|b| b.names()).any(|n| n == name)
            }
            Make::Word(form) => form.prints(name),
        }
    }
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
