//! What can be reached *through* one subject.
//!
//! A fact counts for a subject when some derivation of it uses one of the subject's steps, with the value of that derivation:
//! the least of the step, its prerequisites and the rest of the way. The other premises on the way are taken at their best,
//! so the answer is a sound over-approximation; whether the subject is *needed* is not asked, for that is NP-hard.

use std::collections::VecDeque;

use crate::fixpoint::{Entry, EntryRef, Solution, conclusions};
use crate::program::{DerivationId, FactId, Program};
use crate::value::Front;
use crate::vocabulary::Table;

/// The facts that are reached through a subject.
#[derive(Debug, Clone, Default)]
pub(crate) struct Through {
    // Only ever looked up in.
    fronts: Table<FactId, Front>,
    reached: Vec<FactId>,
    entries: Vec<Entry>,
}

impl Through {
    /// The ways to a fact that go through the subject.
    pub fn front(&self, fact: FactId) -> Front {
        self.fronts.get(&fact).copied().unwrap_or_default()
    }

    /// The facts that are reached through the subject, in order.
    pub fn facts(&self) -> impl Iterator<Item = FactId> + '_ {
        self.reached.iter().copied()
    }

    /// An entry by its number.
    pub fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }

    fn add(&mut self, open: &mut VecDeque<u32>, entry: Entry) {
        let number = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        let front = self.fronts.entry(entry.fact).or_default();
        let first = !front.is_reached();
        if front.insert(entry.value, number) {
            if first {
                self.reached.push(entry.fact);
            }
            self.entries.push(entry);
            open.push_back(number);
        }
    }
}

/// Follows the steps of a subject onward.
pub(crate) fn through(program: &Program, whole: &Solution, steps: &[DerivationId]) -> Through {
    through_only(program, whole, steps, |_, _| true)
}

/// Follows the steps of a subject onward, only over entries that are wanted: each is asked about with the one before it.
pub(crate) fn through_only(
    program: &Program,
    whole: &Solution,
    steps: &[DerivationId],
    wanted: impl Fn(Option<&Entry>, &Entry) -> bool,
) -> Through {
    let graph = program.graph();
    let mut through = Through::default();
    let mut open = VecDeque::new();
    let mut found: Vec<Entry> = Vec::new();
    for &id in steps {
        let derivation = graph.step(id);
        let fact = derivation.conclusion;
        conclusions(
            derivation,
            through.front(fact),
            |_, premise| whole.front(premise),
            |value, premises| {
                found.push(Entry { fact, value, derivation: id, premises: premises.map(EntryRef::Whole).collect() });
            },
        );
        found.drain(..).filter(|entry| wanted(None, entry)).for_each(|entry| through.add(&mut open, entry));
    }
    while let Some(number) = open.pop_front() {
        let fact = through.entry(number).fact;
        if !through.front(fact).stands(number) {
            continue;
        }
        for &id in graph.uses(fact) {
            let derivation = graph.step(id);
            for place in (0..derivation.premises.len()).filter(|place| derivation.premises[*place] == fact) {
                let conclusion = derivation.conclusion;
                let front = |other: usize, premise| {
                    if other == place { through.front(premise) } else { whole.front(premise) }
                };
                conclusions(derivation, through.front(conclusion), front, |value, premises| {
                    let premises = premises.enumerate().map(|(other, entry)| {
                        if other == place { EntryRef::Through(entry) } else { EntryRef::Whole(entry) }
                    });
                    found.push(Entry { fact: conclusion, value, derivation: id, premises: premises.collect() });
                });
                found.retain(|entry| wanted(Some(through.entry(number)), entry));
                found.drain(..).for_each(|entry| through.add(&mut open, entry));
            }
        }
    }
    through.reached.sort_unstable();
    through
}
