//! A plain name that products of several vendors have says of none of them that it is the component.

use proptest::prelude::*;
use ward_model::affected::VersionStatus;
use ward_model::alias::Aliases;
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::Attribute;
use ward_model::finding::{Confidence, MatchReport, State, UnassessedReason};
use ward_model::vulnerability::{Node, VulnerabilityRecord};

use super::statements::{named_product, range, saying, with};
use super::world::*;

const AFFECTED: Option<State> = Some(State::Affected);
const UNKNOWN: Option<State> = Some(State::Unknown);

/// Projects with one stray record under their own name and the others under that of their maker, as NVD has them.
fn strays() -> Vec<VulnerabilityRecord> {
    vec![
        about("CVE-2004-2014", "a:wget:wget", &["=1.9", "=1.9.1"]),
        about("CVE-2014-4877", "a:gnu:wget", &["<=1.15"]),
        about("CVE-1999-1481", "a:squid:squid", &["=2.2"]),
        about("CVE-2016-2569", "a:squid-cache:squid", &["<4.0.6"]),
        about("CVE-2005-2572", "a:mysql:mysql", &["=4.1"]),
        about("CVE-2016-0546", "a:oracle:mysql", &[">=5.7.0 <=5.7.9"]),
        record(
            "CVE-2014-6887",
            vec![only(vec![named(true, "cpe:2.3:a:express:express:2.5.3:*:*:*:*:android:*:*", "")])],
        ),
        record(
            "CVE-2024-29041",
            vec![only(vec![named(true, "cpe:2.3:a:expressjs:express:*:*:*:*:*:node.js:*:*", "<4.19.2")])],
        ),
    ]
}

fn reason_of(report: &MatchReport, component: &str) -> Option<UnassessedReason> {
    report.unassessed.iter().find(|open| open.component.reference.as_str() == component).map(|open| open.reason)
}

#[test]
fn that_a_product_is_its_own_vendor_hides_no_other_product_of_its_name() {
    let world = World::new(strays());
    let table = [
        (plain("wget", "1.15"), "CVE-2014-4877", "CVE-2004-2014"),
        (plain("squid", "3.1"), "CVE-2016-2569", "CVE-1999-1481"),
        (plain("mysql", "5.7.9"), "CVE-2016-0546", "CVE-2005-2572"),
        (plain("Wget", "1.15"), "CVE-2014-4877", "CVE-2004-2014"),
        (with_purl(plain("wget", "1.15-1"), "pkg:deb/debian/wget@1.15-1"), "CVE-2014-4877", "CVE-2004-2014"),
        (
            with_purl(plain("squid-common", "3.1-2"), "pkg:deb/debian/squid-common@3.1-2?upstream=squid"),
            "CVE-2016-2569",
            "CVE-1999-1481",
        ),
    ];
    for (component, found, outside) in table {
        let name = component.name.clone();
        let report = scan(&world, std::slice::from_ref(&component), true);
        let finding = finding_of(&report, &name, found).expect("found");
        assert_eq!((finding.state, finding.confidence), (State::Unknown, Confidence::Name), "{name}");
        assert!(finding.proof.identity.contains("2 vendors have a product of that name"), "{:?}", finding.proof);
        assert_eq!(state_of(&report, &name, outside), None, "{name}: another version");
        assert_eq!(reason_of(&report, &name), Some(UnassessedReason::AmbiguousName), "{name}");
    }
}

#[test]
fn an_origin_an_alias_or_a_name_of_its_own_decides() {
    let world = World::new(strays());
    let state = |component: Component, aliases: &Aliases, vulnerability: &str| {
        let report = scan_with(&world, aliases, std::slice::from_ref(&component), &[], true);
        assert_eq!(report.unassessed, []);
        state_of(&report, &component.name, vulnerability)
    };
    let none = Aliases::default();
    let by_supplier = |version| with_supplier(plain("wget", version), "GNU Project");
    assert_eq!(state(by_supplier("1.15"), &none, "CVE-2014-4877"), AFFECTED);
    assert_eq!(state(by_supplier("1.9"), &none, "CVE-2004-2014"), UNKNOWN, "often the same project under its own name");
    assert_eq!(state(plain("GNU Wget", "1.15"), &none, "CVE-2014-4877"), AFFECTED);
    let both = Aliases::new(vec![alias("wget", &["a:gnu:wget", "a:wget:wget"])]);
    assert_eq!(state(plain("wget", "1.15"), &both, "CVE-2014-4877"), AFFECTED);
    assert_eq!(state(plain("wget", "1.9"), &both, "CVE-2004-2014"), AFFECTED);
    let guessed = |name, cpe| with_cpe(plain(name, "1.15"), cpe);
    let own = guessed("Wget for devices", "cpe:2.3:a:wget:wget:1.15:*:*:*:*:*:*:*");
    assert_eq!(state(own, &both, "CVE-2014-4877"), AFFECTED, "a tool that knew no vendor wrote the name twice");
    let other = guessed("downloader", "cpe:2.3:a:squid:squid:1.15:*:*:*:*:*:*:*");
    assert_eq!(state(other, &both, "CVE-2014-4877"), None);
    let mine = Aliases::new(vec![alias("squid", &["a:squid:squid"])]);
    let theirs = with_supplier(plain("squid", "3.1"), "Squid-Cache.org");
    assert_eq!(state(theirs, &mine, "CVE-2016-2569"), AFFECTED, "an alias does not stand against the origin");
    let acme = World::new([strays(), vec![about("CVE-1", "a:acme:wget", &["<9"])]].concat());
    let report = scan(&acme, &[by_supplier("1.15")], true);
    assert_eq!(state_of(&report, "wget", "CVE-1"), None, "it is somebody else's");
}

#[test]
fn a_package_of_a_language_is_assessed_by_its_ecosystem_alone() {
    let express = with_purl(plain("express", "4.16.0"), "pkg:npm/express@4.16.0");
    let mut world = World::new(strays());
    let report = scan(&world, std::slice::from_ref(&express), true);
    assert_eq!(state_of(&report, "express", "CVE-2024-29041"), UNKNOWN);
    assert_eq!(reason_of(&report, "express"), Some(UnassessedReason::NoDataForEcosystem));
    // A record that says that it means the package is no feed of packages.
    let lodash = World::new(vec![record(
        "CVE-1",
        vec![only(vec![named(true, "cpe:2.3:a:lodash:lodash:*:*:*:*:*:node.js:*:*", "<4.17.12")])],
    )]);
    let report = scan(&lodash, &[with_purl(plain("lodash", "4.17.4"), "pkg:npm/lodash@4.17.4")], true);
    assert_eq!(state_of(&report, "lodash", "CVE-1"), AFFECTED);
    assert_eq!(reason_of(&report, "lodash"), Some(UnassessedReason::NoDataForEcosystem));
    // Its own feed knows which of them is the package.
    world.covered.push(("npm", None));
    let report = scan(&world, std::slice::from_ref(&express), true);
    assert_eq!((report.findings.len(), report.unassessed.len()), (0, 0), "{report:?}");
    // Nor is one that names a product of that name in words.
    let words = with(named_product("redis", "redis"), vec![range("npm", "<9", VersionStatus::Affected, &[])]);
    let world =
        World::new(vec![about("CVE-1", "a:redis:redis", &["<1"]), saying("CVE-2", "cve5", &[], vec![words.clone()])]);
    let redis = with_purl(plain("redis", "5.0.1"), "pkg:pypi/redis@5.0.1");
    let report = scan(&world, &[redis], true);
    assert_eq!(reason_of(&report, "redis"), Some(UnassessedReason::NoDataForEcosystem));
    // That is no evidence either where another vendor has a product of that name.
    let world = World::new(vec![about("CVE-1", "a:acme:redis", &["<1"]), saying("CVE-2", "cve5", &[], vec![words])]);
    let report = scan(&world, &[plain("redis", "5")], true);
    assert_eq!(reason_of(&report, "redis"), Some(UnassessedReason::NoIdentity));
}

#[test]
fn what_may_be_another_thing_neither_supplies_nor_excludes_a_platform() {
    let needs = |negate| {
        record(
            "CVE-1",
            vec![all_of(vec![
                any_of(vec![criterion(true, "a:acme:tool", "<2")]),
                Node { negate, ..any_of(vec![criterion(false, "a:guard:guard", "*")]) },
            ])],
        )
    };
    for negate in [false, true] {
        let alone = World::new(vec![needs(negate), about("CVE-2", "a:guard:guard", &["=9"])]);
        let two = World::new(vec![needs(negate), about("CVE-2", "a:other:guard", &["=9"])]);
        let components = [exact("a:acme:tool", "1"), plain("guard", "1")];
        let state = |world| state_of(&scan(world, &components, true), "tool", "CVE-1");
        assert_eq!(state(&alone), if negate { Some(State::NotAffected) } else { AFFECTED });
        assert_eq!(state(&two), UNKNOWN, "negated: {negate}");
    }
    // A platform that only a namesake could be stands for nothing missing.
    let windows = record(
        "CVE-1",
        vec![all_of(vec![
            any_of(vec![criterion(true, "a:acme:tool", "<2")]),
            any_of(vec![criterion(false, "o:microsoft:windows", "-")]),
        ])],
    );
    let world =
        World::new(vec![windows, about("CVE-2", "o:ouros:ouros", &["=9"]), about("CVE-3", "o:other:ouros", &["=9"])]);
    let mut os = plain("ouros", "1");
    os.kind = ComponentKind::OperatingSystem;
    assert_eq!(state_of(&scan(&world, &[exact("a:acme:tool", "1"), os], true), "tool", "CVE-1"), UNKNOWN);
}

/// A component that says nothing of its origin but in its name.
fn component() -> impl Strategy<Value = Component> {
    (prop::sample::select(&["1", "2", "3", ""][..]), 0..6).prop_map(|(version, kind)| {
        let at = if version.is_empty() { String::new() } else { format!("@{version}") };
        let purl = |name: &str, text: &str| with_purl(plain(name, version), text);
        match kind {
            0 => plain("thing", version),
            1 => purl("thing", &format!("pkg:deb/debian/thing{at}")),
            2 => purl("libthing1", &format!("pkg:deb/debian/libthing1{at}?upstream=thing")),
            3 => purl("thing", &format!("pkg:npm/thing{at}")),
            4 => purl("thing", &format!("pkg:generic/thing{at}")),
            _ => exact("a:thing:thing", if version.is_empty() { "*" } else { version }),
        }
    })
}

const PRODUCTS: [&str; 5] =
    ["a:thing:thing", "a:thing_project:thing", "a:acme:thing", "o:acme:thing", "a:example:thing"];

fn products() -> impl Strategy<Value = Vec<VulnerabilityRecord>> {
    let one = (prop::sample::select(&PRODUCTS[..]), prop::sample::select(&["<2", "=2", "*", ">=1"][..]), any::<bool>());
    prop::collection::vec(one, 0..4).prop_map(|all| {
        let one = |(number, (product, versions, node)): (usize, (&str, &str, bool))| {
            let mut criterion = criterion(true, product, versions);
            if node {
                criterion.cpe.target_sw = Attribute::Value("node.js".into());
            }
            record(&format!("CVE-{number}"), vec![only(vec![criterion])])
        };
        all.into_iter().enumerate().map(one).collect()
    })
}

proptest! {
    #![proptest_config(super::laws::cases(400))]

    /// Law 3 for names: one more product of that name, of whatever vendor, hides nothing.
    #[test]
    fn one_more_namesake_hides_nothing(records in products(), component in component(), vendor in "(zeta|alpha|thing_project|thing)", covered in any::<bool>()) {
        let world = |records: Vec<VulnerabilityRecord>| {
            let mut world = World::new(records);
            world.covered = if covered { vec![("npm", None), ("debian", None)] } else { Vec::new() };
            world
        };
        // A product that the component says it is does settle which.
        prop_assume!(component.cpes.is_empty() || vendor != "thing");
        let before = scan(&world(records.clone()), std::slice::from_ref(&component), true);
        let more = about("CVE-9", &format!("a:{vendor}:thing"), &["<2"]);
        let own = records.is_empty();
        let after = scan(&world([records, vec![more]].concat()), std::slice::from_ref(&component), true);
        for finding in &before.findings {
            let id = finding.vulnerability.id.as_str();
            let now = state_of(&after, &component.name, id);
            prop_assert!(matches!(now, Some(State::Affected | State::Unknown)), "{} became {:?}", id, now);
        }
        // The first product of a name may be what it is; a further one never settles which.
        prop_assert!(own || before.unassessed.is_empty() || !after.unassessed.is_empty(), "{:?}", before.unassessed);
    }
}

#[test]
fn a_package_of_the_makers_of_jenkins_runs_in_jenkins() {
    let world = World::new(vec![record(
        "CVE-2021-21648",
        vec![only(vec![named(true, "cpe:2.3:a:jenkins:credentials:*:*:*:*:*:jenkins:*:*", "<=2.3.18")])],
    )]);
    let table = [
        ("pkg:maven/org.jenkins-ci.plugins/credentials@2.3.15", AFFECTED),
        ("pkg:maven/org.jenkins-ci.plugins/credentials@2.3.19", None),
        // Of the same name, by somebody else.
        ("pkg:maven/org.example/credentials@2.3.15", None),
        ("pkg:npm/credentials@2.3.15", None),
    ];
    for (purl, expected) in table {
        let version = purl.rsplit('@').next().unwrap_or_default();
        let component = with_purl(plain("credentials", version), purl);
        let report = scan(&world, std::slice::from_ref(&component), true);
        assert_eq!(state_of(&report, "credentials", "CVE-2021-21648"), expected, "{purl}");
    }
}
