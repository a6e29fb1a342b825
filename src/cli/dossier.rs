//! `vanthu dossier`.

use std::path::Path;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity, Text};
use crate::pipeline::Workspace;
use crate::pipeline::acts::registered;
use crate::pipeline::dossier::{self, Dossier, Opening};
use crate::pipeline::filing::Filing;
use crate::pipeline::print::workbook;
use crate::register::Register;
use crate::source::data::Options;
use crate::text;

use super::args::{DossierAction as Action, PaperShape};
use super::book::view_of;
use super::report::Ui;
use super::{Exit, output_failure, paper};

/// Opens, fills, lists, shows, closes or imports dossiers.
pub fn run(workspace: &Workspace<'_>, action: Action, ui: &mut Ui<'_>) -> Result<Exit> {
    let today = workspace.world.today();
    let this_year = |year: Option<i16>| year.unwrap_or(today.year());
    match action {
        Action::Open { code, title, retention, reason, creator, note, year, wait } => {
            let opening = Opening {
                place: Place::default().item(code.clone()),
                code,
                year: this_year(year),
                title,
                retention,
                reason,
                creator,
                note,
                heading: String::new(),
            };
            open(workspace, &[opening], wait, false, ui)
        }
        Action::Import { file, sheet, year, dry_run, wait } => {
            let options = Options { sheet, ..Options::default() };
            let year = this_year(year);
            let read = dossier::import(workspace.world, &file, &options, year)?;
            if has_error(&read.findings) {
                ui.findings(&read.findings);
                return Ok(Exit::Findings);
            }
            ui.findings(&read.findings);
            open(workspace, &read.openings, wait, dry_run, ui)
        }
        Action::Add { code, documents, book, document_year, note, year, wait } => {
            let Some(book) = view_of(book).book() else { return Err(no_entries()) };
            let mut filing = filing(workspace, wait)?;
            let from = (book, this_year(document_year.or(year)));
            let (count, findings) =
                dossier::add(&mut filing, &code, year, &documents, from, &note, today)?;
            told(count, findings, ui, |n| {
                text!(
                    "đã thêm {n} văn bản vào hồ sơ {code}",
                    "added {n} documents to the dossier {code}"
                )
            })
        }
        Action::Close { code, end, year, wait } => {
            let mut filing = filing(workspace, wait)?;
            let end = end.unwrap_or(today);
            let (closed, findings) = dossier::close(&mut filing, &code, year, end, today)?;
            told(usize::from(closed.is_some()), findings, ui, |_| {
                let count = closed.unwrap_or(0);
                text!(
                    "đã kết thúc hồ sơ {code} với {count} văn bản",
                    "closed the dossier {code} with {count} documents"
                )
            })
        }
        Action::List { year, format, out } => {
            list(workspace, this_year(year), format, out.as_deref(), ui)
        }
        Action::Show { code, year, format, out } => {
            show(workspace, &code, year, format, out.as_deref(), ui)
        }
    }
}

fn filing<'w>(workspace: &Workspace<'w>, wait: u64) -> Result<Filing<'w>> {
    Filing::open(workspace.world, &workspace.dir, &workspace.office, Duration::from_secs(wait))
}

fn has_error(findings: &[Diagnostic]) -> bool {
    findings.iter().any(|f| f.severity == Severity::Error)
}

fn told(
    count: usize,
    findings: Vec<Diagnostic>,
    ui: &mut Ui<'_>,
    line: impl Fn(usize) -> Text,
) -> Result<Exit> {
    ui.findings(&findings);
    if has_error(&findings) {
        return Ok(Exit::Findings);
    }
    ui.line(&line(count)).map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

fn open(
    workspace: &Workspace<'_>,
    openings: &[Opening],
    wait: u64,
    dry_run: bool,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    if dry_run {
        let count = openings.len();
        ui.line(&text!("{count} hồ sơ trong danh mục", "{count} dossiers in the list"))
            .map_err(|e| output_failure(&e))?;
        return Ok(Exit::Clean);
    }
    let mut filing = filing(workspace, wait)?;
    let (count, findings) = dossier::open(&mut filing, openings, workspace.world.today())?;
    told(count, findings, ui, |n| text!("đã mở {n} hồ sơ", "opened {n} dossiers"))
}

fn list(
    workspace: &Workspace<'_>,
    year: i16,
    format: PaperShape,
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let register = registered(workspace)?;
    let all = dossier::all(&register)?;
    let of_year: Vec<&Dossier> = all.iter().filter(|d| d.year == year).collect();
    let title = format!("Danh mục hồ sơ năm {year}");
    let bytes = match format {
        PaperShape::Text => {
            let mut table = dossier::list(&of_year);
            table.title = title;
            let mut text = table.on_screen();
            let count = of_year.len();
            let line = text!("{count} hồ sơ", "{count} dossiers");
            text.push_str(&format!("{}\n", line.get(ui.lang)));
            text.into_bytes()
        }
        PaperShape::Json => {
            let id = workspace.office.organ.id.as_deref();
            let dossiers: Vec<serde_json::Value> = of_year.iter().map(|d| json(d, id)).collect();
            let value = serde_json::json!({ "year": year, "dossiers": dossiers });
            format!("{value:#}\n").into_bytes()
        }
        PaperShape::Xlsx => workbook(&title, workspace.world.today(), &[dossier::list(&of_year)])?,
        PaperShape::Docx => {
            let sheet = dossier::list_paper(&workspace.office, year, &of_year);
            workspace.writer.write(&sheet)?.bytes
        }
    };
    deliver(workspace, format, &bytes, out, ui)
}

fn show(
    workspace: &Workspace<'_>,
    code: &str,
    year: Option<i16>,
    format: PaperShape,
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let register = registered(workspace)?;
    let all = dossier::all(&register)?;
    let Some(found) = dossier::named(&all, code, year) else {
        ui.findings(&[dossier::unknown(&all, code)]);
        return Ok(Exit::Findings);
    };
    let id = workspace.office.organ.id.as_deref();
    let title = format!("Hồ sơ {} năm {}", found.code, found.year);
    let bytes = match format {
        PaperShape::Text => text_of(&register, found, id)?.into_bytes(),
        PaperShape::Json => format!("{:#}\n", json(found, id)).into_bytes(),
        PaperShape::Xlsx => {
            workbook(&title, workspace.world.today(), &[dossier::index(&register, found)?])?
        }
        PaperShape::Docx => {
            let sheet = dossier::index_paper(&register, &workspace.office, found)?;
            workspace.writer.write(&sheet)?.bytes
        }
    };
    deliver(workspace, format, &bytes, out, ui)
}

fn text_of(register: &dyn Register, d: &Dossier, id: Option<&str>) -> Result<String> {
    let day = crate::register::book::day;
    let mut lines = vec![
        format!("{}  {}", d.code, d.title),
        format!("Mã hồ sơ: {}", d.file_code(id)),
        format!("Mở ngày: {}", day(d.opened)),
    ];
    if let Some((closed, end)) = d.closed {
        lines.push(format!("Kết thúc ngày: {} (công việc xong ngày {})", day(closed), day(end)));
    }
    let retention = d.retention.map_or_else(|| "chưa có".to_owned(), |r| r.words());
    let reason = if d.reason.is_empty() { String::new() } else { format!(" ({})", d.reason) };
    let until = d.kept_until().map_or_else(String::new, |y| format!(", đến hết năm {y}"));
    lines.push(format!("Thời hạn bảo quản: {retention}{reason}{until}"));
    for (name, value) in [("Đề mục", &d.heading), ("Người lập", &d.creator), ("Ghi chú", &d.note)]
    {
        if !value.is_empty() {
            lines.push(format!("{name}: {value}"));
        }
    }
    lines.push(format!("Văn bản: {}", d.documents.len()));
    let head: String =
        lines.iter().map(|l| l.replace(|c: char| c.is_control(), " ") + "\n").collect();
    Ok(format!("{head}\n{}", dossier::index(register, d)?.on_screen()))
}

fn json(d: &Dossier, id: Option<&str>) -> serde_json::Value {
    let mut value = serde_json::to_value(d).unwrap_or_default();
    value["file_code"] = d.file_code(id).into();
    value["kept_until"] = d.kept_until().into();
    value
}

fn deliver(
    workspace: &Workspace<'_>,
    format: PaperShape,
    bytes: &[u8],
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    paper::deliver(workspace, format, bytes, out, ui).map_err(|e| match e {
        paper::Undelivered::Output(e) => output_failure(&e),
        paper::Undelivered::Failed(failure) => failure,
    })?;
    Ok(Exit::Clean)
}

fn no_entries() -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::default(),
        text!("sổ này không chứa văn bản", "this book holds no documents"),
    )
    .hint(text!(
        "dùng --book outgoing, incoming, copies hoặc awards",
        "use --book outgoing, incoming, copies or awards"
    ))
}
