//! The valid name that is most like a wrong one.

/// The nearest of `names` to `wrong`, if any is near enough to be meant. Of equally near ones the first.
pub(crate) fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: Vec<char> = wrong.chars().take(64).flat_map(char::to_lowercase).collect();
    let allowed = 1 + wrong.len() / 3;
    let mut best: Option<(usize, &str)> = None;
    for name in names {
        let candidate: Vec<char> = name.chars().take(64).flat_map(char::to_lowercase).collect();
        let distance = distance(&wrong, &candidate);
        let near = distance <= allowed || (wrong.len() > 3 && candidate.starts_with(&wrong));
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, name));
        }
    }
    best.map(|(_, name)| name)
}

/// How many letters must be put in, taken out, changed or swapped with their neighbour.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, y) in b.iter().enumerate() {
            let mut least = (last[column] + usize::from(x != y)).min(last[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && *x == b[column - 1] && a[row - 1] == *y;
            if swapped {
                least = least.min(before_last[column - 1] + 1);
            }
            current.push(least);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest_names() {
        let names = ["element", "link", "function", "instances_per_site"];
        for (wrong, right) in [
            ("elment", Some("element")),
            ("lnik", Some("link")),
            ("instances", Some("instances_per_site")),
            ("Function", Some("function")),
            ("considerations", None),
            ("", None),
        ] {
            assert_eq!(nearest(wrong, names), right, "{wrong}");
        }
    }
}
