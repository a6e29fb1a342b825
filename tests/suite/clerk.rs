//! An office with as many entries as a test wants, made in the register without documents.
//!
//! For tests of what reads the register: printing, searching, reporting.

use std::fs;
use std::path::Path;

use jiff::ToSpan;
use jiff::civil::date;
use vanthu::archive::{ArchivePath, FileRef, sha256};
use vanthu::pipeline::filing::REGISTER;
use vanthu::register::sqlite::Sqlite;
use vanthu::register::{Batch, Book, Fields, Register, Registration, Want};

pub const OFFICE: &str = r#"
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
[series]
mode = "common"
"#;

const TYPES: [(&str, &str, &str); 5] = [
    ("cong-van", "Công văn", "SNV-VP"),
    ("ke-hoach", "Kế hoạch", "KH-SNV"),
    ("quyet-dinh", "Quyết định", "QĐ-SNV"),
    ("bao-cao", "Báo cáo", "BC-SNV"),
    ("giay-moi", "Giấy mời", "GM-SNV"),
];
const SUBJECTS: [&str; 8] = [
    "tổ chức phong trào thi đua yêu nước năm 2026",
    "Về việc cử công chức tham gia lớp bồi dưỡng nghiệp vụ văn thư, lưu trữ và ứng dụng công nghệ thông tin trong công tác hồ sơ",
    "sơ kết 6 tháng đầu năm",
    "phê duyệt kết quả tuyển dụng viên chức sự nghiệp giáo dục, y tế, văn hóa, thể thao và du lịch tại các đơn vị sự nghiệp công lập thuộc ủy ban nhân dân các xã, phường, đặc khu trên địa bàn tỉnh",
    "họp giao ban tháng",
    "kiểm tra công tác cải cách hành chính",
    "xét tặng danh hiệu “Lao động tiên tiến” cho tập thể, cá nhân",
    "Về việc góp ý dự thảo Nghị quyết của Hội đồng nhân dân tỉnh",
];
const NAMES: [&str; 4] = ["Lê Thị Minh Châu", "Nguyễn Văn Đức", "Trần Quốc Bảo", "Phạm Hồng Hà"];

pub fn fields(n: usize) -> Fields {
    let (type_id, type_name, notation) = TYPES[n % 5];
    let units = [
        "Ủy ban nhân dân tỉnh (để b/c)",
        "Các sở, ban, ngành cấp tỉnh",
        "Ủy ban nhân dân các xã, phường",
        "Trung tâm Phục vụ hành chính công",
    ];
    Fields {
        type_id: type_id.into(),
        type_name: type_name.into(),
        notation: notation.into(),
        organ_name: "Sở Nội vụ tỉnh An Hải".into(),
        organ_id: None,
        subject: format!("{} (lần {})", SUBJECTS[n % 8], n / 8 + 1),
        signer_position: "GIÁM ĐỐC".into(),
        signer_name: NAMES[n % 4].into(),
        recipients: units.iter().take(1 + n % 4).map(|u| (*u).to_owned()).collect(),
        archive_copy: ["VT, VP", "VT, TCCB", "VT, CCHC"][n % 3].into(),
        copies: Some(3 + (n % 20) as u32),
        priority: 0,
        extra: [("dossier".to_owned(), format!("{:02}.TCCB", n % 30 + 1))].into(),
    }
}

/// Registers `count` outgoing documents of 2026, each with the fields that `fields` makes.
pub fn register(dir: &Path, count: usize, fields: &dyn Fn(usize) -> Fields) -> Sqlite {
    fs::write(dir.join("vanthu.toml"), OFFICE).expect("write");
    let mut register = Sqlite::open(&dir.join(REGISTER)).expect("opens");
    let batch = Batch { job: "j".into(), title: "t".into(), book: Book::Outgoing };
    let first = date(2026, 1, 5);
    let day = |n: usize| first + ((n * 350 / count.max(1)) as i32).days();
    let wants: Vec<Want> = (0..count)
        .map(|n| Want {
            series: "SNV:chung".into(),
            date: day(n),
            row_key: n.to_string(),
            input: String::new(),
        })
        .collect();
    let numbers = register.reserve(&batch, &wants, &|_, _| 0, "t").expect("reserves");
    let mut at = 0;
    register
        .commit(&batch, "2026-12-20T08:00:00+07:00", &mut |_| {
            let end = (at + 1000).min(count);
            let chunk = (at..end)
                .map(|n| Registration {
                    job: None,
                    row_key: n.to_string(),
                    input: String::new(),
                    book: Book::Outgoing,
                    series: "SNV:chung".into(),
                    number: numbers[n],
                    date: day(n),
                    fields: fields(n),
                    files: vec![FileRef {
                        at: ArchivePath {
                            year: 2026,
                            bag: 1 + n as u32 / 1000,
                            path: format!("data/{n}.docx"),
                        },
                        sha256: sha256(b"x"),
                        size: 1,
                        parts: None,
                    }],
                    salt: [7; 16],
                    written: None,
                })
                .collect::<Vec<_>>();
            at = end;
            Ok((!chunk.is_empty()).then_some(chunk))
        })
        .expect("commits");
    register
}

/// A large office to measure with: `VANTHU_BIG=/tmp/big VANTHU_ROWS=20000 cargo test -- --ignored big_office`.
#[test]
#[ignore = "makes an office to measure with"]
fn big_office() {
    let dir = std::env::var("VANTHU_BIG").expect("VANTHU_BIG names a folder");
    let rows = std::env::var("VANTHU_ROWS").ok().and_then(|n| n.parse().ok()).unwrap_or(20_000);
    fs::create_dir_all(&dir).expect("a folder");
    register(Path::new(&dir), rows, &fields);
}
