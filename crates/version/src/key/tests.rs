#![allow(clippy::unwrap_used)]

use super::{Class, Key, VersionOrder, compare, key};
use crate::scheme::Scheme;
use proptest::prelude::*;

/// So many cases, unless the long run asks for more by `PROPTEST_CASES`.
pub(crate) fn cases(usual: u32) -> ProptestConfig {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { cases: asked.unwrap_or(usual), ..ProptestConfig::default() }
}

/// Checks that the versions are listed from early to late, every pair of them; names behind a blank are equal.
pub(crate) fn assert_ascending(scheme: Scheme, list: &[&str]) {
    for (i, a) in list.iter().enumerate() {
        for (j, b) in list.iter().enumerate() {
            for a in a.split(' ') {
                for b in b.split(' ') {
                    assert!(key(scheme, a, None).is_some(), "{scheme} {a} has no key");
                    assert_eq!(compare(scheme, a, b), i.cmp(&j).into(), "{scheme}: {a} against {b}");
                }
            }
        }
    }
}

/// Checks that two versions have no order, either way round.
pub(crate) fn assert_unknown(scheme: Scheme, pairs: &[(&str, &str)]) {
    for (a, b) in pairs {
        assert_eq!(compare(scheme, a, b), VersionOrder::Unknown, "{scheme}: {a} against {b}");
        assert_eq!(compare(scheme, b, a), VersionOrder::Unknown, "{scheme}: {b} against {a}");
    }
}

/// Checks that the texts have no key.
pub(crate) fn assert_no_key(scheme: Scheme, texts: &[&str]) {
    for text in texts {
        assert_eq!(key(scheme, text, None), None, "{scheme}: {text:?}");
    }
}

#[test]
fn an_update_field_belongs_to_two_schemes() {
    for scheme in Scheme::ALL {
        let takes = matches!(scheme, Scheme::Generic | Scheme::Openssl);
        assert_eq!(key(scheme, "1.2.3", Some("beta1")).is_some(), takes, "{scheme}");
        for none in ["*", "-", "", " "] {
            assert_eq!(key(scheme, "1.2.3", Some(none)), key(scheme, "1.2.3", None), "{scheme} {none:?}");
        }
    }
}

#[test]
fn the_same_text_is_the_same_version_without_a_key() {
    assert_eq!(compare(Scheme::Generic, "london", " london"), VersionOrder::Equal);
    assert_eq!(compare(Scheme::Generic, "london", "berlin"), VersionOrder::Unknown);
    assert_eq!(compare(Scheme::Semver, "x", "1.0.0"), VersionOrder::Unknown);
}

#[test]
fn schemes_are_never_compared_with_each_other() {
    let generic = key(Scheme::Generic, "1.2.3", None).unwrap();
    let semver = key(Scheme::Semver, "1.2.3", None).unwrap();
    assert_eq!(generic.compare(&semver), VersionOrder::Unknown);
}

#[test]
fn numbers_do_not_overflow() {
    let long = "1".repeat(60);
    let longer = format!("1.{}", "9".repeat(61));
    // Neither text by its bytes nor a point in time has numbers of any size.
    for scheme in Scheme::ALL.into_iter().filter(|scheme| !matches!(scheme, Scheme::Datetime | Scheme::Lexicographic)) {
        assert_eq!(compare(scheme, &format!("1.{long}.0"), "1.18446744073709551616.0"), VersionOrder::Greater);
        assert_eq!(key(scheme, &format!("{longer}.0"), None), None, "{scheme}");
    }
}

/// Texts that look like versions of one scheme or another.
pub(crate) fn any_version() -> impl Strategy<Value = String> {
    prop_oneof![
        "[0-9]{1,3}(\\.[0-9]{1,3}){0,3}(-(alpha|beta|rc|dev|pre|acme)[.]?[0-9]{0,2})?([+~^-][a-z0-9]{1,4})?",
        "[0-3](\\.[0-3]){0,2}[a-z]{0,2}([_.-](sp|p|r|u|build|cn|x|hf|a|b|c)[0-3]?){0,2}",
        "[0-9a-zA-Z.:~^+_() -]{0,12}",
    ]
}

fn any_scheme() -> impl Strategy<Value = Scheme> {
    prop::sample::select(Scheme::ALL.to_vec())
}

fn at_most(order: VersionOrder) -> bool {
    matches!(order, VersionOrder::Less | VersionOrder::Equal)
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn comparing_is_symmetric_and_reflexive(scheme in any_scheme(), a in any_version(), b in any_version()) {
        prop_assert_eq!(compare(scheme, &a, &b), compare(scheme, &b, &a).reverse());
        prop_assert_eq!(compare(scheme, &a, &a), VersionOrder::Equal);
    }

    #[test]
    fn the_order_is_transitive_across_classes(
        scheme in any_scheme(), a in any_version(), b in any_version(), c in any_version()
    ) {
        let keys = (key(scheme, &a, None), key(scheme, &b, None), key(scheme, &c, None));
        if let (Some(a), Some(b), Some(c)) = keys {
            let mut order = [a, b, c];
            order.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()));
            let [a, b, c] = order;
            let (ab, bc, ac) = (a.compare(&b), b.compare(&c), a.compare(&c));
            // The bytes extend every order that is given.
            prop_assert!(ab != VersionOrder::Greater && bc != VersionOrder::Greater && ac != VersionOrder::Greater);
            if at_most(ab) && at_most(bc) {
                prop_assert!(at_most(ac), "{ab} {bc} {ac}: {a:?} {b:?} {c:?}");
            }
        }
    }

    #[test]
    fn within_a_class_the_order_is_total_and_that_of_the_bytes(
        scheme in any_scheme(), a in any_version(), b in any_version()
    ) {
        if let (Some(a), Some(b)) = (key(scheme, &a, None), key(scheme, &b, None))
            && a.class() == b.class()
        {
            prop_assert_eq!(a.compare(&b), VersionOrder::from(a.as_bytes().cmp(b.as_bytes())));
        }
    }

    #[test]
    fn a_key_survives_being_stored(scheme in any_scheme(), a in any_version(), b in any_version()) {
        if let (Some(a), Some(b)) = (key(scheme, &a, None), key(scheme, &b, None)) {
            let stored = Key::from_parts(Class::from_code(a.class().code()), a.as_bytes().to_vec());
            prop_assert_eq!(&stored, &a);
            prop_assert_eq!(stored.compare(&b), a.compare(&b));
        }
    }

    #[test]
    fn nothing_panics(scheme in any_scheme(), a in "\\PC{0,20}", b in "\\PC{0,8}") {
        let _ = key(scheme, &a, Some(&b));
        let _ = key(scheme, &a, None);
    }
}
