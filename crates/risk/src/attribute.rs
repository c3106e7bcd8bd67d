//! What can be reached *through* one subject.
//!
//! A fact counts for a subject when some derivation of it uses one of the subject's steps, with the value of that derivation:
//! the least of the step, its prerequisites and the rest of the way. The other premises on the way are taken at their best,
//! so the answer is a sound over-approximation; whether the subject is *needed* is not asked, for that is NP-hard.

use std::collections::{BTreeMap, VecDeque};

use crate::fixpoint::{Entry, EntryRef, Solution, conclusions};
use crate::program::{DerivationId, FactId, Program};
use crate::value::Front;

/// The facts that are reached through a subject.
#[derive(Debug, Clone, Default)]
pub(crate) struct Through {
    fronts: BTreeMap<FactId, Front>,
    entries: Vec<Entry>,
}

impl Through {
    /// The ways to a fact that go through the subject.
    pub fn front(&self, fact: FactId) -> Front {
        self.fronts.get(&fact).copied().unwrap_or_default()
    }

    /// The facts that are reached through the subject, in order.
    pub fn facts(&self) -> impl Iterator<Item = FactId> + '_ {
        self.fronts.keys().copied()
    }

    /// An entry by its number.
    pub fn entry(&self, number: u32) -> &Entry {
        &self.entries[number as usize]
    }
}

/// Follows the steps of a subject onward.
pub(crate) fn through(program: &Program, whole: &Solution, steps: &[DerivationId]) -> Through {
    let mut found = Through::default();
    let mut open = VecDeque::new();
    for &id in steps {
        let derivation = program.derivation(id);
        for (value, premises) in conclusions(derivation, |_, fact| whole.front(fact)) {
            let premises = premises.into_iter().map(EntryRef::Whole).collect();
            add(&mut found, &mut open, Entry { fact: derivation.conclusion, value, derivation: id, premises });
        }
    }
    while let Some(number) = open.pop_front() {
        let fact = found.entry(number).fact;
        if !found.front(fact).stands(number) {
            continue;
        }
        for &id in program.uses(fact) {
            let derivation = program.derivation(id);
            for place in (0..derivation.premises.len()).filter(|place| derivation.premises[*place] == fact) {
                let ways =
                    conclusions(
                        derivation,
                        |other, premise| {
                            if other == place { found.front(premise) } else { whole.front(premise) }
                        },
                    );
                for (value, premises) in ways {
                    let premises = premises
                        .into_iter()
                        .enumerate()
                        .map(
                            |(other, entry)| {
                                if other == place { EntryRef::Through(entry) } else { EntryRef::Whole(entry) }
                            },
                        )
                        .collect();
                    add(&mut found, &mut open, Entry { fact: derivation.conclusion, value, derivation: id, premises });
                }
            }
        }
    }
    found
}

fn add(found: &mut Through, open: &mut VecDeque<u32>, entry: Entry) {
    let number = u32::try_from(found.entries.len()).unwrap_or(u32::MAX);
    if found.fronts.entry(entry.fact).or_default().insert(entry.value, number) {
        found.entries.push(entry);
        open.push_back(number);
    }
}
