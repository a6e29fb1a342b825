//! Properties of the text format: reading never panics, a value never becomes structure, and what
//! is written from blocks is read back as the same blocks.

use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use vanthu::diagnostic::Diagnostic;
use vanthu::model::{Align, Block, BlockKind, Cell, Level, Row, Span, Table, TableColumn, plain};
use vanthu::source::{self, Source};
use vanthu::template::Template;
use vanthu::text;

const VALUES: &str = "---\nsubject: Về {{x}}\nrecipients:\n  - {{x}}\nsigner: { name: \"{{x}}\" }\n---\n\
                      {{x}}\n1. {{x}}\n- {{x}}, **{{x}}**\n| a | b |\n|---|---|\n| {{x}} | 1 |\nPhụ lục I\n{{x}}\n";

fn fill(template: &str, value: &str) -> (Source, Vec<Diagnostic>) {
    let template = Template::compile(template, "mau.md").expect("compiles");
    let rendered = template.render(&json!({ "x": value })).expect("renders");
    source::parse(&rendered, "mau.md")
}

/// Shapes of the blocks without their text.
fn shape(blocks: &[Block]) -> Vec<String> {
    let kind = |b: &Block| match &b.kind {
        BlockKind::Table(t) => format!("{} table {}x{}", b.at, t.rows.len(), t.columns.len()),
        BlockKind::Clause { number, .. } => format!("{} clause {number}", b.at),
        other => format!("{} {:?}", b.at, std::mem::discriminant(other)),
    };
    blocks.iter().map(kind).collect()
}

/// Printable text of any kind: quotes, marks, YAML signs, breaks.
fn value() -> impl Strategy<Value = String> {
    let nasty = "[a-zA-ZĐđẾế0-9*|\\\\#:{}<>\\[\\]\"'&!%@`~>=.,()+\n -]{1,20}";
    prop_oneof![nasty.prop_map(|s: String| s), any::<String>()].prop_filter("printable", |s| {
        !s.trim().is_empty()
            && !s.contains('\t')
            && s.chars().all(|c| text::odd(c).is_none())
            && !s.contains(['\u{2028}', '\u{2029}'])
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn reading_never_panics(text in any::<String>(), pieces in vec(piece(), 0..30)) {
        source::parse(&text, "a.md");
        let (_, found) = source::parse(&pieces.concat(), "a.md");
        prop_assert!(found.iter().all(|d| d.place.file.is_some()));
        if let Ok(template) = Template::compile(&pieces.concat(), "a.md") {
            let _ = template.render(&json!({"x": "a", "ds": [{"x": 1}, "b", null]}));
        }
    }

    #[test]
    fn a_value_is_never_structure(value in value()) {
        let (usual, _) = fill(VALUES, "An Hải");
        let (got, found) = fill(VALUES, &value);
        prop_assert!(found.is_empty(), "{found:?}");
        prop_assert_eq!(shape(&got.body), shape(&usual.body));
        let expected = text::nfc(&value);
        let [appendix] = got.appendices.as_slice() else { panic!("one appendix") };
        let own = if appendix.body.is_empty() { plain(&appendix.title) } else { plain(appendix.body[0].kind.text().unwrap()) };
        prop_assert_eq!(&own, &expected);
        let front = got.front;
        prop_assert_eq!(plain(&front.subject.unwrap().value), text::nfc(&format!("Về {value}")));
        prop_assert_eq!(&front.recipients.unwrap()[0].value, &expected);
        prop_assert_eq!(&front.signer.unwrap().name.unwrap().value, &expected);
        prop_assert_eq!(&plain(got.body[0].kind.text().unwrap()), &expected);
        prop_assert_eq!(&plain(got.body[1].kind.text().unwrap()), &expected);
        let dash = got.body[2].kind.text().unwrap();
        prop_assert_eq!(plain(dash), format!("{}{}", text::nfc(&format!("{value}, ")), expected));
        let BlockKind::Table(table) = &got.body[3].kind else { panic!("a table") };
        prop_assert_eq!(plain(&table.rows[0].cells[0].text), expected);
    }

    #[test]
    fn written_blocks_are_read_back(blocks in vec(block(), 1..12)) {
        let body = blocks.iter().map(write).collect::<String>();
        let (source, found) = source::parse(&format!("---\ntype: a\n---\n{body}"), "a.md");
        prop_assert!(found.is_empty(), "{body}\n{found:?}");
        let got: Vec<BlockKind> = source.body.into_iter().map(|b| bare(b.kind)).collect();
        prop_assert_eq!(got, blocks, "{}", body);
    }
}

/// Pieces that mean something to a reader.
fn piece() -> impl Strategy<Value = String> {
    const KNOWN: &[&str] = &[
        "---\n",
        "\n",
        "\n\n",
        "loai: a\n",
        "signer: {",
        "}",
        "- ",
        "[",
        "|",
        "|---|\n",
        "|:-:|--:|\n",
        "> ",
        "Phụ lục I {ngang}\n",
        "=== QUY CHẾ\n",
        "Điều 1. ",
        "I. ",
        "1. ",
        "1.1. ",
        "a) ",
        "**",
        "*",
        "\\",
        "\\\n",
        "Căn cứ A;\n",
        "Chương I\n",
        "ABC\n",
        "{{x}}",
        "{{#each ds}}",
        "{{/each}}",
        "{{#if x}}",
        "{{else}}",
        "{{/if}}",
        "{{default x \"\"}}",
        "{{!-- ",
        "--}}",
        "{{",
        "}}",
        "~",
        "<br>",
        "\u{E000}",
        "\u{E002}9\u{E003}",
        "\r\n",
        "\t",
        "“",
        "\u{300}",
    ];
    prop_oneof![8 => proptest::sample::select(KNOWN).prop_map(str::to_owned), 1 => "\\PC{0,4}"]
}

/// Words that no label begins with.
fn words() -> impl Strategy<Value = String> {
    vec("[a-zđàếộ]{2,6}[,;*|\\\\#]?", 1..5).prop_map(|w| format!("Thì {}", w.join(" ")))
}

fn spans() -> impl Strategy<Value = Vec<Span>> {
    vec((words(), any::<bool>(), any::<bool>()), 1..4).prop_map(|parts| {
        let mut out: Vec<Span> = Vec::new();
        for (text, bold, italic) in parts {
            match out.last_mut() {
                Some(last) if last.bold == bold && last.italic == italic => {
                    last.text.push_str(&text)
                }
                _ => out.push(Span { text, bold, italic }),
            }
        }
        out
    })
}

/// As [`spans`], beginning with plain text.
fn prose() -> impl Strategy<Value = Vec<Span>> {
    spans().prop_map(|mut s| {
        s.insert(0, Span { text: "Nay ".into(), bold: false, italic: false });
        if !s[1].bold && !s[1].italic {
            let text = s.remove(1).text;
            s[0].text.push_str(&text);
        }
        s
    })
}

fn upper() -> impl Strategy<Value = Vec<Span>> {
    "[A-ZĐẾ]{2,6} [A-ZĐ]{2,5}".prop_map(vanthu::model::spans)
}

fn table() -> impl Strategy<Value = Table> {
    let cells = |columns: usize| {
        vec(spans(), columns).prop_map(|texts| Row {
            at: 0,
            cells: texts.into_iter().map(|text| Cell { text, span: 1 }).collect(),
        })
    };
    (1..4usize)
        .prop_flat_map(move |columns| {
            let align = prop_oneof![Just(Align::Left), Just(Align::Center), Just(Align::Right)];
            let column = (align, 1..6u32).prop_map(|(align, weight)| TableColumn { align, weight });
            (
                vec(column, columns),
                vec(cells(columns), 0..2),
                vec(cells(columns), 1..3),
                any::<bool>(),
            )
        })
        .prop_map(|(columns, header, mut rows, join)| {
            // The last row may join its first two cells.
            if let Some(last) = rows.last_mut().filter(|r| join && r.cells.len() > 1) {
                last.cells.remove(1);
                last.cells[0].span = 2;
            }
            Table { columns, header, rows }
        })
}

fn block() -> impl Strategy<Value = BlockKind> {
    let level = prop_oneof![
        Just(Level::Part),
        Just(Level::Chapter),
        Just(Level::Section),
        Just(Level::Subsection)
    ];
    prop_oneof![
        (level, upper()).prop_map(|(level, title)| BlockKind::Heading {
            level,
            number: "1".into(),
            title
        }),
        (1..30u32, upper())
            .prop_map(|(n, title)| BlockKind::Roman { number: text::to_roman(n), title }),
        (1..99u32, spans())
            .prop_map(|(n, text)| BlockKind::Article { number: n.to_string(), text }),
        ("[1-9](\\.[1-9]){0,2}", spans()).prop_map(|(number, text)| BlockKind::Clause {
            number,
            titled: false,
            text
        }),
        ("[a-eđ]", spans()).prop_map(|(letter, text)| BlockKind::Point {
            letter,
            titled: false,
            text
        }),
        (prop_oneof![Just('-'), Just('+')], spans())
            .prop_map(|(mark, text)| BlockKind::Dash { mark, text }),
        prose().prop_map(BlockKind::Paragraph),
        upper().prop_map(BlockKind::Centered),
        table().prop_map(BlockKind::Table),
    ]
}

/// Text as a person would type it.
fn type_spans(spans: &[Span]) -> String {
    let mut out = String::new();
    let (mut bold, mut italic) = (false, false);
    let plain = Span::default();
    for span in spans.iter().chain([&plain]) {
        let stars = if bold == span.bold { 0 } else { 2 } + usize::from(italic != span.italic);
        out.push_str(&"*".repeat(stars));
        (bold, italic) = (span.bold, span.italic);
        for c in span.text.chars() {
            if matches!(c, '*' | '|' | '\\') {
                out.push('\\');
            }
            out.push(c);
        }
    }
    out
}

fn write(kind: &BlockKind) -> String {
    let line = match kind {
        BlockKind::Heading { level, number, title } => {
            format!("{} {number}\n{}", level.word(), type_spans(title))
        }
        BlockKind::Roman { number, title } => format!("{number}. {}", type_spans(title)),
        BlockKind::Article { number, text } => format!("Điều {number}. {}", type_spans(text)),
        BlockKind::Clause { number, text, .. } => format!("{number}. {}", type_spans(text)),
        BlockKind::Point { letter, text, .. } => format!("{letter}) {}", type_spans(text)),
        BlockKind::Dash { mark, text } => format!("{mark} {}", type_spans(text)),
        BlockKind::Paragraph(text) | BlockKind::LegalBasis(text) => {
            format!("\\{}", type_spans(text))
        }
        BlockKind::Centered(text) => format!("-> {} <-", type_spans(text)),
        BlockKind::Table(table) => write_table(table),
    };
    line + "\n\n"
}

fn write_table(table: &Table) -> String {
    let row = |row: &Row| {
        let cell =
            |c: &Cell| format!(" {} |{}", type_spans(&c.text), " > |".repeat(c.span as usize - 1));
        format!("|{}\n", row.cells.iter().map(cell).collect::<String>())
    };
    let column = |c: &TableColumn| {
        let dashes = "-".repeat(c.weight as usize);
        match c.align {
            Align::Center => format!(":{dashes}:|"),
            Align::Right => format!("{dashes}:|"),
            _ => format!("{dashes}|"),
        }
    };
    let delimiter: String = table.columns.iter().map(column).collect();
    let header: String = table.header.iter().map(row).collect();
    let rows: String = table.rows.iter().map(row).collect();
    format!("{header}|{delimiter}\n{rows}").trim_end().to_owned()
}

/// Without lines and without what depends on the neighbours.
fn bare(kind: BlockKind) -> BlockKind {
    match kind {
        BlockKind::Clause { number, text, .. } => BlockKind::Clause { number, titled: false, text },
        BlockKind::Point { letter, text, .. } => BlockKind::Point { letter, titled: false, text },
        BlockKind::Table(mut table) => {
            table.header.iter_mut().chain(&mut table.rows).for_each(|r| r.at = 0);
            BlockKind::Table(table)
        }
        other => other,
    }
}

/// Every code that the reader and the templates emit is explained, and the other way round.
#[test]
fn codes_are_explained() {
    for (code, table) in [
        ("src/source/codes.rs", "templates/codes/d-source.toml"),
        ("src/template/codes.rs", "templates/codes/m.toml"),
    ] {
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
        let read = |path: &str| std::fs::read_to_string(root.join(path)).expect("is there");
        let letter = if code.contains("template") { 'M' } else { 'D' };
        let emitted: Vec<String> = read(code)
            .lines()
            .filter_map(|l| {
                l.split_once(": Code = ")?
                    .1
                    .split_once('(')?
                    .1
                    .strip_suffix(");")
                    .map(str::to_owned)
            })
            .map(|n| format!("{letter}{n:0>4}"))
            .collect();
        let explained: Vec<String> = read(table)
            .lines()
            .filter_map(|l| Some(l.strip_prefix("code = ")?.trim_matches('"').to_owned()))
            .collect();
        assert!(!emitted.is_empty());
        assert_eq!(emitted, explained, "{table}");
    }
}

#[test]
fn front_matter_is_filled_line_by_line() {
    let template = "---\nloai: cong-van\n{{#if gap}}\ndo-khan: khan\n{{/if}}\nkinh-gui:\n{{#each ds}}\n  - {{ten}}\n\
                    {{/each}}\nso-ban: {{so}}\nngay: {{ngay}}\n---\nA\n";
    let data =
        json!({"gap": false, "ds": [{"ten": "Sở: A"}, {"ten": "- B"}], "so": 12.0, "ngay": "mai"});
    let rendered =
        Template::compile(template, "a.md").expect("compiles").render(&data).expect("renders");
    let (source, found) = source::parse(&rendered, "a.md");
    let names: Vec<_> = source.front.addressees.iter().map(|a| (a.value.as_str(), a.at)).collect();
    assert_eq!(names, [("Sở: A", 8), ("- B", 8)]);
    assert_eq!(source.front.copies.map(|c| (c.value, c.at)), Some((12, 10)));
    let faults: Vec<_> = found.iter().map(|d| (d.code.to_string(), d.place.line)).collect();
    assert_eq!(faults, [("D0107".to_owned(), Some(11))]);
    assert_eq!(source.body[0].at, 13);
}
