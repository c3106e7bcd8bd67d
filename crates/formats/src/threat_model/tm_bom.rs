//! TM-BOM, the format of OWASP's threat model library.

use serde_json::Value;

use super::fields::{Fields, cwe};
use super::{
    Authentication, Flow, Format, LeftOut, Part, PartKind, Threat, ThreatModel, ThreatModelError, Transport, Zone,
};

const FORMAT: Format = Format::TmBom;

pub(super) fn read(value: &Value) -> Result<ThreatModel, ThreatModelError> {
    let top = Fields::new(FORMAT, "", value)?;
    top.skip(&["$schema", "version"]);
    let mut left_out = LeftOut::default();
    let scope = top.needed_inner("scope")?;
    let title = scope.needed_text("title")?;
    let description = scope.text("description").or_else(|| top.text("description"));
    top.skip(&["description"]);
    scope.rest(&mut left_out, "scope", &title);
    let mut zones = Vec::new();
    for value in top.list("trust_zones")? {
        let zone = Fields::new(FORMAT, "trust_zones", value)?;
        let (key, name) = named(&zone)?;
        zone.rest(&mut left_out, "trust zone", &name);
        zones.push(Zone { key, name });
    }
    let mut parts = Vec::new();
    for (section, what, of) in [
        ("components", "component", PartKind::Unknown),
        ("data_stores", "data store", PartKind::Unknown),
        ("actors", "actor", PartKind::Outside),
    ] {
        for value in top.list(section)? {
            let part = Fields::new(FORMAT, section, value)?;
            let (key, name) = named(&part)?;
            let called = part.text("type");
            parts.push(Part {
                key,
                called: called.or_else(|| Some(what.to_owned())),
                kind: of,
                zone: part.text("trust_zone"),
                out_of_scope: false,
                name: name.clone(),
            });
            part.rest(&mut left_out, what, &name);
        }
    }
    let mut flows = Vec::new();
    for value in top.list("data_flows")? {
        let flow = Fields::new(FORMAT, "data_flows", value)?;
        let (key, name) = named(&flow)?;
        let end = |side: &'static str| flow.needed_inner(side)?.needed_text("object");
        flows.push(Flow {
            from: end("source")?,
            to: end("destination")?,
            both_ways: flow.flag("bidirectional").unwrap_or(false),
            transport: Transport::Unknown,
            protocol: flow.text("protocol"),
            port: None,
            authentication: Authentication::Unknown,
            encrypted: flow.flag("encrypted"),
            key: key.clone(),
            name: name.clone(),
        });
        flow.rest(&mut left_out, "data flow", &key);
    }
    let mut threats = Vec::new();
    for value in top.list("threats")? {
        let threat = Fields::new(FORMAT, "threats", value)?;
        let (key, title) = named(&threat)?;
        let told = ["description", "event"].into_iter().filter_map(|what| Some((what, threat.text(what)?))).collect();
        let weaknesses = threat.list("weaknesses")?;
        let number = |value: &Value| value.get("cwe_id").map(|id| id.to_string().trim_matches('"').to_owned());
        let cwes = weaknesses.iter().filter_map(number).filter_map(|id| cwe(&id)).collect();
        let of = ["components_affected", "affected_components"];
        let of = of.into_iter().map(|key| threat.texts(key)).collect::<Result<Vec<_>, _>>()?.concat();
        threat.rest(&mut left_out, "threat", &title);
        threats.push(Threat { key, title, told, cwes, of });
    }
    // What protects, what was assumed, what was judged: each by its name.
    for section in ["trust_boundaries", "data_sets", "assumptions", "threat_personas", "controls", "risks"] {
        for value in top.list(section)? {
            let name = ["title", "symbolic_name", "description"].into_iter().find_map(|key| value.get(key));
            let pair = || {
                let side = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or("?").to_owned();
                format!("{} | {}", side("trust_zone_a"), side("trust_zone_b"))
            };
            let name = name.and_then(Value::as_str).map_or_else(pair, super::fields::one_line);
            left_out.add(section.replace('_', " "), name);
        }
    }
    top.rest(&mut left_out, "model", &title);
    Ok(ThreatModel { format: FORMAT, title, description, zones, parts, flows, threats, left_out })
}

fn named(fields: &Fields<'_>) -> Result<(String, String), ThreatModelError> {
    let key = fields.needed_text("symbolic_name")?;
    let name = fields.text("title").unwrap_or_else(|| key.clone());
    Ok((key, name))
}
