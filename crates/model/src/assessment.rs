//! The answer of `ward assess`: everything that was concluded about one device from one set of inputs.

use jiff::civil::Date;
use serde::Serialize;

use crate::claim::ClaimId;
use crate::coverage::KnowledgeCoverage;
use crate::digest::Digest;
use crate::finding::{Finding, Unassessed};
use crate::hazard::ControlHazard;
use crate::hypothesis::Supposed;
use crate::ids::{DeviceId, ElementId, FieldedVersionId, HarmId, PolicyId};
use crate::knowledge::KnowledgeDescription;
use crate::lifecycle::VersionLifecycle;
use crate::many::SingleAction;
use crate::scale::{Persons, Severity};
use crate::since::{ModelPart, Since};
use crate::verdict::{Outcome, Verdict};
pub use crate::watching::WatchItem;

/// The schema number of [`Assessment`].
pub const SCHEMA: &str = "wardround/assessment/1";

/// Everything that was concluded. The same inputs give the same bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Assessment {
    /// [`SCHEMA`].
    pub schema: &'static str,
    /// What it supposes and nobody has done or decided; nothing where it is about the device as it is.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub supposed: Vec<Supposed>,
    /// The claims that have effect by decisions that hold no more once what is supposed stands in the folder: what they rest on is another
    /// one then. The verdicts are as if somebody had decided again.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub decide_again: Vec<ClaimId>,
    /// The device.
    pub device: DeviceSummary,
    /// What went in.
    pub inputs: Inputs,
    /// Verdicts: uncontrolled before controlled, confirmed before presumed, then by harm, subject, element, version, cohort.
    pub verdicts: Vec<Verdict>,
    /// The counts for the headline.
    pub summary: Summary,
    /// Verdicts whose harm reaches several people at once, by harm.
    pub multi_patient: Vec<MultiPatient>,
    /// What an attacker does once and harms several people by at the same time, the worst first.
    pub single_actions: Vec<SingleAction>,
    /// What touches nothing today, and what would make it live.
    pub watch_list: Vec<WatchItem>,
    /// What is due, and by when.
    pub clocks: Vec<Clock>,
    /// How fresh and complete the knowledge was, and what was not looked at.
    pub coverage: Coverage,
    /// Components that could not be assessed.
    pub unassessed: Vec<UnassessedAt>,
    /// Where the model is not known to be complete.
    pub gaps: Vec<Gap>,
    /// Every finding that the verdicts rest on.
    pub findings: Vec<FindingAt>,
    /// The last days of decisions in force, and what has no effect after each.
    pub lapses: Vec<Lapse>,
    /// Decisions that have no effect, and why.
    pub decisions_without_effect: Vec<DecisionWithoutEffect>,
    /// The hazards that controls add, judged apart: no verdict rests on them. By policy, control and hazard.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub control_hazards: Vec<ControlHazard>,
    /// Where each fielded version stands in its life. The losses of components are told by `ward lifecycle`; nothing is said here of
    /// a device as somebody supposes it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub lifecycle: Vec<VersionLifecycle>,
    /// What is different from an earlier answer, where one was asked to be compared with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Since>,
}

/// The device of an assessment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeviceSummary {
    /// Its identifier.
    pub id: DeviceId,
    /// Its name.
    pub name: String,
}

/// The inputs of an assessment, by digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Inputs {
    /// The folder without its decisions.
    pub device: Digest,
    /// The knowledge.
    pub knowledge: Digest,
    /// When this home received the records that were found; no part of the identity of knowledge, and clocks run from it.
    pub receipts: Digest,
    /// The policies.
    pub policies: Vec<PolicyId>,
    /// The policies, rules and aliases as data.
    pub rules: Digest,
    /// The decisions.
    pub decisions: Digest,
    /// The day as of which it was asked.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub as_of: Date,
    /// The engine's name and version.
    pub engine: String,
    /// The parts of the model, by which a later answer tells what changed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub model: Vec<ModelPart>,
}

/// Counts for the headline; presumed verdicts are counted apart.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Summary {
    /// Uncontrolled verdicts.
    pub uncontrolled: UncontrolledCounts,
    /// Controlled verdicts.
    pub controlled: ControlledCounts,
    /// Verdicts that unknown inputs decide; each is among the uncontrolled too.
    pub undetermined: usize,
}

/// Uncontrolled verdicts by basis.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UncontrolledCounts {
    /// With a derivation.
    pub confirmed: usize,
    /// By what is not known.
    pub presumed: usize,
}

/// Controlled verdicts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ControlledCounts {
    /// Without any decision, or by signed ones.
    pub confirmed: usize,
    /// By decisions that are entered and not signed.
    pub provisional: usize,
}

/// A harm that one attacker action brings on several people at once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct MultiPatient {
    /// The harm.
    pub harm: HarmId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// For how many people at once, at most.
    pub persons_at_once: Persons,
    /// Its severity, escalated.
    pub escalated_severity: Severity,
    /// The verdicts that say so.
    pub verdicts: Vec<String>,
    /// The single actions that lead to it, by their identifiers.
    pub actions: Vec<String>,
}

/// Something that is due.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Clock {
    /// When it is due.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub due: Date,
    /// The policy's name for it.
    pub rule: String,
    /// What must be done by then.
    pub action: String,
    /// The day it runs from.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub starts: Date,
    /// What proves that day.
    pub start_evidence: String,
    /// Whether it is past due on the day asked about.
    pub overdue: bool,
    /// The clause it rests on, or that it is a default of the product.
    pub source: String,
    /// The subject.
    pub subject: String,
    /// The verdicts it runs for.
    pub verdicts: Vec<String>,
}

/// How fresh and complete the knowledge was.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Coverage {
    /// The knowledge and its sources.
    pub knowledge: KnowledgeDescription,
    /// How fresh and complete these were on the day asked about.
    pub feeds: KnowledgeCoverage,
    /// What was not looked at, in words.
    pub notes: Vec<String>,
    /// Inventories, and how much of each was assessed.
    pub inventories: Vec<InventoryCoverage>,
}

/// How much of one inventory was assessed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct InventoryCoverage {
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// The element.
    pub element: ElementId,
    /// How many components it lists; `None`: there is no inventory.
    pub components: Option<usize>,
    /// How many of them could be assessed.
    pub assessed: usize,
}

/// A component that could not be assessed, with where.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnassessedAt {
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// The element.
    pub element: ElementId,
    /// The component and the reason.
    pub what: Unassessed,
}

/// A finding with where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FindingAt {
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// The element.
    pub element: ElementId,
    /// The finding.
    pub finding: Finding,
}

impl Assessment {
    /// Whether a single action is uncontrolled: where no verdict is, by what it does to people of several groups together.
    pub fn is_uncontrolled_at_once(&self) -> bool {
        self.single_actions.iter().any(|action| action.verdict == Outcome::Uncontrolled)
    }
}

/// A place where the model is not known to be complete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Gap {
    /// The element.
    pub element: ElementId,
    /// In which fielded version; `None`: in all.
    pub fielded_version: Option<FieldedVersionId>,
    /// What is missing.
    pub missing: String,
    /// What closes it.
    pub closed_by: String,
}

/// Claims whose decisions hold until the same day: after it they have no effect, whether or not a verdict names them. What they
/// alone keep from being presumed has no verdict today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Lapse {
    /// The last day on which they have effect.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub after: Date,
    /// The claims, in order.
    pub claims: Vec<ClaimId>,
}

/// A decision that has no effect, and why.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DecisionWithoutEffect {
    /// Its place in the decisions file, from 1.
    pub number: usize,
    /// The claim it names.
    pub claim: String,
    /// Why it has no effect.
    pub reason: String,
}
