//! However Word cuts a text into runs, the tags mean the same.

use proptest::prelude::*;
use serde_json::json;

use super::fixture::{body, words};

/// Text as it is typed, with a break of runs (and what may stand there) before some letters.
fn cut(text: &str, cuts: &[u8]) -> String {
    let between = [
        "</w:t></w:r><w:r><w:rPr><w:i/></w:rPr><w:t xml:space=\"preserve\">",
        "</w:t></w:r><w:proofErr w:type=\"spellStart\"/><w:r w:rsidR=\"00AB12CD\"><w:t xml:space=\"preserve\">",
        "</w:t></w:r><w:bookmarkStart w:id=\"ID\" w:name=\"bID\"/><w:bookmarkEnd w:id=\"ID\"/><w:r><w:rPr><w:lang w:val=\"vi-VN\"/></w:rPr><w:t xml:space=\"preserve\">",
        "</w:t></w:r><w:commentRangeStart w:id=\"ID\"/><w:commentRangeEnd w:id=\"ID\"/><w:r><w:t xml:space=\"preserve\">",
        "</w:t><w:t xml:space=\"preserve\">",
        "</w:t><w:lastRenderedPageBreak/><w:t xml:space=\"preserve\">",
    ];
    let mut out = String::from("<w:p><w:r><w:t xml:space=\"preserve\">");
    for (index, c) in text.chars().enumerate() {
        if let Some(kind) =
            cuts.get(index % cuts.len().max(1)).filter(|k| usize::from(**k) < between.len())
        {
            out.push_str(&between[usize::from(*kind)].replace("ID", &index.to_string()));
        }
        out.push(c);
    }
    out + "</w:t></w:r></w:p>"
}

const LINES: [&str; 5] = [
    "Ông {{upper ten}} ({{default x “-”}})!",
    "{{#each ds}}{{inc @index}}) {{this}}; {{/each}}hết",
    "a{{#if co}} {{ten}} {{else}}không{{/if}}b \\{{ten}}",
    "{{#each nhom}}{{ten}}:{{#each ds}}{{this}}{{#unless @last}},{{/unless}}{{/each}};{{/each}}",
    "{{! ghi chú }}{{join ds “ và ”}}{{ten}}{{ten}}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn runs_may_be_cut_anywhere(line in 0..LINES.len(), cuts in prop::collection::vec(0..12_u8, 1..40)) {
        let data = json!({"ten": "Lê <Bình> & {{x}}", "co": true, "ds": ["một", "hai"], "x": "",
            "nhom": [{"ten": "A", "ds": [1, 2]}, {"ten": "B", "ds": []}]});
        let whole = words(&body(&cut(LINES[line], &[255]), &data));
        let made = body(&cut(LINES[line], &cuts), &data);
        prop_assert_eq!(words(&made), whole);
        for name in ["w:r", "w:t", "w:p"] {
            let opened = made.matches(&format!("<{name}>")).count() + made.matches(&format!("<{name} ")).count();
            prop_assert_eq!(opened, made.matches(&format!("</{name}>")).count(), "{}", made);
        }
    }

    #[test]
    fn any_value_comes_out_as_it_went_in(value in "[ -~àĐệ\u{200F}\u{E000}\u{FFFD}]{1,40}") {
        prop_assume!(!value.trim().is_empty());
        let made = body(&super::fixture::p("{{x}}"), &json!({"x": value}));
        let text = made.split("preserve\">").nth(1).and_then(|s| s.split("</w:t>").next()).expect("a text");
        let back = text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&");
        prop_assert_eq!(back, value);
    }
}
