//! What people are told, and what is found to treat a version, never contradict each other; and both know of which device they speak.
#![allow(clippy::expect_used, clippy::panic, dead_code, reason = "a test fails by them; cases are shared")]

use std::path::Path;

use ward_assess::{Inputs, Treating, assess, treat};
use ward_device::{DECISIONS, DirFiles, MemoryFiles, read};
use ward_knowledge::{Contents, seed};
use ward_model::claim::Claim;
use ward_model::lifecycle::VersionLifecycle;
use ward_model::treatment::{Treatment, TreatmentOutcome, VersionTreatment};
use ward_policy::Library;

#[path = "history/case.rs"]
mod case;
#[path = "history/expected.rs"]
mod expected;
#[path = "support/small.rs"]
mod small;

use case::Case;
use small::{DEVICE, TODAY, accepted, asked};

/// What people are told, and what is found to treat each version.
fn both(inputs: &Inputs<'_>) -> (Vec<VersionLifecycle>, Treatment) {
    let lives = assess(inputs).expect("knowledge in memory").lifecycle;
    (lives, treat(inputs, Treating::default()).expect("knowledge in memory"))
}

fn agree(name: &str, lives: &[VersionLifecycle], treatment: &Treatment) {
    for life in lives {
        let told =
            treatment.versions.iter().find(|one| one.fielded_version == life.fielded_version).expect("a version");
        let place = format!("{name} {}", life.fielded_version);
        for advice in &life.advice {
            let replaces =
                ["replace it", "plan its replacement", "Use it no more"].iter().any(|word| advice.text.contains(word));
            let none = told.outcome == TreatmentOutcome::NoTreatment;
            assert!(!replaces || none, "{place}: {} but {:?} {:?}", advice.text, told.outcome, told.changes);
            let certain = told.instead.as_ref().is_some_and(|instead| instead.starts_with("no treatment exists"));
            assert!(!replaces || certain, "{place}: {} but {:?}", advice.text, told.instead);
            let named = advice.text.contains("What is named here protects it");
            assert!(!named || told.outcome == TreatmentOutcome::Treated, "{place}: {} but {told:#?}", advice.text);
            for change in told.changes.iter().filter(|_| named) {
                assert!(advice.text.contains(&change.title), "{place}: {} lacks {}", advice.text, change.title);
            }
            let planned =
                ["Plan the update", "Install the update while", "Have the update installed", "Have it done at"];
            let plans = planned.iter().any(|word| advice.text.contains(word));
            let open = told.before.uncontrolled.confirmed > 0;
            assert!(!plans || open, "{place}: {} where nothing is uncontrolled", advice.text);
            assert!(
                !advice.text.contains("radio can be switched off") || has_radio_off(told),
                "{place}: {}",
                advice.text
            );
            let hospital = ["isolate the networks", "isolate that network", "site by site", "maker's service"];
            let to_patient = advice.role == ward_model::device::PersonRole::Patient;
            assert!(!to_patient || hospital.iter().all(|word| !advice.text.contains(word)), "{place}: {}", advice.text);
        }
    }
}

/// Whether some control at hand closes a link.
fn has_radio_off(told: &VersionTreatment) -> bool {
    told.changes.iter().any(|change| change.change.to_string() == "+radio-off")
}

#[test]
fn advice_never_contradicts_what_is_found_to_treat_a_version() {
    for case in Case::all() {
        for day in &case.expected.as_of {
            let (lives, treatment) = case.asked(*day, both);
            agree(&format!("{} on {day}", case.name), &lives, &treatment);
        }
    }
    let knowledge = seed::load().expect("the seed makes sense");
    for name in ["first-pump", "infusion-pump", "insulin-pump", "monitor-family"] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples").join(name);
        let reading = read(&DirFiles::new(folder).expect("it is there")).expect("an example can be read");
        let rulebook =
            Library::built_in().expect("built in").select(&reading.device.policies, TODAY).expect("policies");
        let (lives, treatment) = both(&Inputs {
            device: &reading.device,
            decisions: &reading.decisions,
            knowledge: &knowledge,
            rulebook: &rulebook,
            as_of: TODAY,
            engine: "wardround test",
            rest_on: ward_device::rest_on,
        });
        agree(name, &lives, &treatment);
    }
}

fn case(name: &str) -> (Vec<VersionLifecycle>, Treatment) {
    let case = Case::load(name);
    let day = case.expected.as_of.last().copied().expect("a day");
    case.asked(day, both)
}

fn texts(life: &VersionLifecycle, clinic: bool) -> String {
    let fits = life.advice.iter().filter(|advice| advice.person_group.is_none() == clinic);
    fits.map(|advice| advice.text.as_str()).collect::<Vec<_>>().join(" ")
}

fn of<'a>(lives: &'a [VersionLifecycle], version: &str) -> &'a VersionLifecycle {
    lives.iter().find(|life| life.fielded_version.as_str() == version).expect("a version of that name")
}

fn instead(treatment: &Treatment, version: &str) -> String {
    let told = treatment.versions.iter().find(|one| one.fielded_version.as_str() == version).expect("a version");
    told.instead.clone().unwrap_or_default()
}

#[test]
fn what_controls_protect_is_not_replaced() {
    let (lives, _) = case("medtronic-ngp-600");
    let told = texts(of(&lives, "600 series"), false);
    assert!(
        told.contains("It is: ") && told.contains("pair-in-private") && told.contains("remote-bolus-off"),
        "{told}"
    );
    assert!(!told.contains("replace it"), "{told}");
    let (lives, _) = case("medtronic-conexus");
    let told = texts(of(&lives, "Virtuoso ICD"), false);
    assert!(!told.contains("radio can be switched off"), "{told}");
    let (lives, _) = case("abbott-icd");
    let told = texts(of(&lives, "Promote"), false);
    assert!(told.contains("radio can be switched off") && told.contains("It is: radio-off"), "{told}");
}

/// Only what is implanted is called so: a programmer is replaced, and no implant for it.
#[test]
fn a_programmer_is_not_called_implanted() {
    let (lives, treatment) = case("medtronic-carelink");
    for version in ["CareLink 2090", "CareLink 9790"] {
        let instead = instead(&treatment, version);
        assert!(instead.contains("replace programmer (the clinic's)"), "{instead}");
        assert!(instead.contains("no implant for this alone") && !instead.contains("for it is implanted"), "{instead}");
    }
    let clinic = texts(of(&lives, "CareLink 9790"), true);
    assert!(clinic.contains("Use it no more where another does its work"), "{clinic}");
    // One version of both: of which it speaks nobody says.
    let (_, treatment) = case("boston-latitude-prm");
    let instead = instead(&treatment, "3120");
    assert!(instead.contains("ask the maker whether that is programmer (the clinic's) or implant"), "{instead}");
    assert!(!instead.contains("for it is implanted") && !instead.contains("take it off"), "{instead}");
}

/// An implant with a finding, and the programmer by which it is set up, both the maker's; a technician brings updates.
#[test]
fn a_technician_brings_nothing_to_an_implant() {
    let element = |id: &str, kind: &str| {
        format!(
            "[[element]]\nid = \"{id}\"\nkind = \"{kind}\"\nowner = \"maker\"\nsbom = \"none\"\ninstances_per_site = 1\n\
             claims = {{ interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }}\n"
        )
    };
    let system = [
        element("implant", "implant"),
        element("setter", "programmer"),
        // A programmer that is lost may be shut out: else it has a weakness of its own.
        "design = { lost_units_shut_out = \"evidence/e.md\" }\n".to_owned(),
        "[[link]]\nid = \"orders\"\nfrom = \"setter\"\nto = \"implant\"\nmedium = \"ip\"\ncarries = [\"command\"]\nanti_replay = true\n\
         authentication = { mechanism = \"tls\", secret = \"k\", evidence = \"evidence/e.md\" }\n\
         claims = { carries = \"evidence/e.md\", anti_replay = \"evidence/e.md\" }\n\
         [[secret]]\nid = \"k\"\nheld_by = [\"setter\", \"implant\"]\nper_unit = true\nevidence = \"evidence/e.md\"\n\
         [[person_group]]\nid = \"patient\"\nrole = \"patient\"\n\
         [[function]]\nid = \"pace\"\nessential = true\nrealised_by = { all = [\"implant\"] }\nfed_by = []\n\
         claims = { fed_by = \"evidence/e.md\" }\npersons = { group = \"patient\", at_once_per_instance = 1 }\n\
         [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"no pulse\"\nharm = \"death\"\n\
         [[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"catastrophic\"\ntext = \"Death\"\n"
            .to_owned(),
    ]
    .concat();
    let own = "[[finding]]\nid = \"EX-1\"\ntitle = \"anyone doses\"\nelement = \"implant\"\n\
        vectors = [\"CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H\"]\nknown_since = 2026-02-01\nsource = \"own test\"\n";
    let mut files = vec![
        ("device.toml", DEVICE),
        ("system.toml", system.as_str()),
        ("fielded.toml", "[[version]]\nid = \"1\"\nunits = 500\nupdate_path = \"technician\"\n"),
        ("vulnerabilities.toml", own),
        ("evidence/e.md", "looked at"),
    ];
    let undecided = read(&MemoryFiles::from_iter(files.clone())).unwrap_or_else(|error| panic!("{error:#?}"));
    let claims: Vec<&Claim> = undecided.device.claims.values().collect();
    let decisions = accepted(&claims);
    files.push((DECISIONS, decisions.as_str()));
    let reading = read(&MemoryFiles::from_iter(files)).unwrap_or_else(|error| panic!("{error:#?}"));
    let (lives, treatment) = asked(&reading.device, &reading.decisions, Contents::empty(TODAY), both);
    agree("implant and setter", &lives, &treatment);
    let told = &treatment.versions[0];
    let fix = told.changes.iter().find(|change| change.change.to_string() == "fix:EX-1");
    if let Some(fix) = fix {
        assert!(fix.remarks.iter().any(|remark| remark.contains("nobody says how units are updated")), "{fix:#?}");
        assert!(!fix.remarks.iter().any(|remark| remark.contains("technician")), "{fix:#?}");
    }
    assert!(told.before.uncontrolled.confirmed > 0, "{told:#?}");
    // Of the programmer nothing is found: the clinic is told of no update that mends it, nor that none is known.
    let clinic = texts(&lives[0], true);
    assert!(!clinic.contains("that mends this is known"), "{clinic}");
}
