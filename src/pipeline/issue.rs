//! From a checked plan to issued documents: numbers, register, archive, copies to print.
//!
//! Knows: the order of plan, filing and copies. Must not know: terminals, SQL, XML.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::json;

use crate::archive::{Digest, sha256};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity, Text, blocks};
use crate::model::{Number, Numbered};
use crate::register::{self, Batch, Book, JobRow, Want, Wants};
use crate::source::name::NamePattern;
use crate::text;

use super::codes::BAD_NAME;
use super::fields::fields_of;
use super::filing::{Filing, Issued, Mended, Progress, Rendered, issued_of, read_register};
use super::plan::Plan;
use super::planned::{Columns, Planned};
use super::repeats::{Arrivals, came_back, taken};
use super::workspace::{Workspace, write_failure};

/// Folder of the office where issued copies go unless told otherwise.
pub const PRINT_FOLDER: &str = "ban-hanh";

/// Who asks for the batch.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// Identity of the job; the same identity again finishes it instead of repeating it.
    pub job: String,
    /// What a person calls it.
    pub title: String,
    /// How long to wait for another process.
    pub wait: Duration,
}

/// One document of the outcome.
#[derive(Debug, Clone)]
pub struct Line {
    /// Index in the plan.
    pub index: usize,
    /// `05/KH-SNV`.
    pub code: String,
    /// Trích yếu.
    pub subject: String,
    /// Copy to print.
    pub copy: Option<PathBuf>,
    /// True if it had been issued by an earlier run of the same job.
    pub earlier: bool,
}

/// What a batch came to.
#[derive(Debug, Default)]
pub struct Report {
    /// Issued documents in the plan's order, those of earlier runs among them.
    pub lines: Vec<Line>,
    /// Findings about numbers, dates and copies.
    pub findings: Vec<Diagnostic>,
    /// What opening the office had to mend after a run that was killed.
    pub mended: Option<Text>,
    /// Something after the commit is still to be finished by the next run.
    pub unfinished: Option<Failure>,
    /// The first copy to print that could not be made. The numbers of all lines are given all the same.
    pub uncopied: Option<Failure>,
}

/// The numbers that a plan would get now; changes nothing.
///
/// # Errors
/// The register cannot be read.
pub fn preview(workspace: &Workspace<'_>, plan: &Plan, job: &str) -> Result<Report> {
    let register = read_register(&workspace.dir)?;
    let register = register.as_ref().map(|r| r as &dyn register::Register);
    let mut keys = plan.documents.iter().map(Planned::row_key);
    let earlier = match register {
        Some(register) => issued_of(register, job, &mut keys)?,
        None => BTreeMap::new(),
    };
    let wants = PlannedWants::new(workspace, plan, &earlier)?;
    let today = workspace.world.today();
    let numbers = register::plan(register, Book::Outgoing, &workspace.office, &wants, today)?;
    let mut report =
        Report { findings: placed(plan, &wants, numbers.findings), ..Report::default() };
    if let Some(register) = register {
        report.findings.extend(register::clock(register, &workspace.world.timestamp())?);
    }
    let fresh: HashMap<usize, Number> =
        wants.indices.iter().copied().zip(numbers.numbers).collect();
    let mut arrivals = Arrivals::default();
    for (index, planned) in plan.documents.iter().enumerate() {
        let code = match (fresh.get(&index), earlier.get(&planned.row_key())) {
            (Some(number), _) => {
                if let Some(register) = register {
                    report.findings.extend(taken(register, plan, planned, *number)?);
                    let back =
                        came_back(workspace, register, &mut arrivals, plan, planned, *number)?;
                    report.findings.extend(back);
                }
                format!("{number}/{}", planned.notation)
            }
            (None, Some(row)) => format!("{}/{}", row.number, row.notation),
            (None, None) => continue,
        };
        report.lines.push(Line {
            index,
            code,
            subject: planned.subject.to_string(),
            copy: None,
            earlier: !fresh.contains_key(&index),
        });
    }
    Ok(report)
}

/// Issues a plan, whole or not at all; rows that an earlier run of the job issued are not issued again.
///
/// # Errors
/// The work could not be done; then nothing was numbered, registered or filed.
pub fn issue(
    workspace: &Workspace<'_>,
    plan: &Plan,
    ticket: &Ticket,
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Report> {
    let mut filing = Filing::open(workspace.world, &workspace.dir, &workspace.office, ticket.wait)?;
    let mut report = Report { mended: told(filing.mended()), ..Report::default() };
    let mut keys = plan.documents.iter().map(Planned::row_key);
    let earlier = filing.issued_of(&ticket.job, &mut keys)?;
    let wants = PlannedWants::new(workspace, plan, &earlier)?;
    if wants.count() > 0 {
        let today = workspace.world.today();
        let numbers = register::plan(
            Some(filing.register()),
            Book::Outgoing,
            &workspace.office,
            &wants,
            today,
        )?;
        report.findings = placed(plan, &wants, numbers.findings);
        let now = workspace.world.timestamp();
        report.findings.extend(register::clock(filing.register(), &now)?);
        let (register, mut arrivals) = (filing.register(), Arrivals::default());
        for (index, number) in wants.indices.iter().zip(&numbers.numbers) {
            let Some(planned) = plan.documents.get(*index) else { continue };
            let back = came_back(workspace, register, &mut arrivals, plan, planned, *number)?;
            report.findings.extend(back);
        }
        if blocks(&report.findings) {
            return Ok(report);
        }
    }
    let batch =
        Batch { job: ticket.job.clone(), title: ticket.title.clone(), book: Book::Outgoing };
    let from_files = Mutex::new(Vec::new());
    let render = |nth: usize, number: Number| {
        let index = wants.indices.get(nth).copied().unwrap_or(usize::MAX);
        render(workspace, plan, index, number, &from_files)
    };
    let outcome = filing.issue_batch(&batch, &wants, &render, on_progress)?;
    report.findings.extend(from_files.into_inner().unwrap_or_default());
    report.unfinished = outcome.unfinished;
    let fresh: HashMap<usize, &Issued> =
        wants.indices.iter().copied().zip(&outcome.issued).collect();
    copy_out(workspace, plan, &filing, &fresh, &earlier, &mut report)?;
    Ok(report)
}

/// What a run that was killed had left, and what became of it.
pub(super) fn told(mended: &Mended) -> Option<Text> {
    if !mended.any() {
        return None;
    }
    let (released, recorded, sealed) = (mended.released, mended.recorded, mended.sealed);
    let (logged, rebuilt) = (mended.logged, mended.rebuilt);
    let aside = mended.quarantined.len();
    Some(text!(
        "lần chạy trước bị ngắt giữa chừng, đã dọn xong: trả lại {released} số chưa ban hành, ghi nốt {recorded} dòng vào kho, niêm phong {sealed} túi, để riêng {aside} tệp lạ, ký nốt {logged} mục vào nhật ký, dựng lại {rebuilt} tệp nhật ký",
        "an earlier run was cut short; mended: {released} numbers given back, {recorded} archive lines completed, {sealed} bags sealed, {aside} unknown files set aside, {logged} entries signed into the log, {rebuilt} files of the log made again"
    ))
}

/// Renders a document with its number. Findings that stop it make the whole batch fail.
pub(super) fn render(
    workspace: &Workspace<'_>,
    plan: &Plan,
    index: usize,
    number: Number,
    findings: &Mutex<Vec<Diagnostic>>,
) -> Result<Rendered> {
    let document = plan.document(workspace, index)?;
    let Some(planned) = plan.documents.get(index) else {
        return Err(no_such_row());
    };
    let numbered = Numbered::new(document, number, planned.date);
    let document = numbered.document();
    let (written, more) = plan.write(workspace, index, document)?;
    if let Some(bad) = more.iter().find(|d| d.severity == Severity::Error) {
        return Err(Failure::new(FailureKind::Output, planned.row.place(), bad.message.clone()));
    }
    if !more.is_empty()
        && let Ok(mut all) = findings.lock()
        && all.is_empty()
    {
        all.extend(more);
    }
    let organ = document.extra.get("organ").map_or("", String::as_str);
    let organ_id = workspace.office.organ(organ).and_then(|o| o.id.as_deref());
    let mut fields = fields_of(document, &workspace.rules, organ_id);
    let dossier = plan.steps.get(planned.step).and_then(|s| s.step.dossier.clone());
    if let Some(dossier) = dossier {
        fields.extra.entry("dossier".to_owned()).or_insert(dossier);
    }
    let of_step = plan.steps.get(planned.step).map(|s| &s.extra);
    for (key, value) in of_step.into_iter().flatten().chain(&plan.extra) {
        fields.extra.entry(key.clone()).or_insert_with(|| value.clone());
    }
    Ok(Rendered {
        bytes: written.bytes,
        extension: "docx",
        parts: Some(Digest(written.parts)),
        fields,
        further: Vec::new(),
    })
}

/// The wants of a plan, made one at a time from its rows.
pub(super) struct PlannedWants<'p> {
    workspace: &'p Workspace<'p>,
    plan: &'p Plan,
    /// Indices in the plan of the documents that are wanted.
    pub(super) indices: Vec<usize>,
    /// For each step what the inputs of its rows have in common.
    common: Vec<Common>,
}

/// What the inputs of a step's rows have in common, stored once: program, source, office and
/// ruleset (as digests of stored texts) and the columns.
struct Common {
    text: String,
    digest: String,
    columns: Option<Arc<Columns>>,
}

impl<'p> PlannedWants<'p> {
    /// Those that an earlier run of the job has not issued.
    pub(super) fn new(
        workspace: &'p Workspace<'p>,
        plan: &'p Plan,
        earlier: &BTreeMap<String, JobRow>,
    ) -> Result<Self> {
        let is_fresh = |i: &usize| {
            let document = plan.documents.get(*i).filter(|_| !earlier.is_empty());
            !document.is_some_and(|d| earlier.contains_key(&d.row_key()))
        };
        let indices = (0..plan.documents.len()).filter(is_fresh).collect();
        let office = sha256(workspace.office_text.as_bytes()).to_string();
        let rules = sha256(workspace.rules_text.as_bytes()).to_string();
        let common = (0..)
            .zip(&plan.steps)
            .map(|(index, s)| {
                let first = plan.documents.iter().find(|d| d.step == index);
                let columns = first.map(|d| Arc::clone(d.data.columns()));
                let mut common = json!({
                    "program": env!("CARGO_PKG_VERSION"),
                    "file": workspace.shown(Path::new(&s.recipe.file)),
                    "source": sha256(s.recipe.text.as_bytes()).to_string(),
                    "office": office,
                    "ruleset": rules,
                    "columns": columns.as_ref().map(|c| c.json()),
                });
                if let (Some(bytes), Some(fields)) = (s.recipe.bytes(), common.as_object_mut()) {
                    fields.insert("word".to_owned(), sha256(bytes).to_string().into());
                }
                let text = common.to_string();
                Common { digest: sha256(text.as_bytes()).to_string(), text, columns }
            })
            .collect();
        Ok(Self { workspace, plan, indices, common })
    }
}

impl Wants for PlannedWants<'_> {
    fn count(&self) -> usize {
        self.indices.len()
    }

    fn book(&self, index: usize) -> Option<Book> {
        self.indices.get(index).and_then(|i| self.plan.documents.get(*i)).map(|p| p.book)
    }

    fn get(&self, index: usize) -> Result<Want> {
        let planned = self.indices.get(index).and_then(|i| self.plan.documents.get(*i));
        let Some(planned) = planned else {
            return Err(no_such_row());
        };
        let Some(common) = self.common.get(planned.step) else {
            return Err(no_such_row());
        };
        let (digest, date, data) = (&common.digest, planned.date, &planned.data);
        let same = common.columns.as_ref().is_some_and(|c| Arc::ptr_eq(c, data.columns()));
        let input = if same {
            format!(r#"{{"of":"{digest}","date":"{date}","row":{}}}"#, data.values())
        } else {
            // A row with columns of its own carries their names.
            let fields = serde_json::Value::Object(data.fields().unwrap_or_default());
            format!(r#"{{"of":"{digest}","date":"{date}","data":{fields}}}"#)
        };
        Ok(Want { series: planned.series.to_string(), date, row_key: planned.row_key(), input })
    }

    fn brief(&self, index: usize) -> Result<Want> {
        let planned = self.indices.get(index).and_then(|i| self.plan.documents.get(*i));
        let planned = planned.ok_or_else(no_such_row)?;
        let (series, date) = (planned.series.to_string(), planned.date);
        Ok(Want { series, date, row_key: String::new(), input: String::new() })
    }

    fn key(&self, index: usize) -> Result<String> {
        let planned = self.indices.get(index).and_then(|i| self.plan.documents.get(*i));
        planned.map(Planned::row_key).ok_or_else(no_such_row)
    }

    /// The texts that the inputs name by digest, so that a document can be rendered again.
    fn shared(&self) -> Vec<&[u8]> {
        let mut texts: Vec<&[u8]> =
            self.plan.steps.iter().map(|s| s.recipe.text.as_bytes()).collect();
        texts.extend(self.plan.steps.iter().filter_map(|s| s.recipe.bytes()));
        texts.push(self.workspace.office_text.as_bytes());
        texts.push(self.workspace.rules_text.as_bytes());
        texts.extend(self.common.iter().map(|c| c.text.as_bytes()));
        texts.extend(self.plan.kept_texts.iter().map(|t| t.as_bytes()));
        texts
    }
}

fn no_such_row() -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::default(),
        text!("kế hoạch không có hàng này", "the plan has no such row"),
    )
}

/// Findings about numbers with the place of the row they belong to.
pub(super) fn placed(
    plan: &Plan,
    wants: &PlannedWants<'_>,
    found: Vec<(usize, Diagnostic)>,
) -> Vec<Diagnostic> {
    found
        .into_iter()
        .map(|(nth, mut finding)| {
            let planned = wants.indices.get(nth).and_then(|i| plan.documents.get(*i));
            if let Some(planned) = planned {
                let item = finding.place.item.take();
                finding.place = planned.row.place();
                if finding.place.file.is_none() {
                    finding.place.file =
                        plan.steps.get(planned.step).map(|s| s.recipe.file.clone());
                }
                finding.place.item = item;
            }
            finding
        })
        .collect()
}

/// Copies every issued file to its step's folder and fills the report's lines. The archive holds the
/// record; a copy that was lost or never made is made by running the job again.
pub(super) fn copy_out(
    workspace: &Workspace<'_>,
    plan: &Plan,
    filing: &Filing<'_>,
    fresh: &HashMap<usize, &Issued>,
    earlier: &BTreeMap<String, JobRow>,
    report: &mut Report,
) -> Result<()> {
    let mut names = Names::default();
    for (index, planned) in plan.documents.iter().enumerate() {
        let before = earlier.get(&planned.row_key());
        let (code, at) = match (fresh.get(&index), before) {
            (Some(issued), _) => (issued.code.to_string(), issued.file.clone()),
            (None, Some(row)) => (
                format!("{}/{}", row.number, row.notation),
                filing
                    .register()
                    .by_code(planned.book, row.number, &row.notation, row.year)?
                    .and_then(|e| e.files.into_iter().next()),
            ),
            (None, None) => continue,
        };
        let mut copy = None;
        let step = plan.steps.get(planned.step).map(|s| &s.step);
        if let (Some(folder), Some(file)) = (step.and_then(|s| s.out.as_ref()), at) {
            let pattern = step.and_then(|s| s.name.as_ref());
            let stem = names.stem(folder, pattern, &code, planned, &mut report.findings);
            let path = folder.join(format!("{stem}.docx"));
            let is_wanted = fresh.contains_key(&index) || workspace.world.stat(&path).is_err();
            // The number is given: what goes wrong with a copy is told beside it, never instead of it.
            // After one that failed the others are left to whoever mends the cause.
            if !is_wanted {
                copy = Some(path);
            } else if report.uncopied.is_none() {
                let from = filing.archive().resolve(&file.at);
                match copy_file(workspace, &from, file.size, &path) {
                    Ok(()) => copy = Some(path),
                    Err(failure) => report.uncopied = Some(failure),
                }
            }
        }
        report.lines.push(Line {
            index,
            code,
            subject: planned.subject.to_string(),
            copy,
            earlier: !fresh.contains_key(&index),
        });
    }
    Ok(())
}

/// Copies are convenience, not record: written under a temporary name and renamed, so that none is
/// ever half-written, but not synced one by one. A file of that name that differs is kept aside.
pub(super) fn copy_file(
    workspace: &Workspace<'_>,
    from: &Path,
    size: u64,
    to: &Path,
) -> Result<()> {
    let world = workspace.world;
    let parent = crate::world::parent_of(to);
    let record = from.display();
    let failed = |path: &Path, e: std::io::Error| {
        write_failure(path, &e).hint(text!(
            "số ĐÃ cấp và văn bản đã lưu ở {record}: đừng “issue” lần nữa, chép bản in từ đó; đợt của “run” thì chạy lại lệnh sẽ có bản in mà không cấp số mới",
            "the numbers ARE given and the document is filed at {record}: do not `issue` it again, copy it from there; a `run` may be run again, which makes the copies and takes no new number"
        ))
    };
    let bytes = world.read(from, size).map_err(|e| super::workspace::read_failure(from, &e))?;
    if world.read(to, size).is_ok_and(|old| old == bytes) {
        return Ok(());
    }
    world.create_dir(&parent).map_err(|e| failed(&parent, e))?;
    let temporary = to.with_extension(format!("{}.tmp", std::process::id()));
    let written = world.create(&temporary, &bytes).and_then(|()| {
        let mut aside = 0;
        loop {
            match world.rename(&temporary, to) {
                Err(e) if e.kind() == std::io::ErrorKind::AlreadyExists && aside < 10_000 => {
                    aside += 1;
                    // Renaming to a name that is taken fails, and the next one is tried.
                    let _ = world.rename(to, &to.with_extension(format!("truoc-{aside}.docx")));
                }
                done => return done,
            }
        }
    });
    written.map_err(|e| {
        let _ = world.remove(&temporary);
        failed(to, e)
    })
}

/// Names of copies: each once in a folder.
#[derive(Default)]
struct Names {
    used: HashMap<PathBuf, u32>,
}

impl Names {
    fn stem(
        &mut self,
        folder: &Path,
        pattern: Option<&NamePattern>,
        code: &str,
        planned: &Planned,
        findings: &mut Vec<Diagnostic>,
    ) -> String {
        let plain = || file_stem(code);
        let stem = match pattern {
            None => plain(),
            Some(pattern) => match render_name(pattern, code, planned) {
                Ok(stem) => stem,
                Err(field) => {
                    findings.push(
                        Diagnostic::warning(
                            BAD_NAME,
                            planned.row.place(),
                            text!(
                                "tên tệp cần trường “{field}” mà hàng này không có; dùng số, ký hiệu làm tên",
                                "the file name wants the field `{field}`, which this row lacks; the number is used"
                            ),
                        )
                        .hint(text!("sửa dòng ten-tep trong tệp công việc", "mend `name` in the job file")),
                    );
                    plain()
                }
            },
        };
        let count = self.used.entry(folder.join(&stem)).or_insert(0);
        *count += 1;
        if *count == 1 { stem } else { format!("{stem}-{count}") }
    }
}

fn render_name(
    pattern: &NamePattern,
    code: &str,
    planned: &Planned,
) -> std::result::Result<String, String> {
    let row = planned.data.fields().unwrap_or_default();
    let number = code.split('/').next().unwrap_or_default();
    pattern.render(|field| match text::slug(field).as_str() {
        "so" | "number" => Some(number.to_owned()),
        "ky-hieu" | "notation" => Some(planned.notation.to_string()),
        "so-ky-hieu" | "code" => Some(code.to_owned()),
        "ngay" | "date" if row.get(field).is_none() => Some(planned.date.to_string()),
        _ => match row.get(field)? {
            serde_json::Value::String(s) => Some(s.clone()),
            serde_json::Value::Null => None,
            other => Some(other.to_string()),
        },
    })
}

/// `05/QĐ-SNV` → `05-QD-SNV`: ASCII, case kept.
pub fn file_stem(code: &str) -> String {
    let mut out = String::new();
    for c in code.chars() {
        let folded = text::fold(&c.to_string());
        for f in folded.chars() {
            let f = if c.is_uppercase() { f.to_ascii_uppercase() } else { f };
            let dash = !f.is_ascii_alphanumeric();
            if !dash {
                out.push(f);
            } else if !out.ends_with('-') {
                out.push('-');
            }
        }
    }
    out.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_are_named_by_their_code() {
        assert_eq!(file_stem("05/QĐ-SNV"), "05-QD-SNV");
        assert_eq!(file_stem("12/QyĐ-HĐTĐ&KT"), "12-QyD-HDTD-KT");
    }
}
