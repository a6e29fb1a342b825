//! What a form was read from, kept with its certificates so that each can be made again byte for byte.
//!
//! Knows: the texts a press needs. Must not know: the register, the archive, what became of the office's
//! own files since.

use serde::{Deserialize, Serialize};

use crate::archive::{Digest, sha256};
use crate::diagnostic::{Failure, Place, Result, Text, blocks};
use crate::docx::look_at_picture;
use crate::layout::{Art, Printer};
use crate::pipeline::awards::Stamp;
use crate::pipeline::workspace::Workspace;
use crate::register::{Entry, VOUCHER_FIELD};
use crate::source::certificate::parse_form;
use crate::text;

use super::word::WordForm;
use super::{Certificate, Make, Press};

/// What a form was read from.
#[derive(Debug, Clone, Default)]
pub(super) struct Source {
    /// Id of a form of boxes.
    pub id: String,
    /// The form: TOML, or a Word file.
    pub form: Vec<u8>,
    pub emblem: Option<Vec<u8>>,
    /// What the printer was said to be off by, in millimetres.
    pub shift: Option<(f64, f64)>,
}

/// What is kept of a form: texts to be stored under their digests, and the input that names them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptForm {
    /// JSON for each certificate.
    pub input: String,
    /// Texts that it leads to.
    pub texts: Vec<Vec<u8>>,
}

/// The stored input of a certificate.
#[derive(Debug, Serialize, Deserialize)]
pub struct PressInput {
    /// Digest of a stored [`PressKit`].
    pub press: Digest,
}

/// A press as it is stored: everything else by its digest.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct PressKit {
    /// Version of the program.
    pub program: String,
    /// The form's file, as messages name it.
    pub file: String,
    /// Id of a form of boxes; empty for a Word file.
    pub id: String,
    /// The form.
    pub form: Digest,
    /// The emblem, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub emblem: Option<Digest>,
    /// As decimal fractions, which come back as they were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shift: Option<(String, String)>,
    /// Configuration of the office.
    pub office: Digest,
    /// The ruleset.
    pub ruleset: Digest,
}

impl Press<'_> {
    /// What has to be stored for its certificates to be made again.
    pub fn kept(&self) -> KeptForm {
        let (workspace, source) = (self.workspace, &self.source);
        let mut texts = vec![source.form.clone()];
        texts.extend(source.emblem.clone());
        texts.push(workspace.office_text.clone().into_bytes());
        texts.push(workspace.rules_text.as_bytes().to_vec());
        let kit = PressKit {
            program: env!("CARGO_PKG_VERSION").to_owned(),
            file: self.file.clone(),
            id: source.id.clone(),
            form: sha256(&source.form),
            emblem: source.emblem.as_deref().map(sha256),
            shift: source.shift.map(|(right, down)| (right.to_string(), down.to_string())),
            office: sha256(workspace.office_text.as_bytes()),
            ruleset: sha256(workspace.rules_text.as_bytes()),
        };
        let kit = serde_json::to_vec(&kit).unwrap_or_default();
        let input = serde_json::to_string(&PressInput { press: sha256(&kit) }).unwrap_or_default();
        texts.push(kit);
        KeptForm { input, texts }
    }
}

impl<'w> Press<'w> {
    /// The press once more, from what was stored.
    ///
    /// # Errors
    /// What this program does not understand of it.
    pub fn again(
        workspace: &'w Workspace<'w>,
        kit: &PressKit,
        form: &[u8],
        emblem: Option<&[u8]>,
    ) -> std::result::Result<Self, Text> {
        let file = kit.file.clone();
        let source = Source::default();
        let unread = || text!("không đọc lại được mẫu giấy", "the form cannot be read again");
        if kit.id.is_empty() {
            let (form, findings) =
                WordForm::compile(form, "".into(), &file).map_err(|f| f.message)?;
            let first = findings.into_iter().next().map(|d| d.message);
            let form = form.ok_or_else(|| first.unwrap_or_else(unread))?;
            return Ok(Self { workspace, file, source, make: Make::Word(Box::new(form)) });
        }
        let text = std::str::from_utf8(form).map_err(|_| unread())?;
        let (mut form, findings) = parse_form(text, &file, &kit.id);
        if blocks(&findings) {
            return Err(findings.into_iter().next().map_or_else(unread, |d| d.message));
        }
        if let Some((right, down)) = &kit.shift {
            let number = |text: &String| text.parse::<f64>().map_err(|_| unread());
            form.shift = (number(right)?, number(down)?);
        }
        let mut art = Art::default();
        if let Some(bytes) = emblem {
            let (format, size) = look_at_picture(bytes)?;
            art.emblem = Some((bytes.to_vec(), format, size));
        }
        let printer = Printer::new(form, &art, &workspace.rules.words);
        Ok(Self { workspace, file, source, make: Make::Boxes(Box::new(printer)) })
    }

    /// The certificate of an award as it was first printed: bytes and digest of the parts.
    ///
    /// # Errors
    /// `Input` if the row does not say what the certificate said, or it no longer fits.
    pub fn reprint(&self, entry: &Entry) -> Result<(Vec<u8>, Digest)> {
        let qr = entry.fields.extra.get(VOUCHER_FIELD).cloned();
        let (Some(certificate), Some(qr)) = (Certificate::kept(entry), qr) else {
            return Err(Failure::new(
                crate::diagnostic::FailureKind::Input,
                Place::default(),
                text!(
                    "sổ không giữ nội dung giấy này",
                    "the register does not keep what this certificate said"
                ),
            ));
        };
        let (number, year, seq) = (entry.number, entry.year, entry.seq);
        let stamp = Stamp { number, year, seq, qr, reissued: None };
        let made = self.print(&certificate, &stamp)?;
        let parts = made.parts.unwrap_or_else(|| sha256(&made.bytes));
        Ok((made.bytes, parts))
    }
}
