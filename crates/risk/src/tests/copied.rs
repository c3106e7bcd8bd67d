//! Readings that take parts over from others, against the same built from nothing.

use std::collections::BTreeMap;

use proptest::prelude::*;
use ward_model::claim::ClaimId;
use ward_model::scale::Exploitability;

use super::system::{no_decisions, rulebook, system};
use crate::catalogue::Catalogue;
use crate::context::{Context, Unknowns};
use crate::effects::Effects;
use crate::fact::Fact;
use crate::ground::{Grounded, Group, Steps, ground, ground_for_many, ground_like};
use crate::program::{DerivationId, ReachRule};

/// A derivation by what it speaks of.
type Told = (Vec<Fact>, Fact, Exploitability, ReachRule);

/// Every derivation in order, and which belong to which groups.
fn told(grounded: &Grounded) -> (Vec<Told>, BTreeMap<Group, Steps>) {
    let program = &grounded.program;
    let derivations = (0..program.next().index()).map(|place| {
        let step = program.step(DerivationId::at(place));
        let premises = step.premises.iter().map(|fact| program.at(*fact).clone()).collect();
        (premises, program.at(step.conclusion).clone(), step.class, step.reach)
    });
    (derivations.collect(), grounded.groups.iter().map(|(group, steps)| (group.clone(), steps.clone())).collect())
}

fn chosen(claims: &[ClaimId], picks: u64) -> Effects {
    let picked = claims.iter().enumerate().filter(|(place, _)| picks >> (place % 61) & 1 == 1);
    Effects::of(picked.map(|(_, claim)| claim.clone()))
}

proptest! {
    #![proptest_config(super::system::cases(400))]

    #[test]
    fn what_takes_parts_over_is_what_is_built_from_nothing(
        system in system(),
        decided in any::<u64>(),
        others in prop::collection::vec((any::<u64>(), any::<u64>()), 1..4),
        before in any::<bool>(),
    ) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        let claims: Vec<ClaimId> = system.claims();
        let situation = system.situation(&rulebook, &decisions);
        let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
        let decided = chosen(&claims, decided | decided.rotate_left(7));
        let (first, like) = ground_for_many(&system.context(situation, &decided, &catalogue));
        prop_assert_eq!(told(&first), told(&ground(&system.context(situation, &decided, &catalogue))));
        // Few of the claims, nearly all of them, and those that are decided but for a few; before and after there is more to take from.
        let mut readings: Vec<Effects> = vec![Effects::none(), Effects::of(claims.iter().cloned()), decided.clone()];
        for (one, other) in &others {
            let few: Vec<ClaimId> = chosen(&claims, one & other).claims().cloned().collect();
            readings.extend([chosen(&claims, one & other), chosen(&claims, one | other), decided.without(&few)]);
        }
        if before {
            readings.rotate_left(1);
        }
        for effects in &readings {
            for unknowns in [Unknowns::Worst, Unknowns::Best] {
                let context = Context { unknowns, ..system.context(situation, effects, &catalogue) };
                prop_assert_eq!(told(&ground_like(&context, &like)), told(&ground(&context)), "{:?} with {:?}", unknowns, effects);
            }
        }
    }
}
