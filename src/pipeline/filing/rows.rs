//! The register's rows of a bag, as the CSV that is sealed into it.
//!
//! Knows: which columns a person needs who has only the bag. Must not know: SQL, BagIt.

use crate::archive::{BagId, FileRef};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::book::guarded;
use crate::register::{Act, ActFilter, Entry, Filter, Order, Register};
use crate::text;

const COLUMNS: [&str; 16] = [
    "seq",
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
pub(super) fn of_bag(register: &dyn Register, bag: BagId) -> Result<Vec<u8>> {
    let mut out =
        csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    out.write_record(COLUMNS).map_err(|e| cannot(&e.to_string()))?;
    let filter = Filter {
        bag: Some((bag.year, bag.number)),
        order: Order::Registration,
        ..Filter::default()
    };
    register.entries(&filter, &mut |entry| {
        let files: Vec<_> = entry.files.iter().filter(|f| f.at.bag_id() == bag).collect();
        for file in files {
            out.write_record(row(&entry, file).iter().map(|c| guarded(c).into_owned()))
                .map_err(|e| cannot(&e.to_string()))?;
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
            out.write_record(
                act_row(&acted.act, entry.as_ref(), file).iter().map(|c| guarded(c).into_owned()),
            )
            .map_err(|e| cannot(&e.to_string()))?;
        }
    }
    out.into_inner().map_err(|e| cannot(&e.to_string()))
}

/// The row of a file that came with an act: the act's kind stands for the type.
fn act_row(act: &Act, about: Option<&Entry>, file: &FileRef) -> [String; 16] {
    let mut row: [String; 16] = about.map(|entry| row(entry, file)).unwrap_or_default();
    let own = [
        (0, act.seq.to_string()),
        (6, act.date.to_string()),
        (7, act.kind.key()),
        (13, act.registered_at.clone()),
        (14, file.at.path.clone()),
        (15, file.sha256.to_hex()),
    ];
    for (column, value) in own {
        if let Some(cell) = row.get_mut(column) {
            *cell = value;
        }
    }
    row
}

fn row(entry: &Entry, file: &FileRef) -> [String; 16] {
    let f = &entry.fields;
    [
        entry.seq.to_string(),
        entry.book.key().to_owned(),
        entry.series.clone(),
        entry.year.to_string(),
        entry.number.to_string(),
        entry.code().to_string(),
        entry.date.to_string(),
        f.type_name.clone(),
        f.subject.clone(),
        f.signer_position.clone(),
        f.signer_name.clone(),
        f.recipients.join("; "),
        f.archive_copy.clone(),
        entry.registered_at.clone(),
        file.at.path.clone(),
        file.sha256.to_hex(),
    ]
}

fn cannot(detail: &str) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::default(),
        text!("không lập được bảng kê của túi: {detail}", "cannot list the bag's rows: {detail}"),
    )
}
