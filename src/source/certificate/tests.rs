//! Tests of forms.

use super::*;
use crate::diagnostic::blocks;

const GOOD: &str = "ten = \"Thử\"\nhinh-thuc = \"Giấy khen\"\n[trang]\nrong = 297\ncao = 210\n\
    [[o]]\nten = \"tên\"\nchu = \"{ten}\"\nx = 20\ny = 80\nrong = 250\nco = 20\n";

fn found(text: &str) -> Vec<String> {
    let (_, findings) = parse_form(text, "f.toml", "f");
    assert!(findings.iter().all(|d| d.hint.is_some() || d.code.number % 100 < 10), "{findings:?}");
    findings
        .iter()
        .map(|d| format!("{} {}", d.code, d.place.item.as_deref().unwrap_or("")))
        .collect()
}

fn with(extra: &str) -> Vec<String> {
    found(&format!("{GOOD}{extra}"))
}

#[test]
fn a_form_is_read_in_both_languages() {
    let english = "title = \"Thử\"\naward = \"Giấy khen\"\n[page]\nwidth = 297\nheight = 210\n\
        [[boxes]]\nname = \"tên\"\ntext = \"{name}\"\nx = 20\ny = 80\nwidth = 250\nsize = 20\n";
    let (one, findings) = parse_form(GOOD, "f.toml", "f");
    assert_eq!(findings, []);
    let (other, findings) = parse_form(english, "f.toml", "f");
    assert_eq!(findings, []);
    assert_eq!((one.boxes[0].size, one.boxes[0].min_size), (40, 40));
    assert_eq!(one, other);
}

#[test]
fn places_outside_the_paper_and_over_each_other_are_found() {
    let second = |x: u32, y: u32, width: u32| {
        with(&format!(
            "[[o]]\nten = \"hai\"\nchu = \"a\"\nx = {x}\ny = {y}\nrong = {width}\nco = 20\n"
        ))
    };
    assert_eq!(second(20, 100, 250), [""; 0]);
    assert_eq!(second(100, 100, 250), ["D0911 hai"]);
    assert_eq!(second(20, 205, 250), ["D0911 hai"]);
    assert_eq!(second(20, 82, 250), ["D0912 hai"]);
    assert_eq!(with("[ma-qr]\nx = 30\ny = 70\ncanh = 24\n"), ["D0912 ma-qr"]);
    // Boxes for different kinds may share a place.
    let kinds = GOOD.replace("co = 20\n", "co = 20\ncho = \"ca-nhan\"\n");
    let more = "[[o]]\nten = \"tập thể\"\nchu = \"{ten}\"\ncho = [\"tap-the\", \"ho\"]\nx = 20\ny = 80\nrong = 250\nco = 20\n";
    assert_eq!(found(&format!("{kinds}{more}")), [""; 0]);
    assert_eq!(found(&kinds), ["D0918 tập thể", "D0918 hộ"]);
}

#[test]
fn a_preprinted_form_larger_than_the_page_is_refused() {
    let larger = GOOD.replace("cao = 210\n", "cao = 210\nphoi-rong = 420\nphoi-cao = 297\n");
    assert_eq!(found(&larger), ["D0913 phoi"]);
    let shifted = GOOD.replace("cao = 210\n", "cao = 210\ndich-ngang = 40\n");
    assert_eq!(found(&shifted), ["D0911 tên"]);
    let huge = GOOD.replace("rong = 297", "rong = 900");
    assert!(found(&huge).contains(&"D0907 trang.rong".to_owned()));
}

#[test]
fn all_faults_of_a_form_at_once() {
    let bad = GOOD.replace("{ten}", "{tenn}").replace(
        "co = 20",
        "co = 20\nco-nho-nhat = 30\ncan = \"chéo\"\ncum = \"x\"\nmau = \"tim\"\nla = 1",
    );
    let codes = found(&bad);
    for code in ["D0902", "D0914 tên", "D0915 can", "D0915 mau", "D0916 tên", "D0917 tên", "D0918"]
    {
        assert!(codes.iter().any(|c| c.starts_with(code)), "{code}: {codes:?}");
    }
    assert_eq!(found("[trang").len(), 1);
    assert!(found("").iter().all(|c| c.starts_with("D0905") || c.starts_with("D0918")));
}

#[test]
fn no_text_brings_the_reader_down() {
    for at in (0..GOOD.len()).filter(|at| GOOD.is_char_boundary(*at)) {
        let (_, findings) = parse_form(&GOOD[..at], "f.toml", "f");
        assert!(blocks(&findings) || at > GOOD.len() - 3, "{at}");
        for odd in ["-1", "1e999", "nan", "\"x\"", "[]", "{}", "99999999999999999999"] {
            let text = GOOD.replace("250", odd);
            parse_form(&text, "f.toml", "f");
        }
    }
}
