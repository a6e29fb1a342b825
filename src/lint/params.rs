//! Parameters of a row of the table of checks.
//!
//! Knows: how to read them and to refuse what is unknown. Must not know: what a check does.

use std::cell::RefCell;
use std::collections::BTreeSet;

use serde::Deserialize;

use crate::diagnostic::{Result, Text};
use crate::model::Form;
use crate::ruleset::{CheckRow, Ruleset};

use super::broken;
use super::pattern::Pattern;

/// The parameters of one row; every key must be asked for, or the row is refused.
pub(crate) struct Params<'a> {
    row: &'a CheckRow,
    rules: &'a Ruleset,
    used: RefCell<BTreeSet<&'static str>>,
}

impl<'a> Params<'a> {
    pub(crate) fn new(row: &'a CheckRow, rules: &'a Ruleset) -> Self {
        Self { row, rules, used: RefCell::new(BTreeSet::new()) }
    }

    /// The failure that names this row.
    pub(crate) fn error(&self, detail: &str) -> crate::diagnostic::Failure {
        broken(&self.rules.id, &self.row.code.to_string(), detail)
    }

    /// A parameter of any type.
    pub(crate) fn get<T: for<'de> Deserialize<'de>>(&self, key: &'static str) -> Result<Option<T>> {
        self.used.borrow_mut().insert(key);
        let Some(value) = self.row.parameters.get(key) else { return Ok(None) };
        let read = T::deserialize(value.clone());
        read.map(Some).map_err(|e| self.error(&format!("{key}: {}", e.message())))
    }

    /// A parameter that has to be there.
    pub(crate) fn need<T: for<'de> Deserialize<'de>>(&self, key: &'static str) -> Result<T> {
        self.get(key)?.ok_or_else(|| self.error(&format!("`{key}` is missing")))
    }

    /// A list of strings, empty if absent.
    pub(crate) fn strings(&self, key: &'static str) -> Result<Vec<String>> {
        Ok(self.get(key)?.unwrap_or_default())
    }

    /// The word list that a parameter names.
    pub(crate) fn words(&self, key: &'static str) -> Result<Vec<String>> {
        let Some(name) = self.get::<String>(key)? else { return Ok(Vec::new()) };
        let list = self.rules.words.get(&name);
        list.cloned().ok_or_else(|| self.error(&format!("`words.{name}` is missing")))
    }

    /// The pattern of the row, with the pieces of text that it wants: `contains`, `ends`.
    pub(crate) fn main_pattern(&self) -> Result<Pattern> {
        let pattern = self.pattern("pattern", self.strings("contains")?)?;
        Ok(pattern.or_ends(self.strings("ends")?))
    }

    /// A pattern that has to be there, with the literals named by `literals`.
    pub(crate) fn pattern(&self, key: &'static str, literals: Vec<String>) -> Result<Pattern> {
        Ok(Pattern::new(self.need(key)?, literals))
    }

    /// The forms that a check is for: `forms`, or all but `not_forms`.
    pub(crate) fn forms(&self) -> Result<Forms> {
        Ok(Forms { only: self.get("forms")?, not: self.get("not_forms")?.unwrap_or_default() })
    }

    /// Message of a pattern check; `{found}` stands for the offending words.
    pub(crate) fn message(&self) -> Result<Text> {
        Ok(Text::new(self.need::<String>("message")?, self.need::<String>("message_en")?))
    }

    /// Refuses keys that nobody asked for.
    pub(crate) fn finish(self) -> Result<()> {
        let used = self.used.borrow();
        match self.row.parameters.keys().find(|k| !used.contains(k.as_str())) {
            Some(key) => Err(self.error(&format!("unknown parameter `{key}`"))),
            None => Ok(()),
        }
    }
}

/// Which forms a check is for.
#[derive(Debug)]
pub(crate) struct Forms {
    only: Option<Vec<Form>>,
    not: Vec<Form>,
}

impl Forms {
    /// True if the check is for this form.
    pub(crate) fn hold(&self, form: Form) -> bool {
        self.only.as_ref().is_none_or(|f| f.contains(&form)) && !self.not.contains(&form)
    }
}

/// Puts the offending words into a message.
pub(crate) fn fill(message: &Text, found: &str) -> Text {
    Text::new(message.vi.replace("{found}", found), message.en.replace("{found}", found))
}
