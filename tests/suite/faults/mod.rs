//! The fault plan: every row has its cases, and each says exactly what verification must find.
//!
//! `tests/broken/faults.toml` is the table. A case breaks a small office in one way and states every
//! finding, the exit code and nothing more; behaviour that is no state of an archive (a kill, a full
//! disk, a lock) is named as the test that shows it.
#![cfg(unix)]

mod built;
mod kept;
mod log;
mod office;
mod ops;
mod power;
mod rounds;
mod wal;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use office::Office;

/// Rows of the plan; row 0 is the archive without a fault.
const ROWS: std::ops::RangeInclusive<u32> = 0..=46;
/// Rows whose cases come with the part of the program that they are about.
const WAITING: &[u32] = &[];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    rows: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    row: u32,
    fault: String,
    /// Class and code that the row is about, in words.
    class: String,
    #[serde(default)]
    cases: Vec<Case>,
    /// Tests that show the row: `file of the test without ending::name`.
    #[serde(default)]
    tests: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    steps: Vec<Vec<String>>,
    /// Further arguments of `vanthu verify`.
    #[serde(default)]
    args: Vec<String>,
    /// Every finding: `K0102 [01/SNV-VP] bags/…`.
    finds: Vec<String>,
    exit: i32,
    /// What the program says where it refuses to look (on standard error).
    #[serde(default)]
    says: String,
    /// True if the second check must find the same (no repair by looking): all but those that a recovery mends.
    #[serde(default = "yes")]
    stays: bool,
}

fn yes() -> bool {
    true
}

fn table() -> Table {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken/faults.toml");
    let text = fs::read_to_string(path).expect("the table");
    toml::from_str(&text).unwrap_or_else(|e| panic!("faults.toml: {e}"))
}

/// Findings of an answer as lines.
fn lines(answer: &Value) -> BTreeSet<String> {
    let mut out = BTreeSet::new();
    let text = |v: &Value| v.as_str().unwrap_or_default().to_owned();
    for finding in answer["findings"].as_array().into_iter().flatten() {
        let mut line = text(&finding["code"]);
        if let Some(code) = finding["document"]["code"].as_str() {
            line.push_str(&format!(" [{code}]"));
        }
        let path = text(&finding["path"]);
        if !path.is_empty() {
            line.push_str(&format!(" {path}"));
        }
        if let Some(n) = finding["place"]["line"].as_u64().filter(|n| *n > 0) {
            line.push_str(&format!(":{n}"));
        }
        let other = &finding["other"];
        if !other.is_null() {
            line.push_str(" ->");
            if let Some(code) = other["document"]["code"].as_str() {
                line.push_str(&format!(" [{code}]"));
            }
            if let Some(path) = other["path"].as_str().filter(|p| !p.is_empty()) {
                line.push_str(&format!(" {path}"));
            }
        }
        out.insert(line);
    }
    for finding in answer["register_findings"].as_array().into_iter().flatten() {
        let item = finding["place"]["item"].as_str().or(finding["item"].as_str());
        out.insert(format!("{} [{}]", text(&finding["code"]), item.unwrap_or_default()));
    }
    for page in answer["register_pages"].as_array().into_iter().flatten() {
        out.insert(format!("page {}", text(page)));
    }
    out
}

/// Runs one case; what is wrong with it.
fn run(case: &Case) -> Option<String> {
    let office = Office::new();
    case.steps.iter().for_each(|step| ops::apply(&office, step));
    let want: BTreeSet<String> = case.finds.iter().map(|f| ops::fill(&office, f)).collect();
    let args: Vec<String> = case.args.iter().map(|a| ops::fill(&office, a)).collect();
    for round in 1..=if case.stays { 2 } else { 1 } {
        let (exit, answer, said) = office.verify(&args);
        let found = lines(&answer);
        if found != want || exit != case.exit {
            return Some(format!(
                "{} (round {round}):\n  found {found:#?}\n  want {want:#?}\n  exit {exit}, want {}\n  {said}",
                case.name, case.exit
            ));
        }
        if !case.says.is_empty() && !said.contains(&case.says) {
            return Some(format!("{}: says {said}, not {}", case.name, case.says));
        }
        for finding in answer["findings"].as_array().into_iter().flatten() {
            for key in ["severity", "message", "hint"] {
                if finding[key].as_str().is_none_or(str::is_empty) {
                    return Some(format!("{}: a finding without {key}: {finding:#}", case.name));
                }
            }
        }
    }
    None
}

#[test]
fn every_row_of_the_plan_has_a_case_or_a_test() {
    let table = table();
    let mut seen = BTreeMap::new();
    for row in &table.rows {
        assert!(!row.fault.is_empty() && !row.class.is_empty(), "row {}", row.row);
        assert!(
            seen.insert(row.row, row.cases.len() + row.tests.len()).is_none(),
            "twice {}",
            row.row
        );
    }
    for row in ROWS {
        let some = seen.get(&row).is_some_and(|n| *n > 0);
        assert!(some != WAITING.contains(&row), "row {row} has no case, or waits for none");
    }
    assert_eq!(seen.len(), ROWS.count());
}

#[test]
fn tests_that_the_table_names_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for row in table().rows {
        for test in &row.tests {
            let (file, name) = test.rsplit_once("::").expect("file::name");
            let text = fs::read_to_string(root.join(file))
                .unwrap_or_else(|e| panic!("row {}: {file}: {e}", row.row));
            assert!(text.contains(name), "row {}: {file} has no {name}", row.row);
        }
    }
}

#[test]
fn codes_of_the_table_are_explained() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut known = String::new();
    for family in fs::read_dir(root.join("templates/codes")).expect("codes").flatten() {
        known.push_str(&fs::read_to_string(family.path()).expect("a table"));
    }
    for row in table().rows {
        for find in row.cases.iter().flat_map(|c| &c.finds) {
            let code = find.split(' ').next().expect("a code");
            let explained = known.contains(&format!("code = \"{code}\"")) || code == "page";
            assert!(explained, "row {}: {code}", row.row);
        }
    }
}

#[test]
fn each_case_is_found_exactly() {
    let rows = table().rows;
    let only = std::env::var("VANTHU_FAULT").unwrap_or_default();
    let mut wrong = Vec::new();
    for row in &rows {
        for case in row.cases.iter().filter(|c| only.is_empty() || c.name.contains(&only)) {
            wrong.extend(run(case).map(|w| format!("row {}: {w}", row.row)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
