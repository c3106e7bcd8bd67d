//! The device folder: read with the place of every fault, linted, decided on in place, and started from nothing.
//!
//! A folder becomes a [`ward_model::Device`] whose names all resolve, or a list of everything that is wrong with it. Nothing here
//! judges: what a claim or a decision is worth is for the reasoner. The one module that touches a disk is [`files`], and, for
//! callers that write, [`replace`].

mod canonical;
mod check;
mod claims;
mod configurations;
pub mod considerations;
pub mod decide;
mod diagnostic;
mod evidence;
pub mod exercise;
mod expand;
pub mod files;
pub mod import;
pub mod lint;
mod load;
mod nearest;
mod raw;
mod read;
mod record;
pub mod replace;
mod schema;
mod starter;
mod statements;
pub mod use_cases;

pub use claims::rest_on;
pub use decide::{Answer, DecideError, Scope, accept_file, decide};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use files::{DirFiles, Files, MemoryFiles, WithSites};
pub use lint::{LinkCompleteness, completeness, lint};
pub use read::{
    CONSIDERATIONS, DECISIONS, DEVICE, FIELDED, Reading, Regulatory, SYSTEM, TRUST, USE_CASES, VARIANTS,
    VULNERABILITIES, read,
};
pub use record::{LINK_RECORD, Record, Records};
pub use replace::replace_file;
pub use schema::schemas;
pub use starter::new_folder;
