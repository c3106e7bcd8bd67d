//! Versions and ranges as functions of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts is
//! that something comes out.

use std::hint::black_box;

use crate::vers::Vers;
use crate::{Bound, Interval, Scheme, compare, key, upstream};

/// A reader that is handed bytes of any kind.
pub type Exercise = fn(&[u8]);

/// By name.
pub const READERS: [(&str, Exercise); 3] =
    [("versions", read_versions), ("vers", read_vers), ("native-ranges", read_native)];

/// How many lines of an input are looked at: what many of them take is nobody's question.
const LINES: usize = 12;

/// Versions, one a line: in every scheme the key of each, and its order to the one before it.
fn read_versions(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for scheme in Scheme::ALL {
        let mut before = "";
        for version in text.lines().take(LINES) {
            black_box((key(scheme, version, None), key(scheme, before, Some(version)), upstream(scheme, version)));
            black_box((compare(scheme, before, version), compare(scheme, version, before)));
            let end = |inclusive| Some(Bound { version: before.to_owned(), inclusive });
            let interval = Interval { lower: end(true), upper: end(false) };
            black_box(interval.contains(scheme, version, None));
            before = version;
        }
    }
}

/// A `vers` range in the first line, and versions that may be in it.
fn read_vers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().take(LINES);
    let range = lines.next().unwrap_or_default();
    let _ = black_box(Vers::parse_canonical(range));
    if let Ok(range) = Vers::parse(range) {
        black_box(range.to_string());
        for version in lines {
            black_box(range.contains(version));
        }
    }
}

/// A range in the notation of a package manager in the first line, and versions that may be in it.
fn read_native(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines().take(LINES);
    let range = lines.next().unwrap_or_default();
    for range in Scheme::ALL.into_iter().filter_map(|scheme| Vers::from_native(scheme, range).ok()) {
        black_box(range.to_string());
        for version in lines.clone() {
            black_box(range.contains(version));
        }
    }
}
