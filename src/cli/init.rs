//! `vanthu init DIR`: an office folder.

use std::path::Path;

use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::pipeline::{OFFICE_FILE, create_office};
use crate::text;
use crate::world::World;

use super::report::Ui;
use super::{Exit, output_failure};

/// Makes the folder; an office that is already there is left alone.
pub fn run(world: &dyn World, dir: &Path, ui: &mut Ui<'_>) -> Result<Exit> {
    let shown = dir.display().to_string();
    if world.stat(&dir.join(OFFICE_FILE)).is_ok() {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::file(shown),
            text!("thư mục này đã là một cơ quan", "this folder is an office already"),
        )
        .hint(text!(
            "sửa {OFFICE_FILE} trong đó, hoặc chọn thư mục khác",
            "edit the {OFFICE_FILE} in it, or choose another folder"
        )));
    }
    let written = create_office(world, dir)?;
    for path in &written {
        ui.line(&text!("đã viết {path}", "wrote {path}")).map_err(|e| output_failure(&e))?;
    }
    ui.line(&text!(
        "việc tiếp theo: sửa {shown}/{OFFICE_FILE} cho đúng cơ quan, rồi “vanthu draft {shown}/ke-hoach.md”",
        "next: make {shown}/{OFFICE_FILE} your own, then `vanthu draft {shown}/ke-hoach.md`"
    ))
    .map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}
