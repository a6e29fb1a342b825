//! What earlier runs have verified, read from their reports.
//!
//! Knows: the reports' lines, the acts that vouch for them. Must not know: files of bags, terminals.
//!
//! A report counts only if the register has an act with its SHA-256: a report that somebody wrote or
//! changed by hand is as good as none. A bag in it counts only as long as its manifests and rows are
//! the same. It remains a convenience: who can write to register and archive alike needs no report.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use jiff::{Span, civil::Date};
use serde::Deserialize;
use serde_json::Value;

use crate::archive::verify::{History, Seen};
use crate::archive::{BagId, Digest, sha256};
use crate::diagnostic::Result;
use crate::register::{ActFilter, Kind, Register};
use crate::world::World;

use super::part::Asked;

/// The folder of the reports in the archive.
pub const REPORTS: &str = "reports";
/// Longest report that is read back.
pub(super) const MAX_REPORT: u64 = 64 << 20;
/// Most reports that are looked at, from the newest back.
const MAX_REPORTS: usize = 5_000;

/// What may be passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Leave {
    /// What the unfinished round has verified.
    pub resume: bool,
    /// What was verified within so many days.
    pub days: Option<u32>,
}

/// Earlier runs as far as they matter for the next one.
#[derive(Debug, Default)]
pub struct Past {
    /// Bags with their newest verification.
    pub bags: History,
    /// The round that is to be gone on with, by the name of its first report.
    pub round: Option<String>,
    /// Reports that no act vouches for; they were not believed.
    pub unknown: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "line", rename_all = "kebab-case")]
enum Line {
    Start {
        asked: Value,
        round: String,
        quick: bool,
    },
    Bag(BagLine),
    Summary {
        complete: bool,
    },
    #[serde(other)]
    Other,
}

#[derive(Deserialize)]
struct BagLine {
    bag: BagId,
    state: Digest,
    clean: bool,
    at: String,
}

/// One report that an act vouches for.
struct Report {
    name: String,
    asked: Value,
    round: String,
    complete: bool,
    bags: Vec<BagLine>,
}

/// Reads the reports, newest first.
pub fn read(
    world: &dyn World,
    root: &Path,
    register: &dyn Register,
    asked: &Asked,
    leave: Leave,
) -> Result<Past> {
    let mut past = Past::default();
    let vouched = vouched(register)?;
    let folder = root.join(REPORTS);
    let mut names: Vec<String> = world
        .list(&folder)
        .unwrap_or_default()
        .into_iter()
        .filter_map(|(name, _)| name.into_string().ok())
        .filter(|name| name.starts_with("verify-") && name.ends_with(".jsonl"))
        .collect();
    names.sort_unstable_by(|a, b| b.cmp(a));
    let now = world.timestamp();
    let since = leave.days.map(|days| days_before(&now, days));
    let asked = serde_json::to_value(asked).unwrap_or_default();
    let mut open_round: Option<Option<String>> = None;
    let mut damaged = HashSet::new();
    for name in names.into_iter().take(MAX_REPORTS) {
        let Ok(bytes) = world.read(&folder.join(&name), MAX_REPORT) else { continue };
        if !vouched.contains(&sha256(&bytes)) {
            past.unknown.push(name);
            continue;
        }
        let Some(report) = parse(name, &bytes) else { continue };
        if open_round.is_none() && report.asked == asked {
            let unfinished = leave.resume && !report.complete;
            open_round = Some(unfinished.then(|| report.round.clone()));
        }
        let same_round = matches!(&open_round, Some(Some(round)) if *round == report.round);
        for bag in &report.bags {
            // A time that has not come yet is no time.
            let recent = since.as_ref().is_some_and(|s| *s <= bag.at) && bag.at <= now;
            if !bag.clean {
                damaged.insert(bag.bag);
            }
            let counts = (same_round || recent) && !damaged.contains(&bag.bag);
            add(&mut past.bags, bag, &report.name, counts);
        }
    }
    past.round = open_round.flatten();
    Ok(past)
}

/// Keeps the newest verification of a bag; an older one of the same state may count where the newest does not.
fn add(bags: &mut BTreeMap<BagId, Seen>, line: &BagLine, report: &str, counts: bool) {
    let (state, at) = (line.state, line.at.clone());
    let seen = Seen { state, at, report: report.to_owned(), counts };
    let newest = bags.entry(line.bag).or_insert_with(|| seen.clone());
    if counts && !newest.counts && newest.state == state {
        *newest = seen;
    }
}

fn parse(name: String, bytes: &[u8]) -> Option<Report> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.lines().filter_map(|line| serde_json::from_str::<Line>(line).ok());
    let Some(Line::Start { asked, round, quick: false }) = lines.next() else { return None };
    let mut report = Report { name, asked, round, complete: false, bags: Vec::new() };
    for line in lines {
        match line {
            Line::Bag(bag) => report.bags.push(bag),
            Line::Summary { complete } => report.complete = complete,
            Line::Start { .. } | Line::Other => {}
        }
    }
    Some(report)
}

/// Digests of the reports that the register vouches for.
fn vouched(register: &dyn Register) -> Result<HashSet<Digest>> {
    let mut out = HashSet::new();
    let filter = ActFilter { kinds: vec![Kind::Verify], ..ActFilter::default() };
    register.acts(&filter, &mut |acted| {
        let digest = acted.act.data.get("report").and_then(Value::as_str);
        out.extend(digest.and_then(|d| d.parse::<Digest>().ok()));
        Ok(())
    })?;
    Ok(out)
}

/// The time of day of `now`, so many days before.
fn days_before(now: &str, days: u32) -> String {
    let (day, rest) = now.split_at_checked(10).unwrap_or((now, ""));
    let before = day
        .parse::<Date>()
        .ok()
        .and_then(|d| d.checked_sub(Span::new().try_days(i64::from(days)).ok()?).ok());
    before.map_or_else(|| now.to_owned(), |d| format!("{d}{rest}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_back() {
        assert_eq!(days_before("2026-03-01T08:00:00+07:00", 1), "2026-02-28T08:00:00+07:00");
        assert_eq!(days_before("2026-03-01T08:00:00+07:00", 0), "2026-03-01T08:00:00+07:00");
        // Nothing is as old as that: nothing is passed over.
        let never = days_before("2026-03-01T08:00:00+07:00", u32::MAX);
        assert_eq!(never, "2026-03-01T08:00:00+07:00");
    }

    #[test]
    fn lines_of_a_report_are_read_and_others_passed_over() {
        let digest = sha256(b"x");
        let text = format!(
            "{{\"line\":\"start\",\"asked\":{{}},\"round\":\"a\",\"quick\":false}}\n\
             {{\"line\":\"bag\",\"bag\":{{\"year\":2026,\"number\":1}},\"state\":\"{digest}\",\"clean\":true,\"at\":\"2026\",\"files\":3}}\n\
             nonsense\n{{\"line\":\"new\"}}\n{{\"line\":\"summary\",\"complete\":true}}\n"
        );
        let report = parse("n".into(), text.as_bytes()).expect("a report");
        assert_eq!((report.bags.len(), report.complete, report.round.as_str()), (1, true, "a"));
        assert!(parse("n".into(), text.replace("false", "true").as_bytes()).is_none(), "quick");
        assert!(parse("n".into(), b"\xff").is_none());
        assert!(parse("n".into(), b"").is_none());
    }
}
