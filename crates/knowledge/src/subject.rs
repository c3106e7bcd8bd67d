//! What a statement is looked up by, as bytes that no two subjects share.

use ward_model::affected::{PackageKey, SubjectKey};

use crate::row;

const ECOSYSTEM: u8 = b'e';
const NAMED: u8 = b'n';
const PACKAGE: u8 = b'p';
const PRODUCT: u8 = b'c';

/// A letter for the kind, then the parts of the name, all but the last preceded by their length.
pub(crate) fn bytes(key: &SubjectKey) -> Vec<u8> {
    let pair = |letter: u8, first: &str, second: &str| {
        let mut out = vec![letter];
        row::write_text(first, &mut out);
        out.extend_from_slice(second.as_bytes());
        out
    };
    match key {
        SubjectKey::Package(package) => pair(PACKAGE, &package.ecosystem, &package.name),
        SubjectKey::Named { vendor, product } => pair(NAMED, vendor, product),
        SubjectKey::Product(product) => {
            let mut out = vec![PRODUCT];
            row::key_bytes(product, &mut out);
            out
        }
    }
}

/// The subject that [`bytes`] wrote.
pub(crate) fn read(bytes: &[u8]) -> Result<SubjectKey, String> {
    let (letter, mut rest) = bytes.split_first().ok_or("a subject is empty")?;
    if *letter == PRODUCT {
        return row::read_key(rest).map(SubjectKey::Product);
    }
    let first = row::text(&mut rest)?.into();
    let second = std::str::from_utf8(rest).map_err(|_| "a subject is not UTF-8".to_owned())?.into();
    match *letter {
        PACKAGE => Ok(SubjectKey::Package(PackageKey { ecosystem: first, name: second })),
        NAMED => Ok(SubjectKey::Named { vendor: first, product: second }),
        other => Err(format!("a subject of kind {other}")),
    }
}

/// An ecosystem, without a release: what the keys of all its releases begin with.
pub(crate) fn ecosystem(name: &str) -> Vec<u8> {
    let mut out = vec![ECOSYSTEM];
    row::write_text(name, &mut out);
    out
}

/// An ecosystem with one of its releases, or with none in particular.
pub(crate) fn release(name: &str, release: Option<&str>) -> Vec<u8> {
    let mut out = ecosystem(name);
    out.push(u8::from(release.is_some()));
    out.extend_from_slice(release.unwrap_or_default().as_bytes());
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::affected::{PackageKey, SubjectKey};

    use super::{bytes, ecosystem, read, release};
    use crate::testing::product_key;

    fn subject() -> impl Strategy<Value = SubjectKey> {
        let text = || "[ab\\x00é]{0,3}";
        prop_oneof![
            product_key().prop_map(SubjectKey::Product),
            (text(), text()).prop_map(|(ecosystem, name)| SubjectKey::Package(PackageKey {
                ecosystem: ecosystem.into(),
                name: name.into()
            })),
            (text(), text())
                .prop_map(|(vendor, product)| SubjectKey::Named { vendor: vendor.into(), product: product.into() }),
        ]
    }

    proptest! {
        #[test]
        fn subjects_come_back_and_differ(a in subject(), b in subject()) {
            prop_assert_eq!(read(&bytes(&a)), Ok(a.clone()));
            prop_assert_eq!(bytes(&a) == bytes(&b), a == b);
        }
    }

    #[test]
    fn releases_begin_with_their_ecosystem_and_with_no_other() {
        assert!(release("debian", Some("12")).starts_with(&ecosystem("debian")));
        assert!(!release("debian-lts", None).starts_with(&ecosystem("debian")));
        assert_ne!(release("debian", None), release("debian", Some("")));
        assert!(read(&[]).is_err() && read(b"x\x00").is_err());
    }
}
