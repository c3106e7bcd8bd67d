//! The feeds that can be read.

use std::fmt;
use std::str::FromStr;

/// A feed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// NVD, JSON of API 2.0.
    Nvd,
    /// CISA's catalogue of known exploited vulnerabilities.
    Kev,
    /// EPSS scores.
    Epss,
}

impl Source {
    /// Every feed, in the order in which they are read.
    pub const ALL: [Source; 3] = [Source::Nvd, Source::Kev, Source::Epss];

    /// Its name, which is also its folder in a mirror.
    pub fn name(self) -> &'static str {
        match self {
            Source::Nvd => ward_formats::feed::nvd::SOURCE,
            Source::Kev => ward_knowledge::source::KEV,
            Source::Epss => ward_knowledge::source::EPSS,
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
#[error("`{name}` is not a source that can be read; these can: nvd, kev, epss")]
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
