//! Made-up certificates with the longest values that are to be expected, to look at a form.
//!
//! Knows: what is long. Must not know: lists, the book.

use crate::model::{Honouree, HonoureeKind, Number};
use crate::pipeline::awards::Stamp;
use crate::pipeline::workspace::Workspace;

use super::Certificate;

/// A certificate with the place that it would have.
#[derive(Debug, Clone)]
pub struct Sample {
    /// What it says.
    pub certificate: Certificate,
    /// A place that no award has; its QR code proves nothing.
    pub stamp: Stamp,
}

const ACHIEVEMENT: &str = "xuất sắc trong phong trào thi đua thực hiện nhiệm vụ phát triển kinh tế - xã hội, quốc phòng, an ninh, cải cách hành chính và chuyển đổi số trên địa bàn tỉnh năm 2026, góp phần hoàn thành toàn diện các chỉ tiêu, nhiệm vụ được giao của cơ quan";
const QR: &str = "VT1|00000000|MAU|0000/2026|00/QĐ-MAU|2026-01-01|0|Mẫu xem thử, không có giá trị|AAAAAAAAAAAAAAAAAAAAAA|AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The longest values of a kind in this office; `award` as printed.
pub fn longest(workspace: &Workspace<'_>, kind: HonoureeKind, award: &str) -> Sample {
    let today = workspace.world.today();
    let office = &workspace.office;
    let signer = office.defaults.signer.as_ref().and_then(|key| office.signers.get(key));
    let signer = signer.or_else(|| office.signers.values().next());
    let position = signer.map_or("GIÁM ĐỐC".to_owned(), |s| s.position.clone());
    let (address, name, post, unit) = match kind {
        HonoureeKind::Individual => (
            "Bà",
            "Công Tằng Tôn Nữ Nguyễn Ngọc Bảo Quỳnh",
            "Phó Trưởng phòng phụ trách Phòng Tổ chức, Biên chế và Công chức, viên chức",
            "Sở Nội vụ tỉnh",
        ),
        HonoureeKind::Collective => (
            "",
            "Tập thể cán bộ, công chức, viên chức và người lao động Trung tâm Phục vụ hành chính công và Kiểm soát thủ tục hành chính thuộc Văn phòng Ủy ban nhân dân tỉnh",
            "",
            "Văn phòng Ủy ban nhân dân tỉnh",
        ),
        HonoureeKind::Household => (
            "",
            "Hộ gia đình ông Nguyễn Ngọc Thiện và bà Công Tằng Tôn Nữ Bảo Quỳnh",
            "",
            "Tổ dân phố số 12, phường Vĩnh Phước",
        ),
    };
    let honouree = Honouree {
        kind,
        address: address.into(),
        name: name.into(),
        position: post.into(),
        unit: unit.into(),
        achievement: ACHIEVEMENT.into(),
        ..Honouree::default()
    };
    let certificate = Certificate {
        honouree,
        award: award.to_owned(),
        giver: format!("{position} {}", office.organ.in_text),
        organ: office.organ.in_text.clone(),
        decision: format!("1234/QĐ-{}", office.organ.code),
        decided: Some(today),
        locality: office.organ.place.clone(),
        date: Some(today),
        authority: signer.map(|s| s.authority.clone()).unwrap_or_default(),
        position,
        signer: signer.map_or("Nguyễn Văn A".to_owned(), |s| s.name.clone()),
        ..Certificate::default()
    };
    let number = Number::new(1234).unwrap_or(Number::FIRST);
    let stamp = Stamp { number, year: today.year(), seq: 0, qr: QR.to_owned(), reissued: None };
    Sample { certificate, stamp }
}

/// Headings of a list under which each field is looked for, as their slugs with underscores.
const HEADINGS: [(&str, &[&str]); 7] = [
    ("address", &["ong_ba", "danh_xung", "ten_goi"]),
    ("name", &["ho_va_ten", "ho_ten", "ten_tap_the", "ten", "name"]),
    ("position", &["chuc_vu", "position"]),
    ("unit", &["don_vi_cong_tac", "don_vi", "dia_chi", "unit"]),
    ("achievement", &["thanh_tich", "achievement"]),
    ("kind", &["phan_loai", "doi_tuong", "loai"]),
    ("gender", &["gioi_tinh", "gender"]),
];

/// The honouree of a plain row, for looking at a form; campaigns read their lists with more care.
pub fn from_row(row: &serde_json::Map<String, serde_json::Value>) -> Honouree {
    let get = |field: &str| {
        let names = HEADINGS.iter().find(|(name, _)| *name == field).map_or(&[][..], |h| h.1);
        let value = names.iter().find_map(|name| row.get(*name)?.as_str());
        value.map(|v| v.trim().to_owned()).unwrap_or_default()
    };
    let kind = match crate::text::slug(&get("kind")).as_str() {
        "tap-the" => HonoureeKind::Collective,
        "ho" | "ho-gia-dinh" => HonoureeKind::Household,
        _ => HonoureeKind::Individual,
    };
    let address = match (get("address"), crate::text::slug(&get("gender")).as_str()) {
        (address, _) if !address.is_empty() => address,
        (_, "nam") => "Ông".to_owned(),
        (_, "nu") => "Bà".to_owned(),
        _ => String::new(),
    };
    Honouree {
        kind,
        address,
        name: get("name"),
        position: get("position"),
        unit: get("unit"),
        achievement: get("achievement"),
        ..Honouree::default()
    }
}
