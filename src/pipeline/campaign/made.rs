//! The papers of a run, made and checked with the numbers that they will get.
//!
//! Knows: which paper cites which, how numbers are foreseen. Must not know: the lock, what is written, terminals.

use std::collections::BTreeMap;

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Result};
use crate::model::{Document, Number};
use crate::pipeline::Workspace;
use crate::pipeline::issue::PlannedWants;
use crate::pipeline::plan::{Plan, PlannedStep, Purpose, plan_prepared};
use crate::pipeline::planned::Planned;
use crate::register::{self, Book, Register};
use crate::source::campaign::CampaignStep;

use super::Opened;
use super::before::was_told;
use super::cases::Case;
use super::codes::DOUBTFUL;
use super::cross::{Checked, Cited, check, proposals};
use super::data::{Reference, References};
use super::enter::Looked;
use super::papers::{Paper, Papers, day_of, papers};
use super::run::Runner;
use super::word;

/// Papers for a plan, and for each step of it the step of the campaign and the cases that it must name.
fn apart(papers: Vec<Paper>) -> (Vec<PlannedStep>, Vec<(CampaignStep, Vec<usize>)>) {
    papers.into_iter().map(|p| (p.planned, (p.step, p.cases))).unzip()
}

/// The codes under which papers of a run are cited before they have them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Foreseen {
    /// Of the tờ trình.
    pub proposal: Option<String>,
    /// Of the minutes.
    pub minutes: Option<String>,
}

/// Papers that were made and checked.
#[derive(Default)]
pub(super) struct Made<'r> {
    pub plan: Plan,
    /// For each step of the plan: step of the campaign, cases.
    pub named: Vec<(CampaignStep, Vec<usize>)>,
    /// The codes that they cite.
    pub foreseen: Foreseen,
    /// The certificates, where they are among the steps.
    pub looked: Option<Looked<'r>>,
}

impl Made<'_> {
    /// The step of a document of the plan.
    pub fn step_of(&self, index: usize) -> Option<CampaignStep> {
        let planned = self.plan.documents.get(index)?;
        self.named.get(planned.step).map(|(step, _)| *step)
    }

    /// The numbers that its documents would get now.
    ///
    /// # Errors
    /// The register cannot be read.
    pub fn numbers(
        &self,
        workspace: &Workspace<'_>,
        register: Option<&dyn Register>,
    ) -> Result<Vec<Number>> {
        let wants = PlannedWants::new(workspace, &self.plan, &BTreeMap::new())?;
        let today = workspace.world.today();
        let plan = register::plan(register, Book::Outgoing, &workspace.office, &wants, today)?;
        Ok(plan.numbers)
    }
}

impl<'r> Runner<'r, '_> {
    /// The papers that are cited: registered ones, else those of this run under the codes that they will get.
    fn references(
        &self,
        before: &[CampaignStep],
        foreseen: &Foreseen,
        pending: &mut Vec<String>,
    ) -> References {
        let campaign = &self.opened.campaign;
        let today = self.workspace.world.today();
        let mut of = |step: CampaignStep, to_come: &Option<String>, stand_in: &str| {
            if let Some(entry) = self.done.get(&step).and_then(|d| d.entries.first()) {
                return Some(Reference { code: entry.code().to_string(), date: entry.date });
            }
            let date = day_of(campaign, step, today);
            if step == CampaignStep::Proposal
                && let Some(code) = &campaign.proposal.code
            {
                return Some(Reference { code: code.clone(), date });
            }
            before.contains(&step).then(|| {
                // No paper has the number 00: nobody takes the stand-in for one that is registered.
                let code = to_come.clone().unwrap_or_else(|| stand_in.to_owned());
                pending.push(code.clone());
                Reference { code, date }
            })
        };
        References {
            proposal: of(CampaignStep::Proposal, &foreseen.proposal, "00/TTr"),
            minutes: of(CampaignStep::Minutes, &foreseen.minutes, "00/BB"),
        }
    }

    /// The papers of some steps about some cases.
    fn papers_of(
        &self,
        steps: &[CampaignStep],
        cases: &[Case],
        foreseen: &Foreseen,
        pending: &mut Vec<String>,
        findings: &mut Vec<Diagnostic>,
    ) -> Result<Vec<Paper>> {
        let Opened { campaign, tables, .. } = &self.opened;
        let mut wanted = Vec::with_capacity(steps.len());
        for (at, step) in steps.iter().enumerate() {
            // What a step cites comes before it in the campaign.
            let before = steps.get(..at).unwrap_or_default();
            let mut references = self.references(before, foreseen, pending);
            references.up_to(day_of(campaign, *step, self.workspace.world.today()));
            wanted.push((*step, references));
        }
        let one = |(step, references): &(CampaignStep, References)| {
            papers(self.workspace, campaign, tables, cases, references, *step)
        };
        let made: Vec<Papers> = wanted.par_iter().map(one).collect::<Result<_>>()?;
        let mut all = Vec::new();
        for papers in made {
            match papers {
                Ok(papers) => all.extend(papers),
                Err(more) => findings.extend(more),
            }
        }
        Ok(all)
    }

    /// The codes that the papers of this run will get, found with papers about the first case alone. A wrong guess
    /// costs time, nothing else: under the lock the codes are compared with those of the papers as they are.
    fn foresee(&self, fresh: &[CampaignStep], register: Option<&dyn Register>) -> Result<Foreseen> {
        let mut foreseen = Foreseen::default();
        let cites = |s: &CampaignStep| *s != CampaignStep::Certificates;
        let first = self.opened.cases.get(..1).unwrap_or_default();
        for at in 1..fresh.iter().filter(|s| cites(s)).count() {
            let steps = fresh.get(..at).unwrap_or_default();
            let (mut pending, mut untold) = (Vec::new(), Vec::new());
            let all = self.papers_of(steps, first, &foreseen, &mut pending, &mut untold)?;
            let (planned, named) = apart(all);
            let plan = plan_prepared(self.workspace, planned, Purpose::Issue(None))?;
            foreseen = self.cited(&Made { plan, named, ..Made::default() }, register)?;
        }
        Ok(foreseen)
    }

    /// The codes of papers that others of this run cite.
    pub fn cited(&self, made: &Made<'_>, register: Option<&dyn Register>) -> Result<Foreseen> {
        let numbers = made.numbers(self.workspace, register)?;
        let mut out = Foreseen::default();
        for (index, (planned, number)) in made.plan.documents.iter().zip(numbers).enumerate() {
            let place = match made.step_of(index) {
                Some(CampaignStep::Proposal) => &mut out.proposal,
                Some(CampaignStep::Minutes) => &mut out.minutes,
                _ => continue,
            };
            place.get_or_insert_with(|| format!("{number}/{}", planned.notation));
        }
        Ok(out)
    }

    /// Makes and checks the papers of some steps, and looks at their certificates.
    pub fn make(
        &self,
        fresh: &[CampaignStep],
        register: Option<&dyn Register>,
        findings: &mut Vec<Diagnostic>,
    ) -> Result<Made<'r>> {
        let foreseen = self.foresee(fresh, register)?;
        let has_certificates = fresh.contains(&CampaignStep::Certificates);
        self.make_citing(fresh, register, foreseen, has_certificates, findings)
    }

    /// Makes and checks papers that cite others of this run under these codes, and looks at certificates.
    pub fn make_citing(
        &self,
        fresh: &[CampaignStep],
        register: Option<&dyn Register>,
        foreseen: Foreseen,
        has_certificates: bool,
        findings: &mut Vec<Diagnostic>,
    ) -> Result<Made<'r>> {
        let mut pending = Vec::new();
        let cases = &self.opened.cases;
        let all = self.papers_of(fresh, cases, &foreseen, &mut pending, findings)?;
        let (planned, named) = apart(all);
        let (plan, looked) = rayon::join(
            || plan_prepared(self.workspace, planned, Purpose::Issue(None)),
            || has_certificates.then(|| self.look_at_certificates()).transpose(),
        );
        let plan = plan?;
        let looked = looked?.map(|(looked, found)| {
            findings.extend(found);
            looked
        });
        let fresh_ones = plan.findings.iter().filter(|f| !was_told(f, findings));
        let fresh_ones: Vec<Diagnostic> = fresh_ones.cloned().collect();
        findings.extend(fresh_ones);
        let money = self.opened.campaign.decision.money;
        let look = |index: usize, document: &Document, is_word: bool| {
            let Some((step, cases)) = named.get(index) else { return Default::default() };
            let cases = cases.iter().filter_map(|i| self.opened.cases.get(*i)).collect();
            let money = money && *step == CampaignStep::Decision;
            let paper = Checked { document, step: *step, cases, money, is_word };
            check(&paper, &self.opened.tables.bases)
        };
        let look_at = |index: usize, planned: &Planned| {
            plan.look(self.workspace, index, |document| {
                Ok(match word::seen(self.workspace, &plan, index, document)? {
                    Some((seen, found)) => {
                        let (more, cited) = look(planned.step, &seen, true);
                        (found.into_iter().chain(more).collect(), cited)
                    }
                    None => look(planned.step, document, false),
                })
            })?
        };
        let documents = plan.documents.par_iter().enumerate();
        let mut looks: Vec<(Vec<Diagnostic>, Vec<Cited>)> =
            documents.map(|(index, planned)| look_at(index, planned)).collect::<Result<_>>()?;
        // A paper that breaks a rule of form is held against the list too: all is told at once.
        for (step, document) in &plan.refused {
            let is_word = plan.steps.get(*step).is_some_and(|s| s.recipe.bytes().is_some());
            // What does not fill a Word file says nothing yet.
            if !is_word {
                looks.push(look(*step, document, false));
            }
        }
        let mut all = Vec::new();
        for (found, cited) in looks {
            all.extend(found);
            all.extend(proposals(cited, register, &pending)?);
        }
        for finding in all {
            // The same doubt about two papers is told once.
            let told = finding.code == DOUBTFUL
                && findings.iter().any(|f: &Diagnostic| f.message == finding.message);
            if !told {
                findings.push(finding);
            }
        }
        Ok(Made { plan, named, foreseen, looked })
    }
}
