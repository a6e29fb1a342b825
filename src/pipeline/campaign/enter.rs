//! The certificates of a campaign and their entries in the sổ khen thưởng.
//!
//! Knows: when an award may be entered, what is printed of it. Must not know: papers, votes, terminals.

use crate::diagnostic::{Diagnostic, Lang, Result, blocks};
use crate::model::Number;
use crate::pipeline::awards::{Awarding, Stamp, enter_awards, preview_awards};
use crate::pipeline::filing::{Issued, Progress, read_register};
use crate::pipeline::issue::Ticket;
use crate::register::{Register, no_such_want};
use crate::source::campaign::CampaignStep;

use super::Opened;
use super::awarding::{AwardLine, Awards, Decided, agree, awards};
use super::cases::Case;
use super::certify::{self, Presses, Printed};
use super::data::forms_of;
use super::lists::reports;
use super::papers::day_of;
use super::run::{Ran, Runner, StepRan, is_error};

impl Runner<'_, '_> {
    /// The forms of the certificates.
    pub fn presses(&self) -> Result<(Option<Presses<'_>>, Vec<Diagnostic>)> {
        let passed: Vec<&Case> = self.opened.cases.iter().filter(|c| c.is_decided()).collect();
        let Opened { campaign, tables, .. } = &self.opened;
        certify::open(self.workspace, campaign, tables, &forms_of(&passed))
    }

    /// The awards as far as they are known: of decisions that are still to come only the number is not.
    pub fn awards_to_come(&self, has_file: bool) -> (Awards, Vec<Diagnostic>) {
        let campaign = &self.opened.campaign;
        let office = &self.workspace.office;
        let key = campaign.decision.signer.as_ref().or(office.defaults.signer.as_ref());
        let signer = key.and_then(|k| office.signers.get(k));
        let organ = office.organ(&campaign.decision.organ).map_or("", |o| o.code.as_str());
        let passed: Vec<&Case> = self.opened.cases.iter().filter(|c| c.is_decided()).collect();
        let stand_in = |form: String| Decided {
            form,
            code: format!("0000/QĐ-{organ}"),
            date: day_of(campaign, CampaignStep::Decision, self.workspace.world.today()),
            seq: None,
            signer_position: signer.map(|s| s.position.clone()).unwrap_or_default(),
            signer_name: signer.map(|s| s.name.clone()).unwrap_or_default(),
        };
        let decided: Vec<Decided> = match self.done.get(&CampaignStep::Decision) {
            Some(done) => done.entries.iter().map(Decided::of).collect(),
            None => forms_of(&passed).into_iter().map(stand_in).collect(),
        };
        awards(self.workspace, &self.opened, "", &decided, has_file)
    }

    /// Checks the certificates before anything has a number.
    pub fn look_at_certificates(&self) -> Result<Vec<Diagnostic>> {
        let (presses, mut findings) = self.presses()?;
        let (made, more) = self.awards_to_come(presses.is_some());
        findings.extend(more);
        if let Some(presses) = presses {
            findings.extend(presses.check(&made.certificates, &made.forms));
        }
        Ok(findings)
    }

    /// The numbers that the awards would get.
    pub fn foretell_awards(&self, findings: &mut Vec<Diagnostic>) -> Result<Vec<AwardLine>> {
        let (made, _) = self.awards_to_come(false);
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

    /// Enters the awards with their certificates.
    pub fn enter(
        &self,
        ticket: &Ticket,
        lang: Lang,
        on_progress: &(dyn Fn(Progress) + Sync),
        ran: &mut Ran,
    ) -> Result<()> {
        let Opened { campaign, cases, .. } = &self.opened;
        let decisions = self.done.get(&CampaignStep::Decision);
        let decided: Vec<Decided> =
            decisions.iter().flat_map(|d| &d.entries).map(Decided::of).collect();
        let list = decisions.map(|d| d.list.clone()).unwrap_or_default();
        let (mut presses, found) = self.presses()?;
        ran.findings.extend(found.into_iter().filter(is_error));
        let (made, found) =
            awards(self.workspace, &self.opened, &list, &decided, presses.is_some());
        ran.findings.extend(found);
        let named = cases.iter().filter(|c| c.is_decided()).count();
        ran.findings.extend(agree(made.rows.len(), named, &campaign.file));
        if let Some(presses) = &presses {
            let found = presses.check(&made.certificates, &made.forms);
            ran.findings.extend(found.into_iter().filter(is_error));
        }
        if blocks(&ran.findings) {
            return Ok(());
        }
        if let Some(presses) = &mut presses {
            presses.bind(campaign, &made.certificates, &made.forms);
        }
        let certify = |index: usize, stamp: &Stamp| {
            let at = made.certificates.get(index).zip(made.forms.get(index)).zip(presses.as_ref());
            let ((certificate, form), presses) = at.ok_or_else(no_such_want)?;
            presses.print(index, certificate, form, stamp)
        };
        let origins = presses.as_ref().map(|p| p.origins(&made.forms)).unwrap_or_default();
        let done =
            enter_awards(self.workspace, &made.rows, ticket, &certify, &origins, on_progress)?;
        ran.findings.extend(done.findings);
        if blocks(&ran.findings) {
            return Ok(());
        }
        ran.unfinished = ran.unfinished.take().or(done.unfinished);
        let lines = made.rows.iter().zip(&done.issued).zip(&made.cases);
        let lines: Vec<AwardLine> = lines
            .map(|((row, issued), case)| AwardLine {
                number: issued.code.number.map_or(0, Number::get),
                name: row.award.name.clone(),
                form: row.award.form.clone(),
                case: *case,
                file: issued.file.as_ref().map_or_else(String::new, |f| f.at.path.clone()),
            })
            .collect();
        let printed = Printed {
            workspace: self.workspace,
            campaign,
            forms: &made.forms,
            filed: &done.issued,
        };
        let (printed, reported) = rayon::join(
            || presses.as_ref().map_or(Ok(Vec::new()), |presses| presses.copies(&printed)),
            || reports(self.workspace, &self.opened.checked, &lines, lang),
        );
        let mut copies = Vec::new();
        for written in [printed, reported] {
            match written {
                Ok(paths) => copies.extend(paths),
                Err(failure) => ran.uncopied = ran.uncopied.take().or(Some(failure)),
            }
        }
        ran.steps.push(StepRan {
            step: CampaignStep::Certificates,
            lines: Vec::new(),
            awards: lines,
            copies,
            counts: self.counts(CampaignStep::Certificates),
            earlier: false,
        });
        Ok(())
    }
}
