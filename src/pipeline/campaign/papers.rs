//! The papers of a step: which template, on which day, with which fields.
//!
//! Knows: the names of the templates, an office's own win file by file. Must not know: what they say, the register.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use jiff::civil::Date;
use rayon::prelude::*;
use serde_json::{Map, Value};

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::pipeline::Workspace;
use crate::pipeline::issue::PRINT_FOLDER;
use crate::pipeline::plan::PlannedStep;
use crate::pipeline::recipe::Recipe;
use crate::pipeline::workspace::read_text;
use crate::source::campaign::{Campaign, CampaignStep};
use crate::source::job::{JobBook, Mode, Step};
use crate::template::Template;
use crate::text;

use super::Tables;
use super::cases::Case;
use super::codes::TWO_TEMPLATES;
use super::data::{Asked, Filler, References, forms_of, is_long};

/// Where an office keeps its own templates and tables of awards.
pub(super) const FOLDER: &str = "templates/awards";

/// The built-in templates.
const TEMPLATES: [(&str, &str); 5] = [
    ("to-trinh.md", include_str!("../../../templates/awards/to-trinh.md")),
    ("bien-ban-hop.md", include_str!("../../../templates/awards/bien-ban-hop.md")),
    ("bien-ban-kiem-phieu.md", include_str!("../../../templates/awards/bien-ban-kiem-phieu.md")),
    ("quyet-dinh.md", include_str!("../../../templates/awards/quyet-dinh.md")),
    ("quyet-dinh-danh-sach.md", include_str!("../../../templates/awards/quyet-dinh-danh-sach.md")),
];

/// Key of a paper's form in the register.
pub(super) const FORM: &str = "campaign_form";

/// A paper that is to be issued.
pub(super) struct Paper {
    /// Its step of a plan.
    pub planned: PlannedStep,
    /// The cases that it must name, as indices.
    pub cases: Vec<usize>,
    /// Which step.
    pub step: CampaignStep,
}

/// Papers of one step, or what is wrong with their templates.
pub(super) type Papers = std::result::Result<Vec<Paper>, Vec<Diagnostic>>;

/// Template, cases as indices, and the form of a decision.
type Wanted = (&'static str, Vec<usize>, String);

/// The papers of a step.
///
/// # Errors
/// An office's own template cannot be read.
pub(super) fn papers(
    workspace: &Workspace<'_>,
    campaign: &Campaign,
    tables: &Tables,
    cases: &[Case],
    references: &References,
    step: CampaignStep,
) -> Result<Papers> {
    let day = day_of(campaign, step, workspace.world.today());
    let kind = if step == CampaignStep::Proposal { "proposal" } else { "decision" };
    let mut bases: Vec<String> =
        tables.bases.of(kind, day).into_iter().filter_map(|b| b.cite.clone()).collect();
    bases.extend(campaign.decision.bases.iter().map(|b| bare(b)));
    let all: Vec<usize> = (0..cases.len()).collect();
    let mut wanted: Vec<Wanted> = Vec::new();
    match step {
        CampaignStep::Proposal => wanted.push(("to-trinh.md", all, String::new())),
        CampaignStep::Minutes => {
            wanted.push(("bien-ban-hop.md", all.clone(), String::new()));
            wanted.push(("bien-ban-kiem-phieu.md", all, String::new()));
        }
        CampaignStep::Decision => {
            let passed: Vec<&Case> = cases.iter().filter(|c| c.is_decided()).collect();
            for form in forms_of(&passed) {
                let belongs = |c: &Case| c.is_decided() && c.who.form == form;
                let at: Vec<usize> =
                    cases.iter().enumerate().filter(|(_, c)| belongs(c)).map(|(i, _)| i).collect();
                let file = match is_long(campaign, at.len()) {
                    true => "quyet-dinh-danh-sach.md",
                    false => "quyet-dinh.md",
                };
                wanted.push((file, at, form));
            }
        }
        CampaignStep::Certificates => {}
    }
    let one = |(file, at, form): Wanted| {
        let recipe = match recipe(workspace, file)? {
            Ok(recipe) => recipe,
            Err(findings) => return Ok(Err(findings)),
        };
        let asked = match &recipe.word {
            Some(_) => Asked::all(),
            None => Asked::of(recipe.template.fields().iter()),
        };
        let (forms, bases) = (&tables.forms, bases.as_slice());
        let filler = Filler { campaign, forms, references, bases, asked };
        let fields = match step {
            CampaignStep::Proposal => filler.proposal(cases),
            CampaignStep::Minutes => filler.minutes(cases),
            CampaignStep::Decision | CampaignStep::Certificates => {
                let of: Vec<&Case> = at.iter().filter_map(|i| cases.get(*i)).collect();
                filler.decision(&of, &form, is_long(campaign, of.len()))
            }
        };
        let is_of_form = !form.is_empty();
        let planned = PlannedStep {
            step: plan_step(workspace, campaign, &recipe.file, day, fields),
            recipe,
            extra: is_of_form.then(|| (FORM.to_owned(), form)).into_iter().collect(),
        };
        Ok(Ok(Paper { planned, cases: at, step }))
    };
    let made: Vec<std::result::Result<Paper, Vec<Diagnostic>>> =
        wanted.into_par_iter().map(one).collect::<Result<_>>()?;
    let (mut papers, mut findings) = (Vec::new(), Vec::new());
    for paper in made {
        match paper {
            Ok(paper) => papers.push(paper),
            Err(more) => findings.extend(more),
        }
    }
    Ok(if findings.is_empty() { Ok(papers) } else { Err(findings) })
}

/// A căn cứ as typed, without `Căn cứ` and its mark.
fn bare(basis: &str) -> String {
    let text = basis.trim().trim_end_matches([';', '.']);
    text.strip_prefix("Căn cứ ").unwrap_or(text).to_owned()
}

/// The day of a step's papers.
pub(super) fn day_of(campaign: &Campaign, step: CampaignStep, today: Date) -> Date {
    match step {
        CampaignStep::Proposal => campaign.proposal.date,
        CampaignStep::Minutes => campaign.council.date,
        CampaignStep::Decision | CampaignStep::Certificates => campaign.decision.date,
    }
    .unwrap_or(today)
}

fn plan_step(
    workspace: &Workspace<'_>,
    campaign: &Campaign,
    source: &str,
    day: Date,
    fields: Map<String, Value>,
) -> Step {
    let out = campaign.out.clone();
    Step {
        at: 1,
        source: PathBuf::from(source),
        data: None,
        sheet: None,
        header_row: None,
        mode: Mode::One,
        date: Some(day),
        out: out.or_else(|| Some(workspace.dir.join(PRINT_FOLDER).join(day.year().to_string()))),
        name: None,
        dossier: campaign.dossier.clone(),
        book: JobBook::Outgoing,
        with: fields,
    }
}

/// The office's own template, a text or a Word file, or the built-in one.
fn recipe(
    workspace: &Workspace<'_>,
    file: &str,
) -> Result<std::result::Result<Recipe, Vec<Diagnostic>>> {
    let own = workspace.dir.join(FOLDER).join(file);
    let built_in = TEMPLATES.iter().find(|(name, _)| *name == file).map_or("", |(_, text)| text);
    let has_text = workspace.world.stat(&own).is_ok();
    let word = own.with_extension("docx");
    if workspace.world.stat(&word).is_ok() {
        if has_text {
            return Ok(Err(vec![two_templates(&own, &word)]));
        }
        // What the register must know of the paper stands in the built-in template, if not beside the file.
        return Recipe::load_described(workspace, &word, front_matter(built_in));
    }
    if has_text {
        let text = read_text(workspace.world, &own)?;
        return Ok(Recipe::from_text(text, own.display().to_string()));
    }
    Ok(built_in_recipe(built_in, file))
}

/// A built-in template. A run asks for each several times: to foresee numbers, and for the paper itself.
fn built_in_recipe(text: &str, file: &str) -> std::result::Result<Recipe, Vec<Diagnostic>> {
    type Compiled = std::result::Result<Arc<Template>, Vec<Diagnostic>>;
    static COMPILED: [OnceLock<Compiled>; TEMPLATES.len()] =
        [const { OnceLock::new() }; TEMPLATES.len()];
    let name = format!("{FOLDER}/{file}");
    let at = TEMPLATES.iter().position(|(name, _)| *name == file);
    let Some(kept) = at.and_then(|at| COMPILED.get(at)) else {
        return Recipe::from_text(text.to_owned(), name);
    };
    // Whoever asks while another compiles it waits for that.
    let made = kept.get_or_init(|| Template::compile(text, &name).map(Arc::new));
    let template = made.as_ref().map(Arc::clone).map_err(Clone::clone)?;
    Ok(Recipe::compiled(template, text.to_owned(), name))
}

/// Compiles the built-in templates of a step while something else is done: one core reads a list meanwhile.
/// A step of which nobody knows how long its list is waits until it is known.
pub(super) fn ahead(
    workspace: &Workspace<'_>,
    campaign: &Campaign,
    step: CampaignStep,
    decided: Option<usize>,
) {
    let files: &[&'static str] = match (step, decided) {
        (CampaignStep::Proposal, None) => &["to-trinh.md"],
        (CampaignStep::Minutes, None) => &["bien-ban-hop.md", "bien-ban-kiem-phieu.md"],
        (CampaignStep::Decision, Some(count)) if is_long(campaign, count) => {
            &["quyet-dinh-danh-sach.md"]
        }
        (CampaignStep::Decision, Some(_)) => &["quyet-dinh.md"],
        _ => &[],
    };
    for (file, text) in TEMPLATES.iter().filter(|(name, _)| files.contains(name)) {
        let own = workspace.dir.join(FOLDER).join(file);
        let has = |path: &Path| workspace.world.stat(path).is_ok();
        if !has(&own) && !has(&own.with_extension("docx")) {
            rayon::spawn(move || drop(built_in_recipe(text, file)));
        }
    }
}

/// A template's front matter with its two lines of hyphens.
fn front_matter(text: &str) -> &str {
    let end = text.get(4..).and_then(|rest| rest.find("\n---")).map(|at| at + 4 + "\n---\n".len());
    end.and_then(|end| text.get(..end)).unwrap_or(text)
}

fn two_templates(text: &Path, word: &Path) -> Diagnostic {
    let (one, other) = (text.display(), word.display());
    let what = text!(
        "có cả {one} và {other}: không rõ dùng mẫu nào",
        "both {one} and {other} are there: it is not clear which one counts"
    );
    Diagnostic::error(TWO_TEMPLATES, Place::file(other.to_string()), what)
        .hint(text!("giữ một tệp, dời tệp kia", "keep one, move the other"))
}

/// A table of the office in the place of the built-in one: its name and text.
///
/// # Errors
/// The office's own cannot be read.
pub(super) fn own_table(workspace: &Workspace<'_>, file: &str) -> Result<Option<(String, String)>> {
    let own = workspace.dir.join(FOLDER).join(file);
    if workspace.world.stat(&own).is_err() {
        return Ok(None);
    }
    Ok(Some((own.display().to_string(), read_text(workspace.world, &own)?)))
}
