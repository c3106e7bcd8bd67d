//! Real data, where it lies beside the repository: the cases of the vers specification, and the versions of all CPE
//! names observed.
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr)]

use std::collections::BTreeSet;

use ward_version::vers::Vers;
use ward_version::{Key, Scheme, Truth, VersionOrder, compare, key};

/// Required cases that are not met on purpose, by the file they stand in and their versions.
const EXCEPTIONS: [(&str, &str, &str); 11] = [
    // The published comparison has a cycle through a word behind `.0`, and its present edition orders these the other way.
    ("maven", "2-1", "2.0.a"),
    ("maven", "2-1", "2.0.0.a"),
    ("maven", "2.0.0.a", "2.0.a"),
    // A wildcard is a range and no version.
    ("conan", "1.20", "1.1*"),
    ("conan", "1.20", "1.1.*"),
    ("conan", "1.3.*", "1.2.2"),
    ("conan", "1.2.3*", "1.2.2"),
    // A version without a release cannot equal each of several releases that differ: unknown.
    ("alpm", "1.5.b-1", "1.5.b"),
    ("alpm", "1.5", "1.5-1"),
    ("alpm", "1.5-1", "1.5"),
    ("alpm", "1.1-1", "1.1"),
];

fn is_exception(name: &str, case: &serde_json::Value) -> bool {
    let versions = &case["input"]["versions"];
    EXCEPTIONS.iter().any(|(file, a, b)| {
        name.contains(&format!("{file}_version_cmp"))
            && versions[0].as_str() == Some(a)
            && versions[1].as_str() == Some(b)
    })
}

#[test]
fn cases_of_the_vers_specification() {
    let Some(files) = ward_samples::archive("conformance/vers-spec-tests.tar.zst") else { return };
    let (mut passed, mut failed, mut other) = (0, Vec::new(), 0);
    let (mut required, mut excepted) = (0, 0);
    for (name, bytes) in files.iter().filter(|(name, _)| name.ends_with("test.json") && name.contains("/tests/")) {
        let json: serde_json::Value = serde_json::from_slice(bytes).unwrap();
        for case in json["tests"].as_array().unwrap() {
            let must = case["test_group"].as_str() == Some("required");
            required += usize::from(must);
            let result = run(case);
            if is_exception(name, case) && result == Some(false) {
                excepted += 1;
                continue;
            }
            match result {
                Some(true) => passed += 1,
                None if !must => other += 1,
                _ => failed.push(format!("{name}: {case}")),
            }
        }
    }
    eprintln!(
        "{passed} passed, {excepted} of {required} required ones excepted, {other} in notations that are not offered"
    );
    assert!(failed.is_empty(), "{failed:#?}");
    assert!(excepted * 100 <= required, "{excepted} of {required}");
    assert!(passed >= 2191 && required >= 1900, "{passed} of {required}");
}

/// Whether a case passes; `None` where it asks for what is not offered: other schemes, and native range notations.
fn run(case: &serde_json::Value) -> Option<bool> {
    let (input, expected) = (&case["input"], &case["expected_output"]);
    Some(match case["test_type"].as_str()? {
        "comparison" | "equality" => {
            let scheme: Scheme = input["input_scheme"].as_str()?.parse().ok()?;
            let versions: Vec<&str> = input["versions"].as_array()?.iter().filter_map(|v| v.as_str()).collect();
            if let Some(equal) = expected.as_bool() {
                (compare(scheme, versions[0], versions[1]) == VersionOrder::Equal) == equal
            } else {
                let expected: Vec<&str> = expected.as_array()?.iter().filter_map(|v| v.as_str()).collect();
                expected
                    .windows(2)
                    .all(|pair| matches!(compare(scheme, pair[0], pair[1]), VersionOrder::Less | VersionOrder::Equal))
            }
        }
        "containment" => {
            let vers = Vers::parse(input["vers"].as_str()?).ok()?;
            vers.contains(input["version"].as_str()?) == Truth::from(expected.as_bool()?)
        }
        "validate" => {
            Vers::parse(input.as_str()?).is_ok_and(|vers| Some(vers.to_string().as_str()) == expected.as_str())
        }
        "parse" => {
            let text = input.as_str()?;
            match (Vers::parse_canonical(text), case["expected_failure"].as_bool()) {
                (Err(_), Some(true)) => true,
                (Ok(vers), None | Some(false)) => {
                    let constraints: Vec<serde_json::Value> = vers
                        .constraints()
                        .iter()
                        .map(|c| {
                            let sign = c.comparator.sign();
                            serde_json::json!([if sign.is_empty() { "=" } else { sign }, c.version])
                        })
                        .collect();
                    expected["version_constraints"] == serde_json::Value::Array(constraints)
                }
                _ => false,
            }
        }
        "from_native" => {
            let scheme: Scheme = input["scheme"].as_str()?.parse().ok()?;
            match Vers::from_native(scheme, input["native_range"].as_str()?) {
                Ok(vers) => Some(vers.to_string().as_str()) == expected.as_str(),
                Err(_) => return None,
            }
        }
        _ => return None,
    })
}

/// Version and update of every CPE 2.3 name, without escapes, where the version is a value.
fn observed() -> Option<BTreeSet<(String, String)>> {
    let names = String::from_utf8(ward_samples::unpacked("conformance/cpe23_unique_names.txt.zst")?).unwrap();
    let mut versions = BTreeSet::new();
    for name in names.lines().filter_map(|line| line.strip_prefix("cpe:2.3:")) {
        let mut fields = vec![String::new()];
        let mut chars = name.chars();
        while let Some(c) = chars.next() {
            match c {
                ':' => fields.push(String::new()),
                '\\' => fields.last_mut().unwrap().extend(chars.next()),
                c => fields.last_mut().unwrap().push(c),
            }
        }
        if let [_, _, _, version, update, ..] = fields.as_slice()
            && version != "*"
            && version != "-"
        {
            versions.insert((version.clone(), update.clone()));
        }
    }
    Some(versions)
}

#[test]
fn most_observed_versions_have_a_key() {
    let Some(versions) = observed() else { return };
    let without: Vec<&(String, String)> =
        versions.iter().filter(|(version, update)| key(Scheme::Generic, version, Some(update)).is_none()).collect();
    eprintln!("{} of {} observed versions have no key", without.len(), versions.len());
    assert!(versions.len() > 50_000);
    assert!(without.len() * 100 < versions.len() * 4, "{}", without.len());
}

#[test]
fn observed_versions_are_in_one_partial_order() {
    let Some(versions) = observed() else { return };
    let mut keys: Vec<Key> =
        versions.iter().filter_map(|(version, update)| key(Scheme::Generic, version, Some(update))).collect();
    keys.sort_by(|a, b| a.as_bytes().cmp(b.as_bytes()).then(a.class().cmp(&b.class())));
    // Neighbours, and versions further apart: what is between two in the bytes never contradicts them.
    for step in [1, 2, 7, 101, 3001] {
        for triple in keys.windows(2 * step + 1).step_by(if step < 10 { 1 } else { 17 }) {
            let (a, b, c) = (&triple[0], &triple[step], &triple[2 * step]);
            let (ab, bc, ac) = (a.compare(b), b.compare(c), a.compare(c));
            assert!(ab != VersionOrder::Greater && bc != VersionOrder::Greater && ac != VersionOrder::Greater);
            if ab != VersionOrder::Unknown && bc != VersionOrder::Unknown {
                assert_ne!(ac, VersionOrder::Unknown, "{a:?} {b:?} {c:?}");
            }
        }
    }
}
