//! What a claim needs before it has effect.

use std::sync::Arc;

use jiff::civil::date;
use ward_model::claim::{ClaimId, Decision, ElementClaim, LinkClaim};
use ward_model::component::{Sbom, SbomFormat};
use ward_model::cvss::Vector;
use ward_model::device::OwnFinding;
use ward_model::digest::Digest;
use ward_model::finding::State;
use ward_model::ids::FieldedVersionId;
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Verdict};

use super::cases::{WORST, decided, guarded, judged, judged_with, only};
use super::system::System;
use crate::judge::Judgement;

/// Somebody answers for it, and nobody can say by what.
#[test]
fn a_claim_that_cites_no_evidence_has_no_effect() {
    for claim in [LinkClaim::Authentication, LinkClaim::AntiReplay, LinkClaim::ExposedTo, LinkClaim::Carries] {
        let mut system = guarded();
        let mut decisions = decided(&mut system, &[], date(2027, 6, 30));
        let id = ClaimId::Link("limits".into(), claim);
        system.device.claims.get_mut(&id).unwrap().evidence = None;
        for decision in decisions.entered.iter_mut().filter(|decision| decision.claims[0] == id.to_string()) {
            decision.evidence = None;
        }
        let judgement = judged_with(&system, &decisions);
        let without: Vec<_> =
            judgement.decisions_without_effect.iter().map(|one| (one.claim.clone(), one.reason.as_str())).collect();
        assert_eq!(without, [(id.to_string(), "it cites no evidence")]);
    }
}

/// Somebody answers for the inventory being complete, and the SBOM that it is says that it is not.
#[test]
fn an_sbom_that_leaves_something_out_contradicts_that_everything_is_listed() {
    let listed = |incomplete: Option<&str>| {
        let mut system = guarded();
        let mut sbom = Sbom::empty(SbomFormat::CycloneDX, "1.6", Digest::of(b"sbom"));
        sbom.incomplete = incomplete.map(str::to_owned);
        system.device.versions[0].inventories.insert("pump".into(), Arc::new(sbom));
        let decisions = decided(&mut system, &[], date(2027, 6, 30));
        let judgement = judged_with(&system, &decisions);
        let presumed = judgement.verdicts.iter().filter(|verdict| verdict.basis == Basis::Presumed).count();
        let without: Vec<_> =
            judgement.decisions_without_effect.iter().map(|one| format!("{}: {}", one.claim, one.reason)).collect();
        (without, presumed)
    };
    assert_eq!(listed(None), (Vec::new(), 0));
    let (without, presumed) = listed(Some("incomplete"));
    assert_eq!(
        without,
        [
            "element:pump.software_listed: its SBOM in version 1 says of itself that something is left out (`incomplete`)"
        ]
    );
    assert!(presumed > 0, "what the pump runs is not known to be listed");
}

/// A finding is in every version until somebody answers for its not being there.
#[test]
fn leaving_out_a_version_is_a_claim() {
    let found = |versions: &[&str]| -> System {
        let mut system = guarded();
        system.device.own_findings.push(OwnFinding {
            id: "EX-1".into(),
            title: "found by ourselves".into(),
            element: "pump".into(),
            versions: versions.iter().map(|id| FieldedVersionId::from(*id)).collect(),
            weaknesses: Vec::new(),
            vectors: vec![Vector::parse(WORST).unwrap()],
            known_since: date(2026, 11, 1),
            source: "test".into(),
            demonstrated: false,
            exploited: false,
        });
        system
    };
    assert_eq!(only(&judged(&mut found(&["1"]), &[]), "EX-1").verdict, Outcome::Uncontrolled);
    // That it is not there is somebody's word, and a verdict of its own.
    let judgement = judged(&mut found(&["2"]), &[]);
    let verdict = only(&judgement, "EX-1");
    assert_eq!((verdict.verdict, verdict.provisional, verdict.harm.as_ref()), (Outcome::Controlled, true, None));
    assert_eq!(verdict.valid_until, Some(date(2027, 6, 30)));
    assert!(verdict.reasons[0].contains("does not arise"), "{:?}", verdict.reasons);
    let single: Vec<String> = verdict.sensitivity.iter().map(|point| point.claim.to_string()).collect();
    assert!(single.contains(&"finding:EX-1.versions".to_owned()), "{single:?}");
    let undecided = judged(&mut found(&["2"]), &["finding:EX-1.versions"]);
    assert_eq!(only(&undecided, "EX-1").verdict, Outcome::Uncontrolled);
}

/// What lies behind a finding that is in other versions alone turns with that claim.
#[test]
fn what_a_version_does_not_have_leads_on_once_nobody_answers() {
    let mut system = guarded();
    system.device.links.get_mut(&"limits".into()).unwrap().exposed_to = Some(Vec::new());
    system.device.own_findings.push(OwnFinding {
        id: "EX-1".into(),
        title: "found by ourselves".into(),
        element: "server".into(),
        versions: vec!["2".into()],
        weaknesses: Vec::new(),
        vectors: vec![Vector::parse("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap()],
        known_since: date(2026, 11, 1),
        source: "test".into(),
        demonstrated: false,
        exploited: false,
    });
    system.finding("CVE-2", "pump", Some("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
    let mut decisions = decided(&mut system, &[], date(2027, 6, 30));
    for decision in &mut decisions.entered {
        if decision.claims[0] == "finding:EX-1.versions" {
            decision.expires = date(2026, 12, 31);
        }
    }
    let judgement = judged_with(&system, &decisions);
    let turning: Vec<&Verdict> = judgement
        .verdicts
        .iter()
        .filter(|one| one.sensitivity.iter().any(|point| point.claim.to_string() == "finding:EX-1.versions"))
        .collect();
    assert!(!turning.is_empty());
    for verdict in turning {
        assert_eq!(verdict.valid_until, Some(date(2026, 12, 31)), "{verdict:#?}");
    }
    assert_eq!(judgement.lapses[0].after, date(2026, 12, 31));
    assert_eq!(judgement.lapses[0].claims.len(), 1);
}

/// A no that is entered for a later day ends what rests on the yes.
#[test]
fn a_rejection_to_come_ends_what_it_rejects() {
    let mut system = guarded();
    let mut decisions = decided(&mut system, &[], date(2027, 6, 30));
    let yes = decisions.entered.iter().find(|one| one.claims[0] == "link:limits.authentication").unwrap();
    let no = Decision { number: 99, accepted: false, on: date(2026, 12, 24), ..yes.clone() };
    decisions.entered.push(no);
    let judgement = judged_with(&system, &decisions);
    assert_eq!(only(&judgement, "WR-001@limits").valid_until, Some(date(2026, 12, 23)));
}

/// Whoever said no for some days has not said yes again.
#[test]
fn a_rejection_that_has_run_out_gives_no_older_acceptance_back() {
    let verdict = |again: bool| {
        let mut system = guarded();
        let mut decisions = decided(&mut system, &[], date(2027, 6, 30));
        let yes = decisions.entered.iter().find(|one| one.claims[0] == "link:limits.authentication").unwrap().clone();
        let (on, expires) = (date(2026, 11, 5), date(2026, 11, 10));
        decisions.entered.push(Decision { number: 99, accepted: false, on, expires, ..yes.clone() });
        if again {
            decisions.entered.push(Decision { number: 100, on: date(2026, 11, 12), ..yes });
        }
        let judgement = judged_with(&system, &decisions);
        let without: Vec<_> = judgement.decisions_without_effect.iter().map(|one| one.reason.clone()).collect();
        (only(&judgement, "WR-001@limits").verdict, without)
    };
    let since = "it was rejected on 2026-11-05, and has not been accepted since".to_owned();
    let run_out = "it expired on 2026-11-10".to_owned();
    assert_eq!(verdict(false), (Outcome::Uncontrolled, vec![since.clone(), run_out.clone()]));
    assert_eq!(verdict(true), (Outcome::Controlled, vec![since, run_out]));
}

/// Somebody answered for everything being listed, in words that named less than the claim does now: the element is not known to be
/// described completely, and nothing at it is controlled by that answer.
#[test]
fn an_answer_in_other_words_describes_no_element_completely() {
    let unmodelled = |judgement: &Judgement| {
        let presumed =
            judgement.verdicts.iter().filter(|one| one.presumed_because == Some(PresumedBecause::Unmodelled));
        presumed.map(|one| (one.element.to_string(), one.verdict)).collect::<Vec<_>>()
    };
    for claim in [ElementClaim::InterfacesListed, ElementClaim::FunctionsListed] {
        let mut system = guarded();
        let decisions = decided(&mut system, &[], date(2027, 6, 30));
        let before = judged_with(&system, &decisions);
        assert_eq!((unmodelled(&before), before.decisions_without_effect.len()), (Vec::new(), 0));
        assert_eq!(only(&before, "WR-001@limits").verdict, Outcome::Controlled);
        // The folder says the same, and the program says it in other words.
        let id = ClaimId::Element("pump".into(), claim);
        system.device.claims.get_mut(&id).unwrap().premise = Digest::of(b"in other words");
        let after = judged_with(&system, &decisions);
        let without: Vec<_> =
            after.decisions_without_effect.iter().map(|one| (one.claim.clone(), one.reason.as_str())).collect();
        assert_eq!(without, [(id.to_string(), "what is claimed has changed since it was decided")]);
        assert_eq!(unmodelled(&after), [("pump".to_owned(), Outcome::Uncontrolled)]);
        let controlled =
            after.verdicts.iter().any(|one| one.element.as_str() == "pump" && one.verdict == Outcome::Controlled);
        assert!(!controlled, "{:#?}", after.verdicts);
    }
}
