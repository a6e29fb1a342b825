//! A document from its text, as short as the tests of the checks need it.
//!
//! Knows: which field of the front matter fills which slot. Must not know: any check.

use std::fs;
use std::path::Path;

use vanthu::diagnostic::Diagnostic;
use vanthu::lint::{self, Checks};
use vanthu::model::{
    Addressees, AuthorityLine, Contact, DateLine, Document, DocumentCode, Form, Notation, Office,
    OrganName, Side, Signature,
};
use vanthu::ruleset::Ruleset;
use vanthu::source::{self, Front, Located, SignerEntry, office};
use vanthu::text::slug;

/// Reads a file of the repository.
pub fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// The office of a folder.
pub fn office(folder: &Path, rules: &Ruleset) -> Office {
    let types: Vec<&str> = rules.types.iter().chain(&rules.copies).map(|t| t.id.as_str()).collect();
    let known = office::Known { layout: &[], types: &types };
    let (office, _) = office::parse(&read(&folder.join("vanthu.toml")), "vanthu.toml", &known);
    office
}

/// A document of an office, dated in `year` where it says nothing itself, with the findings of
/// its reader.
pub fn document(
    text: &str,
    file: &str,
    checks: &Checks,
    office: &Office,
    year: i16,
) -> (Document, Vec<Diagnostic>) {
    let (source, mut findings) = source::parse(text, file);
    findings.extend(source.not_nfc.and_then(|line| lint::not_composed(checks, file, line)));
    let rules = checks.rules();
    let front = source.front;
    let type_id = plain(&front.type_name).map(|t| slug(&t)).unwrap_or_default();
    let rule = rules.type_rule(&type_id);
    let key = plain(&front.organ).unwrap_or_default();
    let organ = office.organ(&key).unwrap_or(&office.organ);
    let form = rule.map_or(Form::Named, |r| r.form);
    let unit = plain(&front.unit).or_else(|| office.defaults.unit.clone()).unwrap_or_default();
    let abbreviation = rule.map_or("", |r| r.abbr.as_str());
    let derived = match form {
        Form::Letter => format!("{}-{unit}", organ.code),
        Form::OpenLetter => String::new(),
        _ => format!("{abbreviation}-{}", organ.code),
    };
    let entries = match (&front.signer, front.signers.as_slice()) {
        (_, [_, ..]) => front.signers.clone(),
        (Some(one), _) => vec![one.clone()],
        (None, _) => office.defaults.signer.iter().map(|k| by_key(k)).collect(),
    };
    let document = Document {
        source: file.to_owned(),
        type_id,
        type_name: rule.map_or(String::new(), |r| r.name.to_uppercase()),
        form,
        organ: OrganName {
            parent: organ.parent.clone(),
            name: organ.name.clone(),
            in_text: organ.in_text.clone(),
        },
        code: DocumentCode::blank(Notation(plain(&front.notation).unwrap_or(derived))),
        place: plain(&front.place).unwrap_or_else(|| organ.place.clone()),
        date: front.date.as_ref().map_or(DateLine::blank(year), |d| d.value),
        subject: front.subject.clone().map_or(Vec::new(), |s| s.value),
        issuing_authority: plain(&front.issuing_authority),
        addressees: addressees(&front),
        body: source.body,
        signatures: entries.iter().map(|e| signature(e, office)).collect(),
        recipients: match &front.recipients {
            Some(list) => list.iter().map(|l| l.value.clone()).collect(),
            None => office.defaults.recipients.clone(),
        },
        archive_copy: match &front.archive_copy {
            Some(copy) => copy.value.clone(),
            None => office.defaults.archive_copy.clone(),
        },
        drafter: plain(&front.drafter),
        copies: front.copies.as_ref().map(|c| c.value),
        urgency: front.urgency.as_ref().map(|u| u.value),
        circulation: plain(&front.circulation),
        contact: (!front.contact.is_empty())
            .then(|| Contact { lines: front.contact.iter().map(|l| l.value.clone()).collect() }),
        electronic: front.electronic.as_ref().is_some_and(|e| e.value),
        appendices: source.appendices,
        attached: source.attached,
        landscape: front.landscape.as_ref().is_some_and(|l| l.value),
        extra: Default::default(),
        lines: front.lines.clone(),
    };
    (document, findings)
}

fn plain(field: &Option<Located<String>>) -> Option<String> {
    field.as_ref().map(|f| f.value.clone())
}

fn by_key(key: &str) -> SignerEntry {
    SignerEntry { key: Some(Located::new(key.to_owned(), 0)), ..SignerEntry::default() }
}

fn addressees(front: &Front) -> Option<Addressees> {
    (!front.addressees.is_empty()).then(|| Addressees {
        lead: plain(&front.addressee_lead).unwrap_or_default(),
        names: front.addressees.iter().map(|a| a.value.clone()).collect(),
    })
}

fn signature(entry: &SignerEntry, office: &Office) -> Signature {
    let config =
        plain(&entry.key).and_then(|k| office.signers.get(&k).cloned()).unwrap_or_default();
    let authority = match entry.authority.as_slice() {
        [] => config.authority,
        lines => lines.iter().map(|l| l.value.clone()).collect(),
    };
    Signature {
        side: entry.side.unwrap_or(Side::Right),
        authority: authority.iter().map(|l| AuthorityLine::parse(l)).collect(),
        position: plain(&entry.position).unwrap_or(config.position),
        other_position: plain(&entry.other_position).or(config.other_position),
        name: plain(&entry.name).unwrap_or(config.name),
    }
}
