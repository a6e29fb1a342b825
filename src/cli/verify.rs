//! `vanthu verify`.

use std::path::Path;
use std::time::Duration;

use crate::archive::verify::{ExitStatus, Options, Scope};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::{Verified, Workspace, verify};
use crate::text;

use super::args::Shape;
use super::report::{self, Ui};
use super::{Exit, output_failure, progress};

/// Seconds to wait for a batch that is being issued.
const WAIT: u64 = 120;

/// Verifies and reports; never clean unless everything in scope was read.
pub fn run(
    workspace: &Workspace<'_>,
    format: Shape,
    year: Option<i16>,
    threads: Option<usize>,
    anchor: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let bar = progress::bar(0, "", ui.lang, ui.quiet || format == Shape::Json);
    let on_progress = |p: crate::archive::verify::Progress| {
        bar.set_length(p.total_files.max(p.files));
        bar.set_position(p.files);
    };
    let anchor = anchor.map(|path| read_anchor(workspace, path)).transpose()?;
    let options = Options {
        anchor: anchor.as_deref(),
        threads: threads.unwrap_or(0),
        on_progress: Some(&on_progress),
        scope: Scope { year, bag: None },
        ..Options::default()
    };
    let verified = verify(workspace, options, Duration::from_secs(WAIT));
    bar.finish_and_clear();
    let verified = verified?;
    let covered = verified.report.covered;
    if let Some(year) = year
        && covered.bags == 0
        && covered.numbers == 0
        && verified.report.findings.is_empty()
    {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("năm {year} không có gì để kiểm tra", "there is nothing to check in {year}"),
        )
        .hint(text!("bỏ --year để kiểm tra tất cả", "drop --year to check everything")));
    }
    match format {
        Shape::Json => show_json(&verified, ui),
        Shape::Text => show_text(&verified, ui),
    }
    .map_err(|e| output_failure(&e))?;
    Ok(exit_of(&verified))
}

/// A checkpoint that was kept elsewhere.
fn read_anchor(workspace: &Workspace<'_>, path: &Path) -> Result<Vec<u8>> {
    let limit = crate::archive::log::note::MAX_NOTE as u64;
    workspace.world.read(path, limit).map_err(|e| crate::pipeline::read_failure(path, &e))
}

fn exit_of(verified: &Verified) -> Exit {
    if verified.is_clean() {
        return Exit::Clean;
    }
    if !verified.rows.is_empty() || verified.report.findings.iter().any(|f| f.class.is_tampering())
    {
        return Exit::Tampered;
    }
    match verified.report.exit_status() {
        ExitStatus::Clean | ExitStatus::Findings => Exit::Findings,
        ExitStatus::CouldNotCheck if verified.pages.is_empty() => Exit::Failed,
        ExitStatus::Stopped if verified.pages.is_empty() => Exit::Stopped,
        ExitStatus::CouldNotCheck | ExitStatus::Stopped => Exit::Findings,
    }
}

fn show_json(verified: &Verified, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let report = &verified.report;
    let findings: Vec<_> =
        report.findings.iter().map(|f| (f, report::json(&f.diagnostic(), ui.lang))).collect();
    let findings: Vec<_> = findings
        .into_iter()
        .map(|(finding, mut value)| {
            value["class"] = serde_json::to_value(finding.class).unwrap_or_default();
            value["path"] = finding.path.as_str().into();
            value["document"] = serde_json::to_value(&finding.document).unwrap_or_default();
            value["expected"] = serde_json::to_value(&finding.expected).unwrap_or_default();
            value["actual"] = serde_json::to_value(&finding.actual).unwrap_or_default();
            value["other"] = serde_json::to_value(&finding.other).unwrap_or_default();
            value
        })
        .collect();
    let value = serde_json::json!({
        "clean": verified.is_clean(),
        "mended": verified.mended.as_ref().map(|m| m.get(ui.lang)),
        "complete": report.complete,
        "scope": report.scope,
        "covered": report.covered,
        "skipped": report.skipped,
        "started": report.started,
        "ended": report.ended,
        "register_pages": verified.pages,
        "register_rows": verified.audited,
        "register_findings": verified.rows.iter().map(|d| report::json(d, ui.lang)).collect::<Vec<_>>(),
        "findings": findings,
        "more": report.more,
    });
    writeln!(ui.out, "{value:#}")
}

fn show_text(verified: &Verified, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let report = &verified.report;
    if let Some(mended) = &verified.mended {
        ui.line(mended)?;
    }
    for line in &verified.pages {
        ui.line(&text!(
            "trang của sổ đăng ký bị hỏng: {line}",
            "a page of the register is damaged: {line}"
        ))?;
    }
    for finding in &verified.rows {
        ui.out.write_all(report::render(finding, ui.lang).as_bytes())?;
    }
    for finding in &report.findings {
        ui.out.write_all(report::render(&finding.diagnostic(), ui.lang).as_bytes())?;
    }
    for (code, count) in &report.more {
        ui.line(&text!("… và {count} phát hiện {code} nữa", "… and {count} more of {code}"))?;
    }
    let (files, bytes, bags) = (report.covered.files, report.covered.bytes, report.covered.bags);
    let (numbers, entries) = (report.covered.numbers, report.covered.entries);
    ui.line(&text!(
        "đã kiểm tra {files} tệp ({bytes} byte) trong {bags} túi, {numbers} số văn bản và {entries} mục nhật ký",
        "checked {files} files ({bytes} bytes) in {bags} bags, {numbers} document numbers and {entries} entries of the log"
    ))?;
    if verified.is_clean() {
        return ui.line(&text!("kho còn nguyên vẹn", "the archive is whole"));
    }
    if !report.complete {
        let skipped = report.skipped;
        ui.line(&text!(
            "CHƯA kiểm tra hết: còn {skipped} mục chưa đọc được",
            "NOT complete: {skipped} items got no verdict"
        ))?;
    }
    let count = report.findings.len() + verified.rows.len() + verified.pages.len();
    ui.line(&text!(
        "KHO CÓ VẤN ĐỀ: {count} phát hiện",
        "THE ARCHIVE HAS PROBLEMS: {count} findings"
    ))
}
