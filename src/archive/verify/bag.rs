//! One bag against the register: reads everything in it and sorts out what is as it should be.
//!
//! Knows: what the register lists for the bag, what lies on disk. Must not know: other bags, SQL.
//! What differs is handed on: only the whole archive can tell “moved” from “lost”.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;

use rayon::prelude::*;

use super::super::Digest;
use super::super::paths::{BagId, DATA, check_path};
use super::finding::{Class, Finding};
use super::hash::{self, Outcome};
use super::rounds::{self, BagDone};
use super::sort::{Content, Stray, Wrong};
use super::tree::{self, Side, Walk, join, odd};
use super::view::Known;
use super::{Check, tags};
use crate::world::EntryKind;

/// A bag to be checked.
pub(super) struct Task {
    pub id: BagId,
    pub side: Side,
    /// Registered files.
    pub known: Vec<Known>,
}

/// What one bag came to.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    pub findings: Vec<Finding>,
    /// Registered files that are not as they should be.
    pub wrong: Vec<Wrong>,
    /// Files without a row.
    pub stray: Vec<Stray>,
    /// Registered files with a verdict.
    pub files: u64,
    /// Things without a verdict.
    pub skipped: u64,
    /// That it was checked to the end, if it was, and as a whole.
    pub done: Option<BagDone>,
}

/// Checks one bag; a panic in the check is a finding, not a verdict.
pub(super) fn check(check: &Check<'_>, task: &Task) -> Outcomes {
    catch_unwind(AssertUnwindSafe(|| run(check, task))).unwrap_or_else(|_| {
        let path = format!("{}/{}", task.side.folder(), task.id);
        Outcomes {
            findings: vec![Finding::new(Class::Crashed, path)],
            skipped: task.known.len() as u64 + 1,
            ..Outcomes::default()
        }
    })
}

fn run(check: &Check<'_>, task: &Task) -> Outcomes {
    let whole = task.side == Side::Sealed && !check.part && !check.quick;
    // Before anything is read: what changes meanwhile is then no longer what was verified.
    let state = whole.then(|| rounds::state(check, task.id, &task.known)).flatten();
    let mut out = read(check, task);
    let clean = out.findings.is_empty() && out.wrong.is_empty() && out.stray.is_empty();
    out.done = state.filter(|_| out.skipped == 0).map(|state| {
        let (files, bytes) = rounds::amount(&task.known);
        BagDone { bag: task.id, state, files, bytes, clean, at: check.world.timestamp() }
    });
    out
}

fn read(check: &Check<'_>, task: &Task) -> Outcomes {
    let mut bag = Bag {
        check,
        task,
        dir: task.id.under(check.root, task.side.folder()),
        shown: format!("{}/{}", task.side.folder(), task.id),
        out: Outcomes::default(),
    };
    let mut walk = tree::walk(check.world, &bag.dir, &bag.shown);
    bag.out.skipped += walk.findings.iter().filter(|f| f.class.is_unknown()).count() as u64;
    bag.out.findings.append(&mut walk.findings);
    if task.known.is_empty() && task.side == Side::Sealed {
        bag.tell(Finding::new(Class::BagForeign, bag.shown.clone()));
    }
    let listed = bag.tag_files(&walk);
    let mut rows = bag.rows();
    if check.part {
        rows.retain(|known| known.wanted);
        bag.only_wanted();
    }
    let strays = bag.unregistered(&walk);
    let outcomes = bag.read(&walk, &rows, &strays);
    let (registered, extra) = outcomes.split_at(rows.len());
    for (row, outcome) in rows.into_iter().zip(registered) {
        bag.registered(row, outcome, &listed);
    }
    for (path, outcome) in strays.iter().zip(extra) {
        bag.stray(path, outcome, &listed);
    }
    if !check.part {
        bag.empty_folders(&walk);
    }
    bag.out
}

struct Bag<'a> {
    check: &'a Check<'a>,
    task: &'a Task,
    dir: PathBuf,
    /// Path in the archive: `bags/2026/000001`.
    shown: String,
    out: Outcomes,
}

impl<'a> Bag<'a> {
    fn tell(&mut self, finding: Finding) {
        self.out.findings.push(finding);
    }

    fn path(&self, inside: &str) -> String {
        join(&self.shown, inside)
    }

    /// Checks tag files and manifest; returns what the manifest lists.
    fn tag_files(&mut self, walk: &Walk) -> HashMap<String, Digest> {
        let tags = tags::Tags {
            world: self.check.world,
            dir: &self.dir,
            shown: &self.shown,
            side: self.task.side,
            known: &self.task.known,
            walk,
        };
        let (findings, listed) = tags.check();
        self.out.skipped += findings.iter().filter(|f| f.class.is_unknown()).count() as u64;
        self.out.findings.extend(findings);
        listed
    }

    /// Forgets what was found of the bag as a whole and of documents that are not asked for: where a
    /// document cannot be read, that is told of the document itself.
    fn only_wanted(&mut self) {
        let known = self.task.known.iter().filter(|k| k.wanted);
        let wanted: HashSet<u64> = known.map(|k| k.document.seq).collect();
        let of = |f: &Finding| f.document.as_ref().is_some_and(|d| wanted.contains(&d.seq));
        self.out.findings.retain(of);
        self.out.wrong.retain(|w| wanted.contains(&w.known.document.seq));
        self.out.skipped = 0;
    }

    /// The registered files whose path can be used, each path once.
    fn rows(&mut self) -> Vec<&'a Known> {
        let mut seen: BTreeMap<&str, &Known> = BTreeMap::new();
        let task = self.task;
        for known in &task.known {
            let path = self.path(&known.path);
            if let Some(why) = check_path(&known.path) {
                let finding = Finding::new(Class::BadRow, path).of(&known.document);
                self.tell(finding.why(why));
                self.wrong(known, Content::Told);
            } else if let Some(first) = seen.get(known.path.as_str()) {
                let finding = Finding::new(Class::RowTwice, path).of(&known.document);
                self.tell(finding.with(Some(&first.document), ""));
            } else {
                seen.insert(&known.path, known);
            }
        }
        seen.into_values().collect()
    }

    /// Paths in the payload that the register does not list.
    fn unregistered(&self, walk: &Walk) -> Vec<String> {
        let known: HashSet<&str> = self.task.known.iter().map(|k| k.path.as_str()).collect();
        let payload = walk.entries.keys().filter(|path| in_payload(path));
        payload.filter(|path| !known.contains(path.as_str())).cloned().collect()
    }

    /// Reads the registered files, then the others, in parallel; one outcome each, in order.
    fn read(&self, walk: &Walk, rows: &[&Known], strays: &[String]) -> Vec<Outcome> {
        let rows = rows.iter().map(|k| (k.path.as_str(), Some((k.sha256, k.size))));
        let strays = strays.iter().map(|path| (path.as_str(), None));
        let jobs: Vec<_> = rows.chain(strays).collect();
        jobs.into_par_iter()
            .map(|(path, expected)| match walk.entries.get(path) {
                Some(EntryKind::File) => self.read_one(path, expected),
                Some(kind) => Outcome::Odd(*kind),
                None if walk.folders.contains_key(path) => Outcome::Odd(EntryKind::Dir),
                // What the walk did not see is never opened: a folder on the way may be a link.
                None if walk.partial => Outcome::Unreadable("folder not read".to_owned()),
                None => Outcome::Gone,
            })
            .collect()
    }

    fn read_one(&self, path: &str, expected: Option<(Digest, u64)>) -> Outcome {
        if self.check.is_cancelled() {
            return Outcome::Stopped;
        }
        let full = self.dir.join(path);
        let (world, gate) = (self.check.world, &self.check.gate);
        let read = AssertUnwindSafe(|| match self.check.quick {
            true => hash::measure(world, &full),
            false => hash::read(world, &full, expected, gate),
        });
        let outcome = catch_unwind(read).unwrap_or(Outcome::Crashed);
        if let Outcome::Read { len, .. } = outcome {
            self.check.advance(len);
        }
        outcome
    }

    fn registered(&mut self, known: &Known, outcome: &Outcome, listed: &HashMap<String, Digest>) {
        let path = self.path(&known.path);
        let finding = |class| Finding::new(class, path.clone()).of(&known.document);
        self.out.files += 1;
        match outcome {
            Outcome::Read { digest, len, links } => {
                if *links > 1 {
                    self.tell(finding(Class::HardLink).actual(links.to_string()));
                }
                let other = !self.check.quick && *digest != Some(known.sha256);
                if other || *len != known.size {
                    if digest.is_some() && listed.get(&known.path) == digest.as_ref() {
                        self.tell(finding(Class::Resealed));
                    }
                    self.wrong(known, Content::Other { digest: *digest, len: *len });
                }
            }
            Outcome::Gone => self.wrong(known, Content::Gone),
            Outcome::Odd(kind) => {
                self.tell(finding(odd(*kind).unwrap_or(Class::Special)));
                self.wrong(known, Content::Told);
            }
            Outcome::Changing(_) => self.tell(finding(Class::Changing)),
            _ => self.no_verdict(finding, outcome, 1),
        }
    }

    /// Tells why there is no verdict, and takes back `counted` from the files that have one.
    fn no_verdict(&mut self, finding: impl Fn(Class) -> Finding, outcome: &Outcome, counted: u64) {
        self.out.files -= counted;
        self.out.skipped += 1;
        match outcome {
            Outcome::Unreadable(why) => {
                self.tell(finding(Class::Unreadable).actual(why.clone()));
            }
            Outcome::Crashed => self.tell(finding(Class::Crashed)),
            _ => {}
        }
    }

    fn wrong(&mut self, known: &Known, content: Content) {
        let (bag, side) = (self.task.id, self.task.side);
        self.out.wrong.push(Wrong { bag, side, known: known.clone(), content });
    }

    fn stray(&mut self, path: &str, outcome: &Outcome, listed: &HashMap<String, Digest>) {
        let shown = self.path(&path.chars().flat_map(printable).collect::<String>());
        let finding = |class| Finding::new(class, shown.clone());
        match outcome {
            Outcome::Read { digest, links, .. } => {
                if *links > 1 {
                    self.tell(finding(Class::HardLink).actual(links.to_string()));
                }
                let class = if check_path(path).is_some() {
                    Class::UnsafePath
                } else if digest.is_some() && listed.get(path) == digest.as_ref() {
                    Class::NoRow
                } else {
                    Class::Extra
                };
                self.out.stray.push(Stray { path: shown, digest: *digest, class });
            }
            Outcome::Odd(kind) => self.tell(finding(odd(*kind).unwrap_or(Class::Special))),
            Outcome::Gone | Outcome::Changing(_) => self.tell(finding(Class::Changing)),
            _ => self.no_verdict(finding, outcome, 0),
        }
    }

    /// An empty folder is no fault of the register, but nobody put it there for a reason.
    fn empty_folders(&mut self, walk: &Walk) {
        let known: HashSet<&str> = self.task.known.iter().map(|k| k.path.as_str()).collect();
        for (path, empty) in &walk.folders {
            let fresh = self.task.side == Side::Open && path == DATA;
            if *empty && !fresh && !known.contains(path.as_str()) {
                self.tell(Finding::new(Class::EmptyFolder, self.path(path)));
            }
        }
    }
}

fn in_payload(path: &str) -> bool {
    path.strip_prefix(DATA).is_some_and(|rest| rest.starts_with('/'))
}

/// Control characters of a name, made visible.
fn printable(c: char) -> Vec<char> {
    if c.is_control() { c.escape_default().collect() } else { vec![c] }
}
