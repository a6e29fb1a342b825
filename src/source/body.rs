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
                if let Some(title) = lines.get(at).filter(|l| is_title(&labelled(l))) {
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

/// Drops blank lines and joins lines that end in a backslash. Between two tables one blank line
/// stays.
fn join<'a>(lines: &[Line<'a>], reader: &mut Reader<'_>) -> Vec<Logical<'a>> {
    let mut out: Vec<Logical<'a>> = Vec::with_capacity(lines.len());
    let (mut open, mut blank) = (None, false);
    for line in lines {
        let trimmed = line.text.trim();
        if trimmed.is_empty() {
            if let Some(at) = open.take() {
                dangling(reader, at);
            }
            blank = true;
            continue;
        }
        let is_row = table::is_row(trimmed);
        let backslashes = trimmed.bytes().rev().take_while(|b| *b == b'\\').count();
        let continues = backslashes % 2 == 1 && !is_row;
        let text =
            if continues { trimmed.get(..trimmed.len() - 1).unwrap_or(trimmed) } else { trimmed };
        match out.last_mut() {
            Some(last) if open.is_some() => {
                let joined = last.text.to_mut();
                joined.push('\n');
                joined.push_str(text.trim_end());
            }
            last => {
                if blank && is_row && last.is_some_and(|l| table::is_row(&l.text)) {
                    out.push(Logical { at: line.at, text: Cow::Borrowed("") });
                }
                out.push(Logical { at: line.at, text: Cow::Borrowed(text.trim_end()) });
            }
        }
        open = continues.then_some(line.at);
        blank = false;
    }
    if let Some(at) = open {
        dangling(reader, at);
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
    if !line.starts_with(['P', '=', '#', '*']) {
        return None;
    }
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
fn is_title(line: &Labelled<'_>) -> bool {
    let Some(Label::Paragraph(text)) = &line.label else { return false };
    !line.line.text.starts_with('\\') && opener_word(text).is_none() && label::is_upper(text)
}

fn title_of(raw: &str, at: u32, reader: &mut Reader<'_>) -> Vec<Span> {
    inline::parse(inline::without_outer_marks(raw), reader, at)
}

/// A line and what it begins with; `None` for rows of tables and blank lines.
struct Labelled<'a> {
    line: &'a Logical<'a>,
    label: Option<Label<'a>>,
}

/// The blocks of one body.
fn blocks(lines: &[Logical<'_>], reader: &mut Reader<'_>) -> Vec<Block> {
    let mut lines: Vec<Labelled<'_>> = lines.iter().map(labelled).collect();
    long_lists(&mut lines);
    let bases = bases(&lines);
    let mut out: Vec<Block> = Vec::with_capacity(lines.len());
    let mut at = 0;
    while let Some(Labelled { line, label }) = lines.get(at) {
        let rest = lines.get(at + 1..).unwrap_or_default();
        let next = rest.first();
        at += 1;
        let kind = match label {
            _ if at <= bases => BlockKind::LegalBasis(inline::parse(&line.text, reader, line.at)),
            Some(Label::Heading { level, number, title }) => {
                let mut title = title_of(title, line.at, reader);
                if let Some(below) = next.filter(|n| title.is_empty() && is_title(n)) {
                    title = title_of(&below.line.text, below.line.at, reader);
                    at += 1;
                }
                BlockKind::Heading { level: *level, number: (*number).to_owned(), title }
            }
            Some(label) => block(label, line.at, next, reader),
            None if line.text.is_empty() => continue,
            None => {
                let is_row = |l: &&Labelled<'_>| table::is_row(&l.line.text);
                let more = rest.iter().take_while(is_row).count();
                let rows = std::iter::once(*line).chain(rest.iter().take(more).map(|l| l.line));
                let rows: Vec<(u32, &str)> = rows.map(|l| (l.at, l.text.as_ref())).collect();
                at += more;
                BlockKind::Table(table::read(&rows, reader))
            }
        };
        out.push(Block { at: line.at, kind });
    }
    out
}

/// `1000. Lê An` after `999. …` goes on with the list; anywhere else such a number is a year or a part of the sentence.
fn long_lists(lines: &mut [Labelled<'_>]) {
    let mut last = 0u32;
    for line in lines {
        match &line.label {
            Some(Label::Clause { number, .. }) => last = number.parse().unwrap_or(last),
            Some(Label::Paragraph(text)) if last >= 999 && !line.line.text.starts_with('\\') => {
                let split = text.split_once(". ").filter(|(n, _)| n.len() < 8);
                let next = split.filter(|(n, _)| n.parse() == Ok(last + 1));
                if let Some((number, rest)) = next {
                    last += 1;
                    line.label = Some(Label::Clause { number, text: rest.trim_start().into() });
                }
            }
            Some(Label::Heading { .. } | Label::Roman { .. } | Label::Article { .. }) => last = 0,
            _ => {}
        }
    }
}

fn labelled<'a>(line: &'a Logical<'a>) -> Labelled<'a> {
    let prose = !line.text.is_empty() && !table::is_row(&line.text);
    Labelled { line, label: prose.then(|| label::read(&line.text)) }
}

/// How many lines at the beginning are căn cứ.
fn bases(lines: &[Labelled<'_>]) -> usize {
    let is_base = |l: &&Labelled<'_>| {
        let text = l.line.text.trim_start_matches('*');
        BASES.iter().any(|b| text.starts_with(b))
    };
    let run = lines.iter().take_while(is_base).count();
    let Some(last) = run.checked_sub(1).and_then(|n| lines.get(n)) else { return 0 };
    let last_text = last.line.text.trim_end_matches('*');
    let enacting = lines
        .get(run)
        .is_some_and(|l| matches!(l.label, Some(Label::Centered(_) | Label::Article { .. })));
    let counts = last_text.ends_with(';') || enacting || (run > 1 && !last_text.ends_with(':'));
    if counts { run } else { run - 1 }
}

fn block(
    label: &Label<'_>,
    at: u32,
    next: Option<&Labelled<'_>>,
    reader: &mut Reader<'_>,
) -> BlockKind {
    match label {
        Label::Heading { level, number, title } => BlockKind::Heading {
            level: *level,
            number: (*number).to_owned(),
            title: title_of(title, at, reader),
        },
        Label::Roman { number, title } => {
            BlockKind::Roman { number: (*number).to_owned(), title: title_of(title, at, reader) }
        }
        Label::Article { number, text } => BlockKind::Article {
            number: (*number).to_owned(),
            text: inline::parse(text, reader, at),
        },
        Label::Clause { number, text } => BlockKind::Clause {
            number: (*number).to_owned(),
            titled: next.is_some_and(|n| is_under_clause(number, n)) && is_titled(text),
            text: inline::parse(text, reader, at),
        },
        Label::Point { letter, text } => BlockKind::Point {
            letter: (*letter).to_owned(),
            titled: next.is_some_and(is_under_point) && is_titled(text),
            text: inline::parse(text, reader, at),
        },
        Label::Dash { mark, text } => {
            BlockKind::Dash { mark: *mark, text: inline::parse(text, reader, at) }
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
    const CLOSING: [char; 8] = ['.', ';', ':', ',', '!', '?', '…', '/'];
    let raw = raw.trim_end_matches('*').trim_end();
    if raw.is_empty() || raw.trim_end_matches(['”', '"', ')']).ends_with(CLOSING) {
        return false;
    }
    let mut length = 0;
    let mut inside = false;
    for c in raw.chars() {
        let value = seal::is_reserved(c);
        length += match (value, inside) {
            (true, true) => 0,
            (true, false) => VALUE_LENGTH,
            _ => 1,
        };
        inside = value;
        if length > LONGEST_TITLE {
            return false;
        }
    }
    true
}

/// True if a line stands under khoản `number`.
fn is_under_clause(number: &str, next: &Labelled<'_>) -> bool {
    match &next.label {
        Some(Label::Clause { number: deeper, .. }) => {
            deeper.strip_prefix(number).is_some_and(|rest| rest.starts_with('.'))
        }
        Some(Label::Point { .. }) => true,
        _ => is_under_point(next),
    }
}

fn is_under_point(next: &Labelled<'_>) -> bool {
    matches!(&next.label, None | Some(Label::Paragraph(_) | Label::Dash { .. }))
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
