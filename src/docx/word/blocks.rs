//! Where each block of a template begins and ends in the structure of its part.
//!
//! Knows: what may be repeated (runs, paragraphs, rows) and which tags vanish with their paragraph.
//! Must not know: XML as text, data.
//!
//! A block whose tags stand in one run or one paragraph repeats runs. One whose tags stand in
//! different cells of a row repeats the row; in different paragraphs of one body or cell, the
//! paragraphs; in different rows of one table, the rows. Everything else cannot be repeated without
//! breaking the file, and is a finding.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::codes;
use super::paragraphs::{Mark, Para, Spots, Texts};
use super::tokens::{NONE, Name, Part, attribute};
use crate::diagnostic::{Diagnostic, Place, Text};
use crate::template::Role;
use crate::text;

/// What becomes of the tag of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Fate {
    /// All tags of the block are in one run: it stays there.
    #[default]
    Inside,
    /// Stands between runs.
    Between,
    /// Moved to the border of a paragraph or row.
    Moved,
}

/// Where everything goes.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// By the index of the mark.
    pub fates: Vec<Fate>,
    /// Marks in front of an element, in order; of one that vanishes, all its marks.
    pub before: HashMap<usize, Vec<usize>>,
    /// Marks behind an element.
    pub after: HashMap<usize, Vec<usize>>,
    /// Paragraphs and rows that hold nothing but block tags.
    pub vanish: HashSet<usize>,
    /// Events that may be repeated.
    pub loops: Vec<Range<usize>>,
    /// Elements whose children may be repeated or left out.
    pub changing: HashSet<usize>,
}

impl Plan {
    /// True for an event that may be repeated.
    pub fn is_repeated(&self, event: usize) -> bool {
        self.loops.iter().any(|l| l.contains(&event))
    }
}

/// Finds the place of every block. The tags are balanced.
pub(super) fn plan(
    part: &Part<'_>,
    texts: &Texts,
    spots: &Spots,
    file: &str,
    found: &mut Vec<Diagnostic>,
) -> Plan {
    let plan = Plan { fates: vec![Fate::Inside; texts.marks.len()], ..Plan::default() };
    let mut planner = Planner { part, texts, spots, file, found, plan };
    let mut open: Vec<(Vec<usize>, bool)> = Vec::new();
    let mut blocks = Vec::new();
    for (index, mark) in texts.marks.iter().enumerate() {
        match mark.tag.role() {
            Role::Open(repeats) => open.push((vec![index], repeats)),
            Role::Else => {
                if let Some((tags, _)) = open.last_mut() {
                    tags.push(index);
                }
            }
            Role::Close => {
                if let Some((mut tags, repeats)) = open.pop() {
                    tags.push(index);
                    blocks.push((tags, repeats));
                }
            }
            Role::Value | Role::Comment => {}
        }
    }
    // From the outside in: the order of the tags at one border is the order in which they are typed.
    blocks.sort_by_key(|(tags, _)| tags.first().copied());
    for (tags, repeats) in blocks {
        let range = planner.block(&tags);
        if let Some(range) = &range {
            planner.fields(&tags, range.clone());
        }
        if let Some(range) = range.filter(|_| repeats) {
            planner.plan.loops.push(range);
        }
    }
    for marks in planner.plan.before.values_mut().chain(planner.plan.after.values_mut()) {
        marks.sort_unstable();
    }
    planner.plan
}

struct Planner<'a, 'p> {
    part: &'a Part<'p>,
    texts: &'a Texts,
    spots: &'a Spots,
    file: &'a str,
    found: &'a mut Vec<Diagnostic>,
    plan: Plan,
}

impl<'a> Planner<'a, '_> {
    fn mark(&self, index: usize) -> Option<&'a Mark> {
        self.texts.marks.get(index)
    }

    /// Places the tags of a block; gives the events it covers.
    fn block(&mut self, tags: &[usize]) -> Option<Range<usize>> {
        let marks: Vec<&Mark> = tags.iter().filter_map(|t| self.mark(*t)).collect();
        let (first, last) = (marks.first()?, marks.last()?);
        if marks.iter().all(|m| m.elem == first.elem) {
            return Some(first.event..last.event + 1);
        }
        let common = self.common(&marks);
        let children: Vec<usize> = marks.iter().map(|m| self.child(common, m.elem)).collect();
        let all_are = |what: Name| children.iter().all(|c| self.part.name(*c) == what);
        let moved = match self.part.name(common) {
            Name::P
            | Name::Hyperlink
            | Name::Ins
            | Name::Del
            | Name::MoveFrom
            | Name::MoveTo
            | Name::SmartTag
            | Name::FldSimple
            | Name::SdtContent
                if all_are(Name::R) =>
            {
                for tag in tags {
                    self.set(*tag, Fate::Between);
                }
                return Some(first.event..last.event + 1);
            }
            Name::Body
            | Name::Tc
            | Name::Txbx
            | Name::Hdr
            | Name::Ftr
            | Name::Footnote
            | Name::Endnote
            | Name::SdtContent
                if all_are(Name::P) =>
            {
                self.across(tags, &children, common)
            }
            Name::Tr if tags.len() == 2 => {
                let (row, parent) = (common, self.part.parent(common));
                if let [open, close] = *tags {
                    self.put(open, row, false);
                    self.put(close, row, true);
                }
                marks.iter().for_each(|m| self.clear(m));
                self.plan.changing.insert(parent);
                let (start, end) = self.part.span(row);
                return Some(start..end + 1);
            }
            Name::Tbl | Name::SdtContent if all_are(Name::Tr) => {
                self.across(tags, &children, common)
            }
            _ => None,
        };
        if moved.is_none() {
            self.crossing(tags);
        }
        moved
    }

    /// The paragraph of a tag that was moved to its row goes, if nothing else stands in it and the
    /// cell has another one.
    fn clear(&mut self, mark: &Mark) {
        let Some(para) = self.texts.paras.get(mark.para) else { return };
        let cell = self.part.parent(para.elem);
        let is_lonely =
            self.part.children(cell).filter(|e| self.part.name(*e) == Name::P).count() < 2;
        if para.has_objects || is_lonely || !self.is_bare(para, 0, para.text.len()) {
            return;
        }
        self.plan.vanish.insert(para.elem);
        self.plan.changing.insert(cell);
    }

    fn set(&mut self, tag: usize, fate: Fate) {
        if let Some(slot) = self.plan.fates.get_mut(tag) {
            *slot = fate;
        }
    }

    fn put(&mut self, tag: usize, elem: usize, is_after: bool) {
        self.set(tag, Fate::Moved);
        let list = if is_after { &mut self.plan.after } else { &mut self.plan.before };
        list.entry(elem).or_default().push(tag);
    }

    /// The innermost element that holds all marks.
    fn common(&self, marks: &[&Mark]) -> usize {
        let Some(first) = marks.first() else { return NONE };
        let rest = marks.get(1..).unwrap_or_default();
        let holds = |elem: usize| {
            rest.iter().all(|m| self.part.around(m.elem).any(|around| around == elem))
        };
        self.part.around(first.elem).find(|e| holds(*e)).unwrap_or(NONE)
    }

    fn child(&self, of: usize, elem: usize) -> usize {
        self.part.around(elem).find(|e| self.part.parent(*e) == of).unwrap_or(NONE)
    }

    /// Places tags at the borders of paragraphs, or of rows.
    fn across(
        &mut self,
        tags: &[usize],
        children: &[usize],
        common: usize,
    ) -> Option<Range<usize>> {
        let mut places = Vec::with_capacity(tags.len());
        for (tag, child) in tags.iter().zip(children) {
            places.push((*tag, *child, self.border(*tag, *child)?));
        }
        let (mut start, mut end) = (usize::MAX, 0);
        for (tag, child, border) in places {
            let (first, last) = self.part.span(child);
            start = start.min(first);
            end = end.max(last + 1);
            if border == Border::Vanishes {
                self.plan.vanish.insert(child);
            }
            self.put(tag, child, border == Border::After);
        }
        self.plan.changing.insert(common);
        Some(start..end)
    }

    /// On which side of its paragraph or row a tag can go.
    fn border(&self, tag: usize, child: usize) -> Option<Border> {
        let mark = self.mark(tag)?;
        let (first, last) = self.part.span(child);
        let inside: Vec<usize> = (0..self.texts.paras.len())
            .filter(|i| {
                let at = self.texts.paras.get(*i).map_or(NONE, |p| self.part.span(p.elem).0);
                first <= at && at <= last
            })
            .collect();
        let para = |i: usize| self.texts.paras.get(i);
        let all = |paras: &[usize]| {
            paras.iter().all(|i| para(*i).is_some_and(|p| self.is_bare(p, 0, p.text.len())))
        };
        let has_objects = inside.iter().any(|i| para(*i).is_some_and(|p| p.has_objects));
        if all(&inside) && !has_objects {
            return Some(Border::Vanishes);
        }
        let own = self.texts.paras.get(mark.para)?;
        let at = inside.iter().position(|i| *i == mark.para)?;
        let starts = all(inside.get(..at)?) && self.is_bare(own, 0, mark.tag.start());
        let ends = all(inside.get(at + 1..)?) && self.is_bare(own, mark.tag.end(), own.text.len());
        match mark.tag.role() {
            Role::Open(_) => starts.then_some(Border::Before),
            Role::Close => ends.then_some(Border::After),
            _ if starts => Some(Border::Before),
            _ => ends.then_some(Border::After),
        }
    }

    /// True if nothing but block tags and blanks stands there.
    fn is_bare(&self, para: &Para, start: usize, end: usize) -> bool {
        let mut at = start;
        let own = self.texts.by_elem.get(&para.elem).copied();
        let marks = self.texts.marks.iter().filter(|m| Some(m.para) == own && m.tag.start() < end);
        for mark in marks {
            if mark.tag.end() <= start {
                continue;
            }
            let is_silent = mark.tag.role() != Role::Value || mark.tag.special().is_some();
            let before = para.text.get(at..mark.tag.start()).unwrap_or_default();
            if !is_silent || !before.trim().is_empty() {
                return false;
            }
            at = mark.tag.end();
        }
        para.text.get(at..end).unwrap_or_default().trim().is_empty()
    }

    /// A block may not hold half of a field of Word.
    fn fields(&mut self, tags: &[usize], range: Range<usize>) {
        let mut depth = 0_i32;
        let mut is_torn = false;
        for event in range {
            let elem = self.part.events.get(event).map_or(NONE, |e| e.elem);
            if self.part.name(elem) != Name::FldChar || self.part.span(elem).0 != event {
                continue;
            }
            let tag = self.part.tag(elem);
            let kind = attribute(tag, &format!("{}fldCharType", self.part.prefix));
            match kind.and_then(|r| tag.get(r)) {
                Some("begin") => depth += 1,
                Some("end") => depth -= 1,
                _ => {}
            }
            is_torn |= depth < 0;
        }
        let first = tags.first().and_then(|t| self.mark(*t));
        if let (Some(mark), true) = (first, is_torn || depth != 0) {
            let open = mark.tag.text();
            let finding = Diagnostic::error(
                codes::IN_FIELD,
                Place::file(self.file).line(mark.tag.number()),
                text!(
                    "khối “{open}” cắt ngang một trường của Word (field)",
                    "the block “{open}” cuts a field of Word in two"
                ),
            )
            .hint(text!(
                "đặt cả trường vào trong khối, hoặc ra ngoài khối",
                "put the whole field inside the block, or outside"
            ));
            self.found.push(finding);
        }
    }

    fn crossing(&mut self, tags: &[usize]) {
        let marks: Vec<&Mark> = tags.iter().filter_map(|t| self.mark(*t)).collect();
        let (Some(first), Some(last)) = (marks.first(), marks.last()) else { return };
        let at = |m: &Mark| Place::file(self.file).line(m.tag.number());
        let (open, close) = (first.tag.text().to_owned(), last.tag.text().to_owned());
        let cell = |m: &Mark| self.spots.get(m.tag.number()).and_then(|w| w.cell);
        let why: Text = match (cell(first), cell(last)) {
            (Some(a), Some(b)) if a != b => text!(
                "khối “{open}” mở ở một ô và đóng ở ô khác mà không lặp được cả hàng",
                "the block “{open}” opens in one cell and closes in another, and no whole row can be repeated"
            ),
            (None, Some(_)) | (Some(_), None) => text!(
                "khối “{open}” mở và đóng ở hai phía của một bảng",
                "the block “{open}” opens on one side of a table's border and closes on the other"
            ),
            _ => text!(
                "khối “{open}” mở và đóng ở hai đoạn hoặc khung khác nhau, giữa chừng một đoạn",
                "the block “{open}” opens and closes in different paragraphs or frames, in the middle of one"
            ),
        };
        let finding = Diagnostic::error(codes::CROSSING, at(first), why)
            .hint(text!(
                "đặt thẻ mở và thẻ đóng trong cùng một đoạn; hoặc mỗi thẻ một đoạn riêng trong cùng ô, cùng thân văn bản; lặp hàng của bảng thì mở ở ô đầu và đóng ở ô cuối của hàng đó",
                "put both tags into one paragraph; or each alone into a paragraph of the same cell or body; to repeat a row open in its first cell and close in its last"
            ))
            .related(at(last), text!("“{close}” ở đây", "“{close}” is here"));
        self.found.push(finding);
    }
}

/// Where a tag goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Border {
    Before,
    After,
    /// Its paragraph or row holds nothing else.
    Vanishes,
}
