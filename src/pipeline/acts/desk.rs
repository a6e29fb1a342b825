//! The desk on which acts are planned: the register as it is, and what speaks against an act.
//!
//! Knows: the rules that hold for every act. Must not know: what one kind asks for.

use std::sync::Arc;

use jiff::civil::Date;
use serde_json::Value;

use crate::archive::log::PrivateKey;
use crate::diagnostic::{Code, Diagnostic, Place, Result, Text};
use crate::pipeline::codes::{
    DATE_AHEAD, DATE_BEFORE, FIELD_MISSING, FROZEN, LATE_HANDOVER, REPEATED, WRONG_BOOK,
};
use crate::pipeline::filing::Entering;
use crate::pipeline::workspace::Workspace;
use crate::register::book::day;
use crate::register::life::{Life, Standing};
use crate::register::{Act, Book, Entry, Kind, Register};
use crate::text;

use super::{Call, find, kind_name};

const STORED_FOR_GOOD: &str = "Điều 16 khoản 1 NĐ 30/2020/NĐ-CP";

/// Where acts are planned.
pub struct Desk<'a> {
    pub(super) workspace: &'a Workspace<'a>,
    pub(super) register: &'a dyn Register,
    /// The day of the act.
    pub(super) date: Date,
    /// The office's key, for what a certificate bears; none in a dry run.
    pub(super) signer: Option<Arc<PrivateKey>>,
    acts: Vec<(Entry, Entering)>,
    findings: Vec<Diagnostic>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(
        workspace: &'a Workspace<'a>,
        register: &'a dyn Register,
        call: &Call,
    ) -> Self {
        let date = call.date.unwrap_or_else(|| workspace.world.today());
        Self { workspace, register, date, signer: None, acts: Vec::new(), findings: Vec::new() }
    }

    pub(super) fn done(self) -> (Vec<(Entry, Entering)>, Vec<Diagnostic>) {
        (self.acts, self.findings)
    }

    /// A finding.
    pub(super) fn tell(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    /// A finding about a document that stops its act.
    pub(super) fn refuse(&mut self, code: Code, entry: &Entry, message: Text, hint: Text) {
        let place = Place::default().item(entry.label());
        self.tell(Diagnostic::error(code, place, message).hint(hint));
    }

    /// The document that was typed with its life; nothing, and a finding, if it is not clear which.
    pub(super) fn entry(&mut self, typed: &str) -> Result<Option<(Entry, Life)>> {
        match find::one(self.register, typed)? {
            Ok(entry) => {
                let life = Life::of(self.register, entry.seq)?;
                Ok(Some((entry, life)))
            }
            Err(finding) => {
                self.tell(finding);
                Ok(None)
            }
        }
    }

    /// The documents that were typed, each once, for which an act of this kind is possible at all.
    pub(super) fn entries(
        &mut self,
        typed: &[String],
        kind: Kind,
        books: &[Book],
    ) -> Result<Vec<(Entry, Life)>> {
        let mut out: Vec<(Entry, Life)> = Vec::new();
        for typed in typed {
            let Some((entry, life)) = self.entry(typed)? else { continue };
            if out.iter().all(|(known, _)| known.seq != entry.seq)
                && self.allows(&entry, &life, kind, books)
            {
                out.push((entry, life));
            }
        }
        Ok(out)
    }

    /// Whether the document may have an act of this kind on this day; says why not.
    pub(super) fn allows(
        &mut self,
        entry: &Entry,
        life: &Life,
        kind: Kind,
        books: &[Book],
    ) -> bool {
        let before = self.findings.len();
        let (name, label) = (kind_name(kind), entry.label());
        let (vi, en) = (&name.vi, &name.en);
        if !books.contains(&entry.book) {
            self.refuse(
                WRONG_BOOK,
                entry,
                text!("“{vi}” không dùng cho {label}", "`{en}` is not for {label}"),
                text!("xem “vanthu explain S0408”", "see `vanthu explain S0408`"),
            );
            return false;
        }
        self.frozen(entry, life, kind);
        if entry.date > self.date {
            let (on, of) = (day(self.date), day(entry.date));
            self.refuse(
                DATE_BEFORE,
                entry,
                text!(
                    "ngày {on} ở trước ngày {of} của {label}",
                    "{on} lies before {of}, the day of {label}"
                ),
                text!("ghi đúng ngày bằng --date", "give the true day with --date"),
            );
        }
        let today = self.workspace.world.today();
        if self.date > today {
            let on = day(self.date);
            let place = Place::default().item(label);
            self.tell(
                Diagnostic::warning(
                    DATE_AHEAD,
                    place,
                    text!("ngày {on} ở sau hôm nay", "{on} is later than today"),
                )
                .hint(text!("ghi việc vào ngày nó xảy ra", "enter it on the day it happens")),
            );
        }
        !crate::diagnostic::blocks(self.findings.get(before..).unwrap_or_default())
    }

    /// What was recalled or voided stays as it is (Annex VI, III.8): only notes about it are taken.
    fn frozen(&mut self, entry: &Entry, life: &Life, kind: Kind) {
        let notes = [Kind::DossierOpen, Kind::DossierAdd, Kind::DossierClose];
        let kept = [Kind::Receipt, Kind::Use];
        let why = match life.standing() {
            Standing::Recalled if !notes.contains(&kind) && !kept.contains(&kind) => Kind::Recall,
            // Whoever has the kept copy of a voided number may still bring it back.
            Standing::Void if !notes.contains(&kind) && kind != Kind::Use => Kind::Void,
            Standing::Replaced if matches!(kind, Kind::Replace | Kind::Correct | Kind::Void) => {
                Kind::Replace
            }
            _ => return,
        };
        let on = life.last(why).map(|a| day(a.act.date)).unwrap_or_default();
        let (name, label) = (kind_name(why), entry.label());
        let (vi, en) = (&name.vi, &name.en);
        let place = Place::default().item(&label);
        let message = text!(
            "{label} đã {vi} ngày {on}: không ghi thêm việc này nữa",
            "{label} was {en} on {on}: this can no longer be entered"
        );
        self.tell(
            Diagnostic::error(FROZEN, place, message)
                .basis("Điều 18 khoản 3, 4; Phụ lục VI, III.8 NĐ 30/2020/NĐ-CP")
                .hint(text!(
                    "xem “vanthu show {label}”; việc mới thì làm trên văn bản mới",
                    "see `vanthu show {label}`; do it on the new document"
                )),
        );
    }

    /// A text that must be there: a reason, a name. The act is not entered without it.
    pub(super) fn need(&mut self, option: &str, value: &str, what: &Text) -> bool {
        if !value.trim().is_empty() {
            return true;
        }
        let (vi, en) = (&what.vi, &what.en);
        self.tell(
            Diagnostic::error(
                FIELD_MISSING,
                Place::default().item(option),
                text!("chưa ghi {vi}", "{en} is missing"),
            )
            .basis(STORED_FOR_GOOD)
            .hint(text!("thêm {option} \"…\"", "add {option} \"…\"")),
        );
        false
    }

    /// A document leaves the clerk on its day or on the next working day, an urgent one at once
    /// (Điều 4.2.c, 18.1, 23).
    pub(super) fn in_time(&mut self, entry: &Entry, life: &Life) {
        if life.sent().is_some() {
            return;
        }
        let office = &self.workspace.office;
        let latest = match entry.fields.priority {
            0 => office.working_day_after(entry.date, 1),
            _ => entry.date,
        };
        if self.date <= latest {
            return;
        }
        let (label, on, by) = (entry.label(), day(self.date), day(latest));
        let place = Place::default().item(&label);
        self.tell(
            Diagnostic::warning(
                LATE_HANDOVER,
                place,
                text!(
                    "chuyển ngày {on}, chậm nhất phải là {by}",
                    "it went out on {on}, the latest day was {by}"
                ),
            )
            .basis("Điều 4 khoản 2 điểm c, Điều 18 khoản 1, Điều 23 khoản 1 NĐ 30/2020/NĐ-CP")
            .hint(text!(
                "chuyển trong ngày hoặc ngày làm việc tiếp theo; văn bản khẩn chuyển ngay",
                "send it the same day or the next working day, an urgent one at once"
            )),
        );
    }

    /// Takes an act, unless the same one is there already.
    pub(super) fn add(&mut self, entry: &Entry, life: &Life, act: Entering) {
        let same = |known: &Act| {
            (known.kind, known.date, &known.data, &known.fields)
                == (act.kind, act.date, &act.data, &act.fields)
        };
        // A link says the same on any day; a file is told apart by its bytes.
        let linked = |known: &Act| {
            known.kind == act.kind
                && act.data.contains_key("by")
                && known.data.get("by") == act.data.get("by")
        };
        let known = life.acts.iter().map(|a| &a.act).find(|a| same(a) || linked(a));
        if let Some(known) = known.filter(|_| act.kind != Kind::Attach) {
            let (name, on, label) = (kind_name(act.kind), day(known.date), entry.label());
            let (vi, en, seq) = (&name.vi, &name.en, known.seq);
            self.tell(
                Diagnostic::error(
                    REPEATED,
                    Place::default().item(&label),
                    text!(
                        "việc “{vi}” này đã ghi ngày {on} (dòng {seq})",
                        "this `{en}` was entered already on {on} (row {seq})"
                    ),
                )
                .basis(STORED_FOR_GOOD)
                .hint(text!(
                    "không ghi hai lần; việc khác cùng ngày thì thêm --note để phân biệt",
                    "it is not entered twice; another one of the same day is told apart with --note"
                )),
            );
            return;
        }
        self.acts.push((entry.clone(), act));
    }

    /// An act of the desk's day about a document, with its fields; empty texts are left out.
    pub(super) fn act<const N: usize>(
        &self,
        kind: Kind,
        entry: &Entry,
        fields: [(&str, Value); N],
    ) -> Entering {
        let mut act = Entering::new(kind, Some(entry.seq), self.date);
        for (key, value) in fields {
            let empty = match &value {
                Value::String(text) => text.trim().is_empty(),
                Value::Array(list) => list.is_empty(),
                Value::Null => true,
                _ => false,
            };
            if !empty {
                act.fields.insert(key.to_owned(), value);
            }
        }
        act
    }
}
