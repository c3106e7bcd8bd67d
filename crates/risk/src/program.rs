//! Facts and the derivations between them: a graph in which every derivation joins several premises to one conclusion.

use std::ops::{Deref, Range};
use std::sync::{Arc, OnceLock};

use ward_model::scale::{Exploitability, Reach};

use crate::fact::Fact;
use crate::graph::{Graph, Step, Steps};
use crate::vocabulary::Vocabulary;

/// The place of a fact in a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct FactId(pub u32);

/// The place of a derivation in a program.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
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

/// A list that hardly ever has more than three things, so that they need no place of their own.
#[expect(clippy::box_collection, reason = "one word wide: there are millions of these")]
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Short<T> {
    Few(u8, [T; 3]),
    Many(Box<Vec<T>>),
}

/// The premises of a derivation.
pub(crate) type Premises = Short<FactId>;

impl<T> Deref for Short<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        match self {
            Self::Few(count, things) => &things[..usize::from(*count)],
            Self::Many(things) => things,
        }
    }
}

impl<T: std::fmt::Debug> std::fmt::Debug for Short<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self[..].fmt(f)
    }
}

impl<T: Copy + Default> FromIterator<T> for Short<T> {
    fn from_iter<I: IntoIterator<Item = T>>(things: I) -> Self {
        let mut few = [T::default(); 3];
        let mut count = 0;
        let mut things = things.into_iter();
        while let Some(thing) = things.next() {
            if count == few.len() {
                return Self::Many(Box::new(few.into_iter().chain([thing]).chain(things).collect()));
            }
            few[count] = thing;
            count += 1;
        }
        Self::Few(u8::try_from(count).unwrap_or(u8::MAX), few)
    }
}

impl<'a, T> IntoIterator for &'a Short<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// A conclusion that follows from all of its premises together, by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Derivation {
    pub premises: Premises,
    pub conclusion: FactId,
    /// The class of this step alone, at the victim.
    pub class: Exploitability,
    pub reach: ReachRule,
}

impl Derivation {
    /// As it stands in a program.
    pub fn step(&self) -> Step<'_> {
        let Self { premises, conclusion, class, reach } = self;
        Step { premises, conclusion: *conclusion, class: *class, reach: *reach }
    }
}

impl From<Step<'_>> for Derivation {
    fn from(Step { premises, conclusion, class, reach }: Step<'_>) -> Self {
        Self { premises: premises.iter().copied().collect(), conclusion, class, reach }
    }
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
    facts: Arc<Vocabulary>,
    first_derivation: usize,
    derivations: Arc<Steps>,
    /// What each of its own derivations follows by, unless nobody will ask.
    by: Vec<By>,
    wordless: bool,
    /// Itself laid flat, once that is asked for.
    graph: OnceLock<Arc<Graph>>,
}

impl Program {
    /// A program over another, so far the same.
    pub fn over(under: Arc<Program>) -> Self {
        Self {
            facts: Arc::new(Vocabulary::over(Arc::clone(&under.facts))),
            first_derivation: under.next().index(),
            wordless: under.wordless,
            under: Some(under),
            ..Self::default()
        }
    }

    /// An empty program that numbers facts as another does, and of which nobody asks what its derivations follow by.
    pub fn wordless(like: &Program) -> Self {
        Self {
            facts: Arc::new(Vocabulary::over(Arc::clone(&like.facts))),
            // It comes to about as many.
            derivations: Arc::new(Steps::with_room_for(&like.derivations)),
            wordless: true,
            ..Self::default()
        }
    }

    /// The number of a fact, given one if it has none yet.
    pub fn fact(&mut self, fact: Fact) -> FactId {
        // Only a program that is built, which nothing lies over yet, is given facts: nothing is copied here.
        Arc::make_mut(&mut self.facts).number(fact)
    }

    /// Whether nobody will ask what its own derivations follow by.
    pub fn is_wordless(&self) -> bool {
        self.wordless
    }

    /// Keeps no longer what derivations that are added follow by.
    pub fn fall_silent(&mut self) {
        self.wordless = true;
    }

    /// Adds a derivation, with what it follows by.
    pub fn derive(&mut self, step: Step<'_>, by: impl Into<By>) -> DerivationId {
        let id = self.next();
        self.graph.take();
        // Only a program that is built, of which there is no graph yet, is given derivations: nothing is copied here.
        Arc::make_mut(&mut self.derivations).push(step);
        if !self.wordless {
            self.by.push(by.into());
        }
        id
    }

    /// Adds some of the own derivations of another, which numbers facts alike. Nobody asks what they follow by.
    pub fn derive_as(&mut self, other: &Self, places: Range<usize>) {
        self.graph.take();
        let first = other.first_derivation;
        Arc::make_mut(&mut self.derivations).append_some(&other.derivations, places.start - first..places.end - first);
        if !self.wordless {
            self.by.resize(self.derivations.len(), By::Fixed(""));
        }
    }

    /// Gives back the room that nothing stands in, where nothing more is added.
    pub fn shrink(&mut self) {
        Arc::make_mut(&mut self.facts).shrink();
        Arc::make_mut(&mut self.derivations).shrink();
        self.by.shrink_to_fit();
    }

    /// The number that the next derivation will have.
    pub fn next(&self) -> DerivationId {
        DerivationId::at(self.first_derivation + self.derivations.len())
    }

    /// Only some of its derivations, over the same facts, each with the number that it had. Nobody asks what they follow by.
    pub fn only(&self, kept: impl Fn(DerivationId) -> bool) -> (Self, Vec<DerivationId>) {
        let mut program = Self { facts: Arc::clone(&self.facts), wordless: true, ..Self::default() };
        let numbers: Vec<DerivationId> =
            (0..self.next().index()).map(DerivationId::at).filter(|id| kept(*id)).collect();
        for id in &numbers {
            program.derive(self.step(*id), "");
        }
        (program, numbers)
    }

    /// Takes away its own derivations from a number on. The facts that they speak of keep their numbers.
    pub fn truncate(&mut self, from: DerivationId) {
        self.graph.take();
        let from = from.index().saturating_sub(self.first_derivation);
        Arc::make_mut(&mut self.derivations).truncate(from);
        self.by.truncate(from);
    }

    /// The number of a fact, if it is spoken of.
    pub fn find(&self, fact: &Fact) -> Option<FactId> {
        self.facts.find(fact)
    }

    /// A fact by its number.
    pub fn at(&self, id: FactId) -> &Fact {
        self.facts.at(id)
    }

    /// How many facts there are.
    pub fn len(&self) -> usize {
        self.facts.len()
    }

    /// A derivation by its number.
    pub fn step(&self, id: DerivationId) -> Step<'_> {
        let layer = self.layer(id);
        layer.derivations.at(id.index() - layer.first_derivation)
    }

    /// What a derivation follows by; nothing where nobody was to ask.
    pub fn by(&self, id: DerivationId) -> &str {
        let layer = self.layer(id);
        layer.by.get(id.index() - layer.first_derivation).map_or("", By::as_str)
    }

    /// The layer in which a derivation stands.
    fn layer(&self, id: DerivationId) -> &Self {
        let mut layer = self;
        while let Some(under) = layer.under.as_deref().filter(|_| id.index() < layer.first_derivation) {
            layer = under;
        }
        layer
    }

    /// Every derivation, those beneath included, by its number.
    pub fn all_steps(&self) -> Arc<Steps> {
        let Some(under) = &self.under else { return Arc::clone(&self.derivations) };
        Arc::new(under.all_steps().with(&self.derivations))
    }

    /// The program laid flat. That is done once, as soon as it is asked for.
    pub fn graph(&self) -> &Arc<Graph> {
        self.graph.get_or_init(|| Arc::new(Graph::of(self)))
    }
}

/// A place as a number. More than four thousand million facts do not fit into memory.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}
