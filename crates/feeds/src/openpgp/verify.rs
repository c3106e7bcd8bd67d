//! One signature by one key over bytes.

use ring::digest;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P384_SHA384_FIXED, ED25519, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_2048_8192_SHA384,
    RSA_PKCS1_2048_8192_SHA512, RsaPublicKeyComponents, UnparsedPublicKey,
};
use ward_formats::openpgp::{Material, PublicKey, Signature, Value};

/// What came out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    Right,
    Wrong,
    /// Something that is not known here, or too weak to count.
    NotKnown(&'static str),
}

const SHA256: u8 = 8;
const SHA384: u8 = 9;
const SHA512: u8 = 10;

/// Verifies a signature over these bytes, one behind the other.
pub(super) fn over(key: &PublicKey, signature: &Signature, content: &[&[u8]]) -> Outcome {
    if key.version != signature.version {
        return Outcome::NotKnown("its version is not that of its key");
    }
    let mut message = signature.salt.clone();
    for part in content {
        message.extend_from_slice(part);
    }
    message.extend_from_slice(&signature.trailer);
    let result = match (&key.material, &signature.value, signature.digest) {
        (_, _, digest) if !matches!(digest, SHA256 | SHA384 | SHA512) => {
            return Outcome::NotKnown("its digest is not known or too weak to count");
        }
        (Material::Rsa { modulus, exponent }, Value::Rsa(value), digest) => {
            if !(2048 / 8..=8192 / 8).contains(&modulus.len()) {
                return Outcome::NotKnown("its key is too short or too long to count");
            }
            let Some(value) = filled(value, modulus.len()) else { return Outcome::Wrong };
            let scheme = match digest {
                SHA256 => &RSA_PKCS1_2048_8192_SHA256,
                SHA384 => &RSA_PKCS1_2048_8192_SHA384,
                _ => &RSA_PKCS1_2048_8192_SHA512,
            };
            RsaPublicKeyComponents { n: modulus, e: exponent }.verify(scheme, &message, &value)
        }
        // What EdDSA signs here is the digest.
        (Material::Ed25519(point), value, digest) => {
            let value = match value {
                Value::Ed25519(value) => Some(value.clone()),
                Value::Pair(first, second) => pair(first, second, 32),
                _ => None,
            };
            let Some(value) = value else { return Outcome::Wrong };
            let digest = digest::digest(algorithm(digest), &message);
            UnparsedPublicKey::new(&ED25519, point).verify(digest.as_ref(), &value)
        }
        (Material::P256(point), Value::Pair(first, second), SHA256) => {
            let Some(value) = pair(first, second, 32) else { return Outcome::Wrong };
            UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(&message, &value)
        }
        (Material::P384(point), Value::Pair(first, second), SHA384) => {
            let Some(value) = pair(first, second, 48) else { return Outcome::Wrong };
            UnparsedPublicKey::new(&ECDSA_P384_SHA384_FIXED, point).verify(&message, &value)
        }
        (Material::Other(_), _, _) | (_, Value::Other(_), _) => {
            return Outcome::NotKnown("its algorithm is not known here");
        }
        (Material::P256(_) | Material::P384(_), Value::Pair(..), _) => {
            return Outcome::NotKnown("its curve is not known here with this digest");
        }
        _ => return Outcome::Wrong,
    };
    if result.is_ok() { Outcome::Right } else { Outcome::Wrong }
}

fn algorithm(number: u8) -> &'static digest::Algorithm {
    match number {
        SHA256 => &digest::SHA256,
        SHA384 => &digest::SHA384,
        _ => &digest::SHA512,
    }
}

/// A number with zeros in front, so many bytes long.
fn filled(number: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut out = vec![0; bytes.checked_sub(number.len())?];
    out.extend_from_slice(number);
    Some(out)
}

fn pair(first: &[u8], second: &[u8], bytes: usize) -> Option<Vec<u8>> {
    let mut out = filled(first, bytes)?;
    out.extend(filled(second, bytes)?);
    Some(out)
}
