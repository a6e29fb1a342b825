//! What is looked at before any paper is made: settings, the order of the steps, the list against earlier steps.
//!
//! Knows: which step follows which. Must not know: templates, numbers, certificates.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Place, Result, Text};
use crate::pipeline::Workspace;
use crate::pipeline::codes::EMPTY_FIELD;
use crate::pipeline::filing::read_register;
use crate::register::Register;
use crate::source::campaign::CampaignStep;
use crate::text;

use super::Opened;
use super::cases::Case;
use super::codes::{DATED_EARLIER, LIST_CHANGED, NOT_SET, TOO_EARLY};
use super::papers::day_of;
use super::state::{Done, changes, list_of, state};

/// Steps that come before what they follow from.
pub(super) fn order_of(
    opened: &Opened,
    done: &BTreeMap<CampaignStep, Done>,
    fresh: &[CampaignStep],
    today: Date,
) -> Vec<Diagnostic> {
    let campaign = &opened.campaign;
    let mut findings = Vec::new();
    let before = |step: CampaignStep| match step {
        CampaignStep::Proposal | CampaignStep::Minutes => None,
        CampaignStep::Decision => Some(CampaignStep::Proposal),
        CampaignStep::Certificates => Some(CampaignStep::Decision),
    };
    for step in fresh {
        let Some(first) = before(*step) else { continue };
        let sent = first == CampaignStep::Proposal && campaign.proposal.code.is_some();
        let there = sent || fresh.contains(&first) || done.contains_key(&first);
        if there {
            continue;
        }
        let (name, first_name) = (step.names().1, first.names().1);
        findings.push(
            Diagnostic::error(
                TOO_EARLY,
                Place::file(&campaign.file),
                text!(
                    "bước {name} cần bước {first_name} làm trước",
                    "the step {name} needs the step {first_name} first"
                ),
            )
            .hint(text!(
                "chạy --step {first_name}; tờ trình do đơn vị gửi thì ghi to-trinh.so-ky-hieu và to-trinh.ngay",
                "run --step {first_name}; for a tờ trình that a unit sent give `proposal.code` and `proposal.date`"
            )),
        );
    }
    let day = |step| match done.get(&step).and_then(|d: &Done| d.entries.first()) {
        Some(entry) => entry.date,
        None => day_of(campaign, step, today),
    };
    for step in fresh {
        let Some(first) = before(*step) else { continue };
        if day(*step) < day(first) {
            let (name, first_name) = (step.names().1, first.names().1);
            let (late, early) = (shown(day(*step)), shown(day(first)));
            findings.push(
                Diagnostic::error(
                    DATED_EARLIER,
                    Place::file(&campaign.file),
                    text!(
                        "bước {name} đề ngày {late}, trước bước {first_name} ({early})",
                        "the step {name} is dated {late}, before the step {first_name} ({early})"
                    ),
                )
                .hint(text!("sửa dòng `ngay`", "mend the line `date`")),
            );
        }
    }
    findings
}

fn shown(day: Date) -> String {
    day.strftime("%d/%m/%Y").to_string()
}

/// What became of the list since the steps that were done.
///
/// # Errors
/// The register cannot be read.
pub fn changed_since(workspace: &Workspace<'_>, opened: &Opened) -> Result<Vec<Diagnostic>> {
    let Some(register) = read_register(&workspace.dir)? else { return Ok(Vec::new()) };
    let done = state(&register, &opened.id)?;
    since(opened, &done, &register, false)
}

/// The same against steps as they are known; `is_decided` where what was decided may no longer change.
pub(super) fn since(
    opened: &Opened,
    done: &BTreeMap<CampaignStep, Done>,
    register: &dyn Register,
    is_decided: bool,
) -> Result<Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let now: Vec<_> = opened.cases.iter().map(Case::kept).collect();
    for (step, done) in done.iter().filter(|(s, _)| **s != CampaignStep::Certificates) {
        let Some(before) = list_of(register, done)? else { continue };
        let found = changes(&before, &now);
        if found.is_empty() {
            continue;
        }
        let (told, name) = (found.told(), step.names().1);
        let place = Place::file(&opened.campaign.file).item("danh-sach");
        let message = Text::new(
            format!("danh sách đã thay đổi so với bước {name}: {}", told.vi),
            format!("the list is not the one of the step {name}: {}", told.en),
        );
        findings.push(if is_decided && *step == CampaignStep::Decision {
            Diagnostic::error(LIST_CHANGED, place, message).hint(text!(
                "giấy khen và sổ phải đúng như quyết định đã ban hành: trả danh sách về như cũ, hoặc ban hành quyết định sửa đổi",
                "certificates and book must be as the decision that was issued: put the list back, or issue an amending decision"
            ))
        } else {
            Diagnostic::warning(LIST_CHANGED, place, message).hint(text!(
                "văn bản sắp ban hành theo danh sách hiện nay; xem có cần trình hoặc xét lại không",
                "the papers to come follow the list as it is now; see whether it must be proposed or voted on again"
            ))
        });
    }
    Ok(findings)
}

/// The fields of templates that a setting fills.
const FILLED: [(&str, &[&str]); 6] = [
    ("to-trinh.don-vi-trinh", &["don_vi_trinh"]),
    ("quyet-dinh.nguoi-tang", &["dot.nguoi_tang"]),
    ("thanh-tich", &["thanh_tich", "dot.thanh_tich"]),
    ("hoi-dong.chu-toa", &["hoi_dong.chu_toa", "hoi_dong.ten_chu_toa"]),
    ("hoi-dong.thu-ky", &["hoi_dong.thu_ky", "hoi_dong.ten_thu_ky"]),
    ("to-trinh.ngay", &["to_trinh.ngay"]),
];
/// Those that the papers of the steps before fill.
const CITED: [&str; 4] = ["to_trinh.so", "to_trinh.ngay", "bien_ban.so", "bien_ban.ngay"];

/// True for an empty field of a template where it was `told` already what is missing: a setting, or a step before.
pub(super) fn was_told(finding: &Diagnostic, told: &[Diagnostic]) -> bool {
    let Some(field) = finding.place.item.as_deref().filter(|_| finding.code == EMPTY_FIELD) else {
        return false;
    };
    let fills = |d: &Diagnostic| {
        let setting = d.place.item.as_deref().filter(|_| d.code == NOT_SET);
        FILLED.iter().any(|(known, fields)| setting == Some(*known) && fields.contains(&field))
            || d.code == TOO_EARLY && CITED.contains(&field)
    };
    told.iter().any(fills)
}

/// What the papers of the steps cannot do without.
pub(super) fn settings(opened: &Opened, fresh: &[CampaignStep]) -> Vec<Diagnostic> {
    use CampaignStep::{Certificates, Decision, Minutes, Proposal};
    let campaign = &opened.campaign;
    let has = |steps: &[CampaignStep]| steps.iter().any(|s| fresh.contains(s));
    let missing = [
        (
            has(&[Proposal, Decision]) && campaign.proposal.proposer.is_empty(),
            "to-trinh.don-vi-trinh",
            "proposal.proposer",
        ),
        (
            has(&[Proposal, Decision]) && campaign.decision.giver.is_empty(),
            "quyet-dinh.nguoi-tang",
            "decision.giver",
        ),
        (
            has(&[Proposal, Decision]) && campaign.achievement.is_empty(),
            "thanh-tich",
            "achievement",
        ),
        (has(&[Minutes]) && campaign.council.chair.is_empty(), "hoi-dong.chu-toa", "council.chair"),
        (
            has(&[Minutes]) && campaign.council.secretary.is_empty(),
            "hoi-dong.thu-ky",
            "council.secretary",
        ),
        (
            has(&[Decision, Certificates])
                && campaign.proposal.code.is_some()
                && campaign.proposal.date.is_none(),
            "to-trinh.ngay",
            "proposal.date",
        ),
    ];
    missing
        .into_iter()
        .filter(|(is_missing, ..)| *is_missing)
        .map(|(_, vi, en)| {
            Diagnostic::error(
                NOT_SET,
                Place::file(&campaign.file).item(vi),
                text!("đợt này cần `{vi}`", "this campaign needs `{en}`"),
            )
            .hint(text!("thêm dòng `{vi} = …`", "add a line `{en} = …`"))
        })
        .collect()
}
