//! One row of a job: filled, read, assembled and checked.
//!
//! Knows: recipes, which fields a book has. Must not know: the other rows, what is registered, terminals.

use jiff::civil::Date;
use serde_json::{Map, Value};

use crate::archive::{Digest, Hashing};
use crate::diagnostic::{Diagnostic, Place, blocks};
use crate::model::Document;
use crate::register::{Book, annex};

use super::fields::fields_of;
use super::plan::{PlannedStep, Purpose};
use super::recipe::at_row;
use super::workspace::Workspace;

/// Fills and checks the rows of a step; many threads may do it at once.
#[derive(Clone, Copy)]
pub(super) struct Maker<'a> {
    pub(super) workspace: &'a Workspace<'a>,
    /// The step and its index.
    pub(super) planned: &'a PlannedStep,
    pub(super) index: usize,
    pub(super) purpose: Purpose,
    pub(super) today: Date,
}

/// What a step says of all its rows.
#[derive(Clone, Copy)]
pub(super) struct SourceOf {
    /// Its index.
    pub(super) index: usize,
    /// Length of its source's text.
    pub(super) length: usize,
    pub(super) is_word: bool,
    /// Its documents are kept however large they are.
    pub(super) is_kept: bool,
}

impl SourceOf {
    pub(super) fn new(index: usize, planned: &PlannedStep) -> Self {
        let recipe = &planned.recipe;
        Self { index, length: recipe.text.len(), is_word: recipe.bytes().is_some(), is_kept: false }
    }
}

/// A row, filled and checked.
pub(super) struct Outcome {
    pub(super) row: Place,
    pub(super) data: Map<String, Value>,
    /// Length of the data as JSON, and the digest that tells it from other rows of the step.
    pub(super) size: usize,
    pub(super) digest: Digest,
    pub(super) document: Option<Document>,
    pub(super) findings: Vec<Diagnostic>,
}

impl Maker<'_> {
    /// Fills, reads, assembles and checks one document. Pure: runs on many threads.
    pub(super) fn make(
        self,
        row: Place,
        data: Map<String, Value>,
        mut findings: Vec<Diagnostic>,
    ) -> Outcome {
        let mut document = None;
        let data = Value::Object(data);
        if !blocks(&findings) {
            let planned = self.planned;
            let day = self.purpose.day(&planned.step);
            let (made, more) = planned.recipe.document(self.workspace, &data, day, self.today);
            document = made;
            findings.extend(if row == Place::default() { more } else { at_row(more, &row) });
            if let Some(document) = &document
                && self.purpose != Purpose::Draft
            {
                let place = match &row.file {
                    Some(_) => row.clone(),
                    None => Place::file(&planned.recipe.file),
                };
                let fields = fields_of(document, &self.workspace.rules, None);
                findings.extend(annex::check(Book::Outgoing, &fields, &place));
            }
        }
        // A draft takes no number: nobody will ask whether its row was there before.
        let (size, digest) = match self.purpose {
            Purpose::Draft => (weight(&data), Digest([0; 32])),
            Purpose::Issue(_) => fingerprint(self.index, document.is_some().then_some(&data)),
        };
        let data = match data {
            Value::Object(data) => data,
            _ => Map::new(),
        };
        Outcome { row, data, size, digest, document, findings }
    }
}

/// Length of a row's data as JSON, and the digest that tells it from others.
fn fingerprint(index: usize, data: Option<&Value>) -> (usize, Digest) {
    use std::io::Write as _;
    let mut hashing = Hashing::new();
    // Writing to a hash does not fail.
    let _ = write!(hashing, "{index}\0");
    let head = hashing.len;
    let mut writer = std::io::BufWriter::with_capacity(1 << 13, hashing);
    let _ = data.map(|data| serde_json::to_writer(&mut writer, data));
    let hashing = writer.into_inner().unwrap_or_default();
    (hashing.len.saturating_sub(head), hashing.finish())
}

/// About how many bytes a row's texts come to.
fn weight(data: &Value) -> usize {
    match data {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(weight).sum(),
        Value::Object(fields) => fields.values().map(weight).sum(),
        _ => 8,
    }
}
