//! Certificates: from a line of a list and the award's place in the book to a file to print.
//!
//! Knows: which forms there are, how an award becomes words, what must be right before anything is
//! numbered. Must not know: terminals, who may be given what, how the book is written.
//!
//! A [`Press`] is opened once with a form: built in, the office's own TOML, or a Word file of the
//! clerk's with tags. [`Press::check`] says everything that is wrong with all certificates before
//! numbers are taken; [`Press::print`] makes one for its number, [`Press::sheaf`] many in one file.

mod back;
mod code;
mod codes;
mod kept;
mod open;
mod preview;
mod prove;
mod rest;
mod sheaf;
mod word;
mod words;

use jiff::civil::Date;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Text};
use crate::docx::Page;
use crate::layout::{Printer, Properties, Section, Unfit, Values};
use crate::model::{CertificateForm, Honouree, HonoureeKind};
use crate::register::{Award, Entry};
use crate::text;

use self::codes::{DOES_NOT_FIT, UNPRINTABLE, VALUE_MISSING};
use self::word::WordForm;
use super::awards::Stamp;
use super::filing::Attachment;
use super::workspace::Workspace;

pub use kept::{KeptForm, PressInput, PressKit};
pub use open::{FORMS, Settings};
pub use preview::{Sample, from_row, longest};
pub use prove::{Claim, Said, check_voucher};
pub use sheaf::SHEAF;

/// The key of a row's further field that keeps what its certificate said.
pub const CERTIFICATE_FIELD: &str = "certificate";

/// What one certificate says.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Certificate {
    /// Who is honoured, and for what.
    pub honouree: Honouree,
    /// Where it comes from: the row of a list.
    #[serde(skip)]
    pub source: Place,
    /// Name of the award as printed, `Giấy khen`; the form's own if empty.
    pub award: String,
    /// Chức danh của người tặng: `Giám đốc Sở Nội vụ`; printed in capitals.
    pub giver: String,
    /// Tên cơ quan.
    pub organ: String,
    /// Số, ký hiệu of the decision.
    pub decision: String,
    /// Its day.
    pub decided: Option<Date>,
    /// Địa danh.
    pub locality: String,
    /// Its own day; that of the decision if not said.
    pub date: Option<Date>,
    /// Lines above the signer's post: `KT. GIÁM ĐỐC`.
    pub authority: Vec<String>,
    /// Chức vụ of the signer.
    pub position: String,
    /// Họ và tên of the signer.
    pub signer: String,
}

impl Certificate {
    /// The line of the sổ vàng that goes with it, without money and dossier. `form` is the award's name
    /// where the certificate has none of its own. The row keeps what the certificate says beside that, so that
    /// it can be made once more.
    pub fn award(&self, form: &str) -> Award {
        let honouree = &self.honouree;
        let mut award = Award {
            name: honouree.entered(),
            unit: honouree.post(),
            form: if self.award.is_empty() { form.to_owned() } else { self.award.clone() },
            decision: self.decision.clone(),
            decided: self.decided,
            achievement: honouree.achievement.clone(),
            signer_position: self.position.clone(),
            signer_name: self.signer.clone(),
            ..Award::default()
        };
        let kept = rest::of(self, &award);
        award.extra.insert(CERTIFICATE_FIELD.to_owned(), kept);
        award
    }

    /// What the certificate of an award said; put together from the row where it was not kept.
    pub fn of(entry: &Entry) -> Option<Self> {
        if let Some(kept) = Self::kept(entry) {
            return Some(kept);
        }
        let award = Award::of(entry)?;
        let honouree = Honouree {
            name: award.name,
            unit: award.unit,
            achievement: award.achievement,
            ..Honouree::default()
        };
        Some(Self {
            honouree,
            award: award.form,
            organ: entry.fields.organ_name.clone(),
            decision: award.decision,
            decided: award.decided,
            position: award.signer_position,
            signer: award.signer_name,
            ..Self::default()
        })
    }
}

impl Certificate {
    /// What the certificate of an award said, where its row keeps it.
    fn kept(entry: &Entry) -> Option<Self> {
        let award = Award::of(entry)?;
        rest::with(award.extra.get(CERTIFICATE_FIELD)?, &award)
    }
}

/// A form that is ready to print; may be used by many threads.
pub struct Press<'w> {
    workspace: &'w Workspace<'w>,
    /// The form's file, as messages name it.
    file: String,
    /// What it was read from.
    source: kept::Source,
    make: Make,
}

/// How pages are made.
enum Make {
    /// From boxes at places of the paper.
    Boxes(Box<Printer>),
    /// From a Word file with tags.
    Word(Box<WordForm>),
}

impl<'w> Press<'w> {
    /// The form of boxes; `None` for a Word file.
    pub fn form(&self) -> Option<&CertificateForm> {
        match &self.make {
            Make::Boxes(printer) => Some(printer.form()),
            Make::Word(_) => None,
        }
    }

    /// Name of the award that the form is for: `Giấy khen`; empty for a Word file.
    pub fn award(&self) -> &str {
        self.form().map_or("", |form| form.award.as_str())
    }

    /// Everything that is wrong with the certificates, before any of them has a number: what is
    /// missing, what cannot be printed, what does not fit at the smallest size.
    pub fn check(&self, certificates: &[Certificate]) -> Vec<Diagnostic> {
        self.check_all(&certificates.iter().collect::<Vec<_>>())
    }

    /// The same of some that lie apart.
    pub fn check_all(&self, certificates: &[&Certificate]) -> Vec<Diagnostic> {
        let found: Vec<Vec<Diagnostic>> =
            certificates.par_iter().map(|c| self.check_one(c)).collect();
        found.into_iter().flatten().collect()
    }

    fn check_one(&self, certificate: &Certificate) -> Vec<Diagnostic> {
        let values = self.values(certificate, None);
        let mut found = unprintable(certificate, &values);
        match &self.make {
            Make::Boxes(printer) => {
                let kind = certificate.honouree.kind;
                found.extend(self.missing(printer.form(), certificate, &values));
                let unfit = printer.check(&values, kind);
                found.extend(unfit.iter().map(|u| self.does_not_fit(u, certificate)));
                found.extend(self.code_too_fine(printer.form(), certificate));
            }
            Make::Word(form) => found.extend(form.check(self.workspace, certificate, &values)),
        }
        found
    }

    /// One certificate for its place in the book.
    ///
    /// # Errors
    /// `Input` if what was checked no longer fits.
    pub fn print(&self, certificate: &Certificate, stamp: &Stamp) -> Result<Attachment> {
        self.print_page(certificate, stamp).map(|(file, _)| file)
    }

    /// The same, and the page for a sheaf of many; there is none of a Word file.
    ///
    /// # Errors
    /// As [`Press::print`].
    pub fn print_page(
        &self,
        certificate: &Certificate,
        stamp: &Stamp,
    ) -> Result<(Attachment, Option<Page>)> {
        self.print_values(certificate, stamp, &self.values(certificate, Some(stamp)))
    }

    /// The same, and what was written is read back.
    ///
    /// # Errors
    /// As [`Press::print`] and [`Press::read_back`].
    pub fn print_surely(
        &self,
        certificate: &Certificate,
        stamp: &Stamp,
    ) -> Result<(Attachment, Option<Page>)> {
        let values = self.values(certificate, Some(stamp));
        let made = self.print_values(certificate, stamp, &values)?;
        self.has_come_back(certificate, &values, &made.0.bytes)?;
        Ok(made)
    }

    fn print_values(
        &self,
        certificate: &Certificate,
        stamp: &Stamp,
        values: &Values<'_>,
    ) -> Result<(Attachment, Option<Page>)> {
        let (written, page) = match &self.make {
            Make::Boxes(printer) => {
                let section = self.section(printer, certificate, values, &stamp.qr)?;
                let sheet = printer.sheet(vec![section], self.properties(certificate, 1));
                self.workspace.writer.write_page(sheet)?
            }
            Make::Word(form) => (form.fill(self.workspace, certificate, values, &stamp.qr)?, None),
        };
        let parts = Some(crate::archive::Digest(written.parts));
        Ok((Attachment { bytes: written.bytes, extension: "docx", parts }, page))
    }

    /// The test sheet of a form: a grid in millimetres with its boxes, to lay over a pre-printed one.
    ///
    /// # Errors
    /// `Usage` for a Word file, whose places only Word knows.
    pub fn grid(&self, kind: HonoureeKind) -> Result<Vec<u8>> {
        let Make::Boxes(printer) = &self.make else {
            return Err(Failure::new(
                FailureKind::Usage,
                Place::file(&self.file),
                text!(
                    "tờ lưới chỉ có cho mẫu .toml; mẫu Word đặt chỗ trong chính Word",
                    "a grid sheet is for .toml forms; a Word file keeps its places itself"
                ),
            )
            .hint(text!("dùng mẫu .toml của phôi", "use the form's .toml")));
        };
        let title = format!("Tờ lưới: {}", printer.form().title);
        let properties = Properties { title, ..Properties::default() };
        Ok(self.workspace.writer.write(&printer.grid(kind, properties))?.bytes)
    }

    fn section(
        &self,
        printer: &Printer,
        certificate: &Certificate,
        values: &Values<'_>,
        qr: &str,
    ) -> Result<Section> {
        let code = printer.form().code.and_then(|_| code::picture(qr));
        printer.section(values, certificate.honouree.kind, code).map_err(|unfit| {
            let finding = unfit.first().map(|u| self.does_not_fit(u, certificate));
            let (place, message) = finding.map_or_else(
                || (certificate.source.clone(), text!("chữ không vừa giấy", "text does not fit")),
                |d| (d.place, d.message),
            );
            Failure::new(FailureKind::Input, place, message)
                .hint(text!("rút gọn rồi chạy lại", "shorten it and run again"))
        })
    }

    fn properties(&self, certificate: &Certificate, count: usize) -> Properties {
        let name = &certificate.honouree.name;
        let award = if certificate.award.is_empty() { self.award() } else { &certificate.award };
        let title = match count {
            1 => format!("{award}: {name}"),
            n => format!("{award}: {n} giấy, từ {name}"),
        };
        let date = certificate.date.or(certificate.decided);
        Properties {
            title,
            subject: certificate.decision.clone(),
            creator: certificate.organ.clone(),
            category: award.to_owned(),
            created: date.map(|d| format!("{d}T00:00:00Z")).unwrap_or_default(),
        }
    }

    fn values<'a>(&'a self, certificate: &'a Certificate, stamp: Option<&Stamp>) -> Values<'a> {
        words::values(certificate, self.award(), stamp)
    }

    fn missing<'c>(
        &self,
        form: &'c CertificateForm,
        certificate: &'c Certificate,
        values: &'c Values<'_>,
    ) -> impl Iterator<Item = Diagnostic> + 'c {
        let kind = certificate.honouree.kind;
        let is_empty = |name: &str| values.get(name).is_none_or(str::is_empty);
        let lacking = move |of: &&crate::model::TextBox| {
            of.needed && of.is_for(kind) && of.names().all(is_empty)
        };
        form.boxes.iter().filter(lacking).map(|of| {
            let name = &of.name;
            let place = certificate.source.clone().item(name);
            let wanted = of.names().collect::<Vec<_>>().join(", ");
            Diagnostic::error(
                VALUE_MISSING,
                place,
                text!("giấy chưa có {name} ({wanted})", "the certificate lacks {name} ({wanted})"),
            )
            .hint(text!(
                "điền vào danh sách hoặc vào công việc rồi chạy lại",
                "fill it in, in the list or the job, and run again"
            ))
        })
    }

    fn does_not_fit(&self, unfit: &Unfit, certificate: &Certificate) -> Diagnostic {
        let (name, file, line) = (&unfit.name, &self.file, unfit.line);
        let place = certificate.source.clone().item(name);
        let message = match unfit.text.chars().count() {
            0 => text!(
                "cụm “{name}” quá cao dù đã dùng cỡ chữ nhỏ nhất",
                "the stack “{name}” is too high even at the smallest sizes"
            ),
            count => {
                let start: String = unfit.text.chars().take(60).collect();
                let dots = if count > 60 { "…" } else { "" };
                text!(
                    "“{start}{dots}” ({count} ký tự) không vừa ô “{name}” dù đã dùng cỡ chữ nhỏ nhất",
                    "“{start}{dots}” ({count} characters) does not fit the box “{name}” even at the smallest size"
                )
            }
        };
        Diagnostic::error(DOES_NOT_FIT, place, message).hint(text!(
            "rút gọn, hoặc nới rong, so-dong, cao, giảm co-nho-nhat ở dòng {line} của {file}",
            "shorten it, or widen width, lines, height, or lower min_size at line {line} of {file}"
        ))
    }
}

/// Letters that no paper can hold.
fn unprintable(certificate: &Certificate, values: &Values<'_>) -> Vec<Diagnostic> {
    let is_bad =
        |c: char| (c.is_control() && !matches!(c, '\n' | '\t')) || text::seal::is_reserved(c);
    if !values.iter().any(|(_, value)| value.contains(is_bad)) {
        return Vec::new();
    }
    let told = |(name, value): (&str, &str)| {
        let bad = value.chars().find(|c| is_bad(*c))?;
        let point = format!("U+{:04X}", u32::from(bad));
        let place = certificate.source.clone().item(name);
        let message: Text = text!(
            "{name} có ký tự không in được {point}",
            "{name} holds the unprintable character {point}"
        );
        let hint = text!("gõ lại giá trị này", "type this value again");
        Some(Diagnostic::error(UNPRINTABLE, place, message).hint(hint))
    };
    values.sorted().into_iter().filter_map(told).collect()
}

#[cfg(test)]
mod tests;
