//! `vanthu book`.

use std::path::Path;

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::acts::registered;
use crate::pipeline::{Workspace, write_file};
use crate::register::Filter;
use crate::register::book::{Cover, Format, Options, View, write_view};
use crate::text;

use super::args::{BookKind, BookShape};
use super::report::Ui;
use super::{Exit, output_failure};

/// Prints a book of a year, or writes it to a file.
pub fn run(
    workspace: &Workspace<'_>,
    kind: BookKind,
    year: Option<i16>,
    format: BookShape,
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let format = match format {
        BookShape::Text => Format::Text,
        BookShape::Json => Format::Json,
        BookShape::Csv => Format::Csv,
        BookShape::Xlsx => Format::Xlsx,
        BookShape::Docx => return Err(no_docx()),
    };
    let view = match kind {
        BookKind::Outgoing => View::Outgoing,
        BookKind::Incoming => View::Incoming,
        BookKind::Awards => View::Awards,
        BookKind::Copies => View::Copies,
        BookKind::FollowUp => View::FollowUp,
        BookKind::KeptCopies => View::KeptCopies,
        BookKind::Post => View::Post,
    };
    let register = registered(workspace)?;
    let year = year.unwrap_or_else(|| workspace.world.today().year());
    let filter = Filter { book: view.book(), year: Some(year), ..Filter::default() };
    let cover = Cover::of(&workspace.office);
    let options = Options { lang: ui.lang, width: None };
    let Some(out) = out else {
        if format == Format::Xlsx && std::io::IsTerminal::is_terminal(&std::io::stdout()) {
            return Err(Failure::new(
                FailureKind::Usage,
                Place::default(),
                text!(
                    "sổ dạng xlsx không in ra màn hình được",
                    "a workbook cannot be shown on a terminal"
                ),
            )
            .hint(text!("thêm --out so-di.xlsx", "add --out book.xlsx")));
        }
        write_view(&register, view, &filter, &cover, format, options, ui.out)?;
        return Ok(Exit::Clean);
    };
    let mut bytes = Vec::new();
    let count = write_view(&register, view, &filter, &cover, format, options, &mut bytes)?;
    write_file(workspace.world, out, &bytes)?;
    let shown = out.display();
    writeln!(
        ui.out,
        "{}",
        text!("{shown}: {count} văn bản", "{shown}: {count} documents").get(ui.lang)
    )
    .map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

fn no_docx() -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::default(),
        text!("phiên bản này chưa in sổ dạng .docx", "this version does not print books as .docx"),
    )
    .hint(text!("dùng --format xlsx", "use --format xlsx"))
}
