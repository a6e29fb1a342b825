//! The texts of a certificate as they were fitted last, by their boxes.
//!
//! Knows: which values a box names. Must not know: what they stand for, places on the paper.
//!
//! The certificates of a campaign have most texts in common, and each is laid out when it is checked and when it is
//! printed. A box whose values are those of the certificate before has its text and its lines.

use std::cell::RefCell;
use std::rc::Rc;

use super::Values;
use super::fit::{self, Fitted};
use crate::layout::phrases::Phrases;
use crate::model::TextBox;

thread_local! {
    static KNOWN: RefCell<Known> = const { RefCell::new(Known { owner: 0, boxes: Vec::new() }) };
}

/// What this thread fitted last for one form.
#[derive(Default)]
struct Known {
    owner: u64,
    boxes: Vec<Option<Text>>,
}

/// The text of a box.
#[derive(Debug, Clone)]
pub(super) struct Text {
    /// The values that were asked for, each with its name and the place where it stood.
    values: Rc<[(usize, String, String)]>,
    /// With its values; empty where all its values are.
    pub(super) text: Rc<str>,
    /// At its own size, or the largest below at which it fits; `None` if there is none.
    pub(super) fitted: Option<Rc<Fitted>>,
}

impl Text {
    fn of(of: &TextBox, values: &Values<'_>, phrases: &Phrases) -> Self {
        let mut asked = Vec::new();
        let text = filled(of, |name| {
            let (place, value) = values.get_near(0, name);
            asked.push((place, name.to_owned(), value.to_owned()));
            value
        });
        let fitted = match text.is_empty() {
            true => None,
            false => fit::fit(of, &text, of.size, phrases).map(Rc::new),
        };
        Self { values: asked.into(), text: text.into(), fitted }
    }

    /// True if these values would be asked for and found again.
    fn is_of(&self, values: &Values<'_>) -> bool {
        self.values.iter().all(|(place, name, value)| values.get_near(*place, name).1 == value)
    }
}

/// The texts of the boxes of a form, each with its box, of those that are wanted. `owner` is the form's alone.
pub(super) fn texts<'f>(
    owner: u64,
    boxes: &'f [TextBox],
    values: &Values<'_>,
    phrases: &Phrases,
    is_wanted: impl Fn(&TextBox) -> bool,
) -> Vec<(usize, &'f TextBox, Text)> {
    let mut known = KNOWN.take();
    if known.owner != owner || known.boxes.len() != boxes.len() {
        known = Known { owner, boxes: vec![None; boxes.len()] };
    }
    let mut out = Vec::with_capacity(boxes.len());
    for (at, (of, known)) in boxes.iter().zip(&mut known.boxes).enumerate() {
        if !is_wanted(of) {
            continue;
        }
        let text = match known.as_ref().filter(|text| text.is_of(values)) {
            Some(text) => text,
            None => known.insert(Text::of(of, values, phrases)),
        };
        out.push((at, of, text.clone()));
    }
    KNOWN.replace(known);
    out
}

/// The text of a box, with its values; empty where all its values are.
fn filled<'v>(of: &TextBox, mut value: impl FnMut(&str) -> &'v str) -> String {
    let mut out = String::with_capacity(of.text.len() + 64);
    let (mut rest, mut has_value, mut has_names) = (of.text.as_str(), false, false);
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else { break };
        let value = value(name);
        has_names = true;
        has_value |= !value.is_empty();
        out.push_str(value);
        rest = after;
    }
    out.push_str(rest);
    if has_names && !has_value {
        return String::new();
    }
    // A missing value leaves no comma, no double blank and no blank line behind.
    if has_gaps(&out) {
        let words: Vec<&str> = out.split_whitespace().collect();
        out = words.join(" ").replace(" ,", ",");
    }
    let text = out.trim_matches([' ', ',']);
    if of.upper {
        text.to_uppercase()
    } else if text.len() == out.len() {
        out
    } else {
        text.to_owned()
    }
}

/// True if a text has a blank before a blank or a comma, or a blank that is none of the usual kind.
fn has_gaps(text: &str) -> bool {
    let mut after_blank = false;
    text.chars().any(|c| {
        let is_gap = (after_blank && matches!(c, ' ' | ',')) || (c != ' ' && c.is_whitespace());
        after_blank = c == ' ';
        is_gap
    })
}
