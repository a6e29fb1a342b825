//! What a template wants: its findings, its fields as a JSON schema, an empty workbook to fill in.
//!
//! Knows: fields, their kinds and places. Must not know: offices, registers, terminals.

use std::path::Path;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use serde_json::{Map, Value, json};

use super::{beside, is_word, read};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Lang, Place, Result, blocks};
use crate::docx::WordTemplate;
use crate::pipeline::workspace::read_text;
use crate::template::{FieldKind, Template};
use crate::text;
use crate::world::World;

/// Lists of rows, in both languages.
const ROWS: [&str; 2] = ["hang", "rows"];

/// A field of a template.
#[derive(Debug, Clone)]
pub struct Field {
    /// `ho_ten`, `hang[].ho_ten`.
    pub path: String,
    /// What the tags want of it.
    pub kind: FieldKind,
    /// The data may lack it.
    pub optional: bool,
    /// Where it stands first.
    pub place: Place,
}

/// The fields of a template and what was found in it.
#[derive(Debug, Default)]
pub struct Fields {
    /// In the order in which they first stand.
    pub fields: Vec<Field>,
    /// Findings; with an error there are no fields.
    pub findings: Vec<Diagnostic>,
}

/// Reads a template, of Word or of text, without data.
///
/// # Errors
/// `Input` if it cannot be read.
pub fn check_template(world: &dyn World, path: &Path) -> Result<Fields> {
    let file = path.display().to_string();
    let mut out = Fields::default();
    let mut text_file = Some(path.to_path_buf());
    if is_word(path) {
        let (template, findings) = WordTemplate::compile(&read(world, path)?, &file)?;
        out.findings = findings;
        for f in template.iter().flat_map(WordTemplate::fields) {
            let mut place = Place::file(&file);
            place.word = Some(Box::new(f.place.clone()));
            out.add(&f.field.path, f.field.kind, f.field.optional, place);
        }
        text_file = Some(beside(path)).filter(|p| world.stat(p).is_ok());
    }
    if let Some(path) = text_file {
        let file = path.display().to_string();
        match Template::compile(&read_text(world, &path)?, &file) {
            Ok(template) => {
                for f in template.fields() {
                    let place = Place::file(&file).line(f.line).column(f.column);
                    out.add(&f.path, f.kind, f.optional, place);
                }
            }
            Err(found) => out.findings.extend(found),
        }
    }
    if blocks(&out.findings) {
        out.fields.clear();
    }
    Ok(out)
}

/// The schema of a template's data, and an empty workbook for it.
///
/// # Errors
/// `Output` if the workbook cannot be built.
pub fn template_fields(fields: &Fields, lang: Lang) -> Result<(Value, Vec<u8>)> {
    let cannot = |e: XlsxError| {
        Failure::new(
            FailureKind::Output,
            Place::default(),
            text!("không lập được bảng tính: {e}", "the workbook cannot be made: {e}"),
        )
    };
    Ok((fields.schema(), fields.workbook(lang).map_err(cannot)?))
}

impl Fields {
    fn add(&mut self, path: &str, kind: FieldKind, optional: bool, place: Place) {
        match self.fields.iter_mut().find(|f| f.path == path) {
            Some(known) => {
                known.optional &= optional;
                known.kind = known.kind.max(kind);
            }
            None => self.fields.push(Field { path: path.to_owned(), kind, optional, place }),
        }
    }

    /// JSON Schema, draft 2020-12.
    pub fn schema(&self) -> Value {
        let mut root = Group::default();
        for field in &self.fields {
            root.add(&field.path, field.kind, field.optional);
        }
        let mut schema = root.schema();
        if let Some(fields) = schema.as_object_mut() {
            let draft = "https://json-schema.org/draft/2020-12/schema";
            fields.insert("$schema".to_owned(), draft.into());
        }
        schema
    }

    /// The columns of a table that fills the template, and fields that a table cannot hold.
    fn columns(&self) -> (Vec<&Field>, Vec<&Field>) {
        let of_rows = |f: &Field| {
            ROWS.iter().find_map(|r| f.path.strip_prefix(r)?.strip_prefix("[].")).map(str::to_owned)
        };
        let has_rows = self.fields.iter().any(|f| of_rows(f).is_some());
        let is_plain = |path: &str| !path.contains("[]") && !path.contains('.');
        self.fields.iter().filter(|f| !ROWS.contains(&f.path.as_str())).partition(|f| {
            let path = if has_rows { of_rows(f) } else { Some(f.path.clone()) };
            path.is_some_and(|p| is_plain(&p)) && f.kind != FieldKind::List
        })
    }

    fn workbook(&self, lang: Lang) -> std::result::Result<Vec<u8>, XlsxError> {
        let is_vi = lang == Lang::Vi;
        let word = |vi: &'static str, en: &'static str| if is_vi { vi } else { en };
        let (columns, others) = self.columns();
        let mut book = Workbook::new();
        let created = ExcelDateTime::from_ymd(2020, 3, 5)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&created));
        let bold = Format::new().set_bold();
        let text = Format::new().set_num_format("@");
        let sheet = book.add_worksheet().set_name(word("Dữ liệu", "Data"))?;
        for (index, field) in columns.iter().enumerate() {
            let column = u16::try_from(index).unwrap_or(u16::MAX);
            let name = field.path.rsplit("[].").next().unwrap_or_default();
            // Text keeps leading zeros and long numbers as typed.
            if !matches!(field.kind, FieldKind::Number | FieldKind::Date) {
                sheet.set_column_format(column, &text)?;
            }
            sheet.set_column_width(column, 22)?;
            sheet.write_string_with_format(0, column, name, &bold)?;
        }
        sheet.set_freeze_panes(1, 0)?;
        let guide = book.add_worksheet().set_name(word("Hướng dẫn", "Guide"))?;
        let head = [
            word("Trường", "Field"),
            word("Loại", "Kind"),
            word("Bắt buộc", "Required"),
            word("Chỗ dùng đầu tiên", "First used"),
        ];
        for (column, head) in (0..).zip(head) {
            guide.set_column_width(column, 30)?;
            guide.write_string_with_format(0, column, head, &bold)?;
        }
        for (row, field) in (1..).zip(columns.iter().chain(&others)) {
            let required = if field.optional { word("không", "no") } else { word("có", "yes") };
            let cells = [
                &*field.path,
                kind_word(field.kind).get(lang),
                required,
                &field.place.describe(lang),
            ]
            .map(str::to_owned);
            for (column, cell) in (0..).zip(cells) {
                guide.write_string(row, column, cell)?;
            }
        }
        if !others.is_empty() {
            let row = u32::try_from(self.fields.len()).unwrap_or(0) + 2;
            let note = word(
                "Danh sách và nhóm trường không nằm trong bảng: điền bằng tệp .json hoặc .yaml, hoặc khối them của công việc.",
                "Lists and groups are not in the table: give them in a .json or .yaml file, or in `with` of the job.",
            );
            guide.write_string(row, 0, note)?;
        }
        book.save_to_buffer()
    }
}

/// The word for a kind.
pub fn kind_word(kind: FieldKind) -> crate::diagnostic::Text {
    match kind {
        FieldKind::Flag => text!("có hay không", "yes or no"),
        FieldKind::Text => text!("chữ", "text"),
        FieldKind::Number => text!("số", "number"),
        FieldKind::Date => text!("ngày", "date"),
        FieldKind::Gender => text!("nam hoặc nữ", "nam or nữ"),
        FieldKind::Picture => text!("tên tệp ảnh PNG, JPEG", "name of a PNG or JPEG file"),
        FieldKind::Group => text!("nhóm trường", "group of fields"),
        FieldKind::List => text!("danh sách", "list"),
    }
}

/// Fields of an object, in order.
#[derive(Default)]
struct Group {
    kind: FieldKind,
    required: Vec<String>,
    fields: Vec<(String, Group)>,
    /// What a list holds.
    items: Option<Box<Group>>,
}

impl Group {
    fn add(&mut self, path: &str, kind: FieldKind, optional: bool) {
        if let Some(rest) = path.strip_prefix("[]") {
            let items = self.items.get_or_insert_default();
            return match rest.strip_prefix('.') {
                Some(rest) => items.add(rest, kind, optional),
                None => items.kind = items.kind.max(kind),
            };
        }
        let end = path.find(['.', '[']).unwrap_or(path.len());
        let (name, rest) = path.split_at(end);
        if !self.fields.iter().any(|(n, _)| n == name) {
            self.fields.push((name.to_owned(), Self::default()));
        }
        let Some((_, field)) = self.fields.iter_mut().find(|(n, _)| n == name) else { return };
        if rest.is_empty() {
            field.kind = field.kind.max(kind);
            if !optional && !self.required.iter().any(|r| r == name) {
                self.required.push(name.to_owned());
            }
            return;
        }
        field.add(rest.strip_prefix('.').unwrap_or(rest), kind, optional);
    }

    fn schema(&self) -> Value {
        if let Some(items) = &self.items {
            return json!({ "type": "array", "items": items.schema() });
        }
        if !self.fields.is_empty() {
            let fields: Map<String, Value> =
                self.fields.iter().map(|(name, field)| (name.clone(), field.schema())).collect();
            return json!({ "type": "object", "properties": fields, "required": self.required });
        }
        match self.kind {
            FieldKind::Flag => json!({}),
            FieldKind::Text => json!({ "type": ["string", "number"] }),
            FieldKind::Number => {
                json!({ "type": ["number", "string"], "description": "1234567, 1.234.567" })
            }
            FieldKind::Date => json!({ "type": "string", "description": "05/3/2026, 2026-03-05" }),
            FieldKind::Gender => json!({ "enum": ["nam", "nữ"] }),
            FieldKind::Picture => json!({ "type": "string", "description": "*.png, *.jpg" }),
            FieldKind::Group => json!({ "type": "object" }),
            FieldKind::List => json!({ "type": "array" }),
        }
    }
}
