//! Statements of others are read and read back the same, and what is written is as the published schemas say.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test and its helpers"
)]

use serde_json::Value;
use ward_formats::vex::{self, VexError, VexFormat, VexWriteError};
use ward_model::vex::{Issuer, VexDocument};

use ward_samples::{path as data, unpack_archive as archive};

/// A document with what every format demands, where it lacks it.
fn complete(document: VexDocument) -> VexDocument {
    let text = |value: Option<String>, default: &str| value.or_else(|| Some(default.to_owned()));
    let issued = text(document.issued, "2026-01-01T00:00:00Z");
    VexDocument {
        id: text(document.id, "urn:uuid:11111111-2222-8333-8444-555555555555"),
        version: text(document.version.filter(|version| version.parse::<u64>().is_ok()), "1"),
        issuer: Issuer {
            name: text(document.issuer.name, "somebody"),
            namespace: text(document.issuer.namespace, "https://example.org"),
            ..document.issuer
        },
        updated: document.updated.or_else(|| issued.clone()),
        issued,
        remarks: Vec::new(),
        ..document
    }
}

fn assert_valid(validator: &jsonschema::Validator, text: &str, what: &str) {
    let value: Value = serde_json::from_str(text).expect("JSON");
    let errors: Vec<String> =
        validator.iter_errors(&value).take(3).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(errors.is_empty(), "{what}: {errors:#?}\n{text}");
}

fn validator(schema: &[u8]) -> jsonschema::Validator {
    let schema: Value = serde_json::from_slice(schema).expect("a schema");
    jsonschema::validator_for(&schema).expect("a schema")
}

#[test]
fn openvex_samples_are_read_and_written_as_the_schema_says() {
    let Some(packed) = data("conformance/openvex-samples-schema.tar.zst") else { return };
    let files = archive(&packed);
    let schema = validator(&files["openvex-spec/openvex_json_schema.json"]);
    let (mut read, mut other) = (0, Vec::new());
    for (name, bytes) in &files {
        if !name.contains("vex.json") && !name.contains("testdata/v0") && !name.contains("examples/openvex") {
            continue;
        }
        match vex::read(bytes) {
            Ok(document) => {
                read += 1;
                assert!(!document.statements.is_empty(), "{name}");
                let document = complete(document);
                let text = vex::write(&document, VexFormat::OpenVex).expect("writes");
                let back = vex::read(text.as_bytes()).expect("reads back");
                assert_eq!(vex::write(&back, VexFormat::OpenVex).as_deref(), Ok(&*text), "{name}");
                assert_eq!(back.statements.len(), document.statements.len(), "{name}");
                for (before, after) in document.statements.iter().zip(&back.statements) {
                    assert_eq!(before.conclusion(), after.conclusion(), "{name}");
                    assert_eq!(before.products, after.products, "{name}");
                }
                assert_valid(&schema, &text, name);
            }
            Err(error) => other.push(format!("{name}: {error}")),
        }
    }
    println!("{read} read, others: {other:#?}");
    assert!(read >= 15 && other.is_empty(), "{read} read, and not: {other:#?}");
}

#[test]
fn csaf_vex_is_read_and_written_as_the_schema_says() {
    let Some(packed) = data("conformance/csaf/oasis-csaf-2.0-2.1-schemas-tests-examples.tar.zst") else { return };
    let files = archive(&packed);
    let schema = validator(&without_foreign_references(&files["csaf_2.0/json_schema/csaf_json_schema.json"]));
    let (mut read, mut statements) = (0, 0);
    for (name, bytes) in &files {
        let Ok(value) = serde_json::from_slice::<Value>(bytes) else { continue };
        if value.pointer("/document/category").and_then(Value::as_str) != Some("csaf_vex") {
            continue;
        }
        let document = match vex::read(bytes) {
            Ok(document) => complete(document),
            // Files made to be wrong may lack the name of the vulnerability.
            Err(VexError::Statement { reason, .. }) if name.contains("/test/") && reason.contains("`cve`") => continue,
            Err(error) => panic!("{name}: {error}"),
        };
        read += 1;
        statements += document.statements.len();
        // Many of the files test one rule and state nothing.
        if document.statements.is_empty() {
            continue;
        }
        let text = vex::write(&document, VexFormat::Csaf).expect("writes");
        let back = vex::read(text.as_bytes()).expect("reads back");
        assert_eq!(vex::write(&back, VexFormat::Csaf).as_deref(), Ok(&*text), "{name}");
        let conclusions = |document: &VexDocument| {
            let mut all: Vec<String> = document
                .statements
                .iter()
                .flat_map(|statement| {
                    let said =
                        format!("{} {:?} {:?}", statement.vulnerability, statement.conclusion(), statement.responses);
                    statement.products.iter().map(move |product| format!("{said} {:?}", product.identity.name))
                })
                .collect();
            all.sort();
            all.dedup();
            all
        };
        assert_eq!(conclusions(&document), conclusions(&back), "{name}");
        assert_valid(&schema, &text, name);
    }
    println!("{read} read with {statements} statements");
    assert!(read >= 20 && statements >= 20, "only {read} read with {statements} statements");
}

/// The schema of CSAF names those of CVSS by address, which nothing here fetches: scores are not written.
fn without_foreign_references(schema: &[u8]) -> Vec<u8> {
    let mut value: Value = serde_json::from_slice(schema).expect("a schema");
    fn strip(value: &mut Value) {
        match value {
            Value::Object(fields) => {
                if fields.get("$ref").and_then(Value::as_str).is_some_and(|address| address.starts_with("http")) {
                    fields.clear();
                }
                fields.values_mut().for_each(strip);
            }
            Value::Array(list) => list.iter_mut().for_each(strip),
            _ => {}
        }
    }
    strip(&mut value);
    serde_json::to_vec(&value).expect("JSON")
}

#[test]
fn cyclonedx_statements_are_read_and_written_as_the_schema_says() {
    let (Some(packed), Some(folder)) = (data("sbom/sboms.tar.zst"), data("schemas")) else { return };
    let load = |name: &str| -> Value {
        serde_json::from_slice(&std::fs::read(folder.join(name)).expect("a schema")).expect("JSON")
    };
    let mut registry = jsonschema::Registry::new();
    for name in ["spdx.schema.json", "jsf-0.82.schema.json", "cryptography-defs.schema.json"] {
        let schema = load(name);
        let address = format!("http://cyclonedx.org/schema/{name}");
        registry = registry.add(address, schema).expect("a schema");
    }
    let registry = registry.prepare().expect("schemas");
    let schema = load("bom-1.6.schema.json");
    let validator = jsonschema::options().with_registry(&registry).build(&schema).expect("a schema");
    let (mut read, mut statements, mut narrowed) = (0, 0, 0);
    for (name, bytes) in archive(&packed) {
        let Ok(document) = vex::read(&bytes) else { continue };
        read += 1;
        statements += document.statements.len();
        let document = complete(document);
        let text = match vex::write(&document, VexFormat::CycloneDx) {
            // What narrows a component has no place in what is written, so nothing is.
            Err(VexWriteError::Narrowed(_)) => {
                narrowed += 1;
                continue;
            }
            written => written.expect("writes"),
        };
        let back = vex::read(text.as_bytes()).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert_eq!(vex::write(&back, VexFormat::CycloneDx).as_deref(), Ok(&*text), "{name}");
        for (before, after) in document.statements.iter().zip(&back.statements) {
            assert_eq!((before.status, before.justification), (after.status, after.justification), "{name}");
        }
        if document.id.as_deref().is_some_and(|id| id.starts_with("urn:uuid:")) && !name.contains("invalid") {
            assert_valid(&validator, &text, &name);
        }
    }
    println!("{read} read with {statements} statements, {narrowed} of something narrower");
    assert!(read >= 30 && narrowed <= 2, "{read} read, {narrowed} narrowed");
}
