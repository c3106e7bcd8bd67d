//! Ways to a false "controlled" that lead through components and feeds: another element's operating system, a later version that is
//! open, a statement of somebody whom nobody trusts. Each device is turned by exactly the evidence that should turn it. The others
//! stand in the tests of `risk`.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use ward_device::{MemoryFiles, read};
use ward_model::Assessment;
use ward_model::affected::{AffectedProduct, VersionStatement, VersionStatus};
use ward_model::cpe::Cpe;
use ward_model::finding::State;
use ward_model::ids::VulnerabilityId;
use ward_model::verdict::{Basis, Outcome, PresumedBecause};
use ward_model::vulnerability::VulnerabilityRecord;

#[path = "support/pump.rs"]
mod pump;
#[path = "support/small.rs"]
mod small;

use pump::{SYSTEM, assessed, criterion, record, sbom, verdict};
use small::DEVICE;

/// A viewer that is vulnerable where it runs on one operating system: whether the pump has that, only the pump's inventory says.
#[test]
fn a_neighbours_operating_system() {
    let viewer = ("a:viewer", "1.5");
    let vulnerable = || {
        let nodes =
            vec![vec![criterion(true, "a:viewer", Some((None, "2.0")))], vec![criterion(false, "o:windmill", None)]];
        // What makes the other components known to the feeds.
        let others = record(
            "nvd",
            "CVE-2026-0002",
            vec![vec![
                criterion(true, "o:windmill", Some((None, "1.0"))),
                criterion(true, "o:watermill", Some((None, "1.0"))),
            ]],
        );
        vec![record("nvd", "CVE-2026-0001", nodes), others]
    };
    let run = |pump: &[(&str, &str)], gateway: &[(&str, &str)], but: &[&str]| {
        let mut but = but.to_vec();
        but.push("control:viewer-off");
        assessed(vulnerable(), [pump, gateway], &[], &but)
    };
    let pump_listed = "element:pump.software_listed";
    let state = |assessment: &Assessment| {
        let found = assessment.findings.iter().find(|at| at.finding.vulnerability.id.as_str() == "CVE-2026-0001");
        found.map(|at| (at.element.to_string(), at.finding.state))
    };
    // The gateway is known to run another one. That says nothing of the pump, which nobody has listed completely.
    let unlisted = run(&[viewer], &[("o:watermill", "3")], &[pump_listed]);
    assert_eq!(state(&unlisted), Some(("pump".to_owned(), State::Unknown)));
    let presumed = verdict(&unlisted, "pump", Some(PresumedBecause::UnknownRange)).expect("it cannot be told");
    assert_eq!((presumed.verdict, presumed.basis), (Outcome::Uncontrolled, Basis::Presumed));
    assert_eq!(presumed.covers, ["CVE-2026-0001"]);
    assert!(presumed.reasons.contains(&"CVE-2026-0001 in viewer 1.5 cannot be told".into()), "{presumed:#?}");
    // The pump's own list turns it, and the gateway's does not bring it in.
    for gateway in ["o:watermill", "o:windmill"] {
        let listed = run(&[viewer, ("o:watermill", "3")], &[(gateway, "3")], &[]);
        assert_eq!(state(&listed).map(|(_, state)| state), Some(State::NotAffected), "{gateway}");
        assert!(verdict(&listed, "pump", Some(PresumedBecause::UnknownRange)).is_none());
        assert!(verdict(&listed, "CVE-2026-0001", None).is_none());
        // Nor does it take anything out.
        let undecided = run(&[viewer, ("o:watermill", "3")], &[(gateway, "3")], &[pump_listed]);
        assert!(verdict(&undecided, "pump", Some(PresumedBecause::UnknownRange)).is_some(), "{gateway}");
    }
    // Where the pump itself runs it, no list helps.
    let own = run(&[viewer, ("o:windmill", "3")], &[("o:watermill", "3")], &[]);
    let open = verdict(&own, "CVE-2026-0001", None).expect("it is affected");
    assert_eq!((open.verdict, open.basis), (Outcome::Uncontrolled, Basis::Confirmed));
}

/// Fixed in 2.3.8 and open again in 3.0: being later fixes nothing.
#[test]
fn a_later_version_that_is_open() {
    let records = || {
        vec![record(
            "nvd",
            "CVE-2026-0001",
            vec![vec![
                criterion(true, "a:viewer", Some((None, "2.3.8"))),
                criterion(true, "a:viewer", Some((Some("3.0"), "3.0.2"))),
            ]],
        )]
    };
    let run = |version: &str| {
        let components = [("a:viewer", version)];
        assessed(records(), [&components, &[("a:viewer", "2.3.8")]], &[], &["control:viewer-off"])
    };
    for open in ["2.3.7", "3.0", "3.0.1"] {
        let assessment = run(open);
        let verdict = verdict(&assessment, "CVE-2026-0001", None).unwrap_or_else(|| panic!("{open} is open"));
        assert_eq!((verdict.verdict, verdict.basis), (Outcome::Uncontrolled, Basis::Confirmed), "{open}");
        assert_eq!(verdict.element.as_str(), "pump", "the gateway's fixed version says nothing of the pump's");
        let found = assessment.findings.iter().find(|at| at.finding.state == State::Affected).expect("a finding");
        assert!(found.finding.proof.range.contains(if open == "2.3.7" { "2.3.8" } else { "3.0.2" }), "{open}");
    }
    for fixed in ["2.3.8", "2.9", "3.0.2"] {
        assert!(verdict(&run(fixed), "CVE-2026-0001", None).is_none(), "{fixed}");
    }
    // A version that nobody can order is not taken for a late one.
    let unordered = run("the-latest");
    assert!(
        unordered
            .verdicts
            .iter()
            .any(|verdict| { verdict.element.as_str() == "pump" && verdict.verdict == Outcome::Uncontrolled }),
        "{:#?}",
        unordered.verdicts
    );
}

/// Somebody else says that the product is not affected: in a feed, and in a file that lies in the folder.
#[test]
fn a_foreign_statement_of_not_affected() {
    let mut foreign = VulnerabilityRecord::new(VulnerabilityId::from("ADV-1"), "csaf");
    foreign.aliases = vec!["CVE-2026-0001".into()];
    foreign.affected = vec![AffectedProduct {
        asserter: "somebody else".to_owned(),
        package: None,
        release: None,
        vendor: Some("acme".to_owned()),
        product: Some("viewer".to_owned()),
        cpes: vec![Cpe::parse("cpe:2.3:a:acme:viewer:1.5:*:*:*:*:*:*:*").expect("a CPE name")],
        default_status: VersionStatus::Unaffected,
        versions: vec![VersionStatement::Listed {
            versions: vec!["1.5".to_owned()],
            status: VersionStatus::Unaffected,
        }],
        platforms: Vec::new(),
        program_files: Vec::new(),
    }];
    let vex = r#"{"@context":"https://openvex.dev/ns/v0.2.0","@id":"urn:x","author":"somebody else","version":1,
        "timestamp":"2026-11-01T00:00:00Z","statements":[{"vulnerability":{"name":"CVE-2026-0001"},
        "products":[{"@id":"pkg:generic/viewer@1.5"}],"status":"not_affected","justification":"component_not_present"}]}"#;
    let own = || record("nvd", "CVE-2026-0001", vec![vec![criterion(true, "a:viewer", Some((None, "2.0")))]]);
    let components = [("a:viewer", "1.5")];
    let run = |records, more: &[(&str, &str)], but: &[&str]| {
        assessed(records, [&components, &[("a:viewer", "2.1")]], more, but)
    };
    let undecided = ["control:viewer-off"];
    let statement = [("evidence/statement.openvex.json", vex), ("vex/statement.openvex.json", vex)];
    let alone = run(vec![own()], &[], &undecided);
    for (records, more) in [
        (vec![own(), foreign.clone()], &[][..]),
        (vec![own()], &statement[..]),
        (vec![own(), foreign.clone()], &statement[..]),
    ] {
        let told = run(records, more, &undecided);
        let (before, after) = (verdict(&alone, "CVE-2026-0001", None), verdict(&told, "CVE-2026-0001", None));
        let (before, after) = (before.expect("it is open"), after.expect("it stays open"));
        assert_eq!((after.verdict, after.basis), (Outcome::Uncontrolled, Basis::Confirmed));
        assert_eq!((after.exploitability, &after.harm), (before.exploitability, &before.harm));
        let found = told.findings.iter().find(|at| at.finding.state == State::Affected);
        assert!(found.is_some_and(|found| found.finding.vulnerability.id.as_str() == "CVE-2026-0001"));
    }
    // What turns it is the maker's own claim, decided.
    let decided = run(vec![own(), foreign], &statement, &[]);
    let turned = verdict(&decided, "CVE-2026-0001", None).expect("a verdict");
    assert_eq!((turned.verdict, turned.provisional), (Outcome::Controlled, true), "{turned:#?}");
    assert!(turned.sensitivity.iter().any(|point| point.claim.to_string() == "control:viewer-off"), "{turned:#?}");
}

/// A thousand links to what is not there are a thousand errors, each with its place, and no device.
#[test]
fn a_thousand_dangling_names() {
    let links: String = (0..1000)
        .map(|number| {
            format!("[[link]]\nid = \"l{number}\"\nname = \"L\"\nfrom = \"pump\"\nto = \"nothing-{number}\"\nmedium = \"ip\"\n")
        })
        .collect();
    let system = format!("{SYSTEM}{links}");
    let (pump, gateway) = (sbom(&[("a:viewer", "1.5")]), sbom(&[]));
    let files = [
        ("device.toml", DEVICE),
        ("system.toml", &system),
        ("sbom/pump.cdx.json", &pump),
        ("sbom/gateway.cdx.json", &gateway),
        ("evidence/e.md", "looked at"),
        ("fielded.toml", "[[version]]\nid = \"1\"\nunits = 10\n"),
    ];
    let Err(wrong) = read(&MemoryFiles::from_iter(files)) else { panic!("it is refused") };
    let told = wrong.to_string();
    for number in [0, 1, 500, 999] {
        assert!(told.contains(&format!("nothing-{number}")), "nothing-{number} is not told");
    }
    assert!(wrong.0.len() >= 1000, "{}", wrong.0.len());
}
