//! The lists of a campaign: read and checked, and the reports beside them.
//!
//! Knows: which files and settings a campaign names. Must not know: what a heading means, votes, papers.

use std::collections::HashMap;

use crate::diagnostic::{Lang, Result};
use crate::pipeline::Workspace;
use crate::pipeline::roll::{CheckedRoll, MadeReport, Order, RollRequest, make_report, read_rolls};
use crate::source::campaign::{Campaign, ListOrder};
use crate::source::roll::Options;

use super::awarding::AwardLine;

/// Reads all lists of a campaign.
///
/// # Errors
/// As [`read_rolls`].
pub(super) fn read(workspace: &Workspace<'_>, campaign: &Campaign) -> Result<CheckedRoll> {
    let options = Options {
        sheet: campaign.sheet.clone(),
        map: campaign.columns.clone(),
        ..Options::default()
    };
    let request = RollRequest {
        files: campaign.lists.clone(),
        options,
        order: match campaign.order {
            ListOrder::AsGiven => Order::AsGiven,
            ListOrder::ByName => Order::ByName,
        },
        by_unit: campaign.by_unit,
        form: Some(campaign.form.clone()).filter(|f| !f.is_empty()),
        has_achievement: !campaign.achievement.is_empty(),
    };
    read_rolls(workspace, &request)
}

/// What became of the rows of each list, to be written beside it.
///
/// # Errors
/// As [`make_report`].
pub(super) fn reports(
    workspace: &Workspace<'_>,
    checked: &CheckedRoll,
    awards: &[AwardLine],
    lang: Lang,
) -> Result<Vec<MadeReport>> {
    let by_line: HashMap<usize, &AwardLine> = awards.iter().map(|a| (a.case, a)).collect();
    let given = match lang {
        Lang::Vi => "Đã cấp",
        Lang::En => "Given",
    };
    let mut made = Vec::new();
    for file in checked.files.iter().filter(|f| f.lines > 0) {
        let mut outcomes = checked.outcomes(&file.path, lang);
        for outcome in &mut outcomes {
            let award = outcome.line.and_then(|line| by_line.get(&line));
            if let Some(award) = award {
                given.clone_into(&mut outcome.status);
                outcome.number = format!("{:02}", award.number);
                outcome.certificate.clone_from(&award.file);
            }
        }
        let today = workspace.world.today();
        made.push(make_report(&file.path, None, today, lang, &outcomes)?);
    }
    Ok(made)
}
