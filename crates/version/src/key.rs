//! Keys: bytes that sort like versions do, within a class.

use crate::plain::{is_plain, plain_order};
use crate::scheme::{
    Scheme, alpm, apk, composer, conan, datetime, deb, gem, generic, kernel, maven, openssl, pep440, rpm, semver,
};
use std::cmp::Ordering;
use std::fmt;

/// The result of comparing two versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VersionOrder {
    /// The first is earlier.
    Less,
    /// They are the same version.
    Equal,
    /// The first is later.
    Greater,
    /// The scheme does not settle it.
    Unknown,
}

impl VersionOrder {
    /// The order seen from the other side.
    #[must_use]
    pub fn reverse(self) -> VersionOrder {
        match self {
            VersionOrder::Less => VersionOrder::Greater,
            VersionOrder::Greater => VersionOrder::Less,
            same => same,
        }
    }
}

impl From<Ordering> for VersionOrder {
    fn from(order: Ordering) -> VersionOrder {
        match order {
            Ordering::Less => VersionOrder::Less,
            Ordering::Equal => VersionOrder::Equal,
            Ordering::Greater => VersionOrder::Greater,
        }
    }
}

impl fmt::Display for VersionOrder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            VersionOrder::Less => "less",
            VersionOrder::Equal => "equal",
            VersionOrder::Greater => "greater",
            VersionOrder::Unknown => "unknown",
        })
    }
}

/// The set of versions among which the order is total.
///
/// The top byte names the family (a scheme, or a way of numbering within it), the rest the line within the family:
/// zero, or a hash of the words that tie a version to its line (a release train, a product edition).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Class(u64);

impl Class {
    /// A class from the number that [`Class::code`] gave.
    #[must_use]
    pub fn from_code(code: u64) -> Class {
        Class(code)
    }

    /// The class as a number, to be stored.
    #[must_use]
    pub fn code(self) -> u64 {
        self.0
    }

    pub(crate) const fn of(family: u8) -> Class {
        Class((family as u64) << 56)
    }

    /// The line that these words name. FNV-1a, kept to 56 bits: stable across builds, and with 100,000 lines the
    /// chance that any two share a number is below one in ten million.
    pub(crate) fn line<'a>(family: u8, words: impl IntoIterator<Item = &'a str>) -> Class {
        let mut hash: u64 = 0xcbf2_9ce4_8422_2325;
        let mut any = false;
        for word in words {
            any = true;
            for byte in word.bytes().chain([0]) {
                hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
            }
        }
        let line = if any { ((hash >> 56) ^ hash) & 0x00ff_ffff_ffff_ffff } else { 0 };
        Class(Class::of(family).0 | line)
    }

    pub(crate) fn family(self) -> u8 {
        self.0.to_be_bytes()[0]
    }
}

/// A version, ready to be compared: its class, and bytes whose order within the class is the order of the versions.
///
/// There is no `Ord` on purpose: keys of different classes have an order only where [`Key::compare`] finds one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    class: Class,
    bytes: Vec<u8>,
}

impl Key {
    /// A key from its stored parts, which must come from [`Key::class`] and [`Key::as_bytes`].
    #[must_use]
    pub fn from_parts(class: Class, bytes: Vec<u8>) -> Key {
        Key { class, bytes }
    }

    /// The class.
    #[must_use]
    pub fn class(&self) -> Class {
        self.class
    }

    /// The bytes; comparable as they are with those of any key of the same class.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The same key, lent.
    #[must_use]
    pub fn borrowed(&self) -> KeyRef<'_> {
        KeyRef { class: self.class, bytes: &self.bytes }
    }

    /// Compares two keys, as [`KeyRef::compare`] says.
    #[must_use]
    pub fn compare(&self, other: &Key) -> VersionOrder {
        self.borrowed().compare(other.borrowed())
    }
}

/// A key whose bytes lie somewhere else, as where they are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct KeyRef<'a> {
    class: Class,
    bytes: &'a [u8],
}

impl<'a> KeyRef<'a> {
    /// A key from its stored parts, which must come from [`Key::class`] and [`Key::as_bytes`].
    #[must_use]
    pub fn from_parts(class: Class, bytes: &'a [u8]) -> Self {
        Self { class, bytes }
    }

    /// Compares two keys.
    ///
    /// Within a class this is the order of the bytes, and total. Across classes of one family an order is given only
    /// where both sides agree on it before the word that separates their lines: 1.2-acme and 1.3 differ in a number
    /// that both have. In all other cases it is unknown.
    ///
    /// The order of the bytes agrees with every order that is given.
    #[must_use]
    pub fn compare(self, other: KeyRef<'_>) -> VersionOrder {
        if self.class == other.class {
            return self.bytes.cmp(other.bytes).into();
        }
        if self.class.family() != other.class.family() {
            return VersionOrder::Unknown;
        }
        match self.class.family() {
            family::GENERIC => generic::compare_lines(self.bytes, other.bytes),
            family::RPM | family::ALPM => rpm::compare_lines(self.bytes, other.bytes),
            family::MAVEN => maven::compare_lines(self.bytes, other.bytes),
            family::KERNEL => kernel::compare_lines(self.bytes, other.bytes),
            _ => VersionOrder::Unknown,
        }
    }
}

impl KeyRef<'_> {
    /// Whether the first place in which they differ is a number in both, so that nothing that is said behind it matters: an update, a
    /// letter, a pre-release, the number of a build. Then [`KeyRef::compare`] gives an order, and the same one whatever follows.
    #[must_use]
    pub fn differs_in_a_number(self, other: KeyRef<'_>) -> bool {
        match (self.class.family(), other.class.family()) {
            (family::GENERIC, family::GENERIC) => generic::differ_in_a_number(self.bytes, other.bytes, usize::MAX),
            // Behind its three numbers stand letters and what comes before a release.
            (family::OPENSSL, family::OPENSSL) => generic::differ_in_a_number(self.bytes, other.bytes, 3),
            _ => false,
        }
    }
}

/// The families of classes. The numbers are stored: never reuse one.
pub(crate) mod family {
    pub(crate) const GENERIC: u8 = 1;
    pub(crate) const GENERIC_DATE: u8 = 2;
    pub(crate) const GENERIC_YEAR_LETTER: u8 = 3;
    pub(crate) const GENERIC_TRAIN: u8 = 4;
    pub(crate) const GENERIC_BRANCH: u8 = 5;
    pub(crate) const SEMVER: u8 = 10;
    pub(crate) const PEP440: u8 = 11;
    pub(crate) const DEB: u8 = 12;
    pub(crate) const RPM: u8 = 13;
    pub(crate) const OPENSSL: u8 = 14;
    pub(crate) const MAVEN: u8 = 15;
    pub(crate) const APK: u8 = 16;
    pub(crate) const GEM: u8 = 17;
    pub(crate) const NUGET: u8 = 18;
    pub(crate) const COMPOSER: u8 = 19;
    pub(crate) const GO: u8 = 20;
    pub(crate) const CONAN: u8 = 21;
    pub(crate) const KERNEL: u8 = 22;
    pub(crate) const GENTOO: u8 = 23;
    pub(crate) const ALPM: u8 = 24;
    pub(crate) const DATETIME: u8 = 25;
    pub(crate) const LEXICOGRAPHIC: u8 = 26;
    pub(crate) const GENERIC_COUNT: u8 = 27;
    pub(crate) const GENERIC_HEXADECIMAL: u8 = 28;
}

/// The key of a version, or `None` where the text has no place in the order of its scheme.
///
/// `update` is the update field of a CPE name; `None`, `*`, `-` and the empty text mean that there is none. Only the
/// generic and the OpenSSL scheme know such a field: with any other scheme a real update leaves no key.
#[must_use]
pub fn key(scheme: Scheme, version: &str, update: Option<&str>) -> Option<Key> {
    let version = version.trim();
    let update = update.map(str::trim).filter(|text| !matches!(*text, "" | "*" | "-"));
    let (class, bytes) = match (scheme, update) {
        (Scheme::Generic, update) => generic::key(version, update)?,
        (Scheme::Openssl, update) => openssl::key(version, update)?,
        (_, Some(_)) => return None,
        (Scheme::Semver, None) => semver::key(version, semver::Style::Strict)?,
        (Scheme::Npm, None) => semver::key(version, semver::Style::Loose)?,
        (Scheme::Pep440, None) => pep440::key(version)?,
        (Scheme::Deb, None) => deb::key(version)?,
        (Scheme::Rpm, None) => rpm::key(version)?,
        (Scheme::Maven, None) => maven::key(version)?,
        (Scheme::Gem, None) => gem::key(version)?,
        (Scheme::Nuget, None) => semver::key(version, semver::Style::Nuget)?,
        (Scheme::Composer, None) => composer::key(version)?,
        (Scheme::Go, None) => semver::key(version, semver::Style::Go)?,
        (Scheme::Conan, None) => conan::key(version)?,
        (Scheme::Apk, None) => apk::key(version, apk::Style::Alpine)?,
        (Scheme::Gentoo, None) => apk::key(version, apk::Style::Gentoo)?,
        (Scheme::Alpm, None) => alpm::key(version)?,
        (Scheme::Kernel, None) => kernel::key(version)?,
        (Scheme::Datetime, None) => datetime::key(version)?,
        (Scheme::Lexicographic, None) => (Class::of(family::LEXICOGRAPHIC), version.as_bytes().to_vec()),
    };
    Some(Key { class, bytes })
}

/// Compares two versions of one scheme. The same text is the same version even where it has no key.
#[must_use]
pub fn compare(scheme: Scheme, a: &str, b: &str) -> VersionOrder {
    if scheme == Scheme::Generic && is_plain(a) && is_plain(b) {
        return plain_order(a, b);
    }
    match (key(scheme, a, None), key(scheme, b, None)) {
        (Some(a), Some(b)) => a.compare(&b),
        _ if a.trim() == b.trim() => VersionOrder::Equal,
        _ => VersionOrder::Unknown,
    }
}

#[cfg(test)]
pub(crate) mod tests;
