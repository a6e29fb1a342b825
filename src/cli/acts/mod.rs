//! The commands of acts: what happens to a document after its number was given.
//!
//! Knows: their arguments, and how an act is shown. Must not know: what an act means.

mod correct;
mod due;
pub mod show;

use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Subcommand, ValueEnum};
use jiff::civil::Date;

use crate::diagnostic::{Lang, Result, blocks};
use crate::pipeline::Workspace;
use crate::pipeline::acts::{
    self, ActLine, Assignment, Call, Delivery, How, Loan, Outcome, Rendition, Step,
};
use crate::pipeline::intake::{INCOMING_FOLDER, print_slip};
use crate::register::Register;
use crate::text;

use super::args::{Shape, day};
use super::report::{self, Ui};
use super::{Exit, output_failure};

/// What every act takes.
#[derive(Debug, Clone, Args)]
pub struct Acting {
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub date: Option<Date>,
    #[arg(long)]
    pub dry_run: bool,
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub wait: u64,
    #[arg(long)]
    pub json: bool,
}

impl Acting {
    fn call(&self) -> Call {
        let wait = Duration::from_secs(self.wait);
        Call { date: self.date, dry_run: self.dry_run, wait }
    }
}

/// How a document went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Way {
    #[value(aliases = ["truc-tiep", "trực tiếp"])]
    Hand,
    #[value(aliases = ["buu-dien", "bưu điện"])]
    Post,
    #[value(aliases = ["truc-tuyen", "trực tuyến"])]
    Online,
    Email,
    Fax,
}

/// What a rendition is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RenditionKind {
    #[value(aliases = ["ban-quet", "bản quét"])]
    Scan,
    #[value(alias = "ky-so")]
    Signed,
    #[value(alias = "khac")]
    Other,
}

/// What a correction or replacement is made from.
#[derive(Debug, Clone, Args)]
pub struct ByWhat {
    #[arg(value_name = "SOURCE", required_unless_present = "by")]
    pub source: Option<PathBuf>,
    #[arg(long, value_name = "CODE", conflicts_with = "source")]
    pub by: Option<String>,
    #[arg(long, value_name = "FILE")]
    pub data: Option<PathBuf>,
    #[arg(long, short, value_name = "DIR")]
    pub out: Option<PathBuf>,
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub reason: String,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Deed {
    #[command(alias = "xem")]
    Show {
        #[arg(value_name = "CODE")]
        code: String,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "huy-so")]
    Void {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        #[arg(long)]
        unregistered: bool,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "dinh-chinh")]
    Correct {
        #[arg(value_name = "CODE")]
        code: String,
        #[command(flatten)]
        by_what: ByWhat,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "thay-the")]
    Replace {
        #[arg(value_name = "CODE")]
        code: String,
        #[command(flatten)]
        by_what: ByWhat,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "thu-hoi")]
    Recall {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long, value_name = "TEXT", default_value = "")]
        reason: String,
        #[arg(long, value_name = "TEXT", default_value = "")]
        decision: String,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "kem")]
    Attach {
        #[arg(value_name = "CODE")]
        code: String,
        #[arg(value_name = "FILE", required = true)]
        files: Vec<PathBuf>,
        #[arg(long, value_enum, value_name = "KIND")]
        kind: Option<RenditionKind>,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "chuyen")]
    Deliver {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long, value_name = "NAME")]
        to: Vec<String>,
        #[arg(long, value_enum, value_name = "WAY", default_value = "hand")]
        how: Way,
        #[arg(long, value_name = "NAME", default_value = "")]
        receiver: String,
        #[arg(long, value_name = "N")]
        envelopes: Option<u32>,
        #[arg(long)]
        receipt: bool,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "giao")]
    Assign {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long, value_name = "NAME", default_value = "")]
        unit: String,
        #[arg(long, value_name = "NAME", default_value = "")]
        person: String,
        #[arg(long, value_name = "NAME")]
        joint: Vec<String>,
        #[arg(long, value_name = "DATE", value_parser = day)]
        due: Option<Date>,
        #[arg(long, value_name = "N", conflicts_with = "due")]
        days: Option<u32>,
        #[arg(long, value_name = "TEXT", default_value = "")]
        opinion: String,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        #[arg(long)]
        slip: bool,
        #[arg(long, short, value_name = "DIR")]
        out: Option<PathBuf>,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "theo-doi")]
    Follow {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long, value_name = "TEXT", default_value = "")]
        progress: String,
        #[arg(long)]
        done: bool,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "tra-loi")]
    Answer {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long, value_name = "CODE")]
        by: String,
        #[command(flatten)]
        acting: Acting,
    },
    #[command(alias = "den-han")]
    Due {
        #[arg(long, value_name = "N")]
        within: Option<u32>,
        #[arg(long)]
        all: bool,
        #[arg(long, value_enum, default_value_t)]
        format: Shape,
    },
    #[command(alias = "muon")]
    Lend {
        #[arg(value_name = "CODE", required = true)]
        codes: Vec<String>,
        #[arg(long, value_name = "NAME", default_value = "")]
        user: String,
        #[arg(long, value_name = "NAME", default_value = "")]
        allowed_by: String,
        #[arg(long, value_name = "NAME", default_value = "")]
        receiver: String,
        #[arg(long, value_name = "CODE", default_value = "")]
        dossier: String,
        #[arg(long)]
        returned: bool,
        #[arg(long)]
        here: bool,
        #[arg(long, value_name = "TEXT", default_value = "")]
        note: String,
        #[command(flatten)]
        acting: Acting,
    },
}

impl Deed {
    /// True if a program reads the result.
    pub fn wants_json(&self) -> bool {
        match self {
            Self::Show { format, .. } | Self::Due { format, .. } => *format == Shape::Json,
            Self::Void { acting, .. }
            | Self::Correct { acting, .. }
            | Self::Replace { acting, .. }
            | Self::Recall { acting, .. }
            | Self::Attach { acting, .. }
            | Self::Deliver { acting, .. }
            | Self::Assign { acting, .. }
            | Self::Follow { acting, .. }
            | Self::Answer { acting, .. }
            | Self::Lend { acting, .. } => acting.json,
        }
    }

    /// The first file that others made: it may lie in another office's folder.
    pub fn stranger(&self) -> Option<&PathBuf> {
        match self {
            Self::Attach { files, .. } => files.first(),
            _ => None,
        }
    }

    /// The source that is named: the office may be told from it.
    pub fn file(&self) -> Option<&PathBuf> {
        match self {
            Self::Correct { by_what, .. } | Self::Replace { by_what, .. } => {
                by_what.source.as_ref()
            }
            _ => None,
        }
    }

    /// True if it only reads.
    pub fn only_reads(&self) -> bool {
        matches!(self, Self::Show { .. } | Self::Due { .. })
    }
}

/// Does what was asked, and shows it.
pub fn run(workspace: &Workspace<'_>, deed: Deed, ui: &mut Ui<'_>) -> Result<Exit> {
    let (outcome, acting) = match deed {
        Deed::Show { code, format } => return show::run(workspace, &code, format, ui),
        Deed::Due { within, all, format } => return due::run(workspace, within, all, format, ui),
        Deed::Correct { code, by_what, acting } => {
            return correct::run(workspace, &code, by_what, &acting, false, ui);
        }
        Deed::Replace { code, by_what, acting } => {
            return correct::run(workspace, &code, by_what, &acting, true, ui);
        }
        Deed::Void { codes, reason, unregistered, acting } => {
            let void = if unregistered { acts::void_blank } else { acts::void };
            (void(workspace, &codes, &reason, &acting.call())?, acting)
        }
        Deed::Recall { codes, reason, decision, acting } => {
            (acts::recall(workspace, &codes, &reason, &decision, &acting.call())?, acting)
        }
        Deed::Attach { code, files, kind, note, acting } => {
            let kind = kind.map(rendition);
            (acts::attach(workspace, &code, &files, kind, &note, &acting.call())?, acting)
        }
        Deed::Deliver { codes, to, how, receiver, envelopes, receipt, note, acting } => {
            let how = way(how);
            let delivery = Delivery { to, how, receiver, envelopes, note, receipt };
            (acts::deliver(workspace, &codes, &delivery, &acting.call())?, acting)
        }
        Deed::Assign {
            codes,
            unit,
            person,
            joint,
            due,
            days,
            opinion,
            note,
            slip,
            out,
            acting,
        } => {
            let assignment = Assignment { unit, person, joint, due, days, opinion, note };
            let outcome = acts::assign(workspace, &codes, &assignment, &acting.call())?;
            let exit = tell(&outcome, &acting, ui)?;
            if slip && !acting.dry_run {
                slips(workspace, &outcome, out, acting.json, ui)?;
            }
            return Ok(exit);
        }
        Deed::Follow { codes, progress, done, note, acting } => {
            let step = Step { progress, done, note };
            (acts::follow(workspace, &codes, &step, &acting.call())?, acting)
        }
        Deed::Answer { codes, by, acting } => {
            (acts::answer(workspace, &codes, &by, &acting.call())?, acting)
        }
        Deed::Lend { codes, user, allowed_by, receiver, dossier, returned, here, note, acting } => {
            let loan = Loan { user, allowed_by, receiver, dossier, note, returned, here };
            (acts::lend(workspace, &codes, &loan, &acting.call())?, acting)
        }
    };
    tell(&outcome, &acting, ui)
}

/// Writes the phiếu giải quyết of each document that was assigned.
fn slips(
    workspace: &Workspace<'_>,
    outcome: &Outcome,
    out: Option<PathBuf>,
    json: bool,
    ui: &mut Ui<'_>,
) -> Result<()> {
    let folder = out.unwrap_or_else(|| workspace.dir.join(INCOMING_FOLDER));
    let register = acts::registered(workspace)?;
    for line in &outcome.lines {
        let Some(entry) = register.entry(line.about)? else { continue };
        let path = print_slip(workspace, &register, &entry, &folder)?;
        let shown = workspace.shown(&path);
        if !json {
            writeln!(ui.out, "{shown}").map_err(|e| output_failure(&e))?;
        }
    }
    Ok(())
}

fn way(way: Way) -> How {
    match way {
        Way::Hand => How::Hand,
        Way::Post => How::Post,
        Way::Online => How::Online,
        Way::Email => How::Email,
        Way::Fax => How::Fax,
    }
}

fn rendition(kind: RenditionKind) -> Rendition {
    match kind {
        RenditionKind::Scan => Rendition::Scan,
        RenditionKind::Signed => Rendition::Signed,
        RenditionKind::Other => Rendition::Other,
    }
}

/// Shows what was, or would be, entered.
pub(in crate::cli) fn tell(outcome: &Outcome, acting: &Acting, ui: &mut Ui<'_>) -> Result<Exit> {
    if acting.json {
        let value = json(outcome, acting.dry_run, ui.lang);
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        ui.findings(&outcome.findings);
        tell_lines(outcome, acting.dry_run, ui)?;
    }
    Ok(if blocks(&outcome.findings) { Exit::Findings } else { Exit::Clean })
}

/// The acts and what else is to be said of them, as text.
fn tell_lines(outcome: &Outcome, dry_run: bool, ui: &mut Ui<'_>) -> Result<()> {
    if let Some(mended) = &outcome.mended {
        ui.remark(mended);
    }
    for line in &outcome.lines {
        let shown = line_text(line, ui.lang);
        writeln!(ui.out, "{shown}").map_err(|e| output_failure(&e))?;
    }
    if blocks(&outcome.findings) {
        ui.remark(&text!("chưa ghi gì vào sổ", "nothing was entered"));
    } else if dry_run {
        ui.remark(&text!("chạy thử: chưa thay đổi gì", "a dry run: nothing was changed"));
    }
    if let Some(failure) = &outcome.unfinished {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    Ok(())
}

/// `05/KH-SNV  hủy số 22/11/2026 (dòng 12)`.
fn line_text(line: &ActLine, lang: Lang) -> String {
    let day = crate::register::book::day(line.date);
    let name = acts::kind_name(line.kind);
    let mut out = format!("{}  {} {day}", line.label, name.get(lang));
    if let Some(seq) = line.seq {
        out.push_str(text!(" (dòng {seq})", " (row {seq})").get(lang));
    }
    for file in &line.files {
        out.push_str(&format!("  [{}]", file.at));
    }
    out
}

fn json(outcome: &Outcome, dry_run: bool, lang: Lang) -> serde_json::Value {
    let acts: Vec<_> = outcome
        .lines
        .iter()
        .map(|line| {
            serde_json::json!({
                "seq": line.seq,
                "kind": line.kind,
                "about": line.about,
                "document": line.label,
                "date": line.date,
                "data": line.data,
                "fields": line.fields,
                "files": line.files,
            })
        })
        .collect();
    let findings: Vec<_> = outcome.findings.iter().map(|d| report::json(d, lang)).collect();
    serde_json::json!({
        "dry_run": dry_run,
        "acts": acts,
        "findings": findings,
        "unfinished": outcome.unfinished.as_ref().map(|f| report::json_failure(f, lang)),
    })
}
