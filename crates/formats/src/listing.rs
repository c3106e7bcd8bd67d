//! What publishers say about their files: which there are, how new they are, what digest they have.
//!
//! The counterpart of [`feed`](crate::feed): nothing here is knowledge about a vulnerability, all of it decides what is fetched and
//! whether what came is what was meant. So a listing that cannot be understood is an error and never an empty list.

pub mod checksums;
pub mod csaf;
pub mod cvelist;
pub mod endoflife;
pub mod nvd;
pub mod security_txt;

/// Why a listing cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}: {reason}")]
pub struct ListingError {
    /// What the reader is for.
    pub expected: &'static str,
    /// What is wrong.
    pub reason: String,
}

impl ListingError {
    fn new(expected: &'static str, reason: impl ToString) -> Self {
        Self { expected, reason: reason.to_string() }
    }
}

/// Reads JSON of a listing.
fn json<'a, T: serde::Deserialize<'a>>(expected: &'static str, bytes: &'a [u8]) -> Result<T, ListingError> {
    serde_json::from_slice(bytes).map_err(|error| ListingError::new(expected, error))
}

/// Reads text of a listing.
fn text<'a>(expected: &'static str, bytes: &'a [u8]) -> Result<&'a str, ListingError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    std::str::from_utf8(bytes).map_err(|error| ListingError::new(expected, error))
}

/// A digest as publishers of files give it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Checksum {
    /// SHA-256.
    Sha256([u8; 32]),
    /// SHA-512.
    Sha512([u8; 64]),
}

impl Checksum {
    /// Reads hexadecimal digits; their number says which digest it is.
    pub fn from_hex(digits: &str) -> Option<Self> {
        let mut bytes = Vec::with_capacity(64);
        // More digits than the longest digest are none.
        if digits.len() > 128 || !digits.len().is_multiple_of(2) || !digits.is_ascii() {
            return None;
        }
        for pair in digits.as_bytes().chunks_exact(2) {
            let digit = |byte: u8| char::from(byte).to_digit(16);
            // Two hexadecimal digits fit into a byte.
            bytes.push((digit(pair[0])? * 16 + digit(pair[1])?) as u8);
        }
        if let Ok(sha256) = <[u8; 32]>::try_from(bytes.as_slice()) {
            return Some(Self::Sha256(sha256));
        }
        <[u8; 64]>::try_from(bytes.as_slice()).ok().map(Self::Sha512)
    }

    /// The name of the digest.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Sha256(_) => "SHA-256",
            Self::Sha512(_) => "SHA-512",
        }
    }
}

impl std::fmt::Display for Checksum {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let bytes: &[u8] = match self {
            Self::Sha256(bytes) => bytes,
            Self::Sha512(bytes) => bytes,
        };
        bytes.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

#[cfg(test)]
mod tests;
