//! `vanthu check`.

use std::path::PathBuf;

use crate::diagnostic::{Result, Severity};
use crate::pipeline::{Workspace, check};
use crate::text;

use super::args::{Data, Shape};
use super::draft::{json_findings, show_findings};
use super::report::Ui;
use super::{Exit, output_failure};

/// Checks files; an error or a warning makes the exit code 1.
pub fn run(
    workspace: &Workspace<'_>,
    files: &[PathBuf],
    data: &Data,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let plan = check(workspace, files, data.file.as_deref(), data.sheet.as_deref())?;
    let clean = plan.bad.is_empty() && plan.findings.iter().all(|d| d.severity == Severity::Info);
    if format == Shape::Json {
        let value = serde_json::json!({ "clean": clean, "findings": json_findings(&plan, ui) });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        show_findings(&plan, ui);
        if clean {
            let count = files.len();
            ui.line(&text!("{count} tệp đúng thể thức", "{count} files keep the rules"))
                .map_err(|e| output_failure(&e))?;
        }
    }
    Ok(if clean { Exit::Clean } else { Exit::Findings })
}
