//! The lists of a campaign together: awards known by id, people sent twice, order, reports.
//!
//! Knows: the table of awards, the office's units, which lines belong together. Must not know: terminals,
//! numbers, certificates.

mod forms;
mod report;
mod twice;
mod units;

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity};
use crate::model::HonoureeKind;
use crate::ruleset::{AwardForm, Awards};
use crate::source::roll::{self, Field, Listed, Options, Roll, codes};
use crate::text;
use crate::text::collate::{name_key, same_key};

use super::{Workspace, read_text};

pub use report::{MadeReport, Outcome, make_report, report_path, write_reports};

/// Findings that are kept of one file.
const MOST_FINDINGS: usize = 50_000;

/// In which order the lines stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// As the lists give them, file after file.
    #[default]
    AsGiven,
    /// By given name, then family name, in the order of the Vietnamese alphabet.
    ByName,
}

/// What is to be read, and how.
#[derive(Debug, Clone, Default)]
pub struct RollRequest {
    /// The lists, in the order of the units.
    pub files: Vec<PathBuf>,
    /// How each is read.
    pub options: Options,
    /// Order of the lines inside a kind (collectives, households, individuals).
    pub order: Order,
    /// Keeps the lines of a unit together.
    pub by_unit: bool,
    /// The award of lines that name none: an id or a name of the table.
    pub form: Option<String>,
    /// Lines that name no achievement get one that is written elsewhere: nothing is missing.
    pub has_achievement: bool,
}

/// One file of the request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RollFile {
    /// As the user named it.
    pub path: PathBuf,
    /// Lines that came from it.
    pub lines: usize,
    /// It was passed over: a report of this program, or named twice.
    pub is_passed_over: bool,
    /// It could not be read at all; the findings say why.
    pub is_refused: bool,
}

/// The lists, checked.
#[derive(Debug, Clone)]
pub struct CheckedRoll {
    /// The files.
    pub files: Vec<RollFile>,
    /// Every line, in the order asked for; `honouree.form` is an id of the table where the award is known,
    /// and empty or the text of the list where it is not.
    pub lines: Vec<Listed>,
    /// Repairs and faults, each with file, sheet, row, column.
    pub findings: Vec<Diagnostic>,
    /// The table of awards that was used.
    pub awards: Awards,
}

impl CheckedRoll {
    /// How many lines there are of a kind.
    pub fn count(&self, kind: HonoureeKind) -> usize {
        self.lines.iter().filter(|l| l.honouree.kind == kind).count()
    }

    /// Lines by award and kind, in the order of the table; awards that the table does not have come last.
    pub fn by_form(&self) -> Vec<(String, HonoureeKind, usize)> {
        let mut counts: HashMap<(usize, String, HonoureeKind), usize> = HashMap::new();
        for line in &self.lines {
            let id = line.honouree.form.as_str();
            let at = self.awards.forms.iter().position(|f| f.id == id);
            let name = match at.and_then(|at| self.awards.forms.get(at)) {
                Some(form) => form.name.clone(),
                None => line.form_written.clone(),
            };
            let key = (at.unwrap_or(usize::MAX), name, line.honouree.kind);
            *counts.entry(key).or_default() += 1;
        }
        let mut all: Vec<_> = counts.into_iter().collect();
        all.sort();
        all.into_iter().map(|((_, name, kind), count)| (name, kind, count)).collect()
    }

    /// Lines by unit, in the order in which the units come.
    pub fn by_unit(&self) -> Vec<(String, usize)> {
        let mut at: HashMap<String, usize> = HashMap::new();
        let mut out: Vec<(String, usize)> = Vec::new();
        for line in &self.lines {
            let unit = unit_of(line);
            let next = out.len();
            match out.get_mut(*at.entry(same_key(unit)).or_insert(next)) {
                Some((_, count)) => *count += 1,
                None => out.push((unit.to_owned(), 1)),
            }
        }
        out
    }
}

/// The unit under which a line is grouped: a collective without one stands for itself.
fn unit_of(line: &Listed) -> &str {
    let who = &line.honouree;
    let own = who.unit.is_empty() && who.kind == HonoureeKind::Collective;
    if own { &who.name } else { &who.unit }
}

/// The table of awards: the office's own `templates/awards/forms.toml`, or the built-in one.
///
/// # Errors
/// `Config` for a table that cannot be understood.
pub fn awards_of(workspace: &Workspace<'_>) -> Result<Awards> {
    let own = workspace.dir.join("templates").join("awards").join("forms.toml");
    if workspace.world.stat(&own).is_ok() {
        return Awards::parse(&read_text(workspace.world, &own)?, &own.display().to_string());
    }
    Awards::builtin()
}

/// Reads and checks lists. A file that cannot be read is a finding; the others are read all the same.
///
/// # Errors
/// `Config` for a wrong table of awards; `Usage` for an unknown award in the request.
pub fn read_rolls(workspace: &Workspace<'_>, request: &RollRequest) -> Result<CheckedRoll> {
    let awards = awards_of(workspace)?;
    let on = workspace.world.today();
    let asked = request.form.as_deref().map(|form| asked_form(form, &awards)).transpose()?;
    let read: Vec<Result<Roll>> = request
        .files
        .par_iter()
        .map(|path| roll::read(workspace.world, path, &request.options))
        .collect();
    let mut checked =
        CheckedRoll { files: Vec::new(), lines: Vec::new(), findings: Vec::new(), awards };
    let mut seen: Vec<&Path> = Vec::new();
    for (path, roll) in request.files.iter().zip(read) {
        let twice = seen.contains(&path.as_path());
        seen.push(path);
        let mut file =
            RollFile { path: path.clone(), lines: 0, is_passed_over: twice, is_refused: false };
        match roll {
            Err(failure) => {
                file.is_refused = true;
                checked.findings.push(refused(failure));
            }
            Ok(_) if twice => checked.findings.push(passed_over(path, true)),
            Ok(roll) if roll.is_report => {
                file.is_passed_over = true;
                checked.findings.push(passed_over(path, false));
            }
            Ok(mut roll) => {
                let lines = forms::settle(&mut roll, &checked.awards, asked.as_ref(), on);
                file.lines = lines.len();
                checked.lines.extend(lines);
                checked.findings.append(&mut sorted(roll, path));
            }
        }
        checked.files.push(file);
    }
    empty_names(&mut checked);
    if !request.has_achievement {
        empty_achievements(&mut checked);
    }
    units::check(&mut checked, &workspace.office.units);
    let twice = twice::find(&checked.lines, &checked.awards, on);
    checked.findings.extend(twice);
    sort_lines(&mut checked.lines, request);
    Ok(checked)
}

fn asked_form(written: &str, awards: &Awards) -> Result<AwardForm> {
    awards.find(written).cloned().ok_or_else(|| {
        let ids = awards.forms.iter().map(|f| f.id.as_str()).collect::<Vec<_>>().join(", ");
        Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("không có danh hiệu, hình thức “{written}”", "there is no award “{written}”"),
        )
        .hint(text!("các hình thức: {ids}", "the awards: {ids}"))
    })
}

fn refused(failure: Failure) -> Diagnostic {
    let mut finding = Diagnostic::error(codes::REFUSED, *failure.place, failure.message);
    finding.hint = failure.hint;
    finding
}

fn passed_over(path: &Path, twice: bool) -> Diagnostic {
    let what = if twice {
        text!("tệp được kể hai lần: chỉ đọc một lần", "the file is named twice: it is read once")
    } else {
        text!(
            "đây là báo cáo kết quả do vanthu lập, không phải danh sách: bỏ qua",
            "this is a report that vanthu wrote and no list: passed over"
        )
    };
    let place = Place::file(path.display().to_string());
    Diagnostic::new(codes::PASSED_OVER, Severity::Info, place, what)
}

/// A file's findings by sheet and row, and not more than can be read.
fn sorted(roll: Roll, path: &Path) -> Vec<Diagnostic> {
    let mut findings = roll.findings;
    let mut sheets: Vec<Option<String>> = Vec::new();
    for finding in &findings {
        if !sheets.contains(&finding.place.sheet) && sheets.len() < 1000 {
            sheets.push(finding.place.sheet.clone());
        }
    }
    findings.sort_by_key(|d| {
        (
            sheets.iter().position(|s| *s == d.place.sheet),
            d.place.row,
            std::cmp::Reverse(d.severity),
        )
    });
    let count = findings.len();
    if count > MOST_FINDINGS {
        findings.sort_by_key(|d| std::cmp::Reverse(d.severity));
        findings.truncate(MOST_FINDINGS);
        findings.push(Diagnostic::new(
            codes::MORE,
            Severity::Info,
            Place::file(path.display().to_string()),
            text!(
                "có {count} điều cần nói, chỉ giữ {MOST_FINDINGS} điều nặng nhất",
                "{count} findings, of which the {MOST_FINDINGS} gravest are kept"
            ),
        ));
    }
    findings
}

/// A line without a name cannot be printed.
fn empty_names(checked: &mut CheckedRoll) {
    for line in checked.lines.iter().filter(|l| l.honouree.name.is_empty()) {
        checked.findings.push(
            Diagnostic::error(
                codes::EMPTY,
                line.at(Field::Name),
                text!("hàng có dữ liệu nhưng không có tên", "the row has data but no name"),
            )
            .hint(text!("điền tên, hoặc xóa hàng", "fill in the name, or delete the row")),
        );
    }
}

/// An empty achievement is told once for a file: many lists have it in their title.
fn empty_achievements(checked: &mut CheckedRoll) {
    let mut told: Vec<&str> = Vec::new();
    let mut found = Vec::new();
    for line in checked.lines.iter().filter(|l| l.honouree.achievement.is_empty()) {
        let file = line.place.file.as_deref().unwrap_or_default();
        if told.contains(&file) {
            continue;
        }
        told.push(file);
        let of_file = |l: &&Listed| l.place.file.as_deref() == Some(file);
        let empty = checked.lines.iter().filter(of_file);
        let count = empty.filter(|l| l.honouree.achievement.is_empty()).count();
        found.push(
            Diagnostic::warning(
                codes::EMPTY,
                line.at(Field::Achievement),
                text!(
                    "{count} dòng chưa ghi thành tích",
                    "{count} lines name no achievement"
                ),
            )
            .hint(text!(
                "điền cột “Thành tích”, hoặc ghi thành tích chung trong tệp chiến dịch",
                "fill in the column “Thành tích”, or give one achievement for all in the campaign's file"
            )),
        );
    }
    checked.findings.append(&mut found);
}

/// Collectives, households, individuals; inside them as the request says. Equal lines keep their order.
fn sort_lines(lines: &mut [Listed], request: &RollRequest) {
    let mut units: HashMap<String, usize> = HashMap::new();
    if request.by_unit {
        for line in lines.iter() {
            let next = units.len();
            units.entry(same_key(unit_of(line))).or_insert(next);
        }
    }
    lines.sort_by_cached_key(|line| {
        let who = &line.honouree;
        let unit = match request.by_unit {
            true => units.get(&same_key(unit_of(line))).copied().unwrap_or(0),
            false => 0,
        };
        let name = match (request.order, who.kind) {
            (Order::AsGiven, _) => Vec::new(),
            (Order::ByName, HonoureeKind::Individual) => name_key(&who.name),
            (Order::ByName, _) => text::collate::key(&who.name),
        };
        (who.kind, unit, name)
    });
}

#[cfg(test)]
mod tests;
