//! The register's rows of a bag, as the CSV that is sealed into it.
//!
//! Knows: which columns a person needs who has only the bag. Must not know: SQL, BagIt.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::archive::{BagId, FileRef};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::model::{DocumentCode, Notation, Number};
use crate::register::book::guarded;
use crate::register::{Act, ActFilter, Book, Entry, Fields, Filter, Order, Register};
use crate::text;

/// The columns after the position.
const COLUMNS: [&str; 15] = [
    "book",
    "series",
    "year",
    "number",
    "code",
    "date",
    "type",
    "subject",
    "signer_position",
    "signer_name",
    "recipients",
    "archive_copy",
    "registered_at",
    "path",
    "sha256",
];

/// The rows of a bag.
pub(in crate::pipeline) fn of_bag(register: &dyn Register, bag: BagId) -> Result<Vec<u8>> {
    let mut out = heading()?;
    let filter = Filter {
        bag: Some((bag.year, bag.number)),
        order: Order::Registration,
        ..Filter::default()
    };
    register.entries(&filter, &mut |entry| {
        for file in entry.files.iter().filter(|f| f.at.bag_id() == bag) {
            push(&mut out, entry.seq, &line(&About::from(&entry), file)?);
        }
        Ok(())
    })?;
    let filter = ActFilter { bag: Some((bag.year, bag.number)), ..ActFilter::default() };
    let mut acts = Vec::new();
    register.acts(&filter, &mut |acted| {
        acts.push(acted);
        Ok(())
    })?;
    for acted in acts {
        let entry = acted.act.about.map(|seq| register.entry(seq)).transpose()?.flatten();
        for file in acted.files.iter().filter(|f| f.at.bag_id() == bag) {
            let cells = act_row(&acted.act, entry.as_ref(), file);
            push(&mut out, acted.act.seq, &written(&cells)?);
        }
    }
    Ok(out)
}

/// The line of headings.
pub(super) fn heading() -> Result<Vec<u8>> {
    let mut out = b"seq,".to_vec();
    out.extend(written(&COLUMNS.map(Cow::from))?);
    Ok(out)
}

/// Adds a line under its position.
pub(super) fn push(out: &mut Vec<u8>, seq: u64, line: &[u8]) {
    out.extend_from_slice(seq.to_string().as_bytes());
    out.push(b',');
    out.extend_from_slice(line);
}

/// The line of a file but for the position.
pub(super) fn line(about: &About<'_>, file: &FileRef) -> Result<Vec<u8>> {
    written(&row(about, file))
}

fn written(cells: &[Cow<'_, str>; 15]) -> Result<Vec<u8>> {
    let mut out = csv::WriterBuilder::new()
        .terminator(csv::Terminator::CRLF)
        .buffer_capacity(512)
        .from_writer(Vec::with_capacity(512));
    for cell in cells {
        out.write_field(guarded(cell).as_bytes()).map_err(|e| cannot(&e.to_string()))?;
    }
    out.write_record(None::<&[u8]>).map_err(|e| cannot(&e.to_string()))?;
    out.into_inner().map_err(|e| cannot(&e.to_string()))
}

/// The row of a file that came with an act: the act's kind stands for the type.
fn act_row<'a>(act: &'a Act, about: Option<&'a Entry>, file: &'a FileRef) -> [Cow<'a, str>; 15] {
    let mut cells = about.map(|entry| row(&About::from(entry), file)).unwrap_or_default();
    let own = [
        (5, act.date.to_string().into()),
        (6, act.kind.key().into()),
        (12, act.registered_at.as_str().into()),
        (13, file.at.path.as_str().into()),
        (14, file.sha256.to_hex().into()),
    ];
    for (column, value) in own {
        if let Some(cell) = cells.get_mut(column) {
            *cell = value;
        }
    }
    cells
}

/// What a row tells of a document, but for its position.
pub(super) struct About<'a> {
    pub(super) book: Book,
    pub(super) series: &'a str,
    pub(super) year: i16,
    pub(super) number: Number,
    pub(super) date: Date,
    pub(super) fields: &'a Fields,
    pub(super) registered_at: &'a str,
}

impl<'a> From<&'a Entry> for About<'a> {
    fn from(entry: &'a Entry) -> Self {
        Self {
            book: entry.book,
            series: &entry.series,
            year: entry.year,
            number: entry.number,
            date: entry.date,
            fields: &entry.fields,
            registered_at: &entry.registered_at,
        }
    }
}

fn row<'a>(about: &About<'a>, file: &'a FileRef) -> [Cow<'a, str>; 15] {
    let f = about.fields;
    let code = DocumentCode { number: Some(about.number), notation: Notation(f.notation.clone()) };
    [
        about.book.key().into(),
        about.series.into(),
        about.year.to_string().into(),
        about.number.to_string().into(),
        code.to_string().into(),
        about.date.to_string().into(),
        f.type_name.as_str().into(),
        f.subject.as_str().into(),
        f.signer_position.as_str().into(),
        f.signer_name.as_str().into(),
        f.recipients.join("; ").into(),
        f.archive_copy.as_str().into(),
        about.registered_at.into(),
        file.at.path.as_str().into(),
        file.sha256.to_hex().into(),
    ]
}

fn cannot(detail: &str) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!("không lập được bảng kê của túi: {detail}", "cannot list the bag's rows: {detail}"),
    )
}
