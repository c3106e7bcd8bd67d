//! Composer (PHP): up to four numbers, a stability with numbers of its own, and `-dev`.
//!
//! `dev` < `alpha` < `beta` < `RC` < the release < `patch`. Branches (`dev-main`, `1.x-dev`) move and have no key, nor have dates.

use crate::bytes::{is_digits, push_number, split_run};
use crate::key::{Class, family};

const DEV: u8 = 0x10;
const ALPHA: u8 = 0x11;
const BETA: u8 = 0x12;
const CANDIDATE: u8 = 0x13;
const END: u8 = 0x20;
const PATCH: u8 = 0x30;
const NUMBER: u8 = 0x80;

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let lower = version.to_ascii_lowercase();
    let text = lower.strip_prefix('v').unwrap_or(&lower);
    // What is behind a plus sign says nothing about the order.
    let text = match text.split_once('+') {
        Some((text, build)) if !build.is_empty() && !build.contains([' ', ',']) => text,
        Some(_) => return None,
        None => text,
    };
    let (core, rest) = split_run(text, |c| c.is_ascii_digit() || c == '.');
    // A dot may separate the stability.
    let core = core.strip_suffix('.').filter(|_| !rest.is_empty()).unwrap_or(core);
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() > 4 || !numbers.iter().all(|number| is_digits(number)) || numbers.first()?.len() > 5 {
        return None;
    }
    let mut bytes = Vec::with_capacity(version.len() * 2);
    for place in 0..4 {
        push_number(&mut bytes, NUMBER, numbers.get(place).copied().unwrap_or("0"))?;
    }
    let rest = stability(&mut bytes, rest.trim_start_matches(['.', '_', '-']), rest.is_empty())?;
    match rest.trim_start_matches(['.', '-']) {
        "" if rest.is_empty() => {}
        "dev" => bytes.push(DEV),
        _ => return None,
    }
    bytes.push(END);
    Some((Class::of(family::COMPOSER), bytes))
}

/// The stability and its numbers; what is left of the text.
fn stability<'a>(bytes: &mut Vec<u8>, text: &'a str, none: bool) -> Option<&'a str> {
    if none {
        return Some("");
    }
    let (word, rest) = split_run(text, |c| c.is_ascii_lowercase());
    let tag = match word {
        "dev" => return Some(text),
        "stable" => None,
        "alpha" | "a" => Some(ALPHA),
        "beta" | "b" => Some(BETA),
        "rc" => Some(CANDIDATE),
        "patch" | "pl" | "p" => Some(PATCH),
        _ => return None,
    };
    bytes.extend(tag);
    let mut rest = rest;
    loop {
        let open = rest.strip_prefix(['.', '-']).unwrap_or(rest);
        let (number, tail) = split_run(open, |c| c.is_ascii_digit());
        if number.is_empty() {
            return Some(rest);
        }
        tag?;
        push_number(bytes, NUMBER, number)?;
        rest = tail;
    }
}

#[cfg(test)]
mod tests;
