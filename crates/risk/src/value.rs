//! How easily a fact is reached, and in how many places at once.

use ward_model::scale::{Exploitability, Reach};

/// One way to reach a fact: its class and its reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Value {
    pub class: Exploitability,
    pub reach: Reach,
}

/// The ways to reach a fact that no other way beats in both class and reach.
///
/// One maximum would be wrong: an easy way that reaches one patient and a hard way that reaches a ward are both needed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Front {
    /// For each reach: the easiest class that reaches at least so far, and the entry that shows it.
    levels: [Option<(Exploitability, u32)>; 3],
}

impl Front {
    /// Adds a way; whether it is one that no other beats.
    pub fn insert(&mut self, value: Value, entry: u32) -> bool {
        let mut better = false;
        for level in &mut self.levels[..=value.reach as usize] {
            if level.is_none_or(|(class, _)| class < value.class) {
                *level = Some((value.class, entry));
                better = true;
            }
        }
        better
    }

    /// Whether some way is at least as easy and reaches at least as far.
    pub fn beats(&self, value: Value) -> bool {
        self.level(value.reach).is_some_and(|(class, _)| class >= value.class)
    }

    /// The ways, each with the entry that shows it; widest reach first.
    pub fn ways(&self) -> impl Iterator<Item = (Value, u32)> + '_ {
        let reaches = Reach::ALL.iter().copied().rev();
        reaches.filter_map(|reach| {
            let (class, entry) = self.levels[reach as usize]?;
            let beaten = self.levels[reach as usize + 1..].iter().flatten().any(|(wider, _)| *wider >= class);
            (!beaten).then_some((Value { class, reach }, entry))
        })
    }

    /// The easiest class that reaches at least so far, and the entry that shows it.
    pub fn level(&self, at_least: Reach) -> Option<(Exploitability, u32)> {
        self.levels[at_least as usize]
    }

    /// Whether this entry still stands for one of the ways.
    pub fn stands(&self, entry: u32) -> bool {
        self.ways().any(|(_, standing)| standing == entry)
    }

    /// Whether there is any way.
    pub fn is_reached(&self) -> bool {
        self.levels[0].is_some()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use ward_model::scale::{Exploitability, Reach};

    use super::{Front, Value};

    fn value() -> impl Strategy<Value = Value> {
        (0..3_usize, 0..3_usize)
            .prop_map(|(class, reach)| Value { class: Exploitability::ALL[class], reach: Reach::ALL[reach] })
    }

    proptest! {
        /// The front is exactly the set of values that no other value beats, whatever the order they come in.
        #[test]
        fn the_front_is_what_nothing_beats(values in prop::collection::vec(value(), 0..12)) {
            let mut front = Front::default();
            for (number, value) in values.iter().enumerate() {
                front.insert(*value, u32::try_from(number).unwrap());
            }
            let beats = |a: &Value, b: &Value| a != b && a.class >= b.class && a.reach >= b.reach;
            let mut expected: Vec<Value> = values.iter().copied().filter(|b| !values.iter().any(|a| beats(a, b))).collect();
            expected.sort();
            expected.dedup();
            let mut ways: Vec<Value> = front.ways().map(|(value, _)| value).collect();
            ways.sort();
            prop_assert_eq!(ways, expected);
            prop_assert!(front.ways().all(|(value, entry)| values[entry as usize] == value));
        }
    }
}
