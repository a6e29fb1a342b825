//! The words of one certificate, by name.
//!
//! Knows: names and texts. Must not know: what the names stand for, boxes.

use std::borrow::Cow;

/// The words of one certificate by their Vietnamese names ([`crate::model::CERTIFICATE_VALUES`]). There are about
/// twenty, asked for by name once or twice: a list is faster than a tree, and what the award says is not copied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Values<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Values<'a> {
    /// Room for so many.
    pub fn with_capacity(count: usize) -> Self {
        Self(Vec::with_capacity(count))
    }

    /// Sets a value; one of the same name is replaced.
    pub fn insert(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        let (name, value) = (name.into(), value.into());
        match self.0.iter_mut().find(|(known, _)| *known == name) {
            Some((_, old)) => *old = value,
            None => self.0.push((name, value)),
        }
    }

    /// Sets a value whose name has none yet.
    pub fn add(&mut self, name: impl Into<Cow<'a, str>>, value: impl Into<Cow<'a, str>>) {
        self.0.push((name.into(), value.into()));
    }

    /// The value of a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| &**value)
    }

    /// The same, and at which place; that of a name is mostly the same as in the values before.
    pub(super) fn get_near(&self, place: usize, name: &str) -> (usize, &str) {
        let is_it = |at: &usize| self.0.get(*at).is_some_and(|(known, _)| known == name);
        let at = Some(place).filter(is_it).or_else(|| (0..self.0.len()).find(is_it));
        let value = at.and_then(|at| self.0.get(at)).map_or("", |(_, value)| &**value);
        (at.unwrap_or(usize::MAX), value)
    }

    /// Names and values in the order in which they came.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (&**name, &**value))
    }

    /// The same in the order of the names.
    pub fn sorted(&self) -> Vec<(&str, &str)> {
        let mut all: Vec<(&str, &str)> = self.iter().collect();
        all.sort_unstable();
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_value_the_last() {
        let mut values = Values::with_capacity(2);
        values.insert("ten", "Lê Thị Hoa");
        values.insert("so", "05".to_owned());
        values.insert("ten", "Bùi An");
        assert_eq!(values.get("ten"), Some("Bùi An"));
        assert_eq!(values.get("noi"), None);
        assert_eq!(values.sorted(), [("so", "05"), ("ten", "Bùi An")]);
        assert_eq!(values.iter().next(), Some(("ten", "Bùi An")));
    }
}
