//! The schemes that versions are written in; one file each.

use std::fmt;
use std::str::FromStr;

pub(crate) mod deb;
pub(crate) mod generic;
pub(crate) mod openssl;
pub(crate) mod pep440;
pub(crate) mod rpm;
pub(crate) mod semver;

/// A way to write and order versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Scheme {
    /// As NVD writes them: dotted numbers with letters and words, and the update field of a CPE name.
    Generic,
    /// Semantic Versioning 2.0.0.
    Semver,
    /// Semantic Versioning as npm reads it, with a loose `v`.
    Npm,
    /// Python, PEP 440.
    Pep440,
    /// Debian and its children.
    Deb,
    /// RPM: epoch, version, release.
    Rpm,
    /// OpenSSL: letters after the third number, `z` then `za`.
    Openssl,
}

impl Scheme {
    /// Every scheme, in the order of the documentation.
    pub const ALL: [Scheme; 7] =
        [Scheme::Generic, Scheme::Semver, Scheme::Npm, Scheme::Pep440, Scheme::Deb, Scheme::Rpm, Scheme::Openssl];

    /// The name, as [`fmt::Display`] writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Generic => "generic",
            Scheme::Semver => "semver",
            Scheme::Npm => "npm",
            Scheme::Pep440 => "pep440",
            Scheme::Deb => "deb",
            Scheme::Rpm => "rpm",
            Scheme::Openssl => "openssl",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// A name that is no scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{name}` is not a version scheme; nearest is `{nearest}`, valid are generic, semver, npm, pep440 (or pypi), deb, rpm, openssl"
)]
pub struct UnknownScheme {
    /// What was given.
    pub name: String,
    /// The valid name that is closest to it.
    pub nearest: &'static str,
}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(name: &str) -> Result<Scheme, UnknownScheme> {
        let lower = name.to_ascii_lowercase();
        if lower == "pypi" {
            return Ok(Scheme::Pep440);
        }
        Scheme::ALL
            .into_iter()
            .find(|scheme| scheme.as_str() == lower)
            .ok_or_else(|| UnknownScheme { name: name.to_owned(), nearest: nearest(&lower) })
    }
}

fn nearest(name: &str) -> &'static str {
    let names = Scheme::ALL.into_iter().map(Scheme::as_str).chain(["pypi"]);
    names.min_by_key(|candidate| distance(name, candidate)).unwrap_or("generic")
}

/// Edit distance, by the usual table kept one row at a time.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, from) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, to) in b.iter().enumerate() {
            let substitute = diagonal + usize::from(from != *to);
            diagonal = row[j + 1];
            row[j + 1] = substitute.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

/// The version of the software itself within a package version: without Debian's or RPM's epoch and revision.
///
/// A distribution's revision says nothing about upstream's fixes, so ranges that speak of the software (NVD, CVE) are
/// to be tested with this text under [`Scheme::Generic`]. For the other schemes it is the text as given.
#[must_use]
pub fn upstream(scheme: Scheme, version: &str) -> &str {
    match scheme {
        Scheme::Deb => deb::split(version.trim()).map_or(version, |(_, upstream, _)| upstream),
        Scheme::Rpm => rpm::split(version.trim()).map_or(version, |(_, version, _)| version),
        _ => version,
    }
}

#[cfg(test)]
mod tests;
