//! Finds the tags of a template and prepares it for the Handlebars reader.
//!
//! Knows: where tags begin and end, what blocks they open and close. Must not know: helpers, data.
//!
//! What is typed in word processors is mended inside tags only: curly quotes, non-breaking spaces,
//! letters that are not in normal form C. Each line that is printed gets a line marker; lines that
//! hold only block tags get none, so that they leave nothing behind, and are split into one tag a
//! line.

use crate::diagnostic::{Diagnostic, Place};
use crate::text;
use crate::text::seal;

use super::codes;
use super::tree::Pos;

/// Blocks inside blocks.
const MAX_DEPTH: usize = 32;
/// Letters in one tag.
const MAX_TAG: usize = 2_000;
/// Brackets inside brackets in one tag.
const MAX_BRACKETS: usize = 8;

/// What a tag does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Kind {
    Value,
    Open(String),
    Close(String),
    Else,
    Comment,
}

/// A tag of the template.
#[derive(Debug, Clone)]
pub(super) struct Tag {
    /// Bytes in the template.
    pub start: usize,
    pub end: usize,
    pub kind: Kind,
    pub at: Pos,
    /// The whole tag, mended.
    pub text: String,
}

/// Where a line of the prepared text came from.
#[derive(Debug, Clone, Copy)]
struct Origin {
    line: u32,
    /// Characters to take from a column here to get the column there.
    shift: i64,
}

/// A template made ready.
#[derive(Debug)]
pub(super) struct Scanned {
    /// For the Handlebars reader.
    pub text: String,
    pub tags: Vec<Tag>,
    origins: Vec<Origin>,
    /// Lines of the template that are rows of a table.
    rows: Vec<bool>,
}

impl Scanned {
    /// The place in the template of a place (from 1) in the prepared text.
    pub fn origin(&self, line: usize, column: usize) -> Pos {
        let Some(origin) = self.origins.get(line.saturating_sub(1)) else { return Pos::default() };
        let column = i64::try_from(column).unwrap_or(0) - origin.shift;
        Pos { line: origin.line, column: u32::try_from(column.max(1)).unwrap_or(1) }
    }

    /// True if a line of the template is the row of a table: its cells may be empty.
    pub fn is_row(&self, line: u32) -> bool {
        usize::try_from(line)
            .ok()
            .and_then(|l| self.rows.get(l.checked_sub(1)?))
            .copied()
            .unwrap_or(false)
    }
}

/// Reads the tags; findings go to `found`.
pub(super) fn scan(source: &str, file: &str, found: &mut Vec<Diagnostic>) -> Scanned {
    let source = &source.replace("\r\n", "\n");
    let mut scanner = Scanner { source, file, found, tags: Vec::new(), escapes: Vec::new() };
    scanner.tags();
    scanner.balance();
    let tags = scanner.tags;
    let (text, origins) = prepare(source, &tags);
    let rows = source.split('\n').map(|l| l.trim_start().starts_with('|')).collect();
    Scanned { text, tags, origins, rows }
}

/// The tags of a text and the backslashes (bytes) that keep `{{` from being one.
pub(super) fn find(
    source: &str,
    file: &str,
    found: &mut Vec<Diagnostic>,
) -> (Vec<Tag>, Vec<usize>) {
    let mut scanner = Scanner { source, file, found, tags: Vec::new(), escapes: Vec::new() };
    scanner.tags();
    (scanner.tags, scanner.escapes)
}

/// Findings about blocks that are not closed, or closed by another name.
pub(super) fn balance(tags: Vec<Tag>, file: &str, found: &mut Vec<Diagnostic>) {
    Scanner { source: "", file, found, tags, escapes: Vec::new() }.balance();
}

struct Scanner<'a> {
    source: &'a str,
    file: &'a str,
    found: &'a mut Vec<Diagnostic>,
    tags: Vec<Tag>,
    escapes: Vec<usize>,
}

impl Scanner<'_> {
    fn tags(&mut self) {
        let mut from = 0;
        let mut counted = (0, Pos { line: 1, column: 1 });
        while let Some(found) = self.source.get(from..).and_then(|rest| rest.find("{{")) {
            let start = from + found;
            let before = self.source.get(..start).unwrap_or_default();
            if before.bytes().rev().take_while(|b| *b == b'\\').count() == 1 {
                self.escapes.push(start - 1);
                from = start + 2;
                continue;
            }
            let at = advance(counted.1, self.source.get(counted.0..start).unwrap_or_default());
            counted = (start, at);
            from = self.tag(start, at);
        }
    }

    /// Reads one tag and gives the byte after it.
    fn tag(&mut self, start: usize, at: Pos) -> usize {
        let rest = self.source.get(start..).unwrap_or_default();
        let inner = rest.trim_start_matches("{{").trim_start_matches('~');
        if rest.starts_with("{{{{") || rest.starts_with("{{~{{") {
            self.refuse(codes::UNSUPPORTED, at, "{{{{…}}}}");
            return start + 4;
        }
        if rest.starts_with("{{{") || inner.starts_with('{') || inner.starts_with('&') {
            self.raw(at, rest);
            return rest.find("}}").map_or(start + 3, |e| start + e + 2);
        }
        let comment = rest.starts_with("{{!");
        let end = if rest.starts_with("{{!--") {
            rest.find("--}}").map(|e| e + 4)
        } else if comment {
            rest.find("}}").map(|e| e + 2)
        } else {
            tag_end(rest)
        };
        let Some(length) = end.filter(|e| *e <= MAX_TAG || comment) else {
            self.unclosed(at, rest);
            return start + 2;
        };
        let raw = rest.get(..length).unwrap_or_default();
        let text = if comment { raw.to_owned() } else { mend(raw) };
        let content = text.trim_start_matches("{{").trim_end_matches("}}").trim_matches('~').trim();
        if content.starts_with('>') || content.starts_with("#>") {
            self.refuse(codes::UNSUPPORTED, at, "{{> …}}");
        } else if content.starts_with('*') || content.starts_with("#*") {
            self.refuse(codes::UNSUPPORTED, at, "{{* …}}");
        } else {
            self.check_brackets(content, at);
            let kind = kind_of(content, comment);
            self.tags.push(Tag { start, end: start + length, kind, at, text });
        }
        start + length
    }

    fn place(&self, at: Pos) -> Place {
        Place::file(self.file).line(at.line).column(at.column)
    }

    fn refuse(&mut self, code: crate::diagnostic::Code, at: Pos, what: &str) {
        let finding = Diagnostic::error(
            code,
            self.place(at),
            text!("mẫu không dùng được thẻ {what}", "templates do not take {what}"),
        )
        .hint(text!(
            "chỉ dùng {{{{trường}}}}, {{{{#if}}}}, {{{{#unless}}}}, {{{{#each}}}}, {{{{#with}}}} và các hàm có sẵn; muốn in “{{{{” thì viết “\\{{{{”",
            "use {{{{field}}}}, {{{{#if}}}}, {{{{#unless}}}}, {{{{#each}}}}, {{{{#with}}}} and the helpers; write “\\{{{{” to print “{{{{”"
        ));
        self.found.push(finding);
    }

    fn raw(&mut self, at: Pos, rest: &str) {
        let near = snippet(rest);
        let finding = Diagnostic::error(
            codes::RAW,
            self.place(at),
            text!("không dùng thẻ in thô “{near}”", "raw tags such as “{near}” are refused"),
        )
        .hint(text!(
            "viết hai dấu ngoặc nhọn: giá trị từ dữ liệu luôn chỉ là chữ, không thành định dạng",
            "write two braces: a value from data is always text, never structure"
        ));
        self.found.push(finding);
    }

    fn unclosed(&mut self, at: Pos, rest: &str) {
        let near = snippet(rest);
        let finding = Diagnostic::error(
            codes::SYNTAX,
            self.place(at),
            text!(
                "thẻ “{near}” không đóng bằng “}}}}”",
                "the tag “{near}” is not closed with “}}}}”"
            ),
        )
        .hint(text!(
            "thêm “}}}}”, kiểm tra dấu ngoặc kép trong thẻ; muốn in “{{{{” thì viết “\\{{{{”",
            "add “}}}}”, check the quotes inside the tag; write “\\{{{{” to print “{{{{”"
        ));
        self.found.push(finding);
    }

    fn too_deep(&mut self, at: Pos) {
        let finding = Diagnostic::error(
            codes::TOO_DEEP,
            self.place(at),
            text!(
                "các khối hoặc ngoặc lồng nhau quá nhiều tầng",
                "blocks or brackets are nested too deep"
            ),
        );
        self.found.push(finding);
    }

    fn check_brackets(&mut self, content: &str, at: Pos) {
        let mut depth = 0usize;
        for c in content.chars() {
            match c {
                '(' | '[' => depth += 1,
                ')' | ']' => depth = depth.saturating_sub(1),
                _ => {}
            }
            if depth > MAX_BRACKETS {
                self.too_deep(at);
                return;
            }
        }
    }

    /// Every block is closed by its own name.
    fn balance(&mut self) {
        let mut open: Vec<(String, Pos)> = Vec::new();
        for tag in std::mem::take(&mut self.tags) {
            match &tag.kind {
                Kind::Open(name) => {
                    open.push((name.clone(), tag.at));
                    if open.len() == MAX_DEPTH + 1 {
                        self.too_deep(tag.at);
                    }
                }
                Kind::Close(name) => match open.pop() {
                    Some((opened, _)) if opened == *name => {}
                    Some((opened, from)) => {
                        let message = text!(
                            "khối “{{{{#{opened}}}}}” lại đóng bằng “{{{{/{name}}}}}”",
                            "the block “{{{{#{opened}}}}}” is closed by “{{{{/{name}}}}}”"
                        );
                        self.unbalanced(tag.at, message, Some(from));
                        // The inner block was forgotten, or the name was mistyped.
                        if open.last().is_some_and(|(outer, _)| outer == name) {
                            open.pop();
                        }
                    }
                    None => {
                        let message = text!(
                            "“{{{{/{name}}}}}” không đóng khối nào",
                            "“{{{{/{name}}}}}” closes no block"
                        );
                        self.unbalanced(tag.at, message, None);
                    }
                },
                Kind::Else if open.is_empty() => {
                    let message = text!(
                        "“{{{{else}}}}” đứng ngoài khối",
                        "“{{{{else}}}}” stands outside a block"
                    );
                    self.unbalanced(tag.at, message, None);
                }
                _ => {}
            }
            self.tags.push(tag);
        }
        for (name, at) in open {
            let message = text!(
                "khối “{{{{#{name}}}}}” không đóng",
                "the block “{{{{#{name}}}}}” is not closed"
            );
            self.unbalanced(at, message, None);
        }
    }

    fn unbalanced(&mut self, at: Pos, message: crate::diagnostic::Text, opened: Option<Pos>) {
        let mut finding = Diagnostic::error(codes::UNBALANCED, self.place(at), message).hint(text!(
            "mỗi {{{{#if}}}}, {{{{#each}}}} cần đúng một {{{{/if}}}}, {{{{/each}}}} theo thứ tự lồng nhau",
            "each {{{{#if}}}} or {{{{#each}}}} needs its own {{{{/if}}}} or {{{{/each}}}} in the right order"
        ));
        if let Some(opened) = opened {
            finding =
                finding.related(self.place(opened), text!("khối mở ở đây", "the block opens here"));
        }
        self.found.push(finding);
    }
}

/// The beginning of a tag, for messages.
pub(super) fn snippet(text: &str) -> String {
    let line = text.split('\n').next().unwrap_or_default();
    let short: String = line.chars().take(40).collect();
    if short.len() < line.len() { format!("{short}…") } else { short }
}

/// The place after some text.
fn advance(mut at: Pos, text: &str) -> Pos {
    for c in text.chars() {
        if c == '\n' {
            at.line = at.line.saturating_add(1);
            at.column = 1;
        } else {
            at.column = at.column.saturating_add(1);
        }
    }
    at
}

/// The byte after `}}` of a tag, not counting what stands in quotes.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote: Option<char> = None;
    for (at, c) in rest.char_indices().skip(2) {
        let c = straight(c);
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c == '"' || c == '\'' => quote = Some(c),
            None if rest.get(at..).is_some_and(|r| r.starts_with("}}")) => return Some(at + 2),
            None => {}
        }
        if at > MAX_TAG {
            break;
        }
    }
    None
}

fn straight(c: char) -> char {
    match c {
        '“' | '”' | '„' => '"',
        '‘' | '’' => '\'',
        c if c.is_whitespace() && c != '\n' => ' ',
        c => c,
    }
}

/// The tag as it was meant: straight quotes, plain spaces, normal form C.
fn mend(tag: &str) -> String {
    // Soft hyphens and letters of no width come from word processors and mean nothing in a tag.
    let is_seen =
        |c: &char| !matches!(c, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2060}' | '\u{FEFF}');
    text::nfc(&tag.chars().filter(is_seen).map(straight).collect::<String>())
}

fn kind_of(content: &str, comment: bool) -> Kind {
    let word = |text: &str| {
        text.trim()
            .split(|c: char| c.is_whitespace() || c == '~')
            .next()
            .unwrap_or_default()
            .to_owned()
    };
    if comment {
        Kind::Comment
    } else if let Some(rest) = content.strip_prefix('#') {
        Kind::Open(word(rest))
    } else if let Some(rest) = content.strip_prefix('/') {
        Kind::Close(word(rest))
    } else if content == "^" || word(content) == "else" {
        Kind::Else
    } else {
        Kind::Value
    }
}

/// Writes the prepared text with its line markers.
fn prepare(source: &str, tags: &[Tag]) -> (String, Vec<Origin>) {
    let mut out = String::with_capacity(source.len() * 5 / 4);
    let mut origins = Vec::new();
    let mut tags = tags.iter().peekable();
    let mut from = 0;
    let mut line = 1;
    while from < source.len() {
        let mut inside: Vec<&Tag> = Vec::new();
        let mut end = line_end(source, from);
        while let Some(tag) = tags.next_if(|t| t.start < end) {
            // A tag may run over the end of its line.
            end = end.max(line_end(source, tag.end));
            inside.push(tag);
        }
        let piece = source.get(from..end).unwrap_or_default();
        if is_silent(source, from, end, &inside) {
            for tag in &inside {
                let shift = 1 - i64::from(tag.at.column);
                push_origins(&mut origins, tag.at.line, shift, &tag.text);
                out.push_str(&tag.text);
                out.push('\n');
            }
        } else {
            let marker = seal::line_marker(line);
            let start = out.len();
            let shift = i64::try_from(marker.chars().count()).unwrap_or(0);
            out.push_str(&marker);
            let mut at = from;
            for tag in &inside {
                out.push_str(source.get(at..tag.start).unwrap_or_default());
                out.push_str(&tag.text);
                at = tag.end;
            }
            out.push_str(source.get(at..end).unwrap_or_default());
            let written = out.get(start..).unwrap_or_default().trim_end_matches('\n').to_owned();
            push_origins(&mut origins, line, shift, &written);
        }
        line = line.saturating_add(u32::try_from(piece.matches('\n').count()).unwrap_or(0));
        from = end;
    }
    (out, origins)
}

/// The byte after the line break that ends the line in which `from` stands.
fn line_end(source: &str, from: usize) -> usize {
    source.get(from..).and_then(|rest| rest.find('\n')).map_or(source.len(), |n| from + n + 1)
}

/// One origin for each line of a written piece; only the first line is shifted.
fn push_origins(origins: &mut Vec<Origin>, line: u32, shift: i64, written: &str) {
    for (index, _) in written.split('\n').enumerate() {
        let line = line.saturating_add(u32::try_from(index).unwrap_or(0));
        origins.push(Origin { line, shift: if index == 0 { shift } else { 0 } });
    }
}

/// True if nothing but block tags and comments stands there.
fn is_silent(source: &str, from: usize, end: usize, tags: &[&Tag]) -> bool {
    let mut at = from;
    for tag in tags {
        let blank = source.get(at..tag.start).unwrap_or_default().trim().is_empty();
        if !blank || tag.kind == Kind::Value {
            return false;
        }
        at = tag.end;
    }
    !tags.is_empty() && source.get(at..end).unwrap_or_default().trim().is_empty()
}
