//! Arch Linux packages: `[epoch:]version[-release]`.
//!
//! Like RPM's segments, but a word right behind a number comes before the release, and more separators come later than fewer.
//! As there, a version without a release stands for all of them.

use crate::bytes::{is_digits, push_number, push_text, split_run};
use crate::key::{Class, family};

const ATTACHED_WORD: u8 = 0x10;
const END: u8 = 0x20;
/// And up: the count of separators in front, 0 for a number right behind a word.
const SEPARATED: u8 = 0x30;
const MAX_SEPARATORS: usize = 0x40;
const WORD: u8 = 0x01;
const NUMBER: u8 = 0x80;

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    let (name, release) = rest.rsplit_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
    if !is_digits(epoch) {
        return None;
    }
    let mut bytes = Vec::with_capacity(version.len() * 2);
    push_number(&mut bytes, NUMBER, epoch)?;
    part(&mut bytes, name)?;
    let class = match release {
        Some(release) => {
            part(&mut bytes, release)?;
            Class::line(family::ALPM, ["release"])
        }
        None => Class::of(family::ALPM),
    };
    Some((class, bytes))
}

fn part(bytes: &mut Vec<u8>, text: &str) -> Option<()> {
    let mut rest = text;
    while !rest.is_empty() {
        let (separators, tail) = split_run(rest, |c| "._+~^".contains(c));
        let digit = tail.starts_with(|c: char| c.is_ascii_digit());
        let (run, tail) = split_run(tail, |c| if digit { c.is_ascii_digit() } else { c.is_ascii_alphabetic() });
        if run.is_empty() || separators.len() > MAX_SEPARATORS {
            return None;
        }
        if separators.is_empty() && !digit {
            bytes.push(ATTACHED_WORD);
        } else {
            bytes.push(SEPARATED + u8::try_from(separators.len()).ok()?);
        }
        if digit {
            push_number(bytes, NUMBER, run)?;
        } else {
            bytes.push(WORD);
            push_text(bytes, run);
        }
        rest = tail;
    }
    bytes.push(END);
    (!text.is_empty()).then_some(())
}

#[cfg(test)]
mod tests;
