//! Where sources disagree about one vulnerability in one component.

use std::fmt;

use serde::Serialize;

/// What several sources say differently. All of it is kept; `used` says what counts.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Conflict {
    /// What they disagree about.
    pub about: ConflictKind,
    /// For scores: the version of CVSS, of which they give different ones.
    pub cvss: Option<String>,
    /// What each of them says, in order.
    pub statements: Vec<Said>,
    /// What counts, and why.
    pub used: String,
}

/// What sources may disagree about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// How bad it is, in one version of CVSS.
    Score,
    /// Whether the component's version is among those that are meant.
    Range,
    /// Which version ends the ranges that mean the component.
    Fix,
}

/// What one source says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Said {
    /// Who says it: a record with its source, or who gave a score.
    pub who: String,
    /// What it says.
    pub what: String,
}

impl ConflictKind {
    /// The word used in text.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Score => "score",
            Self::Range => "range",
            Self::Fix => "fix",
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "sources differ on the {}", self.about.word())?;
        if let Some(version) = &self.cvss {
            write!(f, " (CVSS {version})")?;
        }
        for (place, said) in self.statements.iter().enumerate() {
            write!(f, "{} {} says {}", if place == 0 { ":" } else { ";" }, said.who, said.what)?;
        }
        write!(f, ". Used: {}", self.used)
    }
}
