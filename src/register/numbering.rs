//! Which number comes next (Điều 15), and what is odd about it.
//!
//! Knows: series, years, the last number of each. Must not know: SQL, documents.
//!
//! A year of one series runs 01, 02, … without gap or repeat; on 1 January it begins again. An
//! office that starts in the middle of a year goes on after the last number it used on paper.

use std::collections::HashMap;

use jiff::civil::Date;

use super::leaf::Leaf;
use super::{Book, Last, Register, Want, Wants};
use crate::diagnostic::{Code, Diagnostic, Failure, FailureKind, Family, Place, Result};
use crate::model::{DateLine, Number, Office};
use crate::text;

/// The date goes back behind the previous number of the series.
const DATE_GOES_BACK: Code = Code::new(Family::S, 101);
/// The year of the series is over.
const YEAR_IS_OVER: Code = Code::new(Family::S, 102);
/// The date lies ahead.
const DATE_AHEAD: Code = Code::new(Family::S, 103);
/// `start-after` was changed after the series had begun.
const START_AFTER_CHANGED: Code = Code::new(Family::S, 104);

/// The machine's clock stands before the newest registration.
const CLOCK_BACK: Code = Code::new(Family::S, 106);

/// What is to be said of the clock: it stands a minute or more before the newest registration, so it was
/// set back now or was ahead then. Numbers are given all the same: their dates are checked by themselves.
pub fn clock(register: &dyn Register, now: &str) -> Result<Option<Diagnostic>> {
    let head = register.head()?;
    let mut newest = None;
    register.leaves(head, &mut |_, leaf| {
        newest = serde_json::from_slice::<Leaf>(leaf).ok().map(|l| l.registered_at);
        Ok(())
    })?;
    let Some(newest) = newest.filter(|at| head > 0 && now.get(..16) < at.get(..16)) else {
        return Ok(None);
    };
    Ok(Some(
        Diagnostic::warning(CLOCK_BACK, Place::default(), text!(
            "đồng hồ của máy ({now}) chậm hơn lần đăng ký gần nhất ({newest})",
            "the machine's clock ({now}) stands before the newest registration ({newest})"
        ))
        .basis("Điều 15 khoản 2 NĐ 30/2020/NĐ-CP")
        .hint(text!(
            "chỉnh lại ngày giờ của máy trước khi cấp số tiếp; nếu lần trước máy chạy nhanh thì ghi rõ vào hồ sơ",
            "set the machine's clock right before giving more numbers; if it was ahead the last time, note that down"
        )),
    ))
}

/// The numbers that a batch would get now, and what is odd about them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Plan {
    /// One number for each want, in their order.
    pub numbers: Vec<Number>,
    /// Findings with the index of the want that each belongs to.
    pub findings: Vec<(usize, Diagnostic)>,
}

/// The last number that the office says it used on paper before it began a series here.
///
/// `office.series.start_after` names a series in full (`BTĐKT:ke-hoach`) or, for the agency's own,
/// by the part after the colon (`ke-hoach`).
pub fn start_after(office: &Office, series: &str, year: i16) -> u32 {
    let table = &office.series.start_after;
    let own = series
        .split_once(':')
        .filter(|(organ, _)| *organ == office.organ.code)
        .map(|(_, name)| name);
    table
        .get(series)
        .or_else(|| own.and_then(|name| table.get(name)))
        .and_then(|years| years.get(&year.to_string()))
        .copied()
        .unwrap_or(0)
}

/// What numbers `wants` would get, without taking any. `register` is `None` where none exists yet.
pub fn plan(
    register: Option<&dyn Register>,
    book: Book,
    office: &Office,
    wants: &dyn Wants,
    today: Date,
) -> Result<Plan> {
    let mut heads = Heads::default();
    let mut plan = Plan::default();
    for index in 0..wants.count() {
        let want = wants.brief(index)?;
        let floor = start_after(office, &want.series, want.date.year());
        let book = wants.book(index).unwrap_or(book);
        let last = |series: &str, year| register.map_or(Ok(None), |r| r.last(book, series, year));
        let head = heads.of(book, &want, floor, last)?;
        let before = head.date;
        let number = head.take(&want)?;
        let mut odd = head.oddities(&want, number, before, floor, today);
        if book == Book::Incoming {
            odd.iter_mut().for_each(of_arrival);
        }
        plan.findings.extend(odd.drain(..).map(|d| (index, d)));
        plan.numbers.push(number);
    }
    Ok(plan)
}

/// Where one series stands in one year.
pub(super) struct Head {
    last: u32,
    date: Option<Date>,
    /// The stored beginning, once the series has a number.
    pub(super) begun_after: Option<u32>,
    told: Told,
}

#[derive(Default)]
struct Told {
    over: bool,
    ahead: bool,
    start: bool,
}

impl Head {
    /// Takes the next number for `want`.
    pub(super) fn take(&mut self, want: &Want) -> Result<Number> {
        let series = &want.series;
        let next = self.last.checked_add(1).and_then(Number::new).ok_or_else(|| {
            Failure::new(
                FailureKind::Config,
                Place::default().item(series),
                text!("hệ thống số {series} đã hết số", "the series {series} has no number left"),
            )
            .hint(text!(
                "xem lại start-after trong vanthu.toml",
                "check start-after in vanthu.toml"
            ))
        })?;
        self.last = next.get();
        self.date = Some(want.date);
        Ok(next)
    }

    fn oddities(
        &mut self,
        want: &Want,
        number: Number,
        before: Option<Date>,
        floor: u32,
        today: Date,
    ) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        let is_odd = before.is_some_and(|d| d > want.date)
            || want.date.year() < today.year()
            || want.date > today
            || self.begun_after.is_some_and(|b| b != floor && floor > 0);
        if !is_odd {
            return found;
        }
        let place = || Place::default().item(format!("{number} ({})", want.series));
        let (date, year) = (in_words(want.date), want.date.year());
        if let Some(previous) = before.filter(|d| *d > want.date) {
            let previous = in_words(previous);
            found.push(
                Diagnostic::warning(DATE_GOES_BACK, place(), text!(
                    "ngày {date} lùi về trước ngày {previous} của số liền trước trong cùng hệ thống số",
                    "the date {date} goes back behind {previous}, the date of the previous number of the series"
                ))
                .basis("Điều 15 khoản 2 NĐ 30/2020/NĐ-CP")
                .hint(text!(
                    "ghi đúng ngày ban hành, hoặc phát hành theo thứ tự ngày",
                    "give the true date of issue, or issue in the order of the dates"
                )),
            );
        }
        if year < today.year() && !std::mem::replace(&mut self.told.over, true) {
            found.push(
                Diagnostic::warning(YEAR_IS_OVER, place(), text!(
                    "ngày {date} thuộc năm {year} đã kết thúc; số này nối vào sổ của năm cũ",
                    "the date {date} lies in {year}, which is over; the number continues last year's series"
                ))
                .basis("Điều 15 khoản 1 NĐ 30/2020/NĐ-CP")
                .hint(text!(
                    "chỉ làm vậy khi đăng ký bù văn bản đã ký trong năm cũ",
                    "do so only to register a document that was signed in that year"
                )),
            );
        }
        if want.date > today && !std::mem::replace(&mut self.told.ahead, true) {
            let today = in_words(today);
            found.push(
                Diagnostic::warning(
                    DATE_AHEAD,
                    place(),
                    text!(
                        "ngày ban hành {date} ở sau hôm nay ({today})",
                        "the date of issue {date} is later than today ({today})"
                    ),
                )
                .basis("Điều 15 khoản 2, Điều 18 khoản 1 NĐ 30/2020/NĐ-CP")
                .hint(text!(
                    "cấp số vào ngày ký, chậm nhất ngày làm việc tiếp theo",
                    "number on the day of signature, at the latest the next working day"
                )),
            );
        }
        let begun = self.begun_after.filter(|b| *b != floor && floor > 0);
        if let Some(begun) = begun.filter(|_| !std::mem::replace(&mut self.told.start, true)) {
            found.push(
                Diagnostic::warning(START_AFTER_CHANGED, place(), text!(
                    "start-after = {floor} không có tác dụng: hệ thống số năm {year} đã bắt đầu sau số {begun}",
                    "start-after = {floor} has no effect: the series of {year} has begun after number {begun}"
                ))
                .basis("Điều 15 khoản 1 NĐ 30/2020/NĐ-CP")
                .hint(text!(
                    "bỏ hoặc sửa start-after trong vanthu.toml cho khớp với sổ",
                    "remove start-after from vanthu.toml, or make it agree with the register"
                )),
            );
        }
        found
    }
}

/// Where the series stand that a batch touches.
#[derive(Default)]
pub(super) struct Heads {
    by_series: HashMap<(Book, String, i16), Head>,
}

impl Heads {
    /// The head of the want's series; `last` is asked once for each series and year.
    pub(super) fn of(
        &mut self,
        book: Book,
        want: &Want,
        floor: u32,
        last: impl FnOnce(&str, i16) -> Result<Option<Last>>,
    ) -> Result<&mut Head> {
        use std::collections::hash_map::Entry::{Occupied, Vacant};
        let year = want.date.year();
        match self.by_series.entry((book, want.series.clone(), year)) {
            Occupied(o) => Ok(o.into_mut()),
            Vacant(v) => {
                let stored = last(&want.series, year)?;
                Ok(v.insert(Head {
                    last: stored.map_or(floor, |l| l.number.get()),
                    date: stored.map(|l| l.date),
                    begun_after: stored.map(|l| l.start_after),
                    told: Told::default(),
                }))
            }
        }
    }
}

/// The same oddities of an incoming document: its day is that of its arrival.
fn of_arrival(finding: &mut Diagnostic) {
    let (vi, en) = (&mut finding.message.vi, &mut finding.message.en);
    *vi = vi.replace("ngày ban hành", "ngày đến");
    *en = en.replace("the date of issue", "the date of arrival");
    finding.basis = Some("Điều 22 khoản 2 NĐ 30/2020/NĐ-CP".to_owned());
    finding.hint = Some(text!(
        "ghi đúng ngày đến, và đăng ký theo thứ tự tiếp nhận",
        "give the true day of arrival, and register in the order of reception"
    ));
}

/// `05/02/2026`.
fn in_words(date: Date) -> String {
    let (day, month) = (DateLine::day_text(date.day()), date.month());
    format!("{day}/{month:02}/{}", date.year())
}

/// A batch asked for a want that it does not have.
pub fn no_such_want() -> Failure {
    Failure::new(
        FailureKind::Input,
        Place::default(),
        text!(
            "dữ liệu của lô đã đổi trong khi đang chạy",
            "the batch's data changed while it was running"
        ),
    )
    .hint(text!("chạy lại", "run it again"))
}

#[cfg(test)]
mod tests;
