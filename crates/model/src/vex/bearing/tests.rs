//! What a statement means in an inventory: a table, one line for each way of naming.

use super::{Bearing, Fit, Listed, Whole};
use crate::component::{Component, Hash};
use crate::cpe::Cpe;
use crate::purl::Purl;
use crate::vex::{Conclusion, Identity, Justification, Product, Statement, Status, VersionScope};

fn purl(text: &str) -> Purl {
    Purl::parse(text).unwrap()
}

fn inventory() -> Vec<Component> {
    let named = |reference: &str, name: &str, version: &str| Component {
        version: Some(version.to_owned()),
        ..Component::named(reference.into(), name)
    };
    vec![
        Component {
            purl: Some(purl("pkg:deb/debian/openssl@1.0.1f-1?arch=amd64")),
            cpes: vec![Cpe::parse("cpe:2.3:a:openssl:openssl:1.0.1:f:*:*:*:*:*:*").unwrap()],
            ..named("0", "openssl", "1.0.1f-1")
        },
        named("1", "rtos", "3.2"),
        Component { parent: Some("1".into()), ..named("2", "tls", "2.0") },
        Component {
            hashes: vec![Hash { algorithm: "SHA-256".to_owned(), value: "ab".repeat(32) }],
            ..named("3", "tls", "2.0")
        },
        Component::named("4".into(), "unversioned"),
    ]
}

fn identity(change: impl FnOnce(&mut Identity)) -> Identity {
    let mut identity = Identity::default();
    change(&mut identity);
    identity
}

fn name(name: &str, version: Option<&str>) -> Identity {
    Identity { name: Some(name.to_owned()), version: version.map(str::to_owned), ..Identity::default() }
}

fn by_purl(text: &str) -> Identity {
    identity(|identity| identity.purls = vec![text.to_owned()])
}

fn by_cpe(text: &str) -> Identity {
    identity(|identity| identity.cpes = vec![text.to_owned()])
}

fn scope(text: &str, range: bool, status: Option<&str>) -> VersionScope {
    VersionScope { text: text.to_owned(), range, status: status.map(str::to_owned) }
}

fn statement(products: Vec<Product>) -> Statement {
    Statement {
        products,
        justification: Some(Justification::VulnerableCodeNotPresent),
        ..Statement::new("CVE-2026-0001".into(), Status::NotAffected)
    }
}

fn bearings(products: Vec<Product>) -> Vec<Bearing> {
    let components = inventory();
    let pump = Whole { name: "LVP-200".to_owned(), version: Some("4.1".to_owned()), purls: Vec::new() };
    Listed::new(&components, vec![pump], Some("urn:uuid:11")).bearings(&statement(products))
}

#[test]
fn a_component_is_named_exactly_or_loosely() {
    let whole = |identity: Identity| Product { identity, components: Vec::new() };
    for (identity, expected) in [
        (by_purl("pkg:deb/debian/openssl@1.0.1f-1"), vec![(0, Fit::Exact)]),
        (by_purl("pkg:deb/debian/openssl@1.0.1f-1?arch=amd64"), vec![(0, Fit::Exact)]),
        (identity(|it| it.reference = Some("pkg:deb/debian/openssl@1.0.1f-1".into())), vec![(0, Fit::Exact)]),
        // Another build, another version, another package.
        (by_purl("pkg:deb/debian/openssl@1.0.1f-1?arch=armhf"), vec![]),
        (by_purl("pkg:deb/debian/openssl@1.0.1g-1"), vec![]),
        (by_purl("pkg:deb/ubuntu/openssl@1.0.1f-1"), vec![]),
        // What ours does not say cannot be compared.
        (by_purl("pkg:deb/debian/openssl@1.0.1f-1?distro=bookworm"), vec![(0, Fit::Loose)]),
        (by_purl("pkg:deb/debian/openssl"), vec![(0, Fit::Unversioned)]),
        (
            identity(|it| {
                it.purls = vec!["pkg:deb/debian/openssl".into()];
                it.version = Some("1.0.1f-1".into());
            }),
            vec![(0, Fit::Exact)],
        ),
        (by_cpe("cpe:2.3:a:openssl:openssl:1.0.1:f:*:*:*:*:*:*"), vec![(0, Fit::Exact)]),
        (by_cpe("cpe:2.3:a:openssl:openssl:1.0.1:*:*:*:*:*:*:*"), vec![(0, Fit::Unversioned)]),
        (by_cpe("cpe:2.3:a:openssl:openssl:1.0.*:*:*:*:*:*:*:*"), vec![(0, Fit::Unversioned)]),
        (by_cpe("cpe:2.3:a:openssl:openssl:1.0.1:g:*:*:*:*:*:*"), vec![]),
        // Two identities of which one means another version.
        (
            identity(|it| {
                it.purls = vec!["pkg:deb/debian/openssl@1.0.1f-1".into()];
                it.cpes = vec!["cpe:2.3:a:openssl:openssl:1.0.2:*:*:*:*:*:*:*".into()];
            }),
            vec![(0, Fit::Loose)],
        ),
        (name("rtos", Some("3.2")), vec![(1, Fit::Exact)]),
        (name("rtos", None), vec![(1, Fit::Unversioned)]),
        (name("rtos", Some("3.3")), vec![]),
        (name("RTOS", Some("3.2")), vec![]),
        // Of a version that nobody knows it may be meant.
        (name("unversioned", Some("1")), vec![(4, Fit::Unversioned)]),
        // A digest says which of two is meant.
        (
            Identity { hashes: vec![("sha256".to_owned(), "AB".repeat(32))], ..name("tls", Some("2.0")) },
            vec![(2, Fit::Exact), (3, Fit::Exact)],
        ),
        (
            Identity { hashes: vec![("SHA-256".to_owned(), "cd".repeat(32))], ..name("tls", Some("2.0")) },
            vec![(2, Fit::Exact), (3, Fit::Loose)],
        ),
        (identity(|it| it.reference = Some("urn:cdx:11/1#1".into())), vec![(1, Fit::Loose)]),
        (identity(|it| it.reference = Some("urn:cdx:12/1#1".into())), vec![]),
        (Identity { versions: vec![scope("3.2", false, None)], ..name("rtos", None) }, vec![(1, Fit::Exact)]),
        (Identity { versions: vec![scope("3.1", false, None)], ..name("rtos", None) }, vec![]),
        (
            Identity { versions: vec![scope("vers:semver/<3.3.0", true, None)], ..name("rtos", None) },
            vec![(1, Fit::Loose)],
        ),
        (Identity::default(), vec![]),
    ] {
        let found: Vec<(usize, Fit)> =
            bearings(vec![whole(identity.clone())]).into_iter().map(|one| (one.component.unwrap(), one.fit)).collect();
        assert_eq!(found, expected, "{identity:?}");
    }
}

#[test]
fn a_part_is_meant_in_its_whole() {
    let within = |identity: Identity, part: Identity| Product { identity, components: vec![part] };
    for (product, expected) in [
        // The whole by its version says which version of the part.
        (within(name("LVP-200", Some("4.1")), name("tls", None)), vec![(Some(2), Fit::Exact), (Some(3), Fit::Exact)]),
        (within(name("LVP-200 4.1", None), by_purl("pkg:deb/debian/openssl")), vec![(Some(0), Fit::Exact)]),
        (within(name("LVP-200", Some("4.2")), name("tls", None)), vec![]),
        (within(name("LVP-200", None), name("rtos", Some("3.2"))), vec![(Some(1), Fit::Loose)]),
        (within(name("OTHER-1", Some("4.1")), name("rtos", Some("3.2"))), vec![]),
        // Only what is nested in it is in it.
        (within(name("rtos", Some("3.2")), name("tls", Some("2.0"))), vec![(Some(2), Fit::Exact)]),
        (within(name("rtos", Some("3.2")), name("unversioned", None)), vec![]),
        // Nothing is said of what it is in.
        (within(Identity::default(), name("rtos", Some("3.2"))), vec![(Some(1), Fit::Exact)]),
        (Product { identity: name("LVP-200", Some("4.1")), components: Vec::new() }, vec![(None, Fit::Exact)]),
    ] {
        let found: Vec<(Option<usize>, Fit)> =
            bearings(vec![product.clone()]).into_iter().map(|one| (one.component, one.fit)).collect();
        assert_eq!(found, expected, "{product:?}");
    }
    assert_eq!(bearings(Vec::new()), []);
}

/// What is said of single versions outweighs what is said in general, and clears nothing by itself.
#[test]
fn versions_of_their_own() {
    let says = |status: Status, of: &str| {
        let components = inventory();
        let listed = Listed::new(&components, Vec::new(), None);
        let identity = Identity { versions: vec![scope("3.2", false, Some(of))], ..name("rtos", None) };
        let statement = Statement { status, ..statement(vec![Product { identity, components: Vec::new() }]) };
        listed.bearings(&statement).first().map(|bearing| bearing.says)
    };
    assert_eq!(says(Status::NotAffected, "affected"), Some(Conclusion::Affected));
    assert_eq!(says(Status::NotAffected, "unknown"), Some(Conclusion::UnderInvestigation));
    assert_eq!(says(Status::NotAffected, "unaffected"), Some(Conclusion::NotAffected));
    assert_eq!(says(Status::Affected, "unaffected"), None);
    assert_eq!(says(Status::Affected, "affected"), Some(Conclusion::Affected));
}
