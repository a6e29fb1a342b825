//! A số, ký hiệu that is in a book already when a document is to be issued under it.
//!
//! Knows: the register's codes. Must not know: how documents are made or filed.

use std::collections::HashMap;

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::model::Number;
use crate::register::{Book, Register};
use crate::text;

use super::codes::{CODE_TAKEN, SAME_CODE};
use super::plan::Plan;
use super::planned::Planned;
use super::receive::Senders;
use super::workspace::Workspace;

fn place_of(plan: &Plan, planned: &Planned) -> Place {
    let mut place = planned.row.place();
    if place.file.is_none() {
        place.file = plan.steps.get(planned.step).map(|s| s.recipe.file.clone());
    }
    place
}

/// The finding that a số, ký hiệu is taken in its year already, by another series (Điều 15 khoản 1):
/// the real run would be refused.
pub(super) fn taken(
    register: &dyn Register,
    plan: &Plan,
    planned: &Planned,
    number: Number,
) -> Result<Option<Diagnostic>> {
    let year = planned.date.year();
    let Some(entry) = register.by_code(planned.book, number, &planned.notation, year)? else {
        return Ok(None);
    };
    let (code, series) = (entry.code().to_string(), entry.series);
    let place = place_of(plan, planned);
    let message = text!(
        "{code} năm {year} đã cấp trong hệ thống số “{series}”",
        "{code} of {year} was given already, in the series `{series}`"
    );
    let hint = text!(
        "giữ cách đánh số đến hết năm, hoặc ghi số đã dùng vào da-dung-den trong vanthu.toml",
        "keep the way of numbering until the year ends, or say in start_after of vanthu.toml which numbers are used"
    );
    let finding = Diagnostic::error(CODE_TAKEN, place, message).hint(hint);
    Ok(Some(finding.basis("Điều 15 khoản 1 NĐ 30/2020/NĐ-CP")))
}

/// In which years anything came in, as far as it was asked.
#[derive(Default)]
pub(super) struct Arrivals(HashMap<i16, bool>);

impl Arrivals {
    fn any(&mut self, register: &dyn Register, series: &str, year: i16) -> Result<bool> {
        if let Some(known) = self.0.get(&year) {
            return Ok(*known);
        }
        let any = register.last(Book::Incoming, series, year)?.is_some();
        self.0.insert(year, any);
        Ok(any)
    }
}

/// The warning that a document of this code and of this office came in before it was issued (Phụ lục
/// VI, III.1.h): the number was most likely used on paper.
pub(super) fn came_back(
    workspace: &Workspace<'_>,
    register: &dyn Register,
    arrivals: &mut Arrivals,
    plan: &Plan,
    planned: &Planned,
    number: Number,
) -> Result<Option<Diagnostic>> {
    let office = &workspace.office;
    // An office that enters nothing that comes in is not asked about each document.
    if !arrivals.any(register, &office.incoming_series(), planned.date.year())? {
        return Ok(None);
    }
    let code = format!("{number}/{}", planned.notation);
    let organs = std::iter::once(&office.organ).chain(office.councils.values());
    let mut senders = Senders::default();
    for name in organs.flat_map(|o| [o.in_text.clone(), o.name.join(" ")]) {
        let Some(entry) = senders.same(register, &code, &name)? else { continue };
        let (label, day) = (entry.label(), crate::register::book::day(entry.date));
        let message = text!(
            "{code} của chính cơ quan này đã vào sổ đến: {label} ngày {day}",
            "{code} of this very office was received already: {label} of {day}"
        );
        return Ok(Some(
            Diagnostic::warning(SAME_CODE, place_of(plan, planned), message)
                .basis("Phụ lục VI, III.1.h NĐ 30/2020/NĐ-CP")
                .hint(text!(
                    "kiểm tra số này đã dùng trên giấy chưa; nếu rồi thì ghi vào da-dung-den trong vanthu.toml",
                    "see whether the number was used on paper; if so say so in start_after of vanthu.toml"
                )),
        ));
    }
    Ok(None)
}
