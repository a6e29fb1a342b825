//! What a verification asks for and tells.
//!
//! Knows: coverage and exit codes. Must not know: how checks are made, terminals.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use serde::Serialize;

use super::super::BagId;
use super::finding::Finding;
use super::rounds::{BagDone, Earlier, History};
use crate::diagnostic::Severity;

/// What part of the archive is to be checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Scope {
    /// Only bags of this year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// Only this bag of each year in scope.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bag: Option<u32>,
    /// Only some documents: those that the register hands over as wanted. Bags are then no longer judged
    /// as a whole.
    #[serde(skip)]
    pub part: bool,
}

impl Scope {
    /// Everything.
    pub const ALL: Self = Self { year: None, bag: None, part: false };

    /// True if a bag is in scope.
    pub fn has(&self, bag: BagId) -> bool {
        self.year.is_none_or(|y| y == bag.year) && self.bag.is_none_or(|n| n == bag.number)
    }
}

/// How far a verification is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Progress {
    /// Files read so far.
    pub files: u64,
    /// Bytes read so far.
    pub bytes: u64,
    /// Files that the register lists in all; 0 where the scope is narrower.
    pub total_files: u64,
    /// Bytes that the register lists in all; 0 where the scope is narrower.
    pub total_bytes: u64,
}

/// How to verify.
#[derive(Default)]
pub struct Options<'a> {
    /// Threads that hash at the same time; 0: as many as read.
    pub threads: usize,
    /// Files that are read at the same time; 0 picks by the machine.
    pub io: usize,
    /// When [`crate::world::World::elapsed`] passes this, no further bag is begun. At least one sealed
    /// bag is always finished, so that runs however short go through everything in the end.
    pub deadline: Option<Duration>,
    /// Names and sizes only: never a verdict on contents, never clean.
    pub quick: bool,
    /// What earlier runs have verified: those bags come last, and are passed over where that is allowed.
    pub history: History,
    /// Called now and then from any thread, and at the end.
    pub on_progress: Option<&'a (dyn Fn(Progress) + Sync)>,
    /// Set it to stop early: the report is then incomplete.
    pub cancel: Option<&'a AtomicBool>,
    /// What to check.
    pub scope: Scope,
    /// A checkpoint of the log that was kept elsewhere, as it was written.
    pub anchor: Option<&'a [u8]>,
    /// Called once when all open bags and the log have been checked: sealed bags never change, so whoever holds
    /// the office's lock for a steady view may give it back here and let work go on.
    pub open_done: Option<Box<dyn FnOnce() + 'a>>,
}

/// How much was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Coverage {
    /// Bags looked at.
    pub bags: u64,
    /// Registered files with a verdict: whole, or with a finding.
    pub files: u64,
    /// Bytes read and hashed.
    pub bytes: u64,
    /// Numbers compared for repeats and gaps.
    pub numbers: u64,
    /// Bags that an earlier run verified and that were passed over.
    pub earlier_bags: u64,
    /// Files in those bags.
    pub earlier_files: u64,
    /// Bags in scope that were not begun.
    pub left_bags: u64,
    /// Entries of the log compared with the register.
    pub entries: u64,
}

/// How many findings there are, of each kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
pub struct Counts {
    /// Errors and warnings: something is wrong.
    pub wrong: u64,
    /// Things that could not be checked.
    pub unknown: u64,
    /// Worth knowing.
    pub info: u64,
}

impl Counts {
    /// Counts one finding.
    pub(super) fn add(&mut self, finding: &Finding) {
        let of_kind = if finding.class.is_unknown() {
            &mut self.unknown
        } else if finding.severity() > Severity::Info {
            &mut self.wrong
        } else {
            &mut self.info
        };
        *of_kind += 1;
    }
}

/// The outcome of a verification.
#[derive(Debug, Clone, Serialize)]
pub struct Report {
    /// What was to be checked.
    pub scope: Scope,
    /// What was checked.
    pub covered: Coverage,
    /// Things in scope that got no verdict (could not be read, or the check was stopped before them).
    pub skipped: u64,
    /// Everything found, in the order of the archive.
    pub findings: Vec<Finding>,
    /// Findings beyond the limit that are only counted, by code.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub more: BTreeMap<String, u64>,
    /// How many findings of which kind, with those that are only counted.
    pub counts: Counts,
    /// When it began.
    pub started: String,
    /// When it ended.
    pub ended: String,
    /// True if it was stopped.
    pub cancelled: bool,
    /// True if its time was up before everything was checked.
    pub expired: bool,
    /// True if only names and sizes were looked at.
    pub quick: bool,
    /// Sealed bags that were checked to the end.
    #[serde(skip)]
    pub bags: Vec<BagDone>,
    /// Bags that an earlier run has verified.
    #[serde(skip)]
    pub earlier: Vec<Earlier>,
    /// True only if everything in scope got a verdict.
    pub complete: bool,
}

/// What a verification comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ExitStatus {
    /// Everything in scope was read, and nothing is wrong: exit code 0.
    Clean,
    /// Something is wrong: exit code 1.
    Findings,
    /// Something could not be checked, nothing else is wrong: exit code 2.
    CouldNotCheck,
    /// Stopped before the end, or only names and sizes were looked at; nothing bad so far: exit code 3.
    Stopped,
}

impl ExitStatus {
    /// The exit code of the program.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::CouldNotCheck => 2,
            Self::Stopped => 3,
        }
    }
}

impl Report {
    /// Adds what was found beside the bags.
    pub fn add(&mut self, finding: Finding) {
        self.counts.add(&finding);
        self.complete &= !finding.class.is_unknown();
        self.findings.push(finding);
    }

    /// Keeps only some findings and counts them again.
    pub fn keep(&mut self, which: &dyn Fn(&Finding) -> bool) {
        self.findings.retain(which);
        self.counts = Counts::default();
        self.findings.iter().for_each(|f| self.counts.add(f));
        self.more.clear();
    }

    /// Clean only if everything in scope was read and there is nothing but information.
    pub fn exit_status(&self) -> ExitStatus {
        if self.counts.wrong > 0 {
            ExitStatus::Findings
        } else if self.counts.unknown > 0 {
            ExitStatus::CouldNotCheck
        } else if self.complete && self.skipped == 0 && !self.cancelled {
            ExitStatus::Clean
        } else if self.cancelled || self.expired || self.quick {
            ExitStatus::Stopped
        } else {
            ExitStatus::CouldNotCheck
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Class;
    use super::*;

    fn report(classes: &[Class]) -> Report {
        let mut report = Report {
            scope: Scope::ALL,
            covered: Coverage::default(),
            skipped: 0,
            findings: Vec::new(),
            more: BTreeMap::from([("K0101".to_owned(), 1)]),
            counts: Counts::default(),
            started: String::new(),
            ended: String::new(),
            cancelled: false,
            expired: false,
            quick: false,
            bags: Vec::new(),
            earlier: Vec::new(),
            complete: true,
        };
        classes.iter().for_each(|class| report.add(Finding::new(*class, "x")));
        report
    }

    fn counts(report: &Report) -> (u64, u64, u64) {
        (report.counts.wrong, report.counts.unknown, report.counts.info)
    }

    #[test]
    fn codes_are_those_that_scripts_know() {
        use ExitStatus::{Clean, CouldNotCheck, Findings, Stopped};
        assert_eq!([Clean, Findings, CouldNotCheck, Stopped].map(ExitStatus::code), [0, 1, 2, 3]);
    }

    #[test]
    fn what_is_added_counts_and_what_is_dropped_does_not() {
        let mut report = report(&[Class::Missing, Class::GuideMissing, Class::Quarantine]);
        assert_eq!((counts(&report), report.findings.len()), ((2, 0, 1), 3));
        assert!(report.complete);
        report.add(Finding::new(Class::Unreadable, "y"));
        assert_eq!(counts(&report), (2, 1, 1));
        assert!(!report.complete, "without a verdict nothing is complete");
        report.add(Finding::new(Class::Modified, "z"));
        assert!(!report.complete);
        report.keep(&|f| f.class == Class::Modified);
        assert_eq!((counts(&report), report.findings.len()), ((1, 0, 0), 1));
        assert!(report.more.is_empty());
    }

    #[test]
    fn clean_is_only_what_was_checked_whole() {
        use ExitStatus::{Clean, CouldNotCheck, Findings, Stopped};
        let of = |classes: &[Class], change: &dyn Fn(&mut Report)| {
            let mut report = report(classes);
            change(&mut report);
            report.exit_status()
        };
        assert_eq!(of(&[], &|_| {}), Clean);
        assert_eq!(of(&[Class::Quarantine], &|_| {}), Clean);
        assert_eq!(of(&[Class::Missing, Class::Unreadable], &|r| r.cancelled = true), Findings);
        assert_eq!(of(&[Class::Unreadable], &|r| r.cancelled = true), CouldNotCheck);
        assert_eq!(of(&[], &|r| r.skipped = 1), CouldNotCheck);
        assert_eq!(of(&[], &|r| r.complete = false), CouldNotCheck);
        assert_eq!(of(&[], &|r| r.cancelled = true), Stopped);
        let changes: [fn(&mut Report); 3] =
            [|r| r.cancelled = true, |r| r.expired = true, |r| r.quick = true];
        for change in changes {
            let stopped = |r: &mut Report| {
                r.complete = false;
                change(r);
            };
            assert_eq!(of(&[], &stopped), Stopped);
        }
    }
}
