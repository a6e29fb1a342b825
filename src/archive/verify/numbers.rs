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
            State::Registered | State::Paper | State::Void => {}
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::archive::BagId;
    use crate::archive::verify::Known;

    struct Numbers(u32, &'static [(&'static str, i16, u32)]);

    impl RegisterView for Numbers {
        fn bags(&self) -> Result<Vec<BagId>> {
            Ok(Vec::new())
        }
        fn files(&self, _: BagId, _: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
            Ok(())
        }
        fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
            self.1.iter().try_for_each(|&(series, year, number)| {
                let code = format!("{number:02}/{series}");
                let date = jiff::civil::date(year, 1, 2);
                let document =
                    DocumentId { seq: 0, code, series: series.to_owned(), year, number, date };
                each(Given { document, state: State::Void, files: 0 })
            })
        }
        fn start_after(&self, _: &str, _: i16) -> Result<u32> {
            Ok(self.0)
        }
        fn totals(&self) -> Result<(u64, u64)> {
            Ok((0, 0))
        }
    }

    fn told(view: &Numbers, scope: Scope) -> Vec<String> {
        let mut out = Vec::new();
        let mut each = |f: Finding| out.push(f.actual.unwrap_or_else(|| f.class.name().to_owned()));
        check(view, scope, &mut each).expect("checked");
        out
    }

    #[test]
    fn gaps_and_repeats_are_told_for_each_series_and_year() {
        let view = Numbers(
            0,
            &[
                ("A", 2025, 1),
                ("A", 2025, 2),
                ("A", 2026, 2),
                ("A", 2026, 2),
                ("A", 2026, 6),
                ("B", 2026, 1),
                ("B", 2026, u32::MAX),
            ],
        );
        let want = ["A 2026: 01", "duplicate-number", "A 2026: 03–05", "B 2026: 02–4294967294"];
        assert_eq!(told(&view, Scope::ALL), want);
        let last_year = Scope { year: Some(2025), bag: None };
        assert_eq!(told(&view, last_year), [""; 0]);
    }

    #[test]
    fn numbers_used_on_paper_are_no_gap() {
        let rows: &[(&str, i16, u32)] = &[("A", 2026, 42), ("A", 2026, 43)];
        assert_eq!(told(&Numbers(41, rows), Scope::ALL), [""; 0]);
        assert_eq!(told(&Numbers(40, rows), Scope::ALL), ["A 2026: 41"]);
    }
}
