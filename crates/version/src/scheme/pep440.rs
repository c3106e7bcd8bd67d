//! Python versions, PEP 440: epoch, release, pre, post, development and local parts, in any of the accepted spellings.

use crate::bytes::{is_digits, push_number, push_text, significant, split_run};
use crate::key::{Class, family};

const NUMBER: u8 = 0x80;
const END: u8 = 0x00;
/// A development release of no pre- or post-release sorts before all pre-releases.
const BEFORE_PRE: u8 = 0x01;
const NO_PRE: u8 = 0xff;
const NO_POST: u8 = 0x01;
const POST: u8 = 0x02;
const DEV: u8 = 0x01;
const NO_DEV: u8 = 0xff;
const LOCAL_TEXT: u8 = 0x01;

/// A version taken apart; numbers as digits.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    pub(crate) epoch: String,
    pub(crate) release: Vec<String>,
    /// 0 for a, 1 for b, 2 for rc.
    pub(crate) pre: Option<(u8, String)>,
    pub(crate) post: Option<String>,
    pub(crate) dev: Option<String>,
    pub(crate) local: Vec<String>,
}

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let parts = parse(version)?;
    let mut bytes = Vec::with_capacity(version.len() + 8);
    push_number(&mut bytes, NUMBER, &parts.epoch)?;
    let used = parts.release.iter().rposition(|number| !significant(number).is_empty()).map_or(0, |last| last + 1);
    for number in parts.release.iter().take(used) {
        push_number(&mut bytes, NUMBER, number)?;
    }
    bytes.push(END);
    match (&parts.pre, &parts.post, &parts.dev) {
        (Some((rank, number)), _, _) => {
            bytes.push(0x10 + rank);
            push_number(&mut bytes, NUMBER, number)?;
        }
        (None, None, Some(_)) => bytes.push(BEFORE_PRE),
        (None, _, _) => bytes.push(NO_PRE),
    }
    match &parts.post {
        Some(number) => {
            bytes.push(POST);
            push_number(&mut bytes, NUMBER, number)?;
        }
        None => bytes.push(NO_POST),
    }
    match &parts.dev {
        Some(number) => {
            bytes.push(DEV);
            push_number(&mut bytes, NUMBER, number)?;
        }
        None => bytes.push(NO_DEV),
    }
    for part in &parts.local {
        if is_digits(part) {
            push_number(&mut bytes, NUMBER, part)?;
        } else {
            bytes.push(LOCAL_TEXT);
            push_text(&mut bytes, part);
        }
    }
    bytes.push(END);
    Some((Class::of(family::PEP440), bytes))
}

/// Takes a version apart; `None` where it is not one.
pub(crate) fn parse(version: &str) -> Option<Parts> {
    let lower = version.trim().to_ascii_lowercase();
    let text = lower.strip_prefix('v').unwrap_or(&lower);
    let (text, local) = match text.split_once('+') {
        Some((text, local)) => (text, local.split(['.', '-', '_']).map(str::to_owned).collect()),
        None => (text, Vec::new()),
    };
    if local.iter().any(|part| part.is_empty() || !part.bytes().all(|b| b.is_ascii_alphanumeric())) {
        return None;
    }
    let (epoch, mut rest) = text.split_once('!').unwrap_or(("0", text));
    if !is_digits(epoch) {
        return None;
    }
    let mut release = Vec::new();
    loop {
        let (digits, tail) = split_run(rest, |c| c.is_ascii_digit());
        if digits.is_empty() {
            return None;
        }
        release.push(digits.to_owned());
        match tail.strip_prefix('.') {
            Some(next) if next.starts_with(|c: char| c.is_ascii_digit()) => rest = next,
            _ => {
                rest = tail;
                break;
            }
        }
    }
    let mut pre = None;
    for (words, rank) in
        [(["alpha", "a", "a", "a"], 0), (["beta", "b", "b", "b"], 1), (["preview", "pre", "rc", "c"], 2)]
    {
        if pre.is_none()
            && let Some((number, tail)) = labelled(rest, &words)
        {
            pre = Some((rank, number));
            rest = tail;
        }
    }
    let mut post = None;
    if let Some((number, tail)) = labelled(rest, &["post", "rev", "r"]) {
        post = Some(number);
        rest = tail;
    } else if let Some(tail) = rest.strip_prefix('-')
        && tail.starts_with(|c: char| c.is_ascii_digit())
    {
        // The implicit post-release: a dash and a number.
        let (number, tail) = split_run(tail, |c| c.is_ascii_digit());
        post = Some(number.to_owned());
        rest = tail;
    }
    let mut dev = None;
    if let Some((number, tail)) = labelled(rest, &["dev"]) {
        dev = Some(number);
        rest = tail;
    }
    rest.is_empty().then(|| Parts { epoch: epoch.to_owned(), release, pre, post, dev, local })
}

/// `[sep] word [sep] [digits]`; without digits the number is 0, and then a separator behind the word is not part of it.
fn labelled<'a>(text: &'a str, words: &[&str]) -> Option<(String, &'a str)> {
    let open = text.strip_prefix(['.', '-', '_']).unwrap_or(text);
    let tail = words.iter().find_map(|word| open.strip_prefix(word))?;
    let counted = tail.strip_prefix(['.', '-', '_']).unwrap_or(tail);
    let (digits, after) = split_run(counted, |c| c.is_ascii_digit());
    if digits.is_empty() { Some(("0".to_owned(), tail)) } else { Some((digits.to_owned(), after)) }
}

#[cfg(test)]
mod tests;
