//! What is stated of designs, and what cannot be.

use ward_model::claim::ClaimId;
use ward_model::design::{DesignOf, Feature, Property};
use ward_model::device::Device;

use super::{SYSTEM, must, whole, with};
use crate::files::MemoryFiles;
use crate::read::read;

const ELEMENT: &str = "\n[[element]]\nid = \"pocket\"\nkind = \"wearable\"\nowner = \"maker\"\n";

/// The whole folder with one more element, of which this is stated.
fn stating(lines: &str) -> MemoryFiles {
    let claims = "claims = { interfaces_listed = true, software_listed = true, functions_listed = true }\n";
    with(whole(), "system.toml", &format!("{SYSTEM}{ELEMENT}{claims}{lines}"))
}

fn device(lines: &str) -> Device {
    must(&stating(lines)).device
}

fn of_pocket() -> DesignOf {
    DesignOf::Element("pocket".into())
}

#[test]
fn a_design_states_features_facts_and_claims() {
    let device = device(
        "has = [\"screen\", \"user-accounts\"]\ndesign = { sessions_end = false, guessing_limited = true, screen_locks = \"evidence/list.csv#3\" }\n",
    );
    let design = device.designs.of(&of_pocket());
    assert_eq!(design.has.iter().copied().collect::<Vec<_>>(), [Feature::Screen, Feature::UserAccounts]);
    assert!(!design.stated[&Property::SessionsEnd]);
    let evidence = |property| {
        let claim = device.claims.get(&ClaimId::Design(of_pocket(), property))?;
        Some((claim.id.to_string(), claim.statement.clone(), claim.evidence.as_ref().map(|cited| cited.path.clone())))
    };
    assert_eq!(evidence(Property::SessionsEnd), None, "what is lacking is no claim");
    let (_, _, cited) = evidence(Property::GuessingLimited).unwrap();
    assert_eq!(cited, None);
    let (name, statement, cited) = evidence(Property::ScreenLocks).unwrap();
    assert_eq!((name.as_str(), cited.as_deref()), ("element:pocket.screen_locks", Some("evidence/list.csv")));
    assert_eq!(statement, "of the element pocket: its screen hides data of patients when nobody works with it");
}

/// Whoever answered for everything being listed had no such feature before them.
#[test]
fn a_feature_that_is_added_lapses_what_was_said_of_all_being_listed() {
    let premises = |lines: &str| {
        let device = device(lines);
        let of = |name: &str| {
            device
                .claims
                .values()
                .find(|claim| claim.id.to_string() == name)
                .unwrap_or_else(|| panic!("{name}"))
                .premise
        };
        ["interfaces_listed", "software_listed", "functions_listed"].map(|word| of(&format!("element:pocket.{word}")))
    };
    let none = premises("");
    assert_eq!(premises("has = []\n"), none);
    assert_eq!(premises("design = { sessions_end = false }\n"), none, "how it is protected is not what it has");
    let one = premises("has = [\"screen\"]\n");
    assert!(one.iter().zip(none).all(|(one, none)| *one != none));
    assert_eq!(premises("has = [\"screen\", \"sensor\"]\n"), premises("has = [\"sensor\", \"screen\"]\n"));
}

#[test]
fn what_cannot_be_stated_is_refused_with_its_place() {
    let said = |lines: &str| read(&stating(lines)).unwrap_err().to_string();
    for (lines, expected) in [
        ("has = [\"scren\"]\n", "`screen`"),
        ("has = [\"alarms\"]\n", "`alarms` is not known here"),
        ("has = [\"screen\", \"screen\"]\n", "`screen` stands here twice"),
        ("has = \"screen\"\n", "a list"),
        ("design = { screen_lock = true }\n", "`screen_locks`"),
        ("design = { wake_ups_limited = true }\n", "the design of an element has no key `wake_ups_limited`"),
        ("design = { screen_locks = 1 }\n", "the path of an evidence file"),
        ("design = [\"screen_locks\"]\n", "a table"),
        ("properties = [\"PID-26\"]\n", "`design`"),
    ] {
        let said = said(lines);
        assert!(said.contains(expected) && said.contains("system.toml:"), "{lines}: {said}");
    }
}
