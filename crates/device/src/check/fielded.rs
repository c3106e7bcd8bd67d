//! `fielded.toml`, checked, and which SBOM each element runs in which version.

use std::collections::BTreeMap;

use ward_model::device::{Cohort, Control, FieldedVersion, Owner, RESERVED_COHORTS, UpdatePath, VersionLife};
use ward_model::ids::{CohortId, ControlId, FieldedVersionId};

use super::{Kind, Names, build, duplicate, not_empty, value};
use crate::diagnostic::{At, Place, Sink};
use crate::raw::scalar::FilePath;
use crate::raw::{fielded, items, system};

/// The one version of a folder that names none.
pub(crate) const AS_DESIGNED: &str = "as-designed";

pub(crate) fn versions(
    raw: &[At<fielded::Version>],
    names: &Names,
    controls: &BTreeMap<ControlId, Control>,
    sink: &mut Sink,
) -> Vec<FieldedVersion> {
    if raw.is_empty() {
        return vec![FieldedVersion {
            id: FieldedVersionId::new(AS_DESIGNED),
            // Nobody has said that there are none.
            units: None,
            update_path: None,
            life: VersionLife::default(),
            cohorts: Vec::new(),
            inventories: BTreeMap::new(),
        }];
    }
    build(raw, sink, |raw, sink| version(&raw.value, names, controls, sink))
}

fn version(
    raw: &fielded::Version,
    names: &Names,
    controls: &BTreeMap<ControlId, Control>,
    sink: &mut Sink,
) -> Option<FieldedVersion> {
    let mut first: BTreeMap<&str, Place> = BTreeMap::new();
    for cohort in items(&raw.cohort) {
        let Some(id) = &cohort.value.id else { continue };
        if RESERVED_COHORTS.contains(&id.value.as_str()) {
            sink.error(
                id.place,
                "reserved-name",
                format!("`{}` is what units outside every cohort are called", id.value),
            )
            .expected("another name");
        }
        match first.get(id.value.as_str()) {
            Some(earlier) => duplicate("cohort of this version", &id.value, id.place, *earlier, sink),
            None => {
                first.insert(&id.value, id.place);
            }
        }
    }
    not_empty(&raw.variants, "left out, its units may be of any variant, or of one that nobody has described", sink);
    let cohorts = build(items(&raw.cohort), sink, |raw, sink| cohort(&raw.value, names, controls, sink));
    if let Some(units) = &raw.units {
        let counted = cohorts.iter().filter_map(|cohort| cohort.units).fold(0_u64, u64::saturating_add);
        if counted > units.value {
            sink.error(
                units.place,
                "too-many-units",
                format!("the cohorts count {counted} units, the version {}", units.value),
            )
            .expected(format!("at least {counted} units, or smaller cohorts"));
        }
    }
    Some(FieldedVersion {
        id: FieldedVersionId::new(value(&raw.id)?),
        units: value(&raw.units),
        update_path: value(&raw.update_path),
        life: life(raw, sink),
        cohorts,
        inventories: BTreeMap::new(),
    })
}

/// Where a version stands in its life.
fn life(raw: &fielded::Version, sink: &mut Sink) -> VersionLife {
    let odd = |field: &Option<At<jiff::civil::Date>>, earlier: &Option<At<jiff::civil::Date>>| match (field, earlier) {
        (Some(field), Some(earlier)) if field.value < earlier.value => Some(field.place),
        _ => None,
    };
    if let Some(place) = odd(&raw.end_of_support, &raw.end_of_life) {
        sink.warning(place, "odd-dates", "support ends before the version stops being sold");
    }
    if let Some(place) = odd(&raw.end_of_life, &raw.last_manufactured) {
        sink.warning(place, "odd-dates", "units are made after the version stopped being sold");
    }
    if let (Some(risks), Some(UpdatePath::None)) = (&raw.update_risks, value(&raw.update_path)) {
        sink.warning(risks.place, "odd-update", "an update that there is none of risks nothing")
            .help("`given_up_without_update` says what protection costs instead");
    }
    VersionLife {
        last_manufactured: value(&raw.last_manufactured),
        end_of_life: value(&raw.end_of_life),
        end_of_support: value(&raw.end_of_support),
        update_risks: items(&raw.update_risks).iter().map(|risk| risk.value).collect(),
        given_up_without_update: items(&raw.given_up_without_update).iter().map(|what| what.value).collect(),
    }
}

fn cohort(
    raw: &fielded::Cohort,
    names: &Names,
    controls: &BTreeMap<ControlId, Control>,
    sink: &mut Sink,
) -> Option<Cohort> {
    let confirmed = names.resolve_all::<_, ControlId>(Kind::Control, items(&raw.confirmed), sink)?;
    for (control, field) in confirmed.iter().zip(items(&raw.confirmed)) {
        if controls.get(control).is_some_and(|control| !control.performed_by.must_be_confirmed()) {
            sink.error(
                field.place,
                "nothing-to-confirm",
                format!(
                    "`{control}` is not performed by a site or a user, so that it holds, or fails, for all units alike"
                ),
            )
            .help("if only these units have it, say so with `performed_by`; else take it out here");
        }
    }
    Some(Cohort { id: CohortId::new(value(&raw.id)?), units: value(&raw.units), sites: value(&raw.sites), confirmed })
}

/// The SBOM paths of an element by fielded version.
pub(crate) fn sboms(
    raw: &system::Element,
    names: &Names,
    versions: &[FieldedVersion],
    sink: &mut Sink,
) -> Vec<(FieldedVersionId, At<FilePath>)> {
    let Some(field) = &raw.sbom else { return Vec::new() };
    match &field.value {
        system::Sboms::None => Vec::new(),
        // Only the maker's elements change with the version of the device. An owner that could not be read has been reported.
        system::Sboms::One(_) if versions.len() > 1 && value(&raw.owner) == Some(Owner::Maker) => {
            let examples: Vec<String> =
                versions.iter().map(|version| format!("\"{}\" = \"sbom/...\"", version.id)).collect();
            sink.error(
                field.place,
                "sbom-per-version",
                "one SBOM cannot stand for several fielded versions of the maker's element",
            )
            .expected(format!("one path per version: sbom = {{ {} }}", examples.join(", ")));
            Vec::new()
        }
        system::Sboms::One(path) => {
            let path = At { value: path.clone(), place: field.place };
            versions.iter().map(|version| (version.id.clone(), path.clone())).collect()
        }
        system::Sboms::PerVersion(paths) => {
            let found: Vec<_> = paths
                .iter()
                .filter_map(|(version, path)| {
                    names
                        .resolve(Kind::Version, version, sink)
                        .map(|version| (FieldedVersionId::from(version), path.clone()))
                })
                .collect();
            for version in versions {
                let named = paths.iter().any(|(name, _)| name.value == version.id.as_str());
                if !named {
                    sink.warning(
                        field.place,
                        "no-sbom",
                        format!("no SBOM is named for the fielded version `{}`", version.id),
                    )
                    .help("what it runs there is unknown");
                }
            }
            found
        }
    }
}
