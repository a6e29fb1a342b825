//! What the templates of a campaign's papers are filled with.
//!
//! Knows: the names of the fields (Vietnamese, as in the templates). Must not know: templates' words, files, the register.

use std::collections::BTreeMap;

use jiff::civil::Date;
use rayon::prelude::*;
use serde_json::{Map, Value, json};

use crate::ruleset::Awards;
use crate::source::campaign::Campaign;
use crate::template::{FieldKind, FieldUse};
use crate::text::{WordStyle, group_digits, number_words};

use super::cases::{
    Case, KINDS, counted, deed, full_name, is_in_power, kinds, one_of, short_name, tally,
};
use super::votes;

/// A paper that another one cites.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reference {
    /// `05/TTr-SNV`.
    pub code: String,
    /// Its day.
    pub date: Date,
}

/// The papers before, as far as there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct References {
    /// Tờ trình.
    pub proposal: Option<Reference>,
    /// Biên bản họp.
    pub minutes: Option<Reference>,
}

impl References {
    /// Only what was there on a day: no paper cites a later one.
    pub fn up_to(&mut self, day: Date) {
        self.proposal = self.proposal.take().filter(|r| r.date <= day);
        self.minutes = self.minutes.take().filter(|r| r.date <= day);
    }
}

/// Makes the fields of one campaign's papers.
pub(super) struct Filler<'a> {
    pub campaign: &'a Campaign,
    pub forms: &'a Awards,
    pub references: &'a References,
    /// Căn cứ, without their first words and marks.
    pub bases: &'a [String],
    /// What the template asks for.
    pub asked: Asked,
}

/// What of the cases a template asks for. Of a list of thousands only that is handed to it, and kept with the
/// paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// The columns of the lists; `None`: all, since it cannot be told or it asks for one that there is not.
    columns: Option<Vec<String>>,
    /// The names of those who passed and who did not.
    has_names: bool,
}

/// The columns that each row has.
const COLUMNS: [&str; 11] = [
    "ten",
    "ho_ten",
    "xung_ho",
    "chuc_vu",
    "don_vi",
    "chuc_vu_don_vi",
    "loai",
    "ten_hinh_thuc",
    "thanh_tich",
    "truy_tang",
    "ghi_chu",
];
/// Those that a row has once there are votes.
const OF_VOTES: [&str; 3] = ["dong_y", "khong_dong_y", "ty_le"];
/// The lists of a paper.
const LISTS: [&str; 2] = ["ds", "nhom"];

impl Asked {
    /// Everything.
    pub fn all() -> Self {
        Self { columns: None, has_names: true }
    }

    /// What these fields of a template come to.
    pub fn of<'f>(fields: impl Iterator<Item = &'f FieldUse>) -> Self {
        let (mut columns, mut has_names) = (Some(Vec::new()), false);
        for FieldUse { path, kind, .. } in fields {
            let root = path.split(['.', '[']).next().unwrap_or_default();
            match root {
                "dat" | "khong_dat" => has_names |= !path.ends_with(".dem"),
                // A list as a whole, for a loop or a count of its groups.
                _ if matches!(path.as_str(), "ds" | "nhom" | "nhom[].ds") => {
                    columns = columns.filter(|_| matches!(kind, FieldKind::List | FieldKind::Flag));
                }
                _ if path == "nhom[].ten" => {}
                _ if LISTS.contains(&root) || root.is_empty() => {
                    let name = ["ds[].", "nhom[].ds[]."].iter().find_map(|l| path.strip_prefix(l));
                    let known = |n: &&str| COLUMNS.contains(n) || OF_VOTES.contains(n);
                    columns = columns.zip(name.filter(known)).map(|(mut columns, name)| {
                        columns.push(name.to_owned());
                        columns
                    });
                }
                _ => {}
            }
        }
        Self { columns, has_names }
    }

    /// The same, or everything where a case lacks what is asked for: then that is told beside all that there is.
    fn with(&self, cases: &[&Case]) -> Self {
        let votes = |columns: &Vec<String>| columns.iter().any(|c| OF_VOTES.contains(&c.as_str()));
        let lacks =
            self.columns.as_ref().is_some_and(votes) && cases.iter().any(|c| c.vote.is_none());
        if lacks { Self { columns: None, ..self.clone() } } else { self.clone() }
    }

    fn wants(&self, column: &str) -> bool {
        self.columns.as_ref().is_none_or(|columns| columns.iter().any(|c| c == column))
    }
}

impl Filler<'_> {
    /// The fields that every paper has.
    fn common(&self, cases: &[&Case]) -> Map<String, Value> {
        let campaign = self.campaign;
        let counts = tally(cases.iter().copied());
        let reference = |r: &Option<Reference>| match r {
            Some(r) => json!({ "so": r.code, "ngay": r.date.to_string() }),
            None => json!({ "so": null, "ngay": null }),
        };
        let mut fields = campaign.with.clone();
        let mut put = |key: &str, value: Value| {
            fields.insert(key.to_owned(), value);
        };
        let decision = &campaign.decision;
        put(
            "dot",
            json!({
                "ten": campaign.title,
                "thanh_tich": campaign.achievement,
                "nguoi_tang": decision.giver,
            }),
        );
        put("can_cu", json!(self.bases));
        put("don_vi_trinh", json!(campaign.proposal.proposer));
        put("dem", json!(counted(&counts)));
        put("tong_so", json!(cases.len()));
        for (key, (_, count)) in ["so_tap_the", "so_ho", "so_ca_nhan"].into_iter().zip(counts) {
            put(key, json!(format!("{count:02}")));
        }
        put("doi_tuong", json!(capital(&kinds(&counts))));
        put("doi_tuong_thuong", json!(kinds(&counts)));
        let proposal = &campaign.proposal;
        let mut paper = reference(&self.references.proposal);
        if let Some(fields) = paper.as_object_mut() {
            fields.insert("co_quan".into(), json!(proposal.organ));
            fields.insert("kinh_gui".into(), json!(proposal.addressees));
            fields.insert("noi_nhan".into(), json!(proposal.recipients));
            fields.insert("luu".into(), json!(proposal.archive_copy));
            fields.insert("nguoi_ky".into(), json!(proposal.signer));
        }
        put("to_trinh", paper);
        put("bien_ban", reference(&self.references.minutes));
        put("hoi_dong", self.council());
        put(
            "quyet_dinh",
            json!({
                "co_quan": decision.organ,
                "tham_quyen": decision.authority,
                "noi_nhan": decision.recipients,
                "luu": decision.archive_copy,
                "nguoi_ky": decision.signer,
                "thi_hanh": match decision.executors.as_str() {
                    "" => "Chánh Văn phòng, Thủ trưởng các đơn vị liên quan",
                    typed => typed,
                },
            }),
        );
        fields
    }

    fn council(&self) -> Value {
        let council = &self.campaign.council;
        json!({
            "co_quan": council.organ,
            "ten": council.name,
            "ngay": council.date.map(|d| d.to_string()),
            "bat_dau": council.begins,
            "ket_thuc": council.ends,
            "dia_diem": council.place,
            "chu_toa": council.chair,
            "thu_ky": council.secretary,
            "ten_chu_toa": bare_name(&council.chair),
            "ten_thu_ky": bare_name(&council.secretary),
            "thanh_vien": council.members,
            "vang_mat": council.absent,
            "co_mat": format!("{:02}", votes::present(self.campaign)),
            "tong_so": format!("{:02}", votes::members(self.campaign)),
            "noi_nhan": council.recipients,
            "luu": council.archive_copy,
        })
    }

    /// Tờ trình with its list.
    pub fn proposal(&self, cases: &[Case]) -> Map<String, Value> {
        let all: Vec<&Case> = cases.iter().collect();
        let mut fields = self.common(&all);
        let by_form = forms_of(&all);
        let of = |form: &str| -> Vec<&Case> {
            all.iter().copied().filter(|c| c.who.form == form).collect()
        };
        let list: Vec<Value> = by_form
            .iter()
            .map(|form| {
                json!({
                    "ten_day_du": self.full(form),
                    "dem": counted(&tally(of(form))),
                })
            })
            .collect();
        fields.insert("hinh_thuc".into(), list.into());
        fields.insert("ds".into(), self.rows(&all));
        fields
    }

    /// Biên bản họp and biên bản kiểm phiếu.
    pub fn minutes(&self, cases: &[Case]) -> Map<String, Value> {
        let all: Vec<&Case> = cases.iter().collect();
        let mut fields = self.common(&all);
        fields.insert("ds".into(), self.rows(&all));
        let part = |passed: bool| -> Vec<&Case> {
            all.iter().copied().filter(|c| c.passed == passed).collect()
        };
        let told = |part: &[&Case]| {
            let mut told = Map::new();
            told.insert("dem".to_owned(), counted(&tally(part.iter().copied())).into());
            if self.asked.has_names {
                told.insert("ten".to_owned(), part.iter().map(|c| c.who.addressed()).collect());
            }
            Value::Object(told)
        };
        let (yes, no) = (part(true), part(false));
        fields.insert("dat".into(), told(&yes));
        fields.insert("khong_dat".into(), if no.is_empty() { Value::Null } else { told(&no) });
        let votes = &self.campaign.votes;
        let given = votes.given.unwrap_or_else(|| votes::present(self.campaign));
        let returned = votes.returned.unwrap_or(given);
        let valid = votes::valid(self.campaign);
        let teller = |at: usize| votes.tellers.get(at).map(|t| bare_name(t));
        fields.insert(
            "kiem_phieu".into(),
            json!({
                "ban": votes.tellers,
                "ten_truong_ban": teller(0),
                "ten_uy_vien": teller(1),
                "phat_ra": format!("{given:02}"),
                "thu_ve": format!("{returned:02}"),
                "hop_le": format!("{valid:02}"),
                "khong_hop_le": format!("{:02}", returned.saturating_sub(valid)),
                "ti_le_dat": votes.pass.unwrap_or(votes::PASS),
            }),
        );
        fields
    }

    /// The decision about one form; `is_long` puts the names into a list of its own.
    pub fn decision(&self, cases: &[&Case], form: &str, is_long: bool) -> Map<String, Value> {
        let mut fields = self.common(cases);
        let deed = self.forms.get(form).map_or_else(String::new, |f| deed(f, self.giver()));
        fields.insert("viec_hoa".into(), json!(capital(&deed)));
        fields.insert("viec".into(), json!(deed));
        fields.insert("thanh_tich".into(), json!(self.campaign.achievement));
        let money = self.campaign.decision.money;
        fields.insert("dieu_cuoi".into(), json!(if money { "3" } else { "2" }));
        fields.insert("tien".into(), if money { self.money(cases) } else { Value::Null });
        if is_long {
            // The names stand once in the data: five thousand of them are megabytes.
            fields.insert("nhom".into(), self.groups(cases));
        } else {
            fields.insert("ds".into(), self.rows(cases));
        }
        fields
    }

    fn giver(&self) -> &str {
        &self.campaign.decision.giver
    }

    /// The form with who gives it; what a higher authority gives is not the giver's.
    fn full(&self, form: &str) -> String {
        match self.forms.get(form) {
            Some(f) if !is_in_power(f, self.campaign.decision.is_province) => short_name(f),
            Some(f) => full_name(f, self.giver()),
            None => form.to_owned(),
        }
    }

    fn groups(&self, cases: &[&Case]) -> Value {
        KINDS
            .into_iter()
            .filter_map(|kind| {
                let of: Vec<&Case> = cases.iter().copied().filter(|c| c.who.kind == kind).collect();
                let name = one_of(kind).to_uppercase();
                (!of.is_empty()).then(|| {
                    let rows = [("ten", Value::from(name)), ("ds", self.rows(&of))];
                    Value::Object(
                        rows.map(|(key, value)| (key.to_owned(), value)).into_iter().collect(),
                    )
                })
            })
            .collect()
    }

    fn money(&self, cases: &[&Case]) -> Value {
        let total: u64 = cases.iter().filter_map(|c| c.money).sum();
        // Each kind has one amount for a form.
        let each: Vec<String> = KINDS
            .into_iter()
            .filter_map(|kind| {
                let case = cases.iter().find(|c| c.who.kind == kind)?;
                let amount = group_digits(i64::try_from(case.money?).ok()?);
                Some(format!("mỗi {} {amount} đồng", one_of(kind)))
            })
            .collect();
        let fund = match self.campaign.decision.fund.as_str() {
            "" => "Quỹ thi đua, khen thưởng",
            typed => typed,
        };
        json!({
            "muc": each,
            "tong": total,
            "bang_chu": in_words(total),
            "nguon": fund,
        })
    }

    fn rows(&self, cases: &[&Case]) -> Value {
        let members = u64::from(votes::members(self.campaign).max(1));
        let forms = forms_of(cases);
        let forms: BTreeMap<&str, String> = forms
            .iter()
            .map(|id| (id.as_str(), self.forms.get(id).map_or_else(String::new, short_name)))
            .collect();
        let asked = self.asked.with(cases);
        let columns: Vec<&str> = COLUMNS
            .into_iter()
            .chain(OF_VOTES)
            .chain(["tien"])
            .filter(|c| asked.wants(c))
            .collect();
        let row = |case: &&Case| {
            let who = &case.who;
            let value = |column: &str| -> Option<Value> {
                Some(match column {
                    "ten" => who.addressed().into(),
                    "ho_ten" => who.name.as_str().into(),
                    "xung_ho" => who.address.as_str().into(),
                    "chuc_vu" => who.position.as_str().into(),
                    "don_vi" => who.unit.as_str().into(),
                    "chuc_vu_don_vi" => who.post().into(),
                    "loai" => one_of(who.kind).into(),
                    "ten_hinh_thuc" => {
                        forms.get(who.form.as_str()).map_or("", String::as_str).into()
                    }
                    "thanh_tich" => who.achievement.as_str().into(),
                    "truy_tang" => who.posthumous.into(),
                    "ghi_chu" => who.note.as_str().into(),
                    "dong_y" => case.vote?.yes.into(),
                    "khong_dong_y" => case.vote?.no.into(),
                    "ty_le" => percent(u64::from(case.vote?.yes), members).into(),
                    _ => case.money?.into(),
                })
            };
            let mut row = Map::with_capacity(columns.len());
            for column in &columns {
                if let Some(value) = value(column) {
                    row.insert((*column).to_owned(), value);
                }
            }
            Value::Object(row)
        };
        Value::Array(cases.par_iter().with_min_len(64).map(row).collect())
    }
}

/// The forms of the cases in the order in which they come.
pub(super) fn forms_of(cases: &[&Case]) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    for case in cases {
        if out.last() != Some(&case.who.form) && !out.contains(&case.who.form) {
            out.push(case.who.form.clone());
        }
    }
    out
}

/// `85,7`; whole numbers without a comma.
fn percent(part: u64, whole: u64) -> String {
    let tenths = (part * 1000 + whole / 2).checked_div(whole).unwrap_or(0);
    if tenths.is_multiple_of(10) {
        (tenths / 10).to_string()
    } else {
        format!("{},{}", tenths / 10, tenths % 10)
    }
}

/// `Hai triệu năm trăm ba mươi nghìn đồng`.
pub(super) fn in_words(amount: u64) -> String {
    let words = i64::try_from(amount).ok().and_then(|n| number_words(n, WordStyle::default()));
    words.map(|w| format!("{} đồng", capital(&w))).unwrap_or_default()
}

/// With its first letter in upper case.
pub(super) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}

/// `Bà Hoàng Thị Kim Ngân, văn thư viên` → `Hoàng Thị Kim Ngân`.
fn bare_name(who: &str) -> String {
    votes::bare(who.split(',').next().unwrap_or(who))
}

/// True if the list goes into a paper of its own.
pub(super) fn is_long(campaign: &Campaign, count: usize) -> bool {
    count > campaign.decision.inside as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_and_shares_as_papers_write_them() {
        assert_eq!(in_words(2_530_000), "Hai triệu năm trăm ba mươi nghìn đồng");
        assert_eq!(
            (percent(6, 7), percent(7, 7), percent(1, 2)),
            ("85,7".into(), "100".into(), "50".into())
        );
        assert_eq!(bare_name("Bà Hoàng Thị Kim Ngân, văn thư viên"), "Hoàng Thị Kim Ngân");
        assert_eq!(capital("ông"), "Ông");
    }

    #[test]
    fn a_template_says_what_it_asks_of_the_cases() {
        let asked = |text: &str| {
            let template = crate::template::Template::compile(text, "a.md").expect("a template");
            Asked::of(template.fields().iter())
        };
        let columns = |text: &str| asked(text).columns.map(|c| c.join(" "));
        let some = |names: &str| Some(names.to_owned());
        assert_eq!(columns("{{dem}} {{dot.ten}}"), some(""));
        assert_eq!(
            columns("{{#each ds}}{{inc @index}}. {{ten}}{{#if truy_tang}}†{{/if}}{{/each}}"),
            some("ten truy_tang")
        );
        let groups =
            "{{#each nhom}}{{ten}}{{#each ds as |x|}}{{x.chuc_vu_don_vi}}{{/each}}{{/each}}";
        assert_eq!(columns(groups), some("chuc_vu_don_vi"));
        // What cannot be told, and what is not there: then all is handed over, and told with the fault.
        for all in [
            "{{#each ds}}{{tien_thuong}}{{/each}}",
            "{{#each ds}}{{tien}}{{/each}}",
            "{{#each ds}}{{#with this}}{{ten}}{{/with}}{{#each this}}{{this}}{{/each}}{{/each}}",
            "{{ds.0.ten}}",
            "{{join ds \", \"}}",
            "{{#each nhom}}{{so}}{{/each}}",
        ] {
            assert_eq!(columns(all), None, "{all}");
        }
        assert!(!asked("{{dat.dem}}").has_names && asked("{{join dat.ten \", \"}}").has_names);
        // Votes are asked for where a case has none.
        let lacking = Case {
            who: Default::default(),
            place: Default::default(),
            vote: None,
            passed: true,
            is_here: true,
            money: None,
        };
        let votes = asked("{{#each ds}}{{ten}}{{dong_y}}{{/each}}");
        assert_eq!(votes.with(&[&lacking]).columns, None);
        assert!(votes.with(&[]).columns.is_some());
    }
}
