//! Word files made by people, with tags, filled from data.
//!
//! Knows: which parts of a file hold tags, and what must stay true of the file when they are filled.
//! Must not know: where data come from, what a document is about.
//!
//! A template is compiled once: each part that holds tags becomes text and holes in order, every
//! other part stays as it lies in the file, deflated. Filling one document copies text, writes
//! values, deflates the parts that changed, and packs.

mod blocks;
mod build;
mod codes;
mod hooks;
mod paragraphs;
mod picture;
mod refuse;
mod tokens;

use std::collections::BTreeSet;

use serde_json::Value as Json;

use self::hooks::{Collected, Filler, Hooks, RELATIONSHIP};
use self::paragraphs::Spots;
use self::tokens::{Kind, NONE, Name, Part as Tokens, attribute};
use super::pack::{self, Effort, Part};
use super::read::package::Package;
use super::write::Written;
use crate::diagnostic::{Diagnostic, Place, Result, WordPlace, blocks as is_blocked};
use crate::template::{self, FieldKind, FieldUse, Program, Role};
use crate::text;

pub use hooks::{NoPictures, Pictures};
pub use picture::look as look_at_picture;

const TYPES: &str = "[Content_Types].xml";
const TEMPLATE_TYPE: &str = "wordprocessingml.template.main+xml";
const DOCUMENT_TYPE: &str = "wordprocessingml.document.main+xml";

/// A Word file with tags, read once and filled many times; may be used by many threads.
#[derive(Debug)]
pub struct WordTemplate {
    file: String,
    parts: Vec<Piece>,
    fills: Vec<Fill>,
    spots: Spots,
    fields: Vec<WordField>,
    /// Numbers above this one are free for ids.
    fresh: u64,
}

/// A part of the file, in the file's order.
#[derive(Debug)]
enum Piece {
    /// Copied.
    Still(Part),
    /// Made anew for each document: index of the fill.
    Filled(usize),
    /// Relationships of a filled part that may get pictures: index of the fill, text, as it was.
    Links(usize, String, Part),
}

/// A part with tags.
#[derive(Debug)]
struct Fill {
    name: String,
    prefix: String,
    hooks: Hooks,
    program: Program,
}

/// A field that a template uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WordField {
    /// What is known of it; line and column say nothing here.
    pub field: FieldUse,
    /// Where it stands first.
    pub place: WordPlace,
}

/// A template that was read, and what is worth saying about it.
pub type Compiled = (Option<WordTemplate>, Vec<Diagnostic>);

impl WordTemplate {
    /// Reads a file. There is no template if one of the findings is an error; all of them are told.
    ///
    /// # Errors
    /// `Input` if the file is not a Word file, is encrypted, holds macros, is damaged, or is larger
    /// than the limits.
    pub fn compile(bytes: &[u8], file: &str) -> Result<Compiled> {
        refuse::foreign(bytes, file)?;
        let package = Package::open(bytes, file)?;
        refuse::package(&package, file)?;
        let mut compiler = Compiler {
            package: &package,
            file,
            spots: Spots::default(),
            fills: Vec::new(),
            found: Vec::new(),
            used_ids: BTreeSet::new(),
        };
        let mut parts = compiler.parts()?;
        compiler.links(&mut parts)?;
        let Compiler { spots, fills, mut found, used_ids, .. } = compiler;
        found.iter_mut().for_each(|f| spots.mend(f));
        if is_blocked(&found) {
            return Ok((None, found));
        }
        let fields = fields_of(&fills, &spots);
        let fresh = free_from(&used_ids);
        let template = Self { file: file.to_owned(), parts, fills, spots, fields, fresh };
        Ok((Some(template), found))
    }

    /// The fields that the template uses, in the order in which they first stand.
    pub fn fields(&self) -> &[WordField] {
        &self.fields
    }

    /// True for a file without tags.
    pub fn is_plain(&self) -> bool {
        self.fills.is_empty()
    }

    /// What is wrong with the data of one document.
    pub fn check(&self, data: &Json, own: &Json, pictures: &dyn Pictures) -> Vec<Diagnostic> {
        self.run(data, own, pictures).err().unwrap_or_default()
    }

    /// One document. `own` is what the program itself knows of it: the group `van_ban` of the template.
    ///
    /// # Errors
    /// All findings: missing and empty fields, values of the wrong kind, characters that cannot be
    /// written, pictures that are none.
    pub fn fill(
        &self,
        data: &Json,
        own: &Json,
        pictures: &dyn Pictures,
    ) -> std::result::Result<Written, Vec<Diagnostic>> {
        let (texts, collected) = self.run(data, own, pictures)?;
        self.pack(&texts, &collected).ok_or_else(|| vec![self.too_large()])
    }

    /// Fills every part; the media of each.
    #[allow(clippy::type_complexity)]
    fn run(
        &self,
        data: &Json,
        own: &Json,
        pictures: &dyn Pictures,
    ) -> std::result::Result<(Vec<(String, Vec<usize>)>, Collected), Vec<Diagnostic>> {
        let mut collected = Collected { fresh: self.fresh, ..Collected::default() };
        let mut found = Vec::new();
        let mut texts = Vec::with_capacity(self.fills.len());
        for fill in &self.fills {
            let mut filler = Filler::new(&fill.hooks, &fill.prefix, pictures, &mut collected);
            match fill.program.run(data, own, &self.file, &mut filler) {
                Ok(text) => texts.push((text, filler.used)),
                Err(more) => found.extend(more),
            }
        }
        if found.is_empty() {
            return Ok((texts, collected));
        }
        found.iter_mut().for_each(|f| self.spots.mend(f));
        Err(found)
    }

    fn pack(&self, texts: &[(String, Vec<usize>)], collected: &Collected) -> Option<Written> {
        let mut made = Vec::with_capacity(self.fills.len() + collected.media.len());
        for (fill, (text, _)) in self.fills.iter().zip(texts) {
            made.push(Part::new(fill.name.as_str(), text.as_bytes(), Effort::AllCores)?);
        }
        let mut media = Vec::with_capacity(collected.media.len());
        for (index, medium) in collected.media.iter().enumerate() {
            let name = media_name(index, medium.format.extension());
            media.push(Part::new(name, &medium.bytes, Effort::Stored)?);
        }
        let mut links = Vec::new();
        for piece in &self.parts {
            if let Piece::Links(index, text, as_it_was) = piece {
                let used = texts.get(*index).map(|(_, used)| used.as_slice()).unwrap_or_default();
                links.push(match used {
                    [] => None,
                    used => Some(with_links(as_it_was, text, used, collected)?),
                });
            }
        }
        let mut links = links.iter();
        let mut all: Vec<&Part> = Vec::with_capacity(self.parts.len() + media.len());
        for piece in &self.parts {
            all.push(match piece {
                Piece::Still(part) => part,
                Piece::Filled(index) => made.get(*index)?,
                Piece::Links(_, _, as_it_was) => links.next()?.as_ref().unwrap_or(as_it_was),
            });
        }
        all.extend(&media);
        let bytes = pack::pack(&all)?;
        Some(Written { bytes, parts: pack::parts_digest(&all)? })
    }

    fn too_large(&self) -> Diagnostic {
        Diagnostic::error(
            template::TOO_LARGE,
            Place::file(&self.file),
            text!("văn bản sinh ra lớn hơn 4 GiB", "the document comes to more than 4 GiB"),
        )
        .hint(text!("chia dữ liệu thành nhiều văn bản", "divide the data among several documents"))
    }
}

fn media_name(index: usize, extension: &str) -> String {
    format!("word/media/vanthu{}.{extension}", index + 1)
}

/// Relationships with those of the pictures.
fn with_links(part: &Part, text: &str, used: &[usize], collected: &Collected) -> Option<Part> {
    let (before, after) = text.rsplit_once("</")?;
    let mut out = before.to_owned();
    for index in used {
        let medium = collected.media.get(*index)?;
        let (number, name) = (index + 1, media_name(*index, medium.format.extension()));
        out.push_str(&format!(
            "<Relationship Id=\"{RELATIONSHIP}{number}\" Type=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships/image\" Target=\"/{name}\"/>"
        ));
    }
    out.push_str("</");
    out.push_str(after);
    Part::new(part.name(), out.as_bytes(), Effort::EachTime)
}

/// The fields of all parts, each once.
fn fields_of(fills: &[Fill], spots: &Spots) -> Vec<WordField> {
    let mut fields: Vec<WordField> = Vec::new();
    for field in fills.iter().flat_map(|f| f.program.fields()) {
        match fields.iter_mut().find(|f| f.field.path == field.path) {
            Some(known) => {
                known.field.optional &= field.optional;
                known.field.kind = known.field.kind.max(field.kind);
            }
            None => {
                let place = spots.get(field.line).cloned().unwrap_or_default();
                fields.push(WordField { field: field.clone(), place });
            }
        }
    }
    fields.retain(|f| !(f.field.path.ends_with("[]") && f.field.kind == FieldKind::Flag));
    fields
}

/// A number above which there is room for ids: 31 bits, signed, is what Word takes.
fn free_from(used: &BTreeSet<u64>) -> u64 {
    const ROOM: u64 = 50_000_000;
    let starts = (0..40).map(|n| n * ROOM + 1_000);
    let is_free = |start: &u64| used.range(*start..start + ROOM).next().is_none();
    starts.into_iter().find(is_free).unwrap_or(1_000)
}

struct Compiler<'a, 'p> {
    package: &'a Package<'p>,
    file: &'a str,
    spots: Spots,
    fills: Vec<Fill>,
    found: Vec<Diagnostic>,
    used_ids: BTreeSet<u64>,
}

impl Compiler<'_, '_> {
    fn parts(&mut self) -> Result<Vec<Piece>> {
        let package = self.package;
        let mut parts = Vec::new();
        for (name, entry) in package.entries().filter(|(name, _)| !name.ends_with('/')) {
            let content = package.needed(name)?;
            let is_xml = name.ends_with(".xml") && content.contains(&b'{');
            if is_xml && let Some(index) = self.part(name, &content)? {
                parts.push(Piece::Filled(index));
                continue;
            }
            let data = package.data(entry).unwrap_or_default().to_vec();
            let part = Part::ready(name, &content, entry.crc, entry.deflated, data);
            let too_large = || refuse::too_large(self.file);
            parts.push(Piece::Still(part.ok_or_else(too_large)?));
        }
        Ok(parts)
    }

    /// A part that may hold tags; the index of its fill if it does.
    fn part(&mut self, name: &str, content: &[u8]) -> Result<Option<usize>> {
        let content = content.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(content);
        let source = self.package.source(name);
        let tokens = Tokens::read(content, source)?;
        let root = tokens.elems.first().map_or(Name::Other, |e| e.name);
        let is_filled =
            matches!(root, Name::Document | Name::Hdr | Name::Ftr | Name::Notes | Name::Endnotes);
        if !is_filled {
            self.unfilled(name, content);
            return Ok(None);
        }
        self.ids(&tokens);
        let texts = paragraphs::read(&tokens, name, self.file, &mut self.spots, &mut self.found);
        if texts.marks.is_empty() && texts.paras.iter().all(|p| p.escapes.is_empty()) {
            return Ok(None);
        }
        let tags: Vec<_> = texts.marks.iter().map(|m| m.tag.clone()).collect();
        let mut wrong = Vec::new();
        template::balance(&tags, self.file, &mut wrong);
        let mut hooks = Hooks::default();
        let pieces = if wrong.is_empty() {
            let plan = blocks::plan(&tokens, &texts, &self.spots, self.file, &mut wrong);
            build::build(&tokens, &texts, &plan, &mut hooks, self.file, &mut wrong)
        } else {
            Vec::new()
        };
        self.pictures(&tokens, &texts, &mut wrong);
        // Where the blocks are wrong, the tags are still read, to tell all that is wrong with them.
        let pieces = if wrong.is_empty() { pieces } else { flat(&texts) };
        self.found.extend(wrong);
        match template::compile(pieces, self.file) {
            Ok(program) => {
                let prefix = tokens.prefix.clone();
                self.fills.push(Fill { name: name.to_owned(), prefix, hooks, program });
                Ok(Some(self.fills.len() - 1))
            }
            Err(found) => {
                self.found.extend(found);
                Ok(None)
            }
        }
    }

    /// Ids that are taken.
    fn ids(&mut self, tokens: &Tokens<'_>) {
        for (index, elem) in tokens.elems.iter().enumerate() {
            let name = match elem.name {
                Name::DocPr => "id".to_owned(),
                Name::Id => format!("{}val", tokens.prefix),
                Name::Ins | Name::Del | Name::MoveFrom | Name::MoveTo => {
                    format!("{}id", tokens.prefix)
                }
                _ => continue,
            };
            let tag = tokens.tag(index);
            let number: Option<u64> = attribute(tag, &name).and_then(|r| tag.get(r)?.parse().ok());
            self.used_ids.extend(number);
        }
    }

    /// A picture tag needs a picture to take the place of.
    fn pictures(
        &self,
        tokens: &Tokens<'_>,
        texts: &paragraphs::Texts,
        wrong: &mut Vec<Diagnostic>,
    ) {
        for mark in texts.marks.iter().filter(|m| m.para == NONE) {
            let drawing = tokens.nearest(mark.elem, Name::Drawing);
            let (first, last) = drawing.map_or((0, 0), |d| tokens.span(d));
            let inside = tokens.events.get(first..=last).unwrap_or_default();
            let has_blip = inside.iter().any(|e| {
                tokens.name(e.elem) == Name::Blip
                    && e.kind != Kind::End
                    && attribute(tokens.tag(e.elem), "r:embed").is_some()
            });
            let is_picture = matches!(mark.tag.special(), Some((_, Some(_))));
            if has_blip && is_picture || mark.tag.role() == Role::Comment {
                continue;
            }
            let tag = mark.tag.text();
            let place = Place::file(self.file).line(mark.tag.number());
            let message = text!(
                "văn bản thay thế có “{tag}”, nhưng đây không phải ảnh giữ chỗ cho {{{{picture …}}}} hay {{{{qr …}}}}",
                "the alternative text has “{tag}”, but this is no placeholder picture for {{{{picture …}}}} or {{{{qr …}}}}"
            );
            let hint = text!(
                "chèn một ảnh bất kỳ đúng cỡ (không liên kết ngoài), ghi {{{{picture trường}}}} hoặc {{{{qr trường}}}} vào văn bản thay thế của nó",
                "insert any picture of the right size (embedded, not linked) and write {{{{picture field}}}} or {{{{qr field}}}} into its alternative text"
            );
            wrong.push(Diagnostic::error(codes::NO_PICTURE, place, message).hint(hint));
        }
    }

    /// Charts, diagrams, properties: their tags stay as they are.
    fn unfilled(&mut self, name: &str, content: &[u8]) {
        let is_tagged = content.windows(2).any(|w| w == b"{{");
        if !is_tagged {
            return;
        }
        let mut place = Place::file(self.file);
        place.word = Some(Box::new(WordPlace { part: name.to_owned(), ..WordPlace::default() }));
        let finding = Diagnostic::warning(
            codes::NOT_FILLED,
            place,
            text!(
                "phần này của tệp có “{{{{” nhưng không được điền",
                "this part of the file has “{{{{” but is not filled"
            ),
        );
        self.found.push(finding.hint(text!(
            "thẻ dùng được trong thân văn bản, đầu trang, chân trang, chú thích, hộp chữ; không dùng được trong biểu đồ và thuộc tính tệp",
            "tags are filled in the body, headers, footers, notes and text boxes, not in charts or file properties"
        )));
    }

    /// Relationships and content types of files that get pictures; a template becomes a document.
    fn links(&mut self, parts: &mut [Piece]) -> Result<()> {
        let mut has_pictures = false;
        for (index, fill) in self.fills.iter().enumerate().filter(|(_, f)| f.hooks.has_pictures()) {
            has_pictures = true;
            let (folder, name) = fill.name.rsplit_once('/').unwrap_or(("", &fill.name));
            let list = format!("{folder}/_rels/{name}.rels");
            let text = self.text(list.trim_start_matches('/'))?;
            for piece in parts.iter_mut() {
                if let Piece::Still(part) = piece
                    && part.name().eq_ignore_ascii_case(list.trim_start_matches('/'))
                {
                    *piece = Piece::Links(index, text.clone(), part.clone());
                }
            }
        }
        let mut types = self.text(TYPES)?;
        let is_template = types.contains(TEMPLATE_TYPE);
        if !has_pictures && !is_template {
            return Ok(());
        }
        types = types.replace(TEMPLATE_TYPE, DOCUMENT_TYPE);
        if has_pictures {
            for (extension, kind) in [("png", "image/png"), ("jpeg", "image/jpeg")] {
                let is_known = types.contains(&format!("Extension=\"{extension}\""));
                if let (false, Some((before, after))) = (is_known, types.rsplit_once("</")) {
                    types = format!(
                        "{before}<Default Extension=\"{extension}\" ContentType=\"{kind}\"/></{after}"
                    );
                }
            }
        }
        let part = Part::new(TYPES, types.as_bytes(), Effort::Once);
        let part = part.ok_or_else(|| refuse::too_large(self.file))?;
        for piece in parts.iter_mut() {
            if matches!(piece, Piece::Still(p) if p.name() == TYPES) {
                *piece = Piece::Still(part.clone());
            }
        }
        Ok(())
    }

    fn text(&self, part: &str) -> Result<String> {
        let content = self.package.needed(part)?;
        String::from_utf8(content).map_err(|_| {
            self.package
                .source(part)
                .broken(text!("phần này không phải UTF-8", "the part is not UTF-8"))
        })
    }
}

/// The tags alone.
fn flat(texts: &paragraphs::Texts) -> Vec<template::Piece> {
    let piece = |mark: &paragraphs::Mark| match mark.tag.special() {
        Some((_, Some(value))) => template::Piece::Tag(value, true),
        Some((_, None)) => template::Piece::Point(0),
        None => template::Piece::Tag(mark.tag.clone(), true),
    };
    texts.marks.iter().map(piece).collect()
}
