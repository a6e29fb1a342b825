//! A folder of cases for every format code: `tests/cases/T0611/bad.md` has the finding,
//! `good.md` has none at all. A code of the printed page has `bad.toml` instead: what is changed
//! on the page of `good.md`.
//!
//! Knows: the layout of the folders. Must not know: how a check works.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::Deserialize;
use vanthu::diagnostic::{Code, Diagnostic, Family, Severity};
use vanthu::docx;
use vanthu::layout::{self, Item, LineSpacing, Para, RunContent, Sheet, Table, mm};
use vanthu::lint::{self, Checks};
use vanthu::model::{Align, Office};
use vanthu::ruleset::Ruleset;

use crate::assembled;

fn cases() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// Changes to a sheet.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Change {
    /// Only paragraphs of this style; all if absent.
    style: Option<String>,
    size: Option<u16>,
    bold: Option<bool>,
    italic: Option<bool>,
    color: Option<u32>,
    align: Option<Align>,
    text: Option<String>,
    first_mm: Option<f64>,
    before: Option<i32>,
    line: Option<i32>,
    keep_next: Option<bool>,
    /// Takes the rule lines away.
    #[serde(default)]
    unruled: bool,
    /// Lets all table rows split.
    #[serde(default)]
    split: bool,
    /// Takes paragraphs of the style out of their cells and puts them before the first table.
    #[serde(default)]
    lift: bool,
    margin_left_mm: Option<f64>,
    paper_width_mm: Option<f64>,
    restart: Option<u32>,
    stamp_width_mm: Option<f64>,
}

#[derive(Deserialize)]
struct Changes {
    change: Vec<Change>,
}

fn change_para(para: &mut Para, change: &Change) {
    if change.style.as_ref().is_some_and(|s| *s != para.style) {
        return;
    }
    if let Some(text) = &change.text {
        for run in &mut para.runs {
            if let RunContent::Text(t) = &mut run.content {
                t.clone_from(text);
            }
        }
    }
    for run in &mut para.runs {
        run.look.size = change.size.unwrap_or(run.look.size);
        run.look.bold = change.bold.unwrap_or(run.look.bold);
        run.look.italic = change.italic.unwrap_or(run.look.italic);
        run.look.color = change.color.or(run.look.color);
    }
    let format = &mut para.format;
    format.align = change.align.unwrap_or(format.align);
    format.before = change.before.unwrap_or(format.before);
    format.first = change.first_mm.map_or(format.first, mm);
    format.line = change.line.map_or(format.line, LineSpacing::Auto);
    format.keep_next = change.keep_next.unwrap_or(format.keep_next);
    if change.unruled {
        format.top = None;
        format.bottom = None;
    }
}

fn change_table(table: &mut Table, change: &Change, lifted: &mut Vec<Item>) {
    let boxed = table.rows.iter().flat_map(|r| &r.cells).any(|c| c.boxed.is_some());
    if let (true, Some(width)) = (boxed, change.stamp_width_mm) {
        table.grid = vec![mm(width)];
    }
    for row in &mut table.rows {
        row.cant_split &= !change.split;
        for cell in &mut row.cells {
            let meant = |item: &Item| matches!(item, Item::Para(p) if Some(&p.style) == change.style.as_ref());
            if change.lift && cell.items.iter().any(meant) {
                lifted.append(&mut cell.items);
            }
            change_items(&mut cell.items, change);
        }
    }
}

fn change_items(items: &mut Vec<Item>, change: &Change) {
    let mut lifted = Vec::new();
    for item in items.iter_mut() {
        match item {
            Item::Para(para) => change_para(para, change),
            Item::Table(table) => change_table(table, change, &mut lifted),
        }
    }
    items.splice(0..0, lifted);
}

fn changed(mut sheet: Sheet, changes: &str) -> Sheet {
    let changes: Changes = toml::from_str(changes).expect("changes");
    for change in &changes.change {
        for section in &mut sheet.sections {
            if let Some(width) = change.margin_left_mm {
                section.page.left = mm(width);
            }
            if let Some(width) = change.paper_width_mm {
                section.page.width = mm(width);
            }
            section.restart = change.restart.or(section.restart);
            change_items(&mut section.header, change);
            change_items(&mut section.items, change);
        }
    }
    sheet
}

struct Bench {
    checks: Checks,
    office: Office,
}

impl Bench {
    fn new() -> Self {
        let rules = Ruleset::builtin().expect("ruleset");
        let checks = Checks::prepare(&rules).expect("checks");
        let office = assembled::office(&cases(), &rules);
        Self { checks, office }
    }

    /// Findings of a text and its sheet, which `changes` may spoil.
    fn findings(&self, path: &Path, changes: Option<&str>) -> Vec<Diagnostic> {
        let text = assembled::read(path);
        let (document, mut out) = assembled::document(&text, "bai.md", &self.checks, &self.office);
        out.extend(lint::document(&document, &self.checks, &self.office));
        let mut sheet = layout::compose(&document, self.checks.rules(), &self.office.layout);
        if let Some(changes) = changes {
            sheet = changed(sheet, changes);
        }
        out.extend(self.sheet(&sheet));
        out
    }

    /// Findings of a sheet that went through a file.
    fn sheet(&self, sheet: &Sheet) -> Vec<Diagnostic> {
        let mut sheet = sheet.clone();
        // What a file states through its styles stays with the paragraph.
        sheet.styles = Arc::clone(&sheet.styles);
        let bytes = docx::Writer::new().expect("writer").write(&sheet).expect("written").bytes;
        let read = docx::read(&bytes, "bai.docx").expect("read");
        lint::sheet(&read, &self.checks, "bai.docx", &layout::metrics::width)
    }
}

fn said(findings: &[Diagnostic]) -> Vec<String> {
    findings.iter().map(|d| format!("{} {}", d.code, d.message.vi)).collect()
}

#[test]
fn every_format_code_has_a_failing_and_a_passing_case() {
    let bench = Bench::new();
    let mut faults = Vec::new();
    for row in lint::catalogue().iter().filter(|r| r.code.family == Family::T) {
        let folder = cases().join(row.code.to_string());
        let (bad, change, good) =
            (folder.join("bad.md"), folder.join("bad.toml"), folder.join("good.md"));
        if !good.is_file() || !(bad.is_file() || change.is_file()) {
            faults.push(format!("{}: no case", row.code));
            continue;
        }
        let found = match fs::read_to_string(&change) {
            Ok(changes) => bench.findings(&good, Some(&changes)),
            Err(_) => bench.findings(&bad, None),
        };
        match found.iter().find(|d| d.code == row.code) {
            None => faults.push(format!("{}: not found, but {:?}", row.code, said(&found))),
            Some(d) if d.severity != row.severity => {
                faults.push(format!("{}: not its severity", row.code));
            }
            Some(_) => {}
        }
        let clean = bench.findings(&good, None);
        if !clean.is_empty() {
            faults.push(format!("{}: good.md has {:?}", row.code, said(&clean)));
        }
    }
    assert!(faults.is_empty(), "{faults:#?}");
}

#[test]
fn every_folder_of_cases_belongs_to_a_code() {
    let codes: BTreeSet<String> = lint::catalogue().iter().map(|r| r.code.to_string()).collect();
    for entry in fs::read_dir(cases()).expect("cases") {
        let path = entry.expect("entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() && name.parse::<Code>().is_ok_and(|c| c.family == Family::T) {
            assert!(codes.contains(&name), "{name}");
        }
    }
}

#[test]
fn findings_of_a_bad_text_name_their_line_and_speak_both_languages() {
    let bench = Bench::new();
    for row in lint::catalogue().iter().filter(|r| r.code.family == Family::T) {
        let bad = cases().join(row.code.to_string()).join("bad.md");
        if !bad.is_file() {
            continue;
        }
        let found = bench.findings(&bad, None);
        let of_text = |d: &&Diagnostic| d.place.file.as_deref() == Some("bai.md");
        for d in found.iter().filter(of_text).filter(|d| d.code == row.code) {
            assert!(d.place.line.is_some() || d.place.item.is_some(), "{}", d.code);
            assert!(!d.message.vi.is_empty() && !d.message.en.is_empty(), "{}", d.code);
            assert!(!d.message.vi.ends_with('.') && !d.message.en.ends_with('.'), "{}", d.code);
            assert!(d.hint.is_some() || d.severity == Severity::Info, "{}", d.code);
        }
    }
}

#[test]
fn what_was_clean_before_hides_nothing_in_the_next_sheet() {
    for row in lint::catalogue().iter().filter(|r| r.code.family == Family::T) {
        let folder = cases().join(row.code.to_string());
        let (change, good) = (folder.join("bad.toml"), folder.join("good.md"));
        let Ok(changes) = fs::read_to_string(&change) else { continue };
        let bench = Bench::new();
        // A thread that has not seen any sheet yet.
        let alone = std::thread::scope(|scope| {
            scope.spawn(|| bench.findings(&good, Some(&changes))).join().expect("a thread")
        });
        for _ in 0..2 {
            assert_eq!(said(&bench.findings(&good, None)), Vec::<String>::new());
            let after = bench.findings(&good, Some(&changes));
            assert_eq!(said(&after), said(&alone), "{}", row.code);
        }
    }
}
