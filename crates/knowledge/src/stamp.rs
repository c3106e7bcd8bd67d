//! Stamps: which of two versions of a record is the later one.
//!
//! Homes hold stamps as they came once, in whatever zone; they are brought into the one form of [`ward_formats::feed::stamp`] before
//! they are compared. A moment after the day of receipt is a slip of whoever wrote it: it must not outrank what is received later.

use jiff::civil::Date;
use ward_formats::feed;
use ward_model::coverage::latest_meant;

/// Whether one stamp names an earlier moment than another; one that names none is not known to.
pub(crate) fn is_before(one: &str, other: &str) -> bool {
    !one.is_empty() && one < other
}

/// This day, unless it lies after the day of receipt.
pub(crate) fn believed_day(day: Option<Date>, received: Date) -> Option<Date> {
    day.filter(|day| *day <= latest_meant(received))
}

/// The day that a stamp names.
pub(crate) fn day_of(stamp: &str) -> Option<Date> {
    feed::stamp(stamp).get(..10)?.parse().ok()
}

/// The stamp in a form whose texts sort like the moments. Empty where it names a moment after the day of receipt; a text that names no
/// moment stays as it is.
pub(crate) fn believed(stamp: &str, received: Date) -> String {
    let moment = feed::stamp(stamp);
    if moment.is_empty() {
        return stamp.to_owned();
    }
    let day = moment.get(..10).and_then(|day| day.parse::<Date>().ok());
    if believed_day(day, received).is_some() { moment } else { String::new() }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::believed;

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
            ("", ""),
        ];
        for (stamp, wanted) in table {
            assert_eq!(believed(stamp, received), wanted, "{stamp}");
        }
    }
}
