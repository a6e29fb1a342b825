//! `vanthu list`.

use std::io;
use std::path::PathBuf;

use crate::diagnostic::{Diagnostic, Result, Severity, Text};
use crate::model::HonoureeKind;
use crate::pipeline::Workspace;
use crate::pipeline::roll::{CheckedRoll, Order, RollRequest, read_rolls, write_reports};
use crate::source::roll::{Listed, Options};
use crate::text;

use super::args::{ListArgs, ListOrder, Shape};
use super::report::{self, Ui};
use super::{Exit, output_failure};

/// Remarks of one code that are shown in full; reports hold them all.
const MOST_REMARKS: usize = 5;

/// Reads and checks lists, shows them, and writes a report beside each.
pub fn run(workspace: &Workspace<'_>, args: &ListArgs, ui: &mut Ui<'_>) -> Result<Exit> {
    let request = request(args);
    let mut checked = read_rolls(workspace, &request)?;
    let mut reports = Vec::new();
    if !args.no_report {
        let (written, mut found) = write_reports(workspace, &checked, args.out.as_deref(), ui.lang);
        reports = written;
        checked.findings.append(&mut found);
    }
    let clean = checked.findings.iter().all(|d| d.severity == Severity::Info);
    if args.format == Shape::Json {
        let value = json(&checked, &reports, clean, ui);
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        show(&checked, &reports, ui).map_err(|e| output_failure(&e))?;
    }
    Ok(if clean { Exit::Clean } else { Exit::Findings })
}

fn request(args: &ListArgs) -> RollRequest {
    let options = Options {
        sheet: args.sheet.clone(),
        header_row: args.header_row,
        map: args.map.clone(),
        ..Options::default()
    };
    let order = match args.order {
        ListOrder::Given => Order::AsGiven,
        ListOrder::Name => Order::ByName,
    };
    RollRequest {
        files: args.files.clone(),
        options,
        order,
        by_unit: args.by_unit,
        form: args.form.clone(),
        has_achievement: false,
    }
}

fn show(checked: &CheckedRoll, reports: &[PathBuf], ui: &mut Ui<'_>) -> io::Result<()> {
    tell(&checked.findings, ui);
    for (kind, vi, en) in SECTIONS {
        let lines: Vec<&Listed> =
            checked.lines.iter().filter(|l| l.honouree.kind == kind).collect();
        if lines.is_empty() {
            continue;
        }
        let count = lines.len();
        ui.line(&text!("{vi} ({count})", "{en} ({count})"))?;
        for (number, line) in (1..).zip(lines) {
            writeln!(ui.out, "  {number:>4}. {}", one_line(line, checked))?;
        }
    }
    counts(checked, ui)?;
    for path in reports {
        let path = path.display();
        ui.line(&text!("báo cáo: {path}", "report: {path}"))?;
    }
    Ok(())
}

const SECTIONS: [(HonoureeKind, &str, &str); 3] = [
    (HonoureeKind::Collective, "TẬP THỂ", "COLLECTIVES"),
    (HonoureeKind::Household, "HỘ GIA ĐÌNH", "HOUSEHOLDS"),
    (HonoureeKind::Individual, "CÁ NHÂN", "INDIVIDUALS"),
];

/// `Bà Lê Thị Đào, Chuyên viên, Phòng Tổng hợp – Giấy khen`.
fn one_line(line: &Listed, checked: &CheckedRoll) -> String {
    let who = &line.honouree;
    let post = who.post();
    let form =
        checked.awards.get(&who.form).map_or(line.form_written.as_str(), |f| f.name.as_str());
    let mut out = who.addressed();
    if !post.is_empty() {
        out.push_str(", ");
        out.push_str(&post);
    }
    if !form.is_empty() {
        out.push_str(" – ");
        out.push_str(form);
    }
    let bad = |c: char| c.is_control();
    if out.contains(bad) { out.replace(bad, "\u{FFFD}") } else { out }
}

fn counts(checked: &CheckedRoll, ui: &mut Ui<'_>) -> io::Result<()> {
    let (files, lines) =
        (checked.files.iter().filter(|f| f.lines > 0).count(), checked.lines.len());
    let of = |kind| checked.count(kind);
    let (tt, ho, cn) =
        (of(HonoureeKind::Collective), of(HonoureeKind::Household), of(HonoureeKind::Individual));
    ui.line(&text!(
        "{files} tệp, {lines} dòng: {tt:02} tập thể, {ho:02} hộ, {cn:02} cá nhân",
        "{files} files, {lines} lines: {tt} collectives, {ho} households, {cn} individuals"
    ))?;
    for (form, kind, count) in checked.by_form() {
        let form = if form.is_empty() { "?".to_owned() } else { form };
        let Text { vi, en } = word(kind);
        ui.line(&text!("  {form}: {count} {vi}", "  {form}: {count} {en}"))?;
    }
    let units = checked.by_unit();
    if units.len() > 1 {
        ui.line(&text!("theo đơn vị:", "by unit:"))?;
        for (unit, count) in units {
            let unit = if unit.is_empty() { "?".to_owned() } else { unit };
            ui.line(&text!("  {unit}: {count}", "  {unit}: {count}"))?;
        }
    }
    Ok(())
}

fn word(kind: HonoureeKind) -> Text {
    match kind {
        HonoureeKind::Collective => text!("tập thể", "collectives"),
        HonoureeKind::Household => text!("hộ", "households"),
        HonoureeKind::Individual => text!("cá nhân", "individuals"),
    }
}

/// Errors and warnings in full; of the remarks a few of each kind.
fn tell(findings: &[Diagnostic], ui: &mut Ui<'_>) {
    let mut shown: Vec<Diagnostic> = Vec::new();
    let mut codes: Vec<(crate::diagnostic::Code, usize)> = Vec::new();
    for finding in findings {
        if finding.severity > Severity::Info {
            shown.push(finding.clone());
            continue;
        }
        let at = match codes.iter().position(|(c, _)| *c == finding.code) {
            Some(at) => at,
            None => {
                codes.push((finding.code, 0));
                codes.len() - 1
            }
        };
        if let Some((_, count)) = codes.get_mut(at) {
            *count += 1;
            if *count <= MOST_REMARKS && !ui.quiet {
                shown.push(finding.clone());
            }
        }
    }
    for finding in &shown {
        let _ = ui.err.write_all(report::render(finding, ui.lang).as_bytes());
    }
    for (code, count) in codes.iter().filter(|(_, n)| *n > MOST_REMARKS) {
        let more = count - MOST_REMARKS;
        ui.remark(&text!(
            "… và {more} lưu ý {code} nữa (xem báo cáo cạnh danh sách)",
            "… and {more} more notes {code} (see the report beside the list)"
        ));
    }
    if let Some(summary) = report::summary(findings) {
        ui.remark(&summary);
    }
}

fn json(checked: &CheckedRoll, reports: &[PathBuf], clean: bool, ui: &Ui<'_>) -> serde_json::Value {
    let lines = checked.lines.iter().map(|line| {
        serde_json::json!({
            "honouree": line.honouree,
            "written": line.form_written,
            "born": line.born,
            "place": line.place,
        })
    });
    let files = checked.files.iter().map(|file| {
        serde_json::json!({
            "file": file.path.display().to_string(),
            "lines": file.lines,
            "passed_over": file.is_passed_over,
            "refused": file.is_refused,
        })
    });
    let forms = checked.by_form().into_iter().map(
        |(form, kind, count)| serde_json::json!({ "form": form, "kind": kind, "count": count }),
    );
    let units = checked
        .by_unit()
        .into_iter()
        .map(|(unit, count)| serde_json::json!({ "unit": unit, "count": count }));
    serde_json::json!({
        "clean": clean,
        "files": files.collect::<Vec<_>>(),
        "forms": forms.collect::<Vec<_>>(),
        "units": units.collect::<Vec<_>>(),
        "lines": lines.collect::<Vec<_>>(),
        "findings": checked.findings.iter().map(|d| report::json(d, ui.lang)).collect::<Vec<_>>(),
        "reports": reports.iter().map(|p| p.display().to_string()).collect::<Vec<_>>(),
    })
}
