//! A source or template as a maker of documents: fill, read, assemble, check; then lay out and write.
//!
//! Knows: the order of the stages before a number is needed. Must not know: the register, the archive, terminals.

use std::path::Path;
use std::sync::Arc;

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
use super::campaign::old_bases;
use super::word::{self, Word};
use super::workspace::{Workspace, read_text};

/// A source file, compiled.
pub struct Recipe {
    /// The text, or what stands beside a Word file.
    pub(super) template: Arc<Template>,
    /// The Word file, where the source is one.
    pub(super) word: Option<Word>,
    /// Its text, kept with each job.
    pub text: String,
    /// Its name in findings.
    pub file: String,
    /// What there is to say of it that stops nothing.
    pub findings: Vec<Diagnostic>,
}

impl Recipe {
    /// Reads and compiles a source file. The inner `Err` holds findings about the template.
    ///
    /// # Errors
    /// `Input` if the file cannot be read.
    pub fn load(workspace: &Workspace<'_>, path: &Path) -> Result<Result<Self, Vec<Diagnostic>>> {
        if word::is_word(path) {
            return word::load(workspace, path);
        }
        let text = read_text(workspace.world, path)?;
        Ok(Self::from_text(text, path.display().to_string()))
    }

    /// A Word file; `description` is the front matter that it gets where none stands beside it.
    ///
    /// # Errors
    /// As [`Recipe::load`].
    pub(super) fn load_described(
        workspace: &Workspace<'_>,
        path: &Path,
        description: &str,
    ) -> Result<Result<Self, Vec<Diagnostic>>> {
        word::load_described(workspace, path, description)
    }

    /// Compiles a source text.
    ///
    /// # Errors
    /// Findings about the template.
    pub fn from_text(text: String, file: String) -> Result<Self, Vec<Diagnostic>> {
        let template = Template::compile(&text, &file)?.into();
        Ok(Self::compiled(template, text, file))
    }

    /// A source text that was compiled before.
    pub(super) fn compiled(template: Arc<Template>, text: String, file: String) -> Self {
        Self { template, word: None, text, file, findings: Vec::new() }
    }

    /// True if the template goes over all rows of its data at once (`{{#each hang}}`).
    pub fn wants_all_rows(&self) -> bool {
        let word = self.word.iter().flat_map(|w| w.template.fields()).map(|f| &f.field);
        self.template
            .fields()
            .iter()
            .chain(word)
            .filter(|f| !f.in_loop || f.path.contains("[]"))
            .filter_map(|f| f.path.split(['.', '[']).next())
            .any(|root| root == "hang" || root == "rows")
    }

    /// The names under which the source may ask for all rows of its data.
    pub(super) fn rows_called(&self) -> &'static [&'static str] {
        let word = self.word.iter().flat_map(|w| w.template.fields());
        let in_word: Vec<&str> = word.map(|f| f.field.path.as_str()).collect();
        let has = |name| self.text.contains(name) || in_word.iter().any(|p| p.contains(name));
        match (has("hang"), has("rows")) {
            (true, false) => &["hang"],
            (false, true) => &["rows"],
            _ => &["hang", "rows"],
        }
    }

    /// The fields that the source asks of rows, where it asks for nothing else.
    pub(super) fn row_names(&self) -> Option<Vec<String>> {
        let mut names = Vec::new();
        for field in self.template.fields() {
            let rest = ["hang", "rows"].iter().find_map(|root| field.path.strip_prefix(root))?;
            match rest.strip_prefix("[].") {
                Some(name) => names.push(name.to_owned()),
                None if rest.is_empty() => {}
                None => return None,
            }
        }
        (self.word.is_none() && !names.is_empty()).then_some(names)
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
        match (&document, &self.word) {
            // Its form is the clerk's own: what can be wrong is what goes into it.
            (Some(document), Some(word)) => findings.extend(word.check(workspace, document, data)),
            (Some(document), None) => {
                findings.extend(lint::document(document, &workspace.checks, &workspace.office));
                let is_draft = date == IssueDay::Blank;
                findings.extend(old_bases(workspace, document, is_draft, today));
            }
            // All at once: what stands beside the Word file is no reason not to look at the file.
            (None, Some(word)) => {
                findings.extend(word.check(
                    workspace,
                    &word.blank(workspace, &self.file, today),
                    data,
                ));
            }
            (None, None) => {}
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
        if let Some(word) = self.word.as_ref().filter(|w| !w.is_described) {
            return word.bare(workspace, &self.file, date, today);
        }
        let rendered = match self.template.render(data) {
            Ok(text) => text,
            Err(findings) => return (None, findings),
        };
        let (parsed, mut findings) = source::parse(&rendered, self.template.file());
        let not_nfc = parsed.not_nfc;
        let (document, more) =
            assemble(parsed, self.template.file(), &workspace.office, &workspace.rules, today);
        findings.extend(more);
        if let Some(line) = not_nfc {
            findings.extend(lint::not_composed(&workspace.checks, self.template.file(), line));
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

    /// Writes a document: a Word file is filled again, with its number and day; any other source is
    /// laid out from the document.
    ///
    /// # Errors
    /// As [`write()`]; `Input` if the data no longer fill the Word file.
    pub fn write(
        &self,
        workspace: &Workspace<'_>,
        document: &Document,
        data: impl FnOnce() -> Value,
    ) -> Result<(Written, Vec<Diagnostic>)> {
        match &self.word {
            Some(word) => Ok((word.write(workspace, document, &data())?, Vec::new())),
            None => write(workspace, document),
        }
    }

    /// The bytes that a document can be made again from, beside the text.
    pub fn bytes(&self) -> Option<&[u8]> {
        self.word.as_ref().map(|w| w.bytes.as_slice())
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
    // The sheet is gone before the file is read back: of a list of thousands each is many megabytes.
    let writer = |sheet: &_| workspace.writer.write(sheet);
    let written = workspace.composer.compose_next(document, writer)?;
    let name = &document.source;
    let look = |back: &_| lint::sheet(back, &workspace.checks, name, &layout::metrics::width);
    let findings = docx::read_next(&written.bytes, name, look)?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_says_which_fields_of_rows_it_asks_for() {
        let names = |text: &str| {
            let recipe = Recipe::from_text(text.to_owned(), "a.md".to_owned());
            recipe.map(|r| r.row_names()).expect("a template")
        };
        let asked = |names: &[&str]| Some(names.iter().map(|n| (*n).to_owned()).collect());
        assert_eq!(
            names("{{#each hang}}{{ho_ten}}{{#if [Đơn vị]}}, {{upper don_vi}}{{/if}}{{/each}}"),
            asked(&["ho_ten", "Đơn vị", "don_vi"])
        );
        assert_eq!(names("{{#each rows as |x|}}{{x.a}}{{/each}}"), asked(&["a"]));
        for all in [
            "chữ",
            "{{#each hang}}chữ{{/each}}",
            "{{#each hang}}{{a}}{{/each}}{{b}}",
            "{{#each hang}}{{a}}{{/each}}{{hang.0.b}}",
            "{{#each hang}}{{a}}{{#each this}}{{this}}{{/each}}{{/each}}",
            "{{#each hang}}{{a}}{{#with this}}{{b}}{{/with}}{{#if this}}x{{/if}}{{/each}}",
            "{{#each hang}}{{a}}{{../c}}{{/each}}",
        ] {
            assert_eq!(names(all), None, "{all}");
        }
    }
}
