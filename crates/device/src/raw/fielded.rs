//! `fielded.toml`.

use ward_model::device::UpdatePath;

use super::scalar::Id;
use super::tables;
use crate::diagnostic::At;

tables! {
    /// The versions that are in the field.
    struct FieldedFile "fielded.toml" {
        /// A released version.
        version: optional Vec<At<Version>>,
    }

    /// A released version and the units that run it.
    struct Version "a version" {
        /// The version as printed on the device.
        id: required String,
        /// How many units run it. Left out where nobody knows.
        units: optional u64,
        /// How an update reaches a unit.
        update_path: optional UpdatePath,
        /// The variants of the family that exist in this version. Left out: any, also one that nobody has described.
        variants: optional Vec<At<Id>>,
        /// Units at known sites.
        cohort: optional Vec<At<Cohort>>,
    }

    /// Units that share what their sites or users have confirmed.
    struct Cohort "a cohort" {
        /// Its identifier.
        id: required String,
        /// The variant that they are of. Left out where nobody knows.
        variant: optional Id,
        /// How many units.
        units: optional u64,
        /// At how many sites.
        sites: optional u64,
        /// The controls, performed by a site or a user, that are confirmed there.
        confirmed: optional Vec<At<Id>>,
    }
}
