//! RPM versions: `[epoch:]version[-release]`, ordered as rpm orders them.
//!
//! A version without a release stands for every release of it: against one with a release only the version counts,
//! and where that is the same the order is unknown.

use crate::bytes::{is_digits, push_number, push_text, split_run};
use crate::key::{Class, VersionOrder, family};

const TILDE: u8 = 0x01;
const END: u8 = 0x02;
const CARET: u8 = 0x03;
const ALPHA: u8 = 0x10;
const NUMBER: u8 = 0x80;

/// Epoch, version and release; `None` where the text is no RPM version.
pub(crate) fn split(version: &str) -> Option<(&str, &str, Option<&str>)> {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    let (name, release) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
    let allowed =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._+~^%{}".contains(c));
    (is_digits(epoch) && allowed(name) && release.is_none_or(allowed)).then_some((epoch, name, release))
}

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let (epoch, name, release) = split(version)?;
    let mut bytes = Vec::with_capacity(version.len() * 2);
    push_number(&mut bytes, NUMBER, epoch)?;
    part(&mut bytes, name)?;
    let class = match release {
        Some(release) => {
            part(&mut bytes, release)?;
            Class::line(family::RPM, ["release"])
        }
        None => Class::of(family::RPM),
    };
    Some((class, bytes))
}

/// Segments of digits or letters; other characters only separate, but for `~` (before the end) and `^` (right after).
fn part(bytes: &mut Vec<u8>, mut text: &str) -> Option<()> {
    while let Some(first) = text.chars().next() {
        let (run, rest) = match first {
            '~' | '^' => {
                bytes.push(if first == '~' { TILDE } else { CARET });
                text.split_at(1)
            }
            c if c.is_ascii_digit() => {
                let (run, rest) = split_run(text, |c| c.is_ascii_digit());
                push_number(bytes, NUMBER, run)?;
                (run, rest)
            }
            c if c.is_ascii_alphabetic() => {
                let (run, rest) = split_run(text, |c| c.is_ascii_alphabetic());
                bytes.push(ALPHA);
                push_text(bytes, run);
                (run, rest)
            }
            _ => text.split_at(first.len_utf8()),
        };
        debug_assert!(!run.is_empty() || rest.len() < text.len());
        text = rest;
    }
    bytes.push(END);
    Some(())
}

/// One side has a release and the other has not: decided unless the version is the same.
pub(crate) fn compare_lines(a: &[u8], b: &[u8]) -> VersionOrder {
    if a.starts_with(b) || b.starts_with(a) { VersionOrder::Unknown } else { a.cmp(b).into() }
}

#[cfg(test)]
mod tests;
