//! OpenSSL: three numbers, letters (`y`, `z`, `za`, ...), and `-alpha1`, `-beta1` or `-rc1`.
//!
//! `-fips` and `-dev` builds are lines of their own and have no key.

use crate::bytes::{is_digits, push_number, push_text, split_run};
use crate::key::{Class, family};

const NUMBER: u8 = 0x80;
const RELEASE: u8 = 0x40;

/// Class and bytes of a version; the update field stands for what follows the dash.
pub(crate) fn key(version: &str, update: Option<&str>) -> Option<(Class, Vec<u8>)> {
    let lower = version.to_ascii_lowercase();
    let update = update.map(str::to_ascii_lowercase);
    let (base, suffix) = match (lower.split_once('-'), update.as_deref()) {
        (Some(_), Some(_)) => return None,
        (Some((base, suffix)), None) => (base, Some(suffix)),
        (None, update) => (lower.as_str(), update),
    };
    let (core, mut letters) = split_run(base, |c| c.is_ascii_digit() || c == '.');
    let numbers: Vec<&str> = core.split('.').collect();
    if !(2..=3).contains(&numbers.len()) || !numbers.iter().all(|number| is_digits(number)) {
        return None;
    }
    let mut suffix = suffix;
    if let Some(text) = suffix
        && letters.is_empty()
        && text.len() <= 2
        && text.bytes().all(|b| b.is_ascii_lowercase())
    {
        // NVD sometimes puts the letter into the update field.
        letters = text;
        suffix = None;
    }
    // After `z` comes `za`, and the specification of vers knows two letters of any kind. More of them are words, such as `fips`, and
    // have no place in the order.
    let in_order = letters.len() <= 2 || letters.len() == 3 && letters.starts_with('z');
    if !in_order || !letters.bytes().all(|b| b.is_ascii_lowercase()) {
        return None;
    }
    let mut bytes = Vec::with_capacity(version.len() + 8);
    for place in 0..3 {
        push_number(&mut bytes, NUMBER, numbers.get(place).copied().unwrap_or("0"))?;
    }
    push_text(&mut bytes, letters);
    match suffix {
        None => bytes.push(RELEASE),
        Some(text) => {
            let (word, number) = split_run(text, |c| c.is_ascii_lowercase());
            bytes.push(match word {
                "alpha" => 1,
                "beta" => 2,
                "rc" => 3,
                _ => return None,
            });
            if !is_digits(number) {
                return None;
            }
            push_number(&mut bytes, NUMBER, number)?;
        }
    }
    Some((Class::of(family::OPENSSL), bytes))
}

#[cfg(test)]
mod tests;
