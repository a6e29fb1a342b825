//! The form of a certificate: `templates/certificates/<name>.toml` → [`CertificateForm`].
//!
//! Knows: the keys of the file in both languages, what they default to. Must not know: where the file
//! is, fonts' widths, who is honoured. `check` says what is wrong with places and words.
//!
//! What is left out: a box is for all kinds, one line, in the middle, does not shrink, 1.3 type sizes a
//! line · no border, no emblem, no QR code · blank paper, nothing moved.

mod check;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::keyed::{Field, Fields, Key, Reader, Wrong, join};
use crate::diagnostic::Diagnostic;
use crate::model::{
    Align, Area, Border, BorderPattern, CERTIFICATE_VALUES, CertificateForm, CodeBox, EmblemBox,
    HonoureeKind, Stack, TextBox, Upright,
};
use crate::text;

const BASE: u16 = 900;
/// A box that lies outside the paper or the pre-printed form.
const OUTSIDE: u16 = 11;
/// Two boxes over each other.
const OVERLAP: u16 = 12;
/// A pre-printed form larger than the paper.
const LARGER: u16 = 13;
/// A name between braces that stands for nothing.
const UNKNOWN_VALUE: u16 = 14;
/// A word that is none of those that can be chosen.
const UNKNOWN_WORD: u16 = 15;
/// The smallest size is larger than the size.
const SIZES: u16 = 16;
/// A stack that is not there.
const UNKNOWN_STACK: u16 = 17;
/// Nothing would print the name.
const NAMELESS: u16 = 18;

/// The largest side of a sheet that Word takes, in millimetres.
const LONGEST: f64 = 558.0;
/// Most boxes of a form.
const MOST_BOXES: usize = 200;

const TOP: &[Key] = &[
    ("title", "ten"),
    ("award", "hinh-thuc"),
    ("page", "trang"),
    ("border", "khung"),
    ("emblem", "quoc-huy"),
    ("code", "ma-qr"),
    ("stacks", "cum"),
    ("boxes", "o"),
];
const WIDTH: Key = ("width", "rong");
const HEIGHT: Key = ("height", "cao");
const X: Key = ("x", "x");
const Y: Key = ("y", "y");
const PAGE: &[Key] = &[
    WIDTH,
    HEIGHT,
    ("preprinted_width", "phoi-rong"),
    ("preprinted_height", "phoi-cao"),
    ("shift_x", "dich-ngang"),
    ("shift_y", "dich-doc"),
];
const BORDER: &[Key] =
    &[X, Y, WIDTH, HEIGHT, ("band", "day"), ("color", "mau"), ("pattern", "kieu")];
const EMBLEM: &[Key] = &[X, Y, WIDTH, HEIGHT, ("file", "tep")];
const CODE: &[Key] = &[X, Y, ("side", "canh")];
const NAME: Key = ("name", "ten");
const STACK: &[Key] = &[NAME, Y, HEIGHT, ("upright", "can-doc")];
const TEXT: Key = ("text", "chu");
const SIZE: Key = ("size", "co");
const BOX: &[Key] = &[
    NAME,
    ("kinds", "cho"),
    TEXT,
    ("stack", "cum"),
    ("before", "cach"),
    X,
    Y,
    WIDTH,
    ("lines", "so-dong"),
    ("align", "can"),
    ("upright", "can-doc"),
    SIZE,
    ("min_size", "co-nho-nhat"),
    ("bold", "dam"),
    ("italic", "nghieng"),
    ("upper", "hoa"),
    ("color", "mau"),
    ("font", "phong"),
    ("wider", "rong-hon"),
    ("leading", "gian-dong"),
    ("needed", "bat-buoc"),
];

/// Reads a form. The findings are everything that is wrong, in the order of the file; the form can be
/// used when none of them [blocks](crate::diagnostic::blocks). `id` is what commands call it.
pub fn parse_form(toml_text: &str, file: &str, id: &str) -> (CertificateForm, Vec<Diagnostic>) {
    let toml_text = toml_text.strip_prefix('\u{feff}').unwrap_or(toml_text);
    let mut reader = Reader::new(toml_text, file, BASE);
    let document = reader.document();
    let mut builder = Builder { reader: &mut reader };
    let mut form = builder.form(document.get_ref());
    form.id = id.to_owned();
    if !reader.is_broken() {
        check::form(&form, file, &mut reader);
    }
    (form, reader.finish())
}

struct Builder<'r, 'a> {
    reader: &'r mut Reader<'a>,
}

impl<'a> Builder<'_, 'a> {
    fn form(&mut self, document: &DeTable<'a>) -> CertificateForm {
        let top = self.reader.fields("", 0, document, TOP);
        let mut form = CertificateForm {
            title: self.reader.filled(&top, ("title", "ten")).unwrap_or_default(),
            award: self.reader.filled(&top, ("award", "hinh-thuc")).unwrap_or_default(),
            ..CertificateForm::default()
        };
        self.page(&top, &mut form);
        form.border = self.reader.table(&top, "border", BORDER).and_then(|f| self.border(&f));
        form.emblem = self.reader.table(&top, "emblem", EMBLEM).and_then(|fields| {
            let file = fields.get("file").and_then(|f| self.reader.string(f)).unwrap_or_default();
            let line = self.reader.line(fields.at);
            self.area(&fields).map(|area| EmblemBox { area, file, line })
        });
        form.code = self.reader.table(&top, "code", CODE).and_then(|fields| {
            let line = self.reader.line(fields.at);
            let x = self.measure(&fields, X, 0.0, LONGEST, None)?;
            let y = self.measure(&fields, Y, 0.0, LONGEST, None)?;
            let side = self.measure(&fields, ("side", "canh"), 10.0, 60.0, Some(24.0))?;
            Some(CodeBox { x, y, side, line })
        });
        form.stacks = self.each(&top, "stacks", STACK, |s, fields| s.stack(fields));
        form.boxes = self.each(&top, "boxes", BOX, |s, fields| s.text_box(fields));
        form
    }

    fn page(&mut self, top: &Fields<'_, 'a>, form: &mut CertificateForm) {
        let Some(fields) = self.reader.table(top, "page", PAGE) else {
            if !top.has("page") {
                self.reader.missing(top, ("[page]", "[trang]"));
            }
            return;
        };
        form.width = self.measure(&fields, WIDTH, 50.0, LONGEST, None).unwrap_or_default();
        form.height = self.measure(&fields, HEIGHT, 50.0, LONGEST, None).unwrap_or_default();
        if fields.has("preprinted_width") || fields.has("preprinted_height") {
            let width = ("preprinted_width", "phoi-rong");
            let height = ("preprinted_height", "phoi-cao");
            let size = |s: &mut Self, key| s.measure(&fields, key, 50.0, 2_000.0, None);
            form.preprinted = size(self, width).zip(size(self, height));
        }
        let shift = |s: &mut Self, key| s.measure(&fields, key, -50.0, 50.0, Some(0.0));
        form.shift = (
            shift(self, ("shift_x", "dich-ngang")).unwrap_or_default(),
            shift(self, ("shift_y", "dich-doc")).unwrap_or_default(),
        );
    }

    fn border(&mut self, fields: &Fields<'_, 'a>) -> Option<Border> {
        let band = self.measure(fields, ("band", "day"), 1.0, 40.0, Some(9.0));
        let color = self.color(fields).unwrap_or(0xB8_860B);
        let patterns = [
            ("hoi-van", BorderPattern::Meander),
            ("meander", BorderPattern::Meander),
            ("ke", BorderPattern::Lines),
            ("lines", BorderPattern::Lines),
        ];
        let pattern = self.choice(fields, "pattern", &patterns).unwrap_or_default();
        let area = self.area(fields)?;
        Some(Border { area, band: band?, color, pattern })
    }

    fn area(&mut self, fields: &Fields<'_, 'a>) -> Option<Area> {
        let [x, y, width, height] = [X, Y, WIDTH, HEIGHT].map(|key| {
            let least = if key == WIDTH || key == HEIGHT { 1.0 } else { 0.0 };
            self.measure(fields, key, least, LONGEST, None)
        });
        Some(Area { x: x?, y: y?, width: width?, height: height? })
    }

    /// The tables of `[[name]]`.
    fn each<T>(
        &mut self,
        top: &Fields<'_, 'a>,
        name: &str,
        keys: &[Key],
        read: impl Fn(&mut Self, &Fields<'_, 'a>) -> Option<T>,
    ) -> Vec<T> {
        let Some(field) = top.get(name) else { return Vec::new() };
        let items: &[Spanned<DeValue<'a>>] = match field.value.get_ref() {
            DeValue::Array(items) => items,
            _ => std::slice::from_ref(field.value),
        };
        let mut out = Vec::new();
        for item in items.iter().take(MOST_BOXES) {
            let inner = Field { value: item, at: item.span().start, ..field };
            let Some(table) = self.reader.as_table(inner) else { continue };
            let fields = self.reader.fields(&format!("[{}]", field.typed), inner.at, table, keys);
            out.extend(read(self, &fields));
        }
        out
    }

    fn stack(&mut self, fields: &Fields<'_, 'a>) -> Option<Stack> {
        let name = self.reader.filled(fields, NAME);
        let y = self.measure(fields, Y, 0.0, LONGEST, None);
        let height = self.measure(fields, HEIGHT, 1.0, LONGEST, None);
        let upright = self.upright(fields).unwrap_or(Upright::Middle);
        let line = self.reader.line(fields.at);
        Some(Stack { name: name?, y: y?, height: height?, upright, line })
    }

    fn text_box(&mut self, fields: &Fields<'_, 'a>) -> Option<TextBox> {
        let name = self.reader.filled(fields, NAME);
        let text = self.reader.filled(fields, TEXT);
        let stack = fields.get("stack").and_then(|f| self.reader.string(f));
        let x = self.measure(fields, X, 0.0, LONGEST, None);
        let y = self.measure(fields, Y, 0.0, LONGEST, stack.as_ref().map(|_| 0.0));
        let width = self.measure(fields, WIDTH, 5.0, LONGEST, None);
        let size = self.measure(fields, SIZE, 4.0, 200.0, None);
        let min_size = self.measure(fields, ("min_size", "co-nho-nhat"), 4.0, 200.0, size);
        let aligns = [
            ("trai", Align::Left),
            ("left", Align::Left),
            ("giua", Align::Center),
            ("center", Align::Center),
            ("phai", Align::Right),
            ("right", Align::Right),
        ];
        let align = self.choice(fields, "align", &aligns).unwrap_or(Align::Center);
        let flag = |s: &mut Self, name| {
            fields.get(name).and_then(|f| s.reader.boolean(f)).unwrap_or(false)
        };
        let half = |points: f64| (points * 2.0).round() as u16;
        let lines = fields.get("lines").and_then(|f| self.reader.integer(f, 1, 20)).unwrap_or(1);
        Some(TextBox {
            kinds: self.kinds(fields),
            before: self.measure(fields, ("before", "cach"), 0.0, 200.0, Some(0.0))?,
            lines,
            align,
            upright: self.upright(fields).unwrap_or_default(),
            bold: flag(self, "bold"),
            italic: flag(self, "italic"),
            upper: flag(self, "upper"),
            color: self.color(fields),
            font: fields.get("font").and_then(|f| self.reader.string(f)).filter(|f| !f.is_empty()),
            wider: self.measure(fields, ("wider", "rong-hon"), 0.3, 3.0, Some(1.0))?,
            leading: self.measure(fields, ("leading", "gian-dong"), 1.0, 4.0, Some(1.3))?,
            needed: flag(self, "needed"),
            line: self.reader.line(fields.at),
            name: name?,
            text: in_vietnamese(&text?),
            stack,
            x: x?,
            y: y?,
            width: width?,
            size: half(size?),
            min_size: half(min_size?),
        })
    }

    fn kinds(&mut self, fields: &Fields<'_, 'a>) -> Vec<HonoureeKind> {
        let Some(field) = fields.get("kinds") else { return Vec::new() };
        let known = [
            ("ca-nhan", HonoureeKind::Individual),
            ("individual", HonoureeKind::Individual),
            ("tap-the", HonoureeKind::Collective),
            ("collective", HonoureeKind::Collective),
            ("ho", HonoureeKind::Household),
            ("ho-gia-dinh", HonoureeKind::Household),
            ("household", HonoureeKind::Household),
        ];
        let words = self.reader.lines(field);
        words.iter().filter_map(|word| self.word(field, word, &known)).collect()
    }

    fn upright(&mut self, fields: &Fields<'_, 'a>) -> Option<Upright> {
        let known = [
            ("tren", Upright::Top),
            ("top", Upright::Top),
            ("giua", Upright::Middle),
            ("middle", Upright::Middle),
            ("duoi", Upright::Bottom),
            ("bottom", Upright::Bottom),
        ];
        self.choice(fields, "upright", &known)
    }

    fn choice<T: Copy>(
        &mut self,
        fields: &Fields<'_, 'a>,
        name: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        let field = fields.get(name)?;
        let word = self.reader.string(field)?;
        self.word(field, &word, known)
    }

    fn word<T: Copy>(
        &mut self,
        field: Field<'_, 'a>,
        word: &str,
        known: &[(&str, T)],
    ) -> Option<T> {
        let slug = text::slug(word);
        let found = known.iter().find(|(name, _)| *name == slug).map(|(_, value)| *value);
        if found.is_none() {
            let typed = field.typed;
            let all = known.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
            self.reader.error(
                UNKNOWN_WORD,
                field.value.span().start,
                Some(typed),
                text!("`{typed}` không nhận “{word}”", "`{typed}` does not take “{word}”"),
                Some(text!("dùng một trong: {all}", "use one of: {all}")),
            );
        }
        found
    }

    fn color(&mut self, fields: &Fields<'_, 'a>) -> Option<u32> {
        let field = fields.get("color")?;
        let word = self.reader.string(field)?;
        let named =
            [("do", 0xC0_0000), ("red", 0xC0_0000), ("den", 0), ("black", 0), ("vang", 0xB8_860B)];
        let code = word.trim_start_matches('#');
        match u32::from_str_radix(code, 16) {
            Ok(color) if code.len() == 6 => Some(color),
            _ => self.word(field, &word, &named),
        }
    }

    /// A number from `least` to `most`; `instead` where the field is left out.
    fn measure(
        &mut self,
        fields: &Fields<'_, 'a>,
        key: Key,
        least: f64,
        most: f64,
        instead: Option<f64>,
    ) -> Option<f64> {
        let Some(field) = fields.get(key.0) else {
            if instead.is_none() {
                self.reader.missing(fields, key);
            }
            return instead;
        };
        let typed = match field.value.get_ref() {
            DeValue::Integer(n) if n.radix() == 10 => n.as_str().parse().ok(),
            DeValue::Float(n) => n.as_str().parse::<f64>().ok(),
            _ => None,
        };
        let value = typed.filter(|n| n.is_finite() && (least..=most).contains(n));
        if value.is_none() {
            let item = join(&fields.path, field.typed);
            self.reader.wrong(
                Wrong::Range,
                field.value.span().start,
                Some(&item),
                text!(
                    "`{item}` phải là số từ {least} đến {most}",
                    "`{item}` must be a number from {least} to {most}"
                ),
                None,
            );
        }
        value
    }
}

/// The text with the Vietnamese names of its values.
fn in_vietnamese(text: &str) -> String {
    let mut out = text.to_owned();
    for (vietnamese, english) in CERTIFICATE_VALUES {
        if vietnamese != english {
            out = out.replace(&format!("{{{english}}}"), &format!("{{{vietnamese}}}"));
        }
    }
    out.replace("{column.", "{cot.")
}

#[cfg(test)]
mod tests;
