//! `vanthu new TYPE`: a commented skeleton.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Lang, Place, Result};
use crate::pipeline::{find_office, listed_skeletons, skeleton, write_failure};
use crate::text;
use crate::world::World;

use super::args::Global;
use super::report::Ui;
use super::{Exit, output_failure};

/// Writes the skeleton of a type, or lists the types.
pub fn run(
    world: &dyn World,
    global: &Global,
    kind: Option<&str>,
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let Some(kind) = kind else { return list(ui) };
    let office = find_office(world, global.office.as_deref(), Path::new(".")).ok();
    let (row, content) = skeleton(world, office.as_deref(), kind)?;
    let path = out.map_or_else(|| PathBuf::from(&row.file), Path::to_path_buf);
    // `create` never overwrites: what a clerk has written stays.
    world.create(&path, content.as_bytes()).map_err(|e| write_failure(&path, &e))?;
    world.sync(&path).map_err(|e| write_failure(&path, &e))?;
    let shown = Place::file(path.display().to_string()).describe(ui.lang);
    ui.line(&text!("đã viết {shown}", "wrote {shown}")).map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

fn list(ui: &mut Ui<'_>) -> Result<Exit> {
    for row in listed_skeletons()? {
        let about = if ui.lang == Lang::Vi { &row.about } else { &row.about_en };
        writeln!(ui.out, "{:<22} {about}", row.name).map_err(|e| output_failure(&e))?;
    }
    Ok(Exit::Clean)
}
