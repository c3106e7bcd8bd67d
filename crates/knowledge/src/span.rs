//! Moments of lists: some say a moment, and some a day alone, which may be any moment of it.

use jiff::civil::{Date, DateTime, Time};

/// The last moment of a day.
const END: Time = Time::constant(23, 59, 59, 999_999_999);

/// From when to when the moment of a stamp may lie; none where it names none.
fn span(stamp: &str) -> Option<(DateTime, DateTime)> {
    if let Some(day) = day(stamp) {
        return Some((day.to_datetime(Time::midnight()), day.to_datetime(END)));
    }
    stamp.parse::<DateTime>().ok().map(|moment| (moment, moment))
}

/// The day of a stamp that names no more.
fn day(stamp: &str) -> Option<Date> {
    (stamp.len() == 10).then(|| stamp.parse().ok()).flatten()
}

/// Whether a stamp names a moment and not a day alone.
pub(crate) fn is_moment(stamp: &str) -> bool {
    day(stamp).is_none() && span(stamp).is_some()
}

/// Whether one stamp is known to name an earlier moment than another.
pub(crate) fn is_before(one: &str, other: &str) -> bool {
    span(one).zip(span(other)).is_some_and(|((_, latest), (earliest, _))| latest < earliest)
}

#[cfg(test)]
mod tests {
    use super::{is_before, is_moment};

    #[test]
    fn a_day_is_any_moment_of_it() {
        let earlier = [
            ("2026-08-07T10:00:00", "2026-08-07T16:45:47.0648"),
            ("2026-08-06", "2026-08-07"),
            ("2026-08-06", "2026-08-07T00:00:00"),
            ("2026-08-06T23:59:59", "2026-08-07"),
        ];
        for (one, other) in earlier {
            assert!(is_before(one, other) && !is_before(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("2026-08-07", "2026-08-07T10:00:00"),
            ("2026-08-07", "2026-08-07"),
            ("2026-08-07T10:00:00", "2026-08-07T10:00:00"),
            ("", "2026-08-07"),
            ("soon", "2026-08-07"),
        ] {
            assert!(!is_before(one, other) && !is_before(other, one), "{one} {other}");
        }
        assert!(is_moment("2026-08-07T10:00:00") && !is_moment("2026-08-07") && !is_moment(""));
    }
}
