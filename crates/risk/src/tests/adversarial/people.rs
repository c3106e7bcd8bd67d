//! Functions and the people behind them: several harms, redundancy, staff, many at once, what people are shown.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::FunctionId;
use ward_model::scale::{Persons, Severity};
use ward_model::verdict::Outcome;

use super::super::cases::guarded;
use super::super::system::System;
use super::{mended, shown, turned_by, verdict};

const STOPS: &str = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
const ALTERS: &str = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N";

fn infuse(system: &mut System) -> &mut Function {
    system.device.functions.get_mut(&FunctionId::from("infuse")).unwrap()
}

/// A pump whose stopping makes people itch and burns them, each taken over by hand, with so much staff for either.
fn relieved(staff: [u64; 2]) -> System {
    let mut system = guarded();
    system.element("alarm-box");
    system.harm("itch", Severity::Negligible);
    system.harm("burn", Severity::Critical);
    system.function("alarm", RealisedBy::All(vec!["alarm-box".into()]), &[]);
    system.function("by-hand", RealisedBy::People, &[]);
    system.function("by-hand-too", RealisedBy::People, &[]);
    let effect = infuse(&mut system).effects[0].clone();
    let relieved = |harm: &str, function: &str, staff| Effect {
        on: HowDegraded::Loss,
        harm: harm.into(),
        onset_seconds: Some(600),
        fallback: Some(Fallback {
            function: function.into(),
            detection: "alarm".into(),
            detection_seconds: 10,
            switch_over_seconds: 100,
            staff_per_site: staff,
        }),
        ..effect.clone()
    };
    infuse(&mut system).effects =
        vec![relieved("itch", "by-hand", staff[0]), relieved("burn", "by-hand-too", staff[1])];
    system.finding("CVE-STOP", "pump", Some(&STOPS.replace("AV:P", "AV:A")), State::Affected);
    system
}

#[test]
fn several_harms() {
    let mut system = relieved([300, 300]);
    system.make_claims();
    let open = turned_by(&mut system, "CVE-STOP", "function:infuse.fallback");
    assert_eq!(open.harm.as_ref().map(|harm| harm.id.as_str()), Some("burn"), "the worst decides");
    let all: Vec<(&str, Outcome)> = open.harms.iter().map(|harm| (harm.id.as_str(), harm.verdict)).collect();
    assert_eq!(all, [("burn", Outcome::Uncontrolled), ("itch", Outcome::Controlled)], "and none is hidden");
    // That somebody is there for the lesser harm relieves nobody of the worse one.
    assert_eq!(verdict(&mut relieved([300, 0]), "CVE-STOP").verdict, Outcome::Uncontrolled);
}

#[test]
fn staff_overrun() {
    let overrun = verdict(&mut relieved([300, 299]), "CVE-STOP");
    assert_eq!((overrun.verdict, overrun.persons_at_once), (Outcome::Uncontrolled, Persons::Count(300)));
    assert_eq!(verdict(&mut relieved([300, 300]), "CVE-STOP").verdict, Outcome::Controlled);
    // As many as there are pumps, where nobody knows how many there are.
    let mut uncounted = relieved([300, 300]);
    uncounted.element("pump").instances_per_site = None;
    assert_eq!(verdict(&mut uncounted, "CVE-STOP").persons_at_once, Persons::Many);
    // And in time: what comes after the harm has set in relieves nobody.
    let mut late = relieved([300, 300]);
    for effect in &mut infuse(&mut late).effects {
        effect.onset_seconds = Some(110);
    }
    assert_eq!(verdict(&mut late, "CVE-STOP").verdict, Outcome::Uncontrolled);
}

/// A harm that is minor for one is not for a ward.
#[test]
fn many_patients_at_once() {
    // So hard that a serious harm to one person is controlled: both the log-in and the rest count.
    let hard = "CVSS:3.1/AV:P/AC:H/PR:N/UI:R/S:U/C:N/I:H/A:N";
    let system = |instances: Option<u64>, at_once: Option<u64>| {
        let mut system = guarded();
        system.harm("death", Severity::Serious).severity = Severity::Serious;
        system.element("pump").instances_per_site = instances;
        infuse(&mut system).at_once_per_instance = at_once;
        system.finding("CVE-HARD", "pump", Some(hard), State::Affected);
        verdict(&mut system, "CVE-HARD")
    };
    let one = system(Some(1), Some(1));
    assert_eq!((one.verdict, one.persons_at_once), (Outcome::Controlled, Persons::Count(1)), "{one:#?}");
    for (instances, at_once, persons) in [
        (Some(300), Some(1), Persons::Count(300)),
        (Some(1), Some(2), Persons::Count(2)),
        (None, Some(1), Persons::Many),
        (Some(1), None, Persons::Many),
    ] {
        let many = system(instances, at_once);
        assert_eq!((many.verdict, many.persons_at_once), (Outcome::Uncontrolled, persons));
        let harm = many.harm.as_ref().unwrap();
        assert_eq!((harm.severity, harm.escalated_severity), (Severity::Serious, Severity::Catastrophic));
        assert!(many.reasons[0].ends_with("people at once: serious reads as catastrophic"), "{:?}", many.reasons);
    }
}

/// Two pumps of which either suffices.
fn redundant() -> System {
    let mut system = guarded();
    system.element("second");
    system.harm("stop", Severity::Critical);
    infuse(&mut system).realised_by = RealisedBy::Any(vec!["pump".into(), "second".into()]);
    let effect = infuse(&mut system).effects[0].clone();
    infuse(&mut system).effects.push(Effect { on: HowDegraded::Loss, harm: "stop".into(), ..effect });
    system
}

/// Of any that suffice, one that lies is enough.
#[test]
fn any_of_altered() {
    let mut system = redundant();
    system.finding("CVE-ALTER", "second", Some(ALTERS), State::Affected);
    let open = verdict(&mut system, "CVE-ALTER");
    assert_eq!(open.verdict, Outcome::Uncontrolled, "whoever answers for the redundancy");
    shown(&open, &["the attacker can alter what second does", "infuse does something else"]);
    // A vote protects, where somebody answers for there being one.
    system.element("third");
    let of = ["pump", "second", "third"].map(Into::into).to_vec();
    infuse(&mut system).realised_by = RealisedBy::Voted { of, required: 2 };
    infuse(&mut system).effects.truncate(1);
    // Of three pumps that vote none is told what to do by others.
    system.device.links.clear();
    system.make_claims();
    turned_by(&mut system, "CVE-ALTER", "function:infuse.redundancy");
}

/// Two vulnerabilities that do nothing alone and everything together.
#[test]
fn an_attack_on_both() {
    let mut system = redundant();
    system.finding("CVE-A", "pump", Some(STOPS), State::Affected);
    assert_eq!(verdict(&mut system, "CVE-A").verdict, Outcome::Controlled, "alone");
    system.finding("CVE-B", "second", Some(STOPS), State::Affected);
    mended(&mut system, "CVE-B", "server");
    for id in ["CVE-A", "CVE-B"] {
        let open = verdict(&mut system, id);
        assert_eq!(open.verdict, Outcome::Uncontrolled);
        shown(&open, &["the attacker can stop pump", "the attacker can stop second", "infuse stops"]);
    }
    // Mending either is enough for both.
    let claim = mended(&mut system, "CVE-B", "second");
    system.make_claims();
    turned_by(&mut system, "CVE-A", &claim);
    turned_by(&mut system, "CVE-B", &claim);
}

/// Nothing is stopped and nothing obeys: somebody reads a wrong value and treats by it.
#[test]
fn a_diagnosis_by_altered_data() {
    let mut system = System::empty();
    system.harm("wrong-treatment", Severity::Critical);
    for (id, from, to) in [("results", "analyser", "screen"), ("times", "clock", "screen")] {
        let secret = Secret { id: id.into(), held_by: Vec::new(), per_unit: Some(true), public: false };
        system.device.secrets.insert(id.into(), secret);
        let link = system.link(id, from, to, Medium::Ip);
        link.exposed_to = Some(vec![ward_model::scale::Position::HospitalNetwork]);
        link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some(id.into()) });
        link.anti_replay = Some(true);
    }
    let function = system.function("diagnose", RealisedBy::People, &[(HowDegraded::Alteration, "wrong-treatment")]);
    function.fed_by = Some(vec!["results".into()]);
    function.effects[0].health_data = true;
    system.make_claims();
    let open = turned_by(&mut system, "WR-006@results", "link:results.authentication");
    shown(&open, &["false data on results are taken for true", "diagnose does something else"]);
    assert_eq!(open.threats, [ward_model::scale::Threat::DataAlteration]);
    // Who verifies the clock has not verified the results: everything else is decided above. Nor does it help that the diagnosis
    // is said to rest on the clock alone, unless somebody answers for that.
    system.device.functions.get_mut(&FunctionId::from("diagnose")).unwrap().fed_by = Some(vec!["times".into()]);
    let claims = ["link:results.authentication", "function:diagnose.fed_by"];
    let judgement = super::super::cases::judged(&mut system, &claims);
    assert_eq!(super::worst(&judgement, "WR-006@results").unwrap().verdict, Outcome::Uncontrolled);
}
