//! Who signs bundles, and whom this home trusts. Keys are Ed25519 in PEM files, as other tools write them (RFC 8410).

use std::fmt;
use std::path::Path;

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use ward_model::digest::Digest;

use super::BundleError;

/// A key that signs.
pub struct Signatory(SigningKey);

/// A key that is trusted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Trusted(VerifyingKey);

impl Signatory {
    /// The key made from these random bytes.
    pub fn from_random(bytes: [u8; 32]) -> Self {
        Self(SigningKey::from_bytes(&bytes))
    }

    /// The key in a PEM text (`PRIVATE KEY`); the path is for messages.
    ///
    /// # Errors
    /// The text holds no Ed25519 private key.
    pub fn from_pem(text: &str, path: &Path) -> Result<Self, BundleError> {
        SigningKey::from_pkcs8_pem(text).map(Self).map_err(|error| BundleError::Key {
            path: path.to_owned(),
            wanted: "Ed25519 private key in PEM",
            reason: error.to_string(),
        })
    }

    /// The key as a PEM text.
    ///
    /// # Errors
    /// It cannot be written down.
    pub fn to_pem(&self) -> Result<String, String> {
        let text = self.0.to_pkcs8_pem(LineEnding::LF).map_err(|error| error.to_string())?;
        Ok(text.as_str().to_owned())
    }

    /// What others need to trust it.
    pub fn trusted(&self) -> Trusted {
        Trusted(self.0.verifying_key())
    }

    pub(crate) fn sign(&self, bytes: &[u8]) -> [u8; 64] {
        self.0.sign(bytes).to_bytes()
    }
}

impl fmt::Debug for Signatory {
    /// The private part is never shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signatory({})", self.trusted().fingerprint())
    }
}

impl Trusted {
    /// The key in a PEM text (`PUBLIC KEY`); the path is for messages.
    ///
    /// # Errors
    /// The text holds no Ed25519 public key.
    pub fn from_pem(text: &str, path: &Path) -> Result<Self, BundleError> {
        VerifyingKey::from_public_key_pem(text).map(Self).map_err(|error| BundleError::Key {
            path: path.to_owned(),
            wanted: "Ed25519 public key in PEM",
            reason: error.to_string(),
        })
    }

    /// The key as a PEM text.
    ///
    /// # Errors
    /// It cannot be written down.
    pub fn to_pem(&self) -> Result<String, String> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(|error| error.to_string())
    }

    /// By what people know it: the first 32 digits of the SHA-256 of its bytes.
    pub fn fingerprint(&self) -> String {
        fingerprint(self.0.as_bytes())
    }

    pub(crate) fn bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// Whether this is a signature of the bytes. Weak keys and signatures that could be made to fit several texts do not count.
    pub(super) fn verifies(&self, bytes: &[u8], signature: &[u8; 64]) -> bool {
        self.0.verify_strict(bytes, &Signature::from_bytes(signature)).is_ok()
    }
}

/// The fingerprint of a public key.
pub(super) fn fingerprint(key: &[u8; 32]) -> String {
    Digest::of(key).to_string().chars().take(32).collect()
}
