//! The one place that reads the clock, and the day that a question is about.

use std::str::FromStr;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use ward_feeds::network::Clock;

/// The clock of this machine, for whoever has to ask more than once.
pub struct SystemClock {
    since: Instant,
}

impl SystemClock {
    /// Counts from now.
    #[expect(clippy::disallowed_methods, reason = "how long a server takes is no part of a result")]
    pub fn new() -> Self {
        Self { since: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the command line reads the clock and hands it on")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }

    fn wait(&self, duration: Duration) {
        std::thread::sleep(duration);
    }
}

/// Today, in UTC.
#[expect(clippy::disallowed_methods, reason = "the command line reads the clock once and hands the day on")]
pub fn today() -> Date {
    day(Timestamp::now())
}

fn day(time: Timestamp) -> Date {
    Offset::UTC.to_datetime(time).date()
}

/// A day as given with `--as-of`: a date, or a time of which the UTC day counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf(pub Date);

impl FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let strict = |text: &str| {
            // The library also reads other notations of ISO 8601; one spelling is enough.
            let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            plain.then(|| text.parse().ok()).flatten()
        };
        strict(text)
            .or_else(|| text.parse().ok().map(day))
            .map(Self)
            .ok_or_else(|| "expected a date as 2026-11-22, or a time as 2026-11-22T09:30:00Z".to_owned())
    }
}

/// A date as given to an option.
pub fn date(text: &str) -> Result<Date, String> {
    text.parse::<AsOf>().map(|AsOf(date)| date)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::AsOf;

    #[test]
    fn a_day_is_a_date_or_the_utc_day_of_a_time() {
        let read = |text: &str| text.parse::<AsOf>().map(|AsOf(date)| date);
        assert_eq!(read("2026-11-22"), Ok(date(2026, 11, 22)));
        assert_eq!(read("2026-11-22T23:30:00Z"), Ok(date(2026, 11, 22)));
        assert_eq!(read("2026-11-22T23:30:00-05:00"), Ok(date(2026, 11, 23)));
        for wrong in ["", "today", "2026-13-01", "2026-02-30", "22.11.2026", "20261122", "2026-11-22T10:00:00"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
