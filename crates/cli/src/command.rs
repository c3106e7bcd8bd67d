//! The commands, one file each.

pub mod completions;
pub mod inspect;
pub mod man;
