//! Units of the lists against those of the office.
//!
//! Knows: the office's list of units. Must not know: files, awards.

use std::collections::HashMap;

use super::CheckedRoll;
use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::HonoureeKind;
use crate::source::roll::{Field, Listed, codes};
use crate::text;
use crate::text::collate::same_key;

/// Checks units where the office names its own, and says so where it does not. A collective in capitals takes
/// the office's spelling.
pub(super) fn check(checked: &mut CheckedRoll, units: &[String]) {
    if units.is_empty() {
        if checked.lines.iter().any(|l| !l.honouree.unit.is_empty()) {
            checked.findings.push(unchecked());
        }
        return;
    }
    let known: HashMap<String, &String> = units.iter().map(|u| (same_key(u), u)).collect();
    let mut found = Vec::new();
    for line in &mut checked.lines {
        if line.honouree.kind == HonoureeKind::Household {
            continue;
        }
        if line.honouree.kind == HonoureeKind::Collective {
            respell(line, &known, &mut found);
        }
        let who = &line.honouree;
        let is_own = who.kind == HonoureeKind::Collective && who.unit.is_empty();
        let (unit, field) =
            if is_own { (&who.name, Field::Name) } else { (&who.unit, Field::Unit) };
        if !unit.is_empty() && !is_known(unit, &known) {
            found.push(unknown(unit, units, line.at(field)));
        }
    }
    let settled: Vec<Place> = found
        .iter()
        .filter(|d: &&Diagnostic| d.code == codes::CAPITALS)
        .map(|d| d.place.clone())
        .collect();
    let is_settled = |d: &Diagnostic| d.code == codes::CAPITALS && settled.contains(&d.place);
    checked.findings.retain(|d| !is_settled(d));
    checked.findings.append(&mut found);
}

/// A unit, or a part of one: `Phòng Tổng hợp, Sở Nội vụ`, `Tổ Một cửa, Văn phòng`.
fn is_known(unit: &str, known: &HashMap<String, &String>) -> bool {
    known.contains_key(&same_key(unit))
        || unit.split([',', ';', '-', '–']).any(|part| known.contains_key(&same_key(part)))
}

fn respell(line: &mut Listed, known: &HashMap<String, &String>, found: &mut Vec<Diagnostic>) {
    let name = &line.honouree.name;
    let shouted = name.chars().any(char::is_alphabetic) && !name.chars().any(char::is_lowercase);
    let Some(own) = known.get(&same_key(name)).filter(|own| shouted && **own != name) else {
        return;
    };
    let (before, after) = (name.clone(), (*own).clone());
    line.honouree.name.clone_from(own);
    found.push(Diagnostic::new(
        codes::CAPITALS,
        Severity::Info,
        line.at(Field::Name),
        text!(
            "“{before}” viết lại thành “{after}” như danh mục đơn vị của cơ quan",
            "“{before}” was written “{after}” as the office lists its units"
        ),
    ));
}

fn unknown(unit: &str, units: &[String], place: Place) -> Diagnostic {
    let finding = Diagnostic::warning(
        codes::UNIT,
        place,
        text!(
            "“{unit}” không có trong danh mục đơn vị của cơ quan",
            "“{unit}” is not among the units of the office"
        ),
    );
    match text::nearest(unit, units.iter().map(String::as_str)) {
        Some(meant) => finding.hint(text!("có phải “{meant}”?", "did you mean “{meant}”?")),
        None => finding.hint(text!(
            "sửa tên đơn vị, hoặc thêm vào `don-vi` trong [tuy-chon] của vanthu.toml",
            "mend the unit, or add it to `units` in [options] of vanthu.toml"
        )),
    }
}

fn unchecked() -> Diagnostic {
    Diagnostic::new(
        codes::UNITS_UNKNOWN,
        Severity::Info,
        Place::default(),
        text!(
            "đơn vị công tác không được kiểm tra: vanthu.toml chưa có danh mục đơn vị",
            "units were not checked: vanthu.toml lists none"
        ),
    )
    .hint(text!(
        "thêm `don-vi = [\"Văn phòng\", …]` vào [tuy-chon]",
        "add `units = [\"Văn phòng\", …]` to [options]"
    ))
}
