//! The one place that reads the clock, and the day that a question is about.

use std::str::FromStr;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::Offset;
use ward_feeds::network::Clock;
use ward_knowledge::Moment;

/// Now.
#[expect(clippy::disallowed_methods, reason = "the command line reads the clock once and hands the moment on")]
pub fn now() -> Timestamp {
    Timestamp::now()
}

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
pub fn today() -> Date {
    day(now())
}

fn day(time: Timestamp) -> Date {
    Offset::UTC.to_datetime(time).date()
}

/// What is given with `--as-of`: a date, which means its end, or a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AsOf {
    /// The UTC day that the question is about.
    pub day: Date,
    /// Until when knowledge counts.
    pub moment: Moment,
}

impl AsOf {
    fn date(day: Date) -> Self {
        Self { day, moment: day.into() }
    }

    fn time(time: Timestamp) -> Self {
        Self { day: day(time), moment: time.into() }
    }
}

impl FromStr for AsOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let strict = |text: &str| {
            // The library also reads other notations of ISO 8601; one spelling is enough.
            let plain = text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
            plain.then(|| text.parse().ok()).flatten()
        };
        strict(text)
            .map(Self::date)
            .or_else(|| text.parse().ok().map(Self::time))
            .ok_or_else(|| "expected a date as 2026-11-22, or a time as 2026-11-22T09:30:00Z".to_owned())
    }
}

/// A date as given to an option.
pub fn date(text: &str) -> Result<Date, String> {
    text.parse::<AsOf>().map(|as_of| as_of.day)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::AsOf;

    #[test]
    fn a_day_is_a_date_or_the_utc_day_of_a_time() {
        let read = |text: &str| text.parse::<AsOf>().map(|as_of| as_of.day);
        assert_eq!(read("2026-11-22"), Ok(date(2026, 11, 22)));
        assert_eq!(read("2026-11-22T23:30:00Z"), Ok(date(2026, 11, 22)));
        assert_eq!(read("2026-11-22T23:30:00-05:00"), Ok(date(2026, 11, 23)));
        for wrong in ["", "today", "2026-13-01", "2026-02-30", "22.11.2026", "20261122", "2026-11-22T10:00:00"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
