use crate::key::tests::{assert_ascending, assert_no_key, cases};
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

#[test]
fn nuget_has_a_fourth_number_and_no_capital_letters() {
    assert_ascending(
        Scheme::Nuget,
        &[
            "1.0.0-ALPHA 1.0.0-alpha",
            "1.0.0-BETA+AA 1.0.0-beta",
            "1.0.0-beta.x.y.5.77.0",
            "1.0.0-beta2",
            "1.0 1.0.0 1.0.0.0 1.0.0+beta 01.0",
            "1.0.0.1-alpha",
            "1.0.0.1-pre",
            "1.0.0.1",
            "1.0.1 1.0.01",
            "1.999.9999",
            "2.1.1",
        ],
    );
    assert_no_key(Scheme::Nuget, &["", "v1.0", "1.0.0.0.0", "1.0beta", "1.*"]);
}

#[test]
fn go_modules_and_the_language() {
    assert_ascending(
        Scheme::Go,
        &[
            "v0.0.0-20190101000000-abcdef123456",
            "v0.0.0-20200101000000-012345abcdef",
            "v1.2.3-pre.0.20200101000000-abcdef123456",
            "v1.2.3 1.2.3",
            "v1.2.4-0.20200101000000-abcdef123456",
            "v1.2.4",
            "go1.20.7 1.20.7",
            "go1.21beta1 1.21.0-beta.1",
            "go1.21rc2 1.21.0-rc.2",
            "go1.21 go1.21.0 v1.21.0+incompatible",
            "go1.21.3",
        ],
    );
    assert_no_key(Scheme::Go, &["", "(devel)", "v1.2.3.4", "go", "go1.21-acme+", "gogo1.2", "vv1.2.3", "v01.2.3"]);
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
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_the_specification(a in version(), b in version()) {
        for scheme in [Scheme::Semver, Scheme::Npm, Scheme::Go] {
            prop_assert_eq!(compare(scheme, &a, &b), VersionOrder::from(oracle(&a, &b)));
        }
        // The `semver` crate orders build metadata too, but for this comparison.
        let parsed = |text: &str| semver::Version::parse(text).ok();
        let order = parsed(&a).zip(parsed(&b)).map(|(a, b)| a.cmp_precedence(&b));
        prop_assert_eq!(order, Some(oracle(&a, &b)));
    }

    #[test]
    fn keys_agree_with_nuget(
        a in ("[0-2](\\.[0-2]){0,3}", "(-[0-2a-bA]{1,2}(\\.[0-2aB]){0,2})?"),
        b in ("[0-2](\\.[0-2]){0,3}", "(-[0-2a-bA]{1,2}(\\.[0-2aB]){0,2})?"),
    ) {
        // Filled up to four numbers and in small letters it is the specification's own order, on one number more.
        let fill = |(core, pre): &(String, String)| {
            let missing = 3 - core.matches('.').count();
            format!("{core}{}{}", ".0".repeat(missing), pre.to_lowercase())
        };
        let (x, y) = (a.0.clone() + &a.1, b.0.clone() + &b.1);
        prop_assert_eq!(compare(Scheme::Nuget, &x, &y), VersionOrder::from(oracle(&fill(&a), &fill(&b))), "{} {}", x, y);
    }
}
