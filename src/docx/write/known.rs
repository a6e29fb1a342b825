//! Paragraphs as they were written last, by their place in a document.
//!
//! Knows: that the documents of a batch have most paragraphs in common, and others but for their texts. Must not know:
//! what stands in them.

use std::cell::{OnceCell, RefCell};
use std::ops::Range;

use memchr::memmem::Finder;

use super::document::Flow;
use super::media::Medium;
use crate::docx::xml::Xml;
use crate::layout::{Para, Run, RunContent};

/// Places of a document (of a page, where many are in one file) that are remembered.
pub(super) const PLACES: usize = 64;
/// A place that is another one so many times running is not remembered any more.
const TIMES: u8 = 8;

thread_local! {
    static KNOWN: RefCell<Known> = const { RefCell::new(Known { owner: 0, places: Vec::new() }) };
}

/// What this thread wrote last with one table of styles.
struct Known {
    owner: u64,
    places: Vec<Place>,
}

#[derive(Default)]
struct Place {
    last: Option<Kept>,
    missed: u8,
}

/// A paragraph and its markup.
struct Kept {
    para: Para,
    markup: String,
    /// Where its texts lie, if each is one element and means itself; found when the next one differs.
    texts: OnceCell<Vec<Range<usize>>>,
    /// What is drawn in it, where it is a picture and nothing else.
    drawn: Option<Drawn>,
}

/// A drawing in a paragraph's markup.
struct Drawn {
    /// Its number in the file, and that of its picture.
    id: i32,
    picture: usize,
    /// Where it lies in the markup.
    range: Range<usize>,
}

impl Known {
    /// The place, with what is remembered of it for these styles.
    fn place(&mut self, owner: u64, at: usize) -> Option<&mut Place> {
        if at >= PLACES {
            return None;
        }
        if self.owner != owner {
            self.owner = owner;
            self.places.clear();
        }
        if self.places.len() <= at {
            self.places.resize_with(at + 1, Place::default);
        }
        self.places.get_mut(at)
    }
}

impl Place {
    fn keep(&mut self, x: &Xml, from: usize, para: &Para, drawn: Option<Drawn>) {
        self.missed = self.missed.saturating_add(1);
        // What holds a character that is refused is told each time.
        if self.missed > TIMES || x.refused().is_some() {
            return;
        }
        let markup = x.as_str().get(from..).unwrap_or_default().to_owned();
        self.last = Some(Kept { para: para.clone(), markup, texts: OnceCell::new(), drawn });
    }
}

impl Flow<'_> {
    /// Writes a paragraph, or takes it as it was written before: most files of a batch have the same ones. What is
    /// numbered over the whole file is written anew unless it is one picture.
    pub(super) fn known_para(&mut self, x: &mut Xml, para: &Para) {
        let (at, owner) = (self.begin_para(x), self.styles.owner);
        if let [Run { content: content @ RunContent::Picture(_), .. }] = para.runs.as_slice() {
            return self.known_picture(x, para, content, at);
        }
        if para.line.is_some() || para.runs.iter().any(|r| r.content.is_drawn()) {
            return self.para(x, para, |_| {});
        }
        KNOWN.with_borrow_mut(|known| {
            let Some(place) = known.place(owner, at) else { return self.para(x, para, |_| {}) };
            if let Some(kept) = place.last.as_ref().filter(|kept| kept.drawn.is_none())
                && kept.write(x, para)
            {
                place.missed = 0;
                return;
            }
            let from = x.as_str().len();
            self.para(x, para, |_| {});
            place.keep(x, from, para, None);
        });
    }

    /// A paragraph of one picture: in the files of a batch it has the same numbers, whatever it shows.
    fn known_picture(&mut self, x: &mut Xml, para: &Para, content: &RunContent, at: usize) {
        let medium = Medium::of(content);
        let picture = self.pictures.iter().position(|known| Some(known) == medium.as_ref());
        let Some(picture) = picture.filter(|_| para.line.is_none()) else {
            return self.para(x, para, |_| {});
        };
        let (id, picture, from) = (self.next_id, self.first_picture + picture, x.as_str().len());
        KNOWN.with_borrow_mut(|known| {
            let owner = self.styles.owner;
            let Some(place) = known.place(owner, at) else { return self.para(x, para, |_| {}) };
            let is_same = |drawn: &Drawn| (drawn.id, drawn.picture) == (id, picture);
            if let Some(kept) = place.last.as_ref().filter(|kept| is_shaped(&kept.para, para))
                && let Some(drawn) = kept.drawn.as_ref().filter(|drawn| is_same(drawn))
            {
                place.missed = 0;
                x.copied(&kept.markup);
                let range = from + drawn.range.start..from + drawn.range.end;
                self.next_id = id.saturating_add(1);
                self.marks.drawn.push((range, content.clone()));
                return;
            }
            self.para(x, para, |_| {});
            if let Some((range, _)) = self.marks.drawn.last() {
                let range = range.start - from..range.end - from;
                place.keep(x, from, para, Some(Drawn { id, picture, range }));
            }
        });
    }
}

impl Kept {
    /// Writes a paragraph that is this one, perhaps with other texts.
    fn write(&self, x: &mut Xml, para: &Para) -> bool {
        if !is_shaped(&self.para, para) {
            return false;
        }
        let texts = || para.runs.iter().filter_map(text_of);
        if texts().eq(self.para.runs.iter().filter_map(text_of)) {
            x.copied(&self.markup);
            return true;
        }
        let places = self.texts.get_or_init(|| texts_of(&self.para, &self.markup));
        if texts().count() != places.len() || !texts().all(is_plain) {
            return false;
        }
        let mut at = 0;
        for (place, text) in places.iter().zip(texts()) {
            x.copied(self.markup.get(at..place.start).unwrap_or_default());
            x.text(text);
            at = place.end;
        }
        x.copied(self.markup.get(at..).unwrap_or_default());
        true
    }
}

/// True if two paragraphs are the same but for their texts and what their pictures show.
fn is_shaped(a: &Para, b: &Para) -> bool {
    let is_run = |(a, b): (&Run, &Run)| {
        a.look == b.look
            && match (&a.content, &b.content) {
                (RunContent::Text(_), RunContent::Text(_)) => true,
                (RunContent::Picture(a), RunContent::Picture(b)) => {
                    (a.width, a.height, a.format) == (b.width, b.height, b.format)
                        && a.name == b.name
                }
                (a, b) => a == b,
            }
    };
    a.runs.len() == b.runs.len()
        && a.format == b.format
        && a.frame == b.frame
        && a.line == b.line
        && a.style == b.style
        && a.tabs == b.tabs
        && a.runs.iter().zip(&b.runs).all(is_run)
}

fn text_of(run: &Run) -> Option<&str> {
    match &run.content {
        RunContent::Text(text) => Some(text),
        _ => None,
    }
}

/// True for a text that is one element without attributes.
fn is_plain(text: &str) -> bool {
    let mut before = b' ';
    let is_odd = |b: u8| {
        let is_odd = matches!(b, b'\t' | b'\n' | b'\r') || (b == b' ' && before == b' ');
        before = b;
        is_odd
    };
    !text.is_empty() && !text.bytes().any(is_odd) && !text.ends_with(' ')
}

/// Where the texts of a paragraph lie in its markup; nowhere if that is not plain.
fn texts_of(para: &Para, markup: &str) -> Vec<Range<usize>> {
    const OPEN: &str = "<w:t>";
    let count = para.runs.iter().filter_map(text_of).count();
    let is_all = |run: &Run| match &run.content {
        RunContent::Text(text) => is_plain(text),
        RunContent::Break | RunContent::Tab => true,
        _ => false,
    };
    if !para.runs.iter().all(is_all) {
        return Vec::new();
    }
    let element = |at: usize| {
        let from = at + OPEN.len();
        let length = markup.get(from..)?.find('<')?;
        Some(from..from + length)
    };
    let found: Option<Vec<_>> =
        Finder::new(OPEN).find_iter(markup.as_bytes()).map(element).collect();
    found.filter(|found| found.len() == count).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use crate::docx::Writer;
    use crate::layout::{
        Format, Frame, Item, LineSpacing, Look, Page, Para, Picture, PictureFormat, Run,
        RunContent, Section, Sheet,
    };

    fn text() -> impl Strategy<Value = RunContent> {
        let text = |of: &str| Just(RunContent::Text(of.to_owned()));
        prop_oneof![
            6 => "[a-zà-ỹ<&>]{1,5}".prop_map(RunContent::Text),
            1 => text(""), 1 => text(" a"), 1 => text("a "), 1 => text("a  b"), 1 => text("a b"),
            1 => text("a\tb"), 1 => text("a\nb"), 1 => text("<w:t>"),
            1 => Just(RunContent::Break), 1 => Just(RunContent::PageNumber),
        ]
    }

    fn picture() -> impl Strategy<Value = RunContent> {
        (0..3_u8, 1..3, 0..2).prop_map(|(byte, width, name)| {
            let name = format!("{name}\"<");
            let format = if byte == 0 { PictureFormat::Jpeg } else { PictureFormat::Png };
            let bytes = vec![byte; 3];
            RunContent::Picture(Arc::new(Picture { bytes, format, width, height: 5, name }))
        })
    }

    fn para() -> impl Strategy<Value = Para> {
        let run = |content| {
            (content, 0..6_u16).prop_map(|(content, size)| {
                let look = Look { size: 24 + size / 5, bold: false, italic: false, color: None };
                Run { look, content }
            })
        };
        let runs = prop_oneof![
            3 => proptest::collection::vec(run(text().boxed()), 1..4),
            1 => proptest::collection::vec(run(picture().boxed()), 1..3),
        ];
        (runs, 0..8).prop_map(|(runs, x)| Para {
            style: if x == 7 { "A".into() } else { "B".into() },
            format: Format { line: LineSpacing::Exact(x / 6), ..crate::docx::write::PLAIN_FORMAT },
            tabs: Vec::new(),
            runs,
            line: None,
            frame: Some(Frame { x: x / 7, y: 2, width: 3, height: 4 }),
        })
    }

    fn sheet(paras: Vec<Para>) -> Sheet {
        let measure = 1000;
        let page = Page {
            width: measure,
            height: measure,
            landscape: false,
            top: 1,
            bottom: 1,
            left: 1,
            right: 1,
            header: 1,
            footer: 1,
        };
        let items = paras.into_iter().map(Item::Para).collect();
        let (none, restart) = (Vec::new, None);
        let section = Section {
            page,
            restart,
            first_header: none(),
            header: none(),
            first_footer: none(),
            items,
        };
        Sheet { sections: vec![section], ..Sheet::default() }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn other_texts_and_pictures_in_their_places_are_as_if_written_anew(
            first in proptest::collection::vec(para(), 1..4),
            edits in proptest::collection::vec((0..4_usize, 0..3_usize, text(), picture()), 1..12),
        ) {
            let mut sheets = vec![first];
            for (at, run, text, picture) in edits {
                let mut next = sheets.last().cloned().unwrap_or_default();
                let at = at % next.len();
                let runs = &mut next[at].runs;
                let run = run % runs.len();
                let is_drawn = runs[run].content.is_drawn();
                runs[run].content = if is_drawn { picture } else { text };
                sheets.push(next);
            }
            let sheets: Vec<Sheet> = sheets.into_iter().map(sheet).collect();
            let anew = |sheet| Writer::new().expect("writer").write_page(sheet).expect("written");
            let anew: Vec<_> = sheets.iter().cloned().map(anew).collect();
            let writer = Writer::new().expect("writer");
            for (sheet, anew) in sheets.into_iter().zip(&anew) {
                let (written, page) = writer.write_page(sheet).expect("written");
                prop_assert_eq!(&written, &anew.0);
                prop_assert_eq!(format!("{page:?}"), format!("{:?}", anew.1));
            }
        }
    }
}
