//! Bytes that come of other bytes by changing, cutting and repeating them; the same every time.
//!
//! Half of the changes know nothing of any format. The others know brackets, quotes, lines and words, which is enough to leave JSON,
//! XML, TOML and CSV well formed often enough for what stands behind the parser to be reached.

use std::ops::Range;

mod text;

use text::{element, token, value};

/// What is made is never longer, but for a seed that is.
const LONGEST: usize = 256 << 10;

/// Numbers that look like chance and are the same every time (splitmix64).
#[derive(Debug, Clone)]
pub struct Numbers(u64);

impl Numbers {
    /// The numbers of this name and number.
    pub fn new(name: &str, number: u64) -> Self {
        // FNV-1a.
        let hash = name
            .bytes()
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
        let mut numbers = Self(hash ^ number.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        numbers.next();
        numbers
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `end`; 0 where there is none.
    pub fn below(&mut self, end: usize) -> usize {
        // The remainder is below a number that fits.
        (self.next() % (end.max(1) as u64)) as usize
    }

    /// True once in so many times.
    pub fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    fn pick<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        from.get(self.below(from.len()))
    }
}

/// Pieces that mean something to one of the readers.
const PIECES: [&[u8]; 61] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b"\\",
    b"null",
    b"true",
    b"1e999",
    b"-0.1",
    b"\"\"",
    b"<",
    b">",
    b"&amp;",
    b"&#0;",
    b"<![CDATA[",
    b"<!DOCTYPE a [<!ENTITY b \"c\">]>",
    b"<?xml version=\"1.1\"?>",
    b"<!--",
    b"*",
    b"|",
    b",",
    b":",
    b"=",
    b"\n",
    b"\r\n",
    b"\t",
    b" ",
    b"\0",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\xe2\x80\x93",
    b"\xed\xa0\x80",
    b"\xc3\x9f",
    b"\\ud800",
    b"%00",
    b"%2F",
    b"%",
    b"/",
    b"..",
    b"-",
    b"+",
    b"~",
    b"^",
    b"!",
    b"?",
    b"#",
    b"@",
    b"cpe:2.3:",
    b"cpe:/a:",
    b"pkg:",
    b"vers:",
    b"CVSS:4.0/",
    b"CVE-2020-1",
    b"99999999999999999999",
    b"0",
    b"2026-02-30",
    b"0000-00-00T00:00:00Z",
    b"<text>",
    b"SPDXRef-",
    b"\"\"\"",
];

/// Values that JSON can hold and few expect.
const VALUES: [&[u8]; 16] = [
    b"null",
    b"true",
    b"0",
    b"-1",
    b"1.5",
    b"1e400",
    b"18446744073709551616",
    b"\"\"",
    b"\"x\"",
    b"\"*\"",
    b"\"-\"",
    b"[]",
    b"{}",
    b"[null]",
    b"[[]]",
    b"{\"\":{}}",
];

/// The ends of number types, where binary formats break.
const ENDS: [u64; 9] = [0, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 0x7fff_ffff_ffff_ffff, u64::MAX];

/// Bytes that come of one of the seeds. The first numbers give the seeds themselves, and the one behind them no bytes at all.
pub fn input(reader: &str, seeds: &[Vec<u8>], number: u64) -> Vec<u8> {
    match usize::try_from(number).ok().filter(|number| *number <= seeds.len()) {
        Some(seed) => seeds.get(seed).cloned().unwrap_or_default(),
        None => changed(seeds, &mut Numbers::new(reader, number)),
    }
}

/// One of the seeds, changed.
pub fn changed(seeds: &[Vec<u8>], numbers: &mut Numbers) -> Vec<u8> {
    let mut bytes = numbers.pick(seeds).cloned().unwrap_or_default();
    let longest = LONGEST.max(bytes.len());
    for _ in 0..=numbers.below(4) {
        change(&mut bytes, seeds, numbers);
    }
    bytes.truncate(longest);
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], numbers: &mut Numbers) {
    let at = numbers.below(bytes.len());
    let end = (at + 1 + numbers.below(40)).min(bytes.len());
    // Deep, or long: rarely, because it takes so much longer than everything else.
    if numbers.once_in(150) {
        let piece = match numbers.below(3) {
            0 => numbers.pick(&PIECES).map_or(Vec::new(), |piece| piece.to_vec()),
            1 => bytes[at..end].to_vec(),
            _ => element(bytes, at).map_or(Vec::new(), |range| bytes[range].to_vec()),
        };
        let times = if numbers.once_in(20) { LONGEST / piece.len().max(1) } else { 1 + numbers.below(3000) };
        let times = times.min(LONGEST / piece.len().max(1));
        bytes.splice(at..at, piece.repeat(times));
        return;
    }
    match numbers.below(16) {
        0 => {
            if let Some(byte) = bytes.get_mut(at) {
                *byte ^= 1 << numbers.below(8);
            }
        }
        1 if numbers.once_in(3) => bytes.truncate(at),
        1 | 2 => drop(bytes.drain(at..end)),
        3 => {
            let piece = bytes[at..end].to_vec();
            let to = numbers.below(bytes.len());
            bytes.splice(to..to, piece);
        }
        4 => replace(bytes, at..end, numbers.pick(&PIECES).copied().unwrap_or_default()),
        5 | 6 => replace(bytes, at..at, numbers.pick(&PIECES).copied().unwrap_or_default()),
        7 => number_in_place(bytes, at, numbers),
        // A word becomes another word of this or another seed.
        8 | 9 => {
            let other = numbers.pick(seeds).cloned().unwrap_or_default();
            let word = token(&other, numbers.below(other.len()));
            replace(bytes, token(bytes, at), &other[word]);
        }
        // A number becomes another one.
        10 => {
            let from = bytes[at..].iter().position(u8::is_ascii_digit).map_or(at, |found| at + found);
            let length = bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
            let ends = numbers.pick(&ENDS).copied().unwrap_or_default().to_string();
            replace(bytes, from..from + length, ends.as_bytes());
        }
        // A value becomes one of another type, or another value of this or another seed.
        11 | 12 => {
            let Some(range) = value(bytes, at) else { return };
            if numbers.once_in(2) {
                replace(bytes, range, numbers.pick(&VALUES).copied().unwrap_or_default());
            } else {
                let other = numbers.pick(seeds).cloned().unwrap_or_default();
                if let Some(from) = value(&other, numbers.below(other.len())) {
                    replace(bytes, range, &other[from]);
                }
            }
        }
        // An element or a line is gone, or there several times.
        13 => {
            if let Some(range) = element(bytes, at) {
                bytes.drain(range);
            }
        }
        _ => {
            if let Some(range) = element(bytes, at) {
                let piece = bytes[range.clone()].repeat(1 + numbers.below(4));
                bytes.splice(range.start..range.start, piece);
            }
        }
    }
}

fn replace(bytes: &mut Vec<u8>, range: Range<usize>, by: &[u8]) {
    bytes.splice(range, by.iter().copied());
}

/// Writes the end of a number type over one, two, four or eight bytes, or counts a byte up or down.
fn number_in_place(bytes: &mut [u8], at: usize, numbers: &mut Numbers) {
    let width = 1 << numbers.below(4);
    if let Some(place) = bytes.get_mut(at..at + width) {
        match numbers.below(3) {
            0 => place[0] = place[0].wrapping_add(1),
            1 => place[0] = place[0].wrapping_sub(1),
            _ => {
                let end = numbers.pick(&ENDS).copied().unwrap_or_default();
                place.copy_from_slice(&end.to_le_bytes()[..width]);
            }
        }
    }
}

#[cfg(test)]
mod tests;
