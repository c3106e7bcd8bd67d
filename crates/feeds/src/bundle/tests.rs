//! A bundle is taken as it was signed, or not at all.

use jiff::Timestamp;
use proptest::prelude::*;
use std::path::Path;
use ward_model::digest::Digest;

use super::BundleError;
use super::frames::{FramesWriter, read_all};
use super::head::Head;
use super::key::{Signatory, Trusted};

fn key(number: u8) -> Signatory {
    Signatory::from_random([number; 32])
}

/// A whole bundle of texts.
fn bundle(items: &[String], signatory: &Signatory) -> Vec<u8> {
    let mut frames = Vec::new();
    let mut writer = FramesWriter::new(&mut frames);
    items.iter().for_each(|item| writer.push(item).unwrap());
    let written = writer.finish().unwrap();
    let head = Head {
        made: Timestamp::from_second(1_795_000_000).unwrap(),
        base: None,
        identity: Digest::of(b"identity"),
        sources: Vec::new(),
        items: written.items,
        length: written.length,
        sha256: written.sha256,
    };
    let mut whole = Vec::new();
    head.write(signatory, &mut whole).unwrap();
    whole.extend_from_slice(&frames);
    whole
}

fn taken(mut bytes: &[u8], trusted: &[Trusted]) -> Result<Vec<String>, BundleError> {
    let (head, _) = Head::read(&mut bytes, trusted)?;
    let mut items = Vec::new();
    read_all(&head, bytes, |item: String| {
        items.push(item);
        Ok::<(), BundleError>(())
    })?;
    Ok(items)
}

#[test]
fn keys_are_read_as_other_tools_write_them() {
    // Made by OpenSSL: `openssl genpkey -algorithm ed25519`, `openssl pkey -pubout`.
    let private = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcHBwcH\n-----END PRIVATE KEY-----\n";
    let read = Signatory::from_pem(private, Path::new("key.pem")).unwrap();
    assert_eq!(read.trusted(), key(7).trusted());
    let written = key(7).to_pem().unwrap();
    assert_eq!(Signatory::from_pem(&written, Path::new("key.pem")).unwrap().trusted(), key(7).trusted());
    let public = read.trusted().to_pem().unwrap();
    assert_eq!(Trusted::from_pem(&public, Path::new("key.pub")).unwrap(), key(7).trusted());
    let wrong = Trusted::from_pem(private, Path::new("key.pub")).unwrap_err().to_string();
    assert!(wrong.starts_with("key.pub holds no Ed25519 public key in PEM"), "{wrong}");
    assert!(!format!("{read:?}").contains("BwcH"));
}

#[test]
fn only_who_is_trusted_is_believed() {
    let whole = bundle(&["a".to_owned()], &key(1));
    assert!(matches!(taken(&whole, &[]), Err(BundleError::Untrusted { .. })));
    assert!(matches!(taken(&whole, &[key(2).trusted()]), Err(BundleError::Untrusted { .. })));
    assert_eq!(taken(&whole, &[key(2).trusted(), key(1).trusted()]).unwrap(), ["a"]);
    // Somebody puts the name of a trusted key on his own bundle.
    let mut forged = bundle(&["b".to_owned()], &key(2));
    let place = forged.windows(32).position(|window| window == key(2).trusted().bytes()).unwrap();
    forged[place..place + 32].copy_from_slice(key(1).trusted().bytes());
    assert!(matches!(taken(&forged, &[key(1).trusted()]), Err(BundleError::Signature)));
}

proptest! {
    #[test]
    fn what_is_signed_comes_back(items in prop::collection::vec(".{0,300}", 0..60)) {
        prop_assert_eq!(taken(&bundle(&items, &key(1)), &[key(1).trusted()]).unwrap(), items);
    }

    #[test]
    fn no_byte_can_be_changed_cut_off_or_added(
        items in prop::collection::vec(".{0,60}", 1..20),
        place in any::<prop::sample::Index>(),
        change in 1_u8..,
        more in prop::collection::vec(any::<u8>(), 1..5),
    ) {
        let trusted = [key(1).trusted()];
        let whole = bundle(&items, &key(1));
        let mut changed = whole.clone();
        changed[place.index(whole.len())] ^= change;
        prop_assert!(taken(&changed, &trusted).is_err());
        prop_assert!(taken(&whole[..place.index(whole.len())], &trusted).is_err());
        prop_assert!(taken(&[whole, more].concat(), &trusted).is_err());
    }

    #[test]
    fn arbitrary_bytes_are_no_bundle(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(taken(&bytes, &[key(1).trusted()]).is_err());
    }
}
