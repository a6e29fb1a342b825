//! The job file of a campaign: both languages, everything wrong at once.

use super::*;

const SHORT: &str = "[dot-khen-thuong]\nten = \"a\"\ndanh-sach = \"ds.csv\"\n";

#[test]
fn both_languages_say_the_same() {
    let vi = parse(
        "[dot-khen-thuong]\nten = \"Đợt 1\"\ndanh-sach = [\"a.csv\", \"b.xlsx\"]\n\
         [dot-khen-thuong.to-trinh]\ndon-vi-trinh = \"Văn phòng\"\nngay = 2026-11-10\n\
         [dot-khen-thuong.hoi-dong]\nten = \"Hội đồng\"\nchu-toa = \"Ông A\"\nthu-ky = \"Bà B\"\nbat-dau = \"14:05\"\n\
         [dot-khen-thuong.quyet-dinh]\nnguoi-tang = \"Giám đốc\"\ntien-thuong = true\nlam-tron = \"gan-nhat\"\n",
        "x/dot.toml",
    );
    let en = parse(
        "[campaign]\ntitle = \"Đợt 1\"\nlists = [\"a.csv\", \"b.xlsx\"]\n\
         [campaign.proposal]\nproposer = \"Văn phòng\"\ndate = \"10/11/2026\"\n\
         [campaign.council]\ntitle = \"Hội đồng\"\nchair = \"Ông A\"\nsecretary = \"Bà B\"\nbegins = \"14h05\"\n\
         [campaign.decision]\ngiver = \"Giám đốc\"\nmoney = true\nrounding = \"nearest\"\n",
        "x/dot.toml",
    );
    assert_eq!(vi, en);
    let campaign = vi.expect("right");
    assert_eq!(campaign.lists, [PathBuf::from("x/a.csv"), PathBuf::from("x/b.xlsx")]);
    assert_eq!(campaign.council.begins.as_deref(), Some("14 giờ 05 phút"));
    assert!(campaign.decision.money && campaign.decision.nearest);
    assert_eq!((campaign.decision.inside, campaign.steps.len()), (5, 4));
}

#[test]
fn everything_wrong_is_said_at_once() {
    let bad = "[[buoc]]\n[campaign]\nten = \"\"\nra = \"../x\"\nthu-tu = \"lon\"\nla = 1\n\
               [campaign.quyet-dinh]\nlam-tron = \"xuong\"\n";
    let found = parse(bad, "dot.toml").expect_err("wrong");
    let codes: Vec<String> = found.iter().map(|d| d.code.to_string()).collect();
    assert_eq!(codes, ["D0810", "D0805", "D0805", "D0809", "D0808", "D0802", "D0805", "D0808"]);
}

#[test]
fn the_skeleton_is_right_and_names_every_key_in_both_languages() {
    let campaign = parse(SKELETON, "dot-khen.toml").expect("right");
    assert_eq!((campaign.certificates.per_file, campaign.decision.inside), (100, 5));
    let tables = [TABLE, PAPER, COUNCIL, VOTES, DECISION, CERTIFICATES];
    for (english, vietnamese) in tables.into_iter().flatten() {
        for name in [english, vietnamese] {
            assert!(SKELETON.contains(name) || *name == "with" || *name == "them", "{name}");
        }
    }
}

#[test]
fn a_campaign_is_told_from_a_job() {
    assert!(is_campaign(SHORT) && is_campaign(" [campaign.votes]\n"));
    assert!(!is_campaign("[[buoc]]\nmau = \"campaign.md\"\n"));
    assert!(parse(SHORT, "d.toml").is_ok());
}
