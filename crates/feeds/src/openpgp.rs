//! Whether a document was signed by one of the keys that its publisher names (OpenPGP, RFC 9580).
//!
//! Three answers: it was; it was not; it cannot be told. Only what is *wrong* keeps a document out: a signature that cannot be checked is
//! worth as much as none, and a document without one is taken too, because an advisory that is left out is a finding that is missed.
//!
//! Which digests and keys count: SHA-256 and stronger; RSA of 2048 bits and more, Ed25519, ECDSA on P-256 and P-384. A key counts
//! with a signature by itself that says so, at the time at which the document was signed, and never once it is revoked.

mod keyring;
#[cfg(test)]
mod tests;
mod verify;

pub use keyring::Keyring;

use ward_formats::openpgp::{Issuer, Kind, OpenPgpError, Signature, signatures};

/// What a detached signature says of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checked {
    /// It is right.
    Right {
        /// The fingerprint of the certificate, in hexadecimal digits.
        fingerprint: String,
    },
    /// It is wrong: it is not over this document, or by a key that its owner took back.
    Wrong {
        /// What is wrong.
        reason: String,
    },
    /// It cannot be told.
    Unknown {
        /// Why.
        reason: String,
    },
}

/// Checks a document against its detached signatures. With several, one that is right is enough, and one that is wrong counts before
/// those that cannot be checked. `now` is in seconds since 1970.
///
/// # Errors
/// `signature` holds no signature.
pub fn check(document: &[u8], signature: &[u8], keys: &Keyring, now: i64) -> Result<Checked, OpenPgpError> {
    let mut answer: Option<Checked> = None;
    for signature in signatures(signature)? {
        match one(document, &signature, keys, now) {
            right @ Checked::Right { .. } => return Ok(right),
            wrong @ Checked::Wrong { .. } => answer = Some(wrong),
            unknown @ Checked::Unknown { .. } => answer = Some(answer.unwrap_or(unknown)),
        }
    }
    Ok(answer.unwrap_or_else(|| unknown("its version is not read")))
}

fn one(document: &[u8], signature: &Signature, keys: &Keyring, now: i64) -> Checked {
    let text;
    let content = match signature.kind {
        Kind::Document => document,
        Kind::Text => {
            text = lines_ended_alike(document);
            &text
        }
        _ => return wrong("it is not over a document"),
    };
    if signature.not_understood {
        return unknown("it says something that must be understood and is not");
    }
    let Some(created) = signature.created else { return wrong("it does not say when it was made") };
    let created = i64::from(created);
    if signature.expires_after.is_some_and(|after| created + i64::from(after) <= now) {
        return unknown("it is no longer meant: it has expired");
    }
    let candidates = keys.of(&signature.issuers);
    if candidates.is_empty() {
        return unknown(&format!("its key {} is not among those that the publisher names", named(&signature.issuers)));
    }
    let mut answer = unknown("no key is said to have made it");
    for key in candidates {
        answer = match verify::over(&key.key, signature, &[content]) {
            verify::Outcome::Right if key.is_revoked() => wrong(&format!("its key {} is revoked", key.certificate)),
            verify::Outcome::Right => match key.counts_at(created) {
                Ok(()) => return Checked::Right { fingerprint: key.certificate.clone() },
                Err(reason) => unknown(&format!("its key {} {reason}", key.certificate)),
            },
            verify::Outcome::Wrong => wrong(&format!("it is not that of key {} over this document", key.certificate)),
            verify::Outcome::NotKnown(what) => unknown(what),
        };
    }
    answer
}

/// Text as it is signed: every line ends with a carriage return and a line feed.
fn lines_ended_alike(document: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(document.len() + document.len() / 32);
    let mut before = 0;
    for &byte in document {
        if byte == b'\n' && before != b'\r' {
            out.push(b'\r');
        }
        out.push(byte);
        before = byte;
    }
    out
}

fn named(issuers: &[Issuer]) -> String {
    let bytes = issuers.iter().find_map(|issuer| match issuer {
        Issuer::Fingerprint(bytes) => Some(bytes),
        Issuer::Id(_) => None,
    });
    let bytes = bytes.or_else(|| match issuers.first() {
        Some(Issuer::Id(bytes) | Issuer::Fingerprint(bytes)) => Some(bytes),
        None => None,
    });
    bytes.map_or_else(|| "(unnamed)".to_owned(), |bytes| keyring::hexadecimal(bytes))
}

fn wrong(reason: &str) -> Checked {
    Checked::Wrong { reason: reason.to_owned() }
}

fn unknown(reason: &str) -> Checked {
    Checked::Unknown { reason: reason.to_owned() }
}
