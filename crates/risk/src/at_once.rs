//! What single actions come to, asked by itself: for answers that speak of verdicts, and have to say what verdicts do not look at.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::ids::{CohortId, ControlId};
use ward_model::many::SingleAction;

use crate::actions::{joined, single_actions};
use crate::catalogue::Catalogue;
use crate::context::{Context, Situation, Unknowns};
use crate::effects::Effects;
use crate::judge::groups;
use crate::run::Run;

/// What an attacker does once and harms several people by at the same time, as if just these claims had effect: the same as
/// [`crate::judge_telling`] tells, without the verdicts.
pub fn at_once(situation: Situation<'_>, effects: &Effects) -> Vec<SingleAction> {
    let mut all = Vec::new();
    for version in &situation.device.versions {
        let mut confirmed: BTreeMap<Vec<ControlId>, BTreeSet<CohortId>> = BTreeMap::new();
        for (units, controls) in groups(version) {
            confirmed.entry(controls).or_default().insert(units.cohort);
        }
        for policy in &situation.rulebook.policies {
            let catalogue = &Catalogue::new(situation, policy, version);
            for (confirmed, cohorts) in &confirmed {
                let unknowns = Unknowns::Worst;
                let run =
                    Run::confirmed(Context { situation, policy, version, confirmed, effects, unknowns, catalogue });
                let cohorts: Vec<CohortId> = cohorts.iter().cloned().collect();
                all.extend(
                    single_actions(&run).into_iter().map(|one| SingleAction { cohorts: cohorts.clone(), ..one }),
                );
            }
        }
    }
    joined(all)
}
