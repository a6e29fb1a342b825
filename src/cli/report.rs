//! How findings and failures are shown: text for people, JSON for machines.
//!
//! Knows: the terminal's lines. Must not know: what the findings are about.

use std::io::{self, Write};

use crate::diagnostic::{Diagnostic, Failure, Lang, Severity, Text};
use crate::text;

/// Where a command writes: standard output and error, the language, and how much to say.
pub struct Ui<'a> {
    /// Language of everything shown.
    pub lang: Lang,
    /// Results.
    pub out: &'a mut dyn Write,
    /// Messages.
    pub err: &'a mut dyn Write,
    /// Only results and errors.
    pub quiet: bool,
}

impl Ui<'_> {
    /// A line of the result. A closed pipe is an error like any other.
    ///
    /// # Errors
    /// What the writer says.
    pub fn line(&mut self, text: &Text) -> io::Result<()> {
        writeln!(self.out, "{}", text.get(self.lang))
    }

    /// A remark on standard error, unless quiet.
    pub fn remark(&mut self, text: &Text) {
        if !self.quiet {
            // Nobody is there to be told when standard error itself is closed.
            let _ = writeln!(self.err, "{}", text.get(self.lang));
        }
    }

    /// Findings in text form on standard error, most severe wording first, then a summary line.
    pub fn findings(&mut self, findings: &[Diagnostic]) {
        for finding in findings {
            let _ = self.err.write_all(render(finding, self.lang).as_bytes());
        }
        if let Some(summary) = summary(findings) {
            let _ = writeln!(self.err, "{}", summary.get(self.lang));
        }
    }
}

/// The word for a severity.
pub fn severity_word(severity: Severity, lang: Lang) -> &'static str {
    match (severity, lang) {
        (Severity::Error, Lang::Vi) => "lỗi",
        (Severity::Warning, Lang::Vi) => "cảnh báo",
        (Severity::Info, Lang::Vi) => "lưu ý",
        (Severity::Error, Lang::En) => "error",
        (Severity::Warning, Lang::En) => "warning",
        (Severity::Info, Lang::En) => "note",
    }
}

/// A finding as a few lines of text.
pub fn render(d: &Diagnostic, lang: Lang) -> String {
    let mut out =
        format!("{} {}: {}\n", severity_word(d.severity, lang), d.code, d.message.get(lang));
    let place = d.place.describe(lang);
    if !place.is_empty() {
        out.push_str(&format!("  --> {place}\n"));
    }
    for (place, note) in &d.related {
        out.push_str(&format!("  --> {}: {}\n", place.describe(lang), note.get(lang)));
    }
    if let Some(basis) = d.basis.as_deref().filter(|b| !b.is_empty()) {
        let label = if lang == Lang::Vi { "căn cứ" } else { "basis" };
        out.push_str(&format!("  {label}: {basis}\n"));
    }
    if let Some(hint) = &d.hint {
        let label = if lang == Lang::Vi { "cách sửa" } else { "how to mend" };
        out.push_str(&format!("  {label}: {}\n", hint.get(lang)));
    }
    harmless(out)
}

/// A quoted name or value must not drive the terminal.
fn harmless(text: String) -> String {
    let bad = |c: char| c.is_control() && c != '\n';
    if text.contains(bad) { text.replace(bad, "\u{FFFD}") } else { text }
}

/// `2 lỗi, 1 cảnh báo`; `None` if there is nothing.
pub fn summary(findings: &[Diagnostic]) -> Option<Text> {
    let count = |s| findings.iter().filter(|d| d.severity == s).count();
    let (e, w, i) = (count(Severity::Error), count(Severity::Warning), count(Severity::Info));
    if e + w + i == 0 {
        return None;
    }
    let mut vi = Vec::new();
    let mut en = Vec::new();
    for (n, v, one, many) in [
        (e, "lỗi", "error", "errors"),
        (w, "cảnh báo", "warning", "warnings"),
        (i, "lưu ý", "note", "notes"),
    ] {
        if n > 0 {
            vi.push(format!("{n} {v}"));
            en.push(format!("{n} {}", if n == 1 { one } else { many }));
        }
    }
    let (vi, en) = (vi.join(", "), en.join(", "));
    Some(text!(
        "{vi}; xem “vanthu explain MÃ” để hiểu từng mã",
        "{en}; see `vanthu explain CODE` for each code"
    ))
}

/// A failure as a few lines of text.
pub fn render_failure(f: &Failure, lang: Lang) -> String {
    let word = if lang == Lang::Vi { "không làm được" } else { "cannot do it" };
    let mut out = format!("{word}: {}\n", f.message.get(lang));
    let place = f.place.describe(lang);
    if !place.is_empty() {
        out.push_str(&format!("  --> {place}\n"));
    }
    if let Some(hint) = &f.hint {
        let label = if lang == Lang::Vi { "cách sửa" } else { "how to mend" };
        out.push_str(&format!("  {label}: {}\n", hint.get(lang)));
    }
    harmless(out)
}

/// A finding as a JSON object: code, severity, place, message in `lang`, basis, hint.
pub fn json(d: &Diagnostic, lang: Lang) -> serde_json::Value {
    let mut value = serde_json::json!({
        "code": d.code.to_string(),
        "severity": d.severity,
        "place": d.place,
        "message": d.message.get(lang),
    });
    if !d.related.is_empty() {
        value["related"] = d
            .related
            .iter()
            .map(|(place, note)| serde_json::json!({ "place": place, "message": note.get(lang) }))
            .collect();
    }
    if let Some(basis) = &d.basis {
        value["basis"] = basis.as_str().into();
    }
    if let Some(hint) = &d.hint {
        value["hint"] = hint.get(lang).into();
    }
    value
}

/// A failure as a JSON object.
pub fn json_failure(f: &Failure, lang: Lang) -> serde_json::Value {
    serde_json::json!({
        "failure": f.message.get(lang),
        "place": *f.place,
        "hint": f.hint.as_ref().map(|h| h.get(lang)),
    })
}
