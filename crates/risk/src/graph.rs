//! A program laid flat: what is gone through again and again stands side by side, with nothing for people in between.

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

/// All derivations of a program, by number, by premise and by conclusion.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    steps: Vec<Flat>,
    premises: Vec<FactId>,
    uses: Lists<DerivationId>,
    concluding: Lists<DerivationId>,
}

impl Graph {
    /// Lays a program flat.
    pub fn of(program: &Program) -> Self {
        let count = program.next().index();
        let mut steps = Vec::with_capacity(count);
        let mut premises = Vec::with_capacity(count + count / 2);
        for (_, derivation) in program.derivations() {
            premises.extend_from_slice(&derivation.premises);
            let end = u32::try_from(premises.len()).unwrap_or(u32::MAX);
            let Step { conclusion, class, reach, .. } = derivation.step();
            steps.push(Flat { conclusion, end, class, reach });
        }
        let mut graph = Self { steps, premises, ..Self::default() };
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
        let place = id.index();
        let Flat { conclusion, end, class, reach } = self.steps[place];
        let from = place.checked_sub(1).map_or(0, |before| self.steps[before].end);
        Step { premises: &self.premises[from as usize..end as usize], conclusion, class, reach }
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
