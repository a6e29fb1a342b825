//! The job file of `vanthu run` → [`Job`].
//!
//! Knows: the keys of the file in both languages, and which names a copy may be written under.
//! Must not know: templates, data rows, numbers, the disk.

use std::path::{Path, PathBuf};

use jiff::civil::Date;
use serde_json::{Map, Value};
use toml::de::{DeTable, DeValue};

use super::keyed::{Field, Fields, Key, Reader, join};
use super::name::{NamePattern, unsafe_folder};
use crate::diagnostic::{Diagnostic, Text};
use crate::text;

const BASE: u16 = 400;
/// A folder or file name that would leave the output folder, or that some systems cannot hold.
const UNSAFE_NAME: u16 = 11;
/// A word that is none of the choices.
const UNKNOWN_CHOICE: u16 = 12;
/// A setting that has no effect without another one.
const LONELY: u16 = 13;
/// A job without steps.
const NO_STEPS: u16 = 14;

const TITLE: Key = ("title", "ten");
const STEPS: Key = ("steps", "buoc");
const TOP: &[Key] = &[TITLE, STEPS];
const SOURCE: Key = ("source", "mau");
const DATA: Key = ("data", "du-lieu");
const STEP: &[Key] = &[
    SOURCE,
    DATA,
    ("sheet", "trang"),
    ("header_row", "hang-tieu-de"),
    ("mode", "kieu"),
    ("date", "ngay"),
    ("out", "ra"),
    ("name", "ten-tep"),
    ("dossier", "ho-so"),
    ("book", "so"),
    ("with", "them"),
];

/// What `vanthu run` is to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Job {
    /// What the job is called; the file's name without its ending if it does not say.
    pub title: String,
    /// Steps in the order of the file.
    pub steps: Vec<Step>,
}

/// One document from everything, or one for each row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// One document for each row of the data.
    PerRow,
    /// One document; all rows are its list `rows` (`hang`).
    One,
}

/// One step of a job.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// Line of the step in the job file.
    pub at: u32,
    /// Template or source, beside the job file unless the path is absolute.
    pub source: PathBuf,
    /// Data file, likewise; none: one document without data.
    pub data: Option<PathBuf>,
    /// Sheet of a workbook; none: the first.
    pub sheet: Option<String>,
    /// Row of the headings as the spreadsheet program numbers it, from 1; none: the first row that is not blank.
    pub header_row: Option<u32>,
    /// One or per row. Default: per row where there is data, else one.
    pub mode: Mode,
    /// Ngày ban hành; none: today.
    pub date: Option<Date>,
    /// Folder for copies of the issued files, inside the job file's folder; none: no copies.
    pub out: Option<PathBuf>,
    /// Names of the copies; none: the archive's own names.
    pub name: Option<NamePattern>,
    /// Hồ sơ (FileCode).
    pub dossier: Option<String>,
    /// Which book; only the outgoing one can be issued into.
    pub book: JobBook,
    /// Fields that are the same for every row; a column of the data with the same name wins.
    pub with: Map<String, Value>,
}

/// The books a job can write to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum JobBook {
    /// Sổ đăng ký văn bản đi.
    #[default]
    Outgoing,
}

/// Reads a job file. `file` is the path as the user named it: paths in the job start from its folder.
///
/// # Errors
/// Everything that is wrong in the file, in its order.
pub fn parse(toml_text: &str, file: &str) -> Result<Job, Vec<Diagnostic>> {
    let toml_text = toml_text.strip_prefix('\u{feff}').unwrap_or(toml_text);
    let mut builder =
        Builder { reader: Reader::new(toml_text, file, BASE), folder: folder_of(file) };
    let document = builder.reader.document();
    let job = builder.job(document.get_ref(), file);
    let findings = builder.reader.finish();
    if findings.is_empty() { Ok(job) } else { Err(findings) }
}

/// The folder of the job file as the user named it; empty for the current one.
fn folder_of(file: &str) -> PathBuf {
    Path::new(file).parent().map(Path::to_path_buf).unwrap_or_default()
}

struct Builder<'a> {
    reader: Reader<'a>,
    folder: PathBuf,
}

impl<'a> Builder<'a> {
    fn job(&mut self, document: &DeTable<'a>, file: &str) -> Job {
        let top = self.reader.fields("", 0, document, TOP);
        let title = top.get("title").and_then(|field| self.reader.string(field));
        let stem = || Path::new(file).file_stem().map(|s| s.to_string_lossy().into_owned());
        let title = title.filter(|t| !t.is_empty()).or_else(stem).unwrap_or_default();
        let mut steps = Vec::new();
        match top.get("steps") {
            None => self.no_steps(0),
            Some(field) => match field.value.get_ref() {
                DeValue::Array(items) if !items.is_empty() => {
                    for (i, value) in items.iter().enumerate() {
                        let at = value.span().start;
                        let inner = Field { typed: field.typed, at, value };
                        let Some(table) = self.reader.as_table(inner) else { continue };
                        let path = format!("{}[{}]", field.typed, i + 1);
                        let fields = self.reader.fields(&path, at, table, STEP);
                        steps.push(self.step(&fields));
                    }
                }
                _ => self.no_steps(field.at),
            },
        }
        Job { title, steps }
    }

    fn no_steps(&mut self, at: usize) {
        if self.reader.is_broken() {
            return;
        }
        self.reader.error(
            NO_STEPS,
            at,
            None,
            text!("công việc không có bước nào", "the job has no step"),
            Some(text!(
                "thêm một khối `[[buoc]]` có dòng `mau = \"…\"`",
                "add a block `[[steps]]` with a line `source = \"…\"`"
            )),
        );
    }

    fn step(&mut self, fields: &Fields<'_, 'a>) -> Step {
        let source = self.reader.filled(fields, SOURCE).unwrap_or_default();
        let data = self.text(fields, "data").map(|path| self.folder.join(path));
        let header_row = fields.get("header_row");
        let mode = self.mode(fields, data.is_some());
        for name in ["sheet", "header_row"] {
            if data.is_none() {
                self.lonely(fields, name, DATA);
            }
        }
        if !fields.has("out") {
            self.lonely(fields, "name", ("out", "ra"));
        }
        Step {
            at: self.reader.line(fields.at),
            source: self.folder.join(source),
            sheet: self.text(fields, "sheet"),
            header_row: header_row.and_then(|f| self.reader.integer(f, 1, 1_048_576)),
            mode,
            date: fields.get("date").and_then(|f| self.reader.date(f)),
            out: self.out(fields),
            name: self.name(fields),
            dossier: self.text(fields, "dossier"),
            book: self.book(fields),
            with: self.with(fields),
            data,
        }
    }

    fn mode(&mut self, fields: &Fields<'_, 'a>, has_data: bool) -> Mode {
        let default = if has_data { Mode::PerRow } else { Mode::One };
        let Some(field) = fields.get("mode") else { return default };
        let Some(typed) = self.reader.string(field) else { return default };
        match text::slug(&typed).as_str() {
            "per-row" | "moi-hang" => {
                if !has_data {
                    self.lonely(fields, "mode", DATA);
                }
                Mode::PerRow
            }
            "one" | "mot" => Mode::One,
            _ => {
                self.choice(field, &typed, &["moi-hang", "mot", "per-row", "one"]);
                default
            }
        }
    }

    fn book(&mut self, fields: &Fields<'_, 'a>) -> JobBook {
        if let Some(field) = fields.get("book")
            && let Some(typed) = self.reader.string(field)
            && !matches!(text::slug(&typed).as_str(), "outgoing" | "di" | "van-ban-di")
        {
            self.choice(field, &typed, &["van-ban-di", "outgoing"]);
        }
        JobBook::Outgoing
    }

    fn choice(&mut self, field: Field<'_, '_>, typed: &str, choices: &[&str]) {
        let name = field.typed;
        let all = choices.join(", ");
        let near = text::nearest(typed, choices.iter().copied());
        self.reader.error(
            UNKNOWN_CHOICE,
            field.value.span().start,
            Some(name),
            text!("`{name}` không nhận “{typed}”", "`{name}` cannot be “{typed}”"),
            Some(match near {
                Some(near) => text!("có phải là “{near}”?", "did you mean “{near}”?"),
                None => text!("dùng được: {all}", "can be used: {all}"),
            }),
        );
    }

    /// A finding if a setting stands there whose companion does not.
    fn lonely(&mut self, fields: &Fields<'_, 'a>, name: &str, (english, vietnamese): Key) {
        let Some(field) = fields.get(name) else { return };
        let typed = field.typed;
        self.reader.error(
            LONELY,
            field.at,
            Some(&join(&fields.path, typed)),
            text!(
                "`{typed}` không có tác dụng khi thiếu `{vietnamese}`",
                "`{typed}` does nothing without `{english}`"
            ),
            Some(text!(
                "thêm `{vietnamese}` hoặc bỏ `{typed}`",
                "add `{english}` or remove `{typed}`"
            )),
        );
    }

    fn out(&mut self, fields: &Fields<'_, 'a>) -> Option<PathBuf> {
        let field = fields.get("out")?;
        let typed = self.reader.string(field)?;
        match unsafe_folder(&typed) {
            Some(reason) => {
                self.unsafe_name(field, reason);
                None
            }
            None => Some(self.folder.join(typed)),
        }
    }

    fn name(&mut self, fields: &Fields<'_, 'a>) -> Option<NamePattern> {
        let field = fields.get("name")?;
        let typed = self.reader.string(field)?;
        match NamePattern::parse(&typed) {
            Ok(pattern) => Some(pattern),
            Err(reason) => {
                self.unsafe_name(field, reason);
                None
            }
        }
    }

    fn unsafe_name(&mut self, field: Field<'_, '_>, reason: Text) {
        let at = field.value.span().start;
        let hint = text!(
            "tên tệp và thư mục nằm trong thư mục của tệp công việc, ví dụ ra = \"ket-qua\", ten-tep = \"{{{{so}}}}-{{{{ten}}}}\"",
            "names stay inside the job file's folder, for example out = \"issued\", name = \"{{{{so}}}}-{{{{ten}}}}\""
        );
        self.reader.error(UNSAFE_NAME, at, Some(field.typed), reason, Some(hint));
    }

    fn with(&mut self, fields: &Fields<'_, 'a>) -> Map<String, Value> {
        let mut out = Map::new();
        let Some(field) = fields.get("with") else { return out };
        let Some(table) = self.reader.as_table(field) else { return out };
        for (key, value) in table {
            let typed = key.get_ref().as_ref();
            let inner = Field { typed, at: key.span().start, value };
            if let Some(value) = self.reader.json(inner, value) {
                out.insert(text::nfc(typed.trim()), value);
            }
        }
        out
    }

    fn text(&mut self, fields: &Fields<'_, 'a>, name: &str) -> Option<String> {
        let field = fields.get(name)?;
        self.reader.string(field).filter(|text| !text.is_empty())
    }
}

#[cfg(test)]
mod tests;
