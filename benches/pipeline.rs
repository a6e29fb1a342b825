//! The speed of the main job: one plan, two thousand letters, the same issued durably, verification.
//!
//! `cargo bench` prints rates; `benches/peers.sh` sets them beside `cp`, `sync` and `sha256sum`.

use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use rust_xlsxwriter::Workbook;
use vanthu::archive::verify::Options;
use vanthu::docx::{NoPictures, WordTemplate};
use vanthu::pipeline::{Purpose, Ticket, Workspace, issue, plan, single_steps, verify, write};
use vanthu::world::System;

const OFFICE: &str = include_str!("../tests/suite/office.toml");

const LETTER: &str = "---
loai: cong-van
trich-yeu: mời dự hội nghị tổng kết công tác năm 2026
kinh-gui: \"{{don_vi}}\"
noi-nhan: [Như trên, Giám đốc Sở (để b/c)]
---
Thực hiện chương trình công tác năm 2026, Sở Nội vụ tổ chức hội nghị tổng kết công tác năm và triển khai nhiệm vụ năm 2027. Sở Nội vụ trân trọng kính mời {{ong_ba}} {{ho_ten}}, {{chuc_vu}} {{don_vi}}, đến dự.

1. Thời gian: 08 giờ 00 ngày 18 tháng 12 năm 2026.

2. Địa điểm: Hội trường tầng 2, trụ sở Sở Nội vụ.

3. Nội dung: tổng kết công tác năm 2026; biểu dương tập thể, cá nhân; thảo luận nhiệm vụ năm 2027.

Đề nghị {{don_vi}} xác nhận tham dự qua số điện thoại {{dien_thoai}} trước ngày 15 tháng 12 năm 2026./.
";

fn letters(dir: &Path, rows: u32) {
    fs::write(dir.join("vanthu.toml"), OFFICE).expect("write");
    fs::write(dir.join("thu.md"), LETTER).expect("write");
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    for (column, head) in ["Đơn vị", "Ông/Bà", "Họ tên", "Chức vụ", "Điện thoại"].iter().enumerate()
    {
        sheet.write_string(0, column as u16, *head).expect("cell");
    }
    for row in 1..=rows {
        let unit = format!("Phòng Nghiệp vụ số {row}");
        let cells = [unit.as_str(), "ông", "Nguyễn Văn Bình", "Trưởng phòng", "0912000111"];
        for (column, cell) in cells.iter().enumerate() {
            sheet.write_string(row, column as u16, *cell).expect("cell");
        }
    }
    book.save(dir.join("don-vi.xlsx")).expect("xlsx");
    let text = LETTER.replace("{{ong_ba}}", "{{[Ông/Bà]}}");
    fs::write(dir.join("thu.md"), text).expect("write");
}

fn sample() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/so-noi-vu")
}

fn one_plan(c: &mut Criterion) {
    let world = System::new(Some(jiff::civil::date(2026, 11, 22)));
    let dir = sample();
    let workspace = Workspace::open(&world, &dir, jiff::civil::date(2026, 11, 22)).expect("office");
    let source = dir.join("thi-dua-nam-2026.md");
    c.bench_function("one plan, source to bytes", |b| {
        b.iter(|| {
            let steps = single_steps(std::slice::from_ref(&source), None, None);
            let plan = plan(&workspace, steps, Purpose::Draft, &|_| {}).expect("plan");
            let document = plan.document(&workspace, 0).expect("document");
            black_box(write(&workspace, &document).expect("bytes").0.bytes.len())
        });
    });
}

fn two_thousand(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("temp");
    letters(dir.path(), 2000);
    let world = System::new(Some(jiff::civil::date(2026, 11, 22)));
    let workspace =
        Workspace::open(&world, dir.path(), jiff::civil::date(2026, 11, 22)).expect("office");
    let (source, data) = (dir.path().join("thu.md"), dir.path().join("don-vi.xlsx"));
    let steps = || single_steps(std::slice::from_ref(&source), Some(&data), None);
    let one = rayon::ThreadPoolBuilder::new().num_threads(1).build().expect("pool");
    let mut group = c.benchmark_group("2000 letters");
    group.throughput(Throughput::Elements(2000)).sample_size(10);
    group.bench_function("xlsx to bytes in memory, one core", |b| {
        b.iter(|| {
            one.install(|| {
                let plan = plan(&workspace, steps(), Purpose::Issue(None), &|_| {}).expect("plan");
                assert!(!plan.is_blocked(), "{:?}", plan.findings.first());
                let bytes: usize = (0..plan.documents.len())
                    .map(|i| {
                        let document = plan.document(&workspace, i).expect("document");
                        write(&workspace, &document).expect("bytes").0.bytes.len()
                    })
                    .sum();
                black_box(bytes)
            })
        });
    });
    group.bench_function("issued durably", |b| {
        b.iter_batched(
            || {
                let fresh = tempfile::tempdir_in(dir.path()).expect("temp");
                letters(fresh.path(), 2000);
                fresh
            },
            |fresh| {
                let today = jiff::civil::date(2026, 11, 22);
                let workspace = Workspace::open(&world, fresh.path(), today).expect("office");
                let (source, data) =
                    (fresh.path().join("thu.md"), fresh.path().join("don-vi.xlsx"));
                let steps = single_steps(&[source], Some(&data), None);
                let plan = plan(&workspace, steps, Purpose::Issue(None), &|_| {}).expect("plan");
                let ticket = Ticket {
                    job: "bench".into(),
                    title: "bench".into(),
                    wait: Duration::from_secs(1),
                };
                let report = issue(&workspace, &plan, &ticket, &|_| {}).expect("issued");
                assert_eq!(report.lines.len(), 2000);
                fresh
            },
            BatchSize::PerIteration,
        );
    });
    group.finish();
}

fn verify_twenty_thousand(c: &mut Criterion) {
    let dir = tempfile::tempdir().expect("temp");
    letters(dir.path(), 20_000);
    let today = jiff::civil::date(2026, 11, 22);
    let world = System::new(Some(today));
    let workspace = Workspace::open(&world, dir.path(), today).expect("office");
    let (source, data) = (dir.path().join("thu.md"), dir.path().join("don-vi.xlsx"));
    let plan =
        plan(&workspace, single_steps(&[source], Some(&data), None), Purpose::Issue(None), &|_| {})
            .expect("plan");
    let ticket =
        Ticket { job: "bench".into(), title: "bench".into(), wait: Duration::from_secs(1) };
    issue(&workspace, &plan, &ticket, &|_| {}).expect("issued");
    let mut group = c.benchmark_group("verify");
    group.throughput(Throughput::Elements(20_000)).sample_size(10);
    group.bench_function("20000 files", |b| {
        b.iter(|| {
            let verified =
                verify(&workspace, Options::default(), Duration::from_secs(1)).expect("verified");
            assert!(verified.is_clean());
        });
    });
    group.finish();
}

/// A template of the samples, filled in memory.
fn word_template(c: &mut Criterion) {
    let read = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/word").join(name);
        let bytes = fs::read(path).expect("a template");
        WordTemplate::compile(&bytes, name).expect("a Word file").0.expect("compiles")
    };
    let people: Vec<serde_json::Value> = (0..2000).map(person).collect();
    let certificate = read("giay-khen.docx");
    let mut group = c.benchmark_group("word template");
    group.throughput(Throughput::Elements(2000)).sample_size(10);
    group.bench_function("2000 certificates, one core", |b| {
        b.iter(|| {
            let bytes = people.iter().map(|data| filled(&certificate, data)).sum::<usize>();
            black_box(bytes)
        });
    });
    let decision = read("quyet-dinh.docx");
    for rows in [30, 5000] {
        let list: Vec<serde_json::Value> = (0..rows).map(person).collect();
        let data = serde_json::json!({ "hang": list, "tong": rows, "tien": rows * 390_000 });
        group.throughput(Throughput::Elements(rows as u64));
        group.bench_function(format!("decision with {rows} rows"), |b| {
            b.iter(|| black_box(filled(&decision, &data)));
        });
    }
    group.finish();
}

fn filled(template: &WordTemplate, data: &serde_json::Value) -> usize {
    template.fill(data, &serde_json::Value::Null, &NoPictures).expect("filled").bytes.len()
}

fn person(n: i32) -> serde_json::Value {
    serde_json::json!({
        "ho_ten": format!("Nguyễn Thị Thanh Hà {n}"), "gioi_tinh": "nữ", "chuc_vu": "Chuyên viên",
        "don_vi": format!("Phòng Nghiệp vụ {}", n / 7), "hinh_thuc": "Giấy khen",
        "thanh_tich": "Đã có thành tích xuất sắc trong phong trào thi đua thực hiện nhiệm vụ công tác năm 2026",
        "so": format!("{n:04}"), "ngay": "2026-11-22", "tien": 390_000,
    })
}

criterion_group!(benches, one_plan, two_thousand, verify_twenty_thousand, word_template);
criterion_main!(benches);
