//! A pump and a gateway on one network, and records about what runs on them.
#![allow(dead_code, reason = "each test uses a part of it")]

use ward_device::{MemoryFiles, read};
use ward_knowledge::Contents;
use ward_model::Assessment;
use ward_model::affected::{AffectedProduct, VersionStatus};
use ward_model::cpe::Cpe;
use ward_model::cvss::Vector;
use ward_model::ids::VulnerabilityId;
use ward_model::verdict::{PresumedBecause, Verdict};
use ward_model::vulnerability::{Configuration, Criterion, Node, Operator, ScoredVector, VulnerabilityRecord};
use ward_version::{Bound, Interval};

use crate::small::{DEVICE, TODAY, assessed_with, decided};

/// A pump and a gateway on one network. All that is claimed is claimed with evidence.
pub(crate) const SYSTEM: &str = r#"
[[zone]]
id = "ward"
name = "Ward"
owner = "hospital"

[[element]]
id = "pump"
kind = "bedside-device"
owner = "maker"
zone = "ward"
instances_per_site = 1
sbom = { "1" = "sbom/pump.cdx.json" }
claims = { interfaces_listed = "evidence/e.md", software_listed = "evidence/e.md", functions_listed = "evidence/e.md" }

[[element]]
id = "gateway"
kind = "gateway"
owner = "maker"
zone = "ward"
instances_per_site = 1
sbom = { "1" = "sbom/gateway.cdx.json" }
claims = { interfaces_listed = "evidence/e.md", software_listed = "evidence/e.md", functions_listed = "evidence/e.md" }

[[link]]
id = "readings"
name = "Readings"
from = "pump"
to = "gateway"
medium = "ip"
exposed_to = ["hospital-network"]
carries = ["data"]
authentication = "none"
claims = { exposed_to = "evidence/e.md", carries = "evidence/e.md" }

[[function]]
id = "infuse"
name = "Infuse"
essential = true
realised_by = { all = ["pump"] }

[[function.effect]]
on = "alteration"
hazardous_situation = "too much"
harm = "death"

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
id = "death"
axis = "person"
severity = "catastrophic"
text = "Death"

[[control]]
id = "viewer-off"
name = "The viewer is not started"
category = "compensating"
cuts = { vulnerability = "CVE-2026-0001", at = "pump" }
enforcer = { element = "pump" }
performed_by = "design"
claimed = { effective = true, evidence = "evidence/e.md" }
hazard_added = "none"
"#;

pub(crate) fn sbom(components: &[(&str, &str)]) -> String {
    let component = |(name, version): &(&str, &str)| {
        let (part, product) = name.split_once(':').expect("a part and a product");
        let cpe = format!("cpe:2.3:{part}:acme:{product}:{version}:*:*:*:*:*:*:*");
        let kind = if part == "o" { "operating-system" } else { "application" };
        format!(r#"{{"type":"{kind}","name":"{product}","version":"{version}","bom-ref":"{product}","cpe":"{cpe}"}}"#)
    };
    let components: Vec<String> = components.iter().map(component).collect();
    format!(r#"{{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{}]}}"#, components.join(","))
}

pub(crate) fn criterion(vulnerable: bool, product: &str, range: Option<(Option<&str>, &str)>) -> Criterion {
    let bound = |version: &str, inclusive| Bound { version: version.to_owned(), inclusive };
    let range = range.map(|(from, before)| Interval {
        lower: from.map(|version| bound(version, true)),
        upper: Some(bound(before, false)),
    });
    let (part, product) = product.split_once(':').expect("a part and a product");
    let cpe = Cpe::parse(&format!("cpe:2.3:{part}:acme:{product}:*:*:*:*:*:*:*:*")).expect("a CPE name");
    Criterion { vulnerable, cpe, range }
}

pub(crate) fn record(source: &str, id: &str, nodes: Vec<Vec<Criterion>>) -> VulnerabilityRecord {
    let nodes = nodes.into_iter().map(|criteria| Node { operator: Operator::Or, negate: false, criteria }).collect();
    let vector = Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N").expect("a vector");
    VulnerabilityRecord {
        configurations: vec![Configuration { operator: Operator::And, negate: false, nodes }],
        scores: vec![ScoredVector { vector, source: "nvd@example".to_owned() }],
        ..VulnerabilityRecord::new(VulnerabilityId::from(id), source)
    }
}

/// What comes of it where every claim is decided but these.
pub(crate) fn assessed(
    records: Vec<VulnerabilityRecord>,
    inventories: [&[(&str, &str)]; 2],
    more: &[(&str, &str)],
    but: &[&str],
) -> Assessment {
    assessed_as(SYSTEM, records, inventories, more, but)
}

/// The same of another system.
pub(crate) fn assessed_as(
    system: &str,
    records: Vec<VulnerabilityRecord>,
    [pump, gateway]: [&[(&str, &str)]; 2],
    more: &[(&str, &str)],
    but: &[&str],
) -> Assessment {
    let (pump, gateway) = (sbom(pump), sbom(gateway));
    let files = [
        ("device.toml", DEVICE),
        ("system.toml", system),
        ("sbom/pump.cdx.json", &pump),
        ("sbom/gateway.cdx.json", &gateway),
        ("evidence/e.md", "looked at"),
        ("fielded.toml", "[[version]]\nid = \"1\"\nunits = 10\n"),
    ];
    let reading = read(&MemoryFiles::from_iter(files.into_iter().chain(more.iter().copied()))).expect("a folder");
    let claims = reading.device.claims.values().filter(|claim| !but.contains(&claim.id.to_string().as_str()));
    let decisions = decided(claims.map(|claim| (claim, true)));
    let contents = Contents { records, years: (2002..=2026).collect(), ..Contents::empty(TODAY) };
    assessed_with(&reading.device, &decisions, contents)
}

/// A record of the CVE list about the viewer, of which nobody says which versions, in these of its source files.
pub(crate) fn in_files(id: &str, program_files: &[&str]) -> VulnerabilityRecord {
    let product = AffectedProduct {
        asserter: "cna".to_owned(),
        package: None,
        release: None,
        vendor: Some("acme".to_owned()),
        product: Some("viewer".to_owned()),
        cpes: Vec::new(),
        default_status: VersionStatus::Unknown,
        versions: Vec::new(),
        platforms: Vec::new(),
        program_files: program_files.iter().map(|file| (*file).to_owned()).collect(),
    };
    VulnerabilityRecord { affected: vec![product], ..VulnerabilityRecord::new(id.into(), "cve5") }
}

pub(crate) fn verdict<'a>(
    assessment: &'a Assessment,
    subject: &str,
    because: Option<PresumedBecause>,
) -> Option<&'a Verdict> {
    let found = |verdict: &&Verdict| verdict.subject.id == subject && verdict.presumed_because == because;
    assessment.verdicts.iter().find(found)
}
