//! How far a campaign has come, read off the register: no file of its own could say otherwise.
//!
//! Knows: under which jobs and fields the steps stand. Must not know: lists on disk, templates, terminals.

use std::collections::BTreeMap;
use std::path::Path;

use crate::archive::{Digest, sha256};
use crate::diagnostic::{Result, Text};
use crate::pipeline::Workspace;
use crate::pipeline::plan::half;
use crate::register::life::{Life, Standing};
use crate::register::{Book, Entry, Filter, JobRow, Order, Register};
use crate::source::campaign::CampaignStep;
use crate::text;

use super::cases::{Case, KeptCase};

/// Key of the campaign's identity in the register.
pub(super) const ID: &str = "campaign";
/// Key of its title.
pub(super) const TITLE: &str = "campaign_title";
/// Key of the step.
pub(super) const STEP: &str = "campaign_step";
/// Key of the digest of the list of a step.
pub(super) const LIST: &str = "campaign_list";
/// Key of the counts of a step: `05 tập thể và 04 cá nhân`.
pub(super) const COUNTS: &str = "campaign_counts";

/// A step that was done.
#[derive(Debug, Clone)]
pub struct Done {
    /// What it entered, in order of registration.
    pub rows: Vec<JobRow>,
    /// Its papers; of the awards only the first.
    pub entries: Vec<Entry>,
    /// Digest of the list that it was done with.
    pub list: String,
    /// Its counts.
    pub counts: String,
    /// Which time it was done, from 1.
    pub round: u32,
    /// How its papers stand, in their order; of the awards only how the first stands.
    pub standing: Vec<Standing>,
}

impl Done {
    /// True if none of its papers is in force: their numbers were given up, they were called back or replaced.
    pub fn is_undone(&self) -> bool {
        !self.standing.is_empty() && self.standing.iter().all(|s| *s != Standing::InForce)
    }

    /// Everything that it entered and that still stands.
    ///
    /// # Errors
    /// The register cannot be read.
    pub(super) fn in_force(&self, register: &dyn Register) -> Result<Vec<&JobRow>> {
        let mut out = Vec::new();
        for row in &self.rows {
            if Life::of(register, row.seq)?.standing() == Standing::InForce {
                out.push(row);
            }
        }
        Ok(out)
    }
}

/// Identity of a campaign: where its file is in the office.
pub fn identity(workspace: &Workspace<'_>, path: &Path) -> String {
    let absolute = |p: &Path| std::path::absolute(p).unwrap_or_else(|_| p.to_path_buf());
    let (office, file) = (absolute(&workspace.dir), absolute(path));
    let name = file.strip_prefix(&office).unwrap_or(&file).display().to_string();
    format!("{:032x}", half(&sha256(name.as_bytes())))
}

/// The job of a step; each time that it is done again is one of its own.
pub(super) fn job(id: &str, step: CampaignStep, round: u32) -> String {
    let name = step.names().0;
    if round <= 1 {
        format!("campaign:{id}:{name}")
    } else {
        format!("campaign:{id}:{name}:{round}")
    }
}

/// Times that one step may be done again.
const MOST_ROUNDS: u32 = 1000;

/// The steps that were done, each as it was done last.
///
/// # Errors
/// The register cannot be read.
pub fn state(register: &dyn Register, id: &str) -> Result<BTreeMap<CampaignStep, Done>> {
    let mut out = BTreeMap::new();
    for step in CampaignStep::ALL {
        let (mut rows, mut round) = (Vec::new(), 0);
        for next in 1..=MOST_ROUNDS {
            let mut these = Vec::new();
            register.job_rows(&job(id, step, next), &mut |row| {
                these.push(row);
                Ok(())
            })?;
            if these.is_empty() {
                break;
            }
            (rows, round) = (these, next);
        }
        if rows.is_empty() {
            continue;
        }
        let shown = if step == CampaignStep::Certificates { 1 } else { rows.len() };
        let mut entries = Vec::with_capacity(shown);
        for row in rows.iter().take(shown) {
            entries.extend(register.entry(row.seq)?);
        }
        let mut standing = Vec::with_capacity(entries.len());
        for entry in &entries {
            standing.push(Life::of(register, entry.seq)?.standing());
        }
        let field = |key: &str| {
            let first = entries.first().and_then(|e: &Entry| e.fields.extra.get(key));
            first.cloned().unwrap_or_default()
        };
        let (list, counts) = (field(LIST), field(COUNTS));
        out.insert(step, Done { list, counts, rows, entries, round, standing });
    }
    Ok(out)
}

/// Which steps were done, and how often each.
pub(super) fn standing(done: &BTreeMap<CampaignStep, Done>) -> Vec<(CampaignStep, u32)> {
    done.iter().map(|(step, done)| (*step, done.round)).collect()
}

/// The campaigns of an office: identity and title, in the order in which they began.
///
/// # Errors
/// The register cannot be read.
pub fn campaigns(register: &dyn Register) -> Result<Vec<(String, String)>> {
    let mut found: Vec<(String, String)> = Vec::new();
    let filter =
        Filter { book: Some(Book::Outgoing), order: Order::Registration, ..Filter::default() };
    register.entries(&filter, &mut |entry| {
        let field = |key: &str| entry.fields.extra.get(key).cloned();
        if let Some(id) = field(ID)
            && !found.iter().any(|(known, _)| *known == id)
        {
            found.push((id, field(TITLE).unwrap_or_default()));
        }
        Ok(())
    })?;
    Ok(found)
}

/// The list that a step was done with.
///
/// # Errors
/// The register cannot be read.
pub(super) fn list_of(register: &dyn Register, done: &Done) -> Result<Option<Vec<KeptCase>>> {
    let Ok(digest) = done.list.parse::<Digest>() else { return Ok(None) };
    let bytes = register.blob(&digest)?;
    Ok(bytes.and_then(|b| serde_json::from_slice(&b).ok()))
}

/// The list as the register keeps it with a step, and its digest.
pub(super) fn kept(cases: &[Case]) -> (String, String) {
    let list: Vec<KeptCase> = cases.iter().map(Case::kept).collect();
    let text = serde_json::to_string(&list).unwrap_or_default();
    let digest = sha256(text.as_bytes()).to_string();
    (text, digest)
}

/// What became of a list between two steps.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Names that were not there before.
    pub added: Vec<String>,
    /// Names that are gone.
    pub removed: Vec<String>,
    /// Names of whom something is otherwise, with the names of the fields.
    pub changed: Vec<(String, String)>,
}

impl Changes {
    /// True if nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    /// All of it in one sentence.
    pub fn told(&self) -> Text {
        let changed: Vec<String> =
            self.changed.iter().map(|(name, what)| format!("{name} ({what})")).collect();
        let part = |word: &str, names: &[String]| {
            (!names.is_empty()).then(|| format!("{word} {}", few(names)))
        };
        let say = |added: &str, removed: &str, other: &str| {
            [part(added, &self.added), part(removed, &self.removed), part(other, &changed)]
                .into_iter()
                .flatten()
                .collect::<Vec<_>>()
                .join("; ")
        };
        Text::new(say("thêm", "bớt", "sửa"), say("added", "removed", "changed"))
    }
}

/// The first ten, and how many more.
fn few(names: &[String]) -> String {
    let shown = names.iter().take(10).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(10) {
        0 => shown,
        more => format!("{shown} … (+{more})"),
    }
}

/// Compares the list of an earlier step with the list as it is now. Money is not compared: it comes
/// with the decision.
pub(super) fn changes(before: &[KeptCase], now: &[KeptCase]) -> Changes {
    if before.len() == now.len() && before.iter().zip(now).all(|(a, b)| a.who == b.who) {
        return Changes::default();
    }
    let key = |case: &KeptCase| (case.who.kind, case.who.name.clone());
    let mut left: BTreeMap<_, Vec<&KeptCase>> = BTreeMap::new();
    for case in before {
        left.entry(key(case)).or_default().push(case);
    }
    let mut changes = Changes::default();
    for case in now {
        match left.get_mut(&key(case)).filter(|l| !l.is_empty()) {
            None => changes.added.push(case.who.addressed()),
            Some(same) => {
                let at = same.iter().position(|c| c.who == case.who).unwrap_or(0);
                let old = same.remove(at);
                let what = differences(old, case);
                if !what.is_empty() {
                    changes.changed.push((case.who.addressed(), what));
                }
            }
        }
    }
    changes.removed = before
        .iter()
        .filter(|c| {
            let rest = left.get_mut(&key(c));
            rest.is_some_and(|rest| match rest.iter().position(|r| std::ptr::eq(*r, *c)) {
                Some(at) => {
                    rest.remove(at);
                    true
                }
                None => false,
            })
        })
        .map(|c| c.who.addressed())
        .collect();
    if changes.is_empty() {
        changes.changed.push((text!("thứ tự", "order").vi, String::new()));
    }
    changes
}

fn differences(old: &KeptCase, new: &KeptCase) -> String {
    let (a, b) = (&old.who, &new.who);
    [
        (a.address != b.address, "danh xưng"),
        (a.position != b.position, "chức vụ"),
        (a.unit != b.unit, "đơn vị"),
        (a.form != b.form, "hình thức"),
        (a.achievement != b.achievement, "thành tích"),
        (a.posthumous != b.posthumous, "truy tặng"),
        (a.note != b.note, "ghi chú"),
    ]
    .into_iter()
    .filter_map(|(differs, name)| differs.then_some(name))
    .collect::<Vec<_>>()
    .join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Honouree;

    fn case(name: &str, unit: &str) -> KeptCase {
        let who = Honouree { name: name.into(), unit: unit.into(), ..Honouree::default() };
        KeptCase { who, passed: true, money: None }
    }

    #[test]
    fn who_was_added_removed_or_changed_is_said_by_name() {
        let before = [case("Lê An", "A"), case("Lê Bình", "A"), case("Lê An", "B")];
        assert!(changes(&before, &before).is_empty());
        let now = [case("Lê An", "B"), case("Lê Bình", "C"), case("Lê Chi", "A")];
        let found = changes(&before, &now);
        assert_eq!(found.added, ["Ông (Bà) Lê Chi"]);
        assert_eq!(found.removed, ["Ông (Bà) Lê An"]);
        assert_eq!(found.changed, [("Ông (Bà) Lê Bình".to_owned(), "đơn vị".to_owned())]);
        let turned = [case("Lê Bình", "A"), case("Lê An", "A"), case("Lê An", "B")];
        assert_eq!(changes(&before, &turned).changed.len(), 1);
    }
}
