//! Paragraphs in which nothing was found last, by their place in a sheet.
//!
//! Knows: that the documents of a batch have most paragraphs in common. Must not know: what is looked for.

use std::cell::RefCell;

use super::{Piece, Zone};
use crate::layout::{Para, RunContent};

/// Places of a sheet that are remembered.
const PLACES: usize = 64;
/// A place that is another one so many times running is not remembered any more: a name, a number.
const TIMES: u8 = 8;
/// Bytes of a paragraph's text that is remembered.
const LONGEST: usize = 4096;

thread_local! {
    static CLEAN: RefCell<Clean> = const { RefCell::new(Clean { owner: 0, places: Vec::new() }) };
}

/// What this thread looked at last with one set of checks.
struct Clean {
    owner: u64,
    places: Vec<Place>,
}

/// A paragraph and all that a check of it alone may ask.
#[derive(Default)]
struct Place {
    last: Option<(Para, Zone, i32, bool)>,
    missed: u8,
}

impl Place {
    fn holds(&self, piece: &Piece<'_>) -> bool {
        self.last.as_ref().is_some_and(|(para, zone, measure, in_table)| {
            (zone, measure, in_table) == (&piece.zone, &piece.measure, &(piece.row > 0))
                && para == piece.para
        })
    }
}

/// Indices of the pieces that may have something wrong by themselves: they are not those in which these
/// checks found nothing before.
pub(super) fn unknown(owner: u64, pieces: &[Piece<'_>]) -> Vec<usize> {
    CLEAN.with_borrow_mut(|clean| {
        if clean.owner != owner {
            *clean = Clean { owner, places: Vec::new() };
        }
        let known = pieces.len().min(PLACES);
        if clean.places.len() < known {
            clean.places.resize_with(known, Place::default);
        }
        let places = clean.places.iter_mut().map(Some).chain(std::iter::repeat_with(|| None));
        let mut out = Vec::with_capacity(16);
        for (index, (piece, place)) in pieces.iter().zip(places).enumerate() {
            match place {
                Some(place) if place.holds(piece) => place.missed = 0,
                _ => out.push(index),
            }
        }
        out
    })
}

/// Remembers that nothing was found in these pieces.
pub(super) fn found_clean(owner: u64, pieces: &[Piece<'_>], indices: &[usize]) {
    CLEAN.with_borrow_mut(|clean| {
        for index in indices.iter().filter(|_| clean.owner == owner) {
            let (Some(place), Some(piece)) = (clean.places.get_mut(*index), pieces.get(*index))
            else {
                return;
            };
            place.missed = place.missed.saturating_add(1);
            if place.missed <= TIMES && length(piece.para) <= LONGEST {
                let in_table = piece.row > 0;
                place.last = Some((piece.para.clone(), piece.zone, piece.measure, in_table));
            }
        }
    });
}

fn length(para: &Para) -> usize {
    let of = |content: &RunContent| match content {
        RunContent::Text(text) => text.len(),
        _ => 1,
    };
    para.runs.iter().map(|run| of(&run.content)).sum()
}
