//! Which part of a ruleset a style stands for.
//!
//! Knows: the styles of the layout. Must not know: what must be true of a part.

use std::cell::RefCell;

use crate::ruleset::{PartRule, Ruleset};

/// Places of a sheet of which is remembered what stood there last.
const PLACES: usize = 64;

/// The parts of the styles with what must be true of them, in the order of the identifiers.
#[derive(Debug, Default)]
pub(crate) struct Parts(Vec<(&'static str, &'static str, Option<PartRule>)>);

impl Parts {
    pub(crate) fn new(rules: &Ruleset) -> Self {
        let part = |key: &'static str| rules.part(key).cloned();
        let styles = crate::layout::style_parts();
        let mut parts: Vec<_> = styles.map(|(style, key)| (style, key, part(key))).collect();
        parts.sort_by_key(|(style, _, _)| *style);
        Self(parts)
    }
}

thread_local! {
    /// Where in the table the style of each place was found last.
    static LAST: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Finds parts: first where that of the same place of the sheet before was.
pub(super) struct Finder<'a> {
    parts: &'a Parts,
    last: Vec<usize>,
    /// Where the style was found that was looked for last.
    before: usize,
}

impl<'a> Finder<'a> {
    pub(super) fn new(parts: &'a Parts) -> Self {
        Self { parts, last: LAST.take(), before: 0 }
    }

    /// The key and rule of the style at a place of the sheet.
    pub(super) fn of(&mut self, place: usize, style: &str) -> (&'a str, Option<&'a PartRule>) {
        let Parts(parts) = self.parts;
        // Behind the places that are remembered most are as the one before them: cells of a list.
        let at = self.last.get(place).unwrap_or(&self.before);
        let last = parts.get(*at);
        let known = last.filter(|(id, _, _)| *id == style).or_else(|| {
            let at = parts.binary_search_by_key(&style, |(id, _, _)| *id).ok()?;
            self.before = at;
            if place < PLACES {
                self.last.resize(self.last.len().max(place + 1), at);
                if let Some(last) = self.last.get_mut(place) {
                    *last = at;
                }
            }
            parts.get(at)
        });
        known.map_or(("", None), |(_, key, part)| (*key, part.as_ref()))
    }
}

impl Drop for Finder<'_> {
    fn drop(&mut self) {
        LAST.set(std::mem::take(&mut self.last));
    }
}
