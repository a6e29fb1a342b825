//! `w:pPr` and `w:rPr`: what they state, and a format or look with that laid over it.
//!
//! Knows: paragraph and character properties. Must not know: styles, the flow.

use quick_xml::events::BytesStart;

use super::cursor::{Cursor, number};
use super::section::{SectionProperties, section};
use crate::diagnostic::Result;
use crate::layout::{Format, LineSpacing, Look, Rule};
use crate::model::Align;

/// What a `w:pPr` states.
#[derive(Debug, Clone, Default)]
pub(super) struct ParaProperties {
    pub(super) style: Option<String>,
    pub(super) tabs: Vec<i32>,
    pub(super) outline: Option<u8>,
    pub(super) section: Option<Box<SectionProperties>>,
    align: Option<Align>,
    left: Option<i32>,
    right: Option<i32>,
    first: Option<i32>,
    before: Option<i32>,
    after: Option<i32>,
    line: Option<LineSpacing>,
    keep_next: Option<bool>,
    keep_lines: Option<bool>,
    widow_control: Option<bool>,
    page_break_before: Option<bool>,
    top: Option<Option<Rule>>,
    bottom: Option<Option<Rule>>,
}

impl ParaProperties {
    /// The format with what is stated laid over it.
    pub(super) fn over(&self, f: Format) -> Format {
        Format {
            align: self.align.unwrap_or(f.align),
            left: self.left.unwrap_or(f.left),
            right: self.right.unwrap_or(f.right),
            first: self.first.unwrap_or(f.first),
            before: self.before.unwrap_or(f.before),
            after: self.after.unwrap_or(f.after),
            line: self.line.unwrap_or(f.line),
            keep_next: self.keep_next.unwrap_or(f.keep_next),
            keep_lines: self.keep_lines.unwrap_or(f.keep_lines),
            widow_control: self.widow_control.unwrap_or(f.widow_control),
            page_break_before: self.page_break_before.unwrap_or(f.page_break_before),
            top: self.top.unwrap_or(f.top),
            bottom: self.bottom.unwrap_or(f.bottom),
        }
    }

    /// Reads the current `w:pPr`.
    pub(super) fn read(c: &mut Cursor<'_>) -> Result<Self> {
        let mut p = Self::default();
        c.children(|c, e| p.child(c, e))?;
        Ok(p)
    }

    fn child<'a>(&mut self, c: &mut Cursor<'a>, e: &BytesStart<'a>) -> Result<()> {
        match c.name(e) {
            "pStyle" => self.style = c.attribute(e, "val")?,
            "keepNext" => self.keep_next = Some(c.switch(e)?),
            "keepLines" => self.keep_lines = Some(c.switch(e)?),
            "pageBreakBefore" => self.page_break_before = Some(c.switch(e)?),
            "widowControl" => self.widow_control = Some(c.switch(e)?),
            "pBdr" => c.children(|c, e| {
                match c.name(e) {
                    "top" => self.top = Some(rule(c, e)?),
                    "bottom" => self.bottom = Some(rule(c, e)?),
                    _ => {}
                }
                Ok(())
            })?,
            "tabs" => c.children(|c, e| {
                let (mut at, mut clear) = (None, false);
                c.attributes(e, |name, value| match name {
                    "pos" => at = number(value),
                    "val" => clear = value == "clear",
                    _ => {}
                })?;
                self.tabs.extend(at.filter(|_| !clear));
                Ok(())
            })?,
            "spacing" => self.spacing(c, e)?,
            "ind" => self.indents(c, e)?,
            "jc" => self.align = c.attribute(e, "val")?.as_deref().and_then(align),
            "outlineLvl" => {
                self.outline = c.number(e)?.and_then(|n| u8::try_from(n).ok()).filter(|n| *n < 9);
            }
            "sectPr" => self.section = Some(Box::new(section(c)?)),
            _ => {}
        }
        Ok(())
    }

    fn spacing<'a>(&mut self, c: &Cursor<'a>, e: &BytesStart<'a>) -> Result<()> {
        let (mut line, mut rule) = (None, None);
        c.attributes(e, |name, value| match name {
            "before" => self.before = number(value),
            "after" => self.after = number(value),
            "line" => line = number(value),
            "lineRule" => rule = Some(value.to_owned()),
            _ => {}
        })?;
        if let Some(line) = line {
            self.line = Some(match rule.as_deref() {
                Some("exact") => LineSpacing::Exact(line),
                Some("atLeast") => LineSpacing::AtLeast(line),
                _ => LineSpacing::Auto(line),
            });
        }
        Ok(())
    }

    fn indents<'a>(&mut self, c: &Cursor<'a>, e: &BytesStart<'a>) -> Result<()> {
        let (mut first, mut hanging) = (None, None);
        c.attributes(e, |name, value| match name {
            "left" | "start" => self.left = number(value),
            "right" | "end" => self.right = number(value),
            "firstLine" => first = number(value),
            "hanging" => hanging = number(value),
            _ => {}
        })?;
        // Where both are given the hanging indent counts.
        if let Some(first) = hanging.map(i32::saturating_neg).or(first) {
            self.first = Some(first);
        }
        Ok(())
    }
}

/// What a `w:rPr` states.
#[derive(Debug, Clone, Default)]
pub(super) struct RunProperties {
    pub(super) style: Option<String>,
    size: Option<u16>,
    bold: Option<bool>,
    italic: Option<bool>,
    color: Option<Option<u32>>,
}

impl RunProperties {
    /// The look with what is stated laid over it.
    pub(super) fn over(&self, l: Look) -> Look {
        Look {
            size: self.size.unwrap_or(l.size),
            bold: self.bold.unwrap_or(l.bold),
            italic: self.italic.unwrap_or(l.italic),
            color: self.color.unwrap_or(l.color),
        }
    }

    /// What is stated, and for the rest what the base states.
    pub(super) fn with_base(&self, base: &Self) -> Self {
        Self {
            style: self.style.clone(),
            size: self.size.or(base.size),
            bold: self.bold.or(base.bold),
            italic: self.italic.or(base.italic),
            color: self.color.or(base.color),
        }
    }

    /// Reads the current `w:rPr`.
    pub(super) fn read(c: &mut Cursor<'_>) -> Result<Self> {
        let mut p = Self::default();
        c.children(|c, e| {
            match c.name(e) {
                "rStyle" => p.style = c.attribute(e, "val")?,
                "sz" => p.size = c.number(e)?.and_then(|n| u16::try_from(n).ok()),
                "b" => p.bold = Some(c.switch(e)?),
                "i" => p.italic = Some(c.switch(e)?),
                "color" => p.color = c.attribute(e, "val")?.map(|v| color(&v)),
                _ => {}
            }
            Ok(())
        })?;
        Ok(p)
    }
}

/// A border as a rule; `None` if it is none.
pub(super) fn rule<'a>(c: &Cursor<'a>, e: &BytesStart<'a>) -> Result<Option<Rule>> {
    let (mut drawn, mut rule) = (false, Rule { weight: 4, space: 0 });
    c.attributes(e, |name, value| match name {
        "val" => drawn = !matches!(value, "nil" | "none"),
        "sz" => rule.weight = value.parse().unwrap_or(rule.weight),
        "space" => rule.space = value.parse().unwrap_or(rule.space),
        _ => {}
    })?;
    Ok(drawn.then_some(rule))
}

/// Black as RRGGBB and `auto` are told apart; what is neither is `auto`.
fn color(value: &str) -> Option<u32> {
    (value.len() == 6).then(|| u32::from_str_radix(value, 16).ok()).flatten()
}

fn align(value: &str) -> Option<Align> {
    Some(match value {
        "left" | "start" => Align::Left,
        "center" => Align::Center,
        "right" | "end" => Align::Right,
        "both" | "distribute" | "thaiDistribute" | "lowKashida" | "mediumKashida"
        | "highKashida" => Align::Justify,
        _ => return None,
    })
}
