//! The feeds that can be read.

use std::fmt;
use std::str::FromStr;

use ward_formats::feed;

/// A feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// NVD, JSON of API 2.0.
    Nvd,
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// EPSS scores.
    Epss,
    /// The CVE list, version 5 of its format.
    Cve5,
    /// OSV, by ecosystem.
    Osv,
    /// CSAF advisories.
    Csaf,
    /// Support dates.
    Eol,
    /// The names of weaknesses.
    Cwe,
}

impl Source {
    /// Every feed, in the order in which they are named.
    pub const ALL: [Source; 8] =
        [Source::Nvd, Source::Kev, Source::Epss, Source::Cve5, Source::Osv, Source::Csaf, Source::Eol, Source::Cwe];

    /// Its name, which is also its folder in a mirror. What is known of OSV is kept by ecosystem: `osv/pypi`.
    pub fn name(self) -> &'static str {
        match self {
            Source::Nvd => feed::nvd::SOURCE,
            Source::Kev => ward_knowledge::source::KEV,
            Source::Epss => ward_knowledge::source::EPSS,
            Source::Cve5 => feed::cve5::SOURCE,
            Source::Osv => feed::osv::SOURCE,
            Source::Csaf => feed::csaf::SOURCE,
            Source::Eol => feed::eol::SOURCE,
            Source::Cwe => feed::cwe::SOURCE,
        }
    }
}

impl Source {
    /// Whether its files are one list: they are read together and replace together what is held, so that some of them alone must
    /// not be brought.
    pub(crate) fn is_one_list(self) -> bool {
        match self {
            Source::Eol => true,
            // Of these one file counts, the newest.
            Source::Kev | Source::Epss | Source::Cwe => false,
            Source::Nvd | Source::Cve5 | Source::Osv | Source::Csaf => false,
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// A name that is no feed, or none that can be read yet.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{name}` is not a source that can be read; these can: {}", Source::ALL.map(Source::name).join(", "))]
pub struct UnknownSource {
    /// What was given.
    pub name: String,
}

impl FromStr for Source {
    type Err = UnknownSource;

    fn from_str(name: &str) -> Result<Self, UnknownSource> {
        let name = name.trim();
        let found = Source::ALL.into_iter().find(|source| source.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownSource { name: name.to_owned() })
    }
}
