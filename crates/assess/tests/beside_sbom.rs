//! What an element names beside its SBOM is looked up like what stands in it: nothing of it is silently taken for assessed.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use ward_device::{MemoryFiles, read};
use ward_knowledge::Contents;
use ward_model::Assessment;
use ward_model::cpe::Cpe;
use ward_model::finding::{State, UnassessedReason};
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};
use ward_version::{Bound, Interval};

#[path = "support/small.rs"]
mod small;

use small::{DEVICE, TODAY, assessed_with};

fn record(id: &str, product: &str, before: Option<&str>) -> VulnerabilityRecord {
    let upper = before.map(|version| Bound { version: version.to_owned(), inclusive: false });
    let criterion = Criterion {
        vulnerable: true,
        cpe: Cpe::parse(product).expect("a CPE name"),
        range: upper.map(|upper| Interval { lower: None, upper: Some(upper) }),
    };
    let node = Node { operator: Operator::Or, negate: false, criteria: vec![criterion] };
    VulnerabilityRecord {
        configurations: vec![Configuration { operator: Operator::Or, negate: false, nodes: vec![node] }],
        ..VulnerabilityRecord::new(VulnerabilityId::from(id), "nvd")
    }
}

fn assessed(hardware: &str) -> Assessment {
    let system = format!(
        "[[element]]\nid = \"pump\"\nkind = \"bedside-device\"\nowner = \"maker\"\nhardware = [{{ cpe = \"{hardware}\" }}]\n"
    );
    let files = MemoryFiles::from_iter([("device.toml", DEVICE), ("system.toml", system.as_str())]);
    let reading = read(&files).expect("a folder");
    let contents = Contents {
        records: vec![
            record("CVE-2019-0001", "cpe:2.3:o:linux:linux_kernel:*:*:*:*:*:*:*:*", Some("5.5")),
            record("CVE-2019-0002", "cpe:2.3:h:acme:radio:*:*:*:*:*:*:*:*", None),
        ],
        years: (2002..=2026).collect(),
        ..Contents::empty(TODAY)
    };
    assessed_with(&reading.device, &reading.decisions, contents)
}

#[test]
fn an_operating_system_is_looked_up() {
    let found = assessed("cpe:2.3:o:linux:linux_kernel:5.4.20:*:*:*:*:*:*:*");
    let findings: Vec<_> =
        found.findings.iter().map(|at| (at.finding.vulnerability.id.as_str(), at.finding.state)).collect();
    assert_eq!(findings, [("CVE-2019-0001", State::Affected)]);
    assert_eq!(found.coverage.inventories[0].components, Some(1));
    let later = assessed("cpe:2.3:o:linux:linux_kernel:5.5:*:*:*:*:*:*:*");
    assert!(later.findings.is_empty() && later.unassessed.is_empty());
}

#[test]
fn one_that_no_feed_names_is_not_assessed() {
    for name in ["cpe:2.3:o:nobody:frobos:1:*:*:*:*:*:*:*", "cpe:2.3:a:nobody:thing:2:*:*:*:*:*:*:*"] {
        let found = assessed(name);
        let reasons: Vec<_> = found.unassessed.iter().map(|at| at.what.reason).collect();
        assert_eq!(reasons, [UnassessedReason::ProductNotInAnyFeed], "{name}");
        assert_eq!(found.coverage.inventories[0].assessed, 0);
    }
}

#[test]
fn hardware_is_looked_up_where_a_feed_speaks_of_it() {
    let named = assessed("cpe:2.3:h:acme:radio:-:*:*:*:*:*:*:*");
    assert!(!named.findings.is_empty() || !named.unassessed.is_empty(), "it is not passed over");
    let silicon = assessed("cpe:2.3:h:nobody:chip:-:*:*:*:*:*:*:*");
    assert!(silicon.findings.is_empty() && silicon.unassessed.is_empty());
}
