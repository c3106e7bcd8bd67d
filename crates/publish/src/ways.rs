//! The distinct ways by which something uncontrolled reaches a harm, the worst for each harm first.

use std::collections::BTreeSet;

use ward_model::verdict::{Basis, Outcome, Witness};

use crate::group::{Group, route};

/// A distinct way through the architecture, with the groups of verdicts that take it; its facts are those of the first.
pub struct Way<'a> {
    /// The derivation that is told.
    pub witness: &'a Witness,
    /// The groups that take it, by their place.
    pub groups: Vec<usize>,
}

/// Every way that an uncontrolled verdict shows: what is known before what is presumed, the worst one for each harm first, then
/// the next worst.
pub fn ways<'a>(groups: &[Group<'a>]) -> Vec<Way<'a>> {
    let mut distinct: Vec<Way<'a>> = Vec::new();
    for (place, group) in groups.iter().enumerate() {
        let verdict = group.verdict();
        if verdict.verdict == Outcome::Controlled || verdict.witness.nodes.is_empty() {
            continue;
        }
        match distinct.iter_mut().find(|way| route(way.witness) == route(&verdict.witness)) {
            Some(way) => way.groups.push(place),
            None => distinct.push(Way { witness: &verdict.witness, groups: vec![place] }),
        }
    }
    let mut harms = BTreeSet::new();
    let mut ordered: Vec<((bool, bool), Way<'a>)> = distinct
        .into_iter()
        .map(|way| {
            let verdict = groups[way.groups[0]].verdict();
            let again = !harms.insert(verdict.harm.as_ref().map(|harm| &harm.id));
            ((verdict.basis == Basis::Presumed, again), way)
        })
        .collect();
    // Sorting is stable: within each part the worst stay first.
    ordered.sort_by_key(|(key, _)| *key);
    ordered.into_iter().map(|(_, way)| way).collect()
}
