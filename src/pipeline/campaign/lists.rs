//! The lists of a campaign: read and checked, and the reports beside them.
//!
//! Knows: which files and settings a campaign names. Must not know: what a heading means, votes, papers.

use std::collections::HashMap;
use std::path::PathBuf;

use crate::diagnostic::{Lang, Result};
use crate::pipeline::Workspace;
use crate::pipeline::roll::{CheckedRoll, Order, RollRequest, read_rolls, write_report};
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

/// Writes beside each list what became of its rows.
///
/// # Errors
/// A file stands there that is no report, or nothing can be written.
pub(super) fn reports(
    workspace: &Workspace<'_>,
    checked: &CheckedRoll,
    awards: &[AwardLine],
    lang: Lang,
) -> Result<Vec<PathBuf>> {
    let by_line: HashMap<usize, &AwardLine> = awards.iter().map(|a| (a.case, a)).collect();
    let given = match lang {
        Lang::Vi => "Đã cấp",
        Lang::En => "Given",
    };
    let mut written = Vec::new();
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
        written.push(write_report(workspace.world, &file.path, None, lang, &outcomes)?);
    }
    Ok(written)
}
