//! Signatures and what they say (RFC 9580, section 5.2).

use super::cursor::Cursor;
use super::packet::{self, tag};
use super::{OpenPgpError, armor};

/// A signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// 4 or 6.
    pub version: u8,
    /// What is signed.
    pub kind: Kind,
    /// The number of the digest.
    pub digest: u8,
    /// What comes before the signed bytes when they are digested (version 6).
    pub salt: Vec<u8>,
    /// What comes behind the signed bytes when they are digested.
    pub trailer: Vec<u8>,
    /// When it was made, in seconds since 1970, as it says itself.
    pub created: Option<u32>,
    /// After how many seconds it is no longer meant.
    pub expires_after: Option<u32>,
    /// After how many seconds the key that it is over is no longer to be used.
    pub key_expires_after: Option<u32>,
    /// Whether the key that it is over may sign documents, where that is said.
    pub may_sign: Option<bool>,
    /// Whose it is said to be. Not signed in all cases: good for nothing but to look for the key.
    pub issuers: Vec<Issuer>,
    /// A signature within, by the key that this one is over.
    pub embedded: Option<Box<Signature>>,
    /// Something that must be understood is not: who does not understand it must not take the signature for right.
    pub not_understood: bool,
    /// The signature itself.
    pub value: Value,
}

/// What is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Bytes.
    Document,
    /// Text, with all lines ended alike.
    Text,
    /// That a name belongs to a key.
    User,
    /// Something of a key itself.
    Direct,
    /// That a subkey belongs to a key.
    Subkey,
    /// That a key belongs to a subkey.
    Back,
    /// That a key is no longer to be used.
    KeyRevoked,
    /// That a subkey is no longer to be used.
    SubkeyRevoked,
    /// That a name no longer belongs to a key.
    UserRevoked,
    /// The number of something else.
    Other(u8),
}

/// By what the key of a signature is found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Issuer {
    /// The last eight bytes of the fingerprint, the first eight since version 6.
    Id(Vec<u8>),
    /// The fingerprint.
    Fingerprint(Vec<u8>),
}

/// The numbers of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Value {
    /// RSA.
    Rsa(Vec<u8>),
    /// Two numbers, of ECDSA or of the older form of EdDSA.
    Pair(Vec<u8>, Vec<u8>),
    /// Ed25519 as it is.
    Ed25519(Vec<u8>),
    /// The number of another algorithm.
    Other(u8),
}

/// How deep signatures are read within signatures: there is a use for one.
const DEPTH: u8 = 1;

const EXPECTED: &str = "an OpenPGP signature";

/// The detached signatures that a file holds, armored or not. Those of versions that are not read are left out.
///
/// # Errors
/// It holds something else, or none.
pub fn signatures(bytes: &[u8]) -> Result<Vec<Signature>, OpenPgpError> {
    let bytes = armor::bytes(EXPECTED, "SIGNATURE", bytes)?;
    let mut signatures = Vec::new();
    let mut any = false;
    for packet in packet::split(EXPECTED, &bytes)? {
        match packet.tag {
            tag::SIGNATURE => {
                any = true;
                signatures.extend(read(packet.body, DEPTH));
            }
            tag::MARKER | tag::PADDING => {}
            other => return Err(OpenPgpError::new(EXPECTED, format!("a packet of kind {other} stands among them"))),
        }
    }
    if any { Ok(signatures) } else { Err(OpenPgpError::new(EXPECTED, "there is none")) }
}

/// Reads the body of a packet; `None` where it is cut off or of a version that is not read.
pub(super) fn read(body: &[u8], depth: u8) -> Option<Signature> {
    let mut rest = Cursor(body);
    let version = rest.byte()?;
    if !matches!(version, 4 | 6) {
        return None;
    }
    let kind = kind(rest.byte()?);
    let algorithm = rest.byte()?;
    let digest = rest.byte()?;
    let length = |rest: &mut Cursor<'_>| if version == 4 { rest.two() } else { rest.length() };
    let hashed_length = length(&mut rest)?;
    let hashed = rest.take(hashed_length)?;
    let signed = body.get(..body.len() - rest.0.len())?;
    let loose_length = length(&mut rest)?;
    let loose = rest.take(loose_length)?;
    rest.take(2)?;
    let salt = if version == 6 {
        let length = rest.byte()?;
        rest.take(usize::from(length))?.to_vec()
    } else {
        Vec::new()
    };
    let mut trailer = signed.to_vec();
    trailer.extend([version, 0xff]);
    trailer.extend(u32::try_from(signed.len()).ok()?.to_be_bytes());
    let mut signature = Signature {
        version,
        kind,
        digest,
        salt,
        trailer,
        created: None,
        expires_after: None,
        key_expires_after: None,
        may_sign: None,
        issuers: Vec::new(),
        embedded: None,
        not_understood: false,
        value: value(algorithm, rest)?,
    };
    said(&mut signature, hashed, true, depth)?;
    said(&mut signature, loose, false, depth)?;
    Some(signature)
}

fn kind(number: u8) -> Kind {
    match number {
        0x00 => Kind::Document,
        0x01 => Kind::Text,
        0x10..=0x13 => Kind::User,
        0x18 => Kind::Subkey,
        0x19 => Kind::Back,
        0x1f => Kind::Direct,
        0x20 => Kind::KeyRevoked,
        0x28 => Kind::SubkeyRevoked,
        0x30 => Kind::UserRevoked,
        other => Kind::Other(other),
    }
}

fn value(algorithm: u8, mut rest: Cursor<'_>) -> Option<Value> {
    Some(match algorithm {
        1 | 3 => Value::Rsa(rest.number()?.to_vec()),
        19 | 22 => Value::Pair(rest.number()?.to_vec(), rest.number()?.to_vec()),
        27 => Value::Ed25519(rest.take(64)?.to_vec()),
        other => Value::Other(other),
    })
}

/// Takes over what is said beside the signature. What is not signed may name the issuer and hold a signature, which is verified for
/// itself; nothing else of it counts.
fn said(signature: &mut Signature, area: &[u8], signed: bool, depth: u8) -> Option<()> {
    let mut rest = Cursor(area);
    while !rest.is_empty() {
        let length = packet::variable(&mut rest, 255)?;
        let mut part = Cursor(rest.take(length)?);
        let number = part.byte()?;
        let (number, critical) = (number & 0x7f, number & 0x80 != 0);
        match number {
            16 => signature.issuers.push(Issuer::Id(part.0.to_vec())),
            33 => signature.issuers.push(Issuer::Fingerprint(part.0.get(1..)?.to_vec())),
            32 if depth > 0 => {
                let embedded = read(part.0, depth - 1);
                // That which is signed counts before that which anybody can have put in.
                if signature.embedded.is_none() {
                    signature.embedded = embedded.map(Box::new);
                }
            }
            _ if !signed => {}
            2 => signature.created = Some(part.four()?),
            3 => signature.expires_after = Some(part.four()?).filter(|seconds| *seconds > 0),
            9 => signature.key_expires_after = Some(part.four()?).filter(|seconds| *seconds > 0),
            27 => signature.may_sign = Some(part.byte().is_some_and(|flags| flags & 0x02 != 0)),
            // Preferences, names, features, reasons, policies: nothing that a right signature hangs on.
            11 | 21..=26 | 28..=31 | 34 | 35 | 39 => {}
            _ => signature.not_understood |= critical,
        }
    }
    Some(())
}
