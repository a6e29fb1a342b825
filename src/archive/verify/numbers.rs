//! Repeats, gaps and dates that go back in the numbers of each series and year.
//!
//! Knows: numbers run 1, 2, 3 … in the order of their dates (Điều 15). Must not know: files.

use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

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
    let mut codes = Codes::default();
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
            let later = same_run.as_ref().filter(|b| b.date > now.date);
            if let Some(b) = later.filter(|_| given.state == State::Registered)
                && !view.is_explained(&now)?
            {
                let dates = (format!("≥ {}", b.date), now.date.to_string());
                let finding = Finding::new(Class::Backdated, "").of(&now).with(Some(b), "");
                each(finding.values(dates.0, dates.1));
            }
        }
        // A number without a ký hiệu is one of its book alone: two books may give the same.
        if given.state != State::Paper && now.code.contains('/') {
            codes.add(&now);
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
    codes.tell(view, each)?;
    Ok(count)
}

/// Số, ký hiệu that stand twice although their series differ: a series and a number tell two rows
/// apart, people tell documents apart by what is printed on them.
#[derive(Default)]
struct Codes {
    /// Short digests, so that a million numbers take little memory.
    seen: HashSet<u64>,
    twice: HashSet<u64>,
}

impl Codes {
    fn add(&mut self, document: &DocumentId) {
        let short = short(document);
        if !self.seen.insert(short) {
            self.twice.insert(short);
        }
    }

    /// Goes through the numbers once more, if some stand twice, and names both.
    fn tell(self, view: &dyn RegisterView, each: &mut dyn FnMut(Finding)) -> Result<()> {
        if self.twice.is_empty() {
            return Ok(());
        }
        let mut alike: BTreeMap<(i16, String), Vec<DocumentId>> = BTreeMap::new();
        view.numbers(&mut |given: Given| {
            let document = given.document;
            // Only years in scope were added, and the short digest has the year in it.
            if self.twice.contains(&short(&document)) {
                let key = (document.year, document.code.clone());
                alike.entry(key).or_default().push(document);
            }
            Ok(())
        })?;
        for mut documents in alike.into_values() {
            documents.sort_by_key(|d| d.seq);
            let mut rest = documents.iter();
            let Some(first) = rest.next() else { continue };
            // In one series it was told on the way.
            for other in rest.filter(|d| d.series != first.series) {
                each(Finding::new(Class::NumberTwice, "").of(other).with(Some(first), ""));
            }
        }
        Ok(())
    }
}

fn short(document: &DocumentId) -> u64 {
    let mut hasher = DefaultHasher::new();
    (document.year, &document.code).hash(&mut hasher);
    hasher.finish()
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
        let last_year = Scope { year: Some(2025), bag: None, part: false };
        assert_eq!(told(&view, last_year), [""; 0]);
    }

    #[test]
    fn one_code_in_two_series_is_a_repeat() {
        struct Alike;
        impl RegisterView for Alike {
            fn bags(&self) -> Result<Vec<BagId>> {
                Ok(Vec::new())
            }
            fn files(&self, _: BagId, _: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
                Ok(())
            }
            fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
                let rows = [(7, "A", 2025), (3, "A", 2026), (9, "B", 2026), (5, "C", 2026)];
                rows.into_iter().try_for_each(|(seq, series, year)| {
                    let code = "01/KH".to_owned();
                    let date = jiff::civil::date(year, 1, 2);
                    let series = series.to_owned();
                    let document = DocumentId { seq, code, series, year, number: 1, date };
                    each(Given { document, state: State::Void, files: 0 })
                })
            }
            fn totals(&self) -> Result<(u64, u64)> {
                Ok((0, 0))
            }
        }
        let mut found = Vec::new();
        let mut each = |f: Finding| {
            let other = f.other.and_then(|o| o.document).map(|d| d.seq);
            found.push((f.class, f.document.map(|d| d.seq), other));
        };
        assert_eq!(check(&Alike, Scope::ALL, &mut each).expect("checked"), 4);
        let twice = |seq| (Class::NumberTwice, Some(seq), Some(3));
        assert_eq!(found, [twice(5), twice(9)]);
    }

    #[test]
    fn dates_go_with_the_numbers() {
        struct Dates(bool);
        impl RegisterView for Dates {
            fn bags(&self) -> Result<Vec<BagId>> {
                Ok(Vec::new())
            }
            fn files(&self, _: BagId, _: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
                Ok(())
            }
            fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
                let rows = [("A", 1, 5), ("A", 2, 5), ("A", 3, 4), ("A", 4, 4), ("B", 1, 1)];
                rows.into_iter().try_for_each(|(series, number, day)| {
                    let (code, series) = (format!("{number}/{series}"), series.to_owned());
                    let date = jiff::civil::date(2026, 3, day);
                    let document = DocumentId { seq: 1, code, series, year: 2026, number, date };
                    each(Given { document, state: State::Registered, files: 1 })
                })
            }
            fn is_explained(&self, document: &DocumentId) -> Result<bool> {
                Ok(self.0 && document.number == 3)
            }
            fn totals(&self) -> Result<(u64, u64)> {
                Ok((0, 0))
            }
        }
        let found = |explained| {
            let mut out = Vec::new();
            let mut each = |f: Finding| out.push((f.class, f.document.map(|d| d.code)));
            check(&Dates(explained), Scope::ALL, &mut each).expect("checked");
            out
        };
        assert_eq!(found(false), [(Class::Backdated, Some("3/A".to_owned()))]);
        assert_eq!(found(true), []);
    }

    #[test]
    fn numbers_used_on_paper_are_no_gap() {
        let rows: &[(&str, i16, u32)] = &[("A", 2026, 42), ("A", 2026, 43)];
        assert_eq!(told(&Numbers(41, rows), Scope::ALL), [""; 0]);
        assert_eq!(told(&Numbers(40, rows), Scope::ALL), ["A 2026: 41"]);
    }

    #[test]
    fn only_what_stands_twice_is_kept_for_a_second_look() {
        let document = |number: u32| DocumentId {
            seq: u64::from(number),
            code: format!("{number:02}/KH"),
            series: "A".to_owned(),
            year: 2026,
            number,
            date: jiff::civil::date(2026, 1, 2),
        };
        let mut codes = Codes::default();
        (1..=50).for_each(|n| codes.add(&document(n)));
        assert_eq!((codes.seen.len(), codes.twice.len()), (50, 0));
        codes.add(&document(7));
        assert_eq!((codes.seen.len(), codes.twice.len()), (50, 1));
        assert_ne!(short(&document(1)), short(&DocumentId { year: 2025, ..document(1) }));
    }
}
