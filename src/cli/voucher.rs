//! `vanthu prove --qr TEXT`: whether a certificate is the office's.
//!
//! Knows: arguments, what is said. Must not know: signatures, the register.

use std::path::{Path, PathBuf};

use crate::diagnostic::{Result, Text};
use crate::pipeline::certificate::{Claim, Said, check_voucher};
use crate::pipeline::{find_office, read_text};
use crate::register::book::day;
use crate::register::life::Standing;
use crate::text;
use crate::world::World;

use super::args::{Global, ProveArgs, Shape};
use super::proof::trusted;
use super::report::Ui;
use super::{Exit, output_failure};

/// Checks the text of a QR code, or of a file that holds it; needs no office where keys are given.
pub fn check(
    world: &dyn World,
    global: &Global,
    line: &str,
    request: &ProveArgs,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let known = trusted(world, global, &request.keys)?;
    let line = match line.contains('|') {
        true => line.to_owned(),
        false => read_text(world, Path::new(line))?,
    };
    // Keys without an office is how somebody outside checks; one that is named is looked at too.
    let office: Option<PathBuf> = match (&global.office, request.keys.is_empty()) {
        (None, false) => None,
        _ => find_office(world, global.office.as_deref(), Path::new(".")).ok(),
    };
    let said = Said {
        name: request.name.clone(),
        unit: request.unit.clone(),
        award: request.award.clone(),
        achievement: request.achievement.clone(),
    };
    let proof = request.proof.as_deref();
    let claim = check_voucher(world, &line, &known, &said, proof, office.as_deref())?;
    if request.format == Shape::Json {
        let value = json(&claim);
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
    } else {
        for line in lines(&claim) {
            ui.line(&line).map_err(|e| output_failure(&e))?;
        }
    }
    Ok(if claim.is_good() { Exit::Clean } else { Exit::Findings })
}

fn lines(claim: &Claim) -> Vec<Text> {
    let v = &claim.voucher;
    let (number, year, organ, name) = (v.number, v.year, &v.organ, &v.name);
    let (decision, seq, key) = (&v.decision, v.seq, claim.key.name());
    let on = v.decided.map(|d| format!(" ({})", day(d))).unwrap_or_default();
    let mut out = vec![
        text!("chữ ký đúng: khóa {key}", "the signature holds: key {key}"),
        text!(
            "  số sổ vàng {number}/{year} của {organ}, quyết định {decision}{on}, mục {seq} của nhật ký",
            "  number {number}/{year} of {organ}'s book of awards, decision {decision}{on}, entry {seq} of the log"
        ),
        text!("  tên: {name}", "  name: {name}"),
    ];
    let n = v.reissue;
    if n > 0 {
        out.push(text!("  giấy cấp lại lần {n}", "  issued again, time {n}"));
    }
    match claim.name {
        Some(true) => out.push(text!("  tên trên giấy: khớp", "  the name on the paper: the same")),
        Some(false) => {
            out.push(text!("  tên trên giấy: KHÔNG khớp", "  the name on the paper: NOT the same"))
        }
        None => out.push(text!(
            "  so tên trên giấy với tên ở đây, hoặc thêm --name",
            "  compare the name on the paper with this one, or give --name"
        )),
    }
    match claim.content {
        Some(true) => out.push(text!("  nội dung trên giấy: khớp", "  what is printed: the same")),
        Some(false) => {
            out.push(text!("  nội dung trên giấy: KHÔNG khớp", "  what is printed: NOT the same"))
        }
        None => {}
    }
    if let Some((log, size)) = &claim.logged {
        out.push(text!(
            "  có trong nhật ký {log} ({size} mục)",
            "  stands in the log {log} ({size} entries)"
        ));
    }
    out.extend(claim.standing.map(standing));
    let later = claim.later;
    if later > 0 {
        out.push(text!(
            "  sau giấy này đã cấp lại {later} lần",
            "  issued again {later} times after this one"
        ));
    }
    out
}

fn standing(standing: Standing) -> Text {
    match standing {
        Standing::InForce => text!("  sổ khen thưởng: còn giá trị", "  book of awards: stands"),
        Standing::Void => text!("  sổ khen thưởng: số ĐÃ HỦY", "  book of awards: number VOIDED"),
        Standing::Replaced => {
            text!("  sổ khen thưởng: ĐÃ ĐƯỢC THAY THẾ", "  book of awards: REPLACED")
        }
        Standing::Recalled => text!("  sổ khen thưởng: ĐÃ THU HỒI", "  book of awards: RECALLED"),
    }
}

fn json(claim: &Claim) -> serde_json::Value {
    let v = &claim.voucher;
    serde_json::json!({
        "good": claim.is_good(),
        "key": claim.key.vkey(),
        "organ": v.organ,
        "number": v.number,
        "year": v.year,
        "reissue": v.reissue,
        "decision": v.decision,
        "decided": v.decided,
        "position": v.seq,
        "name": v.name,
        "name_matches": claim.name,
        "content_matches": claim.content,
        "log": claim.logged.as_ref().map(|(name, size)| serde_json::json!({ "name": name, "size": size })),
        "standing": claim.standing,
        "issued_again_later": claim.later,
    })
}
