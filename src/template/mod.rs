//! Templates: a document's text with Handlebars tags, filled from data.
//!
//! Knows: tags, helpers, where each tag stands. Must not know: front matter, blocks, pages.
//!
//! The Handlebars library reads the tags; what it read is turned once into a small tree that is
//! walked for every row. Walking it here, and not in the library, lets one pass report every
//! missing field with its place, and costs no copy of the data. Values are written sealed
//! (see [`crate::text::seal`]): nothing that data hold can become structure. Line markers tell
//! the reader which line of the template each line came from.

mod codes;
mod helpers;
mod lower;
mod masked;
mod path;
mod pieces;
mod run;
mod scan;
mod tree;

use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Place};
use crate::text;
use crate::text::Odd;

pub use codes::TOO_LARGE;
pub use pieces::{Found, Piece, Program, Role, Special, Tag, balance, compile, find};
pub use run::Host;
pub use tree::{FieldKind, FieldUse, OWN};

/// A template that was read once and is filled many times.
#[derive(Debug, Clone)]
pub struct Template {
    file: String,
    content: Content,
}

#[derive(Debug, Clone)]
enum Content {
    /// A text without tags.
    Plain(String),
    /// A tree, and the fields it uses.
    Tree { nodes: Vec<tree::Node>, fields: Vec<FieldUse> },
}

impl Template {
    /// Reads a template. A text without `{{` is taken as it is.
    ///
    /// # Errors
    /// All findings: characters that may not be typed, tags that cannot be read, blocks that are
    /// not closed, helpers that do not exist.
    pub fn compile(text: &str, file: &str) -> Result<Self, Vec<Diagnostic>> {
        let mut found = odd_characters(text, file);
        let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
        if !text.contains("{{") {
            return if found.is_empty() {
                Ok(Self { file: file.to_owned(), content: Content::Plain(text.to_owned()) })
            } else {
                Err(found)
            };
        }
        let scanned = scan::scan(text, file, &mut found);
        let lowered = lower::lower(&scanned, file, &mut found);
        match lowered.filter(|_| found.is_empty()) {
            Some((nodes, fields)) => {
                Ok(Self { file: file.to_owned(), content: Content::Tree { nodes, fields } })
            }
            None => Err(found),
        }
    }

    /// The text with every tag filled from `data` (an object: one record, or the rows as a list).
    ///
    /// # Errors
    /// All findings: missing and empty fields, values of the wrong kind.
    pub fn render(&self, data: &Json) -> Result<String, Vec<Diagnostic>> {
        match &self.content {
            Content::Plain(text) => Ok(text.clone()),
            Content::Tree { nodes, .. } => run::run(nodes, data, &self.file),
        }
    }

    /// The fields that the template uses, in the order in which they first stand.
    pub fn fields(&self) -> &[FieldUse] {
        match &self.content {
            Content::Plain(_) => &[],
            Content::Tree { fields, .. } => fields,
        }
    }

    /// True for a text without tags: the same for every row.
    pub fn is_plain(&self) -> bool {
        matches!(self.content, Content::Plain(_))
    }

    /// Name of the file for findings.
    pub fn file(&self) -> &str {
        &self.file
    }
}

/// Findings about characters are reported for so many lines.
const MAX_CHARACTER_FINDINGS: usize = 20;

/// Findings about characters that may not be typed.
fn odd_characters(text: &str, file: &str) -> Vec<Diagnostic> {
    let finding = |(line, column, c, odd): (u32, u32, char, Odd)| {
        let place = Place::file(file).line(line).column(column);
        let code = u32::from(c);
        match odd {
            Odd::Control => Diagnostic::error(
                codes::CONTROL,
                place,
                text!("có ký tự điều khiển U+{code:04X} không in được", "there is a control character U+{code:04X} that cannot be printed"),
            )
            .hint(text!("xóa ký tự đó (thường do chép từ phần mềm khác sang)", "delete it (it usually comes from copying out of another program)")),
            Odd::Reserved => Diagnostic::error(
                codes::RESERVED,
                place,
                text!("có ký tự vùng riêng U+{code:04X} mà chương trình giữ để dùng riêng", "there is a private-use character U+{code:04X} that the program keeps for itself"),
            )
            .hint(text!("xóa ký tự đó rồi gõ lại chữ ở chỗ ấy", "delete it and type the letter there again")),
        }
    };
    text::find_odd(text).take(MAX_CHARACTER_FINDINGS).map(finding).collect()
}

#[cfg(test)]
mod tests;
