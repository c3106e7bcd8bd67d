//! The cheapest set of candidates that satisfies every clause: branch and bound over whole numbers, ended by a count of nodes.
//!
//! Clauses say "one of these, or not all of those". Of equally cheap sets the one with the fewest members comes out, and of those
//! the first in the order of candidates, so that ties end the same way each time.

use std::collections::{BTreeMap, BTreeSet};

/// What must hold of a set of candidates, by their numbers: one of `any` is in it, or one of `none_of` is not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Clause {
    pub any: Vec<usize>,
    pub none_of: Vec<usize>,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Failed {
    /// No set satisfies every clause.
    Impossible,
    /// The nodes are used up.
    Limit,
}

/// The numbers of the cheapest set, in order. `nodes` counts down what may still be tried.
///
/// Clauses that say no more than another are dropped, and what shares no candidate is searched by itself: a choice in one place does
/// not multiply those in others.
pub(crate) fn cheapest(costs: &[u64], clauses: &[Clause], nodes: &mut u64) -> Result<Vec<usize>, Failed> {
    let mut best = Vec::new();
    for Island { candidates, clauses } in islands(costs.len(), &strongest(clauses)) {
        let costs: Vec<u64> = candidates.iter().map(|one| costs[*one]).collect();
        let found = cheapest_together(&costs, &reduced(&costs, clauses), nodes)?;
        best.extend(found.into_iter().map(|one| candidates[one]));
    }
    best.sort_unstable();
    Ok(best)
}

/// The clauses without those that always hold, or that another one implies.
fn strongest(clauses: &[Clause]) -> Vec<&Clause> {
    let within = |few: &[usize], many: &[usize]| few.iter().all(|one| many.contains(one));
    // One that a candidate meets either way always holds.
    let always = |clause: &&Clause| clause.any.iter().any(|one| clause.none_of.contains(one));
    let mut by_length: Vec<&Clause> = clauses.iter().filter(|clause| !always(clause)).collect();
    by_length.sort_by_key(|clause| (clause.any.len() + clause.none_of.len(), *clause));
    let mut kept: Vec<&Clause> = Vec::new();
    // Those that were kept, by the first thing that they speak of: whatever they imply speaks of it, too.
    let mut begun: BTreeMap<(bool, usize), Vec<&Clause>> = BTreeMap::new();
    let first = |clause: &Clause| match (clause.any.first(), clause.none_of.first()) {
        (Some(one), _) => Some((true, *one)),
        (None, one) => one.map(|one| (false, *one)),
    };
    for clause in by_length {
        let spoken = clause.any.iter().map(|one| (true, *one)).chain(clause.none_of.iter().map(|one| (false, *one)));
        let implied = |other: &&Clause| within(&other.any, &clause.any) && within(&other.none_of, &clause.none_of);
        if spoken.filter_map(|one| begun.get(&one)).flatten().any(implied) {
            continue;
        }
        if let Some(first) = first(clause) {
            begun.entry(first).or_default().push(clause);
        }
        kept.push(clause);
    }
    kept
}

/// The clauses without what no cheapest set that comes out first holds: a candidate in whose place another one is as good in all
/// clauses and costs less, or as much and comes before. The versions of a component are such as long as nothing tells them apart.
fn reduced(costs: &[u64], mut clauses: Vec<Clause>) -> Vec<Clause> {
    loop {
        let mut met: Vec<Vec<usize>> = vec![Vec::new(); costs.len()];
        let mut may_hurt = vec![false; costs.len()];
        for (number, clause) in clauses.iter().enumerate() {
            clause.any.iter().for_each(|one| met[*one].push(number));
            clause.none_of.iter().for_each(|one| may_hurt[*one] = true);
        }
        let instead = |one: usize, other: usize| {
            let cheaper = (costs[other], other) < (costs[one], one);
            cheaper && !may_hurt[other] && met[one].iter().all(|clause| met[other].binary_search(clause).is_ok())
        };
        let asked: Vec<usize> = (0..costs.len()).filter(|one| !met[*one].is_empty()).collect();
        let dropped: BTreeSet<usize> =
            asked.iter().copied().filter(|one| asked.iter().any(|other| instead(*one, *other))).collect();
        if dropped.is_empty() {
            return clauses;
        }
        // What is never chosen meets the clauses that ask for that.
        clauses.retain(|clause| !clause.none_of.iter().any(|one| dropped.contains(one)));
        clauses.iter_mut().for_each(|clause| clause.any.retain(|one| !dropped.contains(one)));
        clauses = strongest(&clauses).into_iter().cloned().collect();
    }
}

/// Candidates that clauses join, with those clauses by the places of the candidates here.
struct Island {
    candidates: Vec<usize>,
    clauses: Vec<Clause>,
}

/// Candidates and clauses by what joins them, in the order of the first candidate. A clause that speaks of none stands alone.
fn islands(candidates: usize, clauses: &[&Clause]) -> Vec<Island> {
    let mut joined: Vec<usize> = (0..candidates).collect();
    fn root(joined: &mut [usize], mut one: usize) -> usize {
        while joined[one] != one {
            joined[one] = joined[joined[one]];
            one = joined[one];
        }
        one
    }
    for clause in clauses {
        let mut spoken = clause.any.iter().chain(&clause.none_of).copied();
        if let Some(first) = spoken.next() {
            for other in spoken {
                let (a, b) = (root(&mut joined, first), root(&mut joined, other));
                joined[a.max(b)] = a.min(b);
            }
        }
    }
    let mut islands: BTreeMap<Option<usize>, (BTreeSet<usize>, Vec<&Clause>)> = BTreeMap::new();
    for clause in clauses {
        let spoken: Vec<usize> = clause.any.iter().chain(&clause.none_of).copied().collect();
        let island = spoken.first().map(|one| root(&mut joined, *one));
        let (candidates, clauses) = islands.entry(island).or_default();
        candidates.extend(spoken);
        clauses.push(clause);
    }
    let islands = islands.into_values().map(|(candidates, clauses)| {
        let candidates: Vec<usize> = candidates.into_iter().collect();
        let here = |all: &[usize]| all.iter().filter_map(|one| candidates.binary_search(one).ok()).collect();
        let clauses =
            clauses.into_iter().map(|clause| Clause { any: here(&clause.any), none_of: here(&clause.none_of) });
        Island { clauses: clauses.collect(), candidates }
    });
    islands.collect()
}

fn cheapest_together(costs: &[u64], clauses: &[Clause], nodes: &mut u64) -> Result<Vec<usize>, Failed> {
    // Costs first, and among equal costs the number of members: no sum of ones comes to a unit of cost.
    let unit = costs.len() as u128 + 1;
    let weights: Vec<u128> = costs.iter().map(|cost| u128::from(*cost) * unit + 1).collect();
    let mut search = Search { weights: &weights, clauses, nodes, best: None };
    let mut chosen: Vec<Option<bool>> = vec![None; costs.len()];
    search.descend(&mut chosen.clone(), 0)?;
    let (least, mut best) = search.best.take().ok_or(Failed::Impossible)?;
    // Only what some clause asks for can be in a cheapest set.
    let asked: BTreeSet<usize> = clauses.iter().flat_map(|clause| clause.any.iter().copied()).collect();
    for candidate in asked {
        chosen[candidate] = Some(true);
        if best.contains(&candidate) {
            continue;
        }
        // Whether another set that weighs the same holds this earlier candidate.
        search.best = Some((least + 1, Vec::new()));
        let mut trying = chosen.clone();
        let spent: u128 =
            trying.iter().zip(&weights).filter(|(one, _)| **one == Some(true)).map(|(_, weight)| weight).sum();
        if spent <= least {
            search.descend(&mut trying, spent)?;
        }
        match search.best.take() {
            Some((found, set)) if found <= least => best = set,
            _ => chosen[candidate] = Some(false),
        }
    }
    Ok(best)
}

struct Search<'a> {
    weights: &'a [u128],
    clauses: &'a [Clause],
    nodes: &'a mut u64,
    best: Option<(u128, Vec<usize>)>,
}

impl Search<'_> {
    fn descend(&mut self, chosen: &mut Vec<Option<bool>>, spent: u128) -> Result<(), Failed> {
        *self.nodes = self.nodes.checked_sub(1).ok_or(Failed::Limit)?;
        let mut least = spent;
        let mut tightest: Option<(usize, &Clause)> = None;
        let mut used = vec![false; self.weights.len()];
        for clause in self.clauses {
            let holds = clause.any.iter().any(|one| chosen[*one] == Some(true))
                || clause.none_of.iter().any(|one| chosen[*one] == Some(false));
            if holds {
                continue;
            }
            let free: Vec<usize> = clause.any.iter().copied().filter(|one| chosen[*one].is_none()).collect();
            // What is not chosen satisfies it for nothing.
            let for_nothing = clause.none_of.iter().filter(|one| chosen[**one].is_none()).count();
            let ways = free.len() + for_nothing;
            if ways == 0 {
                return Ok(());
            }
            if tightest.is_none_or(|(fewest, _)| ways < fewest) {
                tightest = Some((ways, clause));
            }
            // Clauses that share no candidate must each be paid for.
            if for_nothing == 0 && free.iter().all(|one| !used[*one]) {
                least += free.iter().map(|one| self.weights[*one]).min().unwrap_or(0);
                free.iter().for_each(|one| used[*one] = true);
            }
        }
        if self.best.as_ref().is_some_and(|(best, _)| least >= *best) {
            return Ok(());
        }
        let Some((_, clause)) = tightest else {
            let set = chosen.iter().enumerate().filter(|(_, one)| **one == Some(true)).map(|(at, _)| at).collect();
            self.best = Some((spent, set));
            return Ok(());
        };
        // Each way in turn, the ways before it being closed: no set is looked at twice.
        let mut closed: Vec<usize> = Vec::new();
        let mut spent = spent;
        for one in clause.none_of.iter().copied().filter(|one| chosen[*one].is_none()).collect::<Vec<_>>() {
            chosen[one] = Some(false);
            self.descend(chosen, spent)?;
            chosen[one] = Some(true);
            spent += self.weights[one];
            closed.push(one);
        }
        let mut ways: Vec<usize> = clause.any.iter().copied().filter(|one| chosen[*one].is_none()).collect();
        ways.sort_by_key(|one| (self.weights[*one], *one));
        for one in ways {
            chosen[one] = Some(true);
            self.descend(chosen, spent + self.weights[one])?;
            chosen[one] = Some(false);
            closed.push(one);
        }
        closed.into_iter().for_each(|one| chosen[one] = None);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Clause, Failed, cheapest};

    /// Every set in turn.
    fn brute(costs: &[u64], clauses: &[Clause]) -> Option<Vec<usize>> {
        let sets = (0..1_usize << costs.len()).map(|bits| (0..costs.len()).filter(|at| bits >> at & 1 == 1).collect());
        let holds = |set: &Vec<usize>, clause: &Clause| {
            clause.any.iter().any(|one| set.contains(one)) || clause.none_of.iter().any(|one| !set.contains(one))
        };
        sets.filter(|set| clauses.iter().all(|clause| holds(set, clause)))
            .min_by_key(|set: &Vec<usize>| (set.iter().map(|one| costs[*one]).sum::<u64>(), set.len(), set.clone()))
    }

    proptest! {
        #[test]
        fn it_is_what_trying_every_set_finds(
            costs in prop::collection::vec(0..4_u64, 1..10),
            drawn in prop::collection::vec((prop::collection::btree_set(0..10_usize, 0..4), prop::collection::btree_set(0..10_usize, 0..3)), 0..9),
        ) {
            let within = |set: &std::collections::BTreeSet<usize>| set.iter().copied().filter(|one| *one < costs.len()).collect();
            let clauses: Vec<Clause> = drawn.iter().map(|(any, none_of)| Clause { any: within(any), none_of: within(none_of) }).collect();
            let found = cheapest(&costs, &clauses, &mut 1_000_000);
            prop_assert_eq!(found, brute(&costs, &clauses).ok_or(Failed::Impossible));
        }
    }

    #[test]
    fn a_clause_that_always_holds_asks_for_nothing() {
        let clause = |any: &[usize], none_of: &[usize]| Clause { any: any.to_vec(), none_of: none_of.to_vec() };
        let clauses = [clause(&[5], &[5]), clause(&[], &[3]), clause(&[2, 5], &[])];
        assert_eq!(cheapest(&[1, 0, 2, 0, 0, 0], &clauses, &mut 1_000), Ok(vec![5]));
    }

    #[test]
    fn it_ends_where_the_nodes_end() {
        let clauses = [Clause { any: vec![0, 1], none_of: Vec::new() }];
        assert_eq!(cheapest(&[1, 1], &clauses, &mut 1), Err(Failed::Limit));
        assert_eq!(cheapest(&[1, 1], &clauses, &mut 100), Ok(vec![0]));
        assert_eq!(cheapest(&[u64::MAX, u64::MAX], &clauses, &mut 100), Ok(vec![0]));
    }
}
