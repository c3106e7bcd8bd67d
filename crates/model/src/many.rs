//! What one action of an attacker brings on several people at once.

use serde::Serialize;

use crate::assessment::MultiPatient;
use crate::ids::{CohortId, DeviceId, ElementId, FieldedVersionId, FunctionId, HarmId, PersonGroupId, PolicyId};
use crate::scale::{Exploitability, Persons, Reach, Severity};
use crate::verdict::{Outcome, Place};

/// One thing that an attacker does once and that harms several people at the same time.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct SingleAction {
    /// Stable over inputs that do not change what it speaks of.
    pub id: String,
    /// The policy that judges the harms.
    pub policy: PolicyId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// For which groups of units.
    pub cohorts: Vec<CohortId>,
    /// What is done.
    pub kind: ActionKind,
    /// Where it is done.
    pub at: Place,
    /// The same in words.
    pub text: String,
    /// How easily it is done, at the easiest.
    pub exploitability: Exploitability,
    /// In how many places at once it is done, at the widest.
    pub reach: Reach,
    /// How many people it harms at once, at most.
    pub persons_at_once: Persons,
    /// Whether any of its harms is uncontrolled.
    pub verdict: Outcome,
    /// By what it reaches several: on the way to the harm that touches most, or on the way to the action itself where that is done in
    /// several places at once. Never empty.
    pub shared: Vec<Shared>,
    /// Every harm to persons that it leads to, the worst first, those that touch one person included.
    pub harms: Vec<HarmAtOnce>,
    /// What would take over for the functions that it stops, and whether there is staff for everybody.
    pub fallbacks: Vec<FallbackStaff>,
}

/// What an attacker does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum ActionKind {
    /// A secret is learned.
    LearnSecret,
    /// A foothold is won inside a network.
    EnterNetwork,
    /// Messages are put on a link.
    SendMessage,
    /// Code is run on an element.
    RunCode,
    /// What an element does is altered.
    Alter,
    /// An element is stopped.
    Stop,
}
crate::scale::words!(ActionKind: LearnSecret = "learn-secret", EnterNetwork = "enter-network", SendMessage = "send-message",
    RunCode = "run-code", Alter = "alter", Stop = "stop");

/// Something that several units or people have in common, so that one action reaches them all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Shared {
    /// What kind of thing.
    pub kind: SharedKind,
    /// Which.
    pub at: Place,
    /// How it joins them.
    pub text: String,
}

/// What several units or people may have in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum SharedKind {
    /// A secret that is good for more than one unit.
    Secret,
    /// An element of which there are several alike, or one that serves several.
    Component,
    /// A network, radio range or link that leads to several.
    Network,
    /// Something that no way tells of.
    NotTold,
}
crate::scale::words!(SharedKind: Secret = "secret", Component = "component", Network = "network", NotTold = "not-told");

/// A harm that an action leads to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct HarmAtOnce {
    /// The harm.
    pub harm: HarmId,
    /// The function by which it comes about at its worst.
    pub function: Option<FunctionId>,
    /// The element of it that the action reaches, where it is one alone.
    pub element: Option<ElementId>,
    /// Who depends on that function.
    pub persons: Option<PersonGroupId>,
    /// How many people at once, at most.
    pub persons_at_once: Persons,
    /// Its severity for one person.
    pub severity: Severity,
    /// Its severity for as many people as it reaches at once.
    pub escalated_severity: Severity,
    /// The class of the easiest way from the action to it.
    pub exploitability: Exploitability,
    /// What the policy makes of it alone.
    pub verdict: Outcome,
}

/// A function that an action stops, what takes over, and for how many.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FallbackStaff {
    /// The function that stops.
    pub function: FunctionId,
    /// What would take over for it.
    pub fallback: FunctionId,
    /// For how many people one site has staff.
    pub staff_per_site: u64,
    /// How many people need it at once: of all functions that the action stops and that rely on it.
    pub persons_at_once: Persons,
    /// Whether that is noticed and taken over before harm begins.
    pub in_time: bool,
    /// Whether somebody answers for these numbers by a decision.
    pub answered: bool,
    /// Whether there is staff for everybody.
    pub staff_suffices: bool,
}

/// The schema number of [`Many`].
pub const MANY_SCHEMA: &str = "wardround/many/1";

/// What `ward paths --many` answers: the actions of an assessment by themselves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Many {
    /// [`MANY_SCHEMA`].
    pub schema: &'static str,
    /// The device.
    pub device: DeviceId,
    /// The actions, the worst first.
    pub single_actions: Vec<SingleAction>,
    /// The harms that they bring on several people at once.
    pub multi_patient: Vec<MultiPatient>,
}
