//! Running a campaign's steps: everything is made and checked first, then all are issued as one (`whole`).
//!
//! Knows: the order of checks. Must not know: terminals, what a paper says.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Lang, Place, Result, Text, blocks};
use crate::pipeline::Workspace;
use crate::pipeline::filing::{Progress, read_register};
use crate::pipeline::issue::{Line, preview};
use crate::register::Register;
use crate::source::campaign::CampaignStep;
use crate::text;

use super::Opened;
use super::again;
use super::awarding::AwardLine;
use super::before::{order_of, settings, since};
use super::cases::{Case, amounts, counted, higher, tally};
use super::codes::{EMPTY, NO_VOTES, NOT_SET};
use super::made::Made;
use super::papers::day_of;
use super::state::{Done, list_of, standing, state};
use super::votes;
use super::whole::freed_later;

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
            freed_later(runner.opened);
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

    /// The steps that were asked for, each after those that it follows from.
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
        let mut steps: Vec<CampaignStep> =
            steps.filter(|s| asked.is_empty() || asked.contains(s)).collect();
        // However the file lists them: what is cited comes first, and so it stands in the batch.
        steps.sort_unstable();
        steps
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
