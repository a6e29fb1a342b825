//! Lines of a BagIt manifest: written, and read with suspicion.
//!
//! Knows: RFC 8493 §2.1.3. Must not know: where the manifest came from, the register.

use super::Digest;
use super::paths::MAX_PATH;

/// Longest line that is read: digest, two blanks, longest path.
const MAX_LINE: usize = 64 + 2 + MAX_PATH;
/// Most lines that are read; a bag of ours has a thousand.
pub(super) const MAX_LINES: usize = 20_000;
/// Most bytes of a manifest that are read.
pub(super) const MAX_BYTES: u64 = 16 << 20;

/// One line as written: digest, two blanks, path, line feed.
pub(super) fn line(digest: &Digest, path: &str) -> String {
    format!("{}  {}\n", digest.to_hex(), encode(path))
}

/// RFC 8493: line ends and the percent sign itself are written as %0A, %0D, %25.
fn encode(path: &str) -> String {
    path.replace('%', "%25").replace('\n', "%0A").replace('\r', "%0D")
}

fn decode(path: &str) -> String {
    let replace = |s: String, from: &str, to: &str| {
        s.replace(from, to).replace(&from.to_ascii_lowercase(), to)
    };
    replace(replace(path.to_owned(), "%0A", "\n"), "%0D", "\r").replace("%25", "%")
}

/// What is wrong with one line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bad {
    /// A byte order mark before the first line.
    Bom,
    /// Not `digest  path`.
    Malformed,
    /// Not UTF-8.
    NotUtf8,
    /// Longer than any path may be.
    TooLong,
    /// The last line has no line end.
    Torn,
    /// More lines than are read.
    TooMany,
}

/// What a manifest says.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// Line number (from 1), digest, path, in the order of the file.
    pub lines: Vec<(u32, Digest, String)>,
    /// Lines that say nothing.
    pub bad: Vec<(u32, Bad)>,
    /// Bytes up to and with the last line end.
    pub whole: usize,
}

/// Reads a manifest. LF, CRLF and CR end lines, digests may be upper case and one `*` may stand
/// before the path (RFC 8493 §2.1.3, §6.2.2.1); everything else that is odd is told.
pub(super) fn parse(bytes: &[u8]) -> Manifest {
    let mut out = Manifest::default();
    let last_end = bytes.iter().rposition(|&b| b == b'\n' || b == b'\r');
    out.whole = last_end.map_or(0, |at| at + 1);
    let mut rest = bytes;
    if let Some(after) = rest.strip_prefix(b"\xEF\xBB\xBF") {
        out.bad.push((1, Bad::Bom));
        rest = after;
    }
    let mut number = 0;
    while !rest.is_empty() {
        number += 1;
        if number as usize > MAX_LINES {
            out.bad.push((number, Bad::TooMany));
            break;
        }
        let end = rest.iter().position(|&b| b == b'\n' || b == b'\r');
        let (text, after) = match end {
            Some(at) => {
                let skip = if rest[at..].starts_with(b"\r\n") { 2 } else { 1 };
                (&rest[..at], &rest[at + skip..])
            }
            None => {
                out.bad.push((number, Bad::Torn));
                break;
            }
        };
        rest = after;
        match read_line(text) {
            Ok((digest, path)) => out.lines.push((number, digest, path)),
            Err(bad) => out.bad.push((number, bad)),
        }
    }
    out
}

fn read_line(line: &[u8]) -> Result<(Digest, String), Bad> {
    if line.len() > MAX_LINE {
        return Err(Bad::TooLong);
    }
    let line = std::str::from_utf8(line).map_err(|_| Bad::NotUtf8)?;
    let (digest, rest) = line.split_once([' ', '\t']).ok_or(Bad::Malformed)?;
    let digest = digest.parse().map_err(|()| Bad::Malformed)?;
    let path = rest.trim_start_matches([' ', '\t']);
    let path = path.strip_prefix('*').unwrap_or(path);
    let path = path.strip_prefix("./").unwrap_or(path);
    if path.is_empty() {
        return Err(Bad::Malformed);
    }
    Ok((digest, decode(path)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::archive::sha256;

    #[test]
    fn reads_what_the_rfc_allows() {
        let hex = sha256(b"a").to_hex();
        let upper = hex.to_uppercase();
        let text = format!("{hex}  data/a\r\n{upper} *data/b\n{hex}\tdata/c d%0Ae\r");
        let manifest = parse(text.as_bytes());
        assert_eq!(manifest.bad, []);
        let paths: Vec<_> = manifest.lines.iter().map(|l| l.2.as_str()).collect();
        assert_eq!(paths, ["data/a", "data/b", "data/c d\ne"]);
        assert!(manifest.lines.iter().all(|l| l.1 == sha256(b"a")));
    }

    #[test]
    fn tells_what_is_odd() {
        let hex = sha256(b"a").to_hex();
        let cases: [(Vec<u8>, Bad); 6] = [
            (format!("\u{feff}{hex}  data/a\n").into(), Bad::Bom),
            (b"no digest\n".to_vec(), Bad::Malformed),
            (format!("{hex}\n").into(), Bad::Malformed),
            (format!("{hex}  data/a").into(), Bad::Torn),
            (format!("{hex}  data/{}\n", "x".repeat(5000)).into(), Bad::TooLong),
            ([hex.as_bytes(), b"  data/\xff\n"].concat(), Bad::NotUtf8),
        ];
        for (bytes, bad) in cases {
            let found = parse(&bytes).bad;
            assert_eq!(found.first().map(|b| b.1), Some(bad), "{}", bytes.escape_ascii());
        }
        let many = "x\n".repeat(MAX_LINES + 5);
        let manifest = parse(many.as_bytes());
        assert_eq!(manifest.bad.last().map(|b| b.1), Some(Bad::TooMany));
        assert_eq!(manifest.bad.len(), MAX_LINES + 1);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_path_comes_back(path in "[^\\*./ \t\u{0}][^\u{0}]{0,40}") {
            let text = line(&sha256(path.as_bytes()), &path);
            let manifest = parse(text.as_bytes());
            prop_assert_eq!(manifest.bad, vec![]);
            prop_assert_eq!(&manifest.lines[0].2, &path);
        }

        #[test]
        fn any_bytes_are_read_without_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let manifest = parse(&bytes);
            prop_assert!(manifest.whole <= bytes.len());
        }
    }
}
