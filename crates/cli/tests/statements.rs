//! A scan as SARIF and as statements (VEX): as the published schemas say, the same bytes every time, and nothing left out silently.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use serde_json::Value;
use support::{example, has_keys, ward};

fn sbom() -> String {
    example("infusion-pump/sbom/lvp-200-4.1.cdx.json")
}

fn scanned(format: &str) -> String {
    let arguments = ["scan", &sbom(), "--format", format, "--as-of", "2026-12-01"];
    let first = ward(&arguments).ends(0).stdout;
    assert_eq!(first, ward(&arguments).ends(0).stdout, "{format} is the same every time");
    first
}

#[test]
fn sarif_holds_every_finding_and_what_was_not_assessed() {
    let report = ward(&["scan", &sbom(), "--json", "--as-of", "2026-12-01"]).ends(0).json();
    let sarif: Value = serde_json::from_str(&scanned("sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    has_keys(run, &["tool", "artifacts", "invocations", "results", "properties"]);
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), report["findings"].as_array().unwrap().len());
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    for result in results {
        let place = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[place]["id"], result["ruleId"]);
        let (kind, level) = (result["kind"].as_str().unwrap(), result["level"].as_str().unwrap());
        let expected = if result["properties"]["state"] == "not_affected" { "pass" } else { "fail" };
        assert_eq!((kind, level == "none"), (expected, expected == "pass"), "{result}");
    }
    let notes = run["invocations"][0]["toolExecutionNotifications"].as_array().unwrap();
    let warnings = notes.iter().filter(|note| note["level"] == "warning").count();
    assert_eq!(warnings, report["unassessed"].as_array().unwrap().len());
}

#[test]
fn statements_say_what_the_scan_says() {
    let report = ward(&["scan", &sbom(), "--json", "--as-of", "2026-12-01"]).ends(0).json();
    let mut expected: Vec<(String, String)> = report["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|finding| {
            let status = match finding["state"].as_str().unwrap() {
                "affected" => "Affected",
                "not_affected" => "NotAffected",
                _ => "UnderInvestigation",
            };
            (finding["vulnerability"]["id"].as_str().unwrap().to_owned(), status.to_owned())
        })
        .collect();
    expected.sort();
    assert!(expected.len() > 3);
    for format in ["openvex", "cyclonedx-vex", "csaf-vex"] {
        let document = ward_formats::vex::read(scanned(format).as_bytes()).unwrap();
        let mut said: Vec<(String, String)> = Vec::new();
        for statement in &document.statements {
            let parts = statement.products.iter().map(|product| product.components.len()).sum();
            let one = (statement.vulnerability.to_string(), format!("{:?}", statement.status));
            said.extend(std::iter::repeat_n(one, parts));
        }
        said.sort();
        assert_eq!(said, expected, "{format}");
    }
    let named =
        ["scan", &sbom(), "--format", "csaf-vex", "--issuer", "Makers", "--issuer-namespace", "https://m.example"];
    let document = ward_formats::vex::read(ward(&named).ends(0).stdout.as_bytes()).unwrap();
    assert_eq!(document.issuer.name.as_deref(), Some("Makers"));
    assert_eq!(document.issuer.namespace.as_deref(), Some("https://m.example"));
}

#[test]
fn lint_checks_against_published_schemas() {
    let Some(folder) = ward_samples::path("schemas") else { return };
    let schemas = folder.display().to_string();
    // What the program writes is as the schema of its version says, and so are the examples.
    let home = tempfile::tempdir().unwrap();
    let written = home.path().join("statements.json");
    std::fs::write(&written, scanned("cyclonedx-vex")).unwrap();
    for file in [written.display().to_string(), sbom()] {
        let answer = ward(&["lint", &file, "--strict", "--schema", &schemas, "--json"]).ends(0).json();
        assert_eq!(answer["violations"], serde_json::json!([]), "{file}");
    }
    let xml = br#"<bom xmlns="http://cyclonedx.org/schema/bom/1.6" version="1"><components/></bom>"#;
    let run = support::fed(&["lint", "-", "--strict", "--schema", &schemas, "--json"], xml).ends(0);
    assert!(run.stderr.contains("it was not used"), "{}", run.stderr);
    assert_eq!(run.json()["checked"].as_array().unwrap().len(), 1);
    let broken = home.path().join("broken.json");
    let text =
        r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":0,"metadata":{"timestamp":"2026"},"components":[]}"#;
    std::fs::write(&broken, text).unwrap();
    let broken = broken.display().to_string();
    let run = ward(&["lint", &broken, "--schema", &folder.join("bom-1.6.schema.json").display().to_string(), "--json"])
        .ends(2);
    let found = run.json()["violations"].as_array().unwrap().clone();
    assert!(found.iter().any(|violation| violation["path"] == "/version"), "{found:?}");
    assert!(found.iter().any(|violation| violation["path"] == "/metadata/timestamp"), "{found:?}");
    let run = ward(&["lint", &broken, "--schema", &schemas]).ends(2);
    assert!(run.stdout.contains("not as the format demands"), "{}", run.stdout);
    assert!(run.stderr.contains("is not as its format demands"), "{}", run.stderr);
}

#[test]
fn lint_measures_what_is_there() {
    let answer = ward(&["lint", &sbom(), "--json"]).ends(0).json();
    has_keys(&answer, &["schema", "components", "quality", "violations", "difference", "remarks"]);
    has_keys(&answer["quality"], &["score", "minimum_elements", "support", "identity"]);
    assert_eq!(answer["quality"]["minimum_elements"].as_array().unwrap().len(), 7);
    assert_eq!(answer["violations"], Value::Null, "nothing was checked");
    let text = ward(&["lint", &sbom()]).ends(0).stdout;
    for part in ["minimum elements (NTIA)", "support (FDA premarket)", "end of support", " of "] {
        assert!(text.contains(part), "{text}");
    }
    let newer = example("infusion-pump/sbom/lvp-200-4.2.cdx.json");
    let answer = ward(&["lint", &newer, "--against", &sbom(), "--json"]).ends(0).json();
    let difference = &answer["difference"];
    has_keys(difference, &["added", "removed", "changed", "same"]);
    assert!(!difference["changed"].as_array().unwrap().is_empty(), "{difference}");
    let same = ward(&["lint", &newer, "--against", &newer, "--json"]).ends(0).json();
    assert_eq!(same["difference"]["changed"], serde_json::json!([]));
    let broken = br#"{"bomFormat":"CycloneDX","specVersion":"1.6","components":[{"type":"toaster","name":"a"}]}"#;
    let run = support::fed(&["lint", "-", "--strict"], broken).ends(2);
    assert!(run.stderr.contains("component type"), "{}", run.stderr);
    support::fed(&["lint", "-"], broken).ends(0);
    let run = support::fed(&["lint", "-", "--strict"], b"SPDXVersion: SPDX-2.3\nPackageName: a\n").ends(0);
    assert!(run.stdout.contains("not checked") && run.stderr.contains("no rules are known"), "{}", run.stdout);
    ward(&["lint", &example("first-pump"), "--against", &newer]).ends(2);
}

/// What an issuer says who is named as believed marks a finding; what anybody else says is shown beside it.
#[test]
fn statements_of_others_mark_findings_where_their_issuer_is_believed() {
    let report = ward(&["scan", &sbom(), "--json", "--as-of", "2026-12-01"]).ends(0).json();
    let findings = report["findings"].as_array().unwrap();
    let named = |finding: &&Value| finding["state"] == "affected" && finding["component"]["purl"].is_string();
    let finding = findings.iter().find(named).unwrap();
    let (id, component) = (finding["vulnerability"]["id"].as_str().unwrap(), &finding["component"]);
    let place = tempfile::tempdir().unwrap();
    let file = place.path().join("acme.json");
    let document = serde_json::json!({
        "@context": "https://openvex.dev/ns/v0.2.0", "@id": "urn:acme", "author": "ACME PSIRT", "version": 1,
        "timestamp": "2026-11-01T00:00:00Z",
        "statements": [{ "vulnerability": { "name": id }, "status": "not_affected",
            "justification": "vulnerable_code_not_present", "products": [{ "@id": component["purl"] }] }],
    });
    std::fs::write(&file, document.to_string()).unwrap();
    let file = file.display().to_string();
    for (more, state, effect) in [
        (&["--vex", &file][..], "affected", "nobody believes its issuer"),
        (&["--vex", &file, "--trust", "Somebody Else"], "affected", "nobody believes its issuer"),
        (&["--vex", &file, "--trust", "ACME PSIRT"], "not_affected", "it counts"),
    ] {
        let (sbom, reference) = (sbom(), component["ref"].as_str().unwrap());
        let scan = [&["scan", &sbom, "--json", "--as-of", "2026-12-01"], more].concat();
        let told = ward(&scan).ends(0).json();
        let is_it = |one: &&Value| one["vulnerability"]["id"] == id && one["component"]["ref"] == reference;
        let found = told["findings"].as_array().unwrap().iter().find(is_it).unwrap().clone();
        assert_eq!(found["state"], state, "{more:?}");
        assert!(found["proof"]["environment"].to_string().contains(effect), "{found:#}");
        let why = [&["why", id, reference, "--sbom", &sbom, "--json", "--as-of", "2026-12-01"], more].concat();
        let why = ward(&why).ends(0).json();
        assert_eq!(why["state"], state, "{more:?}");
        assert!(why["reasons"].to_string().contains(effect), "{why:#}");
    }
    ward(&["scan", &sbom(), "--trust", "ACME PSIRT"]).ends(2);
}
