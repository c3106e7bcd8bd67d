//! What is different from an earlier answer about the same device, and by what.

use std::collections::BTreeSet;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::Assessment;
use crate::digest::Digest;
use crate::finding::{ComponentSummary, State, VulnerabilitySummary};
use crate::hazard::HazardOutcome;
use crate::ids::{
    CohortId, ComponentRef, ControlId, DeviceId, ElementId, FieldedVersionId, FunctionId, HarmId, HazardId, PolicyId,
    VulnerabilityId,
};
use crate::verdict::{Basis, Outcome, Place, PresumedBecause};
use crate::watching::WatchItem;

/// What is different from an earlier answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Since {
    /// The day of the earlier answer.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub as_of: Date,
    /// What went in that is not the same.
    pub inputs_changed: Vec<InputChanged>,
    /// What changed in the folder, its inventories and decisions, whether or not a verdict turned by it.
    pub changes: Vec<Cause>,
    /// Events that touched nothing and reach harm now.
    pub became_live: Vec<BecameLive>,
    /// Events that are on the watch-list no more and are not live.
    pub left_the_list: Vec<LeftTheList>,
    /// Verdicts that came out differently, are new or are gone, the uncontrolled first.
    pub turned: Vec<Turned>,
    /// Hazards of controls that came out differently, are new or are gone, the uncontrolled first.
    pub hazards_turned: Vec<HazardTurned>,
    /// Single actions that are uncontrolled and were not, or were and are not, at their worst over groups of units and configurations; the
    /// uncontrolled first.
    pub actions_turned: Vec<ActionTurned>,
}

/// An input that is not the same as before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum InputChanged {
    /// The device folder, without its decisions.
    Device,
    /// What the world says.
    Knowledge,
    /// Policies, rules and aliases.
    Rules,
    /// The decisions.
    Decisions,
    /// The program.
    Engine,
    /// The day.
    Day,
}
crate::scale::words!(InputChanged: Device = "device", Knowledge = "knowledge", Rules = "rules", Decisions = "decisions",
    Engine = "engine", Day = "day");

/// An event of the watch-list that is live now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct BecameLive {
    /// What was said of it then.
    pub item: WatchItem,
    /// What changed on its way to harm.
    pub causes: Vec<Cause>,
    /// The places on its way to harm on which no way to harm went before.
    pub new_on_the_way: Vec<Place>,
    /// The facts by which it reaches harm now, in their order.
    pub by: Vec<String>,
    /// The verdict that it has now.
    pub verdict: String,
}

/// An event that is on the watch-list no more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LeftTheList {
    /// What was said of it then.
    pub item: WatchItem,
    /// What became of it.
    pub now: String,
    /// What changed.
    pub causes: Vec<Cause>,
}

/// A verdict that came out differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Turned {
    /// The verdict.
    pub verdict: String,
    /// What it speaks of.
    pub subject: String,
    /// Where.
    pub element: ElementId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// For which units.
    pub cohort: CohortId,
    /// What it rests on; where it is gone, what it rested on.
    pub basis: Basis,
    /// How it came out then; `None`: it was not there.
    pub before: Option<Outcome>,
    /// How it comes out now; `None`: it is gone.
    pub now: Option<Outcome>,
    /// What changed.
    pub causes: Vec<Cause>,
}

/// A hazard of a control that came out differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HazardTurned {
    /// The policy that it was judged by.
    pub policy: PolicyId,
    /// The control that adds it.
    pub control: ControlId,
    /// Its identifier within the control; none where the control lists none.
    pub hazard: Option<HazardId>,
    /// How it came out then, at its worst; `None`: it was not there.
    pub before: Option<HazardOutcome>,
    /// How it comes out now, at its worst; `None`: it is gone.
    pub now: Option<HazardOutcome>,
    /// What changed.
    pub causes: Vec<Cause>,
}

/// A single action that came out differently.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ActionTurned {
    /// The policy that it was judged by.
    pub policy: PolicyId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// Where it is done.
    pub at: Place,
    /// What is done, in words; where it is gone, what was.
    pub text: String,
    /// How it came out then; `None`: it was not possible, or harmed one person alone.
    pub before: Option<Outcome>,
    /// How it comes out now; `None`: it is not possible any more, or harms one person alone.
    pub now: Option<Outcome>,
    /// What changed.
    pub causes: Vec<Cause>,
}

/// Something that changed between two answers.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Cause {
    /// What kind of change.
    pub kind: CauseKind,
    /// Where in the model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Place>,
    /// In words.
    pub text: String,
}

/// What kind of change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum CauseKind {
    /// Something on the way is new in the model.
    Added,
    /// Something on the way is described differently.
    Changed,
    /// Something that was on the way is there no more.
    Removed,
    /// A component is new, gone, or at another version.
    Component,
    /// A record was received since, or says something else.
    Record,
    /// A decision lapsed, was made, was withdrawn, or lost its effect.
    Decision,
    /// None of these by itself: only which inputs changed is known.
    Inputs,
}
crate::scale::words!(CauseKind: Added = "added", Changed = "changed", Removed = "removed", Component = "component",
    Record = "record", Decision = "decision", Inputs = "inputs");

/// A part of the model, and a digest of how it is described: alike only for answers of the same engine.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ModelPart {
    /// The part.
    pub at: Place,
    /// Of an element the version whose inventory this is; `None`: the part itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub inventory_of: Option<FieldedVersionId>,
    /// Of an element the finding of the maker's own that this is; `None`: the part itself.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub finding: Option<VulnerabilityId>,
    /// The digest.
    pub digest: Digest,
}

/// As much of an earlier answer as is compared with: what is read back from its JSON.
#[derive(Debug, Clone, Deserialize)]
pub struct Earlier {
    /// The schema of the answer.
    pub schema: String,
    /// The device.
    pub device: EarlierDevice,
    /// What went in.
    pub inputs: EarlierInputs,
    /// What it supposed; nothing where it was about the device as it was.
    #[serde(default)]
    pub supposed: Vec<serde::de::IgnoredAny>,
    /// Its verdicts.
    pub verdicts: Vec<EarlierVerdict>,
    /// Its watch-list.
    pub watch_list: Vec<WatchItem>,
    /// Its findings.
    pub findings: Vec<EarlierFinding>,
    /// The claims that had effect, by the last day on which they did.
    #[serde(default)]
    pub lapses: Vec<EarlierLapse>,
    /// Where the model was not known to be complete.
    #[serde(default)]
    pub gaps: Vec<EarlierGap>,
    /// The components that could not be assessed.
    #[serde(default)]
    pub unassessed: Vec<EarlierUnassessed>,
    /// The hazards of controls; none where the answer is older than their judging.
    #[serde(default)]
    pub control_hazards: Option<Vec<EarlierHazard>>,
    /// What single actions came to; none where the answer is older than they are.
    #[serde(default)]
    pub single_actions: Option<Vec<EarlierAction>>,
}

/// A single action of an earlier answer.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierAction {
    /// The policy that it was judged by.
    pub policy: PolicyId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// Where it was done.
    pub at: Place,
    /// In words.
    pub text: String,
    /// How it came out.
    pub verdict: Outcome,
    /// The harms that it led to.
    #[serde(default)]
    pub harms: Vec<EarlierHarmAtOnce>,
}

/// A harm that a single action led to.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierHarmAtOnce {
    /// The harm.
    pub harm: HarmId,
    /// The function by which it came about.
    pub function: Option<FunctionId>,
    /// The element of it that was reached.
    pub element: Option<ElementId>,
}

impl From<&crate::many::SingleAction> for EarlierAction {
    fn from(action: &crate::many::SingleAction) -> Self {
        let harm = |one: &crate::many::HarmAtOnce| EarlierHarmAtOnce {
            harm: one.harm.clone(),
            function: one.function.clone(),
            element: one.element.clone(),
        };
        Self {
            policy: action.policy.clone(),
            fielded_version: action.fielded_version.clone(),
            at: action.at.clone(),
            text: action.text.clone(),
            verdict: action.verdict,
            harms: action.harms.iter().map(harm).collect(),
        }
    }
}

/// A hazard of a control in an earlier answer.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierHazard {
    /// The policy that it was judged by.
    pub policy: PolicyId,
    /// The control.
    pub control: ControlId,
    /// Its identifier within the control.
    pub hazard: Option<HazardId>,
    /// How it came out.
    pub outcome: HazardOutcome,
    /// What it did to which function.
    pub degrades: Option<EarlierDegrades>,
    /// What it rested on where it was controlled, as it is written.
    #[serde(default)]
    pub relies_on: Vec<String>,
}

/// What a hazard did to which function.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierDegrades {
    /// The function.
    pub function: FunctionId,
}

impl From<&crate::hazard::ControlHazard> for EarlierHazard {
    fn from(one: &crate::hazard::ControlHazard) -> Self {
        Self {
            policy: one.policy.clone(),
            control: one.control.clone(),
            hazard: one.hazard.clone(),
            outcome: one.outcome,
            degrades: one.degrades.as_ref().map(|what| EarlierDegrades { function: what.function.clone() }),
            relies_on: one.relies_on.iter().map(ToString::to_string).collect(),
        }
    }
}

/// Where a model was not known to be complete.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct EarlierGap {
    /// The element.
    pub element: ElementId,
    /// In which version; `None`: in all.
    pub fielded_version: Option<FieldedVersionId>,
    /// What was missing.
    pub missing: String,
}

/// A component that could not be assessed.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierUnassessed {
    /// In which version.
    pub fielded_version: FieldedVersionId,
    /// The element.
    pub element: ElementId,
    /// Which.
    pub what: EarlierUnassessedComponent,
}

/// Which component could not be assessed.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierUnassessedComponent {
    /// The component.
    pub component: EarlierComponent,
}

/// Claims that had effect in an earlier answer.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierLapse {
    /// The last day on which they have effect.
    pub after: Date,
    /// The claims, as they are written.
    pub claims: Vec<String>,
}

/// The device of an earlier answer.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierDevice {
    /// Its identifier.
    pub id: DeviceId,
}

/// What went into an earlier answer.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierInputs {
    /// The folder without its decisions.
    pub device: Digest,
    /// The knowledge.
    pub knowledge: Digest,
    /// The policies.
    pub policies: Vec<PolicyId>,
    /// Policies, rules and aliases as data.
    pub rules: Digest,
    /// The decisions.
    pub decisions: Digest,
    /// The day.
    pub as_of: Date,
    /// The engine.
    pub engine: String,
    /// The parts of the model; none where the answer is older than they are.
    #[serde(default)]
    pub model: Vec<ModelPart>,
}

/// A verdict of an earlier answer.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierVerdict {
    /// Its name.
    pub id: String,
    /// What it speaks of.
    pub subject: EarlierSubject,
    /// Where.
    pub element: ElementId,
    /// In which version.
    pub fielded_version: FieldedVersionId,
    /// For which units.
    pub units: EarlierUnits,
    /// How it came out.
    pub verdict: Outcome,
    /// What it rested on.
    pub basis: Basis,
    /// What was not known.
    pub presumed_because: Option<PresumedBecause>,
    /// The last day on which its decisions held.
    pub valid_until: Option<Date>,
    /// The controls without which it would have been uncontrolled.
    pub controls_relied_on: Vec<ControlId>,
    /// Whether it reached a harm.
    #[serde(default)]
    pub harm: Option<serde::de::IgnoredAny>,
    /// Its way to harm.
    pub witness: EarlierWitness,
    /// The claims on each of which it turned.
    #[serde(default)]
    pub sensitivity: Vec<EarlierPoint>,
    /// The subjects that it spoke for.
    #[serde(default)]
    pub covers: Vec<String>,
}

/// A single point on which an earlier verdict turned.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierPoint {
    /// The claim, as it is written.
    #[serde(rename = "if")]
    pub claim: String,
}

/// What an earlier verdict speaks of.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierSubject {
    /// Its name.
    pub id: String,
}

/// The units of an earlier verdict.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierUnits {
    /// Their cohort.
    pub cohort: CohortId,
}

/// The way to harm of an earlier verdict.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierWitness {
    /// Its facts.
    pub nodes: Vec<EarlierNode>,
}

/// A fact on an earlier way to harm.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierNode {
    /// Where it stands.
    pub at: Place,
}

/// A finding of an earlier answer.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierFinding {
    /// In which version.
    pub fielded_version: FieldedVersionId,
    /// Where.
    pub element: ElementId,
    /// What.
    pub finding: EarlierFound,
}

/// What was found.
#[derive(Debug, Clone, Deserialize)]
pub struct EarlierFound {
    /// The vulnerability.
    pub vulnerability: EarlierVulnerability,
    /// The component.
    pub component: EarlierComponent,
    /// Whether it touched the component.
    pub state: State,
}

/// As much of a vulnerability as turns verdicts.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct EarlierVulnerability {
    /// Its identifier.
    pub id: String,
    /// Whether it was known to be exploited.
    #[serde(default)]
    pub kev: bool,
    /// Its scores.
    #[serde(default)]
    pub cvss: Vec<EarlierScore>,
    /// References that its record marked as an exploit.
    #[serde(default)]
    pub exploit_references: Vec<String>,
}

/// A score of an earlier answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct EarlierScore {
    /// The vector.
    pub vector: String,
}

impl From<&VulnerabilitySummary> for EarlierVulnerability {
    fn from(summary: &VulnerabilitySummary) -> Self {
        let score = |score: &crate::finding::CvssSummary| EarlierScore { vector: score.vector.to_string() };
        Self {
            id: summary.id.to_string(),
            kev: summary.kev,
            cvss: summary.cvss.iter().map(score).collect(),
            exploit_references: summary.exploit_references.clone(),
        }
    }
}

/// A component of an earlier answer.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct EarlierComponent {
    /// Its reference.
    #[serde(rename = "ref")]
    pub reference: ComponentRef,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

impl From<&ComponentSummary> for EarlierComponent {
    fn from(component: &ComponentSummary) -> Self {
        let ComponentSummary { reference, name, version, .. } = component;
        Self { reference: reference.clone(), name: name.clone(), version: version.clone() }
    }
}

impl From<&crate::assessment::Gap> for EarlierGap {
    fn from(gap: &crate::assessment::Gap) -> Self {
        let crate::assessment::Gap { element, fielded_version, missing, .. } = gap;
        Self { element: element.clone(), fielded_version: fielded_version.clone(), missing: missing.clone() }
    }
}

impl From<&Assessment> for Earlier {
    fn from(answer: &Assessment) -> Self {
        let inputs = &answer.inputs;
        let verdict = |verdict: &crate::Verdict| EarlierVerdict {
            id: verdict.id.clone(),
            subject: EarlierSubject { id: verdict.subject.id.clone() },
            element: verdict.element.clone(),
            fielded_version: verdict.fielded_version.clone(),
            units: EarlierUnits { cohort: verdict.units.cohort.clone() },
            verdict: verdict.verdict,
            basis: verdict.basis,
            presumed_because: verdict.presumed_because,
            valid_until: verdict.valid_until,
            controls_relied_on: verdict.controls_relied_on.clone(),
            harm: verdict.harm.as_ref().map(|_| serde::de::IgnoredAny),
            witness: EarlierWitness {
                nodes: verdict.witness.nodes.iter().map(|node| EarlierNode { at: node.at.clone() }).collect(),
            },
            sensitivity: verdict
                .sensitivity
                .iter()
                .map(|point| EarlierPoint { claim: point.claim.to_string() })
                .collect(),
            covers: verdict.covers.clone(),
        };
        let finding = |at: &crate::assessment::FindingAt| EarlierFinding {
            fielded_version: at.fielded_version.clone(),
            element: at.element.clone(),
            finding: EarlierFound {
                vulnerability: EarlierVulnerability::from(&*at.finding.vulnerability),
                state: at.finding.state,
                component: EarlierComponent::from(&*at.finding.component),
            },
        };
        Self {
            schema: answer.schema.to_owned(),
            device: EarlierDevice { id: answer.device.id.clone() },
            inputs: EarlierInputs {
                device: inputs.device,
                knowledge: inputs.knowledge,
                policies: inputs.policies.clone(),
                rules: inputs.rules,
                decisions: inputs.decisions,
                as_of: inputs.as_of,
                engine: inputs.engine.clone(),
                model: inputs.model.clone(),
            },
            supposed: answer.supposed.iter().map(|_| serde::de::IgnoredAny).collect(),
            verdicts: answer.verdicts.iter().map(verdict).collect(),
            watch_list: answer.watch_list.clone(),
            findings: answer.findings.iter().map(finding).collect(),
            lapses: answer
                .lapses
                .iter()
                .map(|lapse| EarlierLapse {
                    after: lapse.after,
                    claims: lapse.claims.iter().map(ToString::to_string).collect(),
                })
                .collect(),
            gaps: answer.gaps.iter().map(EarlierGap::from).collect(),
            unassessed: answer
                .unassessed
                .iter()
                .map(|at| EarlierUnassessed {
                    fielded_version: at.fielded_version.clone(),
                    element: at.element.clone(),
                    what: EarlierUnassessedComponent { component: EarlierComponent::from(&at.what.component) },
                })
                .collect(),
            control_hazards: Some(answer.control_hazards.iter().map(EarlierHazard::from).collect()),
            single_actions: Some(answer.single_actions.iter().map(EarlierAction::from).collect()),
        }
    }
}

impl Earlier {
    /// The places on which some way to harm went.
    pub fn walked(&self) -> BTreeSet<&Place> {
        self.verdicts.iter().flat_map(|verdict| &verdict.witness.nodes).map(|node| &node.at).collect()
    }
}
