//! Public keys (RFC 9580, section 5.5.2).

use super::cursor::Cursor;

/// A public key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicKey {
    /// 4 or 6.
    pub version: u8,
    /// When it was made, in seconds since 1970.
    pub created: u32,
    /// The key itself.
    pub material: Material,
    /// What signatures over this key, and its fingerprint, are over.
    pub hashed: Vec<u8>,
}

/// The numbers of a key, by algorithm. Zeros in front of a number are left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Material {
    /// RSA.
    Rsa {
        /// The modulus.
        modulus: Vec<u8>,
        /// The public exponent.
        exponent: Vec<u8>,
    },
    /// A point on NIST's curve P-256, uncompressed.
    P256(Vec<u8>),
    /// A point on NIST's curve P-384, uncompressed.
    P384(Vec<u8>),
    /// Ed25519.
    Ed25519(Vec<u8>),
    /// The number of another algorithm.
    Other(u8),
}

const OID_ED25519: &[u8] = &[0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];
const OID_P256: &[u8] = &[0x2a, 0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07];
const OID_P384: &[u8] = &[0x2b, 0x81, 0x04, 0x00, 0x22];

/// Reads the body of a packet; `None` where it is cut off or of a version that is not read.
pub(super) fn read(body: &[u8]) -> Option<PublicKey> {
    let mut rest = Cursor(body);
    let version = rest.byte()?;
    let created = rest.four()?;
    let algorithm = rest.byte()?;
    let mut hashed = Vec::with_capacity(body.len() + 5);
    match version {
        4 => {
            hashed.push(0x99);
            hashed.extend(u16::try_from(body.len()).ok()?.to_be_bytes());
        }
        6 => {
            hashed.push(0x9b);
            hashed.extend(u32::try_from(body.len()).ok()?.to_be_bytes());
            let length = rest.length()?;
            rest = Cursor(rest.take(length)?);
        }
        _ => return None,
    }
    hashed.extend(body);
    Some(PublicKey { version, created, material: material(algorithm, rest)?, hashed })
}

fn material(algorithm: u8, mut rest: Cursor<'_>) -> Option<Material> {
    Some(match algorithm {
        // For signatures alone (3) or for both (1).
        1 | 3 => Material::Rsa { modulus: rest.number()?.to_vec(), exponent: rest.number()?.to_vec() },
        19 | 22 => {
            let length = rest.byte()?;
            let curve = rest.take(usize::from(length))?;
            let point = rest.number()?;
            match (algorithm, curve) {
                (19, OID_P256) => Material::P256(point.to_vec()),
                (19, OID_P384) => Material::P384(point.to_vec()),
                // A point of this curve is its bytes behind 0x40.
                (22, OID_ED25519) => Material::Ed25519(point.strip_prefix(&[0x40])?.to_vec()),
                _ => Material::Other(algorithm),
            }
        }
        27 => Material::Ed25519(rest.take(32)?.to_vec()),
        other => Material::Other(other),
    })
}
