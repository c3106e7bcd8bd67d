//! What a statement means in an inventory: a table, one line for each way of naming.

use super::{Bearing, Fit, Listed, Whole};
use crate::component::{Component, Hash, Patch};
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

/// Of a component that gives several versions it cannot be told which it is: a statement on one of them clears nothing, and one to the
/// worse is heard of each.
#[test]
fn a_component_that_contradicts_itself_is_named_by_no_version() {
    let component = |version: &str, url: &str, more: &[&str], cpe: &str| Component {
        version: (!version.is_empty()).then(|| version.to_owned()),
        purl: (!url.is_empty()).then(|| purl(url)),
        other_purls: more.iter().map(|text| purl(text)).collect(),
        cpes: (!cpe.is_empty()).then(|| Cpe::parse(cpe).unwrap()).into_iter().collect(),
        ..Component::named("0".into(), "lwip")
    };
    let (old, new) = ("cpe:2.3:a:lwip:lwip:1.4.1:*:*:*:*:*:*:*", "cpe:2.3:a:lwip:lwip:2.2.0:*:*:*:*:*:*:*");
    let stated = "pkg:generic/lwip@2.2.0";
    let named = Identity { versions: vec![scope("2.2.0", false, None)], ..name("lwip", None) };
    for (component, identity, expected) in [
        (component("1.4.1", stated, &[], ""), by_purl(stated), Fit::Loose),
        (component("1.4.1", stated, &[], ""), named.clone(), Fit::Loose),
        (component("1.4.1", stated, &[], ""), name("lwip", Some("2.2.0")), Fit::Loose),
        (component("1.4.1", "", &[], new), by_cpe(new), Fit::Loose),
        (component("", stated, &[], old), by_purl(stated), Fit::Loose),
        (component("2.2.0", stated, &["pkg:generic/lwip@1.4.1"], ""), by_purl(stated), Fit::Loose),
        // Nor can two versions be told to be one that have no order.
        (component("trunk", stated, &[], ""), by_purl(stated), Fit::Loose),
        (component("2.2.0", stated, &["pkg:generic/lwip@2.2.0"], new), by_purl(stated), Fit::Exact),
        (component("2.2.0", stated, &[], new), named, Fit::Exact),
        (component("", stated, &[], ""), by_purl(stated), Fit::Exact),
        (component("v2.2.0", stated, &[], new), by_purl(stated), Fit::Exact),
    ] {
        let components = vec![component];
        let product = Product { identity, components: Vec::new() };
        let found = Listed::new(&components, Vec::new(), None).bearings(&statement(vec![product]));
        let fits: Vec<Fit> = found.into_iter().map(|one| one.fit).collect();
        assert_eq!(fits, [expected], "{components:?}");
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

/// What narrows a product, or cannot be compared, makes a statement on some of it none on ours.
#[test]
fn what_is_narrower_is_not_exact() {
    let rtos = |change: &dyn Fn(&mut Identity)| {
        let mut identity = name("rtos", Some("3.2"));
        change(&mut identity);
        Product { identity, components: Vec::new() }
    };
    let narrowed = |it: &mut Identity| it.narrowed.push("service pack SP3".to_owned());
    let device = |identity: Identity| Product { identity, components: vec![name("rtos", None)] };
    for (product, fit) in [
        (rtos(&|_| {}), Fit::Exact),
        (rtos(&narrowed), Fit::Loose),
        (device(name("LVP-200", Some("4.1"))), Fit::Exact),
        (device(Identity { narrowed: vec!["serial numbers".to_owned()], ..name("LVP-200", Some("4.1")) }), Fit::Loose),
        (
            device(Identity {
                cpes: vec!["cpe:2.3:h:acme:lvp-200:4.1:*:*:*:*:*:*:*".into()],
                ..name("LVP-200", Some("4.1"))
            }),
            Fit::Exact,
        ),
        (
            device(Identity {
                cpes: vec!["cpe:2.3:h:acme:lvp-200:4.1:sp3:*:*:*:*:*:*".into()],
                ..name("LVP-200", Some("4.1"))
            }),
            Fit::Loose,
        ),
        (
            device(Identity {
                cpes: vec!["cpe:2.3:h:acme:lvp-200:4.1:*:*:*:*:*:arm:*".into()],
                ..name("LVP-200", Some("4.1"))
            }),
            Fit::Loose,
        ),
        (
            device(Identity {
                cpes: vec!["cpe:2.3:h:acme:lvp-200:4.2:*:*:*:*:*:*:*".into()],
                ..name("LVP-200", Some("4.1"))
            }),
            Fit::Loose,
        ),
        (device(Identity { cpes: vec!["no name".into()], ..name("LVP-200", Some("4.1")) }), Fit::Loose),
        (
            device(Identity { purls: vec!["pkg:generic/lvp@4.1?arch=arm".into()], ..name("LVP-200", Some("4.1")) }),
            Fit::Loose,
        ),
        (device(Identity { narrowed: vec!["serial numbers".to_owned()], ..name("LVP-200 4.1", None) }), Fit::Loose),
    ] {
        let found = bearings(vec![product.clone()]);
        let fits: Vec<Fit> = found.iter().filter(|one| one.component == Some(1)).map(|one| one.fit).collect();
        assert_eq!(fits, [fit], "{product:?}");
    }
    // A part that is narrowed in a whole that is not.
    let part = Identity { narrowed: vec!["patch level 2".to_owned()], ..name("rtos", Some("3.2")) };
    let found = bearings(vec![Product { identity: name("LVP-200", Some("4.1")), components: vec![part] }]);
    assert_eq!(found.iter().map(|one| one.fit).collect::<Vec<_>>(), [Fit::Loose]);
    // A change that ours has, too.
    let patched = |ours: &[&str], theirs: &[&str]| {
        let patch = |id: &&str| Patch { kind: Some("backport".to_owned()), resolves: vec![(*id).to_owned()] };
        let components = [Component {
            version: Some("3.2".to_owned()),
            patches: ours.iter().map(patch).collect(),
            ..Component::named("1".into(), "rtos")
        }];
        let theirs = Component { patches: theirs.iter().map(patch).collect(), ..Component::named("x".into(), "rtos") }
            .narrowing();
        let product = rtos(&|it| it.narrowed.clone_from(&theirs));
        Listed::new(&components, Vec::new(), None).bearings(&statement(vec![product])).first().map(|one| one.fit)
    };
    assert_eq!(patched(&[], &["CVE-1"]), Some(Fit::Loose));
    assert_eq!(patched(&["CVE-1"], &["CVE-1"]), Some(Fit::Exact));
    assert_eq!(patched(&["CVE-1", "CVE-2"], &["CVE-2"]), Some(Fit::Exact));
    assert_eq!(patched(&["CVE-1"], &["CVE-2"]), Some(Fit::Loose));
}

/// A list of versions may contradict itself, in any order: the worst counts.
#[test]
fn of_several_versions_the_worst_counts() {
    let fine = scope("3.2", false, Some("unaffected"));
    let bad = scope("3.2", false, Some("affected"));
    let range = |status| scope("vers:generic/>=1.0|<=4.0", true, Some(status));
    for (scopes, expected) in [
        (vec![fine.clone()], (Fit::Exact, Conclusion::NotAffected)),
        (vec![fine.clone(), bad.clone()], (Fit::Exact, Conclusion::Affected)),
        (vec![fine.clone(), range("affected")], (Fit::Loose, Conclusion::Affected)),
        (vec![fine.clone(), range("unknown")], (Fit::Loose, Conclusion::UnderInvestigation)),
        (vec![fine.clone(), range("unaffected")], (Fit::Exact, Conclusion::NotAffected)),
        (vec![fine.clone(), scope("", true, Some("affected"))], (Fit::Loose, Conclusion::Affected)),
        (vec![range("affected"), range("unaffected")], (Fit::Loose, Conclusion::Affected)),
        (vec![fine, scope("3.1", false, Some("affected"))], (Fit::Exact, Conclusion::NotAffected)),
    ] {
        for scopes in [scopes.clone(), scopes.into_iter().rev().collect()] {
            let identity = Identity { versions: scopes, ..name("rtos", None) };
            let found = bearings(vec![Product { identity: identity.clone(), components: Vec::new() }]);
            let said: Vec<(Fit, Conclusion)> = found.iter().map(|one| (one.fit, one.says)).collect();
            assert_eq!(said, [expected], "{identity:?}");
        }
    }
}

/// How people write a product who know no names for machines: it is heard, and never exact.
#[test]
fn plain_names_are_heard_loosely() {
    let by_reference = |text: &str| identity(|it| it.reference = Some(text.to_owned()));
    for (identity, expected) in [
        (by_reference("rtos"), vec![Some(1)]),
        (by_reference("rtos 3.2"), vec![Some(1)]),
        (by_reference("rtos@3.2"), vec![Some(1)]),
        (by_reference("rtos-v3.2"), vec![Some(1)]),
        (by_reference("rtos 3.3"), vec![]),
        (by_reference("rtos "), vec![Some(1)]),
        // The reference in our SBOM.
        (by_reference("3"), vec![Some(3)]),
        (by_reference("LVP-200"), vec![None]),
        (by_reference("LVP-200 4.1"), vec![None]),
        (by_reference("LVP-200 4.2"), vec![]),
        (by_reference("pkg:generic/rtos@3.2"), vec![Some(1)]),
        (by_reference("pkg:generic/rtos@3.1"), vec![]),
        (by_cpe("cpe:2.3:o:acme:rtos:3.2:*:*:*:*:*:*:*"), vec![Some(1)]),
        (by_cpe("cpe:2.3:o:acme:rtos:*:*:*:*:*:*:*:*"), vec![Some(1)]),
        (by_cpe("cpe:2.3:o:acme:rtos:3.3:*:*:*:*:*:*:*"), vec![]),
        // What can be compared is: another package of that name is another one.
        (by_purl("pkg:npm/openssl@1.0.1f-1"), vec![]),
        // A product's own reference is none where the product has a name.
        (Identity { reference: Some("rtos".to_owned()), ..name("other", None) }, vec![]),
    ] {
        let found = bearings(vec![Product { identity: identity.clone(), components: Vec::new() }]);
        let places: Vec<Option<usize>> = found.iter().map(|one| one.component).collect();
        assert_eq!(places, expected, "{identity:?}");
        assert!(found.iter().all(|one| one.fit == Fit::Loose), "{found:?}");
    }
}
