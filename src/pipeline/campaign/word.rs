//! A campaign's paper from the office's own Word file: what it says once it is filled, as a document to be checked.
//!
//! Knows: how lines of a paper begin. Must not know: lists, the register, tags.
//!
//! A Word file keeps its form to itself; names, counts, sums and references are read from the filled file, so that
//! the same cross-checks hold for it.

use crate::diagnostic::{Diagnostic, Result};
use crate::docx;
use crate::model::{Block, BlockKind, Document, spans};
use crate::pipeline::Workspace;
use crate::pipeline::plan::Plan;
use crate::pipeline::search::words_of;

use super::bases::old_bases;

/// The document as the filled Word file says it, with what is wrong in its căn cứ; `None` where the source of the
/// plan's document is no Word file.
///
/// # Errors
/// The file cannot be filled or read back.
pub(super) fn seen(
    workspace: &Workspace<'_>,
    plan: &Plan,
    index: usize,
    document: &Document,
) -> Result<Option<(Document, Vec<Diagnostic>)>> {
    let step = plan.documents.get(index).and_then(|p| plan.steps.get(p.step));
    if step.is_none_or(|s| s.recipe.bytes().is_none()) {
        return Ok(None);
    }
    let (written, _) = plan.write(workspace, index, document)?;
    let text = words_of(&docx::read(&written.bytes, &document.source)?);
    let mut seen = document.clone();
    seen.body = Vec::new();
    for line in text.lines().map(str::trim).filter(|l| !l.is_empty()) {
        let bare = line.trim_start_matches(['-', '–', '+']).trim_start();
        if bare.to_lowercase().starts_with("như điều ") {
            seen.recipients.push(bare.to_owned());
        }
        seen.body.push(Block { at: 0, kind: kind(line) });
    }
    let found = old_bases(workspace, &seen, false, workspace.world.today());
    Ok(Some((seen, found)))
}

fn kind(line: &str) -> BlockKind {
    if let Some((number, rest)) = article(line) {
        return BlockKind::Article { number: number.to_owned(), text: spans(rest) };
    }
    if line.starts_with("Căn cứ ") {
        return BlockKind::LegalBasis(spans(line));
    }
    BlockKind::Paragraph(spans(line))
}

/// `Điều 1. Tặng …` or `Điều 1: Tặng …` → its number and what follows.
fn article(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix("Điều ")?.trim_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = rest.split_at_checked(digits).filter(|(n, _)| !n.is_empty())?;
    Some((number, rest.strip_prefix(['.', ':'])?.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn articles_are_told_from_references() {
        assert_eq!(article("Điều 1. Tặng Giấy khen"), Some(("1", "Tặng Giấy khen")));
        assert_eq!(article("Điều 12: Tặng"), Some(("12", "Tặng")));
        assert_eq!(article("Điều 1 của Luật"), None);
        assert_eq!(article("Điều lệ. Hội"), None);
    }
}
