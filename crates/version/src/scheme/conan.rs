//! Conan (C and C++): items with dots, then `-` and a pre-release, `+` and a build, each a list of items.
//!
//! Items of digits are numbers and come before words. Conan compares an item like `1w` with a number by their text, which has
//! cycles (2 < 10 < 1w < 2): here it is the number with a letter behind it, later than 1 and earlier than 2, as the makers
//! whose versions look so mean it.

use crate::bytes::{push_number, push_text, significant, split_run};
use crate::key::{Class, family};

const END: u8 = 0x00;
const BUILD: u8 = 0x08;
/// A pre-release is there; before a release and its builds.
const PRE: u8 = 0x04;
const RELEASE: u8 = 0x06;
const NUMBER: u8 = 0x10;
/// Above every count of digits.
const TEXT: u8 = 0x80;

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let lower = version.to_ascii_lowercase();
    let (text, build) = lower.split_once('+').map_or((lower.as_str(), None), |(a, b)| (a, Some(b)));
    let (core, pre) = text.split_once('-').map_or((text, None), |(a, b)| (a, Some(b)));
    let mut bytes = Vec::with_capacity(version.len() * 2);
    if core.is_empty() {
        return None;
    }
    list(&mut bytes, core)?;
    match pre {
        Some(pre) => {
            bytes.push(PRE);
            list(&mut bytes, pre)?;
        }
        None => bytes.push(RELEASE),
    }
    if let Some(build) = build {
        bytes.push(BUILD);
        list(&mut bytes, build)?;
    }
    bytes.push(END);
    Some((Class::of(family::CONAN), bytes))
}

/// Items without the zeros at their end.
fn list(bytes: &mut Vec<u8>, text: &str) -> Option<()> {
    if !text.is_empty() {
        let items: Vec<&str> = text.split('.').collect();
        let zero = |item: &&str| !item.is_empty() && significant(item).is_empty();
        let used = items.iter().rposition(|item| !zero(item)).map_or(0, |last| last + 1);
        for item in items.get(..used)? {
            let (digits, word) = split_run(item, |c| c.is_ascii_digit());
            if item.is_empty() || !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
            {
                return None;
            }
            if digits.is_empty() {
                bytes.push(TEXT);
            } else {
                push_number(bytes, NUMBER, digits)?;
            }
            push_text(bytes, word);
        }
    }
    bytes.push(END);
    Some(())
}

#[cfg(test)]
mod tests;
