//! Threagile: `technical_assets` with their `communication_links`, and `trust_boundaries` around them.

use std::collections::BTreeMap;

use serde_json::Value;

use super::fields::{Fields, cwe};
use super::{
    Authentication, Flow, Format, LeftOut, Part, PartKind, Threat, ThreatModel, ThreatModelError, Transport, Zone,
};

const FORMAT: Format = Format::Threagile;

pub(super) fn read(value: &Value) -> Result<ThreatModel, ThreatModelError> {
    let top = Fields::new(FORMAT, "", value)?;
    let mut left_out = LeftOut::default();
    top.skip(&["threagile_version", "date", "tags_available"]);
    let title = top.needed_text("title")?;
    let (zones, inside) = zones(&top, &mut left_out)?;
    let mut parts = Vec::new();
    let mut flows = Vec::new();
    for (name, value) in top.named("technical_assets")? {
        let asset = Fields::new(FORMAT, format!("technical_assets.{name}"), value)?;
        let key = asset.needed_text("id")?;
        let kind = asset.text("type");
        let technology = asset.text("technology");
        parts.push(Part {
            name: name.clone(),
            kind: part_kind(kind.as_deref(), technology.as_deref()),
            called: technology,
            zone: inside.get(&key).cloned(),
            out_of_scope: asset.flag("out_of_scope").unwrap_or(false),
            key: key.clone(),
        });
        for (link, value) in asset.named("communication_links")? {
            flows.push(flow(&key, link, value, &mut left_out)?);
        }
        asset.rest(&mut left_out, "technical asset", name);
    }
    let mut threats = Vec::new();
    for (category, value) in top.named("individual_risk_categories")? {
        threats.extend(individual(category, value, &mut left_out)?);
    }
    for (what, value) in top.named("risk_tracking")? {
        // An answer to a risk that Threagile's own rules found: of no use without the rule.
        let status = value.get("status").and_then(Value::as_str).unwrap_or("no status");
        left_out.add("risk tracking", format!("{what} ({status})"));
    }
    for section in ["data_assets", "shared_runtimes", "abuse_cases", "security_requirements", "questions"] {
        for (name, _) in top.named(section)? {
            left_out.add(section.replace('_', " "), name.clone());
        }
    }
    top.rest(&mut left_out, "model", &title);
    Ok(ThreatModel { format: FORMAT, description: None, title, zones, parts, flows, threats, left_out })
}

/// The zones, and in which of them each asset stands. Of nested boundaries the asset stands in the one that names it.
fn zones(top: &Fields<'_>, left_out: &mut LeftOut) -> Result<(Vec<Zone>, BTreeMap<String, String>), ThreatModelError> {
    let mut zones = Vec::new();
    let mut inside = BTreeMap::new();
    for (name, value) in top.named("trust_boundaries")? {
        let boundary = Fields::new(FORMAT, format!("trust_boundaries.{name}"), value)?;
        let key = boundary.needed_text("id")?;
        for asset in boundary.texts("technical_assets_inside")? {
            inside.entry(asset).or_insert_with(|| key.clone());
        }
        // An environment on one machine is a zone too: what stands in it trusts each other.
        zones.push(Zone { key, name: name.clone() });
        boundary.rest(left_out, "trust boundary", name);
    }
    Ok((zones, inside))
}

fn part_kind(kind: Option<&str>, technology: Option<&str>) -> PartKind {
    match (kind, technology) {
        (Some("external-entity"), _) => PartKind::Outside,
        (_, Some("mobile-app")) => PartKind::PhoneApp,
        (_, Some("gateway" | "load-balancer" | "reverse-proxy" | "waf")) => PartKind::Gateway,
        (
            _,
            Some(
                "web-server"
                | "web-application"
                | "application-server"
                | "database"
                | "file-server"
                | "erp"
                | "cms"
                | "web-service-rest"
                | "web-service-soap"
                | "ldap-server"
                | "identity-provider"
                | "identity-store-ldap"
                | "identity-store-database"
                | "mail-server"
                | "mainframe"
                | "search-engine"
                | "message-queue",
            ),
        ) => PartKind::Server,
        _ => PartKind::Unknown,
    }
}

fn flow(from: &str, name: &str, value: &Value, left_out: &mut LeftOut) -> Result<Flow, ThreatModelError> {
    let link = Fields::new(FORMAT, format!("communication link {name}"), value)?;
    let to = link.needed_text("target")?;
    let protocol = link.text("protocol").filter(|protocol| protocol != "unknown-protocol");
    let transport = match protocol.as_deref() {
        None => Transport::Unknown,
        Some(
            "local-file-access" | "in-process-library-call" | "inter-process-communication" | "container-spawning",
        ) => Transport::Machine,
        Some(_) => Transport::Network,
    };
    let encrypted = protocol.as_deref().and_then(|protocol| match protocol {
        "https" | "wss" | "ssh" | "ssh-tunnel" | "ftps" | "sftp" | "scp" | "ldaps" => Some(true),
        "http" | "ws" | "ftp" | "ldap" | "nfs" => Some(false),
        other if other.ends_with("-encrypted") => Some(true),
        _ => None,
    });
    let authentication = match link.text("authentication") {
        None => Authentication::Unknown,
        Some(none) if none == "none" => Authentication::None,
        Some(by) => Authentication::By(by),
    };
    link.rest(left_out, "communication link", name);
    Ok(Flow {
        key: format!("{from}/{name}"),
        name: name.to_owned(),
        from: from.to_owned(),
        to,
        // A link is a question and its answer.
        both_ways: true,
        transport,
        protocol,
        port: None,
        authentication,
        encrypted,
    })
}

fn individual(category: &str, value: &Value, left_out: &mut LeftOut) -> Result<Vec<Threat>, ThreatModelError> {
    let table = Fields::new(FORMAT, format!("individual_risk_categories.{category}"), value)?;
    let key = table.needed_text("id")?;
    let cwes: Vec<u32> = table.text("cwe").as_deref().and_then(cwe).into_iter().collect();
    let told: Vec<(&'static str, String)> =
        ["description", "mitigation"].into_iter().filter_map(|what| Some((what, table.text(what)?))).collect();
    let mut threats = Vec::new();
    for (number, (title, value)) in table.named("risks_identified")?.into_iter().enumerate() {
        let risk = Fields::new(FORMAT, format!("risks_identified.{title}"), value)?;
        let of = ["most_relevant_technical_asset", "most_relevant_communication_link"];
        let mut told = told.clone();
        told.extend(risk.text("severity").map(|severity| ("severity", severity)));
        threats.push(Threat {
            key: format!("{key}-{}", number + 1),
            title: title.clone(),
            told,
            cwes: cwes.clone(),
            of: of.into_iter().filter_map(|key| risk.text(key)).collect(),
        });
        risk.rest(left_out, "identified risk", title);
    }
    table.rest(left_out, "risk category", category);
    Ok(threats)
}
