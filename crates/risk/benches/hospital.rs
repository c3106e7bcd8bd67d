//! How long the verdicts of a hospital take, by its size.
//!
//! `cargo bench -p ward-risk --bench hospital -- 100 1000 10000` makes hospitals of so many elements, always the same ones, and
//! judges each. A hospital is wards around a core network. A ward has a gateway that isolates it, a server that commands its devices, a
//! service tool and some twenty devices that treat patients; four links and half a finding for every element. Most of what is claimed is
//! decided; some links, elements and controls are left open in every tenth ward.

#![allow(clippy::unwrap_used, reason = "what is measured is made here")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::hash::{DefaultHasher, Hasher as _};
use std::time::Instant;

use jiff::civil::{Date, date};
use ward_model::claim::{
    Claim, ClaimId, Decision, ElementClaim, Evidence, FunctionClaim, LinkClaim, joint_evidence, joint_premise,
};
use ward_model::cvss::Vector;
use ward_model::device::*;
use ward_model::digest::Digest;
use ward_model::ids::*;
use ward_model::scale::{Axis, Position, Severity};
use ward_model::verdict::{Basis, Outcome};
use ward_policy::Library;
use ward_risk::{Judgement, Situation, judge};

/// The one of the program: what is measured is what it would take.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

pub(crate) const TODAY: Date = date(2026, 11, 22);
const DEVICES_OF_A_WARD: usize = 21;
const VECTORS: [&str; 6] = [
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:H/PR:L/UI:N/S:U/C:N/I:H/A:N",
    "CVSS:3.1/AV:A/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
    "CVSS:3.1/AV:A/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N",
    "CVSS:3.1/AV:L/AC:L/PR:H/UI:N/S:U/C:H/I:N/A:N",
    "CVSS:3.1/AV:P/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H",
];

/// Numbers that look drawn and are always the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % bound as u64) as usize
    }

    fn one_in(&mut self, bound: usize) -> bool {
        self.below(bound) == 0
    }
}

pub(crate) struct Hospital {
    pub(crate) device: Device,
    draw: Draw,
    /// Claims that nobody answers for.
    pub(crate) open: Vec<ClaimId>,
}

impl Hospital {
    pub(crate) fn of(elements: usize) -> Self {
        let mut hospital = Self { device: empty(), draw: Draw(7), open: Vec::new() };
        hospital.zone("core");
        for id in ["core-gateway", "records", "updates"] {
            hospital.element(id, if id == "updates" { ElementKind::UpdateServer } else { ElementKind::Server }, "core");
        }
        hospital.link("core-gateway", "records", Medium::Ip, &[Carries::Data], None);
        hospital.link("updates", "core-gateway", Medium::Ip, &[Carries::Data, Carries::Code], None);
        for (id, severity) in
            [("death", Severity::Catastrophic), ("injury", Severity::Serious), ("delay", Severity::Minor)]
        {
            let harm = Harm { id: id.into(), text: id.into(), axis: Axis::Person, severity };
            hospital.device.harms.insert(id.into(), harm);
        }
        let patients = PersonGroup { id: "patients".into(), name: "patients".into(), role: PersonRole::Patient };
        hospital.device.person_groups.insert(patients.id.clone(), patients);
        let mut ward = 0;
        while hospital.device.elements.len() < elements {
            hospital.ward(ward, elements);
            ward += 1;
        }
        hospital.more_links(4 * elements);
        hospital.findings(elements / 2);
        hospital.claims();
        hospital
    }

    fn zone(&mut self, id: &str) {
        self.device.zones.insert(id.into(), Zone { id: id.into(), name: id.into(), owner: Owner::Hospital });
    }

    fn element(&mut self, id: &str, kind: ElementKind, zone: &str) {
        let element = Element {
            id: id.into(),
            name: id.into(),
            kind,
            owner: Owner::Hospital,
            zone: Some(zone.into()),
            hardware: Vec::new(),
            without_software: true,
            instances_per_site: Some(1),
            local_login: self.draw.one_in(3),
        };
        self.device.elements.insert(id.into(), element);
    }

    fn secret(&mut self, id: &str, held_by: &[&str], per_unit: bool) {
        let held_by = held_by.iter().map(|id| ElementId::from(*id)).collect();
        self.device
            .secrets
            .insert(id.into(), Secret { id: id.into(), held_by, per_unit: Some(per_unit), public: false });
    }

    fn link(&mut self, from: &str, to: &str, medium: Medium, carries: &[Carries], secret: Option<&str>) -> LinkId {
        let id = LinkId::new(format!("{from}>{to}#{}", self.device.links.len()));
        let exposed_to = match medium {
            Medium::Usb => vec![Position::Physical],
            _ => vec![Position::HospitalNetwork],
        };
        let link = Link {
            id: id.clone(),
            name: id.to_string(),
            from: from.into(),
            to: to.into(),
            medium,
            protocol: None,
            exposed_to: Some(exposed_to),
            carries: Some(carries.to_vec()),
            authentication: secret.map(|id| Authentication { mechanism: "mac".into(), secret: Some(id.into()) }),
            encryption: None,
            integrity: None,
            anti_replay: Some(true),
            fed_by: None,
        };
        self.device.links.insert(id.clone(), link);
        id
    }

    /// A ward: what it needs, and devices until there are enough elements.
    fn ward(&mut self, number: usize, elements: usize) {
        let zone = format!("ward-{number:05}");
        let (gateway, server, tool) = (format!("{zone}-gateway"), format!("{zone}-server"), format!("{zone}-tool"));
        self.zone(&zone);
        self.element(&gateway, ElementKind::Gateway, &zone);
        self.element(&server, ElementKind::Server, &zone);
        self.element(&tool, ElementKind::ServiceTool, &zone);
        let shared = format!("{zone}-key");
        self.secret(&shared, &[&tool], false);
        let trunk = format!("{zone}-trunk-key");
        self.secret(&trunk, &["core-gateway", &gateway], true);
        self.link("core-gateway", &gateway, Medium::Ip, &[Carries::Data], Some(&trunk));
        self.link(&gateway, &server, Medium::Ip, &[Carries::Data], Some(&trunk));
        let untidy = number % 10 == 9;
        let control = Control {
            id: ControlId::new(format!("{zone}-isolation")),
            name: zone.clone(),
            category: "compensating".into(),
            cuts: vec![Cut::LinksIntoZone { zone: zone.as_str().into(), from: Vec::new() }],
            enforcer: Some(Enforcer { element: gateway.as_str().into(), secret: None }),
            performed_by: Performer::Design,
            hazard_added: None,
            hazards: Default::default(),
            cost: None,
        };
        if untidy {
            self.open.push(ClaimId::Control(control.id.clone()));
        }
        self.device.controls.insert(control.id.clone(), control);
        for place in 0..DEVICES_OF_A_WARD {
            if self.device.elements.len() >= elements {
                break;
            }
            let device = format!("{zone}-device-{place:02}");
            self.element(&device, ElementKind::BedsideDevice, &zone);
            let own = format!("{device}-key");
            self.secret(&own, &[&server, &device], true);
            let commands = self.link(&server, &device, Medium::Wifi, &[Carries::Data, Carries::Command], Some(&own));
            self.link(&device, &gateway, Medium::Wifi, &[Carries::Data], Some(&own));
            let service = self.link(&tool, &device, Medium::Usb, &[Carries::Command, Carries::Code], Some(&shared));
            if untidy && self.draw.one_in(4) {
                self.open.push(ClaimId::Link(commands, LinkClaim::Authentication));
            }
            if self.draw.one_in(50) {
                self.open.push(ClaimId::Link(service, LinkClaim::Authentication));
            }
            if untidy && place == 0 {
                self.open.push(ClaimId::Element(device.as_str().into(), ElementClaim::InterfacesListed));
            }
            self.function(&device, &server);
        }
    }

    fn function(&mut self, device: &str, server: &str) {
        let harm = ["death", "injury", "delay"][self.draw.below(3)];
        let effect = |on, harm: &str| Effect {
            on,
            hazardous_situation: format!("{on} of what {device} does"),
            harm: harm.into(),
            onset_seconds: Some(600),
            fallback: None,
            health_data: false,
        };
        let elements = vec![ElementId::from(device), ElementId::from(server)];
        let function = Function {
            id: FunctionId::new(format!("{device}-treats")),
            name: "treats".into(),
            essential: true,
            realised_by: if self.draw.one_in(5) {
                RealisedBy::Any(elements)
            } else {
                RealisedBy::All(vec![device.into()])
            },
            persons: Some("patients".into()),
            at_once_per_instance: Some(1),
            fed_by: None,
            effects: vec![effect(HowDegraded::Alteration, harm), effect(HowDegraded::Loss, "delay")],
        };
        self.device.functions.insert(function.id.clone(), function);
    }

    /// Links between devices of one ward that carry readings.
    fn more_links(&mut self, links: usize) {
        let wards: Vec<Vec<String>> = {
            let mut wards: BTreeMap<&ZoneId, Vec<String>> = BTreeMap::new();
            for element in self.device.elements.values().filter(|element| element.kind == ElementKind::BedsideDevice) {
                wards.entry(element.zone.as_ref().unwrap()).or_default().push(element.id.to_string());
            }
            wards.into_values().collect()
        };
        while self.device.links.len() < links {
            let ward = self.draw.below(wards.len());
            let ward = &wards[ward];
            let (from, to) = (self.draw.below(ward.len()), self.draw.below(ward.len()));
            let own = format!("{}-key", ward[to]);
            let secret = (!self.draw.one_in(8)).then_some(own.as_str());
            self.link(&ward[from], &ward[to], Medium::Bluetooth, &[Carries::Data], secret);
        }
    }

    fn findings(&mut self, findings: usize) {
        let elements: Vec<ElementId> = self.device.elements.keys().cloned().collect();
        for number in 0..findings {
            let finding = OwnFinding {
                id: VulnerabilityId::new(format!("VT-{number:06}")),
                title: "component".into(),
                element: elements[self.draw.below(elements.len())].clone(),
                versions: Vec::new(),
                weaknesses: Vec::new(),
                vectors: vec![Vector::parse(VECTORS[self.draw.below(VECTORS.len())]).unwrap()],
                known_since: date(2026, 10, 1),
                source: "tests".into(),
                demonstrated: false,
                exploited: self.draw.one_in(20),
            };
            self.device.own_findings.push(finding);
        }
    }

    pub(crate) fn claims(&mut self) {
        let device = &self.device;
        let mut claims = Vec::new();
        for element in device.elements.values() {
            for claim in [ElementClaim::InterfacesListed, ElementClaim::SoftwareListed, ElementClaim::FunctionsListed] {
                claims.push(ClaimId::Element(element.id.clone(), claim));
            }
            if element.local_login {
                claims.push(ClaimId::Element(element.id.clone(), ElementClaim::LocalLogin));
            }
        }
        for link in device.links.values() {
            let claimed = [LinkClaim::ExposedTo, LinkClaim::Carries, LinkClaim::AntiReplay];
            let authentication = link.authentication.is_some().then_some(LinkClaim::Authentication);
            claims.extend(claimed.into_iter().chain(authentication).map(|claim| ClaimId::Link(link.id.clone(), claim)));
        }
        let per_unit = device.secrets.values().filter(|secret| secret.per_unit == Some(true));
        claims.extend(per_unit.map(|secret| ClaimId::SecretPerUnit(secret.id.clone())));
        let redundant = device.functions.values().filter(|function| matches!(function.realised_by, RealisedBy::Any(_)));
        claims.extend(redundant.map(|function| ClaimId::Function(function.id.clone(), FunctionClaim::Redundancy)));
        claims.extend(device.controls.keys().cloned().map(ClaimId::Control));
        self.device.claims = claims
            .into_iter()
            .map(|id| {
                let name = id.to_string();
                let evidence = Evidence {
                    path: "evidence/e".into(),
                    place: None,
                    digest: Some(Digest::of(b"evidence")),
                    reading: Default::default(),
                };
                // What is decided stands in files that are accepted as a whole, a few with an earlier end.
                let file = if self.open.contains(&id) { "open".to_owned() } else { format!("file-{}", name.len() % 4) };
                let premise = Digest::of(name.as_bytes());
                (id.clone(), Claim { id, statement: name, evidence: Some(evidence), premise, file })
            })
            .collect();
    }

    pub(crate) fn decisions(&mut self) -> Decisions {
        let entered = (0..4).map(|number| {
            let file = format!("file-{number}");
            let digest = Digest::of(file.as_bytes());
            self.device.files.insert(file.clone(), digest);
            let claims = || self.device.claims.values().filter(|claim| claim.file == file);
            Decision {
                number: number + 1,
                claims: Vec::new(),
                files: vec![ward_model::claim::AcceptedFile { path: file.clone(), digest }],
                accepted: true,
                by: "somebody".into(),
                on: date(2026, 11, 1),
                evidence: joint_evidence(claims()),
                premise: Some(joint_premise(claims())),
                expires: date(2027, 1 + i8::try_from(number).unwrap(), 1),
                rationale: "tests".into(),
            }
        });
        Decisions { entered: entered.collect(), digest: Digest::of(b"") }
    }
}

fn empty() -> Device {
    Device {
        maker: "maker".into(),
        intended_use: "measuring".into(),
        environments: vec![Environment::Hospital],
        policies: vec!["fda-postmarket-2016".into()],
        versions: vec![FieldedVersion {
            id: "1".into(),
            units: Some(10),
            update_path: None,
            life: Default::default(),
            cohorts: Vec::new(),
            inventories: BTreeMap::new(),
        }],
        digest: Digest::of(b"hospital"),
        ..Device::new("hospital", date(2026, 1, 1))
    }
}

/// A number for everything that is concluded: the same answer has the same one.
fn fingerprint(judgement: &Judgement) -> u64 {
    struct Written(DefaultHasher);
    impl std::fmt::Write for Written {
        fn write_str(&mut self, text: &str) -> std::fmt::Result {
            self.0.write(text.as_bytes());
            Ok(())
        }
    }
    let mut written = Written(DefaultHasher::new());
    write!(written, "{judgement:?}").unwrap();
    written.0.finish()
}

#[expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a measurement is what this program is for")]
fn main() {
    let sizes: Vec<usize> = std::env::args().skip(1).filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if sizes.is_empty() { vec![100] } else { sizes };
    let rulebook = Library::built_in().unwrap().select(&["fda-postmarket-2016".to_owned()], TODAY).unwrap();
    println!("elements   links findings  claims verdicts uncontrolled presumed controlled  points   seconds answer");
    for size in sizes {
        let mut hospital = Hospital::of(size);
        let decisions = hospital.decisions();
        let device = &hospital.device;
        let reports = BTreeMap::new();
        let situation = Situation {
            device,
            reports: &reports,
            rulebook: &rulebook,
            decisions: &decisions,
            as_of: TODAY,
            partial_knowledge: None,
        };
        let begun = Instant::now();
        let judgement = judge(situation);
        let seconds = begun.elapsed().as_secs_f64();
        let count = |outcome, basis| {
            judgement.verdicts.iter().filter(|verdict| verdict.verdict == outcome && verdict.basis == basis).count()
        };
        println!(
            "{:8} {:7} {:8} {:7} {:8} {:12} {:8} {:10} {:7} {seconds:9.3} {:016x}",
            device.elements.len(),
            device.links.len(),
            device.own_findings.len(),
            device.claims.len(),
            judgement.verdicts.len(),
            count(Outcome::Uncontrolled, Basis::Confirmed),
            count(Outcome::Uncontrolled, Basis::Presumed),
            count(Outcome::Controlled, Basis::Confirmed),
            judgement.verdicts.iter().map(|verdict| verdict.sensitivity.len()).sum::<usize>(),
            fingerprint(&judgement),
        );
    }
}
