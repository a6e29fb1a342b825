//! The first files of an office: what `vanthu init` writes.
//!
//! Knows: their names and contents. Must not know: where they are written.

/// Path inside the office's folder, and content, in the order in which a person reads them.
/// The office, its province and its people are made up.
pub fn office_files() -> Vec<(&'static str, String)> {
    [
        ("DOC-TOI.txt", include_str!("../../samples/khoi-dau/DOC-TOI.txt")),
        ("vanthu.toml", include_str!("../../samples/khoi-dau/vanthu.toml")),
        ("ke-hoach.md", include_str!("../../samples/khoi-dau/ke-hoach.md")),
        ("thu-moi.toml", include_str!("../../samples/khoi-dau/thu-moi.toml")),
        ("thu-moi.md", include_str!("../../samples/khoi-dau/thu-moi.md")),
        ("khach-moi.csv", include_str!("../../samples/khoi-dau/khach-moi.csv")),
    ]
    .map(|(path, content)| {
        // Excel takes a CSV for UTF-8 only if it begins with a byte order mark.
        let mark = if path.ends_with(".csv") { "\u{feff}" } else { "" };
        (path, format!("{mark}{content}"))
    })
    .into()
}
