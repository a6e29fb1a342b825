//! The words of a certificate: what each name of a form stands for.
//!
//! Knows: how a line of a list, a decision and a place in the book are said on a certificate. Must not
//! know: boxes, files, the book itself.

use jiff::civil::Date;

use crate::layout::Values;
use crate::model::{DateLine, HonoureeKind};

use super::Certificate;
use crate::pipeline::awards::Stamp;

/// As wide as a number will be, before it is known.
const WIDEST_NUMBER: &str = "0000";
/// What a form says itself in front of an achievement, and what lists write of it.
const LEADS: [&str; 2] = ["đã có thành tích", "có thành tích"];

/// The values by their Vietnamese names; `stamp` is `None` before the award has its place.
pub(super) fn values(certificate: &Certificate, award: &str, stamp: Option<&Stamp>) -> Values {
    let c = certificate;
    let h = &c.honouree;
    let is_person = h.kind == HonoureeKind::Individual;
    let year = stamp.map(|s| s.year).or(c.decided.map(|d| d.year()));
    let mut out = Values::new();
    let mut put = |name: &str, value: String| {
        out.insert(name.to_owned(), value);
    };
    put("nguoi_tang", c.giver.clone());
    put("hinh_thuc", if c.award.is_empty() { award.to_owned() } else { c.award.clone() });
    put(
        "ong_ba",
        match (is_person, h.address.as_str()) {
            (true, "") => "Ông (Bà)".to_owned(),
            (_, address) => address.to_owned(),
        },
    );
    put("ten", h.name.clone());
    put("ten_day_du", h.addressed());
    put("chuc_vu", h.position.clone());
    put("don_vi", h.unit.clone());
    put("noi", h.post());
    put("thanh_tich", achievement(&h.achievement));
    put("so_quyet_dinh", c.decision.clone());
    put("ngay_quyet_dinh", words(c.decided));
    put("so", stamp.map_or(WIDEST_NUMBER.to_owned(), |s| s.number.to_string()));
    put("nam", year.map(|y| y.to_string()).unwrap_or_default());
    put("dia_danh", c.locality.clone());
    put("ngay", words(c.date.or(c.decided)));
    put("quyen_han", c.authority.join(" "));
    put("chuc_vu_ky", c.position.clone());
    put("nguoi_ky", c.signer.clone());
    put("truy_tang", if h.posthumous { "(Truy tặng)".to_owned() } else { String::new() });
    let again = stamp.and_then(|s| s.reissued);
    put("cap_lai", again.map(|d| format!("Cấp lại {}", words(Some(d)))).unwrap_or_default());
    put("co_quan", c.organ.clone());
    for (key, value) in &h.extra {
        out.insert(format!("cot.{key}"), value.clone());
    }
    out
}

fn words(date: Option<Date>) -> String {
    let line = |d: Date| DateLine { day: Some(d.day()), month: Some(d.month()), year: d.year() };
    date.map(|d| line(d).words()).unwrap_or_default()
}

/// The achievement without the words that the form says in front of it.
fn achievement(text: &str) -> String {
    let text = text.trim();
    let without = |lead: &&str| {
        let length: usize = text.chars().take(lead.chars().count()).map(char::len_utf8).sum();
        let (start, rest) = text.split_at_checked(length)?;
        let ends = rest.starts_with(char::is_whitespace);
        (ends && start.to_lowercase() == **lead).then(|| rest.trim_start().to_owned())
    };
    LEADS.iter().find_map(without).unwrap_or_else(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_form_says_is_not_said_twice() {
        assert_eq!(achievement("Đã có thành tích xuất sắc"), "xuất sắc");
        assert_eq!(achievement(" xuất sắc trong năm "), "xuất sắc trong năm");
        assert_eq!(achievement("Đã"), "Đã");
        assert_eq!(achievement("có thành tích xuất sắc"), "xuất sắc");
        assert_eq!(achievement("Có thành tích trong học tập"), "trong học tập");
        assert_eq!(achievement("có thành tích"), "có thành tích");
        assert_eq!(achievement("có thành tíchh"), "có thành tíchh");
    }
}
