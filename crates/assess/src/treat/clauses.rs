//! What every treatment must do, read from what a set that was assessed whole leaves uncontrolled.

use std::collections::{BTreeMap, BTreeSet};

use ward_model::hypothesis::Change;
use ward_model::treatment::Untreated;
use ward_model::verdict::Place;

use super::candidate::places;
use super::hitting::Clause;
use super::mending::{Mending, names};
use super::{Remaining, Search, needs, untreated};

impl Search<'_> {
    /// What every treatment must do, seeing what this set leaves.
    pub(super) fn clauses(
        &self,
        remaining: &Remaining,
        set: &[usize],
        overlooking_losses: bool,
    ) -> Vec<(Clause, Untreated)> {
        let mut touching: BTreeMap<&Place, Vec<usize>> = BTreeMap::new();
        for (number, candidate) in self.candidates.iter().enumerate() {
            candidate.touches.iter().for_each(|place| touching.entry(place).or_default().push(number));
        }
        let mending = Mending::new(&remaining.found);
        let mut clauses = Vec::new();
        for open in &remaining.open {
            let subject = untreated(open);
            if open.witness.nodes.is_empty() {
                // Where no derivation was drawn, all that is known is that this very set leaves it; another one's clause moves on.
                clauses.push((self.not_this(set), subject));
                continue;
            }
            let names = names(open);
            let places = places(self.inputs.device, open);
            let touching: BTreeSet<usize> =
                places.iter().filter_map(|place| touching.get(place)).flatten().copied().collect();
            let touching = touching.into_iter();
            let touching = touching.filter(|one| mending.may_mend(&self.candidates[*one].change, open, &names));
            let (chosen, others): (Vec<usize>, Vec<usize>) = touching.partition(|one| set.binary_search(one).is_ok());
            let brings = |one: &usize| !self.candidates[*one].only_cuts();
            // Whoever defeats a control is in the way only where somebody relies on it.
            let defeated = |one: &usize| match &self.candidates[*one].change {
                Change::Rely(control) => places.contains(&Place::Control(control.to_string())),
                _ => false,
            };
            // What opens a way need not stand on it.
            let apart = |one: &usize| self.candidates[*one].opens || defeated(one);
            let none_of: BTreeSet<usize> =
                chosen.into_iter().filter(brings).chain(set.iter().copied().filter(apart)).collect();
            clauses.push((Clause { any: others, none_of: none_of.into_iter().collect() }, subject));
        }
        if !overlooking_losses {
            for (function, due) in &remaining.losses {
                let isolates = |one: &usize| match &self.candidates[*one].change {
                    Change::Isolate(element) => due.contains(element),
                    _ => false,
                };
                let chosen: Vec<usize> = set.iter().copied().filter(isolates).collect();
                let subject = |one: usize| {
                    let Change::Isolate(element) = &self.candidates[one].change else { return None };
                    Some(needs::stopped(function, element))
                };
                // What does harm by itself has been taken out before.
                let all = Clause { any: Vec::new(), none_of: chosen.clone() };
                let named = chosen.first().and_then(|one| subject(*one));
                clauses.extend(named.map(|named| (all, named)));
            }
        }
        clauses.extend(self.hazard_clauses(&remaining.hazards, set));
        // Clauses by derivation say more than that this very set fails.
        if clauses.iter().any(|(clause, _)| *clause != self.not_this(set)) {
            let plain = self.not_this(set);
            clauses.retain(|(clause, _)| *clause != plain);
        }
        clauses
    }

    pub(super) fn not_this(&self, set: &[usize]) -> Clause {
        Clause { any: (0..self.candidates.len()).filter(|one| !set.contains(one)).collect(), none_of: set.to_vec() }
    }
}
