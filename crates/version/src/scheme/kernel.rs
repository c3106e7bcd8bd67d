//! The Linux kernel, by descent: 6.1 is in everything later, but what is in 5.10.209 need not be in 5.15.
//!
//! Mainline releases and their candidates are one line; every release begins a stable branch that goes on by itself. A stable
//! release has no order with anything outside its branch that is later than the branch's beginning. For ranges that give each
//! branch its own ends, as NVD does, [`Scheme::Generic`](crate::Scheme::Generic) orders by the numbers instead.
//!
//! What a builder adds (`-v7l+`, `-imx`) names a tree of its own: no key.

use crate::bytes::{is_digits, push_number};
use crate::key::{Class, VersionOrder, family};

const CANDIDATE: u8 = 0x10;
const RELEASE: u8 = 0x20;
const STABLE: u8 = 0x30;
const NUMBER: u8 = 0x80;

/// Class and bytes of a version.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let text = version.strip_prefix('v').unwrap_or(version);
    let (core, candidate) = text.split_once("-rc").map_or((text, None), |(core, rank)| (core, Some(rank)));
    let numbers: Vec<&str> = core.split('.').collect();
    if numbers.len() < 2 || !numbers.iter().all(|number| is_digits(number)) || !candidate.is_none_or(is_digits) {
        return None;
    }
    // The third number of 2.6 counted as the second does since.
    let branch = if numbers.starts_with(&["2", "6"]) { 3 } else { 2 };
    let stable = match numbers.get(branch..).unwrap_or_default() {
        [] => "0",
        [stable] => stable,
        _ => return None,
    };
    let mut bytes = Vec::with_capacity(version.len() + 8);
    for place in 0..3 {
        push_number(&mut bytes, NUMBER, numbers.get(..branch.min(numbers.len()))?.get(place).unwrap_or(&"0"))?;
    }
    let class = bytes.iter().map(|byte| format!("{byte:x} ")).collect::<String>();
    match (candidate, stable.trim_start_matches('0')) {
        (Some(rank), "") => {
            bytes.push(CANDIDATE);
            push_number(&mut bytes, NUMBER, rank)?;
        }
        // Candidates of a stable release are for testing it and are not kept.
        (Some(_), _) => return None,
        (None, "") => bytes.push(RELEASE),
        (None, stable) => {
            bytes.push(STABLE);
            push_number(&mut bytes, NUMBER, stable)?;
        }
    }
    Some((Class::line(family::KERNEL, [class.as_str()]), bytes))
}

/// Two branches: the earlier one is in the later one only up to where it began.
pub(crate) fn compare_lines(a: &[u8], b: &[u8]) -> VersionOrder {
    let earlier = if a < b { a } else { b };
    let mut at = 0;
    for _ in 0..3 {
        at += earlier.get(at).map_or(0, |tag| 1 + usize::from(tag.saturating_sub(NUMBER)));
    }
    match earlier.get(at) {
        Some(&CANDIDATE | &RELEASE) => a.cmp(b).into(),
        _ => VersionOrder::Unknown,
    }
}

#[cfg(test)]
mod tests;
