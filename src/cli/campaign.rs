//! `vanthu run DOT.toml` for an award campaign, and `vanthu campaign status`.
//!
//! Knows: how steps and their state are shown. Must not know: papers, votes, money.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::{Value, json};

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Lang, Place, Result};
use crate::pipeline::campaign::{
    self, CampaignStep, Done, Order, Ran, StepRan, campaigns, identity, open, state,
};
use crate::pipeline::{Workspace, filing::read_register};
use crate::register::life::Standing;
use crate::text;

use super::report::{self, Ui};
use super::{Exit, output_failure, progress};

/// What was asked.
pub struct Request {
    pub job: PathBuf,
    pub steps: Vec<String>,
    pub again: bool,
    pub dry_run: bool,
    pub wait: u64,
    pub json: bool,
}

/// True if the job file is one of a campaign.
///
/// # Errors
/// `Usage` for options that do not go with it, `Input` if the file cannot be read.
pub fn is_asked(
    workspace: &Workspace<'_>,
    job: &Path,
    steps: &[String],
    in_parts: bool,
) -> Result<bool> {
    let is_campaign = campaign::is_campaign(workspace, job)?;
    if is_campaign && in_parts {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::file(job.display().to_string()),
            text!(
                "đợt khen thưởng không chạy từng phần (--keep-going)",
                "a campaign is not run in parts (--keep-going)"
            ),
        )
        .hint(text!("sửa hết lỗi rồi chạy", "mend all errors and run")));
    }
    if !is_campaign && !steps.is_empty() {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::file(job.display().to_string()),
            text!(
                "--step chỉ dùng cho tệp có [dot-khen-thuong]",
                "--step is for files with [campaign]"
            ),
        )
        .hint(text!("bỏ --step", "leave --step out")));
    }
    Ok(is_campaign)
}

/// Runs the steps of a campaign.
pub fn run(workspace: &Workspace<'_>, request: &Request, ui: &mut Ui<'_>) -> Result<Exit> {
    let steps = steps(&request.steps)?;
    if request.again && steps.is_empty() {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::file(request.job.display().to_string()),
            text!(
                "đợt khen thưởng làm lại từng bước được nêu tên, không làm lại cả đợt",
                "a campaign is done again step by step, not as a whole"
            ),
        )
        .hint(text!(
            "thêm --step to-trinh (hoặc bước cần làm lại); đợt mới thì dùng tệp mới",
            "add --step proposal (or the step that is to be done again); a new campaign is a new file"
        )));
    }
    let opened = match open(workspace, &request.job)? {
        Ok(opened) => opened,
        Err(findings) => {
            show(&Ran { findings, ..Ran::default() }, request, ui)?;
            return Ok(Exit::Failed);
        }
    };
    let bar = progress::bar(0, &opened.campaign.title, ui.lang, ui.quiet);
    let wait = Duration::from_secs(request.wait);
    let Request { again, dry_run, .. } = *request;
    let order = Order { steps, again, dry_run, wait, lang: ui.lang };
    let ran = campaign::run(workspace, opened, &order, &|p| {
        bar.set_length(p.total as u64);
        bar.set_position(p.done as u64);
    });
    bar.finish_and_clear();
    let ran = ran?;
    show(&ran, request, ui)?;
    Ok(if ran.uncopied.is_some() {
        Exit::Failed
    } else if ran.is_blocked() {
        Exit::Findings
    } else {
        Exit::Clean
    })
}

/// The steps named, in either language.
fn steps(names: &[String]) -> Result<Vec<CampaignStep>> {
    let find = |name: &String| {
        CampaignStep::find(name).ok_or_else(|| {
            let known = CampaignStep::ALL.map(|s| s.names().1).join(", ");
            let known_en = CampaignStep::ALL.map(|s| s.names().0).join(", ");
            Failure::new(
                FailureKind::Usage,
                Place::default(),
                text!("không có bước “{name}”", "there is no step `{name}`"),
            )
            .hint(text!("các bước: {known}", "the steps: {known_en}"))
        })
    };
    names.iter().map(find).collect()
}

fn word(step: CampaignStep, lang: Lang) -> &'static str {
    match (lang, step) {
        (Lang::Vi, CampaignStep::Proposal) => "tờ trình",
        (Lang::Vi, CampaignStep::Minutes) => "biên bản",
        (Lang::Vi, CampaignStep::Decision) => "quyết định",
        (Lang::Vi, CampaignStep::Certificates) => "giấy khen",
        (Lang::En, step) => step.names().0,
    }
}

fn show(ran: &Ran, request: &Request, ui: &mut Ui<'_>) -> Result<()> {
    if request.json {
        let value = json!({
            "dry_run": request.dry_run,
            "steps": ran.steps.iter().map(step_json).collect::<Vec<_>>(),
            "findings": ran.findings.iter().map(|d| report::json(d, ui.lang)).collect::<Vec<_>>(),
            "uncopied": ran.uncopied.as_ref().map(|f| report::json_failure(f, ui.lang)),
            "unfinished": ran.unfinished.as_ref().map(|f| report::json_failure(f, ui.lang)),
        });
        return writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e));
    }
    ui.findings(&ran.findings);
    if let Some(mended) = &ran.mended {
        ui.remark(mended);
    }
    for step in &ran.steps {
        show_step(step, request.dry_run, ui).map_err(|e| output_failure(&e))?;
    }
    for failure in ran.unfinished.iter().chain(&ran.uncopied) {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    if ran.is_blocked() {
        ui.remark(&if ran.steps.is_empty() {
            text!(
                "chưa cấp số nào: sửa các lỗi trên rồi chạy lại",
                "no number was taken: mend the errors above and run again"
            )
        } else {
            text!(
                "các bước kể trên đã xong; sửa lỗi rồi chạy lại, bước đã xong không làm lần nữa",
                "the steps above are done; mend the errors and run again, nothing is done twice"
            )
        });
    } else if request.dry_run {
        ui.remark(&text!("chưa thay đổi gì", "nothing was changed"));
    }
    Ok(())
}

fn show_step(step: &StepRan, dry_run: bool, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let name = word(step.step, ui.lang);
    let counts = counts(&step.counts, ui.lang);
    let how = match (step.earlier, dry_run) {
        (true, _) => text!("đã làm trước đó", "done before"),
        (false, true) => text!("sẽ làm", "would be done"),
        (false, false) => text!("xong", "done"),
    };
    let how = how.get(ui.lang);
    writeln!(ui.out, "{name:<12} {how}: {counts}")?;
    for line in &step.lines {
        write!(ui.out, "  {:<16} {}", line.code, line.subject)?;
        if let Some(copy) = &line.copy {
            write!(ui.out, "  [{}]", copy.display())?;
        }
        writeln!(ui.out)?;
    }
    if let (Some(first), Some(last)) = (step.awards.first(), step.awards.last()) {
        let (from, to) = (first.number, last.number);
        let line = text!(
            "  sổ khen thưởng: số {from:02} đến {to:02}",
            "  book of awards: {from:02} to {to:02}"
        );
        writeln!(ui.out, "{}", line.get(ui.lang))?;
    }
    for path in &step.copies {
        writeln!(ui.out, "  [{}]", path.display())?;
    }
    Ok(())
}

/// The counts of a step in the reader's language: the register keeps them as its papers say them,
/// `05 tập thể, 01 hộ gia đình và 04 cá nhân`.
fn counts(kept: &str, lang: Lang) -> String {
    const KINDS: [(&str, &str, &str); 3] = [
        ("tập thể", "collective", "collectives"),
        ("hộ gia đình", "household", "households"),
        ("cá nhân", "individual", "individuals"),
    ];
    let part = |part: &str| {
        let (count, kind) = part.split_once(' ')?;
        let count: usize = count.parse().ok()?;
        let (_, one, many) = KINDS.iter().find(|(vi, ..)| *vi == kind)?;
        Some(format!("{count} {}", if count == 1 { one } else { many }))
    };
    let parts: Option<Vec<String>> =
        kept.split(", ").flat_map(|p| p.split(" và ")).map(part).collect();
    match (lang, parts) {
        (Lang::En, Some(parts)) => parts.join(", "),
        _ => kept.to_owned(),
    }
}

fn step_json(step: &StepRan) -> Value {
    json!({
        "step": step.step.names().0,
        "earlier": step.earlier,
        "counts": step.counts,
        "papers": step.lines.iter().map(|l| json!({
            "code": l.code,
            "subject": l.subject,
            "file": l.copy.as_ref().map(|c| c.display().to_string()),
        })).collect::<Vec<_>>(),
        "awards": step.awards.iter().map(|a| json!({
            "number": a.number, "name": a.name, "form": a.form,
        })).collect::<Vec<_>>(),
        "files": step.copies.iter().map(|p| p.display().to_string()).collect::<Vec<_>>(),
    })
}

/// Shows how far one campaign, or each of the office, has come.
pub fn status(
    workspace: &Workspace<'_>,
    job: Option<&Path>,
    json: bool,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let register = read_register(&workspace.dir)?;
    let mut findings: Vec<Diagnostic> = Vec::new();
    let asked = match job {
        None => match &register {
            Some(register) => campaigns(register)?,
            None => Vec::new(),
        },
        Some(path) => match open(workspace, path)? {
            Ok(opened) => {
                findings = campaign::changed_since(workspace, &opened)?;
                vec![(identity(workspace, path), opened.campaign.title)]
            }
            Err(findings) => {
                ui.findings(&findings);
                return Ok(Exit::Failed);
            }
        },
    };
    let mut all = Vec::new();
    for (id, title) in asked {
        let done = match &register {
            Some(register) => state(register, &id)?,
            None => Default::default(),
        };
        all.push((title, done));
    }
    let shown = if json {
        let list: Vec<Value> = all
            .iter()
            .map(|(title, done)| {
                let steps = CampaignStep::ALL.iter().map(|s| status_json(*s, done.get(s)));
                json!({ "title": title, "steps": steps.collect::<Vec<_>>() })
            })
            .collect();
        let told: Vec<Value> = findings.iter().map(|d| report::json(d, ui.lang)).collect();
        let value = json!({ "campaigns": list, "findings": told });
        writeln!(ui.out, "{value:#}")
    } else {
        ui.findings(&findings);
        all.iter().try_for_each(|(title, done)| {
            writeln!(ui.out, "{title}")?;
            CampaignStep::ALL.iter().try_for_each(|s| show_status(*s, done.get(s), ui))
        })
    };
    shown.map_err(|e| output_failure(&e))?;
    if all.is_empty() {
        ui.remark(&text!("chưa có đợt khen thưởng nào", "there is no campaign yet"));
    }
    Ok(if findings.is_empty() { Exit::Clean } else { Exit::Findings })
}

fn show_status(step: CampaignStep, done: Option<&Done>, ui: &mut Ui<'_>) -> std::io::Result<()> {
    let name = word(step, ui.lang);
    let Some(done) = done else {
        let not = text!("chưa làm", "not done");
        return writeln!(ui.out, "  {name:<12} {}", not.get(ui.lang));
    };
    let first = done.rows.first().zip(done.entries.first());
    let Some((row, entry)) = first else { return Ok(()) };
    let day = entry.date.strftime("%d/%m/%Y");
    if step == CampaignStep::Certificates {
        let count = done.rows.len();
        let (from, to) = (row.number, done.rows.last().map_or(row.number, |r| r.number));
        let line = text!(
            "{count} mục trong sổ khen thưởng, số {from} đến {to}, ngày {day}",
            "{count} entries in the book of awards, {from} to {to}, {day}"
        );
        return writeln!(ui.out, "  {name:<12} {}", line.get(ui.lang));
    }
    let codes: Vec<String> = done.entries.iter().map(|e| e.code().to_string()).collect();
    let (codes, counts) = (codes.join(", "), counts(&done.counts, ui.lang));
    write!(ui.out, "  {name:<12} {codes}, {day}: {counts}")?;
    if done.round > 1 {
        let round = done.round;
        let line = text!(" (làm lần {round})", " (done for the {round}. time)");
        write!(ui.out, "{}", line.get(ui.lang))?;
    }
    let gone = done.standing.iter().filter(|s| **s != Standing::InForce).count();
    if gone > 0 {
        let line = text!(
            " – {gone} văn bản không còn hiệu lực (làm lại: --again)",
            " – {gone} papers no longer in force (to do it again: --again)"
        );
        write!(ui.out, "{}", line.get(ui.lang))?;
    }
    writeln!(ui.out)
}

fn status_json(step: CampaignStep, done: Option<&Done>) -> Value {
    let papers = |done: &Done| -> Value {
        let entry = |e: &crate::register::Entry| json!({ "code": e.label(), "date": e.date.to_string(), "seq": e.seq });
        done.entries.iter().map(entry).collect()
    };
    json!({
        "step": step.names().0,
        "done": done.is_some(),
        "round": done.map(|d| d.round),
        "in_force": done.map(|d| !d.is_undone()),
        "entries": done.map_or(0, |d| d.rows.len()),
        "counts": done.map(|d| d.counts.clone()),
        "list": done.map(|d| d.list.clone()),
        "papers": done.map(papers),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_are_told_in_both_languages() {
        let kept = "05 tập thể, 01 hộ gia đình và 04 cá nhân";
        assert_eq!(counts(kept, Lang::Vi), kept);
        assert_eq!(counts(kept, Lang::En), "5 collectives, 1 household, 4 individuals");
        assert_eq!(counts("01 cá nhân", Lang::En), "1 individual");
        for other in ["03", "", "ba người"] {
            assert_eq!(counts(other, Lang::En), other);
        }
    }
}
