//! The cases of the purl specification, where the data lies beside the repository.

use super::Purl;
use std::collections::BTreeMap;

/// Cases of the required group that cannot pass, and why.
const KNOWN: [(&str, &str); 2] = [
    ("pkg:gem/jruby-launcher@1.1.2?Platform=java", MIXED),
    ("pkg:Rpm/fedora/curl@7.50.3-1.fc25?Arch=i386&Distro=fedora-25", MIXED),
];

const MIXED: &str = "capital letters in a qualifier key are refused here and accepted by a required case of maven; \
    reading them is what SBOMs need";

/// A purl from the parts that a case lists.
fn from_parts(parts: &serde_json::Value) -> Option<Purl> {
    let text = |name: &str| parts[name].as_str().map(str::to_owned);
    let qualifiers: BTreeMap<String, String> = parts["qualifiers"]
        .as_object()
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| value.as_str().map(|value| (key.clone(), value.to_owned())))
        .collect();
    Some(Purl {
        kind: text("type")?,
        namespace: text("namespace"),
        name: text("name").unwrap_or_default(),
        version: text("version"),
        qualifiers,
        subpath: text("subpath"),
    })
}

fn passes(case: &serde_json::Value) -> bool {
    let (input, expected) = (&case["input"], &case["expected_output"]);
    let outcome = match input.as_str() {
        Some(text) => Purl::parse(text).ok(),
        None => from_parts(input).and_then(|parts| parts.build().ok()),
    };
    match (outcome, case["expected_failure"].as_bool() == Some(true)) {
        (outcome, true) => outcome.is_none(),
        (None, false) => false,
        (Some(purl), false) => match expected.as_str() {
            Some(text) => purl.to_string() == text,
            None => from_parts(expected) == Some(purl),
        },
    }
}

#[test]
fn cases_of_the_specification() {
    let Some(files) = ward_samples::archive("conformance/purl-spec-tests-types-schemas.tar.zst") else { return };
    let (mut required, mut recommended) = (0, 0);
    let (mut failed, mut known, mut advised) = (Vec::new(), 0, Vec::new());
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with("-test.json") && name.contains("/tests/")) {
        let json: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        for case in json["tests"].as_array().unwrap() {
            let must = case["test_group"] == "required";
            let known_case = case["input"].as_str().is_some_and(|text| KNOWN.iter().any(|(input, _)| *input == text));
            match (passes(case), must) {
                (true, true) => required += 1,
                (true, false) => recommended += 1,
                (false, true) if known_case => known += 1,
                (false, true) => failed.push(format!("{name}: {case}")),
                (false, false) => advised.push(format!("{name}: {}", case["input"])),
            }
        }
    }
    eprintln!("required {required}, recommended {recommended}, not passed though recommended: {advised:#?}");
    assert!(failed.is_empty(), "{failed:#?}");
    assert_eq!(known, KNOWN.len());
    assert!(required >= REQUIRED && recommended >= RECOMMENDED, "{required} {recommended}");
}

/// All required cases there are, without the two known ones.
const REQUIRED: usize = 519;
const RECOMMENDED: usize = 60;
