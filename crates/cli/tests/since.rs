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
    for empty in ["inputs_changed", "became_live", "left_the_list", "turned"] {
        assert_eq!(found[empty], Value::Array(Vec::new()), "{empty}");
    }
    let text = ward(&["assess", "--as-of", "2026-11-22", "--since", &earlier, &named]).ends(0).stdout;
    assert!(text.contains("Since 2026-11-22") && text.contains("No verdict turned"), "{text}");
    let found = since(folder.path(), "2026-11-22");
    assert_eq!(found["turned"], Value::Array(Vec::new()));
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
