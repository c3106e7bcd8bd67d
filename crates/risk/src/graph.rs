//! A program laid flat: what is gone through again and again stands side by side, with nothing for people in between.

use std::ops::Range;
use std::sync::Arc;

use crate::lists::Lists;
use crate::program::{DerivationId, FactId, Program, ReachRule};
use ward_model::scale::Exploitability;

/// A derivation, without what it follows by.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Step<'a> {
    pub premises: &'a [FactId],
    pub conclusion: FactId,
    pub class: Exploitability,
    pub reach: ReachRule,
}

#[derive(Debug, Clone, Copy)]
struct Flat {
    conclusion: FactId,
    /// Where its premises end among all; they begin where those of the one before end.
    end: u32,
    class: Exploitability,
    reach: ReachRule,
}

/// Derivations side by side, each by its place.
#[derive(Debug, Clone, Default)]
pub(crate) struct Steps {
    flat: Vec<Flat>,
    premises: Vec<FactId>,
}

impl Steps {
    /// Room for as many as others are.
    pub fn with_room_for(others: &Self) -> Self {
        Self { flat: Vec::with_capacity(others.flat.len()), premises: Vec::with_capacity(others.premises.len()) }
    }

    pub fn len(&self) -> usize {
        self.flat.len()
    }

    pub fn at(&self, place: usize) -> Step<'_> {
        let Flat { conclusion, end, class, reach } = self.flat[place];
        let from = place.checked_sub(1).map_or(0, |before| self.flat[before].end);
        Step { premises: &self.premises[from as usize..end as usize], conclusion, class, reach }
    }

    pub fn push(&mut self, Step { premises, conclusion, class, reach }: Step<'_>) {
        self.premises.extend_from_slice(premises);
        // More than four thousand million premises do not fit into memory.
        let end = u32::try_from(self.premises.len()).unwrap_or(u32::MAX);
        self.flat.push(Flat { conclusion, end, class, reach });
    }

    /// These, and others behind them.
    pub fn with(&self, others: &Self) -> Self {
        let mut all = Self {
            flat: Vec::with_capacity(self.flat.len() + others.flat.len()),
            premises: Vec::with_capacity(self.premises.len() + others.premises.len()),
        };
        all.append_some(self, 0..self.flat.len());
        all.append_some(others, 0..others.flat.len());
        all
    }

    /// Adds some of others behind these.
    pub fn append_some(&mut self, others: &Self, places: Range<usize>) {
        let Some(last) = places.clone().last() else { return };
        let from = places.start.checked_sub(1).map_or(0, |before| others.flat[before].end);
        let before = u32::try_from(self.premises.len()).unwrap_or(u32::MAX);
        self.premises.extend_from_slice(&others.premises[from as usize..others.flat[last].end as usize]);
        let moved = |step: &Flat| Flat { end: (step.end - from).saturating_add(before), ..*step };
        self.flat.extend(others.flat[places].iter().map(moved));
    }

    /// Takes all away from a place on.
    pub fn truncate(&mut self, from: usize) {
        self.flat.truncate(from);
        self.premises.truncate(self.flat.last().map_or(0, |last| last.end as usize));
    }

    /// Gives back the room that nothing stands in.
    pub fn shrink(&mut self) {
        self.flat.shrink_to_fit();
        self.premises.shrink_to_fit();
    }
}

/// All derivations of a program, by number, by premise and by conclusion.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    steps: Arc<Steps>,
    uses: Lists<DerivationId>,
    concluding: Lists<DerivationId>,
}

impl Graph {
    /// Lays a program flat.
    pub fn of(program: &Program) -> Self {
        let mut graph = Self { steps: program.all_steps(), ..Self::default() };
        graph.uses = Lists::of(program.len(), |found| {
            for id in graph.ids() {
                let premises = graph.step(id).premises;
                for (place, premise) in premises.iter().enumerate() {
                    if !premises[..place].contains(premise) {
                        found(premise.index(), id);
                    }
                }
            }
        });
        graph.concluding = Lists::of(program.len(), |found| {
            graph.ids().for_each(|id| found(graph.step(id).conclusion.index(), id));
        });
        graph
    }

    /// The derivations, in order.
    pub fn ids(&self) -> impl Iterator<Item = DerivationId> + use<> {
        (0..self.steps.len()).map(DerivationId::at)
    }

    /// A derivation by its number.
    pub fn step(&self, id: DerivationId) -> Step<'_> {
        self.steps.at(id.index())
    }

    /// The derivations that have a fact as a premise, in order.
    pub fn uses(&self, fact: FactId) -> &[DerivationId] {
        self.uses.at(fact.index())
    }

    /// The derivations that conclude a fact, in order.
    pub fn concluding(&self, fact: FactId) -> &[DerivationId] {
        self.concluding.at(fact.index())
    }
}
