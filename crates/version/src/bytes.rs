//! Pieces that every key is built from.

/// More digits than any real version number has; longer ones get no key.
pub(crate) const MAX_DIGITS: usize = 60;

/// The digits without leading zeros: two numbers are equal when these are.
pub(crate) fn significant(digits: &str) -> &str {
    digits.trim_start_matches('0')
}

/// Appends a number as (`base` + count of its digits, digits), so that bytes sort like numbers of any size.
///
/// `digits` must be ASCII digits only; `None` when there are too many of them.
pub(crate) fn push_number(out: &mut Vec<u8>, base: u8, digits: &str) -> Option<()> {
    let digits = significant(digits);
    if digits.len() > MAX_DIGITS {
        return None;
    }
    out.push(base.checked_add(u8::try_from(digits.len()).ok()?)?);
    out.extend_from_slice(digits.as_bytes());
    Some(())
}

/// Appends text closed by a zero byte, so that a prefix sorts before what it begins. The text must hold no zero byte.
pub(crate) fn push_text(out: &mut Vec<u8>, text: &str) {
    debug_assert!(!text.as_bytes().contains(&0));
    out.extend_from_slice(text.as_bytes());
    out.push(0);
}

/// Splits off the leading run of characters that satisfy `test`.
pub(crate) fn split_run(text: &str, test: impl Fn(char) -> bool) -> (&str, &str) {
    let end = text.find(|c| !test(c)).unwrap_or(text.len());
    text.split_at(end)
}

/// Whether the text is one or more ASCII digits.
pub(crate) fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}
