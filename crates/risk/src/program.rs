//! Facts and the derivations between them: a graph in which every derivation joins several premises to one conclusion.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, DefaultHasher};
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
///
/// A program can lie over another, which it then extends and does not change: readings that differ little share what they have in
/// common. Numbers go on where those beneath end.
#[derive(Debug, Clone, Default)]
pub(crate) struct Program {
    under: Option<Arc<Program>>,
    first_fact: usize,
    first_derivation: usize,
    facts: Vec<Arc<Fact>>,
    // Only ever looked up in: its order is nobody's.
    numbers: HashMap<Arc<Fact>, FactId, BuildHasherDefault<DefaultHasher>>,
    derivations: Vec<Derivation>,
    /// For each fact of its own: the derivations of its own that have it as a premise.
    uses: Vec<Vec<DerivationId>>,
    /// The same for facts beneath.
    more_uses: HashMap<FactId, Vec<DerivationId>, BuildHasherDefault<DefaultHasher>>,
}

impl Program {
    /// A program over another, so far the same.
    pub fn over(under: Arc<Program>) -> Self {
        Self { first_fact: under.len(), first_derivation: under.next().index(), under: Some(under), ..Self::default() }
    }

    /// The number of a fact, given one if it has none yet.
    pub fn fact(&mut self, fact: Fact) -> FactId {
        if let Some(id) = self.find(&fact) {
            return id;
        }
        let id = FactId::at(self.len());
        let fact = Arc::new(fact);
        self.facts.push(Arc::clone(&fact));
        self.numbers.insert(fact, id);
        self.uses.push(Vec::new());
        id
    }

    /// Adds a derivation.
    pub fn derive(&mut self, derivation: Derivation) -> DerivationId {
        let id = self.next();
        for (place, premise) in derivation.premises.iter().enumerate() {
            if !derivation.premises[..place].contains(premise) {
                match premise.index().checked_sub(self.first_fact) {
                    Some(own) => self.uses[own].push(id),
                    None => self.more_uses.entry(*premise).or_default().push(id),
                }
            }
        }
        self.derivations.push(derivation);
        id
    }

    /// The number that the next derivation will have.
    pub fn next(&self) -> DerivationId {
        DerivationId::at(self.first_derivation + self.derivations.len())
    }

    /// Takes away its own derivations from a number on, latest first. The facts that they speak of keep their numbers.
    pub fn truncate(&mut self, from: DerivationId) {
        while self.next() > from {
            let Some(derivation) = self.derivations.pop() else { return };
            let id = self.next();
            for premise in derivation.premises {
                let uses = match premise.index().checked_sub(self.first_fact) {
                    Some(own) => self.uses.get_mut(own),
                    None => self.more_uses.get_mut(&premise),
                };
                if let Some(uses) = uses.filter(|uses| uses.last() == Some(&id)) {
                    uses.pop();
                }
            }
        }
    }

    /// The number of a fact, if it is spoken of.
    pub fn find(&self, fact: &Fact) -> Option<FactId> {
        self.layers().find_map(|layer| layer.numbers.get(fact).copied())
    }

    /// A fact by its number.
    pub fn at(&self, id: FactId) -> &Fact {
        let layer = self.layer(|layer| id.index() >= layer.first_fact);
        &layer.facts[id.index() - layer.first_fact]
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.first_fact + self.facts.len()
    }

    /// A derivation by its number.
    pub fn derivation(&self, id: DerivationId) -> &Derivation {
        let layer = self.layer(|layer| id.index() >= layer.first_derivation);
        &layer.derivations[id.index() - layer.first_derivation]
    }

    /// Every derivation with its number.
    pub fn derivations(&self) -> impl Iterator<Item = (DerivationId, &Derivation)> {
        (0..self.next().index()).map(DerivationId::at).map(|id| (id, self.derivation(id)))
    }

    /// The derivations that have a fact as a premise, in order.
    pub fn uses(&self, fact: FactId) -> impl Iterator<Item = DerivationId> + '_ {
        // At most three lie over each other: as grounded, with what is presumed, with what is tried.
        let mut lists: [&[DerivationId]; 3] = [&[]; 3];
        let mut layer = Some(self);
        for list in lists.iter_mut().rev() {
            let Some(here) = layer else { break };
            *list = here.own_uses(fact);
            layer = here.under.as_deref();
        }
        debug_assert!(layer.is_none(), "no more than three programs lie over each other");
        lists.into_iter().flatten().copied()
    }

    fn own_uses(&self, fact: FactId) -> &[DerivationId] {
        let uses = match fact.index().checked_sub(self.first_fact) {
            Some(own) => self.uses.get(own),
            None => self.more_uses.get(&fact),
        };
        uses.map_or(&[], Vec::as_slice)
    }

    fn layers(&self) -> impl Iterator<Item = &Program> {
        std::iter::successors(Some(self), |layer| layer.under.as_deref())
    }

    fn layer(&self, holds: impl Fn(&Program) -> bool) -> &Program {
        let mut layer = self;
        while let Some(under) = layer.under.as_deref().filter(|_| !holds(layer)) {
            layer = under;
        }
        layer
    }
}

/// A place as a number. More than four thousand million facts do not fit into memory.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
