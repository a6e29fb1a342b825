//! What a job would issue: every row filled, read, assembled and checked before any number is taken.
//!
//! Knows: steps, rows, recipes, which fields a book has. Must not know: what is registered, the archive, terminals.

use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::civil::Date;
use rayon::prelude::*;
use serde_json::{Map, Value};

use crate::archive::{Digest, sha256};
use crate::diagnostic::{
    Diagnostic, Failure, FailureKind, Family, Place, Result, Severity, blocks,
};
use crate::docx::Written;
use crate::model::{Document, is_copy, plain};
use crate::register::Book;
use crate::source::data;
use crate::source::job::{Mode, Step};
use crate::text;

use super::codes::MISSING_FIELD;
use super::make::{Maker, Outcome, SourceOf};
use super::planned::{Planned, RowData, RowPlace};
use super::recipe::{IssueDay, Recipe};
use super::workspace::Workspace;

/// Rows that are filled and checked at a time.
const CHUNK: usize = 512;
/// Rows that a core takes at a time: with more the others would wait for it at the end of each chunk.
const PIECE: usize = 8;
/// Documents are kept from the plan for the rendering until their texts come to this many bytes;
/// the rest is made again from its row, so that memory stays flat.
const KEPT: usize = 3 << 20;
/// Findings that are told one by one; past that they are counted.
const TOLD: usize = 20_000;

/// A step with its source compiled.
pub struct PlannedStep {
    /// The step as the job file gives it.
    pub step: Step,
    /// Its source.
    pub recipe: Recipe,
    /// Further fields that its rows get in the register.
    pub extra: BTreeMap<String, String>,
}

/// Documents with errors that are kept.
const MOST_REFUSED: usize = 16;

/// Everything a job would do.
#[derive(Default)]
pub struct Plan {
    /// Steps.
    pub steps: Vec<PlannedStep>,
    /// Documents without errors, in order.
    pub documents: Vec<Planned>,
    /// Findings of all rows.
    pub findings: Vec<Diagnostic>,
    /// Rows with errors, with their place and the code of their first error.
    pub bad: Vec<(Place, String)>,
    /// Documents that may not be issued, with their steps, as far as they could be made: a few, for those who
    /// have more to say of them.
    pub refused: Vec<(usize, Document)>,
    /// Findings beyond those told one by one.
    pub untold: usize,
    /// Further fields that every row of the plan gets in the register.
    pub extra: BTreeMap<String, String>,
    /// Further texts that the register keeps with the job, each under its digest.
    pub kept_texts: Vec<String>,
    /// What the documents are for.
    purpose: Purpose,
    /// The day on which the plan was made.
    today: Option<Date>,
}

impl Plan {
    /// The document at `index`: the one kept, which is given away, or made again from its row.
    ///
    /// # Errors
    /// `Input` if the row no longer makes the document it made when it was planned.
    pub fn document(&self, workspace: &Workspace<'_>, index: usize) -> Result<Document> {
        let Some(planned) = self.documents.get(index) else {
            return Err(changed(&Place::default()));
        };
        if let Some(document) = planned.take_document() {
            return Ok(document);
        }
        let again = || {
            let step = self.steps.get(planned.step)?;
            let data = Value::Object(planned.data.fields()?);
            let day = self.purpose.day(&step.step);
            // What there was to say of this row was said when it was planned.
            step.recipe.fill(workspace, &data, day, self.today?).0
        };
        again().ok_or_else(|| changed(&planned.row.place()))
    }

    /// Looks at the document at `index`, which stays where it is.
    ///
    /// # Errors
    /// As [`Plan::document`].
    pub fn look<T>(
        &self,
        workspace: &Workspace<'_>,
        index: usize,
        look: impl FnOnce(&Document) -> T,
    ) -> Result<T> {
        let document = self.document(workspace, index)?;
        let seen = look(&document);
        if let Some(planned) = self.documents.get(index) {
            planned.put_back(document);
        }
        Ok(seen)
    }

    /// Writes the document at `index`, as it is or with its number and day.
    ///
    /// # Errors
    /// As [`Recipe::write`].
    pub fn write(
        &self,
        workspace: &Workspace<'_>,
        index: usize,
        document: &Document,
    ) -> Result<(Written, Vec<Diagnostic>)> {
        let planned = self.documents.get(index);
        let step = planned.and_then(|p| self.steps.get(p.step));
        match (planned, step) {
            (Some(planned), Some(step)) => step.recipe.write(workspace, document, || {
                Value::Object(planned.data.fields().unwrap_or_default())
            }),
            _ => Err(changed(&Place::default())),
        }
    }

    /// Its first steps alone.
    pub fn first(mut self, steps: usize) -> Self {
        self.documents.retain(|document| document.step < steps);
        self.steps.truncate(steps);
        self
    }

    /// True if something may not be issued.
    pub fn is_blocked(&self) -> bool {
        !self.bad.is_empty() || blocks(&self.findings)
    }
}

/// What the documents are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Purpose {
    /// A draft: number and day stay blank, and a document with nothing worse than errors of form is kept.
    #[default]
    Draft,
    /// To be issued on this day, else on the step's, else on the source's, else today.
    Issue(Option<Date>),
}

impl Purpose {
    /// The day that goes into the documents of a step.
    pub(super) fn day(self, step: &Step) -> IssueDay {
        match self {
            Self::Draft => IssueDay::Blank,
            Self::Issue(day) => day.or(step.date).map_or(IssueDay::FromSource, IssueDay::Given),
        }
    }
}

/// Progress of planning: rows done.
pub type OnRow<'a> = &'a (dyn Fn(u64) + Sync);

/// Plans all steps.
///
/// # Errors
/// A file that cannot be read. What is wrong in a readable file is in the plan.
pub fn plan(
    workspace: &Workspace<'_>,
    steps: Vec<Step>,
    purpose: Purpose,
    on_row: OnRow<'_>,
) -> Result<Plan> {
    let mut planner = Planner::new(workspace, purpose, on_row);
    for step in steps {
        match Recipe::load(workspace, &step.source)? {
            Ok(recipe) => planner.add(PlannedStep { step, recipe, extra: BTreeMap::new() })?,
            Err(findings) => planner.plan.findings.extend(findings),
        }
    }
    Ok(planner.finish())
}

/// Plans steps whose sources are compiled already.
///
/// # Errors
/// As [`plan`].
pub fn plan_prepared(
    workspace: &Workspace<'_>,
    steps: Vec<PlannedStep>,
    purpose: Purpose,
) -> Result<Plan> {
    let mut planner = Planner::new(workspace, purpose, &|_| {});
    if steps.iter().all(|s| s.step.data.is_none()) {
        planner.together(steps);
    } else {
        for step in steps {
            planner.add(step)?;
        }
    }
    Ok(planner.finish())
}

struct Planner<'p, 'w> {
    workspace: &'p Workspace<'w>,
    on_row: OnRow<'p>,
    today: Date,
    plan: Plan,
    /// Series and ký hiệu, each kept once.
    names: HashMap<String, Arc<str>>,
    /// Bytes of the texts of the documents that were kept.
    kept: usize,
    /// How often the same row was met, so that two equal rows stay two documents.
    seen: HashMap<u128, u32>,
    /// Warnings that the template brings to every row: told once, counted.
    repeated: HashMap<(String, Option<u32>, String), (usize, usize)>,
}

impl<'p, 'w> Planner<'p, 'w> {
    /// Fills and checks one document of a step that is in the plan.
    fn make_one(&self, index: usize, data: Map<String, Value>, found: Vec<Diagnostic>) -> Outcome {
        self.maker(index, &self.plan.steps[index]).make(Place::default(), data, found)
    }

    fn maker<'a>(&'a self, index: usize, planned: &'a PlannedStep) -> Maker<'a> {
        let (purpose, today) = (self.plan.purpose, self.today);
        Maker { workspace: self.workspace, planned, index, purpose, today }
    }

    fn new(workspace: &'p Workspace<'w>, purpose: Purpose, on_row: OnRow<'p>) -> Self {
        let today = workspace.world.today();
        Self {
            workspace,
            on_row,
            today,
            plan: Plan { purpose, today: Some(today), ..Plan::default() },
            names: HashMap::new(),
            kept: 0,
            seen: HashMap::new(),
            repeated: HashMap::new(),
        }
    }

    fn add(&mut self, mut planned: PlannedStep) -> Result<()> {
        self.plan.findings.append(&mut planned.recipe.findings);
        self.step(planned)
    }

    fn step(&mut self, planned: PlannedStep) -> Result<()> {
        let index = self.plan.steps.len();
        self.plan.steps.push(planned);
        // A command names no mode: a template that goes over all rows makes one document.
        if let Some(planned) = self.plan.steps.last_mut()
            && planned.step.at == 0
            && planned.recipe.wants_all_rows()
        {
            planned.step.mode = Mode::One;
        }
        if self.plan.steps[index].step.data.is_none() {
            // Given away, not copied: a list of thousands may stand there, and nobody asks again.
            let with = std::mem::take(&mut self.plan.steps[index].step.with);
            let outcome = self.alone(index, with);
            self.take(SourceOf::new(index, &self.plan.steps[index]), outcome);
            return Ok(());
        }
        let step = self.plan.steps[index].step.clone();
        let Some(path) = &step.data else { return Ok(()) };
        match step.mode {
            Mode::PerRow => self.per_row(index, &step, path),
            Mode::One => self.one(index, &step, path),
        }
    }

    /// Steps that each make one document from what they hold: on all cores.
    fn together(&mut self, steps: Vec<PlannedStep>) {
        let first = self.plan.steps.len();
        let mut given = Vec::with_capacity(steps.len());
        for mut planned in steps {
            self.plan.findings.append(&mut planned.recipe.findings);
            given.push(std::mem::take(&mut planned.step.with));
            self.plan.steps.push(planned);
        }
        let this = &*self;
        let made = (first..).zip(given).collect::<Vec<_>>().into_par_iter();
        let make = |(index, with)| {
            let mut outcome = this.alone(index, with);
            let packed = outcome.document.is_some().then(|| RowData::new(&outcome.data, None));
            if packed.is_some() {
                // A list of thousands, which nobody reads again as it was.
                outcome.data = Map::new();
            }
            (index, outcome, packed)
        };
        // Each as soon as a core is free: none waits behind another paper of thousands of rows.
        let made: Vec<_> = made.with_max_len(1).map(make).collect();
        for (index, outcome, packed) in made {
            // The papers of a campaign are looked at, read and written: made once, each is there until then.
            let source =
                SourceOf { is_kept: true, ..SourceOf::new(index, &self.plan.steps[index]) };
            self.take_packed(source, outcome, packed);
        }
    }

    /// The document of a step without rows.
    fn alone(&self, index: usize, with: Map<String, Value>) -> Outcome {
        let has_data = !with.is_empty();
        let mut outcome = self.make_one(index, with, Vec::new());
        // Where there are data their fields are the better hint.
        let lacking = outcome.findings.iter_mut().filter(|d| d.code == MISSING_FIELD && !has_data);
        for finding in lacking {
            finding.hint = Some(text!(
                "mẫu này cần dữ liệu: thêm --data TỆP (.xlsx, .csv, .json, .yaml), hoặc dòng du-lieu trong tệp công việc",
                "this template wants data: add --data FILE (.xlsx, .csv, .json, .yaml), or a line `data` in the job file"
            ));
        }
        outcome
    }

    fn open(
        &self,
        step: &Step,
        path: &Path,
        only: Option<Vec<String>>,
    ) -> Result<Box<dyn data::Rows>> {
        let options = data::Options {
            sheet: step.sheet.clone(),
            header_row: step.header_row,
            only,
            ..data::Options::default()
        };
        data::open(self.workspace.world, path, &options)
    }

    fn per_row(&mut self, index: usize, step: &Step, path: &Path) -> Result<()> {
        let mut rows = self.open(step, path, None)?;
        // The step that is being planned is the last one. It lies beside the plan while rows go into that.
        let Some(planned) = self.plan.steps.pop() else { return Ok(()) };
        let (workspace, purpose, today) = (self.workspace, self.plan.purpose, self.today);
        let maker = Maker { workspace, planned: &planned, index, purpose, today };
        let done = self.rows(maker, rows.as_mut(), &step.with);
        self.plan.steps.push(planned);
        let count = done?;
        let mut said = rows.findings();
        if count == 0 && !blocks(&said) {
            // A table without rows says the same in other words.
            said.retain(|d| d.code != data::NO_ROWS);
            self.plan.findings.push(no_rows(path));
        }
        for finding in said {
            self.tell(finding);
        }
        Ok(())
    }

    /// Makes a document of every row; how many rows there are. While some are made the ones before go
    /// into the plan and the next are read.
    fn rows(
        &mut self,
        maker: Maker<'_>,
        rows: &mut dyn data::Rows,
        with: &Map<String, Value>,
    ) -> Result<usize> {
        let (mut count, mut made) = (0, Vec::new());
        let mut chunk = next_rows(rows)?;
        let source = SourceOf::new(maker.index, maker.planned);
        let make = |row: data::Row| {
            let values = with_defaults(row.values, with);
            maker.make(row.place, values, row.findings)
        };
        while !chunk.is_empty() {
            count += chunk.len();
            let before = std::mem::take(&mut made);
            let (outcomes, next) = rayon::join(
                || chunk.into_par_iter().with_max_len(PIECE).map(make).collect(),
                || {
                    self.take_all(source, before);
                    next_rows(rows)
                },
            );
            made = outcomes;
            (self.on_row)(count as u64);
            chunk = next?;
        }
        self.take_all(source, made);
        Ok(count)
    }

    fn take_all(&mut self, source: SourceOf, outcomes: Vec<Outcome>) {
        for outcome in outcomes {
            self.take(source, outcome);
        }
    }

    fn one(&mut self, index: usize, step: &Step, path: &Path) -> Result<()> {
        // Of what is issued all data are kept; of a draft only its text.
        let is_draft = self.plan.purpose == Purpose::Draft;
        let only = is_draft.then(|| self.plan.steps[index].recipe.row_names()).flatten();
        let mut rows = self.open(step, path, only)?;
        let mut findings = Vec::new();
        let mut list = Vec::new();
        while let Some(row) = rows.next().transpose()? {
            findings.extend(row.findings);
            list.push(Value::Object(row.values));
            (self.on_row)(list.len() as u64);
        }
        findings.extend(rows.findings());
        let mut data = step.with.clone();
        if let [Value::Object(only)] = list.as_slice() {
            data = with_defaults(only.clone(), &data);
        }
        let list = Value::Array(list);
        // A file that is one record may have a list of that name itself: its own stays.
        let own = |data: &Map<String, Value>, name: &str| {
            rows.single() && data.get(name).is_some_and(Value::is_array)
        };
        // Under the names that the source uses: thousands of rows are not copied for a name that nobody asks for.
        let names = self.plan.steps[index].recipe.rows_called().iter();
        let names: Vec<&str> = names.copied().filter(|n| !own(&data, n)).collect();
        if let Some((last, first)) = names.split_last() {
            first.iter().for_each(|n| drop(data.insert((*n).to_owned(), list.clone())));
            data.insert((*last).to_owned(), list);
        }
        let outcome = self.make_one(index, data, findings);
        self.take(SourceOf::new(index, &self.plan.steps[index]), outcome);
        Ok(())
    }

    /// Puts a row into the plan.
    fn take(&mut self, source: SourceOf, outcome: Outcome) {
        self.take_packed(source, outcome, None);
    }

    /// The same, where its values may be packed already.
    fn take_packed(&mut self, source: SourceOf, outcome: Outcome, packed: Option<RowData>) {
        let Outcome { row, data, size, digest, document, findings } = outcome;
        let mut errors = findings.iter().filter(|d| d.severity == Severity::Error).map(|d| d.code);
        let first_error = errors.next();
        let only_form = first_error.iter().copied().chain(errors).all(|c| c.family == Family::T);
        for finding in findings {
            self.tell(finding);
        }
        if let Some(code) = first_error {
            self.plan.bad.push((row.clone(), code.to_string()));
            if self.plan.purpose != Purpose::Draft || !only_form {
                if let Some(document) = document.filter(|_| self.plan.refused.len() < MOST_REFUSED)
                {
                    self.plan.refused.push((source.index, document));
                }
                return;
            }
        }
        let Some(document) = document else { return };
        let key = self.key(&digest);
        let organ = document.extra.get("organ").map_or("", String::as_str);
        let series = self.workspace.office.series_of(organ, &document.type_id);
        let (series, notation) = (self.name(series), self.name(document.code.notation.0.clone()));
        let type_id = self.name(document.type_id.clone());
        let date = document.date.date().unwrap_or(self.today);
        let subject = plain(&document.subject).replace('\n', " ");
        let subject = if subject.is_empty() { document.type_name.clone() } else { subject };
        self.kept = self.kept.saturating_add(source.length + size);
        // One large document is kept whatever its size: making it twice costs more.
        let kept = source.is_kept || self.kept < KEPT || self.plan.documents.is_empty();
        let before = self.plan.documents.last();
        let row = RowPlace::new(row, before.map(|b| &b.row));
        // Nobody asks for the values of a draft that is laid out from its document, which is kept.
        let is_asked = self.plan.purpose != Purpose::Draft || !kept || source.is_word;
        let data = if is_asked {
            packed.unwrap_or_else(|| RowData::new(&data, before.map(|b| &b.data)))
        } else {
            RowData::default()
        };
        let subject = match before.filter(|b| *b.subject == *subject) {
            Some(before) => Arc::clone(&before.subject),
            None => subject.into(),
        };
        self.plan.documents.push(Planned {
            step: source.index,
            row,
            type_id,
            book: if is_copy(&document.type_id) { Book::Copies } else { Book::Outgoing },
            series,
            notation,
            date,
            key,
            subject,
            to: document
                .addressees
                .as_ref()
                .and_then(|a| a.names.first())
                .map(|n| n.as_str().into()),
            data,
            document: Mutex::new(kept.then(|| Box::new(document))),
        });
    }

    fn name(&mut self, name: String) -> Arc<str> {
        self.names.entry(name).or_insert_with_key(|n| Arc::from(n.as_str())).clone()
    }

    /// Identity of a row: the digest of step and data, and how many equal rows came before.
    fn key(&mut self, base: &Digest) -> u128 {
        let nth = self.seen.entry(half(base)).or_insert(0);
        *nth += 1;
        half(&sha256(format!("{base}\0{nth}").as_bytes()))
    }

    fn tell(&mut self, finding: Diagnostic) {
        if finding.severity != Severity::Error && finding.place.row.is_some() {
            let line = finding.related.first().and_then(|(p, _)| p.line);
            let key = (finding.code.to_string(), line, finding.message.vi.clone());
            if let Some((_, count)) = self.repeated.get_mut(&key) {
                *count += 1;
                return;
            }
            self.repeated.insert(key, (self.plan.findings.len(), 0));
        }
        if self.plan.findings.len() < TOLD {
            self.plan.findings.push(finding);
        } else {
            self.plan.untold += 1;
        }
    }

    fn finish(mut self) -> Plan {
        for (at, count) in self.repeated.values().filter(|(_, count)| *count > 0) {
            if let Some(finding) = self.plan.findings.get_mut(*at) {
                finding.related.push((
                    Place::default(),
                    text!(
                        "và {count} hàng nữa có cùng nhận xét",
                        "and {count} more rows with the same remark"
                    ),
                ));
            }
        }
        self.plan
    }
}

/// The next rows of a file; none at its end.
fn next_rows(rows: &mut dyn data::Rows) -> Result<Vec<data::Row>> {
    rows.take(CHUNK).collect()
}

/// The first half of a digest, enough to tell rows and jobs apart.
pub(super) fn half(digest: &Digest) -> u128 {
    digest.0.first_chunk().map_or(0, |bytes| u128::from_be_bytes(*bytes))
}

/// A row's values over the step's fixed fields.
fn with_defaults(mut values: Map<String, Value>, with: &Map<String, Value>) -> Map<String, Value> {
    for (key, value) in with {
        if !values.contains_key(key) {
            values.insert(key.clone(), value.clone());
        }
    }
    values
}

fn no_rows(path: &Path) -> Diagnostic {
    Diagnostic::error(
        super::codes::NO_ROWS,
        Place::file(path.display().to_string()),
        text!("tệp dữ liệu không có hàng nào", "the data file has no rows"),
    )
    .hint(text!(
        "kiểm tra trang tính và hàng tiêu đề (hang-tieu-de)",
        "check the sheet and the header row (header_row)"
    ))
}

fn changed(row: &Place) -> Failure {
    Failure::new(
        FailureKind::Input,
        row.clone(),
        text!(
            "hàng này không dựng lại được như lúc kiểm tra",
            "this row can no longer be made as when it was checked"
        ),
    )
    .hint(text!(
        "đừng sửa tệp khi lệnh đang chạy; chạy lại",
        "do not change the files while the command runs; run again"
    ))
}
