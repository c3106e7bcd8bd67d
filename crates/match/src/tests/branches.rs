//! A build of the kernel that names its branch may be any version of it.

use proptest::prelude::*;
use ward_model::affected::VersionStatus::{Affected, Unaffected};
use ward_model::affected::{AffectedProduct, VersionStatement};
use ward_model::component::Component;
use ward_model::finding::State;

use super::statements::{listed, named_product, of_cpe, range, saying, with};
use super::world::*;

const AFFECTED: Option<State> = Some(State::Affected);
const UNKNOWN: Option<State> = Some(State::Unknown);

const KERNEL: &str = "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*";

fn kernel(version: &str) -> Component {
    exact("o:linux:linux_kernel", version)
}

fn state(world: &World, component: &Component) -> Option<State> {
    let report = scan(world, std::slice::from_ref(component), true);
    assert_eq!(report.unassessed, []);
    state_of(&report, &component.name, "CVE-1")
}

#[test]
fn a_weakness_that_a_back_port_brought_in_may_be_in_a_build() {
    // As CVE-2025-21673: brought into the branch after its beginning.
    let table = [
        ("5.15.99", ">=5.15.3 <6.6.74", AFFECTED),
        ("5.15.0", ">=5.15.3 <6.6.74", None),
        ("5.15.0-76-generic", ">=5.15.3 <6.6.74", UNKNOWN),
        ("5.10.0-23-amd64", ">=5.10.150 <5.10.190", UNKNOWN),
        ("4.18.0-477.el8", ">=4.18.7 <4.19.2", UNKNOWN),
        ("2.6.32-431.el6", ">=2.6.32.5 <2.6.32.60", UNKNOWN),
        ("5.15.0-76-generic", "=5.15.60", UNKNOWN),
        ("5.15.0-76-generic", ">=5.10 <5.17", UNKNOWN),
        ("5.15.0-76-generic", "<5.15", None),
        ("5.15.0-76-generic", "<=5.14.21", None),
        ("5.15.0-76-generic", ">=5.16 <5.17", None),
        ("5.15.0-76-generic", "=5.16.60", None),
    ];
    for (version, versions, expected) in table {
        let world = World::new(vec![about("CVE-1", "o:linux:linux_kernel", &[versions])]);
        assert_eq!(state(&world, &kernel(version)), expected, "{version} {versions}");
        // The same in statements, by name and by CPE name.
        let statement = match versions.strip_prefix('=') {
            Some(version) => listed(&[version]),
            None => range("semver", versions, Affected, &[]),
        };
        for product in [named_product("Linux", "Linux"), of_cpe(KERNEL)] {
            let world = World::new(vec![saying("CVE-1", "cve5", &[], vec![with(product, vec![statement.clone()])])]);
            assert_eq!(state(&world, &kernel(version)), expected, "stated: {version} {versions}");
        }
    }
    let world = World::new(vec![about("CVE-1", "o:linux:linux_kernel", &[">=5.15.3 <6.6.74"])]);
    let report = scan(&world, &[kernel("5.15.0-76-generic")], true);
    let notes = report.findings[0].proof.environment.join("; ");
    assert!(notes.contains("branch 5.15 (of 5.15.0-76-generic, which does not say which)"), "{notes}");
}

#[test]
fn a_package_of_a_distribution_names_its_branch_as_well() {
    let world = World::new(vec![about("CVE-1", "o:linux:linux_kernel", &[">=5.15.3 <6.6.74"])]);
    let aliases = ward_model::alias::Aliases::new(vec![alias("linux", &["o:linux:linux_kernel"])]);
    let component = with_purl(plain("linux", "5.15.0-76.83"), "pkg:deb/ubuntu/linux@5.15.0-76.83");
    let report = scan_with(&world, &aliases, &[component], &[], true);
    assert_eq!(state_of(&report, "linux", "CVE-1"), UNKNOWN);
    // Other products have releases of the number nought.
    let world = World::new(vec![about("CVE-1", "a:acme:tool", &[">=5.15.3 <6.6.74"])]);
    assert_eq!(state(&world, &exact("a:acme:tool", "5.15.0-76")), None);
}

#[test]
fn one_that_knows_its_version_better_settles_it() {
    let world = World::new(vec![about("CVE-1", "o:linux:linux_kernel", &[">=5.15.3 <5.15.20"])]);
    let precise = |written: &str, cpe: &str| {
        with_cpe(plain("linux_kernel", written), &format!("cpe:2.3:o:linux:linux_kernel:{cpe}:*:*:*:*:*:*:*"))
    };
    assert_eq!(state(&world, &precise("5.15.0-76-generic", "5.15.99")), None, "a version of that branch");
    assert_eq!(state(&world, &precise("5.16.0-76-generic", "5.15.99")), None, "neither may be meant");
    assert_eq!(state(&world, &precise("5.15.0-76-generic", "5.16.1")), UNKNOWN, "it contradicts itself");
}

fn bound() -> impl Strategy<Value = String> {
    (prop::sample::select(&["5.14", "5.15", "5.16"][..]), prop::option::of(0u8..9))
        .prop_map(|(branch, patch)| patch.map_or_else(|| branch.to_owned(), |patch| format!("{branch}.{patch}")))
}

fn products() -> impl Strategy<Value = Vec<AffectedProduct>> {
    let status = || prop::sample::select(&[Affected, Unaffected][..]);
    let one = prop_oneof![
        (bound(), bound(), status(), prop::option::of((bound(), status()))).prop_map(|(low, high, status, change)| {
            let changes: Vec<(&str, _)> = change.iter().map(|(at, status)| (at.as_str(), *status)).collect();
            range("semver", &format!(">={low} <={high}"), status, &changes)
        }),
        prop::collection::vec(bound(), 1..4)
            .prop_map(|versions| listed(&versions.iter().map(String::as_str).collect::<Vec<_>>())),
    ];
    let versions = prop::collection::vec(one, 1..3);
    let product = (versions, status()).prop_map(|(versions, default_status): (Vec<VersionStatement>, _)| {
        with(AffectedProduct { default_status, ..named_product("Linux", "Linux") }, versions)
    });
    prop::collection::vec(product, 1..3)
}

proptest! {
    #![proptest_config(super::laws::cases(400))]

    /// Law 2: a version that is not known is never better than the worst that it may be.
    #[test]
    fn a_branch_is_no_better_than_its_worst_version(products in products(), patch in 0u8..9) {
        let world = World::new(vec![saying("CVE-1", "cve5", &[], products)]);
        let known = scan(&world, &[kernel(&format!("5.15.{patch}"))], true);
        let branch = scan(&world, &[kernel("5.15.0-76-generic")], true);
        let found = |report| state_of(report, "linux_kernel", "CVE-1");
        if matches!(found(&known), AFFECTED | UNKNOWN) {
            prop_assert!(matches!(found(&branch), AFFECTED | UNKNOWN), "5.15.{}", patch);
        }
    }
}
