//! From the severity of a harm and the number of people to SSVC's safety impact.

use serde::Deserialize;
use ward_model::scale::{Persons, Severity};

use crate::error::PolicyError;
use crate::file::parse;
use crate::period::InForce;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: String,
    title: String,
    in_force: InForce,
    source: String,
    values: Vec<String>,
    one: Row,
    several: Row,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    negligible: String,
    minor: String,
    serious: String,
    critical: String,
    catastrophic: String,
}

impl Row {
    fn words(self) -> [String; 5] {
        [self.negligible, self.minor, self.serious, self.critical, self.catastrophic]
    }
}

/// The map, checked: worse for a worse severity, and never better for several people.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct SafetyImpact {
    pub source: String,
    one: [String; 5],
    several: [String; 5],
}

impl SafetyImpact {
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, PolicyError> {
        let table: File = parse(file, text)?;
        let period = table.in_force.period(file)?;
        let source = format!("{}@{}, {period}: {}, {}", table.name, table.version, table.title, table.source);
        let (one, several) = (table.one.words(), table.several.words());
        let place = |word: &String| {
            let place = table.values.iter().position(|value| value == word);
            place.ok_or_else(|| PolicyError::malformed(file, format!("`{word}` is none of the values")))
        };
        for (at, severity) in Severity::ALL.iter().enumerate() {
            let (alone, together) = (place(&one[at])?, place(&several[at])?);
            let milder = at.checked_sub(1);
            let falls = match milder {
                Some(milder) => alone < place(&one[milder])? || together < place(&several[milder])?,
                None => false,
            };
            if falls || together < alone {
                return Err(PolicyError::malformed(file, format!("{severity} is better than something milder")));
            }
        }
        Ok(Self { source, one, several })
    }

    pub(super) fn of(&self, severity: Severity, persons: Persons) -> &str {
        let row = if persons.several() { &self.several } else { &self.one };
        &row[severity as usize]
    }
}
