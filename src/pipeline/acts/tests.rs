//! A clerk's acts in a scratch office.

use jiff::civil::date;

use super::*;
use crate::pipeline::receive::{Arrival, Arrived, Papers, receive};
use crate::pipeline::{Purpose, Ticket, issue, plan, single_steps};
use crate::register::book::{Cover, Format, Options, View, write_view};
use crate::register::{Filter, Incoming};
use crate::world::System;

/// A PDF as it was signed and scanned.
const SCAN: &[u8] = include_bytes!("../../../tests/fixtures/pdf/cong-van.pdf");
const OFFICE: &str = r#"
[organ]
name = "SỞ NỘI VỤ"
parent = "ỦY BAN NHÂN DÂN\nTỈNH AN HẢI"
in_text = "Sở Nội vụ tỉnh An Hải"
code = "SNV"
place = "An Hải"
[signers.giam-doc]
position = "GIÁM ĐỐC"
name = "Lê Thị Minh Châu"
[defaults]
signer = "giam-doc"
archive_copy = "VT, VP"
unit = "VP"
[options]
days_off = ["2026-11-24"]
"#;

const LETTER: &str = "---
loai: cong-van
trich-yeu: mời dự họp tổng kết năm 2026
kinh-gui: Phòng Tổng hợp
noi-nhan: [Như trên]
---
Sở Nội vụ mời Phòng Tổng hợp dự họp tổng kết công tác năm 2026.

Đề nghị Phòng Tổng hợp cử đại diện tham dự./.
";

const PLAN: &str = "---
loai: ke-hoach
trich-yeu: Tổ chức phong trào thi đua năm 2027
noi-nhan: [Các phòng thuộc Sở]
---
Thực hiện nhiệm vụ công tác năm 2027, Sở Nội vụ xây dựng Kế hoạch như sau:

I. MỤC ĐÍCH, YÊU CẦU
1. Mục đích
Động viên mọi công chức hoàn thành nhiệm vụ.
2. Yêu cầu
Thiết thực, tiết kiệm.

Trên đây là Kế hoạch tổ chức phong trào thi đua năm 2027./.
";

/// A Sunday, so that the next working day is the Monday, and the one after it the Wednesday.
const TODAY: Date = date(2026, 11, 22);

struct Scratch {
    dir: tempfile::TempDir,
    world: System,
}

impl Scratch {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a folder");
        for (name, text) in [("thu.md", LETTER), ("ke-hoach.md", PLAN)] {
            std::fs::write(dir.path().join(name), text).expect("writes");
        }
        Self { dir, world: System::new(Some(TODAY)) }
    }

    fn workspace(&self) -> Workspace<'_> {
        Workspace::from_texts(&self.world, self.dir.path(), OFFICE.into(), TODAY)
            .expect("an office")
    }
}

fn issued(workspace: &Workspace<'_>, source: &str) -> String {
    let steps = single_steps(&[workspace.dir.join(source)], None, None);
    let plan = plan(workspace, steps, Purpose::Issue(None), &|_| {}).expect("plans");
    assert!(!plan.is_blocked(), "{:?}", plan.findings);
    let mut nonce = [0; 8];
    crate::world::World::random(workspace.world, &mut nonce).expect("random");
    let ticket = Ticket { job: format!("{nonce:?}"), title: source.into(), wait: Duration::ZERO };
    let report = issue(workspace, &plan, &ticket, &|_| {}).expect("issues");
    report.lines[0].code.clone()
}

fn received(workspace: &Workspace<'_>, code: &str, change: fn(&mut Incoming)) -> String {
    let mut incoming = Incoming {
        organ_name: "Sở Tài chính".into(),
        code: code.into(),
        type_name: "Công văn".into(),
        subject: "đề nghị báo cáo".into(),
        ..Incoming::default()
    };
    change(&mut incoming);
    let arrivals = [Arrival { incoming, ..Arrival::default() }];
    let ticket = Ticket { job: code.into(), title: code.into(), wait: Duration::ZERO };
    let bring = |_: usize, _: Arrived| -> Result<Papers> { unreachable!("paper brings no file") };
    let done = receive(workspace, &arrivals, &ticket, &bring, &|_| {}).expect("receives");
    format!("den:{}", done.receipts[0].number)
}

fn told(outcome: &Outcome) -> Vec<String> {
    outcome.findings.iter().map(|d| d.code.to_string()).collect()
}

fn call() -> Call {
    Call::default()
}

fn on(day: Date) -> Call {
    Call { date: Some(day), ..Call::default() }
}

fn codes(typed: &str) -> Vec<String> {
    vec![typed.to_owned()]
}

fn book(workspace: &Workspace<'_>, view: View) -> String {
    let register = registered(workspace).expect("a register");
    let mut out = Vec::new();
    let (cover, options) = (Cover::default(), Options::default());
    write_view(&register, view, &Filter::default(), &cover, Format::Csv, options, &mut out)
        .expect("writes");
    String::from_utf8(out).expect("UTF-8")
}

fn assert_whole(workspace: &Workspace<'_>) {
    let options = crate::archive::verify::Options::default();
    let verified = crate::pipeline::verify(workspace, options, Duration::ZERO).expect("verifies");
    assert!(verified.report.findings.is_empty(), "{:?}", verified.report.findings);
    assert!(verified.rows.is_empty(), "{:?}", verified.rows);
}

#[test]
fn a_number_is_voided_with_a_reason_and_not_after_it_was_sent() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let (first, second) = (issued(&workspace, "ke-hoach.md"), issued(&workspace, "ke-hoach.md"));
    assert_eq!((first.as_str(), second.as_str()), ("01/KH-SNV", "02/KH-SNV"));
    assert_eq!(told(&void(&workspace, &codes(&first), " ", &call()).expect("looks")), ["S0407"]);
    let sent = deliver(&workspace, &codes(&second), &Delivery::default(), &call());
    assert_eq!(told(&sent.expect("enters")), [""; 0]);
    let both = [first.clone(), second.clone()];
    let late = void(&workspace, &both, "lấy nhầm", &call()).expect("looks");
    assert_eq!((told(&late), late.lines.len()), (vec!["S0409".to_owned()], 0), "all or none");
    let dry = Call { dry_run: true, ..call() };
    let dry = void(&workspace, &codes(&first), "lấy nhầm", &dry).expect("looks");
    assert_eq!((dry.lines.len(), dry.lines[0].seq), (1, None));
    let done = void(&workspace, &codes(&first), "lấy nhầm", &call()).expect("enters");
    assert_eq!((told(&done), done.lines.len()), (Vec::new(), 1));
    let again = void(&workspace, &codes(&first), "lấy nhầm", &call()).expect("looks");
    assert_eq!(told(&again), ["S0403"]);
    assert_eq!(issued(&workspace, "ke-hoach.md"), "03/KH-SNV", "the number is not given again");
    let printed = book(&workspace, View::Outgoing);
    assert!(printed.contains("hủy số ngày 22/11/2026: lấy nhầm"), "{printed}");
    assert_whole(&workspace);
}

#[test]
fn a_recall_freezes_all_but_notes_about_the_document() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let code = issued(&workspace, "ke-hoach.md");
    deliver(&workspace, &codes(&code), &Delivery::default(), &call()).expect("enters");
    let done = recall(&workspace, &codes(&code), "sai thẩm quyền", "", &call()).expect("enters");
    assert_eq!(told(&done), [""; 0]);
    let shown = show(&workspace, &code).expect("shows").pop().expect("one");
    assert_eq!(shown.standing, crate::register::life::Standing::Recalled);
    let file = scratch.dir.path().join("quet.pdf");
    std::fs::write(&file, SCAN).expect("writes");
    let refused = [
        deliver(&workspace, &codes(&code), &Delivery::default(), &call()),
        void(&workspace, &codes(&code), "x", &call()),
        recall(&workspace, &codes(&code), "x", "", &call()),
        attach(&workspace, &code, &[file], None, "", &call()),
    ];
    for outcome in refused {
        assert_eq!(told(&outcome.expect("looks")), ["S0403"]);
    }
    let back = Delivery { receipt: true, receiver: "UBND xã A".into(), ..Delivery::default() };
    let back = deliver(&workspace, &codes(&code), &back, &call()).expect("enters");
    assert_eq!((told(&back), back.lines.len()), (Vec::new(), 1), "a copy that comes back is noted");
    let incoming = received(&workspace, "5/STC", |_| {});
    recall(&workspace, &codes(&incoming), "nơi gửi thu hồi", "", &call()).expect("enters");
    let assignment = Assignment { unit: "Phòng A".into(), ..Assignment::default() };
    let late = assign(&workspace, &codes(&incoming), &assignment, &call()).expect("looks");
    assert_eq!(told(&late), ["S0403"]);
    assert_whole(&workspace);
}

#[test]
fn renditions_join_their_entry_once() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let (code, other) = (issued(&workspace, "ke-hoach.md"), issued(&workspace, "ke-hoach.md"));
    let file = |name: &str, bytes: &[u8]| {
        let path = scratch.dir.path().join(name);
        std::fs::write(&path, bytes).expect("writes");
        path
    };
    let scan = file("quet.pdf", SCAN);
    let signed = file("ky-so.pdf", &[SCAN, b"%% /ByteRange [0 1 2 3]\n"].concat());
    let both = [scan.clone(), signed];
    let done = attach(&workspace, &code, &both, None, "", &call()).expect("enters");
    let kinds: Vec<_> = done.lines.iter().map(|l| l.data["rendition"].clone()).collect();
    assert_eq!((told(&done), kinds), (Vec::new(), vec!["scan".into(), "signed".into()]));
    let again =
        attach(&workspace, &code, std::slice::from_ref(&scan), None, "", &call()).expect("looks");
    assert_eq!((told(&again), again.lines.len()), (vec!["S0410".to_owned()], 0));
    let warned = attach(&workspace, &other, &[scan], None, "", &call()).expect("enters");
    assert_eq!((told(&warned), warned.lines.len()), (vec!["S0419".to_owned()], 1));
    let cut = SCAN.get(..SCAN.len() / 2).expect("half of it");
    for (name, bytes) in
        [("a.exe", &b"MZ"[..]), ("b.pdf", b""), ("c.pdf", b"PK\x03\x04"), ("d.pdf", cut)]
    {
        let odd = attach(&workspace, &code, &[file(name, bytes)], None, "", &call());
        assert_eq!(told(&odd.expect("looks")), ["S0418"], "{name}");
    }
    let shown = show(&workspace, &code).expect("shows").pop().expect("one");
    assert_eq!(shown.files.iter().filter(|(_, act)| act.is_some()).count(), 2);
    assert_eq!(shown.files.len(), 3);
    assert_whole(&workspace);
}

#[test]
fn a_correction_is_a_letter_and_both_sides_say_so() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let code = issued(&workspace, "ke-hoach.md");
    let source =
        |name: &str| Means::Source { source: workspace.dir.join(name), data: None, out: None };
    let wrong = correct(&workspace, &code, &source("ke-hoach.md"), "sai ngày", &call(), &|_| {});
    assert_eq!(told(&wrong.expect("looks").outcome), ["S0413"]);
    let wrong = replace(&workspace, &code, &source("thu.md"), "sai", &call(), &|_| {});
    assert_eq!(told(&wrong.expect("looks").outcome), ["S0412"]);
    let lacks = correct(&workspace, &code, &source("thu.md"), "", &call(), &|_| {});
    assert_eq!(told(&lacks.expect("looks").outcome), ["S0407"]);
    let dry = Call { dry_run: true, ..call() };
    let dry = correct(&workspace, &code, &source("thu.md"), "sai ngày", &dry, &|_| {});
    assert_eq!(dry.expect("looks").issued.expect("planned").1.lines[0].code, "01/SNV-VP");
    let done = correct(&workspace, &code, &source("thu.md"), "sai ngày", &call(), &|_| {});
    let done = done.expect("corrects");
    assert_eq!((told(&done.outcome), done.outcome.lines.len()), (Vec::new(), 1));
    let again = correct(&workspace, &code, &source("thu.md"), "sai ngày", &call(), &|_| {});
    let again = again.expect("looks");
    assert_eq!(told(&again.outcome), ["S0406"]);
    assert!(again.issued.expect("planned").1.lines[0].earlier, "no second number is taken");
    let old = show(&workspace, &code).expect("shows").pop().expect("one");
    let new = show(&workspace, "01/SNV-VP").expect("shows").pop().expect("one");
    assert_eq!((old.links[0].by, old.links[0].label.as_str()), (true, "01/SNV-VP"));
    assert_eq!((new.links[0].by, new.links[0].label.as_str()), (false, "01/KH-SNV"));
    assert_eq!(new.entry.fields.extra["corrects"], "di:01/KH-SNV@2026");
    let printed = book(&workspace, View::Outgoing);
    assert!(printed.contains("được đính chính bằng 01/SNV-VP"), "{printed}");
    assert!(printed.contains("đính chính 01/KH-SNV"), "{printed}");
    let replaced = replace(&workspace, &code, &source("ke-hoach.md"), "sai", &call(), &|_| {});
    let replaced = replaced.expect("replaces");
    assert_eq!((told(&replaced.outcome), replaced.outcome.lines.len()), (Vec::new(), 1));
    let by = Means::Issued("01/KH-SNV".into());
    let itself =
        replace(&workspace, "02/KH-SNV", &Means::Issued("02/KH-SNV".into()), "x", &call(), &|_| {});
    assert_eq!(told(&itself.expect("looks").outcome), ["S0415"]);
    let frozen = replace(&workspace, "02/KH-SNV", &by, "x", &call(), &|_| {});
    assert_eq!(
        told(&frozen.expect("looks").outcome),
        ["S0403"],
        "what was replaced replaces nothing"
    );
    assert_whole(&workspace);
}

#[test]
fn an_incoming_document_is_assigned_followed_and_answered() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let incoming = received(&workspace, "5/STC", |i| i.priority = 2);
    received(&workspace, "6/STC", |i| i.due = Some(date(2026, 11, 27)));
    received(&workspace, "7/STC", |i| i.due = Some(date(2027, 3, 1)));
    let listed = |horizon| {
        let list = due(&workspace, horizon).expect("lists");
        list.into_iter().map(|d| (d.code, d.state, d.working_days)).collect::<Vec<_>>()
    };
    // Without the Tuesday, the 27th is the fourth working day.
    assert_eq!(listed(Horizon::default()), [("5/STC".into(), DueState::Unassigned, 0)]);
    let near = listed(Horizon { within: Some(4), all: false });
    assert_eq!(near[1], ("6/STC".into(), DueState::Soon, -4));
    assert_eq!(listed(Horizon { within: None, all: true }).len(), 3);
    let assignment = Assignment { unit: "Phòng A".into(), days: Some(2), ..Assignment::default() };
    assert_eq!(
        told(&assign(&workspace, &codes("01/KH-SNV"), &assignment, &call()).expect("looks")),
        ["S0401"]
    );
    let nobody = assign(&workspace, &codes(&incoming), &Assignment::default(), &call());
    assert_eq!(told(&nobody.expect("looks")), ["S0407"]);
    let done = assign(&workspace, &codes(&incoming), &assignment, &call()).expect("enters");
    assert_eq!(done.lines[0].fields["due"], "2026-11-25");
    let step = Step { progress: "đang xin ý kiến".into(), ..Step::default() };
    follow(&workspace, &codes(&incoming), &step, &call()).expect("enters");
    let letter = issued(&workspace, "thu.md");
    let done = answer(&workspace, &codes(&incoming), &letter, &call()).expect("enters");
    assert_eq!((told(&done), done.lines.len()), (Vec::new(), 1));
    let again = answer(&workspace, &codes(&incoming), &letter, &on(date(2026, 11, 22)));
    assert_eq!(told(&again.expect("looks")), ["S0406"]);
    let early = Step { done: true, ..Step::default() };
    let early = follow(&workspace, &codes(&incoming), &early, &call()).expect("looks");
    assert_eq!(told(&early), ["S0416"]);
    let backwards = answer(&workspace, &codes(&letter), &incoming, &call()).expect("looks");
    assert_eq!(told(&backwards), ["S0408", "S0408"]);
    assert_eq!(listed(Horizon { within: None, all: true }).len(), 2);
    let printed = book(&workspace, View::FollowUp);
    let line = printed.lines().nth(1).expect("a line");
    for part in [
        "01",
        "Công văn số 5/STC của Sở Tài chính",
        "Phòng A",
        "25/11/2026",
        "đang xin ý kiến",
        "01/SNV-VP",
    ] {
        assert!(line.contains(part), "{part}: {line}");
    }
    let letter = show(&workspace, &letter).expect("shows").pop().expect("one");
    assert_eq!(letter.links[0].label, "số đến 01 (5/STC)");
    assert_whole(&workspace);
}

#[test]
fn post_and_kept_copies_have_books_of_their_own() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let code = issued(&workspace, "ke-hoach.md");
    let parcel = Delivery {
        how: How::Post,
        to: vec!["UBND xã A".into(), "UBND xã B".into()],
        envelopes: Some(2),
        ..Delivery::default()
    };
    let receipt = Delivery { receipt: true, ..Delivery::default() };
    let none = deliver(&workspace, &codes(&code), &receipt, &call()).expect("looks");
    assert_eq!(told(&none), ["S0414"]);
    let late = deliver(&workspace, &codes(&code), &parcel, &on(date(2026, 11, 25)));
    assert_eq!(told(&late.expect("enters")), ["S0405", "S0417"]);
    let printed = book(&workspace, View::Post);
    assert!(printed.contains("25/11/2026,01/KH-SNV,UBND xã A; UBND xã B,2,,"), "{printed}");
    let loan = Loan {
        user: "Trần Văn Bình".into(),
        allowed_by: "Chánh Văn phòng".into(),
        ..Loan::default()
    };
    let lacks = lend(&workspace, &codes(&code), &Loan::default(), &call()).expect("looks");
    assert_eq!(told(&lacks), ["S0407", "S0407"]);
    lend(&workspace, &codes(&code), &loan, &call()).expect("enters");
    let twice = lend(&workspace, &codes(&code), &loan, &on(date(2026, 11, 23))).expect("looks");
    assert_eq!(told(&twice), ["S0405", "S0420"]);
    let back = Loan { returned: true, ..Loan::default() };
    let back = lend(&workspace, &codes(&code), &back, &call()).expect("enters");
    assert_eq!(back.lines.len(), 1);
    let printed = book(&workspace, View::KeptCopies);
    assert_eq!(printed.lines().count(), 2, "{printed}");
    assert!(printed.contains("22/11/2026,Chánh Văn phòng,"), "{printed}");
    assert_whole(&workspace);
}

#[test]
fn a_code_that_may_mean_several_documents_is_not_guessed() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let code = issued(&workspace, "ke-hoach.md");
    received(&workspace, "01/KH-SNV", |i| i.organ_name = "Sở Tài chính".into());
    let unclear = void(&workspace, &codes(&code), "x", &call()).expect("looks");
    assert_eq!(told(&unclear), ["S0402"]);
    let spellings: Vec<_> =
        unclear.findings[0].related.iter().filter_map(|(p, _)| p.item.clone()).collect();
    assert_eq!(spellings, ["di:01/KH-SNV@2026", "den:01@2026"]);
    assert_eq!(show(&workspace, &code).expect("shows").len(), 2);
    for typed in ["di:01/KH-SNV", "đi: 01/KH-SNV@2026", "den:1", "đến:01@2026", "#1"] {
        assert_eq!(show(&workspace, typed).expect("shows").len(), 1, "{typed}");
    }
    for typed in ["99/KH-SNV", "di:01/KH-SNV@2025", "", "#", "#99", "0", "KH-SNV", "/", "@"] {
        assert_eq!(show(&workspace, typed).expect("shows").len(), 0, "{typed}");
    }
    let before = void(&workspace, &codes("di:01/KH-SNV"), "x", &on(date(2026, 11, 21)));
    assert_eq!(told(&before.expect("looks")), ["S0404"]);
}

#[test]
fn an_office_without_a_register_is_told_so_and_stays_empty() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    let refused = void(&workspace, &codes("01/KH-SNV"), "x", &call()).expect_err("nothing yet");
    assert_eq!(refused.kind, FailureKind::Input);
    assert!(!scratch.dir.path().join(REGISTER).exists());
}

#[test]
fn a_number_taken_elsewhere_and_not_used_stands_in_the_book_as_void() {
    let scratch = Scratch::new();
    let workspace = scratch.workspace();
    issued(&workspace, "ke-hoach.md");
    let blank = |typed: &[&str], reason: &str, call: &Call| {
        let codes: Vec<String> = typed.iter().map(|c| (*c).to_owned()).collect();
        void_blank(&workspace, &codes, reason, call).expect("looks")
    };
    let refused = [
        (blank(&["02/KH-SNV"], " ", &call()), "S0407"),
        (blank(&["01/KH-SNV"], "x", &call()), "S0421"),
        (blank(&["02"], "x", &call()), "S0422"),
        (blank(&["02/KH-XYZ"], "x", &call()), "S0422"),
        (blank(&["di:02/KH-SNV@2025"], "x", &call()), "S0422"),
        (blank(&["03/KH-SNV"], "x", &call()), "S0423"),
        (blank(&["03/KH-SNV", "02/KH-SNV"], "x", &call()), "S0423"),
    ];
    for (outcome, code) in refused {
        assert_eq!(told(&outcome).first().map(String::as_str), Some(code));
        assert_eq!(outcome.lines.len(), 0);
    }
    let dry = blank(&["02/KH-SNV"], "x", &Call { dry_run: true, ..call() });
    assert_eq!((told(&dry), dry.lines.len()), (Vec::new(), 1));
    let all = ["02/KH-SNV", "03/KH-SNV", "01/SNV-VP", "01/SY-SNV", "den:1", "vang:1"];
    let done = blank(&all, "lấy số trên giấy, không dùng", &call());
    assert_eq!((told(&done), done.lines.len()), (Vec::new(), 6));
    assert_eq!(issued(&workspace, "ke-hoach.md"), "04/KH-SNV");
    assert_eq!(issued(&workspace, "thu.md"), "02/SNV-VP");
    assert_eq!(received(&workspace, "5/STC", |_| {}), "den:02");
    for view in [View::Outgoing, View::Copies, View::Incoming, View::Awards] {
        let printed = book(&workspace, view);
        assert!(printed.contains("hủy số ngày 22/11/2026: lấy số trên giấy"), "{printed}");
    }
    let register = registered(&workspace).expect("a register");
    let report = crate::pipeline::yearly::yearly(&register, 2026, TODAY).expect("counts");
    assert_eq!(report.voids.len(), 6);
    assert!(report.series.iter().all(|s| s.gaps.is_empty()), "{:?}", report.series);
    assert_whole(&workspace);
}
