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
    use super::*;

    #[test]
    fn numbers_and_times_are_written_as_clerks_do() {
        assert_eq!(grouped(0), "0");
        assert_eq!(grouped(999), "999");
        assert_eq!(grouped(1_234_567), "1.234.567");
        let at = moment("2026-03-05T14:05:09+07:00");
        assert_eq!(at, "14 giờ 05 phút, ngày 05 tháng 03 năm 2026");
        assert_eq!(moment("?"), "… giờ … phút, ngày … tháng … năm …");
    }
}
