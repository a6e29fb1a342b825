//! `vanthu award`.

use std::path::PathBuf;
use std::time::Duration;

use jiff::civil::Date;

use crate::archive::sha256;
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, blocks};
use crate::pipeline::filing::{Issued, read_register};
use crate::pipeline::{
    AwardDefaults, AwardList, Awarded, Origins, Ticket, Workspace, award_line, enter_awards,
    preview_awards, read_awards,
};
use crate::register::Register;
use crate::source::data::Options;
use crate::text;

use super::report::{self, Ui};
use super::{Exit, output_failure, progress};

/// What is asked for.
pub struct Request {
    pub list: PathBuf,
    pub decision: String,
    pub date: Option<Date>,
    pub form: String,
    pub council: String,
    pub sheet: Option<String>,
    pub dry_run: bool,
    pub wait: u64,
    pub json: bool,
}

/// Enters a list of awards in the sổ khen thưởng, whole or not at all.
pub fn run(workspace: &Workspace<'_>, request: Request, ui: &mut Ui<'_>) -> Result<Exit> {
    if workspace.office.organ(&request.council).is_none() {
        return Err(no_council(&request.council));
    }
    let register = read_register(&workspace.dir)?;
    let register = register.as_ref().map(|r| r as &dyn Register);
    let defaults = AwardDefaults {
        decision: request.decision.trim().to_owned(),
        decided: request.date,
        form: request.form.trim().to_owned(),
        organ: request.council.clone(),
    };
    let options = Options { sheet: request.sheet.clone(), ..Options::default() };
    let list = read_awards(workspace.world, &request.list, &options, &defaults, register)?;
    if request.dry_run || blocks(&list.findings) {
        let would = preview_awards(workspace, register, &list.awards)?;
        return tell(&list, would, &request, ui);
    }
    let title = request.list.display().to_string();
    let ticket = Ticket { job: job(&list)?, title, wait: Duration::from_secs(request.wait) };
    let bar = progress::bar(list.awards.len() as u64, &ticket.title, ui.lang, ui.quiet);
    let no_file = |_: usize, _: &crate::pipeline::Stamp| Err(crate::register::no_such_want());
    let entered =
        enter_awards(workspace, &list.awards, &ticket, &no_file, &Origins::default(), &|p| {
            bar.set_position(p.done as u64);
        });
    bar.finish_and_clear();
    tell(&list, entered?, &request, ui)
}

/// The same lines are the same job, so that a list is not entered twice.
fn job(list: &AwardList) -> Result<String> {
    let lines: Vec<_> = list.awards.iter().map(|a| (&a.award, &a.organ, a.date)).collect();
    let text = serde_json::to_string(&lines).map_err(|e| output_failure(&e.into()))?;
    Ok(format!("award:{}", sha256(text.as_bytes())))
}

fn tell(list: &AwardList, awarded: Awarded, request: &Request, ui: &mut Ui<'_>) -> Result<Exit> {
    let findings: Vec<Diagnostic> =
        list.findings.iter().chain(&awarded.findings).cloned().collect();
    let stopped = blocks(&findings);
    let issued = if stopped { &[][..] } else { &awarded.issued };
    if request.json {
        let value = serde_json::json!({
            "dry_run": request.dry_run,
            "entered": lines(list, issued),
            "findings": findings.iter().map(|d| report::json(d, ui.lang)).collect::<Vec<_>>(),
        });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        ui.findings(&findings);
        for (awarding, issued) in list.awards.iter().zip(issued) {
            let number = issued.code.number.map_or_else(String::new, |n| n.to_string());
            let line = award_line(&awarding.award);
            writeln!(ui.out, "{number:>5}  {line}").map_err(|e| output_failure(&e))?;
        }
        let count = issued.len();
        ui.remark(&match (stopped, request.dry_run) {
            (true, _) => text!("chưa vào sổ trường hợp nào", "nothing was entered"),
            (false, true) => text!(
                "sẽ vào sổ khen thưởng {count} trường hợp; chưa thay đổi gì",
                "would enter {count} awards; nothing was changed"
            ),
            (false, false) => {
                text!("đã vào sổ khen thưởng {count} trường hợp", "entered {count} awards")
            }
        });
    }
    if let Some(failure) = &awarded.unfinished {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    Ok(if stopped { Exit::Findings } else { Exit::Clean })
}

fn lines(list: &AwardList, issued: &[Issued]) -> Vec<serde_json::Value> {
    let line = |(awarding, issued): (&crate::pipeline::Awarding, &Issued)| {
        serde_json::json!({
            "number": issued.code.number.map(|n| n.get()),
            "seq": (issued.seq > 0).then_some(issued.seq),
            "date": awarding.date.to_string(),
            "award": awarding.award,
        })
    };
    list.awards.iter().zip(issued).map(line).collect()
}

fn no_council(key: &str) -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::default().item("--council"),
        text!("vanthu.toml không có hội đồng “{key}”", "vanthu.toml has no council “{key}”"),
    )
    .hint(text!(
        "ghi khóa của một mục [hoi-dong.…], hoặc bỏ --council cho sổ của cơ quan",
        "give the key of a section [councils.…], or leave out --council for the agency's book"
    ))
}
