//! The `vers` notation for ranges of versions: `vers:npm/>=1.0|<2.0|!=1.5`.
//!
//! Reading is tolerant of order and blanks; [`Vers::parse_canonical`] is not. The text printed is canonical: sorted by
//! version, percent-encoded only where needed.

use crate::key::{Key, VersionOrder, key};
use crate::scheme::{Scheme, generic};
use crate::truth::Truth;
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

mod native;

/// How a constraint compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Comparator {
    /// This version; written without a sign.
    Equal,
    /// Any version but this one.
    NotEqual,
    /// Earlier.
    Less,
    /// Earlier, or this one.
    LessOrEqual,
    /// Later.
    Greater,
    /// Later, or this one.
    GreaterOrEqual,
}

impl Comparator {
    /// The sign, empty for [`Comparator::Equal`].
    #[must_use]
    pub fn sign(self) -> &'static str {
        match self {
            Comparator::Equal => "",
            Comparator::NotEqual => "!=",
            Comparator::Less => "<",
            Comparator::LessOrEqual => "<=",
            Comparator::Greater => ">",
            Comparator::GreaterOrEqual => ">=",
        }
    }

    fn is_lower(self) -> bool {
        matches!(self, Comparator::Greater | Comparator::GreaterOrEqual)
    }

    fn is_upper(self) -> bool {
        matches!(self, Comparator::Less | Comparator::LessOrEqual)
    }

    fn is_inclusive(self) -> bool {
        matches!(self, Comparator::Equal | Comparator::LessOrEqual | Comparator::GreaterOrEqual)
    }
}

/// A comparator with its version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Constraint {
    /// How to compare.
    pub comparator: Comparator,
    /// What to compare with, as plain text.
    pub version: String,
}

/// A range of versions of one scheme.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Vers {
    name: String,
    scheme: Scheme,
    /// Sorted; empty means every version.
    constraints: Vec<Constraint>,
}

/// Why a text is no usable range.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VersError {
    /// It does not begin with `vers:` and a scheme.
    #[error("a range begins with `vers:<scheme>/`")]
    NoScheme,
    /// A scheme that the notation knows and this program does not order yet.
    #[error("scheme `{0}` is not supported; supported are {supported}", supported = supported())]
    Unsupported(String),
    /// There is nothing behind the scheme.
    #[error("the range holds no constraint; `*` means every version")]
    Empty,
    /// `*` beside other constraints.
    #[error("`*` stands alone")]
    StarNotAlone,
    /// A constraint without a version.
    #[error("constraint `{0}` holds no version")]
    NoVersion(String),
    /// A percent sign without two hexadecimal digits, or bytes that are no text.
    #[error("version `{0}` is not percent-encoded correctly")]
    Encoding(String),
    /// A bound that has no place in the order, or none against another bound.
    #[error("bound `{version}` cannot be put in order in scheme `{scheme}`")]
    Unordered {
        /// The bound.
        version: String,
        /// The scheme that was asked.
        scheme: Scheme,
    },
    /// A range in another notation than this one.
    #[error("`{text}` is not a range as {scheme} writes it, or its notation is not read here")]
    Native {
        /// What was given.
        text: String,
        /// Whose notation it should be in.
        scheme: Scheme,
    },
    /// Readable, but not in the one canonical form.
    #[error("not canonical: `{canonical}` is")]
    NotCanonical {
        /// What it should read.
        canonical: String,
    },
}

impl Vers {
    /// Reads a range; order and blanks do not matter.
    pub fn parse(text: &str) -> Result<Vers, VersError> {
        let text: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
        let (prefix, rest) = text.split_once(':').ok_or(VersError::NoScheme)?;
        let (name, list) = rest.split_once('/').ok_or(VersError::NoScheme)?;
        if !prefix.eq_ignore_ascii_case("vers") || name.is_empty() {
            return Err(VersError::NoScheme);
        }
        let name = name.to_ascii_lowercase();
        let scheme = scheme(&name).ok_or_else(|| VersError::Unsupported(name.clone()))?;
        let mut constraints = Vec::new();
        let mut star = false;
        for item in list.split('|').filter(|item| !item.is_empty()) {
            if item == "*" {
                star = true;
            } else {
                constraints.push(constraint(item)?);
            }
        }
        match (star, constraints.is_empty()) {
            (false, true) => return Err(VersError::Empty),
            (true, false) => return Err(VersError::StarNotAlone),
            _ => {}
        }
        Vers::of(name, scheme, constraints)
    }

    fn of(name: String, scheme: Scheme, constraints: Vec<Constraint>) -> Result<Vers, VersError> {
        // A point in time that cannot be read is a mistake and no name of a release.
        if scheme == Scheme::Datetime
            && let Some(wrong) = constraints.iter().find(|constraint| key(scheme, &constraint.version, None).is_none())
        {
            return Err(VersError::Unordered { version: wrong.version.clone(), scheme });
        }
        let constraints = sort(scheme, constraints)?;
        Ok(Vers { name, scheme, constraints })
    }

    /// Reads a range only where it is written in the canonical form.
    pub fn parse_canonical(text: &str) -> Result<Vers, VersError> {
        let vers = Vers::parse(text)?;
        let canonical = vers.to_string();
        if canonical == text { Ok(vers) } else { Err(VersError::NotCanonical { canonical }) }
    }

    /// The scheme that orders the versions.
    #[must_use]
    pub fn scheme(&self) -> Scheme {
        self.scheme
    }

    /// The constraints, sorted by version; none means every version.
    #[must_use]
    pub fn constraints(&self) -> &[Constraint] {
        &self.constraints
    }

    /// Whether the version lies in the range; unknown where the order to a bound that matters is.
    #[must_use]
    pub fn contains(&self, version: &str) -> Truth {
        if self.constraints.is_empty() {
            return Truth::True;
        }
        let asked = key(self.scheme, version, None);
        let order = |constraint: &Constraint| match (&asked, key(self.scheme, &constraint.version, None)) {
            (Some(a), Some(b)) => a.compare(&b),
            _ if version.trim() == constraint.version => VersionOrder::Equal,
            _ => VersionOrder::Unknown,
        };
        let is = |constraint: &Constraint| match order(constraint) {
            VersionOrder::Unknown => Truth::Unknown,
            order => (order == VersionOrder::Equal).into(),
        };
        let (points, ranges): (Vec<&Constraint>, Vec<&Constraint>) = self
            .constraints
            .iter()
            .partition(|constraint| !constraint.comparator.is_lower() && !constraint.comparator.is_upper());
        let excluded = Truth::any(points.iter().filter(|c| c.comparator == Comparator::NotEqual).map(|c| is(c)));
        let listed = Truth::any(points.iter().filter(|c| c.comparator == Comparator::Equal).map(|c| is(c)));
        let only_exclusions = points.iter().all(|c| c.comparator == Comparator::NotEqual) && ranges.is_empty();
        let within = if only_exclusions {
            Truth::True
        } else {
            inside(&simplify(&ranges), |constraint| {
                let order = order(constraint);
                // As for an interval: an included end may mean its whole release.
                let blurred = self.scheme == Scheme::Generic
                    && constraint.comparator.is_inclusive()
                    && generic::is_same_release(version, None, &constraint.version);
                if blurred && order_excludes(order, constraint.comparator) { VersionOrder::Unknown } else { order }
            })
        };
        // A listed version is in even where another constraint leaves it out.
        listed.or(within.and(!excluded))
    }
}

/// Drops bounds that another makes redundant, so that lower and upper ones alternate: of neighbouring lower bounds
/// the first is the wider one, of neighbouring upper bounds the last.
fn simplify<'a>(sorted: &[&'a Constraint]) -> Vec<&'a Constraint> {
    let mut kept: Vec<&Constraint> = Vec::new();
    for constraint in sorted {
        match kept.last() {
            Some(last) if last.comparator.is_lower() && constraint.comparator.is_lower() => {}
            Some(last) if last.comparator.is_upper() && constraint.comparator.is_upper() => {
                kept.pop();
                kept.push(constraint);
            }
            _ => kept.push(constraint),
        }
    }
    kept
}

/// Whether any pair of alternating bounds, or an open end, holds the version.
fn inside(bounds: &[&Constraint], order: impl Fn(&Constraint) -> VersionOrder) -> Truth {
    let holds = |constraint: &Constraint| match (order(constraint), constraint.comparator) {
        (VersionOrder::Unknown, _) => Truth::Unknown,
        (VersionOrder::Equal, comparator) => comparator.is_inclusive().into(),
        (VersionOrder::Less, comparator) => comparator.is_upper().into(),
        (VersionOrder::Greater, comparator) => comparator.is_lower().into(),
    };
    let mut result = Truth::False;
    let mut at = 0;
    while let Some(bound) = bounds.get(at) {
        at += 1;
        let mut here = holds(bound);
        if bound.comparator.is_lower()
            && let Some(upper) = bounds.get(at)
        {
            at += 1;
            here = here.and(holds(upper));
        }
        result = result.or(here);
    }
    result
}

/// Whether the bound leaves out a version that stands so to it.
fn order_excludes(order: VersionOrder, comparator: Comparator) -> bool {
    match order {
        VersionOrder::Less => comparator.is_lower(),
        VersionOrder::Greater => comparator.is_upper(),
        VersionOrder::Equal | VersionOrder::Unknown => false,
    }
}

/// The names of the notation, and the schemes behind them.
const NAMES: [(&str, Scheme); 22] = [
    ("alpine", Scheme::Apk),
    ("alpm", Scheme::Alpm),
    ("apk", Scheme::Apk),
    ("cargo", Scheme::Semver),
    ("composer", Scheme::Composer),
    ("conan", Scheme::Conan),
    ("datetime", Scheme::Datetime),
    ("deb", Scheme::Deb),
    ("ebuild", Scheme::Gentoo),
    ("gem", Scheme::Gem),
    ("generic", Scheme::Generic),
    ("gentoo", Scheme::Gentoo),
    ("golang", Scheme::Go),
    ("hex", Scheme::Semver),
    ("lexicographic", Scheme::Lexicographic),
    ("maven", Scheme::Maven),
    ("npm", Scheme::Npm),
    ("nuget", Scheme::Nuget),
    ("openssl", Scheme::Openssl),
    ("pypi", Scheme::Pep440),
    ("rpm", Scheme::Rpm),
    ("semver", Scheme::Semver),
];

/// The scheme behind a name of the notation.
fn scheme(name: &str) -> Option<Scheme> {
    NAMES.iter().find(|(known, _)| *known == name).map(|(_, scheme)| *scheme)
}

fn supported() -> String {
    NAMES.map(|(name, _)| name).join(", ")
}

fn constraint(item: &str) -> Result<Constraint, VersError> {
    let signs = [
        (">=", Comparator::GreaterOrEqual),
        ("<=", Comparator::LessOrEqual),
        ("!=", Comparator::NotEqual),
        (">", Comparator::Greater),
        ("<", Comparator::Less),
        ("=", Comparator::Equal),
    ];
    let (comparator, version) = signs
        .iter()
        .find_map(|(sign, comparator)| item.strip_prefix(sign).map(|rest| (*comparator, rest)))
        .unwrap_or((Comparator::Equal, item));
    if version.is_empty() {
        return Err(VersError::NoVersion(item.to_owned()));
    }
    Ok(Constraint { comparator, version: decode(version).ok_or_else(|| VersError::Encoding(version.to_owned()))? })
}

/// How many bounds are compared with all others where they do not share one class; one behind them counts as without a place.
const MOST_MIXED: usize = 500;

/// Sorts by version. Single versions without a place in the order come last, by their text; bounds must have one.
fn sort(scheme: Scheme, constraints: Vec<Constraint>) -> Result<Vec<Constraint>, VersError> {
    let mut keyed: Vec<(Option<Key>, Constraint)> =
        constraints.into_iter().map(|constraint| (key(scheme, &constraint.version, None), constraint)).collect();
    let bounds: Vec<&(Option<Key>, Constraint)> =
        keyed.iter().filter(|(_, c)| c.comparator.is_lower() || c.comparator.is_upper()).collect();
    // Within one class all versions have an order, so that only bounds of several classes are compared with one another.
    let first = bounds.first().and_then(|(key, _)| key.as_ref()).map(Key::class);
    let one_class = first.is_some() && bounds.iter().all(|(key, _)| key.as_ref().map(Key::class) == first);
    let mixed = if one_class { &[] } else { bounds.as_slice() };
    for (place, (key, constraint)) in mixed.iter().enumerate() {
        let placed = place < MOST_MIXED
            && key.as_ref().is_some_and(|key| {
                bounds
                    .iter()
                    .take(place)
                    .all(|(other, _)| other.as_ref().is_some_and(|other| key.compare(other) != VersionOrder::Unknown))
            });
        if !placed {
            return Err(VersError::Unordered { version: constraint.version.clone(), scheme });
        }
    }
    keyed.sort_by(|(a, left), (b, right)| match (a, b) {
        // Class first where there is no order: any total order that extends the real one will do for single versions.
        (Some(a), Some(b)) => a.as_bytes().cmp(b.as_bytes()).then_with(|| a.class().cmp(&b.class())),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => left.version.cmp(&right.version),
    });
    Ok(keyed.into_iter().map(|(_, constraint)| constraint).collect())
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let high = char::from(rest.next()?).to_digit(16)?;
            let low = char::from(rest.next()?).to_digit(16)?;
            bytes.push(u8::try_from(high * 16 + low).ok()?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

impl fmt::Display for Vers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "vers:{}/", self.name)?;
        if self.constraints.is_empty() {
            return f.write_str("*");
        }
        for (place, constraint) in self.constraints.iter().enumerate() {
            let gap = if place == 0 { "" } else { "|" };
            write!(f, "{gap}{}", constraint.comparator.sign())?;
            for byte in constraint.version.bytes() {
                if byte.is_ascii_alphanumeric() || b".-_~:".contains(&byte) {
                    write!(f, "{}", char::from(byte))?;
                } else {
                    write!(f, "%{byte:02X}")?;
                }
            }
        }
        Ok(())
    }
}

impl FromStr for Vers {
    type Err = VersError;

    fn from_str(text: &str) -> Result<Vers, VersError> {
        Vers::parse(text)
    }
}

#[cfg(test)]
mod tests;
