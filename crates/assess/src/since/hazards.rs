//! Which hazards of controls came out differently, and by what.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::claim::ClaimId;
use ward_model::hazard::HazardOutcome;
use ward_model::ids::{ControlId, FunctionId, HazardId, PolicyId};
use ward_model::since::{Cause, EarlierHazard, HazardTurned};
use ward_model::verdict::Place;

use super::Comparing;

/// A hazard, by who adds it and who judges it.
type Named<'a> = (&'a PolicyId, &'a ControlId, Option<&'a HazardId>);

/// What is compared of a hazard: where several configurations have it, all of them together.
struct Compared<'a> {
    outcome: HazardOutcome,
    functions: BTreeSet<&'a FunctionId>,
    relies_on: BTreeSet<&'a str>,
}

fn compared(hazards: &[EarlierHazard]) -> BTreeMap<Named<'_>, Compared<'_>> {
    let mut all: BTreeMap<Named<'_>, Compared<'_>> = BTreeMap::new();
    for one in hazards {
        let function = one.degrades.as_ref().map(|what| &what.function);
        let relies_on = one.relies_on.iter().map(String::as_str);
        let compared = all.entry((&one.policy, &one.control, one.hazard.as_ref())).or_insert_with(|| Compared {
            outcome: one.outcome,
            functions: BTreeSet::new(),
            relies_on: BTreeSet::new(),
        });
        compared.outcome = compared.outcome.max(one.outcome);
        compared.functions.extend(function);
        compared.relies_on.extend(relies_on);
    }
    all
}

impl Comparing<'_> {
    /// The hazards that came out differently, at their worst, are new or are gone. An answer from before hazards were judged says
    /// nothing of them.
    pub(super) fn hazards_turned(&self) -> Vec<HazardTurned> {
        let Some(earlier) = &self.before.control_hazards else { return Vec::new() };
        let (old, later) = (compared(earlier), self.after.control_hazards.iter().map(EarlierHazard::from));
        let later: Vec<EarlierHazard> = later.collect();
        let new = compared(&later);
        let named: BTreeSet<&Named<'_>> = old.keys().chain(new.keys()).collect();
        let turned = named.into_iter().filter_map(|named| {
            let (was, is) = (old.get(named), new.get(named));
            let (before, now) = (was.map(|was| was.outcome), is.map(|is| is.outcome));
            let &(policy, control, hazard) = named;
            (before != now).then(|| HazardTurned {
                policy: policy.clone(),
                control: control.clone(),
                hazard: hazard.cloned(),
                before,
                now,
                causes: self.hazard_causes(control, [was, is].into_iter().flatten()),
            })
        });
        let mut turned: Vec<HazardTurned> = turned.collect();
        turned.sort_by_key(|one| std::cmp::Reverse(one.now));
        turned
    }

    /// What changed of the control, of the functions that it degrades, of the harms that follow, and of what somebody answers for.
    fn hazard_causes<'b>(&self, control: &ControlId, compared: impl Iterator<Item = &'b Compared<'b>>) -> Vec<Cause> {
        let mut places = BTreeSet::from([Place::Control(control.to_string())]);
        let mut claims: BTreeSet<String> = BTreeSet::from([ClaimId::Control(control.clone()).to_string()]);
        for one in compared {
            claims.extend(one.relies_on.iter().map(|claim| (*claim).to_owned()));
            for id in &one.functions {
                places.insert(Place::Function(id.to_string()));
                let effects = self.device.functions.get(*id).into_iter().flat_map(|function| &function.effects);
                places.extend(effects.map(|effect| Place::Harm(effect.harm.to_string())));
            }
        }
        let own = format!("control-hazard:{control}/");
        let mut causes: BTreeSet<Cause> = places.iter().filter_map(|place| self.parts.at(place, self.device)).collect();
        causes.extend(self.claims.told(|claim| claims.contains(claim) || claim.starts_with(&own)));
        if causes.is_empty() && !self.changed.is_empty() {
            causes.insert(self.unexplained());
        }
        causes.into_iter().collect()
    }
}
