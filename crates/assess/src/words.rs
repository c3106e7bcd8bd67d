//! Words that several answers say alike.

/// How many of several things are named.
const NAMED: usize = 3;

/// The first of some texts, and how many there are besides.
pub(crate) fn first_of(texts: &[&str], between: &str) -> String {
    let named = texts.iter().take(NAMED).copied().collect::<Vec<_>>().join(between);
    match texts.len().saturating_sub(NAMED) {
        0 => named,
        // No comma stands before an "and".
        rest => format!("{named}{}and {rest} more", between.trim_start_matches(',')),
    }
}
