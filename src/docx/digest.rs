//! SHA-256 of texts that begin alike.
//!
//! Knows: how to go on from where two texts part. Must not know: zip, XML.
//!
//! The letters of a batch have their head in common. What was worked out up to there is kept, so that a processor
//! without instructions for it does not go through the same head for each.

use std::cell::RefCell;

use ring::digest::{Context, SHA256, digest};

/// Texts that share less are begun anew, in bytes.
const SHARED: usize = 512;
/// Longer texts are not remembered, in bytes.
const LONGEST: usize = 64 << 10;
/// The digest works in blocks of so many bytes.
const BLOCK: usize = 64;

thread_local! {
    static SUMS: RefCell<Sums> = const { RefCell::new(Sums { last: Vec::new(), begun: None }) };
}

/// What is remembered from one text to the next.
struct Sums {
    /// The text that was last gone through from its beginning.
    last: Vec<u8>,
    begun: Option<(Vec<u8>, Context)>,
}

/// The digest of a text.
pub(super) fn sum(text: &[u8]) -> [u8; 32] {
    bytes(digest(&SHA256, text).as_ref())
}

/// As [`sum`], of one of many texts that may begin alike.
pub(super) fn sum_next(text: &[u8]) -> [u8; 32] {
    if text.len() > LONGEST {
        return sum(text);
    }
    SUMS.with_borrow_mut(|sums| sums.sum(text))
}

impl Sums {
    fn sum(&mut self, text: &[u8]) -> [u8; 32] {
        if let Some((head, context)) = &self.begun
            && let Some(rest) = text.strip_prefix(head.as_slice())
        {
            let mut context = context.clone();
            context.update(rest);
            return bytes(context.finish().as_ref());
        }
        let alike = self.last.iter().zip(text).take_while(|(a, b)| a == b).count();
        let (head, rest) = text.split_at_checked(alike - alike % BLOCK).unwrap_or((&[], text));
        let mut context = Context::new(&SHA256);
        context.update(head);
        if alike > SHARED {
            self.begun = Some((head.to_vec(), context.clone()));
        }
        self.last.clear();
        self.last.extend_from_slice(text);
        context.update(rest);
        bytes(context.finish().as_ref())
    }
}

fn bytes(digest: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    out.copy_from_slice(digest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_came_before_makes_no_difference() {
        let head = "<w:p>Cộng hòa</w:p>".repeat(200);
        let mut sums = Sums { last: Vec::new(), begun: None };
        for (cut, end) in [(4000, "a"), (3000, "b"), (2999, ""), (0, "c"), (4000, "a"), (100, "d")]
        {
            for more in ["", "x", end] {
                let mut text = head.as_bytes().get(..cut).unwrap_or_default().to_vec();
                text.extend_from_slice(end.as_bytes());
                text.extend_from_slice(more.as_bytes());
                assert_eq!(sums.sum(&text), sum(&text));
                assert_eq!(sum_next(&text), sum(&text));
            }
        }
    }

    #[test]
    fn texts_that_begin_alike_are_gone_on_with() {
        let head = "<w:p>Cộng hòa</w:p>".repeat(200);
        let mut sums = Sums { last: Vec::new(), begun: None };
        for (n, kept) in [(1, false), (2, true), (3, true)] {
            sums.sum(format!("{head}{n}").as_bytes());
            let length = sums.begun.as_ref().map(|(head, _)| head.len());
            assert_eq!(length.is_some_and(|l| l + BLOCK > head.len()), kept, "{length:?}");
        }
        let long = vec![b'x'; LONGEST + 1];
        assert_eq!(sum_next(&long), sum(&long));
    }
}
