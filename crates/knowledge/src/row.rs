//! A criterion as a row of the product index, and a product as a key whose bytes it is found by.

use ward_model::cpe::{Attribute, Cpe, Part, ProductKey};
use ward_model::vulnerability::Criterion;
use ward_version::{Bound, Interval};

/// A product as bytes: the letter of its part, the vendor, a zero byte, the product.
pub(crate) fn key_bytes(key: &ProductKey, out: &mut Vec<u8>) {
    out.extend_from_slice(key.part.as_str().as_bytes());
    out.extend_from_slice(key.vendor.as_bytes());
    out.push(0);
    out.extend_from_slice(key.product.as_bytes());
}

/// The product that [`key_bytes`] wrote.
pub(crate) fn read_key(bytes: &[u8]) -> Result<ProductKey, String> {
    let wrong = || "a product key is malformed".to_owned();
    let text = std::str::from_utf8(bytes).map_err(|_| wrong())?;
    let (vendor, product) = text.get(1..).and_then(|rest| rest.split_once('\0')).ok_or_else(wrong)?;
    let part = match bytes.first() {
        Some(b'a') => Part::Application,
        Some(b'o') => Part::OperatingSystem,
        Some(b'h') => Part::Hardware,
        Some(b'*') => Part::Any,
        _ => return Err(wrong()),
    };
    Ok(ProductKey { part, vendor: vendor.into(), product: product.into() })
}

/// The part of a key's bytes that names the product.
pub(crate) fn key_product(bytes: &[u8]) -> &[u8] {
    bytes.iter().position(|byte| *byte == 0).map_or(&[], |zero| &bytes[zero + 1..])
}

const ANY: u8 = 0;
const NA: u8 = 1;
const VALUE: u8 = 2;
const MORE_ATTRIBUTES: u8 = 1 << 4;
const RANGE: u8 = 1 << 5;
/// The whole row: the record names the product as environment only.
const ENVIRONMENT: u8 = 1 << 6;

const LOWER: u8 = 1;
const LOWER_INCLUSIVE: u8 = 2;
const UPPER: u8 = 4;
const UPPER_INCLUSIVE: u8 = 8;

/// Appends what a criterion says beyond its product.
pub(crate) fn write(criterion: &Criterion, out: &mut Vec<u8>) {
    let cpe = &criterion.cpe;
    let more = rare(cpe);
    let has_more = more.iter().any(|attribute| **attribute != Attribute::Any);
    let mut flags = kind(&cpe.version) | kind(&cpe.update) << 2;
    flags |= if has_more { MORE_ATTRIBUTES } else { 0 };
    flags |= if criterion.range.is_some() { RANGE } else { 0 };
    out.push(flags);
    for attribute in [&cpe.version, &cpe.update] {
        if let Attribute::Value(value) = attribute {
            write_text(value, out);
        }
    }
    if has_more {
        for attribute in more {
            out.push(kind(attribute));
            if let Attribute::Value(value) = attribute {
                write_text(value, out);
            }
        }
    }
    if let Some(range) = &criterion.range {
        let side = |bound: &Option<Bound>, there: u8, inclusive: u8| {
            bound.as_ref().map_or(0, |bound| there | if bound.inclusive { inclusive } else { 0 })
        };
        out.push(side(&range.lower, LOWER, LOWER_INCLUSIVE) | side(&range.upper, UPPER, UPPER_INCLUSIVE));
        for bound in [&range.lower, &range.upper].into_iter().flatten() {
            write_text(&bound.version, out);
        }
    }
}

/// Appends that a record names the product as environment only.
pub(crate) fn write_environment(out: &mut Vec<u8>) {
    out.push(ENVIRONMENT);
}

/// Reads what [`write`] or [`write_environment`] wrote; `None` for the latter.
pub(crate) fn read_any(product: &ProductKey, bytes: &mut &[u8]) -> Result<Option<Criterion>, String> {
    if bytes.first() == Some(&ENVIRONMENT) {
        byte(bytes)?;
        return Ok(None);
    }
    read(product, bytes).map(Some)
}

/// Reads what [`write`] wrote, for a vulnerable criterion of this product, and moves on behind it.
pub(crate) fn read(product: &ProductKey, bytes: &mut &[u8]) -> Result<Criterion, String> {
    let flags = byte(bytes)?;
    let version = attribute(flags & 3, bytes)?;
    let update = attribute(flags >> 2 & 3, bytes)?;
    let mut more: [Attribute; 6] = Default::default();
    if flags & MORE_ATTRIBUTES != 0 {
        for slot in &mut more {
            let kind = byte(bytes)?;
            *slot = attribute(kind, bytes)?;
        }
    }
    let range = if flags & RANGE == 0 { None } else { Some(read_range(bytes)?) };
    let [edition, language, sw_edition, target_sw, target_hw, other] = more;
    let cpe = Cpe {
        part: product.part,
        vendor: Attribute::Value(product.vendor.clone()),
        product: Attribute::Value(product.product.clone()),
        version,
        update,
        edition,
        language,
        sw_edition,
        target_sw,
        target_hw,
        other,
    };
    Ok(Criterion { vulnerable: true, cpe, range })
}

fn read_range(bytes: &mut &[u8]) -> Result<Interval, String> {
    let flags = byte(bytes)?;
    let mut side = |there: u8, inclusive: u8| -> Result<Option<Bound>, String> {
        if flags & there == 0 {
            return Ok(None);
        }
        Ok(Some(Bound { version: text(bytes)?.to_owned(), inclusive: flags & inclusive != 0 }))
    };
    Ok(Interval { lower: side(LOWER, LOWER_INCLUSIVE)?, upper: side(UPPER, UPPER_INCLUSIVE)? })
}

/// The attributes that most criteria leave open.
fn rare(cpe: &Cpe) -> [&Attribute; 6] {
    [&cpe.edition, &cpe.language, &cpe.sw_edition, &cpe.target_sw, &cpe.target_hw, &cpe.other]
}

fn kind(attribute: &Attribute) -> u8 {
    match attribute {
        Attribute::Any => ANY,
        Attribute::Na => NA,
        Attribute::Value(_) => VALUE,
    }
}

fn attribute(kind: u8, bytes: &mut &[u8]) -> Result<Attribute, String> {
    match kind {
        ANY => Ok(Attribute::Any),
        NA => Ok(Attribute::Na),
        VALUE => Ok(Attribute::Value(text(bytes)?.into())),
        _ => Err(format!("an attribute of kind {kind}")),
    }
}

/// Appends a text, preceded by its length.
pub(crate) fn write_text(text: &str, out: &mut Vec<u8>) {
    write_number(text.len() as u64, out);
    out.extend_from_slice(text.as_bytes());
}

/// Reads what [`write_text`] wrote.
pub(crate) fn text<'a>(bytes: &mut &'a [u8]) -> Result<&'a str, String> {
    let length = usize::try_from(read_number(bytes)?).map_err(|_| "a text is too long".to_owned())?;
    let taken = bytes.split_off(..length).ok_or_else(|| "a row ends early".to_owned())?;
    std::str::from_utf8(taken).map_err(|_| "a text is not UTF-8".to_owned())
}

/// Reads one byte.
pub(crate) fn byte(bytes: &mut &[u8]) -> Result<u8, String> {
    bytes.split_off_first().copied().ok_or_else(|| "a row ends early".to_owned())
}

/// Appends a number in groups of seven bits, the lowest first.
pub(crate) fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        // The low seven bits.
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads what [`write_number`] wrote.
pub(crate) fn read_number(bytes: &mut &[u8]) -> Result<u64, String> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let next = byte(bytes)?;
        number |= u64::from(next & 0x7F) << shift;
        if next & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err("a number is too long".to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{key_bytes, key_product, read, read_key, read_number, write, write_number};
    use crate::testing::{criterion, product_key};

    proptest! {
        #[test]
        fn rows_come_back(mut criterion in criterion()) {
            criterion.vulnerable = true;
            let Some(key) = criterion.cpe.product_key() else { return Ok(()) };
            let mut bytes = Vec::new();
            write(&criterion, &mut bytes);
            let whole = bytes.len();
            bytes.push(7);
            let mut rest = bytes.as_slice();
            prop_assert_eq!(read(&key, &mut rest), Ok(criterion));
            prop_assert_eq!(rest, [7]);
            for end in 0..whole {
                prop_assert!(read(&key, &mut &bytes[..end]).is_err());
            }
            let mut environment = Vec::new();
            super::write_environment(&mut environment);
            prop_assert_eq!(super::read_any(&key, &mut environment.as_slice()), Ok(None));
            prop_assert!(super::read_any(&key, &mut bytes.as_slice()).is_ok_and(|row| row.is_some()));
        }

        #[test]
        fn keys_come_back_and_differ_as_products_do(a in product_key(), b in product_key()) {
            let (mut x, mut y) = (Vec::new(), Vec::new());
            key_bytes(&a, &mut x);
            key_bytes(&b, &mut y);
            prop_assert_eq!(read_key(&x), Ok(a.clone()));
            prop_assert_eq!(key_product(&x), a.product.as_bytes());
            prop_assert_eq!(x == y, a == b);
        }

        #[test]
        fn numbers_come_back(number: u64, noise in prop::collection::vec(any::<u8>(), 0..12)) {
            let mut bytes = Vec::new();
            write_number(number, &mut bytes);
            prop_assert_eq!(read_number(&mut bytes.as_slice()), Ok(number));
            let _ = read_number(&mut noise.as_slice());
        }
    }
}
