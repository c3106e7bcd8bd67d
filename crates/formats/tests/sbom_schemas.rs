//! The files of the CycloneDX specification against its published JSON Schemas, which tell them apart as our own reading does.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test and its helpers"
)]

use std::collections::BTreeMap;

use serde_json::Value;
use ward_formats::sbom;

use ward_samples::{path as data, unpack_archive as archive};

#[test]
fn the_files_of_the_specification_are_as_their_schemas_say() {
    let (Some(packed), Some(folder)) = (data("sbom/sboms.tar.zst"), data("schemas")) else { return };
    let load = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(name)).expect("a schema")).expect("JSON")
    };
    let mut registry = jsonschema::Registry::new();
    for name in ["spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"] {
        registry = registry.add(format!("http://cyclonedx.org/schema/{name}"), load(name)).expect("a schema");
    }
    let registry = registry.prepare().expect("schemas");
    let schemas: BTreeMap<String, Value> =
        (2..8).map(|minor| (format!("1.{minor}"), load(&format!("bom-1.{minor}.schema.json")))).collect();
    let validators: BTreeMap<&str, jsonschema::Validator> = schemas
        .iter()
        .map(|(version, schema)| {
            let options = jsonschema::options().with_registry(&registry).should_validate_formats(true);
            (version.as_str(), options.build(schema).expect("a schema"))
        })
        .collect();
    let (mut valid, mut invalid, mut wrong) = (0, 0, Vec::new());
    for (name, bytes) in archive(&packed) {
        let Some(file) = name.strip_prefix("cdx-spec-valid-invalid/") else { continue };
        let expected = match (file.contains("_valid-"), file.contains("_invalid-")) {
            (true, false) => true,
            (false, true) => false,
            _ => continue,
        };
        let Ok(Some(value)) = sbom::as_json(&bytes) else { continue };
        let Some(validator) = value["specVersion"].as_str().and_then(|version| validators.get(version)) else {
            continue;
        };
        *(if expected { &mut valid } else { &mut invalid }) += 1;
        if validator.is_valid(&value) != expected {
            wrong.push(file.to_owned());
        }
    }
    println!("{valid} valid, {invalid} invalid");
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(valid > 140 && invalid > 90, "{valid} valid, {invalid} invalid");
}
