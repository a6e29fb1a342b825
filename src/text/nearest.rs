//! The known word that a misspelt one was most likely meant to be.
//!
//! Knows: edit distance. Must not know: what the words are for.

/// The candidate nearest to `word`, if it is near enough to be worth naming.
///
/// Compared without accents and case; `_`, `-` and spaces are the same.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    const LONGEST: usize = 64;
    let wanted: Vec<char> = super::slug(word).chars().take(LONGEST).collect();
    if wanted.is_empty() {
        return None;
    }
    let allowed = (wanted.len() / 3).clamp(1, 4);
    candidates
        .into_iter()
        .map(|c| (distance(&wanted, &super::slug(c).chars().take(LONGEST).collect::<Vec<_>>()), c))
        .filter(|(d, _)| *d <= allowed)
        .min_by_key(|(d, _)| *d)
        .map(|(_, c)| c)
}

/// Letters to add, drop, change or swap with their neighbour to get from one word to the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = vec![i + 1];
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], k: usize| row.get(k).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&row, j) + 1).min(at(&last, j + 1) + 1);
            best = best.min(at(&last, j) + usize::from(x != y));
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_what_was_meant() {
        let known = ["trich-yeu", "noi-nhan", "subject", "ho_ten"];
        assert_eq!(nearest("trích yêu", known), Some("trich-yeu"));
        assert_eq!(nearest("sbuject", known), Some("subject"));
        assert_eq!(nearest("hoten", known), Some("ho_ten"));
        assert_eq!(nearest("luong", known), None);
        assert_eq!(nearest("", known), None);
    }
}
