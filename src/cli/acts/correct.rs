//! `vanthu correct`, `vanthu replace`.

use crate::diagnostic::{Result, blocks};
use crate::pipeline::acts::{Linked, Means, correct, replace};
use crate::pipeline::{PRINT_FOLDER, Workspace};

use super::super::draft::exit_of;
use super::super::issue;
use super::super::report::Ui;
use super::super::{Exit, output_failure};
use super::{Acting, ByWhat, json, tell_lines};

/// Issues the new document, if it is not issued already, and links the two.
pub fn run(
    workspace: &Workspace<'_>,
    code: &str,
    by_what: ByWhat,
    acting: &Acting,
    is_replacement: bool,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let ByWhat { source, by, data, out, reason } = by_what;
    let means = match (source, by) {
        (_, Some(by)) => Means::Issued(by),
        (source, None) => {
            let day = acting.date.unwrap_or_else(|| workspace.world.today());
            let out = out
                .unwrap_or_else(|| workspace.dir.join(PRINT_FOLDER).join(day.year().to_string()));
            Means::Source { source: source.unwrap_or_default(), data, out: Some(out) }
        }
    };
    let act = if is_replacement { replace } else { correct };
    let linked = act(workspace, code, &means, &reason, &acting.call(), &|_| {})?;
    let stopped = blocks(&linked.outcome.findings);
    let exit = tell(&linked, acting, ui)?;
    Ok(if stopped { Exit::Findings } else { exit })
}

fn tell(linked: &Linked, acting: &Acting, ui: &mut Ui<'_>) -> Result<Exit> {
    if acting.json {
        let mut value = json(&linked.outcome, acting.dry_run, ui.lang);
        if let Some((plan, report)) = &linked.issued {
            let codes: Vec<&str> = report.lines.iter().map(|l| l.code.as_str()).collect();
            value["issued"] = codes.into();
            let mut findings = super::super::draft::json_findings(plan, ui);
            let more = report.findings.iter();
            findings.extend(more.map(|d| super::super::report::json(d, ui.lang)));
            if let Some(all) = value["findings"].as_array_mut() {
                all.extend(findings);
            }
        }
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        ui.findings(&linked.outcome.findings);
        if let Some((plan, report)) = &linked.issued {
            issue::show(plan, report, acting.dry_run, false, ui)?;
        }
        tell_lines(&linked.outcome, acting.dry_run, ui)?;
    }
    Ok(match &linked.issued {
        Some((plan, report)) if blocks(&report.findings) || plan.is_blocked() => Exit::Findings,
        Some((_, report)) if report.uncopied.is_some() => Exit::Failed,
        Some((plan, _)) => exit_of(plan),
        None => Exit::Clean,
    })
}
