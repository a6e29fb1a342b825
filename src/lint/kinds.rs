//! The kinds of check: from a row of the ruleset to something that runs.
//!
//! Knows: the name and parameters of each kind. Must not know: how a check is done.

use crate::diagnostic::Result;
use crate::model::SigningAuthority;
use crate::ruleset::{CheckRow, Ruleset};

use super::district::District;
use super::fields::{FieldCase, FieldPattern, Required, RequiredLine, SignatureCount};
use super::numbering::Fault;
use super::params::{Forms, Params};
use super::pattern::Pattern;
use super::recipients::{ListMarks, RepeatedItem};
use super::sheet::SheetKind;
use super::texts::TextPattern;
use super::{Context, Head, basis, code, people, recipients, structure};

/// A kind with its parameters.
#[derive(Debug)]
pub(crate) enum Kind {
    Required(Required),
    FieldPattern(FieldPattern),
    FieldCase(FieldCase),
    SignatureCount(SignatureCount),
    RequiredLine(RequiredLine),
    Notation,
    TypeAbbreviation,
    OrganAbbreviation,
    ForbiddenGroup(Forms, Vec<String>),
    SubjectRepeatsType,
    DateSpelling(Vec<String>),
    DateImpossible,
    CitedLater,
    BasisMarks,
    TextPattern(TextPattern),
    District(District),
    NormalForm,
    StrayCharacters,
    Numbering(Fault),
    HeadingTitle,
    ArticleTitle,
    ClosingMark(Forms),
    EarlyClosingMark,
    AppendixCapitals,
    AppendixNumbers,
    AppendixUnmentioned,
    AppendixEmpty,
    AttachedUnmentioned,
    UnknownAuthority,
    Deputy(Vec<String>),
    DeputyOfAnother(Vec<String>),
    DeputyAlone(Vec<String>),
    Delegate,
    AuthorityOf { authorities: Vec<SigningAuthority>, wrong: Vec<String>, except: Vec<String> },
    AuthorityOrder,
    TitleBeforeName(Vec<String>),
    AddresseesAllowed(Forms),
    ListMarks(ListMarks),
    RepeatedItem(RepeatedItem),
    AsAboveWithoutAddressees,
    AsAboveMissing,
    ArticleReference,
    Sheet(SheetKind),
}

impl Kind {
    /// The kind of a row.
    pub(crate) fn compile(row: &CheckRow, rules: &Ruleset) -> Result<Self> {
        let p = Params::new(row, rules);
        let kind = match row.kind.as_str() {
            "required" => Kind::Required(Required::new(&p)?),
            "field-pattern" => Kind::FieldPattern(FieldPattern::new(&p)?),
            "field-case" => Kind::FieldCase(FieldCase::new(&p)?),
            "signature-count" => Kind::SignatureCount(SignatureCount::new(&p)?),
            "required-line" => Kind::RequiredLine(RequiredLine::new(&p)?),
            "notation" => Kind::Notation,
            "type-abbreviation" => Kind::TypeAbbreviation,
            "organ-abbreviation" => Kind::OrganAbbreviation,
            "forbidden-group" => Kind::ForbiddenGroup(p.forms()?, p.strings("groups")?),
            "subject-repeats-type" => Kind::SubjectRepeatsType,
            "date-spelling" => Kind::DateSpelling(p.words("holidays")?),
            "date-impossible" => Kind::DateImpossible,
            "cited-later" => Kind::CitedLater,
            "basis-marks" => Kind::BasisMarks,
            "text-pattern" => Kind::TextPattern(TextPattern::new(&p)?),
            "district" => Kind::District(District::new(&p)?),
            "normal-form" => Kind::NormalForm,
            "stray-characters" => Kind::StrayCharacters,
            "numbering" => Kind::Numbering(p.need("fault")?),
            "heading-title" => Kind::HeadingTitle,
            "article-title" => Kind::ArticleTitle,
            "closing-mark" => Kind::ClosingMark(p.forms()?),
            "early-closing-mark" => Kind::EarlyClosingMark,
            "appendix-capitals" => Kind::AppendixCapitals,
            "appendix-numbers" => Kind::AppendixNumbers,
            "appendix-unmentioned" => Kind::AppendixUnmentioned,
            "appendix-empty" => Kind::AppendixEmpty,
            "attached-unmentioned" => Kind::AttachedUnmentioned,
            "addressees-allowed" => Kind::AddresseesAllowed(p.forms()?),
            "list-marks" => Kind::ListMarks(ListMarks::new(&p)?),
            "repeated-item" => Kind::RepeatedItem(RepeatedItem::new(&p)?),
            "as-above-without-addressees" => Kind::AsAboveWithoutAddressees,
            "as-above-missing" => Kind::AsAboveMissing,
            "article-reference" => Kind::ArticleReference,
            name => match Self::compile_people(name, &p)? {
                Some(kind) => kind,
                None => Kind::Sheet(SheetKind::compile(name, &p)?),
            },
        };
        p.finish()?;
        Ok(kind)
    }

    fn compile_people(name: &str, p: &Params) -> Result<Option<Self>> {
        Ok(Some(match name {
            "unknown-authority" => Kind::UnknownAuthority,
            "deputy" => Kind::Deputy(p.words("deputies")?),
            "deputy-of-another" => Kind::DeputyOfAnother(p.words("deputies")?),
            "deputy-alone" => Kind::DeputyAlone(p.words("deputies")?),
            "delegate" => Kind::Delegate,
            "authority-of" => Kind::AuthorityOf {
                authorities: authorities(p)?,
                wrong: p.words("wrong")?,
                except: p.words("except")?,
            },
            "authority-order" => Kind::AuthorityOrder,
            "title-before-name" => Kind::TitleBeforeName(p.words("titles")?),
            _ => return Ok(None),
        }))
    }

    /// True for checks that read every piece of text.
    pub(crate) fn scans(&self) -> bool {
        matches!(
            self,
            Kind::TextPattern(_)
                | Kind::District(_)
                | Kind::DateSpelling(_)
                | Kind::DateImpossible
                | Kind::CitedLater
        )
    }

    /// The patterns of a check, which are compiled only when they are needed.
    pub(crate) fn patterns(&self) -> Vec<&Pattern> {
        match self {
            Kind::TextPattern(k) => k.patterns().collect(),
            Kind::FieldPattern(k) => vec![k.pattern()],
            Kind::District(k) => vec![k.pattern()],
            _ => Vec::new(),
        }
    }

    /// Runs a check that looks at fields and blocks; those that read text run in one scan.
    pub(crate) fn run(&self, head: &Head, c: &mut Context) {
        match self {
            Kind::Required(k) => k.run(head, c),
            Kind::FieldPattern(k) => k.run(head, c),
            Kind::FieldCase(k) => k.run(head, c),
            Kind::SignatureCount(k) => k.run(head, c),
            Kind::RequiredLine(k) => k.run(head, c),
            Kind::Notation => code::shape(head, c),
            Kind::TypeAbbreviation => code::type_abbreviation(head, c),
            Kind::OrganAbbreviation => code::organ_abbreviation(head, c),
            Kind::ForbiddenGroup(forms, groups) => {
                if forms.hold(c.doc.form) {
                    code::forbidden_group(groups, head, c);
                }
            }
            Kind::SubjectRepeatsType => code::subject_repeats_type(head, c),
            Kind::BasisMarks => basis::marks(head, c),
            Kind::HeadingTitle => structure::heading_title(head, c),
            Kind::ArticleTitle => structure::article_title(head, c),
            Kind::ClosingMark(forms) => structure::closing_mark(forms, head, c),
            Kind::EarlyClosingMark => structure::early_closing_mark(head, c),
            Kind::AppendixCapitals => structure::appendix_capitals(head, c),
            Kind::AppendixNumbers => structure::appendix_numbers(head, c),
            Kind::AppendixUnmentioned => structure::appendix_unmentioned(head, c),
            Kind::AppendixEmpty => structure::appendix_empty(head, c),
            Kind::AttachedUnmentioned => structure::attached_unmentioned(head, c),
            Kind::UnknownAuthority => people::unknown(head, c),
            Kind::Deputy(words) => people::deputy(words, head, c),
            Kind::DeputyOfAnother(words) => people::deputy_of_another(words, head, c),
            Kind::DeputyAlone(words) => people::deputy_alone(words, head, c),
            Kind::Delegate => people::delegate(head, c),
            Kind::AuthorityOf { authorities, wrong, except } => {
                people::of_wrong_kind(authorities, wrong, except, head, c);
            }
            Kind::AuthorityOrder => people::order(head, c),
            Kind::TitleBeforeName(titles) => people::title_before_name(titles, head, c),
            Kind::AddresseesAllowed(forms) => recipients::addressees_allowed(forms, head, c),
            Kind::ListMarks(k) => k.run(head, c),
            Kind::RepeatedItem(k) => k.run(head, c),
            Kind::AsAboveWithoutAddressees => recipients::as_above_without_addressees(head, c),
            Kind::AsAboveMissing => recipients::as_above_missing(head, c),
            Kind::ArticleReference => recipients::article_reference(head, c),
            // Run by the scan, by the numbering walk, or on a sheet.
            Kind::DateSpelling(_)
            | Kind::DateImpossible
            | Kind::CitedLater
            | Kind::TextPattern(_)
            | Kind::District(_)
            | Kind::NormalForm
            | Kind::StrayCharacters
            | Kind::Numbering(_)
            | Kind::Sheet(_) => {}
        }
    }
}

fn authorities(params: &Params) -> Result<Vec<SigningAuthority>> {
    params
        .strings("authorities")?
        .iter()
        .map(|name| {
            SigningAuthority::ALL
                .into_iter()
                .find(|a| a.as_str() == name)
                .ok_or_else(|| params.error(&format!("unknown authority `{name}`")))
        })
        .collect()
}
