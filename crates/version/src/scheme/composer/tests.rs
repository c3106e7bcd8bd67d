use std::cmp::Ordering;

use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn stabilities_around_a_release() {
    assert_ascending(
        Scheme::Composer,
        &[
            "1.0.0-dev 1.0-dev",
            "1.0-alpha1-dev",
            "1.0-alpha1 1.0a1 v1.0.0.ALPHA1 1.0-alpha.1",
            "1.0-beta 1.0b",
            "1.0-beta1",
            "1.0-beta2.1",
            "1.0-beta10",
            "1.0.0-RC1 1.0.0rc1",
            "1.0 v1 1.0.0.0 1.0.0+build.5 1.0-stable",
            "1.0-patch1 1.0pl1 1.0-p1",
            "1.0.0.1",
            "1.2",
            "1.10",
        ],
    );
    assert_no_key(
        Scheme::Composer,
        &[
            "",
            "dev-main",
            "1.x-dev",
            "1.0.x",
            "20100102",
            "2010-01-02",
            "1.0.0.0.0",
            "1.0-acme",
            "1.0-",
            "1.",
            "1.0 beta",
            "1.0-stable1",
            "1.0-beta1-beta2",
            "1.0+",
        ],
    );
}

/// The comparison of the language, on the normal form.
fn oracle(a: &str, b: &str) -> Ordering {
    let normal = |text: &str| {
        let text = text.to_lowercase();
        let text = text.split('+').next().unwrap_or_default().trim_start_matches('v').to_owned();
        let place = text.find(|c: char| c.is_ascii_alphabetic()).unwrap_or(text.len());
        let (core, words) = text.split_at(place);
        let mut parts: Vec<String> =
            core.split(['.', '-']).filter(|part| !part.is_empty()).map(str::to_owned).collect();
        parts.resize(4, "0".to_owned());
        let mut kind = None;
        for c in words.chars() {
            let now = c.is_ascii_alphanumeric().then_some(c.is_ascii_digit());
            match parts.last_mut() {
                Some(run) if now.is_some() && now == kind => run.push(c),
                _ if now.is_some() => parts.push(c.to_string()),
                _ => {}
            }
            kind = now;
        }
        parts.retain(|part| part != "stable");
        parts
    };
    let form = |part: &str| match part {
        "dev" => 0,
        "alpha" | "a" => 1,
        "beta" | "b" => 2,
        "rc" => 3,
        "#" => 4,
        "pl" | "p" | "patch" => 5,
        _ => -1,
    };
    let (a, b) = (normal(a), normal(b));
    for (x, y) in a.iter().zip(&b) {
        let order = match (x.parse::<u64>(), y.parse::<u64>()) {
            (Ok(x), Ok(y)) => x.cmp(&y),
            (Err(_), Err(_)) => form(x).cmp(&form(y)),
            (Ok(_), Err(_)) => form("#").cmp(&form(y)),
            (Err(_), Ok(_)) => form(x).cmp(&form("#")),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    let rest = |list: &[String], other: usize| match list.get(other) {
        None => Ordering::Equal,
        Some(part) if part.parse::<u64>().is_ok() => Ordering::Greater,
        Some(part) => form(part).cmp(&form("#")),
    };
    rest(&a, b.len()).then(rest(&b, a.len()).reverse())
}

fn version() -> impl Strategy<Value = String> {
    "v?[0-2](\\.[0-2]){0,3}([.-]?(alpha|a|beta|b|RC|pl|p|patch)([.-]?[0-2])?(\\.1)?|-stable)?(-dev)?(\\+[a-z0-9]{1,3})?"
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_language(a in version(), b in version()) {
        prop_assert_eq!(compare(Scheme::Composer, &a, &b), VersionOrder::from(oracle(&a, &b)), "{} {}", a, b);
    }
}
