//! Căn cứ: the marks at the end of the lines (PL I, Phần I, Mục II.6.a).
//!
//! Knows: runs of căn cứ lines. Must not know: the documents they name.

use crate::model::{Block, BlockKind, Form};
use crate::text;

use super::view::{bodies, joined, short};
use super::{Context, Head};

/// Every line but the last ends with `;`, the last with `.`.
pub(crate) fn marks(head: &Head, context: &mut Context) {
    let doc = context.doc;
    // A copy repeats the lines of its source as they are.
    if doc.form == Form::Copy {
        return;
    }
    for body in bodies(doc) {
        let mut rest = body;
        while let Some(start) = rest.iter().position(is_basis) {
            let run = rest.get(start..).unwrap_or(&[]);
            let length = run.iter().take_while(|b| is_basis(b)).count();
            check_run(run.get(..length).unwrap_or(&[]), head, context);
            rest = run.get(length..).unwrap_or(&[]);
        }
    }
}

fn is_basis(block: &Block) -> bool {
    matches!(block.kind, BlockKind::LegalBasis(_))
}

fn check_run(run: &[Block], head: &Head, context: &mut Context) {
    for (index, block) in run.iter().enumerate() {
        let Some(spans) = block.kind.text() else { continue };
        let line = joined(spans);
        let line = line.trim_end();
        let last = index + 1 == run.len();
        let want = if last { '.' } else { ';' };
        // A lead-in (“…, Sở xây dựng kế hoạch như sau:”) is prose that begins like a căn cứ.
        let prose = last && line.ends_with(':');
        if line.ends_with(want) && !line.ends_with("..") || prose {
            continue;
        }
        let begin = short(line);
        let place = context.line(block.at);
        let message = if last {
            text!(
                "căn cứ cuối cùng “{begin}” không kết thúc bằng dấu chấm",
                "the last legal basis “{begin}” does not end with a full stop"
            )
        } else {
            text!(
                "căn cứ “{begin}” không kết thúc bằng dấu chấm phẩy",
                "the legal basis “{begin}” does not end with a semicolon"
            )
        };
        context.find_hint(
            head,
            place,
            message,
            text!("kết thúc dòng bằng “{want}”", "end the line with “{want}”"),
        );
    }
}
