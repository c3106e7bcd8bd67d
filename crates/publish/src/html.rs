//! Pages that stand alone: one file, no script, nothing fetched, readable on screen, on paper and in grey.

use askama::Template;
use ward_model::digest::Digest;

use crate::pictures::Subject;

mod assessment;
mod filters;
mod rows;
mod verdicts;

const STYLE: &str = include_str!("../templates/page.css");

/// The page of an assessment.
pub fn assessment(subject: &Subject<'_>) -> String {
    let page = assessment::page(subject);
    // Writing into a string is the only thing that a render does here, and it cannot fail.
    page.render().unwrap_or_default()
}

/// Nothing may be fetched or run, and only the style sheet of the page itself applies.
fn policy(style: &str) -> String {
    format!(
        "default-src 'none'; style-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        base64(Digest::of(style.as_bytes()).as_bytes())
    )
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let byte = |place: usize| u32::from(chunk.get(place).copied().unwrap_or(0));
        let bits = byte(0) << 16 | byte(1) << 8 | byte(2);
        for place in 0..4 {
            if place <= chunk.len() {
                let letter = (bits >> (18 - 6 * place)) & 63;
                out.push(char::from(LETTERS[letter as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn base64_pads_as_rfc_4648_says() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }
}
