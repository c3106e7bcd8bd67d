//! A hospital's system of as many elements as are wanted: wards with gateways, pumps, monitors and a network each, servers, and services
//! outside.
#![allow(dead_code, reason = "each test uses a part")]

use std::collections::BTreeMap;

use jiff::civil::date;
use ward_model::device::*;
use ward_model::digest::Digest;
use ward_model::ids::{ElementId, LinkId, ZoneId};

struct Builder {
    device: Device,
    size: usize,
}

impl Builder {
    fn zone(&mut self, id: &str, name: &str, owner: Owner) {
        let id = ZoneId::from(id);
        self.device.zones.insert(id.clone(), Zone { id, name: name.into(), owner });
    }

    /// Adds an element while there is room, and a link from it to another where one is named.
    fn element(&mut self, id: &str, name: &str, kind: ElementKind, zone: &str, to: Option<(&str, &str)>) {
        if self.device.elements.len() >= self.size {
            return;
        }
        let owner = self.device.zones[&ZoneId::from(zone)].owner;
        let element = Element {
            id: id.into(),
            name: name.into(),
            kind,
            owner,
            zone: Some(zone.into()),
            hardware: Vec::new(),
            without_software: false,
            instances_per_site: None,
            local_login: false,
        };
        self.device.elements.insert(ElementId::from(id), element);
        if let Some((to, name)) = to {
            let mechanism = "mutual TLS with certificates of the hospital";
            let link = Link {
                id: format!("{id}-to-{to}").as_str().into(),
                name: name.into(),
                from: id.into(),
                to: to.into(),
                medium: Medium::Ip,
                protocol: None,
                exposed_to: None,
                carries: None,
                authentication: name
                    .len()
                    .is_multiple_of(2)
                    .then(|| Authentication { mechanism: mechanism.into(), secret: None }),
                encryption: None,
                integrity: None,
                anti_replay: None,
                fed_by: None,
            };
            self.device.links.insert(LinkId::from(link.id.as_str()), link);
        }
    }
}

/// A system of this many elements.
pub fn device(size: usize) -> Device {
    let device = Device {
        id: "hospital".into(),
        name: format!("Hospital of {size} elements"),
        maker: "Several makers".into(),
        intended_use: String::new(),
        environments: vec![Environment::Hospital],
        policies: Vec::new(),
        lifecycle: Lifecycle {
            stage: Stage::Support,
            end_of_life: None,
            end_of_support: None,
            service_life_years: None,
        },
        model_since: date(2026, 1, 1),
        zones: BTreeMap::new(),
        elements: BTreeMap::new(),
        links: BTreeMap::new(),
        secrets: BTreeMap::new(),
        functions: BTreeMap::new(),
        person_groups: BTreeMap::new(),
        harms: BTreeMap::new(),
        controls: BTreeMap::new(),
        versions: Vec::new(),
        own_findings: Vec::new(),
        known_since: Vec::new(),
        rubrics: BTreeMap::new(),
        designs: Default::default(),
        statements: Vec::new(),
        compiled: Vec::new(),
        claims: BTreeMap::new(),
        digest: Digest::of(b""),
        files: BTreeMap::new(),
    };
    let mut builder = Builder { device, size };
    builder.zone("outside", "Services outside", Owner::ThirdParty);
    builder.zone("maker", "Services of the maker", Owner::Maker);
    builder.zone("servers", "Hospital server network", Owner::Hospital);
    builder.element("record-cloud", "Health record exchange", ElementKind::CloudService, "outside", None);
    builder.element("updates", "Update server", ElementKind::UpdateServer, "maker", None);
    builder.element("telemetry", "Telemetry service", ElementKind::CloudService, "maker", None);
    builder.element(
        "engine",
        "Interface engine",
        ElementKind::Gateway,
        "servers",
        Some(("record-cloud", "Record exchange")),
    );
    builder.element("library", "Drug library server", ElementKind::Server, "servers", Some(("engine", "Orders")));
    builder.element(
        "records",
        "Health record server",
        ElementKind::Server,
        "servers",
        Some(("engine", "Records and results")),
    );
    builder.element("patches", "Patch mirror", ElementKind::Server, "servers", Some(("updates", "Signed packages")));
    let mut ward = 0;
    while builder.device.elements.len() < size {
        ward += 1;
        let zone = format!("ward-{ward:02}");
        builder.zone(&zone, &format!("Ward {ward}"), Owner::Hospital);
        let (switch, station) = (format!("{zone}-switch"), format!("{zone}-station"));
        builder.element(
            &switch,
            &format!("Switch of ward {ward}"),
            ElementKind::Network,
            &zone,
            Some(("engine", "Uplink")),
        );
        builder.element(
            &station,
            &format!("Central station {ward}"),
            ElementKind::Server,
            &zone,
            Some(("records", "Trends and alarms of the ward")),
        );
        for bed in 1..=12 {
            let pump = format!("{zone}-pump-{bed:02}");
            builder.element(
                &pump,
                &format!("Pump {ward}.{bed}"),
                ElementKind::BedsideDevice,
                &zone,
                Some(("library", "Library download")),
            );
            let monitor = format!("{zone}-monitor-{bed:02}");
            builder.element(
                &monitor,
                &format!("Monitor {ward}.{bed}"),
                ElementKind::BedsideDevice,
                &zone,
                Some((&station, "Waves and alarms")),
            );
        }
    }
    builder.device
}
