//! Every reader over the seeds, and over what comes of them by changing them: what is found easily is found on every machine.
//!
//! The long run is a command (`docs/fuzzing.md`).

use std::collections::BTreeSet;
use std::fs;

use ward_exercise::change::input;
use ward_exercise::readers::all;
use ward_exercise::seeds::{Seeds, repository};

type TestResult<T = ()> = Result<T, Box<dyn std::error::Error>>;

/// How often the seeds of each reader are changed.
const CHANGES: u64 = 600;
/// What all of it may take.
const MOST_MEMORY_KIB: u64 = 256 << 10;

#[test]
fn no_bytes_make_a_reader_fall_over() -> TestResult {
    for reader in all() {
        let seeds = Seeds::default().of(&reader)?;
        assert!(!seeds.is_empty(), "no seeds for {}", reader.name);
        for number in 0..seeds.len() as u64 + CHANGES {
            (reader.read)(&input(reader.name, &seeds, number));
        }
    }
    // The highest that this process ever took, where the system tells.
    if let Ok(status) = fs::read_to_string("/proc/self/status") {
        let peak =
            status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix("kB")?.trim().parse().ok());
        assert!(peak.is_none_or(|peak: u64| peak < MOST_MEMORY_KIB), "{peak:?} KiB");
    }
    Ok(())
}

#[test]
fn depth_without_end_is_refused() {
    for open in ["[", "{\"a\":", "<a>", "a=["] {
        let deep = open.repeat(100_000);
        for whole in [
            deep.clone(),
            format!("{{\"vulnerabilities\":[{deep}"),
            format!("{{\"product_tree\":{{\"branches\":{deep}"),
            format!("{{\"bomFormat\":\"CycloneDX\",\"specVersion\":\"1.6\",\"components\":[{deep}"),
            format!("<bom xmlns=\"http://cyclonedx.org/schema/bom/1.5\">{deep}"),
        ] {
            for reader in all() {
                (reader.read)(whole.as_bytes());
            }
        }
    }
}

#[test]
fn readers_and_folders_of_seeds_belong_together() -> TestResult {
    let readers = all();
    let names: BTreeSet<String> = readers.iter().map(|reader| reader.name.to_owned()).collect();
    assert_eq!(names.len(), readers.len(), "two readers have one name");
    for entry in fs::read_dir(repository().join("fuzz/seeds"))? {
        let folder = entry?.file_name().into_string().unwrap_or_default();
        assert!(names.contains(&folder), "no reader is called `{folder}`");
    }
    Ok(())
}
