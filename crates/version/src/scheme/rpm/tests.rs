use crate::key::tests::{assert_ascending, assert_no_key, assert_unknown, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;
use std::cmp::Ordering;

#[test]
fn known_comparisons() {
    assert_ascending(Scheme::Rpm, &["1.0", "2.0", "2.0.1", "2.0.1a", "5.5p1 5.5.p1 5.5p01", "5.5p2", "5.5p10"]);
    assert_ascending(
        Scheme::Rpm,
        &["xyz", "xyz10", "xyz10.1", "xyz11", "1", "8", "10xyz", "10.1 10.0001", "10.39 10.0039"],
    );
    // Numbers are newer than letters; separators do not matter.
    assert_ascending(Scheme::Rpm, &["a", "1a", "1.1 1_1 1..1 1.1. 1.01", "1.1a", "1.1.1", "2"]);
    assert_ascending(
        Scheme::Rpm,
        &["1.0~rc1~git123", "1.0~rc1", "1.0~rc2", "1.0", "1.0^git1~pre", "1.0^git1", "1.0^git2", "1.0.1", "1.1 1.01"],
    );
    assert_ascending(
        Scheme::Rpm,
        &["0:1.0-1.fc25 1.0-1.fc25", "1.0-1.fc26", "1.0-2.el6", "1.0-10.el6", "1.1-1", "1:0.5-1", "2:0.1-1"],
    );
    assert_no_key(Scheme::Rpm, &["", "a:1", "1.0-", "1.0-1-1", "1 0", "1/2", "-1"]);
}

#[test]
fn without_a_release_only_the_version_counts() {
    assert_unknown(Scheme::Rpm, &[("1.0", "1.0-1"), ("1:1.0", "1:1.0-5.el8")]);
    for (a, b) in [("1.0", "1.1-1"), ("1.0-5", "1.0.1"), ("1.0~rc1-1", "1.0"), ("5.0-1", "1:1.0"), ("1.0-1", "1.0^1")] {
        assert_eq!(compare(Scheme::Rpm, a, b), VersionOrder::Less, "{a} {b}");
        assert_eq!(compare(Scheme::Rpm, b, a), VersionOrder::Greater, "{a} {b}");
    }
}

/// The comparison as rpm documents it, one segment at a time.
fn compare_part(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let skip = |c: char| !c.is_ascii_alphanumeric() && c != '~' && c != '^';
        a = a.trim_start_matches(skip);
        b = b.trim_start_matches(skip);
        match (a.strip_prefix('~'), b.strip_prefix('~')) {
            (Some(rest_a), Some(rest_b)) => {
                (a, b) = (rest_a, rest_b);
                continue;
            }
            (Some(_), None) => return Ordering::Less,
            (None, Some(_)) => return Ordering::Greater,
            (None, None) => {}
        }
        match (a.strip_prefix('^'), b.strip_prefix('^')) {
            (Some(rest_a), Some(rest_b)) => {
                (a, b) = (rest_a, rest_b);
                continue;
            }
            (Some(_), None) => return if b.is_empty() { Ordering::Greater } else { Ordering::Less },
            (None, Some(_)) => return if a.is_empty() { Ordering::Less } else { Ordering::Greater },
            (None, None) => {}
        }
        if a.is_empty() || b.is_empty() {
            return a.len().min(1).cmp(&b.len().min(1));
        }
        let number = a.starts_with(|c: char| c.is_ascii_digit());
        let class = |c: char| if number { c.is_ascii_digit() } else { c.is_ascii_alphabetic() };
        let cut = |text: &str| text.find(|c: char| !class(c)).unwrap_or(text.len());
        let ((run_a, rest_a), (run_b, rest_b)) = (a.split_at(cut(a)), b.split_at(cut(b)));
        if run_b.is_empty() {
            return if number { Ordering::Greater } else { Ordering::Less };
        }
        let order = if number {
            run_a.parse::<u64>().unwrap_or(0).cmp(&run_b.parse::<u64>().unwrap_or(0))
        } else {
            run_a.cmp(run_b)
        };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
}

fn oracle(a: &str, b: &str) -> Ordering {
    let split = |text: &str| {
        let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
        let (version, release) = rest.split_once('-').unwrap_or((rest, ""));
        (epoch.parse::<u64>().unwrap_or(0), version.to_owned(), release.to_owned())
    };
    let ((epoch_a, up_a, rel_a), (epoch_b, up_b, rel_b)) = (split(a), split(b));
    epoch_a.cmp(&epoch_b).then_with(|| compare_part(&up_a, &up_b)).then_with(|| compare_part(&rel_a, &rel_b))
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_rpm(a in "([01]:)?[0-2ab._~^]{1,7}-[0-2a~.]{1,3}", b in "([01]:)?[0-2ab._~^]{1,7}-[0-2a~.]{1,3}") {
        prop_assert_eq!(compare(Scheme::Rpm, &a, &b), VersionOrder::from(oracle(&a, &b)), "{} {}", a, b);
    }
}
