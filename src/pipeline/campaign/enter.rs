//! The certificates of a campaign before they have numbers: looked at, and foretold.
//!
//! Knows: which decisions they will name. Must not know: papers, votes, terminals.

use crate::diagnostic::{Diagnostic, Result};
use crate::model::Number;
use crate::pipeline::awards::{Awarding, preview_awards};
use crate::pipeline::filing::{Issued, read_register};
use crate::register::Register;
use crate::source::campaign::CampaignStep;

use super::Opened;
use super::awarding::{AwardLine, Decided, WIDEST, awards, certificates};
use super::cases::Case;
use super::certify::{self, Presses};
use super::data::forms_of;
use super::papers::day_of;
use super::run::Runner;

/// Certificates that were looked at.
pub(super) struct Looked<'r> {
    /// Their forms; none where a campaign prints no certificates.
    pub presses: Option<Presses<'r>>,
    /// The decisions that they were looked at with.
    pub expected: Vec<Decided>,
}

impl<'r> Runner<'r, '_> {
    /// The forms of the certificates.
    fn presses(&self) -> Result<(Option<Presses<'r>>, Vec<Diagnostic>)> {
        let passed: Vec<&Case> = self.opened.cases.iter().filter(|c| c.is_decided()).collect();
        let Opened { campaign, tables, .. } = &self.opened;
        certify::open(self.workspace, campaign, tables, &forms_of(&passed))
    }

    /// The decisions as far as they are known: of those that are still to come only the number is not.
    fn expected(&self) -> Vec<Decided> {
        if let Some(done) = self.done.get(&CampaignStep::Decision) {
            return done.entries.iter().map(Decided::of).collect();
        }
        let campaign = &self.opened.campaign;
        let office = &self.workspace.office;
        let key = campaign.decision.signer.as_ref().or(office.defaults.signer.as_ref());
        let signer = key.and_then(|k| office.signers.get(k));
        let organ = office.organ(&campaign.decision.organ).map_or("", |o| o.code.as_str());
        let passed: Vec<&Case> = self.opened.cases.iter().filter(|c| c.is_decided()).collect();
        let stand_in = |form: String| Decided {
            form,
            code: format!("{WIDEST}/QĐ-{organ}"),
            date: day_of(campaign, CampaignStep::Decision, self.workspace.world.today()),
            seq: None,
            signer_position: signer.map(|s| s.position.clone()).unwrap_or_default(),
            signer_name: signer.map(|s| s.name.clone()).unwrap_or_default(),
        };
        forms_of(&passed).into_iter().map(stand_in).collect()
    }

    /// Checks the certificates before anything has a number.
    pub fn look_at_certificates(&self) -> Result<(Looked<'r>, Vec<Diagnostic>)> {
        let (presses, mut findings) = self.presses()?;
        let expected = self.expected();
        let (made, more) = certificates(self.workspace, &self.opened, &expected);
        findings.extend(more);
        if let Some(presses) = &presses {
            findings.extend(presses.check(&made.certificates, &made.forms));
        }
        Ok((Looked { presses, expected }, findings))
    }

    /// The numbers that the awards would get.
    pub fn foretell_awards(&self, findings: &mut Vec<Diagnostic>) -> Result<Vec<AwardLine>> {
        let (made, _) = awards(self.workspace, &self.opened, "", &self.expected(), false);
        let register = read_register(&self.workspace.dir)?;
        let register = register.as_ref().map(|r| r as &dyn Register);
        let would = preview_awards(self.workspace, register, &made.rows)?;
        findings.extend(would.findings);
        let lines = made.rows.iter().zip(&would.issued).zip(&made.cases);
        let line = |((row, issued), case): ((&Awarding, &Issued), &usize)| AwardLine {
            number: issued.code.number.map_or(0, Number::get),
            name: row.award.name.clone(),
            form: row.award.form.clone(),
            case: *case,
            file: String::new(),
        };
        Ok(lines.map(line).collect())
    }
}
