//! Numbers of headings, điều, khoản, điểm: repeated, skipped, out of order (PL I, Phần I, Mục II.6.đ).
//!
//! Knows: which list a number continues and where lists begin again. Must not know: titles, layout.
//!
//! Every body (main, appendix, attached) is numbered apart. A heading opens new lists beneath it;
//! điều run through all chapters; chương and Roman mục may run on or begin again under a new phần.
//! Of khoản and điểm the one that comes first under a heading is the outer list. A list may begin
//! again after a lead-in: a line that ends with a colon, or that is a title.

use crate::diagnostic::{Place, Text};
use crate::model::{Block, BlockKind, Form, Level};
use crate::text;
use crate::text::{from_roman, to_roman};

use super::kinds::Kind as CheckKind;
use super::view::{bodies, joined, short};
use super::{Checks, Context, Head};

/// What can be wrong with a number; a row of the ruleset asks for one of these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Fault {
    /// The number was there before.
    Repeated,
    /// Numbers before it are missing.
    Skipped,
    /// It stands after a larger one.
    Disorder,
    /// `2.1` under khoản 1.
    Parent,
    /// Not a number of this kind: `Chương 1`, `01.`, điểm `w)`.
    Malformed,
    /// Điều 1 again in a later chapter.
    Restart,
    /// `e)` right after `d)`.
    Letter,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Heading(Level),
    Roman,
    Article,
    Clause(usize),
    Point,
}

impl Kind {
    /// Depth of headings; everything of a higher rank ends when one opens.
    fn rank(self) -> u8 {
        match self {
            Kind::Heading(level) => level as u8,
            Kind::Roman => 4,
            Kind::Article => 5,
            Kind::Clause(_) | Kind::Point => 6,
        }
    }
}

/// One number of a list: its value and its block.
#[derive(Debug, Clone, Copy)]
struct Entry {
    value: u32,
    block: usize,
}

#[derive(Debug)]
struct List {
    kind: Kind,
    /// Numbers in front of the last dot (`3` of `3.1`).
    prefix: Vec<u32>,
    entries: Vec<Entry>,
    /// A heading above came by: the next 1 begins a new list.
    may_restart: bool,
}

impl List {
    fn last(&self) -> u32 {
        self.entries.last().map_or(0, |e| e.value)
    }
}

/// A fault: the block at fault, the other block that belongs to it.
struct Found {
    fault: Fault,
    block: usize,
    other: Option<usize>,
    message: Text,
    hint: Option<Text>,
}

/// Runs all numbering rows of the ruleset over all bodies.
pub(crate) fn run(checks: &Checks, context: &mut Context) {
    let head = |fault: Fault| {
        checks.checks.iter().find_map(|c| match c.kind {
            CheckKind::Numbering(f) if f == fault => Some(&c.head),
            _ => None,
        })
    };
    let doc = context.doc;
    // An extract keeps the numbers of its source.
    if doc.form == Form::Copy {
        return;
    }
    let letters: Vec<char> = checks.rules.body.point_letters.chars().collect();
    for body in bodies(doc) {
        let mut walk = Walk { body, letters: &letters, lists: Vec::new(), found: Vec::new() };
        for index in 0..body.len() {
            walk.step(index);
        }
        for list in std::mem::take(&mut walk.lists) {
            walk.judge(&list);
        }
        for found in walk.found {
            if let Some(head) = head(found.fault).filter(|h| h.in_force(doc.date)) {
                report(head, &found, body, context);
            }
        }
    }
}

fn report(head: &Head, found: &Found, body: &[Block], context: &mut Context) {
    let at = |index: usize| body.get(index).map_or(0, |b| b.at);
    let place = context.line(at(found.block));
    let mut finding = head.finding(place, found.message.clone());
    if let Some(hint) = &found.hint {
        finding = finding.hint(hint.clone());
    }
    if let Some(other) = found.other {
        let quoted = body.get(other).map(quote).unwrap_or_default();
        let place: Place = context.line(at(other));
        finding = finding.related(place, text!("đây là “{quoted}”", "here is “{quoted}”"));
    }
    context.out.push(finding);
}

struct Walk<'a> {
    body: &'a [Block],
    letters: &'a [char],
    lists: Vec<List>,
    found: Vec<Found>,
}

impl Walk<'_> {
    fn step(&mut self, index: usize) {
        let body = self.body;
        let Some(block) = body.get(index) else { return };
        match &block.kind {
            BlockKind::Heading { level, number, .. } => {
                let roman = matches!(level, Level::Part | Level::Chapter);
                let value = if roman { from_roman(number) } else { arabic(number) };
                self.heading(Kind::Heading(*level), value, index);
            }
            BlockKind::Roman { number, .. } => {
                self.heading(Kind::Roman, from_roman(number), index);
            }
            BlockKind::Article { number, .. } => {
                self.heading(Kind::Article, arabic(number), index);
            }
            BlockKind::Clause { number, .. } => self.clause(number, index),
            BlockKind::Point { letter, .. } => self.point(letter, index),
            BlockKind::Centered(_) => self.close_above(5),
            _ => {}
        }
    }

    /// Ends all lists of a rank above `rank`, but those that may run on.
    fn close_above(&mut self, rank: u8) {
        let mut kept = Vec::with_capacity(self.lists.len());
        for mut list in std::mem::take(&mut self.lists) {
            let runs_on = match list.kind {
                Kind::Article => true,
                Kind::Heading(Level::Chapter) | Kind::Roman => rank == Level::Part as u8,
                _ => false,
            };
            if list.kind.rank() <= rank || runs_on {
                list.may_restart |= list.kind.rank() > rank;
                kept.push(list);
            } else {
                self.judge(&list);
            }
        }
        self.lists = kept;
    }

    fn heading(&mut self, kind: Kind, value: Option<u32>, index: usize) {
        self.close_above(kind.rank());
        let Some(value) = value else { return self.malformed(index) };
        let at = self.lists.iter().position(|l| l.kind == kind);
        let Some(list) = at.and_then(|at| self.lists.get_mut(at)) else {
            self.lists.push(new_list(kind, Vec::new(), value, index));
            return;
        };
        let again = value == 1 && list.last() > 0;
        let restarts_articles = again && kind == Kind::Article && list.last() > 1;
        if again && (list.may_restart && kind != Kind::Article || restarts_articles) {
            let first = list.entries.first().map(|e| e.block);
            let fresh = new_list(kind, Vec::new(), value, index);
            let old = std::mem::replace(list, fresh);
            self.judge(&old);
            if restarts_articles {
                self.restart(index, first);
            }
            return;
        }
        list.may_restart = false;
        list.entries.push(Entry { value, block: index });
    }

    fn clause(&mut self, number: &str, index: usize) {
        let parts: Option<Vec<u32>> = number.split('.').map(arabic).collect();
        let Some((&value, prefix)) = parts.as_deref().and_then(<[u32]>::split_last) else {
            return self.malformed(index);
        };
        if prefix.is_empty() {
            self.item(Kind::Clause(1), value, index);
        } else {
            self.sub_clause(prefix, value, index);
        }
    }

    fn point(&mut self, letter: &str, index: usize) {
        let mut chars = letter.chars();
        let (Some(c), None) = (chars.next(), chars.next()) else { return self.malformed(index) };
        // ă, â, ê, ô, ơ, ư belong to the alphabet but not to the custom: passed over.
        if "ăâêôơư".contains(c) {
            return;
        }
        match self.letters.iter().position(|l| *l == c) {
            Some(at) => self.item(Kind::Point, u32::try_from(at).unwrap_or(0) + 1, index),
            None => self.malformed(index),
        }
    }

    /// A khoản or điểm: finds the list that it continues.
    fn item(&mut self, kind: Kind, value: u32, index: usize) {
        let lists = self.lists.iter().enumerate().rev();
        let same: Vec<usize> = lists.filter(|(_, l)| l.kind == kind).map(|(i, _)| i).collect();
        let next = |at: &&usize| self.lists.get(**at).is_some_and(|l| l.last() + 1 == value);
        let target = match same.iter().find(next) {
            Some(at) => Some(*at),
            None if value == 1 && self.lead_in(index) => None,
            None => same.first().copied(),
        };
        match target {
            Some(at) => {
                for list in self.lists.split_off(at + 1) {
                    self.keep_or_judge(list);
                }
                if let Some(list) = self.lists.get_mut(at) {
                    list.entries.push(Entry { value, block: index });
                }
            }
            None => {
                // A new list after a lead-in takes the place of a finished one of its kind.
                self.lists.push(new_list(kind, Vec::new(), value, index));
            }
        }
    }

    /// Lists above the target end, but điều may lie there and run on.
    fn keep_or_judge(&mut self, list: List) {
        if list.kind.rank() <= 5 {
            self.lists.push(list);
        } else {
            self.judge(&list);
        }
    }

    fn sub_clause(&mut self, prefix: &[u32], value: u32, index: usize) {
        let kind = Kind::Clause(prefix.len() + 1);
        let found = self.lists.iter().rposition(|l| l.kind == kind && l.prefix == prefix);
        if let Some(at) = found {
            for list in self.lists.split_off(at + 1) {
                self.keep_or_judge(list);
            }
            if let Some(list) = self.lists.get_mut(at) {
                list.entries.push(Entry { value, block: index });
            }
            return;
        }
        let parent = self.lists.iter().rposition(|l| l.kind == Kind::Clause(prefix.len()));
        if let Some(at) = parent {
            for list in self.lists.split_off(at + 1) {
                self.keep_or_judge(list);
            }
            self.check_parent(at, prefix, index);
        }
        self.lists.push(new_list(kind, prefix.to_vec(), value, index));
    }

    fn check_parent(&mut self, at: usize, prefix: &[u32], index: usize) {
        let Some(list) = self.lists.get(at) else { return };
        let mut own = list.prefix.clone();
        own.push(list.last());
        if own == prefix {
            return;
        }
        let other = list.entries.last().map(|e| e.block);
        let (label, dotted) = (self.label(index), dots(&own));
        self.found.push(Found {
            fault: Fault::Parent,
            block: index,
            other,
            message: text!(
                "“{label}” đứng dưới khoản {dotted}",
                "“{label}” stands under khoản {dotted}"
            ),
            hint: Some(text!(
                "đánh số {dotted}.1, {dotted}.2 … dưới khoản {dotted}",
                "number {dotted}.1, {dotted}.2 … under khoản {dotted}"
            )),
        });
    }

    /// True if the block before `index` introduces a list of its own.
    fn lead_in(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1).and_then(|i| self.body.get(i)) else { return true };
        let Some(spans) = before.kind.text() else { return true };
        let text = joined(spans);
        let text = text.trim_end();
        let titled = match &before.kind {
            BlockKind::Clause { titled, .. } | BlockKind::Point { titled, .. } => *titled,
            BlockKind::Paragraph(_) | BlockKind::Dash { .. } | BlockKind::Centered(_) => {
                let short = text.chars().count() <= 80;
                let open = !text.ends_with(['.', ';', ',', '!', '?', '/']);
                (short && open) || spans.iter().all(|s| s.bold)
            }
            _ => true,
        };
        titled || text.ends_with(':')
    }

    fn malformed(&mut self, index: usize) {
        let label = self.label(index);
        let hint = match self.body.get(index).map(|b| &b.kind) {
            Some(BlockKind::Heading { level: Level::Part | Level::Chapter, .. }) => {
                text!("đánh số bằng chữ số La Mã: I, II, III", "use Roman numerals: I, II, III")
            }
            Some(BlockKind::Roman { .. }) => {
                text!("dùng số La Mã đúng: IV, IX, XL", "use a proper Roman numeral: IV, IX, XL")
            }
            Some(BlockKind::Point { .. }) => text!(
                "dùng chữ cái thường theo thứ tự a, b, c, d, đ, e, g, h, i, k, l, m",
                "use small letters in the order a, b, c, d, đ, e, g, h, i, k, l, m"
            ),
            _ => text!(
                "đánh số bằng chữ số Ả Rập, không có số 0 đứng trước: 1, 2, 3",
                "use Arabic numerals without a leading 0: 1, 2, 3"
            ),
        };
        self.found.push(Found {
            fault: Fault::Malformed,
            block: index,
            other: None,
            message: text!(
                "“{label}” không phải cách đánh số của đề mục này",
                "“{label}” is not how this level is numbered"
            ),
            hint: Some(hint),
        });
    }

    fn restart(&mut self, index: usize, first: Option<usize>) {
        self.found.push(Found {
            fault: Fault::Restart,
            block: index,
            other: first,
            message: text!(
                "điều được đánh số lại từ Điều 1",
                "the articles begin again with Điều 1"
            ),
            hint: None,
        });
    }

    /// Faults of a finished list.
    fn judge(&mut self, list: &List) {
        let mut most = 0;
        for (position, entry) in list.entries.iter().enumerate() {
            let before = list.entries.get(..position).unwrap_or(&[]);
            let after = list.entries.get(position + 1..).unwrap_or(&[]);
            // One that is larger than all before it is none of them: a list of thousands is gone through once.
            let mut same = before.iter().filter(|_| entry.value <= most);
            if let Some(first) = same.find(|e| e.value == entry.value) {
                self.repeated(entry, first);
            } else if entry.value < most {
                let larger = before.iter().rev().find(|e| e.value > entry.value);
                self.disorder(entry, larger.copied());
            } else {
                // A number that comes later is out of order, not missing.
                let missing: Vec<u32> = (most + 1..entry.value.min(most + 100))
                    .filter(|n| !after.iter().any(|e| e.value == *n))
                    .collect();
                if !missing.is_empty() {
                    self.skipped(list, entry, before.last().copied(), &missing);
                }
            }
            most = most.max(entry.value);
        }
    }

    fn repeated(&mut self, entry: &Entry, first: &Entry) {
        let label = self.label(entry.block);
        let line = self.body.get(first.block).map_or(0, |b| b.at);
        self.found.push(Found {
            fault: Fault::Repeated,
            block: entry.block,
            other: Some(first.block),
            message: text!(
                "“{label}” bị lặp: đã có ở dòng {line}",
                "“{label}” is repeated: it is on line {line} already"
            ),
            hint: None,
        });
    }

    fn disorder(&mut self, entry: &Entry, larger: Option<Entry>) {
        let label = self.label(entry.block);
        let other = larger.map_or(String::new(), |e| self.label(e.block));
        self.found.push(Found {
            fault: Fault::Disorder,
            block: entry.block,
            other: larger.map(|e| e.block),
            message: text!("“{label}” đứng sau “{other}”", "“{label}” stands after “{other}”"),
            hint: None,
        });
    }

    fn skipped(&mut self, list: &List, entry: &Entry, before: Option<Entry>, missing: &[u32]) {
        let label = self.label(entry.block);
        let d_bar = self.letters.iter().position(|c| *c == 'đ').map_or(0, |p| p + 1);
        let only_d_bar = list.kind == Kind::Point
            && missing.len() == 1
            && missing.iter().all(|n| usize::try_from(*n).is_ok_and(|n| n == d_bar));
        let names: Vec<String> =
            missing.iter().take(5).map(|n| self.name(list.kind, &list.prefix, *n)).collect();
        let names = names.join("”, “");
        let message = match before {
            Some(before) => {
                let before = self.label(before.block);
                text!(
                    "“{label}” đứng ngay sau “{before}”, thiếu “{names}”",
                    "“{label}” comes right after “{before}”, “{names}” is missing"
                )
            }
            None => text!(
                "đánh số bắt đầu từ “{label}”, thiếu “{names}”",
                "the numbering begins with “{label}”, “{names}” is missing"
            ),
        };
        self.found.push(Found {
            fault: if only_d_bar { Fault::Letter } else { Fault::Skipped },
            block: entry.block,
            other: before.map(|e| e.block),
            message,
            hint: None,
        });
    }

    /// A number as it is written: `IV`, `3.2`, `đ`.
    fn name(&self, kind: Kind, prefix: &[u32], value: u32) -> String {
        match kind {
            Kind::Roman => format!("{}.", to_roman(value)),
            Kind::Heading(level @ (Level::Part | Level::Chapter)) => {
                format!("{} {}", level.word(), to_roman(value))
            }
            Kind::Heading(level) => format!("{} {value}", level.word()),
            Kind::Article => format!("Điều {value}"),
            Kind::Point => usize::try_from(value)
                .ok()
                .and_then(|v| self.letters.get(v.checked_sub(1)?))
                .map_or(String::new(), |c| format!("{c})")),
            _ => {
                let mut parts = prefix.to_vec();
                parts.push(value);
                format!("{}.", dots(&parts))
            }
        }
    }

    fn label(&self, index: usize) -> String {
        self.body.get(index).map(label).unwrap_or_default()
    }
}

fn new_list(kind: Kind, prefix: Vec<u32>, value: u32, block: usize) -> List {
    List { kind, prefix, entries: vec![Entry { value, block }], may_restart: false }
}

fn dots(parts: &[u32]) -> String {
    parts.iter().map(u32::to_string).collect::<Vec<_>>().join(".")
}

/// 1, 2, 10; no leading 0, not 0.
fn arabic(text: &str) -> Option<u32> {
    let digits = !text.is_empty() && text.len() <= 5 && text.bytes().all(|b| b.is_ascii_digit());
    if !digits || text.starts_with('0') { None } else { text.parse().ok() }
}

/// How the number of a block is written in front of it.
fn label(block: &Block) -> String {
    match &block.kind {
        BlockKind::Heading { level, number, .. } => format!("{} {number}", level.word()),
        BlockKind::Article { number, .. } => format!("Điều {number}"),
        BlockKind::Roman { number, .. } | BlockKind::Clause { number, .. } => format!("{number}."),
        BlockKind::Point { letter, .. } => format!("{letter})"),
        _ => String::new(),
    }
}

/// The number and the beginning of the text.
fn quote(block: &Block) -> String {
    let text = block.kind.text().map(joined).unwrap_or_default();
    format!("{} {}", label(block), short(&text)).trim_end().to_owned()
}
