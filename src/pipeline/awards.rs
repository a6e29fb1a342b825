//! The sổ khen thưởng: awards get their numbers and rows, whole or not at all.
//!
//! Knows: what a line of the book must say, the order of filing. Must not know: terminals, who may
//! be given what, how a certificate looks.

mod import;

use std::sync::Arc;

use jiff::civil::Date;
use rayon::prelude::*;

pub use import::{AwardDefaults, AwardList, award_line, read_awards};

use crate::archive::log::PrivateKey;
use crate::archive::sha256;
use crate::diagnostic::{Diagnostic, Failure, Place, Result, blocks};
use crate::model::{DocumentCode, Notation, Number};
use crate::register::{self, Award, Batch, Book, VOUCHER_FIELD, Voucher, Want, Wants};
use crate::text;

use super::codes::{LIST_ENTERED, NOT_SAID};
use super::filing::{Attachment, Filing, Issued, Progress, Rendered};
use super::issue::Ticket;
use super::plan::half;
use super::workspace::Workspace;

/// An award that is to be entered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Awarding {
    /// Its fields.
    pub award: Award,
    /// The council that gives it, or `""` for the agency.
    pub organ: String,
    /// The day under which it stands in the book: that of the decision.
    pub date: Date,
    /// Where it comes from: the row of a list.
    pub place: Place,
    /// True if a certificate is filed with it.
    pub has_file: bool,
}

/// Where an award will stand, known before its certificate is made: while the office's lock is held
/// nobody else can take the number or the position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Số sổ vàng.
    pub number: Number,
    /// Year of the book.
    pub year: i16,
    /// Position in the register, which is the leaf's place in the log counted from 1.
    pub seq: u64,
    /// What the certificate's QR code says, signed by the office's key; it is kept in the row.
    pub qr: String,
    /// For a certificate that is issued again, the day; `None` for the first.
    pub reissued: Option<Date>,
}

/// Makes the certificate of an award (by its index) for its place in the book; asked only where there is one.
pub type Certify<'a> = dyn Fn(usize, &Stamp) -> Result<Attachment> + Sync + 'a;

/// What the certificates of a list are made from: the register keeps it, so that each can be made again.
#[derive(Debug, Default)]
pub struct Origins {
    /// The input of each certificate, by the index of its award; none where it is not known.
    pub inputs: Vec<Arc<str>>,
    /// Texts that the inputs name by their digests.
    pub texts: Vec<Vec<u8>>,
}

/// What came of it.
#[derive(Debug, Default)]
pub struct Awarded {
    /// One for each award, in their order; none if a finding stopped the batch.
    pub issued: Vec<Issued>,
    /// Findings about fields and dates.
    pub findings: Vec<Diagnostic>,
    /// Something after the commit is still to be finished by the next run.
    pub unfinished: Option<Failure>,
}

/// Enters awards, whole or not at all. The same ticket again enters nothing twice: it is refused.
///
/// # Errors
/// The work could not be done; then nothing was numbered, registered or filed.
pub fn enter_awards(
    workspace: &Workspace<'_>,
    awards: &[Awarding],
    ticket: &Ticket,
    certify: &Certify<'_>,
    origins: &Origins,
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Awarded> {
    let mut filing = Filing::open(workspace.world, &workspace.dir, &workspace.office, ticket.wait)?;
    if filing.job_state(&ticket.job)?.is_some() && !filing.issued_rows(&ticket.job)?.is_empty() {
        return Ok(Awarded {
            findings: vec![entered_already(&ticket.title)],
            ..Awarded::default()
        });
    }
    let wants = AwardWants::new(workspace, awards, origins);
    let today = workspace.world.today();
    let register = Some(filing.register());
    let plan = register::plan(register, Book::Awards, &workspace.office, &wants, today)?;
    let mut findings: Vec<Diagnostic> = awards.iter().flat_map(lacks).collect();
    findings.extend(plan.findings.into_iter().map(|(_, d)| d));
    if blocks(&findings) {
        return Ok(Awarded { findings, ..Awarded::default() });
    }
    let entering = AwardEntering::new(workspace, awards, certify, &filing, 0)?;
    let render = |index: usize, number: Number| entering.render(index, number);
    let batch = Batch { job: ticket.job.clone(), title: ticket.title.clone(), book: Book::Awards };
    let outcome = filing.issue_batch(&batch, &wants, &render, on_progress)?;
    Ok(Awarded { issued: outcome.issued, findings, unfinished: outcome.unfinished })
}

/// Awards that are being entered: makes the row and the certificate of each for its place.
pub(super) struct AwardEntering<'a> {
    workspace: &'a Workspace<'a>,
    awards: &'a [Awarding],
    certify: &'a Certify<'a>,
    /// Position of the first.
    first: u64,
    key: Arc<PrivateKey>,
}

impl<'a> AwardEntering<'a> {
    /// While the lock is held nothing else is entered before the batch, and its rows stand in the order of the
    /// awards; `before` of them come first.
    pub(super) fn new(
        workspace: &'a Workspace<'a>,
        awards: &'a [Awarding],
        certify: &'a Certify<'a>,
        filing: &Filing<'_>,
        before: usize,
    ) -> Result<Self> {
        let head = filing.register().head()?;
        let first = head.saturating_add(1).saturating_add(before as u64);
        Ok(Self { workspace, awards, certify, first, key: filing.log().signer() })
    }

    pub(super) fn render(&self, index: usize, number: Number) -> Result<Rendered> {
        let awarding = self.awards.get(index).ok_or_else(register::no_such_want)?;
        let organ = self.workspace.office.organ(&awarding.organ);
        let mut fields = awarding.award.fields(organ.map_or("", |o| o.in_text.as_str()));
        let (bytes, extension, parts) = match awarding.has_file {
            true => {
                let (year, key) = (awarding.date.year(), &self.key);
                let seq = self.first.saturating_add(index as u64);
                let code = organ.map_or("", |o| o.code.as_str());
                let at = (number, year);
                let voucher = Voucher::new(&awarding.award, code, at, (seq, 0), key.public());
                let qr = voucher.signed(|body| key.vouch(body));
                let stamp = Stamp { number, year, seq, qr, reissued: None };
                let made = (self.certify)(index, &stamp)?;
                fields.extra.insert(VOUCHER_FIELD.to_owned(), stamp.qr);
                (made.bytes, made.extension, made.parts)
            }
            false => (Vec::new(), "", None),
        };
        Ok(Rendered { bytes, extension, parts, fields, further: Vec::new() })
    }
}

/// The numbers that awards would get now; changes nothing.
///
/// # Errors
/// The register cannot be read.
pub fn preview_awards(
    workspace: &Workspace<'_>,
    register: Option<&dyn register::Register>,
    awards: &[Awarding],
) -> Result<Awarded> {
    let origins = Origins::default();
    let wants = AwardWants::new(workspace, awards, &origins);
    let today = workspace.world.today();
    let plan = register::plan(register, Book::Awards, &workspace.office, &wants, today)?;
    let mut findings: Vec<Diagnostic> = awards.iter().flat_map(lacks).collect();
    findings.extend(plan.findings.into_iter().map(|(_, d)| d));
    let issued = |number| Issued {
        seq: 0,
        code: DocumentCode { number: Some(number), notation: Notation(String::new()) },
        file: None,
        further: Vec::new(),
    };
    Ok(Awarded {
        issued: plan.numbers.into_iter().map(issued).collect(),
        findings,
        unfinished: None,
    })
}

fn entered_already(title: &str) -> Diagnostic {
    Diagnostic::error(
        LIST_ENTERED,
        Place::file(title),
        text!("danh sách này đã vào sổ khen thưởng", "this list is in the book of awards already"),
    )
    .hint(text!(
        "xem bằng “vanthu book awards”; danh sách bổ sung thì chỉ ghi những người mới",
        "see `vanthu book awards`; a further list names the new ones only"
    ))
}

/// What a line of the book cannot do without.
pub(super) fn lacks(awarding: &Awarding) -> Vec<Diagnostic> {
    let award = &awarding.award;
    let wanted = [
        ("name", &award.name, "tên người hoặc tập thể"),
        ("form", &award.form, "hình thức khen thưởng"),
        ("decision", &award.decision, "số quyết định"),
    ];
    wanted
        .into_iter()
        .filter(|(_, value, _)| value.trim().is_empty())
        .map(|(field, _, vi)| {
            Diagnostic::error(
                NOT_SAID,
                awarding.place.clone().item(field),
                text!("sổ khen thưởng: chưa ghi {vi}", "book of awards: `{field}` is empty"),
            )
            .hint(text!("điền rồi chạy lại", "fill it in and run again"))
        })
        .collect()
}

/// The wants of awards.
pub(super) struct AwardWants<'a> {
    workspace: &'a Workspace<'a>,
    awards: &'a [Awarding],
    origins: &'a Origins,
    /// What tells each from the others: the first half of a digest. Asked for twice, made once.
    keys: Vec<u128>,
}

impl<'a> AwardWants<'a> {
    /// Of these awards, with what their certificates are made from.
    pub(super) fn new(
        workspace: &'a Workspace<'a>,
        awards: &'a [Awarding],
        origins: &'a Origins,
    ) -> Self {
        let key = |awarding: &Awarding| {
            let text = serde_json::to_vec(&awarding.award).unwrap_or_default();
            half(&sha256(&text))
        };
        let keys = awards.par_iter().with_min_len(32).map(key).collect();
        Self { workspace, awards, origins, keys }
    }
}

impl Wants for AwardWants<'_> {
    fn count(&self) -> usize {
        self.awards.len()
    }

    fn get(&self, index: usize) -> Result<Want> {
        let awarding = self.awards.get(index).ok_or_else(register::no_such_want)?;
        let key = self.keys.get(index).copied().unwrap_or_default();
        Ok(Want {
            series: self.workspace.office.awards_series(&awarding.organ),
            date: awarding.date,
            row_key: format!("{index}-{key:032x}"),
            input: self.origins.inputs.get(index).map_or("{}", |input| input).to_owned(),
        })
    }

    fn brief(&self, index: usize) -> Result<Want> {
        let awarding = self.awards.get(index).ok_or_else(register::no_such_want)?;
        let series = self.workspace.office.awards_series(&awarding.organ);
        Ok(Want { series, date: awarding.date, row_key: String::new(), input: String::new() })
    }

    fn shared(&self) -> Vec<&[u8]> {
        self.origins.texts.iter().map(Vec::as_slice).collect()
    }

    fn files(&self, index: usize) -> usize {
        self.awards.get(index).map_or(0, |a| usize::from(a.has_file))
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use jiff::civil::date;

    use super::*;
    use crate::register::book::{Cover, Format, Options, View, write_view};
    use crate::register::{Filter, Register};
    use crate::world::System;

    const OFFICE: &str =
        "[organ]\nname = \"SỞ NỘI VỤ\"\nin_text = \"Sở Nội vụ\"\ncode = \"SNV\"\nplace = \"A\"\n";

    fn awarding(name: &str) -> Awarding {
        Awarding {
            award: Award {
                name: name.into(),
                unit: "Phòng Tổng hợp".into(),
                form: "Giấy khen".into(),
                decision: "12/QĐ-SNV".into(),
                decided: Some(date(2026, 3, 5)),
                achievement: "hoàn thành xuất sắc nhiệm vụ".into(),
                money: Some(702_000),
                ..Award::default()
            },
            organ: String::new(),
            date: date(2026, 3, 5),
            place: Place::default(),
            has_file: name.starts_with('L'),
        }
    }

    #[test]
    fn awards_stand_in_their_own_book_with_or_without_a_certificate() {
        let dir = tempfile::tempdir().expect("a folder");
        let world = System::new(Some(date(2026, 3, 5)));
        let workspace = Workspace::from_texts(&world, dir.path(), OFFICE.into(), date(2026, 3, 5))
            .expect("an office");
        let ticket = Ticket { job: "a".into(), title: "a".into(), wait: Duration::ZERO };
        let certify = |_: usize, stamp: &Stamp| {
            let bytes = format!("PK {} {} {}", stamp.number, stamp.seq, stamp.qr).into_bytes();
            Ok(Attachment { bytes, extension: "docx", parts: None })
        };
        let enter = |awards: &[Awarding]| {
            enter_awards(&workspace, awards, &ticket, &certify, &Origins::default(), &|_| {})
                .expect("enters")
        };
        let nameless = enter(&[awarding("Lê Thị Hoa"), awarding(" ")]);
        assert_eq!((nameless.issued.len(), nameless.findings.len()), (0, 1));
        let done = enter(&[awarding("Lê Thị Hoa"), awarding("Tổ Một cửa")]);
        assert_eq!(done.issued.iter().map(|i| i.file.is_some()).collect::<Vec<_>>(), [true, false]);
        let register = super::super::acts::registered(&workspace).expect("a register");
        assert_eq!(
            Award::of(&register.entry(1).expect("reads").expect("one")),
            Some(awarding("Lê Thị Hoa").award)
        );
        let mut out = Vec::new();
        let (cover, options) = (Cover::default(), Options::default());
        write_view(
            &register,
            View::Awards,
            &Filter::default(),
            &cover,
            Format::Csv,
            options,
            &mut out,
        )
        .expect("writes");
        let printed = String::from_utf8(out).expect("UTF-8");
        let line = "02,Tổ Một cửa,Phòng Tổng hợp,Giấy khen,\"12/QĐ-SNV, 05/03/2026\",hoàn thành xuất sắc nhiệm vụ,702000,,";
        assert!(printed.contains(line), "{printed}");
    }
}
