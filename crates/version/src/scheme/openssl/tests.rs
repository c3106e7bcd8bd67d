use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare, key};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn letters_and_releases() {
    assert_ascending(
        Scheme::Openssl,
        &[
            "0.9.8",
            "0.9.8a",
            "0.9.8y",
            "0.9.8z",
            "0.9.8za",
            "0.9.8zg",
            "0.9.8zh",
            "1.0.0-beta1",
            "1.0.0-beta5",
            "1.0.0 1.0",
            "1.0.0e",
            "1.0.1",
            "1.0.1f",
            "1.0.1g",
            "1.0.2-beta3",
            "1.0.2",
            "1.0.2zh",
            "1.1.1",
            "1.1.1w",
            "3.0.0-alpha17",
            "3.0.0-beta2",
            "3.0.0",
            "3.0.9",
            "3.0.10",
            "3.5.0-rc1",
            "3.5.0",
        ],
    );
    assert_no_key(
        Scheme::Openssl,
        &[
            "",
            "1",
            "1.0.2-fips",
            "fips-2.0.1",
            "1.0.1e-fips",
            "1.1.0-pre1",
            "1.0.2.1",
            "1.0.2g-1ubuntu4",
            "1.0.2-beta",
            "1.0.2 g",
            "1.0.1-dev",
        ],
    );
}

#[test]
fn the_update_field_holds_a_pre_release_or_the_letter() {
    for (version, update, same) in
        [("1.0.0", "beta1", "1.0.0-beta1"), ("1.0.1", "g", "1.0.1g"), ("0.9.8", "zh", "0.9.8zh")]
    {
        assert_eq!(key(Scheme::Openssl, version, Some(update)), key(Scheme::Openssl, same, None), "{version} {update}");
    }
    assert_eq!(key(Scheme::Openssl, "1.0.0-beta1", Some("beta2")), None);
}

type Parts = ((u8, u8, u8), String, (u8, u8));

fn version() -> impl Strategy<Value = Parts> {
    // 4 stands for the release itself, behind alpha, beta and rc.
    ((0u8..3, 0u8..3, 0u8..12), "(|[a-c]|z[a-b]?)", (1u8..5, 0u8..12))
        .prop_map(|(numbers, letters, (rank, number))| (numbers, letters, (rank, if rank == 4 { 0 } else { number })))
}

fn text(((a, b, c), letters, (rank, number)): &Parts) -> String {
    let suffix = match rank {
        1 => format!("-alpha{number}"),
        2 => format!("-beta{number}"),
        3 => format!("-rc{number}"),
        _ => String::new(),
    };
    format!("{a}.{b}.{c}{letters}{suffix}")
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_parts(a in version(), b in version()) {
        prop_assert_eq!(compare(Scheme::Openssl, &text(&a), &text(&b)), VersionOrder::from(a.cmp(&b)));
    }
}

#[test]
fn a_word_behind_the_numbers_is_no_letter_of_a_release() {
    for text in ["1.0.1fips", "1.0.2dev", "1.0.1abc", "1.0.1zzaa"] {
        assert!(crate::key(crate::Scheme::Openssl, text, None).is_none(), "{text}");
    }
    assert!(crate::key(crate::Scheme::Openssl, "0.9.8za", None).is_some());
}
