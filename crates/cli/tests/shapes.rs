//! The JSON that other programs read: the keys of the contract, the published schemas, and the same bytes every time.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

#[path = "support/printed.rs"]
mod printed;

use printed::{assert_valid, schema, text};
use support::{checked_in, example, has_keys, ward};

#[test]
fn a_scan_has_its_keys() {
    let sbom = example("first-pump/sbom/pump-1.0.cdx.json");
    let report = ward(&["scan", "--json", &sbom]).ends(0).json();
    has_keys(&report, &["schema", "sbom", "knowledge", "findings", "unassessed"]);
    assert_eq!(report["schema"], "wardround/scan/1");
    has_keys(&report["sbom"], &["format", "spec_version", "name", "version", "sha256", "components"]);
    has_keys(&report["knowledge"], &["generation", "as_of", "sources"]);
    has_keys(&report["knowledge"]["sources"][0], &["name", "newest", "records"]);
    let finding = &report["findings"][0];
    has_keys(finding, &["vulnerability", "component", "state", "fixed_in", "confidence", "proof"]);
    has_keys(&finding["vulnerability"], &["id", "aliases", "severity", "cvss", "kev", "epss", "withdrawn"]);
    has_keys(&finding["vulnerability"]["cvss"][0], &["version", "vector", "score", "source"]);
    has_keys(&finding["vulnerability"]["epss"], &["score", "percentile", "date"]);
    has_keys(&finding["component"], &["ref", "name", "version", "purl", "cpes"]);
    has_keys(&finding["proof"], &["record", "source", "criterion", "range", "identity", "environment"]);
    has_keys(&report["unassessed"][0], &["component", "reason"]);
}

#[test]
fn an_assessment_has_its_keys() {
    let answer = ward(&["assess", "--json", &example("first-pump")]).ends(0).json();
    let all = [
        "schema",
        "device",
        "inputs",
        "verdicts",
        "summary",
        "multi_patient",
        "watch_list",
        "clocks",
        "coverage",
        "unassessed",
    ];
    has_keys(&answer, &all);
    assert_eq!(answer["schema"], "wardround/assessment/1");
    has_keys(&answer["device"], &["id", "name"]);
    has_keys(&answer["inputs"], &["device", "knowledge", "policies", "decisions", "as_of", "engine"]);
    has_keys(&answer["summary"], &["uncontrolled", "controlled", "undetermined"]);
    has_keys(&answer["summary"]["uncontrolled"], &["confirmed", "presumed"]);
    has_keys(&answer["summary"]["controlled"], &["confirmed", "provisional"]);
    let verdict = &answer["verdicts"][0];
    let keys = [
        "id",
        "policy",
        "outcome",
        "subject",
        "element",
        "fielded_version",
        "units",
        "exploitability",
        "exploitability_range",
        "harm",
        "threats",
        "verdict",
        "if_claims_hold",
        "provisional",
        "basis",
        "presumed_because",
        "undetermined",
        "privacy",
        "persons_at_once",
        "witness",
        "controls_relied_on",
        "sensitivity",
        "valid_until",
        "reasons",
    ];
    has_keys(verdict, &keys);
    has_keys(&verdict["subject"], &["kind", "id"]);
    has_keys(&verdict["units"], &["cohort", "count", "sites"]);
    has_keys(&verdict["harm"], &["id", "severity", "escalated_severity"]);
    has_keys(&verdict["witness"], &["nodes", "edges"]);
    has_keys(&verdict["witness"]["nodes"][0], &["id", "fact", "by", "class"]);
}

#[test]
fn several_inputs_give_an_array_in_their_order() {
    let (one, two) = (example("first-pump/sbom/pump-1.0.cdx.json"), example("infusion-pump/sbom/gateway-3.4.cdx.json"));
    let both = ward(&["scan", "--json", &one, &two]).ends(0).json();
    let alone = ward(&["scan", "--json", &two]).ends(0).json();
    assert_eq!(both.as_array().map(Vec::len), Some(2));
    assert_eq!(both[1], alone);
    let device = example("first-pump");
    assert_eq!(ward(&["assess", "--json", &device, &device]).ends(0).json().as_array().map(Vec::len), Some(2));
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let device = example("first-pump");
    for format in ["json", "html", "table"] {
        let run = || ward(&["assess", &device, "--format", format, "--as-of", "2026-11-22"]).ends(0).stdout;
        let first = run();
        assert!(!first.is_empty());
        assert!(first == run(), "{format} differs from run to run");
    }
    let sbom = example("infusion-pump/sbom/lvp-200-4.2.cdx.json");
    let scan = || ward(&["scan", &sbom, "--json"]).ends(0).stdout;
    assert!(scan() == scan());
}

#[test]
fn scans_are_as_their_schema_says() {
    let schema = schema::<ward_model::finding::ScanReport>();
    checked_in("schemas/output/scan.schema.json", &text(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut seen = 0;
    for device in ["first-pump", "infusion-pump", "insulin-pump"] {
        for file in std::fs::read_dir(support::repository("examples").join(device).join("sbom")).unwrap() {
            let file = file.unwrap().path().display().to_string();
            assert_valid(&validator, &ward(&["scan", "--json", &file]).ends(0).json(), &file);
            seen += 1;
        }
    }
    assert!(seen > 5);
    assert!(!validator.is_valid(&serde_json::json!({ "schema": "wardround/scan/1" })));
}

#[test]
fn assessments_are_as_their_schema_says() {
    let schema = schema::<ward_model::Assessment>();
    checked_in("schemas/output/assessment.schema.json", &text(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for device in ["first-pump", "infusion-pump", "insulin-pump"] {
        // A folder without its device file is not one yet.
        if support::repository("examples").join(device).join("device.toml").is_file() {
            assert_valid(&validator, &ward(&["assess", "--json", &example(device)]).ends(0).json(), device);
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({ "schema": "wardround/assessment/1" })));
}

#[test]
fn paths_are_as_their_schema_says_and_the_same_every_time() {
    let schema = schema::<ward_model::paths::Paths>();
    checked_in("schemas/output/paths.schema.json", &text(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for device in ["first-pump", "infusion-pump", "insulin-pump"] {
        let run =
            |format: &str| ward(&["paths", &example(device), "--format", format, "--as-of", "2026-11-22"]).ends(0);
        let found = run("json");
        assert_eq!(found.stdout, run("json").stdout);
        let found = found.json();
        assert_valid(&validator, &found, device);
        let paths = found["paths"].as_array().unwrap();
        assert!(!paths.is_empty(), "{device} has a way to harm");
        assert!(run("svg").stdout.starts_with("<svg"));
        // Those to one harm keep their numbers.
        let harm = paths[0]["harm"]["id"].as_str().unwrap();
        let to = ward(&["paths", &example(device), "--to", harm, "--json", "--as-of", "2026-11-22"]).ends(0).json();
        let to = to["paths"].as_array().unwrap();
        assert!(!to.is_empty() && to.iter().all(|path| path["harm"]["id"] == harm && paths.contains(path)));
    }
    let wrong = ward(&["paths", &example("first-pump"), "--to", "over-infusio"]).ends(2);
    assert!(wrong.stderr.contains("did you mean `over-infusion`?"), "{}", wrong.stderr);
    ward(&["paths", &example("first-pump"), "--format", "svg", "--number", "99"]).ends(2);
    ward(&["paths", &example("first-pump"), "--number", "1"]).ends(2);
}

#[test]
fn single_actions_are_as_their_schema_says() {
    let schema = schema::<ward_model::many::Many>();
    checked_in("schemas/output/many.schema.json", &text(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for device in ["infusion-pump", "insulin-pump"] {
        let found = ward(&["paths", &example(device), "--many", "--json", "--as-of", "2026-11-22"]).ends(0).json();
        assert_valid(&validator, &found, device);
        let actions = found["single_actions"].as_array().unwrap();
        // Whoever is reached together has something in common, and it is told.
        assert!(!actions.is_empty() && actions.iter().all(|one| !one["shared"].as_array().unwrap().is_empty()));
    }
}

#[test]
fn treatments_are_as_their_schema_says_and_hold() {
    let schema = schema::<ward_model::treatment::Treatment>();
    checked_in("schemas/output/treatment.schema.json", &text(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let device = example("first-pump");
    let run = || ward(&["treat", &device, "--json", "--as-of", "2026-11-22"]).ends(0);
    let found = run();
    assert_eq!(found.stdout, run().stdout);
    let found = found.json();
    assert_valid(&validator, &found, "first-pump");
    assert_eq!(found["schema"], "wardround/treatment/1");
    let versions = found["versions"].as_array().unwrap();
    assert!(!versions.is_empty());
    for version in versions.iter().filter(|version| version["outcome"] == "treated") {
        assert_eq!(version["after"]["uncontrolled"]["confirmed"], 0);
        assert!(!version["changes"].as_array().unwrap().is_empty());
    }
    assert!(ward(&["treat", &device, "--as-of", "2026-11-22"]).ends(0).stdout.contains("Advice: nothing of it is"));
}

#[test]
fn life_cycles_are_as_their_schema_says_and_the_same_every_time() {
    let schema = schema::<ward_model::lifecycle::LifecycleReport>();
    checked_in("schemas/output/lifecycle.schema.json", &text(&schema));
    let validator = jsonschema::validator_for(&schema).unwrap();
    for device in ["first-pump", "infusion-pump", "insulin-pump", "history/abbott-icd"] {
        let run = || ward(&["lifecycle", &example(device), "--json", "--as-of", "2026-11-22"]).ends(0);
        let found = run();
        assert_eq!(found.stdout, run().stdout);
        let found = found.json();
        assert_valid(&validator, &found, device);
        assert_eq!(found["schema"], "wardround/lifecycle/1");
        assert!(!found["versions"].as_array().unwrap().is_empty());
    }
    let pump = example("infusion-pump");
    let wrong = ward(&["lifecycle", &pump, "--lose", "opensl", "--as-of", "2026-11-22"]).ends(2);
    assert!(wrong.stderr.contains("no component is called `opensl`"), "{}", wrong.stderr);
    // Whatever the horizon, what is named is told.
    let lost = ward(&["lifecycle", &pump, "--lose", "openssl", "--horizon", "0", "--json", "--as-of", "2026-11-22"]);
    let lost = lost.ends(0).json();
    let losses = lost["versions"][0]["losses"].as_array().unwrap();
    assert!(losses.iter().any(|loss| loss["name"].as_str().unwrap().starts_with("openssl")), "{losses:?}");
    ward(&["lifecycle", &pump, "--fail-on", "unknown", "--as-of", "2026-11-22"]).ends(1);
    ward(&["lifecycle", &pump, "--horizon", "101"]).ends(2);
}

#[test]
fn a_supposition_is_said_to_be_one() {
    let schema = schema::<ward_model::Assessment>();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let device = example("infusion-pump");
    let ask =
        |changes: &str, format: &str| ["assess", &device, "--what-if", changes, "--format", format].map(str::to_owned);
    let run = |changes: &str, format: &str| {
        let arguments = ask(changes, format);
        ward(&arguments.each_ref().map(String::as_str))
    };
    let plain = ward(&["assess", &device, "--json"]).ends(0).json();
    assert!(plain.get("supposed").is_none());
    let control = "-signed-firmware";
    let supposed = run(control, "json").ends(0).json();
    assert_valid(&validator, &supposed, control);
    assert_eq!(supposed["supposed"][0]["change"], control);
    let text = run(control, "table").ends(0).stdout;
    assert!(text.contains("Hypothetical: nothing of this is done, decided or recorded."), "{text}");
    assert!(text.contains("As supposed, not as it is."), "{text}");
    run(control, "html").ends(2);
    assert!(run("-signed-firmwear", "table").ends(2).stderr.contains("did you mean `signed-firmware`?"));
    assert!(run("mend:everything", "table").ends(2).stderr.contains("expected +CONTROL"));
}
