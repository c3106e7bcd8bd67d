//! Facts and the derivations between them: a graph in which every derivation joins several premises to one conclusion.

use std::collections::BTreeMap;
use std::sync::Arc;

use ward_model::scale::{Exploitability, Reach};

use crate::fact::Fact;

/// The place of a fact in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FactId(pub u32);

/// The place of a derivation in a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DerivationId(pub u32);

impl FactId {
    /// The fact at a place.
    pub fn at(place: usize) -> Self {
        Self(number(place))
    }

    /// Its place.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

impl DerivationId {
    /// The derivation at a place.
    pub fn at(place: usize) -> Self {
        Self(number(place))
    }

    /// Its place.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// A conclusion that follows from all of its premises together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Derivation {
    pub premises: Vec<FactId>,
    pub conclusion: FactId,
    /// The class of this step alone, at the victim.
    pub class: Exploitability,
    pub reach: ReachRule,
    /// What it follows by, for people.
    pub by: By,
}

/// What a derivation follows by, for people. Programs are copied often, their words never.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum By {
    /// The same for every device.
    Fixed(&'static str),
    /// Of this device.
    Own(Arc<str>),
}

impl By {
    pub fn as_str(&self) -> &str {
        match self {
            Self::Fixed(words) => words,
            Self::Own(words) => words,
        }
    }
}

impl From<&'static str> for By {
    fn from(words: &'static str) -> Self {
        Self::Fixed(words)
    }
}

impl From<Arc<str>> for By {
    fn from(words: Arc<str>) -> Self {
        Self::Own(words)
    }
}

impl From<String> for By {
    fn from(words: String) -> Self {
        Self::Own(words.into())
    }
}

/// In how many places at once a conclusion holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ReachRule {
    /// Wherever the first premise holds, and at least so far. The other premises are conditions, not places.
    First(Reach),
    /// Only where all premises hold together.
    Least,
    /// Exactly so far: for derivations without premises.
    Exactly(Reach),
}

/// A program: every fact that can be spoken of, and every derivation.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    facts: Vec<Arc<Fact>>,
    numbers: BTreeMap<Arc<Fact>, FactId>,
    derivations: Vec<Derivation>,
    /// For each fact: the derivations that have it as a premise.
    uses: Vec<Vec<DerivationId>>,
}

impl Program {
    /// The number of a fact, given one if it has none yet.
    pub fn fact(&mut self, fact: Fact) -> FactId {
        if let Some(id) = self.numbers.get(&fact) {
            return *id;
        }
        let id = FactId(number(self.facts.len()));
        let fact = Arc::new(fact);
        self.facts.push(Arc::clone(&fact));
        self.numbers.insert(fact, id);
        self.uses.push(Vec::new());
        id
    }

    /// Adds a derivation.
    pub fn derive(&mut self, derivation: Derivation) -> DerivationId {
        let id = DerivationId(number(self.derivations.len()));
        let mut seen = derivation.premises.clone();
        seen.sort_unstable();
        seen.dedup();
        for premise in seen {
            self.uses[premise.0 as usize].push(id);
        }
        self.derivations.push(derivation);
        id
    }

    /// The number that the next derivation will have.
    pub fn next(&self) -> DerivationId {
        DerivationId(number(self.derivations.len()))
    }

    /// Changes a derivation in place. It must not take on new premises.
    pub fn derivation_mut(&mut self, id: DerivationId) -> &mut Derivation {
        &mut self.derivations[id.0 as usize]
    }

    /// Takes away the derivations from a number on, latest first. The facts that they speak of keep their numbers.
    pub fn truncate(&mut self, from: DerivationId) {
        while self.derivations.len() > from.0 as usize {
            let id = DerivationId(number(self.derivations.len() - 1));
            for premise in self.derivations.pop().into_iter().flat_map(|derivation| derivation.premises) {
                let uses = &mut self.uses[premise.0 as usize];
                if uses.last() == Some(&id) {
                    uses.pop();
                }
            }
        }
    }

    /// The number of a fact, if it is spoken of.
    pub fn find(&self, fact: &Fact) -> Option<FactId> {
        self.numbers.get(fact).copied()
    }

    /// A fact by its number.
    pub fn at(&self, id: FactId) -> &Fact {
        &self.facts[id.0 as usize]
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// A derivation by its number.
    pub fn derivation(&self, id: DerivationId) -> &Derivation {
        &self.derivations[id.0 as usize]
    }

    /// Every derivation with its number.
    pub fn derivations(&self) -> impl Iterator<Item = (DerivationId, &Derivation)> {
        self.derivations.iter().enumerate().map(|(place, derivation)| (DerivationId(number(place)), derivation))
    }

    /// The derivations that have a fact as a premise.
    pub fn uses(&self, fact: FactId) -> &[DerivationId] {
        &self.uses[fact.0 as usize]
    }
}

/// A place as a number. More than four thousand million facts do not fit into memory.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
