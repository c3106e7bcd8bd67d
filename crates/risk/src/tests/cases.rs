//! Small systems whose answer is known: ways to a false "controlled", each with what must come out.

use jiff::civil::date;
use ward_model::claim::{ClaimId, Decision, joint_premise};
use ward_model::device::*;
use ward_model::digest::Digest;
use ward_model::finding::{ComponentSummary, State, Unassessed, UnassessedReason};
use ward_model::ids::*;
use ward_model::scale::{Axis, Exploitability, Persons, Position, Severity};
use ward_model::verdict::{Basis, Outcome, PresumedBecause, Verdict};

use super::system::{System, no_decisions, rulebook};
use crate::effects::Effects;
use crate::judge::{Judgement, judge};

pub(super) const WORST: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";

/// A pump and a server on one network; the server sends the pump its drug limits; altering the pump kills.
pub(super) fn ward() -> System {
    let mut system = System::empty();
    system.device.zones.insert("net".into(), Zone { id: "net".into(), name: "net".into(), owner: Owner::Hospital });
    for id in ["pump", "server", "firewall"] {
        system.element(id).zone = Some("net".into());
    }
    system.element("pump").instances_per_site = Some(300);
    system.element("firewall").zone = None;
    system.harm("death", Severity::Catastrophic);
    system.function("infuse", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Alteration, "death")]);
    let link = system.link("limits", "server", "pump", Medium::Ip);
    link.carries = Some(vec![Carries::Data, Carries::Command]);
    link.exposed_to = Some(vec![Position::HospitalNetwork]);
    system
}

/// The same, where only the rightful sender is believed, by a secret of every unit's own.
pub(super) fn guarded() -> System {
    let mut system = ward();
    system.device.secrets.insert(
        "key".into(),
        Secret { id: "key".into(), held_by: vec!["server".into(), "pump".into()], per_unit: Some(true), public: false },
    );
    let link = system.link("limits", "server", "pump", Medium::Ip);
    link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some("key".into()) });
    link.anti_replay = Some(true);
    system
}

/// Decisions for every claim but these, until a day.
pub(super) fn decided(system: &mut System, but: &[&str], expires: jiff::civil::Date) -> Decisions {
    system.make_claims();
    let claims: Vec<_> =
        system.device.claims.values().filter(|claim| !but.contains(&claim.id.to_string().as_str())).collect();
    let entered = claims
        .into_iter()
        .enumerate()
        .map(|(place, claim)| Decision {
            number: place + 1,
            claims: vec![claim.id.to_string()],
            files: Vec::new(),
            accepted: true,
            by: "safety officer".into(),
            on: date(2026, 11, 1),
            evidence: Some(Digest::of(b"evidence")),
            premise: Some(joint_premise([claim])),
            expires,
            rationale: "looked at".into(),
        })
        .collect();
    Decisions { entered, digest: Digest::of(b"decisions") }
}

pub(super) fn judged_with(system: &System, decisions: &Decisions) -> Judgement {
    let rulebook = rulebook();
    judge(system.situation(&rulebook, decisions))
}

pub(super) fn judged(system: &mut System, but: &[&str]) -> Judgement {
    let decisions = decided(system, but, date(2027, 6, 30));
    judged_with(system, &decisions)
}

pub(super) fn of<'a>(judgement: &'a Judgement, subject: &str) -> Vec<&'a Verdict> {
    judgement.verdicts.iter().filter(|verdict| verdict.subject.id == subject).collect()
}

pub(super) fn only<'a>(judgement: &'a Judgement, subject: &str) -> &'a Verdict {
    let all = of(judgement, subject);
    assert_eq!(all.len(), 1, "{subject}: {all:#?}");
    all[0]
}

#[test]
fn a_command_link_that_verifies_nobody_needs_no_vulnerability() {
    let mut system = ward();
    system.make_claims();
    let judgement = judged_with(&system, &no_decisions());
    let verdict = only(&judgement, "WR-001@limits");
    assert_eq!((verdict.verdict, verdict.basis), (Outcome::Uncontrolled, Basis::Confirmed));
    assert_eq!(verdict.exploitability, Exploitability::High);
    assert_eq!(verdict.harm.as_ref().unwrap().id.as_str(), "death");
    // Nobody answers for the narrowed exposure: the internet is not ruled out, so the number of people is not known.
    assert_eq!(verdict.persons_at_once, Persons::Many);
    let facts: Vec<&str> = verdict.witness.nodes.iter().map(|node| &*node.fact).collect();
    assert!(facts.last().unwrap().contains("death"), "{facts:?}");
    assert!(facts[0].contains("attacker"), "{facts:?}");
}

#[test]
fn decided_exposure_gives_the_number_of_people() {
    let judgement = judged(&mut ward(), &[]);
    let verdict = only(&judgement, "WR-001@limits");
    assert_eq!((verdict.verdict, verdict.persons_at_once), (Outcome::Uncontrolled, Persons::Count(300)));
}

#[test]
fn an_authenticated_link_is_controlled_until_its_decision_lapses() {
    let judgement = judged(&mut guarded(), &[]);
    let verdict = only(&judgement, "WR-001@limits");
    assert_eq!(verdict.verdict, Outcome::Controlled, "{verdict:#?}");
    assert!(verdict.provisional);
    assert_eq!(verdict.valid_until, Some(date(2027, 6, 30)));
    assert!(
        verdict.sensitivity.iter().any(|point| point.claim.to_string() == "link:limits.authentication"),
        "{verdict:#?}"
    );
}

#[test]
fn every_claim_that_it_rests_on_turns_it() {
    for claim in ["link:limits.authentication", "secret:key.per_unit", "link:limits.anti_replay"] {
        let judgement = judged(&mut guarded(), &[claim]);
        let uncontrolled = judgement
            .verdicts
            .iter()
            .any(|verdict| verdict.basis == Basis::Confirmed && verdict.verdict == Outcome::Uncontrolled);
        assert!(uncontrolled, "without {claim}: {:#?}", judgement.verdicts);
    }
}

#[test]
fn an_expired_decision_has_no_effect_and_says_so() {
    let mut system = guarded();
    let decisions = decided(&mut system, &[], date(2026, 11, 21));
    let judgement = judged_with(&system, &decisions);
    assert!(judgement.decisions_without_effect.iter().all(|decision| decision.reason.contains("expired")));
    assert_eq!(only(&judgement, "WR-001@limits").verdict, Outcome::Uncontrolled);
}

#[test]
fn a_decision_lapses_when_its_claim_or_its_evidence_changes() {
    for change in 0..2 {
        let mut system = guarded();
        let decisions = decided(&mut system, &[], date(2027, 6, 30));
        let id = ClaimId::Link("limits".into(), ward_model::claim::LinkClaim::Authentication);
        let claim = system.device.claims.get_mut(&id).unwrap();
        if change == 0 {
            claim.premise = Digest::of(b"another mechanism");
        } else {
            claim.evidence.as_mut().unwrap().digest = Some(Digest::of(b"another test report"));
        }
        let judgement = judged_with(&system, &decisions);
        assert_eq!(only(&judgement, "WR-001@limits").verdict, Outcome::Uncontrolled);
        assert!(judgement.decisions_without_effect.iter().any(|decision| decision.claim == id.to_string()));
    }
}

#[test]
fn a_rejection_outweighs_an_acceptance() {
    let mut system = guarded();
    let mut decisions = decided(&mut system, &[], date(2027, 6, 30));
    let mut rejection =
        decisions.entered.iter().find(|one| one.claims[0] == "link:limits.authentication").unwrap().clone();
    rejection.accepted = false;
    decisions.entered.insert(0, rejection);
    assert_eq!(only(&judged_with(&system, &decisions), "WR-001@limits").verdict, Outcome::Uncontrolled);
}

#[test]
fn a_forgotten_link_is_presumed() {
    let judgement = judged(&mut guarded(), &["element:pump.interfaces_listed"]);
    let presumed = of(&judgement, "pump");
    assert_eq!(presumed.len(), 1);
    assert_eq!(presumed[0].presumed_because, Some(PresumedBecause::Unmodelled));
    assert_eq!((presumed[0].verdict, presumed[0].basis), (Outcome::Uncontrolled, Basis::Presumed));
    assert!(judgement.gaps.iter().any(|gap| gap.element.as_str() == "pump"));
}

#[test]
fn a_component_that_could_not_be_assessed_is_presumed_until_reviewed() {
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
    let judgement = judged(&mut system, &[]);
    let presumed = only(&judgement, "pump");
    assert_eq!(presumed.presumed_because, Some(PresumedBecause::Unassessed));
    assert_eq!(presumed.verdict, Outcome::Uncontrolled);
    let effects =
        Effects::of(system.claims().into_iter().chain([ClaimId::ComponentReviewed("pump".into(), "part".into())]));
    let outcomes = system.outcomes(&rulebook(), &effects);
    assert!(outcomes.judged.keys().all(|key| key.because.is_none()));
    // Whoever reviewed it cannot have known what came to be exploited since, and is described nowhere.
    for reports in system.reports.values_mut() {
        for unassessed in reports.open.unassessed.iter_mut().chain(&mut reports.complete.unassessed) {
            unassessed.reason = UnassessedReason::ExploitedWithoutRecord;
            unassessed.undescribed = vec!["CVE-2026-1".into()];
        }
    }
    let outcomes = system.outcomes(&rulebook(), &effects);
    assert!(outcomes.judged.keys().any(|key| key.because == Some(PresumedBecause::Unassessed)));
}

#[test]
fn knowledge_that_is_known_to_be_partial_assesses_nothing() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N"), State::Affected);
    let decisions = decided(&mut system, &[], date(2027, 6, 30));
    let rulebook = rulebook();
    let situation =
        crate::Situation { partial_knowledge: Some("only a seed"), ..system.situation(&rulebook, &decisions) };
    let presumed = judge(situation).verdicts.into_iter().filter(|verdict| verdict.basis == Basis::Presumed).count();
    assert_eq!(presumed, 1);
}

/// FDA postmarket examples C3 and U1 differ in one verified control: the design accepts only signed firmware.
#[test]
fn one_evidenced_control_turns_an_open_port() {
    let system = |system: &mut System| {
        let link = system.link("port", "tool", "pump", Medium::Usb);
        link.carries = Some(vec![Carries::Code]);
        link.exposed_to = Some(vec![Position::Physical]);
        let cut = Cut::Step { step: "install-code".into(), at: "pump".into() };
        system.control("signed-firmware", vec![cut], "pump");
    };
    let mut with = guarded();
    system(&mut with);
    let judgement = judged(&mut with, &[]);
    let verdict = only(&judgement, "WR-002@port");
    assert_eq!((verdict.verdict, verdict.provisional), (Outcome::Controlled, true), "{verdict:#?}");
    assert_eq!(verdict.controls_relied_on, [ControlId::from("signed-firmware")]);
    let mut without = guarded();
    system(&mut without);
    let judgement = judged(&mut without, &["control:signed-firmware"]);
    let verdict = only(&judgement, "WR-002@port");
    assert_eq!((verdict.verdict, verdict.if_claims_hold), (Outcome::Uncontrolled, Outcome::Controlled));
}

/// What is signed is code, not commands.
#[test]
fn a_control_on_code_does_not_cut_a_command() {
    let mut system = ward();
    system.control("signed-firmware", vec![Cut::Step { step: "install-code".into(), at: "pump".into() }], "pump");
    assert_eq!(only(&judged(&mut system, &[]), "WR-001@limits").verdict, Outcome::Uncontrolled);
}

/// MDhex: isolation holds for the units whose site has confirmed it, and for no others.
#[test]
fn isolation_holds_only_where_it_is_confirmed() {
    let mut system = ward();
    let cut = Cut::LinksIntoZone { zone: "net".into(), from: Vec::new() };
    system.control("isolate", vec![cut], "firewall").performed_by = Performer::Site;
    system.device.versions[0].cohorts =
        vec![Cohort { id: "site-017".into(), units: Some(4), sites: Some(1), confirmed: vec!["isolate".into()] }];
    let judgement = judged(&mut system, &[]);
    let verdicts = of(&judgement, "WR-001@limits");
    let by_cohort: Vec<_> =
        verdicts.iter().map(|verdict| (verdict.units.cohort.as_str(), verdict.units.count, verdict.verdict)).collect();
    assert_eq!(
        by_cohort,
        [("unconfirmed units", Some(6), Outcome::Uncontrolled), ("site-017", Some(4), Outcome::Controlled),]
    );
}

/// A control falls with what enforces it.
#[test]
fn a_defeated_firewall_isolates_nothing() {
    let mut system = ward();
    let cut = Cut::LinksIntoZone { zone: "net".into(), from: Vec::new() };
    system.control("isolate", vec![cut], "firewall");
    assert_eq!(only(&judged(&mut system, &[]), "WR-001@limits").verdict, Outcome::Controlled);
    system.link("admin", "console", "firewall", Medium::Ip).exposed_to = Some(vec![Position::Internet]);
    system.finding("CVE-FW", "firewall", Some(WORST), State::Affected);
    let judgement = judged(&mut system, &[]);
    assert_eq!(only(&judgement, "WR-001@limits").verdict, Outcome::Uncontrolled);
    assert_eq!(only(&judgement, "CVE-FW").verdict, Outcome::Uncontrolled);
}

/// Isolation from outside does not keep out who holds something inside.
#[test]
fn an_element_inside_the_zone_gets_around_isolation() {
    let mut system = ward();
    let outside = [Position::Internet, Position::HospitalNetwork, Position::Physical, Position::HomeNetwork].to_vec();
    system.control("isolate", vec![Cut::LinksIntoZone { zone: "net".into(), from: outside }], "firewall");
    assert_eq!(only(&judged(&mut system, &[]), "WR-001@limits").verdict, Outcome::Controlled);
    system.element("printer").zone = Some("net".into());
    system.link("print", "clerk", "printer", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
    system.element("clerk");
    system.finding("CVE-PRN", "printer", Some(WORST), State::Affected);
    // The printer's own link is isolated too, but somebody can walk up to the printer.
    let judgement = judged(&mut system, &[]);
    assert_eq!(only(&judgement, "CVE-PRN").verdict, Outcome::Uncontrolled, "{:#?}", only(&judgement, "CVE-PRN"));
}

/// CareLink, in small: health data at rest, and nothing that leads on.
#[test]
fn privacy_is_an_axis_of_its_own() {
    let mut system = guarded();
    system.harm("history-known", Severity::Critical).axis = Axis::Privacy;
    system.function("history", RealisedBy::All(vec!["archive".into()]), &[(HowDegraded::Disclosure, "history-known")]);
    system.finding("CVE-PHI", "archive", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), State::Affected);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "CVE-PHI");
    assert_eq!((verdict.verdict, verdict.privacy), (Outcome::Controlled, true), "{verdict:#?}");
}

/// A secret that is read is followed onward.
#[test]
fn a_read_secret_opens_the_link_it_guards() {
    let mut system = guarded();
    system.finding("CVE-READ", "server", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), State::Affected);
    let judgement = judged(&mut system, &[]);
    assert_eq!(only(&judgement, "CVE-READ").verdict, Outcome::Uncontrolled);
}

/// One extracted key opens every pump, wherever its owner bought the one that was taken apart.
#[test]
fn a_shared_key_is_known_to_whoever_owns_a_unit() {
    let mut system = guarded();
    system.device.secrets.get_mut(&SecretId::from("key")).unwrap().per_unit = Some(false);
    let judgement = judged(&mut system, &[]);
    assert_eq!(only(&judgement, "WR-004@limits").verdict, Outcome::Uncontrolled);
    let key = Secret { per_unit: Some(false), public: true, ..system.device.secrets[&SecretId::from("key")].clone() };
    system.device.secrets.insert("key".into(), key);
    // Of a public key the sender has the private half: where nobody can come by a sender, nobody has it.
    system.element("server").kind = ElementKind::UpdateServer;
    assert_eq!(only(&judged(&mut system, &[]), "WR-004@limits").verdict, Outcome::Controlled);
}

#[test]
fn a_local_parser_is_fed_by_a_link() {
    let mut system = guarded();
    system.finding("CVE-PARSE", "pump", Some("CVSS:3.1/AV:L/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
    let verdict = judged(&mut system, &[]);
    let verdict = only(&verdict, "CVE-PARSE");
    assert_eq!((verdict.verdict, verdict.exploitability), (Outcome::Uncontrolled, Exploitability::High));
}

#[test]
fn an_unlocked_port_is_reached_by_whoever_stands_there() {
    let mut system = guarded();
    system.finding("CVE-PORT", "pump", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "CVE-PORT");
    assert_eq!((verdict.verdict, verdict.exploitability), (Outcome::Uncontrolled, Exploitability::High));
    // Whoever stands at one pump reaches one patient; an insider, everyone at the site.
    assert_eq!(verdict.persons_at_once, Persons::Count(300));
}

/// Several harms: the worst one decides, whichever is found first.
#[test]
fn the_worst_of_several_harms_decides() {
    let mut system = guarded();
    system.harm("itch", Severity::Negligible);
    system.harm("burn", Severity::Serious);
    let function = system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap();
    let effect = function.effects[0].clone();
    function.effects = vec![
        Effect { on: HowDegraded::Loss, harm: "itch".into(), ..effect.clone() },
        Effect { on: HowDegraded::Loss, harm: "burn".into(), ..effect },
    ];
    system.finding("CVE-STOP", "pump", Some("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), State::Affected);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "CVE-STOP");
    assert_eq!(verdict.verdict, Outcome::Uncontrolled);
    assert_eq!(verdict.harm.as_ref().unwrap().id.as_str(), "burn");
    assert_eq!(verdict.harm.as_ref().unwrap().escalated_severity, Severity::Catastrophic);
}

/// Redundancy keeps a function from being lost, never from being altered by one of its parts.
#[test]
fn any_of_is_lost_by_all_and_altered_by_one() {
    let base = || {
        let mut system = guarded();
        system.element("second");
        system.harm("stop", Severity::Critical);
        let function = system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap();
        function.realised_by = RealisedBy::Any(vec!["pump".into(), "second".into()]);
        let effect = function.effects[0].clone();
        function.effects.push(Effect { on: HowDegraded::Loss, harm: "stop".into(), ..effect });
        system
    };
    let stop = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
    let alter = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N";
    let mut system = base();
    system.finding("CVE-A", "second", Some(stop), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-A").verdict, Outcome::Controlled);
    let undecided = judged(&mut system, &["function:infuse.redundancy"]);
    assert_eq!(only(&undecided, "CVE-A").verdict, Outcome::Uncontrolled);
    system.finding("CVE-B", "pump", Some(stop), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-A").verdict, Outcome::Uncontrolled);
    let mut system = base();
    system.finding("CVE-C", "second", Some(alter), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-C").verdict, Outcome::Uncontrolled);
}

/// A fallback takes over in time, for as many as there is staff, and only while what notices the loss is unattacked.
#[test]
fn a_fallback_is_overrun_by_many_patients_at_once() {
    let system = |onset: u64, staff: u64, alarm: &str| {
        let mut system = guarded();
        system.element("alarm-box");
        system.harm("stop", Severity::Critical);
        system.function("alarm", RealisedBy::All(vec![alarm.into()]), &[]);
        system.function("by-hand", RealisedBy::People, &[]);
        let function = system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap();
        let effect = function.effects[0].clone();
        function.effects.push(Effect {
            on: HowDegraded::Loss,
            harm: "stop".into(),
            onset_seconds: Some(onset),
            fallback: Some(Fallback {
                function: "by-hand".into(),
                detection: "alarm".into(),
                detection_seconds: 10,
                switch_over_seconds: 100,
                staff_per_site: staff,
            }),
            ..effect
        });
        system.finding("CVE-STOP", "pump", Some("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), State::Affected);
        only(&judged(&mut system, &[]), "CVE-STOP").verdict
    };
    assert_eq!(system(120, 300, "alarm-box"), Outcome::Controlled);
    assert_eq!(system(120, 299, "alarm-box"), Outcome::Uncontrolled, "staff");
    assert_eq!(system(110, 300, "alarm-box"), Outcome::Uncontrolled, "too late");
    assert_eq!(system(120, 300, "pump"), Outcome::Uncontrolled, "the alarm falls with the pump");
}

/// The fallback is only as good as what notices the loss: an alarm of which something is not known is presumed to fail.
#[test]
fn an_alarm_that_could_not_be_assessed_relieves_nobody() {
    let mut system = guarded();
    system.element("alarm-box");
    system.harm("stop", Severity::Critical);
    system.function("alarm", RealisedBy::All(vec!["alarm-box".into()]), &[]);
    system.function("by-hand", RealisedBy::People, &[]);
    let function = system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap();
    let effect = function.effects[0].clone();
    function.effects.push(Effect {
        on: HowDegraded::Loss,
        harm: "stop".into(),
        onset_seconds: Some(600),
        fallback: Some(Fallback {
            function: "by-hand".into(),
            detection: "alarm".into(),
            detection_seconds: 10,
            switch_over_seconds: 100,
            staff_per_site: 1000,
        }),
        ..effect
    });
    system.finding("CVE-STOP", "pump", Some("CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-STOP").verdict, Outcome::Controlled);
    system.finding("CVE-ALARM", "alarm-box", Some(WORST), State::Unknown);
    let judgement = judged(&mut system, &[]);
    let presumed = only(&judgement, "alarm-box");
    assert_eq!(
        (presumed.verdict, presumed.presumed_because),
        (Outcome::Uncontrolled, Some(PresumedBecause::UnknownRange))
    );
}

/// An element that nobody has inventoried in a version is not assessed in it, whoever answers for completeness.
#[test]
fn no_inventory_is_not_an_empty_one() {
    let mut system = guarded();
    system.element("pump").without_software = false;
    let judgement = judged(&mut system, &[]);
    let presumed = only(&judgement, "pump");
    assert_eq!(
        (presumed.verdict, presumed.presumed_because),
        (Outcome::Uncontrolled, Some(PresumedBecause::Unassessed))
    );
}

/// A vector that cannot be read says something that nobody knows.
#[test]
fn a_vector_that_cannot_be_read_is_taken_at_its_worst() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-1").verdict, Outcome::Controlled);
    system.each_finding(|finding| finding.vulnerability_mut().unreadable_vectors.push("CVSS:9.9/?".into()));
    assert_eq!(only(&judged(&mut system, &[]), "CVE-1").verdict, Outcome::Uncontrolled);
}

/// One server serves all twenty pumps: stopping it is felt at every bed.
#[test]
fn a_scarce_element_serves_everybody() {
    let mut system = guarded();
    system.element("server").instances_per_site = Some(1);
    system.harm("stop", Severity::Serious);
    let function = system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap();
    function.realised_by = RealisedBy::All(vec!["pump".into(), "server".into()]);
    let effect = function.effects[0].clone();
    function.effects = vec![Effect { on: HowDegraded::Loss, harm: "stop".into(), ..effect }];
    system.finding("CVE-STOP", "server", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-STOP").persons_at_once, Persons::Count(300));
    system.element("pump").instances_per_site = None;
    assert_eq!(only(&judged(&mut system, &[]), "CVE-STOP").persons_at_once, Persons::Many);
}

/// Both ends of a link hold the secret that guards it, whatever the folder says of who holds it.
#[test]
fn an_undeclared_holder_holds_the_secret_too() {
    let mut system = guarded();
    system.device.secrets.get_mut(&SecretId::from("key")).unwrap().held_by.clear();
    system.finding("CVE-READ", "server", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-READ").verdict, Outcome::Uncontrolled);
}

/// A rejection of a whole file holds whatever becomes of the file.
#[test]
fn a_rejected_file_stays_rejected_when_it_changes() {
    let mut system = guarded();
    let mut decisions = decided(&mut system, &[], date(2027, 6, 30));
    system.device.files.insert("system.toml".into(), Digest::of(b"with a comment"));
    let mut rejection = decisions.entered[0].clone();
    rejection.claims.clear();
    rejection.accepted = false;
    rejection.files =
        vec![ward_model::claim::AcceptedFile { path: "system.toml".into(), digest: Digest::of(b"before") }];
    decisions.entered.push(rejection);
    assert_eq!(only(&judged_with(&system, &decisions), "WR-001@limits").verdict, Outcome::Uncontrolled);
}

/// A decision that looked at no evidence gives no effect to a claim that cites some.
#[test]
fn a_decision_without_evidence_reaches_no_claim_that_cites_some() {
    let mut system = guarded();
    let mut decisions = decided(&mut system, &[], date(2027, 6, 30));
    for decision in &mut decisions.entered {
        decision.evidence = None;
    }
    assert_eq!(only(&judged_with(&system, &decisions), "WR-001@limits").verdict, Outcome::Uncontrolled);
    for claim in system.device.claims.values_mut() {
        claim.evidence.as_mut().unwrap().digest = None;
    }
    assert_eq!(only(&judged_with(&system, &decisions), "WR-001@limits").verdict, Outcome::Uncontrolled);
}

/// A home that is filled late starts no clock later than the model itself does.
#[test]
fn a_late_home_starts_no_clock_later() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", Some(WORST), State::Affected);
    system.each_finding(|finding| {
        finding.vulnerability_mut().published = Some(date(2014, 4, 7));
        finding.vulnerability_mut().received = Some(date(2026, 11, 22));
    });
    system.device.known_since.push(KnownSince {
        subject: "CVE-1".into(),
        since: date(2029, 1, 1),
        source: "typo".into(),
    });
    let judgement = judged(&mut system, &[]);
    let clock = judgement.clocks.iter().find(|clock| clock.subject == "CVE-1").unwrap();
    assert_eq!(clock.starts, date(2026, 1, 1));
}

#[test]
fn evidence_of_exploitation_raises_and_its_absence_does_not_lower() {
    let hard = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:H/A:N";
    let class = |kev: bool, epss: Option<u32>| {
        let mut system = guarded();
        system.finding("CVE-1", "pump", Some(hard), State::Affected);
        system.each_finding(|finding| {
            finding.vulnerability_mut().kev = kev;
            finding.vulnerability_mut().epss =
                epss.map(|score| ward_model::finding::EpssSummary { score, percentile: 0, date: date(2026, 1, 1) });
        });
        only(&judged(&mut system, &[]), "CVE-1").exploitability
    };
    assert_eq!(class(false, None), Exploitability::Low);
    assert_eq!(class(false, Some(9_999)), Exploitability::Low);
    assert_eq!(class(false, Some(10_000)), Exploitability::Medium);
    assert_eq!(class(true, None), Exploitability::High);
}

/// A vulnerability that nobody has scored is taken at its worst, and said to turn on that.
#[test]
fn an_unscored_vulnerability_is_high_and_undetermined() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", None, State::Affected);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "CVE-1");
    assert_eq!((verdict.verdict, verdict.undetermined), (Outcome::Uncontrolled, true));
    assert_eq!(verdict.exploitability_range, [Exploitability::Low, Exploitability::High]);
}

#[test]
fn a_finding_that_cannot_be_told_is_presumed_and_named() {
    let mut system = guarded();
    system.finding("CVE-1", "pump", Some(WORST), State::Unknown);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "pump");
    assert_eq!(verdict.presumed_because, Some(PresumedBecause::UnknownRange));
    assert_eq!(verdict.covers, ["CVE-1"]);
    assert_eq!(verdict.verdict, Outcome::Uncontrolled);
}

/// Law 8: a confirmed uncontrolled verdict has a due date, from the earliest evidence of knowledge.
#[test]
fn clocks_run_from_the_earliest_knowledge() {
    let mut system = ward();
    system.finding("CVE-1", "pump", Some(WORST), State::Affected);
    system.each_finding(|finding| {
        finding.vulnerability_mut().published = Some(date(2026, 11, 10));
        finding.vulnerability_mut().received = Some(date(2026, 11, 12));
    });
    system.device.known_since.push(KnownSince {
        subject: "WR-001@limits".into(),
        since: date(2025, 12, 14),
        source: "PT-7".into(),
    });
    let judgement = judged(&mut system, &[]);
    for verdict in judgement
        .verdicts
        .iter()
        .filter(|verdict| verdict.verdict == Outcome::Uncontrolled && verdict.basis == Basis::Confirmed)
    {
        let clocks: Vec<_> = judgement.clocks.iter().filter(|clock| clock.verdicts.contains(&verdict.id)).collect();
        assert_eq!(clocks.len(), 2, "{}: {clocks:?}", verdict.subject.id);
    }
    let due = |subject: &str, rule: &str| {
        let clock = judgement.clocks.iter().find(|clock| clock.subject == subject && clock.rule == rule).unwrap();
        (clock.due, clock.overdue)
    };
    assert_eq!(due("CVE-1", "fda-30-day"), (date(2026, 12, 10), false));
    assert_eq!(due("CVE-1", "fda-60-day"), (date(2027, 1, 9), false));
    assert_eq!(due("WR-001@limits", "fda-60-day"), (date(2026, 2, 12), true));
}

#[test]
fn an_empty_device_has_no_verdict_and_no_panic() {
    let mut system = System::empty();
    assert!(judged(&mut system, &[]).verdicts.is_empty());
}

/// A cycle of links and elements that defeat each other's controls ends.
#[test]
fn a_cycle_ends() {
    let mut system = ward();
    system.link("back", "pump", "server", Medium::Ip).carries = Some(vec![Carries::Command]);
    system.control("one", vec![Cut::Step { step: "send-command".into(), at: "pump".into() }], "server");
    system.control("two", vec![Cut::Step { step: "send-command".into(), at: "server".into() }], "pump");
    // Each control stands as long as the other does: neither falls first.
    let judgement = judged(&mut system, &[]);
    assert_eq!(only(&judgement, "WR-001@limits").verdict, Outcome::Controlled);
}
