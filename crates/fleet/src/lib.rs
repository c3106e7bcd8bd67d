//! Many inventories at once.
//!
//! A [`Portfolio`] is one file with the SBOMs of many devices: what differs among their components, and who holds what. Each
//! component is matched once, however many hold it, and answers stay as they were got: [`Answers`] says what is found of each
//! component, and which SBOMs hold it. What depends on the rest of an SBOM is judged for those SBOMs on which it depends.
//! [`Answers::update`] matches again only what can have changed between two states of knowledge.
//!
//! Deliberately absent: fielded units and their versions, which do not exist yet, and device folders: here an inventory is a bare SBOM
//! of which nothing is claimed.

mod answers;
mod build;
mod changes;
mod error;
pub mod exercise;
mod frame;
mod hosts;
mod pair;
mod portfolio;
mod report;

pub use answers::{Answers, Found, Kept, Said, Updated};
pub use build::{Built, Source, build, build_unnamed};
pub use changes::Changed;
pub use error::FleetError;
pub use portfolio::{Portfolio, SbomEntry};
pub use report::Reports;
