//! Folders at the edge of what can be said, from their text to their verdicts: a clear answer or a clear error each.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use ward_device::{MemoryFiles, read};
use ward_knowledge::Contents;
use ward_model::Assessment;
use ward_model::verdict::{Basis, Outcome, PresumedBecause};

#[path = "support/small.rs"]
mod small;

use small::{DEVICE, TODAY, assessed_with, decided};

/// What comes of a system where every claim is decided.
fn assessed(system: &str) -> Assessment {
    let files = [
        ("device.toml", DEVICE),
        ("system.toml", system),
        ("evidence/e.md", "looked at"),
        ("fielded.toml", "[[version]]\nid = \"1\"\nunits = 10\n"),
    ];
    let reading = read(&MemoryFiles::from_iter(files)).unwrap_or_else(|wrong| panic!("{wrong}"));
    let decisions = decided(reading.device.claims.values().map(|claim| (claim, true)));
    assessed_with(&reading.device, &decisions, Contents { years: (2002..=2026).collect(), ..Contents::empty(TODAY) })
}

const LISTED: &str = "claims = { interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }";
const HARM: &str = "[[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"catastrophic\"\ntext = \"Death\"\n";

fn element(id: &str) -> String {
    format!(
        "[[element]]\nid = \"{id}\"\nkind = \"bedside-device\"\nowner = \"maker\"\nsbom = \"none\"\ninstances_per_site = 1\n{LISTED}\n"
    )
}

fn link(from: &str, to: &str, more: &str) -> String {
    format!("[[link]]\nid = \"{from}-{to}\"\nname = \"L\"\nfrom = \"{from}\"\nto = \"{to}\"\nmedium = \"ip\"\n{more}\n")
}

fn function(element: &str) -> String {
    format!(
        "[[function]]\nid = \"infuse\"\nname = \"Infuse\"\nessential = true\nrealised_by = {{ all = [\"{element}\"] }}\n\
         [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"too much\"\nharm = \"death\"\n"
    )
}

fn control(id: &str, cut: &str, enforcer: &str) -> String {
    format!(
        "[[control]]\nid = \"{id}\"\nname = \"{id}\"\ncategory = \"compensating\"\ncuts = {{ link = \"{cut}\" }}\n\
         enforcer = {{ element = \"{enforcer}\" }}\nperformed_by = \"design\"\n\
         claimed = {{ effective = true, evidence = \"evidence/e.md\" }}\nhazard_added = \"none\"\n"
    )
}

/// Elements that command each other in a ring: whoever is believed on any link of it does harm at the last, and the derivation ends.
#[test]
fn a_ring_of_elements() {
    let exposed = "exposed_to = [\"hospital-network\"]\ncarries = [\"command\"]\nauthentication = \"none\"";
    let system = [
        element("a"),
        element("b"),
        element("c"),
        link("a", "b", exposed),
        link("b", "c", exposed),
        link("c", "a", exposed),
        function("c"),
        HARM.to_owned(),
    ];
    let assessment = assessed(&system.concat());
    for subject in ["WR-001@a-b", "WR-001@b-c", "WR-001@c-a"] {
        let verdict = assessment.verdicts.iter().find(|verdict| verdict.subject.id == subject).expect(subject);
        assert_eq!((verdict.verdict, verdict.basis), (Outcome::Uncontrolled, Basis::Confirmed), "{verdict:#?}");
        let place = |id: &str| verdict.witness.nodes.iter().position(|node| *node.id == *id).expect("a node");
        assert!(!verdict.witness.edges.is_empty());
        assert!(verdict.witness.edges.iter().all(|(from, to)| place(from) < place(to)), "{:#?}", verdict.witness);
    }
}

/// Two controls, each enforced by the element that the other protects: neither stands because the other does, for nothing outside
/// defeats either; and both fall to whoever is inside one of them.
#[test]
fn controls_that_rest_on_each_other() {
    let command = "exposed_to = [\"hospital-network\"]\ncarries = [\"command\"]\nauthentication = \"none\"\n\
                   claims = { exposed_to = \"evidence/e.md\", carries = \"evidence/e.md\" }";
    let ring = |more: &str| {
        let system = [
            element("a"),
            element("b"),
            link("a", "b", command),
            link("b", "a", command),
            function("a"),
            HARM.to_owned(),
            control("guards-b", "a-b", "a"),
            control("guards-a", "b-a", "b"),
            more.to_owned(),
        ];
        assessed(&system.concat())
    };
    let closed = ring("");
    for verdict in closed.verdicts.iter().filter(|verdict| verdict.subject.id.starts_with("WR-001@")) {
        assert_eq!(verdict.verdict, Outcome::Controlled, "{verdict:#?}");
        assert!(!verdict.sensitivity.is_empty(), "{verdict:#?}");
    }
    let opened = ring(&link("b", "b", &command.replace("hospital-network", "physical")));
    let found = opened.verdicts.iter().find(|verdict| verdict.subject.id == "WR-001@b-a").expect("a verdict");
    assert_eq!(found.verdict, Outcome::Uncontrolled, "{found:#?}");
}

/// Nothing is modelled: no verdict of comfort, and a warning that says so.
#[test]
fn an_empty_system() {
    let files = MemoryFiles::from_iter([("device.toml", DEVICE)]);
    let reading = read(&files).unwrap_or_else(|wrong| panic!("{wrong}"));
    let told: Vec<String> = reading.warnings.iter().map(ToString::to_string).collect();
    assert!(told.iter().any(|warning| warning.contains("nothing is modelled")), "{told:#?}");
    for assessment in [assessed(""), assessed(HARM)] {
        assert!(assessment.verdicts.iter().all(|verdict| verdict.verdict != Outcome::Controlled), "{assessment:#?}");
    }
}

/// Names and nothing else: every element is presumed at its worst, is a gap, and no verdict is controlled.
#[test]
fn unknown_everywhere() {
    let bare = |id: &str| format!("[[element]]\nid = \"{id}\"\nkind = \"bedside-device\"\nowner = \"maker\"\n");
    let system = [bare("a"), bare("b"), link("a", "b", ""), function("b"), HARM.to_owned()].concat();
    let assessment = assessed(&system);
    for element in ["a", "b"] {
        let presumed = assessment.verdicts.iter().find(|verdict| {
            verdict.element.as_str() == element && verdict.presumed_because == Some(PresumedBecause::Unmodelled)
        });
        assert_eq!(presumed.map(|verdict| verdict.verdict), Some(Outcome::Uncontrolled), "{element}");
        assert!(assessment.gaps.iter().any(|gap| gap.element.as_str() == element), "{element}");
    }
    assert!(assessment.verdicts.iter().all(|verdict| verdict.verdict == Outcome::Uncontrolled), "{assessment:#?}");
}

/// Controls under one name, and one that cuts what is not there: an error each, with its place.
#[test]
fn controls_that_contradict() {
    let command = "exposed_to = [\"hospital-network\"]\ncarries = [\"command\"]\nauthentication = \"none\"";
    let twice = control("guard", "a-b", "a") + &control("guard", "a-b", "b");
    let nowhere = control("guard", "b-a", "a");
    for (controls, expected) in [(twice, "guard"), (nowhere, "b-a")] {
        let system =
            [element("a"), element("b"), link("a", "b", command), function("b"), HARM.to_owned(), controls].concat();
        let files = MemoryFiles::from_iter([
            ("device.toml", DEVICE),
            ("system.toml", &system),
            ("evidence/e.md", "looked at"),
            ("fielded.toml", "[[version]]\nid = \"1\"\nunits = 10\n"),
        ]);
        let Err(wrong) = read(&files) else { panic!("it is refused: {expected}") };
        let told = wrong.to_string();
        assert!(told.contains("system.toml:") && told.contains(expected), "{told}");
    }
}
