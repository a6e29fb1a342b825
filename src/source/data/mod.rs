//! Data files: CSV, XLSX, XLS, ODS, JSON and YAML become rows that know their place.
//!
//! Knows: which reader takes which file, limits, what a row is. Must not know: templates, what a field means.
//!
//! A row's values carry two names: the heading as typed (normal form C, single blanks) and its
//! slug with underscores (`Họ và tên` → `ho_va_ten`). An empty cell is `null`, so that a template can
//! tell “left empty” from “no such column”. Text stays as it stands in the file, leading zeros
//! included; only cells that the workbook itself holds as numbers are numbers.

mod csv;
mod decode;
mod json;
mod ods;
pub(super) mod sheet;
pub(super) mod table;
mod xls;
mod xlsx;
mod yaml;

pub use table::NO_ROWS;

use std::io;
use std::path::Path;

use serde_json::{Map, Value};

use crate::diagnostic::{Code, Diagnostic, Failure, FailureKind, Family, Place, Result};
use crate::text;
use crate::world::World;

/// How much is read before a file is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the file.
    pub file: u64,
    /// Rows below the headings.
    pub rows: u32,
    /// Columns.
    pub columns: usize,
    /// Characters of a cell (a spreadsheet program holds no more than 32,767).
    pub cell: usize,
    /// Bytes of text in one row.
    pub row_bytes: usize,
    /// Uncompressed bytes of all parts of a workbook.
    pub unpacked: u64,
    /// Parts of a workbook.
    pub parts: usize,
    /// Uncompressed to compressed size of a part above 8 MiB.
    pub ratio: u64,
    /// Bytes of the shared texts of a workbook.
    pub shared: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            file: 256 << 20,
            rows: 1_048_576,
            columns: 16_384,
            cell: 32_767,
            row_bytes: 16 << 20,
            unpacked: 2 << 30,
            parts: 10_000,
            ratio: 250,
            shared: 256 << 20,
        }
    }
}

/// What the user said about a data file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Options {
    /// Sheet of a workbook; none: the first visible one.
    pub sheet: Option<String>,
    /// Row of the headings, from 1; none: the first row that is not blank.
    pub header_row: Option<u32>,
    /// The only names of fields that anybody will ask for. Where all of them are columns, rows of a table hold
    /// no other; all cells are looked at all the same.
    pub only: Option<Vec<String>>,
    /// Limits.
    pub limits: Limits,
}

/// A column with a heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// The heading as typed, in normal form C with single blanks.
    pub heading: String,
    /// Its slug with underscores, the second name of the field; empty if another column has it.
    pub key: String,
    /// Its letter in the sheet: `A`, `AB`.
    pub letter: String,
}

impl Column {
    /// The second name of its field, where it has one that differs from the heading.
    pub fn short(&self) -> Option<&str> {
        Some(self.key.as_str()).filter(|key| !key.is_empty() && *key != self.heading)
    }
}

/// One row of data.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Where it stands: file, sheet, row; the line too where it differs.
    pub place: Place,
    /// Its fields, each under both names.
    pub values: Map<String, Value>,
    /// What is wrong in it.
    pub findings: Vec<Diagnostic>,
}

/// A file's rows, one at a time. An `Err` item ends the file: the rest could not be read.
pub trait Rows: Iterator<Item = Result<Row>> + Send {
    /// The columns with a heading; none for JSON and YAML.
    fn columns(&self) -> &[Column];
    /// True if the file is one record and not a list of them.
    fn single(&self) -> bool {
        false
    }
    /// What is to be said about the file as a whole. Complete after the last row; each call gives what is new.
    fn findings(&mut self) -> Vec<Diagnostic>;
}

/// Opens a data file. The kind is told by its content, and among texts by its ending.
///
/// # Errors
/// An `Input` failure that says why the file cannot be read at all and what to do about it.
pub fn open(world: &dyn World, path: &Path, options: &Options) -> Result<Box<dyn Rows>> {
    let file = path.display().to_string();
    let bytes = world
        .read(path, options.limits.file)
        .map_err(|error| unreadable(&file, &error, options.limits.file))?;
    read(bytes, &file, options)
}

/// Rows in which headings are looked for where a sheet begins with its title.
const TITLE_ROWS: u32 = 20;

/// As [`open`], for sheets that may begin with a title: unless the row of the headings is given, it is the first
/// whose columns fit. Where none fits the file is opened as [`open`] does.
///
/// # Errors
/// As [`open`].
pub fn open_under_title(
    world: &dyn World,
    path: &Path,
    options: &Options,
    fits: &dyn Fn(&[Column]) -> bool,
) -> Result<Box<dyn Rows>> {
    let first = open(world, path, options)?;
    if options.header_row.is_some() || first.columns().is_empty() || fits(first.columns()) {
        return Ok(first);
    }
    for row in 2..=TITLE_ROWS {
        let below = Options { header_row: Some(row), ..options.clone() };
        match open(world, path, &below) {
            Ok(rows) if fits(rows.columns()) => return Ok(rows),
            // Another row of the title, a blank one, or none any more.
            Ok(_) | Err(_) => {}
        }
    }
    Ok(first)
}

/// The same for bytes already read; `file` is the name shown in findings.
///
/// # Errors
/// As [`open`].
pub fn read(bytes: Vec<u8>, file: &str, options: &Options) -> Result<Box<dyn Rows>> {
    let bytes = match book(bytes, file, &options.limits)? {
        Ok(book) => return Ok(Box::new(sheet::Sheet::open(book.as_ref(), file, options)?)),
        Err(bytes) => bytes,
    };
    let ending = Path::new(file).extension().and_then(|e| e.to_str()).unwrap_or("");
    match ending.to_ascii_lowercase().as_str() {
        "csv" | "tsv" | "txt" => Ok(Box::new(csv::Csv::open(bytes, file, options)?)),
        "json" => Ok(Box::new(json::Json::open(bytes, file, options)?)),
        "yaml" | "yml" => Ok(Box::new(yaml::Yaml::open(bytes, file, options)?)),
        "xlsx" | "xlsm" | "xls" | "ods" => Err(failure(
            file,
            text!(
                "tệp không phải là sổ tính Excel, hoặc đã bị cắt cụt",
                "not a workbook, or cut short"
            ),
        )
        .hint(text!(
            "mở lại bằng Excel hoặc LibreOffice và lưu thành .xlsx",
            "open it in Excel or LibreOffice and save it as .xlsx"
        ))),
        _ => Err(failure(
            file,
            text!(
                "không biết đọc dữ liệu từ tệp “.{ending}”",
                "cannot read data from a “.{ending}” file"
            ),
        )
        .hint(text!(
            "dùng .xlsx, .xls, .ods, .csv, .json hoặc .yaml",
            "use .xlsx, .xls, .ods, .csv, .json or .yaml"
        ))),
    }
}

fn unreadable(file: &str, error: &io::Error, limit: u64) -> Failure {
    let megabytes = limit >> 20;
    match error.kind() {
        io::ErrorKind::NotFound => {
            failure(file, text!("không có tệp này", "there is no such file")).hint(text!(
                "xem lại tên, chữ hoa, chữ thường; trong tệp công việc, đường dẫn tính từ thư mục của tệp đó",
                "check the name and its letters' case; in a job file, paths start from that file's folder"
            ))
        }
        io::ErrorKind::PermissionDenied => {
            failure(file, text!("không được phép đọc tệp này", "no permission to read this file"))
                .hint(text!(
                    "xin quyền đọc hoặc chép tệp ra chỗ khác",
                    "ask for the right to read it or copy it elsewhere"
                ))
        }
        io::ErrorKind::InvalidInput | io::ErrorKind::IsADirectory => {
            failure(file, text!("đây không phải tệp thường", "this is not a regular file"))
                .hint(text!("ghi tên một tệp dữ liệu", "name a file with data"))
        }
        io::ErrorKind::FileTooLarge => failure(
            file,
            text!("tệp lớn hơn {megabytes} MB", "the file is larger than {megabytes} MB"),
        )
        .hint(text!(
            "tách thành nhiều tệp, hoặc xóa hình ảnh và trang tính thừa",
            "split it, or remove pictures and sheets that are not needed"
        )),
        _ => failure(file, text!("không đọc được: {error}", "cannot be read: {error}")).hint(text!(
            "kiểm tra đĩa, ổ mạng rồi chạy lại",
            "check the disk or the network drive, then run again"
        )),
    }
}

/// A workbook told by its first bytes; anything else gives the bytes back.
///
/// # Errors
/// A workbook that is damaged, has a password, or is of a kind that is not read.
pub(super) fn book(
    bytes: Vec<u8>,
    file: &str,
    limits: &Limits,
) -> Result<std::result::Result<Box<dyn sheet::Book>, Vec<u8>>> {
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") {
        let package = xlsx::package::Package::open(bytes, file, limits)?;
        return Ok(Ok(if ods::is_sheet(&package) {
            Box::new(ods::Book::open(package, file, limits)?)
        } else {
            Box::new(xlsx::Book::open(package, file, limits)?)
        }));
    }
    if bytes.starts_with(&[0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]) {
        locked(&bytes, file)?;
        return Ok(Ok(Box::new(xls::Book::open(&bytes, file, limits)?)));
    }
    Ok(Err(bytes))
}

/// The sheets of any table file, a CSV being one without a name.
///
/// # Errors
/// As [`open`].
pub(super) fn open_book(
    world: &dyn World,
    path: &Path,
    limits: &Limits,
) -> Result<Box<dyn sheet::Book>> {
    let file = path.display().to_string();
    let bytes =
        world.read(path, limits.file).map_err(|error| unreadable(&file, &error, limits.file))?;
    let bytes = match book(bytes, &file, limits)? {
        Ok(book) => return Ok(book),
        Err(bytes) => bytes,
    };
    let ending = path.extension().and_then(|e| e.to_str()).unwrap_or("").to_ascii_lowercase();
    match ending.as_str() {
        "csv" | "tsv" | "txt" => Ok(Box::new(csv::Book::open(bytes, &file, limits)?)),
        "xlsx" | "xlsm" | "xls" | "ods" => {
            let what = text!(
                "tệp không phải là sổ tính, hoặc đã bị cắt cụt",
                "not a workbook, or cut short"
            );
            Err(failure(&file, what))
        }
        _ => Err(failure(
            &file,
            text!(
                "không biết đọc danh sách từ tệp “.{ending}”",
                "cannot read a list from a “.{ending}” file"
            ),
        )
        .hint(text!("dùng .xlsx, .xls, .ods hoặc .csv", "use .xlsx, .xls, .ods or .csv"))),
    }
}

/// An OLE container that holds an encrypted workbook of the new kind.
fn locked(bytes: &[u8], file: &str) -> Result<()> {
    let name: Vec<u8> = "EncryptedPackage".encode_utf16().flat_map(u16::to_le_bytes).collect();
    let head = bytes.get(..bytes.len().min(1 << 20)).unwrap_or(bytes);
    let tail = bytes.get(bytes.len().saturating_sub(1 << 20)..).unwrap_or(bytes);
    if ![head, tail].iter().any(|part| memchr::memmem::find(part, &name).is_some()) {
        return Ok(());
    }
    Err(failure(file, text!("sổ tính có mật khẩu", "the workbook has a password")).hint(text!(
        "bỏ mật khẩu trong Excel (Tệp › Thông tin › Bảo vệ sổ làm việc) rồi lưu lại",
        "remove the password in Excel (File › Info › Protect Workbook) and save again"
    )))
}

/// A failure with the way out that helps with most damaged files; a better one may replace it.
fn failure(file: &str, message: crate::diagnostic::Text) -> Failure {
    let hint = match Path::new(file).extension().and_then(|e| e.to_str()) {
        Some("json" | "yaml" | "yml") => text!(
            "sửa tệp ở chỗ này, hoặc lấy lại tệp từ chương trình đã xuất ra nó",
            "mend the file here, or take it again from the program that wrote it"
        ),
        _ => text!(
            "mở tệp bằng Excel hoặc LibreOffice, xem lại rồi lưu thành tệp mới",
            "open the file in Excel or LibreOffice, look it over and save it anew"
        ),
    };
    Failure::new(FailureKind::Input, Place::file(file), message).hint(hint)
}

/// A code of this family.
const fn code(number: u16) -> Code {
    Code::new(Family::D, 200 + number)
}

#[cfg(test)]
mod tests;
