//! Days as four bytes that sort like the days do.

use jiff::civil::Date;

/// No day.
pub(crate) const NONE: i32 = i32::MIN;

/// The day as a number; later days are greater.
pub(crate) fn pack(date: Option<Date>) -> i32 {
    // Month and day fit below 512 = 16 * 32.
    date.map_or(NONE, |date| i32::from(date.year()) * 512 + i32::from(date.month()) * 32 + i32::from(date.day()))
}

/// The day that [`pack`] packed; an error for a number that no day gives.
pub(crate) fn unpack(number: i32) -> Result<Option<Date>, String> {
    if number == NONE {
        return Ok(None);
    }
    let wrong = || format!("{number} is no day");
    let year = i16::try_from(number.div_euclid(512)).map_err(|_| wrong())?;
    let rest = number.rem_euclid(512);
    // Both are below 32.
    Date::new(year, (rest / 32) as i8, (rest % 32) as i8).map(Some).map_err(|_| wrong())
}

#[cfg(test)]
mod tests {
    use jiff::civil::{Date, date};
    use proptest::prelude::*;

    use super::{NONE, pack, unpack};

    proptest! {
        #[test]
        fn packing_keeps_the_day_and_the_order(a in (-9999_i16..=9999, 1_i8..=12, 1_i8..=28), b in (-9999_i16..=9999, 1_i8..=12, 1_i8..=28)) {
            let (a, b) = (date(a.0, a.1, a.2), date(b.0, b.1, b.2));
            prop_assert_eq!(unpack(pack(Some(a))), Ok(Some(a)));
            prop_assert_eq!(pack(Some(a)).cmp(&pack(Some(b))), a.cmp(&b));
        }
    }

    #[test]
    fn the_ends_and_none() {
        for day in [Some(Date::MIN), Some(Date::MAX), None] {
            assert_eq!(unpack(pack(day)), Ok(day));
        }
        assert_eq!(pack(None), NONE);
        assert!(unpack(0).is_err() && unpack(i32::MAX).is_err());
    }
}
