//! Points in time as RFC 3339 writes them, ordered by the instant they mean.

use crate::bytes::is_digits;
use crate::key::{Class, family};

/// Class and bytes of a point in time.
pub(crate) fn key(version: &str) -> Option<(Class, Vec<u8>)> {
    let (date, clock) = version.split_once('T')?;
    let (clock, offset) = match clock.strip_suffix('Z') {
        Some(clock) => (clock, 0),
        None => {
            let place = clock.rfind(['+', '-'])?;
            let (clock, zone) = clock.split_at(place);
            let (hours, minutes) = zone.get(1..)?.split_once(':')?;
            let minutes = number(hours, 2, 0, 23)? * 60 + number(minutes, 2, 0, 59)?;
            (clock, if zone.starts_with('-') { -minutes } else { minutes })
        }
    };
    let [year, month, day] = exactly(date, '-')?;
    let (clock, fraction) = clock.split_once('.').map_or((clock, None), |(a, b)| (a, Some(b)));
    let [hour, minute, second] = exactly(clock, ':')?;
    if !fraction.is_none_or(is_digits) {
        return None;
    }
    let (year, month) = (number(year, 4, 0, 9999)?, number(month, 2, 1, 12)?);
    let days = days_before(year, month) + number(day, 2, 1, length(year, month))?;
    // A leap second is the first of the next minute.
    let seconds = number(hour, 2, 0, 23)? * 3600 + number(minute, 2, 0, 59)? * 60 + number(second, 2, 0, 60)?;
    let instant = days * 86_400 + seconds - offset * 60;
    let mut bytes = (instant.checked_add(1 << 40)?).to_be_bytes().to_vec();
    bytes.extend(fraction.unwrap_or("").trim_end_matches('0').bytes());
    Some((Class::of(family::DATETIME), bytes))
}

fn exactly(text: &str, separator: char) -> Option<[&str; 3]> {
    text.split(separator).collect::<Vec<_>>().try_into().ok()
}

fn number(text: &str, digits: usize, low: i64, high: i64) -> Option<i64> {
    let value = (is_digits(text) && text.len() == digits).then(|| text.parse().ok()).flatten()?;
    (low..=high).contains(&value).then_some(value)
}

fn is_leap(year: i64) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn length(year: i64, month: i64) -> i64 {
    match month {
        2 => 28 + i64::from(is_leap(year)),
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Days of all years and months before this one, from the year 0 on.
fn days_before(year: i64, month: i64) -> i64 {
    let leaps = if year == 0 { 0 } else { (year - 1) / 4 - (year - 1) / 100 + (year - 1) / 400 + 1 };
    year * 365 + leaps + (1..month).map(|month| length(year, month)).sum::<i64>()
}

#[cfg(test)]
mod tests;
