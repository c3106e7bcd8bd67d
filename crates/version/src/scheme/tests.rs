#![allow(clippy::unwrap_used)]

use super::{Scheme, upstream};

#[test]
fn names_are_read_and_printed() {
    for scheme in Scheme::ALL {
        assert_eq!(scheme.to_string().parse::<Scheme>().unwrap(), scheme);
        assert_eq!(scheme.to_string().to_uppercase().parse::<Scheme>().unwrap(), scheme);
    }
    for (name, scheme) in [("pypi", Scheme::Pep440), ("golang", Scheme::Go), ("Alpine", Scheme::Apk)] {
        assert_eq!(name.parse::<Scheme>().unwrap(), scheme);
    }
}

#[test]
fn an_unknown_name_is_told_the_nearest() {
    for (name, nearest) in [("semvr", "semver"), ("rpms", "rpm"), ("opensll", "openssl"), ("pip", "pypi"), ("", "go")] {
        let error = name.parse::<Scheme>().unwrap_err();
        assert_eq!(error.nearest, nearest, "{name}");
        assert!(error.to_string().contains("generic, semver, npm, pep440 (or pypi), deb, rpm, openssl, maven, gem"));
    }
}

#[test]
fn upstream_leaves_out_what_a_distribution_adds() {
    let table = [
        (Scheme::Deb, "1:2.4.47-2+b1", "2.4.47"),
        (Scheme::Deb, "1.2-3-4", "1.2-3"),
        (Scheme::Deb, "7.50.3", "7.50.3"),
        (Scheme::Rpm, "2:7.50.3-1.fc25", "7.50.3"),
        (Scheme::Rpm, "7.50.3", "7.50.3"),
        (Scheme::Generic, "7.0.4-5", "7.0.4-5"),
        (Scheme::Deb, "no version", "no version"),
        (Scheme::Apk, "1.36.1-r29", "1.36.1"),
        (Scheme::Apk, "1.0-rc", "1.0-rc"),
    ];
    for (scheme, version, expected) in table {
        assert_eq!(upstream(scheme, version), expected, "{scheme} {version}");
    }
}
