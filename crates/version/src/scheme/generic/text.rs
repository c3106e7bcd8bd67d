//! From text to pieces: numbers and runs of letters, and the overall shape.

use std::borrow::Cow;

use crate::bytes::{MAX_DIGITS, is_digits, split_run};

/// What kind of numbering a version follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape<'a> {
    /// Numbers and words.
    Plain,
    /// Begins with a full date, year first.
    Date,
    /// A year and one letter.
    YearLetter,
    /// Release trains: letters behind brackets.
    Train,
    /// A single number of five digits or more: a build, a revision, a part number.
    Count,
    /// `7.x-...`: a module's version within the branch of what it extends.
    Branch(&'a str),
}

/// A run of digits or of letters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece<'a> {
    /// The run itself.
    pub(super) text: &'a str,
    /// A digit stands right before it.
    pub(super) behind_digit: bool,
    /// A digit stands right behind it.
    pub(super) before_digit: bool,
}

impl Piece<'_> {
    /// Whether it is a number.
    pub(super) fn is_number(&self) -> bool {
        is_digits(self.text)
    }
}

/// A version as read.
#[derive(Debug)]
pub(super) struct Read<'a> {
    pub(super) shape: Shape<'a>,
    pub(super) pieces: Vec<Piece<'a>>,
}

/// Words that say the text is a range, a month or nothing at all, rather than a version.
const NO_VERSION: [&str; 51] = [
    "and",
    "or",
    "to",
    "through",
    "thru",
    "prior",
    "before",
    "until",
    "earlier",
    "later",
    "newer",
    "older",
    "higher",
    "lower",
    "up",
    "below",
    "above",
    "than",
    "from",
    "all",
    "any",
    "versions",
    "unknown",
    "unspecified",
    "undefined",
    "various",
    "none",
    "null",
    "nil",
    "jan",
    "feb",
    "mar",
    "apr",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// A version as it is read: in lower case, without what some feeds escape brackets with; no maker numbers with backslashes.
pub(super) fn plain(version: &str) -> Cow<'_, str> {
    let version = version.trim();
    if version.bytes().any(|byte| byte == b'\\' || byte.is_ascii_uppercase()) {
        version.replace('\\', "").to_ascii_lowercase().into()
    } else {
        version.into()
    }
}

/// The parts of a version that is counted in hexadecimal, as in the firmware of implants (`f0b.0e.7e`): three or more, each of two to
/// four hexadecimal digits, and a letter where a decimal count has none: behind a digit in a part that is not the last, or in front.
///
/// Read in decimal, `0e` would be a number with a letter behind it and `f0b.0e.70` later than `f0b.0e.7e`.
pub(super) fn hexadecimal(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split('.').collect();
    let digits = |part: &&str| {
        (2..=4).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
    };
    if parts.len() < 3 || !parts.iter().all(digits) {
        return None;
    }
    let within =
        |part: &&str| part.as_bytes().windows(2).any(|at| at[0].is_ascii_digit() && at[1].is_ascii_lowercase());
    let in_front =
        |part: &&str| part.starts_with(|c: char| c.is_ascii_lowercase()) && part.contains(|c: char| c.is_ascii_digit());
    (parts.iter().rev().skip(1).any(within) || parts.first().is_some_and(in_front)).then_some(parts)
}

/// Reads a version and its update field, both in lower case and the first as [`plain`] gives it; `None` where it cannot be ordered.
pub(super) fn read<'a>(version: &'a str, update: Option<&'a str>) -> Option<Read<'a>> {
    let mut text = strip_leading_v(strip_revision_hash(version));
    let mut shape = shape(text)?;
    if let Some((branch, rest)) = branch(text) {
        shape = Shape::Branch(branch);
        text = rest;
    }
    let mut pieces = Vec::new();
    if shape == Shape::Date && is_digits(text.get(..8)?) {
        // The same date with and without dashes is the same version.
        for part in [text.get(..4)?, text.get(4..6)?, text.get(6..8)?] {
            pieces.push(Piece { text: part, behind_digit: false, before_digit: false });
        }
        text = text.get(8..)?;
        if text.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
    } else if !text.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return None;
    }
    if shape != Shape::Train && names_another(text) {
        return None;
    }
    split(text, &mut pieces)?;
    if !pieces.iter().any(Piece::is_number) {
        return None;
    }
    if let Some(update) = update {
        let before = pieces.len();
        split(update.trim_start_matches(['-', '_', '.']), &mut pieces)?;
        let first = pieces.get_mut(before)?;
        if first.is_number() {
            // A bare number in the update field is an update, not one more segment of the version.
            let word = Piece { text: "update", behind_digit: false, before_digit: true };
            pieces.insert(before, word);
        } else {
            first.behind_digit = first.text.len() == 1;
        }
    }
    Some(Read { shape, pieces })
}

/// `v1.2`, `ver 1.2` and `version 1.2` are 1.2.
fn strip_leading_v(text: &str) -> &str {
    let rest = ["version", "ver", "v"].iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text);
    let rest = rest.trim_start_matches([' ', '_', '-']);
    if rest.starts_with(|c: char| c.is_ascii_digit()) { rest } else { text }
}

/// Plugins of one build server append `.v` and a commit to a commit count (871.v28d74e8b_4226): the count decides.
fn strip_revision_hash(text: &str) -> &str {
    // Looked for by its letter first: most versions have none.
    if !text.as_bytes().contains(&b'v') {
        return text;
    }
    let Some((head, tail)) = text.rsplit_once(".v") else { return text };
    let hex = |c: char| c.is_ascii_digit() || ('a'..='f').contains(&c) || c == '_';
    let hash = tail.len() >= 9 && tail.chars().all(hex) && tail.contains(|c: char| ('a'..='f').contains(&c));
    if hash && head.ends_with(|c: char| c.is_ascii_digit()) { head } else { text }
}

fn branch(text: &str) -> Option<(&str, &str)> {
    if !text.as_bytes().contains(&b'x') {
        return None;
    }
    let (branch, rest) = text.split_once(".x-")?;
    let plain = branch.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    (plain && rest.starts_with(|c: char| c.is_ascii_digit())).then_some((branch, rest))
}

/// The shape, as far as the beginning shows it; `None` for what has no order at all.
fn shape(text: &str) -> Option<Shape<'static>> {
    if looks_like_hash(text) || year_last(text) {
        return None;
    }
    if text.get(..8).is_some_and(date_digits) && !text.get(8..9).is_some_and(is_digits) || dashed_date(text) {
        return Some(Shape::Date);
    }
    let (digits, rest) = split_run(text, |c| c.is_ascii_digit());
    if digits.len() == 4
        && (digits.starts_with("19") || digits.starts_with("20"))
        && rest.len() == 1
        && rest.starts_with(|c: char| c.is_ascii_lowercase())
    {
        return Some(Shape::YearLetter);
    }
    if train(text) {
        return Some(Shape::Train);
    }
    if rest.is_empty() && digits.trim_start_matches('0').len() >= 5 {
        return Some(Shape::Count);
    }
    Some(Shape::Plain)
}

/// `6.0-maker (bash 4.3)`: behind a bracket or a blank stands another dotted number, and nobody can tell which of the two counts.
fn names_another(text: &str) -> bool {
    if !text.bytes().any(|byte| matches!(byte, b'(' | b')' | b' ')) {
        return false;
    }
    let dotted = |part: &str| {
        part.as_bytes().windows(3).any(|at| at[0].is_ascii_digit() && at[1] == b'.' && at[2].is_ascii_digit())
    };
    text.split(['(', ')', ' ']).filter(|part| !part.is_empty()).skip(1).any(dotted)
}

/// `12.2(33)sxi`: two numbers, brackets that begin with a digit, letters.
fn train(text: &str) -> bool {
    let Some((head, rest)) = text.split_once('(') else { return false };
    let Some((inside, behind)) = rest.split_once(')') else { return false };
    head.split('.').all(is_digits)
        && inside.starts_with(|c: char| c.is_ascii_digit())
        && behind.starts_with(|c: char| c.is_ascii_lowercase())
}

/// `yyyymmdd` that is a possible date.
fn date_digits(text: &str) -> bool {
    is_digits(text)
        && text.len() == 8
        && text.get(..4).is_some_and(|year| ("1980".."2100").contains(&year))
        && text.get(4..6).is_some_and(|month| ("01"..="12").contains(&month))
        && text.get(6..8).is_some_and(|day| ("01"..="31").contains(&day))
}

/// `yyyy-mm-dd` or `yyyy_mm_dd`. With dots it stays plain: makers mix 2023.07.22 and 2023.7.22.
fn dashed_date(text: &str) -> bool {
    let mut parts = text.splitn(3, ['-', '_']);
    let (Some(year), Some(month), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (day, _) = split_run(rest, |c| c.is_ascii_digit());
    year.len() == 4 && month.len() == 2 && day.len() == 2 && date_digits(&format!("{year}{month}{day}"))
}

/// `05-30-2017`: day and month cannot be told apart.
fn year_last(text: &str) -> bool {
    let mut parts = text.splitn(3, ['-', '_']);
    let (Some(a), Some(b), Some(rest)) = (parts.next(), parts.next(), parts.next()) else { return false };
    let (year, _) = split_run(rest, |c| c.is_ascii_digit());
    let short = |part: &str| is_digits(part) && part.len() <= 2;
    short(a) && short(b) && year.len() == 4 && (year.starts_with("19") || year.starts_with("20"))
}

/// Seven or more hexadecimal digits in which letters and numbers alternate.
fn looks_like_hash(text: &str) -> bool {
    text.len() >= 7
        && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
        && text.as_bytes().windows(2).filter(|pair| pair[0].is_ascii_digit() != pair[1].is_ascii_digit()).count() >= 2
}

/// Cuts text into pieces; `None` on a character, a word or a wildcard that no version has.
fn split<'a>(text: &'a str, pieces: &mut Vec<Piece<'a>>) -> Option<()> {
    if text.ends_with('+') || text.as_bytes().contains(&b' ') && text.contains(" - ") {
        return None;
    }
    for segment in text.split(['.', '-', '_', '+', '#', '(', ')', ' ']) {
        if looks_like_hash(segment.strip_prefix('g').unwrap_or(segment)) {
            pieces.push(Piece { text: segment, behind_digit: false, before_digit: false });
            continue;
        }
        let mut rest = segment;
        let mut behind_digit = false;
        while let Some(first) = rest.chars().next() {
            let digit = first.is_ascii_digit();
            if !digit && !first.is_ascii_lowercase() {
                return None;
            }
            let (run, tail) = split_run(rest, |c| if digit { c.is_ascii_digit() } else { c.is_ascii_lowercase() });
            let before_digit = tail.starts_with(|c: char| c.is_ascii_digit());
            // `4.x`, `6.4.z` and `7x`, but not `s390x`.
            let wildcard = !before_digit
                && tail.is_empty()
                && match run {
                    "x" => segment.trim_end_matches('x').bytes().all(|b| b.is_ascii_digit()),
                    "y" | "z" | "xx" => run == segment,
                    _ => false,
                };
            if wildcard || run.len() > MAX_DIGITS || !digit && NO_VERSION.contains(&run) {
                return None;
            }
            pieces.push(Piece { text: run, behind_digit, before_digit });
            behind_digit = digit;
            rest = tail;
        }
    }
    Some(())
}
