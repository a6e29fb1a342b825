//! `vanthu due`.

use crate::diagnostic::{Lang, Result};
use crate::pipeline::Workspace;
use crate::pipeline::acts::{Due, DueState, Horizon, due};
use crate::register::book::day;
use crate::text;

use super::super::args::Shape;
use super::super::report::Ui;
use super::super::{Exit, output_failure};

/// Lists what is late or due, urgent ones first.
pub fn run(
    workspace: &Workspace<'_>,
    within: Option<u32>,
    all: bool,
    format: Shape,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let list = due(workspace, Horizon { within, all })?;
    if format == Shape::Json {
        let value = serde_json::json!({ "today": workspace.world.today(), "due": list });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
        return Ok(Exit::Clean);
    }
    for item in &list {
        writeln!(ui.out, "{}", line(item, ui.lang)).map_err(|e| output_failure(&e))?;
    }
    if list.is_empty() {
        ui.remark(&text!("không có văn bản nào đến hạn", "nothing is due"));
    }
    Ok(Exit::Clean)
}

fn line(item: &Due, lang: Lang) -> String {
    let urgency = match item.priority {
        0 => "",
        1 => "KHẨN ",
        2 => "THƯỢNG KHẨN ",
        _ => "HỎA TỐC ",
    };
    let n = item.working_days.abs();
    let state = match item.state {
        DueState::Late => text!("quá hạn {n} ngày làm việc", "late by {n} working days"),
        DueState::Today => text!("đến hạn hôm nay", "due today"),
        DueState::Soon | DueState::Later => {
            text!("còn {n} ngày làm việc", "{n} working days left")
        }
        DueState::Unassigned => text!("chưa giao cho ai", "given to nobody"),
    };
    let due = item.due.map(|d| format!(" ({})", day(d))).unwrap_or_default();
    let code = if item.code.is_empty() { "" } else { &item.code };
    let to = if item.to.is_empty() { String::new() } else { format!(" → {}", item.to) };
    let (number, organ, subject) = (&item.number, &item.organ_name, &item.subject);
    let state = state.get(lang);
    format!("{urgency}{state}{due}: {number}  {code} {organ}: {subject}{to}")
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect()
}
