//! A step once more: when that may be, and what must not follow from papers that are no longer in force.
//!
//! Knows: how the papers of a step stand in the register. Must not know: templates, certificates, terminals.
//!
//! Nothing that was numbered is ever taken back by this program: a clerk gives up or calls back the papers with the
//! acts of the books, each with its reason, and only then the step gets new numbers.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::register::Register;
use crate::register::life::Standing;
use crate::source::campaign::{Campaign, CampaignStep};
use crate::text;

use super::codes::{NOT_AGAIN, UNDONE};
use super::state::Done;

/// Papers that are named in one finding.
const MOST_NAMED: usize = 10;

/// Why steps may not be done again: never done, papers in force, later steps that follow from them.
///
/// # Errors
/// The register cannot be read.
pub(super) fn refusals(
    register: &dyn Register,
    campaign: &Campaign,
    done: &BTreeMap<CampaignStep, Done>,
    asked: &[CampaignStep],
) -> Result<Vec<Diagnostic>> {
    let mut findings = never_done(campaign, done, asked);
    for step in asked {
        let Some(before) = done.get(step) else { continue };
        findings.extend(standing(register, campaign, *step, before, None)?);
        for later in after(*step).iter().filter(|s| !asked.contains(s)) {
            if let Some(of) = done.get(later) {
                findings.extend(standing(register, campaign, *later, of, Some(*step))?);
            }
        }
    }
    Ok(findings)
}

/// Steps that rest upon another.
fn after(step: CampaignStep) -> &'static [CampaignStep] {
    use CampaignStep::{Certificates, Decision, Minutes, Proposal};
    match step {
        Proposal | Minutes => &[Decision, Certificates],
        Decision => &[Certificates],
        Certificates => &[],
    }
}

/// The step that follows from another at once.
fn next(step: CampaignStep) -> Option<CampaignStep> {
    after(step).first().copied()
}

/// Steps that were asked for once more and were never done.
pub(super) fn never_done(
    campaign: &Campaign,
    done: &BTreeMap<CampaignStep, Done>,
    asked: &[CampaignStep],
) -> Vec<Diagnostic> {
    let not = |step: &&CampaignStep| !done.contains_key(step);
    let told = asked.iter().filter(not).map(|step| {
        let name = step.names().1;
        let place = Place::file(&campaign.file);
        let what = text!("bước {name} chưa làm lần nào", "the step {name} was never done");
        Diagnostic::error(NOT_AGAIN, place, what).hint(text!("bỏ --again", "leave --again out"))
    });
    told.collect()
}

/// What still stands of a step, as one finding; `first` is the step that is to be done again before it.
fn standing(
    register: &dyn Register,
    campaign: &Campaign,
    step: CampaignStep,
    done: &Done,
    first: Option<CampaignStep>,
) -> Result<Option<Diagnostic>> {
    let rows = done.in_force(register)?;
    if rows.is_empty() {
        return Ok(None);
    }
    let is_award = step == CampaignStep::Certificates;
    let year = done.entries.first().map_or(0, |e| e.date.year());
    let code = |row: &&crate::register::JobRow| {
        let (number, notation) = (row.number, &row.notation);
        // As the acts take it: `vang:5@2026` in the book of awards.
        if is_award { format!("vang:{number}@{year}") } else { format!("{number}/{notation}") }
    };
    let mut codes: Vec<String> = rows.iter().take(MOST_NAMED).map(code).collect();
    let first_code = codes.first().cloned().unwrap_or_default();
    if rows.len() > MOST_NAMED {
        codes.push(format!("… (+{})", rows.len() - MOST_NAMED));
    }
    let (codes, name) = (codes.join(", "), step.names().1);
    let message = match first {
        None => {
            text!("bước {name} còn hiệu lực: {codes}", "the step {name} is still in force: {codes}")
        }
        Some(first) => {
            let first = first.names().1;
            text!(
                "bước {first} không làm lại được khi bước {name} dựa vào nó còn hiệu lực: {codes}",
                "the step {first} is not done again while the step {name}, which follows from it, is in force: {codes}"
            )
        }
    };
    let hint = text!(
        "số chưa dùng thì hủy: vanthu void {first_code} --reason …; đã gửi thì thu hồi: vanthu recall {first_code} …; rồi chạy lại lệnh này. Số cũ ở lại trong sổ, bước làm lại lấy số mới",
        "give up a number that was not used: `vanthu void {first_code} --reason …`; recall what was sent: `vanthu recall {first_code} …`; then run this again. The old number stays in the book, the step takes a new one"
    );
    Ok(Some(Diagnostic::error(NOT_AGAIN, Place::file(&campaign.file), message).hint(hint)))
}

/// Steps that were done and are no longer in force, where something that is to be run follows from them, or they
/// are to be run themselves.
pub(super) fn undone(
    campaign: &Campaign,
    done: &BTreeMap<CampaignStep, Done>,
    wanted: &[CampaignStep],
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (step, before) in done {
        let gone: Vec<String> = before
            .entries
            .iter()
            .zip(&before.standing)
            .filter(|(_, s)| **s != Standing::InForce)
            .map(|(e, _)| e.label())
            .collect();
        let follows = next(*step).is_some_and(|s| wanted.contains(&s) && !done.contains_key(&s));
        // What was decided stands whatever becomes of the papers that led to it.
        let rests = next(*step).and_then(|s| done.get(&s)).is_some_and(|d| !d.is_undone());
        if gone.is_empty() || rests || !(follows || wanted.contains(step)) {
            continue;
        }
        let file = campaign.file.as_str();
        let (codes, name) = (gone.join(", "), step.names().1);
        let message = text!(
            "{codes} của bước {name} không còn hiệu lực",
            "{codes} of the step {name} is no longer in force"
        );
        let place = Place::file(&campaign.file);
        findings.push(Diagnostic::error(UNDONE, place, message).hint(text!(
            "làm lại bước đó trước: vanthu run {file} --step {name} --again; văn bản khác của bước còn hiệu lực thì hủy hoặc thu hồi nốt",
            "do that step again first: `vanthu run {file} --step {name} --again`; give up or recall its other papers if they are still in force"
        )));
    }
    findings
}
