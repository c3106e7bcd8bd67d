use super::{Bound, Interval};
use crate::scheme::Scheme;
use crate::truth::Truth::{self, False, True, Unknown};

fn interval(lower: Option<(&str, bool)>, upper: Option<(&str, bool)>) -> Interval {
    let bound =
        |end: Option<(&str, bool)>| end.map(|(version, inclusive)| Bound { version: version.to_owned(), inclusive });
    Interval { lower: bound(lower), upper: bound(upper) }
}

#[test]
fn contains_and_prints() {
    let heartbleed = interval(Some(("1.0.1", true)), Some(("1.0.1g", false)));
    let open = interval(None, None);
    let up = interval(None, Some(("2.0", true)));
    let down = interval(Some(("2.0", false)), None);
    let beginning = interval(Some(("0", true)), Some(("20150101", false)));
    let table: [(&Interval, &str, Option<&str>, Truth); 20] = [
        (&heartbleed, "1.0.1", None, True),
        (&heartbleed, "1.0.1f", None, True),
        (&heartbleed, "1.0.1g", None, False),
        (&heartbleed, "1.0.1", Some("beta1"), Unknown),
        (&heartbleed, "1.0.0t", None, False),
        (&heartbleed, "1.0.2", Some("beta1"), False),
        (&heartbleed, "1.0.1-acme", None, Unknown),
        (&heartbleed, "1.0.2-acme", None, False),
        (&heartbleed, "unknown", None, Unknown),
        (&open, "unknown", None, True),
        (&up, "2.0.0", None, True),
        (&up, "2.0", Some("rc1"), True),
        (&up, "2.0", Some("sp1"), Unknown),
        (&down, "2.0", None, False),
        (&down, "2.0", Some("sp1"), True),
        (&beginning, "20141231", None, True),
        (&beginning, "20150101", None, False),
        // A date and a plain number belong to different ways of numbering.
        (&beginning, "1.2", None, Unknown),
        (&beginning, "london", None, Unknown),
        (&interval(Some(("london", true)), Some(("london", true))), "london", None, True),
    ];
    for (interval, version, update, expected) in table {
        assert_eq!(interval.contains(Scheme::Generic, version, update), expected, "{version} {update:?} in {interval}");
    }
    assert_eq!(heartbleed.to_string(), ">=1.0.1 <1.0.1g");
    assert_eq!(up.to_string(), "<=2.0");
    assert_eq!(down.to_string(), ">2.0");
    assert_eq!(open.to_string(), "*");
}

#[test]
fn an_included_end_covers_what_is_said_about_its_release() {
    let through = interval(Some(("6.2", true)), Some(("8.3", true)));
    let before = interval(None, Some(("8.3", false)));
    for (version, update, in_through, in_before) in [
        ("8.3", None, True, False),
        ("8.3p1", None, Unknown, False),
        ("8.3", Some("p1"), Unknown, False),
        ("8.3-2", None, Unknown, False),
        ("8.3-r27", None, Unknown, False),
        ("8.3p1-2ubuntu1", None, Unknown, False),
        ("8.3+dfsg-1", None, Unknown, Unknown),
        ("8.3.sp1", None, Unknown, False),
        ("8.3.0-2", None, Unknown, False),
        ("8.3.1", None, False, False),
        ("8.3a", None, False, False),
        ("8.3.1-2", None, False, False),
        ("8.4p1", None, False, False),
        ("8.2p1", None, True, True),
        ("6.2", Some("beta1"), Unknown, True),
        ("6.2-rc1", None, Unknown, True),
        ("6.1p3", None, False, True),
    ] {
        assert_eq!(through.contains(Scheme::Generic, version, update), in_through, "{version} {update:?} in {through}");
        assert_eq!(before.contains(Scheme::Generic, version, update), in_before, "{version} {update:?} in {before}");
    }
    // The other schemes say what a suffix means.
    assert_eq!(through.contains(Scheme::Semver, "8.3.0-rc.1", None), True);
    assert_eq!(through.contains(Scheme::Semver, "6.2.0-rc.1", None), False);
}

/// Each place where the text may be cut was tried on the whole text before it: with a hundred kilobytes nobody saw the answer.
#[test]
fn a_text_longer_than_any_version_is_answered() {
    let through = interval(None, Some(("8.3", true)));
    let before = interval(None, Some(("8.3", false)));
    for repeated in [100, 100_000] {
        let version = format!("8.4{}", "-a1".repeat(repeated));
        assert_eq!(through.contains(Scheme::Generic, &version, None), Unknown, "nobody can say that it is not 8.3");
        assert_eq!(before.contains(Scheme::Generic, &version, None), False);
    }
}

#[test]
fn one_end_may_settle_it_alone() {
    // Where the upper end has no place in the order, the lower one can still say no, but never yes.
    let half = interval(Some(("1.5", true)), Some(("london", false)));
    assert_eq!(half.contains(Scheme::Generic, "1.4", None), False);
    assert_eq!(half.contains(Scheme::Generic, "1.6", None), Unknown);
    // The same text with an update is not the same version.
    let point = interval(None, Some(("london", true)));
    assert_eq!(point.contains(Scheme::Generic, "london", Some("sp1")), Unknown);
    assert_eq!(point.contains(Scheme::Generic, "london", Some("*")), True);
}
