//! What stands around a component under another name than the record's, or not at all: never a reason to clear it.

use ward_model::component::Component;
use ward_model::cpe::Cpe;
use ward_model::finding::State;

use super::world::*;

const AFFECTED: Option<State> = Some(State::Affected);
const UNKNOWN: Option<State> = Some(State::Unknown);
const NOT_AFFECTED: Option<State> = Some(State::NotAffected);

/// A record about one thing where another one is beside it, as most records about devices are written.
fn beside(vulnerable: (&str, &str), needed: (&str, &str)) -> World {
    World::new(vec![record(
        "CVE-1",
        vec![all_of(vec![
            any_of(vec![criterion(true, vulnerable.0, vulnerable.1)]),
            any_of(vec![criterion(false, needed.0, needed.1)]),
        ])],
    )])
}

fn hardware(name: &str) -> Cpe {
    Cpe::parse(&format!("cpe:2.3:{name}:*:*:*:*:*:*:*")).expect("a CPE name")
}

/// As CVE-2020-25165: an SBOM lists the firmware, and nothing lists the pump.
#[test]
fn a_firmware_that_is_listed_runs_on_the_hardware_that_it_is_named_after() {
    let firmware = ["o:bd:alaris_8015_pcu_firmware", "a:bd:alaris_8015_pcu_firmware"];
    for product in firmware {
        let listed = [exact(product, "9.33.1"), exact("a:zlib:zlib", "1.2.8")];
        let asked = |needed: (&str, &str), complete| {
            let report = scan(&beside((product, "<=9.33.1"), needed), &listed, complete);
            let proof = report.findings.first().map(|finding| finding.proof.environment.join("; "));
            (state_of(&report, "alaris_8015_pcu_firmware", "CVE-1"), proof.unwrap_or_default())
        };
        for complete in [false, true] {
            for version in ["-", "*"] {
                let (state, proof) = asked(("h:bd:alaris_8015_pcu", version), complete);
                assert_eq!(state, AFFECTED, "{product} {version} claimed complete: {complete}");
                assert!(proof.contains("its firmware is listed"), "{proof}");
            }
            for version in ["=rev_b", "<3"] {
                let (state, proof) = asked(("h:bd:alaris_8015_pcu", version), complete);
                assert_eq!(state, UNKNOWN, "which revision it is, nothing says: {proof}");
            }
        }
    }
    // The firmware may be listed beside what is hit.
    let world = beside(("a:acme:viewer", "<2"), ("h:acme:pump", "-"));
    let components = [exact("a:acme:viewer", "1"), exact("o:acme:pump_firmware", "3")];
    assert_eq!(state_of(&scan(&world, &components, true), "viewer", "CVE-1"), AFFECTED);
}

#[test]
fn hardware_is_absent_only_where_hardware_is_named() {
    let world = beside(("o:acme:router_os", "<2"), ("h:acme:router_5", "-"));
    let (router_os, tool) = (exact("o:acme:router_os", "1"), exact("a:acme:tool", "1"));
    let state = |hardware: &[Cpe], complete| {
        let report = scan_with(&world, &names(), &[router_os.clone(), tool.clone()], hardware, complete);
        (state_of(&report, "router_os", "CVE-1"), report.findings[0].proof.environment.join("; "))
    };
    let (none, proof) = state(&[], true);
    assert_eq!(none, UNKNOWN, "an inventory without any hardware does not list all of it");
    assert!(proof.contains("names no hardware"), "{proof}");
    let (foreign, proof) = state(&[hardware("h:example:board:1")], true);
    assert_eq!(foreign, UNKNOWN, "the operating system of a maker of hardware, and none of its hardware");
    assert!(proof.contains("o:acme:router_os"), "{proof}");
    assert_eq!(state(&[hardware("h:acme:router_4:-")], true).0, NOT_AFFECTED);
    assert_eq!(state(&[hardware("h:acme:router_4:-")], false).0, UNKNOWN);
    assert_eq!(state(&[hardware("h:acme:router_5:-")], true).0, AFFECTED);

    // What is no system of that maker: any hardware that is named settles it.
    let world = beside(("a:acme:tool", "<2"), ("h:example:card", "-"));
    let state = |hardware: &[Cpe]| {
        let report = scan_with(&world, &names(), std::slice::from_ref(&tool), hardware, true);
        state_of(&report, "tool", "CVE-1")
    };
    assert_eq!(state(&[]), UNKNOWN);
    assert_eq!(state(&[hardware("h:acme:board:1")]), NOT_AFFECTED);
}

#[test]
fn hardware_that_is_named_with_its_revision_counts_more_than_its_firmware() {
    let world = beside(("o:acme:pump_firmware", "<2"), ("h:acme:pump", "=rev_c"));
    let firmware = exact("o:acme:pump_firmware", "1");
    let state = |named: &[Cpe]| {
        let report = scan_with(&world, &names(), std::slice::from_ref(&firmware), named, true);
        state_of(&report, "pump_firmware", "CVE-1")
    };
    assert_eq!(state(&[hardware("h:acme:pump:rev_c")]), AFFECTED);
    assert_eq!(state(&[]), UNKNOWN);
}

fn state_on(needed: (&str, &str), on: &Component, complete: bool) -> (Option<State>, String) {
    let report = scan(&beside(("a:acme:tool", "<2"), needed), &[exact("a:acme:tool", "1"), on.clone()], complete);
    (state_of(&report, "tool", "CVE-1"), report.findings[0].proof.environment.join("; "))
}

/// As CVE-2026-63649 and CVE-2021-0129: the record names the kind of system, the inventory the very system.
#[test]
fn a_kind_of_system_is_there_where_one_of_its_kind_is_listed() {
    let deb = with_purl(plain("libc6", "2.31-13"), "pkg:deb/debian/libc6@2.31-13");
    let table = [
        ("o:microsoft:windows", exact("o:microsoft:windows_10_21h2", "10.0.19044.9999")),
        ("o:microsoft:windows", exact("o:microsoft:windows_7", "6.1.7601")),
        ("o:microsoft:windows", exact("o:microsoft:windows", "10.0.19044")),
        ("o:linux:linux_kernel", exact("o:debian:debian_linux", "11")),
        ("o:linux:linux_kernel", exact("o:canonical:ubuntu_core", "22")),
        ("o:linux:linux_kernel", deb.clone()),
        ("o:debian:debian_linux", deb.clone()),
        ("o:unix:unix", exact("o:linux:linux_kernel", "5.10")),
        ("o:unix:unix", exact("o:freebsd:freebsd", "13.0")),
    ];
    for (general, on) in &table {
        for complete in [false, true] {
            for bare in ["-", "*"] {
                let (state, proof) = state_on((general, bare), on, complete);
                assert_eq!(state, AFFECTED, "{general} {bare} on {} claimed complete: {complete}: {proof}", on.name);
                assert!(proof.contains("in this element's inventory"), "{proof}");
            }
        }
    }
    // In a version it may be this one, or not.
    let table = [
        ("o:microsoft:windows", "=vista", exact("o:microsoft:windows_10_21h2", "10.0.19044.9999")),
        ("o:linux:linux_kernel", "<3", exact("o:debian:debian_linux", "11")),
        ("o:debian:debian_linux", "=8.0", deb),
    ];
    for (general, version, on) in &table {
        for complete in [false, true] {
            let (state, proof) = state_on((general, version), on, complete);
            assert_eq!(state, UNKNOWN, "{general} {version} on {} claimed complete: {complete}: {proof}", on.name);
        }
    }
    let x86 = World::new(vec![record(
        "CVE-1",
        vec![all_of(vec![
            any_of(vec![criterion(true, "a:acme:tool", "<2")]),
            any_of(vec![named(false, "cpe:2.3:o:microsoft:windows:-:*:*:*:*:*:x86:*", "")]),
        ])],
    )]);
    let components = [exact("a:acme:tool", "1"), exact("o:microsoft:windows_7", "6.1.7601")];
    assert_eq!(state_of(&scan(&x86, &components, true), "tool", "CVE-1"), UNKNOWN, "for one processor alone");
}

#[test]
fn another_kind_of_system_excludes_it_and_what_may_count_does_not() {
    let table = [
        (("o:microsoft:windows", "-"), exact("o:debian:debian_linux", "11"), NOT_AFFECTED),
        (("o:linux:linux_kernel", "*"), exact("o:microsoft:windows_7", "6.1"), NOT_AFFECTED),
        (("o:linux:linux_kernel", "<3"), exact("o:linux:linux_kernel", "5.10"), NOT_AFFECTED),
        (("o:microsoft:windows", "=xp"), exact("o:microsoft:windows_10_21h2", "10.0.19044.1"), NOT_AFFECTED),
        (("o:microsoft:windows", "-"), exact("o:microsoft:windows_ce", "7"), UNKNOWN),
        (("o:linux:linux_kernel", "-"), exact("o:google:android", "12"), UNKNOWN),
        (("o:unix:unix", "-"), exact("o:google:android", "12"), UNKNOWN),
        (("o:microsoft:windows_7", "-"), exact("o:microsoft:windows", "10"), UNKNOWN),
        (("o:microsoft:windows_7", "-"), exact("o:microsoft:windows_10_21h2", "10.0.19044.1"), NOT_AFFECTED),
    ];
    for (needed, on, expected) in &table {
        let (state, proof) = state_on(*needed, on, true);
        assert_eq!(state, *expected, "{needed:?} on {}: {proof}", on.name);
        assert_ne!(state_on(*needed, on, false).0, NOT_AFFECTED, "{needed:?} on {}", on.name);
    }
}
