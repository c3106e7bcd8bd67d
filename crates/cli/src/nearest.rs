//! The valid name that was probably meant.

/// The nearest of `names` to `wrong`, if any is near enough to be meant. Of equally near ones the first.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wrong: Vec<char> = wrong.chars().take(80).flat_map(char::to_lowercase).collect();
    let allowed = 1 + wrong.len() / 3;
    names
        .into_iter()
        .map(|name| (distance(&wrong, &name.chars().take(80).flat_map(char::to_lowercase).collect::<Vec<_>>()), name))
        .filter(|(distance, _)| *distance <= allowed)
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// How many letters must be put in, taken out or changed.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.iter().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substitute = diagonal + usize::from(from != to);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn near_names_are_offered_and_far_ones_are_not() {
        let names = ["control:signed-firmware", "element:pump.software_listed"];
        assert_eq!(nearest("control:signed-firmwear", names), Some("control:signed-firmware"));
        assert_eq!(nearest("zebra", names), None);
        assert_eq!(nearest("", []), None);
    }
}
