//! `vanthu repair`.

use serde_json::json;

use crate::diagnostic::{Failure, FailureKind, Lang, Place, Result, Text};
use crate::pipeline::{Mend, Origin, Remains, RepairRequest, Repaired, Workspace, repair};
use crate::text;

use super::args::Shape;
use super::report::{self, Ui};
use super::{Exit, output_failure};

/// Repairs and reports.
pub fn run(
    workspace: &Workspace<'_>,
    request: &RepairRequest,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let done = repair(workspace, request)?;
    match format {
        Shape::Json => show_json(&done, request.dry_run, ui),
        Shape::Text => show_text(&done, request, ui),
    }
    .map_err(|e| output_failure(&e))?;
    if let Some(failure) = refusal(&done).filter(|_| format == Shape::Text) {
        let _ = ui.err.write_all(report::render_failure(&failure, ui.lang).as_bytes());
    }
    Ok(exit_of(&done))
}

fn exit_of(done: &Repaired) -> Exit {
    if done.is_contradicted {
        Exit::Tampered
    } else if done.is_whole() {
        Exit::Clean
    } else {
        Exit::Findings
    }
}

/// Why nothing was tried.
fn refusal(done: &Repaired) -> Option<Failure> {
    let fail = |message: Text, hint: Text| {
        Failure::new(FailureKind::Tampered, Place::default(), message).hint(hint)
    };
    if done.is_contradicted {
        return Some(fail(
            text!(
                "không sửa gì: chính sổ đăng ký bị mâu thuẫn (dòng bị sửa, hoặc kho, nhật ký có điều mà sổ không có)",
                "nothing was repaired: the register itself is contradicted (rows were changed, or the archive or log has what it lacks)"
            ),
            text!(
                "giữ nguyên hiện trạng làm chứng cứ; xem “vanthu verify”, rồi khôi phục từ bản sao lưu hoặc lập lại sổ bằng “vanthu rebuild --out TỆP”",
                "keep everything as it is for evidence; see `vanthu verify`, then restore a backup or make the register again with `vanthu rebuild --out FILE`"
            ),
        ));
    }
    done.is_register_damaged.then(|| {
        fail(
            text!(
                "không sửa gì: tệp sổ đăng ký bị hỏng",
                "nothing was repaired: the register's file is damaged"
            ),
            text!(
                "chuyển tệp sổ hỏng ra chỗ khác rồi lập lại bằng “vanthu rebuild”, hoặc khôi phục bản sao lưu",
                "move the damaged file away and make it again with `vanthu rebuild`, or restore a backup"
            ),
        )
    })
}

/// Where the bytes came from, in words.
fn origin(from: Origin) -> Text {
    match from {
        Origin::SecondCopy => text!("chép từ bản sao", "copied from the second copy"),
        Origin::SameBag => {
            text!("tìm thấy ở chỗ khác trong túi", "found in another place of the bag")
        }
        Origin::Rendered => {
            text!("dựng lại từ đầu vào đã giữ", "rendered again from the input that was kept")
        }
        Origin::Register => text!("ghi lại từ sổ đăng ký", "written again from the register"),
        Origin::SameParts => text!(
            "cùng nội dung nhưng nén khác, lưu bên cạnh",
            "same content in another packing, filed beside"
        ),
    }
}

fn show_text(done: &Repaired, request: &RepairRequest, ui: &mut Ui<'_>) -> std::io::Result<()> {
    if done.is_contradicted || done.is_register_damaged {
        for finding in &done.before.rows {
            ui.out.write_all(report::render(finding, ui.lang).as_bytes())?;
        }
        for finding in done.before.report.findings.iter().filter(|f| f.class.is_tampering()) {
            ui.out.write_all(report::render(&finding.diagnostic(), ui.lang).as_bytes())?;
        }
        return Ok(());
    }
    for mend in &done.mended {
        let (code, path) = (mend.code.as_deref().unwrap_or("–"), &mend.path);
        let from = origin(mend.from);
        let from = from.get(ui.lang);
        writeln!(ui.out, "{code:<16} {path}  ({from})")?;
    }
    for path in &done.aside {
        ui.line(&text!("{path}  (tệp lạ → quarantine/)", "{path}  (unknown → quarantine/)"))?;
    }
    for left in &done.remains {
        show_left(left, ui)?;
    }
    let (count, left) = (done.mended.len() + done.aside.len(), done.remains.len());
    ui.line(&match (request.dry_run, count + left) {
        (_, 0) if done.is_whole() => text!("kho còn nguyên vẹn, không có gì phải sửa", "the archive is whole, there is nothing to repair"),
        (true, _) => text!(
            "sẽ sửa {count} mục, còn {left} mục chưa sửa được; chưa thay đổi gì",
            "would repair {count}, {left} could not be repaired; nothing was changed"
        ),
        (false, _) => text!(
            "đã sửa {count} mục, còn {left} mục chưa sửa được; bản cũ ở archive/quarantine/",
            "repaired {count}, {left} could not be repaired; what was there is in archive/quarantine/"
        ),
    })?;
    show_after(done, ui)?;
    if let Some(failure) = &done.unfinished {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    Ok(())
}

fn show_left(left: &Remains, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let (code, path) = (left.code.as_deref().unwrap_or("–"), &left.path);
    ui.line(&text!("CHƯA SỬA ĐƯỢC {code}: {path}", "NOT REPAIRED {code}: {path}"))?;
    for why in &left.why {
        writeln!(ui.out, "  - {}", why.get(ui.lang))?;
    }
    let hint = if left.has_same_parts {
        text!(
            "thêm --accept-parts để lưu bản cùng nội dung bên cạnh, hoặc tìm bản sao nguyên vẹn: --from THƯ_MỤC",
            "add --accept-parts to file the same content beside it, or find a whole copy: --from DIR"
        )
    } else {
        text!(
            "tìm bản sao lưu có tệp này rồi chạy lại với --from THƯ_MỤC",
            "find a backup that has this file and run again with --from DIR"
        )
    };
    let label = if ui.lang == Lang::Vi { "cách sửa" } else { "how to mend" };
    writeln!(ui.out, "  {label}: {}", hint.get(ui.lang))
}

/// What verification still finds, beyond what was just named.
fn show_after(done: &Repaired, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let Some(after) = &done.after else { return Ok(()) };
    for finding in &after.report.findings {
        if !done.remains.iter().any(|r| r.path == finding.path) {
            ui.out.write_all(report::render(&finding.diagnostic(), ui.lang).as_bytes())?;
        }
    }
    if done.is_whole() && !done.mended.is_empty() {
        ui.line(&text!("đã kiểm tra lại: kho nguyên vẹn", "verified again: the archive is whole"))?;
    }
    Ok(())
}

fn show_json(done: &Repaired, dry_run: bool, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let mends = |all: &[Mend]| serde_json::to_value(all).unwrap_or_default();
    let left: Vec<_> = done
        .remains
        .iter()
        .map(|r| {
            let why: Vec<_> = r.why.iter().map(|w| w.get(ui.lang)).collect();
            json!({ "path": r.path, "code": r.code, "why": why, "same_parts": r.has_same_parts })
        })
        .collect();
    let shown = done.after.as_ref().unwrap_or(&done.before);
    let findings: Vec<_> =
        shown.report.findings.iter().map(|f| report::json(&f.diagnostic(), ui.lang)).collect();
    let value = json!({
        "dry_run": dry_run,
        "whole": done.is_whole(),
        "contradicted": done.is_contradicted,
        "register_damaged": done.is_register_damaged,
        "mended": mends(&done.mended),
        "aside": done.aside,
        "remains": left,
        "findings": findings,
        "unfinished": done.unfinished.as_ref().map(|f| report::json_failure(f, ui.lang)),
    });
    writeln!(ui.out, "{value:#}")
}
