//! What tags repeat, leave out and print.

use serde_json::json;

use super::fixture::{body, p, row, table, words};

fn people() -> serde_json::Value {
    json!({
        "ten": "Nguyễn Văn Bình", "co": true, "khong": false, "rong": [],
        "ds": [{"ten": "An", "dv": "Phòng A"}, {"ten": "Bình", "dv": "Phòng A"}, {"ten": "Chi", "dv": "Phòng B"}],
        "nhom": [{"ten": "I", "ds": ["a", "b"]}, {"ten": "II", "ds": []}],
    })
}

fn text(template: &str) -> String {
    words(&body(template, &people()))
}

#[test]
fn values_take_the_formatting_of_the_first_letter_of_their_tag() {
    let template = "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>{</w:t></w:r><w:proofErr w:type=\"spellStart\"/>\
        <w:r><w:rPr><w:i/></w:rPr><w:t>{te</w:t></w:r><w:bookmarkStart w:id=\"0\" w:name=\"x\"/>\
        <w:r><w:t>n}</w:t></w:r><w:bookmarkEnd w:id=\"0\"/><w:r><w:rPr><w:u/></w:rPr><w:t>}!</w:t></w:r></w:p>";
    assert_eq!(
        body(template, &people()),
        "<w:p><w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">Nguyễn Văn Bình</w:t></w:r>\
         <w:bookmarkStart w:id=\"0\" w:name=\"x\"/><w:bookmarkEnd w:id=\"0\"/>\
         <w:r><w:rPr><w:u/></w:rPr><w:t xml:space=\"preserve\">!</w:t></w:r></w:p>"
    );
}

#[test]
fn what_word_puts_between_the_letters_of_a_tag_is_read_over() {
    let template = "<w:p><w:r><w:t>{{join</w:t><w:tab/><w:t>ds2 “</w:t><w:noBreakHyphen/></w:r>\
        <w:r><w:t>” </w:t><w:softHyphen/><w:t>}\u{ad}</w:t></w:r><w:r><w:t>}x</w:t></w:r></w:p>";
    let data = json!({"ds2": ["a", "b"]});
    // A soft hyphen between the closing braces is none of the tag's.
    let whole = template.replace("}\u{ad}", "}");
    assert_eq!(words(&body(&whole, &data)), "a-bx|");
    let soft = template.replace("“", "\u{ad}“\u{200b}").replace("}\u{ad}", "}");
    assert_eq!(words(&body(&soft, &data)), "a-bx|");
}

#[test]
fn rows_repeat_when_the_loop_opens_in_one_cell_and_closes_in_another() {
    let rows = row(&["TT", "Tên"]) + &row(&["{{#each ds}}{{inc @index}}", "{{ten}}{{/each}}"]);
    assert_eq!(text(&table(&rows)), "TT|Tên|1|An|2|Bình|3|Chi|");
    let none = row(&["TT", "Tên"]) + &row(&["{{#each rong}}{{inc @index}}", "{{ten}}{{/each}}"]);
    assert_eq!(text(&table(&none)), "TT|Tên|");
    // A table of which no row is left goes.
    let only = table(&row(&["{{#each rong}}{{ten}}", "{{/each}}"]));
    assert_eq!(body(&format!("{}{only}{}", p("a"), p("b")), &people()), p("a") + &p("b"));
}

#[test]
fn rows_that_hold_only_tags_vanish() {
    let rows = row(&["{{#each nhom}}", ""])
        + &row(&["{{ten}}", "nhóm"])
        + &row(&["{{#each ds}}{{inc @index}}", "{{this}}{{/each}}"])
        + &row(&["", "{{/each}}"]);
    assert_eq!(text(&table(&rows)), "I|nhóm|1|a|2|b|II|nhóm|");
    let cases = row(&["{{#if khong}}", ""])
        + &row(&["A", "a"])
        + &row(&["{{else}}", ""])
        + &row(&["B", "b"])
        + &row(&["{{/if}}", ""]);
    assert_eq!(text(&table(&cases)), "B|b|");
    // Two rows for each, tags in their first and last cells.
    let pairs = row(&["{{#each ds}}{{ten}}", "x"]) + &row(&["y", "{{dv}}{{/each}}"]);
    assert_eq!(text(&table(&pairs)), "An|x|y|Phòng A|Bình|x|y|Phòng A|Chi|x|y|Phòng B|");
}

#[test]
fn paragraphs_that_hold_only_tags_vanish() {
    let list = |t: &str| {
        format!(
            "<w:p><w:pPr><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr><w:r><w:t>{t}</w:t></w:r></w:p>"
        )
    };
    let template = p("{{#each nhom}}")
        + &p("Nhóm {{ten}}")
        + &p("{{#each ds}}")
        + &list("{{this}}")
        + &p("{{else}}")
        + &p("không")
        + &p("{{/each}}{{/each}}")
        + &p("hết");
    assert_eq!(text(&template), "Nhóm I|a|b|Nhóm II|không|hết|");
    let numbered = body(&template, &people());
    assert_eq!(numbered.matches("<w:numId w:val=\"1\"/>").count(), 2);
    // Tags may also stand at the beginning and end of the paragraphs they repeat.
    assert_eq!(
        text(&(p("{{#each ds}}{{ten}}") + &p("ở {{dv}}.{{/each}}"))),
        "An|ở Phòng A.|Bình|ở Phòng A.|Chi|ở Phòng B.|"
    );
}

#[test]
fn loops_in_a_line_keep_the_formatting_of_each_run() {
    let template = "<w:p><w:r><w:t>DS: {{#each ds}}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{{ten}}</w:t></w:r>\
        <w:r><w:t>{{#unless @last}}, {{/unless}}{{/each}}.</w:t></w:r></w:p>";
    let made = body(template, &people());
    assert_eq!(words(&made), "DS: An, Bình, Chi.|");
    assert_eq!(made.matches("<w:r><w:rPr><w:b/></w:rPr><w:t xml:space=\"preserve\">").count(), 3);
    assert!(!made.contains("preserve\"></w:t>"), "{made}");
    assert_eq!(
        text(&p("{{#if co}}Có{{else}}Không{{/if}} {{#if khong}}1{{else if co}}2{{else}}3{{/if}}")),
        "Có 2|"
    );
    assert_eq!(
        text(&p(
            "{{#with nhom.[0]}}{{ten}}{{/with}} {{#each ds as |n i|}}{{i}}{{n.ten}} {{/each}}"
        )),
        "I 0An 1Bình 2Chi |"
    );
}

#[test]
fn loops_in_a_cell_repeat_its_paragraphs_and_leave_one() {
    let cell = |inner: &str| table(&format!("<w:tr><w:tc><w:tcPr/>{inner}</w:tc></w:tr>"));
    let list = p("{{#each ds}}") + &p("{{ten}}") + &p("{{/each}}");
    assert_eq!(text(&cell(&list)), "An|Bình|Chi|");
    let none = list.replace("ds", "rong");
    assert!(body(&cell(&none), &people()).contains("<w:tcPr/><w:p/></w:tc>"));
    // A tag alone in a paragraph beside another one of its cell.
    let beside = table(&format!(
        "<w:tr><w:tc><w:tcPr/>{}{}</w:tc><w:tc><w:tcPr/>{}</w:tc></w:tr>",
        p("{{#each ds}}"),
        p("{{ten}}"),
        p("{{dv}}{{/each}}")
    ));
    assert_eq!(text(&beside), "An|Phòng A|Bình|Phòng A|Chi|Phòng B|");
}

#[test]
fn tables_repeat_and_stay_apart() {
    let template =
        p("{{#each nhom}}") + &table(&row(&["{{ten}}", "x"])) + &p("{{/each}}") + "<w:sectPr/>";
    let made = body(&template, &people());
    assert_eq!(words(&made), "I|x||II|x||");
    assert!(made.ends_with("</w:tbl><w:p/><w:sectPr/>"), "{made}");
    assert!(made.contains("</w:tbl><w:p/><w:tbl>"), "{made}");
}

#[test]
fn equal_cells_of_a_column_merge() {
    let rows = row(&["{{#each ds}}{{ten}}", "{{merge}}{{dv}}{{/each}}"]);
    let made = body(&table(&rows), &people());
    assert_eq!(made.matches("<w:vMerge w:val=\"restart\"/>").count(), 2);
    assert_eq!(
        made.matches("<w:tcW w:w=\"1000\" w:type=\"dxa\"/><w:vMerge/></w:tcPr><w:p/></w:tc>")
            .count(),
        1
    );
    assert_eq!(words(&made), "An|Phòng A|Bình||Chi|Phòng B|");
    // By another field, and never over the border of a group.
    let data = json!({"nhom": [{"ds": [{"a": "1", "b": "x"}, {"a": "2", "b": "x"}]}, {"ds": [{"a": "3", "b": "x"}]}]});
    let rows = row(&["{{#each nhom}}", "nhóm"]).replace("nhóm", "")
        + &row(&["Nhóm", "mới"])
        + &row(&["{{#each ds}}{{a}}", "{{merge b}}{{a}}{{/each}}"])
        + &row(&["{{/each}}", ""]);
    let made = body(&table(&rows), &data);
    assert_eq!(words(&made), "Nhóm|mới|1|1|2||Nhóm|mới|3|3|");
}

#[test]
fn helpers_print_as_in_other_templates() {
    let data =
        json!({"ten": "Đỗ Thị Ánh", "gioi": "nữ", "ngay": "2026-03-05", "tien": 2_500_000, "n": 4});
    let template = p(
        "{{honorific gioi}} {{upper ten}}, {{date_words ngay}}: {{money tien}} đồng ({{money_words tien}}); {{roman n}} {{ordinal n}} \\{{ten}} {{! ghi chú}}{{default khong_co “–”}}",
    );
    assert_eq!(
        words(&body(&template, &data)),
        "Bà ĐỖ THỊ ÁNH, ngày 05 tháng 3 năm 2026: 2.500.000 đồng (Hai triệu năm trăm nghìn đồng); IV 04 {{ten}} –|"
    );
}
