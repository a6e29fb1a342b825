//! Finding and reading the form of a certificate: built in, the office's own, or a Word file.
//!
//! Knows: where forms lie, what an emblem must be. Must not know: lists, numbers.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use crate::diagnostic::{Diagnostic, Place, Result, blocks};
use crate::docx::look_at_picture;
use crate::layout::{Art, Printer};
use crate::model::CertificateForm;
use crate::pipeline::word::{is_word, read};
use crate::pipeline::workspace::{Workspace, read_failure, read_text};
use crate::source::certificate::parse_form;
use crate::text;
use crate::world::parent_of;

use super::codes::{BAD_EMBLEM, LARGE_EMBLEM, UNKNOWN_FORM};
use super::kept::Source;
use super::word::WordForm;
use super::{Make, Press};

macro_rules! forms {
    ($($id:literal,)*) => {
        /// The built-in forms: what commands call them, and their text.
        pub const FORMS: &[(&str, &str)] = &[
            $(($id, include_str!(concat!("../../../templates/certificates/", $id, ".toml"))),)*
        ];
    };
}

forms! {
    "giay-khen",
    "bang-khen",
    "bang-khen-400x300",
    "phoi-giay-khen",
    "phoi-bang-khen",
}

/// Largest file of an emblem: it is in every certificate.
const EMBLEM_LIMIT: u64 = 1 << 20;
/// Where an office keeps forms of its own.
const FOLDER: &str = "templates/certificates";

/// Which form, and what a job says beside it.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Settings {
    /// A built-in form (`giay-khen`), one of the office's folder, or a path to a `.toml` or `.docx`.
    pub form: String,
    /// The emblem's picture, from the office folder; else what the form says.
    pub emblem: Option<PathBuf>,
    /// What the printer is off by, right and down, in millimetres; else what the form says.
    pub shift: Option<(f64, f64)>,
}

impl<'w> Press<'w> {
    /// Reads a form. There is no press where a finding is an error; all of them are told.
    ///
    /// # Errors
    /// `Input` if a file that is there cannot be read, or is no Word file.
    pub fn open(
        workspace: &'w Workspace<'w>,
        settings: &Settings,
    ) -> Result<(Option<Self>, Vec<Diagnostic>)> {
        let named = Path::new(&settings.form);
        if is_word(named) {
            let path = workspace.dir.join(named);
            let file = workspace.shown(&path);
            let bytes = read(workspace.world, &path)?;
            let (form, findings) = WordForm::compile(&bytes, parent_of(&path), &file)?;
            let source = Source { form: bytes, ..Source::default() };
            let make = form.map(|form| Make::Word(Box::new(form)));
            return Ok((make.map(|make| Self { workspace, file, source, make }), findings));
        }
        let Some((id, file, text)) = find(workspace, settings)? else {
            return Ok((None, vec![unknown(workspace, &settings.form)]));
        };
        let (mut form, mut findings) = parse_form(&text, &file, &id);
        if let Some(shift) = settings.shift {
            form.shift = shift;
        }
        let art = art(workspace, settings, &form, &file, &mut findings)?;
        if blocks(&findings) {
            return Ok((None, findings));
        }
        let printer = Printer::new(form, &art, &workspace.rules.words);
        let make = Make::Boxes(Box::new(printer));
        let emblem = art.emblem.map(|(bytes, ..)| bytes);
        let source = Source { id, form: text.into_bytes(), emblem, shift: settings.shift };
        Ok((Some(Self { workspace, file, source, make }), findings))
    }
}

/// Id, name of the file and text of a form.
fn find(
    workspace: &Workspace<'_>,
    settings: &Settings,
) -> Result<Option<(String, String, String)>> {
    let named = settings.form.trim();
    let is_path = named.ends_with(".toml");
    let id = if is_path {
        Path::new(named).file_stem().unwrap_or_default().to_string_lossy().into_owned()
    } else {
        text::slug(named)
    };
    let own = if is_path {
        workspace.dir.join(named)
    } else {
        workspace.dir.join(FOLDER).join(format!("{id}.toml"))
    };
    if workspace.world.stat(&own).is_ok() {
        let text = read_text(workspace.world, &own)?;
        return Ok(Some((id, workspace.shown(&own), text)));
    }
    let built_in = FORMS.iter().find(|(name, _)| *name == id && !is_path);
    Ok(built_in.map(|(id, text)| ((*id).to_owned(), format!("{id}.toml"), (*text).to_owned())))
}

fn unknown(workspace: &Workspace<'_>, named: &str) -> Diagnostic {
    let known: Vec<&str> = FORMS.iter().map(|(id, _)| *id).collect();
    let hint = match text::nearest(named, known.iter().copied()) {
        Some(near) => text!("có phải là `{near}`?", "did you mean `{near}`?"),
        None => {
            let all = known.join(", ");
            text!(
                "có sẵn: {all}; mẫu riêng đặt ở {FOLDER}/, hoặc ghi đường dẫn tệp .toml, .docx",
                "built in: {all}; put your own into {FOLDER}/, or give the path of a .toml or .docx file"
            )
        }
    };
    let place = Place::file(workspace.dir.join(FOLDER).display().to_string());
    Diagnostic::error(
        UNKNOWN_FORM,
        place,
        text!("không có mẫu giấy “{named}”", "there is no form “{named}”"),
    )
    .hint(hint)
}

/// The emblem, if one is named and the form has a place for it.
fn art(
    workspace: &Workspace<'_>,
    settings: &Settings,
    form: &CertificateForm,
    file: &str,
    findings: &mut Vec<Diagnostic>,
) -> Result<Art> {
    let Some(place) = &form.emblem else { return Ok(Art::default()) };
    let named = match &settings.emblem {
        Some(path) => path.clone(),
        None if place.file.is_empty() => return Ok(Art::default()),
        None => PathBuf::from(&place.file),
    };
    let path = workspace.dir.join(&named);
    let shown = workspace.shown(&path);
    let at = Place::file(&shown);
    let bytes = match workspace.world.read(&path, EMBLEM_LIMIT) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::FileTooLarge => {
            findings.push(
                Diagnostic::error(
                    LARGE_EMBLEM,
                    at,
                    text!(
                        "ảnh Quốc huy “{shown}” lớn hơn 1 MB; ảnh nằm trong từng giấy",
                        "the emblem “{shown}” is larger than 1 MB; it is in every certificate"
                    ),
                )
                .hint(text!(
                    "thu nhỏ ảnh: rộng 800 điểm là đủ",
                    "make the picture smaller: 800 pixels across are enough"
                )),
            );
            return Ok(Art::default());
        }
        Err(error) if error.kind() == ErrorKind::NotFound => {
            findings.push(
                Diagnostic::error(
                    BAD_EMBLEM,
                    at,
                    text!("không có ảnh Quốc huy “{shown}”", "there is no emblem “{shown}”"),
                )
                .hint(text!(
                    "đặt tệp PNG hoặc JPEG vào đó, hoặc bỏ dòng `tep` ở [quoc-huy] của {file}",
                    "put a PNG or JPEG there, or drop the line `file` in [emblem] of {file}"
                )),
            );
            return Ok(Art::default());
        }
        Err(error) => return Err(read_failure(&path, &error)),
    };
    match look_at_picture(&bytes) {
        Ok((format, size)) => Ok(Art { emblem: Some((bytes, format, size)) }),
        Err(why) => {
            let (vi, en) = (&why.vi, &why.en);
            findings.push(
                Diagnostic::error(
                    BAD_EMBLEM,
                    at,
                    text!("ảnh Quốc huy “{shown}”: {vi}", "the emblem “{shown}”: {en}"),
                )
                .hint(text!(
                    "mở ảnh, lưu lại thành PNG hoặc JPEG",
                    "open the picture and save it as PNG or JPEG"
                )),
            );
            Ok(Art::default())
        }
    }
}
