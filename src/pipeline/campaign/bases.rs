//! Căn cứ of a document against the dated table of laws.
//!
//! Knows: where a document cites. Must not know: campaigns, the register, files.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Place};
use crate::model::{BlockKind, Document, plain};
use crate::ruleset::{Bases, Cited};
use crate::text;

use super::codes::{DOUBTFUL, REPLACED};

/// What is wrong with the căn cứ of a document on its day. With `all`, what is merely not certain is
/// told too.
pub(super) fn check(document: &Document, table: &Bases, day: Date, all: bool) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    for block in &document.body {
        let BlockKind::LegalBasis(spans) = &block.kind else { continue };
        let place = || Place::file(&document.source).line(block.at.max(1));
        for cited in table.cited(&plain(spans), day) {
            if !cited.holds {
                findings.push(replaced(&cited, day, place()));
            } else if all && !cited.basis.is_sure(day) {
                findings.push(doubtful(&cited, place()));
            }
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
