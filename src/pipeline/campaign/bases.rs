//! Căn cứ of a document against the dated table of laws.
//!
//! Knows: where a document cites, which table an office has. Must not know: campaigns, the register.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Place, Result, Severity};
use crate::model::{BlockKind, Document, plain};
use crate::pipeline::Workspace;
use crate::ruleset::{Bases, Cited};
use crate::text;

use super::codes::{DOUBTFUL, REPLACED};
use super::papers::own_table;

/// The căn cứ of any document that are not in force on its day, or on this one where it has none yet: a
/// remark in a draft, an error in what is to be issued.
pub(in crate::pipeline) fn old_bases(
    workspace: &Workspace<'_>,
    document: &Document,
    is_draft: bool,
    today: Date,
) -> Vec<Diagnostic> {
    let mut lines = cited_lines(document).peekable();
    if lines.peek().is_none() {
        return Vec::new();
    }
    // A table that cannot be read is told by whoever runs a campaign with it.
    let table = workspace.bases.get_or_init(|| open(workspace).ok());
    let Some(table) = table else { return Vec::new() };
    let day = document.date.date().unwrap_or(today);
    let mut findings = Vec::new();
    for (at, words) in lines {
        for cited in table.cited(&words, day).iter().filter(|c| !c.holds) {
            let mut finding = replaced(cited, day, Place::file(&document.source).line(at.max(1)));
            if is_draft {
                finding.severity = Severity::Warning;
            }
            findings.push(finding);
        }
    }
    findings
}

/// The office's table, or the built-in one.
///
/// # Errors
/// `Config` if it cannot be understood.
pub(super) fn open(workspace: &Workspace<'_>) -> Result<Bases> {
    match own_table(workspace, "bases.toml")? {
        Some((file, text)) => Bases::parse(&text, &file),
        None => Bases::builtin(),
    }
}

fn cited_lines(document: &Document) -> impl Iterator<Item = (u32, String)> {
    document.body.iter().filter_map(|block| match &block.kind {
        BlockKind::LegalBasis(spans) => Some((block.at, plain(spans))),
        _ => None,
    })
}

/// The căn cứ of a document that hold on its day as far as anybody knows, but have to be looked up.
pub(super) fn doubts(document: &Document, table: &Bases, day: Date) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for (at, words) in cited_lines(document) {
        let unsure = |c: &&Cited<'_>| c.holds && !c.basis.is_sure(day);
        for cited in table.cited(&words, day).iter().filter(unsure) {
            findings.push(doubtful(cited, Place::file(&document.source).line(at.max(1))));
        }
    }
    findings
}

fn replaced(cited: &Cited<'_>, day: Date, place: Place) -> Diagnostic {
    let name = cited.basis.name();
    let shown = |d: Date| d.strftime("%d/%m/%Y").to_string();
    let day_shown = shown(day);
    let ended = cited.basis.valid_to.filter(|to| *to < day).and_then(|to| to.tomorrow().ok());
    let message = match (ended, cited.instead) {
        (Some(end), Some(new)) => {
            let (end, new) = (shown(end), new.name());
            text!(
                "căn cứ {name} hết hiệu lực từ {end}, đã được thay bằng {new}",
                "the legal basis {name} ended on {end} and was replaced by {new}"
            )
        }
        (Some(end), None) => {
            let end = shown(end);
            text!("căn cứ {name} hết hiệu lực từ {end}", "the legal basis {name} ended on {end}")
        }
        (None, _) => {
            let from = shown(cited.basis.valid_from);
            text!(
                "căn cứ {name} có hiệu lực từ {from}, sau ngày của văn bản ({day_shown})",
                "the legal basis {name} is in force from {from}, after the paper's day ({day_shown})"
            )
        }
    };
    let hint = match cited.instead.and_then(|b| b.cite.as_deref()) {
        Some(cite) => text!("viết “Căn cứ {cite};”", "write “Căn cứ {cite};”"),
        None => text!(
            "thay căn cứ; bảng căn cứ là templates/awards/bases.toml",
            "change the basis; the table is templates/awards/bases.toml"
        ),
    };
    Diagnostic::error(REPLACED, place, message).hint(hint)
}

fn doubtful(cited: &Cited<'_>, place: Place) -> Diagnostic {
    let basis = cited.basis;
    let name = basis.name();
    let (vi, en) = (&basis.note, &basis.note_en);
    let message = if vi.is_empty() {
        text!(
            "căn cứ {name}: hiệu lực chưa kiểm tra chắc chắn",
            "the legal basis {name}: its force was not checked for certain"
        )
    } else {
        let en = if en.is_empty() { vi } else { en };
        crate::diagnostic::Text::new(
            format!("căn cứ {name}: {vi}"),
            format!("the legal basis {name}: {en}"),
        )
    };
    Diagnostic::warning(DOUBTFUL, place, message).hint(text!(
        "đối chiếu bản chính thức; sửa bằng templates/awards/bases.toml của cơ quan",
        "compare it with the official text; mend it with the office's templates/awards/bases.toml"
    ))
}
