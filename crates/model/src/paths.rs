//! The answer of `ward paths`: the distinct ways to harm.

use serde::Serialize;

use crate::ids::DeviceId;
use crate::scale::{Exploitability, Persons};
use crate::verdict::{Basis, HarmReached, Witness};

/// The schema number of [`Paths`].
pub const PATHS_SCHEMA: &str = "wardround/paths/1";

/// The distinct ways to harm of one device, the worst for each harm first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Paths {
    /// `wardround/paths/1`.
    pub schema: &'static str,
    /// The device.
    pub device: DeviceId,
    /// The ways.
    pub paths: Vec<Path>,
}

/// One way to harm. It is told for the worst verdict that takes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Path {
    /// Its number, from 1.
    pub number: usize,
    /// What it reaches; nothing where only privacy is lost.
    pub harm: Option<HarmReached>,
    /// How easily.
    pub exploitability: Exploitability,
    /// How many people one action reaches.
    pub persons_at_once: Persons,
    /// Whether it is derived from what is known.
    pub basis: Basis,
    /// For whom it is told.
    pub told_for: String,
    /// Every verdict that takes it, by identifier.
    pub verdicts: Vec<String>,
    /// The derivation.
    pub witness: Witness,
}
