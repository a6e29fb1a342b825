//! The papers of steps: made and checked in this run, or issued by an earlier one.
//!
//! Knows: which paper belongs to which step. Must not know: how a paper is made, the disk.

use crate::pipeline::issue::Line;
use crate::pipeline::plan::Plan;
use crate::source::campaign::CampaignStep;

use super::run::StepRan;
use super::state::Done;

/// Papers that were made and checked.
pub(super) struct Made {
    /// Their plan.
    pub plan: Plan,
    /// For each step of the plan: step of the campaign, cases.
    pub named: Vec<(CampaignStep, Vec<usize>)>,
}

impl Made {
    /// The papers of the first step alone.
    pub fn first(mut self) -> Self {
        let first = self.named.first().map(|(step, _)| *step);
        let count = self.named.iter().take_while(|(step, _)| Some(*step) == first).count();
        self.named.truncate(count);
        Self { plan: self.plan.first(count), named: self.named }
    }

    /// True if all of it belongs to a step.
    pub fn is_of(&self, step: CampaignStep) -> bool {
        !self.named.is_empty() && self.named.iter().all(|(of, _)| *of == step)
    }
}

/// A step that an earlier run did.
pub(super) fn earlier(step: CampaignStep, done: &Done) -> StepRan {
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
