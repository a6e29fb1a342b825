//! `vanthu draft`.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Result, blocks};
use crate::pipeline::{Plan, Purpose, Workspace, plan, single_steps, write_drafts};
use crate::text;

use super::args::{Data, Shape};
use super::report::{self, Ui};
use super::{Exit, output_failure};

/// Writes the drafts and reports what was found.
pub fn run(
    workspace: &Workspace<'_>,
    sources: &[PathBuf],
    data: &Data,
    out: Option<&Path>,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let steps = single_steps(sources, data.file.as_deref(), data.sheet.as_deref());
    let mut plan = plan(workspace, steps, Purpose::Draft, &|_| {})?;
    let drafts = write_drafts(workspace, &mut plan, out)?;
    if format == Shape::Json {
        let files: Vec<_> = drafts.iter().map(|d| d.path.display().to_string()).collect();
        let value = serde_json::json!({ "files": files, "findings": json_findings(&plan, ui) });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        show_findings(&plan, ui);
        for draft in &drafts {
            let path = draft.path.display();
            ui.line(&text!("{path}", "{path}")).map_err(|e| output_failure(&e))?;
            if let Some(previous) = &draft.previous {
                let kept = previous.display();
                ui.remark(&text!(
                    "  bản trước khác bản này và được giữ ở {kept}",
                    "  the previous file differed and is kept at {kept}"
                ));
            }
        }
    }
    let exit = exit_of(&plan);
    // The process ends now: what the plan holds goes back whole.
    std::mem::forget(plan);
    Ok(exit)
}

/// Findings as text, with the count of those not told one by one.
pub fn show_findings(plan: &Plan, ui: &mut Ui<'_>) {
    ui.findings(&plan.findings);
    let more = plan.untold;
    if more > 0 {
        ui.remark(&text!("… và {more} phát hiện nữa", "… and {more} more findings"));
    }
}

/// Findings as JSON.
pub fn json_findings(plan: &Plan, ui: &Ui<'_>) -> Vec<serde_json::Value> {
    plan.findings.iter().map(|d| report::json(d, ui.lang)).collect()
}

/// Findings that stop a document make the exit code 1.
pub fn exit_of(plan: &Plan) -> Exit {
    if plan.is_blocked() || blocks(&plan.findings) { Exit::Findings } else { Exit::Clean }
}
