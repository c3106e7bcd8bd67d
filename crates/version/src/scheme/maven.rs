//! Maven versions, as far as their published order is one.
//!
//! The published comparison has cycles: `1.0.alpha` < `1` < `1-sp`, and yet `1.0.alpha` > `1-sp`, because a word behind a dot
//! was once ordered by where it stands and is now ordered like one behind a dash. So versions whose first word stands behind a
//! dot are a line of their own for each number of zeros before it. Between lines an order is given where the numbers differ,
//! where one is before the release and the other behind it, or where both readings agree.
//!
//! No key: anything but ASCII letters, digits, dots and dashes; text that does not begin with a number; empty parts; a second
//! word behind a dot; a zero behind a dash with more behind it; `final` with more behind it.

use crate::bytes::{is_digits, push_number, push_text, significant, split_run};
use crate::key::{Class, VersionOrder, family};

/// Words before the release, in order.
const PRE: [&str; 5] = ["alpha", "beta", "milestone", "rc", "snapshot"];
const PRE_TAG: u8 = 0x10;
const END: u8 = 0x20;
const SERVICE_PACK: u8 = 0x30;
const OTHER: u8 = 0x40;
const DASH_NUMBER: u8 = 0x50;
const NUMBER: u8 = 0x80;
/// The line of versions with no word, or whose first word stands behind a dash or a digit.
const DASHED: u8 = 1;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Separator {
    Dot,
    Dash,
    /// From letters to digits or back: a dash that was not written.
    Change,
}

#[derive(Debug, PartialEq, Eq)]
enum Word<'a> {
    Number(&'a str),
    Pre(u8),
    /// `final`, `ga`, `release`: says nothing.
    Release,
    ServicePack,
    Other(&'a str),
}

impl Word<'_> {
    /// Whether it says nothing where nothing follows.
    fn is_null(&self) -> bool {
        match self {
            Word::Number(digits) => significant(digits).is_empty(),
            Word::Release => true,
            _ => false,
        }
    }
}

type Item<'a> = (Separator, Word<'a>);

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let lower = version.to_ascii_lowercase();
    let items = read(&lower)?;
    let core = items.iter().take_while(|(separator, word)| *separator == Separator::Dot && number(word).is_some());
    let core = core.count();
    let (core, tail) = items.split_at(core);
    let used = core.iter().rposition(|(_, word)| !word.is_null()).map_or(0, |last| last + 1);
    let mut bytes = Vec::with_capacity(version.len() * 2);
    for digits in core.iter().take(used).filter_map(|(_, word)| number(word)) {
        push_number(&mut bytes, NUMBER, digits)?;
    }
    let line = match tail.first() {
        Some((Separator::Dot, _)) => match u8::try_from(core.len() - used).ok()? {
            0 => 0,
            zeros => DASHED.checked_add(zeros)?,
        },
        _ => DASHED,
    };
    push_tail(&mut bytes, tail)?;
    bytes.extend([END, line]);
    let class = match line {
        DASHED => Class::of(family::MAVEN),
        line => Class::line(family::MAVEN, ["dot", &line.to_string()]),
    };
    Some((class, bytes))
}

/// Cuts the text and drops what says nothing at its end.
fn read(text: &str) -> Option<Vec<Item<'_>>> {
    let mut items = Vec::new();
    let mut rest = text;
    let mut separator = Separator::Dot;
    loop {
        let digit = rest.starts_with(|c: char| c.is_ascii_digit());
        let (run, tail) = split_run(rest, |c| if digit { c.is_ascii_digit() } else { c.is_ascii_lowercase() });
        if run.is_empty() {
            return None;
        }
        items.push((separator, if digit { Word::Number(run) } else { word(run, tail) }));
        (separator, rest) = match tail.chars().next() {
            None => break,
            Some('.') => (Separator::Dot, &tail[1..]),
            Some('-') => (Separator::Dash, &tail[1..]),
            Some(_) => (Separator::Change, tail),
        };
    }
    number(&items.first()?.1)?;
    while items.last().is_some_and(|(_, word)| word.is_null()) {
        items.pop();
    }
    Some(items)
}

fn number<'a>(word: &Word<'a>) -> Option<&'a str> {
    match word {
        Word::Number(digits) => Some(digits),
        _ => None,
    }
}

/// The meaning of letters; `a`, `b` and `m` are short for a word only right before a digit.
fn word<'a>(text: &'a str, behind: &str) -> Word<'a> {
    let before_digit = behind.starts_with(|c: char| c.is_ascii_digit());
    let full = match text {
        "a" if before_digit => "alpha",
        "b" if before_digit => "beta",
        "m" if before_digit => "milestone",
        "cr" => "rc",
        _ => text,
    };
    match (PRE.iter().zip(PRE_TAG..).find(|(word, _)| **word == full), full) {
        (Some((_, tag)), _) => Word::Pre(tag),
        (None, "final" | "ga" | "release") => Word::Release,
        (None, "sp") => Word::ServicePack,
        (None, other) => Word::Other(if other == full { text } else { full }),
    }
}

fn push_tail(bytes: &mut Vec<u8>, tail: &[Item<'_>]) -> Option<()> {
    for (place, (separator, word)) in tail.iter().enumerate() {
        match word {
            Word::Number(digits) if *separator == Separator::Dot => {
                // Zeros right before a dash say nothing; what is behind the last item is cut already.
                let rest = tail.get(place..)?;
                let zeros = rest.iter().take_while(|(at, word)| *at == Separator::Dot && word.is_null()).count();
                let dropped = zeros > 0 && rest.get(zeros).is_some_and(|(at, _)| *at != Separator::Dot);
                if !dropped {
                    push_number(bytes, NUMBER, digits)?;
                }
            }
            Word::Number(digits) => {
                if significant(digits).is_empty() {
                    return None;
                }
                bytes.push(DASH_NUMBER);
                push_number(bytes, NUMBER, digits)?;
            }
            _ if place > 0 && *separator == Separator::Dot => return None,
            Word::Release => return None,
            Word::Pre(tag) => bytes.push(*tag),
            Word::ServicePack => bytes.push(SERVICE_PACK),
            Word::Other(text) => {
                bytes.push(OTHER);
                push_text(bytes, text);
            }
        }
    }
    debug_assert!(tail.iter().all(|(_, word)| number(word).is_none_or(is_digits)));
    Some(())
}

/// The order across lines: by the numbers, by the side of the release, or where both readings of a dot agree.
pub(crate) fn compare_lines(a: &[u8], b: &[u8]) -> VersionOrder {
    let ((core_a, tail_a), (core_b, tail_b)) = (split_core(a), split_core(b));
    let first = |tail: &[u8]| tail.first().map_or(std::cmp::Ordering::Equal, |tag| tag.cmp(&END));
    if core_a != core_b || first(tail_a) != first(tail_b) {
        return a.cmp(b).into();
    }
    let (Some((word_a, line_a)), Some((word_b, line_b))) = (first_word(tail_a), first_word(tail_b)) else {
        return VersionOrder::Unknown;
    };
    if word_a != word_b && word_a.cmp(word_b) == line_a.cmp(&line_b) {
        return word_a.cmp(word_b).into();
    }
    VersionOrder::Unknown
}

/// The numbers in front, and the rest.
fn split_core(bytes: &[u8]) -> (&[u8], &[u8]) {
    let mut at = 0;
    while let Some(tag) = bytes.get(at).filter(|tag| **tag >= NUMBER) {
        at += 1 + usize::from(tag - NUMBER);
    }
    bytes.split_at(at.min(bytes.len()))
}

/// The first word or dashed number behind the numbers, and the line.
fn first_word(tail: &[u8]) -> Option<(&[u8], u8)> {
    let len = match *tail.first()? {
        OTHER => tail.iter().position(|byte| *byte == 0)? + 1,
        DASH_NUMBER => 2 + usize::from(tail.get(1)?.checked_sub(NUMBER)?),
        _ => 1,
    };
    Some((tail.get(..len)?, *tail.last()?))
}

#[cfg(test)]
mod tests;
