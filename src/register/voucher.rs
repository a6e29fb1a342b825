//! What a certificate's QR code says and the office's key vouches for: one line of text.
//!
//! Knows: the fields of the line, what the digest is taken over. Must not know: SQL, pictures, keys' files.
//!
//! ```text
//! VT1|9f8e7d6c|SNV|05/2026|12/QĐ-SNV|2026-03-05|17|Lê Thị Hoa|digest|signature
//! ```
//!
//! Key id · organ · số sổ vàng and year (`.1` behind it: the first reissue) · decision · its day · position in the
//! register, which is the leaf's place in the log counted from 1 · name, cut where it is long · 128 bits of SHA-256 over
//! what is printed, base64url · Ed25519 over all before, base64url. Offline the signature shows that the office made this
//! certificate; whether it was recalled afterwards only the office's register knows.

use std::borrow::Cow;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::civil::Date;

use super::Award;
use crate::archive::log::PublicKey;
use crate::archive::sha256;
use crate::model::Number;
use crate::text;

/// What the line begins with: this form of it.
const HEAD: &str = "VT1";
/// What the digest begins with, so that it is a digest of nothing else.
const CONTENT: &str = "vanthu-certificate/1";
/// Most bytes of a name in the line.
const NAME: usize = 48;
/// Most bytes of a line that is read.
pub const MAX_VOUCHER: usize = 1024;
/// The key of a row's further field that keeps the line.
pub const VOUCHER_FIELD: &str = "qr";

/// The line, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Voucher {
    /// The beginning of the key's id, in hexadecimal.
    pub key: String,
    /// Abbreviation of the organ whose book it is.
    pub organ: String,
    /// Số sổ vàng.
    pub number: Number,
    /// Year of the book.
    pub year: i16,
    /// 0 for the first certificate, n for the nth reissue.
    pub reissue: u32,
    /// Số, ký hiệu of the decision.
    pub decision: String,
    /// Its day.
    pub decided: Option<Date>,
    /// Position in the register of the entry, or of the act by which it was reissued.
    pub seq: u64,
    /// The name, perhaps cut; then it ends in `…`.
    pub name: String,
    /// 128 bits over what is printed.
    pub digest: [u8; 16],
}

/// What is wrong with a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum VoucherFault {
    /// It has another form.
    Form,
    /// None of the keys made the signature.
    Signature,
}

/// 128 bits of SHA-256 over name, unit, form, achievement, decision and its day.
pub fn content_digest(award: &Award) -> [u8; 16] {
    let decided = award.decided.map(|d| d.to_string()).unwrap_or_default();
    let parts = [
        CONTENT,
        &award.name,
        &award.unit,
        &award.form,
        &award.achievement,
        &award.decision,
        &decided,
    ];
    let mut lines = String::with_capacity(parts.iter().map(|p| p.len() + 1).sum());
    for part in parts {
        let flat = flat(part);
        match text::is_nfc(&flat) {
            true => lines.push_str(&flat),
            false => lines.push_str(&text::nfc(&flat)),
        }
        lines.push('\n');
    }
    let mut out = [0; 16];
    out.iter_mut().zip(sha256(lines.as_bytes()).0).for_each(|(to, from)| *to = from);
    out
}

/// One line without bars: each control character, line break and bar a blank, blanks not doubled.
fn flat(value: &str) -> Cow<'_, str> {
    if is_flat(value) {
        return Cow::Borrowed(value);
    }
    let clean = |c: char| if c.is_control() || c == '|' { ' ' } else { c };
    let clean: String = value.chars().map(clean).collect();
    Cow::Owned(clean.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// True if there is nothing to make flat: most values are typed so.
fn is_flat(value: &str) -> bool {
    let mut after_blank = true;
    let is_odd = |c: char| {
        let is_odd = match c {
            ' ' => after_blank,
            c => c == '|' || c.is_control() || c.is_whitespace(),
        };
        after_blank = c == ' ';
        is_odd
    };
    !value.contains(is_odd) && !value.ends_with(' ')
}

fn cut(name: &str) -> String {
    let name = flat(name);
    if name.len() <= NAME {
        return name.into_owned();
    }
    let mut out = String::new();
    for c in name.chars() {
        if out.len() + c.len_utf8() + '…'.len_utf8() > NAME {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

impl Voucher {
    /// The line of an award but for its signature. `key` is the id of the key that will sign.
    pub fn new(
        award: &Award,
        organ: &str,
        (number, year): (Number, i16),
        (seq, reissue): (u64, u32),
        key: &PublicKey,
    ) -> Self {
        Self {
            key: key.id().iter().map(|b| format!("{b:02x}")).collect(),
            organ: flat(organ).into_owned(),
            number,
            year,
            reissue,
            decision: flat(&award.decision).into_owned(),
            decided: award.decided,
            seq,
            name: cut(&text::nfc(&award.name)),
            digest: content_digest(award),
        }
    }

    /// What is signed: the line up to its last bar.
    pub fn body(&self) -> String {
        let decided = self.decided.map(|d| d.to_string()).unwrap_or_default();
        let reissue = match self.reissue {
            0 => String::new(),
            n => format!(".{n}"),
        };
        format!(
            "{HEAD}|{}|{}|{}/{}{reissue}|{}|{decided}|{}|{}|{}",
            self.key,
            self.organ,
            self.number,
            self.year,
            self.decision,
            self.seq,
            self.name,
            URL_SAFE_NO_PAD.encode(self.digest),
        )
    }

    /// The whole line.
    pub fn signed(&self, sign: impl FnOnce(&str) -> [u8; 64]) -> String {
        let body = self.body();
        let signature = URL_SAFE_NO_PAD.encode(sign(&body));
        format!("{body}|{signature}")
    }

    /// Reads a line and checks its signature; gives the key that made it, by its index.
    pub fn check(line: &str, known: &[PublicKey]) -> Result<(Self, usize), VoucherFault> {
        let line = line.trim();
        let voucher = Self::parse(line).ok_or(VoucherFault::Form)?;
        let (body, signature) = line.rsplit_once('|').ok_or(VoucherFault::Form)?;
        let signature = URL_SAFE_NO_PAD.decode(signature).map_err(|_| VoucherFault::Form)?;
        let made = known.iter().position(|key| key.vouched(body, &signature));
        Ok((voucher, made.ok_or(VoucherFault::Signature)?))
    }

    fn parse(line: &str) -> Option<Self> {
        if line.len() > MAX_VOUCHER {
            return None;
        }
        let parts: Vec<&str> = line.split('|').collect();
        let [HEAD, key, organ, number, decision, decided, seq, name, digest, _] = parts.as_slice()
        else {
            return None;
        };
        let (number, year) = number.split_once('/')?;
        let (year, reissue) = match year.split_once('.') {
            Some((year, n)) => (year, n.parse().ok().filter(|n| *n > 0)?),
            None => (year, 0),
        };
        let voucher = Self {
            key: (*key).to_owned(),
            organ: (*organ).to_owned(),
            number: Number::new(number.parse().ok()?)?,
            year: year.parse().ok()?,
            reissue,
            decision: (*decision).to_owned(),
            decided: match *decided {
                "" => None,
                day => Some(day.parse().ok()?),
            },
            seq: seq.parse().ok()?,
            name: (*name).to_owned(),
            digest: URL_SAFE_NO_PAD.decode(digest).ok()?.try_into().ok()?,
        };
        // One spelling for each content.
        let (body, _) = line.rsplit_once('|')?;
        (voucher.body() == body).then_some(voucher)
    }

    /// True if a name is the one that the line gives, whole or cut.
    pub fn is_named(&self, name: &str) -> bool {
        cut(&text::nfc(name)) == self.name
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::archive::log::PrivateKey;

    fn award() -> Award {
        Award {
            name: "Lê Thị Hoa".into(),
            unit: "Chuyên viên, Phòng Tổng hợp".into(),
            form: "Giấy khen".into(),
            decision: "12/QĐ-SNV".into(),
            decided: Some(date(2026, 3, 5)),
            achievement: "xuất sắc".into(),
            ..Award::default()
        }
    }

    fn line(award: &Award) -> (String, PrivateKey) {
        let key = PrivateKey::new("vanthu/so-noi-vu/0a1b2c3d4e5f", [7; 32]).expect("a key");
        let number = Number::new(5).expect("a number");
        let voucher = Voucher::new(award, "SNV", (number, 2026), (17, 0), key.public());
        (voucher.signed(|body| key.vouch(body)), key)
    }

    #[test]
    fn a_line_comes_back_and_holds() {
        let (signed, key) = line(&award());
        assert!(signed.starts_with("VT1|") && signed.len() < 213, "{signed}");
        let (voucher, by) = Voucher::check(&signed, &[key.public().clone()]).expect("holds");
        assert_eq!((voucher.seq, by, voucher.number.get()), (17, 0, 5));
        assert_eq!(voucher.digest, content_digest(&award()));
        assert!(voucher.is_named("Lê Thị Hoa") && !voucher.is_named("Lê Thị Hoà"));
        assert_eq!(signed, line(&award()).0, "the same award gives the same line");
    }

    #[test]
    fn what_is_flat_is_left_as_it_is_and_all_else_is_made_so() {
        for flat_one in ["", "Lê Thị Hoa", "a b c", "Hoa\u{301}", "…"] {
            assert!(matches!(flat(flat_one), Cow::Borrowed(text) if text == flat_one));
        }
        let odd = [" a", "a ", "a  b", "a|b", "a\tb", "a\nb", "a\u{a0}b", "a\u{1}b", "a\u{2003}b"];
        for text in odd {
            let words: Vec<&str> = text
                .split(|c: char| c.is_whitespace() || c.is_control() || c == '|')
                .filter(|w| !w.is_empty())
                .collect();
            assert_eq!(flat(text), words.join(" "), "{text:?}");
        }
    }

    #[test]
    fn a_line_that_was_touched_anywhere_is_refused() {
        let (signed, key) = line(&award());
        let known = [key.public().clone()];
        for (at, old) in signed.char_indices() {
            for new in ['0', 'A', '|', 'ộ'] {
                if new != old {
                    let mut changed = signed.clone();
                    changed.replace_range(at..at + old.len_utf8(), &new.to_string());
                    assert!(Voucher::check(&changed, &known).is_err(), "{changed}");
                }
            }
        }
        let other = PrivateKey::new("vanthu/khac/0a1b2c3d4e5f", [8; 32]).expect("a key");
        let refused = Voucher::check(&signed, &[other.public().clone()]);
        assert_eq!(refused, Err(VoucherFault::Signature));
        assert_eq!(Voucher::check("", &known), Err(VoucherFault::Form));
    }

    #[test]
    fn a_name_is_never_structure_and_long_ones_are_cut() {
        let odd = Award { name: "A|B\n|C".into(), ..award() };
        let (signed, key) = line(&odd);
        assert!(Voucher::check(&signed, &[key.public().clone()]).is_ok());
        let long = Award { name: "Tập thể ".repeat(30), ..award() };
        let (signed, key) = line(&long);
        let (voucher, _) = Voucher::check(&signed, &[key.public().clone()]).expect("holds");
        assert!(voucher.name.ends_with('…') && voucher.is_named(&long.name));
        assert_ne!(content_digest(&long), content_digest(&award()));
    }
}
