//! Threat models in CycloneDX: components of the type `threat-model`, whose properties say what each of them is.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::Fields;
use super::{Authentication, Flow, Format, LeftOut, Part, PartKind, ThreatModel, ThreatModelError, Transport, Zone};

const FORMAT: Format = Format::CycloneDx;
const PREFIX: &str = "cdx:model:";

pub(super) fn read(value: &Value) -> Result<ThreatModel, ThreatModelError> {
    let top = Fields::new(FORMAT, "", value)?;
    top.skip(&["bomFormat", "specVersion", "serialNumber", "version", "$schema"]);
    let mut left_out = LeftOut::default();
    let metadata = top.needed_inner("metadata")?;
    metadata.skip(&["timestamp", "tools"]);
    let about = metadata.needed_inner("component")?;
    let title = about.needed_text("name")?;
    let description = about.text("description");
    about.skip(&["type", "bom-ref"]);
    about.rest(&mut left_out, "described component", &title);
    metadata.rest(&mut left_out, "metadata", &title);
    let mut model = ThreatModel {
        format: FORMAT,
        title,
        description,
        zones: Vec::new(),
        parts: Vec::new(),
        flows: Vec::new(),
        threats: Vec::new(),
        left_out,
    };
    let mut any = false;
    for value in top.list("components")? {
        any |= component(value, &mut model, 0)?;
    }
    if !any {
        return Err(top.wrong("components", "no component of the type `threat-model` is there; is it an SBOM?"));
    }
    let title = model.title.clone();
    top.rest(&mut model.left_out, "model", &title);
    Ok(model)
}

/// So deep are components read within components.
const DEEPEST: u32 = 16;

/// Whether it, or one within it, is of a threat model.
fn component(value: &Value, model: &mut ThreatModel, depth: u32) -> Result<bool, ThreatModelError> {
    let fields = Fields::new(FORMAT, "components", value)?;
    let name = fields.needed_text("name")?;
    if fields.text("type").as_deref() != Some("threat-model") {
        model.left_out.add("component that is no threat model", name);
        return Ok(false);
    }
    let key = fields.needed_text("bom-ref")?;
    let mut properties: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for property in fields.list("properties")? {
        let text = |key: &str| property.get(key).and_then(Value::as_str);
        if let (Some(name), Some(value)) = (text("name"), text("value")) {
            properties.entry(name.strip_prefix(PREFIX).unwrap_or(name)).or_default().push(value);
        }
    }
    let mut take = |key: &str| properties.remove(key).and_then(|values| values.first().map(|text| (*text).to_owned()));
    let kind = take("type").unwrap_or_default();
    let scope = take("inScope");
    match kind.as_str() {
        // A drawing holds what follows; it is nothing itself.
        "" | "diagram" | "repository" => {}
        "boundary" => model.zones.push(Zone { key, name: name.clone() }),
        "dataflow" => {
            let (from, to) = (take("dataflow:source"), take("dataflow:destination"));
            let both_ways = take("dataflow:isBidirectional").is_some_and(|text| text == "true");
            let protocol = take("dataflow:protocol");
            let port = take("dataflow:port:destination").and_then(|port| port.parse().ok());
            match (from, to) {
                (Some(from), Some(to)) => model.flows.push(Flow {
                    key,
                    name: name.clone(),
                    from,
                    to,
                    both_ways,
                    transport: if port.is_some() { Transport::Network } else { Transport::Unknown },
                    protocol,
                    port,
                    authentication: Authentication::Unknown,
                    encrypted: None,
                }),
                _ => model.left_out.add("data flow with a loose end", &name),
            }
        }
        "asset" | "code" => model.left_out.add(format!("{kind}s"), &name),
        called => model.parts.push(Part {
            key,
            name: name.clone(),
            kind: match called {
                "actor" | "externalEntity" => PartKind::Outside,
                "server" => PartKind::Server,
                "lambda" => PartKind::Cloud,
                _ => PartKind::Unknown,
            },
            called: Some(called.to_owned()),
            zone: take("inBoundary"),
            out_of_scope: scope.is_some_and(|text| text == "false"),
        }),
    }
    // Where a box stands in the drawing, and how large it is.
    for key in properties.keys().filter(|key| !key.starts_with("shape")) {
        model.left_out.add(format!("property {key}"), &name);
    }
    fields.skip(&["description"]);
    let inner = fields.list("components")?;
    if depth >= DEEPEST && !inner.is_empty() {
        return Err(fields.wrong("components", format!("more than {DEEPEST} components within each other")));
    }
    for value in inner {
        component(value, model, depth + 1)?;
    }
    fields.rest(&mut model.left_out, "component", &name);
    Ok(true)
}
