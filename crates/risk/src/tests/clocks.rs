//! From which day a clock runs.

use jiff::civil::{Date, date};
use ward_model::cvss::Vector;
use ward_model::device::{KnownSince, OwnFinding};
use ward_model::finding::State;
use ward_model::verdict::Outcome;

use super::cases::{WORST, decided, guarded, judged};
use super::system::{System, TODAY, rulebook};

fn own(element: &str, known_since: Date) -> OwnFinding {
    OwnFinding {
        id: "CVE-1".into(),
        title: "found by ourselves".into(),
        element: element.into(),
        versions: Vec::new(),
        weaknesses: Vec::new(),
        vectors: vec![Vector::parse(WORST).unwrap()],
        known_since,
        source: "test".into(),
        demonstrated: false,
        exploited: false,
    }
}

fn starts(system: &mut System) -> Date {
    let judgement = judged(system, &[]);
    judgement.clocks.iter().find(|clock| clock.subject == "CVE-1").unwrap().starts
}

/// What a feed says of an element is known from the feed, whatever the maker finds there or elsewhere later.
#[test]
fn an_own_finding_moves_no_clock_later() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", Some(WORST), State::Affected);
    system.each_finding(|finding| {
        finding.vulnerability_mut().published = Some(date(2020, 1, 1));
        finding.vulnerability_mut().received = Some(date(2026, 10, 1));
    });
    let before = starts(&mut system);
    assert_eq!(before, date(2026, 1, 1));
    for element in ["server", "pump"] {
        let mut more = system.clone();
        more.device.own_findings.push(own(element, date(2026, 11, 1)));
        assert_eq!(starts(&mut more), before, "found at the {element}");
        more.device.own_findings[0].known_since = date(2025, 1, 1);
        assert_eq!(starts(&mut more), date(2025, 1, 1), "known before, at the {element}");
    }
    // What only the maker has found is known since the maker says.
    let mut alone = guarded();
    alone.device.own_findings.push(own("pump", date(2026, 11, 1)));
    assert_eq!(starts(&mut alone), date(2026, 11, 1));
}

/// Whoever is asked today has known it today at the latest.
#[test]
fn no_clock_starts_in_the_future() {
    let mut system = guarded();
    system.device.own_findings.push(own("pump", date(2099, 1, 1)));
    assert_eq!(starts(&mut system), TODAY);
    let mut system = guarded();
    system.device.model_since = date(2099, 1, 1);
    system.finding("CVE-1", "pump", Some(WORST), State::Affected);
    system.device.known_since.push(KnownSince {
        subject: "CVE-1".into(),
        since: date(2098, 1, 1),
        source: "typo".into(),
    });
    assert_eq!(starts(&mut system), date(2026, 11, 1), "the day on which somebody answered for the model");
}

/// A model that is said to be kept from next year on starts no clock anew every day, and a finding of the maker's own counts under its
/// name in small letters.
#[test]
fn a_slip_of_the_pen_stops_no_clock() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", Some(WORST), State::Affected);
    system.each_finding(|finding| finding.vulnerability_mut().published = Some(date(2026, 2, 3)));
    system.device.model_since = date(2027, 1, 1);
    let decisions = super::system::no_decisions();
    let rulebook = rulebook();
    let starts_undecided = |system: &mut System| {
        system.make_claims();
        let judgement = crate::judge(system.situation(&rulebook, &decisions));
        judgement.clocks.iter().find(|clock| clock.subject == "CVE-1").unwrap().starts
    };
    assert_eq!(starts_undecided(&mut system), date(2026, 2, 3));
    let mut lower = own("pump", date(2025, 2, 2));
    lower.id = "cve-1".into();
    system.device.own_findings.push(lower);
    assert_eq!(starts_undecided(&mut system), date(2025, 2, 2));
}

/// What is known of a vulnerability is known under whichever of its names, however they are written.
#[test]
fn a_day_counts_under_every_name() {
    let since = |subject: &str| {
        let mut system = guarded();
        system.finding("CVE-2014-0160", "pump", Some(WORST), State::Affected);
        system.each_finding(|finding| finding.vulnerability_mut().aliases = vec!["GHSA-abcd-efgh-ijkl".into()]);
        let since = date(2025, 1, 2);
        system.device.known_since.push(KnownSince { subject: subject.into(), since, source: "a letter".into() });
        let judgement = judged(&mut system, &[]);
        judgement.clocks.iter().find(|clock| clock.subject == "CVE-2014-0160").unwrap().starts
    };
    for name in ["CVE-2014-0160", "cve-2014-160", "GHSA-ABCD-EFGH-IJKL", " CVE-2014-0160 "] {
        assert_eq!(since(name), date(2025, 1, 2), "{name}");
    }
    assert_eq!(since("CVE-2014-0161"), date(2026, 1, 1));
}

/// A name that only withdrawn records give is one under which somebody may have heard of it all the same.
#[test]
fn a_day_counts_under_a_name_that_was_withdrawn() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", Some(WORST), State::Affected);
    system.each_finding(|finding| finding.vulnerability_mut().former_names = vec!["PYSEC-1".into()]);
    assert_eq!(starts(&mut system), date(2026, 1, 1));
    let since = date(2025, 1, 2);
    system.device.known_since.push(KnownSince { subject: "pysec-1".into(), since, source: "a letter".into() });
    assert_eq!(starts(&mut system), since);
}

/// Whoever has answered for a model has kept it since then at the latest.
#[test]
fn a_model_is_kept_since_somebody_answered_for_it() {
    let mut system = guarded();
    system.device.model_since = date(2026, 11, 15);
    system.finding("CVE-1", "pump", Some(WORST), State::Affected);
    assert_eq!(starts(&mut system), date(2026, 11, 1));
}

/// What a policy finds acceptable it finds so until it changes. That makes nothing provisional that rests on no decision, and decisions
/// that lapse sooner still count.
#[test]
fn a_policy_that_ends_ends_its_verdicts() {
    let run = |ahead: Option<Date>| {
        let mut system = guarded();
        let decisions = decided(&mut system, &[], date(2027, 6, 30));
        let mut rulebook = rulebook();
        rulebook.policies[0].ahead = ahead.map(|day| (day, None)).into_iter().collect();
        crate::judge(system.situation(&rulebook, &decisions)).verdicts
    };
    let (without, sooner, later) = (run(None), run(Some(date(2026, 12, 6))), run(Some(date(2027, 12, 6))));
    assert!(without.iter().any(|verdict| verdict.valid_until == Some(date(2027, 6, 30))));
    assert_eq!(without.len(), sooner.len());
    for ((without, sooner), later) in without.iter().zip(&sooner).zip(&later) {
        let controlled = without.verdict == Outcome::Controlled;
        assert_eq!(sooner.valid_until, controlled.then_some(date(2026, 12, 5)), "{sooner:#?}");
        assert_eq!(later.valid_until, without.valid_until.or(controlled.then_some(date(2027, 12, 5))), "{later:#?}");
        assert_eq!((sooner.verdict, sooner.provisional), (without.verdict, without.provisional), "{sooner:#?}");
        let told = sooner.reasons.iter().any(|reason| reason.contains("finds it acceptable until 2026-12-05"));
        assert_eq!(told, controlled, "{sooner:#?}");
    }
}
