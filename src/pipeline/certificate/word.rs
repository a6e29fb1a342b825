//! A Word file of the clerk's as the form of a certificate.
//!
//! Knows: which fields its tags may name. Must not know: boxes, the book.

use std::path::PathBuf;

use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity};
use crate::docx::{WordTemplate, Written};
use crate::layout::Values;
use crate::pipeline::word::Shelf;
use crate::pipeline::workspace::Workspace;
use crate::text;

use super::Certificate;
use super::codes::NAMELESS_TEMPLATE;

/// Names that a certificate has in a Word file beside those of the forms, as people write them.
const ALSO: [(&str, &str); 3] =
    [("ho_ten", "ten"), ("so_so_vang", "so"), ("ngay_qd", "ngay_quyet_dinh")];

/// A Word file with tags.
pub(super) struct WordForm {
    template: WordTemplate,
    folder: PathBuf,
    file: String,
}

impl WordForm {
    /// From the bytes of a file; `folder` is where the pictures lie that the data name.
    pub(super) fn compile(
        bytes: &[u8],
        folder: PathBuf,
        file: &str,
    ) -> Result<(Option<Self>, Vec<Diagnostic>)> {
        let (template, mut findings) = WordTemplate::compile(bytes, file)?;
        let Some(template) = template else { return Ok((None, findings)) };
        let names = ["ho_ten", "ten", "ten_day_du"];
        if !template.fields().iter().any(|f| names.contains(&f.field.path.as_str())) {
            findings.push(
                Diagnostic::warning(
                    NAMELESS_TEMPLATE,
                    Place::file(file),
                    text!(
                        "mẫu không in tên người được khen",
                        "the template does not print whom it is for"
                    ),
                )
                .hint(text!(
                    "đặt thẻ {{{{ho_ten}}}} vào mẫu",
                    "put the tag {{{{ho_ten}}}} into it"
                )),
            );
        }
        let form = Self { template, folder, file: file.to_owned() };
        Ok((Some(form), findings))
    }

    /// What is wrong with one certificate's data.
    pub(super) fn check(
        &self,
        workspace: &Workspace<'_>,
        certificate: &Certificate,
        values: &Values<'_>,
    ) -> Vec<Diagnostic> {
        let data = data(certificate, values, "VT1");
        let shelf = self.shelf(workspace);
        let mut found = self.template.check(&data, &Value::Null, &shelf);
        for finding in &mut found {
            finding.related.push((certificate.source.clone(), text!("dòng này", "this row")));
        }
        found
    }

    /// True if a tag prints the field wherever it stands outside of loops and conditions.
    pub(super) fn prints(&self, name: &str) -> bool {
        let mut fields = self.template.fields().iter();
        fields.any(|f| f.field.path == name && !f.field.optional && !f.field.in_loop)
    }

    /// The filled file.
    pub(super) fn fill(
        &self,
        workspace: &Workspace<'_>,
        certificate: &Certificate,
        values: &Values<'_>,
        qr: &str,
    ) -> Result<Written> {
        let data = data(certificate, values, qr);
        let filled = self.template.fill(&data, &Value::Null, &self.shelf(workspace));
        filled.map_err(|found| {
            let first = found.into_iter().find(|d| d.severity == Severity::Error);
            let message = first.map_or_else(
                || text!("không điền được mẫu", "the template cannot be filled"),
                |d| d.message,
            );
            let place = Place::file(&self.file).item(&certificate.honouree.name);
            Failure::new(FailureKind::Input, place, message).hint(text!(
                "đừng sửa tệp khi lệnh đang chạy; chạy lại",
                "do not change the files while the command runs; run again"
            ))
        })
    }

    fn shelf<'a>(&'a self, workspace: &'a Workspace<'_>) -> Shelf<'a> {
        Shelf { world: workspace.world, folders: [&self.folder, &workspace.dir] }
    }
}

/// The fields of one certificate: those of every form, and the list's own columns.
fn data(certificate: &Certificate, values: &Values<'_>, qr: &str) -> Value {
    let mut out = Map::new();
    for (key, value) in &certificate.honouree.extra {
        out.insert(key.clone(), Value::String(value.clone()));
    }
    for (name, value) in values.sorted().into_iter().filter(|(name, _)| !name.starts_with("cot.")) {
        out.insert(name.to_owned(), Value::String(value.to_owned()));
    }
    for (also, name) in ALSO {
        let value = values.get(name).unwrap_or_default();
        out.insert(also.to_owned(), Value::String(value.to_owned()));
    }
    out.insert("qr".to_owned(), Value::String(qr.to_owned()));
    Value::Object(out)
}
