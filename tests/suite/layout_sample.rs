//! Documents of every sample form, with made-up organs and people.

use std::collections::BTreeMap;

use vanthu::model::{
    Addressees, Align, Appendix, Attached, AuthorityLine, Block, BlockKind, Cell, Contact,
    DateLine, Document, DocumentCode, Form, Level, Notation, Number, OrganName, Row, Side,
    Signature, SigningAuthority, Span, Table, TableColumn, Urgency, spans,
};

pub fn block(kind: BlockKind) -> Block {
    Block { at: 0, kind }
}

pub fn para(text: &str) -> Block {
    block(BlockKind::Paragraph(spans(text)))
}

pub fn basis(text: &str) -> Block {
    block(BlockKind::LegalBasis(spans(text)))
}

pub fn article(number: u32, text: &str) -> Block {
    block(BlockKind::Article { number: number.to_string(), text: spans(text) })
}

pub fn roman(number: &str, title: &str) -> Block {
    block(BlockKind::Roman { number: number.to_owned(), title: spans(title) })
}

pub fn clause(number: &str, titled: bool, text: &str) -> Block {
    block(BlockKind::Clause { number: number.to_owned(), titled, text: spans(text) })
}

pub fn point(letter: &str, text: &str) -> Block {
    block(BlockKind::Point { letter: letter.to_owned(), titled: false, text: spans(text) })
}

pub fn dash(text: &str) -> Block {
    block(BlockKind::Dash { mark: '-', text: spans(text) })
}

pub fn heading(level: Level, number: &str, title: &str) -> Block {
    block(BlockKind::Heading { level, number: number.to_owned(), title: spans(title) })
}

pub fn centered(text: &str) -> Block {
    block(BlockKind::Centered(spans(text)))
}

pub fn row(cells: &[&str]) -> Row {
    let cell = |t: &&str| Cell { text: spans(*t), span: 1 };
    Row { at: 0, cells: cells.iter().map(cell).collect() }
}

pub fn table(aligns: &[Align], header: &[&str], rows: Vec<Row>) -> Block {
    let columns = aligns.iter().map(|a| TableColumn { align: *a, weight: 3 }).collect();
    block(BlockKind::Table(Table { columns, header: vec![row(header)], rows }))
}

pub fn strings(list: &[&str]) -> Vec<String> {
    list.iter().map(ToString::to_string).collect()
}

pub const LONG: &str = "Tiếp tục đổi mới, nâng cao chất lượng các phong trào thi đua yêu nước trong \
toàn thể công chức, viên chức, người lao động; tạo khí thế thi đua sôi nổi, phấn đấu hoàn thành \
xuất sắc nhiệm vụ chính trị được giao trong năm, góp phần phát triển kinh tế - xã hội của địa phương.";

/// A document with the usual slots filled and a number and day.
pub fn document(type_id: &str, type_name: &str, form: Form, notation: &str) -> Document {
    Document {
        source: "mau.md".into(),
        type_id: type_id.into(),
        type_name: type_name.into(),
        form,
        organ: OrganName {
            parent: strings(&["ỦY BAN NHÂN DÂN", "TỈNH AN HẢI"]),
            name: strings(&["SỞ NỘI VỤ"]),
            in_text: "Sở Nội vụ tỉnh An Hải".into(),
        },
        code: DocumentCode { number: Number::new(5), notation: Notation(notation.into()) },
        place: "An Hải".into(),
        date: DateLine { day: Some(5), month: Some(3), year: 2026 },
        subject: spans("Tổ chức phong trào thi đua năm 2026"),
        issuing_authority: None,
        addressees: None,
        body: Vec::new(),
        signatures: vec![Signature {
            side: Side::Right,
            authority: Vec::new(),
            position: "GIÁM ĐỐC".into(),
            other_position: None,
            name: "Lê Thị Minh Châu".into(),
        }],
        recipients: strings(&[
            "Chủ tịch UBND tỉnh (để b/c)",
            "Giám đốc và các Phó Giám đốc Sở",
            "Các phòng, đơn vị thuộc, trực thuộc Sở (để t/h)",
        ]),
        archive_copy: Some("VT, VP".into()),
        drafter: None,
        copies: None,
        urgency: None,
        circulation: None,
        contact: None,
        electronic: false,
        appendices: Vec::new(),
        attached: None,
        landscape: false,
        extra: BTreeMap::new(),
        lines: BTreeMap::new(),
    }
}

fn plan_body() -> Vec<Block> {
    vec![
        para(
            "Thực hiện Kế hoạch số 158/KH-UBND ngày 08 tháng 01 năm 2026 của Ủy ban nhân dân tỉnh về \
             phong trào thi đua yêu nước, Sở Nội vụ xây dựng Kế hoạch tổ chức thực hiện như sau:",
        ),
        roman("I", "Mục đích, yêu cầu"),
        clause("1", true, "Mục đích"),
        dash(LONG),
        block(BlockKind::Dash {
            mark: '-',
            text: vec![
                Span {
                    text: "Đợt I, đến ngày 30/6/2026: ".into(), bold: true, italic: false
                },
                Span { text: "thi đua lập thành tích ".into(), bold: false, italic: false },
                Span { text: "xuất sắc".into(), bold: false, italic: true },
                Span {
                    text: " chào mừng các ngày lễ lớn.".into(), bold: false, italic: false
                },
            ],
        }),
        clause("2", true, "Yêu cầu"),
        para(LONG),
        roman(
            "II",
            "Nội dung và hình thức khen thưởng của phong trào thi đua đặc biệt trong toàn ngành",
        ),
        clause("1", false, LONG),
        clause("2", false, "Hình thức khen thưởng:"),
        point("a", "Bằng khen của Chủ tịch Ủy ban nhân dân tỉnh cho tập thể, cá nhân;"),
        point("b", LONG),
        point("đ", "Giấy khen của Giám đốc Sở Nội vụ cho tập thể, cá nhân."),
        clause("3", false, "Phân công thực hiện theo bảng sau:"),
        table(
            &[Align::Center, Align::Left, Align::Left, Align::Center],
            &["TT", "Nội dung", "Đơn vị chủ trì", "Thời hạn"],
            vec![
                row(&[
                    "1",
                    "Phát động phong trào thi đua trong toàn ngành",
                    "Văn phòng Sở",
                    "15/3/2026",
                ]),
                row(&[
                    "2",
                    LONG,
                    "Phòng Công chức, viên chức; Phòng Cải cách hành chính",
                    "30/6/2026",
                ]),
                row(&["3", "Sơ kết, tổng kết", "Văn phòng Sở", "20/11/2026"]),
            ],
        ),
        roman("III", "Tổ chức thực hiện"),
        clause("1", false, "Các phòng, đơn vị thuộc Sở có kế hoạch cụ thể để tổ chức thực hiện."),
        clause("2", false, LONG),
        para("Giao Văn phòng Sở theo dõi, đôn đốc và tổng hợp, báo cáo Giám đốc Sở./."),
    ]
}

pub fn plan() -> Document {
    let mut d = document("ke-hoach", "KẾ HOẠCH", Form::Named, "KH-SNV");
    d.subject = spans(
        "Tổ chức phong trào thi đua đặc biệt “Sở Nội vụ đoàn kết, chung sức, đồng lòng thi đua hoàn \
         thành xuất sắc nhiệm vụ năm 2026”",
    );
    d.body = plan_body();
    d
}

/// Number and day blank.
pub fn draft_plan() -> Document {
    let mut d = plan();
    d.code.number = None;
    d.date = DateLine::blank(2026);
    d
}

pub fn letter() -> Document {
    let mut d = document("cong-van", "CÔNG VĂN", Form::Letter, "SNV-VP");
    d.subject = spans("mời dự hội nghị tổng kết phong trào thi đua yêu nước năm 2026");
    d.addressees = Some(Addressees {
        lead: String::new(),
        names: strings(&["Sở Tài chính tỉnh An Hải"]),
    });
    d.body = vec![
        para(LONG),
        para("Thời gian: 8 giờ 00 phút, ngày 12 tháng 3 năm 2026 (thứ Năm)."),
        para("Địa điểm: Hội trường tầng 2, số 12 đường Lê Lợi, phường Hải Châu, tỉnh An Hải."),
        para("Sở Nội vụ trân trọng đề nghị quý cơ quan cử đại diện tham dự đúng thành phần./."),
    ];
    d.recipients = strings(&["Như trên"]);
    d.contact = Some(Contact {
        lines: strings(&[
            "Số 12 đường Lê Lợi, phường Hải Châu, tỉnh An Hải; điện thoại: 0236.3825.111",
            "Thư điện tử: snv@anhai.gov.vn; cổng thông tin: snv.anhai.gov.vn",
        ]),
    });
    d
}

pub fn letter_to_many() -> Document {
    let mut d = letter();
    d.addressees = Some(Addressees {
        lead: String::new(),
        names: strings(&[
            "Các sở, ban, ngành thuộc Ủy ban nhân dân tỉnh An Hải và các tổ chức chính trị - xã hội tỉnh",
            "Ủy ban nhân dân các xã, phường",
            "Các đơn vị sự nghiệp trực thuộc",
        ]),
    });
    d.urgency = Some(Urgency::ThuongKhan);
    d.circulation = Some("lưu hành nội bộ".into());
    d
}

pub fn resolution() -> Document {
    let mut d = document("nghi-quyet", "NGHỊ QUYẾT", Form::Resolution, "NQ-HĐND");
    d.organ = OrganName {
        parent: Vec::new(),
        name: strings(&["HỘI ĐỒNG NHÂN DÂN", "XÃ HÒA BÌNH"]),
        in_text: "Hội đồng nhân dân xã Hòa Bình".into(),
    };
    d.subject = spans("Về kế hoạch phát triển kinh tế - xã hội năm 2026");
    d.issuing_authority = Some("HỘI ĐỒNG NHÂN DÂN XÃ HÒA BÌNH\nKHÓA XII, KỲ HỌP THỨ HAI".into());
    d.body = vec![
        basis("Căn cứ Luật Tổ chức chính quyền địa phương;"),
        basis("Xét Tờ trình số 12/TTr-UBND ngày 03 tháng 02 năm 2026 của Ủy ban nhân dân xã."),
        centered("QUYẾT NGHỊ:"),
        article(1, "Thông qua Kế hoạch phát triển kinh tế - xã hội năm 2026."),
        clause("1", false, LONG),
        article(2, "Ủy ban nhân dân xã tổ chức thực hiện Nghị quyết này./."),
    ];
    d.signatures[0].authority = Vec::new();
    d.signatures[0].position = "CHỦ TỊCH".into();
    d.recipients = strings(&["Như Điều 2", "Thường trực HĐND tỉnh (để b/c)"]);
    d
}

pub fn decision() -> Document {
    let mut d = document("quyet-dinh", "QUYẾT ĐỊNH", Form::Decision, "QĐ-SNV");
    d.subject = spans("Về việc tặng Giấy khen cho các tập thể, cá nhân");
    d.issuing_authority = Some("GIÁM ĐỐC SỞ NỘI VỤ".into());
    d.body = vec![
        basis("Căn cứ Luật Thi đua, khen thưởng;"),
        basis(
            "Căn cứ Quyết định số 12/2025/QĐ-UBND ngày 01 tháng 7 năm 2025 của Ủy ban nhân dân tỉnh quy định chức năng, nhiệm vụ, quyền hạn và cơ cấu tổ chức của Sở Nội vụ;",
        ),
        basis("Theo đề nghị của Chánh Văn phòng Sở."),
        centered("QUYẾT ĐỊNH:"),
        article(
            1,
            "Tặng Giấy khen cho 02 tập thể và 05 cá nhân có thành tích xuất sắc (danh sách kèm theo).",
        ),
        article(2, "Mức tiền thưởng thực hiện theo quy định hiện hành."),
        article(
            3,
            "Chánh Văn phòng Sở, các tập thể và cá nhân có tên tại Điều 1 chịu trách nhiệm thi hành Quyết định này./.",
        ),
    ];
    d.signatures[0].authority = vec![AuthorityLine {
        authority: Some(SigningAuthority::Deputy),
        of: "GIÁM ĐỐC".into(),
    }];
    d.signatures[0].position = "PHÓ GIÁM ĐỐC".into();
    d.appendices = vec![Appendix {
        at: 0,
        label: "Phụ lục".into(),
        title: spans("Danh sách tập thể, cá nhân được tặng Giấy khen"),
        landscape: false,
        electronic: false,
        body: vec![name_table(3), para("Danh sách này có 03 người./.")],
    }];
    d
}

fn name_table(rows: usize) -> Block {
    table(
        &[Align::Center, Align::Left, Align::Left, Align::Right],
        &["TT", "Họ và tên", "Đơn vị", "Tiền thưởng (đồng)"],
        (1..=rows)
            .map(|i| {
                row(&[&i.to_string(), "Nguyễn Văn An", "Phòng Cải cách hành chính", "1.234.000"])
            })
            .collect(),
    )
}

pub fn indirect_decision() -> Document {
    let mut d = decision();
    d.subject = spans("Ban hành Quy chế thi đua, khen thưởng của Sở Nội vụ");
    d.body.truncate(4);
    d.body.push(article(
        1,
        "Ban hành kèm theo Quyết định này Quy chế thi đua, khen thưởng của Sở Nội vụ.",
    ));
    d.body.push(article(2, "Quyết định này có hiệu lực kể từ ngày ký./."));
    d.appendices.clear();
    let mut body = vec![
        heading(Level::Part, "I", "Những quy định chung"),
        heading(Level::Chapter, "I", "Phạm vi, đối tượng"),
        article(1, "Phạm vi điều chỉnh"),
        clause("1", false, LONG),
        clause("2", false, "Quy chế này không áp dụng với các trường hợp sau đây:"),
        point("a", "Khen thưởng đối ngoại;"),
        point("b", "Khen thưởng theo niên hạn."),
        heading(Level::Section, "1", "Nguyên tắc"),
        heading(Level::Subsection, "1", "Nguyên tắc thi đua"),
        article(2, "Nguyên tắc thi đua, khen thưởng và trách nhiệm của người đứng đầu"),
    ];
    body.extend((1..=14).map(|i| clause(&i.to_string(), false, LONG)));
    body.push(para("Quy chế này có hiệu lực kể từ ngày ký./."));
    d.attached = Some(Attached {
        at: 0,
        type_name: "QUY CHẾ".into(),
        subject: spans("Thi đua, khen thưởng của Sở Nội vụ"),
        electronic: false,
        body,
    });
    d
}

pub fn telegram() -> Document {
    let mut d = document("cong-dien", "CÔNG ĐIỆN", Form::Telegram, "CĐ-UBND");
    d.organ = OrganName {
        parent: Vec::new(),
        name: strings(&["ỦY BAN NHÂN DÂN", "TỈNH AN HẢI"]),
        in_text: "Ủy ban nhân dân tỉnh An Hải".into(),
    };
    d.subject = spans("Về việc ứng phó bão số 3");
    d.addressees = Some(Addressees {
        lead: "Chủ tịch Ủy ban nhân dân tỉnh điện".into(),
        names: strings(&[
            "Giám đốc các sở, ban, ngành",
            "Chủ tịch Ủy ban nhân dân các xã, phường ven biển",
        ]),
    });
    d.urgency = Some(Urgency::HoaToc);
    d.body = vec![para(LONG), para("Yêu cầu các đơn vị nghiêm túc thực hiện./.")];
    d.signatures[0].authority = vec![
        AuthorityLine {
            authority: Some(SigningAuthority::OnBehalf), of: "ỦY BAN NHÂN DÂN".into()
        },
        AuthorityLine { authority: Some(SigningAuthority::Deputy), of: "CHỦ TỊCH".into() },
    ];
    d.signatures[0].position = "PHÓ CHỦ TỊCH".into();
    d
}

pub fn invitation() -> Document {
    let mut d = document("giay-moi", "GIẤY MỜI", Form::Invitation, "GM-SNV");
    d.subject = spans("Họp Ban Tổ chức Hội nghị tổng kết");
    d.urgency = Some(Urgency::Khan);
    d.body = vec![
        para("Sở Nội vụ trân trọng kính mời: Lãnh đạo Sở Tài chính"),
        para("Tới dự họp Ban Tổ chức Hội nghị tổng kết phong trào thi đua năm 2026."),
        para("Chủ trì: Bà Lê Thị Minh Châu, Giám đốc Sở."),
        para("Thời gian: 14 giờ 00 phút, ngày 10 tháng 3 năm 2026."),
        para("Địa điểm: Phòng họp số 1./."),
    ];
    d
}

pub fn introduction() -> Document {
    let mut d = document("giay-gioi-thieu", "GIẤY GIỚI THIỆU", Form::Introduction, "GGT-SNV");
    d.subject = Vec::new();
    d.body = vec![
        centered("Sở Nội vụ trân trọng giới thiệu:"),
        para("Ông: Nguyễn Văn An"),
        para("Chức vụ: Chuyên viên Văn phòng Sở"),
        para("Được cử đến: Kho bạc Nhà nước khu vực XIII"),
        para("Về việc: đối chiếu số liệu kinh phí khen thưởng năm 2026."),
        para("Giấy này có giá trị đến hết ngày 31 tháng 3 năm 2026./."),
    ];
    d.recipients = strings(&["Như trên"]);
    d.archive_copy = Some("VT".into());
    d
}

pub fn minutes() -> Document {
    let mut d = document("bien-ban", "BIÊN BẢN", Form::Minutes, "BB-SNV");
    d.subject = spans("Họp xét khen thưởng đợt I năm 2026");
    d.body = vec![
        para("Thời gian bắt đầu: 8 giờ 00 phút, ngày 02 tháng 3 năm 2026."),
        para("Địa điểm: Phòng họp số 1."),
        para(LONG),
        para("Cuộc họp kết thúc vào 11 giờ 30 phút, ngày 02 tháng 3 năm 2026./."),
    ];
    let sign = |side, position: &str, name: &str| Signature {
        side,
        authority: Vec::new(),
        position: position.into(),
        other_position: None,
        name: name.into(),
    };
    d.signatures = vec![
        sign(Side::Left, "THƯ KÝ", "Trần Thị Bình"),
        sign(Side::Right, "CHỦ TỌA", "Lê Thị Minh Châu"),
    ];
    d.recipients = strings(&["Các thành viên dự họp"]);
    d.archive_copy = Some("VT, Hồ sơ".into());
    d
}

pub fn leave() -> Document {
    let mut d = document("giay-nghi-phep", "GIẤY NGHỈ PHÉP", Form::Leave, "GNP-SNV");
    d.subject = Vec::new();
    d.body = vec![
        para("Xét Đơn đề nghị nghỉ phép ngày 01 tháng 3 năm 2026 của ông Nguyễn Văn An,"),
        para("Sở Nội vụ cấp cho:"),
        para("Ông: Nguyễn Văn An"),
        para("Được nghỉ phép trong thời gian 05 ngày kể từ ngày 09 tháng 3 năm 2026."),
        para("Số ngày nghỉ được tính vào phép năm 2026./."),
    ];
    d.recipients = strings(&["Ông Nguyễn Văn An"]);
    d.archive_copy = Some("VT, TCCB".into());
    d
}

pub fn agreement() -> Document {
    let mut d = document("ban-thoa-thuan", "BẢN THỎA THUẬN", Form::Agreement, "BTT-SNV");
    d.subject = spans("Phối hợp công tác thi đua, khen thưởng");
    d.body = vec![
        article(1, "Nội dung phối hợp"),
        clause("1", false, LONG),
        para("Thỏa thuận được lập thành 04 bản./."),
    ];
    let party = |side, of: &str, position: &str, name: &str| Signature {
        side,
        authority: vec![AuthorityLine { authority: None, of: of.into() }],
        position: position.into(),
        other_position: None,
        name: name.into(),
    };
    d.signatures = vec![
        party(Side::Left, "ĐẠI DIỆN BÊN A", "PHÓ GIÁM ĐỐC SỞ GIÁO DỤC VÀ ĐÀO TẠO", "Phạm Văn Dũng"),
        party(Side::Right, "ĐẠI DIỆN BÊN B", "GIÁM ĐỐC", "Lê Thị Minh Châu"),
    ];
    d.recipients = Vec::new();
    d.archive_copy = None;
    d
}

pub fn open_letter() -> Document {
    let mut d = document("thu-cong", "THƯ CÔNG", Form::OpenLetter, "");
    d.code.number = None;
    d.subject = spans("Thư chúc mừng năm học mới");
    d.addressees = Some(Addressees {
        lead: String::new(),
        names: strings(&[
            "Các thầy giáo, cô giáo và các em học sinh trên địa bàn tỉnh An Hải thân mến",
        ]),
    });
    d.body = vec![para(LONG), para("Chúc các thầy cô và các em một năm học mới nhiều thành công!")];
    d.recipients = Vec::new();
    d.archive_copy = None;
    d
}

/// A council under its parent, `(100b)`, KT., a second post; two appendices, one landscape.
pub fn council_plan() -> Document {
    let mut d = document("ke-hoach", "KẾ HOẠCH", Form::Named, "KH-HĐTĐKT");
    d.organ = OrganName {
        parent: strings(&["ỦY BAN NHÂN DÂN TỈNH AN HẢI"]),
        name: strings(&["HỘI ĐỒNG THI ĐUA - KHEN THƯỞNG"]),
        in_text: "Hội đồng Thi đua - Khen thưởng tỉnh An Hải".into(),
    };
    d.body = plan_body();
    d.signatures[0].authority = vec![
        AuthorityLine {
            authority: Some(SigningAuthority::OnBehalf),
            of: "HỘI ĐỒNG THI ĐUA - KHEN THƯỞNG".into(),
        },
        AuthorityLine { authority: Some(SigningAuthority::Deputy), of: "CHỦ TỊCH".into() },
    ];
    d.signatures[0].position = "PHÓ CHỦ TỊCH".into();
    d.signatures[0].other_position = Some("GIÁM ĐỐC SỞ NỘI VỤ".into());
    d.archive_copy = Some("VT, QH".into());
    d.copies = Some(100);
    let columns = ["TT", "Cụm thi đua", "Quý I", "Quý II", "Quý III", "Quý IV", "Tổng", "Ghi chú"];
    let aligns = [
        Align::Center,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
    ];
    let rows = (1..=60)
        .map(|i| {
            row(&[
                &i.to_string(),
                "Khối các sở, ban, ngành tổng hợp",
                "12",
                "15",
                "20",
                "30",
                "77",
                "Gửi trước ngày 20 tháng cuối quý",
            ])
        })
        .collect();
    d.appendices = vec![
        Appendix {
            at: 0,
            label: "Phụ lục I".into(),
            title: spans("Chỉ tiêu của các cụm, khối thi đua"),
            landscape: true,
            electronic: false,
            body: vec![table(&aligns, &columns, rows)],
        },
        Appendix {
            at: 0,
            label: "Phụ lục II".into(),
            title: spans("Danh sách thành viên"),
            landscape: false,
            electronic: true,
            body: vec![name_table(4)],
        },
    ];
    d
}

/// A proposal upward: type, addressees, drafter's mark, names of three lines.
pub fn proposal() -> Document {
    let mut d = document("to-trinh", "TỜ TRÌNH", Form::Named, "TTr-SLĐTBXH");
    d.organ.parent = strings(&["ỦY BAN NHÂN DÂN TỈNH AN HẢI"]);
    d.organ.name =
        strings(&["SỞ LAO ĐỘNG - THƯƠNG BINH VÀ XÃ HỘI VÀ PHÁT TRIỂN NGUỒN NHÂN LỰC TỈNH AN HẢI"]);
    d.place = "Thành phố Hồ Chí Minh".into();
    d.addressees = Some(Addressees {
        lead: String::new(),
        names: strings(&["Chủ tịch Ủy ban nhân dân tỉnh An Hải"]),
    });
    d.body =
        vec![para(LONG), para("Kính trình Chủ tịch Ủy ban nhân dân tỉnh xem xét, quyết định./.")];
    d.recipients = strings(&["Như trên", "Bộ Nội vụ (để b/c);", "- Các Phó Chủ tịch UBND tỉnh"]);
    d.drafter = Some("PL.".into());
    d.copies = Some(300);
    d
}

pub fn copy(electronic: bool) -> Document {
    let mut d = document("sao-y", "SAO Y", Form::Copy, "SY-SNV");
    d.subject = Vec::new();
    d.electronic = electronic;
    d.body = vec![para(LONG)];
    d.recipients = strings(&["Các phòng, đơn vị thuộc Sở"]);
    d.archive_copy = Some("VT".into());
    d.signatures[0].authority = vec![AuthorityLine {
        authority: Some(SigningAuthority::ByOrder),
        of: "GIÁM ĐỐC".into(),
    }];
    d.signatures[0].position = "CHÁNH VĂN PHÒNG".into();
    d
}

/// Every form by a name that can be a file's.
pub fn all() -> Vec<(&'static str, Document)> {
    vec![
        ("nghi-quyet", resolution()),
        ("quyet-dinh", decision()),
        ("quyet-dinh-gian-tiep", indirect_decision()),
        ("ke-hoach", plan()),
        ("ke-hoach-du-thao", draft_plan()),
        ("ke-hoach-hoi-dong", council_plan()),
        ("to-trinh", proposal()),
        ("cong-van", letter()),
        ("cong-van-nhieu-noi", letter_to_many()),
        ("cong-dien", telegram()),
        ("giay-moi", invitation()),
        ("giay-gioi-thieu", introduction()),
        ("bien-ban", minutes()),
        ("giay-nghi-phep", leave()),
        ("ban-thoa-thuan", agreement()),
        ("thu-cong", open_letter()),
        ("sao-y-giay", copy(false)),
        ("sao-y-dien-tu", copy(true)),
    ]
}
