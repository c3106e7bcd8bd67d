//! Moments: when something was received, and which moment a question is about.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::Offset;

/// A moment in UTC. A day stands for its end: what was received on it is part of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Moment(Timestamp);

impl Moment {
    /// How many bytes [`Moment::to_bytes`] gives.
    pub(crate) const SIZE: usize = 16;

    /// The UTC day that it lies in.
    pub fn day(self) -> Date {
        Offset::UTC.to_datetime(self.0).date()
    }

    /// Date and time of day in UTC.
    pub(crate) fn time(self) -> DateTime {
        Offset::UTC.to_datetime(self.0)
    }

    /// Nanoseconds since 1970 as bytes.
    pub(crate) fn to_bytes(self) -> [u8; Self::SIZE] {
        self.0.as_nanosecond().to_le_bytes()
    }

    /// The moment that [`Moment::to_bytes`] wrote.
    pub(crate) fn from_bytes(bytes: [u8; Self::SIZE]) -> Result<Self, String> {
        let number = i128::from_le_bytes(bytes);
        Timestamp::from_nanosecond(number).map(Self).map_err(|_| format!("{number} is no moment"))
    }
}

impl From<Timestamp> for Moment {
    fn from(time: Timestamp) -> Self {
        Self(time)
    }
}

impl From<Date> for Moment {
    fn from(day: Date) -> Self {
        let end = day.at(23, 59, 59, 999_999_999);
        // The first and the last day of the calendar lie outside of the moments that can be written.
        let outside = if day.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Self(Offset::UTC.to_timestamp(end).unwrap_or(outside))
    }
}

impl std::fmt::Display for Moment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // A day that was given as one reads as one.
        if Self::from(self.day()) == *self { self.day().fmt(f) } else { self.0.fmt(f) }
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::Moment;

    #[test]
    fn a_day_is_its_end() -> Result<(), jiff::Error> {
        let day = Moment::from(date(2026, 2, 3));
        let before: Moment = "2026-02-03T23:59:59Z".parse::<Timestamp>()?.into();
        let after: Moment = "2026-02-04T00:00:00Z".parse::<Timestamp>()?.into();
        assert!(before < day && day < after);
        assert_eq!((day.day(), after.day()), (date(2026, 2, 3), date(2026, 2, 4)));
        assert_eq!((day.to_string(), before.to_string()), ("2026-02-03".to_owned(), "2026-02-03T23:59:59Z".to_owned()));
        assert!(Moment::from(Date::MAX) >= after && Moment::from(Date::MIN) < before);
        Ok(())
    }

    proptest! {
        #[test]
        fn moments_come_back(second in -377_705_023_201_i64..=253_402_207_200, nanos in 0_i32..1_000_000_000) {
            let moment = Moment::from(Timestamp::new(second, nanos).unwrap_or(Timestamp::MAX));
            prop_assert_eq!(Moment::from_bytes(moment.to_bytes()), Ok(moment));
            prop_assert_eq!(Moment::from_bytes([0xFF; 16]).is_ok(), true);
            prop_assert!(Moment::from_bytes([0x7F; 16]).is_err());
        }
    }
}
