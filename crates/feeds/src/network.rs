//! Brings sources from the network into a mirror folder.
//!
//! Fetching and reading are two steps. What comes here is a plan and a folder laid out as a mirror; what goes out is the same folder,
//! newer, and a report. [`sync`](fn@crate::sync) then reads that folder like any other. A file is put in its place only when it came
//! whole, is what its name says, and has the digest that was announced for it; so a fetch that fails half-way leaves whole files.
//!
//! What is deliberately absent: what a record means (`formats`), and the time. The clock and the patience to wait come in as a
//! [`Clock`], so that a fetch can be tested without waiting and the day of receipt never depends on what a server says.

mod check;
mod client;
mod clock;
mod download;
mod error;
mod fetch;
mod folder;
mod headers;
mod limits;
mod pace;
mod plan;
mod report;
mod route;
mod source;
mod state;
mod watched;

pub use clock::Clock;
pub use error::FetchError;
pub use fetch::fetch;
pub use folder::MirrorFolder;
pub use limits::{Caps, Limits};
pub(crate) use plan::nvd_folder;
pub use plan::{ECOSYSTEMS, FEEDS, FetchPlan, Nvd, UnknownFeed};
pub use report::{
    ClockNote, FailedFile, FetchProgress, FetchReport, NoProgress, Outcome, Shrunk, Signatures, SourceFetch,
};
pub use route::{Route, RouteError};
pub(crate) use source::nvd_files;
pub(crate) use state::State;

#[cfg(test)]
mod tests;
