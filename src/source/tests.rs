use super::*;

#[test]
fn an_empty_text_is_a_finding() {
    let (_, found) = parse("", "a.md");
    assert_eq!(found.len(), 1);
}
