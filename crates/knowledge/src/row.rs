//! A criterion as a row of the product index, and a product as a key whose bytes it is found by.

use ward_model::cpe::{Attribute, Cpe, Part, ProductKey};
use ward_model::meant::{EndMeant, Meant, UpdateMeant};
use ward_model::vulnerability::Criterion;
use ward_version::{Bound, Class, Interval, Key, KeyRef};

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
/// The key of the version follows.
const KEY: u8 = 1 << 7;

const LOWER: u8 = 1;
const LOWER_INCLUSIVE: u8 = 2;
const UPPER: u8 = 4;
const UPPER_INCLUSIVE: u8 = 8;
const LOWER_KEY: u8 = 16;
const UPPER_KEY: u8 = 32;

/// Appends what a criterion says beyond its product: the keys of its versions first, so that whoever has a version to compare need
/// not read the rest.
pub(crate) fn write(criterion: &Criterion, out: &mut Vec<u8>) {
    let (cpe, keys) = (&criterion.cpe, criterion.keys());
    let mut row = Vec::with_capacity(64);
    let more = rare(cpe);
    let has_more = more.iter().any(|attribute| **attribute != Attribute::Any);
    let mut flags = kind(&cpe.version) | kind(&cpe.update) << 2;
    flags |= if has_more { MORE_ATTRIBUTES } else { 0 };
    flags |= if criterion.range.is_some() { RANGE } else { 0 };
    flags |= if keys.version.is_some() { KEY } else { 0 };
    row.push(flags);
    if let Some(range) = &criterion.range {
        let side = |bound: &Option<Bound>, key: &Option<Key>, [there, inclusive, with_key]: [u8; 3]| {
            let inclusive = |bound: &Bound| if bound.inclusive { inclusive } else { 0 };
            bound.as_ref().map_or(0, |bound| there | inclusive(bound)) | if key.is_some() { with_key } else { 0 }
        };
        row.push(
            side(&range.lower, &keys.lower, [LOWER, LOWER_INCLUSIVE, LOWER_KEY])
                | side(&range.upper, &keys.upper, [UPPER, UPPER_INCLUSIVE, UPPER_KEY]),
        );
    }
    for key in [&keys.version, &keys.lower, &keys.upper].into_iter().flatten() {
        write_key(key, &mut row);
    }
    for attribute in [&cpe.version, &cpe.update] {
        if let Attribute::Value(value) = attribute {
            write_text(value, &mut row);
        }
    }
    if has_more {
        for attribute in more {
            row.push(kind(attribute));
            if let Attribute::Value(value) = attribute {
                write_text(value, &mut row);
            }
        }
    }
    for bound in criterion.range.iter().flat_map(|range| [&range.lower, &range.upper]).flatten() {
        write_text(&bound.version, &mut row);
    }
    write_number(row.len() as u64, out);
    out.extend_from_slice(&row);
}

/// Appends that a record names the product as environment only.
pub(crate) fn write_environment(out: &mut Vec<u8>) {
    out.extend_from_slice(&[1, ENVIRONMENT]);
}

/// Takes one row off the front.
pub(crate) fn take<'a>(bytes: &mut &'a [u8]) -> Result<&'a [u8], String> {
    let length = usize::try_from(read_number(bytes)?).map_err(|_| "a row is too long".to_owned())?;
    bytes.split_off(..length).ok_or_else(|| "a row ends early".to_owned())
}

/// What a row says of versions by its keys; `None` where the record names the product as environment only.
pub(crate) fn meant(mut row: &[u8]) -> Result<Option<Meant<'_>>, String> {
    let head = Head::read(&mut row)?;
    if head.flags == ENVIRONMENT {
        return Ok(None);
    }
    let update = match head.flags >> 2 & 3 {
        ANY => UpdateMeant::Any,
        NA => UpdateMeant::Na,
        VALUE => UpdateMeant::Value,
        other => return Err(format!("an attribute of kind {other}")),
    };
    Ok(Some(match (head.ends, head.version) {
        (Some(ends), _) => {
            let lower = head.lower.map(|key| EndMeant { key, inclusive: ends & LOWER_INCLUSIVE != 0 });
            let upper = head.upper.map(|key| EndMeant { key, inclusive: ends & UPPER_INCLUSIVE != 0 });
            Meant::Between { lower, upper, update: update == UpdateMeant::Value }
        }
        (None, Some(key)) => Meant::One { key, update },
        (None, None) => Meant::Open,
    }))
}

/// What stands in front of a row.
struct Head<'a> {
    flags: u8,
    /// Of a range: which ends there are.
    ends: Option<u8>,
    version: Option<KeyRef<'a>>,
    lower: Option<KeyRef<'a>>,
    upper: Option<KeyRef<'a>>,
}

impl<'a> Head<'a> {
    fn read(row: &mut &'a [u8]) -> Result<Self, String> {
        let flags = byte(row)?;
        let ends = if flags & RANGE == 0 { None } else { Some(byte(row)?) };
        let mut key = |there: bool| if there { read_key_of_version(row).map(Some) } else { Ok(None) };
        let version = key(flags & KEY != 0)?;
        let lower = key(ends.is_some_and(|ends| ends & LOWER_KEY != 0))?;
        let upper = key(ends.is_some_and(|ends| ends & UPPER_KEY != 0))?;
        Ok(Self { flags, ends, version, lower, upper })
    }
}

/// Reads what [`write`] or [`write_environment`] wrote, behind its length; `None` for the latter.
pub(crate) fn read(product: &ProductKey, mut row: &[u8]) -> Result<Option<Criterion>, String> {
    let head = Head::read(&mut row)?;
    if head.flags == ENVIRONMENT {
        return Ok(None);
    }
    let flags = head.flags;
    let version = attribute(flags & 3, &mut row)?;
    let update = attribute(flags >> 2 & 3, &mut row)?;
    let mut more: [Attribute; 6] = Default::default();
    if flags & MORE_ATTRIBUTES != 0 {
        for slot in &mut more {
            let kind = byte(&mut row)?;
            *slot = attribute(kind, &mut row)?;
        }
    }
    let range = match head.ends {
        None => None,
        Some(ends) => {
            let mut side = |there: u8, inclusive: u8| -> Result<Option<Bound>, String> {
                if ends & there == 0 {
                    return Ok(None);
                }
                Ok(Some(Bound { version: text(&mut row)?.to_owned(), inclusive: ends & inclusive != 0 }))
            };
            Some(Interval { lower: side(LOWER, LOWER_INCLUSIVE)?, upper: side(UPPER, UPPER_INCLUSIVE)? })
        }
    };
    if !row.is_empty() {
        return Err("a row goes on behind its end".to_owned());
    }
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
    Ok(Some(Criterion { vulnerable: true, cpe, range }))
}

/// A line of its own follows the family of a class.
const LINE: u64 = 1;

/// Appends the key of a version: twice the length of its bytes, and one more where its class has a line; the family; the line in
/// seven bytes, highest first; the bytes.
fn write_key(key: &Key, out: &mut Vec<u8>) {
    let [family, line @ ..] = key.class().code().to_be_bytes();
    let has_line = line != [0; 7];
    write_number((key.as_bytes().len() as u64) << 1 | if has_line { LINE } else { 0 }, out);
    out.push(family);
    if has_line {
        out.extend_from_slice(&line);
    }
    out.extend_from_slice(key.as_bytes());
}

/// Reads what [`write_key`] wrote.
fn read_key_of_version<'a>(bytes: &mut &'a [u8]) -> Result<KeyRef<'a>, String> {
    let early = || "a row ends early".to_owned();
    let number = read_number(bytes)?;
    let mut code = [0; 8];
    code[0] = byte(bytes)?;
    if number & LINE != 0 {
        code[1..].copy_from_slice(bytes.split_off(..7).ok_or_else(early)?);
    }
    let length = usize::try_from(number >> 1).map_err(|_| early())?;
    let taken = bytes.split_off(..length).ok_or_else(early)?;
    Ok(KeyRef::from_parts(Class::from_code(u64::from_be_bytes(code)), taken))
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

    use super::{
        key_bytes, key_product, meant, read, read_key, read_number, take, write, write_environment, write_number,
    };
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
            let row = take(&mut rest).map_err(TestCaseError::fail)?;
            prop_assert_eq!(rest, [7]);
            // The keys say what those of the criterion say, and are made of it alone.
            let keys = criterion.keys();
            prop_assert_eq!(meant(row), Ok(Some(criterion.meant(&keys))));
            for end in 0..row.len() {
                prop_assert!(read(&key, &row[..end]).is_err());
                let _ = meant(&row[..end]);
            }
            prop_assert_eq!(read(&key, row), Ok(Some(criterion)));
            for end in 0..whole {
                prop_assert!(take(&mut &bytes[..end]).is_err());
            }
            let mut environment = Vec::new();
            write_environment(&mut environment);
            let mut rest = environment.as_slice();
            let row = take(&mut rest).map_err(TestCaseError::fail)?;
            prop_assert!(rest.is_empty());
            prop_assert_eq!((read(&key, row), meant(row)), (Ok(None), Ok(None)));
        }

        #[test]
        fn arbitrary_bytes_are_no_row_or_one(key in product_key(), noise in prop::collection::vec(any::<u8>(), 0..24)) {
            let _ = (take(&mut noise.as_slice()), meant(&noise), read(&key, &noise));
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
