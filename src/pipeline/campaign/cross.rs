//! Cross-checks: what the papers of a campaign say against the list, against each other and against the register.
//!
//! Knows: how counts, sums, names and references are written. Must not know: which template wrote them, the disk.
//!
//! The checks look at the finished documents: a template may be the office's own.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use jiff::civil::Date;
use memchr::memmem;
use regex::Regex;

use crate::diagnostic::{Diagnostic, Place, Result};
use crate::model::{Block, BlockKind, Document, HonoureeKind, Number, Span, plain};
use crate::register::{Book, Filter, Register};
use crate::ruleset::Bases;
use crate::source::campaign::CampaignStep;
use crate::text;
use crate::text::group_digits;

use super::bases;
use super::cases::{Case, counted, one_of, tally};
use super::codes::{COUNT, LAST_ARTICLE, NAME, NO_PROPOSAL, ROWS, SUM};
use super::data::in_words;

static COUNTS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d{1,7}) (tập thể|hộ gia đình|cá nhân)").ok());
static AS_ARTICLE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)^\W*như điều (\d+)").ok());
static PROPOSALS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"Tờ trình số[ \u{a0}]+(\d+)/([^\s,;.]+)(?:[ \u{a0}]+ngày[ \u{a0}]+(\d{1,2})[ \u{a0}]+tháng[ \u{a0}]+(\d{1,2})[ \u{a0}]+năm[ \u{a0}]+(\d{4}))?").ok()
});
static SUMS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(\d{1,3}(?:\.\d{3})+) đồng \(([^)]*)\)").ok());

/// Compiles the patterns while something else is done.
pub(super) fn ahead() {
    for pattern in [&COUNTS, &AS_ARTICLE, &PROPOSALS, &SUMS] {
        LazyLock::force(pattern);
    }
}

/// A paper and what it must agree with.
pub(super) struct Checked<'a> {
    pub document: &'a Document,
    pub step: CampaignStep,
    /// The cases that it names, in the list's order.
    pub cases: Vec<&'a Case>,
    /// True if it grants money.
    pub money: bool,
    /// True for a filled Word file, whose lines may be numbered by Word itself: they are not counted.
    pub is_word: bool,
}

/// A Tờ trình that a paper cites: where, its code, its day.
pub(super) type Cited = (Place, String, Option<Date>);

/// All findings about a paper but those about what it cites, which is told apart: the register is read by one thread.
pub(super) fn check(paper: &Checked<'_>, table: &Bases) -> (Vec<Diagnostic>, Vec<Cited>) {
    let mut findings = Vec::new();
    let pieces = Pieces::of(paper.document);
    names(paper, &pieces, &mut findings);
    if !paper.is_word {
        rows(paper, &mut findings);
    }
    if paper.step == CampaignStep::Decision {
        counts(paper, &mut findings);
        sums(paper, &mut findings);
        last_article(paper.document, &mut findings);
    }
    let day = paper.document.date.date();
    if let Some(day) = day {
        // What is no longer in force was told when the paper was made.
        findings.extend(bases::doubts(paper.document, table, day));
    }
    (findings, cited(paper.document))
}

fn at(document: &Document, line: u32) -> Place {
    let place = Place::file(&document.source);
    if line == 0 { place } else { place.line(line) }
}

/// All texts of a document in their order, in one string: names are looked for in it.
struct Pieces {
    text: String,
}

impl Pieces {
    fn of(document: &Document) -> Self {
        let mut text = String::new();
        let mut put = |piece: &str| {
            text.push_str(piece);
            text.push('\n');
        };
        for body in bodies(document) {
            for block in body {
                texts(block, &mut put);
            }
        }
        Self { text }
    }
}

fn bodies(document: &Document) -> impl Iterator<Item = &[Block]> {
    std::iter::once(document.body.as_slice())
        .chain(document.appendices.iter().map(|a| a.body.as_slice()))
        .chain(document.attached.iter().map(|a| a.body.as_slice()))
}

fn texts(block: &Block, put: &mut dyn FnMut(&str)) {
    match &block.kind {
        BlockKind::Table(table) => {
            let rows = table.header.iter().chain(&table.rows);
            rows.flat_map(|r| &r.cells).for_each(|c| spans(&c.text, put));
        }
        kind => kind.text().into_iter().for_each(|text| spans(text, put)),
    }
}

/// The text of some spans; most are one.
fn spans(text: &[Span], put: &mut dyn FnMut(&str)) {
    match text {
        [only] => put(&only.text),
        several => put(&plain(several)),
    }
}

/// Every name stands in the paper as it stands in the list. Lists keep their order, so that each
/// search begins where the last one ended.
fn names(paper: &Checked<'_>, pieces: &Pieces, findings: &mut Vec<Diagnostic>) {
    let mut from = 0;
    let mut folded: Option<String> = None;
    for case in &paper.cases {
        let name = case.who.addressed();
        let rest = pieces.text.get(from..).unwrap_or_default();
        if let Some(found) = near(rest, &name).or_else(|| whole(rest, &name)) {
            from += found + name.len();
            continue;
        }
        if let Some(found) = whole(&pieces.text, &name) {
            from = found + name.len();
            continue;
        }
        let folded = folded.get_or_insert_with(|| text::fold(&pieces.text));
        let similar = folded.contains(&text::fold(&case.who.name));
        let file = &paper.document.source;
        let message = if similar {
            text!(
                "“{name}” được viết khác đi trong {file}",
                "“{name}” is written otherwise in {file}"
            )
        } else {
            text!("{file} không có “{name}”", "{file} does not name “{name}”")
        };
        findings.push(
            Diagnostic::error(NAME, case.place.clone(), message)
                .related(Place::file(file), text!("văn bản này", "this paper"))
                .hint(text!(
                    "mẫu phải in {{{{ten}}}} của từng hàng đúng như danh sách",
                    "the template must print {{{{ten}}}} of each row as the list has it"
                )),
        );
    }
}

/// Lines of a text in which a name is looked for first: it is in the next row of a table, or in the next line.
const NEAR: usize = 12;

/// Where one of the next lines begins with `name` as whole words.
fn near(text: &str, name: &str) -> Option<usize> {
    let mut at = 0;
    for line in text.split('\n').take(NEAR) {
        let after = line.strip_prefix(name);
        if after.is_some_and(|after| !after.starts_with(char::is_alphanumeric)) {
            return Some(at);
        }
        at += line.len() + 1;
    }
    None
}

/// Where `name` stands as whole words: `Ông Lê An` is not found in `Ông Lê Anh`.
fn whole(text: &str, name: &str) -> Option<usize> {
    let mut from = 0;
    loop {
        let found = from + memmem::find(text.get(from..)?.as_bytes(), name.as_bytes())?;
        let end = found + name.len();
        let joins = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
        let before = text.get(..found).and_then(|t| t.chars().next_back());
        let after = text.get(end..).and_then(|t| t.chars().next());
        if !joins(before) && !joins(after) {
            return Some(found);
        }
        from = end;
    }
}

/// The lines of the paper's list are as many as the list's.
fn rows(paper: &Checked<'_>, findings: &mut Vec<Diagnostic>) {
    let document = paper.document;
    let (found, line) = match &document.attached {
        Some(attached) => (listed(&attached.body), attached.at),
        None => (listed(first_article(&document.body)), document.body.first().map_or(0, |b| b.at)),
    };
    let wanted = paper.cases.len();
    if found == wanted {
        return;
    }
    findings.push(
        Diagnostic::error(
            ROWS,
            at(document, line),
            text!(
                "danh sách in ra có {found} dòng, danh sách đã kiểm tra có {wanted}",
                "the printed list has {found} lines, the checked list {wanted}"
            ),
        )
        .hint(text!(
            "mỗi trường hợp một dòng, một khoản hoặc một hàng của bảng",
            "each case is one line: a khoản or a row of a table"
        )),
    );
}

/// The part of a body that holds the list: Điều 1 of a decision, else all of it.
fn first_article(body: &[Block]) -> &[Block] {
    let article = |b: &Block| matches!(b.kind, BlockKind::Article { .. });
    let Some(start) = body.iter().position(article) else { return body };
    let rest = body.get(start + 1..).unwrap_or_default();
    let end = rest.iter().position(article).unwrap_or(rest.len());
    rest.get(..end).unwrap_or_default()
}

/// Rows of the largest table, or khoản where there is no table.
fn listed(body: &[Block]) -> usize {
    let tables = body.iter().filter_map(|b| match &b.kind {
        BlockKind::Table(table) => Some(table.rows.len()),
        _ => None,
    });
    match tables.max() {
        Some(rows) => rows,
        None => body.iter().filter(|b| is_line(b)).count(),
    }
}

fn is_line(block: &Block) -> bool {
    matches!(block.kind, BlockKind::Clause { .. })
}

/// Counts in Điều 1 are those of the list.
fn counts(paper: &Checked<'_>, findings: &mut Vec<Diagnostic>) {
    let document = paper.document;
    let first = document.body.iter().find_map(|b| match &b.kind {
        BlockKind::Article { text, .. } => Some((b.at, plain(text))),
        _ => None,
    });
    let Some((line, words)) = first else { return };
    let wanted = tally(paper.cases.iter().copied());
    let said: Vec<(HonoureeKind, usize)> = COUNTS
        .iter()
        .flat_map(|pattern| pattern.captures_iter(&words))
        .filter_map(|c| {
            let kind = wanted.iter().find(|(k, _)| one_of(*k) == &c[2])?.0;
            Some((kind, c[1].parse().ok()?))
        })
        .collect();
    let wrong = wanted.iter().any(|(kind, n)| {
        let mut of = said.iter().filter(|(k, _)| k == kind).map(|(_, m)| m);
        let first = of.next();
        first.map_or(*n > 0, |m| m != n) || of.any(|m| m != n)
    });
    if wrong {
        let told = said.iter().map(|(k, n)| format!("{n:02} {}", one_of(*k)));
        let told = told.collect::<Vec<_>>().join(", ");
        let list = counted(&wanted);
        findings.push(
            Diagnostic::error(
                COUNT,
                at(document, line),
                text!(
                    "Điều 1 ghi “{told}”, danh sách có {list}",
                    "Điều 1 says “{told}”, the list has {list}"
                ),
            )
            .hint(text!("dùng {{{{dem}}}} trong mẫu", "use {{{{dem}}}} in the template")),
        );
    }
}

/// The sum of money is that of the list, in figures and in words.
fn sums(paper: &Checked<'_>, findings: &mut Vec<Diagnostic>) {
    let document = paper.document;
    let total: u64 = paper.cases.iter().filter_map(|c| c.money).sum();
    let mut said = false;
    for block in &document.body {
        let Some(spans) = block.kind.text() else { continue };
        let words = plain(spans);
        for found in SUMS.iter().flat_map(|p| p.captures_iter(&words)) {
            said = true;
            let (figures, letters) = (found[1].to_owned(), found[2].to_owned());
            let amount = figures.replace('.', "").parse::<u64>().ok();
            let in_letters = letters.rsplit(':').next().unwrap_or_default().trim();
            if amount == Some(total) && in_letters == in_words(total) {
                continue;
            }
            let list = group_digits(i64::try_from(total).unwrap_or(i64::MAX));
            let list_words = in_words(total);
            findings.push(
                Diagnostic::error(
                    SUM,
                    at(document, block.at),
                    text!(
                        "văn bản ghi {figures} đồng ({letters}), cộng theo danh sách là {list} đồng ({list_words})",
                        "the paper says {figures} đồng ({letters}), the list comes to {list} đồng ({list_words})"
                    ),
                )
                .hint(text!(
                    "dùng {{{{money tien.tong}}}} và {{{{tien.bang_chu}}}} trong mẫu",
                    "use {{{{money tien.tong}}}} and {{{{tien.bang_chu}}}} in the template"
                )),
            );
        }
    }
    if paper.money && !said {
        findings.push(
            Diagnostic::error(
                SUM,
                at(document, 0),
                text!(
                    "quyết định có tiền thưởng mà không ghi tổng số tiền bằng số và bằng chữ",
                    "the decision grants money but states no total in figures and words"
                ),
            )
            .hint(text!(
                "thêm “… đồng (Bằng chữ: …)” vào điều về tiền thưởng",
                "add “… đồng (Bằng chữ: …)” to the article about money"
            )),
        );
    }
}

/// `Như Điều n` in nơi nhận is the last Điều.
fn last_article(document: &Document, findings: &mut Vec<Diagnostic>) {
    let articles = document.body.iter().filter_map(|b| match &b.kind {
        BlockKind::Article { number, .. } => number.parse::<u32>().ok(),
        _ => None,
    });
    let Some(last) = articles.max() else { return };
    for recipient in &document.recipients {
        let said = AS_ARTICLE.as_ref().and_then(|p| p.captures(recipient));
        let Some(said) = said.and_then(|c| c[1].parse::<u32>().ok()) else { continue };
        if said != last {
            findings.push(
                Diagnostic::error(
                    LAST_ARTICLE,
                    at(document, document.line_of("recipients")),
                    text!(
                        "nơi nhận ghi “Như Điều {said}”, điều cuối là Điều {last}",
                        "nơi nhận says “Như Điều {said}”, the last one is Điều {last}"
                    ),
                )
                .hint(text!("ghi “Như Điều {last}”", "write “Như Điều {last}”")),
            );
        }
    }
}

/// Each Tờ trình that a paper cites.
fn cited(document: &Document) -> Vec<Cited> {
    let mut cited = BTreeSet::new();
    for block in &document.body {
        let Some(spans) = block.kind.text() else { continue };
        let words = plain(spans);
        for found in PROPOSALS.iter().flat_map(|p| p.captures_iter(&words)) {
            let code = format!("{}/{}", &found[1], &found[2]);
            let part = |n: usize| found.get(n).map(|m| m.as_str().to_owned());
            let day = part(3).zip(part(4)).zip(part(5)).and_then(|((d, m), y)| {
                Date::new(y.parse().ok()?, m.parse().ok()?, d.parse().ok()?).ok()
            });
            cited.insert((block.at, code, day));
        }
    }
    cited.into_iter().map(|(line, code, day)| (at(document, line), code, day)).collect()
}

/// Each Tờ trình that is cited stands in the register, on its day. `pending` are those of this run.
///
/// # Errors
/// The register cannot be read.
pub(super) fn proposals(
    cited: Vec<Cited>,
    register: Option<&dyn Register>,
    pending: &[String],
) -> Result<Vec<Diagnostic>> {
    let mut findings = Vec::new();
    for (place, code, day) in cited {
        if pending.contains(&code) {
            continue;
        }
        let known = match register {
            Some(register) => registered(register, &code)?,
            None => Vec::new(),
        };
        if known.iter().any(|d| day.is_none_or(|day| day == *d)) {
            continue;
        }
        let message = match known.first() {
            Some(other) => {
                let other = other.strftime("%d/%m/%Y");
                text!(
                    "Tờ trình số {code} trong sổ đề ngày {other}",
                    "Tờ trình số {code} is dated {other} in the register"
                )
            }
            None => {
                text!("sổ không có Tờ trình số {code}", "the register has no Tờ trình số {code}")
            }
        };
        findings.push(Diagnostic::error(NO_PROPOSAL, place, message).hint(text!(
            "ban hành tờ trình trước, hoặc vào sổ văn bản đến tờ trình của đơn vị (vanthu receive)",
            "issue the tờ trình first, or enter the one that a unit sent (vanthu receive)"
        )));
    }
    Ok(findings)
}

/// The days of the papers of this số, ký hiệu, outgoing or sent in.
fn registered(register: &dyn Register, code: &str) -> Result<Vec<Date>> {
    let mut days = Vec::new();
    if let Some((number, notation)) = code.split_once('/')
        && let Some(number) = number.parse::<u32>().ok().and_then(Number::new)
    {
        let filter = Filter {
            book: Some(Book::Outgoing),
            notation: Some(notation.to_owned()),
            numbers: Some(number.get()..=number.get()),
            ..Filter::default()
        };
        register.entries(&filter, &mut |entry| {
            days.push(entry.date);
            Ok(())
        })?;
    }
    let filter = Filter {
        book: Some(Book::Incoming),
        sender_code: Some(code.to_owned()),
        ..Filter::default()
    };
    register.entries(&filter, &mut |entry| {
        // An incoming paper stands under the day on which it came; its own day is a field.
        let own = entry.fields.extra.get("issued_date").and_then(|d| d.parse().ok());
        days.push(own.unwrap_or(entry.date));
        Ok(())
    })?;
    Ok(days)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_found_as_whole_words_near_or_far() {
        let found = |text: &str, name: &str| (near(text, name), whole(text, name));
        assert_eq!(found("1\nÔng Lê An\n3", "Ông Lê An"), (Some(2), Some(2)));
        assert_eq!(found("1\nÔng Lê Anh\n3", "Ông Lê An"), (None, None));
        assert_eq!(found("Bà Lan, văn thư\n", "Bà Lan"), (Some(0), Some(0)));
        assert_eq!(found("gồm Bà Lan\n", "Bà Lan"), (None, Some("gồm ".len())));
        let far = "\n".repeat(NEAR) + "Bà Lan";
        assert_eq!(found(&far, "Bà Lan"), (None, Some(NEAR)));
    }
}
