//! `use-cases.toml`.

use super::scalar::{Citation, Id};
use super::tables;
use crate::diagnostic::At;
use ward_model::device::{HowDegraded, StateKind};

tables! {
    /// The states that the device can be in, and what follows in each when a function degrades. Nothing is reasoned from it; a state without an answer is a gap.
    struct UseCasesFile "use-cases.toml" {
        /// A state that the device can be in.
        state: optional Vec<At<State>>,
        /// What follows when a function degrades in one way, in some states.
        use_case: optional Vec<At<UseCase>>,
    }

    /// A state that the device can be in.
    struct State "a state" {
        /// Its identifier, given once among the states of both kinds.
        id: required Id,
        /// Its name for people.
        name: optional String,
        /// `operational` (powering on, standing by, in service) or `clinical` (programming, delivering, alarming).
        kind: required StateKind,
    }

    /// What follows when a function degrades in one way, in some states: a harm, or none and why.
    struct UseCase "a use case" {
        /// The function.
        function: required Id,
        /// How it degrades.
        on: required HowDegraded,
        /// The states, of either kind. Where none of a kind is named, all of that kind.
        states: optional Vec<At<Id>>,
        /// The harm that follows: one to which an effect of the function leads.
        harm: optional Id,
        /// Why no harm follows.
        harmless: optional String,
        /// What shows it.
        evidence: optional Citation,
    }
}
