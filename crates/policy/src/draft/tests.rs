//! Policies with dates, and policies that extend another.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use proptest::prelude::*;
use ward_model::scale::{Exploitability, Persons, Severity};
use ward_model::verdict::Outcome;

use crate::error::PolicyError;
use crate::library::Library;
use crate::policy::Policy;

const TODAY: Date = date(2026, 11, 27);
const HEAD: &str = "name = \"house\"\nversion = \"3\"\ntitle = \"House policy\"\nin_force = { from = 2026-01-01 }\n\
                    source = \"procedure QP-12\"\n";

fn with(text: &str) -> Result<Library, PolicyError> {
    let files = BTreeMap::from([("policies/house.toml".to_owned(), text.to_owned())]);
    Library::built_in().unwrap().with_folder(&files)
}

/// The text of a policy that extends FDA's, with this in it.
fn house(rest: &str) -> String {
    format!("{HEAD}extends = \"fda-postmarket-2016\"\n{rest}")
}

fn on(text: &str, day: Date) -> Policy {
    with(text).unwrap().select(&["policies/house.toml".to_owned()], day).unwrap().policies.remove(0)
}

fn refused(text: &str) -> PolicyError {
    let Err(PolicyError::InFolder(error)) = with(text) else { panic!("accepted") };
    *error
}

#[test]
fn a_policy_that_changes_nothing_is_the_one_it_extends() {
    let own = on(&house(""), TODAY);
    let base = on(&house(""), TODAY).extends;
    assert_eq!(base.unwrap().as_str(), "fda-postmarket-2016@1");
    let fda =
        Library::built_in().unwrap().select(&["fda-postmarket-2016".to_owned()], TODAY).unwrap().policies.remove(0);
    assert_eq!(own.id.as_str(), "house@3");
    assert_eq!(
        Policy {
            id: fda.id.clone(),
            name: fda.name.clone(),
            title: fda.title.clone(),
            source: fda.source.clone(),
            period: fda.period,
            extends: None,
            ..own
        },
        fda
    );
}

#[test]
fn an_open_cell_is_weakened_only_with_a_reason_and_an_approver() {
    let cell = "[[cell]]\nat = \"low/catastrophic\"\noutcome = \"controlled\"\nsource = \"QP-12, 4\"\n";
    let PolicyError::Weakened { what, base, needs, .. } = refused(&house(cell)) else { panic!("another error") };
    assert_eq!((what.as_str(), base.as_str()), ("the cell low/catastrophic", "fda-postmarket-2016@1"));
    assert!(needs.contains("justification") && needs.contains("approved_by"));
    let blank = format!("{cell}justification = \" \"\napproved_by = \"safety officer\"\n");
    assert!(matches!(refused(&house(&blank)), PolicyError::Weakened { .. }));
    let full = format!("{cell}justification = \"two locks\"\napproved_by = \"safety officer\"\n");
    let own = on(&house(&full), TODAY);
    assert_eq!(own.cell(Exploitability::Low, Severity::Catastrophic, Persons::Count(1)), Outcome::Controlled);
    assert_eq!(
        own.remarks(),
        [
            "policy house@3 takes low/catastrophic for controlled, which fda-postmarket-2016@1 does not: two locks (approved by safety officer)"
        ]
    );
}

#[test]
fn a_cell_that_is_not_open_is_never_weakened() {
    let cell = "[[cell]]\nat = \"high/serious\"\noutcome = \"controlled\"\nsource = \"QP-12\"\njustification = \"x\"\napproved_by = \"y\"\n";
    let error = refused(&house(cell)).to_string();
    assert_eq!(
        error,
        "policies/house.toml: the cell high/serious is weaker than in `fda-postmarket-2016@1`: it leaves open only low/critical, low/catastrophic, high/minor"
    );
}

#[test]
fn a_matrix_that_is_no_longer_monotone_is_refused_with_both_cells() {
    let cell = "[[cell]]\nat = \"low/serious\"\noutcome = \"uncontrolled\"\nsource = \"QP-12\"\n";
    let PolicyError::NotMonotone { better, worse, .. } = refused(&house(cell)) else { panic!("another error") };
    assert_eq!((better.as_str(), worse.as_str()), ("low/serious", "low/critical"));
    let both = format!("{cell}[[cell]]\nat = \"low/critical\"\noutcome = \"uncontrolled\"\nsource = \"QP-12\"\n");
    let own = on(&house(&both), TODAY);
    assert_eq!(own.cell(Exploitability::Low, Severity::Serious, Persons::Count(1)), Outcome::Uncontrolled);
    assert!(own.weakened.is_empty());
}

#[test]
fn nothing_but_open_cells_may_be_weaker() {
    let term = |clock: &str| {
        format!(
            "[[clock]]\nid = \"fda-30-day\"\nwhen = \"uncontrolled-confirmed\"\naction = \"a\"\nsource = \"s\"\n{clock}\n"
        )
    };
    let escalation = |rest: &str| format!("[escalation]\nsource = \"s\"\n{rest}\n");
    for (rest, what) in [
        ("counts = [\"user\"]".to_owned(), "`counts` without `patient`"),
        ("adjustable = [\"high/serious\"]".to_owned(), "`adjustable` with high/serious"),
        (escalation("persons_more_than = 2\nfrom = \"serious\"\nto = \"catastrophic\""), "`escalation`"),
        (escalation("persons_more_than = 1\nfrom = \"critical\"\nto = \"catastrophic\""), "`escalation`"),
        (escalation("persons_more_than = 1\nfrom = \"serious\"\nto = \"critical\""), "`escalation`"),
        ("[watch]\nreview_days = 91\nsource = \"s\"".to_owned(), "a review after 91 days"),
        (term("days = 31"), "the clock `fda-30-day`"),
        (term("days = 14").replace("uncontrolled-confirmed", "serious-incident"), "the clock `fda-30-day`"),
    ] {
        let PolicyError::Weakened { what: found, .. } = refused(&house(&rest)) else { panic!("another error: {rest}") };
        assert_eq!(found, what);
    }
    let stricter = format!(
        "counts = [\"patient\", \"user\"]\nadjustable = []\n{}[watch]\nreview_days = 30\nsource = \"s\"\n",
        term("days = 7")
    );
    let own = on(&house(&stricter), TODAY);
    assert_eq!((own.counts.len(), own.review_days, own.adjustable.len()), (2, 30, 0));
    assert_eq!(own.clocks.iter().find(|clock| clock.id == "fda-30-day").unwrap().days, 7);
    assert!(own.clocks.iter().any(|clock| clock.id == "fda-60-day"));
}

/// Nobody may read the opposite of the verdict, or that nothing is to be done.
#[test]
fn words_and_actions_cannot_be_turned_round() {
    let words = |controlled: &str, uncontrolled: &str| {
        house(&format!("words = {{ controlled = \"{controlled}\", uncontrolled = \"{uncontrolled}\" }}\n"))
    };
    for (controlled, uncontrolled) in [
        ("uncontrolled risk", "controlled risk"),
        ("Uncontrolled  Risk", "bad"),
        ("still an uncontrolled risk", "bad"),
        ("good", "controlled risk"),
        ("good", "well controlled risk"),
        ("same", "Same"),
    ] {
        let PolicyError::Weakened { what, .. } = refused(&words(controlled, uncontrolled)) else {
            panic!("another error: {controlled}")
        };
        assert!(what.contains("`words`"), "{what}");
    }
    // Own words stand behind those of the policy that is extended: no word is then read for another, whatever it says.
    let said = |controlled: &str, uncontrolled: &str| {
        let words = on(&words(controlled, uncontrolled), TODAY).words;
        (words.controlled, words.uncontrolled)
    };
    let base = on(&house(""), TODAY).words;
    assert_eq!(
        said("not acceptable without this control", "acceptable"),
        (
            format!("{} (not acceptable without this control)", base.controlled),
            format!("{} (acceptable)", base.uncontrolled)
        )
    );
    assert_eq!(said(&base.controlled, &base.uncontrolled), (base.controlled.clone(), base.uncontrolled.clone()));
    assert!(with(&words("controlled risk", "uncontrolled risk")).is_ok());
    let PolicyError::Weakened { what, .. } = refused(
        &house("question = \"Is it not uncontrolled?\"\n").replace("fda-postmarket-2016", "eu-mdr-mdcg-2019-16"),
    ) else {
        panic!("another error")
    };
    assert_eq!(what, "another `question`");
    let action = |own: &str| {
        let clock = format!(
            "[[clock]]\nid = \"fda-30-day\"\ndays = 30\nwhen = \"uncontrolled-confirmed\"\naction = \"{own}\"\nsource = \"s\"\n"
        );
        on(&house(&clock), TODAY).clocks.into_iter().find(|clock| clock.id == "fda-30-day").unwrap().action
    };
    let base = on(&house(""), TODAY).clocks.into_iter().find(|clock| clock.id == "fda-30-day").unwrap().action;
    assert_eq!(action("nothing to do"), format!("{base}; nothing to do"));
    assert_eq!(action(&base), base);
}

#[test]
fn cells_terms_and_raises_have_days_of_their_own() {
    let text = house(
        "[[cell]]\nat = \"high/negligible\"\noutcome = \"uncontrolled\"\nsource = \"s\"\nin_force = { from = 2026-06-01, to = 2026-06-30 }\n\
         [[raise]]\nevidence = \"public-exploit\"\nat_least = \"high\"\nsource = \"s\"\nin_force = { from = 2026-07-01 }\n\
         [[clock]]\nid = \"fda-30-day\"\ndays = 7\nwhen = \"uncontrolled-confirmed\"\naction = \"a\"\nsource = \"s\"\nin_force = { from = 2026-07-01 }\n",
    );
    let cell = |day| on(&text, day).cell(Exploitability::High, Severity::Negligible, Persons::Count(1));
    assert_eq!(cell(date(2026, 5, 31)), Outcome::Controlled);
    assert_eq!(cell(date(2026, 6, 1)), Outcome::Uncontrolled);
    assert_eq!(cell(date(2026, 6, 30)), Outcome::Uncontrolled);
    assert_eq!(cell(date(2026, 7, 1)), Outcome::Controlled);
    let term = |day| on(&text, day).clocks.iter().find(|clock| clock.id == "fda-30-day").unwrap().days;
    assert_eq!((term(date(2026, 6, 30)), term(date(2026, 7, 1))), (30, 7));
    let raises = |day| on(&text, day).raises.len();
    assert_eq!(raises(date(2026, 7, 1)), raises(date(2026, 6, 30)) + 1);
}

/// A policy that will change says until when what it finds acceptable stays so.
#[test]
fn what_is_controlled_by_a_policy_lasts_as_long_as_its_cells() {
    let until = |text: &str, class, severity, persons| {
        let policy = on(text, TODAY);
        policy.holds_until([(class, severity, policy.escalate(severity, persons))])
    };
    let (low, one) = (Exploitability::Low, Persons::Count(1));
    let last = Some(date(2026, 12, 31));
    let cell = |at: &str, outcome: &str, days: &str| {
        format!(
            "[[cell]]\nat = \"{at}\"\noutcome = \"{outcome}\"\nsource = \"s\"\njustification = \"j\"\napproved_by = \"a\"\nin_force = {{ {days} }}\n"
        )
    };
    let weaker = house(&cell("low/catastrophic", "controlled", "from = 2026-01-01, to = 2026-12-31"));
    let open = weaker.replace("extends", "adjustable = [\"low/catastrophic\"]\nextends");
    let weaker = if with(&weaker).is_ok() { weaker } else { open };
    assert_eq!(until(&weaker, low, Severity::Catastrophic, one), last);
    assert_eq!(until(&weaker, low, Severity::Minor, one), None, "another cell");
    // A cell that becomes stricter, now or after something else has changed; and one that several people lead to.
    let stricter = cell("high/negligible", "uncontrolled", "from = 2027-01-01");
    let before = cell("high/negligible", "controlled", "from = 2026-12-01, to = 2026-12-02");
    for text in [house(&stricter), house(&format!("{before}{stricter}"))] {
        assert_eq!(until(&text, Exploitability::High, Severity::Negligible, one), last, "{text}");
    }
    let policy = on(&house(&stricter), TODAY);
    assert_eq!(policy.holds_until([(low, Severity::Negligible, Severity::Negligible)]), None, "an easier class");
    assert_eq!(
        policy.holds_until([(low, Severity::Negligible, Severity::Minor)]),
        last,
        "of one person it may be easier"
    );
    // A class that will be raised by evidence.
    let raise = house(
        "[[raise]]\nevidence = \"public-exploit\"\nat_least = \"high\"\nsource = \"s\"\nin_force = { from = 2027-01-01 }\n",
    );
    assert_eq!(until(&raise, low, Severity::Minor, one), last);
    // The policy ends itself: nothing judges what it has judged.
    let ended = house("").replace("{ from = 2026-01-01 }", "{ from = 2026-01-01, to = 2026-12-31 }");
    assert_eq!(until(&ended, low, Severity::Negligible, one), last);
    assert_eq!(on(&ended, TODAY).holds_until([]), last, "without any harm too");
    assert_eq!(on(&house(""), TODAY).holds_until([]), None);
}

#[test]
fn what_contradicts_itself_or_leads_nowhere_is_refused() {
    let twice = "[[cell]]\nat = \"low/critical\"\noutcome = \"uncontrolled\"\nsource = \"s\"\n\
                 [[cell]]\nat = \"low/critical\"\noutcome = \"uncontrolled\"\nsource = \"s\"\nin_force = { from = 2027-01-01 }\n";
    assert!(refused(&house(twice)).to_string().contains("changed twice on 2027-01-01"));
    let itself = format!("{HEAD}extends = \"house\"\n");
    assert!(refused(&itself).to_string().contains("or one extends itself"));
    let nobody = format!("{HEAD}extends = \"fda-postmarket\"\n");
    assert!(matches!(refused(&nobody), PolicyError::Unknown { .. }));
    assert!(refused(&house("").replace("\"house\"", "\"fda-postmarket-2016\"")).to_string().contains("is taken by"));
    assert!(refused(HEAD).to_string().contains("`matrix` is missing"));
    assert!(refused(&house("").replace("\"house\"", "\"a/b\"")).to_string().contains("names and versions"));
    assert!(refused(&house("[matrix]\nsource = \"s\"")).to_string().contains("missing field"));
    let ended = house("").replace("{ from = 2026-01-01 }", "{ from = 2026-01-01, to = 2025-01-01 }");
    assert!(refused(&ended).to_string().contains("a period ends on 2025-01-01"));
    let outside = "[[cell]]\nat = \"low/critical\"\noutcome = \"uncontrolled\"\nsource = \"s\"\nin_force = { from = 2020-01-01, to = 2020-12-31 }\n";
    assert!(refused(&house(outside)).to_string().contains("while the policy itself is from 2026-01-01"));
}

#[test]
fn a_verdict_always_comes_due() {
    let alone =
        include_str!("../../../../policies/fda-postmarket-2016.toml").replace("\"fda-postmarket-2016\"", "\"house\"");
    assert!(with(&alone).is_ok());
    let without = alone.replace("when = \"uncontrolled-presumed\"", "when = \"serious-incident\"");
    assert!(refused(&without).to_string().contains("no clock runs `when = \"uncontrolled-presumed\"`"));
}

#[test]
fn the_digest_of_the_rulebook_covers_the_folder() {
    let digest = |text: &str| with(text).unwrap().select(&["house".to_owned()], TODAY).unwrap().digest;
    assert_ne!(digest(&house("")), digest(&house("# a word\n")));
    assert_eq!(digest(&house("")), digest(&house("")));
}

proptest! {
    /// Whatever cells a policy changes: where it is accepted, it is monotone, and weaker than its base only in open cells.
    #[test]
    fn an_accepted_policy_is_monotone_and_weaker_only_where_allowed(changes in proptest::collection::btree_map((0_usize..3, 0_usize..5), any::<bool>(), 0..5)) {
        let mut text = house("");
        for ((class, severity), weak) in &changes {
            let (class, severity) = (Exploitability::ALL[*class], Severity::ALL[*severity]);
            let outcome = if *weak { "controlled" } else { "uncontrolled" };
            text += &format!("[[cell]]\nat = \"{class}/{severity}\"\noutcome = \"{outcome}\"\nsource = \"s\"\njustification = \"j\"\napproved_by = \"a\"\n");
        }
        let Ok(library) = with(&text) else { return Ok(()) };
        let names = ["house".to_owned(), "fda-postmarket-2016".to_owned()];
        let rulebook = library.select(&names, TODAY).unwrap();
        let [own, base] = rulebook.policies.as_slice() else { panic!("two were named") };
        for &class in Exploitability::ALL {
            for &severity in Severity::ALL {
                let cell = own.matrix.cell(class, severity);
                if cell < base.matrix.cell(class, severity) {
                    prop_assert!(base.adjustable.contains(&(class, severity)));
                    let name = format!("{class}/{severity}");
                    prop_assert!(own.weakened.iter().any(|weakened| weakened.cell == name));
                }
                for &harder in Exploitability::ALL.iter().filter(|harder| **harder <= class) {
                    prop_assert!(own.matrix.cell(harder, severity) <= cell);
                }
            }
        }
    }
}
