//! What one action does to people of several groups is said by whatever speaks of verdicts alone: treatments, steps, comparisons.
#![allow(clippy::expect_used, clippy::panic, reason = "a test fails by them")]

use ward_assess::{Treating, assess, since, treat};
use ward_device::{DECISIONS, MemoryFiles, Reading, read};
use ward_knowledge::Contents;
use ward_model::Assessment;
use ward_model::claim::Claim;
use ward_model::since::Earlier;
use ward_model::treatment::{TreatmentOutcome, VersionTreatment};
use ward_model::verdict::{Outcome, Place};

#[path = "support/small.rs"]
mod small;

use ward_publish::text::TextOptions;

use small::{DEVICE, TODAY, accepted, asked};

/// A finding that is hard to use, on the server; a weakness of it is another matter.
const HARD: &str = "CVSS:3.1/AV:P/AC:H/PR:N/UI:R/S:U/C:N/I:H/A:N";

/// Two beds behind one server, a patient each, of these groups; what is found at the server, and at the first bed. All is decided.
fn beds(groups: [&str; 2], server: &str, bed: Option<&str>) -> Reading {
    let element = |id: &str, kind: &str| {
        format!(
            "[[element]]\nid = \"{id}\"\nkind = \"{kind}\"\nowner = \"maker\"\nsbom = \"none\"\ninstances_per_site = 1\n\
             claims = {{ interfaces_listed = \"evidence/e.md\", software_listed = \"evidence/e.md\", functions_listed = \"evidence/e.md\" }}\n"
        )
    };
    let mut system = element("server", "server");
    for (place, group) in groups.iter().enumerate() {
        system.push_str(&element(&format!("bed-{place}"), "bedside-device"));
        system.push_str(&format!(
            "[[link]]\nid = \"orders-{place}\"\nfrom = \"server\"\nto = \"bed-{place}\"\nmedium = \"ip\"\ncarries = [\"command\"]\n\
             anti_replay = true\nauthentication = {{ mechanism = \"tls\", secret = \"k\", evidence = \"evidence/e.md\" }}\n\
             claims = {{ carries = \"evidence/e.md\", anti_replay = \"evidence/e.md\" }}\n\
             [[function]]\nid = \"treat-{place}\"\nessential = true\nrealised_by = {{ all = [\"bed-{place}\"] }}\nfed_by = []\n\
             claims = {{ fed_by = \"evidence/e.md\" }}\npersons = {{ group = \"{group}\", at_once_per_instance = 1 }}\n\
             [[function.effect]]\non = \"alteration\"\nhazardous_situation = \"too much\"\nharm = \"death\"\n\
             [[function.effect]]\non = \"loss\"\nhazardous_situation = \"it stops\"\nharm = \"death\"\n"
        ));
    }
    let named: std::collections::BTreeSet<&str> = groups.into_iter().collect();
    for group in named {
        system.push_str(&format!("[[person_group]]\nid = \"{group}\"\nrole = \"patient\"\n"));
    }
    system.push_str(
        "[[secret]]\nid = \"k\"\nheld_by = [\"server\", \"bed-0\", \"bed-1\"]\nper_unit = true\nevidence = \"evidence/e.md\"\n\
         [[harm]]\nid = \"death\"\naxis = \"person\"\nseverity = \"critical\"\ntext = \"Death\"\n",
    );
    let finding = |id: &str, at: &str, vector: &str| {
        format!(
            "[[finding]]\nid = \"{id}\"\ntitle = \"crash\"\nelement = \"{at}\"\nknown_since = 2026-10-01\nsource = \"test\"\n\
             evidence = \"evidence/e.md\"\nvector = \"{vector}\"\n"
        )
    };
    let mut own = finding("EX-1", "server", server);
    own.extend(bed.map(|vector| finding("EX-2", "bed-0", vector)));
    let mut files = vec![
        ("device.toml", DEVICE),
        ("system.toml", system.as_str()),
        ("fielded.toml", "[[version]]\nid = \"1\"\nunits = 500\nupdate_path = \"technician\"\n"),
        ("vulnerabilities.toml", own.as_str()),
        ("evidence/e.md", "looked at"),
    ];
    let undecided = read(&MemoryFiles::from_iter(files.clone())).unwrap_or_else(|error| panic!("{error:#?}"));
    let claims: Vec<&Claim> = undecided.device.claims.values().collect();
    let decisions = accepted(&claims);
    files.push((DECISIONS, decisions.as_str()));
    read(&MemoryFiles::from_iter(files)).unwrap_or_else(|error| panic!("{error:#?}"))
}

fn assessed(reading: &Reading) -> Assessment {
    small::assessed_with(&reading.device, &reading.decisions, Contents::empty(TODAY))
}

fn treated(reading: &Reading) -> VersionTreatment {
    let ask = |inputs: &ward_assess::Inputs<'_>| treat(inputs, Treating::default()).expect("knowledge in memory");
    asked(&reading.device, &reading.decisions, Contents::empty(TODAY), ask).versions.remove(0)
}

fn uncontrolled(assessment: &Assessment) -> usize {
    assessment.single_actions.iter().filter(|action| action.verdict == Outcome::Uncontrolled).count()
}

#[test]
fn a_treatment_counts_the_single_actions_that_it_does_not_look_at() {
    let apart = beds(["a", "b"], HARD, None);
    let (assessment, treatment) = (assessed(&apart), treated(&apart));
    assert_eq!(assessment.summary.uncontrolled.confirmed, 0);
    let left = uncontrolled(&assessment);
    assert!(left > 0, "{:#?}", assessment.single_actions);
    assert_eq!(treatment.outcome, TreatmentOutcome::NotNeeded);
    assert_eq!(treatment.single_actions.uncontrolled_before, left);
    assert_eq!(treatment.single_actions.uncontrolled_after, left);
    // It says so at the head, and so does an assessment of what to do next.
    let ask = |inputs: &ward_assess::Inputs<'_>| treat(inputs, Treating::default()).expect("knowledge in memory");
    let all = asked(&apart.device, &apart.decisions, Contents::empty(TODAY), ask);
    let options = TextOptions { width: 400, colour: false, verbose: false };
    let text = ward_publish::treatment::text(&all, "beds", &options);
    assert!(!text.contains("Nothing to treat"), "{text}");
    assert!(text.contains("No verdict to treat. But ") && text.contains("single action"), "{text}");
    assert!(text.contains("`ward paths beds --many`"), "{text}");
    let steps = ward_publish::next::steps(&assessment, &apart.device);
    let step = steps.iter().find(|step| step.command.as_deref() == Some("ward paths DIR --many")).expect("a step");
    assert!(step.detail.contains("Treatments do not look at it"), "{step:?}");
    // Of one group they may be one person.
    let one = treated(&beds(["a", "a"], HARD, None));
    assert_eq!((one.outcome, one.single_actions.uncontrolled_before), (TreatmentOutcome::NotNeeded, 0));
}

#[test]
fn what_treats_every_verdict_says_what_single_actions_it_leaves() {
    let easy = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H";
    let both = beds(["a", "b"], HARD, Some(easy));
    let treatment = treated(&both);
    assert_eq!(treatment.outcome, TreatmentOutcome::Treated, "{treatment:#?}");
    let changes: Vec<_> = treatment.changes.iter().map(|change| change.change.clone()).collect();
    let ask = |inputs: &ward_assess::Inputs<'_>| ward_assess::what_if(inputs, &changes).expect("names of the device");
    let then = asked(&both.device, &both.decisions, Contents::empty(TODAY), ask);
    assert_eq!(then.summary.uncontrolled.confirmed, 0);
    assert!(uncontrolled(&then) > 0);
    assert_eq!(treatment.single_actions.uncontrolled_after, uncontrolled(&then));
    assert_eq!(treatment.single_actions.uncontrolled_before, uncontrolled(&assessed(&both)));
}

#[test]
fn a_comparison_tells_the_single_actions_that_turned() {
    let (together, apart) = (beds(["a", "a"], HARD, None), beds(["a", "b"], HARD, None));
    let (before, after) = (assessed(&together), assessed(&apart));
    let found = since(&Earlier::from(&before), &after, &apart.device);
    let told = Assessment { since: Some(found.clone()), ..after.clone() };
    let options = TextOptions { width: 400, colour: false, verbose: false };
    let text = ward_publish::text::assessment(&told, &apart.device, &options);
    assert!(
        text.contains("new and uncontrolled: one action at once: ") && text.contains("Single actions did."),
        "{text}"
    );
    let outcomes = |one: &ward_model::since::ActionTurned| (one.at.clone(), one.before, one.now);
    let turned: Vec<_> = found.actions_turned.iter().map(outcomes).collect();
    let held = Place::Element("server".to_owned());
    assert!(turned.contains(&(held.clone(), None, Some(Outcome::Uncontrolled))), "{turned:?}");
    let causes = |found: &ward_model::since::Since| {
        let causes = found.actions_turned.iter().flat_map(|one| &one.causes).map(|cause| cause.text.clone());
        causes.collect::<Vec<_>>().join("; ")
    };
    assert!(causes(&found).contains("treat-1"), "{}", causes(&found));
    let back = since(&Earlier::from(&after), &before, &together.device);
    let turned: Vec<_> = back.actions_turned.iter().map(outcomes).collect();
    assert!(turned.contains(&(held, Some(Outcome::Uncontrolled), None)), "{turned:?}");
    let same = since(&Earlier::from(&after), &after, &apart.device);
    assert!(same.actions_turned.is_empty());
    // An answer of before says nothing of them.
    let silent = Earlier { single_actions: None, ..Earlier::from(&before) };
    assert!(since(&silent, &after, &apart.device).actions_turned.is_empty());
}

/// What is counted beside verdicts is what the assessment tells.
#[test]
fn single_actions_asked_by_themselves_are_those_of_the_assessment() {
    for reading in [beds(["a", "b"], HARD, None), beds(["a", "a"], HARD, Some(HARD))] {
        let told = assessed(&reading).single_actions;
        let ask = |inputs: &ward_assess::Inputs<'_>| {
            let before = assess(inputs).expect("knowledge in memory").single_actions;
            (before, treat(inputs, Treating::default()).expect("knowledge in memory"))
        };
        let (again, treatment) = asked(&reading.device, &reading.decisions, Contents::empty(TODAY), ask);
        assert_eq!(told, again);
        let counted: usize = treatment.versions.iter().map(|one| one.single_actions.uncontrolled_before).sum();
        assert_eq!(counted, told.iter().filter(|one| one.verdict == Outcome::Uncontrolled).count());
    }
}
