//! Handing over a list or a report: on the screen, or in a file.
//!
//! Knows: which forms a screen can show. Must not know: what is in them.

use std::io;
use std::path::Path;

use crate::diagnostic::{Failure, FailureKind, Place};
use crate::pipeline::{Workspace, write_file};
use crate::text;

use super::args::PaperShape;
use super::report::Ui;

/// Why it was not handed over.
pub enum Undelivered {
    /// Standard output said so.
    Output(io::Error),
    /// A file could not be written, or none was named.
    Failed(Failure),
}

/// Writes to the file, or else to standard output; a workbook or a Word file needs a file.
pub fn deliver(
    workspace: &Workspace<'_>,
    format: PaperShape,
    bytes: &[u8],
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<(), Undelivered> {
    let Some(out) = out else {
        if matches!(format, PaperShape::Xlsx | PaperShape::Docx) {
            return Err(Undelivered::Failed(
                Failure::new(
                    FailureKind::Usage,
                    Place::default(),
                    text!("dạng này cần tên tệp", "this form needs a file name"),
                )
                .hint(text!("thêm --out TỆP", "add --out FILE")),
            ));
        }
        return ui.out.write_all(bytes).map_err(Undelivered::Output);
    };
    write_file(workspace.world, out, bytes).map_err(Undelivered::Failed)?;
    let shown = out.display();
    ui.line(&text!("đã ghi {shown}", "wrote {shown}")).map_err(Undelivered::Output)
}
