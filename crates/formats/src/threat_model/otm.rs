//! Open Threat Model: `trustZones`, `components`, `dataflows`, with `threats` and `mitigations` beside them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{Fields, cwe};
use super::{
    Authentication, Flow, Format, LeftOut, Part, PartKind, Threat, ThreatModel, ThreatModelError, Transport, Zone,
};

const FORMAT: Format = Format::Otm;

pub(super) fn read(value: &Value) -> Result<ThreatModel, ThreatModelError> {
    let top = Fields::new(FORMAT, "", value)?;
    let mut left_out = LeftOut::default();
    // How it was drawn.
    top.skip(&["otmVersion", "representations"]);
    let project = top.needed_inner("project")?;
    let title = project.needed_text("name")?;
    let description = project.text("description");
    project.skip(&["id"]);
    project.rest(&mut left_out, "project", &title);
    let mut zones = Vec::new();
    for value in top.list("trustZones")? {
        let zone = Fields::new(FORMAT, "trustZones", value)?;
        zone.skip(&["representations"]);
        let name = zone.needed_text("name")?;
        zones.push(Zone { key: zone.needed_text("id")?, name: name.clone() });
        zone.rest(&mut left_out, "trust zone", &name);
    }
    // A component may stand in a component, and so in the zone of that one.
    let mut within: BTreeMap<String, String> = BTreeMap::new();
    let mut parts = Vec::new();
    let mut of: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for value in top.list("components")? {
        let part = Fields::new(FORMAT, "components", value)?;
        part.skip(&["representations"]);
        let (key, name) = (part.needed_text("id")?, part.needed_text("name")?);
        let parent = part.inner("parent")?;
        let zone = parent.as_ref().and_then(|parent| parent.text("trustZone"));
        if let Some(component) = parent.as_ref().and_then(|parent| parent.text("component")) {
            within.insert(key.clone(), component);
        }
        threats_of(&part, &key, &mut of)?;
        let called = part.text("type");
        parts.push(Part {
            kind: part_kind(called.as_deref()),
            called,
            zone,
            out_of_scope: false,
            key,
            name: name.clone(),
        });
        part.rest(&mut left_out, "component", &name);
    }
    let stands: BTreeMap<String, Option<String>> =
        parts.iter().map(|part| (part.key.clone(), part.zone.clone())).collect();
    for part in &mut parts {
        let mut at = &part.key;
        let mut steps = 0;
        while part.zone.is_none()
            && let Some(above) = within.get(at)
            && steps <= within.len()
        {
            part.zone = stands.get(above).cloned().flatten();
            at = above;
            steps += 1;
        }
    }
    let mut flows = Vec::new();
    for value in top.list("dataflows")? {
        let flow = Fields::new(FORMAT, "dataflows", value)?;
        flow.skip(&["representations"]);
        let (key, name) = (flow.needed_text("id")?, flow.needed_text("name")?);
        threats_of(&flow, &key, &mut of)?;
        flows.push(Flow {
            from: flow.needed_text("source")?,
            to: flow.needed_text("destination")?,
            both_ways: flow.flag("bidirectional").unwrap_or(false),
            transport: Transport::Unknown,
            protocol: None,
            port: None,
            authentication: Authentication::Unknown,
            encrypted: None,
            key,
            name: name.clone(),
        });
        flow.rest(&mut left_out, "data flow", &name);
    }
    let mut threats = Vec::new();
    for value in top.list("threats")? {
        let threat = Fields::new(FORMAT, "threats", value)?;
        let (key, title) = (threat.needed_text("id")?, threat.needed_text("name")?);
        let mut told: Vec<(&'static str, String)> = Vec::new();
        told.extend(threat.text("description").filter(|text| *text != title).map(|text| ("description", text)));
        let categories = threat.texts("categories")?;
        if !categories.is_empty() {
            told.push(("categories", categories.join(", ")));
        }
        let cwes = threat.texts("cwes")?.iter().filter_map(|text| cwe(text)).collect();
        threats.push(Threat { of: of.remove(&key).unwrap_or_default(), key, told, cwes, title: title.clone() });
        threat.rest(&mut left_out, "threat", &title);
    }
    for value in top.list("mitigations")? {
        let name = value.get("name").and_then(Value::as_str).unwrap_or("without a name");
        left_out.add("mitigations", name);
    }
    for value in top.list("assets")? {
        left_out.add("assets", value.get("name").and_then(Value::as_str).unwrap_or("without a name"));
    }
    top.rest(&mut left_out, "model", &title);
    Ok(ThreatModel { format: FORMAT, title, description, zones, parts, flows, threats, left_out })
}

/// The threats that are said of a component or a data flow.
fn threats_of(fields: &Fields<'_>, key: &str, of: &mut BTreeMap<String, Vec<String>>) -> Result<(), ThreatModelError> {
    for value in fields.list("threats")? {
        if let Some(threat) = value.get("threat").and_then(Value::as_str) {
            of.entry(threat.to_owned()).or_default().push(key.to_owned());
        }
    }
    Ok(())
}

/// The types are anybody's words: only what begins with a whole word of a cloud's or a server's name is taken for one.
fn part_kind(called: Option<&str>) -> PartKind {
    let called = called.unwrap_or_default().to_ascii_lowercase();
    if called.starts_with("cd-microsoft-azure") || called.starts_with("cd-aws") || called.starts_with("cd-google") {
        PartKind::Cloud
    } else if matches!(called.as_str(), "web-service" | "web-server" | "server" | "database" | "postgresql") {
        PartKind::Server
    } else if matches!(called.as_str(), "web-client" | "actor" | "external-entity") {
        PartKind::Outside
    } else {
        PartKind::Unknown
    }
}
