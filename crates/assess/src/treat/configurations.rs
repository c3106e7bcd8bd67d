//! Treatments of a family, and of units at sites that have added their surroundings: each configuration that units are of is treated as a
//! device of its own.

use std::collections::BTreeSet;

use ward_model::device::configuration::Group;
use ward_model::device::{ALL_UNITS, Configuration, Configurations, Device, FieldedVersion, UNCONFIRMED_UNITS};
use ward_model::ids::{CohortId, FieldedVersionId};
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::Treatment;
use ward_risk::Effects;

use super::{Progress, Treating, treat_deciding, treat_telling};
use crate::Inputs;
use crate::configurations::of_all;

/// Finds the cheapest treatment of every fielded version in every configuration that some of its units are, or may be, of. Units that may
/// be of a variant that nobody has described are treated in every one that is known; what else they may have is not known, and told.
///
/// # Errors
/// The knowledge could not be read.
pub fn treat_configurations(
    inputs: &Inputs<'_>,
    configurations: &Configurations,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Treatment, KnowledgeError> {
    let mut parts: Vec<Treatment> = Vec::new();
    for configuration in &configurations.each {
        let undescribed = configurations.undescribed.get(&configuration.site);
        let versions = spoken_for(configuration, undescribed);
        if versions.is_empty() {
            continue;
        }
        let (effects, _) = Effects::decided(&configuration.device, &configuration.decisions, inputs.as_of);
        let device = &Device { versions, ..configuration.device.clone() };
        let of = Inputs { device, decisions: &configuration.decisions, ..*inputs };
        let mut treated = treat_deciding(&of, &effects, treating, &mut *tell)?;
        for version in &mut treated.versions {
            version.variant.clone_from(&configuration.variant);
            version.site.clone_from(&configuration.site);
            if undescribed.is_some_and(|groups| groups.iter().any(|(id, _)| *id == version.fielded_version)) {
                version.advice.push(
                    "describe the variant that some of these units may be of: what only it has is not treated"
                        .to_owned(),
                );
            }
        }
        parts.push(treated);
    }
    let Some(mut all) = parts.first().cloned() else { return treat_telling(inputs, treating, tell) };
    all.inputs = of_all(parts.iter().map(|part| &part.inputs), inputs.device.digest).unwrap_or(all.inputs);
    all.versions = parts.into_iter().flat_map(|part| part.versions).collect();
    let place = |id: &FieldedVersionId| inputs.device.versions.iter().position(|version| version.id == *id);
    // The sort is stable: of each version the configurations stay in their order.
    all.versions.sort_by_key(|version| place(&version.fielded_version));
    Ok(all)
}

/// The versions with the groups of units that are, or may be, of a configuration.
fn spoken_for(configuration: &Configuration, undescribed: Option<&BTreeSet<Group>>) -> Vec<FieldedVersion> {
    let narrowed = configuration.device.versions.iter().filter_map(|version| {
        let speaks = |cohort: &CohortId| {
            let group = (version.id.clone(), cohort.clone());
            configuration.speaks_for.contains_key(&group) || undescribed.is_some_and(|groups| groups.contains(&group))
        };
        let rest = CohortId::from(if version.cohorts.is_empty() { ALL_UNITS } else { UNCONFIRMED_UNITS });
        let mut version = version.clone();
        version.cohorts.retain(|cohort| speaks(&cohort.id));
        if speaks(&rest) {
            return Some(version);
        }
        if version.cohorts.is_empty() {
            return None;
        }
        // No unit outside of these groups is of this configuration: a group whose size is not known must not leave a rest.
        version.cohorts.iter_mut().for_each(|cohort| cohort.units = Some(cohort.units.unwrap_or(0)));
        version.units = version.cohorts.iter().map(|cohort| cohort.units).sum();
        Some(version)
    });
    narrowed.collect()
}
