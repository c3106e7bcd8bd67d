//! An event of the watch-list becomes live when what it lacks is added, and says why.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use jiff::civil::date;
use ward_assess::became_live;
use ward_device::{DECISIONS, MemoryFiles, read};
use ward_knowledge::Contents;
use ward_model::Assessment;
use ward_model::claim::{Claim, joint_evidence, joint_premise};
use ward_model::cpe::Cpe;
use ward_model::ids::VulnerabilityId;
use ward_model::verdict::Place;
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};

#[path = "support/small.rs"]
mod small;

use small::{DEVICE, TODAY, assessed_with};

/// A sealed pump and a server beside it, without a link between them: that is `LINK`.
const SYSTEM: &str = r#"
[[element]]
id = "pump"
kind = "bedside-device"
owner = "maker"
sbom = "sbom/pump.cdx.json"
instances_per_site = 1
claims = { interfaces_listed = "evidence/e.md", software_listed = "evidence/e.md", functions_listed = "evidence/e.md" }

[[element]]
id = "server"
kind = "other"
owner = "hospital"
sbom = "none"
instances_per_site = 1
claims = { interfaces_listed = "evidence/e.md", software_listed = "evidence/e.md", functions_listed = "evidence/e.md" }

[[element]]
id = "seal"
kind = "other"
owner = "maker"
sbom = "none"
instances_per_site = 1
claims = { interfaces_listed = "evidence/e.md", software_listed = "evidence/e.md", functions_listed = "evidence/e.md" }

# Nobody touches the pump, so that a link is all that is missing.
[[control]]
id = "sealed"
category = "compensating"
cuts = [{ presence_at = "pump" }]
enforcer = { element = "seal" }
performed_by = "design"
claimed = { effective = true, evidence = "evidence/e.md" }
hazard_added = "none"
cost = 1

[[person_group]]
id = "patient"
role = "patient"

[[function]]
id = "infuse"
essential = true
realised_by = { all = ["pump"] }
persons = { group = "patient", at_once_per_instance = 1 }
[[function.effect]]
on = "alteration"
hazardous_situation = "too much"
harm = "overdose"

[[harm]]
id = "overdose"
axis = "person"
severity = "catastrophic"
text = "Overdose"
"#;

const LINK: &str = r#"
[[link]]
id = "orders"
from = "server"
to = "pump"
medium = "ip"
exposed_to = ["hospital-network"]
carries = ["data"]
authentication = "none"
claims = { exposed_to = "evidence/e.md", carries = "evidence/e.md" }
"#;

const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","bom-ref":"lib","name":"lib","version":"1.0","cpe":"cpe:2.3:a:acme:lib:1.0:*:*:*:*:*:*:*"}]}"#;

fn assessed(system: &str) -> Assessment {
    let folder = [
        ("device.toml", DEVICE),
        ("system.toml", system),
        ("sbom/pump.cdx.json", SBOM),
        ("evidence/e.md", "looked at"),
    ];
    let undecided = read(&MemoryFiles::from_iter(folder)).expect("a folder");
    let claims: Vec<&Claim> = undecided.device.claims.values().collect();
    let named: Vec<String> = claims.iter().map(|claim| format!("\"{}\"", claim.id)).collect();
    let decisions = format!(
        "[[decision]]\nclaims = [{}]\noutcome = \"accepted\"\nby = \"x\"\non = 2026-01-01\nexpires = 2027-12-31\nrationale = \"x\"\n\
         premise_sha256 = \"{}\"\nevidence_sha256 = \"{}\"\n",
        named.join(", "),
        joint_premise(claims.iter().copied()),
        joint_evidence(claims.iter().copied()).expect("the evidence is there"),
    );
    let with_decisions = folder.into_iter().chain([(DECISIONS, decisions.as_str())]);
    let reading = read(&MemoryFiles::from_iter(with_decisions)).expect("a folder");
    let criterion = Criterion {
        vulnerable: true,
        cpe: Cpe::parse("cpe:2.3:a:acme:lib:*:*:*:*:*:*:*:*").expect("a CPE name"),
        range: None,
    };
    let node = Node { operator: Operator::Or, negate: false, criteria: vec![criterion] };
    let mut record = VulnerabilityRecord {
        configurations: vec![Configuration { operator: Operator::Or, negate: false, nodes: vec![node] }],
        received: Some(date(2026, 3, 1)),
        ..VulnerabilityRecord::new(VulnerabilityId::from("CVE-2026-0001"), "nvd")
    };
    // Only over a network.
    record.scores = vec![ward_model::vulnerability::ScoredVector {
        vector: ward_model::cvss::Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").expect("a vector"),
        source: "test".into(),
    }];
    let contents = Contents { records: vec![record], years: (1999..=2026).collect(), ..Contents::empty(TODAY) };
    assessed_with(&reading.device, &reading.decisions, contents)
}

#[test]
fn an_event_becomes_live_when_its_missing_link_is_added_and_says_why() {
    let before = assessed(SYSTEM);
    let waiting: Vec<&str> = before.watch_list.iter().map(|item| item.event.as_str()).collect();
    assert_eq!(waiting, ["CVE-2026-0001"], "{:#?}", before.verdicts);
    let item = &before.watch_list[0];
    assert!(!item.failed_predicate.is_empty() && !item.becomes_live_if.is_empty());
    assert!(item.review_by > TODAY);
    assert_eq!(became_live(&before, &before), Vec::new());
    let after = assessed(&format!("{SYSTEM}{LINK}"));
    assert!(after.watch_list.iter().all(|item| item.event != "CVE-2026-0001"));
    let live = became_live(&before, &after);
    assert_eq!(live.len(), 1, "{live:#?}");
    assert_eq!(live[0].failed_predicate, item.failed_predicate);
    assert!(live[0].new_on_the_way.contains(&Place::Link("orders".to_owned())), "{live:#?}");
    assert!(live[0].by.iter().any(|fact| fact.contains("orders")), "{live:#?}");
}
