//! `vanthu template check|fields FILE`.

use std::path::Path;

use serde_json::json;

use crate::diagnostic::{Result, Severity, blocks};
use crate::pipeline::{Fields, check_template, kind_word, template_fields, write_failure};
use crate::text;
use crate::world::World;

use super::args::{Shape, TemplateAction};
use super::report::{self, Ui};
use super::{Exit, output_failure};

/// Checks a template, or says what data it wants. Needs no office.
pub fn run(
    world: &dyn World,
    action: TemplateAction,
    template: &Path,
    out: Option<&Path>,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let fields = check_template(world, template)?;
    match action {
        TemplateAction::Check => check(&fields, format, ui),
        TemplateAction::Fields => wanted(world, &fields, template, out, ui),
    }
}

fn check(fields: &Fields, format: Shape, ui: &mut Ui<'_>) -> Result<Exit> {
    let clean = fields.findings.iter().all(|d| d.severity == Severity::Info);
    let lang = ui.lang;
    if format == Shape::Json {
        let list: Vec<_> = fields
            .fields
            .iter()
            .map(|f| {
                json!({
                    "field": f.path,
                    "kind": kind_word(f.kind).get(lang),
                    "required": !f.optional,
                    "place": f.place,
                })
            })
            .collect();
        let findings: Vec<_> = fields.findings.iter().map(|d| report::json(d, lang)).collect();
        let value = json!({ "clean": clean, "fields": list, "findings": findings });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        ui.findings(&fields.findings);
        let width = fields.fields.iter().map(|f| f.path.chars().count()).max().unwrap_or(0);
        for f in &fields.fields {
            let kind = kind_word(f.kind);
            let (path, at) = (&f.path, f.place.describe(lang));
            let (vi, en) =
                if f.optional { (", không bắt buộc", ", optional") } else { ("", "") };
            let (kind_vi, kind_en) = (kind.vi, kind.en);
            ui.line(&text!(
                "{path:<width$}  {kind_vi}{vi}  ({at})",
                "{path:<width$}  {kind_en}{en}  ({at})"
            ))
            .map_err(|e| output_failure(&e))?;
        }
    }
    Ok(if clean { Exit::Clean } else { Exit::Findings })
}

fn wanted(
    world: &dyn World,
    fields: &Fields,
    template: &Path,
    out: Option<&Path>,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    ui.findings(&fields.findings);
    if blocks(&fields.findings) {
        return Ok(Exit::Findings);
    }
    let (schema, book) = template_fields(fields, ui.lang)?;
    let stem = template.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let beside = template.with_file_name(format!("{stem}-du-lieu.xlsx"));
    let path = out.unwrap_or(&beside);
    // `create` never overwrites: a table that somebody filled in stays.
    world.create(path, &book).map_err(|e| write_failure(path, &e))?;
    world.sync(path).map_err(|e| write_failure(path, &e))?;
    writeln!(ui.out, "{schema:#}").map_err(|e| output_failure(&e))?;
    let shown = path.display();
    ui.remark(&text!("bảng dữ liệu trống: {shown}", "empty data table: {shown}"));
    Ok(Exit::Clean)
}
