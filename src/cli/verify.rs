//! `vanthu verify`.

use std::path::Path;
use std::time::Duration;

use crate::archive::verify::Progress;
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::{
    Asked, Checked, Leave, Request, Verdict, Workspace, minutes, verify_and_keep, write_file,
};
use crate::text;
use crate::world::stop_flag;

use super::args::{self, VerifyShape};
use super::report::{self, Ui};
use super::{Exit, output_failure, progress};

/// Verifies and reports; never clean unless everything in scope was read.
pub fn run(workspace: &Workspace<'_>, args: &args::Verify, ui: &mut Ui<'_>) -> Result<Exit> {
    if args.format == VerifyShape::Docx && args.out.is_none() {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("biên bản .docx cần nơi ghi", "minutes as .docx need a file to go to"),
        )
        .hint(text!("thêm --out bien-ban.docx", "add --out minutes.docx")));
    }
    let stop = stop_flag().map_err(|e| output_failure(&e))?;
    let hidden = ui.quiet || args.format == VerifyShape::Json;
    let bar = progress::bytes(ui.lang, hidden);
    let on_progress = |p: Progress| progress::show(&bar, &p, ui.lang);
    let anchor = args.anchor.as_deref().map(|path| read_anchor(workspace, path)).transpose()?;
    let request = Request {
        anchor: anchor.as_deref(),
        asked: Asked {
            year: args.year,
            bag: args.bag,
            book: args.book.map(Into::into),
            number: args.number.clone(),
        },
        leave: Leave { resume: args.resume, days: args.max_age },
        max_duration: args.max_duration,
        quick: args.quick,
        threads: args.threads.unwrap_or(0),
        io: args.io.unwrap_or(0),
        wait: Duration::from_secs(args.wait),
        log: !args.no_log,
        on_progress: Some(&on_progress),
        cancel: Some(&stop),
    };
    let checked = verify_and_keep(workspace, &request);
    bar.finish_and_clear();
    let checked = checked?;
    match args.format {
        VerifyShape::Json => show_json(&checked, ui),
        VerifyShape::Text => show_text(&checked, ui),
        VerifyShape::Docx => show_end(&checked, ui),
    }
    .map_err(|e| output_failure(&e))?;
    if let Some(out) = &args.out {
        write_out(workspace, &checked, args.format, out, ui)?;
    }
    if let Some(failure) = &checked.kept.failure {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    Ok(exit_of(checked.outcome()))
}

/// A checkpoint that was kept elsewhere.
fn read_anchor(workspace: &Workspace<'_>, path: &Path) -> Result<Vec<u8>> {
    let limit = crate::archive::log::note::MAX_NOTE as u64;
    workspace.world.read(path, limit).map_err(|e| crate::pipeline::read_failure(path, &e))
}

/// The exit code of a verification.
pub(super) fn exit_of(verdict: Verdict) -> Exit {
    match verdict {
        Verdict::Clean => Exit::Clean,
        Verdict::Findings => Exit::Findings,
        Verdict::CouldNotCheck => Exit::Failed,
        Verdict::Stopped => Exit::Stopped,
        Verdict::Tampered => Exit::Tampered,
    }
}

/// Writes the result to a file: the minutes, or what would stand on the screen.
fn write_out(
    workspace: &Workspace<'_>,
    checked: &Checked,
    format: VerifyShape,
    out: &Path,
    ui: &mut Ui<'_>,
) -> Result<()> {
    let mut bytes = Vec::new();
    if format == VerifyShape::Docx {
        bytes = minutes(workspace, checked)?;
    } else {
        let mut nobody = std::io::sink();
        let (lang, quiet) = (ui.lang, ui.quiet);
        let mut file = Ui { lang, out: &mut bytes, err: &mut nobody, quiet };
        match format {
            VerifyShape::Json => show_json(checked, &mut file),
            _ => show_text(checked, &mut file),
        }
        .map_err(|e| output_failure(&e))?;
    }
    write_file(workspace.world, out, &bytes)?;
    let shown = out.display();
    ui.remark(&text!("đã ghi {shown}", "{shown} is written"));
    Ok(())
}

fn show_json(checked: &Checked, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let verified = &checked.verified;
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
        "verdict": checked.verdict().key(),
        "complete": report.complete,
        "summary": checked.summary(),
        "report_file": checked.kept.file,
        "report_sha256": checked.kept.digest,
        "entered_as": checked.kept.act,
        "note": checked.kept.note.as_ref().map(|n| n.get(ui.lang)),
        "unknown_reports": checked.unknown_reports,
        "scope": checked.asked,
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

fn show_text(checked: &Checked, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let verified = &checked.verified;
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
    show_end(checked, ui)
}

/// What was covered, what was kept, and the verdict.
fn show_end(checked: &Checked, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let verified = &checked.verified;
    let report = &verified.report;
    let covered = &report.covered;
    let (files, bytes, bags) = (covered.files, covered.bytes, covered.bags);
    let (numbers, entries) = (covered.numbers, covered.entries);
    ui.line(&text!(
        "đã kiểm tra {files} tệp ({bytes} byte) trong {bags} túi, {numbers} số văn bản và {entries} mục nhật ký",
        "checked {files} files ({bytes} bytes) in {bags} bags, {numbers} document numbers and {entries} entries of the log"
    ))?;
    if covered.earlier_bags > 0 {
        let (bags, files) = (covered.earlier_bags, covered.earlier_files);
        let all = covered.files + files;
        ui.line(&text!(
            "bỏ qua {bags} túi ({files} tệp) đã kiểm tra ở lần trước và không đổi từ đó; cộng lại: {all} tệp",
            "passed over {bags} bags ({files} files) that an earlier check found whole and that have not changed; together: {all} files"
        ))?;
    }
    if !checked.unknown_reports.is_empty() {
        let count = checked.unknown_reports.len();
        ui.line(&text!(
            "{count} báo cáo cũ không có trong sổ đăng ký nên không được tin",
            "{count} older reports are not in the register and were not believed"
        ))?;
    }
    if let Some(file) = &checked.kept.file {
        ui.line(&match checked.kept.act {
            Some(act) => text!(
                "báo cáo: archive/reports/{file}; ghi vào sổ ở vị trí {act}",
                "report: archive/reports/{file}; entered in the register at position {act}"
            ),
            None => text!("báo cáo: archive/reports/{file}", "report: archive/reports/{file}"),
        })?;
    }
    if let Some(note) = &checked.kept.note {
        ui.line(note)?;
    }
    if verified.is_clean() {
        return ui.line(&text!("kho còn nguyên vẹn", "the archive is whole"));
    }
    if report.quick {
        ui.line(&text!(
            "CHỈ xem tên và độ dài, chưa đọc nội dung tệp nào",
            "names and sizes ONLY: no content was read"
        ))?;
    } else if !report.complete {
        let (left, skipped) = (covered.left_bags, report.skipped - covered.left_bags);
        ui.line(&text!(
            "CHƯA kiểm tra hết: còn {left} túi chưa đến lượt, {skipped} mục chưa đọc được",
            "NOT complete: {left} bags were not begun, {skipped} items got no verdict"
        ))?;
    }
    let count = report.findings.len() + verified.rows.len() + verified.pages.len();
    if checked.verdict() == Verdict::Stopped {
        return ui.line(&match report.quick {
            true => text!("không thấy gì khác", "nothing else was seen"),
            false => text!(
                "phần đã kiểm tra chưa thấy sai sót; kiểm tra nốt bằng --resume",
                "nothing is wrong so far; check the rest with --resume"
            ),
        });
    }
    ui.line(&text!(
        "KHO CÓ VẤN ĐỀ: {count} phát hiện",
        "THE ARCHIVE HAS PROBLEMS: {count} findings"
    ))
}
