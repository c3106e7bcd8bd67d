//! Brings feeds from mirrors into knowledge.
//!
//! In comes a folder laid out as a mirror, out goes a new generation in a home, or an error and the generation that was there.
//! What is deliberately absent: what a record looks like (`formats`), how it is kept (`knowledge`), and, for now, the network.

pub mod bundle;
mod error;
mod mirror;
mod nvd;
mod progress;
mod report;
mod source;
mod sync;

pub use error::SyncError;
pub use progress::{Progress, Silent, Step};
pub use report::{SourceReport, SyncReport};
pub use source::{Source, UnknownSource};
pub use sync::sync;
