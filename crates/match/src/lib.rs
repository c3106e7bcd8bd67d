//! Which known vulnerabilities touch which components of one host element, with the proof.
//!
//! In come an inventory, the reviewed aliases and a body of knowledge; out go findings with three values and a list of
//! everything that could not be assessed. A component is in that list or it was assessed: nothing is left out.
//!
//! The way of a component: `identity` says which products it is and how that is known, `package` which package of which
//! ecosystem, and `subject` by which keys statements about it are found. `criterion` compares one criterion of a record with one
//! identity, and `applicability` evaluates the whole record for the host in Kleene logic; `statement` evaluates what records say of
//! versions without configurations. Each is a `voice`; `judge` brings all voices about one vulnerability to one finding; `report`
//! does that for everything; `undescribed` says what may be touched by what no record describes; `explain` says why, also where
//! nothing was found. `apart` does the same for single components, for whoever has many inventories that share them.
//!
//! Deliberately absent: exploitability, verdicts, decisions, and what neighbours of the host have installed.

use ward_model::component::Component;
use ward_model::cpe::Cpe;

mod apart;
mod applicability;
mod criterion;
mod explain;
mod files;
pub mod hash;
mod host;
mod identity;
mod judge;
mod names;
mod package;
mod platform;
mod relation;
mod release;
mod report;
mod shelf;
mod spread;
mod statement;
mod subject;
pub mod support;
mod twins;
mod uncompared;
mod undescribed;
mod version;
mod voice;

pub use apart::{
    Again, Alone, Among, Answered, Apart, Asked, Brief, Change, Dependency, KnownChange, Matcher, Part, Recognised,
    Shown, report_of_parts,
};
pub use explain::{ExplainError, Explanation, explain};
pub use files::{program_files, summary};
pub use judge::Known;
pub use report::{match_inventory, match_knowing};
pub use spread::spread;
pub use uncompared::{Uncompared, uncompared};

/// What one host element has.
#[derive(Debug, Clone, Copy)]
pub struct Inventory<'a> {
    /// Its software, from its SBOMs.
    pub components: &'a [Component],
    /// Its hardware, by CPE name.
    pub hardware: &'a [Cpe],
    /// Whether its software, hardware and operating system are all listed, by a claim that has effect. Only then does
    /// a missing platform exclude anything.
    pub complete: bool,
}

#[cfg(test)]
mod tests;
