//! A derivation, followed back from a harm to where the attacker stands.

use std::collections::BTreeMap;
use std::sync::Arc;

use ward_model::verdict::{Place, Witness, WitnessNode};

use crate::attribute::{Through, through, through_only};
use crate::cells::Cell;
use crate::context::Context;
use crate::fact::Fact;
use crate::fixpoint::{Entry, EntryRef, Solution};
use crate::labels::{Labels, Questions};
use crate::program::{DerivationId, Program};
use crate::texts::{Texts, exactly};

/// Which nodes of a witness are steps of the subject's own: the place of each, with its derivation.
pub(crate) type OwnSteps = Vec<(usize, DerivationId)>;

/// A way through a subject, by the entry in which it ends.
pub(crate) struct Way {
    pub onward: Through,
    pub entry: u32,
}

impl Way {
    /// An entry on it, or before it in the whole solution.
    pub fn at<'w>(&'w self, whole: &'w Solution, entry: EntryRef) -> &'w Entry {
        match entry {
            EntryRef::Whole(number) => whole.entry(number),
            EntryRef::Through(number) => self.onward.entry(number),
        }
    }
}

/// A way from the steps of a subject to the worst that it leads to, in as few steps as any to something as bad; nothing where it leads
/// nowhere.
pub(crate) fn way_to<'l>(
    program: &Program,
    solution: &Solution,
    (questions, labels): (&Questions, &'l Labels),
    steps: &[DerivationId],
) -> Option<(&'l Cell, Way)> {
    let goal = labels.nearest(&questions.begin(steps))?;
    let onward = through_only(program, solution, steps, |before, entry| {
        let expected = match before {
            None => Some(goal),
            Some(before) => labels.label(before.fact, before.value).next(),
        };
        Some(labels.label(entry.fact, entry.value)) == expected
    });
    let ended = |onward: Through| {
        let (cell, entry) = labels.reached(goal, &onward)?;
        Some((cell, Way { onward, entry }))
    };
    // Where the shortest way is one of several that are told alike, all of them are looked at.
    ended(onward).or_else(|| ended(through(program, solution, steps)))
}

/// Draws the derivation of an entry, and says which of its nodes are among these steps.
pub(crate) fn draw(
    context: &Context<'_>,
    program: &Program,
    whole: &Solution,
    onward: &Through,
    goal: u32,
    steps: &[DerivationId],
    texts: &Texts,
) -> (Witness, OwnSteps) {
    let (names, witness) = (BTreeMap::new(), Witness::default());
    let mut drawing = Drawing { context, program, whole, onward, steps, texts, own: Vec::new(), names, witness };
    drawing.add(EntryRef::Through(goal));
    // There is one for nearly every verdict, and it is kept as it is.
    let Witness { nodes, edges } = drawing.witness;
    (Witness { nodes: exactly(nodes), edges: exactly(edges) }, drawing.own)
}

struct Drawing<'a> {
    context: &'a Context<'a>,
    program: &'a Program,
    whole: &'a Solution,
    onward: &'a Through,
    steps: &'a [DerivationId],
    texts: &'a Texts,
    own: OwnSteps,
    names: BTreeMap<EntryRef, Arc<str>>,
    witness: Witness,
}

impl Drawing<'_> {
    fn entry(&self, entry: EntryRef) -> &Entry {
        match entry {
            EntryRef::Whole(number) => self.whole.entry(number),
            EntryRef::Through(number) => self.onward.entry(number),
        }
    }

    /// Adds an entry after everything that it follows from. Entries only ever follow from earlier ones, so this ends;
    /// the stack is one of our own, for derivations can be long.
    fn add(&mut self, goal: EntryRef) {
        let mut open = vec![(goal, false)];
        while let Some((entry, ready)) = open.pop() {
            if self.names.contains_key(&entry) {
                continue;
            }
            if ready {
                self.node(entry);
                continue;
            }
            open.push((entry, true));
            for premise in self.entry(entry).premises.iter().rev() {
                open.push((*premise, false));
            }
        }
    }

    fn node(&mut self, reference: EntryRef) {
        let entry = self.entry(reference).clone();
        let fact = self.program.at(entry.fact);
        let name = self.texts.keep(&format!("n{}", self.witness.nodes.len() + 1));
        let (words, at) = match fact {
            Fact::Harmed(function, number, _) | Fact::Unrelieved(function, number, _) => {
                let effect =
                    self.context.device().functions.get(function).and_then(|function| function.effects.get(*number));
                match effect {
                    Some(effect) => {
                        let harm = self.context.device().harms.get(&effect.harm);
                        let text = harm.map_or_else(|| effect.harm.to_string(), |harm| harm.text.clone());
                        (format!("{}: {text}", effect.hazardous_situation), Place::Harm(effect.harm.to_string()))
                    }
                    None => (fact.words(), fact.place()),
                }
            }
            _ => (fact.words(), fact.place()),
        };
        for premise in &entry.premises {
            if let Some(from) = self.names.get(premise) {
                let edge = (from.clone(), name.clone());
                if !self.witness.edges.contains(&edge) {
                    self.witness.edges.push(edge);
                }
            }
        }
        if matches!(reference, EntryRef::Through(_)) && self.steps.contains(&entry.derivation) {
            self.own.push((self.witness.nodes.len(), entry.derivation));
        }
        self.witness.nodes.push(WitnessNode {
            id: name.clone(),
            fact: self.texts.keep(&words),
            by: self.texts.keep(self.program.by(entry.derivation)),
            class: entry.value.class,
            at,
        });
        self.names.insert(reference, name);
    }
}
