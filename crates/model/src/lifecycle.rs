//! The answer of `ward lifecycle`: where each fielded version stands in its life, what it loses with its parts, until when it is used
//! without support, how it is updated, and what the people who depend on it are told.
//!
//! Stages are those of IMDRF N70. What is not known is shown as a range of stages, and never read as support.

use jiff::civil::Date;
use serde::Serialize;

use crate::assessment::{DeviceSummary, Inputs};
use crate::device::{Owner, PersonRole, Stage, UpdatePath};
use crate::ids::{ComponentRef, ControlId, ElementId, FieldedVersionId, HarmId, PersonGroupId, VariantId};
use crate::verdict::Witness;

/// The schema number of [`LifecycleReport`].
pub const LIFECYCLE_SCHEMA: &str = "wardround/lifecycle/1";

/// Where the fielded versions of a device stand in their lives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LifecycleReport {
    /// [`LIFECYCLE_SCHEMA`].
    pub schema: &'static str,
    /// The device.
    pub device: DeviceSummary,
    /// What went in.
    pub inputs: Inputs,
    /// The last day that was looked at for ends of support.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub horizon: Date,
    /// The fielded versions, in the order of the folder; of a family those of every variant.
    pub versions: Vec<VersionLifecycle>,
    /// What was not looked at.
    pub notes: Vec<String>,
}

/// Where one fielded version stands in its life.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct VersionLifecycle {
    /// The version.
    pub fielded_version: FieldedVersionId,
    /// The variant of the family, where there are any; `None`: what is common.
    pub variant: Option<VariantId>,
    /// How many units run it; `None` where nobody knows.
    pub units: Option<u64>,
    /// What the folder declares.
    pub declared: DeclaredLife,
    /// Its stage by the rules; `None` where what is not known decides.
    pub stage: Option<Stage>,
    /// Its stage if all that is not known is good, and if all of it is bad.
    pub stage_range: [Stage; 2],
    /// Why.
    pub reasons: Vec<String>,
    /// Where the declared stage and the dates contradict each other.
    pub contradictions: Vec<String>,
    /// When the stage changes next, as far as dates are known; `None`: no known date within the horizon changes it.
    pub next_change: Option<StageChange>,
    /// How many components of the maker's own elements are supported.
    pub counts: SupportCounts,
    /// The components whose support is known: those without any longer first, then by the end of their support. Of those of which
    /// nothing is known see `counts`, and `unknown`.
    pub support: Vec<ComponentSupport>,
    /// The components of which nobody says until when they are supported.
    pub unknown: Vec<UnknownSupport>,
    /// How much of the service life no support covers, the longest first.
    pub gaps: Vec<SupportGap>,
    /// What the loss of a component comes to, for each whose support has ended or ends within the horizon, and each that was named.
    pub losses: Vec<ComponentLoss>,
    /// How it is updated, what that risks, and what is given up without it.
    pub update: UpdateSituation,
    /// What its people are to be told, the worst first.
    pub advice: Vec<Advice>,
    /// What the folder does not say and this answer would need.
    pub missing: Vec<String>,
}

/// What a folder declares of the life of a version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct DeclaredLife {
    /// The stage of the device.
    pub stage: Stage,
    /// When it stops being sold.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub end_of_life: Option<Date>,
    /// When its support ends.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub end_of_support: Option<Date>,
    /// For how many years a unit is meant to be used.
    pub service_life_years: Option<u32>,
    /// The day on which the last unit of it was made.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub last_manufactured: Option<Date>,
    /// The day until which units of it are meant to be used.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub service_until: Option<Date>,
    /// From what that day is computed.
    pub service_from: Option<ServiceFrom>,
}

/// From what the end of the service life is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ServiceFrom {
    /// The day on which the last unit was made.
    LastManufactured,
    /// The day on which it stops being sold.
    EndOfLife,
    /// The day asked about: for all that is said, a unit may be sold today.
    AsOf,
}

/// When the stage changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct StageChange {
    /// The day.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub on: Date,
    /// The stage from then on, if all that is not known is good, and if all of it is bad.
    pub to: [Stage; 2],
    /// Why.
    pub reasons: Vec<String>,
}

/// Components that the maker answers for, by their support on the day asked about.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SupportCounts {
    /// Known to be supported.
    pub supported: usize,
    /// Known not to be supported any more.
    pub ended: usize,
    /// Of which nobody says. What else may run on an element whose software is not known to be listed completely counts as one.
    pub unknown: usize,
}

/// Whether something is supported on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SupportState {
    /// It is.
    Supported,
    /// Nobody says.
    Unknown,
    /// It is not any more.
    Ended,
}

/// The support of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComponentSupport {
    /// Where it runs.
    pub element: ElementId,
    /// Who answers for that element.
    pub owner: Owner,
    /// Its reference in the SBOM.
    pub component: ComponentRef,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
    /// Whether it is supported on the day asked about.
    pub state: SupportState,
    /// The day on which its support ends, or ended, where one is said: the earliest that a source says.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Date>,
    /// What each source says.
    pub sources: Vec<SupportSource>,
}

/// What a source says of the support of a component.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SupportSource {
    /// The source: `sbom`, or `eol` for the feed of support dates.
    pub source: String,
    /// What it says, with the product and the release line that the component was recognised as.
    pub says: String,
}

/// A component of which nobody says until when it is supported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UnknownSupport {
    /// Where it runs.
    pub element: ElementId,
    /// Its reference in the SBOM; `None`: what nobody has listed there, or what is not known to be all.
    pub component: Option<ComponentRef>,
    /// Its name and version.
    pub name: String,
    /// What is not known.
    pub reason: String,
}

/// A part of the service life that no support covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SupportGap {
    /// Where the component runs; `None`: it is the version's own support.
    pub element: Option<ElementId>,
    /// The component.
    pub component: Option<ComponentRef>,
    /// Its name and version.
    pub name: String,
    /// Whether it is supported on the day asked about.
    pub state: SupportState,
    /// The day on which its support ends or ended, where one is said.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub supported_until: Option<Date>,
    /// The day until which units are meant to be used.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub service_until: Date,
    /// From when on, not before the day asked about, no support is known.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub uncovered_from: Date,
    /// For how many days of the service life that is.
    pub uncovered_days: u32,
}

/// What is assumed of a lost component reaches people, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Reached {
    /// It reaches no harm that the policies find unacceptable.
    Controlled,
    /// What is not known of the elements on the way decides.
    Unknown,
    /// It reaches such a harm.
    Uncontrolled,
}

/// What the loss of one component comes to: as if it had a weakness that gives its element away and that nobody mends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct ComponentLoss {
    /// Where it runs.
    pub element: ElementId,
    /// Who answers for that element.
    pub owner: Owner,
    /// The component.
    pub component: ComponentRef,
    /// Its name and version.
    pub name: String,
    /// The day on which its support ends or ended; `None` where it was named and no day is known.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub on: Option<Date>,
    /// How far the weakness reaches if no control had effect.
    pub without_controls: Reached,
    /// How far it reaches with the controls that have effect today.
    pub with_controls: Reached,
    /// How far it would reach if every claim of the folder held.
    pub if_claims_hold: Reached,
    /// The controls in effect that each alone keep it from people.
    pub single_points: Vec<ControlId>,
    /// The worst harm that it reaches.
    pub harm: Option<HarmId>,
    /// A derivation of that harm.
    pub witness: Witness,
    /// What follows by the rules while the component stays: for the maker's own elements a stage.
    pub if_kept: LossOutcome,
    /// A supported release that could take its place, and what follows then.
    pub replacement: Option<Replacement>,
}

/// What follows from a loss by the rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct LossOutcome {
    /// The row of the rules; `None` where the element is not the maker's own, whose loss changes no stage.
    pub rule: Option<String>,
    /// The stage before.
    pub from: Stage,
    /// The stage after.
    pub to: Stage,
    /// Whether users are to be told.
    pub tell_users: bool,
    /// Whether the public is to be told.
    pub public_notice: bool,
    /// What to do.
    pub action: String,
    /// The clause it rests on, or that it is a default of the product.
    pub source: String,
}

/// A supported release in place of a component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Replacement {
    /// The release line, as the feed calls it.
    pub release: String,
    /// Until when it is supported, where a day is said.
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub supported_until: Option<Date>,
    /// Why it cannot be brought to units, where it cannot.
    pub blocked_by: Option<String>,
    /// What follows where it is put in place.
    pub then: LossOutcome,
}

/// How a version is updated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct UpdateSituation {
    /// The path; `None` where nobody says.
    pub path: Option<UpdatePath>,
    /// The path in words.
    pub text: String,
    /// Whether it cannot be updated at all.
    pub impossible: bool,
    /// What an update itself risks.
    pub risks: Vec<Stated>,
    /// What is given up where protection takes the place of an update.
    pub given_up: Vec<Stated>,
}

/// A word of the folder or of the rules, and what it means.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Stated {
    /// The word.
    pub word: String,
    /// What it means.
    pub text: String,
    /// Who says that it is so here: `folder`, or the rule that takes it for granted by path and setting.
    pub by: String,
}

/// How the device stands to the body of those who depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum Setting {
    /// Inside the body.
    Implanted,
    /// On the body.
    Worn,
    /// At a bed, in a room or at a site.
    Bedside,
}
crate::scale::words!(Setting: Implanted = "implanted", Worn = "worn", Bedside = "bedside");

/// Of what the update path of a version speaks: what people have in or on them, or what clinics have to set that up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum UpdateOf {
    /// What people have, or the device where they have none of their own.
    Person,
    /// What the clinic has: a programmer, a service tool.
    Clinic,
    /// The maker owns both, and the folder does not say.
    NotSaid,
}
crate::scale::words!(UpdateOf: Person = "person", Clinic = "clinic", NotSaid = "not-said");

/// What one group of people is to be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Advice {
    /// The group; `None`: whoever has the devices by which clinics set up what people have, or runs what stands at the bedside.
    pub person_group: Option<PersonGroupId>,
    /// Their name.
    pub persons: String,
    /// Their role.
    pub role: PersonRole,
    /// How the device stands to their bodies.
    pub setting: Setting,
    /// The entry of the rules.
    pub rule: String,
    /// What to do.
    pub text: String,
    /// What it rests on.
    pub source: String,
}

impl VersionLifecycle {
    /// Whether something of it is known to have lost its support: a component of the maker's, or the version itself.
    pub fn is_unsupported(&self) -> bool {
        self.counts.ended > 0 || self.stage_range[0] == Stage::EndOfSupport
    }
}
