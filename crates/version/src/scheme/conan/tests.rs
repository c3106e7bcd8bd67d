use std::cmp::Ordering;

use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn items_pre_releases_and_builds() {
    assert_ascending(
        Scheme::Conan,
        &[
            "1.0-",
            "1.0-alpha.3",
            "1.0-alpha.3+b1",
            "1.0-alpha.22",
            "1.0-pre1 1-pre1 1.0.0-pre1 1.0-pre1.0",
            "1 1.0 1.0.0.0",
            "1.0+b.3",
            "1.0+b.22",
            "1+b1 1.0.0+b1 1.0+b1.0",
            "1.1",
            "1.1.1",
            "1.1.1t",
            "1.1.1w",
            "1.1.2",
            "1.1.10",
            "1.1.10a",
            "1.2",
            "9e",
            "20200101",
            "cci.20200101",
        ],
    );
    // Words come behind numbers in the same place.
    assert_ascending(Scheme::Conan, &["1.1", "1.1.1", "1.1.10", "1.1.a", "1.1.abc", "1.1a", "1.2", "1.a"]);
    assert_ascending(Scheme::Conan, &["a.b.c", "b.c"]);
    assert_no_key(Scheme::Conan, &["", "1..2", "1.", "1.*", "1.1*", ".1", "1 0", "[>1.0]", "-1"]);
}

/// The comparison as the tool has it, item by item; of two mixed items the numbers count first.
fn oracle(a: &str, b: &str) -> Ordering {
    type Item = (u8, u64, String);
    let items = |text: &str| -> Vec<Item> {
        let mut list: Vec<Item> = text
            .split('.')
            .filter(|item| !item.is_empty())
            .map(|item| {
                let place = item.find(|c: char| !c.is_ascii_digit()).unwrap_or(item.len());
                match item[..place].parse() {
                    Ok(number) => (0, number, item[place..].to_owned()),
                    Err(_) => (1, 0, item.to_owned()),
                }
            })
            .collect();
        while list.last() == Some(&(0, 0, String::new())) {
            list.pop();
        }
        list
    };
    let split = |text: &str| {
        let (rest, build) = text.split_once('+').map_or((text, None), |(a, b)| (a, Some(items(b))));
        let (core, pre) = rest.split_once('-').map_or((rest, None), |(a, b)| (a, Some(items(b))));
        (items(core), pre, build)
    };
    let ((core_a, pre_a, build_a), (core_b, pre_b, build_b)) = (split(a), split(b));
    core_a
        .cmp(&core_b)
        .then_with(|| match (&pre_a, &pre_b) {
            (None, Some(_)) => Ordering::Greater,
            (Some(_), None) => Ordering::Less,
            _ => pre_a.cmp(&pre_b),
        })
        .then_with(|| build_a.cmp(&build_b))
}

fn version() -> impl Strategy<Value = String> {
    "[0-2a](\\.([0-2]|1[0-2]|[12][a-b]|[ab]|0)){0,3}(-(([0-2]|pre[12]|a)(\\.[0-2]){0,2})?)?(\\+[0-1b](\\.[0-1]){0,1})?"
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_tool(a in version(), b in version()) {
        prop_assert_eq!(compare(Scheme::Conan, &a, &b), VersionOrder::from(oracle(&a, &b)), "{} {}", a, b);
    }
}
