//! Cấp lại: the certificate of an award is made once more. The first one and its row stay.
//!
//! Knows: which award may get another certificate, what links the two. Must not know: terminals, boxes.
//!
//! The new certificate bears the old number, the day on which it was issued again, and a QR code that
//! names the act's own position; the act names the award. So each leads to the other.

use crate::diagnostic::{Result, blocks};
use crate::pipeline::awards::Stamp;
use crate::pipeline::certificate::{Certificate, Press, Settings};
use crate::pipeline::workspace::Workspace;
use crate::register::life::Life;
use crate::register::{Award, Book, Entry, Kind, VOUCHER_FIELD, Voucher};
use crate::text;

use super::desk::Desk;
use super::{Call, Outcome, perform};

/// What came of it.
#[derive(Debug, Default)]
pub struct Reissued {
    /// The act.
    pub outcome: Outcome,
    /// The certificate to print; none if a finding stopped it.
    pub file: Option<Vec<u8>>,
}

/// Makes the certificate of an award once more.
///
/// # Errors
/// The work could not be done; then nothing was entered.
pub fn reissue(
    workspace: &Workspace<'_>,
    code: &str,
    reason: &str,
    settings: &Settings,
    call: &Call,
) -> Result<Reissued> {
    let (press, findings) = Press::open(workspace, settings)?;
    let Some(press) = press else {
        return Ok(Reissued { outcome: Outcome { findings, ..Outcome::default() }, file: None });
    };
    let mut file = None;
    let mut outcome = perform(workspace, call, &mut |desk| {
        findings.iter().cloned().for_each(|finding| desk.tell(finding));
        desk.need("--reason", reason, &text!("lý do cấp lại", "the reason"));
        let entries = desk.entries(&[code.to_owned()], Kind::Reissue, &[Book::Awards])?;
        for (entry, life) in entries {
            file = again(desk, &press, &entry, &life, reason)?;
        }
        Ok(())
    })?;
    let made = file.filter(|_| outcome.lines.iter().any(|line| line.seq.is_some()));
    outcome.findings.dedup();
    Ok(Reissued { outcome, file: made })
}

/// Plans the act of one award; its file.
fn again(
    desk: &mut Desk<'_>,
    press: &Press<'_>,
    entry: &Entry,
    life: &Life,
    reason: &str,
) -> Result<Option<Vec<u8>>> {
    let (Some(award), Some(mut certificate)) = (Award::of(entry), Certificate::of(entry)) else {
        return Ok(None);
    };
    certificate.source = crate::diagnostic::Place::default().item(entry.label());
    let found = press.check(std::slice::from_ref(&certificate));
    let stops = blocks(&found);
    found.into_iter().for_each(|finding| desk.tell(finding));
    if stops {
        return Ok(None);
    }
    let count = life.of_kinds(&[Kind::Reissue]).count();
    let count = u32::try_from(count).unwrap_or(u32::MAX).saturating_add(1);
    // The act is the only one of this command, under the office's lock.
    let seq = desk.register.head()?.saturating_add(1);
    let organ = entry.series.split_once(':').map_or("", |(organ, _)| organ);
    let at = (entry.number, entry.year);
    let signer = desk.signer.clone();
    let qr = signer.map(|key| {
        Voucher::new(&award, organ, at, (seq, count), key.public()).signed(|body| key.vouch(body))
    });
    let mut act = desk.act(Kind::Reissue, entry, [("reason", reason.trim().into())]);
    act.data.insert("copy".to_owned(), count.into());
    let stamp = Stamp {
        number: entry.number,
        year: entry.year,
        seq,
        qr: qr.unwrap_or_default(),
        reissued: Some(desk.date),
    };
    let made = press.print(&certificate, &stamp)?;
    press.read_back(&certificate, &stamp, &made.bytes)?;
    act.fields.insert(VOUCHER_FIELD.to_owned(), stamp.qr.into());
    let bytes = made.bytes.clone();
    act.files.push(made);
    desk.add(entry, life, act);
    Ok(Some(bytes))
}
