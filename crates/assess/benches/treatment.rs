//! How long the cheapest treatment of a hospital takes, by its size.
//!
//! `cargo bench -p ward-assess --bench treatment -- 100 1000 4000 10000` makes the hospitals of `ward_risk`'s bench, decides all that is
//! claimed and locks every door, and then leaves some wards open to the network: each may be isolated, or, for less, guarded against
//! the network of the hospital alone, which is enough only if the core is guarded, too. Besides, whatever is near may be taken off its
//! links, and links may be secured. `--wards N` says how many wards are open; as many as give some two hundred changes are usual.

#![expect(clippy::unwrap_used, reason = "what is measured is made here")]

use std::time::Instant;

use ward_assess::{Inputs, Treating, treat_telling};
use ward_knowledge::{Contents, Memory};
use ward_model::claim::ClaimId;
use ward_model::cvss::Vector;
use ward_model::device::{Control, Cut, Decisions, Device, Element, ElementKind, Enforcer, Owner, Performer};
use ward_model::ids::{ControlId, ElementId, ZoneId};
use ward_model::scale::Position;
use ward_policy::Library;

#[allow(dead_code, reason = "its own measurement is of no use here")]
#[path = "../../risk/benches/hospital.rs"]
mod hospital;

use hospital::{Hospital, TODAY};

/// Wards that give some two hundred changes.
const WARDS: usize = 7;

/// A hospital in which so many wards are open to the network, and what could close them.
fn treatable(elements: usize, wards: usize) -> (Device, Decisions) {
    let mut hospital = Hospital::of(elements);
    hospital.open.clear();
    let device = &mut hospital.device;
    device.secrets.values_mut().for_each(|secret| secret.per_unit = true);
    for finding in &mut device.own_findings {
        finding.vectors = vec![Vector::parse("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap()];
    }
    let doors = Element {
        id: "doors".into(),
        name: "doors".into(),
        kind: ElementKind::Other,
        owner: Owner::Hospital,
        zone: None,
        hardware: Vec::new(),
        without_software: true,
        instances_per_site: Some(1),
        local_login: false,
    };
    let presence = device.elements.keys().map(|element| Cut::Presence { at: element.clone() }).collect();
    device.elements.insert(doors.id.clone(), doors);
    add(device, "locked-doors", "doors", presence, 5);
    let into = |zone: &ZoneId, from: &[Position]| Cut::LinksIntoZone { zone: zone.clone(), from: from.to_vec() };
    add(device, "core-guard", "core-gateway", vec![into(&"core".into(), &[])], 30);
    hospital.open.push(ClaimId::Control("core-guard".into()));
    let zones: Vec<ZoneId> = hospital.device.zones.keys().filter(|zone| zone.as_str() != "core").cloned().collect();
    for zone in zones.into_iter().take(wards) {
        let filter = format!("{zone}-filter");
        add(
            &mut hospital.device,
            &filter,
            &format!("{zone}-server"),
            vec![into(&zone, &[Position::HospitalNetwork])],
            7,
        );
        hospital.open.extend([filter, format!("{zone}-isolation")].map(|id| ClaimId::Control(ControlId::new(id))));
    }
    hospital.claims();
    let decisions = hospital.decisions();
    (hospital.device, decisions)
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

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement is what this program is for")]
fn main() {
    let mut arguments = std::env::args().skip(1);
    let (mut sizes, mut wards) = (Vec::new(), WARDS);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--wards" => wards = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(WARDS),
            size => sizes.extend(size.parse::<usize>().ok()),
        }
    }
    let sizes = if sizes.is_empty() { vec![100] } else { sizes };
    let rulebook = Library::built_in().unwrap().select(&["fda-postmarket-2016".to_owned()], TODAY).unwrap();
    let knowledge = Memory::new(Contents { years: (1999..=2026).collect(), ..Contents::empty(TODAY) }).unwrap();
    println!(
        "elements   links wards uncontrolled candidates assessed outcome      cost changes    as-is   search      last"
    );
    for size in sizes {
        let (device, decisions) = treatable(size, wards);
        let inputs = Inputs {
            device: &device,
            decisions: &decisions,
            knowledge: &knowledge,
            rulebook: &rulebook,
            as_of: TODAY,
            engine: "bench",
        };
        let begun = Instant::now();
        let mut told: Vec<f64> = Vec::new();
        let found = treat_telling(&inputs, Treating::default(), &mut |_| told.push(begun.elapsed().as_secs_f64()));
        let version = &found.unwrap().versions[0];
        let whole = begun.elapsed().as_secs_f64();
        // The search begins when the device as it is has been assessed whole, and ends before the proposal is.
        let (first, last) = (told.first().copied().unwrap_or(whole), told.last().copied().unwrap_or(whole));
        println!(
            "{:8} {:7} {wards:5} {:12} {:10} {:8} {:12} {:4} {:7} {first:8.2} {:8.2} {:9.2}",
            device.elements.len(),
            device.links.len(),
            version.before.uncontrolled.confirmed,
            version.candidates,
            version.assessed,
            format!("{:?}", version.outcome),
            version.at_least,
            version.changes.len(),
            last - first,
            whole - last,
        );
        for left in version.untreated.iter().take(5) {
            println!("  untreated: {} at {}", left.subject, left.element);
        }
    }
}
