//! What stays in a clinic has to do with all who go home: one there and one here are not one person.

use ward_model::device::*;
use ward_model::finding::State;
use ward_model::scale::{Persons, Position, Severity};

use super::cases::{WORST, judged, only};
use super::system::System;

/// One server of a clinic, one pump of each home.
fn homes(server: Option<Owner>, pump: Option<Owner>, environments: &[Environment]) -> System {
    let mut system = System::empty();
    system.device.environments = environments.to_vec();
    system.harm("injury", Severity::Serious);
    for (id, kind, owner) in [("server", ElementKind::Server, server), ("pump", ElementKind::BedsideDevice, pump)] {
        let zone = owner.map(|owner| format!("{id}-{owner}"));
        let element = system.element(id);
        (element.kind, element.zone) = (kind, zone.as_deref().map(Into::into));
        if let (Some(zone), Some(owner)) = (zone, owner) {
            let zone = Zone { id: zone.as_str().into(), name: zone.clone(), owner };
            system.device.zones.insert(zone.id.clone(), zone);
        }
    }
    system.link("limits", "server", "pump", Medium::Ip).carries = Some(vec![Carries::Command]);
    system
}

#[test]
fn who_holds_what_stays_holds_all_who_go_home() {
    use Environment::{Home, Hospital};
    let persons = |server, pump, environments: &[Environment]| {
        let mut system = homes(server, pump, environments);
        system.link("limits", "server", "pump", Medium::Ip).exposed_to = Some(Vec::new());
        system.link("service", "bench", "server", Medium::Ip).exposed_to = Some(vec![Position::HospitalNetwork]);
        system.element("bench").zone = system.element("server").zone.clone();
        system.function("dose", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Alteration, "injury")]);
        system.finding("CVE-SRV", "server", Some(WORST), State::Affected);
        only(&judged(&mut system, &[]), "CVE-SRV").persons_at_once
    };
    let (one, many) = (Persons::Count(1), Persons::Many);
    let (clinic, patient, maker) = (Some(Owner::Hospital), Some(Owner::Patient), Some(Owner::Maker));
    assert_eq!(persons(clinic, patient, &[Hospital, Home]), many);
    assert_eq!(persons(clinic, clinic, &[Hospital, Home]), one, "one server and one pump in a clinic");
    assert_eq!(persons(patient, patient, &[Home]), one, "both are of one home");
    assert_eq!(persons(maker, patient, &[Home]), many, "the maker's server is at nobody's home");
    assert_eq!(persons(None, None, &[Hospital]), one, "nobody goes home");
    assert_eq!(persons(None, None, &[Hospital, Home]), many, "nobody says where they are");
    assert_eq!(persons(None, None, &[Home]), many, "nor where a server is that serves a home");
    assert_eq!(persons(patient, None, &[Home]), one);
}

#[test]
fn who_stands_in_a_clinic_speaks_to_all_who_go_home() {
    let persons = |position: Position, pump: Owner| {
        let mut system = homes(Some(Owner::Hospital), Some(pump), &[Environment::Hospital, Environment::Home]);
        system.link("limits", "server", "pump", Medium::Ip).exposed_to = Some(vec![position]);
        system.function("dose", RealisedBy::All(vec!["pump".into()]), &[(HowDegraded::Alteration, "injury")]);
        let doors = ["server", "pump"].map(|at| Cut::Presence { at: at.into() });
        system.control("doors", doors.to_vec(), "porter");
        let judgement = judged(&mut system, &[]);
        let weak = judgement.verdicts.iter().filter(|verdict| verdict.subject.id.ends_with("@limits"));
        weak.map(|verdict| verdict.persons_at_once).max().unwrap()
    };
    assert_eq!(persons(Position::HospitalNetwork, Owner::Patient), Persons::Many);
    assert_eq!(persons(Position::HospitalNetwork, Owner::Hospital), Persons::Count(1));
    assert_eq!(persons(Position::HomeNetwork, Owner::Patient), Persons::Count(1), "in one home");
}

/// A function of both: what is altered in a clinic is wrong for all, and a pump for whoever has it.
#[test]
fn a_function_of_a_clinic_and_of_homes_counts_each_by_itself() {
    let persons = |at: &str| {
        let mut system = homes(Some(Owner::Hospital), Some(Owner::Patient), &[Environment::Home]);
        let both = RealisedBy::All(vec!["pump".into(), "server".into()]);
        system.function("dose", both, &[(HowDegraded::Alteration, "injury")]);
        system.device.links.clear();
        system.link("service", "bench", at, Medium::Usb).exposed_to = Some(vec![Position::Physical]);
        system.finding("CVE-1", at, Some(WORST), State::Affected);
        only(&judged(&mut system, &[]), "CVE-1").persons_at_once
    };
    assert_eq!(persons("pump"), Persons::Count(1));
    assert_eq!(persons("server"), Persons::Many);
}
