//! Version schemes, ranges and byte keys.
//!
//! In comes the text of a version and the scheme it was written in; out goes a [`Key`] whose bytes sort like the
//! versions do, or nothing. Every comparison may answer "unknown": two versions whose order the scheme does not settle
//! are never put in an order here. What is deliberately absent: identity (which product), sources, and any IO.

mod bytes;
pub mod exercise;
mod interval;
mod key;
mod plain;
mod scheme;
mod truth;
pub mod vers;

pub use interval::{Bound, Interval};
pub use key::{Class, Key, KeyRef, VersionOrder, compare, key};
pub use plain::{is_plain, plain_order};
pub use scheme::{Scheme, UnknownScheme, upstream};
pub use truth::Truth;

/// The number of the present way to make keys. Stored keys of another number are made anew: raise it whenever any key may change.
pub const KEY_VERSION: u32 = 3;
