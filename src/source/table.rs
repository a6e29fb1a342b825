//! Pipe tables.
//!
//! Knows: `| a | b |`, the row of dashes, `<br>`, `>`. Must not know: widths on paper.
//!
//! The rows above the dashes are the header (a header without text is none). The numbers of
//! dashes are the relative widths of the columns; colons align them. A cell `>` joins the cell
//! to its left.

use memchr::memchr2_iter;

use crate::diagnostic::Diagnostic;
use crate::model::{Align, Cell, Row, Table, TableColumn};
use crate::text;

use super::{Reader, codes, inline};

/// True for a line that belongs to a table.
pub(super) fn is_row(line: &str) -> bool {
    line.starts_with('|')
}

/// Reads the rows of one table: trimmed lines that begin with `|`, at least one.
pub(super) fn read(rows: &[(u32, &str)], reader: &mut Reader<'_>) -> Table {
    let split: Vec<(u32, Vec<&str>)> = rows.iter().map(|(at, line)| (*at, cells(line))).collect();
    let delimiter = split.iter().position(|(_, cells)| is_delimiter(cells));
    let columns = match delimiter.and_then(|d| split.get(d)) {
        Some((_, cells)) => cells.iter().map(|c| column(c)).collect(),
        None => {
            let at = split.first().map_or(0, |(at, _)| *at);
            reader.find(no_delimiter(reader, at));
            let most = split.iter().map(|(_, cells)| cells.len()).max().unwrap_or(1);
            vec![TableColumn { align: Align::Left, weight: 3 }; most]
        }
    };
    let mut table = Table { columns, header: Vec::new(), rows: Vec::new() };
    let width = table.columns.len();
    for (index, (at, cells)) in split.iter().enumerate() {
        if Some(index) == delimiter {
            continue;
        }
        let row = row(*at, cells, width, reader);
        if delimiter.is_some_and(|d| index < d) {
            table.header.push(row);
        } else {
            table.rows.push(row);
        }
    }
    if table.header.iter().all(|r| r.cells.iter().all(|c| c.text.is_empty())) {
        table.header.clear();
    }
    table
}

fn no_delimiter(reader: &Reader<'_>, at: u32) -> Diagnostic {
    Diagnostic::error(
        codes::TABLE_DELIMITER,
        reader.place(at),
        text!("bảng thiếu dòng gạch dưới hàng tiêu đề", "the table lacks the row of dashes under its header"),
    )
    .hint(text!(
        "thêm dưới hàng tiêu đề một dòng như: |---|:---:|---| (số dấu gạch là tỷ lệ độ rộng cột)",
        "add a row such as |---|:---:|---| under the header (the numbers of dashes are the relative widths)"
    ))
}

/// The cells of a row: text between bars that no backslash escapes.
fn cells(line: &str) -> Vec<&str> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let mut out = Vec::with_capacity(8);
    let (mut start, mut escaped) = (0, None);
    for at in memchr2_iter(b'\\', b'|', line.as_bytes()) {
        // Only what stands right behind a backslash is escaped by it.
        let is_escaped = escaped.take() == Some(at);
        if is_escaped {
            continue;
        }
        if line.as_bytes().get(at) == Some(&b'|') {
            out.push(line.get(start..at).unwrap_or_default().trim());
            start = at + 1;
        } else {
            escaped = Some(at + 1);
        }
    }
    let last = line.get(start..).unwrap_or_default().trim();
    if !last.is_empty() || out.is_empty() {
        out.push(last);
    }
    out
}

fn is_delimiter(cells: &[&str]) -> bool {
    cells.iter().all(|cell| {
        let dashes = cell.strip_prefix(':').unwrap_or(cell);
        let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
        !dashes.is_empty() && dashes.bytes().all(|b| b == b'-')
    })
}

fn column(cell: &str) -> TableColumn {
    let align = match (cell.starts_with(':'), cell.ends_with(':')) {
        (true, true) => Align::Center,
        (false, true) => Align::Right,
        _ => Align::Left,
    };
    let dashes = cell.bytes().filter(|b| *b == b'-').count();
    TableColumn { align, weight: u32::try_from(dashes).unwrap_or(u32::MAX) }
}

fn row(at: u32, cells: &[&str], width: usize, reader: &mut Reader<'_>) -> Row {
    if cells.len() > width {
        let have = cells.len();
        reader.find(
            Diagnostic::error(
                codes::TABLE_ROW,
                reader.place(at),
                text!(
                    "hàng có {have} ô nhưng bảng có {width} cột",
                    "the row has {have} cells but the table {width} columns"
                ),
            )
            .hint(text!(
                "bớt ô, hoặc viết “\\|” nếu dấu gạch đứng là chữ",
                "take cells away, or write “\\|” for a bar that is text"
            )),
        );
    }
    let mut out: Vec<Cell> = Vec::with_capacity(width);
    for cell in cells.iter().take(width) {
        match out.last_mut() {
            Some(left) if *cell == ">" => left.span += 1,
            _ => out.push(Cell { text: cell_text(cell, reader, at), span: 1 }),
        }
    }
    for _ in cells.len()..width {
        out.push(Cell { text: Vec::new(), span: 1 });
    }
    Row { at, cells: out }
}

fn cell_text(cell: &str, reader: &mut Reader<'_>, at: u32) -> Vec<crate::model::Span> {
    if !cell.contains("<br") {
        return inline::parse(cell, reader, at);
    }
    let broken = ["<br>", "<br/>", "<br />"]
        .iter()
        .fold(cell.to_owned(), |t, tag| if t.contains(tag) { t.replace(tag, "\n") } else { t });
    let trimmed: Vec<&str> = broken.split('\n').map(str::trim).collect();
    inline::parse(&trimmed.join("\n"), reader, at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::plain;

    fn table(text: &str) -> (Table, Vec<String>) {
        let mut found = Vec::new();
        let mut reader = Reader { file: "a.md", found: &mut found, not_nfc: None };
        let rows: Vec<(u32, &str)> = (1..).zip(text.lines()).collect();
        let table = read(&rows, &mut reader);
        (table, found.iter().map(|d| d.code.to_string()).collect())
    }

    fn show(rows: &[Row]) -> Vec<Vec<(String, u32)>> {
        let cell = |c: &Cell| (plain(&c.text), c.span);
        rows.iter().map(|r| r.cells.iter().map(cell).collect()).collect()
    }

    #[test]
    fn widths_alignment_breaks_and_joined_cells() {
        let (t, found) = table(
            "| TT | Tên | Ghi chú |\n|:-:|:------|---:|\n| 1 | a \\| b<br>c | **x** |\n| Cộng | > | 2 |\n| 3",
        );
        assert!(found.is_empty());
        let columns: Vec<_> = t.columns.iter().map(|c| (c.align, c.weight)).collect();
        assert_eq!(columns, [(Align::Center, 1), (Align::Left, 6), (Align::Right, 3)]);
        let s = |t: &str| (t.to_owned(), 1);
        assert_eq!(show(&t.header), [[s("TT"), s("Tên"), s("Ghi chú")]]);
        assert_eq!(
            show(&t.rows),
            [
                vec![s("1"), s("a | b\nc"), s("x")],
                vec![("Cộng".to_owned(), 2), s("2")],
                vec![s("3"), s(""), s("")],
            ]
        );
    }

    #[test]
    fn a_backslash_escapes_what_stands_right_behind_it() {
        let long = "x".repeat(70);
        for (line, split) in [
            ("| a \\| b | c |", vec!["a \\| b", "c"]),
            ("| a \\\\| b |", vec!["a \\\\", "b"]),
            ("| a \\x| b |", vec!["a \\x", "b"]),
            ("| a \\\\\\| b", vec!["a \\\\\\| b"]),
            ("|\\", vec!["\\"]),
            ("|", vec![""]),
            (&format!("|{long}\\||{long}|"), vec![&format!("{long}\\|"), &long]),
        ] {
            assert_eq!(cells(line), split, "{line}");
        }
    }

    #[test]
    fn an_empty_header_is_none_and_two_rows_are_two() {
        let (t, _) = table("| | |\n|--|--|\n| a | b |");
        assert!(t.header.is_empty());
        let (t, _) = table("| A | > |\n| a | b |\n|--|--|\n| 1 | 2 |");
        assert_eq!((t.header.len(), t.rows.len()), (2, 1));
    }

    #[test]
    fn faults_are_findings() {
        let (t, found) = table("| a | b |\n| c |");
        assert_eq!((t.columns.len(), t.rows.len(), found), (2, 2, vec!["D0121".to_owned()]));
        let (t, found) = table("|a|\n|-|\n| b | c |");
        assert_eq!(
            (show(&t.rows), found),
            (vec![vec![("b".to_owned(), 1)]], vec!["D0122".to_owned()])
        );
    }
}
