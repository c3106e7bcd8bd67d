use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;
use std::cmp::Ordering;

#[test]
fn the_examples_of_the_policy_manual() {
    assert_ascending(
        Scheme::Deb,
        &["~~", "~~a", "~", "", "a"].map(|part| ["1.0", part].concat()).each_ref().map(String::as_str),
    );
    assert_ascending(
        Scheme::Deb,
        &[
            "1.0~beta1~svn1245",
            "1.0~beta1",
            "1.0 1.0-0 0:1.0 01.0",
            "1.0-1",
            "1.0-1+b1",
            "1.0-1.1",
            "1.0-2~deb10u1",
            "1.0-2",
            "1.0-10",
            "1.0a",
            "1.0+dfsg",
            "1.0.1",
            "1.2",
            "1.10",
            "1:0.1",
            "2:0",
        ],
    );
    // Letters sort before everything else that is no digit.
    assert_ascending(Scheme::Deb, &["1.0", "1.0a", "1.0z", "1.0+", "1.0."]);
    assert_ascending(Scheme::Deb, &["2.4.5-5.1", "2.4.5-5.1ubuntu2.3", "2.4.5-5.1ubuntu2.3+esm2", "2.4.5-6"]);
    assert_no_key(Scheme::Deb, &["", "a:1.0", ":1.0", "1.0-", "1 0", "1.0/2", "1.0_2", "1.0-1_2"]);
}

/// The comparison of the manual, on the text: strip the longest parts without and with digits in turn.
fn compare_part(mut a: &str, mut b: &str) -> Ordering {
    let rank = |c: Option<char>| match c {
        Some('~') => -1,
        None => 0,
        Some(c) if c.is_ascii_alphabetic() => i32::from(c as u8),
        Some(c) => i32::from(c as u8) + 256,
    };
    while !a.is_empty() || !b.is_empty() {
        let cut = |text: &str| text.find(|c: char| c.is_ascii_digit()).unwrap_or(text.len());
        let ((text_a, rest_a), (text_b, rest_b)) = (a.split_at(cut(a)), b.split_at(cut(b)));
        for place in 0..text_a.len().max(text_b.len()) {
            let order = rank(text_a.chars().nth(place)).cmp(&rank(text_b.chars().nth(place)));
            if order != Ordering::Equal {
                return order;
            }
        }
        let cut = |text: &str| text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
        let ((number_a, rest_a), (number_b, rest_b)) = (rest_a.split_at(cut(rest_a)), rest_b.split_at(cut(rest_b)));
        let order = number_a.parse::<u64>().unwrap_or(0).cmp(&number_b.parse::<u64>().unwrap_or(0));
        if order != Ordering::Equal {
            return order;
        }
        (a, b) = (rest_a, rest_b);
    }
    Ordering::Equal
}

fn oracle(a: &str, b: &str) -> Ordering {
    let split = |text: &str| {
        let (epoch, rest) = text.split_once(':').unwrap_or(("0", text));
        let (upstream, revision) = rest.rsplit_once('-').unwrap_or((rest, "0"));
        (epoch.parse::<u64>().unwrap_or(0), upstream.to_owned(), revision.to_owned())
    };
    let ((epoch_a, up_a, rev_a), (epoch_b, up_b, rev_b)) = (split(a), split(b));
    epoch_a.cmp(&epoch_b).then_with(|| compare_part(&up_a, &up_b)).then_with(|| compare_part(&rev_a, &rev_b))
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_manual(
        a in "([01]:)?[0-2a][0-2ab.+~]{0,6}(-[0-2a~.+]{1,3})?", b in "([01]:)?[0-2a][0-2ab.+~]{0,4}(-[0-2a.]{1,2})?(-[0-2a~.+]{1,3})?"
    ) {
        prop_assert_eq!(compare(Scheme::Deb, &a, &b), VersionOrder::from(oracle(&a, &b)), "{} {}", a, b);
    }
}
