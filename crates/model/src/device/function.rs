//! What the system does for people, and what happens when it does not.

use serde::Serialize;

use crate::ids::{ElementId, FunctionId, HarmId, LinkId, PersonGroupId};
use crate::scale::{Axis, Severity};

/// A clinical or technical function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its identifier.
    pub id: FunctionId,
    /// Its name for people.
    pub name: String,
    /// Whether it is essential performance.
    pub essential: bool,
    /// What realises it.
    pub realised_by: RealisedBy,
    /// The links on whose data it rests; `None`: all that bring data to its elements.
    pub fed_by: Option<Vec<LinkId>>,
    /// Who depends on it.
    pub persons: Option<PersonGroupId>,
    /// How many people one instance serves at once; `None` where nobody knows.
    pub at_once_per_instance: Option<u64>,
    /// What follows when it degrades.
    pub effects: Vec<Effect>,
}

/// What realises a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RealisedBy {
    /// All of these: one that falls or is altered takes the function with it.
    All(Vec<ElementId>),
    /// Any of these: it is lost when all are, altered when one is (a claim).
    Any(Vec<ElementId>),
    /// `required` of these must agree: altered by that many, lost when fewer are left (a claim).
    Voted {
        /// The voters.
        of: Vec<ElementId>,
        /// How many must agree.
        required: usize,
    },
    /// People only: no element of the system takes part.
    People,
}

impl RealisedBy {
    /// The elements that take part.
    pub fn elements(&self) -> &[ElementId] {
        match self {
            Self::All(elements) | Self::Any(elements) | Self::Voted { of: elements, .. } => elements,
            Self::People => &[],
        }
    }
}

/// What follows when a function degrades in one way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// How it degrades.
    pub on: HowDegraded,
    /// The hazardous situation.
    pub hazardous_situation: String,
    /// The harm it leads to.
    pub harm: HarmId,
    /// How long until harm begins; `None`: at once.
    pub onset_seconds: Option<u64>,
    /// What takes over when the function is lost (a claim).
    pub fallback: Option<Fallback>,
    /// Whether what is altered is health data and not therapy, for naming the threat.
    pub health_data: bool,
}

/// How a function degrades.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum HowDegraded {
    /// It stops.
    Loss,
    /// It does something else.
    Alteration,
    /// What it keeps becomes known.
    Disclosure,
}
crate::scale::words!(HowDegraded: Loss = "loss", Alteration = "alteration", Disclosure = "disclosure");

/// What takes over when a function is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// The function that takes over.
    pub function: FunctionId,
    /// The function that notices the loss.
    pub detection: FunctionId,
    /// How long noticing takes.
    pub detection_seconds: u64,
    /// How long taking over takes.
    pub switch_over_seconds: u64,
    /// For how many people at once one site can do it.
    pub staff_per_site: u64,
}

impl Fallback {
    /// The functions without which it does not take over: what takes over, and what notices.
    pub fn helpers(&self) -> [&FunctionId; 2] {
        [&self.function, &self.detection]
    }

    /// How many seconds pass until it has taken over.
    pub fn seconds(&self) -> u64 {
        self.detection_seconds.saturating_add(self.switch_over_seconds)
    }
}

/// People who depend on a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonGroup {
    /// Its identifier.
    pub id: PersonGroupId,
    /// Its name for people.
    pub name: String,
    /// In which role.
    pub role: PersonRole,
}

/// In which role somebody is touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "kebab-case")]
pub enum PersonRole {
    /// A patient.
    Patient,
    /// A user: nurse, technician, carer.
    User,
    /// Anybody else.
    Bystander,
}
crate::scale::words!(PersonRole: Patient = "patient", User = "user", Bystander = "bystander");

/// A harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Harm {
    /// Its identifier.
    pub id: HarmId,
    /// In words.
    pub text: String,
    /// On which axis it counts.
    pub axis: Axis,
    /// How severe it is; the worst where nobody has said.
    pub severity: Severity,
}
