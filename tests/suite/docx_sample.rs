//! A sheet made by hand that has everything a sheet can have.

use vanthu::layout::*;
use vanthu::model::{Align, Slot};

pub const NORMAL: Look = Look { size: 28, bold: false, italic: false, color: None };

pub fn format(align: Align) -> Format {
    Format {
        align,
        left: 0,
        right: 0,
        first: 0,
        before: 0,
        after: 0,
        line: LineSpacing::Auto(240),
        keep_next: false,
        keep_lines: false,
        widow_control: true,
        page_break_before: false,
        top: None,
        bottom: None,
    }
}

fn style(id: &str, name: &str, slot: Option<Slot>, look: Look, format: Format) -> Style {
    Style { id: id.into(), name: name.into(), slot, outline: None, look, format, font: None }
}

pub fn styles() -> Vec<Style> {
    let bold = Look { bold: true, ..NORMAL };
    let body = Format { first: 720, before: 120, ..format(Align::Justify) };
    let thin = Format { line: LineSpacing::Exact(80), ..format(Align::Left) };
    let mut heading = style("VtMuc", "Mục La Mã", Some(Slot::S6), bold, body);
    heading.outline = Some(0);
    heading.format.keep_next = true;
    vec![
        style("Normal", "Normal", None, NORMAL, format(Align::Left)),
        style(
            "VtQuocHieu",
            "Quốc hiệu",
            Some(Slot::S1),
            Look { size: 26, ..bold },
            format(Align::Center),
        ),
        style("VtTieuNgu", "Tiêu ngữ", Some(Slot::S1), bold, format(Align::Center)),
        style(
            "VtCoQuan",
            "Tên cơ quan",
            Some(Slot::S2),
            Look { size: 26, ..bold },
            format(Align::Center),
        ),
        style(
            "VtSo",
            "Số, ký hiệu",
            Some(Slot::S3),
            Look { size: 26, ..NORMAL },
            format(Align::Center),
        ),
        style(
            "VtNgay",
            "Địa danh, thời gian",
            Some(Slot::S4),
            Look { italic: true, ..NORMAL },
            format(Align::Center),
        ),
        style(
            "VtTenLoai",
            "Tên loại",
            Some(Slot::S5a),
            bold,
            Format { before: 240, ..format(Align::Center) },
        ),
        style("VtTrichYeu", "Trích yếu", Some(Slot::S5a), bold, format(Align::Center)),
        style("VtNoiDung", "Nội dung", Some(Slot::S6), NORMAL, body),
        heading,
        style("VtO", "Ô bảng", None, Look { size: 26, ..NORMAL }, format(Align::Left)),
        style("VtKy", "Chức vụ", Some(Slot::S7a), bold, format(Align::Center)),
        style(
            "VtNoiNhan",
            "Nơi nhận",
            Some(Slot::S9b),
            Look { size: 24, bold: true, italic: true, color: None },
            format(Align::Left),
        ),
        style(
            "VtDanhSach",
            "Danh sách nơi nhận",
            Some(Slot::S9b),
            Look { size: 22, ..NORMAL },
            format(Align::Left),
        ),
        style("VtSoTrang", "Số trang", None, NORMAL, format(Align::Center)),
        style(
            "VtLienHe",
            "Địa chỉ",
            Some(Slot::S13),
            Look { size: 22, ..NORMAL },
            Format { top: Some(Rule { weight: 6, space: 4 }), ..format(Align::Center) },
        ),
        style("VtDau", "Dấu", Some(Slot::S11), Look { size: 26, ..bold }, format(Align::Center)),
        style("VtKe", "Đường kẻ", None, NORMAL, thin),
    ]
}

/// A paragraph in a style, with the style's own format and look.
pub fn para(id: &str, text: &str) -> Para {
    let styles = styles();
    let s = styles.iter().find(|s| s.id == id).expect("a style of the sample");
    let run = Run { look: s.look, content: RunContent::Text(text.into()) };
    let runs = if text.is_empty() { vec![] } else { vec![run] };
    Para { style: id.into(), format: s.format, tabs: vec![], runs, line: None, frame: None }
}

fn rule(left: i32, right: i32) -> Item {
    let mut p = para("VtKe", "");
    p.format.left = left;
    p.format.right = right;
    p.format.top = Some(Rule { weight: 6, space: 1 });
    Item::Para(p)
}

pub fn cell(items: Vec<Item>) -> Cell {
    Cell { span: 1, vertical: VerticalAlign::Top, boxed: None, items }
}

fn row(cells: Vec<Cell>) -> Row {
    Row { header: false, cant_split: true, height: None, cells }
}

fn text(id: &str, t: &str) -> Item {
    Item::Para(para(id, t))
}

fn layout_table(grid: Vec<i32>, rows: Vec<Row>) -> Item {
    Item::Table(Table { grid, indent: 0, margin: 0, borders: None, rows })
}

fn letterhead(drawn: bool) -> Item {
    let mut motto = vec![
        text("VtQuocHieu", "CỘNG HÒA XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
        text("VtTieuNgu", "Độc lập - Tự do - Hạnh phúc"),
    ];
    let margin = (5670 - 3427) / 2;
    if drawn {
        let Item::Para(p) = &mut motto[1] else { unreachable!() };
        p.line = Some(DrawnLine { x: margin, y: 340, length: 3427, weight: 6 });
    } else {
        motto.push(rule(margin, margin));
    }
    let organ = vec![text("VtCoQuan", "SỞ NỘI VỤ"), rule(1500, 1500)];
    let stamp = Cell {
        boxed: Some(Rule { weight: 6, space: 0 }),
        vertical: VerticalAlign::Center,
        ..cell(vec![text("VtDau", "HỎA TỐC")])
    };
    let stamps = Table {
        grid: vec![1701],
        indent: 992,
        margin: 0,
        borders: None,
        rows: vec![Row { height: Some(454), ..row(vec![stamp]) }],
    };
    layout_table(
        vec![3685, 5670],
        vec![
            row(vec![cell(organ), cell(motto)]),
            row(vec![
                cell(vec![
                    text("VtSo", "Số:\u{a0}\u{a0}\u{a0}\u{a0}\u{a0}/KH-SNV"),
                    Item::Table(stamps),
                ]),
                cell(vec![text("VtNgay", "Hà Tĩnh, ngày    tháng    năm 2026")]),
            ]),
        ],
    )
}

fn data_table(rows: usize) -> Item {
    let line = |c: [String; 3], header: bool| Row {
        header,
        cant_split: true,
        height: None,
        cells: c
            .iter()
            .map(|t| {
                let mut p = para("VtO", t);
                if header {
                    p.format.align = Align::Center;
                    p.runs.iter_mut().for_each(|r| r.look.bold = true);
                }
                Cell { vertical: VerticalAlign::Center, ..cell(vec![Item::Para(p)]) }
            })
            .collect(),
    };
    let head = ["STT", "Nội dung công việc", "Đơn vị chủ trì"].map(str::to_owned);
    let mut all = vec![line(head, true)];
    all.extend((1..=rows).map(|i| {
        line(
            [i.to_string(), format!("Việc thứ {i} & <rà soát> hồ sơ"), "Phòng Tổ chức".into()],
            false,
        )
    }));
    let total = Row {
        cells: vec![
            Cell { span: 2, ..cell(vec![text("VtO", "Cộng")]) },
            cell(vec![text("VtO", &rows.to_string())]),
        ],
        ..row(vec![])
    };
    all.push(total);
    Item::Table(Table {
        grid: vec![700, 5655, 3000],
        indent: 0,
        margin: 108,
        borders: Some(Rule { weight: 4, space: 0 }),
        rows: all,
    })
}

fn signature() -> Item {
    let mut space = para("VtKy", "");
    space.format.before = 1701;
    layout_table(
        vec![4252, 5103],
        vec![row(vec![
            cell(vec![
                text("VtNoiNhan", "Nơi nhận:"),
                text("VtDanhSach", "- UBND tỉnh (để b/c);"),
                text("VtDanhSach", "- Lưu: VT, VP."),
            ]),
            cell(vec![
                text("VtKy", "KT. GIÁM ĐỐC"),
                text("VtKy", "PHÓ GIÁM ĐỐC"),
                Item::Para(space),
                text("VtKy", "Lê Minh Tuấn"),
            ]),
        ])],
    )
}

pub fn page(landscape: bool) -> Page {
    let (width, height) = if landscape { (16838, 11906) } else { (11906, 16838) };
    Page {
        width,
        height,
        landscape,
        top: 1134,
        bottom: 1134,
        left: 1701,
        right: 850,
        header: 567,
        footer: 567,
    }
}

fn page_number() -> Item {
    let mut p = para("VtSoTrang", "");
    p.runs.push(Run { look: NORMAL, content: RunContent::PageNumber });
    Item::Para(p)
}

fn circulation() -> Item {
    let boxed = Cell {
        boxed: Some(Rule { weight: 6, space: 0 }),
        ..cell(vec![text("VtDau", "LƯU HÀNH NỘI BỘ")])
    };
    Item::Table(Table {
        grid: vec![2835],
        indent: 6520,
        margin: 0,
        borders: None,
        rows: vec![row(vec![boxed])],
    })
}

fn body() -> Vec<Item> {
    let mut mixed = para("VtNoiDung", "Căn cứ ");
    let look = |bold, italic| Look { bold, italic, ..NORMAL };
    mixed
        .runs
        .push(Run { look: look(true, false), content: RunContent::Text("Luật Thi đua".into()) });
    mixed
        .runs
        .push(Run {
            look: look(false, true), content: RunContent::Text(", khen thưởng".into())
        });
    mixed.runs.push(Run { look: NORMAL, content: RunContent::Break });
    mixed.runs.push(Run {
        look: NORMAL,
        content: RunContent::Text("dòng hai\u{a0}có dấu cách cứng ".into()),
    });
    mixed.runs.push(Run {
        look: Look { color: Some(0xC0_0000), ..NORMAL },
        content: RunContent::Text("màu đỏ".into()),
    });
    mixed.format.keep_lines = true;
    let mut tabbed = para("VtNoiDung", "a)");
    tabbed.format.first = -360;
    tabbed.format.left = 1080;
    tabbed.tabs = vec![1080, 4000];
    tabbed.runs.push(Run { look: NORMAL, content: RunContent::Tab });
    tabbed.runs.push(Run {
        look: NORMAL,
        content: RunContent::Text(
            "điểm treo, chữ ở mốc dừng thứ nhất, viết dài để sang đến dòng thứ hai mà xem thụt lề"
                .into(),
        ),
    });
    let mut out =
        vec![Item::Para(mixed), text("VtMuc", "I. MỤC ĐÍCH, YÊU CẦU"), Item::Para(tabbed)];
    for i in 0..6 {
        out.push(text("VtNoiDung", &format!("{i}. Các phòng, đơn vị trực thuộc Sở tổ chức quán triệt nội dung Kế hoạch này đến toàn thể công chức, viên chức và người lao động; báo cáo kết quả về Văn phòng Sở.")));
    }
    out
}

/// The whole sample: two tables in a row, a section that ends in a table, a landscape annex.
pub fn sheet() -> Sheet {
    let mut first = vec![
        letterhead(false),
        text("VtTenLoai", "KẾ HOẠCH"),
        text("VtTrichYeu", "Tổ chức phong trào thi đua năm 2026"),
        rule(3400, 3400),
    ];
    first.extend(body());
    first.extend([
        data_table(40),
        text("VtNoiDung", "Trên đây là Kế hoạch của Sở./."),
        text("VtNoiDung", ""),
        signature(),
    ]);
    let annex =
        vec![letterhead(true), data_table(30), data_table(3), text("VtNoiDung", "Hết phụ lục.")];
    let section = Section {
        page: page(false),
        restart: None,
        first_header: vec![circulation()],
        header: vec![page_number()],
        first_footer: vec![text(
            "VtLienHe",
            "Số 1 đường Trần Phú; ĐT: 0239 000 000; https://vidu.invalid",
        )],
        items: first,
    };
    Sheet {
        properties: Properties {
            title: "Kế hoạch: Tổ chức phong trào thi đua năm 2026 <&>".into(),
            subject: "Tổ chức phong trào thi đua năm 2026".into(),
            creator: "Sở Nội vụ".into(),
            category: "Kế hoạch".into(),
            created: "2026-03-05T00:00:00Z".into(),
        },
        styles: styles().into(),
        sections: vec![
            section.clone(),
            Section {
                page: page(true),
                restart: Some(1),
                first_header: vec![],
                first_footer: vec![],
                items: annex,
                ..section
            },
        ],
    }
}

/// A letter of one page.
#[allow(dead_code)]
pub fn letter() -> Sheet {
    let mut sheet = sheet();
    sheet.sections.truncate(1);
    let s = &mut sheet.sections[0];
    s.first_header.clear();
    let mut items = vec![letterhead(false)];
    items.extend(body());
    items.push(signature());
    s.items = items;
    sheet
}
