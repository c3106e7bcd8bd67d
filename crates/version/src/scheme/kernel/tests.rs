use crate::key::tests::{assert_ascending, assert_no_key, assert_unknown, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn mainline_is_one_line_and_each_branch_goes_on_by_itself() {
    assert_ascending(
        Scheme::Kernel,
        &["2.6.12", "2.6.32-rc3", "2.6.32", "3.0", "4.19", "5.10-rc1", "5.10-rc12", "5.10 5.10.0 v5.10", "5.15", "6.1"],
    );
    assert_ascending(Scheme::Kernel, &["5.10-rc1", "5.10", "5.10.9", "5.10.17", "5.10.209"]);
    assert_ascending(Scheme::Kernel, &["2.6.32", "2.6.32.1", "2.6.32.71"]);
    assert_ascending(Scheme::Kernel, &["5.10", "5.15", "5.15.1"]);
    assert_unknown(
        Scheme::Kernel,
        &[
            ("5.10.209", "5.15"),
            ("5.10.209", "5.15.3"),
            ("5.10.1", "5.15-rc1"),
            ("2.6.32.71", "2.6.33"),
            ("2.4.37", "2.6.0"),
        ],
    );
    assert_no_key(
        Scheme::Kernel,
        &[
            "",
            "5",
            "5.10.17-v7l+",
            "4.14.98-imx",
            "5.10.1-rc1",
            "5.10.1.2",
            "2.6.1.2.3",
            "next-20200101",
            "5.10-rc",
            "5.x",
            "5..1",
        ],
    );
}

/// A release: its branch (a place in the mainline), and a candidate (negative) or the number of a stable release.
fn text(branch: u8, stable: i16) -> String {
    // The first branches are those of 2.6.
    let name = if branch < 4 {
        format!("2.6.{}", branch + 30)
    } else {
        format!("{}.{}", 3 + (branch - 4) / 3, (branch - 4) % 3)
    };
    match stable {
        0 => name,
        ..0 => format!("{name}-rc{}", stable + 10),
        stable => format!("{name}.{stable}"),
    }
}

/// Whether everything in the first is in the second: walks from the second back to its ancestors.
fn descends(a: (u8, i16), mut b: (u8, i16)) -> bool {
    loop {
        if a == b {
            return true;
        }
        b = match b {
            (0, -9) => return false,
            (branch, -9) => (branch - 1, 0),
            (branch, stable) => (branch, stable - 1),
        };
    }
}

proptest! {
    #![proptest_config(cases(4000))]

    #[test]
    fn keys_agree_with_descent(a in (0u8..12, -9i16..5), b in (0u8..12, -9i16..5)) {
        let (x, y) = (text(a.0, a.1), text(b.0, b.1));
        let expected = match (descends(a, b), descends(b, a)) {
            (true, true) => VersionOrder::Equal,
            (true, false) => VersionOrder::Less,
            (false, true) => VersionOrder::Greater,
            (false, false) => VersionOrder::Unknown,
        };
        prop_assert_eq!(compare(Scheme::Kernel, &x, &y), expected, "{} {}", x, y);
    }
}
