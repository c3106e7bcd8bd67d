//! Lists of checksums as `sha256sum` and `sha512sum` print them, and the small files beside CSAF documents that hold one line of such
//! a list.

use super::{Checksum, ListingError, text};

const EXPECTED: &str = "lines of a checksum and a file name";

/// One line: a checksum, and the file that has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The checksum.
    pub checksum: Checksum,
    /// The name as it stands there; empty where a line holds a checksum alone.
    pub name: String,
}

/// Reads a list. A leading `./` of a name says nothing and is taken away.
///
/// # Errors
/// A line is something else, or there is none.
pub fn read(bytes: &[u8]) -> Result<Vec<Line>, ListingError> {
    let mut lines = Vec::new();
    for (index, line) in text(EXPECTED, bytes)?.lines().enumerate() {
        let line = line.trim_end();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (digits, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let checksum = Checksum::from_hex(digits)
            .ok_or_else(|| ListingError::new(EXPECTED, format!("line {} begins with none", index + 1)))?;
        // A star marks a file that was read as binary.
        let name = name.trim_start().trim_start_matches('*');
        lines.push(Line { checksum, name: name.strip_prefix("./").unwrap_or(name).to_owned() });
    }
    if lines.is_empty() {
        return Err(ListingError::new(EXPECTED, "there is no line"));
    }
    Ok(lines)
}
