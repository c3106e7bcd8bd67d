//! Debian versions: `[epoch:]upstream[-revision]`, ordered as the policy manual describes.

use crate::bytes::{is_digits, push_number, split_run};
use crate::key::{Class, family};

const TILDE: u8 = 0x01;
/// The end of a run without digits, or of a part: after `~`, before anything else.
const END: u8 = 0x02;
const NUMBER: u8 = 0x03;

/// Epoch, upstream version and revision; `None` where the text is no Debian version.
pub(crate) fn split(version: &str) -> Option<(&str, &str, Option<&str>)> {
    let (epoch, rest) = version.split_once(':').unwrap_or(("0", version));
    let (upstream, revision) = rest.rsplit_once('-').map_or((rest, None), |(a, b)| (a, Some(b)));
    let allowed = |text: &str, extra: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || extra.contains(c));
    let good = is_digits(epoch)
        && !upstream.is_empty()
        && allowed(upstream, ".+-~:")
        && revision.is_none_or(|text| !text.is_empty() && allowed(text, ".+~"));
    good.then_some((epoch, upstream, revision))
}

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let (epoch, upstream, revision) = split(version)?;
    let mut bytes = Vec::with_capacity(version.len() * 2);
    push_number(&mut bytes, NUMBER, epoch)?;
    part(&mut bytes, upstream)?;
    // No revision is the same as revision 0.
    part(&mut bytes, revision.unwrap_or("0"))?;
    Some((Class::of(family::DEB), bytes))
}

/// Runs without digits and numbers in turn. A missing number counts as 0.
fn part(bytes: &mut Vec<u8>, mut text: &str) -> Option<()> {
    loop {
        let (run, rest) = split_run(text, |c| !c.is_ascii_digit());
        for byte in run.bytes() {
            bytes.push(match byte {
                b'~' => TILDE,
                letter if letter.is_ascii_alphabetic() => letter,
                // Everything else sorts behind the letters.
                other => 0x80 | other,
            });
        }
        bytes.push(END);
        let (digits, rest) = split_run(rest, |c| c.is_ascii_digit());
        push_number(bytes, NUMBER, digits)?;
        if rest.is_empty() {
            bytes.push(END);
            return Some(());
        }
        text = rest;
    }
}

#[cfg(test)]
mod tests;
