//! Threat models of other tools: Threagile, the Open Threat Model, Threat Dragon 1 and 2, the TM-BOM and threat models in CycloneDX.
//!
//! They draw parts, boundaries and data flows; what a device does for people, and which harm follows, none of them says. What they say
//! and we have no place for is counted by name, never dropped in silence, and nothing is made up for what they leave open.

mod cyclonedx;
mod fields;
mod otm;
#[cfg(test)]
mod tests;
mod threagile;
mod threat_dragon;
mod tm_bom;

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

/// A threat model, whatever tool it is of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatModel {
    /// What it was written for.
    pub format: Format,
    /// Its title.
    pub title: String,
    /// What it is about.
    pub description: Option<String>,
    /// Zones of one level of trust.
    pub zones: Vec<Zone>,
    /// Parts, stores and people.
    pub parts: Vec<Part>,
    /// Data flows.
    pub flows: Vec<Flow>,
    /// Threats.
    pub threats: Vec<Threat>,
    /// What has no place here, and the names of where it stands.
    pub left_out: LeftOut,
}

/// What a threat model was written for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Threagile's YAML.
    Threagile,
    /// Open Threat Model.
    Otm,
    /// Threat Dragon, first generation.
    ThreatDragon1,
    /// Threat Dragon, second generation.
    ThreatDragon2,
    /// OWASP's threat model library (TM-BOM).
    TmBom,
    /// CycloneDX with components of the type `threat-model`.
    CycloneDx,
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Threagile => "Threagile",
            Self::Otm => "Open Threat Model",
            Self::ThreatDragon1 => "Threat Dragon 1",
            Self::ThreatDragon2 => "Threat Dragon 2",
            Self::TmBom => "TM-BOM",
            Self::CycloneDx => "CycloneDX threat model",
        })
    }
}

/// A zone of one level of trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Zone {
    /// By what the model refers to it.
    pub key: String,
    /// Its name for people.
    pub name: String,
}

/// A part of the system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// By what the model refers to it.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// What the model calls its kind.
    pub called: Option<String>,
    /// What it is.
    pub kind: PartKind,
    /// The zone in which it stands.
    pub zone: Option<String>,
    /// The model does not look at it.
    pub out_of_scope: bool,
}

/// What a part is, as far as the model's own words say it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartKind {
    /// A person, or somebody else's system.
    Outside,
    /// An app on a phone.
    PhoneApp,
    /// A gateway.
    Gateway,
    /// A server.
    Server,
    /// A cloud service.
    Cloud,
    /// It is not said.
    Unknown,
}

/// A data flow.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flow {
    /// By what the model refers to it.
    pub key: String,
    /// Its name for people.
    pub name: String,
    /// The part that begins.
    pub from: String,
    /// The part that it goes to.
    pub to: String,
    /// Data flow back too.
    pub both_ways: bool,
    /// What it runs over.
    pub transport: Transport,
    /// What it speaks.
    pub protocol: Option<String>,
    /// The port at the receiver.
    pub port: Option<u16>,
    /// How the receiver knows who sends.
    pub authentication: Authentication,
    /// Whether it is encrypted, where that is said.
    pub encrypted: Option<bool>,
}

/// What a flow runs over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A network.
    Network,
    /// Within one machine.
    Machine,
    /// It is not said.
    Unknown,
}

/// How a receiver knows who sends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Authentication {
    /// It does not.
    None,
    /// By this.
    By(String),
    /// It is not said.
    Unknown,
}

/// A threat.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Threat {
    /// By what the model refers to it.
    pub key: String,
    /// Its title.
    pub title: String,
    /// More of it: description, mitigation, status, severity, each with its name.
    pub told: Vec<(&'static str, String)>,
    /// Numbers of CWE.
    pub cwes: Vec<u32>,
    /// The keys of the parts or flows that it is said of.
    pub of: Vec<String>,
}

/// What has no place here: what it is, and the names of where it stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LeftOut(BTreeMap<String, Vec<String>>);

impl LeftOut {
    fn add(&mut self, what: impl Into<String>, name: impl Into<String>) {
        self.0.entry(what.into()).or_default().push(name.into());
    }

    /// What, and where, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(what, names)| (what.as_str(), names.as_slice()))
    }

    /// Whether everything was carried over.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Why bytes are no threat model that can be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ThreatModelError {
    /// Neither JSON nor YAML.
    #[error("expected a threat model in JSON or YAML: {0}")]
    Text(String),
    /// Something else.
    #[error("expected a threat model of Threagile, OTM, Threat Dragon, TM-BOM or CycloneDX: {0}")]
    Other(String),
    /// One of them, but not whole.
    #[error("{format}: `{place}`: {reason}")]
    Broken {
        /// What it looks like.
        format: Format,
        /// Where.
        place: String,
        /// What is wrong.
        reason: String,
    },
}

/// So many parts, flows and threats together are read: a model of a device has some hundred.
const MOST: usize = 100_000;

/// Reads a threat model.
///
/// # Errors
/// It is something else, or not whole.
pub fn read(bytes: &[u8]) -> Result<ThreatModel, ThreatModelError> {
    let text = std::str::from_utf8(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|error| ThreatModelError::Text(error.to_string()))?;
    let is_json = text.trim_start().starts_with(['{', '[']);
    let value: Value = if is_json {
        serde_json::from_str(text).map_err(|error| ThreatModelError::Text(error.to_string()))?
    } else {
        yaml(text)?
    };
    let has = |key: &str| value.get(key).is_some();
    let model = if !value.is_object() {
        return Err(ThreatModelError::Other("it is not a table of keys".to_owned()));
    } else if value.get("bomFormat").is_some_and(|format| format == "CycloneDX") {
        cyclonedx::read(&value)?
    } else if has("otmVersion") {
        otm::read(&value)?
    } else if has("$schema") && has("properties") {
        return Err(ThreatModelError::Other("it is a JSON Schema, which describes models".to_owned()));
    } else if has("threagile_version") || has("technical_assets") {
        threagile::read(&value)?
    } else if has("summary") {
        threat_dragon::read(&value)?
    } else if has("scope") && (has("components") || has("data_flows")) {
        tm_bom::read(&value)?
    } else {
        return Err(ThreatModelError::Other("none of their first keys is there".to_owned()));
    };
    if model.parts.len() + model.flows.len() + model.threats.len() > MOST {
        return Err(ThreatModelError::Other(format!("it has more than {MOST} parts, flows and threats")));
    }
    Ok(model)
}

fn yaml(text: &str) -> Result<Value, ThreatModelError> {
    serde_saphyr::from_str(text).map_err(|error| {
        // The first line says it; what follows draws the place.
        let told = error.to_string();
        ThreatModelError::Text(told.lines().next().unwrap_or_default().to_owned())
    })
}
