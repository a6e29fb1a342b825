//! A list of awards as it comes: one line of the sổ khen thưởng a row.
//!
//! Knows: which heading means what, how money is written. Must not know: how a sheet is read, numbers.

use std::path::Path;

use jiff::civil::Date;
use serde_json::Value;

use super::Awarding;
use crate::diagnostic::{Diagnostic, Place, Result};
use crate::pipeline::acts::candidates;
use crate::pipeline::codes::{AWARD_COLUMN, AWARD_MONEY, NO_ROWS};
use crate::register::book::day;
use crate::register::{Award, Book, Register};
use crate::source::data::{self, Options, Row};
use crate::source::incoming::date_of;
use crate::text;
use crate::world::World;

/// What a column means, and what its heading may be.
const COLUMNS: [(&str, &[&str]); 8] = [
    (
        "name",
        &[
            "ho_va_ten",
            "ho_ten",
            "ten",
            "ten_tap_the",
            "ten_ca_nhan_tap_the",
            "ho_va_ten_ten_tap_the",
            "ca_nhan_tap_the",
            "name",
            "full_name",
        ],
    ),
    ("unit", &["don_vi", "chuc_vu_don_vi", "chuc_vu_don_vi_cong_tac", "don_vi_cong_tac", "unit"]),
    ("form", &["hinh_thuc", "hinh_thuc_khen_thuong", "danh_hieu", "danh_hieu_hinh_thuc", "form"]),
    ("decision", &["quyet_dinh", "so_quyet_dinh", "decision"]),
    ("decided", &["ngay_quyet_dinh", "ngay_ky", "decision_date"]),
    ("achievement", &["thanh_tich", "noi_dung_thanh_tich", "achievement"]),
    ("money", &["tien_thuong", "muc_tien_thuong", "so_tien", "tien", "money"]),
    ("dossier", &["ho_so", "so_va_ky_hieu_ho_so", "dossier"]),
];

/// What holds for every row that does not say otherwise.
#[derive(Debug, Clone, Default)]
pub struct AwardDefaults {
    /// Số, ký hiệu of the decision.
    pub decision: String,
    /// Its day; that of the registered decision if not said.
    pub decided: Option<Date>,
    /// Hình thức.
    pub form: String,
    /// The council that gives the awards, or `""` for the agency.
    pub organ: String,
}

/// What a list says.
#[derive(Debug, Default)]
pub struct AwardList {
    /// Its lines in their order.
    pub awards: Vec<Awarding>,
    /// What is wrong with the list.
    pub findings: Vec<Diagnostic>,
}

/// Reads a list. `register` is asked for the decision: its day and signer are taken from there.
///
/// # Errors
/// `Input` if the file cannot be read at all.
pub fn read_awards(
    world: &dyn World,
    path: &Path,
    options: &Options,
    defaults: &AwardDefaults,
    register: Option<&dyn Register>,
) -> Result<AwardList> {
    let mut rows = data::open(world, path, options)?;
    let mut out = AwardList::default();
    let file = path.display().to_string();
    let headings: Vec<&str> = rows.columns().iter().map(|c| c.heading.as_str()).collect();
    let known: Vec<(String, &'static str)> =
        rows.columns().iter().filter_map(|c| Some((c.key.clone(), meaning(&c.key)?))).collect();
    if !headings.is_empty() && !known.iter().any(|(_, m)| *m == "name") {
        out.findings.push(no_name(&file, &headings.join(", ")));
        return Ok(out);
    }
    let unused = rows.columns().iter().filter(|c| meaning(&c.key).is_none() && !is_count(&c.key));
    out.findings.extend(unused.map(|c| not_used(&file, &c.heading, &c.letter)));
    let mut decisions = Decisions { register, asked: Vec::new() };
    for row in rows.by_ref() {
        let mut row = row?;
        out.findings.append(&mut row.findings);
        if row.values.values().all(Value::is_null) {
            continue;
        }
        let awarding = awarding(&row, &known, defaults, &mut out.findings);
        out.awards.push(decisions.of(awarding, defaults, world.today())?);
    }
    out.findings.extend(rows.findings());
    if out.awards.is_empty() && out.findings.is_empty() {
        out.findings.push(
            Diagnostic::error(
                NO_ROWS,
                Place::file(file),
                text!("danh sách không có hàng nào", "the list has no row"),
            )
            .hint(text!("mỗi người, tập thể một hàng", "one row for each person or collective")),
        );
    }
    Ok(out)
}

fn meaning(key: &str) -> Option<&'static str> {
    COLUMNS.iter().find(|(_, names)| names.contains(&key)).map(|(meaning, _)| *meaning)
}

/// Columns that count the rows say nothing.
fn is_count(key: &str) -> bool {
    matches!(key, "tt" | "stt" | "so_tt" | "no" | "ghi_chu" | "note")
}

fn awarding(
    row: &Row,
    known: &[(String, &'static str)],
    defaults: &AwardDefaults,
    found: &mut Vec<Diagnostic>,
) -> Awarding {
    let text = |meaning: &str| {
        let named = known.iter().find(|(_, m)| *m == meaning).map(|(key, _)| key.as_str());
        let names = COLUMNS.iter().find(|(m, _)| *m == meaning).map_or(&[][..], |(_, n)| n);
        // JSON and YAML have no columns: their fields name themselves.
        let value = named.into_iter().chain(names.iter().copied());
        let value = value.filter_map(|key| row.values.get(key)).next();
        match value {
            Some(Value::String(text)) => text.trim().to_owned(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    };
    let or = |value: String, other: &str| if value.is_empty() { other.to_owned() } else { value };
    let mut date = None;
    let written = text("decided");
    if !written.is_empty() {
        date = date_of(&written);
        if date.is_none() {
            found.push(bad(row, "decided", &written));
        }
    }
    let written = text("money");
    let money = money_of(&written);
    if money.is_none() && !written.is_empty() {
        found.push(bad(row, "money", &written));
    }
    Awarding {
        award: Award {
            name: text("name"),
            unit: text("unit"),
            form: or(text("form"), &defaults.form),
            decision: or(text("decision"), &defaults.decision),
            decided: date.or(defaults.decided),
            achievement: text("achievement"),
            money,
            dossier: text("dossier"),
            ..Award::default()
        },
        organ: defaults.organ.clone(),
        date: Date::MIN,
        place: row.place.clone(),
        has_file: false,
    }
}

/// `702.000`, `702000 đồng`, `1,5` is none: đồng have no parts.
pub(super) fn money_of(written: &str) -> Option<u64> {
    let lower = written.trim().to_lowercase();
    let bare = ["đồng", "vnđ", "vnd", "đ"].iter().find_map(|unit| lower.strip_suffix(unit));
    let bare = bare.unwrap_or(&lower).trim();
    let groups: Vec<&str> = bare.split(['.', ',', ' ', '\u{a0}']).collect();
    let (first, rest) = groups.split_first()?;
    let digits = |g: &str| !g.is_empty() && g.bytes().all(|b| b.is_ascii_digit());
    let grouped = rest.iter().all(|g| g.len() == 3 && digits(g));
    let short = rest.is_empty() || first.len() <= 3;
    if !digits(first) || !grouped || !short {
        return None;
    }
    groups.concat().parse().ok()
}

/// The registered decisions that a list names, each looked for once.
struct Decisions<'a> {
    register: Option<&'a dyn Register>,
    asked: Vec<(String, Option<crate::register::Entry>)>,
}

impl Decisions<'_> {
    /// The line with what its decision says: position, day, signer.
    fn of(
        &mut self,
        mut line: Awarding,
        defaults: &AwardDefaults,
        today: Date,
    ) -> Result<Awarding> {
        let code = line.award.decision.clone();
        let known = self.asked.iter().position(|(asked, _)| *asked == code);
        let at = match known {
            Some(at) => at,
            None => {
                let entry = self.look(&code)?;
                self.asked.push((code, entry));
                self.asked.len() - 1
            }
        };
        if let Some((_, Some(entry))) = self.asked.get(at) {
            let award = &mut line.award;
            award.decision = entry.code().to_string();
            award.decision_seq = Some(entry.seq);
            award.decided = award.decided.or(Some(entry.date));
            award.signer_position.clone_from(&entry.fields.signer_position);
            award.signer_name.clone_from(&entry.fields.signer_name);
        }
        line.date = line.award.decided.or(defaults.decided).unwrap_or(today);
        Ok(line)
    }

    fn look(&self, code: &str) -> Result<Option<crate::register::Entry>> {
        let Some(register) = self.register.filter(|_| !code.is_empty()) else { return Ok(None) };
        let mut found = candidates(register, code)?;
        found.retain(|entry| entry.book == Book::Outgoing);
        // The same code of two years: the newest is meant, the day is told in the book.
        Ok(found.pop())
    }
}

fn bad(row: &Row, what: &str, written: &str) -> Diagnostic {
    let (vi, en) = match what {
        "money" => ("số tiền", "amount of money"),
        _ => ("ngày có thật", "day that exists"),
    };
    Diagnostic::error(
        AWARD_MONEY,
        row.place.clone().item(what),
        text!("“{written}” không phải {vi}", "“{written}” is no {en}"),
    )
    .hint(text!(
        "tiền ghi bằng đồng: 702.000; ngày ghi đủ: 05/3/2026",
        "money in đồng: 702.000; the day in full: 05/3/2026"
    ))
}

fn no_name(file: &str, all: &str) -> Diagnostic {
    Diagnostic::error(
        AWARD_COLUMN,
        Place::file(file),
        text!(
            "danh sách không có cột “Họ và tên”; các cột: {all}",
            "the list has no column “name”; its columns: {all}"
        ),
    )
    .hint(text!(
        "đặt tên cột: Họ và tên, Đơn vị, Hình thức, Quyết định, Ngày quyết định, Thành tích, Tiền thưởng",
        "name the columns: name, unit, form, decision, decision date, achievement, money"
    ))
}

fn not_used(file: &str, heading: &str, letter: &str) -> Diagnostic {
    let names = COLUMNS.iter().flat_map(|(_, names)| names.iter().copied());
    let finding = Diagnostic::warning(
        AWARD_COLUMN,
        Place::file(file).cell(letter),
        text!("cột “{heading}” không dùng đến", "the column “{heading}” is not used"),
    );
    match text::nearest(heading, names) {
        Some(near) => finding.hint(text!("có phải “{near}”?", "did you mean “{near}”?")),
        None => finding,
    }
}

/// `Lê Thị Hoa  Giấy khen  12/QĐ-SNV, 05/03/2026`.
pub fn award_line(award: &Award) -> String {
    let decided = award.decided.map(|d| format!(", {}", day(d))).unwrap_or_default();
    format!("{}  {}  {}{decided}", award.name, award.form, award.decision)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_whole_dong_however_it_is_grouped() {
        let read = ["702000", "702.000", "1,404,000 đồng", "7 020 000đ", " 468.000 VNĐ "];
        assert_eq!(read.map(money_of), [702_000, 702_000, 1_404_000, 7_020_000, 468_000].map(Some));
        assert_eq!(["", "0,3", "702.00", "bảy trăm", "-5", "7020.000"].map(money_of), [None; 6]);
    }
}
