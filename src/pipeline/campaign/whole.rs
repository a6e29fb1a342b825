//! The steps of one run as one batch: all of them get their numbers, or none does.
//!
//! Knows: in which order papers and awards stand in the batch, what is compared once the lock is held. Must not
//! know: what papers say, how certificates look, terminals.
//!
//! Papers and certificates were made and checked with the numbers that they would get. Under the office's lock these
//! are counted again; where another process took one meanwhile, the papers are made again with the true ones.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use crate::diagnostic::{Lang, Result, blocks};
use crate::model::Number;
use crate::pipeline::awards::{AwardEntering, AwardWants, Stamp, lacks};
use crate::pipeline::fields::fields_of;
use crate::pipeline::filing::{Filing, Given, Issued, Progress};
use crate::pipeline::issue::{self, PlannedWants, Report, copy_out, placed, told};
use crate::pipeline::repeats::{Arrivals, came_back};
use crate::pipeline::roll::MadeReport;
use crate::register::{self, Batch, Book, Register, Want, Wants, no_such_want};
use crate::source::campaign::CampaignStep;

use super::awarding::{AwardLine, Awards, Decided, agree, awards};
use super::certify::{Presses, Printed};
use super::enter::Looked;
use super::lists::reports;
use super::made::Made;
use super::papers::FORM;
use super::run::{Order, Ran, Runner, StepRan, is_error};
use super::state::{self, job, kept, standing, state};

/// Papers first, then awards.
struct Steps<'s> {
    papers: PlannedWants<'s>,
    awards: AwardWants<'s>,
    /// Identity and title of each job, from the index of its first want on.
    jobs: Vec<(usize, String, String)>,
}

impl Steps<'_> {
    /// Index among the awards.
    fn award(&self, index: usize) -> Option<usize> {
        index.checked_sub(self.papers.count())
    }
}

impl Wants for Steps<'_> {
    fn count(&self) -> usize {
        self.papers.count().saturating_add(self.awards.count())
    }

    fn get(&self, index: usize) -> Result<Want> {
        match self.award(index) {
            Some(nth) => self.awards.get(nth),
            None => self.papers.get(index),
        }
    }

    fn brief(&self, index: usize) -> Result<Want> {
        match self.award(index) {
            Some(nth) => self.awards.brief(nth),
            None => self.papers.brief(index),
        }
    }

    fn key(&self, index: usize) -> Result<String> {
        match self.award(index) {
            Some(nth) => self.awards.key(nth),
            None => self.papers.key(index),
        }
    }

    fn book(&self, index: usize) -> Option<Book> {
        match self.award(index) {
            Some(_) => Some(Book::Awards),
            None => self.papers.book(index),
        }
    }

    fn files(&self, index: usize) -> usize {
        match self.award(index) {
            Some(nth) => self.awards.files(nth),
            None => self.papers.files(index),
        }
    }

    fn job(&self, index: usize) -> Option<(&str, &str)> {
        let before = self.jobs.partition_point(|(from, ..)| *from <= index);
        let (_, id, title) = self.jobs.get(before.checked_sub(1)?)?;
        Some((id, title))
    }

    fn shared(&self) -> Vec<&[u8]> {
        let mut texts = self.papers.shared();
        texts.extend(self.awards.shared());
        texts
    }
}

/// What was written once the numbers were given.
#[derive(Default)]
struct Written {
    lines: Vec<AwardLine>,
    files: Vec<Result<Vec<PathBuf>>>,
}

/// Frees what thousands of cases took while the command goes on: it need not wait, and its end frees all at once.
pub(super) fn freed_later<T: Send + 'static>(used: T) {
    rayon::spawn(move || drop(used));
}

impl<'r> Runner<'r, '_> {
    /// Issues steps as one batch. `None`: since they were looked at another process has done one of them.
    pub(super) fn issue(
        &self,
        fresh: &[CampaignStep],
        made: Made<'r>,
        order: &Order,
        on_progress: &(dyn Fn(Progress) + Sync),
        ran: &mut Ran,
    ) -> Result<Option<Vec<StepRan>>> {
        let workspace = self.workspace;
        let (world, office) = (workspace.world, &workspace.office);
        // A new office waits for the disk: meanwhile the list is written as the register keeps it.
        let mut list = (String::new(), String::new());
        let filing = rayon::in_place_scope(|scope| {
            scope.spawn(|_| list = kept(&self.opened.cases));
            Filing::open(world, &workspace.dir, office, order.wait)
        });
        let mut filing = filing?;
        ran.mended = ran.mended.take().or_else(|| told(filing.mended()));
        if standing(&state(filing.register(), &self.opened.id)?) != self.known {
            return Ok(None);
        }
        let Some(mut made) = self.with_true_numbers(fresh, made, filing.register(), ran)? else {
            return Ok(Some(Vec::new()));
        };
        let list = self.sign(&mut made, list);
        let looked = made.looked.take();
        let (mut presses, mut entered) = (None, Awards::default());
        if let Some(looked) = looked {
            (entered, presses) = self.awards_of(looked, &made, list, filing.register(), ran)?;
        }
        if blocks(&ran.findings) {
            return Ok(Some(Vec::new()));
        }
        if let Some(presses) = &mut presses {
            presses.bind(&self.opened.campaign, &entered.certificates, &entered.forms);
        }
        let origins = presses.as_ref().map(|p| p.origins(&entered.forms)).unwrap_or_default();
        let (plan, nothing) = (&made.plan, BTreeMap::new());
        let wants = Steps {
            papers: PlannedWants::new(workspace, plan, &nothing)?,
            awards: AwardWants::new(workspace, &entered.rows, &origins),
            jobs: self.jobs(fresh, &made),
        };
        self.look_at_numbers(&wants, &made, filing.register(), ran)?;
        let Some((_, id, title)) = wants.jobs.first().filter(|_| !blocks(&ran.findings)) else {
            return Ok(Some(Vec::new()));
        };
        let batch = Batch { job: id.clone(), title: title.clone(), book: Book::Outgoing };
        let papers = wants.papers.count();
        let certify = |index: usize, stamp: &Stamp| {
            let of = entered.certificates.get(index).zip(entered.forms.get(index));
            let ((certificate, form), presses) =
                of.zip(presses.as_ref()).ok_or_else(no_such_want)?;
            presses.print(index, certificate, form, stamp)
        };
        let entering = AwardEntering::new(workspace, &entered.rows, &certify, &filing, papers)?;
        let from_files = Mutex::new(Vec::new());
        let render = |index: usize, number: Number| match index.checked_sub(papers) {
            Some(nth) => entering.render(nth, number),
            None => issue::render(workspace, plan, index, number, &from_files),
        };
        let written = Mutex::new(Written::default());
        let beside = |issued: &[Issued], given: Given| {
            let filed = issued.get(papers..).unwrap_or_default();
            let done = self.write_beside(&entered, presses.as_ref(), filed, order.lang, given);
            *written.lock().unwrap_or_else(PoisonError::into_inner) = done;
        };
        let outcome = filing.issue_beside(&batch, &wants, &render, on_progress, &beside)?;
        ran.findings.extend(from_files.into_inner().unwrap_or_else(PoisonError::into_inner));
        ran.unfinished = outcome.unfinished;
        let mut written = written.into_inner().unwrap_or_else(PoisonError::into_inner);
        let mut report = Report::default();
        let fresh_papers: HashMap<usize, &Issued> =
            wants.papers.indices.iter().copied().zip(&outcome.issued).collect();
        copy_out(workspace, plan, &filing, &fresh_papers, &nothing, &mut report)?;
        if let Some(presses) = &presses {
            let filed = outcome.issued.get(papers..).unwrap_or_default();
            written.files.push(presses.singles(&self.printed(&entered, filed)));
        }
        let done = self.told_of(fresh, &made, report, written, ran);
        drop(entering);
        freed_later((made.plan, entered));
        Ok(Some(done))
    }

    /// The papers as they are if the numbers that they cite are still free, else made again; `None` if then
    /// something is wrong with them.
    fn with_true_numbers(
        &self,
        fresh: &[CampaignStep],
        made: Made<'r>,
        register: &dyn Register,
        ran: &mut Ran,
    ) -> Result<Option<Made<'r>>> {
        let foreseen = self.cited(&made, Some(register))?;
        if foreseen == made.foreseen {
            return Ok(Some(made));
        }
        let mut again = Vec::new();
        let looked = made.looked;
        let mut made = self.make_citing(fresh, Some(register), foreseen, false, &mut again)?;
        made.looked = looked;
        // What is not wrong was told before.
        ran.findings.extend(again.into_iter().filter(is_error));
        Ok(Some(made).filter(|_| !blocks(&ran.findings)))
    }

    /// Writes into a plan what the register has to know of the campaign; the digest of the list.
    fn sign(&self, made: &mut Made<'_>, (text, digest): (String, String)) -> String {
        if !made.plan.documents.is_empty() {
            made.plan.kept_texts.push(text);
        }
        let mut put = |key: &str, value: &str| {
            made.plan.extra.insert(key.to_owned(), value.to_owned());
        };
        put(state::ID, &self.opened.id);
        put(state::TITLE, &self.opened.campaign.title);
        put(state::LIST, &digest);
        for (planned, (step, _)) in made.plan.steps.iter_mut().zip(&made.named) {
            planned.extra.insert(state::STEP.to_owned(), step.names().0.to_owned());
            planned.extra.insert(state::COUNTS.to_owned(), self.counts(*step));
        }
        digest
    }

    /// The decisions of the awards: registered ones, else those of the plan with the numbers that they get.
    fn decided(&self, made: &Made<'_>, register: &dyn Register) -> Result<Vec<Decided>> {
        if let Some(done) = self.done.get(&CampaignStep::Decision) {
            return Ok(done.entries.iter().map(Decided::of).collect());
        }
        let (plan, first) = (&made.plan, register.head()?.saturating_add(1));
        let numbers = made.numbers(self.workspace, Some(register))?;
        let mut decided = Vec::new();
        for (index, (planned, number)) in plan.documents.iter().zip(numbers).enumerate() {
            if made.step_of(index) != Some(CampaignStep::Decision) {
                continue;
            }
            let rules = &self.workspace.rules;
            let fields = plan.look(self.workspace, index, |d| fields_of(d, rules, None))?;
            let form = plan.steps.get(planned.step).and_then(|s| s.extra.get(FORM));
            decided.push(Decided {
                form: form.cloned().unwrap_or_default(),
                code: format!("{number}/{}", planned.notation),
                date: planned.date,
                seq: Some(first.saturating_add(index as u64)),
                signer_position: fields.signer_position,
                signer_name: fields.signer_name,
            });
        }
        Ok(decided)
    }

    /// The awards under their decisions, looked at once more where these are not what was expected.
    fn awards_of(
        &self,
        looked: Looked<'r>,
        made: &Made<'_>,
        list: String,
        register: &dyn Register,
        ran: &mut Ran,
    ) -> Result<(Awards, Option<Presses<'r>>)> {
        let decided = self.decided(made, register)?;
        let list = self.done.get(&CampaignStep::Decision).map_or(list, |d| d.list.clone());
        let presses = looked.presses;
        let (entered, found) =
            awards(self.workspace, &self.opened, &list, &decided, presses.is_some());
        ran.findings.extend(found);
        let named = self.opened.cases.iter().filter(|c| c.is_decided()).count();
        ran.findings.extend(agree(entered.rows.len(), named, &self.opened.campaign.file));
        ran.findings.extend(entered.rows.iter().flat_map(lacks));
        let is_as_wide = |d: &Decided| looked.expected.iter().any(|e| e.is_as_wide(d));
        if let Some(presses) = presses.as_ref().filter(|_| !decided.iter().all(is_as_wide)) {
            let found = presses.check(&entered.certificates, &entered.forms);
            ran.findings.extend(found.into_iter().filter(is_error));
        }
        Ok((entered, presses))
    }

    /// What is odd about the numbers and days of the batch.
    fn look_at_numbers(
        &self,
        wants: &Steps<'_>,
        made: &Made<'_>,
        register: &dyn Register,
        ran: &mut Ran,
    ) -> Result<()> {
        let (workspace, plan, papers) = (self.workspace, &made.plan, wants.papers.count());
        let today = workspace.world.today();
        let numbers =
            register::plan(Some(register), Book::Outgoing, &workspace.office, wants, today)?;
        let (of_papers, of_awards): (Vec<_>, Vec<_>) =
            numbers.findings.into_iter().partition(|(index, _)| *index < papers);
        ran.findings.extend(placed(plan, &wants.papers, of_papers));
        ran.findings.extend(of_awards.into_iter().map(|(_, finding)| finding));
        ran.findings.extend(register::clock(register, &workspace.world.timestamp())?);
        let mut arrivals = Arrivals::default();
        for (planned, number) in plan.documents.iter().zip(&numbers.numbers) {
            let back = came_back(workspace, register, &mut arrivals, plan, planned, *number)?;
            ran.findings.extend(back);
        }
        Ok(())
    }

    fn jobs(&self, fresh: &[CampaignStep], made: &Made<'_>) -> Vec<(usize, String, String)> {
        let of = |step: &CampaignStep| {
            let papers = made.plan.documents.len();
            let from = match step {
                CampaignStep::Certificates => papers,
                step => (0..papers).find(|i| made.step_of(*i) == Some(*step)).unwrap_or(papers),
            };
            let round = self.rounds.get(step).copied().unwrap_or(1);
            let title = format!("{}: {}", self.opened.campaign.title, step.names().1);
            (from, job(&self.opened.id, *step, round), title)
        };
        fresh.iter().map(of).collect()
    }

    fn printed<'p>(&'p self, entered: &'p Awards, filed: &'p [Issued]) -> Printed<'p, 'p> {
        let (workspace, campaign) = (self.workspace, &self.opened.campaign);
        Printed { workspace, campaign, forms: &entered.forms, filed }
    }

    /// The files to print and the reports beside the lists: made at once, written when the numbers are given.
    fn write_beside(
        &self,
        entered: &Awards,
        presses: Option<&Presses<'_>>,
        filed: &[Issued],
        lang: Lang,
        given: Given,
    ) -> Written {
        if entered.rows.is_empty() {
            return Written::default();
        }
        let lines = entered.rows.iter().zip(filed).zip(&entered.cases);
        let lines: Vec<AwardLine> = lines
            .map(|((row, issued), case)| AwardLine {
                number: issued.code.number.map_or(0, Number::get),
                name: row.award.name.clone(),
                form: row.award.form.clone(),
                case: *case,
                file: issued.file.as_ref().map_or_else(String::new, |f| f.at.path.clone()),
            })
            .collect();
        let printed = self.printed(entered, filed);
        let made = reports(self.workspace, &self.opened.checked, &lines, lang);
        if !given.wait() {
            return Written::default();
        }
        // On threads of their own: the record is completed on all cores meanwhile, and this must not wait for it.
        let (sheaves, reported) = std::thread::scope(|scope| {
            let sheaves =
                scope.spawn(|| presses.map_or(Ok(Vec::new()), |presses| presses.sheaves(&printed)));
            let write = |report: MadeReport| report.write(self.workspace.world);
            let reported = made.and_then(|made| made.into_iter().map(write).collect());
            (sheaves.join(), reported)
        });
        let sheaves = sheaves.unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        Written { lines, files: vec![sheaves, reported] }
    }

    fn told_of(
        &self,
        fresh: &[CampaignStep],
        made: &Made<'_>,
        report: Report,
        written: Written,
        ran: &mut Ran,
    ) -> Vec<StepRan> {
        ran.findings.extend(report.findings);
        ran.uncopied = ran.uncopied.take().or(report.uncopied);
        let mut copies = Vec::new();
        for files in written.files {
            match files {
                Ok(paths) => copies.extend(paths),
                Err(failure) => ran.uncopied = ran.uncopied.take().or(Some(failure)),
            }
        }
        let (mut awards, mut lines) = (written.lines, report.lines);
        let mut steps = Vec::with_capacity(fresh.len());
        for step in fresh {
            let is_book = *step == CampaignStep::Certificates;
            steps.push(StepRan {
                step: *step,
                lines: lines.extract_if(.., |l| made.step_of(l.index) == Some(*step)).collect(),
                awards: if is_book { std::mem::take(&mut awards) } else { Vec::new() },
                copies: if is_book { std::mem::take(&mut copies) } else { Vec::new() },
                counts: self.counts(*step),
                earlier: false,
            });
        }
        steps
    }
}
