//! A verdict: for one subject, element, fielded version and group of units, whether the risk of patient harm is controlled.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::claim::ClaimId;
use crate::ids::{CohortId, ControlId, ElementId, FieldedVersionId, HarmId, PolicyId, SiteId, VariantId};
use crate::scale::{Exploitability, Persons, Severity, Threat};

/// A verdict, with everything that it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Verdict {
    /// Stable over inputs that do not change what it speaks of: policy, subject, element, version and cohort.
    pub id: String,
    /// The policy it was judged by.
    pub policy: PolicyId,
    /// The policy's own word for it.
    pub outcome: String,
    /// What it speaks of.
    pub subject: Subject,
    /// Where.
    pub element: ElementId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// For which units.
    pub units: Units,
    /// The class of the easiest way to the worst harm.
    pub exploitability: Exploitability,
    /// That class with every unknown read at its best, and at its worst.
    pub exploitability_range: [Exploitability; 2],
    /// The worst harm that can be reached through the subject.
    pub harm: Option<HarmReached>,
    /// Every harm that can be reached through the subject, each at its worst; the worst first.
    pub harms: Vec<ReachedHarm>,
    /// In which ways it touches patients.
    pub threats: Vec<Threat>,
    /// Controlled or uncontrolled.
    pub verdict: Outcome,
    /// The same if everything that the folder claims were true.
    pub if_claims_hold: Outcome,
    /// Whether it is controlled only by decisions that are entered and not signed.
    pub provisional: bool,
    /// Whether a derivation stands behind it, or what is not known.
    pub basis: Basis,
    /// What is not known, where it is presumed.
    pub presumed_because: Option<PresumedBecause>,
    /// Whether the unknown inputs decide it: treated as uncontrolled.
    pub undetermined: bool,
    /// Whether personal data can be disclosed through the subject, as an axis of its own.
    pub privacy: bool,
    /// How many people one attacker action can harm at once.
    pub persons_at_once: Persons,
    /// A derivation of the worst harm.
    pub witness: Witness,
    /// The controls without which it would be uncontrolled.
    pub controls_relied_on: Vec<ControlId>,
    /// Single points: what would turn it. Verdicts on weaknesses of one link mostly turn on the same, and share it.
    pub sensitivity: Arc<[Sensitivity]>,
    /// The last day on which the decisions it relies on all have effect, and its policy finds acceptable what it does today.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub valid_until: Option<Date>,
    /// In words, why.
    pub reasons: Vec<Arc<str>>,
    /// Vulnerabilities and weaknesses that this presumed verdict speaks for.
    pub covers: Vec<String>,
}

/// What a verdict speaks of.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Subject {
    /// What kind of thing.
    pub kind: SubjectKind,
    /// A vulnerability's identifier, a weakness as `RULE@LINK`, or an element's identifier.
    pub id: String,
}

/// What kind of thing a verdict speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SubjectKind {
    /// A known vulnerability of a component, or the maker's own finding.
    Vulnerability,
    /// A weakness of the model, found by a rule.
    Weakness,
    /// An element about which something is not known.
    Element,
}

/// The units that a verdict speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Units {
    /// Their cohort.
    pub cohort: CohortId,
    /// How many; `None` where nobody knows.
    pub count: Option<u64>,
    /// At how many sites; `None` where nobody knows.
    pub sites: Option<u64>,
    /// The variant that they are of, or may be; none where the device has no variants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant: Option<VariantId>,
    /// The site whose own surroundings were laid over the maker's model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub site: Option<SiteId>,
}

/// A harm that was reached.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HarmReached {
    /// The harm.
    pub id: HarmId,
    /// Its severity for one person.
    pub severity: Severity,
    /// Its severity for as many people as it reaches at once.
    pub escalated_severity: Severity,
}

/// A harm among all that are reached, at its worst.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ReachedHarm {
    /// The harm.
    pub id: HarmId,
    /// Its severity for one person.
    pub severity: Severity,
    /// Its severity for as many people as it reaches at once.
    pub escalated_severity: Severity,
    /// The class of the easiest way to it.
    pub exploitability: Exploitability,
    /// How many people one attacker action can harm at once.
    pub persons_at_once: Persons,
    /// What the policy makes of it alone.
    pub verdict: Outcome,
}

/// The decision that starts every clock (FDA postmarket guidance 2016, VI.C).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// The residual risk of patient harm is sufficiently low.
    Controlled,
    /// It is not, or nobody can tell.
    Uncontrolled,
}
crate::scale::words!(Outcome: Controlled = "controlled", Uncontrolled = "uncontrolled");

/// What a verdict rests on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A derivation from what is known.
    Confirmed,
    /// What is not known, read at its worst.
    Presumed,
}
crate::scale::words!(Basis: Confirmed = "confirmed", Presumed = "presumed");

/// What is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PresumedBecause {
    /// The element is not known to be described completely.
    Unmodelled,
    /// Components of it could not be assessed.
    Unassessed,
    /// For components of it, it cannot be told whether a vulnerability touches them.
    UnknownRange,
}
crate::scale::words!(PresumedBecause: Unmodelled = "unmodelled", Unassessed = "unassessed", UnknownRange = "unknown-range");

/// A derivation as a directed graph without cycles: every node follows from the nodes with edges to it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Witness {
    /// The facts, starting positions first, the harm last.
    pub nodes: Vec<WitnessNode>,
    /// Pairs of node identifiers: premise, conclusion.
    pub edges: Vec<(Arc<str>, Arc<str>)>,
}

/// A fact in a witness.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WitnessNode {
    /// `n1`, `n2`, … within its witness.
    pub id: Arc<str>,
    /// The fact, in words.
    pub fact: Arc<str>,
    /// What it follows by: a rule, a vulnerability, the model.
    pub by: Arc<str>,
    /// The class of the derivation up to here.
    pub class: Exploitability,
    /// The place in the model that it speaks of, for drawing it.
    pub at: Place,
}

/// A place in the model.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "id", rename_all = "kebab-case")]
pub enum Place {
    /// Where an attacker stands.
    Position(String),
    /// An element.
    Element(String),
    /// A link.
    Link(String),
    /// A secret.
    Secret(String),
    /// A control.
    Control(String),
    /// A function.
    Function(String),
    /// A harm.
    Harm(String),
}

/// A single point on which a verdict turns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Sensitivity {
    /// What would have to fail, by its claim.
    #[serde(rename = "if")]
    pub claim: ClaimId,
    /// What the verdict would be then.
    pub then: Outcome,
}
