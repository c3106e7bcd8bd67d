use super::parse;
use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;
use std::cmp::Ordering;

#[test]
fn the_orders_of_the_document() {
    assert_ascending(
        Scheme::Pep440,
        &[
            "1.0.dev456",
            "1.0a1",
            "1.0a2.dev456",
            "1.0a12.dev456",
            "1.0a12",
            "1.0b1.dev456",
            "1.0b2",
            "1.0b2.post345.dev456",
            "1.0b2.post345",
            "1.0rc1.dev456",
            "1.0rc1",
            "1.0 1 1.0.0",
            "1.0+abc.5",
            "1.0+abc.7",
            "1.0+5",
            "1.0.post456.dev34",
            "1.0.post456",
            "1.0.15",
            "1.1.dev1",
            "1!0.1",
        ],
    );
    assert_ascending(Scheme::Pep440, &["2012.4", "2012.7", "2012.10", "2013.1", "2013.6", "1!1.0", "1!1.1", "1!2.0"]);
    assert_ascending(Scheme::Pep440, &["0.9", "0.9.1", "0.9.2", "0.9.10", "0.9.11", "1.0", "1.0.1", "1.1", "2.0"]);
}

#[test]
fn all_spellings_of_one_version_are_equal() {
    let same = [
        "1.1a1 1.1-a1 1.1.alpha1 1.1_ALPHA_1 v1.1a1 1.1.a.1 1.1.0a01",
        "1.1b2 1.1.beta.2 1.1-Beta2",
        "1.1rc1 1.1c1 1.1.pre1 1.1-preview_1 1.1-rc.1",
        "1.1",
        "1.1.post2 1.1-2 1.1-r2 1.1rev2 1.1.post-2",
    ];
    assert_ascending(Scheme::Pep440, &same);
    assert_ascending(
        Scheme::Pep440,
        &[
            "1.2.dev0 1.2.dev 1.2dev",
            "1.2a0 1.2a 1.2.alpha",
            "1.2",
            "1.2+ubuntu.1 1.2+ubuntu-1 1.2+UBUNTU_1",
            "1.2.post0 1.2.post 1.2post",
        ],
    );
}

#[test]
fn what_is_no_version() {
    assert_no_key(
        Scheme::Pep440,
        &[
            "",
            "a",
            "1.",
            ".1",
            "1.0.x",
            "1.0+",
            "1.0+a..b",
            "1!",
            "!1.0",
            "1.0-",
            "1.0a1b2",
            "1.0 beta",
            "1.0-acme",
            "french toast",
            "1.0+ü",
        ],
    );
}

/// The sort key of the reference implementation, compared field by field.
fn oracle(a: &str, b: &str) -> Option<Ordering> {
    let (a, b) = (parse(a)?, parse(b)?);
    let number = |text: &str| text.parse::<u64>().unwrap_or(0);
    let release = |list: &[String]| {
        let mut numbers: Vec<u64> = list.iter().map(|text| number(text)).collect();
        while numbers.last() == Some(&0) {
            numbers.pop();
        }
        numbers
    };
    let pre = |v: &super::Parts| match (&v.pre, &v.post, &v.dev) {
        (Some((rank, n)), _, _) => (1, *rank, number(n)),
        (None, None, Some(_)) => (0, 0, 0),
        _ => (2, 0, 0),
    };
    let post = |v: &super::Parts| v.post.as_deref().map_or(-1, |n| i128::from(number(n)));
    let dev = |v: &super::Parts| v.dev.as_deref().map_or(i128::MAX, |n| i128::from(number(n)));
    let local = |v: &super::Parts| {
        v.local
            .iter()
            .map(|part| part.parse::<u64>().map_or_else(|_| (0, 0, part.clone()), |n| (1, n, String::new())))
            .collect::<Vec<_>>()
    };
    Some(
        number(&a.epoch)
            .cmp(&number(&b.epoch))
            .then_with(|| release(&a.release).cmp(&release(&b.release)))
            .then_with(|| pre(&a).cmp(&pre(&b)))
            .then_with(|| post(&a).cmp(&post(&b)))
            .then_with(|| dev(&a).cmp(&dev(&b)))
            .then_with(|| local(&a).cmp(&local(&b))),
    )
}

fn version() -> impl Strategy<Value = String> {
    "(1!)?[0-2](\\.[0-3]){0,3}([._-]?(a|b|rc|alpha|c)[0-2]?)?([._-]?(post|rev|r)[0-2]?|-[0-2])?([.]?dev[0-2]?)?(\\+[a-b0-2]{1,2}(\\.[a-b0-2]{1,2})?)?"
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_reference(a in version(), b in version()) {
        prop_assert_eq!(Some(compare(Scheme::Pep440, &a, &b)), oracle(&a, &b).map(VersionOrder::from), "{} {}", a, b);
    }
}
