//! An award campaign: from one checked list to its numbered papers, step by step.
//!
//! Knows: the order of the steps, what each needs from those before. Must not know: terminals, SQL, XML.
//!
//! The steps of a run are one batch: all their papers are issued or none, and the same step again
//! repeats nothing. What was done is read off the register ([`state`]); the list of each step is kept
//! there as a text under its digest. Before anything is numbered every paper that was asked for is
//! made and checked against the list, the register and the table of laws (`cross`).

mod again;
mod awarding;
mod bases;
mod before;
mod cases;
mod certify;
mod codes;
mod cross;
mod data;
mod enter;
mod lists;
mod made;
mod papers;
mod run;
mod sheaves;
mod state;
mod votes;
mod whole;
mod word;

use std::path::Path;

use crate::diagnostic::{Diagnostic, Result};
use crate::pipeline::Workspace;
use crate::pipeline::filing;
use crate::pipeline::roll::{CheckedRoll, awards_of};
use crate::pipeline::workspace::read_text;
use crate::ruleset::{Awards, Bases, Money};
use crate::source::campaign::{self, Campaign};

pub use crate::source::campaign::CampaignStep;
pub use awarding::AwardLine;
pub(super) use bases::old_bases;
pub use before::changed_since;
pub use run::{Order, Ran, StepRan, run};
pub use state::{Changes, Done, campaigns, identity, state};

/// The tables of awards of an office.
pub struct Tables {
    /// Forms.
    pub forms: Awards,
    /// Laws.
    pub bases: Bases,
    /// Money.
    pub money: Money,
}

impl Tables {
    /// The office's own tables, else the built-in ones.
    ///
    /// # Errors
    /// `Config` if one cannot be read.
    pub fn open(workspace: &Workspace<'_>) -> Result<Self> {
        let forms = awards_of(workspace)?;
        let bases = bases::open(workspace)?;
        let money = match papers::own_table(workspace, "money.toml")? {
            Some((file, text)) => Money::parse(&text, &file)?,
            None => Money::builtin()?,
        };
        Ok(Self { forms, bases, money })
    }
}

/// A campaign with its list.
pub struct Opened {
    /// What its file says.
    pub campaign: Campaign,
    /// Its identity in the register.
    pub id: String,
    /// The office's tables.
    pub tables: Tables,
    /// Its cases in the order of the papers, without votes and amounts.
    pub cases: Vec<cases::Case>,
    /// The lists as they were read.
    pub checked: CheckedRoll,
    /// What is to be said of file and lists.
    pub findings: Vec<Diagnostic>,
}

/// True if a job file is one of a campaign.
///
/// # Errors
/// The file cannot be read.
pub fn is_campaign(workspace: &Workspace<'_>, path: &Path) -> Result<bool> {
    Ok(campaign::is_campaign(&read_text(workspace.world, path)?))
}

/// Reads a campaign's file and its lists. The inner `Err` holds everything that is wrong in the file.
///
/// # Errors
/// `Input`, `Config` if a file cannot be read.
pub fn open(
    workspace: &Workspace<'_>,
    path: &Path,
) -> Result<std::result::Result<Opened, Vec<Diagnostic>>> {
    let text = read_text(workspace.world, path)?;
    let file = path.display().to_string();
    let campaign = match campaign::parse(&text, &file) {
        Ok(campaign) => campaign,
        Err(findings) => return Ok(Err(findings)),
    };
    let ahead = |decided| {
        let steps = campaign.steps.iter();
        steps.for_each(|step| papers::ahead(workspace, &campaign, *step, decided));
    };
    ahead(None);
    filing::ahead(workspace.world, &workspace.dir);
    let tables = Tables::open(workspace)?;
    let mut checked = lists::read(workspace, &campaign)?;
    rayon::spawn(cross::ahead);
    ahead(Some(checked.lines.len()));
    let mut findings = std::mem::take(&mut checked.findings);
    let (cases, more) =
        cases::cases(&checked.lines, &campaign.achievement, &tables.forms, &file, &findings);
    checked.findings.clone_from(&findings);
    findings.extend(more);
    let id = identity(workspace, path);
    Ok(Ok(Opened { campaign, id, tables, cases, checked, findings }))
}
