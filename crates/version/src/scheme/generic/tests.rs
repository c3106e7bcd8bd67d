#![allow(clippy::unwrap_used)]

use super::{dotted, read};
use crate::key::tests::{assert_ascending, assert_no_key, assert_unknown, cases};
use crate::key::{Class, VersionOrder, compare, family, key};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn numbers_letters_and_pre_releases() {
    assert_ascending(
        Scheme::Generic,
        &[
            "0 0.0",
            "0.9.8zg",
            "0.9.8zh",
            "0.9.9",
            "1.0-alpha 1.0alpha 1.0.0_alpha 1.0-alpha0",
            "1.0a1 1.0-alpha1 1.0.alpha.1",
            "1.0a2",
            "1.0-beta 1.0_BETA",
            "1.0b2 1.0-beta.2 1.0beta2",
            "1.0b10",
            "1.0-rc 1.0.RC",
            "1.0rc1 1.0-release-candidate_1",
            "1.0 1 1.0.0 v1.0 V1 1.0. 1.0-final 1.0.RELEASE 01.0",
            "1.0.1",
            "1.0.1f",
            "1.0.1g",
            "1.0.1.1",
            "1.0.2",
            "1.2-3 1.2.3 1.2_3 1.2+3",
            "1.10",
            "2.9",
            "10.1(7)15 10.1.7.15",
            "15.03.05.19",
            "2016",
            "2020.1",
        ],
    );
    assert_ascending(Scheme::Generic, &["2009a", "2009b", "2009z", "2010a"]);
    assert_ascending(
        Scheme::Generic,
        &["20131231", "20140101 2014-01-01 2014_01_01", "20140101.1", "2014-01-02", "20201231"],
    );
    assert_ascending(Scheme::Generic, &["2014.1.1", "2014.02.01 2014.2.1", "2014.11.30"]);
}

#[test]
fn parts_counted_in_hexadecimal_are_a_numbering_of_their_own() {
    assert_ascending(
        Scheme::Generic,
        &[
            "f0b.0e.09",
            "f0b.0e.0a",
            "f0b.0e.70",
            "f0b.0e.7e F0B.0E.7E",
            "f0b.0e.80",
            "f0b.10.01",
            "f10.08.6c",
            "f14.07.80",
        ],
    );
    assert_ascending(Scheme::Generic, &["10.0b.12", "10.0f.12", "10.10.0a.00"]);
    // A letter behind the last number, or one digit alone, is what it is everywhere else.
    assert_ascending(Scheme::Generic, &["10.02.09", "10.02.09a", "10.02.10"]);
    assert_ascending(Scheme::Generic, &["1.0b.2", "1.1.2"]);
    assert_unknown(Scheme::Generic, &[("f0b.0e.70", "f0b.0e"), ("10.0b.12", "11.00.00"), ("f14.07.80", "f14.7.80")]);
}

#[test]
fn patch_words_follow_the_release() {
    for words in
        [["sp1", "sp2", "sp10"], ["p1", "patch2", "pl3"], ["u1", "update2", "update_10"], ["r1", "rev2", "revision-3"]]
    {
        let list: Vec<String> = ["1.0-rc1", "1.0"]
            .iter()
            .map(|text| (*text).to_owned())
            .chain(words.iter().map(|word| format!("1.0-{word}")))
            .collect();
        let mut list: Vec<&str> = list.iter().map(String::as_str).collect();
        list.push("1.0.1");
        assert_ascending(Scheme::Generic, &list);
    }
    assert_ascending(Scheme::Generic, &["1.0-sp1-rc1", "1.0-sp1", "1.0-sp1-p1", "1.0-sp1-p2", "1.0-sp2"]);
    assert_ascending(Scheme::Generic, &["1.8.6p3", "1.8.6p20", "1.8.7"]);
    assert_ascending(Scheme::Generic, &["6.0b1", "6.0", "6.0b045", "6.0b105"]);
    assert_ascending(Scheme::Generic, &["9.6-ESV-R7-P3", "9.6-ESV-R7-P4", "9.6-ESV-R8"]);
    assert_ascending(Scheme::Generic, &["v100r002c00spc200", "v100r002c00spc502", "v200r001c00spc100"]);
}

#[test]
fn the_update_field_belongs_to_the_version() {
    let ascending = [
        ("1.4.1", Some("update7")),
        ("1.4.2", Some("alpha1")),
        ("1.4.2", Some("beta1")),
        ("1.4.2", Some("rc2")),
        ("1.4.2", Some("-")),
        ("1.4.2", Some("05")),
        ("1.4.2", Some("update_12")),
        ("1.4.2", Some("update_13")),
        ("1.4.3", Some("rc1")),
        ("1.4.3", None),
    ];
    let keys: Vec<_> =
        ascending.iter().map(|(version, update)| key(Scheme::Generic, version, *update).unwrap()).collect();
    for (i, a) in keys.iter().enumerate() {
        for (j, b) in keys.iter().enumerate() {
            assert_eq!(a.compare(b), i.cmp(&j).into(), "{:?} against {:?}", ascending[i], ascending[j]);
        }
    }
    for (version, update, same) in [
        ("1.0", "rc1", "1.0-rc1"),
        ("1.0", "sp2", "1.0sp2"),
        ("1.0", "beta", "1.0-beta"),
        ("1.0", "patch3", "1.0p3"),
        ("1.0", "service_pack_2", "1.0-sp2"),
        ("1.0", "-rc4", "1.0rc4"),
        ("1.0", "g", "1.0g"),
        ("1.0", "sp1_p2", "1.0-sp1-p2"),
        ("1.7.0", "update_45", "1.7u45"),
    ] {
        assert_eq!(key(Scheme::Generic, version, Some(update)), key(Scheme::Generic, same, None), "{version} {update}");
    }
    assert_eq!(key(Scheme::Generic, "1.0", Some("before_patch_4")), None);
}

#[test]
fn lines_are_ordered_only_by_what_stands_before_them() {
    assert_unknown(
        Scheme::Generic,
        &[
            ("1.0", "1.0-acme"),
            ("1.0-acme", "1.0-sp1"),
            ("1.0-acme1", "1.0-corp2"),
            ("1.0-sp1", "1.0-p2"),
            ("1.0a", "1.0p1"),
            ("1.0-dev", "1.0-alpha"),
            ("1.0-dev", "1.0-snapshot"),
            ("1.0-cn1", "1.0-rc1"),
            ("1.0-cert", "1.0-cert1"),
            ("r11.2", "11.2"),
            ("r11.2", "b9.1"),
            ("firmware 6.0", "6.1"),
            ("20140101", "1.0"),
            ("20140101", "2014.1"),
            ("2009a", "2009"),
            ("2009a", "2010.1"),
            ("7.x-1.2", "6.x-1.9"),
            ("7.x-1.2", "1.3"),
            ("12.2(33)sxi", "12.2(33)sre"),
            ("12.2(33)sxi", "15.1"),
            ("12.4(20)t", "12.4(21)"),
            ("15.1x53-d69", "15.1r5"),
        ],
    );
    for (a, b) in [
        ("1.0-acme", "1.1"),
        ("1.0-acme9", "1.1-corp1"),
        ("1.0-sp9", "1.1-p1"),
        ("1.0-dev", "1.0"),
        ("1.0-dev", "1.0-sp1"),
        ("1.0-snapshot", "1.0.1-acme"),
        ("1.9.9", "2.0-acme"),
        ("1.0-acme", "1.0.1"),
        ("15.1x53-d69", "15.2r1"),
        ("2.20.1-0ubuntu2", "2.20.11-0ubuntu2"),
        ("1.0-alpha-acme", "1.0-beta-corp"),
        ("31.1-jre", "32.0"),
        ("1.2.3-14-gd7e166d", "1.2.4"),
        ("1.0-rc1", "1.0-sp1"),
    ] {
        assert_eq!(compare(Scheme::Generic, a, b), VersionOrder::Less, "{a} against {b}");
        assert_eq!(compare(Scheme::Generic, b, a), VersionOrder::Greater, "{b} against {a}");
    }
}

#[test]
fn lines_of_their_own_are_ordered_within() {
    assert_ascending(Scheme::Generic, &["12.2(14)s1", "12.2(14)s9", "12.2(18)s", "12.4(25a)s"]);
    assert_ascending(Scheme::Generic, &["15.4(3)m", "15.4(3)m2", "15.4(3)m2.2", "15.4(3)m6a", "15.6(1)m"]);
    assert_ascending(Scheme::Generic, &["5.2(1)sv3(1.4b)", "5.2(1)sv3(1.5b)", "5.2(1)sv3(1.10)"]);
    assert_ascending(Scheme::Generic, &["7.x-1.0-rc1", "7.x-1.0", "7.x-1.2", "7.x-2.0"]);
    assert_ascending(Scheme::Generic, &[r"15.0\(2\)ex4 15.0(2)ex4", "15.0(2)ex5"]);
    assert_ascending(Scheme::Generic, &["9.0_s390x", "9.1_s390x"]);
    assert_ascending(Scheme::Generic, &["h.10.37", "h.10.74", "h.11.1"]);
    assert_ascending(Scheme::Generic, &["v100r002c00", "v100r003c00", "v100r003c02"]);
    assert_ascending(Scheme::Generic, &["855.va123456b_99", "871.v28d74e8b_4226", "880.vb_627c8a6b_f2"]);
    assert_ascending(Scheme::Generic, &["enterprise_8.0.6", "enterprise_8.1.6"]);
}

#[test]
fn what_has_no_key() {
    assert_no_key(
        Scheme::Generic,
        &[
            "",
            "*",
            "-",
            "london",
            "windows_server",
            "unknown",
            "1.x",
            "4.0.x",
            "7.x",
            "6.x-1.x",
            "6.4.z",
            "1.0 - 2.0",
            "< 1.0",
            ">=1.0",
            "1.0 and prior",
            "1.0 through 2.0",
            "all versions before 3.0",
            "april_2018",
            "05-30-2017",
            "3.3+",
            "a38b9046e9772612fda847b46308f9391a49891e",
            "d7e166d",
            "1:8.0-0ubuntu3",
            ".48",
            "1,2",
            "1/2",
            "1.0|2.0",
            "1.0^aca",
            "1.0~rc1",
            "@7f080184",
            "１.0",
            "20140101a",
            "smr-nov-2023-r1",
        ],
    );
}

/// A version as parts, rendered in any of the ways that mean the same.
#[derive(Debug, Clone)]
enum Part {
    Number(u16),
    Pre(u8),
    Lone(&'static str),
    Letter(char),
    Other(&'static str),
    Post(&'static str),
}

fn render(parts: &[Part], style: u64) -> String {
    let mut text = String::new();
    for (place, part) in parts.iter().enumerate() {
        let pick = (style >> (place * 3)) as usize;
        let separator = [".", "-", "_"][pick % 3];
        let number_behind_letter = matches!(part, Part::Letter(_));
        if place > 0 && !number_behind_letter {
            text.push_str(separator);
        }
        match part {
            Part::Number(number) if pick & 1 == 0 => text.push_str(&number.to_string()),
            Part::Number(number) => text.push_str(&format!("0{number}")),
            Part::Pre(rank) => text.push_str(["alpha", "beta", "rc"][usize::from(*rank)]),
            Part::Lone(word) | Part::Other(word) | Part::Post(word) => text.push_str(word),
            Part::Letter(letter) => text.push(*letter),
        }
    }
    text
}

/// The order as documented, on the parts.
fn oracle(a: &[Part], b: &[Part]) -> VersionOrder {
    // Zeros that no number follows say nothing.
    let tokens = |parts: &[Part]| {
        let mut kept: Vec<(u8, String, u16)> = Vec::new();
        for part in parts {
            let token = match part {
                Part::Number(number) => (6, String::new(), *number),
                Part::Pre(rank) => (0, String::new(), u16::from(*rank)),
                Part::Lone(word) => (1, (*word).to_owned(), 0),
                Part::Letter(letter) => (3, letter.to_string(), 0),
                Part::Other(word) => (4, (*word).to_owned(), 0),
                Part::Post(word) => (5, (*word).to_owned(), 0),
            };
            if token.0 != 6 {
                while kept.last().is_some_and(|last| last.0 == 6 && last.2 == 0) {
                    kept.pop();
                }
            }
            kept.push(token);
        }
        while kept.last().is_some_and(|last| last.0 == 6 && last.2 == 0) {
            kept.pop();
        }
        kept.push((2, String::new(), 0));
        kept
    };
    for (a, b) in tokens(a).iter().zip(&tokens(b)) {
        if a == b {
            continue;
        }
        let kinds = (a.0.min(b.0), a.0.max(b.0));
        let ordered = match kinds {
            (_, 6) | (0, 0) | (3, 3) | (0 | 1, 2 | 3 | 5) | (2, 3 | 5) => true,
            (_, 4) | (4, _) | (0 | 1, 1) | (3 | 5, 5) => false,
            _ => unreachable!("{kinds:?}"),
        };
        return if ordered { a.cmp(b).into() } else { VersionOrder::Unknown };
    }
    VersionOrder::Equal
}

fn parts() -> impl Strategy<Value = Vec<Part>> {
    let numbers = || prop::collection::vec((0u16..4).prop_map(Part::Number), 1..4);
    let word = prop_oneof![
        (0u8..3).prop_map(Part::Pre),
        prop::sample::select(vec!["dev", "snapshot"]).prop_map(Part::Lone),
        prop::sample::select(vec!["acme", "corp"]).prop_map(Part::Other),
        prop::sample::select(vec!["sp", "hf"]).prop_map(Part::Post),
    ];
    let letter = prop::option::weighted(0.3, prop::sample::select(vec!['a', 'b', 'g']).prop_map(Part::Letter));
    let tail = prop::collection::vec((word, numbers()), 0..3);
    (numbers(), letter, tail).prop_map(|(head, letter, tail)| {
        let mut parts = head;
        parts.extend(letter);
        for (word, numbers) in tail {
            parts.push(word);
            parts.extend(numbers);
        }
        parts
    })
}

proptest! {
    #![proptest_config(cases(8000))]

    #[test]
    fn numbers_with_dots_have_the_key_of_any_version(
        text in "[0-9]{1,9}(\\.[0-9]{0,4}){0,6}|[0-9.]{0,14}|(19|20)[0-9]{2}[01][0-9][0-3][0-9](\\.[0-9]{1,2}){0,2}|[0-9]\\.[0-9]{58,63}",
    ) {
        if let Some(bytes) = dotted(&text) {
            prop_assert_eq!(Some((Class::of(family::GENERIC), bytes)), read(&text, None), "{}", text);
        }
    }

    #[test]
    fn keys_agree_with_the_documented_order(a in parts(), b in parts(), style in any::<(u64, u64)>()) {
        let (text_a, text_b) = (render(&a, style.0), render(&b, style.1));
        prop_assert_eq!(compare(Scheme::Generic, &text_a, &text_b), oracle(&a, &b), "{} {}", text_a, text_b);
    }

    #[test]
    fn separators_and_case_do_not_matter(parts in parts(), style in any::<(u64, u64)>()) {
        let (a, b) = (render(&parts, style.0), render(&parts, style.1).to_uppercase());
        prop_assert_eq!(compare(Scheme::Generic, &a, &b), VersionOrder::Equal, "{} {}", a, b);
    }
}

#[test]
fn a_text_that_holds_another_version_has_no_place_in_the_order() {
    for text in ["2024-maker (bash 4.3)", "6.0-maker (bash 4.3)", "6.0 bash 4.3", "1.2 (build 3.4)"] {
        assert!(key(Scheme::Generic, text, None).is_none(), "{text}");
    }
    for text in ["12.2(33)SXI", "15.0(1)", "1.2 beta", "1.2 build 7"] {
        assert!(key(Scheme::Generic, text, None).is_some(), "{text}");
    }
}

#[test]
fn a_build_number_is_no_version_and_has_an_order_of_its_own() {
    assert_eq!(compare(Scheme::Generic, "12345678", "4.3"), VersionOrder::Unknown);
    assert_eq!(compare(Scheme::Generic, "300456", "5.0.1"), VersionOrder::Unknown);
    assert_eq!(compare(Scheme::Generic, "20150", "2020.1"), VersionOrder::Unknown);
    assert_eq!(compare(Scheme::Generic, "44715", "44863"), VersionOrder::Less);
    assert_eq!(compare(Scheme::Generic, "9999", "4.3"), VersionOrder::Greater);
}
