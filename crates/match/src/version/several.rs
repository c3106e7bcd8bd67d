//! Versions that a record writes with an `x` for a number: `4.x`, `16.12.1x`.
//!
//! Most mean any number there; some makers count so far with letters, and then it is the letter. Nobody can tell which. But whichever it
//! is, what stands before it is meant, and a version that differs there is another one.

/// Whether a version is surely none of those that a text with an `x` may mean.
pub(super) fn is_none_of(own: &str, text: &str) -> bool {
    let (own, text) = (plain(own), plain(text));
    if !segments(&text).any(|segment| leading(segment).1 == "x") {
        return false;
    }
    let mut held = segments(&own);
    for wanted in segments(&text) {
        let Some(held) = held.next() else { return false };
        let (number, rest) = leading(held);
        if number.is_empty() {
            return false;
        }
        let (wanted, behind) = leading(wanted);
        match behind {
            "" if number != wanted => return true,
            "" if rest.is_empty() => {}
            "x" => return !wanted.trim_matches('0').is_empty() && !number.starts_with(wanted),
            _ => return false,
        }
    }
    false
}

fn plain(text: &str) -> String {
    let text = text.trim().to_lowercase();
    match text.strip_prefix('v') {
        Some(rest) if rest.starts_with(|c: char| c.is_ascii_digit()) => rest.to_owned(),
        _ => text,
    }
}

fn segments(text: &str) -> impl Iterator<Item = &str> {
    text.split(['.', '-', '_'])
}

/// The number that a segment begins with, without zeros before it, and what follows.
fn leading(segment: &str) -> (&str, &str) {
    let end = segment.bytes().position(|byte| !byte.is_ascii_digit()).unwrap_or(segment.len());
    let (number, rest) = segment.split_at(end);
    let significant = number.trim_start_matches('0');
    (if significant.is_empty() && !number.is_empty() { &number[number.len() - 1..] } else { significant }, rest)
}

#[cfg(test)]
mod tests {
    use super::is_none_of;

    #[test]
    fn what_stands_before_the_letter_is_meant() {
        for (own, text, none) in [
            ("16.12.2", "16.12.1x", true),
            ("16.11.1", "16.12.1x", true),
            ("17.12.1", "16.12.1x", true),
            ("16.12.2a", "16.12.1x", true),
            // Any of these may be meant, if it is no letter.
            ("16.12.1", "16.12.1x", false),
            ("16.12.1a", "16.12.1x", false),
            ("16.12.15", "16.12.1x", false),
            ("16.12", "16.12.1x", false),
            ("5.1", "4.x", true),
            ("4.1", "4.x", false),
            ("v04.1", "4.x", false),
            ("40.1", "4.x", true),
            ("4a", "4.x", false),
            ("8.1", "7x-1.0", true),
            ("7.1", "7x-1.0", false),
            ("1.17", "1.0x", false),
            ("2.0", "1.0x", true),
            // Nothing is known of what is written otherwise.
            ("final", "4.x", false),
            ("4.1", "x", false),
            ("4.1", "final", false),
            ("5.1", "4.1", false),
        ] {
            assert_eq!(is_none_of(own, text), none, "{own} {text}");
        }
    }
}
