//! From a part and its plan to the pieces of a program: text that is copied, and tags.
//!
//! Knows: runs, cells, rows as XML; which ids must not be repeated. Must not know: data.
//!
//! A run that holds tags is written anew, piece by piece; everything else is copied byte for byte.

mod runs;

use std::collections::HashSet;

use super::blocks::Plan;
use super::codes;
use super::hooks::{Hook, Hooks};
use super::paragraphs::{Mark, Texts};
use super::tokens::{Kind, NONE, Name, Part, attribute};
use crate::diagnostic::{Diagnostic, Place};
use crate::template::{FieldKind, Piece, Special};
use crate::text;

/// Makes the pieces of a part.
pub(super) fn build(
    part: &Part<'_>,
    texts: &Texts,
    plan: &Plan,
    hooks: &mut Hooks,
    file: &str,
    found: &mut Vec<Diagnostic>,
) -> Vec<Piece> {
    let mut builder = Builder {
        part,
        texts,
        plan,
        hooks,
        file,
        found,
        pieces: Vec::new(),
        text: String::with_capacity(part.src.len()),
        touched: HashSet::new(),
        dropped: HashSet::new(),
        merges: HashSet::new(),
    };
    builder.prepare();
    let end = part.events.len();
    builder.walk(0, end);
    builder.flush();
    builder.pieces
}

struct Builder<'a, 'p> {
    part: &'a Part<'p>,
    texts: &'a Texts,
    plan: &'a Plan,
    hooks: &'a mut Hooks,
    file: &'a str,
    found: &'a mut Vec<Diagnostic>,
    pieces: Vec<Piece>,
    /// Text that is not yet a piece.
    text: String,
    /// Runs that are written anew.
    touched: HashSet<usize>,
    /// Elements that are left out.
    dropped: HashSet<usize>,
    /// Tables with cells that merge.
    merges: HashSet<usize>,
}

impl<'a> Builder<'a, '_> {
    fn prepare(&mut self) {
        let part = self.part;
        for para in &self.texts.paras {
            for seg in &para.segs {
                let is_hit = para.tags.iter().any(|tag| seg.touches(*tag))
                    || para.escapes.iter().any(|e| (seg.start..seg.end).contains(e));
                let elem = part.events.get(seg.event).map_or(NONE, |e| e.elem);
                if let (true, Some(run)) = (is_hit, part.nearest(elem, Name::R)) {
                    self.touched.insert(run);
                }
            }
            if !para.tags.is_empty() {
                for control in part.around(para.elem).filter(|e| part.name(*e) == Name::Sdt) {
                    self.release(control);
                }
            }
        }
        for mark in &self.texts.marks {
            if let Some(control) = part.nearest(mark.elem, Name::Sdt) {
                self.release(control);
            }
            if matches!(mark.tag.special(), Some((Special::Merge, _))) {
                self.merges.extend(part.nearest(mark.elem, Name::Tbl));
            }
        }
        self.ranges();
    }

    /// A filled content control shows its content: neither a prompt nor what it was bound to.
    fn release(&mut self, control: usize) {
        let part = self.part;
        let properties = part.children(control).filter(|e| part.name(*e) == Name::SdtPr);
        for child in properties.flat_map(|p| part.children(p)) {
            if matches!(part.name(child), Name::Placeholder | Name::Binding) {
                self.dropped.insert(child);
            }
        }
    }

    /// Bookmarks, permissions and comments of which an end would be repeated go, both ends.
    fn ranges(&mut self) {
        let part = self.part;
        if self.plan.loops.is_empty() {
            return;
        }
        let kind = |name: Name| match name {
            Name::BookmarkStart | Name::BookmarkEnd => Some(0),
            Name::PermStart | Name::PermEnd => Some(1),
            Name::CommentStart | Name::CommentEnd | Name::CommentRef => Some(2),
            _ => None,
        };
        let id = |elem: usize| {
            let tag = part.tag(elem);
            attribute(tag, &format!("{}id", part.prefix)).and_then(|r| tag.get(r))
        };
        let all: Vec<(usize, (i32, Option<&str>))> =
            (0..part.elems.len()).filter_map(|e| Some((e, (kind(part.name(e))?, id(e))))).collect();
        let repeated: HashSet<(i32, Option<&str>)> = all
            .iter()
            .filter(|(e, _)| self.plan.is_repeated(part.span(*e).0))
            .map(|(_, key)| *key)
            .collect();
        self.dropped.extend(all.iter().filter(|(_, key)| repeated.contains(key)).map(|(e, _)| *e));
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.pieces.push(Piece::Text(std::mem::take(&mut self.text)));
        }
    }

    fn point(&mut self, hook: Hook) {
        self.flush();
        let id = self.hooks.add(hook);
        self.pieces.push(Piece::Point(id));
    }

    /// Writes the tag of a block, or a value.
    fn tag(&mut self, index: usize) {
        let Some(mark) = self.texts.marks.get(index) else { return };
        self.flush();
        let is_row =
            self.plan.is_repeated(mark.event) && self.part.nearest(mark.elem, Name::Tc).is_some();
        self.pieces.push(Piece::Tag(mark.tag.clone(), is_row));
    }

    fn tags_at(&mut self, elem: usize, is_after: bool) {
        let list = if is_after { &self.plan.after } else { &self.plan.before };
        if let Some(list) = list.get(&elem) {
            for index in list {
                self.tag(*index);
            }
        }
    }

    /// Copies events, and does what must be done at some of them.
    fn walk(&mut self, from: usize, to: usize) {
        let mut at = from;
        while let Some(event) = self.part.events.get(at).filter(|_| at < to) {
            let elem = event.elem;
            match event.kind {
                Kind::Start | Kind::Empty => at = self.begin(elem, at),
                Kind::End => {
                    self.end(elem);
                    at += 1;
                }
                Kind::Text | Kind::Other => {
                    self.text.push_str(self.part.raw(at));
                    at += 1;
                }
            }
        }
    }

    /// An element begins; gives the next event.
    fn begin(&mut self, elem: usize, at: usize) -> usize {
        let part = self.part;
        let next = part.span(elem).1 + 1;
        if self.dropped.contains(&elem) {
            return next;
        }
        let name = part.name(elem);
        if name == Name::Tbl {
            self.table(elem);
        }
        self.tags_at(elem, false);
        if self.plan.vanish.contains(&elem) {
            self.remains(elem);
            return next;
        }
        match name {
            Name::R if self.touched.contains(&elem) => {
                self.run(elem);
                return next;
            }
            Name::ProofErr if self.is_tagged(elem) => return next,
            Name::Tc if self.merge_of(elem).is_some() => {
                self.merging(elem);
                return next;
            }
            Name::Blip => {
                if let Some(mark) = self.picture_of(elem) {
                    return self.picture(elem, at, mark);
                }
            }
            Name::SrcRect if self.picture_of(elem).is_some() => return next,
            _ => {}
        }
        self.start_tag(elem, at);
        if part.events.get(at).is_some_and(|e| e.kind == Kind::Empty) {
            self.tags_at(elem, true);
        }
        at + 1
    }

    fn end(&mut self, elem: usize) {
        let part = self.part;
        let last = part.span(elem).1;
        let is_changing = self.plan.changing.contains(&elem);
        match part.name(elem) {
            Name::Tc | Name::Txbx | Name::Hdr | Name::Ftr | Name::Footnote | Name::Endnote
                if is_changing =>
            {
                self.point(Hook::NeedsParagraph);
            }
            Name::Tbl if is_changing => self.point(Hook::TableRowsEnd),
            _ => {}
        }
        self.text.push_str(part.raw(last));
        if part.name(elem) == Name::Tbl && is_changing {
            self.point(Hook::TableEnd);
        }
        if part.name(elem) == Name::Tr && self.merges.contains(&part.parent(elem)) {
            self.point(Hook::Row(elem));
        }
        self.tags_at(elem, true);
    }

    /// Two tables with nothing between them would be one; a table without rows is none.
    fn table(&mut self, elem: usize) {
        let parent = self.part.parent(elem);
        if self.plan.changing.contains(&parent) {
            self.point(Hook::NotAfterTable);
        }
        if self.plan.changing.contains(&elem) {
            self.point(Hook::TableStart);
        }
        if self.merges.contains(&elem) {
            self.point(Hook::Row(NONE));
        }
    }

    /// What stays of a paragraph or row that vanishes: the ends of ranges.
    fn remains(&mut self, elem: usize) {
        let part = self.part;
        let (first, last) = part.span(elem);
        for at in first..=last {
            let Some(event) = part.events.get(at) else { return };
            let is_range = matches!(
                part.name(event.elem),
                Name::BookmarkStart
                    | Name::BookmarkEnd
                    | Name::PermStart
                    | Name::PermEnd
                    | Name::CommentStart
                    | Name::CommentEnd
            );
            if is_range && event.kind != Kind::End && !self.dropped.contains(&event.elem) {
                self.text.push_str(part.whole(event.elem));
            }
        }
    }

    fn is_tagged(&self, elem: usize) -> bool {
        let para = self.part.nearest(elem, Name::P).and_then(|p| self.texts.by_elem.get(&p));
        para.and_then(|p| self.texts.paras.get(*p)).is_some_and(|p| !p.tags.is_empty())
    }

    /// Copies a start tag; where it may be repeated, its ids are taken out or made new each time.
    fn start_tag(&mut self, elem: usize, at: usize) {
        let part = self.part;
        let raw = part.raw(at);
        let name = part.name(elem);
        if name == Name::SectPr && self.plan.changing.contains(&part.parent(elem)) {
            self.point(Hook::NotAfterTable);
        }
        let is_told = matches!(name, Name::DocPr | Name::CNvPr) && self.picture_of(elem).is_some();
        let (mut cuts, mut fresh) = (Vec::new(), None);
        if is_told && let Some(range) = attribute(raw, "descr") {
            cuts.push(range);
        }
        if self.plan.is_repeated(at) {
            let of_word = |name: &str| attribute(raw, &format!("{}{name}", part.prefix));
            match name {
                Name::DocPr => fresh = attribute(raw, "id").map(|r| (r, Hook::Fresh)),
                Name::Id if part.name(part.parent(elem)) == Name::SdtPr => {
                    fresh = of_word("val").map(|r| (r, Hook::Fresh));
                }
                Name::Ins | Name::Del | Name::MoveFrom | Name::MoveTo => {
                    fresh = of_word("id").map(|r| (r, Hook::Fresh));
                }
                Name::FootnoteRef | Name::EndnoteRef => self.note(elem),
                Name::Shape => cuts
                    .extend(["id", "o:spid"].into_iter().filter_map(|a| whole_attribute(raw, a))),
                _ => {}
            }
            for name in ["w14:paraId", "w14:textId"] {
                cuts.extend(whole_attribute(raw, name));
            }
        }
        if cuts.is_empty() && fresh.is_none() {
            self.text.push_str(raw);
            return;
        }
        cuts.sort_by_key(|r| r.start);
        let mut from = 0;
        let all = cuts.into_iter().map(|r| (r, None));
        let mut all: Vec<_> = all.chain(fresh.map(|(r, hook)| (r, Some(hook)))).collect();
        all.sort_by_key(|(r, _)| r.start);
        for (range, hook) in all {
            self.text.push_str(raw.get(from..range.start).unwrap_or_default());
            if let Some(hook) = hook {
                self.point(hook);
            }
            from = range.end;
        }
        self.text.push_str(raw.get(from..).unwrap_or_default());
    }

    fn note(&mut self, elem: usize) {
        let near = self.texts.marks.iter().rev().find(|m| m.event <= self.part.span(elem).0);
        let place = Place::file(self.file).line(near.map_or(0, |m| m.tag.number()));
        self.found.push(
            Diagnostic::error(
                codes::NOTE_IN_LOOP,
                place,
                text!(
                    "chú thích cuối trang nằm trong phần được lặp",
                    "a footnote stands in what is repeated"
                ),
            )
            .hint(text!(
                "đưa chú thích ra ngoài vòng lặp, hoặc ghi nội dung đó trong ngoặc đơn",
                "move the note out of the loop, or write its text in brackets"
            )),
        );
    }

    fn is_merge_here(&self, mark: &Mark) -> bool {
        let cell = self.part.nearest(mark.elem, Name::Tc);
        matches!(mark.tag.special(), Some((Special::Merge, _)))
            && cell.is_some()
            && self.plan.is_repeated(mark.event)
    }

    fn merge_of(&self, cell: usize) -> Option<&'a Mark> {
        self.texts
            .marks
            .iter()
            .find(|m| self.is_merge_here(m) && self.part.nearest(m.elem, Name::Tc) == Some(cell))
    }

    /// A cell that becomes one with the cell above it if both say the same.
    fn merging(&mut self, cell: usize) {
        let part = self.part;
        let Some(mark) = self.merge_of(cell) else { return };
        let (first, last) = part.span(cell);
        let prefix = part.prefix.clone();
        let properties = part.children(cell).next().filter(|c| part.name(*c) == Name::TcPr);
        self.start_tag(cell, first);
        self.text.push_str(&format!("<{prefix}tcPr>"));
        let children: Vec<usize> =
            properties.map(|p| part.children(p).collect()).unwrap_or_default();
        let is_first = |e: &usize| {
            matches!(part.name(*e), Name::TcFirst | Name::TcW | Name::GridSpan | Name::HMerge)
        };
        for child in children.iter().filter(|e| is_first(e)) {
            self.text.push_str(part.whole(*child));
        }
        self.point(Hook::MergeHere);
        for child in children.iter().filter(|e| !is_first(e) && part.name(**e) != Name::VMerge) {
            self.text.push_str(part.whole(*child));
        }
        self.text.push_str(&format!("</{prefix}tcPr>"));
        let row = part.parent(cell);
        if let Some((_, Some(key))) = mark.tag.special() {
            self.flush();
            let id = self.hooks.add(Hook::MergeKey);
            self.pieces.push(Piece::Handed(key, id, FieldKind::Text));
        }
        self.point(Hook::MergeBody);
        let start = properties.map_or(first + 1, |p| part.span(p).1 + 1);
        self.walk(start, last);
        if self.plan.changing.contains(&cell) {
            self.point(Hook::NeedsParagraph);
        }
        self.point(Hook::MergeEnd(cell, row));
        self.text.push_str(part.raw(last));
    }

    /// The tag in the alternative text of the drawing around an element.
    fn picture_of(&self, elem: usize) -> Option<&'a Mark> {
        let drawing = self.part.nearest(elem, Name::Drawing)?;
        self.texts
            .marks
            .iter()
            .find(|m| m.para == NONE && self.part.nearest(m.elem, Name::Drawing) == Some(drawing))
    }

    /// The picture of a placeholder; gives the next event.
    fn picture(&mut self, blip: usize, at: usize, mark: &Mark) -> usize {
        let part = self.part;
        let raw = part.raw(at);
        let next = part.span(blip).1 + 1;
        let (Some(range), Some((special, Some(value)))) =
            (attribute(raw, "r:embed"), mark.tag.special())
        else {
            self.text.push_str(part.whole(blip));
            return next;
        };
        let (width, height) = self.extent(blip);
        self.text.push_str(raw.get(..range.start).unwrap_or_default());
        self.flush();
        let is_qr = special == Special::Qr;
        let id = self.hooks.add(Hook::Picture { is_qr, width, height });
        let kind = if is_qr { FieldKind::Text } else { FieldKind::Picture };
        self.pieces.push(Piece::Handed(value, id, kind));
        // What a blip holds (effects, another picture as SVG) belongs to the placeholder.
        self.text.push_str("\"/>");
        self.point(Hook::Crop);
        next
    }

    fn extent(&self, elem: usize) -> (u64, u64) {
        let part = self.part;
        let drawing = part.nearest(elem, Name::Drawing).unwrap_or(NONE);
        let (first, last) = part.span(drawing);
        let inside = part.events.get(first..=last).unwrap_or_default();
        let extent = inside.iter().map(|e| e.elem).find(|e| part.name(*e) == Name::Extent);
        let Some(tag) = extent.map(|e| part.tag(e)) else { return (0, 0) };
        let number =
            |name| attribute(tag, name).and_then(|r| tag.get(r)?.parse().ok()).unwrap_or(0);
        (number("cx"), number("cy"))
    }
}

/// Where an attribute stands with its name and the blank before it.
fn whole_attribute(tag: &str, name: &str) -> Option<std::ops::Range<usize>> {
    let value = attribute(tag, name)?;
    let start = tag.get(..value.start)?.rfind(name)?.checked_sub(1)?;
    Some(start..value.end + 1)
}
