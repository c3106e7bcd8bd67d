//! Values without their history: how far a fact is reached, and from where on it leads to what is asked about.
//!
//! A derivation sends every way to one of its premises on by itself, the other premises at their best (see [`crate::attribute`]).
//! So whether *any* subject leads to something need not be followed subject by subject: the question is followed back once, from
//! where it is answered to every fact, and a subject looks up the facts that its own steps give.

use ward_model::scale::{Exploitability, Reach};

use crate::graph::Step;
use crate::program::{FactId, ReachRule};
use crate::value::{Front, Value};

/// For each reach: the easiest class that reaches at least so far, counted from one; nothing is zero. Never grows with the reach.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Levels(pub [u8; 3]);

/// For each reach: the least class from which a way of that reach leads to what is asked about, counted from one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bounds(pub [u8; 3]);

/// No class is this easy.
const NEVER: u8 = 4;

/// The places of the reaches.
const REACHES: std::ops::Range<usize> = 0..3;

impl From<Front> for Levels {
    fn from(front: Front) -> Self {
        let level = |reach| front.level(reach).map_or(0, |(class, _)| class as u8 + 1);
        Self([level(Reach::One), level(Reach::Site), level(Reach::Fleet)])
    }
}

impl Levels {
    /// The easiest way, that reaches everywhere.
    pub const ALL: Self = Self([3; 3]);

    /// Whether there is any way.
    pub fn any(self) -> bool {
        self.0[0] > 0
    }

    /// These ways and others.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(std::array::from_fn(|reach| self.0[reach].max(other.0[reach])))
    }

    /// For each reach, the easiest way.
    pub fn values(self) -> impl Iterator<Item = Value> {
        Reach::ALL.iter().enumerate().filter_map(move |(place, &reach)| {
            let class = usize::from(self.0[place]).checked_sub(1)?;
            Some(Value { class: *Exploitability::ALL.get(class)?, reach })
        })
    }
}

impl From<Value> for Bounds {
    /// What is at least as easy and reaches at least as far.
    fn from(value: Value) -> Self {
        let mut bounds = Self::NONE;
        bounds.0[value.reach as usize..].fill(value.class as u8 + 1);
        bounds
    }
}

impl Bounds {
    /// Nothing leads there.
    pub const NONE: Self = Self([NEVER; 3]);
    /// Whatever reaches the fact at all is there.
    pub const ANY: Self = Self([1; 3]);

    /// What fits a test; whatever is easier or reaches further than something that fits is taken to fit too.
    pub fn of(fits: impl Fn(Value) -> bool) -> Self {
        let mut bounds = Self::NONE;
        let mut least = NEVER;
        for (place, &reach) in Reach::ALL.iter().enumerate() {
            let first = Exploitability::ALL.iter().copied().find(|&class| fits(Value { class, reach }));
            least = least.min(first.map_or(NEVER, |class| class as u8 + 1));
            bounds.0[place] = least;
        }
        bounds
    }

    /// Whether one of these ways leads there.
    pub fn met_by(self, ways: Levels) -> bool {
        REACHES.into_iter().any(|reach| ways.0[reach] >= self.0[reach])
    }

    /// What meets either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(std::array::from_fn(|reach| self.0[reach].min(other.0[reach])))
    }
}

/// The easiest class in which every premise but some holds, at least so far.
fn together(step: Step<'_>, ways: &impl Fn(FactId) -> Levels, reach: usize, but: impl Fn(usize) -> bool) -> u8 {
    let premises = step.premises.iter().enumerate().filter(|(place, _)| !but(*place));
    premises.map(|(_, fact)| ways(*fact).0[reach]).fold(step.class as u8 + 1, u8::min)
}

/// What a derivation concludes from these ways to its premises.
pub(crate) fn onward(step: Step<'_>, ways: impl Fn(FactId) -> Levels) -> Levels {
    match (step.reach, step.premises.first()) {
        (ReachRule::First(at_least), Some(first)) => {
            let others = together(step, &ways, 0, |place| place == 0);
            let first = ways(*first).0;
            let from = |reach: usize| if reach <= at_least as usize { 0 } else { reach };
            Levels(std::array::from_fn(|reach| first[from(reach)].min(others)))
        }
        (ReachRule::Least, _) => Levels(std::array::from_fn(|reach| together(step, &ways, reach, |_| false))),
        (ReachRule::Exactly(so_far) | ReachRule::First(so_far), _) => {
            let class = together(step, &ways, 0, |_| false);
            Levels(std::array::from_fn(|reach| if reach <= so_far as usize { class } else { 0 }))
        }
    }
}

/// What a derivation sends back of a question to one of its premises, the others being reached as far as they are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Back {
    /// For each reach, the easiest class in which all the rest holds.
    rest: [u8; 3],
    shape: Shape,
}

/// How far what is asked of the conclusion has to do with how far the premise is reached.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Shape {
    /// The premise is where the conclusion is, which reaches at least so far.
    Here(Reach),
    /// Another premise is, so that it is a condition only.
    There(Reach),
    /// All of them are.
    #[default]
    Together,
    /// None is: the conclusion reaches so far.
    Apart(Reach),
}

impl Back {
    /// What a derivation sends back to the premise at a place, with the other premises at these ways.
    pub fn of(step: Step<'_>, place: usize, ways: impl Fn(FactId) -> Levels) -> Self {
        match step.reach {
            ReachRule::First(at_least) if place == 0 => {
                let rest = [together(step, &ways, 0, |other| other == 0); 3];
                Self { rest, shape: Shape::Here(at_least) }
            }
            ReachRule::First(at_least) => {
                let others = together(step, &ways, 0, |other| other == 0 || other == place);
                let first = step.premises.first().map_or(Levels::default(), |fact| ways(*fact)).0;
                Self { rest: first.map(|class| others.min(class)), shape: Shape::There(at_least) }
            }
            ReachRule::Least => {
                let rest = std::array::from_fn(|reach| together(step, &ways, reach, |other| other == place));
                Self { rest, shape: Shape::Together }
            }
            ReachRule::Exactly(reach) => {
                let rest = [together(step, &ways, 0, |other| other == place); 3];
                Self { rest, shape: Shape::Apart(reach) }
            }
        }
    }

    /// Whether there is a question that it sends back.
    pub fn is_open(self) -> bool {
        self.rest.iter().any(|class| *class > 0)
    }

    /// From where on a way to the premise leads to what is asked about, where the conclusion does from `asked` on.
    pub fn asked(self, asked: Bounds) -> Bounds {
        let enough = |class: u8, asked: u8| if class >= asked { asked } else { NEVER };
        let Self { rest, shape } = self;
        match shape {
            Shape::Here(at_least) => {
                Bounds(std::array::from_fn(|reach| enough(rest[reach], asked.0[reach.max(at_least as usize)])))
            }
            Shape::There(at_least) => {
                let by_each = REACHES.map(|reach| enough(rest[reach], asked.0[reach.max(at_least as usize)]));
                Bounds([by_each.min().unwrap_or(NEVER); 3])
            }
            Shape::Together => {
                let mut least = NEVER;
                Bounds(std::array::from_fn(|reach| {
                    least = least.min(enough(rest[reach], asked.0[reach]));
                    least
                }))
            }
            Shape::Apart(reach) => Bounds([enough(rest[0], asked.0[reach as usize]); 3]),
        }
    }
}
