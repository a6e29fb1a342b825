//! The year in numbers: what was registered, by type, month and unit; what was late, given up, missing.
//!
//! Knows: entries, acts, series. Must not know: paper, a terminal, SQL.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Serialize;

use super::print::PlainTable;
use crate::diagnostic::Result;
use crate::layout::Sheet;
use crate::layout::paper::{Listing, listing};
use crate::model::Office;
use crate::register::book::day;
use crate::register::life::{Life, text_of};
use crate::register::{ActFilter, Book, Entry, Filter, Kind, Register, units};

/// Missing numbers that are told one by one for a series.
const GAPS_TOLD: usize = 50;

/// What a book counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookCount {
    /// Book.
    pub book: Book,
    /// All of the year.
    pub total: u64,
    /// January to December.
    pub months: [u64; 12],
    /// By tên loại, in the order of the names.
    pub types: BTreeMap<String, u64>,
    /// By unit: who keeps the file copy, who an incoming document went to.
    pub units: BTreeMap<String, u64>,
}

/// Numbers of one series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SeriesCount {
    /// Book.
    pub book: Book,
    /// Series key.
    pub series: String,
    /// First number in the register.
    pub first: u32,
    /// Last number.
    pub last: u32,
    /// How many.
    pub count: u64,
    /// Missing between the last one on paper and the last; at most 50 are named.
    pub gaps: Vec<u32>,
}

/// An entry that has a line of its own in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Told {
    /// What a person calls it.
    pub label: String,
    /// Its trích yếu.
    pub subject: String,
    /// The deadline (late), or the day of the act.
    pub date: Date,
    /// When it was dealt with; none for not yet.
    pub finished: Option<Date>,
    /// Days over the deadline.
    pub days: i32,
    /// Why.
    pub reason: String,
}

/// The report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Yearly {
    /// Year.
    pub year: i16,
    /// The day on which it was made: what is late counts to here.
    pub on: Date,
    /// Books that have entries in the year.
    pub books: Vec<BookCount>,
    /// Series of the year.
    pub series: Vec<SeriesCount>,
    /// Incoming documents with a deadline, and of them those dealt with in time.
    pub due: u64,
    /// Dealt with on the day of the deadline or before.
    pub in_time: u64,
    /// Dealt with after the deadline, or not yet although it is over.
    pub late: Vec<Told>,
    /// Numbers given up.
    pub voids: Vec<Told>,
    /// Documents recalled, replaced, corrected.
    pub recalled: u64,
    /// Replaced.
    pub replaced: u64,
    /// Corrected.
    pub corrected: u64,
}

/// Counts a year.
///
/// # Errors
/// As reading the register.
pub fn yearly(register: &dyn Register, year: i16, on: Date) -> Result<Yearly> {
    let mut out = Yearly {
        year,
        on,
        books: Vec::new(),
        series: Vec::new(),
        due: 0,
        in_time: 0,
        late: Vec::new(),
        voids: Vec::new(),
        recalled: 0,
        replaced: 0,
        corrected: 0,
    };
    for book in Book::ALL {
        count_book(register, book, &mut out)?;
    }
    count_acts(register, &mut out)?;
    out.late.sort_by_key(|told| (told.finished.is_some(), told.date));
    Ok(out)
}

/// The units that incoming documents were given to, by position: of the newest assignment.
fn handed(register: &dyn Register) -> Result<BTreeMap<u64, Vec<String>>> {
    let filter = ActFilter { kinds: vec![Kind::Assign], ..ActFilter::default() };
    let mut out = BTreeMap::new();
    register.acts(&filter, &mut |acted| {
        let unit = text_of(&acted.act, "unit");
        let joint = text_of(&acted.act, "joint");
        let named = std::iter::once(unit.as_str()).chain(joint.split(';'));
        let named: Vec<String> =
            named.map(|n| n.trim().to_owned()).filter(|n| !n.is_empty()).collect();
        if let Some(seq) = acted.act.about.filter(|_| !named.is_empty()) {
            out.insert(seq, named);
        }
        Ok(())
    })?;
    Ok(out)
}

fn count_book(register: &dyn Register, book: Book, out: &mut Yearly) -> Result<()> {
    let filter = Filter { book: Some(book), year: Some(out.year), ..Filter::default() };
    let mut count = BookCount {
        book,
        total: 0,
        months: [0; 12],
        types: BTreeMap::new(),
        units: BTreeMap::new(),
    };
    let mut series: Option<SeriesCount> = None;
    let handed = if book == Book::Incoming { handed(register)? } else { BTreeMap::new() };
    register.entries(&filter, &mut |entry| {
        count.total += 1;
        let month = usize::try_from(entry.date.month() - 1).unwrap_or(0);
        if let Some(month) = count.months.get_mut(month) {
            *month += 1;
        }
        let f = &entry.fields;
        let name = if f.type_name.is_empty() { "(không ghi tên loại)" } else { &f.type_name };
        *count.types.entry(name.to_owned()).or_default() += 1;
        // Whoever is honoured is no unit.
        let of_award =
            |u: &&str| book != Book::Awards || f.extra.get("unit").is_some_and(|x| x == u);
        // As column 7 of the book has it: who it was given to comes before who it was meant for.
        let given = handed.get(&entry.seq).into_iter().flatten().map(String::as_str);
        let mut own: Vec<&str> = given.collect();
        if own.is_empty() {
            own = units(f).filter(|u| *u != "VT").filter(of_award).collect();
        }
        own.sort_unstable();
        own.dedup();
        for unit in own {
            *count.units.entry(unit.to_owned()).or_default() += 1;
        }
        if series.as_ref().is_some_and(|s| s.series != entry.series) {
            out.series.extend(series.take());
        }
        number(register, &entry, &mut series)?;
        if book == Book::Incoming {
            follow(register, &entry, out)?;
        }
        Ok(())
    })?;
    out.series.extend(series);
    if count.total > 0 {
        out.books.push(count);
    }
    Ok(())
}

/// Counts a number of a series, which come in their order, and what is missing before it.
fn number(register: &dyn Register, entry: &Entry, series: &mut Option<SeriesCount>) -> Result<()> {
    let number = entry.number.get();
    let found = match series {
        Some(found) => found,
        None => {
            let last = register.last(entry.book, &entry.series, entry.year)?;
            let before = last.map_or(0, |l| l.start_after);
            series.insert(SeriesCount {
                book: entry.book,
                series: entry.series.clone(),
                first: number,
                last: before,
                count: 0,
                gaps: Vec::new(),
            })
        }
    };
    let room = GAPS_TOLD.saturating_sub(found.gaps.len());
    found.gaps.extend((found.last.saturating_add(1)..number).take(room));
    found.last = number;
    found.count += 1;
    Ok(())
}

fn follow(register: &dyn Register, entry: &Entry, out: &mut Yearly) -> Result<()> {
    let life = Life::of(register, entry.seq)?;
    let Some(due) = life.due(entry) else { return Ok(()) };
    out.due += 1;
    let finished = life.finished();
    let until = finished.unwrap_or(out.on);
    if until <= due {
        out.in_time += u64::from(finished.is_some());
        return Ok(());
    }
    let days = until.since(due).map_or(0, |span| span.get_days());
    out.late.push(Told {
        label: entry.label(),
        subject: entry.fields.subject.clone(),
        date: due,
        finished,
        days,
        reason: String::new(),
    });
    Ok(())
}

fn count_acts(register: &dyn Register, out: &mut Yearly) -> Result<()> {
    let kinds = vec![Kind::Void, Kind::Recall, Kind::Replace, Kind::Correct];
    let mut acts = Vec::new();
    register.acts(&ActFilter { kinds, ..ActFilter::default() }, &mut |acted| {
        acts.push(acted.act);
        Ok(())
    })?;
    for act in acts {
        let Some(entry) = act.about.map(|seq| register.entry(seq)).transpose()?.flatten() else {
            continue;
        };
        if entry.year != out.year {
            continue;
        }
        match act.kind {
            Kind::Recall => out.recalled += 1,
            Kind::Replace => out.replaced += 1,
            Kind::Correct => out.corrected += 1,
            _ => out.voids.push(Told {
                label: entry.label(),
                subject: entry.fields.subject.clone(),
                date: act.date,
                finished: None,
                days: 0,
                reason: text_of(&act, "reason"),
            }),
        }
    }
    Ok(())
}

/// What a person calls a book.
fn name(book: Book) -> &'static str {
    match book {
        Book::Outgoing => "Văn bản đi",
        Book::Incoming => "Văn bản đến",
        Book::Awards => "Khen thưởng",
        Book::Copies => "Bản sao",
    }
}

impl Yearly {
    /// The report in tables: books by month, types, units, series, late answers, numbers given up.
    pub fn tables(&self) -> Vec<PlainTable> {
        let mut tables = vec![self.months()];
        for (title, of) in [("Theo loại", true), ("Theo đơn vị", false)] {
            let mut rows = Vec::new();
            for book in &self.books {
                let counts = if of { &book.types } else { &book.units };
                let row = |(what, count): (&String, &u64)| {
                    vec![name(book.book).to_owned(), what.clone(), count.to_string()]
                };
                rows.extend(counts.iter().map(row));
            }
            let what = if of { "Tên loại" } else { "Đơn vị" };
            let columns = [("Sổ", 1.5, false), (what, 4.0, false), ("Số lượng", 1.0, true)];
            tables.push(PlainTable::new(title, &columns, rows));
        }
        tables.push(self.series());
        tables.push(self.late());
        tables.push(PlainTable::new(
            "Số đã hủy",
            &[
                ("Văn bản", 2.0, false),
                ("Trích yếu", 4.0, false),
                ("Ngày hủy", 1.2, true),
                ("Lý do", 3.0, false),
            ],
            self.voids
                .iter()
                .map(|v| vec![v.label.clone(), v.subject.clone(), day(v.date), v.reason.clone()])
                .collect(),
        ));
        tables
    }

    fn months(&self) -> PlainTable {
        let months: Vec<String> = (1..=12).map(|m| format!("T{m}")).collect();
        let mut columns = vec![("Sổ", 2.0, false)];
        columns.extend(months.iter().map(|m| (m.as_str(), 0.6, true)));
        columns.push(("Cả năm", 1.0, true));
        let rows = self.books.iter().map(|b| {
            let mut row = vec![name(b.book).to_owned()];
            row.extend(b.months.iter().map(u64::to_string));
            row.push(b.total.to_string());
            row
        });
        PlainTable::new("Theo tháng", &columns, rows.collect())
    }

    fn series(&self) -> PlainTable {
        let columns = [
            ("Sổ", 1.5, false),
            ("Hệ thống số", 2.0, false),
            ("Từ số", 0.8, true),
            ("Đến số", 0.8, true),
            ("Số lượng", 0.9, true),
            ("Số bị trống", 2.0, false),
        ];
        let rows = self.series.iter().map(|s| {
            let gaps: Vec<String> = s.gaps.iter().map(u32::to_string).collect();
            let gaps = if gaps.is_empty() { "không".to_owned() } else { gaps.join(", ") };
            let count = s.count.to_string();
            vec![
                name(s.book).to_owned(),
                s.series.clone(),
                s.first.to_string(),
                s.last.to_string(),
                count,
                gaps,
            ]
        });
        PlainTable::new("Hệ thống số", &columns, rows.collect())
    }

    fn late(&self) -> PlainTable {
        let columns = [
            ("Văn bản đến", 2.0, false),
            ("Trích yếu", 4.0, false),
            ("Thời hạn", 1.2, true),
            ("Giải quyết xong", 1.2, true),
            ("Quá hạn (ngày)", 0.9, true),
        ];
        let rows = self.late.iter().map(|l| {
            let finished = l.finished.map_or_else(|| "chưa xong".to_owned(), day);
            vec![l.label.clone(), l.subject.clone(), day(l.date), finished, l.days.to_string()]
        });
        PlainTable::new("Quá hạn giải quyết", &columns, rows.collect())
    }

    /// Sentences that sum the year up.
    pub fn summary(&self) -> Vec<String> {
        let mut lines: Vec<String> =
            self.books.iter().map(|b| format!("{}: {}.", name(b.book), b.total)).collect();
        lines.push(format!(
            "Văn bản đến có thời hạn: {}; giải quyết đúng hạn: {}; quá hạn: {} (trong đó chưa xong: {}).",
            self.due,
            self.in_time,
            self.late.len(),
            self.late.iter().filter(|l| l.finished.is_none()).count()
        ));
        lines.push(format!(
            "Số đã hủy: {}; thu hồi: {}; thay thế: {}; đính chính: {}.",
            self.voids.len(),
            self.recalled,
            self.replaced,
            self.corrected
        ));
        let gaps: usize = self.series.iter().map(|s| s.gaps.len()).sum();
        lines.push(match gaps {
            0 => "Số bị trống trong các hệ thống số: không có.".to_owned(),
            n => format!("Số bị trống trong các hệ thống số: {n}."),
        });
        lines
    }

    /// The report on paper; tables without rows are left out.
    pub fn paper(&self, office: &Office) -> Sheet {
        let tables = self.tables().into_iter().filter(|t| !t.rows.is_empty());
        listing(Listing {
            organs: vec![office.organ.parent.join(" "), office.organ.name.join(" ")],
            title: format!("BÁO CÁO SỐ LIỆU CÔNG TÁC VĂN THƯ NĂM {}", self.year),
            under: vec![format!("(Tính đến ngày {})", day(self.on))],
            before: self.summary(),
            tables: tables.map(PlainTable::on_paper).collect(),
            foot: Vec::new(),
            signer: Some((office.organ.place.clone(), "VĂN THƯ CƠ QUAN".to_owned())),
            created: format!("{}T00:00:00Z", self.on),
        })
    }
}
