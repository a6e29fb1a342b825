//! From lines of a list to certificates in the archive, proved and issued again.

use std::path::Path;
use std::time::Duration;

use jiff::civil::date;

use super::*;
use crate::archive::log::PublicKey;
use crate::diagnostic::blocks;
use crate::pipeline::acts::{Call, reissue, show};
use crate::pipeline::awards::{Awarding, Origins, enter_awards};
use crate::pipeline::evidence::public_keys;
use crate::pipeline::issue::Ticket;
use crate::register::{Register, VOUCHER_FIELD};
use crate::world::System;

const OFFICE: &str =
    "[organ]\nname = \"SỞ NỘI VỤ\"\nin_text = \"Sở Nội vụ\"\ncode = \"SNV\"\nplace = \"An Hải\"\n";

fn world() -> System {
    System::new(Some(date(2026, 3, 5)))
}

fn workspace<'w>(world: &'w System, dir: &Path) -> Workspace<'w> {
    Workspace::from_texts(world, dir, OFFICE.into(), date(2026, 3, 5)).expect("an office")
}

fn certificate(name: &str, kind: HonoureeKind) -> Certificate {
    Certificate {
        honouree: Honouree {
            kind,
            address: "Bà".into(),
            name: name.into(),
            position: "Chuyên viên".into(),
            unit: "Phòng Tổng hợp".into(),
            achievement: "xuất sắc trong phong trào thi đua năm 2026".into(),
            ..Honouree::default()
        },
        giver: "Giám đốc Sở Nội vụ".into(),
        organ: "Sở Nội vụ".into(),
        decision: "12/QĐ-SNV".into(),
        decided: Some(date(2026, 3, 5)),
        locality: "An Hải".into(),
        position: "Giám đốc".into(),
        signer: "Lê Minh Tuấn".into(),
        ..Certificate::default()
    }
}

fn press<'w>(workspace: &'w Workspace<'w>, form: &str) -> Press<'w> {
    let settings = Settings { form: form.into(), ..Settings::default() };
    let (press, findings) = Press::open(workspace, &settings).expect("opens");
    assert_eq!(findings, [], "{form}");
    press.expect("a press")
}

fn enter(
    workspace: &Workspace<'_>,
    certificates: &[Certificate],
) -> Vec<crate::pipeline::filing::Issued> {
    let press = press(workspace, "giay-khen");
    assert_eq!(press.check(certificates), []);
    let awards: Vec<Awarding> = certificates
        .iter()
        .map(|c| Awarding {
            award: c.award(press.award()),
            organ: String::new(),
            date: date(2026, 3, 5),
            place: c.source.clone(),
            has_file: true,
        })
        .collect();
    let ticket = Ticket { job: "a".into(), title: "a".into(), wait: Duration::ZERO };
    let make = |index: usize, stamp: &Stamp| press.print(&certificates[index], stamp);
    let kept = press.kept();
    let origins =
        Origins { inputs: vec![kept.input.into(); certificates.len()], texts: kept.texts };
    enter_awards(workspace, &awards, &ticket, &make, &origins, &|_| {}).expect("enters").issued
}

fn known(workspace: &Workspace<'_>) -> Vec<PublicKey> {
    public_keys(workspace.world, &workspace.dir).expect("keys")
}

fn qr(workspace: &Workspace<'_>, seq: u64) -> String {
    let register = crate::pipeline::acts::registered(workspace).expect("a register");
    let entry = register.entry(seq).expect("reads").expect("an entry");
    entry.fields.extra.get(VOUCHER_FIELD).cloned().expect("a voucher")
}

#[test]
fn every_built_in_form_takes_the_longest_texts_of_every_kind() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    for (form, _) in FORMS {
        let press = press(&workspace, form);
        for kind in [HonoureeKind::Individual, HonoureeKind::Collective, HonoureeKind::Household] {
            let sample = longest(&workspace, kind, press.award());
            let count = sample.certificate.honouree.achievement.chars().count();
            assert!((235..=260).contains(&count), "{count}");
            assert_eq!(press.check(std::slice::from_ref(&sample.certificate)), [], "{form}");
            let one = press.print(&sample.certificate, &sample.stamp).expect("prints");
            let again = press.print(&sample.certificate, &sample.stamp).expect("prints");
            assert_eq!(one, again, "the same words give the same bytes");
            press.read_back(&sample.certificate, &sample.stamp, &one.bytes).expect("says it");
            // Another person's, or under another decision.
            let mut other = sample.certificate.clone();
            other.honouree.name = "Lê Văn An".into();
            let failure = press.read_back(&other, &sample.stamp, &one.bytes).expect_err("differs");
            assert!(failure.message.vi.contains("Lê Văn An"), "{}", failure.message.vi);
            let mut other = sample.certificate.clone();
            other.decision = "9999/QĐ-UBND".into();
            press.read_back(&other, &sample.stamp, &one.bytes).expect_err("differs");
            assert!(!press.grid(kind).expect("a grid").is_empty());
        }
    }
}

#[test]
fn what_is_missing_too_long_or_unprintable_is_told_before_any_number() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    let press = press(&workspace, "giay-khen");
    let good = certificate("Nguyễn Ngọc Bảo Quỳnh", HonoureeKind::Individual);
    let mut bad = vec![good.clone(), good.clone(), good.clone(), good];
    bad[1].honouree.name = "Nguyễn ".repeat(60);
    bad[2].honouree.achievement = String::new();
    bad[2].signer = String::new();
    bad[3].honouree.unit = "Phòng\u{7}".into();
    for (row, c) in bad.iter_mut().enumerate() {
        c.source = Place::file("ds.xlsx").line(row as u32 + 2);
    }
    let found = press.check(&bad);
    let told: Vec<String> = found
        .iter()
        .map(|d| {
            format!(
                "{} {} {}",
                d.code,
                d.place.line.unwrap_or(0),
                d.place.item.as_deref().unwrap_or("")
            )
        })
        .collect();
    assert_eq!(
        told,
        ["D0921 3 tên", "D0922 4 thành tích", "D0922 4 người ký", "D0926 5 don_vi", "D0926 5 noi"]
    );
    assert!(found.iter().all(|d| d.hint.is_some()));
}

#[test]
fn a_certificate_is_proved_with_the_public_key_alone_and_a_forged_one_fails() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    let list = [
        certificate("Lê Thị Hoa", HonoureeKind::Individual),
        certificate("Phòng Tổng hợp", HonoureeKind::Collective),
    ];
    let issued = enter(&workspace, &list);
    let keys = known(&workspace);
    let line = qr(&workspace, issued[1].seq);
    let check = |line: &str, keys: &[PublicKey], said: &Said, office: Option<&Path>| {
        check_voucher(&world, line, keys, said, None, office)
    };
    let claim = check(&line, &keys, &Said::default(), None).expect("holds");
    assert_eq!(
        (claim.voucher.seq, claim.voucher.number),
        (issued[1].seq, issued[1].code.number.expect("one"))
    );
    assert!(claim.is_good());
    let all = Said {
        name: Some("Phòng Tổng hợp".into()),
        unit: Some(list[1].honouree.post()),
        award: Some("Giấy khen".into()),
        achievement: Some(list[1].honouree.achievement.clone()),
    };
    let claim = check(&line, &keys, &all, Some(dir.path())).expect("holds");
    assert_eq!((claim.name, claim.content), (Some(true), Some(true)));
    assert_eq!(claim.standing, Some(crate::register::life::Standing::InForce));
    let other = Said { name: Some("Phòng Tổng Hợp".into()), ..all };
    let claim = check(&line, &keys, &other, None).expect("holds");
    assert!(!claim.is_good() && claim.content == Some(false));
    // Another name, another number, another office's key.
    for forged in [line.replace("Phòng Tổng hợp", "Phòng Nội chính"), line.replace("|02/", "|03/")]
    {
        assert_ne!(forged, line);
        let failure = check(&forged, &keys, &Said::default(), None).expect_err("forged");
        assert_eq!(failure.kind, FailureKind::Tampered);
    }
    let stranger = crate::archive::log::PrivateKey::new("khac/x", [9; 32]).expect("a key");
    let failure = check(&line, &[stranger.public().clone()], &Said::default(), None);
    assert_eq!(failure.expect_err("unknown").kind, FailureKind::Tampered);
    assert_eq!(
        check("abc", &keys, &Said::default(), None).expect_err("no line").kind,
        FailureKind::Input
    );
    // The log vouches for the same entry, and for no other.
    for (seq, good) in [(2, true), (1, false)] {
        let (proof, _) =
            crate::pipeline::evidence::prove(&workspace, &format!("vang:0{seq}"), 2026)
                .expect("proves");
        let path = dir.path().join("p.tlog-proof");
        std::fs::write(&path, proof.text()).expect("writes");
        let claim = check_voucher(&world, &line, &keys, &Said::default(), Some(&path), None);
        assert_eq!(claim.is_ok_and(|c| c.logged.is_some()), good, "{seq}");
    }
}

#[test]
fn a_certificate_issued_again_is_linked_and_the_first_one_stays() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    let issued = enter(&workspace, &[certificate("Lê Thị Hoa", HonoureeKind::Individual)]);
    let settings = Settings { form: "giay-khen".into(), ..Settings::default() };
    let call = Call::default();
    let done = reissue(&workspace, "vang:01", " ", &settings, &call).expect("runs");
    assert!(done.file.is_none() && blocks(&done.outcome.findings));
    let dry = Call { dry_run: true, ..Call::default() };
    let done = reissue(&workspace, "vang:01", "giấy bị rách", &settings, &dry).expect("runs");
    assert!(done.file.is_none() && done.outcome.lines.len() == 1, "{:?}", done.outcome);
    let done = reissue(&workspace, "vang:01", "giấy bị rách", &settings, &call).expect("runs");
    assert!(done.file.is_some(), "{:?}", done.outcome.findings);
    let act = done.outcome.lines[0].clone();
    assert_eq!(act.files.len(), 1);
    // Both lead to each other.
    let shown = show(&workspace, "vang:01").expect("shows");
    assert_eq!(shown[0].files.len(), 2);
    assert_eq!(shown[0].files[0].0.sha256, issued[0].file.as_ref().expect("a file").sha256);
    let by_act = show(&workspace, &format!("#{}", act.seq.expect("entered"))).expect("shows");
    assert_eq!(by_act[0].entry.seq, issued[0].seq);
    let keys = known(&workspace);
    let line =
        act.fields.get(VOUCHER_FIELD).and_then(|v| v.as_str()).expect("a voucher").to_owned();
    let claim = |line: &str| {
        check_voucher(&world, line, &keys, &Said::default(), None, Some(dir.path())).expect("holds")
    };
    assert_eq!(
        (claim(&line).voucher.reissue, claim(&line).voucher.seq),
        (1, act.seq.expect("one"))
    );
    assert!(claim(&line).is_good());
    // The first one still holds, and it is said that another took its place.
    let first = claim(&qr(&workspace, issued[0].seq));
    assert_eq!((first.later, first.is_good()), (1, false));
    // A second time is another act.
    let again = reissue(&workspace, "vang:01", "giấy bị rách", &settings, &call).expect("runs");
    assert!(again.file.is_some(), "{:?}", again.outcome.findings);
    assert!(!claim(&line).is_good());
}

#[test]
fn a_sheaf_holds_a_hundred_in_their_order() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    let press = press(&workspace, "bang-khen");
    let all: Vec<(Certificate, Stamp)> = (1..=101)
        .map(|n| {
            let stamp = longest(&workspace, HonoureeKind::Individual, "").stamp;
            (certificate(&format!("Người thứ {n}"), HonoureeKind::Individual), stamp)
        })
        .collect();
    let files: Vec<Vec<u8>> = all
        .chunks(SHEAF)
        .map(|part| {
            let page = |(c, s): &(Certificate, Stamp)| press.print_page(c, s).expect("prints").1;
            let pages: Vec<_> = part.iter().map(|one| page(one).expect("a page")).collect();
            press.sheaf(&part[0].0, &pages).expect("a sheaf")
        })
        .collect();
    assert_eq!(files.len(), 2);
    let names = |bytes: &[u8]| {
        let sheet = crate::docx::read(bytes, "a.docx").expect("reads");
        let texts = sheet.sections.iter().flat_map(|s| &s.items).filter_map(|item| match item {
            crate::layout::Item::Para(p) => Some(
                p.runs
                    .iter()
                    .filter_map(|r| match &r.content {
                        crate::layout::RunContent::Text(t) => Some(t.as_str()),
                        _ => None,
                    })
                    .collect::<String>(),
            ),
            _ => None,
        });
        (sheet.sections.len(), texts.filter(|t| t.starts_with("Bà ")).collect::<Vec<_>>())
    };
    let (pages, first) = names(&files[0]);
    assert_eq!((pages, first.len()), (100, 100));
    assert_eq!((first[0].as_str(), first[99].as_str()), ("Bà Người thứ 1", "Bà Người thứ 100"));
    assert_eq!(names(&files[1]), (1, vec!["Bà Người thứ 101".to_owned()]));
}

#[test]
fn an_emblem_that_is_no_picture_or_too_large_is_refused_by_name() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    let open = |name: &str| {
        let settings =
            Settings { form: "giay-khen".into(), emblem: Some(name.into()), ..Settings::default() };
        let (press, findings) = Press::open(&workspace, &settings).expect("runs");
        assert!(press.is_none() == blocks(&findings));
        findings
            .iter()
            .map(|d| format!("{} {}", d.code, d.place.file.as_deref().unwrap_or("")))
            .collect::<Vec<_>>()
    };
    std::fs::write(dir.path().join("a.png"), b"GIF89a").expect("writes");
    std::fs::write(dir.path().join("b.png"), vec![0; 2 << 20]).expect("writes");
    assert_eq!(open("a.png"), ["D0923 a.png"]);
    assert_eq!(open("b.png"), ["D0924 b.png"]);
    assert_eq!(open("khong-co.png"), ["D0923 khong-co.png"]);
    let settings = Settings { form: "giay-kheen".into(), ..Settings::default() };
    let (press, findings) = Press::open(&workspace, &settings).expect("runs");
    assert!(press.is_none() && findings[0].code.to_string() == "D0927");
}

#[test]
fn the_clerks_own_word_file_is_a_form_too() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    // Any Word file will do; this one is made here.
    let press = press(&workspace, "giay-khen");
    let mut tagged = longest(&workspace, HonoureeKind::Individual, "");
    tagged.certificate.honouree.name = "{{ho_ten}}".into();
    tagged.certificate.honouree.address = "{{ong_ba}}".into();
    tagged.certificate.honouree.unit = "{{don_vi}} {{so}} {{khoi}}".into();
    let file = press.print(&tagged.certificate, &tagged.stamp).expect("prints");
    std::fs::write(dir.path().join("mau.docx"), &file.bytes).expect("writes");
    let settings = Settings { form: "mau.docx".into(), ..Settings::default() };
    let (word, findings) = Press::open(&workspace, &settings).expect("opens");
    assert!(!blocks(&findings), "{findings:?}");
    let word = word.expect("a press");
    let mut one = certificate("Lê & <Hoa>", HonoureeKind::Individual);
    let found = word.check(std::slice::from_ref(&one));
    assert_eq!(found.len(), 1, "a column that the list lacks: {found:?}");
    one.honouree.extra.insert("khoi".into(), "Khối 1".into());
    assert_eq!(word.check(std::slice::from_ref(&one)), []);
    let stamp = longest(&workspace, HonoureeKind::Individual, "").stamp;
    let made = word.print(&one, &stamp).expect("fills");
    let text = format!("{:?}", crate::docx::read(&made.bytes, "a.docx").expect("reads").sections);
    assert!(text.contains("Lê & <Hoa>") && text.contains("Phòng Tổng hợp 1234 Khối 1"), "{text}");
    assert_eq!(word.sheaf(&one, &[]).expect_err("no sheaf").kind, FailureKind::Usage);
}

#[test]
fn whose_certificate_was_printed_before_makes_no_difference() {
    let dir = tempfile::tempdir().expect("a folder");
    let world = world();
    let workspace = workspace(&world, dir.path());
    let press = press(&workspace, "giay-khen");
    let mut people = Vec::new();
    for (at, name) in ["Lê Thị Hoa", "Vũ Quang Hải", "A & B", "  Trần  Văn   An ", "Bà <Lan>", "Đỗ"]
        .into_iter()
        .enumerate()
    {
        let mut person = certificate(name, HonoureeKind::Individual);
        person.honouree.unit.push_str(&" và Văn phòng Sở Nội vụ tỉnh".repeat(at % 3));
        person.honouree.achievement.push_str(&", trong phong trào".repeat(3 * (at % 4)));
        let group = Certificate {
            honouree: Honouree { kind: HonoureeKind::Collective, ..person.honouree.clone() },
            ..person.clone()
        };
        people.extend([person.clone(), person, group]);
    }
    let print = |(at, person): (usize, &Certificate)| {
        let number = crate::model::Number::new(at as u32 + 9).expect("a number");
        let qr = format!("VT1|9f8e7d6c|SNV|{number}/2026|12/QĐ-SNV|{at}|{}", person.honouree.name);
        let stamp = Stamp { number, year: 2026, seq: at as u64, qr, reissued: None };
        let (file, page) = press.print_surely(person, &stamp).expect("printed");
        (stamp, file, format!("{page:?}"))
    };
    let print = &print;
    let mut printed = Vec::new();
    for (at, person) in people.iter().chain(&people).enumerate() {
        let anew = std::thread::scope(|scope| {
            scope.spawn(move || print((at, person))).join().expect("a thread")
        });
        let now = print((at, person));
        assert!(now == anew, "{at}");
        printed.push((person, now));
    }
    // Somebody else's is none, however much it is like it.
    for (person, (stamp, file, _)) in &printed {
        press.read_back(person, stamp, &file.bytes).expect("says so");
        let other = certificate("Nguyễn Thị Khác", person.honouree.kind);
        assert!(press.read_back(&other, stamp, &file.bytes).is_err());
        let cut = file.bytes.len() / 3;
        let mut damaged = file.bytes.clone();
        damaged[cut] ^= 1;
        if crate::docx::read(&damaged, "a.docx").is_err() {
            assert!(press.read_back(person, stamp, &damaged).is_err());
        }
    }
}
