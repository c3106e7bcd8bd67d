//! Semantic Versioning 2.0.0, and its relatives: npm, `NuGet`, Go modules. Build metadata is ignored, as the order demands.

use crate::bytes::{is_digits, push_number, push_text, split_run};
use crate::key::{Class, family};

/// How strictly to read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// As the specification says; missing second and third numbers count as zero, since range ends leave them out.
    Strict,
    /// With a leading `v` or `=`, numbers with leading zeros, and a pre-release without its dash.
    Loose,
    /// A fourth number, leading zeros, and no difference between capital and small letters.
    Nuget,
    /// With a leading `v`; releases of the language as `go1.21rc2`.
    Go,
}

impl Style {
    fn family(self) -> u8 {
        match self {
            Style::Strict | Style::Loose => family::SEMVER,
            Style::Nuget => family::NUGET,
            Style::Go => family::GO,
        }
    }
}

/// Between the pre-release list and a release: the list begins lower.
const RELEASE: u8 = 0xff;
const END: u8 = 0x00;
/// Numeric identifiers sort before all others.
const NUMERIC: u8 = 0x10;
const TEXT: u8 = 0x80;

/// Class and bytes of a version.
pub(crate) fn key(version: &str, style: Style) -> Option<(Class, Vec<u8>)> {
    let loose = style == Style::Loose;
    let zeros = matches!(style, Style::Loose | Style::Nuget);
    let places = if style == Style::Nuget { 4 } else { 3 };
    let rewritten = match style {
        Style::Nuget => Some(version.to_ascii_lowercase()),
        Style::Go => go_release(version),
        Style::Strict | Style::Loose => None,
    };
    let text = rewritten.as_deref().unwrap_or(version);
    let text = match style {
        Style::Loose => text.trim_start_matches(['=', 'v', 'V', ' ']),
        Style::Go => text.strip_prefix('v').unwrap_or(text),
        Style::Strict | Style::Nuget => text,
    };
    let (text, build) = text.split_once('+').map_or((text, None), |(text, build)| (text, Some(build)));
    if build.is_some_and(|build| !build.split('.').all(is_identifier)) {
        return None;
    }
    let (core, mut rest) = split_run(text, |c| c.is_ascii_digit() || c == '.');
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() > places {
        return None;
    }
    let mut bytes = Vec::with_capacity(version.len() + 4);
    for place in 0..places {
        let number = numbers.get(place).copied().unwrap_or("0");
        if !is_digits(number) || (!zeros && number.len() > 1 && number.starts_with('0')) {
            return None;
        }
        push_number(&mut bytes, NUMERIC, number)?;
    }
    if rest.is_empty() {
        bytes.push(RELEASE);
        return Some((Class::of(style.family()), bytes));
    }
    match rest.strip_prefix('-') {
        Some(pre) => rest = pre,
        None if loose && numbers.len() == 3 => {}
        None => return None,
    }
    for identifier in rest.split('.') {
        if !is_identifier(identifier) {
            return None;
        }
        if is_digits(identifier) {
            if !zeros && identifier.len() > 1 && identifier.starts_with('0') {
                return None;
            }
            push_number(&mut bytes, NUMERIC, identifier)?;
        } else {
            bytes.push(TEXT);
            push_text(&mut bytes, identifier);
        }
    }
    bytes.push(END);
    Some((Class::of(style.family()), bytes))
}

/// `go1.21rc2` is 1.21.0-rc.2: the language and its tools are not numbered like modules.
fn go_release(version: &str) -> Option<String> {
    let text = version.strip_prefix("go")?;
    let (core, word) = split_run(text, |c| c.is_ascii_digit() || c == '.');
    let (word, number) = split_run(word, |c| c.is_ascii_lowercase());
    match word {
        "" if number.is_empty() => Some(core.to_owned()),
        "alpha" | "beta" | "rc" if is_digits(number) => Some(format!("{core}-{word}.{number}")),
        _ => Some(text.to_owned()),
    }
}

fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests;
