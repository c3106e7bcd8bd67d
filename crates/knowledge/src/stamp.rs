//! Stamps: which of two versions of a record is the later one.
//!
//! Homes hold stamps as they came once, in whatever zone; they are brought into the one form of [`ward_formats::feed::stamp`] before
//! they are compared. A moment after the day of receipt is a slip of whoever wrote it: it must not outrank what is received later.

use jiff::civil::Date;
use ward_formats::feed;
use ward_model::coverage::latest_meant;

/// Behind the moment, which number the version has, where its source gives one.
const NUMBER: char = '#';

/// The moment and the number of a stamp.
fn parts(stamp: &str) -> (Option<&str>, Option<&str>) {
    let (moment, number) = stamp.split_once(NUMBER).map_or((stamp, None), |(moment, number)| (moment, Some(number)));
    (Some(moment).filter(|moment| !moment.is_empty()), number)
}

/// What a stamp says of the moment.
pub(crate) fn without_number(stamp: &str) -> &str {
    parts(stamp).0.unwrap_or_default()
}

/// Whether a stamp names a moment.
pub(crate) fn is_dated(stamp: &str) -> bool {
    parts(stamp).0.is_some()
}

/// Whether one stamp names an earlier version than another: by the moment, and of one moment by the number; where neither names a
/// moment, by the number alone. Of one with a moment and one without nobody knows: by their numbers three versions could each be before
/// the next in a ring, and what holds would hang on which came last.
pub(crate) fn is_before(one: &str, other: &str) -> bool {
    match (parts(one), parts(other)) {
        ((Some(_), _), (Some(_), _)) => one < other,
        ((None, Some(number)), (None, Some(later))) => number < later,
        _ => false,
    }
}

/// This day, unless it lies after the day of receipt.
pub(crate) fn believed_day(day: Option<Date>, received: Date) -> Option<Date> {
    day.filter(|day| *day <= latest_meant(received))
}

/// The day that a stamp names.
pub(crate) fn day_of(stamp: &str) -> Option<Date> {
    feed::stamp(parts(stamp).0?).get(..10)?.parse().ok()
}

/// The stamp in a form whose texts sort like the moments; a text that names no moment stays as it is.
pub(crate) fn in_one_form(stamp: &str) -> String {
    let (written, number) = parts(stamp);
    let moment = feed::stamp(written.unwrap_or_default());
    match number {
        _ if moment.is_empty() => stamp.to_owned(),
        None => moment,
        Some(number) => format!("{moment}{NUMBER}{number}"),
    }
}

/// The stamp as [`in_one_form`]. Empty where it names a moment after the day of receipt.
pub(crate) fn believed(stamp: &str, received: Date) -> String {
    let moment = in_one_form(stamp);
    if day_of(&moment).is_some_and(|day| believed_day(Some(day), received).is_none()) { String::new() } else { moment }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{believed, is_before};

    #[test]
    fn versions_are_told_apart_by_moment_then_number() {
        let earlier = [
            ("2026-03-11T16:00:00", "2026-03-11T16:00:01"),
            ("2026-03-11T16:00:00#0109", "2026-03-11T16:00:00.5"),
            ("2026-03-11T16:00:00", "2026-03-11T16:00:00#0101"),
            ("2026-03-11T16:00:00#0109", "2026-03-11T16:00:00#0210"),
            ("#0102", "#0103"),
        ];
        for (one, other) in earlier {
            assert!(is_before(one, other) && !is_before(other, one), "{one} {other}");
        }
        let unknown = [
            ("", "2026-03-11"),
            ("#0102", "2026-03-11"),
            ("#0102", "2026-03-11T16:00:00#0103"),
            ("2026-03-11T16:00:00#0102", "#0103"),
            ("", "#0102"),
            ("#0102", "#0102"),
            ("", ""),
        ];
        for (one, other) in unknown {
            assert!(!is_before(one, other) && !is_before(other, one), "{one} {other}");
        }
    }

    #[test]
    fn a_moment_after_the_day_of_receipt_is_none() {
        let received = date(2026, 3, 12);
        let table = [
            ("2026-03-12T01:00:00+09:00", "2026-03-11T16:00:00"),
            ("2026-03-13T01:00:00+09:00", "2026-03-12T16:00:00"),
            ("2026-03-13T23:00:00Z", "2026-03-13T23:00:00"),
            ("2026-03-14T00:00:00Z", ""),
            ("2206-03-12T00:00:00Z", ""),
            ("second", "second"),
            ("2026-03-12T01:00:00+09:00#0103", "2026-03-11T16:00:00#0103"),
            ("2206-03-12T00:00:00Z#0103", ""),
            ("#0103", "#0103"),
            ("", ""),
        ];
        for (stamp, wanted) in table {
            assert_eq!(believed(stamp, received), wanted, "{stamp}");
        }
    }
}
