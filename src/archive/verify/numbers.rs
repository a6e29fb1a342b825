//! Repeats and gaps in the numbers of each series and year.
//!
//! Knows: numbers run 1, 2, 3 … (Điều 15). Must not know: files.

use super::Scope;
use super::finding::{Class, Finding};
use super::view::{DocumentId, Given, RegisterView, State};
use crate::diagnostic::Result;

/// Goes through all numbers in order; returns how many there were.
pub(super) fn check(
    view: &dyn RegisterView,
    scope: Scope,
    each: &mut dyn FnMut(Finding),
) -> Result<u64> {
    if scope.bag.is_some() {
        return Ok(0);
    }
    let mut count = 0;
    let mut before: Option<DocumentId> = None;
    view.numbers(&mut |given: Given| {
        let now = given.document;
        if scope.year.is_some_and(|year| year != now.year) {
            return Ok(());
        }
        count += 1;
        let same_run = before.take().filter(|b| b.series == now.series && b.year == now.year);
        if let Some(b) = same_run.as_ref().filter(|b| b.number == now.number) {
            each(Finding::new(Class::NumberTwice, "").of(&now).with(Some(b), ""));
        } else {
            let last = match &same_run {
                Some(b) => b.number,
                None => view.start_after(&now.series, now.year)?,
            };
            if let Some(finding) = gap(last, &now) {
                each(finding);
            }
        }
        match given.state {
            State::Registered if given.files == 0 => {
                each(Finding::new(Class::NoFile, "").of(&now));
            }
            State::Reserved => each(Finding::new(Class::Unfinished, "").of(&now)),
            State::Registered | State::Void => {}
        }
        before = Some(now);
        Ok(())
    })?;
    Ok(count)
}

/// The numbers between `last` and `now`, if any are left out.
fn gap(last: u32, now: &DocumentId) -> Option<Finding> {
    let first = last.checked_add(1)?;
    if now.number <= first {
        return None;
    }
    let end = now.number - 1;
    let numbers =
        if first == end { format!("{first:02}") } else { format!("{first:02}–{end:02}") };
    let (series, year) = (&now.series, now.year);
    Some(Finding::new(Class::Gap, "").of(now).actual(format!("{series} {year}: {numbers}")))
}
