//! Lists of people and collectives to be honoured, as units send them.
//!
//! Knows: what the rows of such a list mean, how its text is repaired. Must not know: which awards
//! there are, who decides, certificates, books.

mod body;
pub mod codes;
mod fetch;
mod finish;
mod head;
mod left;
mod parts;
mod people;
mod repair;
mod rows;
mod words;

use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity};
use crate::model::Honouree;
use crate::source::data::{self, Limits, sheet};
use crate::text;
use crate::world::World;

pub use head::parse_map;
pub use words::{field_of, map_keys};

use body::Reader;
use repair::Doubt;

/// Lines of one file: more are no list of awards.
pub const MOST_LINES: usize = 200_000;
/// Bytes of text in the lines of one file.
const MOST_TEXT: usize = 256 << 20;
/// Name of the sheet of a report that stands beside a list: such a file holds no list itself.
pub const REPORT_SHEET: &str = "vanthu - kết quả";

/// What a column of a list holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    /// Số thứ tự.
    Ordinal,
    /// Ông/Bà, cấp bậc.
    Address,
    /// Họ và tên, tên tập thể, hộ.
    Name,
    /// Họ, where the given name has a column of its own.
    Surname,
    /// Giới tính.
    Gender,
    /// Năm sinh, ngày sinh.
    Born,
    /// Chức vụ.
    Position,
    /// Đơn vị công tác.
    Unit,
    /// Chức vụ and đơn vị in one column.
    Post,
    /// Cá nhân, tập thể, hộ.
    Kind,
    /// Danh hiệu, hình thức khen thưởng.
    Form,
    /// Thành tích.
    Achievement,
    /// Ghi chú.
    Note,
}

/// What the user said about a list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Only this sheet; none: every visible sheet with a row of headings.
    pub sheet: Option<String>,
    /// Row of the headings, from 1; none: found by meaning.
    pub header_row: Option<u32>,
    /// Field → letter of its column (`C`) or its heading; wins over what is found.
    pub map: Vec<(Field, String)>,
    /// Limits of the file.
    pub limits: Limits,
}

/// Where the fields of a line stand: field → letter of the column.
pub type Columns = Vec<(Field, String)>;

/// One line of a list.
#[derive(Debug, Clone, PartialEq)]
pub struct Listed {
    /// Who, with what, for what. `form` is the text of the list until the table of awards gave its id.
    pub honouree: Honouree,
    /// File, sheet, row.
    pub place: Place,
    /// The award as the list writes it.
    pub form_written: String,
    /// Ngày or năm sinh as written: tells people of one name apart.
    pub born: String,
    /// Letters of the columns.
    pub columns: Arc<Columns>,
}

impl Listed {
    /// The place of one field of the line.
    pub fn at(&self, field: Field) -> Place {
        match self.columns.iter().find(|(f, _)| *f == field) {
            Some((_, letter)) => self.place.clone().cell(letter.clone()),
            None => self.place.clone(),
        }
    }
}

/// One file as read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Roll {
    /// The file as the user named it.
    pub file: String,
    /// Its lines in their order.
    pub lines: Vec<Listed>,
    /// What stands above the headings (“DANH SÁCH ĐỀ NGHỊ TẶNG GIẤY KHEN”).
    pub titles: Vec<String>,
    /// What was repaired and what is wrong.
    pub findings: Vec<Diagnostic>,
    /// The file is a report that this program wrote: it holds no list.
    pub is_report: bool,
}

/// A row with its filled cells as repaired texts.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Texts {
    number: u32,
    line: u32,
    hidden: bool,
    cells: Vec<(usize, String)>,
    doubts: Vec<(usize, Doubt)>,
    /// Cells of several lines: the number of words in the first.
    breaks: Vec<(usize, usize)>,
    told: Vec<Diagnostic>,
}

/// Reads a list: every visible sheet with a row of headings, or the one that the options name.
///
/// # Errors
/// `Input` where the file cannot be read at all, or is larger than any list.
pub fn read(world: &dyn World, path: &Path, options: &Options) -> Result<Roll> {
    let file = path.display().to_string();
    let book = data::open_book(world, path, &options.limits)?;
    let mut roll = Roll { file: file.clone(), ..Roll::default() };
    let sheets = book.sheets().to_vec();
    if sheets.iter().any(|s| s.name == REPORT_SHEET) {
        roll.is_report = true;
        return Ok(roll);
    }
    let chosen: Vec<usize> = match &options.sheet {
        Some(name) => vec![sheet::choose(&sheets, &file, Some(name))?],
        None => (0..sheets.len()).collect(),
    };
    let (mut headed, mut passed, mut bytes) = (false, Vec::new(), 0usize);
    let mut empty = Vec::new();
    for index in chosen {
        let Some(name) = sheets.get(index).filter(|s| s.is_table) else { continue };
        let place = match name.name.as_str() {
            "" => Place::file(file.clone()),
            tab => Place::file(file.clone()).sheet(tab),
        };
        if !name.visible && options.sheet.is_none() {
            let what =
                text!("trang tính đang ẩn, không đọc", "the sheet is hidden and was not read");
            passed.push(Diagnostic::new(codes::SHEET, Severity::Info, place, what));
            continue;
        }
        let mut found = Vec::new();
        let mut cells = book.cells(index)?;
        let mut reader = Reader::new(options, place.clone(), &mut found);
        let room = MOST_LINES.saturating_sub(roll.lines.len());
        if !reader.run(cells.as_mut(), room)? {
            return Err(too_large(&file));
        }
        let read = std::mem::take(&mut reader.read);
        if !read.has_head {
            let what = text!(
                "trang tính không có hàng tiêu đề của một danh sách, không đọc",
                "the sheet has no row of headings of a list and was not read"
            );
            passed.push(Diagnostic::new(codes::SHEET, Severity::Info, place, what));
            continue;
        }
        headed = true;
        roll.titles.extend(read.titles.iter().cloned());
        let mut lines = finish::lines(read, &place, &mut found);
        if lines.is_empty() {
            empty.push(no_lines(place));
        }
        bytes = bytes.saturating_add(lines.iter().map(size).sum());
        roll.lines.append(&mut lines);
        roll.findings.append(&mut found);
        if bytes > MOST_TEXT {
            return Err(too_large(&file));
        }
    }
    // A file often has a sheet for collectives and one for people, and one of them empty.
    if !roll.lines.is_empty() {
        empty.iter_mut().for_each(|d: &mut Diagnostic| d.severity = Severity::Info);
    }
    roll.findings.append(&mut empty);
    if headed {
        roll.findings.append(&mut passed);
    } else {
        roll.findings.push(no_headings(&file, options));
    }
    Ok(roll)
}

/// True if a file is a report that this program wrote beside a list.
pub fn is_report(world: &dyn World, path: &Path) -> bool {
    data::open_book(world, path, &Limits::default())
        .is_ok_and(|book| book.sheets().iter().any(|s| s.name == REPORT_SHEET))
}

fn size(line: &Listed) -> usize {
    let who = &line.honouree;
    let extra: usize = who.extra.iter().map(|(k, v)| k.len() + v.len()).sum();
    who.name.len() + who.unit.len() + who.position.len() + who.achievement.len() + extra
}

fn too_large(file: &str) -> Failure {
    let most = MOST_LINES;
    let what = text!(
        "danh sách có hơn {most} dòng hoặc quá nhiều chữ",
        "the list has more than {most} lines or too much text"
    );
    Failure::new(FailureKind::Input, Place::file(file), what)
        .hint(text!("tách thành nhiều tệp", "split it into several files"))
}

fn no_lines(place: Place) -> Diagnostic {
    let what =
        text!("danh sách chỉ có tiêu đề, không có dòng nào", "the list has headings and no lines");
    Diagnostic::warning(codes::NO_LINES, place, what).hint(text!(
        "hỏi đơn vị: gửi nhầm tệp trống, hay không đề nghị ai; nếu dòng có mà không đọc được, chỉ cột bằng --map",
        "ask the unit: an empty file by mistake, or nobody proposed; if there are lines, name the columns with --map"
    ))
}

fn no_headings(file: &str, options: &Options) -> Diagnostic {
    let place = Place::file(file);
    let (place, message) = match options.header_row {
        Some(row) => (
            place.row(row),
            text!("hàng {row} không có cột tên", "row {row} has no column of names"),
        ),
        None => (
            place,
            text!(
                "không thấy hàng tiêu đề có cột tên (“Họ và tên”, “Tên tập thể” …)",
                "no row of headings with a column of names (“Họ và tên”, “Tên tập thể” …)"
            ),
        ),
    };
    Diagnostic::error(codes::NO_HEADINGS, place, message).hint(text!(
        "chỉ ra cột bằng --map ten=B --map hinh-thuc=E …, hoặc đặt tiêu đề cho cột",
        "name the columns with --map ten=B --map hinh-thuc=E …, or give them headings"
    ))
}

#[cfg(test)]
mod tests;
