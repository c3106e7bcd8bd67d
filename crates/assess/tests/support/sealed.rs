//! A sealed pump with one library, of which one record speaks.

use jiff::civil::date;
use ward_device::{DECISIONS, MemoryFiles, Reading, read};
use ward_knowledge::Contents;
use ward_model::claim::Claim;
use ward_model::cpe::Cpe;
use ward_model::ids::VulnerabilityId;
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, VulnerabilityRecord};

use crate::small::{DEVICE, TODAY, accepted};

/// A sealed pump and a server beside it, without a link between them: that is `LINK`.
pub const SYSTEM: &str = r#"
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
[[function.effect]]
on = "loss"
hazardous_situation = "it pauses"
harm = "pause"

[[harm]]
id = "pause"
axis = "person"
severity = "negligible"
text = "A pause"

[[harm]]
id = "overdose"
axis = "person"
severity = "catastrophic"
text = "Overdose"
"#;

const SBOM: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.5","version":1,"components":[{"type":"library","bom-ref":"lib","name":"lib","version":"1.0","cpe":"cpe:2.3:a:acme:lib:1.0:*:*:*:*:*:*:*"}]}"#;

/// A folder of which every claim is decided.
pub fn folder(system: &str) -> Reading {
    let folder = [
        ("device.toml", DEVICE),
        ("system.toml", system),
        ("sbom/pump.cdx.json", SBOM),
        ("evidence/e.md", "looked at"),
    ];
    let undecided = read(&MemoryFiles::from_iter(folder)).expect("a folder");
    let claims: Vec<&Claim> = undecided.device.claims.values().collect();
    let decisions = accepted(&claims);
    let with_decisions = folder.into_iter().chain([(DECISIONS, decisions.as_str())]);
    read(&MemoryFiles::from_iter(with_decisions)).expect("a folder")
}

/// One record about every version of the library, with this vector.
pub fn record(vector: &str) -> Contents {
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
    record.scores = vec![ward_model::vulnerability::ScoredVector {
        vector: ward_model::cvss::Vector::parse(vector).expect("a vector"),
        source: "test".into(),
    }];
    Contents { records: vec![record], years: (1999..=2026).collect(), ..Contents::empty(TODAY) }
}
