//! `vanthu find`.

use crate::diagnostic::{Failure, FailureKind, Lang, Place, Result};
use crate::pipeline::Workspace;
use crate::pipeline::acts::{Link, links, registered};
use crate::pipeline::search::{self, Found};
use crate::register::Entry;
use crate::register::book::type_and_subject;
use crate::register::life::{Life, Standing};
use crate::register::search::Wanted;
use crate::text;

use super::acts::show;
use super::args::{BookKind, Shape, Which};
use super::book::{book_name, days, search_progress, view_of};
use super::report::{self, Ui};
use super::{Exit, output_failure, progress};

/// What is asked for.
pub struct Request {
    pub words: Vec<String>,
    pub book: Option<BookKind>,
    pub which: Which,
    pub limit: usize,
    pub format: Shape,
}

/// Finds documents by words and conditions.
pub fn run(workspace: &Workspace<'_>, request: Request, ui: &mut Ui<'_>) -> Result<Exit> {
    let which = &request.which;
    let wanted = Wanted {
        words: request.words.iter().map(|w| phrase(w)).collect::<Vec<_>>().join(" "),
        book: request.book.and_then(|kind| view_of(kind).book()),
        year: which.year,
        dates: days(which),
        kind: which.type_of.clone(),
        signer: which.signer.clone(),
        unit: which.unit.clone(),
        dossier: which.dossier.clone(),
    };
    if crate::register::search::Query::new(&wanted).is_empty() && wanted.dates.is_none() {
        return Err(nothing_asked());
    }
    let register = registered(workspace)?;
    let what = search_progress();
    let quiet = ui.quiet || request.format == Shape::Json;
    let bar = progress::bar(0, what.get(ui.lang), ui.lang, quiet);
    let told = |at, of| {
        bar.set_length(of);
        bar.set_position(at);
    };
    let found = search::find(workspace, &register, &wanted, request.limit, &told);
    bar.finish_and_clear();
    let mut found = found?;
    search::by_day(&mut found.entries);
    let mut fates = Vec::with_capacity(found.entries.len());
    for entry in &found.entries {
        let life = Life::of(&register, entry.seq)?;
        fates.push(Fate { standing: life.standing(), links: links(&register, &life)? });
    }
    match request.format {
        Shape::Json => show_json(&found, &fates, ui),
        Shape::Text => show_text(&found, &fates, ui),
    }
    .map_err(|e| output_failure(&e))?;
    Ok(Exit::Clean)
}

/// How a document stands, and its links to others.
struct Fate {
    standing: Standing,
    links: Vec<Link>,
}

impl Fate {
    /// ` · đã thu hồi; được đính chính bằng 02/SNV-VP`; nothing for a document like others.
    fn said(&self, lang: Lang) -> String {
        // Who replaced it is said by the link.
        let fallen = matches!(self.standing, Standing::Void | Standing::Recalled);
        let standing = fallen.then(|| show::standing(self.standing));
        let all = standing.into_iter().chain(self.links.iter().map(show::said));
        let all: Vec<String> = all.map(|text| text.get(lang).to_owned()).collect();
        if all.is_empty() { String::new() } else { format!(" · {}", all.join("; ")) }
    }
}

/// Words that came as one argument stood in quotes: the shell took these away.
fn phrase(argument: &str) -> String {
    let quoted = argument.contains(['"', '“', '”']);
    if quoted || !argument.trim().contains(char::is_whitespace) {
        return argument.to_owned();
    }
    format!("\"{argument}\"")
}

fn show_text(found: &Found, fates: &[Fate], ui: &mut Ui<'_>) -> std::io::Result<()> {
    ui.findings(&found.findings);
    for (entry, fate) in found.entries.iter().zip(fates) {
        let line = line(entry, ui.lang) + &fate.said(ui.lang);
        writeln!(ui.out, "{}", line.replace(|c: char| c.is_control(), " "))?;
    }
    let count = found.entries.len();
    if count == 0 {
        return ui.line(&text!("không tìm thấy văn bản nào", "no document was found"));
    }
    if found.more {
        return ui.line(&text!(
            "{count} văn bản mới nhất; còn nữa: thêm từ, thêm điều kiện, hoặc --limit",
            "the newest {count} documents; there are more: add words or conditions, or use --limit"
        ));
    }
    ui.line(&text!("{count} văn bản", "{count} documents"))
}

/// `05/02/2026  05/KH-SNV  Kế hoạch tổ chức …  (outgoing)`.
fn line(entry: &Entry, lang: Lang) -> String {
    let f = &entry.fields;
    let date = entry.date.strftime("%d/%m/%Y");
    let book = if lang == Lang::Vi { book_name(entry.book) } else { entry.book.key() };
    let code = f.extra.get("code").filter(|c| !c.is_empty());
    let of = match code {
        // An incoming document: its number here, and what its author calls it.
        Some(code) => format!("{} ({code}, {})", entry.code(), f.organ_name),
        None => entry.code().to_string(),
    };
    format!("{date}  {of:<16}  {}  [{book}]", type_and_subject(f))
}

fn show_json(found: &Found, fates: &[Fate], ui: &mut Ui<'_>) -> std::io::Result<()> {
    let entries: Vec<serde_json::Value> = found
        .entries
        .iter()
        .zip(fates)
        .map(|(entry, fate)| {
            let mut value = serde_json::to_value(entry).unwrap_or_default();
            value["code"] = entry.code().to_string().into();
            value["standing"] = serde_json::to_value(fate.standing).unwrap_or_default();
            value["links"] = serde_json::to_value(&fate.links).unwrap_or_default();
            value
        })
        .collect();
    let findings: Vec<_> = found.findings.iter().map(|d| report::json(d, ui.lang)).collect();
    let value = serde_json::json!({
        "words": found.words,
        "count": entries.len(),
        "more": found.more,
        "entries": entries,
        "findings": findings,
    });
    writeln!(ui.out, "{value:#}")
}

fn nothing_asked() -> Failure {
    Failure::new(
        FailureKind::Usage,
        Place::default(),
        text!("chưa nói tìm gì", "nothing to look for"),
    )
    .hint(text!(
        "ghi các từ cần tìm, ví dụ: vanthu tim thi đua khen thưởng; hoặc điều kiện --year, --type, --signer, --unit, --dossier, --from, --to",
        "give words, such as: vanthu find thi dua; or conditions: --year, --type, --signer, --unit, --dossier, --from, --to"
    ))
}
