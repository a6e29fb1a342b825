//! `vanthu issue`: one document, or one for each row of its data.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;

use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::pipeline::{
    PRINT_FOLDER, Plan, Purpose, Report, Ticket, Workspace, plan, preview, single_steps,
};
use crate::text;

use super::args::Data;
use super::draft::{exit_of, json_findings, show_findings};
use super::report::{self, Ui};
use super::{Exit, output_failure, progress};

/// What was asked.
pub struct Request {
    pub sources: Vec<PathBuf>,
    pub data: Data,
    pub date: Option<Date>,
    pub out: Option<PathBuf>,
    pub dry_run: bool,
    pub wait: u64,
    pub json: bool,
}

/// Numbers and files the documents, or says what it would do.
pub fn run(workspace: &Workspace<'_>, request: Request, ui: &mut Ui<'_>) -> Result<Exit> {
    let data = &request.data;
    let mut steps = single_steps(&request.sources, data.file.as_deref(), data.sheet.as_deref());
    for step in &mut steps {
        step.out.clone_from(&request.out);
    }
    let mut plan = plan(workspace, steps, Purpose::Issue(request.date), &|_| {})?;
    if request.out.is_none() {
        print_by_year(workspace, &mut plan);
    }
    if plan.is_blocked() {
        return refuse(&plan, request.json, ui);
    }
    let title =
        request.sources.iter().map(|s| s.display().to_string()).collect::<Vec<_>>().join(", ");
    // Each call is a job of its own: the same source may be issued again on purpose.
    let mut nonce = [0; 16];
    workspace.world.random(&mut nonce).map_err(|e| {
        Failure::new(
            FailureKind::Output,
            Place::default(),
            text!("máy không cho số ngẫu nhiên: {e}", "the machine gave no random bytes: {e}"),
        )
    })?;
    let job = nonce.iter().fold("issue:".to_owned(), |id, b| format!("{id}{b:02x}"));
    let ticket = Ticket { job, title, wait: Duration::from_secs(request.wait) };
    let report = if request.dry_run {
        preview(workspace, &plan, &ticket.job)?
    } else {
        issue_with_bar(workspace, &plan, &ticket, ui)?
    };
    show(&plan, &report, request.dry_run, request.json, ui)
}

/// Copies to print go to a folder of their year: the next year begins again with 01.
fn print_by_year(workspace: &Workspace<'_>, plan: &mut Plan) {
    let years: Vec<(usize, i16)> = plan.documents.iter().map(|d| (d.step, d.date.year())).collect();
    for (step, year) in years {
        if let Some(planned) = plan.steps.get_mut(step) {
            planned.step.out = Some(workspace.dir.join(PRINT_FOLDER).join(year.to_string()));
        }
    }
}

/// Issues with a bar on a terminal.
pub fn issue_with_bar(
    workspace: &Workspace<'_>,
    plan: &Plan,
    ticket: &Ticket,
    ui: &Ui<'_>,
) -> Result<Report> {
    let bar = progress::bar(plan.documents.len() as u64, &ticket.title, ui.lang, ui.quiet);
    let report =
        crate::pipeline::issue(workspace, plan, ticket, &|p| bar.set_position(p.done as u64));
    bar.finish_and_clear();
    report
}

/// Shows why nothing was issued.
pub fn refuse(plan: &Plan, json: bool, ui: &mut Ui<'_>) -> Result<Exit> {
    if json {
        let value = serde_json::json!({ "issued": [], "findings": json_findings(plan, ui) });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        show_findings(plan, ui);
        ui.remark(&nothing_issued());
    }
    Ok(Exit::Findings)
}

fn nothing_issued() -> Text {
    text!(
        "chưa cấp số nào: sửa các lỗi trên rồi chạy lại",
        "no number was taken: mend the errors above and run again"
    )
}

/// Shows what was, or would be, issued.
pub fn show(
    plan: &Plan,
    report: &Report,
    dry_run: bool,
    json: bool,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let stopped = crate::diagnostic::blocks(&report.findings);
    if json {
        show_json(plan, report, dry_run, ui).map_err(|e| output_failure(&e))?;
    } else {
        show_findings(plan, ui);
        ui.findings(&report.findings);
        if let Some(mended) = &report.mended {
            ui.remark(mended);
        }
        show_lines(plan, report, dry_run, ui).map_err(|e| output_failure(&e))?;
        for failure in report.unfinished.iter().chain(&report.uncopied) {
            let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
        }
    }
    Ok(match (stopped, &report.uncopied) {
        (true, _) => Exit::Findings,
        (false, Some(_)) => Exit::Failed,
        (false, None) => exit_of(plan),
    })
}

fn show_lines(plan: &Plan, report: &Report, dry_run: bool, ui: &mut Ui<'_>) -> std::io::Result<()> {
    for line in &report.lines {
        write!(ui.out, "{:<16} {}", line.code, line.subject)?;
        let planned = plan.documents.get(line.index);
        if let Some(row) = planned.and_then(|p| p.row.number()) {
            let row = text!(" (hàng {row})", " (row {row})");
            write!(ui.out, "{}", row.get(ui.lang))?;
        }
        if let Some(to) = planned.and_then(|p| p.to.as_deref()) {
            write!(ui.out, " → {}", to.replace('\n', " "))?;
        }
        if let Some(copy) = &line.copy {
            write!(ui.out, "  [{}]", copy.display())?;
        }
        if line.earlier {
            ui.out.write_all(
                text!("  (đã ban hành trước đó)", "  (issued before)").get(ui.lang).as_bytes(),
            )?;
        }
        writeln!(ui.out)?;
    }
    let earlier = report.lines.iter().filter(|l| l.earlier).count();
    let fresh = report.lines.len() - earlier;
    let total = if dry_run {
        text!(
            "sẽ ban hành {fresh} văn bản; chưa thay đổi gì",
            "would issue {fresh} documents; nothing was changed"
        )
    } else if report.lines.is_empty() {
        nothing_issued()
    } else {
        text!("đã ban hành {fresh} văn bản", "issued {fresh} documents")
    };
    ui.remark(&total);
    if earlier > 0 {
        ui.remark(&text!(
            "{earlier} văn bản đã ban hành ở lần chạy trước, không cấp số lần nữa (muốn ban hành lần nữa: --again)",
            "{earlier} documents were issued by an earlier run and get no second number (to issue them once more: --again)"
        ));
    }
    Ok(())
}

fn show_json(plan: &Plan, report: &Report, dry_run: bool, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let lines: Vec<_> = report
        .lines
        .iter()
        .map(|l| {
            let row = plan.documents.get(l.index).map(|d| &d.row);
            serde_json::json!({
                "code": l.code,
                "subject": l.subject,
                "date": plan.documents.get(l.index).map(|d| d.date.to_string()),
                "to": plan.documents.get(l.index).and_then(|d| d.to.as_deref()),
                "series": plan.documents.get(l.index).map(|d| &*d.series),
                "row": row.and_then(|r| r.number()),
                "file": l.copy.as_ref().map(|c| c.display().to_string()),
                "earlier": l.earlier,
            })
        })
        .collect();
    let mut findings = json_findings(plan, ui);
    findings.extend(report.findings.iter().map(|d| report::json(d, ui.lang)));
    let value = serde_json::json!({
        "dry_run": dry_run,
        "issued": lines,
        "findings": findings,
        "uncopied": report.uncopied.as_ref().map(|f| report::json_failure(f, ui.lang)),
        "unfinished": report.unfinished.as_ref().map(|f| report::json_failure(f, ui.lang)),
    });
    writeln!(ui.out, "{value:#}")
}
