//! A template as it is walked.
//!
//! Knows: text, values, conditions, loops. Must not know: how they were written.

use serde_json::Value as Json;

use super::helpers::Helper;
use super::path::Path;

/// A place in the template, both from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(super) struct Pos {
    pub line: u32,
    pub column: u32,
}

/// A field that a template uses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldUse {
    /// Where it stands in the data: `ho_ten`, `rows[].ho_ten`, `co_quan.ten`.
    pub path: String,
    /// Line of its first use.
    pub line: u32,
    /// Column of its first use, in characters.
    pub column: u32,
    /// True if it belongs to the items of a list.
    pub in_loop: bool,
    /// True if it is only asked for (`{{#if x}}`, `{{default x …}}`): the data may lack it.
    pub optional: bool,
    /// What the tags want of it.
    pub kind: FieldKind,
}

/// What a template does with a field; later kinds say more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FieldKind {
    /// Asked for by `{{#if}}` only.
    #[default]
    Flag,
    /// Printed.
    Text,
    /// A number.
    Number,
    /// A date.
    Date,
    /// `nam`, `nữ`.
    Gender,
    /// A picture.
    Picture,
    /// A group of fields.
    Group,
    /// A list.
    List,
}

/// A piece of a template.
#[derive(Debug, Clone)]
pub(super) enum Node {
    /// Text of the template, with line markers.
    Text(String),
    /// A value.
    Value { expr: Expr, at: Pos, may_be_empty: bool },
    /// `{{#if}}`, `{{#unless}}`.
    If { condition: Expr, at: Pos, unless: bool, then: Vec<Node>, other: Vec<Node> },
    /// `{{#each}}`.
    Each(Box<Each>),
    /// A place in the output that the host wants to know of.
    Point(u32),
    /// A value that the host prints in its own way: by number.
    Handed { expr: Expr, at: Pos, id: u32 },
    /// `{{#with}}`.
    With { value: Expr, at: Pos, name: Option<String>, then: Vec<Node>, other: Vec<Node> },
}

/// A loop.
#[derive(Debug, Clone)]
pub(super) struct Each {
    pub list: Expr,
    pub at: Pos,
    /// `as |item index|`.
    pub item: Option<String>,
    pub index: Option<String>,
    pub body: Vec<Node>,
    pub empty: Vec<Node>,
}

/// What stands inside a tag.
#[derive(Debug, Clone)]
pub(super) enum Expr {
    Path(Path),
    Literal(Json),
    Call { helper: Helper, args: Vec<Expr>, options: Vec<(String, Expr)> },
}

impl Expr {
    /// True if it says itself what stands where there is nothing.
    pub fn may_be_empty(&self) -> bool {
        matches!(self, Self::Call { helper: Helper::Default, .. })
    }

    /// True for what the program itself gives, and may leave blank.
    pub fn is_own(&self) -> bool {
        match self {
            Self::Call { args, .. } => args.first().is_some_and(Self::is_own),
            Self::Path(path) => path.is_own(),
            Self::Literal(_) => false,
        }
    }
}

/// The group of fields that the program itself gives to Word templates: number, day and names of
/// the document. It is meant wherever it is named, in loops too.
pub const OWN: &str = "van_ban";
