//! The body: one line is one paragraph, with the numbers as typed.
//!
//! Knows: how lines make blocks, appendices and an attached document. Must not know: whether
//! numbers follow each other, what a type demands.
//!
//! Three things need a look at the neighbours:
//! - *căn cứ*: lines at the very beginning that start with `Căn cứ`, `Theo đề nghị của` or `Xét`.
//!   One of them is a căn cứ if it ends with `;`, if another follows it, or if `QUYẾT ĐỊNH:`,
//!   `QUYẾT NGHỊ:` or a Điều follows. The last of several may end with anything but a colon.
//!   What remains (`Căn cứ …, Sở … ban hành kế hoạch như sau:`) is prose.
//! - *titled* khoản and điểm: short, no closing mark, and something of their own beneath them.
//! - *titles* of Phần, Chương, Mục, Phụ lục: the next line, if it is all in upper case.

use std::borrow::Cow;

use crate::diagnostic::Diagnostic;
use crate::model::{Appendix, Attached, Block, BlockKind, Span, plain};
use crate::text;
use crate::text::seal;

use super::input::Line;
use super::label::{self, Label};
use super::{Reader, Source, codes, inline, table};

/// The longest text that is still a title, in letters.
const LONGEST_TITLE: usize = 120;
/// What a sealed value counts for in the length of a title, however long it is.
const VALUE_LENGTH: usize = 20;

const BASES: [&str; 3] = ["Căn cứ ", "Theo đề nghị của ", "Xét "];

/// A paragraph of the source: one line, or several joined by backslashes.
struct Logical<'a> {
    at: u32,
    text: Cow<'a, str>,
}

/// Where blocks go.
enum Target {
    Body,
    Appendix,
    Attached,
}

/// Reads the lines after the front matter into `source`.
pub(super) fn read(lines: &[Line<'_>], reader: &mut Reader<'_>, source: &mut Source) {
    let lines = join(lines, reader);
    let mut target = Target::Body;
    let mut start = 0;
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        let opened = opener(line, reader);
        if opened.is_none() {
            at += 1;
            continue;
        }
        let blocks = blocks(lines.get(start..at).unwrap_or_default(), reader);
        put(source, &target, blocks);
        at += 1;
        match opened {
            Some(Opened::Appendix(mut appendix)) => {
                if let Some(title) = lines.get(at).filter(|l| is_title(&l.text)) {
                    appendix.title = title_of(&title.text, title.at, reader);
                    at += 1;
                }
                source.appendices.push(appendix);
                target = Target::Appendix;
            }
            Some(Opened::Attached(mut attached)) => {
                let subject = lines.get(at).filter(|l| opener_word(&l.text).is_none());
                if let Some(subject) = subject {
                    attached.subject = title_of(&subject.text, subject.at, reader);
                    at += 1;
                }
                check_attached(&attached, source, reader);
                source.attached.get_or_insert(attached);
                target = Target::Attached;
            }
            None => {}
        }
        start = at;
    }
    let blocks = blocks(lines.get(start..).unwrap_or_default(), reader);
    put(source, &target, blocks);
}

fn put(source: &mut Source, target: &Target, blocks: Vec<Block>) {
    let body = match target {
        Target::Body => &mut source.body,
        Target::Appendix => match source.appendices.last_mut() {
            Some(appendix) => &mut appendix.body,
            None => return,
        },
        Target::Attached => match &mut source.attached {
            Some(attached) => &mut attached.body,
            None => return,
        },
    };
    body.extend(blocks);
}

/// Drops blank lines and joins lines that end in a backslash.
fn join<'a>(lines: &[Line<'a>], reader: &mut Reader<'_>) -> Vec<Logical<'a>> {
    let mut out: Vec<Logical<'a>> = Vec::with_capacity(lines.len());
    let mut open = false;
    for line in lines {
        let trimmed = line.text.trim();
        if open && trimmed.is_empty() {
            dangling(reader, line.at.saturating_sub(1));
            open = false;
        }
        // A blank line must still end a table.
        let backslashes = trimmed.bytes().rev().take_while(|b| *b == b'\\').count();
        let continues = backslashes % 2 == 1 && !table::is_row(trimmed);
        let text = if continues {
            trimmed.strip_suffix('\\').unwrap_or(trimmed).trim_end()
        } else {
            trimmed
        };
        match out.last_mut().filter(|_| open) {
            Some(last) => {
                let joined = last.text.to_mut();
                joined.push('\n');
                joined.push_str(text);
            }
            None => out.push(Logical { at: line.at, text: Cow::Borrowed(text) }),
        }
        open = continues;
    }
    if open {
        dangling(reader, lines.last().map_or(0, |l| l.at));
    }
    drop_blanks(out)
}

/// Takes blank lines out, but leaves one between two tables.
fn drop_blanks(lines: Vec<Logical<'_>>) -> Vec<Logical<'_>> {
    let mut out: Vec<Logical<'_>> = Vec::with_capacity(lines.len());
    let mut blank: Option<Logical<'_>> = None;
    for line in lines {
        if line.text.is_empty() {
            blank = Some(line);
            continue;
        }
        let between =
            table::is_row(&line.text) && out.last().is_some_and(|l| table::is_row(&l.text));
        if let Some(blank) = blank.take().filter(|_| between) {
            out.push(blank);
        }
        out.push(line);
    }
    out
}

fn dangling(reader: &mut Reader<'_>, at: u32) {
    reader.find(
        Diagnostic::warning(
            codes::CONTINUATION,
            reader.place(at),
            text!(
                "dấu “\\” cuối dòng không có dòng nối tiếp",
                "the backslash at the end of the line has no line to continue"
            ),
        )
        .hint(text!(
            "bỏ dấu “\\”, hoặc viết “\\\\” nếu là chữ",
            "take it away, or write “\\\\” if it is text"
        )),
    );
}

enum Opened {
    Appendix(Appendix),
    Attached(Attached),
}

/// `Phụ lục …` or `=== …`, with the words after it.
fn opener_word(line: &str) -> Option<(bool, &str)> {
    let bare = inline::without_outer_marks(line.trim_start_matches('#').trim_start());
    if let Some(rest) = bare.strip_prefix("===") {
        return Some((false, rest.trim_matches('=').trim()));
    }
    let words = bare.split_once('{').map_or(bare, |(w, _)| w).trim();
    let rest = words.strip_prefix("Phụ lục").or_else(|| words.strip_prefix("PHỤ LỤC"))?;
    let number = rest.trim_start();
    let numbered = number.is_empty()
        || rest.starts_with([' ', '\u{A0}'])
            && (text::from_roman(number.trim_end_matches(char::is_lowercase)).is_some()
                || number.len() <= 4 && number.bytes().all(|b| b.is_ascii_digit())
                || number.len() == 1 && number.bytes().all(|b| b.is_ascii_uppercase()));
    numbered.then_some((true, bare))
}

fn opener(line: &Logical<'_>, reader: &mut Reader<'_>) -> Option<Opened> {
    let (appendix, rest) = opener_word(&line.text)?;
    let (words, flags) = rest.split_once('{').map_or((rest, ""), |(w, f)| (w.trim(), f));
    let mut landscape = false;
    let mut electronic = false;
    for flag in flags.split(['{', '}', ',', ' ']).filter(|f| !f.is_empty()) {
        match text::slug(flag).as_str() {
            "ngang" | "kho-ngang" | "landscape" => landscape = true,
            "tep-rieng" | "separate-file" | "separate" => electronic = true,
            _ => unknown_flag(reader, line.at, flag),
        }
    }
    let at = line.at;
    let words = reader.finish(words, at);
    Some(if appendix {
        Opened::Appendix(Appendix {
            at,
            label: words,
            landscape,
            electronic,
            ..Appendix::default()
        })
    } else {
        Opened::Attached(Attached { at, type_name: words, electronic, ..Attached::default() })
    })
}

fn unknown_flag(reader: &mut Reader<'_>, at: u32, flag: &str) {
    let flag = seal::unseal(flag);
    reader.find(
        Diagnostic::error(
            codes::FLAG,
            reader.place(at),
            text!("không hiểu “{{{flag}}}”", "“{{{flag}}}” is not known"),
        )
        .hint(text!(
            "dùng {{ngang}} cho khổ ngang, {{tep-rieng}} cho tệp điện tử riêng",
            "use {{landscape}} for a landscape page, {{separate-file}} for a file of its own"
        )),
    );
}

fn check_attached(attached: &Attached, source: &Source, reader: &mut Reader<'_>) {
    let message = if source.attached.is_some() {
        text!("chỉ được ban hành kèm theo một văn bản", "only one document may be attached")
    } else if attached.type_name.is_empty() || attached.subject.is_empty() {
        text!(
            "văn bản kèm theo thiếu tên loại hoặc trích yếu",
            "the attached document lacks its type or subject"
        )
    } else {
        return;
    };
    reader
        .find(Diagnostic::error(codes::ATTACHED, reader.place(attached.at), message).hint(text!(
        "viết “=== QUY CHẾ”, dòng sau là trích yếu; phần thêm nữa để vào phụ lục",
        "write “=== QUY CHẾ” and the subject on the next line; put anything further in an appendix"
    )));
}

/// A line in upper case that is nothing else.
fn is_title(line: &str) -> bool {
    let bare = inline::without_outer_marks(line);
    !table::is_row(bare)
        && opener_word(bare).is_none()
        && label::is_upper(bare)
        && matches!(label::read(bare), Label::Paragraph(_))
}

fn title_of(raw: &str, at: u32, reader: &mut Reader<'_>) -> Vec<Span> {
    inline::parse(inline::without_outer_marks(raw), reader, at)
}

/// The blocks of one body.
fn blocks(lines: &[Logical<'_>], reader: &mut Reader<'_>) -> Vec<Block> {
    let bases = bases(lines);
    let mut out: Vec<Block> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.text.is_empty() {
            at += 1;
            continue;
        }
        if table::is_row(&line.text) {
            let end = lines.iter().skip(at).position(|l| !table::is_row(&l.text));
            let end = end.map_or(lines.len(), |n| at + n);
            let rows: Vec<(u32, &str)> = lines
                .get(at..end)
                .unwrap_or_default()
                .iter()
                .map(|l| (l.at, l.text.as_ref()))
                .collect();
            out.push(Block { at: line.at, kind: BlockKind::Table(table::read(&rows, reader)) });
            at = end;
            continue;
        }
        let next = lines.get(at + 1..).unwrap_or_default().iter().find(|l| !l.text.is_empty());
        at += 1;
        if at <= bases {
            let text = inline::parse(&line.text, reader, line.at);
            out.push(Block { at: line.at, kind: BlockKind::LegalBasis(text) });
            continue;
        }
        let kind = block(line, next, reader);
        if let BlockKind::Heading { title, .. } = &kind
            && title.is_empty()
            && next.is_some_and(|n| is_title(&n.text))
        {
            at += 1;
        }
        out.push(Block { at: line.at, kind: with_title(kind, next, reader) });
    }
    out
}

/// How many lines at the beginning are căn cứ.
fn bases(lines: &[Logical<'_>]) -> usize {
    let is_base =
        |l: &&Logical<'_>| BASES.iter().any(|b| l.text.trim_start_matches('*').starts_with(b));
    let run = lines.iter().take_while(is_base).count();
    let Some(last) = run.checked_sub(1).and_then(|n| lines.get(n)) else { return 0 };
    let last_text = last.text.trim_end_matches('*');
    let enacting = lines.get(run).is_some_and(|l| {
        matches!(label::read(&l.text), Label::Centered(_) | Label::Article { .. })
    });
    let counts = last_text.ends_with(';') || enacting || (run > 1 && !last_text.ends_with(':'));
    if counts { run } else { run - 1 }
}

/// Gives a heading the title from the next line.
fn with_title(kind: BlockKind, next: Option<&Logical<'_>>, reader: &mut Reader<'_>) -> BlockKind {
    match (kind, next) {
        (BlockKind::Heading { level, number, title }, Some(next))
            if title.is_empty() && is_title(&next.text) =>
        {
            let title = title_of(&next.text, next.at, reader);
            BlockKind::Heading { level, number, title }
        }
        (kind, _) => kind,
    }
}

fn block(line: &Logical<'_>, next: Option<&Logical<'_>>, reader: &mut Reader<'_>) -> BlockKind {
    let at = line.at;
    match label::read(&line.text) {
        Label::Heading { level, number, title } => BlockKind::Heading {
            level,
            number: number.to_owned(),
            title: title_of(title, at, reader),
        },
        Label::Roman { number, title } => {
            BlockKind::Roman { number: number.to_owned(), title: title_of(&title, at, reader) }
        }
        Label::Article { number, text } => {
            BlockKind::Article { number: number.to_owned(), text: inline::parse(&text, reader, at) }
        }
        Label::Clause { number, text } => BlockKind::Clause {
            number: number.to_owned(),
            titled: is_titled(&text) && next.is_some_and(|n| is_under_clause(number, n)),
            text: inline::parse(&text, reader, at),
        },
        Label::Point { letter, text } => BlockKind::Point {
            letter: letter.to_owned(),
            titled: is_titled(&text) && next.is_some_and(is_under_point),
            text: inline::parse(&text, reader, at),
        },
        Label::Dash { mark, text } => {
            BlockKind::Dash { mark, text: inline::parse(text, reader, at) }
        }
        Label::Centered(text) => BlockKind::Centered(title_of(text, at, reader)),
        Label::Paragraph(text) => {
            let spans = inline::parse(text, reader, at);
            check_recipients(&spans, at, reader);
            BlockKind::Paragraph(spans)
        }
    }
}

/// Short and without a closing mark. Values count the same whatever they hold.
fn is_titled(raw: &str) -> bool {
    let raw = raw.trim_end_matches('*').trim_end();
    let mut length = 0;
    let mut inside = false;
    for c in raw.chars() {
        if seal::is_reserved(c) {
            length += if inside { 0 } else { VALUE_LENGTH };
            inside = true;
        } else {
            length += 1;
            inside = false;
        }
    }
    let closed =
        raw.trim_end_matches(['”', '"', ')']).ends_with(['.', ';', ':', ',', '!', '?', '…', '/']);
    length > 0 && length <= LONGEST_TITLE && !closed
}

/// True if a line stands under khoản `number`.
fn is_under_clause(number: &str, next: &Logical<'_>) -> bool {
    if table::is_row(&next.text) {
        return true;
    }
    match label::read(&next.text) {
        Label::Paragraph(_) | Label::Dash { .. } | Label::Point { .. } => true,
        Label::Clause { number: deeper, .. } => {
            deeper.strip_prefix(number).is_some_and(|rest| rest.starts_with('.'))
        }
        _ => false,
    }
}

fn is_under_point(next: &Logical<'_>) -> bool {
    table::is_row(&next.text)
        || matches!(label::read(&next.text), Label::Paragraph(_) | Label::Dash { .. })
}

/// `Nơi nhận:` belongs to the front matter.
fn check_recipients(spans: &[Span], at: u32, reader: &mut Reader<'_>) {
    let first = spans.first().map_or("", |s| s.text.as_str());
    if !first.starts_with(['N', 'n']) || text::fold(&plain(spans)).trim() != "noi nhan:" {
        return;
    }
    reader.find(
        Diagnostic::error(
            codes::RECIPIENTS_IN_BODY,
            reader.place(at),
            text!("“Nơi nhận” viết trong nội dung", "“Nơi nhận” is typed in the body"),
        )
        .hint(text!(
            "chuyển danh sách lên khóa `noi-nhan` và `luu` của phần khai báo, bỏ dòng này và chữ ký ở cuối",
            "move the list to the keys `recipients` and `archive_copy` of the front matter; drop this line and the typed signature"
        )),
    );
}
