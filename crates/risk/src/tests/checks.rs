//! A check of the sender that is stated as a control of a step is the check that a link states of itself.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::SecretId;
use ward_model::scale::Position;
use ward_model::verdict::Outcome;

use super::cases::{guarded, judged, of, only};
use super::system::System;

const ALTER: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:H/A:N";

/// A link whose receiver checks who sends by a control, and not by the link.
fn checked(carries: Carries, step: &str) -> System {
    let mut system = guarded();
    let link = system.link("limits", "server", "pump", Medium::Ip);
    (link.authentication, link.carries) = (None, Some(vec![carries]));
    link.anti_replay = Some(true);
    let key = system.device.secrets.get_mut(&SecretId::from("key")).unwrap();
    (key.per_unit, key.held_by) = (Some(true), vec!["server".into(), "pump".into()]);
    let cut = Cut::Step { step: step.into(), at: "pump".into() };
    system.control("verified", vec![cut], "pump").enforcer.as_mut().unwrap().secret = Some("key".into());
    let rooms = ["server", "pump"].map(|at| Cut::Presence { at: at.into() });
    system.control("rooms", rooms.to_vec(), "doors");
    system
}

fn worst(system: &mut System, without: &[&str], subject: &str) -> Option<Outcome> {
    of(&judged(system, without), subject).iter().map(|verdict| verdict.verdict).max()
}

const KINDS: [(Carries, &str, &str, &str); 3] = [
    (Carries::Command, "send-command", "WR-001@limits", "WR-003@limits"),
    (Carries::Code, "install-code", "WR-002@limits", "WR-009@limits"),
    (Carries::Data, "accept-data", "WR-006@limits", "WR-007@limits"),
];

/// What is sent again passes a check of the sender, and no check of what is said.
#[test]
fn a_check_by_a_control_refuses_no_replay() {
    for (carries, step, missing, again) in KINDS.into_iter().filter(|(carries, ..)| *carries != Carries::Code) {
        let mut system = checked(carries, step);
        let effect = [(HowDegraded::Alteration, "death")];
        system.function("dose", RealisedBy::All(vec!["pump".into()]), &effect).fed_by = None;
        assert_eq!(worst(&mut system, &[], missing), Some(Outcome::Controlled), "{step}");
        assert_ne!(
            worst(&mut system, &[], again),
            Some(Outcome::Uncontrolled),
            "{step}: it refuses what has been seen"
        );
        let open = ["link:limits.anti_replay"];
        assert_eq!(worst(&mut system, &open, again), Some(Outcome::Uncontrolled), "{step}: nobody answers for it");
        system.link("limits", "server", "pump", Medium::Ip).anti_replay = None;
        assert_eq!(worst(&mut system, &[], again), Some(Outcome::Uncontrolled), "{step}: nobody says so");
        // A check of what is said lets nothing pass for having been said before.
        system.control("limited", vec![Cut::Step { step: step.into(), at: "pump".into() }], "pump");
        assert_eq!(worst(&mut system, &[], again), Some(Outcome::Controlled), "{step}: it is checked itself");
    }
}

/// Whoever alters the rightful sender has what he likes pass the check, though he reads no key.
#[test]
fn an_altered_sender_passes_the_check() {
    for (carries, step, ..) in KINDS {
        let altered = |held_by: &[&str]| {
            let mut system = checked(carries, step);
            let effect = [(HowDegraded::Alteration, "death")];
            system.function("dose", RealisedBy::All(vec!["pump".into()]), &effect).fed_by = None;
            system.device.secrets.get_mut(&SecretId::from("key")).unwrap().held_by =
                held_by.iter().map(|id| (*id).into()).collect();
            let link = system.link("net", "desk", "server", Medium::Ip);
            (link.exposed_to, link.carries) = (Some(vec![Position::HospitalNetwork]), Some(Vec::new()));
            system.finding("CVE-SERVER", "server", Some(ALTER), State::Affected);
            only(&judged(&mut system, &[]), "CVE-SERVER").verdict
        };
        assert_eq!(altered(&["server", "pump"]), Outcome::Uncontrolled, "{step}");
        assert_eq!(altered(&["pump"]), Outcome::Uncontrolled, "{step}: nobody says who sends by it");
        assert_eq!(
            altered(&["signer", "pump"]),
            Outcome::Controlled,
            "{step}: it only carries what another one proves"
        );
    }
}

/// Whoever is told something false and passes the check passes it on; whoever only carries it does so where its sender was told so.
#[test]
fn what_passes_the_check_passes_on_what_it_was_told() {
    let verdict = |held_by: &[&str], by_a_secret: bool| {
        let mut system = checked(Carries::Data, "accept-data");
        let effect = [(HowDegraded::Alteration, "death")];
        system.function("dose", RealisedBy::All(vec!["pump".into()]), &effect).fed_by = None;
        let key = system.device.secrets.get_mut(&SecretId::from("key")).unwrap();
        key.held_by = held_by.iter().map(|id| (*id).into()).collect();
        for (id, from, to, exposed) in [("readings", "sensor", "lab", true), ("results", "lab", "server", false)] {
            let link = system.link(id, from, to, Medium::Ip);
            link.exposed_to = Some(if exposed { vec![Position::HospitalNetwork] } else { Vec::new() });
            link.carries = Some(vec![Carries::Data]);
            link.authentication = None;
        }
        if !by_a_secret {
            let verified = system.device.controls.get_mut(&"verified".into()).unwrap();
            verified.enforcer.as_mut().unwrap().secret = None;
        }
        let rooms = ["sensor", "lab"].map(|at| Cut::Presence { at: at.into() });
        system.control("more-rooms", rooms.to_vec(), "doors");
        worst(&mut system, &[], "WR-006@readings").unwrap()
    };
    assert_eq!(verdict(&["server", "pump"], true), Outcome::Uncontrolled, "the server proves it to be its own");
    assert_eq!(
        verdict(&["lab", "pump"], true),
        Outcome::Uncontrolled,
        "the laboratory does, and the server carries it"
    );
    assert_eq!(verdict(&["sensor", "pump"], true), Outcome::Controlled, "the sensor was told nothing false");
    assert_eq!(verdict(&["server", "pump"], false), Outcome::Controlled, "what is said is checked");
}
