//! `fielded.toml`.

use jiff::civil::Date;
use ward_model::device::{GivenUp, UpdatePath, UpdateRisk};

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
        /// What an update of it risks, beside what the path brings with it.
        update_risks: optional Vec<At<UpdateRisk>>,
        /// What is given up where protection takes the place of an update.
        given_up_without_update: optional Vec<At<GivenUp>>,
        /// The day on which the last unit of it was made. Left out: units may still be made.
        last_manufactured: optional Date,
        /// The day on which it stops being sold, where that is not the day of the device.
        end_of_life: optional Date,
        /// The day on which its support ends, where that is not the day of the device.
        end_of_support: optional Date,
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
