//! Paragraphs as they were written last, by their place in a document.
//!
//! Knows: that the documents of a batch have most paragraphs in common. Must not know: what stands in them.

use std::cell::RefCell;

use crate::docx::xml::Xml;
use crate::layout::Para;

/// Places of a document (of a page, where many are in one file) that are remembered.
pub(super) const PLACES: usize = 64;
/// A place that is another one so many times running is not remembered any more: a name, a number.
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
    last: Option<(Para, String)>,
    missed: u8,
}

/// Writes the paragraph at a place with `write`, or as it was written before. `owner` is that of the styles, on which
/// the markup hangs as well.
pub(super) fn para(x: &mut Xml, owner: u64, at: usize, para: &Para, write: impl FnOnce(&mut Xml)) {
    if at >= PLACES {
        return write(x);
    }
    KNOWN.with_borrow_mut(|known| {
        if known.owner != owner {
            known.owner = owner;
            known.places.clear();
        }
        if known.places.len() <= at {
            known.places.resize_with(at + 1, Place::default);
        }
        let Some(place) = known.places.get_mut(at) else { return write(x) };
        if let Some((_, markup)) = place.last.as_ref().filter(|(last, _)| last == para) {
            place.missed = 0;
            return x.copied(markup);
        }
        place.missed = place.missed.saturating_add(1);
        let from = x.as_str().len();
        write(x);
        // What holds a character that is refused is told each time.
        if place.missed <= TIMES && x.refused().is_none() {
            let markup = x.as_str().get(from..).unwrap_or_default();
            place.last = Some((para.clone(), markup.to_owned()));
        }
    });
}
