//! `vanthu certificate form|preview|grid|reissue`.
//!
//! Knows: arguments, where files go, what is said. Must not know: boxes, QR codes, the book.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};

use crate::diagnostic::{Failure, FailureKind, Place, Result, blocks};
use crate::model::{Honouree, HonoureeKind};
use crate::pipeline::acts::{Call, reissue};
use crate::pipeline::certificate::{FORMS, Press, Settings, from_row, longest};
use crate::pipeline::{PRINT_FOLDER, Workspace, write_file};
use crate::source::{data, roll};
use crate::text;

use super::acts::{Acting, tell};
use super::report::Ui;
use super::{Exit, output_failure};

/// For whom a certificate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
pub enum For {
    #[default]
    #[value(alias = "ca-nhan")]
    Individual,
    #[value(alias = "tap-the")]
    Collective,
    #[value(alias = "ho")]
    Household,
}

impl From<For> for HonoureeKind {
    fn from(kind: For) -> Self {
        match kind {
            For::Individual => Self::Individual,
            For::Collective => Self::Collective,
            For::Household => Self::Household,
        }
    }
}

/// Which form.
#[derive(Debug, Clone, Args)]
pub struct WhichForm {
    #[arg(long, value_name = "FORM", default_value = "giay-khen")]
    pub form: String,
    #[arg(long, value_name = "FILE")]
    pub emblem: Option<PathBuf>,
    #[arg(long, value_name = "DX,DY", value_parser = shift, allow_hyphen_values = true)]
    pub shift: Option<(f64, f64)>,
}

impl WhichForm {
    fn settings(&self) -> Settings {
        Settings { form: self.form.clone(), emblem: self.emblem.clone(), shift: self.shift }
    }
}

/// What to do with certificates.
#[derive(Debug, Subcommand)]
pub enum CertificateAction {
    #[command(alias = "mau")]
    Form {
        #[arg(value_name = "FORM")]
        name: Option<String>,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "xem-thu")]
    Preview {
        #[command(flatten)]
        form: WhichForm,
        #[arg(long = "for", value_enum, default_value_t, value_name = "KIND")]
        kind: For,
        #[arg(long, value_name = "FILE")]
        data: Option<PathBuf>,
        #[arg(long, value_name = "N", default_value_t = 1, requires = "data", value_parser = clap::value_parser!(u32).range(1..))]
        row: u32,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "luoi")]
    Grid {
        #[command(flatten)]
        form: WhichForm,
        #[arg(long = "for", value_enum, default_value_t, value_name = "KIND")]
        kind: For,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    #[command(alias = "cap-lai")]
    Reissue {
        #[arg(value_name = "CODE")]
        code: String,
        #[command(flatten)]
        form: WhichForm,
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        #[arg(long, short, value_name = "FILE")]
        out: Option<PathBuf>,
        #[command(flatten)]
        acting: Acting,
    },
}

impl CertificateAction {
    /// True if a program reads the result.
    pub fn wants_json(&self) -> bool {
        matches!(self, Self::Reissue { acting, .. } if acting.json)
    }
}

/// Millimetres to the right and down: `-1.5,2`.
fn shift(text: &str) -> std::result::Result<(f64, f64), String> {
    let number = |t: &str| t.trim().parse::<f64>().ok().filter(|n| (-50.0..=50.0).contains(n));
    text.split_once([',', ';'])
        .and_then(|(x, y)| Some((number(x)?, number(y)?)))
        .ok_or_else(|| "DX,DY (mm): -1.5,2".to_owned())
}

/// Does what was asked.
pub fn run(workspace: &Workspace<'_>, action: CertificateAction, ui: &mut Ui<'_>) -> Result<Exit> {
    match action {
        CertificateAction::Form { name, out } => form(workspace, name.as_deref(), out, ui),
        CertificateAction::Preview { form, kind, data, row, out } => {
            preview(workspace, &form, kind.into(), data.as_deref().map(|d| (d, row)), out, ui)
        }
        CertificateAction::Grid { form, kind, out } => {
            let Some(press) = open(workspace, &form, ui)? else { return Ok(Exit::Findings) };
            let bytes = press.grid(kind.into())?;
            let name = format!("luoi-{}.docx", text::slug(&form.form));
            written(workspace, out.unwrap_or_else(|| name.into()), &bytes, ui)
        }
        CertificateAction::Reissue { code, form, reason, out, acting } => {
            again(workspace, &code, &form, &reason, out, &acting, ui)
        }
    }
}

fn open<'w>(
    workspace: &'w Workspace<'w>,
    form: &WhichForm,
    ui: &mut Ui<'_>,
) -> Result<Option<Press<'w>>> {
    let (press, findings) = Press::open(workspace, &form.settings())?;
    ui.findings(&findings);
    Ok(press)
}

fn written(workspace: &Workspace<'_>, out: PathBuf, bytes: &[u8], ui: &mut Ui<'_>) -> Result<Exit> {
    write_file(workspace.world, &out, bytes)?;
    let shown = out.display();
    ui.line(&text!("đã ghi {shown}", "wrote {shown}")).map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

/// The built-in forms, or the text of one to change.
fn form(
    workspace: &Workspace<'_>,
    name: Option<&str>,
    out: Option<PathBuf>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let Some(name) = name else {
        for (id, text) in FORMS {
            let first = text.lines().next().unwrap_or_default().trim_start_matches("# ");
            writeln!(ui.out, "{id}  {first}").map_err(|e| output_failure(&e))?;
        }
        return Ok(Exit::Clean);
    };
    let slug = text::slug(name);
    let Some((id, text)) = FORMS.iter().find(|(id, _)| *id == slug) else {
        let all = FORMS.iter().map(|(id, _)| *id).collect::<Vec<_>>().join(", ");
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default().item(name),
            text!("không có mẫu dựng sẵn “{name}”", "no built-in form is called “{name}”"),
        )
        .hint(text!("có sẵn: {all}", "built in: {all}")));
    };
    let own = workspace.dir.join("templates/certificates").join(format!("{id}.toml"));
    let path = out.unwrap_or(own);
    if workspace.world.stat(&path).is_ok() {
        return Err(Failure::new(
            FailureKind::Output,
            Place::file(path.display().to_string()),
            text!("đã có tệp này", "the file is there already"),
        )
        .hint(text!(
            "sửa ngay tệp đó, hoặc ghi ra tên khác bằng --out",
            "change that file, or name another with --out"
        )));
    }
    written(workspace, path, text.as_bytes(), ui)
}

/// A line of a list as a campaign would read it, with what there is to say of it; a record of a JSON or YAML file
/// as it is.
fn line(
    workspace: &Workspace<'_>,
    path: &Path,
    wanted: usize,
    ui: &mut Ui<'_>,
) -> Result<Option<(Honouree, Place)>> {
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    if ending.is_some_and(|e| matches!(e.as_str(), "json" | "yaml" | "yml")) {
        let mut rows = data::open(workspace.world, path, &data::Options::default())?;
        let found = rows.nth(wanted).transpose()?;
        return Ok(found.map(|row| (from_row(&row.values), row.place)));
    }
    let mut read = roll::read(workspace.world, path, &roll::Options::default())?;
    if read.lines.is_empty() {
        ui.findings(&read.findings);
        return Ok(None);
    }
    let Some(line) = read.lines.get(wanted) else { return Ok(None) };
    let at = |place: &Place| place.row == line.place.row && place.sheet == line.place.sheet;
    read.findings.retain(|d| at(&d.place));
    ui.findings(&read.findings);
    Ok(Some((line.honouree.clone(), line.place.clone())))
}

fn preview(
    workspace: &Workspace<'_>,
    form: &WhichForm,
    kind: HonoureeKind,
    from: Option<(&Path, u32)>,
    out: Option<PathBuf>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let Some(press) = open(workspace, form, ui)? else { return Ok(Exit::Findings) };
    let mut sample = longest(workspace, kind, press.award());
    if let Some((path, row)) = from {
        let wanted = usize::try_from(row).unwrap_or(usize::MAX).saturating_sub(1);
        let Some((honouree, source)) = line(workspace, path, wanted, ui)? else {
            let shown = path.display();
            return Err(Failure::new(
                FailureKind::Input,
                Place::file(shown.to_string()),
                text!("danh sách không có dòng thứ {row}", "the list has no row {row}"),
            )
            .hint(text!("đếm từ 1, không kể tiêu đề", "count from 1, without the headings")));
        };
        (sample.certificate.honouree, sample.certificate.source) = (honouree, source);
    }
    let findings = press.check(std::slice::from_ref(&sample.certificate));
    ui.findings(&findings);
    if blocks(&findings) {
        return Ok(Exit::Findings);
    }
    let made = press.print(&sample.certificate, &sample.stamp)?;
    let name = format!("xem-thu-{}.docx", text::slug(&form.form));
    written(workspace, out.unwrap_or_else(|| name.into()), &made.bytes, ui)
}

fn again(
    workspace: &Workspace<'_>,
    code: &str,
    form: &WhichForm,
    reason: &str,
    out: Option<PathBuf>,
    acting: &Acting,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let wait = Duration::from_secs(acting.wait);
    let call = Call { date: acting.date, dry_run: acting.dry_run, wait };
    let done = reissue(workspace, code, reason, &form.settings(), &call)?;
    if let (Some(bytes), Some(line)) = (&done.file, done.outcome.lines.first()) {
        let name = format!("{}-cap-lai-{}.docx", text::slug(&line.label), line.date);
        let folder = workspace.dir.join(PRINT_FOLDER).join(line.date.year().to_string());
        let path = out.unwrap_or_else(|| folder.join(name));
        // What was entered is safe in the archive; the copy to print can be made from there again.
        let copied = write_file(workspace.world, &path, bytes);
        let exit = tell(&done.outcome, acting, ui)?;
        copied?;
        if !acting.json {
            let shown = path.display();
            ui.line(&text!("bản in: {shown}", "copy to print: {shown}"))
                .map_err(|e| output_failure(&e))?;
        }
        return Ok(exit);
    }
    tell(&done.outcome, acting, ui)
}
