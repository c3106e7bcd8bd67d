//! A folder that is changed between two answers: what became live, and why.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by them")]

#[path = "support/ward.rs"]
mod support;

use serde_json::Value;
use support::{copy_of_first_pump, ward};

/// What a folder comes to by the seed, kept in a file beside it.
fn kept(folder: &std::path::Path, beside: &tempfile::TempDir) -> String {
    let to = beside.path().join("earlier.json").display().to_string();
    ward(&["assess", "--json", "--as-of", "2026-11-22", "--output", &to, &folder.display().to_string()]).ends(0);
    to
}

fn since(folder: &std::path::Path, from: &str) -> Value {
    let folder = folder.display().to_string();
    let answer = ward(&["assess", "--json", "--as-of", "2026-11-22", "--since", from, &folder]).ends(0).json();
    answer["since"].clone()
}

#[test]
fn nothing_is_different_from_the_same_answer() {
    let folder = copy_of_first_pump();
    let place = tempfile::tempdir().unwrap();
    let named = folder.path().display().to_string();
    let earlier = kept(folder.path(), &place);
    let found = since(folder.path(), &earlier);
    for empty in ["inputs_changed", "changes", "became_live", "left_the_list", "turned"] {
        assert_eq!(found[empty], Value::Array(Vec::new()), "{empty}");
    }
    let text = ward(&["assess", "--as-of", "2026-11-22", "--since", &earlier, &named]).ends(0).stdout;
    assert!(text.contains("Since 2026-11-22") && text.contains("No verdict turned"), "{text}");
    let found = since(folder.path(), "2026-11-22");
    assert_eq!(found["turned"], Value::Array(Vec::new()));
    // Nor where units are told apart, of which some are touched and some are not.
    let pump = support::example("infusion-pump");
    let found = since(std::path::Path::new(&pump), "2026-11-22");
    for empty in ["changes", "became_live", "left_the_list", "turned"] {
        assert_eq!(found[empty], Value::Array(Vec::new()), "{empty}");
    }
}

#[test]
fn a_weakness_that_came_with_a_link_names_the_link() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("pump");
    let named = place.display().to_string();
    ward(&["new", &named, "--from", "first-pump"]).ends(0);
    let system = std::fs::read_to_string(place.join("system.toml")).unwrap();
    // The server stands beside the pump, and nothing joins it to any function.
    let beside = "\n[[element]]\nid = \"library-server\"\nname = \"Drug library server\"\nkind = \"other\"\nowner = \"hospital\"\n\
                  sbom = \"none\"\ninstances_per_site = 1\n";
    std::fs::write(place.join("system.toml"), format!("{system}{beside}")).unwrap();
    let earlier = kept(&place, &folder);
    let link = "\n[[link]]\nid = \"library-orders\"\nname = \"Orders\"\nfrom = \"library-server\"\nto = \"pump\"\nmedium = \"ip\"\n\
                exposed_to = [\"hospital-network\"]\ncarries = [\"command\"]\nauthentication = \"none\"\n";
    std::fs::write(place.join("system.toml"), format!("{system}{beside}{link}")).unwrap();
    let found = since(&place, &earlier);
    assert_eq!(found["inputs_changed"], serde_json::json!(["device"]));
    let turned = found["turned"].as_array().unwrap();
    let weakness = turned.iter().find(|one| one["subject"].as_str().unwrap().ends_with("@library-orders")).unwrap();
    assert_eq!((&weakness["before"], &weakness["now"]), (&Value::Null, &Value::from("uncontrolled")));
    let causes = weakness["causes"].to_string();
    assert!(causes.contains("the link library-orders is new"), "{causes}");
}

/// Two elements and no link between them, so that what is found at one touches nobody; a function that can harm rests on it.
const SYSTEM: &str = r#"
[[zone]]
id = "ward"
owner = "hospital"

[[element]]
id = "pump"
kind = "bedside-device"
owner = "maker"
zone = "ward"
sbom = "none"
instances_per_site = 20
claims = { interfaces_listed = "evidence/review.md", software_listed = "evidence/review.md", functions_listed = "evidence/review.md" }

[[element]]
id = "server"
kind = "server"
owner = "hospital"
zone = "ward"
sbom = "none"
instances_per_site = 1
claims = { interfaces_listed = "evidence/review.md", software_listed = "evidence/review.md", functions_listed = "evidence/review.md" }

[[control]]
id = "locked-case"
category = "compensating"
cuts = [{ presence_at = "pump" }]
enforcer = { element = "pump" }
performed_by = "design"
claimed = { effective = true, evidence = "evidence/review.md" }
hazard_added = "none"

[[person_group]]
id = "patient"
role = "patient"

[[function]]
id = "infuse"
essential = true
realised_by = { all = ["pump"] }
persons = { group = "patient", at_once_per_instance = 1 }
[[function.effect]]
on = "alteration"
hazardous_situation = "the pump runs at a rate that nobody ordered"
harm = "over-infusion"
[[function.effect]]
on = "loss"
hazardous_situation = "the pump stops, and is started again"
harm = "pause"

[[harm]]
id = "pause"
axis = "person"
severity = "negligible"
text = "A pause"

[[harm]]
id = "over-infusion"
axis = "person"
severity = "catastrophic"
text = "Death by over-infusion"
"#;

const FINDING: &str = r#"
[[finding]]
id = "T-17"
title = "The parser of orders writes beyond its buffer"
element = "pump"
vector = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"
known_since = 2026-10-01
source = "tests of the maker"
"#;

const ORDERS: &str = r#"
[[link]]
id = "orders"
from = "server"
to = "pump"
medium = "ip"
exposed_to = ["hospital-network"]
carries = ["data"]
authentication = "none"
claims = { exposed_to = "evidence/review.md", carries = "evidence/review.md" }
"#;

/// A folder of these files, of which every claim of the system is decided.
fn sealed(place: &std::path::Path) -> String {
    let named = place.display().to_string();
    ward(&["new", &named, "--from", "first-pump"]).ends(0);
    std::fs::create_dir_all(place.join("evidence")).unwrap();
    std::fs::write(place.join("evidence/review.md"), "looked at").unwrap();
    std::fs::write(place.join("system.toml"), SYSTEM).unwrap();
    std::fs::write(place.join("vulnerabilities.toml"), FINDING).unwrap();
    accept(&named);
    named
}

fn accept(named: &str) {
    let to = ["decide", named, "--accept-model", "system.toml", "--by", "safety officer", "--rationale", "reviewed"];
    let days = ["--on", "2026-11-01", "--expires", "2027-06-30"];
    ward(&[&to[..], &days[..]].concat()).ends(0);
}

/// The causes of what turned, or became live.
fn causes(one: &Value) -> Vec<String> {
    one["causes"].as_array().unwrap().iter().map(|cause| cause["text"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_event_becomes_live_when_its_missing_link_is_added_and_its_history_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("pump");
    let named = sealed(&place);
    let earlier = kept(&place, &folder);
    let answer: Value = serde_json::from_str(&std::fs::read_to_string(&earlier).unwrap()).unwrap();
    let waiting = answer["watch_list"].as_array().unwrap().iter().find(|item| item["event"] == "T-17").unwrap();
    assert!(waiting["review_by"].as_str().unwrap() > "2026-11-22", "{waiting}");
    let kinds = waiting["predicates"].to_string();
    assert!(kinds.contains("\"kind\":"), "{kinds}");
    std::fs::write(place.join("system.toml"), format!("{SYSTEM}{ORDERS}")).unwrap();
    accept(&named);
    let found = since(&place, &earlier);
    let changes = found["changes"].to_string();
    assert!(changes.contains("the link orders is new"), "{changes}");
    let live = found["became_live"].as_array().unwrap();
    let live = live.iter().find(|one| one["item"]["event"] == "T-17").unwrap();
    assert_eq!(live["item"], *waiting, "it is told what was said of it then");
    assert!(causes(live).iter().any(|text| text == "the link orders is new"), "{live}");
    assert!(live["by"].to_string().contains("orders"), "{live}");
    let text = ward(&["assess", "--as-of", "2026-11-22", "--since", &earlier, &named]).ends(0).stdout;
    let section = text.split("Since 2026-11-22").nth(1).unwrap();
    let section = section.split("\n\n").next().unwrap();
    for said in [
        "- the link orders is new",
        "T-17 at pump in version 1.0 became live",
        "then: it touched nobody: ",
        "now: it reaches over-infusion (catastrophic), uncontrolled",
        "why: the link orders is new",
    ] {
        assert!(section.contains(said), "{said}\n{section}");
    }
    // And back: what was live goes with its link, and the link is named.
    let later = kept(&place, &folder);
    std::fs::write(place.join("system.toml"), SYSTEM).unwrap();
    accept(&named);
    let found = since(&place, &later);
    let turned = found["turned"].as_array().unwrap().iter().find(|one| one["subject"] == "T-17").unwrap();
    assert_eq!(turned["now"], "controlled");
    assert!(causes(turned).iter().any(|text| text == "the link orders is gone"), "{turned}");
}

#[test]
fn a_decision_that_ends_lapses_or_is_lost_is_named_with_the_reason() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("pump");
    let named = sealed(&place);
    let earlier = kept(&place, &folder);
    let turned = |answer: &Value| {
        let turned = answer["turned"].as_array().unwrap().iter().find(|one| one["now"] == "uncontrolled");
        causes(turned.unwrap()).join("; ")
    };
    // Withdrawn.
    let decisions = std::fs::read_to_string(place.join("decisions.toml")).unwrap();
    std::fs::write(place.join("decisions.toml"), "").unwrap();
    let found = since(&place, &earlier);
    assert!(turned(&found).contains("the decision was withdrawn"), "{}", turned(&found));
    // The file is another one than was accepted.
    std::fs::write(place.join("decisions.toml"), &decisions).unwrap();
    std::fs::write(place.join("system.toml"), format!("{SYSTEM}# a word more\n")).unwrap();
    let found = since(&place, &earlier);
    assert!(turned(&found).contains("changed since it was accepted"), "{}", turned(&found));
    // It came to its end.
    std::fs::write(place.join("system.toml"), SYSTEM).unwrap();
    let answer = ward(&["assess", "--json", "--as-of", "2027-07-01", "--since", &earlier, &named]).ends(0).json();
    let ended = turned(&answer["since"]);
    assert!(ended.contains("the decision held until 2027-06-30"), "{ended}");
}

#[test]
fn a_finding_that_is_entered_and_a_component_that_is_updated_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("pump");
    let named = sealed(&place);
    std::fs::write(place.join("system.toml"), format!("{SYSTEM}{ORDERS}")).unwrap();
    std::fs::write(place.join("vulnerabilities.toml"), "").unwrap();
    accept(&named);
    let earlier = kept(&place, &folder);
    std::fs::write(place.join("vulnerabilities.toml"), FINDING).unwrap();
    let found = since(&place, &earlier);
    let new = found["turned"].as_array().unwrap().iter().find(|one| one["subject"] == "T-17").unwrap();
    assert!(causes(new).iter().any(|text| text == "the finding T-17 at pump is new"), "{new}");
}

#[test]
fn a_component_at_another_version_is_named_with_both() {
    let folder = tempfile::tempdir().unwrap();
    let place = folder.path().join("pump");
    let named = place.display().to_string();
    ward(&["new", &named, "--from", "first-pump"]).ends(0);
    let earlier = kept(&place, &folder);
    let file = place.join("sbom/pump-1.0.cdx.json");
    let sbom = std::fs::read_to_string(&file).unwrap();
    assert!(sbom.contains("1.0.1f") && sbom.contains("1.24.1"), "{sbom}");
    std::fs::write(&file, sbom.replace("1.0.1f", "3.0.15").replace("1.24.1", "1.36.1")).unwrap();
    let found = since(&place, &earlier);
    let of = |id: &str| {
        let turned = found["turned"].as_array().unwrap().iter().find(|one| one["subject"] == id);
        causes(turned.unwrap_or_else(|| panic!("{id}: {found:#}")))
    };
    // What is gone, and what came.
    assert_eq!(of("CVE-2016-2148"), ["busybox at pump: 1.24.1 became 1.36.1"]);
    assert_eq!(of("CVE-2025-15467"), ["openssl at pump: 1.0.1f became 3.0.15"]);
    let changes = found["changes"].to_string();
    assert!(changes.contains("the inventory of pump is another one"), "{changes}");
}

#[test]
fn what_is_no_earlier_answer_is_refused() {
    let folder = copy_of_first_pump();
    let named = folder.path().display().to_string();
    let wrong = folder.path().join("device.toml").display().to_string();
    let run = ward(&["assess", "--as-of", "2026-11-22", "--since", &wrong, &named]).ends(2);
    assert!(run.stderr.contains("is no earlier answer"), "{}", run.stderr);
    let run = ward(&["assess", "--as-of", "2026-11-22", "--since", "yesterday", &named]).ends(2);
    assert!(run.stderr.contains("--since takes a day"), "{}", run.stderr);
    ward(&["assess", "--as-of", "2026-11-22", "--since", "2026-11-23", &named]).ends(2);
}
