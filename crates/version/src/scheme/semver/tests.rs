use crate::key::tests::{assert_ascending, assert_no_key};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;
use std::cmp::Ordering;

#[test]
fn the_order_of_the_specification() {
    let list = [
        "1.0.0-alpha",
        "1.0.0-alpha.1",
        "1.0.0-alpha.beta",
        "1.0.0-beta",
        "1.0.0-beta.2",
        "1.0.0-beta.11",
        "1.0.0-rc.1",
        "1.0.0 1.0.0+build.5 1.0 1",
        "1.0.1",
        "1.9.0",
        "1.10.0",
        "1.11.0",
        "2.0.0-0",
        "2.0.0-1",
        "2.0.0--",
        "2.0.0-A",
        "2.0.0-a",
        "2.0.0",
        "10.0.0",
    ];
    assert_ascending(Scheme::Semver, &list);
    assert_ascending(Scheme::Npm, &list);
}

#[test]
fn npm_reads_loosely() {
    assert_ascending(Scheme::Npm, &["v1.2.3-beta 1.2.3beta =v1.2.3-beta", "v1.2.3 1.2.3 01.02.03 =1.2.3", "1.2.4"]);
    let wrong =
        ["", "1.2.3.4", "1..2", "1.2.3-", "1.2.3-a..b", "1.2.3+", "a.b.c", "1.2.3-ü", "1.2-beta+", "-1.2.3", "1.2.x"];
    assert_no_key(Scheme::Npm, &wrong);
    assert_no_key(Scheme::Semver, &wrong);
    assert_no_key(Scheme::Semver, &["v1.2.3", "01.2.3", "1.2.3-01", "1.2.3beta"]);
}

/// Precedence as the specification words it, on the text.
fn oracle(a: &str, b: &str) -> Ordering {
    let split = |text: &str| {
        let text = text.split('+').next().unwrap_or_default().to_owned();
        let (core, pre) =
            text.split_once('-').map_or((text.clone(), None), |(a, b)| (a.to_owned(), Some(b.to_owned())));
        let core: Vec<u64> = core.split('.').map(|number| number.parse().unwrap_or(0)).collect();
        let pre: Option<Vec<String>> = pre.map(|pre| pre.split('.').map(str::to_owned).collect());
        (core, pre)
    };
    let ((core_a, pre_a), (core_b, pre_b)) = (split(a), split(b));
    core_a.cmp(&core_b).then_with(|| match (pre_a, pre_b) {
        (None, None) => Ordering::Equal,
        (None, _) => Ordering::Greater,
        (_, None) => Ordering::Less,
        (Some(a), Some(b)) => {
            for (a, b) in a.iter().zip(&b) {
                let order = match (a.parse::<u64>(), b.parse::<u64>()) {
                    (Ok(a), Ok(b)) => a.cmp(&b),
                    (Ok(_), Err(_)) => Ordering::Less,
                    (Err(_), Ok(_)) => Ordering::Greater,
                    _ => a.cmp(b),
                };
                if order != Ordering::Equal {
                    return order;
                }
            }
            a.len().cmp(&b.len())
        }
    })
}

fn version() -> impl Strategy<Value = String> {
    "(0|[1-9][0-9]{0,2})\\.(0|[1-9][0-9]?)\\.(0|[1-3])(-(0|[1-9][0-9]?|[a-cA-C-]{1,3})(\\.(0|[1-9][0-9]{0,2}|[a-b-][0-9a-b]{0,2})){0,2})?(\\+[a-z0-9]{1,3})?"
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn keys_agree_with_the_specification(a in version(), b in version()) {
        for scheme in [Scheme::Semver, Scheme::Npm] {
            prop_assert_eq!(compare(scheme, &a, &b), VersionOrder::from(oracle(&a, &b)));
        }
    }
}
