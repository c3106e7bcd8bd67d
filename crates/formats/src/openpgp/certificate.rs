//! Certificates: a key, its names, its subkeys, and the signatures over them (RFC 9580, section 10.1).

use super::key::{self, PublicKey};
use super::packet::{self, tag};
use super::signature::{self, Signature};
use super::{OpenPgpError, armor};

/// A key with all that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The key.
    pub primary: PublicKey,
    /// Signatures over the key itself.
    pub signatures: Vec<Signature>,
    /// Names.
    pub users: Vec<User>,
    /// Subkeys.
    pub subkeys: Vec<Subkey>,
}

/// A name, or a picture in place of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct User {
    /// What signatures over it are over, behind the key.
    pub hashed: Vec<u8>,
    /// Signatures over it.
    pub signatures: Vec<Signature>,
}

/// A key that belongs to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Subkey {
    /// The key.
    pub key: PublicKey,
    /// Signatures over it.
    pub signatures: Vec<Signature>,
}

/// So many signatures of one certificate are read: each costs whoever verifies it.
const MOST_SIGNATURES: usize = 4000;

const EXPECTED: &str = "an OpenPGP certificate";

/// The certificates that a file holds, armored or not. Keys of versions that are not read are left out with all that belongs to them.
///
/// # Errors
/// It holds something else, or none.
pub fn certificates(bytes: &[u8]) -> Result<Vec<Certificate>, OpenPgpError> {
    let bytes = armor::bytes(EXPECTED, "PUBLIC KEY BLOCK", bytes)?;
    let mut certificates: Vec<Certificate> = Vec::new();
    let mut any = false;
    // Whether what comes next belongs to something that is kept.
    let mut kept = false;
    let mut place = Place::Primary;
    let mut count = 0;
    for packet in packet::split(EXPECTED, &bytes)? {
        match packet.tag {
            tag::PUBLIC_KEY => {
                any = true;
                place = Place::Primary;
                let primary = key::read(packet.body);
                kept = primary.is_some();
                certificates.extend(primary.map(|primary| Certificate {
                    primary,
                    signatures: Vec::new(),
                    users: Vec::new(),
                    subkeys: Vec::new(),
                }));
            }
            _ if !any => {
                let reason = format!("it begins with a packet of kind {}", packet.tag);
                return Err(OpenPgpError::new(EXPECTED, reason));
            }
            tag::USER_ID | tag::USER_ATTRIBUTE if kept => {
                let mut hashed = vec![if packet.tag == tag::USER_ID { 0xb4 } else { 0xd1 }];
                hashed.extend(u32::try_from(packet.body.len()).unwrap_or(u32::MAX).to_be_bytes());
                hashed.extend(packet.body);
                place = Place::User;
                if let Some(certificate) = certificates.last_mut() {
                    certificate.users.push(User { hashed, signatures: Vec::new() });
                }
            }
            tag::PUBLIC_SUBKEY if kept => {
                let key = key::read(packet.body);
                place = if key.is_some() { Place::Subkey } else { Place::Nowhere };
                if let (Some(certificate), Some(key)) = (certificates.last_mut(), key) {
                    certificate.subkeys.push(Subkey { key, signatures: Vec::new() });
                }
            }
            tag::SIGNATURE if kept => {
                count += 1;
                if count > MOST_SIGNATURES {
                    return Err(OpenPgpError::new(EXPECTED, format!("more than {MOST_SIGNATURES} signatures")));
                }
                let signature = signature::read(packet.body, 1);
                let list = certificates.last_mut().and_then(|certificate| match place {
                    Place::Primary => Some(&mut certificate.signatures),
                    Place::User => certificate.users.last_mut().map(|user| &mut user.signatures),
                    Place::Subkey => certificate.subkeys.last_mut().map(|subkey| &mut subkey.signatures),
                    Place::Nowhere => None,
                });
                if let Some(list) = list {
                    list.extend(signature);
                }
            }
            tag::SIGNATURE | tag::USER_ID | tag::USER_ATTRIBUTE | tag::PUBLIC_SUBKEY => {}
            tag::MARKER | tag::TRUST | tag::PADDING => {}
            other => return Err(OpenPgpError::new(EXPECTED, format!("a packet of kind {other} stands in it"))),
        }
    }
    if any { Ok(certificates) } else { Err(OpenPgpError::new(EXPECTED, "there is none")) }
}

/// What a signature is over.
#[derive(Debug, Clone, Copy)]
enum Place {
    Primary,
    User,
    Subkey,
    Nowhere,
}
