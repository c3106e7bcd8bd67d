//! Answers to the rubric and policies of the folder.

use ward_model::claim::ClaimId;
use ward_model::digest::Digest;

use super::{DEVICE, SYSTEM, VULNERABILITIES, must, read, whole, with};
use crate::files::MemoryFiles;

const RUBRIC: &str = "[[rubric]]\nvulnerability = \"CVE-2018-18984\"\nelement = \"pump\"\nanswers = \"XAVN:N/XAVP:Y/XCS:N\"\n\
                      evidence = \"evidence/list.csv#rubric\"\n";

fn answered(rubric: &str) -> MemoryFiles {
    with(whole(), "vulnerabilities.toml", &format!("{VULNERABILITIES}\n{rubric}"))
}

fn refused(files: &MemoryFiles) -> String {
    let found = read(files).unwrap_err().0;
    found.iter().map(|error| format!("{} {error:?}\n", error.code)).collect()
}

#[test]
fn answers_to_the_rubric_are_a_claim() {
    let reading = must(&answered(RUBRIC));
    let claim = ClaimId::Rubric("pump".into(), "CVE-2018-18984".into());
    assert_eq!(claim.to_string(), "rubric:pump/CVE-2018-18984");
    let claim = &reading.device.claims[&claim];
    assert_eq!(
        claim.statement,
        "CVE-2018-18984 on pump is as the rubric's questions are answered: XAVN:N/XAVP:Y/XCS:N"
    );
    assert_eq!(claim.file, "vulnerabilities.toml");
    assert!(claim.evidence.as_ref().is_some_and(|evidence| evidence.digest.is_some()));
    assert_eq!(reading.device.rubrics.len(), 1);
}

#[test]
fn a_rubric_rests_on_the_element_its_links_and_its_secrets() {
    let premise = |files: &MemoryFiles| -> Digest {
        must(files).device.claims[&ClaimId::Rubric("pump".into(), "CVE-2018-18984".into())].premise
    };
    let before = premise(&answered(RUBRIC));
    let reordered = RUBRIC.replace("XAVN:N/XAVP:Y/XCS:N", "XCS:N/XAVN:N/XAVP:Y");
    assert_eq!(premise(&answered(&reordered)), before);
    assert_ne!(premise(&answered(&RUBRIC.replace("XCS:N", "XCS:L"))), before);
    for (from, to) in [
        ("medium = \"usb\"", "medium = \"ip\""),
        ("held_by = [\"server\", \"pump\"]", "held_by = [\"server\"]"),
        ("instances_per_site = 300", "instances_per_site = 301"),
    ] {
        let system = SYSTEM.replace(from, to);
        assert_ne!(system, SYSTEM);
        assert_ne!(premise(&with(answered(RUBRIC), "system.toml", &system)), before, "{to}");
    }
    let function = SYSTEM.replace("onset_seconds = 60", "onset_seconds = 61");
    assert_eq!(premise(&with(answered(RUBRIC), "system.toml", &function)), before);
}

#[test]
fn answers_that_cannot_be_read_are_refused_with_their_place() {
    let wrong = |from: &str, to: &str| refused(&answered(&RUBRIC.replace(from, to)));
    assert!(wrong("XCS:N", "XCIA:N").contains("bad-answers"));
    assert!(wrong("XCS:N", "XAVN:Y").contains("answered twice"));
    assert!(wrong("\"pump\"", "\"pumpe\"").contains("dangling-name"));
    assert!(wrong("answers", "answer").contains("unknown-key"));
    let twice = answered(&format!("{RUBRIC}{RUBRIC}"));
    assert!(refused(&twice).contains("claimed twice"));
    let stray = must(&answered(&RUBRIC.replace("XAVP:Y", "XAVT:Y")));
    assert!(stray.warnings.iter().any(|warning| warning.code == "not-asked" && warning.message.contains("XAVT")));
}

#[test]
fn a_policy_of_the_folder_is_a_file_like_any_other() {
    let named =
        |path: &str| with(whole(), "device.toml", &DEVICE.replace("\"fda-postmarket-2016\"", &format!("\"{path}\"")));
    let files = with(named("policies/house.toml"), "policies/house.toml", "name = \"house\"\n");
    let reading = must(&files);
    assert_eq!(reading.policy_files["policies/house.toml"], "name = \"house\"\n");
    assert!(reading.device.files.contains_key("policies/house.toml"));
    assert!(reading.warnings.iter().all(|warning| !warning.file.contains("house")));
    let changed = with(files, "policies/house.toml", "name = \"house\" # changed\n");
    assert_ne!(must(&changed).device.digest, reading.device.digest);
    assert!(refused(&named("policies/house.toml")).contains("missing-file"));
    for path in ["../house.toml", "/house.toml", "./house.toml", "a//house.toml"] {
        assert!(refused(&named(path)).contains("bad-path"), "{path}");
    }
    assert!(must(&whole()).policy_files.is_empty());
}
