//! Versions as NVD and most makers write them: dotted numbers, a letter, words, and the update field of a CPE name.
//!
//! A version is read as a list of numbers and words; `.`, `-`, `_`, `+`, `#`, brackets and blanks only separate.
//! - Numbers compare as numbers, of any size. Trailing zeros are dropped: 1.0 and 1.0.0 are the same version, because
//!   range ends and SBOMs write either for the same release.
//! - `alpha` < `beta` < `rc` < the release. `a1` and `b1` are alpha and beta; `b04` and `b123` are builds.
//! - Other words for what comes before a release (`dev`, `snapshot`, `pre`, ...) are before it and have no order among
//!   each other.
//! - A single letter (or `z` and one more) right behind a number is a later release: 1.0.1 < 1.0.1f < 1.0.1.1.
//! - A known word for a patch with its number (`sp2`, `p1`, `update 3`, `r4`, ...) is later than the release and
//!   earlier than the next number. Different patch words have no order.
//! - Any other word names a line of its own: 1.2-acme against 1.2 is unknown, against 1.3 it is earlier.
//!
//! The words tie a version to its class. Versions without words of the last kinds all share one class. Full dates, a
//! year with a letter (2009a), single numbers of five digits or more (builds, revisions), release trains in brackets (12.2(33)SXI) and branches such as `7.x-1.2` are families of
//! their own, and so are parts counted in hexadecimal (f0b.0e.7e), because makers change between them and plain numbers. No key: hashes, wildcards, ranges in words,
//! months, dates with the year last, and text without any number.

mod text;
mod words;

use crate::bytes::{MAX_DIGITS, push_number, push_text, significant};
use crate::key::{Class, VersionOrder, family};
use text::Shape;
use words::Word;

/// Tags of the tokens in a key, in the order of what they mean.
mod tag {
    pub(super) const PRE: u8 = 0x10;
    pub(super) const LONE: u8 = 0x20;
    pub(super) const END: u8 = 0x30;
    /// The name of a train; before a letter, because 12.4(25)S comes before its rebuild 12.4(25a)S.
    pub(super) const TRAIN: u8 = 0x38;
    pub(super) const LETTER: u8 = 0x40;
    pub(super) const OTHER: u8 = 0x50;
    pub(super) const POST: u8 = 0x60;
    pub(super) const PREFIX: u8 = 0x70;
    /// And up: plus the count of digits.
    pub(super) const NUMBER: u8 = 0x80;
}

/// The longest text of which is asked whether it says more of a release; the longest version in NVD has less than half of that.
const LONGEST_RELEASE: usize = 256;

/// Class and bytes of a version with its update field.
pub(crate) fn key(version: &str, update: Option<&str>) -> Option<(Class, Vec<u8>)> {
    if update.is_none()
        && let Some(bytes) = dotted(version)
    {
        return Some((Class::of(family::GENERIC), bytes));
    }
    read(version, update)
}

/// The bytes of a version of nothing but numbers with dots, as most are: what [`read`] makes of it, without taking it apart into words.
/// The first number is too short for a date; one number alone may be a count.
fn dotted(version: &str) -> Option<Vec<u8>> {
    let (first, _) = version.split_once('.')?;
    if !(1..=7).contains(&first.len()) || !version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') {
        return None;
    }
    let mut bytes = Vec::with_capacity(version.len() + 4);
    let mut zeros = 0;
    for part in version.split('.').filter(|part| !part.is_empty()) {
        if part.len() > MAX_DIGITS {
            return None;
        }
        if significant(part).is_empty() {
            zeros += 1;
            continue;
        }
        bytes.extend(std::iter::repeat_n(tag::NUMBER, zeros));
        push_number(&mut bytes, tag::NUMBER, part)?;
        zeros = 0;
    }
    bytes.push(tag::END);
    Some(bytes)
}

/// The same of any version.
fn read(version: &str, update: Option<&str>) -> Option<(Class, Vec<u8>)> {
    let version = text::plain(version);
    if update.is_none()
        && let Some(parts) = text::hexadecimal(&version)
    {
        return hexadecimal(&parts);
    }
    let update = update.map(str::to_ascii_lowercase);
    let read = text::read(&version, update.as_deref())?;
    let train = read.shape == Shape::Train;
    let words: Vec<Word<'_>> = words::classify(&read.pieces, train);
    let mut bytes = Vec::with_capacity(version.len() + 4);
    let mut zeros = 0;
    for word in &words {
        match word {
            Word::Number(digits) => {
                if significant(digits).is_empty() {
                    zeros += 1;
                    continue;
                }
                // Zeros count only in front of another number: 1.0 is 1, 1.0.1 is not 1.1.
                bytes.extend(std::iter::repeat_n(tag::NUMBER, zeros));
                push_number(&mut bytes, tag::NUMBER, digits)?;
            }
            Word::Pre(rank) => bytes.extend([tag::PRE, *rank]),
            Word::Lone(word) => tagged(&mut bytes, tag::LONE, word),
            Word::Letter(letters) => tagged(&mut bytes, tag::LETTER, letters),
            Word::Other(word) if train => tagged(&mut bytes, tag::TRAIN, word),
            Word::Other(word) => tagged(&mut bytes, tag::OTHER, word),
            Word::Post(word) => tagged(&mut bytes, tag::POST, word),
            Word::Prefix(word) => tagged(&mut bytes, tag::PREFIX, word),
        }
        zeros = 0;
    }
    bytes.push(tag::END);
    Some((class(read.shape, &words), bytes))
}

/// Parts counted in hexadecimal: a numbering of its own, whose digits sort like decimal ones in lower case.
fn hexadecimal(parts: &[&str]) -> Option<(Class, Vec<u8>)> {
    let mut bytes = Vec::new();
    for part in parts {
        push_number(&mut bytes, tag::NUMBER, part)?;
    }
    bytes.push(tag::END);
    Some((Class::of(family::GENERIC_HEXADECIMAL), bytes))
}

/// Whether the version is the release `bound` with more said about it: an update, a pre-release, a patch, a package's
/// revision. More numbers behind a dot, or a letter, make another release.
///
/// Every place where the text may be cut is tried, which takes too long for a text that is longer than any version. Of that nobody
/// can say that it is *not* the release.
pub(crate) fn is_same_release(version: &str, update: Option<&str>, bound: &str) -> bool {
    let Some(bound) = key(bound, None) else { return false };
    let same = |text: &str| key(text, None).as_ref() == Some(&bound);
    let version = version.trim();
    if version.len() > LONGEST_RELEASE {
        return true;
    }
    if update.is_some_and(|update| !matches!(update.trim(), "" | "*" | "-")) && same(version) {
        return true;
    }
    // Without its numbers in front, a text begins at a separator or at the first letter behind a number.
    let cuts = version.char_indices().zip(version.chars().skip(1)).filter_map(|((place, c), next)| {
        let separator = !c.is_ascii_alphanumeric() && c != '.' && place > 0;
        let word = c.is_ascii_digit() && next.is_ascii_alphabetic();
        if separator {
            Some(place)
        } else if word || c == '.' && next.is_ascii_alphabetic() {
            Some(place + usize::from(word))
        } else {
            None
        }
    });
    let letter = |rest: &str| rest.len() == 1 && rest.starts_with(|c: char| c.is_ascii_alphabetic());
    cuts.into_iter().any(|place| {
        let (head, rest) = version.split_at(place);
        !letter(rest) && same(head)
    })
}

fn tagged(bytes: &mut Vec<u8>, tag: u8, word: &str) {
    bytes.push(tag);
    push_text(bytes, word);
}

fn class(shape: Shape<'_>, words: &[Word<'_>]) -> Class {
    let family = match shape {
        Shape::Plain => family::GENERIC,
        Shape::Date => family::GENERIC_DATE,
        Shape::YearLetter => family::GENERIC_YEAR_LETTER,
        Shape::Train => family::GENERIC_TRAIN,
        Shape::Count => family::GENERIC_COUNT,
        Shape::Branch(_) => family::GENERIC_BRANCH,
    };
    let branch = match shape {
        Shape::Branch(branch) => Some(branch),
        _ => None,
    };
    // With one word that makes a line, all words belong to its name; otherwise two versions of one line could differ
    // in a pair of words that has no order.
    let lined =
        words.iter().any(|word| matches!(word, Word::Lone(_) | Word::Other(_) | Word::Post(_) | Word::Prefix(_)));
    let names = words.iter().filter(|_| lined).filter_map(|word| match word {
        Word::Number(_) => None,
        // The letter of a rebuild is part of the order within its train.
        Word::Letter(_) if shape == Shape::Train => None,
        Word::Pre(rank) => words::PRE.get(usize::from(*rank)).map(|word| ["pre", word]),
        // The same word can mean a patch with a number behind it and a line without one.
        Word::Lone(word) => Some(["lone", word]),
        Word::Letter(word) => Some(["letter", word]),
        Word::Other(word) => Some(["other", word]),
        Word::Post(word) => Some(["post", word]),
        Word::Prefix(word) => Some(["prefix", word]),
    });
    Class::line(family, branch.into_iter().chain(names.flatten()))
}

/// The order of two versions of different lines: by the first token in which they differ, where that pair of tokens
/// has an order at all.
///
/// With the order of the tags, this and the byte order within a class are one partial order: no token between two
/// that have no order has an order with both.
pub(crate) fn compare_lines(a: &[u8], b: &[u8]) -> VersionOrder {
    let mut at = 0;
    loop {
        let (Some(left), Some(right)) = (token(a, at), token(b, at)) else {
            return VersionOrder::Unknown;
        };
        if left == right {
            at += left.len();
            continue;
        }
        let (low, high) = if left < right { (left, right) } else { (right, left) };
        return if decided(low[0], high[0]) { left.cmp(right).into() } else { VersionOrder::Unknown };
    }
}

/// Whether the first token in which they differ, of so many, is a number in both.
pub(crate) fn differ_in_a_number(a: &[u8], b: &[u8], tokens: usize) -> bool {
    let mut at = 0;
    for _ in 0..tokens {
        let (Some(left), Some(right)) = (token(a, at), token(b, at)) else { return false };
        if left != right {
            return left[0] >= tag::NUMBER && right[0] >= tag::NUMBER;
        }
        at += left.len();
    }
    false
}

/// Whether tokens with these tags have an order; `low` <= `high`, the tokens differ.
fn decided(low: u8, high: u8) -> bool {
    match (low, high) {
        (tag::PREFIX, _) | (_, tag::PREFIX) => false,
        (_, tag::NUMBER..) => true,
        (tag::OTHER, _) | (_, tag::OTHER) => false,
        (tag::LETTER, tag::POST) | (tag::POST, tag::POST) => false,
        (tag::PRE, tag::LONE) | (tag::LONE, tag::LONE) => false,
        _ => true,
    }
}

/// The token that begins here, never empty; `None` at the end or where the bytes are no key.
fn token(bytes: &[u8], at: usize) -> Option<&[u8]> {
    let rest = bytes.get(at..)?;
    let len = match *rest.first()? {
        tag::END => 1,
        tag::PRE => 2,
        tag::LONE | tag::TRAIN | tag::LETTER | tag::OTHER | tag::POST | tag::PREFIX => {
            rest.iter().position(|b| *b == 0)? + 1
        }
        number @ tag::NUMBER.. => 1 + usize::from(number - tag::NUMBER),
        _ => return None,
    };
    rest.get(..len)
}

#[cfg(test)]
mod tests;
