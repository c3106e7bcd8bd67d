use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_model::device::HowOften;
use ward_model::scale::{Exploitability, Persons, Severity};
use ward_model::verdict::Outcome;

use super::{Derived, Level, Transfer};
use crate::error::PolicyError;
use crate::library::Library;

const TODAY: Date = date(2026, 11, 27);
const METHOD: &str = include_str!("../../../../policies/transfer/iso-14971.toml");

fn method() -> Transfer {
    Transfer::in_force(TODAY).unwrap()
}

fn derived(exploitability: Exploitability, severity: Severity) -> Derived {
    Derived {
        hazard: "an attacker can alter the drug library".to_owned(),
        sequence: vec!["a foothold in the hospital's network".to_owned(), "a command on the library link".to_owned()],
        situation: "a pump delivers more than was ordered".to_owned(),
        harm: "overdose".to_owned(),
        severity,
        exploitability,
    }
}

#[test]
fn a_derivation_becomes_a_row_and_names_its_method() {
    let method = method();
    let row = method.row(&derived(Exploitability::Medium, Severity::Critical), Some(method.level("remote").unwrap()));
    assert_eq!((row.p1.as_str(), row.p2.as_str(), row.probability.as_str()), ("occasional", "remote", "remote"));
    assert!(row.acceptable && row.p2_estimated);
    assert!(row.method.starts_with("iso-14971-transfer@1: product default"));
    assert_eq!((row.sequence.len(), row.harm.as_str()), (2, "overdose"));
    // What the clinical side has not estimated is the worst.
    let row = method.row(&derived(Exploitability::Medium, Severity::Critical), None);
    assert_eq!((row.p2.as_str(), row.p2_estimated, row.acceptable), ("certain", false, false));
}

#[test]
fn safety_asks_back_for_a_class() {
    let method = method();
    let goal = |severity, p2: Option<&str>| method.goal(severity, p2.map(|word| method.level(word).unwrap())).at_most;
    assert_eq!(goal(Severity::Negligible, None), Some(Exploitability::High));
    assert_eq!(goal(Severity::Minor, None), Some(Exploitability::Medium));
    assert_eq!(goal(Severity::Critical, None), Some(Exploitability::Low));
    assert_eq!(goal(Severity::Catastrophic, None), None);
    assert_eq!(goal(Severity::Critical, Some("remote")), Some(Exploitability::High));
    let reason = method.goal(Severity::Catastrophic, None).reason;
    assert_eq!(
        reason,
        "a harm of severity catastrophic with P2 certain asks for that every way to it is cut (iso-14971-transfer@1)"
    );
    assert!(method.level("often").is_err());
}

#[test]
fn there_and_back_is_the_same_class() {
    let method = method();
    for &class in Exploitability::ALL {
        assert_eq!(method.class_at_most(method.p1(class)), Some(class));
    }
}

/// Where nobody has estimated P2, safety accepts what FDA's default matrix controls, and nothing else.
#[test]
fn the_view_never_accepts_what_the_matrix_does_not_control() {
    let library = Library::built_in().unwrap();
    let fda = library.select(&["fda-postmarket-2016".to_owned()], TODAY).unwrap().policies.remove(0);
    for &class in Exploitability::ALL {
        for &severity in Severity::ALL {
            let controlled = fda.cell(class, severity, Persons::Count(1)) == Outcome::Controlled;
            assert_eq!(method().row(&derived(class, severity), None).acceptable, controlled, "{class}/{severity}");
        }
    }
}

#[test]
fn a_method_that_is_not_whole_or_not_monotone_is_refused() {
    let refused = |from: &str, to: &str| {
        assert!(METHOD.contains(from), "{from}");
        Transfer::read("t.toml", &METHOD.replacen(from, to, 1)).unwrap_err()
    };
    assert!(refused("high = \"certain\"", "high = \"occasional\"").to_string().contains("read as the last level"));
    assert!(refused("low = \"remote\"", "low = \"seldom\"").to_string().contains("is no level"));
    assert!(matches!(refused("low = \"remote\"", "low = \"certain\""), PolicyError::NotMonotone { .. }));
    assert!(matches!(
        refused("[\"remote\", \"remote\", \"remote\"]", "[\"certain\", \"remote\", \"remote\"]"),
        PolicyError::NotMonotone { .. }
    ));
    assert!(refused("[\"remote\", \"remote\", \"remote\"]", "[\"remote\"]").to_string().contains("of 3 levels"));
    let Err(PolicyError::NotMonotone { better, worse, .. }) = Transfer::read(
        "t.toml",
        &METHOD.replacen("remote = { negligible = \"acceptable\"", "remote = { negligible = \"unacceptable\"", 1),
    ) else {
        panic!("accepted")
    };
    assert_eq!((better.as_str(), worse.as_str()), ("risk remote/negligible", "risk occasional/negligible"));
    assert!(matches!(Transfer::in_force(date(2020, 1, 1)), Err(PolicyError::NotInForce { .. })));
}

proptest! {
    /// What safety asks back is what it accepts: classes up to the goal are acceptable, the others are not.
    #[test]
    fn the_goal_is_the_border_of_what_is_acceptable(severity in proptest::sample::select(Severity::ALL), p2 in proptest::option::of(0_usize..3)) {
        let method = method();
        let p2 = p2.map(Level);
        let goal = method.goal(severity, p2).at_most;
        for &class in Exploitability::ALL {
            let acceptable = method.row(&derived(class, severity), p2).acceptable;
            prop_assert_eq!(acceptable, goal.is_some_and(|most| class <= most));
        }
    }
}

#[test]
fn how_often_is_a_level_and_is_read_as_the_class_that_gives_it() {
    for method in Transfer::all().unwrap() {
        let words: Vec<&str> = HowOften::ALL.iter().map(|often| often.word()).collect();
        assert_eq!(method.levels(), words, "the words of the folder are the levels, lowest first");
        let classes: Vec<Exploitability> = HowOften::ALL.iter().map(|often| method.class_of(Some(*often))).collect();
        assert!(classes.is_sorted(), "{classes:?}");
        assert_eq!(method.class_of(Some(HowOften::Certain)), Exploitability::High);
        assert_eq!(method.class_of(None), Exploitability::High, "nobody has said how often: it happens");
    }
    assert_eq!(method().class_of(Some(HowOften::Remote)), Exploitability::Low);
    assert_eq!(method().class_of(Some(HowOften::Occasional)), Exploitability::Medium);
    // A level that no class gives is read as what gives the next higher one, never as less.
    let coarse = METHOD.replacen("low = \"remote\"", "low = \"occasional\"", 1);
    let coarse = Transfer::read("t.toml", &coarse).unwrap();
    assert_eq!(coarse.class_of(Some(HowOften::Remote)), Exploitability::Medium);
}
