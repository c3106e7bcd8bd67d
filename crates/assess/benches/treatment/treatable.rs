//! Hospitals that can be treated, by their size: what the bench measures and a test holds to trying every set.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "what is measured is made here")]

use ward_model::claim::ClaimId;
use ward_model::cvss::Vector;
use ward_model::device::{Control, Cut, Decisions, Device, Element, ElementKind, Enforcer, Medium, Owner, Performer};
use ward_model::ids::{ControlId, ElementId, ZoneId};
use ward_model::scale::Position;

#[allow(dead_code, clippy::print_stdout, reason = "its own measurement is of no use here")]
#[path = "../../../risk/benches/hospital.rs"]
mod hospital;

use hospital::Hospital;
pub(crate) use hospital::TODAY;

/// Wards that give some two hundred changes.
#[allow(dead_code, reason = "tests take fewer")]
pub(crate) const WARDS: usize = 7;

/// A hospital in which so many wards are open to the network, and what could close them.
pub(crate) fn treatable(elements: usize, wards: usize) -> (Device, Decisions) {
    let mut hospital = Hospital::of(elements);
    hospital.open.clear();
    let device = &mut hospital.device;
    device.secrets.values_mut().for_each(|secret| secret.per_unit = Some(true));
    for finding in &mut device.own_findings {
        finding.vectors = vec![Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap()];
    }
    // What is near by radio is behind the doors, too.
    device
        .links
        .values_mut()
        .filter(|link| link.medium == Medium::Bluetooth)
        .for_each(|link| link.exposed_to = Some(Vec::new()));
    let ports = device.links.values().filter(|link| link.medium.needs_touch());
    let ports: Vec<Cut> = ports.map(|link| Cut::Link { link: link.id.clone(), from: Vec::new() }).collect();
    let presence = device.elements.keys().map(|element| Cut::Presence { at: element.clone() }).collect();
    stand_by_itself(device, "doors");
    add(device, "locked-doors", "doors", presence, 5);
    add(device, "closed-ports", "doors", ports, 5);
    let into = |zone: &ZoneId, from: &[Position]| Cut::LinksIntoZone { zone: zone.clone(), from: from.to_vec() };
    add(device, "core-guard", "core-gateway", vec![into(&"core".into(), &[])], 30);
    hospital.open.push(ClaimId::Control("core-guard".into()));
    let zones: Vec<ZoneId> = hospital.device.zones.keys().filter(|zone| zone.as_str() != "core").cloned().collect();
    for zone in zones.into_iter().take(wards) {
        // In front of the ward, and not in it: it would have to keep safe what keeps it safe.
        let filter = format!("{zone}-filter");
        stand_by_itself(&mut hospital.device, &filter);
        add(&mut hospital.device, &filter, &filter, vec![into(&zone, &[Position::HospitalNetwork])], 7);
        hospital.open.extend([filter, format!("{zone}-isolation")].map(|id| ClaimId::Control(ControlId::new(id))));
    }
    hospital.claims();
    let decisions = hospital.decisions();
    (hospital.device, decisions)
}

/// Something of which nothing is found, and which nobody speaks to.
fn stand_by_itself(device: &mut Device, id: &str) {
    let element = Element {
        id: ElementId::from(id),
        name: id.to_owned(),
        kind: ElementKind::Other,
        owner: Owner::Hospital,
        zone: None,
        hardware: Vec::new(),
        without_software: true,
        instances_per_site: Some(1),
        local_login: false,
    };
    device.elements.insert(element.id.clone(), element);
}

fn add(device: &mut Device, id: &str, enforcer: &str, cuts: Vec<Cut>, cost: u64) {
    let control = Control {
        id: ControlId::new(id),
        name: id.to_owned(),
        category: "compensating".into(),
        cuts,
        enforcer: Some(Enforcer { element: ElementId::from(enforcer), secret: None }),
        performed_by: Performer::Design,
        hazard_added: None,
        hazards: Default::default(),
        cost: Some(cost),
    };
    device.controls.insert(control.id.clone(), control);
}
