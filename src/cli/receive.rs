//! `vanthu receive`.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::diagnostic::{Diagnostic, Failure, FailureKind, Place, Result, Severity, Text, blocks};
use crate::pipeline::NOT_SAID;
use crate::pipeline::intake::{
    self, Copied, INCOMING_FOLDER, Intake, Looked, Looks, Wanted, copy_out, short_date, take_in,
};
use crate::pipeline::{Received, Ticket, Workspace, preview_arrivals};
use crate::source::incoming::Given;
use crate::text;

use super::args::ReceiveArgs;
use super::report::{self, Ui};
use super::{Exit, output_failure, progress};

/// Registers what came in, or says what is read from it and what is missing.
pub fn run(workspace: &Workspace<'_>, args: ReceiveArgs, ui: &mut Ui<'_>) -> Result<Exit> {
    let intake = intake_of(&args)?;
    let title = title(&args);
    let bar = progress::bar(0, &title, ui.lang, ui.quiet);
    let looks = intake::look(workspace, &intake, &|done, total| {
        bar.set_length(total as u64);
        bar.set_position(done as u64);
    });
    bar.finish_and_clear();
    let looks = looks?;
    if blocks(&looks.findings) {
        return refuse(&looks, &Received::default(), &args, ui);
    }
    let arrivals: Vec<_> = looks.documents.iter().map(Looked::arrival).collect();
    if args.dry_run || looks.documents.iter().any(lacks) {
        let would = preview_arrivals(workspace, &arrivals)?;
        if blocks(&would.findings) {
            return refuse(&looks, &would, &args, ui);
        }
        return show(workspace, &looks, &would, Copied::default(), &args, ui);
    }
    let job = job(workspace)?;
    let ticket = Ticket { job, title, wait: Duration::from_secs(args.wait) };
    let bar = progress::bar(looks.documents.len() as u64, &ticket.title, ui.lang, ui.quiet);
    let limit = intake.limit;
    let received = take_in(workspace, &looks, &ticket, limit, &|p| bar.set_position(p.done as u64));
    bar.finish_and_clear();
    let received = received?;
    if blocks(&received.findings) {
        return refuse(&looks, &received, &args, ui);
    }
    let folder = args.out.clone().unwrap_or_else(|| workspace.dir.join(INCOMING_FOLDER));
    let wanted = Wanted { slips: args.slip, skip: args.skip };
    let copied = copy_out(workspace, &looks, &received.receipts, &folder, wanted);
    show(workspace, &looks, &received, copied, &args, ui)
}

fn intake_of(args: &ReceiveArgs) -> Result<Intake> {
    if args.files.is_empty() && args.sheet.is_none() && !args.paper {
        return Err(Failure::new(
            FailureKind::Usage,
            Place::default(),
            text!("chưa nói nhận gì", "nothing to receive was named"),
        )
        .hint(text!(
            "ghi tên tệp hay thư mục, hoặc --sheet BẢNG, hoặc --paper cho một bản giấy",
            "name a file or a folder, or --sheet FILE, or --paper for a document on paper"
        )));
    }
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let given = Given {
        from: text(&args.from),
        code: text(&args.code),
        issued: args.date,
        type_name: text(&args.type_name),
        subject: text(&args.subject),
        signer_position: text(&args.position),
        signer_name: text(&args.signer),
        to: args.to.clone(),
        arrived: args.arrived,
        priority: args.priority.unwrap_or(0),
        secret: args.secret,
        due: args.due,
        dossier: text(&args.dossier),
        note: text(&args.note),
        ..Given::default()
    };
    Ok(Intake {
        paths: args.files.clone(),
        sheet: args.sheet.clone(),
        paper: args.paper,
        given,
        accept: args.yes,
        stamp: !args.no_stamp,
        at: args.at,
        on_page: args.on_page,
        limit: args.max_size.map(|mb| mb << 20),
    })
}

fn title(args: &ReceiveArgs) -> String {
    let names: Vec<_> = args.files.iter().chain(&args.sheet).collect();
    let more = names.len().saturating_sub(3);
    let first = names.iter().take(3).map(|f| f.display().to_string());
    let title = first.collect::<Vec<_>>().join(", ");
    match (title.is_empty(), more) {
        (true, _) => "--paper".to_owned(),
        (_, 0) => title,
        _ => format!("{title}, … (+{more})"),
    }
}

/// Each call is a job of its own: what came before is told by its bytes, not by the call.
fn job(workspace: &Workspace<'_>) -> Result<String> {
    let mut nonce = [0; 16];
    workspace.world.random(&mut nonce).map_err(|e| {
        Failure::new(
            FailureKind::Output,
            Place::default(),
            text!("máy không cho số ngẫu nhiên: {e}", "the machine gave no random bytes: {e}"),
        )
    })?;
    Ok(nonce.iter().fold("receive:".to_owned(), |id, b| format!("{id}{b:02x}")))
}

/// A field without which it is not registered was neither given nor accepted.
fn lacks(document: &Looked) -> bool {
    let fields = &document.fields;
    !fields.secret && (fields.from.trim().is_empty() || fields.subject.trim().is_empty())
}

/// Findings of one kind that are shown, unless they are errors.
const SHOWN: usize = 3;

/// Shows findings; of notes that say the same of many files the first few.
fn tell(findings: &[Diagnostic], ui: &mut Ui<'_>) {
    let mut seen: BTreeMap<(String, &str), usize> = BTreeMap::new();
    let mut shown = Vec::new();
    for finding in findings {
        let count = seen.entry((finding.code.to_string(), &finding.message.vi)).or_default();
        *count += 1;
        if finding.severity == Severity::Error || *count <= SHOWN {
            shown.push(finding.clone());
        }
    }
    let hidden = findings.len() - shown.len();
    ui.findings(&shown);
    if hidden > 0 {
        ui.remark(&text!(
            "… và {hidden} lưu ý, cảnh báo như trên cho các tệp khác (--json để xem đủ)",
            "… and {hidden} notes and warnings like these for other files (--json shows all)"
        ));
    }
}

/// Says why nothing was registered, and what was read from the files.
fn refuse(looks: &Looks, received: &Received, args: &ReceiveArgs, ui: &mut Ui<'_>) -> Result<Exit> {
    let findings: Vec<_> = looks.findings.iter().chain(&received.findings).cloned().collect();
    if args.json {
        let value = serde_json::json!({
            "received": [],
            "offered": looks.documents.iter().map(offered_json).collect::<Vec<_>>(),
            "findings": findings.iter().map(|d| report::json(d, ui.lang)).collect::<Vec<_>>(),
        });
        writeln!(ui.out, "{value:#}").map_err(|e| output_failure(&e))?;
        return Ok(Exit::Findings);
    }
    // What a file offers is not called missing: it is shown, and waits for --yes.
    let waits = |f: &&Diagnostic| looks.documents.iter().any(|d| is_offered(d, f));
    let told: Vec<_> = findings.iter().filter(|f| !waits(f)).cloned().collect();
    tell(&told, ui);
    let mut offered = false;
    for document in looks.documents.iter().filter(|d| lacks(d)) {
        offered |= offer(document, ui).map_err(|e| output_failure(&e))?;
    }
    ui.remark(&text!("chưa vào sổ văn bản nào", "nothing was registered"));
    if offered && !args.yes && !blocks(&told) {
        ui.remark(&text!(
            "thêm --yes để nhận các trường đọc được, hoặc ghi lại trường nào sai bằng tham số",
            "add --yes to accept the fields that were read, or give those that are wrong as arguments"
        ));
    }
    Ok(Exit::Findings)
}

/// True if a finding says that a field is missing which the document's file offers.
fn is_offered(document: &Looked, finding: &Diagnostic) -> bool {
    let offer = match finding.place.item.as_deref() {
        Some("organ_name") => &document.offer.from,
        Some("subject") => &document.offer.subject,
        _ => return false,
    };
    let place = Place { item: None, ..finding.place.clone() };
    finding.code == NOT_SAID && !offer.is_empty() && place == document.place
}

/// The fields that a file offers, one a line. True if there are any.
fn offer(document: &Looked, ui: &mut Ui<'_>) -> std::io::Result<bool> {
    let given = &document.offer;
    let day = |d: jiff::civil::Date| format!("{}/{}/{}", d.day(), d.month(), d.year());
    let lines = [
        (text!("cơ quan ban hành", "author"), given.from.clone()),
        (text!("số, ký hiệu", "code"), given.code.clone()),
        (text!("ngày văn bản", "date"), given.issued.map(day).unwrap_or_default()),
        (text!("tên loại", "type"), given.type_name.clone()),
        (text!("trích yếu", "subject"), given.subject.clone()),
        (text!("chức vụ", "position"), given.signer_position.clone()),
        (text!("người ký", "signer"), given.signer_name.clone()),
        (text!("độ khẩn", "urgency"), urgency(given.priority).get(ui.lang).to_owned()),
    ];
    if lines.iter().all(|(_, value)| value.is_empty()) {
        return Ok(false);
    }
    let place = document.place.describe(ui.lang);
    ui.line(&text!("đọc được từ {place}:", "read from {place}:"))?;
    for (label, value) in lines.iter().filter(|(_, value)| !value.is_empty()) {
        writeln!(ui.out, "  {}: {value}", label.get(ui.lang))?;
    }
    Ok(true)
}

fn urgency(priority: u8) -> Text {
    match priority {
        0 => text!("", ""),
        1 => text!("khẩn", "urgent"),
        2 => text!("thượng khẩn", "very urgent"),
        _ => text!("hỏa tốc", "flash"),
    }
}

fn offered_json(document: &Looked) -> serde_json::Value {
    let given = &document.offer;
    serde_json::json!({
        "file": document.path.as_ref().map(|p| p.display().to_string()),
        "from": given.from,
        "code": given.code,
        "date": given.issued.map(|d| d.to_string()),
        "type": given.type_name,
        "subject": given.subject,
        "position": given.signer_position,
        "signer": given.signer_name,
        "priority": given.priority,
    })
}

/// Shows what was, or would be, received.
fn show(
    workspace: &Workspace<'_>,
    looks: &Looks,
    received: &Received,
    copied: Copied,
    args: &ReceiveArgs,
    ui: &mut Ui<'_>,
) -> Result<Exit> {
    let findings: Vec<_> = looks.findings.iter().chain(&received.findings).cloned().collect();
    let written = if args.json {
        show_json(looks, received, &copied, args.dry_run, &findings, ui)
    } else {
        tell(&findings, ui);
        if let Some(mended) = &received.mended {
            ui.remark(mended);
        }
        show_lines(workspace, looks, received, &copied, args.dry_run, ui)
    };
    written.map_err(|e| output_failure(&e))?;
    for failure in received.unfinished.iter().chain(&copied.failed) {
        let _ = ui.err.write_all(report::render_failure(failure, ui.lang).as_bytes());
    }
    Ok(if copied.failed.is_some() { Exit::Failed } else { Exit::Clean })
}

fn show_lines(
    workspace: &Workspace<'_>,
    looks: &Looks,
    received: &Received,
    copied: &Copied,
    dry_run: bool,
    ui: &mut Ui<'_>,
) -> std::io::Result<()> {
    for (nth, receipt) in received.receipts.iter().enumerate() {
        let Some(document) = looks.documents.get(receipt.index) else { continue };
        let fields = &document.fields;
        let (number, day) = (receipt.number.to_string(), short_date(receipt.date));
        write!(ui.out, "{number:>5}  {day:<8}")?;
        if fields.secret {
            write!(ui.out, "  {}", text!("(mật)", "(secret)").get(ui.lang))?;
        } else {
            write!(ui.out, "  {:<18} {}", fields.code, fields.subject)?;
        }
        if let Some(copy) = copied.copies.get(nth).and_then(Option::as_ref) {
            write!(ui.out, "  [{}]", workspace.shown(copy))?;
        }
        writeln!(ui.out)?;
    }
    for paper in &copied.papers {
        writeln!(ui.out, "{}", workspace.shown(paper))?;
    }
    let count = received.receipts.len();
    ui.remark(&if dry_run {
        text!(
            "sẽ vào sổ {count} văn bản; chưa thay đổi gì",
            "would register {count} documents; nothing was changed"
        )
    } else {
        text!("đã vào sổ {count} văn bản đến", "registered {count} incoming documents")
    });
    Ok(())
}

fn show_json(
    looks: &Looks,
    received: &Received,
    copied: &Copied,
    dry_run: bool,
    findings: &[crate::diagnostic::Diagnostic],
    ui: &mut Ui<'_>,
) -> std::io::Result<()> {
    let lines: Vec<_> = received
        .receipts
        .iter()
        .enumerate()
        .map(|(nth, receipt)| {
            let document = looks.documents.get(receipt.index);
            let fields = document.map(|d| &d.fields);
            serde_json::json!({
                "number": receipt.number.get(),
                "date": receipt.date.to_string(),
                "file": document.and_then(|d| d.path.as_ref()).map(|p| p.display().to_string()),
                "from": fields.map(|f| &f.from),
                "code": fields.map(|f| &f.code),
                "issued": fields.and_then(|f| f.issued).map(|d| d.to_string()),
                "subject": fields.map(|f| &f.subject),
                "stamped": copied.copies.get(nth).and_then(Option::as_ref).map(|p| p.display().to_string()),
            })
        })
        .collect();
    let value = serde_json::json!({
        "dry_run": dry_run,
        "received": lines,
        "papers": copied.papers.iter().map(|p| p.display().to_string()).collect::<Vec<_>>(),
        "findings": findings.iter().map(|d| report::json(d, ui.lang)).collect::<Vec<_>>(),
    });
    writeln!(ui.out, "{value:#}")
}
