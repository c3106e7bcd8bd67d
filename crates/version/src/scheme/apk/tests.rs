use std::cmp::Ordering;

use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn what_both_say() {
    for scheme in [Scheme::Apk, Scheme::Gentoo] {
        assert_ascending(
            scheme,
            &[
                "0.9",
                "1.0_alpha1",
                "1.0_beta3",
                "1.0_pre2",
                "1.0_rc3",
                "1.0_rc3_p1",
                "1.0",
                "1.0-r1",
                "1.0-r10",
                "1.0_p1",
                "1.0_p2",
                "1.0_p10",
                "1.0b",
                "1.0b_p1",
                "1.0.0",
                "1.0.1",
                "1.01",
                "1.1",
                "1.2",
                "1.10",
                "20060720",
            ],
        );
        assert_no_key(
            scheme,
            &["", "a", "1.", ".1", "1-1", "1.0-rc", "1.0_x1", "1.0ab", "1.0~1f2e", "1 0", "1.0_", "1.0A"],
        );
    }
}

#[test]
fn what_they_say_differently() {
    assert_ascending(
        Scheme::Apk,
        &["1.0", "1.0-r0", "1.0_cvs1", "1.0_svn1", "1.0_git20200101", "1.0_hg1", "1.0_p", "1.0_p1"],
    );
    assert_ascending(Scheme::Apk, &["1.02.07", "1.02.10-r1", "1.03"]);
    assert_ascending(Scheme::Apk, &["1.0", "1.00", "1.001", "1.0010", "1.01"]);
    assert_ascending(Scheme::Gentoo, &["1.0 1.00 1.0-r0", "1.001 1.0010", "1.001000000000000001", "1.01 1.010"]);
    assert_ascending(Scheme::Gentoo, &["1.0_p 1.0_p0", "1.0_p1"]);
    assert_no_key(Scheme::Gentoo, &["1.0_git1"]);
}

/// A version as parts: numbers, letter, suffixes, revision.
type Parts = (Vec<String>, Option<char>, Vec<(String, Option<u32>)>, Option<u32>);

fn parts(post: &'static [&'static str]) -> impl Strategy<Value = Parts> {
    let words: Vec<String> = ["alpha", "beta", "pre", "rc"].iter().chain(post).map(|word| (*word).to_owned()).collect();
    (
        prop::collection::vec("0{0,2}[0-2]|1[0-2]0?|0", 1..4),
        prop::option::weighted(0.3, prop::sample::select(vec!['a', 'b'])),
        prop::collection::vec((prop::sample::select(words), prop::option::of(0u32..12)), 0..3),
        prop::option::of(0u32..3),
    )
}

fn text((numbers, letter, suffixes, revision): &Parts) -> String {
    let mut text = numbers.join(".");
    text.extend(letter);
    for (word, number) in suffixes {
        text.push_str(&format!("_{word}{}", number.map_or(String::new(), |number| number.to_string())));
    }
    text.extend(revision.map(|revision| format!("-r{revision}")));
    text
}

fn number(a: &str, b: &str, first: bool, decimal: bool) -> Ordering {
    if !first && (a.starts_with('0') || b.starts_with('0')) {
        let cut = |text: &str| if decimal { text.trim_end_matches('0').to_owned() } else { text.to_owned() };
        cut(a).cmp(&cut(b))
    } else {
        a.parse::<u64>().ok().cmp(&b.parse::<u64>().ok())
    }
}

fn rank(word: &str) -> i32 {
    let words = ["alpha", "beta", "pre", "rc", "", "cvs", "svn", "git", "hg", "p"];
    words.iter().zip(-4..).find(|(known, _)| **known == word).map_or(0, |(_, rank)| rank)
}

/// Gentoo's rules, one list after the other.
fn gentoo(a: &Parts, b: &Parts) -> Ordering {
    for (place, (x, y)) in a.0.iter().zip(&b.0).enumerate() {
        let order = number(x, y, place == 0, true);
        if order != Ordering::Equal {
            return order;
        }
    }
    let suffixes = || {
        for (x, y) in a.2.iter().zip(&b.2) {
            let order = rank(&x.0).cmp(&rank(&y.0)).then(x.1.unwrap_or(0).cmp(&y.1.unwrap_or(0)));
            if order != Ordering::Equal {
                return order;
            }
        }
        let longer = |list: &[(String, Option<u32>)], at: usize| list.get(at).map_or(0, |(word, _)| rank(word));
        let at = a.2.len().min(b.2.len());
        longer(&a.2, at).cmp(&longer(&b.2, at))
    };
    a.0.len()
        .cmp(&b.0.len())
        .then_with(|| a.1.cmp(&b.1))
        .then_with(suffixes)
        .then_with(|| a.3.unwrap_or(0).cmp(&b.3.unwrap_or(0)))
}

/// Alpine's rules, one token after the other: of two kinds of token the earlier kind is later, but for a suffix before the release.
fn alpine(a: &Parts, b: &Parts) -> Ordering {
    let tokens = |(numbers, letter, suffixes, revision): &Parts| {
        let mut tokens: Vec<(u8, String)> = numbers.iter().map(|number| (1, number.clone())).collect();
        tokens[0].0 = 0;
        tokens.extend(letter.map(|letter| (2, letter.to_string())));
        for (word, number) in suffixes {
            tokens.push((3, word.clone()));
            tokens.extend(number.map(|number| (4, number.to_string())));
        }
        tokens.extend(revision.map(|revision| (6, revision.to_string())));
        tokens.push((7, String::new()));
        tokens
    };
    for (x, y) in tokens(a).iter().zip(&tokens(b)) {
        let before = |token: &(u8, String)| token.0 == 3 && rank(&token.1) < 0;
        let order = match (x.0, y.0) {
            (0 | 1, kind) if kind == x.0 => number(&x.1, &y.1, kind == 0, false),
            (4 | 6, kind) if kind == x.0 => number(&x.1, &y.1, true, false),
            (3, 3) => rank(&x.1).cmp(&rank(&y.1)),
            (kind, other) if kind == other => x.1.cmp(&y.1),
            _ if before(x) => Ordering::Less,
            _ if before(y) => Ordering::Greater,
            (kind, other) => other.cmp(&kind),
        };
        if order != Ordering::Equal {
            return order;
        }
    }
    Ordering::Equal
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_alpine(a in parts(&["cvs", "git", "p"]), b in parts(&["cvs", "git", "p"])) {
        let (x, y) = (text(&a), text(&b));
        prop_assert_eq!(compare(Scheme::Apk, &x, &y), VersionOrder::from(alpine(&a, &b)), "{} {}", x, y);
    }

    #[test]
    fn keys_agree_with_gentoo(a in parts(&["p"]), b in parts(&["p"])) {
        let (x, y) = (text(&a), text(&b));
        prop_assert_eq!(compare(Scheme::Gentoo, &x, &y), VersionOrder::from(gentoo(&a, &b)), "{} {}", x, y);
    }
}
