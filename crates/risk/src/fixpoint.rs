//! The least fixpoint: every fact that can be reached, with every way that no other beats, and how each came about.

use std::collections::VecDeque;

use ward_model::scale::Reach;

use crate::program::{Derivation, DerivationId, FactId, Program, ReachRule};
use crate::value::{Front, Value};

/// One way to a fact, as it was found: from entries that were found before it, so that following them back always ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub fact: FactId,
    pub value: Value,
    pub derivation: DerivationId,
    /// For each premise of the derivation: the entry it was taken from.
    pub premises: Vec<EntryRef>,
}

/// An entry of the whole solution, or of what was found to go through one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum EntryRef {
    /// In the whole solution.
    Whole(u32),
    /// In what goes through the subject.
    Through(u32),
}

/// The facts that are reached.
#[derive(Debug, Clone, Default)]
pub(crate) struct Solution {
    fronts: Vec<Front>,
    entries: Vec<Entry>,
}

impl Solution {
    /// The ways to a fact.
    pub fn front(&self, fact: FactId) -> Front {
        self.fronts.get(fact.0 as usize).copied().unwrap_or_default()
    }

    /// Whether a fact is reached at all.
    pub fn reaches(&self, fact: FactId) -> bool {
        self.front(fact).is_reached()
    }

    /// An entry by its number.
    pub fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }
}

/// Solves a program.
pub(crate) fn solve(program: &Program) -> Solution {
    let mut solution = Solution { fronts: vec![Front::default(); program.len()], entries: Vec::new() };
    let mut open = VecDeque::new();
    for (id, derivation) in program.derivations() {
        if derivation.premises.is_empty() {
            step(program, id, &mut solution, &mut open);
        }
    }
    while let Some(number) = open.pop_front() {
        let fact = solution.entry(number).fact;
        // A way that has been beaten since brings nothing that the better one does not bring too.
        if solution.front(fact).stands(number) {
            for &id in program.uses(fact) {
                step(program, id, &mut solution, &mut open);
            }
        }
    }
    solution
}

fn step(program: &Program, id: DerivationId, solution: &mut Solution, open: &mut VecDeque<u32>) {
    let derivation = program.derivation(id);
    for (value, premises) in conclusions(derivation, |_, fact| solution.front(fact)) {
        let number = u32::try_from(solution.entries.len()).unwrap_or(u32::MAX);
        if solution.fronts[derivation.conclusion.0 as usize].insert(value, number) {
            let premises = premises.into_iter().map(EntryRef::Whole).collect();
            solution.entries.push(Entry { fact: derivation.conclusion, value, derivation: id, premises });
            open.push_back(number);
        }
    }
}

/// What a derivation concludes from these ways to its premises: at most one value for each reach, each with the entries used.
///
/// Only the reach of the first premise (or the least of all) carries over, so that of the others only the easiest class matters:
/// no choice of premises gives a value that is not found here or beaten by one that is.
pub(crate) fn conclusions(derivation: &Derivation, front: impl Fn(usize, FactId) -> Front) -> Vec<(Value, Vec<u32>)> {
    let fronts: Vec<Front> = derivation.premises.iter().enumerate().map(|(place, fact)| front(place, *fact)).collect();
    let mut found = Vec::new();
    let mut conclude = |levels: Option<Vec<(Value, u32)>>| {
        let Some(levels) = levels else { return };
        let values: Vec<Value> = levels.iter().map(|(value, _)| *value).collect();
        let chosen: Vec<u32> = levels.iter().map(|(_, entry)| *entry).collect();
        let value = derivation.value(&values);
        if !found.iter().any(|(other, _)| *other == value) {
            found.push((value, chosen));
        }
    };
    let at = |front: &Front, reach: Reach| front.level(reach).map(|(class, entry)| (Value { class, reach }, entry));
    match (derivation.reach, fronts.split_first()) {
        (ReachRule::Least, Some(_)) => {
            for &reach in Reach::ALL.iter().rev() {
                conclude(fronts.iter().map(|front| at(front, reach)).collect());
            }
        }
        (ReachRule::First(_), Some((first, others))) => {
            for (value, entry) in first.ways() {
                let conditions = others.iter().map(|front| at(front, Reach::One));
                conclude(std::iter::once(Some((value, entry))).chain(conditions).collect());
            }
        }
        _ => conclude(fronts.iter().map(|front| at(front, Reach::One)).collect()),
    }
    found
}
