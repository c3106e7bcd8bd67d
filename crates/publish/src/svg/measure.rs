//! How wide text will be, without a font: as wide as the widest of the common system fonts sets it, so that nothing is cut off.
//!
//! The tables are measured: each letter in DejaVu Sans (with Verdana the widest) and Liberation Sans (as wide as Arial and
//! Helvetica), the wider of the two, rounded up.

/// The letters from space to tilde, in hundredths of the size.
const PLAIN: [u8; 95] = [
    32, 41, 46, 84, 64, 96, 78, 28, 40, 40, 50, 84, 32, 37, 32, 34, 64, 64, 64, 64, 64, 64, 64, 64, 64, 64, 34, 34, 84,
    84, 84, 56, 102, 71, 69, 73, 78, 67, 62, 78, 76, 30, 50, 67, 56, 87, 75, 79, 67, 79, 73, 67, 62, 74, 69, 99, 69,
    67, 69, 40, 34, 40, 84, 56, 50, 62, 64, 55, 64, 62, 35, 64, 64, 28, 28, 58, 28, 98, 64, 62, 64, 64, 40, 53, 40, 64,
    60, 82, 60, 60, 53, 64, 34, 64, 84,
];
/// The same in bold.
const BOLD: [u8; 95] = [
    35, 46, 53, 84, 70, 101, 88, 31, 46, 46, 53, 84, 38, 42, 38, 37, 70, 70, 70, 70, 70, 70, 70, 70, 70, 70, 40, 40,
    84, 84, 84, 62, 100, 78, 77, 74, 84, 69, 69, 83, 84, 38, 56, 78, 64, 100, 84, 86, 74, 86, 78, 68, 71, 82, 78, 111,
    78, 73, 73, 46, 37, 46, 84, 56, 50, 68, 72, 60, 72, 68, 41, 72, 72, 35, 35, 67, 35, 105, 72, 69, 72, 72, 50, 60,
    48, 72, 66, 93, 65, 66, 59, 72, 37, 72, 84,
];

/// A weight and a size in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Font {
    pub size: i32,
    pub bold: bool,
}

/// A plain font.
pub const fn plain(size: i32) -> Font {
    Font { size, bold: false }
}

/// A bold font.
pub const fn bold(size: i32) -> Font {
    Font { size, bold: true }
}

/// Width of a line, rounded up.
pub fn width(text: &str, font: Font) -> i32 {
    let hundredths = text.chars().map(|c| em_hundredths(c, font.bold)).fold(0, i32::saturating_add);
    (hundredths.saturating_mul(font.size)).saturating_add(99) / 100
}

fn em_hundredths(c: char, bold: bool) -> i32 {
    let code = c as u32;
    let table = if bold { &BOLD } else { &PLAIN };
    let known = code.checked_sub(0x20).and_then(|place| table.get(usize::try_from(place).ok()?));
    match (known, c) {
        (Some(width), _) => i32::from(*width),
        // Marks that are set over the letter before them.
        (None, '\u{300}'..='\u{36f}') => 0,
        (None, '·' | '’' | '‘' | '´' | '°') => 52,
        (None, '\u{df}'..='\u{ff}') if !matches!(c, 'æ' | '÷') => 72,
        (None, 'À'..='Ý') if !matches!(c, 'Æ' | '×') => 88,
        (None, _) if code < 0x2000 => 156,
        (None, '–' | '“' | '”' | '€') => 70,
        (None, '…' | '—' | '→' | '▲' | '≤' | '≥') => 100,
        (None, _) => 144,
    }
}

/// Breaks text into at most `lines` lines of at most `room` pixels; what is left over ends in an ellipsis.
pub fn wrap(text: &str, room: i32, font: Font, lines: usize) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut line = String::new();
    for piece in pieces(text) {
        if !line.is_empty() && width(&format!("{line}{}", piece.trim_end()), font) > room {
            out.push(std::mem::take(&mut line));
        }
        if line.is_empty() && width(piece.trim_end(), font) > room {
            // A single word that is too long: character by character.
            for c in piece.chars() {
                if width(&format!("{line}{c}"), font) > room && !line.is_empty() {
                    out.push(std::mem::take(&mut line));
                }
                line.push(c);
            }
        } else {
            line.push_str(piece);
        }
        if out.len() > lines {
            break;
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
        while width(&format!("{last}…"), font) > room && last.pop().is_some() {}
        last.push('…');
    }
    out
}

/// The width of the widest of some lines.
pub fn widest(lines: &[String], font: Font) -> i32 {
    lines.iter().map(|line| width(line, font)).max().unwrap_or(0)
}

/// A number of lines or pieces as pixels are counted.
pub fn whole(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX / 4096)
}

/// Words with the space or the hyphen that ends them.
fn pieces(text: &str) -> impl Iterator<Item = &str> {
    text.split_inclusive([' ', '-', '/', '_', '@'])
}

#[cfg(test)]
mod tests {
    use super::{bold, plain, width, wrap};

    #[test]
    fn long_names_take_two_lines_and_no_more_room_than_given() {
        let lines = wrap("Hospital interface engine for drug libraries and orders", 120, bold(13), 2);
        assert_eq!(lines.len(), 2);
        assert!(lines[1].ends_with('…'));
        assert!(lines.iter().all(|line| width(line, bold(13)) <= 120), "{lines:?}");
        assert_eq!(wrap("pump", 120, plain(13), 2), ["pump"]);
        let long = wrap("Donaudampfschifffahrtsgesellschaft", 90, plain(13), 3);
        assert!(long.iter().all(|line| width(line, plain(13)) <= 90));
    }

    /// Widths that a browser gave for DejaVu Sans, the wider of the two, at a size of 100 pixels.
    #[test]
    fn text_is_measured_as_wide_as_a_browser_sets_it_and_hardly_wider() {
        for (text, browser, font) in [
            ("Hospital interface engine", 1259, plain(100)),
            ("the attacker can put messages on alarm-settings from afar", 2957, plain(100)),
            ("claimed: ecdh-p256 pairing, aes-128-ccm", 2083, plain(100)),
            ("Drug library server", 1076, bold(100)),
            ("WR-006@glucose-readings", 1505, bold(100)),
        ] {
            let measured = width(text, font);
            assert!(measured >= browser && measured * 100 <= browser * 103, "{text}: {measured}, browser {browser}");
        }
    }
}
