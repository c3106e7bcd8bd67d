//! CPE names: the formatted string of version 2.3 and the URI of version 2.2.
//!
//! An attribute value is held unescaped and lower-cased, as NVD writes it. Only `\*`, `\?` and `\\` keep their
//! backslash, because a bare `*` or `?` in a value is a wildcard. Relations between names are the matcher's matter.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use std::fmt;
use std::str::FromStr;

/// An attribute of a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Attribute {
    /// `*`: any value, or nothing said.
    #[default]
    Any,
    /// `-`: the attribute does not apply.
    Na,
    /// A value, lower-cased and unescaped but for `\*`, `\?` and `\\`; never empty.
    Value(Box<str>),
}

impl Attribute {
    /// The value, where there is one.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        match self {
            Attribute::Value(value) => Some(value),
            Attribute::Any | Attribute::Na => None,
        }
    }
}

/// What kind of product a name is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// `a`
    Application,
    /// `o`
    OperatingSystem,
    /// `h`
    Hardware,
    /// `*`
    Any,
}

impl Part {
    /// The letter.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Part::Application => "a",
            Part::OperatingSystem => "o",
            Part::Hardware => "h",
            Part::Any => "*",
        }
    }

    fn read(text: &str) -> Option<Part> {
        Some(match text {
            "a" | "A" => Part::Application,
            "o" | "O" => Part::OperatingSystem,
            "h" | "H" => Part::Hardware,
            "*" | "" => Part::Any,
            _ => return None,
        })
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A CPE name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cpe {
    /// Application, operating system or hardware.
    pub part: Part,
    /// Who makes it.
    pub vendor: Attribute,
    /// The product.
    pub product: Attribute,
    /// Its version.
    pub version: Attribute,
    /// Its update, service pack or pre-release.
    pub update: Attribute,
    /// The edition, as version 2.2 knew it.
    pub edition: Attribute,
    /// The language of the user interface.
    pub language: Attribute,
    /// The edition for a market or group of users.
    pub sw_edition: Attribute,
    /// The software environment it runs in.
    pub target_sw: Attribute,
    /// The hardware it runs on.
    pub target_hw: Attribute,
    /// Anything else.
    pub other: Attribute,
}

/// Why a text is no CPE name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CpeError {
    /// It begins with neither `cpe:2.3:` nor `cpe:/`.
    #[error("a CPE name begins with `cpe:2.3:` or `cpe:/`")]
    Prefix,
    /// The part is not one of the letters.
    #[error("part `{0}` is none of a, o, h, *")]
    Part(String),
    /// There are more attributes than a name has.
    #[error("{found} attributes where a name has at most {most}; is a colon missing its backslash?")]
    TooMany {
        /// How many there are.
        found: usize,
        /// How many there may be.
        most: usize,
    },
    /// A backslash without a character behind it, or bytes that are not encoded correctly.
    #[error("{field} `{text}` is not escaped correctly")]
    Escape {
        /// Which attribute.
        field: &'static str,
        /// Its text.
        text: String,
    },
    /// A control character.
    #[error("{field} `{text}` holds a control character")]
    Control {
        /// Which attribute.
        field: &'static str,
        /// Its text.
        text: String,
    },
}

/// The attributes behind the part, in the order of the formatted string.
const FIELDS: [&str; 10] =
    ["vendor", "product", "version", "update", "edition", "language", "sw_edition", "target_sw", "target_hw", "other"];

impl Cpe {
    /// Reads a formatted string (2.3) or a URI (2.2).
    ///
    /// Real tools leave out trailing attributes, leave attributes empty, forget backslashes and write blanks: missing
    /// and empty ones are read as `*`, other signs as themselves, blanks as `_`.
    ///
    /// # Errors
    /// The text is not a CPE name; the error names the attribute.
    pub fn parse(text: &str) -> Result<Cpe, CpeError> {
        let text = text.trim();
        if let Some(rest) = strip_prefix_ignoring_case(text, "cpe:2.3:") {
            formatted(rest)
        } else if let Some(rest) = strip_prefix_ignoring_case(text, "cpe:/") {
            uri(rest)
        } else {
            Err(CpeError::Prefix)
        }
    }

    /// Part, vendor and product, where vendor and product are values.
    #[must_use]
    pub fn product_key(&self) -> Option<ProductKey> {
        Some(ProductKey { part: self.part, vendor: self.vendor.value()?.into(), product: self.product.value()?.into() })
    }

    fn from_attributes(part: Part, attributes: [Attribute; 10]) -> Cpe {
        let [vendor, product, version, update, edition, language, sw_edition, target_sw, target_hw, other] = attributes;
        Cpe { part, vendor, product, version, update, edition, language, sw_edition, target_sw, target_hw, other }
    }

    fn attributes(&self) -> [&Attribute; 10] {
        [
            &self.vendor,
            &self.product,
            &self.version,
            &self.update,
            &self.edition,
            &self.language,
            &self.sw_edition,
            &self.target_sw,
            &self.target_hw,
            &self.other,
        ]
    }
}

/// Whether a value holds a `*` or `?` without its backslash.
#[must_use]
pub fn has_wildcard(value: &str) -> bool {
    let mut escaped = false;
    value.chars().any(|c| {
        let wild = !escaped && matches!(c, '*' | '?');
        escaped = !escaped && c == '\\';
        wild
    })
}

/// A value without the backslashes that keep its signs from being wildcards.
#[must_use]
pub fn literal(value: &str) -> std::borrow::Cow<'_, str> {
    if !value.contains('\\') {
        return value.into();
    }
    let mut text = String::with_capacity(value.len());
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        text.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    text.into()
}

fn strip_prefix_ignoring_case<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..)).flatten()
}

fn formatted(rest: &str) -> Result<Cpe, CpeError> {
    let mut attributes: [Attribute; 10] = Default::default();
    let mut part = Part::Any;
    let mut found = 0;
    let mut rest = Some(rest);
    while let Some(text) = rest {
        let end = end_of_attribute(text);
        let (field, tail) = text.split_at(end);
        rest = tail.strip_prefix(':');
        if found == 0 {
            part = Part::read(field).ok_or_else(|| CpeError::Part(field.to_owned()))?;
        } else if let Some(slot) = attributes.get_mut(found - 1) {
            *slot = attribute(FIELDS[found - 1], field)?;
        }
        found += 1;
    }
    if found > 11 {
        return Err(CpeError::TooMany { found, most: 11 });
    }
    Ok(Cpe::from_attributes(part, attributes))
}

/// Where the next colon without a backslash stands.
fn end_of_attribute(text: &str) -> usize {
    let mut escaped = false;
    for (place, byte) in text.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b':' => return place,
            _ => {}
        }
    }
    text.len()
}

/// Reads one attribute of a formatted string.
fn attribute(field: &'static str, text: &str) -> Result<Attribute, CpeError> {
    match text {
        "" | "*" => return Ok(Attribute::Any),
        "-" => return Ok(Attribute::Na),
        _ => {}
    }
    let mut value = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(kept @ ('*' | '?' | '\\')) => value.extend(['\\', kept]),
                Some(plain) => push(&mut value, plain),
                None => return Err(CpeError::Escape { field, text: text.to_owned() }),
            },
            plain => push(&mut value, plain),
        }
    }
    finish(field, text, value)
}

fn push(value: &mut String, c: char) {
    value.push(if c == ' ' { '_' } else { c.to_ascii_lowercase() });
}

fn finish(field: &'static str, text: &str, value: String) -> Result<Attribute, CpeError> {
    if value.chars().any(char::is_control) {
        return Err(CpeError::Control { field, text: text.escape_debug().to_string() });
    }
    Ok(if value.is_empty() { Attribute::Any } else { Attribute::Value(value.into()) })
}

fn uri(rest: &str) -> Result<Cpe, CpeError> {
    let fields: Vec<&str> = rest.split(':').collect();
    if fields.len() > 7 {
        return Err(CpeError::TooMany { found: fields.len(), most: 7 });
    }
    let part = fields.first().copied().unwrap_or("");
    let part = Part::read(part).ok_or_else(|| CpeError::Part(part.to_owned()))?;
    let mut attributes: [Attribute; 10] = Default::default();
    for (place, field) in fields.iter().enumerate().skip(1) {
        // Version 2.3 packs five attributes into the edition of a URI: ~edition~sw_edition~target_sw~target_hw~other.
        if place == 5
            && let Some(packed) = field.strip_prefix('~')
        {
            let packed: Vec<&str> = packed.split('~').collect();
            if packed.len() > 5 {
                return Err(CpeError::TooMany { found: packed.len(), most: 5 });
            }
            for (slot, text) in [4, 6, 7, 8, 9].into_iter().zip(packed) {
                attributes[slot] = uri_attribute(FIELDS[slot], text)?;
            }
        } else if let Some(slot) = attributes.get_mut(place - 1) {
            *slot = uri_attribute(FIELDS[place - 1], field)?;
        }
    }
    Ok(Cpe::from_attributes(part, attributes))
}

/// Reads one attribute of a URI: percent-encoded, with `%01` and `%02` for the wildcards `?` and `*`.
fn uri_attribute(field: &'static str, text: &str) -> Result<Attribute, CpeError> {
    match text {
        "" | "*" => return Ok(Attribute::Any),
        "-" => return Ok(Attribute::Na),
        _ => {}
    }
    let wrong = || CpeError::Escape { field, text: text.to_owned() };
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let decoded = if byte == b'%' {
            let (Some(high), Some(low)) = (rest.next().and_then(hex), rest.next().and_then(hex)) else {
                return Err(wrong());
            };
            match high * 16 + low {
                1 => {
                    bytes.push(b'?');
                    continue;
                }
                2 => {
                    bytes.push(b'*');
                    continue;
                }
                other => other,
            }
        } else {
            byte
        };
        if matches!(decoded, b'*' | b'?' | b'\\') {
            bytes.push(b'\\');
        }
        bytes.push(if decoded == b' ' { b'_' } else { decoded.to_ascii_lowercase() });
    }
    finish(field, text, String::from_utf8(bytes).map_err(|_| wrong())?)
}

fn hex(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

/// Writes one attribute of a formatted string.
fn write_attribute(f: &mut fmt::Formatter<'_>, attribute: &Attribute) -> fmt::Result {
    let value = match attribute {
        Attribute::Any => return f.write_str(":*"),
        Attribute::Na => return f.write_str(":-"),
        Attribute::Value(value) => value,
    };
    f.write_str(":")?;
    if &**value == "-" {
        return f.write_str("\\-");
    }
    let mut chars = value.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                f.write_str("\\")?;
                // A pair by construction; a lone backslash set by hand is written as a literal one.
                write!(f, "{}", chars.next().unwrap_or('\\'))?;
            }
            '*' | '?' | '_' | '-' | '.' => write!(f, "{c}")?,
            c if c.is_ascii_punctuation() => write!(f, "\\{c}")?,
            c => write!(f, "{c}")?,
        }
    }
    Ok(())
}

impl fmt::Display for Cpe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cpe:2.3:{}", self.part)?;
        self.attributes().into_iter().try_for_each(|attribute| write_attribute(f, attribute))
    }
}

impl FromStr for Cpe {
    type Err = CpeError;

    fn from_str(text: &str) -> Result<Cpe, CpeError> {
        Cpe::parse(text)
    }
}

impl Serialize for Cpe {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cpe {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Cpe, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Cpe::parse(&text).map_err(de::Error::custom)
    }
}

/// What a product is known by: part, vendor and product of its CPE names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProductKey {
    /// Application, operating system or hardware.
    pub part: Part,
    /// The vendor, in the form of [`Attribute::Value`].
    pub vendor: Box<str>,
    /// The product, in the form of [`Attribute::Value`].
    pub product: Box<str>,
}

impl fmt::Display for ProductKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.part)?;
        write_attribute(f, &Attribute::Value(self.vendor.clone()))?;
        write_attribute(f, &Attribute::Value(self.product.clone()))
    }
}

/// Why a text is no product key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ProductKeyError {
    /// It is not three attributes.
    #[error("a product reads `part:vendor:product`, as in `a:openssl:openssl`")]
    Shape,
    /// Vendor or product is no value.
    #[error("{0} is `*`, `-` or empty")]
    NoValue(&'static str),
    /// An attribute cannot be read.
    #[error(transparent)]
    Attribute(#[from] CpeError),
}

impl FromStr for ProductKey {
    type Err = ProductKeyError;

    fn from_str(text: &str) -> Result<ProductKey, ProductKeyError> {
        let (part, rest) = text.trim().split_once(':').ok_or(ProductKeyError::Shape)?;
        let part = Part::read(part).ok_or_else(|| CpeError::Part(part.to_owned()))?;
        let (vendor, product) = rest.split_at(end_of_attribute(rest));
        let product = product.strip_prefix(':').ok_or(ProductKeyError::Shape)?;
        if end_of_attribute(product) != product.len() {
            return Err(ProductKeyError::Shape);
        }
        let value = |field, text| match attribute(field, text)? {
            Attribute::Value(value) => Ok(value),
            Attribute::Any | Attribute::Na => Err(ProductKeyError::NoValue(field)),
        };
        Ok(ProductKey { part, vendor: value("vendor", vendor)?, product: value("product", product)? })
    }
}

impl Serialize for ProductKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ProductKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<ProductKey, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
