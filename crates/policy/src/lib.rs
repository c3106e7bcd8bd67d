//! Policies, rules, aliases and citations: dated data files, loaded and checked.
//!
//! What is law, judgement or a product default stands in files under `policies/` and `rules/`; this room reads them, refuses what
//! is contradictory, and hands them on as values. It decides nothing about a device.

pub mod considerations;
mod error;
mod file;
mod library;
mod policy;
mod rule;

pub use error::PolicyError;
pub use library::{Library, Rulebook};
pub use policy::{ClockRule, ClockWhen, Escalation, Matrix, Policy, Raises, Words};
pub use rule::{
    ACCEPT_DATA, CodeExecution, Gives, INSTALL_CODE, LinkCondition, Privilege, REPLAY_CODE, REPLAY_COMMAND,
    REPLAY_DATA, SEND_COMMAND, STEPS, SenderCheck, WeaknessRule,
};
