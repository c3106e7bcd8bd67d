//! The hand-over between security and safety: from a class of exploitability to P1 and a row of the risk file, and back from what
//! safety accepts to what security must reach. The method is a table, and every row names it.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use ward_model::device::HowOften;
use ward_model::scale::{Exploitability, Severity};

use crate::error::PolicyError;
use crate::file::parse;
use crate::period::{InForce, Period};

pub(crate) const METHODS: &[(&str, &str)] =
    &[("policies/transfer/iso-14971.toml", include_str!("../../../policies/transfer/iso-14971.toml"))];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    version: String,
    title: String,
    in_force: InForce,
    source: String,
    verify: Option<String>,
    levels: Vec<String>,
    exploitability_gives_p1: ByClass,
    together: BTreeMap<String, Vec<String>>,
    risk: BTreeMap<String, BySeverity>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ByClass {
    low: String,
    medium: String,
    high: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BySeverity {
    negligible: Word,
    minor: Word,
    serious: Word,
    critical: Word,
    catastrophic: Word,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "kebab-case")]
enum Word {
    Acceptable,
    Unacceptable,
}

/// A level of P1, P2 or both together: the place among those of the method, lowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(usize);

/// A method of transfer: every table complete and monotone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Transfer {
    /// Its name and version.
    pub id: String,
    /// What it is.
    pub title: String,
    /// What it rests on.
    pub source: String,
    /// What of that nobody has compared with its text yet.
    pub unverified: Option<String>,
    /// When it is in force.
    pub period: Period,
    levels: Vec<String>,
    p1: [usize; 3],
    together: Vec<Vec<usize>>,
    unacceptable: Vec<[bool; 5]>,
}

/// What security hands over of one derivation of a harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Derived {
    /// The source of harm: the vulnerability or weakness, and what it gives.
    pub hazard: String,
    /// What happens, step by step, the harm left out.
    pub sequence: Vec<String>,
    /// The situation in which somebody is exposed.
    pub situation: String,
    /// The harm.
    pub harm: String,
    /// How severe it is, several people at once counted.
    pub severity: Severity,
    /// How easily the way there is exploited.
    pub exploitability: Exploitability,
}

/// A row of the safety risk file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyRow {
    /// The hazard.
    pub hazard: String,
    /// The sequence of events.
    pub sequence: Vec<String>,
    /// The hazardous situation.
    pub situation: String,
    /// The harm.
    pub harm: String,
    /// Its severity.
    pub severity: Severity,
    /// The class that P1 was read from.
    pub exploitability: Exploitability,
    /// That the hazardous situation occurs.
    pub p1: String,
    /// That it leads to harm.
    pub p2: String,
    /// Whether somebody estimated P2; otherwise it is the worst.
    pub p2_estimated: bool,
    /// Both together.
    pub probability: String,
    /// Whether the risk is acceptable.
    pub acceptable: bool,
    /// The method.
    pub method: String,
}

/// What safety asks of security for one harm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SafetyGoal {
    /// The class that must not be exceeded; `None`: no class is acceptable, and every way to the harm must be cut.
    pub at_most: Option<Exploitability>,
    /// In words, with the method.
    pub reason: String,
}

impl Transfer {
    /// The method in force on a day.
    ///
    /// # Errors
    /// None is, or one is malformed; a test keeps that from being shipped.
    pub fn in_force(on: Date) -> Result<Self, PolicyError> {
        let methods = Self::all()?;
        let in_force = methods.iter().map(|method| method.period.to_string()).collect::<Vec<_>>().join("; ");
        let found = methods.into_iter().find(|method| method.period.holds(on));
        found.ok_or_else(|| PolicyError::NotInForce { name: "iso-14971-transfer".to_owned(), on, in_force })
    }

    /// Every method that ships with the program.
    pub(crate) fn all() -> Result<Vec<Self>, PolicyError> {
        METHODS.iter().map(|(file, text)| Self::read(file, text)).collect()
    }

    /// The method for a day, to judge a past day by: the one in force then; before there was any, the first.
    pub(crate) fn chosen(methods: &[Self], on: Date) -> Result<&Self, PolicyError> {
        let first = || methods.iter().min_by_key(|method| method.period);
        methods.iter().find(|method| method.period.holds(on)).or_else(first).ok_or_else(|| PolicyError::NotInForce {
            name: "iso-14971-transfer".to_owned(),
            on,
            in_force: String::new(),
        })
    }

    pub(crate) fn read(file: &str, text: &str) -> Result<Self, PolicyError> {
        let table: File = parse(file, text)?;
        let malformed = |message: String| PolicyError::malformed(file, message);
        let levels = table.levels;
        let place = |word: &str| {
            let place = levels.iter().position(|level| level == word);
            place.ok_or_else(|| malformed(format!("`{word}` is no level; levels are {}", levels.join(", "))))
        };
        let by_class = &table.exploitability_gives_p1;
        let p1 = [place(&by_class.low)?, place(&by_class.medium)?, place(&by_class.high)?];
        let mut together = Vec::new();
        let mut unacceptable = Vec::new();
        for level in &levels {
            let row = table.together.get(level).filter(|row| row.len() == levels.len());
            let row =
                row.ok_or_else(|| malformed(format!("`together` needs a row `{level}` of {} levels", levels.len())))?;
            together.push(row.iter().map(|word| place(word)).collect::<Result<Vec<_>, _>>()?);
            let row = table.risk.get(level).ok_or_else(|| malformed(format!("`risk` needs a row `{level}`")))?;
            let cells = [row.negligible, row.minor, row.serious, row.critical, row.catastrophic];
            unacceptable.push(cells.map(|cell| matches!(cell, Word::Unacceptable)));
        }
        if table.together.len() != levels.len() || table.risk.len() != levels.len() {
            return Err(malformed("a row stands under no level".to_owned()));
        }
        let method = Self {
            id: format!("{}@{}", table.name, table.version),
            title: table.title,
            source: table.source,
            unverified: table.verify,
            period: table.in_force.period(file)?,
            levels,
            p1,
            together,
            unacceptable,
        };
        method.monotone(file)?;
        Ok(method)
    }

    /// Refuses tables that are milder for something worse, and a high class that is not read as certain.
    fn monotone(&self, file: &str) -> Result<(), PolicyError> {
        let last = self.levels.len().saturating_sub(1);
        if self.p1[2] != last {
            return Err(PolicyError::malformed(file, "a high exploitability must be read as the last level"));
        }
        let milder =
            |better: String, worse: String| Err(PolicyError::NotMonotone { file: file.to_owned(), better, worse });
        if let Some(at) = (0..2).find(|at| self.p1[*at] > self.p1[at + 1]) {
            return milder(Exploitability::ALL[at].to_string(), Exploitability::ALL[at + 1].to_string());
        }
        for a in 0..=last {
            for b in 0..=last {
                let name = |a: usize, b: usize| format!("together {}/{}", self.levels[a], self.levels[b]);
                for (c, d) in [(a + 1, b), (a, b + 1)] {
                    if c <= last && d <= last && self.together[a][b] > self.together[c][d] {
                        return milder(name(a, b), name(c, d));
                    }
                }
            }
            for severity in 0..Severity::ALL.len() {
                let name = |a: usize, severity: usize| format!("risk {}/{}", self.levels[a], Severity::ALL[severity]);
                for (c, d) in [(a + 1, severity), (a, severity + 1)] {
                    let inside = c <= last && d < Severity::ALL.len();
                    if inside && self.unacceptable[a][severity] && !self.unacceptable[c][d] {
                        return milder(name(a, severity), name(c, d));
                    }
                }
            }
        }
        Ok(())
    }

    /// The levels, lowest first.
    pub fn levels(&self) -> &[String] {
        &self.levels
    }

    /// The level of this word.
    ///
    /// # Errors
    /// There is none.
    pub fn level(&self, word: &str) -> Result<Level, PolicyError> {
        let place = self.levels.iter().position(|level| level == word);
        place.map(Level).ok_or_else(|| PolicyError::NoSuch {
            kind: "level",
            name: word.to_owned(),
            known: self.levels.join(", "),
        })
    }

    fn worst(&self) -> Level {
        Level(self.levels.len().saturating_sub(1))
    }

    /// From security to safety: P1 of a class.
    pub fn p1(&self, class: Exploitability) -> Level {
        Level(self.p1[class as usize])
    }

    /// Back: the easiest class that is read as this P1 or as less; `None`: every class is read as more.
    pub fn class_at_most(&self, p1: Level) -> Option<Exploitability> {
        Exploitability::ALL.iter().copied().rev().find(|class| self.p1(*class) <= p1)
    }

    /// Back: the class that how often something comes about is read as, so that its cell can be looked up; the easiest one that is
    /// read as this level of P1 and, where none is, as the next higher one. No word: the worst.
    pub fn class_of(&self, how_often: Option<HowOften>) -> Exploitability {
        let Some(level) = how_often.and_then(|often| self.level(often.word()).ok()) else {
            return Exploitability::High;
        };
        let at_least = Exploitability::ALL.iter().map(|class| self.p1(*class)).find(|p1| *p1 >= level);
        at_least.and_then(|p1| self.class_at_most(p1)).unwrap_or(Exploitability::High)
    }

    /// From security to safety: the row of the risk file for one derivation. `p2` is what the clinical side has estimated.
    pub fn row(&self, derived: &Derived, p2: Option<Level>) -> SafetyRow {
        let p1 = self.p1(derived.exploitability);
        let estimated = p2.unwrap_or(self.worst()).min(self.worst());
        let probability = self.together[p1.0][estimated.0];
        SafetyRow {
            hazard: derived.hazard.clone(),
            sequence: derived.sequence.clone(),
            situation: derived.situation.clone(),
            harm: derived.harm.clone(),
            severity: derived.severity,
            exploitability: derived.exploitability,
            p1: self.levels[p1.0].clone(),
            p2: self.levels[estimated.0].clone(),
            p2_estimated: p2.is_some(),
            probability: self.levels[probability].clone(),
            acceptable: !self.unacceptable[probability][derived.severity as usize],
            method: format!("{}: {}", self.id, self.source),
        }
    }

    /// Back from safety to security: how hard the ways to a harm must be for its risk to be acceptable.
    pub fn goal(&self, severity: Severity, p2: Option<Level>) -> SafetyGoal {
        let estimated = p2.unwrap_or(self.worst()).min(self.worst());
        let accepts = |class: &Exploitability| {
            let probability = self.together[self.p1(*class).0][estimated.0];
            !self.unacceptable[probability][severity as usize]
        };
        let at_most = Exploitability::ALL.iter().copied().rev().find(accepts);
        let asks = match at_most {
            Some(class) => format!("an exploitability of at most {class}"),
            None => "that every way to it is cut".to_owned(),
        };
        let p2 = &self.levels[estimated.0];
        SafetyGoal {
            at_most,
            reason: format!("a harm of severity {severity} with P2 {p2} asks for {asks} ({})", self.id),
        }
    }
}

#[cfg(test)]
mod tests;
