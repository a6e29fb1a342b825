//! From what the Handlebars reader read to the tree that is walked.
//!
//! Knows: the reader's types, which helpers exist. Must not know: data.

use std::collections::HashMap;

use handlebars::template::{
    BlockParam, HelperTemplate, Parameter, Template as Parsed, TemplateElement,
};

use crate::diagnostic::{Diagnostic, Place};
use crate::text;

use super::codes;
use super::helpers::{self, Helper};
use super::masked::Masked;
use super::path::{From, Path};
use super::scan::{Kind, Scanned, snippet};
use super::tree::{Each, Expr, FieldKind, FieldUse, Node, Pos};

/// Blocks that exist.
pub(super) const BLOCKS: [&str; 4] = ["if", "unless", "each", "with"];

/// Reads the prepared text; `None` and findings if it cannot be read.
pub(super) fn lower(
    scanned: &Scanned,
    file: &str,
    found: &mut Vec<Diagnostic>,
) -> Option<(Vec<Node>, Vec<FieldUse>)> {
    if !found.is_empty() {
        return None;
    }
    check_tags(scanned, file, found);
    if !found.is_empty() {
        return None;
    }
    let masked = Masked::new(&scanned.text);
    let parsed = match Parsed::compile(&masked.text).or_else(|_| Parsed::compile(&scanned.text)) {
        Ok(parsed) => parsed,
        Err(error) => {
            let (line, column) = error.pos().unwrap_or((1, 1));
            let at = scanned.origin(line, column);
            found.push(syntax(file, at, "{{"));
            return None;
        }
    };
    let mut lowering = Lowering::new(Some(scanned), file, found);
    lowering.masked = Some(&masked);
    let nodes = lowering.template(&parsed, Pos { line: 1, column: 1 });
    Some((nodes, lowering.fields))
}

fn place(file: &str, at: Pos) -> Place {
    Place::file(file).line(at.line).column(at.column)
}

pub(super) fn syntax(file: &str, at: Pos, tag: &str) -> Diagnostic {
    let near = snippet(tag);
    Diagnostic::error(
        codes::SYNTAX,
        place(file, at),
        text!("thẻ “{near}” sai cú pháp", "the tag “{near}” cannot be read"),
    )
    .hint(text!(
        "tên trường có dấu cách hoặc dấu chấm đặt trong ngoặc vuông: {{{{[Họ và tên]}}}}; chữ đặt trong ngoặc kép",
        "put names with spaces or dots in brackets: {{{{[Full name]}}}}; put text in quotes"
    ))
}

/// Reads every tag by itself, so that all that are wrong are found, each at its own place.
fn check_tags(scanned: &Scanned, file: &str, found: &mut Vec<Diagnostic>) {
    // The same tag stands in many places.
    let mut known: HashMap<String, bool> = HashMap::new();
    for tag in &scanned.tags {
        let alone = match &tag.kind {
            Kind::Value => tag.text.clone(),
            Kind::Open(name) => format!("{}{{{{/{name}}}}}", tag.text),
            Kind::Else => format!("{{{{#if x}}}}{}{{{{/if}}}}", tag.text),
            Kind::Close(_) | Kind::Comment => continue,
        };
        let reads = |alone: &String| Parsed::compile(alone).is_ok();
        if !*known.entry(alone).or_insert_with_key(reads) {
            found.push(syntax(file, tag.at, &tag.text));
        }
    }
}

/// What `this` means at a point of the template.
#[derive(Debug, Clone, Default)]
pub(super) struct Scope {
    /// Path in the data, empty for the record: `rows[]`.
    path: String,
    in_loop: bool,
    /// Names from `as |item index|`.
    names: Vec<String>,
}

/// Turns what was read into the tree; knows what every name means where it stands.
pub(super) struct Lowering<'a> {
    /// The text that was read whole; none where tags are read one by one.
    scanned: Option<&'a Scanned>,
    /// What stands for its lines without tags.
    masked: Option<&'a Masked<'a>>,
    pub file: &'a str,
    pub found: &'a mut Vec<Diagnostic>,
    pub fields: Vec<FieldUse>,
    pub scopes: Vec<Scope>,
}

impl<'a> Lowering<'a> {
    pub fn new(
        scanned: Option<&'a Scanned>,
        file: &'a str,
        found: &'a mut Vec<Diagnostic>,
    ) -> Self {
        let (fields, scopes) = (Vec::new(), vec![Scope::default()]);
        Self { scanned, masked: None, file, found, fields, scopes }
    }

    fn origin(&self, line: usize, column: usize) -> Pos {
        self.scanned.map_or_else(Pos::default, |s| s.origin(line, column))
    }

    fn template(&mut self, parsed: &Parsed, outer: Pos) -> Vec<Node> {
        let mut nodes = Vec::new();
        for (index, element) in parsed.elements.iter().enumerate() {
            let at = match parsed.mapping.get(index) {
                Some(mapping) => self.origin(mapping.0, mapping.1),
                None => outer,
            };
            match element {
                TemplateElement::RawString(text) => match self.masked {
                    Some(masked) => masked.each(text, |piece| push_text(&mut nodes, piece)),
                    None => push_text(&mut nodes, text),
                },
                TemplateElement::Expression(tag) => {
                    if let Some(expr) = self.call(tag, at, false, FieldKind::Text) {
                        let may_be_empty =
                            self.scanned.is_some_and(|s| s.is_row(at.line)) || expr.may_be_empty();
                        nodes.push(Node::Value { expr, at, may_be_empty });
                    }
                }
                TemplateElement::HelperBlock(block) => nodes.extend(self.block(block, at)),
                _ => {}
            }
        }
        nodes
    }

    fn inner(&mut self, parsed: Option<&Parsed>, at: Pos) -> Vec<Node> {
        parsed.map(|p| self.template(p, at)).unwrap_or_default()
    }

    /// The value that a block asks for or goes over.
    pub fn argument(&mut self, block: &HelperTemplate, at: Pos) -> Option<Expr> {
        let name = block.name.as_name().unwrap_or_default();
        if !BLOCKS.contains(&name) {
            self.unknown_block(name, at);
            return None;
        }
        let [argument] = block.params.as_slice() else {
            self.arguments(name, at, "1", block.params.len());
            return None;
        };
        let kind = match name {
            "each" => FieldKind::List,
            "with" => FieldKind::Group,
            _ => FieldKind::Flag,
        };
        self.expr(argument, at, matches!(name, "if" | "unless"), kind)
    }

    fn block(&mut self, block: &HelperTemplate, at: Pos) -> Option<Node> {
        let value = self.argument(block, at)?;
        let name = block.name.as_name().unwrap_or_default();
        let optional = matches!(name, "if" | "unless");
        let (then, other) = (block.template.as_ref(), block.inverse.as_ref());
        if optional {
            let (then, other) = (self.inner(then, at), self.inner(other, at));
            return Some(Node::If { condition: value, at, unless: name == "unless", then, other });
        }
        let (item, index) = block_names(block);
        self.enter(&value, name == "each", item.iter().chain(&index).cloned().collect());
        let then = self.inner(then, at);
        self.scopes.pop();
        let other = self.inner(other, at);
        Some(if name == "each" {
            Node::Each(Box::new(Each { list: value, at, item, index, body: then, empty: other }))
        } else {
            Node::With { value, at, name: item, then, other }
        })
    }

    /// From here on `this` is the value, or an item of it.
    pub fn enter(&mut self, value: &Expr, is_loop: bool, names: Vec<String>) {
        let mut scope = self.scope_of(value);
        if is_loop {
            scope.path.push_str("[]");
            scope.in_loop = true;
        }
        scope.names = names;
        self.scopes.push(scope);
    }

    /// A tag or a bracket: a field or a helper with its values. `kind` is what is wanted of it.
    pub fn call(
        &mut self,
        tag: &HelperTemplate,
        at: Pos,
        optional: bool,
        kind: FieldKind,
    ) -> Option<Expr> {
        let bare = tag.params.is_empty() && tag.hash.is_empty();
        let name = match &tag.name {
            Parameter::Literal(_) | Parameter::Subexpression(_) => {
                return self.expr(&tag.name, at, optional, kind);
            }
            named => named.as_name().unwrap_or_default(),
        };
        let helper = Helper::find(name);
        if bare {
            return match helper {
                Some(_) => {
                    self.bare_helper(name, at);
                    None
                }
                None => self.path(name, at, optional, kind),
            };
        }
        let Some(helper) = helper else {
            self.unknown_helper(name, at);
            return None;
        };
        let (least, most) = helper.arity();
        if tag.params.len() < least || tag.params.len() > most {
            let wanted =
                if least == most { least.to_string() } else { format!("{least}–{most}") };
            self.arguments(name, at, &wanted, tag.params.len());
            return None;
        }
        let mut args = Vec::with_capacity(tag.params.len());
        for (index, param) in tag.params.iter().enumerate() {
            let optional = index == 0 && matches!(helper, Helper::Default | Helper::Not);
            args.push(self.expr(param, at, optional, helper.wants())?);
        }
        let mut options = Vec::new();
        for (key, value) in &tag.hash {
            if helper.options().contains(&key.as_str()) {
                options.push((key.clone(), self.expr(value, at, false, FieldKind::Text)?));
            } else {
                self.unknown_option(name, key, helper, at);
            }
        }
        options.sort_by(|a, b| a.0.cmp(&b.0));
        Some(Expr::Call { helper, args, options })
    }

    fn expr(
        &mut self,
        param: &Parameter,
        at: Pos,
        optional: bool,
        kind: FieldKind,
    ) -> Option<Expr> {
        match param {
            Parameter::Literal(json) => Some(Expr::Literal(json.clone())),
            Parameter::Name(name) => self.path(name, at, optional, kind),
            Parameter::Path(_) => {
                self.path(param.as_name().unwrap_or_default(), at, optional, kind)
            }
            Parameter::Subexpression(sub) => match sub.as_element() {
                TemplateElement::Expression(tag) => self.call(tag, at, optional, kind),
                _ => None,
            },
            _ => None,
        }
    }

    fn path(&mut self, raw: &str, at: Pos, optional: bool, kind: FieldKind) -> Option<Expr> {
        let Some(path) = Path::parse(raw) else {
            self.found.push(
                Diagnostic::error(
                    codes::UNKNOWN_HELPER,
                    place(self.file, at),
                    text!("không có biến “{raw}”", "there is no “{raw}”"),
                )
                .hint(text!(
                    "các biến có sẵn: @index, @first, @last, @key, @root",
                    "known: @index, @first, @last, @key, @root"
                )),
            );
            return None;
        };
        self.note(&path, at, optional, kind);
        Some(Expr::Path(path))
    }

    /// Notes the use of a field.
    fn note(&mut self, path: &Path, at: Pos, optional: bool, kind: FieldKind) {
        let Some(scope) = self.resolve(path) else { return };
        if self.scanned.is_none() && path.is_own() {
            return;
        }
        if path.segments.is_empty() && !scope.in_loop {
            return;
        }
        let known = self.fields.iter_mut().find(|f| f.path == scope.path);
        match known {
            Some(field) => {
                field.optional &= optional;
                field.kind = field.kind.max(kind);
            }
            None => self.fields.push(FieldUse {
                path: scope.path,
                line: at.line,
                column: at.column,
                in_loop: scope.in_loop,
                optional,
                kind,
            }),
        }
    }

    /// Where a path leads in the data; `None` for loop variables.
    fn resolve(&self, path: &Path) -> Option<Scope> {
        if matches!(path.from, From::Index | From::First | From::Last | From::Key) {
            return None;
        }
        let named = path.segments.first().filter(|_| path.up == 0 && path.from == From::Here);
        let named = named.and_then(|first| {
            let scope = self.scopes.iter().rev().find(|s| s.names.contains(first))?;
            Some((scope, scope.names.first() == Some(first)))
        });
        let scope = match (named, path.from) {
            (Some((_, false)), _) => return None,
            (Some((scope, true)), _) => Some(scope),
            (None, From::Root) => self.scopes.first(),
            (None, _) => self.scopes.iter().rev().nth(path.up).or_else(|| self.scopes.first()),
        };
        let mut scope = Scope { names: Vec::new(), ..scope.cloned().unwrap_or_default() };
        for segment in path.segments.iter().skip(usize::from(named.is_some())) {
            if !scope.path.is_empty() {
                scope.path.push('.');
            }
            scope.path.push_str(segment);
        }
        Some(scope)
    }

    fn scope_of(&self, value: &Expr) -> Scope {
        match value {
            Expr::Path(path) => self.resolve(path).unwrap_or_default(),
            _ => Scope::default(),
        }
    }

    fn unknown_block(&mut self, name: &str, at: Pos) {
        let hint = match text::nearest(name, BLOCKS) {
            Some(near) => text!("có phải là {{{{#{near} …}}}}?", "did you mean {{{{#{near} …}}}}?"),
            None => text!(
                "lặp theo danh sách thì viết {{{{#each {name}}}}} … {{{{/each}}}}, theo điều kiện thì viết {{{{#if {name}}}}} … {{{{/if}}}}",
                "write {{{{#each {name}}}}} … {{{{/each}}}} to loop, {{{{#if {name}}}}} … {{{{/if}}}} for a condition"
            ),
        };
        self.found.push(
            Diagnostic::error(
                codes::UNKNOWN_HELPER,
                place(self.file, at),
                text!("không có khối “{{{{#{name}}}}}”", "there is no block “{{{{#{name}}}}}”"),
            )
            .hint(hint),
        );
    }

    fn unknown_helper(&mut self, name: &str, at: Pos) {
        let hint = match text::nearest(name, helpers::names()) {
            Some(near) => text!("có phải là `{near}`?", "did you mean `{near}`?"),
            None => {
                let all = helpers::names().collect::<Vec<_>>().join(", ");
                text!(
                    "tên trường có dấu cách đặt trong ngoặc vuông: {{{{[Họ và tên]}}}}; các hàm có sẵn: {all}",
                    "put names with spaces in brackets: {{{{[Full name]}}}}; helpers: {all}"
                )
            }
        };
        self.found.push(
            Diagnostic::error(
                codes::UNKNOWN_HELPER,
                place(self.file, at),
                text!("không có hàm “{name}”", "there is no helper “{name}”"),
            )
            .hint(hint),
        );
    }

    fn unknown_option(&mut self, name: &str, key: &str, helper: Helper, at: Pos) {
        let known = helper.options().join(", ");
        self.found.push(
            Diagnostic::error(
                codes::ARGUMENTS,
                place(self.file, at),
                text!(
                    "hàm “{name}” không có tùy chọn “{key}”",
                    "the helper “{name}” has no option “{key}”"
                ),
            )
            .hint(text!("tùy chọn có sẵn: {known}", "known options: {known}")),
        );
    }

    fn bare_helper(&mut self, name: &str, at: Pos) {
        self.found.push(
            Diagnostic::error(
                codes::ARGUMENTS,
                place(self.file, at),
                text!("“{name}” là tên một hàm và cần giá trị", "“{name}” is a helper and needs a value"),
            )
            .hint(text!(
                "viết {{{{{name} trường}}}}; nếu là trường dữ liệu tên “{name}” thì viết {{{{this.{name}}}}}",
                "write {{{{{name} field}}}}; for a field of that name write {{{{this.{name}}}}}"
            )),
        );
    }

    fn arguments(&mut self, name: &str, at: Pos, wanted: &str, have: usize) {
        self.found.push(
            Diagnostic::error(
                codes::ARGUMENTS,
                place(self.file, at),
                text!(
                    "“{name}” cần {wanted} giá trị nhưng có {have}",
                    "“{name}” takes {wanted} values but has {have}"
                ),
            )
            .hint(text!(
                "giá trị có dấu cách đặt trong ngoặc kép hoặc ngoặc vuông",
                "put values with spaces in quotes or brackets"
            )),
        );
    }
}

/// Names from `as |item index|`.
pub(super) fn block_names(block: &HelperTemplate) -> (Option<String>, Option<String>) {
    match &block.block_param {
        Some(BlockParam::Single(item)) => (param_name(item), None),
        Some(BlockParam::Pair((item, index))) => (param_name(item), param_name(index)),
        _ => (None, None),
    }
}

pub(super) fn push_text(nodes: &mut Vec<Node>, text: &str) {
    if text.is_empty() {
        return;
    }
    match nodes.last_mut() {
        Some(Node::Text(last)) => last.push_str(text),
        _ => nodes.push(Node::Text(text.to_owned())),
    }
}

fn param_name(param: &Parameter) -> Option<String> {
    param.as_name().map(str::to_owned)
}
