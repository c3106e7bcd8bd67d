//! The public cases under `examples/history`: each folder is judged with the knowledge of its day, and what comes out is compared
//! with what its `expected.toml` says and why.
#![allow(
    clippy::expect_used,
    clippy::panic,
    dead_code,
    reason = "a test fails by them; the cases are shared with another test"
)]

use std::collections::BTreeSet;

#[path = "history/case.rs"]
mod case;
#[path = "history/compare.rs"]
mod compare;
#[path = "history/expected.rs"]
mod expected;

use case::Case;
use jiff::civil::Date;
use ward_model::claim::{ClaimId, ElementClaim};

/// Every folder: rows, and nothing beside them. All that is wrong is told at once.
#[test]
fn every_case_comes_out_as_it_is_expected() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        for day in case.expected.days() {
            let assessment = case.assess(day, None);
            wrong.extend(compare::rows(&case, day, &assessment));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Without one decision exactly the rows that are named turn, and no other.
#[test]
fn without_one_decision_exactly_the_rows_that_rest_on_it_turn() {
    let mut wrong = Vec::new();
    let mut flips = 0;
    for case in Case::all() {
        for flip in &case.expected.flip {
            flips += 1;
            let day = flip.as_of.map_or_else(|| case.expected.as_of[0], expected::day);
            let before = case.assess(day, None);
            let after = case.assess(day, Some(&flip.without));
            wrong.extend(compare::flip(&case, flip, &before, &after));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(flips > 0, "nothing was tried");
}

/// Whatever claim is taken back, in whatever case: what turns is what the verdicts said themselves that would turn.
#[test]
fn every_verdict_foretells_what_turns_it() {
    let mut wrong = Vec::new();
    for case in Case::all() {
        let day = case.expected.as_of[0];
        let before = case.assess(day, None);
        // That its functions are listed turns what that its interfaces are listed turns.
        let claims = case.device().claims.into_keys();
        let claims = claims.filter(|claim| !matches!(claim, ClaimId::Element(_, ElementClaim::FunctionsListed)));
        for claim in claims.map(|claim| claim.to_string()) {
            wrong.extend(compare::foretold(&case, &claim, &before, &case.assess(day, Some(&claim))));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A controlled verdict holds on the last day that it names, and not on the day after.
#[test]
fn every_verdict_holds_until_the_day_that_it_names() {
    let mut wrong = Vec::new();
    let mut tried = 0;
    for case in Case::all() {
        let before = case.assess(case.expected.as_of[0], None);
        let days: BTreeSet<Date> = before.verdicts.iter().filter_map(|verdict| verdict.valid_until).collect();
        for last in days {
            tried += 1;
            let then = case.assess(last, None);
            let after = case.assess(last.tomorrow().expect("a day"), None);
            wrong.extend(compare::lasting(&case, last, &before, [&then, &after]));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(tried > 0, "no verdict named a day");
}

/// What is compared can differ: a wrong word, a wrong reason, a row too many or too few, and a turn that does not come.
#[test]
fn what_differs_is_told() {
    let is_told = |change: fn(&mut Case)| {
        let mut case = Case::load("pm-c3-unused-open-port");
        change(&mut case);
        let day = case.expected.as_of[0];
        let before = case.assess(day, None);
        let mut wrong = compare::rows(&case, day, &before);
        for flip in &case.expected.flip {
            wrong.extend(compare::flip(&case, flip, &before, &case.assess(day, Some(&flip.without))));
        }
        !wrong.is_empty()
    };
    assert!(!is_told(|_| ()));
    assert!(is_told(|case| case.expected.row[0].verdict = "uncontrolled".to_owned()));
    assert!(is_told(|case| case.expected.row[0].provisional = false));
    assert!(is_told(|case| case.expected.row[0].privacy = true));
    assert!(is_told(|case| case.expected.row[0].because.push("control:another".to_owned())));
    assert!(is_told(|case| case.expected.row[0].versions.push("2.0".to_owned())));
    assert!(is_told(|case| case.expected.row[0].subjects.push("WR-002@other".to_owned())));
    assert!(is_told(|case| drop(case.expected.row.remove(1))));
    assert!(is_told(|case| drop(case.expected.flip[0].turns.remove(0))));
    assert!(is_told(|case| case.expected.flip[0].turns[0].cohorts.push("others".to_owned())));
}

/// The FDA's third controlled and first uncontrolled example are one design, but for one control and the evidence of it.
#[test]
fn an_open_port_is_controlled_by_one_control_and_its_evidence() {
    let claims = |name: &str| -> BTreeSet<ClaimId> { Case::load(name).device().claims.keys().cloned().collect() };
    let (with, without) = (claims("pm-c3-unused-open-port"), claims("pm-u1-replaceable-firmware"));
    let more: Vec<String> = with.difference(&without).map(ToString::to_string).collect();
    assert_eq!(more, ["control:signed-firmware"]);
    assert_eq!(without.difference(&with).count(), 0);
    let (with, without) = (Case::load("pm-c3-unused-open-port"), Case::load("pm-u1-replaceable-firmware"));
    let (mut with, without) = (with.device(), without.device());
    with.controls.clear();
    assert_eq!(with.elements, without.elements);
    assert_eq!(with.links, without.links);
    assert_eq!(with.functions, without.functions);
    assert_eq!(with.harms, without.harms);
}

/// What a folder says of updates is what was public: two families of defibrillators cannot take the update, the recalled pump has none.
#[test]
fn whoever_cannot_be_updated_is_said_to_be_so() {
    let paths = |name: &str| -> Vec<(String, Option<&'static str>)> {
        let versions = Case::load(name).device().versions;
        versions.iter().map(|version| (version.id.to_string(), version.update_path.map(|path| path.word()))).collect()
    };
    let none: Vec<String> =
        paths("abbott-icd").into_iter().filter(|(_, path)| *path == Some("none")).map(|(id, _)| id).collect();
    assert_eq!(none, ["Current", "Promote"]);
    for name in ["medtronic-minimed-508", "contec-cms8000", "hospira-symbiq"] {
        assert!(paths(name).iter().all(|(_, path)| *path == Some("none")), "{name}");
    }
}
