//! A book as a table for the screen.
//!
//! Knows: widths of letters on a screen, wrapping. Must not know: whether a terminal is there.

use std::io::Write;

use unicode_normalization::char::is_combining_mark;

use super::{Cell, Job, cannot_write};
use crate::diagnostic::Result;

const BETWEEN: &str = " │ ";

pub(super) fn write(job: &Job<'_>, out: &mut dyn Write) -> Result<u64> {
    let widths = widths(job)?;
    let mut put = |line: &str| writeln!(out, "{line}").map_err(|e| cannot_write(&e));
    for line in job.title_page() {
        put(&clean(&line))?;
    }
    put("")?;
    let titles: Vec<String> =
        job.form.columns.iter().map(|c| c.title(job.options.lang).to_owned()).collect();
    lines(&titles, &widths).iter().try_for_each(|l| put(l))?;
    let rule: Vec<String> = widths.iter().map(|w| "─".repeat(*w)).collect();
    put(&rule.join("─┼─"))?;
    job.rows(&mut |line| lines(&texts(&line.cells), &widths).iter().try_for_each(|l| put(l)))
}

fn texts(cells: &[Cell]) -> Vec<String> {
    cells.iter().map(|c| c.printed().into_owned()).collect()
}

/// The width of each column: what its cells need within its limits, and less where the line would be too wide.
fn widths(job: &Job<'_>) -> Result<Vec<usize>> {
    let lang = job.options.lang;
    let word = |text: &str| text.split_whitespace().map(width).max().unwrap_or(0);
    let columns = &job.form.columns;
    let mut widths: Vec<usize> =
        columns.iter().map(|c| c.width[0].max(word(c.title(lang)))).collect();
    let mut most: Vec<usize> = widths.clone();
    job.rows(&mut |line| {
        for (most, cell) in most.iter_mut().zip(&line.cells) {
            *most = (*most).max(width(&cell.printed()));
        }
        Ok(())
    })?;
    let between = width(BETWEEN) * columns.len().saturating_sub(1);
    let room = job.options.width.unwrap_or(usize::MAX).saturating_sub(between);
    for ((now, most), column) in widths.iter_mut().zip(most).zip(columns) {
        *now = (*now).max(most.min(column.width[1]));
    }
    // The widest column gives way first.
    while widths.iter().sum::<usize>() > room {
        let slack = |(w, c): &(&mut usize, &super::Column)| w.saturating_sub(c.width[0]);
        let widest = widths.iter_mut().zip(columns).max_by_key(slack);
        match widest {
            Some((w, c)) if *w > c.width[0] => *w -= 1,
            _ => break,
        }
    }
    Ok(widths)
}

/// The lines of one row, cells wrapped to their widths.
fn lines(cells: &[String], widths: &[usize]) -> Vec<String> {
    let wrapped: Vec<Vec<String>> =
        cells.iter().zip(widths).map(|(cell, w)| wrap(&clean(cell), *w)).collect();
    let height = wrapped.iter().map(Vec::len).max().unwrap_or(0).max(1);
    (0..height)
        .map(|at| {
            let parts: Vec<String> = wrapped
                .iter()
                .zip(widths)
                .map(|(lines, w)| {
                    let text = lines.get(at).map_or("", String::as_str);
                    format!("{text}{}", " ".repeat(w.saturating_sub(width(text))))
                })
                .collect();
            parts.join(BETWEEN).trim_end().to_owned()
        })
        .collect()
}

fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    let mut used = 0;
    for word in text.split(' ').filter(|w| !w.is_empty()) {
        let wide = width(word);
        if used > 0 && used + 1 + wide > most {
            lines.push(std::mem::take(&mut line));
            used = 0;
        }
        if used > 0 {
            line.push(' ');
            used += 1;
        }
        for c in word.chars() {
            let wide = char_width(c);
            // A word wider than the column is broken where the column ends.
            if used > 0 && used + wide > most {
                lines.push(std::mem::take(&mut line));
                used = 0;
            }
            line.push(c);
            used += wide;
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

/// Without control characters, which could steer a terminal.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn width(text: &str) -> usize {
    text.chars().map(char_width).sum()
}

/// Cells that a letter takes on a screen.
fn char_width(c: char) -> usize {
    match c {
        '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}' => 0,
        c if is_combining_mark(c) => 0,
        '\u{1100}'..='\u{115f}'
        | '\u{2e80}'..='\u{a4cf}'
        | '\u{ac00}'..='\u{d7a3}'
        | '\u{f900}'..='\u{faff}'
        | '\u{fe30}'..='\u{fe6f}'
        | '\u{ff00}'..='\u{ff60}'
        | '\u{ffe0}'..='\u{ffe6}'
        | '\u{1f300}'..='\u{1faff}'
        | '\u{20000}'..='\u{3fffd}' => 2,
        _ => 1,
    }
}
