//! What is stated of designs, checked: what is claimed becomes a claim.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;
use ward_model::design::{Design, DesignOf, Designs, Feature, Property};

use super::Pending;
use super::element::{claimed, id};
use crate::diagnostic::{At, Sink};
use crate::raw::scalar::Claimed;
use crate::raw::{items, system};

/// Every design of the folder.
pub(crate) fn designs(system: &system::SystemFile, pending: &mut Vec<Pending>, sink: &mut Sink) -> Designs {
    let mut designs = Designs::default();
    let mut state = |of: Option<DesignOf>, has: &[At<Feature>], stated: &[(Property, At<Claimed>)]| {
        if let Some(of) = of {
            let design = design(&of, has, stated, pending, sink);
            designs.state(of, design);
        }
    };
    macro_rules! each {
        ($tables:expr, $of:path) => {
            for table in items($tables).iter().map(|at| &at.value) {
                let has = items(&table.has).iter().map(|at| At { value: at.value.0, place: at.place });
                let stated = table.design.as_ref().map_or(&[][..], |design| &design.value.0);
                state(id(&table.id).map($of), &has.collect::<Vec<_>>(), stated);
            }
        };
    }
    each!(&system.element, DesignOf::Element);
    each!(&system.link, DesignOf::Link);
    each!(&system.secret, DesignOf::Secret);
    each!(&system.function, DesignOf::Function);
    designs
}

fn design(
    of: &DesignOf,
    has: &[At<Feature>],
    stated: &[(Property, At<Claimed>)],
    pending: &mut Vec<Pending>,
    sink: &mut Sink,
) -> Design {
    let mut features = BTreeSet::new();
    for feature in has {
        if !features.insert(feature.value) {
            let message = format!("`{}` stands here twice", feature.value.word());
            sink.error(feature.place, "duplicate-name", message).help("say it once");
        }
    }
    let mut properties = BTreeMap::new();
    for (property, value) in stated {
        let claim = claimed(&value.value, value.place);
        properties.insert(*property, claim.is_some());
        if let Some((evidence, place)) = claim {
            pending.push(Pending { id: ClaimId::Design(of.clone(), *property), evidence, place });
        }
    }
    Design { has: features, stated: properties }
}
