//! What nobody has said, and what nobody has decided.

use ward_model::claim::ClaimId;
use ward_model::device::{Carries, HowDegraded, Medium, RealisedBy};
use ward_model::finding::{ComponentSummary, State, Unassessed, UnassessedReason};
use ward_model::scale::{Persons, Position, Severity};
use ward_model::verdict::{Basis, Outcome, PresumedBecause};

use super::super::cases::{guarded, judged_with};
use super::super::system::{System, no_decisions};
use super::{claimed, judged_but, shown, turned_by, verdict, worst};

#[test]
fn a_forgotten_link() {
    let mut system = guarded();
    let presumed = turned_by(&mut system, "pump", "element:pump.interfaces_listed");
    assert_eq!((presumed.basis, presumed.presumed_because), (Basis::Presumed, Some(PresumedBecause::Unmodelled)));
    assert!(presumed.reasons.contains(&"no decision stands behind interfaces_listed".into()), "{presumed:#?}");
    assert_eq!(presumed.harm.map(|harm| harm.id.to_string()).as_deref(), Some("death"));
    // That everything is listed of another element says nothing of this one.
    let others = judged_but(&system, "element:pump.interfaces_listed", None);
    assert!(worst(&others, "server").is_none(), "the server is described");
    // The link that was forgotten is there, whoever answers for everything being listed.
    let link = system.link("service", "laptop", "pump", Medium::Usb);
    link.carries = Some(vec![Carries::Command]);
    link.exposed_to = Some(vec![Position::Physical]);
    let told = verdict(&mut system, "WR-001@service");
    assert_eq!((told.verdict, told.basis), (Outcome::Uncontrolled, Basis::Confirmed));
    shown(&told, &["an attacker stands at the device", "the attacker can put messages on service"]);
}

#[test]
fn an_unassessed_component() {
    let mut system = guarded();
    let unassessed = Unassessed {
        component: ComponentSummary {
            reference: "part".into(),
            name: "part".into(),
            version: None,
            purl: None,
            cpes: Vec::new(),
        },
        reason: UnassessedReason::NoIdentity,
        undescribed: Vec::new(),
    };
    let reports = system.reports.entry(("1".into(), "pump".into())).or_default();
    reports.open.unassessed.push(unassessed.clone());
    reports.complete.unassessed.push(unassessed);
    system.make_claims();
    // Somebody has looked at a part of this name elsewhere, and at another part here.
    claimed(&mut system, ClaimId::ComponentReviewed("server".into(), "part".into()));
    claimed(&mut system, ClaimId::ComponentReviewed("pump".into(), "other".into()));
    claimed(&mut system, ClaimId::ComponentReviewed("pump".into(), "part".into()));
    let presumed = turned_by(&mut system, "pump", "component:pump/part");
    assert_eq!(presumed.presumed_because, Some(PresumedBecause::Unassessed));
    assert!(presumed.reasons.iter().any(|reason| reason.starts_with("part without version: ")), "{presumed:#?}");
}

#[test]
fn a_claim_without_a_decision() {
    let mut system = guarded();
    let open = turned_by(&mut system, "WR-001@limits", "link:limits.authentication");
    assert_eq!((open.basis, open.if_claims_hold), (Basis::Confirmed, Outcome::Controlled));
    assert!(!open.provisional);
    shown(&open, &["an attacker has a foothold in the hospital network", "the attacker can alter what pump does"]);
    // What nobody claims cannot be decided: nothing changes.
    system.device.claims.retain(|id, _| id.to_string() != "link:limits.authentication");
    let decided = system.device.claims.keys().next().map(ToString::to_string).unwrap_or_default();
    let judgement = judged_but(
        &system,
        &decided,
        Some(&|decision| {
            decision.claims = vec!["link:limits.authentication".to_owned()];
        }),
    );
    assert_eq!(worst(&judgement, "WR-001@limits").map(|verdict| verdict.verdict), Some(Outcome::Uncontrolled));
    assert_eq!(judgement.decisions_without_effect[0].reason, "nothing in the folder claims this");
}

#[test]
fn an_unknown_score_is_no_comfort() {
    let mut system = guarded();
    system.finding("CVE-UNSCORED", "pump", None, State::Affected);
    let open = verdict(&mut system, "CVE-UNSCORED");
    assert_eq!((open.verdict, open.undetermined), (Outcome::Uncontrolled, true));
}

/// Nothing is said of anything: each thing that is not known is named, and none of them is controlled.
#[test]
fn unknown_everywhere() {
    let mut system = System::empty();
    system.harm("death", Severity::Catastrophic);
    system
        .function("treat", RealisedBy::All(vec!["box".into()]), &[(HowDegraded::Alteration, "death")])
        .at_once_per_instance = None;
    for (id, from, to) in [("there", "box", "cloud"), ("back", "cloud", "box"), ("self", "box", "box")] {
        let link = system.link(id, from, to, Medium::Ip);
        (link.carries, link.exposed_to) = (None, None);
    }
    for id in ["box", "cloud"] {
        let element = system.element(id);
        (element.without_software, element.instances_per_site) = (false, None);
        system.finding(&format!("CVE-{id}"), id, None, State::Unknown);
    }
    system.device.versions[0].units = None;
    system.make_claims();
    let judgement = judged_with(&system, &no_decisions());
    assert!(judgement.verdicts.iter().all(|verdict| verdict.verdict == Outcome::Uncontrolled), "{judgement:#?}");
    for element in ["box", "cloud"] {
        let because: Vec<_> = judgement
            .verdicts
            .iter()
            .filter(|verdict| verdict.subject.id == element)
            .filter_map(|verdict| verdict.presumed_because)
            .collect();
        let all = [PresumedBecause::Unmodelled, PresumedBecause::Unassessed, PresumedBecause::UnknownRange];
        assert!(all.iter().all(|one| because.contains(one)), "{element}: {because:?}");
        assert!(judgement.gaps.iter().any(|gap| gap.element.as_str() == element));
    }
    let open = worst(&judgement, "WR-001@back").unwrap();
    assert_eq!((open.basis, open.persons_at_once), (Basis::Confirmed, Persons::Many));
}
