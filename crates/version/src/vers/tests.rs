#![allow(clippy::unwrap_used)]

use super::{Vers, VersError};
use crate::key::tests::{any_version, cases};
use crate::scheme::Scheme;
use crate::truth::Truth::{self, False, True, Unknown};
use proptest::prelude::*;

#[test]
fn contains() {
    let table: [(&str, &str, Truth); 41] = [
        ("vers:npm/>=1.0|<2.0|!=1.5", "1.4.9", True),
        ("vers:npm/>=1.0|<2.0|!=1.5", "1.5.0", False),
        ("vers:npm/>=1.0|<2.0|!=1.5", "2.0.0", False),
        ("vers:npm/>=1.0|<2.0|!=1.5", "2.0.0-rc.1", True),
        ("vers:npm/*", "anything", True),
        ("vers:pypi/<=1.3.0|3.0.0", "3.0", True),
        ("vers:pypi/<=1.0.0|>=2.0.0", "1.5", False),
        ("vers:pypi/<=1.0.0|>=2.0.0", "2.5", True),
        ("vers:pypi/!=1.0", "1.0.0", False),
        ("vers:pypi/!=1.0", "1.1", True),
        ("vers:pypi/!=1.0|!=1.1", "1.1", False),
        ("vers:deb/>=1.0|<1.2-3", "1.2-2", True),
        ("vers:deb/>=1.0|<1.2-3", "1:1.1", False),
        ("vers:rpm/<1.2-3", "1.2", Unknown),
        ("vers:rpm/<1.2-3", "1.1", True),
        ("vers:openssl/>=1.0.1|<1.0.1g", "1.0.1f", True),
        ("vers:generic/>=1.0|<2.0", "1.5-acme", True),
        ("vers:generic/>=1.0|<2.0", "2.0-acme", Unknown),
        ("vers:generic/>=1.0|<2.0", "london", Unknown),
        ("vers:generic/london", "london", True),
        ("vers:generic/london", "paris", Unknown),
        ("vers:generic/>=1.0|<=2.0", "2.0p1", Unknown),
        ("vers:generic/>=1.0|<=2.0", "1.0-rc1", Unknown),
        ("vers:generic/>=1.0|<2.0", "2.0p1", False),
        ("vers:maven/>=1.0-alpha|<1.2", "1.0.Final", True),
        ("vers:maven/>=1.0|<1.2", "1.2-SNAPSHOT", True),
        ("vers:maven/<1-sp", "1.0.alpha", True),
        ("vers:gem/<2.1", "2.1.rc1", True),
        ("vers:gem/>=2.0.8|<2.1", "2.0.10", True),
        ("vers:nuget/>=1.0|<2.0", "1.0.0.1", True),
        ("vers:composer/>=1.0|<2.0", "2.0.0-beta1", True),
        ("vers:composer/>=1.0|<2.0", "dev-main", Unknown),
        ("vers:golang/<1.2.3", "v0.0.0-20190101000000-abcdef123456", True),
        ("vers:conan/>=2.5|<2.6-", "2.6-rc1", False),
        ("vers:apk/<1.36.1-r3", "1.36.1-r2", True),
        ("vers:gentoo/<1.0-r1", "1.0", True),
        // Bounds that say less than a neighbour are left out.
        ("vers:semver/>=1.0.0|>=2.0.0|<3.0.0|<4.0.0", "1.5.0", True),
        ("vers:semver/>=1.0.0|>=2.0.0|<3.0.0|<4.0.0", "3.5.0", True),
        ("vers:semver/>=1.0.0|<2.0.0|>=3.0.0|<4.0.0", "2.5.0", False),
        ("vers:semver/>=1.0.0|<2.0.0|>=3.0.0|<4.0.0", "3.0.0", True),
        ("vers:semver/<1.0.0|2.0.0|>3.0.0", "2.0.0", True),
    ];
    for (range, version, expected) in table {
        assert_eq!(Vers::parse(range).unwrap().contains(version), expected, "{version} in {range}");
    }
}

#[test]
fn printing_is_canonical() {
    for (text, canonical) in [
        ("vers:npm/ <2.0.0 | >=1.0.0 ", "vers:npm/>=1.0.0|<2.0.0"),
        ("VERS:PyPI/|0.0.2||0.0.1|", "vers:pypi/0.0.1|0.0.2"),
        ("vers:npm/=1.0.0", "vers:npm/1.0.0"),
        ("vers:deb/1:1.0%2Bdfsg", "vers:deb/1:1.0%2Bdfsg"),
        ("vers:deb/1:1.0+dfsg", "vers:deb/1:1.0%2Bdfsg"),
        ("vers:generic/%7Cpipe", "vers:generic/%7Cpipe"),
    ] {
        let vers = Vers::parse(text).unwrap();
        assert_eq!(vers.to_string(), canonical);
        assert_eq!(Vers::parse_canonical(canonical).unwrap(), vers);
        if text != canonical {
            assert_eq!(Vers::parse_canonical(text), Err(VersError::NotCanonical { canonical: canonical.to_owned() }));
        }
    }
}

#[test]
fn native_notations() {
    let table = [
        (Scheme::Conan, ">1 <2.0 || ^3.2", "vers:conan/>1|<2.0|>=3.2|<4-"),
        (Scheme::Conan, "~2.5.1, include_prerelease", "vers:conan/>=2.5.1|<2.6-"),
        (Scheme::Conan, "^0.1.2", "vers:conan/>=0.1.2|<0.2-"),
        (Scheme::Gem, "~> 2.0.8", "vers:gem/>=2.0.8|<2.1"),
        (Scheme::Gem, "~> 2", "vers:gem/>=2|<3"),
        (Scheme::Gem, ">= 1.0, != 1.5", "vers:gem/>=1.0|!=1.5"),
        (Scheme::Nuget, "[1.0.0, 2.0.0)", "vers:nuget/>=1.0.0|<2.0.0"),
        (Scheme::Nuget, "(,1.0]", "vers:nuget/<=1.0"),
        (Scheme::Nuget, "[1.0]", "vers:nuget/1.0"),
        (Scheme::Nuget, "1.0", "vers:nuget/>=1.0"),
        (Scheme::Pep440, ">=1.0,<2", "vers:pypi/>=1.0|<2"),
        (Scheme::Openssl, "3.0.0, 1.0.1b", "vers:openssl/1.0.1b|3.0.0"),
    ];
    for (scheme, native, expected) in table {
        assert_eq!(Vers::from_native(scheme, native).unwrap().to_string(), expected, "{native}");
    }
    for (scheme, native) in [
        (Scheme::Conan, "~x"),
        (Scheme::Conan, ""),
        (Scheme::Gem, "~> "),
        (Scheme::Nuget, "[1.0"),
        (Scheme::Nuget, "(1.0)"),
        (Scheme::Pep440, "~=1.0"),
        (Scheme::Openssl, "1.0,,"),
        (Scheme::Deb, ">= 1.0"),
    ] {
        assert!(matches!(Vers::from_native(scheme, native), Err(VersError::Native { .. })), "{scheme} {native:?}");
    }
}

#[test]
fn errors_say_what_is_wrong() {
    let table = [
        ("", VersError::NoScheme),
        ("npm/1.0", VersError::NoScheme),
        ("vers:npm", VersError::NoScheme),
        ("vers:/1.0", VersError::NoScheme),
        ("vers:intdot/1.0", VersError::Unsupported("intdot".into())),
        ("vers:npm/", VersError::Empty),
        ("vers:npm/*|1.0.0", VersError::StarNotAlone),
        ("vers:npm/>=", VersError::NoVersion(">=".into())),
        ("vers:npm/1%2G", VersError::Encoding("1%2G".into())),
        ("vers:npm/>=london", VersError::Unordered { version: "london".into(), scheme: Scheme::Npm }),
        ("vers:generic/>=1.0|<1.0-acme", VersError::Unordered { version: "1.0-acme".into(), scheme: Scheme::Generic }),
    ];
    for (text, error) in table {
        assert_eq!(Vers::parse(text), Err(error), "{text}");
    }
    let error = Vers::parse("vers:intdot/1.0").unwrap_err().to_string();
    assert!(error.starts_with("scheme `intdot` is not supported; supported are alpine, alpm, apk, cargo,"), "{error}");
}

proptest! {
    #![proptest_config(cases(3000))]

    #[test]
    fn printing_and_reading_give_the_same(
        scheme in prop::sample::select(super::NAMES.map(|(name, _)| name).to_vec()),
        items in prop::collection::vec((prop::sample::select(vec!["", "!=", ">", ">=", "<", "<="]), any_version()), 1..5),
    ) {
        let list: Vec<String> = items.iter().map(|(sign, version)| format!("{sign}{}", version.replace('|', ""))).collect();
        if let Ok(vers) = Vers::parse(&format!("vers:{scheme}/{}", list.join("|"))) {
            prop_assert_eq!(Vers::parse_canonical(&vers.to_string()), Ok(vers));
        }
    }

    /// One number: the range is a set of whole numbers, which can be listed.
    #[test]
    fn membership_agrees_with_the_plain_meaning(
        signs in prop::collection::btree_map(0u8..12, prop::sample::select(vec!["", "!=", ">", ">=", "<", "<="]), 1..6),
        asked in 0u8..12,
    ) {
        let list: Vec<String> = signs.iter().map(|(version, sign)| format!("{sign}{version}.0.0")).collect();
        let vers = Vers::parse(&format!("vers:semver/{}", list.join("|"))).unwrap();
        // The specification's walk: an exact mention decides, else the nearest bounds on both sides do.
        let expected = match signs.get(&asked).copied() {
            Some("" | ">=" | "<=") => true,
            Some("!=") => false,
            _ => {
                let bound = |sign: &&str| matches!(*sign, ">" | ">=" | "<" | "<=");
                let below = signs.range(..asked).rev().map(|(_, sign)| *sign).find(|sign| bound(sign));
                let above = signs.range(asked + 1..).map(|(_, sign)| *sign).find(|sign| bound(sign));
                let none = signs.values().all(|sign| *sign == "!=");
                none || below.is_some_and(|sign| sign.starts_with('>')) || above.is_some_and(|sign| sign.starts_with('<'))
            }
        };
        // Where the asked version is itself an exclusive bound, a neighbour of the same direction may still take it in.
        if !matches!(signs.get(&asked), Some(&">" | &"<")) {
            prop_assert_eq!(vers.contains(&format!("{asked}.0.0")), Truth::from(expected), "{} {}", vers, asked);
        }
    }
}

/// Each bound was compared with every other: a quarter of a megabyte took half a minute.
#[test]
fn ranges_of_many_bounds_are_answered() {
    let many =
        |bounds: [&str; 2], times: usize| Vers::parse(&format!("vers:generic/>=1|{}<9", bounds.concat().repeat(times)));
    let range = many(["<2|", ">=3|"], 60_000).unwrap();
    assert_eq!((range.contains("2.5"), range.contains("3")), (Truth::False, Truth::True));
    // Of several classes they are compared one with the other, as long as anybody could have meant it.
    let range = many(["<2-acme|", ">=3|"], 200).unwrap();
    assert_eq!(range.contains("4"), Truth::True);
    assert!(matches!(many(["<2-acme|", ">=3|"], 60_000), Err(VersError::Unordered { .. })), "it is not known");
}
