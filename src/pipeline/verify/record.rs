//! What is kept of a verification: a report in the archive and an act in the register that vouches for it.
//!
//! Knows: the report's lines, the act's open data. Must not know: terminals, how checks are made.
//!
//! The report is written first and the act carries its SHA-256. The act is a position of the register of
//! its own; it changes no bag, so that the next verification is as clean as this one.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::{Map, Value, json};

use crate::archive::{Digest, sha256};
use crate::diagnostic::{Failure, FailureKind, Place, Result, Text};
use crate::register::Kind;
use crate::text;

use super::super::copy::MARK;
use super::super::filing::{ARCHIVE, Entering, Filing};
use super::super::workspace::{Workspace, write_failure};
use super::history::REPORTS;
use super::{Checked, Request, Verdict};

/// Longest checkpoint that is copied into a report.
const MAX_CHECKPOINT: u64 = 64 << 10;

/// What was kept.
#[derive(Debug, Default)]
pub struct Kept {
    /// The report's name in `archive/reports/`.
    pub file: Option<String>,
    /// Its SHA-256.
    pub digest: Option<Digest>,
    /// Position of the act.
    pub act: Option<u64>,
    /// Why nothing was kept, where that is as it should be.
    pub note: Option<Text>,
    /// What went wrong.
    pub failure: Option<Failure>,
}

/// Writes the report and enters the act.
pub(super) fn keep(workspace: &Workspace<'_>, request: &Request<'_>, checked: &Checked) -> Kept {
    let mut kept = Kept::default();
    if workspace.world.stat(&workspace.dir.join(MARK)).is_ok() {
        kept.note = Some(text!(
            "đây là bản sao lưu nên không lưu báo cáo và không ghi vào sổ",
            "this is a backup, so no report was kept and nothing was entered in the register"
        ));
        return kept;
    }
    let folder = workspace.dir.join(ARCHIVE).join(REPORTS);
    let name = match free_name(workspace, &folder) {
        Ok(name) => name,
        Err(failure) => return Kept { failure: Some(failure), ..kept },
    };
    let round = checked.round.clone().unwrap_or_else(|| name.clone());
    let bytes = lines(workspace, checked, &round);
    let path = folder.join(&name);
    let world = workspace.world;
    let written = world
        .create(&path, &bytes)
        .and_then(|()| world.sync(&path))
        .and_then(|()| world.sync(&folder));
    match written {
        Ok(()) => {}
        Err(e) if is_read_only(&e) => {
            kept.note = Some(text!(
                "thư mục cơ quan chỉ cho đọc nên không lưu báo cáo và không ghi vào sổ",
                "the office is read-only, so no report was kept and nothing was entered in the register"
            ));
            return kept;
        }
        Err(e) => {
            kept.failure = Some(write_failure(&path, &e));
            return kept;
        }
    }
    let digest = sha256(&bytes);
    (kept.file, kept.digest) = (Some(name), Some(digest));
    if !request.log {
        kept.note = Some(text!(
            "theo --no-log, lần kiểm tra này không được ghi vào sổ; lần sau sẽ không dựa vào nó được",
            "with --no-log this check was not entered in the register; a later one cannot build on it"
        ));
        return kept;
    }
    if checked.verdict() == Verdict::Tampered {
        kept.note = Some(text!(
            "sổ đăng ký có dấu hiệu bị sửa nên được giữ nguyên làm bằng chứng: lần kiểm tra này không được ghi vào sổ",
            "the register shows signs of tampering and is left as it is, as evidence: this check was not entered in it"
        ));
        return kept;
    }
    match enter(workspace, request, checked, kept.file.as_deref(), &digest) {
        Ok(seq) => kept.act = Some(seq),
        // Whoever looks at an office without its signing key can check all of it, and enter nothing.
        Err(failure) if failure.kind == FailureKind::Config => {
            let why = failure.message;
            kept.note = Some(Text::new(
                format!("lần kiểm tra này không được ghi vào sổ: {}", why.vi),
                format!("this check was not entered in the register: {}", why.en),
            ));
        }
        Err(failure) => kept.failure = Some(failure),
    }
    kept
}

fn is_read_only(error: &std::io::Error) -> bool {
    matches!(error.kind(), ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied)
}

/// `verify-20261122T201455-01.jsonl`: names sort by time.
fn free_name(workspace: &Workspace<'_>, folder: &Path) -> Result<String> {
    let stamp: String = workspace
        .world
        .timestamp()
        .chars()
        .take(19)
        .filter(|c| c.is_ascii_digit() || *c == 'T')
        .collect();
    let names = (1..100).map(|n| format!("verify-{stamp}-{n:02}.jsonl"));
    let mut free = names.filter(|name| workspace.world.stat(&folder.join(name)).is_err());
    free.next().ok_or_else(|| {
        Failure::new(
            FailureKind::Output,
            Place::file(folder.display().to_string()),
            text!("đã có quá nhiều báo cáo cùng giây", "too many reports of one second"),
        )
    })
}

/// The report, one JSON object a line.
fn lines(workspace: &Workspace<'_>, checked: &Checked, round: &str) -> Vec<u8> {
    let report = &checked.verified.report;
    let mut out = Vec::new();
    let mut line = |value: Value| {
        out.extend(value.to_string().bytes());
        out.push(b'\n');
    };
    line(json!({
        "line": "start", "asked": checked.asked, "round": round, "quick": report.quick,
        "started": report.started, "program": env!("CARGO_PKG_VERSION"),
    }));
    let tagged = |kind: &str, value: Value| {
        let mut map = Map::from_iter([("line".to_owned(), Value::from(kind))]);
        if let Value::Object(fields) = value {
            map.extend(fields);
        }
        Value::Object(map)
    };
    for bag in &report.bags {
        line(tagged("bag", serde_json::to_value(bag).unwrap_or_default()));
    }
    for bag in &report.earlier {
        line(tagged("earlier", serde_json::to_value(bag).unwrap_or_default()));
    }
    for page in &checked.verified.pages {
        line(json!({ "line": "page", "message": page }));
    }
    for row in &checked.verified.rows {
        let message = &row.message;
        line(json!({
            "line": "row", "code": row.code.to_string(), "item": row.place.item,
            "message": { "vi": message.vi, "en": message.en },
        }));
    }
    for finding in &report.findings {
        line(tagged("finding", serde_json::to_value(finding).unwrap_or_default()));
    }
    let mut summary = checked.summary();
    if let Some(checkpoint) = checkpoint(workspace) {
        summary["checkpoint"] = checkpoint.into();
    }
    line(tagged("summary", summary));
    out
}

/// The log's newest checkpoint as it stands, where there is one.
fn checkpoint(workspace: &Workspace<'_>) -> Option<String> {
    let path = workspace.dir.join(ARCHIVE).join("log").join("checkpoint");
    String::from_utf8(workspace.world.read(&path, MAX_CHECKPOINT).ok()?).ok()
}

/// Enters the act: counts and digests only, no names.
fn enter(
    workspace: &Workspace<'_>,
    request: &Request<'_>,
    checked: &Checked,
    name: Option<&str>,
    digest: &Digest,
) -> Result<u64> {
    let world = workspace.world;
    let mut filing = Filing::open_as_it_is(world, &workspace.dir, &workspace.office, request.wait)?;
    let mut act = Entering::new(Kind::Verify, None, world.today());
    let covered = &checked.verified.report.covered;
    let counts = &checked.verified.report.counts;
    act.data.insert("report".into(), digest.to_hex().into());
    if let Some(name) = name {
        act.data.insert("file".into(), name.into());
    }
    act.data.insert("asked".into(), serde_json::to_value(&checked.asked).unwrap_or_default());
    act.data.insert("verdict".into(), checked.verdict().key().into());
    act.data.insert("complete".into(), checked.verified.report.complete.into());
    for (key, count) in [
        ("bags", covered.bags),
        ("files", covered.files),
        ("bytes", covered.bytes),
        ("numbers", covered.numbers),
        ("rows", checked.verified.audited),
        ("earlier-files", covered.earlier_files),
        ("wrong", counts.wrong + checked.verified.beside()),
        ("unknown", counts.unknown),
    ] {
        act.data.insert(key.into(), count.into());
    }
    let entered = filing.enter(vec![act])?;
    if let Some(failure) = entered.unfinished {
        return Err(failure);
    }
    entered.seqs.first().copied().ok_or_else(|| {
        Failure::new(
            FailureKind::Output,
            Place::default(),
            text!("không ghi được vào sổ", "it could not be entered in the register"),
        )
    })
}

impl Verdict {
    /// Its stable word.
    pub fn key(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Findings => "findings",
            Self::CouldNotCheck => "could-not-check",
            Self::Stopped => "stopped",
            Self::Tampered => "tampered",
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::super::tests::{add, bag, row, with, with_office};
    use super::*;
    use crate::archive::BagId;
    use crate::archive::verify::{Class, Earlier};

    #[test]
    fn a_report_says_everything_one_thing_a_line() {
        let checked = with(|c| {
            c.asked.bag = Some(7);
            c.verified.report.bags = vec![bag(1), bag(2)];
            c.verified.report.earlier = vec![Earlier {
                bag: BagId { year: 2026, number: 3 },
                files: 10,
                bytes: 100,
                at: "2026-11-21T08:30:00+07:00".to_owned(),
                report: "verify-1.jsonl".to_owned(),
            }];
            c.verified.pages.push("page 3".into());
            c.verified.rows.push(row());
            add(c, Class::Modified);
        });
        with_office(|workspace| {
            let log = workspace.dir.join("archive/log");
            fs::create_dir_all(&log).expect("made");
            let read = || -> Vec<Value> {
                let text = String::from_utf8(lines(workspace, &checked, "r1")).expect("UTF-8");
                text.lines().map(|l| serde_json::from_str(l).expect("JSON")).collect()
            };
            let without = read();
            fs::write(log.join("checkpoint"), "vanthu\n3\nroot\n").expect("written");
            let said = read();
            assert_eq!(said[..7], without[..7]);
            let state = sha256(b"state").to_hex();
            let at = "2026-11-22T08:30:00+07:00";
            let whole = |number: u32| {
                json!({ "line": "bag", "bag": { "year": 2026, "number": number },
                "state": state, "files": 10, "bytes": 100, "clean": true, "at": at })
            };
            assert_eq!(
                said[0],
                json!({ "line": "start", "asked": { "bag": 7 }, "round": "r1", "quick": false,
                    "started": "2026-11-22T08:00:00+07:00", "program": env!("CARGO_PKG_VERSION") })
            );
            assert_eq!(said[1..3], [whole(1), whole(2)]);
            assert_eq!(
                said[3],
                json!({ "line": "earlier", "bag": { "year": 2026, "number": 3 }, "files": 10, "bytes": 100,
                    "at": "2026-11-21T08:30:00+07:00", "report": "verify-1.jsonl" })
            );
            assert_eq!(said[4], json!({ "line": "page", "message": "page 3" }));
            assert_eq!(
                said[5],
                json!({ "line": "row", "code": "S0202", "item": "02/SNV-VP",
                    "message": { "vi": "dòng khác", "en": "row differs" } })
            );
            assert_eq!((&said[6]["line"], &said[6]["code"]), (&json!("finding"), &json!("K0102")));
            let mut summary = checked.summary();
            summary["line"] = "summary".into();
            assert_eq!(without[7], summary);
            summary["checkpoint"] = "vanthu\n3\nroot\n".into();
            assert_eq!((said.len(), &said[7]), (8, &summary));
        });
    }

    #[test]
    fn the_act_counts_what_is_wrong_in_the_archive_and_beside_it() {
        with_office(|workspace| {
            let wait = std::time::Duration::ZERO;
            let (world, dir) = (workspace.world, &workspace.dir);
            drop(Filing::open(world, dir, &workspace.office, wait).expect("a new office"));
            let checked = with(|c| {
                c.verified.pages.push("page 3".into());
                c.verified.rows.push(row());
                add(c, Class::Modified);
            });
            let request = Request { asked: checked.asked.clone(), log: true, ..Request::default() };
            let digest = sha256(b"report");
            let seq = enter(workspace, &request, &checked, Some("r.jsonl"), &digest);
            let filing = Filing::open(world, dir, &workspace.office, wait).expect("opens again");
            let mut acts = Vec::new();
            let mut add = |acted: crate::register::Acted| {
                acts.push(acted.act);
                Ok(())
            };
            let filter = crate::register::ActFilter::default();
            filing.register().acts(&filter, &mut add).expect("reads");
            let act = acts.iter().find(|a| a.kind == Kind::Verify).expect("entered");
            assert_eq!(act.seq, seq.expect("its position"));
            let kept = |key: &str| act.data.get(key).cloned().unwrap_or_default();
            assert_eq!((kept("wrong"), kept("unknown")), (json!(3), json!(0)));
            assert_eq!((kept("files"), kept("rows")), (json!(30), json!(31)));
            assert_eq!((kept("file"), kept("report")), (json!("r.jsonl"), json!(digest.to_hex())));
        });
    }

    #[test]
    fn reports_of_one_second_get_names_of_their_own_up_to_a_limit() {
        with_office(|workspace| {
            let folder = workspace.dir.join("reports");
            fs::create_dir(&folder).expect("made");
            let stamp = || workspace.world.timestamp()[..19].replace(['-', ':'], "");
            // The clock may strike meanwhile.
            for _ in 0..20 {
                let now = stamp();
                let name = |n: u32| format!("verify-{now}-{n:02}.jsonl");
                let mut names = Vec::new();
                for taken in [0, 1, 98, 99] {
                    (1..=taken).for_each(|n| fs::write(folder.join(name(n)), "").expect("written"));
                    names.push(free_name(workspace, &folder).ok());
                }
                if stamp() == now {
                    assert_eq!(names, [Some(name(1)), Some(name(2)), Some(name(99)), None]);
                    return;
                }
            }
            panic!("no second was long enough");
        });
    }

    #[test]
    fn a_disk_that_is_read_only_is_told_from_one_that_is_full() {
        for (kind, is) in [
            (ErrorKind::ReadOnlyFilesystem, true),
            (ErrorKind::PermissionDenied, true),
            (ErrorKind::StorageFull, false),
            (ErrorKind::NotFound, false),
        ] {
            assert_eq!(is_read_only(&kind.into()), is, "{kind:?}");
        }
    }
}
