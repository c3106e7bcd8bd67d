//! Threat Dragon: diagrams of cells. The first generation keeps them in `diagramJson`, the second in `cells`, with what is said of each in
//! `data`.

use serde_json::Value;

use super::fields::Fields;
use super::{Authentication, Flow, Format, LeftOut, Part, PartKind, Threat, ThreatModel, ThreatModelError, Transport};

pub(super) fn read(value: &Value) -> Result<ThreatModel, ThreatModelError> {
    let first = value.get("detail").and_then(|detail| detail.get("diagrams")).and_then(|list| list.get(0));
    let format = match first {
        Some(diagram) if diagram.get("diagramJson").is_some() => Format::ThreatDragon1,
        _ => Format::ThreatDragon2,
    };
    let top = Fields::new(format, "", value)?;
    top.skip(&["version"]);
    let mut left_out = LeftOut::default();
    let summary = top.needed_inner("summary")?;
    let title = summary.needed_text("title")?;
    let description = summary.text("description");
    summary.skip(&["id"]);
    summary.rest(&mut left_out, "summary", &title);
    let detail = top.needed_inner("detail")?;
    detail.skip(&["diagramTop", "threatTop"]);
    let mut drawing = Drawing { format, parts: Vec::new(), flows: Vec::new(), threats: Vec::new(), left_out };
    let diagrams = detail.list("diagrams")?;
    for (number, value) in diagrams.iter().enumerate() {
        let diagram = Fields::new(format, format!("detail.diagrams[{number}]"), value)?;
        diagram.skip(&["thumbnail", "id", "diagramType", "version", "size", "placeholder"]);
        let name = diagram.text("title").unwrap_or_else(|| format!("diagram {}", number + 1));
        let cells = match diagram.inner("diagramJson")? {
            Some(inner) => inner.list("cells")?,
            None => diagram.list("cells")?,
        };
        for (cell, value) in cells.iter().enumerate() {
            drawing.cell(&format!("diagram `{name}`, cell {cell}"), value)?;
        }
        diagram.rest(&mut drawing.left_out, "diagram", &name);
    }
    detail.rest(&mut drawing.left_out, "detail", &title);
    top.rest(&mut drawing.left_out, "model", &title);
    let Drawing { parts, flows, threats, left_out, .. } = drawing;
    Ok(ThreatModel { format, title, description, zones: Vec::new(), parts, flows, threats, left_out })
}

struct Drawing {
    format: Format,
    parts: Vec<Part>,
    flows: Vec<Flow>,
    threats: Vec<Threat>,
    left_out: LeftOut,
}

/// How a cell looks, and what only the editor needs.
const LOOKS: [&str; 21] = [
    "position",
    "size",
    "attrs",
    "visible",
    "shape",
    "zIndex",
    "z",
    "ports",
    "angle",
    "width",
    "height",
    "labels",
    "connector",
    "vertices",
    "smooth",
    "hasOpenThreats",
    "isTrustBoundary",
    "markup",
    "tools",
    "router",
    "name",
];

impl Drawing {
    fn cell(&mut self, place: &str, value: &Value) -> Result<(), ThreatModelError> {
        let cell = Fields::new(self.format, place, value)?;
        cell.skip(&LOOKS);
        let key = cell.needed_text("id")?;
        let inner = cell.inner("data")?;
        let said = inner.as_ref().unwrap_or(&cell);
        said.skip(&["hasOpenThreats", "isTrustBoundary"]);
        let kind = said.text("type").or_else(|| cell.text("shape")).unwrap_or_default();
        let name = said
            .text("name")
            .or_else(|| label(value))
            .unwrap_or_else(|| format!("unnamed {}", kind.trim_start_matches("tm.").to_lowercase()));
        let out_of_scope = said.flag("outOfScope").unwrap_or(false);
        match kind.as_str() {
            "tm.Actor" | "actor" => self.part(&key, &name, PartKind::Outside, "actor", out_of_scope),
            "tm.Process" | "process" => self.part(&key, &name, PartKind::Unknown, "process", out_of_scope),
            "tm.Store" | "store" => self.part(&key, &name, PartKind::Unknown, "store", out_of_scope),
            "tm.Flow" | "flow" => {
                let end = |side: &'static str| -> Option<String> {
                    let end = cell.inner(side).ok().flatten()?;
                    end.text("cell").or_else(|| end.text("id"))
                };
                let (from, to) = (end("source"), end("target"));
                let both_ways = said.flag("isBidirectional").unwrap_or(false);
                let protocol = said.text("protocol");
                let encrypted = said.flag("isEncrypted");
                let public = said.flag("isPublicNetwork").unwrap_or(false);
                if out_of_scope {
                    self.left_out.add("data flow: outOfScope", &name);
                }
                if let (Some(from), Some(to)) = (from, to) {
                    self.flows.push(Flow {
                        key: key.clone(),
                        name: name.clone(),
                        from,
                        to,
                        both_ways,
                        transport: if public { Transport::Network } else { Transport::Unknown },
                        protocol,
                        port: None,
                        authentication: Authentication::Unknown,
                        encrypted,
                    });
                } else {
                    self.left_out.add("data flow with a loose end", &name);
                }
            }
            // A line between parts does not say which of them are inside.
            "tm.Boundary" | "tm.BoundaryBox" | "trust-boundary-curve" | "trust-boundary-box" => {
                cell.skip(&["source", "target"]);
                self.left_out.add("trust boundary: which parts are inside is only drawn", &name);
            }
            "tm.Text" | "td-text-block" => self.left_out.add("text in the drawing", &name),
            other => self.left_out.add(format!("cell of the kind `{other}`"), &name),
        }
        let threats = said.list("threats")?;
        for (number, value) in threats.iter().enumerate() {
            self.threat(&key, number, value)?;
        }
        said.rest(&mut self.left_out, kind.trim_start_matches("tm."), &name);
        if inner.is_some() {
            cell.rest(&mut self.left_out, "cell", &name);
        }
        Ok(())
    }

    fn part(&mut self, key: &str, name: &str, kind: PartKind, called: &str, out_of_scope: bool) {
        self.parts.push(Part {
            key: key.to_owned(),
            name: name.to_owned(),
            called: Some(called.to_owned()),
            kind,
            zone: None,
            out_of_scope,
        });
    }

    fn threat(&mut self, of: &str, number: usize, value: &Value) -> Result<(), ThreatModelError> {
        let threat = Fields::new(self.format, format!("threat {number} of cell {of}"), value)?;
        threat.skip(&["modelType", "new", "score", "number", "ruleId", "$$hashKey"]);
        let title = threat.text("title").unwrap_or_else(|| "without a title".to_owned());
        let key = threat.text("id").unwrap_or_else(|| format!("{of}-threat-{}", number + 1));
        let told = ["type", "severity", "status", "description", "mitigation"];
        let told = told.into_iter().filter_map(|what| Some((what, threat.text(what)?))).collect();
        threat.rest(&mut self.left_out, "threat", &title);
        self.threats.push(Threat { key, title, told, cwes: Vec::new(), of: vec![of.to_owned()] });
        Ok(())
    }
}

/// The text that stands in a cell of the first generation, which has no name of its own.
fn label(cell: &Value) -> Option<String> {
    let inside = cell.pointer("/attrs/text/text").and_then(Value::as_str);
    let beside =
        || cell.pointer("/labels/0/attrs/text/text").or_else(|| cell.pointer("/labels/0/attrs/labelText/text"));
    let text = inside.or_else(|| beside().and_then(Value::as_str))?;
    Some(super::fields::one_line(text)).filter(|text| !text.is_empty())
}
