//! Running a campaign's steps: everything is made and checked first, then all are issued as one (`whole`).
//!
//! Knows: the order of checks. Must not know: terminals, what a paper says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Lang, Place, Result, Text, blocks};
use crate::model::{Document, Number};
use crate::pipeline::Workspace;
use crate::pipeline::filing::{Progress, read_register};
use crate::pipeline::issue::{Line, PlannedWants, preview};
use crate::pipeline::plan::{Plan, PlannedStep, Purpose, plan_prepared};
use crate::register::{self, Book, Register};
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
use super::enter::Looked;
use super::papers::{Paper, day_of, papers};
use super::state::{Done, list_of, standing, state};
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

/// Times that all is looked at again because another process came in between.
const MOST_LOOKS: usize = 4;

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
    let told = std::mem::take(&mut opened.findings);
    let (done, rounds, known) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
    let mut runner = Runner { workspace, opened, done, rounds, known };
    let mut mended = None;
    for _ in 0..MOST_LOOKS {
        let mut ran = Ran { findings: told.clone(), mended, ..Ran::default() };
        if runner.attempt(order, on_progress, &mut ran)? {
            return Ok(ran);
        }
        mended = ran.mended;
    }
    Err(others(&runner.opened.campaign.file))
}

/// Other processes do the steps of this campaign, one after the other.
fn others(file: &str) -> Failure {
    Failure::new(
        FailureKind::Locked,
        Place::file(file),
        text!(
            "các lệnh khác đang làm các bước của đợt này",
            "other commands are doing the steps of this campaign"
        ),
    )
    .hint(text!("đợi chúng xong rồi chạy lại", "wait for them, then run again"))
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
    pub rounds: BTreeMap<CampaignStep, u32>,
    /// What was done when it was looked at.
    pub known: Vec<(CampaignStep, u32)>,
}

impl<'r> Runner<'r, '_> {
    /// Looks at all and does what is to be done; false if another process has done a step meanwhile.
    fn attempt(
        &mut self,
        order: &Order,
        on_progress: &(dyn Fn(Progress) + Sync),
        ran: &mut Ran,
    ) -> Result<bool> {
        let file = read_register(&self.workspace.dir)?;
        let register = file.as_ref().map(|r| r as &dyn Register);
        let wanted = self.look(order, register, &mut ran.findings)?;
        if self.opened.cases.is_empty() {
            return Ok(true);
        }
        let fresh: Vec<CampaignStep> =
            wanted.iter().copied().filter(|s| !self.done.contains_key(s)).collect();
        self.prepare(&fresh, register, &mut ran.findings)?;
        // Minutes without votes would only say the same in other words.
        let no_votes = ran.findings.iter().any(|d| d.code == NO_VOTES);
        let possible: Vec<CampaignStep> =
            fresh.iter().copied().filter(|s| !(no_votes && *s == CampaignStep::Minutes)).collect();
        let made = self.make(&possible, register, &mut ran.findings)?;
        if blocks(&ran.findings) {
            return Ok(true);
        }
        if order.dry_run {
            self.foretell(&wanted, &made, ran)?;
            return Ok(true);
        }
        drop(file);
        let mut steps = Vec::new();
        if !fresh.is_empty() {
            match self.issue(&fresh, made, order, on_progress, ran)? {
                Some(done) => steps = done,
                None => return Ok(false),
            }
        }
        if blocks(&ran.findings) {
            return Ok(true);
        }
        let before = wanted.iter().filter_map(|s| self.done.get(s).map(|done| earlier(*s, done)));
        steps.extend(before);
        steps.sort_by_key(|ran| wanted.iter().position(|s| *s == ran.step));
        ran.steps = steps;
        Ok(true)
    }

    /// What was done, and the steps that are wanted.
    fn look(
        &mut self,
        order: &Order,
        register: Option<&dyn Register>,
        findings: &mut Vec<Diagnostic>,
    ) -> Result<Vec<CampaignStep>> {
        self.done = match register {
            Some(register) => state(register, &self.opened.id)?,
            None => BTreeMap::new(),
        };
        self.known = standing(&self.done);
        self.rounds.clear();
        let wanted = self.wanted(&order.steps, findings);
        if let Some(register) = register {
            let all = &self.opened.campaign;
            if order.again {
                findings.extend(again::refusals(register, all, &self.done, &order.steps)?);
                // Of each step that is done once more, which time it is.
                for step in &wanted {
                    if let Some(done) = self.done.remove(step) {
                        self.rounds.insert(*step, done.round.saturating_add(1));
                    }
                }
            }
            findings.extend(again::undone(all, &self.done, &wanted));
        } else if order.again {
            let nothing = BTreeMap::new();
            findings.extend(again::never_done(&self.opened.campaign, &nothing, &order.steps));
        }
        Ok(wanted)
    }

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
        let mut all = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            // What a step cites comes before it in the campaign.
            let before = steps.get(..at).unwrap_or_default();
            let mut references = self.references(before, foreseen, pending);
            references.up_to(day_of(campaign, *step, self.workspace.world.today()));
            match papers(self.workspace, campaign, tables, cases, &references, *step)? {
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
    fn make(
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
        Ok(Made { plan, named, foreseen, looked })
    }

    /// Says what a run would do.
    fn foretell(&self, wanted: &[CampaignStep], made: &Made<'_>, ran: &mut Ran) -> Result<()> {
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
