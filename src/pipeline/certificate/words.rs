//! The words of a certificate: what each name of a form stands for.
//!
//! Knows: how a line of a list, a decision and a place in the book are said on a certificate. Must not
//! know: boxes, files, the book itself.

use std::borrow::Cow;

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
pub(super) fn values<'a>(
    certificate: &'a Certificate,
    award: &'a str,
    stamp: Option<&Stamp>,
) -> Values<'a> {
    let c = certificate;
    let h = &c.honouree;
    let is_person = h.kind == HonoureeKind::Individual;
    let year = stamp.map(|s| s.year).or(c.decided.map(|d| d.year()));
    let decided = words(c.decided);
    let mut out = Values::with_capacity(22 + h.extra.len());
    out.add("nguoi_tang", c.giver.as_str());
    out.add("hinh_thuc", if c.award.is_empty() { award } else { c.award.as_str() });
    out.add(
        "ong_ba",
        match (is_person, h.address.as_str()) {
            (true, "") => "Ông (Bà)",
            (_, address) => address,
        },
    );
    out.add("ten", h.name.as_str());
    out.add("ten_day_du", h.addressed());
    out.add("chuc_vu", h.position.as_str());
    out.add("don_vi", h.unit.as_str());
    out.add("noi", h.post());
    out.add("thanh_tich", achievement(&h.achievement));
    out.add("so_quyet_dinh", c.decision.as_str());
    let number = stamp.map(|s| s.number.to_string().into());
    out.add("so", number.unwrap_or(Cow::Borrowed(WIDEST_NUMBER)));
    out.add("nam", year.map(|y| y.to_string()).unwrap_or_default());
    out.add("dia_danh", c.locality.as_str());
    let is_of_decision = c.date.is_none() || c.date == c.decided;
    out.add("ngay", if is_of_decision { decided.clone() } else { words(c.date) });
    out.add("ngay_quyet_dinh", decided);
    out.add("quyen_han", c.authority.join(" "));
    out.add("chuc_vu_ky", c.position.as_str());
    out.add("nguoi_ky", c.signer.as_str());
    out.add("truy_tang", if h.posthumous { "(Truy tặng)" } else { "" });
    let again = stamp.and_then(|s| s.reissued);
    out.add("cap_lai", again.map(|d| format!("Cấp lại {}", words(Some(d)))).unwrap_or_default());
    out.add("co_quan", c.organ.as_str());
    for (key, value) in &h.extra {
        out.insert(format!("cot.{key}"), value.as_str());
    }
    out
}

fn words(date: Option<Date>) -> String {
    let line = |d: Date| DateLine { day: Some(d.day()), month: Some(d.month()), year: d.year() };
    date.map(|d| line(d).words()).unwrap_or_default()
}

/// The achievement without the words that the form says in front of it.
fn achievement(text: &str) -> &str {
    let text = text.trim();
    let without = |lead: &&str| {
        let length: usize = text.chars().take(lead.chars().count()).map(char::len_utf8).sum();
        let (start, rest) = text.split_at_checked(length)?;
        let ends = rest.starts_with(char::is_whitespace);
        (ends && start.to_lowercase() == **lead).then(|| rest.trim_start())
    };
    LEADS.iter().find_map(without).unwrap_or(text)
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
