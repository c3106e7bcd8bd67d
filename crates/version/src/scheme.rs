//! The schemes that versions are written in; one file each.

use std::fmt;
use std::str::FromStr;

pub(crate) mod alpm;
pub(crate) mod apk;
pub(crate) mod composer;
pub(crate) mod conan;
pub(crate) mod datetime;
pub(crate) mod deb;
pub(crate) mod gem;
pub(crate) mod generic;
pub(crate) mod kernel;
pub(crate) mod maven;
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
    /// Maven (Java), where its published order is one.
    Maven,
    /// RubyGems.
    Gem,
    /// `NuGet` (.NET): Semantic Versioning with a fourth number.
    Nuget,
    /// Composer (PHP).
    Composer,
    /// Go modules and the Go language.
    Go,
    /// Conan (C and C++).
    Conan,
    /// Alpine packages.
    Apk,
    /// Gentoo packages.
    Gentoo,
    /// Arch Linux packages.
    Alpm,
    /// The Linux kernel by descent, its stable branches each for itself.
    Kernel,
    /// Points in time, as RFC 3339 writes them.
    Datetime,
    /// Text by its bytes.
    Lexicographic,
}

/// The other names under which schemes are known.
const ALIASES: [(&str, Scheme); 8] = [
    ("pypi", Scheme::Pep440),
    ("golang", Scheme::Go),
    ("alpine", Scheme::Apk),
    ("ebuild", Scheme::Gentoo),
    ("arch", Scheme::Alpm),
    ("cargo", Scheme::Semver),
    ("hex", Scheme::Semver),
    ("rubygems", Scheme::Gem),
];

impl Scheme {
    /// Every scheme, in the order of the documentation.
    pub const ALL: [Scheme; 19] = [
        Scheme::Generic,
        Scheme::Semver,
        Scheme::Npm,
        Scheme::Pep440,
        Scheme::Deb,
        Scheme::Rpm,
        Scheme::Openssl,
        Scheme::Maven,
        Scheme::Gem,
        Scheme::Nuget,
        Scheme::Composer,
        Scheme::Go,
        Scheme::Conan,
        Scheme::Apk,
        Scheme::Gentoo,
        Scheme::Alpm,
        Scheme::Kernel,
        Scheme::Datetime,
        Scheme::Lexicographic,
    ];

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
            Scheme::Maven => "maven",
            Scheme::Gem => "gem",
            Scheme::Nuget => "nuget",
            Scheme::Composer => "composer",
            Scheme::Go => "go",
            Scheme::Conan => "conan",
            Scheme::Apk => "apk",
            Scheme::Gentoo => "gentoo",
            Scheme::Alpm => "alpm",
            Scheme::Kernel => "kernel",
            Scheme::Datetime => "datetime",
            Scheme::Lexicographic => "lexicographic",
        }
    }
}

impl fmt::Display for Scheme {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl Scheme {
    /// The scheme of this name, or of another name that is known for it.
    #[must_use]
    pub fn named(name: &str) -> Option<Scheme> {
        let names = Scheme::ALL.into_iter().map(|scheme| (scheme.as_str(), scheme)).chain(ALIASES);
        names.into_iter().find(|(known, _)| name.eq_ignore_ascii_case(known)).map(|(_, scheme)| scheme)
    }
}

/// A name that is no scheme.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a version scheme; nearest is `{nearest}`, valid are {}", valid())]
pub struct UnknownScheme {
    /// What was given.
    pub name: String,
    /// The valid name that is closest to it.
    pub nearest: &'static str,
}

impl FromStr for Scheme {
    type Err = UnknownScheme;

    fn from_str(name: &str) -> Result<Scheme, UnknownScheme> {
        Scheme::named(name)
            .ok_or_else(|| UnknownScheme { name: name.to_owned(), nearest: nearest(&name.to_ascii_lowercase()) })
    }
}

/// All names, with the best-known other ones.
fn valid() -> String {
    let names = Scheme::ALL.into_iter().map(|scheme| match scheme {
        Scheme::Pep440 => "pep440 (or pypi)",
        Scheme::Go => "go (or golang)",
        other => other.as_str(),
    });
    names.collect::<Vec<_>>().join(", ")
}

fn nearest(name: &str) -> &'static str {
    let names = Scheme::ALL.into_iter().map(Scheme::as_str).chain(ALIASES.iter().map(|(name, _)| *name));
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

/// The version of the software itself within a package version: without a distribution's epoch and revision.
///
/// A distribution's revision says nothing about upstream's fixes, so ranges that speak of the software (NVD, CVE) are
/// to be tested with this text under [`Scheme::Generic`]. For the other schemes it is the text as given.
#[must_use]
pub fn upstream(scheme: Scheme, version: &str) -> &str {
    match scheme {
        Scheme::Deb => deb::split(version.trim()).map_or(version, |(_, upstream, _)| upstream),
        Scheme::Rpm => rpm::split(version.trim()).map_or(version, |(_, version, _)| version),
        Scheme::Apk | Scheme::Gentoo => apk::without_revision(version.trim()),
        _ => version,
    }
}

#[cfg(test)]
mod tests;
