//! From pieces to words with a meaning.

use super::text::Piece;

/// A piece of a version and what it means for the order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Word<'a> {
    /// A number.
    Number(&'a str),
    /// Before the release, at this place of [`PRE`].
    Pre(u8),
    /// Before the release, without order among its kind.
    Lone(&'a str),
    /// A letter behind a number: later than without.
    Letter(&'a str),
    /// A patch upon the release, counted by the number that follows.
    Post(&'a str),
    /// A line of its own.
    Other(&'a str),
    /// A word in front of all numbers: a numbering of its own.
    Prefix(&'a str),
}

/// Words before a release that have an order.
pub(super) const PRE: [&str; 3] = ["alpha", "beta", "rc"];

/// Two words that mean one.
const PHRASES: [(&str, &str, &str); 12] = [
    ("release", "candidate", "rc"),
    ("service", "pack", "sp"),
    ("service", "release", "sr"),
    ("service", "refresh", "srf"),
    ("fix", "pack", "fp"),
    ("feature", "pack", "feature pack"),
    ("cumulative", "update", "cu"),
    ("security", "update", "security update"),
    ("maintenance", "pack", "mp"),
    ("maintenance", "release", "mr"),
    ("patch", "level", "p"),
    ("interim", "fix", "ifix"),
];

/// The meaning of every piece, in order. In a release train every word but a rebuild letter names the train.
pub(super) fn classify<'a>(pieces: &[Piece<'a>], train: bool) -> Vec<Word<'a>> {
    let mut words = Vec::with_capacity(pieces.len());
    let mut at = 0;
    while let Some(piece) = pieces.get(at) {
        let next = pieces.get(at + 1);
        at += 1;
        if piece.is_number() {
            words.push(Word::Number(piece.text));
            continue;
        }
        if words.is_empty() {
            words.push(Word::Prefix(piece.text));
            continue;
        }
        let letter = !piece.before_digit && piece.behind_digit && is_letter_suffix(piece.text);
        if letter {
            words.push(Word::Letter(piece.text));
            continue;
        }
        if train {
            words.push(Word::Other(piece.text));
            continue;
        }
        let phrase = next.and_then(|next| {
            PHRASES.iter().find(|(a, b, _)| *a == piece.text && *b == next.text).map(|(_, _, meaning)| *meaning)
        });
        let (text, next) = match phrase {
            Some(meaning) => {
                at += 1;
                (meaning, pieces.get(at))
            }
            None => (piece.text, next),
        };
        words.extend(meaning(text, next.filter(|next| next.is_number()).map(|next| next.text)));
    }
    words
}

/// One letter, or `z` and another.
fn is_letter_suffix(text: &str) -> bool {
    text.len() == 1 || (text.len() == 2 && text.starts_with('z'))
}

/// The meaning of a word with the number behind it; nothing for words that only say "this is the release".
fn meaning<'a>(text: &'a str, number: Option<&str>) -> Option<Word<'a>> {
    let pre = match (text, number) {
        ("alpha", _) | ("a", Some(_)) => Some(0),
        ("beta", _) => Some(1),
        // Few digits without a leading zero count betas; build numbers are long or padded.
        ("b", Some(digits)) if digits.len() <= 2 && !digits.starts_with('0') => Some(1),
        ("rc" | "cr", _) => Some(2),
        _ => None,
    };
    if let Some(rank) = pre {
        return Some(Word::Pre(rank));
    }
    let lone = match text {
        "dev" | "devel" => Some("dev"),
        "pre" | "prerelease" => Some("pre"),
        "snapshot" | "nightly" | "preview" | "milestone" | "canary" | "next" => Some(text),
        _ => None,
    };
    if let Some(word) = lone {
        return Some(Word::Lone(word));
    }
    if number.is_none() && matches!(text, "final" | "ga" | "release" | "rel" | "stable" | "gold" | "rtm") {
        return None;
    }
    let post = number.and(match text {
        "p" | "pl" | "patch" | "patchlevel" => Some("p"),
        "sp" | "servicepack" => Some("sp"),
        "u" | "upd" | "update" => Some("u"),
        "hf" | "hotfix" => Some("hf"),
        "r" | "rev" | "revision" => Some("r"),
        "b" | "bld" | "build" => Some("build"),
        "fp" | "fixpack" => Some("fp"),
        "cu" | "su" | "sr" | "srf" | "mp" | "mr" | "ru" | "ur" | "cf" | "ifix" | "fix" | "rollup" | "cert" | "spc"
        | "sph" | "ehp" | "ga" | "stable" | "security update" | "feature pack" => Some(text),
        _ => None,
    });
    Some(match post {
        Some(word) => Word::Post(word),
        None => Word::Other(text),
    })
}
