//! What incoming documents are late, due or not yet handed over; urgent ones first.
//!
//! Knows: deadlines, working days. Must not know: terminals.

use jiff::civil::Date;
use serde::Serialize;

use crate::diagnostic::Result;
use crate::model::Office;
use crate::pipeline::workspace::Workspace;
use crate::register::life::{Life, Standing, text_of};
use crate::register::{Book, Entry, Filter, Kind, Order, Register};

use super::registered;

/// How far to look.
#[derive(Debug, Clone, Copy, Default)]
pub struct Horizon {
    /// Working days from today within which a deadline is told; 3 if not said.
    pub within: Option<u32>,
    /// Every open document with a deadline.
    pub all: bool,
}

/// How a document stands to its deadline.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum DueState {
    /// Past its deadline.
    Late,
    /// Today.
    Today,
    /// Soon.
    Soon,
    /// Later.
    Later,
    /// Nobody was told to deal with it by the day after its arrival (Điều 4.2.c, Điều 23).
    Unassigned,
}

/// An open document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Due {
    /// Position.
    pub seq: u64,
    /// Số đến.
    pub number: String,
    /// The sender's code.
    pub code: String,
    /// Tác giả.
    pub organ_name: String,
    /// Trích yếu.
    pub subject: String,
    /// Ngày đến.
    pub arrived: Date,
    /// 0 thường … 3 hỏa tốc.
    pub priority: u8,
    /// Who deals with it.
    pub to: String,
    /// The deadline.
    pub due: Option<Date>,
    /// How it stands.
    pub state: DueState,
    /// Working days past the deadline, or left (negative); 0 where there is none.
    pub working_days: i64,
}

/// The open incoming documents that somebody must look at today.
///
/// # Errors
/// The register cannot be read.
pub fn due(workspace: &Workspace<'_>, horizon: Horizon) -> Result<Vec<Due>> {
    let register = registered(workspace)?;
    let (office, today) = (&workspace.office, workspace.world.today());
    let soon = office.working_day_after(today, horizon.within.unwrap_or(3));
    let filter =
        Filter { book: Some(Book::Incoming), order: Order::Registration, ..Filter::default() };
    let mut out = Vec::new();
    let touched = register.touched()?;
    register.entries(&filter, &mut |entry| {
        let life = match touched.as_ref().is_none_or(|t| t.contains(&entry.seq)) {
            true => Life::of(&register as &dyn Register, entry.seq)?,
            false => Life::default(),
        };
        out.extend(one(office, &entry, &life, today, soon));
        Ok(())
    })?;
    out.retain(|d: &Due| horizon.all || d.state != DueState::Later);
    out.sort_by(|a, b| {
        let key = |d: &Due| (std::cmp::Reverse(d.priority), d.due.unwrap_or(Date::MAX), d.seq);
        key(a).cmp(&key(b))
    });
    Ok(out)
}

fn one(office: &Office, entry: &Entry, life: &Life, today: Date, soon: Date) -> Option<Due> {
    if life.standing() != Standing::InForce || life.finished().is_some() {
        return None;
    }
    let assigned = life.last(Kind::Assign);
    let due = life.due(entry);
    let state = match due {
        Some(due) if due < today => DueState::Late,
        Some(due) if due == today => DueState::Today,
        Some(due) if due <= soon => DueState::Soon,
        Some(_) => DueState::Later,
        None if assigned.is_none() && life.sent().is_none() => {
            let latest = match entry.fields.priority {
                0 => office.working_day_after(entry.date, 1),
                _ => entry.date,
            };
            if today <= latest && entry.fields.priority == 0 {
                return None;
            }
            DueState::Unassigned
        }
        None => return None,
    };
    let to = assigned
        .map(|a| ["unit", "person"].map(|key| text_of(&a.act, key)).join(" ").trim().to_owned());
    let f = &entry.fields;
    Some(Due {
        seq: entry.seq,
        number: entry.number.to_string(),
        code: f.extra.get("code").cloned().unwrap_or_default(),
        organ_name: f.organ_name.clone(),
        subject: f.subject.clone(),
        arrived: entry.date,
        priority: f.priority,
        to: to.unwrap_or_else(|| f.recipients.join("; ")),
        due,
        state,
        working_days: due.map_or(0, |due| working_days(office, due, today)),
    })
}

/// Working days from `from` to `to`, the first not counted: positive if `to` is later.
fn working_days(office: &Office, from: Date, to: Date) -> i64 {
    if from > to {
        return -working_days(office, to, from);
    }
    let mut count = 0;
    let mut at = from;
    // A deadline lies within a few years of today; an absurd one is not counted to its end.
    for _ in 0..20_000 {
        if at >= to {
            break;
        }
        let Ok(next) = at.tomorrow() else { break };
        at = next;
        count += i64::from(office.works_on(at));
    }
    count
}
