//! Names of fields inside tags: `ho_ten`, `../ten`, `@index`, `co_quan.ten`, `[Họ và tên]`.
//!
//! Knows: how they are written. Must not know: data.

/// A name of a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Path {
    /// As typed, for findings.
    pub raw: String,
    /// Number of `../`.
    pub up: usize,
    /// Where it starts.
    pub from: From,
    /// Keys and indexes.
    pub segments: Vec<String>,
}

/// Where a path starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum From {
    /// The item of the loop, or the record.
    Here,
    /// `@root`.
    Root,
    Index,
    First,
    Last,
    Key,
}

impl Path {
    /// True for what the program itself gives.
    pub fn is_own(&self) -> bool {
        self.segments.first().is_some_and(|s| s == super::tree::OWN)
    }

    /// Reads a path that the grammar accepted; `None` for an `@` name that does not exist.
    pub fn parse(raw: &str) -> Option<Self> {
        let mut rest = raw;
        let mut up = 0;
        let mut from = From::Here;
        if let Some(tail) = rest.strip_prefix("@root") {
            from = From::Root;
            rest = tail.trim_start_matches(['.', '/']);
        } else if let Some(tail) = rest.strip_prefix('@') {
            rest = tail;
        }
        loop {
            if let Some(tail) = rest.strip_prefix("../") {
                up += 1;
                rest = tail;
            } else if rest == ".." {
                up += 1;
                rest = "";
            } else if let Some(tail) =
                rest.strip_prefix("./").or_else(|| rest.strip_prefix("this/"))
            {
                rest = tail;
            } else if let Some(tail) = rest.strip_prefix("this.") {
                rest = tail;
            } else {
                break;
            }
        }
        if raw.starts_with('@') && from == From::Here {
            from = match rest {
                "index" => From::Index,
                "first" => From::First,
                "last" => From::Last,
                "key" => From::Key,
                _ => return None,
            };
            rest = "";
        }
        let segments = if matches!(rest, "" | "this" | ".") { Vec::new() } else { segments(rest) };
        Some(Self { raw: raw.to_owned(), up, from, segments })
    }
}

/// Splits at dots and slashes that are not inside brackets.
fn segments(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut current = String::new();
    let mut bracket = false;
    for c in text.chars() {
        match c {
            '[' if !bracket && current.is_empty() => bracket = true,
            ']' if bracket => bracket = false,
            '.' | '/' if !bracket => out.push(std::mem::take(&mut current)),
            _ => current.push(c),
        }
    }
    out.push(current);
    out.retain(|s| !s.is_empty() && s != "this");
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_taken_apart() {
        let show = |raw: &str| Path::parse(raw).map(|p| (p.up, p.from, p.segments.join("|")));
        let here = |up, segments: &str| Some((up, From::Here, segments.to_owned()));
        assert_eq!(show("ho_ten"), here(0, "ho_ten"));
        assert_eq!(show("this"), here(0, ""));
        assert_eq!(show("this.ten"), here(0, "ten"));
        assert_eq!(show("./ten"), here(0, "ten"));
        assert_eq!(show("../../a.b"), here(2, "a|b"));
        assert_eq!(show("[Họ và tên]"), here(0, "Họ và tên"));
        assert_eq!(show("a.[b.c]/d"), here(0, "a|b.c|d"));
        assert_eq!(show("@root.x"), Some((0, From::Root, "x".to_owned())));
        assert_eq!(show("@../index"), Some((1, From::Index, String::new())));
        assert_eq!(show("@level"), None);
    }
}
