//! Certificates and signatures made by GnuPG for these tests, and what was done to them.
#![allow(clippy::unwrap_used)]

mod gnupg;

use gnupg::Gnupg;
use proptest::prelude::*;

use super::{Checked, Keyring, check};

const DOCUMENT: &[u8] = b"{\"document\":{\"title\":\"an advisory\"}}\nwith a second line\r\nand a third";
/// 2026-11-28.
const NOW: i64 = 1_795_824_000;

fn keyring(certificate: &[u8]) -> Keyring {
    let mut keys = Keyring::default();
    assert_eq!(keys.add(certificate, None).unwrap(), 1);
    keys
}

fn reason(checked: &Checked) -> &str {
    match checked {
        Checked::Right { .. } => "",
        Checked::Wrong { reason } | Checked::Unknown { reason } => reason,
    }
}

/// A certificate of version 6 with a key for signing beneath it, and its signature over [`DOCUMENT`]; made for this test.
const SIX: (&str, &str) = (include_str!("tests/six.asc"), include_str!("tests/six.sig.asc"));
/// The same of version 4.
const FOUR: (&str, &str) = (include_str!("tests/four.asc"), include_str!("tests/four.sig.asc"));

#[test]
fn a_signature_is_right_over_its_document_alone() {
    for (name, (certificate, signature)) in [("version 6", SIX), ("version 4", FOUR)] {
        let keys = keyring(certificate.as_bytes());
        let checked = check(DOCUMENT, signature.as_bytes(), &keys, NOW).unwrap();
        assert!(matches!(checked, Checked::Right { .. }), "{name}: {checked:?}");
        let mut other = DOCUMENT.to_vec();
        other[3] ^= 1;
        let checked = check(&other, signature.as_bytes(), &keys, NOW).unwrap();
        assert!(matches!(checked, Checked::Wrong { .. }), "{name}: {checked:?}");
    }
    let checked = check(DOCUMENT, FOUR.1.as_bytes(), &keyring(SIX.0.as_bytes()), NOW).unwrap();
    assert!(reason(&checked).contains("not among those that the publisher names"), "{checked:?}");
}

#[test]
fn a_fingerprint_names_its_certificate_alone() {
    let Checked::Right { fingerprint } = check(DOCUMENT, FOUR.1.as_bytes(), &keyring(FOUR.0.as_bytes()), NOW).unwrap()
    else {
        panic!("it is right");
    };
    let spaced: String = fingerprint.to_uppercase().chars().flat_map(|c| [c, ' ']).collect();
    let mut keys = Keyring::default();
    for (given, added) in
        [(fingerprint.as_str(), 1), (&spaced, 1), (&format!("0x{fingerprint}"), 1), ("00", 0), ("", 0)]
    {
        assert_eq!(keys.add(FOUR.0.as_bytes(), Some(given)).unwrap(), added, "{given}");
    }
}

#[test]
fn what_is_no_signature_or_certificate_is_told() {
    let keys = Keyring::default();
    for (text, told) in [
        ("", "there is no `-----BEGIN PGP SIGNATURE-----`"),
        ("-----BEGIN PGP SIGNATURE-----\n\n", "`-----END PGP SIGNATURE-----` is missing"),
        ("-----BEGIN PGP SIGNATURE-----\n\n?\n-----END PGP SIGNATURE-----", "symbol"),
        ("-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----", "there is none"),
        (FOUR.0, "there is no `-----BEGIN PGP SIGNATURE-----`"),
    ] {
        let error = check(DOCUMENT, text.as_bytes(), &keys, NOW).unwrap_err().to_string();
        assert!(error.to_lowercase().contains(&told.to_lowercase()), "{text}: {error}");
    }
    let error = check(DOCUMENT, b"\xc2\x10short", &keys, NOW).unwrap_err().to_string();
    assert!(error.contains("at byte 0 is cut off"), "{error}");
    let error = Keyring::default().add(b"\xc2\x01\x04", None).unwrap_err().to_string();
    assert!(error.contains("begins with a packet of kind 2"), "{error}");
}

/// GnuPG is what providers sign with: what it makes must be understood, and what it refuses must not be taken for right.
#[test]
fn what_gnupg_signs_is_right() {
    let Some(gnupg) = Gnupg::start() else { return };
    for algorithm in ["rsa2048", "rsa3072", "ed25519", "nistp256", "nistp384"] {
        for digest in ["SHA256", "SHA384", "SHA512"] {
            let key = gnupg.key(&format!("{algorithm} {digest}"), algorithm, "sign", "0");
            let keys = keyring(&gnupg.certificate(&key));
            for (form, options) in
                [("armored", &["--armor"][..]), ("as it is", &[]), ("as text", &["--textmode", "--armor"])]
            {
                let options = [&["--digest-algo", digest], options].concat();
                let signature = match gnupg.try_sign(&key, DOCUMENT, &options) {
                    Ok(signature) => signature,
                    // A digest that is shorter than the curve.
                    Err(_) if algorithm == "nistp384" && digest == "SHA256" => continue,
                    Err(told) => panic!("{algorithm} {digest} {form}: {told}"),
                };
                let checked = check(DOCUMENT, &signature, &keys, NOW).unwrap();
                // Curves come with the digest of their size; GnuPG takes others too.
                let known = match algorithm {
                    "nistp256" => digest == "SHA256",
                    "nistp384" => digest == "SHA384",
                    _ => true,
                };
                if known {
                    assert_eq!(
                        checked,
                        Checked::Right { fingerprint: key.to_lowercase() },
                        "{algorithm} {digest} {form}"
                    );
                } else {
                    assert!(!matches!(checked, Checked::Right { .. }), "{algorithm} {digest} {form}: {checked:?}");
                }
                let checked = check(b"something else", &signature, &keys, NOW).unwrap();
                assert!(!matches!(checked, Checked::Right { .. }), "{algorithm} {digest} {form}: {checked:?}");
            }
        }
    }
}

#[test]
fn a_subkey_signs_for_its_certificate_where_both_say_so() {
    let Some(gnupg) = Gnupg::start() else { return };
    let key = gnupg.key("subkey", "ed25519", "cert", "0");
    gnupg.run(&["--quick-add-key", &key, "rsa2048", "sign", "0"]);
    let signature = gnupg.sign(&key, DOCUMENT, &[]);
    let certificate = gnupg.certificate(&key);
    let checked = check(DOCUMENT, &signature, &keyring(&certificate), NOW).unwrap();
    assert_eq!(checked, Checked::Right { fingerprint: key.to_lowercase() });
    // Without the signature that binds it, it is anybody's key.
    let last = certificate.len() - gnupg::packet_lengths(&certificate).pop().unwrap();
    let checked = check(DOCUMENT, &signature, &keyring(&certificate[..last]), NOW).unwrap();
    assert!(reason(&checked).contains("is not bound to its certificate"), "{checked:?}");
}

#[test]
fn a_key_counts_while_it_is_meant_to() {
    let Some(gnupg) = Gnupg::start() else { return };
    // Made and signed with in a year that is past.
    let key = gnupg.key_at("expires", "ed25519", "sign", "20200101T000000", "20200601T000000");
    let sign = |day: &str| gnupg.sign(&key, DOCUMENT, &["--faked-system-time", day]);
    let (within, after) = (sign("20200301T000000!"), gnupg.sign_after_its_end(&key, DOCUMENT, "20210301T000000!"));
    let keys = keyring(&gnupg.certificate(&key));
    assert!(matches!(check(DOCUMENT, &within, &keys, NOW).unwrap(), Checked::Right { .. }), "it expired later");
    let checked = check(DOCUMENT, &after.unwrap(), &keys, NOW).unwrap();
    assert!(matches!(&checked, Checked::Unknown { reason } if reason.contains("had expired")), "{checked:?}");
    gnupg.revoke(&key);
    let checked = check(DOCUMENT, &within, &keyring(&gnupg.certificate(&key)), NOW).unwrap();
    assert!(matches!(&checked, Checked::Wrong { reason } if reason.contains("is revoked")), "{checked:?}");
}

#[test]
fn a_key_that_is_not_meant_to_sign_does_not() {
    let Some(gnupg) = Gnupg::start() else { return };
    let key = gnupg.key("weak", "rsa1024", "sign", "0");
    let signature = gnupg.sign(&key, DOCUMENT, &[]);
    let checked = check(DOCUMENT, &signature, &keyring(&gnupg.certificate(&key)), NOW).unwrap();
    assert!(matches!(&checked, Checked::Unknown { reason } if reason.contains("too short")), "{checked:?}");
    let key = gnupg.key("old digest", "rsa2048", "sign", "0");
    let signature = gnupg.sign(&key, DOCUMENT, &["--digest-algo", "SHA1"]);
    let checked = check(DOCUMENT, &signature, &keyring(&gnupg.certificate(&key)), NOW).unwrap();
    assert!(matches!(&checked, Checked::Unknown { reason } if reason.contains("too weak")), "{checked:?}");
    // A signature that says until when it is meant.
    let key = gnupg.key_at("short", "ed25519", "sign", "20261001T000000", "0");
    let signature =
        gnupg.sign(&key, DOCUMENT, &["--default-sig-expire", "2d", "--faked-system-time", "20261101T000000!"]);
    let keys = keyring(&gnupg.certificate(&key));
    let checked = check(DOCUMENT, &signature, &keys, NOW).unwrap();
    assert!(reason(&checked).contains("has expired"), "{checked:?}");
}

proptest! {
    /// However a signature or a certificate is changed: the answer comes, and it is right only where the same bytes are signed.
    #[test]
    fn no_change_makes_another_document_right(
        place in 0_usize..10_000, bit in 0_u8..8, of_certificate: bool, cut in prop::option::of(0_usize..2000),
    ) {
        let mut certificate = gnupg::dearmored(FOUR.0);
        let mut signature = gnupg::dearmored(FOUR.1);
        let changed = if of_certificate { &mut certificate } else { &mut signature };
        let place = place % changed.len();
        changed[place] ^= 1 << bit;
        if let Some(cut) = cut {
            changed.truncate(cut);
        }
        let mut keys = Keyring::default();
        let _ = keys.add(&certificate, None);
        let answer = check(b"another document", &signature, &keys, NOW);
        prop_assert!(!matches!(answer, Ok(Checked::Right { .. })), "{answer:?}");
    }
}
