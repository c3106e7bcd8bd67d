#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::{Counts, compare, find, is_piece, is_whole, named, pack, place, reduced, restored, restored_run};
use crate::fact::Held;

/// What is stored of the versions of a piece.
type Run = Vec<Option<Box<[u8]>>>;
type Column = BTreeMap<String, (u32, u32)>;

fn packed(column: &Column) -> Vec<Held> {
    pack(column.iter().map(|(id, (score, percentile))| (id.as_str(), *score, *percentile)))
}

fn unpacked(held: &[Held]) -> Column {
    let mut column = Column::new();
    for (key, value) in held.iter().filter(|(key, _)| is_piece(key)) {
        for (id, score) in named(key, value).unwrap() {
            assert_eq!(column.insert(id, (score.score, score.percentile)), None);
        }
    }
    column
}

fn id() -> impl Strategy<Value = String> {
    prop_oneof![8 => "CVE-202[01]-[0-9]{4}", 2 => "CVE-2021-1[0-9]{2,5}", 1 => ".{0,3}"]
}

fn number() -> impl Strategy<Value = u32> {
    prop_oneof![9 => 0_u32..=100_000, 1 => any::<u32>()]
}

fn column() -> impl Strategy<Value = Column> {
    prop::collection::btree_map(id(), (number(), number()), 0..150)
}

/// What a day does to a column: some are gone, some new, some have another score, all have moved.
#[derive(Debug, Clone)]
struct Day {
    new: Column,
    seed: u64,
    often: u64,
    slope: i64,
}

impl Day {
    fn after(&self, before: &Column) -> Column {
        let mut after = self.new.clone();
        for (at, (id, (score, percentile))) in (0_u64..).zip(before) {
            let moved = i64::from(*percentile) + i64::from(*percentile) * self.slope / 100_000;
            let percentile = u32::try_from(moved).unwrap_or(0);
            match self.seed.wrapping_mul(at + 1) % 101 {
                chance if chance < self.often => {}
                chance if chance < 2 * self.often => drop(after.insert(id.clone(), (score / 2, percentile))),
                _ => drop(after.insert(id.clone(), (*score, percentile))),
            }
        }
        after
    }
}

fn day() -> impl Strategy<Value = Day> {
    (column(), any::<u64>(), 1_u64..20, -9_i64..9).prop_map(|(new, seed, often, slope)| Day { new, seed, often, slope })
}

#[test]
fn an_ending_that_no_identifier_has_is_refused() {
    // One score, whole: an ending, a score, a percentile.
    let value = |ending: u64| {
        let mut value = vec![0, 1];
        [ending, 1, 1].iter().for_each(|number| crate::row::write_number(*number, &mut value));
        value
    };
    let next = value(65_892);
    assert!(find(&next, 65_892).unwrap().is_some());
    for ending in [65_893, u64::from(u32::MAX), u64::MAX] {
        assert!(find(&value(ending), 0).is_err(), "{ending}");
    }
}

proptest! {
    #[test]
    fn a_column_comes_back_and_one_is_found_in_it(column in column(), other in id()) {
        let held = packed(&column);
        prop_assert!(held.is_sorted_by(|(a, _), (b, _)| a < b));
        prop_assert_eq!(&unpacked(&held), &column);
        for id in column.keys().chain([&other]) {
            let (key, ending) = place(id);
            let piece = held.iter().find(|(held, _)| *held == key);
            let found = piece.and_then(|(_, value)| find(value, ending).unwrap());
            prop_assert_eq!(found.map(|score| (score.score, score.percentile)), column.get(id).copied());
        }
    }

    #[test]
    fn each_day_comes_back_from_what_it_differs_by(
        first in column(),
        days in prop::collection::vec(day(), 1..5),
    ) {
        let mut columns = vec![first];
        for day in days {
            let next = day.after(columns.last().unwrap());
            columns.push(next);
        }
        let mut runs: BTreeMap<Box<[u8]>, Run> = BTreeMap::new();
        for (number, column) in columns.iter().enumerate() {
            for (key, value) in packed(column).into_iter().filter(|(key, _)| is_piece(key)) {
                let run = runs.entry(key).or_default();
                run.resize(number, None);
                run.push(Some(value));
            }
        }
        for whole in runs.into_values() {
            let mut stored = whole.clone();
            for at in 1..whole.len() {
                if let (Some(value), Some(next)) = (&whole[at - 1], &whole[at]) {
                    let less = reduced(value, next).unwrap();
                    prop_assert!(less.len() <= value.len());
                    prop_assert_eq!(&restored(&less, next).unwrap(), value);
                    stored[at - 1] = Some(less);
                }
            }
            prop_assert_eq!(restored_run(stored).unwrap(), whole);
        }
    }

    #[test]
    fn what_changed_is_counted(before in column(), day in day()) {
        let after = day.after(&before);
        let counts = compare(&packed(&before), &packed(&after)).unwrap();
        let common = after.iter().filter(|(id, _)| before.contains_key(*id)).count() as u64;
        let unchanged = after.iter().filter(|(id, score)| before.get(*id) == Some(score)).count() as u64;
        prop_assert_eq!(counts, Counts {
            added: after.len() as u64 - common,
            changed: common - unchanged,
            unchanged,
            removed: before.len() as u64 - common,
        });
    }

    #[test]
    fn no_bytes_make_it_fall_over(bytes in prop::collection::vec(any::<u8>(), 0..60), column in column()) {
        let piece = packed(&column).into_iter().find(|(key, _)| is_piece(key)).map(|(_, value)| value);
        let next = piece.unwrap_or_else(|| [0, 0].into());
        for first in [0, 1] {
            let bytes = [&[first], &bytes[..]].concat();
            let _ = (find(&bytes, 7), restored(&bytes, &next), restored(&next, &bytes), is_whole(&bytes));
        }
    }
}
