//! Certificates: a form and the words of one award to a page, each text in a place of its own.
//!
//! Knows: where boxes stand, how long texts shrink. Must not know: XML, files, awards, numbers.
//!
//! Every text is a frame at a place of the paper, with line breaks of its own, so that what was
//! measured here is what any word processor shows. Border and grid stand in the header: they are the
//! same on every page and written once.

mod border;
mod fit;
mod grid;
mod known;
mod values;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use self::fit::Fitted;
use self::known::Text;
pub use self::values::Values;
use super::phrases::Phrases;
use super::{
    Format, Frame, Item, LineSpacing, Look, Page, Para, Picture, PictureFormat, Properties, Run,
    RunContent, Section, Sheet, Style, mm,
};
use crate::model::{Align, Area, CertificateForm, HonoureeKind, TextBox, Upright};
use crate::text::recent;

/// What is drawn on a certificate beside its words.
#[derive(Debug, Clone, Default)]
pub struct Art {
    /// The emblem: its file, its kind, width and height in pixels.
    pub emblem: Option<(Vec<u8>, PictureFormat, (u32, u32))>,
}

/// A text that does not fit at its smallest size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// The box, or the stack.
    pub name: String,
    /// The text; empty where a stack as a whole is too high.
    pub text: String,
    /// Line of the form's file.
    pub line: u32,
}

/// A form made ready for printing; may be used by many threads.
#[derive(Debug, Clone)]
pub struct Printer {
    /// What is remembered of texts was made with this form and no other.
    id: u64,
    form: CertificateForm,
    styles: Arc<[Style]>,
    /// The styles of the boxes.
    style_ids: Vec<String>,
    /// The names of values in each box.
    names: Vec<Vec<String>>,
    phrases: Arc<Phrases>,
    header: Vec<Item>,
    emblem: Option<Item>,
}

/// A text with the box that it got.
struct Placed<'f> {
    /// Which box of the form.
    index: usize,
    of: &'f TextBox,
    fitted: Rc<Fitted>,
    /// From the top edge of the paper, in millimetres.
    y: f64,
}

const CODE_NAME: &str = "Mã QR của giấy";
const END_ID: &str = "VtGkCuoi";

impl Printer {
    /// Makes a form ready. `words` are the ruleset's: phrases that no line breaks.
    pub fn new(form: CertificateForm, art: &Art, words: &BTreeMap<String, Vec<String>>) -> Self {
        let mut printer = Self {
            id: recent::owner(),
            styles: styles(&form),
            style_ids: form.boxes.iter().map(style_id).collect(),
            names: form.boxes.iter().map(|b| b.names().map(str::to_owned).collect()).collect(),
            phrases: Arc::new(Phrases::new(words)),
            header: Vec::new(),
            emblem: None,
            form,
        };
        if let Some(border) = printer.form.border {
            let drawn = RunContent::Figure(Arc::new(border::border(&border)));
            printer.header.push(Item::Para(printer.blank(vec![drawn])));
        }
        printer.emblem = art.emblem.as_ref().and_then(|file| printer.emblem_item(file));
        printer
    }

    /// The form.
    pub fn form(&self) -> &CertificateForm {
        &self.form
    }

    /// True if the form prints the value of a name for this kind.
    pub fn prints(&self, name: &str, kind: HonoureeKind) -> bool {
        let boxes = self.form.boxes.iter().zip(&self.names);
        boxes.filter(|(b, _)| b.is_for(kind)).any(|(_, names)| names.iter().any(|n| n == name))
    }

    /// Every text that does not fit.
    pub fn check(&self, values: &Values<'_>, kind: HonoureeKind) -> Vec<Unfit> {
        self.place(values, kind).err().unwrap_or_default()
    }

    /// One page; `code` is the QR code as a PNG.
    ///
    /// # Errors
    /// Every text that does not fit.
    pub fn section(
        &self,
        values: &Values<'_>,
        kind: HonoureeKind,
        code: Option<Vec<u8>>,
    ) -> Result<Section, Vec<Unfit>> {
        let placed = self.place(values, kind)?;
        let mut items: Vec<Item> = self.emblem.iter().cloned().collect();
        items.extend(placed.iter().map(|p| self.text_item(p)));
        items.extend(code.and_then(|code| self.code_item(code)));
        items.push(Item::Para(self.blank(Vec::new())));
        Ok(self.page(items, self.header.clone()))
    }

    /// Pages as a file.
    pub fn sheet(&self, sections: Vec<Section>, properties: Properties) -> Sheet {
        Sheet { properties, styles: Arc::clone(&self.styles), sections }
    }

    /// The test sheet of a form: a grid in millimetres, the boxes and what they hold.
    pub fn grid(&self, kind: HonoureeKind, properties: Properties) -> Sheet {
        let (items, header) = grid::page(self, kind);
        self.sheet(vec![self.page(items, header)], properties)
    }

    fn page(&self, items: Vec<Item>, first_header: Vec<Item>) -> Section {
        let margin = mm(10.0);
        let form = &self.form;
        Section {
            page: Page {
                width: mm(form.width),
                height: mm(form.height),
                landscape: form.width > form.height,
                top: margin,
                bottom: margin,
                left: margin,
                right: margin,
                header: margin / 2,
                footer: margin / 2,
            },
            restart: None,
            first_header,
            header: Vec::new(),
            first_footer: Vec::new(),
            items,
        }
    }

    fn place<'f>(
        &'f self,
        values: &Values<'_>,
        kind: HonoureeKind,
    ) -> Result<Vec<Placed<'f>>, Vec<Unfit>> {
        let mut placed = Vec::with_capacity(self.form.boxes.len());
        let mut unfit = Vec::new();
        let wanted = |of: &TextBox| of.is_for(kind);
        let mut texts = known::texts(self.id, &self.form.boxes, values, &self.phrases, wanted);
        texts.retain(|(_, _, text)| !text.text.is_empty());
        for (index, of, text) in texts.iter().filter(|(_, of, _)| of.stack.is_none()) {
            match &text.fitted {
                Some(fitted) => {
                    let free = (of.area().height - fitted.height(of)).max(0.0);
                    let (y, fitted) = (of.y + free * share(of.upright), Rc::clone(fitted));
                    placed.push(Placed { index: *index, of, y, fitted });
                }
                None => unfit.push(told(of, &text.text)),
            }
        }
        for stack in &self.form.stacks {
            let is_inside = |of: &TextBox| of.stack.as_ref() == Some(&stack.name);
            let inside: Vec<&(usize, &TextBox, Text)> =
                texts.iter().filter(|(_, of, _)| is_inside(of)).collect();
            let of_stack: Vec<fit::InStack<'_>> =
                inside.iter().map(|(_, of, text)| (*of, &*text.text, &text.fitted)).collect();
            match fit::stack(&of_stack, stack.height, &self.phrases) {
                Ok(fitted) => {
                    let used: f64 = inside
                        .iter()
                        .zip(&fitted)
                        .map(|((_, of, _), f)| of.before + f.height(of))
                        .sum();
                    let mut y = stack.y + (stack.height - used) * share(stack.upright);
                    for ((index, of, _), fitted) in inside.iter().zip(fitted) {
                        y += of.before;
                        let height = fitted.height(of);
                        placed.push(Placed { index: *index, of, y, fitted });
                        y += height;
                    }
                }
                Err(Some(index)) => {
                    unfit.extend(inside.get(index).map(|(_, of, text)| told(of, &text.text)));
                }
                Err(None) => unfit.push(Unfit {
                    name: stack.name.clone(),
                    text: String::new(),
                    line: stack.line,
                }),
            }
        }
        if unfit.is_empty() { Ok(placed) } else { Err(unfit) }
    }

    fn text_item(&self, placed: &Placed<'_>) -> Item {
        let of = placed.of;
        let pitch = of.pitch(placed.fitted.size);
        let look = Look { size: placed.fitted.size, ..look(of) };
        let mut runs = Vec::with_capacity(placed.fitted.lines.len() * 2);
        for (at, line) in placed.fitted.lines.iter().enumerate() {
            if at > 0 {
                runs.push(Run { look, content: RunContent::Break });
            }
            runs.push(Run { look, content: RunContent::Text(line.clone()) });
        }
        let area = Area {
            x: of.x,
            y: placed.y,
            width: of.width,
            height: pitch * placed.fitted.lines.len() as f64,
        };
        Item::Para(Para {
            style: self.style_ids.get(placed.index).cloned().unwrap_or_else(|| style_id(of)),
            format: Format { align: of.align, line: LineSpacing::Exact(mm(pitch)), ..PLAIN },
            tabs: Vec::new(),
            runs,
            line: None,
            frame: Some(self.frame(area)),
        })
    }

    fn code_item(&self, bytes: Vec<u8>) -> Option<Item> {
        let place = self.form.code?;
        let area = Area { x: place.x, y: place.y, width: place.side, height: place.side };
        let (width, name) = (mm(place.side), CODE_NAME.to_owned());
        let picture = Picture { bytes, format: PictureFormat::Png, width, height: width, name };
        Some(self.drawn(RunContent::Picture(Arc::new(picture)), area))
    }

    fn emblem_item(&self, file: &(Vec<u8>, PictureFormat, (u32, u32))) -> Option<Item> {
        let place = self.form.emblem.as_ref()?;
        let (bytes, format, (across, down)) = file;
        let (across, down) = (f64::from((*across).max(1)), f64::from((*down).max(1)));
        let scale = (place.area.width / across).min(place.area.height / down);
        let (width, height) = (across * scale, down * scale);
        let picture = Picture {
            bytes: bytes.clone(),
            format: *format,
            width: mm(width),
            height: mm(height),
            name: "Quốc huy".to_owned(),
        };
        let x = place.area.x + (place.area.width - width) / 2.0;
        let y = place.area.y + (place.area.height - height) / 2.0;
        let area = Area { x, y, width, height };
        Some(self.drawn(RunContent::Picture(Arc::new(picture)), area))
    }

    fn drawn(&self, content: RunContent, area: Area) -> Item {
        let mut para = self.blank(vec![content]);
        para.format.line = LineSpacing::Auto(240);
        para.frame = Some(self.frame(area));
        Item::Para(para)
    }

    /// A place on the paper, moved by what the printer is off by.
    fn frame(&self, area: Area) -> Frame {
        let (right, down) = self.form.shift;
        Frame {
            x: mm(area.x + right),
            y: mm(area.y + down),
            width: mm(area.width),
            height: mm(area.height),
        }
    }

    /// The thin paragraph that the file format wants, or that carries what is drawn.
    fn blank(&self, drawn: Vec<RunContent>) -> Para {
        Para {
            style: END_ID.to_owned(),
            format: Format { line: LineSpacing::Exact(20), ..PLAIN },
            tabs: Vec::new(),
            runs: drawn.into_iter().map(|content| Run { look: THIN, content }).collect(),
            line: None,
            frame: None,
        }
    }
}

fn told(of: &TextBox, text: &str) -> Unfit {
    Unfit { name: of.name.clone(), text: text.to_owned(), line: of.line }
}

/// How much of the free height stands above.
const fn share(upright: Upright) -> f64 {
    match upright {
        Upright::Top => 0.0,
        Upright::Middle => 0.5,
        Upright::Bottom => 1.0,
    }
}

const PLAIN: Format = Format {
    align: Align::Left,
    left: 0,
    right: 0,
    first: 0,
    before: 0,
    after: 0,
    line: LineSpacing::Auto(240),
    keep_next: false,
    keep_lines: false,
    widow_control: false,
    page_break_before: false,
    top: None,
    bottom: None,
};
const THIN: Look = Look { size: 2, bold: false, italic: false, color: None };

fn look(of: &TextBox) -> Look {
    Look { size: of.size, bold: of.bold, italic: of.italic, color: of.color }
}

/// The style of a box: one for each look and typeface.
fn style_id(of: &TextBox) -> String {
    let slug: String =
        crate::text::slug(&of.name).chars().filter(char::is_ascii_alphanumeric).collect();
    format!("VtGk{slug}")
}

fn styles(form: &CertificateForm) -> Arc<[Style]> {
    let style = |id: &str, name: &str, look: Look, font: Option<String>| Style {
        id: id.to_owned(),
        name: name.to_owned(),
        slot: None,
        outline: None,
        look,
        format: PLAIN,
        font,
    };
    let body = Look { size: 28, ..THIN };
    let mut out = vec![
        style("Normal", "Normal", body, None),
        style(END_ID, "Giấy khen: cuối trang", THIN, None),
        style(grid::LABEL_ID, "Giấy khen: lưới", Look { size: 12, ..THIN }, None),
    ];
    for of in &form.boxes {
        let id = style_id(of);
        if !out.iter().any(|s: &Style| s.id == id) {
            let name = format!("Giấy khen: {}", of.name);
            out.push(style(&id, &name, look(of), of.font.clone()));
        }
    }
    out.into()
}

#[cfg(test)]
mod tests;
