//! The life of an entry: what its acts, taken together, make of it.
//!
//! Knows: what each kind of act means for the entry that it is about. Must not know: SQL, columns of books, terminals.

use jiff::civil::Date;
use serde_json::Value;

use super::{Act, ActFilter, Acted, Entry, Incoming, Kind, Register};
use crate::diagnostic::Result;

/// What happened to an entry, and what it did to others.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Life {
    /// Acts about it, in order of registration.
    pub acts: Vec<Acted>,
    /// Acts about other entries in which this one is the means: it corrects, replaces, answers them.
    pub done: Vec<Acted>,
}

/// How an entry stands now.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// As registered.
    InForce,
    /// Its number was given up.
    Void,
    /// Another document stands in its place.
    Replaced,
    /// Called back: an outgoing document is frozen, an incoming one cancelled.
    Recalled,
}

/// Links made by one entry to another.
pub const LINKS: [Kind; 3] = [Kind::Correct, Kind::Replace, Kind::Answer];

impl Life {
    /// The life of the entry at a position.
    pub fn of(register: &dyn Register, seq: u64) -> Result<Self> {
        let mut life = Self::default();
        let about = ActFilter { about: Some(seq), ..ActFilter::default() };
        register.acts(&about, &mut |acted| {
            life.acts.push(acted);
            Ok(())
        })?;
        let by = ActFilter { by: Some(seq), kinds: LINKS.to_vec(), ..ActFilter::default() };
        register.acts(&by, &mut |acted| {
            life.done.push(acted);
            Ok(())
        })?;
        Ok(life)
    }

    /// The acts of some kinds about it.
    pub fn of_kinds<'a>(&'a self, kinds: &'a [Kind]) -> impl Iterator<Item = &'a Acted> {
        self.acts.iter().filter(move |a| kinds.contains(&a.act.kind))
    }

    /// The newest act of a kind.
    pub fn last(&self, kind: Kind) -> Option<&Acted> {
        self.acts.iter().rev().find(|a| a.act.kind == kind)
    }

    /// How the entry stands.
    pub fn standing(&self) -> Standing {
        let has = |kind| self.last(kind).is_some();
        if has(Kind::Recall) {
            Standing::Recalled
        } else if has(Kind::Void) {
            Standing::Void
        } else if has(Kind::Replace) {
            Standing::Replaced
        } else {
            Standing::InForce
        }
    }

    /// When it left the clerk's hands for the first time, to a recipient or to the unit that deals with it.
    pub fn sent(&self) -> Option<&Acted> {
        self.of_kinds(&[Kind::Deliver, Kind::Post]).next()
    }

    /// The deadline that holds: of the newest assignment that names one, else the one it came with.
    pub fn due(&self, entry: &Entry) -> Option<Date> {
        let assigned = self.acts.iter().rev().filter(|a| a.act.kind == Kind::Assign);
        assigned
            .filter_map(|a| text_of(&a.act, "due").parse().ok())
            .next()
            .or_else(|| Incoming::of(entry)?.due)
    }

    /// The entries that answer it.
    pub fn answers(&self) -> impl Iterator<Item = u64> {
        self.of_kinds(&[Kind::Answer]).filter_map(|a| by_of(&a.act))
    }

    /// The day on which it was dealt with: answered, or said to be done.
    pub fn finished(&self) -> Option<Date> {
        let is_end = |a: &&Acted| {
            a.act.kind == Kind::Answer
                || (a.act.kind == Kind::Follow
                    && a.act.fields.get("done") == Some(&Value::Bool(true)))
        };
        self.acts.iter().filter(is_end).map(|a| a.act.date).min()
    }
}

/// Acts that say which unit an incoming document went to.
pub const HANDED: [Kind; 2] = [Kind::Assign, Kind::Deliver];

/// The units and people that an act about an incoming document hands it to.
pub fn handed_to(act: &Act) -> Vec<String> {
    if !HANDED.contains(&act.kind) {
        return Vec::new();
    }
    let named = ["unit", "person", "joint", "to"].map(|key| text_of(act, key));
    let each = named.iter().flat_map(|names| names.split(';'));
    each.map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect()
}

/// A field of an act as text; a list is joined by `; `. Empty if there is none.
pub fn text_of(act: &Act, key: &str) -> String {
    match act.fields.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(Value::Number(number)) => number.to_string(),
        Some(Value::Array(list)) => {
            let texts: Vec<&str> = list.iter().filter_map(Value::as_str).collect();
            texts.join("; ")
        }
        _ => String::new(),
    }
}

/// The position of the entry by which an act was done.
pub fn by_of(act: &Act) -> Option<u64> {
    act.data.get("by").and_then(Value::as_u64)
}
