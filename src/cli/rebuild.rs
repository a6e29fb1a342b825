//! `vanthu rebuild`.

use std::path::Path;
use std::time::Duration;

use serde_json::json;

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::{Rebuilt, Workspace, rebuild};
use crate::text;

use super::args::Shape;
use super::report::{self, Ui};
use super::{Exit, output_failure};

/// Makes the register again and reports.
pub fn run(
    workspace: &Workspace<'_>,
    out: Option<&Path>,
    wait: u64,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let done = rebuild(workspace, out, Duration::from_secs(wait))?;
    match format {
        Shape::Json => show_json(&done, ui),
        Shape::Text => show_text(&done, ui),
    }
    .map_err(|e| output_failure(&e))?;
    for failure in done.unfinished.iter().chain(refusal(&done, out.is_some()).iter()) {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    Ok(if done.is_contradicted {
        Exit::Tampered
    } else if done.is_whole() {
        Exit::Clean
    } else {
        Exit::Findings
    })
}

/// Why the register was not put in its place.
fn refusal(done: &Rebuilt, is_elsewhere: bool) -> Option<Failure> {
    if done.path.is_some() {
        return None;
    }
    let (kind, message) = if done.is_contradicted {
        let message = text!(
            "chưa lập sổ: nhật trình không khớp nhật ký đã ký",
            "no register was made: the journal does not agree with the signed log"
        );
        (FailureKind::Tampered, message)
    } else {
        let message = text!(
            "chưa đặt sổ vào chỗ: còn thiếu như trên, cấp số tiếp từ sổ thiếu sẽ trùng số",
            "the register was not put in place: what is named above is missing, and from such a register numbers would be given twice"
        );
        (FailureKind::Input, message)
    };
    let hint = if is_elsewhere {
        text!("tìm bản sao lưu còn đủ", "find a backup that is whole")
    } else {
        text!(
            "tìm bản sao lưu còn đủ; để đọc phần còn lại: vanthu rebuild --out TỆP",
            "find a backup that is whole; to read what is left: vanthu rebuild --out FILE"
        )
    };
    Some(Failure::new(kind, Place::default(), message).hint(hint))
}

fn show_text(done: &Rebuilt, ui: &mut Ui<'_>) -> std::io::Result<()> {
    for loss in &done.losses {
        writeln!(ui.out, "- {}", loss.get(ui.lang))?;
    }
    let untold = done.untold;
    if untold > 0 {
        ui.line(&text!("… và {untold} điều nữa", "… and {untold} more"))?;
    }
    let (positions, entries, inputs) = (done.positions, done.entries, done.inputs);
    ui.line(&text!(
        "đọc được {positions} dòng của sổ ({entries} văn bản) và {inputs} đầu vào chung",
        "read {positions} rows of the register ({entries} documents) and {inputs} shared inputs"
    ))?;
    if let Some(path) = &done.path {
        let shown = path.display();
        ui.line(&text!("đã lập lại sổ: {shown}", "the register was made again: {shown}"))?;
    }
    if done.is_proven {
        ui.line(&text!(
            "nhật ký đã ký chứng minh sổ lập lại đủ và đúng",
            "the signed log proves that it is complete and right"
        ))?;
    }
    if let Some(verified) = &done.verified {
        for finding in &verified.report.findings {
            ui.out.write_all(report::render(&finding.diagnostic(), ui.lang).as_bytes())?;
        }
        if verified.is_clean() {
            ui.line(&text!("đã kiểm tra: kho nguyên vẹn", "verified: the archive is whole"))?;
        }
    }
    Ok(())
}

fn show_json(done: &Rebuilt, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let losses: Vec<_> = done.losses.iter().map(|l| l.get(ui.lang)).collect();
    let verified = done.verified.as_ref();
    let findings = verified.map(|v| {
        v.report.findings.iter().map(|f| report::json(&f.diagnostic(), ui.lang)).collect::<Vec<_>>()
    });
    let value = json!({
        "register": done.path.as_ref().map(|p| p.display().to_string()),
        "positions": done.positions,
        "documents": done.entries,
        "inputs": done.inputs,
        "losses": losses,
        "more": done.untold,
        "proven": done.is_proven,
        "contradicted": done.is_contradicted,
        "verified": verified.map(crate::pipeline::Verified::is_clean),
        "findings": findings,
        "unfinished": done.unfinished.as_ref().map(|f| report::json_failure(f, ui.lang)),
    });
    writeln!(ui.out, "{value:#}")
}
