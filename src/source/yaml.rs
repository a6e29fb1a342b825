//! YAML of the front matter as a small tree in which every value keeps its text and its line.
//!
//! Knows: mappings, lists, scalars as typed (`0123`, `1.10`, `no`). Must not know: any key.
//! Uses the event reader under serde-saphyr: its typed layer stops at the first error and turns
//! `1.10` into a number before anybody can ask for the text.

use serde_saphyr::granit_parser::{Event, Options, Parser, ScalarStyle, ScanError, Span, StrInput};

/// Values in one front matter.
const MAX_NODES: usize = 20_000;
/// Lists in maps in lists.
const MAX_DEPTH: usize = 8;

/// A value with its line inside the YAML text, from 1.
#[derive(Debug)]
pub struct Node<'a> {
    pub at: u32,
    pub kind: Kind<'a>,
}

/// What a value is.
#[derive(Debug)]
pub enum Kind<'a> {
    /// Nothing typed, or `~`.
    Null,
    /// Text as typed.
    Text(std::borrow::Cow<'a, str>),
    /// A list.
    List(Vec<Node<'a>>),
    /// Keys with their lines, and values; duplicates are kept.
    Map(Vec<(Key<'a>, Node<'a>)>),
}

/// A key and its line.
#[derive(Debug)]
pub struct Key<'a> {
    pub at: u32,
    pub text: std::borrow::Cow<'a, str>,
}

/// Why the text cannot be read.
#[derive(Debug)]
pub enum Trouble {
    /// Syntax, in the reader's own words.
    Syntax(String),
    /// `&x`, `*x`, `!x`, a second document.
    Feature(&'static str),
    /// Too many values or too deep.
    TooLarge,
    /// A key that is a list or a map: most often an unquoted `{{`.
    KeyIsNotText,
}

/// Where (line and column from 1) and why.
#[derive(Debug)]
pub struct Error {
    pub line: u32,
    pub column: u32,
    pub why: Trouble,
}

struct Loader<'a> {
    parser: Parser<'a, StrInput<'a>>,
    nodes: usize,
}

/// Reads one YAML document; an empty text is `Null`.
pub fn load(text: &str) -> Result<Node<'_>, Error> {
    let mut options = Options::default();
    options.emit_comments = false;
    options.disallow_directives = true;
    options.flow_nesting_limit = MAX_DEPTH;
    options.block_nesting_limit = MAX_DEPTH;
    let mut loader = Loader { parser: Parser::new_from_str_with_options(text, options), nodes: 0 };
    let mut root = Node { at: 1, kind: Kind::Null };
    let mut documents = 0;
    loop {
        let (event, span) = loader.next()?;
        match event {
            Event::StreamEnd => return Ok(root),
            Event::StreamStart | Event::DocumentEnd => {}
            Event::DocumentStart(..) => {
                documents += 1;
                if documents > 1 {
                    return Err(error(span, Trouble::Feature("---")));
                }
            }
            other => root = loader.node(other, span, 0)?,
        }
    }
}

impl<'a> Loader<'a> {
    fn next(&mut self) -> Result<(Event<'a>, Span), Error> {
        match self.parser.next_event() {
            Some(Ok(found)) => Ok(found),
            Some(Err(e)) => Err(syntax(&e)),
            None => Ok((Event::StreamEnd, Span::default())),
        }
    }

    fn node(&mut self, event: Event<'a>, span: Span, depth: usize) -> Result<Node<'a>, Error> {
        self.nodes += 1;
        if self.nodes > MAX_NODES || depth > MAX_DEPTH {
            return Err(error(span, Trouble::TooLarge));
        }
        let at = line_of(span);
        let kind = match event {
            Event::Scalar(text, style, anchor, tag) => {
                refuse(span, anchor, tag.is_some())?;
                let plain = style == ScalarStyle::Plain;
                if plain && (text.is_empty() || text == "~") {
                    Kind::Null
                } else {
                    Kind::Text(text)
                }
            }
            Event::SequenceStart(_, anchor, tag) => {
                refuse(span, anchor, tag.is_some())?;
                self.list(depth)?
            }
            Event::MappingStart(_, anchor, tag) => {
                refuse(span, anchor, tag.is_some())?;
                self.map(depth)?
            }
            Event::Alias(_) | Event::UnresolvedAlias(_) => {
                return Err(error(span, Trouble::Feature("*")));
            }
            _ => Kind::Null,
        };
        Ok(Node { at, kind })
    }

    fn list(&mut self, depth: usize) -> Result<Kind<'a>, Error> {
        let mut items = Vec::new();
        loop {
            match self.next()? {
                (Event::SequenceEnd | Event::StreamEnd, _) => return Ok(Kind::List(items)),
                (event, span) => items.push(self.node(event, span, depth + 1)?),
            }
        }
    }

    fn map(&mut self, depth: usize) -> Result<Kind<'a>, Error> {
        let mut entries = Vec::new();
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::MappingEnd | Event::StreamEnd) {
                return Ok(Kind::Map(entries));
            }
            let key = self.node(event, span, depth + 1)?;
            let text = match key.kind {
                Kind::Text(text) => text,
                Kind::Null => std::borrow::Cow::Borrowed(""),
                _ => return Err(error(span, Trouble::KeyIsNotText)),
            };
            let (event, span) = self.next()?;
            let value = self.node(event, span, depth + 1)?;
            entries.push((Key { at: key.at, text }, value));
        }
    }
}

fn refuse(span: Span, anchor: usize, tagged: bool) -> Result<(), Error> {
    if tagged {
        return Err(error(span, Trouble::Feature("!")));
    }
    if anchor > 0 {
        return Err(error(span, Trouble::Feature("&")));
    }
    Ok(())
}

fn line_of(span: Span) -> u32 {
    u32::try_from(span.start.line()).unwrap_or(0)
}

fn error(span: Span, why: Trouble) -> Error {
    let column = u32::try_from(span.start.col()).unwrap_or(0).saturating_add(1);
    Error { line: line_of(span), column, why }
}

fn syntax(e: &ScanError) -> Error {
    let mark = e.marker();
    Error {
        line: u32::try_from(mark.line()).unwrap_or(0),
        column: u32::try_from(mark.col()).unwrap_or(0).saturating_add(1),
        why: Trouble::Syntax(e.info()),
    }
}
