//! The papers of dossiers: mục lục văn bản of one, danh mục of a year (Phụ lục V NĐ 30/2020/NĐ-CP).
//!
//! Knows: the columns of the forms. Must not know: how a page looks.

use super::{Dossier, Retention};
use crate::diagnostic::Result;
use crate::layout::Sheet;
use crate::layout::paper::{Listing, listing};
use crate::model::Office;
use crate::pipeline::print::PlainTable;
use crate::register::book::{day, type_and_subject};
use crate::register::{Book, Entry, Register};

/// Mục lục văn bản, tài liệu trong hồ sơ: seven columns.
///
/// # Errors
/// As reading the register.
pub fn index(register: &dyn Register, dossier: &Dossier) -> Result<PlainTable> {
    let columns = [
        ("STT", 0.5, true),
        ("Số, ký hiệu văn bản", 1.6, false),
        ("Ngày tháng năm văn bản", 1.2, true),
        ("Tên loại và trích yếu nội dung văn bản", 5.0, false),
        ("Tác giả văn bản", 2.0, false),
        ("Tờ số/ Trang số", 0.9, true),
        ("Ghi chú", 1.0, false),
    ];
    let mut rows = Vec::new();
    // Pages are counted on as long as every document says how many it has.
    let mut page = Some(1u32);
    for (at, member) in dossier.documents.iter().enumerate() {
        let Some(entry) = register.entry(member.seq)? else { continue };
        let of = entry.fields.extra.get("page_amount").and_then(|n| n.parse::<u32>().ok());
        let pages = page.zip(of).map_or_else(String::new, |(first, count)| match count {
            0 | 1 => first.to_string(),
            more => format!("{first}-{}", first.saturating_add(more - 1)),
        });
        page = page.zip(of).map(|(first, count)| first.saturating_add(count.max(1)));
        rows.push(row(at + 1, &entry, pages, &member.note));
    }
    Ok(PlainTable::new("", &columns, rows))
}

/// The same on paper.
///
/// # Errors
/// As reading the register.
pub fn index_paper(register: &dyn Register, office: &Office, dossier: &Dossier) -> Result<Sheet> {
    let table = index(register, dossier)?;
    let count = table.rows.len();
    let under = vec![
        dossier.title.clone(),
        format!("Số, ký hiệu hồ sơ: {}", dossier.code),
        format!("Năm {}", dossier.year),
    ];
    Ok(listing(Listing {
        organs: vec![office.organ.parent.join(" "), office.organ.name.join(" ")],
        title: "MỤC LỤC VĂN BẢN, TÀI LIỆU TRONG HỒ SƠ".to_owned(),
        under,
        before: Vec::new(),
        tables: vec![table.on_paper()],
        foot: vec![format!("Mục lục này gồm {count} văn bản, tài liệu.")],
        signer: Some((office.organ.place.clone(), "NGƯỜI LẬP".to_owned())),
        created: format!("{}T00:00:00Z", dossier.closed.map_or(dossier.opened, |c| c.0)),
    }))
}

fn row(number: usize, entry: &Entry, pages: String, note: &str) -> Vec<String> {
    let f = &entry.fields;
    let incoming = entry.book == Book::Incoming;
    let extra = |key: &str| f.extra.get(key).cloned().unwrap_or_default();
    let issued = extra("issued_date").parse().ok();
    let date = if incoming { issued } else { Some(entry.date) };
    vec![
        number.to_string(),
        if incoming { extra("code") } else { entry.code().to_string() },
        date.map(day).unwrap_or_default(),
        type_and_subject(f),
        f.organ_name.clone(),
        pages,
        note.to_owned(),
    ]
}

/// Danh mục hồ sơ of a year: five columns, headings in rows of their own.
pub fn list(dossiers: &[&Dossier]) -> PlainTable {
    let columns = [
        ("Số và ký hiệu hồ sơ", 1.4, true),
        ("Tên đề mục và tiêu đề hồ sơ", 5.0, false),
        ("Thời hạn bảo quản", 1.3, true),
        ("Người lập hồ sơ", 2.0, false),
        ("Ghi chú", 1.3, false),
    ];
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut heading = "";
    for dossier in dossiers {
        if dossier.heading != heading {
            heading = &dossier.heading;
            let mut row = vec![String::new(); columns.len()];
            if let Some(cell) = row.get_mut(1) {
                *cell = heading.to_owned();
            }
            rows.push(row);
        }
        rows.push(vec![
            dossier.code.clone(),
            dossier.title.clone(),
            dossier.retention.map(Retention::words).unwrap_or_default(),
            dossier.creator.clone(),
            dossier.note.clone(),
        ]);
    }
    PlainTable::new("", &columns, rows)
}

/// The same on paper, with totals at the foot.
pub fn list_paper(office: &Office, year: i16, dossiers: &[&Dossier]) -> Sheet {
    let of = |permanent: bool| {
        dossiers.iter().filter(|d| (d.retention == Some(Retention::Permanent)) == permanent).count()
    };
    let opened = dossiers.iter().map(|d| d.opened).max();
    listing(Listing {
        organs: vec![office.organ.parent.join(" "), office.organ.name.join(" ")],
        title: format!("DANH MỤC HỒ SƠ NĂM {year}"),
        under: vec!["(Kèm theo Quyết định số ………… ngày …… tháng …… năm ……… của …………)".to_owned()],
        before: Vec::new(),
        tables: vec![list(dossiers).on_paper()],
        foot: vec![format!(
            "Danh mục này có {} hồ sơ, trong đó: {} hồ sơ bảo quản vĩnh viễn, {} hồ sơ bảo quản có thời hạn.",
            dossiers.len(),
            of(true),
            of(false)
        )],
        signer: None,
        created: opened
            .map_or_else(|| format!("{year}-01-01T00:00:00Z"), |d| format!("{d}T00:00:00Z")),
    })
}
