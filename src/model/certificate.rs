//! The form of a certificate: what stands where on the paper.
//!
//! Knows: places in millimetres, sizes of type in points, which words go where. Must not know: files,
//! fonts' widths, who is honoured, XML.
//!
//! A certificate is printed on blank paper (then the form draws the border and keeps a place for the
//! emblem) or over a form that is printed already (phôi; then only what differs is printed). Both are
//! boxes at places of their own.

use super::{Align, HonoureeKind};

/// A form.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CertificateForm {
    /// What it is called in commands: `giay-khen`.
    pub id: String,
    /// Title for people: `Giấy khen, khổ A4 ngang`.
    pub title: String,
    /// Name of the award, as the certificate's `{hinh_thuc}` where a list does not say: `Giấy khen`.
    pub award: String,
    /// Paper as it lies in the printer, in millimetres.
    pub width: f64,
    /// Its height.
    pub height: f64,
    /// Size of the pre-printed form; `None` for blank paper.
    pub preprinted: Option<(f64, f64)>,
    /// What the printer is off by, right and down, in millimetres.
    pub shift: (f64, f64),
    /// Border.
    pub border: Option<Border>,
    /// Place of the emblem.
    pub emblem: Option<EmblemBox>,
    /// Place of the QR code.
    pub code: Option<CodeBox>,
    /// Stacks.
    pub stacks: Vec<Stack>,
    /// Texts, in their order.
    pub boxes: Vec<TextBox>,
}

/// A rectangle on the paper, in millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Area {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Area {
    /// True if no part lies outside a paper of this size.
    pub fn is_within(&self, width: f64, height: f64) -> bool {
        const HAIR: f64 = 0.01;
        self.x >= -HAIR
            && self.y >= -HAIR
            && self.x + self.width <= width + HAIR
            && self.y + self.height <= height + HAIR
    }

    /// True if two rectangles share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        const HAIR: f64 = 0.01;
        self.x + HAIR < other.x + other.width
            && other.x + HAIR < self.x + self.width
            && self.y + HAIR < other.y + other.height
            && other.y + HAIR < self.y + self.height
    }
}

/// What the border is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BorderPattern {
    /// A thick line with a thin one inside it.
    Lines,
    /// Between two lines a band of nested squares (hồi văn).
    #[default]
    Meander,
}

/// The border.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Border {
    /// Its outer edge.
    pub area: Area,
    /// From the outer to the inner edge, in millimetres.
    pub band: f64,
    /// Colour as RRGGBB.
    pub color: u32,
    /// What it is made of.
    pub pattern: BorderPattern,
}

/// Place of the emblem.
#[derive(Debug, Clone, PartialEq)]
pub struct EmblemBox {
    /// The picture is as large as fits into it.
    pub area: Area,
    /// The picture's file, from the office's folder; empty for a place that stays blank.
    pub file: String,
    /// Line of the form's file.
    pub line: u32,
}

/// Place of the QR code.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CodeBox {
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
    /// Side.
    pub side: f64,
    /// Line of the form's file.
    pub line: u32,
}

/// Where texts stand in the height that they have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Upright {
    /// At the top.
    #[default]
    Top,
    /// In the middle.
    Middle,
    /// At the bottom.
    Bottom,
}

/// Texts one below the other in a common height: none is ever pushed out of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// From the top edge.
    pub y: f64,
    /// Height that all of them have together.
    pub height: f64,
    /// Where they stand in it.
    pub upright: Upright,
    /// Line of the form's file.
    pub line: u32,
}

/// A text in its box.
#[derive(Debug, Clone, PartialEq)]
pub struct TextBox {
    /// What it is called.
    pub name: String,
    /// For whom; for all if empty.
    pub kinds: Vec<HonoureeKind>,
    /// Words with values between braces: `Số quyết định: {so_quyet_dinh}`.
    pub text: String,
    /// The stack in which it stands; then `y` says nothing.
    pub stack: Option<String>,
    /// Space above it in its stack, in millimetres.
    pub before: f64,
    /// From the left edge.
    pub x: f64,
    /// From the top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Most lines.
    pub lines: u32,
    /// Alignment.
    pub align: Align,
    /// Where it stands in its box.
    pub upright: Upright,
    /// Size in half points.
    pub size: u16,
    /// Smallest size to which a long text shrinks, in half points.
    pub min_size: u16,
    /// Đậm.
    pub bold: bool,
    /// Nghiêng.
    pub italic: bool,
    /// In capitals.
    pub upper: bool,
    /// Colour as RRGGBB; `None` is black.
    pub color: Option<u32>,
    /// Typeface; `None` for Times New Roman.
    pub font: Option<String>,
    /// How much wider than Times New Roman the typeface is: 1 for as wide.
    pub wider: f64,
    /// Height of a line in type sizes.
    pub leading: f64,
    /// Must not be empty.
    pub needed: bool,
    /// Line of the form's file.
    pub line: u32,
}

impl TextBox {
    /// True if it is for this kind.
    pub fn is_for(&self, kind: HonoureeKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }

    /// Height of a line of a size, in millimetres.
    pub fn pitch(&self, size: u16) -> f64 {
        f64::from(size) / 2.0 * self.leading * 25.4 / 72.0
    }

    /// Its box at the full size. In a stack only the width is its own.
    pub fn area(&self) -> Area {
        let height = self.pitch(self.size) * f64::from(self.lines);
        Area { x: self.x, y: self.y, width: self.width, height }
    }

    /// The names between braces, in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.text.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name)
    }
}

/// Names that stand for values in a form: Vietnamese, then English.
pub const CERTIFICATE_VALUES: [(&str, &str); 21] = [
    ("nguoi_tang", "giver"),
    ("hinh_thuc", "award"),
    ("ong_ba", "address"),
    ("ten", "name"),
    ("ten_day_du", "addressed"),
    ("chuc_vu", "position"),
    ("don_vi", "unit"),
    ("noi", "post"),
    ("thanh_tich", "achievement"),
    ("so_quyet_dinh", "decision"),
    ("ngay_quyet_dinh", "decision_date"),
    ("so", "number"),
    ("nam", "year"),
    ("dia_danh", "place"),
    ("ngay", "date"),
    ("quyen_han", "authority"),
    ("chuc_vu_ky", "signer_position"),
    ("nguoi_ky", "signer"),
    ("truy_tang", "posthumous"),
    ("cap_lai", "reissue"),
    ("co_quan", "organ"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_may_touch_and_insides_may_not() {
        let one = Area { x: 10.0, y: 10.0, width: 50.0, height: 20.0 };
        let beside = Area { x: 60.0, ..one };
        assert!(!one.overlaps(&beside) && one.overlaps(&Area { x: 59.0, ..one }));
        assert!(one.is_within(60.0, 30.0) && !one.is_within(59.0, 30.0));
    }
}
