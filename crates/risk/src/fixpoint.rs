//! The least fixpoint: every fact that can be reached, with every way that no other beats, and how each came about.

use std::collections::VecDeque;

use ward_model::scale::Reach;

use crate::graph::{Graph, Step};
use crate::program::{DerivationId, FactId, Program, ReachRule, Short};
use crate::value::{Front, Value};

/// One way to a fact, as it was found: from entries that were found before it, so that following them back always ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Entry {
    pub fact: FactId,
    pub value: Value,
    pub derivation: DerivationId,
    /// For each premise of the derivation: the entry it was taken from.
    pub premises: Short<EntryRef>,
}

/// An entry of the whole solution, or of what was found to go through one subject.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum EntryRef {
    /// In the whole solution.
    Whole(u32),
    /// In what goes through the subject.
    Through(u32),
}

impl Default for EntryRef {
    fn default() -> Self {
        Self::Whole(0)
    }
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
    let graph = program.graph();
    let mut open = VecDeque::new();
    for id in graph.ids() {
        if graph.step(id).premises.is_empty() {
            step(graph, id, &mut solution, &mut open);
        }
    }
    while let Some(number) = open.pop_front() {
        let fact = solution.entry(number).fact;
        // A way that has been beaten since brings nothing that the better one does not bring too.
        if solution.front(fact).stands(number) {
            for &id in graph.uses(fact) {
                step(graph, id, &mut solution, &mut open);
            }
        }
    }
    solution
}

fn step(graph: &Graph, id: DerivationId, solution: &mut Solution, open: &mut VecDeque<u32>) {
    let derivation = graph.step(id);
    let mut found = Vec::new();
    conclusions(
        derivation,
        solution.front(derivation.conclusion),
        |_, fact| solution.front(fact),
        |value, premises| {
            found.push((value, premises.map(EntryRef::Whole).collect()));
        },
    );
    for (value, premises) in found {
        let number = u32::try_from(solution.entries.len()).unwrap_or(u32::MAX);
        if solution.fronts[derivation.conclusion.0 as usize].insert(value, number) {
            solution.entries.push(Entry { fact: derivation.conclusion, value, derivation: id, premises });
            open.push_back(number);
        }
    }
}

/// What a derivation concludes from these ways to its premises: at most one value for each reach, each with the entries used, and
/// none that `already` has.
///
/// Only the reach of the first premise (or the least of all) carries over, so that of the others only the easiest class matters:
/// no choice of premises gives a value that is not found here or beaten by one that is.
pub(crate) fn conclusions(
    derivation: Step<'_>,
    already: Front,
    front: impl Fn(usize, FactId) -> Front,
    mut found: impl FnMut(Value, &mut dyn Iterator<Item = u32>),
) {
    let premises = || derivation.premises.iter().enumerate();
    // The easiest class in which all premises from a place on hold, at least so far.
    let together = |from: usize, reach: Reach| {
        let mut class = derivation.class;
        for (place, fact) in premises().skip(from) {
            class = class.min(front(place, *fact).level(reach)?.0);
        }
        Some(class)
    };
    let entries = |from: usize, reach: Reach| {
        let front = &front;
        premises().skip(from).filter_map(move |(place, fact)| Some(front(place, *fact).level(reach)?.1))
    };
    match (derivation.reach, derivation.premises.first()) {
        (ReachRule::First(at_least), Some(first)) => {
            let Some(others) = together(1, Reach::One) else { return };
            for (way, entry) in front(0, *first).ways() {
                let value = Value { class: way.class.min(others), reach: way.reach.max(at_least) };
                if !already.beats(value) {
                    found(value, &mut std::iter::once(entry).chain(entries(1, Reach::One)));
                }
            }
        }
        (ReachRule::Least, Some(_)) => {
            for &reach in Reach::ALL.iter().rev() {
                let Some(class) = together(0, reach) else { continue };
                let value = Value { class, reach };
                if !already.beats(value) {
                    found(value, &mut entries(0, reach));
                }
            }
        }
        (ReachRule::Exactly(reach) | ReachRule::First(reach), _) => {
            conclude_at(reach, &together, already, &mut |value| {
                found(value, &mut entries(0, Reach::One));
            })
        }
        (ReachRule::Least, None) => conclude_at(Reach::Fleet, &together, already, &mut |value| {
            found(value, &mut entries(0, Reach::One));
        }),
    }
}

/// A conclusion whose reach does not depend on where its premises hold.
fn conclude_at(
    reach: Reach,
    together: &dyn Fn(usize, Reach) -> Option<ward_model::scale::Exploitability>,
    already: Front,
    found: &mut dyn FnMut(Value),
) {
    if let Some(class) = together(0, Reach::One) {
        let value = Value { class, reach };
        if !already.beats(value) {
            found(value);
        }
    }
}
