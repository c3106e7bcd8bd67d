//! SARIF 2.1.0: the findings of a scan for tools that show problems beside code.
//!
//! A result is a finding that is affected or that cannot be told; what was looked at and excluded is a result that passed. What could
//! not be assessed stands as a notification of the run: it is no finding, and must not be lost.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use ward_model::Digest;
use ward_model::finding::{Finding, ScanReport, State, Unassessed, VulnerabilitySummary};

use crate::vex::print;

/// One scan and what to call its file.
#[derive(Debug, Clone, Copy)]
pub struct Run<'a> {
    /// The file that was read, as a path or address relative to where the results are shown.
    pub file: &'a str,
    /// What was found.
    pub report: &'a ScanReport,
}

/// Writes scans, one run each.
pub fn write(runs: &[Run<'_>], engine: &str) -> String {
    let runs: Vec<Value> = runs.iter().map(|scan| run(scan, engine)).collect();
    print(&json!({ "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0", "runs": runs }))
}

fn run(scan: &Run<'_>, engine: &str) -> Value {
    let report = scan.report;
    let mut rules: BTreeMap<&str, &VulnerabilitySummary> = BTreeMap::new();
    for finding in &report.findings {
        rules.entry(finding.vulnerability.id.as_str()).or_insert(&finding.vulnerability);
    }
    let places: BTreeMap<&str, usize> = rules.keys().enumerate().map(|(place, id)| (*id, place)).collect();
    let address = address(scan.file);
    let results: Vec<Value> = report.findings.iter().map(|finding| result(finding, &places, &address)).collect();
    let notifications: Vec<Value> = report
        .unassessed
        .iter()
        .map(not_assessed)
        .chain(report.sbom.remarks.iter().map(|remark| json!({ "level": "note", "message": { "text": remark } })))
        .collect();
    json!({
        "tool": { "driver": {
            "name": "Wardround",
            "version": engine,
            "rules": rules.values().map(|vulnerability| rule(vulnerability)).collect::<Vec<_>>(),
        } },
        "artifacts": [{ "location": { "uri": address }, "hashes": { "sha-256": report.sbom.sha256.to_string() } }],
        "columnKind": "unicodeCodePoints",
        "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notifications }],
        "results": results,
        "properties": {
            "knowledge": report.knowledge.generation.to_string(),
            "knowledgeAsOf": report.knowledge.as_of.to_string(),
            "seed": report.knowledge.seed,
        },
    })
}

fn rule(vulnerability: &VulnerabilitySummary) -> Value {
    let worst = vulnerability.cvss.iter().map(|cvss| &cvss.score).max();
    let mut properties = json!({ "severity": vulnerability.severity, "tags": ["security"] });
    if let (Some(worst), Some(fields)) = (worst, properties.as_object_mut()) {
        // A text with one decimal, as those who show it expect.
        fields.insert("security-severity".to_owned(), worst.to_string().into());
    }
    let id = vulnerability.id.as_str();
    let description = if vulnerability.description.is_empty() { id } else { &vulnerability.description };
    let mut rule = json!({
        "id": id,
        "shortDescription": { "text": id },
        "fullDescription": { "text": description },
        "properties": properties,
    });
    if let (true, Some(fields)) = (id.starts_with("CVE-"), rule.as_object_mut()) {
        fields.insert("helpUri".to_owned(), format!("https://nvd.nist.gov/vuln/detail/{id}").into());
    }
    rule
}

fn result(finding: &Finding, places: &BTreeMap<&str, usize>, address: &str) -> Value {
    let id = finding.vulnerability.id.as_str();
    let component = &finding.component;
    let named = match &component.version {
        Some(version) => format!("{} {version}", component.name),
        None => component.name.clone(),
    };
    let severe = matches!(finding.vulnerability.severity.as_str(), "high" | "critical" | "unknown");
    let (kind, level, said) = match finding.state {
        State::Affected if severe || finding.vulnerability.kev => ("fail", "error", "is affected by"),
        State::Affected => ("fail", "warning", "is affected by"),
        // Shown like a finding: who filters it away must mean to.
        State::Unknown => ("fail", "warning", "may be affected by"),
        State::NotAffected => ("pass", "none", "is not affected by"),
    };
    let mut text = format!("{named} {said} {id}");
    if finding.state == State::Unknown {
        text.push_str(": it cannot be told from what is known");
    }
    if !finding.fixed_in.is_empty() && finding.state != State::NotAffected {
        text.push_str(&format!("; ranges end before {}", finding.fixed_in.join(", ")));
    }
    let parts = [id, component.reference.as_str()];
    let fingerprint = Digest::of_parts(parts.iter().map(|part| part.as_bytes()));
    json!({
        "ruleId": id,
        "ruleIndex": places.get(id),
        "kind": kind,
        "level": level,
        "message": { "text": text },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": address, "index": 0 } },
            "logicalLocations": [{ "name": component.name, "fullyQualifiedName": component.reference.as_str(), "kind": "module" }],
        }],
        "partialFingerprints": { "vulnerabilityAndComponent/v1": fingerprint.to_string() },
        "properties": {
            "state": finding.state,
            "confidence": finding.confidence,
            "proof": finding.proof,
            "purl": component.purl,
            "cpes": component.cpes,
            "kev": finding.vulnerability.kev,
            "fixedIn": finding.fixed_in,
        },
    })
}

fn not_assessed(unassessed: &Unassessed) -> Value {
    let component = &unassessed.component;
    let version = component.version.as_deref().unwrap_or("without a version");
    let text = format!("{} {version} could not be assessed: {}", component.name, unassessed.reason.word());
    json!({ "level": "warning", "message": { "text": text }, "descriptor": { "id": unassessed.reason.word() } })
}

/// A path as a relative address.
fn address(path: &str) -> String {
    let mut address = String::new();
    for byte in path.replace('\\', "/").bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                address.push(char::from(byte))
            }
            other => address.push_str(&format!("%{other:02X}")),
        }
    }
    address
}
