use std::cmp::Ordering;

use crate::key::tests::{assert_ascending, assert_no_key, assert_unknown, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn words_separators_and_epochs() {
    assert_ascending(
        Scheme::Alpm,
        &[
            "1.0a",
            "1.0alpha",
            "1.0b",
            "1.0beta",
            "1.0p",
            "1.0pre",
            "1.0rc",
            "1.0 1_0 0:1.0",
            "1.0.a",
            "1.0.1",
            "1.5",
            "1:0.1",
        ],
    );
    assert_ascending(Scheme::Alpm, &["1.5b-1", "1.5-1", "1.5-2", "1.5.b-1", "1.5.1-1"]);
    assert_unknown(Scheme::Alpm, &[("1.5", "1.5-1")]);
    assert_eq!(compare(Scheme::Alpm, "1.0", "1.1-1"), VersionOrder::Less);
    assert_no_key(Scheme::Alpm, &["", "a:1", "1.0.", "1.0-", "1/2", "1 0", ":1", "-1"]);
}

/// The tool's comparison of one part, a segment at a time.
fn part(a: &str, b: &str) -> Ordering {
    let (mut a, mut b) = (a, b);
    while !a.is_empty() && !b.is_empty() {
        let skip = |text: &str| text.len() - text.trim_start_matches(|c: char| !c.is_ascii_alphanumeric()).len();
        let (gap_a, gap_b) = (skip(a), skip(b));
        (a, b) = (&a[gap_a..], &b[gap_b..]);
        if a.is_empty() || b.is_empty() {
            break;
        }
        if gap_a != gap_b {
            return gap_a.cmp(&gap_b);
        }
        let number = a.starts_with(|c: char| c.is_ascii_digit());
        let cut = |text: &str| {
            text.find(|c: char| if number { !c.is_ascii_digit() } else { !c.is_ascii_alphabetic() })
                .unwrap_or(text.len())
        };
        let ((run_a, rest_a), (run_b, rest_b)) = (a.split_at(cut(a)), b.split_at(cut(b)));
        if run_b.is_empty() {
            return if number { Ordering::Greater } else { Ordering::Less };
        }
        let order = if number { run_a.parse::<u64>().ok().cmp(&run_b.parse::<u64>().ok()) } else { run_a.cmp(run_b) };
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    let word = |text: &str| text.starts_with(|c: char| c.is_ascii_alphabetic());
    match (a.is_empty(), b.is_empty()) {
        (true, true) => Ordering::Equal,
        (true, _) if !word(b) => Ordering::Less,
        _ if word(a) => Ordering::Less,
        _ => Ordering::Greater,
    }
}

fn oracle(a: &str, b: &str) -> Ordering {
    let split = |text: &str| {
        let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
        let (name, release) = rest.rsplit_once('-').unwrap_or((rest, ""));
        (epoch.parse::<u64>().unwrap_or(0), name.to_owned(), release.to_owned())
    };
    let (a, b) = (split(a), split(b));
    a.0.cmp(&b.0).then_with(|| part(&a.1, &b.1)).then_with(|| part(&a.2, &b.2))
}

fn version() -> impl Strategy<Value = String> {
    "([01]:)?[0-2a](([._]{0,2})([0-2]|[ab]|1[0-2]|rc)){0,4}-[12](\\.1)?"
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_tool(a in version(), b in version()) {
        prop_assert_eq!(compare(Scheme::Alpm, &a, &b), VersionOrder::from(oracle(&a, &b)), "{} {}", a, b);
    }
}
