//! What of the office is to be verified: a year, a bag, a book, one document.
//!
//! Knows: the register. Must not know: files, terminals.

use std::collections::HashSet;

use serde::Serialize;

use crate::archive::verify::{DocumentId, Given, Known, RegisterView, Scope};
use crate::archive::{BagId, Digest};
use crate::diagnostic::{Failure, FailureKind, Place, Result};
use crate::register::{ActFilter, Book, Filter, Register};
use crate::text;

use super::super::ledger::Ledger;

/// What is asked for; an empty field does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Asked {
    /// Bags and numbers of this year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<i16>,
    /// This bag of the year, or of each year.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bag: Option<u32>,
    /// Documents of this book.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub book: Option<Book>,
    /// The document with this số, ký hiệu.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
}

impl Asked {
    /// True if bags are judged as a whole.
    pub fn is_whole(&self) -> bool {
        self.book.is_none() && self.number.is_none()
    }

    /// The same for the archive.
    pub fn scope(&self) -> Scope {
        Scope { year: self.year, bag: self.bag, part: !self.is_whole() }
    }
}

/// The register, handing over only what is asked for.
pub struct Part<'a> {
    ledger: Ledger<'a>,
    register: &'a dyn Register,
    book: Option<Book>,
    /// The documents themselves, where they are named.
    named: Option<Named>,
}

struct Named {
    seqs: HashSet<u64>,
    bags: Vec<BagId>,
}

impl<'a> Part<'a> {
    /// The part of the register that is asked for.
    ///
    /// # Errors
    /// `Usage` where no document has the number that is asked for.
    pub fn of(register: &'a dyn Register, asked: &Asked) -> Result<Self> {
        let named = asked.number.as_deref().map(|code| named(register, asked, code)).transpose()?;
        Ok(Self { ledger: Ledger(register), register, book: asked.book, named })
    }

    fn wanted(&self, bag: BagId) -> Result<Option<HashSet<u64>>> {
        if let Some(named) = &self.named {
            return Ok(Some(named.seqs.clone()));
        }
        let Some(book) = self.book else { return Ok(None) };
        let bag = Some((bag.year, bag.number));
        let filter = Filter { book: Some(book), bag, ..Filter::default() };
        let mut seqs = HashSet::new();
        self.register.entries(&filter, &mut |entry| {
            seqs.insert(entry.seq);
            Ok(())
        })?;
        // What was attached later mostly lies in another bag than its document.
        let mut about = HashSet::new();
        self.register.acts(&ActFilter { bag, ..ActFilter::default() }, &mut |acted| {
            about.extend(acted.act.about);
            Ok(())
        })?;
        for seq in about {
            if self.register.entry(seq)?.is_some_and(|entry| entry.book == book) {
                seqs.insert(seq);
            }
        }
        Ok(Some(seqs))
    }
}

fn named(register: &dyn Register, asked: &Asked, code: &str) -> Result<Named> {
    let number = code.split('/').next().and_then(|n| n.trim().parse::<u32>().ok());
    let numbers = number.map(|n| n..=n);
    let filter = Filter { book: asked.book, year: asked.year, numbers, ..Filter::default() };
    let (mut seqs, mut bags) = (HashSet::new(), Vec::new());
    if number.is_some() {
        register.entries(&filter, &mut |entry| {
            if entry.code().to_string() == code.trim() {
                seqs.insert(entry.seq);
                bags.extend(entry.files.iter().map(|f| f.at.bag_id()));
            }
            Ok(())
        })?;
    }
    for seq in &seqs {
        let filter = ActFilter { about: Some(*seq), ..ActFilter::default() };
        register.acts(&filter, &mut |acted| {
            bags.extend(acted.files.iter().map(|f| f.at.bag_id()));
            Ok(())
        })?;
    }
    if seqs.is_empty() {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default().item(code),
            text!("sổ đăng ký không có số {code}", "the register has no number {code}"),
        )
        .hint(text!(
            "ghi số, ký hiệu như trong sổ, ví dụ 05/KH-SNV; xem bằng “vanthu book outgoing”",
            "give số, ký hiệu as the book has it, such as 05/KH-SNV; see `vanthu book outgoing`"
        )));
    }
    bags.sort_unstable();
    bags.dedup();
    Ok(Named { seqs, bags })
}

impl RegisterView for Part<'_> {
    fn bags(&self) -> Result<Vec<BagId>> {
        match &self.named {
            Some(named) => Ok(named.bags.clone()),
            None => self.ledger.bags(),
        }
    }

    fn files(&self, bag: BagId, each: &mut dyn FnMut(Known) -> Result<()>) -> Result<()> {
        let wanted = self.wanted(bag)?;
        self.ledger.files(bag, &mut |mut known| {
            known.wanted = wanted.as_ref().is_none_or(|w| w.contains(&known.document.seq));
            each(known)
        })
    }

    fn numbers(&self, each: &mut dyn FnMut(Given) -> Result<()>) -> Result<()> {
        match (&self.named, self.book) {
            (None, None | Some(Book::Outgoing)) => self.ledger.numbers(each),
            _ => Ok(()),
        }
    }

    fn start_after(&self, series: &str, year: i16) -> Result<u32> {
        self.ledger.start_after(series, year)
    }

    fn head(&self) -> Result<Option<u64>> {
        self.ledger.head()
    }

    fn leaves(&self, each: &mut dyn FnMut(u64, &[u8]) -> Result<()>) -> Result<()> {
        self.ledger.leaves(each)
    }

    fn document_at(&self, seq: u64) -> Result<Option<DocumentId>> {
        self.ledger.document_at(seq)
    }

    fn seals(&self, each: &mut dyn FnMut(BagId, Digest) -> Result<()>) -> Result<()> {
        self.ledger.seals(each)
    }

    fn keys(&self) -> Result<Vec<String>> {
        self.ledger.keys()
    }

    fn is_explained(&self, document: &DocumentId) -> Result<bool> {
        self.ledger.is_explained(document)
    }

    fn totals(&self) -> Result<(u64, u64)> {
        self.ledger.totals()
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::archive::{ArchivePath, FileRef, sha256};
    use crate::register::sqlite::Sqlite;
    use crate::register::{Batch, Fields, Kind, NewAct, Registration, Want};

    const AT: &str = "2026-02-05T09:00:00+07:00";

    fn file(bag: u32, name: &str) -> FileRef {
        let at = ArchivePath { year: 2026, bag, path: format!("data/{name}") };
        FileRef { at, sha256: sha256(name.as_bytes()), size: 1, parts: None }
    }

    fn enter(register: &mut Sqlite, book: Book, notation: &str, files: Vec<FileRef>) {
        let fields = serde_json::json!({
            "type_id": "ke-hoach", "type_name": "Kế hoạch", "notation": notation, "organ_name": "Sở",
            "organ_id": null, "subject": "Trích yếu", "signer_position": "GIÁM ĐỐC", "signer_name": "A",
            "recipients": [], "archive_copy": "VT", "copies": null, "priority": 0, "extra": {},
        });
        let fields: Fields = serde_json::from_value(fields).expect("fields");
        let row_key = register.head().expect("head").to_string();
        let (series, date) = (book.key().to_owned(), date(2026, 2, 5));
        let batch = Batch { job: row_key.clone(), title: "t".into(), book };
        let input = "{}".to_owned();
        let want = Want { series: series.clone(), date, row_key, input };
        let wants = vec![want.clone()];
        let used = |_: &str, _| if book == Book::Copies { 40 } else { 0 };
        let number = register.reserve(&batch, &wants, &used, "t").expect("reserves")[0];
        let (salt, job, written) = ([7; 16], None, None);
        let Want { row_key, input, .. } = want;
        let row = Registration {
            job,
            row_key,
            input,
            book,
            series,
            number,
            date,
            fields,
            files,
            salt,
            written,
        };
        let mut rows = Some(vec![row]);
        register.commit(&batch, AT, &mut |_| Ok(rows.take())).expect("commits");
    }

    fn attach(register: &mut Sqlite, about: Option<u64>, files: Vec<FileRef>) {
        let act = NewAct {
            kind: Kind::Attach,
            about,
            date: date(2026, 2, 6),
            data: serde_json::Map::new(),
            fields: serde_json::Map::new(),
            files,
            salt: [7; 16],
        };
        assert!(register.commit_acts(AT, &[act]).is_ok());
    }

    /// Two outgoing documents in bags 1 and 2, an incoming one in bag 2, and what was attached to them, mostly elsewhere.
    fn filled() -> (tempfile::TempDir, Sqlite) {
        let dir = tempfile::tempdir().expect("a folder");
        let mut register = Sqlite::open(&dir.path().join("r.db")).expect("opens");
        enter(&mut register, Book::Outgoing, "KH-SNV", vec![file(1, "o1")]);
        enter(&mut register, Book::Outgoing, "KH-SNV", vec![file(2, "o2")]);
        enter(&mut register, Book::Incoming, "", vec![file(2, "i1")]);
        for (seq, bag, name) in
            [(1, 3, "a-o1"), (2, 3, "b-o2"), (3, 4, "c-i1"), (2, 1, "e-o2"), (2, 3, "f-o2")]
        {
            attach(&mut register, Some(seq), vec![file(bag, name)]);
        }
        attach(&mut register, None, vec![file(3, "d-none")]);
        (dir, register)
    }

    fn part<'a>(register: &'a Sqlite, asked: &Asked) -> Part<'a> {
        Part::of(register, asked).unwrap_or_else(|e| panic!("{e}"))
    }

    /// Names of the files that are wanted of each bag, and how many numbers are compared.
    fn wanted(part: &Part<'_>) -> (Vec<Vec<String>>, usize) {
        let mut bags = Vec::new();
        for number in 1..=4 {
            let mut names = Vec::new();
            let mut add = |known: Known| {
                if known.wanted {
                    names.push(known.path.replace("data/", ""));
                }
                Ok(())
            };
            part.files(BagId { year: 2026, number }, &mut add).expect("files");
            bags.push(names);
        }
        let mut count = 0;
        let mut add = |_| {
            count += 1;
            Ok(())
        };
        part.numbers(&mut add).expect("numbers");
        (bags, count)
    }

    fn numbers_of(part: &Part<'_>) -> Vec<u32> {
        part.bags().expect("bags").iter().map(|b| b.number).collect()
    }

    fn book(book: Book) -> Asked {
        Asked { book: Some(book), ..Asked::default() }
    }

    fn number(code: &str) -> Asked {
        Asked { number: Some(code.to_owned()), ..Asked::default() }
    }

    #[test]
    fn a_book_is_its_documents_and_what_was_attached_to_them_wherever_it_lies() {
        let (_dir, register) = filled();
        let all = part(&register, &Asked::default());
        let names = wanted(&all);
        let every =
            [&["e-o2", "o1"][..], &["i1", "o2"], &["a-o1", "b-o2", "d-none", "f-o2"], &["c-i1"]];
        assert_eq!(
            names,
            (every.map(|bag| bag.iter().map(|s| (*s).to_owned()).collect()).to_vec(), 3)
        );
        assert_eq!(numbers_of(&all), [1, 2, 3, 4]);
        let outgoing = part(&register, &book(Book::Outgoing));
        let names = wanted(&outgoing);
        assert_eq!(names.0, [vec!["e-o2", "o1"], vec!["o2"], vec!["a-o1", "b-o2", "f-o2"], vec![]]);
        assert_eq!((names.1, numbers_of(&outgoing)), (3, vec![1, 2, 3, 4]), "numbers are compared");
        let incoming = part(&register, &book(Book::Incoming));
        let names = wanted(&incoming);
        assert_eq!(names.0, [vec![], vec!["i1"], vec![], vec!["c-i1"]]);
        assert_eq!(names.1, 0, "numbers are those of the outgoing book");
        let copies = wanted(&part(&register, &book(Book::Copies)));
        assert_eq!(copies, (vec![vec![]; 4], 0));
    }

    #[test]
    fn a_document_is_looked_for_in_its_bags_only() {
        let (_dir, register) = filled();
        let one = part(&register, &number(" 02/KH-SNV "));
        assert_eq!(numbers_of(&one), [1, 2, 3], "its own and those of what was attached");
        let (names, numbers) = wanted(&one);
        assert_eq!(names, [vec!["e-o2"], vec!["o2"], vec!["b-o2", "f-o2"], vec![]]);
        assert_eq!(numbers, 0);
        let of_book = Asked { book: Some(Book::Outgoing), year: Some(2026), ..number("01/KH-SNV") };
        let one = part(&register, &of_book);
        assert_eq!((numbers_of(&one), wanted(&one).1), (vec![1, 3], 0));
        let none = |asked: Asked| match Part::of(&register, &asked) {
            Err(failure) => assert_eq!(failure.kind, FailureKind::Usage, "{failure}"),
            Ok(_) => panic!("{asked:?} was found"),
        };
        none(number("03/KH-SNV"));
        none(number("01/KH"));
        none(number("KH-SNV"));
        none(Asked { year: Some(2025), ..number("01/KH-SNV") });
        none(Asked { book: Some(Book::Incoming), ..number("01/KH-SNV") });
    }

    #[test]
    fn bags_are_judged_as_a_whole_unless_documents_are_asked_for() {
        let of = |asked: &Asked| (asked.is_whole(), asked.scope());
        let all = Scope::ALL;
        assert_eq!(of(&Asked::default()), (true, all));
        let bag = Asked { year: Some(2026), bag: Some(7), ..Asked::default() };
        let scope = Scope { year: Some(2026), bag: Some(7), part: false };
        assert_eq!(of(&bag), (true, scope));
        assert_eq!(of(&book(Book::Outgoing)), (false, Scope { part: true, ..all }));
        assert_eq!(of(&number("1/A")), (false, Scope { part: true, ..all }));
    }

    #[test]
    fn the_rest_of_the_register_is_handed_on_as_it_is() {
        let (_dir, mut register) = filled();
        enter(&mut register, Book::Copies, "SY", vec![file(4, "s1")]);
        let (view, ledger) = (part(&register, &book(Book::Incoming)), Ledger(&register));
        assert_eq!(view.start_after("copies", 2026).expect("reads"), 40);
        assert_eq!(view.head().expect("head"), Some(10));
        assert_eq!(view.totals().expect("totals"), ledger.totals().expect("totals"));
        assert_eq!(view.document_at(3).expect("reads"), ledger.document_at(3).expect("reads"));
        assert!(view.document_at(3).expect("reads").is_some());
        let mut leaves = Vec::new();
        let mut add = |seq, _: &[u8]| {
            leaves.push(seq);
            Ok(())
        };
        view.leaves(&mut add).expect("leaves");
        assert_eq!(leaves, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        let void = NewAct {
            kind: Kind::Void,
            about: Some(1),
            date: date(2026, 2, 7),
            data: serde_json::Map::new(),
            fields: serde_json::Map::new(),
            files: Vec::new(),
            salt: [7; 16],
        };
        assert!(register.commit_acts(AT, &[void]).is_ok());
        let view = part(&register, &book(Book::Incoming));
        let explained = |seq| {
            let document = view.document_at(seq).expect("reads").expect("is there");
            view.is_explained(&document).expect("reads")
        };
        assert!(explained(1) && !explained(2));
    }
}
