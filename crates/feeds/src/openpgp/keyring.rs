//! The keys that documents may be signed with, and when each of them counts.

use ring::digest;
use ward_formats::openpgp::{Certificate, Issuer, Kind, OpenPgpError, PublicKey, Signature, certificates};

use super::verify::{Outcome, over};

/// Keys that a publisher names.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    keys: Vec<SigningKey>,
}

/// A key that may have signed a document.
#[derive(Debug, Clone)]
pub(super) struct SigningKey {
    pub(super) key: PublicKey,
    /// The fingerprint of the certificate that it belongs to.
    pub(super) certificate: String,
    fingerprint: Vec<u8>,
    /// Its owner took it back.
    revoked: bool,
    /// Why it never counts.
    never: Option<&'static str>,
    /// The last second at which it counts.
    until: Option<i64>,
}

impl Keyring {
    /// Adds the certificates of a file whose fingerprint this is, or all of them where none is given; tells how many there were.
    ///
    /// # Errors
    /// The file holds no certificate.
    pub fn add(&mut self, file: &[u8], fingerprint: Option<&str>) -> Result<usize, OpenPgpError> {
        let mut added = 0;
        for certificate in certificates(file)? {
            let name = hexadecimal(&fingerprint_of(&certificate.primary));
            // Publishers write fingerprints in capitals, with blanks, with 0x.
            let same = |given: &str| {
                let digits = given.trim().trim_start_matches("0x").trim_start_matches("0X");
                digits
                    .chars()
                    .filter(|c| !c.is_whitespace() && *c != ':')
                    .map(|c| c.to_ascii_lowercase())
                    .eq(name.chars())
            };
            if fingerprint.is_none_or(same) {
                self.keys.extend(signing_keys(&certificate, &name));
                added += 1;
            }
        }
        Ok(added)
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The keys that a signature says it is of.
    pub(super) fn of(&self, issuers: &[Issuer]) -> Vec<&SigningKey> {
        let is = |key: &SigningKey| {
            issuers.iter().any(|issuer| match issuer {
                Issuer::Fingerprint(fingerprint) => *fingerprint == key.fingerprint,
                Issuer::Id(id) => id == key_id(key),
            })
        };
        self.keys.iter().filter(|key| is(key)).collect()
    }
}

impl SigningKey {
    /// Whether its owner took it back: then whoever signs with it is not the owner.
    pub(super) fn is_revoked(&self) -> bool {
        self.revoked
    }

    /// Whether the key counts at this second, or why it does not.
    pub(super) fn counts_at(&self, second: i64) -> Result<(), &'static str> {
        if let Some(reason) = self.never {
            return Err(reason);
        }
        if second < i64::from(self.key.created) {
            return Err("was made after it");
        }
        if self.until.is_some_and(|until| second > until) {
            return Err("had expired when it was made");
        }
        Ok(())
    }
}

fn key_id(key: &SigningKey) -> &[u8] {
    let print = &key.fingerprint;
    if key.key.version == 4 { &print[print.len().saturating_sub(8)..] } else { &print[..print.len().min(8)] }
}

/// The fingerprint: of version 4 by SHA-1, as every OpenPGP program has it. It only finds a key; what counts is its signatures.
fn fingerprint_of(key: &PublicKey) -> Vec<u8> {
    let algorithm = if key.version == 4 { &digest::SHA1_FOR_LEGACY_USE_ONLY } else { &digest::SHA256 };
    digest::digest(algorithm, &key.hashed).as_ref().to_vec()
}

pub(super) fn hexadecimal(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The key of a certificate and its subkeys, with what their signatures say of them.
fn signing_keys(certificate: &Certificate, name: &str) -> Vec<SigningKey> {
    let primary = &certificate.primary;
    let own = [primary.hashed.as_slice()];
    let revoked = made_by(primary, &certificate.signatures, Kind::KeyRevoked, &own).next().is_some();
    let direct = newest(made_by(primary, &certificate.signatures, Kind::Direct, &own));
    let of_users = certificate.users.iter().filter_map(|user| {
        let content = [primary.hashed.as_slice(), user.hashed.as_slice()];
        let gone = made_by(primary, &user.signatures, Kind::UserRevoked, &content).next().is_some();
        if gone { None } else { newest(made_by(primary, &user.signatures, Kind::User, &content)) }
    });
    // What is said of the key itself counts before what is said beside a name (RFC 9580, 5.2.3.10).
    let of_users = newest(of_users);
    let said = direct.or(of_users);
    let until = |key: &PublicKey, after: Option<u32>| after.map(|after| i64::from(key.created) + i64::from(after) - 1);
    let primary_until =
        until(primary, [direct, of_users].into_iter().flatten().find_map(|said| said.key_expires_after));
    let broken = said.is_none().then_some("has no signature by itself that counts");
    let mut keys = vec![SigningKey {
        key: primary.clone(),
        certificate: name.to_owned(),
        fingerprint: fingerprint_of(primary),
        revoked,
        never: broken
            .or(said.is_some_and(|said| said.may_sign == Some(false)).then_some("is not meant to sign documents")),
        until: primary_until,
    }];
    for subkey in &certificate.subkeys {
        let content = [primary.hashed.as_slice(), subkey.key.hashed.as_slice()];
        let subkey_revoked = made_by(primary, &subkey.signatures, Kind::SubkeyRevoked, &content).next().is_some();
        let bound = newest(made_by(primary, &subkey.signatures, Kind::Subkey, &content));
        // A key that signs must say for itself whose it is: otherwise anybody could take it for their own.
        let back = bound.and_then(|bound| bound.embedded.as_deref()).is_some_and(|back| {
            back.kind == Kind::Back && !back.not_understood && over(&subkey.key, back, &content) == Outcome::Right
        });
        let never = if bound.is_none() || !back {
            Some("is not bound to its certificate as a key that signs")
        } else if bound.is_some_and(|bound| bound.may_sign != Some(true)) {
            Some("is not meant to sign documents")
        } else {
            None
        };
        let own_until = until(&subkey.key, bound.and_then(|bound| bound.key_expires_after));
        keys.push(SigningKey {
            key: subkey.key.clone(),
            certificate: name.to_owned(),
            fingerprint: fingerprint_of(&subkey.key),
            revoked: revoked || subkey_revoked,
            never: broken.or(never),
            until: own_until.into_iter().chain(primary_until).min(),
        });
    }
    keys
}

/// The signatures of one kind that a key made over this, one part behind the other.
fn made_by<'a>(
    key: &PublicKey,
    signatures: &'a [Signature],
    kind: Kind,
    content: &[&[u8]],
) -> impl Iterator<Item = &'a Signature> {
    signatures.iter().filter(move |signature| {
        signature.kind == kind && !signature.not_understood && over(key, signature, content) == Outcome::Right
    })
}

/// The signature that was made last; of several, the first.
fn newest<'a>(signatures: impl Iterator<Item = &'a Signature>) -> Option<&'a Signature> {
    signatures.fold(None, |newest: Option<&Signature>, next| match newest {
        Some(newest) if newest.created >= next.created => Some(newest),
        _ => Some(next),
    })
}
