//! Runs that hold tags, written anew.
//!
//! Knows: what of a run is open, what of its text is a tag. Must not know: blocks over paragraphs, data.

use super::Builder;
use crate::docx::word::blocks::Fate;
use crate::docx::word::tokens::{Kind, NONE, Name, escape};
use crate::template::Role;

/// What of a run is open.
#[derive(Default)]
struct RunState {
    run: bool,
    text: bool,
}

impl Builder<'_, '_> {
    /// Writes a run anew.
    pub(super) fn run(&mut self, run: usize) {
        let part = self.part;
        let (first, last) = part.span(run);
        let properties = part.children(run).next().filter(|c| part.name(*c) == Name::RPr);
        let mut state = RunState::default();
        let mut at = match properties {
            Some(p) => part.span(p).1 + 1,
            None => first + 1,
        };
        while let Some(event) = part.events.get(at).filter(|_| at < last) {
            let elem = event.elem;
            let next = part.span(elem).1 + 1;
            if !matches!(event.kind, Kind::Start | Kind::Empty) {
                // Blanks between the children of the run.
                at += 1;
                continue;
            }
            if part.name(elem) == Name::T {
                let inner: Vec<usize> = (at..next)
                    .filter(|i| part.events.get(*i).is_some_and(|e| e.kind == Kind::Text))
                    .collect();
                for event in inner {
                    self.seg(run, properties, event, &mut state);
                }
            } else if !self.is_swallowed(at) {
                self.open_run(run, properties, &mut state);
                self.close_text(&mut state);
                self.walk(at, next);
            }
            at = next;
        }
        self.close_run(&mut state);
    }

    /// Writes the text of one event of a run.
    fn seg(&mut self, run: usize, properties: Option<usize>, event: usize, state: &mut RunState) {
        let texts = self.texts;
        let para = self.part.nearest(run, Name::P).and_then(|p| texts.by_elem.get(&p)).copied();
        let Some(index) = para else { return };
        let Some(para) = texts.paras.get(index) else { return };
        let Some(seg) = para.segs.iter().find(|s| s.event == event) else { return };
        let mut from = seg.start;
        let mut at = seg.start;
        while at < seg.end {
            let inside = para.tags.iter().find(|(s, e)| *s <= at && at < *e).copied();
            let skip = match inside {
                Some((start, end)) => {
                    self.plain(run, properties, para.text.get(from..at), state);
                    if start == at {
                        self.hole(run, properties, index, start, state);
                    }
                    Some(end.min(seg.end))
                }
                None if para.escapes.contains(&at) => {
                    self.plain(run, properties, para.text.get(from..at), state);
                    Some(at + 1)
                }
                None => None,
            };
            at = match skip {
                Some(next) => {
                    from = next;
                    next
                }
                None => {
                    // On to the next tag or escape.
                    let tag = para.tags.iter().map(|(s, _)| *s).filter(|s| *s > at).min();
                    let escape = para.escapes.iter().copied().filter(|e| *e > at).min();
                    tag.into_iter().chain(escape).min().unwrap_or(seg.end).min(seg.end)
                }
            };
        }
        self.plain(run, properties, para.text.get(from..seg.end), state);
    }

    fn plain(
        &mut self,
        run: usize,
        properties: Option<usize>,
        text: Option<&str>,
        state: &mut RunState,
    ) {
        let Some(text) = text.filter(|t| !t.is_empty()) else { return };
        self.open_text(run, properties, state);
        escape(text, &mut self.text);
    }

    /// A tag at its place in a run.
    fn hole(
        &mut self,
        run: usize,
        properties: Option<usize>,
        para: usize,
        start: usize,
        state: &mut RunState,
    ) {
        let marks = self.texts.marks.iter().enumerate();
        let found = marks.into_iter().find(|(_, m)| m.para == para && m.tag.start() == start);
        let Some((index, mark)) = found else { return };
        match mark.tag.role() {
            Role::Comment => {}
            Role::Value if self.is_merge_here(mark) => {}
            Role::Value => {
                self.open_text(run, properties, state);
                self.tag(index);
            }
            _ => match self.plan.fates.get(index) {
                Some(Fate::Between) => {
                    self.close_run(state);
                    self.tag(index);
                }
                Some(Fate::Inside) => {
                    self.close_text(state);
                    self.open_run(run, properties, state);
                    self.tag(index);
                }
                _ => {}
            },
        }
    }

    fn open_run(&mut self, run: usize, properties: Option<usize>, state: &mut RunState) {
        if !state.run {
            self.text.push_str(self.part.tag(run));
            if let Some(properties) = properties {
                self.text.push_str(self.part.whole(properties));
            }
            state.run = true;
        }
    }

    fn open_text(&mut self, run: usize, properties: Option<usize>, state: &mut RunState) {
        self.open_run(run, properties, state);
        if !state.text {
            let prefix = &self.part.prefix;
            self.text.push_str(&format!("<{prefix}t xml:space=\"preserve\">"));
            state.text = true;
        }
    }

    fn close_text(&mut self, state: &mut RunState) {
        if state.text {
            let prefix = &self.part.prefix;
            self.text.push_str(&format!("</{prefix}t>"));
            state.text = false;
        }
    }

    fn close_run(&mut self, state: &mut RunState) {
        self.close_text(state);
        if state.run {
            let prefix = &self.part.prefix;
            self.text.push_str(&format!("</{prefix}r>"));
            state.run = false;
        }
    }

    /// A hyphen, tab or break that stands inside a tag goes with it.
    fn is_swallowed(&self, event: usize) -> bool {
        let elem = self.part.events.get(event).map_or(NONE, |e| e.elem);
        let para = self.part.nearest(elem, Name::P).and_then(|p| self.texts.by_elem.get(&p));
        let Some(para) = para.and_then(|p| self.texts.paras.get(*p)) else { return false };
        if matches!(self.part.name(elem), Name::Rendered | Name::ProofErr) {
            return true;
        }
        let Some(seg) = para.segs.iter().find(|s| s.event == event) else { return false };
        para.tags.iter().any(|(s, e)| *s < seg.start && seg.start < *e)
    }
}
