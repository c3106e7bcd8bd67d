//! Alpine and Gentoo packages: `1.2.3a_rc4-r5`.
//!
//! Both write the same and order nearly the same: numbers (one that begins with a zero compares as text), one letter, suffixes
//! before (`_alpha`, `_beta`, `_pre`, `_rc`) and behind (`_p`, for Alpine also `_cvs`, `_svn`, `_git`, `_hg`) the release, and the
//! revision of the package. Alpine's commit hashes (`~1f2e`) have no order and no key.

use crate::bytes::{is_digits, push_number, push_text, split_run};
use crate::key::{Class, family};

/// Whose rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    Alpine,
    Gentoo,
}

const PRE: [&str; 4] = ["alpha", "beta", "pre", "rc"];
const POST: [&str; 5] = ["cvs", "svn", "git", "hg", "p"];
const PRE_TAG: u8 = 0x10;
const END: u8 = 0x20;
const REVISION: u8 = 0x30;
const SUFFIX_NUMBER: u8 = 0x38;
const POST_TAG: u8 = 0x40;
const LETTER: u8 = 0x50;
/// A number that begins with a zero: before all others, by its text.
const ZERO: u8 = 0x70;
const NUMBER: u8 = 0x80;

/// Without the revision of the package.
pub(crate) fn without_revision(version: &str) -> &str {
    version.rsplit_once("-r").filter(|(_, digits)| is_digits(digits)).map_or(version, |(rest, _)| rest)
}

/// Class and bytes of a version.
pub(crate) fn key(version: &str, style: Style) -> Option<(Class, Vec<u8>)> {
    let (text, revision) = match version.split_once("-r") {
        Some((text, digits)) if is_digits(digits) => (text, Some(digits)),
        Some(_) => return None,
        None => (version, None),
    };
    let mut bytes = Vec::with_capacity(version.len() * 2);
    let (core, mut rest) = split_run(text, |c| c.is_ascii_digit() || c == '.');
    for (place, number) in core.split('.').enumerate() {
        if !is_digits(number) {
            return None;
        }
        if place > 0 && number.starts_with('0') {
            bytes.push(ZERO);
            // Gentoo compares such a number like what stands behind a decimal point.
            push_text(&mut bytes, if style == Style::Gentoo { number.trim_end_matches('0') } else { number });
        } else {
            push_number(&mut bytes, NUMBER, number)?;
        }
    }
    if let Some(letter) = rest.bytes().next().filter(u8::is_ascii_lowercase) {
        bytes.extend([LETTER, letter]);
        rest = rest.get(1..)?;
    }
    while let Some(suffix) = rest.strip_prefix('_') {
        let (word, tail) = split_run(suffix, |c| c.is_ascii_lowercase());
        let (number, tail) = split_run(tail, |c| c.is_ascii_digit());
        let find = |words: &[&str], first: u8| {
            words.iter().zip(first..).find(|(known, _)| **known == word).map(|(_, tag)| tag)
        };
        let post = if style == Style::Gentoo { &POST[4..] } else { &POST[..] };
        bytes.push(find(&PRE, PRE_TAG).or_else(|| find(post, POST_TAG))?);
        if !number.is_empty() || style == Style::Gentoo {
            bytes.push(SUFFIX_NUMBER);
            push_number(&mut bytes, NUMBER, number)?;
        }
        rest = tail;
    }
    if !rest.is_empty() {
        return None;
    }
    match (revision, style) {
        (Some(digits), Style::Alpine) => {
            bytes.push(REVISION);
            push_number(&mut bytes, NUMBER, digits)?;
        }
        (digits, Style::Gentoo) => {
            bytes.push(REVISION);
            push_number(&mut bytes, NUMBER, digits.unwrap_or("0"))?;
        }
        (None, Style::Alpine) => {}
    }
    bytes.push(END);
    let family = if style == Style::Gentoo { family::GENTOO } else { family::APK };
    Some((Class::of(family), bytes))
}

#[cfg(test)]
mod tests;
