//! Generations: what the world said, as one immutable file per state of knowledge, and the same answers from memory.
//!
//! Records come in through a [`Builder`], a [`Home`] publishes them as a [`Generation`], and [`Memory`] answers alike without a
//! file. What is deliberately absent: where the records come from (`feeds`), what their text looks like (`formats`), and whether
//! anything is affected (`match`). The bytes of the file are described in `docs/formats/generation.md`.

pub mod builder;
pub mod bundle;
pub mod error;
pub mod exercise;
pub mod generation;
pub mod home;
pub mod memory;
pub mod moment;
pub mod seed;
pub mod source;
mod span;
mod stamp;

mod alias;
mod column;
mod content;
mod contradiction;
mod day;
mod disk;
mod fact;
mod file;
mod identity;
mod index;
mod layer;
mod lock;
mod lost;
mod nameless;
mod part;
mod reach;
mod row;
mod subject;
#[cfg(test)]
mod testing;
mod transaction;
mod undescribed;

pub use builder::{Batch, Builder, Published};
pub use bundle::BundleTaken;
pub use disk::Disk;
#[cfg(all(any(test, feature = "failing"), unix))]
pub use disk::failing::Loss;
pub use error::{Damage, HomeError, OpenError};
pub use generation::{Difference, Generation};
pub use home::Home;
pub use lock::try_lock;
pub use memory::{Contents, Memory};
pub use moment::Moment;
pub use source::{Behind, Changes, SetAsideRecord, SourceState};
