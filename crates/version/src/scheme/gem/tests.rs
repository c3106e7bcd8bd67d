use std::cmp::Ordering;

use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn words_come_before_numbers() {
    assert_ascending(
        Scheme::Gem,
        &[
            "0.beta.1",
            "0",
            "1.0.a 1.a 1.0.0.a",
            "1.0.a.2",
            "1.0.b1",
            "1.0-1 1.0.pre.1",
            "1.0.pre2",
            "1.0.rc1",
            "1.0 1 1.0.0",
            "1.0.0.1",
            "1.0.1.rc1",
            "1.0.1",
            "1.8.2.a10",
            "1.8.2",
            "1.10",
        ],
    );
    // A zero in the middle holds its place, and a missing part counts as one.
    assert_ascending(Scheme::Gem, &["1.a.0.b", "1.a.0.0.b", "1.a 1.a.0", "1.a.0.0.1", "1.a.0.1", "1.a.1"]);
    assert_no_key(Scheme::Gem, &["", "a", "1..2", "1.", ".1", "1_2", "1.0+1", "1.0-a-b", "1.0-", "1 0", "junk"]);
}

/// The comparison as the library has it: runs of digits or letters, without zeros at the end of either half, filled up with zeros.
fn oracle(a: &str, b: &str) -> Ordering {
    let segments = |text: &str| {
        let text = text.replace('-', ".pre.");
        let mut list: Vec<String> = vec![];
        let mut last = None;
        for c in text.chars() {
            let kind = (c != '.').then_some(c.is_ascii_digit());
            match list.last_mut() {
                Some(run) if kind.is_some() && kind == last => run.push(c),
                _ if kind.is_some() => list.push(c.to_string()),
                _ => {}
            }
            last = kind;
        }
        let words = list.iter().position(|run| run.parse::<u64>().is_err()).unwrap_or(list.len());
        let tail = list.split_off(words);
        let cut = |mut half: Vec<String>| {
            while half.last().is_some_and(|run| run.parse() == Ok(0u64)) {
                half.pop();
            }
            half
        };
        [cut(list), cut(tail)].concat()
    };
    let (a, b) = (segments(a), segments(b));
    for place in 0..a.len().max(b.len()) {
        let at = |list: &[String]| list.get(place).cloned().unwrap_or("0".to_owned());
        let (x, y) = (at(&a), at(&b));
        let order = match (x.parse::<u64>(), y.parse::<u64>()) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            (Ok(_), Err(_)) => Ordering::Greater,
            (Err(_), Ok(_)) => Ordering::Less,
            _ => x.cmp(&y),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

fn version() -> impl Strategy<Value = String> {
    "[0-2](\\.([0-2]|0|[ab][0-1]?|1a|rc)){0,5}(-[0-2a](\\.[0-1b]){0,2})?"
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_library(a in version(), b in version()) {
        prop_assert_eq!(compare(Scheme::Gem, &a, &b), VersionOrder::from(oracle(&a, &b)), "{} {}", a, b);
    }
}
