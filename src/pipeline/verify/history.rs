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
    read_at(world, root, register, asked, leave, &world.timestamp())
}

fn read_at(
    world: &dyn World,
    root: &Path,
    register: &dyn Register,
    asked: &Asked,
    leave: Leave,
    now: &str,
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
    let since = leave.days.map(|days| days_before(now, days));
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
            let recent = since.as_ref().is_some_and(|s| s.as_str() <= bag.at.as_str())
                && bag.at.as_str() <= now;
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
    use std::collections::BTreeMap;
    use std::fs;

    use jiff::civil::date;

    use super::*;
    use crate::register::NewAct;
    use crate::register::sqlite::Sqlite;
    use crate::world::System;

    const NOW: &str = "2026-03-10T08:00:00+07:00";

    /// A report: its name, what was asked, its round, whether it was complete, and bags with state, cleanness and time.
    struct Kept {
        name: &'static str,
        asked: Asked,
        round: &'static str,
        complete: bool,
        bags: Vec<(u32, u8, bool, &'static str)>,
    }

    fn kept(name: &'static str, round: &'static str, complete: bool) -> Kept {
        Kept { name, asked: Asked::default(), round, complete, bags: Vec::new() }
    }

    impl Kept {
        fn bag(mut self, number: u32, state: u8, clean: bool, at: &'static str) -> Self {
            self.bags.push((number, state, clean, at));
            self
        }

        fn bytes(&self) -> Vec<u8> {
            let start = serde_json::json!({ "line": "start", "asked": self.asked, "round": self.round, "quick": false });
            let mut lines = vec![start];
            for (number, state, clean, at) in &self.bags {
                let bag = BagId { year: 2026, number: *number };
                let state = sha256(&[*state]).to_hex();
                lines.push(serde_json::json!({ "line": "bag", "bag": bag, "state": state, "clean": clean, "at": at }));
            }
            lines.push(serde_json::json!({ "line": "summary", "complete": self.complete }));
            lines.iter().map(|l| format!("{l}\n")).collect::<String>().into_bytes()
        }
    }

    /// What the reports in an archive come to; those whose name is given are vouched for by nobody.
    fn past_of(reports: &[Kept], unknown: &[&str], asked: &Asked, leave: Leave) -> Past {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join(REPORTS);
        fs::create_dir(&folder).expect("made");
        let mut register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
        let mut acts = Vec::new();
        for report in reports {
            let bytes = report.bytes();
            fs::write(folder.join(report.name), &bytes).expect("written");
            if !unknown.contains(&report.name) {
                acts.push(act(Kind::Verify, &sha256(&bytes).to_hex()));
            }
        }
        // Acts of another kind vouch for nothing, and what is no digest is none.
        let of_others = reports.iter().map(|r| act(Kind::Repair, &sha256(&r.bytes()).to_hex()));
        acts.extend(of_others);
        acts.push(act(Kind::Verify, "nonsense"));
        assert!(register.commit_acts(NOW, &acts).is_ok());
        let world = System::new(Some(date(2026, 3, 10)));
        read_at(&world, dir.path(), &register, asked, leave, NOW).expect("reads")
    }

    fn act(kind: Kind, digest: &str) -> NewAct {
        NewAct {
            kind,
            about: None,
            date: date(2026, 3, 10),
            data: serde_json::Map::from_iter([("report".to_owned(), digest.into())]),
            fields: serde_json::Map::new(),
            files: Vec::new(),
            salt: [7; 16],
        }
    }

    /// Bags with the report that says so, and whether they may be passed over.
    fn bags(past: &Past) -> BTreeMap<u32, (String, bool)> {
        past.bags.iter().map(|(id, seen)| (id.number, (seen.report.clone(), seen.counts))).collect()
    }

    fn of(list: &[(u32, &str, bool)]) -> BTreeMap<u32, (String, bool)> {
        list.iter().map(|(n, report, counts)| (*n, ((*report).to_owned(), *counts))).collect()
    }

    const EARLY: &str = "2026-03-01T08:00:00+07:00";
    const LATE: &str = "2026-03-09T08:00:00+07:00";
    const RESUME: Leave = Leave { resume: true, days: None };

    #[test]
    fn a_round_goes_on_until_a_report_of_it_is_complete() {
        let unfinished = || {
            [
                kept("verify-1.jsonl", "r0", true).bag(1, 1, true, EARLY),
                kept("verify-2.jsonl", "r1", false).bag(2, 1, true, EARLY),
                kept("verify-3.jsonl", "r1", false).bag(3, 1, true, LATE),
            ]
        };
        let past = past_of(&unfinished(), &[], &Asked::default(), RESUME);
        assert_eq!(past.round.as_deref(), Some("r1"));
        let seen = of(&[
            (1, "verify-1.jsonl", false),
            (2, "verify-2.jsonl", true),
            (3, "verify-3.jsonl", true),
        ]);
        assert_eq!(bags(&past), seen, "those of the round count, however old");
        // Whoever does not go on with it begins a round of its own.
        let past = past_of(&unfinished(), &[], &Asked::default(), Leave::default());
        assert_eq!(past.round, None);
        assert!(bags(&past).values().all(|(_, counts)| !counts), "{past:?}");
        // A complete one has ended its round; what an older report says of it changes nothing.
        let mut ended = unfinished();
        ended[2].complete = true;
        let past = past_of(&ended, &[], &Asked::default(), RESUME);
        assert_eq!(past.round, None);
        assert!(bags(&past).values().all(|(_, counts)| !counts), "{past:?}");
    }

    #[test]
    fn a_round_is_one_of_what_is_asked_for() {
        let year = Asked { year: Some(2026), ..Asked::default() };
        let reports = || {
            [
                kept("verify-1.jsonl", "r1", false).bag(1, 1, true, EARLY),
                Kept { asked: year.clone(), ..kept("verify-2.jsonl", "r2", false) }
                    .bag(2, 1, true, LATE),
                Kept { asked: year.clone(), ..kept("verify-3.jsonl", "r3", true) },
            ]
        };
        let past = past_of(&reports(), &[], &Asked::default(), RESUME);
        assert_eq!(past.round.as_deref(), Some("r1"), "the newest report of this scope");
        let seen = of(&[(1, "verify-1.jsonl", true), (2, "verify-2.jsonl", false)]);
        assert_eq!(bags(&past), seen);
        let past = past_of(&reports(), &[], &year, RESUME);
        assert_eq!(past.round, None, "the newest of that scope was complete");
    }

    #[test]
    fn what_is_recent_enough_is_passed_over_by_anyone_to_the_second() {
        let at = |at: &'static str| {
            let reports = [kept("verify-1.jsonl", "r1", true).bag(1, 1, true, at)];
            let leave = Leave { resume: false, days: Some(3) };
            let past = past_of(&reports, &[], &Asked::default(), leave);
            assert_eq!(past.round, None);
            past.bags.values().next().is_some_and(|seen| seen.counts)
        };
        assert!(!at("2026-03-07T07:59:59+07:00"));
        assert!(at("2026-03-07T08:00:00+07:00"));
        assert!(at("2026-03-10T08:00:00+07:00"));
        assert!(!at("2026-03-10T08:00:01+07:00"), "a time that has not come");
    }

    #[test]
    fn a_bag_that_was_damaged_is_read_again_until_it_was_found_whole() {
        let leave = Leave { resume: false, days: Some(30) };
        let past = |reports: &[Kept]| bags(&past_of(reports, &[], &Asked::default(), leave));
        let whole_before = [
            kept("verify-1.jsonl", "r1", true).bag(1, 1, true, EARLY).bag(2, 1, true, EARLY),
            kept("verify-2.jsonl", "r2", true).bag(1, 1, false, LATE),
        ];
        let seen = of(&[(1, "verify-2.jsonl", false), (2, "verify-1.jsonl", true)]);
        assert_eq!(past(&whole_before), seen);
        let whole_since = [
            kept("verify-1.jsonl", "r1", true).bag(1, 1, false, EARLY),
            kept("verify-2.jsonl", "r2", true).bag(1, 1, true, LATE),
        ];
        assert_eq!(past(&whole_since), of(&[(1, "verify-2.jsonl", true)]));
    }

    #[test]
    fn the_newest_report_tells_of_a_bag_unless_an_older_one_of_the_same_state_counts() {
        // Of the unfinished round, older than a report of another scope about the same bag.
        let other = |state: u8| {
            let year = Asked { year: Some(2026), ..Asked::default() };
            let newer = Kept { asked: year, ..kept("verify-2.jsonl", "r2", true) };
            let reports = [
                kept("verify-1.jsonl", "r1", false).bag(1, 1, true, EARLY),
                newer.bag(1, state, true, LATE),
            ];
            bags(&past_of(&reports, &[], &Asked::default(), RESUME))
        };
        assert_eq!(other(1), of(&[(1, "verify-1.jsonl", true)]));
        assert_eq!(other(2), of(&[(1, "verify-2.jsonl", false)]), "it was another state");
        // Two that count: the newer stays.
        let both = [
            kept("verify-1.jsonl", "r1", false).bag(1, 1, true, EARLY),
            kept("verify-2.jsonl", "r1", false).bag(1, 1, true, LATE),
        ];
        let past = past_of(&both, &[], &Asked::default(), RESUME);
        assert_eq!(bags(&past), of(&[(1, "verify-2.jsonl", true)]));
    }

    #[test]
    fn a_report_counts_only_if_the_register_vouches_for_its_bytes() {
        let reports = [
            kept("verify-1.jsonl", "r1", false).bag(1, 1, true, EARLY),
            kept("verify-2.jsonl", "r2", true).bag(2, 1, true, LATE),
            kept("other.jsonl", "r3", true).bag(3, 1, true, LATE),
            kept("verify-4.txt", "r4", true).bag(4, 1, true, LATE),
        ];
        let past = past_of(&reports, &["verify-2.jsonl"], &Asked::default(), RESUME);
        assert_eq!(past.unknown, ["verify-2.jsonl"]);
        assert_eq!(past.round.as_deref(), Some("r1"), "an unknown one ends no round");
        assert_eq!(bags(&past), of(&[(1, "verify-1.jsonl", true)]));
    }

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
