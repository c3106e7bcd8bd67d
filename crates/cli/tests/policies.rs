//! Policies and answers to the rubric in a device folder.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use support::{copy_of_first_pump, spoil, ward};

const HOUSE: &str = "name = \"house\"\nversion = \"3\"\ntitle = \"House policy\"\nin_force = { from = 2026-01-01 }\n\
    source = \"procedure QP-12\"\nextends = \"fda-postmarket-2016\"\nwords = { controlled = \"tolerable\", uncontrolled = \"intolerable\" }\n";
const CELL: &str = "[[cell]]\nat = \"high/minor\"\noutcome = \"controlled\"\nsource = \"QP-12, 4\"\n";

#[test]
fn a_policy_of_the_folder_judges_its_device() {
    let place = copy_of_first_pump();
    let folder = place.path().display().to_string();
    spoil(place.path(), "device.toml", "\"fda-postmarket-2016\"", "\"policies/house.toml\"");
    let assess = |code| ward(&["assess", "--json", "--as-of", "2026-11-27", &folder]).ends(code);
    assert!(assess(2).stderr.contains("there is no file `policies/house.toml`"));
    std::fs::create_dir(place.path().join("policies")).unwrap();
    let write = |text: &str| std::fs::write(place.path().join("policies/house.toml"), text).unwrap();

    write(HOUSE);
    let answer = assess(0).json();
    assert_eq!(answer["inputs"]["policies"][0], "house@3");
    let outcomes: Vec<&str> =
        answer["verdicts"].as_array().unwrap().iter().map(|verdict| verdict["outcome"].as_str().unwrap()).collect();
    // Its words stand behind those that they stand for, so that nobody reads them the wrong way round.
    let words = ["controlled risk (tolerable)", "uncontrolled risk (intolerable)"];
    assert!(!outcomes.is_empty() && outcomes.iter().all(|word| words.contains(word)), "{outcomes:?}");

    write(&format!("{HOUSE}{CELL}"));
    let refused = assess(2);
    assert!(refused.stderr.contains("policies/house.toml: the cell high/minor is weaker"), "{}", refused.stderr);
    ward(&["lint", &folder]).ends(2);

    write(&format!("{HOUSE}{CELL}justification = \"followed for a trend\"\napproved_by = \"safety officer\"\n"));
    let notes = assess(0).json()["coverage"]["notes"].to_string();
    assert!(
        notes.contains("policy house@3 takes high/minor for controlled") && notes.contains("safety officer"),
        "{notes}"
    );
    write(&HOUSE.replace("2026-01-01", "2027-01-01"));
    assert!(assess(2).stderr.contains("is not in force on 2026-11-27"));
}

#[test]
fn answers_to_the_rubric_are_shown_as_a_claim() {
    let place = copy_of_first_pump();
    let folder = place.path().display().to_string();
    let system = std::fs::read_to_string(place.path().join("system.toml")).unwrap();
    let element =
        system.split("[[element]]").nth(1).unwrap().split("id = \"").nth(1).unwrap().split('"').next().unwrap();
    let rubric =
        format!("[[rubric]]\nvulnerability = \"CVE-2014-0160\"\nelement = \"{element}\"\nanswers = \"XCS:N\"\n");
    let path = place.path().join("vulnerabilities.toml");
    let before = std::fs::read_to_string(&path).unwrap_or_default();
    std::fs::write(&path, format!("{before}\n{rubric}")).unwrap();
    let claims = ward(&["decide", &folder, "--list"]).ends(0).stdout;
    assert!(claims.contains(&format!("rubric:{element}/CVE-2014-0160")), "{claims}");
    std::fs::write(&path, format!("{before}\n{}", rubric.replace("XCS:N", "XCIA:N"))).unwrap();
    let run = ward(&["assess", &folder]).ends(2);
    assert!(run.stderr.contains("no element of the rubric"), "{}", run.stderr);
}
