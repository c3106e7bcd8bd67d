//! Answers to the rubric on a device: what they change where somebody answers for them, and what where nobody does.

use jiff::civil::date;
use proptest::prelude::*;
use ward_model::claim::{ClaimId, Decision, joint_evidence, joint_premise};
use ward_model::device::{Carries, Decisions, HowDegraded, Medium, RealisedBy, Secret};
use ward_model::digest::Digest;
use ward_model::finding::State;
use ward_model::rubric::Answers;
use ward_model::scale::{Axis, Position, Severity};
use ward_model::verdict::Outcome;

use super::system::{All, System, TODAY, cases, rulebook, system};
use crate::effects::Effects;
use crate::judge::judge;
use crate::run::Key;
use crate::subject::SubjectKey;

const NOTHING_READ: &str = "XCP:N/XCD:N/XCT:N/XCW:N/XCS:N/XCO:N";

/// A monitor that keeps health data and the key of the pump beside it; altering the pump kills. Somebody with the monitor in hand
/// can read its disk.
fn monitor() -> System {
    let mut system = System::empty();
    for element in ["monitor", "pump"] {
        system.element(element);
    }
    system.harm("death", Severity::Catastrophic);
    system.harm("disclosed", Severity::Serious).axis = Axis::Privacy;
    system.function("infuse", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Alteration, "death")]);
    system.function("keep-records", RealisedBy::All(vec!["monitor".into()]), &[(HowDegraded::Disclosure, "disclosed")]);
    let key = Secret {
        id: "key".into(),
        held_by: vec!["monitor".into(), "pump".into()],
        per_unit: Some(true),
        public: false,
    };
    system.device.secrets.insert("key".into(), key);
    let link = system.link("command", "monitor", "pump", Medium::Radio);
    link.authentication =
        Some(ward_model::device::Authentication { mechanism: "mac".into(), secret: Some("key".into()) });
    link.anti_replay = Some(true);
    link.carries = Some(vec![Carries::Command]);
    link.exposed_to = Some(vec![Position::Radio]);
    system.finding("CVE-1", "monitor", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N"), State::Affected);
    system
}

fn answer(system: &mut System, answers: &str) -> ClaimId {
    system.device.rubrics.insert(("monitor".into(), "CVE-1".into()), answers.parse::<Answers>().unwrap());
    ClaimId::Rubric("monitor".into(), "CVE-1".into())
}

fn subject() -> Key {
    Key { subject: SubjectKey::Vulnerability("CVE-1".into(), "monitor".into()), because: None }
}

/// Every claim has effect, but this one if `without` says so.
fn come_out(system: &System, without: Option<&ClaimId>) -> All {
    let claims = system.claims().into_iter().filter(|claim| Some(claim) != without);
    system.outcomes(&rulebook(), &Effects::of(claims))
}

/// CareLink: health data are read at rest, with the device in hand. Who reads it reads the keys too, unless somebody answers for
/// there being none among it; then it is a matter of privacy and no more.
#[test]
fn that_no_credentials_are_read_leaves_privacy_alone() {
    let mut system = monitor();
    let before = come_out(&system, None);
    assert_eq!(before.outcome(&subject()), Outcome::Uncontrolled);
    let claim = answer(&mut system, "XCS:N");
    let decided = come_out(&system, None);
    assert_eq!(decided.outcome(&subject()), Outcome::Controlled);
    assert!(decided.judged[&subject()].privacy, "what is read is still read");
    let undecided = come_out(&system, Some(&claim));
    assert_eq!(undecided.judged, before.judged);
    assert_eq!(undecided.outcome(&subject()), Outcome::Uncontrolled);
    let any = answer(&mut system, "XCS:U");
    assert_eq!(any, claim);
    assert_eq!(come_out(&system, None).outcome(&subject()), Outcome::Uncontrolled);
}

/// A decision on every claim until far off, on one of them until this day.
fn every_claim_until(system: &System, one: &ClaimId, expires: jiff::civil::Date) -> Decisions {
    let entered = system.device.claims.values().enumerate().map(|(place, claim)| Decision {
        number: place + 1,
        claims: vec![claim.id.to_string()],
        files: Vec::new(),
        accepted: true,
        by: "product security lead".into(),
        on: TODAY,
        evidence: joint_evidence([claim]),
        premise: Some(joint_premise([claim])),
        expires: if claim.id == *one { expires } else { date(2030, 1, 1) },
        rationale: "a test".into(),
    });
    Decisions { entered: entered.collect(), digest: Digest::of(b"") }
}

/// The verdict names the answers as what it turns on, until when, and what it would be without them.
#[test]
fn a_decided_answer_is_a_single_point_of_its_verdict() {
    let mut system = monitor();
    let rubric = answer(&mut system, "XCS:N");
    system.make_claims();
    let rulebook = rulebook();
    let decided = |expires| every_claim_until(&system, &rubric, expires);
    let verdict = |decisions: &Decisions| {
        let verdicts = judge(system.situation(&rulebook, decisions)).verdicts;
        verdicts.into_iter().find(|verdict| verdict.subject.id == "CVE-1").unwrap()
    };
    let held = verdict(&decided(date(2027, 6, 30)));
    assert_eq!((held.verdict, held.provisional, held.privacy), (Outcome::Controlled, true, true));
    assert_eq!(held.valid_until, Some(date(2027, 6, 30)));
    assert!(held.sensitivity.iter().any(|point| point.claim == rubric && point.then == Outcome::Uncontrolled));
    let lapsed = verdict(&decided(date(2026, 1, 1)));
    assert_eq!((lapsed.verdict, lapsed.if_claims_hold), (Outcome::Uncontrolled, Outcome::Controlled));
    assert!(lapsed.witness.nodes.iter().any(|node| &*node.fact == "the attacker knows key"));
}

/// Answers speak of one vulnerability: what else is found on the element does not turn on them, and does not lapse with them.
#[test]
fn answers_about_another_vulnerability_turn_nothing() {
    let mut system = monitor();
    let rubric = answer(&mut system, "XCS:N");
    system.finding("CVE-2", "monitor", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H"), State::Affected);
    system.make_claims();
    let decisions = every_claim_until(&system, &rubric, date(2027, 6, 30));
    let verdicts = judge(system.situation(&rulebook(), &decisions)).verdicts;
    let on = |id: &str| verdicts.iter().find(|verdict| verdict.subject.id == id).unwrap();
    assert_eq!((on("CVE-1").verdict, on("CVE-1").valid_until), (Outcome::Controlled, Some(date(2027, 6, 30))));
    assert_eq!((on("CVE-2").verdict, on("CVE-2").valid_until), (Outcome::Controlled, Some(date(2030, 1, 1))));
    assert!(on("CVE-2").sensitivity.iter().all(|point| point.claim != rubric));
}

#[test]
fn that_nothing_is_read_leaves_nothing() {
    let mut system = monitor();
    let claim = answer(&mut system, NOTHING_READ);
    let decided = come_out(&system, None);
    assert_eq!(decided.outcome(&subject()), Outcome::Controlled);
    assert!(!decided.judged[&subject()].privacy);
    assert_eq!(come_out(&system, Some(&claim)).outcome(&subject()), Outcome::Uncontrolled);
}

/// What answers make worse is a fact: it does not wait for anybody to answer for it.
#[test]
fn what_is_worse_on_the_device_counts_at_once() {
    let mut system = monitor();
    system.device.rubrics.clear();
    system.reports.clear();
    system.finding("CVE-1", "monitor", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:L"), State::Affected);
    assert_eq!(come_out(&system, None).outcome(&subject()), Outcome::Controlled);
    let claim = answer(&mut system, "XIS:H");
    assert_eq!(come_out(&system, None).outcome(&subject()), Outcome::Uncontrolled);
    assert_eq!(come_out(&system, Some(&claim)).outcome(&subject()), Outcome::Uncontrolled);
}

/// Weaknesses that run code are no question of the rubric.
#[test]
fn no_answer_takes_back_that_code_runs() {
    let mut system = monitor();
    system.each_finding(|finding| finding.vulnerability_mut().weaknesses = vec![787]);
    answer(&mut system, "XCS:N/XIP:N/XID:N/XIT:N/XIW:N/XIS:N/XIO:N");
    assert_eq!(come_out(&system, None).outcome(&subject()), Outcome::Uncontrolled);
}

fn any_answers() -> impl Strategy<Value = Answers> {
    let texts = [
        "XCS:N",
        "XCS:H",
        NOTHING_READ,
        "XIP:N/XID:N/XIT:N/XIW:N/XIS:N/XIO:N",
        "XIT:H",
        "XAP:N/XAD:N/XAT:N/XAW:N/XAS:N/XAO:N",
        "XAVN:N/XAVP:Y",
        "XAVN:Y/XAVT:N",
        "XAVN:U",
        "XACL:N/XUI:Y",
        "XACL:Y",
        "XPRL:Y/XPRZ:Y/XPRS:Y",
        "XPRL:N/XAVN:N/XAVP:Y/XCS:N",
    ];
    proptest::sample::select(texts.to_vec()).prop_map(|text| text.parse().unwrap())
}

proptest! {
    #![proptest_config(cases(150))]

    /// Answers that nobody answers for improve nothing, and answering for them worsens nothing.
    #[test]
    fn answers_improve_only_where_they_are_decided(system in system(), answers in any_answers(), which in any::<prop::sample::Index>(), picks in any::<u32>()) {
        let found: Vec<_> = system
            .reports
            .iter()
            .flat_map(|((_, element), reports)| reports.open.findings.iter().map(move |finding| (element.clone(), finding.vulnerability.id.clone())))
            .collect();
        prop_assume!(!found.is_empty());
        let (element, vulnerability) = which.get(&found).clone();
        let rulebook = rulebook();
        let claims: Vec<ClaimId> =
            system.claims().into_iter().enumerate().filter(|(place, _)| picks >> (place % 32) & 1 == 1).map(|(_, claim)| claim).collect();
        let before = system.outcomes(&rulebook, &Effects::of(claims.clone()));
        let mut answered = system.clone();
        answered.device.rubrics.insert((element.clone(), vulnerability.clone()), answers);
        let undecided = answered.outcomes(&rulebook, &Effects::of(claims.clone()));
        let decided = answered.outcomes(&rulebook, &Effects::of(claims.into_iter().chain([ClaimId::Rubric(element, vulnerability)])));
        for (key, judged) in &before.judged {
            prop_assert!(undecided.outcome(key) >= judged.outcome, "{:?} became better without a decision", key);
        }
        for (key, judged) in &decided.judged {
            prop_assert!(undecided.outcome(key) >= judged.outcome, "{:?} became worse by a decision", key);
        }
    }
}
