//! The body: căn cứ, Phần … điểm, dashes, paragraphs, tables.
//!
//! Knows: ô 6. Must not know: header, signatures, sections.

use crate::model::{Block, BlockKind, Span, plain};

use super::build::{Composer, push_spans, upper_spans};
use super::styles::Key;
use super::{Item, Look, Para, RunContent};

/// A line longer than this is no title of a Điều, whatever it ends with.
const LONGEST_TITLE: usize = 200;

impl Composer {
    /// The blocks as paragraphs and tables of a column.
    pub(super) fn body(&self, blocks: &[Block], measure: i32) -> Vec<Item> {
        let mut out: Vec<Item> = Vec::with_capacity(blocks.len() + 4);
        for block in blocks {
            if let BlockKind::Table(table) = &block.kind {
                introduce(&mut out, self.measures.gap);
                out.push(Item::Table(self.body_table(table, measure)));
                out.push(Item::Para(self.gap(0)));
            } else {
                out.push(Item::Para(self.block(&block.kind)));
            }
        }
        out
    }

    fn block(&self, kind: &BlockKind) -> Para {
        match kind {
            BlockKind::LegalBasis(text) => self.spans(Key::Basis, text),
            BlockKind::Heading { level, number, title } => {
                let label = format!("{} {number}", level.word());
                self.label_and_title(Key::heading(*level), &label, title)
            }
            BlockKind::Roman { number, title } => {
                let mut para = self.text(Key::Roman, &format!("{number}. "));
                push_spans(&mut para.runs, self.look(Key::Roman), &upper_spans(title));
                para
            }
            BlockKind::Article { number, text } => self.article(number, text),
            BlockKind::Clause { number, titled: true, text } => {
                self.labelled(Key::ClauseTitle, &format!("{number}. "), text)
            }
            BlockKind::Clause { number, text, .. } => {
                self.labelled(Key::Clause, &format!("{number}. "), text)
            }
            BlockKind::Point { letter, titled, text } => {
                let mut para = self.labelled(Key::Point, &format!("{letter}) "), text);
                para.format.keep_next = *titled;
                para
            }
            BlockKind::Dash { mark, text } => self.labelled(Key::Dash, &format!("{mark} "), text),
            BlockKind::Paragraph(text) => self.spans(Key::Body, text),
            BlockKind::Centered(text) => self.spans(Key::Enactment, text),
            BlockKind::Table(_) => self.gap(0),
        }
    }

    /// A paragraph that opens with its number in the style's look.
    fn labelled(&self, key: Key, label: &str, text: &[Span]) -> Para {
        let mut para = self.text(key, label);
        push_spans(&mut para.runs, self.look(key), text);
        para
    }

    /// `Điều 1.` bold; its title bold too, but not a text that stands on the line of the label, as
    /// in decisions (mẫu 1.2).
    fn article(&self, number: &str, text: &[Span]) -> Para {
        let bold = self.look(Key::Article);
        let mut para = self.text(Key::Article, &format!("Điều {number}. "));
        if is_title(text) {
            push_spans(&mut para.runs, bold, text);
            para.format.keep_next = true;
        } else {
            push_spans(&mut para.runs, Look { bold: false, ..bold }, text);
        }
        para
    }
}

/// True for the tiêu đề of a Điều: short and without a closing mark.
fn is_title(text: &[Span]) -> bool {
    let text = plain(text);
    let text = text.trim_end();
    !text.is_empty()
        && text.chars().count() <= LONGEST_TITLE
        && !text.ends_with(['.', ';', ':', ',', '!', '?'])
}

/// Room above a table; a line that ends with a colon stays with the table that it introduces.
fn introduce(items: &mut [Item], gap: i32) {
    if let Some(Item::Para(para)) = items.last_mut() {
        para.format.after = gap;
        let colon = para.runs.iter().rev().find_map(|r| match &r.content {
            RunContent::Text(t) => Some(t.trim_end().ends_with(':')),
            _ => None,
        });
        if colon == Some(true) {
            para.format.keep_next = true;
        }
    }
}
