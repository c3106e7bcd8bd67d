use std::cmp::Ordering;

use crate::key::tests::{assert_ascending, assert_no_key, assert_unknown, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn words_around_a_release() {
    assert_ascending(
        Scheme::Maven,
        &[
            "1-alpha2snapshot",
            "1-alpha2 1a2 1.0-ALPHA-2",
            "1-alpha-123",
            "1-beta-2 1b2",
            "1-beta123",
            "1-m2 1m2 1-milestone-2",
            "1-m11",
            "1-rc 1cr 1-CR",
            "1-cr2 1-rc2",
            "1-rc123",
            "1-SNAPSHOT 1.0.0-snapshot",
            "1 1.0 1.0.0 1-ga 1.0.Final 1-0 1.0.0.RELEASE 1.0-0.0",
            "1-sp",
            "1-sp2",
            "1-abc",
            "1-def",
            "1-pom-1",
            "1-redhat-1 1.0.0-redhat1",
            "1-1-snapshot",
            "1-1",
            "1-2",
            "1-20200101.123456-1",
            "1.0.1",
            "1.1-alpha",
            "1.1",
            "1.10",
            "2-rc1",
        ],
    );
    assert_ascending(Scheme::Maven, &["5.1.9.RELEASE 5.1.9", "5.1.10", "5.2.0.M1", "5.2.0.RC2", "5.2.0.RELEASE"]);
}

#[test]
fn what_the_published_orders_do_not_agree_on() {
    // Before version 3.9 the first of each pair was later or earlier by where the word stands, now by the word.
    assert_unknown(
        Scheme::Maven,
        &[("1.1.a", "1.1-a"), ("1.b", "1-a"), ("2-1", "2.0.a"), ("2.0.a", "2.0.0.a"), ("1.0.alpha", "1-alpha")],
    );
    for (a, b) in [
        ("1.0.alpha", "1"),
        ("1", "1-sp"),
        // Both readings of what is around the release win over the one that makes a cycle.
        ("1.0.alpha", "1-sp"),
        ("11.a", "11b"),
        ("1.0.a", "1.0.1"),
        ("1.9.z", "1.10-alpha"),
        ("2-a", "2.0.b"),
    ] {
        assert_eq!(compare(Scheme::Maven, a, b), VersionOrder::Less, "{a} {b}");
        assert_eq!(compare(Scheme::Maven, b, a), VersionOrder::Greater, "{b} {a}");
    }
}

#[test]
fn what_has_no_key() {
    assert_no_key(
        Scheme::Maven,
        &[
            "",
            "a",
            "r09",
            ".1",
            "1.",
            "1-",
            "1..2",
            "1.-a",
            "1_2",
            "1.0+5",
            "1.0 a",
            "1-alpha.beta",
            "1-0-1",
            "1-0.1",
            "1-ga.1",
            "4.2.0.Final-redhat-1",
            "1-final1",
            "1.0.ü",
            "[1.0,2.0)",
            "${project.version}",
        ],
    );
}

/// One element of a version as the published algorithm holds it.
#[derive(Debug)]
enum Item {
    Int(u64),
    Word(String),
    List(Vec<Item>),
}

/// The published algorithm, on nested lists. A word behind a dot begins a list of its own since version 3.9.
fn parse(text: &str, dot_is_dash: bool) -> Item {
    let lower = text.to_lowercase();
    // Tokens: (begins a list, text, a digit follows right behind).
    let mut tokens: Vec<(bool, String, bool)> = Vec::new();
    let mut list = false;
    let mut run = String::new();
    let mut chars = lower.chars().peekable();
    while let Some(c) = chars.next() {
        if c == '.' || c == '-' {
            tokens.push((list, std::mem::take(&mut run), false));
            list = c == '-';
            continue;
        }
        run.push(c);
        if let Some(next) = chars.peek().filter(|next| next.is_ascii_alphanumeric())
            && next.is_ascii_digit() != c.is_ascii_digit()
        {
            tokens.push((list, std::mem::take(&mut run), next.is_ascii_digit()));
            list = true;
        }
    }
    tokens.push((list, run, false));
    nest(&tokens, dot_is_dash)
}

fn nest(tokens: &[(bool, String, bool)], dot_is_dash: bool) -> Item {
    let mut items = Vec::new();
    for (place, (_, text, before_digit)) in tokens.iter().enumerate() {
        items.push(match text.parse::<u64>() {
            Ok(number) => Item::Int(number),
            Err(_) => Item::Word(match (text.as_str(), before_digit) {
                ("a", true) => "alpha".to_owned(),
                ("b", true) => "beta".to_owned(),
                ("m", true) => "milestone".to_owned(),
                ("cr", _) => "rc".to_owned(),
                ("ga" | "final" | "release", _) => String::new(),
                _ => text.clone(),
            }),
        });
        let opens = tokens
            .get(place + 1)
            .is_some_and(|(list, next, _)| *list || dot_is_dash && next.starts_with(|c: char| c.is_ascii_alphabetic()));
        if opens {
            strip(&mut items);
            items.push(nest(&tokens[place + 1..], dot_is_dash));
            break;
        }
    }
    // What is behind the list decides whether it and the nulls before it stay.
    if matches!(items.last(), Some(Item::List(list)) if list.is_empty()) {
        items.pop();
    }
    if !matches!(items.last(), Some(Item::List(_))) {
        strip(&mut items);
    }
    Item::List(items)
}

fn strip(items: &mut Vec<Item>) {
    while matches!(items.last(), Some(Item::Int(0)))
        || matches!(items.last(), Some(Item::Word(word)) if word.is_empty())
    {
        items.pop();
    }
}

fn rank(word: &str) -> (usize, &str) {
    let known = ["alpha", "beta", "milestone", "rc", "snapshot", "", "sp"];
    known.iter().position(|known| *known == word).map_or((known.len(), word), |place| (place, ""))
}

fn order(a: Option<&Item>, b: Option<&Item>) -> Ordering {
    use Item::{Int, List, Word};
    match (a, b) {
        (None, None) => Ordering::Equal,
        (None, Some(_)) => order(b, a).reverse(),
        (Some(Int(number)), None) => number.cmp(&0),
        (Some(Word(word)), None) => rank(word).cmp(&rank("")),
        (Some(List(list)), None) => list
            .iter()
            .map(|item| order(Some(item), None))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal),
        (Some(Int(a)), Some(Int(b))) => a.cmp(b),
        (Some(Word(a)), Some(Word(b))) => rank(a).cmp(&rank(b)),
        (Some(Int(_)), _) | (Some(List(_)), Some(Word(_))) => Ordering::Greater,
        (_, Some(Int(_))) | (Some(Word(_)), Some(List(_))) => Ordering::Less,
        (Some(List(a)), Some(List(b))) => (0..a.len().max(b.len()))
            .map(|place| order(a.get(place), b.get(place)))
            .find(|order| *order != Ordering::Equal)
            .unwrap_or(Ordering::Equal),
    }
}

fn oracle(a: &str, b: &str, dot_is_dash: bool) -> Ordering {
    order(Some(&parse(a, dot_is_dash)), Some(&parse(b, dot_is_dash)))
}

fn version() -> impl Strategy<Value = String> {
    "[0-2](\\.[0-2]){0,3}([.-]?(alpha|b|m|rc|SNAPSHOT|sp|final|abc|x)([.-]?[1-2](\\.[0-2])?)?|-[1-2](\\.[0-1])?)?(-(snapshot|x|1))?"
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_published_algorithm(a in version(), b in version()) {
        let order = compare(Scheme::Maven, &a, &b);
        if order != VersionOrder::Unknown {
            prop_assert_eq!(order, VersionOrder::from(oracle(&a, &b, true)), "{} {}", a, b);
            let dotted = |text: &str| parse_dotted(text);
            if !dotted(&a) && !dotted(&b) {
                prop_assert_eq!(order, VersionOrder::from(oracle(&a, &b, false)), "{} {} of old", a, b);
            }
        }
    }
}

/// Whether a word stands behind a dot, apart from those that say nothing.
fn parse_dotted(text: &str) -> bool {
    let lower = text.to_lowercase();
    lower
        .split('.')
        .skip(1)
        .any(|part| part.starts_with(|c: char| c.is_ascii_alphabetic()) && !part.starts_with("final"))
}
