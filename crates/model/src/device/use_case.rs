//! What follows when a function degrades in each state that the device can be in: the security use cases of FDA's premarket
//! guidance (V.B.2 and Appendix 2).
//!
//! Nothing is reasoned from them. An attacker waits for the state that suits, and what was altered in one state is still altered in the
//! next; so every effect of a function counts whatever the state.

use crate::device::HowDegraded;
use crate::ids::{FunctionId, HarmId};

/// Of what kind a state is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StateKind {
    /// Of the device: powering on, standing by, in service.
    Operational,
    /// Of the care that it gives: programming, delivering, alarming.
    Clinical,
}
crate::scale::words!(StateKind: Operational = "operational", Clinical = "clinical");

/// A state that the device can be in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceState {
    /// Its identifier, given once among the states of both kinds.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Of what kind it is.
    pub kind: StateKind,
}

/// What follows when a function degrades in one way, in some states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UseCase {
    /// The function.
    pub function: FunctionId,
    /// How it degrades.
    pub on: HowDegraded,
    /// The operational states; empty: all of them.
    pub operational: Vec<String>,
    /// The clinical states; empty: all of them.
    pub clinical: Vec<String>,
    /// What follows.
    pub follows: Follows,
    /// What shows it: a file of the folder, with a place in it.
    pub evidence: Option<String>,
}

impl UseCase {
    /// Whether it speaks of this pair of states. A name is `None` where the device lists no states of that kind.
    pub fn speaks_of(&self, operational: Option<&str>, clinical: Option<&str>) -> bool {
        let among = |named: &[String], state: Option<&str>| {
            named.is_empty() || state.is_some_and(|state| named.iter().any(|one| one == state))
        };
        among(&self.operational, operational) && among(&self.clinical, clinical)
    }
}

/// What follows when a function degrades.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Follows {
    /// A harm, to which an effect of the function leads.
    Harm(HarmId),
    /// No harm, for this reason.
    Nothing(String),
}

/// The states of a device, and what follows in them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UseCases {
    /// The states, in the order of the file.
    pub states: Vec<DeviceState>,
    /// The use cases, in the order of the file.
    pub cases: Vec<UseCase>,
}

impl UseCases {
    /// Every pair of an operational and a clinical state, in the order of the file; empty where no states are listed. Where the states of
    /// one kind are listed alone, the other stays `None`.
    pub fn pairs(&self) -> Vec<(Option<&str>, Option<&str>)> {
        let of = |kind: StateKind| {
            let mut names: Vec<Option<&str>> =
                self.states.iter().filter(|state| state.kind == kind).map(|state| Some(state.id.as_str())).collect();
            if names.is_empty() {
                names.push(None);
            }
            names
        };
        if self.states.is_empty() {
            return Vec::new();
        }
        let clinical = of(StateKind::Clinical);
        of(StateKind::Operational).into_iter().flat_map(|one| clinical.iter().map(move |other| (one, *other))).collect()
    }
}
