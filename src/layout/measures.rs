//! The measures of a ruleset with an office's choices, in the units of the sheet.
//!
//! Knows: keys of `[parts]`, `[page]`, `[body]`, `[layout]` and which an office may override.
//! Must not know: documents, paragraphs, any value of the law.

use std::collections::BTreeMap;

use crate::diagnostic::Text;
use crate::ruleset::{LineRule, Range, Ruleset};
use crate::text;

use super::{Look, Page, Rule, mm};

/// Points to twips, rounded.
pub(super) fn pt(value: f64) -> i32 {
    (value * 20.0).round() as i32
}

/// An office's choices by key, with `-` and `_` alike.
pub(super) struct Choices<'a> {
    rules: &'a Ruleset,
    chosen: BTreeMap<String, f64>,
}

/// What may be chosen for a key.
enum Allowed {
    Within(f64, f64),
    OneOf(Vec<f64>),
}

impl Allowed {
    fn holds(&self, value: f64) -> bool {
        match self {
            Allowed::Within(min, max) => value >= *min - 0.02 && value <= *max + 0.02,
            Allowed::OneOf(list) => list.iter().any(|v| (v - value).abs() < 0.02),
        }
    }
}

fn normal(key: &str) -> String {
    key.replace('-', "_")
}

/// What a key may be; `None` for a key that is none.
fn allowed(rules: &Ruleset, key: &str) -> Option<Allowed> {
    let within = |r: &Range| Some(Allowed::Within(r.min, r.max));
    match key {
        "margin_top" => within(&rules.page.top),
        "margin_bottom" => within(&rules.page.bottom),
        "margin_left" => within(&rules.page.left),
        "margin_right" => within(&rules.page.right),
        "gap" => within(&rules.body.gap),
        "line_spacing" => within(&rules.body.line),
        "indent" => Some(Allowed::OneOf(rules.body.indents.clone())),
        _ => {
            if let Some(part) = key.strip_suffix("_size").and_then(|p| rules.part(p)) {
                return within(&part.size);
            }
            let value = rules.layout.get(key)?;
            Some(Allowed::Within(0.0, (value * 3.0).max(100.0)))
        }
    }
}

/// The keys that an office may choose: margins, sizes, spaces, and the ruleset's `[layout]`.
pub fn choice_keys(rules: &Ruleset) -> Vec<String> {
    let page = ["margin_top", "margin_bottom", "margin_left", "margin_right"];
    let body = ["gap", "line_spacing", "indent"];
    let sizes = rules.parts.keys().map(|p| format!("{p}_size"));
    let layout = rules.layout.keys().cloned();
    page.into_iter().chain(body).map(str::to_owned).chain(sizes).chain(layout).collect()
}

/// The choices that an office may not make, with the reason: unknown keys and values out of range.
/// The layout passes over them, so that a sheet always keeps the rules.
pub fn wrong_choices(rules: &Ruleset, chosen: &BTreeMap<String, f64>) -> Vec<(String, Text)> {
    let mut out = Vec::new();
    for (key, value) in chosen {
        let reason = match allowed(rules, &normal(key)) {
            None => text!("không có lựa chọn trình bày {key}", "there is no layout choice {key}"),
            Some(a) if a.holds(*value) => continue,
            Some(Allowed::Within(min, max)) => text!(
                "{key} = {value} ngoài khoảng {min}–{max}",
                "{key} = {value} is outside {min}–{max}"
            ),
            Some(Allowed::OneOf(list)) => {
                let list = list.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
                text!("{key} = {value} không thuộc {list}", "{key} = {value} is none of {list}")
            }
        };
        out.push((key.clone(), reason));
    }
    out
}

impl<'a> Choices<'a> {
    pub(super) fn new(rules: &'a Ruleset, chosen: &BTreeMap<String, f64>) -> Self {
        let good = |k: &str, v: f64| allowed(rules, k).is_some_and(|a| a.holds(v));
        let chosen = chosen
            .iter()
            .map(|(k, v)| (normal(k), *v))
            .filter(|(k, v)| v.is_finite() && good(k, *v))
            .collect();
        Self { rules, chosen }
    }

    fn value(&self, key: &str, rule: f64) -> f64 {
        self.chosen.get(key).copied().unwrap_or(rule)
    }

    /// A key of `[layout]`; 0 where the ruleset has none.
    pub(super) fn layout(&self, key: &str) -> f64 {
        self.value(key, self.rules.layout.get(key).copied().unwrap_or(0.0))
    }

    /// Look of a part. `body_size` goes for all parts of the body that may have that size and
    /// have no choice of their own.
    pub(super) fn look(&self, part: &str) -> Look {
        let Some(rule) = self.rules.part(part) else {
            return Look { size: 28, bold: false, italic: false, color: None };
        };
        let body = self.chosen.get("body_size").copied();
        let body = body.filter(|s| FOLLOWS_BODY.contains(&part) && rule.size.holds(*s));
        let size = self.value(&format!("{part}_size"), body.unwrap_or(rule.size.value));
        Look {
            size: (size * 2.0).round().clamp(2.0, 200.0) as u16,
            bold: rule.bold.unwrap_or(false),
            italic: rule.italic.unwrap_or(false),
            color: None,
        }
    }

    /// Page, portrait.
    fn page(&self) -> Page {
        let page = &self.rules.page;
        Page {
            width: mm(page.width),
            height: mm(page.height),
            landscape: false,
            top: mm(self.value("margin_top", page.top.value)),
            bottom: mm(self.value("margin_bottom", page.bottom.value)),
            left: mm(self.value("margin_left", page.left.value)),
            right: mm(self.value("margin_right", page.right.value)),
            header: mm(page.header),
            footer: mm(page.footer),
        }
    }

    fn line(&self, part: &str) -> LineRule {
        let none = LineRule { min: 1.0, max: 1.0, value: 1.0 };
        self.rules.part(part).and_then(|p| p.line).unwrap_or(none)
    }

    /// Least size of a part, half points.
    fn least(&self, part: &str) -> u16 {
        self.rules.part(part).map_or(u16::MAX / 2, |p| (p.size.min * 2.0) as u16)
    }

    /// All measures that documents need.
    pub(super) fn measures(&self) -> Measures {
        Measures {
            page: self.page(),
            indent: mm(self.value("indent", self.rules.body.indent)),
            gap: pt(self.value("gap", self.rules.body.gap.value)),
            line: (self.value("line_spacing", self.rules.body.line.value) * 240.0).round() as i32,
            header_left: mm(self.layout("header_left")),
            header_right: mm(self.layout("header_right")),
            signature_left: mm(self.layout("signature_left")),
            signature_right: mm(self.layout("signature_right")),
            rule: Rule { weight: self.layout("rule_weight").clamp(2.0, 96.0) as u16, space: 1 },
            table_rule: Rule {
                weight: self.layout("table_rule_weight").clamp(2.0, 96.0) as u16,
                space: 0,
            },
            addressee_indent: mm(self.layout("addressee_indent")),
            cell_margin: mm(self.layout("cell_margin")),
            after_title: pt(self.layout("after_title")),
            before_stamp: pt(self.layout("before_stamp")),
            circulation_height: mm(self.layout("circulation_height")),
            head_least: (self.least("nation"), self.least("motto"), self.least("place_date")),
            motto_line: self.line("motto"),
            organ_line: self.line("organ"),
            subject_line: self.line("subject"),
            reference_line: self.line("appendix_reference"),
        }
    }
}

/// Parts whose size goes with the size of the body.
const FOLLOWS_BODY: [&str; 15] = [
    "body",
    "legal_basis",
    "enactment",
    "authority_issuing",
    "heading_label",
    "heading_title",
    "roman",
    "article",
    "clause_title",
    "type",
    "subject",
    "position",
    "signer",
    "addressee",
    "appendix_reference",
];

/// Measures in twips, apart from those that stand in the styles.
#[derive(Debug, Clone)]
pub(super) struct Measures {
    pub page: Page,
    pub indent: i32,
    pub gap: i32,
    pub line: i32,
    pub header_left: i32,
    pub header_right: i32,
    pub signature_left: i32,
    pub signature_right: i32,
    pub rule: Rule,
    pub table_rule: Rule,
    pub addressee_indent: i32,
    pub cell_margin: i32,
    pub after_title: i32,
    pub before_stamp: i32,
    pub circulation_height: i32,
    /// Least sizes of Quốc hiệu, Tiêu ngữ and ô 4, half points.
    pub head_least: (u16, u16, u16),
    pub motto_line: LineRule,
    pub organ_line: LineRule,
    pub subject_line: LineRule,
    pub reference_line: LineRule,
}

impl Measures {
    /// The page of a section.
    pub(super) fn page(&self, landscape: bool) -> Page {
        let mut page = self.page;
        if landscape {
            page.landscape = true;
            (page.width, page.height) = (self.page.height, self.page.width);
        }
        page
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_outside_the_decree_is_named_and_not_used() {
        let rules = Ruleset::builtin().expect("embedded");
        let chosen: BTreeMap<String, f64> = [
            ("body-size".to_owned(), 13.5),
            ("indent".to_owned(), 11.0),
            ("margin-left".to_owned(), 50.0),
            ("colour".to_owned(), 1.0),
            ("motto-size".to_owned(), f64::NAN),
        ]
        .into();
        let wrong: Vec<String> =
            wrong_choices(&rules, &chosen).into_iter().map(|(k, _)| k).collect();
        assert_eq!(wrong, ["colour", "indent", "margin-left", "motto-size"]);
        let choices = Choices::new(&rules, &chosen);
        assert_eq!(choices.look("body").size, 27);
        assert_eq!(choices.look("article").size, 27);
        assert_eq!(choices.look("recipients").size, 22);
        assert_eq!(choices.measures().indent, 720);
        assert_eq!(choices.measures().page.left, mm(30.0));
    }

    #[test]
    fn every_key_that_is_offered_may_be_chosen() {
        let rules = Ruleset::builtin().expect("embedded");
        let keys = choice_keys(&rules);
        assert!(keys.iter().all(|k| allowed(&rules, k).is_some()));
        assert!(keys.contains(&"body_size".to_owned()) && keys.contains(&"rule_weight".to_owned()));
    }
}
