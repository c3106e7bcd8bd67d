//! What turns without claims, against a reading of its own for every removal.

use std::collections::BTreeSet;

use proptest::prelude::*;
use ward_model::claim::ClaimId;
use ward_model::verdict::Outcome;

use super::system::{no_decisions, rulebook, system};
use crate::catalogue::Catalogue;
use crate::effects::Effects;
use crate::run::Run;
use crate::without::Without;

proptest! {
    #![proptest_config(super::system::cases(400))]

    #[test]
    fn what_turns_is_what_a_reading_of_its_own_finds(
        system in system(),
        picks in any::<u64>(),
        sets in prop::collection::vec(any::<u64>(), 0..4),
    ) {
        let rulebook = rulebook();
        let decisions = no_decisions();
        // Most claims hold: what is controlled is what is asked about.
        let claims: Vec<ClaimId> = system.claims();
        let decided: Vec<ClaimId> = chosen(&claims, !(picks & picks.rotate_left(17) & picks.rotate_left(31)));
        let effects = Effects::of(decided.iter().cloned());
        let situation = system.situation(&rulebook, &decisions);
        let catalogue = Catalogue::new(situation, &rulebook.policies[0], &system.device.versions[0]);
        let run = Run::new(system.context(situation, &effects, &catalogue));
        let outcomes = run.outcomes();
        let mut without = Without::new(&run, &outcomes);
        let mut removals: Vec<Vec<ClaimId>> = decided.iter().map(|claim| vec![claim.clone()]).collect();
        removals.extend(sets.iter().map(|set| chosen(&decided, set & set.rotate_left(13))));
        // What was taken away once may be taken away again: several decisions lapse together.
        removals.extend(decided.iter().map(|claim| vec![claim.clone()]));
        for removal in &removals {
            without.remove(removal, &effects.without(removal));
        }
        let turns = without.turns();
        let keys = system.possible_keys(&rulebook);
        let controlled: Vec<_> = keys.iter().filter(|key| outcomes.outcome(key) == Outcome::Controlled).collect();
        let turning: Vec<BTreeSet<usize>> =
            controlled.iter().map(|key| turns.of(&outcomes, run.context(), key).into_iter().collect()).collect();
        for (number, removal) in removals.iter().enumerate() {
            let fewer = effects.without(removal);
            let other = Run::new(system.context(situation, &fewer, &catalogue)).outcomes();
            for (key, turning) in controlled.iter().zip(&turning) {
                // A presumption that is not there has nothing that could turn.
                if key.because.is_some() && outcomes.standing(key).is_none() {
                    continue;
                }
                let turned = other.outcome(key) == Outcome::Uncontrolled;
                prop_assert_eq!(turning.contains(&number), turned, "{:?} without {:?}", key, removal);
            }
        }
    }
}

fn chosen(claims: &[ClaimId], picks: u64) -> Vec<ClaimId> {
    let picked = claims.iter().enumerate().filter(|(place, _)| picks >> (place % 64) & 1 == 1);
    picked.map(|(_, claim)| claim.clone()).collect()
}
