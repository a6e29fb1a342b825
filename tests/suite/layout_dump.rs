//! A sheet as text that a person can read: what the golden files of the forms hold.

use std::fmt::Write as _;

use vanthu::layout::{Cell, Format, Item, Look, Para, RunContent, Section, Sheet, Table};

/// Millimetres of twips, one decimal.
fn mm(twips: i32) -> f64 {
    (f64::from(twips) / 1440.0 * 254.0).round() / 10.0
}

fn pt(twips: i32) -> f64 {
    f64::from(twips) / 20.0
}

/// The whole sheet.
pub fn dump(sheet: &Sheet) -> String {
    let p = &sheet.properties;
    let mut out = format!(
        "title: {}\nsubject: {}\ncreator: {}\ncategory: {}\ncreated: {}\n",
        p.title, p.subject, p.creator, p.category, p.created
    );
    for section in &sheet.sections {
        dump_section(&mut out, sheet, section);
    }
    out.replace('\u{a0}', "~")
}

fn dump_section(out: &mut String, sheet: &Sheet, s: &Section) {
    let page = &s.page;
    let _ = writeln!(
        out,
        "\n== {}×{} mm, margins {} {} {} {}, header {}, restart {:?}",
        mm(page.width),
        mm(page.height),
        mm(page.top),
        mm(page.right),
        mm(page.bottom),
        mm(page.left),
        mm(page.header),
        s.restart
    );
    for (name, items) in [
        ("first header", &s.first_header),
        ("header", &s.header),
        ("first footer", &s.first_footer),
        ("body", &s.items),
    ] {
        if !items.is_empty() {
            let _ = writeln!(out, "-- {name}");
            dump_items(out, sheet, items, 0);
        }
    }
}

fn dump_items(out: &mut String, sheet: &Sheet, items: &[Item], depth: usize) {
    for item in items {
        match item {
            Item::Para(para) => dump_para(out, sheet, para, depth),
            Item::Table(table) => dump_table(out, sheet, table, depth),
        }
    }
}

fn dump_table(out: &mut String, sheet: &Sheet, t: &Table, depth: usize) {
    let pad = "  ".repeat(depth);
    let grid: Vec<f64> = t.grid.iter().map(|w| mm(*w)).collect();
    let lines = if t.borders.is_some() { " lined" } else { "" };
    let _ = writeln!(out, "{pad}table {grid:?} mm, indent {}{lines}", mm(t.indent));
    for row in &t.rows {
        let mut marks = String::new();
        if row.header {
            marks += " header";
        }
        if row.cant_split {
            marks += " whole";
        }
        if let Some(h) = row.height {
            let _ = write!(marks, " height {}", mm(h));
        }
        let _ = writeln!(out, "{pad} row{marks}");
        for cell in &row.cells {
            dump_cell(out, sheet, cell, depth);
        }
    }
}

fn dump_cell(out: &mut String, sheet: &Sheet, cell: &Cell, depth: usize) {
    let span = if cell.span > 1 { format!(" span {}", cell.span) } else { String::new() };
    let boxed = if cell.boxed.is_some() { " boxed" } else { "" };
    let _ = writeln!(out, "{}  cell{span}{boxed}", "  ".repeat(depth));
    dump_items(out, sheet, &cell.items, depth + 2);
}

fn dump_para(out: &mut String, sheet: &Sheet, p: &Para, depth: usize) {
    let style = sheet.styles.iter().find(|s| s.id == p.style).expect("a style of the table");
    let mut text = String::new();
    for run in &p.runs {
        let mark = look_mark(&style.look, &run.look);
        let piece = match &run.content {
            RunContent::Text(t) => t.as_str(),
            RunContent::Break => "⏎",
            RunContent::Tab => "⇥",
            RunContent::PageNumber => "#",
            RunContent::Squares(_) | RunContent::Picture(_) | RunContent::Figure(_) => "▦",
        };
        if mark.is_empty() {
            text += piece;
        } else {
            let _ = write!(text, "[{mark}|{piece}]");
        }
    }
    let marks = format_marks(&style.format, &p.format);
    let line = format!("{}{}{marks}: {text}", "  ".repeat(depth), p.style);
    let _ = writeln!(out, "{}", line.trim_end());
}

fn look_mark(style: &Look, run: &Look) -> String {
    let mut out = String::new();
    if run.size != style.size {
        let _ = write!(out, "{}", f64::from(run.size) / 2.0);
    }
    for (on, was, mark) in [(run.bold, style.bold, "b"), (run.italic, style.italic, "i")] {
        if on != was {
            out += if on { "+" } else { "-" };
            out += mark;
        }
    }
    out
}

fn format_marks(style: &Format, f: &Format) -> String {
    let mut out = String::new();
    if f.align != style.align {
        let _ = write!(out, " {:?}", f.align);
    }
    for (name, now, was) in [
        ("left", f.left, style.left),
        ("right", f.right, style.right),
        ("first", f.first, style.first),
    ] {
        if now != was {
            let _ = write!(out, " {name} {}", mm(now));
        }
    }
    for (name, now, was) in [("before", f.before, style.before), ("after", f.after, style.after)] {
        if now != was {
            let _ = write!(out, " {name} {}pt", pt(now));
        }
    }
    if f.line != style.line {
        let _ = write!(out, " {:?}", f.line);
    }
    for (name, now, was) in
        [("next", f.keep_next, style.keep_next), ("lines", f.keep_lines, style.keep_lines)]
    {
        if now != was {
            let _ = write!(out, " {}{name}", if now { "+" } else { "-" });
        }
    }
    if f.top != style.top {
        out += " rule";
    }
    if out.is_empty() { out } else { format!(" ({})", out.trim_start()) }
}
