//! Running a campaign's steps: everything is made and checked first, then each step is issued whole.
//!
//! Knows: the order of checks and batches. Must not know: terminals, what a paper says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Failure, Lang, Place, Result, Text, blocks};
use crate::model::Document;
use crate::pipeline::Workspace;
use crate::pipeline::filing::{Progress, read_register};
use crate::pipeline::issue::{Line, Ticket, issue, preview};
use crate::pipeline::plan::{Plan, Purpose, plan_prepared};
use crate::register::Register;
use crate::source::campaign::CampaignStep;
use crate::text;

use super::Opened;
use super::again;
use super::awarding::AwardLine;
use super::before::{order_of, settings, since};
use super::cases::{Case, amounts, counted, higher, tally};
use super::codes::{DOUBTFUL, EMPTY, NO_VOTES, NOT_SET};
use super::cross::{Checked, check};
use super::data::{Reference, References};
use super::papers::{Paper, day_of, papers};
use super::state::{self, Done, job, kept, list_of, state};
use super::votes;
use super::word;

/// What is to be run.
#[derive(Debug, Clone)]
pub struct Order {
    /// Which steps; empty: all of the campaign.
    pub steps: Vec<CampaignStep>,
    /// The steps that are named were done, their papers are no longer in force, and they are done once more.
    pub again: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// How long to wait for another process.
    pub wait: Duration,
    /// Language of the reports beside the lists.
    pub lang: Lang,
}

/// What became of a step.
#[derive(Debug)]
pub struct StepRan {
    /// Which.
    pub step: CampaignStep,
    /// Its papers.
    pub lines: Vec<Line>,
    /// Its awards.
    pub awards: Vec<AwardLine>,
    /// Files of certificates to print.
    pub copies: Vec<PathBuf>,
    /// `05 tập thể và 04 cá nhân`.
    pub counts: String,
    /// True if an earlier run did it.
    pub earlier: bool,
}

/// What became of all.
#[derive(Debug, Default)]
pub struct Ran {
    /// The steps in order, as far as they came.
    pub steps: Vec<StepRan>,
    /// Everything that was found.
    pub findings: Vec<Diagnostic>,
    /// What opening the office had to mend.
    pub mended: Option<Text>,
    /// Something after a commit is still to be finished by the next run.
    pub unfinished: Option<Failure>,
    /// The first copy to print that could not be made.
    pub uncopied: Option<Failure>,
}

impl Ran {
    /// True if something kept a step from being done.
    pub fn is_blocked(&self) -> bool {
        blocks(&self.findings)
    }
}

/// Runs the steps that are not done yet. After a finding that blocks nothing was numbered.
///
/// # Errors
/// The work could not be done.
pub fn run(
    workspace: &Workspace<'_>,
    mut opened: Opened,
    order: &Order,
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Ran> {
    let mut ran = Ran { findings: std::mem::take(&mut opened.findings), ..Ran::default() };
    let register = read_register(&workspace.dir)?;
    let register = register.as_ref().map(|r| r as &dyn Register);
    let mut runner = Runner { workspace, opened, done: BTreeMap::new(), rounds: BTreeMap::new() };
    runner.done = match register {
        Some(register) => state(register, &runner.opened.id)?,
        None => BTreeMap::new(),
    };
    let wanted = runner.wanted(&order.steps, &mut ran.findings);
    if let Some(register) = register {
        let all = &runner.opened.campaign;
        if order.again {
            ran.findings.extend(again::refusals(register, all, &runner.done, &order.steps)?);
            // Of each step that is done once more, which time it is.
            for step in &wanted {
                if let Some(done) = runner.done.remove(step) {
                    runner.rounds.insert(*step, done.round.saturating_add(1));
                }
            }
        }
        ran.findings.extend(again::undone(all, &runner.done, &wanted));
    } else if order.again {
        let nothing = BTreeMap::new();
        ran.findings.extend(again::never_done(&runner.opened.campaign, &nothing, &order.steps));
    }
    if runner.opened.cases.is_empty() {
        return Ok(ran);
    }
    let fresh: Vec<CampaignStep> =
        wanted.iter().copied().filter(|s| !runner.done.contains_key(s)).collect();
    runner.prepare(&fresh, register, &mut ran.findings)?;
    // Minutes without votes would only say the same in other words.
    let no_votes = ran.findings.iter().any(|d| d.code == NO_VOTES);
    let possible: Vec<CampaignStep> =
        fresh.iter().copied().filter(|s| !(no_votes && *s == CampaignStep::Minutes)).collect();
    let made = runner.make(&possible, register, &mut ran.findings)?;
    if blocks(&ran.findings) {
        return Ok(ran);
    }
    if order.dry_run {
        runner.foretell(&wanted, made, &mut ran)?;
        return Ok(ran);
    }
    // The first step cites nothing of this run: its papers are as they will be issued.
    let mut ready = made.map(Made::first);
    for step in wanted {
        if let Some(done) = runner.done.get(&step) {
            ran.steps.push(earlier(step, done));
            continue;
        }
        let made = ready.take().filter(|made| made.is_of(step));
        runner.issue(step, made, order, on_progress, &mut ran)?;
        if blocks(&ran.findings) {
            break;
        }
    }
    Ok(ran)
}

fn earlier(step: CampaignStep, done: &Done) -> StepRan {
    let lines = done.rows.iter().zip(0..).map(|(row, index)| Line {
        index,
        code: format!("{}/{}", row.number, row.notation),
        subject: done
            .entries
            .iter()
            .find(|e| e.seq == row.seq)
            .map_or_else(String::new, |e| e.fields.subject.clone()),
        copy: None,
        earlier: true,
    });
    let is_book = step == CampaignStep::Certificates;
    StepRan {
        step,
        lines: if is_book { Vec::new() } else { lines.collect() },
        awards: Vec::new(),
        copies: Vec::new(),
        counts: if is_book { format!("{:02}", done.rows.len()) } else { done.counts.clone() },
        earlier: true,
    }
}

pub(super) struct Runner<'r, 'w> {
    pub workspace: &'r Workspace<'w>,
    pub opened: Opened,
    pub done: BTreeMap<CampaignStep, Done>,
    /// Which time a step is done that is done again.
    rounds: BTreeMap<CampaignStep, u32>,
}

impl Runner<'_, '_> {
    /// The steps that were asked for, in the campaign's order.
    fn wanted(&self, asked: &[CampaignStep], findings: &mut Vec<Diagnostic>) -> Vec<CampaignStep> {
        let campaign = &self.opened.campaign;
        let sent = campaign.proposal.code.is_some();
        let has = |s: &CampaignStep| {
            campaign.steps.contains(s) && !(sent && *s == CampaignStep::Proposal)
        };
        for step in asked.iter().filter(|s| !has(s)) {
            let name = step.names().1;
            findings.push(
                Diagnostic::error(
                    NOT_SET,
                    Place::file(&campaign.file).item("cac-buoc"),
                    text!("đợt này không có bước {name}", "this campaign has no step {name}"),
                )
                .hint(text!("thêm vào `cac-buoc`", "add it to `steps`")),
            );
        }
        let steps = campaign.steps.iter().copied().filter(has);
        steps.filter(|s| asked.is_empty() || asked.contains(s)).collect()
    }

    /// Votes, amounts and the order of the steps, before any paper is made.
    fn prepare(
        &mut self,
        fresh: &[CampaignStep],
        register: Option<&dyn Register>,
        findings: &mut Vec<Diagnostic>,
    ) -> Result<()> {
        use CampaignStep::{Certificates, Decision, Minutes};
        let campaign = &self.opened.campaign;
        let after_votes = [Minutes, Decision, Certificates].iter().any(|s| fresh.contains(s));
        if after_votes {
            findings.extend(votes::join(self.workspace.world, campaign, &mut self.opened.cases)?);
        }
        findings.extend(settings(&self.opened, fresh));
        let told = higher(
            &mut self.opened.cases,
            &self.opened.tables.forms,
            campaign.decision.is_province,
            &campaign.file,
        );
        findings.extend(told);
        let decides = fresh.contains(&Decision) || fresh.contains(&Certificates);
        if decides && !self.opened.cases.iter().any(Case::is_decided) {
            findings.push(nobody_decided(&campaign.file));
        }
        findings.extend(order_of(&self.opened, &self.done, fresh, self.workspace.world.today()));
        let today = self.workspace.world.today();
        if fresh.contains(&Decision) && campaign.decision.money {
            let day = day_of(campaign, Decision, today);
            findings.extend(amounts(
                &mut self.opened.cases,
                &self.opened.tables.money,
                &self.opened.tables.forms,
                day,
                campaign.decision.nearest,
                &campaign.file,
            ));
        }
        let Some(register) = register else { return Ok(()) };
        if !fresh.contains(&Decision)
            && fresh.contains(&Certificates)
            && let Some(decision) = self.done.get(&Decision)
            && let Some(before) = list_of(register, decision)?
        {
            // The amounts were fixed with the decision and are never counted again.
            for (case, kept) in self.opened.cases.iter_mut().zip(&before) {
                case.money = kept.money;
                case.passed = kept.passed;
            }
        }
        if !fresh.is_empty() {
            let is_decided = fresh.contains(&Certificates);
            findings.extend(since(&self.opened, &self.done, register, is_decided)?);
        }
        Ok(())
    }

    /// The papers that are cited: registered ones, else stand-ins with the codes of this run.
    fn references(&self, fresh: &[CampaignStep], pending: &mut Vec<String>) -> References {
        let campaign = &self.opened.campaign;
        let today = self.workspace.world.today();
        let mut of = |step: CampaignStep, stand_in: &str| -> Option<Reference> {
            if let Some(entry) = self.done.get(&step).and_then(|d| d.entries.first()) {
                return Some(Reference { code: entry.code().to_string(), date: entry.date });
            }
            let date = day_of(campaign, step, today);
            if step == CampaignStep::Proposal
                && let Some(code) = &campaign.proposal.code
            {
                return Some(Reference { code: code.clone(), date });
            }
            fresh.contains(&step).then(|| {
                // No paper has the number 00: nobody takes the stand-in for one that is registered.
                pending.push(stand_in.to_owned());
                Reference { code: stand_in.to_owned(), date }
            })
        };
        References {
            proposal: of(CampaignStep::Proposal, "00/TTr"),
            minutes: of(CampaignStep::Minutes, "00/BB"),
        }
    }

    /// Makes and checks the papers of some steps.
    fn make(
        &self,
        fresh: &[CampaignStep],
        register: Option<&dyn Register>,
        findings: &mut Vec<Diagnostic>,
    ) -> Result<Option<Made>> {
        let mut pending = Vec::new();
        let mut all: Vec<Paper> = Vec::new();
        for step in fresh {
            // What a step cites comes before it in the campaign.
            let at = fresh.iter().position(|s| s == step).unwrap_or(0);
            let mut references = self.references(fresh.get(..at).unwrap_or_default(), &mut pending);
            references.up_to(day_of(&self.opened.campaign, *step, self.workspace.world.today()));
            let Opened { campaign, tables, cases, .. } = &self.opened;
            match papers(self.workspace, campaign, tables, cases, &references, *step)? {
                Ok(papers) => all.extend(papers),
                Err(more) => findings.extend(more),
            }
        }
        let (planned, named): (Vec<_>, Vec<_>) =
            all.into_iter().map(|p| (p.planned, (p.step, p.cases))).unzip();
        let certificates = || match fresh.contains(&CampaignStep::Certificates) {
            true => self.look_at_certificates(),
            false => Ok(Vec::new()),
        };
        let (plan, of_certificates) = rayon::join(
            || plan_prepared(self.workspace, planned, Purpose::Issue(None)),
            certificates,
        );
        let plan = plan?;
        findings.extend(of_certificates?);
        findings.extend(plan.findings.iter().cloned());
        let money = self.opened.campaign.decision.money;
        let look = |index: usize, document: &Document, is_word: bool| -> Result<Vec<Diagnostic>> {
            let Some((step, cases)) = named.get(index) else { return Ok(Vec::new()) };
            let cases = cases.iter().filter_map(|i| self.opened.cases.get(*i)).collect();
            let money = money && *step == CampaignStep::Decision;
            let paper = Checked { document, step: *step, cases, money, is_word };
            check(&paper, &self.opened.tables.bases, register, &pending)
        };
        let mut all = Vec::new();
        for (index, planned) in plan.documents.iter().enumerate() {
            let found = plan.look(self.workspace, index, |document| {
                Ok(match word::seen(self.workspace, &plan, index, document)? {
                    Some((seen, mut found)) => {
                        found.extend(look(planned.step, &seen, true)?);
                        found
                    }
                    None => look(planned.step, document, false)?,
                })
            })?;
            all.extend(found?);
        }
        // A paper that breaks a rule of form is held against the list too: all is told at once.
        for (step, document) in &plan.refused {
            let is_word = plan.steps.get(*step).is_some_and(|s| s.recipe.bytes().is_some());
            // What does not fill a Word file says nothing yet.
            if !is_word {
                all.extend(look(*step, document, false)?);
            }
        }
        for finding in all {
            // The same doubt about two papers is told once.
            let told = finding.code == DOUBTFUL
                && findings.iter().any(|f: &Diagnostic| f.message == finding.message);
            if !told {
                findings.push(finding);
            }
        }
        Ok(Some(Made { plan, named }))
    }

    /// Says what a run would do.
    fn foretell(&self, wanted: &[CampaignStep], made: Option<Made>, ran: &mut Ran) -> Result<()> {
        let Some(made) = made else { return Ok(()) };
        let report = preview(self.workspace, &made.plan, "campaign")?;
        ran.findings.extend(report.findings);
        let mut lines: BTreeMap<CampaignStep, Vec<Line>> = BTreeMap::new();
        for line in report.lines {
            let step = made.plan.documents.get(line.index).and_then(|p| made.named.get(p.step));
            if let Some((step, _)) = step {
                lines.entry(*step).or_default().push(line);
            }
        }
        for step in wanted {
            let awards = match step {
                CampaignStep::Certificates if !self.done.contains_key(step) => {
                    self.foretell_awards(&mut ran.findings)?
                }
                _ => Vec::new(),
            };
            ran.steps.push(match self.done.get(step) {
                Some(done) => earlier(*step, done),
                None => StepRan {
                    step: *step,
                    lines: lines.remove(step).unwrap_or_default(),
                    awards,
                    copies: Vec::new(),
                    counts: self.counts(*step),
                    earlier: false,
                },
            });
        }
        Ok(())
    }

    pub fn counts(&self, step: CampaignStep) -> String {
        let all = matches!(step, CampaignStep::Proposal | CampaignStep::Minutes);
        counted(&tally(self.opened.cases.iter().filter(|c| all || c.is_decided())))
    }

    /// Issues one step. `made` is its plan, where it was made and nothing before it has changed.
    fn issue(
        &mut self,
        step: CampaignStep,
        made: Option<Made>,
        order: &Order,
        on_progress: &(dyn Fn(Progress) + Sync),
        ran: &mut Ran,
    ) -> Result<()> {
        let ticket = Ticket {
            job: job(&self.opened.id, step, self.rounds.get(&step).copied().unwrap_or(1)),
            title: format!("{}: {}", self.opened.campaign.title, step.names().1),
            wait: order.wait,
        };
        if step == CampaignStep::Certificates {
            self.enter(&ticket, order.lang, on_progress, ran)?;
        } else {
            let made = match made {
                Some(made) => Some(made),
                None => {
                    let register = read_register(&self.workspace.dir)?;
                    let register = register.as_ref().map(|r| r as &dyn Register);
                    let mut again = Vec::new();
                    let made = self.make(&[step], register, &mut again)?;
                    // What is not wrong was told before.
                    ran.findings.extend(again.into_iter().filter(is_error));
                    made
                }
            };
            let Some(mut made) = made.filter(|_| !blocks(&ran.findings)) else { return Ok(()) };
            self.sign(&mut made.plan, step);
            let report = issue(self.workspace, &made.plan, &ticket, on_progress)?;
            ran.findings.extend(report.findings);
            ran.mended = ran.mended.take().or(report.mended);
            ran.unfinished = ran.unfinished.take().or(report.unfinished);
            ran.uncopied = ran.uncopied.take().or(report.uncopied);
            ran.steps.push(StepRan {
                step,
                lines: report.lines,
                awards: Vec::new(),
                copies: Vec::new(),
                counts: self.counts(step),
                earlier: false,
            });
        }
        // Nothing comes after the certificates.
        if step != CampaignStep::Certificates
            && let Some(register) = read_register(&self.workspace.dir)?
        {
            self.done = state(&register, &self.opened.id)?;
            // A step that is still to be done once more is not done.
            let rounds = &self.rounds;
            self.done.retain(|s, done| rounds.get(s).is_none_or(|round| done.round >= *round));
        }
        Ok(())
    }

    /// Writes into a plan what the register has to know of the campaign.
    fn sign(&self, plan: &mut Plan, step: CampaignStep) {
        let (text, digest) = kept(&self.opened.cases);
        plan.kept_texts.push(text);
        let mut put = |key: &str, value: &str| {
            plan.extra.insert(key.to_owned(), value.to_owned());
        };
        put(state::ID, &self.opened.id);
        put(state::TITLE, &self.opened.campaign.title);
        put(state::STEP, step.names().0);
        put(state::LIST, &digest);
        put(state::COUNTS, &self.counts(step));
    }
}

fn nobody_decided(file: &str) -> Diagnostic {
    Diagnostic::error(
        EMPTY,
        Place::file(file),
        text!("không có trường hợp nào để quyết định", "there is no case to decide"),
    )
    .hint(text!(
        "xem ai đủ phiếu và hình thức nào thuộc thẩm quyền; chỉ trình thì bớt bước ở cac-buoc",
        "see who has the votes and which forms are in the giver's power; to propose only, leave steps out of `steps`"
    ))
}

pub(super) fn is_error(finding: &Diagnostic) -> bool {
    blocks(std::slice::from_ref(finding))
}

/// Papers that were made and checked.
struct Made {
    plan: Plan,
    /// For each step of the plan: step of the campaign, cases.
    named: Vec<(CampaignStep, Vec<usize>)>,
}

impl Made {
    /// The papers of the first step alone.
    fn first(mut self) -> Self {
        let first = self.named.first().map(|(step, _)| *step);
        let count = self.named.iter().take_while(|(step, _)| Some(*step) == first).count();
        self.named.truncate(count);
        Self { plan: self.plan.first(count), named: self.named }
    }

    /// True if all of it belongs to a step.
    fn is_of(&self, step: CampaignStep) -> bool {
        !self.named.is_empty() && self.named.iter().all(|(of, _)| *of == step)
    }
}
