//! Every SBOM of the shared collection is answered or refused with a message, and the answered ones have as many
//! components as its index says, or stand below with the reason.

#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a test and its helpers"
)]

use ward_formats::sbom::{self, SbomError};
use ward_model::Component;

mod xml_count;

use ward_samples::{path as data, unpack_archive as archive};

/// JSON files whose count differs from the index beyond what they describe, the count that is right here, and why.
const DIFFERENT: &[(&str, usize, &str)] = &[
    ("cdx-spec-valid-invalid/specification__tools_src_test_resources_1.2_valid-assembly-1.2.json", 2, NESTED),
    ("cdx-spec-valid-invalid/specification__tools_src_test_resources_1.3_valid-compositions-1.3.json", 3, NESTED),
    ("cdx-spec-valid-invalid/specification__tools_src_test_resources_1.5_valid-assembly-1.5.json", 2, NESTED),
    ("cdx-spec-valid-invalid/specification__tools_src_test_resources_1.6_valid-component-ref-1.6.json", 3, NESTED),
    ("cdx-spec-valid-invalid/specification__tools_src_test_resources_1.6_valid-compositions-1.6.json", 3, NESTED),
    ("cdx-spec-valid-invalid/specification__tools_src_test_resources_1.7_valid-compositions-1.7.json", 3, NESTED),
    ("tool-tests/dependency-tra__apiserver_src_test_resources_unit_bom-issue1905.json", 2, NESTED),
    ("tool-tests/guac__internal_testing_testdata_exampledata_cyclonedx-components-nested.json", 3, NESTED),
    (
        "tool-tests/dependency-tra__apiserver_src_test_resources_unit_bom-metadata-components.json",
        185,
        "34 components stand inside `metadata.component`, which the index leaves out",
    ),
];
const NESTED: &str = "the index counts the outer list alone; components inside components are components too";

/// Files in which package URLs stand only as references, and not as what a component is.
const REFERENCES: &[&str] = &[
    "bom-examples/bom-examples__VEX_vex.json",
    "sbomqs-samples/sbomqs__testdata_bsi_cdx_leafComponentNoDependencies.cdx16.json",
    "tool-tests/guac__internal_testing_testdata_exampledata_cyclonedx-unaffected-vex.json",
    "tool-tests/trivy__pkg_vex_testdata_cyclonedx.json",
];

/// Files of a supported format and version that are refused, with a part of the message.
const REFUSED: &[(&str, &str)] = &[(
    "spdx-examples/tools-python__src_spdx_tools_spdx3_writer_json_ld_SPDX_OWL.json",
    // The ontology of SPDX 3 itself, which is written in JSON-LD too.
    "JSON-LD without a document or a package of SPDX 3",
)];

/// What a CycloneDX file describes is a component here, which the index does not count.
fn names_the_whole(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let bom: serde_json::Value = serde_json::from_str(text.trim_start_matches('\u{feff}')).unwrap_or_default();
    let whole = &bom["metadata"]["component"];
    ["name", "purl", "cpe"].iter().any(|field| whole[field].as_str().is_some_and(|text| !text.trim().is_empty()))
}

#[test]
fn the_shared_collection_is_answered_or_refused() {
    let (Some(packed), Some(index)) = (data("sbom/sboms.tar.zst"), data("sbom/INDEX.csv")) else { return };
    let files = archive(&packed);
    let mut wrong = Vec::new();
    let (mut answered, mut refused, mut other) = (0, 0, 0);
    for row in csv::Reader::from_path(index).expect("index").records() {
        let row = row.expect("index row");
        let (file, format, version) = (&row[1], &row[4], &row[5]);
        let expected: usize = row[6].parse().expect("count");
        let bytes = files.get(file).unwrap_or_else(|| panic!("{file} is not in the archive"));
        let result = sbom::read(bytes);
        let supported = match format {
            "cdx-json" => ["1.2", "1.3", "1.4", "1.5", "1.6", "1.7"].contains(&version),
            "cdx-xml" => ["1.0", "1.1", "1.2", "1.3", "1.4", "1.5", "1.6", "1.7"].contains(&version),
            "spdx-json" | "spdx-tv" => ["SPDX-2.2", "SPDX-2.3"].contains(&version),
            "spdx3-json" => true,
            _ => false,
        };
        if !supported {
            other += 1;
            match result {
                Ok(sbom) => {
                    wrong.push(format!("{file} ({format} {version}): read as {:?} {}", sbom.format, sbom.spec_version))
                }
                Err(error) if matches!(error, SbomError::Json { .. }) && !file.contains("invalid") => {
                    wrong.push(format!("{file} ({format} {version}): {error}"));
                }
                Err(error) => assert!(error.to_string().len() > 20, "{file}: {error}"),
            }
            continue;
        }
        match result {
            Ok(sbom) => {
                answered += 1;
                let expected = if format == "cdx-xml" {
                    let (all, ours) = xml_count::count(std::str::from_utf8(bytes).expect("UTF-8"));
                    if all != expected {
                        wrong.push(format!("{file}: the index has {expected}, and there are {all} tags"));
                    }
                    ours
                } else {
                    let known = DIFFERENT.iter().find(|(name, ..)| *name == file);
                    known.map_or(expected, |(_, count, _)| *count) + usize::from(names_the_whole(bytes))
                };
                if sbom.components.len() != expected {
                    wrong.push(format!("{file}: {} components, expected {expected}", sbom.components.len()));
                }
                let (purls, cpes) = (&row[7] != "0" && !REFERENCES.contains(&file), &row[8] != "0");
                let identified = |test: fn(&Component) -> bool| sbom.components.iter().any(test);
                let unreadable = identified(|component| !component.unreadable_identities.is_empty());
                if purls && !unreadable && !identified(|component| component.purl.is_some()) {
                    wrong.push(format!("{file}: none of the package URLs was found"));
                }
                if cpes && !unreadable && !identified(|component| !component.cpes.is_empty()) {
                    wrong.push(format!("{file}: none of the CPE names was found"));
                }
                let mut references: Vec<&str> =
                    sbom.components.iter().map(|component| component.reference.as_str()).collect();
                references.sort_unstable();
                references.dedup();
                if references.len() != sbom.components.len() {
                    wrong.push(format!("{file}: references are not unique"));
                }
            }
            Err(error) => {
                refused += 1;
                let invalid = file.contains("_invalid-");
                if !invalid && !REFUSED.iter().any(|(name, part)| *name == file && error.to_string().contains(part)) {
                    wrong.push(format!("{file}: {error}"));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{} of the files are not as they should be:\n{}", wrong.len(), wrong.join("\n"));
    println!("{answered} answered, {refused} refused, {other} of other formats refused");
    assert!(answered >= 750, "only {answered} answered");
}

/// Files that the specification calls invalid and our own reading lets pass, and the reverse, with the reason.
const UNDECIDED: &[(&str, &str)] = &[];

#[test]
fn the_files_of_the_specification_are_told_apart() {
    let Some(packed) = data("sbom/sboms.tar.zst") else { return };
    let (mut valid, mut invalid, mut wrong) = (0, 0, Vec::new());
    for (name, bytes) in archive(&packed) {
        let Some(file) = name.strip_prefix("cdx-spec-valid-invalid/") else { continue };
        // What was not meant to be judged so stands for itself.
        let expected = match (file.contains("_valid-"), file.contains("_invalid-")) {
            (true, false) => true,
            (false, true) => false,
            _ => continue,
        };
        let found = sbom::check(&bytes)
            .map(|violations| violations.expect("rules are known").into_iter().take(3).collect::<Vec<_>>());
        let passes = sbom::read(&bytes).is_ok() && found.as_ref().is_ok_and(Vec::is_empty);
        if UNDECIDED.iter().any(|(known, _)| file.ends_with(known)) {
            assert_ne!(passes, expected, "{file} is told apart now");
        } else if passes != expected {
            wrong.push(format!("{file}: {found:?}"));
        }
        *(if expected { &mut valid } else { &mut invalid }) += 1;
    }
    println!("{valid} valid, {invalid} invalid");
    assert!(wrong.is_empty(), "{} of {valid} valid and {invalid} invalid:\n{}", wrong.len(), wrong.join("\n"));
    assert!(valid > 300 && invalid > 180, "{valid} valid, {invalid} invalid");
}
