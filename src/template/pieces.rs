//! Templates that are not plain text: pieces of a text that only their owner can read, with tags between.
//!
//! Knows: how to read one tag, how blocks nest. Must not know: what the text between the tags means.
//!
//! The owner finds the tags of each run of text, checks that they balance, and then gives everything
//! in order: text that is copied, tags, and points at which it wants to be called back.

use handlebars::template::{HelperTemplate, Template as Parsed, TemplateElement};
use serde_json::Value as Json;

use crate::diagnostic::{Diagnostic, Place};
use crate::text;

use super::codes;
use super::lower::{self, Lowering};
use super::run::{self, Host};
use super::scan::{self, Kind};
use super::tree::{Each, Expr, FieldKind, FieldUse, Node, Pos};

/// A tag.
#[derive(Debug, Clone)]
pub struct Tag(scan::Tag);

/// What a tag does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Prints a value.
    Value,
    /// Opens a block; true for one that repeats.
    Open(bool),
    /// `{{else}}`.
    Else,
    /// Closes a block.
    Close,
    /// Says nothing.
    Comment,
}

/// Tags that mean something only to the owner of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Special {
    /// `{{merge}}`, `{{merge field}}`: cells that say the same, one below the other, become one.
    Merge,
    /// `{{picture field}}`.
    Picture,
    /// `{{qr field}}`.
    Qr,
}

impl Tag {
    /// First byte in its text.
    pub fn start(&self) -> usize {
        self.0.start
    }

    /// The byte after it.
    pub fn end(&self) -> usize {
        self.0.end
    }

    /// Column in its text, in characters from 1.
    pub fn column(&self) -> u32 {
        self.0.at.column
    }

    /// The tag as it was meant.
    pub fn text(&self) -> &str {
        &self.0.text
    }

    /// Gives the tag a number: findings about it have it as their line.
    #[must_use]
    pub fn numbered(mut self, number: u32) -> Self {
        self.0.at = Pos { line: number, column: 1 };
        self
    }

    /// The number it was given.
    pub fn number(&self) -> u32 {
        self.0.at.line
    }

    /// What it does.
    pub fn role(&self) -> Role {
        match &self.0.kind {
            Kind::Value => Role::Value,
            Kind::Open(name) => Role::Open(name == "each"),
            Kind::Else => Role::Else,
            Kind::Close(_) => Role::Close,
            Kind::Comment => Role::Comment,
        }
    }

    /// What it means to the owner, and the tag of the value it names (`None` for `{{merge}}` alone).
    pub fn special(&self) -> Option<(Special, Option<Tag>)> {
        if self.0.kind != Kind::Value {
            return None;
        }
        let inner = self.inner();
        let word = inner.split(char::is_whitespace).next().unwrap_or_default();
        let special = match word {
            "merge" => Special::Merge,
            "picture" => Special::Picture,
            "qr" => Special::Qr,
            _ => return None,
        };
        let rest = inner.get(word.len()..).unwrap_or_default().trim();
        if rest.is_empty() {
            return Some((special, None)).filter(|_| special == Special::Merge);
        }
        Some((special, Some(Tag(scan::Tag { text: format!("{{{{{rest}}}}}"), ..self.0.clone() }))))
    }

    fn inner(&self) -> &str {
        let text = self.0.text.trim_start_matches("{{").trim_end_matches("}}");
        text.trim_matches('~').trim()
    }
}

/// The tags of a text.
#[derive(Debug, Default)]
pub struct Found {
    /// In order.
    pub tags: Vec<Tag>,
    /// Bytes that are backslashes before `{{`: they are not printed.
    pub escapes: Vec<usize>,
}

/// Finds the tags of a text in one line; findings have the column.
pub fn find(text: &str, file: &str, found: &mut Vec<Diagnostic>) -> Found {
    if !text.contains("{{") {
        return Found::default();
    }
    let (tags, escapes) = scan::find(text, file, found);
    Found { tags: tags.into_iter().map(Tag).collect(), escapes }
}

/// Findings about blocks of numbered tags that are not closed, or closed by another name.
pub fn balance(tags: &[Tag], file: &str, found: &mut Vec<Diagnostic>) {
    scan::balance(tags.iter().map(|t| t.0.clone()).collect(), file, found);
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub enum Piece {
    /// Copied as it is.
    Text(String),
    /// A tag, and whether its value may be empty.
    Tag(Tag, bool),
    /// The host is called with this number.
    Point(u32),
    /// The host gets the value with this number.
    Handed(Tag, u32, FieldKind),
}

/// A template that was read once and is filled many times.
#[derive(Debug, Clone, Default)]
pub struct Program {
    nodes: Vec<Node>,
    fields: Vec<FieldUse>,
    text: usize,
}

/// Reads the tags and joins everything to a program.
///
/// # Errors
/// All findings: tags that cannot be read, helpers that do not exist.
pub fn compile(pieces: Vec<Piece>, file: &str) -> Result<Program, Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut builder = Builder {
        lowering: Lowering::new(None, file, &mut found),
        frames: vec![Frame::default()],
        text: 0,
    };
    for piece in pieces {
        builder.piece(piece);
    }
    let nodes = builder.frames.into_iter().next().unwrap_or_default().then;
    let (fields, text) = (builder.lowering.fields, builder.text);
    if found.is_empty() { Ok(Program { nodes, fields, text }) } else { Err(found) }
}

impl Program {
    /// The output for `data`; the host writes the values. `own` is the group [`super::OWN`].
    ///
    /// # Errors
    /// All findings: missing and empty fields, values of the wrong kind.
    pub fn run(
        &self,
        data: &Json,
        own: &Json,
        file: &str,
        host: &mut dyn Host,
    ) -> Result<String, Vec<Diagnostic>> {
        let out = String::with_capacity(self.text + self.text / 4);
        run::run_with(&self.nodes, data, file, Some((host, own)), out)
    }

    /// The fields that the program uses; the line is the number of the tag.
    pub fn fields(&self) -> &[FieldUse] {
        &self.fields
    }
}

/// A block that is open.
#[derive(Default)]
struct Frame {
    kind: Opened,
    then: Vec<Node>,
    other: Vec<Node>,
    in_other: bool,
    /// `{{else if}}`: closed together with the block around it.
    is_chained: bool,
}

#[derive(Default)]
enum Opened {
    #[default]
    Whole,
    /// Could not be read: a finding says why.
    Unknown,
    If {
        condition: Expr,
        at: Pos,
        unless: bool,
    },
    Each {
        list: Expr,
        at: Pos,
        item: Option<String>,
        index: Option<String>,
    },
    With {
        value: Expr,
        at: Pos,
        name: Option<String>,
    },
}

impl Opened {
    fn has_scope(&self) -> bool {
        matches!(self, Self::Each { .. } | Self::With { .. })
    }
}

struct Builder<'a> {
    lowering: Lowering<'a>,
    frames: Vec<Frame>,
    text: usize,
}

impl Builder<'_> {
    fn nodes(&mut self) -> Option<&mut Vec<Node>> {
        let frame = self.frames.last_mut()?;
        Some(if frame.in_other { &mut frame.other } else { &mut frame.then })
    }

    fn push(&mut self, node: Node) {
        if let Some(nodes) = self.nodes() {
            nodes.push(node);
        }
    }

    fn piece(&mut self, piece: Piece) {
        match piece {
            Piece::Text(text) => {
                self.text += text.len();
                if let Some(nodes) = self.nodes() {
                    lower::push_text(nodes, &text);
                }
            }
            Piece::Point(id) => self.push(Node::Point(id)),
            Piece::Handed(tag, id, kind) => {
                let at = tag.0.at;
                if let Some(expr) = self.value(&tag, kind) {
                    self.push(Node::Handed { expr, at, id });
                }
            }
            Piece::Tag(tag, may_be_empty) => match tag.0.kind.clone() {
                Kind::Comment => {}
                Kind::Value => {
                    let at = tag.0.at;
                    if let Some(expr) = self.value(&tag, FieldKind::Text) {
                        let may_be_empty = may_be_empty || expr.may_be_empty() || expr.is_own();
                        self.push(Node::Value { expr, at, may_be_empty });
                    }
                }
                Kind::Open(name) => self.open(&tag.0.text, &name, tag.0.at, false),
                Kind::Else => self.otherwise(&tag),
                Kind::Close(_) => self.close(),
            },
        }
    }

    fn value(&mut self, tag: &Tag, kind: FieldKind) -> Option<Expr> {
        if tag.special().is_some() {
            self.out_of_place(tag);
            return None;
        }
        let at = tag.0.at;
        match self.read(&tag.0.text, at)? {
            TemplateElement::Expression(call) => self.lowering.call(&call, at, false, kind),
            _ => None,
        }
    }

    /// Reads one tag by itself.
    fn read(&mut self, text: &str, at: Pos) -> Option<TemplateElement> {
        let read = Parsed::compile(text).ok().and_then(|p| p.elements.into_iter().next());
        if read.is_none() {
            self.lowering.found.push(lower::syntax(self.lowering.file, at, text));
        }
        read
    }

    fn open(&mut self, text: &str, name: &str, at: Pos, is_chained: bool) {
        let block = match self.read(&format!("{text}{{{{/{name}}}}}"), at) {
            Some(TemplateElement::HelperBlock(block)) => self.opened(&block, name, at),
            _ => None,
        };
        let kind = block.unwrap_or(Opened::Unknown);
        self.frames.push(Frame { kind, is_chained, ..Frame::default() });
    }

    fn opened(&mut self, block: &HelperTemplate, name: &str, at: Pos) -> Option<Opened> {
        let value = self.lowering.argument(block, at)?;
        let (item, index) = lower::block_names(block);
        Some(match name {
            "each" => {
                let names = item.iter().chain(&index).cloned().collect();
                self.lowering.enter(&value, true, names);
                Opened::Each { list: value, at, item, index }
            }
            "with" => {
                self.lowering.enter(&value, false, item.iter().cloned().collect());
                Opened::With { value, at, name: item }
            }
            _ => Opened::If { condition: value, at, unless: name == "unless" },
        })
    }

    fn otherwise(&mut self, tag: &Tag) {
        let at = tag.0.at;
        let is_second = self.frames.last().is_none_or(|f| f.in_other);
        if is_second {
            self.lowering.found.push(lower::syntax(self.lowering.file, at, &tag.0.text));
            return;
        }
        if let Some(frame) = self.frames.last_mut() {
            frame.in_other = true;
            if frame.kind.has_scope() {
                self.lowering.scopes.pop();
            }
        }
        let rest = tag.inner().strip_prefix("else").unwrap_or_default().trim();
        if let Some(name) = rest.split(char::is_whitespace).next().filter(|n| !n.is_empty()) {
            self.open(&format!("{{{{#{rest}}}}}"), name, at, true);
        }
    }

    fn close(&mut self) {
        while self.frames.len() > 1 {
            let Some(frame) = self.frames.pop() else { return };
            if frame.kind.has_scope() && !frame.in_other {
                self.lowering.scopes.pop();
            }
            let Frame { kind, then, other, is_chained, .. } = frame;
            match kind {
                Opened::Whole | Opened::Unknown => {}
                Opened::If { condition, at, unless } => {
                    self.push(Node::If { condition, at, unless, then, other });
                }
                Opened::Each { list, at, item, index } => {
                    let each = Each { list, at, item, index, body: then, empty: other };
                    self.push(Node::Each(Box::new(each)));
                }
                Opened::With { value, at, name } => {
                    self.push(Node::With { value, at, name, then, other });
                }
            }
            if !is_chained {
                return;
            }
        }
    }

    fn out_of_place(&mut self, tag: &Tag) {
        let near = scan::snippet(&tag.0.text);
        let place = Place::file(self.lowering.file).line(tag.0.at.line).column(tag.0.at.column);
        let message =
            text!("thẻ “{near}” không dùng được ở đây", "the tag “{near}” means nothing here");
        let hint = text!(
            "{{{{picture trường}}}}, {{{{qr trường}}}} viết trong văn bản thay thế (alt text) của một ảnh giữ chỗ; {{{{merge}}}} viết trong ô của bảng được lặp",
            "write {{{{picture field}}}} and {{{{qr field}}}} into the alt text of a placeholder picture, {{{{merge}}}} into a cell of a row that is repeated"
        );
        self.lowering.found.push(Diagnostic::error(codes::OUT_OF_PLACE, place, message).hint(hint));
    }
}
