//! The votes of the council: read, joined to the cases, checked.
//!
//! Knows: the columns of a file of votes, what must add up. Must not know: templates, the register, how many votes the law asks for (a setting).

use std::collections::HashMap;

use serde_json::Value;

use crate::diagnostic::{Diagnostic, Place, Result, Text};
use crate::source::campaign::{Campaign, CampaignStep};
use crate::source::data;
use crate::text;
use crate::world::World;

use super::cases::{Case, Vote};
use super::codes::{NO_VOTES, NOT_PASSED, NOT_SET, VOTES, VOTES_FOR_NOBODY};

/// Percent of the members that a case needs unless the campaign says otherwise.
pub(super) const PASS: u32 = 50;

const YES: &[&str] =
    &["dong-y", "so-phieu-dong-y", "phieu-dong-y", "tan-thanh", "so-phieu-tan-thanh", "yes"];
const NO: &[&str] =
    &["khong-dong-y", "so-phieu-khong-dong-y", "phieu-khong-dong-y", "khong-tan-thanh", "no"];
const NAME: &[&str] = &["ho-va-ten", "ho-ten", "ten", "ten-tap-the", "tap-the-ca-nhan", "name"];
const UNIT: &[&str] = &["don-vi", "don-vi-cong-tac", "unit"];

/// Joins votes to cases and says who passed. Campaigns without minutes have no votes.
///
/// # Errors
/// The file of votes cannot be read.
pub(super) fn join(
    world: &dyn World,
    campaign: &Campaign,
    cases: &mut [Case],
) -> Result<Vec<Diagnostic>> {
    if !campaign.steps.contains(&CampaignStep::Minutes) {
        return Ok(Vec::new());
    }
    let mut findings = settings(campaign);
    match &campaign.votes.file {
        Some(path) => from_file(world, path, cases, &mut findings)?,
        None => from_lists(cases, &mut findings),
    }
    judge(campaign, cases, &mut findings);
    Ok(findings)
}

/// What the minutes cannot do without.
fn settings(campaign: &Campaign) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut need = |is_there: bool, at: u32, vi: &str, en: &str| {
        if !is_there {
            let place = Place::file(&campaign.file).line(at.max(1)).item(vi);
            findings.push(
                Diagnostic::error(
                    NOT_SET,
                    place,
                    text!("biên bản cần `{vi}`", "the minutes need `{en}`"),
                )
                .hint(text!("thêm dòng `{vi} = …`", "add a line `{en} = …`")),
            );
        }
    };
    let (council, votes) = (&campaign.council, &campaign.votes);
    need(!council.name.is_empty(), council.at, "hoi-dong.ten", "council.title");
    need(council.date.is_some(), council.at, "hoi-dong.ngay", "council.date");
    need(!council.members.is_empty(), council.at, "hoi-dong.thanh-vien", "council.members");
    need(!votes.tellers.is_empty(), votes.at, "kiem-phieu.ban-kiem-phieu", "votes.tellers");
    findings.extend(ballots(campaign));
    findings
}

/// Members ≥ present ≥ given ≥ returned ≥ valid.
fn ballots(campaign: &Campaign) -> Vec<Diagnostic> {
    let votes = &campaign.votes;
    let present = present(campaign);
    let given = votes.given.unwrap_or(present);
    let returned = votes.returned.unwrap_or(given);
    let valid = votes.valid.unwrap_or(returned);
    let place = Place::file(&campaign.file).line(votes.at.max(1));
    let pairs = [
        (given > present, "phat-ra", given, "có mặt", present),
        (returned > given, "thu-ve", returned, "phát ra", given),
        (valid > returned, "hop-le", valid, "thu về", returned),
    ];
    pairs
        .into_iter()
        .filter(|(wrong, ..)| *wrong)
        .map(|(_, key, n, than, m)| {
            Diagnostic::error(
                VOTES,
                place.clone().item(key),
                text!(
                    "`{key}` là {n}, nhiều hơn số {than} ({m})",
                    "`{key}` is {n}, more than {m} ({than})"
                ),
            )
            .hint(text!("sửa theo biên bản kiểm phiếu", "mend it after the count"))
        })
        .collect()
}

/// Members who were there.
pub(super) fn present(campaign: &Campaign) -> u32 {
    u32::try_from(campaign.council.members.len()).unwrap_or(u32::MAX)
}

/// Members in all.
pub(super) fn members(campaign: &Campaign) -> u32 {
    let absent = u32::try_from(campaign.council.absent.len()).unwrap_or(0);
    present(campaign).saturating_add(absent)
}

/// Phiếu hợp lệ.
pub(super) fn valid(campaign: &Campaign) -> u32 {
    let votes = &campaign.votes;
    votes.valid.or(votes.returned).or(votes.given).unwrap_or_else(|| present(campaign))
}

fn from_lists(cases: &mut [Case], findings: &mut Vec<Diagnostic>) {
    for case in cases {
        let cell = |names: &[&str]| {
            let found = case.who.extra.iter().find(|(key, _)| {
                let slug = text::slug(key);
                names.contains(&slug.as_str())
            });
            found.map(|(_, value)| value.trim().to_owned())
        };
        let (yes, no) = (cell(YES), cell(NO));
        case.vote = vote(yes.as_deref(), no.as_deref(), &case.place, findings);
    }
}

fn from_file(
    world: &dyn World,
    path: &std::path::Path,
    cases: &mut [Case],
    findings: &mut Vec<Diagnostic>,
) -> Result<()> {
    let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
    for (index, case) in cases.iter().enumerate() {
        by_name.entry(text::slug(&case.who.name)).or_default().push(index);
    }
    let mut rows = data::open(world, path, &data::Options::default())?;
    while let Some(row) = rows.next().transpose()? {
        findings.extend(row.findings);
        let cell = |names: &[&str]| {
            row.values.iter().find_map(|(key, value)| {
                let slug = text::slug(key);
                (names.contains(&slug.as_str()) && !value.is_null()).then(|| shown(value))
            })
        };
        let Some(name) = cell(NAME) else { continue };
        let name = bare(&name);
        let unit = cell(UNIT).map(|u| text::slug(&u));
        let same = by_name.get(&text::slug(&name)).map_or(&[][..], Vec::as_slice);
        let fits = |i: &&usize| match (&unit, cases.get(**i)) {
            (Some(unit), Some(case)) => text::slug(&case.who.unit) == *unit,
            _ => true,
        };
        let found: Vec<usize> = same.iter().filter(fits).copied().collect();
        match found.as_slice() {
            [one] => {
                let read = vote(cell(YES).as_deref(), cell(NO).as_deref(), &row.place, findings);
                if let Some(case) = cases.get_mut(*one) {
                    case.vote = case.vote.or(read);
                }
            }
            found => findings.push(nobody(&name, found.len(), row.place)),
        }
    }
    findings.extend(rows.findings());
    Ok(())
}

fn nobody(name: &str, found: usize, place: Place) -> Diagnostic {
    let message = if found == 0 {
        text!(
            "có phiếu cho “{name}” nhưng danh sách không có tên này",
            "there are votes for “{name}”, who is in no list"
        )
    } else {
        text!(
            "danh sách có {found} trường hợp tên “{name}”",
            "{found} cases of the lists are called “{name}”"
        )
    };
    Diagnostic::error(VOTES_FOR_NOBODY, place, message).hint(text!(
        "ghi tên đúng như danh sách; trùng tên thì thêm cột Đơn vị",
        "write the name as in the list; where two have one name add a column Đơn vị"
    ))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A name without Ông, Bà before it.
pub(super) fn bare(name: &str) -> String {
    let name = name.trim();
    let rest = ["Ông ", "Bà ", "ông ", "bà "].iter().find_map(|w| name.strip_prefix(w));
    rest.unwrap_or(name).trim().to_owned()
}

fn vote(
    yes: Option<&str>,
    no: Option<&str>,
    place: &Place,
    findings: &mut Vec<Diagnostic>,
) -> Option<Vote> {
    let number = |cell: Option<&str>| cell.map(|c| c.trim().parse::<u32>().ok());
    match (number(yes), number(no)) {
        (Some(Some(yes)), Some(Some(no))) => Some(Vote { yes, no }),
        (None, _) | (_, None) => None,
        _ => {
            let (yes, no) = (yes.unwrap_or_default(), no.unwrap_or_default());
            findings.push(
                Diagnostic::error(
                    VOTES,
                    place.clone(),
                    text!(
                        "số phiếu “{yes}”, “{no}” không phải là số",
                        "the votes “{yes}”, “{no}” are no numbers"
                    ),
                )
                .hint(text!("ghi hai số nguyên", "write two whole numbers")),
            );
            // It was said what is wrong; not that there are none.
            Some(Vote { yes: 0, no: u32::MAX })
        }
    }
}

fn how_to_vote() -> Text {
    text!(
        "điền cột Đồng ý, Không đồng ý trong danh sách hoặc trong tệp kết quả bỏ phiếu (kiem-phieu.tep)",
        "fill the columns Đồng ý, Không đồng ý of the list, or of the file of votes (`votes.file`)"
    )
}

fn judge(campaign: &Campaign, cases: &mut [Case], findings: &mut Vec<Diagnostic>) {
    let (valid, members) = (valid(campaign), members(campaign));
    let pass = campaign.votes.pass.unwrap_or(PASS);
    // The count is not in yet: said once, not of each.
    if let (Some(first), false) = (cases.first(), cases.iter().any(|c| c.vote.is_some())) {
        let count = cases.len();
        let message = text!(
            "chưa có kết quả bỏ phiếu của ai ({count} dòng)",
            "there are no votes for anybody ({count} lines)"
        );
        findings
            .push(Diagnostic::error(NO_VOTES, first.place.clone(), message).hint(how_to_vote()));
        return;
    }
    for case in cases {
        let name = &case.who.name;
        let Some(vote) = case.vote else {
            findings.push(
                Diagnostic::error(
                    NO_VOTES,
                    case.place.clone(),
                    text!("{name}: chưa có kết quả bỏ phiếu", "{name}: there are no votes"),
                )
                .hint(how_to_vote()),
            );
            continue;
        };
        if vote.no == u32::MAX {
            continue;
        }
        let (yes, no) = (vote.yes, vote.no);
        if yes.checked_add(no) != Some(valid) {
            findings.push(
                Diagnostic::error(
                    VOTES,
                    case.place.clone(),
                    text!(
                        "{name}: {yes} đồng ý và {no} không đồng ý, không bằng {valid} phiếu hợp lệ",
                        "{name}: {yes} for and {no} against do not make {valid} valid ballots"
                    ),
                )
                .hint(text!("sửa theo biên bản kiểm phiếu", "mend it after the count")),
            );
            continue;
        }
        case.passed = u64::from(yes) * 100 >= u64::from(pass) * u64::from(members.max(1));
        if !case.passed {
            findings.push(
                Diagnostic::warning(
                    NOT_PASSED,
                    case.place.clone(),
                    text!(
                        "{name}: {yes}/{members} phiếu đồng ý, dưới {pass}%: không đưa vào quyết định",
                        "{name}: {yes} of {members} votes, below {pass}%: left out of the decision"
                    ),
                )
                .hint(text!(
                    "tỷ lệ là của đợt này (kiem-phieu.ti-le-dat); đối chiếu quy chế của cơ quan",
                    "the percentage is the campaign's own (`votes.pass`); compare it with the office's rules"
                )),
            );
        }
    }
}
