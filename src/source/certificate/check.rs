//! What is wrong with the places and the words of a form, all at once.
//!
//! Knows: rectangles, names of values. Must not know: fonts' widths, TOML.

use super::{LARGER, NAMELESS, OUTSIDE, OVERLAP, SIZES, UNKNOWN_STACK, UNKNOWN_VALUE};
use crate::diagnostic::{Code, Diagnostic, Family, Place, Text};
use crate::model::{Area, CERTIFICATE_VALUES, CertificateForm, HonoureeKind, TextBox};
use crate::source::keyed::Reader;
use crate::text;

const KINDS: [(HonoureeKind, &str); 3] = [
    (HonoureeKind::Individual, "cá nhân"),
    (HonoureeKind::Collective, "tập thể"),
    (HonoureeKind::Household, "hộ"),
];

struct Check<'r, 'a> {
    file: &'r str,
    reader: &'r mut Reader<'a>,
}

/// Adds the findings.
pub(super) fn form(form: &CertificateForm, file: &str, reader: &mut Reader<'_>) {
    let mut check = Check { file, reader };
    check.sizes(form);
    check.boxes(form);
    check.overlaps(form);
    for (kind, word) in KINDS {
        let named = ["ten", "ten_day_du"];
        let has_name = |of: &TextBox| of.is_for(kind) && of.names().any(|n| named.contains(&n));
        if !form.boxes.iter().any(has_name) {
            check.say(
                NAMELESS,
                1,
                word,
                text!(
                    "mẫu không in tên cho {word}: không ô nào có {{ten}}",
                    "the form prints no name for the kind “{word}”: no box has {{ten}}"
                ),
                text!(
                    "thêm một [[o]] có chu = \"{{ten}}\"",
                    "add a [[boxes]] with text = \"{{name}}\""
                ),
            );
        }
    }
}

impl Check<'_, '_> {
    fn say(&mut self, number: u16, line: u32, item: &str, message: Text, hint: Text) {
        let code = Code::new(Family::D, super::BASE + number);
        let place = Place::file(self.file).line(line).item(item);
        self.reader.push(Diagnostic::error(code, place, message).hint(hint));
    }

    fn sizes(&mut self, form: &CertificateForm) {
        let Some((width, height)) = form.preprinted else { return };
        let (paper, across) = (form.height, form.width);
        if width > across || height > paper {
            self.say(
                LARGER,
                1,
                "phoi",
                text!(
                    "phôi {width} × {height} mm lớn hơn trang giấy {across} × {paper} mm",
                    "the pre-printed form of {width} × {height} mm is larger than the page of {across} × {paper} mm"
                ),
                text!(
                    "ghi đúng cỡ giấy nạp vào máy in ở [trang] rong, cao; máy in phải nhận được cỡ đó",
                    "give the true size of the paper in [page] width, height; the printer must take that size"
                ),
            );
        }
    }

    /// The part of the paper that may be printed on.
    fn paper(form: &CertificateForm) -> (f64, f64) {
        let (width, height) = form.preprinted.unwrap_or((form.width, form.height));
        (width.min(form.width), height.min(form.height))
    }

    fn inside(&mut self, form: &CertificateForm, name: &str, line: u32, area: Area) {
        let (width, height) = Self::paper(form);
        let (right, down) = form.shift;
        let moved = Area { x: area.x + right, y: area.y + down, ..area };
        if area.is_within(width, height) && moved.is_within(form.width, form.height) {
            return;
        }
        let (far, low) = (shown(moved.x + moved.width), shown(moved.y + moved.height));
        let (left, top) = (shown(moved.x), shown(moved.y));
        self.say(
            OUTSIDE,
            line,
            name,
            text!(
                "ô “{name}” nằm ngoài giấy {width} × {height} mm: từ ({left}; {top}) đến ({far}; {low})",
                "the box “{name}” lies outside the paper of {width} × {height} mm: from ({left}; {top}) to ({far}; {low})"
            ),
            text!(
                "sửa x, y, rong, so-dong, co của ô, hoặc độ dịch của máy in; xem bằng “vanthu certificate grid”",
                "mend x, y, width, lines, size of the box, or the printer's shift; look with `vanthu certificate grid`"
            ),
        );
    }

    fn boxes(&mut self, form: &CertificateForm) {
        if let Some(border) = form.border {
            self.inside(form, "khung", 1, border.area);
        }
        for of in &form.boxes {
            if of.min_size > of.size {
                let (least, size) = (f64::from(of.min_size) / 2.0, f64::from(of.size) / 2.0);
                self.say(
                    SIZES,
                    of.line,
                    &of.name,
                    text!(
                        "cỡ nhỏ nhất {least} lớn hơn cỡ {size}",
                        "the smallest size {least} is larger than the size {size}"
                    ),
                    text!("để co-nho-nhat không quá co", "let min_size not exceed size"),
                );
            }
            self.names(of);
            match &of.stack {
                Some(name) if !form.stacks.iter().any(|s| s.name == *name) => self.say(
                    UNKNOWN_STACK,
                    of.line,
                    &of.name,
                    text!("không có cụm “{name}”", "there is no stack “{name}”"),
                    text!("thêm [[cum]] ten = \"{name}\"", "add [[stacks]] name = \"{name}\""),
                ),
                _ => {}
            }
        }
        let named = |(name, line, area): (String, u32, Area)| (name, line, area);
        let mut all: Vec<(String, u32, Area)> = Vec::new();
        for (kind, _) in KINDS {
            for (name, line, area) in places(form, kind).into_iter().map(named) {
                if !all.iter().any(|(n, l, _)| *n == name && *l == line) {
                    all.push((name, line, area));
                }
            }
        }
        for (name, line, area) in all {
            self.inside(form, &name, line, area);
        }
    }

    fn names(&mut self, of: &TextBox) {
        for name in of.names() {
            if name.starts_with("cot.") || CERTIFICATE_VALUES.iter().any(|(vi, _)| *vi == name) {
                continue;
            }
            let known = CERTIFICATE_VALUES.iter().flat_map(|(vi, en)| [*vi, *en]);
            let hint = match text::nearest(name, known) {
                Some(near) => text!("có phải là {{{near}}}?", "did you mean {{{near}}}?"),
                None => {
                    let all = CERTIFICATE_VALUES.map(|(vi, _)| vi).join(", ");
                    text!(
                        "dùng được: {all}; cột khác của danh sách: {{cot.ten_cot}}",
                        "known: {all}; other columns of the list: {{column.name}}"
                    )
                }
            };
            self.say(
                UNKNOWN_VALUE,
                of.line,
                &of.name,
                text!("không có giá trị nào tên {{{name}}}", "no value is called {{{name}}}"),
                hint,
            );
        }
    }

    fn overlaps(&mut self, form: &CertificateForm) {
        let mut told: Vec<(u32, u32)> = Vec::new();
        for (kind, _) in KINDS {
            let all = places(form, kind);
            for (at, (name, line, area)) in all.iter().enumerate() {
                for (other, second, over) in all.iter().skip(at + 1) {
                    if !area.overlaps(over) || told.contains(&(*line, *second)) {
                        continue;
                    }
                    told.push((*line, *second));
                    self.say(
                        OVERLAP,
                        *second,
                        other,
                        text!(
                            "ô “{other}” chồng lên ô “{name}” (dòng {line})",
                            "the box “{other}” lies over the box “{name}” (line {line})"
                        ),
                        text!(
                            "sửa x, y, rong hoặc so-dong của một trong hai; xem bằng “vanthu certificate grid”",
                            "mend x, y, width or lines of one of them; look with `vanthu certificate grid`"
                        ),
                    );
                }
            }
        }
    }
}

fn shown(value: f64) -> f64 {
    (value * 10.0).round() / 10.0
}

/// Everything that has a place on the paper of a kind; what stands in a stack is there as one.
fn places(form: &CertificateForm, kind: HonoureeKind) -> Vec<(String, u32, Area)> {
    let free = form.boxes.iter().filter(|of| of.stack.is_none() && of.is_for(kind));
    let mut out: Vec<_> = free.map(|of| (of.name.clone(), of.line, of.area())).collect();
    for stack in &form.stacks {
        let inside = || {
            let is_in = |of: &&TextBox| of.stack.as_ref() == Some(&stack.name) && of.is_for(kind);
            form.boxes.iter().filter(is_in)
        };
        let x = inside().map(|of| of.x).fold(f64::INFINITY, f64::min);
        let right = inside().map(|of| of.x + of.width).fold(0.0, f64::max);
        if x < right {
            let area = Area { x, y: stack.y, width: right - x, height: stack.height };
            out.push((stack.name.clone(), stack.line, area));
        }
    }
    if let Some(code) = form.code {
        let area = Area { x: code.x, y: code.y, width: code.side, height: code.side };
        out.push(("ma-qr".to_owned(), code.line, area));
    }
    if let Some(emblem) = &form.emblem {
        out.push(("quoc-huy".to_owned(), emblem.line, emblem.area));
    }
    out
}
