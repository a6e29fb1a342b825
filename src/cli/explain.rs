//! `vanthu explain CODE`.

use crate::diagnostic::{Code, Failure, FailureKind, Place, Result};
use crate::lint;
use crate::text;

use super::report::{Ui, severity_word};
use super::{Exit, output_failure};

/// Prints the page of a code, or the list of codes.
pub fn run(code: Option<&str>, ui: &mut Ui<'_>) -> Result<Exit> {
    let Some(typed) = code else { return list(ui) };
    let page = typed.parse::<Code>().ok().and_then(|code| lint::explain(code, ui.lang));
    match page {
        Some(page) => {
            writeln!(ui.out, "{}", page.trim_end()).map_err(|e| output_failure(&e))?;
            Ok(Exit::Clean)
        }
        None => Err(Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("không có mã “{typed}”", "there is no code `{typed}`"),
        )
        .hint(text!("“vanthu explain” liệt kê các mã", "`vanthu explain` lists the codes"))),
    }
}

fn list(ui: &mut Ui<'_>) -> Result<Exit> {
    for row in lint::catalogue() {
        let rule = if ui.lang == crate::diagnostic::Lang::Vi { &row.rule } else { &row.rule_en };
        writeln!(ui.out, "{}  {:<9} {}", row.code, severity_word(row.severity, ui.lang), rule)
            .map_err(|e| output_failure(&e))?;
    }
    Ok(Exit::Clean)
}
