//! `vanthu show CODE`.

use crate::archive::FileRef;
use crate::diagnostic::{Failure, FailureKind, Lang, Place, Result, Text};
use crate::pipeline::Workspace;
use crate::pipeline::acts::{Link, Shown, kind_name, show};
use crate::register::book::day;
use crate::register::life::Standing;
use crate::register::{Acted, Book, Kind, annex};
use crate::text;

use super::super::args::Shape;
use super::super::book::book_name;
use super::super::report::Ui;
use super::super::{Exit, output_failure};

/// Shows one document, or the documents that may be meant.
pub fn run(workspace: &Workspace<'_>, code: &str, format: Shape, ui: &mut Ui<'_>) -> Result<Exit> {
    let found = show(workspace, code)?;
    let done = |e: std::io::Error| output_failure(&e);
    if format == Shape::Json {
        let list: Vec<_> = found.iter().map(json).collect();
        let value = serde_json::json!({ "asked": code, "documents": list });
        writeln!(ui.out, "{value:#}").map_err(done)?;
        return Ok(if found.len() == 1 { Exit::Clean } else { Exit::Findings });
    }
    match found.as_slice() {
        [] => Err(Failure::new(
            FailureKind::Input,
            Place::default().item(code),
            text!("sổ không có văn bản “{code}”", "no book has a document `{code}`"),
        )
        .hint(text!(
            "viết như trong sổ: 05/KH-SNV, den:3630, 123/UBND-TH",
            "write it as in the book: 05/KH-SNV, den:3630, 123/UBND-TH"
        ))),
        [only] => {
            let page = page(only, ui.lang);
            ui.out.write_all(harmless(&page).as_bytes()).map_err(done)?;
            Ok(Exit::Clean)
        }
        many => {
            for shown in many {
                let (on, subject) = (day(shown.entry.date), &shown.entry.fields.subject);
                let line = format!("{:<28} {}  {on}  {subject}", shown.exact, shown.label);
                writeln!(ui.out, "{}", harmless(&line)).map_err(done)?;
            }
            let count = many.len();
            ui.remark(&text!(
                "“{code}” có thể là {count} văn bản; ghi rõ một trong các cách viết ở đầu dòng",
                "`{code}` may be any of {count} documents; write one of the spellings at the start of the lines"
            ));
            Ok(Exit::Findings)
        }
    }
}

fn harmless(text: &str) -> String {
    text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect()
}

pub fn standing(standing: Standing) -> Text {
    match standing {
        Standing::InForce => text!("còn dùng", "in force"),
        Standing::Void => text!("số đã hủy", "number voided"),
        Standing::Replaced => text!("đã được thay thế", "replaced"),
        Standing::Recalled => text!("đã thu hồi", "recalled"),
    }
}

fn page(shown: &Shown, lang: Lang) -> String {
    let entry = &shown.entry;
    let mut out = format!("{}  ({})\n", shown.label, shown.exact);
    let mut line = |name: Text, value: &str| {
        if !value.is_empty() {
            out.push_str(&format!("  {}: {value}\n", name.get(lang)));
        }
    };
    line(text!("trạng thái", "standing"), standing(shown.standing).get(lang));
    let (book, series, seq) = (entry.book.key(), &entry.series, entry.seq);
    let book = if lang == Lang::Vi { book_name(entry.book) } else { book };
    line(text!("sổ", "book"), &format!("{book} · {series} · {}", entry.year));
    line(text!("ngày", "date"), &day(entry.date));
    line(text!("dòng", "row"), &format!("{seq} · {}", entry.registered_at));
    let leaf = shown.leaf.map(|d| d.to_string()).unwrap_or_default();
    line(text!("lá trong nhật ký", "leaf in the log"), &leaf);
    line(text!("đợt", "job"), shown.job.as_deref().unwrap_or(""));
    line(text!("hồ sơ", "dossiers"), &shown.dossiers.join("; "));
    if entry.book == Book::Incoming {
        let id = entry.fields.organ_id.as_deref().unwrap_or("");
        line(text!("mã định danh nơi gửi", "OrganId of the sender"), id);
    }
    for (name, value) in &shown.metadata {
        let vi = format!("{} ({name})", annex::vietnamese(name));
        let day = value.parse().ok().filter(|_| lang == Lang::Vi).map(day);
        line(Text::new(vi, *name), day.as_deref().unwrap_or(value));
    }
    let known = ["dossier", "code", "organ", "secrecy", "certificate", "qr"];
    for (key, value) in entry.fields.extra.iter().filter(|(k, _)| !known.contains(&k.as_str())) {
        if !shown.metadata.iter().any(|(_, v)| v == value) {
            line(Text::new(key.as_str(), key.as_str()), value);
        }
    }
    section(
        &mut out,
        lang,
        text!("tệp", "files"),
        shown.files.iter().map(|(file, act)| {
            let what = rendition(shown, file, *act);
            let (at, size, sha, what) = (&file.at, file.size, file.sha256, what.get(lang));
            format!("{what}: {at}  {size} B  sha256:{sha}")
        }),
    );
    section(&mut out, lang, text!("liên kết", "links"), shown.links.iter().map(|l| link(l, lang)));
    section(
        &mut out,
        lang,
        text!("diễn biến", "history"),
        shown.life.acts.iter().map(|a| act(shown, a, lang)),
    );
    out
}

fn section(out: &mut String, lang: Lang, name: Text, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if lines.is_empty() {
        return;
    }
    out.push_str(&format!("  {}:\n", name.get(lang)));
    for line in lines {
        out.push_str(&format!("    {line}\n"));
    }
}

fn link(link: &Link, lang: Lang) -> String {
    format!("{}  ({})", said(link).get(lang), link.exact)
}

/// What a link says of the document that has it.
pub fn said(link: &Link) -> Text {
    let label = &link.label;
    match (link.kind, link.by) {
        (Kind::Correct, true) => text!("được đính chính bằng {label}", "corrected by {label}"),
        (Kind::Correct, false) => text!("đính chính {label}", "corrects {label}"),
        (Kind::Replace, true) => text!("được thay thế bằng {label}", "replaced by {label}"),
        (Kind::Replace, false) => text!("thay thế {label}", "replaces {label}"),
        (_, true) => text!("được trả lời bằng {label}", "answered by {label}"),
        (_, false) => text!("trả lời {label}", "answers {label}"),
    }
}

/// What a file of a document is: how it was registered, or how an act brought it.
fn rendition(shown: &Shown, file: &FileRef, act: Option<u64>) -> Text {
    let Some(seq) = act else {
        let first = shown.entry.files.first() == Some(file);
        return match (first, shown.entry.book) {
            (true, Book::Incoming) => text!("bản nhận được", "as received"),
            (true, _) => text!("bản ban hành", "as issued"),
            (false, Book::Incoming) => text!("bản đóng dấu ĐẾN", "copy with the ĐẾN stamp"),
            (false, _) => text!("tệp kèm", "further file"),
        };
    };
    let acted = shown.life.acts.iter().find(|a| a.act.seq == seq);
    let kind = acted.and_then(|a| a.act.data.get("rendition")).and_then(|k| k.as_str());
    match kind {
        Some("scan") => text!("bản quét đã ký (dòng {seq})", "signed scan (row {seq})"),
        Some("signed") => text!("bản ký số (dòng {seq})", "digitally signed (row {seq})"),
        _ => text!("tệp kèm (dòng {seq})", "further file (row {seq})"),
    }
}

/// What the fields of acts are called.
fn field_name(key: &str) -> Text {
    match key {
        "by" => text!("bằng", "by"),
        "reason" => text!("lý do", "reason"),
        "decision" => text!("theo", "decision"),
        "to" => text!("nơi nhận", "to"),
        "how" => text!("cách chuyển", "how"),
        "receiver" => text!("người nhận", "receiver"),
        "envelopes" => text!("số bì", "envelopes"),
        "note" => text!("ghi chú", "note"),
        "unit" => text!("đơn vị", "unit"),
        "person" => text!("người giải quyết", "person"),
        "joint" => text!("phối hợp", "joint"),
        "due" => text!("thời hạn", "due"),
        "opinion" => text!("ý kiến", "opinion"),
        "progress" => text!("tiến độ", "progress"),
        "done" => text!("đã xong", "done"),
        "rendition" => text!("loại bản", "rendition"),
        "pages" => text!("số trang", "pages"),
        "name" => text!("tên tệp", "name"),
        "user" => text!("người dùng", "user"),
        "allowed_by" => text!("người cho phép", "allowed by"),
        "returns" => text!("trả lần mượn ở dòng", "returns row"),
        "here" => text!("đọc tại chỗ", "read here"),
        "dossier" => text!("hồ sơ", "dossier"),
        _ => Text::new(key, key),
    }
}

/// What the value of a field is called: words of the program in fields that hold only these, days, or what a person wrote.
fn value_name(key: &str, text: &str) -> Text {
    match (key, text) {
        ("how", "hand") => text!("trực tiếp", "hand"),
        ("how", "post") => text!("bưu điện", "post"),
        ("how", "online") => text!("trực tuyến", "online"),
        ("how", "email") => text!("thư điện tử", "email"),
        ("rendition", "scan") => text!("bản quét", "scan"),
        ("rendition", "signed") => text!("bản ký số", "signed"),
        ("rendition", "other") => text!("tệp khác", "other"),
        _ => Text::new(text.parse().map_or_else(|_| text.to_owned(), day), text),
    }
}

fn act(shown: &Shown, acted: &Acted, lang: Lang) -> String {
    let act = &acted.act;
    let mut out = format!("{}  {} · #{}", day(act.date), kind_name(act.kind).get(lang), act.seq);
    for (key, value) in act.data.iter().chain(&act.fields).filter(|(key, _)| *key != "qr") {
        let other = |seq: u64| shown.links.iter().find(|l| l.act == act.seq && l.seq == seq);
        let value = match value {
            serde_json::Value::String(text) => value_name(key, text).get(lang).to_owned(),
            serde_json::Value::Bool(true) => text!("có", "yes").get(lang).to_owned(),
            serde_json::Value::Number(seq) if key == "by" => {
                let link = seq.as_u64().and_then(other);
                link.map_or_else(|| format!("#{seq}"), |l| l.label.clone())
            }
            serde_json::Value::Array(list) => {
                list.iter().filter_map(|v| v.as_str()).collect::<Vec<_>>().join("; ")
            }
            other => other.to_string(),
        };
        out.push_str(&format!(" · {}: {value}", field_name(key).get(lang)));
    }
    out
}

fn json(shown: &Shown) -> serde_json::Value {
    let metadata: Vec<_> = shown
        .metadata
        .iter()
        .map(|(name, value)| serde_json::json!({ "name": name, "value": value }))
        .collect();
    let files: Vec<_> = shown
        .files
        .iter()
        .map(|(file, act)| serde_json::json!({ "act": act, "file": file }))
        .collect();
    let acts: Vec<_> = shown.life.acts.iter().map(|a| &a.act).collect();
    serde_json::json!({
        "label": shown.label,
        "exact": shown.exact,
        "standing": shown.standing,
        "entry": shown.entry,
        "metadata": metadata,
        "files": files,
        "leaf_sha256": shown.leaf,
        "job": shown.job,
        "dossiers": shown.dossiers,
        "links": shown.links,
        "acts": acts,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_words_of_the_program_are_put_into_others() {
        let vi = |key: &str, text: &str| value_name(key, text).get(Lang::Vi).to_owned();
        assert_eq!(vi("how", "post"), "bưu điện");
        assert_eq!(vi("rendition", "scan"), "bản quét");
        assert_eq!(vi("due", "2026-03-05"), "05/03/2026");
        // What a person wrote stays.
        assert_eq!(vi("note", "post"), "post");
        assert_eq!(vi("name", "scan"), "scan");
    }
}
