//! A source or template as a maker of documents: fill, read, assemble, check; then lay out and write.
//!
//! Knows: the order of the stages before a number is needed. Must not know: the register, the archive, terminals.

use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::docx::{self, Written};
use crate::layout;
use crate::lint;
use crate::model::Document;
use crate::source;
use crate::template::Template;
use crate::text;

use super::assemble::assemble;
use super::workspace::{Workspace, read_text};

/// A source file, compiled.
pub struct Recipe {
    template: Template,
    /// Its text, kept with each job.
    pub text: String,
    /// Its name in findings.
    pub file: String,
}

impl Recipe {
    /// Reads and compiles a source file. The inner `Err` holds findings about the template.
    ///
    /// # Errors
    /// `Input` if the file cannot be read.
    pub fn load(workspace: &Workspace<'_>, path: &Path) -> Result<Result<Self, Vec<Diagnostic>>> {
        let text = read_text(workspace.world, path)?;
        Ok(Self::from_text(text, path.display().to_string()))
    }

    /// Compiles a source text.
    ///
    /// # Errors
    /// Findings about the template.
    pub fn from_text(text: String, file: String) -> Result<Self, Vec<Diagnostic>> {
        let template = Template::compile(&text, &file)?;
        Ok(Self { template, text, file })
    }

    /// True if the template goes over all rows of its data at once (`{{#each hang}}`).
    pub fn wants_all_rows(&self) -> bool {
        self.template
            .fields()
            .iter()
            .filter(|f| !f.in_loop || f.path.contains("[]"))
            .filter_map(|f| f.path.split(['.', '[']).next())
            .any(|root| root == "hang" || root == "rows")
    }

    /// Fills, reads, assembles and checks. `date` is the day of issue; `None` leaves a draft's blanks.
    /// The document is there unless something in it could not be understood at all.
    pub fn document(
        &self,
        workspace: &Workspace<'_>,
        data: &Value,
        date: IssueDay,
        today: Date,
    ) -> (Option<Document>, Vec<Diagnostic>) {
        let (document, mut findings) = self.fill(workspace, data, date, today);
        if let Some(document) = &document {
            findings.extend(lint::document(document, &workspace.checks, &workspace.office));
        }
        (document, findings)
    }

    /// Fills, reads and assembles, without the checks: for a row that was checked before.
    pub fn fill(
        &self,
        workspace: &Workspace<'_>,
        data: &Value,
        date: IssueDay,
        today: Date,
    ) -> (Option<Document>, Vec<Diagnostic>) {
        let rendered = match self.template.render(data) {
            Ok(text) => text,
            Err(findings) => return (None, findings),
        };
        let (parsed, mut findings) = source::parse(&rendered, &self.file);
        let not_nfc = parsed.not_nfc;
        let (document, more) =
            assemble(parsed, &self.file, &workspace.office, &workspace.rules, today);
        findings.extend(more);
        if let Some(line) = not_nfc {
            findings.extend(lint::not_composed(&workspace.checks, &self.file, line));
        }
        let Some(mut document) = document else { return (None, findings) };
        match date {
            IssueDay::Blank => {}
            IssueDay::Given(day) => document.date = day.into(),
            IssueDay::FromSource => {
                let day = document.date.date().unwrap_or(today);
                document.date = day.into();
            }
        }
        (Some(document), findings)
    }
}

/// Which day goes into ô 4.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IssueDay {
    /// A draft: what the source says, else blank.
    Blank,
    /// This day.
    Given(Date),
    /// The day in the source, else today.
    FromSource,
}

/// Lays out and writes a document, reads what was written and checks it again.
///
/// # Errors
/// `Output` if the file cannot be built or read back: then the program is wrong, and nothing is handed out.
pub fn write(workspace: &Workspace<'_>, document: &Document) -> Result<(Written, Vec<Diagnostic>)> {
    let sheet = workspace.composer.compose(document);
    let written = workspace.writer.write(&sheet)?;
    let back = docx::read(&written.bytes, &document.source)?;
    let findings = lint::sheet(&back, &workspace.checks, &document.source, &layout::metrics::width);
    Ok((written, findings))
}

/// Findings about a document that a data row made: the row is the place, the template's line comes second.
pub fn at_row(findings: Vec<Diagnostic>, row: &Place) -> Vec<Diagnostic> {
    let blame = |mut d: Diagnostic| {
        let template = std::mem::replace(&mut d.place, row.clone());
        d.place.slot = template.slot;
        if d.place.cell.is_none() {
            d.place.item.clone_from(&template.item);
        }
        d.related.insert(0, (template, text!("chỗ này trong mẫu", "here in the template")));
        d
    };
    findings.into_iter().map(blame).collect()
}
