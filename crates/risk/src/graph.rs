//! A program laid flat: what is gone through again and again stands side by side, with nothing for people in between.

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

/// For each fact a list of derivations, in order.
#[derive(Debug, Clone, Default)]
struct Lists {
    /// Where the list of each fact begins, and behind the last where it ends.
    starts: Vec<u32>,
    derivations: Vec<DerivationId>,
}

impl Lists {
    /// Lists derivations by facts; `each` names every pair, twice in the same order.
    fn of(facts: usize, each: impl Fn(&mut dyn FnMut(FactId, DerivationId))) -> Self {
        let mut starts = vec![0_u32; facts + 1];
        each(&mut |fact, _| starts[fact.index() + 1] += 1);
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        let mut derivations = vec![DerivationId(0); sum as usize];
        each(&mut |fact, id| {
            let place = &mut next[fact.index()];
            derivations[*place as usize] = id;
            *place += 1;
        });
        Self { starts, derivations }
    }

    fn at(&self, fact: FactId) -> &[DerivationId] {
        let place = fact.index();
        match (self.starts.get(place), self.starts.get(place + 1)) {
            (Some(from), Some(to)) => &self.derivations[*from as usize..*to as usize],
            // Facts that only a later program speaks of.
            _ => &[],
        }
    }
}

/// All derivations of a program, by number, by premise and by conclusion.
#[derive(Debug, Clone, Default)]
pub(crate) struct Graph {
    steps: Vec<Flat>,
    premises: Vec<FactId>,
    uses: Lists,
    concluding: Lists,
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
                        found(*premise, id);
                    }
                }
            }
        });
        graph.concluding = Lists::of(program.len(), |found| {
            graph.ids().for_each(|id| found(graph.step(id).conclusion, id));
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
        self.uses.at(fact)
    }

    /// The derivations that conclude a fact, in order.
    pub fn concluding(&self, fact: FactId) -> &[DerivationId] {
        self.concluding.at(fact)
    }
}
