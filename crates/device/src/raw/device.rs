//! `device.toml`.

use jiff::civil::Date;
use ward_model::device::{Environment, Stage};

use super::scalar::Id;
use super::tables;
use crate::diagnostic::At;

tables! {
    /// The device: who makes it, what it is for, where it stands in its life.
    struct DeviceFile "the device" {
        /// Its identifier: what the record and published documents call it.
        id: required Id,
        /// Its name, as its maker sells it.
        name: required String,
        /// Its maker.
        maker: required String,
        /// Its UDI device identifier.
        udi_di: optional String,
        /// Its class in each market.
        class: optional Class,
        /// What it is for.
        intended_use: required String,
        /// Where it is used: decides which networks an attacker may stand in.
        environments: required Vec<At<Environment>>,
        /// The policies it is judged by: `name`, `name@version`, or the path of a policy in this folder, which ends in `.toml`.
        policies: required Vec<At<String>>,
        /// Where it stands in its life (IMDRF N70).
        lifecycle: required Lifecycle,
        /// The day since which this model has been kept. The maker has known what the model says since then at the latest, so clocks start there.
        model_since: required Date,
    }

    /// Device classes by market.
    struct Class "the class" {
        /// In the United States.
        us: optional String,
        /// In the European Union.
        eu: optional String,
        /// In Australia.
        au: optional String,
    }

    /// Where the device stands in its life.
    struct Lifecycle "the life cycle" {
        /// Its stage.
        stage: required Stage,
        /// The day on which it stops being sold.
        end_of_life: optional Date,
        /// The day on which support ends.
        end_of_support: optional Date,
        /// For how many years a unit is meant to be used.
        service_life_years: optional u32,
    }
}
