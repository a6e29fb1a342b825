//! The workbook around a sheet: relations, names of sheets, formats, shared texts.
//!
//! Knows: the parts that every workbook has. Must not know: cells.

use std::collections::HashMap;

use quick_xml::events::Event;

use super::super::sheet::{MOST_RUNS, Runs, SheetName};
use super::super::{Limits, failure};
use super::number::Format;
use super::package::Package;
use super::xml::{Xml, attribute};
use crate::diagnostic::Result;
use crate::text;
use crate::text::legacy::Face;

/// What a sheet needs of its workbook.
pub struct Workbook {
    /// Sheets in the order of the tabs.
    pub sheets: Vec<SheetName>,
    /// Days are counted from 1904.
    pub from_1904: bool,
    /// Number formats by style.
    pub formats: Vec<Format>,
    /// What the fonts of the styles say; empty if none is of an old encoding.
    pub faces: Vec<Face>,
    /// Shared texts.
    pub texts: Texts,
    /// Names of the parts by sheet; none for chart sheets.
    parts: Vec<Option<String>>,
}

/// Shared texts, one after the other in one string.
#[derive(Default)]
pub struct Texts {
    all: String,
    ends: Vec<usize>,
    /// Texts with fonts inside, by their number.
    runs: HashMap<usize, Runs>,
}

impl Texts {
    /// The text of a number.
    pub fn get(&self, index: usize) -> Option<&str> {
        let end = *self.ends.get(index)?;
        let start = index.checked_sub(1).and_then(|i| self.ends.get(i)).copied().unwrap_or(0);
        self.all.get(start..end)
    }

    /// The fonts inside a text.
    pub fn runs(&self, index: usize) -> &[(usize, Option<Face>)] {
        self.runs.get(&index).map_or(&[], Vec::as_slice)
    }
}

impl Workbook {
    /// Reads everything but the sheets.
    ///
    /// # Errors
    /// Not a workbook of this kind, or damaged.
    pub fn open(package: &Package, file: &str, limits: &Limits) -> Result<Self> {
        let main = main_part(package, file)?;
        let relations = relations(package, &main, file)?;
        let mut workbook = Self {
            sheets: Vec::new(),
            from_1904: false,
            formats: Vec::new(),
            faces: Vec::new(),
            texts: Texts::default(),
            parts: Vec::new(),
        };
        let mut wanted = workbook.names(package, &main, file)?;
        workbook.parts = vec![None; wanted.len()];
        for (id, kind, target) in relations {
            match kind.rsplit('/').next().unwrap_or("") {
                "worksheet" => {
                    for (at, _) in wanted.iter_mut().enumerate().filter(|(_, w)| **w == id) {
                        if let Some(part) = workbook.parts.get_mut(at) {
                            *part = Some(target.clone());
                        }
                    }
                }
                "styles" => {
                    (workbook.formats, workbook.faces) = styles(package, &target, file)?;
                }
                "sharedStrings" => workbook.texts = texts(package, &target, file, limits)?,
                _ => {}
            }
        }
        for (sheet, part) in workbook.sheets.iter_mut().zip(&workbook.parts) {
            sheet.is_table = part.is_some();
        }
        Ok(workbook)
    }

    /// The sheets, and the relation of each.
    fn names(&mut self, package: &Package, main: &str, file: &str) -> Result<Vec<String>> {
        let mut wanted = Vec::new();
        let Some(part) = package.part(main) else { return Err(not_a_workbook(package, file)) };
        let (mut xml, mut buffer) = (Xml::new(part, file), Vec::new());
        loop {
            match xml.next(&mut buffer)? {
                Event::Start(e) => match e.local_name().as_ref() {
                    "sheet" => {
                        let name = attribute(&e, "name").unwrap_or_default();
                        let state = attribute(&e, "state").unwrap_or_default();
                        self.sheets.push(SheetName {
                            name: text::nfc(&name),
                            visible: !matches!(state.as_ref(), "hidden" | "veryHidden"),
                            is_table: false,
                        });
                        wanted.push(attribute(&e, "id").unwrap_or_default().into_owned());
                    }
                    "workbookPr" => {
                        let value = attribute(&e, "date1904").unwrap_or_default();
                        self.from_1904 = matches!(value.as_ref(), "1" | "true");
                    }
                    _ => {}
                },
                Event::Eof => return Ok(wanted),
                _ => {}
            }
        }
    }

    /// The part of a sheet; none for chart sheets.
    pub fn part_of(&self, index: usize) -> Option<&str> {
        self.parts.get(index)?.as_deref()
    }
}

fn not_a_workbook(package: &Package, file: &str) -> crate::diagnostic::Failure {
    let hint = text!(
        "mở bằng Excel hoặc LibreOffice và lưu thành .xlsx",
        "open it in Excel or LibreOffice and save it as .xlsx"
    );
    let message = if package.has("xl/workbook.bin") {
        text!("sổ tính kiểu nhị phân (.xlsb)", "a binary workbook (.xlsb)")
    } else if package.has("content.xml") {
        text!(
            "tệp của OpenDocument nhưng không phải bảng tính",
            "an OpenDocument file, not a sheet"
        )
    } else if package.has("word/document.xml") {
        text!("tệp này là văn bản Word, không phải sổ tính", "a Word document, not a workbook")
    } else {
        text!("tệp zip này không phải là sổ tính Excel", "this zip is not an Excel workbook")
    };
    failure(file, message).hint(hint)
}

/// The part that the package calls its document.
fn main_part(package: &Package, file: &str) -> Result<String> {
    let main = relations(package, "", file)?
        .into_iter()
        .find(|(_, kind, _)| kind.ends_with("/officeDocument"))
        .map_or_else(|| "xl/workbook.xml".to_owned(), |(_, _, target)| target);
    let named_so = main.to_lowercase().ends_with(".xml") && !main.to_lowercase().contains("word/");
    if named_so && package.has(&main) { Ok(main) } else { Err(not_a_workbook(package, file)) }
}

/// Relations of a part: id, type, target as a name in the package.
fn relations(package: &Package, of: &str, file: &str) -> Result<Vec<(String, String, String)>> {
    let (folder, name) = of.rsplit_once('/').unwrap_or(("", of));
    let part = if folder.is_empty() {
        format!("_rels/{name}.rels")
    } else {
        format!("{folder}/_rels/{name}.rels")
    };
    let mut out = Vec::new();
    let Some(part) = package.part(&part) else { return Ok(out) };
    let (mut xml, mut buffer) = (Xml::new(part, file), Vec::new());
    loop {
        match xml.next(&mut buffer)? {
            Event::Start(e) if e.local_name().as_ref() == "Relationship" => {
                let get = |name| attribute(&e, name).unwrap_or_default().into_owned();
                if get("TargetMode") != "External" {
                    out.push((get("Id"), get("Type"), resolve(folder, &get("Target"))));
                }
            }
            Event::Eof => return Ok(out),
            _ => {}
        }
    }
}

/// A target as a name in the package.
fn resolve(folder: &str, target: &str) -> String {
    let target = target.replace('\\', "/");
    let mut steps: Vec<&str> = Vec::new();
    if !target.starts_with('/') {
        steps.extend(folder.split('/').filter(|s| !s.is_empty()));
    }
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => {
                steps.pop();
            }
            step => steps.push(step),
        }
    }
    steps.join("/")
}

/// Formats and faces of the cell styles in their order.
fn styles(package: &Package, part: &str, file: &str) -> Result<(Vec<Format>, Vec<Face>)> {
    let (mut formats, mut faces) = (Vec::new(), Vec::new());
    let Some(part) = package.part(part) else { return Ok((formats, faces)) };
    let (mut xml, mut buffer) = (Xml::new(part, file), Vec::new());
    let mut codes: HashMap<u32, Format> = HashMap::new();
    let mut fonts: Vec<Face> = Vec::new();
    let (mut in_cells, mut in_fonts) = (false, false);
    loop {
        match xml.next(&mut buffer)? {
            Event::Start(e) => {
                let number = |name| attribute(&e, name).and_then(|n| n.parse().ok()).unwrap_or(0);
                match e.local_name().as_ref() {
                    "numFmt" => {
                        let code = attribute(&e, "formatCode").unwrap_or_default();
                        codes.insert(number("numFmtId"), Format::from_code(&code));
                    }
                    "fonts" => in_fonts = true,
                    "font" if in_fonts => fonts.push(Face::Plain),
                    "name" | "rFont" if in_fonts => {
                        let name = attribute(&e, "val").unwrap_or_default();
                        if let Some(font) = fonts.last_mut() {
                            *font = Face::of_font(&name);
                        }
                    }
                    "cellXfs" => in_cells = true,
                    "xf" if in_cells => {
                        let id = number("numFmtId");
                        let known = codes.get(&id).copied();
                        formats.push(known.unwrap_or_else(|| Format::builtin(id)));
                        let font = usize::try_from(number("fontId")).unwrap_or(usize::MAX);
                        faces.push(fonts.get(font).copied().unwrap_or_default());
                    }
                    _ => {}
                }
            }
            Event::End(e) => match e.local_name().as_ref() {
                "cellXfs" => in_cells = false,
                "fonts" => in_fonts = false,
                _ => {}
            },
            Event::Eof => {
                if faces.iter().all(|face| *face == Face::Plain) {
                    faces.clear();
                }
                return Ok((formats, faces));
            }
            _ => {}
        }
    }
}

fn texts(package: &Package, part: &str, file: &str, limits: &Limits) -> Result<Texts> {
    let (mut texts, mut all_runs) = (Texts::default(), 0usize);
    let Some(part) = package.part(part) else { return Ok(texts) };
    let (mut xml, mut buffer) = (Xml::new(part, file), Vec::new());
    loop {
        match xml.next(&mut buffer)? {
            Event::Start(e) if e.local_name().as_ref() == "si" => {
                let runs = rich_text(&mut xml, &mut buffer, &mut texts.all)?;
                all_runs = all_runs.saturating_add(runs.len());
                if !runs.is_empty() {
                    texts.runs.insert(texts.ends.len(), runs);
                }
                texts.ends.push(texts.all.len());
                // A run takes about as much memory as a short text.
                if texts.all.len().saturating_add(all_runs * 32) > limits.shared {
                    let most = limits.shared >> 20;
                    return Err(failure(
                        file,
                        text!(
                            "sổ tính có hơn {most} MB chữ",
                            "the workbook holds more than {most} MB of text"
                        ),
                    )
                    .hint(text!("tách thành nhiều tệp", "split it into several files")));
                }
            }
            Event::Eof => return Ok(texts),
            _ => {}
        }
    }
}

/// Appends the text of the tag that was just opened, without its pronunciation; the answer says where pieces
/// with fonts of their own begin, and is empty where no font is named.
///
/// # Errors
/// As [`Xml::next`].
pub fn rich_text(xml: &mut Xml, buffer: &mut Vec<u8>, out: &mut String) -> Result<Runs> {
    let (mut runs, start) = (Runs::new(), out.len());
    xml.marked_text(buffer, "rPh", out, &mut |e, at| match e.local_name().as_ref() {
        "r" if runs.len() < MOST_RUNS => runs.push((at, None)),
        "rFont" => {
            let name = attribute(e, "val").unwrap_or_default();
            if let Some((_, face)) = runs.last_mut() {
                *face = Some(Face::of_font(&name));
            }
        }
        _ => {}
    })?;
    // Escaped letters (`_x000D_`) would shift the places.
    let escaped = || out.get(start..).is_some_and(|text| text.contains("_x"));
    if runs.iter().all(|(_, face)| face.is_none()) || escaped() {
        runs.clear();
    }
    Ok(runs)
}
