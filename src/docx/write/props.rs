//! Paragraph and character properties: only what differs from the base.
//!
//! Knows: the order of `w:pPr` and `w:rPr`. Must not know: documents, zip.

use crate::docx::normal::{MEASURE_MAX, clamp_rule};
use crate::docx::xml::Xml;
use crate::layout::{Format, Frame, LineSpacing, Look, Rule};
use crate::model::Align;

/// Paragraph format of a file that says nothing.
pub(in crate::docx) const PLAIN_FORMAT: Format = Format {
    align: Align::Left,
    left: 0,
    right: 0,
    first: 0,
    before: 0,
    after: 0,
    line: LineSpacing::Auto(240),
    keep_next: false,
    keep_lines: false,
    widow_control: true,
    page_break_before: false,
    top: None,
    bottom: None,
};

/// Character look of a file that says nothing.
pub(in crate::docx) const PLAIN_LOOK: Look =
    Look { size: 20, bold: false, italic: false, color: None };

/// A format within the limits of Word: lengths, no negative space, rules not over 31 pt away.
pub(in crate::docx) fn clamp_format(f: &Format) -> Format {
    let length = |v: i32| v.clamp(-MEASURE_MAX, MEASURE_MAX);
    let space = |v: i32| v.clamp(0, MEASURE_MAX);
    Format {
        left: length(f.left),
        right: length(f.right),
        first: length(f.first),
        before: space(f.before),
        after: space(f.after),
        line: match f.line {
            LineSpacing::Auto(v) => LineSpacing::Auto(space(v)),
            LineSpacing::Exact(v) => LineSpacing::Exact(space(v)),
            LineSpacing::AtLeast(v) => LineSpacing::AtLeast(space(v)),
        },
        top: f.top.map(clamp_rule),
        bottom: f.bottom.map(clamp_rule),
        ..*f
    }
}

/// The children of `w:pPr` from `keepNext` to `jc`.
/// `say_all` states also what the base says (the default style does).
pub(super) fn format(x: &mut Xml, base: &Format, f: &Format, tabs: &[i32], say_all: bool) {
    framed_format(x, base, f, tabs, say_all, None);
}

/// The same for a paragraph that may stand in a place of its own.
pub(super) fn framed_format(
    x: &mut Xml,
    base: &Format,
    f: &Format,
    tabs: &[i32],
    say_all: bool,
    place: Option<Frame>,
) {
    let f = &clamp_format(f);
    let base = &clamp_format(base);
    if f.keep_next != base.keep_next {
        x.switch("w:keepNext", f.keep_next);
    }
    if f.keep_lines != base.keep_lines {
        x.switch("w:keepLines", f.keep_lines);
    }
    if f.page_break_before != base.page_break_before {
        x.switch("w:pageBreakBefore", f.page_break_before);
    }
    if let Some(place) = place {
        frame(x, place);
    }
    if say_all || f.widow_control != base.widow_control {
        x.switch("w:widowControl", f.widow_control);
    }
    if f.top != base.top || f.bottom != base.bottom {
        x.tag("w:pBdr").body(|x| {
            border(x, "w:top", f.top, base.top.is_some());
            border(x, "w:bottom", f.bottom, base.bottom.is_some());
        });
    }
    if !tabs.is_empty() {
        x.tag("w:tabs").body(|x| {
            for tab in tabs {
                x.tag("w:tab").attr("w:val", "left").num("w:pos", *tab).empty();
            }
        });
    }
    spacing(x, base, f, say_all);
    indents(x, base, f);
    if say_all || f.align != base.align {
        x.val("w:jc", align(f.align));
    }
}

/// A place on the page. Word counts from 1: an absolute position of 0 would mean “in line”.
fn frame(x: &mut Xml, place: Frame) {
    let within = |v: i32| v.clamp(1, MEASURE_MAX);
    x.tag("w:framePr")
        .num("w:w", within(place.width))
        .num("w:h", within(place.height))
        .attr("w:hRule", "exact")
        .attr("w:wrap", "around")
        .attr("w:vAnchor", "page")
        .attr("w:hAnchor", "page")
        .num("w:x", within(place.x))
        .num("w:y", within(place.y))
        .empty();
}

fn spacing(x: &mut Xml, base: &Format, f: &Format, say_all: bool) {
    let differs = |mine: i32, other: i32| (say_all || mine != other).then_some(mine);
    let tag = x
        .tag("w:spacing")
        .num_if("w:before", differs(f.before, base.before))
        .num_if("w:after", differs(f.after, base.after));
    let tag = if say_all || f.line != base.line {
        let (value, rule) = match f.line {
            LineSpacing::Auto(v) => (v, "auto"),
            LineSpacing::Exact(v) => (v, "exact"),
            LineSpacing::AtLeast(v) => (v, "atLeast"),
        };
        tag.num("w:line", value).attr("w:lineRule", rule)
    } else {
        tag
    };
    tag.empty_if_any();
}

fn indents(x: &mut Xml, base: &Format, f: &Format) {
    let differs = |mine: i32, other: i32| (mine != other).then_some(mine);
    let first = differs(f.first, base.first);
    x.tag("w:ind")
        .num_if("w:left", differs(f.left, base.left))
        .num_if("w:right", differs(f.right, base.right))
        .num_if("w:hanging", first.filter(|v| *v < 0).map(i32::saturating_neg))
        .num_if("w:firstLine", first.filter(|v| *v >= 0))
        .empty_if_any();
}

/// One edge; `nil` where the base has a line and this has none.
fn border(x: &mut Xml, name: &'static str, rule: Option<Rule>, base_has: bool) {
    match rule {
        Some(rule) => single(x, name, rule),
        None if base_has => x.val(name, "nil"),
        None => {}
    }
}

/// A single line of the automatic colour.
pub(super) fn single(x: &mut Xml, name: &'static str, rule: Rule) {
    let rule = clamp_rule(rule);
    x.tag(name)
        .attr("w:val", "single")
        .num("w:sz", i32::from(rule.weight))
        .num("w:space", i32::from(rule.space))
        .attr("w:color", "auto")
        .empty();
}

/// The children of `w:rPr` in which a look differs from its base.
pub(super) fn look(x: &mut Xml, base: &Look, l: &Look) {
    if l.bold != base.bold {
        x.switch("w:b", l.bold);
        x.switch("w:bCs", l.bold);
    }
    if l.italic != base.italic {
        x.switch("w:i", l.italic);
        x.switch("w:iCs", l.italic);
    }
    if l.color != base.color {
        match l.color {
            Some(rgb) => x.val("w:color", &format!("{:06X}", rgb & 0xFF_FFFF)),
            None => x.val("w:color", "auto"),
        }
    }
    if l.size != base.size {
        x.num("w:sz", i32::from(l.size));
        x.num("w:szCs", i32::from(l.size));
    }
}

const fn align(a: Align) -> &'static str {
    match a {
        Align::Left => "left",
        Align::Center => "center",
        Align::Right => "right",
        Align::Justify => "both",
    }
}
