//! What came of an import: counts, what the model leaves open, and what has no place.

use std::collections::BTreeMap;
use std::fmt;

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
    /// How many functions.
    pub functions: usize,
    /// How many harms.
    pub harms: usize,
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
    /// A row lacks what every row needs: it is not carried over.
    Row,
    /// A row has no severity that is mapped.
    Severity,
    /// Rows say several severities of one harm.
    Severities,
    /// How a function fails.
    HowDegraded,
    /// What a function rests on.
    Element,
    /// A cell may name several elements, and nothing says what stands between them.
    Elements,
    /// What a flow runs over, told by its protocol alone.
    MediumOfProtocol,
    /// Harms that differ in nothing but capital letters and spaces.
    HarmsAlike,
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
            Self::Row => "not carried over: the row lacks what every row needs",
            Self::Severity => "severity blank or not in the mapping: catastrophic",
            Self::Severities => "several severities for one harm: the worst of them",
            Self::HowDegraded => "how it fails is blank or not in the mapping: as loss and as alteration",
            Self::Element => "what it rests on is not said: one element for the device",
            Self::Elements => {
                "the cell may name several elements: it is one here, and `element_separator` of the mapping would tell them apart"
            }
            Self::MediumOfProtocol => {
                "medium told by its protocol alone, ip or within one machine: positions that a radio would add are not there"
            }
            Self::HarmsAlike => "harms that differ in capital letters or spaces alone: one harm, with the worst severity",
            Self::Evidence => "authentication named without evidence: it counts once it is shown and decided",
        })
    }
}

impl Imported {
    pub(super) fn empty(format: String) -> Self {
        Self {
            format,
            zones: 0,
            elements: 0,
            links: 0,
            threats: 0,
            functions: 0,
            harms: 0,
            left_open: BTreeMap::new(),
            left_out: Vec::new(),
        }
    }

    pub(super) fn open(&mut self, what: LeftOpen, name: &str) {
        self.left_open.entry(what).or_default().push(name.to_owned());
    }

    /// What was carried over, in words.
    #[must_use]
    pub fn counts(&self) -> String {
        let counts = [
            (self.zones, "zones"),
            (self.elements, "elements"),
            (self.links, "links"),
            (self.functions, "functions"),
            (self.harms, "harms"),
            (self.threats, "threats as comments"),
        ];
        let some = counts.iter().filter(|(count, _)| *count > 0);
        let some: Vec<String> = some.map(|(count, what)| format!("{count} {what}")).collect();
        if some.is_empty() { "nothing".to_owned() } else { some.join(", ") }
    }

    /// As a page of the folder.
    pub(super) fn page(&self, title: &str) -> String {
        let mut out =
            format!("# Imported from {}\n\n{}\n\nCarried over: {}.\n", self.format, plain(title), self.counts());
        let missing = if self.functions == 0 {
            "what the system does for people, which harm follows when that is lost or altered, what each element runs (its SBOM), how many \
             there are, and what protects it"
        } else {
            "the parts of the system and what connects them, what each of them runs (its SBOM), how many there are, and what protects them"
        };
        out.push_str(&format!("\nNot in it, and still to be said before a verdict means anything: {missing}.\n"));
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
