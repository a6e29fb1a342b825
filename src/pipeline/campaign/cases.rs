//! The cases of a campaign: one checked list with forms, votes and amounts; counts and phrases made from it.
//!
//! Knows: how cases are counted, grouped and named in a sentence. Must not know: files, templates, the register.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::diagnostic::{Diagnostic, Place, Severity};
use crate::model::{Honouree, HonoureeKind};
use crate::ruleset::{AwardForm, AwardKind, Awards, Confidence, Level, Money, NoAmount};
use crate::source::roll::Listed;
use crate::text;

use super::codes::{DOUBTFUL_FACTOR, EMPTY, HIGHER, NO_FACTOR, UNKNOWN_FORM};

/// The order of the kinds in every paper.
pub(super) const KINDS: [HonoureeKind; 3] =
    [HonoureeKind::Collective, HonoureeKind::Household, HonoureeKind::Individual];

/// Votes of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vote {
    /// Đồng ý.
    pub yes: u32,
    /// Không đồng ý.
    pub no: u32,
}

/// One case of the list.
#[derive(Debug, Clone, PartialEq)]
pub struct Case {
    /// Who, with what, for what.
    pub who: Honouree,
    /// File, sheet, row.
    pub place: Place,
    /// Its votes, once they are known.
    pub vote: Option<Vote>,
    /// False if the council did not agree.
    pub passed: bool,
    /// False if a higher authority decides: it is proposed, and in no decision of this campaign.
    pub is_here: bool,
    /// Tiền thưởng.
    pub money: Option<u64>,
}

/// One case as the register keeps it with each step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptCase {
    /// Who, with what, for what.
    #[serde(flatten)]
    pub who: Honouree,
    /// False if the council did not agree.
    pub passed: bool,
    /// Tiền thưởng.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub money: Option<u64>,
}

impl Case {
    /// True if the decision names it.
    pub fn is_decided(&self) -> bool {
        self.passed && self.is_here
    }

    /// The case as the register keeps it.
    pub fn kept(&self) -> KeptCase {
        // Further columns (votes, years of birth) are no part of what papers say.
        KeptCase { who: self.who.without_extra(), passed: self.is_decided(), money: self.money }
    }
}

/// The cases of checked lines, in their order. `told` is what was said of the lines: a row with an error
/// needs no second one.
pub(super) fn cases(
    lines: &[Listed],
    achievement: &str,
    forms: &Awards,
    file: &str,
    told: &[Diagnostic],
) -> (Vec<Case>, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let cases: Vec<Case> = lines
        .iter()
        .map(|line| {
            let (mut who, place) = (line.honouree.clone(), line.place.clone());
            if who.achievement.is_empty() {
                achievement.clone_into(&mut who.achievement);
            }
            if forms.get(&who.form).is_none() && !was_told(told, &place) {
                findings.push(unknown_form(&who, &place));
            }
            Case { who, place, vote: None, passed: true, is_here: true, money: None }
        })
        .collect();
    if cases.is_empty() {
        findings.push(
            Diagnostic::error(
                EMPTY,
                Place::file(file),
                text!("các danh sách không có ai", "nobody is in the lists"),
            )
            .hint(text!(
                "kiểm tra tệp, trang tính và hàng tiêu đề",
                "check the files, the sheet and the row of headings"
            )),
        );
    }
    (cases, findings)
}

fn was_told(told: &[Diagnostic], place: &Place) -> bool {
    told.iter().any(|d| {
        d.severity == Severity::Error
            && (&d.place.file, &d.place.sheet, d.place.row)
                == (&place.file, &place.sheet, place.row)
    })
}

fn unknown_form(who: &Honouree, place: &Place) -> Diagnostic {
    let (name, form) = (&who.name, &who.form);
    let message = if form.is_empty() {
        text!(
            "{name}: chưa có danh hiệu, hình thức khen thưởng",
            "{name}: no form of award is given"
        )
    } else {
        text!(
            "{name}: không có danh hiệu, hình thức “{form}”",
            "{name}: there is no form of award `{form}`"
        )
    };
    Diagnostic::error(UNKNOWN_FORM, place.clone(), message).hint(text!(
        "điền cột hình thức, hoặc dòng hinh-thuc trong tệp đợt khen thưởng",
        "fill the column, or `form` in the campaign's file"
    ))
}

/// True if the giver may decide a form. What chairmen of communes may give is given by heads of units too.
pub(super) fn is_in_power(form: &AwardForm, is_province: bool) -> bool {
    form.level <= if is_province { Level::Province } else { Level::Unit }
}

/// Marks the cases that a higher authority decides.
pub(super) fn higher(
    cases: &mut [Case],
    forms: &Awards,
    is_province: bool,
    file: &str,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut told: Vec<&str> = Vec::new();
    for case in cases {
        let Some(form) = forms.get(&case.who.form) else { continue };
        case.is_here = is_in_power(form, is_province);
        if case.is_here || told.contains(&form.id.as_str()) {
            continue;
        }
        told.push(&form.id);
        let (name, who) = (&form.name, &form.decides);
        findings.push(
            Diagnostic::warning(
                HIGHER,
                Place::file(file).item("quyet-dinh.cap"),
                text!(
                    "{name} do {who} quyết định: có trong tờ trình và biên bản, không vào quyết định của đợt này",
                    "{name} is decided by {who}: it is proposed and voted on, and in no decision of this campaign"
                ),
            )
            .basis(form.basis.clone())
            .hint(text!(
                "trình cấp trên bằng tờ trình riêng; nếu người tặng có thẩm quyền ấy thì đặt quyet-dinh.cap = \"tinh\"",
                "propose it upward on its own; where the giver has that power set `decision.level = \"province\"`"
            )),
        );
    }
    findings
}

/// Gives each case its amount on the day of the decision.
pub(super) fn amounts(
    cases: &mut [Case],
    money: &Money,
    forms: &Awards,
    day: Date,
    nearest: bool,
    file: &str,
) -> Vec<Diagnostic> {
    let mut findings = Vec::new();
    let mut told: Vec<(String, HonoureeKind)> = Vec::new();
    for case in cases.iter_mut().filter(|c| c.is_decided()) {
        let (form, kind) = (case.who.form.clone(), case.who.kind);
        let name = forms.get(&form).map_or(form.as_str(), |f| f.name.as_str());
        match money.amount(&form, kind, day, nearest) {
            Ok(amount) => {
                case.money = Some(amount.amount);
                let sure = amount.factor.confidence.min(amount.base.confidence);
                if (sure < Confidence::High || amount.factor.cap)
                    && !told.contains(&(form.clone(), kind))
                {
                    let (whom, factor) = (one_of(kind), &amount.factor.factor);
                    let (law, base) = (&amount.factor.legal_ref, &amount.base.legal_ref);
                    let limit = if amount.factor.cap { " (mức tối đa)" } else { "" };
                    findings.push(
                        Diagnostic::warning(
                            DOUBTFUL_FACTOR,
                            Place::file(file),
                            text!(
                                "tiền thưởng {name} cho {whom}: hệ số {factor}{limit} chưa chắc chắn",
                                "money for {name} ({whom}): the factor {factor}{limit} is not certain"
                            ),
                        )
                        .basis(format!("{law}; {base}"))
                        .hint(text!(
                            "đối chiếu văn bản đang có hiệu lực; sửa bằng templates/awards/money.toml của cơ quan",
                            "compare it with the law in force; mend it with the office's templates/awards/money.toml"
                        )),
                    );
                    told.push((form, kind));
                }
            }
            Err(why) => findings.push(no_amount(case, name, day, why)),
        }
    }
    findings
}

fn no_amount(case: &Case, form: &str, day: Date, why: NoAmount) -> Diagnostic {
    let (name, whom) = (&case.who.name, one_of(case.who.kind));
    let day = day.strftime("%d/%m/%Y");
    let message = match why {
        NoAmount::Base => text!(
            "{name}: không có mức lương cơ sở của ngày {day}",
            "{name}: there is no base salary for {day}"
        ),
        NoAmount::Factor => text!(
            "{name}: không có hệ số tiền thưởng của {form} cho {whom} vào ngày {day}",
            "{name}: there is no factor of {form} for {whom} on {day}"
        ),
        NoAmount::Number => text!(
            "{name}: hệ số tiền thưởng của {form} cho {whom} không phải là số",
            "{name}: the factor of {form} for {whom} is no number"
        ),
    };
    Diagnostic::error(NO_FACTOR, case.place.clone(), message).hint(text!(
        "thêm hàng vào templates/awards/money.toml của cơ quan, hoặc đặt tien-thuong = false",
        "add a row to the office's templates/awards/money.toml, or set `money = false`"
    ))
}

/// `tập thể`, `hộ gia đình`, `cá nhân`.
pub(super) const fn one_of(kind: HonoureeKind) -> &'static str {
    match kind {
        HonoureeKind::Collective => "tập thể",
        HonoureeKind::Household => "hộ gia đình",
        HonoureeKind::Individual => "cá nhân",
    }
}

/// How many of each kind, in the order of the papers.
pub(super) fn tally<'c>(cases: impl IntoIterator<Item = &'c Case>) -> [(HonoureeKind, usize); 3] {
    let mut counts = KINDS.map(|kind| (kind, 0));
    for case in cases {
        for (kind, count) in &mut counts {
            if *kind == case.who.kind {
                *count += 1;
            }
        }
    }
    counts
}

/// `05 tập thể, 02 hộ gia đình và 04 cá nhân`.
pub(super) fn counted(counts: &[(HonoureeKind, usize); 3]) -> String {
    let parts = counts.iter().filter(|(_, n)| *n > 0);
    joined(parts.map(|(kind, n)| format!("{n:02} {}", one_of(*kind))).collect())
}

/// `tập thể, hộ gia đình, cá nhân`, of the kinds that there are.
pub(super) fn kinds(counts: &[(HonoureeKind, usize); 3]) -> String {
    let parts = counts.iter().filter(|(_, n)| *n > 0);
    parts.map(|(kind, _)| one_of(*kind)).collect::<Vec<_>>().join(", ")
}

fn joined(mut parts: Vec<String>) -> String {
    match parts.pop() {
        Some(last) if parts.is_empty() => last,
        Some(last) => format!("{} và {last}", parts.join(", ")),
        None => String::new(),
    }
}

/// What is done: `tặng Giấy khen của Giám đốc Sở Nội vụ`, `công nhận danh hiệu “Lao động tiên tiến”`.
pub(super) fn deed(form: &AwardForm, giver: &str) -> String {
    let name = full_name(form, giver);
    match form.kind {
        AwardKind::Title if !form.name.starts_with("Cờ ") => {
            format!("công nhận danh hiệu {name}")
        }
        _ => format!("tặng {name}"),
    }
}

/// `Giấy khen`: the name without who gives it.
pub(super) fn short_name(form: &AwardForm) -> String {
    if !form.takes_organ {
        return form.in_text();
    }
    let at = memchr::memmem::find(form.name.as_bytes(), " của ".as_bytes());
    let name = at.and_then(|at| form.name.get(..at)).unwrap_or(&form.name);
    // Asked of each case of a list: hardly any name ends so.
    match name.ends_with(" Bộ, ban, ngành, tỉnh") {
        true => name.trim_end_matches(" Bộ, ban, ngành, tỉnh").to_owned(),
        false => name.to_owned(),
    }
}

/// `Giấy khen của Giám đốc Sở Nội vụ`; `“Lao động tiên tiến”`.
pub(super) fn full_name(form: &AwardForm, giver: &str) -> String {
    if form.takes_organ && !giver.is_empty() {
        format!("{} của {giver}", short_name(form))
    } else {
        form.in_text()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_and_names_as_papers_write_them() {
        use HonoureeKind::{Collective, Household, Individual};
        let counts = |a, b, c| [(Collective, a), (Household, b), (Individual, c)];
        assert_eq!(counted(&counts(5, 0, 4)), "05 tập thể và 04 cá nhân");
        assert_eq!(counted(&counts(1, 2, 120)), "01 tập thể, 02 hộ gia đình và 120 cá nhân");
        assert_eq!(counted(&counts(0, 0, 3)), "03 cá nhân");
        assert_eq!(kinds(&counts(5, 0, 4)), "tập thể, cá nhân");
        let forms = Awards::builtin().expect("embedded");
        let deed = |id| deed(forms.get(id).expect("a row"), "Giám đốc Sở Nội vụ");
        assert_eq!(deed("giay-khen"), "tặng Giấy khen của Giám đốc Sở Nội vụ");
        assert_eq!(deed("lao-dong-tien-tien"), "công nhận danh hiệu “Lao động tiên tiến”");
        assert_eq!(deed("bang-khen"), "tặng Bằng khen của Giám đốc Sở Nội vụ");
    }
}
