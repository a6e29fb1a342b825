//! The last step: certificates and the entries in the sổ khen thưởng.
//!
//! Knows: which decision each award belongs to. Must not know: how a certificate looks.

use jiff::civil::Date;

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

impl Decided {
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

/// The awards of the cases that passed, in the list's order. `list` is the digest of the list that the
/// decisions were made with.
pub(super) fn awards(
    workspace: &Workspace<'_>,
    opened: &Opened,
    list: &str,
    decisions: &[Decided],
    has_file: bool,
) -> (Awards, Vec<Diagnostic>) {
    let Opened { campaign, tables, cases, id, .. } = opened;
    let (mut out, mut findings) = (Awards::default(), Vec::new());
    for (index, case) in cases.iter().enumerate().filter(|(_, c)| c.is_decided()) {
        let who = &case.who;
        let Some(decided) = decisions.iter().find(|d| d.form == who.form) else {
            findings.push(undecided(case));
            continue;
        };
        let certificate = certificate(workspace, campaign, tables, case, decided);
        let form = tables.forms.get(&who.form).map(short_name).unwrap_or_default();
        let mut award = Award {
            decision_seq: decided.seq,
            money: case.money,
            dossier: campaign.dossier.clone().unwrap_or_default(),
            ..certificate.award(&form)
        };
        award.extra.insert(state::ID.to_owned(), id.clone());
        if out.rows.is_empty() {
            // What they have in common stands with the first of them.
            award.extra.insert(state::LIST.to_owned(), list.to_owned());
        }
        out.rows.push(Awarding {
            award,
            organ: campaign.decision.organ.clone(),
            date: decided.date,
            place: case.place.clone(),
            has_file,
        });
        out.certificates.push(certificate);
        out.forms.push(who.form.clone());
        out.cases.push(index);
    }
    (out, findings)
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
