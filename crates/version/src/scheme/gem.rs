//! RubyGems: numbers and words; words come before numbers, and a missing part counts as 0.

use crate::bytes::{is_digits, push_number, push_text, significant, split_run};
use crate::key::{Class, family};

/// So many zeros, then a word: before the end, the more zeros the closer to it.
const ZEROS_WORD: u8 = 0x10;
const END: u8 = 0x20;
/// So many zeros, then a number: behind the end, the fewer zeros the further.
const ZEROS_NUMBER: u8 = 0x30;
const NUMBER: u8 = 0x80;

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let segments = segments(version)?;
    let core = segments.iter().position(|segment| !is_digits(segment)).unwrap_or(segments.len());
    let (core, words) = segments.split_at(core);
    let mut bytes = Vec::with_capacity(version.len() * 2);
    let mut zeros: u8 = 0;
    // Zeros before the first word say nothing; later ones hold the place of what follows them.
    for (place, segment) in core.iter().chain(words).enumerate() {
        if place == core.len() {
            zeros = 0;
        }
        if !is_digits(segment) {
            bytes.extend([ZEROS_WORD, zeros]);
            push_text(&mut bytes, segment);
            zeros = 0;
        } else if significant(segment).is_empty() {
            zeros = zeros.checked_add(1)?;
        } else {
            bytes.extend([ZEROS_NUMBER, u8::MAX - zeros]);
            push_number(&mut bytes, NUMBER, segment)?;
            zeros = 0;
        }
    }
    bytes.push(END);
    Some((Class::of(family::GEM), bytes))
}

/// Runs of digits and of letters; a dash stands for `.pre.`. `None` where the text is no version.
fn segments(version: &str) -> Option<Vec<&str>> {
    let mut segments = Vec::new();
    let (core, pre) = version.split_once('-').map_or((version, None), |(core, pre)| (core, Some(pre)));
    let cut = |text: &'_ str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !core.split('.').all(cut) || !core.starts_with(|c: char| c.is_ascii_digit()) {
        return None;
    }
    let mut push = |mut text| {
        while let Some(first) = str::chars(text).next() {
            let digit = first.is_ascii_digit();
            let (run, rest) = split_run(text, |c| c.is_ascii_digit() == digit);
            segments.push(run);
            text = rest;
        }
    };
    core.split('.').for_each(&mut push);
    if let Some(pre) = pre {
        push("pre");
        for part in pre.split('-') {
            if !part.split('.').all(cut) {
                return None;
            }
            part.split('.').for_each(&mut push);
        }
    }
    // A second dash is one more `pre`.
    if pre.is_some_and(|pre| pre.contains('-')) {
        return None;
    }
    Some(segments)
}

#[cfg(test)]
mod tests;
