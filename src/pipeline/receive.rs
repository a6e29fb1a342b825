//! Receiving: incoming documents get their numbers, rows and places in the archive, whole or not at all.
//!
//! Knows: the checks before a number is given, the order of filing. Must not know: terminals, PDF, where the fields came from.

use std::collections::{BTreeMap, HashMap};

use jiff::civil::Date;

use crate::archive::{Digest, FileRef, sha256};
use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Text, blocks};
use crate::model::Number;
use crate::register::life::{Life, Standing};
use crate::register::{
    self, Batch, Book, Entry, Filter, Incoming, JobRow, Register, Secrecy, Want, Wants, annex,
};
use crate::text;

use super::codes::{
    DATED_AFTER_ARRIVAL, DUE_BEFORE_ARRIVAL, NOT_SAID, SAME_CODE, SAME_FILE, SECRET,
};
use super::filing::{Attachment, Filing, Progress, Rendered, read_register};
use super::issue::{Ticket, told};
use super::plan::half;
use super::workspace::Workspace;

/// An incoming document that is to be entered.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Arrival {
    /// Its fields.
    pub incoming: Incoming,
    /// Where they come from: the file, the row of a sheet.
    pub place: Place,
    /// SHA-256 of the original file; `None` for paper.
    pub sha256: Option<Digest>,
    /// Files that it brings: the original, and one for each further file such as a stamped copy. 0 for paper.
    pub files: usize,
}

/// The number and day that a document got, for the stamp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrived {
    /// Số đến.
    pub number: Number,
    /// Ngày đến.
    pub date: Date,
}

/// The files of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Papers {
    /// The original, untouched.
    pub original: Attachment,
    /// The stamped copy and others made from it.
    pub further: Vec<Attachment>,
}

/// Brings the files of an arrival (by its index) for its number; asked only for arrivals with files, from several
/// threads. An error of one undoes the whole batch.
pub type Bring<'a> = dyn Fn(usize, Arrived) -> Result<Papers> + Sync + 'a;

/// One received document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receipt {
    /// Index of the arrival.
    pub index: usize,
    /// Position in the register; 0 in a preview.
    pub seq: u64,
    /// Số đến.
    pub number: Number,
    /// Ngày đến.
    pub date: Date,
    /// The original in the archive.
    pub file: Option<FileRef>,
    /// Its further files.
    pub further: Vec<FileRef>,
    /// True if an earlier run of the same job had received it.
    pub earlier: bool,
}

/// What came of receiving.
#[derive(Debug, Default)]
pub struct Received {
    /// One for each arrival, in their order; none if a finding stopped the batch.
    pub receipts: Vec<Receipt>,
    /// Findings about fields, dates and repeats.
    pub findings: Vec<Diagnostic>,
    /// What opening the office had to mend after a run that was killed.
    pub mended: Option<Text>,
    /// Something after the commit is still to be finished by the next run.
    pub unfinished: Option<Failure>,
}

/// What is wrong with arrivals before any number is taken, each finding with the index of its
/// arrival. An error stops that arrival; a caller may leave such out and receive the others.
///
/// # Errors
/// The register cannot be read.
pub fn check_arrivals(
    workspace: &Workspace<'_>,
    register: Option<&dyn Register>,
    arrivals: &[Arrival],
) -> Result<Vec<(usize, Diagnostic)>> {
    let mut check = Check { workspace, register, codes: HashMap::new(), files: HashMap::new() };
    let mut found = Vec::new();
    for (index, arrival) in arrivals.iter().enumerate() {
        found.extend(check.arrival(arrival, index)?.into_iter().map(|d| (index, d)));
    }
    Ok(found)
}

/// The numbers that arrivals would get now; changes nothing.
///
/// # Errors
/// The register cannot be read.
pub fn preview_arrivals(workspace: &Workspace<'_>, arrivals: &[Arrival]) -> Result<Received> {
    let register = read_register(&workspace.dir)?;
    let register = register.as_ref().map(|r| r as &dyn Register);
    let mut received = Received::default();
    let found = check_arrivals(workspace, register, arrivals)?;
    received.findings = found.into_iter().map(|(_, d)| d).collect();
    let wants = ArrivalWants::new(workspace, arrivals, keys_of(arrivals), &BTreeMap::new());
    let today = workspace.world.today();
    let plan = register::plan(register, Book::Incoming, &workspace.office, &wants, today)?;
    received.findings.extend(wants.placed(plan.findings));
    for (index, number) in plan.numbers.into_iter().enumerate() {
        let date = wants.date(index);
        received.receipts.push(Receipt {
            index,
            seq: 0,
            number,
            date,
            file: None,
            further: Vec::new(),
            earlier: false,
        });
    }
    Ok(received)
}

/// Receives a batch, whole or not at all: a finding that is an error stops all of it.
///
/// # Errors
/// The work could not be done; then nothing was numbered, registered or filed.
pub fn receive(
    workspace: &Workspace<'_>,
    arrivals: &[Arrival],
    ticket: &Ticket,
    bring: &Bring<'_>,
    on_progress: &(dyn Fn(Progress) + Sync),
) -> Result<Received> {
    let mut filing = Filing::open(workspace.world, &workspace.dir, &workspace.office, ticket.wait)?;
    let mut received = Received { mended: told(filing.mended()), ..Received::default() };
    let keys = keys_of(arrivals);
    let earlier = filing.issued_of(&ticket.job, &mut keys.iter().cloned())?;
    let wants = ArrivalWants::new(workspace, arrivals, keys, &earlier);
    // What an earlier run received is in the book already, and is no repeat.
    let fresh: Vec<Arrival> =
        wants.fresh.iter().filter_map(|i| arrivals.get(*i)).cloned().collect();
    let found = check_arrivals(workspace, Some(filing.register()), &fresh)?;
    received.findings = found.into_iter().map(|(_, d)| d).collect();
    let today = workspace.world.today();
    let register = Some(filing.register());
    let plan = register::plan(register, Book::Incoming, &workspace.office, &wants, today)?;
    received.findings.extend(wants.placed(plan.findings));
    if blocks(&received.findings) {
        return Ok(received);
    }
    let render = |nth: usize, number: Number| {
        let index = wants.fresh.get(nth).copied().unwrap_or(usize::MAX);
        render(&wants, index, Arrived { number, date: wants.date(nth) }, bring)
    };
    let batch =
        Batch { job: ticket.job.clone(), title: ticket.title.clone(), book: Book::Incoming };
    let outcome = filing.issue_batch(&batch, &wants, &render, on_progress)?;
    received.unfinished = outcome.unfinished;
    for (nth, issued) in outcome.issued.into_iter().enumerate() {
        let (Some(index), Some(number)) = (wants.fresh.get(nth), issued.code.number) else {
            continue;
        };
        received.receipts.push(Receipt {
            index: *index,
            seq: issued.seq,
            number,
            date: wants.date(nth),
            file: issued.file,
            further: issued.further,
            earlier: false,
        });
    }
    for (index, row) in &wants.earlier {
        received.receipts.extend(receipt_of(filing.register(), *index, row)?);
    }
    received.receipts.sort_by_key(|r| r.index);
    Ok(received)
}

fn receipt_of(register: &dyn Register, index: usize, row: &JobRow) -> Result<Option<Receipt>> {
    Ok(register.entry(row.seq)?.map(|entry| {
        let mut files = entry.files.into_iter();
        Receipt {
            index,
            seq: entry.seq,
            number: entry.number,
            date: entry.date,
            file: files.next(),
            further: files.collect(),
            earlier: true,
        }
    }))
}

fn render(
    wants: &ArrivalWants<'_>,
    index: usize,
    arrived: Arrived,
    bring: &Bring<'_>,
) -> Result<Rendered> {
    let arrival = wants.arrivals.get(index).ok_or_else(|| changed(&Place::default()))?;
    let fields = arrival.incoming.fields();
    if arrival.files == 0 {
        let (bytes, further) = (Vec::new(), Vec::new());
        return Ok(Rendered { bytes, extension: "", parts: None, fields, further });
    }
    let papers = bring(index, arrived)?;
    let Attachment { bytes, extension, parts } = papers.original;
    if bytes.is_empty() || arrival.sha256.is_some_and(|digest| digest != sha256(&bytes)) {
        return Err(changed(&arrival.place));
    }
    Ok(Rendered { bytes, extension, parts, fields, further: papers.further })
}

/// Identities of arrivals in their job; the same one a second time is another.
fn keys_of(arrivals: &[Arrival]) -> Vec<String> {
    let mut seen: HashMap<String, u32> = HashMap::new();
    let key = |arrival: &Arrival| {
        let base = identity(arrival);
        let nth = seen.entry(base.clone()).or_insert(0);
        *nth += 1;
        format!("{base}-{nth}")
    };
    arrivals.iter().map(key).collect()
}

/// The wants of arrivals that no earlier run of the job has received.
struct ArrivalWants<'a> {
    arrivals: &'a [Arrival],
    series: String,
    today: Date,
    /// Indices of the arrivals that are wanted.
    fresh: Vec<usize>,
    keys: Vec<String>,
    earlier: Vec<(usize, JobRow)>,
}

impl<'a> ArrivalWants<'a> {
    fn new(
        workspace: &Workspace<'_>,
        arrivals: &'a [Arrival],
        keys: Vec<String>,
        before: &BTreeMap<String, JobRow>,
    ) -> Self {
        let mut wants = Self {
            arrivals,
            series: workspace.office.incoming_series(),
            today: workspace.world.today(),
            fresh: Vec::new(),
            keys: Vec::new(),
            earlier: Vec::new(),
        };
        for (index, key) in keys.into_iter().enumerate() {
            match before.get(&key) {
                Some(row) => wants.earlier.push((index, row.clone())),
                None => {
                    wants.fresh.push(index);
                    wants.keys.push(key);
                }
            }
        }
        wants
    }

    fn arrival(&self, nth: usize) -> Option<&Arrival> {
        self.fresh.get(nth).and_then(|i| self.arrivals.get(*i))
    }

    fn date(&self, nth: usize) -> Date {
        self.arrival(nth).and_then(|a| a.incoming.arrived).unwrap_or(self.today)
    }

    /// Findings about numbers at the place of their arrival.
    fn placed(&self, found: Vec<(usize, Diagnostic)>) -> Vec<Diagnostic> {
        let at = |(nth, mut finding): (usize, Diagnostic)| {
            let item = finding.place.item.take();
            finding.place = self.arrival(nth).map(|a| a.place.clone()).unwrap_or_default();
            finding.place.item = item;
            finding
        };
        found.into_iter().map(at).collect()
    }
}

impl Wants for ArrivalWants<'_> {
    fn count(&self) -> usize {
        self.fresh.len()
    }

    fn get(&self, index: usize) -> Result<Want> {
        let key = self.keys.get(index).ok_or_else(|| changed(&Place::default()))?;
        Ok(Want {
            series: self.series.clone(),
            date: self.date(index),
            row_key: key.clone(),
            input: "{}".to_owned(),
        })
    }

    fn key(&self, index: usize) -> Result<String> {
        self.keys.get(index).cloned().ok_or_else(|| changed(&Place::default()))
    }

    fn files(&self, index: usize) -> usize {
        self.arrival(index).map_or(0, |a| a.files)
    }
}

/// What an arrival is known by in its job.
fn identity(arrival: &Arrival) -> String {
    let fields = serde_json::to_string(&arrival.incoming).unwrap_or_default();
    let file = arrival.sha256.map(|d| d.to_string()).unwrap_or_default();
    format!("{:032x}", half(&sha256(format!("{file}\0{fields}").as_bytes())))
}

fn changed(place: &Place) -> Failure {
    Failure::new(
        FailureKind::Input,
        place.clone(),
        text!("tệp đã đổi trong khi đang vào sổ", "the file changed while it was being entered"),
    )
    .hint(text!("đừng sửa tệp khi lệnh đang chạy; chạy lại", "leave the files alone and run again"))
}

/// Looks at arrivals one after the other.
struct Check<'a> {
    workspace: &'a Workspace<'a>,
    register: Option<&'a dyn Register>,
    /// Code and author → first arrival of the batch that has them.
    codes: HashMap<(String, String), usize>,
    /// Bytes → first arrival of the batch that has them.
    files: HashMap<Digest, usize>,
}

impl Check<'_> {
    fn arrival(&mut self, arrival: &Arrival, index: usize) -> Result<Vec<Diagnostic>> {
        let (incoming, place) = (&arrival.incoming, &arrival.place);
        if incoming.secrecy == Secrecy::Secret {
            return Ok(secret(arrival).into_iter().collect());
        }
        let mut found = annex::check(Book::Incoming, &incoming.fields(), place);
        for (field, value, vi, how) in [
            ("organ_name", &incoming.organ_name, "tác giả", ("--from", "Cơ quan ban hành")),
            ("subject", &incoming.subject, "trích yếu", ("--subject", "Trích yếu")),
        ] {
            if value.trim().is_empty() {
                found.push(not_said(place, field, vi, how));
            }
        }
        let arrived = incoming.arrived.unwrap_or_else(|| self.workspace.world.today());
        found.extend(
            incoming.issued.filter(|d| *d > arrived).map(|d| dated_after(place, d, arrived)),
        );
        found.extend(incoming.due.filter(|d| *d < arrived).map(|d| due_before(place, d, arrived)));
        found.extend(self.same_file(arrival, index)?);
        found.extend(self.same_code(arrival, index)?);
        Ok(found)
    }

    fn same_file(&mut self, arrival: &Arrival, index: usize) -> Result<Option<Diagnostic>> {
        let Some(digest) = arrival.sha256 else { return Ok(None) };
        let before = *self.files.entry(digest).or_insert(index);
        if before != index {
            let nth = before.saturating_add(1);
            let what = text!("tệp thứ {nth} của lần này", "file {nth} of this run");
            return Ok(Some(same_file(&arrival.place, &what)));
        }
        let Some(register) = self.register else { return Ok(None) };
        for seq in register.with_digest(&digest)? {
            let Some(entry) = register.entry(seq)? else { continue };
            if entry.book == Book::Incoming && !is_over(register, &entry)? {
                let mut found = same_file(&arrival.place, &named(&entry));
                let exact = super::acts::exact(&entry);
                let way = text!(
                    "; nếu lần trước vào sổ nhầm thì hủy số đó rồi nhận lại: vanthu void {exact} --reason …",
                    "; if it was entered wrongly give that number up and receive it again: vanthu void {exact} --reason …"
                );
                if let Some(hint) = &mut found.hint {
                    hint.vi.push_str(&way.vi);
                    hint.en.push_str(&way.en);
                }
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    /// PL VI, III.1.h: a warning where số, ký hiệu and the author are those of a document that is
    /// there already, received or our own.
    fn same_code(&mut self, arrival: &Arrival, index: usize) -> Result<Option<Diagnostic>> {
        let incoming = &arrival.incoming;
        let code = incoming.code.trim();
        if code.is_empty() {
            return Ok(None);
        }
        let author = text::slug(&incoming.organ_name);
        let before = *self.codes.entry((code.to_owned(), author.clone())).or_insert(index);
        if before != index {
            let nth = before.saturating_add(1);
            let what = text!("văn bản thứ {nth} của lần này", "document {nth} of this run");
            return Ok(Some(same_code(&arrival.place, code, &what)));
        }
        let Some(register) = self.register else { return Ok(None) };
        let known = same_sender(register, code, &incoming.organ_name)?;
        let own = || own_document(self.workspace, register, incoming, &author);
        let known = match known {
            Some(entry) => Some(entry),
            None => own()?,
        };
        Ok(known.map(|entry| same_code(&arrival.place, code, &named(&entry))))
    }
}

/// The incoming document that an author sent under a code.
pub(super) fn same_sender(
    register: &dyn Register,
    code: &str,
    organ_name: &str,
) -> Result<Option<Entry>> {
    let filter = Filter {
        book: Some(Book::Incoming),
        sender_code: Some(code.to_owned()),
        ..Filter::default()
    };
    let author = text::slug(organ_name);
    let mut known = None;
    let mut all = Vec::new();
    register.entries(&filter, &mut |entry| {
        if text::slug(&entry.fields.organ_name) == author {
            all.push(entry);
        }
        Ok(())
    })?;
    for entry in all {
        if known.is_none() && !is_over(register, &entry)? {
            known = Some(entry);
        }
    }
    Ok(known)
}

/// True if the number of an entry was given up, or the document called back: it may come in again.
fn is_over(register: &dyn Register, entry: &Entry) -> Result<bool> {
    let standing = Life::of(register, entry.seq)?.standing();
    Ok(matches!(standing, Standing::Void | Standing::Recalled))
}

/// The outgoing document that comes back, if the author is an organ of this office.
fn own_document(
    workspace: &Workspace<'_>,
    register: &dyn Register,
    incoming: &Incoming,
    author: &str,
) -> Result<Option<Entry>> {
    let office = &workspace.office;
    let organs = std::iter::once(&office.organ).chain(office.councils.values());
    let ours = organs
        .flat_map(|o| [o.in_text.clone(), o.name.join(" ")])
        .any(|name| text::slug(&name) == author);
    let year = incoming.issued.map(|d| d.year());
    let (Ok(code), Some(year), true) =
        (incoming.code.trim().parse::<crate::model::DocumentCode>(), year, ours)
    else {
        return Ok(None);
    };
    let Some(number) = code.number else { return Ok(None) };
    register.by_code(Book::Outgoing, number, &code.notation.0, year)
}

fn named(entry: &Entry) -> Text {
    let (label, day) = (entry.label(), register::book::day(entry.date));
    text!("{label} ngày {day}", "{label} of {day}")
}

fn secret(arrival: &Arrival) -> Option<Diagnostic> {
    let blank = Incoming {
        arrived: arrival.incoming.arrived,
        secrecy: Secrecy::Secret,
        ..Incoming::default()
    };
    if arrival.files == 0 && arrival.sha256.is_none() && arrival.incoming == blank {
        return None;
    }
    Some(
        Diagnostic::error(SECRET, arrival.place.clone(), text!(
            "tài liệu mật: sổ này chỉ giữ số đến và ngày đến, không nhận tệp hay nội dung",
            "a secret document: this book keeps its number and day only, no file and no content"
        ))
        .basis("Điều 16 khoản 3 NĐ 30/2020/NĐ-CP; Luật Bảo vệ bí mật nhà nước")
        .hint(text!(
            "vào sổ tài liệu mật bằng giấy; ở đây để trống mọi trường và không kèm tệp",
            "enter it in the paper book of secret documents; here leave all fields empty and bring no file"
        )),
    )
}

fn not_said(place: &Place, field: &str, vi: &str, (flag, column): (&str, &str)) -> Diagnostic {
    Diagnostic::error(
        NOT_SAID,
        place.clone().item(field),
        text!(
            "chưa ghi {vi} của văn bản đến",
            "the field `{field}` of the incoming document is empty"
        ),
    )
    .basis("Điều 22 khoản 1, Phụ lục IV mẫu VI NĐ 30/2020/NĐ-CP")
    .hint(text!(
        "đọc trong văn bản rồi ghi bằng {flag}, hoặc ở cột “{column}” của bảng --sheet",
        "read it in the document and give it with {flag}, or in the column “{column}” of the --sheet"
    ))
}

fn dated_after(place: &Place, issued: Date, arrived: Date) -> Diagnostic {
    let (issued, arrived) = (register::book::day(issued), register::book::day(arrived));
    Diagnostic::warning(
        DATED_AFTER_ARRIVAL,
        place.clone().item("issued_date"),
        text!(
            "văn bản ghi ngày {issued}, sau ngày đến {arrived}",
            "the document is dated {issued}, after its arrival on {arrived}"
        ),
    )
    .basis("Điều 22 khoản 1 NĐ 30/2020/NĐ-CP")
    .hint(text!("xem lại ngày ghi trên văn bản", "check the date on the document"))
}

fn due_before(place: &Place, due: Date, arrived: Date) -> Diagnostic {
    let (due, arrived) = (register::book::day(due), register::book::day(arrived));
    Diagnostic::warning(
        DUE_BEFORE_ARRIVAL,
        place.clone().item("due_date"),
        text!(
            "thời hạn giải quyết {due} ở trước ngày đến {arrived}",
            "the deadline {due} lies before the arrival on {arrived}"
        ),
    )
    .basis("Điều 24 NĐ 30/2020/NĐ-CP")
    .hint(text!("xem lại thời hạn", "check the deadline"))
}

fn same_file(place: &Place, known: &Text) -> Diagnostic {
    let (vi, en) = (&known.vi, &known.en);
    Diagnostic::error(
        SAME_FILE,
        place.clone(),
        text!(
            "tệp này đã vào sổ: giống từng byte với {vi}",
            "this file is in the book already: the same bytes as {en}"
        ),
    )
    .basis("Phụ lục VI, III.1.h NĐ 30/2020/NĐ-CP")
    .hint(text!("bỏ tệp này ra", "leave this file out"))
}

fn same_code(place: &Place, code: &str, known: &Text) -> Diagnostic {
    let (vi, en) = (&known.vi, &known.en);
    Diagnostic::warning(
        SAME_CODE,
        place.clone().item(code),
        text!(
            "số, ký hiệu {code} của cùng cơ quan ban hành đã có: {vi}",
            "{code} of the same organ is there already: {en}"
        ),
    )
    .basis("Phụ lục VI, III.1.h NĐ 30/2020/NĐ-CP")
    .hint(text!(
        "kiểm tra có phải cùng một văn bản đến hai lần (bản giấy và bản điện tử chỉ lấy một số)",
        "see whether it came twice: paper and electronic copy take one number"
    ))
}

#[cfg(test)]
mod tests;
