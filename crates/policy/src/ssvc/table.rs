//! One decision table: read, checked for completeness and monotony, evaluated.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Decided, Step};
use crate::error::PolicyError;
use crate::file::parse;
use crate::period::{InForce, Period};

/// The most cells a table may have: far more than any published one.
const MOST_CELLS: usize = 10_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: String,
    title: String,
    in_force: InForce,
    source: String,
    input: Vec<ScaleTable>,
    outcome: ScaleTable,
    rows: BTreeMap<String, Vec<String>>,
    #[serde(default)]
    raise: Vec<RaiseTable>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScaleTable {
    name: String,
    values: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RaiseTable {
    row: String,
    column: String,
    to: String,
    source: String,
}

/// A named scale: its values, mildest first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scale {
    /// Its name.
    pub name: String,
    /// Its values, mildest first.
    pub values: Vec<String>,
}

impl Scale {
    pub(super) fn place(&self, word: &str) -> Result<usize, String> {
        self.values
            .iter()
            .position(|value| value == word)
            .ok_or_else(|| format!("`{word}` is no value of {}; its values are {}", self.name, self.values.join(", ")))
    }
}

/// How an input is read: at its best and at its worst, which differ where it is not known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reading {
    pub best: usize,
    pub worst: usize,
}

impl Reading {
    pub(super) fn is(place: usize) -> Self {
        Self { best: place, worst: place }
    }
}

/// A decision table: complete, and never milder for a worse input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionTable {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it decides, in words.
    pub title: String,
    /// The document it follows.
    pub source: String,
    /// What it asks for.
    pub inputs: Vec<Scale>,
    /// What it decides.
    pub outcome: Scale,
    /// When it is in force.
    pub period: Period,
    /// As published, and as used: the last input counts fastest.
    cells: Vec<(usize, usize)>,
    /// Why a cell is used otherwise than it was published.
    raised: BTreeMap<usize, String>,
}

impl DecisionTable {
    pub(crate) fn read(file: &str, text: &str) -> Result<Self, PolicyError> {
        let table: File = parse(file, text)?;
        let scale = |scale: ScaleTable| {
            let mut values = scale.values.clone();
            values.sort_unstable();
            values.dedup();
            if values.is_empty() || values.len() != scale.values.len() {
                return Err(PolicyError::malformed(file, format!("`{}` needs values, each once", scale.name)));
            }
            Ok(Scale { name: scale.name, values: scale.values })
        };
        let inputs = table.input.into_iter().map(scale).collect::<Result<Vec<_>, _>>()?;
        let outcome = scale(table.outcome)?;
        let count = inputs.iter().try_fold(1_usize, |count, input| count.checked_mul(input.values.len()));
        let (Some(last), Some(count)) = (inputs.last(), count.filter(|count| *count <= MOST_CELLS)) else {
            return Err(PolicyError::malformed(file, "the table has no inputs, or far too many cells"));
        };
        let mut cells = Vec::with_capacity(count);
        let mut rows = table.rows;
        let mut names = Vec::new();
        for row in 0..count / last.values.len() {
            let name = row_name(&inputs[..inputs.len() - 1], row);
            let outcomes = rows
                .remove(&name)
                .ok_or_else(|| PolicyError::malformed(file, format!("the row `{name}` is missing")))?;
            if outcomes.len() != last.values.len() {
                let message =
                    format!("the row `{name}` needs {} outcomes, one for each {}", last.values.len(), last.name);
                return Err(PolicyError::malformed(file, message));
            }
            for word in &outcomes {
                let place = outcome.place(word).map_err(|message| PolicyError::malformed(file, message))?;
                cells.push((place, place));
            }
            names.push(name);
        }
        if let Some(stray) = rows.keys().next() {
            return Err(PolicyError::malformed(file, format!("there is no row `{stray}`")));
        }
        let mut raised = BTreeMap::new();
        for raise in table.raise {
            let wrong = |message: String| PolicyError::malformed(file, message);
            let row = names.iter().position(|name| *name == raise.row);
            let row = row.ok_or_else(|| wrong(format!("there is no row `{}`", raise.row)))?;
            let column = last.place(&raise.column).map_err(wrong)?;
            let to = outcome.place(&raise.to).map_err(wrong)?;
            let place = row * last.values.len() + column;
            if to <= cells[place].1 {
                return Err(wrong(format!("`{} / {}` can only be raised", raise.row, raise.column)));
            }
            cells[place].1 = to;
            raised.insert(place, raise.source);
        }
        let table = Self {
            name: table.name,
            version: table.version,
            title: table.title,
            source: table.source,
            period: table.in_force.period(file)?,
            inputs,
            outcome,
            cells,
            raised,
        };
        table.monotone(file)?;
        Ok(table)
    }

    /// Its name and version.
    pub fn id(&self) -> String {
        format!("{}@{}", self.name, self.version)
    }

    /// Every cell: the values of the inputs, the outcome as published, and the outcome as used.
    pub fn rows(&self) -> impl Iterator<Item = (Vec<&str>, &str, &str)> {
        self.cells.iter().enumerate().map(|(place, (published, used))| {
            let values = self.values(place).zip(&self.inputs).map(|(value, input)| input.values[value].as_str());
            (values.collect(), self.outcome.values[*published].as_str(), self.outcome.values[*used].as_str())
        })
    }

    pub(super) fn refuses(&self, message: String) -> PolicyError {
        PolicyError::Input { table: self.id(), message }
    }

    pub(super) fn decided(&self, readings: &[Reading], mut path: Vec<Step>) -> Decided {
        let place = |pick: fn(&Reading) -> usize| {
            readings
                .iter()
                .zip(&self.inputs)
                .fold(0, |place, (reading, input)| place * input.values.len() + pick(reading))
        };
        // The table never gives a milder outcome for a worse input, so its ends are those of the inputs.
        let (best, worst) = (place(|reading| reading.best), place(|reading| reading.worst));
        let outcome = self.outcome.values[self.cells[worst].1].clone();
        let at_best = self.outcome.values[self.cells[best].1].clone();
        if let Some(why) = self.raised.get(&worst) {
            path.push(Step {
                input: self.outcome.name.clone(),
                value: outcome.clone(),
                at_best: at_best.clone(),
                because: format!("raised from {}: {why}", self.outcome.values[self.cells[worst].0]),
            });
        }
        Decided { table: self.id(), source: self.source.clone(), outcome, at_best, path }
    }

    /// The places of the values of a cell.
    fn values(&self, cell: usize) -> impl Iterator<Item = usize> {
        let mut rest = cell;
        let mut values: Vec<usize> = self
            .inputs
            .iter()
            .rev()
            .map(|input| {
                let value = rest % input.values.len();
                rest /= input.values.len();
                value
            })
            .collect();
        values.reverse();
        values.into_iter()
    }

    /// Refuses a table that is milder for a worse input. One step in one input at a time is enough.
    fn monotone(&self, file: &str) -> Result<(), PolicyError> {
        let mut stride = 1;
        for (which, input) in self.inputs.iter().enumerate().rev() {
            for cell in 0..self.cells.len() {
                let worst = self.values(cell).nth(which) == Some(input.values.len() - 1);
                if !worst && self.cells[cell].1 > self.cells[cell + stride].1 {
                    return Err(PolicyError::NotMonotone {
                        file: file.to_owned(),
                        better: self.cell_name(cell),
                        worse: self.cell_name(cell + stride),
                    });
                }
            }
            stride *= input.values.len();
        }
        Ok(())
    }

    fn cell_name(&self, cell: usize) -> String {
        let values = self.values(cell).zip(&self.inputs).map(|(value, input)| input.values[value].as_str());
        format!("{} ({})", values.collect::<Vec<_>>().join("/"), self.outcome.values[self.cells[cell].1])
    }
}

/// The name of a row: the values of all inputs but the last.
fn row_name(inputs: &[Scale], row: usize) -> String {
    let mut rest = row;
    let mut words: Vec<&str> = inputs
        .iter()
        .rev()
        .map(|input| {
            let word = input.values[rest % input.values.len()].as_str();
            rest /= input.values.len();
            word
        })
        .collect();
    words.reverse();
    if words.is_empty() { "all".to_owned() } else { words.join(" ") }
}
