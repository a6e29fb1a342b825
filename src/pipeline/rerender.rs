//! An issued document once more, from what the register kept of its making: the same bytes, or why not.
//!
//! Knows: the stored inputs of documents. Must not know: the archive's folders, terminals, SQL.
//!
//! Nothing of the office folder is read: source or template, data row, configuration and ruleset of
//! that day stand in the register. What was rendered is compared with the registered digests and is
//! the document only if it has the very bytes.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use jiff::civil::Date;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::archive::{Digest, FileRef, sha256};
use crate::diagnostic::{Result, Severity, Text};
use crate::model::Numbered;
use crate::register::{Entry, Register};
use crate::text;
use crate::world::World;

use super::certificate::{Press, PressInput, PressKit};
use super::recipe::{IssueDay, Recipe};
use super::word;
use super::workspace::Workspace;

/// What rendering again came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rerendered {
    /// The very bytes that were registered.
    Same(Vec<u8>),
    /// The same parts, packed otherwise: another program has compressed them.
    SameParts(Vec<u8>),
    /// It cannot be had this way; why.
    Not(Text),
}

/// Renders documents again; what many of them share is read once.
pub struct Rerenderer<'w> {
    world: &'w dyn World,
    kits: HashMap<Digest, std::result::Result<Arc<Kit<'w>>, Text>>,
    presses: HashMap<Digest, std::result::Result<Arc<Pressed<'w>>, Text>>,
}

/// What the certificates of one form share.
struct Pressed<'w> {
    workspace: Workspace<'w>,
    kit: PressKit,
    form: Vec<u8>,
    emblem: Option<Vec<u8>>,
}

/// What the documents of one step share.
struct Kit<'w> {
    workspace: Workspace<'w>,
    recipe: Recipe,
    columns: Vec<(String, usize)>,
    program: String,
}

/// The input of a document as the register keeps it.
#[derive(Deserialize)]
struct Input {
    of: Digest,
    date: Date,
    #[serde(default)]
    row: Option<Vec<Value>>,
    #[serde(default)]
    data: Option<Map<String, Value>>,
}

/// What the inputs of a step have in common.
#[derive(Deserialize)]
struct Common {
    program: String,
    file: String,
    source: Digest,
    office: Digest,
    ruleset: Digest,
    /// The Word file, where the source is one.
    #[serde(default)]
    word: Option<Digest>,
    #[serde(default)]
    columns: Option<Vec<(String, usize)>>,
}

impl<'w> Rerenderer<'w> {
    /// With nothing read yet.
    pub fn new(world: &'w dyn World) -> Self {
        Self { world, kits: HashMap::new(), presses: HashMap::new() }
    }

    /// The first file of an entry, made again and compared with `file`.
    ///
    /// # Errors
    /// The register cannot be read. What cannot be rendered is [`Rerendered::Not`].
    pub fn render(
        &mut self,
        register: &dyn Register,
        entry: &Entry,
        file: &FileRef,
    ) -> Result<Rerendered> {
        if entry.files.first().map(|f| &f.at) != Some(&file.at) {
            return Ok(Rerendered::Not(text!(
                "tệp này không do chương trình soạn ra (bản quét, tệp gửi đến)",
                "this file was not made by the program (a scan, a file that came in)"
            )));
        }
        let input = register.input(entry.seq)?.unwrap_or_default();
        if let Ok(PressInput { press }) = serde_json::from_str(&input) {
            return self.certificate(register, entry, file, press);
        }
        let Ok(input): Result<Input, _> = serde_json::from_str(&input) else {
            return Ok(Rerendered::Not(text!(
                "sổ đăng ký không giữ đầu vào của văn bản này",
                "the register keeps no input of this document"
            )));
        };
        let kit = match self.kit(register, input.of)? {
            Ok(kit) => kit,
            Err(why) => return Ok(Rerendered::Not(why)),
        };
        Ok(compare(&kit.program, kit.render(&input, entry), file))
    }

    /// The certificate of an award.
    fn certificate(
        &mut self,
        register: &dyn Register,
        entry: &Entry,
        file: &FileRef,
        of: Digest,
    ) -> Result<Rerendered> {
        let known = match self.presses.get(&of) {
            Some(known) => known.clone(),
            None => {
                let pressed = press(self.world, register, of)?.map(Arc::new);
                // An emblem may be large.
                if self.presses.len() >= 4 {
                    self.presses.clear();
                }
                self.presses.insert(of, pressed.clone());
                pressed
            }
        };
        let pressed = match known {
            Ok(pressed) => pressed,
            Err(why) => return Ok(Rerendered::Not(why)),
        };
        let program = &pressed.kit.program;
        let emblem = pressed.emblem.as_deref();
        let again = Press::again(&pressed.workspace, &pressed.kit, &pressed.form, emblem);
        let made = again.and_then(|press| press.reprint(entry).map_err(|f| f.message));
        Ok(compare(program, made.map_err(|why| other_program(program, &why)), file))
    }

    fn kit(
        &mut self,
        register: &dyn Register,
        of: Digest,
    ) -> Result<std::result::Result<Arc<Kit<'w>>, Text>> {
        if let Some(known) = self.kits.get(&of) {
            return Ok(known.clone());
        }
        let kit = load(self.world, register, of)?.map(Arc::new);
        // A few are enough: documents of a batch stand together.
        if self.kits.len() >= 16 {
            self.kits.clear();
        }
        self.kits.insert(of, kit.clone());
        Ok(kit)
    }
}

fn load<'w>(
    world: &'w dyn World,
    register: &dyn Register,
    of: Digest,
) -> Result<std::result::Result<Kit<'w>, Text>> {
    let mut texts = Vec::new();
    let Some(common) = kept(register, &of)? else { return Ok(Err(lost(&of))) };
    let Ok(common) = serde_json::from_str::<Common>(&common) else { return Ok(Err(lost(&of))) };
    for digest in [&common.source, &common.office, &common.ruleset] {
        match kept(register, digest)? {
            Some(text) => texts.push(text),
            None => return Ok(Err(lost(digest))),
        }
    }
    let program = common.program.clone();
    let mut texts = texts.into_iter();
    let (source, office, rules) = (texts.next(), texts.next(), texts.next());
    let (Some(source), Some(office), Some(rules)) = (source, office, rules) else {
        return Ok(Err(lost(&of)));
    };
    let recipe = match &common.word {
        None => Recipe::from_text(source, common.file),
        Some(digest) => {
            let Some(bytes) = register.blob(digest)? else { return Ok(Err(lost(digest))) };
            match word::kept(bytes, source, common.file) {
                Ok(recipe) => recipe,
                Err(failure) => return Ok(Err(other_program(&program, &failure.message))),
            }
        }
    };
    let recipe = match recipe {
        Ok(recipe) => recipe,
        Err(findings) => {
            return Ok(Err(findings
                .into_iter()
                .next()
                .map_or_else(|| lost(&common.source), |f| other_program(&program, &f.message))));
        }
    };
    // The folder is only named in messages: nothing in it is read.
    let workspace = match Workspace::from_kept(world, Path::new(""), office, rules) {
        Ok(workspace) => workspace,
        Err(failure) => return Ok(Err(other_program(&program, &failure.message))),
    };
    let columns = common.columns.unwrap_or_default();
    Ok(Ok(Kit { workspace, recipe, columns, program }))
}

/// A form of certificates with the office and ruleset that it was used in.
fn press<'w>(
    world: &'w dyn World,
    register: &dyn Register,
    of: Digest,
) -> Result<std::result::Result<Pressed<'w>, Text>> {
    let Some(kit) = kept(register, &of)? else { return Ok(Err(lost(&of))) };
    let Ok(kit) = serde_json::from_str::<PressKit>(&kit) else { return Ok(Err(lost(&of))) };
    let Some(form) = register.blob(&kit.form)? else { return Ok(Err(lost(&kit.form))) };
    let Some(office) = kept(register, &kit.office)? else { return Ok(Err(lost(&kit.office))) };
    let Some(rules) = kept(register, &kit.ruleset)? else { return Ok(Err(lost(&kit.ruleset))) };
    let emblem = match &kit.emblem {
        Some(digest) => match register.blob(digest)? {
            Some(bytes) => Some(bytes),
            None => return Ok(Err(lost(digest))),
        },
        None => None,
    };
    Ok(match Workspace::from_kept(world, Path::new(""), office, rules) {
        Ok(workspace) => Ok(Pressed { workspace, kit, form, emblem }),
        Err(failure) => Err(other_program(&kit.program, &failure.message)),
    })
}

fn kept(register: &dyn Register, digest: &Digest) -> Result<Option<String>> {
    Ok(register.blob(digest)?.and_then(|bytes| String::from_utf8(bytes).ok()))
}

impl Kit<'_> {
    fn render(&self, input: &Input, entry: &Entry) -> std::result::Result<(Vec<u8>, Digest), Text> {
        let data = Value::Object(self.fields(input).ok_or_else(|| {
            text!("dòng dữ liệu đã giữ bị hỏng", "the data row that was kept is damaged")
        })?);
        let day = IssueDay::Given(input.date);
        let (document, findings) = self.recipe.fill(&self.workspace, &data, day, input.date);
        let Some(document) = document else {
            let first = findings.into_iter().find(|f| f.severity == Severity::Error);
            let why =
                first.map_or_else(|| text!("không soạn được", "it cannot be made"), |f| f.message);
            return Err(other_program(&self.program, &why));
        };
        let numbered = Numbered::new(document, entry.number, input.date);
        let written = self.recipe.write(&self.workspace, numbered.document(), || data);
        let (written, _) = written.map_err(|f| other_program(&self.program, &f.message))?;
        Ok((written.bytes, Digest(written.parts)))
    }

    fn fields(&self, input: &Input) -> Option<Map<String, Value>> {
        if let Some(data) = &input.data {
            return Some(data.clone());
        }
        let values = input.row.as_ref()?;
        self.columns
            .iter()
            .map(|(name, at)| Some((name.clone(), values.get(*at)?.clone())))
            .collect()
    }
}

fn compare(
    program: &str,
    made: std::result::Result<(Vec<u8>, Digest), Text>,
    file: &FileRef,
) -> Rerendered {
    match made {
        Err(why) => Rerendered::Not(why),
        Ok((bytes, _)) if sha256(&bytes) == file.sha256 => Rerendered::Same(bytes),
        Ok((bytes, parts)) if Some(parts) == file.parts => Rerendered::SameParts(bytes),
        Ok(_) => Rerendered::Not(other_program(
            program,
            &text!("dựng lại ra nội dung khác", "rendering again gives other content"),
        )),
    }
}

/// Says with which program the document was made, where that is another one.
fn other_program(program: &str, why: &Text) -> Text {
    let own = env!("CARGO_PKG_VERSION");
    if program == own {
        return why.clone();
    }
    Text::new(
        format!("{} (văn bản do bản {program} soạn, đây là bản {own}: thử lại với bản cũ)", why.vi),
        format!("{} (made by version {program}, this is {own}: try that version)", why.en),
    )
}

fn lost(digest: &Digest) -> Text {
    let start: String = digest.to_hex().chars().take(12).collect();
    text!(
        "sổ đăng ký không còn đầu vào {start}… của văn bản",
        "the register has lost the input {start}… of the document"
    )
}
