//! What practitioners advised on old and implanted devices, and what the life of the infusion pump comes to.
#![allow(
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by them; the cases are shared with another test"
)]

#[path = "history/case.rs"]
mod case;
#[path = "history/expected.rs"]
mod expected;

use case::Case;
use ward_model::device::Stage;
use ward_model::lifecycle::VersionLifecycle;

fn lives(name: &str) -> Vec<VersionLifecycle> {
    let case = Case::all().into_iter().find(|case| case.name == name).expect("a case of that name");
    let day = case.expected.as_of[0];
    case.assess(day, None).lifecycle
}

fn of<'a>(lives: &'a [VersionLifecycle], version: &str) -> &'a VersionLifecycle {
    lives.iter().find(|life| life.fielded_version.as_str() == version).expect("a version of that name")
}

fn rules(life: &VersionLifecycle) -> Vec<&str> {
    life.advice.iter().map(|advice| advice.rule.as_str()).collect()
}

#[test]
fn pumps_that_cannot_be_updated_are_replaced() {
    for life in &lives("medtronic-minimed-508") {
        assert!(life.update.impossible);
        assert!(rules(life).contains(&"worn-cannot-be-updated"), "{:?}", life.advice);
        // The folder declares limited support: no date contradicts it.
        assert!(life.stage_range[0] >= Stage::LimitedSupport && life.contradictions.is_empty());
    }
}

#[test]
fn two_families_cannot_be_updated_and_switching_their_radio_off_trades_monitoring() {
    let lives = lives("abbott-icd");
    for name in ["Current", "Promote"] {
        let life = of(&lives, name);
        assert!(life.update.impossible);
        let rules = rules(life);
        assert!(
            rules.contains(&"implant-cannot-be-updated") && rules.contains(&"radio-off-trades-monitoring"),
            "{rules:?}"
        );
        let given_up: Vec<&str> = life.update.given_up.iter().map(|one| one.word.as_str()).collect();
        assert_eq!(given_up, ["remote-monitoring", "surgery"]);
    }
    for name in ["Ellipse", "Fortify Assura"] {
        let life = of(&lives, name);
        assert!(!life.update.impossible && rules(life).contains(&"implant-at-the-next-visit"));
        assert!(life.update.risks.iter().any(|risk| risk.word == "therapy-pause"));
    }
}

#[test]
fn what_is_not_known_of_old_devices_is_said() {
    for life in Case::all().iter().flat_map(|case| case.assess(case.expected.as_of[0], None).lifecycle) {
        assert!(life.stage_range[0] <= life.stage_range[1]);
        assert_eq!(life.stage.is_some(), life.stage_range[0] == life.stage_range[1]);
        assert!(
            life.declared.service_life_years.is_some() || life.missing.iter().any(|line| line.contains("service life"))
        );
    }
}
