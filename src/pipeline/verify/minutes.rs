//! Biên bản kiểm tra: the result of a verification as a document in the decree's form, to be signed by hand.
//!
//! Knows: what was found, the template of the minutes. Must not know: layout, terminals.

use serde_json::{Value, json};

use crate::archive::BagId;
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Lang, Place, Result};
use crate::text;

use super::super::recipe::{self, IssueDay, Recipe};
use super::super::workspace::Workspace;
use super::{Checked, Verdict};

/// Findings that are listed one by one; more are only counted.
const MOST: usize = 200;
/// Where the template is told to be, in findings.
const NAME: &str = "templates/archive/bien-ban-kiem-tra.md";
const TEMPLATE: &str = include_str!("../../../templates/archive/bien-ban-kiem-tra.md");

/// The minutes as a .docx.
///
/// # Errors
/// `Output` if they cannot be made: then the program is wrong, or the office's configuration has errors.
pub fn minutes(workspace: &Workspace<'_>, checked: &Checked) -> Result<Vec<u8>> {
    let today = workspace.world.today();
    let recipe = Recipe::from_text(TEMPLATE.to_owned(), NAME.to_owned()).map_err(first)?;
    let data = data(workspace, checked);
    let (document, findings) = recipe.document(workspace, &data, IssueDay::Given(today), today);
    let document = document.ok_or_else(|| first(findings))?;
    Ok(recipe::write(workspace, &document)?.0.bytes)
}

fn first(findings: Vec<Diagnostic>) -> Failure {
    let said = findings.into_iter().next();
    let message = said.as_ref().map_or_else(
        || text!("không lập được biên bản", "the minutes cannot be made"),
        |d| d.message.clone(),
    );
    Failure::new(FailureKind::Output, said.map_or_else(Place::default, |d| d.place), message)
}

fn data(workspace: &Workspace<'_>, checked: &Checked) -> Value {
    let report = &checked.verified.report;
    let covered = &report.covered;
    let organ = &workspace.office.organ;
    let amounts = [
        ("Túi hồ sơ (bag)", covered.bags),
        ("Tệp văn bản đã đọc và so mã SHA-256", covered.files),
        ("Dung lượng đã đọc (byte)", covered.bytes),
        ("Số văn bản đã đối chiếu trong sổ đăng ký", covered.numbers),
        ("Dòng sổ đăng ký đã đối chiếu với cam kết", checked.verified.audited),
        ("Tệp đã kiểm tra ở những lần trước và không đổi từ đó", covered.earlier_files),
        ("Túi chưa kiểm tra", covered.left_bags),
        ("Mục không kiểm tra được", report.skipped.saturating_sub(covered.left_bags)),
    ];
    let amounts: Vec<Value> = amounts
        .into_iter()
        .enumerate()
        .filter(|(i, (_, n))| *i < 5 || *n > 0)
        .enumerate()
        .map(|(tt, (_, (name, count)))| json!({ "tt": tt + 1, "ten": name, "so": grouped(count) }))
        .collect();
    let (found, total) = found(checked);
    let more = total.saturating_sub(found.len());
    json!({
        "trich_yeu": format!("Kiểm tra tính toàn vẹn của kho lưu trữ điện tử {}", organ.in_text),
        "bat_dau": moment(&report.started),
        "ket_thuc": moment(&report.ended),
        "dia_diem": organ.in_text,
        "pham_vi": scope(checked),
        "cach_lam": if report.quick {
            "đối chiếu tên và độ dài của tệp với sổ đăng ký; KHÔNG đọc nội dung"
        } else {
            "đọc từng tệp, tính mã SHA-256, đối chiếu với sổ đăng ký, danh mục của túi và cam kết của từng dòng sổ; không sửa gì trong kho"
        },
        "khoi_luong": amounts,
        "ket_qua": verdict(checked),
        "co_phat_hien": !found.is_empty(),
        "phat_hien": found,
        "con_nua": (more > 0).then(|| format!("Còn {more} phát hiện nữa, xem báo cáo kèm theo")),
        "dau_vet": trace(checked),
    })
}

fn scope(checked: &Checked) -> String {
    let asked = &checked.asked;
    let mut parts = Vec::new();
    if let Some(code) = &asked.number {
        parts.push(format!("văn bản số {code}"));
    }
    if let Some(book) = asked.book {
        parts.push(format!(
            "sổ {}",
            match book {
                crate::register::Book::Outgoing => "đăng ký văn bản đi",
                crate::register::Book::Incoming => "đăng ký văn bản đến",
                crate::register::Book::Awards => "khen thưởng",
                crate::register::Book::Copies => "đăng ký bản sao",
            }
        ));
    }
    match (asked.year, asked.bag) {
        (Some(year), Some(bag)) => parts.push(format!("túi {}", BagId { year, number: bag })),
        (None, Some(bag)) => parts.push(format!("túi số {bag:06} của mọi năm")),
        (Some(year), None) => parts.push(format!("năm {year}")),
        (None, None) => {}
    }
    match parts.is_empty() {
        true => "toàn bộ kho lưu trữ và sổ đăng ký".to_owned(),
        false => parts.join(", "),
    }
}

fn verdict(checked: &Checked) -> String {
    let count = checked.verified.report.counts.wrong + checked.verified.beside();
    match checked.verdict() {
        Verdict::Clean => "toàn bộ phạm vi đã được kiểm tra; kho còn nguyên vẹn".to_owned(),
        Verdict::Findings => format!("KHO CÓ VẤN ĐỀ, {count} phát hiện"),
        Verdict::Tampered => {
            format!("CÓ DẤU HIỆU SỬA ĐỔI HOẶC ĐƯA BẢN CŨ VÀO THAY, {count} phát hiện")
        }
        Verdict::CouldNotCheck => "CHƯA kết luận được: có mục không đọc được".to_owned(),
        Verdict::Stopped if checked.verified.report.quick => {
            "tên và độ dài của tệp đúng với sổ; CHƯA kiểm tra nội dung".to_owned()
        }
        Verdict::Stopped => "CHƯA kiểm tra hết; phần đã kiểm tra chưa thấy sai sót".to_owned(),
    }
}

/// Rows of the table of findings, and how many findings there are in all.
fn found(checked: &Checked) -> (Vec<Value>, usize) {
    let verified = &checked.verified;
    let pages = verified.pages.iter().map(|page| {
        ["–".to_owned(), String::new(), "register.db".to_owned(), page.clone(), String::new()]
    });
    let rows = verified.rows.iter().map(told);
    let files = verified.report.findings.iter().map(|f| told(&f.diagnostic()));
    let all: Vec<[String; 5]> = pages.chain(rows).chain(files).take(MOST).collect();
    let total = verified.pages.len()
        + verified.rows.len()
        + verified.report.findings.len()
        + verified.report.more.values().fold(0, |sum, n| sum + *n as usize);
    let rows = all.into_iter().enumerate();
    let rows = rows.map(|(i, [code, number, file, what, mend])| {
        // One wide column: two narrow ones beside long paths leave each a word a line.
        let what = if mend.is_empty() { what } else { format!("{what}. Cách xử lý: {mend}") };
        json!({ "tt": i + 1, "ma": code, "so": number, "tep": file, "hien_trang": what })
    });
    (rows.collect(), total)
}

fn told(d: &Diagnostic) -> [String; 5] {
    [
        d.code.to_string(),
        d.place.item.clone().unwrap_or_default(),
        d.place.file.clone().unwrap_or_default(),
        d.message.get(Lang::Vi).to_owned(),
        d.hint.as_ref().map_or_else(String::new, |h| h.get(Lang::Vi).to_owned()),
    ]
}

fn trace(checked: &Checked) -> String {
    let kept = &checked.kept;
    match (&kept.file, &kept.digest, kept.act) {
        (Some(file), Some(digest), Some(act)) => format!(
            "Báo cáo chi tiết archive/reports/{file}, mã SHA-256 {digest}, được ghi vào sổ đăng ký ở vị trí {act}"
        ),
        (Some(file), Some(digest), None) => format!(
            "Báo cáo chi tiết archive/reports/{file}, mã SHA-256 {digest}, không ghi vào sổ đăng ký"
        ),
        _ => "Không lưu báo cáo chi tiết".to_owned(),
    }
}

/// `14 giờ 05 phút, ngày 22 tháng 11 năm 2026` from a record's time.
fn moment(at: &str) -> String {
    let part = |from: usize, to: usize| at.get(from..to).unwrap_or("…");
    format!(
        "{} giờ {} phút, ngày {} tháng {} năm {}",
        part(11, 13),
        part(14, 16),
        part(8, 10),
        part(5, 7),
        part(0, 4)
    )
}

/// `1.234.567`.
fn grouped(count: u64) -> String {
    let digits = count.to_string();
    let mut out = String::new();
    for (i, c) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push('.');
        }
        out.push(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::super::tests::{add, clean, finding, row, with, with_office};
    use super::super::{Asked, Kept};
    use super::*;
    use crate::archive::sha256;
    use crate::archive::verify::Class;
    use crate::register::Book;

    #[test]
    fn numbers_and_times_are_written_as_clerks_do() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1.234.567");
        let at = moment("2026-03-05T14:05:09+07:00");
        assert_eq!(at, "14 giờ 05 phút, ngày 05 tháng 03 năm 2026");
        assert_eq!(moment("?"), "… giờ … phút, ngày … tháng … năm …");
    }

    #[test]
    fn the_minutes_say_what_was_done_and_found() {
        with_office(|workspace| {
            let said = data(workspace, &clean());
            assert_eq!(
                said,
                json!({
                    "trich_yeu": "Kiểm tra tính toàn vẹn của kho lưu trữ điện tử Sở Nội vụ",
                    "bat_dau": "08 giờ 00 phút, ngày 22 tháng 11 năm 2026",
                    "ket_thuc": "09 giờ 05 phút, ngày 22 tháng 11 năm 2026",
                    "dia_diem": "Sở Nội vụ",
                    "pham_vi": "toàn bộ kho lưu trữ và sổ đăng ký",
                    "cach_lam": "đọc từng tệp, tính mã SHA-256, đối chiếu với sổ đăng ký, danh mục của túi và cam kết của từng dòng sổ; không sửa gì trong kho",
                    "khoi_luong": [
                        { "tt": 1, "ten": "Túi hồ sơ (bag)", "so": "2" },
                        { "tt": 2, "ten": "Tệp văn bản đã đọc và so mã SHA-256", "so": "30" },
                        { "tt": 3, "ten": "Dung lượng đã đọc (byte)", "so": "4.000" },
                        { "tt": 4, "ten": "Số văn bản đã đối chiếu trong sổ đăng ký", "so": "29" },
                        { "tt": 5, "ten": "Dòng sổ đăng ký đã đối chiếu với cam kết", "so": "31" },
                    ],
                    "ket_qua": "toàn bộ phạm vi đã được kiểm tra; kho còn nguyên vẹn",
                    "co_phat_hien": false,
                    "phat_hien": [],
                    "con_nua": null,
                    "dau_vet": "Không lưu báo cáo chi tiết",
                })
            );
            let quick = with(|c| {
                c.verified.report.quick = true;
                c.verified.report.complete = false;
            });
            let quick = data(workspace, &quick);
            let said = "đối chiếu tên và độ dài của tệp với sổ đăng ký; KHÔNG đọc nội dung";
            assert_eq!(quick["cach_lam"], said);
            assert_eq!(
                quick["ket_qua"],
                "tên và độ dài của tệp đúng với sổ; CHƯA kiểm tra nội dung"
            );
        });
    }

    #[test]
    fn what_is_left_is_told_only_where_something_is() {
        let amounts = |checked: &Checked| {
            let mut said = Vec::new();
            with_office(|workspace| {
                let data = data(workspace, checked);
                let rows = data["khoi_luong"].as_array().expect("rows").clone();
                said = rows
                    .iter()
                    .map(|r| format!("{} {} {}", r["tt"], r["ten"], r["so"]).replace('"', ""))
                    .collect();
            });
            said
        };
        let part = with(|c| {
            c.verified.report.covered.bags = 0;
            c.verified.report.covered.left_bags = 3;
            c.verified.report.skipped = 5;
        });
        let said = amounts(&part);
        assert_eq!(said.first().map(String::as_str), Some("1 Túi hồ sơ (bag) 0"), "zero is told");
        let rest = ["6 Túi chưa kiểm tra 3", "7 Mục không kiểm tra được 2"];
        assert_eq!(said[5..], rest);
        let earlier = with(|c| {
            c.verified.report.covered.earlier_files = 25;
            c.verified.report.covered.left_bags = 1;
            c.verified.report.skipped = 1;
        });
        let rest =
            ["6 Tệp đã kiểm tra ở những lần trước và không đổi từ đó 25", "7 Túi chưa kiểm tra 1"];
        assert_eq!(amounts(&earlier)[5..], rest);
    }

    #[test]
    fn the_scope_is_told_in_words() {
        let said = |asked: Asked| scope(&with(|c| c.asked = asked));
        let none = Asked::default();
        assert_eq!(said(Asked { year: Some(2026), ..none.clone() }), "năm 2026");
        let bag = Asked { year: Some(2026), bag: Some(7), ..none.clone() };
        assert_eq!(said(bag), "túi 2026/000007");
        assert_eq!(said(Asked { bag: Some(7), ..none.clone() }), "túi số 000007 của mọi năm");
        let one = Asked { number: Some("05/KH-SNV".into()), year: Some(2026), ..none.clone() };
        assert_eq!(said(one), "văn bản số 05/KH-SNV, năm 2026");
        for (book, name) in [
            (Book::Outgoing, "sổ đăng ký văn bản đi"),
            (Book::Incoming, "sổ đăng ký văn bản đến"),
            (Book::Awards, "sổ khen thưởng"),
            (Book::Copies, "sổ đăng ký bản sao"),
        ] {
            assert_eq!(said(Asked { book: Some(book), ..none.clone() }), name);
        }
    }

    #[test]
    fn each_verdict_has_its_sentence() {
        let said = |change: fn(&mut Checked)| verdict(&with(change));
        let wrong = |c: &mut Checked| {
            c.verified.pages.push("trang 3".into());
            [Class::Modified, Class::Unreadable].into_iter().for_each(|class| add(c, class));
        };
        assert_eq!(said(wrong), "KHO CÓ VẤN ĐỀ, 2 phát hiện");
        let tampered = said(|c| c.verified.rows.extend([row(), row()]));
        assert_eq!(tampered, "CÓ DẤU HIỆU SỬA ĐỔI HOẶC ĐƯA BẢN CŨ VÀO THAY, 2 phát hiện");
        let unread = said(|c| add(c, Class::Unreadable));
        assert_eq!(unread, "CHƯA kết luận được: có mục không đọc được");
        let stopped = said(|c| {
            c.verified.report.cancelled = true;
            c.verified.report.complete = false;
        });
        assert_eq!(stopped, "CHƯA kiểm tra hết; phần đã kiểm tra chưa thấy sai sót");
    }

    #[test]
    fn findings_are_listed_up_to_a_limit_and_the_rest_is_counted() {
        let checked = with(|c| {
            c.verified.pages.push("trang 3 hỏng".into());
            c.verified.rows.push(row());
            add(c, Class::Modified);
        });
        let (rows, total) = found(&checked);
        let hint = finding(Class::Modified).diagnostic().hint.expect("a hint").vi;
        let message = finding(Class::Modified).message().vi;
        assert_eq!(total, 3);
        assert_eq!(
            rows,
            [
                json!({ "tt": 1, "ma": "–", "so": "", "tep": "register.db", "hien_trang": "trang 3 hỏng" }),
                json!({ "tt": 2, "ma": "S0202", "so": "02/SNV-VP", "tep": "",
                    "hien_trang": "dòng khác. Cách xử lý: khôi phục" }),
                json!({ "tt": 3, "ma": "K0102", "so": "03/SNV-VP", "tep": "bags/2026/000001/data/x.docx",
                    "hien_trang": format!("{message}. Cách xử lý: {hint}") }),
            ]
        );
        let more = |counted: u64| {
            let checked = with(|c| {
                c.verified.rows = vec![row(); MOST];
                if counted > 0 {
                    c.verified.report.more.insert("K0102".into(), counted);
                }
            });
            let mut said = Value::Null;
            with_office(|workspace| said = data(workspace, &checked));
            assert_eq!(
                (&said["co_phat_hien"], said["phat_hien"].as_array().map(Vec::len)),
                (&json!(true), Some(MOST))
            );
            said["con_nua"].clone()
        };
        assert_eq!(more(0), Value::Null);
        assert_eq!(more(41), "Còn 41 phát hiện nữa, xem báo cáo kèm theo");
    }

    #[test]
    fn the_trace_names_report_and_act() {
        let digest = sha256(b"report");
        let said = |file: Option<&str>, act: Option<u64>| {
            let digest = file.map(|_| digest);
            let kept = Kept { file: file.map(str::to_owned), digest, act, ..Kept::default() };
            trace(&with(|c| c.kept = kept))
        };
        assert_eq!(said(None, None), "Không lưu báo cáo chi tiết");
        let begin = format!("Báo cáo chi tiết archive/reports/v.jsonl, mã SHA-256 {digest}, ");
        assert_eq!(said(Some("v.jsonl"), None), format!("{begin}không ghi vào sổ đăng ký"));
        let entered = format!("{begin}được ghi vào sổ đăng ký ở vị trí 41");
        assert_eq!(said(Some("v.jsonl"), Some(41)), entered);
    }

    #[test]
    fn what_stopped_the_minutes_is_told() {
        let none = first(Vec::new());
        assert_eq!(
            (none.kind, none.message.en.as_str()),
            (FailureKind::Output, "the minutes cannot be made")
        );
        let said = first(vec![row(), row()]);
        assert_eq!(said.message.en, "row differs");
        assert_eq!(said.place.item.as_deref(), Some("02/SNV-VP"));
    }
}
