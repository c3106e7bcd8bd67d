//! Products that the feeds renamed: what is known under one name holds under the others, and is never silently missed.

use ward_model::component::Component;
use ward_model::finding::{Confidence, State};
use ward_model::ids::{ComponentRef, VulnerabilityId};

use super::world::*;
use crate::{Inventory, explain};

const AFFECTED: Option<State> = Some(State::Affected);
const UNKNOWN: Option<State> = Some(State::Unknown);

/// A component with a CPE name in short and perhaps a version of its own.
fn of(cpe: &str, version: &str) -> Component {
    with_cpe(plain("system", version), &format!("cpe:2.3:{cpe}"))
}

fn state(component: &Component, product: &str, versions: &[&str]) -> Option<State> {
    // That some feed knows each product is not what is asked here.
    let known = ["o:microsoft:windows_10", "o:microsoft:windows_7", "o:apple:macos"];
    let mut records: Vec<_> = known.iter().map(|product| about("CVE-0", product, &["=0"])).collect();
    records.push(about("CVE-1", product, versions));
    let report = scan(&World::new(records), std::slice::from_ref(component), true);
    if report.findings.is_empty() && !report.unassessed.is_empty() {
        return UNKNOWN;
    }
    state_of(&report, "system", "CVE-1")
}

/// A CPE name and a version of a component; a product and versions of a record; what is found.
type Row = (&'static str, &'static str, &'static str, &'static [&'static str], Option<State>);

#[test]
fn a_release_is_found_as_a_version_and_as_a_product() {
    let table: [Row; 37] = [
        // The release as the version, records of later years as the product.
        ("o:microsoft:windows_10:1809", "", "o:microsoft:windows_10_1809", &["<10.0.17763.6532"], UNKNOWN),
        ("o:microsoft:windows_10:1809", "1809", "o:microsoft:windows_10_1809", &["<10.0.17763.6532"], UNKNOWN),
        (
            "o:microsoft:windows_10:1809",
            "10.0.17763.6000",
            "o:microsoft:windows_10_1809",
            &["<10.0.17763.6532"],
            AFFECTED,
        ),
        ("o:microsoft:windows_10:1809", "10.0.17763.6532", "o:microsoft:windows_10_1809", &["<10.0.17763.6532"], None),
        ("o:microsoft:windows_10:21H2", "", "o:microsoft:windows_10_21h2", &["-"], AFFECTED),
        ("o:microsoft:windows_10:1809", "", "o:microsoft:windows_10_1607", &["<10.0.14393.7515"], None),
        // The release as the product, records of earlier years as the version.
        ("o:microsoft:windows_10_1809:-", "", "o:microsoft:windows_10", &["=1809"], AFFECTED),
        ("o:microsoft:windows_10_1809:10.0.17763.1", "", "o:microsoft:windows_10", &["=1809"], UNKNOWN),
        ("o:microsoft:windows_10_1809:10.0.17763.1", "", "o:microsoft:windows_10", &["=1607"], None),
        ("o:microsoft:windows_10_1809:10.0.17763.1", "", "o:microsoft:windows_10", &["*"], AFFECTED),
        // The name of a release is no build, however it compares.
        ("o:microsoft:windows_10_1809:1809", "", "o:microsoft:windows_10_1809", &["<10.0.17763.6532"], UNKNOWN),
        // A build tells the release.
        ("o:microsoft:windows_10:10.0.17763.1", "", "o:microsoft:windows_10", &["=1809"], UNKNOWN),
        ("o:microsoft:windows_10:10.0.17763.1", "", "o:microsoft:windows_10", &["=1607"], None),
        ("o:microsoft:windows_10:10.0.17763.1", "", "o:microsoft:windows_10_1809", &["<10.0.17763.6532"], AFFECTED),
        ("o:microsoft:windows:10.0.17763.1", "", "o:microsoft:windows_10", &["=1809"], UNKNOWN),
        ("o:microsoft:windows:10.0.17763.1", "", "o:microsoft:windows_10_1809", &["<10.0.17763.6532"], AFFECTED),
        ("o:microsoft:windows_7:6.1.7601", "", "o:microsoft:windows", &["*"], AFFECTED),
        ("o:microsoft:windows_10_21h2:10.0.19044.1", "", "o:microsoft:windows", &["*"], AFFECTED),
        ("o:microsoft:windows_10_21h2:10.0.19044.1", "", "o:microsoft:windows", &["-"], UNKNOWN),
        ("o:microsoft:windows_10_21h2:10.0.19044.1", "", "o:microsoft:windows", &["=xp"], None),
        ("o:microsoft:windows_10:21h2", "", "o:microsoft:windows", &["*"], AFFECTED),
        ("o:microsoft:windows_server_2008:6.0.6003", "", "o:microsoft:windows_server_2008", &["=r2"], None),
        ("o:microsoft:windows_server_2008:6.1.7601", "", "o:microsoft:windows_server_2008", &["=r2"], UNKNOWN),
        // Which release it is, the component does not say.
        ("o:microsoft:windows_10:-", "", "o:microsoft:windows_10_1809", &["<10.0.17763.6532"], UNKNOWN),
        ("o:microsoft:windows_10:-", "", "o:microsoft:windows_10_1809", &["-"], UNKNOWN),
        // `-` is a release of its own where the record names others beside it, and else may be any.
        ("o:microsoft:windows_10:1809", "", "o:microsoft:windows_10", &["-", "=1607"], None),
        ("o:microsoft:windows_10:1809", "", "o:microsoft:windows_10", &["-", "=1607", "=1809"], AFFECTED),
        ("o:microsoft:windows_10:1809", "", "o:microsoft:windows_10", &["-"], UNKNOWN),
        ("o:microsoft:windows_10_1507:10.0.10240.1", "", "o:microsoft:windows_10", &["-", "=1607"], UNKNOWN),
        (
            "o:microsoft:windows_server_2016:10.0.14393.1",
            "",
            "o:microsoft:windows_server_2016",
            &["-", "=1803"],
            UNKNOWN,
        ),
        ("o:microsoft:windows_server_2016:1803", "", "o:microsoft:windows_server_2016", &["-", "=1709"], None),
        // Releases by a word, and by the update.
        ("o:microsoft:windows_server_2008_r2:6.1.7601.1", "", "o:microsoft:windows_server_2008", &["=r2"], UNKNOWN),
        ("o:microsoft:windows_server_2008:-:sp2", "", "o:microsoft:windows_server_2008_sp2", &["<6.0.6003.2"], UNKNOWN),
        // Plainly renamed.
        ("o:microsoft:windows_2003_server:r2", "", "o:microsoft:windows_server_2003", &["=r2"], AFFECTED),
        ("o:apple:mac_os_x:10.15.6", "", "o:apple:macos", &[">=10.15 <10.15.7"], AFFECTED),
        ("o:apple:macos:10.15.6", "", "o:apple:mac_os_x", &["<10.15.7"], AFFECTED),
        ("o:apple:macos:12.3", "", "o:apple:mac_os_x", &["*"], None),
    ];
    for (cpe, version, product, versions, expected) in table {
        assert_eq!(state(&of(cpe, version), product, versions), expected, "{cpe} {version}: {product} {versions:?}");
    }
}

#[test]
fn the_other_name_is_said_and_is_no_exact_identity() {
    let world = World::new(vec![about("CVE-1", "o:microsoft:windows_10", &["=1809"])]);
    let report = scan(&world, &[of("o:microsoft:windows_10_1809:10.0.17763.1", "")], true);
    let finding = &report.findings[0];
    assert_eq!(finding.confidence, Confidence::Alias);
    assert!(finding.proof.identity.contains("which the feeds have as o:microsoft:windows_10 too: it was renamed"));
    assert!(
        finding.proof.environment[0].contains("version 10.0.17763.1, which may hold the fix"),
        "{:?}",
        finding.proof
    );
}

#[test]
fn a_service_pack_is_compared_where_the_version_is_left_open() {
    let world = World::new(vec![record(
        "CVE-1",
        vec![only(vec![named(true, "cpe:2.3:o:microsoft:windows_7:-:sp1:*:*:*:*:*:*", "")])],
    )]);
    let state = |cpe: &str| state_of(&scan(&world, &[of(cpe, "")], true), "system", "CVE-1");
    assert_eq!(state("o:microsoft:windows_7:6.1.7601:sp1"), UNKNOWN);
    assert_eq!(state("o:microsoft:windows_7:-:sp1"), AFFECTED);
    assert_eq!(state("o:microsoft:windows_7:6.1.7600:-"), None, "it says that it has none");
}

#[test]
fn surroundings_are_found_under_their_other_name() {
    let world = World::new(vec![record(
        "CVE-1",
        vec![all_of(vec![
            any_of(vec![criterion(true, "a:acme:tool", "<2")]),
            any_of(vec![criterion(false, "o:microsoft:windows_10", "=1809")]),
        ])],
    )]);
    let state = |cpe: &str| state_of(&scan(&world, &[exact("a:acme:tool", "1"), of(cpe, "")], true), "tool", "CVE-1");
    assert_eq!(state("o:microsoft:windows_10_1809:10.0.17763.1"), AFFECTED);
    assert_eq!(state("o:microsoft:windows_10:-"), UNKNOWN);
    assert_eq!(state("o:microsoft:windows_10_21h2:10.0.19044.1"), Some(State::NotAffected));
}

#[test]
fn another_release_is_explained() {
    let world = World::new(vec![about("CVE-1", "o:microsoft:windows_10", &["-", "=1607"])]);
    let components = [of("o:microsoft:windows_10:1809", "")];
    let inventory = Inventory { components: &components, hardware: &[], complete: false };
    let asked = (ComponentRef::new("system"), VulnerabilityId::new("CVE-1"));
    let explanation = explain(&inventory, &names(), &world, &asked.0, &asked.1).expect("explains");
    assert_eq!(explanation.state, State::NotAffected);
    let said = explanation.reasons.join("; ");
    assert!(said.contains("version 1809 is not among the versions or editions that it means"), "{said}");
    assert!(!said.contains("unknown"), "{said}");
}
