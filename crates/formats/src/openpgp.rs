//! OpenPGP: the certificates of publishers and the detached signatures of their documents, as packets (RFC 9580; before it RFC 4880).
//!
//! Nothing is verified here: what comes out says what is claimed, and the bytes that a signature is over. Versions 4 and 6 are read;
//! older ones have no fingerprint that anybody should trust.

mod armor;
mod certificate;
mod cursor;
mod key;
mod packet;
mod signature;
#[cfg(test)]
mod tests;

pub use certificate::{Certificate, Subkey, User, certificates};
pub use key::{Material, PublicKey};
pub use signature::{Issuer, Kind, Signature, Value, signatures};

/// Why bytes are no certificate or signature.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("expected {expected}: {reason}")]
pub struct OpenPgpError {
    /// What the reader is for.
    pub expected: &'static str,
    /// What is wrong.
    pub reason: String,
}

impl OpenPgpError {
    fn new(expected: &'static str, reason: impl ToString) -> Self {
        Self { expected, reason: reason.to_string() }
    }
}
