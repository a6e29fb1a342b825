//! `vanthu book`.

use std::path::PathBuf;

use jiff::civil::Date;

use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::pipeline::acts::registered;
use crate::pipeline::print::{self, BookPrint};
use crate::pipeline::{Workspace, dossier, search, write_file};
use crate::register::book::{Cover, Format, Options, View, write_view};
use crate::register::sqlite::Sqlite;
use crate::register::{self, Book, Filter, Narrow};
use crate::text;

use super::args::{BookKind, BookShape, Which};
use super::report::Ui;
use super::{Exit, output_failure, progress};

/// What is asked for.
pub struct Request {
    pub kind: BookKind,
    pub which: Which,
    pub text: Option<String>,
    pub format: BookShape,
    pub out: Option<PathBuf>,
    /// Pages in a volume, number of the first.
    pub volumes: (u32, u32),
}

/// Prints a book of a year, or writes it to a file.
pub fn run(workspace: &Workspace<'_>, request: Request, ui: &mut Ui<'_>) -> Result<Exit> {
    let register = registered(workspace)?;
    let filter = filter(workspace, &register, &request, ui)?;
    let format = match request.format {
        BookShape::Text => Format::Text,
        BookShape::Json => Format::Json,
        BookShape::Csv => Format::Csv,
        BookShape::Xlsx => Format::Xlsx,
        BookShape::Docx => return bind(workspace, &register, filter, &request, ui),
    };
    let view = view_of(request.kind);
    let cover = Cover::of(&workspace.office);
    let options = Options { lang: ui.lang, width: None };
    let Some(out) = &request.out else {
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
    ui.line(&text!("{shown}: {count} văn bản", "{shown}: {count} documents"))
        .map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

/// The book of an argument, as it is printed.
pub fn view_of(kind: BookKind) -> View {
    match kind {
        BookKind::Outgoing => View::Outgoing,
        BookKind::Incoming => View::Incoming,
        BookKind::Awards => View::Awards,
        BookKind::Copies => View::Copies,
        BookKind::FollowUp => View::FollowUp,
        BookKind::KeptCopies => View::KeptCopies,
        BookKind::Post => View::Post,
    }
}

/// What is going on while a search brings its index up to date.
pub fn search_progress() -> Text {
    text!("đọc văn bản mới vào chỉ mục", "reading new documents into the index")
}

/// What the book of an entry is called in Vietnamese.
pub fn book_name(book: Book) -> &'static str {
    match book {
        Book::Outgoing => "văn bản đi",
        Book::Incoming => "văn bản đến",
        Book::Awards => "khen thưởng",
        Book::Copies => "bản sao",
    }
}

/// The days asked for, if any.
pub fn days(which: &Which) -> Option<(Date, Date)> {
    match (which.from, which.to) {
        (None, None) => None,
        (from, to) => Some((from.unwrap_or(Date::MIN), to.unwrap_or(Date::MAX))),
    }
}

fn filter(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    request: &Request,
    ui: &mut Ui<'_>,
) -> Result<Filter> {
    let which = &request.which;
    let dates = days(which);
    let filter = Filter {
        book: view_of(request.kind).book(),
        // Days say their year themselves.
        year: which.year.or_else(|| dates.is_none().then(|| workspace.world.today().year())),
        dates,
        text: request.text.clone(),
        narrow: Narrow {
            kind: which.type_of.clone(),
            signer: which.signer.clone(),
            unit: which.unit.clone(),
            ..Narrow::default()
        },
        ..Filter::default()
    };
    let filter = match &which.unit {
        Some(unit) if filter.book != Some(Book::Outgoing) => {
            let handed = Some(std::sync::Arc::new(register::handed(register, unit)?));
            Filter { narrow: Narrow { handed, ..filter.narrow }, ..filter }
        }
        _ => filter,
    };
    let filter = match &which.dossier {
        Some(code) => {
            let found = dossier::positions(register, code, filter.year)?;
            let only = Some(std::sync::Arc::new(found.unwrap_or_default()));
            Filter { narrow: Narrow { only, ..filter.narrow }, ..filter }
        }
        None => filter,
    };
    let what = search_progress();
    let bar = progress::bar(0, what.get(ui.lang), ui.lang, ui.quiet);
    let told = |at, of| {
        bar.set_length(of);
        bar.set_position(at);
    };
    let narrowed = search::narrow(workspace, register, filter, &told);
    bar.finish_and_clear();
    let (filter, findings) = narrowed?;
    ui.findings(&findings);
    Ok(filter)
}

/// Volumes of .docx, ready to bind.
fn bind(
    workspace: &Workspace<'_>,
    register: &Sqlite,
    filter: Filter,
    request: &Request,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let Some(out) = request.out.as_deref() else { return Err(no_name()) };
    let (pages, first) = request.volumes;
    let view = view_of(request.kind);
    let wanted =
        BookPrint { view, filter, pages, first, out, checkpoint: print::checkpoint(workspace)? };
    let volumes = print::book(workspace, register, &wanted)?;
    if wanted.checkpoint.is_none() {
        ui.findings(&[print::no_checkpoint()]);
    }
    for v in &volumes {
        let (path, volume, pages, rows) = (v.path.display(), v.volume, v.pages, v.rows);
        ui.line(&text!(
            "{path}: quyển số {volume}, {pages} trang, {rows} mục",
            "{path}: volume {volume}, {pages} pages, {rows} entries"
        ))
        .map_err(|e| output_failure(&e))?;
    }
    Ok(Exit::Clean)
}

fn no_name() -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::default(),
        text!(
            "sổ dạng docx gồm một hoặc nhiều quyển, mỗi quyển một tệp: cần tên tệp",
            "a book as docx is one or more volumes, each a file: it needs a file name"
        ),
    )
    .hint(text!("thêm --out so-di.docx", "add --out book.docx"))
}
