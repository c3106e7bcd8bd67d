//! The device folder: read with the place of every fault, linted, decided on in place, and started from nothing.
//!
//! A folder becomes a [`ward_model::Device`] whose names all resolve, or a list of everything that is wrong with it. Nothing here
//! judges: what a claim or a decision is worth is for the reasoner. The one module that touches a disk is [`files`], and, for
//! callers that write, [`replace`].

mod canonical;
mod check;
mod claims;
mod diagnostic;
pub mod files;
mod load;
mod nearest;
mod raw;
mod read;
pub mod replace;

pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use files::{DirFiles, Files, MemoryFiles};
pub use read::{DECISIONS, DEVICE, FIELDED, Reading, Regulatory, SYSTEM, VULNERABILITIES, read};
pub use replace::replace_file;
