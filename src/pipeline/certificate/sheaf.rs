//! Many certificates in one file, for printing.
//!
//! Knows: how many pages go into a file. Must not know: the book.

use rayon::prelude::*;

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::awards::Stamp;
use crate::pipeline::filing::Attachment;
use crate::text;

use super::{Certificate, Make, Press};

/// Certificates in one file.
pub const SHEAF: usize = 100;

impl Press<'_> {
    /// Files of a hundred pages each, in the order given. They are for the printer: what is kept is one
    /// file a person.
    ///
    /// # Errors
    /// As [`Press::print`]; `Usage` for a Word file, which stays one file a person.
    pub fn sheaf(&self, certificates: &[(&Certificate, &Stamp)]) -> Result<Vec<Attachment>> {
        let Make::Boxes(printer) = &self.make else {
            return Err(Failure::new(
                FailureKind::Usage,
                Place::file(&self.file),
                text!(
                    "mẫu Word chỉ in mỗi người một tệp",
                    "a Word template gives one file a person"
                ),
            )
            .hint(text!(
                "in cả thư mục, hoặc dùng mẫu .toml để gộp một trăm giấy một tệp",
                "print the whole folder, or use a .toml form for a hundred in a file"
            )));
        };
        let file = |part: &[(&Certificate, &Stamp)]| {
            let sections = part
                .iter()
                .map(|(certificate, stamp)| {
                    let values = self.values(certificate, Some(stamp));
                    self.section(printer, certificate, &values, &stamp.qr)
                })
                .collect::<Result<Vec<_>>>()?;
            let properties = part.first().map(|(c, _)| self.properties(c, part.len()));
            let sheet = printer.sheet(sections, properties.unwrap_or_default());
            let written = self.workspace.writer.write(&sheet)?;
            let parts = Some(crate::archive::Digest(written.parts));
            Ok(Attachment { bytes: written.bytes, extension: "docx", parts })
        };
        certificates.par_chunks(SHEAF).map(file).collect()
    }
}
