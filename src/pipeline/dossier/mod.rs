//! Dossiers (hồ sơ): what the acts of opening, adding and closing make of them.
//!
//! Knows: those acts, which documents belong to which dossier. Must not know: SQL, paper, a terminal.
//!
//! A dossier is known by its code and its year (FileCatalog, FileNotation of Phụ lục VI). A document
//! is in it because its source, sheet or job named the code, or because an act put it in. It may be
//! in several: nothing is copied, and no file moves.

mod acts;
mod import;
mod print;

use jiff::civil::Date;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::diagnostic::Result;
use crate::register::{ActFilter, Acted, Entry, Filter, Kind, Narrow, Order, Register};
use crate::text::fold;

pub use acts::{Opening, add, close, open, unknown};
pub use import::{Imported, import};
pub use print::{index, index_paper, list, list_paper};

/// Thời hạn bảo quản.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Retention {
    /// Vĩnh viễn.
    Permanent,
    /// So many years from the year in which the work ended (Điều 15 khoản 3 Luật Lưu trữ 33/2024/QH15).
    Years(u32),
}

impl Retention {
    /// Reads `Vĩnh viễn`, `20 năm`, `20`.
    pub fn parse(text: &str) -> Option<Self> {
        let folded = fold(text);
        let mut words = folded.split_whitespace();
        match (words.next()?, words.next(), words.next()) {
            ("vinh", Some("vien"), None) | ("permanent" | "vv" | "v.v", None, None) => {
                Some(Self::Permanent)
            }
            (number, None | Some("nam" | "years" | "year"), None) => {
                let years = number.parse().ok().filter(|n| (1..=100).contains(n))?;
                Some(Self::Years(years))
            }
            _ => None,
        }
    }

    /// As the danh mục says it.
    pub fn words(self) -> String {
        match self {
            Self::Permanent => "Vĩnh viễn".to_owned(),
            Self::Years(years) => format!("{years} năm"),
        }
    }
}

/// A document in a dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Member {
    /// Position of the entry.
    pub seq: u64,
    /// Position of the act that put it in; none if the document named the dossier itself.
    pub act: Option<u64>,
    /// Ghi chú.
    pub note: String,
}

/// A dossier.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Dossier {
    /// Position of the act that opened it.
    pub seq: u64,
    /// Số và ký hiệu hồ sơ (FileNotation): `01.TCCB`.
    pub code: String,
    /// Năm (FileCatalog).
    pub year: i16,
    /// Tiêu đề.
    pub title: String,
    /// Đề mục of the danh mục that it stands under.
    pub heading: String,
    /// Thời hạn bảo quản, as given.
    pub retention: Option<Retention>,
    /// Why so long: the table and its line.
    pub reason: String,
    /// Người lập hồ sơ.
    pub creator: String,
    /// Ghi chú.
    pub note: String,
    /// Opened on.
    pub opened: Date,
    /// Closed on; the work ended on.
    pub closed: Option<(Date, Date)>,
    /// Its documents, in the order in which they came.
    pub documents: Vec<Member>,
}

impl Dossier {
    /// The last year of its retention; none while it is open or if it is kept for ever.
    pub fn kept_until(&self) -> Option<i16> {
        let (_, end) = self.closed?;
        let Some(Retention::Years(years)) = self.retention else { return None };
        end.year().checked_add(i16::try_from(years).ok()?)
    }

    /// FileCode: mã định danh, năm, số và ký hiệu hồ sơ.
    pub fn file_code(&self, organ_id: Option<&str>) -> String {
        let organ = organ_id.map_or_else(String::new, |id| format!("{id}."));
        format!("{organ}{}.{}", self.year, self.code)
    }
}

/// True if two codes name the same dossier, whatever their letters' case and blanks.
pub fn same_code(a: &str, b: &str) -> bool {
    let plain = |code: &str| code.split_whitespace().collect::<String>().to_lowercase();
    plain(a) == plain(b)
}

/// All dossiers with their documents, by year, in the order in which they were opened.
///
/// # Errors
/// As reading the register.
pub fn all(register: &dyn Register) -> Result<Vec<Dossier>> {
    let mut dossiers: Vec<Dossier> = Vec::new();
    let kinds = vec![Kind::DossierOpen, Kind::DossierAdd, Kind::DossierClose];
    register.acts(&ActFilter { kinds, ..ActFilter::default() }, &mut |acted| {
        take(&mut dossiers, &acted);
        Ok(())
    })?;
    // Documents that name their dossier themselves.
    let narrow = Narrow { dossier: Some(String::new()), ..Narrow::default() };
    let filter = Filter { narrow, order: Order::Registration, ..Filter::default() };
    register.entries(&filter, &mut |entry| {
        let code = entry.fields.extra.get("dossier").cloned().unwrap_or_default();
        let at = owner(&dossiers, &code, entry.year);
        if let Some(dossier) = at.and_then(|at| dossiers.get_mut(at))
            && !dossier.documents.iter().any(|m| m.seq == entry.seq)
        {
            let note = String::new();
            dossier.documents.push(Member { seq: entry.seq, act: None, note });
        }
        Ok(())
    })?;
    for dossier in &mut dossiers {
        dossier.documents.sort_by_key(|m| m.act.unwrap_or(m.seq));
    }
    dossiers.sort_by_key(|d| (d.year, d.seq));
    Ok(dossiers)
}

/// The dossier of a code in a year; without a year, the newest of that code.
pub fn named<'a>(dossiers: &'a [Dossier], code: &str, year: Option<i16>) -> Option<&'a Dossier> {
    let fits = |d: &&Dossier| same_code(&d.code, code) && year.is_none_or(|y| d.year == y);
    dossiers.iter().filter(fits).max_by_key(|d| d.year)
}

/// The positions of the documents of a dossier of that code, rising; of any year without one. `None`
/// if there is no such dossier and no document names one.
///
/// # Errors
/// As reading the register.
pub fn positions(
    register: &dyn Register,
    code: &str,
    year: Option<i16>,
) -> Result<Option<Vec<u64>>> {
    let all = all(register)?;
    let fits = |d: &&Dossier| same_code(&d.code, code) && year.is_none_or(|y| d.year == y);
    let found: Vec<&Dossier> = all.iter().filter(fits).collect();
    let mut seqs: Vec<u64> = found.iter().flat_map(|d| d.documents.iter().map(|m| m.seq)).collect();
    // A code that documents name before the dossier was opened.
    let narrow = Narrow { dossier: Some(code.to_owned()), ..Narrow::default() };
    let filter = Filter { year, narrow, ..Filter::default() };
    register.entries(&filter, &mut |entry| {
        seqs.push(entry.seq);
        Ok(())
    })?;
    seqs.sort_unstable();
    seqs.dedup();
    Ok((!found.is_empty() || !seqs.is_empty()).then_some(seqs))
}

/// The dossier that a document of a year means by a code: that of the year, else the newest before it.
fn owner(dossiers: &[Dossier], code: &str, year: i16) -> Option<usize> {
    let fits = |d: &Dossier| same_code(&d.code, code) && d.year <= year;
    (0..dossiers.len())
        .filter(|at| dossiers.get(*at).is_some_and(fits))
        .max_by_key(|at| dossiers.get(*at).map(|d| d.year))
}

fn take(dossiers: &mut Vec<Dossier>, acted: &Acted) {
    let act = &acted.act;
    let said = |key: &str| said(&act.fields, key);
    let of = act.data.get("open").and_then(Value::as_u64);
    match act.kind {
        Kind::DossierOpen => {
            let year = act.data.get("year").and_then(Value::as_i64);
            dossiers.push(Dossier {
                seq: act.seq,
                code: said("dossier"),
                year: year.and_then(|y| i16::try_from(y).ok()).unwrap_or(act.date.year()),
                title: said("title"),
                heading: said("heading"),
                retention: Retention::parse(&said("maintenance")),
                reason: said("reason"),
                creator: said("creator"),
                note: said("note"),
                opened: act.date,
                closed: None,
                documents: Vec::new(),
            });
        }
        Kind::DossierAdd => {
            let dossier = dossiers.iter_mut().find(|d| Some(d.seq) == of);
            if let (Some(dossier), Some(about)) = (dossier, act.about)
                && !dossier.documents.iter().any(|m| m.seq == about)
            {
                let (act, note) = (Some(act.seq), said("note"));
                dossier.documents.push(Member { seq: about, act, note });
            }
        }
        Kind::DossierClose => {
            if let Some(dossier) = dossiers.iter_mut().find(|d| Some(d.seq) == of) {
                let end = said("end").parse().unwrap_or(act.date);
                dossier.closed.get_or_insert((act.date, end));
            }
        }
        _ => {}
    }
}

fn said(fields: &Map<String, Value>, key: &str) -> String {
    fields.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// What a person names a document by: `05/KH-SNV`, or the number alone in a book without ký hiệu.
///
/// # Errors
/// As reading the register.
pub fn entry_named(
    register: &dyn Register,
    book: crate::register::Book,
    year: i16,
    name: &str,
) -> Result<Option<Entry>> {
    let name = name.trim();
    let (number, notation) = name.split_once('/').unwrap_or((name, ""));
    let Some(number) = number.trim().parse().ok().and_then(crate::model::Number::new) else {
        return Ok(None);
    };
    if !notation.is_empty() {
        return register.by_code(book, number, notation.trim(), year);
    }
    let numbers = Some(number.get()..=number.get());
    let filter = Filter { book: Some(book), year: Some(year), numbers, ..Filter::default() };
    let mut found: Vec<Entry> = Vec::new();
    register.entries(&filter, &mut |entry| {
        found.push(entry);
        Ok(())
    })?;
    // One number may stand in several series of an outgoing book: then it names none of them.
    Ok(if found.len() == 1 { found.pop() } else { None })
}

#[cfg(test)]
mod tests;
