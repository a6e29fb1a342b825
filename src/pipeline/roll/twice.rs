//! People and collectives that stand twice, in one list or in two.
//!
//! Knows: when two lines mean the same bearer, what the law says of two awards. Must not know: files.

use std::collections::HashMap;

use jiff::civil::Date;
use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Severity};
use crate::ruleset::{AwardKind, Awards};
use crate::source::roll::{Field, Listed, codes};
use crate::text;
use crate::text::collate::same_key;

/// Lines of one name that are compared with each other: in a list of thousands of the same name
/// the findings would be as many as the pairs.
const MOST_COMPARED: usize = 20;

/// The findings about lines that mean the same bearer.
pub(super) fn find(lines: &[Listed], awards: &Awards, on: Date) -> Vec<Diagnostic> {
    let mut by_name: HashMap<(u8, String), Vec<usize>> = HashMap::new();
    let mut found = Vec::new();
    let keys = lines.par_iter().with_min_len(32).map(|l| same_key(&l.honouree.name));
    let keys: Vec<String> = keys.collect();
    let named =
        lines.iter().zip(keys).enumerate().filter(|(_, (l, _))| !l.honouree.name.is_empty());
    for (at, (line, key)) in named {
        let key = (line.honouree.kind as u8, key);
        let others = by_name.entry(key).or_default();
        let before = others.iter().rev().filter_map(|at| lines.get(*at));
        if let Some(finding) =
            before.filter_map(|other| compare(other, line, awards, on)).max_by_key(|d| d.severity)
        {
            found.push(finding);
        }
        if others.len() < MOST_COMPARED {
            others.push(at);
        }
    }
    found
}

/// How likely two lines of one name are one bearer.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Same {
    Yes,
    Maybe,
    No,
}

fn same(a: &Listed, b: &Listed) -> Same {
    let (unit_a, unit_b) = (same_key(&a.honouree.unit), same_key(&b.honouree.unit));
    let (born_a, born_b) = (text::slug(&a.born), text::slug(&b.born));
    let both_born = !born_a.is_empty() && !born_b.is_empty();
    let year = |born: &str| born.rsplit('-').next().map(str::to_owned);
    if both_born && born_a != born_b && year(&born_a) != year(&born_b) {
        return Same::No;
    }
    if unit_a == unit_b || both_born && born_a == born_b {
        return Same::Yes;
    }
    // “Phòng Tổng hợp” and “Phòng Tổng hợp, Sở Nội vụ” are one.
    if !unit_a.is_empty()
        && !unit_b.is_empty()
        && (unit_a.contains(&unit_b) || unit_b.contains(&unit_a))
    {
        return Same::Yes;
    }
    Same::Maybe
}

fn compare(first: &Listed, second: &Listed, awards: &Awards, on: Date) -> Option<Diagnostic> {
    let (a, b) = (&first.honouree, &second.honouree);
    let name = &b.name;
    let same_form = a.form == b.form;
    let (deed_a, deed_b) = (same_key(&a.achievement), same_key(&b.achievement));
    let there = || text!("lần trước", "the first time");
    let clause = || awards.cite("điểm c khoản 2 Điều 5", on);
    match same(first, second) {
        Same::No => None,
        Same::Maybe => {
            let (one, other) = (&a.unit, &b.unit);
            Some(
                Diagnostic::warning(
                    codes::SAME_NAME,
                    second.at(Field::Name),
                    text!(
                        "“{name}” do hai đơn vị gửi (“{one}”, “{other}”): một người hay hai?",
                        "“{name}” is sent by two units (“{one}”, “{other}”): one person or two?"
                    ),
                )
                .related(first.at(Field::Name), there())
                .basis(clause())
                .hint(text!(
                    "nếu là một người thì bỏ một dòng; nếu là hai người thì thêm cột “Năm sinh”",
                    "if it is one person drop a line; if it is two add a column “Năm sinh”"
                )),
            )
        }
        Same::Yes if same_form && deed_a == deed_b => Some(
            Diagnostic::error(
                codes::TWICE,
                second.at(Field::Name),
                text!(
                    "“{name}” đã có trong danh sách với cùng hình thức",
                    "“{name}” stands in the list already with the same award"
                ),
            )
            .related(first.at(Field::Name), there())
            .basis(clause())
            .hint(text!("bỏ một trong hai dòng", "drop one of the two lines")),
        ),
        // The same form again is allowed, for another achievement.
        Same::Yes if same_form => Some(
            Diagnostic::warning(
                codes::TWICE,
                second.at(Field::Name),
                text!(
                    "“{name}” được đề nghị cùng một hình thức hai lần, thành tích khác nhau",
                    "“{name}” is proposed for the same award twice, for different achievements"
                ),
            )
            .related(first.at(Field::Name), there())
            .basis(clause())
            .hint(text!(
                "xem có phải hai thành tích thật không",
                "check that these are two achievements"
            )),
        ),
        Same::Yes if deed_a == deed_b => {
            let kind = |id: &str| awards.get(id).map(|f| f.kind);
            let titles = [kind(&a.form), kind(&b.form)].contains(&Some(AwardKind::Title));
            let known = !deed_a.is_empty();
            // A danh hiệu for the year and a hình thức are two things; the list must show for what.
            let severity = match (known, titles) {
                (true, false) => Severity::Error,
                (false, true) => return None,
                _ => Severity::Warning,
            };
            let (one, other) = (form_name(first, awards), form_name(second, awards));
            let message = if known {
                text!(
                    "“{name}” được đề nghị cả {one} và {other} cho cùng một thành tích",
                    "“{name}” is proposed for both {one} and {other} for one achievement"
                )
            } else {
                text!(
                    "“{name}” được đề nghị cả {one} và {other}, không ghi thành tích nào cho hình thức nào",
                    "“{name}” is proposed for both {one} and {other}, without an achievement for each"
                )
            };
            Some(
                Diagnostic::new(codes::SAME_ACHIEVEMENT, severity, second.at(Field::Achievement), message)
                    .related(first.at(Field::Achievement), there())
                    .basis(clause())
                    .hint(text!(
                        "mỗi thành tích chỉ một hình thức: bỏ một dòng, hoặc ghi rõ thành tích của mỗi dòng",
                        "one award for one achievement: drop a line, or say for what each is given"
                    )),
            )
        }
        Same::Yes => None,
    }
}

fn form_name(line: &Listed, awards: &Awards) -> String {
    awards.get(&line.honouree.form).map_or_else(|| line.form_written.clone(), |f| f.in_text())
}
