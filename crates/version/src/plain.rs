//! Versions that are nothing but small numbers with dots, as most versions of most records are: they compare without a key.

use crate::key::VersionOrder;
use std::cmp::Ordering;

/// Whether the text is nothing but numbers with dots, the first of them no year. Two such texts have one order in the generic
/// scheme, which needs no key; a test holds the two ways to each other.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let mut parts = text.split('.');
    let small = |part: &str| !part.is_empty() && part.len() <= 9 && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(|first| small(first) && number(first) < 1_900) && parts.all(small)
}

/// The order of two plain versions; trailing zeros do not count.
#[must_use]
pub fn plain_order(a: &str, b: &str) -> VersionOrder {
    let (mut a, mut b) = (a.split('.').map(number), b.split('.').map(number));
    let order = loop {
        match (a.next(), b.next()) {
            (None, None) => break Ordering::Equal,
            (Some(x), None) if x == 0 && a.clone().all(|part| part == 0) => break Ordering::Equal,
            (Some(_), None) => break Ordering::Greater,
            (None, Some(y)) if y == 0 && b.clone().all(|part| part == 0) => break Ordering::Equal,
            (None, Some(_)) => break Ordering::Less,
            (Some(x), Some(y)) if x != y => break x.cmp(&y),
            _ => {}
        }
    };
    order.into()
}

/// The value of a part of a plain version: at most nine digits.
fn number(digits: &str) -> u32 {
    digits.bytes().fold(0, |value, digit| value.wrapping_mul(10).wrapping_add(u32::from(digit.wrapping_sub(b'0'))))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{is_plain, plain_order};
    use crate::{Scheme, key};

    #[test]
    fn years_words_and_long_numbers_are_not_plain() {
        let plain = ["1", "1.2", "1.02.0", "1899.1", "999.123456789"];
        assert!(plain.into_iter().all(is_plain));
        let other = ["", ".", "1.", "1..2", " 1", "1.2a", "1-2", "v1", "1900", "2009.1", "1.1234567890", "20240131"];
        assert_eq!(other.into_iter().find(|text| is_plain(text)), None);
    }

    proptest! {
        #[test]
        fn plain_versions_order_as_their_keys_do(
            a in "[0-9]{1,4}(\\.[0-9]{1,3}){0,4}",
            b in "[0-9]{1,4}(\\.(0|[0-9]{1,8})){0,4}",
        ) {
            if is_plain(&a) && is_plain(&b) {
                let (x, y) = (key(Scheme::Generic, &a, None), key(Scheme::Generic, &b, None));
                prop_assert_eq!(x.zip(y).map(|(x, y)| x.compare(&y)), Some(plain_order(&a, &b)));
            }
        }
    }
}
