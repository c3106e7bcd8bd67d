//! Brings feeds from mirrors into knowledge, and from the network into a mirror.
//!
//! In comes a folder laid out as a mirror, out goes a new generation in a home, or an error and the generation that was there.
//! [`network`] brings such a folder up to date first. What is deliberately absent: what a record looks like (`formats`), and how it is
//! kept (`knowledge`).

pub mod bundle;
mod error;
pub mod exercise;
mod file;
mod mirror;
pub mod network;
pub mod openpgp;
mod progress;
mod records;
mod report;
mod source;
mod sync;
mod tree;

pub use error::SyncError;
pub use progress::{Progress, Silent, Step};
pub use report::{MirrorPart, SourceReport, SyncReport};
pub use source::{Source, UnknownSource};
pub use sync::{Fewer, sync, sync_contents};
pub use tree::Contents;
