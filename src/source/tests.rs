//! The reader of documents, tried with texts as clerks and scanners write them.

use super::*;
use crate::diagnostic::Lang;
use crate::model::{BlockKind, Side, Urgency, plain};

fn read(text: &str) -> Source {
    let (source, found) = parse(text, "a.md");
    assert!(found.is_empty(), "{:?}", show(&found));
    source
}

fn show(found: &[Diagnostic]) -> Vec<String> {
    found
        .iter()
        .map(|d| format!("{} {} {}", d.code, d.place.describe(Lang::En), d.message.en))
        .collect()
}

fn codes_of(text: &str) -> Vec<String> {
    parse(text, "a.md")
        .1
        .iter()
        .map(|d| format!("{}:{}", d.code, d.place.line.unwrap_or(0)))
        .collect()
}

/// One block in one line.
fn block(block: &Block) -> String {
    let titled = |yes: &bool| if *yes { "!" } else { "" };
    match &block.kind {
        BlockKind::LegalBasis(t) => format!("basis|{}", plain(t)),
        BlockKind::Heading { level, number, title } => {
            format!("{} {number}|{}", level.word(), plain(title))
        }
        BlockKind::Roman { number, title } => format!("{number}.|{}", plain(title)),
        BlockKind::Article { number, text } => format!("Điều {number}|{}", plain(text)),
        BlockKind::Clause { number, titled: t, text } => {
            format!("{number}.{}|{}", titled(t), plain(text))
        }
        BlockKind::Point { letter, titled: t, text } => {
            format!("{letter}){}|{}", titled(t), plain(text))
        }
        BlockKind::Dash { mark, text } => format!("{mark}|{}", plain(text)),
        BlockKind::Paragraph(t) => format!("p|{}", plain(t)),
        BlockKind::Centered(t) => format!("centre|{}", plain(t)),
        BlockKind::Table(t) => {
            format!("table {}x{}", t.header.len() + t.rows.len(), t.columns.len())
        }
    }
}

fn body(text: &str) -> Vec<String> {
    read(&format!("---\nloai: a\n---\n{text}")).body.iter().map(block).collect()
}

#[test]
fn every_key_in_both_languages() {
    let vietnamese = "---\n\
        loai: Kế hoạch\nTrích yếu: Thi đua **đặc biệt**\nco-quan: hdtd\ndia-danh: An Hải\nngay: 05/3/2026\n\
        ky_hieu: KH-SNV\ndon-vi-soan: VP\ntham-quyen: GIÁM ĐỐC SỞ NỘI VỤ\nkinh-gui:\n- Sở A\n- Sở B\n\
        loi-gui: Chủ tịch điện\nnoi-nhan: [\"Như trên\", Văn phòng]\nluu: VT, VP\n\
        nguoi-ky: { quyen-han: [\"TM. HỘI ĐỒNG\", \"KT. CHỦ TỊCH\"], chuc-vu: PHÓ CHỦ TỊCH, chuc-vu-khac: GIÁM ĐỐC SỞ, ho-ten: Lê A }\n\
        nguoi-soan: PL\nso-ban: 100\ndo-khan: Hỏa tốc\ndo-mat: thuong\nluu-hanh: LƯU HÀNH NỘI BỘ\n\
        lien-he: |\n  Số 1\n  Điện thoại\nban-dien-tu: true\nkho-ngang: no\nho-so: \"0123\"\nthem: { Lĩnh vực: Nội vụ, so-to: 1.10 }\n---\n";
    let english = "---\n\
        type: Kế hoạch\nsubject: Thi đua **đặc biệt**\norgan: hdtd\nplace: An Hải\ndate: 2026-03-05\n\
        notation: KH-SNV\nunit: VP\nissuing_authority: GIÁM ĐỐC SỞ NỘI VỤ\naddressees:\n- Sở A\n- Sở B\n\
        addressee-lead: Chủ tịch điện\nrecipients: [\"Như trên\", Văn phòng]\narchive_copy: VT, VP\n\
        signer: { authority: [\"TM. HỘI ĐỒNG\", \"KT. CHỦ TỊCH\"], position: PHÓ CHỦ TỊCH, other_position: GIÁM ĐỐC SỞ, name: Lê A }\n\
        drafter: PL\ncopies: 100\nurgency: hoa-toc\nsecrecy: none\ncirculation: LƯU HÀNH NỘI BỘ\n\
        contact: |\n  Số 1\n  Điện thoại\nelectronic: true\nlandscape: no\ndossier: \"0123\"\nextra: { linh_vuc: Nội vụ, so-to: 1.10 }\n---\n";
    let (a, mut b) = (read(vietnamese).front, read(english).front);
    b.secrecy.clone_from(&a.secrecy);
    assert_eq!(a, b);
    assert_eq!(a.type_name, Some(Located::new("Kế hoạch".into(), 2)));
    assert!(a.subject.as_ref().is_some_and(|s| s.at == 3 && s.value[1].bold));
    assert_eq!(a.date.map(|d| d.value.words()).as_deref(), Some("ngày 05 tháng 3 năm 2026"));
    assert_eq!(a.addressees.iter().map(|l| l.at).collect::<Vec<_>>(), [11, 12]);
    let signer = a.signer.expect("signer");
    assert_eq!(signer.authority.len(), 2);
    assert_eq!(signer.other_position.map(|p| p.value).as_deref(), Some("GIÁM ĐỐC SỞ"));
    assert_eq!(a.urgency.map(|u| u.value), Some(Urgency::HoaToc));
    assert_eq!(a.contact.len(), 2);
    assert_eq!(
        (a.electronic.map(|l| l.value), a.landscape.map(|l| l.value)),
        (Some(true), Some(false))
    );
    assert_eq!(a.dossier.map(|d| d.value).as_deref(), Some("0123"));
    assert_eq!(a.extra["so-to"].value, "1.10");
    assert_eq!(a.lines["signer.name"], 16);
    assert_eq!(a.lines["extra.linh-vuc"], 28);
}

#[test]
fn short_forms_and_blanks() {
    let front = read("---\ntype: a\nsigner: giam-doc\nrecipients: Như trên\nluu: khong\nngay: 10/2026\nplace:\nsigners:\n- { ben: trai, ho-ten: A }\n- thu-ky\n---\n").front;
    let signer = front.signer.expect("signer");
    assert_eq!(signer.key.map(|k| k.value).as_deref(), Some("giam-doc"));
    assert_eq!(front.recipients.map(|r| r.len()), Some(1));
    assert_eq!(front.archive_copy.map(|a| a.value), Some(None));
    assert_eq!(front.date.map(|d| (d.value.day, d.value.month)), Some((None, Some(10))));
    assert_eq!((front.place, front.unit), (None, None));
    assert_eq!(front.signers[0].side, Some(Side::Left));
    assert_eq!(front.signers[1].key.as_ref().map(|k| k.value.as_str()), Some("thu-ky"));
    assert_eq!(read("---\ntype: a\nrecipients: []\n---").front.recipients, Some(vec![]));
}

#[test]
fn all_faults_of_the_front_matter_at_once() {
    let (source, found) = parse(
        "---\nlaoi: x\ntype: a\nloai: b\nsubject: [a]\ndate: 31/02/2026\ncopies: nhiều\nurgency: gấp\nelectronic: maybe\n\
         secrecy: Tối mật\nsigner: { nme: A, side: giữa }\nzzzzz: 1\nextra: x\n---\n",
        "a.md",
    );
    assert_eq!(source.front.type_name.map(|t| t.value).as_deref(), Some("a"));
    let brief: Vec<_> =
        found.iter().map(|d| format!("{}:{}", d.code, d.place.line.unwrap_or(0))).collect();
    assert_eq!(
        brief,
        [
            "D0104:2", "D0105:4", "D0106:5", "D0107:6", "D0109:7", "D0108:8", "D0108:9",
            "D0110:10", "D0104:11", "D0108:11", "D0104:12", "D0106:13",
        ]
    );
    assert_eq!(found[0].hint.as_ref().map(|h| h.en.as_str()), Some("did you mean `loai`?"));
    assert_eq!(found[1].related[0].0.line, Some(3));
    assert!(found[7].basis.as_ref().is_some_and(|b| b.contains("bí mật nhà nước")));
    assert_eq!(found[8].hint.as_ref().map(|h| h.en.as_str()), Some("did you mean `name`?"));
}

#[test]
fn yaml_that_cannot_be_read_has_a_place_and_a_hint() {
    let cases = [
        ("loai: a\nsubject: {{x}}\n", "D0103", 3, "in quotes"),
        ("loai: a\nsubject: Về việc: b: c\n", "D0103", 3, "colon"),
        ("loai: a\nsigner:\n\tname: x\n", "D0103", 4, "tabs"),
        ("loai: \"a\n", "D0103", 2, "quotes are closed"),
        ("noi-nhan: [a, b\n", "D0103", 2, "bracket"),
        ("loai: &x a\n", "D0113", 2, "quotes"),
        ("loai: *x\n", "D0103", 2, "quotes"),
        ("loai: !!str a\n", "D0113", 2, "quotes"),
        ("chỉ có chữ\n", "D0106", 2, "type"),
    ];
    for (yaml, code, line, hint) in cases {
        let (_, found) = parse(&format!("---\n{yaml}---\nA\n"), "a.md");
        let first = found.first().unwrap_or_else(|| panic!("{yaml}"));
        assert_eq!(first.code.to_string(), code, "{yaml}: {:?}", show(&found));
        assert!(
            first.place.line.is_some_and(|l| l.abs_diff(line) <= 1),
            "{yaml}: {:?}",
            first.place
        );
        let said = first.hint.as_ref().map_or("", |h| h.en.as_str());
        assert!(said.contains(hint) || code == "D0106", "{yaml}: {said}");
    }
}

#[test]
fn front_matter_must_be_there_and_closed() {
    assert_eq!(codes_of(""), ["D0101:1"]);
    assert_eq!(codes_of("\n\nKẾ HOẠCH\n"), ["D0101:3"]);
    assert_eq!(codes_of("\n---\nloai: a\nA\n"), ["D0102:2", "D0103:4"]);
    let (source, _) = parse("I. MỤC ĐÍCH\n1. Một\n", "a.md");
    assert_eq!(source.body.len(), 2, "the body is read all the same");
}

#[test]
fn a_plan_with_the_oddities_of_scans() {
    let text = "Thực hiện Kế hoạch số 12/KH-UBND ngày 01/02/2026 của Ủy ban nhân dân tỉnh;\n\n\
        Sở xây dựng kế hoạch “*Chung sức*” như sau:\n\
        #### **I. MỤC ĐÍCH, YÊU CẦU**\n##### 1. Mục đích\n\nHuy động mọi nguồn lực.\n\n2. Yêu cầu\n- Thiết thực;\n- Hiệu quả.\n\
        II. NỘI DUNG CỤ THỂ:\n1. Đẩy mạnh thi đua.\n**2.** Nêu gương.\n\
        5. Nội dung từng đợt như sau:\n- **Đợt I, đến 30/6:** thi đua lập thành tích.\n\
        III. KHEN THƯỞNG\n1. Hình thức khen thưởng\na) Các hình thức cấp Nhà nước\nTheo hướng dẫn.\nb) Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh\n- Khen đột xuất: tập thể.\n\
        - c) Giấy khen của Giám đốc Sở.\nđ) Khác.\n\
        3. Tiêu chuẩn thi đua\n3.1. Đối với các phòng\n- Hoàn thành nhiệm vụ\n3.2. Đối với cá nhân\n- Chấp hành tốt.\n\
        III. TỔ CHỨC THỰC HIỆN\n1. Giao Văn phòng theo dõi./.\n";
    assert_eq!(
        body(text),
        [
            "p|Thực hiện Kế hoạch số 12/KH-UBND ngày 01/02/2026 của Ủy ban nhân dân tỉnh;",
            "p|Sở xây dựng kế hoạch “Chung sức” như sau:",
            "I.|MỤC ĐÍCH, YÊU CẦU",
            "1.!|Mục đích",
            "p|Huy động mọi nguồn lực.",
            "2.!|Yêu cầu",
            "-|Thiết thực;",
            "-|Hiệu quả.",
            "II.|NỘI DUNG CỤ THỂ:",
            "1.|Đẩy mạnh thi đua.",
            "2.|Nêu gương.",
            "5.|Nội dung từng đợt như sau:",
            "-|Đợt I, đến 30/6: thi đua lập thành tích.",
            "III.|KHEN THƯỞNG",
            "1.!|Hình thức khen thưởng",
            "a)!|Các hình thức cấp Nhà nước",
            "p|Theo hướng dẫn.",
            "b)!|Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh",
            "-|Khen đột xuất: tập thể.",
            "c)|Giấy khen của Giám đốc Sở.",
            "đ)|Khác.",
            "3.!|Tiêu chuẩn thi đua",
            "3.1.!|Đối với các phòng",
            "-|Hoàn thành nhiệm vụ",
            "3.2.!|Đối với cá nhân",
            "-|Chấp hành tốt.",
            "III.|TỔ CHỨC THỰC HIỆN",
            "1.|Giao Văn phòng theo dõi./.",
        ]
    );
}

#[test]
fn a_decision_with_its_bases_articles_and_attached_rules() {
    let source = read(
        "---\nloai: quyet-dinh\n---\nCăn cứ Luật A;\nCăn cứ Nghị định B;\nTheo đề nghị của Chánh Văn phòng.\n**QUYẾT ĐỊNH:**\n\
         Điều 1. Ban hành kèm theo Quyết định này Quy chế.\nĐiều 2. Quyết định có hiệu lực.\n\
         === QUY CHẾ {tep-rieng}\nLàm việc của Sở\nChương I\nQUY ĐỊNH CHUNG\nĐiều 1. Phạm vi\n1. Một;\n\
         Phụ lục I {ngang}\n**BIỂU MẪU SỐ 1**\n(Kèm theo Quy chế)\n| a | b |\n|---|---|\n| 1 | 2 |\n\nPhụ lục II\nchữ thường\n",
    );
    let shown: Vec<_> = source.body.iter().map(block).collect();
    assert_eq!(
        shown,
        [
            "basis|Căn cứ Luật A;",
            "basis|Căn cứ Nghị định B;",
            "basis|Theo đề nghị của Chánh Văn phòng.",
            "centre|QUYẾT ĐỊNH:",
            "Điều 1|Ban hành kèm theo Quyết định này Quy chế.",
            "Điều 2|Quyết định có hiệu lực.",
        ]
    );
    let attached = source.attached.expect("attached");
    assert_eq!((attached.type_name.as_str(), attached.at), ("QUY CHẾ", 10));
    assert!(attached.electronic && plain(&attached.subject) == "Làm việc của Sở");
    let shown: Vec<_> = attached.body.iter().map(block).collect();
    assert_eq!(shown, ["Chương I|QUY ĐỊNH CHUNG", "Điều 1|Phạm vi", "1.|Một;"]);
    let [first, second] = source.appendices.as_slice() else { panic!("two appendices") };
    assert_eq!(
        (first.label.as_str(), plain(&first.title).as_str()),
        ("Phụ lục I", "BIỂU MẪU SỐ 1")
    );
    assert!(first.landscape && !first.electronic);
    assert_eq!(
        first.body.iter().map(block).collect::<Vec<_>>(),
        ["p|(Kèm theo Quy chế)", "table 2x2"]
    );
    assert!(second.title.is_empty() && second.body.len() == 1);
}

#[test]
fn what_is_a_legal_basis() {
    let kinds = |text: &str| {
        body(text)
            .iter()
            .map(|b| b.split('|').next().unwrap_or_default().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(kinds("Căn cứ Chỉ thị A. Hội đồng hướng dẫn như sau:\nI. NỘI DUNG\n"), ["p", "I."]);
    assert_eq!(kinds("Căn cứ Luật A;\nSở báo cáo như sau:"), ["basis", "p"]);
    assert_eq!(
        kinds("Căn cứ Luật A;\nCăn cứ Chỉ thị B, Sở ban hành như sau:\nA"),
        ["basis", "p", "p"]
    );
    assert_eq!(kinds("Căn cứ Luật A\nQUYẾT ĐỊNH:"), ["basis", "centre"]);
    assert_eq!(kinds("Căn cứ Luật A,\nXét đề nghị của B.\nNội dung"), ["basis", "basis", "p"]);
    assert_eq!(kinds("Nội dung\nCăn cứ Luật A;"), ["p", "p"]);
}

#[test]
fn lines_titles_and_breaks() {
    assert_eq!(
        body(
            "Phần thứ nhất\nQUY ĐỊNH CHUNG\nChương I. PHẠM VI\nMục 1\nI. MỘT\nTiểu mục 1 - Hai\nABC\n"
        ),
        [
            "Phần thứ nhất|QUY ĐỊNH CHUNG",
            "Chương I|PHẠM VI",
            "Mục 1|",
            "I.|MỘT",
            "Tiểu mục 1|Hai",
            "p|ABC"
        ]
    );
    assert_eq!(
        body("Dòng một\\\nDòng hai\n\n  Thụt vào\n"),
        ["p|Dòng một\nDòng hai", "p|Thụt vào"]
    );
    assert_eq!(body("|a|\n|-|\n|b|\n\n|c|\n|-|\n"), ["table 2x1", "table 1x1"]);
    assert_eq!(
        body("Chương I\n\\KHÔNG PHẢI TÊN\n\\- không gạch\n"),
        ["Chương I|", "p|KHÔNG PHẢI TÊN", "p|- không gạch"]
    );
}

#[test]
fn faults_of_the_body() {
    let body = |text: &str| codes_of(&format!("---\nloai: a\n---\n{text}"));
    assert_eq!(body("a **b\n"), ["D0120:4"]);
    assert_eq!(body("| a |\n| b |\n"), ["D0121:4"]);
    assert_eq!(body("A\n***Nơi nhận:***\n- B;\n"), ["D0123:5"]);
    assert_eq!(body("Phụ lục I {doc}\nA\n"), ["D0124:4"]);
    assert_eq!(body("=== QUY CHẾ\nA\n=== QUY ĐỊNH\nB\n"), ["D0125:6"]);
    assert_eq!(body("===\n"), ["D0125:4"]);
    assert_eq!(body("A\\\n\nB\n"), ["D0126:4"]);
    assert_eq!(body("A \u{7} b\n"), ["D0111:4"]);
}

#[test]
fn what_is_not_nfc_is_mended_and_noted() {
    let source = read("---\nloai: a\n---\nMột\nĐie\u{302}\u{300}u 1. Hai\n");
    assert_eq!(source.not_nfc, Some(5));
    assert_eq!(block(&source.body[1]), "Điều 1|Hai");
    let sealed = text::seal::seal("Hoa\u{300}");
    let source = read(&format!("---\nloai: a\n---\nMột\n{sealed}\n"));
    assert_eq!((source.not_nfc, block(&source.body[1]).as_str()), (Some(5), "p|Hoà"));
    assert_eq!(read("---\nloai: a\n---\nMột\n").not_nfc, None);
}

#[test]
fn a_list_goes_on_past_its_thousandth_line() {
    let mut text =
        String::from("---\nloai: bao-cao\ntrich-yeu: danh sách\n---\nDanh sách gồm:\n\n");
    for n in 1..=1002 {
        text.push_str(&format!("{n}. Lê Văn An;\n"));
    }
    text.push_str("2026. Năm mới.\n");
    let (source, _) = parse(&text, "a.md");
    let clauses: Vec<&str> = source
        .body
        .iter()
        .filter_map(|b| match &b.kind {
            BlockKind::Clause { number, .. } => Some(number.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!((clauses.len(), clauses.last()), (1002, Some(&"1002")));
}
