//! Tiền thưởng: base salary by date times a factor by form, from `templates/awards/money.toml`.
//!
//! Knows: the shape of the table, how an amount is counted and rounded. Must not know: lists, decisions, files.

use jiff::civil::Date;
use serde::Deserialize;

use super::awards::Confidence;
use super::bases::wrong_table;
use crate::diagnostic::Result;
use crate::model::HonoureeKind;

/// The built-in table.
pub const MONEY: &str = include_str!("../../templates/awards/money.toml");

/// Mức lương cơ sở from a day on.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Base {
    /// First day.
    pub from: Date,
    /// Đồng a month.
    pub amount: u64,
    /// Clause.
    pub legal_ref: String,
    /// How sure.
    pub confidence: Confidence,
}

/// The factor of a form for a kind of receiver.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Factor {
    /// Id of the form.
    pub form: String,
    /// For whom.
    pub subject: HonoureeKind,
    /// Decimal with a point: `0.3`.
    pub factor: String,
    /// True if the factor is the most that may be given.
    #[serde(default)]
    pub cap: bool,
    /// First day.
    pub from: Date,
    /// Last day.
    #[serde(default)]
    pub to: Option<Date>,
    /// Clause.
    pub legal_ref: String,
    /// How sure.
    pub confidence: Confidence,
}

impl Factor {
    /// The factor in thousandths; `None` if it is no decimal with at most three places.
    pub fn thousandths(&self) -> Option<u64> {
        let (whole, part) = self.factor.split_once('.').unwrap_or((&self.factor, ""));
        if part.len() > 3 || !part.bytes().chain(whole.bytes()).all(|b| b.is_ascii_digit()) {
            return None;
        }
        let part: u64 = format!("{part:0<3}").parse().ok()?;
        whole.parse::<u64>().ok()?.checked_mul(1000)?.checked_add(part)
    }
}

/// The table.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// When a person last checked it.
    pub last_verified: Date,
    /// Amounts are rounded to whole multiples of this many đồng.
    pub round_to: u64,
    /// Mức lương cơ sở.
    pub base: Vec<Base>,
    /// Factors.
    pub factor: Vec<Factor>,
}

/// An amount and where it comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amount<'t> {
    /// Đồng.
    pub amount: u64,
    /// Row of the base.
    pub base: &'t Base,
    /// Row of the factor.
    pub factor: &'t Factor,
}

/// Why there is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoAmount {
    /// No base on the day.
    Base,
    /// No factor for form, kind and day.
    Factor,
    /// A factor that is no number, or an amount beyond all measure.
    Number,
}

impl Money {
    /// Reads a table.
    ///
    /// # Errors
    /// A `Config` failure that names the key and the line.
    pub fn parse(source: &str, file: &str) -> Result<Self> {
        toml::from_str(source).map_err(|e| wrong_table(&e, source, file))
    }

    /// The built-in table.
    ///
    /// # Errors
    /// Never for a released program: a test reads the embedded file.
    pub fn builtin() -> Result<Self> {
        let table = serde_json::from_str(table!("awards/money"));
        table.or_else(|_| Self::parse(MONEY, "money.toml"))
    }

    /// What an award brings on the day of its decision; `nearest` rounds half up instead of up.
    ///
    /// # Errors
    /// Which row is missing.
    pub fn amount(
        &self,
        form: &str,
        subject: HonoureeKind,
        day: Date,
        nearest: bool,
    ) -> std::result::Result<Amount<'_>, NoAmount> {
        let base = self.base.iter().filter(|b| b.from <= day).max_by_key(|b| b.from);
        let base = base.ok_or(NoAmount::Base)?;
        let factor = self.factor.iter().find(|f| {
            f.form == form
                && f.subject == subject
                && f.from <= day
                && f.to.is_none_or(|to| day <= to)
        });
        let factor = factor.ok_or(NoAmount::Factor)?;
        let counted = || {
            let product = base.amount.checked_mul(factor.thousandths()?)?;
            let step = self.round_to.max(1).checked_mul(1000)?;
            let up = if nearest { step / 2 } else { step - 1 };
            (product.checked_add(up)? / step).checked_mul(self.round_to.max(1))
        };
        let amount = counted().ok_or(NoAmount::Number)?;
        Ok(Amount { amount, base, factor })
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn amounts_follow_the_day_and_round_up_to_ten_thousand() {
        let money = Money::builtin().expect("embedded");
        let amount = |form, subject, day| money.amount(form, subject, day, false).map(|a| a.amount);
        use HonoureeKind::{Collective, Household, Individual};
        let day = date(2026, 11, 22);
        for (form, subject, wanted) in [
            ("cstd-toan-quoc", Individual, 11_390_000),
            ("cstd-tinh", Individual, 7_590_000),
            ("lao-dong-tien-tien", Individual, 760_000),
            ("co-thi-dua-chinh-phu", Collective, 30_360_000),
            ("tap-the-lao-dong-tien-tien", Collective, 2_030_000),
            ("bang-khen", Individual, 3_800_000),
            ("bang-khen", Collective, 7_590_000),
            ("giay-khen", Individual, 760_000),
            ("giay-khen-xa", Individual, 380_000),
            ("gia-dinh-van-hoa", Household, 260_000),
        ] {
            assert_eq!(amount(form, subject, day), Ok(wanted), "{form}");
        }
        // The day before the base rose: 2.340.000 × 0,3 = 702.000.
        assert_eq!(amount("giay-khen", Individual, date(2026, 6, 30)), Ok(710_000));
        let near = money.amount("giay-khen", Individual, date(2026, 6, 30), true);
        assert_eq!(near.map(|a| a.amount), Ok(700_000));
        assert_eq!(amount("giay-khen", Individual, date(2020, 1, 1)), Err(NoAmount::Base));
        assert_eq!(amount("bang-khen", Individual, date(2024, 5, 1)), Err(NoAmount::Factor));
        assert_eq!(amount("huy-chuong", Individual, day), Err(NoAmount::Factor));
    }

    #[test]
    fn factors_are_decimals_and_name_forms_that_there_are() {
        let money = Money::builtin().expect("embedded");
        let forms = super::super::awards::Awards::builtin().expect("embedded");
        for row in &money.factor {
            assert!(row.thousandths().is_some(), "{row:?}");
            let form = forms.get(&row.form).expect("a row of the forms");
            assert!(form.is_for(row.subject), "{row:?}");
        }
        let mut row = money.factor[0].clone();
        for bad in ["", "1,5", "0.1234", "-1", "99999999999999999999"] {
            row.factor = bad.into();
            assert_eq!(row.thousandths(), None, "{bad}");
        }
    }
}
