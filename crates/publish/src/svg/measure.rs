//! How wide text will be, without a font: a little more than the wide system fonts need, so that nothing is cut off.

/// Width of a line in a font of `size` pixels, rounded up.
pub fn width(text: &str, size: i32) -> i32 {
    let thousandths: i32 = text.chars().map(em_thousandths).fold(0, i32::saturating_add);
    (thousandths.saturating_mul(size) + 999) / 1000
}

const fn em_thousandths(c: char) -> i32 {
    match c {
        'i' | 'l' | 'j' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 330,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '-' | '/' | '·' => 420,
        'm' | 'w' | 'M' | 'W' | '@' | '%' | '…' | '—' => 1000,
        'a'..='z' => 640,
        'A'..='Z' | '0'..='9' | '_' | '&' | '+' | '=' | '<' | '>' => 730,
        '\u{300}'..='\u{36f}' => 0,
        c if (c as u32) < 0x2000 => 730,
        _ => 1050,
    }
}

/// Breaks text into at most `lines` lines of at most `room` pixels; what is left over ends in an ellipsis.
pub fn wrap(text: &str, room: i32, size: i32, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&format!("{line}{}", piece.trim_end()), size) > room {
            out.push(std::mem::take(&mut line));
        }
        if line.is_empty() && width(piece.trim_end(), size) > room {
            // A single word that is too long: character by character.
            for c in piece.chars() {
                if width(&format!("{line}{c}"), size) > room && !line.is_empty() {
                    out.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        } else {
            line.push_str(piece);
        }
    }
    if !line.is_empty() || out.is_empty() {
        out.push(line);
    }
    let cut = out.len() > lines;
    out.truncate(lines.max(1));
    for line in &mut out {
        line.truncate(line.trim_end().len());
    }
    if let (true, Some(last)) = (cut, out.last_mut()) {
        while width(&format!("{last}…"), size) > room && last.pop().is_some() {}
        last.push('…');
    }
    out
}

/// Words with the space or the hyphen that ends them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '-', '/', '_'])
}

#[cfg(test)]
mod tests {
    use super::{width, wrap};

    #[test]
    fn long_names_take_two_lines_and_no_more_room_than_given() {
        let lines = wrap("Hospital interface engine for drug libraries and orders", 120, 13, 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(lines.iter().all(|line| width(line, 13) <= 120), "{lines:?}");
        assert_eq!(wrap("pump", 120, 13, 2), ["pump"]);
        assert!(wrap("Donaudampfschifffahrtsgesellschaft", 90, 13, 3).iter().all(|line| width(line, 13) <= 90));
    }
}
