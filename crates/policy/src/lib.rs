//! Policies, rules, aliases and citations: dated data files, loaded and checked.
//!
//! What is law, judgement or a product default stands in files under `policies/` and `rules/`; this room reads them, refuses what
//! is contradictory, and hands them on as values. It decides nothing about a device.

mod citation;
pub mod considerations;
mod draft;
mod error;
pub mod exercise;
mod file;
mod freshness;
mod library;
mod lifecycle;
mod period;
mod policy;
mod raise;
mod rule;
pub mod ssvc;
mod transfer;
mod treatment;

pub use citation::{Citation, Citations, Document, Edition};
pub use error::PolicyError;
pub use freshness::Expectations;
pub use library::{Library, Rulebook};
pub use lifecycle::{AdviceRule, KnownTreatment, LifecycleRules, LossRule, Mitigation, PathRule, Told};
pub use period::Period;
pub use policy::{ClockRule, ClockWhen, Escalation, Event, Matrix, Policy, TermUnit, Weakened, Words};
pub use raise::{Evidence, EvidenceKind, RaiseRule, Raised, Reason};
pub use rule::{
    ACCEPT_DATA, CodeExecution, Condition, ElementCondition, FunctionCondition, Gives, INSTALL_CODE, LinkCondition,
    Privilege, REPLAY_CODE, REPLAY_COMMAND, REPLAY_DATA, SEND_COMMAND, STEPS, SecretCondition, SenderCheck, Way,
    WeaknessRule,
};
pub use transfer::{Derived, Level, SafetyGoal, SafetyRow, Transfer};
pub use treatment::TreatmentCosts;
