//! Treatments of a family, and of units at sites that have added their surroundings: each configuration that units are of is treated as a
//! device of its own.

use std::collections::BTreeSet;
use std::sync::Arc;

use ward_model::assessment::DeviceSummary;
use ward_model::device::configuration::Group;
use ward_model::device::{
    ALL_UNITS, Configuration, Configurations, Device, FieldedVersion, UNCONFIRMED_UNITS, VARIANT_NOT_DESCRIBED,
};
use ward_model::ids::{CohortId, FieldedVersionId, VariantId};
use ward_model::knowledge::KnowledgeError;
use ward_model::treatment::{TREATMENT_SCHEMA, Treatment};
use ward_risk::Effects;

use super::{Part, Progress, Treating, treat_deciding, treat_telling, treated_or_answered};
use crate::configurations::of_all;
use crate::lifecycle::update_of;
use crate::{Inputs, Known, digests, receipts, reports_of};

/// Finds the cheapest treatment of every fielded version in every configuration that some of its units are of. Units that may be of a
/// variant that nobody has described are treated in every one that is known, by the same changes: the worst of them counts, as in an
/// assessment. What else they may have is not known, and told.
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
        let versions = of_groups(configuration, |group| configuration.speaks_for.contains_key(group));
        if versions.is_empty() {
            continue;
        }
        let (effects, _) = Effects::decided(&configuration.device, &configuration.decisions, inputs.as_of);
        let device = &Device { versions, ..configuration.device.clone() };
        let of = Inputs { device, decisions: &configuration.decisions, ..*inputs };
        let mut treated = treat_deciding(&of, &configuration.device, &effects, treating, &mut *tell)?;
        for version in &mut treated.versions {
            version.variant.clone_from(&configuration.variant);
            version.site.clone_from(&configuration.site);
        }
        parts.push(treated);
    }
    for (site, groups) in &configurations.undescribed {
        let at_site = configurations.each.iter().filter(|one| one.site == *site);
        parts.extend(treat_undescribed(inputs, &at_site.collect::<Vec<_>>(), groups, treating, &mut *tell)?);
    }
    let Some(mut all) = parts.first().cloned() else { return treat_telling(inputs, treating, tell) };
    all.inputs = of_all(parts.iter().map(|part| &part.inputs), inputs.device.digest).unwrap_or(all.inputs);
    all.versions = parts.into_iter().flat_map(|part| part.versions).collect();
    let place = |id: &FieldedVersionId| inputs.device.versions.iter().position(|version| version.id == *id);
    // The sort is stable: of each version the configurations stay in their order.
    all.versions.sort_by_key(|version| place(&version.fielded_version));
    Ok(all)
}

/// Treats units that may be of a variant that nobody has described, version by version, by what treats them in each of these
/// configurations.
fn treat_undescribed(
    inputs: &Inputs<'_>,
    configurations: &[&Configuration],
    groups: &BTreeSet<Group>,
    treating: Treating,
    tell: &mut dyn FnMut(Progress<'_>),
) -> Result<Option<Treatment>, KnowledgeError> {
    let looked_up = Known::default();
    let mut all: Option<Treatment> = None;
    let versions: BTreeSet<&FieldedVersionId> = groups.iter().map(|(version, _)| version).collect();
    for id in versions {
        let mut devices: Vec<(Device, &Configuration, Effects)> = Vec::new();
        for configuration in configurations {
            let here = |group: &Group| group.0 == *id && groups.contains(group);
            let versions = of_groups(configuration, here);
            if !versions.is_empty() {
                let device = Device { versions, ..configuration.device.clone() };
                let (effects, _) = Effects::decided(&configuration.device, &configuration.decisions, inputs.as_of);
                devices.push((device, configuration, effects));
            }
        }
        let (mut parts, mut digested) = (Vec::new(), Vec::new());
        for (device, configuration, effects) in &devices {
            let inputs = Inputs { device, decisions: &configuration.decisions, ..*inputs };
            let found = reports_of(&inputs, &looked_up, None)?;
            digested.push(digests(&inputs, receipts(&found)));
            let of = update_of(&configuration.device, &device.versions[0]);
            parts.push(Part { inputs, effects, looked_up: &looked_up, found: Arc::new(found), of });
        }
        let Some(digests) = of_all(digested.iter(), inputs.device.digest) else { continue };
        let mut treated = treated_or_answered(&parts, id, treating, &mut *tell)?;
        treated.variant = Some(VariantId::from(VARIANT_NOT_DESCRIBED));
        treated.site = configurations.first().and_then(|one| one.site.clone());
        treated
            .advice
            .push("describe the variant that these units may be of: what only it has is not treated".to_owned());
        match &mut all {
            None => {
                let device = DeviceSummary { id: inputs.device.id.clone(), name: inputs.device.name.clone() };
                all = Some(Treatment {
                    schema: TREATMENT_SCHEMA,
                    device,
                    inputs: digests,
                    presumed_too: treating.presumed_too,
                    versions: vec![treated],
                });
            }
            Some(all) => {
                let both = [all.inputs.clone(), digests];
                all.inputs = of_all(both.iter(), inputs.device.digest).unwrap_or_else(|| all.inputs.clone());
                all.versions.push(treated);
            }
        }
    }
    Ok(all)
}

/// The versions of a configuration that have any of these groups of units, with these alone.
fn of_groups(configuration: &Configuration, wanted: impl Fn(&Group) -> bool) -> Vec<FieldedVersion> {
    let narrowed = configuration.device.versions.iter().filter_map(|version| {
        let speaks = |cohort: &CohortId| wanted(&(version.id.clone(), cohort.clone()));
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
