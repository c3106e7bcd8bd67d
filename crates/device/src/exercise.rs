//! The folder's files as a function of bytes, for runs that try bytes of any kind. What comes out is thrown away: what counts is that
//! something comes out.

use std::hint::black_box;

use jiff::civil::date;
use ward_model::claim::Claim;
use ward_model::exercise::Exercise;

use crate::decide::{Answer, decide};
use crate::files::MemoryFiles;
use crate::lint::{completeness, lint};
use crate::read::{DECISIONS, read};

/// By name.
pub const READERS: [(&str, Exercise); 1] = [("folder", read_folder)];

/// What a line begins with that names a file; what follows is in it.
const FILE: &str = "#= ";

/// A whole folder in one text, read, linted, and with its first claim decided.
fn read_folder(bytes: &[u8]) {
    let mut files = MemoryFiles::default();
    let (mut path, mut text) = (String::new(), Vec::new());
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match std::str::from_utf8(line).ok().and_then(|line| line.strip_prefix(FILE)) {
            Some(next) => {
                files.0.insert(std::mem::replace(&mut path, next.trim().to_owned()), std::mem::take(&mut text));
            }
            None => text.extend_from_slice(line),
        }
    }
    files.0.insert(path, text);
    let decisions = files.0.get(DECISIONS).map(|text| String::from_utf8_lossy(text).into_owned()).unwrap_or_default();
    let Ok(reading) = read(&files) else { return };
    black_box((lint(&reading), completeness(&reading)));
    let claims: Vec<&Claim> = reading.device.claims.values().take(1).collect();
    let answer = Answer {
        by: "somebody",
        on: date(2026, 1, 1),
        expires: date(2027, 1, 1),
        rationale: "seen\n\"it\"",
        accepted: true,
        scope: Default::default(),
    };
    let _ = black_box(decide(&decisions, &claims, &answer));
}
