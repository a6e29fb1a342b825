//! Markup that is as before but for one text.
//!
//! Knows: where a text begins and ends in markup. Must not know: what the markup means.

use memchr::memchr2;
use memchr::memmem::Finder;

/// The tags of an element that holds text.
pub(super) struct Tags {
    open: Finder<'static>,
    close: Finder<'static>,
}

impl Tags {
    pub(super) fn new(open: &'static str, close: &'static str) -> Self {
        Self { open: Finder::new(open), close: Finder::new(close) }
    }
}

/// Markup with one text, cut in three.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Cut<'a> {
    before: &'a [u8],
    /// Bytes of the tag before the text.
    open: usize,
    text: &'a [u8],
    after: &'a [u8],
}

impl<'a> Cut<'a> {
    /// Cuts at the only element with these tags, if its text means itself whatever is around it: no markup, no
    /// references, no blanks at its ends and no line ends. `None` also if there is anything in the markup
    /// that is not an element.
    pub(super) fn at(markup: &'a [u8], tags: &Tags) -> Option<Self> {
        let (before, rest) = split(markup, &tags.open)?;
        let (text, after) = split(rest, &tags.close)?;
        let is_only = tags.open.find(after).is_none() && !is_strange(before) && !is_strange(after);
        (is_plain(text) && is_only).then_some(Self {
            before,
            open: tags.open.needle().len(),
            text,
            after,
        })
    }

    /// The text, if it is one.
    pub(super) fn text(&self) -> Option<&'a str> {
        simdutf8::basic::from_utf8(self.text).ok()
    }

    /// Where the text begins.
    pub(super) fn start(&self) -> usize {
        self.before.len() + self.open
    }

    /// What is around the text, for telling it from other markup.
    pub(super) fn around(&self) -> Vec<u8> {
        // No markup holds this byte.
        [self.before, self.after].join(&0xFF)
    }

    /// True if these bytes are also somewhere around the text, not as the beginning of a longer word.
    pub(super) fn has_around(&self, other: &Finder<'_>) -> bool {
        [self.before, self.after].iter().any(|markup| has_word(markup, other))
    }
}

/// True if a text means itself whatever is around it: no markup, no references, no blanks at its ends and no
/// line ends; and there is one.
pub(super) fn is_plain(text: &[u8]) -> bool {
    !matches!(text, [] | [b' ', ..] | [.., b' '])
        && !text
            .iter()
            .fold(false, |found, b| found | (*b < b' ' || matches!(b, b'<' | b'>' | b'&')))
}

/// True if there may be anything in the markup that is not an element: the text of a comment, of an instruction or
/// of CDATA would look the same.
pub(super) fn is_strange(markup: &[u8]) -> bool {
    memchr2(b'!', b'?', markup).is_some()
}

/// True if these bytes are somewhere in the markup, not as the beginning of a longer word.
pub(super) fn has_word(markup: &[u8], word: &Finder<'_>) -> bool {
    let next = |at: usize| markup.get(at + word.needle().len());
    word.find_iter(markup).any(|at| !next(at).is_some_and(u8::is_ascii_alphabetic))
}

fn split<'a>(markup: &'a [u8], at: &Finder<'_>) -> Option<(&'a [u8], &'a [u8])> {
    let place = at.find(markup)?;
    Some((markup.get(..place)?, markup.get(place + at.needle().len()..)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_out_where_it_is_the_only_one_and_means_itself() {
        let tags = Tags::new("<t>", "</t>");
        let cut = |markup: &'static str| Cut::at(markup.as_bytes(), &tags);
        let good = cut("<r><t>Bà Lan</t></r>").expect("cut");
        assert_eq!(
            (good.before, good.text(), good.after),
            (&b"<r>"[..], Some("Bà Lan"), &b"</r>"[..])
        );
        assert!(good.has_around(&Finder::new("/r")) && !good.has_around(&Finder::new("Lan")));
        let longer = cut("<tabs></tabs><t>a</t>").expect("cut");
        assert!(
            !longer.has_around(&Finder::new("</t")) && longer.has_around(&Finder::new("</tabs"))
        );
        for markup in [
            "<r><t></t></r>",
            "<r><t> a</t></r>",
            "<r><t>a </t></r>",
            "<r><t>a\nb</t></r>",
            "<r><t>a&amp;b</t></r>",
            "<r><t>a<b/></t></r>",
            "<r><t>a</t><t>b</t></r>",
            "<!-- <t>a</t> -->",
            "<t>a</t><!-- -->",
            "<?x <t>a</t>?>",
            "<r><t>a",
            "<r></r>",
        ] {
            assert_eq!(cut(markup), None, "{markup}");
        }
        let around = |markup| cut(markup).map(|c| c.around());
        assert_ne!(around("<a><t>x</t>"), around("<t>x</t><a>"));
        assert_eq!(around("<a><t>x</t>"), around("<a><t>y</t>"));
    }
}
