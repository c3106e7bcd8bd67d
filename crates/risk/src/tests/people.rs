//! Who is harmed, how many at once, and who can help them.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::FunctionId;
use ward_model::many::ActionKind;
use ward_model::scale::{Persons, Position, Severity};
use ward_model::verdict::{Basis, Outcome, Place, PresumedBecause};

use super::cases::{guarded, judged, of, only};
use super::system::{System, no_decisions, rulebook};
use crate::effects::Effects;
use crate::{Told, judge_telling};

const STOP: &str = "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";

/// Nobody has described it: what harm it can do is not known, whatever harms are named.
#[test]
fn naming_a_harm_does_not_control_what_nobody_has_described() {
    for harms in 0..2 {
        let mut system = System::empty();
        system.element("box");
        if harms == 1 {
            system.harm("itch", Severity::Negligible);
            system.function("f", RealisedBy::All(vec!["box".into()]), &[(HowDegraded::Alteration, "itch")]);
        }
        let judgement = judged(&mut system, &["element:box.functions_listed"]);
        let verdict = only(&judgement, "box");
        assert_eq!(verdict.presumed_because, Some(PresumedBecause::Unmodelled));
        assert_eq!((verdict.verdict, verdict.basis), (Outcome::Uncontrolled, Basis::Presumed), "{harms} harms");
        assert!(!verdict.reasons.iter().any(|reason| reason.contains("make controlled")), "{:?}", verdict.reasons);
    }
    // Nor does what else is not known of it.
    let mut system = System::empty();
    system.element("box").without_software = false;
    system.harm("itch", Severity::Negligible);
    system.function("f", RealisedBy::All(vec!["box".into()]), &[(HowDegraded::Alteration, "itch")]);
    assert_eq!(only(&judged(&mut system, &[]), "box").verdict, Outcome::Controlled);
    let judgement = judged(&mut system, &["element:box.functions_listed"]);
    assert!(judgement.verdicts.iter().all(|verdict| verdict.verdict == Outcome::Uncontrolled), "{judgement:#?}");
}

/// An essential function of which nobody has said what follows when it is altered, or lost: silence does not make that harmless.
#[test]
fn an_essential_function_may_harm_in_ways_that_nobody_describes() {
    use HowDegraded::{Alteration, Loss};
    let system = |by: &RealisedBy, essential: bool, effects: &[(HowDegraded, &str)]| {
        let mut system = System::empty();
        system.element("box");
        system.harm("itch", Severity::Negligible);
        system.function("f", by.clone(), effects).essential = essential;
        system
    };
    let by_box = RealisedBy::All(vec!["box".into()]);
    for (by, effects, missing) in [
        (&by_box, &[][..], &["loss", "alteration"][..]),
        (&by_box, &[(Alteration, "itch")], &["loss"]),
        (&by_box, &[(Loss, "itch")], &["alteration"]),
        // What people do rests on what the elements show them.
        (&RealisedBy::People, &[], &["loss", "alteration"]),
        (&RealisedBy::People, &[(Alteration, "itch")], &["loss"]),
    ] {
        let judgement = judged(&mut system(by, true, effects), &[]);
        let verdict = only(&judgement, "box");
        assert_eq!(verdict.presumed_because, Some(PresumedBecause::Unmodelled));
        assert_eq!((verdict.verdict, verdict.basis), (Outcome::Uncontrolled, Basis::Presumed), "{effects:?}");
        for way in missing {
            let said = format!("nobody has said what follows from {way} of f, which is essential");
            assert!(verdict.reasons.iter().any(|reason| reason.contains(&said)), "{:?}", verdict.reasons);
            assert!(judgement.gaps.iter().any(|gap| gap.missing == said), "{:?}", judgement.gaps);
        }
        assert!(judged(&mut system(by, false, effects), &[]).verdicts.is_empty());
    }
    for by in [by_box, RealisedBy::People] {
        assert!(judged(&mut system(&by, true, &[(Loss, "itch"), (Alteration, "itch")]), &[]).verdicts.is_empty());
    }
}

/// One element that treats a patient of one group and one of another: who stops it stops both, and two who come to serious harm at
/// once are judged as a death.
#[test]
fn people_of_several_groups_are_added_up() {
    let persons = |groups: [Option<&str>; 2], harms: [Severity; 2], on: HowDegraded| {
        let mut system = System::empty();
        system.element("box");
        system.harm("h0", harms[0]);
        system.harm("h1", harms[1]);
        for (place, group) in groups.into_iter().enumerate() {
            let (id, on) = (format!("f{place}"), if place == 0 { HowDegraded::Loss } else { on });
            let harm = format!("h{place}");
            let function = system.function(&id, RealisedBy::All(vec!["box".into()]), &[(on, harm.as_str())]);
            function.persons = group.map(Into::into);
            if let Some(group) = group {
                let of = PersonGroup { id: group.into(), name: group.into(), role: PersonRole::Patient };
                system.device.person_groups.insert(group.into(), of);
            }
        }
        system.finding("CVE-STOP", "box", Some(STOP), State::Affected);
        let judgement = judged(&mut system, &[]);
        let verdict = only(&judgement, "CVE-STOP");
        (verdict.persons_at_once, verdict.harm.as_ref().map(|harm| harm.escalated_severity))
    };
    use HowDegraded::{Alteration, Loss};
    use Severity::{Catastrophic, Minor, Serious};
    let (one, two) = (Persons::Count(1), Persons::Count(2));
    assert_eq!(persons([Some("a"), Some("b")], [Serious, Serious], Loss), (two, Some(Catastrophic)));
    assert_eq!(persons([Some("a"), None], [Serious, Serious], Loss), (two, Some(Catastrophic)), "nobody says who");
    assert_eq!(
        persons([None, None], [Serious, Serious], Loss),
        (two, Some(Catastrophic)),
        "of neither anybody says who"
    );
    assert_eq!(persons([Some("a"), Some("a")], [Serious, Serious], Loss), (one, Some(Serious)), "the same people");
    assert_eq!(persons([Some("a"), Some("b")], [Serious, Minor], Loss), (one, Some(Serious)), "one of them lightly");
    assert_eq!(
        persons([Some("a"), Some("b")], [Serious, Serious], Alteration),
        (one, Some(Serious)),
        "one of them goes on"
    );
}

/// Two beds of one patient each, modelled one by one behind one server, and called different groups: who holds the server harms both.
#[test]
fn one_action_on_people_of_several_groups_is_told() {
    let many = |groups: &[Option<&str>]| {
        let mut system = System::empty();
        system.element("server").kind = ElementKind::Server;
        system.harm("hurt", Severity::Serious);
        for (place, group) in groups.iter().enumerate() {
            let (bed, id) = (format!("bed{place}"), format!("f{place}"));
            system.element(&bed);
            let link = system.link(&format!("l{place}"), "server", &bed, Medium::Ip);
            link.carries = Some(vec![Carries::Command]);
            link.exposed_to = Some(Vec::new());
            let all = RealisedBy::All(vec![bed.as_str().into()]);
            let function = system.function(&id, all, &[(HowDegraded::Alteration, "hurt")]);
            function.persons = group.map(Into::into);
            if let Some(group) = *group {
                let of = PersonGroup { id: group.into(), name: group.into(), role: PersonRole::Patient };
                system.device.person_groups.insert(group.into(), of);
            }
        }
        system.finding("CVE-SERVER", "server", Some("CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
        system.make_claims();
        let (rulebook, decisions) = (rulebook(), no_decisions());
        let situation = system.situation(&rulebook, &decisions);
        let judgement = judge_telling(situation, &Effects::all(&system.device), Told::Actions);
        let held = judgement.single_actions.iter().filter(|action| action.kind == ActionKind::Alter);
        held.map(|action| (action.at.clone(), action.persons_at_once)).collect::<Vec<_>>()
    };
    let server = |persons| (Place::Element("server".into()), persons);
    let (a, b) = (Some("a"), Some("b"));
    for (groups, persons) in [
        (&[a, b][..], Persons::Count(2)),
        (&[None, a], Persons::Count(2)),
        (&[None, None], Persons::Count(2)),
        (&[None; 16], Persons::Count(16)),
        // Of so many nobody counts them one by one.
        (&[None; 17], Persons::Many),
        (&[None; 40], Persons::Many),
    ] {
        assert!(many(groups).contains(&server(persons)), "{:?}", many(groups));
    }
    assert_eq!(many(&[a, a]), [], "they may be one and the same");
    assert_eq!(many(&[None]), [], "one function alone");
}

/// Two kinds of device on one network, each ten at a site; whoever is lost is served by hand, by the same people.
fn two_devices(staff: [u64; 2], by: [&str; 2], at_once: u64) -> System {
    let mut system = System::empty();
    system.harm("stop", Severity::Critical);
    for helper in ["manual", "other", "seen"] {
        system.function(helper, RealisedBy::People, &[]);
    }
    for (place, id) in ["pump", "monitor"].into_iter().enumerate() {
        system.element(id).instances_per_site = Some(10);
        let function = format!("f-{id}");
        system.function(&function, RealisedBy::All(vec![id.into()]), &[(HowDegraded::Loss, "stop")]);
        let function = system.device.functions.get_mut(&FunctionId::from(function.as_str())).unwrap();
        function.at_once_per_instance = Some(at_once);
        function.effects[0].onset_seconds = Some(600);
        function.effects[0].fallback = Some(Fallback {
            function: by[place].into(),
            detection: "seen".into(),
            detection_seconds: 1,
            switch_over_seconds: 1,
            staff_per_site: staff[place],
        });
        system.finding("CVE-STOP", id, Some(STOP), State::Affected);
    }
    let link = system.link("net", "pump", "monitor", Medium::Ip);
    link.exposed_to = Some(vec![Position::HospitalNetwork]);
    link.carries = Some(Vec::new());
    system
}

/// Ten nurses do not serve twenty patients because the patients hang on two kinds of device.
#[test]
fn the_same_people_take_over_for_all_functions_together() {
    let worst = |mut system: System| {
        let judgement = judged(&mut system, &[]);
        of(&judgement, "CVE-STOP").iter().map(|verdict| verdict.verdict).max().unwrap()
    };
    assert_eq!(worst(two_devices([20, 20], ["manual", "manual"], 1)), Outcome::Controlled);
    assert_eq!(worst(two_devices([10, 10], ["manual", "manual"], 1)), Outcome::Uncontrolled);
    assert_eq!(worst(two_devices([20, 19], ["manual", "manual"], 1)), Outcome::Uncontrolled, "the fewest count");
    assert_eq!(worst(two_devices([10, 10], ["manual", "other"], 1)), Outcome::Controlled);
}

/// A harm reaches at least one person, whatever numbers are stated.
#[test]
fn nobody_at_once_is_somebody() {
    let mut system = two_devices([0, 0], ["manual", "other"], 0);
    let judgement = judged(&mut system, &[]);
    for verdict in of(&judgement, "CVE-STOP") {
        assert_eq!(verdict.verdict, Outcome::Uncontrolled, "{verdict:#?}");
    }
}

/// Every harm that is reached is in the verdict, the worst of each.
#[test]
fn every_harm_that_is_reached_is_in_the_verdict() {
    let mut system = System::empty();
    system.element("pump").instances_per_site = Some(3);
    for (id, severity) in
        [("death", Severity::Catastrophic), ("itch", Severity::Negligible), ("burn", Severity::Serious)]
    {
        system.harm(id, severity);
    }
    let effects = [(HowDegraded::Loss, "itch"), (HowDegraded::Alteration, "death"), (HowDegraded::Loss, "burn")];
    system.function("f", RealisedBy::All(vec!["pump".into()]), &effects);
    system.link("net", "hub", "pump", Medium::Ip).carries = Some(Vec::new());
    system.finding("CVE-1", "pump", Some("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N"), State::Affected);
    let judgement = judged(&mut system, &[]);
    let verdict = only(&judgement, "CVE-1");
    let harms: Vec<&str> = verdict.harms.iter().map(|harm| harm.id.as_str()).collect();
    assert_eq!(harms, ["death", "burn", "itch"]);
    assert_eq!(verdict.harm.as_ref().unwrap().id, verdict.harms[0].id);
}

/// That a link verifies its sender says nothing of what else its ends may have: no verdict speaks for what is not described.
#[test]
fn what_a_decision_makes_vanish_is_left_to_ends_that_nobody_has_described() {
    let decided = judged(&mut guarded(), &[]);
    assert_eq!(only(&decided, "WR-001@limits").verdict, Outcome::Controlled);
    let rests_on =
        |claim: &str| only(&decided, "WR-001@limits").sensitivity.iter().any(|one| one.claim.to_string() == claim);
    for element in ["server", "pump"] {
        let claim = format!("element:{element}.interfaces_listed");
        assert!(rests_on(&claim), "{claim}");
        let judgement = judged(&mut guarded(), &[&claim]);
        assert!(of(&judgement, "WR-001@limits").is_empty());
        assert!(
            only(&judgement, element).covers.contains(&"WR-001@limits".to_owned()),
            "{:#?}",
            only(&judgement, element)
        );
    }
}

/// A service that serves everybody is lost to everybody, wherever somebody lays hands on it.
#[test]
fn a_service_for_many_sites_serves_many_people() {
    for (kind, outcome) in [
        (ElementKind::BedsideDevice, Outcome::Controlled),
        (ElementKind::CloudService, Outcome::Uncontrolled),
        (ElementKind::UpdateServer, Outcome::Uncontrolled),
    ] {
        let mut system = System::empty();
        system.harm("stop", Severity::Critical);
        system.element("pump");
        system.element("cloud").kind = kind;
        system.function("by-hand", RealisedBy::People, &[]);
        let realised = RealisedBy::All(vec!["pump".into(), "cloud".into()]);
        let function = system.function("infuse", realised, &[(HowDegraded::Loss, "stop")]);
        function.at_once_per_instance = Some(1);
        function.effects[0].onset_seconds = Some(600);
        function.effects[0].fallback = Some(Fallback {
            function: "by-hand".into(),
            detection: "by-hand".into(),
            detection_seconds: 1,
            switch_over_seconds: 1,
            staff_per_site: 1,
        });
        let touch = "CVSS:3.1/AV:P/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";
        system.finding("CVE-TOUCH", "cloud", Some(touch), State::Affected);
        assert_eq!(only(&judged(&mut system, &[]), "CVE-TOUCH").verdict, outcome, "{kind}");
    }
}
