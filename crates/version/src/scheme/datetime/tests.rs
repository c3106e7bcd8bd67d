use crate::key::tests::{assert_ascending, assert_no_key, cases};
use crate::key::{VersionOrder, compare};
use crate::scheme::Scheme;
use proptest::prelude::*;

#[test]
fn instants() {
    assert_ascending(
        Scheme::Datetime,
        &[
            "0000-01-01T00:00:00Z",
            "1999-12-31T23:59:59Z",
            "2000-02-29T00:00:00Z",
            "2000-03-01T00:00:00Z 2000-02-29T23:59:60Z",
            "2023-12-31T22:00:00Z 2024-01-01T00:00:00+02:00",
            "2024-01-01T00:00:00Z 2023-12-31T19:00:00-05:00 2024-01-01T00:00:00.000Z",
            "2024-01-01T00:00:00.090Z",
            "2024-01-01T00:00:00.123Z",
            "2024-01-01T00:00:00.9Z",
            "2024-01-01T00:00:01Z",
        ],
    );
    assert_no_key(
        Scheme::Datetime,
        &[
            "",
            "2024-01-01",
            "2024-01-01t00:00:00z",
            "2024-13-01T00:00:00Z",
            "2023-02-29T00:00:00Z",
            "2024-01-01T24:00:00Z",
            "2024-01-01T00:00:00",
            "2024-01-01T00:00Z",
            "2024-01-01T00:00:00.Z",
            "24-01-01T00:00:00Z",
            "2024-01-01T00:00:00+2:00",
        ],
    );
}

/// Days by counting them one month after the other.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let mut days = day;
    for y in 1900..=year {
        for m in 1..=12 {
            if (y, m) < (year, month) {
                let leap = y % 4 == 0 && y % 100 != 0 || y % 400 == 0;
                days += [31, if leap { 29 } else { 28 }, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
                    [usize::try_from(m - 1).unwrap_or(0)];
            }
        }
    }
    days
}

fn instant() -> impl Strategy<Value = (i64, i64, i64, i64, i64, i64)> {
    (1900i64..2101, 1i64..13, 1i64..29, 0i64..24, 0i64..60, -12i64..13)
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn keys_agree_with_the_calendar(a in instant(), b in instant()) {
        let text = |(year, month, day, hour, minute, zone): (i64, i64, i64, i64, i64, i64)| {
            let sign = if zone < 0 { '-' } else { '+' };
            format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:00{sign}{:02}:00", zone.abs())
        };
        let minutes = |(year, month, day, hour, minute, zone): (i64, i64, i64, i64, i64, i64)| {
            days(year, month, day) * 1440 + (hour - zone) * 60 + minute
        };
        prop_assert_eq!(compare(Scheme::Datetime, &text(a), &text(b)), VersionOrder::from(minutes(a).cmp(&minutes(b))));
    }
}
