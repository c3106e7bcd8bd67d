//! The commands, one file each.

pub mod assess;
pub mod completions;
pub mod decide;
pub mod feeds;
pub mod inspect;
pub mod lifecycle;
pub mod lint;
pub mod man;
pub mod new;
pub mod paths;
pub mod portfolio;
pub mod scan;
pub mod treat;
pub mod verify;
pub mod why;
