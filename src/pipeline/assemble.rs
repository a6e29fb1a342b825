//! From what the author said and what the office says once to a document.
//!
//! Knows: which default stands where the author said nothing. Must not know: files, numbers, pages.

use jiff::civil::Date;

use crate::diagnostic::{Code, Diagnostic, Place, Text};
use crate::model::{
    Addressees, AuthorityLine, Contact, DateLine, Document, DocumentCode, Form, Notation, Office,
    OrganConfig, OrganName, Side, Signature, SignerConfig,
};
use crate::ruleset::{Ruleset, TypeRule};
use crate::source::{Front, SignerEntry, Source};
use crate::text;

use super::codes::{NO_TYPE, NO_UNIT, UNKNOWN_ORGAN, UNKNOWN_SIGNER, UNKNOWN_TYPE};

/// Puts a source into an office on a day. `None` if the type is not known: without it no slot has a meaning.
pub fn assemble(
    source: Source,
    file: &str,
    office: &Office,
    rules: &Ruleset,
    today: Date,
) -> (Option<Document>, Vec<Diagnostic>) {
    let mut found = Vec::new();
    let mut desk = Desk { file, office, found: &mut found };
    let Some(rule) = desk.type_rule(&source.front, rules) else { return (None, found) };
    let document = desk.document(source, rule, today);
    (Some(document), found)
}

/// What every step needs: where findings go and what the office says.
struct Desk<'a> {
    file: &'a str,
    office: &'a Office,
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Desk<'a> {
    fn error(&mut self, code: Code, line: u32, key: &str, message: Text, hint: Text) {
        let place = Place::file(self.file).line(line).item(key);
        self.found.push(Diagnostic::error(code, place, message).hint(hint));
    }

    fn type_rule<'r>(&mut self, front: &Front, rules: &'r Ruleset) -> Option<&'r TypeRule> {
        let Some(typed) = &front.type_name else {
            let hint = text!(
                "thêm dòng `loai: ke-hoach` vào phần khai báo",
                "add a line `type: ke-hoach` to the front matter"
            );
            self.error(
                NO_TYPE,
                1,
                "type",
                text!("chưa nói đây là loại văn bản nào", "the type of document is not given"),
                hint,
            );
            return None;
        };
        let wanted = text::slug(&typed.value);
        let all = || rules.types.iter().chain(&rules.copies);
        let rule = rules
            .type_rule(&wanted)
            .or_else(|| all().find(|t| text::slug(&t.name) == wanted))
            .or_else(|| all().find(|t| !t.abbr.is_empty() && t.abbr == typed.value.trim()));
        if rule.is_none() {
            let (value, id) = (&typed.value, &rules.id);
            let known = all().map(|t| t.id.as_str()).collect::<Vec<_>>().join(", ");
            self.error(
                UNKNOWN_TYPE,
                typed.at,
                "type",
                text!(
                    "không có loại văn bản “{value}” trong {id}",
                    "there is no type `{value}` in {id}"
                ),
                text!("dùng một trong: {known}", "use one of: {known}"),
            );
        }
        rule
    }

    fn document(&mut self, source: Source, rule: &TypeRule, today: Date) -> Document {
        let Source { front, body, appendices, attached, .. } = source;
        let (organ_key, organ) = self.organ(&front);
        let notation = self.notation(&front, rule, organ);
        let signatures = self.signatures(&front);
        let value = |field: &Option<crate::source::Located<String>>| {
            field.as_ref().map(|f| f.value.clone())
        };
        let mut extra: std::collections::BTreeMap<String, String> =
            front.extra.iter().map(|(k, v)| (k.clone(), v.value.clone())).collect();
        if let Some(dossier) = &front.dossier {
            extra.insert("dossier".to_owned(), dossier.value.clone());
        }
        if !organ_key.is_empty() {
            extra.insert("organ".to_owned(), organ_key);
        }
        Document {
            source: self.file.to_owned(),
            type_id: rule.id.clone(),
            type_name: rule.name.to_uppercase(),
            form: rule.form,
            organ: organ_name(organ),
            code: DocumentCode::blank(notation),
            place: value(&front.place).unwrap_or_else(|| organ.place.clone()),
            date: front.date.as_ref().map_or_else(|| DateLine::blank(today.year()), |d| d.value),
            subject: front.subject.as_ref().map(|s| s.value.clone()).unwrap_or_default(),
            issuing_authority: value(&front.issuing_authority).map(|t| t.to_uppercase()),
            addressees: addressees(&front.addressees, &front.addressee_lead),
            body,
            signatures,
            recipients: self.recipients(&front.recipients),
            archive_copy: match &front.archive_copy {
                Some(given) => given.value.clone(),
                None => self.office.defaults.archive_copy.clone(),
            },
            drafter: value(&front.drafter),
            copies: front.copies.as_ref().map(|c| c.value),
            urgency: front.urgency.as_ref().map(|u| u.value),
            circulation: value(&front.circulation).map(|t| t.to_uppercase()),
            contact: self.contact(&front, rule.form),
            electronic: front.electronic.as_ref().is_some_and(|e| e.value),
            appendices,
            attached,
            landscape: front.landscape.as_ref().is_some_and(|l| l.value),
            extra,
            lines: front.lines,
        }
    }

    fn organ(&mut self, front: &Front) -> (String, &'a OrganConfig) {
        let office: &'a Office = self.office;
        let Some(typed) = &front.organ else { return (String::new(), &office.organ) };
        let key = text::slug(&typed.value);
        let by_key = office.councils.get_key_value(typed.value.as_str()).or_else(|| {
            office.councils.iter().find(|(k, o)| text::slug(k) == key || o.code == typed.value)
        });
        if let Some((key, organ)) = by_key {
            return (key.clone(), organ);
        }
        let value = typed.value.clone();
        let known = office.councils.keys().cloned().collect::<Vec<_>>().join(", ");
        self.error(
            UNKNOWN_ORGAN,
            typed.at,
            "organ",
            text!(
                "vanthu.toml không có hội đồng, ban “{value}”",
                "vanthu.toml has no council `{value}`"
            ),
            text!(
                "thêm [hoi-dong.{value}] vào vanthu.toml, hoặc dùng một trong: {known}",
                "add [councils.{value}] to vanthu.toml, or use one of: {known}"
            ),
        );
        (String::new(), &office.organ)
    }

    /// Ký hiệu by PL I, Phần I, Mục II.3.b: type and organ; for a công văn organ and unit.
    fn notation(&mut self, front: &Front, rule: &TypeRule, organ: &OrganConfig) -> Notation {
        if let Some(typed) = &front.notation {
            return Notation(typed.value.trim().to_owned());
        }
        if !rule.abbr.is_empty() {
            return Notation(format!("{}-{}", rule.abbr, organ.code));
        }
        let unit = front.unit.as_ref().map(|u| u.value.trim().to_owned());
        match unit.or_else(|| self.office.defaults.unit.clone()).filter(|u| !u.is_empty()) {
            Some(unit) => Notation(format!("{}-{unit}", organ.code)),
            None => {
                if rule.form == Form::Letter {
                    let hint = text!(
                        "thêm `don-vi-soan: VP` vào phần khai báo, hoặc đặt một lần ở [mac-dinh] của vanthu.toml",
                        "add `unit: VP` to the front matter, or set it once under [defaults] of vanthu.toml"
                    );
                    let message = text!(
                        "công văn chưa có đơn vị soạn thảo hoặc lĩnh vực cho ký hiệu",
                        "the letter has no drafting unit or field for its notation"
                    );
                    self.error(
                        NO_UNIT,
                        front.lines.get("type").copied().unwrap_or(1),
                        "unit",
                        message,
                        hint,
                    );
                    if let Some(last) = self.found.last_mut() {
                        last.basis = Some("PL I, Phần I, Mục II.3.b".to_owned());
                    }
                }
                Notation(organ.code.clone())
            }
        }
    }

    fn recipients(&self, typed: &Option<Vec<crate::source::Located<String>>>) -> Vec<String> {
        match typed {
            Some(list) => list.iter().map(|r| r.value.clone()).collect(),
            None => self.office.defaults.recipients.clone(),
        }
    }

    /// Ô 13 belongs to letters; another type has it only where its author asks for it.
    fn contact(&self, front: &Front, form: Form) -> Option<Contact> {
        let lines: Vec<String> = if !front.contact.is_empty() {
            front.contact.iter().map(|l| l.value.clone()).collect()
        } else if form == Form::Letter {
            self.office.defaults.contact.clone()
        } else {
            Vec::new()
        };
        (!lines.is_empty()).then_some(Contact { lines })
    }

    fn signatures(&mut self, front: &Front) -> Vec<Signature> {
        let mut entries: Vec<SignerEntry> = front.signer.iter().cloned().collect();
        entries.extend(front.signers.iter().cloned());
        if entries.is_empty() && self.office.defaults.signer.is_some() {
            entries.push(SignerEntry::default());
        }
        let many = entries.len() > 1;
        let mut out = Vec::with_capacity(entries.len());
        for (index, entry) in entries.into_iter().enumerate() {
            // Where two sign and nobody said where, the first stands left (mẫu 1.9).
            let side = if many && index == 0 { Side::Left } else { Side::Right };
            out.push(self.signature(entry, side));
        }
        out
    }

    fn signature(&mut self, entry: SignerEntry, side: Side) -> Signature {
        let says_nothing = entry.name.is_none() && entry.position.is_none() && entry.key.is_none();
        let base = match &entry.key {
            Some(key) => self.signer_config(&key.value, key.at),
            None if says_nothing => match self.office.defaults.signer.clone() {
                Some(key) => self.signer_config(&key, 0),
                None => SignerConfig::default(),
            },
            None => SignerConfig::default(),
        };
        let authority: Vec<String> = if entry.authority.is_empty() {
            base.authority
        } else {
            entry.authority.into_iter().map(|a| a.value).collect()
        };
        Signature {
            side: entry.side.unwrap_or(side),
            authority: authority
                .iter()
                .map(|line| AuthorityLine::parse(&line.to_uppercase()))
                .collect(),
            position: entry.position.map_or(base.position, |p| p.value).to_uppercase(),
            other_position: entry.other_position.map(|p| p.value).or(base.other_position),
            name: entry.name.map_or(base.name, |n| n.value),
        }
    }

    fn signer_config(&mut self, key: &str, line: u32) -> SignerConfig {
        let slug = text::slug(key);
        let signers = &self.office.signers;
        if let Some(found) = signers
            .get(key)
            .or_else(|| signers.iter().find(|(k, _)| text::slug(k) == slug).map(|(_, v)| v))
        {
            return found.clone();
        }
        let known = signers.keys().cloned().collect::<Vec<_>>().join(", ");
        self.error(
            UNKNOWN_SIGNER,
            line,
            "signer",
            text!("vanthu.toml không có người ký “{key}”", "vanthu.toml has no signer `{key}`"),
            text!(
                "thêm [nguoi-ky.{slug}] vào vanthu.toml, hoặc dùng một trong: {known}",
                "add [signers.{slug}] to vanthu.toml, or use one of: {known}"
            ),
        );
        SignerConfig::default()
    }
}

fn organ_name(organ: &OrganConfig) -> OrganName {
    let upper = |lines: &[String]| lines.iter().map(|l| l.to_uppercase()).collect();
    OrganName {
        parent: upper(&organ.parent),
        name: upper(&organ.name),
        in_text: organ.in_text.clone(),
    }
}

fn addressees(
    names: &[crate::source::Located<String>],
    lead: &Option<crate::source::Located<String>>,
) -> Option<Addressees> {
    (!names.is_empty()).then(|| Addressees {
        lead: lead.as_ref().map(|l| l.value.clone()).unwrap_or_default(),
        names: names.iter().map(|n| n.value.clone()).collect(),
    })
}
