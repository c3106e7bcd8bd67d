//! What units of one device differ in, beyond their version: the variant that they are of, and the site that they stand at.
//!
//! Each such configuration is a device of its own to the reasoner, made from what its folder says of all of them together.

use std::collections::{BTreeMap, BTreeSet};

use super::{Decisions, Device};
use crate::ids::{CohortId, FieldedVersionId, SiteId, VariantId};

/// A group of units of a version.
pub type Group = (FieldedVersionId, CohortId);

/// One variant at one site, as a plain device, and the units that it speaks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Configuration {
    /// The variant; `None`: what the family has in common.
    pub variant: Option<VariantId>,
    /// The site whose surroundings are laid over it; `None`: as its maker describes it.
    pub site: Option<SiteId>,
    /// The device.
    pub device: Device,
    /// The decisions that are made for it.
    pub decisions: Decisions,
    /// The groups of units that are, or may be, of this configuration, with whether all units of the group are known to be.
    pub speaks_for: BTreeMap<Group, bool>,
}

/// Every configuration of a device, and what none of them is known to describe.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Configurations {
    /// The configurations: first what is common, then variant by variant, each without and then with its sites. None where there
    /// are neither variants nor sites.
    pub each: Vec<Configuration>,
    /// Groups of units that may be of a variant that nobody has described: judged as the worst of all that are known, at the site
    /// that they stand at.
    pub undescribed: BTreeMap<Option<SiteId>, BTreeSet<Group>>,
}
