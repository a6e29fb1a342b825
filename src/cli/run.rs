//! `vanthu run JOB.toml`: a whole batch.

use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::Result;
use crate::pipeline::{
    Purpose, Ticket, Workspace, job_identity, load_job, plan, preview, write_bad_rows,
};
use crate::text;

use super::issue::{issue_with_bar, refuse, show};
use super::report::Ui;
use super::{Exit, output_failure, progress, report};

/// What was asked.
pub struct Request {
    pub job: PathBuf,
    pub dry_run: bool,
    pub keep_going: bool,
    pub again: bool,
    pub wait: u64,
    pub json: bool,
}

/// Plans everything, then issues it whole; with `--keep-going` the good rows only.
pub fn run(workspace: &Workspace<'_>, request: Request, ui: &mut Ui<'_>) -> Result<Exit> {
    let job = match load_job(workspace, &request.job)? {
        Ok(job) => job,
        Err(findings) => {
            if request.json {
                let list: Vec<_> = findings.iter().map(|d| report::json(d, ui.lang)).collect();
                let value = serde_json::json!({ "issued": [], "findings": list });
                writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
            } else {
                ui.findings(&findings);
            }
            return Ok(Exit::Failed);
        }
    };
    let bar = progress::bar(0, &job.title, ui.lang, ui.quiet);
    let planned = plan(workspace, job.steps, Purpose::Issue(None), &|n| bar.set_length(n));
    bar.finish_and_clear();
    let plan = planned?;
    if plan.is_blocked() && (!request.keep_going || plan.documents.is_empty()) {
        let exit = refuse(&plan, request.json, ui)?;
        if !request.json && !plan.bad.is_empty() && !plan.documents.is_empty() {
            let (bad, good) = (plan.bad.len(), plan.documents.len());
            ui.remark(&text!(
                "{bad} hàng có lỗi, {good} hàng đúng; --keep-going ban hành riêng các hàng đúng",
                "{bad} rows have errors, {good} are good; --keep-going issues the good ones"
            ));
        }
        return Ok(exit);
    }
    let identity = job_identity(workspace, &request.job, request.again)?;
    let ticket =
        Ticket { job: identity, title: job.title, wait: Duration::from_secs(request.wait) };
    let outcome = if request.dry_run {
        preview(workspace, &plan, &ticket.job)?
    } else {
        issue_with_bar(workspace, &plan, &ticket, ui)?
    };
    let exit = show(&plan, &outcome, request.dry_run, request.json, ui)?;
    if !request.dry_run && !plan.bad.is_empty() {
        for path in write_bad_rows(workspace, &plan, &request.job, ui.lang)? {
            let path = path.display();
            ui.remark(&text!("các hàng còn lỗi: {path}", "rows still in error: {path}"));
        }
    }
    Ok(exit)
}
