//! The nouns of Wardround: what a device is made of, what the world says about it, and what was concluded.
//!
//! Nothing here reads a file, a clock or the network, and nothing decides: rules live in `risk` and `match`,
//! foreign field names in `formats`. Types that are printed as JSON carry the names of the published contract.

pub mod affected;
pub mod alias;
pub mod assessment;
pub mod claim;
pub mod component;
pub mod conflict;
pub mod coverage;
pub mod cpe;
pub mod cvss;
pub mod design;
pub mod device;
pub mod digest;
pub mod exercise;
pub mod family;
pub mod finding;
pub mod hazard;
pub mod hypothesis;
pub mod ids;
pub mod knowledge;
pub mod lifecycle;
pub mod many;
pub mod meant;
pub mod paths;
pub mod portfolio;
pub mod purl;
pub mod renamed;
pub mod rubric;
pub mod scale;
pub mod since;
pub mod support;
pub mod treatment;
pub mod verdict;
pub mod vex;
pub mod vulnerability;
pub mod watching;

pub use assessment::Assessment;
pub use component::{Component, Sbom};
pub use device::Device;
pub use digest::Digest;
pub use finding::Finding;
pub use verdict::Verdict;
