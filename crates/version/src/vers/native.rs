//! Ranges in the notations that package managers have of their own.

use super::{Comparator, Constraint, Vers, VersError};
use crate::bytes::is_digits;
use crate::scheme::Scheme;

impl Vers {
    /// A range from the notation of Conan, RubyGems, `NuGet`, Python or OpenSSL's list of versions.
    ///
    /// # Errors
    /// The text is not in that notation, or the notation of this scheme is not read here.
    pub fn from_native(scheme: Scheme, text: &str) -> Result<Vers, VersError> {
        let (name, constraints) = match scheme {
            Scheme::Conan => ("conan", conan(text)),
            Scheme::Gem => ("gem", gem(text)),
            Scheme::Nuget => ("nuget", nuget(text)),
            Scheme::Pep440 => ("pypi", pypi(text)),
            Scheme::Openssl => ("openssl", text.split(',').map(|version| plain(Comparator::Equal, version)).collect()),
            _ => ("", None),
        };
        let constraints = constraints
            .filter(|list| !list.is_empty())
            .ok_or_else(|| VersError::Native { text: text.to_owned(), scheme })?;
        Vers::of(name.to_owned(), scheme, constraints)
    }
}

fn plain(comparator: Comparator, version: &str) -> Option<Constraint> {
    let version = version.trim();
    let good = !version.is_empty() && !version.contains([' ', ',', '|', '*', '<', '>', '=', '~', '^']);
    good.then(|| Constraint { comparator, version: version.to_owned() })
}

/// The comparator that a text begins with, and the version behind it.
fn signed(text: &str) -> (Comparator, &str) {
    let signs = [
        (">=", Comparator::GreaterOrEqual),
        ("<=", Comparator::LessOrEqual),
        ("!=", Comparator::NotEqual),
        ("==", Comparator::Equal),
        (">", Comparator::Greater),
        ("<", Comparator::Less),
        ("=", Comparator::Equal),
    ];
    let found = signs.iter().find_map(|(sign, comparator)| text.strip_prefix(sign).map(|rest| (*comparator, rest)));
    found.unwrap_or((Comparator::Equal, text))
}

/// The version up to its number in this place, that one raised by one.
fn raised(version: &str, place: usize) -> Option<String> {
    let mut numbers: Vec<String> = version.split('.').take(place + 1).map(str::to_owned).collect();
    let last = numbers.get_mut(place).filter(|last| is_digits(last))?;
    *last = last.parse::<u64>().ok()?.checked_add(1)?.to_string();
    Some(numbers.join("."))
}

/// Alternatives of conditions: `>1 <2.0 || ^3.2`. The dash at the end of a version asks for its pre-releases too.
fn conan(text: &str) -> Option<Vec<Constraint>> {
    let mut all = Vec::new();
    for alternative in text.split("||") {
        // Options of the search say nothing about the versions.
        let conditions = alternative.split(',').next()?.trim();
        for condition in conditions.split_whitespace() {
            let version = condition.trim_end_matches('-').trim_start_matches(['~', '^']);
            let core = version.split(['-', '+']).next()?;
            let places = core.split('.').count();
            let upper = if condition.starts_with('~') {
                Some(raised(core, 1.min(places - 1))?)
            } else if condition.starts_with('^') {
                let first = core.split('.').position(|number| number.bytes().any(|b| b != b'0')).unwrap_or(places - 1);
                Some(raised(core, first)?)
            } else {
                None
            };
            match upper {
                Some(upper) => {
                    all.push(plain(Comparator::GreaterOrEqual, version)?);
                    all.push(plain(Comparator::Less, &format!("{upper}-"))?);
                }
                None if matches!(version, "*" | "") => all.push(plain(Comparator::GreaterOrEqual, "0.0.0")?),
                None => {
                    let (comparator, version) = signed(version);
                    all.push(plain(comparator, version)?);
                }
            }
        }
    }
    Some(all)
}

/// Conditions with commas; `~> 2.0.8` is from 2.0.8 to before 2.1.
fn gem(text: &str) -> Option<Vec<Constraint>> {
    let mut all = Vec::new();
    for condition in text.split(',').map(str::trim) {
        match condition.strip_prefix("~>").map(str::trim) {
            Some(version) => {
                let numbers = version.split('.').take_while(|part| is_digits(part)).count();
                all.push(plain(Comparator::GreaterOrEqual, version)?);
                all.push(plain(Comparator::Less, &raised(version, numbers.saturating_sub(2))?)?);
            }
            None => {
                let (comparator, version) = signed(condition);
                all.push(plain(comparator, version)?);
            }
        }
    }
    Some(all)
}

/// Conditions with commas, without `~=` and `===`.
fn pypi(text: &str) -> Option<Vec<Constraint>> {
    let conditions = text.split(',').map(|condition| {
        let (comparator, version) = signed(condition.trim());
        plain(comparator, version)
    });
    conditions.collect()
}

/// One interval: `[1.0, 2.0)`, `(,1.0]`, `[1.0]`; a version alone is the least one.
fn nuget(text: &str) -> Option<Vec<Constraint>> {
    let text = text.trim();
    let Some(inside) = text.strip_prefix(['[', '(']) else {
        return Some(vec![plain(Comparator::GreaterOrEqual, text)?]);
    };
    let included = (text.starts_with('['), inside.ends_with(']'));
    let inside = inside.strip_suffix([']', ')'])?;
    let Some((low, high)) = inside.split_once(',') else {
        return (included == (true, true)).then(|| plain(Comparator::Equal, inside).map(|one| vec![one])).flatten();
    };
    let low = match (low.trim(), included.0) {
        ("", _) => None,
        (low, true) => Some(plain(Comparator::GreaterOrEqual, low)?),
        (low, false) => Some(plain(Comparator::Greater, low)?),
    };
    let high = match (high.trim(), included.1) {
        ("", _) => None,
        (high, true) => Some(plain(Comparator::LessOrEqual, high)?),
        (high, false) => Some(plain(Comparator::Less, high)?),
    };
    Some(low.into_iter().chain(high).collect())
}
