//! Why an event touches nothing today, as names that a program can compare.
//!
//! Hundreds of thousands of items say the same of a few places: they share it.

use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::ids::{ComponentRef, ElementId, FieldedVersionId};
use crate::verdict::Place;

/// An event that touches nothing today.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WatchItem {
    /// The vulnerability or weakness, or the element of which something would be presumed.
    pub event: String,
    /// Where it was looked at.
    pub element: ElementId,
    /// In which fielded version.
    pub fielded_version: FieldedVersionId,
    /// What does not hold today.
    pub failed_predicate: Arc<str>,
    /// What would make it live.
    pub becomes_live_if: Arc<str>,
    /// When to look again, at the latest: no later than the decisions hold that it rests on.
    #[cfg_attr(feature = "schema", schemars(with = "String"))]
    pub review_by: Date,
    /// What does not hold, one by one: any of them coming about makes it live, but for those that do so only together.
    #[serde(default)]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub predicates: Vec<Arc<FailedPredicate>>,
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FailedPredicate {
    /// What kind of thing.
    pub kind: PredicateKind,
    /// The place in the model of which it does not hold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub at: Option<Place>,
    /// The component that was looked at.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub component: Option<WatchedComponent>,
    /// The versions or the configuration that the record means, as its source writes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub criterion: Option<String>,
    /// What makes it live.
    pub live_by: LiveBy,
    /// The claims that hold by decisions and without each of which it would not be so. None where
    /// several decisions hold it and no single one is needed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub claims: Vec<String>,
    /// The decision, by its number, where it takes the end of all that it speaks of: no claim of it does so alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub decision: Option<usize>,
    /// The last day on which these decisions hold.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schemars(with = "Option<String>"))]
    pub until: Option<Date>,
    /// All predicates of an item that have the same number here have to come about together; each such set makes it live. One without
    /// a number does so alone.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    #[cfg_attr(feature = "schema", schemars(default))]
    pub together: Option<usize>,
    /// In words.
    pub text: Arc<str>,
}

/// A component that was looked at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct WatchedComponent {
    /// Its reference inside the SBOM.
    #[serde(rename = "ref")]
    pub reference: ComponentRef,
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: Option<String>,
}

/// What kind of thing does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PredicateKind {
    /// The version of the component is not among those that the record means.
    VersionOutsideRange,
    /// What the record asks for beside the component is not there.
    ConfigurationAbsent,
    /// Nobody can stand there, or touch it.
    PositionNotReachable,
    /// Nothing inside the network is in an attacker's hands.
    NetworkNotEntered,
    /// No message of an attacker arrives by the link.
    LinkNotReachable,
    /// Messages of an attacker are not taken for the rightful sender's.
    SenderNotBelieved,
    /// What is worked with is not false.
    DataNotFalse,
    /// An attacker has not that privilege there.
    PrivilegeMissing,
    /// The secret is not known to an attacker.
    SecretUnknown,
    /// A control stands in the way.
    ControlStands,
    /// The function does what it should.
    FunctionStands,
    /// It can be used, and leads to no harm to a person.
    NoHarmReached,
    /// A decision keeps it away: without it, it would be there or lead on.
    DecisionHolds,
    /// What else may lead on is ruled out by decisions that everything there is listed.
    DescribedCompletely,
}
crate::scale::words!(PredicateKind: VersionOutsideRange = "version-outside-range", ConfigurationAbsent = "configuration-absent",
    PositionNotReachable = "position-not-reachable", NetworkNotEntered = "network-not-entered",
    LinkNotReachable = "link-not-reachable", SenderNotBelieved = "sender-not-believed", DataNotFalse = "data-not-false",
    PrivilegeMissing = "privilege-missing", SecretUnknown = "secret-unknown", ControlStands = "control-stands",
    FunctionStands = "function-stands", NoHarmReached = "no-harm-reached", DecisionHolds = "decision-holds",
    DescribedCompletely = "described-completely");

/// What makes an event live.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum LiveBy {
    /// The component at another version, or a record that means this one.
    Version,
    /// A component, platform or setting that is added.
    Configuration,
    /// A link that is added or exposed, or a function that comes to rest on the element.
    Link,
    /// A position that comes within reach.
    Position,
    /// A weakness that gives the privilege.
    Weakness,
    /// A secret that becomes known.
    Secret,
    /// A control that falls, or whose decision lapses.
    Control,
    /// A function that fails.
    Function,
    /// A decision that ends, is withdrawn, or is not bound any more to what was decided.
    Decision,
}
crate::scale::words!(LiveBy: Version = "version", Configuration = "configuration", Link = "link", Position = "position",
    Weakness = "weakness", Secret = "secret", Control = "control", Function = "function", Decision = "decision");
