//! `device.toml`, checked.

use jiff::civil::Date;
use ward_model::device::{Environment, Lifecycle};
use ward_model::ids::DeviceId;

use super::{not_empty, value, values};
use crate::diagnostic::{At, Sink};
use crate::raw::device::DeviceFile;
use crate::raw::{items, shorten};
use crate::read::Regulatory;

/// What `device.toml` says.
pub(crate) struct Identity {
    pub id: DeviceId,
    pub name: String,
    pub maker: String,
    pub intended_use: String,
    pub environments: Vec<Environment>,
    pub policies: Vec<String>,
    pub lifecycle: Lifecycle,
    pub model_since: Date,
}

pub(crate) fn identity(raw: &DeviceFile, sink: &mut Sink) -> Option<Identity> {
    not_empty(&raw.environments, "without a place of use no network would be within an attacker's reach", sink);
    not_empty(&raw.policies, "without a policy nothing is judged", sink);
    twice(items(&raw.policies), sink);
    let lifecycle = &raw.lifecycle.as_ref()?.value;
    if let (Some(sold), Some(supported)) = (&lifecycle.end_of_life, &lifecycle.end_of_support)
        && supported.value < sold.value
    {
        sink.warning(supported.place, "odd-dates", "support ends before the device stops being sold");
    }
    Some(Identity {
        id: DeviceId::from(value(&raw.id)?.0.as_str()),
        name: value(&raw.name)?,
        maker: value(&raw.maker)?,
        intended_use: value(&raw.intended_use)?,
        environments: values(&raw.environments)?,
        policies: values(&raw.policies)?,
        lifecycle: Lifecycle {
            stage: value(&lifecycle.stage)?,
            end_of_life: value(&lifecycle.end_of_life),
            end_of_support: value(&lifecycle.end_of_support),
            service_life_years: value(&lifecycle.service_life_years),
        },
        model_since: value(&raw.model_since)?,
    })
}

/// Reports a policy that is named twice: it would be judged, and its terms counted, twice. A name without a version may mean any
/// version of it.
fn twice(policies: &[At<String>], sink: &mut Sink) {
    for (place, policy) in policies.iter().enumerate() {
        let (name, version) = parts(&policy.value);
        let same = |earlier: &&At<String>| {
            let (other, its_version) = parts(&earlier.value);
            name == other && (version == its_version || version.is_none() || its_version.is_none())
        };
        if let Some(earlier) = policies.iter().take(place).find(same) {
            let first = sink.locate(earlier.place);
            sink.error(policy.place, "duplicate-name", format!("the policy `{}` is named twice", shorten(name)))
                .help(format!("the first stands at {}:{}; remove one", first.file, first.line));
        }
    }
}

/// The name and the version of a policy.
fn parts(policy: &str) -> (&str, Option<&str>) {
    // A path is whole: it may hold an `@`.
    if policy.ends_with(".toml") {
        return (policy, None);
    }
    policy.split_once('@').map_or((policy, None), |(name, version)| (name, Some(version)))
}

/// What it says for authorities.
pub(crate) fn regulatory(raw: &DeviceFile) -> Regulatory {
    let mut regulatory = Regulatory { udi_di: value(&raw.udi_di), ..Regulatory::default() };
    if let Some(class) = &raw.class {
        let class = &class.value;
        for (market, name) in [("us", &class.us), ("eu", &class.eu), ("au", &class.au)] {
            if let Some(name) = name {
                regulatory.classes.insert(market.to_owned(), name.value.clone());
            }
        }
    }
    regulatory
}
