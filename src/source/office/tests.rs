//! The office file: what is read, what it defaults to, what is found wrong.

use super::*;
use crate::diagnostic::{Severity, blocks};

const KNOWN: Known<'_> = Known {
    layout: &["header_left", "body-size"],
    types: &["ke-hoach", "quyet-dinh", "chi-thi", "thong-bao", "sao-y"],
};

const WHOLE: &str = r#"
[co-quan]
ten = "SỞ NỘI VỤ"
chu-quan = "ỦY BAN NHÂN DÂN\nTỈNH AN HẢI"
ten-trong-cau = "Sở Nội vụ tỉnh An Hải"
ky-hieu = "SNV"
dia-danh = "An Hải"

[hoi-dong.hdtdkt]
ten = ["HỘI ĐỒNG", "THI ĐUA - KHEN THƯỞNG"]
ten-trong-cau = "Hội đồng Thi đua - Khen thưởng"
ky-hieu = "HĐTĐKT"

[so]
kieu = "theo-loai"
da-dung-den = { "SNV:ke-hoach" = { 2026 = 41 }, "HĐTĐKT:khac" = { 2026 = 3 } }
[so.nhom]
khac = ["chi-thi", "Thông báo"]

[nguoi-ky.pho-giam-doc]
quyen-han = ["KT. GIÁM ĐỐC"]
chuc-vu = "PHÓ GIÁM ĐỐC"
ho-ten = "Lê Thị Minh Châu"

[mac-dinh]
nguoi-ky = "pho-giam-doc"
luu = "VT, VP"

[tuy-chon]
so-van-ban-mot-tui = 200

[layout]
body-size = 13.5
header-left = 66
"#;

fn codes(text: &str) -> Vec<String> {
    parse(text, "vanthu.toml", &KNOWN).1.iter().map(|d| d.code.to_string()).collect()
}

#[test]
fn a_whole_office_is_read() {
    let (office, findings) = parse(WHOLE, "vanthu.toml", &KNOWN);
    assert_eq!(findings, []);
    assert_eq!(office.organ.parent, ["ỦY BAN NHÂN DÂN", "TỈNH AN HẢI"]);
    let council = &office.councils["hdtdkt"];
    assert_eq!(council.parent, ["SỞ NỘI VỤ"], "a council stands under its agency");
    assert_eq!(council.place, "An Hải");
    assert_eq!(office.series.groups["khac"], ["chi-thi", "thong-bao"]);
    assert_eq!(office.series.start_after["SNV:ke-hoach"]["2026"], 41);
    assert_eq!(office.signers["pho-giam-doc"].authority, ["KT. GIÁM ĐỐC"]);
    assert_eq!(office.defaults.archive_copy.as_deref(), Some("VT, VP"));
    assert_eq!(office.bag_size, 200);
    assert_eq!(office.layout["header_left"], 66.0);
    assert_eq!(office.layout["body-size"], 13.5);
}

#[test]
fn english_keys_and_accents_mean_the_same() {
    let english = WHOLE
        .replace("[co-quan]", "[organ]")
        .replace("chu-quan =", "parent =")
        .replace("dia-danh =", "\"Địa danh\" =")
        .replace("[mac-dinh]", "[defaults]");
    assert_eq!(parse(&english, "a", &KNOWN), parse(WHOLE, "a", &KNOWN));
}

#[test]
fn the_least_office_takes_the_defaults() {
    let least = "[organ]\nname='SỞ A'\ncode='SA'\nplace='An Hải'\n";
    let (office, findings) = parse(least, "vanthu.toml", &KNOWN);
    assert!(!blocks(&findings));
    assert_eq!(findings.len(), 1, "the name inside a sentence is asked for");
    assert_eq!(findings[0].severity, Severity::Warning);
    assert_eq!((office.bag_size, office.series.mode), (1000, SeriesMode::PerType));
    assert_eq!(office.organ.in_text, "SỞ A");
}

#[test]
fn everything_wrong_is_said_at_once_with_its_line() {
    let text = r#"[organ]
name = "SỞ A"
in_text = "Sở A"
code = "S A"
[signers.a]
postion = "GIÁM ĐỐC"
name = 5
[defaults]
signer = "b"
[options]
bag_size = 0
[series]
start_after = { "SA:ke-hoac" = { 2026 = 1 } }
[series.groups]
g = ["chi-thi"]
h = ["chi-thi", "bao-cao-la"]
[layout]
body_sise = 13
"#;
    let (_, findings) = parse(text, "vanthu.toml", &KNOWN);
    let said: Vec<String> =
        findings.iter().map(|d| format!("{} {}", d.code, d.place.line.unwrap_or(0))).collect();
    assert_eq!(
        said,
        [
            "D0305 1",  // place
            "D0311 4",  // code with a space
            "D0305 5",  // position
            "D0302 6",  // postion
            "D0304 7",  // name = 5
            "D0313 9",  // signer b
            "D0307 11", // bag size
            "D0313 13", // series
            "D0314 16", // chi-thi twice
            "D0313 16", // bao-cao-la
            "D0302 18", // layout key
        ]
    );
    let hint = findings[3].hint.as_ref().map(|h| h.en.as_str());
    assert_eq!(hint, Some("did you mean `position`?"));
}

#[test]
fn single_faults() {
    let one = |text: &str| codes(&format!("{WHOLE}\n{text}"));
    assert_eq!(one("[hoi-dong.b]\nten='B'\nten-trong-cau='B'\nky-hieu='SNV'"), ["D0312"]);
    assert_eq!(one("[organ]\nname='x'"), ["D0303"]);
    assert_eq!(one("[so.nhom2]"), ["D0302"]);
    assert_eq!(codes(&WHOLE.replace("= \"An Hải\"", "= \"An\\u0007Hải\"")), ["D0306"]);
    assert_eq!(codes("[organ\n").first().map(String::as_str), Some("D0301"));
    let private = WHOLE.replace("Lê Thị", "\u{E000}");
    assert_eq!(codes(&private), ["D0306"]);
}
