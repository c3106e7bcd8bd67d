//! What came of an import: counts, what the model leaves open, and what has no place.

use std::collections::BTreeMap;
use std::fmt;

use ward_formats::threat_model::ThreatModel;

/// What was carried over, and what was not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// What the model was written for.
    pub format: String,
    /// How many zones.
    pub zones: usize,
    /// How many elements.
    pub elements: usize,
    /// How many links; a flow in both directions is two.
    pub links: usize,
    /// How many threats, as comments.
    pub threats: usize,
    /// What the model leaves open, by the names of what it concerns.
    pub left_open: BTreeMap<LeftOpen, Vec<String>>,
    /// What it says and the folder has no place for, by the names of where it stands.
    pub left_out: Vec<(String, Vec<String>)>,
}

/// What a model leaves open and the folder has to assume.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LeftOpen {
    /// Two parts have one key: the second is not carried over.
    SecondOfItsKey,
    /// A flow begins or ends at something that is no part: it is not carried over.
    LooseEnd,
    /// A part stands in a zone that there is not.
    UnknownZone,
    /// Nobody looked at it.
    OutOfScope,
    /// Who answers for it.
    Owner,
    /// Where it stands.
    Zone,
    /// What it runs over.
    Medium,
    /// How the receiver knows who sends.
    Authentication,
    /// What shows that it does.
    Evidence,
}

impl fmt::Display for LeftOpen {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::SecondOfItsKey => "not carried over: another part has the same key",
            Self::LooseEnd => "not carried over: the flow begins or ends at something that is no part",
            Self::UnknownZone => "the zone that it is said to stand in is not there",
            Self::OutOfScope => "out of scope there, a part like any other here",
            Self::Owner => "owner not said: somebody else's",
            Self::Zone => "zone not said: it may stand in any",
            Self::Medium => "medium not said: the one that is reached from most positions",
            Self::Authentication => "authentication not said: none",
            Self::Evidence => "authentication named without evidence: it counts once it is shown and decided",
        })
    }
}

impl Imported {
    pub(super) fn of(model: &ThreatModel) -> Self {
        Self {
            format: model.format.to_string(),
            zones: model.zones.len(),
            elements: 0,
            links: 0,
            threats: model.threats.len(),
            left_open: BTreeMap::new(),
            left_out: model.left_out.iter().map(|(what, names)| (what.to_owned(), names.to_vec())).collect(),
        }
    }

    pub(super) fn open(&mut self, what: LeftOpen, name: &str) {
        self.left_open.entry(what).or_default().push(name.to_owned());
    }

    /// As a page of the folder.
    pub(super) fn page(&self, model: &ThreatModel) -> String {
        let mut out = format!(
            "# Imported from a model of {}\n\n{}\n\nCarried over: {} zones, {} elements, {} links; {} threats stand as comments in `vulnerabilities.toml`.\n",
            self.format,
            plain(&model.title),
            self.zones,
            self.elements,
            self.links,
            self.threats
        );
        out.push_str(
            "\nNot in any such model, and still to be said before a verdict means anything: what the system does for people, which harm \
             follows when that is lost or altered, what each element runs (its SBOM), how many there are, and what protects it.\n",
        );
        if !self.left_open.is_empty() {
            out.push_str("\n## Left open there, and what stands here instead\n\n");
            for (what, names) in &self.left_open {
                out.push_str(&line(&what.to_string(), names));
            }
        }
        if !self.left_out.is_empty() {
            out.push_str("\n## Said there, without a place here\n\n");
            for (what, names) in &self.left_out {
                out.push_str(&line(what, names));
            }
        }
        out
    }
}

fn line(what: &str, names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| plain(name)).collect();
    format!("- {} ({}): {}\n", plain(what), names.len(), names.join("; "))
}

/// Other people's words, so that none of them is markup.
fn plain(text: &str) -> String {
    let mut out = String::new();
    for c in super::text::comment(text).chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '#' | '|') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}
