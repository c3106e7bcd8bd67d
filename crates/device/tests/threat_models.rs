//! Every threat model of other tools becomes a folder that reads and lints without errors; what is none is refused by name.
#![allow(clippy::panic, clippy::print_stderr, reason = "a test")]

use std::collections::BTreeMap;
use std::fs;

use jiff::civil::date;
use ward_device::import::imported_folder;
use ward_device::{MemoryFiles, Severity, lint, read};
use ward_formats::threat_model;

/// The files, with the format and how many zones, elements and links come out.
const MODELS: [(&str, &str, usize, usize, usize); 10] = [
    ("threagile-demo-example-threagile.yaml", "Threagile", 5, 14, 40),
    ("threagile-demo-stub-threagile.yaml", "Threagile", 1, 2, 2),
    ("threat-dragon-demo-threat-model.json", "Threat Dragon 1", 0, 7, 10),
    ("threat-dragon-v2-threat-model.json", "Threat Dragon 2", 0, 7, 10),
    ("threat-dragon-iot-device.json", "Threat Dragon 2", 0, 11, 14),
    ("threat-dragon-example-open-threat-model.json", "Open Threat Model", 2, 4, 4),
    ("threat-dragon-mobile-cloud.otm.json", "Open Threat Model", 2, 4, 6),
    ("threat-dragon-huskyai.tmbom.json", "TM-BOM", 2, 17, 23),
    ("threat-dragon-tmbom-multi-example.cdx.json", "CycloneDX threat model", 4, 7, 9),
    ("threat-dragon-tmbom-otm-example.cdx.json", "CycloneDX threat model", 2, 3, 4),
];

/// What is no model, and what is said of it.
const REFUSED: [(&str, &str); 2] = [
    ("threat-dragon-v2-malformed-new-model.json", "`summary.title`: it is missing"),
    ("threagile-support-schema.json", "it is a JSON Schema"),
];

#[test]
fn every_model_is_carried_over_or_refused() {
    let Some(folder) = ward_samples::path("threat-models") else { return };
    let entries = fs::read_dir(&folder).unwrap_or_else(|error| panic!("{error}"));
    let mut seen: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for entry in entries {
        let entry = entry.unwrap_or_else(|error| panic!("{error}"));
        let bytes = fs::read(entry.path()).unwrap_or_else(|error| panic!("{error}"));
        seen.insert(entry.file_name().to_string_lossy().into_owned(), bytes);
    }
    for (name, format, zones, elements, links) in MODELS {
        let bytes = seen.remove(name).unwrap_or_else(|| panic!("{name} is missing"));
        let model = threat_model::read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (files, imported) = imported_folder(&model, date(2026, 11, 28));
        let found = (imported.format.as_str(), imported.zones, imported.elements, imported.links);
        assert_eq!(found, (format!("a model of {format}").as_str(), zones, elements, links), "{name}");
        let files: MemoryFiles = files.into_iter().collect();
        let reading = read(&files).unwrap_or_else(|wrong| panic!("{name}: {wrong}"));
        let errors: Vec<String> = lint(&reading)
            .into_iter()
            .filter(|found| found.severity == Severity::Error)
            .map(|found| format!("{found:?}"))
            .collect();
        assert!(errors.is_empty(), "{name}: {errors:#?}");
    }
    for (name, told) in REFUSED {
        let bytes = seen.remove(name).unwrap_or_else(|| panic!("{name} is missing"));
        let error = threat_model::read(&bytes).map(|_| ()).map_err(|error| error.to_string());
        assert!(error.as_ref().is_err_and(|error| error.contains(told)), "{name}: {error:?}");
    }
    assert!(seen.is_empty(), "nobody looked at {:?}", seen.keys());
}
