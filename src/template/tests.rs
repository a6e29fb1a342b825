//! Templates: what they print, where their lines came from, and every fault they can have.

use serde_json::json;

use super::*;
use crate::text::seal::{take_line_marker, unseal};

/// The rendered lines with the line of the template that each came from, unsealed.
fn lines(template: &str, data: &Json) -> Vec<(u32, String)> {
    let template = Template::compile(template, "mau.md").expect("compiles");
    let rendered = template.render(data).expect("renders");
    let mut at = 0;
    let mut out: Vec<(u32, String)> = rendered
        .split('\n')
        .map(|line| {
            let (n, rest) = take_line_marker(line);
            at = n.unwrap_or(at);
            (at, unseal(rest).into_owned())
        })
        .collect();
    if out.last().is_some_and(|(_, l)| l.is_empty()) {
        out.pop();
    }
    out
}

fn text(template: &str, data: &Json) -> String {
    lines(template, data).into_iter().map(|(_, l)| l).collect::<Vec<_>>().join("\n")
}

fn show(found: &[Diagnostic]) -> Vec<String> {
    let line = |d: &Diagnostic| {
        let (line, column) = (d.place.line.unwrap_or(0), d.place.column.unwrap_or(0));
        format!("{} {line}:{column} {}", d.code, d.message.en)
    };
    found.iter().map(line).collect()
}

fn refused(template: &str) -> Vec<String> {
    show(&Template::compile(template, "mau.md").expect_err("is refused"))
}

fn faults(template: &str, data: &Json) -> Vec<String> {
    let template = Template::compile(template, "mau.md").expect("compiles");
    show(&template.render(data).expect_err("is refused"))
}

#[test]
fn a_text_without_tags_is_left_alone() {
    let template = Template::compile("\u{FEFF}a } b\r\n", "a.md").unwrap();
    assert!(template.is_plain() && template.fields().is_empty());
    assert_eq!(template.render(&Json::Null).unwrap(), "a } b\r\n");
}

#[test]
fn block_tags_leave_no_line_and_lines_know_their_origin() {
    let template = "Kính gửi {{ten}}\n{{#each rows}}\n| {{inc @index}} | {{ten}} |\n{{/each}}\n\
                    {{#if x}}{{#unless y}}\nA\n{{else}}\nB\n{{/unless}}{{/if}}\nC\n";
    let data = json!({"ten": "Sở", "rows": [{"ten": "a"}, {"ten": "b"}], "x": true, "y": 1});
    let expected = [(1, "Kính gửi Sở"), (3, "| 1 | a |"), (3, "| 2 | b |"), (8, "B"), (10, "C")];
    assert_eq!(lines(template, &data), expected.map(|(n, l)| (n, l.to_owned())));
}

#[test]
fn values_are_sealed_and_counters_are_not() {
    let template = Template::compile("{{x}} {{roman (inc @root.n)}} {{upper x}}", "a.md").unwrap();
    let rendered = template.render(&json!({"x": "*a*", "n": 3})).unwrap();
    assert!(!rendered.contains('*') && rendered.contains(" IV "));
    assert_eq!(unseal(&rendered), "*a* IV *A*");
}

#[test]
fn paths_loops_and_names() {
    let data = json!({
        "co_quan": {"ten": "Sở"}, "Họ và tên": "Lê", "đợt": 2,
        "nhom": [{"ten": "I", "ds": ["a", "b"]}, {"ten": "II", "ds": []}],
    });
    assert_eq!(text("{{co_quan.ten}} {{[Họ và tên]}} {{đợt}}", &data), "Sở Lê 2");
    assert_eq!(
        text(
            "{{#each nhom}}{{ten}}:{{#each ds}}{{../ten}}{{this}}{{@../index}}{{#unless @last}},{{/unless}}{{else}}-{{/each}};{{/each}}",
            &data
        ),
        "I:Ia0,Ib0;II:-;"
    );
    assert_eq!(
        text("{{#each nhom as |n i|}}{{i}}{{n.ten}}{{@root.co_quan.ten}} {{/each}}", &data),
        "0ISở 1IISở "
    );
    assert_eq!(text("{{#with co_quan}}{{ten}}{{/with}}", &data), "Sở");
    assert_eq!(text("{{#each co_quan}}{{@key}}={{this}}{{/each}}", &data), "ten=Sở");
    let nfd = json!({"Ho\u{323} te\u{302}n": "Vũ"});
    assert_eq!(text("{{[Họ tên]}}", &nfd), "Vũ");
    assert_eq!(text("{{[Ho\u{323} te\u{302}n]}}", &json!({"Họ tên": "Vũ"})), "Vũ");
}

#[test]
fn conditions() {
    let data = json!({"a": "x", "b": "", "c": 0, "d": [], "e": null, "loai": "A"});
    assert_eq!(
        text("{{#if a}}1{{/if}}{{#if b}}2{{else if c}}3{{else if d}}4{{else}}5{{/if}}", &data),
        "15"
    );
    assert_eq!(text("{{#if (eq loai \"A\")}}đúng{{/if}}{{#if (not e)}}!{{/if}}", &data), "đúng!");
    assert_eq!(text("{{#if khong_co}}x{{else}}y{{/if}}", &data), "y");
    assert_eq!(text("{{default b \"trống\"}}{{default khong_co \"\"}}.", &data), "trống.");
    assert_eq!(text("{{#each e}}x{{else}}không{{/each}}", &data), "không");
}

#[test]
fn what_word_processors_type_is_mended_inside_tags_only() {
    let data = json!({"ten": "", "x": ["a", "b"]});
    assert_eq!(text("“{{\u{a0}join\u{a0}x “; ”\u{a0}}}”", &data), "“a; b”");
    assert_eq!(text("{{default ten ‘chưa có’}}", &data), "chưa có");
    assert_eq!(text("a\r\n{{#if x}}\r\nb\r\n{{/if}}\r\nc", &data), "a\nb\nc");
    assert_eq!(
        text("in \\{{ten}} ra, {{! ghi chú }}rồi{{!-- {{x}} --}}.", &data),
        "in {{ten}} ra, rồi."
    );
}

#[test]
fn all_missing_and_empty_fields_at_once() {
    let template = "{{ho_ten}}, {{chuc_vu}}\n{{#each ds}}\n{{ten}} {{don_vi}}\n{{/each}}\n| {{trong}} |\n{{trong}}\n{{#if hoten}}x{{/if}}";
    let data =
        json!({"hoten": "A", "chucvu": "B", "trong": " ", "don_vi": "C", "ds": [{"ten": "1"}]});
    assert_eq!(
        faults(template, &data),
        [
            "M0201 1:1 the data have no field `ho_ten`",
            "M0201 1:13 the data have no field `chuc_vu`",
            "M0201 3:9 the data have no field `don_vi` (item 1 of `ds`)",
            "M0202 6:1 the field `trong` is empty",
        ]
    );
    let template = Template::compile(template, "mau.md").unwrap();
    let found = template.render(&data).unwrap_err();
    let hints: Vec<_> =
        found.iter().filter_map(|d| d.hint.as_ref()).map(|h| h.en.as_str()).collect();
    assert_eq!(hints[0], "did you mean `hoten`?");
    assert!(hints[2].contains("../don_vi"), "{}", hints[2]);
}

#[test]
fn a_mistyped_condition_is_missing_not_false() {
    assert_eq!(
        faults("{{#if phu_cpa}}x{{/if}}", &json!({"phu_cap": 1})),
        ["M0201 1:1 the data have no field `phu_cpa`"]
    );
}

#[test]
fn values_of_the_wrong_kind() {
    let data = json!({"ds": ["a"], "ten": "A", "ngay": "mai", "so": "x"});
    assert_eq!(
        faults(
            "{{ds}} {{#each ten}}x{{/each}} {{date ngay}} {{money so}} {{#with ten}}x{{/with}}",
            &data
        ),
        [
            "M0203 1:1 the field `ds` must be a single value (for a list use {{#each}} or {{join}})",
            "M0203 1:8 the field `ten` must be a list",
            "M0203 1:32 the helper `date` takes a date such as 2026-03-05, but the field `ngay` is “mai”",
            "M0203 1:46 the helper `money` takes a number such as 1234567 or 1.234.567, but the field `so` is “x”",
            "M0203 1:59 the field `ten` must be a group of fields",
        ]
    );
}

#[test]
fn templates_that_cannot_be_read_say_where() {
    let cases: [(&str, &[&str]); 14] = [
        ("a {{{x}}} {{&y}}", &["M0104 1:3", "M0104 1:11"]),
        ("{{> phan}} {{*x}} {{{{raw}}}}", &["M0105 1:1", "M0105 1:12", "M0105 1:19"]),
        ("dòng\n {{x", &["M0101 2:2"]),
        ("{{x \"y}}", &["M0101 1:1"]),
        ("{{#if x}}\n{{#each y}}\n{{/if}}", &["M0103 3:1"]),
        ("{{#if x}}", &["M0103 1:1"]),
        ("{{/if}} {{else}}", &["M0103 1:1", "M0103 1:9"]),
        ("{{a b c}} {{x..y}}", &["M0101 1:11"]),
        ("{{Họ và tên}}\n{{uper x}}", &["M0102 1:1", "M0102 2:1"]),
        ("{{#muc}}x{{/muc}}", &["M0102 1:1"]),
        ("{{date}} {{date a b}} {{eq a}}", &["M0106 1:1", "M0106 1:10", "M0106 1:23"]),
        ("{{money_words x dv=1}}", &["M0106 1:1"]),
        ("{{@level}}", &["M0102 1:1"]),
        ("a\u{1}{{x}}\n\u{E100}", &["M0108 1:2", "M0109 2:1"]),
    ];
    for (template, expected) in cases {
        let got: Vec<String> = refused(template)
            .iter()
            .map(|f| f.splitn(3, ' ').take(2).collect::<Vec<_>>().join(" "))
            .collect();
        assert_eq!(got, expected, "{template}");
    }
    let deep = "{{#if x}}".repeat(40) + &"{{/if}}".repeat(40);
    assert!(refused(&deep)[0].starts_with("M0107"));
}

#[test]
fn fields_are_listed_with_their_place() {
    let template = Template::compile(
        "{{a}} {{#if b}}{{b}}{{/if}} {{default c \"\"}}\n{{#each rows as |r|}}{{ten}} {{r.tuoi}} {{../a}} {{#if d}}x{{/if}}{{/each}}",
        "a.md",
    )
    .unwrap();
    let got: Vec<_> = template
        .fields()
        .iter()
        .map(|f| {
            format!(
                "{}@{}:{}{}{}",
                f.path,
                f.line,
                f.column,
                if f.in_loop { " loop" } else { "" },
                if f.optional { " optional" } else { "" }
            )
        })
        .collect();
    assert_eq!(
        got,
        [
            "a@1:1",
            "b@1:7",
            "c@1:29 optional",
            "rows@2:1",
            "rows[].ten@2:22 loop",
            "rows[].tuoi@2:30 loop",
            "rows[].d@2:50 loop optional",
        ]
    );
}

#[test]
fn templates_are_shared_between_threads() {
    fn shared<T: Send + Sync>() {}
    shared::<Template>();
}
