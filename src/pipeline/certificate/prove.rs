//! Whether a certificate is the office's: what its QR code says, checked with the public key alone, and
//! more where the log's proof or the register is at hand.
//!
//! Knows: what a voucher, a proof and a row must agree on. Must not know: terminals, cameras.

use std::path::Path;

use crate::archive::log::{Fault, Proof, PublicKey};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::leaf::Leaf;
use crate::register::life::{Life, Standing, by_of};
use crate::register::{Award, Book, Entry, Kind, Register, Voucher, VoucherFault, content_digest};
use crate::text;
use crate::world::World;

use crate::pipeline::filing::read_register;
use crate::pipeline::workspace::read_failure;

/// What a person reads on the certificate in hand; what is not said is not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    /// Tên.
    pub name: Option<String>,
    /// Chức vụ, đơn vị.
    pub unit: Option<String>,
    /// Hình thức: `Giấy khen`.
    pub award: Option<String>,
    /// Thành tích, without “Đã có thành tích”.
    pub achievement: Option<String>,
}

/// What is known of a certificate whose signature holds.
#[derive(Debug, Clone)]
pub struct Claim {
    /// What the code says.
    pub voucher: Voucher,
    /// The key that vouches for it.
    pub key: PublicKey,
    /// The name is the one said; `None` if nothing was said.
    pub name: Option<bool>,
    /// All that is printed is what was said; `None` unless all of it was.
    pub content: Option<bool>,
    /// The log has it: name of the log and number of its entries; `None` without a proof.
    pub logged: Option<(String, u64)>,
    /// How the award stands in the register; `None` without one.
    pub standing: Option<Standing>,
    /// Certificates issued later in its place.
    pub later: u32,
}

impl Claim {
    /// True if nothing that was compared differs, and the award still stands.
    pub fn is_good(&self) -> bool {
        self.name != Some(false)
            && self.content != Some(false)
            && self.standing.is_none_or(|s| s == Standing::InForce)
            && self.later == 0
    }
}

/// Checks the text of a certificate's QR code. `proof` is a `.tlog-proof` of its entry, `office` a folder with
/// a register.
///
/// # Errors
/// `Input`: this is no such text. `Tampered`: the signature is of none of the keys, or log or register
/// say something else.
pub fn check_voucher(
    world: &dyn World,
    line: &str,
    known: &[PublicKey],
    said: &Said,
    proof: Option<&Path>,
    office: Option<&Path>,
) -> Result<Claim> {
    let (voucher, by) = Voucher::check(line, known).map_err(refuse)?;
    let key = known.get(by).cloned().ok_or_else(|| refuse(VoucherFault::Signature))?;
    let mut claim = Claim {
        name: said.name.as_ref().map(|name| voucher.is_named(name)),
        content: content(&voucher, said),
        logged: None,
        standing: None,
        later: 0,
        voucher,
        key,
    };
    if let Some(path) = proof {
        claim.logged = Some(logged(world, path, &claim.voucher, known)?);
    }
    if let Some(register) = office.map(read_register).transpose()?.flatten() {
        registered(&register, &mut claim)?;
    }
    Ok(claim)
}

fn content(voucher: &Voucher, said: &Said) -> Option<bool> {
    let award = Award {
        name: said.name.clone()?,
        unit: said.unit.clone()?,
        form: said.award.clone()?,
        achievement: said.achievement.clone()?,
        decision: voucher.decision.clone(),
        decided: voucher.decided,
        ..Award::default()
    };
    Some(content_digest(&award) == voucher.digest)
}

/// The proof is of the entry, or the act, that the voucher names.
fn logged(
    world: &dyn World,
    path: &Path,
    voucher: &Voucher,
    known: &[PublicKey],
) -> Result<(String, u64)> {
    let limit = crate::archive::log::proof::MAX_BYTES as u64;
    let bytes = world.read(path, limit).map_err(|e| read_failure(path, &e))?;
    let proof = Proof::parse(&bytes).map_err(|fault| fault.refuse(path))?;
    let leaf = proof.leaf.clone().ok_or_else(|| Fault::ProofLines.refuse(path))?;
    let checkpoint = proof.verify(&leaf, known).map_err(|fault| fault.tampered(path))?;
    let leaf: Leaf = serde_json::from_slice(&leaf).map_err(|_| Fault::ProofLines.refuse(path))?;
    let same_place = leaf.seq == voucher.seq && leaf.seq.checked_sub(1) == Some(proof.index);
    let same_entry = match leaf.kind {
        Kind::Register => {
            leaf.book == Some(Book::Awards)
                && leaf.number == Some(voucher.number)
                && leaf.year == Some(voucher.year)
        }
        kind => kind == Kind::Reissue && voucher.reissue > 0,
    };
    if !(same_place && same_entry) {
        return Err(differs(
            Place::file(path.display().to_string()),
            text!(
                "bằng chứng này là của mục khác trong nhật ký, không phải của giấy này",
                "this proof is of another entry of the log"
            ),
        ));
    }
    Ok((checkpoint.origin, checkpoint.size))
}

/// What the register says of it.
fn registered(register: &dyn Register, claim: &mut Claim) -> Result<()> {
    let voucher = &claim.voucher;
    let seq = match voucher.reissue {
        0 => Some(voucher.seq),
        _ => about(register, voucher.seq)?,
    };
    let entry = seq.map(|seq| register.entry(seq)).transpose()?.flatten();
    let Some(entry) = entry.filter(|e| is_of(e, voucher)) else {
        let (number, year) = (voucher.number, voucher.year);
        return Err(differs(
            Place::default().item(format!("{number}/{year}")),
            text!(
                "sổ vàng không có giấy này : sổ khác với điều đã ký",
                "the book of awards has no such certificate: it differs from what was signed"
            ),
        ));
    };
    let life = Life::of(register, entry.seq)?;
    claim.standing = Some(life.standing());
    let copies = life.of_kinds(&[Kind::Reissue]).count();
    claim.later = u32::try_from(copies).unwrap_or(u32::MAX).saturating_sub(voucher.reissue);
    Ok(())
}

/// The entry that the act at a position is about.
fn about(register: &dyn Register, seq: u64) -> Result<Option<u64>> {
    let mut about = None;
    register.kept(seq..seq.saturating_add(1), &mut |kept| {
        let act: Option<crate::register::Act> = serde_json::from_str(&kept.row).ok();
        about = act.filter(|a| a.kind == Kind::Reissue).and_then(|a| a.about.or(by_of(&a)));
        Ok(())
    })?;
    Ok(about)
}

fn is_of(entry: &Entry, voucher: &Voucher) -> bool {
    entry.book == Book::Awards
        && entry.number == voucher.number
        && entry.year == voucher.year
        && Award::of(entry).is_some_and(|award| content_digest(&award) == voucher.digest)
}

fn refuse(fault: VoucherFault) -> Failure {
    match fault {
        VoucherFault::Form => Failure::new(
            FailureKind::Input,
            Place::default().item("--qr"),
            text!(
                "đây không phải nội dung mã QR của giấy khen, bằng khen do vanthu in",
                "this is not the text of a certificate's QR code"
            ),
        )
        .hint(text!(
            "quét lại mã, chép nguyên dòng bắt đầu bằng VT1|, hoặc ghi vào một tệp .txt",
            "scan it again and copy the whole line that begins with VT1|, or put it into a .txt file"
        )),
        VoucherFault::Signature => differs(
            Place::default().item("--qr"),
            text!(
                "chữ ký không phải của khóa nào đã biết: giấy này không do cơ quan cấp, hoặc mã QR đã bị sửa",
                "no known key made the signature: the office did not issue this, or the code was changed"
            ),
        ),
    }
}

fn differs(place: Place, message: crate::diagnostic::Text) -> Failure {
    Failure::new(FailureKind::Tampered, place, message).hint(text!(
        "kiểm tra xem khóa (--key) có đúng là khóa cơ quan công bố không; nếu đúng thì đừng tin giấy này",
        "see that the key (--key) is the one that the office has made known; if it is, do not trust this certificate"
    ))
}
