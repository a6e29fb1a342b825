//! Word files as sources: what stands beside them, what is filled in, where their pictures are.
//!
//! Knows: names of files, what a document tells its template. Must not know: XML, tags, the register.
//!
//! A Word file `giay-khen.docx` says how the document looks. What the register must know of it (type,
//! subject, signer …) stands beside it in `giay-khen.docx.md`: the front matter of a text source,
//! with tags of its own, and no body.

mod form;

use std::path::{Component, Path, PathBuf};

use jiff::civil::Date;
use serde_json::{Value, json};

pub use form::{Fields, check_template, kind_word, template_fields};

use super::codes::NO_DESCRIPTION;
use super::recipe::{IssueDay, Recipe};
use super::workspace::{Workspace, read_failure, read_text};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity, Text};
use crate::docx::{Pictures, WordTemplate, Written};
use crate::model::{
    DateLine, Document, DocumentCode, Form, Notation, OrganName, Side, Signature, plain,
};
use crate::template::Template;
use crate::text;
use crate::world::{World, parent_of};

/// Largest Word file, in bytes.
const WORD_LIMIT: u64 = 64 << 20;
/// Largest picture, in bytes.
const PICTURE_LIMIT: u64 = 16 << 20;
/// What a number looks like before it is given.
const BLANK: &str = "      ";

/// A Word file as a source.
pub struct Word {
    pub(super) template: WordTemplate,
    /// The file as it was read.
    pub(super) bytes: Vec<u8>,
    /// True if a file beside it says what the document is.
    pub(super) is_described: bool,
    folder: PathBuf,
}

/// True for a name of a file of Word. Old ones and those with macros are refused with their reason.
pub(super) fn is_word(path: &Path) -> bool {
    let ending = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    ending.is_some_and(|e| matches!(e.as_str(), "docx" | "dotx" | "docm" | "dotm" | "doc" | "dot"))
}

/// Reads a Word file and what stands beside it. The inner `Err` holds findings.
///
/// # Errors
/// `Input` if a file cannot be read, or is no Word file.
pub(super) fn load(
    workspace: &Workspace<'_>,
    path: &Path,
) -> Result<std::result::Result<Recipe, Vec<Diagnostic>>> {
    load_described(workspace, path, "")
}

/// The same; `otherwise` describes the document where nothing stands beside the file.
///
/// # Errors
/// As [`load`].
pub(super) fn load_described(
    workspace: &Workspace<'_>,
    path: &Path,
    otherwise: &str,
) -> Result<std::result::Result<Recipe, Vec<Diagnostic>>> {
    let file = path.display().to_string();
    let bytes = read(workspace.world, path)?;
    let (word, mut findings) = WordTemplate::compile(&bytes, &file)?;
    let beside = beside(path);
    let is_beside = workspace.world.stat(&beside).is_ok();
    let text = if is_beside { read_text(workspace.world, &beside)? } else { otherwise.to_owned() };
    let is_described = is_beside || !otherwise.is_empty();
    let described = Template::compile(&text, &beside.display().to_string());
    let template = match (word, described) {
        (Some(word), Ok(described)) => {
            let folder = parent_of(path);
            Ok((described, Word { template: word, bytes, is_described, folder }))
        }
        (_, described) => {
            findings.extend(described.err().unwrap_or_default());
            Err(findings.clone())
        }
    };
    Ok(template.map(|(template, word)| Recipe {
        template: template.into(),
        word: Some(word),
        text,
        file,
        findings,
    }))
}

/// A Word file and what stood beside it, as the register kept them. Pictures are not kept.
///
/// # Errors
/// As [`load`].
pub(super) fn kept(
    bytes: Vec<u8>,
    text: String,
    file: String,
) -> Result<std::result::Result<Recipe, Vec<Diagnostic>>> {
    let (word, mut findings) = WordTemplate::compile(&bytes, &file)?;
    let described = Template::compile(&text, &beside(Path::new(&file)).display().to_string());
    Ok(match (word, described) {
        (Some(template), Ok(described)) => {
            let word = Word { template, bytes, is_described: true, folder: PathBuf::new() };
            Ok(Recipe { template: described.into(), word: Some(word), text, file, findings })
        }
        (_, described) => {
            findings.extend(described.err().unwrap_or_default());
            Err(findings)
        }
    })
}

pub(super) fn read(world: &dyn World, path: &Path) -> Result<Vec<u8>> {
    world.read(path, WORD_LIMIT).map_err(|e| read_failure(path, &e))
}

/// `giay-khen.docx.md`.
fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(".md");
    path.with_file_name(name)
}

impl Word {
    /// What is wrong with the data of a document.
    pub(super) fn check(
        &self,
        workspace: &Workspace<'_>,
        document: &Document,
        data: &Value,
    ) -> Vec<Diagnostic> {
        self.template.check(data, &own(document), &self.shelf(workspace))
    }

    /// The filled file.
    ///
    /// # Errors
    /// `Input` if the data, which filled it when they were checked, no longer do.
    pub(super) fn write(
        &self,
        workspace: &Workspace<'_>,
        document: &Document,
        data: &Value,
    ) -> Result<Written> {
        let filled = self.template.fill(data, &own(document), &self.shelf(workspace));
        filled.map_err(|found| {
            let first = found.into_iter().find(|d| d.severity == Severity::Error);
            let (place, message) = first.map_or_else(
                || {
                    (
                        Place::file(&document.source),
                        text!("không điền được mẫu", "the template cannot be filled"),
                    )
                },
                |d| (d.place, d.message),
            );
            Failure::new(FailureKind::Input, place, message).hint(text!(
                "đừng sửa tệp khi lệnh đang chạy; chạy lại",
                "do not change the files while the command runs; run again"
            ))
        })
    }

    /// The document of a Word file that nothing describes: it may be drafted, not issued.
    pub(super) fn bare(
        &self,
        workspace: &Workspace<'_>,
        file: &str,
        date: IssueDay,
        today: Date,
    ) -> (Option<Document>, Vec<Diagnostic>) {
        if date == IssueDay::Blank {
            return (Some(self.blank(workspace, file, today)), Vec::new());
        }
        let wanted = beside(Path::new(file));
        let wanted = wanted.display();
        let finding = Diagnostic::error(
            NO_DESCRIPTION,
            Place::file(file),
            text!(
                "muốn cấp số thì phải khai báo văn bản này là gì",
                "to be issued, it must be said what this document is"
            ),
        )
        .hint(text!(
            "đặt bên cạnh tệp {wanted} với phần khai báo: một dòng “---”, loai, trich-yeu, nguoi-ky …, một dòng “---”",
            "put the file {wanted} beside it with front matter: a line “---”, type, subject, signer …, a line “---”"
        ));
        (None, vec![finding])
    }

    /// A document of which nothing but the office is known.
    pub(super) fn blank(&self, workspace: &Workspace<'_>, file: &str, today: Date) -> Document {
        blank(workspace, file, today)
    }

    fn shelf<'a>(&'a self, workspace: &'a Workspace<'_>) -> Shelf<'a> {
        Shelf { world: workspace.world, folders: [&self.folder, &workspace.dir] }
    }
}

/// What a document tells its template, as the group `van_ban`. Blank in a draft.
fn own(document: &Document) -> Value {
    let number = document.code.number.map_or(BLANK.to_owned(), |n| n.to_string());
    let notation = document.code.notation.0.as_str();
    let date = document.date;
    let part = |value: Option<String>| value.unwrap_or_else(|| "    ".to_owned());
    let day = part(date.day.map(DateLine::day_text));
    let month = part(date.month.map(DateLine::month_text));
    let two = part(date.month.map(|m| format!("{m:02}")));
    let signer = signer(&document.signatures);
    let authority: Vec<String> = signer
        .iter()
        .flat_map(|s| &s.authority)
        .map(|a| match a.authority {
            Some(authority) => format!("{} {}", authority.as_str(), a.of),
            None => a.of.clone(),
        })
        .collect();
    json!({
        "so": number,
        "ky_hieu": notation,
        "so_ky_hieu": format!("{number}/{notation}"),
        "ngay": format!("{day}/{two}/{}", date.year),
        "ngay_chu": date.words(),
        "ngay_so": day,
        "thang_so": month,
        "nam": date.year,
        "dia_danh": document.place,
        "loai": document.type_name,
        "trich_yeu": plain(&document.subject),
        "co_quan": document.organ.name.join("\n"),
        "co_quan_chu_quan": document.organ.parent.join("\n"),
        "quyen_han_ky": authority.join("\n"),
        "chuc_vu_ky": signer.map(|s| s.position.as_str()).unwrap_or_default(),
        "nguoi_ky": signer.map(|s| s.name.as_str()).unwrap_or_default(),
    })
}

fn signer(signatures: &[Signature]) -> Option<&Signature> {
    signatures.iter().rev().find(|s| s.side == Side::Right).or_else(|| signatures.last())
}

fn blank(workspace: &Workspace<'_>, file: &str, today: Date) -> Document {
    let organ = &workspace.office.organ;
    let upper = |lines: &[String]| lines.iter().map(|l| l.to_uppercase()).collect();
    Document {
        source: file.to_owned(),
        type_id: String::new(),
        type_name: String::new(),
        form: Form::Named,
        organ: OrganName {
            parent: upper(&organ.parent),
            name: upper(&organ.name),
            in_text: organ.in_text.clone(),
        },
        code: DocumentCode::blank(Notation(organ.code.clone())),
        place: workspace.office.organ.place.clone(),
        date: DateLine::blank(today.year()),
        subject: Vec::new(),
        issuing_authority: None,
        addressees: None,
        body: Vec::new(),
        signatures: Vec::new(),
        recipients: Vec::new(),
        archive_copy: None,
        drafter: None,
        copies: None,
        urgency: None,
        circulation: None,
        contact: None,
        electronic: false,
        appendices: Vec::new(),
        attached: None,
        landscape: false,
        extra: std::collections::BTreeMap::new(),
        lines: std::collections::BTreeMap::new(),
    }
}

/// Pictures that data name, beside the template or in the office folder.
pub(super) struct Shelf<'a> {
    pub(super) world: &'a dyn World,
    pub(super) folders: [&'a Path; 2],
}

impl Pictures for Shelf<'_> {
    fn read(&self, name: &str) -> std::result::Result<Vec<u8>, Text> {
        let path = Path::new(name.trim());
        // Data may name pictures of the office, nothing else on the machine.
        if !path.components().all(|c| matches!(c, Component::Normal(_))) {
            return Err(text!(
                "“{name}” nằm ngoài thư mục cơ quan",
                "“{name}” lies outside the office folder"
            ));
        }
        // A folder without a name is none: what was kept is filled without the disk.
        for folder in self.folders.iter().filter(|f| !f.as_os_str().is_empty()) {
            let at = folder.join(path);
            match self.world.read(&at, PICTURE_LIMIT) {
                Ok(bytes) => return Ok(bytes),
                Err(e) if e.kind() == std::io::ErrorKind::NotFound => {}
                Err(e) => {
                    return Err(text!(
                        "không đọc được ảnh “{name}”: {e}",
                        "the picture “{name}” cannot be read: {e}"
                    ));
                }
            }
        }
        Err(text!("không có tệp ảnh “{name}”", "there is no picture file “{name}”"))
    }
}
