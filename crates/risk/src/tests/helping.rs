//! Functions on which others fall back: who would notice, and who would take over, and when neither does.

use ward_model::design::{Design, DesignOf, Designs, Feature, Property};
use ward_model::device::*;
use ward_model::finding::State;
use ward_model::ids::{FunctionId, LinkId};
use ward_model::scale::{Position, Severity};
use ward_model::verdict::Outcome;

use super::cases::{judged, of, only};
use super::system::System;

const STOP: &str = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H";

/// A pump that can be stopped from the network. A station watches it by way of a gateway, and nurses take over by hand.
fn watched() -> System {
    let mut system = System::empty();
    system.harm("death", Severity::Catastrophic);
    for (id, from, to) in [("first", "pump", "gateway"), ("second", "gateway", "station")] {
        let link = system.link(id, from, to, Medium::Ip);
        (link.exposed_to, link.carries) = (Some(Vec::new()), Some(vec![Carries::Data]));
        let key = format!("key-{id}");
        link.authentication = Some(Authentication { mechanism: "mac".into(), secret: Some(key.as_str().into()) });
        link.anti_replay = Some(true);
        let held_by = vec![from.into(), to.into()];
        let secret = Secret { id: key.as_str().into(), held_by, per_unit: Some(true), public: false };
        system.device.secrets.insert(secret.id.clone(), secret);
    }
    system.link("net", "desk", "pump", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
    system.link("net", "desk", "pump", Medium::Ip).carries = Some(Vec::new());
    system.function("watch", RealisedBy::All(vec!["station".into()]), &[]);
    fed_by(&mut system, "watch", &["second"]);
    system.function("by-hand", RealisedBy::People, &[]).fed_by = Some(Vec::new());
    system.function("treat", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Loss, "death")]);
    fed_by(&mut system, "treat", &[]);
    falls_back(&mut system, "by-hand", "watch");
    let rooms = ["pump", "gateway", "station", "desk"].map(|at| Cut::Presence { at: at.into() });
    system.control("rooms", rooms.to_vec(), "doors");
    system.finding("CVE-STOP", "pump", Some(STOP), State::Affected);
    system
}

fn fed_by(system: &mut System, function: &str, links: &[&str]) {
    let links = links.iter().map(|link| LinkId::from(*link)).collect();
    system.device.functions.get_mut(&FunctionId::from(function)).unwrap().fed_by = Some(links);
}

fn falls_back(system: &mut System, on: &str, detection: &str) {
    let treat = system.device.functions.get_mut(&FunctionId::from("treat")).unwrap();
    treat.effects[0].onset_seconds = Some(600);
    treat.effects[0].fallback = Some(Fallback {
        function: on.into(),
        detection: detection.into(),
        detection_seconds: 5,
        switch_over_seconds: 60,
        staff_per_site: 1000,
    });
}

/// States a feature and a property of something.
fn designed(system: &mut System, of: DesignOf, feature: Feature, property: Option<(Property, bool)>) {
    let mut designs: Designs = std::mem::take(&mut system.device.designs);
    let mut design = Design::default();
    design.has.insert(feature);
    design.stated.extend(property);
    designs.state(of, design);
    system.device.designs = designs;
}

fn worst(system: &mut System, subject: &str) -> Option<Outcome> {
    of(&judged(system, &[]), subject).iter().map(|verdict| verdict.verdict).max()
}

/// A pump that is stopped says nothing: whoever does not notice silence does not notice that.
#[test]
fn silence_that_nobody_notices_hides_what_has_stopped() {
    let stopped = |link: &str, noticed: bool| {
        let mut system = watched();
        let property = Some((Property::LossNoticed, noticed));
        designed(&mut system, DesignOf::Link(link.into()), Feature::Alarms, property);
        worst(&mut system, "CVE-STOP").unwrap()
    };
    assert_eq!(worst(&mut watched(), "CVE-STOP"), Some(Outcome::Controlled), "the silence is how it is noticed");
    for link in ["first", "second"] {
        assert_eq!(stopped(link, true), Outcome::Controlled, "{link} is watched");
        assert_eq!(stopped(link, false), Outcome::Uncontrolled, "{link} is not");
    }
    // The station notices the silence of a gateway that says nothing, and not that of one that goes on as ever.
    let mut system = watched();
    designed(&mut system, DesignOf::Link("first".into()), Feature::Alarms, Some((Property::LossNoticed, false)));
    designed(&mut system, DesignOf::Link("second".into()), Feature::Alarms, Some((Property::LossNoticed, true)));
    assert_eq!(worst(&mut system, "CVE-STOP"), Some(Outcome::Uncontrolled), "the gateway does not notice");
    assert_eq!(worst(&mut system, "WR-013@first"), Some(Outcome::Uncontrolled), "and that is part of it");
}

/// What notices, or takes over, and is lost or altered by a weakness of the function itself is of no help.
#[test]
fn what_a_rule_takes_away_helps_nobody() {
    let verdict = |limited: bool| {
        let mut system = watched();
        // Whoever is at the gateway is believed by the station, and may silence its alarms.
        system.finding("CVE-GATE", "gateway", Some(STOP.replace("I:N/A:H", "I:H/A:N").as_str()), State::Affected);
        let net = system.link("admin", "desk", "gateway", Medium::Ip);
        (net.exposed_to, net.carries) = (Some(vec![Position::HospitalNetwork]), Some(Vec::new()));
        // What it says of the pump is another matter: the station rests on nothing that it is told.
        fed_by(&mut system, "watch", &[]);
        let property = Some((Property::SilencingLimited, limited));
        designed(&mut system, DesignOf::Function("watch".into()), Feature::Alarm, property);
        worst(&mut system, "CVE-STOP").unwrap()
    };
    assert_eq!(verdict(true), Outcome::Controlled);
    assert_eq!(verdict(false), Outcome::Uncontrolled);
    // A spare that works only while its radio does.
    let spare = |without_radio: bool| {
        let mut system = watched();
        let radio = system.link("remote", "tablet", "spare", Medium::Radio);
        (radio.exposed_to, radio.carries) = (Some(vec![Position::HospitalNetwork]), Some(Vec::new()));
        system.function("spare-treats", RealisedBy::All(vec!["spare".into()]), &[]);
        fed_by(&mut system, "spare-treats", &[]);
        falls_back(&mut system, "spare-treats", "watch");
        let rooms = ["spare", "tablet"].map(|at| Cut::Presence { at: at.into() });
        system.control("more-rooms", rooms.to_vec(), "doors");
        let property = Some((Property::WorksWithoutRadio, without_radio));
        designed(&mut system, DesignOf::Function("spare-treats".into()), Feature::Telemetry, property);
        worst(&mut system, "CVE-STOP").unwrap()
    };
    assert_eq!(spare(true), Outcome::Controlled);
    assert_eq!(spare(false), Outcome::Uncontrolled);
}

/// Of two that notice, or that could take over, one is enough, where somebody answers for either being enough.
#[test]
fn one_of_two_helpers_is_enough() {
    let verdict = |stopped: &[&str], takes_over: bool, redundant: bool| {
        let mut system = watched();
        let helpers = ["buzzer", "lamp"];
        for id in helpers {
            system.element(id);
        }
        system.function("helps", RealisedBy::Any(helpers.map(Into::into).to_vec()), &[]);
        fed_by(&mut system, "helps", &[]);
        match takes_over {
            true => falls_back(&mut system, "helps", "watch"),
            false => falls_back(&mut system, "by-hand", "helps"),
        }
        let rooms = helpers.map(|at| Cut::Presence { at: at.into() });
        system.control("more-rooms", rooms.to_vec(), "doors");
        for id in stopped {
            let link = system.link(&format!("net-{id}"), "desk", id, Medium::Ip);
            (link.exposed_to, link.carries) = (Some(vec![Position::HospitalNetwork]), Some(Vec::new()));
            system.finding(&format!("CVE-{id}"), id, Some(STOP), State::Affected);
        }
        let without: &[&str] = if redundant { &[] } else { &["function:helps.redundancy"] };
        of(&judged(&mut system, without), "CVE-STOP").iter().map(|verdict| verdict.verdict).max().unwrap()
    };
    use Outcome::{Controlled, Uncontrolled};
    for takes_over in [false, true] {
        assert_eq!(verdict(&[], takes_over, true), Controlled, "{takes_over}");
        assert_eq!(verdict(&["lamp"], takes_over, true), Controlled, "the other one still does, {takes_over}");
        assert_eq!(verdict(&["lamp"], takes_over, false), Uncontrolled, "nobody answers for that, {takes_over}");
        assert_eq!(verdict(&["buzzer", "lamp"], takes_over, true), Uncontrolled, "none is left, {takes_over}");
    }
    // One that takes over and does something else does so, whatever the other one does.
    let mut system = watched();
    let spares: Vec<_> = ["spare", "reserve"].map(Into::into).to_vec();
    system.function("helps", RealisedBy::Any(spares), &[]);
    for id in ["spare", "reserve"] {
        system.element(id);
    }
    fed_by(&mut system, "helps", &[]);
    falls_back(&mut system, "helps", "watch");
    system.control("more-rooms", ["spare", "reserve"].map(|at| Cut::Presence { at: at.into() }).to_vec(), "doors");
    let link = system.link("net-spare", "desk", "spare", Medium::Ip);
    (link.exposed_to, link.carries) = (Some(vec![Position::HospitalNetwork]), Some(Vec::new()));
    system.finding("CVE-ALTER", "spare", Some(STOP.replace("I:N/A:H", "I:H/A:N").as_str()), State::Affected);
    assert_eq!(only(&judged(&mut system, &[]), "CVE-ALTER").verdict, Uncontrolled);
}
