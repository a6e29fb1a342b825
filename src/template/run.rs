//! Walks a template with the data of one document.
//!
//! Knows: the tree, JSON values. Must not know: how tags were written.
//!
//! Nothing stops at the first fault: what is missing is noted, and the walk goes on.

use serde_json::Value as Json;

use crate::diagnostic::{Code, Diagnostic, Place, Text};
use crate::text;
use crate::text::seal;

use super::codes;
use super::helpers::{self, Helper, Val};
use super::path::{From, Path};
use super::tree::{Each, Expr, Node, Pos};

/// Bytes that one document may come to (sealed values take three for one).
const MAX_RENDERED: usize = 256 * 1024 * 1024;
/// Findings that are kept for one document.
const MAX_FINDINGS: usize = 100;
/// Names that a hint lists.
const MAX_NAMES: usize = 12;

/// Who writes values where a template is not a plain text.
pub trait Host {
    /// Writes a value as text.
    ///
    /// # Errors
    /// The character that cannot be written.
    fn value(&mut self, text: &str, out: &mut String) -> Result<(), char>;

    /// A place that the host marked was reached.
    fn point(&mut self, id: u32, out: &mut String);

    /// Takes a value that is not printed as text.
    ///
    /// # Errors
    /// What is wrong with the value.
    fn handed(&mut self, id: u32, text: &str, out: &mut String) -> Result<(), Text>;
}

/// Fills a template; values are written sealed.
pub(super) fn run(nodes: &[Node], data: &Json, file: &str) -> Result<String, Vec<Diagnostic>> {
    run_with(nodes, data, file, None, String::with_capacity(4 * 1024))
}

/// Fills a template into `out`; values are written by the host, if there is one.
pub(super) fn run_with<'d>(
    nodes: &'d [Node],
    data: &'d Json,
    file: &'d str,
    host: Option<(&'d mut dyn Host, &'d Json)>,
    out: String,
) -> Result<String, Vec<Diagnostic>> {
    let (host, own) = host.map_or((None, None), |(host, own)| (Some(host), Some(own)));
    let mut runner = Runner {
        file,
        out,
        host,
        own,
        found: Vec::new(),
        scopes: vec![Scope { value: data, turn: None, names: [None, None] }],
        full: false,
    };
    runner.nodes(nodes);
    if runner.found.is_empty() { Ok(runner.out) } else { Err(runner.found) }
}

/// What `this` is.
struct Scope<'d> {
    value: &'d Json,
    turn: Option<Turn<'d>>,
    /// Names of the item and of its index.
    names: [Option<&'d str>; 2],
}

/// A turn of a loop.
#[derive(Clone, Copy)]
struct Turn<'d> {
    index: usize,
    count: usize,
    key: Option<&'d str>,
    list: &'d str,
}

struct Runner<'d> {
    file: &'d str,
    out: String,
    host: Option<&'d mut dyn Host>,
    /// What the program itself gives.
    own: Option<&'d Json>,
    found: Vec<Diagnostic>,
    scopes: Vec<Scope<'d>>,
    /// The text grew past its limit.
    full: bool,
}

impl<'d> Runner<'d> {
    fn nodes(&mut self, nodes: &'d [Node]) {
        for node in nodes {
            if self.full {
                return;
            }
            self.node(node);
        }
    }

    fn node(&mut self, node: &'d Node) {
        match node {
            Node::Text(text) => self.out.push_str(text),
            Node::Value { expr, at, may_be_empty } => {
                if let Some(value) = self.eval(expr, *at, false) {
                    self.print(&value, expr, *at, *may_be_empty);
                }
            }
            Node::If { condition, at, unless, then, other } => {
                if let Some(value) = self.eval(condition, *at, true) {
                    self.nodes(if value.is_true() == *unless { other } else { then });
                }
            }
            Node::Each(each) => self.each(each),
            Node::Point(id) => {
                if let Some(host) = &mut self.host {
                    host.point(*id, &mut self.out);
                }
            }
            Node::Handed { expr, at, id } => self.hand(expr, *at, *id),
            Node::With { value, at, name, then, other } => match self.eval(value, *at, false) {
                Some(Val::Json(Json::Null)) => self.nodes(other),
                Some(Val::Json(value @ Json::Object(_))) => {
                    self.scopes.push(Scope { value, turn: None, names: [name.as_deref(), None] });
                    self.nodes(then);
                    self.scopes.pop();
                }
                Some(_) => {
                    let expected = text!("một nhóm trường", "a group of fields");
                    self.kind(value, *at, &expected);
                }
                None => {}
            },
        }
        if self.out.len() > MAX_RENDERED && !self.full {
            self.full = true;
            let limit = MAX_RENDERED / (1024 * 1024);
            let message = text!(
                "văn bản sinh ra lớn hơn {limit} MiB",
                "the document comes to more than {limit} MiB"
            );
            let hint = text!(
                "chia dữ liệu thành nhiều văn bản",
                "divide the data among several documents"
            );
            self.find(codes::TOO_LARGE, Pos::default(), None, message, hint);
        }
    }

    fn each(&mut self, each: &'d Each) {
        let Some(value) = self.eval(&each.list, each.at, false) else { return };
        let names = [each.item.as_deref(), each.index.as_deref()];
        let list = raw_of(&each.list);
        match value {
            Val::Json(Json::Array(items)) if !items.is_empty() => {
                let count = items.len();
                for (index, value) in items.iter().enumerate() {
                    let turn = Some(Turn { index, count, key: None, list });
                    self.turn(each, Scope { value, turn, names });
                }
            }
            Val::Json(Json::Object(fields)) if !fields.is_empty() => {
                let count = fields.len();
                for (index, (key, value)) in fields.iter().enumerate() {
                    let turn = Some(Turn { index, count, key: Some(key), list });
                    self.turn(each, Scope { value, turn, names });
                }
            }
            other
                if other.is_empty()
                    || matches!(other, Val::Json(Json::Array(_) | Json::Object(_))) =>
            {
                self.nodes(&each.empty);
            }
            _ => self.kind(&each.list, each.at, &text!("một danh sách", "a list")),
        }
    }

    fn turn(&mut self, each: &'d Each, scope: Scope<'d>) {
        if self.full || self.found.len() >= MAX_FINDINGS {
            return;
        }
        self.scopes.push(scope);
        self.nodes(&each.body);
        self.scopes.pop();
    }

    fn print(&mut self, value: &Val<'d>, expr: &'d Expr, at: Pos, may_be_empty: bool) {
        if let Val::Plain(text) = value {
            self.out.push_str(text);
            return;
        }
        let Some(text) = value.text() else {
            let expected = text!(
                "một giá trị đơn (danh sách thì dùng {{{{#each}}}} hoặc {{{{join}}}})",
                "a single value (for a list use {{{{#each}}}} or {{{{join}}}})"
            );
            self.kind(expr, at, &expected);
            return;
        };
        let is_empty = text.trim().is_empty();
        if is_empty && !may_be_empty {
            self.empty(expr, at);
            return;
        }
        let refused = match &mut self.host {
            Some(host) => host.value(&text, &mut self.out).err(),
            None if is_empty => None,
            None => {
                seal::seal_into(&text, &mut self.out);
                None
            }
        };
        if let Some(c) = refused {
            self.refuse(c, expr, at);
        }
    }

    /// Gives a value to the host.
    fn hand(&mut self, expr: &'d Expr, at: Pos, id: u32) {
        let Some(value) = self.eval(expr, at, false) else { return };
        let Some(text) = value.text() else {
            self.kind(expr, at, &text!("một giá trị đơn", "a single value"));
            return;
        };
        if text.trim().is_empty() {
            self.empty(expr, at);
            return;
        }
        let wrong = match &mut self.host {
            Some(host) => host.handed(id, &text, &mut self.out).err(),
            None => None,
        };
        if let Some(Text { vi: why_vi, en: why_en }) = wrong {
            let name = raw_of(expr);
            let (vi, en) = self.whereabouts();
            let message =
                text!("trường `{name}`: {why_vi}{vi}", "the field `{name}`: {why_en}{en}");
            let hint = text!(
                "sửa dữ liệu ở trường đó: tên một tệp .png hoặc .jpg trong thư mục cơ quan, mã QR thì chữ ngắn hơn",
                "mend the data of that field: the name of a .png or .jpg in the office folder; a shorter text for a QR code"
            );
            self.find(codes::PICTURE, at, Some(name), message, hint);
        }
    }

    fn refuse(&mut self, c: char, expr: &Expr, at: Pos) {
        let (name, code) = (raw_of(expr), u32::from(c));
        let (vi, en) = self.whereabouts();
        let message = text!(
            "trường `{name}` có ký tự U+{code:04X} không in được{vi}",
            "the field `{name}` holds the character U+{code:04X}, which cannot be printed{en}"
        );
        let hint = text!(
            "xóa ký tự đó trong dữ liệu (thường do chép từ phần mềm khác sang)",
            "delete it in the data (it usually comes from copying out of another program)"
        );
        self.find(codes::UNPRINTABLE, at, Some(name), message, hint);
    }

    /// The value of what stands in a tag; `None` if a finding says why there is none.
    fn eval(&mut self, expr: &'d Expr, at: Pos, optional: bool) -> Option<Val<'d>> {
        match expr {
            Expr::Literal(json) => Some(Val::Json(json)),
            Expr::Path(path) => self.look_up(path, at, optional),
            Expr::Call { helper, args, options } => {
                let mut values = Vec::with_capacity(args.len());
                let mut complete = true;
                for (index, arg) in args.iter().enumerate() {
                    let may_lack = index == 0 && matches!(helper, Helper::Default | Helper::Not);
                    match self.eval(arg, at, may_lack) {
                        Some(value) => values.push(value),
                        None => complete = false,
                    }
                }
                let mut given = Vec::with_capacity(options.len());
                for (key, option) in options {
                    given.push((key.as_str(), self.eval(option, at, false)?));
                }
                if !complete {
                    return None;
                }
                match helpers::call(*helper, &values, &given) {
                    Ok(value) => Some(value),
                    Err(expected) => {
                        let shown = values.first().and_then(Val::text).map(|t| t.into_owned());
                        self.helper_kind(*helper, args.first(), at, shown, &expected);
                        None
                    }
                }
            }
        }
    }

    fn look_up(&mut self, path: &'d Path, at: Pos, optional: bool) -> Option<Val<'d>> {
        let depth = self.scopes.len();
        let scope = match path.from {
            From::Root => self.scopes.first(),
            From::Here => depth.checked_sub(path.up + 1).and_then(|i| self.scopes.get(i)),
            _ => return self.loop_variable(path, at),
        };
        let mut segments = path.segments.as_slice();
        let mut value = scope.map(|s| s.value);
        if let (Some(first), 0, From::Here) = (segments.first(), path.up, path.from)
            && let Some((scope, which)) = self.named(first)
        {
            if which == 1 {
                let index = scope.turn.map(|t| t.index).unwrap_or_default();
                return Some(Val::Count(index));
            }
            value = Some(scope.value);
            segments = segments.get(1..).unwrap_or_default();
        } else if let (Some(own), true) = (self.own, path.is_own()) {
            value = Some(own);
            segments = segments.get(1..).unwrap_or_default();
        }
        let mut here = value;
        for segment in segments {
            let next = here.and_then(|v| member(v, segment));
            if next.is_none() {
                let near = here.and_then(|v| nearest_key(v, segment));
                // A field that is only asked for may lack, unless it looks mistyped.
                if optional && near.is_none() {
                    return Some(Val::Missing);
                }
                self.missing(path, segment, at, here, near);
                return None;
            }
            here = next;
        }
        match here {
            Some(value) => Some(Val::Json(value)),
            None => {
                self.missing(path, &path.raw, at, None, None);
                None
            }
        }
    }

    fn named(&self, name: &str) -> Option<(&Scope<'d>, usize)> {
        self.scopes.iter().rev().find_map(|scope| {
            let which = scope.names.iter().position(|n| *n == Some(name))?;
            Some((scope, which))
        })
    }

    fn loop_variable(&mut self, path: &'d Path, at: Pos) -> Option<Val<'d>> {
        let turn = self.scopes.iter().rev().filter_map(|s| s.turn).nth(path.up);
        let value = turn.and_then(|turn| match path.from {
            From::Index => Some(Val::Count(turn.index)),
            From::First => Some(Val::Bool(turn.index == 0)),
            From::Last => Some(Val::Bool(turn.index + 1 == turn.count)),
            From::Key => turn.key.map(|k| Val::Text(k.to_owned())),
            From::Here | From::Root => None,
        });
        if value.is_none() {
            let name = &path.raw;
            let message = text!(
                "`{name}` chỉ dùng được trong {{{{#each}}}}",
                "`{name}` stands only inside {{{{#each}}}}"
            );
            let hint = text!("đưa thẻ vào trong vòng lặp", "move the tag into the loop");
            self.find(codes::MISSING, at, Some(name), message, hint);
        }
        value
    }

    /// `mục 3 của rows`, when inside a loop.
    fn whereabouts(&self) -> (String, String) {
        match self.scopes.iter().rev().find_map(|s| s.turn) {
            Some(Turn { index, list, .. }) => {
                let n = index + 1;
                (format!(" (mục {n} của `{list}`)"), format!(" (item {n} of `{list}`)"))
            }
            None => (String::new(), String::new()),
        }
    }

    fn missing(
        &mut self,
        path: &Path,
        segment: &str,
        at: Pos,
        here: Option<&Json>,
        near: Option<String>,
    ) {
        let name = &path.raw;
        let (vi, en) = self.whereabouts();
        let message =
            text!("dữ liệu không có trường `{name}`{vi}", "the data have no field `{name}`{en}");
        let outside = path.up == 0
            && self.scopes.iter().rev().skip(1).any(|s| member(s.value, segment).is_some());
        let hint = if let Some(near) = near {
            text!("có phải là `{near}`?", "did you mean `{near}`?")
        } else if outside {
            text!(
                "trường này ở ngoài vòng lặp: viết `../{name}` hoặc `@root.{name}`",
                "the field is outside the loop: write `../{name}` or `@root.{name}`"
            )
        } else {
            let names = key_list(here);
            text!("các trường có trong dữ liệu: {names}", "fields in the data: {names}")
        };
        self.find(codes::MISSING, at, Some(name), message, hint);
    }

    fn empty(&mut self, expr: &Expr, at: Pos) {
        let name = raw_of(expr);
        let (vi, en) = self.whereabouts();
        let message = text!("trường `{name}` để trống{vi}", "the field `{name}` is empty{en}");
        let hint = text!(
            "điền dữ liệu; nếu được phép trống thì viết {{{{default {name} \"\"}}}} hoặc đặt trong {{{{#if {name}}}}}",
            "fill it in; if it may be empty write {{{{default {name} \"\"}}}} or put it inside {{{{#if {name}}}}}"
        );
        self.find(codes::EMPTY, at, Some(name), message, hint);
    }

    fn kind(&mut self, expr: &Expr, at: Pos, expected: &Text) {
        let name = raw_of(expr);
        let (vi, en) = self.whereabouts();
        let Text { vi: want_vi, en: want_en } = expected;
        let message = text!(
            "trường `{name}` phải là {want_vi}{vi}",
            "the field `{name}` must be {want_en}{en}"
        );
        let hint = text!("sửa dữ liệu hoặc thẻ", "mend the data or the tag");
        self.find(codes::KIND, at, Some(name), message, hint);
    }

    fn helper_kind(
        &mut self,
        helper: Helper,
        arg: Option<&Expr>,
        at: Pos,
        shown: Option<String>,
        expected: &Text,
    ) {
        let name = arg.map_or("", |a| raw_of(a));
        let helper = helper.name();
        let (vi, en) = self.whereabouts();
        let Text { vi: want_vi, en: want_en } = expected;
        let value = shown.map(|s| s.chars().take(40).collect::<String>()).unwrap_or_default();
        let message = text!(
            "hàm `{helper}` cần {want_vi}, trường `{name}` lại là “{value}”{vi}",
            "the helper `{helper}` takes {want_en}, but the field `{name}` is “{value}”{en}"
        );
        let hint = text!("sửa dữ liệu ở trường đó", "mend the data of that field");
        self.find(codes::KIND, at, Some(name), message, hint);
    }

    fn find(&mut self, code: Code, at: Pos, item: Option<&str>, message: Text, hint: Text) {
        let mut place = Place::file(self.file).line(at.line).column(at.column);
        place.item = item.filter(|i| !i.is_empty()).map(str::to_owned);
        let finding = Diagnostic::error(code, place, message).hint(hint);
        if self.found.len() < MAX_FINDINGS && !self.found.contains(&finding) {
            self.found.push(finding);
        }
    }
}

/// The name of the field in a tag, for messages.
fn raw_of(expr: &Expr) -> &str {
    match expr {
        Expr::Path(path) => &path.raw,
        Expr::Call { args, .. } => args.first().map_or("", raw_of),
        Expr::Literal(_) => "",
    }
}

/// A field of a group, or an item of a list by its number from 0.
fn member<'d>(value: &'d Json, name: &str) -> Option<&'d Json> {
    match value {
        Json::Object(fields) => fields.get(name).or_else(|| {
            let same = |key: &&String| !text::is_nfc(key) && text::nfc(key) == name;
            fields.keys().find(same).and_then(|key| fields.get(key))
        }),
        Json::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    }
}

fn nearest_key(value: &Json, name: &str) -> Option<String> {
    let fields = value.as_object()?;
    text::nearest(name, fields.keys().map(String::as_str)).map(str::to_owned)
}

fn key_list(value: Option<&Json>) -> String {
    let keys: Vec<&str> = value
        .and_then(Json::as_object)
        .map(|fields| fields.keys().take(MAX_NAMES + 1).map(String::as_str).collect())
        .unwrap_or_default();
    let shown = keys.iter().take(MAX_NAMES).copied().collect::<Vec<_>>().join(", ");
    match keys.len() {
        0 => "∅".to_owned(),
        n if n > MAX_NAMES => format!("{shown}, …"),
        _ => shown,
    }
}
