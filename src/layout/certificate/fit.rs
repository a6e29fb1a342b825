//! Texts into their boxes: the largest size at which a text fits, and its lines.
//!
//! Knows: widths of letters, the rule of shrinking. Must not know: the paper, XML, who is honoured.
//!
//! A text is set at the full size and wraps; where it takes more lines than its box has, or a word is
//! wider than the box, it shrinks by half a point at a time. Texts of a stack that together are
//! higher than it shrink in turn, first the one that is farthest from its smallest size.

use std::rc::Rc;

use crate::layout::lines::broken;
use crate::layout::metrics::Type;
use crate::layout::phrases::Phrases;
use crate::model::TextBox;

/// Twips in a millimetre, as a fraction.
const TWIPS: f64 = 1440.0 / 25.4;
/// Part of the width that is used: another program may measure a hair more.
const SAFE: f64 = 0.995;

/// A text that fits.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Fitted {
    /// Half points.
    pub(super) size: u16,
    /// Its lines.
    pub(super) lines: Vec<String>,
}

impl Fitted {
    /// Height in millimetres.
    pub(super) fn height(&self, of: &TextBox) -> f64 {
        of.pitch(self.size) * self.lines.len() as f64
    }
}

/// The lines of a text at a size; `None` where the box cannot hold them.
pub(super) fn at_size(of: &TextBox, text: &str, size: u16, phrases: &Phrases) -> Option<Fitted> {
    let face = Type { size, bold: of.bold, italic: of.italic };
    let measure = of.width * TWIPS * SAFE / of.wider.max(0.1);
    let most = usize::try_from(of.lines).unwrap_or(1).max(1);
    let starts = broken(&[(text, face)], measure, most, phrases)?;
    let mut lines = Vec::with_capacity(starts.len() + 1);
    let mut from = 0;
    for to in starts.into_iter().map(|(_, at)| at).chain([text.len()]) {
        lines.push(text.get(from..to)?.trim().to_owned());
        from = to;
    }
    Some(Fitted { size, lines })
}

/// The text at the largest size at which it fits, from `size` down.
pub(super) fn fit(of: &TextBox, text: &str, size: u16, phrases: &Phrases) -> Option<Fitted> {
    (of.min_size..=size).rev().find_map(|size| at_size(of, text, size, phrases))
}

/// A text of a stack with its box, and as it fits there by itself.
pub(super) type InStack<'t> = (&'t TextBox, &'t str, &'t Option<Rc<Fitted>>);

/// Texts one below the other in a height in millimetres. `Err` holds the index of one that does not
/// fit its own box, or `None` where all together are too high.
pub(super) fn stack(
    texts: &[InStack<'_>],
    height: f64,
    phrases: &Phrases,
) -> Result<Vec<Rc<Fitted>>, Option<usize>> {
    let mut out = Vec::with_capacity(texts.len());
    for (index, (_, _, fitted)) in texts.iter().enumerate() {
        out.push(fitted.as_ref().cloned().ok_or(Some(index))?);
    }
    loop {
        let used: f64 = texts.iter().zip(&out).map(|((of, ..), f)| of.before + f.height(of)).sum();
        if used <= height {
            return Ok(out);
        }
        let room = |of: &TextBox, f: &Fitted| {
            let span = f64::from(of.size.saturating_sub(of.min_size)).max(1.0);
            f64::from(f.size.saturating_sub(of.min_size)) / span
        };
        let farthest = texts
            .iter()
            .zip(&out)
            .enumerate()
            .filter(|(_, ((of, ..), f))| f.size > of.min_size)
            .max_by(|(_, (a, f)), (_, (b, g))| room(a.0, f).total_cmp(&room(b.0, g)));
        let Some((index, ((of, text, _), fitted))) = farthest else { return Err(None) };
        let smaller = fit(of, text, fitted.size - 1, phrases).ok_or(Some(index))?;
        if let Some(place) = out.get_mut(index) {
            *place = Rc::new(smaller);
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Align, Upright};

    pub(in crate::layout::certificate) fn text_box(width: f64, lines: u32) -> TextBox {
        TextBox {
            name: "ten".into(),
            kinds: Vec::new(),
            text: "{ten}".into(),
            stack: None,
            before: 2.0,
            x: 20.0,
            y: 20.0,
            width,
            lines,
            align: Align::Center,
            upright: Upright::Top,
            size: 48,
            min_size: 28,
            bold: true,
            italic: false,
            upper: false,
            color: None,
            font: None,
            wider: 1.0,
            leading: 1.3,
            needed: false,
            line: 1,
        }
    }

    fn widest(of: &TextBox, fitted: &Fitted) -> f64 {
        let face = Type { size: fitted.size, bold: of.bold, italic: of.italic };
        fitted.lines.iter().map(|line| face.width(line) / TWIPS).fold(0.0, f64::max)
    }

    #[test]
    fn a_long_name_shrinks_and_a_longer_one_does_not_fit() {
        let phrases = Phrases::default();
        let one = text_box(120.0, 1);
        let fitted = fit(&one, "Nguyễn Ngọc Bảo Quỳnh", one.size, &phrases).expect("fits");
        assert_eq!((fitted.size, fitted.lines.len()), (48, 1));
        let long = "Công Tằng Tôn Nữ Nguyễn Phương Hoàng Bảo Quỳnh";
        let fitted = fit(&one, long, one.size, &phrases).expect("fits");
        assert!(fitted.size < 48 && widest(&one, &fitted) <= 120.0, "{fitted:?}");
        assert_eq!(fit(&one, &"Nguyễn ".repeat(30), one.size, &phrases), None);
        let three = text_box(120.0, 3);
        let fitted = fit(&three, &format!("{long} {long}"), three.size, &phrases).expect("fits");
        assert!(fitted.lines.len() <= 3 && widest(&three, &fitted) <= 120.0, "{fitted:?}");
    }

    #[test]
    fn a_stack_shrinks_until_all_stand_in_it() {
        let phrases = Phrases::default();
        let of = text_box(120.0, 2);
        let alone = |text| fit(&of, text, of.size, &phrases).map(Rc::new);
        let (long, short) = ("Phòng Tổng hợp và Văn phòng", "Đơn vị");
        let fitted = [alone(long), alone(short)];
        let texts: Vec<InStack<'_>> = vec![(&of, long, &fitted[0]), (&of, short, &fitted[1])];
        let free = stack(&texts, 100.0, &phrases).expect("fits");
        assert!(free.iter().all(|f| f.size == 48));
        let tight = stack(&texts, 22.0, &phrases).expect("fits");
        let used: f64 =
            texts.iter().zip(&tight).map(|((of, ..), f)| of.before + f.height(of)).sum();
        assert!(used <= 22.0 && tight.iter().any(|f| f.size < 48), "{tight:?}");
        assert_eq!(stack(&texts, 10.0, &phrases), Err(None));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn what_fits_never_leaves_its_box(text in "[A-ZĐa-zạộữ -]{1,120}", width in 20f64..200.0, lines in 1u32..4) {
            let of = text_box(width, lines);
            if let Some(fitted) = fit(&of, text.trim(), of.size, &Phrases::default()) {
                prop_assert!(fitted.lines.len() <= lines as usize);
                prop_assert!(widest(&of, &fitted) <= width, "{:?}", fitted);
                let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                let joined: String = fitted.lines.iter().flat_map(|l| l.chars()).filter(|c| *c != ' ').collect();
                prop_assert_eq!(joined, plain(&text).replace(' ', ""));
            }
        }
    }
}
