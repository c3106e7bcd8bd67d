//! Facts of real records, and what they mean for real versions.

use ward_model::alias::Aliases;
use ward_model::component::{Component, ComponentKind};
use ward_model::cpe::Cpe;
use ward_model::finding::{Confidence, State, UnassessedReason};
use ward_model::ids::{ComponentRef, VulnerabilityId};
use ward_model::vulnerability::{Configuration, Node, Operator};

use super::world::*;
use crate::{ExplainError, Inventory, explain};

const AFFECTED: Option<State> = Some(State::Affected);
const UNKNOWN: Option<State> = Some(State::Unknown);
const NOT_AFFECTED: Option<State> = Some(State::NotAffected);

/// Ranges as the NVD records have them.
fn classics() -> World {
    World::new(vec![
        about("CVE-2014-0160", "a:openssl:openssl", &[">=1.0.1 <1.0.1g"]),
        about("CVE-2018-1000517", "a:busybox:busybox", &["<1.29.0"]),
        about("CVE-2016-5195", "o:linux:linux_kernel", &[">=2.0.0 <4.8.3"]),
        about("CVE-2016-9841", "a:zlib:zlib", &[">=1.2.0 <1.2.9"]),
        about("CVE-2020-11656", "a:sqlite:sqlite", &["<=3.31.1"]),
        about("CVE-2014-4883", "a:lwip_project:lwip", &["<=1.4.1"]),
        about("CVE-2018-16525", "a:amazon:freertos", &["<=10.0.1"]),
        about("CVE-2019-12255", "o:windriver:vxworks", &[">=6.6 <=6.9"]),
        about("CVE-2019-12260", "o:windriver:vxworks", &["=6.9", "=7"]),
    ])
}

#[test]
fn known_products_at_known_versions() {
    let table = [
        ("a:openssl:openssl", "1.0.1", "CVE-2014-0160", AFFECTED, ">=1.0.1 <1.0.1g"),
        ("a:openssl:openssl", "1.0.1f", "CVE-2014-0160", AFFECTED, ">=1.0.1 <1.0.1g"),
        ("a:openssl:openssl", "1.0.1g", "CVE-2014-0160", None, ""),
        ("a:openssl:openssl", "1.0.1u", "CVE-2014-0160", None, ""),
        ("a:openssl:openssl", "1.0.0t", "CVE-2014-0160", None, ""),
        ("a:openssl:openssl", "3.0.2", "CVE-2014-0160", None, ""),
        ("a:busybox:busybox", "1.28.4", "CVE-2018-1000517", AFFECTED, "<1.29.0"),
        ("a:busybox:busybox", "1.29.0", "CVE-2018-1000517", None, ""),
        ("o:linux:linux_kernel", "4.1.15", "CVE-2016-5195", AFFECTED, ">=2.0.0 <4.8.3"),
        ("o:linux:linux_kernel", "4.8.3", "CVE-2016-5195", None, ""),
        ("o:linux:linux_kernel", "4.14", "CVE-2016-5195", None, ""),
        ("a:zlib:zlib", "1.2.8", "CVE-2016-9841", AFFECTED, ">=1.2.0 <1.2.9"),
        ("a:zlib:zlib", "1.2.11", "CVE-2016-9841", None, ""),
        ("a:sqlite:sqlite", "3.31.1", "CVE-2020-11656", AFFECTED, "<=3.31.1"),
        ("a:sqlite:sqlite", "3.32.0", "CVE-2020-11656", None, ""),
        ("a:lwip_project:lwip", "1.4.1", "CVE-2014-4883", AFFECTED, "<=1.4.1"),
        ("a:lwip_project:lwip", "2.1.2", "CVE-2014-4883", None, ""),
        ("a:amazon:freertos", "10.0.1", "CVE-2018-16525", AFFECTED, "<=10.0.1"),
        ("a:amazon:freertos", "10.4.3", "CVE-2018-16525", None, ""),
        ("o:windriver:vxworks", "6.9", "CVE-2019-12255", AFFECTED, ">=6.6 <=6.9"),
        ("o:windriver:vxworks", "6.5", "CVE-2019-12255", None, ""),
        ("o:windriver:vxworks", "7", "CVE-2019-12255", None, ""),
        ("o:windriver:vxworks", "7.0", "CVE-2019-12260", AFFECTED, "=7"),
        ("o:windriver:vxworks", "6.9.4.11", "CVE-2019-12260", None, ""),
    ];
    let world = classics();
    for (product, version, vulnerability, state, range) in table {
        let component = exact(product, version);
        let report = scan(&world, std::slice::from_ref(&component), false);
        let finding = finding_of(&report, &component.name, vulnerability);
        assert_eq!(finding.map(|finding| finding.state), state, "{product} {version} {vulnerability}");
        assert!(report.unassessed.is_empty(), "{product} {version}");
        if let Some(finding) = finding {
            assert_eq!(finding.proof.range, range);
            assert_eq!(finding.proof.record, vulnerability);
            assert_eq!(finding.proof.source, "nvd");
            assert_eq!(finding.confidence, Confidence::Exact);
            assert!(finding.proof.identity.contains(version) && finding.proof.criterion.contains(product));
        }
    }
    let report = scan(&world, &[exact("a:openssl:openssl", "1.0.1f")], false);
    assert_eq!(report.findings[0].fixed_in, ["1.0.1g"]);
}

/// Remote code execution in a servlet container, on Windows alone (as CVE-2019-0232).
fn on_windows() -> World {
    World::new(vec![record(
        "CVE-2019-0232",
        vec![all_of(vec![
            any_of(vec![criterion(true, "a:apache:tomcat", ">=9.0.0 <=9.0.17")]),
            any_of(vec![criterion(false, "o:microsoft:windows", "-"), criterion(false, "o:microsoft:windows_10", "*")]),
        ])],
    )])
}

#[test]
fn a_platform_that_is_needed_decides_and_is_named_in_the_proof() {
    let world = on_windows();
    let tomcat = exact("a:apache:tomcat", "9.0.16");
    let windows = exact("o:microsoft:windows_10", "1809");
    let with = [tomcat.clone(), windows];

    for complete in [false, true] {
        let report = scan(&world, &with, complete);
        assert_eq!(state_of(&report, "tomcat", "CVE-2019-0232"), AFFECTED, "claimed complete: {complete}");
        let proof = &report.findings[0].proof;
        assert_eq!(proof.environment.len(), 2, "one statement for each criterion: {:?}", proof.environment);
        assert!(proof.environment[1].contains("in this element's inventory as cpe:2.3:o:microsoft:windows_10:1809"));
    }

    let without = scan(&world, std::slice::from_ref(&tomcat), false);
    assert_eq!(state_of(&without, "tomcat", "CVE-2019-0232"), UNKNOWN);
    assert!(
        without.findings[0]
            .proof
            .environment
            .iter()
            .all(|text| text.ends_with("the inventory is not claimed complete: unknown"))
    );

    let claimed = scan(&world, &[tomcat], true);
    assert_eq!(state_of(&claimed, "tomcat", "CVE-2019-0232"), NOT_AFFECTED);
    assert!(claimed.findings[0].proof.environment.iter().all(|text| text.contains("which is claimed complete: false")));
}

#[test]
fn hardware_without_a_version_is_that_hardware_in_any_version() {
    let world = World::new(vec![record(
        "CVE-2020-0001",
        vec![all_of(vec![
            any_of(vec![criterion(true, "o:acme:pump_firmware", "<2.0")]),
            any_of(vec![criterion(false, "h:example:pump", "-")]),
        ])],
    )]);
    let firmware = [exact("o:acme:pump_firmware", "1.4")];
    let named = |name: &str| [Cpe::parse(&format!("cpe:2.3:h:{name}:*:*:*:*:*:*:*")).expect("a CPE name")];
    let hardware = named("example:pump:rev_c");
    let state = |hardware: &[Cpe], complete| {
        state_of(
            &scan_with(&world, &Aliases::default(), &firmware, hardware, complete),
            "pump_firmware",
            "CVE-2020-0001",
        )
    };
    assert_eq!(state(&hardware, false), AFFECTED);
    assert_eq!(state(&[], false), UNKNOWN);
    assert_eq!(state(&named("acme:pump:-"), true), NOT_AFFECTED);
    // The same as a component of the SBOM.
    let mut board = exact("h:example:pump", "rev_c");
    board.kind = ComponentKind::Hardware;
    let report = scan(&world, &[firmware[0].clone(), board], false);
    assert_eq!(state_of(&report, "pump_firmware", "CVE-2020-0001"), AFFECTED);
}

#[test]
fn no_version_applies_is_not_a_version() {
    let world = World::new(vec![about("CVE-2020-0002", "o:microsoft:windows_7", &["-"])]);
    let versioned = scan(&world, &[exact("o:microsoft:windows_7", "6.1.7601")], false);
    assert_eq!(
        state_of(&versioned, "windows_7", "CVE-2020-0002"),
        UNKNOWN,
        "the system has builds, and the record gives none"
    );
    let same =
        scan(&world, &[with_cpe(plain("w", "6.1.7601"), "cpe:2.3:o:microsoft:windows_7:-:*:*:*:*:*:*:*")], false);
    assert_eq!(state_of(&same, "w", "CVE-2020-0002"), AFFECTED, "the component says so itself");
    let aliases = Aliases::new(vec![alias("windows 7", &["o:microsoft:windows_7"])]);
    let named = scan_with(&world, &aliases, &[plain("Windows 7", "6.1.7601")], &[], false);
    assert_eq!(state_of(&named, "Windows 7", "CVE-2020-0002"), UNKNOWN, "the maker's build number is no answer");
}

#[test]
fn all_versions_are_meant_where_the_record_says_so() {
    let world = World::new(vec![about("CVE-2020-0003", "a:acme:tool", &["*"])]);
    let report = scan(&world, &[exact("a:acme:tool", "5"), plain("other", "1")], false);
    let finding = finding_of(&report, "tool", "CVE-2020-0003").expect("found");
    assert_eq!(finding.state, State::Affected);
    assert_eq!(finding.proof.range, "all versions (no range given)");
    assert!(finding.proof.environment[0].contains("all versions are meant"));
}

#[test]
fn a_distribution_may_have_fixed_it_itself() {
    let world = classics();
    let mut component = with_purl(
        plain("libssl1.0.0", "1.0.1e-2+deb7u20"),
        "pkg:deb/debian/libssl1.0.0@1.0.1e-2%2Bdeb7u20?upstream=openssl",
    );
    let report = scan(&world, std::slice::from_ref(&component), true);
    let finding = finding_of(&report, "libssl1.0.0", "CVE-2014-0160").expect("found");
    assert_eq!((finding.state, finding.confidence), (State::Unknown, Confidence::Derived));
    assert!(finding.proof.environment.iter().any(|text| text.contains("back-ported fix cannot be excluded")));
    component = with_purl(plain("libssl1.0.0", "1.0.2k-1"), "pkg:deb/debian/libssl1.0.0@1.0.2k-1?upstream=openssl");
    assert!(scan(&world, &[component], true).findings.is_empty(), "outside the range nothing is left open");
}

#[test]
fn names_need_a_vendor_that_fits() {
    let world = World::new(vec![
        about("CVE-1", "a:zlib:zlib", &["<1.2.9"]),
        about("CVE-2", "a:gnu:zlib", &["<1.2.9"]),
        about("CVE-3", "a:acme:gateway", &["<2"]),
        about("CVE-4", "a:example:gateway", &["<2"]),
        about("CVE-5", "a:apache:tomcat", &["<9"]),
        about("CVE-6", "a:libexpat_project:libexpat", &["<2.4"]),
        about("CVE-7", "h:acme:router", &["<9"]),
    ]);
    let mut group = plain("tomcat", "8.5");
    group.group = Some("org.apache.tomcat".to_owned());
    let components = [
        plain("zlib", "1.2.8"),
        plain("gateway", "1.0"),
        with_supplier(plain("Gateway", "1.0"), "Acme Devices GmbH"),
        plain("Apache Tomcat", "8.5.1"),
        plain("LibExpat", "2.2"),
        group,
        plain("router", "1"),
        plain("dose-engine", "1"),
    ];
    let report = scan(&world, &components, true);
    let found: Vec<String> = report
        .findings
        .iter()
        .map(|finding| format!("{} {} {:?}", finding.component.name, finding.vulnerability.id, finding.confidence))
        .collect();
    assert_eq!(
        found,
        [
            "Apache Tomcat CVE-5 Name",
            "Gateway CVE-3 Name",
            "LibExpat CVE-6 Name",
            "tomcat CVE-5 Name",
            "zlib CVE-1 Name",
            "zlib CVE-2 Name"
        ]
    );
    assert_eq!(state_of(&report, "LibExpat", "CVE-6"), AFFECTED, "no other vendor has one");
    assert_eq!(state_of(&report, "zlib", "CVE-1"), UNKNOWN, "another vendor has one");
    let open: Vec<String> =
        report.unassessed.iter().map(|open| format!("{} {}", open.component.name, open.reason.word())).collect();
    assert_eq!(
        open,
        ["dose-engine no-identity", "gateway ambiguous-name", "router no-identity", "zlib ambiguous-name"]
    );
}

#[test]
fn a_package_of_a_language_is_not_every_product_of_its_name() {
    let world = World::new(vec![
        about("CVE-1", "a:redis:redis", &["<8"]),
        record("CVE-2", vec![only(vec![named(true, "cpe:2.3:a:lodash:lodash:*:*:*:*:*:node.js:*:*", "<4.17.12")])]),
        record("CVE-3", vec![only(vec![named(true, "cpe:2.3:a:lodash:lodash:*:*:*:*:*:python:*:*", "<4.17.12")])]),
        record("CVE-4", vec![only(vec![named(true, "cpe:2.3:a:lodash:lodash:*:*:*:*:*:windows:*:*", "<4.17.12")])]),
    ]);
    let components = [
        with_purl(plain("redis", "5.0.1"), "pkg:pypi/redis@5.0.1"),
        with_purl(plain("lodash", "4.17.4"), "pkg:npm/lodash@4.17.4"),
        with_purl(plain("left-pad", "1.0"), "pkg:npm/left-pad@1.0"),
        with_purl(plain("thing", "1.0"), "pkg:acme/thing@1.0"),
        with_purl(plain("other", "1.0"), "pkg:generic/other@1.0"),
    ];
    let report = scan(&world, &components, true);
    let finding = finding_of(&report, "redis", "CVE-1").expect("said, not hidden");
    assert_eq!(finding.state, State::Unknown, "the client is not the server");
    assert_eq!(state_of(&report, "lodash", "CVE-2"), AFFECTED, "the record means the package");
    assert_eq!(state_of(&report, "lodash", "CVE-3"), UNKNOWN, "packages are packed again for other languages");
    assert_eq!(state_of(&report, "lodash", "CVE-4"), UNKNOWN, "a platform is not said");
    let open: Vec<_> = report.unassessed.iter().map(|open| (open.component.name.as_str(), open.reason)).collect();
    assert_eq!(
        open,
        [
            ("left-pad", UnassessedReason::NoDataForEcosystem),
            ("lodash", UnassessedReason::NoDataForEcosystem),
            ("other", UnassessedReason::ProductNotInAnyFeed),
            ("redis", UnassessedReason::NoDataForEcosystem),
            ("thing", UnassessedReason::UnknownEcosystem)
        ]
    );
}

#[test]
fn attributes_are_compared_where_both_sides_have_them() {
    let world = World::new(vec![record(
        "CVE-1",
        vec![only(vec![named(true, "cpe:2.3:a:acme:tool:*:*:*:*:enterprise:*:*:*", "<2")])],
    )]);
    let state = |cpe: &str| state_of(&scan(&world, &[with_cpe(plain("tool", "1"), cpe)], false), "tool", "CVE-1");
    assert_eq!(state("cpe:2.3:a:acme:tool:1:*:*:*:enterprise:*:*:*"), AFFECTED);
    assert_eq!(state("cpe:2.3:a:acme:tool:1:*:*:*:community:*:*:*"), None);
    assert_eq!(state("cpe:2.3:a:acme:tool:1:*:*:*:-:*:*:*"), None);
    assert_eq!(state("cpe:2.3:a:acme:tool:1:*:*:*:*:*:*:*"), UNKNOWN);
}

#[test]
fn what_cannot_be_assessed_says_why() {
    let world = classics();
    let mut unreadable = plain("mystery", "1");
    unreadable.unreadable_identities.push("cpe:2.3:x:y".to_owned());
    let mut file = plain("libc.so", "");
    file.kind = ComponentKind::File;
    let components = [
        exact("a:nobody:nothing", "1"),
        with_cpe(plain("openssl", ""), "cpe:2.3:a:openssl:openssl:*:*:*:*:*:*:*:*"),
        with_cpe(plain("sqlite", "some day"), "cpe:2.3:a:sqlite:sqlite:*:*:*:*:*:*:*:*"),
        unreadable,
        file,
    ];
    let report = scan(&world, &components, true);
    assert!(report.findings.is_empty());
    let open: Vec<_> = report.unassessed.iter().map(|open| (open.component.name.as_str(), open.reason)).collect();
    assert_eq!(
        open,
        [
            ("libc.so", UnassessedReason::NoIdentity),
            ("mystery", UnassessedReason::UnreadableIdentity),
            ("nothing", UnassessedReason::ProductNotInAnyFeed),
            ("openssl", UnassessedReason::NoVersion),
            ("sqlite", UnassessedReason::UnparsableVersion),
        ]
    );
}

/// The maker's own product, of which the SBOM lists the parts, is looked up like them; that nobody else knows it is no gap.
#[test]
fn what_an_sbom_describes_is_looked_up_by_its_name() {
    let world = classics();
    let whole = |name: &str| Component { whole: true, kind: ComponentKind::Firmware, ..plain(name, "1.2.8") };
    let report = scan(&world, &[whole("pump"), whole("zlib")], false);
    assert_eq!(state_of(&report, "zlib", "CVE-2016-9841"), AFFECTED);
    assert_eq!(report.unassessed, []);
    let report = scan(&world, &[Component { whole: false, ..whole("pump") }], false);
    assert_eq!(report.unassessed[0].reason, UnassessedReason::NoIdentity);
}

#[test]
fn the_version_may_stand_in_the_package_url_alone() {
    let world = classics();
    let component = with_purl(plain("zlib", ""), "pkg:generic/zlib@1.2.8");
    assert_eq!(state_of(&scan(&world, &[component], false), "zlib", "CVE-2016-9841"), AFFECTED);
}

#[test]
fn a_name_without_its_part_is_looked_up_as_every_part() {
    let component = with_cpe(plain("kernel", "4.1.15"), "cpe:2.3:*:linux:linux_kernel:4.1.15:*:*:*:*:*:*:*");
    assert_eq!(state_of(&scan(&classics(), &[component], false), "kernel", "CVE-2016-5195"), AFFECTED);
}

#[test]
fn negation_and_conjunction_are_evaluated_as_written() {
    let not = |criterion| Node { operator: Operator::Or, negate: true, criteria: vec![criterion] };
    let world = World::new(vec![
        record(
            "CVE-1",
            vec![all_of(vec![
                any_of(vec![criterion(true, "a:acme:tool", "<2")]),
                not(criterion(false, "a:acme:guard", "*")),
            ])],
        ),
        record(
            "CVE-2",
            vec![Configuration {
                operator: Operator::Or,
                negate: false,
                nodes: vec![Node {
                    operator: Operator::And,
                    negate: false,
                    criteria: vec![criterion(true, "a:acme:tool", "<2"), criterion(true, "a:acme:guard", "<2")],
                }],
            }],
        ),
    ]);
    let tool = exact("a:acme:tool", "1");
    let guard = exact("a:acme:guard", "1");
    let states = |components: &[_], complete| {
        let report = scan(&world, components, complete);
        (state_of(&report, "tool", "CVE-1"), state_of(&report, "tool", "CVE-2"))
    };
    assert_eq!(states(std::slice::from_ref(&tool), true), (AFFECTED, NOT_AFFECTED));
    assert_eq!(states(std::slice::from_ref(&tool), false), (UNKNOWN, UNKNOWN));
    assert_eq!(states(&[tool, guard], true), (NOT_AFFECTED, AFFECTED));
}

#[test]
fn the_neighbour_in_an_or_does_not_make_a_component_vulnerable() {
    let world = World::new(vec![record(
        "CVE-1",
        vec![only(vec![criterion(true, "a:acme:tool", "<2"), criterion(true, "a:acme:guard", "<2")])],
    )]);
    let report = scan(&world, &[exact("a:acme:tool", "3"), exact("a:acme:guard", "1")], true);
    assert_eq!(state_of(&report, "tool", "CVE-1"), None);
    assert_eq!(state_of(&report, "guard", "CVE-1"), AFFECTED);
}

#[test]
fn withdrawn_records_give_nothing_and_the_best_configuration_wins() {
    let mut withdrawn = about("CVE-1", "a:acme:tool", &["*"]);
    withdrawn.withdrawn = true;
    let platform = all_of(vec![
        any_of(vec![criterion(true, "a:acme:tool", "<9")]),
        any_of(vec![criterion(false, "o:acme:os", "*")]),
    ]);
    let world = World::new(vec![
        withdrawn,
        record("CVE-2", vec![platform.clone(), only(vec![criterion(true, "a:acme:tool", "<2")])]),
        record("CVE-3", vec![platform, only(vec![criterion(true, "a:acme:tool", "<0.5")])]),
    ]);
    let report = scan(&world, &[exact("a:acme:tool", "1")], true);
    assert_eq!(state_of(&report, "tool", "CVE-1"), None);
    assert_eq!(state_of(&report, "tool", "CVE-2"), AFFECTED);
    assert_eq!(finding_of(&report, "tool", "CVE-2").expect("found").fixed_in, ["2"]);
    assert_eq!(state_of(&report, "tool", "CVE-3"), NOT_AFFECTED);
}

#[test]
fn an_absence_is_explained_too() {
    let mut withdrawn = about("CVE-0", "a:acme:tool", &["*"]);
    withdrawn.withdrawn = true;
    let world = World::new(vec![
        withdrawn,
        about("CVE-2014-0160", "a:openssl:openssl", &[">=1.0.1 <1.0.1g"]),
        about("CVE-2020-11656", "a:sqlite:sqlite", &["<=3.31.1"]),
        record("CVE-2026-0001", Vec::new()),
    ]);
    let components =
        [exact("a:openssl:openssl", "1.0.1g"), plain("own-thing", "1"), exact("a:openssl:openssl", "1.0.1f")];
    let mut components = components.to_vec();
    components[2].reference = ComponentRef::new("old");
    let inventory = Inventory { components: &components, hardware: &[], complete: false };
    let ask = |component: &str, id: &str| {
        explain(&inventory, &Aliases::default(), &world, &ComponentRef::new(component), &VulnerabilityId::new(id))
    };
    let table = [
        (
            "openssl",
            "CVE-2014-0160",
            State::NotAffected,
            "version 1.0.1g is not among the versions or editions that it means: >=1.0.1 <1.0.1g",
        ),
        (
            "openssl",
            "CVE-2020-11656",
            State::NotAffected,
            "no product that the component was recognised as; it names a:sqlite:sqlite",
        ),
        ("openssl", "CVE-0", State::NotAffected, "withdrawn"),
        ("openssl", "CVE-2026-0001", State::Unknown, "names no product"),
        ("own-thing", "CVE-2014-0160", State::Unknown, "could not be assessed: no-identity"),
        ("old", "CVE-2014-0160", State::Affected, "version 1.0.1f is what it means"),
    ];
    for (component, id, state, part) in table {
        let explanation = ask(component, id).expect("explains");
        assert_eq!(explanation.state, state, "{component} {id}");
        assert!(
            explanation.reasons.iter().any(|reason| reason.contains(part)),
            "{component} {id}: {:?}",
            explanation.reasons
        );
    }
    assert!(matches!(ask("nobody", "CVE-2014-0160"), Err(ExplainError::UnknownComponent(_))));
    assert!(matches!(ask("old", "CVE-1"), Err(ExplainError::UnknownVulnerability(_))));
}
