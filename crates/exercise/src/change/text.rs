//! Where words, values and elements of a text begin and end, as far as brackets, quotes and line ends tell.

use std::ops::Range;

/// How far is looked for the end of something.
const FAR: usize = 8 << 10;

/// The word at a place: letters, digits, and what stands inside versions and names.
pub(super) fn token(bytes: &[u8], at: usize) -> Range<usize> {
    let inside = |byte: &u8| byte.is_ascii_alphanumeric() || b"._-+".contains(byte) || !byte.is_ascii();
    let before = bytes[..at.min(bytes.len())].iter().rev().take(FAR).take_while(|byte| inside(byte)).count();
    let after = bytes[at.min(bytes.len())..].iter().take(FAR).take_while(|byte| inside(byte)).count();
    at.min(bytes.len()) - before..at.min(bytes.len()) + after
}

/// The next value of JSON or TOML behind a place: from a colon or an equals sign to what closes it.
pub(super) fn value(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let found = bytes.get(at..)?.iter().take(FAR).position(|byte| matches!(byte, b':' | b'='))?;
    let mut start = at + found + 1;
    while bytes.get(start) == Some(&b' ') {
        start += 1;
    }
    let end = end(bytes, start)?;
    (start < end).then_some(start..end)
}

/// The next element of a list or member of an object behind a place with its comma, or the line that begins behind it.
pub(super) fn element(bytes: &[u8], at: usize) -> Option<Range<usize>> {
    let found = bytes.get(at..)?.iter().take(FAR).position(|byte| matches!(byte, b',' | b'\n'))?;
    let start = at + found;
    if bytes[start] == b'\n' {
        let length = bytes[start + 1..].iter().take(FAR).position(|byte| *byte == b'\n')?;
        return Some(start..start + 1 + length);
    }
    let end = end(bytes, start + 1)?;
    Some(start..end)
}

/// Where what begins here ends: before the next comma, bracket or line end that does not belong to it.
fn end(bytes: &[u8], start: usize) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (offset, byte) in bytes.get(start..)?.iter().enumerate().take(FAR) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth > 0 => depth -= 1,
            b',' | b'}' | b']' | b'\n' if depth == 0 => return Some(start + offset),
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{element, token, value};

    #[test]
    fn words_values_and_elements_are_found() {
        let json = br#"{"a": [1, {"b": "x,\"}"}], "c": 1.2-rc1}"#;
        let part = |range: std::ops::Range<usize>| String::from_utf8_lossy(&json[range]).into_owned();
        assert_eq!(part(token(json, 34)), "1.2-rc1");
        assert_eq!(value(json, 0).map(part).as_deref(), Some(r#"[1, {"b": "x,\"}"}]"#));
        assert_eq!(element(json, 7).map(part).as_deref(), Some(r#", {"b": "x,\"}"}"#));
        assert_eq!(element(b"a\nb\nc", 0), Some(1..3));
        for at in 0..=json.len() {
            let _ = (token(json, at), value(json, at), element(json, at));
        }
        assert_eq!(token(b"", 0), 0..0);
    }
}
