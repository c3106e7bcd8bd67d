//! Which column of a table means what, and what its words mean: a file of its own, because every maker's table is another.

use std::collections::BTreeMap;

use serde::Deserialize;
use ward_formats::evidence::Table;
use ward_model::scale::Severity;

use crate::nearest::nearest;

/// A mapping, as its file says it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mapping {
    /// The name of the device.
    pub device: Option<String>,
    /// The sheet of a workbook; needed where it has several.
    sheet: Option<String>,
    /// The columns by their headings.
    pub(super) columns: ColumnNames,
    /// Columns of which a blank cell means what stands above.
    #[serde(default)]
    repeat_above: Vec<String>,
    /// What stands between the elements that one cell names; without it a cell names one.
    pub(super) element_separator: Option<String>,
    /// What the words of the severity column mean.
    #[serde(default)]
    severity: BTreeMap<String, String>,
    /// What the words of the column of how it fails mean: `loss`, `alteration` or `disclosure`.
    #[serde(default)]
    on: BTreeMap<String, String>,
}

/// Headings.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ColumnNames {
    pub(super) function: String,
    pub(super) hazardous_situation: String,
    pub(super) harm: String,
    pub(super) severity: Option<String>,
    pub(super) on: Option<String>,
    pub(super) element: Option<String>,
}

/// Why a table cannot be read by a mapping.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MappingError {
    /// The mapping itself is wrong.
    #[error("the mapping cannot be read: {0}")]
    Mapping(String),
    /// A word of the mapping is none of the folder's.
    #[error("the mapping says `{key} = \"{word}\"`; expected {expected}")]
    Word {
        /// What is mapped.
        key: String,
        /// To what.
        word: String,
        /// The words that there are.
        expected: String,
    },
    /// The table has no such column.
    #[error("there is no column `{heading}`, which the mapping names for {key}; there are: {headings}{}", near.as_deref().map(|near| format!("; did you mean `{near}`?")).unwrap_or_default())]
    Column {
        /// What it is for.
        key: &'static str,
        /// The heading.
        heading: String,
        /// The headings that there are.
        headings: String,
        /// The one that is nearest.
        near: Option<String>,
    },
    /// It cannot be told which sheet is meant.
    #[error("{0}")]
    Sheet(String),
}

const DEGRADED: [&str; 3] = ["loss", "alteration", "disclosure"];
const COLUMNS: [&str; 5] = ["function", "hazardous_situation", "harm", "on", "element"];

impl Mapping {
    /// Reads a mapping.
    ///
    /// # Errors
    /// It is no TOML, has other keys, or maps to words that there are not.
    pub fn read(text: &str) -> Result<Self, MappingError> {
        let mapping: Self = toml::from_str(text).map_err(|error| MappingError::Mapping(error.to_string()))?;
        let wrong = |key: &str, word: &str, expected: &[&str]| MappingError::Word {
            key: key.to_owned(),
            word: word.to_owned(),
            expected: expected.join(", "),
        };
        let severities: Vec<&str> = Severity::ALL.iter().map(|severity| severity.word()).collect();
        for (key, word) in &mapping.severity {
            if !severities.contains(&word.as_str()) {
                return Err(wrong(key, word, &severities));
            }
        }
        for (key, word) in &mapping.on {
            if !DEGRADED.contains(&word.as_str()) {
                return Err(wrong(key, word, &DEGRADED));
            }
        }
        if mapping.element_separator.as_deref().is_some_and(|separator| separator.trim().is_empty()) {
            return Err(wrong("element_separator", "", &["a sign or word that stands between two elements"]));
        }
        for word in &mapping.repeat_above {
            if !COLUMNS.contains(&word.as_str()) {
                return Err(wrong("repeat_above", word, &COLUMNS));
            }
        }
        Ok(mapping)
    }

    /// The table that is meant.
    pub(super) fn table<'a>(&self, tables: &'a [Table]) -> Result<&'a Table, MappingError> {
        let names = || tables.iter().map(|table| format!("`{}`", table.name)).collect::<Vec<_>>().join(", ");
        match (&self.sheet, tables) {
            (_, []) => Err(MappingError::Sheet("the file holds no table".to_owned())),
            (None, [one]) => Ok(one),
            (None, _) => Err(MappingError::Sheet(format!("say `sheet` in the mapping: there are {}", names()))),
            (Some(wanted), _) => tables
                .iter()
                .find(|table| table.name == *wanted)
                .ok_or_else(|| MappingError::Sheet(format!("there is no sheet `{wanted}`; there are {}", names()))),
        }
    }

    pub(super) fn column(&self, table: &Table, key: &'static str, heading: &str) -> Result<usize, MappingError> {
        let headings: Vec<&str> = table.headings.cells.iter().map(|(_, heading)| heading.as_str()).collect();
        table.column(&[heading.trim()]).ok_or_else(|| MappingError::Column {
            key,
            heading: heading.to_owned(),
            near: nearest(heading, headings.iter().copied()).map(str::to_owned),
            headings: headings.join(", "),
        })
    }

    pub(super) fn optional(
        &self,
        table: &Table,
        key: &'static str,
        heading: Option<&String>,
    ) -> Result<Option<usize>, MappingError> {
        heading.map(|heading| self.column(table, key, heading)).transpose()
    }

    pub(super) fn repeats(&self, key: &str) -> bool {
        self.repeat_above.iter().any(|repeated| repeated == key)
    }

    pub(super) fn severity(&self, text: &str) -> Option<Severity> {
        let word = look_up(&self.severity, text)?;
        Severity::ALL.iter().copied().find(|severity| severity.word() == word)
    }

    pub(super) fn on(&self, text: &str) -> Option<&'static str> {
        let word = look_up(&self.on, text)?;
        DEGRADED.into_iter().find(|degraded| *degraded == word)
    }
}

fn look_up<'a>(map: &'a BTreeMap<String, String>, text: &str) -> Option<&'a str> {
    let text = text.trim();
    map.iter().find(|(key, _)| key.trim().eq_ignore_ascii_case(text)).map(|(_, word)| word.as_str())
}
