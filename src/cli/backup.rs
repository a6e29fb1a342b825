//! `vanthu backup` and `vanthu restore`.

use std::time::Duration;

use serde_json::json;

use crate::diagnostic::Result;
use crate::pipeline::{BackedUp, BackupRequest, Restored, Verified, Workspace, backup, restore};
use crate::text;

use super::args::Shape;
use super::report::{self, Ui};
use super::verify::exit_of;
use super::{Exit, output_failure};

/// Copies the office and reports.
pub fn run(
    workspace: &Workspace<'_>,
    request: &BackupRequest,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let done = backup(workspace, request)?;
    match format {
        Shape::Json => show_json(&done, request, ui),
        Shape::Text => show_text(&done, request, ui),
    }
    .map_err(|e| output_failure(&e))?;
    if let Some(failure) = &done.unfinished {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
        return Ok(Exit::Failed);
    }
    Ok(done.verified.as_ref().map_or(Exit::Clean, |v| exit_of(v.verdict())))
}

fn findings(verified: &Verified, ui: &mut Ui<'_>) -> std::io::Result<()> {
    for finding in &verified.rows {
        ui.out.write_all(report::render(finding, ui.lang).as_bytes())?;
    }
    for finding in &verified.report.findings {
        ui.out.write_all(report::render(&finding.diagnostic(), ui.lang).as_bytes())?;
    }
    Ok(())
}

fn show_text(done: &BackedUp, request: &BackupRequest, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let (copied, kept, bytes, head) = (done.copied, done.kept, done.bytes, done.head);
    let to = request.to.display();
    for path in &done.skipped {
        let shown = path.display();
        ui.line(&text!(
            "bỏ qua {shown}: không phải tệp hay thư mục thường",
            "left out {shown}: no plain file or folder"
        ))?;
    }
    ui.line(&text!(
        "đã sao lưu vào {to}: chép {copied} tệp ({bytes} byte), {kept} tệp đã có sẵn; sổ đăng ký đến dòng {head}",
        "backed up to {to}: {copied} files copied ({bytes} bytes), {kept} were there; the register up to row {head}"
    ))?;
    if done.lacks_key {
        ui.line(&text!(
            "khóa ký KHÔNG có trong bản này: cất riêng tệp vanthu.key, mất khóa thì phải đổi khóa mới đi tiếp được (chép cả khóa: --with-key)",
            "the signing key is NOT in it: keep vanthu.key elsewhere; without it the office can only go on with a new key (to copy the key too: --with-key)"
        ))?;
    } else if request.with_key {
        ui.line(&text!(
            "bản này có cả khóa ký: ai giữ nó thì ký thay cơ quan được",
            "this copy holds the signing key: whoever has it can sign as the office"
        ))?;
    }
    let Some(verified) = &done.verified else { return Ok(()) };
    findings(verified, ui)?;
    ui.line(&if verified.is_clean() {
        text!("đã kiểm tra bản sao: nguyên vẹn", "the copy was verified: it is whole")
    } else {
        text!(
            "BẢN SAO CÓ VẤN ĐỀ, chưa ghi vào sổ là đã sao lưu",
            "THE COPY HAS PROBLEMS; it was not registered as made"
        )
    })
}

fn show_json(done: &BackedUp, request: &BackupRequest, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let skipped: Vec<_> = done.skipped.iter().map(|p| p.display().to_string()).collect();
    let value = json!({
        "to": request.to.display().to_string(),
        "copied": done.copied,
        "kept": done.kept,
        "bytes": done.bytes,
        "head": done.head,
        "skipped": skipped,
        "with_key": request.with_key,
        "lacks_key": done.lacks_key,
        "verified": done.verified.as_ref().map(Verified::is_clean),
        "unfinished": done.unfinished.as_ref().map(|f| report::json_failure(f, ui.lang)),
    });
    writeln!(ui.out, "{value:#}")
}

/// Tells what a copy is and, with `--accept`, goes on from it.
pub fn go_on(
    workspace: &Workspace<'_>,
    accept: bool,
    wait: u64,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let done = restore(workspace, accept, Duration::from_secs(wait))?;
    match format {
        Shape::Json => {
            let value = json!({
                "made_at": done.mark.made_at,
                "head": done.mark.head,
                "next": done.next,
                "whole": done.verified.is_clean(),
                "accepted": done.is_accepted,
            });
            writeln!(ui.out, "{value:#}")
        }
        Shape::Text => show_restored(&done, accept, ui),
    }
    .map_err(|e| output_failure(&e))?;
    if let Some(failure) = &done.unfinished {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    Ok(exit_of(done.verified.verdict()))
}

fn show_restored(done: &Restored, accept: bool, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let (when, head) = (&done.mark.made_at, done.mark.head);
    ui.line(&text!(
        "bản sao lưu lập lúc {when}, sổ đăng ký đến dòng {head}",
        "a backup made at {when}, the register up to row {head}"
    ))?;
    for next in &done.next {
        let (series, year, last, number) = (&next.series, next.year, &next.last, next.next);
        ui.line(&text!(
            "  {series} {year}: văn bản cuối {last}, số tiếp theo {number:02}",
            "  {series} {year}: last document {last}, next number {number:02}"
        ))?;
    }
    findings(&done.verified, ui)?;
    if !done.verified.is_clean() {
        return ui.line(&text!(
            "BẢN SAO CÓ VẤN ĐỀ: chưa đi tiếp từ đây",
            "THE COPY HAS PROBLEMS: it is not gone on from"
        ));
    }
    if done.is_accepted {
        return ui.line(&text!(
            "từ nay cơ quan đi tiếp từ bản này; đã ghi vào sổ",
            "from now on the office goes on from this copy; the register says so"
        ));
    }
    if !accept {
        return ui.line(&text!(
            "số mà cơ quan đã cấp sau lúc đó không có ở đây và SẼ BỊ CẤP LẠI: xem giấy tờ, văn bản đã gửi, điểm kiểm tra cất nơi khác trước khi đi tiếp; chắc chắn rồi thì chạy vanthu restore --accept",
            "numbers that the office gave after that moment are not here and WILL BE GIVEN AGAIN: look at papers, at what was sent and at checkpoints kept elsewhere before going on; when sure, run vanthu restore --accept"
        ));
    }
    Ok(())
}
