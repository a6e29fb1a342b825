//! `vanthu checkpoint`: what the log says of itself, to be kept elsewhere.

use std::path::Path;

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::evidence::signed_checkpoint;
use crate::pipeline::{Workspace, write_file};
use crate::text;

use super::report::Ui;
use super::{Exit, output_failure};

/// Prints the signed checkpoint with its QR code, or writes it to a file; a name that ends with
/// `.svg` gets the QR code alone.
pub fn run(workspace: &Workspace<'_>, out: Option<&Path>, ui: &mut Ui<'_>) -> Result<Exit> {
    let signed = signed_checkpoint(workspace.world, &workspace.dir)?.ok_or_else(nothing)?;
    if let Some(out) = out {
        let is_image = out.extension().is_some_and(|e| e.eq_ignore_ascii_case("svg"));
        let bytes = match is_image {
            true => signed.qr().map(|qr| qr.svg()).ok_or_else(|| too_long(out))?,
            false => signed.note,
        };
        write_file(workspace.world, out, bytes.as_bytes())?;
        let shown = out.display();
        ui.line(&text!(
            "đã ghi {shown}; cất ở nơi khác, rồi so bằng vanthu verify --anchor",
            "wrote {shown}; keep it elsewhere, then compare with vanthu verify --anchor"
        ))
        .map_err(|e| output_failure(&e))?;
        return Ok(Exit::Clean);
    }
    let qr = signed.qr().filter(|_| !ui.quiet).map(|qr| format!("\n{}", qr.text()));
    write!(ui.out, "{}{}", signed.note, qr.unwrap_or_default()).map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

fn nothing() -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::default(),
        text!("nhật ký của cơ quan này chưa có mục nào", "the log of this office has no entry yet"),
    )
    .hint(text!("ban hành văn bản đầu tiên trước đã", "issue a first document"))
}

fn too_long(out: &Path) -> Failure {
    Failure::new(
        FailureKind::Output,
        Place::file(out.display().to_string()),
        text!("điểm kiểm tra quá dài cho một mã QR", "the checkpoint is too long for a QR code"),
    )
}
