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

#[path = "support/pump.rs"]
mod pump;
#[path = "support/small.rs"]
mod small;

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

/// What is true of a programmer is told to the clinic that has it, and not of an implant.
#[test]
fn of_an_implant_nothing_is_said_that_is_true_of_a_programmer() {
    let told = |name: &str, version: &str| {
        let lives = lives(name);
        let life = of(&lives, version);
        let text = |clinic: bool| -> String {
            let fits = life.advice.iter().filter(|advice| advice.person_group.is_none() == clinic);
            fits.map(|advice| advice.text.as_str()).collect::<Vec<_>>().join(" ")
        };
        (rules(life).into_iter().map(str::to_owned).collect::<Vec<_>>(), text(false), text(true))
    };
    let (names, patient, clinic) = told("medtronic-carelink", "CareLink 9790");
    assert!(names.contains(&"clinic-cannot-be-updated".to_owned()), "{names:?}");
    assert!(!patient.contains("This implant cannot be updated") && clinic.contains("Use it no more"), "{patient}");
    let (names, patient, _) = told("medtronic-carelink", "CareLink 2090");
    assert!(!names.contains(&"implant-remote".to_owned()) && !patient.contains("monitor or the phone"), "{names:?}");
    // One version of both, owned by one maker: which of them is meant nobody says.
    let (names, patient, clinic) = told("boston-latitude-prm", "3120");
    assert!(names.contains(&"clinic-or-implant-cannot-be-updated".to_owned()), "{names:?}");
    assert!(patient.contains("is not known: ask the clinic") && clinic.contains("connect it to no network"));
    // Where the maker has the implant alone, it is meant.
    let (names, ..) = told("medtronic-conexus", "Virtuoso ICD");
    assert!(names.contains(&"implant-cannot-be-updated".to_owned()), "{names:?}");
}

/// An update that nobody knows is not advised.
#[test]
fn no_update_is_named_that_nobody_knows() {
    let lives = lives("ge-mdhex");
    for life in &lives {
        let rules = rules(life);
        assert!(!rules.contains(&"bedside-by-service"), "{rules:?}");
        let advice = life.advice.iter().find(|advice| advice.rule == "bedside-no-update-known");
        assert!(advice.is_some_and(|advice| advice.text.contains("confirm that site by site")), "{:?}", life.advice);
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

/// Software that nobody has listed, or whose list nobody answers for as whole, is not supported software.
#[test]
fn what_nobody_has_listed_is_not_supported() {
    const SUPPORTED: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[{"type":"library","name":"lib",
        "version":"1","bom-ref":"lib","properties":[{"name":"cdx:lifecycle:milestone:endOfSupport","value":"2040-01-01"}]}]}"#;
    const DATA: &str = r#"{"bomFormat":"CycloneDX","specVersion":"1.6","version":1,"components":[
        {"type":"data","name":"limits","bom-ref":"limits"},{"type":"file","name":"readme","bom-ref":"readme"}]}"#;
    let life = |pump: &str, but: &[&str]| {
        let more = [("sbom/pump.cdx.json", pump), ("sbom/gateway.cdx.json", SUPPORTED)];
        let lives = pump::assessed(Vec::new(), [&[], &[]], &more, but).lifecycle;
        lives.into_iter().next().expect("a version")
    };
    let whole = life(SUPPORTED, &[]);
    assert_eq!((whole.counts.supported, whole.counts.unknown), (2, 0), "{whole:#?}");
    assert_eq!(whole.stage, Some(Stage::Support), "{whole:#?}");
    for (sbom, but, counts, told) in [
        (SUPPORTED, &["element:pump.software_listed"][..], (2, 1), "what else runs on pump"),
        (DATA, &[], (1, 1), "what runs on pump"),
    ] {
        let life = life(sbom, but);
        assert_eq!((life.counts.supported, life.counts.unknown), counts, "{life:#?}");
        assert_eq!(life.stage_range, [Stage::Support, Stage::EndOfSupport], "{life:#?}");
        assert!(life.missing.iter().any(|line| line.starts_with(told)), "{:?}", life.missing);
    }
}

/// A service life that is over is told: units are used beyond it.
#[test]
fn use_beyond_the_service_life_is_told() {
    let device = small::DEVICE.replace("stage = \"support\"", "stage = \"support\", service_life_years = 5");
    let told = |made: &str, units: u64| {
        let fielded = format!("[[version]]\nid = \"1\"\nunits = {units}\nlast_manufactured = {made}\n");
        let more = [("device.toml", device.as_str()), ("fielded.toml", fielded.as_str())];
        let lives = pump::assessed(Vec::new(), [&[], &[]], &more, &[]).lifecycle;
        lives.iter().flat_map(|life| &life.reasons).any(|reason| reason.contains("service life ended on"))
    };
    assert!(told("2015-01-01", 5) && !told("2024-01-01", 5) && !told("2015-01-01", 0));
}
