use std::sync::Arc;

use super::{TrustScope, TrustedIssuer, VexFile, moment, supersede};
use crate::digest::Digest;
use crate::vex::VexDocument;

#[test]
fn moments_are_compared_and_not_guessed() {
    assert!(moment("2026-01-01") < moment("2026-01-01T00:00:01Z"));
    assert_eq!(moment("2026-01-01T02:00:00+02:00"), moment("2026-01-01"));
    for unreadable in ["", "yesterday", "2026", "01/02/2026", "2026-01-01T10:00:00"] {
        assert_eq!(moment(unreadable), None, "{unreadable}");
    }
}

/// Of the versions of one document the newest counts to the better; where that cannot be told, none does.
#[test]
fn one_version_of_a_document_takes_the_place_of_the_others() {
    let by = |id: &str| TrustedIssuer {
        id: id.to_owned(),
        name: id.to_owned(),
        namespace: None,
        scope: TrustScope::Everything,
        from: None,
        until: None,
        why: String::new(),
    };
    let file = |(place, (id, version, on)): (usize, &(&str, &str, &str))| VexFile {
        path: place.to_string(),
        digest: Digest::of(format!("{id} {version} {on}").as_bytes()),
        document: Arc::new(VexDocument {
            id: (!id.is_empty()).then(|| (*id).to_owned()),
            version: (!version.is_empty()).then(|| (*version).to_owned()),
            issued: (!on.is_empty()).then(|| (*on).to_owned()),
            ..VexDocument::default()
        }),
        trusted: Some(by("acme")),
        superseded: None,
    };
    let superseded = |documents: &[(&str, &str, &str)]| {
        let mut files: Vec<VexFile> = documents.iter().enumerate().map(file).collect();
        supersede(&mut files);
        let mut turned: Vec<VexFile> = documents.iter().enumerate().map(file).rev().collect();
        supersede(&mut turned);
        let found: Vec<bool> = files.iter().map(|file| file.superseded.is_some()).collect();
        assert_eq!(found, turned.iter().rev().map(|file| file.superseded.is_some()).collect::<Vec<_>>());
        found
    };
    for (documents, expected) in [
        (&[("a", "1", "2026-01-01"), ("a", "2", "2026-01-02")][..], &[true, false][..]),
        (&[("a", "1", ""), ("a", "2", "")], &[true, false]),
        (&[("a", "1.9", "2026-01-01"), ("a", "1.10.0", "2026-01-01")], &[true, false]),
        (&[("a", "1", "2026-01-01"), ("a", "3", "2026-01-02"), ("a", "2", "2026-01-03")], &[true, true, true]),
        (&[("a", "1", "2026-01-01"), ("a", "3", "2026-01-03"), ("a", "2", "2026-01-02")], &[true, false, true]),
        // Not to be told.
        (&[("a", "1", "2026-01-01"), ("a", "1", "2026-01-02")], &[true, true]),
        (&[("a", "1", "2026-01-02"), ("a", "2", "2026-01-01")], &[true, true]),
        (&[("a", "", "2026-01-01"), ("a", "", "2026-01-02")], &[true, true]),
        (&[("a", "1", "2026-01-01"), ("a", "2-draft", "2026-01-02")], &[true, true]),
        (&[("a", "1.0", "2026-01-01"), ("a", "1", "2026-01-02")], &[true, true]),
        // Copies, and other documents.
        (&[("a", "1", "2026-01-01"), ("a", "1", "2026-01-01")], &[false, false]),
        (&[("a", "1", "2026-01-01"), ("b", "2", "2026-01-02")], &[false, false]),
        (&[("", "1", "2026-01-01"), ("", "2", "2026-01-02")], &[false, false]),
    ] {
        assert_eq!(superseded(documents), expected, "{documents:?}");
    }
    let mut two: Vec<VexFile> = [("a", "1", ""), ("a", "2", "")].iter().enumerate().map(file).collect();
    two[0].trusted = Some(by("other"));
    supersede(&mut two);
    assert!(two.iter().all(|file| file.superseded.is_none()), "another issuer's document of that name");
}
