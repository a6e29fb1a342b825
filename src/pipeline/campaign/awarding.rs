//! The last step: certificates and the entries in the sổ khen thưởng.
//!
//! Knows: which decision each award belongs to. Must not know: how a certificate looks.

use jiff::civil::Date;
use rayon::prelude::*;

use crate::diagnostic::{Diagnostic, Place};
use crate::pipeline::Workspace;
use crate::pipeline::awards::Awarding;
use crate::pipeline::certificate::Certificate;
use crate::register::{Award, Entry};
use crate::text;

use super::Opened;
use super::cases::{Case, short_name};
use super::certify::certificate;
use super::codes::ROWS;
use super::papers::FORM;
use super::state;

/// A decision that awards are entered under.
pub(super) struct Decided {
    /// Id of its form.
    pub form: String,
    /// Số, ký hiệu.
    pub code: String,
    /// Its day.
    pub date: Date,
    /// Its position; none before it is issued.
    pub seq: Option<u64>,
    /// Chức vụ of the signer.
    pub signer_position: String,
    /// Họ và tên of the signer.
    pub signer_name: String,
}

/// As wide as a number will be, before it is known.
pub(super) const WIDEST: &str = "0000";

impl Decided {
    /// True if certificates of another decision take no more room than those of this one: digits are equally wide.
    pub fn is_as_wide(&self, other: &Self) -> bool {
        let parts = |of: &Self| of.code.split_once('/').map(|(n, rest)| (n.len(), rest.to_owned()));
        let (Some((most, mine)), Some((length, rest))) = (parts(self), parts(other)) else {
            return false;
        };
        let same = |of: &Self| (of.form.clone(), of.date, of.signer_position.clone());
        length <= most
            && mine == rest
            && same(self) == same(other)
            && self.signer_name == other.signer_name
    }

    /// The decision of an entry.
    pub fn of(entry: &Entry) -> Self {
        Self {
            form: entry.fields.extra.get(FORM).cloned().unwrap_or_default(),
            code: entry.code().to_string(),
            date: entry.date,
            seq: Some(entry.seq),
            signer_position: entry.fields.signer_position.clone(),
            signer_name: entry.fields.signer_name.clone(),
        }
    }
}

/// One award as it was, or would be, entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AwardLine {
    /// Số in the book.
    pub number: u32,
    /// Who.
    pub name: String,
    /// What.
    pub form: String,
    /// Index of the case.
    pub case: usize,
    /// Name of the certificate's file in the archive.
    pub file: String,
}

/// The awards of one run: rows of the book, what their certificates say, ids of their forms.
#[derive(Default)]
pub(super) struct Awards {
    pub rows: Vec<Awarding>,
    pub certificates: Vec<Certificate>,
    pub forms: Vec<String>,
    /// Index of the case of each.
    pub cases: Vec<usize>,
}

/// The cases that passed, each with its index and its decision.
fn passed<'a>(
    opened: &'a Opened,
    decisions: &'a [Decided],
) -> (Vec<(usize, &'a Case, &'a Decided)>, Vec<Diagnostic>) {
    let (mut out, mut findings) = (Vec::new(), Vec::new());
    for (index, case) in opened.cases.iter().enumerate().filter(|(_, c)| c.is_decided()) {
        match decisions.iter().find(|d| d.form == case.who.form) {
            Some(decided) => out.push((index, case, decided)),
            None => findings.push(undecided(case)),
        }
    }
    (out, findings)
}

/// What the certificates of the cases that passed say, without rows for the book.
pub(super) fn certificates(
    workspace: &Workspace<'_>,
    opened: &Opened,
    decisions: &[Decided],
) -> (Awards, Vec<Diagnostic>) {
    let Opened { campaign, tables, .. } = opened;
    let (passed, findings) = passed(opened, decisions);
    let made = passed.par_iter().with_min_len(32);
    let made = made.map(|(_, case, of)| certificate(workspace, campaign, tables, case, of));
    let out = Awards {
        certificates: made.collect(),
        forms: passed.iter().map(|(_, case, _)| case.who.form.clone()).collect(),
        ..Awards::default()
    };
    (out, findings)
}

/// The awards of the cases that passed, in the list's order. `list` is the digest of the list that the
/// decisions were made with.
pub(super) fn awards(
    workspace: &Workspace<'_>,
    opened: &Opened,
    list: &str,
    decisions: &[Decided],
    has_file: bool,
) -> (Awards, Vec<Diagnostic>) {
    let Opened { campaign, tables, id, .. } = opened;
    let (passed, findings) = passed(opened, decisions);
    let one = |(_, case, decided): &(usize, &Case, &Decided)| {
        let certificate = certificate(workspace, campaign, tables, case, decided);
        let form = tables.forms.get(&case.who.form).map(short_name).unwrap_or_default();
        let mut award = Award {
            decision_seq: decided.seq,
            money: case.money,
            dossier: campaign.dossier.clone().unwrap_or_default(),
            ..certificate.award(&form)
        };
        award.extra.insert(state::ID.to_owned(), id.clone());
        let awarding = Awarding {
            award,
            organ: campaign.decision.organ.clone(),
            date: decided.date,
            place: case.place.clone(),
            has_file,
        };
        (awarding, certificate)
    };
    let made: Vec<(Awarding, Certificate)> = passed.par_iter().with_min_len(32).map(one).collect();
    let (mut rows, certificates): (Vec<_>, Vec<_>) = made.into_iter().unzip();
    if let Some(first) = rows.first_mut() {
        // What they have in common stands with the first of them.
        first.award.extra.insert(state::LIST.to_owned(), list.to_owned());
    }
    let forms = passed.iter().map(|(_, case, _)| case.who.form.clone()).collect();
    let cases = passed.iter().map(|(index, ..)| *index).collect();
    (Awards { rows, certificates, forms, cases }, findings)
}

fn undecided(case: &Case) -> Diagnostic {
    let name = &case.who.name;
    Diagnostic::error(
        ROWS,
        case.place.clone(),
        text!("{name}: không có trong quyết định nào", "{name}: is in no decision"),
    )
    .hint(text!("xem lại hình thức khen thưởng của hàng này", "look at the form of this row"))
}

/// As many awards as the decisions name.
pub(super) fn agree(awards: usize, decided: usize, file: &str) -> Option<Diagnostic> {
    (awards != decided).then(|| {
        Diagnostic::error(
            ROWS,
            Place::file(file),
            text!(
                "quyết định có {decided} trường hợp, sổ khen thưởng sẽ có {awards}",
                "the decisions name {decided}, the book would have {awards}"
            ),
        )
    })
}
