//! `vanthu report`.

use std::path::Path;

use crate::diagnostic::Result;
use crate::pipeline::Workspace;
use crate::pipeline::acts::registered;
use crate::pipeline::print::workbook;
use crate::pipeline::yearly::yearly;

use super::args::PaperShape;
use super::report::Ui;
use super::{Exit, output_failure, paper};

/// The year in numbers.
pub fn run(
    workspace: &Workspace<'_>,
    year: Option<i16>,
    format: PaperShape,
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let register = registered(workspace)?;
    let today = workspace.world.today();
    let year = year.unwrap_or(today.year());
    let report = yearly(&register, year, today)?;
    let title = format!("Báo cáo năm {year}");
    let bytes = match format {
        PaperShape::Text => {
            let mut text = format!("{title}\n{}\n", report.summary().join("\n"));
            for table in report.tables().iter().filter(|t| !t.rows.is_empty()) {
                text.push('\n');
                text.push_str(&table.on_screen());
            }
            text.into_bytes()
        }
        PaperShape::Json => {
            let value = serde_json::to_value(&report).unwrap_or_default();
            format!("{value:#}\n").into_bytes()
        }
        PaperShape::Xlsx => workbook(&title, today, &report.tables())?,
        PaperShape::Docx => workspace.writer.write(&report.paper(&workspace.office))?.bytes,
    };
    paper::deliver(workspace, format, &bytes, out, ui).map_err(|e| match e {
        paper::Undelivered::Output(e) => output_failure(&e),
        paper::Undelivered::Failed(failure) => failure,
    })?;
    Ok(Exit::Clean)
}
